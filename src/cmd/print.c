/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * selkie print: a policy as text that compiles to it again.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cmd/command.h"
#include "cmd/system.h"
#include "selkie/selkie.h"

static const struct sk_option sk_print_options[] = {
	{ .name = "sorted", .help = "sort the statements of each kind by their text" },
	SK_OPTION_POLICY,
	SK_OPTION_ROOT,
	SK_OPTION_END,
};

struct sk_print_request {
	struct sk_system_args system;
	struct selkie_print_options print;
};

static int sk_print_take(void *arg, int option SK_UNUSED, const char *value SK_UNUSED)
{
	struct sk_print_request *q = arg;

	q->print.order = SELKIE_PRINT_SORTED;
	return SK_EXIT_YES;
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
	if (!sk_system_read_policy_args(&args, &q.system, sk_print_take, &q, &code))
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
	.summary = "print a policy as text that compiles to it again",
	.arguments = "[POLICY]",
	.options = sk_print_options,
	.about = "The text is policy.conf, for checkpolicy: with -M for an MLS policy, -t xen for Xen, -c for\n"
		 "the version, -U as the comment in its first line says.",
	.example = "selkie print policy.33 > policy.conf; checkpolicy -M -o policy.new policy.conf",
	.run = sk_run_print,
};
