/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Parses policy text and prints the tree as text: `te-parse [-q] FILE` (plain policy.conf), or `te-parse [-q] -m [-i]
 * [-D NAME[=VALUE]]... FILE...` (through the macro reader, one file after another; what a file is parsed to is printed).
 * -q prints how long it took, and how much there was. For tests and measuring.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "syntax/te/tree.h"

struct run {
	struct sk_sources sources;
	struct sk_arena arena, tree;
	struct sk_intern names;
	struct sk_macro_reader m;
	struct sk_diags *diags;
	struct sk_buf out;
	bool quiet;
	size_t n_stmts;
};

static int handle(void *arg, struct sk_te_stmt *stmt)
{
	struct run *run = arg;

	run->n_stmts++;
	if (!run->quiet)
		sk_te_print(&run->out, &run->names, stmt);
	sk_arena_reset(&run->tree);
	return 0;
}

static int parse(struct run *run, const char *path, bool macros)
{
	struct sk_te_lexer lexer;
	struct sk_source *source;
	int r = sk_sources_load(&run->sources, path, NULL, run->diags, &source);

	if (!r && macros)
		r = sk_macro_open(&run->m, source);
	if (r)
		return r;
	sk_te_lexer_init(&lexer, &run->names, macros ? &run->m : NULL, source);
	r = sk_te_parse(&lexer, &run->tree, &run->sources, run->diags, handle, run);
	sk_te_lexer_done(&lexer);
	return r;
}

int main(int argc, char **argv)
{
	struct run run = { .sources = SK_SOURCES_INIT, .out = SK_BUF_INIT, .diags = selkie_diagnostics_new() };
	struct timespec a, b;
	bool macros = false;
	char *text;
	int r;

	clock_gettime(CLOCK_MONOTONIC, &a);
	sk_buf_to_fd(&run.out, 1);
	sk_intern_init(&run.names, &run.arena);
	r = sk_te_names_init(&run.names);
	if (!r)
		r = sk_macro_init(&run.m, &run.names, &run.sources, run.diags);
	for (int i = 1; i < argc && !r; i++) {
		if (!strcmp(argv[i], "-q")) {
			run.quiet = true;
		} else if (!strcmp(argv[i], "-m")) {
			macros = true;
		} else if (!strcmp(argv[i], "-i")) {
			r = sk_macro_know_interfaces(&run.m);
		} else if (!strcmp(argv[i], "-D") && i + 1 < argc) {
			char *value = strchr(argv[++i], '=');

			if (value)
				*value++ = '\0';
			r = sk_macro_define(&run.m, argv[i], value ? value : "");
		} else {
			r = parse(&run, argv[i], macros);
		}
	}
	sk_buf_flush(&run.out);
	clock_gettime(CLOCK_MONOTONIC, &b);
	if (run.quiet)
		fprintf(stderr, "%.1f ms, %zu statements, %zu expansions, %zu names\n",
			(double)(b.tv_sec - a.tv_sec) * 1e3 + (double)(b.tv_nsec - a.tv_nsec) / 1e6,
			run.n_stmts, run.sources.n_expansions, run.names.n);
	text = selkie_diagnostics_print(run.diags, 0);
	fputs(text ? text : "", stderr);
	free(text);
	r = r ? 3 : run.diags->n[SELKIE_SEVERITY_ERROR] ? 1 : 0;
	sk_buf_done(&run.out);
	sk_macro_done(&run.m);
	sk_intern_done(&run.names);
	sk_arena_done(&run.arena);
	sk_arena_done(&run.tree);
	sk_sources_done(&run.sources);
	selkie_diagnostics_free(run.diags);
	return r;
}
