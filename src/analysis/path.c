/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Walks through a graph of types. What is reachable is found breadth first. Paths are made one at a time, depth first
 * from their start, and never along a way that cannot end: first the set of nodes is found from which the end is r steps
 * away, for each r, going backward from it; a path of L steps then meets in its d-th step only nodes of the set L - d.
 *
 * For the shortest paths these sets are disjoint, one number a node, and every node that is met lies on a path. For all
 * paths up to a length they are walks, which may meet a node twice where a path may not, so the search can come to
 * nothing here and there; that is what the budget is for. Lengths are done one after the other, shortest first. Memory is
 * a few bitmaps and a list of neighbors for each step, whatever the number of paths.
 */
#include "analysis/graph.h"

#include <errno.h>
#include <string.h>

#define SK_PATH_MOST_STEPS 256 /* of SELKIE_PATHS_ALL: one bitmap each */
#define SK_PATH_PROGRESS   (1u << 20)

int sk_graph_init(struct sk_graph *graph, const struct sk_policy *policy,
		  const selkie_type_id *exclude, size_t n_exclude)
{
	graph->policy = policy;
	graph->barred = calloc(SK_BITS_WORDS(policy->n_type_ids), sizeof(*graph->barred));
	if (!graph->barred)
		return -ENOMEM;
	for (uint32_t t = 1; t <= policy->n_type_ids; t++)
		if (policy->type_by_id[t]->attribute)
			sk_bits_set(graph->barred, t);
	for (size_t i = 0; i < n_exclude; i++) {
		const struct sk_idset *types;

		if (!exclude[i].v || exclude[i].v > policy->n_type_ids)
			return -EINVAL;
		types = &policy->types_of[exclude[i].v];
		for (uint32_t k = 0; k < types->n; k++)
			sk_bits_set(graph->barred, types->ids[k]);
	}
	return 0;
}

void sk_graph_done(struct sk_graph *graph)
{
	free(graph->barred);
}

/* Forgets what was seen, for another walk. */
static void sk_walk_reset(struct sk_walk *walk, const struct sk_graph *graph)
{
	memcpy(walk->seen, graph->barred, walk->n_words * sizeof(*walk->seen));
	memset(walk->left, 0, walk->n_words * sizeof(*walk->left));
	memset(walk->entered, 0, walk->n_words * sizeof(*walk->entered));
	walk->n_found = 0;
}

static int sk_walk_init(struct sk_walk *walk, const struct sk_graph *graph)
{
	uint32_t n_ids = graph->policy->n_type_ids, words = SK_BITS_WORDS(n_ids);

	memset(walk, 0, sizeof(*walk));
	walk->n_words = words;
	walk->block = calloc((size_t)words * 6 + n_ids / 2 + 1, sizeof(*walk->block));
	if (!walk->block)
		return -ENOMEM;
	walk->seen = walk->block;
	walk->left = walk->seen + words;
	walk->entered = walk->left + words;
	for (int i = 0; i < 3; i++)
		walk->scratch[i] = walk->entered + (size_t)words * (i + 1u);
	walk->found = (uint32_t *)(walk->block + (size_t)words * 6);
	sk_walk_reset(walk, graph);
	return 0;
}

static void sk_walk_done(struct sk_walk *walk)
{
	free(walk->block);
}

static bool sk_graph_has(const struct sk_graph *graph, selkie_type_id type)
{
	return type.v && type.v <= graph->policy->n_type_ids;
}

/* The types at an end of what is asked, those that are excluded left out. */
static void sk_walk_start(struct sk_walk *walk, const struct sk_graph *graph, selkie_type_id end)
{
	const struct sk_idset *types = &graph->policy->types_of[end.v];

	for (uint32_t i = 0; i < types->n; i++)
		sk_walk_find(walk, types->ids[i]);
}

int sk_graph_reachable(const struct sk_graph *graph, selkie_type_id start,
		       enum selkie_direction direction, uint32_t max_steps,
		       struct selkie_reached **ret, size_t *ret_n)
{
	struct selkie_reached *reached;
	struct sk_walk walk;
	uint32_t i = 0, level;

	if (!sk_graph_has(graph, start))
		return -EINVAL;
	reached = malloc(((size_t)graph->policy->n_type_ids + 1) * sizeof(*reached));
	if (!reached || sk_walk_init(&walk, graph)) {
		free(reached);
		return -ENOMEM;
	}
	sk_walk_start(&walk, graph, start);
	for (; i < walk.n_found; i++)
		reached[i] = (struct selkie_reached){ .type.v = walk.found[i] };
	level = i;
	i = 0;
	for (uint32_t steps = 1; i < level && (!max_steps || steps <= max_steps); steps++) {
		for (; i < level; i++) {
			uint32_t before = walk.n_found;

			graph->visit(graph, &walk, walk.found[i], direction);
			for (uint32_t k = before; k < walk.n_found; k++)
				reached[k] = (struct selkie_reached){ { walk.found[k] },
								      { walk.found[i] },
								      steps };
		}
		level = walk.n_found;
	}
	*ret_n = walk.n_found;
	*ret = reached;
	sk_walk_done(&walk);
	return 0;
}

/* The nodes that may come at one place of a path. */
struct sk_choice {
	uint32_t *nodes;
	uint32_t n, next;
	size_t cap;
};

struct sk_paths {
	const struct sk_graph *graph;
	struct selkie_path_options options;
	struct sk_walk walk;
	uint64_t *sources, *targets;
	/* how far the end is: for shortest paths one distance a node, for all paths a bitmap a distance */
	uint32_t *distance;
	uint64_t *walks;
	uint32_t most;	 /* the greatest length there may be */
	uint32_t length; /* of the paths that are being made */
	bool started, ended;
	uint32_t depth;
	struct sk_choice *choices; /* by depth; most + 1 */
	uint64_t *on_path;
	struct selkie_path path;
	selkie_type_id *types;
	uint64_t n_paths, last_progress;
};

#define SK_FAR UINT32_MAX

static uint64_t *sk_walks_of(const struct sk_paths *p, uint32_t steps)
{
	return p->walks + (size_t)steps * p->walk.n_words;
}

/* Whether the end can be `steps` away from a node. */
static bool sk_paths_fits(const struct sk_paths *p, uint32_t node, uint32_t steps)
{
	return p->distance ? p->distance[node] == steps : sk_bits_has(sk_walks_of(p, steps), node);
}

static bool sk_paths_gives_up(struct sk_paths *p)
{
	if (p->options.budget && p->walk.work > p->options.budget)
		return true;
	if (!p->options.progress || p->walk.work - p->last_progress < SK_PATH_PROGRESS)
		return false;
	p->last_progress = p->walk.work;
	return p->options.progress(p->options.progress_arg, p->n_paths, p->walk.work);
}

/* Distances to the end, breadth first from it, up to the first that a source has. */
static int sk_paths_measure(struct sk_paths *p, selkie_type_id to)
{
	struct sk_walk *w = &p->walk;
	uint32_t n_ids = p->graph->policy->n_type_ids, i = 0, level, steps = 0;
	bool met = false;

	p->distance = malloc(((size_t)n_ids + 1) * sizeof(*p->distance));
	if (!p->distance)
		return -ENOMEM;
	memset(p->distance, 0xff, ((size_t)n_ids + 1) * sizeof(*p->distance));
	sk_walk_reset(w, p->graph);
	sk_walk_start(w, p->graph, to);
	while (i < w->n_found && !met && (!p->options.max_steps || steps <= p->options.max_steps)) {
		level = w->n_found;
		for (uint32_t k = i; k < level; k++) {
			p->distance[w->found[k]] = steps;
			met = met || sk_bits_has(p->sources, w->found[k]);
		}
		for (; i < level && !met; i++)
			p->graph->visit(p->graph, w, w->found[i], SELKIE_BACKWARD);
		steps++;
	}
	p->ended = !met;
	p->length = p->most = met ? steps - 1 : 0;
	return 0;
}

/* From which nodes the end is just so many steps away, for each number up to max_steps. */
static int sk_paths_measure_walks(struct sk_paths *p, selkie_type_id to)
{
	struct sk_walk *w = &p->walk;
	uint32_t n_ids = p->graph->policy->n_type_ids;

	p->most = SK_MIN(p->options.max_steps, n_ids);
	p->walks = calloc(((size_t)p->most + 1) * w->n_words, sizeof(*p->walks));
	if (!p->walks)
		return -ENOMEM;
	sk_walk_reset(w, p->graph);
	sk_walk_start(w, p->graph, to);
	for (uint32_t i = 0; i < w->n_found; i++)
		sk_bits_set(sk_walks_of(p, 0), w->found[i]);
	for (uint32_t steps = 1; steps <= p->most; steps++) {
		const uint64_t *last = sk_walks_of(p, steps - 1);

		sk_walk_reset(w, p->graph);
		for (uint32_t i = 0; i < w->n_words; i++)
			w->seen[i] |= p->targets[i];
		for (uint32_t t = 1; t <= n_ids; t++)
			if (sk_bits_has(last, t) && !(steps > 1 && sk_bits_has(p->sources, t)))
				p->graph->visit(p->graph, w, t, SELKIE_BACKWARD);
		for (uint32_t i = 0; i < w->n_found; i++)
			sk_bits_set(sk_walks_of(p, steps), w->found[i]);
	}
	return 0;
}

static int sk_compare_names(const void *a, const void *b, void *policy)
{
	const struct sk_policy *p = policy;

	return strcmp(p->type_by_id[*(const uint32_t *)a]->name,
		      p->type_by_id[*(const uint32_t *)b]->name);
}

/* Takes what was found and fits as the choice at a depth. */
static int sk_paths_choose(struct sk_paths *p, uint32_t depth)
{
	struct sk_choice *c = &p->choices[depth];
	uint32_t left = p->length - depth, n = 0;

	for (uint32_t i = 0; i < p->walk.n_found; i++) {
		uint32_t node = p->walk.found[i];

		if (!sk_paths_fits(p, node, left) ||
		    (depth && left && sk_bits_has(p->sources, node)))
			continue;
		p->walk.found[n++] = node;
	}
	if (n > c->cap && sk_grow(&c->nodes, &c->cap, n, sizeof(*c->nodes)))
		return -ENOMEM;
	if (n) {
		memcpy(c->nodes, p->walk.found, n * sizeof(*c->nodes));
		qsort_r(c->nodes, n, sizeof(*c->nodes), sk_compare_names,
			(void *)p->graph->policy);
	}
	c->n = n;
	c->next = 0;
	return 0;
}

/* The first choice for paths of the present length: the sources from which it fits. */
static int sk_paths_begin(struct sk_paths *p)
{
	p->depth = 0;
	p->started = true;
	sk_walk_reset(&p->walk, p->graph);
	for (uint32_t t = 1; t <= p->graph->policy->n_type_ids; t++)
		if (sk_bits_has(p->sources, t))
			sk_walk_find(&p->walk, t);
	return sk_paths_choose(p, 0);
}

/* One node further: its neighbors become the next choice. */
static int sk_paths_descend(struct sk_paths *p, uint32_t node)
{
	sk_bits_set(p->on_path, node);
	sk_walk_reset(&p->walk, p->graph);
	for (uint32_t i = 0; i < p->walk.n_words; i++)
		p->walk.seen[i] |= p->on_path[i];
	p->walk.work++;
	p->graph->visit(p->graph, &p->walk, node, SELKIE_FORWARD);
	p->depth++;
	return sk_paths_choose(p, p->depth);
}

/* All of this length are made: on to the next, or to the end. */
static void sk_paths_lengthen(struct sk_paths *p)
{
	p->started = false;
	if (p->length++ >= p->most)
		p->ended = true;
}

int selkie_paths_next(selkie_paths *p, const struct selkie_path **ret_path)
{
	int r = 0;

	while (!r && !p->ended) {
		struct sk_choice *c;
		uint32_t node;

		if (sk_paths_gives_up(p))
			return SELKIE_PATHS_GAVE_UP;
		if (!p->started) {
			r = sk_paths_begin(p);
			continue;
		}
		c = &p->choices[p->depth];
		if (c->next == c->n && !p->depth) {
			sk_paths_lengthen(p);
		} else if (c->next == c->n) {
			p->depth--;
			sk_bits_clear(p->on_path, p->types[p->depth].v);
		} else {
			node = c->nodes[c->next++];
			p->types[p->depth].v = node;
			if (p->depth < p->length) {
				r = sk_paths_descend(p, node);
				continue;
			}
			p->n_paths++;
			p->ended = p->options.mode == SELKIE_PATHS_ONE;
			p->path = (struct selkie_path){ p->length, p->types };
			*ret_path = &p->path;
			return 0;
		}
	}
	return r ? r : SELKIE_PATHS_END;
}

void selkie_paths_free(selkie_paths *p)
{
	if (!p)
		return;
	for (uint32_t i = 0; p->choices && i <= p->most; i++)
		free(p->choices[i].nodes);
	free(p->choices);
	free(p->types);
	free(p->sources);
	free(p->targets);
	free(p->on_path);
	free(p->distance);
	free(p->walks);
	sk_walk_done(&p->walk);
	free(p);
}

static uint64_t *sk_paths_end(const struct sk_graph *graph, selkie_type_id end)
{
	const struct sk_idset *types = &graph->policy->types_of[end.v];
	uint64_t *bits = calloc(SK_BITS_WORDS(graph->policy->n_type_ids), sizeof(*bits));

	for (uint32_t i = 0; bits && i < types->n; i++)
		if (!sk_bits_has(graph->barred, types->ids[i]))
			sk_bits_set(bits, types->ids[i]);
	return bits;
}

static int sk_paths_init(struct sk_paths *p, selkie_type_id from, selkie_type_id to)
{
	int r = sk_walk_init(&p->walk, p->graph);

	if (r)
		return r;
	p->sources = sk_paths_end(p->graph, from);
	p->targets = sk_paths_end(p->graph, to);
	p->on_path = calloc(p->walk.n_words, sizeof(*p->on_path));
	if (!p->sources || !p->targets || !p->on_path)
		return -ENOMEM;
	r = p->options.mode == SELKIE_PATHS_ALL ? sk_paths_measure_walks(p, to)
						: sk_paths_measure(p, to);
	if (r)
		return r;
	p->choices = calloc((size_t)p->most + 1, sizeof(*p->choices));
	p->types = calloc((size_t)p->most + 1, sizeof(*p->types));
	return p->choices && p->types ? 0 : -ENOMEM;
}

int sk_graph_find_paths(const struct sk_graph *graph, selkie_type_id from, selkie_type_id to,
			const struct selkie_path_options *options, selkie_paths **ret)
{
	struct sk_paths *p;
	int r;

	if (options->version != SELKIE_PATH_OPTIONS_VERSION || options->mode > SELKIE_PATHS_ALL ||
	    !sk_graph_has(graph, from) || !sk_graph_has(graph, to))
		return -EINVAL;
	if (options->mode == SELKIE_PATHS_ALL &&
	    (!options->max_steps || options->max_steps > SK_PATH_MOST_STEPS))
		return -EINVAL;
	p = calloc(1, sizeof(*p));
	if (!p)
		return -ENOMEM;
	p->graph = graph;
	p->options = *options;
	r = sk_paths_init(p, from, to);
	if (r) {
		selkie_paths_free(p);
		return r;
	}
	*ret = p;
	return 0;
}
