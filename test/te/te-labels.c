/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Makes the files of a reference policy tree beside its policy: `te-labels DIR OUT [NAME=VALUE]...` writes them below
 * OUT (file_contexts, homedir_template, file_contexts.homedirs, customizable_types and those of sk_refpolicy_files).
 * For tests against the tree's own build.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "reading.h"
#include "unit/label.h"

static int write_file(const char *out, const char *path, const char *text, size_t n)
{
	char name[4096];
	FILE *f;

	snprintf(name, sizeof(name), "%s/%s", out, path);
	for (char *p = name + strlen(out) + 1; (p = strchr(p, '/')); p++) {
		*p = '\0';
		mkdir(name, 0777);
		*p = '/';
	}
	f = fopen(name, "w");
	if (!f)
		return -errno;
	if (n)
		fwrite(text, 1, n, f);
	return fclose(f) ? -errno : 0;
}

static int write_labels(struct reading *in, const char *out)
{
	static const char *const roots[] = { "/home", NULL };
	const struct sk_label_user root = { .login = "root", .uid = "0", .user = in->rp.modular ? "unconfined_u" : "root",
		.prefix = in->rp.modular ? "unconfined" : "sysadm", .level = "s0", .home = "/root" };
	struct sk_label_homes homes = { .roots = roots, .users = &root, .n_users = 1, .mls = true,
		.fallback = { .login = "[^/]+", .uid = "[0-9]+", .user = in->rp.modular ? "unconfined_u" : "user_u",
			      .prefix = in->rp.modular ? "unconfined" : "user", .level = "s0" } };
	enum sk_label_style style = in->rp.modular ? SK_LABEL_SEMANAGE : SK_LABEL_REFPOLICY;
	struct sk_label_file fc = SK_LABEL_FILE_INIT, template = SK_LABEL_FILE_INIT, dirs = SK_LABEL_FILE_INIT;
	struct sk_buf types = SK_BUF_INIT;
	int r = sk_label_files(&in->units, style, NULL, NULL, &fc, &template);

	if (!r)
		r = sk_label_homedirs(&template, style, &homes, &dirs);
	if (!r)
		r = sk_label_customizable(&in->units, &types);
	if (!r)
		r = write_file(out, "contexts/files/file_contexts", fc.text.data, fc.text.n);
	if (!r)
		r = write_file(out, "contexts/files/homedir_template", template.text.data, template.text.n);
	if (!r)
		r = write_file(out, "contexts/files/file_contexts.homedirs", dirs.text.data, dirs.text.n);
	if (!r)
		r = write_file(out, "contexts/customizable_types", types.data, types.n);
	sk_label_file_done(&fc);
	sk_label_file_done(&template);
	sk_label_file_done(&dirs);
	sk_buf_done(&types);
	return r;
}

static int run_all(struct reading *in, const char *root, const char *out, const char *const *settings)
{
	const struct sk_refpolicy_file *files;
	size_t n = 0;
	int r = reading_begin(in);

	if (!r)
		r = sk_refpolicy_open(&in->rp, root, settings, &in->names, &in->sources, in->diags);
	if (!r)
		r = sk_unit_read_tree(&in->units, &in->space, &in->rp, NULL);
	mkdir(out, 0777);
	if (r >= 0)
		r = write_labels(in, out);
	if (!r)
		r = sk_refpolicy_files(&in->rp, &files, &n);
	for (size_t i = 0; i < n && !r; i++)
		r = write_file(out, files[i].path, files[i].text, files[i].n);
	return r;
}

int main(int argc, char **argv)
{
	struct reading in;

	if (argc < 3)
		return 2;
	return reading_finish(&in, run_all(&in, argv[1], argv[2], (const char *const *)argv + 3));
}
