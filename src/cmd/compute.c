/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * selkie compute: the decisions that are not about an access. One row a question in sk_questions: how it is asked, and
 * the function that answers. The result stands on the first line, alone; lines after it, indented, say where it comes
 * from.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "base/diag.h"
#include "base/json.h"
#include "cmd/operand.h"

struct sk_compute;

struct sk_compute_question {
	const char *name;
	const char *arguments;
	int least, most;	/* operands after the name */
	int (*answer)(struct sk_compute *c, char **words, int n);
};

/* Answers write text to `out`, or members of one JSON object. */
struct sk_compute {
	const struct sk_command *cmd;
	const struct sk_compute_question *question;
	struct sk_system_args args;
	struct sk_system system;
	const selkie_policy *policy;
	struct sk_buf out;
	struct sk_json j;
};

static const struct sk_option sk_compute_options[] = {
	SK_OPTION_POLICY,
	SK_OPTION_ROOT,
	SK_OPTION_BOOLEAN,
	SK_OPTION_JSON,
	SK_OPTION_END,
};

/* A line "  because: TEXT". Takes the text over; NULL is a failed allocation. */
static void sk_compute_because(struct sk_compute *c, const char *part, char *text)
{
	if (!text) {
		sk_buf_fail(&c->out, -ENOMEM);
		return;
	}
	text[strcspn(text, "\n")] = '\0';
	if (c->args.json)
		sk_json_string(&c->j, part, text);
	else
		sk_buf_printf(&c->out, "  %-5s %s\n", part, text);
	free(text);
}

static void sk_compute_context_text(struct sk_compute *c, const char *name, const selkie_context *context)
{
	char *text = NULL;

	if (context && selkie_context_print(c->policy, context, &text))
		sk_buf_fail(&c->out, -ENOMEM);
	else if (c->args.json)
		sk_json_string(&c->j, name, text);
	else
		sk_buf_printf(&c->out, "%s\n", text ? text : "none");
	free(text);
}

/* The faults of a context as sentences, on stderr or into the JSON. */
static int sk_compute_faults(struct sk_compute *c, const char *what, const char *text)
{
	selkie_diagnostics *diags = selkie_diagnostics_new();
	sk_auto_free char *printed = NULL;

	if (diags && !selkie_context_diagnose(c->policy, what, text, diags) && !c->args.json)
		printed = selkie_diagnostics_print(diags, sk_color(STDERR_FILENO)
								  ? SELKIE_DIAGNOSTICS_COLOR : 0);
	if (!diags || diags->no_memory || (!c->args.json && !printed)) {
		selkie_diagnostics_free(diags);
		return sk_failure(c->cmd, "out of memory");
	}
	if (c->args.json) {
		sk_json_array(&c->j, "faults");
		for (const struct sk_diag *d = diags->first; d; d = d->next) {
			sk_json_object(&c->j, NULL);
			sk_json_string(&c->j, "id", d->id);
			sk_json_uint(&c->j, "column", d->place.col);
			sk_json_string(&c->j, "message", d->message);
			sk_json_end_object(&c->j);
		}
		sk_json_end_array(&c->j);
	} else {
		fputs(printed, stderr);
	}
	selkie_diagnostics_free(diags);
	return SK_EXIT_YES;
}

/*
 * Labels of new objects.
 */
struct sk_label_case {
	enum selkie_transition_kind kind;
	const struct sk_operand_context *source, *target;
	selkie_class_id cls;
	char *result;		/* the new context */
	struct selkie_transition_details details;
};

/* One part of a context's text: 0 user, 1 role, 2 type, 3 range. */
static const char *sk_context_part(const char *text, int part, size_t *ret_n)
{
	for (int i = 0; i < part; i++) {
		text += strcspn(text, ":");
		text += *text == ':';
	}
	*ret_n = part < 3 ? strcspn(text, ":") : strlen(text);
	return text;
}

static bool sk_same_part(const char *a, const char *b, int part)
{
	size_t n, m;
	const char *x = sk_context_part(a, part, &n), *y = sk_context_part(b, part, &m);

	return n == m && !memcmp(x, y, n);
}

/* What the kernel takes a part from when no rule says otherwise. */
static const char *sk_label_origin(const struct sk_label_case *l, int part)
{
	bool source = sk_same_part(l->result, l->source->text, part);
	bool target = sk_same_part(l->result, l->target->text, part);
	size_t n;

	if (part == 0)
		return l->kind == SELKIE_TRANSITION_MEMBER ? "the target's" : "the source's";
	if (part == 1 && !strncmp(sk_context_part(l->result, 1, &n), "object_r:", 9))
		return "object_r, as all objects have";
	if (part == 3)
		return source ? "the source's" : "the source's low level";
	return source && target ? "the source's and the target's" : source ? "the source's" : "the target's";
}

static const char *sk_default_word_of(const struct sk_compute *c, const struct sk_label_case *l, int part)
{
	static const char *const plain[] = { "", "source", "target" };
	static const char *const ranges[] = { "", "source low", "source high", "source low-high",
					      "target low", "target high", "target low-high", "glblub" };
	struct selkie_class_defaults d;

	selkie_class_get_defaults(c->policy, l->cls, &d);
	return part == 3 ? ranges[d.range & 7]
			 : plain[(part == 0 ? d.user : part == 1 ? d.role : d.type) % 3];
}

/* Where a part of the new context comes from: the rule itself, or in words. NULL when out of memory. */
static char *sk_compute_reason(const struct sk_compute *c, const struct sk_label_case *l, int part)
{
	static const char *const names[] = { "user", "role", "type", "range" };
	const struct selkie_transition_details *d = &l->details;
	enum selkie_transition_reason reasons[] = { d->user, d->role, d->type, d->range };
	const struct selkie_rule *rules[] = { NULL, &d->role_rule, &d->type_rule, &d->range_rule };
	char *text = NULL;

	if (reasons[part] == SELKIE_TRANSITION_BY_RULE)
		return selkie_rule_text(c->policy, rules[part], &text) ? NULL : text;
	if (reasons[part] == SELKIE_TRANSITION_BY_CLASS)
		return asprintf(&text, "default_%s %s %s;", names[part],
				selkie_class_name(c->policy, l->cls),
				sk_default_word_of(c, l, part)) < 0 ? NULL : text;
	return strdup(sk_label_origin(l, part));
}

static void sk_compute_reasons(struct sk_compute *c, const struct sk_label_case *l)
{
	if (c->args.json)
		sk_json_object(&c->j, "because");
	sk_compute_because(c, "user", sk_compute_reason(c, l, 0));
	sk_compute_because(c, "role", sk_compute_reason(c, l, 1));
	sk_compute_because(c, "type", sk_compute_reason(c, l, 2));
	if (selkie_policy_is_mls(c->policy))
		sk_compute_because(c, "range", sk_compute_reason(c, l, 3));
	if (c->args.json)
		sk_json_end_object(&c->j);
}

/* There is no range that both have: there is no label. */
static int sk_compute_no_label(struct sk_compute *c)
{
	if (c->args.json)
		sk_json_bool(&c->j, "valid", false);
	sk_compute_context_text(c, "context", NULL);
	fputs("selkie compute: the two ranges have no level in common (default_range glblub)\n", stderr);
	return SK_EXIT_NO;
}

static int sk_compute_label_print(struct sk_compute *c, const struct sk_label_case *l)
{
	int code;

	if (c->args.json) {
		sk_json_bool(&c->j, "valid", !l->details.faults);
		sk_json_string(&c->j, "context", l->result);
	} else {
		sk_buf_printf(&c->out, "%s\n", l->result);
	}
	sk_compute_reasons(c, l);
	if (!l->details.faults)
		return SK_EXIT_YES;
	code = sk_compute_faults(c, "new context", l->result);
	if (code == SK_EXIT_YES && !c->args.json)
		fputs("selkie compute: that context is not valid; in enforcing mode the kernel refuses\n", stderr);
	return code == SK_EXIT_YES ? SK_EXIT_NO : code;
}

static int sk_compute_label_of(struct sk_compute *c, struct sk_label_case *l, const char *name)
{
	selkie_context *context = NULL;
	int r;

	if (c->args.json) {
		sk_json_string(&c->j, "source", l->source->text);
		sk_json_string(&c->j, "target", l->target->text);
		sk_json_string(&c->j, "class", selkie_class_name(c->policy, l->cls));
		if (name)
			sk_json_string(&c->j, "name", name);
	} else if (l->source->assumed || l->target->assumed) {
		fprintf(stderr, "selkie compute: asked with %s and %s\n", l->source->text,
			l->target->text);
	}
	r = selkie_transition_compute(c->system.state, NULL, l->kind, l->source->context,
				      l->target->context, l->cls, name, &l->details, &context);
	if (r == SELKIE_TRANSITION_NO_RANGE)
		return sk_compute_no_label(c);
	if (r >= 0)
		r = selkie_context_print(c->policy, context, &l->result);
	selkie_context_free(context);
	return r ? sk_failure(c->cmd, "%s", strerror(-r)) : sk_compute_label_print(c, l);
}

static int sk_compute_label(struct sk_compute *c, enum selkie_transition_kind kind, char **words, int n)
{
	struct sk_operand_context source = { 0 }, target = { 0 };
	struct sk_label_case l = { .kind = kind, .source = &source, .target = &target };
	int code;

	code = sk_operand_context(c->cmd, c->policy, "source", words[0], &source);
	if (code == SK_EXIT_YES)
		code = sk_operand_context(c->cmd, c->policy, "target", words[1], &target);
	if (code == SK_EXIT_YES)
		code = sk_operand_class(c->cmd, c->policy, words[2], &l.cls);
	if (code == SK_EXIT_YES)
		code = sk_compute_label_of(c, &l, n > 3 ? words[3] : NULL);
	free(l.result);
	sk_operand_context_done(&source);
	sk_operand_context_done(&target);
	return code;
}

static int sk_compute_create(struct sk_compute *c, char **words, int n)
{
	return sk_compute_label(c, SELKIE_TRANSITION_CREATE, words, n);
}

static int sk_compute_member(struct sk_compute *c, char **words, int n)
{
	return sk_compute_label(c, SELKIE_TRANSITION_MEMBER, words, n);
}

static int sk_compute_relabel(struct sk_compute *c, char **words, int n)
{
	return sk_compute_label(c, SELKIE_TRANSITION_RELABEL, words, n);
}

/*
 * Relabelings.
 */
static int sk_compute_relabeling(struct sk_compute *c, const struct sk_operand_context *contexts,
				 selkie_class_id cls)
{
	selkie_explanation *failed = NULL;
	const struct selkie_failed_constraint *why;
	int r;

	r = selkie_transition_validate(c->policy, contexts[0].context, contexts[1].context,
				       contexts[2].context, cls, &failed);
	if (r < 0)
		return sk_failure(c->cmd, "%s", strerror(-r));
	why = failed ? selkie_explanation_constraint(failed, 0) : NULL;
	if (c->args.json) {
		sk_json_string(&c->j, "old", contexts[0].text);
		sk_json_string(&c->j, "new", contexts[1].text);
		sk_json_string(&c->j, "task", contexts[2].text);
		sk_json_string(&c->j, "class", selkie_class_name(c->policy, cls));
		sk_json_bool(&c->j, "valid", !r);
		sk_json_string(&c->j, "forbidden_by", why ? why->text : NULL);
	} else if (why) {
		sk_buf_adds(&c->out, "no: a statement forbids it\n");
		sk_print_wrapped(&c->out, why->text, 4, sk_width(STDOUT_FILENO));
		for (uint32_t i = 0; i < why->n_nodes; i++)
			if (!why->nodes[i].op && why->nodes[i].decisive)
				sk_buf_printf(&c->out, "      is %s:  %s\n",
					      why->nodes[i].value ? "true " : "false", why->nodes[i].text);
	} else {
		sk_buf_adds(&c->out, "yes: no validatetrans statement forbids it\n");
	}
	selkie_explanation_free(failed);
	return r ? SK_EXIT_NO : SK_EXIT_YES;
}

static int sk_compute_transition(struct sk_compute *c, char **words, int n SK_UNUSED)
{
	static const char *const what[] = { "old context", "new context", "task" };
	struct sk_operand_context contexts[3] = { 0 };
	selkie_class_id cls = { 0 };
	int code = SK_EXIT_YES;

	for (int i = 0; i < 3 && code == SK_EXIT_YES; i++)
		code = sk_operand_context(c->cmd, c->policy, what[i], words[i], &contexts[i]);
	if (code == SK_EXIT_YES)
		code = sk_operand_class(c->cmd, c->policy, words[3], &cls);
	if (code == SK_EXIT_YES)
		code = sk_compute_relabeling(c, contexts, cls);
	for (int i = 0; i < 3; i++)
		sk_operand_context_done(&contexts[i]);
	return code;
}

static int sk_compute_context(struct sk_compute *c, char **words, int n SK_UNUSED)
{
	selkie_context *context = NULL;
	unsigned int faults;
	int code, r;

	r = selkie_context_parse(c->policy, words[0], 0, &faults, &context);
	if (r < 0)
		return sk_failure(c->cmd, "%s", strerror(-r));
	if (c->args.json) {
		sk_json_string(&c->j, "text", words[0]);
		sk_json_bool(&c->j, "valid", !r);
	}
	if (!r) {
		sk_compute_context_text(c, "context", context);
		selkie_context_free(context);
		return SK_EXIT_YES;
	}
	code = sk_compute_faults(c, "context", words[0]);
	return code == SK_EXIT_YES ? SK_EXIT_NO : code;
}

/*
 * Labels of what carries none.
 */
static char *sk_compute_statement(const struct sk_compute *c, enum selkie_labeling_kind kind, uint32_t index)
{
	struct selkie_labeling labeling;
	char *text = NULL;

	if (selkie_labeling_get(c->policy, kind, index, &labeling) ||
	    selkie_labeling_print(c->policy, &labeling, &text))
		return NULL;
	return text;
}

/* `what` is the question in words ("tcp 80"); the statement's index is one of selkie_labeling_get's. */
static void sk_compute_object(struct sk_compute *c, const char *what, const struct selkie_object *o,
			      enum selkie_labeling_kind kind)
{
	static const char *const sources[] = {
		[SELKIE_OBJECT_STATEMENT] = "statement",
		[SELKIE_OBJECT_INITIAL] = "initial",
		[SELKIE_OBJECT_NONE] = "none",
	};

	if (c->args.json) {
		sk_json_object(&c->j, NULL);
		sk_json_string(&c->j, "object", what);
	}
	sk_compute_context_text(c, "context", o->context);
	if (c->args.json)
		sk_json_string(&c->j, "source", sources[o->source]);
	if (o->source == SELKIE_OBJECT_STATEMENT)
		sk_compute_because(c, c->args.json ? "statement" : "by", sk_compute_statement(c, kind, o->index));
	else if (!c->args.json)
		sk_buf_printf(&c->out, "  no statement matches %s\n", what);
}

static void sk_compute_object_end(struct sk_compute *c)
{
	if (c->args.json)
		sk_json_end_object(&c->j);
}

static int sk_compute_one_object(struct sk_compute *c, const char *what, const struct selkie_object *o,
				 enum selkie_labeling_kind kind)
{
	if (c->args.json)
		sk_json_array(&c->j, "objects");
	sk_compute_object(c, what, o, kind);
	sk_compute_object_end(c);
	if (c->args.json)
		sk_json_end_array(&c->j);
	return o->source == SELKIE_OBJECT_NONE ? SK_EXIT_NO : SK_EXIT_YES;
}

static const struct {
	const char *name;
	int number;
} sk_protocols[] = {
	{ "tcp", IPPROTO_TCP }, { "udp", IPPROTO_UDP }, { "dccp", IPPROTO_DCCP }, { "sctp", IPPROTO_SCTP },
};

static const char *sk_protocol_name_at(const void *arg SK_UNUSED, size_t i)
{
	return sk_protocols[i].name;
}

/* "tcp 80", "80/tcp" or "80": that port of one protocol or of all. */
static int sk_compute_port(struct sk_compute *c, char **words, int n)
{
	const char *protocol = n > 1 ? words[0] : NULL, *slash;
	sk_auto_free char *number = strdup(n > 1 ? words[1] : words[0]);
	unsigned long port;
	bool found = false;

	if (!number)
		return sk_failure(c->cmd, "out of memory");
	slash = n == 1 ? strchr(words[0], '/') : NULL;
	if (slash) {
		number[slash - words[0]] = '\0';
		protocol = slash + 1;
	}
	if (!sk_operand_number(number, 65535, &port))
		return sk_usage_error(c->cmd, "'%s' is not a port", number);
	for (size_t i = 0; protocol && i < SK_ARRAY_LEN(sk_protocols) && !found; i++)
		found = !strcmp(protocol, sk_protocols[i].name);
	if (protocol && !found) {
		size_t near = sk_nearest_name(protocol, SK_ARRAY_LEN(sk_protocols), sk_protocol_name_at, NULL);

		return sk_usage_error(c->cmd, "there is no protocol '%s'; did you mean '%s'?", protocol,
				      sk_protocols[near == SIZE_MAX ? 0 : near].name);
	}
	if (c->args.json)
		sk_json_array(&c->j, "objects");
	for (size_t i = 0; i < SK_ARRAY_LEN(sk_protocols); i++) {
		struct selkie_object o;
		char what[32];

		if (protocol && strcmp(protocol, sk_protocols[i].name))
			continue;
		selkie_object_port(c->policy, sk_protocols[i].number, (uint16_t)port, &o);
		snprintf(what, sizeof(what), "%s %lu", sk_protocols[i].name, port);
		sk_compute_object(c, what, &o, SELKIE_LABELING_PORT);
		sk_compute_object_end(c);
	}
	if (c->args.json)
		sk_json_end_array(&c->j);
	return SK_EXIT_YES;
}

static int sk_compute_node(struct sk_compute *c, char **words, int n SK_UNUSED)
{
	int family = strchr(words[0], ':') ? AF_INET6 : AF_INET;
	struct selkie_object o;
	uint8_t address[16];

	if (inet_pton(family, words[0], address) != 1)
		return sk_usage_error(c->cmd, "'%s' is not an address", words[0]);
	selkie_object_node(c->policy, family, address, &o);
	return sk_compute_one_object(c, words[0], &o, SELKIE_LABELING_NODE);
}

static int sk_compute_netif(struct sk_compute *c, char **words, int n SK_UNUSED)
{
	const selkie_context *packet = NULL;
	struct selkie_object o;

	selkie_object_netif(c->policy, words[0], &o, &packet);
	if (c->args.json)
		sk_json_array(&c->j, "objects");
	sk_compute_object(c, words[0], &o, SELKIE_LABELING_NETIF);
	if (c->args.json && packet)
		sk_compute_context_text(c, "packet", packet);
	sk_compute_object_end(c);
	if (c->args.json)
		sk_json_end_array(&c->j);
	return o.source == SELKIE_OBJECT_NONE ? SK_EXIT_NO : SK_EXIT_YES;
}

static int sk_compute_fs(struct sk_compute *c, char **words, int n SK_UNUSED)
{
	static const char *const behaviors[] = {
		[SELKIE_FS_XATTR] = "each file carries its own label",
		[SELKIE_FS_TRANS] = "files are labeled as they are made, by transitions",
		[SELKIE_FS_TASK] = "files are labeled like the process that makes them",
		[SELKIE_FS_GENFS] = "files are labeled by their paths (genfscon)",
		[SELKIE_FS_NONE] = "files have no labels",
	};
	static const char *const ids[] = {
		[SELKIE_FS_XATTR] = "xattr", [SELKIE_FS_TRANS] = "trans", [SELKIE_FS_TASK] = "task",
		[SELKIE_FS_GENFS] = "genfs", [SELKIE_FS_NONE] = "none",
	};
	enum selkie_fs_behavior behavior;
	struct selkie_object o;

	selkie_object_fs(c->policy, words[0], &behavior, &o);
	if (behavior < SELKIE_FS_XATTR || behavior > SELKIE_FS_NONE)
		behavior = SELKIE_FS_NONE;
	if (c->args.json)
		sk_json_array(&c->j, "objects");
	sk_compute_object(c, words[0], &o,
			  behavior == SELKIE_FS_GENFS ? SELKIE_LABELING_GENFS : SELKIE_LABELING_FS_USE);
	if (c->args.json)
		sk_json_string(&c->j, "behavior", ids[behavior]);
	else
		sk_buf_printf(&c->out, "  %s\n", behaviors[behavior]);
	sk_compute_object_end(c);
	if (c->args.json)
		sk_json_end_array(&c->j);
	return o.source == SELKIE_OBJECT_NONE ? SK_EXIT_NO : SK_EXIT_YES;
}

static int sk_compute_genfs(struct sk_compute *c, char **words, int n)
{
	selkie_class_id cls = { 0 };
	struct selkie_object o;
	int code;

	if (words[1][0] != '/')
		return sk_usage_error(c->cmd, "'%s' is not a path from the root of that file system", words[1]);
	if (n > 2) {
		code = sk_operand_class(c->cmd, c->policy, words[2], &cls);
		if (code != SK_EXIT_YES)
			return code;
	}
	selkie_object_genfs(c->policy, words[0], words[1], cls, &o);
	return sk_compute_one_object(c, words[1], &o, SELKIE_LABELING_GENFS);
}

static int sk_compute_ibpkey(struct sk_compute *c, char **words, int n SK_UNUSED)
{
	struct selkie_object o;
	uint8_t prefix[16];
	unsigned long pkey;

	if (inet_pton(AF_INET6, words[0], prefix) != 1)
		return sk_usage_error(c->cmd, "'%s' is not a subnet prefix, as fe80::", words[0]);
	if (!sk_operand_number(words[1], 0xffff, &pkey))
		return sk_usage_error(c->cmd, "'%s' is not a partition key", words[1]);
	selkie_object_ibpkey(c->policy, prefix, (uint16_t)pkey, &o);
	return sk_compute_one_object(c, words[1], &o, SELKIE_LABELING_IBPKEY);
}

static int sk_compute_ibendport(struct sk_compute *c, char **words, int n SK_UNUSED)
{
	struct selkie_object o;
	unsigned long port;

	if (!sk_operand_number(words[1], 255, &port))
		return sk_usage_error(c->cmd, "'%s' is not a port of a device", words[1]);
	selkie_object_ibendport(c->policy, words[0], (uint8_t)port, &o);
	return sk_compute_one_object(c, words[0], &o, SELKIE_LABELING_IBENDPORT);
}

static const char *sk_initial_name_at(const void *arg SK_UNUSED, size_t i)
{
	return selkie_initial_name((uint32_t)i + 1);
}

/* By name or number. */
static int sk_compute_initial(struct sk_compute *c, char **words, int n SK_UNUSED)
{
	unsigned long number;
	struct selkie_object o;
	uint32_t sid = selkie_initial_find(words[0]);
	size_t near;

	if (!sid && sk_operand_number(words[0], UINT32_MAX, &number))
		sid = (uint32_t)number;
	if (!sid) {
		near = sk_nearest_name(words[0], 64, sk_initial_name_at, NULL);
		return near == SIZE_MAX ? sk_usage_error(c->cmd, "there is no initial id '%s'", words[0])
					: sk_usage_error(c->cmd, "there is no initial id '%s'; did you mean '%s'?",
							 words[0], selkie_initial_name((uint32_t)near + 1));
	}
	selkie_object_initial(c->policy, sid, &o);
	return sk_compute_one_object(c, words[0], &o, SELKIE_LABELING_SID);
}

static const struct sk_compute_question sk_questions[] = {
	{ "create", "SOURCE TARGET CLASS [NAME]", 3, 4, sk_compute_create },
	{ "member", "SOURCE TARGET CLASS", 3, 3, sk_compute_member },
	{ "relabel", "SOURCE TARGET CLASS", 3, 3, sk_compute_relabel },
	{ "transition", "OLD NEW TASK CLASS", 4, 4, sk_compute_transition },
	{ "context", "CONTEXT", 1, 1, sk_compute_context },
	{ "port", "[PROTOCOL] PORT", 1, 2, sk_compute_port },
	{ "node", "ADDRESS", 1, 1, sk_compute_node },
	{ "netif", "INTERFACE", 1, 1, sk_compute_netif },
	{ "fs", "FILESYSTEM", 1, 1, sk_compute_fs },
	{ "genfs", "FILESYSTEM PATH [CLASS]", 2, 3, sk_compute_genfs },
	{ "initial", "NAME", 1, 1, sk_compute_initial },
	{ "ibpkey", "PREFIX PKEY", 2, 2, sk_compute_ibpkey },
	{ "ibendport", "DEVICE PORT", 2, 2, sk_compute_ibendport },
};

static const char *sk_question_name_at(const void *arg SK_UNUSED, size_t i)
{
	return sk_questions[i].name;
}

static int sk_compute_find(struct sk_compute *c, const char *name, int n)
{
	size_t near;

	for (size_t i = 0; i < SK_ARRAY_LEN(sk_questions); i++)
		if (!strcmp(name, sk_questions[i].name))
			c->question = &sk_questions[i];
	if (!c->question) {
		near = sk_nearest_name(name, SK_ARRAY_LEN(sk_questions), sk_question_name_at, NULL);
		return near == SIZE_MAX ? sk_usage_error(c->cmd, "there is nothing to compute called '%s'", name)
					: sk_usage_error(c->cmd, "there is nothing to compute called '%s'; did you mean '%s'?",
							 name, sk_questions[near].name);
	}
	if (n < c->question->least || n > c->question->most)
		return sk_usage_error(c->cmd, "it is: compute %s %s", name, c->question->arguments);
	return SK_EXIT_YES;
}

static int sk_compute_answer(struct sk_compute *c, char **words, int n)
{
	int code, r;

	code = sk_system_open(c->cmd, &c->args, &c->system);
	if (code != SK_EXIT_YES)
		return code;
	c->policy = c->system.policy;
	sk_buf_to_fd(&c->out, STDOUT_FILENO);
	if (c->args.json) {
		sk_json_init(&c->j, &c->out);
		sk_json_object(&c->j, NULL);
		sk_json_string(&c->j, "policy", c->system.path);
		sk_json_string(&c->j, "booleans", c->system.booleans);
		sk_json_string(&c->j, "question", c->question->name);
	} else {
		sk_system_tell(c->cmd, &c->system);
	}
	code = c->question->answer(c, words, n);
	if (code != SK_EXIT_YES && code != SK_EXIT_NO)
		return code;
	if (c->args.json) {
		sk_json_end_object(&c->j);
		sk_json_finish(&c->j);
	}
	r = sk_buf_flush(&c->out);
	return r ? sk_failure(c->cmd, "writing the output: %s", strerror(-r)) : code;
}

static int sk_compute_run(const struct sk_command *cmd, int argc, char **argv)
{
	struct sk_compute c = { .cmd = cmd };
	struct sk_args args;
	int code;

	sk_buf_init(&c.out);
	sk_args_init(&args, cmd, argc, argv);
	if (sk_system_read_args(&args, &c.args, NULL, NULL, &code)) {
		if (args.first == argc)
			code = sk_usage_error(cmd, "what is to be computed?");
		else
			code = sk_compute_find(&c, argv[args.first], argc - args.first - 1);
		if (code == SK_EXIT_YES)
			code = sk_compute_answer(&c, argv + args.first + 1, argc - args.first - 1);
	}
	sk_system_done(&c.system);
	sk_system_args_done(&c.args);
	sk_buf_done(&c.out);
	return code;
}

const struct sk_command sk_cmd_compute = {
	.name = "compute",
	.summary = "tell the label of a new object, port or path; check a context",
	.arguments = "QUESTION...",
	.options = sk_compute_options,
	.about = "Questions:\n"
		 "  create SOURCE TARGET CLASS [NAME]  the label of a new process or object\n"
		 "  member SOURCE TARGET CLASS         of a member of a polyinstantiated object\n"
		 "  relabel SOURCE TARGET CLASS        of an object given to a user (type_change)\n"
		 "  transition OLD NEW TASK CLASS      whether TASK may relabel OLD to NEW\n"
		 "  context CONTEXT                    whether it is valid, and which part is not\n"
		 "  port [PROTOCOL] PORT               the label of a port\n"
		 "  node ADDRESS                       of an IPv4 or IPv6 address\n"
		 "  netif INTERFACE                    of a network interface\n"
		 "  fs FILESYSTEM                      of a file system, and of its files\n"
		 "  genfs FILESYSTEM PATH [CLASS]      of a path where files carry no labels\n"
		 "  initial NAME                       of an initial id of the kernel\n"
		 "  ibpkey PREFIX PKEY, ibendport DEVICE PORT\n"
		 "SOURCE, TARGET, OLD, NEW and TASK are types or contexts. Exit status: 0 done or\n"
		 "valid, 1 not valid.",
	.example = "selkie compute create sshd_t user_home_dir_t dir .ssh\n  selkie compute port tcp 8080",
	.run = sk_compute_run,
};
