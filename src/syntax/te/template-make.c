/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Making templates: a text is cut into what stands in it, one behind the other: statements, calls, parameters. A statement
 * goes through the parser as tokens; where a parameter stands, the token's name is a placeholder's.
 *
 * Whatever is out of the ordinary (quotes, numbers, parentheses inside a statement, words that touch what is no mark)
 * makes of that piece an item that is read as text. What could not even be that, because its text alone would not mean
 * the same (a statement without an end, a builtin that changes how the rest is read), makes the template unusable.
 *
 * A template rests on words being no macros, and on what the macros without arguments in it stand for. These words are
 * marked, and when one of them is defined anew all templates are made again.
 */
#include "syntax/te/template-state.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

/* Macros without arguments within each other. */
#define SK_INLINE_DEPTH_MAX 32

/* Where in a text the maker is. */
struct sk_place_in {
	const struct sk_text *text;
	uint32_t i;
};

static int sk_assume(struct sk_macro_reader *m, uint32_t name)
{
	struct sk_macro_state *s = m->state;
	size_t old = s->cap_assumed;

	if (name >= old) {
		if (sk_grow(&s->assumed, &s->cap_assumed, SK_MAX((size_t)name + 1, m->names->n), 1))
			return -ENOMEM;
		memset(s->assumed + old, 0, s->cap_assumed - old);
	}
	s->assumed[name] = 1;
	return 0;
}

struct sk_text *sk_template_part(struct sk_templates *t, const struct sk_text *text, const char *from, const char *to)
{
	struct sk_text *part = SK_ARENA_NEW(&t->m->state->arena, struct sk_text);

	if (!part)
		return NULL;
	part->p = from;
	part->n = (uint32_t)(to - from);
	part->addr = text->addr + (uint32_t)(from - text->p);
	part->params = memchr(from, '$', part->n) != NULL;
	part->kept = true;
	return part;
}

/* Known macros */

bool sk_template_knows(struct sk_templates *t, uint32_t name)
{
	const struct sk_macro *macro = sk_macro_find(t->m->state, name);

	if (name == t->ifdef)
		return macro && macro->builtin;
	return sk_macro_known(t->m, name) != SK_KNOWN_NONE;
}

/* Tokens */

static int sk_add_token(struct sk_templates *t, const struct sk_te_token *token)
{
	int r = sk_grow(&t->tokens, &t->cap_tokens, t->n_tokens + 1, sizeof(*t->tokens));

	if (!r)
		t->tokens[t->n_tokens++] = *token;
	return r;
}

/* A token for a placeholder. The parser wants a name: it gets $, and the placeholder's number as the expansion. */
static int sk_add_hole(struct sk_templates *t, const struct sk_hole *hole, uint8_t kind, uint32_t addr)
{
	struct sk_macro_state *s = t->m->state;
	int r = sk_grow(&s->holes, &s->cap_holes, s->n_holes + 1, sizeof(*s->holes));
	struct sk_te_token token = { .kind = kind, .addr = addr };

	if (r)
		return r;
	s->holes[s->n_holes] = *hole;
	token.name = t->dollar;
	token.length = 1;
	token.expansion = (uint32_t)s->n_holes++;
	return sk_add_token(t, &token);
}

/* What a macro without arguments stands for. The places of its tokens are where it is named. */
static int sk_tokens_of_macro(struct sk_templates *t, const struct sk_macro *macro, uint32_t addr, unsigned int depth);

static bool sk_is_keyword(uint32_t name)
{
	return name < 2 * SK_N_KEYWORDS;
}

/* A word, or what the macro of that name stands for. The byte behind it ends a token. */
static int sk_token_of_word(struct sk_templates *t, const struct sk_lexeme *l, uint32_t addr, bool called,
			    unsigned int depth)
{
	const struct sk_macro *macro = sk_macro_find(t->m->state, l->value);
	int r = sk_assume(t->m, l->value);

	if (r)
		return r;
	if (macro && !(macro->blind && !called))
		return called ? SK_TEMPLATE_TEXT : sk_tokens_of_macro(t, macro, addr, depth);
	return sk_add_token(t, &(struct sk_te_token){ .kind = SK_TOKEN_IDENTIFIER, .name = l->value, .addr = addr,
						      .length = l[1].off - l->off });
}

static int sk_tokens_of_macro(struct sk_templates *t, const struct sk_macro *macro, uint32_t addr, unsigned int depth)
{
	struct sk_text *text = macro->body;
	int r = 0;

	if (macro->builtin || !text || text->params || !text->kept || depth > SK_INLINE_DEPTH_MAX)
		return SK_TEMPLATE_TEXT;
	if (text->form == SK_TEXT_FRESH)
		r = sk_text_lex(t->m, text);
	if (r || text->form != SK_TEXT_LEXED)
		return r ? r : SK_TEMPLATE_TEXT;
	for (uint32_t i = 0; i < text->n_lexemes && !r; i++) {
		const struct sk_lexeme *l = &text->lexemes[i];
		const char *p = text->p + l->off;

		switch (l->kind) {
		case SK_PIECE_SPACE:
			break;
		case SK_PIECE_WORD:
			if (!l->whole && i + 1 != text->n_lexemes)
				return SK_TEMPLATE_TEXT;
			r = sk_token_of_word(t, l, addr, i + 1 < text->n_lexemes && l[1].kind == SK_PIECE_OPEN, depth + 1);
			break;
		case SK_PIECE_PUNCT:
			if (!strchr("{}~*-", *p) || (*p == '-' && i && l[-1].kind != SK_PIECE_SPACE))
				return SK_TEMPLATE_TEXT;
			r = sk_add_token(t, &(struct sk_te_token){ .kind = SK_TOKEN_PUNCT, .punct = (uint8_t)*p, .addr = addr,
								   .length = 1 });
			break;
		default:
			return SK_TEMPLATE_TEXT;
		}
	}
	return r;
}

static bool sk_ends_word(const struct sk_text *text, const struct sk_lexeme *l)
{
	const char *p = text->p + l[1].off;

	return p < text->p + text->n && (sk_ends_token(*p) || *p == ':');
}

/* "..." with plain words between. */
static int sk_token_of_string(struct sk_templates *t, struct sk_place_in *at)
{
	const struct sk_text *text = at->text;
	const struct sk_lexeme *l = &text->lexemes[at->i];
	const char *start = text->p + l->off + 1, *p;
	uint32_t name;
	int r = 0;

	for (at->i++; at->i < text->n_lexemes && !r; at->i++) {
		l = &text->lexemes[at->i];
		p = text->p + l->off;
		if (*p == '"')
			break;
		if (*p == '\n' || *p == '/' || l->kind == SK_PIECE_PARAM || l->kind == SK_PIECE_PASTE ||
		    l->kind == SK_PIECE_QUOTED || l->kind == SK_PIECE_COMMENT || (l->kind == SK_PIECE_SPACE && memchr(p, '\n',
		    l[1].off - l->off)))
			return SK_TEMPLATE_TEXT;
		if (l->kind == SK_PIECE_WORD && sk_macro_find(t->m->state, l->value))
			return SK_TEMPLATE_TEXT;
		if (l->kind == SK_PIECE_WORD)
			r = sk_assume(t->m, l->value);
	}
	if (r || at->i == text->n_lexemes)
		return r ? r : SK_TEMPLATE_TEXT;
	p = text->p + text->lexemes[at->i].off;
	at->i++;
	r = sk_intern_add(t->m->names, start, (size_t)(p - start), &name);
	return r ? r : sk_add_token(t, &(struct sk_te_token){
		.kind = SK_TOKEN_STRING, .name = name, .addr = text->addr + (uint32_t)(start - 1 - text->p),
		.length = (uint32_t)(p - start) + 2 });
}

/* How many names and sets stand behind the last colon. */
static unsigned int sk_elements_behind_colon(const struct sk_templates *t)
{
	unsigned int n = 0, level = 0;

	for (size_t i = t->n_tokens; i--;) {
		const struct sk_te_token *token = &t->tokens[i];

		if (token->kind != SK_TOKEN_PUNCT) {
			n += !level;
			continue;
		}
		if (token->punct == ':')
			return n;
		if (token->punct == '}')
			n += !level++;
		else if (token->punct == '{' && level)
			level--;
	}
	return 0;
}

/*
 * A parameter, or a word with some in it. The third thing behind a transition's colon, before the semicolon, is the name
 * of an object.
 */
static int sk_token_of_param(struct sk_templates *t, const struct sk_text *text, const struct sk_lexeme *l, bool transition)
{
	const char *p = text->p + l->off, *end = text->p + l[1].off;
	struct sk_hole hole = { .param = l->kind == SK_PIECE_PARAM ? l->value : 0 };

	if (!sk_ends_word(text, l) || *p == '_' || (hole.param && hole.param > SK_PARAM_MAX) ||
	    (l->kind == SK_PIECE_PARAM && !hole.param))
		return SK_TEMPLATE_TEXT;
	if (!hole.param) {
		hole.text = sk_template_part(t, text, p, end);
		if (!hole.text)
			return -ENOMEM;
	}
	return sk_add_hole(t, &hole, transition && *end == ';' && sk_elements_behind_colon(t) == 2 ? SK_TOKEN_STRING
			   : SK_TOKEN_IDENTIFIER, text->addr + l->off);
}

/* Tokens up to a semicolon (and that), or to the end of the text. Tells whether all of them are. */
static int sk_tokens(struct sk_templates *t, struct sk_place_in *at, bool to_end, bool transition)
{
	const struct sk_text *text = at->text;
	int r = 0;

	while (at->i < text->n_lexemes && !r) {
		const struct sk_lexeme *l = &text->lexemes[at->i];
		const char *p = text->p + l->off;
		uint32_t addr = text->addr + l->off;

		switch (l->kind) {
		case SK_PIECE_SPACE:
			break;
		case SK_PIECE_COMMENT:
			if (p[l[1].off - l->off - 1] != '\n')
				return SK_TEMPLATE_TEXT;
			break;
		case SK_PIECE_WORD:
			if (*p == '_' || (!l->whole && at->i + 1 != text->n_lexemes))
				return SK_TEMPLATE_TEXT;
			r = sk_token_of_word(t, l, addr, at->i + 1 < text->n_lexemes && l[1].kind == SK_PIECE_OPEN, 0);
			break;
		case SK_PIECE_PARAM:
		case SK_PIECE_PASTE:
			r = sk_token_of_param(t, text, l, transition);
			break;
		case SK_PIECE_COMMA:
		case SK_PIECE_PUNCT:
			if (*p == '"') {
				r = sk_token_of_string(t, at);
				continue;
			}
			if (!strchr("{}~*:;,", *p) && (*p != '-' || !at->i || l[-1].kind == SK_PIECE_WORD))
				return SK_TEMPLATE_TEXT;
			if (*p == ':' && !l->whole)
				return SK_TEMPLATE_TEXT;
			r = sk_add_token(t, &(struct sk_te_token){ .kind = SK_TOKEN_PUNCT, .punct = (uint8_t)*p, .addr = addr,
								   .length = 1 });
			if (*p == ';' && !to_end) {
				at->i++;
				return r;
			}
			break;
		default:
			return SK_TEMPLATE_TEXT;
		}
		at->i++;
	}
	return r ? r : to_end ? 0 : SK_TEMPLATE_TEXT;
}

/* Statements */

static int sk_keep_parsed(void *arg, struct sk_te_stmt *stmt)
{
	struct sk_templates *t = arg;

	stmt->next = t->parsed;
	t->parsed = stmt;
	return 0;
}

/* What the tokens are, when they are one statement without a mistake. */
static int sk_parse_tokens(struct sk_templates *t, struct sk_te_stmt **ret_stmt)
{
	struct sk_te_lexer lexer = { .names = t->m->names };
	unsigned int mistakes = 0;
	bool broken;
	int r = sk_add_token(t, &(struct sk_te_token){ .kind = SK_TOKEN_END });

	if (r)
		return r;
	t->n_tokens--;
	lexer.tokens = t->tokens;
	t->parsed = NULL;
	r = sk_te_parse_part(&lexer, &t->m->state->arena, t->m->sources, NULL, IN_TOP, &mistakes, &broken, sk_keep_parsed,
			     t);
	if (r)
		return r;
	*ret_stmt = broken || !t->parsed || t->parsed->next ? NULL : t->parsed;
	return *ret_stmt ? 0 : SK_TEMPLATE_TEXT;
}

static bool sk_mark_hole(const struct sk_templates *t, struct sk_te_name *name)
{
	if (name->name != t->dollar)
		return false;
	name->hole = true;
	name->name = name->expansion;
	name->expansion = 0;
	return true;
}

static bool sk_has_access(const struct sk_te_stmt *stmt)
{
	return stmt->kind == SK_TE_ALLOW || stmt->kind == SK_TE_DONTAUDIT || stmt->kind == SK_TE_AUDITALLOW ||
	       stmt->kind == SK_TE_NEVERALLOW;
}

/*
 * Which parts have placeholders. Sets without get a number, since they are handed out again and again, and so does what a
 * rule grants.
 */
static uint8_t sk_mark_holes(const struct sk_templates *t, struct sk_te_stmt *stmt)
{
	struct sk_te_name *const names[] = { &stmt->name, &stmt->name2, &stmt->name3 };
	uint8_t holes = 0;

	for (unsigned int i = 0; i < 3; i++)
		if (sk_mark_hole(t, names[i]))
			holes |= (uint8_t)(1u << i);
	for (unsigned int i = 0; i < 4; i++)
		for (uint32_t k = 0; k < stmt->set[i].n; k++)
			if (sk_mark_hole(t, &stmt->set[i].names[k]))
				holes |= (uint8_t)(8u << i);
	for (unsigned int i = 0; i < 4; i++)
		if (stmt->set[i].n > 1 && !(holes & 8u << i))
			stmt->set[i].kept = ++t->m->state->n_kept_sets;
	if (sk_has_access(stmt) && !(holes & (32 | 64)))
		stmt->kept = ++t->m->state->n_kept_sets;
	return holes;
}

/* Kinds that consist of names and sets, or have no placeholders in what else there is. */
static bool sk_is_simple(unsigned int keyword)
{
	switch (keyword) {
	case SK_KW_ALLOW: case SK_KW_AUDITALLOW: case SK_KW_DONTAUDIT: case SK_KW_NEVERALLOW: case SK_KW_TYPE_TRANSITION:
	case SK_KW_TYPE_MEMBER: case SK_KW_TYPE_CHANGE: case SK_KW_TYPE: case SK_KW_TYPEALIAS: case SK_KW_TYPEATTRIBUTE:
	case SK_KW_ATTRIBUTE: case SK_KW_ATTRIBUTE_ROLE: case SK_KW_ROLE: case SK_KW_ROLEATTRIBUTE: case SK_KW_BOOL:
	case SK_KW_TUNABLE: case SK_KW_ROLE_TRANSITION: case SK_KW_PERMISSIVE: case SK_KW_TYPEBOUNDS: case SK_KW_MODULE:
		return true;
	default:
		return false;
	}
}

static int sk_add_item(struct sk_templates *t, const struct sk_item *item)
{
	int r = sk_grow(&t->items, &t->cap_items, t->n_items + 1, sizeof(*t->items));

	if (!r)
		t->items[t->n_items++] = *item;
	return r;
}

/* From the place to behind the semicolon that ends the statement: false when there is none. */
static bool sk_find_semicolon(struct sk_place_in *at)
{
	const struct sk_text *text = at->text;
	uint32_t braces = 0, parens = 0;

	for (; at->i < text->n_lexemes; at->i++) {
		const struct sk_lexeme *l = &text->lexemes[at->i];
		char c = text->p[l->off];

		parens += l->kind == SK_PIECE_OPEN;
		if (l->kind == SK_PIECE_CLOSE && !parens--)
			return false;
		if (l->kind != SK_PIECE_PUNCT)
			continue;
		braces += c == '{';
		if (c == '}' && !braces--)
			return false;
		if (c == ';' && !parens && !braces) {
			at->i++;
			return true;
		}
	}
	return false;
}

static int sk_make_statement(struct sk_templates *t, struct sk_place_in *at, unsigned int keyword, bool *ret_usable)
{
	const struct sk_text *text = at->text;
	struct sk_place_in end = *at, behind = *at;
	struct sk_item item = { .kind = SK_ITEM_TEXT, .addr = text->addr + text->lexemes[at->i].off };
	const struct sk_te_shape *shape = sk_te_shape(keyword, false);
	int r;

	*ret_usable = sk_find_semicolon(&end);
	if (!*ret_usable)
		return 0;
	item.length = text->lexemes[end.i].off - text->lexemes[at->i].off;
	t->n_tokens = 0;
	r = sk_tokens(t, &behind, false, keyword == SK_KW_TYPE_TRANSITION);
	if (!r && behind.i == end.i)
		r = sk_parse_tokens(t, &item.stmt);
	else if (!r)
		r = SK_TEMPLATE_TEXT;
	if (r < 0)
		return r;
	if (!r) {
		item.kind = SK_ITEM_STMT;
		item.holes = sk_mark_holes(t, item.stmt);
		if (item.stmt->kind != shape->kind)
			shape = sk_te_kind_shape(item.stmt->kind, false);
		item.where = shape->where;
	}
	at->i = end.i;
	return sk_add_item(t, &item);
}

/* Calls */

/* One argument from the place to the comma or parenthesis that ends it, both at no depth. SK_TEMPLATE_TEXT: not simple. */
static int sk_make_arg(struct sk_templates *t, struct sk_place_in *at, struct sk_item_arg *arg)
{
	const struct sk_text *text = at->text;
	uint32_t first, n = 0, params = 0, pastes = 0;
	int r = 0;

	while (text->lexemes[at->i].kind == SK_PIECE_SPACE)
		at->i++;
	first = at->i;
	for (;; at->i++, n++) {
		const struct sk_lexeme *l = &text->lexemes[at->i];
		char c = text->p[l->off];

		if (l->kind == SK_PIECE_COMMA || l->kind == SK_PIECE_CLOSE)
			break;
		params += l->kind == SK_PIECE_PARAM;
		pastes += l->kind == SK_PIECE_PASTE;
		if (l->kind == SK_PIECE_OPEN || l->kind == SK_PIECE_COMMENT || (l->kind == SK_PIECE_QUOTED && n) ||
		    (l->kind == SK_PIECE_PUNCT && !strchr("{}-:;*~.\"", c)) ||
		    (l->kind == SK_PIECE_PARAM && (!l->value || l->value > SK_PARAM_MAX)) ||
		    (l->kind == SK_PIECE_WORD && sk_macro_find(t->m->state, l->value)))
			return SK_TEMPLATE_TEXT;
		if (l->kind == SK_PIECE_WORD)
			r = sk_assume(t->m, l->value);
		if (r)
			return r;
	}
	*arg = (struct sk_item_arg){ .form = SK_FORM_TEXT, .text = &t->m->state->empty };
	if (!n)
		return 0;
	if (text->lexemes[first].kind == SK_PIECE_QUOTED) {
		arg->text = &text->children[text->lexemes[first].value];
		return n == 1 ? 0 : SK_TEMPLATE_TEXT;
	}
	arg->text = sk_template_part(t, text, text->p + text->lexemes[first].off, text->p + text->lexemes[at->i].off);
	if (!arg->text)
		return -ENOMEM;
	arg->form = n == 1 && params ? SK_FORM_PARAM : n == 1 && pastes ? SK_FORM_PASTE
		  : params || pastes ? SK_FORM_MIXED : SK_FORM_TEXT;
	arg->value = arg->form == SK_FORM_PARAM ? text->lexemes[first].value : 0;
	return sk_text_lex_part(t->m, text, first, at->i, arg->text);
}

/* Behind the closing parenthesis of the call; false when there is none. */
static bool sk_find_close(struct sk_place_in *at)
{
	uint32_t level = 0;

	for (; at->i < at->text->n_lexemes; at->i++) {
		level += at->text->lexemes[at->i].kind == SK_PIECE_OPEN;
		if (at->text->lexemes[at->i].kind == SK_PIECE_CLOSE && !--level) {
			at->i++;
			return true;
		}
	}
	return false;
}

#define SK_TEMPLATE_ARGS 12

static int sk_make_args(struct sk_templates *t, struct sk_place_in *at, struct sk_item *item)
{
	struct sk_item_arg args[SK_TEMPLATE_ARGS];
	int r = 0;

	for (at->i++; !r; at->i++) {
		if (item->n_args == SK_TEMPLATE_ARGS)
			return SK_TEMPLATE_TEXT;
		r = sk_make_arg(t, at, &args[item->n_args]);
		if (r)
			return r;
		item->n_args++;
		if (at->text->lexemes[at->i].kind == SK_PIECE_CLOSE)
			break;
	}
	item->args = sk_arena_memdup(&t->m->state->arena, args, item->n_args * sizeof(*args));
	return item->args ? 0 : -ENOMEM;
}

/* { and the text's tokens and }, behind what stands in front. */
static int sk_braced_tokens(struct sk_templates *t, struct sk_text *text)
{
	struct sk_place_in at = { .text = text };
	struct sk_te_token brace = { .kind = SK_TOKEN_PUNCT, .punct = '{', .addr = text->addr, .length = 1 };
	int r = 0;

	if (text->form == SK_TEXT_FRESH)
		r = sk_text_lex(t->m, text);
	if (!r && (text->form != SK_TEXT_LEXED || !text->addr))
		r = SK_TEMPLATE_TEXT;
	if (!r)
		r = sk_add_token(t, &brace);
	if (!r)
		r = sk_tokens(t, &at, true, false);
	brace.punct = '}';
	return r ? r : sk_add_token(t, &brace);
}

static int sk_keyword_token(struct sk_templates *t, unsigned int keyword, uint32_t addr)
{
	return sk_add_token(t, &(struct sk_te_token){ .kind = SK_TOKEN_IDENTIFIER, .name = 2 * keyword, .addr = addr,
						      .length = (uint32_t)strlen(sk_te_keyword_names[keyword]) });
}

static int sk_make_require(struct sk_templates *t, struct sk_item *item)
{
	int r;

	if (item->n_args != 1)
		return SK_TEMPLATE_TEXT;
	t->n_tokens = 0;
	r = sk_keyword_token(t, SK_KW_REQUIRE, item->addr);
	if (!r)
		r = sk_braced_tokens(t, item->args[0].text);
	if (!r)
		r = sk_parse_tokens(t, &item->stmt);
	if (r)
		return r;
	for (struct sk_te_stmt *s = item->stmt->body; s; s = s->next)
		item->holes |= sk_mark_holes(t, s);
	item->kind = SK_ITEM_REQUIRE;
	return 0;
}

/*
 * The condition of tunable_policy: names and operators, no macros. It makes an if statement, and a require block. One that
 * goes on in another line does not: the macro writes it into comments as well, and the second line stands behind these.
 */
static int sk_condition_tokens(struct sk_templates *t, struct sk_text *text)
{
	int r = text->form == SK_TEXT_FRESH ? sk_text_lex(t->m, text) : 0;

	if (r || text->form != SK_TEXT_LEXED || !text->addr)
		return r ? r : SK_TEMPLATE_TEXT;
	for (uint32_t i = 0; i < text->n_lexemes && !r; i++) {
		const struct sk_lexeme *l = &text->lexemes[i];
		const char *p = text->p + l->off;
		struct sk_te_token token = { .kind = SK_TOKEN_PUNCT, .punct = (uint8_t)*p, .addr = text->addr + l->off,
					     .length = 1 };
		static const char twos[] = "==!=&&||";
		const char *two;

		if (l->kind == SK_PIECE_SPACE) {
			if (i + 1 < text->n_lexemes && memchr(p, '\n', l[1].off - l->off))
				return SK_TEMPLATE_TEXT;
			continue;
		}
		if (l->kind == SK_PIECE_WORD) {
			char next = i + 1 < text->n_lexemes ? text->p[l[1].off] : ' ';

			if (sk_is_keyword(l->value) || sk_macro_find(t->m->state, l->value) || *p == '_' || !next ||
			    !strchr(" \t\n)&|!=^", next))
				return SK_TEMPLATE_TEXT;
			token.kind = SK_TOKEN_IDENTIFIER;
			token.name = l->value;
			token.length = l[1].off - l->off;
			r = sk_assume(t->m, l->value);
		} else if (l->kind == SK_PIECE_PUNCT && *p && (two = strchr(twos, *p)) && !((two - twos) % 2) &&
			   i + 1 < text->n_lexemes && p[1] == two[1]) {
			token.punct = (uint8_t)(SK_PUNCT_EQ + (two - twos) / 2);
			token.length = 2;
			i++;
		} else if (l->kind != SK_PIECE_OPEN && l->kind != SK_PIECE_CLOSE && *p != '!' && *p != '^') {
			return SK_TEMPLATE_TEXT;
		}
		if (!r)
			r = sk_add_token(t, &token);
	}
	return r;
}

/* require { bool a; bool b; } of the words in the condition. */
static int sk_make_condition_require(struct sk_templates *t, struct sk_item *item, const struct sk_text *text)
{
	struct sk_te_token brace = { .kind = SK_TOKEN_PUNCT, .punct = '{', .addr = item->addr, .length = 1 };
	int r;

	t->n_tokens = 0;
	r = sk_keyword_token(t, SK_KW_REQUIRE, item->addr);
	if (!r)
		r = sk_add_token(t, &brace);
	for (uint32_t i = 0; i < text->n_lexemes && !r; i++) {
		const struct sk_lexeme *l = &text->lexemes[i];
		uint32_t addr = text->addr + l->off;

		if (l->kind != SK_PIECE_WORD)
			continue;
		r = sk_keyword_token(t, SK_KW_BOOL, addr);
		if (!r)
			r = sk_add_token(t, &(struct sk_te_token){ .kind = SK_TOKEN_IDENTIFIER, .name = l->value, .addr = addr,
								   .length = l[1].off - l->off });
		brace.punct = ';';
		if (!r)
			r = sk_add_token(t, &brace);
	}
	brace.punct = '}';
	if (!r)
		r = sk_add_token(t, &brace);
	return r ? r : sk_parse_tokens(t, &item->require);
}

static int sk_make_tunable(struct sk_templates *t, struct sk_item *item)
{
	static const uint8_t rest[] = { ')', '{', '}' };
	struct sk_te_token mark = { .kind = SK_TOKEN_PUNCT, .punct = '(', .addr = item->addr, .length = 1 };
	int r;

	if (item->n_args < 2 || item->n_args > 3)
		return SK_TEMPLATE_TEXT;
	t->n_tokens = 0;
	r = sk_keyword_token(t, SK_KW_IF, item->addr);
	if (!r)
		r = sk_add_token(t, &mark);
	if (!r)
		r = sk_condition_tokens(t, item->args[0].text);
	for (size_t i = 0; i < SK_ARRAY_LEN(rest) && !r; i++) {
		mark.punct = rest[i];
		r = sk_add_token(t, &mark);
	}
	if (!r)
		r = sk_parse_tokens(t, &item->stmt);
	if (!r)
		r = sk_make_condition_require(t, item, item->args[0].text);
	if (!r)
		item->kind = SK_ITEM_TUNABLE;
	return r;
}

/* What some known macros become; others stay a call. */
static int sk_make_known(struct sk_templates *t, struct sk_item *item)
{
	bool known = (item->value == t->optional_policy || item->value == t->gen_require ||
		      item->value == t->tunable_policy || item->value == t->ifdef) && sk_template_knows(t, item->value);
	int r = known ? sk_assume(t->m, item->value) : 0;

	if (r || !known)
		return r;
	if (item->value == t->gen_require)
		return sk_make_require(t, item);
	if (item->value == t->tunable_policy)
		return sk_make_tunable(t, item);
	if (item->value == t->ifdef ? item->n_args < 2 || item->n_args > 3 : item->n_args < 1 || item->n_args > 2)
		return SK_TEMPLATE_TEXT;
	item->kind = item->value == t->ifdef ? SK_ITEM_IFDEF : SK_ITEM_OPTIONAL;
	return 0;
}

/* After a macro's name or call, what follows must begin something of its own. */
static bool sk_followed_well(const struct sk_templates *t, struct sk_place_in at)
{
	const struct sk_text *text = at.text;

	if (at.i < text->n_lexemes && text->lexemes[at.i].kind != SK_PIECE_SPACE &&
	    text->lexemes[at.i].kind != SK_PIECE_COMMENT && text->p[text->lexemes[at.i].off] != ';')
		return false;
	while (at.i < text->n_lexemes && (text->lexemes[at.i].kind == SK_PIECE_SPACE ||
					  text->lexemes[at.i].kind == SK_PIECE_COMMENT))
		at.i++;
	if (at.i == text->n_lexemes)
		return true;
	switch (text->lexemes[at.i].kind) {
	case SK_PIECE_WORD:
		return sk_is_keyword(text->lexemes[at.i].value) || sk_macro_find(t->m->state, text->lexemes[at.i].value) ||
		       (at.i + 1 < text->n_lexemes && text->lexemes[at.i + 1].kind == SK_PIECE_OPEN);
	case SK_PIECE_PARAM:
		return true;
	default:
		return text->p[text->lexemes[at.i].off] == ';';
	}
}

/* Builtins after which the rest of a text is not what it seems. */
static bool sk_changes_reading(const struct sk_templates *t, uint32_t name)
{
	static const char *const words[] = { "changequote", "changecom", "divert", "undivert", "m4exit", "dnl", "include",
					     "sinclude", "m4wrap" };

	for (size_t i = 0; i < SK_ARRAY_LEN(words); i++)
		if (!strcmp(sk_intern_str(t->m->names, name), words[i]))
			return true;
	return false;
}

/* A word that is a macro, or has a parenthesis behind it. */
static int sk_make_call(struct sk_templates *t, struct sk_place_in *at, const struct sk_macro *macro, bool *ret_usable)
{
	const struct sk_text *text = at->text;
	const struct sk_lexeme *l = &text->lexemes[at->i];
	struct sk_item item = { .kind = SK_ITEM_TEXT, .addr = text->addr + l->off, .value = l->value };
	bool open = at->i + 1 < text->n_lexemes && l[1].kind == SK_PIECE_OPEN;
	struct sk_place_in end = { .text = text, .i = at->i + 1 }, args = end;
	int r = SK_TEMPLATE_TEXT;

	*ret_usable = !(macro && macro->builtin && sk_changes_reading(t, l->value)) && (!open || sk_find_close(&end)) &&
		      sk_followed_well(t, end);
	if (!*ret_usable)
		return 0;
	item.length = text->lexemes[end.i].off - l->off;
	if (open && macro && (!macro->builtin || l->value == t->ifdef)) {
		r = sk_make_args(t, &args, &item);
		if (!r) {
			item.kind = SK_ITEM_CALL;
			r = sk_make_known(t, &item);
		}
	} else if (!macro) {
		r = sk_assume(t->m, l->value);
	}
	if (r < 0)
		return r;
	if (r || (item.kind == SK_ITEM_CALL && macro->builtin))
		item.kind = SK_ITEM_TEXT;
	at->i = end.i;
	return sk_add_item(t, &item);
}

/* require { ... } as it stands: read as text, and the same again as long as no macro changes. */
static int sk_make_raw_require(struct sk_templates *t, struct sk_place_in *at, bool *ret_usable)
{
	const struct sk_text *text = at->text;
	struct sk_item item = { .kind = SK_ITEM_TEXT, .addr = text->addr + text->lexemes[at->i].off };
	const char *start = text->p + text->lexemes[at->i].off;
	uint32_t level = 0;

	*ret_usable = false;
	for (at->i++; at->i < text->n_lexemes && !*ret_usable; at->i++) {
		const struct sk_lexeme *l = &text->lexemes[at->i];
		char c = text->p[l->off];

		if (l->kind == SK_PIECE_PUNCT && c == '{')
			level++;
		else if (l->kind == SK_PIECE_PUNCT && c == '}' && level)
			*ret_usable = !--level;
		else if (!level && l->kind != SK_PIECE_SPACE)
			return 0;
	}
	if (!*ret_usable)
		return 0;
	item.text = sk_template_part(t, text, start, text->p + text->lexemes[at->i].off);
	if (!item.text)
		return -ENOMEM;
	item.lasting = !item.text->params;
	return sk_add_item(t, &item);
}

/* One thing at the place. *ret_usable: false when the text cannot be taken apart. */
static int sk_make_one(struct sk_templates *t, struct sk_place_in *at, struct sk_template *template, bool *ret_usable)
{
	const struct sk_text *text = at->text;
	const struct sk_lexeme *l = &text->lexemes[at->i];
	const struct sk_macro *macro;
	bool open = at->i + 1 < text->n_lexemes && l[1].kind == SK_PIECE_OPEN;

	switch (l->kind) {
	case SK_PIECE_SPACE:
		at->i++;
		return 0;
	case SK_PIECE_COMMENT:
		template->comments |= memchr(text->p + l->off, '$', l[1].off - l->off) != NULL;
		at->i++;
		/* One that does not end here would go on behind the text. */
		*ret_usable = text->p[l[1].off - 1] == '\n';
		return 0;
	case SK_PIECE_WORD:
		macro = sk_macro_find(t->m->state, l->value);
		if (macro && macro->blind && !open)
			macro = NULL;
		if (macro || open)
			return sk_make_call(t, at, macro, ret_usable);
		if (l->value == 2 * SK_KW_REQUIRE)
			return sk_make_raw_require(t, at, ret_usable);
		*ret_usable = l->value < 2 * SK_N_KEYWORDS && sk_is_simple(l->value / 2);
		return *ret_usable ? sk_make_statement(t, at, l->value / 2, ret_usable) : 0;
	case SK_PIECE_PARAM:
		*ret_usable = l->value && l->value <= SK_PARAM_MAX && sk_followed_well(t, (struct sk_place_in){ text, at->i + 1 });
		at->i++;
		return sk_add_item(t, &(struct sk_item){ .kind = SK_ITEM_PARAM, .value = l->value,
							 .addr = text->addr + l->off });
	case SK_PIECE_PUNCT:
		*ret_usable = text->p[l->off] == ';';
		at->i++;
		return 0;
	default:
		*ret_usable = false;
		return 0;
	}
}

static int sk_make(struct sk_templates *t, struct sk_text *text, struct sk_template *template)
{
	struct sk_place_in at = { .text = text };
	size_t first = t->n_items;
	int r = 0;

	template->usable = true;
	while (at.i < text->n_lexemes && template->usable && !r)
		r = sk_make_one(t, &at, template, &template->usable);
	template->n = (uint32_t)(t->n_items - first);
	t->n_items = first;
	if (r || !template->usable || !template->n)
		return r;
	template->items = sk_arena_memdup(&t->m->state->arena, t->items + first, template->n * sizeof(*t->items));
	return template->items ? 0 : -ENOMEM;
}

int sk_template_of(struct sk_templates *t, struct sk_text *text, const struct sk_template **ret_template)
{
	struct sk_template *template = text->template;
	int r = 0;

	*ret_template = template;
	if (template && template->epoch == t->m->state->epoch)
		return 0;
	template = SK_ARENA_NEW(&t->m->state->arena, struct sk_template);
	if (!template)
		return -ENOMEM;
	if (text->form == SK_TEXT_FRESH)
		r = sk_text_lex(t->m, text);
	template->epoch = t->m->state->epoch;
	if (!r && text->form == SK_TEXT_LEXED && text->addr)
		r = sk_make(t, text, template);
	if (r)
		return r;
	text->template = template;
	*ret_template = template;
	return 0;
}
