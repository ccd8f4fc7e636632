/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_CMD_EDITION_H
#define SK_CMD_EDITION_H

#include "cmd/system.h"

/*
 * One of the policies that are compared, named by an operand. What an operand may be is a table in edition.c; a new kind
 * of policy is a row there. The first kind that knows the word takes it:
 *
 *   DIR       the root of a system with etc/selinux: its policy and its file contexts; else sources, as selkie build
 *             takes them: a reference policy tree, headers, a module store
 *   FILE      a kernel policy; else a source: policy.conf, CIL, a module package
 *   PATH@REV  sources in a git tree as they were in a revision; without PATH, those of the folder at hand
 */
struct sk_edition {
	char *name; /* as it was given */
	selkie_policy *policy;
	selkie_label_db *labels; /* NULL where there are none */
	selkie_origins *origins; /* NULL where none are known, or wanted */
};

#define SK_EDITION_INIT                                                                            \
	{                                                                                          \
		0                                                                                  \
	}

/* How editions are opened. */
struct sk_edition_options {
	const char *contexts;	   /* file contexts to be taken instead of its own, or NULL */
	const char *const *config; /* settings of trees, "NAME=VALUE", ended by NULL; or NULL */
	bool origins;		   /* find out where rules come from */
	const char *headers;	   /* for modules without a tree, or NULL */
};

/*
 * Opens what the word names. On failure the reason has been printed and the exit code is returned; SK_EXIT_YES otherwise.
 */
int sk_edition_open(const struct sk_command *cmd, const char *word,
		    const struct sk_edition_options *options, struct sk_edition *ret);

/* The same of several sources that are one policy together. */
int sk_edition_open_sources(const struct sk_command *cmd, const char *const *paths, size_t n,
			    const struct sk_edition_options *options, struct sk_edition *ret);
void sk_edition_done(struct sk_edition *edition);

#endif
