/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The rules of a policy as the public structure, from whichever table they stand in.
 */
#include "selkie/rule.h"

#include <errno.h>
#include <string.h>

#include "model/text.h"
#include "selkie/name.h"
#include "selkie/overlay.h"

uint32_t selkie_rule_count(const selkie_policy *policy)
{
	return policy->n_rules;
}

/* The conditional of a rule: they hold consecutive rules, in order, so the right one is found by halving. */
static void sk_rule_find_cond(const struct sk_policy *p, uint32_t index, struct selkie_rule *ret)
{
	uint32_t lo = 0, hi = p->n_conds;

	ret->cond = SELKIE_UNCONDITIONAL;
	if (index < p->n_unconditional)
		return;
	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;
		const struct sk_cond *c = &p->conds[mid];

		if (c->first_false + c->n_false <= index)
			lo = mid + 1;
		else
			hi = mid;
	}
	ret->cond = lo;
	ret->branch = index < p->conds[lo].first_true + p->conds[lo].n_true;
}

void sk_rule_get(const struct sk_policy *policy, uint32_t index, struct selkie_rule *ret)
{
	const struct sk_rule *r = &policy->rules[index];

	memset(ret, 0, sizeof(*ret));
	ret->kind = (enum selkie_rule_kind)r->kind;
	ret->source.v = r->source;
	ret->target.v = r->target;
	ret->cls.v = r->cls;
	sk_rule_find_cond(policy, index, ret);
	if (r->kind == SK_RULE_AUDITDENY) {
		ret->perms = ~r->data & policy->class_by_id[r->cls]->perm_mask;
	} else if (r->kind & SK_RULES_AV) {
		ret->perms = r->data & policy->class_by_id[r->cls]->perm_mask;
	} else if (r->kind & SK_RULES_TYPE) {
		ret->result.v = r->data;
	} else {
		const struct sk_xperm *x = &policy->xperms[r->data];

		ret->xperm_kind =
			x->kind == SK_XPERM_NLMSG ? SELKIE_XPERM_NLMSG : SELKIE_XPERM_IOCTL;
		ret->xperm_driver = x->kind == SK_XPERM_IOCTL_DRIVER ? 256 : x->driver;
		ret->xperms = x->perms;
	}
}

void sk_rule_get_filename(const struct sk_policy *policy, uint32_t index, struct sk_type_id source,
			  struct selkie_rule *ret)
{
	const struct sk_filename_transition *f = &policy->filename_transitions[index];

	*ret = (struct selkie_rule){ .kind = SELKIE_RULE_TYPE_TRANSITION,
				     .source = source,
				     .target = f->target,
				     .cls = f->cls,
				     .result = f->result,
				     .name = f->name,
				     .cond = SELKIE_UNCONDITIONAL };
}

void sk_rule_get_role_allow(const struct sk_policy *policy, uint32_t index, struct selkie_rule *ret)
{
	const struct sk_role_allow *a = &policy->role_allows[index];

	*ret = (struct selkie_rule){ .kind = SELKIE_RULE_ROLE_ALLOW,
				     .source_role = a->role,
				     .new_role = a->new_role,
				     .cond = SELKIE_UNCONDITIONAL };
}

void sk_rule_get_role_transition(const struct sk_policy *policy, uint32_t index,
				 struct selkie_rule *ret)
{
	const struct sk_role_transition *t = &policy->role_transitions[index];

	*ret = (struct selkie_rule){ .kind = SELKIE_RULE_ROLE_TRANSITION,
				     .source_role = t->role,
				     .target = t->type,
				     .cls = t->cls,
				     .new_role = t->new_role,
				     .cond = SELKIE_UNCONDITIONAL };
}

void sk_rule_get_range_transition(const struct sk_policy *policy, uint32_t index,
				  struct selkie_rule *ret)
{
	const struct sk_range_transition *t = &policy->range_transitions[index];

	*ret = (struct selkie_rule){ .kind = SELKIE_RULE_RANGE_TRANSITION,
				     .source = t->source,
				     .target = t->target,
				     .cls = t->cls,
				     .range = &t->range,
				     .cond = SELKIE_UNCONDITIONAL };
}

int selkie_rule_get(const selkie_policy *policy, uint32_t rule, struct selkie_rule *ret)
{
	if (rule >= policy->n_rules)
		return -EINVAL;
	sk_rule_get(policy, rule, ret);
	return 0;
}

static bool sk_rule_is_of(const struct sk_policy *p, const struct selkie_rule *r)
{
	bool role = r->kind & (SELKIE_RULE_ROLE_ALLOW | SELKIE_RULE_ROLE_TRANSITION);

	if (!selkie_rule_kind_name(r->kind) ||
	    (r->cond != SELKIE_UNCONDITIONAL && r->cond >= p->n_conds))
		return false;
	if (role && (!selkie_role_name(p, r->source_role) || !selkie_role_name(p, r->new_role)))
		return false;
	if (r->kind == SELKIE_RULE_ROLE_ALLOW)
		return true;
	if ((!role && !selkie_type_name(p, r->source)) || !selkie_type_name(p, r->target) ||
	    !selkie_class_name(p, r->cls))
		return false;
	if (r->kind & SELKIE_RULES_XPERM)
		return r->xperms && r->xperm_driver <= 256;
	if (r->kind == SELKIE_RULE_RANGE_TRANSITION)
		return r->range;
	return !(r->kind & SELKIE_RULES_TYPE) || selkie_type_name(p, r->result);
}

int selkie_rule_text(const selkie_policy *policy, const struct selkie_rule *rule, char **ret_text)
{
	sk_auto_buf struct sk_buf buf = SK_BUF_INIT;
	struct sk_text text;
	char *s = NULL;

	if (!sk_rule_is_of(policy, rule))
		return -EINVAL;
	sk_text_init_once(&text, policy);
	sk_text_rule(&text, &buf, rule);
	s = sk_buf_steal(&buf, NULL);
	sk_text_done(&text);
	if (!s)
		return -ENOMEM;
	*ret_text = s;
	return 0;
}

int selkie_rule_print(const selkie_policy *policy, uint32_t rule, char **ret_text)
{
	struct selkie_rule r;
	int e = selkie_rule_get(policy, rule, &r);

	if (e)
		return e;
	r.cond = SELKIE_UNCONDITIONAL;
	return selkie_rule_text(policy, &r, ret_text);
}
