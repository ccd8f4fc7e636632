/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Differences of symbols: what only one policy has, and of what both have, which of its parts changed. One table has a
 * row a section.
 */
#include <errno.h>
#include <string.h>

#include "analysis/diff.h"

/* The aliases of one side's ids, found in one pass over its table: those of an id stand from end[id - 1] to end[id]. */
struct sk_diff_aliases {
	uint32_t *end;
	const char **names;
};

/* The symbols of one section. */
struct sk_symbols {
	struct sk_diff *d;
	enum sk_pairing_kind kind;
	struct sk_diff_aliases aliases[2]; /* of sections that compare them */
};

/* A bit set as sorted ids, without object_r where it is of roles: compilers give that one to every user. */
static int sk_diff_ids_of_bits(struct sk_diff *d, const struct sk_bitset *set, uint32_t without,
			       struct sk_idset *ret)
{
	int r = sk_idset_from_bitset(ret, &d->arena, set);
	uint32_t n = 0;

	for (uint32_t i = 0; i < ret->n && !r; i++)
		if (ret->ids[i] != without)
			ret->ids[n++] = ret->ids[i];
	ret->n = r ? 0 : n;
	return r;
}

/* Names of permissions that a common or class declares itself, and of the common it inherits. */
static size_t sk_diff_perm_names(const struct sk_perm *perms, uint32_t n,
				 const struct sk_common *common, const char **ret)
{
	size_t k = 0;

	for (uint32_t i = 0; i < n; i++)
		ret[k++] = perms[i].name;
	for (uint32_t i = 0; common && i < common->n_perms; i++)
		ret[k++] = common->perms[i].name;
	return k;
}

static int sk_diff_common_perms(struct sk_symbols *s, uint32_t left, uint32_t right)
{
	struct sk_diff *d = s->d;
	const struct sk_common *l = &d->policy[SK_LEFT]->commons[left - 1];
	const struct sk_common *r = &d->policy[SK_RIGHT]->commons[right - 1];
	const char *names[2][64];
	size_t n_left = sk_diff_perm_names(l->perms, l->n_perms, NULL, names[0]);

	return sk_diff_parts_of_names(d, "permission", names[0], n_left, names[1],
				      sk_diff_perm_names(r->perms, r->n_perms, NULL, names[1]));
}

static int sk_diff_class_perms(struct sk_symbols *s, uint32_t left, uint32_t right)
{
	struct sk_diff *d = s->d;
	const struct sk_class *l = d->policy[SK_LEFT]->class_by_id[left];
	const struct sk_class *r = d->policy[SK_RIGHT]->class_by_id[right];
	const char *names[2][64];
	size_t n_left = sk_diff_perm_names(l->perms, l->n_perms, l->common, names[0]);

	return sk_diff_parts_of_names(
		d, "permission", names[0], n_left, names[1],
		sk_diff_perm_names(r->perms, r->n_perms, r->common, names[1]));
}

/* Two values of which the right one has replaced the left one. */
static int sk_diff_replaced(struct sk_diff *d, const char *what, const char *left,
			    const char *right)
{
	int r = sk_diff_part(d, what, true, right);

	return r ? r : sk_diff_part(d, what, false, left);
}

static int sk_diff_bool_state(struct sk_symbols *s, uint32_t left, uint32_t right)
{
	struct sk_diff *d = s->d;
	bool l = d->policy[SK_LEFT]->bool_by_id[left]->state;
	bool r = d->policy[SK_RIGHT]->bool_by_id[right]->state;

	if (l == r)
		return 0;
	return sk_diff_replaced(d, "state", l ? "True" : "False", r ? "True" : "False");
}

static int sk_diff_role_types(struct sk_symbols *s, uint32_t left, uint32_t right)
{
	struct sk_diff *d = s->d;
	return sk_diff_parts_of_ids(d, "type", SK_PAIR_TYPES,
				    &d->policy[SK_LEFT]->role_by_id[left]->types,
				    &d->policy[SK_RIGHT]->role_by_id[right]->types);
}

/* Aliases have the id of what they name and are not primary. */
static const char *sk_diff_alias(const struct sk_policy *p, enum sk_pairing_kind kind, uint32_t at,
				 uint32_t *ret_id)
{
	if (kind == SK_PAIR_CATS) {
		*ret_id = p->cats[at].id.v;
		return p->cats[at].primary ? NULL : p->cats[at].name;
	}
	if (kind == SK_PAIR_SENS) {
		*ret_id = p->sens[at].level.sens.v;
		return p->sens[at].primary ? NULL : p->sens[at].name;
	}
	*ret_id = p->types[at].id.v;
	return p->types[at].primary ? NULL : p->types[at].name;
}

static int sk_symbols_find_aliases(struct sk_symbols *s, int side)
{
	const struct sk_policy *p = s->d->policy[side];
	struct sk_diff_aliases *a = &s->aliases[side];
	uint32_t n = s->kind == SK_PAIR_CATS   ? p->n_cats
		     : s->kind == SK_PAIR_SENS ? p->n_sens
					       : p->n_types;
	uint32_t n_ids = s->kind == SK_PAIR_CATS   ? p->n_cat_ids
			 : s->kind == SK_PAIR_SENS ? p->n_sens_ids
						   : p->n_type_ids;
	uint32_t id, sum = 0;

	a->end = SK_ARENA_ARRAY(&s->d->arena, uint32_t, (size_t)n_ids + 1);
	a->names = SK_ARENA_ARRAY(&s->d->arena, const char *, (size_t)n + 1);
	if (!a->end || !a->names)
		return -ENOMEM;
	for (uint32_t at = 0; at < n; at++)
		if (sk_diff_alias(p, s->kind, at, &id))
			a->end[id]++;
	for (id = 0; id <= n_ids; id++) {
		uint32_t count = a->end[id];

		a->end[id] = sum;
		sum += count;
	}
	for (uint32_t at = 0; at < n; at++) {
		const char *name = sk_diff_alias(p, s->kind, at, &id);

		if (name)
			a->names[a->end[id]++] = name;
	}
	return 0;
}

static int sk_diff_alias_names(struct sk_symbols *s, uint32_t left, uint32_t right)
{
	const uint32_t *l = &s->aliases[SK_LEFT].end[left];
	const uint32_t *r = &s->aliases[SK_RIGHT].end[right];

	return sk_diff_parts_of_names(s->d, "alias", s->aliases[SK_LEFT].names + l[-1],
				      l[0] - l[-1], s->aliases[SK_RIGHT].names + r[-1],
				      r[0] - r[-1]);
}

static int sk_diff_type_parts(struct sk_symbols *s, uint32_t left, uint32_t right)
{
	const struct sk_policy *l = s->d->policy[SK_LEFT], *r = s->d->policy[SK_RIGHT];
	bool permissive = sk_bitset_has(&r->permissive, right);
	int e = sk_diff_parts_of_ids(s->d, "attribute", SK_PAIR_ATTRIBUTES, &l->attributes_of[left],
				     &r->attributes_of[right]);

	if (!e)
		e = sk_diff_alias_names(s, left, right);
	if (!e && sk_bitset_has(&l->permissive, left) != permissive)
		e = sk_diff_part(s->d, "permissive", permissive, "permissive");
	return e;
}

static int sk_diff_attribute_types(struct sk_symbols *s, uint32_t left, uint32_t right)
{
	return sk_diff_parts_of_ids(s->d, "type", SK_PAIR_TYPES,
				    &s->d->policy[SK_LEFT]->types_of[left],
				    &s->d->policy[SK_RIGHT]->types_of[right]);
}

/* A user's default level or range, as setools says it. */
static const char *sk_diff_user_mls(struct sk_diff *d, int side, const struct sk_user *user,
				    bool range)
{
	if (!d->policy[side]->mls)
		return "None (MLS Disabled)";
	if (range)
		sk_text_range(&d->buf, d->policy[side], &user->range);
	else
		sk_text_level(&d->buf, d->policy[side], &user->default_level);
	return sk_diff_keep(d);
}

static int sk_diff_user_parts(struct sk_symbols *s, uint32_t left, uint32_t right)
{
	struct sk_diff *d = s->d;
	const struct sk_user *l = d->policy[SK_LEFT]->user_by_id[left];
	const struct sk_user *r = d->policy[SK_RIGHT]->user_by_id[right];
	bool mls = d->policy[SK_LEFT]->mls, same = mls == d->policy[SK_RIGHT]->mls;
	struct sk_idset roles[2];
	int e = sk_diff_ids_of_bits(d, &l->roles,
				    sk_policy_find_role(d->policy[SK_LEFT], "object_r").v,
				    &roles[SK_LEFT]);

	if (!e)
		e = sk_diff_ids_of_bits(d, &r->roles,
					sk_policy_find_role(d->policy[SK_RIGHT], "object_r").v,
					&roles[SK_RIGHT]);
	if (!e)
		e = sk_diff_parts_of_ids(d, "role", SK_PAIR_ROLES, &roles[SK_LEFT],
					 &roles[SK_RIGHT]);
	if (!e && !(same && (!mls || sk_diff_same_level(d, &l->default_level, &r->default_level))))
		e = sk_diff_replaced(d, "level", sk_diff_user_mls(d, SK_LEFT, l, false),
				     sk_diff_user_mls(d, SK_RIGHT, r, false));
	if (!e && !sk_diff_same_range(d, &l->range, &r->range))
		e = sk_diff_replaced(d, "range", sk_diff_user_mls(d, SK_LEFT, l, true),
				     sk_diff_user_mls(d, SK_RIGHT, r, true));
	return e;
}

static int sk_diff_level_cats(struct sk_symbols *s, uint32_t left, uint32_t right)
{
	struct sk_diff *d = s->d;
	struct sk_idset l, r;
	int e = sk_diff_ids_of_bits(d, &d->policy[SK_LEFT]->sens_by_id[left]->level.cats, 0, &l);

	if (!e)
		e = sk_diff_ids_of_bits(d, &d->policy[SK_RIGHT]->sens_by_id[right]->level.cats, 0,
					&r);
	return e ? e : sk_diff_parts_of_ids(d, "category", SK_PAIR_CATS, &l, &r);
}

/* A level is shown with its categories, other symbols by name. */
static const char *sk_symbol_text(struct sk_symbols *s, bool level, uint32_t number)
{
	const struct sk_pairing *p = &s->d->pairs[s->kind];
	int side = p->id[SK_LEFT][number] ? SK_LEFT : SK_RIGHT;

	if (!level)
		return p->name[number];
	sk_text_level(&s->d->buf, s->d->policy[side],
		      &s->d->policy[side]->sens_by_id[p->id[side][number]]->level);
	return sk_diff_keep(s->d);
}

/* What the symbols of a section are and what is compared of those that both have: their ids are handed over. */
static const struct sk_symbol_row {
	enum sk_pairing_kind kind;
	bool aliases;
	int (*compare)(struct sk_symbols *s, uint32_t left, uint32_t right);
} sk_symbol_rows[SELKIE_N_DIFF_SECTIONS] = {
	[SELKIE_DIFF_COMMON] = { SK_PAIR_COMMONS, false, sk_diff_common_perms },
	[SELKIE_DIFF_CLASS] = { SK_PAIR_CLASSES, false, sk_diff_class_perms },
	[SELKIE_DIFF_BOOL] = { SK_PAIR_BOOLS, false, sk_diff_bool_state },
	[SELKIE_DIFF_ROLE] = { SK_PAIR_ROLES, false, sk_diff_role_types },
	[SELKIE_DIFF_TYPE] = { SK_PAIR_TYPES, true, sk_diff_type_parts },
	[SELKIE_DIFF_ATTRIBUTE] = { SK_PAIR_ATTRIBUTES, false, sk_diff_attribute_types },
	[SELKIE_DIFF_USER] = { SK_PAIR_USERS, false, sk_diff_user_parts },
	[SELKIE_DIFF_CATEGORY] = { SK_PAIR_CATS, true, sk_diff_alias_names },
	[SELKIE_DIFF_SENSITIVITY] = { SK_PAIR_SENS, true, sk_diff_alias_names },
	[SELKIE_DIFF_LEVEL] = { SK_PAIR_SENS, false, sk_diff_level_cats },
};

int sk_diff_symbols(struct sk_diff *d, enum selkie_diff_section section)
{
	const struct sk_symbol_row *row = &sk_symbol_rows[section];
	struct sk_symbols s = { .d = d, .kind = row->kind };
	const struct sk_pairing *p = &d->pairs[row->kind];
	bool level = section == SELKIE_DIFF_LEVEL;
	int r = 0;

	for (int side = 0; row->aliases && side < 2 && !r; side++)
		r = sk_symbols_find_aliases(&s, side);
	for (uint32_t n = 1; n <= p->n && !r; n++) {
		uint32_t left = p->id[SK_LEFT][n], right = p->id[SK_RIGHT][n];

		if (!left || !right) {
			r = sk_diff_add_name(d, section,
					     left ? SELKIE_DIFF_REMOVED : SELKIE_DIFF_ADDED,
					     sk_symbol_text(&s, level, n));
			continue;
		}
		r = row->compare(&s, left, right);
		if (!r && d->n_parts)
			r = sk_diff_add_name(d, section, SELKIE_DIFF_MODIFIED, p->name[n]);
	}
	return r;
}
