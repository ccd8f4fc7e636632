/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Expands files as m4 does and prints the text: `te-m4 [-t] [-q] [-D NAME[=VALUE]]... FILE...`. -t reads by characters
 * only, -q prints nothing (for timing). For tests against m4 itself, and of the two ways of reading against each other.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "syntax/te/macro.h"

static int include(void *arg, const char *name, const struct sk_source **ret_source)
{
	struct sk_source *source;

	if (sk_sources_load(arg, name, NULL, NULL, &source))
		return 1;
	*ret_source = source;
	return 0;
}

int main(int argc, char **argv)
{
	struct sk_sources sources = SK_SOURCES_INIT;
	struct sk_arena arena = SK_ARENA_INIT;
	struct sk_buf out = SK_BUF_INIT;
	struct sk_macro_reader m;
	struct sk_intern names;
	struct sk_diags *diags = selkie_diagnostics_new();
	struct timespec a, b;
	char *text;
	int r = 0, code, quiet = 0;

	clock_gettime(CLOCK_MONOTONIC, &a);
	sk_intern_init(&names, &arena);
	if (!diags || sk_macro_init(&m, &names, &sources, diags))
		return 3;
	m.include = include;
	m.include_arg = &sources;
	for (int i = 1; i < argc && !r; i++) {
		struct sk_source *source;

		if (!strcmp(argv[i], "-t")) {
			m.by_text = true;
		} else if (!strcmp(argv[i], "-q")) {
			quiet = 1;
		} else if (!strcmp(argv[i], "-i")) {
			r = sk_macro_know_interfaces(&m);
		} else if (!strcmp(argv[i], "-D") && i + 1 < argc) {
			char *value = strchr(argv[++i], '=');

			if (value)
				*value++ = '\0';
			r = sk_macro_define(&m, argv[i], value ? value : "");
		} else {
			r = sk_sources_load(&sources, argv[i], NULL, diags, &source);
			if (!r)
				r = sk_macro_expand(&m, source, &out);
			if (quiet)
				out.n = 0;
		}
	}
	if (!r)
		r = sk_macro_undivert_rest(&m, &out);
	clock_gettime(CLOCK_MONOTONIC, &b);
	if (quiet)
		fprintf(stderr, "%.1f ms, %zu expansions, %zu names\n",
			(double)(b.tv_sec - a.tv_sec) * 1e3 + (double)(b.tv_nsec - a.tv_nsec) / 1e6,
			sources.n_expansions, names.n);
	else
		fwrite(out.data, 1, out.n, stdout);
	text = selkie_diagnostics_print(diags, 0);
	fputs(text ? text : "", stderr);
	free(text);
	code = r < 0 ? 3 : r || diags->n[SELKIE_SEVERITY_ERROR] || m.exit_code ? 1 : 0;
	sk_buf_done(&out);
	sk_macro_done(&m);
	sk_intern_done(&names);
	sk_arena_done(&arena);
	sk_sources_done(&sources);
	selkie_diagnostics_free(diags);
	return code;
}
