/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_MODEL_LEVEL_H
#define SK_MODEL_LEVEL_H

#include "base/buf.h"
#include "model/policy.h"

/*
 * Levels and ranges. Sensitivities are ordered by their ids; a level dominates another when its sensitivity is at least
 * as high and it has all the other's categories (kernel: mls_level_dom and its kin in ss/mls_types.h).
 */
static inline bool sk_level_equal(const struct sk_level *a, const struct sk_level *b)
{
	return a->sens.v == b->sens.v && sk_bitset_equal(&a->cats, &b->cats);
}

static inline bool sk_level_dominates(const struct sk_level *a, const struct sk_level *b)
{
	return a->sens.v >= b->sens.v && sk_bitset_contains(&a->cats, &b->cats);
}

/* True when the inner range lies within the outer one. */
static inline bool sk_range_contains(const struct sk_range *outer, const struct sk_range *inner)
{
	return sk_level_dominates(&inner->low, &outer->low) &&
	       sk_level_dominates(&outer->high, &inner->high);
}

/* The sensitivity exists and may go with each of the categories. */
bool sk_level_is_valid(const struct sk_policy *policy, const struct sk_level *level);

/* "s0:c0.c3,c7", as the kernel prints it; "s0" and "s0-s1:c2" for ranges. */
void sk_level_print(struct sk_buf *buf, const struct sk_policy *policy, const struct sk_level *level);
void sk_range_print(struct sk_buf *buf, const struct sk_policy *policy, const struct sk_range *range);

#endif
