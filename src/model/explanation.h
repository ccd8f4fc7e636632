/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_MODEL_EXPLANATION_H
#define SK_MODEL_EXPLANATION_H

#include "base/arena.h"
#include "selkie/access.h"

/* What selkie_access_explain and selkie_transition_validate give; arrays grow on the heap, the rest is in the arena. */
struct sk_explanation {
	struct sk_arena arena;
	struct selkie_access access;
	uint32_t granted;
	struct selkie_matched_rule *rules;
	size_t n_rules, cap_rules;
	struct selkie_denied *denied;
	size_t n_denied, cap_denied;
	struct selkie_failed_constraint *constraints;
	size_t n_constraints, cap_constraints;
};

/* Adds a constraint and gives its place in *ret_index. Returns 0 or -ENOMEM. */
struct sk_constraint;
struct sk_constraint_case;
struct sk_class;
int sk_explanation_add_constraint(struct sk_explanation *e, const struct sk_class *cls,
				  const struct sk_constraint *constraint,
				  const struct sk_constraint_case *contexts, uint32_t index,
				  uint32_t perms, uint32_t *ret_index);

#endif
