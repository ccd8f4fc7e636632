/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The selkie command: the table of its commands, the overview, and what comes from the table (help, completion).
 */
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/diag.h"
#include "cmd/command.h"

static const struct sk_command sk_cmd_help;
static const struct sk_command sk_cmd_completion;

const struct sk_command *const sk_commands[] = {
	&sk_cmd_why,
	&sk_cmd_can,
	&sk_cmd_who,
	&sk_cmd_what,
	&sk_cmd_compute,
	&sk_cmd_info,
	&sk_cmd_search,
	&sk_cmd_flow,
	&sk_cmd_reach,
	&sk_cmd_diff,
	&sk_cmd_build,
	&sk_cmd_print,
	&sk_cmd_lint,
	&sk_cmd_test,
	&sk_cmd_help,
	&sk_cmd_completion,
	NULL,
};

static const struct sk_command *sk_command_find(const char *name)
{
	for (size_t i = 0; sk_commands[i]; i++)
		if (!strcmp(sk_commands[i]->name, name))
			return sk_commands[i];
	return NULL;
}

static void sk_overview(FILE *f)
{
	fputs("selkie: SELinux, made usable\n\nUsage: selkie COMMAND [OPTION]... [ARGUMENT]...\n\nCommands:\n", f);
	for (size_t i = 0; sk_commands[i]; i++)
		fprintf(f, "  %-12s %s\n", sk_commands[i]->name, sk_commands[i]->summary);
	fputs("\nExample:\n  selkie why /var/log/audit/audit.log\n\n'selkie help COMMAND' tells about one command.\n",
	      f);
}

static const char *sk_command_name_at(const void *arg SK_UNUSED, size_t i)
{
	return sk_commands[i]->name;
}

static int sk_unknown_command(const char *name)
{
	size_t n = 0, near;

	while (sk_commands[n])
		n++;
	near = sk_nearest_name(name, n, sk_command_name_at, NULL);
	fprintf(stderr, "selkie: there is no command '%s'", name);
	if (near != SIZE_MAX)
		fprintf(stderr, "; did you mean '%s'?", sk_commands[near]->name);
	fputs("\nSee 'selkie help'.\n", stderr);
	return SK_EXIT_USAGE;
}

static int sk_run_help(const struct sk_command *cmd, int argc, char **argv)
{
	const struct sk_command *about;
	struct sk_args args;
	int o, code;

	sk_args_init(&args, cmd, argc, argv);
	while ((o = sk_args_next(&args, &code)) != SK_ARGS_END)
		if (o == SK_ARGS_EXIT)
			return code;
	if (args.first == argc) {
		sk_overview(stdout);
		return SK_EXIT_YES;
	}
	about = sk_command_find(argv[args.first]);
	if (!about)
		return sk_unknown_command(argv[args.first]);
	sk_command_help(about);
	return SK_EXIT_YES;
}

static const struct sk_option sk_no_options[] = { SK_OPTION_END };

static const struct sk_command sk_cmd_help = {
	.name = "help",
	.summary = "tell what selkie or one of its commands does",
	.arguments = "[COMMAND]",
	.options = sk_no_options,
	.example = "selkie help why",
	.run = sk_run_help,
};

static int sk_run_completion(const struct sk_command *cmd, int argc, char **argv)
{
	struct sk_args args;
	int o, code;

	sk_args_init(&args, cmd, argc, argv);
	while ((o = sk_args_next(&args, &code)) != SK_ARGS_END)
		if (o == SK_ARGS_EXIT)
			return code;
	puts("# bash completion for selkie; made by 'selkie completion' from its table of commands\n"
	     "_selkie()\n{\n\tlocal cur=${COMP_WORDS[COMP_CWORD]} words\n"
	     "\tif [ \"$COMP_CWORD\" -eq 1 ]; then\n\t\twords=\"");
	for (size_t i = 0; sk_commands[i]; i++)
		printf("\t\t\t%s\n", sk_commands[i]->name);
	puts("\t\t\"\n\telse\n\t\tcase ${COMP_WORDS[1]} in");
	for (size_t i = 0; sk_commands[i]; i++) {
		printf("\t\t%s) words=\"--help", sk_commands[i]->name);
		for (const struct sk_option *p = sk_commands[i]->options; p->letter || p->name; p++)
			if (p->one_dash)
				printf(" %s", p->one_dash + 1);
			else if (p->name)
				printf(" --%s", p->name);
			else
				printf(" -%c", p->letter);
		puts("\" ;;");
	}
	puts("\t\tesac\n\tfi\n"
	     "\tif [ \"$COMP_CWORD\" -eq 1 ] || [[ $cur == -* ]]; then\n"
	     "\t\tmapfile -t COMPREPLY < <(compgen -W \"$words\" -- \"$cur\")\n"
	     "\telse\n\t\tmapfile -t COMPREPLY < <(compgen -f -- \"$cur\")\n\tfi\n}\n"
	     "complete -o filenames -F _selkie selkie");
	return SK_EXIT_YES;
}

static const struct sk_command sk_cmd_completion = {
	.name = "completion",
	.summary = "print the bash completion for selkie",
	.arguments = "",
	.options = sk_no_options,
	.example = "source <(selkie completion)",
	.run = sk_run_completion,
};

int main(int argc, char **argv)
{
	const struct sk_command *cmd;
	int code;

	if (argc < 2) {
		sk_overview(stderr);
		return SK_EXIT_USAGE;
	}
	if (!strcmp(argv[1], "--version")) {
		puts("selkie " SELKIE_VERSION);
		return SK_EXIT_YES;
	}
	if (!strcmp(argv[1], "--help")) {
		sk_overview(stdout);
		return SK_EXIT_YES;
	}
	cmd = sk_command_find(argv[1]);
	if (!cmd)
		return sk_unknown_command(argv[1]);
	code = cmd->run(cmd, argc - 1, argv + 1);
	if (fflush(stdout) || ferror(stdout)) {
		perror("selkie: writing the output");
		return SK_EXIT_FAILED;
	}
	return code;
}
