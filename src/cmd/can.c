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
#include "cmd/operand.h"

struct sk_can_answer {
	struct selkie_question question;
	selkie_explanation *why;
	selkie_remedies *remedies;
};

struct sk_can {
	const struct sk_command *cmd;
	struct sk_system_args args;
	struct sk_system system;
	struct sk_operand_context source, target;
	selkie_class_id cls;
	struct sk_can_answer *answers;
	size_t n_answers;
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

static bool sk_can_granted(const struct sk_can_answer *a)
{
	return selkie_explanation_granted(a->why) == a->question.perms;
}

static bool sk_can_all_granted(const struct sk_can *can)
{
	for (size_t i = 0; i < can->n_answers; i++)
		if (!sk_can_granted(&can->answers[i]))
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

	for (size_t i = 0; i < can->n_answers && !r; i++) {
		struct sk_can_answer *a = &can->answers[i];

		r = selkie_access_explain(can->system.state, NULL, &a->question, &a->why);
		if (!r)
			r = selkie_access_find_booleans(can->system.state, NULL, &a->question, 0,
							&a->remedies);
	}
	return r ? sk_failure(can->cmd, "%s", strerror(-r)) : SK_EXIT_YES;
}

/*
 * Text.
 */
static void sk_can_permissions(struct sk_can *can, const struct selkie_question *q, uint32_t perms)
{
	sk_print_permissions(&can->out, can->system.policy, q->cls, perms);
	if (q->has_number)
		sk_buf_printf(&can->out, " 0x%04x", q->number);
}

static void sk_can_headline(struct sk_can *can, const struct sk_can_answer *a)
{
	bool yes = sk_can_granted(a);
	uint32_t granted = selkie_explanation_granted(a->why);

	sk_buf_printf(&can->out, "%s%s%s: %s %s ", can->color ? yes ? "\033[1;32m" : "\033[1;31m" : "",
		      yes ? "yes" : "no", can->color ? "\033[0m" : "", can->source.type,
		      yes ? "may" : "may not");
	sk_can_permissions(can, &a->question, yes ? a->question.perms : a->question.perms & ~granted);
	sk_buf_printf(&can->out, " %s:%s\n", can->target.type,
		      selkie_class_name(can->system.policy, can->cls));
}

/* A rule as text, and its condition (NULL without one); the caller frees both. On failure the output has failed. */
static bool sk_can_rule_texts(struct sk_can *can, const struct selkie_matched_rule *m, char **ret_text,
			      char **ret_condition)
{
	if (!selkie_rule_print(can->system.policy, m->rule, ret_text) &&
	    (m->cond == SELKIE_NONE ||
	     !selkie_conditional_print(can->system.policy, m->cond, ret_condition)))
		return true;
	sk_buf_fail(&can->out, -ENOMEM);
	return false;
}

/* A rule with its condition and whether that holds now. */
static void sk_can_rule(struct sk_can *can, const struct selkie_matched_rule *m)
{
	sk_auto_free char *text = NULL, *condition = NULL;

	if (!sk_can_rule_texts(can, m, &text, &condition))
		return;
	sk_print_wrapped(&can->out, text, 4, sk_width(STDOUT_FILENO));
	if (condition)
		sk_buf_printf(&can->out, "      %s %s%s%s: %s\n", m->branch ? "if" : "unless",
			      strchr(condition, ' ') ? "(" : "", condition,
			      strchr(condition, ' ') ? ")" : "",
			      m->enabled ? "in force" : "not in force");
}

static bool sk_can_rule_grants(const struct sk_can_answer *a, const struct selkie_matched_rule *m)
{
	return m->kind == SELKIE_RULE_ALLOW || (m->kind == SELKIE_RULE_ALLOWXPERM && m->names_number &&
						a->question.has_number);
}

/* The rules of some kinds, those in force or those not. Returns how many. */
static size_t sk_can_rules(struct sk_can *can, const struct sk_can_answer *a, bool enabled,
			   uint32_t perms)
{
	size_t n = 0;

	for (size_t i = 0; i < selkie_explanation_n_rules(a->why); i++) {
		const struct selkie_matched_rule *m = selkie_explanation_rule(a->why, i);

		if (m->enabled == enabled && m->perms & perms && sk_can_rule_grants(a, m)) {
			sk_can_rule(can, m);
			n++;
		}
	}
	return n;
}

/* The rules in force that speak of numbers: any of them, even one that only silences, filters all numbers. */
static void sk_can_filters(struct sk_can *can, const struct sk_can_answer *a)
{
	for (size_t i = 0; i < selkie_explanation_n_rules(a->why); i++) {
		const struct selkie_matched_rule *m = selkie_explanation_rule(a->why, i);

		if (m->enabled && m->kind & SELKIE_RULES_XPERM)
			sk_can_rule(can, m);
	}
}

/* The value that an operand of a constraint has: "u1" is the source's user, "h2" the target's high level. */
static void sk_can_operand(struct sk_can *can, const char *operand)
{
	const struct sk_operand_context *c = operand[1] == '1' ? &can->source : &can->target;
	const char *s = c->text, *end;
	int part = operand[0] == 'u' ? 0 : operand[0] == 'r' ? 1 : operand[0] == 't' ? 2 : 3;

	for (int i = 0; i < part; i++) {
		s = strchr(s, ':');
		if (!s++)
			return;
	}
	end = part < 3 ? strchr(s, ':') : s + strlen(s);
	if (!end)
		end = s + strlen(s);
	if (part == 3 && memchr(s, '-', (size_t)(end - s))) {
		const char *dash = memchr(s, '-', (size_t)(end - s));

		if (operand[0] == 'l')
			end = dash;
		else
			s = dash + 1;
	}
	sk_buf_printf(&can->out, "%.2s is %.*s", operand, (int)(end - s), s);
}

/* What would have to be otherwise: the leaves that decided, with the values of their operands. */
static void sk_can_leaf(struct sk_can *can, const struct selkie_constraint_node *n)
{
	size_t length = strlen(n->text);
	const char *last = n->text + length - 2;
	bool two = length > 4 && last[-1] == ' ' && strchr("urtlh", last[0]) && last[1] == '2';

	sk_buf_printf(&can->out, "      is %s  ", n->value ? "true: " : "false:");
	if (length > 60)
		sk_buf_printf(&can->out, "%.50s ...", n->text);
	else
		sk_buf_printf(&can->out, "%-34s", n->text);
	sk_buf_adds(&can->out, "  (");
	sk_can_operand(can, n->text);
	if (two) {
		sk_buf_adds(&can->out, ", ");
		sk_can_operand(can, last);
	}
	sk_buf_adds(&can->out, ")\n");
}

static void sk_can_constraint(struct sk_can *can, const struct selkie_failed_constraint *c)
{
	sk_print_wrapped(&can->out, c->text, 4, sk_width(STDOUT_FILENO));
	for (uint32_t i = 0; i < c->n_nodes; i++)
		if (!c->nodes[i].op && c->nodes[i].decisive)
			sk_can_leaf(can, &c->nodes[i]);
}

static const char *sk_can_role(const struct sk_can *can, const struct sk_operand_context *c)
{
	return selkie_role_name(can->system.policy, selkie_context_role(c->context));
}

static void sk_can_denied(struct sk_can *can, const struct sk_can_answer *a, const struct selkie_denied *d)
{
	const selkie_policy *p = can->system.policy;
	struct sk_buf *out = &can->out;

	sk_buf_adds(out, d->only_if_granted ? "  also, " : "  ");
	switch (d->why) {
	case SELKIE_DENIAL_RULE:
		sk_buf_adds(out, "no rule in force allows ");
		sk_print_permissions(out, p, can->cls, d->perms);
		sk_buf_addc(out, '\n');
		sk_can_rules(can, a, false, d->perms);
		break;
	case SELKIE_DENIAL_CONSTRAINT:
		sk_buf_adds(out, "a constraint forbids ");
		sk_print_permissions(out, p, can->cls, d->perms);
		sk_buf_addc(out, '\n');
		sk_can_constraint(can, selkie_explanation_constraint(a->why, d->constraint));
		break;
	case SELKIE_DENIAL_ROLE:
		sk_buf_printf(out, "no rule lets the role change:\n    missing: allow %s %s;\n",
			      sk_can_role(can, &can->source), sk_can_role(can, &can->target));
		break;
	case SELKIE_DENIAL_BOUNDS:
		sk_buf_printf(out, "%s is bounded by %s, which may not ", can->source.type,
			      selkie_type_name(p, d->source_bound));
		sk_print_permissions(out, p, can->cls, d->perms);
		sk_buf_printf(out, " %s\n", selkie_type_name(p, d->target_bound));
		break;
	case SELKIE_DENIAL_XPERM:
		sk_print_permissions(out, p, can->cls, d->perms);
		sk_buf_printf(out, " is allowed, but not with the number 0x%04x; the numbers are filtered by\n",
			      a->question.number);
		sk_can_filters(can, a);
		break;
	case SELKIE_DENIAL_CLASS:
		sk_buf_adds(out, "the policy does not know the class\n");
		break;
	}
}

static void sk_can_remedy(struct sk_can *can, const struct selkie_remedy *r)
{
	sk_buf_adds(&can->out, "   ");
	for (size_t i = 0; i < r->n_settings; i++)
		sk_buf_printf(&can->out, " %s=%s",
			      selkie_bool_name(can->system.policy, r->settings[i].boolean),
			      r->settings[i].value ? "on" : "off");
	sk_buf_printf(&can->out, "   (opens %llu access%s in all)\n", (unsigned long long)r->opens,
		      r->opens == 1 ? "" : "es");
}

static void sk_can_remedies(struct sk_can *can, const struct sk_can_answer *a)
{
	size_t n = selkie_remedies_count(a->remedies);

	if (!n)
		return;
	sk_buf_printf(&can->out, "  %s would allow it:\n",
		      n > 1 ? "any one of these, narrowest first," : "setting this");
	for (size_t i = 0; i < n; i++)
		sk_can_remedy(can, selkie_remedies_get(a->remedies, i));
}

/* Whether the kernel would say anything about it. */
static void sk_can_audit(struct sk_can *can, const struct sk_can_answer *a)
{
	const struct selkie_access *access = selkie_explanation_access(a->why);
	uint32_t granted = selkie_explanation_granted(a->why);
	uint32_t logged = a->question.perms & granted & access->auditallow;
	uint32_t silent = a->question.perms & ~granted & ~access->auditdeny;

	if (logged) {
		sk_buf_adds(&can->out, "  granted and logged (auditallow): ");
		sk_print_permissions(&can->out, can->system.policy, can->cls, logged);
		sk_buf_addc(&can->out, '\n');
	}
	if (silent) {
		sk_buf_adds(&can->out, "  denied without a word in the log (dontaudit): ");
		sk_print_permissions(&can->out, can->system.policy, can->cls, silent);
		sk_buf_addc(&can->out, '\n');
	}
	if (granted != a->question.perms && access->flags & SELKIE_ACCESS_PERMISSIVE)
		sk_buf_printf(&can->out,
			      "  %s is permissive: the kernel logs the denial and lets it happen\n",
			      can->source.type);
}

static void sk_can_print_answer(struct sk_can *can, const struct sk_can_answer *a)
{
	uint32_t granted = selkie_explanation_granted(a->why);

	sk_can_headline(can, a);
	for (size_t i = 0; i < selkie_explanation_n_denied(a->why); i++)
		sk_can_denied(can, a, selkie_explanation_denied(a->why, i));
	sk_can_remedies(can, a);
	if (granted && granted != a->question.perms) {
		sk_buf_adds(&can->out, "  allowed is ");
		sk_print_permissions(&can->out, can->system.policy, can->cls, granted);
		sk_buf_adds(&can->out, ", by\n");
	}
	if (granted)
		sk_can_rules(can, a, true, granted);
	sk_can_audit(can, a);
}

static void sk_can_print(struct sk_can *can)
{
	if (can->source.assumed || can->target.assumed)
		fprintf(stderr, "selkie can: asked as %s on %s\n", can->source.text, can->target.text);
	for (size_t i = 0; i < can->n_answers; i++) {
		if (i)
			sk_buf_addc(&can->out, '\n');
		sk_can_print_answer(can, &can->answers[i]);
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

static void sk_can_json_rule(struct sk_can *can, struct sk_json *j, const struct selkie_matched_rule *m)
{
	sk_auto_free char *text = NULL, *condition = NULL;

	if (!sk_can_rule_texts(can, m, &text, &condition))
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
	sk_json_end_object(j);
}

static void sk_can_json_constraint(struct sk_json *j, const struct selkie_failed_constraint *c)
{
	sk_json_object(j, "constraint");
	sk_json_string(j, "text", c->text);
	sk_json_uint(j, "index", c->index);
	sk_json_bool(j, "mls", c->mls);
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

static void sk_can_json_denied(struct sk_can *can, struct sk_json *j, const struct sk_can_answer *a,
			       const struct selkie_denied *d)
{
	static const char *const words[] = {
		[SELKIE_DENIAL_RULE] = "rule", [SELKIE_DENIAL_CONSTRAINT] = "constraint",
		[SELKIE_DENIAL_ROLE] = "role", [SELKIE_DENIAL_BOUNDS] = "bounds",
		[SELKIE_DENIAL_XPERM] = "extended-permission", [SELKIE_DENIAL_CLASS] = "class",
	};

	sk_json_object(j, NULL);
	sk_json_string(j, "reason", words[d->why]);
	sk_can_json_permissions(can, j, "permissions", d->perms);
	sk_json_bool(j, "also", d->only_if_granted);
	if (d->why == SELKIE_DENIAL_CONSTRAINT)
		sk_can_json_constraint(j, selkie_explanation_constraint(a->why, d->constraint));
	if (d->why == SELKIE_DENIAL_BOUNDS) {
		sk_json_string(j, "source_bound", selkie_type_name(can->system.policy, d->source_bound));
		sk_json_string(j, "target_bound", selkie_type_name(can->system.policy, d->target_bound));
	}
	sk_json_end_object(j);
}

static void sk_can_json_remedies(struct sk_can *can, struct sk_json *j, const struct sk_can_answer *a)
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

static void sk_can_json_answer(struct sk_can *can, struct sk_json *j, const struct sk_can_answer *a)
{
	const struct selkie_access *access = selkie_explanation_access(a->why);
	uint32_t granted = selkie_explanation_granted(a->why);

	sk_json_object(j, NULL);
	sk_can_json_permissions(can, j, "permissions", a->question.perms);
	if (a->question.has_number)
		sk_json_uint(j, "number", a->question.number);
	sk_json_bool(j, "allowed", sk_can_granted(a));
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
	for (size_t i = 0; i < can->n_answers; i++) {
		selkie_explanation_free(can->answers[i].why);
		selkie_remedies_free(can->answers[i].remedies);
	}
	free(can->answers);
	sk_operand_context_done(&can->source);
	sk_operand_context_done(&can->target);
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
