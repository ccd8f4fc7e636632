/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The files of a run: folders are walked, each folder's entries in the order of their names, links to folders not
 * followed. Besides sources, the files that tell of a whole policy are noted where SELKIE_LINT_SOURCE asks for them; the
 * first of each name counts.
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#include "lint/lint.h"

#define FOLDER_DEPTH_MAX 64

struct sk_walk {
	struct sk_lint *l;
	unsigned int flags;
	bool context;
};

static int sk_add_file(struct sk_lint *l, struct sk_lint_files *files, const char *path, const char *folder,
		       size_t folder_n)
{
	const char *base = strrchr(path, '/');
	struct sk_lint_file *file;
	int r = sk_grow(&files->list, &files->cap, files->n + 1, sizeof(*files->list));

	if (r)
		return r;
	base = base ? base + 1 : path;
	file = &files->list[files->n];
	*file = (struct sk_lint_file){ .path = path, .base = base };
	file->module = sk_lint_intern(l, base, strlen(base) - (strlen(base) > 3 ? 3 : 0));
	file->layer = sk_lint_intern(l, folder, folder_n);
	files->n++;
	return l->error;
}

static bool sk_has_file(const struct sk_lint_files *files, const char *path)
{
	for (size_t i = 0; i < files->n; i++)
		if (!strcmp(files->list[i].path, path))
			return true;
	return false;
}

static void sk_note_first(const char **to, const char *path)
{
	/* a link may lead nowhere: the next of that name counts */
	if (!*to && !access(path, R_OK))
		*to = path;
}

/* The name of the folder that holds a file; for a file that was named alone, that of its path. */
static size_t sk_folder_of(const char *path, const char **ret)
{
	const char *base = strrchr(path, '/'), *start = base;

	if (!base) {
		*ret = "";
		return 0;
	}
	while (start > path && start[-1] != '/')
		start--;
	*ret = start;
	return (size_t)(base - start);
}

/* The path lives as long as the run. */
static int sk_visit_file(struct sk_walk *w, const char *path)
{
	static const char suffixes[SK_LINT_N_FILE_KINDS][4] = { ".te", ".if", ".fc" };
	struct sk_lint *l = w->l;
	const char *base, *folder;
	size_t n;

	base = strrchr(path, '/') ? strrchr(path, '/') + 1 : path;
	n = sk_folder_of(path, &folder);
	for (int i = 0; i < SK_LINT_N_FILE_KINDS; i++)
		if (strlen(path) > 3 && sk_has_suffix(path, suffixes[i])) {
			if (w->context && (i == SK_LINT_FC || sk_has_file(&l->files[i], path)))
				return 0;
			return sk_add_file(l, w->context ? &l->context[i] : &l->files[i], path, folder, n);
		}
	if (!(w->flags & SELKIE_LINT_SOURCE))
		return 0;
	if (!strcmp(base, "modules.conf"))
		sk_note_first(&l->modules_conf, path);
	else if (!strcmp(base, "access_vectors"))
		sk_note_first(&l->access_vectors, path);
	else if (!strcmp(base, "security_classes"))
		sk_note_first(&l->security_classes, path);
	else if (!strcmp(base, "obj_perm_sets.spt"))
		sk_note_first(&l->perm_sets, path);
	else if ((!strcmp(base, "global_booleans") || !strcmp(base, "global_tunables")) &&
		 !sk_has_file(&l->global, path))
		return sk_add_file(l, &l->global, path, folder, n);
	return 0;
}

static int sk_no_dots(const struct dirent *d)
{
	return strcmp(d->d_name, ".") && strcmp(d->d_name, "..");
}

static int sk_by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int sk_walk_folder(struct sk_walk *w, const char *path, unsigned int depth);

static int sk_walk_entry(struct sk_walk *w, const char *folder, const struct dirent *d, unsigned int depth)
{
	size_t folder_n = strlen(folder), name_n = strlen(d->d_name);
	bool slash = folder_n && folder[folder_n - 1] == '/';
	char *path = sk_arena_string(&w->l->arena, folder_n + !slash + name_n);
	unsigned char type = d->d_type;
	struct stat st;

	if (!path)
		return -ENOMEM;
	memcpy(path, folder, folder_n);
	path[folder_n] = '/';
	memcpy(path + folder_n + !slash, d->d_name, name_n);
	if (type == DT_UNKNOWN && !lstat(path, &st))
		type = S_ISDIR(st.st_mode) ? DT_DIR : DT_REG;
	if (type != DT_DIR)
		return sk_visit_file(w, path);
	if (d->d_name[0] == '.' && !(w->flags & SELKIE_LINT_HIDDEN))
		return 0;
	return sk_walk_folder(w, path, depth + 1);
}

static int sk_walk_folder(struct sk_walk *w, const char *path, unsigned int depth)
{
	struct dirent **list = NULL;
	int n, r = 0;

	if (depth > FOLDER_DEPTH_MAX)
		return 0;
	n = scandir(path, &list, sk_no_dots, sk_by_name);
	if (n < 0)
		return errno == ENOMEM ? -ENOMEM : 0;
	for (int i = 0; i < n; i++) {
		if (!r)
			r = sk_walk_entry(w, path, list[i], depth);
		free(list[i]);
	}
	free(list);
	return r;
}

int sk_lint_find_files(struct sk_lint *l, const char *const *paths, unsigned int flags, bool context)
{
	struct sk_walk w = { .l = l, .flags = flags, .context = context };
	bool refused = false;

	for (; paths && *paths; paths++) {
		struct sk_place place = { .kind = SK_PLACE_NONE, .file = *paths };
		const char *path;
		struct stat st;
		int r;

		if (stat(*paths, &st)) {
			sk_error(l->diags, "E0162", &place, "cannot be read: %s", strerror(errno));
			refused = true;
			continue;
		}
		path = sk_arena_strdup(&l->arena, *paths);
		r = !path ? -ENOMEM : S_ISDIR(st.st_mode) ? sk_walk_folder(&w, path, 0) : sk_visit_file(&w, path);
		if (r)
			return r;
	}
	return refused ? SELKIE_LINT_REFUSED : 0;
}
