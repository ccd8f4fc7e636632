/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Public walks over types and attributes.
 */
#include "selkie/type.h"

#include "model/policy.h"

selkie_type_id selkie_type_next(const selkie_policy *policy, selkie_type_id after)
{
	return (selkie_type_id){ after.v < policy->n_type_ids ? after.v + 1 : 0 };
}

static bool sk_type_exists(const struct sk_policy *policy, struct sk_type_id type)
{
	return type.v && type.v <= policy->n_type_ids;
}

/* The first id above `after` in a sorted list, leaving out `except`; 0 at the end. */
static uint32_t sk_idset_after(const struct sk_idset *set, uint32_t after, uint32_t except)
{
	uint32_t lo = 0, hi = set->n;

	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;

		if (set->ids[mid] <= after)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (lo < set->n && set->ids[lo] == except)
		lo++;
	return lo < set->n ? set->ids[lo] : 0;
}

selkie_type_id selkie_type_next_attribute(const selkie_policy *policy, selkie_type_id type,
					  selkie_type_id after)
{
	selkie_type_id none = { 0 };

	if (!sk_type_exists(policy, type) || policy->type_by_id[type.v]->attribute)
		return none;
	return (selkie_type_id){ sk_idset_after(&policy->attributes_of[type.v], after.v, type.v) };
}

selkie_type_id selkie_type_next_member(const selkie_policy *policy, selkie_type_id attribute,
				       selkie_type_id after)
{
	if (!sk_type_exists(policy, attribute))
		return (selkie_type_id){ 0 };
	return (selkie_type_id){ sk_idset_after(&policy->types_of[attribute.v], after.v, 0) };
}

bool selkie_type_contains(const selkie_policy *policy, selkie_type_id type, selkie_type_id member)
{
	if (!sk_type_exists(policy, type) || !sk_type_exists(policy, member))
		return false;
	return type.v == member.v || sk_idset_has(&policy->attributes_of[member.v], type.v);
}

const char *selkie_type_alias(const selkie_policy *policy, selkie_type_id type, size_t i)
{
	for (uint32_t k = 0; k < policy->n_types; k++)
		if (!policy->types[k].primary && policy->types[k].id.v == type.v && !i--)
			return policy->types[k].name;
	return NULL;
}

selkie_type_id selkie_type_bounds(const selkie_policy *policy, selkie_type_id type)
{
	if (!sk_type_exists(policy, type))
		return (selkie_type_id){ 0 };
	return policy->type_by_id[type.v]->bounds;
}

bool selkie_type_is_permissive(const selkie_policy *policy, selkie_type_id type)
{
	return sk_bitset_has(&policy->permissive, type.v);
}

bool selkie_type_is_neveraudit(const selkie_policy *policy, selkie_type_id type)
{
	return sk_bitset_has(&policy->neveraudit, type.v);
}
