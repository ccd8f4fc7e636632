/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The install directory of a reference policy tree. Some files are sources that were expanded, others are made of the
 * whole policy's labels. Homes are those of the tree's own logins, never of the machine: whoever is not named has
 * /home/NAME, and root has /root.
 */
#include "compile/install.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/diag.h"
#include "base/output.h"
#include "compile/originate.h"
#include "selkie/context.h"
#include "selkie/level.h"
#include "selkie/name.h"
#include "selkie/policy.h"
#include "selkie/user.h"
#include "unit/label.h"

/* Takes a copy of the text. */
static int sk_install_add(struct sk_install *in, const char *path, const char *text, size_t n)
{
	struct sk_install_file file = { .path = sk_arena_printf(&in->arena, "%s/%s", in->name, path),
		.text = sk_arena_strndup(&in->arena, n ? text : "", n), .n = n };

	if (!file.path || !file.text || sk_grow(&in->files, &in->cap, in->n + 1, sizeof(*in->files)))
		return -ENOMEM;
	in->files[in->n++] = file;
	return 0;
}

/* The text of a file that is there already, or "". */
static const char *sk_install_text(const struct sk_install *in, const char *path)
{
	size_t skip = strlen(in->name) + 1;

	for (size_t i = 0; i < in->n; i++)
		if (!strcmp(in->files[i].path + skip, path))
			return in->files[i].text;
	return "";
}

static int sk_install_take_name(struct sk_refpolicy *rp, struct sk_install *in)
{
	const char *name = sk_refpolicy_setting(rp, "NAME");
	struct sk_place place = { .file = rp->root };

	if (!*name)
		name = sk_refpolicy_setting(rp, "TYPE");
	in->name = sk_arena_strdup(&in->arena, *name ? name : "standard");
	if (!in->name)
		return -ENOMEM;
	if (!strchr(in->name, '/') && strcmp(in->name, ".") && strcmp(in->name, ".."))
		return 0;
	sk_error(rp->diags, "E0823", &place, "NAME is '%s', which cannot be a folder of its own", in->name);
	return SK_REFPOLICY_REFUSED;
}

int sk_install_begin(struct sk_refpolicy *rp, struct sk_install **ret)
{
	struct sk_install *in = *ret = calloc(1, sizeof(*in));
	const struct sk_refpolicy_file *files;
	size_t n;
	int r;

	if (!in)
		return -ENOMEM;
	in->modular = rp->modular;
	r = sk_install_take_name(rp, in);
	if (!r)
		r = sk_refpolicy_files(rp, &files, &n);
	for (size_t i = 0; !r && i < n; i++) {
		/* Of a monolithic policy users/ says it. */
		if (in->modular || strcmp(files[i].path, "users_extra") != 0)
			r = sk_install_add(in, files[i].path, files[i].text, files[i].n);
	}
	return r;
}

/* Logins */

/* The word behind a prefix of a line, up to one of the characters in `ends`; NULL when no line begins so. */
static const char *sk_install_word(struct sk_install *in, const char *text, const char *before, const char *ends)
{
	size_t n = strlen(before);

	for (const char *p = text; *p; p += strcspn(p, "\n"), p += *p == '\n')
		if (!strncmp(p, before, n))
			return sk_arena_strndup(&in->arena, p + n, strcspn(p + n, ends));
	return NULL;
}

/* root of a monolithic policy, whose prefix is the first of its roles. */
static bool sk_install_script_root(struct sk_install *in, struct sk_label_user *root)
{
	const char *files[] = { "users/local.users", "users/system.users" }, *role = NULL;

	for (size_t i = 0; !role && i < SK_ARRAY_LEN(files); i++) {
		const char *text = sk_install_text(in, files[i]);

		role = sk_install_word(in, text, "user root roles { ", " \n};");
		if (!role)
			role = sk_install_word(in, text, "user root roles ", " \n{};");
	}
	if (!role)
		return false;
	root->user = "root";
	root->prefix = sk_arena_strndup(&in->arena, role, strlen(role) - (strlen(role) > 2 && strstr(role, "_r") ? 2 : 0));
	return root->prefix != NULL;
}

/* A login of a modular policy: its user by seusers, the prefix by users_extra, the level by the policy. */
static int sk_install_store_login(struct sk_install *in, const struct sk_policy *policy, const char *login,
				  struct sk_label_user *user)
{
	const char *start = sk_arena_printf(&in->arena, "%s:", login), *prefix;
	sk_auto_free char *level = NULL;
	selkie_user_id id;
	int r = 0;

	user->user = start ? sk_install_word(in, sk_install_text(in, "seusers"), start, ":\n") : NULL;
	if (!user->user)
		return start ? SK_REFPOLICY_REFUSED : -ENOMEM;
	start = sk_arena_printf(&in->arena, "user %s prefix ", user->user);
	if (!start)
		return -ENOMEM;
	prefix = sk_install_word(in, sk_install_text(in, "users_extra"), start, " ;\n");
	user->prefix = prefix ? prefix : "user";
	id = selkie_user_find(policy, user->user);
	if (id.v && selkie_policy_is_mls(policy))
		r = selkie_level_print(policy, selkie_user_default_level(policy, id), &level);
	user->level = r || !level ? "" : sk_arena_strdup(&in->arena, level);
	return r < 0 || !user->level ? -ENOMEM : id.v ? 0 : SK_REFPOLICY_REFUSED;
}

static bool sk_install_is_valid(void *arg, const char *text)
{
	selkie_context *context = NULL;
	bool valid = !selkie_context_parse(arg, text, 0, NULL, &context);

	selkie_context_free(context);
	return valid;
}

static int sk_install_homes(struct sk_install *in, const struct sk_policy *policy,
			    const struct sk_label_file *template, struct sk_label_file *out)
{
	static const char *const roots[] = { "/home", NULL };
	struct sk_label_user root = { .login = "root", .uid = "0", .level = "", .home = "/root" };
	struct sk_label_homes homes = { .roots = roots, .users = &root, .mls = selkie_policy_is_mls(policy),
		.valid = sk_install_is_valid, .arg = (void *)policy,
		.fallback = { .login = "[^/]+", .uid = "[0-9]+", .user = "user_u", .prefix = "user", .level = "" } };
	int r;

	if (!in->modular) {
		homes.n_users = sk_install_script_root(in, &root);
		return sk_label_homedirs(template, SK_LABEL_REFPOLICY, &homes, out);
	}
	r = sk_install_store_login(in, policy, "__default__", &homes.fallback);
	if (r >= 0) {
		r = sk_install_store_login(in, policy, "root", &root);
		homes.n_users = !r;
	}
	return r < 0 ? r : sk_label_homedirs(template, SK_LABEL_SEMANAGE, &homes, out);
}

/* Labels */

static bool sk_install_is_enabled(void *arg, uint32_t block)
{
	return ((const bool *)arg)[block];
}

struct sk_install_labels {
	struct sk_label_file fc, template, homes;
	struct sk_buf types;
};

/* The origins of a label file's lines, which stand in their order. */
static int sk_install_originate(const struct sk_install *in, const struct sk_units *units,
				const struct sk_label_file *file, struct sk_origins **ret_origins)
{
	struct sk_originating g;
	struct sk_record *records = calloc(file->lines.n + 1, sizeof(*records));
	int r = records ? 0 : -ENOMEM;

	if (r)
		return r;
	for (size_t i = 0; i < file->lines.n; i++) {
		records[i].stmt = file->lines.list[i].stmt;
		sk_origin_key(SK_ORIGIN_LABEL, 0, file->lines.list[i].line >> 16, file->lines.list[i].line & 0xffff, 0,
			      &records[i].key);
	}
	r = sk_originating_init(&g, units->list[0]->space, (const struct sk_unit *const *)units->list, units->n, in->root);
	if (!r)
		r = sk_originate(&g, records, file->lines.n, ret_origins);
	sk_originating_done(&g);
	free(records);
	return r;
}

static int sk_install_add_labels(struct sk_install *in, const struct sk_units *units, const char *path,
				 const struct sk_label_file *file)
{
	int r = sk_install_add(in, path, file->text.data, file->text.n);

	return r || !file->lines.n ? r : sk_install_originate(in, units, file, &in->files[in->n - 1].origins);
}

static int sk_install_make(struct sk_install *in, const struct sk_units *units, const bool *enabled,
			   const struct sk_policy *policy, struct sk_install_labels *l)
{
	struct sk_diags *diags = units->n ? units->list[0]->space->diags : NULL;
	size_t before = diags ? selkie_diagnostics_count(diags, SELKIE_SEVERITY_ERROR) : 0;
	int r = sk_label_files(units, in->modular ? SK_LABEL_SEMANAGE : SK_LABEL_REFPOLICY, sk_install_is_enabled,
			       (void *)enabled, &l->fc, &l->template);

	if (!r && diags && selkie_diagnostics_count(diags, SELKIE_SEVERITY_ERROR) > before)
		return SK_REFPOLICY_REFUSED;
	if (!r)
		r = sk_install_homes(in, policy, &l->template, &l->homes);
	if (!r)
		r = sk_label_customizable(units, &l->types);
	if (!r)
		r = sk_install_add_labels(in, units, "contexts/files/file_contexts", &l->fc);
	/* A module store keeps the template to itself. */
	if (!r && !in->modular)
		r = sk_install_add(in, "contexts/files/homedir_template", l->template.text.data, l->template.text.n);
	if (!r)
		r = sk_install_add_labels(in, units, "contexts/files/file_contexts.homedirs", &l->homes);
	return r ? r : sk_install_add(in, "contexts/customizable_types", l->types.data, l->types.n);
}

static int sk_install_compare(const void *a, const void *b)
{
	return strcmp(((const struct sk_install_file *)a)->path, ((const struct sk_install_file *)b)->path);
}

int sk_install_finish(struct sk_install *in, const struct sk_units *units, const bool *enabled,
		      const struct sk_policy *policy)
{
	struct sk_install_labels l = { SK_LABEL_FILE_INIT, SK_LABEL_FILE_INIT, SK_LABEL_FILE_INIT, SK_BUF_INIT };
	int r;

	l.fc.keep_lines = l.template.keep_lines = l.homes.keep_lines = in->want_origins;
	r = sk_install_make(in, units, enabled, policy, &l);
	sk_label_file_done(&l.fc);
	sk_label_file_done(&l.template);
	sk_label_file_done(&l.homes);
	sk_buf_done(&l.types);
	if (!r)
		qsort(in->files, in->n, sizeof(*in->files), sk_install_compare);
	return r;
}

void sk_install_free(struct sk_install *in)
{
	if (!in)
		return;
	for (size_t i = 0; i < in->n; i++)
		selkie_origins_free(in->files[i].origins);
	free(in->files);
	sk_arena_done(&in->arena);
	free(in);
}

/* Writing */

/* Every folder on the way to a file. */
static int sk_install_make_folders(char *path)
{
	for (char *p = path + 1; (p = strchr(p, '/')); p++) {
		int r;

		*p = '\0';
		r = mkdir(path, 0755) && errno != EEXIST ? -errno : 0;
		*p = '/';
		if (r)
			return r;
	}
	return 0;
}

/* Writes and flushes, beside the place. */
static int sk_install_put(struct sk_output *output, const char *directory, const char *path, const void *data, size_t n)
{
	sk_auto_free char *whole = NULL;
	int r;

	if (asprintf(&whole, "%s/%s", directory, path) < 0) {
		whole = NULL;
		return -ENOMEM;
	}
	r = sk_install_make_folders(whole);
	if (!r)
		r = sk_output_open(output, whole);
	if (!r)
		r = sk_write_whole(output->fd, data, n);
	if (!r)
		r = sk_output_finish(output, 0644);
	if (output->fd >= 0)
		close(output->fd);
	output->fd = -1;
	return r;
}

static int sk_install_commit(struct sk_output *outputs, size_t n)
{
	int r = 0;

	for (size_t i = 0; !r && i < n; i++)
		r = sk_output_commit(&outputs[i]);
	for (size_t i = 0; !r && i < n; i++)
		r = sk_output_sync(&outputs[i]);
	return r;
}

int sk_install_write(const struct sk_install *in, const char *directory, const char *policy_path, const void *policy,
		     size_t size)
{
	sk_auto_free struct sk_output *outputs = calloc(in->n + 1, sizeof(*outputs));
	size_t n = 0;
	int r = outputs ? 0 : -ENOMEM;

	for (; !r && n <= in->n; n++) {
		const struct sk_install_file *file = n < in->n ? &in->files[n] : NULL;

		outputs[n] = (struct sk_output)SK_OUTPUT_INIT;
		r = sk_install_put(&outputs[n], directory, file ? file->path : policy_path, file ? file->text : policy,
				   file ? file->n : size);
	}
	if (!r)
		r = sk_install_commit(outputs, n);
	for (size_t i = 0; i < n; i++)
		sk_output_close(&outputs[i]);
	return r;
}

int sk_install_write_origins(const struct sk_install *in, const char *directory)
{
	sk_auto_free char *path = NULL;
	int r = 0;

	for (size_t i = 0; !r && i < in->n; i++) {
		if (!strstr(in->files[i].path, "/files/file_contexts"))
			continue;
		free(path);
		if (asprintf(&path, "%s/%s", directory, in->files[i].path) < 0) {
			path = NULL;
			return -ENOMEM;
		}
		r = in->files[i].origins ? sk_origins_save(in->files[i].origins, path) : sk_origins_remove(path);
	}
	return r;
}
