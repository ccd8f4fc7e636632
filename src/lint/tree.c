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

/* Where a file was found: in a folder whose path is shared by all in it, or NULL; its path's last part; its last folder. */
struct sk_found_file {
	const char *path, *folder, *base;
	size_t base_n;
};

/* The name of the folder that holds a file; for a file that was named alone, that of its path. */
static size_t sk_folder_of(const struct sk_found_file *f, const char **ret)
{
	const char *end = f->base > f->path ? f->base - 1 : f->path, *start = end;

	while (start > f->path && start[-1] != '/')
		start--;
	*ret = start;
	return (size_t)(end - start);
}

static int sk_add_file(struct sk_lint *l, struct sk_lint_files *files, const struct sk_found_file *f)
{
	const struct sk_lint_file *last = files->n ? &files->list[files->n - 1] : NULL;
	struct sk_lint_file *file;
	const char *folder;
	size_t folder_n;
	uint32_t layer;
	int r;

	/* most are in the folder of the one before */
	if (last && f->folder && last->folder == f->folder) {
		layer = last->layer;
	} else {
		folder_n = sk_folder_of(f, &folder);
		layer = sk_lint_intern(l, folder, folder_n);
	}
	r = sk_grow(&files->list, &files->cap, files->n + 1, sizeof(*files->list));
	if (r)
		return r;
	file = &files->list[files->n];
	*file = (struct sk_lint_file){ .path = f->path, .base = f->base, .folder = f->folder, .layer = layer };
	file->module = sk_lint_intern(l, f->base, f->base_n - (f->base_n > 3 ? 3 : 0));
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

/* The path lives as long as the run. */
static int sk_visit_file(struct sk_walk *w, const struct sk_found_file *f)
{
	static const char suffixes[SK_LINT_N_FILE_KINDS][4] = { ".te", ".if", ".fc" };
	struct sk_lint *l = w->l;

	for (int i = 0; i < SK_LINT_N_FILE_KINDS; i++)
		if (f->base_n > 3 - (f->base > f->path) && !memcmp(f->base + f->base_n - 3, suffixes[i], 3)) {
			if (w->context && (i == SK_LINT_FC || sk_has_file(&l->files[i], f->path)))
				return 0;
			return sk_add_file(l, w->context ? &l->context[i] : &l->files[i], f);
		}
	if (!(w->flags & SELKIE_LINT_SOURCE))
		return 0;
	if (!strcmp(f->base, "modules.conf"))
		sk_note_first(&l->modules_conf, f->path);
	else if (!strcmp(f->base, "access_vectors"))
		sk_note_first(&l->access_vectors, f->path);
	else if (!strcmp(f->base, "security_classes"))
		sk_note_first(&l->security_classes, f->path);
	else if (!strcmp(f->base, "obj_perm_sets.spt"))
		sk_note_first(&l->perm_sets, f->path);
	else if ((!strcmp(f->base, "global_booleans") || !strcmp(f->base, "global_tunables")) &&
		 !sk_has_file(&l->global, f->path))
		return sk_add_file(l, &l->global, f);
	return 0;
}

/* An entry of a folder; its name is the end of its path. */
struct sk_entry {
	const char *path, *name;
	size_t name_n;
	unsigned char type;
};

static int sk_by_name(const void *a, const void *b)
{
	return strcmp(((const struct sk_entry *)a)->name, ((const struct sk_entry *)b)->name);
}

static int sk_add_entry(struct sk_walk *w, const char *folder, size_t folder_n, const struct dirent *d, struct sk_entry *ret)
{
	bool slash = folder_n && folder[folder_n - 1] == '/';
	size_t name_n = strlen(d->d_name);
	char *path = sk_arena_string(&w->l->arena, folder_n + !slash + name_n);
	struct stat st;

	if (!path)
		return -ENOMEM;
	memcpy(path, folder, folder_n);
	path[folder_n] = '/';
	memcpy(path + folder_n + !slash, d->d_name, name_n);
	*ret = (struct sk_entry){ .path = path, .name = path + folder_n + !slash, .name_n = name_n, .type = d->d_type };
	if (ret->type == DT_UNKNOWN && !lstat(path, &st))
		ret->type = S_ISDIR(st.st_mode) ? DT_DIR : DT_REG;
	return 0;
}

/* The entries of a folder in the order of their names; none of one that cannot be read. *ret is the caller's to free. */
static int sk_read_folder(struct sk_walk *w, const char *path, struct sk_entry **ret, size_t *ret_n)
{
	size_t n = 0, cap = 0, path_n = strlen(path);
	struct dirent *d;
	DIR *dir = opendir(path);
	int r = !dir && errno == ENOMEM ? -ENOMEM : 0;

	*ret = NULL;
	while (dir && !r && (d = readdir(dir))) {
		if (!strcmp(d->d_name, ".") || !strcmp(d->d_name, ".."))
			continue;
		r = sk_grow(ret, &cap, n + 1, sizeof(**ret));
		if (!r)
			r = sk_add_entry(w, path, path_n, d, &(*ret)[n]);
		n += !r;
	}
	if (dir)
		closedir(dir);
	if (n > 1)
		qsort(*ret, n, sizeof(**ret), sk_by_name);
	*ret_n = n;
	return r;
}

static int sk_walk_folder(struct sk_walk *w, const char *path, unsigned int depth)
{
	sk_auto_free struct sk_entry *list = NULL;
	size_t n;
	int r;

	if (depth > FOLDER_DEPTH_MAX)
		return 0;
	r = sk_read_folder(w, path, &list, &n);
	for (size_t i = 0; i < n && !r; i++) {
		struct sk_found_file f = { list[i].path, path, list[i].name, list[i].name_n };

		if (list[i].type != DT_DIR)
			r = sk_visit_file(w, &f);
		else if (list[i].name[0] != '.' || w->flags & SELKIE_LINT_HIDDEN)
			r = sk_walk_folder(w, list[i].path, depth + 1);
	}
	return r;
}

/* One that was named itself. */
static int sk_visit_path(struct sk_walk *w, const char *path)
{
	const char *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path;
	struct sk_found_file f = { path, NULL, base, strlen(base) };

	return sk_visit_file(w, &f);
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
		r = !path ? -ENOMEM : S_ISDIR(st.st_mode) ? sk_walk_folder(&w, path, 0) : sk_visit_path(&w, path);
		if (r)
			return r;
	}
	return refused ? SELKIE_LINT_REFUSED : 0;
}
