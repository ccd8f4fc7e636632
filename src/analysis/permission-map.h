/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_ANALYSIS_PERMISSION_MAP_H
#define SK_ANALYSIS_PERMISSION_MAP_H

#include "model/policy.h"
#include "selkie/permission-map.h"

/* What a map says of the permissions of one class of a policy, by bit. */
struct sk_class_flow {
	uint32_t read, write; /* bits of the permissions by which information flows that way */
	uint8_t weight[32];
};

/* For all classes, by class id: an array of n_class_ids + 1 that the caller frees. Only weights of at least `least`. */
int sk_permission_map_apply(const struct sk_permission_map *map, const struct sk_policy *policy,
			    unsigned int least, struct sk_class_flow **ret);

#endif
