/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SELKIE_ROLE_H
#define SELKIE_ROLE_H

#include <selkie/name.h>
#include <selkie/policy.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/* Roles. Walking and threads as in type.h. */
selkie_role_id selkie_role_next(const selkie_policy *policy, selkie_role_id after);

/* The types a role may have. */
selkie_type_id selkie_role_next_type(const selkie_policy *policy, selkie_role_id role,
				     selkie_type_id after);

/* The roles a role dominates (dominance statements); itself included where the policy says so. */
selkie_role_id selkie_role_next_dominated(const selkie_policy *policy, selkie_role_id role,
					  selkie_role_id after);

/* The role that bounds it, or 0. */
selkie_role_id selkie_role_bounds(const selkie_policy *policy, selkie_role_id role);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
