/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The macro reader: a stack of texts being read, a stack of calls whose arguments are being gathered, and the rules by
 * which one feeds the other. Nothing here recurses on the input: depth is the height of the two stacks, which is
 * bounded. How this equals m4 is told in macro-state.h.
 */
#include "syntax/te/macro-state.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

/* Positive: the reader has stopped; what is wrong has been reported. */
#define SK_STOP 1
/* An argument that stands on this many arguments of others is made flat, so that looking at it stays cheap. */
#define SK_ENV_DEPTH_MAX 64
/* A longer round of macros that call each other is not told as one. */
#define SK_CYCLE_MAX 64

static const struct sk_macro_limits sk_macro_default_limits = {
	.steps = 100u * 1000 * 1000,
	.memory = 256u << 20,
	.depth = 20000,
};

int sk_macro_init(struct sk_macro_reader *m, struct sk_intern *names, struct sk_sources *sources,
		  struct sk_diags *diags)
{
	struct sk_macro_state *s;
	int r;

	memset(m, 0, sizeof(*m));
	m->names = names;
	m->sources = sources;
	m->diags = diags;
	m->limits = sk_macro_default_limits;
	m->state = s = calloc(1, sizeof(*s));
	if (!s)
		return -ENOMEM;
	s->quote[0][0] = '`';
	s->quote[1][0] = '\'';
	s->comment[0][0] = '#';
	s->comment[1][0] = '\n';
	s->plain = true;
	s->uncounted = SK_INTERN_NONE;
	s->empty = (struct sk_text){ .p = "", .form = SK_TEXT_LEXED, .kept = true };
	r = sk_macro_add_builtins(m);
	if (r)
		sk_macro_done(m);
	return r;
}

void sk_macro_done(struct sk_macro_reader *m)
{
	struct sk_macro_state *s = m->state;

	if (!s)
		return;
	for (size_t i = 0; i < s->n_diversions; i++)
		sk_buf_done(&s->diversions[i].text);
	free(s->diversions);
	free(s->macros);
	free(s->cursors);
	free(s->calls);
	free(s->args);
	free(s->flat);
	free(s->origins);
	free(s->lexemes);
	free(s->children);
	free(s->assumed);
	free(s->holes);
	sk_patterns_done(s);
	sk_arena_done(&s->arena);
	sk_arena_done(&s->moment);
	free(s);
	m->state = NULL;
}

/* Complaints */

struct sk_diag *sk_macro_complain(struct sk_macro_reader *m, enum selkie_severity severity,
				  const char *id, uint32_t addr, uint32_t expansion,
				  const char *fmt, ...)
{
	struct sk_place place;
	struct sk_diag *diag;
	va_list args;

	sk_sources_place(m->sources, addr, 1, &place);
	va_start(args, fmt);
	diag = sk_diag_vadd(m->diags, severity, id, &place, fmt, args);
	va_end(args);
	sk_sources_note_expansion(m->sources, m->names, m->diags, diag, expansion);
	return diag;
}

/* How many calls further out the macro of an expansion was called before, the first time round; 0 when it was not. */
static unsigned int sk_cycle_length(const struct sk_sources *sources, uint32_t expansion)
{
	uint32_t name = sources->expansions[expansion].name, e = sources->expansions[expansion].parent;

	for (unsigned int n = 1; e && n <= SK_CYCLE_MAX; n++, e = sources->expansions[e].parent)
		if (sources->expansions[e].name == name && !sources->expansions[e].line)
			return n;
	return 0;
}

/* A macro that calls itself: said with the calls of one round, and where the first of all stands. */
static bool sk_complain_of_cycle(struct sk_macro_reader *m, uint32_t addr, uint32_t expansion)
{
	const struct sk_sources *sources = m->sources;
	unsigned int n = expansion ? sk_cycle_length(sources, expansion) : 0;
	uint32_t e = expansion, first = expansion;
	struct sk_place place;
	struct sk_diag *diag;

	if (!n)
		return false;
	for (uint32_t up = e; up; up = sources->expansions[up].parent)
		if (sources->expansions[up].name == sources->expansions[e].name)
			first = up;
	sk_sources_place(sources, addr, 1, &place);
	diag = sk_error(m->diags, "E0112", &place, "'%s' calls itself%s without end",
			sk_intern_str(m->names, sources->expansions[e].name), n > 1 ? " through others" : "");
	for (; n && e != first; n--, e = sources->expansions[e].parent) {
		sk_sources_place(sources, sources->expansions[e].addr,
				 m->names->entries[sources->expansions[e].name].n, &place);
		sk_diag_note(m->diags, diag, &place, "'%s' is called here",
			     sk_intern_str(m->names, sources->expansions[e].name));
	}
	sk_sources_note_expansion(sources, m->names, m->diags, diag, first);
	return true;
}

/* What was too much, how much that is, and what to look for. */
static void sk_complain_of_budget(struct sk_macro_reader *m, uint32_t addr, uint32_t expansion, const char *what)
{
	size_t calls = 0;
	struct sk_diag *diag;

	for (uint32_t e = expansion; e; e = m->sources->expansions[e].parent)
		calls++;
	if (!strcmp(what, "depth")) {
		calls = SK_MAX(calls, m->state->n_calls);
		diag = sk_macro_complain(m, SELKIE_SEVERITY_ERROR, "E0112", addr, expansion, !calls
					 ? "calls of macros stand too deep in each other"
					 : "calls of macros stand too deep in each other: %zu have been begun here, and none is done",
					 calls);
		sk_diag_note(m->diags, diag, NULL, "is a ')' missing further up? Else give what is inside a name with define()");
		return;
	}
	if (!strcmp(what, "work"))
		diag = sk_macro_complain(m, SELKIE_SEVERITY_ERROR, "E0112", addr, expansion,
					 "the expansion of macros seems to have no end: it was given up after %llu million steps",
					 (unsigned long long)m->limits.steps / 1000000);
	else
		diag = sk_macro_complain(m, SELKIE_SEVERITY_ERROR, "E0112", addr, expansion,
					 "what macros expand to is too large: more than %zu MiB", m->limits.memory >> 20);
	sk_diag_note(m->diags, diag, NULL, "mostly a macro calls another one twice, which calls another one twice, and so on");
}

int sk_macro_out_of(struct sk_macro_reader *m, uint32_t addr, uint32_t expansion, const char *what)
{
	if (!m->state->spent && !sk_complain_of_cycle(m, addr, expansion))
		sk_complain_of_budget(m, addr, expansion, what);
	m->state->spent = m->stopped = true;
	return SK_STOP;
}

bool sk_macro_is_spent(const struct sk_macro_reader *m)
{
	return m->state && m->state->spent;
}

/* Definitions */

struct sk_macro **sk_macro_slot(struct sk_macro_reader *m, uint32_t name)
{
	struct sk_macro_state *s = m->state;
	size_t old = s->cap_macros;

	if (name >= old) {
		if (sk_grow(&s->macros, &s->cap_macros, SK_MAX(name + 1, m->names->n), sizeof(*s->macros)))
			return NULL;
		memset(s->macros + old, 0, (s->cap_macros - old) * sizeof(*s->macros));
	}
	return &s->macros[name];
}

int sk_macro_set(struct sk_macro_reader *m, uint32_t name, struct sk_text *body, uint32_t addr, bool push,
		 struct sk_macro **ret_macro)
{
	struct sk_macro_state *s = m->state;
	struct sk_macro **slot = sk_macro_slot(m, name), *macro;

	if (!slot)
		return -ENOMEM;
	if (*slot && (*slot)->locked) {
		*ret_macro = NULL;
		return 0;
	}
	sk_macro_touch(s, name);
	macro = s->free_macros;
	if (macro)
		s->free_macros = macro->below;
	else
		macro = sk_arena_alloc(&s->arena, sizeof(*macro));
	if (!macro)
		return -ENOMEM;
	*macro = (struct sk_macro){ .below = *slot };
	*slot = macro;
	/* The old one may have a call under way. */
	if (macro->below && !push) {
		struct sk_macro *old = macro->below;

		macro->below = old->below;
		sk_macro_bury(s, old);
	}
	macro->body = body;
	macro->addr = addr;
	*ret_macro = macro;
	return 0;
}

int sk_macro_define(struct sk_macro_reader *m, const char *name, const char *value)
{
	struct sk_macro *macro;
	struct sk_text *body;
	uint32_t number;
	char *copy;
	int r;

	r = sk_intern_add(m->names, name, strlen(name), &number);
	if (r)
		return r;
	copy = sk_arena_strdup(&m->state->arena, value);
	body = copy ? sk_text_new(m, copy, strlen(copy), 0, true) : NULL;
	if (!body)
		return -ENOMEM;
	return sk_macro_set(m, number, body, 0, false, &macro);
}

void sk_macro_undefine(struct sk_macro_reader *m, const char *name)
{
	struct sk_macro_state *s = m->state;
	uint32_t number = sk_intern_find(m->names, name, strlen(name));
	struct sk_macro *macro;

	if (number != SK_INTERN_NONE && sk_macro_find(s, number))
		sk_macro_touch(s, number);
	while (number != SK_INTERN_NONE && (macro = sk_macro_find(s, number)) && !macro->locked) {
		s->macros[number] = macro->below;
		sk_macro_bury(s, macro);
	}
}

int sk_macro_know_interfaces(struct sk_macro_reader *m)
{
	static const char *const words[] = { "interface", "template" };

	for (size_t i = 0; i < 2; i++) {
		struct sk_macro *macro;
		uint32_t name;
		int r = sk_intern_add(m->names, words[i], strlen(words[i]), &name);

		if (!r)
			r = sk_macro_set(m, name, NULL, 0, false, &macro);
		if (r)
			return r;
		macro->builtin = sk_macro_builtin_interface();
		macro->locked = macro->blind = true;
		macro->min_args = 1;
		macro->max_args = 2;
	}
	return 0;
}

/* The stack of texts */

static void sk_macro_begin_source(struct sk_macro_reader *m, const struct sk_source *source)
{
	struct sk_macro_state *s = m->state;

	s->source = source;
	s->steps = 0;
	s->rest = s->rest_end = NULL;
	if (s->unclosed)
		s->unclosed = m->stopped = false;
}

int sk_macro_begin_file(struct sk_macro_reader *m, const struct sk_source *source, struct sk_text **ret_text)
{
	*ret_text = sk_text_new(m, source->text, source->size, source->base, true);
	if (!*ret_text)
		return -ENOMEM;
	sk_macro_begin_source(m, source);
	return 0;
}

int sk_macro_open(struct sk_macro_reader *m, const struct sk_source *source)
{
	struct sk_text *text;
	int r = sk_macro_begin_file(m, source, &text);

	return r ? r : sk_macro_open_text(m, text, NULL, 0);
}

int sk_macro_open_text(struct sk_macro_reader *m, struct sk_text *text, const struct sk_env *env, uint32_t expansion)
{
	struct sk_macro_state *s = m->state;

	s->n_cursors = s->n_calls = s->n_args = 0;
	s->n_flat = s->n_origins = 0;
	return sk_macro_push(m, text, env, expansion, 0);
}

/* Lines of a file */

int sk_macro_open_steps(struct sk_macro_reader *m, const struct sk_source *source)
{
	struct sk_macro_state *s = m->state;

	sk_macro_begin_source(m, source);
	s->rest = source->text;
	s->rest_end = source->text + source->size;
	s->n_cursors = s->n_calls = s->n_args = 0;
	s->n_flat = s->n_origins = 0;
	return 0;
}

bool sk_macro_is_idle(const struct sk_macro_reader *m)
{
	const struct sk_macro_state *s = m->state;

	return s->plain && !s->divert && !s->pending && !m->by_text && !m->stopped;
}

const char *sk_macro_rest(const struct sk_macro_reader *m)
{
	return m->state->rest;
}

/* Behind the first line break that stands in no quote, comment or parenthesis. */
static const char *sk_find_lines(const char *p, const char *end)
{
	size_t level = 0;
	bool params;

	while (p && p < end) {
		switch (*p++) {
		case '`':
			p = sk_quote_end(p, end, &params);
			if (p)
				p++;
			break;
		case '#':
			p = memchr(p, '\n', (size_t)(end - p));
			break;
		case '(':
			level++;
			break;
		case ')':
			level -= level > 0;
			break;
		case '\n':
			if (!level)
				return p;
		}
	}
	return end;
}

/* A piece of the file becomes its text, from the byte that comes next. */
static int sk_take_rest(struct sk_macro_reader *m, const char *to, struct sk_text **ret_text)
{
	struct sk_macro_state *s = m->state;

	*ret_text = sk_text_new(m, s->rest, (size_t)(to - s->rest), s->source->base + (uint32_t)(s->rest - s->source->text),
				true);
	s->rest = to;
	return *ret_text ? 0 : -ENOMEM;
}

int sk_macro_open_lines(struct sk_macro_reader *m, const char *from)
{
	struct sk_macro_state *s = m->state;
	struct sk_text *text;
	int r;

	s->rest = from;
	r = sk_take_rest(m, sk_macro_is_idle(m) ? sk_find_lines(from, s->rest_end) : s->rest_end, &text);
	return r ? r : sk_macro_open_text(m, text, NULL, 0);
}

/* At the end of the lines something is still open: what follows them in the file is read as well. *ret_more: there is some. */
static int sk_read_on(struct sk_macro_reader *m, bool *ret_more)
{
	struct sk_macro_state *s = m->state;
	struct sk_text *text;
	int r;

	*ret_more = s->rest < s->rest_end;
	if (!*ret_more)
		return 0;
	r = sk_take_rest(m, s->rest_end, &text);
	if (r)
		return r;
	s->n_cursors = 0;
	return sk_macro_push(m, text, NULL, 0, 0);
}

/* Puts the arguments into the rest of a text, to be read by characters. */
static int sk_cursor_by_character(struct sk_macro_reader *m, struct sk_cursor *c)
{
	struct sk_macro_state *s = m->state;
	size_t flat_start = s->n_flat, origin_start = s->n_origins;
	size_t at = (size_t)(c - s->cursors);
	struct sk_text *text;
	int r;

	c->i = SK_BY_CHARACTER;
	if (!c->env)
		return 0;
	r = sk_flatten(m, c->text, c->p, c->text->p + c->text->n, c->env);
	if (!r)
		r = sk_flat_take(m, flat_start, origin_start, false, &text);
	if (r)
		return r;
	c = &s->cursors[at];
	c->text = text;
	c->p = text->p;
	c->env = NULL;
	return 0;
}

int sk_macro_by_character(struct sk_macro_reader *m, size_t cursor)
{
	return sk_cursor_by_character(m, &m->state->cursors[cursor]);
}

size_t sk_macro_held(const struct sk_macro_reader *m)
{
	const struct sk_macro_state *s = m->state;

	return s->moment.n_bytes + s->arena.n_bytes + m->sources->n_expansions * sizeof(struct sk_expansion) + s->n_flat;
}

int sk_macro_push(struct sk_macro_reader *m, struct sk_text *text, const struct sk_env *env,
		  uint32_t expansion, uint32_t line_addr)
{
	struct sk_macro_state *s = m->state;
	struct sk_cursor *c;
	int r;

	if (!text->n && s->n_cursors)
		return 0;
	if (s->n_cursors >= m->limits.depth)
		return sk_macro_out_of(m, sk_text_addr(text, text->p), expansion, "depth");
	if (sk_macro_held(m) > m->limits.memory)
		return sk_macro_out_of(m, sk_text_addr(text, text->p), expansion, "memory");
	r = sk_grow(&s->cursors, &s->cap_cursors, s->n_cursors + 1, sizeof(*s->cursors));
	if (r)
		return r;
	if (!text->params)
		env = NULL;
	c = &s->cursors[s->n_cursors++];
	*c = (struct sk_cursor){ .text = text, .env = env, .p = text->p, .expansion = expansion,
				 .line_addr = line_addr };
	if (m->by_text || !s->plain || (env && env->odd))
		return sk_cursor_by_character(m, c);
	if (text->form == SK_TEXT_FRESH) {
		r = sk_text_lex(m, text);
		if (r)
			return r;
	}
	if (text->form == SK_TEXT_ODD)
		return sk_cursor_by_character(m, c);
	return 0;
}

/* A word of letters and parameters, or a lone parameter: what it stands for is read next. */
static int sk_push_param(struct sk_macro_reader *m, struct sk_cursor *c, const struct sk_lexeme *l)
{
	struct sk_macro_state *s = m->state;
	const char *start = c->p, *end = c->text->p + l[1].off;
	const struct sk_text *from = c->text;
	const struct sk_env *env = c->env;
	uint32_t expansion = c->expansion, line_addr = c->line_addr;
	size_t flat_start = s->n_flat, origin_start = s->n_origins;
	struct sk_text *text;
	int r;

	c->p = end;
	c->i++;
	if (l->kind == SK_PIECE_PARAM && l->value && l->value <= SK_PARAM_MAX) {
		const struct sk_arg *a = &env->args[l->value];

		return l->value <= env->n ? sk_macro_push(m, a->text, a->env, expansion, line_addr) : 0;
	}
	r = sk_flatten(m, from, start, end, env);
	if (!r)
		r = sk_flat_take(m, flat_start, origin_start, false, &text);
	return r ? r : sk_macro_push(m, text, NULL, expansion, line_addr);
}

/* After this the next byte of the input is at the top cursor's p; when the file is at its end, p is at its text's. */
static int sk_settle(struct sk_macro_reader *m)
{
	struct sk_macro_state *s = m->state;

	for (;;) {
		struct sk_cursor *c = &s->cursors[s->n_cursors - 1];
		const struct sk_lexeme *l;
		int r;

		if (c->p == c->text->p + c->text->n) {
			bool more = false;

			if (s->n_cursors > 1) {
				s->n_cursors--;
				continue;
			}
			r = s->n_calls ? sk_read_on(m, &more) : 0;
			if (r || !more)
				return r;
			continue;
		}
		if (c->i == SK_BY_CHARACTER)
			return 0;
		l = &c->text->lexemes[c->i];
		if (l->kind < SK_PIECE_PARAM)
			return 0;
		if (s->steps++ > m->limits.steps)
			return sk_macro_out_of(m, sk_text_addr(c->text, c->p), c->expansion, "work");
		r = c->env ? sk_push_param(m, c, l) : sk_cursor_by_character(m, c);
		if (r)
			return r;
	}
}

static bool sk_at_end(const struct sk_cursor *c)
{
	return c->p == c->text->p + c->text->n;
}

/* Moves the cursor to `to`, which may lie inside a lexeme. */
static int sk_cursor_seek(struct sk_macro_reader *m, struct sk_cursor *c, const char *to)
{
	uint32_t off = (uint32_t)(to - c->text->p);
	const struct sk_lexeme *l = c->text->lexemes;

	c->p = to;
	if (c->i == SK_BY_CHARACTER)
		return 0;
	while (c->i < c->text->n_lexemes && l[c->i + 1].off <= off)
		c->i++;
	if (c->i == c->text->n_lexemes || l[c->i].off == off || l[c->i].kind == SK_PIECE_SPACE)
		return 0;
	return sk_cursor_by_character(m, c);
}

/* Goes on behind the next line break, through the ends of texts. With `collect`, what is passed goes into `flat`. */
static int sk_skip_line(struct sk_macro_reader *m, bool collect)
{
	struct sk_macro_state *s = m->state;

	for (;;) {
		struct sk_cursor *c;
		const char *end, *nl, *to;
		int r = sk_settle(m);

		if (r)
			return r;
		c = &s->cursors[s->n_cursors - 1];
		end = c->text->p + c->text->n;
		if (c->p == end)
			return 0;
		nl = memchr(c->p, '\n', (size_t)(end - c->p));
		to = nl ? nl + 1 : end;
		if (c->env && memchr(c->p, '$', (size_t)(to - c->p))) {
			r = sk_cursor_by_character(m, c);
			if (r)
				return r;
			continue;
		}
		if (collect) {
			r = sk_flat_text(m, c->text, c->p, to);
			if (r)
				return r;
		}
		r = sk_cursor_seek(m, c, to);
		if (r || nl)
			return r;
	}
}

int sk_macro_skip_line(struct sk_macro_reader *m)
{
	return sk_skip_line(m, false);
}

/* A piece made in the scratch since the marks. */
static int sk_piece_take(struct sk_macro_reader *m, size_t flat_start, size_t origin_start,
			 struct sk_piece *lx)
{
	struct sk_text *text;
	int r = sk_flat_take(m, flat_start, origin_start, false, &text);

	if (r)
		return r;
	lx->text = text;
	lx->p = text->p;
	lx->n = text->n;
	return 0;
}

/* A word ended with its text: letters that follow belong to it. */
static int sk_join_word(struct sk_macro_reader *m, struct sk_piece *lx)
{
	struct sk_macro_state *s = m->state;
	size_t flat_start = s->n_flat, origin_start = s->n_origins;
	struct sk_cursor *c;
	int r = sk_settle(m);

	if (r)
		return r;
	c = &s->cursors[s->n_cursors - 1];
	if (sk_at_end(c) || !sk_is_word_byte((unsigned char)*c->p)) {
		lx->next = sk_at_end(c) ? -1 : (unsigned char)*c->p;
		return 0;
	}
	r = sk_flat_text(m, lx->text, lx->p, lx->p + lx->n);
	while (!r) {
		const char *q, *end;

		r = sk_settle(m);
		if (r)
			return r;
		c = &s->cursors[s->n_cursors - 1];
		end = c->text->p + c->text->n;
		for (q = c->p; q < end && sk_is_word_byte((unsigned char)*q); q++)
			;
		if (q == c->p)
			break;
		r = sk_flat_text(m, c->text, c->p, q);
		if (!r)
			r = sk_cursor_seek(m, c, q);
	}
	if (!r)
		r = sk_piece_take(m, flat_start, origin_start, lx);
	return r ? r : sk_intern_add(m->names, lx->p, lx->n, &lx->name);
}

/* A comment that its text does not end, or that has parameters in it. */
static int sk_finish_comment(struct sk_macro_reader *m, struct sk_piece *lx, const struct sk_env *env)
{
	struct sk_macro_state *s = m->state;
	size_t flat_start = s->n_flat, origin_start = s->n_origins;
	int r = sk_flatten(m, lx->text, lx->p, lx->p + lx->n, env);

	if (!r && s->flat[s->n_flat - 1] != '\n')
		r = sk_skip_line(m, true);
	return r ? r : sk_piece_take(m, flat_start, origin_start, lx);
}

/* Whether the argument put in there would end the comment before its time. */
static bool sk_comment_breaks(const struct sk_piece *lx, const struct sk_env *env)
{
	for (uint32_t i = 0; i <= env->n; i++)
		if (env->args[i].text->params || memchr(env->args[i].text->p, '\n', env->args[i].text->n))
			return true;
	return false;
}

static int sk_read_lexed(struct sk_macro_reader *m, struct sk_cursor *c, struct sk_piece *lx,
			 struct sk_arg *ret_quoted, bool *ret_again)
{
	const struct sk_text *text = c->text;
	const struct sk_lexeme *l = &text->lexemes[c->i];
	const char *end = text->p + l[1].off;

	lx->kind = (enum sk_piece_kind)l->kind;
	lx->text = text;
	lx->p = c->p;
	lx->n = (uint32_t)(end - c->p);
	lx->expansion = c->expansion;
	lx->next = -1;
	c->p = end;
	c->i++;
	switch (lx->kind) {
	case SK_PIECE_WORD:
		lx->name = l->value;
		if (c->i < text->n_lexemes)
			lx->next = SK_NEXT_IN_TEXT;
		else if (m->state->n_cursors > 1)
			return sk_join_word(m, lx);
		return 0;
	case SK_PIECE_QUOTED:
		ret_quoted->text = &text->children[l->value];
		ret_quoted->env = ret_quoted->text->params ? c->env : NULL;
		return 0;
	case SK_PIECE_COMMENT:
		if (c->env && memchr(lx->p, '$', lx->n)) {
			if (sk_comment_breaks(lx, c->env)) {
				c->p = lx->p;
				*ret_again = true;
				return sk_cursor_by_character(m, c);
			}
			return sk_finish_comment(m, lx, c->env);
		}
		return end[-1] == '\n' ? 0 : sk_finish_comment(m, lx, NULL);
	default:
		return 0;
	}
}

/* Reading by characters, as m4 does */

static size_t sk_match(const struct sk_cursor *c, const char *delimiter)
{
	size_t n = strlen(delimiter);

	return n && n <= (size_t)(c->text->p + c->text->n - c->p) && !memcmp(c->p, delimiter, n) ? n : 0;
}

/* From behind the opening quote to the closing one, through the ends of texts. */
static int sk_read_quoted(struct sk_macro_reader *m, struct sk_piece *lx, struct sk_arg *ret_quoted)
{
	struct sk_macro_state *s = m->state;
	size_t flat_start = s->n_flat, origin_start = s->n_origins, level = 1, n;
	uint32_t addr = sk_text_addr(lx->text, lx->p);

	for (;;) {
		struct sk_cursor *c = &s->cursors[s->n_cursors - 1];
		const char *start = c->p, *end = c->text->p + c->text->n;
		bool closed = false, more;
		int r = 0;

		if (c->i != SK_BY_CHARACTER) {
			r = sk_cursor_by_character(m, c);
			if (r)
				return r;
			continue;
		}
		while (c->p < end) {
			if ((n = sk_match(c, s->quote[1]))) {
				closed = !--level;
				if (closed)
					break;
				c->p += n;
			} else if ((n = sk_match(c, s->quote[0]))) {
				level++;
				c->p += n;
			} else {
				c->p++;
			}
		}
		r = sk_flat_text(m, c->text, start, c->p);
		if (r)
			return r;
		if (closed) {
			c->p += n;
			r = sk_flat_take(m, flat_start, origin_start, false, &ret_quoted->text);
			ret_quoted->env = NULL;
			return r;
		}
		if (s->n_cursors > 1) {
			s->n_cursors--;
			continue;
		}
		r = sk_read_on(m, &more);
		if (r)
			return r;
		if (more)
			continue;
		s->n_flat = flat_start;
		s->n_origins = origin_start;
		sk_macro_complain(m, SELKIE_SEVERITY_ERROR, "E0110", addr, lx->expansion,
				  "the quote that begins here is never closed");
		ret_quoted->text = &s->empty;
		ret_quoted->env = NULL;
		s->unclosed = m->stopped = true;
		return SK_STOP;
	}
}

static int sk_read_comment(struct sk_macro_reader *m, struct sk_piece *lx, size_t n_open)
{
	struct sk_macro_state *s = m->state;
	size_t flat_start = s->n_flat, origin_start = s->n_origins, n = 0;
	struct sk_cursor *c = &s->cursors[s->n_cursors - 1];
	const char *start = c->p;
	bool more = false;
	int r;

	c->p += n_open;
	for (;;) {
		const char *end = c->text->p + c->text->n;

		while (c->p < end && !(n = sk_match(c, s->comment[1])))
			c->p++;
		if (c->p < end)
			c->p += n;
		r = sk_flat_text(m, c->text, start, c->p);
		if (!r && !n && s->n_cursors == 1)
			r = sk_read_on(m, &more);
		if (r || n || (s->n_cursors == 1 && !more))
			break;
		s->n_cursors -= s->n_cursors > 1;
		c = &s->cursors[s->n_cursors - 1];
		r = c->i == SK_BY_CHARACTER ? 0 : sk_cursor_by_character(m, c);
		if (r)
			break;
		start = c->p;
	}
	return r ? r : sk_piece_take(m, flat_start, origin_start, lx);
}

static int sk_read_characters(struct sk_macro_reader *m, struct sk_cursor *c, struct sk_piece *lx,
			      struct sk_arg *ret_quoted)
{
	struct sk_macro_state *s = m->state;
	const char *end = c->text->p + c->text->n;
	unsigned char kind = sk_macro_class[(unsigned char)*c->p];
	size_t n;

	lx->text = c->text;
	lx->p = c->p;
	lx->n = 1;
	lx->expansion = c->expansion;
	lx->next = -1;
	if ((n = sk_match(c, s->comment[0]))) {
		lx->kind = SK_PIECE_COMMENT;
		return sk_read_comment(m, lx, n);
	}
	if (kind == SK_PIECE_WORD) {
		while (c->p < end && sk_is_word_byte((unsigned char)*c->p))
			c->p++;
		lx->kind = SK_PIECE_WORD;
		lx->n = (uint32_t)(c->p - lx->p);
		if (c->p == end && s->n_cursors > 1) {
			lx->name = SK_INTERN_NONE;
			int r = sk_join_word(m, lx);

			if (r || lx->name != SK_INTERN_NONE)
				return r;
		}
		return sk_intern_add(m->names, lx->p, lx->n, &lx->name);
	}
	if ((n = sk_match(c, s->quote[0]))) {
		c->p += n;
		lx->kind = SK_PIECE_QUOTED;
		return sk_read_quoted(m, lx, ret_quoted);
	}
	c->p++;
	lx->kind = (enum sk_piece_kind)kind;
	if (s->plain && (kind == SK_PIECE_SPACE || kind == SK_PIECE_OTHER)) {
		while (c->p < end && sk_macro_class[(unsigned char)*c->p] == kind)
			c->p++;
		lx->n = (uint32_t)(c->p - lx->p);
	}
	return 0;
}

static int sk_read(struct sk_macro_reader *m, struct sk_piece *lx, struct sk_arg *ret_quoted)
{
	struct sk_macro_state *s = m->state;

	for (;;) {
		struct sk_cursor *c;
		bool again = false;
		int r = sk_settle(m);

		if (r)
			return r;
		c = &s->cursors[s->n_cursors - 1];
		if (s->steps++ > m->limits.steps)
			return sk_macro_out_of(m, sk_text_addr(c->text, c->p), c->expansion, "work");
		if (sk_at_end(c)) {
			lx->kind = SK_PIECE_END;
			lx->text = c->text;
			lx->p = c->p;
			lx->n = 0;
			lx->expansion = 0;
			return 0;
		}
		if (c->i == SK_BY_CHARACTER)
			r = sk_read_characters(m, c, lx, ret_quoted);
		else
			r = sk_read_lexed(m, c, lx, ret_quoted, &again);
		if (r || !again)
			return r;
	}
}

/* Calls */

static int sk_call_start_arg(struct sk_call *call, struct sk_macro_state *s)
{
	call->form = SK_ARG_EMPTY;
	call->flat_start = s->n_flat;
	call->origin_start = s->n_origins;
	return 0;
}

static int sk_call_begin(struct sk_macro_reader *m, const struct sk_piece *word, struct sk_macro *macro,
			 uint32_t line_addr)
{
	struct sk_macro_state *s = m->state;
	uint32_t addr = sk_text_addr(word->text, word->p);
	struct sk_call *call;
	int r;

	if (s->n_calls >= m->limits.depth)
		return sk_macro_out_of(m, addr, word->expansion, "depth");
	r = sk_grow(&s->calls, &s->cap_calls, s->n_calls + 1, sizeof(*s->calls));
	if (!r)
		r = sk_grow(&s->args, &s->cap_args, s->n_args + 1, sizeof(*s->args));
	if (r)
		return r;
	call = &s->calls[s->n_calls++];
	call->macro = macro;
	call->name = word->name;
	call->addr = addr;
	call->expansion = word->expansion;
	call->line_addr = line_addr ? line_addr : addr;
	call->level = 0;
	call->first_arg = s->n_args;
	call->n_args = 0;
	/* $0 is made when somebody asks for it. */
	s->args[s->n_args++] = (struct sk_arg){ .text = &s->empty };
	return sk_call_start_arg(call, s);
}

/* The argument so far becomes bytes, because more follows. */
static int sk_call_spread(struct sk_macro_reader *m, struct sk_call *call)
{
	struct sk_text *t = call->whole.text;
	const struct sk_env *env = call->whole.env;

	if (call->form != SK_ARG_WHOLE) {
		call->form = SK_ARG_FLAT;
		return 0;
	}
	call->form = SK_ARG_FLAT;
	return sk_flatten(m, t, t->p, t->p + t->n, env);
}

static int sk_call_add(struct sk_macro_reader *m, struct sk_call *call, const struct sk_piece *lx)
{
	int r = call->form == SK_ARG_FLAT ? 0 : sk_call_spread(m, call);

	return r ? r : sk_flat_text(m, lx->text, lx->p, lx->p + lx->n);
}

static int sk_call_add_quoted(struct sk_macro_reader *m, struct sk_call *call, const struct sk_arg *quoted)
{
	int r;

	if (!quoted->text->n) {
		if (call->form == SK_ARG_EMPTY)
			call->form = SK_ARG_STARTED;
		return 0;
	}
	if (call->form <= SK_ARG_STARTED) {
		call->form = SK_ARG_WHOLE;
		call->whole = *quoted;
		return 0;
	}
	r = call->form == SK_ARG_FLAT ? 0 : sk_call_spread(m, call);
	return r ? r : sk_flatten(m, quoted->text, quoted->text->p, quoted->text->p + quoted->text->n,
				  quoted->env);
}

/* A word that is an argument all by itself stays where it is. */
static int sk_call_add_word(struct sk_macro_reader *m, struct sk_call *call, const struct sk_piece *lx)
{
	struct sk_macro_state *s = m->state;
	const struct sk_cursor *c = &s->cursors[s->n_cursors - 1];
	const char *end = c->text->p + c->text->n;
	struct sk_text *text;

	if (call->form > SK_ARG_STARTED || !lx->text->addr ||
	    (c->p < end && *c->p != ',' && *c->p != ')') || (c->p == end && s->n_cursors == 1))
		return sk_call_add(m, call, lx);
	if (lx->text->n == lx->n) {
		text = (struct sk_text *)lx->text;
	} else {
		text = sk_text_of_word(m, lx->p, lx->n, lx->text->addr + (uint32_t)(lx->p - lx->text->p), lx->name);
		if (!text)
			return -ENOMEM;
	}
	call->form = SK_ARG_WHOLE;
	call->whole = (struct sk_arg){ .text = text };
	return 0;
}

static int sk_call_end_arg(struct sk_macro_reader *m, struct sk_call *call)
{
	struct sk_macro_state *s = m->state;
	struct sk_arg arg = { .text = &s->empty };
	int r;

	if (call->form == SK_ARG_WHOLE && call->whole.env && call->whole.env->depth >= SK_ENV_DEPTH_MAX) {
		r = sk_call_spread(m, call);
		if (r)
			return r;
	}
	if (call->form == SK_ARG_WHOLE)
		arg = call->whole;
	else if (call->form == SK_ARG_FLAT) {
		r = sk_flat_take(m, call->flat_start, call->origin_start, false, &arg.text);
		if (r)
			return r;
	}
	r = sk_grow(&s->args, &s->cap_args, s->n_args + 1, sizeof(*s->args));
	if (r)
		return r;
	s->args[s->n_args++] = arg;
	return sk_call_start_arg(call, s);
}

static bool sk_arg_odd(const struct sk_arg *arg)
{
	if (arg->env && arg->env->odd)
		return true;
	/* What stood in quotes in a lexed text is balanced. A lexed text need not be: its comments may have quotes in them. */
	if (arg->text->kept)
		return arg->text->form == SK_TEXT_ODD;
	return !sk_text_balanced(arg->text->p, arg->text->n);
}

static int sk_env_make(struct sk_macro_reader *m, const struct sk_call *call, const struct sk_env **ret_env)
{
	struct sk_macro_state *s = m->state;
	const struct sk_arg *args = &s->args[call->first_arg];
	struct sk_env *env;

	env = sk_arena_alloc(&s->moment, sizeof(*env) + (call->n_args + 1) * sizeof(*args));
	if (!env)
		return -ENOMEM;
	env->n = call->n_args;
	env->name = call->name;
	env->depth = 0;
	env->odd = false;
	for (uint32_t i = 0; i <= call->n_args; i++) {
		env->args[i] = args[i];
		env->odd |= sk_arg_odd(&args[i]);
		if (args[i].env)
			env->depth = SK_MAX(env->depth, args[i].env->depth + 1);
	}
	*ret_env = env;
	return 0;
}

int sk_macro_new_expansion(struct sk_macro_reader *m, const struct sk_expansion *e, uint32_t *ret_expansion)
{
	if (sk_macro_held(m) > m->limits.memory)
		return sk_macro_out_of(m, e->addr, e->parent, "memory");
	return sk_sources_expand(m->sources, e, ret_expansion);
}

/* Whether the argument, put in without quotes, is read again to the same: no macros, no marks that mean something. */
static bool sk_arg_calm(struct sk_macro_reader *m, const struct sk_arg *arg)
{
	struct sk_text *text = arg->text;

	if (text->form == SK_TEXT_FRESH && sk_text_lex(m, text))
		return false;
	if (text->params || text->form != SK_TEXT_LEXED)
		return false;
	for (uint32_t i = 0; i < text->n_lexemes; i++) {
		const struct sk_lexeme *l = &text->lexemes[i];

		if (l->kind == SK_PIECE_WORD ? sk_macro_find(m->state, l->value) != NULL
		    : l->kind == SK_PIECE_SPACE ? !i
		    : l->kind == SK_PIECE_PUNCT ? text->p[l->off] == '\'' : l->kind != SK_PIECE_OTHER)
			return false;
	}
	return true;
}

/* shiftn(N,LIST): the list without its first N, in quotes. False where it is not that simple. */
static bool sk_call_shiftn(struct sk_macro_reader *m, const struct sk_call *call, int *ret_r)
{
	const struct sk_arg *args = &m->state->args[call->first_arg];
	const struct sk_text *number = call->n_args > 1 ? args[1].text : NULL;
	uint32_t n;

	if (!number || number->n != 1 || *number->p < '0' || *number->p > '9')
		return false;
	n = (uint32_t)(*number->p - '0');
	if (call->n_args < n + 2)
		return false;
	for (uint32_t i = 2; i <= call->n_args; i++)
		if (!sk_arg_calm(m, &args[i]))
			return false;
	return sk_macro_splice(m, call, n + 2, ret_r);
}

/* A number as incr gives it. */
static bool sk_arg_count(const struct sk_text *text, uint32_t *ret_count)
{
	uint32_t n = 0;

	if (!text->n || text->n > 5 || (*text->p == '0' && text->n > 1))
		return false;
	for (uint32_t i = 0; i < text->n; i++) {
		if (text->p[i] < '0' || text->p[i] > '9')
			return false;
		n = 10 * n + (uint32_t)(text->p[i] - '0');
	}
	*ret_count = n;
	return true;
}

/* decl_cats(FIRST,LAST): a line for each category, which are a thousand. False where it is not that simple. */
static bool sk_call_decl_cats(struct sk_macro_reader *m, const struct sk_call *call, uint32_t expansion, int *ret_r)
{
	const struct sk_arg *args = &m->state->args[call->first_arg];
	sk_auto_buf struct sk_buf lines = SK_BUF_INIT;
	struct sk_call inner = *call;
	uint32_t first, last;

	if (call->n_args != 2 || !sk_arg_count(args[1].text, &first) || !sk_arg_count(args[2].text, &last) || first > last)
		return false;
	for (uint32_t i = first; i <= last; i++) {
		sk_buf_add(&lines, "category c", 10);
		sk_buf_add_uint(&lines, i);
		sk_buf_add(&lines, ";\n", 2);
	}
	inner.expansion = expansion;
	*ret_r = lines.failed ? -ENOMEM : sk_macro_give(m, &inner, lines.data, lines.n);
	return true;
}

/* The expansion of a macro that the sources define. */
static int sk_call_expand(struct sk_macro_reader *m, struct sk_call *call)
{
	const struct sk_expansion e = {
		.parent = call->expansion, .addr = call->addr, .name = call->name };
	const struct sk_env *env = NULL;
	enum sk_known known;
	uint32_t expansion;
	int r;

	if (!call->macro->body->n || call->macro->cyclic)
		return 0;
	known = sk_macro_known(m, call->name);
	if (known == SK_KNOWN_SHIFTN && sk_call_shiftn(m, call, &r))
		return r;
	if (call->macro->interface && !sk_interface_check(m, call->macro, &e, &m->state->args[call->first_arg], call->n_args))
		return 0;
	r = sk_macro_new_expansion(m, &e, &expansion);
	if (!r && known == SK_KNOWN_DECL_CATS && sk_call_decl_cats(m, call, expansion, &r))
		return r;
	if (!r && call->macro->body->params)
		r = sk_env_make(m, call, &env);
	if (r)
		return r;
	return sk_macro_push(m, call->macro->body, env, expansion, call->line_addr);
}

int sk_macro_dispatch(struct sk_macro_reader *m, struct sk_call *call)
{
	const struct sk_macro *macro = call->macro;

	if (!macro->builtin)
		return sk_call_expand(m, call);
	if (call->n_args < macro->min_args) {
		sk_macro_complain(m, SELKIE_SEVERITY_WARNING, "W0114", call->addr, call->expansion,
				  "too few arguments to %s", sk_intern_str(m->names, call->name));
		/* m4 expands to nothing then, except where it takes the arguments that are there. */
		return 0;
	}
	if (call->n_args > macro->max_args && macro->max_args != UINT8_MAX)
		sk_macro_complain(m, SELKIE_SEVERITY_WARNING, "W0115", call->addr, call->expansion,
				  "excess arguments to %s are ignored", sk_intern_str(m->names, call->name));
	return macro->builtin(m, call);
}

static int sk_call_finish(struct sk_macro_reader *m)
{
	struct sk_macro_state *s = m->state;
	struct sk_call call = s->calls[--s->n_calls];
	size_t first_arg = call.first_arg;
	int r;

	call.n_args = (uint32_t)(s->n_args - call.first_arg - 1);
	if (s->n_calls && s->calls[s->n_calls - 1].form == SK_ARG_EMPTY)
		s->calls[s->n_calls - 1].form = SK_ARG_STARTED;
	s->spliced = false;
	r = sk_macro_dispatch(m, &call);
	if (!s->spliced)
		s->n_args = first_arg;
	s->spliced = false;
	return r;
}

bool sk_macro_splice(struct sk_macro_reader *m, const struct sk_call *call, uint32_t from, int *ret_r)
{
	struct sk_macro_state *s = m->state;
	struct sk_call *outer = s->n_calls ? &s->calls[s->n_calls - 1] : NULL;
	uint32_t n = call->n_args >= from ? call->n_args - from + 1 : 0;
	const struct sk_arg *args = &s->args[call->first_arg + from];
	struct sk_arg *copy;
	int r = 0;

	if (!outer || outer->level || outer->form > SK_ARG_STARTED || !s->plain || m->by_text || !n)
		return false;
	for (uint32_t i = 0; i < n; i++)
		if (sk_arg_odd(&args[i]))
			return false;
	copy = sk_arena_memdup(&s->moment, args, n * sizeof(*args));
	if (!copy) {
		*ret_r = -ENOMEM;
		return true;
	}
	/* What is in the way of the outer call's arguments goes. */
	s->n_args = call->first_arg;
	s->spliced = true;
	for (uint32_t i = 0; i < n && !r; i++) {
		if (i)
			r = sk_call_end_arg(m, outer);
		if (!r)
			r = sk_call_add_quoted(m, outer, &copy[i]);
		s->steps++;
	}
	*ret_r = r;
	return true;
}

/* The value of a builtin: text that is read next. */
int sk_macro_give(struct sk_macro_reader *m, const struct sk_call *call, const char *p, size_t n)
{
	struct sk_macro_state *s = m->state;
	size_t flat_start = s->n_flat, origin_start = s->n_origins;
	struct sk_text *text;
	int r = sk_flat_add(m, p, n, call->addr, true);

	if (!r)
		r = sk_flat_take(m, flat_start, origin_start, false, &text);
	return r ? r : sk_macro_push(m, text, NULL, call->expansion, call->line_addr);
}

static int sk_call_gather(struct sk_macro_reader *m, const struct sk_piece *lx, const struct sk_arg *quoted)
{
	struct sk_call *call = &m->state->calls[m->state->n_calls - 1];
	int r;

	switch (lx->kind) {
	case SK_PIECE_SPACE:
		return call->form == SK_ARG_EMPTY ? 0 : sk_call_add(m, call, lx);
	case SK_PIECE_QUOTED:
		return sk_call_add_quoted(m, call, quoted);
	case SK_PIECE_WORD:
		return sk_call_add_word(m, call, lx);
	case SK_PIECE_COMMA:
		return call->level ? sk_call_add(m, call, lx) : sk_call_end_arg(m, call);
	case SK_PIECE_OPEN:
		call->level++;
		return sk_call_add(m, call, lx);
	case SK_PIECE_CLOSE:
		if (call->level) {
			call->level--;
			return sk_call_add(m, call, lx);
		}
		r = sk_call_end_arg(m, call);
		return r ? r : sk_call_finish(m);
	default:
		return sk_call_add(m, call, lx);
	}
}

/* A word that is a macro's name. *ret_plain: it is only a word here. */
static int sk_call_word(struct sk_macro_reader *m, struct sk_macro *macro, const struct sk_piece *lx,
			uint32_t line_addr, bool *ret_plain)
{
	struct sk_macro_state *s = m->state;
	struct sk_cursor *c;
	bool open;
	int r = sk_settle(m);

	if (r)
		return r;
	c = &s->cursors[s->n_cursors - 1];
	open = !sk_at_end(c) && *c->p == '(';
	if (!open && macro->blind) {
		*ret_plain = true;
		return 0;
	}
	r = sk_call_begin(m, lx, macro, line_addr);
	if (r)
		return r;
	if (open) {
		c->p++;
		if (c->i != SK_BY_CHARACTER)
			c->i++;
		return 0;
	}
	return sk_call_finish(m);
}

/* Output */

struct sk_buf *sk_macro_diversion(struct sk_macro_state *s, int64_t number)
{
	for (size_t i = 0; i < s->n_diversions; i++)
		if (s->diversions[i].number == number)
			return &s->diversions[i].text;
	if (sk_grow(&s->diversions, &s->cap_diversions, s->n_diversions + 1, sizeof(*s->diversions)))
		return NULL;
	s->diversions[s->n_diversions].number = number;
	sk_buf_init(&s->diversions[s->n_diversions].text);
	return &s->diversions[s->n_diversions++].text;
}

static int sk_divert(struct sk_macro_reader *m, const struct sk_piece *lx)
{
	struct sk_buf *buf;

	if (m->state->divert < 0)
		return 0;
	buf = sk_macro_diversion(m->state, m->state->divert);
	if (!buf)
		return -ENOMEM;
	if (buf->n + lx->n > m->limits.memory)
		return sk_macro_out_of(m, sk_macro_addr(lx, 0), lx->expansion, "memory");
	sk_buf_add(buf, lx->p, lx->n);
	return buf->failed ? -ENOMEM : 0;
}

/* A quoted text that reaches the output, with what its parameters stand for. */
static int sk_quoted_piece(struct sk_macro_reader *m, struct sk_piece *lx, const struct sk_arg *quoted)
{
	struct sk_macro_state *s = m->state;
	size_t flat_start = s->n_flat, origin_start = s->n_origins;
	int r;

	lx->text = quoted->text;
	lx->p = quoted->text->p;
	lx->n = quoted->text->n;
	if (!quoted->env)
		return 0;
	r = sk_flatten(m, quoted->text, lx->p, lx->p + lx->n, quoted->env);
	return r ? r : sk_piece_take(m, flat_start, origin_start, lx);
}

static int sk_end_of_file(struct sk_macro_reader *m, struct sk_piece *lx)
{
	struct sk_macro_state *s = m->state;

	if (s->n_calls) {
		const struct sk_call *call = &s->calls[s->n_calls - 1];

		sk_macro_complain(m, SELKIE_SEVERITY_ERROR, "E0111", call->addr, call->expansion,
				  "the parenthesis of '%s(' is never closed", sk_intern_str(m->names, call->name));
		s->unclosed = m->stopped = true;
	}
	s->n_calls = s->n_args = s->n_flat = s->n_origins = 0;
	lx->kind = SK_PIECE_END;
	return 0;
}

/* Nothing is under way but the file itself: what was made for the moment goes. */
void sk_macro_moment_end(struct sk_macro_state *s)
{
	while (s->buried_macros) {
		struct sk_macro *macro = s->buried_macros;

		s->buried_macros = macro->below;
		macro->below = s->free_macros;
		s->free_macros = macro;
	}
	if (s->moment.n_bytes)
		sk_arena_reset(&s->moment);
}

/* Most pieces by far: a lexeme that stands for itself, with another behind it in the same text. */
static inline bool sk_read_simple(struct sk_macro_state *s, struct sk_piece *lx)
{
	struct sk_cursor *c = &s->cursors[s->n_cursors - 1];
	const struct sk_text *text;
	const struct sk_lexeme *l;

	while (c->i == c->text->n_lexemes && s->n_cursors > 1) {
		c--;
		s->n_cursors--;
	}
	text = c->text;
	/* SK_BY_CHARACTER is no lexeme's number. */
	if (c->i >= text->n_lexemes)
		return false;
	l = &text->lexemes[c->i];
	if (l->kind == SK_PIECE_WORD) {
		if (c->i + 1 == text->n_lexemes || sk_macro_find(s, l->value))
			return false;
		lx->name = l->value;
	} else if (l->kind >= SK_PIECE_QUOTED || l->kind == SK_PIECE_COMMENT) {
		return false;
	}
	lx->kind = (enum sk_piece_kind)l->kind;
	lx->text = text;
	lx->p = c->p;
	c->i++;
	c->p = text->p + l[1].off;
	lx->n = (uint32_t)(c->p - lx->p);
	lx->next = SK_NEXT_IN_TEXT;
	lx->expansion = c->expansion;
	s->steps++;
	return true;
}

/* $* where an argument begins and ends: all arguments are those of the call, when they are read again to the same. */
static bool sk_gather_list(struct sk_macro_reader *m, const struct sk_env *env, int *ret_r)
{
	struct sk_macro_state *s = m->state;
	struct sk_call *call = &s->calls[s->n_calls - 1];
	int r = 0;

	if (!env || env->odd || !env->n || call->level)
		return false;
	for (uint32_t i = 1; i <= env->n; i++)
		if (!sk_arg_calm(m, &env->args[i]))
			return false;
	for (uint32_t i = 1; i <= env->n && !r; i++) {
		if (i > 1)
			r = sk_call_end_arg(m, call);
		if (!r)
			r = sk_call_add_quoted(m, call, &env->args[i]);
		s->steps++;
	}
	*ret_r = r;
	return true;
}

/*
 * Parameters that are arguments all by themselves: one that stands for one word, whose text is the argument then, and $*.
 */
static bool sk_gather_param(struct sk_macro_reader *m, int *ret_r)
{
	struct sk_macro_state *s = m->state;
	struct sk_cursor *c = &s->cursors[s->n_cursors - 1];
	struct sk_call *call = &s->calls[s->n_calls - 1];
	const struct sk_lexeme *l;
	const struct sk_text *word;
	const char *end;

	if (c->i >= c->text->n_lexemes || call->form > SK_ARG_STARTED)
		return false;
	l = &c->text->lexemes[c->i];
	end = c->text->p + l[1].off;
	if (l->kind != SK_PIECE_PARAM || !l->whole || (*end != ',' && *end != ')'))
		return false;
	*ret_r = 0;
	word = sk_param_word(s, c->env, l->value);
	if (word) {
		call->form = SK_ARG_WHOLE;
		call->whole = (struct sk_arg){ .text = (struct sk_text *)word };
	} else if (l->value != SK_PARAM_STAR || !sk_gather_list(m, c->env, ret_r)) {
		return false;
	}
	c->p = end;
	c->i++;
	s->steps++;
	return true;
}

/* A quoted text in a call's arguments. */
static bool sk_gather_quoted(struct sk_macro_reader *m, int *ret_r)
{
	struct sk_macro_state *s = m->state;
	struct sk_cursor *c = &s->cursors[s->n_cursors - 1];
	const struct sk_lexeme *l;
	struct sk_arg quoted;

	if (c->i >= c->text->n_lexemes)
		return false;
	l = &c->text->lexemes[c->i];
	if (l->kind != SK_PIECE_QUOTED)
		return false;
	quoted.text = &c->text->children[l->value];
	quoted.env = quoted.text->params ? c->env : NULL;
	c->i++;
	c->p = c->text->p + l[1].off;
	s->steps++;
	*ret_r = sk_call_add_quoted(m, &s->calls[s->n_calls - 1], &quoted);
	return true;
}

bool sk_macro_next_whole(struct sk_macro_reader *m, struct sk_whole_token *ret_token)
{
	struct sk_macro_state *s = m->state;
	const struct sk_text *text, *word;
	const struct sk_lexeme *l, *last;
	struct sk_cursor *c;

	if (!s->n_cursors || s->n_calls || s->divert || s->pending || m->stopped || s->steps > m->limits.steps)
		return false;
	for (;;) {
		c = &s->cursors[s->n_cursors - 1];
		text = c->text;
		if (c->i == SK_BY_CHARACTER)
			return false;
		l = text->lexemes + c->i;
		last = text->lexemes + text->n_lexemes;
		while (l < last && l->kind == SK_PIECE_SPACE)
			l++;
		c->i = (uint32_t)(l - text->lexemes);
		if (l < last)
			break;
		c->p = text->p + text->n;
		if (s->n_cursors == 1)
			return false;
		s->n_cursors--;
	}
	/* White space may have been passed in part before; a lexeme begins where it says. */
	c->p = text->p + l->off;
	if (!l->whole)
		return false;
	*ret_token = (struct sk_whole_token){ .expansion = c->expansion };
	if (l->kind == SK_PIECE_PARAM) {
		word = sk_param_word(s, c->env, l->value);
		if (!word || *word->p == '_')
			return false;
		ret_token->name = word->lexemes[0].value;
		ret_token->addr = sk_text_addr(word, word->p);
		ret_token->length = word->n;
	} else if (l->kind == SK_PIECE_WORD) {
		if (sk_macro_find(s, l->value))
			return false;
		ret_token->name = l->value;
		ret_token->addr = sk_text_addr(text, c->p);
		ret_token->length = l[1].off - l->off;
	} else {
		ret_token->punct = *c->p;
		ret_token->addr = sk_text_addr(text, c->p);
		ret_token->length = 1;
	}
	c->i++;
	c->p = text->p + l[1].off;
	s->steps++;
	return true;
}

static int sk_next(struct sk_macro_reader *m, struct sk_piece *lx)
{
	struct sk_macro_state *s = m->state;

	for (;;) {
		struct sk_arg quoted;
		uint32_t line_addr;
		int r;

		if (s->n_calls && (sk_gather_param(m, &r) || sk_gather_quoted(m, &r))) {
			if (r)
				return r;
			continue;
		}
		if (!s->pending && s->steps < m->limits.steps && sk_read_simple(s, lx)) {
			if (s->n_calls)
				r = sk_call_gather(m, lx, &quoted);
			else if (!s->divert)
				return 0;
			else
				r = sk_divert(m, lx);
			if (r || m->stopped)
				return r ? r : SK_STOP;
			continue;
		}
		if (s->n_cursors == 1 && !s->n_calls && s->cursors[0].text->kept && !s->pending && !s->hold)
			sk_macro_moment_end(s);
		if (s->pending) {
			lx->kind = SK_PIECE_QUOTED;
			lx->text = s->pending;
			lx->p = s->pending->p;
			lx->n = s->pending->n;
			s->pending = NULL;
			return 0;
		}
		/* Settled first, so that the cursor on top is the one that the piece is read from. */
		r = sk_settle(m);
		if (r)
			return r;
		line_addr = s->cursors[s->n_cursors - 1].line_addr;
		r = sk_read(m, lx, &quoted);
		if (r)
			return r;
		if (lx->kind == SK_PIECE_END)
			return sk_end_of_file(m, lx);
		if (lx->kind == SK_PIECE_WORD) {
			struct sk_macro *macro = sk_macro_find(s, lx->name);
			bool plain = false;

			if (macro) {
				r = sk_call_word(m, macro, lx, line_addr, &plain);
				if (r || m->stopped)
					return r ? r : SK_STOP;
				if (!plain)
					continue;
			}
		}
		if (s->n_calls) {
			r = sk_call_gather(m, lx, &quoted);
			if (r || m->stopped)
				return r ? r : SK_STOP;
			continue;
		}
		if (lx->kind == SK_PIECE_QUOTED) {
			r = sk_quoted_piece(m, lx, &quoted);
			if (r)
				return r;
		}
		if (!s->divert)
			return 0;
		r = sk_divert(m, lx);
		if (r)
			return r;
	}
}

int sk_macro_next(struct sk_macro_reader *m, struct sk_piece *ret_piece)
{
	int r = m->stopped ? SK_STOP : sk_next(m, ret_piece);

	if (r == SK_STOP) {
		ret_piece->kind = SK_PIECE_END;
		ret_piece->n = 0;
		return 0;
	}
	return r;
}

/* The file from there on, for what it defines only. */
static int sk_absorb_rest(struct sk_macro_reader *m, const struct sk_source *source, const char *rest)
{
	const char *end = source->text + source->size;
	struct sk_piece piece;
	struct sk_text *text;
	int r;

	if (rest == end)
		return 0;
	text = sk_text_new(m, rest, (size_t)(end - rest), source->base + (uint32_t)(rest - source->text), true);
	if (!text)
		return -ENOMEM;
	r = sk_macro_open_text(m, text, NULL, 0);
	do
		r = r ? r : sk_macro_next(m, &piece);
	while (!r && piece.kind != SK_PIECE_END);
	return r;
}

int sk_macro_absorb_found(struct sk_macro_reader *m, const struct sk_source *source, const struct sk_interfaces *found)
{
	const char *rest = source->text;
	int r = 0;

	sk_macro_begin_source(m, source);
	if (m->state->plain && !m->by_text && !m->state->divert)
		r = sk_macro_declare(m, source, found, &rest);
	return r ? r : sk_absorb_rest(m, source, rest);
}

int sk_macro_absorb(struct sk_macro_reader *m, const struct sk_source *source)
{
	struct sk_interfaces found = { 0 };
	int r = sk_interfaces_find(source->text, source->size, m->names->arena, &found);

	if (!r)
		r = sk_macro_absorb_found(m, source, &found);
	sk_interfaces_done(&found);
	return r;
}

int sk_macro_expand(struct sk_macro_reader *m, const struct sk_source *source, struct sk_buf *buf)
{
	struct sk_piece piece;
	int r = sk_macro_open(m, source);

	while (!r && !(r = sk_macro_next(m, &piece)) && piece.kind != SK_PIECE_END)
		sk_buf_add(buf, piece.p, piece.n);
	return r ? r : buf->failed ? -ENOMEM : 0;
}

int sk_macro_undivert_but(struct sk_macro_reader *m, struct sk_buf *buf, int64_t but)
{
	struct sk_macro_state *s = m->state;
	int64_t last = 0;

	for (;;) {
		struct sk_diversion *next = NULL;

		for (size_t i = 0; i < s->n_diversions; i++)
			if (s->diversions[i].number > last && s->diversions[i].number != but &&
			    (!next || s->diversions[i].number < next->number))
				next = &s->diversions[i];
		if (!next)
			return buf->failed ? -ENOMEM : 0;
		sk_buf_add(buf, next->text.data, next->text.n);
		sk_buf_done(&next->text);
		sk_buf_init(&next->text);
		last = next->number;
	}
}

int sk_macro_undivert_rest(struct sk_macro_reader *m, struct sk_buf *buf)
{
	return sk_macro_undivert_but(m, buf, 0);
}

uint32_t sk_macro_addr(const struct sk_piece *piece, uint32_t off)
{
	return sk_text_addr(piece->text, piece->p + off);
}

uint32_t sk_macro_end_addr(const struct sk_macro_reader *m)
{
	return m->state->source ? m->state->source->base + m->state->source->size : 0;
}

bool sk_macro_is_defined(const struct sk_macro_reader *m, uint32_t name)
{
	return sk_macro_find(m->state, name) != NULL;
}

uint32_t sk_macro_definitions(const struct sk_macro_reader *m)
{
	return m->state->changes;
}

bool sk_macro_is_as_before(const struct sk_macro_reader *m, uint32_t definitions)
{
	const struct sk_macro_state *s = m->state;

	return s->changes == definitions && sk_macro_is_idle(m) && !s->n_diversions && !s->unclosed &&
	       (s->uncounted == SK_INTERN_NONE || !sk_macro_find(s, s->uncounted));
}
