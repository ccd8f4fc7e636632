/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Compiles CIL as secilc does: `cil-compile [-q] [-P] [-Q] [-m] [-N] [-O] [-G] [-X SIZE] [-c VERSION] [-o POLICY] FILE...`.
 * With -q it says how long the stages took. Exit 0, or 1 when it was refused. For tests and measuring.
 */
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "compile/compile.h"
#include "unit/cil.h"

struct run {
	struct sk_arena arena;
	struct sk_intern names;
	struct sk_sources sources;
	struct sk_space space;
	struct sk_units units;
	struct sk_diags *diags;
};

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static int read_all(struct run *run, char **paths, size_t n, const struct sk_cil_options *options)
{
	const struct sk_source **sources = calloc(n, sizeof(*sources));
	int r = sources ? 0 : -1;

	for (size_t i = 0; i < n && !r; i++)
		r = sk_sources_load(&run->sources, paths[i], NULL, run->diags, (struct sk_source **)&sources[i]);
	if (!r)
		r = sk_unit_read_cil(&run->units, &run->space, sources, n, options);
	free(sources);
	return r;
}

int main(int argc, char **argv)
{
	struct run run = { .sources = SK_SOURCES_INIT, .diags = selkie_diagnostics_new() };
	struct sk_compile_options options = SK_COMPILE_OPTIONS_INIT;
	struct sk_cil_options cil = { 0 };
	struct sk_policy *policy = NULL;
	const char *out = NULL;
	unsigned int version = 33;
	double start, read, compiled;
	bool quiet = false;
	char *text;
	int r, o;

	while ((o = getopt(argc, argv, "qPQmNOGX:c:o:")) != -1) {
		quiet |= o == 'q';
		cil.preserve_tunables |= o == 'P';
		cil.qualified_names |= o == 'Q';
		cil.multiple_declarations |= o == 'm';
		options.multiple_declarations |= o == 'm';
		options.keep_unbounded |= o == 'N';
		options.optimize |= o == 'O';
		options.expand_generated |= o == 'G';
		if (o == 'X')
			options.expand_size = (uint32_t)strtoul(optarg, NULL, 10);
		if (o == 'c')
			version = (unsigned int)strtoul(optarg, NULL, 10);
		if (o == 'o')
			out = optarg;
	}
	if (optind == argc)
		return 2;
	start = now();
	sk_intern_init(&run.names, &run.arena);
	r = sk_space_init(&run.space, &run.names, &run.sources, run.diags);
	if (!r)
		r = read_all(&run, argv + optind, (size_t)(argc - optind), &cil);
	read = now();
	if (!r)
		r = sk_compile(&run.space, (const struct sk_unit *const *)run.units.list, run.units.n, &options, &policy, NULL);
	compiled = now();
	if (!r && out)
		r = selkie_policy_save(policy, out, version, run.diags);
	if (quiet)
		fprintf(stderr, "read %.1f ms, compiled %.1f ms, written %.1f ms\n", read - start, compiled - read,
			now() - compiled);
	text = selkie_diagnostics_print(run.diags, 0);
	fputs(text ? text : "", stderr);
	free(text);
	selkie_policy_free(policy);
	sk_units_done(&run.units);
	sk_space_done(&run.space);
	sk_intern_done(&run.names);
	sk_sources_done(&run.sources);
	sk_arena_done(&run.arena);
	selkie_diagnostics_free(run.diags);
	return r < 0 ? 3 : r;
}
