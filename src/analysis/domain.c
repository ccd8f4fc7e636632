/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What each domain of a policy is exposed to and which sensitive accesses it has: one pass over the allow rules, each of
 * which is looked at once for all the types it stands for.
 */
#include "analysis/domain.h"

#include <errno.h>
#include <string.h>

struct sk_domain_pass {
	const struct sk_policy *p;
	const struct sk_sensitive *sensitive;
	struct sk_domains *domains;
	uint64_t *rows_at; /* by target id, where known */
	uint8_t *known_at;
	uint32_t *binds, *connects; /* by class: these permissions */
	uint32_t process;	    /* class id, or 0 */
	uint64_t across;
};

static void sk_domain_expose(struct sk_domain_pass *pass, uint32_t source,
			     enum selkie_exposure exposure)
{
	const struct sk_idset *types = &pass->p->types_of[source];

	for (uint32_t i = 0; i < types->n; i++)
		if (pass->domains->exposure[types->ids[i]] < exposure)
			pass->domains->exposure[types->ids[i]] = (uint8_t)exposure;
}

static uint64_t sk_domain_rows_at(struct sk_domain_pass *pass, uint32_t target)
{
	if (!pass->known_at[target]) {
		pass->rows_at[target] =
			sk_sensitive_rows_at(pass->sensitive, (struct sk_type_id){ target });
		pass->known_at[target] = 1;
	}
	return pass->rows_at[target];
}

static void sk_domain_rule(struct sk_domain_pass *pass, const struct sk_rule *rule)
{
	const struct sk_idset *types = &pass->p->types_of[rule->source];
	const struct sk_idset *targets = &pass->p->types_of[rule->target];
	uint64_t rows;

	if (rule->data & pass->binds[rule->cls])
		sk_domain_expose(pass, rule->source, SELKIE_EXPOSURE_LISTENS);
	if (rule->data & pass->connects[rule->cls])
		sk_domain_expose(pass, rule->source, SELKIE_EXPOSURE_CONNECTS);
	if (rule->cls == pass->process)
		for (uint32_t i = 0; i < types->n; i++)
			pass->domains->is[types->ids[i]] = 1;
	rows = sk_sensitive_rows_of(pass->sensitive, (struct sk_class_id){ rule->cls }, rule->data);
	if (rows)
		rows &= sk_domain_rows_at(pass, rule->target);
	for (uint32_t i = 0; rows && i < types->n; i++) {
		bool self = targets->n == 1 && targets->ids[0] == types->ids[i];

		pass->domains->rows[types->ids[i]] |= self ? rows & ~pass->across : rows;
	}
}

static void sk_domain_rules(struct sk_domain_pass *pass, uint32_t first, uint32_t n)
{
	for (uint32_t i = first; i < first + n; i++)
		if (pass->p->rules[i].kind == SK_RULE_ALLOW)
			sk_domain_rule(pass, &pass->p->rules[i]);
}

/* Who is behind a terminal is as unknown as who is behind a connection. */
static void sk_domain_users(struct sk_domain_pass *pass)
{
	static const char *const attributes[] = { "unpriv_userdomain", "userdomain" };
	struct sk_type_id id = { 0 };

	for (size_t i = 0; i < SK_ARRAY_LEN(attributes) && !id.v; i++)
		id = sk_policy_find_type(pass->p, attributes[i]);
	if (id.v)
		sk_domain_expose(pass, id.v, SELKIE_EXPOSURE_USER);
}

int sk_domains_make(struct sk_domains *domains, struct sk_arena *arena,
		    const struct sk_state *state, const struct sk_sensitive *sensitive)
{
	const struct sk_policy *p = state->policy;
	size_t n = (size_t)p->n_type_ids + 1;
	struct sk_domain_pass pass = { .p = p, .sensitive = sensitive, .domains = domains };

	domains->exposure = SK_ARENA_ARRAY(arena, uint8_t, n);
	domains->rows = SK_ARENA_ARRAY(arena, uint64_t, n);
	domains->is = SK_ARENA_ARRAY(arena, uint8_t, n);
	pass.rows_at = SK_ARENA_ARRAY(arena, uint64_t, n);
	pass.known_at = SK_ARENA_ARRAY(arena, uint8_t, n);
	pass.binds = SK_ARENA_ARRAY(arena, uint32_t, (size_t)p->n_class_ids + 1);
	pass.connects = SK_ARENA_ARRAY(arena, uint32_t, (size_t)p->n_class_ids + 1);
	if (!domains->exposure || !domains->rows || !domains->is || !pass.rows_at ||
	    !pass.known_at || !pass.binds || !pass.connects)
		return -ENOMEM;
	pass.process = sk_policy_find_class(p, "process").v;
	pass.across = sk_sensitive_rows_across();
	for (uint32_t i = 0; i < p->n_classes; i++) {
		pass.binds[p->classes[i].id.v] = sk_class_find_perm(&p->classes[i], "name_bind");
		pass.connects[p->classes[i].id.v] =
			sk_class_find_perm(&p->classes[i], "name_connect");
	}
	sk_domain_users(&pass);
	sk_domain_rules(&pass, 0, p->n_unconditional);
	for (uint32_t c = 0; c < p->n_conds; c++) {
		if (sk_state_in_force(state, c, true))
			sk_domain_rules(&pass, p->conds[c].first_true, p->conds[c].n_true);
		if (sk_state_in_force(state, c, false))
			sk_domain_rules(&pass, p->conds[c].first_false, p->conds[c].n_false);
	}
	return 0;
}
