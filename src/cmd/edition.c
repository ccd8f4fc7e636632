/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Policies of several kinds, each named by one word of the command line.
 */
#include "cmd/edition.h"

#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cmd/origin.h"

static bool sk_is_directory(const char *word)
{
	struct stat st;

	return !stat(word, &st) && S_ISDIR(st.st_mode);
}

/* Whether a path, or a part of it, exists. */
static bool sk_exists(const char *word, const char *part)
{
	sk_auto_free char *path = NULL;

	if (asprintf(&path, "%s%s", word, part) < 0) {
		path = NULL;
		return false;
	}
	return !access(path, F_OK);
}

/* The number that kernel policies begin with. */
#define SK_POLICY_MAGIC 0xf97cff8cu

static bool sk_is_policy(const char *word)
{
	sk_auto_close int fd = open(word, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	unsigned char head[4];

	return fd >= 0 && read(fd, head, sizeof(head)) == sizeof(head) &&
	       ((uint32_t)head[3] << 24 | (uint32_t)head[2] << 16 | (uint32_t)head[1] << 8 |
		head[0]) == SK_POLICY_MAGIC;
}

static bool sk_is_root(const char *word)
{
	return sk_is_directory(word) && sk_exists(word, "/etc/selinux");
}

/* "PATH@REV" taken apart; an empty path is the folder at hand. The caller frees what is not NULL. */
struct sk_revision {
	char *folder; /* of the path, or the path itself when it is one */
	char *file;   /* in that folder; "." for all of it */
	const char *name;
};

static bool sk_revision_of(const char *word, struct sk_revision *ret)
{
	const char *at = strrchr(word, '@');
	sk_auto_free char *path = at ? strndup(word, (size_t)(at - word)) : NULL;
	char *slash = path ? strrchr(path, '/') : NULL;

	*ret = (struct sk_revision){ 0 };
	if (!path || !at[1])
		return false;
	ret->name = at + 1;
	if (!*path || sk_is_directory(path)) {
		ret->folder = strdup(*path ? path : ".");
		ret->file = strdup(".");
	} else {
		ret->folder = !slash	      ? strdup(".")
			      : slash == path ? strdup("/")
					      : strndup(path, (size_t)(slash - path));
		ret->file = strdup(slash ? slash + 1 : path);
	}
	return ret->folder && ret->file && sk_is_directory(ret->folder);
}

static void sk_revision_done(struct sk_revision *revision)
{
	free(revision->folder);
	free(revision->file);
}

static bool sk_is_revision(const char *word)
{
	struct sk_revision revision;
	bool is = sk_revision_of(word, &revision);

	sk_revision_done(&revision);
	return is;
}

static bool sk_is_there(const char *word)
{
	return sk_exists(word, "");
}

static bool sk_is_anything(const char *word SK_UNUSED)
{
	return true;
}

static int sk_edition_load(const struct sk_command *cmd, const char *path,
			   const struct sk_edition_options *options, struct sk_edition *e)
{
	int code = sk_system_load(cmd, path, &e->policy);

	if (code == SK_EXIT_YES && options->origins)
		e->origins = sk_origins_beside(cmd, path);
	return code;
}

/* A system that has a policy but no file contexts is compared without them. */
static int sk_edition_open_root(const struct sk_command *cmd, const char *word,
				const struct sk_edition_options *options, struct sk_edition *e)
{
	sk_auto_free char *path = NULL;
	int r = selkie_host_policy_path(word, &path), code;

	if (r == SELKIE_HOST_NONE)
		return sk_failure(cmd, "there is no SELinux policy in %s/etc/selinux", word);
	if (r)
		return sk_failure(cmd, "%s/etc/selinux: %s", word, strerror(-r));
	code = sk_edition_load(cmd, path, options, e);
	if (code != SK_EXIT_YES)
		return code;
	return sk_system_labels(cmd, &(struct sk_system_args){ .root = word }, NULL, 0, NULL, NULL,
				&e->labels);
}

/* A folder of one's own for a while; NULL when there is none, which has been told. */
static char *sk_folder_make(const struct sk_command *cmd)
{
	const char *tmp = getenv("TMPDIR");
	char *path;

	if (asprintf(&path, "%s/selkie-XXXXXX", tmp && *tmp ? tmp : "/tmp") < 0) {
		sk_failure(cmd, "out of memory");
		return NULL;
	}
	if (mkdtemp(path))
		return path;
	sk_failure(cmd, "%s: %s", path, strerror(errno));
	free(path);
	return NULL;
}

static int sk_remove_one(const char *path, const struct stat *st SK_UNUSED, int kind SK_UNUSED,
			 struct FTW *ftw SK_UNUSED)
{
	return remove(path);
}

static void sk_folder_remove(char *path)
{
	if (path)
		nftw(path, sk_remove_one, 16, FTW_DEPTH | FTW_PHYS);
	free(path);
}

/* What was built, as the kernel would get it: in the version that the sources ask for. */
static int sk_edition_as_written(const selkie_built *built, selkie_diagnostics *diags,
				 selkie_policy **ret)
{
	void *data = NULL;
	size_t size;
	int r = selkie_policy_write_memory(selkie_built_policy(built), selkie_built_version(built),
					   diags, &data, &size);

	if (!r)
		r = selkie_policy_read_memory(data, size, NULL, diags, ret);
	free(data);
	return r;
}

/* The same by way of a file, beside which stands where the rules come from. */
static int sk_edition_as_saved(const struct sk_command *cmd, const selkie_built *built, selkie_diagnostics *diags,
			       struct sk_edition *e)
{
	char *folder = sk_folder_make(cmd);
	sk_auto_free char *path = NULL;
	int r = folder ? 0 : -EIO;

	if (!r && asprintf(&path, "%s/policy", folder) < 0) {
		path = NULL;
		r = -ENOMEM;
	}
	if (!r)
		r = selkie_built_save(built, path, 0, diags);
	if (!r)
		r = selkie_policy_load(path, diags, &e->policy);
	if (!r)
		e->origins = sk_origins_beside(cmd, path);
	sk_folder_remove(folder);
	return r;
}

/* File contexts that the sources have; lines for home directories that are yet to be made are left out. */
static int sk_edition_built_labels(const selkie_built *built, selkie_label_db **ret)
{
	const char *text = selkie_built_file_contexts(built);

	if (!text || !*text)
		return 0;
	return selkie_label_read_memory(text, strlen(text), "file contexts", NULL, NULL, ret);
}

/* Sources are taken as they are: what their neverallow rules say is for who builds them. */
static int sk_edition_build_all(const struct sk_command *cmd, const char *const *paths, size_t n,
				const struct sk_edition_options *options, struct sk_edition *e)
{
	struct selkie_build_options build = {
		.size = sizeof(build),
		.flags = SELKIE_BUILD_UNCHECKED | SELKIE_BUILD_FILE_CONTEXTS |
			 (options->origins ? 0 : SELKIE_BUILD_STRIP),
		.config = options->config,
		.headers = options->headers,
	};
	selkie_diagnostics *diags = selkie_diagnostics_new();
	selkie_built *built = NULL;
	int r = diags ? selkie_build(paths, n, &build, diags, &built) : -ENOMEM;

	if (!r)
		r = options->origins ? sk_edition_as_saved(cmd, built, diags, e)
				     : sk_edition_as_written(built, diags, &e->policy);
	if (!r)
		r = sk_edition_built_labels(built, &e->labels);
	if (r && diags)
		sk_print_diagnostics(diags);
	selkie_diagnostics_free(diags);
	selkie_built_free(built);
	if (r < 0)
		return sk_failure(cmd, "%s: %s", e->name, strerror(-r));
	return r ? sk_failure(cmd, "%s is neither a policy nor sources of one that can be built",
			      e->name)
		 : SK_EXIT_YES;
}

static int sk_edition_build(const struct sk_command *cmd, const char *path,
			    const struct sk_edition_options *options, struct sk_edition *e)
{
	return sk_edition_build_all(cmd, &path, 1, options, e);
}

int sk_edition_open_sources(const struct sk_command *cmd, const char *const *paths, size_t n,
			    const struct sk_edition_options *options, struct sk_edition *ret)
{
	struct sk_edition e = { .name = strdup(paths[0]) };
	int code = e.name ? sk_edition_build_all(cmd, paths, n, options, &e)
			  : sk_failure(cmd, "out of memory");

	if (code == SK_EXIT_YES)
		*ret = e;
	else
		sk_edition_done(&e);
	return code;
}

/* Runs a program and waits for it. True when it ended well. */
static bool sk_run_program(const char *const argv[])
{
	pid_t pid;
	int status;

	return !posix_spawnp(&pid, argv[0], NULL, NULL, (char *const *)argv, environ) &&
	       waitpid(pid, &status, 0) == pid && WIFEXITED(status) && !WEXITSTATUS(status);
}

/* The files of a revision into a folder: git packs them, tar unpacks them. */
static int sk_revision_unpack(const struct sk_command *cmd, const struct sk_revision *revision,
			      const char *into)
{
	sk_auto_free char *packed = NULL;

	if (asprintf(&packed, "%s/../tree.tar", into) < 0) {
		packed = NULL;
		return sk_failure(cmd, "out of memory");
	}
	if (!sk_run_program((const char *[]){ "git", "-C", revision->folder, "archive",
					      "--format=tar", "-o", packed, revision->name, "--",
					      revision->file, NULL }))
		return sk_failure(cmd, "git cannot give '%s' of %s as it was in '%s'",
				  revision->file, revision->folder, revision->name);
	if (!sk_run_program((const char *[]){ "tar", "-xf", packed, "-C", into, NULL }))
		return sk_failure(cmd, "the files of '%s' cannot be unpacked", revision->name);
	return SK_EXIT_YES;
}

/* Builds from within the folder, so that places are named as they are in the revision. */
static int sk_revision_build_in(const struct sk_command *cmd, const char *tree, const char *file,
				const struct sk_edition_options *options, struct sk_edition *e)
{
	sk_auto_close int back = open(".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	int code;

	if (back < 0 || chdir(tree))
		return sk_failure(cmd, "%s: %s", tree, strerror(errno));
	code = sk_edition_build(cmd, file, options, e);
	if (fchdir(back))
		code = sk_failure(cmd, "going back to the folder at hand: %s", strerror(errno));
	return code;
}

static int sk_revision_build(const struct sk_command *cmd, const struct sk_revision *revision,
			     const char *above, const struct sk_edition_options *options,
			     struct sk_edition *e)
{
	sk_auto_free char *tree = NULL;
	int code;

	if (asprintf(&tree, "%s/tree", above) < 0) {
		tree = NULL;
		return sk_failure(cmd, "out of memory");
	}
	if (mkdir(tree, 0700))
		return sk_failure(cmd, "%s: %s", tree, strerror(errno));
	code = sk_revision_unpack(cmd, revision, tree);
	return code == SK_EXIT_YES ? sk_revision_build_in(cmd, tree, revision->file, options, e) : code;
}

static int sk_edition_open_revision(const struct sk_command *cmd, const char *word,
				    const struct sk_edition_options *options, struct sk_edition *e)
{
	struct sk_revision revision;
	char *above = NULL;
	int code;

	if (!sk_revision_of(word, &revision)) {
		code = sk_failure(cmd, "out of memory");
	} else if (*revision.name == '-') {
		/* git would take it for an option */
		code = sk_usage_error(cmd, "'%s' is no revision", revision.name);
	} else {
		above = sk_folder_make(cmd);
		code = above ? sk_revision_build(cmd, &revision, above, options, e) : SK_EXIT_FAILED;
	}
	sk_folder_remove(above);
	sk_revision_done(&revision);
	return code;
}

/* The kinds of policies that a word may name, in the order in which they are tried. */
static const struct sk_edition_kind {
	bool (*is)(const char *word);
	int (*open)(const struct sk_command *cmd, const char *word,
		    const struct sk_edition_options *options, struct sk_edition *e);
} sk_edition_kinds[] = {
	{ sk_is_root, sk_edition_open_root }, { sk_is_policy, sk_edition_load },
	{ sk_is_there, sk_edition_build },    { sk_is_revision, sk_edition_open_revision },
	{ sk_is_anything, sk_edition_load }, /* which says that it is not there */
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

int sk_edition_open(const struct sk_command *cmd, const char *word,
		    const struct sk_edition_options *options, struct sk_edition *ret)
{
	struct sk_edition e = { .name = strdup(word) };
	size_t kind = 0;
	int code;

	if (!e.name)
		return sk_failure(cmd, "out of memory");
	while (!sk_edition_kinds[kind].is(word))
		kind++;
	code = sk_edition_kinds[kind].open(cmd, word, options, &e);
	if (code == SK_EXIT_YES && options->contexts) {
		selkie_label_free(e.labels);
		e.labels = NULL;
		code = sk_edition_contexts(cmd, options->contexts, &e);
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
	selkie_origins_free(edition->origins);
	selkie_policy_free(edition->policy);
	free(edition->name);
	*edition = (struct sk_edition)SK_EDITION_INIT;
}
