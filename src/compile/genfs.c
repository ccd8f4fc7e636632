/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Contexts of paths within file systems that hold none: file systems by name, the longest path first, as the kernel
 * takes the first one that is a prefix.
 */
#include <errno.h>
#include <string.h>

#include "compile/context.h"
#include "selkie/capability.h"

struct sk_genfs_entry {
	const char *fstype, *path;
	uint32_t cls, stmt;
	bool cil;
	struct sk_context context;
};

struct sk_genfs_entries {
	struct sk_genfs_entry *list;
	size_t n, cap;
};

/* The class of a file type; 0 for any, UINT32_MAX when the policy lacks it. */
static uint32_t sk_file_class(struct sk_compiler *c, const struct sk_unit_stmt *stmt, uint32_t file)
{
	static const char *const names[] = {
		[SK_UNIT_FILE_FILE] = "file", [SK_UNIT_FILE_DIR] = "dir", [SK_UNIT_FILE_CHAR] = "chr_file",
		[SK_UNIT_FILE_BLOCK] = "blk_file", [SK_UNIT_FILE_SOCKET] = "sock_file", [SK_UNIT_FILE_PIPE] = "fifo_file",
		[SK_UNIT_FILE_SYMLINK] = "lnk_file",
	};

	if (file == SK_UNIT_FILE_ANY || file >= SK_ARRAY_LEN(names))
		return 0;
	for (uint32_t i = 0; i < c->policy->n_classes; i++)
		if (!strcmp(c->policy->classes[i].name, names[file]))
			return i + 1;
	sk_compile_error(c, "E0801", stmt, "unknown class '%s', which this file type stands for", names[file]);
	return UINT32_MAX;
}

static int sk_collect_genfs(struct sk_compiler *c, struct sk_genfs_entries *entries)
{
	uint32_t wildcard = selkie_capability_find("genfs_seclabel_wildcard");
	bool star = wildcard != SELKIE_CAPABILITY_NONE && sk_bitset_has(&c->policy->capabilities, wildcard);

	SK_EACH_STMT_OF(c, SK_UNIT_GENFSCON, u, stmt, number) {
		struct sk_genfs_entry e = { .stmt = number };
		const char *path;

		e.cil = c->units[u]->source == SK_UNIT_CIL || c->options->store_order;
		e.cls = sk_file_class(c, stmt, stmt->op[2]);
		if (e.cls == UINT32_MAX || !sk_context_of(c, stmt, stmt->op[3], &e.context))
			continue;
		path = sk_intern_str(c->names, stmt->op[1]);
		e.fstype = sk_keep(c, sk_intern_str(c->names, stmt->op[0]));
		e.path = star ? sk_arena_printf(&c->policy->arena, "%s*", path) : sk_keep(c, path);
		if (!e.path || SK_COMPILE_ADD(*entries, e))
			return -ENOMEM;
	}
	return 0;
}

static int sk_compare_genfs(const void *x, const void *y)
{
	const struct sk_genfs_entry *a = x, *b = y;
	size_t n = strlen(a->path), m = strlen(b->path);
	int r = strcmp(a->fstype, b->fstype);

	if (r || n != m)
		return r ? r : n > m ? -1 : 1;
	return a->stmt < b->stmt ? -1 : a->stmt > b->stmt;
}

/* What stands twice: entries of one path that are for a common class. CIL may give one the same context twice. */
static void sk_check_genfs(struct sk_compiler *c, struct sk_genfs_entries *entries)
{
	size_t n_kept = 1;

	for (size_t i = 1; i < entries->n; i++) {
		const struct sk_genfs_entry *b = &entries->list[i];
		size_t n = strlen(b->path);
		bool drop = false;

		for (size_t k = n_kept; k-- > 0;) {
			const struct sk_genfs_entry *a = &entries->list[k];

			if (strcmp(a->fstype, b->fstype) || strlen(a->path) != n)
				break;
			if (strcmp(a->path, b->path) || (a->cls && b->cls && a->cls != b->cls))
				continue;
			drop = a->cil && b->cil && a->cls == b->cls && sk_contexts_equal(&a->context, &b->context, 1);
			if (drop)
				break;
			sk_compile_note(c, sk_compile_error(c, "E0814", sk_stmt_at(c, b->stmt, NULL),
							    "path '%s' of file system '%s' has a context already",
							    b->path, b->fstype),
					sk_stmt_at(c, a->stmt, NULL), "it is given here");
			break;
		}
		if (!drop)
			entries->list[n_kept++] = *b;
	}
	if (entries->n)
		entries->n = n_kept;
}

static int sk_fill_genfs(struct sk_compiler *c, const struct sk_genfs_entries *entries)
{
	struct sk_policy *p = c->policy;
	struct sk_genfs_path *paths = SK_ARENA_ARRAY(&p->arena, struct sk_genfs_path, entries->n + 1);

	p->genfs = SK_ARENA_ARRAY(&p->arena, struct sk_genfs, entries->n + 1);
	if (!paths || !p->genfs)
		return -ENOMEM;
	for (size_t i = 0; i < entries->n; i++) {
		const struct sk_genfs_entry *e = &entries->list[i];
		uint64_t key;

		if (!i || strcmp(entries->list[i - 1].fstype, e->fstype))
			p->genfs[p->n_genfs++] = (struct sk_genfs){ .fstype = e->fstype, .paths = &paths[i] };
		paths[i] = (struct sk_genfs_path){ .path = e->path, .cls = { e->cls }, .context = e->context };
		p->genfs[p->n_genfs - 1].n_paths++;
		if (c->want_origins &&
		    (!sk_origin_genfs_key(e->fstype, &paths[i], &key) || sk_note_key(c, key, e->stmt)))
			return -ENOMEM;
	}
	return 0;
}

int sk_compile_genfs(struct sk_compiler *c)
{
	struct sk_genfs_entries entries = { 0 };
	int r = sk_collect_genfs(c, &entries);

	if (!r) {
		if (entries.n)
			qsort(entries.list, entries.n, sizeof(*entries.list), sk_compare_genfs);
		sk_check_genfs(c, &entries);
		r = sk_fill_genfs(c, &entries);
	}
	free(entries.list);
	return r;
}
