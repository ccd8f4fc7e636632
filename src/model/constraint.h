/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_MODEL_CONSTRAINT_H
#define SK_MODEL_CONSTRAINT_H

#include "model/policy.h"
#include "selkie/access.h"

/*
 * Constraints: expressions over the users, roles, types and levels of two contexts (three for validatetrans: the old
 * and the new context of an object, and that of the task).
 */
struct sk_constraint_case {
	const struct sk_policy *policy;
	const struct sk_context *source, *target;
	const struct sk_context *task;		/* validatetrans only; else NULL */
};

/*
 * The value of an expression, as the kernel's constraint_expr_eval: false also where its stack would overflow or the
 * expression asks for a context that is not there.
 */
bool sk_constraint_holds(const struct sk_constraint *constraint, const struct sk_constraint_case *c);

/*
 * How a constraint came to its value: its nodes with their texts and values, the whole statement as text. Everything in
 * *ret is allocated from the arena. Returns 0 or -ENOMEM.
 */
int sk_constraint_explain(const struct sk_constraint *constraint, const struct sk_class *cls,
			  const struct sk_constraint_case *c, struct sk_arena *arena,
			  struct selkie_failed_constraint *ret);

#endif
