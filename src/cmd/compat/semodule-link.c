/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * semodule_link and semodule_expand: a base and modules to one base, and a base to a policy.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cmd/compat/compat.h"
#include "selkie/build.h"

static int sk_link(const char *tool, const char *const *paths, size_t n, const char *out, selkie_diagnostics *diags)
{
	const struct selkie_build_options build = { .size = sizeof(build),
						    .flags = SELKIE_BUILD_UNCHECKED | SELKIE_BUILD_PACKAGES };
	selkie_module *module = NULL;
	sk_auto_free void *data = NULL;
	size_t size;
	int r = selkie_build_module(paths, n, &build, 0, diags, &module);

	if (!r && out) {
		r = selkie_module_write_memory(module, &data, &size);
		if (!r)
			r = sk_compat_write(tool, out, data, size);
	}
	selkie_module_free(module);
	return r;
}

int sk_compat_semodule_link(int argc, char **argv)
{
	const char *out = NULL;
	selkie_diagnostics *diags;
	int letter, r;

	while ((letter = getopt(argc, argv, "ho:Vv")) >= 0) {
		if (letter == 'o') {
			out = optarg;
		} else if (letter == 'V') {
			puts("1.0");
			return 0;
		} else if (letter != 'v') {
			printf("usage: %s [-hVv] [-o outfile] basemodpkg modpkg1 [modpkg2]...\n", argv[0]);
			return letter == 'h' ? 0 : 1;
		}
	}
	if (argc - optind < 2) {
		sk_compat_fail(argv[0], "You must provide the base module package and at least one other module package");
		printf("usage: %s [-hVv] [-o outfile] basemodpkg modpkg1 [modpkg2]...\n", argv[0]);
		return 1;
	}
	for (int i = optind; i < argc; i++)
		printf("%s:  loading package from file %s\n", argv[0], argv[i]);
	diags = selkie_diagnostics_new();
	r = sk_link(argv[0], (const char *const *)argv + optind, (size_t)(argc - optind), out, diags);
	sk_compat_diagnose(diags);
	if (r)
		sk_compat_fail(argv[0], "Error while linking packages");
	selkie_diagnostics_free(diags);
	return r ? 1 : 0;
}

static int sk_expand_usage(const char *tool, int code)
{
	printf("usage: %s [-h -V -a -c [version] -v] basemodpkg outputfile\n", tool);
	return code;
}

int sk_compat_semodule_expand(int argc, char **argv)
{
	struct selkie_build_options build = { .size = sizeof(build), .flags = SELKIE_BUILD_STRIP | SELKIE_BUILD_PACKAGES };
	selkie_diagnostics *diags;
	selkie_built *built = NULL;
	unsigned long version = 33;
	char *end = NULL;
	int letter, r;

	while ((letter = getopt(argc, argv, "c:Vvah")) >= 0) {
		if (letter == 'a') {
			build.flags |= SELKIE_BUILD_UNCHECKED;
		} else if (letter == 'V') {
			puts("1.0");
			return 0;
		} else if (letter == 'c') {
			version = strtoul(optarg, &end, 10);
			if (*end || version < 15 || version > 35) {
				sk_compat_fail(argv[0], "policyvers value %s not in range 15-35", optarg);
				return sk_expand_usage(argv[0], 1);
			}
		} else if (letter == 'v') {
			continue;
		} else {
			return sk_expand_usage(argv[0], letter == 'h' ? 0 : 1);
		}
	}
	if (argc - optind != 2) {
		sk_compat_fail(argv[0], "You must provide the base module package and output filename");
		return sk_expand_usage(argv[0], 1);
	}
	diags = selkie_diagnostics_new();
	r = selkie_build((const char *const *)argv + optind, 1, &build, diags, &built);
	if (!r)
		r = selkie_policy_save(selkie_built_policy(built), argv[optind + 1], (unsigned int)version, diags);
	sk_compat_diagnose(diags);
	if (r)
		sk_compat_fail(argv[0], "Error while expanding policy");
	selkie_built_free(built);
	selkie_diagnostics_free(diags);
	return r ? 1 : 0;
}
