/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SELKIE_TYPE_H
#define SELKIE_TYPE_H

#include <stdbool.h>
#include <stddef.h>

#include <selkie/name.h>
#include <selkie/policy.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/*
 * Types and attributes. They share one numbering; selkie_type_is_attribute (name.h) tells them apart.
 *
 * Everything here may be called from any thread; names are borrowed from the policy. Functions called x_next_y walk a
 * set without allocating: they give the first id greater than `after`, and 0 at the end.
 *
 *	selkie_type_id t = { 0 };
 *
 *	while ((t = selkie_type_next(policy, t)).v)
 *		puts(selkie_type_name(policy, t));
 */
selkie_type_id selkie_type_next(const selkie_policy *policy, selkie_type_id after);

/* The attributes of a type. An attribute has none. */
selkie_type_id selkie_type_next_attribute(const selkie_policy *policy, selkie_type_id type,
					  selkie_type_id after);

/* The types that have an attribute; of a type, itself. */
selkie_type_id selkie_type_next_member(const selkie_policy *policy, selkie_type_id attribute,
				       selkie_type_id after);

/* Whether `member` is `type` or has it as an attribute. */
bool selkie_type_contains(const selkie_policy *policy, selkie_type_id type, selkie_type_id member);

/* The i-th alias of a type, from 0, in the policy's order; NULL at the end. Takes time in the number of types. */
const char *selkie_type_alias(const selkie_policy *policy, selkie_type_id type, size_t i);

/* The type that bounds it (typebounds), or 0. */
selkie_type_id selkie_type_bounds(const selkie_policy *policy, selkie_type_id type);

/* As the policy says; a selkie_state may override it. */
bool selkie_type_is_permissive(const selkie_policy *policy, selkie_type_id type);
bool selkie_type_is_neveraudit(const selkie_policy *policy, selkie_type_id type);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
