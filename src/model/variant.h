/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_MODEL_VARIANT_H
#define SK_MODEL_VARIANT_H

#include "model/state.h"

/*
 * A variant of a policy: the same policy, but for what one of its access vector rules grants. It borrows all else from the
 * original, ids included, so that contexts of the one are contexts of the other. For asking "what if this rule were
 * otherwise" where a rule may also lose something, which an overlay cannot say.
 */
int sk_policy_variant(const struct sk_policy *policy, uint32_t rule, uint32_t perms, struct sk_policy **ret);
void sk_policy_variant_free(struct sk_policy *variant);	/* NULL is allowed */

/* A copy of a state of the original, for the variant; freed with selkie_state_free. Returns 0 or -ENOMEM. */
int sk_state_for_variant(const struct sk_state *state, const struct sk_policy *variant, struct sk_state **ret);

#endif
