/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The parts that statements are made of. References, sets and class permissions are kept once each: a policy of three
 * million lines has some ten thousand distinct sets. Equal parts are found by a hash of their contents; what has the
 * same hash is chained by number and compared, so that no answer rests on a hash alone.
 */
#include "unit/space.h"

#include <errno.h>
#include <string.h>

/* Adds `part` to the array `parts` of the space and sets its number. */
#define SK_SPACE_ADD(parts, part, ret) \
	({ \
		int r_ = sk_grow(&(parts).list, &(parts).cap, (parts).n + 1, sizeof(*(parts).list)); \
		if (!r_) { \
			*(ret) = (uint32_t)(parts).n; \
			(parts).list[(parts).n++] = (part); \
		} \
		r_; \
	})

int sk_space_init(struct sk_space *space, struct sk_intern *names, struct sk_sources *sources,
		  struct sk_diags *diags)
{
	uint32_t zero;
	int r;

	memset(space, 0, sizeof(*space));
	space->names = names;
	space->sources = sources;
	space->diags = diags;
	sk_lost_begin(&space->lost, diags);
	r = SK_SPACE_ADD(space->scopes,
			 ((struct sk_scope){ .prefix = SK_INTERN_NONE, .next = SK_SPACE_NONE }), &zero);
	if (!r)
		r = SK_SPACE_ADD(space->blocks, ((struct sk_block){ .parent = SK_SPACE_NONE,
				 .otherwise = SK_SPACE_NONE, .name = SK_INTERN_NONE }), &zero);
	if (r)
		sk_space_done(space);
	return r;
}

void sk_space_done(struct sk_space *space)
{
	free(space->scopes.list);
	free(space->refs.list);
	free(space->sets.list);
	free(space->class_perms.list);
	free(space->xperms.list);
	free(space->levels.list);
	free(space->ranges.list);
	free(space->contexts.list);
	free(space->addresses.list);
	free(space->exprs.list);
	free(space->blocks.list);
	free(space->scoped_next.list);
	free(space->set_next.list);
	free(space->class_perms_next.list);
	free(space->perm_macros.list);
	sk_lost_done(&space->lost);
	for (size_t i = 0; i < SK_N_NS; i++)
		free(space->global_refs[i].list);
	free(space->single_sets.list);
	sk_map_done(&space->scoped_ref_numbers);
	sk_map_done(&space->set_numbers);
	sk_map_done(&space->class_perms_numbers);
	sk_arena_done(&space->arena);
	memset(space, 0, sizeof(*space));
}

/* A key of a map is never the reserved one. */
static uint64_t sk_space_key(uint64_t hash)
{
	return hash == SK_MAP_NONE ? 0 : hash;
}

/* Makes a table large enough for the index, with zeros where it grows. */
static int sk_space_widen(uint32_t **list, size_t *cap, size_t index, size_t likely)
{
	size_t old = *cap;
	int r = index < old ? 0 : sk_grow(list, cap, SK_MAX(index + 1, likely), sizeof(**list));

	if (!r && *cap > old)
		memset(*list + old, 0, (*cap - old) * sizeof(**list));
	return r;
}

static int sk_space_ref_global(struct sk_space *space, enum sk_ns ns, uint32_t name, uint32_t *ret_ref)
{
	uint32_t *entry;
	int r = sk_space_widen(&space->global_refs[ns].list, &space->global_refs[ns].cap, name, space->names->n);

	if (r)
		return r;
	entry = &space->global_refs[ns].list[name];
	if (*entry) {
		*ret_ref = *entry - 1;
		return 0;
	}
	r = SK_SPACE_ADD(space->refs, ((struct sk_ref){ .ns = ns, .name = name }), ret_ref);
	if (!r)
		*entry = *ret_ref + 1;
	return r;
}

int sk_space_any_ref(struct sk_space *space, enum sk_ns ns, uint32_t scope, uint32_t name, uint32_t *ret_ref)
{
	const uint64_t parts[2] = { (uint64_t)ns << 32 | name, scope };
	uint32_t *value, chained;
	bool fresh;
	int r;

	if (!scope)
		return sk_space_ref_global(space, ns, name, ret_ref);
	r = sk_map_insert(&space->scoped_ref_numbers, sk_space_key(sk_hash_bytes(parts, sizeof(parts))),
			  SK_SPACE_NONE, &value, &fresh);
	if (r)
		return r;
	for (uint32_t i = *value; i != SK_SPACE_NONE; i = space->scoped_next.list[i]) {
		const struct sk_ref *ref = &space->refs.list[i];

		if (ref->ns == ns && ref->scope == scope && ref->name == name) {
			*ret_ref = i;
			return 0;
		}
	}
	/* Chained by the number of the reference, so that global ones have an entry too. */
	while (space->scoped_next.n <= space->refs.n) {
		r = SK_SPACE_ADD(space->scoped_next, SK_SPACE_NONE, &chained);
		if (r)
			return r;
	}
	r = SK_SPACE_ADD(space->refs, ((struct sk_ref){ .ns = ns, .scope = scope, .name = name }), ret_ref);
	if (!r) {
		space->scoped_next.list[*ret_ref] = *value;
		*value = *ret_ref;
	}
	return r;
}

static bool sk_name_set_equal(const struct sk_name_set *a, const struct sk_name_set *b)
{
	size_t n = (size_t)a->n + a->n_minus;

	return a->ns == b->ns && a->flags == b->flags && a->n == b->n && a->n_minus == b->n_minus &&
	       (!n || !memcmp(a->items, b->items, n * sizeof(*a->items)));
}

int sk_space_set(struct sk_space *space, const struct sk_name_set *set, uint32_t *ret_set)
{
	size_t n = (size_t)set->n + set->n_minus;
	struct sk_name_set copy = *set;
	uint32_t *value, chained;
	uint64_t hash;
	bool fresh;
	int r;

	hash = sk_hash_u64((n ? sk_hash_bytes(set->items, n * sizeof(*set->items)) : 0) ^
			   ((uint64_t)set->ns << 56 | (uint64_t)set->flags << 48 | set->n));
	r = sk_map_insert(&space->set_numbers, sk_space_key(hash), SK_SPACE_NONE, &value, &fresh);
	if (r)
		return r;
	for (uint32_t i = *value; i != SK_SPACE_NONE; i = space->set_next.list[i]) {
		if (sk_name_set_equal(&space->sets.list[i], set)) {
			*ret_set = i;
			return 0;
		}
	}
	copy.items = sk_arena_memdup(&space->arena, n ? (const void *)set->items : &n, n * sizeof(*set->items));
	if (!copy.items)
		return -ENOMEM;
	r = SK_SPACE_ADD(space->set_next, *value, &chained);
	if (!r) {
		r = SK_SPACE_ADD(space->sets, copy, ret_set);
		if (r)
			space->set_next.n--;
		else
			*value = *ret_set;
	}
	return r;
}

int sk_space_class_perms(struct sk_space *space, const struct sk_class_perms *perms, uint32_t *ret_perms)
{
	size_t size = perms->n * sizeof(*perms->items);
	struct sk_class_perms copy = *perms;
	uint32_t *value, chained;
	bool fresh;
	int r;

	r = sk_map_insert(&space->class_perms_numbers, sk_space_key(size ? sk_hash_bytes(perms->items, size) : 0),
			  SK_SPACE_NONE, &value, &fresh);
	if (r)
		return r;
	for (uint32_t i = *value; i != SK_SPACE_NONE; i = space->class_perms_next.list[i]) {
		const struct sk_class_perms *old = &space->class_perms.list[i];

		if (old->n == perms->n && (!size || !memcmp(old->items, perms->items, size))) {
			*ret_perms = i;
			return 0;
		}
	}
	copy.items = sk_arena_memdup(&space->arena, size ? (const void *)perms->items : &size, size);
	if (!copy.items)
		return -ENOMEM;
	r = SK_SPACE_ADD(space->class_perms_next, *value, &chained);
	if (!r) {
		r = SK_SPACE_ADD(space->class_perms, copy, ret_perms);
		if (r)
			space->class_perms_next.n--;
		else
			*value = *ret_perms;
	}
	return r;
}

int sk_space_xperms(struct sk_space *space, const struct sk_xperm_set *xperms, uint32_t *ret_xperms)
{
	size_t size = xperms->n * sizeof(*xperms->ranges);
	struct sk_xperm_set copy = *xperms;

	/* There are few, and those of one macro stand together: the last ones are enough to look at. */
	for (size_t i = space->xperms.n, end = i > 8 ? i - 8 : 0; i-- > end;) {
		const struct sk_xperm_set *old = &space->xperms.list[i];

		if (old->op == xperms->op && old->complement == xperms->complement && old->n == xperms->n &&
		    (!size || !memcmp(old->ranges, xperms->ranges, size))) {
			*ret_xperms = (uint32_t)i;
			return 0;
		}
	}
	copy.ranges = sk_arena_memdup(&space->arena, size ? (const void *)xperms->ranges : &size, size);
	if (!copy.ranges)
		return -ENOMEM;
	return SK_SPACE_ADD(space->xperms, copy, ret_xperms);
}

int sk_space_scope(struct sk_space *space, const struct sk_scope *scope, uint32_t *ret_scope)
{
	return SK_SPACE_ADD(space->scopes, *scope, ret_scope);
}

#define SK_SPACE_RECENT 4

int sk_space_level(struct sk_space *space, const struct sk_level_ref *level, uint32_t *ret_level)
{
	for (size_t i = space->levels.n, end = i - SK_MIN(i, SK_SPACE_RECENT); i-- > end;) {
		const struct sk_level_ref *old = &space->levels.list[i];

		if (old->sens == level->sens && old->cats == level->cats) {
			*ret_level = (uint32_t)i;
			return 0;
		}
	}
	return SK_SPACE_ADD(space->levels, *level, ret_level);
}

int sk_space_range(struct sk_space *space, const struct sk_range_ref *range, uint32_t *ret_range)
{
	for (size_t i = space->ranges.n, end = i - SK_MIN(i, SK_SPACE_RECENT); i-- > end;) {
		const struct sk_range_ref *old = &space->ranges.list[i];

		if (old->low == range->low && old->high == range->high) {
			*ret_range = (uint32_t)i;
			return 0;
		}
	}
	return SK_SPACE_ADD(space->ranges, *range, ret_range);
}

int sk_space_context(struct sk_space *space, const struct sk_context_ref *context, uint32_t *ret_context)
{
	return SK_SPACE_ADD(space->contexts, *context, ret_context);
}

int sk_space_address(struct sk_space *space, const struct sk_address *address, uint32_t *ret_address)
{
	return SK_SPACE_ADD(space->addresses, *address, ret_address);
}

int sk_space_expr(struct sk_space *space, const struct sk_unit_expr *expr, uint32_t *ret_expr)
{
	struct sk_unit_expr copy = *expr;

	copy.nodes = sk_arena_memdup(&space->arena, expr->nodes, expr->n * sizeof(*expr->nodes));
	if (!copy.nodes)
		return -ENOMEM;
	return SK_SPACE_ADD(space->exprs, copy, ret_expr);
}

int sk_space_block(struct sk_space *space, const struct sk_block *block, uint32_t *ret_block)
{
	return SK_SPACE_ADD(space->blocks, *block, ret_block);
}

int sk_space_set_of_ref(struct sk_space *space, uint32_t ref, uint32_t *ret_set)
{
	const struct sk_name_set set = { .ns = (uint8_t)space->refs.list[ref].ns, .n = 1, .items = &ref };
	int r = sk_space_widen(&space->single_sets.list, &space->single_sets.cap, ref, space->refs.n);

	if (r)
		return r;
	if (space->single_sets.list[ref]) {
		*ret_set = space->single_sets.list[ref] - 1;
		return 0;
	}
	r = sk_space_set(space, &set, ret_set);
	if (!r)
		space->single_sets.list[ref] = *ret_set + 1;
	return r;
}

int sk_space_set_of(struct sk_space *space, enum sk_ns ns, uint32_t name, uint32_t *ret_set)
{
	uint32_t ref;
	int r = sk_space_ref_global(space, ns, name, &ref);

	return r ? r : sk_space_set_of_ref(space, ref, ret_set);
}
