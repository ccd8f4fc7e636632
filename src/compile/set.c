/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What sets come to. Equal sets are one number, so each is worked out once and kept. Sets of types have two forms: as
 * rules keep them, with attributes by name where the policy language keeps those (libsepol: type_set_expand), and with
 * all of them expanded.
 */
#include <errno.h>
#include <string.h>

#include "compile/compiler.h"
#include "compile/type.h"

#define SK_EXPR_DEPTH 64

/* A calculation on bitmaps of one width. */
struct sk_calculation {
	struct sk_compiler *c;
	const struct sk_unit_stmt *stmt;
	const struct sk_bitset *all;
	bool (*add)(struct sk_compiler *c, const struct sk_unit_stmt *stmt, uint32_t ref, struct sk_bitset *into);
	bool bad;
};

static bool sk_new_row(struct sk_calculation *k, struct sk_bitset *row)
{
	row->n_words = k->all->n_words;
	row->words = SK_ARENA_ARRAY(&k->c->arena, uint64_t, row->n_words + 1);
	if (!row->words) {
		k->c->no_memory = k->bad = true;
		return false;
	}
	return true;
}

static void sk_add_ref(struct sk_calculation *k, uint32_t ref, struct sk_bitset *into)
{
	if (!k->add(k->c, k->stmt, ref, into))
		k->bad = true;
}

static void sk_complement(const struct sk_calculation *k, struct sk_bitset *row)
{
	for (uint32_t i = 0; i < row->n_words; i++)
		row->words[i] = k->all->words[i] & ~row->words[i];
}

static void sk_calculate_list(struct sk_calculation *k, const struct sk_name_set *set, struct sk_bitset *into)
{
	struct sk_bitset row, minus;

	if (!(set->flags & (SK_SET_STAR | SK_SET_COMPLEMENT)) && !set->n_minus) {
		for (uint32_t i = 0; i < set->n; i++)
			sk_add_ref(k, set->items[i], into);
		return;
	}
	if (!sk_new_row(k, &row) || !sk_new_row(k, &minus))
		return;
	if (set->flags & SK_SET_STAR)
		memcpy(row.words, k->all->words, row.n_words * sizeof(*row.words));
	else
		for (uint32_t i = 0; i < set->n; i++)
			sk_add_ref(k, set->items[i], &row);
	for (uint32_t i = set->n; i < set->n + set->n_minus; i++)
		sk_add_ref(k, set->items[i], &minus);
	for (uint32_t i = 0; i < row.n_words; i++)
		row.words[i] &= ~minus.words[i];
	if (set->flags & SK_SET_COMPLEMENT)
		sk_complement(k, &row);
	for (uint32_t i = 0; i < row.n_words; i++)
		into->words[i] |= row.words[i];
}

static void sk_combine(struct sk_bitset *to, const struct sk_bitset *from, uint32_t op)
{
	for (uint32_t i = 0; i < to->n_words; i++) {
		if (op == SK_SET_AND)
			to->words[i] &= from->words[i];
		else if (op == SK_SET_OR)
			to->words[i] |= from->words[i];
		else if (op == SK_SET_XOR)
			to->words[i] ^= from->words[i];
	}
}

static void sk_calculate_expr(struct sk_calculation *k, const struct sk_name_set *set, struct sk_bitset *into)
{
	struct sk_bitset stack[SK_EXPR_DEPTH];
	size_t n = 0;

	for (uint32_t i = 0; i < set->n; i++) {
		uint32_t op = set->items[i];

		if (op < SK_SET_OP || op == SK_SET_ALL || op == SK_SET_EMPTY) {
			if (n == SK_EXPR_DEPTH) {
				sk_compile_error(k->c, "E0816", k->stmt, "the expression is nested too deeply");
				k->bad = true;
				return;
			}
			if (!sk_new_row(k, &stack[n]))
				return;
			if (op == SK_SET_ALL)
				memcpy(stack[n].words, k->all->words, k->all->n_words * sizeof(*k->all->words));
			else if (op < SK_SET_OP)
				sk_add_ref(k, op, &stack[n]);
			n++;
		} else if (op == SK_SET_NOT) {
			if (n)
				sk_complement(k, &stack[n - 1]);
		} else if (n >= 2) {
			n--;
			sk_combine(&stack[n - 1], &stack[n], op);
		}
	}
	if (n)
		sk_combine(into, &stack[0], SK_SET_OR);
}

static void sk_calculate(struct sk_calculation *k, uint32_t number, struct sk_bitset *into)
{
	const struct sk_name_set *set = &k->c->space->sets.list[number];

	if (set->flags & SK_SET_EXPR)
		sk_calculate_expr(k, set, into);
	else
		sk_calculate_list(k, set, into);
}

static bool sk_add_type(struct sk_compiler *c, const struct sk_unit_stmt *stmt, uint32_t ref, struct sk_bitset *into)
{
	uint32_t symbol = sk_need_symbol(c, stmt, ref, SK_FLAVOR_ANY);
	const struct sk_bitset *types;

	if (symbol == SK_SPACE_NONE)
		return false;
	if (c->symbols.list[symbol].flavor != SK_FLAVOR_ATTRIBUTE) {
		sk_bitset_add(into, c->symbols.list[symbol].id);
		return true;
	}
	types = sk_attribute_types(c, c->symbols.list[symbol].id);
	if (types)
		sk_combine(into, types, SK_SET_OR);
	return types;
}

bool sk_add_types(struct sk_compiler *c, const struct sk_unit_stmt *stmt, uint32_t set, struct sk_bitset *into)
{
	struct sk_calculation k = { c, stmt, &c->all_types, sk_add_type, false };

	sk_calculate(&k, set, into);
	return !k.bad;
}

bool sk_add_listed_types(struct sk_compiler *c, const struct sk_unit_stmt *stmt, const uint32_t *refs, uint32_t n,
			 struct sk_bitset *into)
{
	bool good = true;

	for (uint32_t i = 0; i < n; i++)
		good &= sk_add_type(c, stmt, refs[i], into);
	return good;
}

const struct sk_bitset *sk_set_types(struct sk_compiler *c, const struct sk_unit_stmt *stmt, uint32_t set)
{
	struct sk_set_value *v = &c->sets[set];

	if (v->has_types && !v->bad)
		return &v->types;
	if (sk_bitset_init(&v->types, &c->arena, c->n_plain_types + 1)) {
		c->no_memory = true;
		return NULL;
	}
	v->has_types = true;
	v->bad = !sk_add_types(c, stmt, set, &v->types);
	return v->bad ? NULL : &v->types;
}

const struct sk_ids *sk_set_type_ids(struct sk_compiler *c, const struct sk_unit_stmt *stmt, uint32_t set)
{
	const struct sk_bitset *types = sk_set_types(c, stmt, set);
	struct sk_set_value *v = &c->sets[set];
	struct sk_idset ids;

	if (!types || v->type_ids.ids)
		return types ? &v->type_ids : NULL;
	if (sk_idset_from_bitset(&ids, &c->arena, types)) {
		c->no_memory = true;
		return NULL;
	}
	v->type_ids = (struct sk_ids){ ids.n, ids.ids };
	return &v->type_ids;
}

static int sk_compare_ids(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

/* A list without exceptions: attributes stay, but those that are to be expanded. */
static const struct sk_ids *sk_keep_types(struct sk_compiler *c, const struct sk_unit_stmt *stmt,
					  const struct sk_name_set *set, struct sk_set_value *v)
{
	uint32_t n = 0, k = 0, total = 0;
	uint32_t *ids;

	for (uint32_t i = 0; i < set->n; i++) {
		uint32_t symbol = sk_need_symbol(c, stmt, set->items[i], SK_FLAVOR_ANY);
		const struct sk_entity *s;

		if (symbol == SK_SPACE_NONE) {
			v->bad = true;
			continue;
		}
		s = &c->symbols.list[symbol];
		total += s->flavor == SK_FLAVOR_ATTRIBUTE && (s->expand || s->spread)
				 ? sk_bitset_count(&c->attribute_types[s->id]) : 1;
	}
	ids = v->bad ? NULL : sk_arena_alloc(&c->arena, ((size_t)total + 1) * sizeof(*ids));
	if (!ids) {
		c->no_memory |= !v->bad;
		return NULL;
	}
	for (uint32_t i = 0; i < set->n; i++) {
		const struct sk_entity *s = &c->symbols.list[sk_meaning(c, set->items[i])];

		if (s->flavor != SK_FLAVOR_ATTRIBUTE || !(s->expand || s->spread)) {
			ids[n++] = s->id;
			continue;
		}
		for (uint32_t t = sk_bitset_next(&c->attribute_types[s->id], 1); t != UINT32_MAX;
		     t = sk_bitset_next(&c->attribute_types[s->id], t + 1))
			ids[n++] = t;
	}
	if (n > 1)
		qsort(ids, n, sizeof(*ids), sk_compare_ids);
	for (uint32_t i = 0; i < n; i++)
		if (!k || ids[k - 1] != ids[i])
			ids[k++] = ids[i];
	v->kept = (struct sk_ids){ k, ids };
	v->has_kept = true;
	return &v->kept;
}

const struct sk_ids *sk_rule_types(struct sk_compiler *c, const struct sk_unit_stmt *stmt, uint32_t number)
{
	const struct sk_name_set *set = &c->space->sets.list[number];
	struct sk_set_value *v = &c->sets[number];

	if (v->has_kept)
		return &v->kept;
	if ((set->flags & (SK_SET_STAR | SK_SET_COMPLEMENT | SK_SET_EXPR)) || set->n_minus)
		return sk_set_type_ids(c, stmt, number);
	v->bad = false;
	return sk_keep_types(c, stmt, set, v);
}

static bool sk_add_other(struct sk_compiler *c, const struct sk_unit_stmt *stmt, uint32_t ref, struct sk_bitset *into)
{
	uint32_t symbol = sk_need_symbol(c, stmt, ref, SK_FLAVOR_ANY);
	const struct sk_entity *s;

	if (symbol == SK_SPACE_NONE)
		return false;
	s = &c->symbols.list[symbol];
	if (s->flavor == SK_FLAVOR_ATTRIBUTE) {
		const struct sk_bitset *members = sk_members_of(c, symbol);

		if (members)
			sk_combine(into, members, SK_SET_OR);
		return members;
	}
	sk_bitset_add(into, s->id);
	return true;
}

/* All ids of a table: 1 to how many there are. */
static const struct sk_bitset *sk_all_of(struct sk_compiler *c, uint32_t ns)
{
	uint32_t n = ns == SK_NS_ROLE ? c->policy->n_role_ids : ns == SK_NS_USER ? c->policy->n_user_ids
									       : c->policy->n_class_ids;
	struct sk_bitset *all = &c->all_of[ns];

	if (all->words)
		return all;
	if (sk_bitset_init(all, &c->arena, n + 1)) {
		c->no_memory = true;
		return NULL;
	}
	for (uint32_t id = 1; id <= n; id++)
		sk_bitset_add(all, id);
	return all;
}

const struct sk_bitset *sk_set_ids(struct sk_compiler *c, const struct sk_unit_stmt *stmt, uint32_t number)
{
	struct sk_calculation k = { c, stmt, sk_all_of(c, c->space->sets.list[number].ns), sk_add_other, false };

	if (!k.all)
		return NULL;
	if (c->has_other_set[number])
		return &c->other_sets[number];
	if (!sk_new_row(&k, &c->other_sets[number]))
		return NULL;
	sk_calculate(&k, number, &c->other_sets[number]);
	c->has_other_set[number] = !k.bad;
	return k.bad ? NULL : &c->other_sets[number];
}
