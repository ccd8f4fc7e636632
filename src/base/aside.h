/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_BASE_ASIDE_H
#define SK_BASE_ASIDE_H

#include <pthread.h>
#include <stdbool.h>

/*
 * Work that is done beside the caller's, step by step: each step as soon as the caller allows it, in their order, in one
 * thread of its own. Where there is none, the steps are done when the caller waits for them, in the caller's thread; so a
 * step must do the same whenever it runs, and what it reads must not change from its allowance on. What the caller wrote
 * before allowing a step is seen by it, and what a step wrote is seen by who has waited for it.
 *
 *	sk_aside_begin -> sk_aside_allow, once a step -> sk_aside_end or sk_aside_stop
 */
struct sk_aside {
	int (*step)(void *arg, unsigned int number);
	void *arg;
	pthread_t thread;
	bool running;

	/* under the lock */
	pthread_mutex_t lock;
	pthread_cond_t changed;
	unsigned int n_allowed, n_done;
	bool ending;
	int error;
};

/* step: returns 0, or a code that ends the work. with_thread: false keeps the work in the caller's thread. */
void sk_aside_begin(struct sk_aside *aside, int (*step)(void *arg, unsigned int number), void *arg, bool with_thread);

/* The next step, 0 at first, may be done from now on. */
void sk_aside_allow(struct sk_aside *aside);

/* Waits until so many steps are done, of those that were allowed, or does them. False when one of them failed. */
bool sk_aside_wait(struct sk_aside *aside, unsigned int n);

/* Whether so many steps are done; waits for none. */
bool sk_aside_has_done(struct sk_aside *aside, unsigned int n);

/* Waits until all that was allowed is done, or does it. Returns 0, or the code of the first step that failed. */
int sk_aside_end(struct sk_aside *aside);

/* Waits for the step that is being done, if one is; what was not begun is left undone. */
void sk_aside_stop(struct sk_aside *aside);

#endif
