/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Any text through the macro reader, cut into lexemes and by characters: both must give the same text, of which every
 * byte has a place. The budget is small, so that what does not end, ends soon.
 */
#include <stdlib.h>
#include <string.h>

#include "syntax/te/macro.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct result {
	struct sk_buf text;
	bool stopped;
};

static void check(bool holds)
{
	if (!holds)
		abort();
}

static void expand(const uint8_t *data, size_t size, bool by_text, struct result *result)
{
	struct sk_sources sources = SK_SOURCES_INIT;
	struct sk_arena arena = SK_ARENA_INIT;
	struct sk_diags *diags = selkie_diagnostics_new();
	struct sk_macro_reader m;
	struct sk_source *source;
	struct sk_intern names;
	struct sk_piece piece;

	sk_buf_init(&result->text);
	sk_intern_init(&names, &arena);
	check(diags && !sk_macro_init(&m, &names, &sources, diags));
	m.by_text = by_text;
	m.limits.steps = 20000;
	m.limits.memory = 4 << 20;
	m.limits.depth = 500;
	/* A macro that is known to the reader, which makes the same of it in another way. */
	check(!sk_macro_define(&m, "shiftn", "ifelse($1,0,`shift($*)',`shiftn(decr($1),shift(shift($*)))')"));
	check(!sk_sources_add(&sources, "in", (const char *)data, size, diags, &source));
	check(!sk_macro_open(&m, source));
	for (;;) {
		check(!sk_macro_next(&m, &piece));
		if (piece.kind == SK_PIECE_END)
			break;
		check(!piece.expansion || piece.expansion < sources.n_expansions);
		for (uint32_t i = 0; i < piece.n; i += 7) {
			uint32_t addr = sk_macro_addr(&piece, i);

			check(!addr || sk_sources_find(&sources, addr));
		}
		sk_buf_add(&result->text, piece.p, piece.n);
	}
	result->stopped = m.stopped;
	check(!m.stopped || m.exit_code || diags->n[SELKIE_SEVERITY_ERROR] || memmem(data, size, "m4exit", 6));
	sk_macro_done(&m);
	sk_intern_done(&names);
	sk_arena_done(&arena);
	sk_sources_done(&sources);
	selkie_diagnostics_free(diags);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct result lexed, by_text;

	if (size > 16384)
		return 0;
	expand(data, size, false, &lexed);
	expand(data, size, true, &by_text);
	/* A budget is spent at different places. */
	if (!lexed.stopped && !by_text.stopped)
		check(lexed.text.n == by_text.text.n &&
		      (!lexed.text.n || !memcmp(lexed.text.data, by_text.text.data, lexed.text.n)));
	sk_buf_done(&lexed.text);
	sk_buf_done(&by_text.text);
	return 0;
}
