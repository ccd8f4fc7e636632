/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Libraries that are loaded when they are wanted: all their functions, or the library is not there. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/library.h"
#include "base/pcre2.h"
#include "missing-library.h"

/* The C library's mathematical part, which is everywhere. */
double fmax(double x, double y);
double hypot(double x, double y);
void no_such_function(void);

#define FUNCTIONS(X) X(hypot) X(fmax)
#define MORE_FUNCTIONS(X) X(hypot) X(no_such_function)

struct table {
	FUNCTIONS(SK_LIBRARY_FIELD)
};

SK_LIBRARY(found, FUNCTIONS, "math", "Numbers", "libm.so.6");
SK_LIBRARY_OR(second, FUNCTIONS, "math", "Numbers", "libnot-there.so.1", "libm.so.6");
SK_LIBRARY(absent, FUNCTIONS, "math", "Numbers", "libnot-there.so.1");
SK_LIBRARY(older, MORE_FUNCTIONS, "math", "Numbers", "libm.so.6");

static void test_load(void **state)
{
	const struct sk_library *libraries[] = { &found, &second, &found };

	(void)state;
	for (size_t i = 0; i < 3; i++) {
		struct table table = { NULL, NULL };

		assert_int_equal(sk_library_load(libraries[i], &table), 0);
		assert_true(table.hypot(3, 4) == 5 && table.fmax(3, 4) == 4);
	}
}

static void test_absent(void **state)
{
	struct table table;

	(void)state;
	assert_int_equal(sk_library_load(&absent, &table), -ELIBACC);
	assert_int_equal(sk_library_load(&older, &table), -ELIBACC);
	missing_library = "libm.so";
	assert_int_equal(sk_library_load(&found, &table), -ELIBACC);
	assert_int_equal(sk_library_load(&second, &table), -ELIBACC);
	missing_library = NULL;
	assert_int_equal(sk_library_load(&second, &table), 0);
}

/* Names of functions that the header makes of others. */
static void test_pcre2(void **state)
{
	struct sk_pcre2 pcre2;
	char text[100];

	(void)state;
	assert_int_equal(sk_pcre2_load(&pcre2), 0);
	assert_true(pcre2.pcre2_get_error_message(PCRE2_ERROR_NOMATCH, (PCRE2_UCHAR *)text, sizeof(text)) > 0);
	assert_string_equal(text, "no match");
}

/* What packaging tools read: owner, type, and the same names that are loaded. */
static void test_note(void **state)
{
	(void)state;
	assert_int_equal(second_note.n_owner, 4);
	assert_string_equal(second_note.owner, "FDO");
	assert_int_equal(second_note.type, 0x407c0c0a);
	assert_int_equal(second_note.n_text, strlen(second_note.text) + 1);
	assert_string_equal(second_note.text, "[{\"feature\":\"math\",\"description\":\"Numbers\",\"priority\":\"recommended\","
					      "\"soname\":[\"libnot-there.so.1\",\"libm.so.6\"]}]");
	assert_non_null(strstr(found_note.text, "\"soname\":[\"libm.so.6\"]}]"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_load),
		cmocka_unit_test(test_absent),
		cmocka_unit_test(test_pcre2),
		cmocka_unit_test(test_note),
	};

	return cmocka_run_group_tests_name("base/library", tests, NULL, NULL);
}
