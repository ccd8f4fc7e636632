/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_BASE_MAP_H
#define SK_BASE_MAP_H

#include "base/hash.h"
#include "base/memory.h"

/*
 * A map from 64-bit keys to 32-bit values; open addressing, at most two thirds full. The key UINT64_MAX is reserved.
 */
struct sk_map_slot {
	uint64_t key;
	uint32_t value;
};

struct sk_map {
	struct sk_map_slot *slots;
	size_t n, n_slots;	/* n_slots is a power of two, or 0 */
};

#define SK_MAP_NONE UINT64_MAX

void sk_map_done(struct sk_map *map);

/* Makes room for n keys at once, so that filling the table does not grow it again. */
int sk_map_reserve(struct sk_map *map, size_t n);

/*
 * The address of the value of key, added as `fallback` when it was not there (*ret_new tells; may be NULL). Valid until
 * the next insertion. Returns 0 or -ENOMEM.
 */
int sk_map_insert(struct sk_map *map, uint64_t key, uint32_t fallback, uint32_t **ret_value,
		  bool *ret_new);

static inline const uint32_t *sk_map_find(const struct sk_map *map, uint64_t key)
{
	size_t mask, i;

	if (!map->n_slots)
		return NULL;
	mask = map->n_slots - 1;
	for (i = sk_hash_u64(key) & mask; map->slots[i].key != SK_MAP_NONE; i = (i + 1) & mask)
		if (map->slots[i].key == key)
			return &map->slots[i].value;
	return NULL;
}

#endif
