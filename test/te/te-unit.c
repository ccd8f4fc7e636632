/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Reads policy sources into units: `te-unit [-q] FILE` (a policy.conf or an expanded module), `te-unit [-q] -t DIR
 * [NAME=VALUE]...` (a reference policy tree), or `te-unit [-q] -m DIR FILE...` (modules against a tree or headers; .if
 * files first). Prints how many statements of each kind there are, or with -q only how long it took. Exit 0, or 1 when
 * it was refused. For tests and measuring.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

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

int main(int argc, char **argv)
{
	struct run run = { .sources = SK_SOURCES_INIT, .diags = selkie_diagnostics_new() };
	size_t counts[SK_UNIT_N_KINDS] = { 0 }, n = 0;
	bool quiet = false, tree = false, modules = false;
	struct timespec a, b;
	char *text;
	int r, i = 1;

	for (; i < argc && argv[i][0] == '-'; i++) {
		quiet |= !strcmp(argv[i], "-q");
		tree |= !strcmp(argv[i], "-t");
		modules |= !strcmp(argv[i], "-m");
	}
	if (i == argc)
		return 2;
	clock_gettime(CLOCK_MONOTONIC, &a);
	sk_intern_init(&run.names, &run.arena);
	r = sk_te_names_init(&run.names);
	if (!r)
		r = sk_space_init(&run.space, &run.names, &run.sources, run.diags);
	if (!r)
		r = tree || modules ? read_tree(&run, modules, argv[i], (const char *const *)argv + i + 1)
				    : read_conf(&run, argv[i]);
	clock_gettime(CLOCK_MONOTONIC, &b);
	for (size_t u = 0; u < run.units.n; u++)
		for (size_t k = 0; k < run.units.list[u]->stmts.n; k++, n++)
			counts[run.units.list[u]->stmts.list[k].kind]++;
	for (size_t k = 0; k < SK_UNIT_N_KINDS && !quiet; k++)
		if (counts[k])
			printf("%s %zu\n", sk_unit_rows[k].name, counts[k]);
	if (quiet)
		fprintf(stderr, "%.1f ms, %zu units, %zu statements, %zu sets, %zu references, %zu blocks\n",
			(double)(b.tv_sec - a.tv_sec) * 1e3 + (double)(b.tv_nsec - a.tv_nsec) / 1e6,
			run.units.n, n, run.space.sets.n, run.space.refs.n, run.space.blocks.n);
	text = selkie_diagnostics_print(run.diags, 0);
	fputs(text ? text : "", stderr);
	free(text);
	sk_units_done(&run.units);
	sk_space_done(&run.space);
	sk_intern_done(&run.names);
	sk_sources_done(&run.sources);
	sk_arena_done(&run.arena);
	selkie_diagnostics_free(run.diags);
	return r < 0 ? 3 : r;
}
