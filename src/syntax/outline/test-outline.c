/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "alloc-fail.h"
#include "base/buf.h"
#include "syntax/outline/outline.h"

static struct sk_outline_recent recent;

struct run {
	struct sk_arena arena;
	struct sk_intern names;
	struct sk_outline outline;
};

static int parse(struct run *run, enum sk_outline_file what, const char *text, size_t n)
{
	int r;

	memset(run, 0, sizeof(*run));
	memset(&recent, 0, sizeof(recent));
	sk_intern_init(&run->names, &run->arena);
	r = sk_outline_names_init(&run->names);
	return r ? r : sk_outline_parse(&run->outline, &run->arena, &run->names, &recent, what, text, n);
}

static void done(struct run *run)
{
	sk_intern_done(&run->names);
	sk_arena_done(&run->arena);
	sk_outline_recent_done(&recent);
}

/* A tree as text: kinds as letters, names, children in parentheses. */
static void show(struct sk_buf *buf, const struct run *run, const struct sk_outline_node *node)
{
	static const char letters[] = "FHcDATaarxlrTRCWPsoeBUI?@dqQifS";

	for (; node; node = node->next) {
		assert_true(node->kind < SK_OUTLINE_N_KINDS);
		if (node->next)
			assert_ptr_equal(node->next->prev, node);
		sk_buf_printf(buf, "%c%u", letters[node->kind], node->line);
		if (node->kind != SK_OUTLINE_FILE && node->name)
			sk_buf_join(buf, ":", sk_intern_str(&run->names, node->name), NULL);
		for (unsigned int k = 0; k < node->n_lists; k++) {
			sk_buf_adds(buf, "[");
			for (uint32_t i = 0; i < node->list[k].n; i++)
				sk_buf_join(buf, i ? " " : "",
					    sk_intern_str(&run->names, node->list[k].items[i].text), NULL);
			sk_buf_adds(buf, "]");
		}
		if (node->disabled)
			sk_buf_join(buf, "!", node->disabled, NULL);
		if (node->child) {
			assert_ptr_equal(node->child->parent, node);
			sk_buf_adds(buf, "(");
			show(buf, run, node->child);
			sk_buf_adds(buf, ")");
		}
		sk_buf_adds(buf, node->next ? " " : "");
	}
}

/* Columns, against what is counted in the text. */
static void expect_column(const struct run *run, const char *text, uint32_t at)
{
	uint32_t column = 1;

	for (uint32_t i = 0; i < at; i++)
		column = text[i] == '\n' ? 1 : column + 1;
	assert_int_equal(sk_outline_column(&run->outline, at), column);
}

static void expect_columns(const struct run *run, const char *text)
{
	for (const struct sk_outline_node *n = run->outline.file; n; n = sk_outline_next(n)) {
		expect_column(run, text, n->at);
		for (unsigned int k = 0; k < n->n_lists; k++)
			for (uint32_t i = 0; i < n->list[k].n; i++)
				expect_column(run, text, n->list[k].items[i].at);
	}
	for (const struct sk_outline_mistake *m = run->outline.mistakes; m; m = m->next)
		expect_column(run, text, m->at);
}

static void expect(enum sk_outline_file what, const char *text, const char *tree, const char *mistake)
{
	sk_auto_buf struct sk_buf buf = SK_BUF_INIT;
	struct run run;

	assert_int_equal(parse(&run, what, text, strlen(text)), 0);
	show(&buf, &run, run.outline.file);
	assert_string_equal(sk_buf_str(&buf), tree);
	expect_columns(&run, text);
	if (mistake)
		assert_non_null(run.outline.mistakes);
	else
		assert_null(run.outline.mistakes);
	if (mistake)
		assert_string_equal(run.outline.mistakes->message, mistake);
	done(&run);
}

static void test_trees(void **state)
{
	expect(SK_OUTLINE_TE, "policy_module(a, 1.0)\n", "F0 H1:a", NULL);
	expect(SK_OUTLINE_TE, "\n\n  # x\n# y\n   \n\t# z\n  policy_module(a)\n\n\ttype b,\n\n   e;\n# d\n  allow\n {\n  f\n g } h:i\n j;",
	       "F0 c3 H7:a D9:b[e] r13[f g][h][i][j]", NULL);
	expect(SK_OUTLINE_TE, "# x\nmodule a 1;\ntype b alias { c d }, e, f;\n",
	       "F0 c1 H2:a D3:b[e f](A3:c A3:d)", NULL);
	expect(SK_OUTLINE_TE, "policy_module(a)\nallow { b -c } self:file ~{ r w };;",
	       "F0 H1:a r2[b -c][self][file][~ r w] s2", NULL);
	expect(SK_OUTLINE_TE, "policy_module(a)\noptional_policy(`\n\tf(x, { y -z }, `s0 - s1', \"q\")\n',`\n g() ')\n",
	       "F0 H1:a o2(S2 C3:f[x y -z s0-s1 \"q\"]) e4(S4 C5:g[])", NULL);
	expect(SK_OUTLINE_TE, "policy_module(a)\nallow b c:d e; #selint-disable: C-001,S-002\ndnl it's gone ` (\nw\n",
	       "F0 H1:a r2[b][c][d][e]! C-001,S-002 W4:w", NULL);
	expect(SK_OUTLINE_TE, "policy_module(a)\ntunable_policy(`x && !(y || z)',`\nallow b c:d e;\n',`')\n",
	       "F0 H1:a U2[x y z](S2 @2(S2 r3[b][c][d][e]) @4(S4))", NULL);
	expect(SK_OUTLINE_TE, "policy_module(a)\nif (x) { allow b c:d e; } else { f(g) }\nifdef(`h',`type i;')",
	       "F0 H1:a B2[x](S2 r2[b][c][d][e] C2:f[g]) I3(S3 @3(S3 D3:i[]))", NULL);
	expect(SK_OUTLINE_IF, "## x\ninterface(`a',`\n\tgen_require(`\n\t\ttype b, c;\n\t')\n')\ntemplate(`d',`')\n",
	       "F0 c1 i2:a(S2 Q3(S3 D4:b[] D4:c[])) f7:d(S7)", NULL);
	expect(SK_OUTLINE_TE,
	       "policy_module(a)\nportcon tcp 1-2 gen_context(system_u:object_r:a_t,s0)\n"
	       "nodecon 127.0.0.1 255.0.0.0 system_u:object_r:b_t\nnodecon ::1 ::ffff gen_context(u:r:t,s0)\n"
	       "genfscon proc / -d gen_context(u:r:t,s0)\nfs_use_xattr ext4 u:r:t:s0;\nnetifcon lo u:r:t u:r:t\nx",
	       "F0 H1:a W8:x", NULL);
}

static void test_mistakes(void **state)
{
	expect(SK_OUTLINE_TE, "allow a b:c d;\n", "F0", "expected policy_module(NAME), found 'allow'");
	expect(SK_OUTLINE_TE, "policy_module(a)\nallow a b:c ;\ntype d;\n", "F0 H1:a D3:d[]", "expected a name, found ';'");
	expect(SK_OUTLINE_TE, "policy_module(a)\ndontaudit a b;\ntype d;\n", "F0 H1:a D3:d[]", "expected ':', found ';'");
	expect(SK_OUTLINE_TE, "policy_module(a)\noptional_policy(`\nallow a\n')\ntype d;\n",
	       "F0 H1:a o2(S2) D5:d[]", "expected a name, found '''");
	expect(SK_OUTLINE_TE, "policy_module(a)\nif (a) { type d;\n", "F0 H1:a B2[a](S2 D2:d[])",
	       "expected '}', but the file ends");
	expect(SK_OUTLINE_IF, "type a;\ninterface(`b',`')\n", "F0 i2:b(S2)",
	       "expected an interface or a template, found 'type'");
	expect(SK_OUTLINE_GLOBAL, "gen_bool(a, true)\nallow\nbool b;\n", "F0 D1:a[] D3:b[]",
	       "expected gen_bool or gen_tunable, found 'allow'");
}

static void test_depth(void **state)
{
	static const char *const openings[] = { "optional_policy(`", "if (a) { ", "ifdef(`a',`", "tunable_policy(`a',`" };

	for (size_t i = 0; i < SK_ARRAY_LEN(openings); i++) {
		sk_auto_buf struct sk_buf buf = SK_BUF_INIT;
		struct run run;

		sk_buf_adds(&buf, "policy_module(a)\n");
		for (int k = 0; k < 100000; k++)
			sk_buf_adds(&buf, openings[i]);
		assert_int_equal(parse(&run, SK_OUTLINE_TE, sk_buf_str(&buf), buf.n), 0);
		assert_non_null(strstr(run.outline.mistakes->message, "fewer blocks within each other"));
		done(&run);
	}
}

static char *load(const char *name, size_t *ret_n)
{
	sk_auto_free char *path = NULL;
	FILE *f;
	char *text = malloc(100000);

	assert_true(asprintf(&path, "%s/test/lint/triggers/modules/%s", getenv("SELKIE_SOURCE_ROOT"), name) > 0);
	f = fopen(path, "r");
	assert_non_null(f);
	assert_non_null(text);
	*ret_n = fread(text, 1, 99999, f);
	text[*ret_n] = '\0';
	fclose(f);
	return text;
}

/* Every prefix, and every byte replaced in turn: an outline, and mistakes with places in the text. */
static void damage(const char *name, enum sk_outline_file what)
{
	size_t n, mistakes = 0;
	sk_auto_free char *text = load(name, &n);

	for (size_t i = 0; i < 2 * n; i++) {
		size_t at = i % n, length = i < n ? at : n;
		char kept = text[at];
		struct run run;

		text[at] = i < n ? '\0' : "';)#`{"[i % 6];
		assert_int_equal(parse(&run, what, text, length), 0);
		for (const struct sk_outline_mistake *m = run.outline.mistakes; m; m = m->next) {
			assert_true(m->at <= length && m->line >= 1 && *m->message);
			mistakes++;
		}
		for (const struct sk_outline_node *node = run.outline.file; node; node = sk_outline_next(node))
			assert_true(node->at <= node->end || node->kind == SK_OUTLINE_START);
		done(&run);
		text[at] = kept;
	}
	assert_true(mistakes > n / 4);
}

static void test_damage(void **state)
{
	damage("alpha.te", SK_OUTLINE_TE);
	damage("beta.if", SK_OUTLINE_IF);
}

static int scene(void *text)
{
	struct run run;
	int r = parse(&run, SK_OUTLINE_TE, text, strlen(text));

	done(&run);
	return r;
}

static void test_no_memory(void **state)
{
	size_t n;
	sk_auto_free char *text = load("alpha.te", &n);

	alloc_fail_check(scene, text, 2000, 10);
}

static void expect_line(const char *text, enum sk_fc_line_kind kind, const char *user, const char *type)
{
	struct sk_fc_line line;

	sk_fc_line_read(&line, text, strlen(text), NULL, NULL);
	assert_int_equal(line.kind, kind);
	if (user)
		assert_true(line.user.n == strlen(user) && !memcmp(line.user.p, user, line.user.n));
	if (type)
		assert_true(line.type.n == strlen(type) && !memcmp(line.type.p, type, line.type.n));
}

static void test_fc_lines(void **state)
{
	expect_line("", SK_FC_LINE_NOTHING, NULL, NULL);
	expect_line("# x", SK_FC_LINE_NOTHING, NULL, NULL);
	expect_line("ifdef(`x',`", SK_FC_LINE_NOTHING, NULL, NULL);
	expect_line("/a\t-d\tgen_context(u:r:t,s0)", SK_FC_LINE_ENTRY, "u", "t");
	expect_line("/a gen_context(u:r:t , s0 - s15, c0)\r", SK_FC_LINE_ENTRY, "u", "t ");
	expect_line("/a u:r:t:s0", SK_FC_LINE_ENTRY, "u", "t");
	expect_line("/a <<none>>", SK_FC_LINE_ENTRY, NULL, NULL);
	expect_line("/a", SK_FC_LINE_BAD, NULL, NULL);
	expect_line("/a -xy u:r:t", SK_FC_LINE_BAD, NULL, NULL);
	expect_line("/a gen_context(u:r:t", SK_FC_LINE_BAD, NULL, NULL);
	expect_line("/a gen_context(u:r,s0)", SK_FC_LINE_BAD, NULL, NULL);
	expect_line("  ", SK_FC_LINE_BLANK, NULL, NULL);
	expect_line("\t\r", SK_FC_LINE_BLANK, NULL, NULL);
	expect_line("/a <<none>> \t", SK_FC_LINE_ENTRY, NULL, NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_trees), cmocka_unit_test(test_mistakes), cmocka_unit_test(test_depth),
		cmocka_unit_test(test_damage), cmocka_unit_test(test_no_memory), cmocka_unit_test(test_fc_lines),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
