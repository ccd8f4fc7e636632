/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * selkie flow: where information can get to, and by which rules. The graph and the permission map are the library's; what
 * flow and reach have in common is in graph.c.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cmd/graph.h"
#include "cmd/operand.h"

enum sk_flow_option {
	SK_FLOW_MAP = SK_N_GRAPH_OPTIONS,
	SK_FLOW_MIN_WEIGHT,
};

struct sk_flow_ask {
	struct sk_graph_ask ask;
	const char *map_path;
	selkie_permission_map *map;
	unsigned long min_weight;
	selkie_flow *flow;
};

/* clang-format off */
static const struct sk_option sk_flow_options[] = {
	SK_GRAPH_OPTIONS,
	[SK_FLOW_MAP] = { 'm', "map", "FILE", .help = "this permission map, in apol's format, instead of ours" },
	[SK_FLOW_MIN_WEIGHT] = { 'w', "min-weight", "N", .help = "only permissions of at least this weight, 1 to 10 (3)" },
	SK_OPTION_POLICY,
	SK_OPTION_ROOT,
	SK_OPTION_BOOLEAN,
	SK_OPTION_JSON,
	SK_OPTION_END,
};
/* clang-format on */

static int sk_flow_take(struct sk_graph_ask *ask, int option, const char *value)
{
	struct sk_flow_ask *q = ask->command;

	if (option == SK_FLOW_MAP) {
		q->map_path = value;
		return SK_EXIT_YES;
	}
	if (sk_operand_number(value, 10, &q->min_weight) && q->min_weight)
		return SK_EXIT_YES;
	return sk_usage_error(ask->cmd, "--min-weight takes a number from 1 to 10, not '%s'",
			      value);
}

static int sk_flow_find_paths(const void *graph, selkie_type_id from, selkie_type_id to,
			      const struct selkie_path_options *options, selkie_paths **ret)
{
	return selkie_flow_find_paths(graph, from, to, options, ret);
}

static int sk_flow_reachable(const void *graph, selkie_type_id start,
			     enum selkie_direction direction, uint32_t max_steps,
			     struct selkie_reached **ret, size_t *ret_n)
{
	return selkie_flow_reachable(graph, start, direction, max_steps, ret, ret_n);
}

/* The rules of a step, and the weight of the whole. */
static int sk_flow_step(struct sk_graph_ask *ask, selkie_type_id from, selkie_type_id to,
			struct selkie_flow_rule **ret, size_t *ret_n, unsigned int *ret_weight)
{
	int r = selkie_flow_rules(ask->graph, from, to, ret, ret_n);

	*ret_weight = 0;
	for (size_t i = 0; !r && i < *ret_n; i++)
		*ret_weight = SK_MAX(*ret_weight, (*ret)[i].weight);
	return r;
}

/* The heaviest first; of the same weight in the order of classes, the oldest and plainest ones of which come first. */
static int sk_flow_compare_rules(const void *a, const void *b, void *policy)
{
	const struct selkie_flow_rule *x = a, *y = b;
	struct selkie_rule p, q;

	if (x->weight != y->weight)
		return x->weight > y->weight ? -1 : 1;
	selkie_rule_get(policy, x->rule, &p);
	selkie_rule_get(policy, y->rule, &q);
	if (p.cls.v != q.cls.v)
		return p.cls.v < q.cls.v ? -1 : 1;
	return (x->rule > y->rule) - (x->rule < y->rule);
}

static int sk_flow_print_step(struct sk_graph_ask *ask, struct sk_buf *out, size_t indent,
			      selkie_type_id from, selkie_type_id to)
{
	sk_auto_free struct selkie_flow_rule *rules = NULL;
	unsigned int weight;
	size_t n = 0;
	int r = sk_flow_step(ask, from, to, &rules, &n, &weight);

	if (!r && n)
		qsort_r(rules, n, sizeof(*rules), sk_flow_compare_rules, ask->system.policy);
	for (size_t i = 0; i < sk_graph_shown(ask, n) && !r; i++)
		r = sk_graph_print_rule(ask, out, indent, rules[i].rule, rules[i].perms);
	sk_graph_print_more(ask, out, indent, n, "rules");
	return r;
}

static int sk_flow_json_step(struct sk_graph_ask *ask, selkie_type_id from, selkie_type_id to)
{
	const selkie_policy *policy = ask->system.policy;
	sk_auto_free struct selkie_flow_rule *rules = NULL;
	struct sk_json *j = &ask->json;
	struct selkie_rule rule;
	unsigned int weight;
	size_t n = 0;
	int r = sk_flow_step(ask, from, to, &rules, &n, &weight);

	sk_json_uint(j, "weight", weight);
	sk_json_array(j, "rules");
	for (size_t i = 0; i < n && !r; i++) {
		r = sk_graph_json_rule(ask, rules[i].rule);
		if (r || selkie_rule_get(policy, rules[i].rule, &rule))
			break;
		sk_json_uint(j, "weight", rules[i].weight);
		sk_json_array(j, "permissions");
		for (unsigned int bit = 0; bit < 32; bit++)
			if (rules[i].perms >> bit & 1)
				sk_json_string(j, NULL,
					       selkie_permission_name(policy, rule.cls, bit));
		sk_json_end_array(j);
		sk_json_end_object(j);
	}
	sk_json_end_array(j);
	return r;
}

static int sk_flow_label_step(struct sk_graph_ask *ask, selkie_type_id from, selkie_type_id to,
			      char **ret_text)
{
	sk_auto_free struct selkie_flow_rule *rules = NULL;
	unsigned int weight;
	size_t n = 0;
	int r = sk_flow_step(ask, from, to, &rules, &n, &weight);

	if (r)
		return r;
	return asprintf(ret_text, "%u", weight) < 0 ? -ENOMEM : 0;
}

static void sk_flow_json_head(struct sk_graph_ask *ask)
{
	struct sk_flow_ask *q = ask->command;

	if (q->map_path)
		sk_json_string(&ask->json, "map", q->map_path);
	else
		sk_json_null(&ask->json, "map");
	sk_json_uint(&ask->json, "min_weight", q->min_weight);
}

static int sk_flow_load_map(struct sk_flow_ask *q, selkie_diagnostics *diags)
{
	int r;

	if (!q->map_path)
		return SK_EXIT_YES;
	r = selkie_permission_map_load(q->map_path, diags, &q->map);
	if (r < 0)
		return sk_failure(q->ask.cmd, "%s: %s", q->map_path, strerror(-r));
	if (!r)
		return SK_EXIT_YES;
	sk_print_diagnostics(diags);
	return sk_failure(q->ask.cmd, "%s is no permission map", q->map_path);
}

/* What the map does not know is told once, with the first few names: a map for another policy misses hundreds. */
static void sk_flow_tell_unknown(struct sk_flow_ask *q, selkie_diagnostics *diags)
{
	sk_auto_free char *text = NULL;
	size_t n = selkie_diagnostics_count(diags, SELKIE_SEVERITY_WARNING);
	char *end;

	if (!n)
		return;
	text = selkie_diagnostics_print(diags, sk_color(2) ? SELKIE_DIAGNOSTICS_COLOR : 0);
	end = text;
	for (size_t i = 0; end && i < 10; i++)
		end = *end ? strchrnul(end, '\n') + 1 : end;
	if (end && n > 10)
		*end = '\0';
	fputs(text ? text : "out of memory\n", stderr);
	if (n > 10)
		fprintf(stderr, "selkie flow: and %zu more\n", n - 10);
}

static int sk_flow_make(struct sk_graph_ask *ask)
{
	struct selkie_flow_options o = SELKIE_FLOW_OPTIONS_INIT;
	struct sk_flow_ask *q = ask->command;
	selkie_diagnostics *diags = selkie_diagnostics_new();
	int r, code;

	if (ask->format == SK_FORMAT_TEXT)
		sk_graph_tell(ask, "weights of at least %lu", q->min_weight);
	if (!diags)
		return sk_failure(ask->cmd, "out of memory");
	o.min_weight = (unsigned int)q->min_weight;
	o.state = ask->all_rules ? NULL : ask->system.state;
	o.exclude = ask->exclude;
	o.n_exclude = ask->n_exclude;
	code = sk_flow_load_map(q, diags);
	if (code == SK_EXIT_YES) {
		o.map = q->map;
		r = selkie_flow_new(ask->system.policy, &o, diags, &q->flow);
		if (r)
			code = sk_failure(ask->cmd, "%s", strerror(-r));
		else
			sk_flow_tell_unknown(q, diags);
		ask->graph = q->flow;
	}
	selkie_diagnostics_free(diags);
	return code;
}

static void sk_flow_done(struct sk_graph_ask *ask)
{
	struct sk_flow_ask *q = ask->command;

	selkie_flow_free(q->flow);
	selkie_permission_map_free(q->map);
}

static const struct sk_graph_ops sk_flow_ops = {
	.paths = "flows",
	.path = "flow",
	.verb = "nothing flows",
	.take = sk_flow_take,
	.make = sk_flow_make,
	.done = sk_flow_done,
	.find_paths = sk_flow_find_paths,
	.reachable = sk_flow_reachable,
	.print_step = sk_flow_print_step,
	.json_step = sk_flow_json_step,
	.label_step = sk_flow_label_step,
	.json_head = sk_flow_json_head,
};

static int sk_run_flow(const struct sk_command *cmd, int argc, char **argv)
{
	struct sk_flow_ask q = { .min_weight = 3 };

	return sk_graph_run(&q.ask, cmd, &sk_flow_ops, &q, argc, argv);
}

const struct sk_command sk_cmd_flow = {
	.name = "flow",
	.summary = "tell how information flows from one type to another",
	.arguments = "[FROM] [TO]",
	.options = sk_flow_options,
	.about = "With FROM and TO, the shortest flows and the rules of each step; with one end,\n"
		 "everything that is reached from it, or that reaches it. Types or attributes.",
	.example = "selkie flow httpd_t shadow_t",
	.run = sk_run_flow,
};
