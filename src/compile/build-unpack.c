/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Compressed sources of a build. Unpacking is two thirds of the work and needs nothing shared, so a second thread unpacks
 * ahead while this one lowers; when it has nothing to lower it unpacks as well. What fails to unpack is unpacked once more
 * here, for its diagnostic.
 */
#include "compile/build-unpack.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>

#include "base/memory.h"
#include "base/unpack.h"

/* How many contents may lie unpacked and not taken yet. */
#define SK_AHEAD 12

struct sk_unpacked {
	char *data;
	size_t size;
	int r;
	bool done;
};

struct sk_unpacking {
	pthread_mutex_t lock;
	pthread_cond_t changed;
	const char *const *paths;
	size_t n, next, given;	/* next: the first that no thread has begun */
	struct sk_unpacked *list;
	bool stop;
};

/* Unpacks one, with the lock held before and after, and not meanwhile. */
static void sk_unpack_one(struct sk_unpacking *u, size_t i)
{
	struct sk_unpacked one = { .done = true };

	pthread_mutex_unlock(&u->lock);
	one.r = sk_unpack_file(u->paths[i], u->paths[i], NULL, &one.data, &one.size);
	pthread_mutex_lock(&u->lock);
	u->list[i] = one;
	pthread_cond_broadcast(&u->changed);
}

static void *sk_unpack_ahead(void *arg)
{
	struct sk_unpacking *u = arg;

	pthread_mutex_lock(&u->lock);
	while (!u->stop && u->next < u->n) {
		if (u->next >= u->given + SK_AHEAD)
			pthread_cond_wait(&u->changed, &u->lock);
		else
			sk_unpack_one(u, u->next++);
	}
	pthread_mutex_unlock(&u->lock);
	return NULL;
}

/* The i-th, unpacked; the caller's. */
static struct sk_unpacked sk_unpack_take(struct sk_unpacking *u, size_t i)
{
	struct sk_unpacked one;

	pthread_mutex_lock(&u->lock);
	while (!u->list[i].done) {
		if (u->next <= i)
			sk_unpack_one(u, u->next++);
		else
			pthread_cond_wait(&u->changed, &u->lock);
	}
	one = u->list[i];
	u->list[i].data = NULL;
	u->given = i + 1;
	pthread_cond_broadcast(&u->changed);
	pthread_mutex_unlock(&u->lock);
	return one;
}

static int sk_unpack_give(struct sk_unpacking *u, size_t i, sk_take_content take, void *arg, struct sk_diags *diags)
{
	struct sk_unpacked one = sk_unpack_take(u, i);
	int r = one.r > 0 ? sk_unpack_file(u->paths[i], u->paths[i], diags, &one.data, &one.size) : one.r;

	return r ? r : take(arg, u->paths[i], one.data, one.size);
}

int sk_build_unpack(const char *const *paths, size_t n, sk_take_content take, void *arg, struct sk_diags *diags,
		    const char **ret_failed)
{
	struct sk_unpacking u = { .lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER,
				  .paths = paths, .n = n };
	int r = 0, outcome = 0;
	pthread_t thread;
	bool second;

	u.list = calloc(SK_MAX(n, 1), sizeof(*u.list));
	if (!u.list)
		return -ENOMEM;
	/* Without a second thread it only takes longer. */
	second = n > 1 && !pthread_create(&thread, NULL, sk_unpack_ahead, &u);
	for (size_t i = 0; i < n && r >= 0; i++) {
		*ret_failed = paths[i];
		r = sk_unpack_give(&u, i, take, arg, diags);
		outcome = r ? r : outcome;
	}
	pthread_mutex_lock(&u.lock);
	u.stop = true;
	pthread_cond_broadcast(&u.changed);
	pthread_mutex_unlock(&u.lock);
	if (second)
		pthread_join(thread, NULL);
	for (size_t i = 0; i < n; i++)
		free(u.list[i].data);
	free(u.list);
	return outcome;
}
