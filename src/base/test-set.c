/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Both forms of a set against an array of flags, on sets of many sizes and densities. */
#include "base/set.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "alloc-fail.h"

#define SK_TEST_BITS 300

static uint32_t sk_test_random(uint32_t *seed)
{
	*seed = *seed * 1664525 + 1013904223;
	return *seed >> 8;
}

/* A set of numbers below n_bits, one in `sparse`; and the same as flags. */
static struct sk_bitset sk_test_make(struct sk_arena *arena, uint32_t *seed, uint32_t n_bits, uint32_t sparse,
				     bool flags[SK_TEST_BITS])
{
	struct sk_bitset set;

	assert_int_equal(sk_bitset_init(&set, arena, n_bits), 0);
	memset(flags, 0, SK_TEST_BITS * sizeof(*flags));
	for (uint32_t x = 0; x < n_bits; x++)
		if (sk_test_random(seed) % sparse == 0) {
			sk_bitset_add(&set, x);
			flags[x] = true;
		}
	sk_bitset_trim(&set);
	return set;
}

static void sk_test_one(struct sk_arena *arena, const struct sk_bitset *set, const bool flags[SK_TEST_BITS])
{
	struct sk_idset ids;
	uint32_t n = 0, last = UINT32_MAX;

	assert_int_equal(sk_idset_from_bitset(&ids, arena, set), 0);
	for (uint32_t x = SK_TEST_BITS; x-- > 0;) {
		assert_int_equal(sk_bitset_has(set, x), flags[x]);
		assert_int_equal(sk_idset_has(&ids, x), flags[x]);
		if (flags[x]) {
			last = x;
			n++;
		}
		assert_int_equal(sk_bitset_next(set, x), last);
	}
	assert_int_equal(sk_bitset_count(set), n);
	assert_int_equal(sk_bitset_empty(set), !n);
	assert_int_equal(ids.n, n);
	for (uint32_t i = 1; i < n; i++)
		assert_true(ids.ids[i - 1] < ids.ids[i]);
	assert_true(!set->n_words || set->words[set->n_words - 1]);
	assert_false(sk_bitset_has(set, UINT32_MAX));
	assert_int_equal(sk_bitset_next(set, UINT32_MAX), UINT32_MAX);
}

static void test_random(void **state)
{
	static const uint32_t sizes[] = { 0, 1, 63, 64, 65, 127, 128, 200, SK_TEST_BITS };
	struct sk_arena arena = SK_ARENA_INIT;
	bool in_a[SK_TEST_BITS], in_b[SK_TEST_BITS];
	uint32_t seed = 1;

	for (unsigned int round = 0; round < 2000; round++) {
		uint32_t sparse = round % 7 < 3 ? 1 + round % 3 : 40;
		struct sk_bitset a, b;
		bool same = true, contains = true;

		a = sk_test_make(&arena, &seed, sizes[round % 9], sparse, in_a);
		b = sk_test_make(&arena, &seed, sizes[round / 9 % 9], sparse * 3, in_b);
		sk_test_one(&arena, &a, in_a);
		for (uint32_t x = 0; x < SK_TEST_BITS; x++) {
			same = same && in_a[x] == in_b[x];
			contains = contains && (in_a[x] || !in_b[x]);
		}
		assert_int_equal(sk_bitset_equal(&a, &b), same);
		assert_int_equal(sk_bitset_contains(&a, &b), contains);
		assert_true(sk_bitset_contains(&a, &a) && sk_bitset_equal(&a, &a));
		sk_arena_reset(&arena);
	}
	sk_arena_done(&arena);
}

static int sk_test_scene(void *arg)
{
	struct sk_arena arena = SK_ARENA_INIT;
	struct sk_bitset set;
	struct sk_idset ids;
	int r = sk_bitset_init(&set, &arena, 100000);

	if (!r) {
		sk_bitset_add(&set, 99999);
		r = sk_idset_from_bitset(&ids, &arena, &set);
	}
	sk_arena_done(&arena);
	return r;
}

static void test_no_memory(void **state)
{
	alloc_fail_check(sk_test_scene, NULL, 100, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_random),
		cmocka_unit_test(test_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
