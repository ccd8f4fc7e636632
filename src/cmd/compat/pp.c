/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * pp: the converter of module packages to CIL, as libsemanage calls it: hll/pp [IN [OUT]].
 */
#include <errno.h>
#include <fcntl.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cmd/compat/compat.h"
#include "selkie/module.h"

/* How it fails; its usage errors are 1. */
#define SK_PP_FAILED 255

static int sk_pp_usage(const char *tool, int code)
{
	fprintf(stderr, "Usage: %s [OPTIONS] [IN_FILE [OUT_FILE]]\n\n"
		"Read a module package (.pp) and write the CIL that means the same. IN_FILE and OUT_FILE\n"
		"may be missing or -: standard input and output.\n\n"
		"Options:\n  -h, --help      print this message and exit\n", tool);
	return code;
}

static void sk_pp_check_name(selkie_module *module, const char *in, const char *out, selkie_diagnostics *diags)
{
	const char *slash = strrchr(out, '/'), *name = slash ? slash + 1 : out, *dot = strrchr(name, '.');
	size_t n = dot ? (size_t)(dot - name) : strlen(name);
	struct selkie_module_info info;

	if (selkie_module_info(module, diags, &info) || !info.name)
		return;
	if (strlen(info.name) != n || memcmp(info.name, name, n) != 0)
		fprintf(stderr, "Warning: SELinux userspace will refer to the module from %s as %s rather than %.*s\n",
			in, info.name, (int)n, name);
}

/* The package of a file, or of standard input. Returns as selkie_module_map does, or 1 after a message. */
static int sk_pp_read(const char *in, selkie_diagnostics *diags, selkie_module **ret)
{
	sk_auto_free char *data = NULL;
	size_t size;

	if (strcmp(in, "-") != 0)
		return selkie_module_map(in, diags, ret);
	if (sk_compat_read("pp", in, &data, &size))
		return 1;
	return selkie_module_read_memory(data, size, "stdin", diags, ret);
}

static int sk_pp_convert(const char *in, const char *out, selkie_diagnostics *diags)
{
	sk_auto_close int owned = -1;
	selkie_module *module = NULL;
	int fd = STDOUT_FILENO, r;

	r = sk_pp_read(in, diags, &module);
	if (r < 0)
		sk_compat_fail("pp", "%s: %s", in, strerror(-r));
	if (r)
		return SK_PP_FAILED;
	if (strcmp(out, "-") != 0) {
		fd = owned = open(out, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
		if (fd < 0) {
			sk_compat_fail("pp", "%s: %s", out, strerror(errno));
			selkie_module_free(module);
			return SK_PP_FAILED;
		}
	}
	if (fd != STDOUT_FILENO)
		sk_pp_check_name(module, strcmp(in, "-") ? in : "stdin", out, diags);
	r = selkie_module_print_fd(module, SELKIE_MODULE_CIL, diags, fd);
	selkie_module_free(module);
	if (r < 0)
		sk_compat_fail("pp", "%s: %s", in, strerror(-r));
	return r ? SK_PP_FAILED : 0;
}

/* What the names and sets of the largest modules take. */
#define SK_PP_HEAP ((size_t)6 << 20)

int sk_compat_pp(int argc, char **argv)
{
	static const struct option options[] = { { "help", no_argument, NULL, 'h' }, { 0 } };
	selkie_diagnostics *diags;
	int option, code;

	while ((option = getopt_long(argc, argv, "h", options, NULL)) >= 0)
		return sk_pp_usage(argv[0], option == 'h' ? 0 : 1);
	/* A file that is not there is told before arguments that are too many. */
	if (argc - optind > 2 && (!strcmp(argv[optind], "-") || !access(argv[optind], R_OK)))
		return sk_pp_usage(argv[0], 1);
	sk_heap_expect(SK_PP_HEAP, SK_PP_HEAP);
	diags = selkie_diagnostics_new();
	code = sk_pp_convert(argc > optind ? argv[optind] : "-", argc > optind + 1 ? argv[optind + 1] : "-", diags);
	sk_compat_diagnose(diags);
	selkie_diagnostics_free(diags);
	return code;
}
