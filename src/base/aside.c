/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One thread that follows its caller. It is worth one where steps take milliseconds: starting it and handing a step over
 * take some hundredths.
 */
#include "base/aside.h"

#include <sched.h>
#include <stdint.h>
#include <time.h>

#include "base/memory.h"
#include "base/threads.h"

/* Does the next step. The lock is held, but not meanwhile. */
static void sk_aside_do(struct sk_aside *aside)
{
	unsigned int number = aside->n_done;
	int r;

	pthread_mutex_unlock(&aside->lock);
	r = aside->step(aside->arg, number);
	pthread_mutex_lock(&aside->lock);
	aside->n_done++;
	aside->error = r;
	pthread_cond_broadcast(&aside->changed);
}

#define SK_ASIDE_SHORT 200000	/* nanoseconds */

static int64_t sk_aside_now(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/*
 * Until something may have changed. A short wait is without sleep: who sleeps is put, when the other wakes him, on the
 * other's processor, where the two stay for milliseconds while the next one idles. The lock is held, but not meanwhile.
 */
static void sk_aside_sleep(struct sk_aside *aside, int64_t *since)
{
	if (!*since)
		*since = sk_aside_now();
	if (sk_aside_now() - *since > SK_ASIDE_SHORT) {
		pthread_cond_wait(&aside->changed, &aside->lock);
		return;
	}
	pthread_mutex_unlock(&aside->lock);
	sched_yield();
	pthread_mutex_lock(&aside->lock);
}

/* Does what is allowed until nothing more will be, or a step fails. The lock is held. */
static void sk_aside_follow(struct sk_aside *aside)
{
	while (!aside->error) {
		int64_t since = 0;

		while (aside->n_done >= aside->n_allowed && !aside->ending)
			sk_aside_sleep(aside, &since);
		if (aside->n_done >= aside->n_allowed)
			break;
		sk_aside_do(aside);
	}
}

static void *sk_aside_main(void *arg)
{
	struct sk_aside *aside = arg;

	pthread_mutex_lock(&aside->lock);
	sk_aside_follow(aside);
	pthread_mutex_unlock(&aside->lock);
	return NULL;
}

void sk_aside_begin(struct sk_aside *aside, int (*step)(void *arg, unsigned int number), void *arg, bool with_thread)
{
	*aside = (struct sk_aside){ .step = step, .arg = arg };
	pthread_mutex_init(&aside->lock, NULL);
	pthread_cond_init(&aside->changed, NULL);
	if (with_thread && sk_threads_available() > 1)
		aside->running = !sk_thread_start(&aside->thread, sk_aside_main, aside);
}

void sk_aside_allow(struct sk_aside *aside)
{
	pthread_mutex_lock(&aside->lock);
	aside->n_allowed++;
	pthread_cond_broadcast(&aside->changed);
	pthread_mutex_unlock(&aside->lock);
}

bool sk_aside_wait(struct sk_aside *aside, unsigned int n)
{
	int64_t since = 0;
	bool done;

	pthread_mutex_lock(&aside->lock);
	while (aside->n_done < SK_MIN(n, aside->n_allowed) && !aside->error) {
		if (aside->running)
			sk_aside_sleep(aside, &since);
		else
			sk_aside_do(aside);
	}
	done = !aside->error;
	pthread_mutex_unlock(&aside->lock);
	return done;
}

bool sk_aside_has_done(struct sk_aside *aside, unsigned int n)
{
	bool done;

	pthread_mutex_lock(&aside->lock);
	done = aside->n_done >= n;
	pthread_mutex_unlock(&aside->lock);
	return done;
}

/* The lock is held. */
static void sk_aside_finish(struct sk_aside *aside)
{
	aside->ending = true;
	pthread_cond_broadcast(&aside->changed);
	if (!aside->running)
		sk_aside_follow(aside);
	pthread_mutex_unlock(&aside->lock);
	if (aside->running)
		pthread_join(aside->thread, NULL);
	pthread_cond_destroy(&aside->changed);
	pthread_mutex_destroy(&aside->lock);
}

int sk_aside_end(struct sk_aside *aside)
{
	pthread_mutex_lock(&aside->lock);
	sk_aside_finish(aside);
	return aside->error;
}

void sk_aside_stop(struct sk_aside *aside)
{
	pthread_mutex_lock(&aside->lock);
	aside->n_allowed = 0;
	sk_aside_finish(aside);
}
