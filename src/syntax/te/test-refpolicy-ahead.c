/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Files that are read ahead: each has its bytes, whoever asks late or skips some; what is no readable file is left to who
 * asks for it, and nobody waits for a pipe; the texts outlive the reading.
 */
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
#include "base/threads.h"
#include "syntax/te/refpolicy.h"

#define N 60	/* modules; the last ten are off */

enum { MISSING = 7, FOLDER = 8, PIPE = 9, EMPTY = 10, GENERATED = 11 };

struct scene {
	char root[32], names[N][8];
	struct sk_refpolicy_module modules[N];
	struct sk_sources sources;
	struct sk_refpolicy rp;
};

static char *path_of(const struct scene *s, unsigned int i, const char *ending)
{
	static char path[128];

	snprintf(path, sizeof(path), "%s/policy/modules/l/m%u.%s", s->root, i, ending);
	return path;
}

static void make_text(char *text, size_t size, unsigned int i, const char *ending)
{
	snprintf(text, size, "%s of %u %0*d\n", ending, i, (int)(i * 37), 0);
}

static void make_file(const struct scene *s, unsigned int i, const char *ending)
{
	char text[4096] = "";
	FILE *f;

	if (i == MISSING)
		return;
	if (i == FOLDER || i == PIPE) {
		assert_int_equal(i == FOLDER ? mkdir(path_of(s, i, ending), 0700) : mkfifo(path_of(s, i, ending), 0600), 0);
		return;
	}
	if (i != EMPTY)
		make_text(text, sizeof(text), i, ending);
	f = fopen(path_of(s, i, ending), "we");
	assert_non_null(f);
	fputs(text, f);
	assert_int_equal(fclose(f), 0);
}

static int set_up(void **state)
{
	static const char *const folders[] = { "policy", "policy/modules", "policy/modules/l" };
	struct scene *s = calloc(1, sizeof(*s));
	char path[128];

	assert_non_null(s);
	strcpy(s->root, "/tmp/ahead.XXXXXX");
	assert_non_null(mkdtemp(s->root));
	for (size_t i = 0; i < SK_ARRAY_LEN(folders); i++) {
		snprintf(path, sizeof(path), "%s/%s", s->root, folders[i]);
		assert_int_equal(mkdir(path, 0700), 0);
	}
	for (unsigned int i = 0; i < N; i++) {
		snprintf(s->names[i], sizeof(s->names[i]), "m%u", i);
		s->modules[i] = (struct sk_refpolicy_module){ .name = s->names[i], .layer = "l", .generated = i == GENERATED,
							      .state = i < N - 10 ? SK_REFPOLICY_BASE : SK_REFPOLICY_OFF };
		make_file(s, i, "if");
		make_file(s, i, "te");
		make_file(s, i, "fc");
	}
	*state = s;
	return 0;
}

static int tear_down(void **state)
{
	static const char *const endings[] = { "if", "te", "fc" };
	struct scene *s = *state;
	char command[64];

	for (unsigned int i = 0; i < N; i++)
		for (size_t e = 0; e < SK_ARRAY_LEN(endings); e++)
			remove(path_of(s, i, endings[e]));
	snprintf(command, sizeof(command), "%s/policy/modules/l", s->root);
	for (unsigned int i = 0; i < 3; i++) {
		rmdir(command);
		*strrchr(command, '/') = '\0';
	}
	rmdir(s->root);
	free(s);
	return 0;
}

static void begin(struct scene *s)
{
	s->sources = (struct sk_sources)SK_SOURCES_INIT;
	s->rp = (struct sk_refpolicy){ .root = s->root, .modules = s->modules, .n_modules = N, .sources = &s->sources };
	assert_int_equal(sk_ahead_begin(&s->rp), 0);
}

static void end(struct scene *s)
{
	sk_ahead_end(&s->rp);
	sk_arena_done(&s->rp.arena);
	sk_sources_done(&s->sources);
}

/* Asks for the files of every `every`-th module, and looks at them when the reading has ended. */
static void check_all(struct scene *s, unsigned int every)
{
	static const char *const endings[] = { "if", "te", "fc" };
	const char *texts[3][N] = { { 0 } };
	size_t n;

	begin(s);
	for (size_t e = 0; e < SK_ARRAY_LEN(endings); e++)
		for (unsigned int i = 0; i < (e ? N - 10 : N); i += every) {
			bool there = i != MISSING && i != FOLDER && i != PIPE && (i != GENERATED || e == 2);

			assert_false(sk_ahead_take(s->rp.ahead, "/nowhere", &texts[e][i], &n));
			assert_int_equal(sk_ahead_take(s->rp.ahead, path_of(s, i, endings[e]), &texts[e][i], &n), there);
			assert_true(!there || n == strlen(texts[e][i]));
		}
	sk_ahead_end(&s->rp);
	for (size_t e = 0; e < SK_ARRAY_LEN(endings); e++)
		for (unsigned int i = 0; i < N; i++) {
			char text[4096] = "";

			if (!texts[e][i])
				continue;
			if (i != EMPTY)
				make_text(text, sizeof(text), i, endings[e]);
			assert_string_equal(texts[e][i], text);
		}
	end(s);
}

static void test_files(void **state)
{
	if (sk_threads_available() < 2)
		skip();
	check_all(*state, 1);
	check_all(*state, 3);
	check_all(*state, 5);
}

/* Nobody asks, or not for long. */
static void test_end(void **state)
{
	struct scene *s = *state;

	for (unsigned int i = 0; i < 20; i++) {
		begin(s);
		end(s);
	}
}

static int scene_failing(void *arg)
{
	struct scene *s = arg;
	const char *text;
	size_t n;
	int r;

	s->sources = (struct sk_sources)SK_SOURCES_INIT;
	s->rp = (struct sk_refpolicy){ .root = s->root, .modules = s->modules, .n_modules = N, .sources = &s->sources };
	r = sk_ahead_begin(&s->rp);
	if (!r && s->rp.ahead)
		sk_ahead_take(s->rp.ahead, path_of(s, N - 11, "fc"), &text, &n);
	end(s);
	return r;
}

static void test_no_memory(void **state)
{
	if (sk_threads_available() < 2)
		skip();
	alloc_fail_check(scene_failing, *state, 100, 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_files),
		cmocka_unit_test(test_end),
		cmocka_unit_test(test_no_memory),
	};

	return cmocka_run_group_tests_name("ahead", tests, set_up, tear_down);
}
