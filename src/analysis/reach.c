/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Domain transitions as a graph. As with information flow, no pair of types is stored: nine small relations are, as the
 * rules have them, between names. A visit of a domain finds the candidates, which are the targets (or sources) of its
 * transition rules, and proves each: some program that the one executes is an entry point of the other. One side of that
 * is the same for all candidates of a visit, so it is made a bitmap once; whether a name on the other side meets it is
 * remembered for the visit.
 *
 * A type_transition rule is looked up by its very types, as the kernel does (security_compute_sid); compilers write out
 * attributes there.
 */
#include "analysis/reach.h"

#include <errno.h>
#include <string.h>

#include "model/state.h"
#include "selkie/capability.h"
#include "selkie/transition.h"

/* Which permission of which class makes a relation. */
static const struct {
	const char *cls, *perm;
} sk_reach_perms[SK_REACH_TYPE_TRANSITION] = {
	[SK_REACH_TRANSITION] = { "process", "transition" },
	[SK_REACH_DYNTRANSITION] = { "process", "dyntransition" },
	[SK_REACH_EXECUTE] = { "file", "execute" },
	[SK_REACH_ENTRYPOINT] = { "file", "entrypoint" },
	[SK_REACH_SETEXEC] = { "process", "setexec" },
	[SK_REACH_SETCURRENT] = { "process", "setcurrent" },
	[SK_REACH_NNP] = { "process2", "nnp_transition" },
	[SK_REACH_NOSUID] = { "process2", "nosuid_transition" },
};

/* What is asked of every rule while the relations are made. */
struct sk_reach_filter {
	const struct sk_policy *policy;
	const struct sk_state *state;
	uint32_t cls[SK_REACH_TYPE_TRANSITION], perm[SK_REACH_TYPE_TRANSITION];
	uint32_t process;
	uint32_t *any; /* by class: the permissions of all relations */
};

static int sk_reach_filter_init(struct sk_reach_filter *f, const struct sk_policy *p,
				const struct sk_state *state)
{
	memset(f, 0, sizeof(*f));
	f->policy = p;
	f->state = state;
	f->process = sk_policy_find_class(p, "process").v;
	f->any = calloc((size_t)p->n_class_ids + 1, sizeof(*f->any));
	if (!f->any)
		return -ENOMEM;
	for (int i = 0; i < SK_REACH_TYPE_TRANSITION; i++) {
		uint32_t cls = sk_policy_find_class(p, sk_reach_perms[i].cls).v;

		f->cls[i] = cls;
		f->perm[i] =
			cls ? sk_class_find_perm(p->class_by_id[cls], sk_reach_perms[i].perm) : 0;
		f->any[cls] |= f->perm[i];
	}
	return 0;
}

/* The relations that a rule is in, as bits. */
static uint32_t sk_reach_relations(const struct sk_reach_filter *f, const struct sk_rule *rule)
{
	uint32_t relations = 0;

	if (rule->kind == SK_RULE_TRANSITION)
		return 1u << SK_REACH_TYPE_TRANSITION;
	for (int k = 0; k < SK_REACH_TYPE_TRANSITION; k++)
		if (rule->cls == f->cls[k] && rule->data & f->perm[k])
			relations |= 1u << k;
	return relations;
}

/* Rules that count, for all relations together. */
struct sk_reach_rule {
	uint32_t rule;	    /* the policy's number */
	uint32_t relations; /* bits */
};

struct sk_reach_rules {
	struct sk_reach_rule *list;
	size_t n, cap;
};

/* Whether a rule is in any relation; few are, so this is asked before each of them. */
static bool sk_reach_takes_any(const struct sk_reach_filter *f, const struct sk_rule *rule)
{
	if (rule->kind == SK_RULE_ALLOW)
		return rule->data & f->any[rule->cls];
	return rule->kind == SK_RULE_TRANSITION && rule->cls == f->process;
}

static int sk_reach_collect(const struct sk_reach_filter *f, uint32_t first, uint32_t n,
			    struct sk_reach_rules *rules)
{
	for (uint32_t i = first; i < first + n; i++) {
		if (!sk_reach_takes_any(f, &f->policy->rules[i]))
			continue;
		if (rules->n == rules->cap &&
		    sk_grow(&rules->list, &rules->cap, rules->n + 1, sizeof(*rules->list)))
			return -ENOMEM;
		rules->list[rules->n++] = (struct sk_reach_rule){ i, sk_reach_relations(f, &f->policy->rules[i]) };
	}
	return 0;
}

static int sk_reach_collect_all(const struct sk_reach_filter *f, struct sk_reach_rules *rules)
{
	const struct sk_policy *p = f->policy;
	int r = sk_reach_collect(f, 0, p->n_unconditional, rules);

	for (uint32_t c = 0; c < p->n_conds && !r; c++) {
		const struct sk_cond *cond = &p->conds[c];

		if (!f->state || sk_state_in_force(f->state, c, true))
			r = sk_reach_collect(f, cond->first_true, cond->n_true, rules);
		if (!r && (!f->state || sk_state_in_force(f->state, c, false)))
			r = sk_reach_collect(f, cond->first_false, cond->n_false, rules);
	}
	return r;
}

static int sk_relation_begin(struct sk_relation *rel, const struct sk_policy *p)
{
	rel->first = calloc((size_t)p->n_type_ids + 2, sizeof(*rel->first));
	return rel->first ? 0 : -ENOMEM;
}

/* From how many rules each name has to where its rules begin. */
static int sk_relation_sum(struct sk_relation *rel, const struct sk_policy *p)
{
	uint32_t n_ids = p->n_type_ids;

	for (uint32_t id = 1; id <= n_ids + 1; id++)
		rel->first[id] += rel->first[id - 1];
	rel->other = malloc(((size_t)rel->first[n_ids + 1] + 1) * sizeof(*rel->other));
	rel->rules = malloc(((size_t)rel->first[n_ids + 1] + 1) * sizeof(*rel->rules));
	return rel->other && rel->rules ? 0 : -ENOMEM;
}

static void sk_relation_add(struct sk_relation *rel, uint32_t name, uint32_t other, uint32_t rule)
{
	uint32_t at = rel->first[name]++;

	rel->other[at] = (uint16_t)other;
	rel->rules[at] = rule;
}

/* Adding has moved every beginning to its end. */
static void sk_relation_end(struct sk_relation *rel, const struct sk_policy *p)
{
	memmove(rel->first + 1, rel->first, ((size_t)p->n_type_ids + 1) * sizeof(*rel->first));
	rel->first[0] = 0;
}

/* All relations at once: how many rules each name has, then these. */
static int sk_relations_make(struct sk_reach *reach, const struct sk_reach_rules *rules)
{
	const struct sk_policy *p = reach->graph.policy;
	int r = 0;

	for (int i = 0; i < SK_N_REACH_RELATIONS && !r; i++)
		r = sk_relation_begin(&reach->by_source[i], p);
	for (int i = 0; i <= SK_REACH_DYNTRANSITION && !r; i++)
		r = sk_relation_begin(&reach->by_target[i], p);
	for (size_t i = 0; i < rules->n && !r; i++) {
		const struct sk_rule *rule = &p->rules[rules->list[i].rule];

		for (uint32_t left = rules->list[i].relations; left; left &= left - 1) {
			int k = __builtin_ctz(left);

			reach->by_source[k].first[rule->source + 1]++;
			if (k <= SK_REACH_DYNTRANSITION)
				reach->by_target[k].first[rule->target + 1]++;
		}
	}
	for (int i = 0; i < SK_N_REACH_RELATIONS && !r; i++)
		r = sk_relation_sum(&reach->by_source[i], p);
	for (int i = 0; i <= SK_REACH_DYNTRANSITION && !r; i++)
		r = sk_relation_sum(&reach->by_target[i], p);
	for (size_t i = 0; i < rules->n && !r; i++) {
		const struct sk_rule *rule = &p->rules[rules->list[i].rule];

		for (uint32_t left = rules->list[i].relations; left; left &= left - 1) {
			int k = __builtin_ctz(left);

			sk_relation_add(&reach->by_source[k], rule->source, rule->target, rules->list[i].rule);
			if (k <= SK_REACH_DYNTRANSITION)
				sk_relation_add(&reach->by_target[k], rule->target, rule->source, rules->list[i].rule);
		}
	}
	for (int i = 0; i < SK_N_REACH_RELATIONS && !r; i++)
		sk_relation_end(&reach->by_source[i], p);
	for (int i = 0; i <= SK_REACH_DYNTRANSITION && !r; i++)
		sk_relation_end(&reach->by_target[i], p);
	return r;
}

/* With so many rules it is worth to have the names of the target as a bitmap, on the stack: ids have 16 bits. */
#define SK_RELATION_MANY 12

static int sk_relation_each_of_many(const struct sk_reach *reach, const struct sk_relation *rel, uint32_t source,
				    uint32_t target, int (*each)(void *arg, uint32_t rule), void *arg)
{
	const struct sk_policy *p = reach->graph.policy;
	const struct sk_idset *names = &p->attributes_of[source], *others = &p->attributes_of[target];
	uint64_t bits[SK_BITS_WORDS(UINT16_MAX)];
	int r = 0;

	memset(bits, 0, SK_BITS_WORDS(p->n_type_ids) * sizeof(*bits));
	for (uint32_t i = 0; i < others->n; i++)
		sk_bits_set(bits, others->ids[i]);
	for (uint32_t i = 0; i < names->n; i++)
		for (uint32_t k = rel->first[names->ids[i]]; k < rel->first[names->ids[i] + 1]; k++)
			if (sk_bits_has(bits, rel->other[k])) {
				r = each(arg, rel->rules[k]);
				if (r)
					return r;
			}
	return r;
}

int sk_relation_each(const struct sk_reach *reach, enum sk_reach_relation relation, uint32_t source,
		     uint32_t target, int (*each)(void *arg, uint32_t rule), void *arg)
{
	const struct sk_policy *p = reach->graph.policy;
	const struct sk_relation *rel = &reach->by_source[relation];
	const struct sk_idset *names = &p->attributes_of[source];
	uint32_t n = 0;
	int r = 0;

	for (uint32_t i = 0; i < names->n; i++)
		n += rel->first[names->ids[i] + 1] - rel->first[names->ids[i]];
	if (n >= SK_RELATION_MANY)
		return sk_relation_each_of_many(reach, rel, source, target, each, arg);

	for (uint32_t i = 0; i < names->n; i++)
		for (uint32_t k = rel->first[names->ids[i]]; k < rel->first[names->ids[i] + 1]; k++)
			if (sk_idset_has(&p->attributes_of[target], rel->other[k])) {
				r = each(arg, rel->rules[k]);
				if (r)
					return r;
			}
	return r;
}

static int sk_found_one(void *arg, uint32_t rule)
{
	return 1;
}

bool sk_relation_has(const struct sk_reach *reach, enum sk_reach_relation relation, uint32_t source,
		     uint32_t target)
{
	return sk_relation_each(reach, relation, source, target, sk_found_one, NULL);
}

enum selkie_restricted sk_reach_restricted(const struct sk_reach *reach,
					   enum sk_reach_relation relation, uint32_t source,
					   uint32_t target)
{
	struct sk_type_id from = { source }, to = { target };

	if (reach->nnp_capability && sk_relation_has(reach, relation, source, target))
		return SELKIE_RESTRICTED_BY_RULE;
	if (selkie_type_is_bounded(reach->graph.policy, from, to))
		return SELKIE_RESTRICTED_BY_BOUNDS;
	return SELKIE_RESTRICTED_FORBIDDEN;
}

/* The types behind the names that the rules of a type have on their other side, as bits. entered: scratch. */
static void sk_relation_spread(const struct sk_reach *reach, const struct sk_relation *rel,
			       struct sk_walk *walk, uint32_t type, uint64_t *bits,
			       uint64_t *entered)
{
	const struct sk_policy *p = reach->graph.policy;
	const struct sk_idset *names = &p->attributes_of[type];

	memset(bits, 0, walk->n_words * sizeof(*bits));
	memset(entered, 0, walk->n_words * sizeof(*entered));
	for (uint32_t i = 0; i < names->n; i++)
		for (uint32_t k = rel->first[names->ids[i]]; k < rel->first[names->ids[i] + 1];
		     k++) {
			const struct sk_idset *types = &p->types_of[rel->other[k]];

			walk->work++;
			if (sk_bits_mark(entered, rel->other[k]))
				continue;
			walk->work += types->n;
			for (uint32_t t = 0; t < types->n; t++)
				sk_bits_set(bits, types->ids[t]);
		}
	for (uint32_t w = 0; w < walk->n_words; w++)
		bits[w] &= ~reach->graph.barred[w];
}

/*
 * One visit. programs: what the visited domain executes (forward) or has as entry points (backward). asked, met: of the
 * names on the other side, which were looked at, and which have a type among the programs.
 */
struct sk_reach_visit {
	const struct sk_reach *reach;
	struct sk_walk *walk;
	uint32_t node;
	bool forward;
	bool made; /* programs is there */
	uint64_t *programs, *asked, *met;
};

static bool sk_visit_meets(struct sk_reach_visit *v, uint32_t name)
{
	const struct sk_idset *types = &v->reach->graph.policy->types_of[name];

	if (sk_bits_mark(v->asked, name))
		return sk_bits_has(v->met, name);
	v->walk->work += types->n;
	for (uint32_t i = 0; i < types->n; i++)
		if (sk_bits_has(v->programs, types->ids[i])) {
			sk_bits_set(v->met, name);
			return true;
		}
	return false;
}

static void sk_visit_make_programs(struct sk_reach_visit *v)
{
	const struct sk_reach *r = v->reach;

	if (v->made)
		return;
	v->made = true;
	sk_relation_spread(r, &r->by_source[v->forward ? SK_REACH_EXECUTE : SK_REACH_ENTRYPOINT],
			   v->walk, v->node, v->programs, v->asked);
	memset(v->asked, 0, v->walk->n_words * sizeof(*v->asked));
	memset(v->met, 0, v->walk->n_words * sizeof(*v->met));
}

/* Whether the other domain has a program that is among the visited one's. */
static bool sk_visit_shares_program(struct sk_reach_visit *v, uint32_t other)
{
	const struct sk_reach *r = v->reach;
	const struct sk_relation *rel =
		&r->by_source[v->forward ? SK_REACH_ENTRYPOINT : SK_REACH_EXECUTE];
	const struct sk_idset *names = &r->graph.policy->attributes_of[other];

	for (uint32_t i = 0; i < names->n; i++)
		for (uint32_t k = rel->first[names->ids[i]]; k < rel->first[names->ids[i] + 1];
		     k++) {
			v->walk->work++;
			if (sk_visit_meets(v, rel->other[k]))
				return true;
		}
	return false;
}

/* Whether a type_transition rule leads from source to target by a program that both sides allow. */
static bool sk_reach_has_type_transition(const struct sk_reach *r, uint32_t source, uint32_t target)
{
	const struct sk_relation *rel = &r->by_source[SK_REACH_TYPE_TRANSITION];

	for (uint32_t k = rel->first[source]; k < rel->first[source + 1]; k++) {
		uint32_t program = rel->other[k];

		if (r->graph.policy->rules[rel->rules[k]].data == target &&
		    !sk_bits_has(r->graph.barred, program) &&
		    sk_relation_has(r, SK_REACH_EXECUTE, source, program) &&
		    sk_relation_has(r, SK_REACH_ENTRYPOINT, target, program))
			return true;
	}
	return false;
}

/* A candidate that has a transition rule with the visited domain. */
static bool sk_visit_prove(struct sk_reach_visit *v, uint32_t other)
{
	const struct sk_reach *r = v->reach;
	uint32_t source = v->forward ? v->node : other, target = v->forward ? other : v->node;

	if (r->flags & SELKIE_REACH_NNP &&
	    sk_reach_restricted(r, SK_REACH_NNP, source, target) == SELKIE_RESTRICTED_FORBIDDEN)
		return false;
	if (r->flags & SELKIE_REACH_NOSUID &&
	    sk_reach_restricted(r, SK_REACH_NOSUID, source, target) == SELKIE_RESTRICTED_FORBIDDEN)
		return false;
	if (!sk_relation_has(r, SK_REACH_SETEXEC, source, source))
		return sk_reach_has_type_transition(r, source, target);
	sk_visit_make_programs(v);
	return sk_visit_shares_program(v, other);
}

/* The types of one name as candidates. True when all of them were seen by then: it need not be entered again. */
static bool sk_visit_candidates(struct sk_reach_visit *v, enum sk_reach_relation relation,
				uint32_t name)
{
	const struct sk_reach *r = v->reach;
	const struct sk_idset *types = &r->graph.policy->types_of[name];
	bool all = true;

	if (sk_bits_has(v->walk->entered, name))
		return true;
	v->walk->work += types->n;
	for (uint32_t t = 0; t < types->n; t++) {
		uint32_t other = types->ids[t], source = v->forward ? v->node : other;

		if (sk_bits_has(v->walk->seen, other))
			continue;
		if (other != v->node &&
		    (relation == SK_REACH_TRANSITION
			     ? sk_visit_prove(v, other)
			     : sk_relation_has(r, SK_REACH_SETCURRENT, source, source)))
			sk_walk_find(v->walk, other);
		else
			all = false;
	}
	if (all)
		sk_bits_set(v->walk->entered, name);
	return all;
}

/* The rules of one of the node's names. True when nothing is left to be found by them. */
static bool sk_visit_name(struct sk_reach_visit *v, enum sk_reach_relation relation, uint32_t name)
{
	const struct sk_reach *r = v->reach;
	const struct sk_relation *rel =
		v->forward ? &r->by_source[relation] : &r->by_target[relation];
	bool all = true;

	for (uint32_t k = rel->first[name]; k < rel->first[name + 1]; k++)
		all = sk_visit_candidates(v, relation, rel->other[k]) && all;
	return all;
}

static void sk_reach_visit(const struct sk_graph *graph, struct sk_walk *walk, uint32_t node,
			   enum selkie_direction direction)
{
	struct sk_reach_visit v = { .reach = (const struct sk_reach *)graph,
				    .walk = walk,
				    .node = node,
				    .forward = direction == SELKIE_FORWARD,
				    .programs = walk->scratch[0],
				    .asked = walk->scratch[1],
				    .met = walk->scratch[2] };
	const struct sk_idset *names = &graph->policy->attributes_of[node];

	for (uint32_t i = 0; i < names->n; i++) {
		uint32_t name = names->ids[i];
		bool all;

		if (sk_bits_has(walk->left, name))
			continue;
		all = sk_visit_name(&v, SK_REACH_TRANSITION, name);
		if (sk_visit_name(&v, SK_REACH_DYNTRANSITION, name) && all)
			sk_bits_set(walk->left, name);
	}
}

static int sk_reach_make(struct sk_reach *reach, const struct sk_state *state)
{
	const struct sk_policy *p = reach->graph.policy;
	struct sk_reach_rules rules = { 0 };
	struct sk_reach_filter filter;
	int r;

	r = sk_reach_filter_init(&filter, p, state);
	if (!r)
		r = sk_reach_collect_all(&filter, &rules);
	if (!r)
		r = sk_relations_make(reach, &rules);
	free(rules.list);
	free(filter.any);
	return r;
}

int selkie_reach_new(const selkie_policy *policy, const struct selkie_reach_options *options,
		     selkie_reach **ret)
{
	struct sk_reach *reach;
	int r;

	if (options->version != SELKIE_REACH_OPTIONS_VERSION)
		return -EINVAL;
	reach = calloc(1, sizeof(*reach));
	if (!reach)
		return -ENOMEM;
	reach->graph.visit = sk_reach_visit;
	reach->flags = options->flags;
	reach->nnp_capability = selkie_policy_has_capability(
		policy, selkie_capability_find("nnp_nosuid_transition"));
	r = sk_graph_init(&reach->graph, policy, options->exclude, options->n_exclude);
	if (!r)
		r = sk_reach_make(reach, options->state);
	if (r) {
		selkie_reach_free(reach);
		return r;
	}
	*ret = reach;
	return 0;
}

static void sk_relation_done(struct sk_relation *rel)
{
	free(rel->first);
	free(rel->other);
	free(rel->rules);
}

void selkie_reach_free(selkie_reach *reach)
{
	if (!reach)
		return;
	for (int i = 0; i < SK_N_REACH_RELATIONS; i++)
		sk_relation_done(&reach->by_source[i]);
	for (int i = 0; i <= SK_REACH_DYNTRANSITION; i++)
		sk_relation_done(&reach->by_target[i]);
	sk_graph_done(&reach->graph);
	free(reach);
}

int selkie_reach_find_paths(const selkie_reach *reach, selkie_type_id from, selkie_type_id to,
			    const struct selkie_path_options *options, selkie_paths **ret)
{
	return sk_graph_find_paths(&reach->graph, from, to, options, ret);
}

int selkie_reach_reachable(const selkie_reach *reach, selkie_type_id start,
			   enum selkie_direction direction, uint32_t max_steps,
			   struct selkie_reached **ret, size_t *ret_n)
{
	return sk_graph_reachable(&reach->graph, start, direction, max_steps, ret, ret_n);
}
