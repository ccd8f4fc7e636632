/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Our matcher against pcre2, pattern by pattern: every pattern of Debian's files and a list of awkward ones, each as a
 * database of one rule, on paths made from it and from its neighbors.
 */
#include "label/database.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "label/generate.h"

/* clang-format off */
static const char *const awkward[] = {
	"/", "/a", "/a.", "/a\\.b", "/a\\b", "/.*", "/.+", "/a.*b", "/a(/.*)?", "/a(/.*)", "/a(.*)?", "/a(.*)*b",
	"/a+", "/a+b", "/ab?", "/ab??c", "/ab*?c", "/ab+?c", "/a*+a", "/a{2}", "/a{2,}", "/a{2,4}b", "/a{0}b", "/a{0,0}",
	"/a{,2}", "/a{x}", "/a{2", "/(a|b)", "/(a|b|)c", "/(|a)", "/()a", "/()*a", "/(a*)*b", "/(a*)+b", "/(a+)+b",
	"/((a|b)*c)*d", "/(a|ab)(c|bcd)", "/[abc]", "/[^abc]x", "/[a-c]+", "/[]a]x", "/[^]a]x", "/[a-]x", "/[-a]x",
	"/[a-c-]x", "/[a\\-c]x", "/[a\\]]x", "/[\\^a]x", "/[[]x", "/[[:digit:]]x", "/[[:^alpha:]]x", "/[^/]*", "/[^/]+/b",
	"/a[.]b", "/a|/b", "/(a|/b)", "/(?:ab)+", "/(?i)ab", "/(?=a)a", "/(a)\\1", "/\\d+", "/\\w\\s", "/a$", "/^a", "/a^b",
	"/a$b", "(/a)?", "/.{3}", "/(.*/)?b", "/(.*/)?b(/.*)?", "/.*\\.so(\\.[^/]*)*", "/a(b(c(d(e)?)?)?)?", "/]", "/}",
	"/a]b", "/a}b", "/\\*", "/\\/a", "/a\\-b", "/(a|b){2}", "/(ab?){1,3}", "/((a)|(b))(/.+)?", "/[x-z]{2,3}", "/a.?b",
	"/(a.*)?b", "/(.|a)*b", "/(.+)*", "/(.+)+b", "/(.*)(.*)", "/(a?){5}a{5}", "/x*", "/.", "/..", "/a?b?c?",
	"/(a|b)*?(c|d)+?", "/[a-z0-9_-]+\\.service", "/.*/.*/.*", "/(.*a){3}", "/a\\", "/[", "/(", "/)", "/*", "/a**", "/[b-a]",
	"/(?P<n>a)", "/a{99999}", "/a{3,2}", "/\\Qa\\E", "/[a-\\d]", "/(*ACCEPT)a", "/a++", "/a?+", "/(a){2}{3}", "/.*.*",
	"/#a", "/a#b", "/~a", "/a,b", "/ab{1}", "/(a|)", "/(a|b|c|d|e)", "/[^\\n]x", "/a\\\\b", "/[\\\\]", "/.*b?", "/(.*)+",
	"/(a(.*)?)?", "/((.*)?)?", "/(.*|a)", "/(.*a|b.*)", "/a.*.+", "/a(.+)?", "/a(/.+)?", "/(/.*)?", "(.*)?", ".*", "/[:a:]", "/[:a]", "/[.a.]", "/[=a=]",
	"/[.]", "/[^:a:]", "/[a:]:]", "/[:]", "/[=]a", "/[.a]",
};
/* clang-format on */

static pcre2_match_context *limits; /* where pcre2 gives up there is nothing to compare with */

static const char alphabet[] = "ab/cdx.-19]\n\\^";

/* The database of one rule, or NULL when the pattern was refused. */
static selkie_label_db *database_of(const char *pattern)
{
	selkie_label_db *db;
	char text[4096];
	int n = snprintf(text, sizeof(text), "%s\tu:r:t\n", pattern);

	assert_int_equal(selkie_label_read_memory(text, (size_t)n, "rule", NULL, NULL, &db), 0);
	if (selkie_label_count(db))
		return db;
	selkie_label_free(db);
	return NULL;
}

static pcre2_code *pcre2_of(const char *pattern)
{
	char anchored[4096];
	PCRE2_SIZE offset;
	int code;

	snprintf(anchored, sizeof(anchored), "^%s$", pattern);
	return pcre2_compile((PCRE2_SPTR)anchored, PCRE2_ZERO_TERMINATED, PCRE2_DOTALL, &code,
			     &offset, NULL);
}

/* What libselinux 3.4 adds to the pattern: the same top directory, as written. */
static bool same_stem(const char *pattern, const char *path)
{
	const char *end = strchr(pattern + 1, '/');

	for (const char *p = pattern; end && p < end; p++)
		if (strchr(".^$?*+|[({", *p))
			return true;
	return !end || !strncmp(pattern, path, (size_t)(end - pattern) + 1);
}

static unsigned int n_compared;

static void compare(const char *pattern, const selkie_label_db *db, const pcre2_code *code,
		    pcre2_match_data *data, const char *path)
{
	struct selkie_label_result result;
	int ours = selkie_label_lookup(db, path, 0, &result);
	char key[1024];
	int theirs;

	assert_int_equal(selkie_label_resolve(db, path, key, sizeof(key)), 0);
	theirs = pcre2_match(code, (PCRE2_SPTR)key, PCRE2_ZERO_TERMINATED, 0, 0, data, limits);
	if (theirs < 0 && theirs != PCRE2_ERROR_NOMATCH)
		return;
	n_compared++;
	theirs = theirs >= 0 && same_stem(pattern, key);
	if (ours != (theirs ? 0 : SELKIE_LABEL_NO_MATCH))
		fail_msg("'%s' on '%s': ours %d, pcre2 %d", pattern, path, ours, theirs);
}

/* `n` paths made from the pattern and `n` from its neighbor. Returns whether it is in our own subset. */
static bool compare_pattern(const char *pattern, const char *neighbor, unsigned int n)
{
	selkie_label_db *db = database_of(pattern);
	pcre2_code *code = pcre2_of(pattern);
	pcre2_match_data *data;
	struct generated path;
	bool regular = false;

	if (!db != !code)
		fail_msg("'%s': %s takes it, %s does not", pattern, db ? "we" : "pcre2",
			 db ? "pcre2" : "we");
	if (!db)
		return false;
	data = pcre2_match_data_create(1, NULL);
	regular = !db->n_irregular;
	for (unsigned int i = 0; i < 2 * n; i++) {
		generator_path(i % 2 ? pattern : neighbor, &path);
		compare(pattern, db, code, data, path.s);
	}
	pcre2_match_data_free(data);
	pcre2_code_free(code);
	selkie_label_free(db);
	return regular;
}

static void test_debian(void **state)
{
	static const char *const names[] = { "file_contexts", "file_contexts.homedirs" };
	const char *root = getenv("SELKIE_SOURCE_ROOT");
	struct generator g;
	char path[4096];

	assert_non_null(root);
	generator_seed(5);
	for (size_t f = 0; f < SK_ARRAY_LEN(names); f++) {
		snprintf(path, sizeof(path), "%s/test/denials/contexts/%s", root, names[f]);
		assert_int_equal(generator_init(&g, path), 0);
		assert_true(g.n_patterns > 300);
		/* All of them are to be in the fast subset: that is what it was made for. */
		for (size_t i = 0; i < g.n_patterns; i++)
			if (!compare_pattern(g.patterns[i], g.patterns[i ? i - 1 : 1], 20))
				fail_msg("'%s' is left to pcre2", g.patterns[i]);
		generator_done(&g);
	}
}

static void compare_strings(const char *pattern, unsigned int n)
{
	selkie_label_db *db = database_of(pattern);
	pcre2_code *code = pcre2_of(pattern);
	pcre2_match_data *data = pcre2_match_data_create(1, NULL);
	char path[64];

	for (unsigned int i = 0; db && i < n; i++) {
		unsigned int length = generator_below(10);

		path[0] = '/';
		for (unsigned int j = 0; j < length; j++)
			path[1 + j] = alphabet[generator_below(sizeof(alphabet) - 1)];
		path[1 + length] = '\0';
		compare(pattern, db, code, data, path);
	}
	pcre2_match_data_free(data);
	pcre2_code_free(code);
	selkie_label_free(db);
}

static void test_awkward(void **state)
{
	unsigned int n_regular = 0;

	generator_seed(6);
	n_compared = 0;
	for (size_t i = 0; i < SK_ARRAY_LEN(awkward); i++) {
		n_regular += compare_pattern(awkward[i], awkward[i ? i - 1 : 1], 200);
		compare_strings(awkward[i], 2000);
	}
	assert_true(n_regular > SK_ARRAY_LEN(awkward) / 2);
	assert_true(n_compared > SK_ARRAY_LEN(awkward) * 1500);
}

/* Random patterns over a small alphabet of operators: most are refused by both, many are odd. */
static void test_random(void **state)
{
	static const char *const pieces[] = {
		"a",  "b",	"/",   "c",	".",	 "*",  "+",   "?",    "(",
		")",  "|",	"[",   "]",	"^",	 "-",  "\\.", "[ab]", "[^/]",
		".*", "(/.*)?", "{2}", "{1,3}", "(a|b)", "\\", "$",   "x",
	};
	unsigned int n_taken = 0;

	generator_seed(7);
	for (unsigned int i = 0; i < 20000; i++) {
		unsigned int n = 1 + generator_below(8);
		char pattern[128] = "/";
		selkie_label_db *db;

		while (n--)
			strcat(pattern, pieces[generator_below(SK_ARRAY_LEN(pieces))]);
		compare_pattern(pattern, pattern, 0);
		db = database_of(pattern);
		n_taken += db != NULL;
		selkie_label_free(db);
		compare_strings(pattern, 20);
	}
	assert_true(n_taken > 3000);
}

/* The comparison itself must be able to fail. */
static void test_planted(void **state)
{
	selkie_label_db *db = database_of("/a(/.*)?");
	struct selkie_label_result result;
	unsigned int n_different = 0;
	struct generated path;
	pcre2_code *code = pcre2_of("/a(/.+)?");
	pcre2_match_data *data = pcre2_match_data_create(1, NULL);

	generator_seed(8);
	for (unsigned int i = 0; i < 1000; i++) {
		generator_path("/a(/.*)?", &path);
		n_different +=
			!selkie_label_lookup(db, path.s, 0, &result) !=
			(pcre2_match(code, (PCRE2_SPTR)path.s, path.n, 0, 0, data, NULL) >= 0);
	}
	assert_true(n_different);
	pcre2_match_data_free(data);
	pcre2_code_free(code);
	selkie_label_free(db);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_debian),
		cmocka_unit_test(test_awkward),
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_planted),
	};

	int r;

	limits = pcre2_match_context_create(NULL);
	pcre2_set_match_limit(limits, 10000);
	r = cmocka_run_group_tests(tests, NULL, NULL);
	pcre2_match_context_free(limits);
	return r;
}
