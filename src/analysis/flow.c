/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Information flow as a graph. A rule between two attributes stands for every pair of their types, millions in a large
 * policy, and none of these pairs is stored: a node's neighbors are found through the names that rules are written with,
 * each of which is walked once. From a type to its attributes, from those to the names on the other side of their rules,
 * from there to the types behind these names: that is what a visit does, and in a breadth-first walk no name is left or
 * entered twice, so that one costs what the policy's text is long, however dense the graph is.
 */
#include "analysis/flow.h"

#include <errno.h>
#include <string.h>

#include "analysis/graph.h"
#include "analysis/permission-map.h"
#include "model/state.h"

/* From names of sources to names of targets, and back. Ids of types and attributes have 16 bits in rules. */
struct sk_links {
	uint32_t *first; /* by id: first of its links; one more at the end */
	uint16_t *to;
};

struct sk_flow {
	struct sk_graph graph;	       /* first */
	struct sk_class_flow *classes; /* by id */
	uint8_t *in_force; /* of conditional rules: by rule - n_unconditional; NULL: all */
	struct sk_links out, in;
	/* the rules that make any flow, by the id of their source */
	uint32_t *first_rule, *rules;
};

void sk_flow_perms(const struct sk_flow *flow, uint32_t cls, uint32_t perms, uint32_t *ret_read, uint32_t *ret_write)
{
	*ret_read = perms & flow->classes[cls].read;
	*ret_write = perms & flow->classes[cls].write;
}

/* A rule that makes a flow, and which way. */
static bool sk_flow_of_rule(const struct sk_flow *f, uint32_t index, uint32_t *ret_read,
			    uint32_t *ret_write)
{
	const struct sk_policy *p = f->graph.policy;
	const struct sk_rule *r = &p->rules[index];

	if (r->kind != SK_RULE_ALLOW)
		return false;
	sk_flow_perms(f, r->cls, r->data, ret_read, ret_write);
	if (!(*ret_read | *ret_write))
		return false;
	if (r->source == r->target && !p->type_by_id[r->source]->attribute)
		return false;
	return index < p->n_unconditional || !f->in_force ||
	       f->in_force[index - p->n_unconditional];
}

/* Sorts pairs by their first id, each pair once. pairs: first << 16 | second; they are left in another order. */
static int sk_links_make(struct sk_links *links, uint32_t n_ids, const uint32_t *pairs, size_t n)
{
	sk_auto_free uint32_t *last = calloc((size_t)n_ids + 1, sizeof(*last));
	sk_auto_free uint32_t *at = calloc((size_t)n_ids + 2, sizeof(*at));
	sk_auto_free uint16_t *sorted = malloc((n + 1) * sizeof(*sorted));
	uint32_t kept = 0;

	links->first = calloc((size_t)n_ids + 2, sizeof(*links->first));
	links->to = malloc((n + 1) * sizeof(*links->to));
	if (!last || !at || !sorted || !links->first || !links->to)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++)
		at[(pairs[i] >> 16) + 1]++;
	for (uint32_t id = 1; id <= n_ids + 1; id++)
		at[id] += at[id - 1];
	for (size_t i = 0; i < n; i++)
		sorted[at[pairs[i] >> 16]++] = (uint16_t)pairs[i];
	/* at[id] is now where the links of id end */
	for (uint32_t id = 1; id <= n_ids; id++) {
		links->first[id] = kept;
		for (uint32_t i = at[id - 1]; i < at[id]; i++)
			if (last[sorted[i]] != id) {
				last[sorted[i]] = id;
				links->to[kept++] = sorted[i];
			}
	}
	links->first[n_ids + 1] = kept;
	return 0;
}

static int sk_links_reverse(struct sk_links *in, const struct sk_links *out, uint32_t n_ids)
{
	uint32_t n = out->first[n_ids + 1];
	sk_auto_free uint32_t *pairs = malloc(((size_t)n + 1) * sizeof(*pairs));

	if (!pairs)
		return -ENOMEM;
	for (uint32_t id = 1; id <= n_ids; id++)
		for (uint32_t i = out->first[id]; i < out->first[id + 1]; i++)
			pairs[i] = (uint32_t)out->to[i] << 16 | id;
	return sk_links_make(in, n_ids, pairs, n);
}

static int sk_flow_link(struct sk_flow *f)
{
	const struct sk_policy *p = f->graph.policy;
	sk_auto_free uint32_t *pairs = malloc(((size_t)p->n_rules * 2 + 1) * sizeof(*pairs));
	uint32_t n_rules = 0, read, write;
	size_t n = 0;
	int r;

	f->first_rule = calloc((size_t)p->n_type_ids + 2, sizeof(*f->first_rule));
	if (!pairs || !f->first_rule)
		return -ENOMEM;
	for (uint32_t i = 0; i < p->n_rules; i++) {
		const struct sk_rule *rule = &p->rules[i];

		if (!sk_flow_of_rule(f, i, &read, &write))
			continue;
		if (write)
			pairs[n++] = (uint32_t)rule->source << 16 | rule->target;
		if (read)
			pairs[n++] = (uint32_t)rule->target << 16 | rule->source;
		f->first_rule[rule->source + 1]++;
		n_rules++;
	}
	for (uint32_t id = 1; id <= p->n_type_ids + 1; id++)
		f->first_rule[id] += f->first_rule[id - 1];
	f->rules = malloc(((size_t)n_rules + 1) * sizeof(*f->rules));
	r = f->rules ? sk_links_make(&f->out, p->n_type_ids, pairs, n) : -ENOMEM;
	return r ? r : sk_links_reverse(&f->in, &f->out, p->n_type_ids);
}

/* The rules of each source, in the policy's order. */
static void sk_flow_sort_rules(struct sk_flow *f)
{
	const struct sk_policy *p = f->graph.policy;
	uint32_t read, write;

	for (uint32_t i = 0; i < p->n_rules; i++)
		if (sk_flow_of_rule(f, i, &read, &write))
			f->rules[f->first_rule[p->rules[i].source]++] = i;
	memmove(f->first_rule + 1, f->first_rule,
		((size_t)p->n_type_ids + 1) * sizeof(*f->first_rule));
	f->first_rule[0] = 0;
}

static void sk_flow_visit(const struct sk_graph *graph, struct sk_walk *walk, uint32_t node,
			  enum selkie_direction direction)
{
	const struct sk_flow *f = (const struct sk_flow *)graph;
	const struct sk_links *links = direction == SELKIE_FORWARD ? &f->out : &f->in;
	const struct sk_idset *names = &graph->policy->attributes_of[node];

	for (uint32_t i = 0; i < names->n; i++) {
		uint32_t name = names->ids[i], end = links->first[name + 1];

		if (links->first[name] == end || sk_bits_mark(walk->left, name))
			continue;
		walk->work += end - links->first[name];
		for (uint32_t k = links->first[name]; k < end; k++) {
			const struct sk_idset *types = &graph->policy->types_of[links->to[k]];

			if (sk_bits_mark(walk->entered, links->to[k]))
				continue;
			walk->work += types->n;
			for (uint32_t t = 0; t < types->n; t++)
				sk_walk_find(walk, types->ids[t]);
		}
	}
}

/* Which conditional rules count. The state is not kept. */
static int sk_flow_set_state(struct sk_flow *f, const struct sk_state *state)
{
	const struct sk_policy *p = f->graph.policy;

	if (!state)
		return 0;
	f->in_force = calloc((size_t)(p->n_rules - p->n_unconditional) + 1, 1);
	if (!f->in_force)
		return -ENOMEM;
	for (uint32_t c = 0; c < p->n_conds; c++) {
		const struct sk_cond *cond = &p->conds[c];

		memset(f->in_force + (cond->first_true - p->n_unconditional),
		       sk_state_in_force(state, c, true), cond->n_true);
		memset(f->in_force + (cond->first_false - p->n_unconditional),
		       sk_state_in_force(state, c, false), cond->n_false);
	}
	return 0;
}

static int sk_flow_set_map(struct sk_flow *f, const struct selkie_flow_options *options,
			   struct sk_diags *diags)
{
	selkie_permission_map *own = NULL;
	const selkie_permission_map *map = options->map;
	int r = 0;

	if (!map) {
		r = selkie_permission_map_default(&own);
		map = own;
	}
	if (!r) {
		selkie_permission_map_check(map, f->graph.policy, diags);
		r = sk_permission_map_apply(map, f->graph.policy, options->min_weight, &f->classes);
	}
	selkie_permission_map_free(own);
	return r;
}

int selkie_flow_new(const selkie_policy *policy, const struct selkie_flow_options *options,
		    selkie_diagnostics *diags, selkie_flow **ret)
{
	struct sk_flow *f;
	int r;

	if (options->version != SELKIE_FLOW_OPTIONS_VERSION || options->min_weight < 1 ||
	    options->min_weight > 10)
		return -EINVAL;
	f = calloc(1, sizeof(*f));
	if (!f)
		return -ENOMEM;
	f->graph.visit = sk_flow_visit;
	r = sk_graph_init(&f->graph, policy, options->exclude, options->n_exclude);
	if (!r)
		r = sk_flow_set_state(f, options->state);
	if (!r)
		r = sk_flow_set_map(f, options, diags);
	if (!r)
		r = sk_flow_link(f);
	if (r) {
		selkie_flow_free(f);
		return r;
	}
	sk_flow_sort_rules(f);
	*ret = f;
	return 0;
}

void selkie_flow_free(selkie_flow *flow)
{
	if (!flow)
		return;
	sk_graph_done(&flow->graph);
	free(flow->classes);
	free(flow->in_force);
	free(flow->out.first);
	free(flow->out.to);
	free(flow->in.first);
	free(flow->in.to);
	free(flow->first_rule);
	free(flow->rules);
	free(flow);
}

int selkie_flow_find_paths(const selkie_flow *flow, selkie_type_id from, selkie_type_id to,
			   const struct selkie_path_options *options, selkie_paths **ret)
{
	return sk_graph_find_paths(&flow->graph, from, to, options, ret);
}

int selkie_flow_reachable(const selkie_flow *flow, selkie_type_id start,
			  enum selkie_direction direction, uint32_t max_steps,
			  struct selkie_reached **ret, size_t *ret_n)
{
	return sk_graph_reachable(&flow->graph, start, direction, max_steps, ret, ret_n);
}

struct sk_flow_rules {
	struct selkie_flow_rule *list;
	size_t n, cap;
};

/* The rules with this source and target whose permissions go the way asked for. */
static int sk_flow_add_rules(const struct sk_flow *f, uint32_t source, uint32_t target, bool write,
			     struct sk_flow_rules *found)
{
	const struct sk_policy *p = f->graph.policy;
	const struct sk_idset *names = &p->attributes_of[source];

	for (uint32_t i = 0; i < names->n; i++)
		for (uint32_t k = f->first_rule[names->ids[i]];
		     k < f->first_rule[names->ids[i] + 1]; k++) {
			const struct sk_rule *rule = &p->rules[f->rules[k]];
			const struct sk_class_flow *cls = &f->classes[rule->cls];
			struct selkie_flow_rule *one;
			uint32_t perms = rule->data & (write ? cls->write : cls->read);

			if (!perms || !sk_idset_has(&p->attributes_of[target], rule->target))
				continue;
			if (found->n == found->cap &&
			    sk_grow(&found->list, &found->cap, found->n + 1, sizeof(*found->list)))
				return -ENOMEM;
			one = &found->list[found->n++];
			*one = (struct selkie_flow_rule){ f->rules[k], perms, 0 };
			for (uint32_t bits = perms; bits; bits &= bits - 1)
				one->weight = SK_MAX(one->weight, cls->weight[__builtin_ctz(bits)]);
		}
	return 0;
}

static int sk_compare_rules(const void *a, const void *b)
{
	const struct selkie_flow_rule *x = a, *y = b;

	return (x->rule > y->rule) - (x->rule < y->rule);
}

/* A rule between two attributes that both types have may write and read: it is found twice. */
static size_t sk_flow_unite_rules(struct selkie_flow_rule *list, size_t n)
{
	size_t kept = 0;

	for (size_t i = 0; i < n; i++) {
		if (kept && list[kept - 1].rule == list[i].rule) {
			list[kept - 1].perms |= list[i].perms;
			list[kept - 1].weight = SK_MAX(list[kept - 1].weight, list[i].weight);
		} else {
			list[kept++] = list[i];
		}
	}
	return kept;
}

static bool sk_flow_is_node(const struct sk_flow *f, selkie_type_id type)
{
	return type.v && type.v <= f->graph.policy->n_type_ids &&
	       !f->graph.policy->type_by_id[type.v]->attribute;
}

int selkie_flow_rules(const selkie_flow *flow, selkie_type_id from, selkie_type_id to,
		      struct selkie_flow_rule **ret, size_t *ret_n)
{
	struct sk_flow_rules found = { 0 };
	int r = 0;

	if (!sk_flow_is_node(flow, from) || !sk_flow_is_node(flow, to))
		return -EINVAL;
	if (from.v != to.v && !sk_bits_has(flow->graph.barred, from.v) &&
	    !sk_bits_has(flow->graph.barred, to.v)) {
		r = sk_flow_add_rules(flow, from.v, to.v, true, &found);
		if (!r)
			r = sk_flow_add_rules(flow, to.v, from.v, false, &found);
	}
	if (r) {
		free(found.list);
		return r;
	}
	if (found.n)
		qsort(found.list, found.n, sizeof(*found.list), sk_compare_rules);
	*ret_n = sk_flow_unite_rules(found.list, found.n);
	*ret = found.list;
	return 0;
}
