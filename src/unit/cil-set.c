/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * CIL's expressions to parts of the space. Class maps, class permissions and category sets end here: what they stand for
 * takes their place, looked up where it was said. The permissions of a class map are all known, so what an expression
 * over them comes to is decided here; expressions over types, roles, users, categories and a class's own permissions are
 * handed on.
 */
#include "unit/cil-lower.h"

#include <errno.h>
#include <string.h>

static void sk_push(struct sk_cil_lower *l, uint32_t item)
{
	if (l->error)
		return;
	sk_cil_fail(l, sk_grow(&l->items.list, &l->items.cap, l->items.n + 1, sizeof(*l->items.list)));
	if (!l->error)
		l->items.list[l->items.n++] = item;
}

static enum sk_ns sk_set_ns(enum sk_cil_sym sym)
{
	switch (sym) {
	case SK_SYM_TYPE:
		return SK_NS_TYPE;
	case SK_SYM_ROLE:
		return SK_NS_ROLE;
	case SK_SYM_USER:
		return SK_NS_USER;
	case SK_SYM_CLASS:
		return SK_NS_CLASS;
	case SK_SYM_SID:
		return SK_NS_SID;
	case SK_SYM_SENS:
		return SK_NS_SENS;
	case SK_SYM_CAT:
		return SK_NS_CAT;
	default:
		return SK_NS_PERM;	/* looked up in no table */
	}
}

/* The set of the items from `start` on, which it takes away. */
static uint32_t sk_set_from(struct sk_cil_lower *l, enum sk_ns ns, unsigned int flags, size_t start)
{
	struct sk_name_set set = { .ns = (uint8_t)ns, .flags = (uint8_t)flags, .n = (uint32_t)(l->items.n - start),
				   .items = l->items.list + start };
	uint32_t number = SK_SPACE_NONE;

	if (!l->error)
		sk_cil_fail(l, sk_space_set(l->space, &set, &number));
	l->items.n = start;
	return l->error ? SK_SPACE_NONE : number;
}

/* A name of the table, or a permission, which has none. */
static void sk_push_name(struct sk_cil_lower *l, uint32_t body, enum sk_cil_sym sym, uint32_t name)
{
	uint32_t ref = SK_SPACE_NONE;

	if (sk_set_ns(sym) == SK_NS_PERM)
		sk_cil_fail(l, sk_space_ref(l->space, SK_NS_PERM, 0, name, &ref));
	else
		ref = sk_cil_ref(l, body, sym, name);
	sk_push(l, ref);
}

/* SK_CIL_N_SYMS as `sym`: permissions. */
static void sk_push_expr(struct sk_cil_lower *l, uint32_t body, enum sk_cil_sym sym, uint32_t tree, uint32_t list);

/* A category set where a category may stand: what it is, where it was said. False: it is none. */
static bool sk_push_category_set(struct sk_cil_lower *l, uint32_t body, uint32_t tree, uint32_t node)
{
	const struct sk_cil_tree *t = sk_cil_tree_of(l, tree);
	struct sk_cil_symbol *symbol;
	struct sk_cil_found found;
	uint32_t expr;

	if (!sk_cil_resolve(l, body, SK_SYM_CAT, t->nodes[node].value, &found))
		return false;
	if (found.list != SK_CIL_NONE) {
		sk_push_expr(l, body, SK_SYM_CAT, found.tree, found.list);
		return true;
	}
	symbol = &l->symbols.list[found.symbol];
	if (symbol->word != SK_CIL_CATEGORYSET)
		return false;
	if (symbol->busy) {
		sk_cil_error(l, "E0220", body, tree, node, "category set '%s' holds itself", sk_cil_text(l, tree, node));
		sk_push(l, SK_SET_EMPTY);
		return true;
	}
	sk_cil_depend(l, symbol->block);
	symbol->busy = true;
	expr = symbol->node + 3;
	if (!l->error)
		sk_push_expr(l, symbol->body, SK_SYM_CAT, symbol->tree, expr);
	l->symbols.list[found.symbol].busy = false;
	return true;
}

static void sk_push_operand(struct sk_cil_lower *l, uint32_t body, enum sk_cil_sym sym, uint32_t tree, uint32_t node)
{
	const struct sk_cil_tree *t = sk_cil_tree_of(l, tree);

	if (l->error)
		return;
	if (sk_cil_is_list(t, node))
		sk_push_expr(l, body, sym, tree, node);
	else if (sym != SK_SYM_CAT || !sk_push_category_set(l, body, tree, node))
		sk_push_name(l, body, sym, t->nodes[node].value);
}

static void sk_push_expr(struct sk_cil_lower *l, uint32_t body, enum sk_cil_sym sym, uint32_t tree, uint32_t list)
{
	const struct sk_cil_tree *t = sk_cil_tree_of(l, tree);
	uint32_t c = list + 1, end = sk_cil_end(t, list), op = SK_SET_OR;
	bool first = true, is_operator = true;

	switch (sk_cil_node_word(t, l->words, c)) {
	case SK_CIL_NOT:
		op = SK_SET_NOT;
		break;
	case SK_CIL_AND:
		op = SK_SET_AND;
		break;
	case SK_CIL_OR:
		break;
	case SK_CIL_XOR:
		op = SK_SET_XOR;
		break;
	case SK_CIL_RANGE:
		op = SK_SET_RANGE;
		break;
	case SK_CIL_ALL:
		sk_push(l, SK_SET_ALL);
		return;
	default:
		is_operator = false;
		break;
	}
	if (is_operator)
		c++;
	for (; c < end && !l->error; c = sk_cil_next(t, c), first = false) {
		sk_push_operand(l, body, sym, tree, c);
		if (op == SK_SET_NOT || !first)
			sk_push(l, op);
	}
}

/* Whether a list is nothing but names. */
static bool sk_is_plain(struct sk_cil_lower *l, uint32_t body, enum sk_cil_sym sym, uint32_t tree, uint32_t list)
{
	const struct sk_cil_tree *t = sk_cil_tree_of(l, tree);
	struct sk_cil_found found;

	switch (sk_cil_node_word(t, l->words, list + 1)) {
	case SK_CIL_NOT:
	case SK_CIL_AND:
	case SK_CIL_OR:
	case SK_CIL_XOR:
	case SK_CIL_RANGE:
	case SK_CIL_ALL:
		return false;
	default:
		break;
	}
	for (uint32_t c = list + 1; c < sk_cil_end(t, list); c = sk_cil_next(t, c)) {
		if (sk_cil_is_list(t, c))
			return false;
		if (sym == SK_SYM_CAT && sk_cil_resolve(l, body, sym, t->nodes[c].value, &found) &&
		    (found.list != SK_CIL_NONE || l->symbols.list[found.symbol].word == SK_CIL_CATEGORYSET))
			return false;
	}
	return true;
}

uint32_t sk_cil_set_of_name(struct sk_cil_lower *l, uint32_t body, enum sk_cil_sym sym, uint32_t name)
{
	bool cached = sym == SK_SYM_TYPE && sk_cil_body(l, body)->global && name < l->n_type_sets;
	size_t start = l->items.n;
	uint32_t set;

	if (cached && l->type_sets[name] != SK_SPACE_NONE)
		return l->type_sets[name];
	sk_push_name(l, body, sym, name);
	set = sk_set_from(l, sk_set_ns(sym), 0, start);
	if (cached)
		l->type_sets[name] = set;
	return set;
}

uint32_t sk_cil_set(struct sk_cil_lower *l, uint32_t body, enum sk_cil_sym sym, uint32_t tree, uint32_t node)
{
	const struct sk_cil_tree *t = sk_cil_tree_of(l, tree);
	size_t start = l->items.n;

	if (!sk_cil_is_list(t, node) && sym != SK_SYM_CAT)
		return sk_cil_set_of_name(l, body, sym, t->nodes[node].value);
	if (sk_cil_is_list(t, node) && sk_is_plain(l, body, sym, tree, node))
		return sk_cil_plain_set(l, body, sym, tree, node);
	sk_push_operand(l, body, sym, tree, node);
	return sk_set_from(l, sk_set_ns(sym), l->items.n == start + 1 && l->items.list[start] < SK_SET_OP ? 0 : SK_SET_EXPR,
			   start);
}

uint32_t sk_cil_plain_set(struct sk_cil_lower *l, uint32_t body, enum sk_cil_sym sym, uint32_t tree, uint32_t node)
{
	const struct sk_cil_tree *t = sk_cil_tree_of(l, tree);
	uint32_t c = node + 1, end = sk_cil_next(t, node);
	size_t start = l->items.n;

	if (!sk_cil_is_list(t, node))
		return sk_cil_set_of_name(l, body, sym, t->nodes[node].value);
	for (; c < end && !l->error; c++)
		sk_push_name(l, body, sym, t->nodes[c].value);
	return sk_set_from(l, sk_set_ns(sym), 0, start);
}

/* The classes of an order that begins with 'unordered'. */
uint32_t sk_cil_unordered(struct sk_cil_lower *l, uint32_t tree, uint32_t list)
{
	const struct sk_cil_tree *t = sk_cil_tree_of(l, tree);
	size_t start = l->items.n;

	for (uint32_t c = list + 2; c < sk_cil_end(t, list) && !l->error; c++)
		sk_push_name(l, l->body, SK_SYM_CLASS, t->nodes[c].value);
	return sk_set_from(l, SK_NS_CLASS, SK_SET_UNORDERED, start);
}

uint32_t sk_cil_target(struct sk_cil_lower *l, uint32_t tree, uint32_t node, bool others)
{
	const struct sk_cil_tree *t = sk_cil_tree_of(l, tree);
	uint32_t name = t->nodes[node].value;
	enum sk_cil_word word = sk_cil_word(l->words, name);
	struct sk_cil_found found;

	/* They may come as arguments too. */
	if (word == SK_CIL_N_WORDS && !sk_cil_body(l, l->body)->global &&
	    !sk_cil_resolve(l, l->body, SK_SYM_TYPE, name, &found))
		word = sk_cil_word(l->words, found.name);
	if (word == SK_CIL_SELF)
		return sk_set_from(l, SK_NS_TYPE, SK_SET_SELF, l->items.n);
	if (word == SK_CIL_NOTSELF && others)
		return sk_set_from(l, SK_NS_TYPE, SK_SET_STAR | SK_SET_NOT_SELF, l->items.n);
	if (word == SK_CIL_OTHER && others)
		return sk_set_from(l, SK_NS_TYPE, SK_SET_OTHER, l->items.n);
	return sk_cil_set_of_name(l, l->body, SK_SYM_TYPE, name);
}

/* Class maps */

/* The symbol of a class map that a name means, or SK_CIL_NONE: a class. */
static uint32_t sk_find_map(struct sk_cil_lower *l, uint32_t body, uint32_t name)
{
	struct sk_cil_found found;

	if (!sk_cil_resolve(l, body, SK_SYM_CLASS, name, &found) || found.symbol == SK_CIL_NONE ||
	    l->symbols.list[found.symbol].word != SK_CIL_CLASSMAP)
		return SK_CIL_NONE;
	return found.symbol;
}

static void sk_push_classes_of(struct sk_cil_lower *l, uint32_t body, uint32_t tree, uint32_t node, size_t start);

/* The class of class permissions, or those of a class map. */
static void sk_push_classes(struct sk_cil_lower *l, uint32_t body, uint32_t name, size_t start)
{
	uint32_t map = sk_find_map(l, body, name), ref;
	struct sk_cil_symbol *symbol;

	if (map == SK_CIL_NONE) {
		ref = sk_cil_ref(l, body, SK_SYM_CLASS, name);
		for (size_t i = start; i < l->items.n; i++)
			if (l->items.list[i] == ref)
				return;
		sk_push(l, ref);
		return;
	}
	symbol = &l->symbols.list[map];
	if (symbol->busy)
		return;
	symbol->busy = true;
	sk_cil_depend(l, symbol->block);
	for (uint32_t s = l->symbols.list[map].first; s != SK_CIL_NONE && !l->error; s = l->sayings.list[s].next)
		sk_push_classes_of(l, l->sayings.list[s].body, l->sayings.list[s].tree, l->sayings.list[s].node, start);
	l->symbols.list[map].busy = false;
}

static void sk_push_classes_of(struct sk_cil_lower *l, uint32_t body, uint32_t tree, uint32_t node, size_t start)
{
	const struct sk_cil_tree *t = sk_cil_tree_of(l, tree);
	struct sk_cil_found found;

	if (sk_cil_is_list(t, node)) {
		sk_push_classes(l, body, t->nodes[node + 1].value, start);
		return;
	}
	if (!sk_cil_resolve(l, body, SK_SYM_CLASSPERMISSION, t->nodes[node].value, &found))
		return;
	if (found.list != SK_CIL_NONE) {
		sk_push_classes_of(l, body, found.tree, found.list, start);
		return;
	}
	if (l->symbols.list[found.symbol].busy)
		return;
	l->symbols.list[found.symbol].busy = true;
	for (uint32_t s = l->symbols.list[found.symbol].first; s != SK_CIL_NONE && !l->error; s = l->sayings.list[s].next)
		sk_push_classes_of(l, l->sayings.list[s].body, l->sayings.list[s].tree, l->sayings.list[s].node, start);
	l->symbols.list[found.symbol].busy = false;
}

/* A word, or a list of words. */
uint32_t sk_cil_class_set(struct sk_cil_lower *l, uint32_t body, uint32_t tree, uint32_t node)
{
	const struct sk_cil_tree *t = sk_cil_tree_of(l, tree);
	size_t start = l->items.n;

	for (uint32_t c = node + sk_cil_is_list(t, node); c < sk_cil_next(t, node) && !l->error; c++)
		sk_push_classes(l, body, t->nodes[c].value, start);
	return sk_set_from(l, SK_NS_CLASS, 0, start);
}

/* Which permissions of a class map an expression means: `chosen` by their order. False after a diagnostic. */
static bool sk_choose_operand(struct sk_cil_lower *l, uint32_t map, uint32_t tree, uint32_t node, bool *chosen, size_t n);

static bool sk_choose(struct sk_cil_lower *l, uint32_t map, uint32_t tree, uint32_t list, bool *chosen, size_t n)
{
	const struct sk_cil_tree *t = sk_cil_tree_of(l, tree);
	enum sk_cil_word op = sk_cil_node_word(t, l->words, list + 1);
	bool is_operator = op == SK_CIL_NOT || op == SK_CIL_AND || op == SK_CIL_OR || op == SK_CIL_XOR || op == SK_CIL_ALL;
	uint32_t c = list + 1 + is_operator;
	bool *one, ok = true, first = true;

	memset(chosen, op == SK_CIL_ALL, n);
	one = malloc(n + 1);
	if (!one) {
		sk_cil_fail(l, -ENOMEM);
		return false;
	}
	for (; c < sk_cil_end(t, list) && ok; c = sk_cil_next(t, c), first = false) {
		ok = sk_choose_operand(l, map, tree, c, one, n);
		for (size_t i = 0; ok && i < n; i++) {
			if (op == SK_CIL_NOT)
				chosen[i] = !one[i];
			else if (op == SK_CIL_AND && !first)
				chosen[i] = chosen[i] && one[i];
			else if (op == SK_CIL_XOR)
				chosen[i] = chosen[i] != one[i];
			else
				chosen[i] = chosen[i] || one[i];
		}
	}
	free(one);
	return ok;
}

static bool sk_choose_operand(struct sk_cil_lower *l, uint32_t map, uint32_t tree, uint32_t node, bool *chosen, size_t n)
{
	const struct sk_cil_tree *t = sk_cil_tree_of(l, tree), *mt = sk_cil_tree_of(l, l->symbols.list[map].tree);
	uint32_t perms = l->symbols.list[map].node + 3;
	bool any = false;

	if (sk_cil_is_list(t, node))
		return sk_choose(l, map, tree, node, chosen, n);
	for (size_t i = 0; i < n; i++) {
		chosen[i] = mt->nodes[perms + 1 + i].value == t->nodes[node].value;
		any = any || chosen[i];
	}
	if (any)
		return true;
	if (l->block == l->unit->top)
		sk_cil_error(l, "E0222", l->body, tree, node, "class map '%s' has no permission '%s'",
			     sk_intern_str(l->names, l->symbols.list[map].name), sk_cil_text(l, tree, node));
	else
		sk_cil_missing(l, SK_SYM_CLASS, tree, node, t->nodes[node].value);
	return false;
}

/* Class permissions */

static bool sk_add_perms(struct sk_cil_lower *l, uint32_t body, uint32_t tree, uint32_t node, uint32_t block);

static bool sk_add_sayings(struct sk_cil_lower *l, uint32_t symbol, uint32_t perm, uint32_t block)
{
	bool any = false, ok = true;

	for (uint32_t s = l->symbols.list[symbol].first; s != SK_CIL_NONE && ok && !l->error; s = l->sayings.list[s].next) {
		struct sk_cil_saying *say = &l->sayings.list[s];

		if (perm != SK_INTERN_NONE && say->perm != perm)
			continue;
		if (say->busy) {
			sk_cil_error(l, "E0220", l->body, l->tree, l->node, "class map '%s' stands for itself",
				     sk_intern_str(l->names, l->symbols.list[symbol].name));
			return false;
		}
		any = say->busy = true;
		ok = sk_add_perms(l, say->body, say->tree, say->node, say->block == l->unit->top ? block : say->block);
		say->busy = false;
	}
	if (!any && ok && !l->error)
		sk_cil_error(l, "E0223", l->body, l->tree, l->node, "nothing says what '%s' is",
			     sk_intern_str(l->names, perm == SK_INTERN_NONE ? l->symbols.list[symbol].name : perm));
	return any && ok;
}

static bool sk_add_map_perms(struct sk_cil_lower *l, uint32_t map, uint32_t tree, uint32_t list, uint32_t block)
{
	uint32_t perms = l->symbols.list[map].node + 3;
	const struct sk_cil_tree *mt = sk_cil_tree_of(l, l->symbols.list[map].tree);
	size_t n = sk_cil_end(mt, perms) - perms - 1;
	bool *chosen, ok;

	chosen = malloc(n + 1);
	if (!chosen) {
		sk_cil_fail(l, -ENOMEM);
		return false;
	}
	sk_cil_depend(l, l->symbols.list[map].block);
	ok = sk_choose(l, map, tree, list, chosen, n);
	for (size_t i = 0; i < n && ok && !l->error; i++)
		if (chosen[i])
			ok = sk_add_sayings(l, map, mt->nodes[perms + 1 + i].value, block);
	free(chosen);
	return ok;
}

static bool sk_add_named_perms(struct sk_cil_lower *l, uint32_t body, uint32_t tree, uint32_t node, uint32_t block)
{
	uint32_t name = sk_cil_tree_of(l, tree)->nodes[node].value;
	struct sk_cil_found found;
	bool ok;

	if (!sk_cil_resolve(l, body, SK_SYM_CLASSPERMISSION, name, &found)) {
		sk_cil_missing(l, SK_SYM_CLASSPERMISSION, tree, node, name);
		return false;
	}
	if (found.list != SK_CIL_NONE)
		return sk_add_perms(l, body, found.tree, found.list, block);
	if (l->symbols.list[found.symbol].busy) {
		sk_cil_error(l, "E0220", body, tree, node, "class permission '%s' stands for itself", sk_cil_text(l, tree, node));
		return false;
	}
	sk_cil_depend(l, l->symbols.list[found.symbol].block);
	l->symbols.list[found.symbol].busy = true;
	ok = sk_add_sayings(l, found.symbol, SK_INTERN_NONE, block);
	l->symbols.list[found.symbol].busy = false;
	return ok;
}

static bool sk_add_perms(struct sk_cil_lower *l, uint32_t body, uint32_t tree, uint32_t node, uint32_t block)
{
	const struct sk_cil_tree *t = sk_cil_tree_of(l, tree);
	struct sk_class_perm item = { .block = block };
	uint32_t map;

	if (!sk_cil_is_list(t, node))
		return sk_add_named_perms(l, body, tree, node, block);
	map = sk_find_map(l, body, t->nodes[node + 1].value);
	if (map != SK_CIL_NONE)
		return sk_add_map_perms(l, map, tree, node + 2, block);
	item.classes = sk_cil_set_of_name(l, body, SK_SYM_CLASS, t->nodes[node + 1].value);
	if (!l->error)
		item.perms = sk_cil_set(l, body, SK_CIL_N_SYMS, tree, node + 2);
	if (!l->error)
		sk_cil_fail(l, sk_grow(&l->perms.list, &l->perms.cap, l->perms.n + 1, sizeof(*l->perms.list)));
	if (!l->error)
		l->perms.list[l->perms.n++] = item;
	/* Maps over maps can grow as macros can. */
	if (l->perms.n > 100000) {
		sk_cil_error(l, "E0221", l->body, l->tree, l->node, "these class permissions are too many");
		return false;
	}
	return !l->error;
}

uint32_t sk_cil_class_perms(struct sk_cil_lower *l, uint32_t tree, uint32_t node)
{
	struct sk_class_perms perms;
	uint32_t number = SK_SPACE_NONE;

	l->perms.n = 0;
	if (!sk_add_perms(l, l->body, tree, node, 0))
		return SK_SPACE_NONE;
	perms = (struct sk_class_perms){ .n = (uint32_t)l->perms.n, .items = l->perms.list };
	sk_cil_fail(l, sk_space_class_perms(l->space, &perms, &number));
	return l->error ? SK_SPACE_NONE : number;
}

/* Extended permissions */

#define SK_XPERM_WORDS (65536 / 64)

static bool sk_xperm_number(struct sk_cil_lower *l, uint32_t tree, uint32_t node, uint64_t *ret_number)
{
	if (sk_cil_number(sk_cil_text(l, tree, node), 0, 0xffff, ret_number))
		return true;
	sk_cil_error(l, "E0211", l->body, tree, node, "'%s' is no number from 0 to 0xffff", sk_cil_text(l, tree, node));
	return false;
}

static bool sk_xperm_expr(struct sk_cil_lower *l, uint32_t tree, uint32_t list, uint64_t *bits);

static bool sk_xperm_operand(struct sk_cil_lower *l, uint32_t tree, uint32_t node, uint64_t *bits)
{
	uint64_t number;

	if (sk_cil_is_list(sk_cil_tree_of(l, tree), node))
		return sk_xperm_expr(l, tree, node, bits);
	if (!sk_xperm_number(l, tree, node, &number))
		return false;
	memset(bits, 0, SK_XPERM_WORDS * sizeof(*bits));
	bits[number / 64] |= 1ull << number % 64;
	return true;
}

static bool sk_xperm_range(struct sk_cil_lower *l, uint32_t tree, uint32_t low, uint64_t *bits)
{
	uint64_t from, to;

	if (!sk_xperm_number(l, tree, low, &from) || !sk_xperm_number(l, tree, low + 1, &to))
		return false;
	if (from > to) {
		sk_cil_error(l, "E0211", l->body, tree, low, "this range ends before it begins");
		return false;
	}
	memset(bits, 0, SK_XPERM_WORDS * sizeof(*bits));
	for (; from <= to; from++)
		bits[from / 64] |= 1ull << from % 64;
	return true;
}

static bool sk_xperm_expr(struct sk_cil_lower *l, uint32_t tree, uint32_t list, uint64_t *bits)
{
	const struct sk_cil_tree *t = sk_cil_tree_of(l, tree);
	enum sk_cil_word op = sk_cil_node_word(t, l->words, list + 1);
	bool is_operator = op == SK_CIL_NOT || op == SK_CIL_AND || op == SK_CIL_OR || op == SK_CIL_XOR || op == SK_CIL_ALL;
	bool ok = true, first = true;
	uint64_t *one;

	if (op == SK_CIL_RANGE)
		return sk_xperm_range(l, tree, list + 2, bits);
	memset(bits, op == SK_CIL_ALL ? 0xff : 0, SK_XPERM_WORDS * sizeof(*bits));
	one = malloc(SK_XPERM_WORDS * sizeof(*one));
	if (!one) {
		sk_cil_fail(l, -ENOMEM);
		return false;
	}
	for (uint32_t c = list + 1 + is_operator; c < sk_cil_end(t, list) && ok; c = sk_cil_next(t, c), first = false) {
		ok = sk_xperm_operand(l, tree, c, one);
		for (size_t i = 0; ok && i < SK_XPERM_WORDS; i++) {
			if (op == SK_CIL_NOT)
				bits[i] = ~one[i];
			else if (op == SK_CIL_AND && !first)
				bits[i] &= one[i];
			else if (op == SK_CIL_XOR)
				bits[i] ^= one[i];
			else
				bits[i] |= one[i];
		}
	}
	free(one);
	return ok;
}

/* Ranges of the bits that are set. */
static uint32_t sk_xperm_set(struct sk_cil_lower *l, enum sk_xop op, const uint64_t *bits)
{
	SK_PARTS(struct sk_number_range) ranges = { 0 };
	struct sk_xperm_set set = { .op = (uint8_t)op };
	uint32_t number = SK_SPACE_NONE;

	for (uint32_t i = 0; i < 65536 && !l->error; i++) {
		if (!(bits[i / 64] >> i % 64 & 1))
			continue;
		if (ranges.n && ranges.list[ranges.n - 1].high + 1 == i) {
			ranges.list[ranges.n - 1].high = i;
			continue;
		}
		sk_cil_fail(l, sk_grow(&ranges.list, &ranges.cap, ranges.n + 1, sizeof(*ranges.list)));
		if (!l->error)
			ranges.list[ranges.n++] = (struct sk_number_range){ i, i };
	}
	set.n = (uint32_t)ranges.n;
	set.ranges = ranges.list;
	if (!l->error)
		sk_cil_fail(l, sk_space_xperms(l->space, &set, &number));
	free(ranges.list);
	return number;
}

uint32_t sk_cil_permissionx(struct sk_cil_lower *l, uint32_t tree, uint32_t node, uint32_t *ret_classes)
{
	const struct sk_cil_tree *t = sk_cil_tree_of(l, tree);
	uint32_t body = l->body, number = SK_SPACE_NONE;
	uint64_t *bits;

	if (!sk_cil_is_list(t, node)) {
		struct sk_cil_found found;

		if (!sk_cil_resolve(l, body, SK_SYM_PERMISSIONX, t->nodes[node].value, &found)) {
			sk_cil_missing(l, SK_SYM_PERMISSIONX, tree, node, t->nodes[node].value);
			return SK_SPACE_NONE;
		}
		body = l->symbols.list[found.symbol].body;
		tree = l->symbols.list[found.symbol].tree;
		node = l->symbols.list[found.symbol].node + 3;
		t = sk_cil_tree_of(l, tree);
		sk_cil_depend(l, l->symbols.list[found.symbol].block);
	}
	*ret_classes = sk_cil_class_set(l, body, tree, node + 2);
	bits = malloc(SK_XPERM_WORDS * sizeof(*bits));
	if (!bits)
		sk_cil_fail(l, -ENOMEM);
	if (!l->error && sk_xperm_expr(l, tree, node + 3, bits))
		number = sk_xperm_set(l, sk_cil_node_word(t, l->words, node + 1) == SK_CIL_NLMSG ? SK_XOP_NLMSG : SK_XOP_IOCTL,
				      bits);
	free(bits);
	return l->error ? SK_SPACE_NONE : number;
}

/* Conditions and constraints */

static void sk_add_node(struct sk_cil_lower *l, const struct sk_unit_node *node)
{
	if (l->error)
		return;
	sk_cil_fail(l, sk_grow(&l->nodes.list, &l->nodes.cap, l->nodes.n + 1, sizeof(*l->nodes.list)));
	if (!l->error)
		l->nodes.list[l->nodes.n++] = *node;
}

static uint32_t sk_expr_from_nodes(struct sk_cil_lower *l)
{
	struct sk_unit_expr expr = { .n = (uint32_t)l->nodes.n, .nodes = l->nodes.list };
	uint32_t number = SK_SPACE_NONE;

	if (!l->error)
		sk_cil_fail(l, sk_space_expr(l->space, &expr, &number));
	return l->error ? SK_SPACE_NONE : number;
}

static enum sk_unit_op sk_logic_op(enum sk_cil_word word)
{
	switch (word) {
	case SK_CIL_NOT:
		return SK_UNIT_NOT;
	case SK_CIL_AND:
		return SK_UNIT_AND;
	case SK_CIL_XOR:
		return SK_UNIT_XOR;
	case SK_CIL_EQ:
		return SK_UNIT_EQ;
	case SK_CIL_NEQ:
		return SK_UNIT_NEQ;
	default:
		return SK_UNIT_OR;
	}
}

static bool sk_is_logic(enum sk_cil_word word)
{
	return word == SK_CIL_NOT || word == SK_CIL_AND || word == SK_CIL_OR || word == SK_CIL_XOR || word == SK_CIL_EQ ||
	       word == SK_CIL_NEQ;
}

static void sk_add_condition(struct sk_cil_lower *l, uint32_t body, uint32_t tree, uint32_t node)
{
	const struct sk_cil_tree *t = sk_cil_tree_of(l, tree);
	struct sk_unit_node out = { .addr = t->nodes[node].addr };
	enum sk_cil_word op;
	bool first = true;

	if (!sk_cil_is_list(t, node)) {
		out.op = SK_UNIT_NAME;
		out.a = sk_cil_ref(l, body, SK_SYM_BOOL, t->nodes[node].value);
		sk_add_node(l, &out);
		return;
	}
	op = sk_cil_node_word(t, l->words, node + 1);
	out.op = (uint8_t)sk_logic_op(op);
	for (uint32_t c = node + 1 + sk_is_logic(op); c < sk_cil_end(t, node) && !l->error;
	     c = sk_cil_next(t, c), first = false) {
		sk_add_condition(l, body, tree, c);
		if (op == SK_CIL_NOT || !first)
			sk_add_node(l, &out);
	}
}

uint32_t sk_cil_condition(struct sk_cil_lower *l, uint32_t body, uint32_t tree, uint32_t node)
{
	l->nodes.n = 0;
	sk_add_condition(l, body, tree, node);
	return sk_expr_from_nodes(l);
}

bool sk_cil_tunable_value(struct sk_cil_lower *l, uint32_t body, uint32_t tree, uint32_t node, bool *ret_missing)
{
	const struct sk_cil_tree *t = sk_cil_tree_of(l, tree);
	bool value = false, first = true, one;
	enum sk_cil_word op;

	if (!sk_cil_is_list(t, node)) {
		const struct sk_cil_symbol *symbol;
		struct sk_cil_found found;
		struct sk_diag *diag;

		if (sk_cil_resolve(l, body, SK_SYM_TUNABLE, t->nodes[node].value, &found)) {
			symbol = &l->symbols.list[found.symbol];
			return sk_cil_node_word(sk_cil_tree_of(l, symbol->tree), l->words, symbol->node + 3) == SK_CIL_TRUE;
		}
		*ret_missing = true;
		for (uint32_t b = body; b; b = sk_cil_body(l, b)->parent)
			if (sk_cil_body(l, b)->kind == SK_BODY_OPTIONAL)
				return false;
		diag = sk_cil_error(l, "E0222", body, tree, node, "unknown tunable '%s'", sk_cil_text(l, tree, node));
		sk_cil_note_nearest(l, diag, SK_SYM_TUNABLE, t->nodes[node].value);
		return false;
	}
	op = sk_cil_node_word(t, l->words, node + 1);
	for (uint32_t c = node + 1 + sk_is_logic(op); c < sk_cil_end(t, node); c = sk_cil_next(t, c), first = false) {
		one = sk_cil_tunable_value(l, body, tree, c, ret_missing);
		if (first)
			value = op == SK_CIL_NOT ? !one : one;
		else if (op == SK_CIL_AND)
			value = value && one;
		else if (op == SK_CIL_XOR || op == SK_CIL_NEQ)
			value = value != one;
		else if (op == SK_CIL_EQ)
			value = value == one;
		else
			value = value || one;
	}
	return value;
}

static const struct {
	enum sk_cil_word word;
	enum sk_unit_attr attr;
	enum sk_cil_sym sym;
} sk_operands[] = {
	{ SK_CIL_U1, SK_UNIT_U1, SK_SYM_USER }, { SK_CIL_U2, SK_UNIT_U2, SK_SYM_USER }, { SK_CIL_U3, SK_UNIT_U3, SK_SYM_USER },
	{ SK_CIL_R1, SK_UNIT_R1, SK_SYM_ROLE }, { SK_CIL_R2, SK_UNIT_R2, SK_SYM_ROLE }, { SK_CIL_R3, SK_UNIT_R3, SK_SYM_ROLE },
	{ SK_CIL_T1, SK_UNIT_T1, SK_SYM_TYPE }, { SK_CIL_T2, SK_UNIT_T2, SK_SYM_TYPE }, { SK_CIL_T3, SK_UNIT_T3, SK_SYM_TYPE },
	{ SK_CIL_L1, SK_UNIT_L1, SK_CIL_N_SYMS }, { SK_CIL_L2, SK_UNIT_L2, SK_CIL_N_SYMS },
	{ SK_CIL_H1, SK_UNIT_H1, SK_CIL_N_SYMS }, { SK_CIL_H2, SK_UNIT_H2, SK_CIL_N_SYMS },
};

/* The row of what is compared; past the end: names. */
static size_t sk_operand(enum sk_cil_word word)
{
	size_t i = 0;

	while (i < SK_ARRAY_LEN(sk_operands) && sk_operands[i].word != word)
		i++;
	return i;
}

static enum sk_unit_compare sk_compare_op(enum sk_cil_word word)
{
	switch (word) {
	case SK_CIL_EQ:
		return SK_UNIT_CMP_EQ;
	case SK_CIL_NEQ:
		return SK_UNIT_CMP_NEQ;
	case SK_CIL_DOM:
		return SK_UNIT_CMP_DOM;
	case SK_CIL_DOMBY:
		return SK_UNIT_CMP_DOMBY;
	default:
		return SK_UNIT_CMP_INCOMP;
	}
}

static void sk_add_constraint(struct sk_cil_lower *l, uint32_t tree, uint32_t list)
{
	const struct sk_cil_tree *t = sk_cil_tree_of(l, tree);
	enum sk_cil_word op = sk_cil_node_word(t, l->words, list + 1);
	struct sk_unit_node out = { .addr = t->nodes[list].addr };
	size_t left, right;

	if (op == SK_CIL_AND || op == SK_CIL_OR || op == SK_CIL_NOT) {
		for (uint32_t c = list + 2; c < sk_cil_end(t, list) && !l->error; c = sk_cil_next(t, c))
			sk_add_constraint(l, tree, c);
		out.op = (uint8_t)sk_logic_op(op);
		sk_add_node(l, &out);
		return;
	}
	left = sk_operand(sk_cil_node_word(t, l->words, list + 2));
	right = sk_operand(sk_cil_node_word(t, l->words, list + 3));
	out.left = (uint8_t)sk_operands[left].attr;
	out.compare = (uint8_t)sk_compare_op(op);
	if (right < SK_ARRAY_LEN(sk_operands)) {
		out.op = SK_UNIT_COMPARE;
		out.right = (uint8_t)sk_operands[right].attr;
	} else {
		out.op = SK_UNIT_COMPARE_NAMES;
		out.a = sk_cil_plain_set(l, l->body, sk_operands[left].sym, tree, list + 3);
	}
	sk_add_node(l, &out);
}

uint32_t sk_cil_constraint(struct sk_cil_lower *l, uint32_t tree, uint32_t node)
{
	l->nodes.n = 0;
	sk_add_constraint(l, tree, node);
	return sk_expr_from_nodes(l);
}
