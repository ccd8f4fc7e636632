/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Public walks over roles and users.
 */
#include "selkie/role.h"

#include "model/policy.h"
#include "selkie/user.h"

#define SK_NEXT(by_id, n_ids)                                                                      \
	do {                                                                                       \
		while (after.v < policy->n_ids)                                                    \
			if (policy->by_id[++after.v])                                              \
				return after;                                                      \
		after.v = 0;                                                                       \
		return after;                                                                      \
	} while (0)

static const struct sk_role *sk_role_at(const struct sk_policy *policy, struct sk_role_id role)
{
	return role.v && role.v <= policy->n_role_ids ? policy->role_by_id[role.v] : NULL;
}

static const struct sk_user *sk_user_at(const struct sk_policy *policy, struct sk_user_id user)
{
	return user.v && user.v <= policy->n_user_ids ? policy->user_by_id[user.v] : NULL;
}

/* The first number above `after`, 0 at the end. */
static uint32_t sk_bitset_after(const struct sk_bitset *set, uint32_t after)
{
	uint32_t x = sk_bitset_next(set, after + 1);

	return x == UINT32_MAX ? 0 : x;
}

selkie_role_id selkie_role_next(const selkie_policy *policy, selkie_role_id after)
{
	SK_NEXT(role_by_id, n_role_ids);
}

selkie_type_id selkie_role_next_type(const selkie_policy *policy, selkie_role_id role,
				     selkie_type_id after)
{
	const struct sk_role *r = sk_role_at(policy, role);
	uint32_t lo = 0, hi = r ? r->types.n : 0;

	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;

		if (r->types.ids[mid] <= after.v)
			lo = mid + 1;
		else
			hi = mid;
	}
	return (selkie_type_id){ r && lo < r->types.n ? r->types.ids[lo] : 0 };
}

selkie_role_id selkie_role_next_dominated(const selkie_policy *policy, selkie_role_id role,
					  selkie_role_id after)
{
	const struct sk_role *r = sk_role_at(policy, role);

	return (selkie_role_id){ r ? sk_bitset_after(&r->dominates, after.v) : 0 };
}

selkie_role_id selkie_role_bounds(const selkie_policy *policy, selkie_role_id role)
{
	const struct sk_role *r = sk_role_at(policy, role);

	return r ? r->bounds : (selkie_role_id){ 0 };
}

selkie_user_id selkie_user_next(const selkie_policy *policy, selkie_user_id after)
{
	SK_NEXT(user_by_id, n_user_ids);
}

selkie_role_id selkie_user_next_role(const selkie_policy *policy, selkie_user_id user,
				     selkie_role_id after)
{
	const struct sk_user *u = sk_user_at(policy, user);

	return (selkie_role_id){ u ? sk_bitset_after(&u->roles, after.v) : 0 };
}

selkie_user_id selkie_user_bounds(const selkie_policy *policy, selkie_user_id user)
{
	const struct sk_user *u = sk_user_at(policy, user);

	return u ? u->bounds : (selkie_user_id){ 0 };
}

const selkie_level *selkie_user_default_level(const selkie_policy *policy, selkie_user_id user)
{
	const struct sk_user *u = sk_user_at(policy, user);

	return u && policy->mls ? &u->default_level : NULL;
}

const selkie_range *selkie_user_range(const selkie_policy *policy, selkie_user_id user)
{
	const struct sk_user *u = sk_user_at(policy, user);

	return u && policy->mls ? &u->range : NULL;
}
