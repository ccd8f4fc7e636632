/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which name is the nearest; that a collection outlives its input and survives lack of memory. */
#include "base/diag.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "alloc-fail.h"

static const char *const sk_test_names[] = { "httpd_t", "httpd_sys_content_t", "sshd_t", NULL, "shadow_t", "t" };

static const char *sk_test_name_at(const void *names, size_t i)
{
	return ((const char *const *)names)[i];
}

static void sk_test_nearest(const char *name, const char *expected)
{
	size_t near = sk_nearest_name(name, 6, sk_test_name_at, sk_test_names);

	if (!expected) {
		assert_true(near == SIZE_MAX);
		return;
	}
	assert_true(near < 6);
	assert_string_equal(sk_test_names[near], expected);
}

static void test_nearest(void **state)
{
	sk_test_nearest("htpd_t", "httpd_t");		/* one left out */
	sk_test_nearest("htttpd_t", "httpd_t");		/* one too many */
	sk_test_nearest("hxtpd_t", "httpd_t");		/* another one */
	sk_test_nearest("htptd_t", "httpd_t");		/* two that changed places */
	sk_test_nearest("shadwo_t", "shadow_t");
	sk_test_nearest("httpd_sys_contnet", "httpd_sys_content_t");
	sk_test_nearest("unconfined_t", NULL);
	sk_test_nearest("", "t");
	sk_test_nearest("zzz", NULL);
}

/* Places and words are copied: what they were made from may go. */
static void test_copies(void **state)
{
	selkie_diagnostics *diags = selkie_diagnostics_new();
	char file[] = "web.te", line[] = "allow htpd_t self:file read;", word[] = "htpd_t";
	struct sk_place place = { .kind = SK_PLACE_TEXT, .file = file, .line = 12, .col = 7, .length = 6,
				  .text = line, .text_length = sizeof(line) - 1 };
	char *text;

	assert_non_null(diags);
	sk_diag_note(diags, sk_error(diags, "E0102", &place, "unknown type '%s'", word),
		     &(struct sk_place){ .kind = SK_PLACE_TEXT, .file = file, .line = 3, .col = 6 },
		     "did you mean '%s', declared here?", "httpd_t");
	memset(file, 'x', sizeof(file) - 1);
	memset(line, 'x', sizeof(line) - 1);
	memset(word, 'x', sizeof(word) - 1);
	text = selkie_diagnostics_print(diags, 0);
	assert_non_null(text);
	assert_string_equal(text, "web.te:12:7: error: unknown type 'htpd_t' [E0102]\n"
				  "   12 | allow htpd_t self:file read;\n"
				  "      |       ^~~~~~\n"
				  "web.te:3:6: note: did you mean 'httpd_t', declared here?\n");
	free(text);
	selkie_diagnostics_free(diags);
}

static int sk_test_scene(void *arg)
{
	selkie_diagnostics *diags = selkie_diagnostics_new();
	struct sk_place place = { .kind = SK_PLACE_BINARY, .file = "policy", .offset = 8, .field = "magic" };
	int r = 0;

	if (!diags)
		return -ENOMEM;
	for (unsigned int i = 0; i < 50; i++)
		sk_diag_note(diags, sk_warning(diags, "W0301", &place, "number %u", i), &place, "a note");
	r = diags->no_memory ? -ENOMEM : 0;
	selkie_diagnostics_free(diags);
	return r;
}

static void test_no_memory(void **state)
{
	alloc_fail_check(sk_test_scene, NULL, 100, 1);
	assert_null(sk_error(NULL, "E0102", NULL, "nowhere to put it"));
	sk_diag_note(NULL, NULL, NULL, "nor this");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_nearest),
		cmocka_unit_test(test_copies),
		cmocka_unit_test(test_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
