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
	const char **booleans;		/* --boolean arguments, in order; sk_system_add_boolean */
	size_t n_booleans, cap_booleans;
};

struct sk_system {
	selkie_policy *policy;
	selkie_state *state;
	char *path;			/* the policy file */
	const char *booleans;		/* where their values come from: "defaults", "live", "persisted"; for JSON */
	char *origin;			/* one line for people: "/etc/.../policy.33, the persisted booleans" */
};

#define SK_SYSTEM_INIT { 0 }

/* Returns 0 or -ENOMEM. */
int sk_system_add_boolean(struct sk_system_args *args, const char *setting);
void sk_system_args_done(struct sk_system_args *args);

/*
 * Opens what the arguments say. On failure the reason has been printed and the exit code is returned (SK_EXIT_USAGE
 * or SK_EXIT_FAILED); SK_EXIT_YES otherwise.
 */
int sk_system_open(const struct sk_command *cmd, const struct sk_system_args *args,
		   struct sk_system *ret_system);
void sk_system_done(struct sk_system *system);

/* Prints "selkie NAME: ORIGIN" to stderr: which policy and which booleans. For text output. */
void sk_system_tell(const struct sk_command *cmd, const struct sk_system *system);

#endif
