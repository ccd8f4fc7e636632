/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Policies of several kinds, each named by one word of the command line.
 */
#include "cmd/edition.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

static int sk_edition_load(const struct sk_command *cmd, const char *path, struct sk_edition *e)
{
	return sk_system_load(cmd, path, &e->policy);
}

static bool sk_is_directory(const char *word)
{
	struct stat st;

	return !stat(word, &st) && S_ISDIR(st.st_mode);
}

static bool sk_is_file(const char *word)
{
	return !sk_is_directory(word);
}

/* A system that has a policy but no file contexts is compared without them. */
static int sk_edition_open_root(const struct sk_command *cmd, const char *word,
				struct sk_edition *e)
{
	sk_auto_free char *path = NULL;
	int r = selkie_host_policy_path(word, &path), code;

	if (r == SELKIE_HOST_NONE)
		return sk_failure(cmd, "there is no SELinux policy in %s/etc/selinux", word);
	if (r)
		return sk_failure(cmd, "%s/etc/selinux: %s", word, strerror(-r));
	code = sk_edition_load(cmd, path, e);
	if (code != SK_EXIT_YES)
		return code;
	return sk_system_labels(cmd, &(struct sk_system_args){ .root = word }, NULL, 0, NULL, NULL,
				&e->labels);
}

/* The kinds of policies that a word may name, in the order in which they are tried. */
static const struct sk_edition_kind {
	bool (*is)(const char *word);
	int (*open)(const struct sk_command *cmd, const char *word, struct sk_edition *e);
} sk_edition_kinds[] = {
	{ sk_is_directory, sk_edition_open_root },
	{ sk_is_file, sk_edition_load },
};

static int sk_edition_contexts(const struct sk_command *cmd, const char *path, struct sk_edition *e)
{
	selkie_diagnostics *diags = selkie_diagnostics_new();
	int code = diags ? sk_system_labels(cmd, NULL, &path, 1, NULL, diags, &e->labels)
			 : sk_failure(cmd, "out of memory");

	if (diags)
		sk_print_diagnostics(diags);
	selkie_diagnostics_free(diags);
	return code;
}

int sk_edition_open(const struct sk_command *cmd, const char *word, const char *contexts,
		    struct sk_edition *ret)
{
	struct sk_edition e = { .name = strdup(word) };
	size_t kind = 0;
	int code;

	if (!e.name)
		return sk_failure(cmd, "out of memory");
	while (!sk_edition_kinds[kind].is(word))
		kind++;
	code = sk_edition_kinds[kind].open(cmd, word, &e);
	if (code == SK_EXIT_YES && contexts) {
		selkie_label_free(e.labels);
		e.labels = NULL;
		code = sk_edition_contexts(cmd, contexts, &e);
	}
	if (code != SK_EXIT_YES) {
		sk_edition_done(&e);
		return code;
	}
	*ret = e;
	return SK_EXIT_YES;
}

void sk_edition_done(struct sk_edition *edition)
{
	selkie_label_free(edition->labels);
	selkie_policy_free(edition->policy);
	free(edition->name);
	*edition = (struct sk_edition)SK_EDITION_INIT;
}
