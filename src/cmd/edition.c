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
	selkie_diagnostics *diags = selkie_diagnostics_new();
	int r;

	if (!diags)
		return sk_failure(cmd, "out of memory");
	r = selkie_policy_load(path, diags, &e->policy);
	if (r > 0)
		sk_print_diagnostics(diags);
	selkie_diagnostics_free(diags);
	if (r < 0)
		return sk_failure(cmd, "%s: %s", path, strerror(-r));
	return r ? sk_failure(cmd, "%s is not a policy that can be read", path) : SK_EXIT_YES;
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
	r = selkie_label_load_root(word, NULL, NULL, NULL, &e->labels);
	if (r && r != -ENOENT)
		return sk_failure(cmd, "file contexts of %s: %s", word, strerror(-r));
	return SK_EXIT_YES;
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
	int r = diags ? selkie_label_load(&path, 1, NULL, diags, &e->labels) : -ENOMEM;

	if (diags)
		sk_print_diagnostics(diags);
	selkie_diagnostics_free(diags);
	return r ? sk_failure(cmd, "%s: %s", path, strerror(-r)) : SK_EXIT_YES;
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
