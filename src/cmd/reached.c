/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Everything that one type leads to, or that leads to it: as a list by steps, as a tree, as JSON or as a picture. What is
 * listed is sorted by steps and name, so that the order is the same each time.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cmd/graph.h"

struct sk_graph_reached {
	struct sk_graph_ask *ask;
	struct selkie_reached *list;
	size_t n;
	bool backward;
};

static int sk_compare_reached(const void *a, const void *b, void *policy)
{
	const struct selkie_reached *x = a, *y = b;

	if (x->steps != y->steps)
		return x->steps < y->steps ? -1 : 1;
	return strcmp(selkie_type_name(policy, x->type), selkie_type_name(policy, y->type));
}

/* The step by which a type was reached first. */
static selkie_type_id sk_reached_from(const struct sk_graph_reached *g, const struct selkie_reached *one)
{
	return g->backward ? one->type : one->previous;
}

static selkie_type_id sk_reached_to(const struct sk_graph_reached *g, const struct selkie_reached *one)
{
	return g->backward ? one->previous : one->type;
}

/* The types of one distance, wrapped. */
static void sk_reached_print_names(const struct sk_graph_reached *g, size_t first, size_t end)
{
	struct sk_graph_ask *ask = g->ask;
	sk_auto_buf struct sk_buf names = SK_BUF_INIT;

	for (size_t i = first; i < end; i++)
		sk_buf_join(&names, i > first ? " " : "", sk_graph_name(ask, g->list[i].type),
			    NULL);
	if (sk_buf_str(&names))
		sk_print_wrapped(&ask->out, sk_buf_str(&names), 2, sk_width(STDOUT_FILENO));
	else
		sk_buf_fail(&ask->out, -ENOMEM);
}

/* The same with the step by which each was reached first, and its rules. */
static int sk_reached_print_steps(const struct sk_graph_reached *g, size_t first, size_t end)
{
	struct sk_graph_ask *ask = g->ask;
	int r = 0;

	for (size_t i = first; i < end && !r; i++) {
		const struct selkie_reached *one = &g->list[i];
		selkie_type_id from = sk_reached_from(g, one), to = sk_reached_to(g, one);

		sk_buf_join(&ask->out, "  ", sk_graph_name(ask, from), " -> ",
			    sk_graph_name(ask, to), "\n", NULL);
		r = ask->ops->print_step(ask, &ask->out, 4, from, to);
	}
	return r;
}

static int sk_reached_print_list(const struct sk_graph_reached *g)
{
	struct sk_graph_ask *ask = g->ask;
	size_t end;
	int r = 0;

	for (size_t i = 0; i < g->n && !r; i = end) {
		for (end = i; end < g->n && g->list[end].steps == g->list[i].steps; end++)
			;
		if (!g->list[i].steps)
			continue;
		sk_print_steps(&ask->out, g->list[i].steps);
		sk_buf_printf(&ask->out, ", %zu type%s\n", end - i, end - i == 1 ? "" : "s");
		if (ask->full)
			r = sk_reached_print_steps(g, i, end);
		else
			sk_reached_print_names(g, i, end);
	}
	return r;
}

/* Where the tree's nodes stand in the list: by the node before them, then as in the list. */
struct sk_tree_node {
	uint32_t previous, index;
};

static int sk_compare_previous(const void *a, const void *b)
{
	const struct sk_tree_node *x = a, *y = b;

	return (x->previous > y->previous) - (x->previous < y->previous);
}

static int sk_compare_tree(const void *a, const void *b)
{
	const struct sk_tree_node *x = a, *y = b;
	int r = sk_compare_previous(a, b);

	return r ? r : (x->index > y->index) - (x->index < y->index);
}

/* Puts the nodes behind `type` on the stack, the first on top. */
static size_t sk_tree_push(const struct sk_tree_node *nodes, size_t n, uint32_t type, size_t *stack,
			   size_t top)
{
	struct sk_tree_node key = { .previous = type };
	const struct sk_tree_node *any =
		bsearch(&key, nodes, n, sizeof(*nodes), sk_compare_previous);
	size_t first, last;

	if (!any)
		return top;
	first = last = (size_t)(any - nodes);
	while (first && nodes[first - 1].previous == type)
		first--;
	while (last + 1 < n && nodes[last + 1].previous == type)
		last++;
	for (size_t i = last + 1; i-- > first;)
		stack[top++] = nodes[i].index;
	return top;
}

static int sk_reached_print_tree(const struct sk_graph_reached *g)
{
	struct sk_graph_ask *ask = g->ask;
	sk_auto_free struct sk_tree_node *nodes = malloc((g->n + 1) * sizeof(*nodes));
	sk_auto_free size_t *stack = malloc((g->n + 1) * sizeof(*stack));
	size_t top;

	if (!nodes || !stack)
		return -ENOMEM;
	for (size_t i = 0; i < g->n; i++)
		nodes[i] = (struct sk_tree_node){ g->list[i].previous.v, (uint32_t)i };
	qsort(nodes, g->n, sizeof(*nodes), sk_compare_tree);
	top = sk_tree_push(nodes, g->n, 0, stack, 0);
	while (top) {
		const struct selkie_reached *one = &g->list[stack[--top]];

		sk_buf_add_blanks(&ask->out, 2 * (size_t)one->steps);
		sk_buf_join(&ask->out, sk_graph_name(ask, one->type), "\n", NULL);
		top = sk_tree_push(nodes, g->n, one->type.v, stack, top);
	}
	return 0;
}

static int sk_reached_json_one(const struct sk_graph_reached *g, const struct selkie_reached *one)
{
	struct sk_graph_ask *ask = g->ask;
	struct sk_json *j = &ask->json;
	int r = 0;

	sk_json_object(j, NULL);
	sk_json_string(j, "type", sk_graph_name(ask, one->type));
	sk_json_uint(j, "steps", one->steps);
	sk_json_string(j, "previous", sk_graph_name(ask, one->previous));
	if (ask->full)
		r = sk_graph_json_step(ask, "step", sk_reached_from(g, one), sk_reached_to(g, one));
	sk_json_end_object(j);
	return r ? r : ask->out.failed ? ask->out.error : 0;
}

static int sk_reached_json(const struct sk_graph_reached *g)
{
	struct sk_graph_ask *ask = g->ask;
	struct sk_json *j = &ask->json;
	int r = 0;

	sk_graph_json_open(ask);
	if (ask->steps)
		sk_json_uint(j, "max_steps", ask->steps);
	sk_json_array(j, "reached");
	for (size_t i = 0; i < g->n && !r; i++)
		if (g->list[i].steps)
			r = sk_reached_json_one(g, &g->list[i]);
	sk_json_end_array(j);
	sk_json_end_object(j);
	sk_json_finish(j);
	return r;
}

static int sk_reached_draw(const struct sk_graph_reached *g)
{
	struct sk_graph_ask *ask = g->ask;
	sk_auto_free char *title = NULL;
	uint32_t deepest = g->n ? g->list[g->n - 1].steps : 0;
	int r = 0;

	for (size_t i = 0; i < g->n && !r; i++) {
		const struct selkie_reached *one = &g->list[i];

		if (!one->steps)
			sk_picture_node(&ask->picture, sk_graph_name(ask, one->type),
					g->backward ? deepest : 0);
		else if (g->backward)
			r = sk_graph_draw_step(ask, one->type, one->previous, deepest - one->steps);
		else
			r = sk_graph_draw_step(ask, one->previous, one->type, one->steps - 1);
	}
	if (!r && asprintf(&title, "%s %s %s", ask->ops->paths, g->backward ? "to" : "from",
			   g->backward ? ask->to_name : ask->from_name) < 0) {
		title = NULL;
		r = -ENOMEM;
	}
	if (!r)
		sk_graph_write_picture(ask, title);
	return r;
}

static int sk_reached_print(const struct sk_graph_reached *g, size_t n_found)
{
	struct sk_graph_ask *ask = g->ask;

	if (ask->format == SK_FORMAT_JSON)
		return sk_reached_json(g);
	if (ask->format != SK_FORMAT_TEXT)
		return sk_reached_draw(g);
	if (ask->tree)
		return sk_reached_print_tree(g);
	if (n_found)
		return sk_reached_print_list(g);
	sk_buf_printf(&ask->out, "no: %s %s %s\n", ask->ops->verb, g->backward ? "to" : "from",
		      g->backward ? ask->to_name : ask->from_name);
	return 0;
}

int sk_graph_answer_reached(struct sk_graph_ask *ask, bool *ret_any)
{
	struct sk_graph_reached g = { .ask = ask, .backward = !ask->from.v };
	size_t n_found = 0;
	int r;

	r = ask->ops->reachable(ask->graph, g.backward ? ask->to : ask->from,
				g.backward ? SELKIE_BACKWARD : SELKIE_FORWARD, (uint32_t)ask->steps,
				&g.list, &g.n);
	if (r)
		return r;
	qsort_r(g.list, g.n, sizeof(*g.list), sk_compare_reached, ask->system.policy);
	for (size_t i = 0; i < g.n; i++)
		n_found += g.list[i].steps > 0;
	r = sk_reached_print(&g, n_found);
	*ret_any = n_found;
	free(g.list);
	return r;
}
