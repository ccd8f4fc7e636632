/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_SYNTAX_TE_TEMPLATE_STATE_H
#define SK_SYNTAX_TE_TEMPLATE_STATE_H

#include "syntax/te/grammar.h"
#include "syntax/te/macro-state.h"
#include "syntax/te/template.h"

/* What template.c (filling in) and template-make.c share. */
enum sk_item_kind {
	SK_ITEM_TEXT,		/* to be read as text */
	SK_ITEM_STMT,
	SK_ITEM_CALL,		/* of a macro: name, args */
	SK_ITEM_PARAM,		/* $value stands here */
	SK_ITEM_IFDEF,		/* args: name, then, else */
	SK_ITEM_OPTIONAL,	/* args: body, else */
	SK_ITEM_REQUIRE,	/* gen_require: stmt */
	SK_ITEM_TUNABLE,	/* stmt: the if; require: its booleans; args: condition, then, else */
};

/* How an argument is written. */
enum sk_item_form {
	SK_FORM_TEXT,		/* in quotes, or words alone: its text is the argument */
	SK_FORM_PARAM,		/* one parameter: what it stands for is the argument */
	SK_FORM_PASTE,		/* one word with parameters in it */
	SK_FORM_MIXED,		/* words and parameters */
};

struct sk_item_arg {
	uint8_t form;		/* enum sk_item_form */
	uint32_t value;		/* PARAM */
	struct sk_text *text;
};

struct sk_item {
	uint8_t kind;		/* enum sk_item_kind */
	uint8_t holes;		/* STMT, REQUIRE: parts with placeholders: 1 2 4 for the names, 8 16 32 64 for the sets */
	uint8_t where;		/* STMT: where it may stand */
	uint32_t value;		/* PARAM; CALL: name */
	uint32_t addr;
	uint32_t n_args;
	struct sk_item_arg *args;
	struct sk_te_stmt *stmt, *require;
	uint32_t length;	/* in bytes, from addr on */
	struct sk_text *text;	/* all of it, or NULL: it has not been wanted yet */
	/* TEXT without parameters: what it came to, while no definition changes; `where` it stood */
	bool lasting, read;
	uint32_t changes;
};

struct sk_template {
	uint32_t epoch;
	bool usable;
	bool comments;		/* one has a parameter in it */
	uint32_t n;
	struct sk_item *items;
};

/* What a placeholder stands for. */
struct sk_hole {
	uint32_t param;		/* $n; 0: the text, one word with parameters in it */
	struct sk_text *text;
};

struct sk_templates {
	struct sk_macro_reader *m;
	struct sk_arena *arena;		/* of statements handed out */
	struct sk_diags *diags;
	sk_te_handler handler;
	void *arg;
	unsigned int mistakes;
	unsigned int depth;		/* of texts within texts */
	bool broken;			/* the statement around has a mistake in one of its blocks */

	/* words that mean something here, by name; the macros of optional_policy, gen_require and tunable_policy count only
	   while their bodies are the ones known */
	uint32_t optional_policy, gen_require, tunable_policy, ifdef, in_optional, self_contained, dollar;

	/* making */
	struct sk_te_token *tokens;
	size_t n_tokens, cap_tokens;
	struct sk_item *items;
	size_t n_items, cap_items;
	struct sk_te_stmt *parsed;

	/* filling in */
	struct sk_te_name *names;
	size_t n_names, cap_names;
	bool braces;			/* some were in the list */
};

/* Positive outcomes: read it as text; the reader has stopped. */
#define SK_TEMPLATE_TEXT 1

/* A part of a text, as one of its own. NULL when out of memory. */
struct sk_text *sk_template_part(struct sk_templates *t, const struct sk_text *text, const char *from, const char *to);

/* The template of a kept text, made when it is not there or no longer holds. Returns 0 or -ENOMEM. */
int sk_template_of(struct sk_templates *t, struct sk_text *text, const struct sk_template **ret_template);

/* The macro with that name when it is what a reference policy has under that name, else NULL. */
bool sk_template_knows(struct sk_templates *t, uint32_t name);

#endif
