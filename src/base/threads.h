/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_BASE_THREADS_H
#define SK_BASE_THREADS_H

#include <pthread.h>

#define SK_MOST_THREADS 64

/* As pthread_create; signals are left to the caller's own threads. Returns 0 or a positive error number. */
int sk_thread_start(pthread_t *ret, void *(*fn)(void *arg), void *arg);

/*
 * Calls fn(arg, i) for i = 0 up to n - 1 at once, number 0 in the calling thread, and waits for all. A thread that cannot
 * be started is done without: fn takes what is left to do, as long as there is any, and never counts on the others. n
 * above SK_MOST_THREADS is taken for that. Returns 0, or what the call with the lowest number that failed returned.
 */
int sk_threads_run(unsigned int n, int (*fn)(void *arg, unsigned int thread), void *arg);

/* How many processors this process may run on; at least 1. */
unsigned int sk_threads_available(void);

#endif
