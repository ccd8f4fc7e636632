/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Memory that is expected: malloc has it in large pages, from the first one on, and a few more faults than these. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/memory.h"

#define EXPECTED ((size_t)6 << 20)
#define BLOCK ((size_t)60000)
#define TRIES 5

static long faults(void)
{
	struct rusage usage;

	getrusage(RUSAGE_SELF, &usage);
	return usage.ru_minflt;
}

/* How many faults it takes to fill small blocks up to what was expected: a fresh process has malloc as it begins. */
static int faults_of_child(bool expect)
{
	int status;
	pid_t pid = fork();

	if (!pid) {
		long before;

		if (expect)
			sk_heap_expect(EXPECTED, EXPECTED);
		before = faults();
		for (size_t n = 0; n + BLOCK < EXPECTED - ((size_t)256 << 10); n += BLOCK) {
			char *p = malloc(BLOCK);

			if (!p)
				_exit(255);
			memset(p, 1, BLOCK);
		}
		before = faults() - before;
		_exit((int)(before / 8 < 250 ? before / 8 : 250));
	}
	assert_true(pid > 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status) && WEXITSTATUS(status) != 255);
	return WEXITSTATUS(status) * 8;
}

static bool has_large_pages(void)
{
	FILE *f = fopen("/sys/kernel/mm/transparent_hugepage/enabled", "re");
	char line[64] = "";
	bool has = f && fgets(line, sizeof(line), f) && !strstr(line, "[never]");

	if (f)
		fclose(f);
	return has;
}

/* A large page less would be 512 faults more. The kernel may have none free: then again. */
static void test_heap(void **state)
{
	int fewest = INT32_MAX;

	(void)state;
#ifdef __SANITIZE_ADDRESS__
	skip();	/* malloc is the sanitizer's */
#endif
	if (!has_large_pages())
		skip();
	for (unsigned int i = 0; i < TRIES && fewest >= 256; i++)
		fewest = SK_MIN(fewest, faults_of_child(true));
	assert_in_range(fewest, 0, 255);
}

/* More than was expected, or nothing: malloc goes on as ever. */
static void test_heap_beyond(void **state)
{
	int status;
	pid_t pid = fork();

	(void)state;
	if (!pid) {
		char *p[100], *large;

		sk_heap_expect((size_t)1 << 20, (size_t)1 << 20);
		sk_heap_expect(0, (size_t)64 << 20);
		for (size_t i = 0; i < SK_ARRAY_LEN(p); i++) {
			p[i] = malloc(BLOCK);
			if (!p[i])
				_exit(1);
			memset(p[i], (int)i, BLOCK);
		}
		large = malloc((size_t)32 << 20);
		if (!large)
			_exit(2);
		memset(large, 1, (size_t)32 << 20);
		for (size_t i = 0; i < SK_ARRAY_LEN(p); i++) {
			if (p[i][0] != (char)i || p[i][BLOCK - 1] != (char)i)
				_exit(3);
			free(p[i]);
		}
		free(large);
		_exit(0);
	}
	assert_true(pid > 0);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	assert_int_equal(WEXITSTATUS(status), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_heap),
		cmocka_unit_test(test_heap_beyond),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
