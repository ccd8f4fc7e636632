/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Work beside the caller's: steps in their order, none before it is allowed, none after one that failed or a stop. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/aside.h"
#include "base/memory.h"

#define N 1000

struct scene {
	struct sk_aside aside;
	atomic_uint allowed;
	unsigned int input[N], n_done;	/* plain: allowing and ending hand them over */
	unsigned int fails;		/* the step that does */
	pthread_t caller;
	bool elsewhere, early, out_of_order;
};

static int step(void *arg, unsigned int number)
{
	struct scene *s = arg;

	s->early |= number >= atomic_load(&s->allowed) || s->input[number] != number + 1;
	s->out_of_order |= number != s->n_done;
	s->elsewhere |= !pthread_equal(pthread_self(), s->caller);
	s->n_done++;
	return number == s->fails ? 77 : 0;
}

static void begin(struct scene *s, unsigned int fails, bool with_thread)
{
	*s = (struct scene){ .fails = fails, .caller = pthread_self() };
	sk_aside_begin(&s->aside, step, s, with_thread);
}

static void allow(struct scene *s, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++) {
		s->input[i] = i + 1;
		atomic_fetch_add(&s->allowed, 1);
		sk_aside_allow(&s->aside);
	}
}

static void test_steps(void **state SK_UNUSED)
{
	static struct scene s;

	for (unsigned int n = 0; n <= N; n = n * 3 + 1)
		for (unsigned int thread = 0; thread < 2; thread++) {
			begin(&s, N, thread);
			allow(&s, n);
			assert_int_equal(sk_aside_end(&s.aside), 0);
			assert_int_equal(s.n_done, n);
			assert_false(s.early);
			assert_false(s.out_of_order);
			assert_true(!s.elsewhere || s.aside.running);
			assert_true(s.elsewhere || !s.aside.running || !n);
		}
}

static void test_wait(void **state SK_UNUSED)
{
	static struct scene s;

	for (unsigned int thread = 0; thread < 2; thread++) {
		begin(&s, 10, thread);
		assert_true(sk_aside_wait(&s.aside, 5));
		assert_int_equal(s.n_done, 0);
		allow(&s, 8);
		assert_true(sk_aside_wait(&s.aside, 5));
		assert_true(thread || s.n_done == 5);
		assert_true(sk_aside_wait(&s.aside, 100));
		assert_int_equal(s.n_done, 8);
		for (unsigned int i = 8; i < 12; i++) {
			s.input[i] = i + 1;
			atomic_fetch_add(&s.allowed, 1);
			sk_aside_allow(&s.aside);
		}
		assert_false(sk_aside_wait(&s.aside, 12));
		assert_int_equal(s.n_done, 11);
		assert_int_equal(sk_aside_end(&s.aside), 77);
	}
}

static void test_failing(void **state SK_UNUSED)
{
	static struct scene s;

	for (unsigned int thread = 0; thread < 2; thread++) {
		begin(&s, 4, thread);
		allow(&s, 20);
		assert_int_equal(sk_aside_end(&s.aside), 77);
		assert_int_equal(s.n_done, 5);
	}
}

static void test_stop(void **state SK_UNUSED)
{
	static struct scene s;

	begin(&s, N, false);
	allow(&s, 20);
	sk_aside_stop(&s.aside);
	assert_int_equal(s.n_done, 0);
	for (unsigned int i = 0; i < 50; i++) {
		begin(&s, N, true);
		allow(&s, i);
		sk_aside_stop(&s.aside);
		assert_true(s.n_done <= i);
		assert_false(s.early);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_steps),
		cmocka_unit_test(test_wait),
		cmocka_unit_test(test_failing),
		cmocka_unit_test(test_stop),
	};

	return cmocka_run_group_tests_name("aside", tests, NULL, NULL);
}
