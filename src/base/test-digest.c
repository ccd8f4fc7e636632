/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Digests: every bit of a text counts, where a text ends counts, and a build knows itself.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/digest.h"

static struct sk_digest digest_of(const void *p, size_t n)
{
	struct sk_digest digest = { { 0 } };

	sk_digest_add(&digest, p, n);
	return digest;
}

static void check_differ(const struct sk_digest *a, const struct sk_digest *b)
{
	assert_true(a->word[0] != b->word[0]);
	assert_true(a->word[1] != b->word[1]);
}

static void test_bits(void **state)
{
	unsigned char text[100] = { 0 };

	for (size_t n = 0; n <= sizeof(text); n++) {
		struct sk_digest digest = digest_of(text, n), longer = digest_of(text, n + 1 > sizeof(text) ? 0 : n + 1);

		check_differ(&digest, &longer);
		for (size_t bit = 0; bit < 8 * n; bit++) {
			struct sk_digest other;

			text[bit / 8] ^= (unsigned char)(1 << bit % 8);
			other = digest_of(text, n);
			text[bit / 8] ^= (unsigned char)(1 << bit % 8);
			check_differ(&digest, &other);
		}
	}
}

static void test_parts(void **state)
{
	struct sk_digest first = digest_of("ab", 2), second = digest_of("a", 1), same = digest_of("ab", 2);

	sk_digest_add(&first, "c", 1);
	sk_digest_add(&second, "bc", 2);
	sk_digest_add(&same, "c", 1);
	check_differ(&first, &second);
	assert_true(sk_digest_equal(&first, &same));
	assert_false(sk_digest_equal(&first, &second));
}

static void test_self(void **state)
{
	struct sk_digest self, again;

	sk_digest_self(&self);
	sk_digest_self(&again);
	assert_true(sk_digest_equal(&self, &again));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_bits),
		cmocka_unit_test(test_parts),
		cmocka_unit_test(test_self),
	};

	return cmocka_run_group_tests_name("base/digest", tests, NULL, NULL);
}
