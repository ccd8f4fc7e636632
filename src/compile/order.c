/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Orders that statements give: of classes, initial SIDs, sensitivities and categories. Several lists are put into one:
 * where a list has a name that is placed already, what follows it in the list is placed right after it, as secilc does.
 */
#include "compile/order.h"

#include <errno.h>
#include <string.h>

struct sk_ordering {
	struct sk_compiler *c;
	enum sk_ns ns;
	uint32_t *list;		/* symbols */
	uint32_t n;
};

static uint32_t sk_place_of(const struct sk_ordering *o, uint32_t symbol)
{
	for (uint32_t i = 0; i < o->n; i++)
		if (o->list[i] == symbol)
			return i;
	return o->n;
}

static void sk_insert_at(struct sk_ordering *o, uint32_t at, uint32_t symbol)
{
	memmove(o->list + at + 1, o->list + at, (o->n - at) * sizeof(*o->list));
	o->list[at] = symbol;
	o->n++;
}

/* Places one list. A name that is placed already and stands before the one that the list has before it is a conflict. */
static void sk_merge_list(struct sk_ordering *o, const struct sk_unit_stmt *stmt, const struct sk_name_set *set)
{
	uint32_t at = o->n, first = SK_SPACE_NONE;

	/* What comes before the first known name goes before it. */
	for (uint32_t i = 0; i < set->n && first == SK_SPACE_NONE; i++) {
		uint32_t symbol = set->items[i] < SK_SET_OP ? sk_meaning(o->c, set->items[i]) : SK_SPACE_NONE;

		if (symbol != SK_SPACE_NONE && sk_place_of(o, symbol) < o->n)
			first = sk_place_of(o, symbol);
	}
	if (first != SK_SPACE_NONE)
		at = first;
	for (uint32_t i = 0; i < set->n; i++) {
		uint32_t symbol, place;

		if (set->items[i] >= SK_SET_OP)
			continue;
		symbol = sk_need_symbol(o->c, stmt, set->items[i], SK_FLAVOR_PLAIN);
		if (symbol == SK_SPACE_NONE)
			continue;
		place = sk_place_of(o, symbol);
		if (place == o->n) {
			sk_insert_at(o, at++, symbol);
			continue;
		}
		if (place < at)
			sk_compile_error_at(o->c, "E0817", stmt, sk_ref_name(o->c, set->items[i]),
					    "'%s' stands in the order twice, or before what another order puts it after",
					    sk_ref_name(o->c, set->items[i]));
		at = place + 1;
	}
}

int sk_order_symbols(struct sk_compiler *c, enum sk_ns ns, enum sk_unit_kind order, uint32_t **ret_symbols,
		     uint32_t *ret_n)
{
	struct sk_ordering o = { .c = c, .ns = ns };
	uint32_t n = 0, n_placed;
	bool *placed;

	for (size_t i = 0; i < c->symbols.n; i++)
		n += c->symbols.list[i].ns == (uint32_t)ns && c->symbols.list[i].n_enabled &&
		     c->symbols.list[i].flavor != SK_FLAVOR_ALIAS;
	o.list = SK_ARENA_ARRAY(&c->arena, uint32_t, n + 1);
	placed = SK_ARENA_ARRAY(&c->arena, bool, c->symbols.n + 1);
	if (!o.list || !placed)
		return -ENOMEM;
	*ret_symbols = o.list;
	if (sk_is_all_cil(c))
		return sk_order_cil(c, ns, order, n, o.list, ret_n);
	SK_EACH_STMT_OF(c, (uint32_t)order, u, stmt, number)
		sk_merge_list(&o, stmt, &c->space->sets.list[stmt->op[0]]);
	n_placed = o.n;
	for (uint32_t i = 0; i < n_placed; i++)
		placed[o.list[i]] = true;
	for (uint32_t i = 0; i < c->symbols.n; i++)
		if (c->symbols.list[i].ns == (uint32_t)ns && c->symbols.list[i].n_enabled && !placed[i] &&
		    c->symbols.list[i].flavor != SK_FLAVOR_ALIAS)
			o.list[o.n++] = i;
	*ret_symbols = o.list;
	*ret_n = o.n;
	return 0;
}
