/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The CIL parser: text that is printed back the same, the exact diagnostics of broken text, depth, failing allocations,
 * and the policies in test/policies as trees that survive being printed.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "alloc-fail.h"
#include "syntax/cil/tree.h"

struct run {
	struct sk_sources sources;
	struct sk_arena arena;
	struct sk_intern names;
	struct sk_cil_words words;
	struct sk_cil_tree tree;
	struct sk_diags *diags;
	struct sk_buf out;
	unsigned int mistakes;
};

static void run_parse(struct run *run, const char *text, size_t n)
{
	struct sk_source *source;

	memset(run, 0, sizeof(*run));
	run->sources = (struct sk_sources)SK_SOURCES_INIT;
	sk_buf_init(&run->out);
	sk_intern_init(&run->names, &run->arena);
	run->diags = selkie_diagnostics_new();
	assert_non_null(run->diags);
	assert_int_equal(sk_cil_words_init(&run->words, &run->names), 0);
	assert_int_equal(sk_sources_add(&run->sources, "in.cil", text, n, run->diags, &source), 0);
	assert_int_equal(sk_cil_parse(&run->tree, source, &run->sources, &run->names, &run->words, run->diags, &run->mistakes),
			 0);
	sk_cil_print(&run->out, &run->names, &run->words, &run->tree, 0);
}

static void run_done(struct run *run)
{
	sk_cil_tree_done(&run->tree);
	sk_cil_words_done(&run->words);
	sk_intern_done(&run->names);
	sk_arena_done(&run->arena);
	sk_sources_done(&run->sources);
	sk_buf_done(&run->out);
	selkie_diagnostics_free(run->diags);
}

static void test_print(void **state)
{
	static const char text[] =
		"(handleunknown allow)\n"
		"(filecon \"/a b(x)?\" file ())\n"
		"(typeattributeset a (and (b c) (not (d))))\n"
		"(block b\n"
		"\t(type t)\n"
		"\t(optional o\n"
		"\t\t(allow t self (file (read write)))\n"
		"\t)\n"
		")\n"
		"(macro m ((type x) (string \"\"))\n"
		"\t(type t)\n"
		")\n"
		"(booleanif (and a (not b))\n"
		"\t(true\n"
		"\t\t(allow a b c)\n"
		"\t)\n"
		")\n"
		";;* lmx 12 /a/b.te\n"
		"(type t)\n"
		";;* lms 3 \"a b\"\n"
		"(type u)\n"
		";;* lme\n"
		";;* lme\n";
	struct run run;

	run_parse(&run, text, strlen(text));
	assert_int_equal(run.mistakes, 0);
	assert_string_equal(sk_buf_str(&run.out), text);
	run_done(&run);
}

static void test_diagnostics(void **state)
{
	static const struct {
		const char *text, *want;
	} cases[] = {
		{ "type t\n(type u)\n",
		  "in.cil:1:1: error: a word outside of parentheses [E0201]\n    1 | type t\n      | ^~~~\n" },
		{ "(type u))\n",
		  "in.cil:1:9: error: this parenthesis closes none [E0202]\n    1 | (type u))\n      |         ^\n" },
		{ "(type u\n(type v)\n",
		  "in.cil:1:1: error: this parenthesis is not closed [E0203]\n    1 | (type u\n      | ^\n"
		  "in.cil:2:1: note: what begins here stands inside it\n    2 | (type v)\n      | ^\n" },
		{ "(block u\n  (type a\n)\n(type v)\n",
		  "in.cil:1:1: error: this parenthesis is not closed [E0203]\n    1 | (block u\n      | ^\n"
		  "in.cil:4:1: note: what begins here stands inside it\n    4 | (type v)\n      | ^\n" },
		{ "(type a@b\\)\n",
		  "in.cil:1:10: error: a character that is no part of CIL [E0204]\n    1 | (type a@b\\)\n      |          ^\n" },
		{ "(filecon \"/a\n)",
		  "in.cil:1:10: error: a string that does not end on its line [E0204]\n    1 | (filecon \"/a\n      |          ^\n" },
		{ ";;* lme\n",
		  "in.cil:1:1: error: this line mark ends what none began [E0206]\n    1 | ;;* lme\n      | ^~~\n" },
		{ ";;* lms 1 a\n",
		  "in.cil:1:1: error: this line mark is not ended [E0206]\n    1 | ;;* lms 1 a\n      | ^~~\n" },
		{ ";;* lms 1\n",
		  "in.cil:1:1: error: a line mark needs a line number and a file [E0206]\n    1 | ;;* lms 1\n      | ^~~\n" },
		{ ";;* lmq 1 a\n",
		  "in.cil:1:5: error: a line mark is one of lms, lmx and lme [E0206]\n    1 | ;;* lmq 1 a\n      |     ^~~\n" },
		{ "(block b\n;;* lms 1 a\n)\n;;* lme\n)\n",
		  "in.cil:3:1: error: this parenthesis closes one from before a line mark [E0206]\n    3 | )\n      | ^\n" },
		{ ";;* lms 1 a b\n;;* lme\n",
		  "in.cil:1:13: error: a line mark has a line of its own [E0206]\n    1 | ;;* lms 1 a b\n      |             ^\n" },
	};

	for (size_t i = 0; i < SK_ARRAY_LEN(cases); i++) {
		struct run run;
		char *got;

		run_parse(&run, cases[i].text, strlen(cases[i].text));
		got = selkie_diagnostics_print(run.diags, 0);
		assert_string_equal(got, cases[i].want);
		free(got);
		run_done(&run);
	}
}

/* Deep input ends in a diagnostic, wide input with as many as anybody reads. */
static void test_bounds(void **state)
{
	static const struct {
		const char *part, *end, *id;
	} cases[] = {
		{ "(a ", "", "E0205" }, { ";;* lms 1 a\n", "", "E0205" }, { ")", "", "E0207" }, { "\\", "", "E0207" },
	};

	for (size_t i = 0; i < SK_ARRAY_LEN(cases); i++) {
		struct sk_buf buf = SK_BUF_INIT;
		bool found = false;
		struct run run;

		for (int k = 0; k < 100000; k++)
			sk_buf_adds(&buf, cases[i].part);
		run_parse(&run, buf.data, buf.n);
		for (const struct sk_diag *d = run.diags->first; d; d = d->next)
			found = found || !strcmp(d->id, cases[i].id);
		assert_true(found);
		assert_true(run.diags->n[SELKIE_SEVERITY_ERROR] <= SK_CIL_MISTAKES_MAX + 2);
		sk_buf_done(&buf);
		run_done(&run);
	}
}

static void test_deepest(void **state)
{
	struct sk_buf buf = SK_BUF_INIT;
	struct run run;

	for (int k = 0; k < SK_CIL_DEPTH_MAX; k++)
		sk_buf_adds(&buf, "(a ");
	for (int k = 0; k < SK_CIL_DEPTH_MAX; k++)
		sk_buf_addc(&buf, ')');
	run_parse(&run, buf.data, buf.n);
	assert_int_equal(run.mistakes, 0);
	run_done(&run);
	sk_buf_done(&buf);
}

/* What is printed parses to the same: the second print equals the first. */
static void test_policy(void **state)
{
	const char *root = getenv("SELKIE_SOURCE_ROOT");
	struct sk_sources sources = SK_SOURCES_INIT;
	struct run first, second;
	struct sk_source *file;
	char path[4096], *text;

	assert_non_null(root);
	snprintf(path, sizeof(path), "%s/test/policies/selinux.cil", root);
	assert_int_equal(sk_sources_load(&sources, path, NULL, NULL, &file), 0);
	text = strdup(file->text);
	assert_non_null(text);
	/* Lines that begin with #@N are for policy versions from N on. */
	for (char *p = text; (p = strstr(p, "\n#@")) != NULL;)
		memset(p + 1, ' ', 5);
	run_parse(&first, text, file->size);
	free(text);
	assert_int_equal(first.mistakes, 0);
	assert_true(first.tree.n > 500);
	run_parse(&second, first.out.data, first.out.n);
	assert_int_equal(first.tree.n, second.tree.n);
	assert_string_equal(sk_buf_str(&first.out), sk_buf_str(&second.out));
	run_done(&first);
	run_done(&second);
	sk_sources_done(&sources);
}

static int scene(void *arg)
{
	static const char text[] = "(type a)\n;;* lms 1 \"x y\"\n(allow a b (c (d)))\n;;* lme\n(((\n)\n";
	struct sk_sources sources = SK_SOURCES_INIT;
	struct sk_arena arena = SK_ARENA_INIT;
	struct sk_cil_words words = { 0 };
	struct sk_cil_tree tree = { 0 };
	struct sk_intern names;
	struct sk_source *source;
	int r;

	sk_intern_init(&names, &arena);
	r = sk_cil_words_init(&words, &names);
	if (!r)
		r = sk_sources_add(&sources, "in", text, strlen(text), NULL, &source);
	if (!r)
		r = sk_cil_parse(&tree, source, &sources, &names, &words, NULL, NULL);
	sk_cil_tree_done(&tree);
	sk_cil_words_done(&words);
	sk_intern_done(&names);
	sk_arena_done(&arena);
	sk_sources_done(&sources);
	return r;
}

static void test_no_memory(void **state)
{
	alloc_fail_check(scene, NULL, 2000, 8);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_print),
		cmocka_unit_test(test_diagnostics),
		cmocka_unit_test(test_bounds),
		cmocka_unit_test(test_deepest),
		cmocka_unit_test(test_policy),
		cmocka_unit_test(test_no_memory),
	};

	return cmocka_run_group_tests_name("syntax/cil-parse", tests, NULL, NULL);
}
