/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Variants: a shallow copy of the policy with rules and an index of its own.
 */
#include "model/variant.h"

#include <errno.h>
#include <string.h>

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
