/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Who may do something to a thing. The rules that speak of the thing's type and class say who may be meant: the types
 * behind their sources; each of these is then decided, as the kernel would, so that constraints, bounds and roles have
 * their say. Those that are held back are kept apart.
 */
#include <errno.h>
#include <string.h>

#include "base/arena.h"
#include "model/context.h"
#include "model/state.h"
#include "selkie/query.h"

struct sk_who {
	struct sk_arena arena;
	const struct sk_state *state;
	struct selkie_who_domain *domains[2]; /* those that may; those that are held back */
	size_t n[2], cap[2];
	struct sk_context **contexts;
	size_t n_contexts, cap_contexts;
};

enum { SK_WHO_MAY, SK_WHO_HELD };

/* A rule that grants something of what is asked, by source. */
struct sk_who_rules {
	uint32_t *list;
	size_t n, cap;
};

/* What types are granted by rules alone, by type id. */
struct sk_who_making {
	struct sk_who *who;
	const struct sk_policy *p;
	const struct selkie_thing *thing;
	uint32_t perms;
	uint8_t *is_target; /* by id: the thing's type, or an attribute of it */
	uint32_t *granted;
	struct sk_who_rules rules;
};

static int sk_who_take_rules(struct sk_who_making *m, uint32_t first, uint32_t n)
{
	int r = 0;

	for (uint32_t i = first; i < first + n && !r; i++) {
		const struct sk_rule *rule = &m->p->rules[i];
		const struct sk_idset *types = &m->p->types_of[rule->source];

		if (rule->kind != SK_RULE_ALLOW || rule->cls != m->thing->cls.v ||
		    !(rule->data & m->perms) || !m->is_target[rule->target])
			continue;
		r = sk_grow(&m->rules.list, &m->rules.cap, m->rules.n + 1, sizeof(*m->rules.list));
		if (r)
			return r;
		m->rules.list[m->rules.n++] = i;
		for (uint32_t k = 0; k < types->n; k++)
			m->granted[types->ids[k]] |= rule->data & m->perms;
	}
	return r;
}

static int sk_who_all_rules(struct sk_who_making *m)
{
	const struct sk_state *state = m->who->state;
	int r = sk_who_take_rules(m, 0, m->p->n_unconditional);

	for (uint32_t c = 0; c < m->p->n_conds && !r; c++) {
		if (sk_state_in_force(state, c, true))
			r = sk_who_take_rules(m, m->p->conds[c].first_true, m->p->conds[c].n_true);
		if (!r && sk_state_in_force(state, c, false))
			r = sk_who_take_rules(m, m->p->conds[c].first_false,
					      m->p->conds[c].n_false);
	}
	return r;
}

/* The rules that are about one type, kept. */
static int sk_who_rules_of(struct sk_who_making *m, uint32_t type, struct selkie_who_domain *ret)
{
	const struct sk_idset *names = &m->p->attributes_of[type];
	uint32_t *list = SK_ARENA_ARRAY(&m->who->arena, uint32_t, m->rules.n + 1);

	if (!list)
		return -ENOMEM;
	for (size_t i = 0; i < m->rules.n; i++)
		if (sk_idset_has(names, m->p->rules[m->rules.list[i]].source))
			list[ret->n_rules++] = m->rules.list[i];
	ret->rules = list;
	return 0;
}

static int sk_who_keep_context(struct sk_who *who, struct sk_context *context)
{
	int r = sk_grow(&who->contexts, &who->cap_contexts, who->n_contexts + 1,
			sizeof(*who->contexts));

	if (r)
		selkie_context_free(context);
	else
		who->contexts[who->n_contexts++] = context;
	return r;
}

/* Decides for one type. One that no user may have, in any role, cannot be a process. */
static int sk_who_decide(struct sk_who_making *m, uint32_t type)
{
	struct selkie_who_domain domain = { .type = { type } };
	struct sk_who *who = m->who;
	struct selkie_access access;
	struct sk_context *context;
	int r = selkie_context_assume(m->p, domain.type, &context), list;

	if (r)
		return r == -EINVAL ? 0 : r;
	r = sk_who_keep_context(who, context);
	if (!r && selkie_context_check(m->p, context))
		return 0;
	if (!r)
		r = selkie_access_decide(who->state, NULL, context, m->thing->context,
					 m->thing->cls, &access);
	if (!r)
		r = sk_who_rules_of(m, type, &domain);
	if (r)
		return r;
	domain.context = context;
	list = (access.allowed & m->perms) == m->perms ? SK_WHO_MAY : SK_WHO_HELD;
	r = sk_grow(&who->domains[list], &who->cap[list], who->n[list] + 1,
		    sizeof(*who->domains[list]));
	if (!r)
		who->domains[list][who->n[list]++] = domain;
	return r;
}

static int sk_compare_rules(const struct selkie_who_domain *a, const struct selkie_who_domain *b)
{
	if (a->n_rules != b->n_rules)
		return a->n_rules < b->n_rules ? -1 : 1;
	return memcmp(a->rules, b->rules, a->n_rules * sizeof(*a->rules));
}

/* By rules, then by name. */
static int sk_compare_domains(const void *a, const void *b, void *arg)
{
	const struct selkie_who_domain *x = a, *y = b;
	const struct sk_policy *p = arg;
	int r = sk_compare_rules(x, y);

	return r ? r : strcmp(p->type_by_id[x->type.v]->name, p->type_by_id[y->type.v]->name);
}

static int sk_who_make(struct sk_who_making *m)
{
	const struct sk_policy *p = m->p;
	const struct sk_idset *targets =
		&p->attributes_of[selkie_context_type(m->thing->context).v];
	int r;

	m->is_target = SK_ARENA_ARRAY(&m->who->arena, uint8_t, (size_t)p->n_type_ids + 1);
	m->granted = SK_ARENA_ARRAY(&m->who->arena, uint32_t, (size_t)p->n_type_ids + 1);
	if (!m->is_target || !m->granted)
		return -ENOMEM;
	for (uint32_t i = 0; i < targets->n; i++)
		m->is_target[targets->ids[i]] = 1;
	r = sk_who_all_rules(m);
	for (uint32_t t = 1; t <= p->n_type_ids && !r; t++)
		if (m->granted[t] == m->perms && !p->type_by_id[t]->attribute)
			r = sk_who_decide(m, t);
	for (int list = 0; list < 2 && !r; list++)
		if (m->who->n[list] > 1)
			qsort_r(m->who->domains[list], m->who->n[list],
				sizeof(*m->who->domains[list]), sk_compare_domains, (void *)p);
	return r;
}

int selkie_who_ask(const selkie_state *state, const struct selkie_thing *thing, uint32_t perms,
		   selkie_who **ret)
{
	struct sk_who_making m = { .p = state->policy, .thing = thing, .perms = perms };
	int r;

	m.who = calloc(1, sizeof(*m.who));
	if (!m.who)
		return -ENOMEM;
	m.who->state = state;
	r = sk_who_make(&m);
	free(m.rules.list);
	if (r) {
		selkie_who_free(m.who);
		return r;
	}
	*ret = m.who;
	return 0;
}

void selkie_who_free(selkie_who *who)
{
	if (!who)
		return;
	for (size_t i = 0; i < who->n_contexts; i++)
		selkie_context_free(who->contexts[i]);
	free(who->contexts);
	free(who->domains[SK_WHO_MAY]);
	free(who->domains[SK_WHO_HELD]);
	sk_arena_done(&who->arena);
	free(who);
}

size_t selkie_who_count(const selkie_who *who)
{
	return who->n[SK_WHO_MAY];
}

const struct selkie_who_domain *selkie_who_get(const selkie_who *who, size_t i)
{
	return i < who->n[SK_WHO_MAY] ? &who->domains[SK_WHO_MAY][i] : NULL;
}

size_t selkie_who_held_count(const selkie_who *who)
{
	return who->n[SK_WHO_HELD];
}

const struct selkie_who_domain *selkie_who_held(const selkie_who *who, size_t i)
{
	return i < who->n[SK_WHO_HELD] ? &who->domains[SK_WHO_HELD][i] : NULL;
}
