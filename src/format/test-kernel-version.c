/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A policy written in another version than its own is what the peer's compiler writes in that version: the same bytes
 * from version 20 on, and before that, where rules come in the order of a hash table, the same text by the peer's
 * decompiler. What a version cannot express is named.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "alloc-fail.h"
#include "model/policy.h"
#include "peer-policy.h"
#include "selkie/selkie.h"

static selkie_policy *must_read(const char *data, size_t size)
{
	selkie_diagnostics *diags = selkie_diagnostics_new();
	selkie_policy *policy = NULL;

	if (selkie_policy_read_memory(data, size, NULL, diags, &policy))
		fail_msg("%s", selkie_diagnostics_print(diags, 0));
	selkie_diagnostics_free(diags);
	return policy;
}

static int compare_lines(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Splits in place and sorts. Returns how many lines there are. */
static size_t sort_lines(char *text, char **lines, size_t most)
{
	size_t n = 0;

	for (char *line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
		assert_true(n < most);
		lines[n++] = line;
	}
	qsort(lines, n, sizeof(*lines), compare_lines);
	return n;
}

static void same_text(const char *a, size_t n_a, const char *b, size_t n_b,
		      const char *const *flags, const char *name)
{
	static char *lines_a[2000], *lines_b[2000];
	size_t n;
	char *text_a = peer_decompile(a, n_a, flags, &n), *text_b = peer_decompile(b, n_b, flags, &n);

	n = sort_lines(text_a, lines_a, 2000);
	assert_true(n > 100);
	assert_int_equal(sort_lines(text_b, lines_b, 2000), n);
	for (size_t i = 0; i < n; i++)
		if (strcmp(lines_a[i], lines_b[i]))
			fail_msg("%s: ours has '%s', the peer's '%s'", name, lines_a[i], lines_b[i]);
	free(text_a);
	free(text_b);
}

static void compare_with_peer(const char *source, unsigned int version, const char *const *flags)
{
	size_t n_33, n_theirs, n_ours;
	char *newest = peer_checkpolicy_marked(source, version, 33, flags, &n_33);
	char *theirs = peer_checkpolicy(source, version, flags, &n_theirs);
	selkie_policy *policy = must_read(newest, n_33);
	void *ours;
	char name[64];

	snprintf(name, sizeof(name), "%s, version %u", source, version);
	assert_int_equal(selkie_policy_write_memory(policy, version, NULL, &ours, &n_ours), 0);
	if (version < 20)
		same_text(ours, n_ours, theirs, n_theirs, flags, name);
	else if (n_ours != n_theirs || memcmp(ours, theirs, n_ours))
		fail_msg("%s: %zu bytes, the peer has %zu others", name, n_ours, n_theirs);
	selkie_policy_free(policy);
	free(ours);
	free(theirs);
	free(newest);
}

static void test_older(void **state)
{
	static const char *const mls[] = { "-M", NULL };

	for (unsigned int v = 16; v < 33; v++) {
		compare_with_peer("selinux.conf", v, NULL);
		if (v >= 19)
			compare_with_peer("selinux-mls.conf", v, mls);
	}
}

/* An old policy in a new version, and from there back in its own, is what the peer wrote. */
static void there_and_back(unsigned int version)
{
	size_t size, n_newest, n_back;
	char *data = peer_checkpolicy("selinux.conf", version, NULL, &size);
	selkie_policy *policy = must_read(data, size), *newest;
	void *middle, *back;

	assert_int_equal(selkie_policy_write_memory(policy, 33, NULL, &middle, &n_newest), 0);
	newest = must_read(middle, n_newest);
	assert_int_equal(newest->version, 33);
	assert_int_equal(selkie_policy_write_memory(newest, version, NULL, &back, &n_back), 0);
	if (version >= 20 && version < 24) {
		assert_int_equal(n_back, size);
		assert_memory_equal(back, data, size);
	} else {
		same_text(back, n_back, data, size, NULL, "there and back");
	}
	selkie_policy_free(policy);
	selkie_policy_free(newest);
	free(middle);
	free(back);
	free(data);
}

static void test_newer(void **state)
{
	for (unsigned int v = 16; v < 33; v++)
		there_and_back(v);
}

static selkie_policy *whole_policy(void)
{
	static const char *const mls[] = { "-M", NULL };
	size_t size;
	char *data = peer_checkpolicy("selinux-mls.conf", 33, mls, &size);
	selkie_policy *policy = must_read(data, size);

	free(data);
	return policy;
}

static void expect(unsigned int version, int outcome, const char *words)
{
	selkie_diagnostics *diags = selkie_diagnostics_new();
	selkie_policy *policy = whole_policy();
	void *data = NULL;
	size_t n;
	char *text;

	assert_int_equal(selkie_policy_write_memory(policy, version, diags, &data, &n), outcome);
	text = selkie_diagnostics_print(diags, 0);
	assert_non_null(text);
	if (!strstr(text, words))
		fail_msg("version %u: '%s' is not in: %s", version, words, text);
	assert_int_equal(!data, outcome != 0);
	free(data);
	free(text);
	selkie_policy_free(policy);
	selkie_diagnostics_free(diags);
}

static void test_named(void **state)
{
	expect(31, 0, "warning: version 31 has no default_range glblub; that of class 'db_table' is left out");
	expect(30, 0, "warning: version 30 has no InfiniBand key contexts; all 2 are left out");
	expect(29, SELKIE_POLICY_REFUSED,
	       "error: version 29 has no extended permissions, as the rule for 'user_t' on 'etc_t' of class 'file' has");
	expect(18, SELKIE_POLICY_REFUSED, "error: version 18 cannot hold an MLS policy");
	expect(15, SELKIE_POLICY_REFUSED, "error: version 15 has no booleans");
	expect(14, SELKIE_POLICY_REFUSED, "error: there is no policy version 14; 15 to 35 can be written");
	expect(36, SELKIE_POLICY_REFUSED, "error: there is no policy version 36");
	expect(24, SELKIE_POLICY_REFUSED,
	       "warning: version 24 has no named transitions; that on 'tmp_t' for \"a name with spaces\"");
}

static int write_old(void *arg)
{
	void *data = NULL;
	size_t n;
	int r = selkie_policy_write_memory(arg, 18, NULL, &data, &n);

	free(data);
	return r;
}

static void test_no_memory(void **state)
{
	size_t size;
	char *data = peer_checkpolicy_marked("selinux.conf", 18, 33, NULL, &size);
	selkie_policy *policy = must_read(data, size);
	alloc_fail_check(write_old, policy, 2000, 0);
	selkie_policy_free(policy);
	free(data);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_older),
		cmocka_unit_test(test_newer),
		cmocka_unit_test(test_named),
		cmocka_unit_test(test_no_memory),
	};

	return cmocka_run_group_tests_name("format/kernel-version", tests, NULL, NULL);
}
