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
#include "selkie/lint.h"

static char triggers[4096], config[4200];

static int run(const struct selkie_lint_options *options, selkie_lint **ret)
{
	const char *const paths[] = { triggers, NULL };

	return selkie_lint_run(paths, options, NULL, ret);
}

static void test_api(void **state)
{
	static const char *const only[] = { "C-005", NULL }, *const unknown[] = { "C-999", NULL };
	struct selkie_lint_options o = SELKIE_LINT_OPTIONS_INIT;
	struct selkie_lint_finding f;
	selkie_lint *lint;
	size_t all, n;

	o.flags = SELKIE_LINT_SOURCE;
	o.config = config;
	assert_int_equal(run(&o, &lint), 0);
	assert_int_equal(selkie_lint_n_files(lint), 11);
	all = selkie_lint_count(lint);
	assert_int_equal(selkie_lint_get(lint, all, &f), -EINVAL);
	assert_int_equal(selkie_lint_fix(lint, NULL, &n, &n), -EINVAL);
	selkie_lint_free(lint);

	o.flags |= SELKIE_LINT_ONLY_ENABLED;
	o.enable = only;
	assert_int_equal(run(&o, &lint), 0);
	n = selkie_lint_count(lint);
	assert_true(n > 0 && n < all);
	for (size_t i = 0; i < n; i++) {
		assert_int_equal(selkie_lint_get(lint, i, &f), 0);
		assert_string_equal(f.check->id, "C-005");
		assert_true(f.line > 0 && f.column > 0);
	}
	selkie_lint_free(lint);

	o.enable = unknown;
	assert_int_equal(run(&o, &lint), SELKIE_LINT_REFUSED);
	o.version = 99;
	assert_int_equal(run(&o, &lint), -EINVAL);
	assert_null(selkie_lint_check_get(selkie_lint_check_count()));
	selkie_lint_free(NULL);
}

static void test_level(void **state)
{
	struct selkie_lint_options o = SELKIE_LINT_OPTIONS_INIT;
	struct selkie_lint_finding f;
	selkie_lint *lint;

	o.flags = SELKIE_LINT_SOURCE;
	o.level = SELKIE_LINT_ERROR;
	assert_int_equal(run(&o, &lint), 0);
	assert_true(selkie_lint_count(lint) > 5);
	for (size_t i = 0; !selkie_lint_get(lint, i, &f); i++)
		assert_true(f.check->level >= SELKIE_LINT_ERROR);
	selkie_lint_free(lint);
}

static int scene(void *arg SK_UNUSED)
{
	static const char *const extra[] = { "X-001", "X-002", NULL };
	struct selkie_lint_options o = SELKIE_LINT_OPTIONS_INIT;
	selkie_lint *lint;
	int r;

	o.flags = SELKIE_LINT_SOURCE;
	o.config = config;
	o.enable = extra;
	r = run(&o, &lint);
	if (!r)
		selkie_lint_free(lint);
	return r;
}

static void test_no_memory(void **state)
{
	alloc_fail_check(scene, NULL, 400, 50);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_api), cmocka_unit_test(test_level), cmocka_unit_test(test_no_memory),
	};

	snprintf(triggers, sizeof(triggers), "%s/test/lint/triggers", getenv("SELKIE_SOURCE_ROOT"));
	snprintf(config, sizeof(config), "%s/selint.conf", triggers);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
