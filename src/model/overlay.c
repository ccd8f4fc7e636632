/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Overlays: rules added beside a policy, and how much they and changed booleans open. Counting walks only the rules that
 * were not in force before, over the types their attributes stand for, and asks type enforcement what was granted.
 */
#include "model/overlay.h"

#include <errno.h>
#include <string.h>

#include "base/map.h"
#include "model/access.h"

int selkie_overlay_new(const selkie_policy *policy, selkie_overlay **ret_overlay)
{
	struct sk_overlay *o = calloc(1, sizeof(*o));

	if (!o)
		return -ENOMEM;
	o->policy = policy;
	*ret_overlay = o;
	return 0;
}

void selkie_overlay_free(selkie_overlay *overlay)
{
	if (!overlay)
		return;
	free(overlay->rules);
	free(overlay->xperms);
	free(overlay->roles);
	free(overlay);
}

static bool sk_overlay_knows(const struct sk_policy *p, struct sk_type_id source,
			     struct sk_type_id target, struct sk_class_id cls)
{
	return source.v && source.v <= p->n_type_ids && target.v && target.v <= p->n_type_ids &&
	       cls.v && cls.v <= p->n_class_ids && p->class_by_id[cls.v];
}

static int sk_overlay_add(struct sk_overlay *o, uint32_t kind, struct sk_type_id source,
			  struct sk_type_id target, struct sk_class_id cls, uint32_t data)
{
	int r = sk_grow(&o->rules, &o->cap_rules, o->n_rules + 1, sizeof(*o->rules));

	if (r)
		return r;
	o->rules[o->n_rules] = (struct sk_rule){ 0 };
	o->rules[o->n_rules].source = (uint16_t)source.v;
	o->rules[o->n_rules].target = (uint16_t)target.v;
	o->rules[o->n_rules].cls = (uint16_t)cls.v;
	o->rules[o->n_rules].kind = (uint16_t)kind & 0x7ff;
	o->rules[o->n_rules++].data = data;
	return 0;
}

int selkie_overlay_allow(selkie_overlay *overlay, selkie_type_id source, selkie_type_id target,
			 selkie_class_id cls, uint32_t perms)
{
	const struct sk_policy *p = overlay->policy;

	if (!sk_overlay_knows(p, source, target, cls) || perms & ~p->class_by_id[cls.v]->perm_mask)
		return -EINVAL;
	return sk_overlay_add(overlay, SK_RULE_ALLOW, source, target, cls, perms);
}

static int sk_overlay_add_xperm(struct sk_overlay *o, struct sk_type_id source,
				struct sk_type_id target, struct sk_class_id cls,
				const struct sk_xperm *xperm)
{
	int r = sk_grow(&o->xperms, &o->cap_xperms, o->n_xperms + 1, sizeof(*o->xperms));

	if (r)
		return r;
	o->xperms[o->n_xperms] = *xperm;
	r = sk_overlay_add(o, SK_RULE_XALLOW, source, target, cls, (uint32_t)o->n_xperms);
	if (!r)
		o->n_xperms++;
	return r;
}

/* One rule for each driver that the range touches. */
int selkie_overlay_allow_xperm(selkie_overlay *overlay, selkie_type_id source, selkie_type_id target,
			       selkie_class_id cls, enum selkie_xperm_kind kind, uint16_t low,
			       uint16_t high)
{
	if (!sk_overlay_knows(overlay->policy, source, target, cls) || low > high ||
	    (kind != SELKIE_XPERM_IOCTL && kind != SELKIE_XPERM_NLMSG))
		return -EINVAL;
	for (uint32_t driver = low >> 8; driver <= high >> 8; driver++) {
		uint32_t first = driver == low >> 8 ? low & 0xff : 0;
		uint32_t last = driver == high >> 8 ? high & 0xff : 0xff;
		struct sk_xperm x = { .driver = (uint8_t)driver };
		int r;

		x.kind = kind == SELKIE_XPERM_IOCTL ? SK_XPERM_IOCTL_FUNCTION : SK_XPERM_NLMSG;
		for (uint32_t i = first; i <= last; i++)
			x.perms[i / 32] |= 1u << (i % 32);
		r = sk_overlay_add_xperm(overlay, source, target, cls, &x);
		if (r)
			return r;
	}
	return 0;
}

int selkie_overlay_allow_role(selkie_overlay *overlay, selkie_role_id role, selkie_role_id new_role)
{
	const struct sk_policy *p = overlay->policy;
	int r;

	if (!role.v || role.v > p->n_role_ids || !new_role.v || new_role.v > p->n_role_ids)
		return -EINVAL;
	r = sk_grow(&overlay->roles, &overlay->cap_roles, overlay->n_roles + 1,
		    sizeof(*overlay->roles));
	if (r)
		return r;
	overlay->roles[overlay->n_roles++] = (struct sk_role_allow){ role, new_role };
	return 0;
}

int selkie_overlay_type_transition(selkie_overlay *overlay, selkie_type_id source,
				   selkie_type_id target, selkie_class_id cls, selkie_type_id result)
{
	const struct sk_policy *p = overlay->policy;

	if (!sk_overlay_knows(p, source, target, cls) || !result.v || result.v > p->n_type_ids ||
	    p->type_by_id[result.v]->attribute)
		return -EINVAL;
	return sk_overlay_add(overlay, SK_RULE_TRANSITION, source, target, cls, result.v);
}

/* What was opened, by (source, target, class): each access counts once, however many rules grant it. */
struct sk_opened {
	struct sk_decider before;
	struct sk_map seen;
	uint64_t n;
};

static int sk_opened_pair(struct sk_opened *o, uint32_t source, uint32_t target, uint32_t cls,
			  uint32_t perms)
{
	struct sk_access_trace had;
	uint32_t *seen;
	int r;

	sk_decide_te(&o->before, source, target, cls, &had);
	perms &= ~had.te;
	if (!perms)
		return 0;
	r = sk_map_insert(&o->seen, (uint64_t)source << 32 | (uint64_t)target << 16 | cls, 0, &seen,
			  NULL);
	if (r)
		return r;
	o->n += (uint64_t)__builtin_popcount(perms & ~*seen);
	*seen |= perms;
	return 0;
}

static int sk_opened_rule(struct sk_opened *o, const struct sk_rule *rule)
{
	const struct sk_policy *p = o->before.ix->policy;
	const struct sk_idset *sources = &p->types_of[rule->source];
	const struct sk_idset *targets = &p->types_of[rule->target];
	const struct sk_class *cls = p->class_by_id[rule->cls];
	int r = 0;

	if (rule->kind != SK_RULE_ALLOW || !cls)
		return 0;
	for (uint32_t i = 0; i < sources->n; i++)
		for (uint32_t k = 0; k < targets->n && !r; k++)
			r = sk_opened_pair(o, sources->ids[i], targets->ids[k], rule->cls,
					   rule->data & cls->perm_mask);
	return r;
}

static int sk_opened_branch(struct sk_opened *o, const struct sk_state *after, uint32_t cond,
			    bool branch)
{
	const struct sk_policy *p = after->policy;
	const struct sk_cond *c = &p->conds[cond];
	uint32_t first = branch ? c->first_true : c->first_false;
	uint32_t n = branch ? c->n_true : c->n_false;
	int r = 0;

	if (!sk_state_in_force(after, cond, branch) ||
	    sk_state_in_force(o->before.state, cond, branch))
		return 0;
	for (uint32_t i = 0; i < n && !r; i++)
		r = sk_opened_rule(o, &p->rules[first + i]);
	return r;
}

int selkie_overlay_count_opened(const selkie_state *before, const selkie_state *after,
				const selkie_overlay *overlay, uint64_t *ret_n)
{
	struct sk_opened o = { .n = 0 };
	int r;

	r = sk_decider_init(&o.before, before, NULL);
	for (uint32_t c = 0; before != after && c < after->policy->n_conds && !r; c++) {
		r = sk_opened_branch(&o, after, c, true);
		if (!r)
			r = sk_opened_branch(&o, after, c, false);
	}
	for (size_t i = 0; overlay && i < overlay->n_rules && !r; i++)
		r = sk_opened_rule(&o, &overlay->rules[i]);
	sk_map_done(&o.seen);
	if (!r)
		*ret_n = o.n;
	return r;
}
