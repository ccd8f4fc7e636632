/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Compiles policy sources: `compile [-q] [-O] [-v] [-V VERSION] -o POLICY FILE...` (a policy.conf, or expanded modules),
 * `... -t DIR [NAME=VALUE]...` (a reference policy tree), or `... -m DIR FILE...` (modules against a tree or headers).
 * With -q it says how long the stages took. Exit 0, or 1 when it was refused. For tests and measuring.
 */
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "compile/compile.h"
#include "unit/te.h"

struct run {
	struct sk_arena arena;
	struct sk_intern names;
	struct sk_sources sources;
	struct sk_space space;
	struct sk_units units;
	struct sk_diags *diags;
};

static int read_conf(struct run *run, const char *path)
{
	struct sk_source *source;
	int r = sk_sources_load(&run->sources, path, NULL, run->diags, &source);

	return r ? r : sk_unit_read_conf(&run->units, &run->space, source);
}

static int read_module(struct run *run, struct sk_refpolicy *rp, const char *path)
{
	struct sk_source *source;
	int r = sk_sources_load(&run->sources, path, NULL, run->diags, &source);
	size_t n = strlen(path);

	if (r)
		return r;
	return n > 3 && !strcmp(path + n - 3, ".if") ? sk_refpolicy_add_interfaces(rp, source)
						     : sk_unit_read_module(&run->units, &run->space, rp, source);
}

/* Behind root: settings of a tree, or files of modules. */
static int read_tree(struct run *run, bool modules, const char *root, const char *const *args)
{
	struct sk_refpolicy rp;
	int r = sk_refpolicy_open(&rp, root, modules ? NULL : args, &run->names, &run->sources, run->diags);

	if (!r && !modules)
		r = sk_unit_read_tree(&run->units, &run->space, &rp);
	if (!r && modules)
		r = sk_refpolicy_prepare(&rp);
	for (; modules && *args && r >= 0 && r <= 1; args++) {
		int r2 = read_module(run, &rp, *args);

		r = r2 ? r2 : r;
	}
	sk_refpolicy_close(&rp);
	return r;
}

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

int main(int argc, char **argv)
{
	struct run run = { .sources = SK_SOURCES_INIT, .diags = selkie_diagnostics_new() };
	struct sk_compile_options options = SK_COMPILE_OPTIONS_INIT;
	bool quiet = false, tree = false, modules = false;
	struct sk_policy *policy = NULL;
	const char *out = NULL;
	unsigned int version = 0;
	double start, read, compiled;
	char *text;
	int r, o;

	while ((o = getopt(argc, argv, "qOvV:o:tm")) != -1) {
		quiet |= o == 'q';
		options.optimize |= o == 'O';
		options.list_blocks |= o == 'v';
		tree |= o == 't';
		modules |= o == 'm';
		if (o == 'V')
			version = (unsigned int)strtoul(optarg, NULL, 10);
		if (o == 'o')
			out = optarg;
	}
	if (optind == argc)
		return 2;
	start = now();
	sk_intern_init(&run.names, &run.arena);
	r = sk_te_names_init(&run.names);
	if (!r)
		r = sk_space_init(&run.space, &run.names, &run.sources, run.diags);
	if (!r && (tree || modules))
		r = read_tree(&run, modules, argv[optind], (const char *const *)argv + optind + 1);
	for (int i = optind; !r && !tree && !modules && i < argc; i++)
		r = read_conf(&run, argv[i]);
	read = now();
	if (!r)
		r = sk_compile(&run.space, (const struct sk_unit *const *)run.units.list, run.units.n, &options, &policy, NULL);
	compiled = now();
	if (!r && out)
		r = selkie_policy_save(policy, out, version ? version : 33, run.diags);
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
