/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The parser of the policy language: text that is printed back the same, the exact diagnostics of broken text
 * (test/te/diagnostics.t), tokens cut as checkpolicy's lexer cuts them, and depth.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "alloc-fail.h"
#include "cases.h"
#include "syntax/te/tree.h"

struct run {
	struct sk_sources sources;
	struct sk_arena arena, tree;
	struct sk_intern names;
	struct sk_macro_reader m;
	struct sk_te_lexer lexer;
	struct sk_diags *diags;
	struct sk_buf out;
	int n;
};

static void run_open(struct run *run, const char *text, size_t n, bool macros)
{
	struct sk_source *source;

	memset(run, 0, sizeof(*run));
	run->sources = (struct sk_sources)SK_SOURCES_INIT;
	sk_buf_init(&run->out);
	sk_intern_init(&run->names, &run->arena);
	run->diags = selkie_diagnostics_new();
	assert_non_null(run->diags);
	assert_int_equal(sk_te_names_init(&run->names), 0);
	assert_int_equal(sk_macro_init(&run->m, &run->names, &run->sources, run->diags), 0);
	assert_int_equal(sk_sources_add(&run->sources, "in.te", text, n, run->diags, &source), 0);
	if (macros)
		assert_int_equal(sk_macro_open(&run->m, source), 0);
	sk_te_lexer_init(&run->lexer, &run->names, macros ? &run->m : NULL, source);
}

static void run_done(struct run *run)
{
	sk_te_lexer_done(&run->lexer);
	sk_macro_done(&run->m);
	sk_intern_done(&run->names);
	sk_arena_done(&run->arena);
	sk_arena_done(&run->tree);
	sk_sources_done(&run->sources);
	sk_buf_done(&run->out);
	selkie_diagnostics_free(run->diags);
}

static int print(void *arg, struct sk_te_stmt *stmt)
{
	struct run *run = arg;

	sk_te_print(&run->out, &run->names, stmt);
	run->n++;
	return 0;
}

static void run_parse(struct run *run, const char *text, size_t n, bool macros)
{
	run_open(run, text, n, macros);
	assert_int_equal(sk_te_parse(&run->lexer, &run->tree, &run->sources, run->diags, print, run), 0);
}

/* Each line is a statement, or opens or closes a block, as the printer writes it. */
static const char *const statements =
	"class file\n"
	"class file inherits base { read write }\n"
	"class dir { search }\n"
	"sid kernel\n"
	"sid kernel system_u:object_r:kernel_t: s0 - s15:c0.c1023\n"
	"common file { read write }\n"
	"default_user { file dir } source;\n"
	"default_range file target low-high;\n"
	"default_range file glblub;\n"
	"sensitivity s0 alias { low0 x };\n"
	"dominance { s0 s1 }\n"
	"category c0;\n"
	"level s0: c0.c5, c7;\n"
	"constrain file { read write } ((u1 == u2 and not (r1 dom r2)));\n"
	"mlsconstrain * ~ read ((l1 domby h2 or t1 != { a b }));\n"
	"validatetrans file (t3 == privileged);\n"
	"policycap open_perms;\n"
	"attribute domain;\n"
	"expandattribute { a b } true;\n"
	"type a_t alias { b_t c_t }, x, y;\n"
	"type a_t, x;\n"
	"typealias a_t alias b_t;\n"
	"typeattribute a_t x, y;\n"
	"typebounds a_t b_t;\n"
	"bool b false;\n"
	"type_transition a_t b_t : file c_t \"name with space\";\n"
	"type_member a_t self : dir c_t;\n"
	"range_transition a_t b_t s0:c1 - s0:c1,c3;\n"
	"range_transition a_t b_t : process s0;\n"
	"allow { a_t -b_t } ~ { c_t d_t } : * { read write };\n"
	"allow staff_r sysadm_r;\n"
	"neverallow * self : process ~ read;\n"
	"allowxperm a_t b_t : chr_file ioctl { 0x5401 0x1 - 0xff };\n"
	"dontauditxperm a_t b_t : chr_file nlmsg ~{ 0x1 };\n"
	"role r, ra;\n"
	"role r types { a_t b_t };\n"
	"role_transition r e_t : process s;\n"
	"user u roles { r s } level s0 range s0 - s15:c0.c1023;\n"
	"if (((a and not (b)) or (c == d))) {\nallow a_t b_t : file read;\n} else {\n}\n"
	"optional {\nrequire {\ntype a_t, b_t;\nclass file { read };\n}\nallow a_t b_t : file read;\n} else {\ntype z_t;\n}\n"
	"portcon tcp 80 u:r:t\n"
	"portcon udp 1024 - 65535 u:r:t: s0\n"
	"netifcon eth* u:r:t u:r:x\n"
	"nodecon 10.0.0.0 255.0.0.0 u:r:t\n"
	"nodecon fe80::/10 u:r:t\n"
	"ibpkeycon fe80:: 65535 u:r:t\n"
	"ibendportcon mlx4_0 1 u:r:t\n"
	"fs_use_xattr 9p u:r:t;\n"
	"genfscon proc /sys/net u:r:t\n"
	"genfscon proc / -- u:r:t\n"
	"iomemcon 4276092928 - 4276096896 u:r:t\n"
	"devicetreecon \"/a b\" u:r:t\n"
	"module m 1.2.3a;\n";

static void test_print(void **state)
{
	for (int macros = 0; macros < 2; macros++) {
		struct run run;

		run_parse(&run, statements, strlen(statements), macros);
		if (run.diags->first) {
			char *text = selkie_diagnostics_print(run.diags, 0);

			fail_msg("%s", text);
		}
		assert_string_equal(sk_buf_str(&run.out), statements);
		run_done(&run);
	}
}

static void check_diagnostics(const char *name, const char *source, size_t n, const char *want, size_t n_want)
{
	char text[4096], *got;
	struct run run;
	size_t k = 0;

	assert_true(n < sizeof(text));
	for (size_t i = 0; i < n; i++) {
		unsigned int byte;

		if (source[i] == '\\' && sscanf(source + i, "\\x%2x", &byte) == 1) {
			text[k++] = (char)byte;
			i += 3;
		} else {
			text[k++] = source[i];
		}
	}
	run_parse(&run, text, k, true);
	got = selkie_diagnostics_print(run.diags, 0);
	assert_non_null(got);
	if (strlen(got) != n_want || memcmp(got, want, n_want))
		fail_msg("%s: got\n%s\nwant\n%.*s", name, got, (int)n_want, want);
	free(got);
	run_done(&run);
}

static void test_diagnostics(void **state)
{
	assert_in_range(cases_each("test/te/diagnostics.t", check_diagnostics), 30, 10000);
}

/* Kinds by checkpolicy/policy_scan.l. */
static void test_tokens(void **state)
{
	static const struct {
		const char *text;
		uint8_t kind, punct;
		const char *name;
	} want[] = {
		{ "a-b.c_d", SK_TOKEN_IDENTIFIER, 0, "a-b.c_d" },
		{ "a.", SK_TOKEN_IDENTIFIER, 0, "a" },
		{ "10", SK_TOKEN_NUMBER, 0, "10" },
		{ "0x1F", SK_TOKEN_NUMBER, 0, "0x1F" },
		{ "0xg", SK_TOKEN_FILESYSTEM, 0, "0xg" },
		{ "9p", SK_TOKEN_FILESYSTEM, 0, "9p" },
		{ "1.0", SK_TOKEN_VERSION, 0, "1.0" },
		{ "1.2.3.4", SK_TOKEN_IPV4, 0, "1.2.3.4" },
		{ "1.2.3.4/24", SK_TOKEN_IPV4_CIDR, 0, "1.2.3.4/24" },
		{ "1.2.3.4.5", SK_TOKEN_VERSION, 0, "1.2.3.4.5" },
		{ "::1", SK_TOKEN_IPV6, 0, "::1" },
		{ "fe80::/10", SK_TOKEN_IPV6_CIDR, 0, "fe80::/10" },
		{ "a:b:c", SK_TOKEN_IPV6, 0, "a:b:c" },
		{ "abcde:b", SK_TOKEN_IDENTIFIER, 0, "abcde" },
		{ "eth*", SK_TOKEN_NETIF, 0, "eth*" },
		{ "*", SK_TOKEN_PUNCT, '*', NULL },
		{ "/a;b#c", SK_TOKEN_PATH, 0, "/a;b#c" },
		{ "\"/a b\"", SK_TOKEN_PATH, 0, "/a b" },
		{ "\"a b\"", SK_TOKEN_STRING, 0, "a b" },
		{ "\"a/b\"", SK_TOKEN_BAD, '"', NULL },
		{ "==", SK_TOKEN_PUNCT, SK_PUNCT_EQ, NULL },
		{ "=", SK_TOKEN_BAD, '=', NULL },
		{ "!=", SK_TOKEN_PUNCT, SK_PUNCT_NE, NULL },
		{ "&&", SK_TOKEN_PUNCT, SK_PUNCT_AND, NULL },
		{ "# x\n\f\t|| ", SK_TOKEN_PUNCT, SK_PUNCT_OR, NULL },
		{ "_a", SK_TOKEN_BAD, '_', NULL },
		{ "ALLOW", SK_TOKEN_IDENTIFIER, 0, "ALLOW" },
	};

	for (size_t i = 0; i < SK_ARRAY_LEN(want); i++) {
		for (int macros = 0; macros < 2; macros++) {
			struct sk_te_token token;
			struct run run;

			/* There a comment ends what touches it. */
			if (macros && strchr(want[i].text, '#') && *want[i].text == '/')
				continue;
			run_open(&run, want[i].text, strlen(want[i].text), macros);
			assert_int_equal(sk_te_next(&run.lexer, &token), 0);
			if (token.kind != want[i].kind || token.punct != want[i].punct)
				fail_msg("%s is %d '%c'", want[i].text, token.kind, token.punct);
			if (want[i].name)
				assert_string_equal(sk_intern_str(&run.names, token.name), want[i].name);
			run_done(&run);
		}
	}
}

static void test_depth(void **state)
{
	static const char *const openings[] = { "optional { ", "if (a) { optional { ", "allow a { ", "if ((",
						"constrain a b not (" };

	for (size_t i = 0; i < SK_ARRAY_LEN(openings); i++) {
		struct sk_buf buf = SK_BUF_INIT;
		struct run run;

		for (int k = 0; k < 100000; k++)
			sk_buf_adds(&buf, i < 2 || !k ? openings[i] : i == 2 ? "{ " : "(");
		run_parse(&run, buf.data, buf.n, false);
		assert_int_equal(run.n, 0);
		assert_true(run.diags->n[SELKIE_SEVERITY_ERROR] >= 1);
		/* An optional block cannot stand in an if block: a mistake each, up to the most that is reported. */
		assert_true(run.diags->n[SELKIE_SEVERITY_ERROR] <= (i == 1 ? SK_TE_MISTAKES_MAX + 1 : 2));
		sk_buf_done(&buf);
		run_done(&run);
	}
}

static int drop(void *arg, struct sk_te_stmt *stmt)
{
	return 0;
}

/* A large policy.conf is read in parts: the same statements, mistakes and places come of it as of the text in memory. */
static void test_parts(void **state)
{
	static const char *const lines[] = {
		"allow a_t b_t:file { read write };\n", "# a comment ; {\n\n", "allow a_t\n\tb_t:dir\n  search ;\n",
		"type_transition a_t b_t:file c_t \"a name\";\n", "genfscon proc /a/b gen:o:t\n", "allow a_t b_t:file read\n",
		"nodecon ::1 ffff:: u:r:t\n", "allow \"unfinished\n", "neverallow ~{ a b -c } *:file ~read;\n",
	};
	char path[] = "/tmp/test-parse.XXXXXX";
	struct sk_buf text = SK_BUF_INIT;
	FILE *f = fdopen(mkstemp(path), "w");
	char *printed[2], *stmts[2];

	assert_non_null(f);
	for (unsigned int i = 0; text.n < 1500000; i++)
		sk_buf_adds(&text, lines[i % 997 ? i * i % 7 % 5 : 5 + i / 997 % 4]);
	assert_int_equal(fwrite(text.data, 1, text.n, f), text.n);
	fclose(f);
	for (unsigned int parts = 0; parts < 2; parts++) {
		struct sk_source *source;
		struct run run;

		run_open(&run, "", 0, false);
		assert_int_equal(parts ? sk_sources_open(&run.sources, path, "in", run.diags, &source)
				       : sk_sources_add(&run.sources, "in", text.data, text.n, run.diags, &source), 0);
		assert_int_equal(!source->text, parts);
		sk_te_lexer_init(&run.lexer, &run.names, NULL, source);
		assert_int_equal(sk_te_parse(&run.lexer, &run.tree, &run.sources, run.diags, print, &run), 0);
		assert_true(run.n > 10000);
		stmts[parts] = sk_buf_steal(&run.out, NULL);
		printed[parts] = selkie_diagnostics_print(run.diags, 0);
		assert_non_null(printed[parts]);
		run_done(&run);
	}
	assert_non_null(strstr(printed[0], "error:"));
	for (unsigned int i = 0; i < 2; i++)
		assert_non_null(stmts[i]);
	assert_string_equal(printed[0], printed[1]);
	assert_string_equal(stmts[0], stmts[1]);
	free(stmts[0]);
	free(stmts[1]);
	free(printed[0]);
	free(printed[1]);
	sk_buf_done(&text);
	unlink(path);
}

static const char *const scene_text =
	"define(`f',`allow $1 $2_t:file { read $3 };')define(`g',`f($1,`$2',ifelse($2,b,`x y',`z'))')\n"
	"interface(`h',`optional { g($1,eval(1+2)a) }')pushdef(`f',defn(`f'))\n"
	"h(a_t)divert(1)type z_t;divert`'undivert(1)\n"
	"type_transition a_t s`'1_t:file b \"n m\";allow ; regexp(`a b',`\\w')\n";

/* Everything that the front end allocates, once. */
static int scene(void *arg)
{
	struct sk_sources sources = SK_SOURCES_INIT;
	struct sk_arena arena = SK_ARENA_INIT, tree = SK_ARENA_INIT;
	struct sk_te_lexer lexer = { 0 };
	struct sk_macro_reader m = { 0 };
	struct sk_intern names;
	struct sk_source *source;
	int r;

	sk_intern_init(&names, &arena);
	r = sk_te_names_init(&names);
	if (!r)
		r = sk_macro_init(&m, &names, &sources, NULL);
	if (!r)
		r = sk_macro_know_interfaces(&m);
	if (!r)
		r = sk_sources_add(&sources, "in", scene_text, strlen(scene_text), NULL, &source);
	if (!r)
		r = sk_macro_open(&m, source);
	if (!r) {
		sk_te_lexer_init(&lexer, &names, &m, source);
		r = sk_te_parse(&lexer, &tree, &sources, NULL, drop, NULL);
	}
	sk_te_lexer_done(&lexer);
	sk_macro_done(&m);
	sk_intern_done(&names);
	sk_arena_done(&arena);
	sk_arena_done(&tree);
	sk_sources_done(&sources);
	return r;
}

static void test_no_memory(void **state)
{
	alloc_fail_check(scene, NULL, 2000, 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_print),
		cmocka_unit_test(test_diagnostics),
		cmocka_unit_test(test_tokens),
		cmocka_unit_test(test_depth),
		cmocka_unit_test(test_parts),
		cmocka_unit_test(test_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
