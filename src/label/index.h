/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_LABEL_INDEX_H
#define SK_LABEL_INDEX_H

#include "base/arena.h"

/*
 * The literal prefixes of all patterns as a tree, in which one walk along a path meets every prefix of it. Built once,
 * read by any number of threads.
 */
struct sk_label_prefix {
	const char *s; /* borrowed */
	uint32_t n;
	uint32_t group; /* the caller's number for it */
	uint32_t most;	/* the highest rule that begins with it, plus 1 */
};

#define SK_LABEL_NO_NODE UINT32_MAX

struct sk_label_node {
	const char *label;	 /* the bytes after the parent's prefix */
	uint32_t n_label, depth; /* depth: length of the whole prefix */
	uint32_t first_child, n_children;
	uint32_t group; /* UINT32_MAX when no pattern has exactly this prefix */
	uint32_t above; /* the nearest node upwards that has a group, or SK_LABEL_NO_NODE */
	uint32_t most;	/* of this group */
	uint32_t
		most_above; /* the most of this and all groups upwards: when that is not enough, the walk ends */
};

struct sk_label_index {
	struct sk_label_node *nodes; /* children stand together, sorted by their first byte */
	unsigned char *firsts;	     /* first byte of each node's label */
	uint32_t n_nodes;
};

/*
 * Builds the tree over n prefixes, sorted by bytes (sk_label_prefix_compare) and distinct. The strings are borrowed.
 * Returns 0 or -ENOMEM.
 */
int sk_label_index_build(struct sk_label_index *index, struct sk_arena *arena,
			 const struct sk_label_prefix *prefixes, uint32_t n);

int sk_label_prefix_compare(const struct sk_label_prefix *a, const struct sk_label_prefix *b);

/* The node with a group of the longest prefix of s[0..n), or SK_LABEL_NO_NODE; go on with its `above`. */
uint32_t sk_label_index_find(const struct sk_label_index *index, const char *s, size_t n);

#endif
