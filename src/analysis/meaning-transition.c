/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Domain transitions that were not possible: their rules are new, or roles or constraints held them back before and do no
 * more. How dangerous one is follows from what is gained by it: the sensitive accesses that the new domain has, or can come
 * to, and that the old one could not come to under the old policy. All are weighed; the rules are looked up of the most
 * dangerous only, since between policies that have little in common everything is new.
 */
#include <errno.h>
#include <string.h>

#include "analysis/meaning.h"
#include "selkie/reach.h"

/* One that is new, by types of the right policy. */
struct sk_new_transition {
	struct sk_type_id source, target;
	unsigned int danger;
	enum selkie_held held, was_held;
	bool beyond;	    /* what is gained is only come to from the target */
	const char *reason; /* or NULL: nothing is gained */
};

/* A step that the rules of a side allow. */
struct sk_edge {
	uint32_t to;
	enum selkie_held held;
};

struct sk_new_transitions {
	struct sk_making_meanings *m;
	struct sk_new_transition *list;
	size_t n, cap;
	selkie_reach *reach[2];
	struct sk_edge *edges[2];
	size_t n_edges[2], cap_edges[2];
	size_t *first[2]; /* by type id, one more at the end */
	uint64_t *closure[2]; /* by type id: sensitive rows of all that it can come to, itself included */
	size_t *marks; /* by number of the type: 1 + the edge of the source at hand in the left policy */
};

/* The steps of one side. */
static int sk_edges_make(struct sk_new_transitions *t, int side)
{
	const struct sk_pairing *types = &t->m->walk.pairs[SK_PAIR_TYPES];
	uint32_t n_ids = t->m->policy[side]->n_type_ids;
	int r = 0;

	for (uint32_t id = 1; id <= n_ids && !r; id++) {
		struct selkie_reached *reached = NULL;
		size_t n = 0;

		t->first[side][id] = t->n_edges[side];
		if (types->number[side][id])
			r = selkie_reach_reachable(t->reach[side], (struct sk_type_id){ id }, SELKIE_FORWARD, 1,
						   &reached, &n);
		if (!r && n)
			r = sk_grow(&t->edges[side], &t->cap_edges[side], t->n_edges[side] + n, sizeof(*t->edges[side]));
		for (size_t i = 1; i < n && !r; i++) {
			struct sk_edge *e = &t->edges[side][t->n_edges[side]++];

			e->to = reached[i].type.v;
			r = sk_bearers_transition(&t->m->bearers[side], t->reach[side], id, e->to, NULL, NULL, &e->held);
		}
		free(reached);
	}
	t->first[side][n_ids + 1] = t->n_edges[side];
	return r;
}

/* What is come to by steps that nothing holds back: more is gathered as long as anything changes. */
static void sk_edges_close(struct sk_new_transitions *t, int side)
{
	uint32_t n_ids = t->m->policy[side]->n_type_ids;
	uint64_t *closure = t->closure[side];
	bool more = true;

	memcpy(closure, t->m->domains[side].rows, ((size_t)n_ids + 1) * sizeof(*closure));
	while (more) {
		more = false;
		for (uint32_t id = 1; id <= n_ids; id++) {
			uint64_t rows = closure[id];

			for (size_t i = t->first[side][id]; i < t->first[side][id + 1]; i++)
				if (t->edges[side][i].held == SELKIE_HELD_NOT)
					rows |= closure[t->edges[side][i].to];
			more = more || rows != closure[id];
			closure[id] = rows;
		}
	}
}

static int sk_transition_take_rules(struct sk_making_meanings *m, struct sk_meaning_rules *rules,
				    const struct selkie_rule_list *list, uint32_t perm)
{
	int r = 0;

	for (size_t i = 0; i < list->n && i < 2 && !r; i++)
		r = sk_meaning_take_right_rule(m, rules, list->rules[i], perm);
	return r;
}

static int sk_transition_rules(struct sk_making_meanings *m, struct sk_meaning_rules *rules,
			       const struct selkie_transition_facts *facts)
{
	const struct sk_bearers *b = &m->bearers[SK_RIGHT];
	int r = facts->by_exec ? sk_transition_take_rules(m, rules, &facts->transition, b->transition)
			       : sk_transition_take_rules(m, rules, &facts->dyntransition, b->dyntransition);

	if (!r && !facts->by_exec)
		return sk_transition_take_rules(m, rules, &facts->setcurrent, b->setcurrent);
	for (size_t i = 0; i < facts->n_entrypoints && i < 2 && !r; i++) {
		const struct selkie_entrypoint *e = &facts->entrypoints[i];

		r = sk_transition_take_rules(m, rules, &e->execute, b->execute);
		if (!r)
			r = sk_transition_take_rules(m, rules, &e->entrypoint, b->entrypoint);
		if (!r)
			r = sk_transition_take_rules(m, rules, &e->type_transition, 0);
	}
	return r ? r : sk_transition_take_rules(m, rules, &facts->setexec, b->setexec);
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

/* Whether there could be such a process under the left policy: its user, role and type go together there. */
static bool sk_transition_was_there(void *arg, const struct sk_context *right)
{
	const struct sk_making_meanings *m = arg;
	const struct sk_pairing *users = &m->walk.pairs[SK_PAIR_USERS], *roles = &m->walk.pairs[SK_PAIR_ROLES];
	uint32_t user = users->id[SK_LEFT][users->number[SK_RIGHT][right->user.v]];
	uint32_t role = roles->id[SK_LEFT][roles->number[SK_RIGHT][right->role.v]];
	uint32_t type = sk_meaning_left(m, right->type).v;

	return user && role && type && sk_bitset_has(&m->policy[SK_LEFT]->user_by_id[user]->roles, role) &&
	       sk_idset_has(&m->policy[SK_LEFT]->role_by_id[role]->types, type);
}

/*
 * Where roles were in the way, it may be that nobody was there to take the step; who gets there now is a finding of its own,
 * as with a domain that is new.
 */
static int sk_transition_weigh_newcomers(struct sk_new_transitions *t, struct sk_new_transition *new)
{
	enum selkie_held held;
	int r;

	if (new->was_held != SELKIE_HELD_BY_ROLES || !sk_bearers_exist(&t->m->bearers[SK_LEFT],
								       sk_meaning_left(t->m, new->source).v))
		return 0;
	r = sk_bearers_transition(&t->m->bearers[SK_RIGHT], t->reach[SK_RIGHT], new->source.v, new->target.v,
				  sk_transition_was_there, t->m, &held);
	if (!r && held != SELKIE_HELD_NOT)
		new->danger /= 2;
	return r;
}

/* How much is gained by a step: what the target may do, then what it can come to. */
static void sk_transition_weigh(struct sk_new_transitions *t, struct sk_new_transition *new)
{
	struct sk_type_id left = sk_meaning_left(t->m, new->source);
	uint64_t before = left.v ? t->closure[SK_LEFT][left.v] : 0;
	const char *direct_reason = NULL, *beyond_reason = NULL;
	unsigned int direct, beyond;

	direct = sk_meaning_worst_row(t->m->domains[SK_RIGHT].rows[new->target.v] & ~before, &direct_reason);
	beyond = sk_meaning_worst_row(t->closure[SK_RIGHT][new->target.v] & ~before, &beyond_reason) * 9 / 10;
	new->beyond = beyond > direct;
	new->reason = new->beyond ? beyond_reason : direct_reason;
	new->danger = sk_meaning_scale(t->m, new->source, SK_MAX(SK_MAX(direct, beyond), 10u));
	new->danger = sk_meaning_scale_held(new->held, new->danger);
}

static int sk_transition_add(struct sk_new_transitions *t, const struct sk_new_transition *new)
{
	struct sk_making_meanings *m = t->m;
	struct selkie_meaning f = { .kind = SELKIE_MEANING_TRANSITION, .danger = new->danger, .held = new->held,
				    .was_held = new->was_held };
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
	sk_meaning_say_was_held(m, new->was_held);
	sk_meaning_say_held(m, new->held);
	selkie_transition_facts_free(facts);
	return r ? r : sk_meaning_add(m, &f);
}

static int sk_transition_take(struct sk_new_transitions *t, uint32_t source, const struct sk_edge *edge,
			      enum selkie_held was_held)
{
	struct sk_new_transition new = { .source = { source }, .target = { edge->to }, .held = edge->held,
					 .was_held = was_held };
	int r = sk_grow(&t->list, &t->cap, t->n + 1, sizeof(*t->list));

	sk_transition_weigh(t, &new);
	if (!r)
		r = sk_transition_weigh_newcomers(t, &new);
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

/* The steps of one source that are not possible under the left policy. */
static int sk_transitions_from(struct sk_new_transitions *t, uint32_t number)
{
	const struct sk_pairing *types = &t->m->walk.pairs[SK_PAIR_TYPES];
	uint32_t left = types->id[SK_LEFT][number], right = types->id[SK_RIGHT][number], *slot;
	size_t first = left ? t->first[SK_LEFT][left] : 0, end = left ? t->first[SK_LEFT][left + 1] : 0;
	int r = 0;

	for (size_t i = first; i < end; i++)
		t->marks[types->number[SK_LEFT][t->edges[SK_LEFT][i].to]] = i + 1;
	for (size_t i = t->first[SK_RIGHT][right]; i < t->first[SK_RIGHT][right + 1] && !r; i++) {
		const struct sk_edge *edge = &t->edges[SK_RIGHT][i];
		uint32_t to = types->number[SK_RIGHT][edge->to];
		size_t mark = t->marks[to] > first && t->marks[to] <= end ? t->marks[to] : 0;
		enum selkie_held was_held = mark ? t->edges[SK_LEFT][mark - 1].held : SELKIE_HELD_NOT;

		/* what rules allowed before is new only when something no longer holds it back */
		if (mark && (was_held == SELKIE_HELD_NOT || edge->held != SELKIE_HELD_NOT))
			continue;
		if (edge->held == SELKIE_HELD_NOT)
			r = sk_map_insert(&t->m->transitions, (uint64_t)number << 32 | to, 0, &slot, NULL);
		if (!r)
			r = sk_transition_take(t, right, edge, was_held);
	}
	return r;
}

static int sk_transitions_begin(struct sk_new_transitions *t)
{
	struct sk_making_meanings *m = t->m;
	int r = 0;

	t->marks = SK_ARENA_ARRAY(&m->arena, size_t, (size_t)m->walk.pairs[SK_PAIR_TYPES].n + 1);
	for (int side = 0; side < 2 && !r; side++) {
		struct selkie_reach_options options = SELKIE_REACH_OPTIONS_INIT;
		size_t n_ids = (size_t)m->policy[side]->n_type_ids + 1;

		options.state = m->state[side];
		t->closure[side] = SK_ARENA_ARRAY(&m->arena, uint64_t, n_ids);
		t->first[side] = SK_ARENA_ARRAY(&m->arena, size_t, n_ids + 1);
		r = t->marks && t->closure[side] && t->first[side] ? 0 : -ENOMEM;
		if (!r)
			r = selkie_reach_new(m->policy[side], &options, &t->reach[side]);
		if (!r)
			r = sk_edges_make(t, side);
		if (!r)
			sk_edges_close(t, side);
	}
	return r;
}

int sk_meaning_transitions(struct sk_making_meanings *m)
{
	const struct sk_pairing *types = &m->walk.pairs[SK_PAIR_TYPES];
	struct sk_new_transitions t = { .m = m };
	int r = sk_transitions_begin(&t);
	size_t told;

	for (uint32_t number = 1; number <= types->n && !r; number++)
		if (types->id[SK_RIGHT][number])
			r = sk_transitions_from(&t, number);
	if (t.n > 1)
		qsort(t.list, t.n, sizeof(*t.list), sk_compare_transitions);
	told = SK_MIN(t.n, (size_t)SK_MEANING_MOST);
	for (size_t i = 0; i < told && !r; i++)
		r = sk_transition_add(&t, &t.list[i]);
	m->out->omitted.n_transitions = t.n - told;
	free(t.list);
	for (int side = 0; side < 2; side++) {
		free(t.edges[side]);
		selkie_reach_free(t.reach[side]);
	}
	return r;
}
