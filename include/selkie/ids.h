/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SELKIE_IDS_H
#define SELKIE_IDS_H

#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/*
 * Typed ids of a policy's components: a role cannot be passed for a type. The value is the one in the policy file,
 * counted from 1; 0 is "none". An id belongs to the policy it was looked up in.
 */
typedef struct sk_type_id { uint32_t v; } selkie_type_id;	/* a type or an attribute */
typedef struct sk_role_id { uint32_t v; } selkie_role_id;
typedef struct sk_user_id { uint32_t v; } selkie_user_id;
typedef struct sk_class_id { uint32_t v; } selkie_class_id;
typedef struct sk_bool_id { uint32_t v; } selkie_bool_id;
typedef struct sk_sens_id { uint32_t v; } selkie_sens_id;
typedef struct sk_cat_id { uint32_t v; } selkie_cat_id;

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
