/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Domain transitions that were not possible. How dangerous one is follows from what is gained by it: the sensitive accesses
 * that the new domain has, or can come to, and that the old one could not come to under the old policy. All are weighed;
 * the rules are looked up of the most dangerous only, since between policies that have little in common everything is new.
 */
#include <errno.h>
#include <string.h>

#include "analysis/meaning.h"
#include "selkie/reach.h"

/* One that is new, by types of the right policy. */
struct sk_new_transition {
	struct sk_type_id source, target;
	unsigned int danger;
	bool beyond;	    /* what is gained is only come to from the target */
	const char *reason; /* or NULL: nothing is gained */
};

struct sk_new_transitions {
	struct sk_making_meanings *m;
	struct sk_new_transition *list;
	size_t n, cap;
	selkie_reach *reach[2];
	uint64_t *closure
		[2]; /* by type id: sensitive rows of all that it can come to, itself included */
	uint8_t *known[2];
	uint32_t *
		marks; /* by number of the type: the source for which the left policy has the step */
};

static int sk_closure_rows(struct sk_new_transitions *t, int side, uint32_t id, uint64_t *ret)
{
	struct selkie_reached *reached = NULL;
	size_t n = 0;
	int r;

	if (!t->known[side][id]) {
		r = selkie_reach_reachable(t->reach[side], (struct sk_type_id){ id },
					   SELKIE_FORWARD, 0, &reached, &n);
		if (r)
			return r;
		for (size_t i = 0; i < n; i++)
			t->closure[side][id] |= t->m->domains[side].rows[reached[i].type.v];
		t->known[side][id] = 1;
		free(reached);
	}
	*ret = t->closure[side][id];
	return 0;
}

static int sk_transition_take_rules(struct sk_making_meanings *m, struct sk_meaning_rules *rules,
				    const struct selkie_rule_list *list)
{
	int r = 0;

	for (size_t i = 0; i < list->n && i < 2 && !r; i++)
		r = sk_meaning_take_right_rule(m, rules, list->rules[i]);
	return r;
}

static int sk_transition_rules(struct sk_making_meanings *m, struct sk_meaning_rules *rules,
			       const struct selkie_transition_facts *facts)
{
	int r = sk_transition_take_rules(
		m, rules, facts->by_exec ? &facts->transition : &facts->dyntransition);

	if (!r && !facts->by_exec)
		return sk_transition_take_rules(m, rules, &facts->setcurrent);
	for (size_t i = 0; i < facts->n_entrypoints && i < 2 && !r; i++) {
		const struct selkie_entrypoint *e = &facts->entrypoints[i];

		r = sk_transition_take_rules(m, rules, &e->execute);
		if (!r)
			r = sk_transition_take_rules(m, rules, &e->entrypoint);
		if (!r)
			r = sk_transition_take_rules(m, rules, &e->type_transition);
	}
	return r ? r : sk_transition_take_rules(m, rules, &facts->setexec);
}

static void sk_transition_text(struct sk_making_meanings *m, struct sk_type_id source,
			       struct sk_type_id target,
			       const struct selkie_transition_facts *facts)
{
	const struct sk_policy *p = m->policy[SK_RIGHT];

	sk_meaning_name(m, source, 0, true);
	sk_buf_join(&m->buf, " can now become ", p->type_by_id[target.v]->name, NULL);
	if (facts->by_exec && facts->n_entrypoints)
		sk_buf_join(&m->buf, " by executing ",
			    p->type_by_id[facts->entrypoints[0].type.v]->name, NULL);
	else if (facts->by_dyntransition)
		sk_buf_adds(&m->buf, " without executing anything");
}

/* How much is gained by a step: what the target may do, then what it can come to. */
static int sk_transition_weigh(struct sk_new_transitions *t, struct sk_new_transition *new)
{
	struct sk_type_id left = sk_meaning_left(t->m, new->source);
	const char *direct_reason = NULL, *beyond_reason = NULL;
	uint64_t before = 0, after = 0;
	unsigned int direct, beyond;
	int r = left.v ? sk_closure_rows(t, SK_LEFT, left.v, &before) : 0;

	if (!r)
		r = sk_closure_rows(t, SK_RIGHT, new->target.v, &after);
	if (r)
		return r;
	direct = sk_meaning_worst_row(t->m->domains[SK_RIGHT].rows[new->target.v] & ~before,
				      &direct_reason);
	beyond = sk_meaning_worst_row(after & ~before, &beyond_reason) * 9 / 10;
	new->beyond = beyond > direct;
	new->reason = new->beyond ? beyond_reason : direct_reason;
	new->danger = sk_meaning_scale(t->m, new->source, SK_MAX(SK_MAX(direct, beyond), 10u));
	return 0;
}

static int sk_transition_add(struct sk_new_transitions *t, const struct sk_new_transition *new)
{
	struct sk_making_meanings *m = t->m;
	struct selkie_meaning f = { .kind = SELKIE_MEANING_TRANSITION, .danger = new->danger };
	struct selkie_transition_facts *facts = NULL;
	struct sk_meaning_rules rules = { 0 };
	int r = selkie_reach_facts(t->reach[SK_RIGHT], new->source, new->target, &facts);

	if (r)
		return r;
	f.exposure = (enum selkie_exposure)m->domains[SK_RIGHT].exposure[new->source.v];
	f.source = m->policy[SK_RIGHT]->type_by_id[new->source.v]->name;
	f.target = m->policy[SK_RIGHT]->type_by_id[new->target.v]->name;
	r = sk_transition_rules(m, &rules, facts);
	if (!r)
		r = sk_meaning_set_rules(m, &f, &rules);
	sk_transition_text(m, new->source, new->target, facts);
	if (new->reason)
		sk_buf_join(&m->buf,
			    new->beyond ? ", and from there on gains what it had not: "
					: ", which gains it what it had not: ",
			    new->reason, NULL);
	sk_buf_addc(&m->buf, '.');
	selkie_transition_facts_free(facts);
	return r ? r : sk_meaning_add(m, &f);
}

static int sk_transition_take(struct sk_new_transitions *t, struct sk_type_id source,
			      struct sk_type_id target)
{
	struct sk_new_transition new = { .source = source, .target = target };
	int r = sk_transition_weigh(t, &new);

	if (!r)
		r = sk_grow(&t->list, &t->cap, t->n + 1, sizeof(*t->list));
	if (!r)
		t->list[t->n++] = new;
	return r;
}

static int sk_compare_transitions(const void *a, const void *b)
{
	const struct sk_new_transition *x = a, *y = b;

	if (x->danger != y->danger)
		return x->danger > y->danger ? -1 : 1;
	if (x->source.v != y->source.v)
		return x->source.v < y->source.v ? -1 : 1;
	return (x->target.v > y->target.v) - (x->target.v < y->target.v);
}

/* The steps of one source that the left policy does not have. */
static int sk_transitions_from(struct sk_new_transitions *t, uint32_t number)
{
	const struct sk_pairing *types = &t->m->walk.pairs[SK_PAIR_TYPES];
	struct selkie_reached *reached[2] = { NULL, NULL };
	size_t n[2] = { 0, 0 };
	int r = 0;

	for (int side = 0; side < 2 && !r; side++)
		if (types->id[side][number])
			r = selkie_reach_reachable(t->reach[side],
						   (struct sk_type_id){ types->id[side][number] },
						   SELKIE_FORWARD, 1, &reached[side], &n[side]);
	for (size_t i = 0; i < n[SK_LEFT] && !r; i++)
		t->marks[types->number[SK_LEFT][reached[SK_LEFT][i].type.v]] = number;
	for (size_t i = 1; i < n[SK_RIGHT] && !r; i++) {
		uint32_t to = types->number[SK_RIGHT][reached[SK_RIGHT][i].type.v], *slot;

		if (t->marks[to] == number)
			continue;
		r = sk_map_insert(&t->m->transitions, (uint64_t)number << 32 | to, 0, &slot, NULL);
		if (!r)
			r = sk_transition_take(t, reached[SK_RIGHT][0].type,
					       reached[SK_RIGHT][i].type);
	}
	free(reached[SK_LEFT]);
	free(reached[SK_RIGHT]);
	return r;
}

int sk_meaning_transitions(struct sk_making_meanings *m)
{
	const struct sk_pairing *types = &m->walk.pairs[SK_PAIR_TYPES];
	struct sk_new_transitions t = { .m = m };
	int r = 0;

	t.marks = SK_ARENA_ARRAY(&m->arena, uint32_t, (size_t)types->n + 1);
	for (int side = 0; side < 2 && !r; side++) {
		struct selkie_reach_options options = SELKIE_REACH_OPTIONS_INIT;
		size_t n_ids = (size_t)m->policy[side]->n_type_ids + 1;

		options.state = m->state[side];
		t.closure[side] = SK_ARENA_ARRAY(&m->arena, uint64_t, n_ids);
		t.known[side] = SK_ARENA_ARRAY(&m->arena, uint8_t, n_ids);
		r = t.marks && t.closure[side] && t.known[side] ? 0 : -ENOMEM;
		if (!r)
			r = selkie_reach_new(m->policy[side], &options, &t.reach[side]);
	}
	for (uint32_t number = 1; number <= types->n && !r; number++)
		if (types->id[SK_RIGHT][number])
			r = sk_transitions_from(&t, number);
	if (t.n > 1)
		qsort(t.list, t.n, sizeof(*t.list), sk_compare_transitions);
	for (size_t i = 0; i < SK_MIN(t.n, (size_t)SK_MEANING_MOST) && !r; i++)
		r = sk_transition_add(&t, &t.list[i]);
	free(t.list);
	selkie_reach_free(t.reach[SK_LEFT]);
	selkie_reach_free(t.reach[SK_RIGHT]);
	return r;
}
