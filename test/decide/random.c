/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Random plausible contexts and questions. Users, roles, types and levels are drawn by what the policy allows, so that
 * nearly every draw is a valid context; what is not is drawn again.
 */
#include "random.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "model/context.h"

static void *must(void *p)
{
	if (!p) {
		fputs("out of memory\n", stderr);
		exit(3);
	}
	return p;
}

/* splitmix64 */
uint64_t rng_next(struct rng *rng)
{
	uint64_t z = rng->state += 0x9e3779b97f4a7c15ULL;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9ULL;
	z = (z ^ z >> 27) * 0x94d049bb133111ebULL;
	return z ^ z >> 31;
}

uint32_t rng_below(struct rng *rng, uint32_t n)
{
	return (uint32_t)((rng_next(rng) >> 32) * n >> 32);
}

/* A level between two: their sensitivities, and some of the categories of the higher one. */
static void random_level(struct pool *pool, struct sk_level *level, uint64_t *words,
			 const struct sk_level *low, const struct sk_level *high)
{
	uint32_t n = high->cats.n_words;

	level->sens.v = low->sens.v + rng_below(&pool->rng, high->sens.v - low->sens.v + 1);
	level->cats.words = words;
	level->cats.n_words = n;
	memset(words, 0, n * sizeof(*words));
	memcpy(words, low->cats.words ? low->cats.words : words, low->cats.n_words * sizeof(*words));
	switch (rng_below(&pool->rng, 4)) {
	case 0:
		memcpy(words, high->cats.words ? high->cats.words : words, n * sizeof(*words));
		break;
	case 1:
		for (uint32_t i = 0; i < n; i++)
			words[i] |= high->cats.words[i] & rng_next(&pool->rng) & rng_next(&pool->rng);
		break;
	case 2:
		if (n)
			words[0] |= high->cats.words[0] & 0xfe;
		break;
	}
	sk_bitset_trim(&level->cats);
}

/* A role that may have the type and a user that may have the role, each at random; object_r one time in three. */
static bool random_owner(struct pool *pool, uint32_t type, struct sk_context *c)
{
	const struct sk_policy *p = pool->policy;

	c->role.v = 0;
	if (rng_below(&pool->rng, 3))
		for (int i = 0; i < 40 && !c->role.v; i++) {
			uint32_t r = 1 + rng_below(&pool->rng, p->n_role_ids);

			if (p->role_by_id[r] && sk_idset_has(&p->role_by_id[r]->types, type))
				c->role.v = r;
		}
	if (!c->role.v)
		c->role.v = SK_OBJECT_ROLE;
	for (int i = 0; i < 40; i++) {
		c->user.v = 1 + rng_below(&pool->rng, p->n_user_ids);
		if (p->user_by_id[c->user.v] &&
		    (c->role.v == SK_OBJECT_ROLE ||
		     sk_bitset_has(&p->user_by_id[c->user.v]->roles, c->role.v)))
			return true;
	}
	return false;
}

static void pool_add(struct pool *pool, uint32_t type)
{
	const struct sk_policy *p = pool->policy;
	uint32_t n_words = p->n_cat_ids / 64 + 2;
	uint64_t *words = must(calloc(2 * (size_t)n_words, sizeof(*words)));
	struct sk_context c = { .type.v = type }, *copy;

	for (int tries = 0; tries < 20; tries++) {
		if (!random_owner(pool, type, &c))
			continue;
		if (p->mls) {
			const struct sk_range *range = &p->user_by_id[c.user.v]->range;

			random_level(pool, &c.range.low, words, &range->low, &range->high);
			if (rng_below(&pool->rng, 2))
				c.range.high = c.range.low;
			else
				random_level(pool, &c.range.high, words + n_words, &c.range.low,
					     &range->high);
		}
		if (selkie_context_check(p, &c))
			continue;
		if (sk_context_copy(&c, &copy))
			must(NULL);
		pool->contexts[pool->n] = copy;
		pool->next[pool->n++] = pool->by_type[type];
		pool->by_type[type] = pool->n;
		break;
	}
	free(words);
}

void pool_init(struct pool *pool, const struct sk_policy *policy, uint64_t seed, uint32_t more)
{
	size_t most = (size_t)policy->n_type_ids + more;

	*pool = (struct pool){ .policy = policy, .rng.state = seed };
	pool->contexts = must(calloc(most, sizeof(*pool->contexts)));
	pool->next = must(calloc(most, sizeof(*pool->next)));
	pool->by_type = must(calloc((size_t)policy->n_type_ids + 1, sizeof(*pool->by_type)));
	for (uint32_t t = 1; t <= policy->n_type_ids; t++)
		if (!policy->type_by_id[t]->attribute)
			pool_add(pool, t);
	for (uint32_t i = 0; i < more; i++) {
		uint32_t t = 1 + rng_below(&pool->rng, policy->n_type_ids);

		if (!policy->type_by_id[t]->attribute)
			pool_add(pool, t);
	}
}

void pool_done(struct pool *pool)
{
	for (uint32_t i = 0; i < pool->n; i++)
		selkie_context_free(pool->contexts[i]);
	free(pool->contexts);
	free(pool->by_type);
	free(pool->next);
}

uint32_t pool_of_type(struct pool *pool, uint32_t type)
{
	uint32_t n = 0, k;

	for (uint32_t i = pool->by_type[type]; i; i = pool->next[i - 1])
		n++;
	if (!n)
		return UINT32_MAX;
	k = rng_below(&pool->rng, n);
	for (uint32_t i = pool->by_type[type];; i = pool->next[i - 1])
		if (!k--)
			return i - 1;
}

/* A type that a rule's source or target stands for. */
static uint32_t pool_member(struct pool *pool, uint32_t id)
{
	const struct sk_idset *types = &pool->policy->types_of[id];

	return types->n ? types->ids[rng_below(&pool->rng, types->n)] : 0;
}

void pool_question(struct pool *pool, struct triple *ret)
{
	const struct sk_policy *p = pool->policy;

	if (p->n_rules && rng_next(&pool->rng) & 1) {
		const struct sk_rule *rule = &p->rules[rng_below(&pool->rng, p->n_rules)];
		uint32_t s = pool_member(pool, rule->source), t = pool_member(pool, rule->target);

		ret->source = s ? pool_of_type(pool, s) : UINT32_MAX;
		ret->target = t ? pool_of_type(pool, t) : UINT32_MAX;
		ret->cls = rule->cls;
		if (ret->source != UINT32_MAX && ret->target != UINT32_MAX)
			return;
	}
	ret->source = rng_below(&pool->rng, pool->n);
	ret->target = rng_below(&pool->rng, pool->n);
	do
		ret->cls = 1 + rng_below(&pool->rng, p->n_class_ids);
	while (!p->class_by_id[ret->cls]);
}

/* The source, target and class of a rule that labels new objects; false when the one that was drawn does not. */
static bool label_rule(struct pool *pool, uint32_t *source, uint32_t *target, uint32_t *cls)
{
	const struct sk_policy *p = pool->policy;
	uint32_t n = p->n_rules + p->n_range_transitions + p->n_role_transitions;
	uint32_t i = n ? rng_below(&pool->rng, n) : 0;

	if (rng_below(&pool->rng, 8) == 0 && p->n_range_transitions) {
		i = rng_below(&pool->rng, p->n_range_transitions);
		*source = p->range_transitions[i].source.v;
		*target = p->range_transitions[i].target.v;
		*cls = p->range_transitions[i].cls.v;
		return true;
	}
	if (rng_below(&pool->rng, 8) == 0 && p->n_role_transitions) {
		const struct sk_role_transition *t =
			&p->role_transitions[rng_below(&pool->rng, p->n_role_transitions)];
		const struct sk_idset *types = &p->role_by_id[t->role.v]->types;

		*source = types->n ? types->ids[rng_below(&pool->rng, types->n)] : 0;
		*target = t->type.v;
		*cls = t->cls.v;
		return *source != 0;
	}
	if (i >= p->n_rules || !(p->rules[i].kind & SK_RULES_TYPE))
		return false;
	*source = p->rules[i].source;
	*target = p->rules[i].target;
	*cls = p->rules[i].cls;
	return true;
}

void pool_label_question(struct pool *pool, struct triple *ret)
{
	uint32_t source, target, cls;

	if (rng_next(&pool->rng) & 1)
		for (int tries = 0; tries < 200; tries++) {
			if (!label_rule(pool, &source, &target, &cls))
				continue;
			ret->source = pool_of_type(pool, source);
			ret->target = pool_of_type(pool, target);
			ret->cls = cls;
			if (ret->source != UINT32_MAX && ret->target != UINT32_MAX)
				return;
		}
	pool_question(pool, ret);
}
