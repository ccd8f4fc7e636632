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
 * A constraint between two contexts made ready for asking often: its leaves, each with where to go on when it is true
 * and when it is not, so that no leaf is evaluated whose value does not matter.
 */
struct sk_constraint_step {
	const struct sk_constraint_node *leaf;
	uint32_t next[2];		/* by the leaf's value: a step, or one of those below */
};

#define SK_STEP_FALSE 0xfffffffeu
#define SK_STEP_TRUE 0xffffffffu

/* The steps, from the arena; NULL in *ret_steps for a constraint that can never hold. Returns 0 or -ENOMEM. */
int sk_constraint_compile(const struct sk_constraint *constraint, struct sk_arena *arena,
			  const struct sk_constraint_step **ret_steps);

/* The same value as that of sk_constraint_holds; c->task is NULL. */
bool sk_constraint_run(const struct sk_constraint_step *steps, const struct sk_constraint_case *c);

/*
 * How a constraint came to its value: its nodes with their texts and values, the whole statement as text. Everything in
 * *ret is allocated from the arena. Returns 0 or -ENOMEM.
 */
int sk_constraint_explain(const struct sk_constraint *constraint, const struct sk_class *cls,
			  const struct sk_constraint_case *c, struct sk_arena *arena,
			  struct selkie_failed_constraint *ret);

#endif
