/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * selkie diff: what differs between two policies, with sediff's options and layout.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/json.h"
#include "cmd/edition.h"

/* One option a section, in the order of the sections; then the others. */
enum sk_diff_option {
	SK_DIFF_AND_XPERMS = SELKIE_N_DIFF_SECTIONS, /* -A */
	SK_DIFF_ALL,
	SK_DIFF_STATS,
	SK_DIFF_OLD_CONTEXTS,
	SK_DIFF_NEW_CONTEXTS,
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
	[SK_DIFF_ALL] = { .name = "all", .help = "all of these that differ, and no meaning" },
	[SK_DIFF_STATS] = { .name = "stats", .help = "only how many there are of each" },
	[SK_DIFF_OLD_CONTEXTS] = { .name = "old-contexts",
				   .arg = "FILE",
				   .help = "file contexts of OLD" },
	[SK_DIFF_NEW_CONTEXTS] = { .name = "new-contexts",
				   .arg = "FILE",
				   .help = "file contexts of NEW" },
	SK_OPTION_JSON,
	SK_OPTION_END,
};

struct sk_diff_request {
	struct sk_system_args system;
	uint64_t sections; /* those that were asked for by name */
	bool all, stats;
	const char *contexts[2];
};

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

static int sk_diff_write(void *arg, const char *text, size_t n)
{
	struct sk_buf *out = arg;

	sk_buf_add(out, text, n);
	return out->failed ? out->error : 0;
}

static size_t sk_diff_total(const selkie_diff *diff, enum selkie_diff_section section)
{
	return selkie_diff_count(diff, section, SELKIE_DIFF_ADDED) +
	       selkie_diff_count(diff, section, SELKIE_DIFF_REMOVED) +
	       selkie_diff_count(diff, section, SELKIE_DIFF_MODIFIED);
}

/* Sections that do not differ are left out, unless they were asked for. */
static bool sk_diff_shows(const struct sk_diff_request *q, const selkie_diff *diff, int section)
{
	return q->sections >> section & 1 || sk_diff_total(diff, (enum selkie_diff_section)section);
}

static int sk_diff_print_text(const struct sk_diff_request *q, const selkie_diff *diff,
			      struct sk_buf *out)
{
	int r = 0;

	for (int s = 0; s < SELKIE_N_DIFF_SECTIONS && !r; s++)
		if (sk_diff_shows(q, diff, s))
			r = selkie_diff_print(diff, (enum selkie_diff_section)s, q->stats,
					      sk_diff_write, out);
	return r;
}

static int sk_diff_json_item(void *arg, const struct selkie_diff_item *item)
{
	static const char *const changes[] = { "added", "removed", "modified" };
	struct sk_json *j = arg;

	sk_json_object(j, NULL);
	sk_json_string(j, "change", changes[item->change]);
	sk_json_string(j, "text", item->text);
	for (int added = 1; added >= 0 && item->n_parts; added--) {
		sk_json_array(j, added ? "gained" : "lost");
		for (size_t i = 0; i < item->n_parts; i++) {
			if (item->parts[i].added != added)
				continue;
			sk_json_object(j, NULL);
			sk_json_string(j, "what", item->parts[i].what);
			sk_json_string(j, "value", item->parts[i].value);
			sk_json_end_object(j);
		}
		sk_json_end_array(j);
	}
	sk_json_end_object(j);
	return j->buf->failed ? j->buf->error : 0;
}

static int sk_diff_json_section(const struct sk_diff_request *q, const selkie_diff *diff,
				enum selkie_diff_section section, struct sk_json *j)
{
	int r = 0;

	sk_json_object(j, NULL);
	sk_json_string(j, "section", selkie_diff_section_name(section));
	sk_json_string(j, "title", selkie_diff_section_title(section));
	sk_json_uint(j, "added", selkie_diff_count(diff, section, SELKIE_DIFF_ADDED));
	sk_json_uint(j, "removed", selkie_diff_count(diff, section, SELKIE_DIFF_REMOVED));
	sk_json_uint(j, "modified", selkie_diff_count(diff, section, SELKIE_DIFF_MODIFIED));
	if (!q->stats) {
		sk_json_array(j, "changes");
		r = selkie_diff_walk(diff, section, sk_diff_json_item, j);
		sk_json_end_array(j);
	}
	sk_json_end_object(j);
	return r;
}

static int sk_diff_print_json(const struct sk_diff_request *q, const struct sk_edition editions[2],
			      const selkie_diff *diff, struct sk_buf *out)
{
	struct sk_json j;
	int r = 0;

	sk_json_init(&j, out);
	sk_json_object(&j, NULL);
	sk_json_string(&j, "old", editions[0].name);
	sk_json_string(&j, "new", editions[1].name);
	sk_json_array(&j, "sections");
	for (int s = 0; s < SELKIE_N_DIFF_SECTIONS && !r; s++)
		if (sk_diff_shows(q, diff, s))
			r = sk_diff_json_section(q, diff, (enum selkie_diff_section)s, &j);
	sk_json_end_array(&j);
	sk_json_end_object(&j);
	sk_json_finish(&j);
	return r;
}

static int sk_diff_compare(const struct sk_command *cmd, const struct sk_diff_request *q,
			   const struct sk_edition editions[2])
{
	uint64_t sections = q->sections ? q->sections : SELKIE_DIFF_ALL;
	selkie_diff *diff = NULL;
	struct sk_buf out;
	size_t n = 0;
	int r, flushed;

	r = selkie_diff_new(editions[0].policy, editions[1].policy, sections, &diff);
	if (r)
		return sk_failure(cmd, "%s", strerror(-r));
	for (int s = 0; s < SELKIE_N_DIFF_SECTIONS; s++)
		n += sk_diff_total(diff, (enum selkie_diff_section)s);
	sk_buf_to_fd(&out, STDOUT_FILENO);
	r = q->system.json ? sk_diff_print_json(q, editions, diff, &out)
			   : sk_diff_print_text(q, diff, &out);
	flushed = sk_buf_flush(&out);
	sk_buf_done(&out);
	selkie_diff_free(diff);
	if (!r)
		r = flushed;
	if (r)
		return sk_failure(cmd, "writing the differences: %s", strerror(-r));
	return n ? SK_EXIT_NO : SK_EXIT_YES;
}

static int sk_run_diff(const struct sk_command *cmd, int argc, char **argv)
{
	struct sk_diff_request q = { 0 };
	struct sk_edition editions[2] = { SK_EDITION_INIT, SK_EDITION_INIT };
	struct sk_args args;
	int code;

	sk_args_init(&args, cmd, argc, argv);
	if (!sk_system_read_args(&args, &q.system, sk_diff_take, &q, &code))
		return code;
	if (argc - args.first != 2)
		return sk_usage_error(cmd, "name two policies, the old one and the new one");
	code = SK_EXIT_YES;
	for (int side = 0; side < 2 && code == SK_EXIT_YES; side++)
		code = sk_edition_open(cmd, argv[args.first + side], q.contexts[side],
				       &editions[side]);
	if (code == SK_EXIT_YES)
		code = sk_diff_compare(cmd, &q, editions);
	sk_edition_done(&editions[0]);
	sk_edition_done(&editions[1]);
	sk_system_args_done(&q.system);
	return code;
}

const struct sk_command sk_cmd_diff = {
	.name = "diff",
	.summary = "tell what differs between two policies",
	.arguments = "OLD NEW",
	.options = sk_diff_options,
	.about = "OLD and NEW are policy files, or root directories of systems. Without an option\n"
		 "that names a section, all sections that differ are shown.",
	.example = "selkie diff policy.33.old policy.33",
	.run = sk_run_diff,
};
