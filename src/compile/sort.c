/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Sorting of records: by counting, eleven bits of the key at a time from the lowest, which is stable; digits in which
 * all keys agree are passed over. Facts are counted by kind first: those of most kinds are in order then.
 */
#include <errno.h>
#include <string.h>

#include "compile/rule.h"

#define SK_DIGIT 11
#define SK_N_DIGITS 6

static inline uint32_t sk_digit(uint64_t key, unsigned int digit)
{
	return (uint32_t)(key >> (digit * SK_DIGIT) & ((1 << SK_DIGIT) - 1));
}

/* The bits in which keys are not all the same. */
static uint64_t sk_differing_bits(const struct sk_record *list, size_t n)
{
	uint64_t bits = 0;

	for (size_t i = 1; i < n; i++)
		bits |= list[i].key ^ list[0].key;
	return bits;
}

/* By one digit, from one place to the other. */
static void sk_sort_digit(const struct sk_record *from, struct sk_record *to, size_t n, unsigned int digit)
{
	uint32_t count[1 << SK_DIGIT] = { 0 }, at = 0;

	for (size_t i = 0; i < n; i++)
		count[sk_digit(from[i].key, digit)]++;
	for (size_t v = 0; v < 1 << SK_DIGIT; v++) {
		uint32_t here = count[v];

		count[v] = at;
		at += here;
	}
	for (size_t i = 0; i < n; i++)
		to[count[sk_digit(from[i].key, digit)]++] = from[i];
}

/* Sorts `list`; `room` is as large. Gives the one of them where the records are then. */
static struct sk_record *sk_sort(struct sk_record *list, struct sk_record *room, size_t n)
{
	uint64_t bits = sk_differing_bits(list, n);

	for (unsigned int d = 0; d < SK_N_DIGITS; d++) {
		struct sk_record *swap = list;

		if (!sk_digit(bits, d))
			continue;
		sk_sort_digit(list, room, n, d);
		list = room;
		room = swap;
	}
	return list;
}

/* Room for all records, in which they are to be put in order. */
static struct sk_record *sk_record_room(const struct sk_compiler *c, size_t *ret_cap)
{
	size_t bytes = c->records.n * sizeof(*c->records.list);
	struct sk_record *room = bytes < SK_LARGE_LEAST ? malloc(bytes) : sk_alloc_large(bytes, &bytes);

	*ret_cap = bytes / sizeof(*room);
	return room;
}

int sk_sort_records(struct sk_compiler *c)
{
	struct sk_record *list = c->records.list, *room, *sorted;
	size_t cap;

	if (c->records.n < 2)
		return 0;
	room = sk_record_room(c, &cap);
	if (!room)
		return -ENOMEM;
	sorted = sk_sort(list, room, c->records.n);
	free(sorted == list ? room : list);
	c->records.list = sorted;
	c->records.cap = sorted == list ? c->records.cap : cap;
	return 0;
}

/* The facts of a kind; `room` is as large, and what is in it is not needed. */
static void sk_sort_kind(struct sk_record *list, struct sk_record *room, size_t n)
{
	size_t i = 1;

	while (i < n && list[i - 1].key <= list[i].key)
		i++;
	if (i < n && sk_sort(list, room, n) == room)
		memcpy(list, room, n * sizeof(*list));
}

int sk_sort_facts(struct sk_compiler *c)
{
	struct sk_record *from = c->records.list, *to;
	size_t count[SK_N_ORIGIN_KINDS] = { 0 }, at = 0, cap;

	if (c->records.n < 2)
		return 0;
	to = sk_record_room(c, &cap);
	if (!to)
		return -ENOMEM;
	for (size_t i = 0; i < c->records.n; i++)
		count[from[i].key >> SK_ORIGIN_KIND_SHIFT]++;
	for (size_t k = 0; k < SK_N_ORIGIN_KINDS; k++) {
		size_t here = count[k];

		count[k] = at;
		at += here;
	}
	for (size_t i = 0; i < c->records.n; i++)
		to[count[from[i].key >> SK_ORIGIN_KIND_SHIFT]++] = from[i];
	for (size_t k = 0; k < SK_N_ORIGIN_KINDS; k++) {
		size_t first = k ? count[k - 1] : 0;

		sk_sort_kind(to + first, from + first, count[k] - first);
	}
	free(from);
	c->records.list = to;
	c->records.cap = cap;
	return 0;
}
