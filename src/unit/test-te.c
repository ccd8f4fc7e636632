/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Modules of the policy language against small headers (test/te/headers): the exact diagnostics of broken ones
 * (test/te/modules.t), what a good one becomes, bombs that end within their budget, and failing allocations.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "alloc-fail.h"
#include "cases.h"
#include "reading.h"

/* The module against headers, or without any (NULL) as text that is expanded already. */
static int world_read_against(struct reading *w, const char *root, const char *const *settings, const char *text, size_t n)
{
	struct sk_source *source;
	bool headers = root;
	int r;

	r = reading_begin(w);
	if (!r && headers)
		r = sk_refpolicy_open(&w->rp, root, settings, &w->names, &w->sources, w->diags);
	if (!r && headers) {
		w->rp.macros.limits.steps = 2 << 20;
		w->rp.macros.limits.memory = 64 << 20;
		r = sk_refpolicy_prepare(&w->rp);
	}
	if (!r)
		r = sk_sources_add(&w->sources, "m.te", text, n, w->diags, &source);
	if (!r && headers)
		return sk_unit_read_module(&w->units, &w->space, &w->rp, source);
	return r ? r : sk_unit_read_conf(&w->units, &w->space, source);
}

static int world_read(struct reading *w, const char *const *settings, const char *text, size_t n, bool headers)
{
	char root[4096];

	snprintf(root, sizeof(root), "%s/test/te/headers", getenv("SELKIE_SOURCE_ROOT"));
	return world_read_against(w, headers ? root : NULL, settings, text, n);
}

static void check_case(const char *name, const char *text, size_t n, const char *want, size_t n_want)
{
	static const char *const werror[] = { "WERROR=y", NULL };
	const char *root = getenv("SELKIE_SOURCE_ROOT");
	bool conf = strstr(name, "policy.conf") != NULL;
	struct reading w;
	char *got, *p;
	int r = world_read(&w, strstr(name, "WERROR") ? werror : NULL, text, n, !conf);

	assert_in_range(r, 0, SK_UNIT_REFUSED);
	assert_int_equal(r == SK_UNIT_REFUSED, w.diags->n[SELKIE_SEVERITY_ERROR] != 0);
	got = selkie_diagnostics_print(w.diags, 0);
	assert_non_null(got);
	/* Places in the headers are told from the source folder. */
	while ((p = strstr(got, root)))
		memmove(p, p + strlen(root) + 1, strlen(p + strlen(root) + 1) + 1);
	if (strlen(got) != n_want || memcmp(got, want, n_want))
		fail_msg("%s: got\n%s\nwant\n%.*s", name, got, (int)n_want, want);
	free(got);
	reading_end(&w);
}

static void test_diagnostics(void **state)
{
	assert_in_range(cases_each("test/te/modules.t", check_case), 30, 10000);
}

static const char module[] =
	"policy_module(m, 1.2)\n"
	"type a_t, domain_like; attribute domain_like; type b_t alias c_t; bool flag true;\n"
	"files_read_etc(a_t)\n"
	"files_etc_filetrans(a_t, b_t, \"name\")\n"
	"optional_policy(`\n\tgen_require(`type x_t;')\n\tallow a_t x_t:file { read write };\n',`\n\tallow a_t b_t:file write;\n')\n"
	"tunable_policy(`flag',`\n\tallow a_t self:process transition;\n',`\n\tallow a_t b_t:file ~read;\n')\n";

/* What a slip of the finger would change without a word: a value that counts as another, a name that nothing asks for. */
static void test_settings(void **state)
{
	static const char *const settings[] = { "DISTR=debian", "TYPE=mlz", "UBAC=yes", "SYSTEMD=y", "DISTRO=own", "NAME=", NULL };
	struct reading w;
	char *got;

	assert_int_equal(world_read(&w, settings, module, strlen(module), true), 0);
	got = selkie_diagnostics_print(w.diags, 0);
	assert_string_equal(got,
			    "warning: TYPE is 'mlz', which is none of its values and counts as 'standard'; write standard, "
			    "mcs or mls [W0149]\n"
			    "warning: UBAC is 'yes', which is none of its values and counts as 'n'; write n or y [W0149]\n"
			    "warning: a reference policy has no setting 'DISTR', and this one does not mention it [W0149]\n"
			    "note: did you mean 'DISTRO'?\n");
	free(got);
	reading_end(&w);
}

/* Headers in many files, which a thread of their own reads: those of test/te/headers and a layer of these. */
#define MANY 100

/* Comments of so many bytes in front of what some files declare, which has 107: around what is read at once, and far more. */
static void make_large(FILE *f, unsigned int i)
{
	static const struct {
		unsigned int file;
		size_t n;
	} large[] = { { 20, (128 << 10) - 108 }, { 21, (128 << 10) - 107 }, { 22, (128 << 10) - 106 }, { 23, (128 << 10) },
		      { 24, (3 << 20) }, { 25, (1 << 20) }, { 90, (1 << 20) }, { 91, (1 << 20) + 100000 } };

	for (size_t k = 0; k < SK_ARRAY_LEN(large); k++)
		for (size_t n = large[k].file == i ? large[k].n : 0; n; n--)
			fputc(n == 1 ? '\n' : '#', f);
}

static void make_headers(char *root, bool readable)
{
	static const char *const shared[] = { "build.conf", "support", "kernel" };
	char path[4200], target[4200];

	assert_non_null(mkdtemp(root));
	for (size_t i = 0; i < SK_ARRAY_LEN(shared); i++) {
		snprintf(path, sizeof(path), "%s/%s", root, shared[i]);
		snprintf(target, sizeof(target), "%s/test/te/headers/%s", getenv("SELKIE_SOURCE_ROOT"), shared[i]);
		assert_int_equal(symlink(target, path), 0);
	}
	snprintf(path, sizeof(path), "%s/many", root);
	assert_int_equal(mkdir(path, 0700), 0);
	for (unsigned int i = 0; i < MANY; i++) {
		FILE *f;

		snprintf(path, sizeof(path), "%s/many/m%02u.if", root, i);
		if (i == 70 && !readable) {
			assert_int_equal(mkdir(path, 0700), 0);
			continue;
		}
		f = fopen(path, "w");
		assert_non_null(f);
		make_large(f, i);
		if (i == 60)
			fputs("define(`m60_set',`{ read write }')\n", f);
		fprintf(f, "## <summary>It's here</summary>\ninterface(`m%02u_go',`\n\tgen_require(`type m_t;')\n"
			   "\tallow $1 m_t:file %s;\n')\n", i, i == 60 ? "m60_set" : "read");
		if (i == 80)
			fputs("template(`m05_go',`\n')\n", f);
		for (unsigned int k = 0; i == 30 && k < 300; k++)
			fprintf(f, "template(`m30_go_%u',`\n\ttype m30_%u_t;\n')\n", k, k);
		assert_int_equal(fclose(f), 0);
	}
}

static void remove_headers(const char *root)
{
	char path[4200];
	const char *const rest[] = { "many", "build.conf", "support", "kernel", "" };

	for (unsigned int i = 0; i < MANY; i++) {
		snprintf(path, sizeof(path), "%s/many/m%02u.if", root, i);
		assert_int_equal(remove(path), 0);
	}
	for (size_t i = 0; i < SK_ARRAY_LEN(rest); i++) {
		snprintf(path, sizeof(path), "%s/%s", root, rest[i]);
		assert_int_equal(remove(path), 0);
	}
}

static void test_many_headers(void **state)
{
	static const char text[] = "policy_module(m, 1)\ntype a_t;\nm99_go(a_t)\nm60_go(a_t)\nm05_go(a_t)\nm98_to(a_t)\n"
				   "m20_go(a_t)\nm21_go(a_t)\nm22_go(a_t)\nm23_go(a_t)\nm24_go(a_t)\nm25_go(a_t)\n"
				   "m90_go(a_t)\nm91_go(a_t)\nm30_go_0\nm30_go_64\nm30_go_299\nallow m30_0_t m30_299_t:file read;\n";

	for (int readable = 0; readable < 2; readable++) {
		char root[] = "/tmp/selkie-headers-XXXXXX", want[4096], *got;
		struct reading w;
		int r;

		make_headers(root, readable);
		r = world_read_against(&w, root, NULL, text, strlen(text));
		assert_int_equal(r, readable ? SK_UNIT_REFUSED : SK_REFPOLICY_REFUSED);
		got = selkie_diagnostics_print(w.diags, 0);
		snprintf(want, sizeof(want),
			 readable ? "%s/many/m80.if:6:1: error: template 'm05_go' is defined twice [E0117]\n"
				    "    6 | template(`m05_go',`\n      | ^\n"
				    "%s/many/m05.if:2:1: note: first defined here\n"
				    "    2 | interface(`m05_go',`\n      | ^\n"
				    "m.te:6:1: error: there is no interface or macro 'm98_to' [E0137]\n"
				    "    6 | m98_to(a_t)\n      | ^~~~~~\n"
				    "note: did you mean 'm98_go'?\n"
				  : "%s/many/m70.if: error: cannot read it: Is a directory [E0139]\n",
			 root, root);
		assert_string_equal(got, want);
		free(got);
		reading_end(&w);
		remove_headers(root);
	}
}

static size_t count(const struct reading *w, enum sk_unit_kind kind)
{
	size_t n = 0;

	for (size_t i = 0; i < w->units.list[0]->stmts.n; i++)
		n += w->units.list[0]->stmts.list[i].kind == kind;
	return n;
}

static void test_module(void **state)
{
	const struct sk_unit *unit;
	struct reading w;

	assert_int_equal(world_read(&w, NULL, module, strlen(module), true), 0);
	assert_int_equal(w.units.n, 1);
	unit = w.units.list[0];
	assert_int_equal(unit->source, SK_UNIT_MODULE);
	assert_string_equal(sk_intern_str(&w.names, unit->name), "m");
	assert_string_equal(sk_intern_str(&w.names, unit->version), "1.2");
	assert_int_equal(count(&w, SK_UNIT_TYPE), 2);
	assert_int_equal(count(&w, SK_UNIT_TYPE_ALIAS), 1);
	assert_int_equal(count(&w, SK_UNIT_TYPE_ATTRIBUTE_SET), 1);
	assert_int_equal(count(&w, SK_UNIT_ALLOW), 2 + 1 + 1 + 2);
	assert_int_equal(count(&w, SK_UNIT_TYPE_TRANSITION), 1);
	assert_int_equal(count(&w, SK_UNIT_REQUIRE_CLASS), 3);
	/* etc_t twice, which is said once, and x_t; the blocks are none, the unit's, the optional and its else branch. */
	assert_int_equal(count(&w, SK_UNIT_REQUIRE_TYPE), 2);
	assert_int_equal(w.space.blocks.n, 4);
	assert_int_equal(w.space.blocks.list[3].otherwise, 2);
	assert_int_equal(unit->conds.n, 1);
	reading_end(&w);
}

/* Macros that grow without end are a diagnostic, soon and with little memory. */
static void test_bombs(void **state)
{
	static const char *const bombs[] = {
		"policy_module(m, 1)\ndefine(`d',`d(`$1$1')')d(x)\n",
		"policy_module(m, 1)\ndefine(`a',`b()b()')define(`b',`a()a()')a()\n",
		"policy_module(m, 1)\ninterface(`i',`j($1)')interface(`j',`i($1)')i(x_t)\n",
		"policy_module(m, 1)\ninterface(`i',`i($1) i($1)')i(x_t)\n",
		"policy_module(m, 1)\ninterface(`i',`optional_policy(`i({ $1 $1 }) i($1)')')i(x_t)\n",
		"policy_module(m, 1)\ndefine(`w',`allow w w:w w;')w\n",
	};

	for (size_t i = 0; i < SK_ARRAY_LEN(bombs); i++) {
		struct reading w;

		assert_int_equal(world_read(&w, NULL, bombs[i], strlen(bombs[i]), true), SK_UNIT_REFUSED);
		assert_in_range(w.diags->n[SELKIE_SEVERITY_ERROR], 1, SK_TE_MISTAKES_MAX + 1);
		reading_end(&w);
	}
}

static void check_nested(const char *opening, const char *closing, bool headers)
{
	struct sk_buf text = SK_BUF_INIT;
	struct reading w;

	sk_buf_adds(&text, "policy_module(m, 1)\n");
	for (int i = 0; i < 100000; i++)
		sk_buf_adds(&text, opening);
	for (int i = 0; i < 100000; i++)
		sk_buf_adds(&text, closing);
	assert_int_equal(world_read(&w, NULL, text.data, text.n, headers), SK_UNIT_REFUSED);
	assert_in_range(w.diags->n[SELKIE_SEVERITY_ERROR], 1, SK_TE_MISTAKES_MAX + 1);
	reading_end(&w);
	sk_buf_done(&text);
}

static void test_depth(void **state)
{
	check_nested("optional_policy(`", "')\n", true);
	check_nested("tunable_policy(`b',`", "')\n", true);
	check_nested("ifdef(`x',`',`", "')\n", true);
	check_nested("optional {", "}\n", true);
	check_nested("ifelse(a,b,", ")", true);
}

static int scene(void *arg)
{
	static const char broken[] =
		"policy_module(m, 1)\ntype a_t;\nfiles_read_etc()\nallow a_t nobody_t:file read;\nfiles_read_conf(a_t)\n"
		"optional_policy(`files_read_etc({ a_t b_t })')\nallow a_t x:file read";
	struct reading w;
	int r = world_read(&w, NULL, arg ? broken : module, arg ? strlen(broken) : strlen(module), true);

	reading_end(&w);
	return r == SK_UNIT_REFUSED && arg ? 0 : r;
}

static void test_no_memory(void **state)
{
	alloc_fail_check(scene, NULL, 100, 100);
	alloc_fail_check(scene, (char *)"broken", 100, 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_module),
		cmocka_unit_test(test_diagnostics),
		cmocka_unit_test(test_settings),
		cmocka_unit_test(test_many_headers),
		cmocka_unit_test(test_bombs),
		cmocka_unit_test(test_depth),
		cmocka_unit_test(test_no_memory),
	};

	return cmocka_run_group_tests_name("unit/te", tests, NULL, NULL);
}
