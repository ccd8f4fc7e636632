/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Overlays: rules added beside a policy, and how much they and changed booleans open. Counting walks only the rules that
 * were not in force before, over the types their attributes stand for, and asks type enforcement what was granted.
 */
#include "model/overlay.h"

#include <errno.h>
#include <string.h>

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

/*
 * What was opened: the rules that were not in force before, and what of them is new. Each access counts once, however
 * many rules grant it.
 */
struct sk_opened {
	struct sk_decider before;
	const struct sk_rule **rules;
	size_t n_rules, cap_rules;
	uint64_t n;

	/* of one source and class, by target and by row of the index; valid where the mark is `mark` */
	struct sk_opened_vector {
		uint32_t mark, perms;
	} *seen, *by_row;
	uint32_t mark;

	/* the rules of one class by source */
	uint32_t *first;		/* by type: link + 1, or 0 */
	struct sk_opened_link {
		uint32_t rule, next;	/* next: link + 1, or 0 */
	} *links;
	size_t cap_links;
};

static int sk_opened_add_rule(struct sk_opened *o, const struct sk_rule *rule)
{
	int r;

	if (rule->kind != SK_RULE_ALLOW || !o->before.ix->policy->class_by_id[rule->cls])
		return 0;
	r = sk_grow(&o->rules, &o->cap_rules, o->n_rules + 1, sizeof(*o->rules));
	if (!r)
		o->rules[o->n_rules++] = rule;
	return r;
}

static int sk_opened_add_branch(struct sk_opened *o, const struct sk_state *after, uint32_t cond,
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
		r = sk_opened_add_rule(o, &p->rules[first + i]);
	return r;
}

/* What was allowed before. */
static uint32_t sk_opened_had(struct sk_opened *o, uint32_t source, uint32_t target, uint32_t cls)
{
	const struct sk_policy_index *ix = o->before.ix;
	struct sk_opened_vector *known;
	struct sk_access_trace had;

	if (!o->by_row) {
		sk_decide_te(&o->before, source, target, cls, &had);
		return had.te;
	}
	known = &o->by_row[ix->row_of[target] / SK_MAX(ix->n_row_words, 1u)];
	if (known->mark != o->mark) {
		known->mark = o->mark;
		known->perms = sk_decide_te_row(&o->before, source, target, cls);
	}
	return known->perms | sk_decide_te_target(&o->before, source, target, cls);
}

static void sk_opened_pair(struct sk_opened *o, uint32_t source, uint32_t target, const struct sk_rule *rule)
{
	struct sk_opened_vector *seen = &o->seen[target];
	uint32_t perms = rule->data & o->before.ix->policy->class_by_id[rule->cls]->perm_mask;

	if (seen->mark != o->mark)
		*seen = (struct sk_opened_vector){ o->mark, sk_opened_had(o, source, target, rule->cls) };
	o->n += (uint64_t)__builtin_popcount(perms & ~seen->perms);
	seen->perms |= perms;
}

static int sk_opened_compare(const void *x, const void *y)
{
	const struct sk_rule *a = *(const struct sk_rule *const *)x, *b = *(const struct sk_rule *const *)y;

	return (a->cls > b->cls) - (a->cls < b->cls);
}

static void sk_opened_count_source(struct sk_opened *o, uint32_t source)
{
	const struct sk_policy *p = o->before.ix->policy;

	o->mark++;
	for (uint32_t i = o->first[source]; i; i = o->links[i - 1].next) {
		const struct sk_rule *rule = o->rules[o->links[i - 1].rule];
		const struct sk_idset *targets = &p->types_of[rule->target];

		for (uint32_t k = 0; k < targets->n; k++)
			sk_opened_pair(o, source, targets->ids[k], rule);
	}
	o->first[source] = 0;
}

/* The rules [from, to) of one class, source by source, so that what was seen is kept for one source at a time. */
static int sk_opened_count_class(struct sk_opened *o, size_t from, size_t to)
{
	const struct sk_policy *p = o->before.ix->policy;
	size_t n = 0;

	for (size_t i = from; i < to; i++) {
		const struct sk_idset *sources = &p->types_of[o->rules[i]->source];

		if (sk_grow(&o->links, &o->cap_links, n + sources->n, sizeof(*o->links)))
			return -ENOMEM;
		for (uint32_t k = 0; k < sources->n; k++) {
			o->links[n] = (struct sk_opened_link){ (uint32_t)i, o->first[sources->ids[k]] };
			o->first[sources->ids[k]] = (uint32_t)++n;
		}
	}
	for (uint32_t s = 1; s <= p->n_type_ids; s++)
		if (o->first[s])
			sk_opened_count_source(o, s);
	return 0;
}

static int sk_opened_count_many(struct sk_opened *o)
{
	size_t n_types = (size_t)o->before.ix->policy->n_type_ids + 1;
	int r = 0;

	/* there are at most as many rows as types */
	o->seen = calloc(n_types, sizeof(*o->seen));
	o->by_row = o->before.ix->rows ? calloc(n_types, sizeof(*o->by_row)) : NULL;
	o->first = calloc(n_types, sizeof(*o->first));
	if (!o->seen || (o->before.ix->rows && !o->by_row) || !o->first)
		return -ENOMEM;
	qsort(o->rules, o->n_rules, sizeof(*o->rules), sk_opened_compare);
	for (size_t i = 0, k; i < o->n_rules && !r; i = k) {
		k = i + 1;
		while (k < o->n_rules && o->rules[k]->cls == o->rules[i]->cls)
			k++;
		r = sk_opened_count_class(o, i, k);
	}
	return r;
}

/* One rule for one source and one target, as most overlays are. */
static bool sk_opened_is_one(const struct sk_opened *o)
{
	const struct sk_policy *p = o->before.ix->policy;

	return o->n_rules == 1 && p->types_of[o->rules[0]->source].n == 1 && p->types_of[o->rules[0]->target].n == 1;
}

static int sk_opened_count(struct sk_opened *o)
{
	const struct sk_policy *p = o->before.ix->policy;
	const struct sk_rule *rule = o->n_rules ? o->rules[0] : NULL;
	uint32_t perms;

	if (!rule)
		return 0;
	if (!sk_opened_is_one(o))
		return sk_opened_count_many(o);
	perms = rule->data & p->class_by_id[rule->cls]->perm_mask;
	perms &= ~sk_opened_had(o, p->types_of[rule->source].ids[0], p->types_of[rule->target].ids[0], rule->cls);
	o->n = (uint64_t)__builtin_popcount(perms);
	return 0;
}

int selkie_overlay_count_opened(const selkie_state *before, const selkie_state *after,
				const selkie_overlay *overlay, uint64_t *ret_n)
{
	struct sk_opened o = { .n = 0 };
	int r;

	r = sk_decider_init(&o.before, before, NULL);
	for (uint32_t c = 0; before != after && c < after->policy->n_conds && !r; c++) {
		r = sk_opened_add_branch(&o, after, c, true);
		if (!r)
			r = sk_opened_add_branch(&o, after, c, false);
	}
	for (size_t i = 0; overlay && i < overlay->n_rules && !r; i++)
		r = sk_opened_add_rule(&o, &overlay->rules[i]);
	if (!r)
		r = sk_opened_count(&o);
	free(o.rules);
	free(o.seen);
	free(o.by_row);
	free(o.first);
	free(o.links);
	if (!r)
		*ret_n = o.n;
	return r;
}
