/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Compiles policy sources: `compile [-r] [-q] [-O] [-v] [-V VERSION] -o POLICY FILE...` (a policy.conf, or expanded modules),
 * `... -t DIR [NAME=VALUE]...` (a reference policy tree), or `... -m DIR FILE...` (modules against a tree or headers).
 * With -r it only reads, with -q it says how long the stages took. Exit 0, or 1 when it was refused. For tests and
 * measuring.
 */
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "compile/compile.h"
#include "reading.h"

static int read_conf(struct reading *in, const char *path)
{
	struct sk_source *source;
	int r = sk_sources_load(&in->sources, path, NULL, in->diags, &source);

	return r ? r : sk_unit_read_conf(&in->units, &in->space, source);
}

static int read_module(struct reading *in, const char *path)
{
	struct sk_source *source;
	int r = sk_sources_load(&in->sources, path, NULL, in->diags, &source);
	size_t n = strlen(path);

	if (r)
		return r;
	return n > 3 && !strcmp(path + n - 3, ".if") ? sk_refpolicy_add_interfaces(&in->rp, source)
						     : sk_unit_read_module(&in->units, &in->space, &in->rp, source);
}

/* Behind root: settings of a tree, or files of modules. */
static int read_tree(struct reading *in, bool modules, const char *root, const char *const *args)
{
	int r = sk_refpolicy_open(&in->rp, root, modules ? NULL : args, &in->names, &in->sources, in->diags);

	if (!r && !modules)
		r = sk_unit_read_tree(&in->units, &in->space, &in->rp, NULL);
	if (!r && modules)
		r = sk_refpolicy_prepare(&in->rp);
	for (; modules && *args && r >= 0 && r <= 1; args++) {
		int r2 = read_module(in, *args);

		r = r2 ? r2 : r;
	}
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
	struct reading in;
	struct sk_compile_options options = SK_COMPILE_OPTIONS_INIT;
	bool read_only = false, quiet = false, tree = false, modules = false;
	struct sk_policy *policy = NULL;
	const char *out = NULL;
	unsigned int version = 0;
	double start, read, compiled;
	int r, o;

	while ((o = getopt(argc, argv, "rqOvV:o:tm")) != -1) {
		read_only |= o == 'r';
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
	r = reading_begin(&in);
	if (!r && (tree || modules))
		r = read_tree(&in, modules, argv[optind], (const char *const *)argv + optind + 1);
	for (int i = optind; !r && !tree && !modules && i < argc; i++)
		r = read_conf(&in, argv[i]);
	read = now();
	if (!r && !read_only)
		r = sk_compile(&in.space, (const struct sk_unit *const *)in.units.list, in.units.n, &options, &policy, NULL);
	compiled = now();
	if (!r && policy && out)
		r = selkie_policy_save(policy, out, version ? version : 33, in.diags);
	if (quiet)
		fprintf(stderr, "read %.1f ms, compiled %.1f ms, written %.1f ms\n", read - start, compiled - read,
			now() - compiled);
	selkie_policy_free(policy);
	return reading_finish(&in, r);
}
