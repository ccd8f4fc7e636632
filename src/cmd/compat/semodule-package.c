/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * semodule_package and semodule_unpackage: a module and its texts into a package, and out of it again.
 */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>

#include "cmd/compat/compat.h"
#include "selkie/module.h"

static const struct sk_package_option {
	int letter;
	const char *what;
	enum selkie_module_section section;
} sk_package_options[] = {
	{ 'f', "file context", SELKIE_MODULE_FILE_CONTEXTS },
	{ 's', "seuser", SELKIE_MODULE_SEUSERS },
	{ 'u', "user_extra", SELKIE_MODULE_USER_EXTRA },
	{ 'n', "netfilter contexts", SELKIE_MODULE_NETFILTER },
};

struct sk_package_request {
	const char *tool, *module, *out;
	const char *texts[SK_ARRAY_LEN(sk_package_options)];
};

static int sk_package_usage(const char *tool, int code)
{
	printf("usage: %s -o <output file> -m <module> [-f <file contexts>]\n"
	       "Options:\n"
	       "  -o --outfile		Output file (required)\n"
	       "  -m --module		Module file (required)\n"
	       "  -f --fc		File contexts file\n"
	       "  -s --seuser		Seusers file (only valid in base)\n"
	       "  -u --user_extra	user_extra file (only valid in base)\n"
	       "  -n --nc		Netfilter contexts file\n"
	       "  -h --help		Show this help message\n", tool);
	return code;
}

static int sk_package_texts(const struct sk_package_request *q, selkie_module *module)
{
	for (size_t i = 0; i < SK_ARRAY_LEN(sk_package_options); i++) {
		sk_auto_free char *data = NULL;
		size_t size;

		if (!q->texts[i])
			continue;
		if (sk_compat_read(q->tool, q->texts[i], &data, &size))
			return 1;
		if (size && selkie_module_set_section(module, sk_package_options[i].section, data, size))
			return sk_compat_fail(q->tool, "out of memory");
	}
	return 0;
}

static int sk_package_make(const struct sk_package_request *q, selkie_module *module, selkie_diagnostics *diags)
{
	struct selkie_module_info info;
	sk_auto_free void *data = NULL;
	size_t size;
	int r = selkie_module_info(module, diags, &info);

	if (r)
		return sk_compat_fail(q->tool, "%s: %s", q->module, r > 0 ? "this is no module" : strerror(-r));
	if (sk_package_texts(q, module))
		return 1;
	if (!info.base && (selkie_module_section(module, SELKIE_MODULE_SEUSERS, &size) ||
			   selkie_module_section(module, SELKIE_MODULE_USER_EXTRA, &size)))
		return sk_compat_fail(q->tool, "only a base module may have seusers and user_extra");
	r = selkie_module_write_memory(module, &data, &size);
	return r ? sk_compat_fail(q->tool, "%s", strerror(-r)) : sk_compat_write(q->tool, q->out, data, size);
}

/* False: the option was given before. */
static bool sk_package_once(const char **to, const char *what)
{
	if (*to) {
		fprintf(stderr, "May not specify more than one %s file\n", what);
		return false;
	}
	*to = optarg;
	return true;
}

static bool sk_package_take(struct sk_package_request *q, int letter)
{
	if (letter == 'm')
		return sk_package_once(&q->module, "module");
	if (letter == 'o')
		return sk_package_once(&q->out, "output");
	for (size_t i = 0; i < SK_ARRAY_LEN(sk_package_options); i++)
		if (sk_package_options[i].letter == letter)
			return sk_package_once(&q->texts[i], sk_package_options[i].what);
	sk_package_usage(q->tool, 1);
	return false;
}

int sk_compat_semodule_package(int argc, char **argv)
{
	static const struct option options[] = {
		{ "module", required_argument, NULL, 'm' }, { "fc", required_argument, NULL, 'f' },
		{ "seuser", required_argument, NULL, 's' }, { "user_extra", required_argument, NULL, 'u' },
		{ "nc", required_argument, NULL, 'n' },	    { "outfile", required_argument, NULL, 'o' },
		{ "help", no_argument, NULL, 'h' },	    { 0 },
	};
	struct sk_package_request q = { .tool = argv[0] };
	selkie_diagnostics *diags;
	selkie_module *module = NULL;
	int letter, code;

	while ((letter = getopt_long(argc, argv, "m:f:s:u:o:n:h", options, NULL)) >= 0) {
		if (letter == 'h')
			return sk_package_usage(argv[0], 0);
		if (!sk_package_take(&q, letter))
			return 1;
	}
	if (optind < argc || !q.module || !q.out) {
		if (optind < argc)
			sk_compat_fail(argv[0], "Superfluous command line arguments: %s", argv[optind]);
		return sk_package_usage(argv[0], 1);
	}
	diags = selkie_diagnostics_new();
	code = selkie_module_load(q.module, diags, &module);
	if (code < 0)
		code = sk_compat_fail(q.tool, "Could not open file %s:  %s", q.module, strerror(-code));
	if (!code)
		code = sk_package_make(&q, module, diags);
	sk_compat_diagnose(diags);
	selkie_module_free(module);
	selkie_diagnostics_free(diags);
	return code;
}

static int sk_unpackage(const char *tool, selkie_module *module, const char *mod, const char *fc)
{
	size_t size;
	const void *data = selkie_module_section(module, SELKIE_MODULE_BINARY, &size);

	if (sk_compat_write(tool, mod, data, size))
		return 1;
	data = selkie_module_section(module, SELKIE_MODULE_FILE_CONTEXTS, &size);
	return fc && size ? sk_compat_write(tool, fc, data, size) : 0;
}

int sk_compat_semodule_unpackage(int argc, char **argv)
{
	selkie_diagnostics *diags;
	struct selkie_module_info info;
	selkie_module *module = NULL;
	int code;

	if (argc < 3) {
		printf("usage: %s ppfile modfile [fcfile]\n", argv[0]);
		return 1;
	}
	diags = selkie_diagnostics_new();
	code = selkie_module_load(argv[1], diags, &module);
	if (!code)
		code = selkie_module_info(module, diags, &info);
	if (code < 0)
		code = sk_compat_fail(argv[0], "Could not open file %s:  %s", argv[1], strerror(-code));
	else if (code)
		sk_compat_fail(argv[0], "Error while reading policy module from %s", argv[1]);
	if (!code)
		code = sk_unpackage(argv[0], module, argv[2], argc > 3 ? argv[3] : NULL);
	sk_compat_diagnose(diags);
	selkie_module_free(module);
	selkie_diagnostics_free(diags);
	return code;
}
