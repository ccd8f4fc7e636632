/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Threads for work that falls into independent parts. All signals are left to the caller's own threads.
 */
#include "base/threads.h"

#include <sched.h>
#include <signal.h>
#include <stdbool.h>

#include "base/memory.h"

struct sk_thread {
	pthread_t id;
	bool started;
	unsigned int number;
	int (*fn)(void *arg, unsigned int thread);
	void *arg;
	int result;
};

int sk_thread_start(pthread_t *ret, void *(*fn)(void *arg), void *arg)
{
	sigset_t all, before;
	int r;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	r = pthread_create(ret, NULL, fn, arg);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	return r;
}

static void *sk_thread_main(void *arg)
{
	struct sk_thread *t = arg;

	t->result = t->fn(t->arg, t->number);
	return NULL;
}

int sk_threads_run(unsigned int n, int (*fn)(void *arg, unsigned int thread), void *arg)
{
	struct sk_thread threads[SK_MOST_THREADS];
	int r;

	n = SK_MIN(n, (unsigned int)SK_MOST_THREADS);
	for (unsigned int i = 1; i < n; i++) {
		threads[i] = (struct sk_thread){ .number = i, .fn = fn, .arg = arg };
		threads[i].started = !sk_thread_start(&threads[i].id, sk_thread_main, &threads[i]);
	}
	r = fn(arg, 0);
	for (unsigned int i = 1; i < n; i++) {
		if (!threads[i].started)
			continue;
		pthread_join(threads[i].id, NULL);
		if (!r)
			r = threads[i].result;
	}
	return r;
}

unsigned int sk_threads_available(void)
{
	cpu_set_t set;
	int n = sched_getaffinity(0, sizeof(set), &set) ? 1 : CPU_COUNT(&set);

	return n > 0 ? (unsigned int)n : 1;
}
