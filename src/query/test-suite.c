/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "alloc-fail.h"
#include "base/memory.h"
#include "selkie/rule.h"
#include "selkie/suite.h"

static selkie_policy *policy;

/* Rows that pass on test/denials/policy.33: sesearch, seinfoflow and sedta say the same. */
static const char rows[] =
	"allow httpd_t httpd_sys_content_t:file read getattr open\n"
	"deny httpd_t shadow_t:file read because rule\n"
	"set httpd_can_network_connect=on\n"
	"allow httpd_t port_type:tcp_socket name_connect\n"
	"reset\n"
	"role system_r\n"
	"deny httpd_t http_port_t:tcp_socket ~{ name_bind create }\n"
	"only { can_write_shadow_passwords files_unconfined_type } may write shadow_t:file\n"
	"transition init_t httpd_exec_t is httpd_t\n"
	"no transition httpd_t init_exec_t is init_t\n"
	"label create httpd_t tmp_t:dir is httpd_tmp_t\n"
	"label port tcp 443 is http_port_t\n"
	"no flow shadow_t httpd_t weight 10 except *\n"
	"reach init_t httpd_t\n";

/* The variants that reasons take, in the order in which a job loads them. */
static int take_policy(void *arg, const char *name, const selkie_policy *variant)
{
	size_t *n = arg;

	assert_non_null(name);
	assert_true(selkie_rule_count(variant) >= selkie_rule_count(policy));
	++*n;
	return 0;
}

static int run(const char *text, bool *ret_all)
{
	selkie_test_results *results = NULL;
	char *job = NULL;
	size_t n_policies = 0;
	selkie_coverage *coverage = NULL;
	selkie_suite *suite = NULL;
	selkie_state *state = NULL;
	int r;

	r = selkie_suite_new(&suite);
	if (!r)
		r = selkie_suite_read_memory(suite, text, strlen(text), "rows.t", NULL);
	if (!r)
		r = selkie_suite_bind(suite, policy, NULL, NULL);
	if (!r)
		r = selkie_state_new(policy, &state);
	if (!r)
		r = selkie_suite_run(suite, state, &results);
	if (!r)
		r = selkie_suite_cover(suite, state, SELKIE_COVERAGE_TESTED, &coverage);
	if (!r)
		r = selkie_suite_job(suite, state, &job);
	if (!r)
		r = selkie_suite_job_policies(suite, take_policy, &n_policies);
	if (!r) {
		*ret_all = !selkie_test_results_failed(results);
		assert_int_equal(n_policies, strstr(text, "because rule") ? 4 : 0);
		for (const char *s = job; (s = strstr(s, "\nload ")); s++)
			n_policies--;
		assert_int_equal(n_policies, 0);
	}
	free(job);
	selkie_coverage_free(coverage);
	selkie_test_results_free(results);
	selkie_state_free(state);
	selkie_suite_free(suite);
	return r;
}

static void test_rows(void **state)
{
	bool all = false;

	assert_int_equal(run(rows, &all), 0);
	assert_true(all);
	assert_int_equal(run("allow httpd_t shadow_t:file read\n", &all), 0);
	assert_false(all);
	assert_int_equal(run("allow httpd_t\n", &all), SELKIE_SUITE_REFUSED);
	assert_int_equal(run("allow httpd_t nothing_t:file read\n", &all), SELKIE_SUITE_REFUSED);
}

static void test_api(void **state)
{
	struct selkie_test_result result;
	selkie_test_results *results;
	struct selkie_test test;
	selkie_suite *suite;
	selkie_state *s;

	assert_int_equal(selkie_suite_new(&suite), 0);
	assert_int_equal(selkie_state_new(policy, &s), 0);
	assert_int_equal(selkie_suite_run(suite, s, &results), -EINVAL);	/* not bound */
	assert_int_equal(selkie_suite_read_memory(suite, "allow a b:c d", 13, "x", NULL), 0);
	assert_int_equal(selkie_suite_bind(suite, policy, NULL, NULL), SELKIE_SUITE_REFUSED);
	assert_int_equal(selkie_suite_run(suite, s, &results), -EINVAL);
	selkie_suite_free(suite);

	assert_int_equal(selkie_suite_new(&suite), 0);
	assert_int_equal(selkie_suite_read_memory(suite, "\n# x\nallow  httpd_t shadow_t:file\tread # y\n", 41, "x", NULL), 0);
	assert_int_equal(selkie_suite_count(suite), 1);
	assert_int_equal(selkie_suite_get(suite, 0, &test), 0);
	assert_int_equal(selkie_suite_get(suite, 1, &test), -EINVAL);
	assert_string_equal(test.text, "allow httpd_t shadow_t:file read");
	assert_int_equal(test.line, 3);
	assert_int_equal(selkie_suite_bind(suite, policy, NULL, NULL), 0);
	assert_int_equal(selkie_suite_run(suite, s, &results), 0);
	assert_int_equal(selkie_test_results_get(results, 0, &result), 0);
	assert_false(result.passed);
	assert_int_equal(result.n_questions, 1);
	assert_int_equal(selkie_test_results_get(results, 1, &result), -EINVAL);
	selkie_test_results_free(results);
	selkie_suite_free(suite);
	selkie_state_free(s);
	selkie_suite_free(NULL);
	selkie_coverage_free(NULL);
	selkie_mutants_free(NULL);
	selkie_test_results_free(NULL);
}

/* Every prefix and every byte replaced: rows, or mistakes with places. */
static void test_damage(void **state)
{
	size_t n = strlen(rows);
	sk_auto_free char *text = strdup(rows);

	assert_non_null(text);
	for (size_t i = 0; i < 2 * n; i++) {
		size_t at = i % n, length = i < n ? at : n;
		selkie_diagnostics *diags = selkie_diagnostics_new();
		char kept = text[at], *printed;
		selkie_suite *suite;
		int r;

		text[at] = i < n ? kept : "{}~\"#:"[i % 6];
		assert_int_equal(selkie_suite_new(&suite), 0);
		r = selkie_suite_read_memory(suite, text, length, "rows.t", diags);
		if (!r)
			r = selkie_suite_bind(suite, policy, NULL, diags);
		assert_true(r == 0 || r == SELKIE_SUITE_REFUSED);
		assert_int_equal(r != 0, selkie_diagnostics_count(diags, SELKIE_SEVERITY_NOTE) != 0);
		printed = selkie_diagnostics_print(diags, 0);
		assert_non_null(printed);
		free(printed);
		selkie_suite_free(suite);
		selkie_diagnostics_free(diags);
		text[at] = kept;
	}
}

static int scene(void *arg SK_UNUSED)
{
	bool all;

	return run("allow { httpd_t init_t } bin_t:file read ioctl:0x5401\nset httpd_enable_cgi=off\n"
		   "deny httpd_t shadow_t:file read because rule boolean\nonly * may read shadow_t:file\n"
		   "allow httpd_t shadow_t:file read\nlabel create httpd_t tmp_t:dir is httpd_tmp_t\nreach init_t httpd_t\n",
		   &all);
}

static void test_no_memory(void **state)
{
	alloc_fail_check(scene, NULL, 60, 30);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_rows), cmocka_unit_test(test_api), cmocka_unit_test(test_damage),
		cmocka_unit_test(test_no_memory),
	};
	char path[4200];
	int failed;

	snprintf(path, sizeof(path), "%.4096s/test/denials/policy.33", getenv("SELKIE_SOURCE_ROOT"));
	if (selkie_policy_load(path, NULL, &policy))
		return 1;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	selkie_policy_free(policy);
	return failed;
}
