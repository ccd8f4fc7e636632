/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SELKIE_USER_H
#define SELKIE_USER_H

#include <selkie/level.h>
#include <selkie/name.h>
#include <selkie/policy.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/* SELinux users. Walking and threads as in type.h. */
selkie_user_id selkie_user_next(const selkie_policy *policy, selkie_user_id after);

/* The roles a user may have. */
selkie_role_id selkie_user_next_role(const selkie_policy *policy, selkie_user_id user,
				     selkie_role_id after);

/* The user that bounds it, or 0. */
selkie_user_id selkie_user_bounds(const selkie_policy *policy, selkie_user_id user);

/* NULL without MLS. */
const selkie_level *selkie_user_default_level(const selkie_policy *policy, selkie_user_id user);
const selkie_range *selkie_user_range(const selkie_policy *policy, selkie_user_id user);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
