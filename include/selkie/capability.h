/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SELKIE_CAPABILITY_H
#define SELKIE_CAPABILITY_H

#include <stdbool.h>
#include <stddef.h>

#include <selkie/policy.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/*
 * Policy capabilities: what a policy expects of the kernel. They are numbers in the file; the names are the kernel's
 * (security/selinux/include/policycap_names.h). All may be called from any thread.
 */
#define SELKIE_CAPABILITY_NONE UINT32_MAX

/* The first capability from `from` on that the policy has, or SELKIE_CAPABILITY_NONE. */
uint32_t selkie_capability_next(const selkie_policy *policy, uint32_t from);
bool selkie_policy_has_capability(const selkie_policy *policy, uint32_t capability);

/* NULL for one that has no name yet. */
const char *selkie_capability_name(uint32_t capability);

/* SELKIE_CAPABILITY_NONE when there is none of that name. */
uint32_t selkie_capability_find(const char *name);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
