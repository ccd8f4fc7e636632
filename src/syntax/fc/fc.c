/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Lines of label files. Macros may put a line together from pieces of several places, so a line is gathered with the
 * origins of its bytes, and a field's place is that of its first byte. A '#' begins a comment only where a line begins,
 * as for all who read these files; m4 only leaves what follows one alone.
 */
#include "syntax/fc/fc.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

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

static int sk_fc_take_macros(struct sk_fc_reader *f, struct sk_macro_reader *macros, const struct sk_source *source)
{
	int r = sk_macro_open(macros, source);

	while (!r) {
		struct sk_piece piece;

		r = sk_macro_next(macros, &piece);
		if (r || piece.kind == SK_PIECE_END)
			break;
		r = sk_fc_take(f, piece.p, piece.n, sk_macro_addr(&piece, 0), piece.expansion);
	}
	return r;
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
