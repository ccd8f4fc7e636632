/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef TEST_KERNEL_WORLD_H
#define TEST_KERNEL_WORLD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <selkie/level.h>
#include <selkie/name.h>
#include <selkie/policy.h>

/*
 * A policy with its components as arrays to draw from, and the dice. The dice are ours and seeded, so that a run can be
 * had again.
 */
#define CONTEXT_MAX 1024

struct world {
	const selkie_policy *policy;
	uint64_t dice;
	selkie_type_id *types; /* no attributes */
	size_t n_types;
	selkie_type_id *subjects; /* those of them that some role may have */
	size_t n_subjects;
	selkie_role_id *roles;
	size_t n_roles;
	selkie_user_id *users;
	size_t n_users;
	selkie_class_id *classes;
	size_t n_classes;
	bool mls;
	char **contexts;
	size_t n_contexts;
};

void world_init(struct world *w, const selkie_policy *policy, uint64_t seed);
void world_done(struct world *w);

/* 0 to n - 1; 0 where n is 0. */
uint32_t roll(struct world *w, uint32_t n);
/* True once in n. */
bool chance(struct world *w, uint32_t n);

selkie_type_id any_type(struct world *w);
selkie_type_id any_subject(struct world *w);
selkie_class_id any_class(struct world *w);
/* The type itself, or for an attribute any type that has it; 0 where none has. */
selkie_type_id any_member(struct world *w, selkie_type_id attribute);

/*
 * A plausible context of a type: a role that may have it (or object_r, which may have all), a user that may have the
 * role, and a range within the user's. Nothing here asks whether it is valid. One of a few of that type: the kernel
 * remembers every context it ever saw and gets slow with many. Borrowed from the world.
 */
const char *any_context(struct world *w, selkie_type_id type, bool object);

#endif
