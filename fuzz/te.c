/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Any text as policy source. What parses is printed, and the print parses without a mistake to the same print. What does
 * not has a diagnostic, and all of them can be printed.
 */
#include <stdlib.h>
#include <string.h>

#include "syntax/te/tree.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct run {
	struct sk_intern names;
	struct sk_buf text;
};

static void check(bool holds)
{
	if (!holds)
		abort();
}

static int handle(void *arg, struct sk_te_stmt *stmt)
{
	struct run *run = arg;

	sk_te_print(&run->text, &run->names, stmt);
	return 0;
}

/* Returns how many mistakes there were. */
static size_t parse(const char *text, size_t size, bool macros, struct sk_buf *ret_text)
{
	struct sk_sources sources = SK_SOURCES_INIT;
	struct sk_arena arena = SK_ARENA_INIT, tree = SK_ARENA_INIT;
	struct sk_diags *diags = selkie_diagnostics_new();
	struct run run = { .text = SK_BUF_INIT };
	struct sk_te_lexer lexer;
	struct sk_macro_reader m;
	struct sk_source *source;
	char *printed;
	size_t n;

	sk_intern_init(&run.names, &arena);
	check(diags && !sk_te_names_init(&run.names) && !sk_macro_init(&m, &run.names, &sources, diags));
	m.limits.steps = 20000;
	m.limits.memory = 4 << 20;
	m.limits.depth = 500;
	check(!sk_sources_add(&sources, "in.te", text, size, diags, &source));
	check(!macros || !sk_macro_open(&m, source));
	sk_te_lexer_init(&lexer, &run.names, macros ? &m : NULL, source);
	check(!sk_te_parse(&lexer, &tree, &sources, diags, handle, &run));
	n = diags->n[SELKIE_SEVERITY_ERROR];
	printed = selkie_diagnostics_print(diags, 0);
	check(printed != NULL);
	free(printed);
	sk_te_lexer_done(&lexer);
	sk_macro_done(&m);
	sk_intern_done(&run.names);
	sk_arena_done(&arena);
	sk_arena_done(&tree);
	sk_sources_done(&sources);
	selkie_diagnostics_free(diags);
	*ret_text = run.text;
	return n;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sk_buf first, second;
	bool macros;

	if (!size || size > 16384)
		return 0;
	macros = data[0] & 1;
	parse((const char *)data + 1, size - 1, macros, &first);
	if (first.n) {
		check(!parse(first.data, first.n, false, &second));
		check(first.n == second.n && !memcmp(first.data, second.data, first.n));
		sk_buf_done(&second);
	}
	sk_buf_done(&first);
	return 0;
}
