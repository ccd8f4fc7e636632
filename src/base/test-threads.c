/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Threads: each number is called once, what is left is done without those that cannot start, errors come back. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/resource.h>

#include <cmocka.h>

#include "base/threads.h"

struct work {
	atomic_uint calls[SK_MOST_THREADS];
	atomic_uint left, sum;
	unsigned int fails;	/* the threads from this number on fail */
};

/* Takes what is left, one by one. */
static int take(void *arg, unsigned int thread)
{
	struct work *w = arg;
	unsigned int n;

	atomic_fetch_add(&w->calls[thread], 1);
	if (thread >= w->fails)
		return -(int)thread;
	while ((n = atomic_load(&w->left)))
		if (atomic_compare_exchange_strong(&w->left, &n, n - 1))
			atomic_fetch_add(&w->sum, n);
	return 0;
}

static void test_each_once(void **state)
{
	(void)state;
	for (unsigned int n = 1; n <= 8; n++) {
		struct work w = { .left = 10000, .fails = SK_MOST_THREADS };

		assert_int_equal(sk_threads_run(n, take, &w), 0);
		for (unsigned int i = 0; i < SK_MOST_THREADS; i++)
			assert_int_equal(w.calls[i], i < n);
		assert_int_equal(w.left, 0);
		assert_int_equal(w.sum, 10000u * 10001u / 2);
	}
}

static void test_too_many(void **state)
{
	struct work w = { .left = 100, .fails = SK_MOST_THREADS };

	(void)state;
	assert_int_equal(sk_threads_run(SK_MOST_THREADS + 1000, take, &w), 0);
	assert_int_equal(w.sum, 5050);
}

static void test_error_of_the_lowest(void **state)
{
	struct work w = { .left = 100, .fails = 2 };

	(void)state;
	assert_int_equal(sk_threads_run(5, take, &w), -2);
	assert_int_equal(w.sum, 5050);
}

/* No memory for another thread's stack: the calling one does it all. Sanitizers themselves need the memory. */
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
static void test_none_can_start(void **state)
{
	struct work w = { .left = 100, .fails = SK_MOST_THREADS };
	struct rlimit before, none;

	(void)state;
	assert_int_equal(getrlimit(RLIMIT_AS, &before), 0);
	none = before;
	none.rlim_cur = 1;
	assert_int_equal(setrlimit(RLIMIT_AS, &none), 0);
	assert_int_equal(sk_threads_run(4, take, &w), 0);
	assert_int_equal(setrlimit(RLIMIT_AS, &before), 0);
	assert_int_equal(w.calls[0], 1);
	assert_int_equal(w.sum, 5050);
}
#endif

static void test_available(void **state)
{
	(void)state;
	assert_true(sk_threads_available() >= 1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_each_once),
		cmocka_unit_test(test_too_many),
		cmocka_unit_test(test_error_of_the_lowest),
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
		cmocka_unit_test(test_none_can_start),
#endif
		cmocka_unit_test(test_available),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
