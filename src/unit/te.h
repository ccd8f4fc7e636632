/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_UNIT_TE_H
#define SK_UNIT_TE_H

#include "syntax/te/refpolicy.h"
#include "unit/unit.h"

/*
 * The policy language into a unit, statement by statement as the parser hands them out: nothing of a tree is kept.
 *
 * What a reader of such a unit may count on, beyond unit.h:
 * - Of the two statements that declare a class, the first gives CLASS_ORDER with that class alone, the second CLASS (and
 *   CLASS_COMMON). A class without the second has a CLASS without permissions at the end of the unit.
 * - SID, CATEGORY, TYPE, ROLE, USER, BOOL stand in the order declared, which is the order of their numbers; there is no
 *   SID_ORDER and no CATEGORY_ORDER. `dominance` is SENSITIVITY_ORDER. A policy with sensitivities has MLS 1.
 * - ROLE and USER may stand more than once for one name, as this language allows; then each says what it adds.
 * - A class left out (role_transition, range_transition) is written as process.
 * - Categories c0.c5 are SK_SET_RANGE in a set of SK_SET_EXPR; sets of names alone are lists.
 * - FILECON, of label files, may name types that the policy has not, and home directory templates hold words that stand
 *   for names (a pattern that begins with HOME_DIR or HOME_ROOT, or ROLE or USER in pattern or context); see
 *   sk_unit_is_label_template.
 * - a.b declared as a role or user is bounded by a (ROLE_BOUNDS, USER_BOUNDS).
 */

/* What is known of a name, by the number of its reference. */
struct sk_te_seen {
	uint32_t active;		/* how many blocks around here declare or require it */
	uint32_t addr, expansion;	/* where it is declared (the first time), or else required */
	uint32_t flags : 8;
	uint32_t round : 24;		/* of another than the lowering's: this is of a unit before, and nothing is known */
	uint32_t required_in;		/* the last block that requires it, */
	uint32_t required_as;		/* as what: SK_UNIT_REQUIRE_*, or of a class the permissions */
	uint32_t required_part;		/* ... and in which part of the unit */
};

/* A set that was lowered before, where the round is the lowering's; sets of permissions are the same in each. */
#define SK_TE_EVERY_ROUND UINT32_MAX

struct sk_te_kept_set {
	uint32_t set, round;
};

struct sk_te_use {
	uint32_t ref, addr, expansion;
	uint32_t stmt_addr, stmt_expansion;	/* of the statement that it stands in */
};

/* What a module of a unit of several leaves to those behind it: a name that is known from there on. */
struct sk_te_left {
	uint32_t ref;
	uint32_t flags;		/* SK_TE_SEEN_* */
};

struct sk_te_lower {
	struct sk_unit *unit;
	struct sk_space *space;
	const struct sk_te_stmt *stmt;	/* the one of whose parts is spoken */
	uint32_t block, cond;		/* where statements go now */
	unsigned int depth;		/* of blocks, without the unit's own */
	bool mls;			/* has sensitivities */
	bool in_order;			/* some names must be declared before they are used */
	uint32_t round;			/* counts the units */
	uint32_t part;			/* counts the modules that become one unit: each says for itself what it requires */
	bool noting;			/* what is left to others goes into `left` */
	size_t harmless;		/* mistakes for which nothing is missing in the unit: what stands in a wrong place */

	SK_PARTS(struct sk_te_seen) seen;	/* by reference */
	SK_PARTS(uint32_t) active;		/* references made active by the blocks around, innermost last */
	SK_PARTS(struct sk_te_use) unsure;	/* first uses before anything declared the name */
	SK_PARTS(struct sk_te_left) left;
	SK_PARTS(struct sk_te_use) early;	/* uses that want it declared before them, where it was not */
	SK_PARTS(struct sk_te_kept_set) kept_sets;	/* by struct sk_te_set.kept; all `cap` are set */
	struct sk_map pairs;			/* set of classes and set of permissions, to class permissions */
	SK_PARTS(uint32_t) items;		/* scratch */
	SK_PARTS(uint32_t) minus;
	SK_PARTS(struct sk_unit_node) nodes;
	SK_PARTS(const struct sk_te_expr *) spine;	/* of an expression: what is to be ended once its left side is */
	SK_PARTS(struct sk_number_range) ranges;
	uint32_t process, self;			/* names */
};

/* Borrowed: unit, which is empty, with its space. Returns 0 or -ENOMEM. */
int sk_te_lower_init(struct sk_te_lower *lower, struct sk_unit *unit);
void sk_te_lower_done(struct sk_te_lower *lower);

/* Goes on with another unit of that space, likewise. What was known of names is not known any more. */
int sk_te_lower_next(struct sk_te_lower *lower, struct sk_unit *unit);

/* Adds a statement of the outermost level to the unit. Mistakes are diagnostics (E014x). Returns 0 or -ENOMEM. */
int sk_te_lower_stmt(struct sk_te_lower *lower, const struct sk_te_stmt *stmt);

/* Behind the last one: what only the whole can tell, as names that nothing declares. Returns 0 or -ENOMEM. */
int sk_te_lower_end(struct sk_te_lower *lower);

/* Of a module that is not lowered, as it is known what it comes to: what it left to those behind it. Returns 0 or -ENOMEM. */
int sk_te_know_left(struct sk_te_lower *lower, const struct sk_te_left *left);

/* Reading. */

/*
 * A policy.conf, or a module as checkmodule reads it (its first statement tells), becomes a unit of its own. The space's
 * names must be those of sk_te_names_init. Returns 0, SK_UNIT_REFUSED, or a negative errno.
 */
int sk_unit_read_conf(struct sk_units *units, struct sk_space *space, const struct sk_source *source);

/*
 * A reference policy tree, opened with the space's names and sources: one unit when it is monolithic, else its base and
 * then one for each module, in the order of their names. kept: NULL, or what was kept of its modules, and will
 * be; where it becomes stale, all of this is to be done again without it. Returns likewise.
 */
struct sk_kept;
int sk_unit_read_tree(struct sk_units *units, struct sk_space *space, struct sk_refpolicy *rp, struct sk_kept *kept);

/*
 * One module written for a reference policy, whose tree or headers rp has and is prepared (sk_refpolicy_prepare; the
 * interfaces of all such modules have been added). Without a module statement it is refused. Returns likewise.
 */
int sk_unit_read_module(struct sk_units *units, struct sk_space *space, struct sk_refpolicy *rp,
			const struct sk_source *source);

/* A module's label file, into its unit. macros of rp, or without any when rp is NULL. Returns likewise. */
int sk_unit_read_labels(struct sk_unit *unit, struct sk_refpolicy *rp, const struct sk_source *source);

/* One line of such a file. Returns 0 or -ENOMEM. */
int sk_unit_add_label(struct sk_unit *unit, const struct sk_fc_line *line);

#endif
