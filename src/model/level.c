/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Levels and ranges: validity and their text.
 */
#include "model/level.h"

bool sk_level_is_valid(const struct sk_policy *policy, const struct sk_level *level)
{
	const struct sk_sens *sens;

	if (!level->sens.v || level->sens.v > policy->n_sens_ids)
		return false;
	sens = policy->sens_by_id[level->sens.v];
	return sens && sk_bitset_contains(&sens->level.cats, &level->cats);
}

static void sk_category_print(struct sk_buf *buf, const struct sk_policy *policy, uint32_t cat)
{
	const struct sk_cat *c = cat <= policy->n_cat_ids ? policy->cat_by_id[cat] : NULL;

	sk_buf_adds(buf, c ? c->name : "?");
}

/* Runs of three and more are "first.last", two stand side by side. */
void sk_level_print(struct sk_buf *buf, const struct sk_policy *policy, const struct sk_level *level)
{
	const struct sk_sens *sens =
		level->sens.v <= policy->n_sens_ids ? policy->sens_by_id[level->sens.v] : NULL;
	char lead = ':';

	sk_buf_adds(buf, sens ? sens->name : "?");
	for (uint32_t c = sk_bitset_next(&level->cats, 0); c != UINT32_MAX;) {
		uint32_t last = c;

		while (sk_bitset_has(&level->cats, last + 1))
			last++;
		sk_buf_addc(buf, lead);
		lead = ',';
		sk_category_print(buf, policy, c);
		if (last > c) {
			sk_buf_addc(buf, last - c > 1 ? '.' : ',');
			sk_category_print(buf, policy, last);
		}
		c = sk_bitset_next(&level->cats, last + 1);
	}
}

void sk_range_print(struct sk_buf *buf, const struct sk_policy *policy, const struct sk_range *range)
{
	sk_level_print(buf, policy, &range->low);
	if (sk_level_equal(&range->low, &range->high))
		return;
	sk_buf_addc(buf, '-');
	sk_level_print(buf, policy, &range->high);
}
