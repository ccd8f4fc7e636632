/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Why an access is granted or denied: the rules that match, and for each denied permission every step of the decision
 * that denies it. The steps are those of access.c, in its order; here each is also asked about permissions that an
 * earlier step already took, so that the whole way to the access is known at once.
 */
#include "model/explanation.h"

#include <errno.h>
#include <string.h>

#include "model/access.h"
#include "model/constraint.h"

struct sk_explainer {
	struct sk_explanation *e;
	struct sk_decider d;
	const struct selkie_question *q;
	uint32_t base;		/* the permission that the question's number belongs to */
	uint32_t remaining;	/* permissions that no step so far denies */
	int error;
};

static void sk_explain_rule(struct sk_explainer *x, const struct sk_rule *rule, uint32_t index,
			    uint32_t gate, const struct sk_xperm *xperm)
{
	struct selkie_matched_rule m = {
		.rule = index,
		.cond = gate == SK_GATE_OPEN ? SELKIE_NONE : gate / 2,
		.branch = gate != SK_GATE_OPEN && gate % 2,
		.enabled = gate == SK_GATE_OPEN || x->d.state->in_force[gate],
		.kind = rule->kind,
	};
	struct sk_explanation *e = x->e;

	if (rule->kind & SK_RULES_AV)
		m.perms = (rule->kind == SK_RULE_AUDITDENY ? ~rule->data : rule->data) & x->q->perms;
	else if (rule->kind & SK_RULES_XPERM)
		m.perms = x->base;
	if (!m.perms)
		return;
	m.names_number = xperm && sk_xperm_names(xperm, x->q->kind, x->q->number);
	if (x->error)
		return;
	x->error = sk_grow(&e->rules, &e->cap_rules, e->n_rules + 1, sizeof(*e->rules));
	if (!x->error)
		e->rules[e->n_rules++] = m;
}

static void sk_explain_slot(void *arg, const struct sk_slot *slot)
{
	struct sk_explainer *x = arg;
	const struct sk_policy *p = x->d.ix->policy;
	const uint32_t *rules;
	uint32_t n;

	rules = sk_slot_rules(x->d.ix, slot, &n);
	for (uint32_t i = 0; i < n; i++) {
		const struct sk_rule *rule = &p->rules[rules[i]];

		sk_explain_rule(x, rule, rules[i], sk_rule_gate(x->d.ix, rules[i]),
				rule->kind & SK_RULES_XPERM ? &p->xperms[rule->data] : NULL);
	}
}

static int sk_matched_compare(const void *a, const void *b)
{
	const struct selkie_matched_rule *x = a, *y = b;

	return (x->rule > y->rule) - (x->rule < y->rule);
}

static void sk_explain_rules(struct sk_explainer *x)
{
	const struct sk_overlay *o = x->d.overlay;
	uint32_t source = x->q->source->type.v, target = x->q->target->type.v;
	size_t n;

	sk_index_match(x->d.ix, source, target, x->q->cls.v, sk_explain_slot, x);
	n = x->e->n_rules;
	if (n)
		qsort(x->e->rules, n, sizeof(*x->e->rules), sk_matched_compare);
	for (size_t i = 0; o && i < o->n_rules; i++)
		if (sk_overlay_match(o, &o->rules[i], source, target, x->q->cls.v))
			sk_explain_rule(x, &o->rules[i], (uint32_t)i, SK_GATE_OPEN,
					o->rules[i].kind & SK_RULES_XPERM
						? &o->xperms[o->rules[i].data] : NULL);
	for (; n < x->e->n_rules; n++)
		x->e->rules[n].overlay = true;
}

/* Records what denies `perms`: those that remained are denied by this, the others would be too. */
static void sk_explain_denied(struct sk_explainer *x, const struct selkie_denied *what, uint32_t perms)
{
	struct sk_explanation *e = x->e;
	uint32_t parts[2] = { perms & x->remaining, perms & ~x->remaining };

	x->remaining &= ~perms;
	for (int i = 0; i < 2 && !x->error; i++) {
		if (!parts[i])
			continue;
		x->error = sk_grow(&e->denied, &e->cap_denied, e->n_denied + 1, sizeof(*e->denied));
		if (x->error)
			return;
		e->denied[e->n_denied] = *what;
		e->denied[e->n_denied].perms = parts[i];
		e->denied[e->n_denied++].only_if_granted = i == 1;
	}
}

int sk_explanation_add_constraint(struct sk_explanation *e, const struct sk_class *cls,
				  const struct sk_constraint *constraint,
				  const struct sk_constraint_case *contexts, uint32_t index,
				  uint32_t perms, uint32_t *ret_index)
{
	struct selkie_failed_constraint *c;
	int r = sk_grow(&e->constraints, &e->cap_constraints, e->n_constraints + 1,
			sizeof(*e->constraints));

	if (r)
		return r;
	c = &e->constraints[e->n_constraints];
	c->index = index;
	c->perms = perms;
	r = sk_constraint_explain(constraint, cls, contexts, &e->arena, c);
	if (!r)
		*ret_index = (uint32_t)e->n_constraints++;
	return r;
}

static void sk_explain_constraints(struct sk_explainer *x, const struct sk_class *cls)
{
	struct sk_constraint_case contexts = { x->d.ix->policy, x->q->source, x->q->target, NULL };

	for (uint32_t i = 0; i < cls->n_constraints && !x->error; i++) {
		const struct sk_constraint *c = &cls->constraints[i];
		struct selkie_denied denied = { .why = SELKIE_DENIAL_CONSTRAINT };
		uint32_t perms = c->perms & x->q->perms;

		if (!perms || sk_constraint_holds(c, &contexts))
			continue;
		x->error = sk_explanation_add_constraint(x->e, cls, c, &contexts, i, perms,
							 &denied.constraint);
		if (!x->error)
			sk_explain_denied(x, &denied, perms);
	}
}

static void sk_explain_role(struct sk_explainer *x)
{
	struct selkie_denied denied = { .why = SELKIE_DENIAL_ROLE, .constraint = SELKIE_NONE };
	uint32_t perms = x->q->perms & x->d.ix->transition_perms;

	if (perms && x->q->cls.v == x->d.ix->process_class &&
	    x->q->source->role.v != x->q->target->role.v &&
	    !sk_role_change_allowed(&x->d, x->q->source->role, x->q->target->role))
		sk_explain_denied(x, &denied, perms);
}

static void sk_explain_bounds(struct sk_explainer *x)
{
	const struct sk_policy *p = x->d.ix->policy;
	struct sk_context s = *x->q->source, t = *x->q->target;
	struct selkie_denied denied = { .why = SELKIE_DENIAL_BOUNDS, .constraint = SELKIE_NONE };
	struct sk_access_trace parent;

	s.type = p->type_by_id[s.type.v]->bounds;
	if (!s.type.v)
		return;
	if (p->type_by_id[t.type.v]->bounds.v)
		t.type = p->type_by_id[t.type.v]->bounds;
	sk_decide_access(&x->d, &s, &t, x->q->cls.v, &parent);
	denied.source_bound = s.type;
	denied.target_bound = t.type;
	sk_explain_denied(x, &denied, x->q->perms & ~parent.allowed);
}

static int sk_explain_known(struct sk_explainer *x, const struct sk_class *cls)
{
	struct selkie_denied rule = { .why = SELKIE_DENIAL_RULE, .constraint = SELKIE_NONE };
	struct selkie_denied xperm = { .why = SELKIE_DENIAL_XPERM, .constraint = SELKIE_NONE };
	struct sk_access_trace t;
	bool filtered;

	x->e->granted = sk_decide_question(&x->d, x->q, &t, &filtered);
	x->e->access.allowed = t.allowed;
	x->e->access.auditallow = t.auditallow;
	x->e->access.auditdeny = t.auditdeny;
	if (x->q->has_number)
		x->base = sk_xperm_base(cls, x->q->kind) & x->q->perms;
	x->remaining = x->q->perms;
	sk_explain_rules(x);
	sk_explain_denied(x, &rule, x->q->perms & ~t.te);
	sk_explain_constraints(x, cls);
	sk_explain_role(x);
	sk_explain_bounds(x);
	if (filtered)
		sk_explain_denied(x, &xperm, x->base);
	return x->error;
}

static int sk_explain_unknown(struct sk_explainer *x)
{
	struct selkie_denied denied = { .why = SELKIE_DENIAL_CLASS, .constraint = SELKIE_NONE };

	x->remaining = x->q->perms;
	x->e->access.auditdeny = ~0u;
	if (x->d.ix->policy->handle_unknown == SK_UNKNOWN_ALLOW) {
		x->e->access.allowed = ~0u;
		x->e->granted = x->q->perms;
	} else {
		sk_explain_denied(x, &denied, x->q->perms);
	}
	return x->error;
}

int selkie_access_explain(const selkie_state *state, const selkie_overlay *overlay,
			  const struct selkie_question *question, selkie_explanation **ret)
{
	const struct sk_policy *p = state->policy;
	struct sk_explainer x = { .q = question };
	int r;

	if (question->cls.v > p->n_class_ids)
		return -EINVAL;
	r = sk_decider_init(&x.d, state, overlay);
	if (r)
		return r;
	x.e = calloc(1, sizeof(*x.e));
	if (!x.e)
		return -ENOMEM;
	if (sk_state_permissive(state, question->source->type.v))
		x.e->access.flags |= SELKIE_ACCESS_PERMISSIVE;
	if (sk_bitset_has(&p->neveraudit, question->source->type.v))
		x.e->access.flags |= SELKIE_ACCESS_NEVERAUDIT;
	if (question->cls.v && p->class_by_id[question->cls.v])
		r = sk_explain_known(&x, p->class_by_id[question->cls.v]);
	else
		r = sk_explain_unknown(&x);
	if (r) {
		selkie_explanation_free(x.e);
		return r;
	}
	*ret = x.e;
	return 0;
}

void selkie_explanation_free(selkie_explanation *explanation)
{
	if (!explanation)
		return;
	free(explanation->rules);
	free(explanation->denied);
	free(explanation->constraints);
	sk_arena_done(&explanation->arena);
	free(explanation);
}

uint32_t selkie_explanation_granted(const selkie_explanation *explanation)
{
	return explanation->granted;
}

const struct selkie_access *selkie_explanation_access(const selkie_explanation *explanation)
{
	return &explanation->access;
}

size_t selkie_explanation_n_rules(const selkie_explanation *explanation)
{
	return explanation->n_rules;
}

const struct selkie_matched_rule *selkie_explanation_rule(const selkie_explanation *explanation, size_t i)
{
	return i < explanation->n_rules ? &explanation->rules[i] : NULL;
}

size_t selkie_explanation_n_denied(const selkie_explanation *explanation)
{
	return explanation->n_denied;
}

const struct selkie_denied *selkie_explanation_denied(const selkie_explanation *explanation, size_t i)
{
	return i < explanation->n_denied ? &explanation->denied[i] : NULL;
}

size_t selkie_explanation_n_constraints(const selkie_explanation *explanation)
{
	return explanation->n_constraints;
}

const struct selkie_failed_constraint *
selkie_explanation_constraint(const selkie_explanation *explanation, size_t i)
{
	return i < explanation->n_constraints ? &explanation->constraints[i] : NULL;
}
