/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Reads a reference policy tree and prints it as one policy.conf, statements in the order that checkpolicy's grammar
 * wants: `te-tree [-q] [-t] [-c] DIR [NAME=VALUE]...`. -q only tells how long reading took; -t reads by characters; -c prints
 * the configuration instead, as in modules.conf, then as in booleans.conf.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "syntax/te/refpolicy.h"

/* Groups of the grammar, in order. */
static const uint8_t groups[SK_TE_N_KINDS] = {
	[SK_TE_SID] = 1, [SK_TE_COMMON] = 2, [SK_TE_DEFAULT_USER] = 4, [SK_TE_DEFAULT_ROLE] = 4,
	[SK_TE_DEFAULT_TYPE] = 4, [SK_TE_DEFAULT_RANGE] = 4, [SK_TE_SENSITIVITY] = 5, [SK_TE_DOMINANCE] = 6,
	[SK_TE_CATEGORY] = 7, [SK_TE_LEVEL] = 8, [SK_TE_MLSCONSTRAIN] = 9, [SK_TE_MLSVALIDATETRANS] = 9,
	[SK_TE_POLICYCAP] = 10, [SK_TE_ATTRIBUTE] = 11, [SK_TE_ATTRIBUTE_ROLE] = 11, [SK_TE_BOOL] = 11, [SK_TE_TUNABLE] = 11,
	[SK_TE_TYPE] = 12, [SK_TE_TYPEALIAS] = 13, [SK_TE_USER] = 16, [SK_TE_CONSTRAIN] = 17, [SK_TE_VALIDATETRANS] = 17,
	[SK_TE_FS_USE_XATTR] = 19, [SK_TE_FS_USE_TASK] = 19, [SK_TE_FS_USE_TRANS] = 19, [SK_TE_GENFSCON] = 20,
	[SK_TE_PORTCON] = 21, [SK_TE_NETIFCON] = 22, [SK_TE_NODECON] = 23, [SK_TE_IBPKEYCON] = 24,
	[SK_TE_IBENDPORTCON] = 25,
};

struct run {
	struct sk_refpolicy rp;
	struct sk_arena arena;
	struct sk_intern names;
	struct sk_sources sources;
	struct sk_buf out[26];
	bool quiet;
	size_t n_stmts;
};

static int handle(void *arg, const struct sk_refpolicy_module *module, struct sk_te_stmt *stmt)
{
	struct run *run = arg;
	unsigned int group = groups[stmt->kind];

	run->n_stmts++;
	if (run->quiet)
		return 0;
	if (stmt->kind == SK_TE_CLASS)
		group = stmt->set[0].n || stmt->name2.name != SK_INTERN_NONE ? 3 : 0;
	else if (stmt->kind == SK_TE_SID && stmt->context)
		group = 18;
	else if (stmt->kind == SK_TE_ROLE)
		group = stmt->set[0].n || stmt->set[1].n ? 15 : 14;
	else if (stmt->kind != SK_TE_CLASS && !group && stmt->kind != SK_TE_SID)
		group = 15;
	sk_te_print(&run->out[group], &run->names, stmt);
	return 0;
}

static int print_configuration(struct sk_refpolicy *rp)
{
	static const char *const states[] = { "off", "base", "module" };
	const char *booleans;
	int r = sk_refpolicy_booleans(rp, true, &booleans);

	for (size_t i = 0; i < rp->n_modules; i++)
		printf("%s = %s\n", rp->modules[i].name, states[rp->modules[i].state]);
	printf("\n%s", r ? "" : booleans);
	return r;
}

int main(int argc, char **argv)
{
	static struct run run;
	struct sk_diags *diags = selkie_diagnostics_new();
	const char *settings[32] = { NULL }, *root = NULL;
	bool by_text = false, configuration = false;
	size_t n = 0;
	struct timespec a, b;
	char *text;
	int r;

	for (int i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "-q"))
			run.quiet = true;
		else if (!strcmp(argv[i], "-t"))
			by_text = true;
		else if (!strcmp(argv[i], "-c"))
			configuration = true;
		else if (!root)
			root = argv[i];
		else if (n < 31)
			settings[n++] = argv[i];
	}
	for (size_t i = 0; i < SK_ARRAY_LEN(run.out); i++)
		sk_buf_init(&run.out[i]);
	clock_gettime(CLOCK_MONOTONIC, &a);
	run.sources = (struct sk_sources)SK_SOURCES_INIT;
	sk_intern_init(&run.names, &run.arena);
	r = sk_te_names_init(&run.names);
	if (!r)
		r = sk_refpolicy_open(&run.rp, root ? root : ".", settings, &run.names, &run.sources, diags);
	run.rp.macros.by_text = by_text;
	run.rp.modular = false;
	if (!r)
		r = configuration ? print_configuration(&run.rp) : sk_refpolicy_parse(&run.rp, handle, &run);
	clock_gettime(CLOCK_MONOTONIC, &b);
	if (run.quiet)
		fprintf(stderr, "%.1f ms, %zu modules, %zu statements, %zu expansions, %zu names\n",
			(double)(b.tv_sec - a.tv_sec) * 1e3 + (double)(b.tv_nsec - a.tv_nsec) / 1e6,
			run.rp.n_modules, run.n_stmts, run.sources.n_expansions, run.names.n);
	for (size_t i = 0; i < SK_ARRAY_LEN(run.out); i++) {
		fwrite(run.out[i].data, 1, run.out[i].n, stdout);
		sk_buf_done(&run.out[i]);
	}
	text = selkie_diagnostics_print(diags, 0);
	fputs(text ? text : "", stderr);
	free(text);
	r = r < 0 ? 3 : r || diags->n[SELKIE_SEVERITY_ERROR] ? 1 : 0;
	sk_refpolicy_close(&run.rp);
	sk_intern_done(&run.names);
	sk_sources_done(&run.sources);
	sk_arena_done(&run.arena);
	selkie_diagnostics_free(diags);
	return r;
}
