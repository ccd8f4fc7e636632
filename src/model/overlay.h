/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_MODEL_OVERLAY_H
#define SK_MODEL_OVERLAY_H

#include "model/policy.h"
#include "selkie/overlay.h"

/* Added rules are few: they are kept as a list and walked. */
struct sk_overlay {
	const struct sk_policy *policy;
	struct sk_rule *rules;		/* data of xperm rules: index into xperms below */
	size_t n_rules, cap_rules;
	struct sk_xperm *xperms;
	size_t n_xperms, cap_xperms;
	struct sk_role_allow *roles;
	size_t n_roles, cap_roles;
};

/* True when a rule of the overlay speaks of these types and this class. */
static inline bool sk_overlay_match(const struct sk_overlay *o, const struct sk_rule *rule,
				    uint32_t source, uint32_t target, uint32_t cls)
{
	return rule->cls == cls && sk_idset_has(&o->policy->attributes_of[source], rule->source) &&
	       sk_idset_has(&o->policy->attributes_of[target], rule->target);
}

#endif
