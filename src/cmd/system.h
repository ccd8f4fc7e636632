/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_CMD_SYSTEM_H
#define SK_CMD_SYSTEM_H

#include "cmd/command.h"
#include "selkie/selkie.h"

/*
 * Which policy a command asks, and under which boolean values. Every command that takes --policy, --root and --boolean
 * chooses in this one way:
 *
 *   --policy FILE   that file, with the policy's default values
 *   --root DIR      the policy of another root, with the values persisted there
 *   neither         the running system's, with its live values
 *
 * and --boolean NAME=VALUE sets values on top.
 */
struct sk_system_args {
	const char *policy;		/* --policy, or NULL */
	const char *root;		/* --root, or NULL */
	const char **booleans;		/* --boolean arguments, in order */
	size_t n_booleans, cap_booleans;
	bool json;			/* --json */
	bool failed;			/* out of memory; sk_system_open tells */
};

/*
 * The rows of these options. A command lists those that it takes behind its own, so that its own are numbered from 0:
 *
 *   enum { SK_FOO_ALL };
 *   static const struct sk_option sk_foo_options[] = {
 *           [SK_FOO_ALL] = { 'a', "all", .help = "show everything" },
 *           SK_OPTION_POLICY, SK_OPTION_ROOT, SK_OPTION_JSON, SK_OPTION_END,
 *   };
 */
#define SK_OPTION_POLICY \
	{ .name = "policy", .arg = "FILE", .help = "ask this policy file, with its default boolean values" }
#define SK_OPTION_ROOT \
	{ .name = "root", .arg = "DIR", .help = "ask the system below DIR, with its persisted boolean values" }
#define SK_OPTION_BOOLEAN \
	{ .letter = 'b', .name = "boolean", .arg = "NAME=on|off", \
	  .help = "as if that boolean were set so; may be repeated" }
#define SK_OPTION_JSON { .name = "json", .help = "print one JSON object" }

struct sk_system {
	selkie_policy *policy;
	selkie_state *state;
	char *path;			/* the policy file */
	const char *booleans;		/* where their values come from: "defaults", "live", "persisted"; for JSON */
	char *origin;			/* one line for people: "/etc/.../policy.33, the persisted booleans" */
};

#define SK_SYSTEM_INIT { 0 }

/*
 * Walks the options of a command line: those above go to `system`, the command's own to `take`, which returns SK_EXIT_YES
 * or the exit code when it has complained. False when there is nothing to go on with, with the exit code in *ret_exit;
 * otherwise the operands are those of `args`.
 */
bool sk_system_read_args(struct sk_args *args, struct sk_system_args *system,
			 int (*take)(void *arg, int option, const char *value), void *arg, int *ret_exit);

/* The same for a command whose only operand is the policy, in the place of --policy. */
bool sk_system_read_policy_args(struct sk_args *args, struct sk_system_args *system,
				int (*take)(void *arg, int option, const char *value), void *arg,
				int *ret_exit);

/* The second half of that: the operands, once the options are read. */
bool sk_system_take_policy(const struct sk_args *args, struct sk_system_args *system, int *ret_exit);
void sk_system_args_done(struct sk_system_args *args);

/*
 * Opens what the arguments say. On failure the reason has been printed and the exit code is returned (SK_EXIT_USAGE
 * or SK_EXIT_FAILED); SK_EXIT_YES otherwise.
 */
int sk_system_open(const struct sk_command *cmd, const struct sk_system_args *args,
		   struct sk_system *ret_system);
void sk_system_done(struct sk_system *system);

/* A kernel policy of a file. As sk_system_open. */
int sk_system_load(const struct sk_command *cmd, const char *path, selkie_policy **ret_policy);

/*
 * The label database: the files that were named, else the system's own; none beside a policy that was named alone, and none
 * where the system has none. As sk_system_open; *ret_labels is left alone where there is none.
 */
int sk_system_labels(const struct sk_command *cmd, const struct sk_system_args *args,
		     const char *const *files, size_t n_files,
		     const struct selkie_label_options *options, selkie_diagnostics *diags,
		     selkie_label_db **ret_labels);

/* Prints "selkie NAME: ORIGIN" to stderr: which policy and which booleans. For text output. */
void sk_system_tell(const struct sk_command *cmd, const struct sk_system *system);

#endif
