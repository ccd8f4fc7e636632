/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SELKIE_BOOLEAN_H
#define SELKIE_BOOLEAN_H

#include <stdbool.h>
#include <stdint.h>

#include <selkie/name.h>
#include <selkie/policy.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/* Booleans and the conditionals that depend on them. Walking and threads as in type.h. */
selkie_bool_id selkie_bool_next(const selkie_policy *policy, selkie_bool_id after);

/* Its value in the policy; a selkie_state may hold another. */
bool selkie_bool_default(const selkie_policy *policy, selkie_bool_id boolean);

/* Conditionals are counted from 0, in the policy's order. Their text: selkie_conditional_print (rule.h). */
uint32_t selkie_conditional_count(const selkie_policy *policy);

/* Whether its expression speaks of that boolean. */
bool selkie_conditional_has_bool(const selkie_policy *policy, uint32_t cond,
				 selkie_bool_id boolean);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
