/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Sets of small numbers, as bits and as sorted lists.
 */
#include "base/set.h"

#include <errno.h>
#include <string.h>

bool sk_bitset_equal(const struct sk_bitset *a, const struct sk_bitset *b)
{
	return a->n_words == b->n_words &&
	       (!a->n_words || !memcmp(a->words, b->words, a->n_words * sizeof(*a->words)));
}

bool sk_bitset_contains(const struct sk_bitset *set, const struct sk_bitset *sub)
{
	if (sub->n_words > set->n_words)
		return false;
	for (uint32_t i = 0; i < sub->n_words; i++)
		if (sub->words[i] & ~set->words[i])
			return false;
	return true;
}

uint32_t sk_bitset_count(const struct sk_bitset *set)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < set->n_words; i++)
		n += (uint32_t)__builtin_popcountll(set->words[i]);
	return n;
}

uint32_t sk_bitset_next(const struct sk_bitset *set, uint32_t from)
{
	uint32_t i = from / 64;
	uint64_t w;

	if (i >= set->n_words)
		return UINT32_MAX;
	w = set->words[i] & ~(uint64_t)0 << (from % 64);
	while (!w) {
		if (++i >= set->n_words)
			return UINT32_MAX;
		w = set->words[i];
	}
	return i * 64 + (uint32_t)__builtin_ctzll(w);
}

void sk_bitset_trim(struct sk_bitset *set)
{
	while (set->n_words && !set->words[set->n_words - 1])
		set->n_words--;
}

int sk_bitset_init(struct sk_bitset *set, struct sk_arena *arena, uint32_t n_bits)
{
	uint32_t n = n_bits / 64 + (n_bits % 64 != 0);

	set->n_words = 0;
	set->words = NULL;
	if (!n)
		return 0;
	set->words = SK_ARENA_ARRAY(arena, uint64_t, n);
	if (!set->words)
		return -ENOMEM;
	set->n_words = n;
	return 0;
}

bool sk_idset_has(const struct sk_idset *set, uint32_t x)
{
	uint32_t lo = 0, hi = set->n;

	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;

		if (set->ids[mid] < x)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < set->n && set->ids[lo] == x;
}

int sk_idset_from_bitset(struct sk_idset *set, struct sk_arena *arena, const struct sk_bitset *bits)
{
	uint32_t n = sk_bitset_count(bits), k = 0;
	uint32_t *ids = SK_ARENA_ARRAY(arena, uint32_t, n);

	if (!ids)
		return -ENOMEM;
	for (uint32_t x = sk_bitset_next(bits, 0); x != UINT32_MAX; x = sk_bitset_next(bits, x + 1))
		ids[k++] = x;
	set->n = n;
	set->ids = ids;
	return 0;
}
