/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a reference policy's build makes beside the policy: label files, and the files of contexts/. Each is expanded by
 * a reader that knows the settings and the support macros and no interface, as in the tree's own build, where a path
 * that happens to hold an interface's name stays as it is.
 */
#include "syntax/te/refpolicy.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>

static int sk_open_reader(struct sk_refpolicy *rp, const char *define, struct sk_macro_reader *m)
{
	int r = sk_macro_init(m, rp->names, rp->sources, rp->diags);

	if (r)
		return r;
	r = sk_refpolicy_define_settings(rp, m);
	if (!r && define)
		r = sk_macro_define(m, define, "");
	if (!r)
		r = sk_refpolicy_absorb_support(rp, m);
	return r;
}

/* Labels */

struct sk_label_run {
	const struct sk_refpolicy_module *module;
	sk_refpolicy_label_handler handler;
	void *arg;
};

static int sk_handle_line(void *arg, const struct sk_fc_line *line)
{
	struct sk_label_run *run = arg;

	return run->handler(run->arg, run->module, line);
}

int sk_refpolicy_labels(struct sk_refpolicy *rp, sk_refpolicy_label_handler handler, void *arg)
{
	struct sk_label_run run = { .handler = handler, .arg = arg };
	struct sk_macro_reader m;
	struct sk_source *source;
	int r = sk_open_reader(rp, rp->modular ? NULL : "self_contained_policy", &m);

	for (size_t i = 0; i < rp->n_modules && !r; i++) {
		run.module = &rp->modules[i];
		if (run.module->state == SK_REFPOLICY_OFF)
			break;
		r = sk_refpolicy_load(rp, false, &source, "policy/modules/%s/%s.fc", run.module->layer,
				      run.module->name);
		if (!r && source)
			r = sk_fc_parse(&m, source, rp->sources, rp->names, rp->diags, sk_handle_line, &run);
		/* One that cannot be read has been reported. */
		r = r > 0 ? 0 : r;
	}
	sk_macro_done(&m);
	return r > 0 ? 0 : r;
}

int sk_refpolicy_file_labels(struct sk_refpolicy *rp, const struct sk_source *source,
			     sk_refpolicy_label_handler handler, void *arg)
{
	struct sk_label_run run = { .handler = handler, .arg = arg };
	struct sk_macro_reader m;
	int r = sk_open_reader(rp, NULL, &m);

	if (!r)
		r = sk_fc_parse(&m, source, rp->sources, rp->names, rp->diags, sk_handle_line, &run);
	sk_macro_done(&m);
	return r > 0 ? 0 : r;
}

/* Files */

struct sk_files {
	struct sk_refpolicy *rp;
	struct sk_macro_reader m;
	struct sk_refpolicy_file *list;
	size_t n, cap;
};

/* Takes the text out of the buffer into the arena. */
static int sk_add_file(struct sk_files *f, struct sk_buf *text, const char *fmt, ...) SK_PRINTF(3, 4);

static int sk_add_file(struct sk_files *f, struct sk_buf *text, const char *fmt, ...)
{
	struct sk_refpolicy_file file = { .n = text->n };
	va_list args;
	int r;

	va_start(args, fmt);
	file.path = sk_arena_vprintf(&f->rp->arena, fmt, args);
	va_end(args);
	file.text = sk_buf_str(text) ? sk_arena_strndup(&f->rp->arena, text->data, text->n) : NULL;
	sk_buf_done(text);
	sk_buf_init(text);
	r = sk_grow(&f->list, &f->cap, f->n + 1, sizeof(*f->list));
	if (r || !file.path || !file.text)
		return -ENOMEM;
	f->list[f->n++] = file;
	return 0;
}

/* Each line of the text for which `keep` holds. */
static void sk_filter(struct sk_buf *text, struct sk_buf *to, bool (*keep)(const char *line, size_t n))
{
	const char *end = text->data + text->n, *nl;

	for (const char *p = text->data; p && p < end; p = nl + 1) {
		nl = memchr(p, '\n', (size_t)(end - p));
		if (!nl)
			nl = end;
		if (!keep(p, (size_t)(nl - p)))
			continue;
		sk_buf_add(to, p, (size_t)(nl - p));
		sk_buf_addc(to, '\n');
	}
}

static bool sk_starts_lower(const char *p, size_t n)
{
	return n && ((*p >= 'a' && *p <= 'z') || *p == '_');
}

static bool sk_starts_letter(const char *p, size_t n)
{
	return n && *p >= 'a' && *p <= 'z';
}

static bool sk_is_user(const char *p, size_t n)
{
	return n >= 4 && !memcmp(p, "user", 4);
}

/* No comment and not empty. */
static bool sk_says_something(const char *p, size_t n)
{
	while (n && (*p == ' ' || *p == '\t')) {
		p++;
		n--;
	}
	return n && *p != '#';
}

/* Blanks at the start of lines go. */
static void sk_cut_indent(const struct sk_buf *text, struct sk_buf *to)
{
	bool start = true;

	for (size_t i = 0; i < text->n; i++) {
		char c = text->data[i];

		if (start && (c == ' ' || c == '\t'))
			continue;
		start = c == '\n';
		sk_buf_addc(to, c);
	}
}

/*
 * A file below the root, expanded. What the tree's build puts before it, the rest of an m4 run over divert(-1), macros
 * and divert, is nothing.
 */
static int sk_expand(struct sk_files *f, struct sk_macro_reader *m, bool must, struct sk_buf *to, const char *path)
{
	struct sk_source *source;
	int r = sk_refpolicy_load(f->rp, must, &source, "%s", path);

	return r || !source ? r : sk_macro_expand(m, source, to);
}

static int sk_appconfig_file(struct sk_files *f, const char *type, const char *name)
{
	sk_auto_buf struct sk_buf text = SK_BUF_INIT, kept = SK_BUF_INIT;
	static const char users[] = "_default_contexts";
	size_t n = strlen(name);
	struct sk_source *source;
	char path[600];
	int r;

	snprintf(path, sizeof(path), "config/appconfig-%.100s/%.400s", type, name);
	if (n > strlen(users) && !strcmp(name + n - strlen(users), users)) {
		r = sk_refpolicy_load(f->rp, true, &source, "%s", path);
		if (!r)
			sk_buf_add(&text, source->text, source->size);
		return r ? r : sk_add_file(f, &text, "contexts/users/%.*s", (int)(n - strlen(users)), name);
	}
	if (!strcmp(name, "media")) {
		r = sk_refpolicy_load(f->rp, true, &source, "%s", path);
		if (!r)
			sk_buf_add(&text, source->text, source->size);
		return r ? r : sk_add_file(f, &text, "contexts/files/media");
	}
	r = sk_expand(f, &f->m, true, &text, path);
	if (r)
		return r;
	if (!strcmp(name, "seusers")) {
		sk_filter(&text, &kept, sk_starts_lower);
		return sk_add_file(f, &kept, "seusers");
	}
	if (!strcmp(name, "initrc_context")) {
		sk_filter(&text, &kept, sk_starts_letter);
		return sk_add_file(f, &kept, "contexts/initrc_context");
	}
	return sk_add_file(f, &text, "contexts/%s", name);
}

static int sk_appconfig(struct sk_files *f)
{
	const char *type = sk_refpolicy_setting(f->rp, "TYPE"), **names;
	char folder[200];
	size_t n;
	int r;

	snprintf(folder, sizeof(folder), "config/appconfig-%.100s", *type ? type : "standard");
	r = sk_refpolicy_list(f->rp, folder, "", &names, &n);
	for (size_t i = 0; i < n && !r; i++)
		r = sk_appconfig_file(f, *type ? type : "standard", names[i]);
	free(names);
	return r;
}

static int sk_subs(struct sk_files *f)
{
	sk_auto_buf struct sk_buf text = SK_BUF_INIT;
	struct sk_source *source;
	int r = sk_refpolicy_load(f->rp, false, &source, "config/file_contexts.subs_dist");

	if (r || !source)
		return r;
	sk_buf_add(&text, source->text, source->size);
	return sk_add_file(f, &text, "contexts/files/file_contexts.subs_dist");
}

/* Whose names have a prefix, for those who make home directories' labels. */
static int sk_users_extra(struct sk_files *f)
{
	sk_auto_buf struct sk_buf text = SK_BUF_INIT, cut = SK_BUF_INIT, kept = SK_BUF_INIT;
	struct sk_macro_reader m;
	int r = sk_open_reader(f->rp, "users_extra", &m);

	if (!r)
		r = sk_expand(f, &m, true, &text, "policy/users");
	sk_macro_done(&m);
	if (r)
		return r;
	sk_cut_indent(&text, &cut);
	sk_filter(&cut, &kept, sk_is_user);
	return sk_add_file(f, &kept, "users_extra");
}

/* users/system.users and users/local.users, of monolithic policies. */
static int sk_system_users(struct sk_files *f)
{
	static const char head[] = "# \n# Do not edit this file. \n"
		"# This file is replaced on reinstalls of this policy.\n"
		"# Please edit local.users to make local changes.\n#\n";
	sk_auto_buf struct sk_buf text = SK_BUF_INIT, cut = SK_BUF_INIT, kept = SK_BUF_INIT;
	struct sk_source *source;
	int r = sk_expand(f, &f->m, true, &text, "policy/users");

	if (r)
		return r;
	sk_buf_adds(&kept, head);
	sk_cut_indent(&text, &cut);
	sk_filter(&cut, &kept, sk_says_something);
	r = sk_add_file(f, &kept, "users/system.users");
	if (!r)
		r = sk_refpolicy_load(f->rp, false, &source, "config/local.users");
	if (r || !source)
		return r;
	sk_buf_add(&kept, source->text, source->size);
	return sk_add_file(f, &kept, "users/local.users");
}

static int sk_compare_lines(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The lines of booleans.conf with 0 and 1 for false and true, sorted. */
static int sk_booleans(struct sk_files *f)
{
	sk_auto_buf struct sk_buf text = SK_BUF_INIT, kept = SK_BUF_INIT;
	const char *conf;
	char **lines = NULL;
	size_t n = 0, cap = 0;
	char *next = NULL;
	int r = sk_refpolicy_booleans(f->rp, true, &conf);

	if (r)
		return r;
	for (const char *p = conf; *p;) {
		size_t no = !strncmp(p, "false", 5) ? 5 : !strncmp(p, "true", 4) ? 4 : 0;

		sk_buf_addc(&text, !no ? *p : no == 5 ? '0' : '1');
		p += no ? no : 1;
	}
	if (!sk_buf_str(&text))
		return -ENOMEM;
	for (char *line = strtok_r(text.data, "\n", &next); line && !r; line = strtok_r(NULL, "\n", &next)) {
		if (!sk_says_something(line, strlen(line)))
			continue;
		r = sk_grow(&lines, &cap, n + 1, sizeof(*lines));
		if (!r)
			lines[n++] = line;
	}
	if (n)
		qsort(lines, n, sizeof(*lines), sk_compare_lines);
	for (size_t i = 0; i < n; i++)
		sk_buf_printf(&kept, "%s\n", lines[i]);
	free(lines);
	return r ? r : sk_add_file(f, &kept, "booleans");
}

int sk_refpolicy_files(struct sk_refpolicy *rp, const struct sk_refpolicy_file **ret_files, size_t *ret_n)
{
	struct sk_files f = { .rp = rp };
	int r = sk_open_reader(rp, rp->modular ? NULL : "self_contained_policy", &f.m);

	if (!r)
		r = sk_appconfig(&f);
	if (!r)
		r = sk_subs(&f);
	if (!r)
		r = sk_users_extra(&f);
	if (!r && !rp->modular)
		r = sk_system_users(&f);
	if (!r && !rp->modular)
		r = sk_booleans(&f);
	sk_macro_done(&f.m);
	*ret_n = r ? 0 : f.n;
	*ret_files = r ? NULL : sk_arena_memdup(&rp->arena, f.n ? (void *)f.list : (void *)&f, f.n * sizeof(*f.list));
	free(f.list);
	return r ? r : *ret_files ? 0 : -ENOMEM;
}
