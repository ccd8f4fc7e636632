/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Any text as CIL. The tree is printed, and if there was no mistake the print parses to a tree of the same size that
 * prints the same. Whatever there is to say can be printed.
 */
#include <stdlib.h>
#include <string.h>

#include "syntax/cil/tree.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
	if (!holds)
		abort();
}

struct outcome {
	struct sk_buf text;
	size_t n_nodes;
	unsigned int mistakes;
};

static void parse(const char *text, size_t size, struct outcome *ret)
{
	struct sk_sources sources = SK_SOURCES_INIT;
	struct sk_arena arena = SK_ARENA_INIT;
	struct sk_diags *diags = selkie_diagnostics_new();
	struct sk_cil_words words;
	struct sk_cil_tree tree;
	struct sk_intern names;
	struct sk_source *source;
	char *printed;

	sk_buf_init(&ret->text);
	sk_intern_init(&names, &arena);
	check(diags && !sk_cil_words_init(&words, &names));
	check(!sk_sources_add(&sources, "in.cil", text, size, diags, &source));
	check(!sk_cil_parse(&tree, source, &sources, &names, &words, diags, &ret->mistakes));
	check(ret->mistakes == diags->n[SELKIE_SEVERITY_ERROR]);
	sk_cil_print(&ret->text, &names, &words, &tree, 0);
	ret->n_nodes = tree.n;
	printed = selkie_diagnostics_print(diags, 0);
	check(printed != NULL);
	free(printed);
	sk_cil_tree_done(&tree);
	sk_cil_words_done(&words);
	sk_intern_done(&names);
	sk_arena_done(&arena);
	sk_sources_done(&sources);
	selkie_diagnostics_free(diags);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct outcome first, second;

	if (size > 16384)
		return 0;
	parse((const char *)data, size, &first);
	if (!first.mistakes) {
		parse(first.text.data ? first.text.data : "", first.text.n, &second);
		check(!second.mistakes && first.n_nodes == second.n_nodes && first.text.n == second.text.n);
		check(!first.text.n || !memcmp(first.text.data, second.text.data, first.text.n));
		sk_buf_done(&second.text);
	}
	sk_buf_done(&first.text);
	return 0;
}
