/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Types, attributes and their aliases. Types are numbered before attributes, so that a set of types is a bitmap that
 * ends where the types end, and an attribute that is left out changes no number of a type. An attribute's types are
 * worked out when first asked for, so attributes may be named in attributes in any order; one that contains itself is a
 * mistake.
 */
#include <errno.h>
#include <string.h>

#include "compile/compiler.h"
#include "compile/type.h"

#define SK_TYPES_MOST 65535

enum { SK_NOT_BEGUN, SK_BEGUN, SK_DONE };

static int sk_number_types(struct sk_compiler *c)
{
	uint32_t n = 0, n_all = 0;

	for (size_t i = 0; i < c->symbols.n; i++)
		n_all += c->symbols.list[i].ns == SK_NS_TYPE && c->symbols.list[i].n_enabled &&
			 c->symbols.list[i].flavor != SK_FLAVOR_ALIAS;
	c->type_symbol = SK_ARENA_ARRAY(&c->arena, uint32_t, (size_t)n_all + 1);
	if (!c->type_symbol)
		return -ENOMEM;
	for (unsigned int attributes = 0; attributes < 2; attributes++) {
		for (uint32_t i = 0; i < c->symbols.n; i++) {
			struct sk_entity *s = &c->symbols.list[i];

			if (s->ns != SK_NS_TYPE || !s->n_enabled || s->flavor == SK_FLAVOR_ALIAS ||
			    (s->flavor == SK_FLAVOR_ATTRIBUTE) != attributes)
				continue;
			s->id = ++n;
			c->type_symbol[n] = i;
		}
		if (!attributes)
			c->n_plain_types = n;
	}
	c->n_type_ids = n;
	if (n <= SK_TYPES_MOST)
		return 0;
	sk_compile_error(c, "E0816", NULL, "there are %u types and attributes; a policy can have %u", n, SK_TYPES_MOST);
	return 0;
}

/* An alias must lead to something. */
static void sk_check_aliases(struct sk_compiler *c, uint32_t ns)
{
	for (uint32_t i = 0; i < c->symbols.n; i++) {
		const struct sk_entity *s = &c->symbols.list[i];
		uint32_t at = i;

		if (s->ns != ns || s->flavor != SK_FLAVOR_ALIAS || !s->n_enabled)
			continue;
		for (unsigned int hops = 0; at != SK_SPACE_NONE && c->symbols.list[at].flavor == SK_FLAVOR_ALIAS; hops++)
			at = hops > 64 ? SK_SPACE_NONE : c->symbols.list[at].alias_of;
		if (at == SK_SPACE_NONE)
			sk_compile_error_at(c, "E0812", sk_stmt_at(c, c->decls.list[s->first_decl].stmt, NULL),
					    sk_symbol_name(c, i), "alias '%s' stands for nothing", sk_symbol_name(c, i));
	}
}

/* What aliases stand for; a second statement may say it for one that was only declared. */
void sk_compile_aliases(struct sk_compiler *c, enum sk_ns ns, enum sk_unit_kind kind)
{
	SK_EACH_STMT_OF(c, (uint32_t)kind, u, stmt, number) {
		uint32_t alias, target;

		if (stmt->op[1] == SK_SPACE_NONE)
			continue;
		alias = sk_lookup(c, stmt->op[0]);
		target = sk_lookup(c, stmt->op[1]);
		if (target == SK_SPACE_NONE) {
			sk_compile_unknown(c, stmt, stmt->op[1], SK_FLAVOR_PLAIN);
			continue;
		}
		if (alias == SK_SPACE_NONE || c->symbols.list[alias].flavor != SK_FLAVOR_ALIAS)
			continue;
		if (c->symbols.list[alias].alias_of != SK_SPACE_NONE && c->symbols.list[alias].alias_of != target)
			sk_compile_error_at(c, "E0803", stmt, sk_ref_name(c, stmt->op[0]),
					    "alias '%s' stands for '%s' already", sk_symbol_name(c, alias),
					    sk_symbol_name(c, c->symbols.list[alias].alias_of));
		else
			c->symbols.list[alias].alias_of = target;
	}
	sk_check_aliases(c, ns);
}

/* Only CIL has attributes of attributes. */
static void sk_check_members(struct sk_compiler *c, uint32_t unit, const struct sk_unit_stmt *stmt)
{
	const struct sk_name_set *set = &c->space->sets.list[stmt->op[1]];

	if (c->units[unit]->source != SK_UNIT_CIL)
		for (uint32_t i = 0; i < set->n + set->n_minus; i++)
			sk_need_symbol(c, stmt, set->items[i], SK_FLAVOR_PLAIN);
}

/* Chains the statements that add types to each attribute. */
static int sk_chain_members(struct sk_compiler *c)
{
	c->member_first = sk_arena_alloc(&c->arena, ((size_t)c->n_type_ids + 1) * sizeof(uint32_t));
	c->attribute_state = SK_ARENA_ARRAY(&c->arena, uint8_t, (size_t)c->n_type_ids + 1);
	c->attribute_types = SK_ARENA_ARRAY(&c->arena, struct sk_bitset, (size_t)c->n_type_ids + 1);
	if (!c->member_first || !c->attribute_state || !c->attribute_types)
		return -ENOMEM;
	memset(c->member_first, 0xff, ((size_t)c->n_type_ids + 1) * sizeof(uint32_t));
	SK_EACH_STMT_OF(c, SK_UNIT_TYPE_ATTRIBUTE_SET, u, stmt, number) {
		struct sk_member member = { number, SK_SPACE_NONE };
		uint32_t attribute;

		attribute = sk_need_symbol(c, stmt, stmt->op[0], SK_FLAVOR_ATTRIBUTE);
		if (attribute == SK_SPACE_NONE)
			continue;
		sk_check_members(c, u, stmt);
		member.next = c->member_first[c->symbols.list[attribute].id];
		if (SK_COMPILE_ADD(c->members, member))
			return -ENOMEM;
		c->member_first[c->symbols.list[attribute].id] = (uint32_t)c->members.n - 1;
	}
	return 0;
}

const struct sk_bitset *sk_attribute_types(struct sk_compiler *c, uint32_t id)
{
	struct sk_bitset *types = &c->attribute_types[id];
	const struct sk_unit_stmt *stmt;

	if (c->attribute_state[id] == SK_DONE)
		return types;
	if (c->attribute_state[id] == SK_BEGUN) {
		stmt = sk_stmt_at(c, c->members.list[c->member_first[id]].stmt, NULL);
		sk_compile_error_at(c, "E0812", stmt, sk_symbol_name(c, c->type_symbol[id]),
				    "attribute '%s' contains itself", sk_symbol_name(c, c->type_symbol[id]));
		return NULL;
	}
	c->attribute_state[id] = SK_BEGUN;
	if (sk_bitset_init(types, &c->arena, c->n_plain_types + 1)) {
		c->no_memory = true;
		return NULL;
	}
	for (uint32_t m = c->member_first[id]; m != SK_SPACE_NONE; m = c->members.list[m].next) {
		stmt = sk_stmt_at(c, c->members.list[m].stmt, NULL);
		sk_add_types(c, stmt, stmt->op[1], types);
	}
	c->attribute_state[id] = SK_DONE;
	return types;
}

static void sk_compile_expansions(struct sk_compiler *c)
{
	SK_EACH_STMT_OF(c, SK_UNIT_EXPAND_ATTRIBUTE, u, stmt, number) {
		const struct sk_name_set *set;

		set = &c->space->sets.list[stmt->op[0]];
		for (uint32_t i = 0; i < set->n; i++) {
			uint32_t attribute = set->items[i] < SK_SET_OP
				? sk_need_symbol(c, stmt, set->items[i], SK_FLAVOR_ATTRIBUTE) : SK_SPACE_NONE;

			if (attribute == SK_SPACE_NONE)
				continue;
			if (stmt->op[1])
				c->symbols.list[attribute].expand = true;
			else
				c->symbols.list[attribute].keep = true;
			if (c->symbols.list[attribute].expand && c->symbols.list[attribute].keep &&
			    c->units[u]->source != SK_UNIT_CIL)
				sk_compile_error_at(c, "E0817", stmt, sk_ref_name(c, set->items[i]),
						    "attribute '%s' is to be expanded here, and elsewhere not to be",
						    sk_ref_name(c, set->items[i]));
		}
	}
}

static int sk_fill_types(struct sk_compiler *c)
{
	struct sk_policy *p = c->policy;
	uint32_t n = c->n_kept_types, at;

	for (size_t i = 0; i < c->symbols.n; i++)
		n += c->symbols.list[i].ns == SK_NS_TYPE && c->symbols.list[i].n_enabled &&
		     c->symbols.list[i].flavor == SK_FLAVOR_ALIAS;
	p->types = SK_ARENA_ARRAY(&p->arena, struct sk_type, (size_t)n + 1);
	if (!p->types)
		return -ENOMEM;
	p->n_type_ids = c->n_kept_types;
	for (uint32_t id = 1; id <= c->n_kept_types; id++) {
		struct sk_type *t = &p->types[p->n_types++];

		t->name = sk_keep(c, sk_symbol_name(c, c->type_symbol[id]));
		t->id.v = id;
		t->primary = true;
		t->attribute = id > c->n_plain_types;
		t->properties = SK_TYPE_PRIMARY | (t->attribute ? SK_TYPE_ATTRIBUTE : 0);
	}
	for (uint32_t i = 0; i < c->symbols.n; i++) {
		const struct sk_entity *s = &c->symbols.list[i];
		struct sk_type *t = &p->types[p->n_types];

		if (s->ns != SK_NS_TYPE || s->flavor != SK_FLAVOR_ALIAS || !s->n_enabled)
			continue;
		at = s->alias_of;
		for (unsigned int hops = 0; at != SK_SPACE_NONE && hops < 64 &&
					    c->symbols.list[at].flavor == SK_FLAVOR_ALIAS; hops++)
			at = c->symbols.list[at].alias_of;
		if (at == SK_SPACE_NONE || !c->symbols.list[at].id || c->symbols.list[at].dropped)
			continue;
		t->name = sk_keep(c, sk_symbol_name(c, i));
		t->id.v = c->symbols.list[at].id;
		t->attribute = t->id.v > c->n_plain_types;
		p->n_types++;
	}
	return 0;
}

/* attributes_of by counting: one pass for the sizes, one to fill. */
static int sk_fill_attributes(struct sk_compiler *c)
{
	struct sk_policy *p = c->policy;
	uint32_t *counts = SK_ARENA_ARRAY(&c->arena, uint32_t, (size_t)c->n_kept_types + 1), *ids;
	size_t total = c->n_kept_types;

	p->attributes_of = SK_ARENA_ARRAY(&p->arena, struct sk_idset, (size_t)c->n_kept_types + 1);
	if (!counts || !p->attributes_of ||
	    sk_bitset_init(&p->not_own_attribute, &p->arena, c->n_kept_types + 1))
		return -ENOMEM;
	for (uint32_t a = c->n_plain_types + 1; a <= c->n_kept_types; a++) {
		const struct sk_bitset *types = sk_attribute_types(c, a);

		if (c->symbols.list[c->type_symbol[a]].expand)
			sk_bitset_add(&p->not_own_attribute, a);
		for (uint32_t t = types ? sk_bitset_next(types, 1) : UINT32_MAX;
		     t != UINT32_MAX && !c->symbols.list[c->type_symbol[a]].expand; t = sk_bitset_next(types, t + 1)) {
			counts[t]++;
			total++;
		}
	}
	sk_bitset_trim(&p->not_own_attribute);
	ids = SK_ARENA_ARRAY(&p->arena, uint32_t, total);
	if (!ids)
		return -ENOMEM;
	for (uint32_t t = 1; t <= c->n_kept_types; t++) {
		p->attributes_of[t].ids = ids;
		p->attributes_of[t].n = 1;
		ids[0] = t;
		ids += counts[t] + 1;
	}
	for (uint32_t a = c->n_plain_types + 1; a <= c->n_kept_types; a++) {
		const struct sk_bitset *types = sk_attribute_types(c, a);

		for (uint32_t t = types ? sk_bitset_next(types, 1) : UINT32_MAX;
		     t != UINT32_MAX && !c->symbols.list[c->type_symbol[a]].expand; t = sk_bitset_next(types, t + 1))
			p->attributes_of[t].ids[p->attributes_of[t].n++] = a;
	}
	return 0;
}

static int sk_compile_flags(struct sk_compiler *c)
{
	struct sk_policy *p = c->policy;

	if (sk_bitset_init(&p->permissive, &p->arena, c->n_type_ids + 1) ||
	    sk_bitset_init(&p->neveraudit, &p->arena, c->n_type_ids + 1))
		return -ENOMEM;
	SK_EACH_STMT_IN(c, SK_UNIT_TYPE_PERMISSIVE, SK_UNIT_TYPE_NEVERAUDIT, u, stmt, number) {
		uint32_t type;

		type = sk_need_symbol(c, stmt, stmt->op[0], SK_FLAVOR_PLAIN);
		if (type != SK_SPACE_NONE)
			sk_bitset_add(stmt->kind == SK_UNIT_TYPE_PERMISSIVE ? &p->permissive : &p->neveraudit,
				      c->symbols.list[type].id);
	}
	sk_bitset_trim(&p->permissive);
	sk_bitset_trim(&p->neveraudit);
	return 0;
}

static int sk_compile_type_bounds(struct sk_compiler *c)
{
	SK_EACH_STMT_OF(c, SK_UNIT_TYPE_BOUNDS, u, stmt, number) {
		uint32_t parent, child;
		struct sk_type *t;

		parent = sk_need_symbol(c, stmt, stmt->op[0], SK_FLAVOR_PLAIN);
		child = sk_need_symbol(c, stmt, stmt->op[1], SK_FLAVOR_PLAIN);
		if (parent == SK_SPACE_NONE || child == SK_SPACE_NONE)
			continue;
		t = &c->policy->types[c->symbols.list[child].id - 1];
		if (t->bounds.v && (t->bounds.v != c->symbols.list[parent].id || c->units[u]->source == SK_UNIT_CIL))
			sk_compile_error_at(c, "E0817", stmt, t->name, "type '%s' is bounded by '%s' already", t->name,
					    c->policy->types[t->bounds.v - 1].name);
		else
			t->bounds.v = c->symbols.list[parent].id;
	}
	return 0;
}

int sk_compile_types(struct sk_compiler *c)
{
	sk_compile_aliases(c, SK_NS_TYPE, SK_UNIT_TYPE_ALIAS);
	if (sk_number_types(c) || sk_chain_members(c))
		return -ENOMEM;
	c->sets = SK_ARENA_ARRAY(&c->arena, struct sk_set_value, c->space->sets.n + 1);
	if (!c->sets || sk_bitset_init(&c->all_types, &c->arena, c->n_plain_types + 1))
		return -ENOMEM;
	for (uint32_t id = 1; id <= c->n_plain_types; id++)
		sk_bitset_add(&c->all_types, id);
	sk_compile_expansions(c);
	if (sk_compile_kept(c) || sk_fill_types(c) || sk_fill_attributes(c) || sk_compile_flags(c))
		return -ENOMEM;
	sk_compile_type_bounds(c);
	return c->no_memory ? -ENOMEM : 0;
}
