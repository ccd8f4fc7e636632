/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_SYNTAX_TE_TREE_H
#define SK_SYNTAX_TE_TREE_H

#include "syntax/te/token.h"

/*
 * The tree of the policy language: what stands there, without meaning. A statement of any kind is one struct whose
 * parts are filled as the grammar of its kind says (the table in parse.c is that grammar; the comment at each kind
 * below names the parts). All of it lives in the parser's arena.
 */
struct sk_te_name {
	uint32_t name;		/* number in the names; SK_INTERN_NONE: not there */
	uint32_t addr;
	uint32_t expansion;
	bool minus;		/* in a set: taken away */
	bool hole;		/* never in what is handed out: template.c */
};

enum {
	SK_TE_SET_STAR = 1,		/* * */
	SK_TE_SET_COMPLEMENT = 2,	/* ~ before it */
	SK_TE_SET_BRACES = 4,
};

/* { a b -c }: braces within braces are gone, as they mean nothing. */
struct sk_te_set {
	uint32_t n;
	uint32_t kept;		/* not 0: what has the same number is the same set, wherever it stands */
	uint8_t flags;
	struct sk_te_name *names;
};

struct sk_te_level {
	struct sk_te_name sensitivity;
	struct sk_te_set categories;	/* c0, or c0.c5 as one name */
};

struct sk_te_range {
	bool present;
	bool dash;		/* both are written; else high is the same as low */
	struct sk_te_level low, high;
};

struct sk_te_context {
	struct sk_te_name user, role, type;
	struct sk_te_range range;
};

/* Conditions and constraints, in the order of reading a tree: operators have children, operands have the rest. */
enum sk_te_op {
	SK_TE_NOT, SK_TE_AND, SK_TE_OR, SK_TE_XOR, SK_TE_EQ, SK_TE_NE,
	SK_TE_NAME,		/* a boolean: name */
	SK_TE_COMPARE,		/* constraint: left, compare, then right (a keyword), or names */
};

struct sk_te_expr {
	uint8_t op;
	uint8_t left, right;	/* enum sk_te_keyword: u1 r2 t3 l1 h2 ...; right is SK_N_KEYWORDS when there are names */
	uint8_t compare;	/* enum sk_te_keyword: EQ DOM DOMBY INCOMP; or SK_PUNCT_NE */
	uint32_t addr, expansion;
	struct sk_te_name name;
	struct sk_te_set names;
	struct sk_te_expr *a, *b;
};

/* Numbers and ranges of numbers of extended permissions. */
struct sk_te_xperm {
	uint32_t low, high;
	uint32_t addr;
};

enum sk_te_kind {
	SK_TE_CLASS,		/* name; inherits: name2; braces: set[0] */
	SK_TE_SID,		/* name; context[0].type.name is SK_INTERN_NONE when it only declares */
	SK_TE_COMMON,		/* name, set[0] */
	SK_TE_DEFAULT_USER,	/* set[0] classes; word[0] SOURCE or TARGET */
	SK_TE_DEFAULT_ROLE,
	SK_TE_DEFAULT_TYPE,
	SK_TE_DEFAULT_RANGE,	/* word[1] LOW HIGH LOW_HIGH; or word[0] GLBLUB */
	SK_TE_SENSITIVITY,	/* name, set[0] aliases */
	SK_TE_DOMINANCE,	/* set[0] */
	SK_TE_CATEGORY,		/* name, set[0] aliases */
	SK_TE_LEVEL,		/* name, set[0] categories */
	SK_TE_CONSTRAIN,	/* set[0] classes, set[1] permissions, expr */
	SK_TE_MLSCONSTRAIN,
	SK_TE_VALIDATETRANS,	/* set[0] classes, expr */
	SK_TE_MLSVALIDATETRANS,
	SK_TE_POLICYCAP,	/* name */
	SK_TE_ATTRIBUTE,	/* name */
	SK_TE_EXPANDATTRIBUTE,	/* set[0], value */
	SK_TE_TYPE,		/* name, set[0] aliases, set[1] attributes */
	SK_TE_TYPEALIAS,	/* name, set[0] */
	SK_TE_TYPEATTRIBUTE,	/* name, set[0] */
	SK_TE_TYPEBOUNDS,	/* name, set[0] */
	SK_TE_BOOL,		/* name, value */
	SK_TE_TUNABLE,
	SK_TE_TYPE_TRANSITION,	/* set[0] sources, set[1] targets, set[2] classes, name the result, name2 of the object */
	SK_TE_TYPE_MEMBER,
	SK_TE_TYPE_CHANGE,
	SK_TE_RANGE_TRANSITION,	/* set[0], set[1], set[2] classes when colon, range */
	SK_TE_ALLOW,		/* set[0] sources, set[1] targets, set[2] classes, set[3] permissions */
	SK_TE_AUDITALLOW,
	SK_TE_AUDITDENY,
	SK_TE_DONTAUDIT,
	SK_TE_NEVERALLOW,
	SK_TE_ALLOWXPERM,	/* set[0] set[1] set[2], name the operation, xperms, complement */
	SK_TE_AUDITALLOWXPERM,
	SK_TE_DONTAUDITXPERM,
	SK_TE_NEVERALLOWXPERM,
	SK_TE_PERMISSIVE,	/* name */
	SK_TE_NEVERAUDIT,
	SK_TE_ATTRIBUTE_ROLE,	/* name */
	SK_TE_ROLE,		/* name, set[0] attributes; or types: set[1] */
	SK_TE_ROLE_TRANSITION,	/* set[0], set[1], set[2] classes when colon, name */
	SK_TE_ROLE_ALLOW,	/* set[0], set[1] */
	SK_TE_ROLEATTRIBUTE,	/* name, set[0] */
	SK_TE_IF,		/* expr, body, else_body */
	SK_TE_OPTIONAL,		/* body, else_body */
	SK_TE_REQUIRE,		/* body: CLASS with set[0], TYPE, ROLE, ... with set[0] the names */
	SK_TE_USER,		/* name, set[0] roles, level, range */
	SK_TE_PORTCON,		/* name the protocol, number[2], context[0] */
	SK_TE_NETIFCON,		/* name, context[2] */
	SK_TE_NODECON,		/* name an address or network, name2 the mask or none, word[0] the token's kind, context[0] */
	SK_TE_IBPKEYCON,	/* name, number[2], context[0] */
	SK_TE_IBENDPORTCON,	/* name, number[0], context[0] */
	SK_TE_FS_USE_XATTR,	/* name, context[0] */
	SK_TE_FS_USE_TASK,
	SK_TE_FS_USE_TRANS,
	SK_TE_GENFSCON,		/* name, name2 the path, name3 the kind of file ("--" too), context[0] */
	SK_TE_PIRQCON,		/* number[0], context[0] */
	SK_TE_IOMEMCON,		/* number[2], context[0] */
	SK_TE_IOPORTCON,
	SK_TE_PCIDEVICECON,	/* number[0], context[0] */
	SK_TE_DEVICETREECON,	/* name the path, context[0] */
	SK_TE_MODULE,		/* name, name2 the version */
	SK_TE_EMPTY,		/* a ';' alone, where that is asked for (the lexer's blanks) */
	SK_TE_N_KINDS,
};

struct sk_te_stmt {
	struct sk_te_stmt *next;	/* in the same block */
	uint8_t kind;			/* enum sk_te_kind */
	uint8_t word[2];		/* enum sk_te_keyword */
	bool value;			/* true */
	bool colon;			/* the optional ": classes" is there; of a role: "types" is */
	bool complement;		/* ~ before xperms */
	uint32_t kept;			/* of a rule, not 0: what has the same number has the same set[2] and set[3] */
	uint32_t addr;			/* of the first word */
	uint32_t expansion;
	struct sk_te_name name, name2, name3;
	struct sk_te_set set[4];
	struct sk_te_xperm *xperms;
	uint32_t n_xperms;
	uint64_t number[2];
	struct sk_te_expr *expr;
	struct sk_te_context *context;	/* one, or two for netifcon */
	struct sk_te_range *range;
	struct sk_te_level *level;
	struct sk_te_stmt *body, *else_body;
	bool has_else;
};

extern const char *const sk_te_kind_names[SK_TE_N_KINDS];

/*
 * Called with each statement of the outermost level, as soon as it is complete. It and all it points to live in the
 * arena; the caller may reset that between statements when it keeps none. Returns 0 or a negative errno, which ends
 * the parse.
 */
typedef int (*sk_te_handler)(void *arg, struct sk_te_stmt *stmt);

struct sk_te_parser {
	struct sk_te_lexer *lexer;
	struct sk_arena *arena;
	struct sk_sources *sources;
	struct sk_diags *diags;
	struct sk_te_token token;	/* the one to look at */
	struct sk_te_token last;	/* the one before */
	unsigned int depth;
	unsigned int mistakes;
	unsigned int braces;		/* of sets, open in this statement */
	bool failed;			/* this statement is given up */
	bool broken;			/* one in a block of this statement was */
	struct sk_te_stmt *salvaged;	/* what it declares all the same */
	bool at_end;			/* the file ended too early, which has been said */
	int error;			/* negative errno */
	/* scratch for lists */
	struct sk_te_name *names;
	size_t n_names, cap_names;
	struct sk_te_xperm *xperms;
	size_t n_xperms, cap_xperms;
};

/* After so many mistakes in one file the parse ends: it is not what it is taken for. */
#define SK_TE_MISTAKES_MAX 1000

/* Prints a statement, in one line but for blocks. It parses back to the same. */
void sk_te_print(struct sk_buf *buf, const struct sk_intern *names, const struct sk_te_stmt *stmt);

/*
 * Parses what the lexer gives to its end. Mistakes are diagnostics (E013x), after each of which the parse goes on with
 * the next statement. Statements with mistakes are not handed out, but for declarations, as far as they go. Returns 0 or a negative errno.
 */
int sk_te_parse(struct sk_te_lexer *lexer, struct sk_arena *arena, struct sk_sources *sources,
		struct sk_diags *diags, sk_te_handler handler, void *arg);

/*
 * The same for a part of a file: where it stands (grammar.h), how many mistakes the file has had so far, and whether
 * this part has one.
 */
int sk_te_parse_part(struct sk_te_lexer *lexer, struct sk_arena *arena, struct sk_sources *sources,
		     struct sk_diags *diags, uint8_t where, unsigned int *mistakes, bool *ret_broken,
		     sk_te_handler handler, void *arg);

#endif
