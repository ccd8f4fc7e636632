/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The macro reader against what m4 made of the same programs (test/te/m4.t), in both its ways of reading; the places it
 * gives; and that expansion ends when the input does not want it to.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "cases.h"
#include "syntax/te/macro-state.h"
#include "syntax/te/scan.h"

struct run {
	struct sk_sources sources;
	struct sk_arena arena;
	struct sk_intern names;
	struct sk_macro_reader m;
	struct sk_diags *diags;
};

static void run_init(struct run *run)
{
	memset(run, 0, sizeof(*run));
	run->sources = (struct sk_sources)SK_SOURCES_INIT;
	sk_intern_init(&run->names, &run->arena);
	run->diags = selkie_diagnostics_new();
	assert_non_null(run->diags);
	assert_int_equal(sk_macro_init(&run->m, &run->names, &run->sources, run->diags), 0);
}

static void run_done(struct run *run)
{
	sk_macro_done(&run->m);
	sk_intern_done(&run->names);
	sk_arena_done(&run->arena);
	sk_sources_done(&run->sources);
	selkie_diagnostics_free(run->diags);
}

static const struct sk_source *run_source(struct run *run, const char *text, size_t n)
{
	struct sk_source *source;

	assert_int_equal(sk_sources_add(&run->sources, "stdin", text, n, run->diags, &source), 0);
	return source;
}

static void check_case(const char *name, const char *program, size_t n, const char *want, size_t n_want)
{
	for (int by_text = 0; by_text < 2; by_text++) {
		struct sk_buf out = SK_BUF_INIT;
		struct run run;

		run_init(&run);
		run.m.by_text = by_text;
		assert_int_equal(sk_macro_expand(&run.m, run_source(&run, program, n), &out), 0);
		assert_int_equal(sk_macro_undivert_rest(&run.m, &out), 0);
		if (out.n != n_want || (out.n && memcmp(out.data, want, out.n)))
			fail_msg("%s%s: got <%.*s>, m4 has <%.*s>", name, by_text ? " (by text)" : "",
				 (int)out.n, out.data ? out.data : "", (int)n_want, want);
		sk_buf_done(&out);
		run_done(&run);
	}
}

/* A backslash at the end of a text: there is no line break. */
static size_t without_break(const char *text, size_t n)
{
	return n >= 2 && text[n - 2] == '\\' ? n - 2 : n;
}

static void check_as_m4(const char *name, const char *program, size_t n, const char *want, size_t n_want)
{
	check_case(name, program, without_break(program, n), want, without_break(want, n_want));
}

static void test_as_m4(void **state)
{
	assert_in_range(cases_each("test/te/m4.t", check_as_m4), 71, 10000);
}

/* Every word of an expansion knows where it was written and how it got there. */
static void test_places(void **state)
{
	static const char text[] = "define(`inner',`allow $1 $2_t;')\n"
				   "define(`outer',`inner($1,\n  `file')')\n"
				   "outer(a_t)\n";
	static const struct {
		const char *word;
		uint32_t line, col, depth;
	} want[] = {
		{ "allow", 1, 17, 2 }, { "a_t", 4, 7, 2 }, { "file_t", 3, 4, 2 },
	};
	struct run run;
	struct sk_piece piece;
	size_t n = 0;

	run_init(&run);
	assert_int_equal(sk_macro_open(&run.m, run_source(&run, text, strlen(text))), 0);
	while (!sk_macro_next(&run.m, &piece) && piece.kind != SK_PIECE_END) {
		struct sk_place place;
		uint32_t depth = 0;

		if (piece.kind != SK_PIECE_WORD)
			continue;
		assert_true(n < SK_ARRAY_LEN(want));
		assert_string_equal(sk_intern_str(&run.names, piece.name), want[n].word);
		sk_sources_place(&run.sources, sk_macro_addr(&piece, 0), piece.n, &place);
		assert_int_equal(place.line, want[n].line);
		assert_int_equal(place.col, want[n].col);
		for (uint32_t e = piece.expansion; e; e = run.sources.expansions[e].parent)
			depth++;
		assert_int_equal(depth, want[n].depth);
		n++;
	}
	assert_int_equal(n, SK_ARRAY_LEN(want));
	run_done(&run);
}

static void check_ends(const char *program, size_t n, const char *id)
{
	for (int by_text = 0; by_text < 2; by_text++) {
		struct sk_piece piece;
		struct run run;
		int r;

		run_init(&run);
		run.m.by_text = by_text;
		run.m.limits.steps = 3000000;
		run.m.limits.memory = 32 << 20;
		assert_int_equal(sk_macro_open(&run.m, run_source(&run, program, n)), 0);
		do
			assert_int_equal(sk_macro_next(&run.m, &piece), 0);
		while (piece.kind != SK_PIECE_END);
		assert_true(run.diags->n[SELKIE_SEVERITY_ERROR] == 1);
		assert_string_equal(run.diags->first->id, id);
		/* Nothing follows in this file, nor behind a spent budget in the next. */
		assert_int_equal(sk_macro_next(&run.m, &piece), 0);
		assert_int_equal(piece.kind, SK_PIECE_END);
		r = sk_macro_open(&run.m, run_source(&run, "word", 4));
		assert_in_range(r, 0, !strcmp(id, "E0112"));
		assert_int_equal(sk_macro_next(&run.m, &piece), 0);
		assert_int_equal(piece.kind == SK_PIECE_END, !strcmp(id, "E0112"));
		run_done(&run);
	}
}

static void check_ends_string(const char *program, const char *id)
{
	check_ends(program, strlen(program), id);
}

static void test_ends(void **state)
{
	struct sk_buf buf = SK_BUF_INIT;

	/* a doubling chain, as deep as it gets */
	sk_buf_adds(&buf, "define(`m0',`x x')");
	for (int i = 1; i < 60; i++)
		sk_buf_printf(&buf, "define(`m%d',`m%d m%d')", i, i - 1, i - 1);
	sk_buf_adds(&buf, "m59");
	check_ends(buf.data, buf.n, "E0112");
	/* the same through arguments, which grow */
	buf.n = 0;
	sk_buf_adds(&buf, "define(`d',`d(`$1$1')')d(abcdefgh)");
	check_ends(buf.data, buf.n, "E0112");
	/* a macro that is its own expansion; one that never returns */
	check_ends_string("define(`a',`a')a", "E0112");
	check_ends_string("define(`a',`a x')a", "E0112");
	check_ends_string("define(`a',`b(a)')define(`b',`$1')a", "E0112");
	/* 100,000 calls in each other's arguments; as many quotes */
	buf.n = 0;
	sk_buf_adds(&buf, "define(`f',`$1')");
	for (int i = 0; i < 100000; i++)
		sk_buf_adds(&buf, "f(");
	check_ends(buf.data, buf.n, "E0112");
	buf.n = 0;
	for (int i = 0; i < 100000; i++)
		sk_buf_adds(&buf, "`");
	check_ends(buf.data, buf.n, "E0110");
	check_ends_string("define(`f',`x')f(a, b", "E0111");
	check_ends_string("define(`f',`changequote(<,>)<')f", "E0110");
	buf.n = 0;
	sk_buf_adds(&buf, "eval(");
	for (int i = 0; i < 100000; i++)
		sk_buf_adds(&buf, "1**(");
	sk_buf_adds(&buf, "1`'");
	for (int i = 0; i < 100000; i++)
		sk_buf_adds(&buf, ")");
	sk_buf_adds(&buf, ")");
	check_ends(buf.data, buf.n, "E0115");
	sk_buf_done(&buf);
}

/* Interfaces that are known are their bodies; a second definition is reported with the place of the first. */
static void test_interfaces(void **state)
{
	static const char text[] = "interface(`x_read',`allow $1 x_t:file read;')\n"
				   "interface(`x_read',`again')\n"
				   "x_read(a_t)\n";
	struct sk_buf out = SK_BUF_INIT;
	struct run run;

	run_init(&run);
	assert_int_equal(sk_macro_know_interfaces(&run.m), 0);
	assert_int_equal(sk_macro_expand(&run.m, run_source(&run, text, strlen(text)), &out), 0);
	assert_string_equal(sk_buf_str(&out), "\n\nallow a_t x_t:file read;\n");
	assert_int_equal(run.diags->n[SELKIE_SEVERITY_ERROR], 1);
	assert_string_equal(run.diags->first->id, "E0117");
	assert_int_equal(run.diags->first->place.line, 2);
	assert_int_equal(run.diags->first->notes->place.line, 1);
	sk_buf_done(&out);
	run_done(&run);
}

/* Sixteen bytes at once are what they are one by one, in each place, with whatever bytes around. */
static void test_scan(void **state)
{
	for (unsigned int c = 0; c < 256; c++)
		for (unsigned int other = 0; other < 256; other += 17)
			for (unsigned int at = 0; at < 17; at++) {
				char text[17];

				memset(text, (int)other, sizeof(text));
				text[at] = (char)c;
				assert_int_equal(sk_scan_quotes(text), sk_scan_quotes_portable(text));
				assert_int_equal(sk_scan_ends(text), sk_scan_ends_portable(text));
				assert_int_equal(sk_scan_words(text), sk_scan_words_portable(text));
				assert_int_equal(at < 16 ? sk_scan_words(text) >> at & 1 : 0, at < 16 && sk_is_word_byte((unsigned char)c));
			}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_as_m4),
		cmocka_unit_test(test_places),
		cmocka_unit_test(test_ends),
		cmocka_unit_test(test_interfaces),
		cmocka_unit_test(test_scan),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
