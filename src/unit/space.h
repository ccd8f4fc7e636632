/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_UNIT_SPACE_H
#define SK_UNIT_SPACE_H

#include "base/intern.h"
#include "base/map.h"
#include "syntax/source.h"
#include "unit/lost.h"

/*
 * What all units of one build share: names, places, and the parts that statements are made of. Every part is a number
 * in here, equal parts (references, sets, class permissions) are one number, so that statements are small and nobody
 * compares text.
 *
 * Nothing in here is resolved: a reference says which word stands where, not what it means. Meaning is `compile`'s.
 *
 * One writer. Borrowed: names, sources and diags, which must outlive it.
 */

/* The tables that a word may be looked up in. Types, attributes and their aliases share one; so do the others'. */
enum sk_ns {
	SK_NS_COMMON,
	SK_NS_CLASS,		/* classes, and CIL's class maps while it is lowered */
	SK_NS_PERM,		/* of no class yet: which bit it is follows from the class it is used with */
	SK_NS_ROLE,
	SK_NS_TYPE,
	SK_NS_USER,
	SK_NS_BOOL,		/* booleans and tunables */
	SK_NS_SENS,
	SK_NS_CAT,
	SK_NS_SID,
	SK_N_NS,
};

#define SK_SPACE_NONE UINT32_MAX	/* no such part, where one may be missing */

/*
 * Where a reference begins to look. Scope 0 is the global one, where all of the policy language and of binary modules
 * stands. What is declared in a scope has the name PREFIX.word (word alone for the global one); a reference is first
 * tried with its scope's prefix, then with that of `next`, and so on. CIL makes one for each block, and for each call
 * of a macro, whose `next` may differ from the block around it. A word that starts with '.' is global.
 */
struct sk_scope {
	uint32_t prefix;	/* name number, or SK_INTERN_NONE for the global scope */
	uint32_t next;		/* scope, or SK_SPACE_NONE */
};

/* A word, looked up in ns from scope. */
struct sk_ref {
	uint32_t ns;		/* enum sk_ns */
	uint32_t scope;
	uint32_t name;		/* number in names */
};

/*
 * A set of names of one table. Either as a list (policy language, binary modules): n items that are in it, then
 * n_minus that are not; or, with SK_SET_EXPR, n items of a postfix expression.
 */
enum sk_set_flag {
	SK_SET_STAR = 1,	/* * */
	SK_SET_COMPLEMENT = 2,	/* ~ before it; the list is what is left out */
	SK_SET_SELF = 4,	/* with the source's own type (targets of rules) */
	SK_SET_NOT_SELF = 8,	/* without the source's own type: -self, notself */
	SK_SET_OTHER = 16,	/* CIL's other: the source set's other types */
	SK_SET_EXPR = 32,
	SK_SET_UNORDERED = 64,	/* of CIL's classorder: these come behind all that an order names */
};

/* Items of a postfix expression that are no reference; operators take what stands before them. */
enum sk_set_op {
	SK_SET_OP = 0x80000000u,	/* at least this: an operator */
	SK_SET_NOT = SK_SET_OP,
	SK_SET_AND,
	SK_SET_OR,
	SK_SET_XOR,
	SK_SET_ALL,			/* an operand: all there are */
	SK_SET_RANGE,			/* categories from the one to the other, by the order declared */
	SK_SET_EMPTY,			/* an operand: none */
};

struct sk_name_set {
	uint8_t ns;		/* enum sk_ns */
	uint8_t flags;		/* enum sk_set_flag */
	uint32_t n, n_minus;
	const uint32_t *items;	/* references, and enum sk_set_op with SK_SET_EXPR */
};

/* Classes with permissions: each of `classes` (set of SK_NS_CLASS) with `perms` (set of SK_NS_PERM). */
struct sk_class_perm {
	uint32_t classes, perms;
	uint32_t block;		/* counts while that block is enabled (CIL's classmapping); 0: always */
};

struct sk_class_perms {
	uint32_t n;
	const struct sk_class_perm *items;
};

/* Extended permissions: ranges of numbers, sorted and merged. */
enum sk_xop { SK_XOP_IOCTL, SK_XOP_NLMSG };

struct sk_number_range {
	uint32_t low, high;
};

struct sk_xperm_set {
	uint8_t op;		/* enum sk_xop */
	bool complement;	/* all but these */
	uint32_t n;
	const struct sk_number_range *ranges;
};

/* MLS. Numbers of parts; a set of categories may be SK_SPACE_NONE. */
struct sk_level_ref {
	uint32_t sens;		/* reference */
	uint32_t cats;		/* set */
};

struct sk_range_ref {
	uint32_t low, high;	/* levels */
};

struct sk_context_ref {
	uint32_t user, role, type;	/* references */
	uint32_t range;			/* SK_SPACE_NONE without MLS */
};

struct sk_address {
	uint8_t family;		/* 4 or 6 */
	uint8_t address[16], mask[16];	/* network order; IPv4 in the first four bytes */
};

/* Expressions, postfix. Conditions: */
enum sk_unit_op {
	SK_UNIT_NOT, SK_UNIT_AND, SK_UNIT_OR, SK_UNIT_XOR, SK_UNIT_EQ, SK_UNIT_NEQ,
	SK_UNIT_NAME,		/* `a`: reference to a boolean or tunable */
	SK_UNIT_COMPARE,	/* constraints: `left` `compare` `right` */
	SK_UNIT_COMPARE_NAMES,	/* constraints: `left` `compare` the set `a` */
};

/* ... and constraints: what is compared. 1 source or old, 2 target or new, 3 the task of validatetrans. */
enum sk_unit_attr {
	SK_UNIT_U1, SK_UNIT_U2, SK_UNIT_U3,
	SK_UNIT_R1, SK_UNIT_R2, SK_UNIT_R3,
	SK_UNIT_T1, SK_UNIT_T2, SK_UNIT_T3,
	SK_UNIT_L1, SK_UNIT_L2, SK_UNIT_H1, SK_UNIT_H2,
};

enum sk_unit_compare {
	SK_UNIT_CMP_EQ, SK_UNIT_CMP_NEQ, SK_UNIT_CMP_DOM, SK_UNIT_CMP_DOMBY, SK_UNIT_CMP_INCOMP,
};

struct sk_unit_node {
	uint8_t op;		/* enum sk_unit_op */
	uint8_t left, right;	/* enum sk_unit_attr */
	uint8_t compare;	/* enum sk_unit_compare */
	uint32_t a;
	uint32_t addr;
};

struct sk_unit_expr {
	uint32_t n;
	const struct sk_unit_node *nodes;
};

/*
 * A block switches a group of statements on or off: the whole unit (parent SK_SPACE_NONE), an optional, or an else
 * branch of one. Block 0 is no block.
 *
 * It is enabled when its parent is, all that its REQUIRE statements name is there, and, where `lenient` (CIL), every
 * reference in it is found. An else branch is enabled when its parent is and its `otherwise` is not. Declarations in a
 * block that is switched off are not there, which may switch off others; who depends on what is `compile`'s to find.
 */
struct sk_block {
	uint32_t unit;
	uint32_t parent;
	uint32_t otherwise;	/* the branch that this is the else of; SK_SPACE_NONE */
	bool lenient;
	uint32_t name;		/* CIL names its optionals; SK_INTERN_NONE */
	uint32_t addr, expansion;
};

/* A growing array of parts. */
#define SK_PARTS(type) struct { type *list; size_t n, cap; }

struct sk_space {
	struct sk_intern *names;
	struct sk_sources *sources;
	struct sk_diags *diags;
	struct sk_arena arena;

	SK_PARTS(struct sk_scope) scopes;	/* [0] is the global one */
	SK_PARTS(struct sk_ref) refs;
	SK_PARTS(struct sk_name_set) sets;
	SK_PARTS(struct sk_class_perms) class_perms;
	SK_PARTS(struct sk_xperm_set) xperms;
	SK_PARTS(struct sk_level_ref) levels;
	SK_PARTS(struct sk_range_ref) ranges;
	SK_PARTS(struct sk_context_ref) contexts;
	SK_PARTS(struct sk_address) addresses;
	SK_PARTS(struct sk_unit_expr) exprs;
	SK_PARTS(struct sk_block) blocks;	/* [0] is no block */

	SK_PARTS(uint32_t) global_refs[SK_N_NS];	/* scope 0, by name: reference + 1, or 0; all `cap` are set */
	SK_PARTS(uint32_t) single_sets;		/* by reference: the set of it alone + 1, or 0; all `cap` are set */
	struct sk_map scoped_ref_numbers;	/* by hash; refs of equal hash are chained in scoped_next */
	struct sk_map set_numbers, class_perms_numbers;	/* by hash, likewise */
	SK_PARTS(uint32_t) scoped_next, set_next, class_perms_next;

	/* Names of macros that stand for permissions, as read_file_perms: what a permission that is none may be meant for. */
	SK_PARTS(uint32_t) perm_macros;

	struct sk_lost lost;
};

int sk_space_init(struct sk_space *space, struct sk_intern *names, struct sk_sources *sources,
		  struct sk_diags *diags);
void sk_space_done(struct sk_space *space);

/* Each finds or adds a part, copying what it is given, and returns 0 and its number, or -ENOMEM. */
int sk_space_any_ref(struct sk_space *space, enum sk_ns ns, uint32_t scope, uint32_t name, uint32_t *ret_ref);

/* What a policy says it says many times: most references are there. */
static inline int sk_space_ref(struct sk_space *space, enum sk_ns ns, uint32_t scope, uint32_t name, uint32_t *ret_ref)
{
	if (scope || name >= space->global_refs[ns].cap || !space->global_refs[ns].list[name])
		return sk_space_any_ref(space, ns, scope, name, ret_ref);
	*ret_ref = space->global_refs[ns].list[name] - 1;
	return 0;
}

int sk_space_set(struct sk_space *space, const struct sk_name_set *set, uint32_t *ret_set);
int sk_space_class_perms(struct sk_space *space, const struct sk_class_perms *perms, uint32_t *ret_perms);
int sk_space_xperms(struct sk_space *space, const struct sk_xperm_set *xperms, uint32_t *ret_xperms);

/* Each finds the part among the last ones, which are mostly alike, or adds it. */
int sk_space_level(struct sk_space *space, const struct sk_level_ref *level, uint32_t *ret_level);
int sk_space_range(struct sk_space *space, const struct sk_range_ref *range, uint32_t *ret_range);

/* Each adds a part. */
int sk_space_scope(struct sk_space *space, const struct sk_scope *scope, uint32_t *ret_scope);
int sk_space_context(struct sk_space *space, const struct sk_context_ref *context, uint32_t *ret_context);
int sk_space_address(struct sk_space *space, const struct sk_address *address, uint32_t *ret_address);
int sk_space_expr(struct sk_space *space, const struct sk_unit_expr *expr, uint32_t *ret_expr);
int sk_space_block(struct sk_space *space, const struct sk_block *block, uint32_t *ret_block);

/* The set of one reference, the commonest there is; or of one name of the global scope. */
int sk_space_set_of_ref(struct sk_space *space, uint32_t ref, uint32_t *ret_set);
int sk_space_set_of(struct sk_space *space, enum sk_ns ns, uint32_t name, uint32_t *ret_set);

#endif
