/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Module packages as sources of a build. Unpacking is two thirds of the work and needs nothing shared, so a second thread
 * unpacks ahead while this one lowers; when it has nothing to lower it unpacks as well. What fails to unpack is unpacked
 * once more here, for its diagnostic.
 */
#include "compile/build-package.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>

#include "base/unpack.h"
#include "unit/module.h"

/* How many packages may lie unpacked and not lowered yet. */
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
	size_t n, next, lowered;	/* next: the first that nobody has taken */
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
		if (u->next >= u->lowered + SK_AHEAD)
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
	u->lowered = i + 1;
	pthread_cond_broadcast(&u->changed);
	pthread_mutex_unlock(&u->lock);
	return one;
}

/* Makes a base the first of all units, whose numbers are their places. */
static void sk_base_first(struct sk_units *units, struct sk_space *space, size_t base)
{
	struct sk_unit *unit = units->list[base];

	for (size_t b = 0; base && b < space->blocks.n; b++) {
		uint32_t *number = &space->blocks.list[b].unit;

		if (b && *number == base)
			*number = 0;
		else if (b && !*number)
			*number = (uint32_t)base;
	}
	units->list[base] = units->list[0];
	units->list[base]->number = (uint32_t)base;
	units->list[0] = unit;
	unit->number = 0;
}

static int sk_lower_all(struct sk_units *units, struct sk_space *space, struct sk_unpacking *u, const char **ret_failed)
{
	bool refused = false;
	int r = 0;

	for (size_t i = 0; i < u->n; i++) {
		struct sk_unpacked one = sk_unpack_take(u, i);

		*ret_failed = u->paths[i];
		r = one.r > 0 ? sk_unpack_file(u->paths[i], u->paths[i], space->diags, &one.data, &one.size) : one.r;
		if (!r)
			r = sk_unit_read_package(units, space, one.data, one.size, u->paths[i]);
		free(one.data);
		if (r < 0)
			return r;
		refused = refused || r;
		if (!r && units->list[units->n - 1]->source == SK_UNIT_BASE)
			sk_base_first(units, space, units->n - 1);
	}
	return refused ? SK_UNIT_REFUSED : 0;
}

int sk_build_read_packages(struct sk_units *units, struct sk_space *space, const char *const *paths, size_t n,
			   const char **ret_failed)
{
	struct sk_unpacking u = { .lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER,
				  .paths = paths, .n = n };
	pthread_t thread;
	bool second;
	int r;

	u.list = calloc(SK_MAX(n, 1), sizeof(*u.list));
	if (!u.list)
		return -ENOMEM;
	/* Without a second thread it only takes longer. */
	second = n > 1 && !pthread_create(&thread, NULL, sk_unpack_ahead, &u);
	r = sk_lower_all(units, space, &u, ret_failed);
	pthread_mutex_lock(&u.lock);
	u.stop = true;
	pthread_cond_broadcast(&u.changed);
	pthread_mutex_unlock(&u.lock);
	if (second)
		pthread_join(thread, NULL);
	for (size_t i = 0; i < n; i++)
		free(u.list[i].data);
	free(u.list);
	return r;
}
