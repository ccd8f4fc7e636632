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
#include "selkie/check.h"

static selkie_policy *policy;

static const char text[] =
	"[a]\ncheck_type = assert_te\ntarget = shadow_t\ntclass = file\nperms = write\nexempt_source = admin_t\n"
	"[b]\ncheck_type = relabel_all\nattr = file_type\n"
	"[c]\ncheck_type = cross_domain\nperms = transition\nexempt_source = no_such_t\n"
	"[d]\ncheck_type = relabel_all\nattr = no_such\noptional = yes\n"
	"[e]\ncheck_type = assert_te\nsource = web_t\ndisable = later\n";

static int run(selkie_checks **ret_checks, selkie_check_report **ret)
{
	int r = selkie_checks_read_memory(text, strlen(text), "checks", NULL, ret_checks);

	return r ? r : selkie_checks_run(*ret_checks, policy, NULL, ret);
}

/* web.conf: the administrator alone relabels all files; the user alone changes into other domains. */
static void test_types(void **state)
{
	selkie_check_report *report;
	selkie_checks *checks;
	struct selkie_check c;

	assert_int_equal(run(&checks, &report), 0);
	assert_int_equal(selkie_check_report_count(report), 5);
	assert_int_equal(selkie_check_report_failed(report), 2);
	selkie_check_report_get(report, 0, &c);
	assert_int_equal(c.outcome, SELKIE_CHECK_PASSED);
	selkie_check_report_get(report, 1, &c);
	assert_int_equal(c.n_findings, 2);
	assert_string_equal(selkie_check_report_finding(report, 1, 0), "kernel_t");
	assert_string_equal(selkie_check_report_finding(report, 1, 1), "admin_t");
	assert_null(selkie_check_report_finding(report, 1, 2));
	selkie_check_report_get(report, 2, &c);
	assert_int_equal(c.n_findings, 1);
	assert_string_equal(selkie_check_report_finding(report, 2, 0), "user_t, on admin_t and 1 more");
	selkie_check_report_get(report, 3, &c);
	assert_int_equal(c.outcome, SELKIE_CHECK_INAPPLICABLE);
	selkie_check_report_get(report, 4, &c);
	assert_int_equal(c.outcome, SELKIE_CHECK_DISABLED);
	assert_string_equal(c.disabled, "later");
	assert_int_equal(selkie_check_report_get(report, 5, &c), -EINVAL);
	selkie_check_report_free(report);
	selkie_checks_free(checks);
}

static void test_safety(void **state)
{
	selkie_checks *checks, *read;

	assert_int_equal(selkie_checks_safety(&checks), 0);
	assert_int_equal(selkie_checks_read_memory(selkie_checks_safety_text(), strlen(selkie_checks_safety_text()), "x", NULL,
						   &read), 0);
	selkie_checks_free(checks);
	selkie_checks_free(read);
	assert_int_equal(selkie_checks_load("/nowhere", NULL, &read), -ENOENT);
	selkie_checks_free(NULL);
	selkie_check_report_free(NULL);
}

static int scene(void *arg SK_UNUSED)
{
	selkie_check_report *report = NULL;
	selkie_checks *checks = NULL;
	int r = run(&checks, &report);

	selkie_check_report_free(report);
	selkie_checks_free(checks);
	return r;
}

static void test_no_memory(void **state)
{
	alloc_fail_check(scene, NULL, 500, 8);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_types), cmocka_unit_test(test_safety), cmocka_unit_test(test_no_memory),
	};
	char path[4200];
	int failed;

	snprintf(path, sizeof(path), "%.4096s/fuzz/suite.33", getenv("SELKIE_SOURCE_ROOT"));
	if (selkie_policy_load(path, NULL, &policy))
		return 1;
	failed = cmocka_run_group_tests(tests, NULL, NULL);
	selkie_policy_free(policy);
	return failed;
}
