/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Pictures of graphs. Graphviz lays out what it is given; for SVG we do it ourselves, so that nothing else is needed to
 * see a path: the column of a node is its number of steps, and within a column nodes stand in the order of where they
 * come from, which keeps most lines from crossing. Names are ASCII words in a policy, but whatever they are, they are
 * quoted for the language they are written in.
 */
#include "cmd/picture.h"

#include <errno.h>
#include <string.h>

void sk_picture_init(struct sk_picture *picture)
{
	memset(picture, 0, sizeof(*picture));
	sk_intern_init(&picture->names, &picture->arena);
}

void sk_picture_done(struct sk_picture *picture)
{
	sk_intern_done(&picture->names);
	sk_map_done(&picture->edge_of);
	sk_arena_done(&picture->arena);
	free(picture->nodes);
	free(picture->edges);
}

uint32_t sk_picture_node(struct sk_picture *picture, const char *name, uint32_t column)
{
	size_t before = picture->names.n;
	uint32_t number = 0;

	if (picture->failed || sk_intern_add(&picture->names, name, strlen(name), &number) ||
	    (number >= picture->cap_nodes &&
	     sk_grow(&picture->nodes, &picture->cap_nodes, (size_t)number + 1,
		     sizeof(*picture->nodes)))) {
		picture->failed = true;
		return 0;
	}
	if (picture->names.n > before)
		picture->nodes[number] =
			(struct sk_picture_node){ .name = sk_intern_str(&picture->names, number),
						  .column = column };
	return number;
}

bool sk_picture_edge(struct sk_picture *picture, uint32_t from, uint32_t to)
{
	uint64_t key = (uint64_t)from << 32 | to;
	uint32_t *value;
	bool new = false;

	if (picture->failed || sk_map_insert(&picture->edge_of, key, 0, &value, &new) ||
	    (new && picture->n_edges == picture->cap_edges &&sk_grow(
						&picture->edges, &picture->cap_edges,
						picture->n_edges + 1, sizeof(*picture->edges)))) {
		picture->failed = true;
		return false;
	}
	if (new)
		picture->edges[picture->n_edges++] =
			(struct sk_picture_edge){ from, to, NULL, NULL };
	return new;
}

void sk_picture_describe(struct sk_picture *picture, const char *label, const char *title)
{
	struct sk_picture_edge *edge;

	if (picture->failed || !picture->n_edges)
		return;
	edge = &picture->edges[picture->n_edges - 1];
	edge->label = label ? sk_arena_strdup(&picture->arena, label) : NULL;
	edge->title = title ? sk_arena_strdup(&picture->arena, title) : NULL;
	if ((label && !edge->label) || (title && !edge->title))
		picture->failed = true;
}

static void sk_dot_string(struct sk_buf *out, const char *s)
{
	sk_buf_addc(out, '"');
	for (; *s; s++) {
		if (*s == '\n') {
			sk_buf_adds(out, "\\n");
			continue;
		}
		if (*s == '"' || *s == '\\')
			sk_buf_addc(out, '\\');
		sk_buf_addc(out, *s);
	}
	sk_buf_addc(out, '"');
}

void sk_picture_write_dot(struct sk_picture *picture, struct sk_buf *out, const char *title)
{
	if (picture->failed)
		sk_buf_fail(out, -ENOMEM);
	sk_buf_adds(out, "digraph selkie {\n\tlabel=");
	sk_dot_string(out, title);
	sk_buf_adds(out, ";\n\trankdir=LR;\n\tnode [shape=box, fontname=\"monospace\"];\n");
	for (size_t i = 0; i < picture->names.n; i++) {
		sk_buf_addc(out, '\t');
		sk_dot_string(out, picture->nodes[i].name);
		sk_buf_adds(out, ";\n");
	}
	for (size_t i = 0; i < picture->n_edges; i++) {
		const struct sk_picture_edge *e = &picture->edges[i];

		sk_buf_addc(out, '\t');
		sk_dot_string(out, picture->nodes[e->from].name);
		sk_buf_adds(out, " -> ");
		sk_dot_string(out, picture->nodes[e->to].name);
		sk_buf_adds(out, " [label=");
		sk_dot_string(out, e->label ? e->label : "");
		if (e->title) {
			sk_buf_adds(out, ", tooltip=");
			sk_dot_string(out, e->title);
		}
		sk_buf_adds(out, "];\n");
	}
	sk_buf_adds(out, "}\n");
}

#define SK_SVG_CHAR   7 /* width of a letter at 12 pixels */
#define SK_SVG_BOX    22
#define SK_SVG_ROW    30
#define SK_SVG_GAP    90 /* between columns, where the lines are */
#define SK_SVG_MARGIN 20
#define SK_SVG_TOP    50

struct sk_svg {
	const struct sk_picture *picture;
	struct sk_buf *out;
	uint32_t n_columns, most_rows;
	uint32_t *order; /* nodes by column, then row */
	uint32_t *x;	 /* by column: left edge; one more */
	uint32_t *rows;	 /* by column: how many */
};

static void sk_svg_text(struct sk_buf *out, const char *s)
{
	for (; *s; s++)
		switch (*s) {
		case '&':
			sk_buf_adds(out, "&amp;");
			break;
		case '<':
			sk_buf_adds(out, "&lt;");
			break;
		case '>':
			sk_buf_adds(out, "&gt;");
			break;
		default:
			/* what XML cannot hold, and bytes that may be no UTF-8 */
			sk_buf_addc(out, (*s >= ' ' && *s < 127) || *s == '\n' ? *s : '?');
		}
}

static int sk_svg_compare(const void *a, const void *b, void *arg)
{
	const struct sk_picture *picture = arg;
	const struct sk_picture_node *x = &picture->nodes[*(const uint32_t *)a];
	const struct sk_picture_node *y = &picture->nodes[*(const uint32_t *)b];

	if (x->column != y->column)
		return x->column < y->column ? -1 : 1;
	if (x->pull < y->pull || x->pull > y->pull)
		return x->pull < y->pull ? -1 : 1;
	return strcmp(x->name, y->name);
}

/* Where the nodes of a column are pulled to: the middle of what leads to them from columns on their left. */
static void sk_svg_pull(struct sk_picture *picture, uint32_t column, double *sum, uint32_t *n)
{
	memset(sum, 0, picture->names.n * sizeof(*sum));
	memset(n, 0, picture->names.n * sizeof(*n));
	for (size_t i = 0; i < picture->n_edges; i++) {
		const struct sk_picture_edge *e = &picture->edges[i];
		const struct sk_picture_node *from = &picture->nodes[e->from];
		const struct sk_picture_node *to = &picture->nodes[e->to];

		/* edges may be drawn against the columns: the end that is further left pulls */
		if (to->column == column && from->column < column) {
			sum[e->to] += from->row;
			n[e->to]++;
		} else if (from->column == column && to->column < column) {
			sum[e->from] += to->row;
			n[e->from]++;
		}
	}
	for (size_t i = 0; i < picture->names.n; i++)
		if (picture->nodes[i].column == column)
			picture->nodes[i].pull = n[i] ? sum[i] / n[i] : 0;
}

static bool sk_svg_lay_out(struct sk_svg *svg, struct sk_picture *picture)
{
	size_t n = picture->names.n, done = 0;
	sk_auto_free double *sum = calloc(n + 1, sizeof(*sum));
	sk_auto_free uint32_t *count = calloc(n + 1, sizeof(*count));
	uint32_t width;

	for (size_t i = 0; i < n; i++)
		svg->n_columns = SK_MAX(svg->n_columns, picture->nodes[i].column + 1);
	svg->order = calloc(n + 1, sizeof(*svg->order));
	svg->x = calloc((size_t)svg->n_columns + 1, sizeof(*svg->x));
	svg->rows = calloc((size_t)svg->n_columns + 1, sizeof(*svg->rows));
	if (!sum || !count || !svg->order || !svg->x || !svg->rows)
		return false;
	svg->x[0] = SK_SVG_MARGIN;
	for (uint32_t column = 0; column < svg->n_columns; column++) {
		size_t first = done;

		sk_svg_pull(picture, column, sum, count);
		width = 0;
		for (uint32_t i = 0; i < n; i++)
			if (picture->nodes[i].column == column) {
				svg->order[done++] = i;
				width = SK_MAX(width, (uint32_t)strlen(picture->nodes[i].name));
			}
		qsort_r(svg->order + first, done - first, sizeof(*svg->order), sk_svg_compare,
			picture);
		for (size_t i = first; i < done; i++)
			picture->nodes[svg->order[i]].row = (uint32_t)(i - first);
		svg->rows[column] = (uint32_t)(done - first);
		svg->most_rows = SK_MAX(svg->most_rows, svg->rows[column]);
		svg->x[column + 1] = svg->x[column] + width * SK_SVG_CHAR + 16 + SK_SVG_GAP;
	}
	return true;
}

/* Columns are centered. */
static uint32_t sk_svg_y(const struct sk_svg *svg, const struct sk_picture_node *node)
{
	return SK_SVG_TOP + (svg->most_rows - svg->rows[node->column]) * SK_SVG_ROW / 2 +
	       node->row * SK_SVG_ROW;
}

static uint32_t sk_svg_width(const struct sk_picture_node *node)
{
	return (uint32_t)strlen(node->name) * SK_SVG_CHAR + 16;
}

static void sk_svg_edge(const struct sk_svg *svg, const struct sk_picture_edge *e)
{
	const struct sk_picture_node *from = &svg->picture->nodes[e->from];
	const struct sk_picture_node *to = &svg->picture->nodes[e->to];
	bool back = to->column <= from->column;
	uint32_t x1 = svg->x[from->column] + (back ? 0 : sk_svg_width(from));
	uint32_t x2 = svg->x[to->column] + (back ? sk_svg_width(to) : 0);
	uint32_t y1 = sk_svg_y(svg, from) + SK_SVG_BOX / 2, y2 = sk_svg_y(svg, to) + SK_SVG_BOX / 2;
	int bend = back ? -SK_SVG_GAP / 2 : SK_SVG_GAP / 2;

	/* within a column, out on its right side and back */
	if (to->column == from->column) {
		x1 = svg->x[from->column] + sk_svg_width(from);
		bend = SK_SVG_GAP / 2;
		sk_buf_printf(svg->out, "<path d=\"M%u %u C%d %u %d %u %u %u\">", x1, y1,
			      (int)x1 + bend, y1, (int)x2 + bend, y2, x2, y2);
	} else {
		sk_buf_printf(svg->out, "<path d=\"M%u %u C%d %u %d %u %u %u\">", x1, y1,
			      (int)x1 + bend, y1, (int)x2 - bend, y2, x2, y2);
	}
	sk_buf_adds(svg->out, "<title>");
	sk_svg_text(svg->out, from->name);
	sk_buf_adds(svg->out, " to ");
	sk_svg_text(svg->out, to->name);
	if (e->title) {
		sk_buf_addc(svg->out, '\n');
		sk_svg_text(svg->out, e->title);
	}
	sk_buf_adds(svg->out, "</title></path>\n");
	if (e->label) {
		sk_buf_printf(svg->out, "<text class=\"label\" x=\"%u\" y=\"%u\">", (x1 + x2) / 2,
			      (y1 + y2) / 2 - 3);
		sk_svg_text(svg->out, e->label);
		sk_buf_adds(svg->out, "</text>\n");
	}
}

static void sk_svg_node(const struct sk_svg *svg, const struct sk_picture_node *node)
{
	uint32_t x = svg->x[node->column], y = sk_svg_y(svg, node);

	sk_buf_printf(svg->out,
		      "<rect x=\"%u\" y=\"%u\" width=\"%u\" height=\"%u\" rx=\"4\"/>"
		      "<text x=\"%u\" y=\"%u\">",
		      x, y, sk_svg_width(node), SK_SVG_BOX, x + 8, y + 15);
	sk_svg_text(svg->out, node->name);
	sk_buf_adds(svg->out, "</text>\n");
}

static const char sk_svg_style[] =
	"<style>text{font:12px monospace;fill:#222}text.title{font:14px sans-serif}"
	"text.label{font-size:10px;fill:#666;text-anchor:middle}"
	"rect{fill:#eef3f8;stroke:#557}"
	"path{fill:none;stroke:#88a;stroke-width:1.5;marker-end:url(#end)}"
	"path:hover{stroke:#c30;stroke-width:3}</style>\n"
	"<defs><marker id=\"end\" viewBox=\"0 0 10 10\" refX=\"10\" refY=\"5\" markerWidth=\"7\" "
	"markerHeight=\"7\" orient=\"auto\"><polygon points=\"0,1 10,5 0,9\" fill=\"#88a\"/>"
	"</marker></defs>\n";

void sk_picture_write_svg(struct sk_picture *picture, struct sk_buf *out, const char *title)
{
	struct sk_svg svg = { .picture = picture, .out = out };
	uint32_t width, height;

	if (picture->failed || !sk_svg_lay_out(&svg, picture)) {
		sk_buf_fail(out, -ENOMEM);
	} else {
		width = SK_MAX(svg.x[svg.n_columns],
			       (uint32_t)strlen(title) * 8 + 2 * SK_SVG_MARGIN);
		height = SK_SVG_TOP + svg.most_rows * SK_SVG_ROW + SK_SVG_MARGIN;
		sk_buf_printf(
			out,
			"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"%u\" height=\"%u\" "
			"viewBox=\"0 0 %u %u\">\n<title>",
			width, height, width, height);
		sk_svg_text(out, title);
		sk_buf_adds(out, "</title>\n");
		sk_buf_adds(out, sk_svg_style);
		sk_buf_printf(out, "<text class=\"title\" x=\"%u\" y=\"28\">", SK_SVG_MARGIN);
		sk_svg_text(out, title);
		sk_buf_adds(out, "</text>\n");
		for (size_t i = 0; i < picture->n_edges; i++)
			sk_svg_edge(&svg, &picture->edges[i]);
		for (size_t i = 0; i < picture->names.n; i++)
			sk_svg_node(&svg, &picture->nodes[svg.order[i]]);
		sk_buf_adds(out, "</svg>\n");
	}
	free(svg.order);
	free(svg.x);
	free(svg.rows);
}
