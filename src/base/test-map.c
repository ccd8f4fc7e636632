/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The map and the table of strings against plain arrays; keys that differ in high bits only; growth; lack of memory. */
#include "base/map.h"

#include <errno.h>
#include <stdio.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "alloc-fail.h"
#include "base/intern.h"

#define SK_TEST_KEYS 5000

static uint64_t sk_test_key(uint32_t i, unsigned int shift)
{
	return (uint64_t)i << shift;
}

static void test_map(void **state)
{
	for (unsigned int shift = 0; shift <= 50; shift += 10) {
		struct sk_map map = { 0 };
		uint32_t *value;
		bool new;

		assert_null(sk_map_find(&map, 0));
		for (uint32_t i = 0; i < SK_TEST_KEYS; i++) {
			assert_int_equal(sk_map_insert(&map, sk_test_key(i, shift), i, &value, &new), 0);
			assert_true(new);
			assert_int_equal(*value, i);
			*value = 3 * i;
			assert_int_equal(sk_map_insert(&map, sk_test_key(i, shift), 7, &value, &new), 0);
			assert_false(new);
			assert_int_equal(*value, 3 * i);
		}
		assert_int_equal(map.n, SK_TEST_KEYS);
		for (uint32_t i = 0; i < 2 * SK_TEST_KEYS; i++) {
			const uint32_t *found = sk_map_find(&map, sk_test_key(i, shift));

			assert_int_equal(found != NULL, i < SK_TEST_KEYS);
			assert_true(!found || *found == 3 * i);
		}
		sk_map_done(&map);
	}
}

static int sk_test_map_scene(void *arg)
{
	struct sk_map map = { 0 };
	uint32_t *value;
	int r = 0;

	for (uint32_t i = 0; i < 300 && !r; i++)
		r = sk_map_insert(&map, i, i, &value, NULL);
	/* what was put in before the failure is still there */
	for (uint32_t i = 0; i < map.n; i++)
		assert_int_equal(*sk_map_find(&map, i), i);
	sk_map_done(&map);
	return r;
}

static void test_intern(void **state)
{
	struct sk_arena arena = SK_ARENA_INIT;
	struct sk_intern in;
	uint32_t number;
	char name[32];

	sk_intern_init(&in, &arena);
	assert_int_equal(sk_intern_find(&in, "", 0), SK_INTERN_NONE);
	for (uint32_t round = 0; round < 2; round++)
		for (uint32_t i = 0; i < SK_TEST_KEYS; i++) {
			int n = snprintf(name, sizeof(name), "type_%u_t", i);

			assert_int_equal(sk_intern_add(&in, name, (size_t)n, &number), 0);
			assert_int_equal(number, i);
			assert_string_equal(sk_intern_str(&in, number), name);
			assert_int_equal(sk_intern_find(&in, name, (size_t)n - 2) == SK_INTERN_NONE, true);
		}
	assert_int_equal(in.n, SK_TEST_KEYS);
	/* the length counts, not a zero byte */
	assert_int_equal(sk_intern_add(&in, "a\0b", 3, &number), 0);
	assert_int_equal(number, SK_TEST_KEYS);
	assert_int_equal(sk_intern_find(&in, "a\0c", 3), SK_INTERN_NONE);
	assert_int_equal(sk_intern_find(&in, "a", 1), SK_INTERN_NONE);
	sk_intern_done(&in);
	sk_arena_done(&arena);
}

static int sk_test_intern_scene(void *arg)
{
	struct sk_arena arena = SK_ARENA_INIT;
	struct sk_intern in;
	uint32_t number;
	int r = 0;

	sk_intern_init(&in, &arena);
	for (uint32_t i = 0; i < 300 && !r; i++)
		r = sk_intern_add(&in, (const char *)&i, sizeof(i), &number);
	sk_intern_done(&in);
	sk_arena_done(&arena);
	return r;
}

static void test_no_memory(void **state)
{
	alloc_fail_check(sk_test_map_scene, NULL, 100, 3);
	alloc_fail_check(sk_test_intern_scene, NULL, 100, 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_map),
		cmocka_unit_test(test_intern),
		cmocka_unit_test(test_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
