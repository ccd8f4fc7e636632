/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Strings as RFC 8259 wants them, bytes that are no UTF-8 as RFC 3629 says, and where commas and line breaks stand. */
#include "base/json.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static void sk_test_string(const char *value, size_t n, const char *expected)
{
	sk_auto_buf struct sk_buf b = SK_BUF_INIT;
	struct sk_json j;

	sk_json_init(&j, &b);
	sk_json_string_n(&j, NULL, value, n);
	assert_string_equal(sk_buf_str(&b), expected);
}

#define SK_TEST_STRING(s, expected) sk_test_string(s, sizeof(s) - 1, expected)

static void test_strings(void **state)
{
	SK_TEST_STRING("", "\"\"");
	SK_TEST_STRING("plain", "\"plain\"");
	SK_TEST_STRING("a\"b\\c/d", "\"a\\\"b\\\\c/d\"");
	SK_TEST_STRING("\n\t", "\"\\n\\t\"");
	SK_TEST_STRING("\x01\x1f\x7f", "\"\\u0001\\u001f\\u007f\"");
	SK_TEST_STRING("a\0b", "\"a\\u0000b\"");
	/* eight bytes are looked at together: each place of the odd one */
	SK_TEST_STRING("\"2345678", "\"\\\"2345678\"");
	SK_TEST_STRING("1234567\"", "\"1234567\\\"\"");
	SK_TEST_STRING("12345678\"", "\"12345678\\\"\"");
	SK_TEST_STRING("123\x7f" "5678", "\"123\\u007f5678\"");
	SK_TEST_STRING(" !~ !~ !", "\" !~ !~ !\"");
}

static void test_utf8(void **state)
{
	SK_TEST_STRING("\xc3\xa4", "\"\xc3\xa4\"");
	SK_TEST_STRING("\xe2\x82\xac", "\"\xe2\x82\xac\"");
	SK_TEST_STRING("\xf0\x9f\x98\x80", "\"\xf0\x9f\x98\x80\"");
	SK_TEST_STRING("\xf4\x8f\xbf\xbf", "\"\xf4\x8f\xbf\xbf\"");
	/* cut short; a lone continuation; overlong; a surrogate; beyond U+10FFFF */
	SK_TEST_STRING("\xc3", "\"\\ufffd\"");
	SK_TEST_STRING("\xe2\x82", "\"\\ufffd\\ufffd\"");
	SK_TEST_STRING("\x80", "\"\\ufffd\"");
	SK_TEST_STRING("\xc0\xaf", "\"\\ufffd\\ufffd\"");
	SK_TEST_STRING("\xe0\x80\xaf", "\"\\ufffd\\ufffd\\ufffd\"");
	SK_TEST_STRING("\xed\xa0\x80", "\"\\ufffd\\ufffd\\ufffd\"");
	SK_TEST_STRING("\xf4\x90\x80\x80", "\"\\ufffd\\ufffd\\ufffd\\ufffd\"");
	SK_TEST_STRING("\xff" "a", "\"\\ufffda\"");
}

static void sk_test_write(struct sk_json *j)
{
	sk_json_object(j, NULL);
	sk_json_string(j, "name", "x");
	sk_json_array(j, "list");
	sk_json_uint(j, NULL, UINT64_MAX);
	sk_json_bool(j, NULL, true);
	sk_json_null(j, NULL);
	sk_json_end_array(j);
	sk_json_array(j, "none");
	sk_json_end_array(j);
	sk_json_string(j, "absent", NULL);
	sk_json_end_object(j);
	sk_json_finish(j);
}

static void test_layout(void **state)
{
	sk_auto_buf struct sk_buf b = SK_BUF_INIT, c = SK_BUF_INIT;
	struct sk_json j;

	sk_json_init(&j, &b);
	sk_test_write(&j);
	assert_string_equal(sk_buf_str(&b), "{\n"
					    "  \"name\": \"x\",\n"
					    "  \"list\": [\n"
					    "    18446744073709551615,\n"
					    "    true,\n"
					    "    null\n"
					    "  ],\n"
					    "  \"none\": [],\n"
					    "  \"absent\": null\n"
					    "}\n");
	sk_json_init(&j, &c);
	j.compact = true;
	sk_test_write(&j);
	assert_string_equal(sk_buf_str(&c), "{\"name\":\"x\",\"list\":[18446744073709551615,true,null],"
					    "\"none\":[],\"absent\":null}\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_strings),
		cmocka_unit_test(test_utf8),
		cmocka_unit_test(test_layout),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
