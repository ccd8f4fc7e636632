/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * CIL's orders. Lists are merged into one as the reference compiler merges them: a list that shares no name with what
 * there is waits until one does; what a list has before a shared name is put before it, what it has behind its last
 * shared name is put behind that one only when it was the end. At the end each name must stand next to one that some list
 * has next to it, and every name that CIL declares must be in the order.
 */
#include <errno.h>
#include <string.h>

#include "compile/order.h"

struct sk_order_list {
	const struct sk_unit_stmt *stmt;
	uint32_t n;
	uint32_t *symbols;
	bool merged, unordered;
};

struct sk_cil_order {
	struct sk_compiler *c;
	enum sk_ns ns;
	SK_PARTS(struct sk_order_list) lists;
	uint32_t *list;		/* symbols */
	uint32_t n, room;
	bool *placed;		/* by symbol */
};

static int sk_take_lists(struct sk_cil_order *o, enum sk_unit_kind kind)
{
	struct sk_compiler *c = o->c;

	SK_EACH_STMT_OF(c, (uint32_t)kind, u, stmt, number) {
		struct sk_order_list list = { .stmt = stmt };
		const struct sk_name_set *set;

		set = &c->space->sets.list[stmt->op[0]];
		list.unordered = set->flags & SK_SET_UNORDERED;
		list.symbols = SK_ARENA_ARRAY(&c->arena, uint32_t, (size_t)set->n + 1);
		if (!list.symbols)
			return -ENOMEM;
		for (uint32_t i = 0; i < set->n; i++) {
			uint32_t symbol = sk_need_symbol(c, stmt, set->items[i], SK_FLAVOR_PLAIN);

			if (symbol != SK_SPACE_NONE)
				list.symbols[list.n++] = symbol;
		}
		if (SK_COMPILE_ADD(o->lists, list))
			return -ENOMEM;
	}
	return 0;
}

/* Inserts a stretch of a list. False when something of it is placed already. */
static bool sk_insert_stretch(struct sk_cil_order *o, uint32_t at, const uint32_t *symbols, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++, at++) {
		if (o->placed[symbols[i]] || o->n == o->room)
			return false;
		memmove(o->list + at + 1, o->list + at, (o->n - at) * sizeof(*o->list));
		o->list[at] = symbols[i];
		o->placed[symbols[i]] = true;
		o->n++;
	}
	return true;
}

static bool sk_merge(struct sk_cil_order *o, const struct sk_order_list *list)
{
	uint32_t first = 0, i = 0, old = 0, behind = 0;	/* behind: where to insert */

	if (!list->n)
		return true;
	if (!o->n)
		return sk_insert_stretch(o, 0, list->symbols, list->n);
	while (i < list->n && old < o->n) {
		uint32_t at = o->n;

		for (; i < list->n; i++) {
			for (at = old; at < o->n && o->list[at] != list->symbols[i]; at++)
				;
			if (at < o->n)
				break;
		}
		if (i == list->n)
			break;
		if (i != first) {
			if (!sk_insert_stretch(o, at, list->symbols + first, i - first))
				return false;
			at += i - first;
		}
		first = ++i;
		behind = old = at + 1;
	}
	if (i == list->n)
		return first == list->n;
	return sk_insert_stretch(o, behind, list->symbols + i, list->n - i);
}

static void sk_merge_all(struct sk_cil_order *o)
{
	bool changed = true, waiting = true;

	while (changed && waiting) {
		changed = waiting = false;
		for (size_t k = 0; k < o->lists.n; k++) {
			struct sk_order_list *list = &o->lists.list[k];

			if (list->merged || list->unordered)
				continue;
			list->merged = sk_merge(o, list);
			changed |= list->merged;
			waiting |= !list->merged;
		}
	}
	for (size_t k = 0; waiting && k < o->lists.n; k++)
		if (!o->lists.list[k].merged && !o->lists.list[k].unordered)
			sk_compile_error(o->c, "E0817", o->lists.list[k].stmt,
					 "this order cannot be put into one with the others");
}

/* Whether a list has b right behind a; SK_SPACE_NONE: the beginning or the end. */
static bool sk_is_next(const struct sk_order_list *list, uint32_t a, uint32_t b)
{
	if (a == SK_SPACE_NONE)
		return list->n && list->symbols[0] == b;
	if (b == SK_SPACE_NONE)
		return list->n && list->symbols[list->n - 1] == a;
	for (uint32_t i = 1; i < list->n; i++)
		if (list->symbols[i - 1] == a && list->symbols[i] == b)
			return true;
	return false;
}

static void sk_verify(struct sk_cil_order *o)
{
	for (uint32_t i = 0; i <= o->n && o->n; i++) {
		uint32_t a = i ? o->list[i - 1] : SK_SPACE_NONE, b = i < o->n ? o->list[i] : SK_SPACE_NONE;
		bool found = false;

		for (size_t k = 0; k < o->lists.n && !found; k++)
			found = !o->lists.list[k].unordered && sk_is_next(&o->lists.list[k], a, b);
		if (!found)
			sk_compile_error(o->c, "E0817", o->lists.list[0].stmt, "the orders leave open what stands next to '%s'",
					 sk_symbol_name(o->c, a == SK_SPACE_NONE ? b : a));
	}
}

static void sk_append_unordered(struct sk_cil_order *o)
{
	for (size_t k = 0; k < o->lists.n; k++)
		for (uint32_t i = 0; o->lists.list[k].unordered && i < o->lists.list[k].n; i++)
			if (!o->placed[o->lists.list[k].symbols[i]])
				sk_insert_stretch(o, o->n, &o->lists.list[k].symbols[i], 1);
}

static const char *sk_order_word(enum sk_ns ns)
{
	return ns == SK_NS_CLASS ? "classorder" : ns == SK_NS_SID ? "sidorder" : ns == SK_NS_CAT ? "categoryorder"
											      : "sensitivityorder";
}

static void sk_check_complete(struct sk_cil_order *o)
{
	struct sk_compiler *c = o->c;

	for (uint32_t i = 0; i < c->symbols.n; i++) {
		const struct sk_entity *s = &c->symbols.list[i];

		if (s->ns != (uint32_t)o->ns || !s->n_enabled || s->flavor == SK_FLAVOR_ALIAS || o->placed[i])
			continue;
		sk_insert_stretch(o, o->n, &i, 1);
		if (s->first_decl != SK_SPACE_NONE)
			sk_compile_error_at(c, "E0817", sk_stmt_at(c, c->decls.list[s->first_decl].stmt, NULL),
					    sk_symbol_name(c, i), "'%s' is in no %s", sk_symbol_name(c, i), sk_order_word(o->ns));
	}
}

int sk_order_cil(struct sk_compiler *c, enum sk_ns ns, enum sk_unit_kind order, uint32_t room, uint32_t *list,
		 uint32_t *ret_n)
{
	struct sk_cil_order o = { .c = c, .ns = ns, .list = list, .room = room };
	int r;

	o.placed = SK_ARENA_ARRAY(&c->arena, bool, c->symbols.n + 1);
	if (!o.placed)
		return -ENOMEM;
	r = sk_take_lists(&o, order);
	if (!r) {
		sk_merge_all(&o);
		sk_verify(&o);
		sk_append_unordered(&o);
		sk_check_complete(&o);
		*ret_n = o.n;
	}
	free(o.lists.list);
	return r;
}
