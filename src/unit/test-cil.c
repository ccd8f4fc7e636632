/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * CIL lowered: what is said of mistakes, that input which multiplies ends in a diagnostic, and failing allocations. That
 * it means what it must is held against secilc, by test/cil.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>

#include <cmocka.h>

#include "alloc-fail.h"
#include "reading.h"
#include "unit/cil.h"

static int read_text(struct reading *in, const char *text, size_t n)
{
	const struct sk_cil_options options = { 0 };
	struct sk_source *source;
	int r = reading_begin(in);

	if (!r)
		r = sk_sources_add(&in->sources, "in.cil", text, n, in->diags, &source);
	return r ? r : sk_unit_read_cil(&in->units, &in->space, (const struct sk_source *const[]){ source }, 1, &options);
}

static void test_mistakes(void **state)
{
	/* Each text and the first line of what is said of it. */
	static const struct {
		const char *text, *want;
	} cases[] = {
		{ "(alow a b (c (d)))", "in.cil:1:2: error: unknown statement 'alow' [E0210]" },
		{ "((type a))", "in.cil:1:1: error: a statement begins with a word [E0210]" },
		{ "(type)", "in.cil:1:1: error: type: a name is missing [E0211]" },
		{ "(type a b)", "in.cil:1:9: error: type: 'b' is one part too many [E0211]" },
		{ "(allow a b (c d))", "in.cil:1:12: error: allow: expected (CLASS (PERMISSION...)), found 'a list' [E0211]" },
		{ "(typeattributeset a (and b))", "in.cil:1:22: error: 'and' takes 2 operands, not 1 [E0211]" },
		{ "(typeattributeset a (eq b c))",
		  "in.cil:1:22: error: typeattributeset: expected another operator in such an expression, found 'eq' [E0211]" },
		{ "(constrain (a (b)) (eq u2 u1))",
		  "in.cil:1:27: error: constrain: expected something else to compare with, found 'u1' [E0211]" },
		{ "(boolean b true)(booleanif b (true))", "in.cil:1:30: error: true: a statement is missing [E0211]" },
		{ "(boolean b maybe)", "in.cil:1:12: error: boolean: expected true or false, found 'maybe' [E0211]" },
		{ "(portcon tcp 70000000000 (u r t ((s) (s))))",
		  "in.cil:1:14: error: portcon: expected a number, found '70000000000' [E0211]" },
		{ "(ipaddr a 1.2.3)", "in.cil:1:11: error: ipaddr: expected an address, found '1.2.3' [E0211]" },
		{ "(allowx a b (ioctl c (0x10000)))", "in.cil:1:23: error: '0x10000' is no number from 0 to 0xffff [E0211]" },
		{ "(class c (p q p))", "in.cil:1:15: error: permission 'p' stands here twice [E0215]" },
		{ "(macro m () (block b))", "in.cil:1:14: error: block may not stand in a macro [E0212]" },
		{ "(optional o (macro m ()))", "in.cil:1:14: error: macro may not stand in an optional [E0212]" },
		{ "(boolean b true)(booleanif b (true (type t)))",
		  "in.cil:1:37: error: type may not stand in a booleanif [E0212]" },
		{ "(boolean b true)(macro m () (type t))(booleanif b (true (call m)))",
		  "in.cil:1:30: error: type may not stand in a booleanif [E0212]" },
		{ "(block b (category c))", "in.cil:1:11: error: category may not stand in a block [E0212]" },
		{ "(type 1a)", "in.cil:1:7: error: '1a' is no name: names begin with a letter [E0213]" },
		{ "(type a.b)", "in.cil:1:7: error: 'a.b' is no name: names have letters, digits, - and _ [E0213]" },
		{ "(type self)", "in.cil:1:7: error: 'self' is a word of the language and cannot be declared here [E0213]" },
		{ "(type a)(role a)(typeattribute a)", "in.cil:1:32: error: typeattribute 'a' is declared already [E0215]" },
		{ "(block b (type t))(block c (type t)(blockinherit b))",
		  "in.cil:1:16: error: type 't' is declared already [E0215]" },
		{ "(macro m ((type t)) (type t))", "in.cil:1:27: error: 't' is a parameter of the macro already [E0215]" },
		{ "(macro m ((type t)))(call m)", "in.cil:1:21: error: macro 'm' takes arguments [E0219]" },
		{ "(macro m ((type t)))(call m (a b))", "in.cil:1:32: error: one argument too many [E0219]" },
		{ "(macro m () (call m))(call m)", "in.cil:1:19: error: macro 'm' calls itself [E0220]" },
		{ "(block a (blockinherit b))(block b (blockinherit a))",
		  "in.cil:1:24: error: block 'b' inherits itself [E0220]" },
		{ "(classpermission a)(classpermission b)(classpermissionset a b)(classpermissionset b a)",
		  "in.cil:1:85: error: class permission 'a' stands for itself [E0220]" },
		{ "(macro mac ())(call max)", "in.cil:1:21: error: unknown macro 'max' [E0222]" },
		{ "(blockinherit b)", "in.cil:1:15: error: unknown block 'b' [E0222]" },
		{ "(in b (type t))", "in.cil:1:1: error: unknown block 'b' [E0222]" },
		{ "(tunableif t (true (type t)))", "in.cil:1:12: error: unknown tunable 't' [E0222]" },
		{ "(level lvl (s))(userlevel u lvk)", "in.cil:1:29: error: unknown level 'lvk' [E0222]" },
		{ "(allow a b cp)", "in.cil:1:12: error: unknown class permission 'cp' [E0222]" },
		{ "(classmap c (p))", "in.cil:1:14: error: no classmapping says what 'p' is [E0223]" },
		{ "(block b)(call b)", "in.cil:1:16: error: 'b' is no macro but a block [E0223]" },
		{ "(typealias a)", "in.cil:1:12: error: nothing says what the alias 'a' stands for [E0223]" },
		{ "(typealias a)(type t)(typealiasactual a t)(typealiasactual a t)",
		  "in.cil:1:60: error: alias 'a' stands for something already [E0223]" },
		{ "(nodecon (10.0.0.0) (ff::) (u r t ((s) (s))))",
		  "in.cil:1:21: error: the mask is for another kind of address [E0223]" },
	};

	for (size_t i = 0; i < SK_ARRAY_LEN(cases); i++) {
		struct reading in;
		char *got;

		assert_int_equal(read_text(&in, cases[i].text, strlen(cases[i].text)), SK_UNIT_REFUSED);
		got = selkie_diagnostics_print(in.diags, 0);
		assert_non_null(got);
		*strchrnul(got, '\n') = '\0';
		assert_string_equal(got, cases[i].want);
		free(got);
		reading_end(&in);
	}
}

/* A mistake in what a call brought names the call, and the nearest name where there is one. */
static void test_notes(void **state)
{
	static const char text[] = "(macro deep ((type t))\n  (call deeq (t)))\n(block b\n  (call deep (x)))\n";
	struct reading in;
	char *got;

	read_text(&in, text, strlen(text));
	got = selkie_diagnostics_print(in.diags, 0);
	assert_string_equal(got,
			    "in.cil:2:9: error: unknown macro 'deeq' [E0222]\n"
			    "    2 |   (call deeq (t)))\n"
			    "      |         ^~~~\n"
			    "in.cil:4:3: note: in expansion of deep, called here\n"
			    "    4 |   (call deep (x)))\n"
			    "      |   ^~~~\n"
			    "in.cil:1:8: note: did you mean 'deep', declared here?\n"
			    "    1 | (macro deep ((type t))\n"
			    "      |        ^~~~\n");
	free(got);
	reading_end(&in);
}

/* Lines that marks speak of, by the reference compiler's count: the two marks of a section of one line count, it does not. */
static void test_marks(void **state)
{
	static const char text[] =
		";;* lms 10 a.te\n"
		"(type a)\n"
		"(type b)\n"
		";;* lmx 20 a.if\n"
		"(type c)\n"
		"(type d)\n"
		";;* lme\n"
		"(type e)\n"
		";;* lme\n"
		"(type f)\n";
	static const uint32_t want[] = { 10, 11, 20, 20, 14, 0 };
	struct reading in;

	assert_int_equal(read_text(&in, text, strlen(text)), 0);
	assert_int_equal(in.units.list[0]->stmts.n, 6);
	for (size_t i = 0; i < SK_ARRAY_LEN(want); i++) {
		uint32_t expansion = in.units.list[0]->stmts.list[i].expansion;

		assert_int_equal(expansion ? in.sources.expansions[expansion].line : 0, want[i]);
	}
	reading_end(&in);
}

/* What an optional lacks switches it off and is no mistake. */
static void test_optionals(void **state)
{
	static const char text[] =
		"(optional a (call nothing))(optional b (blockinherit nothing))(optional c (allow x y nothing))"
		"(optional d (userlevel u nothing))(optional e (tunableif nothing (true (type t))))(block f)";
	struct reading in;

	assert_int_equal(read_text(&in, text, strlen(text)), 0);
	assert_null(in.diags->first);
	reading_end(&in);
}

/*
 * Twenty macros that call the next one four times; blocks that inherit each other at every level; class permissions of
 * class permissions; optionals in macros.
 */
static void test_bombs(void **state)
{
	struct sk_buf macros = SK_BUF_INIT, blocks = SK_BUF_INIT, maps = SK_BUF_INIT, nested = SK_BUF_INIT;
	const struct sk_buf *const bombs[] = { &macros, &blocks, &maps, &nested };
	struct rusage usage;
	struct reading in;

	for (int i = 0; i < 20; i++)
		sk_buf_printf(&macros, "(macro m%d () (call m%d) (call m%d) (call m%d) (call m%d))\n", i, i + 1, i + 1, i + 1, i + 1);
	sk_buf_adds(&macros, "(macro m20 () (type t))(call m0)");
	for (int i = 0; i < 40; i++)
		sk_buf_printf(&blocks, "(block b%d (block x (blockinherit b%d)) (block y (blockinherit b%d)))\n", i, i + 1, i + 1);
	sk_buf_adds(&blocks, "(block b40)");
	for (int i = 0; i < 30; i++)
		sk_buf_printf(&maps, "(classpermission p%d)(classpermissionset p%d p%d)(classpermissionset p%d p%d)\n", i, i, i + 1, i,
			      i + 1);
	for (int i = 0; i < 40; i++)
		sk_buf_printf(&nested, "(macro n%d ((type p)) (optional o%d (call n%d (p)) (call n%d (p))))\n", i, i, i + 1, i + 1);
	sk_buf_adds(&nested, "(macro n40 ((type p)) (allow p p (f (r))))(type z)(call n0 (z))");
	sk_buf_adds(&maps, "(classpermission p30)(classpermissionset p30 (c (d)))(allow a b p0)");
	for (size_t i = 0; i < SK_ARRAY_LEN(bombs); i++) {
		bool found = false;

		assert_int_equal(read_text(&in, bombs[i]->data, bombs[i]->n), SK_UNIT_REFUSED);
		for (const struct sk_diag *d = in.diags->first; d; d = d->next)
			found = found || !strcmp(d->id, "E0221");
		assert_true(found);
		reading_end(&in);
	}
	sk_buf_done(&macros);
	sk_buf_done(&blocks);
	sk_buf_done(&maps);
	sk_buf_done(&nested);
#ifndef __SANITIZE_ADDRESS__
	/* All of them stay in memory that any machine has. */
	assert_int_equal(getrusage(RUSAGE_SELF, &usage), 0);
	assert_in_range(usage.ru_maxrss, 1, 256 * 1024);
#endif
}

static int scene(void *arg)
{
	static const char text[] =
		"(block b (type t)(typeattribute a)(blockabstract b))(block c (blockinherit b)(typeattributeset a (and t (all))))"
		"(macro m ((type x)(levelrange r)(string s)) (allow x self (file (read))) (filecon s any (u o x r)))"
		"(call m (c.t ((s0) (s0 (range c0 c1))) \"/a\"))(in c (optional o (allow t nothing cp)))(tunable f true)"
		"(tunableif (not f) (true (type q)) (false (boolean bl true)))(booleanif bl (true (allow c.t c.t cp)))"
		"(classpermission cp)(classpermissionset cp (file (not (read))))(classmap cm (p))(classmapping cm p cp)"
		"(allow c.t c.t (cm (p)))(constrain (file (read)) (eq t1 (c.t c.a)))(allowx c.t c.t (ioctl file (range 1 2)))"
		"(level l (s0 (c0)))(userlevel u l)(typealias al)(typealiasactual al c.t)(nodecon (1.2.3.4) (1.2.3.4) (u o al (l l)))";
	struct reading in;
	int r = read_text(&in, text, strlen(text));

	reading_end(&in);
	return r;
}

static void test_no_memory(void **state)
{
	alloc_fail_check(scene, NULL, 2000, 50);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_mistakes), cmocka_unit_test(test_notes),	   cmocka_unit_test(test_optionals),
		cmocka_unit_test(test_marks),
		cmocka_unit_test(test_bombs),	 cmocka_unit_test(test_no_memory),
	};

	return cmocka_run_group_tests_name("unit/cil", tests, NULL, NULL);
}
