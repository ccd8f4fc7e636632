/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_ANALYSIS_GRAPH_H
#define SK_ANALYSIS_GRAPH_H

#include "model/policy.h"
#include "selkie/path.h"

/*
 * A graph whose nodes are the types of a policy and whose edges follow from its rules. The edges between types are not
 * stored: a rule between two attributes stands for thousands of them. What a graph gives instead is a visit of one node,
 * and what a walk remembers makes that a second visit does not go the same ways again.
 */
struct sk_walk {
	uint32_t n_words; /* of every bitmap here: one bit a type or attribute */
	uint64_t *
		seen; /* what is not to be found any more, attributes and excluded types included */
	uint64_t *left, *entered; /* the graph's own; cleared with the walk */
	uint64_t *scratch[3];	  /* the graph's own; not cleared */
	uint32_t *found;	  /* types, in the order in which they were found */
	uint32_t n_found;
	uint64_t work;	 /* edges looked at; never cleared */
	uint64_t *block; /* what all of this stands in */
};

struct sk_graph {
	const struct sk_policy *policy;
	uint64_t *barred; /* attributes and excluded types */
	/* Appends the neighbors of a node that were not seen to walk->found, and marks them. */
	void (*visit)(const struct sk_graph *graph, struct sk_walk *walk, uint32_t node,
		      enum selkie_direction direction);
};

#define SK_BITS_WORDS(n_ids) ((n_ids) / 64 + 1) /* ids count from 1 */

static inline bool sk_bits_has(const uint64_t *bits, uint32_t x)
{
	return bits[x / 64] >> (x % 64) & 1;
}

static inline void sk_bits_set(uint64_t *bits, uint32_t x)
{
	bits[x / 64] |= (uint64_t)1 << (x % 64);
}

static inline void sk_bits_clear(uint64_t *bits, uint32_t x)
{
	bits[x / 64] &= ~((uint64_t)1 << (x % 64));
}

/* Marks a bit. True when it was marked already. */
static inline bool sk_bits_mark(uint64_t *bits, uint32_t x)
{
	bool had = sk_bits_has(bits, x);

	sk_bits_set(bits, x);
	return had;
}

/* Notes a neighbor, unless it was seen. */
static inline void sk_walk_find(struct sk_walk *walk, uint32_t node)
{
	if (!sk_bits_mark(walk->seen, node))
		walk->found[walk->n_found++] = node;
}

/* The bitmap of what is barred: attributes, and the types (of the attributes) excluded. 0, -EINVAL or -ENOMEM. */
int sk_graph_init(struct sk_graph *graph, const struct sk_policy *policy,
		  const selkie_type_id *exclude, size_t n_exclude);
void sk_graph_done(struct sk_graph *graph);

int sk_graph_reachable(const struct sk_graph *graph, selkie_type_id start,
		       enum selkie_direction direction, uint32_t max_steps,
		       struct selkie_reached **ret, size_t *ret_n);

int sk_graph_find_paths(const struct sk_graph *graph, selkie_type_id from, selkie_type_id to,
			const struct selkie_path_options *options, selkie_paths **ret);

#endif
