/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SELKIE_FLOW_H
#define SELKIE_FLOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <selkie/path.h>
#include <selkie/permission-map.h>
#include <selkie/policy.h>
#include <selkie/state.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/*
 * Information flow. Where a rule lets one type write to another, information flows from the first to the second; where
 * it lets it read, from the second to the first; which permission does what stands in a permission map. The graph is
 * that of seinfoflow (setools 4.4); the places where we differ are listed in docs/differences-setools.md.
 * Constraints are not looked at: what they forbid for some users, roles and levels still counts as possible.
 *
 * A graph borrows the policy; the state and the map are needed only while it is made. It does not change: any number of
 * threads may ask one graph at once.
 */
typedef struct sk_flow selkie_flow;

#define SELKIE_FLOW_OPTIONS_VERSION 1

/* Initialize with SELKIE_FLOW_OPTIONS_INIT. */
struct selkie_flow_options {
	unsigned int version;	/* SELKIE_FLOW_OPTIONS_VERSION */
	unsigned int min_weight;	/* only permissions of this weight and above count: 1 to 10 */
	const selkie_permission_map *map;	/* NULL: the default map */
	const selkie_state *state;	/* whose conditional rules count; NULL: all, whatever the booleans */
	const selkie_type_id *exclude;	/* types, or attributes for all their types, that nothing flows through */
	size_t n_exclude;
};

#define SELKIE_FLOW_OPTIONS_INIT                                                                   \
	{                                                                                          \
		SELKIE_FLOW_OPTIONS_VERSION, 1, 0, 0, 0, 0                                         \
	}

/*
 * diags: gets a warning for every class and permission that the map does not know (selkie_permission_map_check); NULL
 * is allowed. *ret is owned by the caller. Returns 0, -EINVAL for a wrong version, weight or id, or -ENOMEM.
 */
int selkie_flow_new(const selkie_policy *policy, const struct selkie_flow_options *options,
		    selkie_diagnostics *diags, selkie_flow **ret);
void selkie_flow_free(selkie_flow *flow); /* NULL is allowed */

/* Paths from one type to another; attributes as in path.h. Returns 0, -EINVAL, or -ENOMEM. */
int selkie_flow_find_paths(const selkie_flow *flow, selkie_type_id from, selkie_type_id to,
			   const struct selkie_path_options *options, selkie_paths **ret);

/*
 * Where information gets to from a type (SELKIE_FORWARD), or from where it comes to it (SELKIE_BACKWARD), by at most
 * max_steps (0: any number): the start and what is reached, fewer steps first. max_steps 1 gives the direct
 * flows. *ret is the caller's (free). Returns 0, -EINVAL for an id that the policy does not have, or -ENOMEM.
 */
int selkie_flow_reachable(const selkie_flow *flow, selkie_type_id start,
			  enum selkie_direction direction, uint32_t max_steps,
			  struct selkie_reached **ret, size_t *ret_n);

/* A rule by which information flows from one type directly to another. */
struct selkie_flow_rule {
	uint32_t rule;		/* selkie_rule_get (rule.h) */
	uint32_t perms;		/* those of its permissions by which it flows */
	unsigned int weight;	/* the greatest of theirs */
};

/*
 * The rules of one step, in the policy's order; none when nothing flows directly. Types, not attributes. *ret is the
 * caller's (free). Returns 0, -EINVAL, or -ENOMEM.
 */
int selkie_flow_rules(const selkie_flow *flow, selkie_type_id from, selkie_type_id to,
		      struct selkie_flow_rule **ret, size_t *ret_n);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
