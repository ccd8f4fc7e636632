/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * selkie can: may SOURCE do this to TARGET? Yes with the rules that grant it, or no with everything that stands in the
 * way and, where booleans would help, which. Permissions without a number are one question; each with a number, such as
 * ioctl:0x5413, is one of its own. The answer is yes when all are.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "cmd/answer.h"

struct sk_can {
	const struct sk_command *cmd;
	struct sk_system_args args;
	struct sk_system system;
	struct sk_operand_context source, target;
	selkie_class_id cls;
	struct sk_answer *answers;
	size_t n_answers;
	selkie_origins *origins;	/* NULL when none are known */
	struct sk_buf out;
	bool color;
};

static const struct sk_option sk_can_options[] = {
	SK_OPTION_POLICY,
	SK_OPTION_ROOT,
	SK_OPTION_BOOLEAN,
	SK_OPTION_JSON,
	SK_OPTION_END,
};

static bool sk_can_all_granted(const struct sk_can *can)
{
	for (size_t i = 0; i < can->n_answers; i++)
		if (!sk_answer_granted(&can->answers[i]))
			return false;
	return true;
}

/* A permission with a number: "ioctl:0x5413". */
static int sk_can_number(struct sk_can *can, const char *name, const char *number,
			 struct selkie_question *q)
{
	unsigned long n;

	if (!strcmp(name, "ioctl"))
		q->kind = SELKIE_XPERM_IOCTL;
	else if (!strcmp(name, "nlmsg"))
		q->kind = SELKIE_XPERM_NLMSG;
	else
		return sk_usage_error(can->cmd, "only ioctl and nlmsg take a number, not '%s'", name);
	if (!sk_operand_number(number, UINT32_MAX, &n))
		return sk_usage_error(can->cmd, "'%s' is not a number", number);
	/* the kernel looks at the low 16 bits of an ioctl command: its type and number */
	q->number = (uint16_t)n;
	q->has_number = true;
	return SK_EXIT_YES;
}

/* One word of the command line; the first question gathers the permissions without a number. */
static int sk_can_add_word(struct sk_can *can, const char *word)
{
	sk_auto_free char *name = strndup(word, strcspn(word, ":"));
	const char *number = strchr(word, ':');
	struct selkie_question q = { .source = can->source.context, .target = can->target.context,
				     .cls = can->cls };
	int code;

	if (!name)
		return sk_failure(can->cmd, "out of memory");
	code = sk_operand_permission(can->cmd, can->system.policy, can->cls, name, &q.perms);
	if (code == SK_EXIT_YES && number)
		code = sk_can_number(can, name, number + 1, &q);
	if (code != SK_EXIT_YES)
		return code;
	if (!number && can->n_answers && !can->answers[0].question.has_number)
		can->answers[0].question.perms |= q.perms;
	else
		can->answers[can->n_answers++].question = q;
	return SK_EXIT_YES;
}

static int sk_can_operands(struct sk_can *can, char **words, int n)
{
	const selkie_policy *policy = can->system.policy;
	int code;

	code = sk_operand_context(can->cmd, policy, "source", words[0], &can->source);
	if (code == SK_EXIT_YES)
		code = sk_operand_context(can->cmd, policy, "target", words[1], &can->target);
	if (code == SK_EXIT_YES)
		code = sk_operand_class(can->cmd, policy, words[2], &can->cls);
	can->answers = calloc((size_t)n, sizeof(*can->answers));
	if (!can->answers)
		return sk_failure(can->cmd, "out of memory");
	for (int pass = 0; pass < 2; pass++)
		for (int i = 3; i < n && code == SK_EXIT_YES; i++)
			if (!strchr(words[i], ':') == !pass)
				code = sk_can_add_word(can, words[i]);
	return code;
}

static int sk_can_ask(struct sk_can *can)
{
	int r = 0;

	for (size_t i = 0; i < can->n_answers && !r; i++)
		r = sk_answer_ask(can->system.state, &can->answers[i]);
	return r ? sk_failure(can->cmd, "%s", strerror(-r)) : SK_EXIT_YES;
}

static struct sk_answer_view sk_can_view(struct sk_can *can)
{
	return (struct sk_answer_view){ can->system.policy, &can->source, &can->target, &can->out, can->color,
					can->origins };
}

static void sk_can_print(struct sk_can *can)
{
	struct sk_answer_view view = sk_can_view(can);

	if (can->source.assumed || can->target.assumed)
		fprintf(stderr, "selkie can: asked as %s on %s\n", can->source.text, can->target.text);
	for (size_t i = 0; i < can->n_answers; i++) {
		if (i)
			sk_buf_addc(&can->out, '\n');
		sk_answer_print(&view, &can->answers[i]);
	}
}

/*
 * JSON; the schema is docs/json/can.schema.json.
 */
static void sk_can_json_permissions(struct sk_can *can, struct sk_json *j, const char *name, uint32_t perms)
{
	sk_json_array(j, name);
	for (unsigned int bit = 0; bit < 32; bit++)
		if (perms >> bit & 1)
			sk_json_string(j, NULL, selkie_permission_name(can->system.policy, can->cls, bit));
	sk_json_end_array(j);
}

static void sk_can_json_context(struct sk_json *j, const char *name, const struct sk_operand_context *c)
{
	sk_json_object(j, name);
	sk_json_string(j, "context", c->text);
	sk_json_string(j, "type", c->type);
	sk_json_bool(j, "assumed", c->assumed);
	sk_json_end_object(j);
}

/* The attributes by which a rule is of the asked types, with the statements that give them. */
static void sk_can_json_members(struct sk_can *can, struct sk_json *j, const struct selkie_rule *rule)
{
	const struct sk_operand_context *asked[] = { &can->source, &can->target };
	const selkie_type_id named[] = { rule->source, rule->target };
	struct selkie_fact fact;

	sk_json_array(j, "memberships");
	for (size_t i = 0; i < 2; i++) {
		if (!sk_answer_membership(can->system.policy, asked[i], named[i], &fact))
			continue;
		sk_json_object(j, NULL);
		sk_json_string(j, "type", asked[i]->type);
		sk_json_string(j, "attribute", selkie_type_name(can->system.policy, named[i]));
		sk_fact_json(j, can->origins, can->system.policy, &fact);
		sk_json_end_object(j);
	}
	sk_json_end_array(j);
}

static void sk_can_json_rule(struct sk_can *can, struct sk_json *j, const struct selkie_matched_rule *m)
{
	struct sk_answer_view view = sk_can_view(can);
	sk_auto_free char *text = NULL, *condition = NULL;
	struct selkie_rule rule;

	if (!sk_answer_rule_texts(&view, m, &text, &condition))
		return;
	sk_json_object(j, NULL);
	sk_json_string(j, "kind", selkie_rule_kind_name((enum selkie_rule_kind)m->kind));
	sk_json_string(j, "text", text);
	sk_can_json_permissions(can, j, "permissions", m->perms);
	sk_json_bool(j, "in_force", m->enabled);
	if (condition) {
		sk_json_string(j, "condition", condition);
		sk_json_bool(j, "branch", m->branch);
	}
	if (can->origins && !selkie_rule_get(can->system.policy, m->rule, &rule)) {
		sk_origins_json(j, can->origins, can->system.policy, &rule);
		sk_can_json_members(can, j, &rule);
	}
	sk_json_end_object(j);
}

static void sk_can_json_constraint(struct sk_can *can, struct sk_json *j, const struct selkie_failed_constraint *c)
{
	const struct selkie_fact fact = { SELKIE_FACT_CONSTRAINT, can->cls.v, c->index };

	sk_json_object(j, "constraint");
	sk_json_string(j, "text", c->text);
	sk_json_uint(j, "index", c->index);
	sk_json_bool(j, "mls", c->mls);
	sk_fact_json(j, can->origins, can->system.policy, &fact);
	sk_json_array(j, "clauses");
	for (uint32_t i = 0; i < c->n_nodes; i++) {
		if (c->nodes[i].op)
			continue;
		sk_json_object(j, NULL);
		sk_json_string(j, "text", c->nodes[i].text);
		sk_json_bool(j, "value", c->nodes[i].value);
		sk_json_bool(j, "decisive", c->nodes[i].decisive);
		sk_json_end_object(j);
	}
	sk_json_end_array(j);
	sk_json_end_object(j);
}

static void sk_can_json_denied(struct sk_can *can, struct sk_json *j, const struct sk_answer *a,
			       const struct selkie_denied *d)
{
	static const char *const words[] = {
		[SELKIE_DENIAL_RULE] = "rule", [SELKIE_DENIAL_CONSTRAINT] = "constraint",
		[SELKIE_DENIAL_ROLE] = "role", [SELKIE_DENIAL_BOUNDS] = "bounds",
		[SELKIE_DENIAL_XPERM] = "extended-permission", [SELKIE_DENIAL_CLASS] = "class",
	};

	const struct selkie_fact bounds = { .kind = SELKIE_FACT_TYPE_BOUNDS,
					    .id = selkie_context_type(can->source.context).v };

	sk_json_object(j, NULL);
	sk_json_string(j, "reason", words[d->why]);
	sk_can_json_permissions(can, j, "permissions", d->perms);
	sk_json_bool(j, "also", d->only_if_granted);
	if (d->why == SELKIE_DENIAL_CONSTRAINT)
		sk_can_json_constraint(can, j, selkie_explanation_constraint(a->why, d->constraint));
	if (d->why == SELKIE_DENIAL_BOUNDS) {
		sk_json_string(j, "source_bound", selkie_type_name(can->system.policy, d->source_bound));
		sk_json_string(j, "target_bound", selkie_type_name(can->system.policy, d->target_bound));
		sk_fact_json(j, can->origins, can->system.policy, &bounds);
	}
	sk_json_end_object(j);
}

static void sk_can_json_remedies(struct sk_can *can, struct sk_json *j, const struct sk_answer *a)
{
	sk_json_array(j, "remedies");
	for (size_t i = 0; i < selkie_remedies_count(a->remedies); i++) {
		const struct selkie_remedy *r = selkie_remedies_get(a->remedies, i);

		sk_json_object(j, NULL);
		sk_json_array(j, "settings");
		for (size_t k = 0; k < r->n_settings; k++) {
			sk_json_object(j, NULL);
			sk_json_string(j, "boolean", selkie_bool_name(can->system.policy,
								      r->settings[k].boolean));
			sk_json_bool(j, "value", r->settings[k].value);
			sk_json_end_object(j);
		}
		sk_json_end_array(j);
		sk_json_uint(j, "opens", r->opens);
		sk_json_end_object(j);
	}
	sk_json_end_array(j);
}

static void sk_can_json_answer(struct sk_can *can, struct sk_json *j, const struct sk_answer *a)
{
	const struct selkie_access *access = selkie_explanation_access(a->why);
	const struct sk_answer_view view = sk_can_view(can);
	struct selkie_neverallow_question forbidden;
	uint32_t granted = selkie_explanation_granted(a->why);

	sk_json_object(j, NULL);
	sk_can_json_permissions(can, j, "permissions", a->question.perms);
	if (a->question.has_number)
		sk_json_uint(j, "number", a->question.number);
	sk_json_bool(j, "allowed", sk_answer_granted(a));
	sk_can_json_permissions(can, j, "granted", granted);
	sk_can_json_permissions(can, j, "audited", a->question.perms & ((granted & access->auditallow) |
									(~granted & access->auditdeny)));
	sk_json_array(j, "rules");
	for (size_t i = 0; i < selkie_explanation_n_rules(a->why); i++)
		sk_can_json_rule(can, j, selkie_explanation_rule(a->why, i));
	sk_json_end_array(j);
	sk_json_array(j, "denied");
	for (size_t i = 0; i < selkie_explanation_n_denied(a->why); i++)
		sk_can_json_denied(can, j, a, selkie_explanation_denied(a->why, i));
	sk_json_end_array(j);
	if (sk_answer_forbidden(&view, a, &forbidden))
		sk_neverallows_json(j, can->origins, can->system.policy, &forbidden);
	sk_can_json_remedies(can, j, a);
	sk_json_end_object(j);
}

static void sk_can_json(struct sk_can *can)
{
	const struct selkie_access *access = selkie_explanation_access(can->answers[0].why);
	struct sk_json j;

	sk_json_init(&j, &can->out);
	sk_json_object(&j, NULL);
	sk_json_string(&j, "policy", can->system.path);
	sk_json_string(&j, "booleans", can->system.booleans);
	sk_can_json_context(&j, "source", &can->source);
	sk_can_json_context(&j, "target", &can->target);
	sk_json_string(&j, "class", selkie_class_name(can->system.policy, can->cls));
	sk_json_bool(&j, "allowed", sk_can_all_granted(can));
	sk_json_bool(&j, "permissive", access->flags & SELKIE_ACCESS_PERMISSIVE);
	sk_json_array(&j, "answers");
	for (size_t i = 0; i < can->n_answers; i++)
		sk_can_json_answer(can, &j, &can->answers[i]);
	sk_json_end_array(&j);
	sk_json_end_object(&j);
	sk_json_finish(&j);
}

static int sk_can_answer_all(struct sk_can *can, char **words, int n)
{
	int code, r;

	code = sk_system_open(can->cmd, &can->args, &can->system);
	if (code == SK_EXIT_YES)
		code = sk_can_operands(can, words, n);
	if (code == SK_EXIT_YES)
		code = sk_can_ask(can);
	if (code != SK_EXIT_YES)
		return code;
	can->origins = sk_system_origins(can->cmd, &can->system);
	sk_buf_to_fd(&can->out, STDOUT_FILENO);
	if (can->args.json) {
		sk_can_json(can);
	} else {
		sk_system_tell(can->cmd, &can->system);
		sk_can_print(can);
	}
	r = sk_buf_flush(&can->out);
	if (r)
		return sk_failure(can->cmd, "writing the output: %s", strerror(-r));
	return sk_can_all_granted(can) ? SK_EXIT_YES : SK_EXIT_NO;
}

static void sk_can_done(struct sk_can *can)
{
	for (size_t i = 0; i < can->n_answers; i++)
		sk_answer_done(&can->answers[i]);
	free(can->answers);
	sk_operand_context_done(&can->source);
	sk_operand_context_done(&can->target);
	selkie_origins_free(can->origins);
	sk_system_done(&can->system);
	sk_system_args_done(&can->args);
	sk_buf_done(&can->out);
}

static int sk_can_run(const struct sk_command *cmd, int argc, char **argv)
{
	struct sk_can can = { .cmd = cmd, .color = sk_color(STDOUT_FILENO) };
	struct sk_args args;
	int code;

	sk_buf_init(&can.out);
	sk_args_init(&args, cmd, argc, argv);
	if (sk_system_read_args(&args, &can.args, NULL, NULL, &code)) {
		if (argc - args.first < 4)
			code = sk_usage_error(cmd, "SOURCE, TARGET, CLASS and a permission are needed");
		else
			code = sk_can_answer_all(&can, argv + args.first, argc - args.first);
	}
	sk_can_done(&can);
	return code;
}

const struct sk_command sk_cmd_can = {
	.name = "can",
	.summary = "tell by which rules an access is allowed, or what it lacks",
	.arguments = "SOURCE TARGET CLASS PERMISSION...",
	.options = sk_can_options,
	.about = "SOURCE and TARGET are types, or contexts as user:role:type:range. A permission\n"
		 "may carry a number, ioctl:0x5413 or nlmsg:0x10. Without --policy and --root the\n"
		 "running system is asked. Exit status: 0 yes, 1 no, 2 the question is wrong, 3\n"
		 "could not answer.",
	.example = "selkie can httpd_t http_port_t tcp_socket name_bind\n"
		   "  selkie can -b httpd_can_sendmail=on httpd_t smtp_port_t tcp_socket name_connect",
	.run = sk_can_run,
};
