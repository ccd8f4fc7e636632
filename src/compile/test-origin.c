/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Origins that are made aside: a policy that is large enough for a thread, with conditionals that optimizing drops, gives
 * the same bytes with the thread and on one processor, and each failing allocation, in whichever thread, is told.
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
#include "selkie/origin.h"

#define N_TYPES 40
#define N_RULES 2500

struct scene {
	char folder[32], conf[64], policy[64];
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

	fprintf(f, "class file\nsid kernel\nclass file { p0 p1 p2 p3 p4 p5 p6 p7 p8 }\n");
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
		/* class, sid, class; attributes and booleans; types; rules; four lines or three lines of a conditional */
		assert_true(origin.line == 3 + 16 + N_TYPES + N_RULES + 3 * 5 + 2 ||
			    origin.line == 3 + 16 + N_TYPES + N_RULES + 6 * 5 + 3 + 2);
		assert_string_equal(origin.cond_file, origin.file);
		assert_int_equal(origin.cond_line, origin.line - 1);
		n++;
	}
	assert_int_equal(n, 2);
	selkie_origins_free(origins);
	selkie_policy_free(policy);
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
		cmocka_unit_test(test_out_of_memory),
	};

	return cmocka_run_group_tests_name("origin", tests, set_up, tear_down);
}
