/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Lookups as the library's users meet them: the rule that fits, overlays, the way back from a type, many threads on
 * one database, patterns that would not end, and running out of memory or of the budget for states. Which rule wins is
 * tested elsewhere, against libselinux.
 */
#include "label/database.h"

#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>

#include <cmocka.h>

#include "label/generate.h"
#include "alloc-fail.h"
#include "missing-library.h"

static selkie_label_db *from_text(const char *text)
{
	selkie_label_db *db;

	assert_int_equal(selkie_label_read_memory(text, strlen(text), "text", NULL, NULL, &db), 0);
	return db;
}

static const char *contexts_path(void)
{
	static char path[4096];

	snprintf(path, sizeof(path), "%s/test/denials/contexts/file_contexts",
		 getenv("SELKIE_SOURCE_ROOT"));
	return path;
}

static selkie_label_db *debian(void)
{
	const char *paths[] = { contexts_path() };
	selkie_label_db *db;

	assert_int_equal(selkie_label_load(paths, 1, NULL, NULL, &db), 0);
	return db;
}

static void test_rule(void **state)
{
	selkie_label_db *db = from_text(
		"# comment\n\n/srv(/.*)?\tu:r:var_t\n  /srv/w\\.eb(/.*)? -d u:r:web_t:s0\n");
	struct selkie_label_result result;

	assert_int_equal(selkie_label_lookup(db, "/srv/w.eb/x", S_IFDIR, &result), 0);
	assert_string_equal(result.context, "u:r:web_t:s0");
	assert_string_equal(result.rule->pattern, "/srv/w\\.eb(/.*)?");
	assert_string_equal(result.rule->prefix, "/srv/w.eb");
	assert_string_equal(result.rule->type, "web_t");
	assert_string_equal(result.rule->file, "text");
	assert_int_equal(result.rule->line, 4);
	assert_int_equal(result.rule->column, 3);
	assert_int_equal(result.rule->mode, S_IFDIR);
	assert_false(result.rule->exact);
	assert_true(result.rule->valid);
	assert_null(result.skipped);
	assert_int_equal(selkie_label_lookup(db, "/srv/w.eb/x", S_IFREG, &result), 0);
	assert_string_equal(result.context, "u:r:var_t");
	assert_int_equal(selkie_label_lookup(db, "/x", 0, &result), SELKIE_LABEL_NO_MATCH);
	assert_null(result.rule);
	assert_int_equal(selkie_label_lookup(db, "", 0, &result), -EINVAL);
	selkie_label_free(db);
}

static void test_overlay(void **state)
{
	selkie_label_db *db = from_text(
		"/srv(/.*)?\tu:r:var_t\n/srv/exact\tu:r:exact_t\n/none(/.*)?\t<<none>>\n");
	selkie_label_db *over = from_text("/(srv|none|new)(/.*)?\tu:r:web_t\n");
	selkie_label_db *exact = from_text("/srv/exact\tu:r:over_t\n");
	struct selkie_label_options newer = { .precedence = SELKIE_LABEL_LIBSELINUX_3_9 };
	selkie_label_db *other;
	struct selkie_label_result result;

	assert_int_equal(selkie_label_lookup_with(db, over, "/srv/x", S_IFREG, &result), 0);
	assert_string_equal(result.context, "u:r:web_t");
	assert_true(result.overlay);
	assert_int_equal(selkie_label_lookup_with(db, over, "/new", 0, &result), 0);
	assert_int_equal(selkie_label_lookup_with(db, over, "/none/x", 0, &result), 0);
	assert_string_equal(result.context, "u:r:web_t");
	assert_int_equal(selkie_label_lookup(db, "/none/x", 0, &result), SELKIE_LABEL_NONE);
	/* A pattern does not win over an exact path, wherever it stands; another exact path does. */
	assert_int_equal(selkie_label_lookup_with(db, over, "/srv/exact", 0, &result), 0);
	assert_string_equal(result.context, "u:r:exact_t");
	assert_false(result.overlay);
	assert_int_equal(selkie_label_lookup_with(db, exact, "/srv/exact", 0, &result), 0);
	assert_string_equal(result.context, "u:r:over_t");
	assert_int_equal(selkie_label_read_memory("", 0, "x", &newer, NULL, &other), 0);
	assert_int_equal(selkie_label_lookup_with(db, other, "/srv", 0, &result), -EINVAL);
	selkie_label_free(other);
	selkie_label_free(exact);
	selkie_label_free(over);
	selkie_label_free(db);
}

/* An overlay gives what the same line at the end of .local gives. */
static void test_overlay_is_local(void **state)
{
	static const char base[] = "/a(/.*)?\tu:r:a_t\n/a/b(/.*)?\t<<none>>\n/a/b/c\tu:r:c_t\n/a/b/"
				   ".*\\.x\t--\tu:r:x_t\n";
	static const char *const extra[] = { "/a/b/c\tu:r:new_t\n", "/a(/.*)?\t-d\tu:r:new_t\n",
					     "/a/b/.*\tu:r:new_t\n", "/z\tu:r:new_t\n",
					     "/a/.*\t<<none>>\n" };
	static const char *const paths[] = {
		"/a", "/a/b", "/a/b/c", "/a/b/y.x", "/a/q", "/z", "/y"
	};
	static const uint32_t modes[] = { 0, S_IFREG, S_IFDIR };

	for (size_t i = 0; i < SK_ARRAY_LEN(extra); i++) {
		char both[512];
		selkie_label_db *db = from_text(base), *over = from_text(extra[i]), *whole;

		snprintf(both, sizeof(both), "%s%s", base, extra[i]);
		whole = from_text(both);
		for (size_t p = 0; p < SK_ARRAY_LEN(paths) * SK_ARRAY_LEN(modes); p++) {
			struct selkie_label_result a, b;
			const char *path = paths[p % SK_ARRAY_LEN(paths)];
			uint32_t mode = modes[p / SK_ARRAY_LEN(paths)];

			assert_int_equal(selkie_label_lookup_with(db, over, path, mode, &a),
					 selkie_label_lookup(whole, path, mode, &b));
			assert_int_equal(!a.context, !b.context);
			if (a.context)
				assert_string_equal(a.context, b.context);
		}
		selkie_label_free(whole);
		selkie_label_free(over);
		selkie_label_free(db);
	}
}

static void test_resolve(void **state)
{
	selkie_label_db *db = debian();
	char buffer[64];

	assert_int_equal(selkie_label_resolve(db, "//var///run/x/", buffer, sizeof(buffer)), 0);
	assert_string_equal(buffer, "/run/x");
	assert_int_equal(selkie_label_resolve(db, "/", buffer, sizeof(buffer)), 0);
	assert_string_equal(buffer, "/");
	assert_int_equal(selkie_label_resolve(db, "///", buffer, sizeof(buffer)), 0);
	assert_string_equal(buffer, "/");
	assert_int_equal(selkie_label_resolve(db, "", buffer, sizeof(buffer)), -EINVAL);
	assert_int_equal(selkie_label_resolve(db, "/var/run", buffer, 4), -ENAMETOOLONG);
	selkie_label_free(db);
}

/* Every rule of a type is found, and no other. */
static void test_types(void **state)
{
	selkie_label_db *db = debian();
	const uint32_t *numbers = NULL;
	size_t n = selkie_label_rules_of_type(db, "httpd_log_t", &numbers), n_seen = 0;

	assert_true(n > 5);
	for (size_t i = 0; i < n; i++) {
		assert_string_equal(selkie_label_rule_at(db, numbers[i])->type, "httpd_log_t");
		assert_true(!i || numbers[i] > numbers[i - 1]);
	}
	for (size_t i = 0; i < selkie_label_count(db); i++) {
		const char *type = selkie_label_rule_at(db, i)->type;

		n_seen += type && !strcmp(type, "httpd_log_t");
	}
	assert_int_equal(n_seen, n);
	assert_int_equal(selkie_label_rules_of_type(db, "no_such_t", &numbers), 0);
	assert_null(selkie_label_rule_at(db, selkie_label_count(db)));
	selkie_label_free(db);
}

#define N_PATHS	  20000
#define N_THREADS 4

struct asking {
	const selkie_label_db *db;
	struct generated *paths;
	const char *answers[N_PATHS];
	size_t start;
};

/* Starts at another place than its neighbors do, so that threads meet on states of every age. */
static void *ask_all(void *arg)
{
	struct asking *a = arg;

	for (size_t i = 0; i < N_PATHS; i++) {
		size_t k = (i + a->start) % N_PATHS;
		struct selkie_label_result result;

		if (selkie_label_lookup(a->db, a->paths[k].s, k % 3 ? S_IFREG : 0, &result) < 0)
			abort();
		a->answers[k] = result.rule ? result.rule->pattern : NULL;
	}
	return NULL;
}

static struct generated *make_paths(void)
{
	struct generated *paths = malloc(N_PATHS * sizeof(*paths));
	struct generator g;

	assert_non_null(paths);
	assert_int_equal(generator_init(&g, contexts_path()), 0);
	generator_seed(11);
	for (size_t i = 0; i < N_PATHS; i++)
		generator_path(g.patterns[generator_below((unsigned int)g.n_patterns)], &paths[i]);
	generator_done(&g);
	return paths;
}

/* Four threads on a fresh database, and one on another whose budget is nothing, say the same as one thread alone. */
static void test_threads_and_budget(void **state)
{
	struct generated *paths = make_paths();
	struct asking *asking = calloc(N_THREADS + 2, sizeof(*asking));
	selkie_label_db *dbs[3] = { debian(), debian(), debian() };
	pthread_t threads[N_THREADS];

	assert_non_null(asking);
	for (int i = 0; i < N_THREADS + 2; i++) {
		asking[i].db = dbs[i < N_THREADS ? 0 : i - N_THREADS + 1];
		asking[i].paths = paths;
		asking[i].start = (size_t)i * 1000;
	}
	dbs[2]->builder->budget = 0;
	for (int i = 0; i < N_THREADS; i++)
		assert_int_equal(pthread_create(&threads[i], NULL, ask_all, &asking[i]), 0);
	for (int i = 0; i < N_THREADS; i++)
		pthread_join(threads[i], NULL);
	ask_all(&asking[N_THREADS]);
	ask_all(&asking[N_THREADS + 1]);
	for (int i = 0; i < N_THREADS + 2; i++)
		for (size_t k = 0; k < N_PATHS; k++)
			if (!asking[i].answers[k] != !asking[0].answers[k] ||
			    (asking[i].answers[k] &&
			     strcmp(asking[i].answers[k], asking[0].answers[k])))
				fail_msg("'%s' differs in run %d", paths[k].s, i);
	for (int i = 0; i < 3; i++)
		selkie_label_free(dbs[i]);
	free(asking);
	free(paths);
}

static double seconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/*
 * Patterns that send a backtracking matcher into years. Regular ones are simply answered; one with a back reference is
 * given up, and the caller is told which.
 */
static void test_endless(void **state)
{
	selkie_label_db *db = from_text(
		"/.*\tu:r:default_t\n/x/(a+)+b\tu:r:regular_t\n/y/(a+)+\\1?[bc]\tu:r:irregular_t\n"
		"/z/((.*)*)*q\tu:r:deep_t\n");
	struct selkie_label_result result;
	char path[4096];
	double start = seconds();

	memset(path, 'a', sizeof(path));
	memcpy(path, "/x/", 3);
	path[4000] = '\0';
	assert_int_equal(selkie_label_lookup(db, path, 0, &result), 0);
	assert_string_equal(result.context, "u:r:default_t");
	assert_null(result.skipped);
	path[3999] = 'b';
	assert_int_equal(selkie_label_lookup(db, path, 0, &result), 0);
	assert_string_equal(result.context, "u:r:regular_t");
	path[1] = 'z';
	assert_int_equal(selkie_label_lookup(db, path, 0, &result), 0);
	assert_string_equal(result.context, "u:r:default_t");
	path[1] = 'y';
	path[3999] = 'a';
	assert_int_equal(selkie_label_lookup(db, path, 0, &result), 0);
	assert_string_equal(result.context, "u:r:default_t");
	assert_non_null(result.skipped);
	assert_int_equal(result.skipped->line, 3);
	assert_true(seconds() - start < 5);
	selkie_label_free(db);
}

static int check_types(void *arg, const char *context)
{
	(*(unsigned int *)arg)++;
	return strstr(context, "bad_t") ? 1 : strstr(context, "stop_t") ? -EIO : 0;
}

static void test_check(void **state)
{
	unsigned int n_calls = 0;
	struct selkie_label_options options = { .check = check_types, .check_arg = &n_calls };
	static const char text[] = "/a\tu:r:good_t\n/b\tu:r:bad_t\n/c\tu:r:bad_t\n/d\t<<none>>\n";
	selkie_diagnostics *diags = selkie_diagnostics_new();
	struct selkie_label_result result;
	selkie_label_db *db;

	assert_int_equal(selkie_label_read_memory(text, strlen(text), "text", &options, diags, &db),
			 0);
	assert_int_equal(n_calls, 2);
	assert_int_equal(selkie_diagnostics_count(diags, SELKIE_SEVERITY_ERROR), 2);
	assert_int_equal(selkie_label_lookup(db, "/b", 0, &result), 0);
	assert_false(result.rule->valid);
	assert_int_equal(selkie_label_lookup(db, "/a", 0, &result), 0);
	assert_true(result.rule->valid);
	selkie_label_free(db);
	assert_int_equal(
		selkie_label_read_memory("/x u:r:stop_t\n", 14, "text", &options, diags, &db),
		-EIO);
	selkie_diagnostics_free(diags);
}

static int load_and_ask(void *arg)
{
	static const char text[] =
		"/a(/.*)?\tu:r:a_t\n/a(/.*)?\tu:r:b_t\n/a/[x-z]+(b|c)?\t--\tu:r:a_t\n/a/"
		"(.)\\1\tu:r:c_t\n"
		"/bad[\tu:r:c_t\n/q\\.x\t-x\tu:r:c_t\n/only\n/a/[^/]*/.*\\.so\tu:r:c_t\n";
	static const char *const paths[] = { "/a/xyb", "/a//q/b.so", "/a/zz", "/" };
	selkie_diagnostics *diags = selkie_diagnostics_new();
	struct selkie_label_result result;
	selkie_label_db *db;
	int r;

	r = diags ? selkie_label_read_memory(text, strlen(text), "text", NULL, diags, &db)
		  : -ENOMEM;
	if (!r) {
		for (size_t i = 0; i < SK_ARRAY_LEN(paths) && r >= 0; i++)
			r = selkie_label_lookup(db, paths[i], S_IFREG, &result);
		selkie_label_free(db);
		if (r > 0)
			r = 0;
	}
	selkie_diagnostics_free(diags);
	return r;
}

static int load_files(void *arg)
{
	const char *paths[] = { arg };
	selkie_label_db *db;
	int r = selkie_label_load(paths, 1, NULL, NULL, &db);

	if (!r)
		selkie_label_free(db);
	return r;
}

static void test_no_memory(void **state)
{
	alloc_fail_check(load_and_ask, NULL, 2000, 30);
	alloc_fail_check(load_files, (void *)contexts_path(), 100, 20);
}

/* A root of its own, with a configuration that names the policy. */
static void test_root(void **state)
{
	static const char *const folders[] = { "",
					       "/etc",
					       "/etc/selinux",
					       "/etc/selinux/strict",
					       "/etc/selinux/strict/contexts",
					       "/etc/selinux/strict/contexts/files" };
	static const struct {
		const char *name, *text;
	} files[] = {
		{ "/etc/selinux/config", "SELINUX=enforcing\nSELINUXTYPE=strict\n" },
		{ "/etc/selinux/strict/contexts/files/file_contexts", "/a(/.*)?\tu:r:a_t\n" },
		{ "/etc/selinux/strict/contexts/files/file_contexts.local", "/a/b\tu:r:local_t\n" },
		{ "/etc/selinux/strict/contexts/files/file_contexts.subs", "/c /a\n" },
	};
	struct selkie_label_options options = { .base_only = 1 };
	char root[] = "/tmp/selkie-label-XXXXXX", path[256];
	struct selkie_label_result result;
	selkie_label_db *db;

	assert_non_null(mkdtemp(root));
	for (size_t i = 1; i < SK_ARRAY_LEN(folders); i++) {
		snprintf(path, sizeof(path), "%s%s", root, folders[i]);
		assert_int_equal(mkdir(path, 0700), 0);
	}
	assert_int_equal(selkie_label_load_root(root, NULL, NULL, NULL, &db), -ENOENT);
	for (size_t i = 0; i < SK_ARRAY_LEN(files); i++) {
		FILE *f;

		snprintf(path, sizeof(path), "%s%s", root, files[i].name);
		f = fopen(path, "w");
		assert_non_null(f);
		fputs(files[i].text, f);
		fclose(f);
	}
	assert_int_equal(selkie_label_load_root(root, NULL, NULL, NULL, &db), 0);
	assert_int_equal(selkie_label_lookup(db, "/c/b", 0, &result), 0);
	assert_string_equal(result.context, "u:r:local_t");
	selkie_label_free(db);
	assert_int_equal(selkie_label_load_root(root, "strict", &options, NULL, &db), 0);
	assert_int_equal(selkie_label_lookup(db, "/c/b", 0, &result), 0);
	assert_string_equal(result.context, "u:r:a_t");
	selkie_label_free(db);
	assert_int_equal(selkie_label_load_root(root, "other", NULL, NULL, &db), -ENOENT);
	for (size_t i = SK_ARRAY_LEN(files); i-- > 0;) {
		snprintf(path, sizeof(path), "%s%s", root, files[i].name);
		unlink(path);
	}
	for (size_t i = SK_ARRAY_LEN(folders); i-- > 0;) {
		snprintf(path, sizeof(path), "%s%s", root, folders[i]);
		rmdir(path);
	}
}

/* Named one by one, in another order, and files beside a named one that are named themselves. */
static void test_several_files(void **state)
{
	char dir[] = "/tmp/selkie-label-XXXXXX", names[4][64];
	static const char *const texts[] = { "/a.\tu:r:base_t\n", "/a.\tu:r:local_t\n",
					     "/a.\tu:r:other_t\n", "/z /ab\n" };
	static const char *const suffixes[] = { "one", "one.local", "two", "two.subs" };
	const char *paths[3];
	struct selkie_label_result result;
	selkie_label_db *db;

	assert_non_null(mkdtemp(dir));
	for (int i = 0; i < 4; i++) {
		FILE *f;

		snprintf(names[i], sizeof(names[i]), "%s/%s", dir, suffixes[i]);
		f = fopen(names[i], "w");
		assert_non_null(f);
		fputs(texts[i], f);
		fclose(f);
	}
	paths[0] = names[0];
	paths[1] = names[2];
	assert_int_equal(selkie_label_load(paths, 2, NULL, NULL, &db), 0);
	assert_int_equal(selkie_label_count(db), 3);
	assert_int_equal(selkie_label_lookup(db, "/z", 0, &result), 0);
	assert_string_equal(result.context, "u:r:other_t");
	selkie_label_free(db);
	paths[2] = names[1];
	assert_int_equal(selkie_label_load(paths, 3, NULL, NULL, &db), 0);
	assert_int_equal(selkie_label_count(db), 3);
	assert_int_equal(selkie_label_lookup(db, "/z", 0, &result), 0);
	assert_string_equal(result.context, "u:r:local_t");
	selkie_label_free(db);
	for (int i = 0; i < 4; i++)
		unlink(names[i]);
	rmdir(dir);
}

/* What a distribution ships gives no diagnostic. */
static void test_quiet(void **state)
{
	selkie_diagnostics *diags = selkie_diagnostics_new();
	const char *paths[] = { contexts_path() };
	selkie_label_db *db;

	assert_int_equal(selkie_label_load(paths, 1, NULL, diags, &db), 0);
	assert_int_equal(selkie_diagnostics_count(diags, SELKIE_SEVERITY_NOTE), 0);
	assert_true(selkie_label_count(db) > 5000);
	selkie_label_free(db);
	selkie_diagnostics_free(diags);
}

static void test_missing(void **state)
{
	selkie_diagnostics *diags = selkie_diagnostics_new();
	const char *paths[] = { "/no/such/file_contexts" };
	selkie_label_db *db;
	char *text;

	assert_int_equal(selkie_label_load(paths, 1, NULL, diags, &db), -ENOENT);
	text = selkie_diagnostics_print(diags, 0);
	assert_string_equal(text, "/no/such/file_contexts: error: cannot be read: No such file or "
				  "directory [E0500]\n");
	free(text);
	selkie_diagnostics_free(diags);
}

/* Without pcre2 a database is whole or is not there: a path must not get the label of another rule. */
static void test_no_pcre2(void **state)
{
	static const char regular[] = "/srv(/.*)?\tu:r:a_t\n", irregular[] = "/srv(/.*)?\tu:r:a_t\n  /y/(a+)\\1\tu:r:b_t\n";
	selkie_diagnostics *diags = selkie_diagnostics_new();
	struct selkie_label_result result;
	selkie_label_db *db;
	char *text;

	missing_library = "libpcre2";
	assert_int_equal(selkie_label_read_memory(regular, strlen(regular), "text", NULL, diags, &db), 0);
	assert_int_equal(selkie_label_lookup(db, "/srv/x", 0, &result), 0);
	assert_string_equal(result.context, "u:r:a_t");
	selkie_label_free(db);
	assert_int_equal(selkie_label_read_memory(irregular, strlen(irregular), "text", NULL, diags, &db), -ELIBACC);
	missing_library = NULL;
	text = selkie_diagnostics_print(diags, 0);
	assert_string_equal(text, "text:2:3: error: this pattern takes libpcre2-8.so.0, which cannot be loaded; install it [E0511]\n");
	free(text);
	selkie_diagnostics_free(diags);
	assert_int_equal(selkie_label_read_memory(irregular, strlen(irregular), "text", NULL, NULL, &db), 0);
	assert_int_equal(selkie_label_lookup(db, "/y/aa", 0, &result), 0);
	assert_string_equal(result.context, "u:r:b_t");
	selkie_label_free(db);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rule),
		cmocka_unit_test(test_overlay),
		cmocka_unit_test(test_overlay_is_local),
		cmocka_unit_test(test_resolve),
		cmocka_unit_test(test_types),
		cmocka_unit_test(test_threads_and_budget),
		cmocka_unit_test(test_endless),
		cmocka_unit_test(test_check),
		cmocka_unit_test(test_no_memory),
		cmocka_unit_test(test_root),
		cmocka_unit_test(test_several_files),
		cmocka_unit_test(test_quiet),
		cmocka_unit_test(test_missing),
		cmocka_unit_test(test_no_pcre2),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
