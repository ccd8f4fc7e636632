/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_UNIT_PRINT_H
#define SK_UNIT_PRINT_H

#include "base/buf.h"
#include "unit/unit.h"

/*
 * A unit as text. All printers walk the table of statements (sk_unit_rows); what a statement has that its language lacks
 * is left out with a warning.
 *
 * CIL: as the peers' converter of binary modules writes it, so that the same compiler makes the same policy of it. What
 * is implicit in the policy language (object_r, levels where there is no MLS) is spelled out. Sets that CIL has no words
 * for become attributes named MODULE_typeattr_N.
 *
 * Policy language: a .te file that compiles to the module again; file contexts are a text of their own, that of a .fc file
 * with its macros expanded.
 *
 * JSON: an object with the statements of each block by what they say, requirements first, then conditionals and optionals.
 *
 * Each returns 0, or a negative errno; out is asked for its own failure by the caller.
 */
int sk_unit_print_cil(const struct sk_unit *unit, struct sk_buf *out);

/* With the marks of lines that the peers' converter writes where it knows sources: of neverallow rules, and of allows. */
int sk_unit_print_marked_cil(const struct sk_unit *unit, bool allows, struct sk_buf *out);
int sk_unit_print_te(const struct sk_unit *unit, struct sk_buf *out);
int sk_unit_print_json(const struct sk_unit *unit, struct sk_buf *out);
int sk_unit_print_fc(const struct sk_unit *unit, struct sk_buf *out);

/* Statements of each block, of each branch of a conditional, in order; shared by the printers. */
struct sk_unit_index {
	const struct sk_unit *unit;
	uint32_t first_block, n_blocks;	/* of the space; the unit's lie in there */
	uint32_t *stmts;		/* positions, by block, then by condition as they appear */
	uint32_t *starts;		/* by block - first_block, and the end */
	uint32_t *children, *nexts;	/* by block - first_block: first inside it, and the next beside it; SK_SPACE_NONE */
};

int sk_unit_index_init(struct sk_unit_index *index, const struct sk_unit *unit);
void sk_unit_index_done(struct sk_unit_index *index);

/* Parts that languages write the same way; those of text as the policy language has them. */
void sk_unit_text_level(const struct sk_space *space, struct sk_buf *out, uint32_t level);
void sk_unit_text_range(const struct sk_space *space, struct sk_buf *out, uint32_t range);
void sk_unit_text_context(const struct sk_space *space, struct sk_buf *out, uint32_t context);
void sk_unit_text_cats(const struct sk_space *space, struct sk_buf *out, uint32_t set);
void sk_unit_text_constraint(const struct sk_space *space, struct sk_buf *out, uint32_t expr);
void sk_unit_text_condition(const struct sk_space *space, struct sk_buf *out, uint32_t expr);
const char *sk_unit_ref_name(const struct sk_space *space, uint32_t ref);
void sk_unit_print_address(struct sk_buf *out, const uint8_t *bytes, unsigned int family);

/* Where the walk of an expression is: at a name or comparison, or before, between or behind the operands of a node. */
enum sk_unit_walk {
	SK_WALK_LEAF,
	SK_WALK_BEFORE,
	SK_WALK_BETWEEN,	/* not of a negation, which has one */
	SK_WALK_BEHIND,
};

/*
 * Goes through an expression, whose operators stand behind their operands, from the outermost operator inwards, as deep as
 * it may be. inner: there is another operator around the node, of which it is more than the first terms of a chain, as
 * "a and b" is of "a and b and c". Returns 0, or -ENOMEM.
 */
typedef void (*sk_unit_visit)(void *arg, const struct sk_unit_node *node, enum sk_unit_walk at, bool inner);
int sk_unit_walk_expr(const struct sk_unit_expr *expr, sk_unit_visit visit, void *arg);

#endif
