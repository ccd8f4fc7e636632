/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The recursive descent that walks the grammar (grammar.h). The order of statements, which checkpolicy's grammar fixes,
 * is not looked at here. Which statements may stand in which block is.
 *
 * A mistake gives one diagnostic and gives up the statement; the next one is looked for behind a semicolon, before the
 * end of the block, or at a word that can only begin a statement.
 */
#include "syntax/te/grammar.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/*
 * Blocks within blocks: nobody nests by hundreds, and the stack is finite. Programs that write expressions do: checkpolicy
 * prints a parenthesis for each term.
 */
#define SK_TE_DEPTH_MAX 200
#define SK_TE_EXPR_DEPTH_MAX 2000

/* Tokens */

static void sk_advance(struct sk_te_parser *p)
{
	int r;

	p->last = p->token;
	if (p->mistakes > SK_TE_MISTAKES_MAX) {
		p->token.kind = SK_TOKEN_END;
		return;
	}
	r = p->error ? p->error : sk_te_next(p->lexer, &p->token);
	if (r) {
		p->error = r;
		p->failed = true;
		p->token = (struct sk_te_token){ .kind = SK_TOKEN_END };
	}
}

static void sk_describe(const struct sk_te_parser *p, const struct sk_te_token *t, char *to, size_t n)
{
	static const char *const twos[] = { "==", "!=", "&&", "||" };

	if (t->kind == SK_TOKEN_END)
		snprintf(to, n, p->lexer->part ? "the end of what a macro gives here" : "the end of the file");
	else if (t->kind == SK_TOKEN_PUNCT && t->punct >= SK_PUNCT_EQ)
		snprintf(to, n, "'%s'", twos[t->punct - SK_PUNCT_EQ]);
	else if (t->kind == SK_TOKEN_PUNCT)
		snprintf(to, n, "'%c'", t->punct);
	else
		snprintf(to, n, "'%.60s'", sk_intern_str(p->lexer->names, t->name));
}

static struct sk_diag *sk_complain_at(struct sk_te_parser *p, const char *id, uint32_t addr, uint32_t length,
				      uint32_t expansion, const char *message)
{
	struct sk_place place;
	struct sk_diag *d;

	p->failed = true;
	if (p->mistakes > SK_TE_MISTAKES_MAX)
		return NULL;
	sk_sources_place(p->sources, addr, length, &place);
	if (p->mistakes++ == SK_TE_MISTAKES_MAX) {
		sk_error(p->diags, "E0138", &place, "more than %d mistakes: the rest of the file is not looked at",
			 SK_TE_MISTAKES_MAX);
		return NULL;
	}
	d = sk_error(p->diags, id, &place, "%s", message);
	if (p->lexer->macros)
		sk_sources_note_expansion(p->sources, p->lexer->macros->names, p->diags, d, expansion);
	return d;
}

/* The bytes from a token on to the end of its line, where the source has what the token says. */
static const char *sk_text_of(const struct sk_te_parser *p, const struct sk_te_token *t, size_t *ret_n)
{
	const struct sk_source *source = sk_sources_find(p->sources, t->addr);
	const char *text = source ? sk_source_text(source, t->addr, ret_n) : NULL, *end;

	if (!text || !*ret_n || (uint8_t)*text != t->punct)
		return NULL;
	end = memchr(text, '\n', *ret_n);
	*ret_n = end ? (size_t)(end - text) : *ret_n;
	return text;
}

/* The character that begins text[0..n), when it is one of more than a byte: its number, and how many bytes it has. */
static unsigned int sk_utf8(const char *text, size_t n, unsigned int *ret_length)
{
	unsigned int first = (uint8_t)text[0], length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
	unsigned int value = first & (0xff >> (length + 1));

	if (first < 0xc2 || first > 0xf4 || n < length)
		return 0;
	for (unsigned int i = 1; i < length; i++) {
		if (((uint8_t)text[i] & 0xc0) != 0x80)
			return 0;
		value = value << 6 | ((uint8_t)text[i] & 0x3f);
	}
	*ret_length = length;
	return value;
}

/* What is probably meant by a character that begins no token; NULL where nobody knows. */
static const char *sk_hint(const struct sk_te_parser *p, const char *text, size_t n, unsigned int value)
{
	const char *close;

	switch (value) {
	case '"':
		close = text ? memchr(text + 1, '"', n - 1) : NULL;
		if (text && !close)
			return "the string that begins here is not closed on its line";
		if (close == text + 1)
			return "the name of an object cannot be empty";
		return close ? "the name of an object is the last part of its path only, without a '/'" : NULL;
	case '`':
	case '\'':
		return p->lexer->macros ? "quotes of macros are opened by ` and closed by ': this one has no other"
				       : "this text is read as it is after macros have been expanded, in which no quotes are left";
	case '$':
		return "parameters, as $1, stand in interfaces, templates and macros";
	case '=':
		return "the language has == for comparisons, and no = : values stand behind the name, as in 'bool NAME true;'";
	case 0x201c: case 0x201d: case 0x201e: case 0xab: case 0xbb:
		return "strings stand in \"";
	case 0x2018: case 0x2019: case 0xb4:
		return "quotes of macros are ` and '";
	case 0xa0: case 0x2002: case 0x2003: case 0x2009: case 0x202f: case 0x200b: case 0x3000: case 0xfeff:
		return "it looks like a blank, or like nothing, and is none: put a plain one in its place";
	case 0x2013: case 0x2014: case 0x2212:
		return "write - in its place";
	default:
		return NULL;
	}
}

static void sk_complain_byte(struct sk_te_parser *p)
{
	unsigned int value = p->token.punct, length = 1;
	char message[200];
	struct sk_diag *d;
	const char *hint, *text;
	size_t n = 0;

	text = sk_text_of(p, &p->token, &n);
	if (text && value >= 0x80)
		value = sk_utf8(text, n, &length);
	if (length > 1)
		snprintf(message, sizeof(message), "the character U+%04X is no part of the policy language", value);
	else if (p->token.punct >= ' ' && p->token.punct < 127)
		snprintf(message, sizeof(message), "'%c' is no part of the policy language", p->token.punct);
	else
		snprintf(message, sizeof(message), "byte 0x%02x is no part of the policy language", p->token.punct);
	hint = sk_hint(p, text, n, value);
	d = sk_complain_at(p, "E0136", p->token.addr, 1, p->token.expansion, message);
	if (hint)
		sk_diag_note(p->diags, d, NULL, "%s", hint);
}

/* "expected X, found Y", once a statement, and perhaps a word of advice. Returns false for the caller to return. */
static bool sk_expected_hint(struct sk_te_parser *p, const char *what, const char *hint)
{
	char found[120], message[300];
	struct sk_diag *d;

	if (p->failed)
		return false;
	if (p->token.kind == SK_TOKEN_BAD) {
		sk_complain_byte(p);
		return false;
	}
	sk_describe(p, &p->token, found, sizeof(found));
	snprintf(message, sizeof(message), "expected %s, found %s", what, found);
	d = sk_complain_at(p, "E0131", p->token.addr, p->token.length, p->token.expansion, message);
	if (hint)
		sk_diag_note(p->diags, d, NULL, "%s", hint);
	return false;
}

static bool sk_expected(struct sk_te_parser *p, const char *what)
{
	return sk_expected_hint(p, what, NULL);
}

static bool sk_is_punct(const struct sk_te_parser *p, int punct)
{
	return p->token.kind == SK_TOKEN_PUNCT && p->token.punct == punct;
}

static void sk_complain_depth(struct sk_te_parser *p, const char *what, int most, const char *hint)
{
	char message[200];
	struct sk_diag *d;

	snprintf(message, sizeof(message), "%s are nested more than %d deep here", what, most);
	d = sk_complain_at(p, "E0134", p->token.addr, p->token.length, p->token.expansion, message);
	sk_diag_note(p->diags, d, NULL, "%s", hint);
}

static bool sk_accept(struct sk_te_parser *p, int punct)
{
	if (!sk_is_punct(p, punct))
		return false;
	sk_advance(p);
	return true;
}

/* Whether the token stands on another line of the same source than the one before it. */
static bool sk_on_new_line(const struct sk_te_parser *p)
{
	const struct sk_source *source = sk_sources_find(p->sources, p->last.addr);
	uint32_t end = p->last.addr + p->last.length, col;

	return source && p->token.addr >= end && p->token.addr <= source->base + source->size &&
	       sk_source_line(source, end, &col) != sk_source_line(source, p->token.addr, &col);
}

static bool sk_begins_statement(const struct sk_te_parser *p);

/* Whether what an argument or the body of a macro gave ends before the token, and with it, it seems, the statement. */
static bool sk_at_seam(const struct sk_te_parser *p)
{
	const struct sk_source *source = sk_sources_find(p->sources, p->last.addr);

	if (p->token.kind == SK_TOKEN_END)
		return p->lexer->part;
	return p->token.expansion && (sk_is_punct(p, '}') || sk_begins_statement(p)) &&
	       (p->token.expansion != p->last.expansion || p->token.addr < p->last.addr ||
		source != sk_sources_find(p->sources, p->token.addr));
}

/* What lacks at the end of a line is said there, not at the next one. */
static bool sk_expected_before(struct sk_te_parser *p, int punct)
{
	uint32_t end = p->last.addr + p->last.length;
	char found[120], message[300];

	if (p->failed || p->token.kind == SK_TOKEN_BAD || (!sk_at_seam(p) && !sk_on_new_line(p)))
		return false;
	sk_describe(p, &p->token, found, sizeof(found));
	snprintf(message, sizeof(message), "expected '%c' before %s", punct, found);
	sk_complain_at(p, "E0131", end, 1, p->last.expansion, message);
	return true;
}

static bool sk_need(struct sk_te_parser *p, int punct)
{
	char what[] = "'x'";

	what[1] = (char)punct;
	if (!sk_is_punct(p, punct) && sk_expected_before(p, punct))
		return false;
	return sk_accept(p, punct) || sk_expected(p, what);
}

static bool sk_accept_keyword(struct sk_te_parser *p, unsigned int keyword)
{
	if (sk_te_keyword(&p->token) != keyword)
		return false;
	sk_advance(p);
	return true;
}

static struct sk_te_name sk_name_of(const struct sk_te_token *t)
{
	return (struct sk_te_name){ .name = t->name, .addr = t->addr, .expansion = t->expansion };
}

/* A token of one of the kinds (a mask of 1 << kind) that is no keyword. */
static bool sk_need_name(struct sk_te_parser *p, unsigned int kinds, const char *what, struct sk_te_name *ret_name)
{
	char message[200];

	if (!(kinds & 1u << p->token.kind))
		return sk_expected(p, what);
	if (sk_te_keyword(&p->token) != SK_N_KEYWORDS) {
		if (p->failed)
			return false;
		snprintf(message, sizeof(message), "expected %s, found '%s', which is a word of the language", what,
			 sk_intern_str(p->lexer->names, p->token.name));
		sk_complain_at(p, "E0132", p->token.addr, p->token.length, p->token.expansion, message);
		return false;
	}
	*ret_name = sk_name_of(&p->token);
	sk_advance(p);
	return true;
}

static bool sk_need_identifier(struct sk_te_parser *p, struct sk_te_name *ret_name)
{
	return sk_need_name(p, 1u << SK_TOKEN_IDENTIFIER, "a name", ret_name);
}

/* Sets */

static bool sk_add_name(struct sk_te_parser *p, struct sk_te_name name)
{
	int r = sk_grow(&p->names, &p->cap_names, p->n_names + 1, sizeof(*p->names));

	if (r) {
		p->error = r;
		p->failed = true;
		return false;
	}
	p->names[p->n_names++] = name;
	return true;
}

static bool sk_take_names(struct sk_te_parser *p, struct sk_te_set *set)
{
	set->n = (uint32_t)p->n_names;
	set->names = sk_arena_memdup(p->arena, p->names, p->n_names * sizeof(*p->names));
	if (!set->names) {
		p->error = -ENOMEM;
		p->failed = true;
	}
	return !p->failed;
}

/* Behind the opening brace, to the closing one. Braces within count, no deeper than anyone can read. */
static bool sk_parse_braces(struct sk_te_parser *p, bool plain, struct sk_te_set *set)
{
	bool some = false;

	set->flags |= SK_TE_SET_BRACES;
	p->braces = 1;
	while (p->braces) {
		struct sk_te_name name;
		bool minus;

		if (!plain && sk_accept(p, '{')) {
			p->braces++;
			some = false;
			continue;
		}
		if (some && sk_accept(p, '}')) {
			p->braces--;
			continue;
		}
		minus = !plain && sk_accept(p, '-');
		if (sk_is_punct(p, ','))
			return sk_expected_hint(p, "a name", "in braces there are blanks between names");
		if (!sk_need_identifier(p, &name))
			return false;
		name.minus = minus;
		some = true;
		if (!sk_add_name(p, name))
			return false;
	}
	return sk_take_names(p, set);
}

static bool sk_parse_set(struct sk_te_parser *p, struct sk_te_set *set)
{
	struct sk_te_name name;

	p->n_names = 0;
	if (sk_accept(p, '*')) {
		set->flags |= SK_TE_SET_STAR;
		return true;
	}
	if (sk_accept(p, '~'))
		set->flags |= SK_TE_SET_COMPLEMENT;
	if (sk_accept(p, '{'))
		return sk_parse_braces(p, false, set);
	if (!sk_need_name(p, 1u << SK_TOKEN_IDENTIFIER, "a name or a set", &name) || !sk_add_name(p, name))
		return false;
	if (!(set->flags & SK_TE_SET_COMPLEMENT) && sk_accept(p, '-')) {
		if (!sk_need_identifier(p, &name))
			return false;
		name.minus = true;
		if (!sk_add_name(p, name))
			return false;
	}
	return sk_take_names(p, set);
}

static bool sk_parse_list(struct sk_te_parser *p, struct sk_te_set *set)
{
	struct sk_te_name name;

	p->n_names = 0;
	do {
		if (!sk_need_identifier(p, &name) || !sk_add_name(p, name))
			return false;
	} while (sk_accept(p, ','));
	return sk_take_names(p, set);
}

/* Numbers */

static bool sk_parse_number(struct sk_te_parser *p, uint64_t most, uint64_t *ret_value)
{
	unsigned long long v;
	char message[200];
	const char *text;

	if (p->token.kind != SK_TOKEN_NUMBER)
		return sk_expected(p, "a number");
	text = sk_intern_str(p->lexer->names, p->token.name);
	errno = 0;
	v = strtoull(text, NULL, 0);
	if (errno || v > most) {
		snprintf(message, sizeof(message), "%.60s is too large: at most %llu", text, (unsigned long long)most);
		sk_complain_at(p, "E0133", p->token.addr, p->token.length, p->token.expansion, message);
		return false;
	}
	*ret_value = v;
	sk_advance(p);
	return true;
}

static bool sk_parse_xperm(struct sk_te_parser *p)
{
	struct sk_te_xperm x = { .addr = p->token.addr };
	uint64_t v;
	int r;

	if (!sk_parse_number(p, UINT32_MAX, &v))
		return false;
	x.low = x.high = (uint32_t)v;
	if (sk_accept(p, '-')) {
		if (!sk_parse_number(p, UINT32_MAX, &v))
			return false;
		x.high = (uint32_t)v;
	}
	r = sk_grow(&p->xperms, &p->cap_xperms, p->n_xperms + 1, sizeof(*p->xperms));
	if (r) {
		p->error = r;
		p->failed = true;
		return false;
	}
	p->xperms[p->n_xperms++] = x;
	return true;
}

static bool sk_parse_xperms(struct sk_te_parser *p, struct sk_te_stmt *stmt)
{
	bool some = false;

	p->n_xperms = 0;
	stmt->complement = sk_accept(p, '~');
	do {
		if (sk_accept(p, '{')) {
			p->braces++;
			some = false;
		} else if (p->braces && some && sk_accept(p, '}')) {
			p->braces--;
		} else {
			/* A range stands only within braces. */
			if (!p->braces && p->token.kind != SK_TOKEN_NUMBER)
				return sk_expected(p, "a number or a set of numbers");
			if (sk_is_punct(p, ','))
				return sk_expected_hint(p, "a number", "in braces there are blanks between numbers");
			if (!sk_parse_xperm(p))
				return false;
			some = true;
		}
	} while (p->braces);
	stmt->n_xperms = (uint32_t)p->n_xperms;
	stmt->xperms = sk_arena_memdup(p->arena, p->xperms, p->n_xperms * sizeof(*p->xperms));
	if (!stmt->xperms) {
		p->error = -ENOMEM;
		p->failed = true;
	}
	return !p->failed;
}

/* Levels, ranges, contexts */

static void *sk_new(struct sk_te_parser *p, size_t n, size_t size)
{
	void *object = sk_arena_calloc(p->arena, n, size);

	if (!object) {
		p->error = -ENOMEM;
		p->failed = true;
	}
	return object;
}

static bool sk_parse_level(struct sk_te_parser *p, struct sk_te_level *level)
{
	if (!sk_need_identifier(p, &level->sensitivity))
		return false;
	return !sk_accept(p, ':') || sk_parse_list(p, &level->categories);
}

static bool sk_parse_range(struct sk_te_parser *p, struct sk_te_range *range)
{
	range->present = true;
	if (!sk_parse_level(p, &range->low))
		return false;
	if (!sk_accept(p, '-')) {
		range->high = range->low;
		return true;
	}
	range->dash = true;
	return sk_parse_level(p, &range->high);
}

static bool sk_parse_context(struct sk_te_parser *p, struct sk_te_context *c)
{
	return sk_need_identifier(p, &c->user) && sk_need(p, ':') && sk_need_identifier(p, &c->role) &&
	       sk_need(p, ':') && sk_need_identifier(p, &c->type) &&
	       (!sk_accept(p, ':') || sk_parse_range(p, &c->range));
}

/* Expressions */

static struct sk_te_expr *sk_new_expr(struct sk_te_parser *p, uint8_t op)
{
	struct sk_te_expr *e = sk_new(p, 1, sizeof(*e));

	if (e) {
		e->op = op;
		e->addr = p->token.addr;
		e->expansion = p->token.expansion;
		e->right = SK_N_KEYWORDS;
	}
	return e;
}

/* == eq != : true when one was there. */
static bool sk_parse_equality(struct sk_te_parser *p, uint8_t *ret_compare)
{
	*ret_compare = SK_KW_EQ;
	if (sk_accept(p, SK_PUNCT_EQ) || sk_accept_keyword(p, SK_KW_EQ))
		return true;
	*ret_compare = SK_PUNCT_NE;
	return sk_accept(p, SK_PUNCT_NE);
}

static bool sk_parse_comparison(struct sk_te_parser *p, uint8_t *ret_compare)
{
	static const uint8_t words[] = { SK_KW_DOM, SK_KW_DOMBY, SK_KW_INCOMP };

	if (sk_parse_equality(p, ret_compare))
		return true;
	for (size_t i = 0; i < SK_ARRAY_LEN(words); i++)
		if (sk_accept_keyword(p, words[i])) {
			*ret_compare = words[i];
			return true;
		}
	return sk_expected(p, "==, !=, dom, domby or incomp");
}

/* Names in a constraint: no minus, no nesting. */
static bool sk_parse_constraint_names(struct sk_te_parser *p, struct sk_te_set *set)
{
	struct sk_te_name name;

	p->n_names = 0;
	if (sk_accept(p, '*')) {
		set->flags |= SK_TE_SET_STAR;
		return true;
	}
	if (sk_accept(p, '~'))
		set->flags |= SK_TE_SET_COMPLEMENT;
	if (sk_accept(p, '{'))
		return sk_parse_braces(p, true, set);
	return sk_need_name(p, 1u << SK_TOKEN_IDENTIFIER, "a name or a set", &name) && sk_add_name(p, name) &&
	       sk_take_names(p, set);
}

static bool sk_accept_right(struct sk_te_parser *p, struct sk_te_expr *e, const uint8_t *words, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (sk_accept_keyword(p, words[i])) {
			e->right = words[i];
			return true;
		}
	return false;
}

/* u1 == u2, r1 dom r2, t1 == { a b }, l1 domby h2 and the old words. */
static bool sk_parse_operand(struct sk_te_parser *p, struct sk_te_expr *e)
{
	unsigned int word = sk_te_keyword(&p->token);

	e->left = (uint8_t)word;
	switch (word) {
	case SK_KW_SAMEUSER:
		sk_advance(p);
		e->left = SK_KW_U1;
		e->compare = SK_KW_EQ;
		e->right = SK_KW_U2;
		return true;
	case SK_KW_U1:
	case SK_KW_T1:
		sk_advance(p);
		if (!sk_parse_equality(p, &e->compare))
			return sk_expected(p, "== or !=");
		return sk_accept_right(p, e, word == SK_KW_U1 ? (uint8_t[]){ SK_KW_U2 } : (uint8_t[]){ SK_KW_T2 }, 1) ||
		       sk_parse_constraint_names(p, &e->names);
	case SK_KW_R1:
		sk_advance(p);
		if (!sk_parse_comparison(p, &e->compare))
			return false;
		if (sk_accept_right(p, e, (uint8_t[]){ SK_KW_R2 }, 1))
			return true;
		if (e->compare != SK_KW_EQ && e->compare != SK_PUNCT_NE)
			return sk_expected(p, "r2");
		return sk_parse_constraint_names(p, &e->names);
	case SK_KW_U2: case SK_KW_U3: case SK_KW_R2: case SK_KW_R3: case SK_KW_T2: case SK_KW_T3:
		sk_advance(p);
		if (!sk_parse_equality(p, &e->compare))
			return sk_expected(p, "== or !=");
		return sk_parse_constraint_names(p, &e->names);
	case SK_KW_SOURCE:
	case SK_KW_TARGET:
		sk_advance(p);
		e->compare = SK_KW_EQ;
		if (sk_accept_keyword(p, SK_KW_ROLE))
			e->left = word == SK_KW_SOURCE ? SK_KW_R1 : SK_KW_R2;
		else if (sk_accept_keyword(p, SK_KW_TYPE))
			e->left = word == SK_KW_SOURCE ? SK_KW_T1 : SK_KW_T2;
		else
			return sk_expected(p, "role or type");
		return sk_parse_constraint_names(p, &e->names);
	case SK_KW_ROLE:
		sk_advance(p);
		e->left = SK_KW_R1;
		e->right = SK_KW_R2;
		return sk_parse_comparison(p, &e->compare);
	case SK_KW_L1:
	case SK_KW_H1:
	case SK_KW_L2:
		sk_advance(p);
		if (!sk_parse_comparison(p, &e->compare))
			return false;
		if (word == SK_KW_L1 && sk_accept_right(p, e, (uint8_t[]){ SK_KW_L2, SK_KW_H2, SK_KW_H1 }, 3))
			return true;
		if (word == SK_KW_H1 && sk_accept_right(p, e, (uint8_t[]){ SK_KW_L2, SK_KW_H2 }, 2))
			return true;
		if (word == SK_KW_L2 && sk_accept_right(p, e, (uint8_t[]){ SK_KW_H2 }, 1))
			return true;
		return sk_expected(p, word == SK_KW_L1 ? "l2, h2 or h1" : word == SK_KW_H1 ? "l2 or h2" : "h2");
	default:
		return sk_expected(p, "a condition (u1, r1, t1, l1, ...)");
	}
}

/* How tight an operator binds, or 0: or, xor, and, then == and != in conditions. */
static unsigned int sk_binary_op(const struct sk_te_parser *p, bool condition, uint8_t *ret_op)
{
	unsigned int word = sk_te_keyword(&p->token);

	if (sk_is_punct(p, SK_PUNCT_OR) || word == SK_KW_OR)
		return *ret_op = SK_TE_OR, 1;
	if (condition && (sk_is_punct(p, '^') || word == SK_KW_XOR))
		return *ret_op = SK_TE_XOR, 2;
	if (sk_is_punct(p, SK_PUNCT_AND) || word == SK_KW_AND)
		return *ret_op = SK_TE_AND, 3;
	if (condition && (sk_is_punct(p, SK_PUNCT_EQ) || word == SK_KW_EQ))
		return *ret_op = SK_TE_EQ, 5;
	if (condition && sk_is_punct(p, SK_PUNCT_NE))
		return *ret_op = SK_TE_NE, 5;
	return 0;
}

static struct sk_te_expr *sk_parse_expr(struct sk_te_parser *p, bool condition, unsigned int level);

static struct sk_te_expr *sk_parse_unary(struct sk_te_parser *p, bool condition)
{
	struct sk_te_expr *e;

	if (sk_is_punct(p, '!') || sk_te_keyword(&p->token) == SK_KW_NOT) {
		e = sk_new_expr(p, SK_TE_NOT);
		if (!e)
			return NULL;
		sk_advance(p);
		/* In checkpolicy's grammar == binds tighter than ! does. */
		e->a = sk_parse_expr(p, condition, 4);
		return e->a ? e : NULL;
	}
	if (sk_accept(p, '(')) {
		e = sk_parse_expr(p, condition, 1);
		return e && sk_need(p, ')') ? e : NULL;
	}
	e = sk_new_expr(p, condition ? SK_TE_NAME : SK_TE_COMPARE);
	if (!e)
		return NULL;
	return (condition ? sk_need_identifier(p, &e->name) : sk_parse_operand(p, e)) ? e : NULL;
}

static struct sk_te_expr *sk_parse_expr(struct sk_te_parser *p, bool condition, unsigned int level)
{
	struct sk_te_expr *left;
	unsigned int binds;
	uint8_t op;

	if (p->depth >= SK_TE_EXPR_DEPTH_MAX) {
		if (!p->failed)
			sk_complain_depth(p, condition ? "parentheses and operators of a condition"
						       : "parentheses and operators of a constraint", SK_TE_EXPR_DEPTH_MAX,
					  "leave out the parentheses that nothing needs, or make several statements of it");
		return NULL;
	}
	p->depth++;
	left = sk_parse_unary(p, condition);
	while (left && (binds = sk_binary_op(p, condition, &op)) >= level && binds) {
		struct sk_te_expr *e = sk_new_expr(p, op);

		if (!e) {
			left = NULL;
			break;
		}
		sk_advance(p);
		e->a = left;
		e->b = sk_parse_expr(p, condition, binds + 1);
		left = e->b ? e : NULL;
	}
	p->depth--;
	return left;
}

/* Statements that a letter does not tell */

static bool sk_parse_class(struct sk_te_parser *p, struct sk_te_stmt *stmt)
{
	bool inherits = sk_accept_keyword(p, SK_KW_INHERITS);

	if (inherits && !sk_need_identifier(p, &stmt->name2))
		return false;
	p->n_names = 0;
	return !sk_accept(p, '{') || sk_parse_braces(p, true, &stmt->set[0]);
}

static bool sk_parse_default_range(struct sk_te_parser *p, struct sk_te_stmt *stmt)
{
	static const uint8_t ends[] = { SK_KW_LOW, SK_KW_HIGH, SK_KW_LOW_HIGH };

	stmt->word[0] = (uint8_t)sk_te_keyword(&p->token);
	if (sk_accept_keyword(p, SK_KW_GLBLUB))
		return true;
	if (!sk_accept_keyword(p, SK_KW_SOURCE) && !sk_accept_keyword(p, SK_KW_TARGET))
		return sk_expected(p, "source, target or glblub");
	for (size_t i = 0; i < SK_ARRAY_LEN(ends); i++)
		if (sk_accept_keyword(p, ends[i])) {
			stmt->word[1] = ends[i];
			return true;
		}
	return sk_expected(p, "low, high or low-high");
}

static bool sk_parse_address(struct sk_te_parser *p, struct sk_te_stmt *stmt)
{
	unsigned int mask = 1u << SK_TOKEN_IPV4 | 1u << SK_TOKEN_IPV6;

	stmt->word[0] = p->token.kind;
	if (!sk_need_name(p, mask | 1u << SK_TOKEN_IPV4_CIDR | 1u << SK_TOKEN_IPV6_CIDR, "an IP address", &stmt->name))
		return false;
	if (!(mask & 1u << stmt->word[0]))
		return true;
	return sk_need_name(p, 1u << stmt->word[0], "a mask of the same kind", &stmt->name2);
}

static bool sk_parse_genfs_kind(struct sk_te_parser *p, struct sk_te_stmt *stmt)
{
	if (!sk_accept(p, '-'))
		return true;
	if (!sk_is_punct(p, '-'))
		return sk_need_name(p, 1u << SK_TOKEN_IDENTIFIER, "a kind of file (-- -d -c -b -p -l -s)", &stmt->name3);
	stmt->name3 = (struct sk_te_name){ .addr = p->token.addr, .expansion = p->token.expansion };
	p->error = sk_intern_add(p->lexer->names, "-", 1, &stmt->name3.name);
	sk_advance(p);
	return !p->failed;
}

static bool sk_parse_special(struct sk_te_parser *p, struct sk_te_stmt *stmt)
{
	switch (stmt->kind) {
	case SK_TE_CLASS:
		return sk_parse_class(p, stmt);
	case SK_TE_SID:
		if (p->token.kind != SK_TOKEN_IDENTIFIER || sk_te_keyword(&p->token) != SK_N_KEYWORDS)
			return true;
		stmt->context = sk_new(p, 1, sizeof(*stmt->context));
		return stmt->context && sk_parse_context(p, stmt->context);
	case SK_TE_DEFAULT_RANGE:
		return sk_parse_default_range(p, stmt);
	case SK_TE_DOMINANCE:
		p->n_names = 0;
		if (sk_accept(p, '{'))
			return sk_parse_braces(p, true, &stmt->set[0]);
		return sk_need_identifier(p, &stmt->name) && sk_add_name(p, stmt->name) &&
		       sk_take_names(p, &stmt->set[0]);
	case SK_TE_LEVEL:
		return !sk_accept(p, ':') || sk_parse_list(p, &stmt->set[0]);
	case SK_TE_ALLOW:
		if (sk_is_punct(p, ';')) {
			stmt->kind = SK_TE_ROLE_ALLOW;
			return true;
		}
		return sk_need(p, ':') && sk_parse_set(p, &stmt->set[2]) && sk_parse_set(p, &stmt->set[3]);
	case SK_TE_ROLE:
		stmt->colon = sk_accept_keyword(p, SK_KW_TYPES);
		if (stmt->colon)
			return sk_parse_set(p, &stmt->set[1]);
		return !sk_accept(p, ',') || sk_parse_list(p, &stmt->set[0]);
	case SK_TE_USER:
		if (!sk_accept_keyword(p, SK_KW_ROLES))
			return sk_expected(p, "roles");
		return sk_parse_set(p, &stmt->set[0]);
	case SK_TE_NODECON:
		return sk_parse_address(p, stmt);
	case SK_TE_IBPKEYCON:
		return sk_need_name(p, 1u << SK_TOKEN_IPV6, "an IPv6 subnet prefix", &stmt->name);
	case SK_TE_GENFSCON:
		return sk_parse_genfs_kind(p, stmt);
	case SK_TE_MODULE:
		return sk_need_name(p, 1u << SK_TOKEN_VERSION | 1u << SK_TOKEN_NUMBER | 1u << SK_TOKEN_IPV4,
				    "a version", &stmt->name2);
	}
	return true;
}

static bool sk_parse_user_levels(struct sk_te_parser *p, struct sk_te_stmt *stmt)
{
	if (!sk_accept_keyword(p, SK_KW_LEVEL))
		return true;
	stmt->level = sk_new(p, 1, sizeof(*stmt->level));
	stmt->range = sk_new(p, 1, sizeof(*stmt->range));
	if (!stmt->level || !stmt->range || !sk_parse_level(p, stmt->level))
		return false;
	if (!sk_accept_keyword(p, SK_KW_RANGE))
		return sk_expected(p, "range");
	return sk_parse_range(p, stmt->range);
}

static bool sk_parse_block(struct sk_te_parser *p, uint8_t kind, struct sk_te_stmt **ret_first);

static bool sk_parse_alias(struct sk_te_parser *p, bool must, struct sk_te_set *set)
{
	if (!sk_accept_keyword(p, SK_KW_ALIAS))
		return !must || sk_expected(p, "alias");
	return sk_parse_set(p, set);
}

static bool sk_parse_bool(struct sk_te_parser *p, struct sk_te_stmt *stmt)
{
	stmt->value = sk_accept_keyword(p, SK_KW_TRUE);
	return stmt->value || sk_accept_keyword(p, SK_KW_FALSE) || sk_expected(p, "true or false");
}

static bool sk_parse_source_target(struct sk_te_parser *p, struct sk_te_stmt *stmt)
{
	stmt->word[0] = (uint8_t)sk_te_keyword(&p->token);
	return sk_accept_keyword(p, SK_KW_SOURCE) || sk_accept_keyword(p, SK_KW_TARGET) ||
	       sk_expected(p, "source or target");
}

static bool sk_parse_numbers(struct sk_te_parser *p, struct sk_te_stmt *stmt)
{
	uint64_t most = stmt->kind == SK_TE_IOMEMCON ? UINT64_MAX : UINT32_MAX;

	if (!sk_parse_number(p, most, &stmt->number[0]))
		return false;
	stmt->number[1] = stmt->number[0];
	return !sk_accept(p, '-') || sk_parse_number(p, most, &stmt->number[1]);
}

/* One letter of a shape; `set` and `context` count what has been filled. */
static bool sk_parse_part(struct sk_te_parser *p, char letter, struct sk_te_stmt *stmt, unsigned int *set,
			  unsigned int *context)
{
	const unsigned int words = 1u << SK_TOKEN_IDENTIFIER | 1u << SK_TOKEN_FILESYSTEM;

	switch (letter) {
	case 'i':
		return sk_need_identifier(p, &stmt->name);
	case 'N':
		return sk_parse_set(p, &stmt->set[(*set)++]);
	case 'l':
		return sk_parse_list(p, &stmt->set[(*set)++]);
	case 'A':
	case 'a':
		return sk_parse_alias(p, letter == 'a', &stmt->set[(*set)++]);
	case ',':
		return !sk_accept(p, ',') || sk_parse_list(p, &stmt->set[(*set)++]);
	case 'B':
		p->n_names = 0;
		return sk_need(p, '{') && sk_parse_braces(p, true, &stmt->set[(*set)++]);
	case 'b':
		return sk_parse_bool(p, stmt);
	case 'o':
		stmt->colon = sk_accept(p, ':');
		return !stmt->colon || sk_parse_set(p, &stmt->set[(*set)++]);
	case 'q':
		if (p->token.kind == SK_TOKEN_STRING)
			return sk_need_name(p, 1u << SK_TOKEN_STRING, "", &stmt->name2);
		if (p->token.kind == SK_TOKEN_IDENTIFIER && !sk_on_new_line(p) && !sk_at_seam(p))
			return sk_expected_hint(p, "';'", "the name of an object stands in \"");
		return true;
	case 'X':
		return sk_parse_xperms(p, stmt);
	case 'E':
	case 'K':
		stmt->expr = sk_parse_expr(p, letter == 'K', 1);
		return stmt->expr != NULL;
	case 'C':
		if (!stmt->context)
			stmt->context = sk_new(p, 2, sizeof(*stmt->context));
		return stmt->context && sk_parse_context(p, &stmt->context[(*context)++]);
	case 'R':
		stmt->range = sk_new(p, 1, sizeof(*stmt->range));
		return stmt->range && sk_parse_range(p, stmt->range);
	case 'n':
		return sk_parse_numbers(p, stmt);
	case '1':
		return sk_parse_number(p, UINT32_MAX, &stmt->number[0]);
	case 'w':
		return sk_need_name(p, stmt->kind == SK_TE_NETIFCON ? words | 1u << SK_TOKEN_NETIF : words,
				    stmt->kind == SK_TE_NETIFCON ? "an interface" : "a file system", &stmt->name);
	case 'p':
		return sk_need_name(p, 1u << SK_TOKEN_PATH, "a path",
				    stmt->kind == SK_TE_GENFSCON ? &stmt->name2 : &stmt->name);
	case '{':
		return sk_need(p, '{') && sk_parse_block(p, stmt->kind, &stmt->body);
	case 'e':
		stmt->has_else = sk_accept_keyword(p, SK_KW_ELSE);
		return !stmt->has_else || (sk_need(p, '{') && sk_parse_block(p, stmt->kind, &stmt->else_body));
	case 's':
		return sk_parse_source_target(p, stmt);
	case 'U':
		return sk_parse_user_levels(p, stmt);
	case '@':
		return sk_parse_special(p, stmt);
	default:
		return sk_need(p, letter);
	}
}

static uint8_t sk_where(uint8_t block_kind)
{
	return block_kind == SK_TE_IF ? IN_IF : block_kind == SK_TE_REQUIRE ? IN_REQUIRE :
	       block_kind == SK_TE_OPTIONAL ? IN_OPTIONAL : IN_TOP;
}

static const char *sk_keyword_at(const void *arg, size_t i)
{
	return sk_te_shape((unsigned int)i, false)->shape ? sk_te_keyword_names[i] : NULL;
}

static const char *sk_macro_name_at(const void *arg, size_t i)
{
	return sk_macro_is_defined(arg, (uint32_t)i) ? sk_intern_str(((const struct sk_macro_reader *)arg)->names,
								     (uint32_t)i) : NULL;
}

/* NAME(...) that no macro took. The call is passed: what follows it is a statement of its own. */
static void sk_complain_call(struct sk_te_parser *p, const struct sk_te_token *name)
{
	const char *text = sk_intern_str(p->lexer->names, name->name);
	unsigned int level = 0;
	char message[200];
	struct sk_diag *d;
	size_t near = SIZE_MAX;

	snprintf(message, sizeof(message), "there is no interface or macro '%.100s'", text);
	d = sk_complain_at(p, "E0137", name->addr, name->length, name->expansion, message);
	if (p->lexer->macros)
		near = sk_nearest_name(text, p->lexer->names->n, sk_macro_name_at, p->lexer->macros);
	if (near != SIZE_MAX)
		sk_diag_note(p->diags, d, NULL, "did you mean '%s'?", sk_intern_str(p->lexer->names, (uint32_t)near));
	do {
		level += sk_is_punct(p, '(');
		level -= sk_is_punct(p, ')');
		sk_advance(p);
	} while (level && p->token.kind != SK_TOKEN_END);
	sk_accept(p, ';');
	p->failed = p->error != 0;
	p->broken = true;
}

static void sk_complain_statement(struct sk_te_parser *p, const struct sk_te_shape *shape, uint8_t where)
{
	static const char *const blocks[] = { [IN_OPTIONAL] = "an optional block", [IN_IF] = "an if block",
					      [IN_REQUIRE] = "a require block" };
	struct sk_te_token token = p->token;
	char message[200];
	struct sk_diag *d;
	size_t near;

	if (shape->shape) {
		snprintf(message, sizeof(message), "'%s' cannot stand in %s",
			 sk_intern_str(p->lexer->names, p->token.name), blocks[where]);
		sk_complain_at(p, "E0135", p->token.addr, p->token.length, p->token.expansion, message);
		sk_advance(p);
		return;
	}
	if (token.kind != SK_TOKEN_IDENTIFIER || where == IN_REQUIRE) {
		const char *text = token.kind == SK_TOKEN_PATH ? sk_intern_str(p->lexer->names, token.name) : NULL;

		sk_expected_hint(p, where == IN_REQUIRE ? "class, type, attribute, role or another kind of name" : "a statement",
				 !text ? NULL : text[1] == '/' || text[1] == '*' ? "comments begin with '#'"
				 : "labels of files stand in a file of their own, NAME.fc");
		if (!sk_is_punct(p, '}') && !sk_is_punct(p, ';'))
			sk_advance(p);
		return;
	}
	sk_advance(p);
	if (sk_is_punct(p, '(')) {
		sk_complain_call(p, &token);
		return;
	}
	snprintf(message, sizeof(message), "expected a statement, found '%.100s'",
		 sk_intern_str(p->lexer->names, token.name));
	d = sk_complain_at(p, "E0131", token.addr, token.length, token.expansion, message);
	near = sk_nearest_name(sk_intern_str(p->lexer->names, token.name), SK_N_KEYWORDS, sk_keyword_at, NULL);
	if (near != SIZE_MAX)
		sk_diag_note(p->diags, d, NULL, "did you mean '%s'?", sk_te_keyword_names[near]);
}

/*
 * A declaration with a mistake behind the name still declares the name: else each use of it would be a mistake. Those in
 * blocks are given up with their block.
 */
static struct sk_te_stmt *sk_give_up(struct sk_te_parser *p, struct sk_te_stmt *stmt)
{
	static const uint8_t kinds[] = { SK_TE_TYPE, SK_TE_TYPEALIAS, SK_TE_ATTRIBUTE, SK_TE_BOOL, SK_TE_TUNABLE, SK_TE_ROLE,
					 SK_TE_ATTRIBUTE_ROLE, SK_TE_SENSITIVITY, SK_TE_CATEGORY };

	if (!p->depth && !p->error && stmt->name.name != SK_INTERN_NONE && !stmt->colon &&
	    memchr(kinds, stmt->kind, sizeof(kinds)) && (stmt->kind != SK_TE_TYPEALIAS || stmt->set[0].n))
		p->salvaged = stmt;
	return NULL;
}

/* Whether a ';' ends a statement that has nothing before it, which may stand among rules. */
static bool sk_is_empty(const struct sk_te_parser *p, uint8_t where)
{
	return where & IN_RULES && sk_is_punct(p, ';');
}

/* One statement. NULL when it was given up. */
static struct sk_te_stmt *sk_parse_stmt(struct sk_te_parser *p, uint8_t where)
{
	static const struct sk_te_shape empty = { .shape = "", .kind = SK_TE_EMPTY, .where = IN_RULES };
	const struct sk_te_shape *shape = sk_is_empty(p, where) ? &empty
								: sk_te_shape(sk_te_keyword(&p->token), where == IN_REQUIRE);
	unsigned int set = 0, context = 0;
	struct sk_te_stmt *stmt;

	p->braces = 0;
	if (!shape->shape || !(shape->where & where)) {
		sk_complain_statement(p, shape, where);
		return NULL;
	}
	stmt = sk_new(p, 1, sizeof(*stmt));
	if (!stmt)
		return NULL;
	stmt->kind = shape->kind;
	stmt->addr = p->token.addr;
	stmt->expansion = p->token.expansion;
	stmt->name.name = stmt->name2.name = stmt->name3.name = SK_INTERN_NONE;
	sk_advance(p);
	for (const char *c = shape->shape; *c; c++) {
		/* Of a type, aliases are the first set and attributes the second, whichever are there. */
		if (*c == ',')
			set = 1;
		if (p->failed || !sk_parse_part(p, *c, stmt, &set, &context))
			return sk_give_up(p, stmt);
	}
	return stmt;
}

/* Words that begin statements and are found almost nowhere else. */
static bool sk_begins_statement(const struct sk_te_parser *p)
{
	switch (sk_te_keyword(&p->token)) {
	case SK_KW_ALLOW: case SK_KW_AUDITALLOW: case SK_KW_DONTAUDIT: case SK_KW_NEVERALLOW:
	case SK_KW_ALLOWXPERM: case SK_KW_AUDITALLOWXPERM: case SK_KW_DONTAUDITXPERM: case SK_KW_NEVERALLOWXPERM:
	case SK_KW_TYPE_TRANSITION: case SK_KW_TYPE_MEMBER: case SK_KW_TYPE_CHANGE: case SK_KW_ROLE_TRANSITION:
	case SK_KW_RANGE_TRANSITION: case SK_KW_TYPEATTRIBUTE: case SK_KW_TYPEALIAS: case SK_KW_ROLEATTRIBUTE:
	case SK_KW_OPTIONAL: case SK_KW_REQUIRE: case SK_KW_IF: case SK_KW_GENFSCON: case SK_KW_PORTCON:
	case SK_KW_NETIFCON: case SK_KW_NODECON: case SK_KW_FS_USE_XATTR: case SK_KW_FS_USE_TASK:
	case SK_KW_FS_USE_TRANS: case SK_KW_CONSTRAIN: case SK_KW_MLSCONSTRAIN: case SK_KW_POLICYCAP:
	case SK_KW_PERMISSIVE: case SK_KW_NEVERAUDIT: case SK_KW_IBPKEYCON: case SK_KW_IBENDPORTCON:
	case SK_KW_PIRQCON: case SK_KW_IOMEMCON: case SK_KW_IOPORTCON: case SK_KW_PCIDEVICECON:
	case SK_KW_DEVICETREECON: case SK_KW_ATTRIBUTE: case SK_KW_ATTRIBUTE_ROLE: case SK_KW_EXPANDATTRIBUTE:
	case SK_KW_TYPEBOUNDS: case SK_KW_BOOL: case SK_KW_TUNABLE: case SK_KW_SENSITIVITY: case SK_KW_CATEGORY:
	case SK_KW_DOMINANCE: case SK_KW_VALIDATETRANS: case SK_KW_MLSVALIDATETRANS: case SK_KW_DEFAULT_USER:
	case SK_KW_DEFAULT_ROLE: case SK_KW_DEFAULT_TYPE: case SK_KW_DEFAULT_RANGE: case SK_KW_MODULE:
	case SK_KW_COMMON:
		return true;
	case SK_KW_TYPE: case SK_KW_CLASS: case SK_KW_SID: case SK_KW_ROLE: case SK_KW_USER:
		return sk_on_new_line(p);
	default:
		return false;
	}
}

/* Passes what is left of a statement that was given up. */
static void sk_recover(struct sk_te_parser *p, bool in_block)
{
	unsigned int level = 0;

	while (p->token.kind != SK_TOKEN_END) {
		if (!level && (sk_begins_statement(p) || sk_accept(p, ';')))
			break;
		if (sk_is_punct(p, '{')) {
			level++;
		} else if (sk_is_punct(p, '}')) {
			if (level)
				level--;
			else if (p->braces)
				p->braces--;
			else if (in_block)
				break;
		}
		sk_advance(p);
	}
	p->failed = p->error != 0;
}

static bool sk_is_block_end(struct sk_te_parser *p)
{
	return sk_is_punct(p, '}') || p->token.kind == SK_TOKEN_END;
}

/* Behind the opening brace to behind the closing one. Mistakes inside are dealt with inside. */
static bool sk_parse_block(struct sk_te_parser *p, uint8_t kind, struct sk_te_stmt **ret_first)
{
	struct sk_te_stmt *first = NULL, **last = &first;
	struct sk_te_token start = p->last;
	struct sk_place place;
	struct sk_diag *d;

	if (p->depth >= SK_TE_DEPTH_MAX) {
		sk_complain_depth(p, "blocks", SK_TE_DEPTH_MAX, "is a '}' missing further up? The rest of the file is not looked at");
		p->mistakes = SK_TE_MISTAKES_MAX + 1;
		return false;
	}
	p->depth++;
	while (!sk_is_block_end(p)) {
		struct sk_te_stmt *stmt;

		if (sk_is_empty(p, sk_where(kind)) && !p->lexer->blanks) {
			sk_advance(p);
			continue;
		}
		stmt = sk_parse_stmt(p, sk_where(kind));
		if (stmt) {
			*last = stmt;
			last = &stmt->next;
			continue;
		}
		p->broken = true;
		if (p->failed)
			sk_recover(p, true);
		if (p->error)
			break;
	}
	p->depth--;
	*ret_first = first;
	if (p->token.kind != SK_TOKEN_END)
		return sk_need(p, '}');
	/* Once: the innermost is the one to look at. */
	if (!p->failed && !p->at_end) {
		p->at_end = true;
		d = sk_complain_at(p, "E0131", p->token.addr, 1, 0, "expected '}', found the end of the file");
		sk_sources_place(p->sources, start.addr, 1, &place);
		sk_diag_note(p->diags, d, &place, "the block begins here");
	}
	p->failed = true;
	return false;
}

int sk_te_parse_part(struct sk_te_lexer *lexer, struct sk_arena *arena, struct sk_sources *sources,
		     struct sk_diags *diags, uint8_t where, unsigned int *mistakes, bool *ret_broken,
		     sk_te_handler handler, void *arg)
{
	struct sk_te_parser p = { .lexer = lexer, .arena = arena, .sources = sources, .diags = diags,
				  .mistakes = *mistakes };

	*ret_broken = false;
	sk_advance(&p);
	while (!p.error && p.token.kind != SK_TOKEN_END) {
		struct sk_te_stmt *stmt;

		if (sk_is_empty(&p, where) && !lexer->blanks) {
			sk_advance(&p);
			continue;
		}
		p.broken = false;
		p.salvaged = NULL;
		stmt = sk_parse_stmt(&p, where);
		*ret_broken |= !stmt || p.broken;
		if (stmt) {
			if (!p.broken)
				p.error = handler(arg, stmt);
		} else if (p.failed) {
			if (p.salvaged)
				p.error = handler(arg, p.salvaged);
			/* A closing brace that closes nothing has been reported and is passed. */
			if (!sk_accept(&p, '}'))
				sk_recover(&p, false);
			p.failed = p.error != 0;
		}
	}
	*mistakes = p.mistakes;
	free(p.names);
	free(p.xperms);
	return p.error;
}

int sk_te_parse(struct sk_te_lexer *lexer, struct sk_arena *arena, struct sk_sources *sources,
		struct sk_diags *diags, sk_te_handler handler, void *arg)
{
	unsigned int mistakes = 0;
	bool broken;

	return sk_te_parse_part(lexer, arena, sources, diags, IN_TOP, &mistakes, &broken, handler, arg);
}
