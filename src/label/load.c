/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which files make a database, and in what order: FILE, FILE.homedirs, FILE.local for the rules, FILE.subs_dist and
 * FILE.subs for the substitutions; only the first must be there.
 */
#include "label/database.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/word.h"
#include "selkie/host.h"

struct sk_loading {
	struct sk_label_db *db;
	struct sk_diags *diags;
	const char *const *paths; /* what was named: not read a second time beside another */
	size_t n_paths;
};

/* One file of any kind. Returns 0 or a negative errno, -ENOENT when it is not there. */
static int load_file(struct sk_loading *ld, const char *path)
{
	struct sk_label_file file = {
		.input = sk_has_suffix(path, ".homedirs") ? 1
			 : sk_has_suffix(path, ".local")  ? 2
							  : 0,
	};
	int r = sk_label_file_read(&file, path, &ld->db->arena);

	if (r)
		return r;
	if (sk_has_suffix(path, ".subs_dist") || sk_has_suffix(path, ".subs"))
		return sk_label_db_add_subs(ld->db, &file, sk_has_suffix(path, ".subs_dist"),
					    ld->diags);
	return sk_label_db_add(ld->db, &file, ld->diags);
}

static int load_named(struct sk_loading *ld, const char *path, bool may_miss)
{
	struct sk_place at = { .file = path };
	int r = load_file(ld, path);

	if (r == -ENOENT && may_miss)
		return 0;
	if (r && r != -ENOMEM)
		sk_error(ld->diags, "E0500", &at, "cannot be read: %s", strerror(-r));
	return r;
}

static int load_beside(struct sk_loading *ld, const char *path, const char *suffix)
{
	sk_auto_free char *name = NULL;

	if (asprintf(&name, "%s%s", path, suffix) < 0) {
		name = NULL;
		return -ENOMEM;
	}
	for (size_t i = 0; i < ld->n_paths; i++)
		if (!strcmp(ld->paths[i], name))
			return 0;
	return load_named(ld, name, true);
}

static int load_with_siblings(struct sk_loading *ld, const char *path)
{
	static const char *const parts[] = { ".homedirs", ".local", ".subs_dist", ".subs" };
	bool base_only = ld->db->options.base_only;
	int r = load_named(ld, path, false);

	for (size_t i = 0; i < SK_ARRAY_LEN(parts) && !r; i++)
		if (sk_has_suffix(path, parts[i]))
			return r;
	for (size_t i = base_only ? 2 : 0; i < SK_ARRAY_LEN(parts) && !r; i++)
		r = load_beside(ld, path, parts[i]);
	return r;
}

/* Hands over a database that was filled, or frees it. */
static int finish(struct sk_label_db *db, int r, selkie_label_db **ret_db)
{
	if (!r)
		r = sk_label_db_seal(db);
	if (r)
		selkie_label_free(db);
	else
		*ret_db = db;
	return r;
}

int selkie_label_load(const char *const *paths, size_t n_paths,
		      const struct selkie_label_options *options, selkie_diagnostics *diags,
		      selkie_label_db **ret_db)
{
	struct sk_loading ld = { .diags = diags, .paths = paths, .n_paths = n_paths };
	int r = sk_label_db_new(options, &ld.db);

	if (r)
		return r;
	for (size_t i = 0; i < n_paths && !r; i++)
		r = load_with_siblings(&ld, paths[i]);
	return finish(ld.db, r, ret_db);
}

int selkie_label_read_memory(const void *data, size_t size, const char *name,
			     const struct selkie_label_options *options, selkie_diagnostics *diags,
			     selkie_label_db **ret_db)
{
	struct sk_label_file file = { 0 };
	struct sk_label_db *db;
	int r = sk_label_db_new(options, &db);

	if (r)
		return r;
	r = sk_label_file_copy(&file, name, data, size, &db->arena);
	if (!r)
		r = sk_label_db_add(db, &file, diags);
	return finish(db, r, ret_db);
}

int selkie_label_load_root(const char *root, const char *policy_type,
			   const struct selkie_label_options *options, selkie_diagnostics *diags,
			   selkie_label_db **ret_db)
{
	sk_auto_free char *type = NULL, *path = NULL;
	const char *paths[1];
	int r;

	if (!root || !strcmp(root, "/"))
		root = "";
	if (!policy_type) {
		r = selkie_host_policy_type(root, &type);
		if (r < 0)
			return r;
		/* Without a configuration libselinux looks for this one; the file's absence is then reported. */
		policy_type = r ? "targeted" : type;
	}
	if (asprintf(&path, "%s/etc/selinux/%s/contexts/files/file_contexts", root, policy_type) <
	    0) {
		path = NULL;
		return -ENOMEM;
	}
	paths[0] = path;
	return selkie_label_load(paths, 1, options, diags, ret_db);
}
