/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_MODEL_INDEX_H
#define SK_MODEL_INDEX_H

#include "model/policy.h"

/*
 * The rules of a policy by (source, target, class), laid out for decisions. It does not depend on booleans: conditional
 * rules are in it with the number of their conditional.
 */
struct sk_policy_index;

/*
 * The index of a policy, built on the first call from any thread. Returns 0 and a borrowed pointer that lives as long
 * as the policy, or -ENOMEM.
 */
int sk_policy_index(const struct sk_policy *policy, const struct sk_policy_index **ret_index);

void sk_policy_index_free(struct sk_policy_index *index);	/* NULL is allowed */

#endif
