/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * selkie print: a policy, or modules, as text that compiles to them again.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cmd/command.h"
#include "cmd/system.h"
#include "selkie/selkie.h"

enum { SK_PRINT_ORDER, SK_PRINT_MODULES, SK_PRINT_CIL };

static const struct sk_option sk_print_options[] = {
	[SK_PRINT_ORDER] = { .name = "sorted", .help = "sort the statements of each kind by their text" },
	[SK_PRINT_MODULES] = { .name = "modules", .help = "the operands are module packages (.pp, .mod)" },
	[SK_PRINT_CIL] = { .name = "cil", .help = "print CIL" },
	SK_OPTION_POLICY,
	SK_OPTION_ROOT,
	SK_OPTION_END,
};

struct sk_print_request {
	struct sk_system_args system;
	struct selkie_print_options print;
	bool modules, cil;
};

static int sk_print_take(void *arg, int option, const char *value SK_UNUSED)
{
	struct sk_print_request *q = arg;

	if (option == SK_PRINT_ORDER)
		q->print.order = SELKIE_PRINT_SORTED;
	q->modules |= option == SK_PRINT_MODULES;
	q->cil |= option == SK_PRINT_CIL;
	if (q->cil)
		q->print.language = SELKIE_PRINT_CIL;
	return SK_EXIT_YES;
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

static int sk_print_module(const struct sk_command *cmd, const struct sk_print_request *q, const char *path)
{
	selkie_diagnostics *diags = selkie_diagnostics_new();
	selkie_module *module = NULL;
	int r = diags ? selkie_module_load(path, diags, &module) : -ENOMEM, code = SK_EXIT_YES;

	if (!r)
		r = selkie_module_print_fd(module, q->cil ? SELKIE_MODULE_CIL : SELKIE_MODULE_TE, diags, STDOUT_FILENO);
	if (!r && !q->cil)
		r = sk_print_contexts(module, diags);
	if (r < 0)
		code = sk_failure(cmd, "%s: %s", path, strerror(-r));
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

static int sk_print_modules(const struct sk_command *cmd, const struct sk_print_request *q, char **paths, int n)
{
	int code = SK_EXIT_YES;

	if (!n)
		return sk_usage_error(cmd, "--modules needs a module package");
	if (q->system.policy || q->system.root || q->print.order == SELKIE_PRINT_SORTED)
		return sk_usage_error(cmd, "--modules does not go with --policy, --root or --sorted");
	for (int i = 0; i < n; i++) {
		int one = sk_print_module(cmd, q, paths[i]);

		code = SK_MAX(code, one);
	}
	return code;
}

/* What the text cannot say has been left out of it: it is printed, but it is not the whole policy. */
static int sk_print_policy(const struct sk_command *cmd, const struct sk_print_request *q,
			   const struct sk_system *system)
{
	selkie_diagnostics *diags = selkie_diagnostics_new();
	sk_auto_free char *text = NULL;
	int r, code = SK_EXIT_YES;

	r = diags ? selkie_policy_print_fd(system->policy, &q->print, diags, STDOUT_FILENO) : -ENOMEM;
	if (r) {
		code = sk_failure(cmd, "printing %s: %s", system->path, strerror(-r));
	} else if (selkie_diagnostics_count(diags, SELKIE_SEVERITY_NOTE)) {
		text = selkie_diagnostics_print(
			diags, sk_color(STDERR_FILENO) ? SELKIE_DIAGNOSTICS_COLOR : 0);
		fputs(text ? text : "out of memory\n", stderr);
		code = SK_EXIT_NO;
	}
	selkie_diagnostics_free(diags);
	return code;
}

static int sk_run_print(const struct sk_command *cmd, int argc, char **argv)
{
	struct sk_print_request q = { .print = SELKIE_PRINT_OPTIONS_INIT };
	struct sk_system system = SK_SYSTEM_INIT;
	struct sk_args args;
	int code;

	sk_args_init(&args, cmd, argc, argv);
	if (!sk_system_read_args(&args, &q.system, sk_print_take, &q, &code))
		return code;
	if (q.modules) {
		code = sk_print_modules(cmd, &q, argv + args.first, argc - args.first);
		sk_system_args_done(&q.system);
		return code;
	}
	if (!sk_system_take_policy(&args, &q.system, &code))
		return code;
	code = sk_system_open(cmd, &q.system, &system);
	if (code == SK_EXIT_YES) {
		if (!q.system.policy)
			fprintf(stderr, "selkie %s: %s\n", cmd->name, system.path);
		code = sk_print_policy(cmd, &q, &system);
	}
	sk_system_done(&system);
	sk_system_args_done(&q.system);
	return code;
}

const struct sk_command sk_cmd_print = {
	.name = "print",
	.summary = "print a policy, or modules, as text that compiles to it again",
	.arguments = "[POLICY | MODULE...]",
	.options = sk_print_options,
	.about = "The text is policy.conf, for checkpolicy: with -M for an MLS policy, -t xen for Xen, -c for\n"
		 "the version, -U as the comment in its first line says; or CIL, for secilc. With --modules,\n"
		 "module packages are printed in the policy language, as in a .te, or as CIL.",
	.example = "selkie print policy.33 > policy.conf; checkpolicy -M -o policy.new policy.conf\n"
		   "  selkie print --modules /usr/share/selinux/default/apache.pp.bz2",
	.run = sk_run_print,
};
