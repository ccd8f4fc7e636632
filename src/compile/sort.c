/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Sorting of records: by counting, eleven bits of the key at a time from the lowest, which is stable; digits in which
 * all keys agree are passed over.
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

/* Room for so many records, in which they are to be put in order. */
static struct sk_record *sk_record_room(size_t n, size_t *ret_cap)
{
	size_t bytes = n * sizeof(struct sk_record);
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
	room = sk_record_room(c->records.n, &cap);
	if (!room)
		return -ENOMEM;
	sorted = sk_sort(list, room, c->records.n);
	free(sorted == list ? room : list);
	c->records.list = sorted;
	c->records.cap = sorted == list ? c->records.cap : cap;
	return 0;
}

int sk_sort_unsorted(struct sk_record *list, size_t n)
{
	struct sk_record *room;
	size_t i = 1, cap;

	while (i < n && list[i - 1].key <= list[i].key)
		i++;
	if (i >= n)
		return 0;
	room = sk_record_room(n, &cap);
	if (!room)
		return -ENOMEM;
	if (sk_sort(list, room, n) == room)
		memcpy(list, room, n * sizeof(*list));
	free(room);
	return 0;
}
