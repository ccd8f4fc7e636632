/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Origins that are made aside: a policy that is large enough for a thread, with conditionals that optimizing drops, gives
 * the same bytes with the thread and on one processor, and each failing allocation, in whichever thread, is told. Neverallow rules of
 * the policy are found by what they forbid.
 */
#include <sched.h>
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
#include "base/input.h"
#include "base/threads.h"
#include "selkie/build.h"
#include "selkie/name.h"
#include "selkie/origin.h"
#include "selkie/overlay.h"

#define N_TYPES 40
#define N_RULES 2500
#define LINE_OF_CONDS (5u + 16 + N_TYPES + N_RULES)	/* behind so many lines */
#define LINE_OF_NEVERALLOWS (LINE_OF_CONDS + 6 * 5 + 2 * 3 + 3)

struct scene {
	char folder[32], conf[64], policy[64];
	selkie_policy *loaded;
	selkie_origins *origins;
};

static uint32_t next_random(uint32_t *state)
{
	*state = *state * 1664525 + 1013904223;
	return *state >> 8;
}

static void put_rule(FILE *f, uint32_t *state)
{
	fprintf(f, "allow %c%u ", next_random(state) % 8 ? 'y' : 'a', next_random(state) % 8);
	fprintf(f, "%c%u:file { p%u p%u };\n", next_random(state) % 8 ? 'y' : 'a', next_random(state) % 8, next_random(state) % 9,
		next_random(state) % 9);
}

static void put_policy(FILE *f)
{
	uint32_t state = 5;

	fprintf(f, "class file\nclass cap\nsid kernel\nclass cap { use ioctl }\nclass file { p0 p1 p2 p3 p4 p5 p6 p7 p8 }\n");
	for (unsigned int i = 0; i < 8; i++)
		fprintf(f, "attribute a%u;\nbool b%u %s;\n", i, i, i % 2 ? "true" : "false");
	for (unsigned int i = 0; i < N_TYPES; i++)
		fprintf(f, "type y%u, a%u, a%u;\n", i, i % 8, (i + 3) % 8);
	for (unsigned int i = 0; i < N_RULES; i++)
		put_rule(f, &state);
	/* Whatever these say is said above; the last one is not. */
	for (unsigned int i = 0; i < 8; i++) {
		fprintf(f, "if (b%u) {\n", i);
		fprintf(f, i == 3 || i == 7 ? "allow y39 y38:file p1;\n}\n" : "allow y1 y2:file p3;\n} else {\nallow y1 y2:file p3;\n}\n");
	}
	fprintf(f, "allow a0 a1:file { p0 p1 p2 p3 p4 p5 p6 p7 p8 };\nallow y1 y2:file p3;\n");
	fprintf(f, "neverallow { a0 -y0 } y1:cap use;\nneverallow a1 self:cap use;\nneverallow ~{ a0 a1 } *:cap use;\n"
		   "neverallowxperm y5 y6:cap ioctl { 0x5401 0x8900-0x89ff };\n");
	fprintf(f, "role r;\nrole r types { y0 y1 };\nuser u roles r;\nsid kernel u:r:y0\n");
}

static int set_up(void **state)
{
	struct scene *s = calloc(1, sizeof(*s));
	FILE *f;

	assert_non_null(s);
	strcpy(s->folder, "/tmp/origin.XXXXXX");
	assert_non_null(mkdtemp(s->folder));
	snprintf(s->conf, sizeof(s->conf), "%s/policy.conf", s->folder);
	snprintf(s->policy, sizeof(s->policy), "%s/policy", s->folder);
	f = fopen(s->conf, "we");
	assert_non_null(f);
	put_policy(f);
	assert_int_equal(fclose(f), 0);
	*state = s;
	return 0;
}

static void remove_policy(const struct scene *s)
{
	char path[80];

	snprintf(path, sizeof(path), "%s.origins", s->policy);
	unlink(path);
	unlink(s->policy);
}

static int tear_down(void **state)
{
	struct scene *s = *state;

	remove_policy(s);
	unlink(s->conf);
	rmdir(s->folder);
	free(s);
	return 0;
}

static int build(void *arg)
{
	static const struct selkie_build_options options = { .size = sizeof(options), .flags = SELKIE_BUILD_OPTIMIZE };
	const struct scene *s = arg;
	const char *const sources[] = { s->conf };
	selkie_built *built = NULL;
	int r = selkie_build(sources, 1, &options, NULL, &built);

	if (!r)
		r = selkie_built_save(built, s->policy, 0, NULL);
	selkie_built_free(built);
	return r;
}

static void read_both(const struct scene *s, char *data[2], size_t n[2])
{
	char path[80];

	snprintf(path, sizeof(path), "%s.origins", s->policy);
	assert_int_equal(sk_read_path(s->policy, 1 << 24, &data[0], &n[0]), 0);
	assert_int_equal(sk_read_path(path, 1 << 24, &data[1], &n[1]), 0);
}

static void test_thread(void **state)
{
	const struct scene *s = *state;
	char *aside[2], *alone[2];
	size_t n_aside[2], n_alone[2];
	cpu_set_t before, one;

	if (sk_threads_available() < 2)
		skip();
	assert_int_equal(build(*state), 0);
	read_both(s, aside, n_aside);
	remove_policy(s);
	assert_int_equal(sched_getaffinity(0, sizeof(before), &before), 0);
	CPU_ZERO(&one);
	for (int i = 0; i < CPU_SETSIZE && !CPU_COUNT(&one); i++)
		if (CPU_ISSET(i, &before))
			CPU_SET(i, &one);
	assert_int_equal(sched_setaffinity(0, sizeof(one), &one), 0);
	assert_int_equal(build(*state), 0);
	assert_int_equal(sched_setaffinity(0, sizeof(before), &before), 0);
	read_both(s, alone, n_alone);
	for (unsigned int i = 0; i < 2; i++) {
		assert_int_equal(n_aside[i], n_alone[i]);
		assert_memory_equal(aside[i], alone[i], n_alone[i]);
		free(aside[i]);
		free(alone[i]);
	}
}

/* Of eight conditionals the two that say something of their own stay, and their rules are found under their new numbers. */
static void test_conditionals(void **state)
{
	const struct scene *s = *state;
	selkie_policy *policy = NULL;
	selkie_origins *origins = NULL;
	struct selkie_rule rule;
	struct selkie_origin origin;
	unsigned int n = 0;

	assert_int_equal(build(*state), 0);
	assert_int_equal(selkie_policy_load(s->policy, NULL, &policy), 0);
	assert_int_equal(selkie_origins_load(s->policy, NULL, &origins), 0);
	for (uint32_t i = 0; i < selkie_rule_count(policy); i++) {
		assert_int_equal(selkie_rule_get(policy, i, &rule), 0);
		assert_int_not_equal(selkie_origins_count(origins, &rule), 0);
		if (!(rule.kind & SELKIE_RULES_TE) || rule.cond == SELKIE_UNCONDITIONAL)
			continue;
		assert_int_equal(selkie_origins_count(origins, &rule), 1);
		assert_int_equal(selkie_origins_get(origins, &rule, 0, &origin), 0);
		/* classes and sid; attributes and booleans; types; rules; four lines or three lines of a conditional */
		assert_true(origin.line == LINE_OF_CONDS + 3 * 5 + 2 || origin.line == LINE_OF_CONDS + 6 * 5 + 3 + 2);
		assert_string_equal(origin.cond_file, origin.file);
		assert_int_equal(origin.cond_line, origin.line - 1);
		n++;
	}
	assert_int_equal(n, 2);
	selkie_origins_free(origins);
	selkie_policy_free(policy);
}

/* What each forbids, by the words of the language; type yI has the attributes aJ of I and I + 3, modulo 8. */
static void test_neverallows(void **state)
{
	static const struct {
		const char *source, *target, *perm;
		uint32_t kind, number;
		unsigned int rule;	/* which one forbids it; 0: none */
	} rows[] = {
		{ "y8", "y1", "use", 0, 0, 1 },	  { "y0", "y1", "use", 0, 0, 0 },   { "y8", "y2", "use", 0, 0, 0 },
		{ "y1", "y1", "use", 0, 0, 2 },	  { "y1", "y2", "use", 0, 0, 0 },   { "a1", "a1", "use", 0, 0, 2 },
		{ "y2", "y3", "use", 0, 0, 3 },	  { "y2", NULL, "use", 0, 0, 3 },   { "y1", "y1", "ioctl", 0, 0, 0 },
		{ "y5", "y6", "ioctl", 0, 0, 4 }, { "y5", "y5", "ioctl", 0, 0, 0 }, { "a5", "a6", "ioctl", 0, 0, 4 },
		{ "y5", "y6", "ioctl", SELKIE_XPERM_IOCTL, 0x8933, 4 },
		{ "y5", "y6", "ioctl", SELKIE_XPERM_IOCTL, 0x5402, 0 },
		{ "y5", "y6", "ioctl", SELKIE_XPERM_NLMSG, 0x8933, 0 },
	};
	static const char *const texts[] = {
		"neverallow { a0 -y0 } y1:cap use;", "neverallow a1 self:cap use;", "neverallow ~{ a0 a1 } *:cap use;",
		"neverallowxperm y5 y6:cap ioctl { 0x5401 0x8900-0x89ff };",
	};
	const struct scene *s = *state;
	selkie_policy *policy = NULL;
	selkie_origins *origins = NULL;
	struct selkie_neverallow rule;
	char *text;

	assert_int_equal(build(*state), 0);
	assert_int_equal(selkie_policy_load(s->policy, NULL, &policy), 0);
	assert_int_equal(selkie_origins_load(s->policy, NULL, &origins), 0);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct selkie_neverallow_question q = { .source = selkie_type_find(policy, rows[i].source),
			.cls = selkie_class_find(policy, "cap"), .has_number = rows[i].kind, .xperm_kind = rows[i].kind,
			.number = (uint16_t)rows[i].number };
		size_t at;

		if (rows[i].target)
			q.target = selkie_type_find(policy, rows[i].target);
		q.perms = selkie_permission_find(policy, q.cls, rows[i].perm);
		at = selkie_origins_next_neverallow(origins, policy, &q, 0, &rule);
		assert_int_equal(!at, !rows[i].rule);
		if (!at)
			continue;
		assert_int_equal(selkie_origins_next_neverallow(origins, policy, &q, at, &rule), 0);
		selkie_origins_next_neverallow(origins, policy, &q, 0, &rule);
		assert_int_equal(rule.origin.line, LINE_OF_NEVERALLOWS + rows[i].rule - 1);
		assert_int_equal(selkie_neverallow_text(policy, &rule, &text), 0);
		assert_string_equal(text, texts[rows[i].rule - 1]);
		free(text);
	}
	selkie_origins_free(origins);
	selkie_policy_free(policy);
}

/* All texts of the rules. */
static int print_all(void *arg)
{
	const struct scene *s = arg;
	static const struct selkie_neverallow_question any;
	struct selkie_neverallow rule;
	char *text = NULL, *source = NULL, *target = NULL;
	int r = 0;

	for (size_t i = 0; !r && (i = selkie_origins_next_neverallow(s->origins, s->loaded, &any, i, &rule));) {
		r = selkie_neverallow_text(s->loaded, &rule, &text);
		if (r)
			break;
		free(text);
		r = selkie_neverallow_sets(s->loaded, &rule, &source, &target);
		if (r)
			break;
		free(source);
		free(target);
	}
	return r;
}

static void test_print_out_of_memory(void **state)
{
	struct scene *s = *state;

	assert_int_equal(build(*state), 0);
	assert_int_equal(selkie_policy_load(s->policy, NULL, &s->loaded), 0);
	assert_int_equal(selkie_origins_load(s->policy, NULL, &s->origins), 0);
	alloc_fail_check(print_all, s, 1000, 10);
	selkie_origins_free(s->origins);
	selkie_policy_free(s->loaded);
}

static void test_out_of_memory(void **state)
{
	alloc_fail_check(build, *state, 200, 200);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_thread),
		cmocka_unit_test(test_conditionals),
		cmocka_unit_test(test_neverallows),
		cmocka_unit_test(test_print_out_of_memory),
		cmocka_unit_test(test_out_of_memory),
	};

	return cmocka_run_group_tests_name("origin", tests, set_up, tear_down);
}
