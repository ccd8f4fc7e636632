/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Whether tests would notice: mutants. A mutant is a variant of the policy in which one rule grants one permission more or
 * less.
 */
#include <errno.h>
#include <string.h>

#include "base/hash.h"
#include "model/access.h"
#include "model/variant.h"
#include "query/suite.h"

#define IDLE_PAIRS_MAX 100000u	/* a rule of more pairs is not looked at so closely */
#define IDLE_DRAWS_MAX 100000u	/* so that a policy of nothing but doubled rules has an end, too */

struct sk_mutants {
	struct selkie_mutant *list;
	size_t n, n_caught;
};

static uint64_t sk_draw(uint64_t *seed)
{
	return sk_hash_u64(*seed += 0x9e3779b97f4a7c15ULL);
}

/* The n-th bit that is set. */
static unsigned int sk_nth_bit(uint32_t mask, uint32_t n)
{
	while (n--)
		mask &= mask - 1;
	return (unsigned int)__builtin_ctz(mask);
}

/*
 * Whether the flip changes nothing: unconditional rules grant the permission to every pair of types of this rule, with or
 * without it. No test can notice that, and such flips are not drawn.
 */
static int sk_mutant_is_idle(const struct sk_state *state, const struct selkie_mutant *m, bool *ret_idle)
{
	const struct sk_policy *p = state->policy;
	const struct sk_rule *rule = &p->rules[m->rule];
	const struct sk_idset *sources = &p->types_of[rule->source], *targets = &p->types_of[rule->target];
	struct sk_policy *variant = NULL;
	struct sk_state *none;
	struct sk_decider d;
	bool idle = (uint64_t)sources->n * targets->n <= IDLE_PAIRS_MAX;
	int r = sk_policy_variant(p, m->rule, rule->data & ~(1u << m->permission), &variant);

	*ret_idle = false;
	if (r)
		return r;
	r = sk_state_for_variant(state, variant, &none);
	if (!r) {
		memset(none->in_force, 0, 2 * (size_t)p->n_conds);
		r = sk_decider_init(&d, none, NULL);
		for (uint32_t i = 0; i < sources->n && idle && !r; i++)
			for (uint32_t k = 0; k < targets->n && idle; k++) {
				struct sk_access_trace trace;

				sk_decide_te(&d, sources->ids[i], targets->ids[k], rule->cls, &trace);
				idle = trace.te >> m->permission & 1;
			}
		*ret_idle = idle && !r;
		selkie_state_free(none);
	}
	sk_policy_variant_free(variant);
	return r;
}

/* Runs the tests until one that passed before fails. */
static int sk_mutant_run(const struct sk_suite *suite, const struct sk_state *state, const bool *passes,
			 struct selkie_mutant *m)
{
	struct sk_suite_runner r;
	size_t test = 0;
	int error = sk_suite_runner_init(&r, suite, state);

	if (error)
		return error;
	for (size_t i = 0; i < suite->n_rows && !r.error && !m->caught; i++) {
		if (suite->rows[i].kind >= SK_SUITE_SET) {
			sk_suite_set(&r, &suite->rows[i]);
			continue;
		}
		if (passes[test] && !sk_suite_test(&r, &suite->rows[i])) {
			m->caught = true;
			m->test = test;
		}
		test++;
	}
	error = r.error;
	sk_suite_runner_done(&r);
	return error;
}

static int sk_mutant_try(const struct sk_suite *suite, const struct sk_state *state, const bool *passes,
			 struct selkie_mutant *m)
{
	const struct sk_policy *p = suite->policy;
	struct sk_policy *variant;
	struct sk_state *copy;
	int r = sk_policy_variant(p, m->rule, p->rules[m->rule].data ^ 1u << m->permission, &variant);

	if (r)
		return r;
	r = sk_state_for_variant(state, variant, &copy);
	if (!r) {
		r = sk_mutant_run(suite, copy, passes, m);
		selkie_state_free(copy);
	}
	sk_policy_variant_free(variant);
	return r;
}

static int sk_mutate(const struct sk_suite *suite, const struct sk_state *state, uint64_t seed, size_t n,
		     const struct sk_coverage *coverage, const bool *passes, struct sk_mutants *mutants,
		     int (*progress)(void *arg, size_t done), void *arg)
{
	const struct sk_policy *p = suite->policy;
	sk_auto_free uint32_t *rules = calloc(coverage->n + 1, sizeof(*rules));
	uint32_t n_rules = 0, n_idle = 0;
	bool idle;
	int r = 0;

	if (!rules)
		return -ENOMEM;
	for (size_t i = 0; i < coverage->n; i++)
		if (coverage->list[i].kind == SELKIE_COVERS_ALLOW && coverage->list[i].covered)
			rules[n_rules++] = coverage->list[i].number;
	if (!n_rules)
		return -ENODATA;
	while (mutants->n < n && !r) {
		struct selkie_mutant *m = &mutants->list[mutants->n];
		uint32_t mask;

		if (progress && progress(arg, mutants->n))
			break;
		m->rule = rules[sk_draw(&seed) % n_rules];
		mask = p->class_by_id[p->rules[m->rule].cls]->perm_mask;
		m->permission = sk_nth_bit(mask, (uint32_t)(sk_draw(&seed) % (uint32_t)__builtin_popcount(mask)));
		m->added = !(p->rules[m->rule].data >> m->permission & 1);
		r = sk_mutant_is_idle(state, m, &idle);
		if (!r && idle && n_idle++ < IDLE_DRAWS_MAX)
			continue;
		if (!r)
			r = sk_mutant_try(suite, state, passes, m);
		mutants->n_caught += m->caught;
		mutants->n += !r;
	}
	return r;
}

int selkie_suite_mutate(const selkie_suite *suite, const selkie_state *state, uint64_t seed, size_t n,
			int (*progress)(void *arg, size_t done), void *arg, selkie_mutants **ret)
{
	selkie_coverage *coverage = NULL;
	selkie_test_results *results = NULL;
	struct sk_mutants *mutants = calloc(1, sizeof(*mutants));
	sk_auto_free bool *passes = calloc(suite->n_tests + 1, sizeof(*passes));
	int r = mutants && passes ? 0 : -ENOMEM;

	if (!r) {
		mutants->list = calloc(n + 1, sizeof(*mutants->list));
		r = mutants->list ? selkie_suite_run(suite, state, &results) : -ENOMEM;
	}
	for (size_t i = 0; !r && i < suite->n_tests; i++)
		passes[i] = results->list[i].passed;
	if (!r)
		r = selkie_suite_cover(suite, state, SELKIE_COVERAGE_TESTED, &coverage);
	if (!r)
		r = sk_mutate(suite, state, seed, n, coverage, passes, mutants, progress, arg);
	selkie_test_results_free(results);
	selkie_coverage_free(coverage);
	if (r) {
		selkie_mutants_free(mutants);
		return r;
	}
	*ret = mutants;
	return 0;
}

void selkie_mutants_free(selkie_mutants *mutants)
{
	if (mutants)
		free(mutants->list);
	free(mutants);
}

size_t selkie_mutants_count(const selkie_mutants *mutants)
{
	return mutants->n;
}

size_t selkie_mutants_caught(const selkie_mutants *mutants)
{
	return mutants->n_caught;
}

int selkie_mutants_get(const selkie_mutants *mutants, size_t i, struct selkie_mutant *ret)
{
	if (i >= mutants->n)
		return -EINVAL;
	*ret = mutants->list[i];
	return 0;
}
