/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * selkie diff: what differs between two policies, with sediff's options and layout.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cmd/diff-report.h"
#include "cmd/operand.h"

/* One option a section, in the order of the sections; then the others. */
enum sk_diff_option {
	SK_DIFF_AND_XPERMS = SELKIE_N_DIFF_SECTIONS, /* -A */
	SK_DIFF_ALL,
	SK_DIFF_STATS,
	SK_DIFF_MEANING,
	SK_DIFF_LIMIT,
	SK_DIFF_LABELS,
	SK_DIFF_OLD_CONTEXTS,
	SK_DIFF_NEW_CONTEXTS,
	SK_DIFF_PATHS,
	SK_DIFF_MARKDOWN,
	SK_DIFF_CONFIG,
};

static const struct sk_option sk_diff_options[] = {
	[SELKIE_DIFF_PROPERTY] = { .name = "property",
				   .help = "version, MLS, handling of the unknown" },
	[SELKIE_DIFF_COMMON] = { .name = "common", .help = "common permission sets" },
	[SELKIE_DIFF_CLASS] = { 'c', "class", .help = "classes and their permissions" },
	[SELKIE_DIFF_BOOL] = { 'b', "bool", .help = "booleans and their defaults" },
	[SELKIE_DIFF_ROLE] = { 'r', "role", .help = "roles and their types" },
	[SELKIE_DIFF_TYPE] = { 't', "type", .help = "types, their attributes and aliases" },
	[SELKIE_DIFF_ATTRIBUTE] = { 'a', "attribute", .help = "attributes and their types" },
	[SELKIE_DIFF_USER] = { 'u', "user", .help = "users, their roles and ranges" },
	[SELKIE_DIFF_CATEGORY] = { .name = "category", .help = "categories" },
	[SELKIE_DIFF_SENSITIVITY] = { .name = "sensitivity", .help = "sensitivities" },
	[SELKIE_DIFF_LEVEL] = { .name = "level", .help = "levels and their categories" },
	[SELKIE_DIFF_ALLOW] = { .name = "allow", .help = "allow rules" },
	[SELKIE_DIFF_ALLOWXPERM] = { .name = "allowxperm", .help = "allowxperm rules" },
	[SELKIE_DIFF_NEVERALLOW] = { .name = "neverallow",
				     .help = "nothing: kernel policies have none" },
	[SELKIE_DIFF_NEVERALLOWXPERM] = { .name = "neverallowxperm", .help = "likewise" },
	[SELKIE_DIFF_AUDITALLOW] = { .name = "auditallow", .help = "auditallow rules" },
	[SELKIE_DIFF_AUDITALLOWXPERM] = { .name = "auditallowxperm",
					  .help = "auditallowxperm rules" },
	[SELKIE_DIFF_DONTAUDIT] = { .name = "dontaudit", .help = "dontaudit rules" },
	[SELKIE_DIFF_DONTAUDITXPERM] = { .name = "dontauditxperm", .help = "dontauditxperm rules" },
	[SELKIE_DIFF_TYPE_TRANS] = { 'T', "type_trans", .help = "type_transition rules" },
	[SELKIE_DIFF_TYPE_CHANGE] = { .name = "type_change", .help = "type_change rules" },
	[SELKIE_DIFF_TYPE_MEMBER] = { .name = "type_member", .help = "type_member rules" },
	[SELKIE_DIFF_ROLE_ALLOW] = { .name = "role_allow", .help = "role allow rules" },
	[SELKIE_DIFF_ROLE_TRANS] = { .name = "role_trans", .help = "role_transition rules" },
	[SELKIE_DIFF_RANGE_TRANS] = { .name = "range_trans", .help = "range_transition rules" },
	[SELKIE_DIFF_CONSTRAIN] = { .name = "constrain", .help = "constraints" },
	[SELKIE_DIFF_MLSCONSTRAIN] = { .name = "mlsconstrain", .help = "MLS constraints" },
	[SELKIE_DIFF_VALIDATETRANS] = { .name = "validatetrans",
					.help = "validatetrans statements" },
	[SELKIE_DIFF_MLSVALIDATETRANS] = { .name = "mlsvalidatetrans",
					   .help = "MLS validatetrans statements" },
	[SELKIE_DIFF_INITIALSID] = { .name = "initialsid", .help = "initial contexts" },
	[SELKIE_DIFF_IBENDPORTCON] = { .name = "ibendportcon", .help = "InfiniBand end ports" },
	[SELKIE_DIFF_IBPKEYCON] = { .name = "ibpkeycon", .help = "InfiniBand partition keys" },
	[SELKIE_DIFF_FS_USE] = { .name = "fs_use", .help = "how file systems are labeled" },
	[SELKIE_DIFF_GENFSCON] = { .name = "genfscon",
				   .help = "labels of file systems without their own" },
	[SELKIE_DIFF_NETIFCON] = { .name = "netifcon", .help = "network interfaces" },
	[SELKIE_DIFF_NODECON] = { .name = "nodecon", .help = "network addresses" },
	[SELKIE_DIFF_PORTCON] = { .name = "portcon", .help = "ports" },
	[SELKIE_DIFF_POLCAP] = { .name = "polcap", .help = "policy capabilities" },
	[SELKIE_DIFF_DEFAULT] = { .name = "default", .help = "default_user and its kin" },
	[SELKIE_DIFF_TYPEBOUNDS] = { .name = "typebounds", .help = "type bounds" },
	[SELKIE_DIFF_PIRQCON] = { .name = "pirqcon", .help = "Xen: interrupts" },
	[SELKIE_DIFF_IOPORTCON] = { .name = "ioportcon", .help = "Xen: I/O ports" },
	[SELKIE_DIFF_IOMEMCON] = { .name = "iomemcon", .help = "Xen: I/O memory" },
	[SELKIE_DIFF_PCIDEVICECON] = { .name = "pcidevicecon", .help = "Xen: PCI devices" },
	[SELKIE_DIFF_DEVICETREECON] = { .name = "devicetreecon", .help = "Xen: device tree" },
	[SK_DIFF_AND_XPERMS] = { 'A', .help = "allow and allowxperm rules" },
	[SK_DIFF_ALL] = { .name = "all", .help = "all sections that differ, and nothing else" },
	[SK_DIFF_STATS] = { .name = "stats", .help = "only how many there are in each section" },
	[SK_DIFF_MEANING] = { .name = "meaning",
			      .help = "what it means for who attacks the system" },
	[SK_DIFF_LIMIT] = { .name = "limit",
			    .arg = "N",
			    .help = "show that many findings about the meaning (20)" },
	[SK_DIFF_LABELS] = { .name = "labels", .help = "file contexts, and the paths they touch" },
	[SK_DIFF_OLD_CONTEXTS] = { .name = "old-contexts",
				   .arg = "FILE",
				   .help = "file contexts of OLD" },
	[SK_DIFF_NEW_CONTEXTS] = { .name = "new-contexts",
				   .arg = "FILE",
				   .help = "file contexts of NEW" },
	[SK_DIFF_PATHS] = { .name = "paths",
			    .arg = "FILE",
			    .help = "paths, one a line, whose labels are compared" },
	[SK_DIFF_MARKDOWN] = { .name = "markdown", .help = "write Markdown, for a merge request" },
	[SK_DIFF_CONFIG] = { .name = "config",
			     .arg = "N=V",
			     .help = "a setting that counts before build.conf's (repeatable)" },
	SK_OPTION_JSON,
	SK_OPTION_END,
};

struct sk_diff_request {
	struct sk_system_args system;
	uint64_t sections; /* those that were asked for by name */
	bool all, stats, meaning, labels, markdown;
	size_t limit;
	const char *contexts[2], *paths;
	const char **config; /* ended by NULL, or NULL */
	size_t n_config, cap_config;
	const struct sk_command *cmd;
};

static int sk_diff_take_limit(struct sk_diff_request *q, const char *value)
{
	unsigned long n;

	if (!sk_operand_number(value, UINT32_MAX, &n))
		return sk_usage_error(q->cmd, "--limit takes a number, not '%s'", value);
	q->limit = n;
	return SK_EXIT_YES;
}

static int sk_diff_take_config(struct sk_diff_request *q, const char *value)
{
	if (!strchr(value, '='))
		return sk_usage_error(q->cmd, "'%s' is no setting; write NAME=VALUE", value);
	if (sk_grow(&q->config, &q->cap_config, q->n_config + 2, sizeof(*q->config)))
		return sk_failure(q->cmd, "out of memory");
	q->config[q->n_config++] = value;
	q->config[q->n_config] = NULL;
	return SK_EXIT_YES;
}

static int sk_diff_take(void *arg, int o, const char *value)
{
	struct sk_diff_request *q = arg;

	switch (o) {
	case SK_DIFF_AND_XPERMS:
		q->sections |= SELKIE_DIFF_SECTION(SELKIE_DIFF_ALLOW) |
			       SELKIE_DIFF_SECTION(SELKIE_DIFF_ALLOWXPERM);
		break;
	case SK_DIFF_ALL:
		q->all = true;
		break;
	case SK_DIFF_STATS:
		q->stats = true;
		break;
	case SK_DIFF_MEANING:
		q->meaning = true;
		break;
	case SK_DIFF_LIMIT:
		return sk_diff_take_limit(q, value);
	case SK_DIFF_CONFIG:
		return sk_diff_take_config(q, value);
	case SK_DIFF_LABELS:
		q->labels = true;
		break;
	case SK_DIFF_PATHS:
		q->paths = value;
		break;
	case SK_DIFF_MARKDOWN:
		q->markdown = true;
		break;
	case SK_DIFF_OLD_CONTEXTS:
		q->contexts[0] = value;
		break;
	case SK_DIFF_NEW_CONTEXTS:
		q->contexts[1] = value;
		break;
	default:
		q->sections |= SELKIE_DIFF_SECTION(o);
	}
	return SK_EXIT_YES;
}

static int sk_diff_add_label(void *arg, const struct selkie_label_rule *old_rule,
			     const struct selkie_label_rule *new_rule)
{
	struct sk_diff_report *report = arg;
	int r = sk_grow(&report->label_changes, &report->cap_label_changes,
			report->n_label_changes + 1, sizeof(*report->label_changes));

	if (!r)
		report->label_changes[report->n_label_changes++] =
			(struct sk_label_change){ old_rule, new_rule };
	return r;
}

/* The label of a path in one of the editions; 0 or a negative errno. */
static int sk_diff_label(const struct sk_edition *edition, const char *path, const char **ret)
{
	struct selkie_label_result result;
	int r = selkie_label_lookup(edition->labels, path, 0, &result);

	*ret = !r && result.context ? result.context : "<<none>>";
	return SK_MIN(r, 0);
}

/* Adds the path when its label is another one. */
static int sk_diff_add_path(struct sk_diff_report *report, const char *path)
{
	struct sk_path_change change = { 0 };
	int r;

	if (!*path)
		return 0;
	r = sk_diff_label(&report->editions[0], path, &change.old_context);
	if (!r)
		r = sk_diff_label(&report->editions[1], path, &change.new_context);
	if (r || !strcmp(change.old_context, change.new_context))
		return r;
	r = sk_grow(&report->path_changes, &report->cap_path_changes, report->n_path_changes + 1,
		    sizeof(*report->path_changes));
	change.path = r ? NULL : strdup(path);
	if (!change.path)
		return -ENOMEM;
	report->path_changes[report->n_path_changes++] = change;
	return 0;
}

/* The paths of a file, one a line; "-" is the standard input. */
static int sk_diff_read_paths(struct sk_diff_report *report, const char *name)
{
	FILE *f = strcmp(name, "-") ? fopen(name, "re") : stdin;
	sk_auto_free char *line = NULL;
	size_t cap = 0;
	ssize_t n;
	int r = f ? 0 : -errno;

	while (!r && (n = getline(&line, &cap, f)) >= 0) {
		if (n && line[n - 1] == '\n')
			line[n - 1] = '\0';
		r = sk_diff_add_path(report, line);
	}
	if (f && !r && ferror(f))
		r = -EIO;
	if (f && f != stdin)
		fclose(f);
	return r;
}

/* Without a list of paths, those that rules name one by one are looked at. */
static int sk_diff_named_paths(struct sk_diff_report *report)
{
	int r = 0;

	for (size_t i = 0; i < report->n_label_changes && !r; i++) {
		const struct sk_label_change *c = &report->label_changes[i];
		const struct selkie_label_rule *rule = c->new_rule ? c->new_rule : c->old_rule;

		if (rule->exact)
			r = sk_diff_add_path(report, rule->prefix);
	}
	return r;
}

static int sk_diff_labels(const struct sk_command *cmd, const struct sk_diff_request *q,
			  struct sk_diff_report *report)
{
	int r;

	if (!report->editions[0].labels || !report->editions[1].labels)
		return q->labels || q->paths
			       ? sk_usage_error(cmd, "both policies need file contexts; "
						     "see --old-contexts and --new-contexts")
			       : SK_EXIT_YES;
	report->labels = true;
	r = selkie_label_compare(report->editions[0].labels, report->editions[1].labels,
				 sk_diff_add_label, report);
	if (!r)
		r = q->paths ? sk_diff_read_paths(report, q->paths) : sk_diff_named_paths(report);
	if (r)
		return sk_failure(cmd, "%s: %s", q->paths ? q->paths : "file contexts",
				  strerror(-r));
	return SK_EXIT_YES;
}

static int sk_diff_print(const struct sk_command *cmd, const struct sk_diff_request *q,
			 const struct sk_diff_report *report)
{
	struct sk_buf out;
	int r, flushed;

	sk_buf_to_fd(&out, STDOUT_FILENO);
	r = q->system.json ? sk_diff_report_json(report, &out)
	    : q->markdown  ? sk_diff_report_markdown(report, &out)
			   : sk_diff_report_text(report, &out);
	flushed = sk_buf_flush(&out);
	sk_buf_done(&out);
	if (!r)
		r = flushed;
	return r ? sk_failure(cmd, "writing the differences: %s", strerror(-r)) : SK_EXIT_YES;
}

/* What is compared: all, unless something is asked for by name; the meaning needs the allow rules. */
static uint64_t sk_diff_sections(const struct sk_diff_request *q)
{
	if (q->sections)
		return q->sections;
	if (q->labels && !q->meaning)
		return 0;
	return q->meaning ? SELKIE_DIFF_SECTION(SELKIE_DIFF_ALLOW) : SELKIE_DIFF_ALL;
}

/* Whether something was asked for by name; otherwise everything is shown. */
static bool sk_diff_by_name(const struct sk_diff_request *q)
{
	return q->sections || q->all || q->labels || q->meaning;
}

/* Its findings show where rules of the new policy come from. */
static bool sk_diff_wants_meaning(const struct sk_diff_request *q)
{
	return q->meaning || !sk_diff_by_name(q);
}

static bool sk_diff_differs(const struct sk_diff_report *report)
{
	size_t n = report->n_label_changes + report->n_path_changes;

	if (report->meanings)
		n += selkie_meanings_count(report->meanings);
	for (int s = 0; s < SELKIE_N_DIFF_SECTIONS; s++)
		n += sk_diff_report_total(report, (enum selkie_diff_section)s);
	return n;
}

static int sk_diff_compare(const struct sk_command *cmd, const struct sk_diff_request *q,
			   const struct sk_edition editions[2])
{
	bool by_name = sk_diff_by_name(q);
	struct sk_diff_report report = { .editions = editions,
					 .asked = q->sections,
					 .sections = q->sections || q->all || !by_name,
					 .stats = q->stats,
					 .most_meanings = q->limit };
	selkie_meanings *meanings = NULL;
	selkie_diff *diff = NULL;
	int code = SK_EXIT_YES, r;

	r = selkie_diff_new(editions[0].policy, editions[1].policy, sk_diff_sections(q), &diff);
	report.diff = diff;
	if (!r && sk_diff_wants_meaning(q))
		r = selkie_meanings_find(diff, &meanings);
	report.meanings = meanings;
	if (r)
		code = sk_failure(cmd, "%s", strerror(-r));
	if (code == SK_EXIT_YES && (q->labels || !by_name))
		code = sk_diff_labels(cmd, q, &report);
	if (code == SK_EXIT_YES)
		code = sk_diff_print(cmd, q, &report);
	if (code == SK_EXIT_YES && sk_diff_differs(&report))
		code = SK_EXIT_NO;
	for (size_t i = 0; i < report.n_path_changes; i++)
		free(report.path_changes[i].path);
	free(report.path_changes);
	free(report.label_changes);
	selkie_meanings_free(meanings);
	selkie_diff_free(diff);
	return code;
}

static int sk_run_diff(const struct sk_command *cmd, int argc, char **argv)
{
	struct sk_diff_request q = { .cmd = cmd, .limit = 20 };
	struct sk_edition editions[2] = { SK_EDITION_INIT, SK_EDITION_INIT };
	struct sk_args args;
	int code;

	sk_args_init(&args, cmd, argc, argv);
	if (!sk_system_read_args(&args, &q.system, sk_diff_take, &q, &code))
		return code;
	if (q.markdown && q.system.json)
		return sk_usage_error(cmd, "--markdown and --json exclude each other");
	if (argc - args.first != 2)
		return sk_usage_error(cmd, "name two policies, the old one and the new one");
	code = SK_EXIT_YES;
	for (int side = 0; side < 2 && code == SK_EXIT_YES; side++)
		code = sk_edition_open(cmd, argv[args.first + side],
				       &(struct sk_edition_options){ .contexts = q.contexts[side], .config = q.config,
								     .origins = side && sk_diff_wants_meaning(&q) },
				       &editions[side]);
	if (code == SK_EXIT_YES)
		code = sk_diff_compare(cmd, &q, editions);
	sk_edition_done(&editions[0]);
	sk_edition_done(&editions[1]);
	sk_system_args_done(&q.system);
	free(q.config);
	return code;
}

const struct sk_command sk_cmd_diff = {
	.name = "diff",
	.summary = "tell what differs between two policies and what that means",
	.arguments = "OLD NEW",
	.options = sk_diff_options,
	.n_brief = SELKIE_N_DIFF_SECTIONS,
	.about =
		"OLD and NEW are policy files, roots of systems, sources, or PATH@REVISION in git. "
		"Without an option\n"
		"that says what to show: the meaning, then file contexts and sections that differ.",
	.example = "selkie diff policy.33.old policy.33",
	.run = sk_run_diff,
};
