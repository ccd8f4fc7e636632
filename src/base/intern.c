/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * String numbering by open addressing with linear probing, at most three quarters full.
 */
#include "base/intern.h"

#include <errno.h>
#include <string.h>

#include "base/hash.h"

void sk_intern_init(struct sk_intern *in, struct sk_arena *arena)
{
	memset(in, 0, sizeof(*in));
	in->arena = arena;
}

void sk_intern_done(struct sk_intern *in)
{
	free(in->entries);
	free(in->slots);
	memset(in, 0, sizeof(*in));
}

static inline bool sk_intern_same(const char *a, const char *b, size_t n)
{
	uint64_t x, y;

	for (; n >= 8; n -= 8, a += 8, b += 8) {
		memcpy(&x, a, 8);
		memcpy(&y, b, 8);
		if (x != y)
			return false;
	}
	while (n && a[n - 1] == b[n - 1])
		n--;
	return !n;
}

static inline size_t sk_intern_probe(const struct sk_intern *in, const char *s, size_t n, uint32_t hash)
{
	size_t mask = in->n_slots - 1, i = hash & mask;

	for (; in->slots[i].number != SK_INTERN_NONE; i = (i + 1) & mask) {
		const struct sk_intern_entry *e = &in->entries[in->slots[i].number];

		if (in->slots[i].hash == hash && e->n == n && sk_intern_same(e->s, s, n))
			break;
	}
	return i;
}

uint32_t sk_intern_find(const struct sk_intern *in, const char *s, size_t n)
{
	size_t i;

	if (!in->n_slots)
		return SK_INTERN_NONE;
	i = sk_intern_probe(in, s, n, (uint32_t)sk_hash_bytes(s, n));
	return in->slots[i].number;
}

/* Room for n strings in the table. When that moves its slots, *slot becomes the free one of the hash. */
static int sk_intern_rehash(struct sk_intern *in, size_t n, size_t *slot, uint32_t hash)
{
	size_t n_slots = in->n_slots ? in->n_slots : 64;
	struct sk_intern_slot *slots;

	while (n * 4 > n_slots * 3)
		n_slots *= 2;
	if (n_slots == in->n_slots)
		return 0;
	/* written at once, not read first: each page is then made once, and no other thread is stopped for it */
	slots = malloc(n_slots * sizeof(*slots));
	if (!slots)
		return -ENOMEM;
	memset(slots, 0xff, n_slots * sizeof(*slots));
	for (size_t k = 0; k < in->n; k++) {
		size_t i = in->entries[k].hash & (n_slots - 1);

		while (slots[i].number != SK_INTERN_NONE)
			i = (i + 1) & (n_slots - 1);
		slots[i] = (struct sk_intern_slot){ in->entries[k].hash, (uint32_t)k };
	}
	free(in->slots);
	in->slots = slots;
	in->n_slots = n_slots;
	for (*slot = hash & (n_slots - 1); slots[*slot].number != SK_INTERN_NONE;)
		*slot = (*slot + 1) & (n_slots - 1);
	return 0;
}

int sk_intern_reserve(struct sk_intern *in, size_t n)
{
	size_t slot = 0;
	int r;

	if (n >= UINT32_MAX)
		return -ENOMEM;
	r = sk_grow(&in->entries, &in->cap, n, sizeof(*in->entries));
	return r ? r : sk_intern_rehash(in, n, &slot, 0);
}

static int sk_intern_insert(struct sk_intern *in, const char *s, size_t n, uint32_t hash, bool copy,
			    uint32_t *ret_number)
{
	size_t i;
	int r;

	i = in->n_slots ? sk_intern_probe(in, s, n, hash) : 0;
	if (in->n_slots && in->slots[i].number != SK_INTERN_NONE) {
		*ret_number = in->slots[i].number;
		return 0;
	}
	if (n >= UINT32_MAX || in->n >= UINT32_MAX - 1)
		return -ENOMEM;
	r = sk_intern_rehash(in, in->n + 1, &i, hash);
	if (r)
		return r;
	r = sk_grow(&in->entries, &in->cap, in->n + 1, sizeof(*in->entries));
	if (r)
		return r;
	if (copy) {
		s = sk_arena_strndup(in->arena, s, n);
		if (!s)
			return -ENOMEM;
	}
	in->entries[in->n] = (struct sk_intern_entry){ .s = s, .n = (uint32_t)n, .hash = hash };
	in->slots[i] = (struct sk_intern_slot){ hash, (uint32_t)in->n };
	*ret_number = (uint32_t)in->n++;
	return 0;
}

int sk_intern_add(struct sk_intern *in, const char *s, size_t n, uint32_t *ret_number)
{
	return sk_intern_insert(in, s, n, (uint32_t)sk_hash_bytes(s, n), true, ret_number);
}

int sk_intern_add_static(struct sk_intern *in, const char *s, size_t n, uint32_t *ret_number)
{
	return sk_intern_insert(in, s, n, (uint32_t)sk_hash_bytes(s, n), false, ret_number);
}

struct sk_intern_entry sk_intern_entry_of(const char *s, size_t n)
{
	return (struct sk_intern_entry){ .s = s, .n = (uint32_t)n, .hash = (uint32_t)sk_hash_bytes(s, n) };
}

/* So many strings ahead the memory that a string needs is asked for: its slot first, then what stands in it. */
#define SK_INTERN_AHEAD 8

static void sk_intern_prefetch_slot(const struct sk_intern *in, uint32_t hash)
{
	__builtin_prefetch(&in->slots[hash & (in->n_slots - 1)]);
}

static void sk_intern_prefetch(const struct sk_intern *in, const struct sk_intern_entry *entries, size_t n, size_t i)
{
	const struct sk_intern_slot *slot;

	if (i + 2 * SK_INTERN_AHEAD < n)
		sk_intern_prefetch_slot(in, entries[i + 2 * SK_INTERN_AHEAD].hash);
	if (i + SK_INTERN_AHEAD >= n)
		return;
	slot = &in->slots[entries[i + SK_INTERN_AHEAD].hash & (in->n_slots - 1)];
	if (slot->number != SK_INTERN_NONE)
		__builtin_prefetch(&in->entries[slot->number]);
}

int sk_intern_add_entries(struct sk_intern *in, const struct sk_intern_entry *entries, size_t n, uint32_t *ret_numbers)
{
	for (size_t i = 0; in->n_slots && i < SK_MIN(n, (size_t)2 * SK_INTERN_AHEAD); i++)
		sk_intern_prefetch_slot(in, entries[i].hash);
	for (size_t i = 0; i < n; i++) {
		const struct sk_intern_entry *e = &entries[i];
		int r;

		if (in->n_slots)
			sk_intern_prefetch(in, entries, n, i);
		r = sk_intern_insert(in, e->s, e->n, e->hash, false, &ret_numbers[i]);
		if (r)
			return r;
	}
	return 0;
}
