/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * How many there are of what, counted as seinfo counts: permissions where they are declared, named transitions once for
 * each source.
 */
#include <string.h>

#include "model/expression.h"
#include "model/policy.h"
#include "selkie/component.h"
#include "selkie/labeling.h"
#include "selkie/rule.h"

static void sk_count_symbols(const struct sk_policy *p, struct selkie_statistics *s)
{
	s->classes = p->n_classes;
	s->users = p->n_users;
	s->roles = p->n_roles;
	s->booleans = p->n_bools;
	s->conditionals = p->n_conds;
	s->polcaps = sk_bitset_count(&p->capabilities);
	for (uint32_t i = 0; i < p->n_commons; i++)
		s->permissions += p->commons[i].n_perms;
	for (uint32_t i = 0; i < p->n_sens; i++)
		s->sensitivities += p->sens[i].primary;
	for (uint32_t i = 0; i < p->n_cats; i++)
		s->categories += p->cats[i].primary;
	for (uint32_t i = 0; i < p->n_types; i++)
		s->typebounds += !p->types[i].attribute && p->types[i].bounds.v;
	for (uint32_t t = 1; t <= p->n_type_ids; t++) {
		s->types += !p->type_by_id[t]->attribute;
		s->attributes += p->type_by_id[t]->attribute;
		s->permissives += !p->type_by_id[t]->attribute && sk_bitset_has(&p->permissive, t);
	}
}

static void sk_count_classes(const struct sk_policy *p, struct selkie_statistics *s)
{
	for (uint32_t i = 0; i < p->n_classes; i++) {
		const struct sk_class *c = &p->classes[i];

		s->permissions += c->n_perms;
		s->defaults += (c->default_user != 0) + (c->default_role != 0) +
			       (c->default_type != 0) + (c->default_range != 0);
		for (uint32_t k = 0; k < c->n_constraints; k++)
			if (sk_constraint_is_mls(&c->constraints[k]))
				s->mlsconstrain++;
			else
				s->constrain++;
		for (uint32_t k = 0; k < c->n_validatetrans; k++)
			if (sk_constraint_is_mls(&c->validatetrans[k]))
				s->mlsvalidatetrans++;
			else
				s->validatetrans++;
	}
}

static void sk_count_rules(const struct sk_policy *p, struct selkie_statistics *s)
{
	uint32_t n[16] = { 0 }; /* by the number of the kind's bit */

	for (uint32_t i = 0; i < p->n_rules; i++)
		n[__builtin_ctz(p->rules[i].kind | 0x8000u)]++;
	s->allow = n[__builtin_ctz(SELKIE_RULE_ALLOW)];
	s->auditallow = n[__builtin_ctz(SELKIE_RULE_AUDITALLOW)];
	s->dontaudit = n[__builtin_ctz(SELKIE_RULE_DONTAUDIT)];
	s->allowxperm = n[__builtin_ctz(SELKIE_RULE_ALLOWXPERM)];
	s->auditallowxperm = n[__builtin_ctz(SELKIE_RULE_AUDITALLOWXPERM)];
	s->dontauditxperm = n[__builtin_ctz(SELKIE_RULE_DONTAUDITXPERM)];
	s->type_transition = n[__builtin_ctz(SELKIE_RULE_TYPE_TRANSITION)];
	s->type_change = n[__builtin_ctz(SELKIE_RULE_TYPE_CHANGE)];
	s->type_member = n[__builtin_ctz(SELKIE_RULE_TYPE_MEMBER)];
	for (uint32_t i = 0; i < p->n_filename_transitions; i++)
		s->type_transition += p->filename_transitions[i].sources.n;
	s->range_transition = p->n_range_transitions;
	s->role_allow = p->n_role_allows;
	s->role_transition = p->n_role_transitions;
}

void selkie_policy_count(const selkie_policy *policy, struct selkie_statistics *ret)
{
	memset(ret, 0, sizeof(*ret));
	sk_count_symbols(policy, ret);
	sk_count_classes(policy, ret);
	sk_count_rules(policy, ret);
	for (int k = 0; k < SELKIE_N_LABELING_KINDS; k++)
		ret->labeling[k] =
			(uint32_t)selkie_labeling_count(policy, (enum selkie_labeling_kind)k);
}
