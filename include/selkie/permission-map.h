/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SELKIE_PERMISSION_MAP_H
#define SELKIE_PERMISSION_MAP_H

#include <stdbool.h>
#include <stddef.h>

#include <selkie/diagnostic.h>
#include <selkie/policy.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/*
 * Which way information flows when a permission is used, and how much of it: the file format of apol and seinfoflow
 * (setools). A map does not belong to a policy: it speaks of classes and permissions by name. It does not change once
 * it exists; any number of threads may use it.
 */
typedef struct sk_permission_map selkie_permission_map;

/* The letters of the format. */
enum selkie_flow_direction {
	SELKIE_FLOW_NONE = 'n',		/* none */
	SELKIE_FLOW_READ = 'r',		/* from the target to the source */
	SELKIE_FLOW_WRITE = 'w',	/* from the source to the target */
	SELKIE_FLOW_BOTH = 'b',
	SELKIE_FLOW_UNMAPPED = 'u',	/* nobody has said; taken for none */
};

struct selkie_permission_flow {
	enum selkie_flow_direction direction;
	unsigned int weight;	/* 1, a trickle, to 10: as much as one likes */
};

/* The file is no permission map; the diagnostics say why. */
#define SELKIE_PERMISSION_MAP_REFUSED 1

/*
 * default: Selkie's own, which covers the classes and permissions of Linux up to 6.18, and those of the object managers of
 * the reference policy, of Android and of Xen. load, read_memory: a file; `name` is what diagnostics call it.
 * diags: E0641 to E0645; NULL is allowed. *ret is owned by the caller.
 * Returns 0, SELKIE_PERMISSION_MAP_REFUSED, or a negative errno.
 */
int selkie_permission_map_default(selkie_permission_map **ret);
int selkie_permission_map_load(const char *path, selkie_diagnostics *diags,
			       selkie_permission_map **ret);
int selkie_permission_map_read_memory(const void *data, size_t size, const char *name,
				      selkie_diagnostics *diags, selkie_permission_map **ret);
void selkie_permission_map_free(selkie_permission_map *map); /* NULL is allowed */

/* What the map says of a permission. False when it has no such class or permission. */
bool selkie_permission_map_get(const selkie_permission_map *map, const char *cls, const char *perm,
			       struct selkie_permission_flow *ret);

/*
 * Adds a warning (W0646, W0647) for every class of the policy, and every permission of the classes that it knows, of
 * which the map says nothing. Returns how many there are.
 */
size_t selkie_permission_map_check(const selkie_permission_map *map, const selkie_policy *policy,
				   selkie_diagnostics *diags);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
