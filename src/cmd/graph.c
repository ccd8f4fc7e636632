/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Questions to a graph of types and their answers in four forms. Paths are printed as they are found, so that the first
 * is there at once and memory does not grow with their number; pictures are gathered and drawn at the end.
 */
#include "cmd/graph.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cmd/operand.h"

#define SK_GRAPH_LIMIT_DEFAULT 100
#define SK_GRAPH_RULES_SHOWN   5
#define SK_GRAPH_BUDGET	       4000000000ull /* edges looked at; some ten seconds */

static void sk_graph_ask_init(struct sk_graph_ask *ask, const struct sk_command *cmd,
			      const struct sk_graph_ops *ops, void *command)
{
	memset(ask, 0, sizeof(*ask));
	ask->cmd = cmd;
	ask->ops = ops;
	ask->command = command;
	ask->mode = SELKIE_PATHS_SHORTEST;
	ask->limit = SK_GRAPH_LIMIT_DEFAULT;
	sk_buf_init(&ask->out);
	sk_picture_init(&ask->picture);
}

static void sk_graph_ask_done(struct sk_graph_ask *ask)
{
	free(ask->exclude_names);
	free(ask->exclude);
	selkie_origins_free(ask->origins);
	sk_system_done(&ask->system);
	sk_system_args_done(&ask->args);
	sk_buf_done(&ask->out);
	sk_picture_done(&ask->picture);
}

const char *sk_graph_name(const struct sk_graph_ask *ask, selkie_type_id type)
{
	return selkie_type_name(ask->system.policy, type);
}

void sk_print_steps(struct sk_buf *out, uint64_t n)
{
	sk_buf_add_uint(out, n);
	sk_buf_adds(out, n == 1 ? " step" : " steps");
}

/*
 * The command line.
 */
static int sk_graph_take_number(struct sk_graph_ask *ask, int option, const char *value,
				unsigned long *ret)
{
	unsigned long least = option == SK_GRAPH_LIMIT ? 0 : 1;
	unsigned long most = option == SK_GRAPH_ALL ? 256 : 1000000000;

	if (sk_operand_number(value, most, ret) && *ret >= least)
		return SK_EXIT_YES;
	return sk_usage_error(ask->cmd, "--%s takes a number from %lu to %lu, not '%s'",
			      ask->cmd->options[option].name, least, most, value);
}

static int sk_graph_take_mode(struct sk_graph_ask *ask, int option, const char *value)
{
	if (ask->mode_given)
		return sk_usage_error(ask->cmd,
				      "--shortest, --one and --all-paths exclude each other");
	ask->mode_given = true;
	ask->mode = option == SK_GRAPH_ONE   ? SELKIE_PATHS_ONE
		    : option == SK_GRAPH_ALL ? SELKIE_PATHS_ALL
					     : SELKIE_PATHS_SHORTEST;
	return option == SK_GRAPH_ALL ? sk_graph_take_number(ask, option, value, &ask->all_steps)
				      : SK_EXIT_YES;
}

static int sk_graph_take_exclude(struct sk_graph_ask *ask, const char *value)
{
	if (sk_grow(&ask->exclude_names, &ask->cap_exclude, ask->n_exclude + 1,
		    sizeof(*ask->exclude_names)))
		return sk_failure(ask->cmd, "out of memory");
	ask->exclude_names[ask->n_exclude++] = value;
	return SK_EXIT_YES;
}

static int sk_graph_take(void *arg, int option, const char *value)
{
	struct sk_graph_ask *ask = arg;

	switch (option) {
	case SK_GRAPH_SOURCE:
		ask->from_name = value;
		break;
	case SK_GRAPH_TARGET:
		ask->to_name = value;
		break;
	case SK_GRAPH_SHORTEST:
	case SK_GRAPH_ONE:
	case SK_GRAPH_ALL:
		return sk_graph_take_mode(ask, option, value);
	case SK_GRAPH_LIMIT:
		return sk_graph_take_number(ask, option, value, &ask->limit);
	case SK_GRAPH_STEPS:
		return sk_graph_take_number(ask, option, value, &ask->steps);
	case SK_GRAPH_TREE:
		ask->tree = true;
		break;
	case SK_GRAPH_EXCLUDE:
		return sk_graph_take_exclude(ask, value);
	case SK_GRAPH_ALL_RULES:
		ask->all_rules = true;
		break;
	case SK_GRAPH_BRIEF:
		ask->brief = true;
		break;
	case SK_GRAPH_FULL:
		ask->full = true;
		break;
	case SK_GRAPH_ALL_PAIRS:
		ask->all_pairs = true;
		break;
	case SK_GRAPH_MATRIX:
		ask->matrix = value;
		break;
	case SK_GRAPH_DOT:
		ask->format = SK_FORMAT_DOT;
		break;
	case SK_GRAPH_SVG:
		ask->format = SK_FORMAT_SVG;
		break;
	default:
		return ask->ops->take(ask, option, value);
	}
	return SK_EXIT_YES;
}

/* Operands are FROM and TO, unless options have named them. */
static int sk_graph_operands(struct sk_graph_ask *ask, char **operands, int n)
{
	int used = 0;

	if (used < n && !ask->from_name)
		ask->from_name = operands[used++];
	if (used < n && !ask->to_name)
		ask->to_name = operands[used++];
	if (used < n)
		return sk_usage_error(ask->cmd, "'%s' is one operand too many", operands[used]);
	return SK_EXIT_YES;
}

/* Which questions go with which options. */
static int sk_graph_check(struct sk_graph_ask *ask)
{
	bool both = ask->from_name && ask->to_name, any = ask->from_name || ask->to_name;

	if (ask->args.json && ask->format != SK_FORMAT_TEXT)
		return sk_usage_error(ask->cmd, "--json, --dot and --svg exclude each other");
	if (ask->args.json)
		ask->format = SK_FORMAT_JSON;
	if (ask->all_pairs && any)
		return sk_usage_error(ask->cmd, "--all-pairs takes neither FROM nor TO");
	if (ask->all_pairs && (ask->format > SK_FORMAT_JSON || ask->mode_given || ask->tree))
		return sk_usage_error(ask->cmd, "--all-pairs is no matter of paths or pictures");
	if (ask->matrix && !ask->all_pairs)
		return sk_usage_error(ask->cmd, "--matrix goes with --all-pairs");
	if (!ask->all_pairs && !any)
		return sk_usage_error(ask->cmd,
				      "say FROM where, TO where with --target, or --all-pairs");
	if (!both && ask->mode_given)
		return sk_usage_error(ask->cmd, "paths need both FROM and TO");
	if (both && (ask->steps || ask->tree))
		return sk_usage_error(ask->cmd, "--steps and --tree go with one end only");
	return SK_EXIT_YES;
}

static int sk_graph_find_type(struct sk_graph_ask *ask, const char *name, selkie_type_id *ret)
{
	const char *near;

	*ret = selkie_type_find(ask->system.policy, name);
	if (ret->v)
		return SK_EXIT_YES;
	near = selkie_type_nearest(ask->system.policy, name, true);
	if (near)
		return sk_usage_error(ask->cmd, "there is no type '%s'; did you mean '%s'?", name,
				      near);
	return sk_usage_error(ask->cmd, "there is no type '%s'", name);
}

static int sk_graph_find_types(struct sk_graph_ask *ask)
{
	int code = SK_EXIT_YES;

	if (ask->from_name)
		code = sk_graph_find_type(ask, ask->from_name, &ask->from);
	if (code == SK_EXIT_YES && ask->to_name)
		code = sk_graph_find_type(ask, ask->to_name, &ask->to);
	ask->exclude = calloc(ask->n_exclude + 1, sizeof(*ask->exclude));
	if (!ask->exclude)
		return sk_failure(ask->cmd, "out of memory");
	for (size_t i = 0; i < ask->n_exclude && code == SK_EXIT_YES; i++)
		code = sk_graph_find_type(ask, ask->exclude_names[i], &ask->exclude[i]);
	return code;
}

/*
 * Whether the answer will show the rules of steps: with one end text and JSON do only when they are asked for, since where
 * everything is connected with everything these would have no end.
 */
static bool sk_graph_shows_rules(const struct sk_graph_ask *ask)
{
	if (ask->all_pairs || ask->brief)
		return ask->full;
	return ask->full || ask->format > SK_FORMAT_JSON || (ask->from.v && ask->to.v);
}

/* Looks at the operands, opens the policy, finds the types. */
static int sk_graph_open(struct sk_graph_ask *ask, char **operands, int n)
{
	int code = sk_graph_operands(ask, operands, n);

	if (code == SK_EXIT_YES)
		code = sk_graph_check(ask);
	if (code == SK_EXIT_YES)
		code = sk_system_open(ask->cmd, &ask->args, &ask->system);
	if (code == SK_EXIT_YES)
		code = sk_graph_find_types(ask);
	if (code == SK_EXIT_YES && sk_graph_shows_rules(ask))
		ask->origins = sk_system_origins(ask->cmd, &ask->system);
	return code;
}

void sk_graph_tell(struct sk_graph_ask *ask, const char *fmt, ...)
{
	sk_auto_free char *more = NULL;
	va_list args;
	int n;

	va_start(args, fmt);
	n = vasprintf(&more, fmt, args);
	va_end(args);
	if (n < 0) {
		more = NULL;
		return;
	}
	fprintf(stderr, "selkie %s: %s%s%s%s\n", ask->cmd->name,
		ask->all_rules ? ask->system.path : ask->system.origin,
		ask->all_rules ? ", all rules whatever the booleans" : "", *more ? ", " : "", more);
}

/*
 * Rules.
 */
#define SK_GRAPH_MOST_INDENT 16

int sk_graph_print_rule(struct sk_graph_ask *ask, struct sk_buf *out, size_t indent, uint32_t rule,
			uint32_t perms)
{
	char below[SK_GRAPH_MOST_INDENT + 8];
	sk_auto_free char *text = NULL;
	struct selkie_rule r;
	int e = selkie_rule_get(ask->system.policy, rule, &r);

	if (!e)
		e = selkie_rule_text(ask->system.policy, &r, &text);
	if (e)
		return e;
	sk_buf_add_blanks(out, indent);
	sk_buf_join(out, text, "\n", NULL);
	snprintf(below, sizeof(below), "%*sfrom ", (int)SK_MIN(indent, SK_GRAPH_MOST_INDENT) + 2,
		 "");
	sk_origins_print(out, ask->origins, &r, perms, below);
	return 0;
}

size_t sk_graph_shown(const struct sk_graph_ask *ask, size_t n)
{
	/* one more is shown where only its count would be saved */
	return ask->full || n <= SK_GRAPH_RULES_SHOWN + 1 ? n : SK_GRAPH_RULES_SHOWN;
}

void sk_graph_print_more(const struct sk_graph_ask *ask, struct sk_buf *out, size_t indent,
			 size_t n, const char *what)
{
	size_t shown = sk_graph_shown(ask, n);

	if (shown == n)
		return;
	sk_buf_add_blanks(out, indent);
	sk_buf_printf(out, "and %zu more %s\n", n - shown, what);
}

int sk_graph_json_rule(struct sk_graph_ask *ask, uint32_t rule)
{
	sk_auto_free char *text = NULL, *condition = NULL;
	struct selkie_rule r;
	int e = selkie_rule_get(ask->system.policy, rule, &r);

	if (!e)
		e = selkie_rule_print(ask->system.policy, rule, &text);
	if (!e && r.cond != SELKIE_UNCONDITIONAL)
		e = selkie_conditional_print(ask->system.policy, r.cond, &condition);
	if (e)
		return e;
	sk_json_object(&ask->json, NULL);
	sk_json_string(&ask->json, "text", text);
	if (condition) {
		sk_json_string(&ask->json, "condition", condition);
		sk_json_bool(&ask->json, "branch", r.branch);
	}
	sk_origins_json(&ask->json, ask->origins, ask->system.policy, &r);
	return 0;
}

/*
 * Pictures.
 */
int sk_graph_draw_step(struct sk_graph_ask *ask, selkie_type_id from, selkie_type_id to,
		       uint32_t column)
{
	sk_auto_buf struct sk_buf title = SK_BUF_INIT;
	sk_auto_free char *label = NULL;
	uint32_t a = sk_picture_node(&ask->picture, sk_graph_name(ask, from), column);
	uint32_t b = sk_picture_node(&ask->picture, sk_graph_name(ask, to), column + 1);
	int r = 0;

	if (!sk_picture_edge(&ask->picture, a, b))
		return ask->picture.failed ? -ENOMEM : 0;
	if (ask->ops->label_step)
		r = ask->ops->label_step(ask, from, to, &label);
	if (!r && !ask->brief)
		r = ask->ops->print_step(ask, &title, 0, from, to);
	if (!r && title.failed)
		r = title.error;
	if (r)
		return r;
	sk_picture_describe(&ask->picture, label, title.n ? sk_buf_str(&title) : NULL);
	return ask->picture.failed ? -ENOMEM : 0;
}

void sk_graph_write_picture(struct sk_graph_ask *ask, const char *title)
{
	if (ask->format == SK_FORMAT_DOT)
		sk_picture_write_dot(&ask->picture, &ask->out, title);
	else
		sk_picture_write_svg(&ask->picture, &ask->out, title);
}

/*
 * Paths.
 */
static int sk_graph_progress(void *arg, uint64_t n_paths, uint64_t work)
{
	struct sk_graph_ask *ask = arg;

	if (sk_progress_due(&ask->progress))
		sk_progress_show("%llu %s, %llu million edges looked at",
				 (unsigned long long)n_paths, ask->ops->paths,
				 (unsigned long long)(work / 1000000));
	return 0;
}

static int sk_graph_print_path(struct sk_graph_ask *ask, size_t number,
			       const struct selkie_path *path)
{
	struct sk_buf *out = &ask->out;
	int r = 0;

	sk_buf_printf(out, "%s%zu. %s", number > 1 && !ask->brief ? "\n" : "", number,
		      sk_graph_name(ask, path->types[0]));
	for (uint32_t i = 1; i <= path->n_steps; i++)
		sk_buf_join(out, " -> ", sk_graph_name(ask, path->types[i]), NULL);
	sk_buf_addc(out, '\n');
	for (uint32_t i = 0; i < path->n_steps && !ask->brief && !r; i++) {
		if (path->n_steps > 1)
			sk_buf_join(out, "  ", sk_graph_name(ask, path->types[i]), " -> ",
				    sk_graph_name(ask, path->types[i + 1]), "\n", NULL);
		r = ask->ops->print_step(ask, out, path->n_steps > 1 ? 4 : 2, path->types[i],
					 path->types[i + 1]);
	}
	return r;
}

int sk_graph_json_step(struct sk_graph_ask *ask, const char *name, selkie_type_id from, selkie_type_id to)
{
	int r;

	sk_json_object(&ask->json, name);
	sk_json_string(&ask->json, "from", sk_graph_name(ask, from));
	sk_json_string(&ask->json, "to", sk_graph_name(ask, to));
	r = ask->ops->json_step(ask, from, to);
	sk_json_end_object(&ask->json);
	return r;
}

static int sk_graph_json_path(struct sk_graph_ask *ask, const struct selkie_path *path)
{
	int r = 0;

	sk_json_object(&ask->json, NULL);
	sk_json_array(&ask->json, "types");
	for (uint32_t i = 0; i <= path->n_steps; i++)
		sk_json_string(&ask->json, NULL, sk_graph_name(ask, path->types[i]));
	sk_json_end_array(&ask->json);
	sk_json_array(&ask->json, "steps");
	for (uint32_t i = 0; i < path->n_steps && !ask->brief && !r; i++)
		r = sk_graph_json_step(ask, NULL, path->types[i], path->types[i + 1]);
	sk_json_end_array(&ask->json);
	sk_json_end_object(&ask->json);
	return r;
}

static int sk_graph_take_path(struct sk_graph_ask *ask, size_t number,
			      const struct selkie_path *path)
{
	int r = 0;

	if (ask->format == SK_FORMAT_TEXT)
		return sk_graph_print_path(ask, number, path);
	if (ask->format == SK_FORMAT_JSON)
		return sk_graph_json_path(ask, path);
	if (!path->n_steps)
		sk_picture_node(&ask->picture, sk_graph_name(ask, path->types[0]), 0);
	for (uint32_t i = 0; i < path->n_steps && !r; i++)
		r = sk_graph_draw_step(ask, path->types[i], path->types[i + 1], i);
	return r;
}

void sk_graph_json_open(struct sk_graph_ask *ask)
{
	struct sk_json *j = &ask->json;

	sk_json_init(j, &ask->out);
	sk_json_object(j, NULL);
	sk_json_string(j, "policy", ask->system.path);
	sk_json_string(j, "booleans", ask->all_rules ? "all" : ask->system.booleans);
	if (ask->ops->json_head)
		ask->ops->json_head(ask);
	sk_json_array(j, "excluded");
	for (size_t i = 0; i < ask->n_exclude; i++)
		sk_json_string(j, NULL, ask->exclude_names[i]);
	sk_json_end_array(j);
	if (ask->from_name)
		sk_json_string(j, "from", ask->from_name);
	if (ask->to_name)
		sk_json_string(j, "to", ask->to_name);
}

/* How a search for paths ended. */
struct sk_graph_end {
	size_t n;
	bool complete;	/* there are no more */
	bool gave_up;	/* the budget was used up */
	uint32_t steps; /* of the longest */
};

static int sk_graph_walk(struct sk_graph_ask *ask, selkie_paths *paths, struct sk_graph_end *end)
{
	const struct selkie_path *path;
	int r = 0;

	while (!r) {
		r = selkie_paths_next(paths, &path);
		if (r)
			break;
		/* one more than the limit is looked for, to know whether there is one */
		if (ask->limit && end->n == ask->limit)
			return 0;
		end->n++;
		end->steps = path->n_steps;
		sk_progress_end(&ask->progress);
		r = sk_graph_take_path(ask, end->n, path);
		if (!r && ask->out.failed)
			r = ask->out.error;
	}
	end->complete = r == SELKIE_PATHS_END;
	end->gave_up = r == SELKIE_PATHS_GAVE_UP;
	return SK_MIN(r, 0);
}

/* Where there is any path, the shortest is met at once: a search that was given up has found it. */
static int sk_graph_tell_none(struct sk_graph_ask *ask)
{
	sk_buf_printf(&ask->out, "no: %s from %s to %s", ask->ops->verb, ask->from_name,
		      ask->to_name);
	if (ask->mode == SELKIE_PATHS_ALL) {
		sk_buf_adds(&ask->out, " in at most ");
		sk_print_steps(&ask->out, ask->all_steps);
	}
	sk_buf_addc(&ask->out, '\n');
	return ask->ops->print_none ? ask->ops->print_none(ask) : 0;
}

static void sk_graph_tell_end(struct sk_graph_ask *ask, const struct sk_graph_end *end)
{
	bool first = !end->complete && ask->mode != SELKIE_PATHS_ONE;
	bool all = ask->mode == SELKIE_PATHS_ALL;
	struct sk_buf *out = &ask->out;

	sk_buf_adds(out, first ? "\nthe first " : "\n");
	if (!first || end->n > 1)
		sk_buf_printf(out, "%zu ", end->n);
	sk_buf_join(out, end->n == 1 ? ask->ops->path : ask->ops->paths, " of ",
		    all ? "at most " : "", NULL);
	sk_print_steps(out, all ? ask->all_steps : end->steps);
	if (end->gave_up)
		sk_buf_adds(out, "; the search was given up, it has no end in sight");
	else if (first)
		sk_buf_adds(out, "; --limit shows more");
	sk_buf_addc(out, '\n');
}

static int sk_graph_finish_paths(struct sk_graph_ask *ask, const struct sk_graph_end *end)
{
	sk_auto_free char *title = NULL;
	int r = 0;

	switch (ask->format) {
	case SK_FORMAT_TEXT:
		if (!end->n)
			return sk_graph_tell_none(ask);
		sk_graph_tell_end(ask, end);
		return 0;
	case SK_FORMAT_JSON:
		sk_json_end_array(&ask->json);
		sk_json_bool(&ask->json, "complete", end->complete);
		if (!end->n && ask->ops->json_none)
			r = ask->ops->json_none(ask);
		sk_json_end_object(&ask->json);
		sk_json_finish(&ask->json);
		return r;
	default:
		if (asprintf(&title, "%s: from %s to %s%s", ask->ops->paths, ask->from_name,
			     ask->to_name, end->n ? "" : ": none") < 0) {
			title = NULL;
			return -ENOMEM;
		}
		sk_graph_write_picture(ask, title);
		return 0;
	}
}

static int sk_graph_answer_paths(struct sk_graph_ask *ask, bool *ret_any)
{
	static const char *const modes[] = { "one", "shortest", "all" };
	struct selkie_path_options o = SELKIE_PATH_OPTIONS_INIT;
	struct sk_graph_end end = { 0 };
	selkie_paths *paths = NULL;
	int r;

	o.mode = ask->mode;
	o.max_steps = (uint32_t)ask->all_steps;
	o.budget = SK_GRAPH_BUDGET;
	if (ask->progress.on) {
		o.progress = sk_graph_progress;
		o.progress_arg = ask;
	}
	r = ask->ops->find_paths(ask->graph, ask->from, ask->to, &o, &paths);
	if (r)
		return r;
	if (ask->format == SK_FORMAT_JSON) {
		sk_graph_json_open(ask);
		sk_json_string(&ask->json, "mode", modes[ask->mode]);
		if (ask->mode == SELKIE_PATHS_ALL)
			sk_json_uint(&ask->json, "max_steps", ask->all_steps);
		sk_json_array(&ask->json, "paths");
	}
	r = sk_graph_walk(ask, paths, &end);
	sk_progress_end(&ask->progress);
	selkie_paths_free(paths);
	if (!r)
		r = sk_graph_finish_paths(ask, &end);
	*ret_any = end.n;
	return r;
}

static int sk_graph_answer(struct sk_graph_ask *ask)
{
	bool any = false;
	int r, flushed;

	if (ask->all_pairs)
		return sk_graph_answer_pairs(ask);
	sk_progress_init(&ask->progress);
	sk_buf_to_fd(&ask->out, STDOUT_FILENO);
	r = ask->from.v && ask->to.v ? sk_graph_answer_paths(ask, &any)
				     : sk_graph_answer_reached(ask, &any);
	flushed = sk_buf_flush(&ask->out);
	if (!r)
		r = flushed;
	if (r)
		return sk_failure(ask->cmd, "%s", strerror(-r));
	return any ? SK_EXIT_YES : SK_EXIT_NO;
}

int sk_graph_run(struct sk_graph_ask *ask, const struct sk_command *cmd, const struct sk_graph_ops *ops,
		 void *command, int argc, char **argv)
{
	struct sk_args args;
	int code;

	sk_graph_ask_init(ask, cmd, ops, command);
	sk_args_init(&args, cmd, argc, argv);
	if (sk_system_read_args(&args, &ask->args, sk_graph_take, ask, &code)) {
		code = sk_graph_open(ask, argv + args.first, argc - args.first);
		if (code == SK_EXIT_YES)
			code = ops->make(ask);
		if (code == SK_EXIT_YES)
			code = sk_graph_answer(ask);
	}
	ops->done(ask);
	sk_graph_ask_done(ask);
	return code;
}
