/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which attributes that CIL declares are in the policy. As the reference compiler has it, one stays when a rule, a
 * neverallow or a constraint names it; it was said that it must, or must not; what compilers made up (cil_gen_require,
 * ..._typeattr_...) goes when only neverallows name it or when that was asked for; and one that only rules name goes when
 * it has fewer types than was asked for. Those that go are numbered behind all others, and rules name their types.
 */
#include <errno.h>
#include <string.h>

#include "compile/compiler.h"
#include "compile/type.h"

enum { SK_USED_RULE = 1, SK_USED_NEVERALLOW = 2, SK_USED_CONSTRAINT = 4 };

static void sk_use_set(struct sk_compiler *c, uint32_t number, uint8_t *used, uint8_t how)
{
	const struct sk_name_set *set = &c->space->sets.list[number];

	for (uint32_t i = 0; i < set->n + set->n_minus; i++) {
		uint32_t symbol = set->items[i] < SK_SET_OP ? sk_meaning(c, set->items[i]) : SK_SPACE_NONE;

		if (symbol != SK_SPACE_NONE)
			used[symbol] |= how;
	}
}

static void sk_use_constraint(struct sk_compiler *c, uint32_t number, uint8_t *used)
{
	const struct sk_unit_expr *expr = &c->space->exprs.list[number];

	for (uint32_t i = 0; i < expr->n; i++)
		if (expr->nodes[i].op == SK_UNIT_COMPARE_NAMES && c->space->sets.list[expr->nodes[i].a].ns == SK_NS_TYPE)
			sk_use_set(c, expr->nodes[i].a, used, SK_USED_CONSTRAINT);
}

static void sk_use_rule(struct sk_compiler *c, const struct sk_unit_stmt *stmt, uint8_t *used, uint8_t how)
{
	/* The source of a rule on itself does not count. */
	if (c->space->sets.list[stmt->op[1]].flags & (SK_SET_SELF | SK_SET_NOT_SELF | SK_SET_OTHER))
		return;
	sk_use_set(c, stmt->op[0], used, how);
	sk_use_set(c, stmt->op[1], used, how);
}

static void sk_find_uses(struct sk_compiler *c, uint8_t *used)
{
	SK_EACH_STMT(c, u, stmt, number) {
		switch (stmt->kind) {
		case SK_UNIT_ALLOW:
		case SK_UNIT_AUDITALLOW:
		case SK_UNIT_DONTAUDIT:
		case SK_UNIT_ALLOWX:
		case SK_UNIT_AUDITALLOWX:
		case SK_UNIT_DONTAUDITX:
			sk_use_rule(c, stmt, used, SK_USED_RULE);
			break;
		case SK_UNIT_NEVERALLOW:
		case SK_UNIT_NEVERALLOWX:
			sk_use_rule(c, stmt, used, SK_USED_NEVERALLOW);
			break;
		case SK_UNIT_CONSTRAIN:
		case SK_UNIT_MLS_CONSTRAIN:
		case SK_UNIT_VALIDATETRANS:
		case SK_UNIT_MLS_VALIDATETRANS:
			sk_use_constraint(c, stmt->op[1], used);
			break;
		default:
			break;
		}
	}
}

static bool sk_is_made_up(const char *name)
{
	return !strcmp(name, "cil_gen_require") || strstr(name, "_typeattr_");
}

/* What a made-up attribute of a neverallow is made of is used by the neverallow. */
static void sk_use_parts(struct sk_compiler *c, uint32_t symbol, uint8_t *used, unsigned int depth)
{
	for (uint32_t m = c->member_first[c->symbols.list[symbol].id]; m != SK_SPACE_NONE && depth < 64;
	     m = c->members.list[m].next) {
		const struct sk_name_set *set = &c->space->sets.list[sk_stmt_at(c, c->members.list[m].stmt, NULL)->op[1]];

		for (uint32_t i = 0; i < set->n; i++) {
			uint32_t part = set->items[i] < SK_SET_OP ? sk_meaning(c, set->items[i]) : SK_SPACE_NONE;

			if (part == SK_SPACE_NONE || c->symbols.list[part].flavor != SK_FLAVOR_ATTRIBUTE)
				continue;
			if (strstr(sk_symbol_name(c, part), "_typeattr_"))
				sk_use_parts(c, part, used, depth + 1);
			else
				used[part] |= SK_USED_NEVERALLOW;
		}
	}
}

static bool sk_stays(struct sk_compiler *c, uint32_t symbol, uint8_t used, uint32_t n_types)
{
	const struct sk_entity *s = &c->symbols.list[symbol];
	bool made_up = sk_is_made_up(sk_symbol_name(c, symbol));

	if (s->keep)
		return true;
	if (s->expand || !used)
		return false;
	if (used & SK_USED_CONSTRAINT)
		return true;
	if (used == SK_USED_NEVERALLOW)
		return !made_up;
	if (c->options->expand_generated && made_up)
		return false;
	return used != SK_USED_RULE || n_types >= c->options->expand_size;
}

/* The attributes that go are numbered last, the others as they were. */
static int sk_renumber(struct sk_compiler *c)
{
	uint32_t n = c->n_type_ids - c->n_plain_types, first = c->n_plain_types + 1, at = 0;
	uint32_t *symbols = SK_ARENA_ARRAY(&c->arena, uint32_t, (size_t)n + 1);
	uint32_t *members = SK_ARENA_ARRAY(&c->arena, uint32_t, (size_t)n + 1);
	uint8_t *states = SK_ARENA_ARRAY(&c->arena, uint8_t, (size_t)n + 1);
	struct sk_bitset *types = SK_ARENA_ARRAY(&c->arena, struct sk_bitset, (size_t)n + 1);

	if (!symbols || !members || !states || !types)
		return -ENOMEM;
	for (unsigned int dropped = 0; dropped < 2; dropped++) {
		c->n_kept_types = dropped ? c->n_kept_types : 0;
		for (uint32_t id = first; id <= c->n_type_ids; id++) {
			if (c->symbols.list[c->type_symbol[id]].dropped != dropped)
				continue;
			symbols[at] = c->type_symbol[id];
			members[at] = c->member_first[id];
			states[at] = c->attribute_state[id];
			types[at++] = c->attribute_types[id];
		}
		if (!dropped)
			c->n_kept_types = c->n_plain_types + at;
	}
	memcpy(c->type_symbol + first, symbols, n * sizeof(*symbols));
	memcpy(c->member_first + first, members, n * sizeof(*members));
	memcpy(c->attribute_state + first, states, n * sizeof(*states));
	memcpy(c->attribute_types + first, types, n * sizeof(*types));
	for (uint32_t id = first; id <= c->n_type_ids; id++)
		c->symbols.list[c->type_symbol[id]].id = id;
	return 0;
}

int sk_compile_kept(struct sk_compiler *c)
{
	uint8_t *used = SK_ARENA_ARRAY(&c->arena, uint8_t, c->symbols.n + 1);
	bool any = false;

	c->n_kept_types = c->n_type_ids;
	if (!used)
		return -ENOMEM;
	for (size_t u = 0; u < c->n_units; u++)
		any = any || c->units[u]->source == SK_UNIT_CIL;
	if (!any)
		return 0;
	sk_find_uses(c, used);
	for (uint32_t id = c->n_plain_types + 1; id <= c->n_type_ids; id++)
		if (used[c->type_symbol[id]] & SK_USED_NEVERALLOW &&
		    strstr(sk_symbol_name(c, c->type_symbol[id]), "_typeattr_"))
			sk_use_parts(c, c->type_symbol[id], used, 0);
	any = false;
	for (uint32_t id = c->n_plain_types + 1; id <= c->n_type_ids; id++) {
		struct sk_entity *s = &c->symbols.list[c->type_symbol[id]];
		const struct sk_bitset *types = sk_attribute_types(c, id);
		uint32_t unit;

		sk_stmt_at(c, c->decls.list[s->first_decl].stmt, &unit);
		if (!types || c->units[unit]->source != SK_UNIT_CIL)
			continue;
		s->dropped = !sk_stays(c, c->type_symbol[id], used[c->type_symbol[id]], sk_bitset_count(types));
		/* An attribute is in the policy whole, or not at all. */
		s->expand = false;
		s->spread = s->dropped || sk_bitset_count(types) < c->options->expand_size;
		any = any || s->dropped;
	}
	return any ? sk_renumber(c) : c->no_memory ? -ENOMEM : 0;
}
