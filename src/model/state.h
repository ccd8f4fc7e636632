/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_MODEL_STATE_H
#define SK_MODEL_STATE_H

#include "model/policy.h"
#include "selkie/state.h"

/*
 * A policy's booleans and permissive domains as they are in force. What rules ask is only in_force[]; it is kept right
 * by every setter. One allocation.
 */
struct sk_state {
	const struct sk_policy *policy;
	uint8_t *in_force;	/* [2 * cond + branch]: branch 1 is the true one */
	uint8_t *bools;		/* by id */
	uint64_t *permissive;	/* bit per type id */
	size_t size;		/* of the allocation */
};

static inline bool sk_state_in_force(const struct sk_state *state, uint32_t cond, bool branch)
{
	return state->in_force[2 * cond + branch];
}

static inline bool sk_state_permissive(const struct sk_state *state, uint32_t type)
{
	return state->permissive[type / 64] >> (type % 64) & 1;
}

/*
 * The value of a conditional's expression with the given boolean values (by id), or -1 when it is malformed: a stack
 * deeper than the kernel's, operands missing or left over.
 */
int sk_cond_evaluate(const struct sk_cond *cond, const uint8_t *bools);

#endif
