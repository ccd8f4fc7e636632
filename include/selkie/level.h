/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SELKIE_LEVEL_H
#define SELKIE_LEVEL_H

#include <stdbool.h>
#include <stddef.h>

#include <selkie/context.h>
#include <selkie/policy.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/*
 * Multi-level security: sensitivities, categories, levels (a sensitivity and a set of categories) and ranges of two
 * levels. A policy without MLS has none. Walking and threads as in type.h. Greater ids are higher sensitivities.
 */
selkie_sens_id selkie_sens_find(const selkie_policy *policy, const char *name);
selkie_sens_id selkie_sens_next(const selkie_policy *policy, selkie_sens_id after);
const char *selkie_sens_name(const selkie_policy *policy, selkie_sens_id sens);
const char *selkie_sens_alias(const selkie_policy *policy, selkie_sens_id sens, size_t i);

/* The categories that may go with a sensitivity ("level s0:c0.c1023;"). */
selkie_cat_id selkie_sens_next_category(const selkie_policy *policy, selkie_sens_id sens,
					selkie_cat_id after);

selkie_cat_id selkie_cat_find(const selkie_policy *policy, const char *name);
selkie_cat_id selkie_cat_next(const selkie_policy *policy, selkie_cat_id after);
const char *selkie_cat_name(const selkie_policy *policy, selkie_cat_id cat);
const char *selkie_cat_alias(const selkie_policy *policy, selkie_cat_id cat, size_t i);

/* Borrowed from the policy or from the context they belong to. */
typedef struct sk_level selkie_level;
typedef struct sk_range selkie_range;

const selkie_level *selkie_range_low(const selkie_range *range);
const selkie_level *selkie_range_high(const selkie_range *range);
selkie_sens_id selkie_level_sensitivity(const selkie_level *level);
selkie_cat_id selkie_level_next_category(const selkie_level *level, selkie_cat_id after);
bool selkie_level_equal(const selkie_level *a, const selkie_level *b);
bool selkie_level_dominates(const selkie_level *a, const selkie_level *b);

/* The range of a context; NULL without MLS. */
const selkie_range *selkie_context_range(const selkie_policy *policy,
					 const selkie_context *context);

/* "s0:c0.c3,c7" and "s0 - s0:c0.c3". *ret_text is freed with free(). Return 0 or -ENOMEM. */
int selkie_level_print(const selkie_policy *policy, const selkie_level *level, char **ret_text);
int selkie_range_print(const selkie_policy *policy, const selkie_range *range, char **ret_text);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
