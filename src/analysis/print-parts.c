/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the languages that a policy is printed in have in common: names, and what follows from an element whatever it is
 * said in.
 */
#include <string.h>

#include "analysis/print.h"
#include "model/words.h"
#include "selkie/capability.h"

const struct sk_print_rule_kind sk_print_rule_kinds[SK_PRINT_N_RULE_KINDS] = {
	{ SK_RULE_ALLOW, "allow", "allow" },
	{ SK_RULE_AUDITALLOW, "auditallow", "auditallow" },
	{ SK_RULE_AUDITDENY, "dontaudit", "dontaudit" },
	{ SK_RULE_XALLOW, "allowxperm", "allowx" },
	{ SK_RULE_XAUDITALLOW, "auditallowxperm", "auditallowx" },
	{ SK_RULE_XDONTAUDIT, "dontauditxperm", "dontauditx" },
	{ SK_RULE_TRANSITION, "type_transition", "typetransition" },
	{ SK_RULE_MEMBER, "type_member", "typemember" },
	{ SK_RULE_CHANGE, "type_change", "typechange" },
};

const char *sk_print_type(const struct sk_print *p, uint32_t id)
{
	return p->text.types[id].s ? p->text.types[id].s : p->policy->type_by_id[id]->name;
}

const char *sk_print_role(const struct sk_print *p, uint32_t id)
{
	return p->policy->role_by_id[id] ? p->policy->role_by_id[id]->name : NULL;
}

const char *sk_print_user(const struct sk_print *p, uint32_t id)
{
	return p->policy->user_by_id[id] ? p->policy->user_by_id[id]->name : NULL;
}

const struct sk_common *sk_print_common(const struct sk_print *p, uint32_t value)
{
	for (uint32_t i = 0; i < p->policy->n_commons; i++)
		if (p->policy->commons[i].value == value)
			return &p->policy->commons[i];
	return NULL;
}

const char *sk_print_perm(const struct sk_perm *perms, uint32_t n, uint32_t value)
{
	for (uint32_t i = 0; i < n; i++)
		if (perms[i].value == value)
			return perms[i].name;
	return NULL;
}

const char *sk_print_class_perm(const struct sk_class *cls, uint32_t value)
{
	const char *name = sk_print_perm(cls->perms, cls->n_perms, value);

	return name || !cls->common ? name : sk_print_perm(cls->common->perms, cls->common->n_perms, value);
}

const char *sk_print_default_word(const struct sk_class *cls, enum sk_print_default which)
{
	static const char *const ranges[] = {
		[SK_DEFAULT_SOURCE_LOW] = "source low",
		[SK_DEFAULT_SOURCE_HIGH] = "source high",
		[SK_DEFAULT_SOURCE_LOW_HIGH] = "source low-high",
		[SK_DEFAULT_TARGET_LOW] = "target low",
		[SK_DEFAULT_TARGET_HIGH] = "target high",
		[SK_DEFAULT_TARGET_LOW_HIGH] = "target low-high",
		[SK_DEFAULT_GLBLUB] = "glblub",
	};

	switch (which) {
	case SK_PRINT_USER:
		return sk_default_word(cls->default_user);
	case SK_PRINT_ROLE:
		return sk_default_word(cls->default_role);
	case SK_PRINT_TYPE:
		return sk_default_word(cls->default_type);
	default:
		return cls->default_range < SK_ARRAY_LEN(ranges) ? ranges[cls->default_range] : NULL;
	}
}

/* Numbers of aliases are those of what they stand for, so more names than numbers means that there are some. */
size_t sk_print_sens_aliases(struct sk_print *p, uint32_t id)
{
	const struct sk_policy *policy = p->policy;
	size_t n = 0;

	if (policy->n_sens <= policy->n_sens_ids || !sk_print_room(p, policy->n_sens))
		return 0;
	for (uint32_t i = 0; i < policy->n_sens; i++)
		if (!policy->sens[i].primary && policy->sens[i].level.sens.v == id)
			p->list[n++] = policy->sens[i].name;
	return n;
}

size_t sk_print_cat_aliases(struct sk_print *p, uint32_t id)
{
	const struct sk_policy *policy = p->policy;
	size_t n = 0;

	if (policy->n_cats <= policy->n_cat_ids || !sk_print_room(p, policy->n_cats))
		return 0;
	for (uint32_t i = 0; i < policy->n_cats; i++)
		if (!policy->cats[i].primary && policy->cats[i].id.v == id)
			p->list[n++] = policy->cats[i].name;
	return n;
}

void sk_print_sid_name(struct sk_print *p, struct sk_buf *out, uint32_t sid)
{
	const char *name = sk_sid_word(p->policy->target, sid);

	sk_buf_adds(out, name ? name : "UNKNOWN");
	if (!name)
		sk_buf_add_uint(out, sid);
}

const struct sk_ocontext *sk_print_sid_entry(const struct sk_print *p, uint32_t sid)
{
	enum sk_ocontext_kind kind = p->policy->target == SK_TARGET_XEN ? SK_OCON_XEN_ISID : SK_OCON_ISID;

	for (uint32_t i = 0; i < p->policy->n_ocontexts[kind]; i++)
		if (p->policy->ocontexts[kind][i].u.sid == sid)
			return &p->policy->ocontexts[kind][i];
	return NULL;
}

static bool sk_xperm_bit(const struct sk_xperm *x, uint32_t i)
{
	return i < 256 && x->perms[i / 32] >> (i % 32) & 1;
}

/* Whole drivers are ranges from 0xX00 to 0xXff. */
bool sk_print_next_numbers(const struct sk_xperm *x, uint32_t *i, uint32_t *ret_low, uint32_t *ret_high)
{
	bool drivers = x->kind == SK_XPERM_IOCTL_DRIVER;
	uint32_t first, last;

	while (*i < 256 && !sk_xperm_bit(x, *i))
		++*i;
	if (*i >= 256)
		return false;
	first = last = *i;
	while (sk_xperm_bit(x, last + 1))
		last++;
	*ret_low = drivers ? first << 8 : (uint32_t)x->driver << 8 | first;
	*ret_high = drivers ? last << 8 | 0xff : (uint32_t)x->driver << 8 | last;
	*i = last + 1;
	return true;
}

uint32_t sk_print_perms_of(const struct sk_print *p, const struct sk_rule *rule)
{
	uint32_t perms = rule->kind == SK_RULE_AUDITDENY ? ~rule->data : rule->data;

	return perms & p->policy->class_by_id[rule->cls]->perm_mask;
}

size_t sk_print_genfs_length(struct sk_print *p, const struct sk_genfs *g, const struct sk_genfs_path *path)
{
	uint32_t wildcard = selkie_capability_find("genfs_seclabel_wildcard");
	size_t n = strlen(path->path);

	if (wildcard == SELKIE_CAPABILITY_NONE || !sk_bitset_has(&p->policy->capabilities, wildcard))
		return n;
	if (n && path->path[n - 1] == '*')
		return n - 1;
	sk_print_lacks(p, "the path '%s' of %s would get a '*' at its end", path->path, g->fstype);
	return n;
}
