/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_CMD_COMMAND_H
#define SK_CMD_COMMAND_H

#include <stdbool.h>
#include <stddef.h>

#include "base/memory.h"
#include "cmd/terminal.h"

/*
 * To add a command:
 *
 *   1. write src/cmd/NAME.c with one `const struct sk_command sk_cmd_NAME`, on include/selkie/ and base/ only;
 *   2. declare it below and add its row in main.c, and its file in src/cmd/meson.build;
 *   3. write docs/man/selkie-NAME.1.scd (a test compares its options with the row's).
 *
 * Help, completion and `selkie help NAME` come from the row.
 *
 * Results go to stdout, everything else to stderr. Exit codes:
 */
enum sk_exit {
	SK_EXIT_YES = 0,	/* yes, or done */
	SK_EXIT_NO = 1,		/* no, differences, or diagnosed */
	SK_EXIT_USAGE = 2,	/* the command line is wrong */
	SK_EXIT_FAILED = 3,	/* could not: unreadable or refused input, no memory */
};

struct sk_option {
	char letter;		/* 0 when there is only a name */
	const char *name;	/* long name without the dashes, or NULL */
	const char *arg;	/* what the argument is called in the help ("FILE"), or NULL when there is none */
	bool optional_arg;	/* the argument may be missing: --name or --name=ARG, -nARG */
	const char *help;	/* one line, no full stop */
	/*
	 * For names that an older tool writes with one dash ("-ds"): the same with two ("--ds"), which is what getopt
	 * is given for it.
	 */
	const char *one_dash;
	/* With optional_arg: the next word is the argument too, unless it starts with a dash ("-t httpd_t"). */
	bool next_word;
};

#define SK_OPTION_END { 0 }

struct sk_command {
	const char *name;
	const char *summary;	/* one line, no full stop, starts with a lower-case verb */
	const char *arguments;	/* synopsis after the options: "SOURCE TARGET CLASS PERM..." */
	const struct sk_option *options;	/* ends with SK_OPTION_END; --help is added to all */
	unsigned int brief_first, n_brief;	/* options whose names say it all: the help gives their names only */
	const char *about;	/* a few lines more, or NULL */
	const char *example;	/* one or two command lines, as a person would type them */
	int (*run)(const struct sk_command *cmd, int argc, char **argv);	/* argv[0] is the command's name */
};

/*
 * Walks the options of a command line as getopt_long does (options and operands in any order; "--" ends the options).
 * Operands are moved to the end; when sk_args_next returns SK_ARGS_END they are argv[args.first] to argv[argc - 1].
 */
struct sk_args {
	const struct sk_command *cmd;
	int argc;
	char **argv;
	const char *value;	/* argument of the option, or NULL */
	int first;		/* first operand, after SK_ARGS_END */
};

#define SK_ARGS_END (-1)	/* no options left */
#define SK_ARGS_EXIT (-2)	/* --help was printed or the usage error reported: return args->exit_code */

void sk_args_init(struct sk_args *args, const struct sk_command *cmd, int argc, char **argv);

/*
 * The index of the next option in cmd->options, SK_ARGS_END, or SK_ARGS_EXIT with the exit code in *ret_exit: the help
 * was asked for and printed, or the option is unknown (the message is specific and gives one hint).
 */
int sk_args_next(struct sk_args *args, int *ret_exit);

/* Prints "selkie NAME: MESSAGE" and one hint, "see selkie help NAME", to stderr. Returns SK_EXIT_USAGE. */
int sk_usage_error(const struct sk_command *cmd, const char *fmt, ...) SK_PRINTF(2, 3);

/* Prints "selkie NAME: MESSAGE" to stderr. Returns SK_EXIT_FAILED. */
int sk_failure(const struct sk_command *cmd, const char *fmt, ...) SK_PRINTF(2, 3);

void sk_command_help(const struct sk_command *cmd);

/* One a file. */
extern const struct sk_command sk_cmd_build;
extern const struct sk_command sk_cmd_can;
extern const struct sk_command sk_cmd_compute;
extern const struct sk_command sk_cmd_diff;
extern const struct sk_command sk_cmd_flow;
extern const struct sk_command sk_cmd_info;
extern const struct sk_command sk_cmd_lint;
extern const struct sk_command sk_cmd_print;
extern const struct sk_command sk_cmd_reach;
extern const struct sk_command sk_cmd_search;
extern const struct sk_command sk_cmd_test;
extern const struct sk_command sk_cmd_what;
extern const struct sk_command sk_cmd_who;
extern const struct sk_command sk_cmd_why;

/* The table of commands, in main.c; ends with NULL. */
extern const struct sk_command *const sk_commands[];

#endif
