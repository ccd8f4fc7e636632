/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Integer keys to integer values.
 */
#include "base/map.h"

#include <errno.h>
#include <string.h>

void sk_map_done(struct sk_map *map)
{
	free(map->slots);
	memset(map, 0, sizeof(*map));
}

int sk_map_reserve(struct sk_map *map, size_t n)
{
	size_t n_slots = map->n_slots ? map->n_slots : 16;
	struct sk_map_slot *slots;

	if (n > SIZE_MAX / 64)
		return -ENOMEM;
	while (n * 3 > n_slots * 2)
		n_slots *= 2;
	if (n_slots == map->n_slots)
		return 0;
	slots = malloc(n_slots * sizeof(*slots));
	if (!slots)
		return -ENOMEM;
	for (size_t i = 0; i < n_slots; i++)
		slots[i].key = SK_MAP_NONE;
	for (size_t k = 0; k < map->n_slots; k++) {
		size_t i;

		if (map->slots[k].key == SK_MAP_NONE)
			continue;
		i = sk_hash_u64(map->slots[k].key) & (n_slots - 1);
		while (slots[i].key != SK_MAP_NONE)
			i = (i + 1) & (n_slots - 1);
		slots[i] = map->slots[k];
	}
	free(map->slots);
	map->slots = slots;
	map->n_slots = n_slots;
	return 0;
}

int sk_map_insert(struct sk_map *map, uint64_t key, uint32_t fallback, uint32_t **ret_value,
		  bool *ret_new)
{
	size_t mask, i;
	int r;

	r = (map->n + 1) * 3 <= map->n_slots * 2 ? 0 : sk_map_reserve(map, map->n + 1);
	if (r)
		return r;
	mask = map->n_slots - 1;
	for (i = sk_hash_u64(key) & mask; map->slots[i].key != SK_MAP_NONE; i = (i + 1) & mask)
		if (map->slots[i].key == key)
			break;
	if (ret_new)
		*ret_new = map->slots[i].key == SK_MAP_NONE;
	if (map->slots[i].key == SK_MAP_NONE) {
		map->slots[i] = (struct sk_map_slot){ .key = key, .value = fallback };
		map->n++;
	}
	*ret_value = &map->slots[i].value;
	return 0;
}
