/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_COMPILE_COMPILER_H
#define SK_COMPILE_COMPILER_H

#include "base/map.h"
#include "compile/compile.h"
#include "compile/originate.h"

/*
 * One compilation. The stages run in the order in which they stand here, each in files of its own, and each finds what
 * the earlier ones left in this struct. Numbers of symbols, references and sets are indexes; SK_SPACE_NONE is none.
 *
 * A mistake in the input is a diagnostic and does not end a stage: `errors` is asked between stages where going on
 * would only repeat it. Functions return 0 or -ENOMEM unless they say otherwise.
 */
enum sk_flavor {
	SK_FLAVOR_PLAIN,	/* a type, role, user, class, boolean, ... */
	SK_FLAVOR_ATTRIBUTE,	/* of types, roles or users */
	SK_FLAVOR_ALIAS,	/* of a type, sensitivity or category */
	SK_FLAVOR_TUNABLE,
	SK_FLAVOR_ANY,		/* of requirements: whatever it is */
};

struct sk_entity {
	uint32_t name;		/* number of the whole name in the names */
	uint8_t ns;		/* enum sk_ns */
	uint8_t flavor;		/* enum sk_flavor */
	bool expand, keep;	/* attribute: rules name its types instead; it was said that they must not */
	bool dropped;		/* attribute: not in the policy at all; its id is one that the policy does not have */
	bool spread;		/* attribute of CIL: rules name its types instead */
	uint32_t first_decl;	/* chain of declarations, in order */
	uint32_t last_decl;
	uint32_t n_enabled;	/* declarations in blocks that are on */
	uint32_t alias_of;	/* symbol */
	uint32_t id;		/* in the policy, from 1; of an alias 0 */
	uint32_t top_unit;	/* the unit that declares it outside any optional */
};

struct sk_decl {
	uint32_t symbol;
	uint32_t stmt;		/* see sk_stmt_at */
	uint32_t block;
	uint32_t next;		/* of the same symbol */
};

/* A statement that adds to an attribute. */
struct sk_member {
	uint32_t stmt, next;
};

/* Sorted ids that a set comes to. */
struct sk_ids {
	uint32_t n;
	const uint32_t *ids;
};

/* What a set of types came to: with attributes kept where rules keep them, and all expanded. Made when first asked. */
struct sk_set_value {
	bool has_kept, has_types, bad;
	struct sk_ids kept;
	struct sk_bitset types;
	struct sk_ids type_ids;
};

/* A class and the permissions that a rule names of it. */
struct sk_access {
	uint32_t cls;
	uint32_t mask;
};

struct sk_access_list {
	bool made, bad;
	uint32_t n;
	const struct sk_access *items;
};

/* A deny rule. */
struct sk_deny {
	uint32_t flags;		/* of its targets: enum sk_set_flag */
	const struct sk_bitset *sources, *targets;
	const struct sk_access_list *accesses;
};

/* A conditional of the policy: those of the units that are equal are one. */
struct sk_compiled_cond {
	uint32_t n_nodes;
	struct sk_cond_node *nodes;
	uint32_t n_bools;	/* distinct ones */
	uint32_t bools[SK_COND_DEPTH];	/* sorted, when they are at most SK_COND_BOOLS */
	uint64_t truth;		/* by the values of `bools` */
	bool state;		/* with the default values */
};

#define SK_COND_BOOLS 5		/* libsepol merges conditionals of at most so many booleans by their truth tables */

/* What becomes of a conditional of a unit. */
struct sk_cond_place {
	bool made, bad;
	bool decided;		/* over tunables alone */
	bool value;		/* ... and this is what it comes to */
	bool swapped;		/* the conditional of the policy is its negation */
	uint32_t cond;
};

struct sk_extended {		/* an extended permission before it is merged */
	uint64_t key;
	uint32_t stmt;
	uint32_t cil_set;	/* of CIL: the xperms, to be merged before they are split up; else SK_SPACE_NONE */
	struct sk_xperm x;
};

/* Something of the policy that a statement gave; kinds are those of origins' keys. */
struct sk_fact {
	uint32_t kind, source, target, cls;
	uint32_t name;		/* number in the names, or SK_INTERN_NONE */
	uint32_t stmt;
};

struct sk_compiler {
	struct sk_space *space;
	const struct sk_unit *const *units;
	size_t n_units;
	const struct sk_compile_options *options;
	struct sk_diags *diags;
	struct sk_intern *names;
	struct sk_arena arena;	/* dies with the compilation */
	struct sk_policy *policy;
	size_t errors;
	bool damaged;		/* statements are missing: what may follow from that is no diagnostic, but counted in */
	size_t hidden;
	bool lost_unit;		/* a unit as a whole lacks something: what it says is not to be counted on */
	bool damaged_classes;	/* some of them lack permissions for it */
	bool no_memory;		/* of functions that give NULL or false for a mistake as well */

	/* statements are numbered through all units: first_stmt[u] is the first of unit u */
	uint32_t *first_stmt;
	uint32_t n_stmts;
	uint32_t *of_kind;			/* statements by kind, in order; */
	uint32_t first_of_kind[SK_UNIT_N_KINDS + 1];	/* where those of a kind begin */

	/* symbols */
	SK_PARTS(struct sk_entity) symbols;
	SK_PARTS(struct sk_decl) decls;
	struct sk_map by_name;	/* ns and whole name, to symbol */
	uint32_t *ref_symbol;	/* by reference; SK_SPACE_NONE: not found; SK_REF_UNKNOWN: not looked up */
	uint32_t object_r;
	uint32_t n_sids;	/* that have a place in the order */
	/* in a policy of CIL alone: who may have object_r, and what types it may have; the policy itself says nothing of it */
	struct sk_bitset object_r_users;
	struct sk_idset object_r_types;

	/* blocks */
	bool *enabled;
	uint32_t *off_because;	/* a number of `needs`, or SK_SPACE_NONE: its parent is off, or it was not needed */
	struct sk_need {
		uint32_t block;	/* or a group of needs, numbered behind the blocks; see block.c */
		uint32_t ref;	/* of a block or group that must be on: its number */
		uint32_t stmt;
		uint32_t next;	/* of the same symbol */
		uint8_t kind;	/* of the statement */
		bool of_block;
	} *needs;
	size_t n_needs, cap_needs;

	/* what sets come to */
	uint32_t n_plain_types, n_type_ids;	/* types are numbered before attributes */
	uint32_t n_kept_types;	/* and attributes that are not in the policy behind all that are */
	uint32_t *type_symbol;	/* by id */
	struct sk_bitset *attribute_types;	/* by id of an attribute: its types */
	uint8_t *attribute_state;
	uint32_t *member_first;		/* by id of an attribute: the statements that say what is in it */
	SK_PARTS(struct sk_member) members;
	struct sk_bitset all_types;
	struct sk_bitset all_of[SK_N_NS];	/* ids of roles, users, classes */
	struct sk_set_value *sets;		/* by set number; of types */
	struct sk_bitset *other_sets;		/* by set number; of roles, users, classes */
	bool *has_other_set;
	struct sk_access_list *accesses;	/* by number of class permissions */
	struct sk_map perm_values;		/* class id and name to value */
	uint32_t *perm_masks;			/* by class id: all it has */
	struct sk_map member_sets;		/* symbol of an attribute of roles or users, to number in member_rows */
	SK_PARTS(struct sk_bitset) member_rows;

	/* rules */
	unsigned int bits_type, bits_class, bits_branch;
	SK_PARTS(struct sk_record) records;	/* one rule before it is merged with its equals; keys: rule.h */
	SK_PARTS(struct sk_extended) extended;
	SK_PARTS(struct sk_deny) denies;
	SK_PARTS(struct sk_compiled_cond) conds;
	bool *bool_values;			/* by symbol: defaults of booleans and tunables */
	struct sk_cond_place **cond_places;	/* by unit and conditional */
	SK_PARTS(uint32_t) neverallows;		/* statements */
	uint32_t *cond_number;		/* by conditional: its number after optimizing, or SK_SPACE_NONE; NULL: the same */

	/* origins of what has no record: transitions; constraints and contexts, by the keys of origins */
	bool want_origins;
	struct sk_collecting *collecting;	/* origin.c */
	struct sk_map never_sets;		/* origin-neverallow.c */
	struct sk_optimizing *optimizing;	/* optimize.c: rules of conditionals, and which of these stay; then all others. */
	SK_PARTS(struct sk_fact) facts;
	SK_PARTS(struct sk_record) noted;
};

#define SK_REF_UNKNOWN (UINT32_MAX - 1)

static inline const struct sk_unit_stmt *sk_stmt_at(const struct sk_compiler *c, uint32_t stmt, uint32_t *ret_unit)
{
	uint32_t lo = 0, hi = (uint32_t)c->n_units;

	while (hi - lo > 1) {
		uint32_t mid = lo + (hi - lo) / 2;

		if (c->first_stmt[mid] <= stmt)
			lo = mid;
		else
			hi = mid;
	}
	if (ret_unit)
		*ret_unit = lo;
	return &c->units[lo]->stmts.list[stmt - c->first_stmt[lo]];
}

/* Whether nothing but CIL is compiled. */
static inline bool sk_is_all_cil(const struct sk_compiler *c)
{
	for (size_t u = 0; u < c->n_units; u++)
		if (c->units[u]->source != SK_UNIT_CIL)
			return false;
	return true;
}

static inline bool sk_has_cil(const struct sk_compiler *c)
{
	for (size_t u = 0; u < c->n_units; u++)
		if (c->units[u]->source == SK_UNIT_CIL)
			return true;
	return false;
}

/* For each statement of a block that is on, in order. `stmt` is the statement, `number` its number. */
#define SK_EACH_STMT(c, unit_number, stmt, number) \
	for (uint32_t unit_number = 0; unit_number < (c)->n_units; unit_number++) \
		for (uint32_t number = (c)->first_stmt[unit_number], end_ = (c)->first_stmt[unit_number + 1]; \
		     number < end_; number++) \
			for (const struct sk_unit_stmt *stmt = \
				     &(c)->units[unit_number]->stmts.list[number - (c)->first_stmt[unit_number]]; \
			     stmt && (c)->enabled[stmt->block]; stmt = NULL)

/* The statements of some kinds that stand in a row, in order. */
struct sk_stmt_walk {
	const struct sk_compiler *c;
	uint32_t first, last;		/* kinds */
	uint32_t at[SK_UNIT_N_KINDS];	/* the next of each, in of_kind */
	uint32_t unit, number;		/* of the one that is had */
	const struct sk_unit_stmt *stmt;
};

static inline struct sk_stmt_walk sk_walk_stmts(const struct sk_compiler *c, uint32_t first, uint32_t last)
{
	struct sk_stmt_walk w;

	w.c = c;
	w.first = first;
	w.last = last;
	w.unit = 0;
	for (uint32_t k = first; k <= last; k++)
		w.at[k] = c->first_of_kind[k];
	return w;
}

/* False at the end. Blocks are not asked for. */
static inline bool sk_next_stmt(struct sk_stmt_walk *w)
{
	const struct sk_compiler *c = w->c;
	uint32_t kind = UINT32_MAX, number = UINT32_MAX;

	for (uint32_t k = w->first; k <= w->last; k++)
		if (w->at[k] < c->first_of_kind[k + 1] && c->of_kind[w->at[k]] < number) {
			kind = k;
			number = c->of_kind[w->at[k]];
		}
	if (kind == UINT32_MAX)
		return false;
	w->at[kind]++;
	while (number >= c->first_stmt[w->unit + 1])
		w->unit++;
	w->number = number;
	w->stmt = &c->units[w->unit]->stmts.list[number - c->first_stmt[w->unit]];
	return true;
}

/* The same as SK_EACH_STMT for those of one kind, and of kinds from one to another. */
#define SK_EACH_STMT_IN(c, first, last, unit_number, stmt, number) \
	for (struct sk_stmt_walk walk_ = sk_walk_stmts(c, first, last); sk_next_stmt(&walk_);) \
		for (uint32_t unit_number __attribute__((unused)) = walk_.unit, number = walk_.number, end_ = number + 1; \
		     number < end_; number++) \
			for (const struct sk_unit_stmt *stmt = walk_.stmt; \
			     stmt && (c)->enabled[stmt->block]; stmt = NULL)
#define SK_EACH_STMT_OF(c, kind, unit_number, stmt, number) SK_EACH_STMT_IN(c, kind, kind, unit_number, stmt, number)

#define SK_COMPILE_ADD(parts, item) \
	(sk_grow(&(parts).list, &(parts).cap, (parts).n + 1, sizeof(*(parts).list)) \
		 ? -ENOMEM \
		 : ((parts).list[(parts).n++] = (item), 0))

/* symbol.c: the declarations of all units, and names. */
int sk_compile_symbols(struct sk_compiler *c);
uint32_t sk_find_symbol(const struct sk_compiler *c, uint32_t ns, uint32_t name);
/* The symbol of a reference among those that are there, aliases not followed; SK_SPACE_NONE. */
uint32_t sk_lookup(const struct sk_compiler *c, uint32_t ref);
/* The same once blocks are settled, aliases followed; looked up once. */
uint32_t sk_meaning(struct sk_compiler *c, uint32_t ref);
const char *sk_symbol_name(const struct sk_compiler *c, uint32_t symbol);
const char *sk_ref_name(const struct sk_compiler *c, uint32_t ref);
bool sk_stmt_declares(const struct sk_unit_stmt *stmt, uint8_t *ret_ns, uint8_t *ret_flavor);
bool sk_stmt_requires(const struct sk_unit_stmt *stmt, uint8_t *ret_ns, uint8_t *ret_flavor);
const char *sk_ns_word(uint32_t ns, uint32_t flavor);

/* A copy that lives as long as the policy. */
const char *sk_keep(struct sk_compiler *c, const char *name);

/* Calls visit with each reference of a statement. */
typedef int (*sk_visit_ref)(struct sk_compiler *c, const struct sk_unit_stmt *stmt, uint32_t ref, void *arg);
int sk_stmt_refs(struct sk_compiler *c, const struct sk_unit_stmt *stmt, sk_visit_ref visit, void *arg);

/* block.c: which blocks are on. */
int sk_compile_blocks(struct sk_compiler *c);

/* error.c: diagnostics at statements. */
/* Whether a statement's sets of types or roles take some away: without a statement that is missing they may hold more. */
bool sk_takes_away(const struct sk_compiler *c, const struct sk_unit_stmt *stmt);

/* A statement is left out for something else that is wrong: what concerns its names may follow from that. */
void sk_compile_lose(struct sk_compiler *c, const struct sk_unit_stmt *stmt);

struct sk_diag *sk_compile_error(struct sk_compiler *c, const char *id, const struct sk_unit_stmt *stmt,
				 const char *fmt, ...) SK_PRINTF(4, 5);
/* The word is underlined where it stands in the statement. */
struct sk_diag *sk_compile_error_at(struct sk_compiler *c, const char *id, const struct sk_unit_stmt *stmt,
				    const char *word, const char *fmt, ...) SK_PRINTF(5, 6);
void sk_compile_note(struct sk_compiler *c, struct sk_diag *diag, const struct sk_unit_stmt *stmt,
		     const char *fmt, ...) SK_PRINTF(4, 5);
/* "unknown type 'x'", with the nearest name there is. Always returns SK_SPACE_NONE. */
uint32_t sk_compile_unknown(struct sk_compiler *c, const struct sk_unit_stmt *stmt, uint32_t ref, uint32_t flavor);

/* The symbol that a reference of a statement means, of a flavor; SK_SPACE_NONE after a diagnostic. */
uint32_t sk_need_symbol(struct sk_compiler *c, const struct sk_unit_stmt *stmt, uint32_t ref, enum sk_flavor flavor);

/* class.c: commons, classes, permissions. */
int sk_compile_classes(struct sk_compiler *c);
/* What class permissions come to; false after a diagnostic or when out of memory. */
bool sk_access_of(struct sk_compiler *c, const struct sk_unit_stmt *stmt, uint32_t perms,
		  const struct sk_access_list **ret_list);

/* keep.c: which attributes of CIL are in the policy. */
int sk_compile_kept(struct sk_compiler *c);

/* type.c, set.c: types, attributes, and sets of them. */
int sk_compile_types(struct sk_compiler *c);
/* NULL after a diagnostic or when out of memory. */
const struct sk_ids *sk_rule_types(struct sk_compiler *c, const struct sk_unit_stmt *stmt, uint32_t set);
const struct sk_ids *sk_set_type_ids(struct sk_compiler *c, const struct sk_unit_stmt *stmt, uint32_t set);
const struct sk_bitset *sk_set_types(struct sk_compiler *c, const struct sk_unit_stmt *stmt, uint32_t set);
/* The roles or users of an attribute of theirs. NULL after a diagnostic or when out of memory. */
const struct sk_bitset *sk_members_of(struct sk_compiler *c, uint32_t symbol);
/* Sets of roles, users or classes: ids. */
const struct sk_bitset *sk_set_ids(struct sk_compiler *c, const struct sk_unit_stmt *stmt, uint32_t set);

/* mls.c: sensitivities, categories, levels. */
int sk_compile_mls(struct sk_compiler *c);
/* False after a diagnostic or when out of memory. */
bool sk_level_of(struct sk_compiler *c, const struct sk_unit_stmt *stmt, uint32_t level, struct sk_level *ret_level);
bool sk_range_of(struct sk_compiler *c, const struct sk_unit_stmt *stmt, uint32_t range, struct sk_range *ret_range);
/* Only that what the range names is there. */
void sk_check_range_names(struct sk_compiler *c, const struct sk_unit_stmt *stmt, uint32_t number);
/* Levels, ranges and sets of categories that CIL gives names to are looked at, used or not. */
void sk_check_named_levels(struct sk_compiler *c);

/* role.c: roles and users. The parts of roles are their types, bounds and whom they dominate. */
int sk_compile_roles(struct sk_compiler *c);
int sk_compile_role_parts(struct sk_compiler *c);
int sk_compile_users(struct sk_compiler *c);

/* conditional.c: booleans and conditionals. */
int sk_compile_bools(struct sk_compiler *c);
/* What becomes of a statement's conditional. NULL after a diagnostic or when out of memory. */
const struct sk_cond_place *sk_cond_place(struct sk_compiler *c, uint32_t unit, uint32_t cond);

/* rule.c: rules with permissions and types. */
int sk_compile_rules(struct sk_compiler *c);

/* transition.c: transitions of roles, by name, of ranges; which role may become which. */
int sk_compile_transitions(struct sk_compiler *c);

/* constraint.c */
int sk_compile_constraints(struct sk_compiler *c);

/* context.c: contexts of objects. */
int sk_compile_contexts(struct sk_compiler *c);

/* header.c: what is said of the policy as a whole. */
int sk_compile_header(struct sk_compiler *c);

/* check-*.c, once the policy is sealed. */
int sk_check_content(struct sk_compiler *c);
int sk_check_bounds(struct sk_compiler *c);
int sk_check_neverallow(struct sk_compiler *c);

/* optimize.c: rules of conditionals, and which of these stay; then all others. */
int sk_optimize_conditionals(struct sk_compiler *c);
int sk_optimize_rules(struct sk_compiler *c);

/* origin.c: notes where something comes from; and all of it at the end. NULL when the policy is too large for that. */
int sk_note_fact(struct sk_compiler *c, uint32_t kind, uint32_t source, uint32_t target, uint32_t cls, uint32_t name,
		 uint32_t stmt);
int sk_note_key(struct sk_compiler *c, uint64_t key, uint32_t stmt);
/* Origins are made while the stages run: begun before the first one, */
int sk_origins_begin(struct sk_compiler *c);
/* noted when all is known that the policy has, */
int sk_origins_note(struct sk_compiler *c);
/* (neverallow rules, which the policy does not have, in origin-neverallow.c; *ret_too_large as below) */
int sk_note_neverallows(struct sk_compiler *c, struct sk_origins_writer *w, bool *ret_too_large);
/* numbered when it is known which conditionals stay, */
int sk_origins_number(struct sk_compiler *c);
/* and ended before `c` is done with; *ret_origins is set when they are wanted and can be had. */
int sk_origins_end(struct sk_compiler *c, bool wanted, struct sk_origins **ret_origins);

#endif
