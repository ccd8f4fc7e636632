/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Outlines: recursive descent over a source as it stands. What counts as a node, on which line it begins and what is its
 * neighbor follows the grammar of SELint, so that judgments of style come out as its users know them; what that
 * grammar refuses is a mistake here, behind which the reading goes on.
 *
 * Blocks nest by recursion, at most DEPTH_MAX deep.
 */
#include "syntax/outline/outline.h"

#include <errno.h>
#include <string.h>

#include "syntax/outline/token.h"

#define DEPTH_MAX 200

struct sk_outline_parser {
	struct sk_outline_lexer lexer;
	struct sk_outline_token token;	/* the one to look at */
	uint32_t last_end;		/* where the one before it ends */
	struct sk_arena *arena;
	struct sk_outline *outline;
	struct sk_outline_mistake **last_mistake;
	struct sk_outline_node *parent, *cur;	/* cur: what a new node follows */
	enum sk_outline_file what;
	unsigned int depth, n_mistakes;
	bool failed;			/* this statement is given up; lexer.error: everything is */
	struct sk_outline_item *items;	/* scratch */
	size_t n_items, cap_items;
};

int sk_outline_names_init(struct sk_intern *names)
{
	static const char *const words[] = {
#define SK_OUTLINE_WORD_ROW(id, text) text,
#include "syntax/outline/words.h"
#undef SK_OUTLINE_WORD_ROW
	};
	uint32_t number;

	for (size_t i = 0; i < SK_ARRAY_LEN(words); i++) {
		int r = sk_intern_add_static(names, words[i], strlen(words[i]), &number);

		if (r)
			return r;
	}
	return 0;
}

/*
 * Tokens and mistakes.
 */
static void sk_next(struct sk_outline_parser *p)
{
	p->last_end = p->token.end;
	sk_outline_token(&p->lexer, &p->token);
}

/* The token before the one to look at, which was a mark. */
static struct sk_outline_token sk_mark_before(const struct sk_outline_parser *p)
{
	struct sk_outline_token mark = { .at = p->last_end - 1, .end = p->last_end, .line = p->token.line };

	for (uint32_t at = p->last_end; at < p->token.at; at++)
		mark.line -= p->lexer.text[at] == '\n';
	return mark;
}

static bool sk_at(const struct sk_outline_parser *p, uint32_t kind)
{
	return p->token.kind == kind;
}

static bool sk_at_word(const struct sk_outline_parser *p, enum sk_outline_word word)
{
	return p->token.kind == SK_OUTLINE_NAME && p->token.name == (uint32_t)word;
}

static bool sk_take(struct sk_outline_parser *p, uint32_t kind)
{
	if (!sk_at(p, kind))
		return false;
	sk_next(p);
	return true;
}

static void sk_mistake(struct sk_outline_parser *p, const char *wanted)
{
	struct sk_outline_mistake *m;

	if (p->failed || p->lexer.error)
		return;
	p->failed = true;
	p->n_mistakes++;
	m = SK_ARENA_NEW(p->arena, struct sk_outline_mistake);
	if (m) {
		uint32_t length = p->token.end - p->token.at;

		m->line = p->token.line;
		m->at = p->token.at;
		m->length = length;
		m->message = sk_at(p, SK_OUTLINE_END)
				     ? sk_arena_printf(p->arena, "expected %s, but the file ends", wanted)
				     : sk_arena_printf(p->arena, "expected %s, found '%.*s'", wanted,
						       (int)SK_MIN(length, 60u), p->lexer.text + m->at);
	}
	if (!m || !m->message) {
		p->lexer.error = -ENOMEM;
		return;
	}
	*p->last_mistake = m;
	p->last_mistake = &m->next;
}

static void sk_want(struct sk_outline_parser *p, uint32_t kind, const char *wanted)
{
	if (!p->failed && !sk_take(p, kind))
		sk_mistake(p, wanted);
}

static uint32_t sk_want_name(struct sk_outline_parser *p, const char *wanted)
{
	uint32_t name = p->token.name;

	if (!p->failed && (sk_take(p, SK_OUTLINE_NAME) || sk_take(p, SK_OUTLINE_NUMBER)))
		return name;
	sk_mistake(p, wanted);
	return SK_WORD_EMPTY;
}

static bool sk_give_up(const struct sk_outline_parser *p)
{
	return p->lexer.error || p->n_mistakes >= SK_OUTLINE_MISTAKES_MAX;
}

/* To behind the next semicolon, or to before what closes the block. */
static void sk_recover(struct sk_outline_parser *p)
{
	unsigned int depth = 0;

	p->failed = false;
	p->n_items = 0;
	while (!sk_at(p, SK_OUTLINE_END)) {
		if (sk_at(p, '`'))
			depth++;
		else if (sk_at(p, '\'') && !depth)
			return;
		else if (sk_at(p, '\''))
			depth--;
		else if (sk_at(p, '}') && !depth)
			return;
		else if (sk_at(p, ';') && !depth) {
			sk_next(p);
			return;
		}
		sk_next(p);
	}
}

/*
 * Nodes.
 */
static struct sk_outline_node *sk_insert(struct sk_outline_parser *p, enum sk_outline_kind kind,
					 unsigned int n_lists, const struct sk_outline_token *start)
{
	size_t size = sizeof(struct sk_outline_node) + n_lists * sizeof(struct sk_outline_list);
	struct sk_outline_node *node = sk_arena_alloc(p->arena, size);

	if (!node) {
		p->lexer.error = -ENOMEM;
		return NULL;
	}
	*node = (struct sk_outline_node){
		.parent = p->parent, .prev = p->cur, .line = start->line, .at = start->at, .end = p->last_end,
		.kind = (uint8_t)kind, .n_lists = (uint8_t)n_lists,
	};
	for (unsigned int i = 0; i < n_lists; i++)
		node->list[i] = (struct sk_outline_list){ 0 };
	if (p->cur)
		p->cur->next = node;
	else if (p->parent)
		p->parent->child = node;
	p->cur = node;
	return node;
}

static void sk_begin(struct sk_outline_parser *p, struct sk_outline_node *block,
		     const struct sk_outline_token *start)
{
	if (!block)
		return;
	p->parent = block;
	p->cur = NULL;
	sk_insert(p, SK_OUTLINE_START, 0, start);
}

/* A run of remarks is one node: that there is any before an interface is all that anybody asks. */
static void sk_insert_remark(struct sk_outline_parser *p, const struct sk_outline_token *start)
{
	if (!p->cur || p->cur->kind != SK_OUTLINE_COMMENT)
		sk_insert(p, SK_OUTLINE_COMMENT, 0, start);
}

static struct sk_outline_node *sk_begin_new(struct sk_outline_parser *p, enum sk_outline_kind kind,
					    unsigned int n_lists, const struct sk_outline_token *start)
{
	struct sk_outline_node *block = sk_insert(p, kind, n_lists, start);

	sk_begin(p, block, start);
	return block;
}

static void sk_end(struct sk_outline_parser *p, struct sk_outline_node *block)
{
	if (!block)
		return;
	p->cur = block;
	p->parent = block->parent;
}

/* A disabling comment, for `node`. */
static void sk_disable(struct sk_outline_parser *p, struct sk_outline_node *node)
{
	const char *ids;

	if (!sk_at(p, SK_OUTLINE_DISABLE))
		return;
	ids = memchr(p->lexer.text + p->token.at, ':', p->token.end - p->token.at) ?: "";
	if (node) {
		node->disabled = sk_arena_strndup(p->arena, ids + 1,
						  p->token.end - p->token.at -
							  (size_t)(ids + 1 - (p->lexer.text + p->token.at)));
		if (!node->disabled)
			p->lexer.error = -ENOMEM;
	}
	sk_next(p);
}

/*
 * Lists. Items gather in a scratch array; a list is what came since a mark.
 */
static void sk_add_item(struct sk_outline_parser *p, uint32_t text, uint32_t name, uint32_t at, uint32_t flags)
{
	if (p->n_items == p->cap_items && sk_grow(&p->items, &p->cap_items, p->n_items + 1, sizeof(*p->items))) {
		p->lexer.error = -ENOMEM;
		return;
	}
	p->items[p->n_items++] = (struct sk_outline_item){ text, name, at, flags };
}

static struct sk_outline_list sk_list_since(struct sk_outline_parser *p, size_t mark)
{
	struct sk_outline_list list = { .n = (uint32_t)(p->n_items - mark) };

	p->n_items = mark;
	if (!list.n)
		return list;
	list.items = sk_arena_alloc(p->arena, list.n * sizeof(*list.items));
	if (!list.items) {
		p->lexer.error = -ENOMEM;
		list.n = 0;
	}
	/* most hold one or two */
	for (uint32_t i = 0; i < list.n; i++)
		list.items[i] = p->items[mark + i];
	return list;
}

/* "-name" as one name. */
static uint32_t sk_minus_name(struct sk_outline_parser *p, uint32_t name)
{
	const struct sk_intern_entry *e = &p->lexer.names->entries[name];
	uint32_t number = name;
	char small[256], *text = e->n < sizeof(small) ? small : malloc(e->n + 1);

	if (text) {
		text[0] = '-';
		memcpy(text + 1, e->s, e->n);
	}
	if (!text || sk_intern_add(p->lexer.names, text, e->n + 1, &number))
		p->lexer.error = -ENOMEM;
	if (text != small)
		free(text);
	return number;
}

static bool sk_is_item(const struct sk_outline_parser *p)
{
	return sk_at(p, SK_OUTLINE_NAME) || sk_at(p, SK_OUTLINE_NUMBER) || sk_at(p, SK_OUTLINE_QUOTED);
}

/* name, "name", -name */
static void sk_item(struct sk_outline_parser *p, uint32_t flags)
{
	uint32_t at = p->token.at, name;
	unsigned int minus = 0;

	for (; sk_take(p, '-'); minus++)
		flags |= SK_ITEM_MINUS;
	if (!sk_is_item(p)) {
		sk_mistake(p, "a name");
		return;
	}
	name = p->token.name;
	if (sk_at(p, SK_OUTLINE_QUOTED))
		flags |= SK_ITEM_QUOTED;
	sk_next(p);
	sk_add_item(p, minus ? sk_minus_name(p, name) : name, name, at, flags);
}

/* { a b -c }, ~ before it, one name, * */
static void sk_set(struct sk_outline_parser *p)
{
	while (!p->failed && sk_at(p, '~')) {
		sk_add_item(p, SK_WORD_TILDE, SK_WORD_TILDE, p->token.at, 0);
		sk_next(p);
	}
	if (p->failed)
		return;
	if (sk_at(p, '*')) {
		sk_add_item(p, SK_WORD_STAR, SK_WORD_STAR, p->token.at, 0);
		sk_next(p);
	} else if (sk_take(p, '{')) {
		do
			sk_item(p, 0);
		while (!p->failed && !p->lexer.error && !sk_at(p, '}'));
		sk_want(p, '}', "'}'");
	} else {
		sk_item(p, 0);
	}
}

static struct sk_outline_list sk_set_list(struct sk_outline_parser *p)
{
	size_t mark = p->n_items;

	sk_set(p);
	return sk_list_since(p, mark);
}

static struct sk_outline_list sk_comma_list(struct sk_outline_parser *p)
{
	size_t mark = p->n_items;

	do {
		uint32_t at = p->token.at, name = sk_want_name(p, "a name");

		if (!p->failed)
			sk_add_item(p, name, name, at, 0);
	} while (!p->failed && sk_take(p, ','));
	return sk_list_since(p, mark);
}

/* Numbers of extended permissions: { 0x1 0x3-0x5 }, ~ before it. */
static struct sk_outline_list sk_numbers(struct sk_outline_parser *p)
{
	size_t mark = p->n_items;
	bool braces;

	while (sk_at(p, '~')) {
		sk_add_item(p, SK_WORD_TILDE, SK_WORD_TILDE, p->token.at, 0);
		sk_next(p);
	}
	braces = sk_take(p, '{');
	do {
		uint32_t at = p->token.at, name;

		if (braces && sk_take(p, '-'))
			name = SK_WORD_DASH;
		else
			name = sk_want_name(p, "a number");
		if (!p->failed)
			sk_add_item(p, name, name, at, 0);
	} while (braces && !p->failed && !p->lexer.error && !sk_at(p, '}'));
	if (braces)
		sk_want(p, '}', "'}'");
	return sk_list_since(p, mark);
}

/*
 * Ranges, contexts and other text without nodes.
 */
static bool sk_is_range_part(const struct sk_outline_parser *p)
{
	return sk_is_item(p) || sk_at(p, ':') || sk_at(p, '.') || sk_at(p, '-');
}

/* s0:c0.c3 - s15, as one name. */
static uint32_t sk_range(struct sk_outline_parser *p)
{
	char text[256];
	size_t n = 0;
	uint32_t number = SK_WORD_EMPTY;

	if (!sk_is_range_part(p)) {
		sk_mistake(p, "a range");
		return number;
	}
	for (; sk_is_range_part(p); sk_next(p)) {
		size_t more = p->token.end - p->token.at;

		if (n + more < sizeof(text)) {
			memcpy(text + n, p->lexer.text + p->token.at, more);
			n += more;
		}
	}
	if (sk_intern_add(p->lexer.names, text, n, &number))
		p->lexer.error = -ENOMEM;
	return number;
}

/* From behind an opening mark to behind the one that closes it; whatever stands between. */
static void sk_skip_enclosed(struct sk_outline_parser *p, char open, char close, const char *what)
{
	unsigned int depth = 1;

	while (depth && !sk_at(p, SK_OUTLINE_END)) {
		if (sk_at(p, open))
			depth++;
		else if (sk_at(p, close))
			depth--;
		sk_next(p);
	}
	if (depth)
		sk_mistake(p, what);
}

static void sk_skip_quoted(struct sk_outline_parser *p)
{
	sk_skip_enclosed(p, '`', '\'', "the end of the quote");
}

static void sk_skip_parentheses(struct sk_outline_parser *p)
{
	sk_skip_enclosed(p, '(', ')', "')'");
}

/* user:role:type[:range], or gen_context(...) */
static void sk_context(struct sk_outline_parser *p)
{
	if (sk_at_word(p, SK_WORD_GEN_CONTEXT)) {
		sk_next(p);
		sk_want(p, '(', "'('");
		if (!p->failed)
			sk_skip_parentheses(p);
		return;
	}
	for (int i = 0; i < 3; i++) {
		if (i)
			sk_want(p, ':', "':'");
		sk_want_name(p, "a part of a context");
	}
	if (!p->failed && sk_take(p, ':'))
		sk_range(p);
}

/* portcon tcp 80 CONTEXT and its like: anything up to a context, `n` of them, perhaps with a semicolon. */
static void sk_object_context(struct sk_outline_parser *p, unsigned int n, bool semicolon)
{
	struct sk_outline_token first = p->token;

	sk_next(p);
	if (first.name == SK_WORD_NODECON) {
		/* two addresses, or one with its prefix: words of another lexicon */
		while (!sk_at(p, SK_OUTLINE_END) && p->token.line == first.line &&
		       !sk_at_word(p, SK_WORD_GEN_CONTEXT) &&
		       (!sk_at(p, SK_OUTLINE_NAME) || p->token.name < SK_N_WORDS ||
			p->lexer.p >= p->lexer.limit || *p->lexer.p != ':' ||
			strchr(":0123456789abcdef", p->lexer.p[1])))
			sk_next(p);
	} else {
		sk_next(p);
		if (first.name == SK_WORD_GENFSCON || first.name == SK_WORD_PORTCON) {
			sk_next(p);
			/* -- or -d before a context; 80 - 90 */
			while (sk_take(p, '-'))
				if (!sk_at_word(p, SK_WORD_GEN_CONTEXT) && *p->lexer.p != ':')
					sk_next(p);
		}
	}
	while (n-- && !p->failed)
		sk_context(p);
	if (semicolon)
		sk_want(p, ';', "';'");
}

/*
 * Statements.
 */
static void sk_lines(struct sk_outline_parser *p);
static void sk_require_lines(struct sk_outline_parser *p);

static void sk_header(struct sk_outline_parser *p)
{
	struct sk_outline_token start = p->token;
	bool macro = sk_at_word(p, SK_WORD_POLICY_MODULE);
	struct sk_outline_node *node;
	uint32_t name;

	sk_next(p);
	if (macro)
		sk_want(p, '(', "'('");
	name = sk_want_name(p, "the module's name");
	if (macro) {
		if (!p->failed && sk_take(p, ','))
			sk_want(p, SK_OUTLINE_NUMBER, "a version");
		sk_want(p, ')', "')'");
	} else {
		sk_want(p, SK_OUTLINE_NUMBER, "a version");
		sk_want(p, ';', "';'");
	}
	if (p->failed)
		return;
	node = sk_insert(p, SK_OUTLINE_HEADER, 0, &start);
	if (node) {
		node->name = name;
		node->flavor = macro;
	}
}

static void sk_declare(struct sk_outline_parser *p, enum sk_outline_decl flavor, uint32_t name,
		       struct sk_outline_list list, const struct sk_outline_token *start)
{
	struct sk_outline_node *node;

	if (p->failed)
		return;
	node = sk_insert(p, SK_OUTLINE_DECL, 1, start);
	if (!node)
		return;
	node->flavor = (uint8_t)flavor;
	node->name = name;
	node->list[0] = list;
}

static void sk_aliases(struct sk_outline_parser *p, const struct sk_outline_list *list,
		       const struct sk_outline_token *start)
{
	struct sk_outline_node *owner = p->cur;

	if (p->failed || p->lexer.error)
		return;
	p->parent = owner;
	p->cur = NULL;
	for (uint32_t i = 0; i < list->n && !p->lexer.error; i++) {
		struct sk_outline_node *node = sk_insert(p, SK_OUTLINE_ALIAS, 0, start);

		if (node)
			node->name = list->items[i].text;
	}
	sk_end(p, owner);
}

static void sk_type(struct sk_outline_parser *p)
{
	struct sk_outline_token start = p->token;
	struct sk_outline_list aliases = { 0 }, attributes = { 0 };
	uint32_t name;
	bool has_alias = false;

	sk_next(p);
	name = sk_want_name(p, "a type");
	if (!p->failed && sk_at_word(p, SK_WORD_ALIAS)) {
		sk_next(p);
		aliases = sk_set_list(p);
		has_alias = true;
	}
	if (!p->failed && sk_take(p, ','))
		attributes = sk_comma_list(p);
	sk_want(p, ';', "';'");
	sk_declare(p, SK_DECL_TYPE, name, attributes, &start);
	if (has_alias)
		sk_aliases(p, &aliases, &start);
}

static void sk_typealias(struct sk_outline_parser *p)
{
	struct sk_outline_token start = p->token;
	struct sk_outline_list aliases;
	struct sk_outline_node *node;
	uint32_t name;

	sk_next(p);
	name = sk_want_name(p, "a type");
	if (!p->failed && !sk_at_word(p, SK_WORD_ALIAS))
		sk_mistake(p, "'alias'");
	if (p->failed)
		return;
	sk_next(p);
	aliases = sk_set_list(p);
	sk_want(p, ';', "';'");
	if (p->failed)
		return;
	node = sk_insert(p, SK_OUTLINE_TYPEALIAS, 0, &start);
	if (node) {
		node->name = name;
		sk_aliases(p, &aliases, &start);
	}
}

static void sk_attribution(struct sk_outline_parser *p, enum sk_outline_kind kind)
{
	struct sk_outline_token start = p->token;
	struct sk_outline_list list;
	struct sk_outline_node *node;
	uint32_t name;

	sk_next(p);
	name = sk_want_name(p, "a name");
	list = p->failed ? (struct sk_outline_list){ 0 } : sk_comma_list(p);
	sk_want(p, ';', "';'");
	if (p->failed)
		return;
	node = sk_insert(p, kind, 1, &start);
	if (node) {
		node->name = name;
		node->list[0] = list;
	}
}

static void sk_plain_declaration(struct sk_outline_parser *p, enum sk_outline_decl flavor)
{
	struct sk_outline_token start = p->token;
	uint32_t name;

	sk_next(p);
	name = sk_want_name(p, "a name");
	sk_want(p, ';', "';'");
	sk_declare(p, flavor, name, (struct sk_outline_list){ 0 }, &start);
}

static void sk_class_declaration(struct sk_outline_parser *p)
{
	struct sk_outline_token start = p->token;
	struct sk_outline_list perms;
	uint32_t name;

	sk_next(p);
	name = sk_want_name(p, "a class");
	perms = p->failed ? (struct sk_outline_list){ 0 } : sk_set_list(p);
	sk_want(p, ';', "';'");
	sk_declare(p, SK_DECL_CLASS, name, perms, &start);
}

/* gen_bool(NAME, VALUE), gen_tunable(`NAME', VALUE) */
static void sk_gen_bool(struct sk_outline_parser *p)
{
	struct sk_outline_token start = p->token;
	uint32_t name;
	bool quoted;

	sk_next(p);
	sk_want(p, '(', "'('");
	quoted = !p->failed && sk_take(p, '`');
	name = sk_want_name(p, "a boolean");
	if (quoted)
		sk_want(p, '\'', "the end of the quote");
	sk_want(p, ',', "','");
	sk_want_name(p, "true or false");
	sk_want(p, ')', "')'");
	sk_declare(p, SK_DECL_BOOL, name, (struct sk_outline_list){ 0 }, &start);
}

static void sk_role(struct sk_outline_parser *p)
{
	struct sk_outline_token start = p->token;
	struct sk_outline_list types;
	struct sk_outline_node *node;
	uint32_t name;

	sk_next(p);
	name = sk_want_name(p, "a role");
	if (p->failed || !sk_at_word(p, SK_WORD_TYPES)) {
		sk_want(p, ';', "';'");
		sk_declare(p, SK_DECL_ROLE, name, (struct sk_outline_list){ 0 }, &start);
		return;
	}
	sk_next(p);
	types = sk_set_list(p);
	sk_want(p, ';', "';'");
	if (p->failed)
		return;
	node = sk_insert(p, SK_OUTLINE_ROLE_TYPES, 1, &start);
	if (node) {
		node->name = name;
		node->list[0] = types;
	}
}

static void sk_rule(struct sk_outline_parser *p, enum sk_outline_rule flavor)
{
	struct sk_outline_token start = p->token;
	struct sk_outline_list list[4] = { 0 };
	struct sk_outline_node *node;
	unsigned int n = 2;

	sk_next(p);
	list[0] = sk_set_list(p);
	list[1] = sk_set_list(p);
	if (!p->failed && sk_take(p, ':')) {
		list[2] = sk_set_list(p);
		list[3] = sk_set_list(p);
		n = 4;
	} else if (flavor != SK_RULE_ALLOW) {
		sk_mistake(p, "':'");
	}
	sk_want(p, ';', "';'");
	if (p->failed)
		return;
	node = sk_insert(p, n == 4 ? SK_OUTLINE_RULE : SK_OUTLINE_ROLE_ALLOW, n, &start);
	if (node) {
		node->flavor = (uint8_t)flavor;
		memcpy(node->list, list, n * sizeof(*list));
	}
}

static void sk_xrule(struct sk_outline_parser *p, enum sk_outline_rule flavor)
{
	struct sk_outline_token start = p->token;
	struct sk_outline_list list[4] = { 0 };
	struct sk_outline_node *node;
	uint32_t operation;

	sk_next(p);
	list[0] = sk_set_list(p);
	list[1] = sk_set_list(p);
	sk_want(p, ':', "':'");
	list[2] = sk_set_list(p);
	operation = sk_want_name(p, "an operation");
	if (!p->failed)
		list[3] = sk_numbers(p);
	sk_want(p, ';', "';'");
	if (p->failed)
		return;
	node = sk_insert(p, SK_OUTLINE_XRULE, 4, &start);
	if (node) {
		node->flavor = (uint8_t)flavor;
		node->name = operation;
		memcpy(node->list, list, sizeof(list));
	}
}

static void sk_transition(struct sk_outline_parser *p)
{
	struct sk_outline_token start = p->token;
	bool role = sk_at_word(p, SK_WORD_ROLE_TRANSITION), range = sk_at_word(p, SK_WORD_RANGE_TRANSITION);
	struct sk_outline_list list[3] = { 0 };
	struct sk_outline_node *node;
	uint32_t name;

	sk_next(p);
	list[0] = sk_set_list(p);
	list[1] = sk_set_list(p);
	if (!p->failed && (!role || sk_at(p, ':'))) {
		sk_want(p, ':', "':'");
		list[2] = sk_set_list(p);
	}
	name = p->failed ? SK_WORD_EMPTY : range ? sk_range(p) : sk_want_name(p, "a name");
	if (!p->failed && start.name == SK_WORD_TYPE_TRANSITION)
		sk_take(p, SK_OUTLINE_QUOTED);
	sk_want(p, ';', "';'");
	if (p->failed)
		return;
	node = sk_insert(p, role ? SK_OUTLINE_ROLE_TRANSITION : SK_OUTLINE_TRANSITION, 3, &start);
	if (node) {
		node->name = name;
		memcpy(node->list, list, sizeof(list));
	}
}

static void sk_permissive(struct sk_outline_parser *p)
{
	struct sk_outline_token start = p->token;
	struct sk_outline_node *node;
	uint32_t name;

	sk_next(p);
	name = sk_want_name(p, "a type");
	sk_want(p, ';', "';'");
	if (p->failed)
		return;
	node = sk_insert(p, SK_OUTLINE_PERMISSIVE, 0, &start);
	if (node)
		node->name = name;
}

/* Text in m4's quotes as one name: `s0 - s15', `$1_t'. */
static void sk_quoted_argument(struct sk_outline_parser *p)
{
	uint32_t at = p->token.at, name = SK_WORD_EMPTY;

	sk_next(p);
	if (!sk_at(p, '\''))
		name = sk_range(p);
	sk_want(p, '\'', "the end of the quote");
	if (!p->failed)
		sk_add_item(p, name, name, at, SK_ITEM_BEGINS);
}

static void sk_argument(struct sk_outline_parser *p)
{
	size_t first = p->n_items;

	if (sk_at(p, '`')) {
		sk_quoted_argument(p);
		return;
	}
	while (sk_at(p, '~')) {
		sk_add_item(p, SK_WORD_TILDE, SK_WORD_TILDE, p->token.at, 0);
		sk_next(p);
	}
	if (sk_take(p, '{')) {
		do
			sk_item(p, 0);
		while (!p->failed && !p->lexer.error && !sk_at(p, '}'));
		sk_want(p, '}', "'}'");
	} else {
		sk_item(p, 0);
	}
	if (!p->failed && p->n_items > first)
		p->items[first].flags |= SK_ITEM_BEGINS;
}

/* A call, or a word alone. */
static void sk_call(struct sk_outline_parser *p)
{
	struct sk_outline_token start = p->token;
	struct sk_outline_node *node;
	size_t mark = p->n_items;

	sk_next(p);
	if (!sk_at(p, '(')) {
		node = sk_insert(p, SK_OUTLINE_WORD, 0, &start);
		if (node)
			node->name = start.name;
		return;
	}
	sk_next(p);
	if (!sk_at(p, ')')) {
		sk_argument(p);
		while (!p->failed && !p->lexer.error && !sk_at(p, ')')) {
			if (sk_take(p, ','))
				sk_argument(p);
			else
				sk_item(p, SK_ITEM_LOOSE);
		}
	}
	sk_want(p, ')', "')'");
	if (p->failed)
		return;
	node = sk_insert(p, SK_OUTLINE_CALL, 1, &start);
	if (node) {
		node->name = start.name;
		node->list[0] = sk_list_since(p, mark);
	}
}

/*
 * Blocks.
 */
static void sk_optional(struct sk_outline_parser *p)
{
	struct sk_outline_token start = p->token;
	struct sk_outline_node *block;

	sk_next(p);
	sk_want(p, '(', "'('");
	sk_want(p, '`', "'`'");
	if (p->failed)
		return;
	block = sk_begin_new(p, SK_OUTLINE_OPTIONAL, 0, &start);
	sk_disable(p, block);
	sk_lines(p);
	sk_want(p, '\'', "\"'\", the end of the block");
	sk_end(p, block);
	if (!p->failed && sk_take(p, ',')) {
		start = p->token;
		sk_want(p, '`', "'`'");
		if (p->failed)
			return;
		block = sk_begin_new(p, SK_OUTLINE_OPTIONAL_ELSE, 0, &start);
		sk_lines(p);
		sk_want(p, '\'', "\"'\", the end of the block");
		sk_end(p, block);
	}
	sk_want(p, ')', "')'");
}

static void sk_gen_require(struct sk_outline_parser *p)
{
	struct sk_outline_token start = p->token;
	struct sk_outline_node *block;
	bool quoted;

	sk_next(p);
	sk_want(p, '(', "'('");
	if (p->failed)
		return;
	block = sk_begin_new(p, SK_OUTLINE_GEN_REQUIRE, 0, &start);
	sk_disable(p, block);
	quoted = sk_take(p, '`');
	if (quoted)
		sk_disable(p, block);
	sk_require_lines(p);
	if (quoted)
		sk_want(p, '\'', "\"'\", the end of the block");
	sk_want(p, ')', "')'");
	if (block) {
		block->flavor = !quoted;
		block->end = p->last_end;
	}
	sk_end(p, block);
}

static void sk_require(struct sk_outline_parser *p)
{
	struct sk_outline_token start;
	struct sk_outline_node *block;

	sk_next(p);
	start = p->token;
	sk_want(p, '{', "'{'");
	if (p->failed)
		return;
	block = sk_begin_new(p, SK_OUTLINE_REQUIRE, 0, &start);
	sk_disable(p, block);
	sk_require_lines(p);
	sk_want(p, '}', "'}'");
	sk_end(p, block);
}

/* The names of a condition, up to `close`; what joins them does not matter here. */
static struct sk_outline_list sk_condition(struct sk_outline_parser *p, uint32_t close, uint32_t or_close)
{
	size_t mark = p->n_items;
	unsigned int depth = 0;

	while (!p->failed && !p->lexer.error && (depth || (!sk_at(p, close) && !sk_at(p, or_close)))) {
		if (sk_at(p, SK_OUTLINE_NAME) || sk_at(p, SK_OUTLINE_NUMBER))
			sk_add_item(p, p->token.name, p->token.name, p->token.at, 0);
		else if (sk_at(p, '('))
			depth++;
		else if (sk_at(p, ')') && depth)
			depth--;
		else if (!sk_at(p, '!') && !sk_at(p, '^') && !sk_at(p, SK_OUTLINE_AND) &&
			 !sk_at(p, SK_OUTLINE_OR) && !sk_at(p, SK_OUTLINE_EQ) && !sk_at(p, SK_OUTLINE_NE))
			sk_mistake(p, "a condition");
		if (!p->failed)
			sk_next(p);
	}
	return sk_list_since(p, mark);
}

/* m4's arguments up to the parenthesis: `statements', a bare word, or nothing. */
static void sk_block_arguments(struct sk_outline_parser *p)
{
	do {
		struct sk_outline_token start = sk_mark_before(p);
		struct sk_outline_node *block = sk_begin_new(p, SK_OUTLINE_ARGUMENT, 0, &start);

		if (sk_take(p, '`')) {
			sk_lines(p);
			sk_want(p, '\'', "\"'\", the end of the block");
		} else if (sk_at(p, SK_OUTLINE_NAME) || sk_at(p, SK_OUTLINE_NUMBER)) {
			sk_next(p);
		}
		sk_end(p, block);
	} while (!p->failed && !p->lexer.error && sk_take(p, ','));
	sk_want(p, ')', "')'");
}

/* ifdef(`NAME', ; false after a mistake. */
static bool sk_ifdef_open(struct sk_outline_parser *p)
{
	bool quoted;

	sk_next(p);
	sk_want(p, '(', "'('");
	quoted = !p->failed && sk_take(p, '`');
	sk_want_name(p, "a name");
	if (quoted)
		sk_want(p, '\'', "the end of the quote");
	sk_want(p, ',', "','");
	return !p->failed;
}

static void sk_ifdef(struct sk_outline_parser *p)
{
	struct sk_outline_token start = p->token;
	struct sk_outline_node *block;

	if (!sk_ifdef_open(p))
		return;
	block = sk_begin_new(p, SK_OUTLINE_IFDEF, 0, &start);
	sk_block_arguments(p);
	sk_end(p, block);
}

static void sk_ifelse(struct sk_outline_parser *p)
{
	struct sk_outline_token start;
	struct sk_outline_node *block;

	sk_next(p);
	start = p->token;
	sk_want(p, '(', "'('");
	if (p->failed)
		return;
	block = sk_begin_new(p, SK_OUTLINE_IFELSE, 0, &start);
	sk_block_arguments(p);
	sk_end(p, block);
}

static void sk_tunable(struct sk_outline_parser *p)
{
	struct sk_outline_token start;
	struct sk_outline_node *block;
	bool quoted;

	sk_next(p);
	sk_want(p, '(', "'('");
	quoted = !p->failed && sk_take(p, '`');
	if (p->failed)
		return;
	start = sk_mark_before(p);
	block = sk_begin_new(p, SK_OUTLINE_TUNABLE, 1, &start);
	if (!block)
		return;
	block->list[0] = sk_condition(p, quoted ? '\'' : ',', quoted ? '\'' : SK_OUTLINE_DISABLE);
	if (quoted)
		sk_want(p, '\'', "the end of the quote");
	if (!p->failed)
		sk_disable(p, block);
	sk_want(p, ',', "','");
	if (!p->failed)
		sk_block_arguments(p);
	sk_end(p, block);
}

static void sk_if_branch(struct sk_outline_parser *p)
{
	sk_want(p, '{', "'{'");
	if (!p->failed)
		sk_lines(p);
	sk_want(p, '}', "'}'");
}

static void sk_if(struct sk_outline_parser *p)
{
	struct sk_outline_token start = p->token;
	struct sk_outline_node *block;

	sk_next(p);
	sk_want(p, '(', "'('");
	if (p->failed)
		return;
	block = sk_begin_new(p, SK_OUTLINE_BOOLEAN, 1, &start);
	if (!block)
		return;
	sk_disable(p, block);
	block->list[0] = sk_condition(p, ')', ')');
	sk_want(p, ')', "')'");
	if (!p->failed)
		sk_disable(p, block);
	sk_if_branch(p);
	if (!p->failed && sk_at_word(p, SK_WORD_ELSE)) {
		sk_next(p);
		sk_if_branch(p);
	}
	sk_end(p, block);
}

static void sk_define(struct sk_outline_parser *p)
{
	struct sk_outline_token start;
	struct sk_outline_node *block;

	sk_next(p);
	sk_want(p, '(', "'('");
	if (p->failed)
		return;
	start = sk_mark_before(p);
	block = sk_begin_new(p, SK_OUTLINE_DEFINE, 0, &start);
	while (!p->failed && !sk_at(p, ')') && !sk_at(p, SK_OUTLINE_END)) {
		if (sk_take(p, '`'))
			sk_skip_quoted(p);
		else
			sk_next(p);
	}
	sk_want(p, ')', "')'");
	sk_end(p, block);
}

/* refpolicywarn(`...'), gen_user(...): read, and that is all. */
static void sk_skipped_call(struct sk_outline_parser *p)
{
	sk_next(p);
	sk_want(p, '(', "'('");
	if (p->failed)
		return;
	if (sk_take(p, '`')) {
		sk_skip_quoted(p);
		sk_want(p, ')', "')'");
	} else {
		sk_skip_parentheses(p);
	}
}

static void sk_userdebug(struct sk_outline_parser *p)
{
	sk_next(p);
	sk_want(p, '(', "'('");
	sk_want(p, '`', "'`'");
	if (p->failed)
		return;
	sk_lines(p);
	sk_want(p, '\'', "\"'\", the end of the block");
	sk_want(p, ')', "')'");
}

static void sk_typebounds(struct sk_outline_parser *p)
{
	sk_next(p);
	sk_want_name(p, "a type");
	if (!p->failed)
		sk_comma_list(p);
	sk_want(p, ';', "';'");
}

static void sk_statement(struct sk_outline_parser *p)
{
	switch (p->token.name) {
	case SK_WORD_TYPE: sk_type(p); break;
	case SK_WORD_TYPEALIAS: sk_typealias(p); break;
	case SK_WORD_TYPEATTRIBUTE: sk_attribution(p, SK_OUTLINE_TYPEATTRIBUTE); break;
	case SK_WORD_ROLEATTRIBUTE: sk_attribution(p, SK_OUTLINE_ROLEATTRIBUTE); break;
	case SK_WORD_ATTRIBUTE: sk_plain_declaration(p, SK_DECL_ATTRIBUTE); break;
	case SK_WORD_ATTRIBUTE_ROLE: sk_plain_declaration(p, SK_DECL_ATTRIBUTE_ROLE); break;
	case SK_WORD_BOOL: sk_plain_declaration(p, SK_DECL_BOOL); break;
	case SK_WORD_CLASS: sk_class_declaration(p); break;
	case SK_WORD_GEN_BOOL:
	case SK_WORD_GEN_TUNABLE: sk_gen_bool(p); break;
	case SK_WORD_ROLE: sk_role(p); break;
	case SK_WORD_ALLOW: sk_rule(p, SK_RULE_ALLOW); break;
	case SK_WORD_AUDITALLOW: sk_rule(p, SK_RULE_AUDITALLOW); break;
	case SK_WORD_DONTAUDIT: sk_rule(p, SK_RULE_DONTAUDIT); break;
	case SK_WORD_NEVERALLOW: sk_rule(p, SK_RULE_NEVERALLOW); break;
	case SK_WORD_ALLOWXPERM: sk_xrule(p, SK_RULE_ALLOW); break;
	case SK_WORD_AUDITALLOWXPERM: sk_xrule(p, SK_RULE_AUDITALLOW); break;
	case SK_WORD_DONTAUDITXPERM: sk_xrule(p, SK_RULE_DONTAUDIT); break;
	case SK_WORD_NEVERALLOWXPERM: sk_xrule(p, SK_RULE_NEVERALLOW); break;
	case SK_WORD_TYPE_TRANSITION:
	case SK_WORD_TYPE_MEMBER:
	case SK_WORD_TYPE_CHANGE:
	case SK_WORD_RANGE_TRANSITION:
	case SK_WORD_ROLE_TRANSITION: sk_transition(p); break;
	case SK_WORD_OPTIONAL_POLICY: sk_optional(p); break;
	case SK_WORD_GEN_REQUIRE: sk_gen_require(p); break;
	case SK_WORD_REQUIRE: sk_require(p); break;
	case SK_WORD_TUNABLE_POLICY: sk_tunable(p); break;
	case SK_WORD_IF: sk_if(p); break;
	case SK_WORD_IFDEF:
	case SK_WORD_IFNDEF: sk_ifdef(p); break;
	case SK_WORD_IFELSE: sk_ifelse(p); break;
	case SK_WORD_DEFINE: sk_define(p); break;
	case SK_WORD_REFPOLICYWARN:
	case SK_WORD_GEN_USER: sk_skipped_call(p); break;
	case SK_WORD_USERDEBUG_OR_ENG: sk_userdebug(p); break;
	case SK_WORD_PERMISSIVE: sk_permissive(p); break;
	case SK_WORD_TYPEBOUNDS: sk_typebounds(p); break;
	case SK_WORD_GENFSCON:
	case SK_WORD_SID:
	case SK_WORD_PORTCON: sk_object_context(p, 1, false); break;
	case SK_WORD_NETIFCON: sk_object_context(p, 2, false); break;
	case SK_WORD_NODECON: sk_object_context(p, 1, false); break;
	case SK_WORD_FS_USE_XATTR:
	case SK_WORD_FS_USE_TRANS:
	case SK_WORD_FS_USE_TASK: sk_object_context(p, 1, true); break;
	default:
		if (p->token.name < SK_WORD_STAR && p->token.name != SK_WORD_TYPES &&
		    p->token.name != SK_WORD_ALIAS && p->token.name != SK_WORD_COMMON)
			sk_mistake(p, "a statement");
		else
			sk_call(p);
	}
}

static bool sk_at_block_end(const struct sk_outline_parser *p)
{
	return sk_at(p, SK_OUTLINE_END) || sk_at(p, '\'') || sk_at(p, '}');
}

/* A statement that was given up may have left blocks open: the tree goes on in `parent`, behind what is there. */
static void sk_rejoin(struct sk_outline_parser *p, struct sk_outline_node *parent)
{
	while (p->parent != parent && p->cur)
		sk_end(p, p->parent);
}

static void sk_lines(struct sk_outline_parser *p)
{
	struct sk_outline_node *parent = p->parent;

	if (++p->depth > DEPTH_MAX)
		sk_mistake(p, "fewer blocks within each other");
	while (!sk_at_block_end(p) && !sk_give_up(p) && p->depth <= DEPTH_MAX) {
		uint32_t at = p->token.at;
		struct sk_outline_token start = p->token;

		if (sk_at(p, SK_OUTLINE_NAME)) {
			sk_statement(p);
		} else if (sk_take(p, ';')) {
			sk_insert(p, SK_OUTLINE_SEMICOLON, 0, &start);
		} else if (!sk_take(p, SK_OUTLINE_REMARK)) {
			if (sk_at(p, SK_OUTLINE_DISABLE))
				sk_next(p);
			else
				sk_mistake(p, "a statement");
		}
		if (p->failed) {
			sk_rejoin(p, parent);
			sk_recover(p);
			if (p->token.at == at && !sk_at(p, SK_OUTLINE_END))
				sk_next(p);
		}
		p->n_items = 0;
		sk_disable(p, p->cur);
	}
	p->depth--;
}

static void sk_require_names(struct sk_outline_parser *p, enum sk_outline_decl flavor)
{
	struct sk_outline_token start = p->token;
	struct sk_outline_list names;

	sk_next(p);
	names = sk_comma_list(p);
	sk_want(p, ';', "';'");
	for (uint32_t i = 0; i < names.n && !p->failed && !p->lexer.error; i++)
		sk_declare(p, flavor, names.items[i].name, (struct sk_outline_list){ 0 }, &start);
	if (p->failed || !sk_at(p, SK_OUTLINE_DISABLE))
		return;
	sk_disable(p, p->cur);
	for (struct sk_outline_node *n = p->cur; n && names.n--; n = n->prev)
		n->disabled = p->cur->disabled;
}

static void sk_require_ifdef(struct sk_outline_parser *p)
{
	struct sk_outline_token start = p->token;
	struct sk_outline_node *block;
	bool quoted;

	if (!sk_ifdef_open(p))
		return;
	block = sk_begin_new(p, SK_OUTLINE_IFDEF, 0, &start);
	quoted = sk_take(p, '`');
	sk_require_lines(p);
	if (quoted)
		sk_want(p, '\'', "\"'\", the end of the block");
	sk_want(p, ')', "')'");
	sk_end(p, block);
}

static void sk_require_line(struct sk_outline_parser *p)
{
	struct sk_outline_token start = p->token;
	struct sk_outline_node *node;

	switch (p->token.name) {
	case SK_WORD_TYPE: sk_require_names(p, SK_DECL_TYPE); break;
	case SK_WORD_ATTRIBUTE: sk_require_names(p, SK_DECL_ATTRIBUTE); break;
	case SK_WORD_ROLE: sk_require_names(p, SK_DECL_ROLE); break;
	case SK_WORD_ATTRIBUTE_ROLE: sk_require_names(p, SK_DECL_ATTRIBUTE_ROLE); break;
	case SK_WORD_BOOL: sk_require_names(p, SK_DECL_BOOL); break;
	case SK_WORD_CLASS:
		sk_class_declaration(p);
		sk_disable(p, p->cur);
		break;
	case SK_WORD_IFDEF:
	case SK_WORD_IFNDEF: sk_require_ifdef(p); break;
	default:
		if (p->token.name < SK_WORD_STAR) {
			sk_mistake(p, "a declaration");
			return;
		}
		sk_next(p);
		node = sk_insert(p, SK_OUTLINE_WORD, 0, &start);
		if (node)
			node->name = start.name;
	}
}

static void sk_require_lines(struct sk_outline_parser *p)
{
	struct sk_outline_node *parent = p->parent;

	if (++p->depth > DEPTH_MAX)
		sk_mistake(p, "fewer blocks within each other");
	while (!sk_at_block_end(p) && !sk_at(p, ')') && !sk_give_up(p) && p->depth <= DEPTH_MAX) {
		uint32_t at = p->token.at;

		if (sk_at(p, SK_OUTLINE_NAME))
			sk_require_line(p);
		else if (!sk_take(p, SK_OUTLINE_REMARK) && !sk_take(p, SK_OUTLINE_DISABLE))
			sk_mistake(p, "a declaration");
		if (p->failed) {
			sk_rejoin(p, parent);
			sk_recover(p);
			if (p->token.at == at && !sk_at(p, SK_OUTLINE_END))
				sk_next(p);
		}
	}
	p->depth--;
}

/*
 * Files.
 */
static void sk_interface(struct sk_outline_parser *p)
{
	struct sk_outline_token start = p->token;
	enum sk_outline_kind kind = sk_at_word(p, SK_WORD_INTERFACE) ? SK_OUTLINE_INTERFACE : SK_OUTLINE_TEMPLATE;
	struct sk_outline_node *block;
	uint32_t name;

	sk_next(p);
	sk_want(p, '(', "'('");
	sk_want(p, '`', "'`'");
	name = sk_want_name(p, "the interface's name");
	sk_want(p, '\'', "the end of the quote");
	sk_want(p, ',', "','");
	sk_want(p, '`', "'`'");
	if (p->failed)
		return;
	block = sk_begin_new(p, kind, 0, &start);
	if (!block)
		return;
	block->name = name;
	sk_disable(p, block);
	sk_lines(p);
	sk_want(p, '\'', "\"'\", the end of the interface");
	sk_want(p, ')', "')'");
	sk_end(p, block);
}

static void sk_if_lines(struct sk_outline_parser *p);

static void sk_if_ifdef(struct sk_outline_parser *p)
{
	struct sk_outline_token start = p->token;
	struct sk_outline_node *block;

	if (!sk_ifdef_open(p))
		return;
	block = sk_begin_new(p, SK_OUTLINE_IFDEF, 0, &start);
	do {
		sk_want(p, '`', "'`'");
		if (!p->failed)
			sk_if_lines(p);
		sk_want(p, '\'', "\"'\", the end of the block");
	} while (!p->failed && sk_take(p, ','));
	sk_want(p, ')', "')'");
	sk_end(p, block);
}

static void sk_if_lines(struct sk_outline_parser *p)
{
	struct sk_outline_node *parent = p->parent;

	if (++p->depth > DEPTH_MAX)
		sk_mistake(p, "fewer blocks within each other");
	while (!sk_at(p, SK_OUTLINE_END) && (!parent || !sk_at(p, '\'')) && !sk_give_up(p) &&
	       p->depth <= DEPTH_MAX) {
		struct sk_outline_token start = p->token;

		if (sk_at_word(p, SK_WORD_INTERFACE) || sk_at_word(p, SK_WORD_TEMPLATE))
			sk_interface(p);
		else if (sk_at_word(p, SK_WORD_IFDEF) || sk_at_word(p, SK_WORD_IFNDEF))
			sk_if_ifdef(p);
		else if (sk_take(p, SK_OUTLINE_REMARK) || sk_take(p, SK_OUTLINE_DISABLE))
			sk_insert_remark(p, &start);
		else
			sk_mistake(p, "an interface or a template");
		if (p->failed) {
			/* the next interface */
			sk_rejoin(p, parent);
			p->failed = false;
			p->n_items = 0;
			do
				sk_next(p);
			while (!sk_at(p, SK_OUTLINE_END) && !sk_at_word(p, SK_WORD_INTERFACE) &&
			       !sk_at_word(p, SK_WORD_TEMPLATE));
		}
	}
	p->depth--;
}

static void sk_te_file(struct sk_outline_parser *p)
{
	while (sk_at(p, SK_OUTLINE_REMARK) || sk_at(p, SK_OUTLINE_DISABLE)) {
		struct sk_outline_token start = p->token;

		sk_next(p);
		sk_insert_remark(p, &start);
	}
	if (sk_at(p, SK_OUTLINE_END))
		return;
	if (sk_at_word(p, SK_WORD_POLICY_MODULE) || sk_at_word(p, SK_WORD_MODULE))
		sk_header(p);
	else
		sk_mistake(p, "policy_module(NAME)");
	if (p->failed)
		sk_recover(p);
	while (!sk_at(p, SK_OUTLINE_END) && !sk_give_up(p)) {
		sk_lines(p);
		if (!sk_at(p, SK_OUTLINE_END) && !sk_give_up(p)) {
			sk_mistake(p, "a statement");
			p->failed = false;
			sk_next(p);
		}
	}
}

static void sk_global_file(struct sk_outline_parser *p)
{
	while (!sk_at(p, SK_OUTLINE_END) && !sk_give_up(p)) {
		if (sk_at_word(p, SK_WORD_GEN_BOOL) || sk_at_word(p, SK_WORD_GEN_TUNABLE))
			sk_gen_bool(p);
		else if (sk_at_word(p, SK_WORD_BOOL))
			sk_plain_declaration(p, SK_DECL_BOOL);
		else if (!sk_take(p, SK_OUTLINE_REMARK) && !sk_take(p, SK_OUTLINE_DISABLE))
			sk_mistake(p, "gen_bool or gen_tunable");
		if (p->failed) {
			p->failed = false;
			sk_next(p);
		}
	}
}

void sk_outline_recent_done(struct sk_outline_recent *recent)
{
	free(recent->items);
	free(recent->lines);
}

/* The memory for the work is that of the files before, if there are any. */
static void sk_borrow(struct sk_outline_parser *p, const struct sk_outline_recent *recent)
{
	if (!recent)
		return;
	p->items = recent->items;
	p->cap_items = recent->cap_items;
	p->lexer.lines = recent->lines;
	p->lexer.cap_lines = recent->cap_lines;
}

static void sk_give_back(struct sk_outline_parser *p, struct sk_outline_recent *recent)
{
	if (!recent) {
		free(p->items);
		free(p->lexer.lines);
		return;
	}
	recent->items = p->items;
	recent->cap_items = p->cap_items;
	recent->lines = p->lexer.lines;
	recent->cap_lines = p->lexer.cap_lines;
}

static void sk_keep_lines(struct sk_outline_parser *p)
{
	p->outline->lines = sk_arena_memdup(p->arena, p->lexer.lines, p->lexer.n_lines * sizeof(*p->lexer.lines));
	p->outline->n_lines = (uint32_t)p->lexer.n_lines;
	if (!p->outline->lines)
		p->lexer.error = -ENOMEM;
}

uint32_t sk_outline_column(const struct sk_outline *outline, uint32_t at)
{
	uint32_t low = 0, high = outline->n_lines;

	while (low < high) {
		uint32_t middle = low + (high - low) / 2;

		if (outline->lines[middle] <= at)
			low = middle + 1;
		else
			high = middle;
	}
	return at - (low ? outline->lines[low - 1] : 0) + 1;
}

int sk_outline_parse(struct sk_outline *ret, struct sk_arena *arena, struct sk_intern *names,
		     struct sk_outline_recent *recent, enum sk_outline_file what, const char *text, size_t n)
{
	struct sk_outline_parser p = {
		.lexer = { .text = text, .p = text, .limit = text + n, .line = 1, .names = names, .recent = recent },
		.arena = arena, .outline = ret, .what = what,
	};
	struct sk_outline_token start = { .line = 0 };

	*ret = (struct sk_outline){ 0 };
	p.last_mistake = &ret->mistakes;
	ret->file = sk_insert(&p, SK_OUTLINE_FILE, 0, &start);
	if (!ret->file)
		return -ENOMEM;
	sk_borrow(&p, recent);
	sk_next(&p);
	if (what == SK_OUTLINE_TE)
		sk_te_file(&p);
	else if (what == SK_OUTLINE_IF)
		sk_if_lines(&p);
	else
		sk_global_file(&p);
	sk_keep_lines(&p);
	sk_give_back(&p, recent);
	return p.lexer.error;
}

/*
 * Files of sets.
 */
static int sk_sets_done(struct sk_outline_parser *p, struct sk_arena *arena, int r)
{
	free(p->lexer.lines);
	free(p->items);
	sk_arena_done(arena);
	return r ? r : p->lexer.error;
}

/* `{ read write }' of a define: sets and names, with remarks and refpolicywarn between them. */
static void sk_set_body(struct sk_outline_parser *p)
{
	while (!p->failed && !p->lexer.error && !sk_at(p, '\'') && !sk_at(p, SK_OUTLINE_END)) {
		if (sk_take(p, SK_OUTLINE_REMARK))
			continue;
		if (sk_at_word(p, SK_WORD_REFPOLICYWARN))
			sk_skipped_call(p);
		else
			sk_set(p);
	}
}

int sk_outline_read_sets(struct sk_intern *names, const char *text, size_t n, sk_outline_set each, void *arg)
{
	struct sk_arena arena = SK_ARENA_INIT;
	struct sk_outline ignored = { 0 };
	struct sk_outline_parser p = {
		.lexer = { .text = text, .p = text, .limit = text + n, .line = 1, .names = names },
		.arena = &arena, .outline = &ignored, .last_mistake = &ignored.mistakes,
	};
	int r = 0;

	sk_next(&p);
	while (!r && !p.lexer.error && !sk_at(&p, SK_OUTLINE_END)) {
		struct sk_outline_list list;
		uint32_t name;

		if (!sk_at_word(&p, SK_WORD_DEFINE)) {
			sk_next(&p);
			continue;
		}
		sk_next(&p);
		sk_want(&p, '(', "'('");
		sk_want(&p, '`', "'`'");
		name = sk_want_name(&p, "a name");
		sk_want(&p, '\'', "\"'\"");
		sk_want(&p, ',', "','");
		sk_want(&p, '`', "'`'");
		sk_set_body(&p);
		sk_want(&p, '\'', "\"'\"");
		list = sk_list_since(&p, 0);
		if (!p.failed && !p.lexer.error)
			r = each(arg, name, &list);
		p.failed = false;
	}
	return sk_sets_done(&p, &arena, r);
}

int sk_outline_read_vectors(struct sk_intern *names, const char *text, size_t n, sk_outline_set each,
			    void *arg)
{
	struct sk_arena arena = SK_ARENA_INIT;
	struct sk_outline ignored = { 0 };
	struct sk_outline_parser p = {
		.lexer = { .text = text, .p = text, .limit = text + n, .line = 1, .names = names },
		.arena = &arena, .outline = &ignored, .last_mistake = &ignored.mistakes,
	};
	int r = 0;

	sk_next(&p);
	while (!r && !p.lexer.error && !sk_at(&p, SK_OUTLINE_END)) {
		bool common = sk_at_word(&p, SK_WORD_COMMON);
		struct sk_outline_list list;
		uint32_t name;

		if (!common && !sk_at_word(&p, SK_WORD_CLASS)) {
			sk_next(&p);
			continue;
		}
		sk_next(&p);
		name = sk_want_name(&p, "a name");
		if (sk_at_word(&p, SK_WORD_INHERITS)) {
			sk_next(&p);
			sk_want_name(&p, "a name");
		}
		if (sk_take(&p, '{'))
			while (!p.lexer.error && !sk_at(&p, '}') && !sk_at(&p, SK_OUTLINE_END)) {
				if (sk_at(&p, SK_OUTLINE_NAME))
					sk_add_item(&p, p.token.name, p.token.name, p.token.at, 0);
				sk_next(&p);
			}
		list = sk_list_since(&p, 0);
		if (!p.failed && !p.lexer.error)
			r = each(arg, common ? SK_INTERN_NONE : name, &list);
		p.failed = false;
	}
	return sk_sets_done(&p, &arena, r);
}
