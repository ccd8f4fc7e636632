/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * selkie print: a policy, or modules, as text that compiles to them again. Sources are compiled first, and what comes out
 * is printed; modules that are no policy by themselves are printed as what they are.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cmd/command.h"
#include "cmd/edition.h"
#include "cmd/system.h"
#include "selkie/selkie.h"

enum { SK_PRINT_ORDER, SK_PRINT_MODULES, SK_PRINT_FORMAT, SK_PRINT_CIL, SK_PRINT_CONFIG, SK_PRINT_HEADERS };

static const struct sk_option sk_print_options[] = {
	[SK_PRINT_ORDER] = { .name = "sorted", .help = "sort the statements of each kind by their text" },
	[SK_PRINT_MODULES] = { .name = "modules", .help = "print each operand as a module (.te, .pp, .mod)" },
	[SK_PRINT_FORMAT] = { .name = "format", .arg = "FORMAT", .help = "conf (default), cil or json" },
	[SK_PRINT_CIL] = { .name = "cil", .help = "the same as --format cil" },
	[SK_PRINT_CONFIG] = { .name = "config", .arg = "N=V", .help = "of a tree: a setting that counts before build.conf's" },
	[SK_PRINT_HEADERS] = { .name = "headers", .arg = "DIR", .help = "the headers that .te files are built against" },
	SK_OPTION_POLICY,
	SK_OPTION_ROOT,
	SK_OPTION_JSON,
	SK_OPTION_END,
};

struct sk_print_request {
	const struct sk_command *cmd;
	struct sk_system_args system;
	struct selkie_print_options print;
	const char *format;
	bool modules;
	struct sk_edition_options sources;
	const char **config;	/* room for all of them */
	size_t n_config;
};

/* What a format is for policies and for modules. */
static const struct sk_print_format {
	const char *name;
	enum selkie_print_language policy;
	enum selkie_module_language module;
} sk_print_formats[] = {
	{ "conf", SELKIE_PRINT_CONF, SELKIE_MODULE_TE },
	{ "cil", SELKIE_PRINT_CIL, SELKIE_MODULE_CIL },
	{ "json", SELKIE_PRINT_JSON, SELKIE_MODULE_JSON },
};

static const struct sk_print_format *sk_print_find_format(const char *name)
{
	for (size_t i = 0; i < SK_ARRAY_LEN(sk_print_formats); i++)
		if (!strcmp(sk_print_formats[i].name, name))
			return &sk_print_formats[i];
	return NULL;
}

static int sk_print_take_format(struct sk_print_request *q, const char *name)
{
	if (!sk_print_find_format(name))
		return sk_usage_error(q->cmd, "'%s' is no format; there are conf, cil and json", name);
	if (q->format && strcmp(q->format, name) != 0)
		return sk_usage_error(q->cmd, "there is one format, not %s and %s", q->format, name);
	q->format = name;
	return SK_EXIT_YES;
}

static int sk_print_take(void *arg, int option, const char *value)
{
	struct sk_print_request *q = arg;

	switch (option) {
	case SK_PRINT_ORDER:
		q->print.order = SELKIE_PRINT_SORTED;
		return SK_EXIT_YES;
	case SK_PRINT_MODULES:
		q->modules = true;
		return SK_EXIT_YES;
	case SK_PRINT_FORMAT:
		return sk_print_take_format(q, value);
	case SK_PRINT_CIL:
		return sk_print_take_format(q, "cil");
	case SK_PRINT_HEADERS:
		q->sources.headers = value;
		return SK_EXIT_YES;
	default:
		if (!strchr(value, '='))
			return sk_usage_error(q->cmd, "'%s' is no setting; write NAME=VALUE", value);
		q->config[q->n_config++] = value;
		return SK_EXIT_YES;
	}
}

/* File contexts are no part of a .te: they follow it as comments. */
static int sk_print_contexts(selkie_module *module, selkie_diagnostics *diags)
{
	FILE *text = tmpfile();
	char line[4096];
	bool first = true, begin = true;
	int r;

	if (!text)
		return -errno;
	r = selkie_module_print_fd(module, SELKIE_MODULE_FC, diags, fileno(text));
	rewind(text);
	while (!r && fgets(line, sizeof(line), text)) {
		if (first)
			puts("\n# File contexts:");
		first = false;
		printf("%s%s", begin ? "# " : "", line);
		begin = strchr(line, '\n') != NULL;
	}
	fclose(text);
	return fflush(stdout) ? -errno : r;
}

static bool sk_print_ends(const char *path, const char *ending)
{
	size_t n = strlen(path), m = strlen(ending);

	return n > m && !strcmp(path + n - m, ending);
}

static bool sk_print_is_source(const char *path)
{
	return sk_print_ends(path, ".te") || sk_print_ends(path, ".conf");
}

/* A package, or one made of a source. */
static int sk_print_open_module(const struct sk_print_request *q, const char *path, selkie_diagnostics *diags,
				selkie_module **ret)
{
	const struct selkie_build_options build = { .size = sizeof(build), .config = q->sources.config,
						    .flags = SELKIE_BUILD_UNCHECKED, .headers = q->sources.headers };

	return sk_print_is_source(path) ? selkie_build_module(&path, 1, &build, 0, diags, ret)
					: selkie_module_load(path, diags, ret);
}

static int sk_print_module(const struct sk_print_request *q, const char *path)
{
	enum selkie_module_language language = sk_print_find_format(q->format)->module;
	selkie_diagnostics *diags = selkie_diagnostics_new();
	selkie_module *module = NULL;
	int r = diags ? sk_print_open_module(q, path, diags, &module) : -ENOMEM, code = SK_EXIT_YES;

	if (!r)
		r = selkie_module_print_fd(module, language, diags, STDOUT_FILENO);
	if (!r && language == SELKIE_MODULE_TE)
		r = sk_print_contexts(module, diags);
	if (r < 0)
		code = sk_failure(q->cmd, "%s: %s", path, strerror(-r));
	else if (r)
		code = SK_EXIT_FAILED;
	else if (selkie_diagnostics_count(diags, SELKIE_SEVERITY_NOTE))
		code = SK_EXIT_NO;
	if (diags)
		sk_print_diagnostics(diags);
	selkie_module_free(module);
	selkie_diagnostics_free(diags);
	return code;
}

/* JSON is a list of them, however many there are; what fails leaves its place empty. */
static int sk_print_modules(const struct sk_print_request *q, char **paths, int n)
{
	bool json = !strcmp(q->format, "json");
	int code = SK_EXIT_YES;

	if (!n)
		return sk_usage_error(q->cmd, "--modules needs a module");
	if (q->system.policy || q->system.root || q->print.order == SELKIE_PRINT_SORTED)
		return sk_usage_error(q->cmd, "--modules does not go with --policy, --root or --sorted");
	for (int i = 0; i < n; i++)
		if (sk_print_ends(paths[i], ".cil"))
			return sk_usage_error(q->cmd, "'%s' does not say what it requires, as CIL never does; print it with "
						      "the policy it belongs to: selkie print POLICY.cil %s", paths[i], paths[i]);
		else if (sk_print_ends(paths[i], ".if"))
			return sk_usage_error(q->cmd, "'%s' is no module: .te, .pp and .mod are", paths[i]);
	for (int i = 0; i < n; i++) {
		int one;

		if (json)
			puts(i ? "," : "[");
		fflush(stdout);
		one = sk_print_module(q, paths[i]);
		if (json && one == SK_EXIT_FAILED)
			puts("null");
		code = SK_MAX(code, one);
	}
	if (json)
		puts("]");
	return fflush(stdout) ? sk_failure(q->cmd, "writing: %s", strerror(errno)) : code;
}

/* What the text cannot say has been left out of it: it is printed, but it is not the whole policy. */
static int sk_print_policy(const struct sk_print_request *q, const selkie_policy *policy, const char *name)
{
	selkie_diagnostics *diags = selkie_diagnostics_new();
	int r, code = SK_EXIT_YES;

	r = diags ? selkie_policy_print_fd(policy, &q->print, diags, STDOUT_FILENO) : -ENOMEM;
	if (r)
		code = sk_failure(q->cmd, "printing %s: %s", name, strerror(-r));
	else if (selkie_diagnostics_count(diags, SELKIE_SEVERITY_NOTE))
		code = SK_EXIT_NO;
	if (!r)
		sk_print_diagnostics(diags);
	selkie_diagnostics_free(diags);
	return code;
}

/* Whether an operand is a module, and no base or policy.conf. */
static bool sk_print_is_module(const char *path)
{
	static const char *const packages[] = { ".pp", ".mod", ".pp.bz2", ".pp.zst" };
	struct selkie_module_info info;
	selkie_module *module = NULL;
	bool package = false, is;

	if (sk_print_ends(path, ".te"))
		return true;
	for (size_t i = 0; i < SK_ARRAY_LEN(packages); i++)
		package = package || sk_print_ends(path, packages[i]);
	is = package && !selkie_module_load(path, NULL, &module) && !selkie_module_info(module, NULL, &info) && !info.base;
	selkie_module_free(module);
	return is;
}

/* Modules are no policy without a base or a tree. */
static bool sk_print_only_modules(char **paths, int n)
{
	for (int i = 0; i < n; i++)
		if (!sk_print_is_module(paths[i]))
			return false;
	return n;
}

static int sk_print_operands(const struct sk_print_request *q, char **paths, int n)
{
	struct sk_edition e = SK_EDITION_INIT;
	int code;

	if (n == 1)
		code = sk_edition_open(q->cmd, paths[0], &q->sources, &e);
	else
		code = sk_edition_open_sources(q->cmd, (const char *const *)paths, (size_t)n, &q->sources, &e);
	if (code == SK_EXIT_YES)
		code = sk_print_policy(q, e.policy, e.name);
	sk_edition_done(&e);
	return code;
}

static int sk_print_system(const struct sk_print_request *q)
{
	struct sk_system system = SK_SYSTEM_INIT;
	int code = sk_system_open(q->cmd, &q->system, &system);

	if (code == SK_EXIT_YES) {
		if (!q->system.policy)
			fprintf(stderr, "selkie %s: %s\n", q->cmd->name, system.path);
		code = sk_print_policy(q, system.policy, system.path);
	}
	sk_system_done(&system);
	return code;
}

static int sk_print_run_request(struct sk_print_request *q, char **operands, int n)
{
	if (q->system.json && sk_print_take_format(q, "json") != SK_EXIT_YES)
		return SK_EXIT_USAGE;
	q->format = q->format ? q->format : "conf";
	q->print.language = sk_print_find_format(q->format)->policy;
	q->sources.config = q->config;
	if (n && (q->system.policy || q->system.root))
		return sk_usage_error(q->cmd, "the policy is given twice, by %s and as '%s'",
				      q->system.policy ? "--policy" : "--root", operands[0]);
	if (q->modules || (sk_print_only_modules(operands, n) && q->print.order != SELKIE_PRINT_SORTED))
		return sk_print_modules(q, operands, n);
	return n ? sk_print_operands(q, operands, n) : sk_print_system(q);
}

static int sk_run_print(const struct sk_command *cmd, int argc, char **argv)
{
	sk_auto_free const char **config = calloc((size_t)argc + 1, sizeof(*config));
	struct sk_print_request q = { .cmd = cmd, .print = SELKIE_PRINT_OPTIONS_INIT, .config = config };
	struct sk_args args;
	int code;

	if (!config)
		return sk_failure(cmd, "out of memory");
	sk_args_init(&args, cmd, argc, argv);
	if (sk_system_read_args(&args, &q.system, sk_print_take, &q, &code))
		code = sk_print_run_request(&q, argv + args.first, argc - args.first);
	sk_system_args_done(&q.system);
	return code;
}

const struct sk_command sk_cmd_print = {
	.name = "print",
	.summary = "print a policy, or modules, as text that compiles to it again",
	.arguments = "[POLICY | SOURCE...]",
	.options = sk_print_options,
	.about = "A kernel policy, or what sources compile to (as for selkie build), as policy.conf for\n"
		 "checkpolicy: with -M for an MLS policy, -t xen for Xen, -U as its first line says; as CIL\n"
		 "for secilc; or as JSON. Modules alone are printed each, as a .te, CIL or JSON.",
	.example = "selkie print policy.33 > policy.conf; checkpolicy -M -o policy.new policy.conf\n"
		   "  selkie print --format cil /usr/share/selinux/default/apache.pp.bz2",
	.run = sk_run_print,
};
