/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SELKIE_CLASS_H
#define SELKIE_CLASS_H

#include <stddef.h>
#include <stdint.h>

#include <selkie/name.h>
#include <selkie/policy.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/*
 * Object classes, and the common permission sets they inherit. Permissions of a class are bits of an access vector
 * (selkie_permission_name and its kin in name.h). Walking and threads as in type.h.
 */
selkie_class_id selkie_class_next(const selkie_policy *policy, selkie_class_id after);

/* The common a class inherits: its index, or SELKIE_COMMON_NONE. */
#define SELKIE_COMMON_NONE UINT32_MAX
uint32_t selkie_class_common(const selkie_policy *policy, selkie_class_id cls);

/* The bits of the permissions that a class declares itself, not those of its common. */
uint32_t selkie_class_own_permissions(const selkie_policy *policy, selkie_class_id cls);

/* Commons are counted from 0, in the policy's order. Permissions as bits 0 to 31; NULL where there is none. */
uint32_t selkie_common_count(const selkie_policy *policy);
const char *selkie_common_name(const selkie_policy *policy, uint32_t common);
const char *selkie_common_permission_name(const selkie_policy *policy, uint32_t common,
					  unsigned int bit);

/* Where the parts of a new object's context come from (default_user and its kin). */
enum selkie_default {
	SELKIE_DEFAULT_NONE = 0, /* the class does not say */
	SELKIE_DEFAULT_SOURCE = 1,
	SELKIE_DEFAULT_TARGET = 2,
};

enum selkie_default_range {
	SELKIE_DEFAULT_RANGE_NONE = 0,
	SELKIE_DEFAULT_RANGE_SOURCE_LOW = 1,
	SELKIE_DEFAULT_RANGE_SOURCE_HIGH = 2,
	SELKIE_DEFAULT_RANGE_SOURCE_LOW_HIGH = 3,
	SELKIE_DEFAULT_RANGE_TARGET_LOW = 4,
	SELKIE_DEFAULT_RANGE_TARGET_HIGH = 5,
	SELKIE_DEFAULT_RANGE_TARGET_LOW_HIGH = 6,
	SELKIE_DEFAULT_RANGE_GLBLUB = 7,
};

struct selkie_class_defaults {
	enum selkie_default user, role, type;
	enum selkie_default_range range;
};

/* All zero for a class that the policy does not have. */
void selkie_class_get_defaults(const selkie_policy *policy, selkie_class_id cls,
			       struct selkie_class_defaults *ret);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
