/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The answer to "may SOURCE do this to TARGET?" as text: the rules that grant it, or everything that stands in the way and
 * which booleans would help.
 */
#include "cmd/answer.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

bool sk_answer_granted(const struct sk_answer *a)
{
	return selkie_explanation_granted(a->why) == a->question.perms;
}

int sk_answer_ask(const selkie_state *state, struct sk_answer *a)
{
	int r = selkie_access_explain(state, NULL, &a->question, &a->why);

	return r ? r : selkie_access_find_booleans(state, NULL, &a->question, 0, &a->remedies);
}

void sk_answer_done(struct sk_answer *a)
{
	selkie_explanation_free(a->why);
	selkie_remedies_free(a->remedies);
	a->why = NULL;
	a->remedies = NULL;
}

static void sk_answer_permissions(const struct sk_answer_view *v, const struct selkie_question *q, uint32_t perms)
{
	sk_print_permissions(v->out, v->policy, q->cls, perms);
	if (q->has_number)
		sk_buf_printf(v->out, " 0x%04x", q->number);
}

static void sk_answer_headline(const struct sk_answer_view *v, const struct sk_answer *a)
{
	bool yes = sk_answer_granted(a);
	uint32_t granted = selkie_explanation_granted(a->why);

	sk_buf_printf(v->out, "%s%s%s: %s %s ", v->color ? yes ? "\033[1;32m" : "\033[1;31m" : "",
		      yes ? "yes" : "no", v->color ? "\033[0m" : "", v->source->type,
		      yes ? "may" : "may not");
	sk_answer_permissions(v, &a->question, yes ? a->question.perms : a->question.perms & ~granted);
	sk_buf_printf(v->out, " %s:%s\n", v->target->type,
		      selkie_class_name(v->policy, a->question.cls));
}

/* A rule as text, and its condition (NULL without one); the caller frees both. On failure the output has failed. */
bool sk_answer_rule_texts(const struct sk_answer_view *v, const struct selkie_matched_rule *m, char **ret_text,
			      char **ret_condition)
{
	if (!selkie_rule_print(v->policy, m->rule, ret_text) &&
	    (m->cond == SELKIE_NONE ||
	     !selkie_conditional_print(v->policy, m->cond, ret_condition)))
		return true;
	sk_buf_fail(v->out, -ENOMEM);
	return false;
}

/* By which statements a type that was asked about has the attribute that a rule names. */
static void sk_answer_member(const struct sk_answer_view *v, const struct sk_operand_context *asked, selkie_type_id named)
{
	sk_auto_buf struct sk_buf lead = SK_BUF_INIT;
	struct selkie_fact fact;

	if (!sk_answer_membership(v->policy, asked, named, &fact))
		return;
	sk_buf_join(&lead, "      ", asked->type, " has ", selkie_type_name(v->policy, named), " from ", NULL);
	if (sk_buf_str(&lead))
		sk_fact_print(v->out, v->origins, v->policy, &fact, lead.data);
}

bool sk_answer_membership(const selkie_policy *policy, const struct sk_operand_context *asked, selkie_type_id named,
			  struct selkie_fact *ret)
{
	selkie_type_id type = selkie_context_type(asked->context);

	*ret = (struct selkie_fact){ SELKIE_FACT_MEMBER, type.v, named.v };
	return named.v != type.v && selkie_type_is_attribute(policy, named);
}

/* A rule with its condition and whether that holds now. */
static void sk_answer_rule(const struct sk_answer_view *v, const struct selkie_matched_rule *m)
{
	sk_auto_free char *text = NULL, *condition = NULL;
	struct selkie_rule rule;

	if (!sk_answer_rule_texts(v, m, &text, &condition))
		return;
	sk_print_wrapped(v->out, text, 4, sk_width(STDOUT_FILENO));
	if (condition)
		sk_buf_printf(v->out, "      %s %s%s%s: %s\n", m->branch ? "if" : "unless",
			      strchr(condition, ' ') ? "(" : "", condition,
			      strchr(condition, ' ') ? ")" : "",
			      m->enabled ? "in force" : "not in force");
	if (!v->origins || selkie_rule_get(v->policy, m->rule, &rule))
		return;
	sk_origins_print(v->out, v->origins, &rule, m->perms, "      from ");
	sk_answer_member(v, v->source, rule.source);
	sk_answer_member(v, v->target, rule.target);
}

static bool sk_answer_rule_grants(const struct sk_answer *a, const struct selkie_matched_rule *m)
{
	return m->kind == SELKIE_RULE_ALLOW || (m->kind == SELKIE_RULE_ALLOWXPERM && m->names_number &&
						a->question.has_number);
}

/* The rules of some kinds, those in force or those not. Returns how many. */
static size_t sk_answer_rules(const struct sk_answer_view *v, const struct sk_answer *a, bool enabled,
			   uint32_t perms)
{
	size_t n = 0;

	for (size_t i = 0; i < selkie_explanation_n_rules(a->why); i++) {
		const struct selkie_matched_rule *m = selkie_explanation_rule(a->why, i);

		if (m->enabled == enabled && m->perms & perms && sk_answer_rule_grants(a, m)) {
			sk_answer_rule(v, m);
			n++;
		}
	}
	return n;
}

/* The rules in force that speak of numbers: any of them, even one that only silences, filters all numbers. */
static void sk_answer_filters(const struct sk_answer_view *v, const struct sk_answer *a)
{
	for (size_t i = 0; i < selkie_explanation_n_rules(a->why); i++) {
		const struct selkie_matched_rule *m = selkie_explanation_rule(a->why, i);

		if (m->enabled && m->kind & SELKIE_RULES_XPERM)
			sk_answer_rule(v, m);
	}
}

/* The value that an operand of a constraint has: "u1" is the source's user, "h2" the target's high level. */
static void sk_answer_operand(const struct sk_answer_view *v, const char *operand)
{
	const struct sk_operand_context *c = operand[1] == '1' ? v->source : v->target;
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
	sk_buf_printf(v->out, "%.2s is %.*s", operand, (int)(end - s), s);
}

/* What would have to be otherwise: the leaves that decided, with the values of their operands. */
static void sk_answer_leaf(const struct sk_answer_view *v, const struct selkie_constraint_node *n)
{
	size_t length = strlen(n->text);
	const char *last = n->text + length - 2;
	bool two = length > 4 && last[-1] == ' ' && strchr("urtlh", last[0]) && last[1] == '2';

	sk_buf_printf(v->out, "      is %s  ", n->value ? "true: " : "false:");
	if (length > 60)
		sk_buf_printf(v->out, "%.50s ...", n->text);
	else
		sk_buf_printf(v->out, "%-34s", n->text);
	sk_buf_adds(v->out, "  (");
	sk_answer_operand(v, n->text);
	if (two) {
		sk_buf_adds(v->out, ", ");
		sk_answer_operand(v, last);
	}
	sk_buf_adds(v->out, ")\n");
}

static void sk_answer_constraint(const struct sk_answer_view *v, selkie_class_id cls,
				 const struct selkie_failed_constraint *c)
{
	const struct selkie_fact fact = { SELKIE_FACT_CONSTRAINT, cls.v, c->index };

	sk_print_wrapped(v->out, c->text, 4, sk_width(STDOUT_FILENO));
	sk_fact_print(v->out, v->origins, v->policy, &fact, "      from ");
	for (uint32_t i = 0; i < c->n_nodes; i++)
		if (!c->nodes[i].op && c->nodes[i].decisive)
			sk_answer_leaf(v, &c->nodes[i]);
}

static const char *sk_answer_role(const struct sk_answer_view *v, const struct sk_operand_context *c)
{
	return selkie_role_name(v->policy, selkie_context_role(c->context));
}

/* Where it is said that a type is bounded, when another stands in for it. */
static void sk_answer_bound(const struct sk_answer_view *v, const struct sk_operand_context *asked, selkie_type_id bound)
{
	const struct selkie_fact fact = { .kind = SELKIE_FACT_TYPE_BOUNDS, .id = selkie_context_type(asked->context).v };

	if (fact.id != bound.v)
		sk_fact_print(v->out, v->origins, v->policy, &fact, "      bounded from ");
}

static void sk_answer_denied(const struct sk_answer_view *v, const struct sk_answer *a, const struct selkie_denied *d)
{
	const selkie_policy *p = v->policy;
	struct sk_buf *out = v->out;

	sk_buf_adds(out, d->only_if_granted ? "  also, " : "  ");
	switch (d->why) {
	case SELKIE_DENIAL_RULE:
		sk_buf_adds(out, "no rule in force allows ");
		sk_print_permissions(out, p, a->question.cls, d->perms);
		sk_buf_addc(out, '\n');
		sk_answer_rules(v, a, false, d->perms);
		break;
	case SELKIE_DENIAL_CONSTRAINT:
		sk_buf_adds(out, "a constraint forbids ");
		sk_print_permissions(out, p, a->question.cls, d->perms);
		sk_buf_addc(out, '\n');
		sk_answer_constraint(v, a->question.cls, selkie_explanation_constraint(a->why, d->constraint));
		break;
	case SELKIE_DENIAL_ROLE:
		sk_buf_printf(out, "no rule lets the role change:\n    missing: allow %s %s;\n",
			      sk_answer_role(v, v->source), sk_answer_role(v, v->target));
		break;
	case SELKIE_DENIAL_BOUNDS:
		sk_buf_printf(out, "%s is bounded by %s, which may not ", v->source->type,
			      selkie_type_name(p, d->source_bound));
		sk_print_permissions(out, p, a->question.cls, d->perms);
		sk_buf_printf(out, " %s\n", selkie_type_name(p, d->target_bound));
		sk_answer_bound(v, v->source, d->source_bound);
		sk_answer_bound(v, v->target, d->target_bound);
		break;
	case SELKIE_DENIAL_XPERM:
		sk_print_permissions(out, p, a->question.cls, d->perms);
		sk_buf_printf(out, " is allowed, but not with the number 0x%04x; the numbers are filtered by\n",
			      a->question.number);
		sk_answer_filters(v, a);
		break;
	case SELKIE_DENIAL_CLASS:
		sk_buf_adds(out, "the policy does not know the class\n");
		break;
	}
}

bool sk_answer_forbidden(const struct sk_answer_view *v, const struct sk_answer *a, struct selkie_neverallow_question *ret)
{
	*ret = (struct selkie_neverallow_question){
		.source = selkie_context_type(v->source->context), .target = selkie_context_type(v->target->context),
		.cls = a->question.cls, .has_number = a->question.has_number, .xperm_kind = a->question.kind,
		.number = (uint16_t)a->question.number,
	};
	for (size_t i = 0; i < selkie_explanation_n_denied(a->why); i++) {
		const struct selkie_denied *d = selkie_explanation_denied(a->why, i);

		if (d->why == SELKIE_DENIAL_RULE || d->why == SELKIE_DENIAL_XPERM)
			ret->perms |= d->perms;
	}
	return ret->perms;
}

static void sk_answer_remedy(const struct sk_answer_view *v, const struct selkie_remedy *r)
{
	sk_buf_adds(v->out, "   ");
	for (size_t i = 0; i < r->n_settings; i++)
		sk_buf_printf(v->out, " %s=%s",
			      selkie_bool_name(v->policy, r->settings[i].boolean),
			      r->settings[i].value ? "on" : "off");
	sk_buf_printf(v->out, "   (opens %llu access%s in all)\n", (unsigned long long)r->opens,
		      r->opens == 1 ? "" : "es");
}

static void sk_answer_remedies(const struct sk_answer_view *v, const struct sk_answer *a)
{
	size_t n = selkie_remedies_count(a->remedies);

	if (!n)
		return;
	sk_buf_printf(v->out, "  %s would allow it:\n",
		      n > 1 ? "any one of these, narrowest first," : "setting this");
	for (size_t i = 0; i < n; i++)
		sk_answer_remedy(v, selkie_remedies_get(a->remedies, i));
}

/* The rules of a kind, in force, that speak of some permissions: those that log or silence. Shown with their lines only. */
static void sk_answer_auditing(const struct sk_answer_view *v, const struct sk_answer *a, uint32_t kind, uint32_t perms)
{
	for (size_t i = 0; v->origins && i < selkie_explanation_n_rules(a->why); i++) {
		const struct selkie_matched_rule *m = selkie_explanation_rule(a->why, i);

		if (m->enabled && m->kind == kind && m->perms & perms)
			sk_answer_rule(v, m);
	}
}

/* Whether the kernel would say anything about it. */
static void sk_answer_audit(const struct sk_answer_view *v, const struct sk_answer *a)
{
	const struct selkie_access *access = selkie_explanation_access(a->why);
	uint32_t granted = selkie_explanation_granted(a->why);
	uint32_t logged = a->question.perms & granted & access->auditallow;
	uint32_t silent = a->question.perms & ~granted & ~access->auditdeny;

	if (logged) {
		sk_buf_adds(v->out, "  granted and logged (auditallow): ");
		sk_print_permissions(v->out, v->policy, a->question.cls, logged);
		sk_buf_addc(v->out, '\n');
		sk_answer_auditing(v, a, SELKIE_RULE_AUDITALLOW, logged);
	}
	if (silent) {
		sk_buf_adds(v->out, "  denied without a word in the log (dontaudit): ");
		sk_print_permissions(v->out, v->policy, a->question.cls, silent);
		sk_buf_addc(v->out, '\n');
		sk_answer_auditing(v, a, SELKIE_RULE_DONTAUDIT, silent);
	}
	if (granted != a->question.perms && access->flags & SELKIE_ACCESS_PERMISSIVE)
		sk_buf_printf(v->out,
			      "  %s is permissive: the kernel logs the denial and lets it happen\n",
			      v->source->type);
}

void sk_answer_print(const struct sk_answer_view *v, const struct sk_answer *a)
{
	struct selkie_neverallow_question forbidden;
	uint32_t granted = selkie_explanation_granted(a->why);

	sk_answer_headline(v, a);
	for (size_t i = 0; i < selkie_explanation_n_denied(a->why); i++)
		sk_answer_denied(v, a, selkie_explanation_denied(a->why, i));
	if (sk_answer_forbidden(v, a, &forbidden))
		sk_neverallows_print(v->out, v->origins, v->policy, &forbidden, "  ", "a rule for it is forbidden by ");
	sk_answer_remedies(v, a);
	if (granted && granted != a->question.perms) {
		sk_buf_adds(v->out, "  allowed is ");
		sk_print_permissions(v->out, v->policy, a->question.cls, granted);
		sk_buf_adds(v->out, ", by\n");
	}
	if (granted)
		sk_answer_rules(v, a, true, granted);
	sk_answer_audit(v, a);
}
