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

/*
 * A variant in which one thing alone can deny an access, for asking a kernel which of them does: allow rules, constraints,
 * missing rules for changes of role, or type bounds. Of these the others are taken away, or grant everything; where it
 * is not rules that are asked for, `granted` are allow rules (unconditional, all of one class, each key once) that grant
 * what the question is about. With bounds constraints stay: the bounding type is held to them. It is for writing only: it has
 * no index. Freed with sk_policy_alone_free. Returns 0 or -ENOMEM.
 */
enum sk_policy_part { SK_PART_RULES, SK_PART_CONSTRAINTS, SK_PART_ROLES, SK_PART_BOUNDS, SK_N_PARTS };

int sk_policy_alone(const struct sk_policy *policy, enum sk_policy_part part, const struct sk_rule *granted,
		    size_t n_granted, struct sk_policy **ret);
void sk_policy_alone_free(struct sk_policy *variant);	/* NULL is allowed */

/* A copy of a state of the original, for the variant; freed with selkie_state_free. Returns 0 or -ENOMEM. */
int sk_state_for_variant(const struct sk_state *state, const struct sk_policy *variant, struct sk_state **ret);

#endif
