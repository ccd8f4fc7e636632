/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The stages of a compilation, in their order, and what holds it together.
 */
#include "compile/compile.h"

#include <errno.h>
#include <string.h>

#include "compile/compiler.h"

/* Statements by kind, each counted and then put in its place. */
static int sk_index_stmts(struct sk_compiler *c)
{
	uint32_t at[SK_UNIT_N_KINDS];

	c->of_kind = SK_ARENA_ARRAY(&c->arena, uint32_t, (size_t)c->n_stmts + 1);
	if (!c->of_kind)
		return -ENOMEM;
	for (size_t u = 0; u < c->n_units; u++)
		for (size_t i = 0; i < c->units[u]->stmts.n; i++)
			c->first_of_kind[c->units[u]->stmts.list[i].kind + 1]++;
	for (uint32_t k = 0; k < SK_UNIT_N_KINDS; k++) {
		c->first_of_kind[k + 1] += c->first_of_kind[k];
		at[k] = c->first_of_kind[k];
	}
	for (size_t u = 0; u < c->n_units; u++)
		for (uint32_t i = 0; i < c->units[u]->stmts.n; i++)
			c->of_kind[at[c->units[u]->stmts.list[i].kind]++] = c->first_stmt[u] + i;
	return 0;
}

static int sk_compiler_init(struct sk_compiler *c, struct sk_space *space, const struct sk_unit *const *units,
			    size_t n_units, const struct sk_compile_options *options)
{
	memset(c, 0, sizeof(*c));
	c->space = space;
	c->units = units;
	c->n_units = n_units;
	c->options = options;
	c->diags = space->diags;
	c->names = space->names;
	c->policy = sk_policy_new();
	c->first_stmt = SK_ARENA_ARRAY(&c->arena, uint32_t, n_units + 1);
	c->ref_symbol = sk_arena_alloc(&c->arena, (space->refs.n + 1) * sizeof(*c->ref_symbol));
	if (!c->policy || !c->first_stmt || !c->ref_symbol)
		return -ENOMEM;
	for (size_t u = 0; u < n_units; u++)
		c->first_stmt[u + 1] = c->first_stmt[u] + (uint32_t)units[u]->stmts.n;
	c->n_stmts = c->first_stmt[n_units];
	for (size_t i = 0; i < space->refs.n; i++)
		c->ref_symbol[i] = SK_REF_UNKNOWN;
	return sk_index_stmts(c);
}

static void sk_compiler_done(struct sk_compiler *c)
{
	sk_map_done(&c->by_name);
	sk_map_done(&c->perm_values);
	sk_map_done(&c->member_sets);
	sk_map_done(&c->never_sets);
	free(c->symbols.list);
	free(c->decls.list);
	free(c->needs);
	free(c->members.list);
	free(c->member_rows.list);
	free(c->records.list);
	free(c->extended.list);
	free(c->denies.list);
	free(c->conds.list);
	free(c->neverallows.list);
	free(c->facts.list);
	free(c->noted.list);
	sk_arena_done(&c->arena);
	selkie_policy_free(c->policy);
}

static int sk_seal(struct sk_compiler *c)
{
	const char *name = NULL;
	enum sk_symbol table;
	int r = sk_policy_seal(c->policy, &table, &name);

	if (r != -EEXIST)
		return r;
	sk_compile_error(c, "E0803", NULL, "the name '%s' stands twice in the policy", name);
	return 0;
}

/*
 * Stages. After a group in which something was wrong, statements are missing, and what may follow from that is not told
 * (error.c); what is wrong by itself is, to the end.
 */
static int sk_run_stages(struct sk_compiler *c)
{
	static int (*const stages[])(struct sk_compiler *c) = {
		sk_compile_symbols, sk_compile_blocks, NULL,
		sk_compile_header, sk_compile_roles, sk_compile_classes, sk_compile_types, NULL,
		sk_compile_mls, sk_compile_role_parts, sk_compile_users, sk_compile_bools, sk_compile_rules,
		sk_compile_transitions, sk_compile_constraints, sk_compile_contexts, NULL,
		sk_origins_note, sk_seal, sk_check_content, sk_check_bounds, sk_check_neverallow, NULL,
		sk_optimize_conditionals, sk_origins_number, sk_optimize_rules,
	};

	for (size_t u = 0; u < c->n_units; u++)
		c->damaged |= c->units[u]->damaged;
	if (c->damaged && sk_lost_collect(&c->space->lost, c->diags, c->space->sources, c->names))
		return -ENOMEM;
	for (size_t i = 0; i < SK_ARRAY_LEN(stages); i++) {
		int r = stages[i] ? stages[i](c) : 0;

		if (r)
			return r;
		if (stages[i])
			continue;
		c->damaged |= c->errors != 0;
		c->space->lost.all |= c->lost_unit;
	}
	return c->damaged || c->errors ? SK_COMPILE_REFUSED : 0;
}

static int sk_give_enabled(const struct sk_compiler *c, bool **ret_enabled)
{
	*ret_enabled = malloc(c->space->blocks.n + 1);
	if (!*ret_enabled)
		return -ENOMEM;
	memcpy(*ret_enabled, c->enabled, c->space->blocks.n * sizeof(**ret_enabled));
	return 0;
}

int sk_compile(struct sk_space *space, const struct sk_unit *const *units, size_t n_units,
	       const struct sk_compile_options *options, struct sk_policy **ret_policy, struct sk_origins **ret_origins)
{
	struct sk_compiler c;
	int r = sk_compiler_init(&c, space, units, n_units, options), made;

	c.want_origins = ret_origins;
	if (ret_origins)
		*ret_origins = NULL;
	if (!r)
		r = sk_origins_begin(&c);
	if (!r)
		r = sk_run_stages(&c);
	if (!r && options->ret_enabled)
		r = sk_give_enabled(&c, options->ret_enabled);
	made = sk_origins_end(&c, !r, ret_origins);
	r = r ? r : made;
	if (!r) {
		*ret_policy = c.policy;
		c.policy = NULL;
	}
	sk_compiler_done(&c);
	return r;
}
