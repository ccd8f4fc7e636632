/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * CIL's deny rules: what they name is taken out of the allow rules, conditional ones included. secilc makes attributes of
 * what is left of a rule's sources and targets; here such a rule is written type by type, and allows the same.
 */
#include <errno.h>

#include "compile/rule.h"

int sk_compile_denies(struct sk_compiler *c)
{
	SK_EACH_STMT_OF(c, SK_UNIT_DENY, u, stmt, number) {
		struct sk_deny deny = { .flags = 0 };
		bool self;

		deny.flags = c->space->sets.list[stmt->op[1]].flags;
		self = deny.flags & (SK_SET_SELF | SK_SET_NOT_SELF | SK_SET_OTHER);
		deny.sources = sk_set_types(c, stmt, stmt->op[0]);
		deny.targets = self ? deny.sources : sk_set_types(c, stmt, stmt->op[1]);
		if (!deny.sources || !deny.targets || !sk_access_of(c, stmt, stmt->op[2], &deny.accesses))
			continue;
		if (SK_COMPILE_ADD(c->denies, deny))
			return -ENOMEM;
	}
	return c->no_memory ? -ENOMEM : 0;
}

static uint32_t sk_deny_mask(const struct sk_deny *deny, uint32_t cls)
{
	for (uint32_t i = 0; i < deny->accesses->n; i++)
		if (deny->accesses->items[i].cls == cls)
			return deny->accesses->items[i].mask;
	return 0;
}

static bool sk_is_denied_pair(const struct sk_deny *deny, uint32_t source, uint32_t target)
{
	if (!sk_bitset_has(deny->sources, source))
		return false;
	if (deny->flags & SK_SET_SELF)
		return source == target;
	if (deny->flags & SK_SET_NOT_SELF)
		return source != target;
	if (deny->flags & SK_SET_OTHER)
		return source != target && sk_bitset_has(deny->sources, target);
	return sk_bitset_has(deny->targets, target);
}

uint32_t sk_denied(const struct sk_compiler *c, uint32_t cls, uint32_t source, uint32_t target)
{
	uint32_t mask = 0;

	for (size_t i = 0; i < c->denies.n; i++)
		if (sk_is_denied_pair(&c->denies.list[i], source, target))
			mask |= sk_deny_mask(&c->denies.list[i], cls);
	return mask;
}

static bool sk_meets(const struct sk_deny *deny, const struct sk_pairs *pairs)
{
	for (uint32_t i = 0; i < pairs->sources->n; i++) {
		uint32_t source = pairs->sources->ids[i];

		if (!sk_bitset_has(deny->sources, source))
			continue;
		if (pairs->self && sk_is_denied_pair(deny, source, source))
			return true;
		for (uint32_t j = 0; j < pairs->targets->n; j++)
			if ((!pairs->not_self || pairs->targets->ids[j] != source) &&
			    sk_is_denied_pair(deny, source, pairs->targets->ids[j]))
				return true;
	}
	return false;
}

uint32_t sk_deny_concerns(const struct sk_compiler *c, uint32_t cls, const struct sk_pairs *pairs)
{
	uint32_t mask = 0, more;

	for (size_t i = 0; i < c->denies.n; i++) {
		more = sk_deny_mask(&c->denies.list[i], cls);
		if (more & ~mask && sk_meets(&c->denies.list[i], pairs))
			mask |= more;
	}
	return mask;
}
