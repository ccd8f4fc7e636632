/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_CMD_PICTURE_H
#define SK_CMD_PICTURE_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/intern.h"
#include "base/map.h"

/*
 * A graph to be drawn: nodes in columns, from left to right, and what leads from one to another. Written as Graphviz
 * source, or laid out and written as SVG. Sticky as a buffer is: memory that lacks is told by the writers.
 */
struct sk_picture_node {
	const char *name;
	uint32_t column;
	uint32_t row;		/* within the column; set by the layout */
	double pull;		/* where its neighbors to the left are */
};

struct sk_picture_edge {
	uint32_t from, to;
	const char *label;	/* short; may be NULL */
	const char *title;	/* any number of lines, shown on demand; may be NULL */
};

struct sk_picture {
	struct sk_arena arena;
	struct sk_intern names;	/* number = node */
	struct sk_picture_node *nodes;
	size_t cap_nodes;
	struct sk_picture_edge *edges;
	size_t n_edges, cap_edges;
	struct sk_map edge_of;	/* from << 32 | to */
	bool failed;
};

void sk_picture_init(struct sk_picture *picture);
void sk_picture_done(struct sk_picture *picture);

/* The node of that name, added in `column` when it is not there yet. */
uint32_t sk_picture_node(struct sk_picture *picture, const char *name, uint32_t column);

/* True when the edge was not there; label and title are then to be set by sk_picture_describe. */
bool sk_picture_edge(struct sk_picture *picture, uint32_t from, uint32_t to);

/* Of the edge that was added last. Both are copied; NULL is allowed. */
void sk_picture_describe(struct sk_picture *picture, const char *label, const char *title);

void sk_picture_write_dot(struct sk_picture *picture, struct sk_buf *out, const char *title);
void sk_picture_write_svg(struct sk_picture *picture, struct sk_buf *out, const char *title);

#endif
