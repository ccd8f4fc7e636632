/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Access decisions, step by step as the kernel's context_struct_compute_av: type enforcement, constraints, the role
 * allow for process transitions, type bounds. Nothing is allocated and nothing is cached here: the index makes a
 * decision cheaper than a look into a cache would be. Why a decision came out as it did is asked in explanation.c.
 */
#include "model/access.h"

#include <errno.h>
#include <string.h>

#include "model/constraint.h"
#include "model/context.h"

int sk_decider_init(struct sk_decider *d, const struct sk_state *state,
		    const struct sk_overlay *overlay)
{
	d->state = state;
	d->overlay = overlay;
	return sk_policy_index(state->policy, &d->ix);
}

/* Type enforcement. */
struct sk_te_visit {
	const struct sk_decider *d;
	struct sk_access_trace *trace;
};

static inline void sk_te_add(struct sk_access_trace *t, const struct sk_rule *rule)
{
	if (rule->kind == SK_RULE_ALLOW)
		t->te |= rule->data;
	else if (rule->kind == SK_RULE_AUDITALLOW)
		t->auditallow |= rule->data;
	else if (rule->kind == SK_RULE_AUDITDENY)
		t->auditdeny &= rule->data;
}

static inline bool sk_gate_open(const struct sk_state *state, uint32_t gate)
{
	return gate == SK_GATE_OPEN || state->in_force[gate];
}

static inline void sk_te_slot(void *arg, const struct sk_slot *slot)
{
	const struct sk_te_visit *v = arg;
	const struct sk_policy_index *ix = v->d->ix;
	const uint32_t *extra;
	uint32_t n;

	if (sk_gate_open(v->d->state, slot->gate)) {
		uint32_t kind = slot->first & SK_SLOT_KIND;

		v->trace->te |= kind == SK_SLOT_ALLOW ? slot->data : 0;
		v->trace->auditdeny &= kind == SK_SLOT_AUDITDENY ? slot->data : ~0u;
		v->trace->auditallow |= kind == SK_SLOT_AUDITALLOW ? slot->data : 0;
	}
	extra = sk_slot_extra(ix, slot, &n);
	for (uint32_t i = 0; i < n; i++)
		if (sk_gate_open(v->d->state, sk_rule_gate(ix, extra[i])))
			sk_te_add(v->trace, &ix->policy->rules[extra[i]]);
}

void sk_decide_te(const struct sk_decider *d, uint32_t source, uint32_t target, uint32_t cls,
		  struct sk_access_trace *ret)
{
	struct sk_te_visit v = { d, ret };

	memset(ret, 0, sizeof(*ret));
	ret->auditdeny = ~0u;
	sk_index_match(d->ix, source, target, cls, sk_te_slot, &v);
	for (size_t i = 0; d->overlay && i < d->overlay->n_rules; i++)
		if (sk_overlay_match(d->overlay, &d->overlay->rules[i], source, target, cls))
			sk_te_add(ret, &d->overlay->rules[i]);
}

uint32_t sk_decide_te_row(const struct sk_decider *d, uint32_t source, uint32_t target, uint32_t cls)
{
	struct sk_access_trace trace = { 0 };
	struct sk_te_visit v = { d, &trace };

	sk_index_match_row(d->ix, source, d->ix->rows + d->ix->row_of[target], cls, sk_te_slot, &v);
	return trace.te;
}

uint32_t sk_decide_te_target(const struct sk_decider *d, uint32_t source, uint32_t target, uint32_t cls)
{
	struct sk_access_trace trace = { 0 };
	struct sk_te_visit v = { d, &trace };

	sk_index_match_target(d->ix, source, target, cls, sk_te_slot, &v);
	return trace.te;
}

bool sk_role_change_allowed(const struct sk_decider *d, struct sk_role_id from, struct sk_role_id to)
{
	const struct sk_policy *p = d->ix->policy;

	for (uint32_t i = 0; i < p->n_role_allows; i++)
		if (p->role_allows[i].role.v == from.v && p->role_allows[i].new_role.v == to.v)
			return true;
	for (size_t i = 0; d->overlay && i < d->overlay->n_roles; i++)
		if (d->overlay->roles[i].role.v == from.v &&
		    d->overlay->roles[i].new_role.v == to.v)
			return true;
	return false;
}

static void sk_decide_constraints(const struct sk_policy_index *ix, const struct sk_context *source,
				  const struct sk_context *target, uint32_t cls,
				  struct sk_access_trace *t)
{
	const struct sk_index_constraints *c = &ix->constraints[cls];
	struct sk_constraint_case contexts = { ix->policy, source, target, NULL };

	for (uint32_t i = 0; i < c->n; i++)
		if (c->list[i].perms & t->allowed &&
		    !sk_constraint_run(c->list[i].steps, &contexts)) {
			t->constrained |= c->list[i].perms & t->allowed;
			t->allowed &= ~c->list[i].perms;
		}
}

static void sk_decide_bounded(const struct sk_decider *d, const struct sk_context *source,
			      const struct sk_context *target, uint32_t cls, unsigned int depth,
			      struct sk_access_trace *ret);

/* What the bounding types are not allowed. */
static void sk_decide_bounds(const struct sk_decider *d, const struct sk_context *source,
			     const struct sk_context *target, uint32_t cls, unsigned int depth,
			     struct sk_access_trace *ret)
{
	const struct sk_policy *p = d->ix->policy;
	struct sk_context s = *source, t = *target;
	struct sk_access_trace parent;

	s.type = p->type_by_id[source->type.v]->bounds;
	if (p->type_by_id[target->type.v]->bounds.v)
		t.type = p->type_by_id[target->type.v]->bounds;
	sk_decide_bounded(d, &s, &t, cls, depth + 1, &parent);
	ret->bounds = ret->allowed & ~parent.allowed;
	ret->allowed &= parent.allowed;
}

static void sk_decide_bounded(const struct sk_decider *d, const struct sk_context *source,
			      const struct sk_context *target, uint32_t cls, unsigned int depth,
			      struct sk_access_trace *ret)
{
	sk_decide_te(d, source->type.v, target->type.v, cls, ret);
	ret->allowed = ret->te;
	if (!ret->allowed)
		return;
	sk_decide_constraints(d->ix, source, target, cls, ret);
	if (cls == d->ix->process_class && ret->allowed & d->ix->transition_perms &&
	    source->role.v != target->role.v &&
	    !sk_role_change_allowed(d, source->role, target->role)) {
		ret->role = ret->allowed & d->ix->transition_perms;
		ret->allowed &= ~d->ix->transition_perms;
	}
	if (d->ix->policy->type_by_id[source->type.v]->bounds.v && depth < SK_BOUNDS_DEPTH)
		sk_decide_bounds(d, source, target, cls, depth, ret);
}

void sk_decide_access(const struct sk_decider *d, const struct sk_context *source,
		      const struct sk_context *target, uint32_t cls, struct sk_access_trace *ret)
{
	sk_decide_bounded(d, source, target, cls, 0, ret);
}

int selkie_access_decide(const selkie_state *state, const selkie_overlay *overlay,
			 const selkie_context *source, const selkie_context *target,
			 selkie_class_id cls, struct selkie_access *ret_access)
{
	const struct sk_policy *p = state->policy;
	struct sk_decider d;
	struct sk_access_trace t = { .auditdeny = ~0u };
	uint32_t flags = 0;
	int r;

	if (cls.v > p->n_class_ids)
		return -EINVAL;
	r = sk_decider_init(&d, state, overlay);
	if (r)
		return r;
	if (cls.v)
		sk_decide_access(&d, source, target, cls.v, &t);
	else if (p->handle_unknown == SK_UNKNOWN_ALLOW)
		t.allowed = ~0u;
	if (sk_state_permissive(state, source->type.v))
		flags |= SELKIE_ACCESS_PERMISSIVE;
	if (sk_bitset_has(&p->neveraudit, source->type.v))
		flags |= SELKIE_ACCESS_NEVERAUDIT;
	*ret_access = (struct selkie_access){ t.allowed, t.auditallow, t.auditdeny, flags };
	return 0;
}

/*
 * Extended permissions. Any rule with them for a source, target and class filters every number, not only those of its
 * own driver or kind: the kernel marks the node (services_compute_xperms_drivers sets len) and then grants what a rule
 * names (avc_has_extended_perms).
 */
struct sk_xperm_visit {
	const struct sk_decider *d;
	enum selkie_xperm_kind kind;
	uint8_t driver;
	struct selkie_xperm_access *access;
};

static bool sk_xperm_speaks(const struct sk_xperm *x, enum selkie_xperm_kind kind, uint8_t driver)
{
	switch (x->kind) {
	case SK_XPERM_IOCTL_FUNCTION:
		return kind == SELKIE_XPERM_IOCTL && x->driver == driver;
	case SK_XPERM_IOCTL_DRIVER:
		return kind == SELKIE_XPERM_IOCTL && x->perms[driver / 32] >> (driver % 32) & 1;
	case SK_XPERM_NLMSG:
		return kind == SELKIE_XPERM_NLMSG && x->driver == driver;
	}
	return false;
}

bool sk_xperm_names(const struct sk_xperm *xperm, enum selkie_xperm_kind kind, uint16_t number)
{
	uint8_t low = number & 0xff;

	return sk_xperm_speaks(xperm, kind, (uint8_t)(number >> 8)) &&
	       (xperm->kind == SK_XPERM_IOCTL_DRIVER || xperm->perms[low / 32] >> (low % 32) & 1);
}

static void sk_xperm_add(const struct sk_xperm_visit *v, const struct sk_rule *rule,
			 const struct sk_xperm *x)
{
	struct selkie_xperm_access *a = v->access;
	uint32_t *to = rule->kind == SK_RULE_XALLOW ? a->allowed
		       : rule->kind == SK_RULE_XAUDITALLOW ? a->auditallow : a->dontaudit;

	a->filtered = true;
	if (!sk_xperm_speaks(x, v->kind, v->driver))
		return;
	a->audited_allow |= rule->kind == SK_RULE_XAUDITALLOW;
	a->audited_deny |= rule->kind == SK_RULE_XDONTAUDIT;
	for (int i = 0; i < 8; i++)
		to[i] |= x->kind == SK_XPERM_IOCTL_DRIVER ? ~0u : x->perms[i];
}

static inline void sk_xperm_slot(void *arg, const struct sk_slot *slot)
{
	const struct sk_xperm_visit *v = arg;
	const struct sk_policy *p = v->d->ix->policy;
	const uint32_t *extra;
	uint32_t n;

	extra = sk_slot_extra(v->d->ix, slot, &n);
	for (uint32_t i = 0; i < n; i++) {
		const struct sk_rule *rule = &p->rules[extra[i]];

		if (rule->kind & SK_RULES_XPERM && sk_gate_open(v->d->state, sk_rule_gate(v->d->ix, extra[i])))
			sk_xperm_add(v, rule, &p->xperms[rule->data]);
	}
}

void sk_decide_xperm(const struct sk_decider *d, uint32_t source, uint32_t target, uint32_t cls,
		     enum selkie_xperm_kind kind, uint8_t driver, struct selkie_xperm_access *ret)
{
	struct sk_xperm_visit v = { d, kind, driver, ret };

	memset(ret, 0, sizeof(*ret));
	sk_index_match(d->ix, source, target, cls, sk_xperm_slot, &v);
	for (size_t i = 0; d->overlay && i < d->overlay->n_rules; i++) {
		const struct sk_rule *rule = &d->overlay->rules[i];

		if (rule->kind & SK_RULES_XPERM &&
		    sk_overlay_match(d->overlay, rule, source, target, cls))
			sk_xperm_add(&v, rule, &d->overlay->xperms[rule->data]);
	}
}

int selkie_access_decide_xperm(const selkie_state *state, const selkie_overlay *overlay,
			       const selkie_context *source, const selkie_context *target,
			       selkie_class_id cls, enum selkie_xperm_kind kind, uint8_t driver,
			       struct selkie_xperm_access *ret_access)
{
	struct sk_decider d;
	int r;

	if ((kind != SELKIE_XPERM_IOCTL && kind != SELKIE_XPERM_NLMSG) || !cls.v ||
	    cls.v > state->policy->n_class_ids)
		return -EINVAL;
	r = sk_decider_init(&d, state, overlay);
	if (r)
		return r;
	sk_decide_xperm(&d, source->type.v, target->type.v, cls.v, kind, driver, ret_access);
	return 0;
}

uint32_t sk_xperm_base(const struct sk_class *cls, enum selkie_xperm_kind kind)
{
	return sk_class_find_perm(cls, kind == SELKIE_XPERM_IOCTL ? "ioctl" : "nlmsg");
}

uint32_t sk_decide_question(const struct sk_decider *d, const struct selkie_question *q,
			    struct sk_access_trace *trace, bool *ret_filtered)
{
	const struct sk_class *cls = d->ix->policy->class_by_id[q->cls.v];
	struct selkie_xperm_access x;
	struct sk_access_trace t;
	uint32_t base = 0, granted;

	*ret_filtered = false;
	sk_decide_access(d, q->source, q->target, q->cls.v, &t);
	if (trace)
		*trace = t;
	granted = t.allowed & q->perms;
	if (q->has_number && cls)
		base = sk_xperm_base(cls, q->kind) & q->perms;
	if (!base)
		return granted;
	sk_decide_xperm(d, q->source->type.v, q->target->type.v, q->cls.v, q->kind,
			(uint8_t)(q->number >> 8), &x);
	if (x.filtered && !(x.allowed[(q->number & 0xff) / 32] >> (q->number % 32) & 1)) {
		*ret_filtered = true;
		granted &= ~base;
	}
	return granted;
}

int selkie_access_check(const selkie_state *state, const selkie_overlay *overlay,
			const struct selkie_question *question, uint32_t *ret_granted)
{
	const struct sk_policy *p = state->policy;
	struct sk_decider d;
	bool filtered;
	int r;

	if (question->cls.v > p->n_class_ids)
		return -EINVAL;
	r = sk_decider_init(&d, state, overlay);
	if (r)
		return r;
	if (question->cls.v)
		*ret_granted = sk_decide_question(&d, question, NULL, &filtered);
	else
		*ret_granted = p->handle_unknown == SK_UNKNOWN_ALLOW ? question->perms : 0;
	return 0;
}
