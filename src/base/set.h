/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_BASE_SET_H
#define SK_BASE_SET_H

#include "base/arena.h"

/*
 * Two forms of a set of small numbers. Both live in an arena and are not changed once built.
 *
 * struct sk_bitset: one bit a number, trailing zero words cut off, so that the empty set has n_words 0 and equal sets
 * are equal bytes. For sets that are asked "is x in it" or combined: categories, constraint operands.
 *
 * struct sk_idset: sorted, distinct numbers. For sparse sets that are walked: the attributes of a type, the types of
 * an attribute.
 */
struct sk_bitset {
	uint32_t n_words;
	uint64_t *words;
};

struct sk_idset {
	uint32_t n;
	uint32_t *ids;
};

static inline bool sk_bitset_has(const struct sk_bitset *set, uint32_t x)
{
	return x / 64 < set->n_words && set->words[x / 64] >> (x % 64) & 1;
}

static inline bool sk_bitset_empty(const struct sk_bitset *set)
{
	return !set->n_words;
}

bool sk_bitset_equal(const struct sk_bitset *a, const struct sk_bitset *b);

/* True when every number of `sub` is in `set`. */
bool sk_bitset_contains(const struct sk_bitset *set, const struct sk_bitset *sub);
uint32_t sk_bitset_count(const struct sk_bitset *set);

/* The first number >= from that is in the set, or UINT32_MAX. */
uint32_t sk_bitset_next(const struct sk_bitset *set, uint32_t from);

/* Cuts trailing zero words off, which makes the form canonical. */
void sk_bitset_trim(struct sk_bitset *set);

/* A zeroed set with room for the numbers 0 .. n_bits-1; fill it, then trim. Returns 0 or -ENOMEM. */
int sk_bitset_init(struct sk_bitset *set, struct sk_arena *arena, uint32_t n_bits);

static inline void sk_bitset_add(struct sk_bitset *set, uint32_t x)
{
	set->words[x / 64] |= (uint64_t)1 << (x % 64);
}

/* Binary search. */
bool sk_idset_has(const struct sk_idset *set, uint32_t x);
int sk_idset_from_bitset(struct sk_idset *set, struct sk_arena *arena, const struct sk_bitset *bits);

#endif
