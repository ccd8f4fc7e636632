/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A radix tree, built breadth first from the sorted prefixes so that the children of a node stand side by side. Every
 * node knows the nearest prefix above it, so what a path may match is a chain from the deepest node upwards.
 */
#include "label/index.h"

#include <errno.h>
#include <string.h>

int sk_label_prefix_compare(const struct sk_label_prefix *a, const struct sk_label_prefix *b)
{
	uint32_t n = SK_MIN(a->n, b->n);
	int r = n ? memcmp(a->s, b->s, n) : 0;

	return r ? r : (a->n > b->n) - (a->n < b->n);
}

/* The part of the sorted prefixes that a node, not yet worked out, stands for. */
struct sk_range {
	uint32_t low, high;
};

static uint32_t common_length(const struct sk_label_prefix *a, const struct sk_label_prefix *b,
			      uint32_t from)
{
	uint32_t n = SK_MIN(a->n, b->n);

	while (from < n && a->s[from] == b->s[from])
		from++;
	return from;
}

/* Works out node i and appends its children. */
static void build_node(struct sk_label_index *index, struct sk_range *ranges, uint32_t i,
		       const struct sk_label_prefix *p)
{
	struct sk_label_node *node = &index->nodes[i];
	uint32_t low = ranges[i].low, high = ranges[i].high;
	uint32_t start = node->depth;

	node->depth = common_length(&p[low], &p[high - 1], start);
	node->label = p[low].s + start;
	node->n_label = node->depth - start;
	node->group = UINT32_MAX;
	if (p[low].n == node->depth) {
		node->group = p[low].group;
		node->most = p[low].most;
		node->most_above = SK_MAX(node->most_above, node->most);
		low++;
	}
	node->first_child = index->n_nodes;
	while (low < high) {
		uint32_t end = low + 1;
		struct sk_label_node *child = &index->nodes[index->n_nodes];

		while (end < high && p[end].s[node->depth] == p[low].s[node->depth])
			end++;
		child->depth = node->depth;
		child->above = node->group != UINT32_MAX ? i : node->above;
		child->most_above = node->most_above;
		index->firsts[index->n_nodes] = (unsigned char)p[low].s[node->depth];
		ranges[index->n_nodes++] = (struct sk_range){ low, end };
		node->n_children++;
		low = end;
	}
}

int sk_label_index_build(struct sk_label_index *index, struct sk_arena *arena,
			 const struct sk_label_prefix *prefixes, uint32_t n)
{
	size_t most = 2 * (size_t)n;
	struct sk_range *ranges;

	memset(index, 0, sizeof(*index));
	if (!n)
		return 0;
	if (most >= UINT32_MAX)
		return -ENOMEM;
	ranges = malloc(most * sizeof(*ranges));
	index->nodes = SK_ARENA_ARRAY(arena, struct sk_label_node, most);
	index->firsts = SK_ARENA_ARRAY(arena, unsigned char, most);
	if (!ranges || !index->nodes || !index->firsts) {
		free(ranges);
		return -ENOMEM;
	}
	index->nodes[0].above = SK_LABEL_NO_NODE;
	index->n_nodes = 1;
	ranges[0] = (struct sk_range){ 0, n };
	for (uint32_t i = 0; i < index->n_nodes; i++)
		build_node(index, ranges, i, prefixes);
	free(ranges);
	return 0;
}

uint32_t sk_label_index_find(const struct sk_label_index *index, const char *s, size_t n)
{
	uint32_t at = 0, found = SK_LABEL_NO_NODE;

	if (!index->n_nodes)
		return SK_LABEL_NO_NODE;
	for (;;) {
		const struct sk_label_node *node = &index->nodes[at];
		const unsigned char *firsts, *child;

		if (n < node->depth ||
		    memcmp(s + node->depth - node->n_label, node->label, node->n_label))
			return found;
		if (node->group != UINT32_MAX)
			found = at;
		else
			found = node->above;
		if (n == node->depth || !node->n_children)
			return found;
		firsts = index->firsts + node->first_child;
		child = memchr(firsts, s[node->depth], node->n_children);
		if (!child)
			return found;
		at = node->first_child + (uint32_t)(child - firsts);
	}
}
