/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * selkie reach: which domains a process can come to, and by which rules; where it cannot, what is missing. What flow and
 * reach have in common is in graph.c.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cmd/graph.h"

enum sk_reach_option {
	SK_REACH_NNP = SK_N_GRAPH_OPTIONS,
	SK_REACH_NOSUID,
};

struct sk_reach_ask {
	struct sk_graph_ask ask;
	unsigned int flags;
	selkie_reach *reach;
};

/* clang-format off */
static const struct sk_option sk_reach_options[] = {
	SK_GRAPH_OPTIONS,
	[SK_REACH_NNP] = { .name = "nnp", .help = "only what remains under no_new_privs" },
	[SK_REACH_NOSUID] = { .name = "nosuid", .help = "only what remains where programs are mounted nosuid" },
	SK_OPTION_POLICY,
	SK_OPTION_ROOT,
	SK_OPTION_BOOLEAN,
	SK_OPTION_JSON,
	SK_OPTION_END,
};
/* clang-format on */

static int sk_reach_take(struct sk_graph_ask *ask, int option, const char *value SK_UNUSED)
{
	struct sk_reach_ask *q = ask->command;

	q->flags |= option == SK_REACH_NNP ? SELKIE_REACH_NNP : SELKIE_REACH_NOSUID;
	return SK_EXIT_YES;
}

static int sk_reach_find_paths(const void *graph, selkie_type_id from, selkie_type_id to,
			       const struct selkie_path_options *options, selkie_paths **ret)
{
	return selkie_reach_find_paths(graph, from, to, options, ret);
}

static int sk_reach_reachable(const void *graph, selkie_type_id start,
			      enum selkie_direction direction, uint32_t max_steps,
			      struct selkie_reached **ret, size_t *ret_n)
{
	return selkie_reach_reachable(graph, start, direction, max_steps, ret, ret_n);
}

/* perm: what of the rules it is about; NULL for rules that have no permissions. */
static int sk_print_rules(struct sk_graph_ask *ask, struct sk_buf *out, size_t indent,
			  const struct selkie_rule_list *rules, const char *perm)
{
	struct selkie_rule rule;
	uint32_t bits = 0;
	int r = 0;

	if (perm && rules->n && !selkie_rule_get(ask->system.policy, rules->rules[0], &rule))
		bits = selkie_permission_find(ask->system.policy, rule.cls, perm);
	for (size_t i = 0; i < sk_graph_shown(ask, rules->n) && !r; i++)
		r = sk_graph_print_rule(ask, out, indent, rules->rules[i], bits);
	sk_graph_print_more(ask, out, indent, rules->n, "rules");
	return r;
}

static const char *sk_restricted_words(enum selkie_restricted how)
{
	return how == SELKIE_RESTRICTED_BY_RULE	    ? "by its rule"
	       : how == SELKIE_RESTRICTED_BY_BOUNDS ? "by bounds"
						    : "no";
}

/* An entry point counts when something makes the transition happen there: setexec anywhere, a type_transition its own. */
static bool sk_entry_counts(const struct selkie_transition_facts *f,
			    const struct selkie_entrypoint *e)
{
	return f->setexec.n || e->type_transition.n;
}

static int sk_print_entrypoint(struct sk_graph_ask *ask, struct sk_buf *out, size_t indent,
			       const struct selkie_entrypoint *e)
{
	int r;

	sk_buf_add_blanks(out, indent);
	sk_buf_join(out, "by a program of type ", sk_graph_name(ask, e->type), "\n", NULL);
	r = sk_print_rules(ask, out, indent + 2, &e->execute, "execute");
	if (!r)
		r = sk_print_rules(ask, out, indent + 2, &e->entrypoint, "entrypoint");
	return r ? r : sk_print_rules(ask, out, indent + 2, &e->type_transition, NULL);
}

/* Programs with a type_transition first: with them it happens without being asked for. */
static int sk_print_entrypoints(struct sk_graph_ask *ask, struct sk_buf *out, size_t indent,
				const struct selkie_transition_facts *f)
{
	size_t n = 0, done = 0;
	int r = 0;

	for (size_t i = 0; i < f->n_entrypoints; i++)
		n += sk_entry_counts(f, &f->entrypoints[i]);
	for (int pass = 0; pass < 2; pass++)
		for (size_t i = 0; i < f->n_entrypoints && done < sk_graph_shown(ask, n) && !r;
		     i++) {
			const struct selkie_entrypoint *e = &f->entrypoints[i];

			if (!sk_entry_counts(f, e) || (e->type_transition.n == 0) != pass)
				continue;
			r = sk_print_entrypoint(ask, out, indent, e);
			done++;
		}
	sk_graph_print_more(ask, out, indent, n, "programs");
	return r;
}

/* Mostly one rule says both nnp_transition and nosuid_transition, and is shown once. */
static bool sk_same_rules(const struct selkie_rule_list *a, const struct selkie_rule_list *b)
{
	return a->n == b->n && (!a->n || !memcmp(a->rules, b->rules, a->n * sizeof(*a->rules)));
}

static int sk_print_exec(struct sk_graph_ask *ask, struct sk_buf *out, size_t indent,
			 const struct selkie_transition_facts *f)
{
	int r = sk_print_rules(ask, out, indent, &f->transition, "transition");

	if (!r)
		r = sk_print_rules(ask, out, indent, &f->setexec, "setexec");
	if (!r)
		r = sk_print_entrypoints(ask, out, indent, f);
	if (r)
		return r;
	sk_buf_add_blanks(out, indent);
	sk_buf_join(out, "under no_new_privs: ", sk_restricted_words(f->nnp),
		    "; from nosuid mounts: ", sk_restricted_words(f->nosuid), "\n", NULL);
	r = sk_print_rules(ask, out, indent + 2, &f->nnp_rules, "nnp_transition");
	if (!r && !sk_same_rules(&f->nosuid_rules, &f->nnp_rules))
		r = sk_print_rules(ask, out, indent + 2, &f->nosuid_rules, "nosuid_transition");
	return r;
}

static int sk_reach_print_step(struct sk_graph_ask *ask, struct sk_buf *out, size_t indent,
			       selkie_type_id from, selkie_type_id to)
{
	struct selkie_transition_facts *f = NULL;
	int r = selkie_reach_facts(ask->graph, from, to, &f);

	if (!r && f->by_exec)
		r = sk_print_exec(ask, out, indent, f);
	if (!r && f->by_dyntransition) {
		sk_buf_add_blanks(out, indent);
		sk_buf_adds(out, "without executing anything\n");
		r = sk_print_rules(ask, out, indent + 2, &f->dyntransition, "dyntransition");
		if (!r)
			r = sk_print_rules(ask, out, indent + 2, &f->setcurrent, "setcurrent");
	}
	selkie_transition_facts_free(f);
	return r;
}

static int sk_json_rules(struct sk_graph_ask *ask, const char *name,
			 const struct selkie_rule_list *rules)
{
	int r = 0;

	sk_json_array(&ask->json, name);
	for (size_t i = 0; i < rules->n && !r; i++) {
		r = sk_graph_json_rule(ask, rules->rules[i]);
		if (!r)
			sk_json_end_object(&ask->json);
	}
	sk_json_end_array(&ask->json);
	return r;
}

static int sk_json_entrypoint(struct sk_graph_ask *ask, const struct selkie_transition_facts *f,
			      const struct selkie_entrypoint *e)
{
	struct sk_json *j = &ask->json;
	int r;

	sk_json_object(j, NULL);
	sk_json_string(j, "type", sk_graph_name(ask, e->type));
	sk_json_bool(j, "counts", sk_entry_counts(f, e));
	r = sk_json_rules(ask, "execute", &e->execute);
	if (!r)
		r = sk_json_rules(ask, "entrypoint", &e->entrypoint);
	if (!r)
		r = sk_json_rules(ask, "type_transition", &e->type_transition);
	sk_json_end_object(j);
	return r;
}

/* In the texts, \1 is where the way begins and \2 where it ends. */
static const struct {
	unsigned int bit;
	const char *word, *text;
} sk_lacks[] = {
	{ SELKIE_LACKS_TRANSITION, "transition", "a rule: allow \1 \2:process transition" },
	{ SELKIE_LACKS_ENTRYPOINT, "entrypoint",
	  "a program that is an entry point of \2: allow \2 TYPE:file entrypoint" },
	{ SELKIE_LACKS_EXECUTE, "execute",
	  "the right to execute an entry point of \2: allow \1 TYPE:file execute" },
	{ SELKIE_LACKS_TRIGGER, "trigger",
	  "what makes it happen: type_transition \1 TYPE:process \2, or allow \1 self:process "
	  "setexec" },
	{ SELKIE_LACKS_RESTRICTED, "restricted",
	  "a rule for what was asked: allow \1 \2:process2 nnp_transition or nosuid_transition" },
	{ SELKIE_LACKS_DYNTRANSITION, "dyntransition",
	  "a rule: allow \1 \2:process dyntransition" },
	{ SELKIE_LACKS_SETCURRENT, "setcurrent", "a rule: allow \1 self:process setcurrent" },
};

static void sk_json_lacks(struct sk_json *j, const char *name, unsigned int lacks)
{
	sk_json_array(j, name);
	for (size_t i = 0; i < SK_ARRAY_LEN(sk_lacks); i++)
		if (lacks & sk_lacks[i].bit)
			sk_json_string(j, NULL, sk_lacks[i].word);
	sk_json_end_array(j);
}

static const char *sk_restricted_word(enum selkie_restricted how)
{
	return how == SELKIE_RESTRICTED_BY_RULE	    ? "rule"
	       : how == SELKIE_RESTRICTED_BY_BOUNDS ? "bounds"
						    : "forbidden";
}

static int sk_json_facts(struct sk_graph_ask *ask, const struct selkie_transition_facts *f)
{
	const struct {
		const char *name;
		const struct selkie_rule_list *rules;
	} lists[] = {
		{ "transition", &f->transition },	{ "setexec", &f->setexec },
		{ "dyntransition", &f->dyntransition }, { "setcurrent", &f->setcurrent },
		{ "nnp_rules", &f->nnp_rules },		{ "nosuid_rules", &f->nosuid_rules },
	};
	struct sk_json *j = &ask->json;
	int r = 0;

	sk_json_bool(j, "by_exec", f->by_exec);
	sk_json_bool(j, "by_dyntransition", f->by_dyntransition);
	sk_json_lacks(j, "exec_lacks", f->exec_lacks);
	sk_json_lacks(j, "dyn_lacks", f->dyn_lacks);
	sk_json_string(j, "nnp", sk_restricted_word(f->nnp));
	sk_json_string(j, "nosuid", sk_restricted_word(f->nosuid));
	for (size_t i = 0; i < SK_ARRAY_LEN(lists) && !r; i++)
		r = sk_json_rules(ask, lists[i].name, lists[i].rules);
	sk_json_array(j, "entrypoints");
	for (size_t i = 0; i < f->n_entrypoints && !r; i++)
		r = sk_json_entrypoint(ask, f, &f->entrypoints[i]);
	sk_json_end_array(j);
	sk_json_array(j, "not_executed");
	for (size_t i = 0; i < f->n_not_executed; i++)
		sk_json_string(j, NULL, sk_graph_name(ask, f->not_executed[i]));
	sk_json_end_array(j);
	return r;
}

static int sk_reach_json_step(struct sk_graph_ask *ask, selkie_type_id from, selkie_type_id to)
{
	struct selkie_transition_facts *f = NULL;
	int r = selkie_reach_facts(ask->graph, from, to, &f);

	if (!r)
		r = sk_json_facts(ask, f);
	selkie_transition_facts_free(f);
	return r;
}

/* "auto", "setexec" and "dyn", those that apply. */
static int sk_reach_label_step(struct sk_graph_ask *ask, selkie_type_id from, selkie_type_id to,
			       char **ret_text)
{
	struct selkie_transition_facts *f = NULL;
	bool automatic = false;
	int r = selkie_reach_facts(ask->graph, from, to, &f);

	if (r)
		return r;
	for (size_t i = 0; i < f->n_entrypoints; i++)
		automatic = automatic || f->entrypoints[i].type_transition.n;
	r = asprintf(ret_text, "%s%s%s", f->by_exec && automatic ? "auto" : "",
		     !f->by_exec || automatic ? "" : "setexec",
		     !f->by_dyntransition ? ""
		     : f->by_exec	  ? ", dyn"
					  : "dyn");
	selkie_transition_facts_free(f);
	return r < 0 ? -ENOMEM : 0;
}

/* Entry points that exist and are not executed. */
static void sk_print_not_executed(struct sk_graph_ask *ask, const struct selkie_transition_facts *f)
{
	sk_auto_buf struct sk_buf names = SK_BUF_INIT;

	sk_buf_adds(&names, "entry points:");
	for (size_t i = 0; i < f->n_not_executed; i++)
		sk_buf_join(&names, " ", sk_graph_name(ask, f->not_executed[i]), NULL);
	if (sk_buf_str(&names))
		sk_print_wrapped(&ask->out, sk_buf_str(&names), 6, sk_width(1));
	else
		sk_buf_fail(&ask->out, names.error);
}

static void sk_print_lacks(struct sk_graph_ask *ask, const struct selkie_transition_facts *f,
			   unsigned int lacks)
{
	for (size_t i = 0; i < SK_ARRAY_LEN(sk_lacks); i++) {
		if (!(lacks & sk_lacks[i].bit))
			continue;
		sk_buf_adds(&ask->out, "    lacks ");
		for (const char *c = sk_lacks[i].text; *c; c++)
			if (*c == '\1' || *c == '\2')
				sk_buf_adds(&ask->out, *c == '\1' ? ask->from_name : ask->to_name);
			else
				sk_buf_addc(&ask->out, *c);
		sk_buf_addc(&ask->out, '\n');
		if (sk_lacks[i].bit == SELKIE_LACKS_EXECUTE)
			sk_print_not_executed(ask, f);
	}
}

/* How many domains each end has on the way to the other: zero says where the way ends. */
static int sk_print_ends(struct sk_graph_ask *ask)
{
	struct selkie_reached *list = NULL;
	size_t n;
	int r = selkie_reach_reachable(ask->graph, ask->from, SELKIE_FORWARD, 0, &list, &n);

	if (r)
		return r;
	sk_buf_printf(&ask->out, "  from %s, %zu domains are reached", ask->from_name,
		      n ? n - 1 : 0);
	free(list);
	list = NULL;
	r = selkie_reach_reachable(ask->graph, ask->to, SELKIE_BACKWARD, 0, &list, &n);
	if (r)
		return r;
	sk_buf_printf(&ask->out, "; %s is reached from %zu\n", ask->to_name, n ? n - 1 : 0);
	free(list);
	return 0;
}

static bool sk_reach_one_each(const struct sk_graph_ask *ask)
{
	return !selkie_type_is_attribute(ask->system.policy, ask->from) &&
	       !selkie_type_is_attribute(ask->system.policy, ask->to) && ask->from.v != ask->to.v;
}

static int sk_reach_print_none(struct sk_graph_ask *ask)
{
	struct selkie_transition_facts *f = NULL;
	int r;

	if (!sk_reach_one_each(ask))
		return 0;
	r = selkie_reach_facts(ask->graph, ask->from, ask->to, &f);
	if (r)
		return r;
	sk_buf_adds(&ask->out, "  directly, by executing a program, it\n");
	sk_print_lacks(ask, f, f->exec_lacks);
	sk_buf_adds(&ask->out, "  directly, without executing anything, it\n");
	sk_print_lacks(ask, f, f->dyn_lacks);
	r = sk_print_ends(ask);
	selkie_transition_facts_free(f);
	return r;
}

static int sk_reach_json_none(struct sk_graph_ask *ask)
{
	int r;

	if (!sk_reach_one_each(ask))
		return 0;
	sk_json_object(&ask->json, "direct");
	r = sk_reach_json_step(ask, ask->from, ask->to);
	sk_json_end_object(&ask->json);
	return r;
}

static void sk_reach_json_head(struct sk_graph_ask *ask)
{
	const struct sk_reach_ask *q = ask->command;

	sk_json_bool(&ask->json, "no_new_privs", q->flags & SELKIE_REACH_NNP);
	sk_json_bool(&ask->json, "nosuid_mounts", q->flags & SELKIE_REACH_NOSUID);
}

static int sk_reach_make(struct sk_graph_ask *ask)
{
	struct selkie_reach_options o = SELKIE_REACH_OPTIONS_INIT;
	struct sk_reach_ask *q = ask->command;
	int r;

	if (ask->format == SK_FORMAT_TEXT)
		sk_graph_tell(ask, "%s", "");
	o.flags = q->flags;
	o.state = ask->all_rules ? NULL : ask->system.state;
	o.exclude = ask->exclude;
	o.n_exclude = ask->n_exclude;
	r = selkie_reach_new(ask->system.policy, &o, &q->reach);
	ask->graph = q->reach;
	return r ? sk_failure(ask->cmd, "%s", strerror(-r)) : SK_EXIT_YES;
}

static void sk_reach_done(struct sk_graph_ask *ask)
{
	struct sk_reach_ask *q = ask->command;

	selkie_reach_free(q->reach);
}

static const struct sk_graph_ops sk_reach_ops = {
	.paths = "ways",
	.path = "way",
	.verb = "no transitions",
	.take = sk_reach_take,
	.make = sk_reach_make,
	.done = sk_reach_done,
	.find_paths = sk_reach_find_paths,
	.reachable = sk_reach_reachable,
	.print_step = sk_reach_print_step,
	.json_step = sk_reach_json_step,
	.label_step = sk_reach_label_step,
	.print_none = sk_reach_print_none,
	.json_none = sk_reach_json_none,
	.json_head = sk_reach_json_head,
};

static int sk_run_reach(const struct sk_command *cmd, int argc, char **argv)
{
	struct sk_reach_ask q = { 0 };

	return sk_graph_run(&q.ask, cmd, &sk_reach_ops, &q, argc, argv);
}

const struct sk_command sk_cmd_reach = {
	.name = "reach",
	.summary = "tell which domains a process can come to",
	.arguments = "[FROM] [TO]",
	.options = sk_reach_options,
	.about = "With FROM and TO, the shortest ways and the rules of each step, or what is\n"
		 "missing; with one end, every domain that is reached from it, or that reaches\n"
		 "it. Types or attributes.",
	.example = "selkie reach httpd_t sysadm_t",
	.run = sk_run_reach,
};
