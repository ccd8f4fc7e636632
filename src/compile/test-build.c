/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Building through the public interface: each allocation fails in turn, from the first line that is read to the policy;
 * options and sources that are none are refused; what is written can be read, and its origins belong to it; a tree's
 * install directory is written whole or not at all.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "alloc-fail.h"
#include "selkie/build.h"
#include "selkie/component.h"
#include "selkie/origin.h"

static char *source(const char *name)
{
	const char *root = getenv("SELKIE_SOURCE_ROOT");
	char *path;

	assert_int_not_equal(asprintf(&path, "%s/test/policies/%s", root ? root : ".", name), -1);
	return path;
}

static const struct selkie_build_options plain = { .size = sizeof(plain), .flags = SELKIE_BUILD_OPTIMIZE };

static int build_failing(void *arg)
{
	const char *const sources[] = { arg };
	selkie_built *built = NULL;
	int r = selkie_build(sources, 1, &plain, NULL, &built);

	selkie_built_free(built);
	return r;
}

static void test_out_of_memory(void **state)
{
	char *path = source("selinux-mls.conf");

	alloc_fail_check(build_failing, path, 700, 0);
	free(path);
}

static void test_refusals(void **state)
{
	const char *const nowhere[] = { "/nowhere/policy.conf" };
	struct selkie_build_options wrong = plain;
	selkie_diagnostics *diags = selkie_diagnostics_new();
	selkie_built *built = NULL;
	char *text;

	wrong.size--;
	assert_int_equal(selkie_build(nowhere, 1, &wrong, diags, &built), -EINVAL);
	assert_int_equal(selkie_build(nowhere, 0, &plain, diags, &built), -EINVAL);
	assert_int_equal(selkie_build(nowhere, 1, &plain, diags, &built), -ENOENT);
	assert_null(built);
	text = selkie_diagnostics_print(diags, 0);
	assert_string_equal(text, "/nowhere/policy.conf: error: cannot read this: No such file or directory [E0820]\n");
	free(text);
	selkie_diagnostics_free(diags);
}

static void test_save(void **state)
{
	char folder[] = "/tmp/build.XXXXXX", path[64], side[80], *conf = source("selinux.conf");
	const char *const sources[] = { conf };
	selkie_built *built = NULL;
	selkie_policy *policy = NULL;
	selkie_origins *origins = NULL;
	struct selkie_rule rule;

	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/policy", folder);
	snprintf(side, sizeof(side), "%s.origins", path);
	assert_int_equal(selkie_build(sources, 1, &plain, NULL, &built), 0);
	assert_int_equal(selkie_built_version(built), 33);
	assert_int_equal(selkie_built_save(built, path, 0, NULL), 0);
	assert_int_equal(selkie_policy_load(path, NULL, &policy), 0);
	assert_int_equal(selkie_policy_version(policy), 33);
	assert_int_equal(selkie_origins_load(path, NULL, &origins), 0);
	for (uint32_t i = 0; i < selkie_rule_count(policy); i++) {
		assert_int_equal(selkie_rule_get(policy, i, &rule), 0);
		assert_int_not_equal(selkie_origins_count(origins, &rule), 0);
	}
	selkie_origins_free(origins);
	selkie_policy_free(policy);

	/* Rules of old versions are other rules: what lay there is of another policy, and goes. */
	assert_int_equal(selkie_built_save(built, path, 19, NULL), 0);
	assert_int_equal(access(side, F_OK), -1);
	unlink(path);
	rmdir(folder);
	selkie_built_free(built);
	free(conf);
}

/* A tree, as small as one can be. */
static const struct {
	const char *path, *text;
} tree[] = {
	{ "build.conf", "TYPE = standard\nNAME = little\nMONOLITHIC = y\n" },
	{ "policy/modules.conf", "only = base\n" },
	{ "policy/flask/security_classes", "class file\n" },
	{ "policy/flask/initial_sids", "sid kernel\n" },
	{ "policy/flask/access_vectors", "class file { read }\n" },
	{ "policy/global_booleans", "" }, { "policy/global_tunables", "" }, { "policy/constraints", "" },
	{ "policy/mls", "" }, { "policy/mcs", "" }, { "policy/policy_capabilities", "" }, { "policy/context_defaults", "" },
	{ "policy/users", "user root roles { staff_r };\nuser system_u roles { staff_r };\n" },
	{ "policy/support/none.spt", "" },
	{ "policy/modules/kernel/metadata.xml", "" }, { "policy/modules/kernel/only.if", "" },
	{ "policy/modules/kernel/only.te",
	  "type a_t; # customizable\nrole staff_r;\nrole staff_r types a_t;\nallow a_t a_t:file read;\n"
	  "sid kernel root:staff_r:a_t\n" },
	{ "policy/modules/kernel/only.fc", "/a.*\tsystem_u:object_r:a_t\n/a/b\t--\tsystem_u:object_r:a_t\n"
	  "HOME_DIR/x\tsystem_u:object_r:a_t\n" },
	{ "config/appconfig-standard/default_type", "staff_r:a_t\n" },
	{ "config/appconfig-standard/seusers", "root:root\n" },
};

static void make_folders(char *path)
{
	for (char *p = path + 1; (p = strchr(p, '/')); p++) {
		*p = '\0';
		mkdir(path, 0777);
		*p = '/';
	}
}

static void put(const char *folder, const char *path, const char *text)
{
	char name[200];
	FILE *f;

	snprintf(name, sizeof(name), "%s/%s", folder, path);
	make_folders(name);
	f = fopen(name, "w");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static void expect(const char *folder, const char *path, const char *text)
{
	char name[200], got[400];
	size_t n;
	FILE *f;

	snprintf(name, sizeof(name), "%s/%s", folder, path);
	f = fopen(name, "r");
	assert_non_null(f);
	n = fread(got, 1, sizeof(got) - 1, f);
	got[n] = '\0';
	fclose(f);
	assert_string_equal(got, text);
}

static int remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	return remove(path);
}

static const struct selkie_build_options install = { .size = sizeof(install), .flags = SELKIE_BUILD_INSTALL };

struct place {
	char source[64], out[64];
};

static int install_failing(void *arg)
{
	const struct place *place = arg;
	const char *const sources[] = { place->source };
	selkie_built *built = NULL;
	int r = selkie_build(sources, 1, &install, NULL, &built);

	if (!r)
		r = selkie_built_install(built, place->out, 0, NULL);
	selkie_built_free(built);
	return r;
}

static void test_install(void **state)
{
	static const char *const files[] = { "little/booleans", "little/contexts/customizable_types", "little/contexts/default_type",
		"little/contexts/files/file_contexts", "little/contexts/files/file_contexts.homedirs",
		"little/contexts/files/homedir_template", "little/seusers", "little/users/system.users", NULL };
	char folder[] = "/tmp/build.XXXXXX", path[96];
	struct place place;
	const char *const sources[] = { place.source };
	selkie_diagnostics *diags = selkie_diagnostics_new();
	selkie_built *built = NULL;
	char *text;

	assert_non_null(mkdtemp(folder));
	snprintf(place.source, sizeof(place.source), "%s/tree", folder);
	snprintf(place.out, sizeof(place.out), "%s/out", folder);
	for (size_t i = 0; i < sizeof(tree) / sizeof(tree[0]); i++)
		put(place.source, tree[i].path, tree[i].text);
	if (selkie_build(sources, 1, &install, diags, &built)) {
		text = selkie_diagnostics_print(diags, 0);
		fail_msg("%s", text);
	}
	assert_string_equal(selkie_built_name(built), "little");
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		if (files[i])
			assert_string_equal(selkie_built_file_path(built, i), files[i]);
		else
			assert_null(selkie_built_file_path(built, i));

	/* What is in the way of one file keeps all others from being written. */
	put(place.out, "little/users", "");
	assert_int_equal(selkie_built_install(built, place.out, 0, diags), -ENOTDIR);
	snprintf(path, sizeof(path), "%s/little/seusers", place.out);
	assert_int_equal(access(path, F_OK), -1);
	snprintf(path, sizeof(path), "%s/little/users", place.out);
	unlink(path);
	assert_int_equal(selkie_built_install(built, place.out, 0, diags), 0);
	expect(place.out, "little/contexts/files/file_contexts",
	       "/a.*\t\tsystem_u:object_r:a_t\n/a/b\t\t--\tsystem_u:object_r:a_t\n");
	expect(place.out, "little/contexts/customizable_types", "a_t\n");
	expect(place.out, "little/seusers", "root:root\n");
	snprintf(path, sizeof(path), "%s/little/policy/policy.33.origins", place.out);
	assert_int_equal(access(path, R_OK), 0);
	selkie_built_free(built);
	alloc_fail_check(install_failing, &place, 700, 0);

	/* Without a configuration, by the comments of the modules. */
	snprintf(path, sizeof(path), "%s/policy/modules.conf", place.source);
	unlink(path);
	put(place.source, "policy/support/none.spt", "define(`gen_bool',`bool $1 $2;')");
	put(place.source, "policy/modules/kernel/only.if", "## <summary>It.</summary>\n");
	put(place.source, "policy/modules/kernel/more.te", "an unknown statement\n");
	put(place.source, "policy/modules/kernel/more.if", "# not documented\n");
	put(place.source, "policy/global_booleans", "gen_bool(`is', true)\n");
	assert_int_equal(selkie_build(sources, 1, &install, diags, &built), 0);
	assert_int_equal(selkie_built_install(built, place.out, 0, diags), 0);
	expect(place.out, "little/booleans", "is = 1\n");
	selkie_built_free(built);
	alloc_fail_check(install_failing, &place, 900, 0);

	put(place.source, "policy/modules/kernel/only.fc", "/a\tsystem_u:object_r:a_t\n/a\troot:object_r:a_t\n");
	assert_int_equal(selkie_build(sources, 1, &install, diags, &built), SELKIE_BUILD_REFUSED);
	put(place.source, "policy/modules/kernel/only.fc", "/a\tsystem_u:object_r:none_t\n");
	assert_int_equal(selkie_build(sources, 1, &install, diags, &built), SELKIE_BUILD_REFUSED);
	put(place.source, "build.conf", "NAME = ../up\nMONOLITHIC = y\n");
	assert_int_equal(selkie_build(sources, 1, &install, diags, &built), SELKIE_BUILD_REFUSED);
	text = selkie_diagnostics_print(diags, 0);
	assert_non_null(strstr(text, "[E0505]"));
	assert_non_null(strstr(text, "only.fc:1:22: error: unknown type 'none_t' [E0801]"));
	assert_non_null(strstr(text, "NAME is '../up', which cannot be a folder of its own [E0823]"));
	free(text);
	selkie_diagnostics_free(diags);
	nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

/* Trees that have parted with the reference policy, by the words of their Makefiles. */
static void test_makefile(void **state)
{
	static const struct {
		const char *makefile, *mono;
		uint32_t n_types;	/* 0: refused */
	} rows[] = {
		{ "", "MONOLITHIC=n", 0 },
		{ "all_interfaces := $(standalone_ifs)\n", "MONOLITHIC=n", 0 },
		{ "all_interfaces := $(standalone_ifs)\nM4PARAM += -D hide_broken_symptoms\n", "MONOLITHIC=n", 1 },
		{ "all_interfaces := $(standalone_ifs)\nM4PARAM += -D hide_broken_symptoms\n", "MONOLITHIC=y", 0 },
		{ "M4PARAM += -D hide_broken_symptoms\n", "MONOLITHIC=n", 0 },
		{ "# rhel4\n$(standalone_ifs)\nM4PARAM += -D hide_broken_symptoms\n", "MONOLITHIC=n", 2 },
	};
	char folder[] = "/tmp/build.XXXXXX";
	const char *const sources[] = { folder };
	const char *config[] = { NULL, "DISTRO=rhel4", NULL };
	const struct selkie_build_options options = { .size = sizeof(options), .config = config };

	assert_non_null(mkdtemp(folder));
	for (size_t i = 0; i < sizeof(tree) / sizeof(tree[0]); i++)
		put(folder, tree[i].path, tree[i].text);
	put(folder, "policy/modules/kernel/alone.if", "define(`alone_read',`allow $1 self:file read;')\n");
	put(folder, "policy/modules/kernel/only.te",
	    "ifdef(`hide_broken_symptoms',`type a_t;')\nrole staff_r;\nrole staff_r types a_t;\nalone_read(a_t)\n"
	    "ifdef(`distro_redhat',`type b_t;')\nsid kernel root:staff_r:a_t\n");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct selkie_statistics n = { .types = 0 };
		selkie_built *built = NULL;

		put(folder, "Makefile", rows[i].makefile);
		config[0] = rows[i].mono;
		assert_int_equal(selkie_build(sources, 1, &options, NULL, &built), rows[i].n_types ? 0 : SELKIE_BUILD_REFUSED);
		if (built)
			selkie_policy_count(selkie_built_policy(built), &n);
		assert_int_equal(n.types, rows[i].n_types);
		selkie_built_free(built);
	}
	nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static void test_install_without_tree(void **state)
{
	char *conf = source("selinux.conf"), *text;
	const char *const sources[] = { conf };
	selkie_diagnostics *diags = selkie_diagnostics_new();
	selkie_built *built = NULL;

	assert_int_equal(selkie_build(sources, 1, &install, diags, &built), SELKIE_BUILD_REFUSED);
	text = selkie_diagnostics_print(diags, 0);
	assert_non_null(strstr(text, "there is no tree here, and only a tree gives an install directory [E0823]"));
	free(text);
	selkie_diagnostics_free(diags);
	assert_int_equal(selkie_build(sources, 1, &plain, NULL, &built), 0);
	assert_null(selkie_built_name(built));
	assert_int_equal(selkie_built_file_count(built), 0);
	assert_int_equal(selkie_built_install(built, "/nowhere", 0, NULL), -EINVAL);
	selkie_built_free(built);
	free(conf);
}

static int module_failing(void *arg)
{
	const char *const sources[] = { arg };
	selkie_module *module = NULL;
	int r = selkie_build_module(sources, 1, &plain, 0, NULL, &module);

	selkie_module_free(module);
	return r;
}

/* A module of one's own beside a tree: its interfaces and labels lie beside it, and it alone is built. */
static void test_module(void **state)
{
	static const struct selkie_build_options none = { .size = sizeof(none) };
	char folder[] = "/tmp/build.XXXXXX", path[96], source[64];
	const char *const with_tree[] = { source, path }, *const alone[] = { path };
	selkie_diagnostics *diags = selkie_diagnostics_new();
	struct selkie_module_info info;
	selkie_module *module = NULL;
	selkie_built *built = NULL;
	const char *labels;
	size_t n;
	char *text;

	assert_non_null(mkdtemp(folder));
	snprintf(source, sizeof(source), "%s/tree", folder);
	snprintf(path, sizeof(path), "%s/own/my.te", folder);
	for (size_t i = 0; i < sizeof(tree) / sizeof(tree[0]); i++)
		put(source, tree[i].path, tree[i].text);
	put(folder, "own/my.if", "define(`my_read',`allow $1 my_t:file read;')\n");
	put(folder, "own/my.fc", "/my\t--\tsystem_u:object_r:my_t\n");
	put(folder, "own/my.te", "module my 1.0;\nrequire { class file read; }\ntype my_t;\nmy_read(my_t)\n");
	if (selkie_build_module(with_tree, 2, &none, 0, diags, &module)) {
		text = selkie_diagnostics_print(diags, 0);
		fail_msg("%s", text);
	}
	assert_int_equal(selkie_module_info(module, NULL, &info), 0);
	assert_string_equal(info.name, "my");
	labels = selkie_module_section(module, SELKIE_MODULE_FILE_CONTEXTS, &n);
	assert_non_null(labels);
	assert_int_equal(n, strlen("/my\t--\tsystem_u:object_r:my_t\n"));
	assert_memory_equal(labels, "/my\t--\tsystem_u:object_r:my_t\n", n);
	selkie_module_free(module);

	put(folder, "own/my.te", "module my 1.0;\nrequire { class file read; type a_t; }\nallow a_t a_t:file read;\n");
	assert_int_equal(selkie_build(alone, 1, &none, diags, &built), SELKIE_BUILD_REFUSED);
	text = selkie_diagnostics_print(diags, 0);
	assert_non_null(strstr(text, "my.te: error: this module alone is no policy [E0825]"));
	free(text);
	put(folder, "own/my.if", "");
	put(folder, "own/my.te",
	    "module my 1.0;\nrequire { class file read; type b_t; attribute a_a; }\ntype my_t, a_a;\n"
	    "typealias my_t alias my_other_t;\ntype_transition { a_a -my_other_t } self:file b_t \"a\";\n"
	    "type_transition my_t self:file b_t \"a\";\n");
	alloc_fail_check(module_failing, path, 100, 0);
	selkie_diagnostics_free(diags);
	nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

/* Where no headers are, a module that needs none is built, and one that does is refused with what to do. */
static void test_no_headers(void **state)
{
	static const struct selkie_build_options none = { .size = sizeof(none) };
	struct selkie_build_options nowhere = none;
	char folder[] = "/tmp/build.XXXXXX", path[96], *text;
	const char *const alone[] = { path };
	selkie_diagnostics *diags = selkie_diagnostics_new();
	struct selkie_module_info info;
	selkie_module *module = NULL;

	if (!access("/usr/share/selinux/devel/include/build.conf", F_OK))
		skip();
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof(path), "%s/my.te", folder);
	put(folder, "my.te", "# mine\nmodule my 1.0;\nrequire { class file read; type a_t; }\nallow a_t a_t:file read;\n");
	assert_int_equal(selkie_build_module(alone, 1, &none, 0, diags, &module), 0);
	assert_int_equal(selkie_module_info(module, NULL, &info), 0);
	assert_string_equal(info.name, "my");
	selkie_module_free(module);
	put(folder, "my.te", "module my 1.0;\nrequire { class file { read write }; type a_t; }\nallow a_t a_t:file raed;\n");
	assert_int_equal(selkie_build_module(alone, 1, &none, 0, diags, &module), SELKIE_BUILD_REFUSED);
	text = selkie_diagnostics_print(diags, 0);
	assert_non_null(strstr(text, "my.te:3:20: error: the permission 'raed' of the class 'file' is not required [E0156]"));
	assert_non_null(strstr(text, "note: did you mean 'read'?"));
	free(text);
	put(folder, "my.te", "# mine\npolicy_module(my, 1.0)\n");
	assert_int_equal(selkie_build_module(alone, 1, &none, 0, diags, &module), SELKIE_BUILD_REFUSED);
	text = selkie_diagnostics_print(diags, 0);
	assert_non_null(strstr(text, "my.te:2:1: error: this module needs the development headers of a policy"));
	free(text);
	selkie_diagnostics_free(diags);
	/* Headers that are not where they are said to be are one mistake. */
	diags = selkie_diagnostics_new();
	nowhere.headers = folder;
	assert_int_equal(selkie_build_module(alone, 1, &nowhere, 0, diags, &module), SELKIE_BUILD_REFUSED);
	assert_int_equal(selkie_diagnostics_count(diags, SELKIE_SEVERITY_ERROR), 1);
	text = selkie_diagnostics_print(diags, 0);
	assert_non_null(strstr(text, "/build.conf: error: cannot read it: No such file or directory [E0139]"));
	free(text);
	selkie_diagnostics_free(diags);
	nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

/* Labels and interfaces without the module that they belong to. */
static void test_left_over(void **state)
{
	static const struct {
		const char *names[3];
		const char *says;	/* NULL: nothing */
	} rows[] = {
		{ { "my.fc" }, "my.fc: error: these labels belong to no module among the sources [E0827]\nnote: name " },
		{ { "other.fc" }, "other.fc: error: these labels belong to no module among the sources [E0827]\nnote: labels and" },
		{ { "my.te", "other.fc" }, "other.fc: error: these labels belong to no module" },
		{ { "my.if" }, "my.if: error: there is no module among the sources that could call these interfaces [E0827]" },
		{ { "my.te", "my.fc", "my.if" }, NULL },
		{ { "my.te", "my.fc", "other.if" }, NULL },
	};
	static const struct selkie_build_options none = { .size = sizeof(none) };
	char folder[] = "/tmp/build.XXXXXX", paths[3][96];

	assert_non_null(mkdtemp(folder));
	put(folder, "my.te", "module my 1.0;\nrequire { class file read; type a_t; }\nallow a_t a_t:file read;\n");
	put(folder, "my.fc", "/x\t--\tsystem_u:object_r:a_t\n");
	put(folder, "other.fc", "/y\t--\tsystem_u:object_r:a_t\n");
	put(folder, "my.if", "");
	put(folder, "other.if", "");
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		selkie_diagnostics *diags = selkie_diagnostics_new();
		const char *sources[3];
		selkie_module *module = NULL;
		size_t n = 0;
		char *text;
		int r;

		for (; n < 3 && rows[i].names[n]; n++) {
			snprintf(paths[n], sizeof(paths[n]), "%s/%s", folder, rows[i].names[n]);
			sources[n] = paths[n];
		}
		r = selkie_build_module(sources, n, &none, 0, diags, &module);
		text = selkie_diagnostics_print(diags, 0);
		if (r != (rows[i].says ? SELKIE_BUILD_REFUSED : 0) || (rows[i].says && !strstr(text, rows[i].says)))
			fail_msg("row %zu: %d, %s", i, r, text);
		free(text);
		selkie_module_free(module);
		selkie_diagnostics_free(diags);
	}
	nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

/* Keeping what modules came to: the little tree of the documentation. */
struct kept {
	char *tree, *path;
	bool afresh;		/* there is no file yet, each time */
};

static int keep_failing(void *arg)
{
	const struct kept *kept = arg;
	const struct selkie_build_options options = { .size = sizeof(options), .keep = kept->path };
	const char *const sources[] = { kept->tree };
	selkie_built *built = NULL;
	int r;

	if (kept->afresh)
		unlink(kept->path);
	r = selkie_build(sources, 1, &options, NULL, &built);
	selkie_built_free(built);
	return r;
}

static void *build_kept(const struct kept *kept, const char *path, size_t n_warnings, size_t *ret_size)
{
	const struct selkie_build_options options = { .size = sizeof(options), .keep = path };
	const char *const sources[] = { kept->tree };
	selkie_diagnostics *diags = selkie_diagnostics_new();
	selkie_built *built;
	void *data;
	char *text;

	assert_int_equal(selkie_build(sources, 1, &options, diags, &built), 0);
	assert_int_equal(selkie_diagnostics_count(diags, SELKIE_SEVERITY_NOTE), n_warnings);
	text = selkie_diagnostics_print(diags, 0);
	assert_true(!n_warnings || (strstr(text, path) == text && strstr(text, "[W0828]")));
	free(text);
	assert_int_equal(selkie_policy_write_memory(selkie_built_policy(built), 33, NULL, &data, ret_size), 0);
	selkie_built_free(built);
	selkie_diagnostics_free(diags);
	return data;
}

/* The same policy, with the file and without. */
static void check_kept(const struct kept *kept, const char *path, size_t n_warnings)
{
	size_t n, n_clean;
	void *data = build_kept(kept, path, n_warnings, &n), *clean = build_kept(kept, NULL, 0, &n_clean);

	assert_int_equal(n, n_clean);
	assert_memory_equal(data, clean, n);
	free(data);
	free(clean);
}

static ino_t inode(const char *path)
{
	struct stat st;

	assert_int_equal(stat(path, &st), 0);
	return st.st_ino;
}

static void test_keep(void **state)
{
	const char *root = getenv("SELKIE_SOURCE_ROOT");
	char path[] = "/tmp/selkie-build-kept-XXXXXX", line[16] = "";
	struct kept kept = { .path = path };
	int fd = mkstemp(path);
	ino_t file;
	FILE *f;

	assert_true(fd >= 0);
	close(fd);
	assert_int_not_equal(asprintf(&kept.tree, "%s/docs/examples/tree", root ? root : "."), -1);
	check_kept(&kept, path, 0);	/* an empty file is none */
	file = inode(path);
	check_kept(&kept, path, 0);
	assert_int_equal(inode(path), file);
	/* A damaged one is made anew. */
	f = fopen(path, "r+b");
	assert_non_null(f);
	assert_int_equal(fseek(f, -8, SEEK_END), 0);
	fputc(0x55, f);
	fclose(f);
	check_kept(&kept, path, 0);
	assert_int_not_equal(inode(path), file);
	alloc_fail_check(keep_failing, &kept, 1500, 300);
	kept.afresh = true;
	alloc_fail_check(keep_failing, &kept, 1500, 300);
	/* What is something else is left alone. */
	f = fopen(path, "wb");
	fputs("policy mine;\n", f);
	fclose(f);
	check_kept(&kept, path, 1);
	f = fopen(path, "rb");
	assert_non_null(fgets(line, sizeof(line), f));
	fclose(f);
	assert_string_equal(line, "policy mine;\n");
	check_kept(&kept, "/nowhere/policy.kept", 1);
	check_kept(&kept, "/tmp", 1);
	unlink(path);
	free(kept.tree);
}

static const char labeled[] =
	"(mls false)(class file (read))(classorder (file))(sensitivity s0)(sensitivityorder (s0))(level low (s0))"
	"(user u)(userrole u object_r)(userlevel u low)(userrange u (low low))(role object_r)(roletype object_r t)(type t)"
	"(sid kernel)(sidorder (kernel))(sidcontext kernel (u object_r t (low low)))(allow t t (file (read)))"
	"(filecon \"/a b\" dir (u object_r t (low low)))(filecon \"/n(/.*)?\" any ())(filecon \"/z\" any (u object_r t (low low)))";

/* What it prints is not looked at. */
static int printing_failing(void *arg)
{
	const struct selkie_build_options options = { .size = sizeof(options),
						      .flags = SELKIE_BUILD_FILE_CONTEXTS | SELKIE_BUILD_STRIP };
	int fd = open("/dev/null", O_WRONLY | O_CLOEXEC);
	selkie_built *built = NULL;
	int r = selkie_build((const char *const *)&arg, 1, &options, NULL, &built);

	if (!r)
		r = selkie_built_print_file_contexts(built, NULL, fd);
	selkie_built_free(built);
	close(fd);
	return r;
}

/* As secilc has them, in its order, a pattern with a blank among them. */
static void test_print_file_contexts(void **state)
{
	static const char expected[] = "(filecon \"/n(/.*)?\" any ())\n"
				       "(filecon \"/z\" any (u object_r t ((s0) (s0))))\n"
				       "(filecon \"/a b\" dir (u object_r t ((s0) (s0))))\n";
	struct selkie_build_options options = { .size = sizeof(options), .flags = SELKIE_BUILD_STRIP };
	char folder[] = "/tmp/build.XXXXXX", path[64], got[1024] = "";
	const char *source = path;
	selkie_built *built = NULL;
	FILE *text = tmpfile();

	assert_non_null(mkdtemp(folder));
	assert_non_null(text);
	put(folder, "l.cil", labeled);
	snprintf(path, sizeof(path), "%s/l.cil", folder);
	assert_int_equal(selkie_build(&source, 1, &options, NULL, &built), 0);
	assert_int_equal(selkie_built_print_file_contexts(built, NULL, fileno(text)), -EINVAL);
	selkie_built_free(built);
	options.flags |= SELKIE_BUILD_FILE_CONTEXTS;
	assert_int_equal(selkie_build(&source, 1, &options, NULL, &built), 0);
	assert_string_equal(selkie_built_file_contexts(built), "/n(/.*)?\t<<none>>\n/z\tu:object_r:t\n/a b\t-d\tu:object_r:t\n");
	assert_int_equal(selkie_built_print_file_contexts(built, NULL, fileno(text)), 0);
	selkie_built_free(built);
	rewind(text);
	assert_int_equal(fread(got, 1, sizeof(got) - 1, text), strlen(expected));
	assert_string_equal(got, expected);
	fclose(text);
	alloc_fail_check(printing_failing, path, 400, 0);
	nftw(folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_left_over),
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_save),
		cmocka_unit_test(test_install),
		cmocka_unit_test(test_makefile),
		cmocka_unit_test(test_install_without_tree),
		cmocka_unit_test(test_module),
		cmocka_unit_test(test_no_headers),
		cmocka_unit_test(test_keep),
		cmocka_unit_test(test_out_of_memory),
		cmocka_unit_test(test_print_file_contexts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
