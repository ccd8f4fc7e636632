/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_SYNTAX_OUTLINE_H
#define SK_SYNTAX_OUTLINE_H

#include "base/arena.h"
#include "base/intern.h"

/*
 * The outline of a reference policy source as it stands in its file: nothing is expanded, calls of interfaces and macros
 * are nodes, and so are ifdef, optional_policy and the like. It is what somebody sees who reads the file, and therefore
 * what style is judged on; what the statements mean once m4 has been over them is te/tree.h's.
 *
 * Statements that say nothing about style (contexts of ports, files systems and so on) are read and leave no node.
 */
enum sk_outline_kind {
	SK_OUTLINE_FILE,	/* the first node of each outline; it has no children, the file's statements follow it */
	SK_OUTLINE_HEADER,	/* name the module; flavor: 1 policy_module(), 0 module */
	SK_OUTLINE_COMMENT,	/* one or more; outside of statements of .if files and before a header only */
	SK_OUTLINE_DECL,	/* name; flavor enum sk_outline_decl; list 0 attributes, permissions of a class */
	SK_OUTLINE_ALIAS,	/* name; child of a DECL or TYPEALIAS */
	SK_OUTLINE_TYPEALIAS,	/* name */
	SK_OUTLINE_TYPEATTRIBUTE,	/* name, list 0 */
	SK_OUTLINE_ROLEATTRIBUTE,	/* name, list 0 */
	SK_OUTLINE_RULE,	/* flavor enum sk_outline_rule; lists: sources, targets, classes, permissions */
	SK_OUTLINE_XRULE,	/* likewise, list 3 the numbers, name the operation */
	SK_OUTLINE_ROLE_ALLOW,	/* lists: from, to */
	SK_OUTLINE_ROLE_TYPES,	/* name the role, list 0 */
	SK_OUTLINE_TRANSITION,	/* type_transition and its like: lists sources, targets, classes; name the result, or its range */
	SK_OUTLINE_ROLE_TRANSITION,	/* lists: sources, targets, classes; name the role */
	SK_OUTLINE_CALL,	/* name; list 0: the arguments, those in braces one by one */
	SK_OUTLINE_WORD,	/* name: a macro without arguments, or a stray word */
	SK_OUTLINE_PERMISSIVE,	/* name */
	SK_OUTLINE_SEMICOLON,	/* one that ends nothing */
	/* blocks: their first child is always a START */
	SK_OUTLINE_OPTIONAL,
	SK_OUTLINE_OPTIONAL_ELSE,	/* it follows its OPTIONAL */
	SK_OUTLINE_BOOLEAN,	/* if; list 0 the names of the condition; both branches in one */
	SK_OUTLINE_TUNABLE,	/* tunable_policy; likewise; each branch is an ARGUMENT */
	SK_OUTLINE_IFDEF,	/* ifdef, ifndef: ARGUMENTs; in .if files and require blocks the statements themselves */
	SK_OUTLINE_IFELSE,
	SK_OUTLINE_ARGUMENT,
	SK_OUTLINE_DEFINE,
	SK_OUTLINE_REQUIRE,
	SK_OUTLINE_GEN_REQUIRE,	/* flavor 1: its block is not quoted */
	SK_OUTLINE_INTERFACE,	/* name */
	SK_OUTLINE_TEMPLATE,	/* name */
	SK_OUTLINE_START,
	SK_OUTLINE_N_KINDS,
};

enum sk_outline_decl {
	SK_DECL_TYPE,
	SK_DECL_ATTRIBUTE,
	SK_DECL_ATTRIBUTE_ROLE,
	SK_DECL_ROLE,
	SK_DECL_CLASS,
	SK_DECL_BOOL,
	SK_DECL_USER,	/* these two come from elsewhere than DECL nodes */
	SK_DECL_PERM,
	SK_N_DECLS,
};

enum sk_outline_rule { SK_RULE_ALLOW, SK_RULE_AUDITALLOW, SK_RULE_DONTAUDIT, SK_RULE_NEVERALLOW };

enum {
	SK_ITEM_MINUS = 1,	/* taken away: "-name" */
	SK_ITEM_BEGINS = 2,	/* the first of an argument */
	SK_ITEM_LOOSE = 4,	/* of a call: it follows the one before without a comma */
	SK_ITEM_QUOTED = 8,	/* of a call: "" around it */
};

struct sk_outline_item {
	uint32_t text;		/* with the minus, as one name */
	uint32_t name;		/* without it */
	uint32_t at;		/* offset in the file */
	uint32_t flags;
};

struct sk_outline_list {
	uint32_t n;
	struct sk_outline_item *items;
};

struct sk_outline_node {
	struct sk_outline_node *parent, *prev, *next, *child;
	const char *disabled;	/* of "#selint-disable: W-001, C-004": what stands behind the colon; or NULL */
	uint32_t line;
	uint32_t at, end;	/* offsets of the statement in the file; of a block: of its opening */
	uint32_t name;
	uint8_t kind, flavor, n_lists;
	uint32_t mark;		/* for whoever walks the tree */
	struct sk_outline_list list[];
};

struct sk_outline_mistake {
	struct sk_outline_mistake *next;
	uint32_t line, at, length;
	const char *message;
};

struct sk_outline {
	struct sk_outline_node *file;
	struct sk_outline_mistake *mistakes;
	const uint32_t *lines;	/* where each line begins that a statement or remark begins in; rising */
	uint32_t n_lines;
};

/* The column, from 1, of what is at that offset: of a node, an item or a mistake. */
uint32_t sk_outline_column(const struct sk_outline *outline, uint32_t at);

/* Words of the language are the first of the names, so that a name's number tells. */
enum sk_outline_word {
#define SK_OUTLINE_WORD_ROW(id, text) SK_WORD_##id,
#include "syntax/outline/words.h"
#undef SK_OUTLINE_WORD_ROW
	SK_N_WORDS
};

/* Puts the words into names, which must be empty. */
int sk_outline_names_init(struct sk_intern *names);

/*
 * Words seen last, so that most of a tree's need not be looked up, and memory for the work: zeroed, it may serve any number
 * of files that share their names, one after the other.
 */
#define SK_OUTLINE_RECENT_BITS 11

struct sk_outline_recent {
	struct sk_outline_seen {
		uint64_t first, last;	/* eight bytes each; of what is shorter than eight, all and 0 */
		const char *s;		/* among the names */
		uint32_t n, name;
	} words[1 << SK_OUTLINE_RECENT_BITS];
	struct sk_outline_item *items;
	uint32_t *lines;
	size_t cap_items, cap_lines;
};

void sk_outline_recent_done(struct sk_outline_recent *recent);

enum sk_outline_file {
	SK_OUTLINE_TE,
	SK_OUTLINE_IF,
	SK_OUTLINE_GLOBAL,	/* global_booleans, global_tunables: declarations only */
};

/*
 * Reads a file. text is zero-terminated at n and is not kept; nodes live in the arena. After a mistake the outline goes
 * on with the next statement; a file with more than SK_OUTLINE_MISTAKES_MAX is read no further. recent may be NULL.
 * Returns 0 or -ENOMEM.
 */
#define SK_OUTLINE_MISTAKES_MAX 20

int sk_outline_parse(struct sk_outline *ret, struct sk_arena *arena, struct sk_intern *names,
		     struct sk_outline_recent *recent, enum sk_outline_file what, const char *text, size_t n);

/* The next in the order of the text, NULL at the end. */
static inline struct sk_outline_node *sk_outline_next(const struct sk_outline_node *node)
{
	if (node->child)
		return node->child;
	while (!node->next && node->parent)
		node = node->parent;
	return node->next;
}

/*
 * define(`x_perms', `{ read write other_perms }') of support/obj_perm_sets.spt: calls each with every name and its set.
 * And flask/access_vectors: calls each with the permissions of a class (name), or of a common (name SK_INTERN_NONE).
 */
typedef int (*sk_outline_set)(void *arg, uint32_t name, const struct sk_outline_list *list);
int sk_outline_read_sets(struct sk_intern *names, const char *text, size_t n, sk_outline_set each, void *arg);
int sk_outline_read_vectors(struct sk_intern *names, const char *text, size_t n, sk_outline_set each,
			    void *arg);

/* One line of a .fc file. */
enum sk_fc_line_kind {
	SK_FC_LINE_NOTHING, SK_FC_LINE_ENTRY, SK_FC_LINE_BAD, SK_FC_LINE_BLANK,	/* blank: of blanks only */
	SK_FC_LINE_N_KINDS,
};

struct sk_fc_part {
	const char *p;
	size_t n;
};

struct sk_fc_line {
	enum sk_fc_line_kind kind;
	bool none;		/* <<none>> */
	bool gen_context, has_range;
	struct sk_fc_part path, user, role, type;
	uint32_t close;		/* with gen_context: offset of its closing parenthesis in the line */
};

/* p[0..n) is a line without its line break. is_macro: whether a word that is followed by '(' is one; may be NULL. */
void sk_fc_line_read(struct sk_fc_line *ret, const char *p, size_t n,
		     bool (*is_macro)(const void *arg, const char *word, size_t n), const void *arg);

#endif
