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
#include "reading.h"
#include "unit/cil.h"

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static int read_all(struct reading *in, char **paths, size_t n, const struct sk_cil_options *options)
{
	const struct sk_source **sources = calloc(n, sizeof(*sources));
	int r = sources ? 0 : -1;

	for (size_t i = 0; i < n && !r; i++)
		r = sk_sources_load(&in->sources, paths[i], NULL, in->diags, (struct sk_source **)&sources[i]);
	if (!r)
		r = sk_unit_read_cil(&in->units, &in->space, sources, n, options);
	free(sources);
	return r;
}

int main(int argc, char **argv)
{
	struct reading in;
	struct sk_compile_options options = SK_COMPILE_OPTIONS_INIT;
	struct sk_cil_options cil = { 0 };
	struct sk_policy *policy = NULL;
	const char *out = NULL;
	unsigned int version = 33;
	double start, read, compiled;
	bool quiet = false;
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
	r = reading_begin(&in);
	if (!r)
		r = read_all(&in, argv + optind, (size_t)(argc - optind), &cil);
	read = now();
	if (!r)
		r = sk_compile(&in.space, (const struct sk_unit *const *)in.units.list, in.units.n, &options, &policy, NULL);
	compiled = now();
	if (!r && out)
		r = selkie_policy_save(policy, out, version, in.diags);
	if (quiet)
		fprintf(stderr, "read %.1f ms, compiled %.1f ms, written %.1f ms\n", read - start, compiled - read,
			now() - compiled);
	selkie_policy_free(policy);
	return reading_finish(&in, r);
}
