/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the checks over the whole policy share: from a rule back to the statements that gave it.
 */
#include "compile/check.h"

#include <stdio.h>
#include <string.h>

#include "compile/rule.h"

int sk_check_content(struct sk_compiler *c)
{
	const struct sk_policy *p = c->policy;

	if (!sk_is_all_cil(c))
		return 0;
	if (!c->n_sids)
		sk_compile_error(c, "E0826", NULL, "the policy has no initial SID; it needs at least one, and an order of them");
	if (!p->n_unconditional)
		sk_compile_error(c, "E0826", NULL, "the policy has no rule; it needs at least one that is not in a booleanif");
	return 0;
}

uint32_t sk_rule_branch(const struct sk_compiler *c, uint32_t rule)
{
	const struct sk_policy *p = c->policy;
	uint32_t lo = 0, hi = p->n_conds;

	if (rule < p->n_unconditional)
		return 0;
	while (hi - lo > 1) {
		uint32_t mid = lo + (hi - lo) / 2;

		if (p->conds[mid].first_true <= rule)
			lo = mid;
		else
			hi = mid;
	}
	return 1 + 2 * lo + (rule >= p->conds[lo].first_false);
}

const struct sk_unit_stmt *sk_rule_stmt(const struct sk_compiler *c, uint32_t rule, uint32_t mask)
{
	const struct sk_rule *r = &c->policy->rules[rule];
	uint64_t key = sk_rule_key(c, sk_rule_branch(c, rule), r->source, r->target, r->cls, sk_kind_number(r->kind));
	const struct sk_record *first;

	if (r->kind & SK_RULES_XPERM)
		return sk_stmt_at(c, c->extended.list[sk_find_extended(c, key)].stmt, NULL);
	first = &c->records.list[sk_find_record(c, key)];
	for (const struct sk_record *i = first; i < c->records.list + c->records.n && i->key == key; i++)
		if (i->data & mask)
			return sk_stmt_at(c, i->stmt, NULL);
	return sk_stmt_at(c, first->stmt, NULL);
}

const char *sk_perms_text(const struct sk_compiler *c, uint32_t cls, uint32_t mask, char *buffer, size_t size)
{
	const struct sk_class *k = &c->policy->classes[cls - 1];
	bool many = mask & (mask - 1);
	size_t n = 0;

	buffer[0] = '\0';
	for (uint32_t i = 0; i < 32 && n < size; i++)
		if (mask >> i & 1 && k->perm_names[i])
			n += (size_t)snprintf(buffer + n, size - n, "%s%s", n ? " " : many ? "{ " : "", k->perm_names[i]);
	if (many && n < size)
		snprintf(buffer + n, size - n, " }");
	return buffer;
}
