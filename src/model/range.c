/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Public walks over sensitivities and categories; levels and ranges as objects.
 */
#include "selkie/level.h"

#include <errno.h>

#include "model/text.h"

selkie_sens_id selkie_sens_find(const selkie_policy *policy, const char *name)
{
	return sk_policy_find_sens(policy, name);
}

selkie_cat_id selkie_cat_find(const selkie_policy *policy, const char *name)
{
	return sk_policy_find_cat(policy, name);
}

static const struct sk_sens *sk_sens_at(const struct sk_policy *policy, struct sk_sens_id sens)
{
	return sens.v && sens.v <= policy->n_sens_ids ? policy->sens_by_id[sens.v] : NULL;
}

selkie_sens_id selkie_sens_next(const selkie_policy *policy, selkie_sens_id after)
{
	while (after.v < policy->n_sens_ids)
		if (policy->sens_by_id[++after.v])
			return after;
	after.v = 0;
	return after;
}

const char *selkie_sens_name(const selkie_policy *policy, selkie_sens_id sens)
{
	return sk_sens_at(policy, sens) ? sk_sens_at(policy, sens)->name : NULL;
}

const char *selkie_sens_alias(const selkie_policy *policy, selkie_sens_id sens, size_t i)
{
	for (uint32_t k = 0; k < policy->n_sens; k++)
		if (!policy->sens[k].primary && policy->sens[k].level.sens.v == sens.v && !i--)
			return policy->sens[k].name;
	return NULL;
}

selkie_cat_id selkie_sens_next_category(const selkie_policy *policy, selkie_sens_id sens,
					selkie_cat_id after)
{
	const struct sk_sens *s = sk_sens_at(policy, sens);

	return s ? selkie_level_next_category(&s->level, after) : (selkie_cat_id){ 0 };
}

selkie_cat_id selkie_cat_next(const selkie_policy *policy, selkie_cat_id after)
{
	while (after.v < policy->n_cat_ids)
		if (policy->cat_by_id[++after.v])
			return after;
	after.v = 0;
	return after;
}

const char *selkie_cat_name(const selkie_policy *policy, selkie_cat_id cat)
{
	if (!cat.v || cat.v > policy->n_cat_ids || !policy->cat_by_id[cat.v])
		return NULL;
	return policy->cat_by_id[cat.v]->name;
}

const char *selkie_cat_alias(const selkie_policy *policy, selkie_cat_id cat, size_t i)
{
	for (uint32_t k = 0; k < policy->n_cats; k++)
		if (!policy->cats[k].primary && policy->cats[k].id.v == cat.v && !i--)
			return policy->cats[k].name;
	return NULL;
}

const selkie_level *selkie_range_low(const selkie_range *range)
{
	return &range->low;
}

const selkie_level *selkie_range_high(const selkie_range *range)
{
	return &range->high;
}

selkie_sens_id selkie_level_sensitivity(const selkie_level *level)
{
	return level->sens;
}

selkie_cat_id selkie_level_next_category(const selkie_level *level, selkie_cat_id after)
{
	uint32_t c = sk_bitset_next(&level->cats, after.v + 1);

	return (selkie_cat_id){ c == UINT32_MAX ? 0 : c };
}

bool selkie_level_equal(const selkie_level *a, const selkie_level *b)
{
	return a->sens.v == b->sens.v && sk_bitset_equal(&a->cats, &b->cats);
}

bool selkie_level_dominates(const selkie_level *a, const selkie_level *b)
{
	return a->sens.v >= b->sens.v && sk_bitset_contains(&a->cats, &b->cats);
}

const selkie_range *selkie_context_range(const selkie_policy *policy, const selkie_context *context)
{
	return policy->mls ? &context->range : NULL;
}

static int sk_steal_text(struct sk_buf *buf, char **ret_text)
{
	char *s = sk_buf_steal(buf, NULL);

	if (!s)
		return -ENOMEM;
	*ret_text = s;
	return 0;
}

int selkie_level_print(const selkie_policy *policy, const selkie_level *level, char **ret_text)
{
	sk_auto_buf struct sk_buf buf = SK_BUF_INIT;

	sk_text_level(&buf, policy, level);
	return sk_steal_text(&buf, ret_text);
}

int selkie_range_print(const selkie_policy *policy, const selkie_range *range, char **ret_text)
{
	sk_auto_buf struct sk_buf buf = SK_BUF_INIT;

	sk_text_range(&buf, policy, range);
	return sk_steal_text(&buf, ret_text);
}
