/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Label files: how a line's parts come out again, the order of precedence, exact diagnostics. Whole trees are compared
 * with what their own builds write by test/te/labels-differential.py.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "alloc-fail.h"
#include "reading.h"
#include "unit/label.h"

static int world_read(struct reading *w, const char *text)
{
	struct sk_source *source;
	struct sk_unit *unit;
	int r;

	r = reading_begin(w);
	if (!r)
		r = sk_units_add(&w->units, &w->space, SK_UNIT_POLICY_CONF, &unit);
	if (!r)
		r = sk_sources_add(&w->sources, "m.fc", text, strlen(text), w->diags, &source);
	return r ? r : sk_unit_read_labels(unit, NULL, source);
}

static void check_order(const char *in, enum sk_label_style style, const char *want, const char *want_template)
{
	struct sk_label_file fc = SK_LABEL_FILE_INIT, template = SK_LABEL_FILE_INIT;
	struct reading w;

	assert_int_equal(world_read(&w, in), 0);
	assert_int_equal(sk_label_files(&w.units, style, NULL, NULL, &fc, &template), 0);
	assert_string_equal(sk_buf_str(&fc.text), want);
	assert_string_equal(sk_buf_str(&template.text), want_template);
	sk_label_file_done(&fc);
	sk_label_file_done(&template);
	reading_end(&w);
}

/* Each answer is that of the tree's fc_sort.py (refpolicy) or of libsemanage 3.4 for modules with these lines. */
static void test_order(void **state)
{
	static const char in[] =
		"/usr/bin/x\tu:object_r:a_t:s0\n"
		"/.*\tu:object_r:b_t:s0\n"
		"HOME_DIR/y\tu:object_r:h_t:s0\n"
		"/usr/(.*/)?z\t--\tu:object_r:c_t:s0-s15:c0.c1023\n"
		"/usr/(.*/)?z\tu:object_r:d_t:s0\n"
		"/usr/a\\.b\t-d\t<<none>>\n"
		"/usr/.*\tu:object_r:e_t:s0:c1,c3.c5,c7\n";

	check_order(in, SK_LABEL_REFPOLICY,
		    "/.*\t\tu:object_r:b_t:s0\n"
		    "/usr/.*\t\tu:object_r:e_t:s0:c1,c3.c5,c7\n"
		    "/usr/(.*/)?z\t\tu:object_r:d_t:s0\n"
		    "/usr/(.*/)?z\t\t--\tu:object_r:c_t:s0-s15:c0.c1023\n"
		    "/usr/a\\.b\t\t-d\t<<none>>\n"
		    "/usr/bin/x\t\tu:object_r:a_t:s0\n",
		    "HOME_DIR/y\t\tu:object_r:h_t:s0\n");
	check_order(in, SK_LABEL_SEMANAGE,
		    "/.*\tu:object_r:b_t:s0\n"
		    "/usr/.*\tu:object_r:e_t:s0:c1,c3.c5,c7\n"
		    "/usr/(.*/)?z\tu:object_r:d_t:s0\n"
		    "/usr/(.*/)?z\t--\tu:object_r:c_t:s0-s15:c0.c1023\n"
		    "/usr/a\\.b\t-d\t<<none>>\n"
		    "/usr/bin/x\tu:object_r:a_t:s0\n",
		    "HOME_DIR/y\tu:object_r:h_t:s0\n");
}

static void test_diagnostics(void **state)
{
	static const char in[] =
		"/a\n"
		"/b -q u:r:t\n"
		"/c u:r\n"
		"/d u:r:t:s0:c1,\n"
		"/e u:r:t\n"
		"/e u:r:x\n"
		"/f -- u:r:t\n"
		"/f -- u:r:t\n";
	static const char want[] =
		"m.fc:1:1: error: the pattern has no context [E0501]\n"
		"    1 | /a\n"
		"      | ^~\n"
		"m.fc:2:4: error: a kind of file is one of -- -d -c -b -p -l -s [E0502]\n"
		"    2 | /b -q u:r:t\n"
		"      |    ^~\n"
		"m.fc:3:4: error: 'u:r' is no context [E0504]\n"
		"    3 | /c u:r\n"
		"      |    ^~~\n"
		"m.fc:4:4: error: 'u:r:t:s0:c1,' is no context [E0504]\n"
		"    4 | /d u:r:t:s0:c1,\n"
		"      |    ^~~~~~~~~~~~\n"
		"m.fc:6:1: error: the pattern is given two contexts for the same kind of file [E0505]\n"
		"    6 | /e u:r:x\n"
		"      | ^~\n"
		"m.fc:5:1: note: first given here\n"
		"    5 | /e u:r:t\n"
		"      | ^~\n"
		"m.fc:8:1: warning: the pattern is given the same context twice [W0505]\n"
		"    8 | /f -- u:r:t\n"
		"      | ^~\n"
		"m.fc:7:1: note: first given here\n"
		"    7 | /f -- u:r:t\n"
		"      | ^~\n";
	struct sk_label_file fc = SK_LABEL_FILE_INIT;
	struct reading w;
	char *got;

	assert_int_equal(world_read(&w, in), SK_UNIT_REFUSED);
	assert_int_equal(sk_label_files(&w.units, SK_LABEL_REFPOLICY, NULL, NULL, &fc, &fc), 0);
	got = selkie_diagnostics_print(w.diags, 0);
	assert_non_null(got);
	assert_string_equal(got, want);
	free(got);
	sk_label_file_done(&fc);
	reading_end(&w);
}

static int scene(void *arg)
{
	static const char *const roots[] = { "/home", NULL };
	const struct sk_label_user any = { "[^/]+", "[0-9]+", "u", "p", "s0", NULL, false };
	const struct sk_label_homes homes = { .roots = roots, .fallback = any, .users = &any, .mls = true };
	struct sk_label_file fc = SK_LABEL_FILE_INIT, template = SK_LABEL_FILE_INIT, out = SK_LABEL_FILE_INIT;
	struct reading w;
	int r;

	fc.keep_lines = template.keep_lines = out.keep_lines = true;
	r = world_read(&w, "/a(b)? -- u:r:t:s0:c1.c2-s1\nHOME_DIR/x u:r:t:s0\n/a u:r:t\n/a u:r:t\n");

	if (!r)
		r = sk_label_files(&w.units, SK_LABEL_SEMANAGE, NULL, NULL, &fc, &template);
	if (!r)
		r = sk_label_homedirs(&template, SK_LABEL_SEMANAGE, &homes, &out);
	if (!r)
		r = sk_label_customizable(&w.units, &out.text);
	sk_label_file_done(&fc);
	sk_label_file_done(&template);
	sk_label_file_done(&out);
	reading_end(&w);
	return r;
}

static void test_no_memory(void **state)
{
	alloc_fail_check(scene, NULL, 2000, 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_diagnostics),
		cmocka_unit_test(test_no_memory),
	};

	return cmocka_run_group_tests_name("unit/label", tests, NULL, NULL);
}
