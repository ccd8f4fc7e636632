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

static int sk_install_homes(struct sk_install *in, const struct sk_policy *policy, const struct sk_buf *template,
			    struct sk_buf *out)
{
	static const char *const roots[] = { "/home", NULL };
	struct sk_label_user root = { .login = "root", .uid = "0", .level = "", .home = "/root" };
	struct sk_label_homes homes = { .roots = roots, .users = &root, .mls = selkie_policy_is_mls(policy),
		.valid = sk_install_is_valid, .arg = (void *)policy,
		.fallback = { .login = "[^/]+", .uid = "[0-9]+", .user = "user_u", .prefix = "user", .level = "" } };
	int r;

	if (!in->modular) {
		homes.n_users = sk_install_script_root(in, &root);
		return sk_label_homedirs(template->data, template->n, SK_LABEL_REFPOLICY, &homes, out);
	}
	r = sk_install_store_login(in, policy, "__default__", &homes.fallback);
	if (r >= 0) {
		r = sk_install_store_login(in, policy, "root", &root);
		homes.n_users = !r;
	}
	return r < 0 ? r : sk_label_homedirs(template->data, template->n, SK_LABEL_SEMANAGE, &homes, out);
}

/* Labels */

static bool sk_install_is_enabled(void *arg, uint32_t block)
{
	return ((const bool *)arg)[block];
}

struct sk_install_texts {
	struct sk_buf fc, template, homes, types;
};

static int sk_install_make(struct sk_install *in, const struct sk_units *units, const bool *enabled,
			   const struct sk_policy *policy, struct sk_install_texts *t)
{
	struct sk_diags *diags = units->n ? units->list[0]->space->diags : NULL;
	size_t before = diags ? selkie_diagnostics_count(diags, SELKIE_SEVERITY_ERROR) : 0;
	int r = sk_label_files(units, in->modular ? SK_LABEL_SEMANAGE : SK_LABEL_REFPOLICY, sk_install_is_enabled,
			       (void *)enabled, &t->fc, &t->template);

	if (!r && diags && selkie_diagnostics_count(diags, SELKIE_SEVERITY_ERROR) > before)
		return SK_REFPOLICY_REFUSED;
	if (!r)
		r = sk_install_homes(in, policy, &t->template, &t->homes);
	if (!r)
		r = sk_label_customizable(units, &t->types);
	if (!r)
		r = sk_install_add(in, "contexts/files/file_contexts", t->fc.data, t->fc.n);
	/* A module store keeps the template to itself. */
	if (!r && !in->modular)
		r = sk_install_add(in, "contexts/files/homedir_template", t->template.data, t->template.n);
	if (!r)
		r = sk_install_add(in, "contexts/files/file_contexts.homedirs", t->homes.data, t->homes.n);
	return r ? r : sk_install_add(in, "contexts/customizable_types", t->types.data, t->types.n);
}

static int sk_install_compare(const void *a, const void *b)
{
	return strcmp(((const struct sk_install_file *)a)->path, ((const struct sk_install_file *)b)->path);
}

int sk_install_finish(struct sk_install *in, const struct sk_units *units, const bool *enabled,
		      const struct sk_policy *policy)
{
	struct sk_install_texts t = { SK_BUF_INIT, SK_BUF_INIT, SK_BUF_INIT, SK_BUF_INIT };
	int r = sk_install_make(in, units, enabled, policy, &t);

	sk_buf_done(&t.fc);
	sk_buf_done(&t.template);
	sk_buf_done(&t.homes);
	sk_buf_done(&t.types);
	if (!r)
		qsort(in->files, in->n, sizeof(*in->files), sk_install_compare);
	return r;
}

void sk_install_free(struct sk_install *in)
{
	if (!in)
		return;
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
