/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef TEST_DECIDE_RANDOM_H
#define TEST_DECIDE_RANDOM_H

#include "model/policy.h"
#include "selkie/selkie.h"

/*
 * Random but plausible questions to a policy: contexts that are valid in it, and triples of two contexts and a class
 * that come half from its rules and half from anywhere. The same seed gives the same questions.
 */
struct rng {
	uint64_t state;
};

uint64_t rng_next(struct rng *rng);
uint32_t rng_below(struct rng *rng, uint32_t n);	/* 0 <= result < n; n > 0 */

struct pool {
	const struct sk_policy *policy;
	struct rng rng;
	uint32_t n;
	selkie_context **contexts;
	uint32_t *by_type;	/* [type id]: first context with it + 1, or 0; every type has one if it can */
	uint32_t *next;		/* [context]: next with the same type + 1, or 0 */
};

/* A pool of at least one context for each type and `more` others. Exits when out of memory. */
void pool_init(struct pool *pool, const struct sk_policy *policy, uint64_t seed, uint32_t more);
void pool_done(struct pool *pool);

/* Any of the contexts that have this type, or UINT32_MAX. */
uint32_t pool_of_type(struct pool *pool, uint32_t type);

struct triple {
	uint32_t source, target, cls;
};

void pool_question(struct pool *pool, struct triple *ret);

/* The same for the labels of new objects: half from type, role and range transitions and their kin. */
void pool_label_question(struct pool *pool, struct triple *ret);

#endif
