/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_UNIT_CIL_LOWER_H
#define SK_UNIT_CIL_LOWER_H

#include "unit/cil.h"

/*
 * What the files of the lowering share. A *body* is an instance of something that holds statements: a block, an optional,
 * a macro, what a call or an inheritance brought, a branch. Statements in it are items: a node of a tree, or another
 * body. Expanding a macro copies its items (eight bytes a statement) into the body of the call, and makes bodies of its
 * own for those within.
 *
 * Errors: `error` is a negative errno, after which nothing more is done; mistakes are counted, and what has one is left
 * out.
 */
#define SK_CIL_NONE UINT32_MAX

enum sk_cil_body_kind {
	SK_BODY_ROOT,
	SK_BODY_BLOCK,
	SK_BODY_MACRO,
	SK_BODY_OPTIONAL,
	SK_BODY_IN,
	SK_BODY_TUNABLEIF,
	SK_BODY_BOOLEANIF,
	SK_BODY_BRANCH,		/* (true ...) or (false ...) */
	SK_BODY_SRC_INFO,
	SK_BODY_CALL,
	SK_BODY_INHERIT,
	SK_BODY_ABSTRACT,	/* blockabstract */
};

struct sk_cil_item {
	uint32_t tree;		/* number of the input; SK_CIL_BODY: `node` is the number of a body */
	uint32_t node;
};

#define SK_CIL_BODY UINT32_MAX

struct sk_cil_body {
	uint8_t kind;		/* enum sk_cil_body_kind */
	bool is_true;		/* BRANCH */
	bool after;		/* IN */
	bool gone;		/* IN and TUNABLEIF once they are dealt with, optionals that cannot be there */
	bool global;		/* names are looked up in the global scope alone: nothing but blocks changes that */
	bool settled;		/* it stands where names are declared: not in an IN or TUNABLEIF */
	bool copied;		/* INHERIT, CALL: has its items */
	uint32_t parent;
	uint32_t scope;		/* where names in it are declared: of the body itself (ROOT, BLOCK, MACRO) or around it */
	uint32_t tree, node;	/* the list that it is written as */
	uint32_t name;		/* of a block, macro or optional; what is called or inherited */
	uint32_t link;		/* CALL: the macro's body; INHERIT: the block's body */
	uint32_t block;		/* of the space, once statements are made */
	uint32_t cond;		/* BRANCH: likewise */
	uint32_t expansion;	/* of what stands in it */
	uint32_t args;		/* CALL: the list of arguments, or SK_CIL_NONE */
	SK_PARTS(struct sk_cil_item) items;
};

/* Where names are declared: the global scope (0), blocks, macros. A block that is inherited into one of the same name
   shares its scope. */
struct sk_cil_scope {
	uint32_t body;
	uint32_t prefix;	/* whole name of the block, or SK_INTERN_NONE */
	bool abstract;
	SK_PARTS(uint32_t) inherits;	/* bodies that inherit the block */
};

/* The tables of names that CIL has; those of enum sk_ns and its own. */
enum sk_cil_sym {
	SK_SYM_BLOCK, SK_SYM_USER, SK_SYM_ROLE, SK_SYM_TYPE, SK_SYM_COMMON, SK_SYM_CLASS, SK_SYM_CLASSPERMISSION,
	SK_SYM_BOOL, SK_SYM_TUNABLE, SK_SYM_SENS, SK_SYM_CAT, SK_SYM_SID, SK_SYM_CONTEXT, SK_SYM_LEVEL,
	SK_SYM_LEVELRANGE, SK_SYM_POLICYCAP, SK_SYM_IPADDR, SK_SYM_STRING, SK_SYM_PERMISSIONX,
	SK_CIL_N_SYMS,
};

struct sk_cil_symbol {
	uint32_t name, full;	/* the word, and with the blocks it stands in */
	uint8_t sym;		/* enum sk_cil_sym */
	uint8_t word;		/* the statement that declares it: enum sk_cil_word */
	bool busy;		/* being looked into: a circle */
	uint32_t scope;
	uint32_t body;		/* that the declaration stands in; of a block, macro or optional its own */
	uint32_t tree, node;
	uint32_t block;		/* of the space */
	uint32_t next;		/* the next declaration of the same name and scope, where there may be several */
	uint32_t part;		/* levels, ranges, contexts: what it comes to; aliases: the symbol; SK_SPACE_NONE: not yet */
	uint32_t first, last;	/* class permissions: the statements that say what it is, a chain in `sayings` */
};

/* A classpermissionset or classmapping, of a class permission or of a permission of a class map. */
struct sk_cil_saying {
	uint32_t body, tree, node;	/* of the class permissions */
	uint32_t block;
	uint32_t perm;			/* class maps: name of the permission */
	bool busy;			/* being looked into: what stands for itself is a circle */
	uint32_t next;
};

/* What a name was found to be: a symbol; or an argument of a call that is not a name; or nothing that CIL declares. */
struct sk_cil_found {
	uint32_t symbol;		/* SK_CIL_NONE */
	uint32_t name;			/* a word of other units: as it is to be looked up globally */
	uint32_t tree, list;		/* an argument that is a list or address; SK_CIL_NONE */
};

struct sk_cil_lower {
	struct sk_unit *unit;
	struct sk_space *space;
	struct sk_intern *names;
	const struct sk_cil_words *words;
	const struct sk_cil_input *inputs;
	size_t n_inputs;
	const struct sk_cil_options *options;
	int error;
	unsigned int mistakes;
	unsigned int expected;		/* so many there were before statements were moved; one more ends that */
	bool exhausted;			/* too many statements, which has been said */
	size_t n_items;

	SK_PARTS(struct sk_cil_body) bodies;	/* [0] is the root */
	SK_PARTS(struct sk_cil_scope) scopes;
	SK_PARTS(struct sk_cil_symbol) symbols;
	SK_PARTS(struct sk_cil_saying) sayings;
	SK_PARTS(struct sk_cil_saying) tunables;	/* declarations: body, tree, node */
	struct sk_map by_name;			/* scope, table and name, to symbol */
	uint8_t *dotted;			/* by name, of those from the inputs: it has a dot */
	size_t n_dotted;
	uint32_t never;				/* a block that is off; SK_SPACE_NONE: not made yet */

	/* marks of source lines: the place counted to last, in the mark of that body, and its expansion */
	struct {
		uint32_t body, addr, line, expansion;
	} counted;

	/* the statement at hand */
	uint32_t body, tree, node;
	uint32_t block, cond;

	/* scratch: items of sets, nodes of expressions, class permissions */
	SK_PARTS(uint32_t) items;
	SK_PARTS(struct sk_unit_node) nodes;
	SK_PARTS(struct sk_class_perm) perms;
	/* by name: the set of that one type; SK_SPACE_NONE */
	uint32_t *type_sets;
	size_t n_type_sets;
};

static inline const struct sk_cil_tree *sk_cil_tree_of(const struct sk_cil_lower *l, uint32_t tree)
{
	return l->inputs[tree].tree;
}

/* The first failure stays. */
static inline void sk_cil_fail(struct sk_cil_lower *l, int error)
{
	if (error && !l->error)
		l->error = error;
}

static inline struct sk_cil_body *sk_cil_body(struct sk_cil_lower *l, uint32_t body)
{
	return &l->bodies.list[body];
}

/* The text of a node's word; a list is called "a list". */
const char *sk_cil_text(const struct sk_cil_lower *l, uint32_t tree, uint32_t node);

/* A mistake at a node, in the expansion of a body. */
struct sk_diag *sk_cil_error(struct sk_cil_lower *l, const char *id, uint32_t body, uint32_t tree, uint32_t node,
			     const char *fmt, ...) SK_PRINTF(6, 7);
void sk_cil_note(struct sk_cil_lower *l, struct sk_diag *diag, uint32_t tree, uint32_t node, const char *fmt, ...)
	SK_PRINTF(5, 6);

/* The expansion of the statement at hand: with the line that a mark says it was made from. */
uint32_t sk_cil_stmt_expansion(struct sk_cil_lower *l);

/* cil-shape.c: whether a statement has the parts that its kind has. False after a diagnostic. */
bool sk_cil_shape_ok(struct sk_cil_lower *l, uint32_t body, uint32_t tree, uint32_t list, enum sk_cil_word word);
bool sk_cil_name_ok(struct sk_cil_lower *l, uint32_t body, uint32_t tree, uint32_t node, enum sk_cil_word word);
/* An argument of a call for a parameter of that kind. */
bool sk_cil_argument_ok(struct sk_cil_lower *l, uint32_t body, uint32_t tree, uint32_t node, enum sk_cil_word kind);
bool sk_cil_number(const char *s, int base, uint64_t most, uint64_t *ret_number);
bool sk_cil_is_address(const char *s);

/* cil-body.c: statements to bodies, and what moves and multiplies them. */
void sk_cil_read_all(struct sk_cil_lower *l);
void sk_cil_expand_all(struct sk_cil_lower *l);

/* cil-name.c: declarations and names. */
uint32_t sk_cil_find(const struct sk_cil_lower *l, uint32_t scope, enum sk_cil_sym sym, uint32_t name);
/* The name of something declared in a scope, with the blocks around it. */
uint32_t sk_cil_whole_name(struct sk_cil_lower *l, uint32_t scope, uint32_t name);
/* Adds a declaration; SK_CIL_NONE after a diagnostic or an error. */
uint32_t sk_cil_declare(struct sk_cil_lower *l, enum sk_cil_sym sym, enum sk_cil_word word, uint32_t scope, uint32_t name,
			uint32_t body, uint32_t tree, uint32_t node);
void sk_cil_declare_all(struct sk_cil_lower *l);
/* Looks a name up from a body. False when nothing in the CIL declares it: found->name says what other units may. */
bool sk_cil_resolve(struct sk_cil_lower *l, uint32_t body, enum sk_cil_sym sym, uint32_t name,
		    struct sk_cil_found *found);
/* The table that a parameter or declaration of that kind belongs to. */
enum sk_cil_sym sk_cil_sym_of(enum sk_cil_word word);
/* The nearest name of that table, as a note. */
void sk_cil_note_nearest(struct sk_cil_lower *l, struct sk_diag *diag, enum sk_cil_sym sym, uint32_t name);
/* A name of a file or the like, which may be a parameter. */
uint32_t sk_cil_string(struct sk_cil_lower *l, uint32_t body, uint32_t name);
/* The named block, macro or optional; SK_CIL_NONE. */
uint32_t sk_cil_find_block(struct sk_cil_lower *l, uint32_t body, uint32_t name, bool in_statement);
/* What has to do with a name is not there: switches the optional off, or is a mistake. */
void sk_cil_missing(struct sk_cil_lower *l, enum sk_cil_sym sym, uint32_t tree, uint32_t node, uint32_t name);
/* The statement at hand is there only if that block is. */
void sk_cil_depend(struct sk_cil_lower *l, uint32_t block);

/* A reference to a name, from a body; SK_SPACE_NONE when out of memory. */
uint32_t sk_cil_ref(struct sk_cil_lower *l, uint32_t body, enum sk_cil_sym sym, uint32_t name);

/* cil-set.c: sets, permissions, conditions and constraints to parts. SK_SPACE_NONE after an error or a diagnostic. */
uint32_t sk_cil_set_of_name(struct sk_cil_lower *l, uint32_t body, enum sk_cil_sym sym, uint32_t name);
uint32_t sk_cil_set(struct sk_cil_lower *l, uint32_t body, enum sk_cil_sym sym, uint32_t tree, uint32_t node);
uint32_t sk_cil_plain_set(struct sk_cil_lower *l, uint32_t body, enum sk_cil_sym sym, uint32_t tree, uint32_t node);
uint32_t sk_cil_unordered(struct sk_cil_lower *l, uint32_t tree, uint32_t list);
uint32_t sk_cil_target(struct sk_cil_lower *l, uint32_t tree, uint32_t node, bool others);
uint32_t sk_cil_class_set(struct sk_cil_lower *l, uint32_t body, uint32_t tree, uint32_t node);
uint32_t sk_cil_class_perms(struct sk_cil_lower *l, uint32_t tree, uint32_t node);
uint32_t sk_cil_permissionx(struct sk_cil_lower *l, uint32_t tree, uint32_t node, uint32_t *ret_classes);
uint32_t sk_cil_condition(struct sk_cil_lower *l, uint32_t body, uint32_t tree, uint32_t node);
uint32_t sk_cil_constraint(struct sk_cil_lower *l, uint32_t tree, uint32_t node);
/* The value of a condition over tunables. */
bool sk_cil_tunable_value(struct sk_cil_lower *l, uint32_t body, uint32_t tree, uint32_t node, bool *ret_missing);

/* cil-context.c: levels, ranges, contexts, addresses to parts. */
uint32_t sk_cil_level(struct sk_cil_lower *l, uint32_t body, uint32_t tree, uint32_t node);
uint32_t sk_cil_range(struct sk_cil_lower *l, uint32_t body, uint32_t tree, uint32_t node);
uint32_t sk_cil_context(struct sk_cil_lower *l, uint32_t body, uint32_t tree, uint32_t node);
uint32_t sk_cil_address(struct sk_cil_lower *l, uint32_t tree, uint32_t node, uint32_t mask);
uint32_t sk_cil_subnet(struct sk_cil_lower *l, uint32_t tree, uint32_t node);

/* cil-statement.c: bodies to statements of the unit. */
void sk_cil_lower_all(struct sk_cil_lower *l);

#endif
