/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_MODEL_EXPRESSION_H
#define SK_MODEL_EXPRESSION_H

#include "base/buf.h"
#include "model/policy.h"

/*
 * Text of the expressions that a policy stores in postfix order. Three ways of writing one: as a person would, with only
 * the parentheses that are needed; in full, as libsepol's decompiler does; and as setools does (setools/policyrep/boolcond.pxi and constraint.pxi), which is
 * part of sesearch's and seinfo's output: parentheses depend on the operator before, and the operands of a conditional
 * stand in reverse. Allocation failures make the buffer fail.
 */
enum sk_expression_style {
	SK_STYLE_PLAIN,
	SK_STYLE_FULL,
	SK_STYLE_SETOOLS,
};

void sk_cond_print(struct sk_buf *buf, const struct sk_policy *policy, const struct sk_cond *cond,
		   enum sk_expression_style style);

/* The expression alone, without statement and parentheses around. */
void sk_constraint_print_expression(struct sk_buf *buf, const struct sk_policy *policy,
				    const struct sk_constraint *constraint,
				    enum sk_expression_style style);

/*
 * A node's set of types as it was written, borrowed; NULL where the policy does not keep it, or where it does not come to
 * the types that the node compares with: of an attribute that a compiler has expanded, the policy knows no types.
 */
const struct sk_type_set *sk_constraint_written(const struct sk_policy *policy, const struct sk_constraint_node *node);

/* The names that a node compares with, as written (sk_constraint_written for SK_STYLE_FULL): "a", "{ a b }". To be freed with free(); NULL without memory. */
char *sk_constraint_set_text(const struct sk_policy *policy, const struct sk_constraint_node *node,
			     enum sk_expression_style style);

/* Whether it compares levels, so that its statement is mlsconstrain or mlsvalidatetrans. */
bool sk_constraint_is_mls(const struct sk_constraint *constraint);

#endif
