/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Lines of label files. Macros may put a line together from pieces of several places, so a line is gathered with the
 * origins of its bytes, and a field's place is that of its first byte. A '#' begins a comment only where a line begins,
 * as for all who read these files; m4 only leaves what follows one alone.
 *
 * Most lines hold no macro but gen_context, and are taken without the macro reader.
 */
#include "syntax/fc/fc.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "syntax/te/macro-state.h"

struct sk_fc_origin {
	uint32_t off, addr, expansion;
};

struct sk_fc_reader {
	struct sk_sources *sources;
	struct sk_intern *names;
	struct sk_diags *diags;
	sk_fc_handler handler;
	void *arg;
	struct sk_buf line;
	struct sk_fc_origin *origins;
	size_t n_origins, cap_origins;
	bool too_long;			/* the line is, and what follows of it is passed over */
};

static bool sk_fc_is_space(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\f' || c == '\v';
}

/* The place of a byte of the line. */
static void sk_fc_origin_of(const struct sk_fc_reader *f, uint32_t off, struct sk_fc_field *field)
{
	size_t i = f->n_origins;

	while (i && f->origins[i - 1].off > off)
		i--;
	if (!i)
		return;
	field->addr = f->origins[i - 1].addr + (off - f->origins[i - 1].off);
	field->expansion = f->origins[i - 1].expansion;
}

static struct sk_fc_field sk_fc_field(const struct sk_fc_reader *f, uint32_t from, uint32_t to)
{
	struct sk_fc_field field = { .text = f->line.data + from, .n = to - from };

	sk_fc_origin_of(f, from, &field);
	return field;
}

static void sk_fc_complain(struct sk_fc_reader *f, const char *id, const struct sk_fc_field *at, const char *message)
{
	struct sk_place place;
	struct sk_diag *d;

	sk_sources_place(f->sources, at->addr, at->n, &place);
	d = sk_error(f->diags, id, &place, "%s", message);
	sk_sources_note_expansion(f->sources, f->names, f->diags, d, at->expansion);
}

static int sk_fc_end_line(struct sk_fc_reader *f)
{
	const char *p = f->line.data;
	uint32_t n = (uint32_t)f->line.n, i = 0, start;
	struct sk_fc_line line = { 0 };

	while (n && sk_fc_is_space(p[n - 1]))
		n--;
	while (i < n && sk_fc_is_space(p[i]))
		i++;
	if (i == n || p[i] == '#')
		return 0;
	for (start = i; i < n && !sk_fc_is_space(p[i]); i++)
		;
	line.pattern = sk_fc_field(f, start, i);
	while (i < n && sk_fc_is_space(p[i]))
		i++;
	if (i < n && p[i] == '-') {
		for (start = i; i < n && !sk_fc_is_space(p[i]); i++)
			;
		line.kind = sk_fc_field(f, start, i);
		while (i < n && sk_fc_is_space(p[i]))
			i++;
	}
	line.context = sk_fc_field(f, i, n);
	if (line.kind.n && (line.kind.n != 2 || !strchr("-dcbpls", line.kind.text[1])))
		sk_fc_complain(f, "E0502", &line.kind, "a kind of file is one of -- -d -c -b -p -l -s");
	else if (!line.context.n)
		sk_fc_complain(f, "E0501", &line.pattern, "the pattern has no context");
	else
		return f->handler(f->arg, &line);
	return 0;
}

/* Whether the line, with these bytes behind what there is of it, is a comment. */
static bool sk_fc_is_comment(const struct sk_fc_reader *f, const char *p, size_t n)
{
	for (size_t i = 0; i < f->line.n; i++)
		if (!sk_fc_is_space(f->line.data[i]))
			return f->line.data[i] == '#';
	while (n && sk_fc_is_space(*p)) {
		p++;
		n--;
	}
	return n && *p == '#';
}

/* A line that no label file can have; said once, where it begins. */
static void sk_fc_refuse_line(struct sk_fc_reader *f)
{
	struct sk_fc_field start = { .n = 1 };
	char message[80];

	sk_fc_origin_of(f, 0, &start);
	snprintf(message, sizeof(message), "the line is longer than %u bytes: it is passed over", SK_FC_LINE_MAX);
	sk_fc_complain(f, "E0507", &start, message);
	f->too_long = true;
	f->line.n = 0;
	f->n_origins = 0;
}

/* Bytes with their place: up to each line break they belong to the line. */
static int sk_fc_take(struct sk_fc_reader *f, const char *p, size_t n, uint32_t addr, uint32_t expansion)
{
	while (n) {
		const char *nl = memchr(p, '\n', n);
		size_t length = nl ? (size_t)(nl - p) : n;
		int r = f->too_long ? 0 : sk_grow(&f->origins, &f->cap_origins, f->n_origins + 1, sizeof(*f->origins));

		if (r)
			return r;
		if (!f->too_long)
			f->origins[f->n_origins++] =
				(struct sk_fc_origin){ .off = (uint32_t)f->line.n, .addr = addr, .expansion = expansion };
		if (!f->too_long && f->line.n + length > SK_FC_LINE_MAX && !sk_fc_is_comment(f, p, length))
			sk_fc_refuse_line(f);
		if (!f->too_long)
			sk_buf_add(&f->line, p, SK_MIN(length, (size_t)SK_FC_LINE_MAX));
		if (f->line.failed)
			return -ENOMEM;
		if (!nl)
			return 0;
		r = f->too_long ? 0 : sk_fc_end_line(f);
		f->too_long = false;
		f->line.n = 0;
		f->n_origins = 0;
		if (r)
			return r;
		p += length + 1;
		n -= length + 1;
		addr += (uint32_t)length + 1;
	}
	return 0;
}

/*
 * Lines without macros, but for gen_context(USER:ROLE:TYPE,LEVEL) at their end, which is most of a label file. They are
 * taken as they stand, with what that macro makes of its arguments; the macro reader sees the others.
 */
struct sk_fc_plain {
	const struct sk_macro_reader *macros;
	bool mls, mcs;			/* gen_context gives the level; or s0 */
	uint32_t gen_context;		/* the name, where it means what is known of it */
};

static struct sk_fc_plain sk_fc_plain(const struct sk_fc_reader *f, const struct sk_macro_reader *macros)
{
	struct sk_fc_plain plain = { .macros = macros };

	plain.mls = sk_macro_is_defined(macros, sk_intern_find(f->names, "enable_mls", 10));
	plain.mcs = sk_macro_is_defined(macros, sk_intern_find(f->names, "enable_mcs", 10));
	plain.gen_context = sk_intern_find(f->names, "gen_context", 11);
	if (sk_macro_known(macros, plain.gen_context) != SK_KNOWN_GEN_CONTEXT ||
	    sk_macro_is_defined(macros, sk_intern_find(f->names, "s0", 2)))
		plain.gen_context = SK_INTERN_NONE;
	return plain;
}

static const char *sk_fc_word_end(const char *p, const char *end)
{
	while (p < end && sk_is_word_byte((unsigned char)*p))
		p++;
	return p;
}

/* What is no word of the macro reader, no quote and no comment. */
static bool sk_fc_is_mark(char c)
{
	return c != '`' && c != '\'' && c != '#';
}

/* Behind what holds neither macros, quotes nor comments: the end, or the name of gen_context. NULL: another of these. */
static const char *sk_fc_pass_plain(const struct sk_fc_reader *f, const struct sk_fc_plain *plain, const char *p,
				    const char *end)
{
	while (p < end) {
		const struct sk_macro *macro;
		const char *word = p;
		uint32_t name;

		if (sk_macro_class[(unsigned char)*p] != SK_PIECE_WORD) {
			if (!sk_fc_is_mark(*p++))
				return NULL;
			continue;
		}
		p = sk_fc_word_end(p, end);
		name = sk_intern_find(f->names, word, (size_t)(p - word));
		macro = sk_macro_find(plain->macros->state, name);
		if (!macro || (macro->blind && (p == end || *p != '(')))
			continue;
		return name == plain->gen_context ? word : NULL;
	}
	return end;
}

/* Words that are no macros, with colons between them. Behind them; NULL when they are not that. */
static const char *sk_fc_pass_words(const struct sk_fc_reader *f, const struct sk_fc_plain *plain, const char *p,
				    const char *end, unsigned int n)
{
	for (; n; n--) {
		const char *word = p;

		p = sk_fc_word_end(p, end);
		if (p == word || sk_macro_class[(unsigned char)*word] != SK_PIECE_WORD ||
		    sk_macro_is_defined(plain->macros, sk_intern_find(f->names, word, (size_t)(p - word))) ||
		    (n > 1 && (p == end || *p++ != ':')))
			return NULL;
	}
	return p;
}

static const char *sk_fc_pass_blanks(const char *p, const char *end)
{
	while (p < end && sk_fc_is_space(*p))
		p++;
	return p;
}

/* The line from p to the line break at nl. False when the macro reader has to see it. */
static bool sk_fc_take_plain(struct sk_fc_reader *f, const struct sk_fc_plain *plain, const struct sk_source *source,
			     const char *p, const char *nl, int *ret_r)
{
	uint32_t addr = source->base + (uint32_t)(p - source->text);
	const char *start = sk_fc_pass_blanks(p, nl), *call, *context, *context_end, *level, *level_end;

	*ret_r = 0;
	if (start == nl || *start == '#')
		return true;
	call = sk_fc_pass_plain(f, plain, p, nl);
	if (!call || call == start)	/* a pattern that the call makes */
		return false;
	if (call == nl) {
		*ret_r = sk_fc_take(f, p, (size_t)(nl + 1 - p), addr, 0);
		return true;
	}
	context = call + 12;
	if (context >= nl || context[-1] != '(')
		return false;
	context_end = sk_fc_pass_words(f, plain, context, nl, 3);
	if (!context_end || context_end == nl || *context_end != ',')
		return false;
	level = sk_fc_pass_blanks(context_end + 1, nl);
	level_end = sk_fc_pass_words(f, plain, level, nl, 1);
	if (!level_end || level_end == nl || *level_end != ')' || sk_fc_pass_blanks(level_end + 1, nl) != nl)
		return false;
	*ret_r = sk_fc_take(f, p, (size_t)(call - p), addr, 0);
	addr = source->base - (uint32_t)(source->text - context);
	if (!*ret_r)
		*ret_r = sk_fc_take(f, context, (size_t)(context_end - context), addr, 0);
	if (plain->mls && !*ret_r) {
		sk_buf_addc(&f->line, ':');
		sk_buf_add(&f->line, level, (size_t)(level_end - level));
	}
	if (plain->mcs)
		sk_buf_add(&f->line, ":s0", 3);
	if (!*ret_r)
		*ret_r = sk_fc_take(f, "\n", 1, addr, 0);
	return true;
}

static int sk_fc_take_pieces(struct sk_fc_reader *f, struct sk_macro_reader *macros)
{
	for (;;) {
		struct sk_piece piece;
		int r = sk_macro_next(macros, &piece);

		if (!r && piece.kind != SK_PIECE_END)
			r = sk_fc_take(f, piece.p, piece.n, sk_macro_addr(&piece, 0), piece.expansion);
		if (r || piece.kind == SK_PIECE_END)
			return r;
	}
}

static int sk_fc_take_macros(struct sk_fc_reader *f, struct sk_macro_reader *macros, const struct sk_source *source)
{
	const char *p = source->text, *end = p + source->size, *nl;
	struct sk_fc_plain plain;
	bool asked = false;
	int r = 0;

	sk_macro_open_steps(macros, source);
	while (!r && p < end && !macros->stopped) {
		nl = memchr(p, '\n', (size_t)(end - p));
		if (!asked)
			plain = sk_fc_plain(f, macros);
		asked = true;
		if (nl && !f->line.n && !f->too_long && sk_macro_is_idle(macros) &&
		    sk_fc_take_plain(f, &plain, source, p, nl, &r)) {
			p = nl + 1;
			continue;
		}
		r = sk_macro_open_lines(macros, p);
		if (!r)
			r = sk_fc_take_pieces(f, macros);
		p = sk_macro_rest(macros);
		asked = false;
	}
	return r > 0 ? 0 : r;
}

int sk_fc_parse(struct sk_macro_reader *macros, const struct sk_source *source, struct sk_sources *sources,
		struct sk_intern *names, struct sk_diags *diags, sk_fc_handler handler, void *arg)
{
	struct sk_fc_reader f = { .sources = sources, .names = names, .diags = diags, .handler = handler, .arg = arg };
	int r;

	sk_buf_init(&f.line);
	r = macros ? sk_fc_take_macros(&f, macros, source) : sk_fc_take(&f, source->text, source->size, source->base, 0);
	if (!r && f.line.n && !f.too_long)
		r = sk_fc_end_line(&f);
	sk_buf_done(&f.line);
	free(f.origins);
	return r;
}
