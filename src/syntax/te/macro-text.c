/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Texts of the macro reader: cutting one into lexemes, putting arguments into one, and knowing where each byte of the
 * result comes from. A lexed text covers its bytes without gaps; a text whose quotes are not balanced, or whose lexemes
 * would not fit the memory budget, is declared odd and will be read by characters.
 */
#include "syntax/te/macro-state.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "syntax/te/scan.h"

#define W SK_PIECE_WORD
#define S SK_PIECE_SPACE
#define P SK_PIECE_PUNCT
#define O SK_PIECE_OTHER
const unsigned char sk_macro_class[256] = {
	O, O, O, O, O, O, O, O, O, S, S, S, S, S, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O,
	S, P, P, P, P, P, P, P, SK_PIECE_OPEN, SK_PIECE_CLOSE, P, P, SK_PIECE_COMMA, P, P, P,
	O, O, O, O, O, O, O, O, O, O, P, P, P, P, P, P,
	P, W, W, W, W, W, W, W, W, W, W, W, W, W, W, W, W, W, W, W, W, W, W, W, W, W, W, P, P, P, P, W,
	P, W, W, W, W, W, W, W, W, W, W, W, W, W, W, W, W, W, W, W, W, W, W, W, W, W, W, P, P, P, P, O,
	O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O,
	O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O,
	O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O,
	O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O, O,
};
#undef W
#undef S
#undef P
#undef O

struct sk_text *sk_text_new(struct sk_macro_reader *m, const char *p, size_t n, uint32_t addr, bool kept)
{
	struct sk_text *text = sk_text_of(m, p, n, addr, kept);

	if (text)
		text->params = memchr(p, '$', n) != NULL;
	return text;
}

struct sk_text *sk_text_of(struct sk_macro_reader *m, const char *p, size_t n, uint32_t addr, bool kept)
{
	struct sk_macro_state *s = m->state;
	struct sk_text *text = SK_ARENA_NEW(kept ? &s->arena : &s->moment, struct sk_text);

	if (!text)
		return NULL;
	text->p = p;
	text->n = (uint32_t)n;
	text->addr = addr;
	text->kept = kept;
	return text;
}

struct sk_text *sk_text_of_word(struct sk_macro_reader *m, const char *p, size_t n, uint32_t addr, uint32_t name)
{
	struct sk_text *text = sk_text_new(m, p, n, addr, false);

	if (!text)
		return NULL;
	text->lexemes = sk_arena_alloc(&m->state->moment, 2 * sizeof(*text->lexemes));
	if (!text->lexemes)
		return NULL;
	text->lexemes[0] = (struct sk_lexeme){ .kind = SK_PIECE_WORD, .value = name & SK_LEXEME_VALUE_MAX };
	text->lexemes[1] = (struct sk_lexeme){ .off = text->n };
	text->n_lexemes = 1;
	text->form = SK_TEXT_LEXED;
	return text;
}

bool sk_text_balanced(const char *p, size_t n)
{
	size_t level = 0;

	for (size_t i = 0; i < n; i++) {
		if (p[i] == '`')
			level++;
		else if (p[i] == '\'' && !level--)
			return false;
	}
	return !level;
}

/* The length of the parameter at p, or 0 when that is only a dollar sign. */
static size_t sk_param_length(const char *p, const char *end)
{
	size_t n = 1;

	if (p == end || *p != '$' || p + 1 == end)
		return 0;
	if (p[1] == '*' || p[1] == '@' || p[1] == '#')
		return 2;
	while (p + n < end && p[n] >= '0' && p[n] <= '9')
		n++;
	return n > 1 ? n : 0;
}

static uint32_t sk_param_value(const char *p, size_t n)
{
	uint32_t value = 0;

	if (p[1] == '*')
		return SK_PARAM_STAR;
	if (p[1] == '@')
		return SK_PARAM_AT;
	if (p[1] == '#')
		return SK_PARAM_COUNT;
	for (size_t i = 1; i < n && value < SK_PARAM_MAX / 10; i++)
		value = value * 10 + (uint32_t)(p[i] - '0');
	return value;
}

/* The quote among those of the mask that ends the level, or NULL. */
static inline const char *sk_close_level(const char *p, unsigned int mask, size_t *level)
{
	for (; mask; mask &= mask - 1) {
		const char *quote = p + __builtin_ctz(mask);

		if (*quote == '`')
			++*level;
		else if (!--*level)
			return quote;
	}
	return NULL;
}

static const char *sk_find_close(const char *p, const char *end)
{
	const char *close;
	size_t level = 1;

	for (; end - p >= 16; p += 16) {
		close = sk_close_level(p, sk_scan_quotes(p), &level);
		if (close)
			return close;
	}
	for (; p < end; p++) {
		close = sk_close_level(p, *p == '`' || *p == '\'', &level);
		if (close)
			return close;
	}
	return NULL;
}

const char *sk_quote_end(const char *p, const char *end, bool *ret_params)
{
	const char *close = sk_find_close(p, end);

	*ret_params = memchr(p, '$', (size_t)((close ? close : end) - p)) != NULL;
	return close;
}

/* Cuts the run of letters, digits and parameters at p. Returns its end. */
static const char *sk_lex_run(const char *p, const char *end, struct sk_lexeme *l)
{
	const char *start = p;
	size_t n_params = 0, n;
	bool letters = false;

	for (;;) {
		const char *q = p;

		while (q < end && sk_is_word_byte((unsigned char)*q))
			q++;
		letters |= q > p;
		p = q;
		n = sk_param_length(p, end);
		if (!n)
			break;
		n_params++;
		p += n;
	}
	if (!n_params)
		l->kind = SK_PIECE_WORD;
	else if (n_params > 1 || letters)
		l->kind = SK_PIECE_PASTE;
	else {
		l->kind = SK_PIECE_PARAM;
		l->value = sk_param_value(start, (size_t)(p - start));
	}
	return p;
}

/* The end of the lexeme at p, with its kind and, but for words, its value filled in; NULL when a quote has no end. */
static const char *sk_lex_one(const char *p, const char *end, struct sk_lexeme *l, bool *ret_params)
{
	unsigned char c = (unsigned char)*p, kind = sk_macro_class[c];
	const char *q;

	l->kind = kind;
	switch (kind) {
	case SK_PIECE_WORD:
		return sk_lex_run(p, end, l);
	case SK_PIECE_SPACE:
	case SK_PIECE_OTHER:
		for (p++; p < end && sk_macro_class[(unsigned char)*p] == kind; p++)
			;
		return p;
	case SK_PIECE_PUNCT:
		if (c == '`') {
			l->kind = SK_PIECE_QUOTED;
			q = sk_quote_end(p + 1, end, ret_params);
			return q ? q + 1 : NULL;
		}
		if (c == '#') {
			l->kind = SK_PIECE_COMMENT;
			q = memchr(p, '\n', (size_t)(end - p));
			return q ? q + 1 : end;
		}
		if (c == '$' && sk_param_length(p, end))
			return sk_lex_run(p, end, l);
	}
	return p + 1;
}

/* Up to four hex digits and a colon: it might be the start of an address. */
static bool sk_maybe_ipv6(const char *p, const char *end)
{
	int n = 0;

	while (n < 5 && p < end && isxdigit((unsigned char)*p)) {
		n++;
		p++;
	}
	return p == end || (n <= 4 && *p == ':');
}

/* Whether the lexeme from start to p is a token, or a parameter would be if it is a word. */
static bool sk_lex_whole(const struct sk_lexeme *l, const char *start, const char *p, const char *end)
{
	switch (l->kind) {
	case SK_PIECE_WORD:
	case SK_PIECE_PARAM:
		if (p == end || *start == '_')
			return false;
		return sk_ends_token(*p) ||
		       (*p == ':' && l->kind == SK_PIECE_WORD && (p - start > 4 || !sk_maybe_ipv6(start, p + 1)));
	case SK_PIECE_OPEN:
	case SK_PIECE_CLOSE:
	case SK_PIECE_COMMA:
		return true;
	case SK_PIECE_PUNCT:
		if (*start == ':')
			return !sk_maybe_ipv6(p, end);
		return *start && strchr(";{}~-[]", *start);
	default:
		return false;
	}
}

static int sk_text_add_child(struct sk_macro_reader *m, struct sk_text *text, const char *p, size_t n,
			     bool params)
{
	struct sk_macro_state *s = m->state;
	int r = sk_grow(&s->children, &s->cap_children, text->n_children + 1, sizeof(*s->children));

	if (r)
		return r;
	s->children[text->n_children++] = (struct sk_text){
		.p = p, .n = (uint32_t)n, .params = params, .kept = text->kept,
		.addr = text->addr ? text->addr + (uint32_t)(p - text->p) : 0,
	};
	return 0;
}

/* Children of a text with origins take their part of them. */
static int sk_text_child_origins(struct sk_arena *arena, const struct sk_text *text, struct sk_text *child)
{
	uint32_t off = (uint32_t)(child->p - text->p), first = 0, n;
	struct sk_origin *copy;

	if (text->addr || !text->n_origins)
		return 0;
	while (first + 1 < text->n_origins && text->origins[first + 1].off <= off)
		first++;
	for (n = 1; first + n < text->n_origins && text->origins[first + n].off < off + child->n;)
		n++;
	copy = sk_arena_memdup(arena, text->origins + first, n * sizeof(*copy));
	if (!copy)
		return -ENOMEM;
	for (uint32_t i = 0; i < n; i++) {
		if (copy[i].off >= off) {
			copy[i].off -= off;
			continue;
		}
		if (!copy[i].point)
			copy[i].addr += off - copy[i].off;
		copy[i].off = 0;
	}
	child->origins = copy;
	child->n_origins = n;
	return 0;
}

int sk_text_lex(struct sk_macro_reader *m, struct sk_text *text)
{
	struct sk_macro_state *s = m->state;
	struct sk_arena *arena = text->kept ? &s->arena : &s->moment;
	const char *p = text->p, *end = p + text->n;
	struct sk_lexeme *l;
	size_t n = 0;
	int r;

	text->n_children = 0;
	/* Looking for the ends of quotes is work too: it is done again at each level of them. */
	s->steps += text->n / 16;
	while (p < end) {
		const char *start = p;
		bool params = false;

		if (n >= s->cap_lexemes &&
		    (n > m->limits.memory / 32 ||
		     sk_grow(&s->lexemes, &s->cap_lexemes, n + 1, sizeof(*s->lexemes))))
			goto odd;
		l = &s->lexemes[n++];
		*l = (struct sk_lexeme){ .off = (uint32_t)(p - text->p) };
		p = sk_lex_one(p, end, l, &params);
		if (!p)
			goto odd;
		l->whole = sk_lex_whole(l, start, p, end);
		if (l->kind == SK_PIECE_QUOTED) {
			l->value = text->n_children;
			r = sk_text_add_child(m, text, start + 1, (size_t)(p - start) - 2, params);
			if (r)
				return r;
		} else if (l->kind == SK_PIECE_WORD) {
			uint32_t name;

			r = sk_intern_add(m->names, start, (size_t)(p - start), &name);
			if (r)
				return r;
			if (name > SK_LEXEME_VALUE_MAX)
				return -ENOMEM;
			l->value = name;
		}
	}
	text->lexemes = sk_arena_alloc(arena, (n + 1) * sizeof(*l));
	text->children = sk_arena_memdup(arena, s->children, text->n_children * sizeof(*s->children));
	if (!text->lexemes || !text->children)
		return -ENOMEM;
	if (n)
		memcpy(text->lexemes, s->lexemes, n * sizeof(*l));
	text->lexemes[n] = (struct sk_lexeme){ .off = text->n };
	text->n_lexemes = (uint32_t)n;
	for (uint32_t i = 0; i < text->n_children; i++) {
		r = sk_text_child_origins(arena, text, &text->children[i]);
		if (r)
			return r;
	}
	text->form = SK_TEXT_LEXED;
	return 0;
odd:
	text->n_children = 0;
	text->form = SK_TEXT_ODD;
	return 0;
}

int sk_text_lex_part(struct sk_macro_reader *m, const struct sk_text *text, uint32_t first, uint32_t end,
		     struct sk_text *part)
{
	const struct sk_lexeme *from = &text->lexemes[first];
	uint32_t n = end - first;

	part->lexemes = sk_arena_alloc(&m->state->arena, (n + 1) * sizeof(*part->lexemes));
	if (!part->lexemes)
		return -ENOMEM;
	for (uint32_t i = 0; i <= n; i++) {
		struct sk_lexeme *l = &part->lexemes[i];

		*l = from[i];
		l->off -= from->off;
	}
	/* Where the text goes on, it could have been a longer token. */
	for (uint32_t i = 0; i < n; i++) {
		struct sk_lexeme *l = &part->lexemes[i];

		l->whole = sk_lex_whole(l, part->p + l->off, part->p + l[1].off, part->p + part->n);
	}
	part->lexemes[n] = (struct sk_lexeme){ .off = part->n };
	part->n_lexemes = n;
	part->form = SK_TEXT_LEXED;
	return 0;
}

static const struct sk_origin *sk_text_origin(const struct sk_text *text, uint32_t off)
{
	uint32_t low = 0, high = text->n_origins;

	if (!high)
		return NULL;
	while (high - low > 1) {
		uint32_t mid = low + (high - low) / 2;

		if (text->origins[mid].off <= off)
			low = mid;
		else
			high = mid;
	}
	return &text->origins[low];
}

uint32_t sk_text_addr(const struct sk_text *text, const char *p)
{
	uint32_t off = (uint32_t)(p - text->p);
	const struct sk_origin *o;

	if (text->addr)
		return text->addr + off;
	o = sk_text_origin(text, off);
	if (!o)
		return 0;
	return o->point ? o->addr : o->addr + (off - o->off);
}

int sk_flat_add(struct sk_macro_reader *m, const char *p, size_t n, uint32_t addr, bool point)
{
	struct sk_macro_state *s = m->state;
	struct sk_origin *last = s->n_origins ? &s->origins[s->n_origins - 1] : NULL;
	int r;

	if (!n)
		return 0;
	if (n > m->limits.memory || s->n_flat + n > m->limits.memory)
		return sk_macro_out_of(m, addr, 0, "memory");
	r = sk_grow(&s->flat, &s->cap_flat, s->n_flat + n, 1);
	if (r)
		return r;
	if (!last || point || last->point || last->addr + (s->n_flat - last->off) != addr) {
		r = sk_grow(&s->origins, &s->cap_origins, s->n_origins + 1, sizeof(*s->origins));
		if (r)
			return r;
		s->origins[s->n_origins++] = (struct sk_origin){
			.off = (uint32_t)s->n_flat, .addr = addr, .point = point };
	}
	memcpy(s->flat + s->n_flat, p, n);
	s->n_flat += n;
	return 0;
}

int sk_flat_text(struct sk_macro_reader *m, const struct sk_text *text, const char *from, const char *to)
{
	if (text->addr || !text->n_origins)
		return sk_flat_add(m, from, (size_t)(to - from), sk_text_addr(text, from), !text->addr);
	while (from < to) {
		const struct sk_origin *o = sk_text_origin(text, (uint32_t)(from - text->p));
		const char *end = to;
		int r;

		if (o + 1 < text->origins + text->n_origins)
			end = SK_MIN(to, text->p + o[1].off);
		r = sk_flat_add(m, from, (size_t)(end - from), sk_text_addr(text, from), o->point);
		if (r)
			return r;
		from = end;
	}
	return 0;
}

static int sk_flatten_list(struct sk_macro_reader *m, const struct sk_env *env, bool quoted, uint32_t addr)
{
	struct sk_macro_state *s = m->state;
	int r = 0;

	for (uint32_t i = 1; i <= env->n && !r; i++) {
		const struct sk_arg *a = &env->args[i];

		if (i > 1)
			r = sk_flat_add(m, ",", 1, addr, true);
		if (!r && quoted)
			r = sk_flat_add(m, s->quote[0], strlen(s->quote[0]), addr, true);
		if (!r)
			r = sk_flatten(m, a->text, a->text->p, a->text->p + a->text->n, a->env);
		if (!r && quoted)
			r = sk_flat_add(m, s->quote[1], strlen(s->quote[1]), addr, true);
	}
	return r;
}

static int sk_flatten_param(struct sk_macro_reader *m, uint32_t value, const struct sk_env *env, uint32_t addr)
{
	char number[16];
	const struct sk_arg *a;

	if (value == SK_PARAM_STAR || value == SK_PARAM_AT)
		return sk_flatten_list(m, env, value == SK_PARAM_AT, addr);
	if (value == SK_PARAM_COUNT)
		return sk_flat_add(m, number, (size_t)snprintf(number, sizeof(number), "%u", env->n),
				   addr, true);
	if (!value)
		return sk_flat_add(m, sk_intern_str(m->names, env->name), m->names->entries[env->name].n, addr,
				   true);
	if (value > env->n)
		return 0;
	a = &env->args[value];
	return sk_flatten(m, a->text, a->text->p, a->text->p + a->text->n, a->env);
}

int sk_flatten(struct sk_macro_reader *m, const struct sk_text *text, const char *from, const char *to,
	       const struct sk_env *env)
{
	int r;

	while (env && from < to) {
		const char *dollar = memchr(from, '$', (size_t)(to - from));
		size_t n = dollar ? sk_param_length(dollar, to) : 0;

		if (!dollar)
			break;
		r = sk_flat_text(m, text, from, n ? dollar : dollar + 1);
		if (!r && n)
			r = sk_flatten_param(m, sk_param_value(dollar, n), env,
					     sk_text_addr(text, dollar));
		if (r)
			return r;
		from = dollar + (n ? n : 1);
	}
	return sk_flat_text(m, text, from, to);
}

/* The origins since the mark, counted from flat_start; the one that reaches over the mark is the first of them. */
static int sk_origins_take(struct sk_macro_state *s, size_t flat_start, size_t origin_start,
			   struct sk_arena *arena, struct sk_text *text)
{
	struct sk_origin *o;
	size_t first = origin_start;
	uint32_t n;

	if (first && (first == s->n_origins || s->origins[first].off > flat_start))
		first--;
	n = (uint32_t)(s->n_origins - first);
	if (n == 1 && !s->origins[first].point) {
		text->addr = s->origins[first].addr + (uint32_t)(flat_start - s->origins[first].off);
		return 0;
	}
	o = sk_arena_memdup(arena, s->origins + first, n * sizeof(*o));
	if (!o)
		return -ENOMEM;
	for (uint32_t i = 0; i < n; i++) {
		if (o[i].off < flat_start) {
			if (!o[i].point)
				o[i].addr += (uint32_t)(flat_start - o[i].off);
			o[i].off = 0;
		} else {
			o[i].off -= (uint32_t)flat_start;
		}
	}
	text->origins = o;
	text->n_origins = n;
	return 0;
}

int sk_flat_take(struct sk_macro_reader *m, size_t flat_start, size_t origin_start, bool kept,
		 struct sk_text **ret_text)
{
	struct sk_macro_state *s = m->state;
	struct sk_arena *arena = kept ? &s->arena : &s->moment;
	size_t n = s->n_flat - flat_start;
	struct sk_text *text;
	char *p;
	int r;

	p = sk_arena_strndup(arena, n ? s->flat + flat_start : "", n);
	text = p ? sk_text_new(m, p, n, 0, kept) : NULL;
	if (!text)
		return -ENOMEM;
	if (n) {
		r = sk_origins_take(s, flat_start, origin_start, arena, text);
		if (r)
			return r;
	}
	s->n_flat = flat_start;
	s->n_origins = origin_start;
	*ret_text = text;
	return 0;
}
