/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The tool that fails allocations must itself be able to say no: each kind of mistake is planted once.
 */
#include "alloc-fail.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

static void *keep;

static int careful(void *arg)
{
	char *a, *b = NULL, *c = NULL;
	int r = -ENOMEM;

	(void)arg;
	a = malloc(10);
	if (a)
		b = strdup("b");
	if (b && asprintf(&c, "%s%d", b, 7) >= 0) {
		char *grown = realloc(a, 100000);

		if (grown) {
			a = grown;
			r = 0;
		}
		free(c);
	}
	free(b);
	free(a);
	return r;
}

static int leaky(void *arg)
{
	char *a = malloc(10), *b;

	(void)arg;
	if (!a)
		return -ENOMEM;
	b = malloc(20);
	if (!b) {
		keep = a;
		return -ENOMEM;
	}
	free(a);
	free(b);
	return 0;
}

static int mistaken(void *arg)
{
	void *a = malloc(10);

	(void)arg;
	if (!a)
		return 1;	/* a failure of the machine, reported as an outcome */
	free(a);
	return 0;
}

static int many(void *arg)
{
	size_t *n = arg;

	for (size_t i = 0; i < *n; i++) {
		void *volatile p = malloc(1);

		if (!p)
			return -ENOMEM;
		free(p);
	}
	return 0;
}

static void test_each(void **state)
{
	size_t runs, n = 100000;

	(void)state;
	assert_null(alloc_fail_each(careful, NULL, 100, &runs));
	assert_int_equal(runs, 4);
	assert_null(alloc_fail_each(many, &n, 100, &runs));
	assert_in_range(runs, 200, 600);
}

static void test_mistakes_are_found(void **state)
{
	(void)state;
	assert_string_equal(alloc_fail_each(leaky, NULL, 100, NULL),
			    "allocation 2 failed: 1 blocks are leaked");
	free(keep);
	assert_string_equal(alloc_fail_each(mistaken, NULL, 100, NULL),
			    "allocation 1 failed: it returned 1");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each),
		cmocka_unit_test(test_mistakes_are_found),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
