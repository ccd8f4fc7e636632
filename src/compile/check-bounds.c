/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Bounds (libsepol: hierarchy.c). A bounded type may do nothing that its parent may not; a target that is bounded itself
 * stands for its own parent. A bounded role has no type and a bounded user no role that the parent lacks. In the policy
 * language a name with a dot is bounded by what stands before the last dot.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "compile/check.h"

/* Where a child's bounds are said, or where it is declared; there is one. */
static const struct sk_unit_stmt *sk_bounds_stmt(const struct sk_compiler *c, enum sk_unit_kind kind, uint32_t symbol)
{
	SK_EACH_STMT_OF(c, (uint32_t)kind, u, stmt, number) {
		if (c->ref_symbol[stmt->op[1]] == symbol)
			return stmt;
	}
	return sk_stmt_at(c, c->decls.list[c->symbols.list[symbol].first_decl].stmt, NULL);
}

/* Types that have a dot in their name and no bounds: by name. Roles and users have theirs from the front end. */
static void sk_bound_by_name(struct sk_compiler *c)
{
	struct sk_policy *p = c->policy;

	for (uint32_t id = 1; id <= c->n_plain_types; id++) {
		const struct sk_entity *s = &c->symbols.list[c->type_symbol[id]];
		const struct sk_unit_stmt *decl;
		const char *name = p->types[id - 1].name, *dot = strrchr(name, '.');
		struct sk_type_id parent;
		char *prefix;
		uint32_t u;

		if (!dot || p->types[id - 1].bounds.v || s->first_decl == SK_SPACE_NONE)
			continue;
		decl = sk_stmt_at(c, c->decls.list[s->first_decl].stmt, &u);
		if (c->units[u]->source == SK_UNIT_CIL)
			continue;
		prefix = sk_arena_strndup(&c->arena, name, (size_t)(dot - name));
		if (!prefix) {
			c->no_memory = true;
			return;
		}
		parent = sk_policy_find_type(p, prefix);
		if (parent.v && parent.v <= c->n_plain_types)
			p->types[id - 1].bounds = parent;
		else
			sk_compile_error_at(c, "E0809", decl, name, "type '%s' would be bounded by '%s', which does not exist",
					    name, prefix);
	}
}

static bool sk_check_circle(struct sk_compiler *c)
{
	const struct sk_policy *p = c->policy;
	bool good = true;

	for (uint32_t id = 1; id <= c->n_plain_types; id++) {
		uint32_t at = p->types[id - 1].bounds.v, steps = 0;

		while (at && at != id && steps++ <= c->n_plain_types)
			at = p->types[at - 1].bounds.v;
		if (at != id)
			continue;
		sk_compile_error_at(c, "E0809", sk_bounds_stmt(c, SK_UNIT_TYPE_BOUNDS, c->type_symbol[id]),
				    p->types[id - 1].name, "the bounds of type '%s' lead back to it", p->types[id - 1].name);
		good = false;
	}
	return good;
}

/* What a parent may do: vectors by branch, target and class. */
struct sk_bounding {
	struct sk_compiler *c;
	struct sk_map vectors;
	uint32_t child, parent;
};

static uint64_t sk_vector_key(uint32_t branch, uint32_t target, uint32_t cls)
{
	return (uint64_t)branch << 32 | (uint64_t)target << 16 | cls;
}

static int sk_add_vector(struct sk_bounding *b, uint32_t branch, uint32_t target, uint32_t cls, uint32_t data)
{
	uint32_t *value;

	if (sk_map_insert(&b->vectors, sk_vector_key(branch, target, cls), 0, &value, NULL))
		return -ENOMEM;
	*value |= data;
	return 0;
}

static uint32_t sk_vector(const struct sk_bounding *b, uint32_t branch, uint32_t target, uint32_t cls)
{
	const uint32_t *value = sk_map_find(&b->vectors, sk_vector_key(branch, target, cls));

	return value ? *value : 0;
}

static int sk_collect_vectors(struct sk_bounding *b)
{
	const struct sk_compiler *c = b->c;
	const struct sk_policy *p = c->policy;

	for (uint32_t i = 0; i < p->n_rules; i++) {
		const struct sk_rule *r = &p->rules[i];
		uint32_t branch;

		if (r->kind != SK_RULE_ALLOW || !sk_id_has(c, r->source, b->parent))
			continue;
		branch = sk_rule_branch(c, i);
		for (uint32_t t = 0; t < p->types_of[r->target].n; t++)
			if (sk_add_vector(b, branch, p->types_of[r->target].ids[t], r->cls, r->data))
				return -ENOMEM;
	}
	return 0;
}

static void sk_report_bounds(const struct sk_bounding *b, uint32_t rule, uint32_t target, uint32_t mask)
{
	struct sk_compiler *c = b->c;
	const struct sk_policy *p = c->policy;
	const struct sk_rule *r = &p->rules[rule];
	struct sk_diag *diag;
	char perms[1024];

	diag = sk_compile_error(c, "E0809", sk_rule_stmt(c, rule, mask), "this allows %s %s:%s %s, and '%s', which bounds it, may not",
				p->types[b->child - 1].name, p->types[target - 1].name, p->classes[r->cls - 1].name,
				sk_perms_text(c, r->cls, mask, perms, sizeof(perms)), p->types[b->parent - 1].name);
	sk_compile_note(c, diag, sk_bounds_stmt(c, SK_UNIT_TYPE_BOUNDS, c->type_symbol[b->child]), "the bounds are set here");
}

/* A rule is reported once. */
static void sk_check_child_rule(const struct sk_bounding *b, uint32_t rule)
{
	const struct sk_policy *p = b->c->policy;
	const struct sk_rule *r = &p->rules[rule];
	uint32_t branch = sk_rule_branch(b->c, rule);

	for (uint32_t t = 0; t < p->types_of[r->target].n; t++) {
		uint32_t target = p->types_of[r->target].ids[t];
		uint32_t as = p->types[target - 1].bounds.v ? p->types[target - 1].bounds.v : target;
		uint32_t bad = r->data & ~sk_vector(b, 0, as, r->cls);

		if (branch)
			bad &= ~sk_vector(b, branch, as, r->cls);
		for (uint32_t cond = 0; bad && cond < p->n_conds; cond++)
			bad &= ~(sk_vector(b, 1 + 2 * cond, as, r->cls) & sk_vector(b, 2 + 2 * cond, as, r->cls));
		if (bad) {
			sk_report_bounds(b, rule, target, bad);
			return;
		}
	}
}

static int sk_check_type(struct sk_compiler *c, uint32_t child)
{
	struct sk_bounding b = { .c = c, .child = child, .parent = c->policy->types[child - 1].bounds.v };
	const struct sk_policy *p = c->policy;
	int r = sk_collect_vectors(&b);

	for (uint32_t i = 0; !r && i < p->n_rules; i++)
		if (p->rules[i].kind == SK_RULE_ALLOW && sk_id_has(c, p->rules[i].source, child))
			sk_check_child_rule(&b, i);
	sk_map_done(&b.vectors);
	return r;
}

/* Roles and users: what a child has is all its parent's. */
static void sk_check_rest(struct sk_compiler *c)
{
	const struct sk_policy *p = c->policy;

	for (uint32_t i = 0; i < c->symbols.n; i++) {
		const struct sk_entity *s = &c->symbols.list[i];

		if (s->ns == SK_NS_ROLE && s->id && p->roles[s->id - 1].bounds.v) {
			const struct sk_role *child = &p->roles[s->id - 1], *parent = &p->roles[child->bounds.v - 1];

			for (uint32_t k = 0; k < child->types.n; k++)
				if (!sk_idset_has(&parent->types, child->types.ids[k])) {
					sk_compile_error_at(c, "E0809", sk_bounds_stmt(c, SK_UNIT_ROLE_BOUNDS, i), child->name,
							    "role '%s' has type '%s', and '%s', which bounds it, has not", child->name,
							    p->types[child->types.ids[k] - 1].name, parent->name);
					break;
				}
		}
		if (s->ns == SK_NS_USER && s->id && p->users[s->id - 1].bounds.v) {
			const struct sk_user *child = &p->users[s->id - 1], *parent = &p->users[child->bounds.v - 1];

			if (!sk_bitset_contains(&parent->roles, &child->roles))
				sk_compile_error_at(c, "E0809", sk_bounds_stmt(c, SK_UNIT_USER_BOUNDS, i), child->name,
						    "user '%s' has a role that '%s', which bounds it, has not", child->name,
						    parent->name);
		}
	}
}

int sk_check_bounds(struct sk_compiler *c)
{
	int r = 0;

	if (c->options->keep_unbounded)
		return 0;
	sk_bound_by_name(c);
	sk_check_rest(c);
	if (!sk_check_circle(c))
		return 0;
	for (uint32_t id = 1; !r && id <= c->n_plain_types; id++)
		if (c->policy->types[id - 1].bounds.v)
			r = sk_check_type(c, id);
	return c->no_memory ? -ENOMEM : r;
}
