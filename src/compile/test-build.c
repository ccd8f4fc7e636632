/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Building through the public interface: each allocation fails in turn, from the first line that is read to the policy;
 * options and sources that are none are refused; what is written can be read, and its origins belong to it.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "alloc-fail.h"
#include "selkie/build.h"
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

	assert_null(alloc_fail_each(build_failing, path, 700, NULL));
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_refusals),
		cmocka_unit_test(test_save),
		cmocka_unit_test(test_out_of_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
