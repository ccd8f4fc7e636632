/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Sensitivities and categories, which categories may go with which sensitivity, and levels and ranges. A sensitivity's
 * number is its place in the dominance; a range of categories is by the order in which they are numbered.
 */
#include <errno.h>
#include <string.h>

#include "compile/compiler.h"
#include "compile/order.h"
#include "compile/type.h"
#include "model/level.h"

static int sk_number_cats(struct sk_compiler *c)
{
	struct sk_policy *p = c->policy;
	uint32_t *order, n;

	if (sk_order_symbols(c, SK_NS_CAT, SK_UNIT_CATEGORY_ORDER, &order, &n))
		return -ENOMEM;
	p->cats = SK_ARENA_ARRAY(&p->arena, struct sk_cat, c->symbols.n + 1);
	if (!p->cats)
		return -ENOMEM;
	p->n_cat_ids = n;
	for (uint32_t i = 0; i < n; i++) {
		c->symbols.list[order[i]].id = i + 1;
		p->cats[p->n_cats++] = (struct sk_cat){ .name = sk_keep(c, sk_symbol_name(c, order[i])), .id = { i + 1 },
							.primary = true };
	}
	return 0;
}

static int sk_number_sens(struct sk_compiler *c)
{
	struct sk_policy *p = c->policy;
	uint32_t *order, n;

	if (sk_order_symbols(c, SK_NS_SENS, SK_UNIT_SENSITIVITY_ORDER, &order, &n))
		return -ENOMEM;
	p->sens = SK_ARENA_ARRAY(&p->arena, struct sk_sens, c->symbols.n + 1);
	if (!p->sens)
		return -ENOMEM;
	p->n_sens_ids = n;
	for (uint32_t i = 0; i < n; i++) {
		struct sk_sens *s = &p->sens[p->n_sens++];

		c->symbols.list[order[i]].id = i + 1;
		s->name = sk_keep(c, sk_symbol_name(c, order[i]));
		s->primary = true;
		s->level.sens.v = i + 1;
		if (sk_bitset_init(&s->level.cats, &p->arena, p->n_cat_ids + 1))
			return -ENOMEM;
	}
	return 0;
}

/* What an alias leads to, or SK_SPACE_NONE. */
static uint32_t sk_primary(const struct sk_compiler *c, uint32_t symbol)
{
	for (unsigned int hops = 0; symbol != SK_SPACE_NONE && c->symbols.list[symbol].flavor == SK_FLAVOR_ALIAS; hops++)
		symbol = hops > 64 ? SK_SPACE_NONE : c->symbols.list[symbol].alias_of;
	return symbol;
}

static void sk_fill_mls_aliases(struct sk_compiler *c)
{
	struct sk_policy *p = c->policy;

	for (uint32_t i = 0; i < c->symbols.n; i++) {
		const struct sk_entity *s = &c->symbols.list[i];
		uint32_t to;

		if (s->flavor != SK_FLAVOR_ALIAS || !s->n_enabled || (s->ns != SK_NS_SENS && s->ns != SK_NS_CAT))
			continue;
		to = sk_primary(c, i);
		if (to == SK_SPACE_NONE || !c->symbols.list[to].id)
			continue;
		if (s->ns == SK_NS_CAT)
			p->cats[p->n_cats++] = (struct sk_cat){ .name = sk_keep(c, sk_symbol_name(c, i)),
								.id = { c->symbols.list[to].id } };
		else
			p->sens[p->n_sens++] = (struct sk_sens){ .name = sk_keep(c, sk_symbol_name(c, i)),
								 .level = p->sens[c->symbols.list[to].id - 1].level };
	}
}

/* Adds a range of categories; both ends are references. */
static bool sk_add_cat_range(struct sk_compiler *c, const struct sk_unit_stmt *stmt, uint32_t low, uint32_t high,
			     struct sk_bitset *into)
{
	uint32_t from = sk_need_symbol(c, stmt, low, SK_FLAVOR_PLAIN);
	uint32_t to = sk_need_symbol(c, stmt, high, SK_FLAVOR_PLAIN);

	if (from == SK_SPACE_NONE || to == SK_SPACE_NONE)
		return false;
	if (c->symbols.list[from].id > c->symbols.list[to].id) {
		sk_compile_error_at(c, "E0811", stmt, sk_ref_name(c, low), "the range of categories from '%s' to '%s' runs backwards",
				    sk_ref_name(c, low), sk_ref_name(c, high));
		return false;
	}
	for (uint32_t id = c->symbols.list[from].id; id <= c->symbols.list[to].id; id++)
		sk_bitset_add(into, id);
	return true;
}

/*
 * Adds the categories of a set. In an expression an operand may be a range (two references and SK_SET_RANGE); each is
 * one row of the stack.
 */
static bool sk_add_cats(struct sk_compiler *c, const struct sk_unit_stmt *stmt, uint32_t number, struct sk_bitset *into)
{
	const struct sk_name_set *set = &c->space->sets.list[number];
	struct sk_bitset stack[64] = { 0 };
	uint32_t refs[64];
	size_t n = 0;
	bool good = true;

	if (!(set->flags & SK_SET_EXPR)) {
		for (uint32_t i = 0; i < set->n; i++)
			good &= sk_add_cat_range(c, stmt, set->items[i], set->items[i], into);
		return good;
	}
	for (uint32_t i = 0; i < set->n; i++) {
		uint32_t op = set->items[i];

		if (op < SK_SET_OP || op == SK_SET_ALL || op == SK_SET_EMPTY) {
			if (n == SK_ARRAY_LEN(stack)) {
				sk_compile_error(c, "E0816", stmt, "the expression is nested too deeply");
				return false;
			}
			if (sk_bitset_init(&stack[n], &c->arena, c->policy->n_cat_ids + 1)) {
				c->no_memory = true;
				return false;
			}
			for (uint32_t id = 1; op == SK_SET_ALL && id <= c->policy->n_cat_ids; id++)
				sk_bitset_add(&stack[n], id);
			if (op < SK_SET_OP)
				good &= sk_add_cat_range(c, stmt, op, op, &stack[n]);
			refs[n++] = op;
		} else if (op == SK_SET_NOT) {
			for (uint32_t id = 1; n && id <= c->policy->n_cat_ids; id++)
				stack[n - 1].words[id / 64] ^= (uint64_t)1 << (id % 64);
		} else if (n >= 2) {
			struct sk_bitset *to = &stack[n - 2], *from = &stack[n - 1];

			if (op == SK_SET_RANGE && refs[n - 2] < SK_SET_OP && refs[n - 1] < SK_SET_OP)
				good &= sk_add_cat_range(c, stmt, refs[n - 2], refs[n - 1], to);
			for (uint32_t w = 0; w < to->n_words; w++)
				to->words[w] = op == SK_SET_AND ? to->words[w] & from->words[w]
					     : op == SK_SET_XOR ? to->words[w] ^ from->words[w]
								: to->words[w] | from->words[w];
			n--;
		}
	}
	for (uint32_t w = 0; n && w < into->n_words; w++)
		into->words[w] |= stack[0].words[w];
	return good;
}

/* Marks what a statement says of sensitivities: that there is a level, or where they stand in the dominance. */
static void sk_mark_sens(struct sk_compiler *c, const struct sk_unit_stmt *stmt, bool *defined, bool *ordered)
{
	const struct sk_name_set *set = NULL;
	uint32_t symbol;

	if (stmt->kind == SK_UNIT_SENSITIVITY_ORDER)
		set = &c->space->sets.list[stmt->op[0]];
	else if (stmt->kind != SK_UNIT_SENSITIVITY_CATS)
		return;
	for (uint32_t i = 0; i < (set ? set->n : 1); i++) {
		symbol = sk_meaning(c, set ? set->items[i] : stmt->op[0]);
		if (symbol != SK_SPACE_NONE)
			(set ? ordered : defined)[c->symbols.list[symbol].id] = true;
	}
}

/* In the policy language each sensitivity stands in the dominance and has a level, though that may have no categories. */
static int sk_check_levels(struct sk_compiler *c)
{
	bool *defined = SK_ARENA_ARRAY(&c->arena, bool, (size_t)c->policy->n_sens_ids + 1);
	bool *ordered = SK_ARENA_ARRAY(&c->arena, bool, (size_t)c->policy->n_sens_ids + 1);
	uint32_t unit;

	if (!defined || !ordered)
		return -ENOMEM;
	SK_EACH_STMT_IN(c, SK_UNIT_SENSITIVITY_ORDER, SK_UNIT_SENSITIVITY_CATS, u, stmt, number)
		sk_mark_sens(c, stmt, defined, ordered);
	for (uint32_t i = 0; i < c->symbols.n; i++) {
		const struct sk_entity *s = &c->symbols.list[i];
		const struct sk_unit_stmt *stmt;

		if (s->ns != SK_NS_SENS || !s->id || (defined[s->id] && ordered[s->id]) || s->first_decl == SK_SPACE_NONE)
			continue;
		stmt = sk_stmt_at(c, c->decls.list[s->first_decl].stmt, &unit);
		if (c->units[unit]->source != SK_UNIT_CIL)
			sk_compile_error_at(c, "E0811", stmt, sk_symbol_name(c, i), defined[s->id]
					    ? "sensitivity '%s' does not stand in the dominance"
					    : "sensitivity '%s' has no level statement", sk_symbol_name(c, i));
	}
	return 0;
}

static int sk_compile_sens_cats(struct sk_compiler *c)
{
	SK_EACH_STMT_OF(c, SK_UNIT_SENSITIVITY_CATS, u, stmt, number) {
		uint32_t symbol;
		struct sk_level *level;

		symbol = sk_need_symbol(c, stmt, stmt->op[0], SK_FLAVOR_PLAIN);
		if (symbol == SK_SPACE_NONE || stmt->op[1] == SK_SPACE_NONE)
			continue;
		level = &c->policy->sens[c->symbols.list[symbol].id - 1].level;
		if (c->units[u]->source != SK_UNIT_CIL && sk_bitset_next(&level->cats, 0) != UINT32_MAX) {
			sk_compile_error_at(c, "E0803", stmt, sk_ref_name(c, stmt->op[0]),
					    "the categories of sensitivity '%s' are said already",
					    sk_ref_name(c, stmt->op[0]));
			continue;
		}
		sk_add_cats(c, stmt, stmt->op[1], &level->cats);
	}
	for (uint32_t i = 0; i < c->policy->n_sens_ids; i++)
		sk_bitset_trim(&c->policy->sens[i].level.cats);
	return 0;
}

int sk_compile_mls(struct sk_compiler *c)
{
	SK_EACH_STMT_OF(c, SK_UNIT_MLS, u, stmt, number) {
		c->policy->mls = stmt->op[0];
	}
	if (c->options->mls >= 0)
		c->policy->mls = c->options->mls;
	sk_compile_aliases(c, SK_NS_SENS, SK_UNIT_SENSITIVITY_ALIAS);
	sk_compile_aliases(c, SK_NS_CAT, SK_UNIT_CATEGORY_ALIAS);
	if (sk_number_cats(c) || sk_number_sens(c))
		return -ENOMEM;
	sk_compile_sens_cats(c);
	if (sk_check_levels(c))
		return -ENOMEM;
	sk_fill_mls_aliases(c);
	return c->no_memory ? -ENOMEM : 0;
}

static void sk_report_level(struct sk_compiler *c, const struct sk_unit_stmt *stmt, const struct sk_level *level)
{
	const struct sk_sens *sens = &c->policy->sens[level->sens.v - 1];

	for (uint32_t id = sk_bitset_next(&level->cats, 0); id != UINT32_MAX; id = sk_bitset_next(&level->cats, id + 1))
		if (!sk_bitset_has(&sens->level.cats, id)) {
			sk_compile_error_at(c, "E0811", stmt, sens->name, "category '%s' cannot go with sensitivity '%s'",
					    c->policy->cats[id - 1].name, sens->name);
			return;
		}
}

bool sk_level_of(struct sk_compiler *c, const struct sk_unit_stmt *stmt, uint32_t number, struct sk_level *ret_level)
{
	const struct sk_level_ref *ref = &c->space->levels.list[number];
	uint32_t symbol = sk_need_symbol(c, stmt, ref->sens, SK_FLAVOR_PLAIN);

	if (symbol == SK_SPACE_NONE)
		return false;
	ret_level->sens.v = c->symbols.list[symbol].id;
	if (sk_bitset_init(&ret_level->cats, &c->policy->arena, c->policy->n_cat_ids + 1)) {
		c->no_memory = true;
		return false;
	}
	if (ref->cats != SK_SPACE_NONE && !sk_add_cats(c, stmt, ref->cats, &ret_level->cats))
		return false;
	sk_bitset_trim(&ret_level->cats);
	/* CIL asks this of ranges only, and not of those of transitions: there the kernel does, if it has MLS. */
	if (stmt->kind == SK_UNIT_NAMED_LEVEL || (stmt->kind == SK_UNIT_USER_LEVEL && sk_is_all_cil(c)) ||
	    (stmt->kind == SK_UNIT_RANGE_TRANSITION && !c->policy->mls))
		return true;
	if (sk_bitset_contains(&c->policy->sens[ret_level->sens.v - 1].level.cats, &ret_level->cats))
		return true;
	sk_report_level(c, stmt, ret_level);
	return false;
}

bool sk_range_of(struct sk_compiler *c, const struct sk_unit_stmt *stmt, uint32_t number, struct sk_range *ret_range)
{
	const struct sk_range_ref *ref = &c->space->ranges.list[number];

	if (!sk_level_of(c, stmt, ref->low, &ret_range->low))
		return false;
	if (ref->high == ref->low)
		ret_range->high = ret_range->low;
	else if (!sk_level_of(c, stmt, ref->high, &ret_range->high))
		return false;
	/* Categories that come to none are more than none are, to secilc; but in transitions it does not look. */
	if (sk_is_all_cil(c) && stmt->kind != SK_UNIT_RANGE_TRANSITION &&
	    c->space->levels.list[ref->low].cats != SK_SPACE_NONE && c->space->levels.list[ref->high].cats == SK_SPACE_NONE) {
		sk_compile_error(c, "E0811", stmt, "the low level of the range has categories, and the high one has not");
		return false;
	}
	if (sk_level_dominates(&ret_range->high, &ret_range->low))
		return true;
	sk_compile_error(c, "E0811", stmt, "the high level of the range does not dominate the low one");
	return false;
}

void sk_check_range_names(struct sk_compiler *c, const struct sk_unit_stmt *stmt, uint32_t number)
{
	const struct sk_range_ref *ref = &c->space->ranges.list[number];
	struct sk_level level;

	sk_level_of(c, stmt, ref->low, &level);
	if (ref->high != ref->low)
		sk_level_of(c, stmt, ref->high, &level);
}

void sk_check_named_levels(struct sk_compiler *c)
{
	struct sk_bitset cats;
	struct sk_level level;
	struct sk_range range;

	if (sk_bitset_init(&cats, &c->arena, c->policy->n_cat_ids + 1)) {
		c->no_memory = true;
		return;
	}
	SK_EACH_STMT_IN(c, SK_UNIT_NAMED_CATS, SK_UNIT_NAMED_RANGE, u, stmt, number) {
		if (stmt->kind == SK_UNIT_NAMED_CATS)
			sk_add_cats(c, stmt, stmt->op[0], &cats);
		else if (stmt->kind == SK_UNIT_NAMED_LEVEL)
			sk_level_of(c, stmt, stmt->op[0], &level);
		else
			sk_range_of(c, stmt, stmt->op[0], &range);
	}
}
