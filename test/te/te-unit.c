/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Reads policy sources into a unit: `te-unit [-q] FILE` (a policy.conf or an expanded module) or `te-unit [-q] -t DIR
 * [NAME=VALUE]...` (a reference policy tree). Prints how many statements of each kind there are, or with -q only how
 * long it took. Exit 0, or 1 when it was refused. For tests and measuring.
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
	struct sk_unit unit;
	struct sk_diags *diags;
};

static int read_conf(struct run *run, const char *path)
{
	struct sk_source *source;
	int r = sk_sources_load(&run->sources, path, NULL, run->diags, &source);

	return r ? r : sk_unit_read_conf(&run->unit, &run->space, 0, source);
}

static int read_tree(struct run *run, const char *root, const char *const *settings)
{
	struct sk_refpolicy rp;
	int r = sk_refpolicy_open(&rp, root, settings, &run->names, &run->sources, run->diags);

	if (!r)
		r = sk_unit_read_tree(&run->unit, &run->space, 0, &rp);
	sk_refpolicy_close(&rp);
	return r;
}

int main(int argc, char **argv)
{
	struct run run = { .sources = SK_SOURCES_INIT, .diags = selkie_diagnostics_new() };
	size_t counts[SK_UNIT_N_KINDS] = { 0 };
	bool quiet = false, tree = false;
	struct timespec a, b;
	char *text;
	int r, i = 1;

	for (; i < argc && argv[i][0] == '-'; i++) {
		quiet |= !strcmp(argv[i], "-q");
		tree |= !strcmp(argv[i], "-t");
	}
	if (i == argc)
		return 2;
	clock_gettime(CLOCK_MONOTONIC, &a);
	sk_intern_init(&run.names, &run.arena);
	r = sk_te_names_init(&run.names);
	if (!r)
		r = sk_space_init(&run.space, &run.names, &run.sources, run.diags);
	if (!r)
		r = tree ? read_tree(&run, argv[i], (const char *const *)argv + i + 1) : read_conf(&run, argv[i]);
	clock_gettime(CLOCK_MONOTONIC, &b);
	for (size_t k = 0; k < run.unit.stmts.n; k++)
		counts[run.unit.stmts.list[k].kind]++;
	for (size_t k = 0; k < SK_UNIT_N_KINDS && !quiet; k++)
		if (counts[k])
			printf("%s %zu\n", sk_unit_rows[k].name, counts[k]);
	if (quiet)
		fprintf(stderr, "%.1f ms, %zu statements, %zu sets, %zu references, %zu blocks\n",
			(double)(b.tv_sec - a.tv_sec) * 1e3 + (double)(b.tv_nsec - a.tv_nsec) / 1e6,
			run.unit.stmts.n, run.space.sets.n, run.space.refs.n, run.space.blocks.n);
	text = selkie_diagnostics_print(run.diags, 0);
	fputs(text ? text : "", stderr);
	free(text);
	sk_unit_done(&run.unit);
	sk_space_done(&run.space);
	sk_intern_done(&run.names);
	sk_sources_done(&run.sources);
	sk_arena_done(&run.arena);
	selkie_diagnostics_free(run.diags);
	return r < 0 ? 3 : r;
}
