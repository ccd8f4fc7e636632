/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SELKIE_NAME_H
#define SELKIE_NAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <selkie/policy.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/*
 * Names to ids and back. All may be called from any thread. Names are zero-terminated; names that are returned are
 * borrowed from the policy. An unknown name gives the id 0; aliases give what they name.
 */
selkie_type_id selkie_type_find(const selkie_policy *policy, const char *name);
selkie_role_id selkie_role_find(const selkie_policy *policy, const char *name);
selkie_user_id selkie_user_find(const selkie_policy *policy, const char *name);
selkie_class_id selkie_class_find(const selkie_policy *policy, const char *name);
selkie_bool_id selkie_bool_find(const selkie_policy *policy, const char *name);

/* NULL for an id that the policy does not have. */
const char *selkie_type_name(const selkie_policy *policy, selkie_type_id type);
const char *selkie_role_name(const selkie_policy *policy, selkie_role_id role);
const char *selkie_user_name(const selkie_policy *policy, selkie_user_id user);
const char *selkie_class_name(const selkie_policy *policy, selkie_class_id cls);
const char *selkie_bool_name(const selkie_policy *policy, selkie_bool_id boolean);

bool selkie_type_is_attribute(const selkie_policy *policy, selkie_type_id type);

/* The bit of a permission in the access vectors of its class (its common's included), or 0. */
uint32_t selkie_permission_find(const selkie_policy *policy, selkie_class_id cls, const char *name);

/* The name of bit number `bit` (0 to 31) of a class, or NULL. */
const char *selkie_permission_name(const selkie_policy *policy, selkie_class_id cls, unsigned int bit);

/* All bits that have a name in that class. */
uint32_t selkie_permission_mask(const selkie_policy *policy, selkie_class_id cls);

/* Whether the kernel grants what this policy does not define: handle_unknown is "allow". */
bool selkie_policy_allows_unknown(const selkie_policy *policy);

/*
 * The known name nearest to one that was mistyped, or NULL when none is near. Types include attributes when
 * `attributes` is set.
 */
const char *selkie_type_nearest(const selkie_policy *policy, const char *name, bool attributes);
const char *selkie_role_nearest(const selkie_policy *policy, const char *name);
const char *selkie_user_nearest(const selkie_policy *policy, const char *name);
const char *selkie_class_nearest(const selkie_policy *policy, const char *name);
const char *selkie_bool_nearest(const selkie_policy *policy, const char *name);
const char *selkie_permission_nearest(const selkie_policy *policy, selkie_class_id cls, const char *name);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
