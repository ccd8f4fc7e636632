/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Symbols of two policies, paired by name.
 */
#include "analysis/pairing.h"

#include <errno.h>
#include <string.h>

static const char *sk_pair_type(const struct sk_policy *p, uint32_t id)
{
	return p->type_by_id[id]->attribute ? NULL : p->type_by_id[id]->name;
}

static const char *sk_pair_attribute(const struct sk_policy *p, uint32_t id)
{
	return p->type_by_id[id]->attribute ? p->type_by_id[id]->name : NULL;
}

static const char *sk_pair_class(const struct sk_policy *p, uint32_t id)
{
	return p->class_by_id[id] ? p->class_by_id[id]->name : NULL;
}

static const char *sk_pair_common(const struct sk_policy *p, uint32_t id)
{
	return p->commons[id - 1].name;
}

static const char *sk_pair_role(const struct sk_policy *p, uint32_t id)
{
	return p->role_by_id[id] ? p->role_by_id[id]->name : NULL;
}

static const char *sk_pair_user(const struct sk_policy *p, uint32_t id)
{
	return p->user_by_id[id] ? p->user_by_id[id]->name : NULL;
}

static const char *sk_pair_bool(const struct sk_policy *p, uint32_t id)
{
	return p->bool_by_id[id] ? p->bool_by_id[id]->name : NULL;
}

static const char *sk_pair_sens(const struct sk_policy *p, uint32_t id)
{
	return p->sens_by_id[id] ? p->sens_by_id[id]->name : NULL;
}

static const char *sk_pair_cat(const struct sk_policy *p, uint32_t id)
{
	return p->cat_by_id[id] ? p->cat_by_id[id]->name : NULL;
}

/* Where a kind keeps the highest id, and the name of one; NULL for an id that is not of the kind. */
static const struct {
	size_t n_ids;
	const char *(*name)(const struct sk_policy *p, uint32_t id);
} sk_pairing_rows[SK_N_PAIRS] = {
	[SK_PAIR_TYPES] = { offsetof(struct sk_policy, n_type_ids), sk_pair_type },
	[SK_PAIR_ATTRIBUTES] = { offsetof(struct sk_policy, n_type_ids), sk_pair_attribute },
	[SK_PAIR_CLASSES] = { offsetof(struct sk_policy, n_class_ids), sk_pair_class },
	[SK_PAIR_COMMONS] = { offsetof(struct sk_policy, n_commons), sk_pair_common },
	[SK_PAIR_ROLES] = { offsetof(struct sk_policy, n_role_ids), sk_pair_role },
	[SK_PAIR_USERS] = { offsetof(struct sk_policy, n_user_ids), sk_pair_user },
	[SK_PAIR_BOOLS] = { offsetof(struct sk_policy, n_bool_ids), sk_pair_bool },
	[SK_PAIR_SENS] = { offsetof(struct sk_policy, n_sens_ids), sk_pair_sens },
	[SK_PAIR_CATS] = { offsetof(struct sk_policy, n_cat_ids), sk_pair_cat },
};

static uint32_t sk_pairing_n_ids(const struct sk_policy *p, enum sk_pairing_kind kind)
{
	return *(const uint32_t *)((const char *)p + sk_pairing_rows[kind].n_ids);
}

/* Gives each name of a side its number, a new one where the other side did not have it. */
static int sk_pairing_add(struct sk_pairing *pairing, struct sk_intern *names, int side,
			  const struct sk_policy *p, enum sk_pairing_kind kind)
{
	uint32_t n_ids = sk_pairing_n_ids(p, kind), number;

	for (uint32_t id = 1; id <= n_ids; id++) {
		const char *name = sk_pairing_rows[kind].name(p, id);
		int r = name ? sk_intern_add_static(names, name, strlen(name), &number) : 0;

		if (r)
			return r;
		if (!name)
			continue;
		pairing->number[side][id] = number + 1;
		pairing->id[side][number + 1] = id;
		pairing->name[number + 1] = name;
	}
	return 0;
}

int sk_pairing_make(struct sk_pairing *pairing, struct sk_arena *arena,
		    const struct sk_policy *left, const struct sk_policy *right,
		    enum sk_pairing_kind kind)
{
	const struct sk_policy *policy[2] = { left, right };
	size_t n_most = 1;
	struct sk_intern names;
	int r = 0;

	for (int side = 0; side < 2; side++)
		n_most += sk_pairing_n_ids(policy[side], kind);
	pairing->name = SK_ARENA_ARRAY(arena, const char *, n_most);
	for (int side = 0; side < 2; side++) {
		pairing->number[side] = SK_ARENA_ARRAY(
			arena, uint32_t, (size_t)sk_pairing_n_ids(policy[side], kind) + 1);
		pairing->id[side] = SK_ARENA_ARRAY(arena, uint32_t, n_most);
		if (!pairing->name || !pairing->number[side] || !pairing->id[side])
			return -ENOMEM;
	}
	sk_intern_init(&names, arena);
	for (int side = 0; side < 2 && !r; side++)
		r = sk_pairing_add(pairing, &names, side, policy[side], kind);
	pairing->n = (uint32_t)names.n;
	sk_intern_done(&names);
	return r;
}
