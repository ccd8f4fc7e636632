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

/*
 * Beside the caller: a kernel that starts the thread on the caller's own processor may leave it there for all of the
 * milliseconds that the work takes. Only where it starts is said: it may move as the caller may.
 */
static int sk_thread_create(pthread_t *ret, void *(*fn)(void *arg), void *arg)
{
	int here = sched_getcpu(), r;
	cpu_set_t all, others;
	pthread_attr_t attr;

	if (here < 0 || here >= CPU_SETSIZE || sched_getaffinity(0, sizeof(all), &all) || CPU_COUNT(&all) < 2)
		return pthread_create(ret, NULL, fn, arg);
	others = all;
	CPU_CLR(here, &others);
	pthread_attr_init(&attr);
	r = pthread_attr_setaffinity_np(&attr, sizeof(others), &others);
	if (!r)
		r = pthread_create(ret, &attr, fn, arg);
	pthread_attr_destroy(&attr);
	if (r)
		return pthread_create(ret, NULL, fn, arg);
	pthread_setaffinity_np(*ret, sizeof(all), &all);
	return 0;
}

int sk_thread_start(pthread_t *ret, void *(*fn)(void *arg), void *arg)
{
	sigset_t all, before;
	int r;

	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	r = sk_thread_create(ret, fn, arg);
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
