/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Variants: a shallow copy of the policy with rules and an index of its own.
 */
#include "model/variant.h"

#include <errno.h>
#include <string.h>

#include "base/map.h"
#include "model/index.h"

int sk_policy_variant(const struct sk_policy *policy, uint32_t rule, uint32_t perms, struct sk_policy **ret)
{
	struct sk_policy *v = malloc(sizeof(*v));
	struct sk_rule *rules = malloc((policy->n_rules + 1) * sizeof(*rules));

	if (!v || !rules) {
		free(v);
		free(rules);
		return -ENOMEM;
	}
	memcpy((void *)v, (const void *)policy, sizeof(*v));
	memcpy(rules, policy->rules, policy->n_rules * sizeof(*rules));
	rules[rule].data = perms;
	v->rules = rules;
	v->index = NULL;
	*ret = v;
	return 0;
}

void sk_policy_variant_free(struct sk_policy *variant)
{
	if (!variant)
		return;
	sk_policy_index_free(variant->index);
	free(variant->rules);
	free(variant);
}

int sk_state_for_variant(const struct sk_state *state, const struct sk_policy *variant, struct sk_state **ret)
{
	int r = selkie_state_copy(state, ret);

	if (!r)
		(*ret)->policy = variant;
	return r;
}

static uint64_t sk_rule_key(const struct sk_rule *rule)
{
	return (uint64_t)rule->source << 32 | (uint64_t)rule->target << 16 | rule->cls;
}

/* The rules with those that are granted: what has a rule already is added to it, the rest stands behind the unconditional. */
static int sk_alone_grant(struct sk_policy *v, const struct sk_rule *granted, size_t n_granted)
{
	const struct sk_rule *old = v->rules;
	struct sk_rule *rules = malloc((v->n_rules + n_granted + 1) * sizeof(*rules));
	struct sk_cond *conds = malloc((v->n_conds + 1u) * sizeof(*conds));
	sk_auto_free bool *there = calloc(n_granted + 1, sizeof(*there));
	struct sk_map at = { 0 };
	uint32_t n = v->n_unconditional, more;
	int r = rules && conds && there ? 0 : -ENOMEM;

	for (size_t i = 0; i < n_granted && !r; i++) {
		uint32_t *slot;

		r = sk_map_insert(&at, sk_rule_key(&granted[i]), (uint32_t)i, &slot, NULL);
	}
	if (!r && n)
		memcpy(rules, old, n * sizeof(*rules));
	for (uint32_t i = 0; i < v->n_unconditional && !r; i++) {
		const uint32_t *slot = rules[i].kind == SK_RULE_ALLOW ? sk_map_find(&at, sk_rule_key(&rules[i])) : NULL;

		if (!slot)
			continue;
		rules[i].data |= granted[*slot].data;
		there[*slot] = true;
	}
	for (size_t i = 0; i < n_granted && !r; i++)
		if (!there[i])
			rules[n++] = granted[i];
	sk_map_done(&at);
	if (r) {
		free(rules);
		free(conds);
		v->rules = NULL;
		v->conds = NULL;
		return r;
	}
	more = n - v->n_unconditional;
	memcpy(rules + n, old + v->n_unconditional, (v->n_rules - v->n_unconditional) * sizeof(*rules));
	if (v->n_conds)
		memcpy(conds, v->conds, v->n_conds * sizeof(*conds));
	for (uint32_t i = 0; i < v->n_conds; i++) {
		conds[i].first_true += more;
		conds[i].first_false += more;
	}
	v->rules = rules;
	v->conds = conds;
	v->n_rules += more;
	v->n_unconditional = n;
	return 0;
}

static int sk_alone_free_of_constraints(struct sk_policy *v)
{
	struct sk_class *classes = malloc((v->n_classes + 1u) * sizeof(*classes));

	if (!classes)
		return -ENOMEM;
	memcpy(classes, v->classes, v->n_classes * sizeof(*classes));
	for (uint32_t i = 0; i < v->n_classes; i++)
		classes[i].n_constraints = 0;
	v->classes = classes;
	return 0;
}

static int sk_alone_free_of_bounds(struct sk_policy *v)
{
	struct sk_type *types = malloc((v->n_types + 1u) * sizeof(*types));

	if (!types)
		return -ENOMEM;
	memcpy(types, v->types, v->n_types * sizeof(*types));
	for (uint32_t i = 0; i < v->n_types; i++)
		types[i].bounds.v = 0;
	v->types = types;
	return 0;
}

/* Every change of role is allowed. */
static int sk_alone_free_of_roles(struct sk_policy *v)
{
	size_t n = v->n_role_ids;
	struct sk_role_allow *list = malloc((n * n + 1) * sizeof(*list));

	if (!list)
		return -ENOMEM;
	v->n_role_allows = 0;
	v->role_allows = list;
	for (uint32_t a = 1; a <= n; a++)
		for (uint32_t b = 1; b <= n; b++)
			if (a != b && v->role_by_id[a] && v->role_by_id[b])
				list[v->n_role_allows++] = (struct sk_role_allow){ { a }, { b } };
	return 0;
}

/* The parts that are the variant's own; the others are NULL. */
struct sk_alone {
	struct sk_policy policy; /* first */
	struct sk_rule *rules;
	struct sk_cond *conds;
	struct sk_class *classes;
	struct sk_type *types;
	struct sk_role_allow *role_allows;
};

int sk_policy_alone(const struct sk_policy *policy, enum sk_policy_part part, const struct sk_rule *granted,
		    size_t n_granted, struct sk_policy **ret)
{
	struct sk_alone *alone = calloc(1, sizeof(*alone));
	struct sk_policy *v = alone ? &alone->policy : NULL;
	int r = 0;

	if (!alone)
		return -ENOMEM;
	memcpy((void *)v, (const void *)policy, sizeof(*v));
	v->index = NULL;
	if (part != SK_PART_RULES) {
		r = sk_alone_grant(v, granted, n_granted);
		alone->rules = v->rules;
		alone->conds = v->conds;
	}
	if (!r && (part == SK_PART_RULES || part == SK_PART_ROLES)) {
		r = sk_alone_free_of_constraints(v);
		alone->classes = r ? NULL : v->classes;
	}
	if (!r && part != SK_PART_BOUNDS) {
		r = sk_alone_free_of_bounds(v);
		alone->types = r ? NULL : v->types;
	}
	if (!r && part != SK_PART_ROLES) {
		r = sk_alone_free_of_roles(v);
		alone->role_allows = r ? NULL : v->role_allows;
	}
	if (r) {
		sk_policy_alone_free(v);
		return r;
	}
	*ret = v;
	return 0;
}

void sk_policy_alone_free(struct sk_policy *variant)
{
	struct sk_alone *alone = (struct sk_alone *)variant;

	if (!alone)
		return;
	free(alone->rules);
	free(alone->conds);
	free(alone->classes);
	free(alone->types);
	free(alone->role_allows);
	free(alone);
}
