/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Everything about one domain transition, whether it is possible or not: which rules are there and which are missing.
 * The answer is one object; its lists stand in an arena behind it.
 */
#include <errno.h>
#include <string.h>

#include "analysis/reach.h"
#include "base/arena.h"
#include "selkie/transition.h"

struct sk_facts {
	struct selkie_transition_facts facts; /* first */
	struct sk_arena arena;
	const struct sk_reach *reach;
	uint32_t from, to;
	uint64_t *execute, *entrypoint; /* program types */
	uint32_t n_words;
};

/* Rules while they are found. */
struct sk_rules {
	uint32_t *list;
	size_t n, cap;
};

static int sk_rules_add(void *arg, uint32_t rule)
{
	struct sk_rules *rules = arg;

	if (rules->n == rules->cap &&
	    sk_grow(&rules->list, &rules->cap, rules->n + 1, sizeof(*rules->list)))
		return -ENOMEM;
	rules->list[rules->n++] = rule;
	return 0;
}

static int sk_compare_numbers(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

/*
 * The rules of a relation, in the policy's order. `before`: a list that is likely to be the same and is then shared, as
 * that of the entry point before, where rules are about attributes; or NULL.
 */
static int sk_facts_list(struct sk_facts *f, enum sk_reach_relation relation, uint32_t source,
			 uint32_t target, const struct selkie_rule_list *before,
			 struct selkie_rule_list *ret)
{
	struct sk_rules rules = { 0 };
	int r;

	r = sk_relation_each(f->reach, relation, source, target, sk_rules_add, &rules);
	if (!r && rules.n) {
		qsort(rules.list, rules.n, sizeof(*rules.list), sk_compare_numbers);
		ret->n = rules.n;
		if (before && before->n == rules.n &&
		    !memcmp(before->rules, rules.list, rules.n * sizeof(*rules.list)))
			ret->rules = before->rules;
		else
			ret->rules = sk_arena_memdup(&f->arena, rules.list,
						     rules.n * sizeof(*rules.list));
		if (!ret->rules)
			r = -ENOMEM;
	}
	free(rules.list);
	return r;
}

static int sk_facts_list_type_transitions(struct sk_facts *f, uint32_t program,
					  struct selkie_rule_list *ret)
{
	const struct sk_relation *rel = &f->reach->by_source[SK_REACH_TYPE_TRANSITION];
	const struct sk_rule *rules = f->reach->graph.policy->rules;
	uint32_t n = 0, *list = NULL;

	for (uint32_t k = rel->first[f->from]; k < rel->first[f->from + 1]; k++)
		n += rel->other[k] == program && rules[rel->rules[k]].data == f->to;
	if (n)
		list = SK_ARENA_ARRAY(&f->arena, uint32_t, n);
	if (n && !list)
		return -ENOMEM;
	ret->rules = list;
	for (uint32_t k = rel->first[f->from]; k < rel->first[f->from + 1]; k++)
		if (rel->other[k] == program && rules[rel->rules[k]].data == f->to)
			list[ret->n++] = rel->rules[k];
	return 0;
}

/* The programs on the other side of a domain's rules. */
static uint64_t *sk_facts_programs(struct sk_facts *f, enum sk_reach_relation relation,
				   uint32_t domain)
{
	const struct sk_policy *p = f->reach->graph.policy;
	const struct sk_relation *rel = &f->reach->by_source[relation];
	const struct sk_idset *names = &p->attributes_of[domain];
	uint64_t *bits = SK_ARENA_ARRAY(&f->arena, uint64_t, f->n_words);
	uint64_t *entered = SK_ARENA_ARRAY(&f->arena, uint64_t, f->n_words);

	if (!bits || !entered)
		return NULL;
	for (uint32_t i = 0; i < names->n; i++)
		for (uint32_t k = rel->first[names->ids[i]]; k < rel->first[names->ids[i] + 1];
		     k++) {
			const struct sk_idset *types = &p->types_of[rel->other[k]];

			if (sk_bits_mark(entered, rel->other[k]))
				continue;
			for (uint32_t t = 0; t < types->n; t++)
				if (!sk_bits_has(f->reach->graph.barred, types->ids[t]))
					sk_bits_set(bits, types->ids[t]);
		}
	return bits;
}

static uint32_t sk_bits_count(const uint64_t *bits, uint32_t n_words)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < n_words; i++)
		n += (uint32_t)__builtin_popcountll(bits[i]);
	return n;
}

static int sk_facts_add_entrypoint(struct sk_facts *f, struct selkie_entrypoint *e)
{
	const struct selkie_entrypoint *before = f->facts.n_entrypoints ? e - 1 : NULL;
	int r = sk_facts_list(f, SK_REACH_ENTRYPOINT, f->to, e->type.v,
			      before ? &before->entrypoint : NULL, &e->entrypoint);

	if (!r)
		r = sk_facts_list(f, SK_REACH_EXECUTE, f->from, e->type.v,
				  before ? &before->execute : NULL, &e->execute);
	if (!r)
		r = sk_facts_list_type_transitions(f, e->type.v, &e->type_transition);
	return r;
}

static int sk_facts_add_entrypoints(struct sk_facts *f)
{
	struct selkie_transition_facts *facts = &f->facts;
	struct selkie_entrypoint *list;
	selkie_type_id *others;
	uint32_t n = 0;
	int r = 0;

	f->execute = sk_facts_programs(f, SK_REACH_EXECUTE, f->from);
	f->entrypoint = sk_facts_programs(f, SK_REACH_ENTRYPOINT, f->to);
	if (!f->execute || !f->entrypoint)
		return -ENOMEM;
	for (uint32_t i = 0; i < f->n_words; i++)
		n += (uint32_t)__builtin_popcountll(f->execute[i] & f->entrypoint[i]);
	list = SK_ARENA_ARRAY(&f->arena, struct selkie_entrypoint, n);
	others = SK_ARENA_ARRAY(&f->arena, selkie_type_id,
				n ? 0 : sk_bits_count(f->entrypoint, f->n_words));
	if (!list || !others)
		return -ENOMEM;
	facts->entrypoints = list;
	facts->not_executed = others;
	for (uint32_t i = 0; i < f->n_words; i++)
		for (uint64_t left = n ? f->execute[i] & f->entrypoint[i] : f->entrypoint[i]; left && !r; left &= left - 1) {
			uint32_t t = i * 64 + (uint32_t)__builtin_ctzll(left);

			if (!n) {
				others[facts->n_not_executed++].v = t;
				continue;
			}
			list[facts->n_entrypoints].type.v = t;
			r = sk_facts_add_entrypoint(f, &list[facts->n_entrypoints]);
			facts->n_entrypoints++;
		}
	return r;
}

static int sk_facts_add_rules(struct sk_facts *f)
{
	const struct {
		enum sk_reach_relation relation;
		uint32_t target;
		struct selkie_rule_list *list;
	} lists[] = {
		{ SK_REACH_TRANSITION, f->to, &f->facts.transition },
		{ SK_REACH_SETEXEC, f->from, &f->facts.setexec },
		{ SK_REACH_DYNTRANSITION, f->to, &f->facts.dyntransition },
		{ SK_REACH_SETCURRENT, f->from, &f->facts.setcurrent },
		{ SK_REACH_NNP, f->to, &f->facts.nnp_rules },
		{ SK_REACH_NOSUID, f->to, &f->facts.nosuid_rules },
	};
	int r = 0;

	for (size_t i = 0; i < SK_ARRAY_LEN(lists) && !r; i++)
		r = sk_facts_list(f, lists[i].relation, f->from, lists[i].target, NULL,
				  lists[i].list);
	return r;
}

static void sk_facts_judge(struct sk_facts *f)
{
	struct selkie_transition_facts *facts = &f->facts;
	unsigned int flags = f->reach->flags;
	bool triggered = facts->setexec.n;

	facts->nnp = sk_reach_restricted(f->reach, SK_REACH_NNP, f->from, f->to);
	facts->nosuid = sk_reach_restricted(f->reach, SK_REACH_NOSUID, f->from, f->to);
	for (size_t i = 0; i < facts->n_entrypoints; i++)
		triggered = triggered || facts->entrypoints[i].type_transition.n;
	if (!facts->transition.n)
		facts->exec_lacks |= SELKIE_LACKS_TRANSITION;
	if (!sk_bits_count(f->entrypoint, f->n_words))
		facts->exec_lacks |= SELKIE_LACKS_ENTRYPOINT;
	else if (!facts->n_entrypoints)
		facts->exec_lacks |= SELKIE_LACKS_EXECUTE;
	if (!triggered)
		facts->exec_lacks |= SELKIE_LACKS_TRIGGER;
	if ((flags & SELKIE_REACH_NNP && facts->nnp == SELKIE_RESTRICTED_FORBIDDEN) ||
	    (flags & SELKIE_REACH_NOSUID && facts->nosuid == SELKIE_RESTRICTED_FORBIDDEN))
		facts->exec_lacks |= SELKIE_LACKS_RESTRICTED;
	if (!facts->dyntransition.n)
		facts->dyn_lacks |= SELKIE_LACKS_DYNTRANSITION;
	if (!facts->setcurrent.n)
		facts->dyn_lacks |= SELKIE_LACKS_SETCURRENT;
	facts->by_exec = !facts->exec_lacks;
	facts->by_dyntransition = !facts->dyn_lacks;
}

static bool sk_facts_may_ask(const struct sk_reach *reach, selkie_type_id type)
{
	return type.v && type.v <= reach->graph.policy->n_type_ids &&
	       !reach->graph.policy->type_by_id[type.v]->attribute;
}

int selkie_reach_facts(const selkie_reach *reach, selkie_type_id from, selkie_type_id to,
		       struct selkie_transition_facts **ret)
{
	struct sk_facts *f;
	int r;

	if (!sk_facts_may_ask(reach, from) || !sk_facts_may_ask(reach, to) || from.v == to.v)
		return -EINVAL;
	f = calloc(1, sizeof(*f));
	if (!f)
		return -ENOMEM;
	f->reach = reach;
	f->from = from.v;
	f->to = to.v;
	f->n_words = SK_BITS_WORDS(reach->graph.policy->n_type_ids);
	r = sk_facts_add_rules(f);
	if (!r)
		r = sk_facts_add_entrypoints(f);
	if (r) {
		selkie_transition_facts_free(&f->facts);
		return r;
	}
	sk_facts_judge(f);
	*ret = &f->facts;
	return 0;
}

void selkie_transition_facts_free(struct selkie_transition_facts *facts)
{
	struct sk_facts *f = (struct sk_facts *)facts;

	if (!f)
		return;
	sk_arena_done(&f->arena);
	free(f);
}
