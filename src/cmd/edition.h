/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_CMD_EDITION_H
#define SK_CMD_EDITION_H

#include "cmd/system.h"

/*
 * One of the policies that are compared, named by an operand. What an operand may be is a table in edition.c; a new kind
 * of policy is a row there. The first kind that knows the word takes it:
 *
 *   FILE   a kernel policy
 *   DIR    the root of a system with etc/selinux: its policy and its file contexts
 */
struct sk_edition {
	char *name; /* as it was given */
	selkie_policy *policy;
	selkie_label_db *labels; /* NULL where there are none */
};

#define SK_EDITION_INIT                                                                            \
	{                                                                                          \
		0                                                                                  \
	}

/*
 * Opens what the word names; `contexts` are file contexts to be taken instead of its own, or NULL. On failure the reason
 * has been printed and the exit code is returned; SK_EXIT_YES otherwise.
 */
int sk_edition_open(const struct sk_command *cmd, const char *word, const char *contexts,
		    struct sk_edition *ret);
void sk_edition_done(struct sk_edition *edition);

#endif
