/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * selkie search: rules of a policy, with sesearch's options and output. What sesearch reports on its standard output
 * and with exit code 1 (an unknown name) we report on the standard error with the same code.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/json.h"
#include "cmd/command.h"
#include "cmd/neverallow.h"
#include "cmd/origin.h"
#include "cmd/system.h"
#include "selkie/selkie.h"

enum sk_search_option {
	SK_SEARCH_VERBOSE,
	SK_SEARCH_WHERE,
	SK_SEARCH_ALL,
	SK_SEARCH_KINDS, /* the first of the kinds of rules */
	SK_SEARCH_SOURCE = SK_SEARCH_KINDS + 14,
	SK_SEARCH_TARGET,
	SK_SEARCH_CLASS,
	SK_SEARCH_PERMS,
	SK_SEARCH_XPERMS,
	SK_SEARCH_DEFAULT,
	SK_SEARCH_BOOL,
	SK_SEARCH_FLAGS, /* the first of the flags */
};

static const struct sk_option sk_search_options[] = {
	[SK_SEARCH_VERBOSE] = { 'v', "verbose",
				.help = "tell which policy is searched and how many rules were "
					"found" },
	[SK_SEARCH_WHERE] = { .name = "where", .help = "the statements that gave each rule, if selkie build kept them" },
	[SK_SEARCH_ALL] = { 'A', .help = "allow and allowxperm rules" },
	[SK_SEARCH_KINDS] = { .name = "allow", .help = "allow rules" },
	{ .name = "allowxperm", .help = "allowxperm rules" },
	{ .name = "auditallow", .help = "auditallow rules" },
	{ .name = "auditallowxperm", .help = "auditallowxperm rules" },
	{ .name = "dontaudit", .help = "dontaudit rules" },
	{ .name = "dontauditxperm", .help = "dontauditxperm rules" },
	{ .name = "neverallow", .help = "neverallow rules of the sources, if selkie build kept them" },
	{ .name = "neverallowxperm", .help = "neverallowxperm rules; likewise" },
	{ 'T', "type_trans", .help = "type_transition rules" },
	{ .name = "type_change", .help = "type_change rules" },
	{ .name = "type_member", .help = "type_member rules" },
	{ .name = "role_allow", .help = "role allow rules" },
	{ .name = "role_trans", .help = "role_transition rules" },
	{ .name = "range_trans", .help = "range_transition rules" },
	[SK_SEARCH_SOURCE] = { 's', "source", "NAME", .help = "source type, attribute or role" },
	[SK_SEARCH_TARGET] = { 't', "target", "NAME", .help = "target type, attribute or role" },
	[SK_SEARCH_CLASS] = { 'c', "class", "NAMES",
			      .help = "any of these classes, separated by commas" },
	[SK_SEARCH_PERMS] = { 'p', "perms", "NAMES",
			      .help = "any of these permissions, separated by commas" },
	[SK_SEARCH_XPERMS] = { 'x', "xperms", "NUMBERS",
			       .help = "any of these extended permissions: 0x5401,0x8900-0x89ff" },
	[SK_SEARCH_DEFAULT] = { 'D', "default", "NAME",
				.help = "new type, role or range of a transition" },
	[SK_SEARCH_BOOL] = { 'b', "bool", "NAMES",
			     .help = "rules under a condition with any of these booleans" },
	[SK_SEARCH_FLAGS] = { .name = "eb",
			      .one_dash = "--eb",
			      .help = "just these booleans and no others" },
	{ .name = "ep", .one_dash = "--ep", .help = "just these permissions and no others" },
	{ .name = "ex",
	  .one_dash = "--ex",
	  .help = "just these extended permissions and no others" },
	{ .name = "Sp", .one_dash = "--Sp", .help = "all of these permissions and perhaps others" },
	{ .name = "ds",
	  .one_dash = "--ds",
	  .help = "the source is this very name; do not look into attributes" },
	{ .name = "dt", .one_dash = "--dt", .help = "likewise the target" },
	{ .name = "rs", .one_dash = "--rs", .help = "the source is a regular expression" },
	{ .name = "rt", .one_dash = "--rt", .help = "the target is a regular expression" },
	{ .name = "rc", .one_dash = "--rc", .help = "the class is a regular expression" },
	{ .name = "rd", .one_dash = "--rd", .help = "the default is a regular expression" },
	{ .name = "rb", .one_dash = "--rb", .help = "the boolean is a regular expression" },
	SK_OPTION_POLICY,
	SK_OPTION_ROOT,
	SK_OPTION_JSON,
	SK_OPTION_END,
};

/* In the order of the options above. */
static const enum selkie_rule_kind sk_search_kinds[] = {
	SELKIE_RULE_ALLOW,	     SELKIE_RULE_ALLOWXPERM,	   SELKIE_RULE_AUDITALLOW,
	SELKIE_RULE_AUDITALLOWXPERM, SELKIE_RULE_DONTAUDIT,	   SELKIE_RULE_DONTAUDITXPERM,
	SELKIE_RULE_NEVERALLOW,	     SELKIE_RULE_NEVERALLOWXPERM,  SELKIE_RULE_TYPE_TRANSITION,
	SELKIE_RULE_TYPE_CHANGE,     SELKIE_RULE_TYPE_MEMBER,	   SELKIE_RULE_ROLE_ALLOW,
	SELKIE_RULE_ROLE_TRANSITION, SELKIE_RULE_RANGE_TRANSITION,
};

static const unsigned int sk_search_flags[] = {
	SELKIE_SEARCH_BOOLEANS_EQUAL, SELKIE_SEARCH_PERMS_EQUAL,    SELKIE_SEARCH_XPERMS_EQUAL,
	SELKIE_SEARCH_PERMS_SUBSET,   SELKIE_SEARCH_SOURCE_DIRECT,  SELKIE_SEARCH_TARGET_DIRECT,
	SELKIE_SEARCH_SOURCE_REGEX,   SELKIE_SEARCH_TARGET_REGEX,   SELKIE_SEARCH_CLASS_REGEX,
	SELKIE_SEARCH_RESULT_REGEX,   SELKIE_SEARCH_BOOLEANS_REGEX,
};

struct sk_search_request {
	struct sk_system_args system;
	struct selkie_search_options search;
	bool verbose, where;
};

static int sk_search_take(void *arg, int o, const char *value)
{
	struct sk_search_request *q = arg;

	switch (o) {
	case SK_SEARCH_VERBOSE:
		q->verbose = true;
		break;
	case SK_SEARCH_WHERE:
		q->where = true;
		break;
	case SK_SEARCH_ALL:
		q->search.kinds |= SELKIE_RULE_ALLOW | SELKIE_RULE_ALLOWXPERM;
		break;
	case SK_SEARCH_SOURCE:
		q->search.source = value;
		break;
	case SK_SEARCH_TARGET:
		q->search.target = value;
		break;
	case SK_SEARCH_CLASS:
		q->search.classes = value;
		break;
	case SK_SEARCH_PERMS:
		q->search.perms = value;
		break;
	case SK_SEARCH_XPERMS:
		q->search.xperms = value;
		break;
	case SK_SEARCH_DEFAULT:
		q->search.result = value;
		break;
	case SK_SEARCH_BOOL:
		q->search.booleans = value;
		break;
	default:
		if (o >= SK_SEARCH_FLAGS)
			q->search.flags |= sk_search_flags[o - SK_SEARCH_FLAGS];
		else
			q->search.kinds |= sk_search_kinds[o - SK_SEARCH_KINDS];
	}
	return SK_EXIT_YES;
}

/* The command line into the request. False when there is nothing to go on with, with the exit code. */
static bool sk_search_read_args(const struct sk_command *cmd, int argc, char **argv,
				struct sk_search_request *q, int *ret_exit)
{
	struct sk_args args;

	sk_args_init(&args, cmd, argc, argv);
	if (!sk_system_read_policy_args(&args, &q->system, sk_search_take, q, ret_exit))
		return false;
	if (!q->search.kinds)
		*ret_exit = sk_usage_error(cmd, "say at least one kind of rule, as -A or --type_trans");
	return q->search.kinds;
}

static int sk_search_write(void *arg, const char *text, size_t n)
{
	struct sk_buf *out = arg;

	sk_buf_add(out, text, n);
	return out->failed ? out->error : 0;
}

/* Numbers as ranges: pairs of the lowest and the highest. */
static void sk_json_xperms(struct sk_json *j, const struct selkie_rule *r)
{
	bool drivers = r->xperm_driver == 256;

	sk_json_string(j, "permission", r->xperm_kind == SELKIE_XPERM_NLMSG ? "nlmsg" : "ioctl");
	sk_json_array(j, "numbers");
	for (uint32_t i = 0; i < 256; i++) {
		uint32_t first = i;

		if (!(r->xperms[i / 32] >> (i % 32) & 1))
			continue;
		while (i < 255 && r->xperms[(i + 1) / 32] >> ((i + 1) % 32) & 1)
			i++;
		sk_json_array(j, NULL);
		sk_json_uint(j, NULL, drivers ? first << 8 : r->xperm_driver << 8 | first);
		sk_json_uint(j, NULL, drivers ? i << 8 | 0xff : r->xperm_driver << 8 | i);
		sk_json_end_array(j);
	}
	sk_json_end_array(j);
}

static bool sk_json_text(struct sk_json *j, const char *name, int r, char *text)
{
	if (r)
		return false;
	sk_json_string(j, name, text);
	free(text);
	return true;
}

/* What a transition gives. */
static bool sk_json_result(struct sk_json *j, const selkie_policy *p, const struct selkie_rule *r)
{
	char *text = NULL;
	int e;

	if (r->result.v)
		sk_json_string(j, "default", selkie_type_name(p, r->result));
	if (r->name)
		sk_json_string(j, "name", r->name);
	if (r->kind == SELKIE_RULE_ROLE_TRANSITION)
		sk_json_string(j, "default", selkie_role_name(p, r->new_role));
	if (r->kind != SELKIE_RULE_RANGE_TRANSITION)
		return true;
	e = selkie_range_print(p, r->range, &text);
	return sk_json_text(j, "default", e, text);
}

static bool sk_json_rule(struct sk_json *j, const selkie_policy *p, const selkie_origins *origins,
			 const struct selkie_rule *r)
{
	const char *source =
		r->source.v ? selkie_type_name(p, r->source) : selkie_role_name(p, r->source_role);
	const char *target =
		r->target.v ? selkie_type_name(p, r->target) : selkie_role_name(p, r->new_role);
	char *text = NULL;
	bool ok = true;
	int e;

	sk_json_object(j, NULL);
	sk_json_string(j, "rule",
		       r->kind == SELKIE_RULE_ROLE_ALLOW ? "role_allow"
							 : selkie_rule_kind_name(r->kind));
	sk_json_string(j, "source", source);
	sk_json_string(j, "target", target);
	if (r->cls.v)
		sk_json_string(j, "class", selkie_class_name(p, r->cls));
	if (r->kind & SELKIE_RULES_AV)
		sk_permissions_json(j, p, r->cls, r->perms);
	if (r->kind & SELKIE_RULES_XPERM)
		sk_json_xperms(j, r);
	ok = sk_json_result(j, p, r);
	if (r->cond != SELKIE_UNCONDITIONAL) {
		e = selkie_conditional_print(p, r->cond, &text);
		ok = sk_json_text(j, "condition", e, text) && ok;
		sk_json_bool(j, "branch", r->branch);
	}
	e = selkie_rule_text(p, r, &text);
	ok = sk_json_text(j, "text", e, text) && ok;
	sk_origins_json(j, origins, p, r);
	sk_json_end_object(j);
	return ok;
}

/* What is found, and what is shown of it. */
struct sk_search_results {
	const struct sk_system *system;
	const selkie_search *found;
	const selkie_origins *origins;	/* NULL: where rules come from is not asked for, or not known */
	struct sk_neverallows never;
};

static size_t sk_search_results_count(const struct sk_search_results *results)
{
	return selkie_search_count(results->found) + sk_neverallows_count(&results->never);
}

static int sk_search_print_json(struct sk_buf *out, const struct sk_search_results *results)
{
	const selkie_search *found = results->found;
	struct sk_json j;
	bool ok = true;

	sk_json_init(&j, out);
	sk_json_object(&j, NULL);
	sk_json_string(&j, "policy", results->system->path);
	sk_json_uint(&j, "count", sk_search_results_count(results));
	sk_json_array(&j, "rules");
	for (size_t i = 0; ok && i < selkie_search_count(found); i++) {
		struct selkie_rule rule;

		selkie_search_get(found, i, &rule);
		ok = sk_json_rule(&j, results->system->policy, results->origins, &rule);
	}
	sk_neverallows_json_rules(&results->never, results->origins, &j);
	sk_json_end_array(&j);
	sk_json_end_object(&j);
	sk_json_finish(&j);
	return ok ? 0 : -ENOMEM;
}

/* Each rule with the statements that gave it. */
static int sk_search_print_where(struct sk_buf *out, const struct sk_search_results *results)
{
	for (size_t i = 0; i < selkie_search_count(results->found); i++) {
		sk_auto_free char *text = NULL;
		struct selkie_rule rule;
		int r;

		selkie_search_get(results->found, i, &rule);
		r = selkie_rule_text(results->system->policy, &rule, &text);
		if (r)
			return r;
		sk_buf_join(out, text, "\n", NULL);
		if (!sk_origins_print(out, results->origins, &rule, 0, "  from "))
			sk_buf_adds(out, "  from where is not known\n");
	}
	return 0;
}

static int sk_search_print(struct sk_buf *out, const struct sk_search_request *q, const struct sk_search_results *results)
{
	int r;

	if (q->system.json)
		return sk_search_print_json(out, results);
	r = results->origins ? sk_search_print_where(out, results) : selkie_search_print(results->found, sk_search_write, out);
	if (!r)
		sk_neverallows_list(&results->never, results->origins, out);
	return r;
}

static int sk_search_show(const struct sk_command *cmd, const struct sk_search_request *q,
			  const struct sk_system *system, const selkie_search *found)
{
	bool never = sk_neverallows_wanted(&q->search);
	selkie_origins *origins = q->where || never ? sk_system_origins(cmd, system) : NULL;
	const struct sk_search_results results = { system, found, q->where ? origins : NULL,
						   { system->policy, never ? origins : NULL, &q->search } };
	struct sk_buf out;
	size_t n;
	int r, flushed;

	if (q->where && !origins)
		fprintf(stderr, "selkie search: where the rules come from is not known for %s\n", system->path);
	if (never && origins && !sk_neverallows_fit(&q->search)) {
		selkie_origins_free(origins);
		return sk_usage_error(cmd, "neverallow rules are found by -s, -t, -c and -p alone");
	}
	sk_buf_to_fd(&out, STDOUT_FILENO);
	r = sk_search_print(&out, q, &results);
	n = sk_search_results_count(&results);
	selkie_origins_free(origins);
	flushed = sk_buf_flush(&out);
	sk_buf_done(&out);
	if (!r)
		r = flushed;
	if (r)
		return sk_failure(cmd, "writing the rules: %s", strerror(-r));
	if (q->verbose)
		fprintf(stderr, "%zu rules of %s\n", n, system->path);
	return SK_EXIT_YES;
}

static int sk_search_in(const struct sk_command *cmd, const struct sk_search_request *q,
			const struct sk_system *system)
{
	selkie_diagnostics *diags = selkie_diagnostics_new();
	selkie_search *found = NULL;
	int r, code;

	r = diags ? selkie_search_run(system->policy, &q->search, diags, &found) : -ENOMEM;
	if (r < 0) {
		code = sk_failure(cmd, "%s", strerror(-r));
	} else if (r) {
		sk_print_diagnostics(diags);
		code = SK_EXIT_NO;
	} else {
		code = sk_search_show(cmd, q, system, found);
	}
	selkie_search_free(found);
	selkie_diagnostics_free(diags);
	return code;
}

static int sk_run_search(const struct sk_command *cmd, int argc, char **argv)
{
	struct sk_search_request q = { .search = SELKIE_SEARCH_OPTIONS_INIT };
	struct sk_system system = SK_SYSTEM_INIT;
	int code;

	if (!sk_search_read_args(cmd, argc, argv, &q, &code))
		return code;
	code = sk_system_open(cmd, &q.system, &system);
	if (code == SK_EXIT_YES) {
		if (q.verbose || !q.system.policy)
			sk_system_tell(cmd, &system);
		code = sk_search_in(cmd, &q, &system);
	}
	sk_system_done(&system);
	sk_system_args_done(&q.system);
	return code;
}

const struct sk_command sk_cmd_search = {
	.name = "search",
	.summary = "list the rules of a policy that match",
	.arguments = "[POLICY]",
	.options = sk_search_options,
	.brief_first = SK_SEARCH_KINDS,
	.n_brief = SK_SEARCH_SOURCE - SK_SEARCH_KINDS,
	.about = "At least one kind of rule must be asked for. Names stand for the types they\n"
		 "expand to, unless -ds or -dt says otherwise. Options, output and order are\n"
		 "those of sesearch (setools 4.4).",
	.example = "selkie search -A -s httpd_t -t shadow_t -c file -p read",
	.run = sk_run_search,
};
