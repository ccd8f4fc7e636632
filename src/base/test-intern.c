/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tables of strings: numbers by first appearance, through growth; and one table put into another. */
#include "base/intern.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define N 5000

static void name_of(unsigned int i, char to[16])
{
	snprintf(to, 16, "name_%u", i);
}

static void fill(struct sk_intern *in, struct sk_arena *arena, unsigned int first, unsigned int n, unsigned int step)
{
	sk_intern_init(in, arena);
	for (unsigned int i = 0; i < n; i++) {
		uint32_t number;
		char name[16];

		name_of(first + i * step, name);
		assert_int_equal(sk_intern_add(in, name, strlen(name), &number), 0);
		assert_int_equal(number, i);
		assert_int_equal(sk_intern_add(in, name, strlen(name), &number), 0);
		assert_int_equal(number, i);
	}
}

static void test_numbers(void **state)
{
	struct sk_arena arena = SK_ARENA_INIT;
	struct sk_intern in;

	sk_intern_init(&in, &arena);
	assert_int_equal(sk_intern_find(&in, "a", 1), SK_INTERN_NONE);
	fill(&in, &arena, 0, N, 1);
	for (unsigned int i = 0; i < N; i++) {
		char name[16];

		name_of(i, name);
		assert_int_equal(sk_intern_find(&in, name, strlen(name)), i);
		assert_string_equal(sk_intern_str(&in, i), name);
	}
	assert_int_equal(sk_intern_find(&in, "name_", 5), SK_INTERN_NONE);
	sk_intern_done(&in);
	sk_arena_done(&arena);
}

/* Half of what is put in is there already; into an empty table all is new. */
static void test_merge(void **state)
{
	struct sk_arena arena = SK_ARENA_INIT;
	static uint32_t map[N];
	struct sk_intern in, from, empty;

	fill(&in, &arena, 0, N, 1);
	fill(&from, &arena, 1, N, 2);
	assert_int_equal(sk_intern_merge(&in, &from, map), 0);
	for (unsigned int i = 0; i < N; i++) {
		unsigned int name_number = 1 + 2 * i;
		char name[16];

		name_of(name_number, name);
		assert_int_equal(map[i], name_number < N ? name_number : N + i - N / 2);
		assert_string_equal(sk_intern_str(&in, map[i]), name);
		assert_int_equal(sk_intern_find(&in, name, strlen(name)), map[i]);
	}
	assert_int_equal(in.n, N + N / 2);
	sk_intern_init(&empty, &arena);
	assert_int_equal(sk_intern_merge(&empty, &from, map), 0);
	for (unsigned int i = 0; i < N; i++)
		assert_int_equal(map[i], i);
	sk_intern_done(&in);
	sk_intern_done(&from);
	sk_intern_done(&empty);
	sk_arena_done(&arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_merge),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
