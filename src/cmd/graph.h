/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_CMD_GRAPH_H
#define SK_CMD_GRAPH_H

#include "cmd/origin.h"
#include "cmd/picture.h"
#include "cmd/system.h"

/*
 * What `selkie flow` and `selkie reach` have in common: both ask a graph whose nodes are types, for paths between two of
 * them or for everything that one leads to, and show the answer as text, JSON, Graphviz source or SVG.
 */
enum sk_graph_option {
	SK_GRAPH_SOURCE,
	SK_GRAPH_TARGET,
	SK_GRAPH_SHORTEST,
	SK_GRAPH_ONE,
	SK_GRAPH_ALL,
	SK_GRAPH_LIMIT,
	SK_GRAPH_STEPS,
	SK_GRAPH_TREE,
	SK_GRAPH_EXCLUDE,
	SK_GRAPH_ALL_RULES,
	SK_GRAPH_BRIEF,
	SK_GRAPH_FULL,
	SK_GRAPH_ALL_PAIRS,
	SK_GRAPH_MATRIX,
	SK_GRAPH_DOT,
	SK_GRAPH_SVG,
	SK_N_GRAPH_OPTIONS,
};

/* The rows of these options; a command's own follow, numbered from SK_N_GRAPH_OPTIONS. */
/* clang-format off */
#define SK_GRAPH_OPTIONS \
	[SK_GRAPH_SOURCE] = { 's', "source", "TYPE", .help = "the same as FROM" }, \
	[SK_GRAPH_TARGET] = { 't', "target", "TYPE", .help = "the same as TO" }, \
	[SK_GRAPH_SHORTEST] = { 'S', "shortest", .help = "all paths with the fewest steps (the default)" }, \
	[SK_GRAPH_ONE] = { '1', "one", .help = "one path with the fewest steps" }, \
	[SK_GRAPH_ALL] = { 'A', "all-paths", "STEPS", .help = "all paths of at most so many steps" }, \
	[SK_GRAPH_LIMIT] = { 'l', "limit", "N", .help = "at most so many paths (100; 0: all)" }, \
	[SK_GRAPH_STEPS] = { .name = "steps", .arg = "N", .help = "with one end: at most so many steps away" }, \
	[SK_GRAPH_TREE] = { .name = "tree", .help = "with one end: as a tree" }, \
	[SK_GRAPH_EXCLUDE] = { 'x', "exclude", "TYPE", .help = "not through this type or attribute; may be repeated" }, \
	[SK_GRAPH_ALL_RULES] = { .name = "all-rules", .help = "conditional rules count whatever the booleans are" }, \
	[SK_GRAPH_BRIEF] = { 'q', "brief", .help = "leave the rules out" }, \
	[SK_GRAPH_FULL] = { 'f', "full", .help = "all rules of a step, not five; with one end: the rules too" }, \
	[SK_GRAPH_ALL_PAIRS] = { .name = "all-pairs", .help = "how many types each type leads to and comes from" }, \
	[SK_GRAPH_MATRIX] = { .name = "matrix", .arg = "FILE", .help = "with --all-pairs: write the steps of each pair as PGM" }, \
	[SK_GRAPH_DOT] = { .name = "dot", .help = "print Graphviz source" }, \
	[SK_GRAPH_SVG] = { .name = "svg", .help = "print an SVG picture" }
/* clang-format on */

enum sk_graph_format {
	SK_FORMAT_TEXT,
	SK_FORMAT_JSON,
	SK_FORMAT_DOT,
	SK_FORMAT_SVG,
};

struct sk_graph_ask;

/* What a command's graph is and how it is asked. */
struct sk_graph_ops {
	const char *paths, *path;	/* what a path is called: "flows" */
	const char *verb;		/* "nothing flows from %s to %s" */
	/* An option that is not one of those above; as sk_graph_take. */
	int (*take)(struct sk_graph_ask *ask, int option, const char *value);
	/* Makes ask->graph of the policy that was opened; tells which one it is. Returns an exit code. */
	int (*make)(struct sk_graph_ask *ask);
	void (*done)(struct sk_graph_ask *ask);	/* frees what the command made */
	int (*find_paths)(const void *graph, selkie_type_id from, selkie_type_id to,
			  const struct selkie_path_options *options, selkie_paths **ret);
	int (*reachable)(const void *graph, selkie_type_id start, enum selkie_direction direction,
			 uint32_t max_steps, struct selkie_reached **ret, size_t *ret_n);
	/* One step with its rules: as indented lines of text, and as the members of a JSON object. 0 or -ENOMEM. */
	int (*print_step)(struct sk_graph_ask *ask, struct sk_buf *out, size_t indent,
			  selkie_type_id from, selkie_type_id to);
	int (*json_step)(struct sk_graph_ask *ask, selkie_type_id from, selkie_type_id to);
	/* A few letters at a line of a picture; NULL is allowed. 0 or -ENOMEM; *ret_text is freed with free(). */
	int (*label_step)(struct sk_graph_ask *ask, selkie_type_id from, selkie_type_id to,
			  char **ret_text);
	/* What to say when there is no path, after the line that says so. 0 or a negative errno; NULL is allowed. */
	int (*print_none)(struct sk_graph_ask *ask);
	int (*json_none)(struct sk_graph_ask *ask);
	/* Members of the JSON object that say how the graph was made; NULL is allowed. */
	void (*json_head)(struct sk_graph_ask *ask);
};

struct sk_graph_ask {
	const struct sk_command *cmd;
	const struct sk_graph_ops *ops;
	void *command;		/* the command's own */
	const void *graph;

	struct sk_system_args args;
	struct sk_system system;
	selkie_origins *origins;	/* NULL when none are known */
	const char *from_name, *to_name;
	selkie_type_id from, to;
	enum selkie_path_mode mode;
	bool mode_given, tree, all_rules, brief, full, all_pairs;
	unsigned long all_steps, steps, limit;
	const char *matrix;
	enum sk_graph_format format;
	const char **exclude_names;
	selkie_type_id *exclude;
	size_t n_exclude, cap_exclude;

	struct sk_buf out;
	struct sk_json json;
	struct sk_picture picture;
	struct sk_progress progress;
};

/*
 * The whole command: takes the options, opens the policy, has the graph made, answers, and frees everything. Returns an exit
 * code.
 */
int sk_graph_run(struct sk_graph_ask *ask, const struct sk_command *cmd, const struct sk_graph_ops *ops,
		 void *command, int argc, char **argv);

/* Tells on stderr which policy answers, under which booleans, and what the command adds to that. */
void sk_graph_tell(struct sk_graph_ask *ask, const char *fmt, ...) SK_PRINTF(2, 3);

/* Begins the JSON object with what was asked. */
void sk_graph_json_open(struct sk_graph_ask *ask);
/* A step with its rules, as an object. 0 or -ENOMEM. */
int sk_graph_json_step(struct sk_graph_ask *ask, const char *name, selkie_type_id from, selkie_type_id to);

/* One end, in reached.c: *ret_any tells whether anything is reached. Returns 0 or a negative errno. */
int sk_graph_answer_reached(struct sk_graph_ask *ask, bool *ret_any);

/* All pairs, in pairs.c. Returns an exit code. */
int sk_graph_answer_pairs(struct sk_graph_ask *ask);

/* Adds a step to the picture, from `column` to the next. Returns 0 or a negative errno. */
int sk_graph_draw_step(struct sk_graph_ask *ask, selkie_type_id from, selkie_type_id to,
		       uint32_t column);
void sk_graph_write_picture(struct sk_graph_ask *ask, const char *title);

/*
 * A rule on a line of its own, its condition included, and below it the statements that gave it any of `perms` (0: any at
 * all), where they are known; and as a JSON object, whose end is left to the caller.
 */
int sk_graph_print_rule(struct sk_graph_ask *ask, struct sk_buf *out, size_t indent, uint32_t rule,
			uint32_t perms);
int sk_graph_json_rule(struct sk_graph_ask *ask, uint32_t rule);

/* How many of n are shown as text, and a line that says how many are not. */
size_t sk_graph_shown(const struct sk_graph_ask *ask, size_t n);
void sk_graph_print_more(const struct sk_graph_ask *ask, struct sk_buf *out, size_t indent, size_t n,
			 const char *what);

const char *sk_graph_name(const struct sk_graph_ask *ask, selkie_type_id type);

/* "1 step", "2 steps" */
void sk_print_steps(struct sk_buf *out, uint64_t n);

#endif
