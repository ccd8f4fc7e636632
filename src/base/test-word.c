/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Lists of words, with the blanks that tables written by hand have. */
#include "base/word.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void test_next(void **state)
{
	const char *list = "  read  write append ";
	static const char *const words[] = { "read", "write", "append" };

	for (size_t i = 0; i < 3; i++) {
		size_t n = sk_word_next(&list);

		assert_int_equal(n, strlen(words[i]));
		assert_memory_equal(list, words[i], n);
		list += n;
	}
	assert_int_equal(sk_word_next(&list), 0);
	assert_int_equal(sk_word_next(&list), 0);
}

static void test_in(void **state)
{
	assert_true(sk_name_in("read write append", "read"));
	assert_true(sk_name_in("read write append", "append"));
	assert_true(sk_name_in(" read  write ", "write"));
	assert_false(sk_name_in("read write append", "app"));
	assert_false(sk_name_in("read write append", "appended"));
	assert_false(sk_name_in("read write", "read write"));
	assert_false(sk_name_in("", "read"));
	assert_false(sk_name_in("read", ""));
	assert_true(sk_word_in("read write", "write_x", 5));
}

static void test_suffix(void **state)
{
	assert_true(sk_has_suffix("tcp_socket", "_socket"));
	assert_true(sk_has_suffix("_socket", "_socket"));
	assert_true(sk_has_suffix("x", ""));
	assert_false(sk_has_suffix("socket", "_socket"));
	assert_false(sk_has_suffix("_socket_t", "_socket"));
	assert_true(sk_has_suffix_n("sshd_key_t", "_key_t x", 6));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_next),
		cmocka_unit_test(test_in),
		cmocka_unit_test(test_suffix),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
