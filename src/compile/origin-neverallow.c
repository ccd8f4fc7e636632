/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Neverallow rules for the origins, for each class what a statement forbids. Sets of types go there as they are written,
 * so that they stay small and can be read; what the policy cannot name, an attribute that is not in it or an expression of
 * CIL, as the types it comes to. Equal sets have one number there, as they have here.
 */
#include <errno.h>
#include <string.h>

#include "compile/rule.h"
#include "compile/type.h"

/* A set in the making. */
struct sk_never_set {
	struct sk_compiler *c;
	struct sk_origins_writer *w;
	const struct sk_unit_stmt *stmt;
	SK_PARTS(uint32_t) ids;
};

static int sk_never_add_types(struct sk_never_set *s, const struct sk_bitset *types)
{
	for (uint32_t id = sk_bitset_next(types, 1); id != UINT32_MAX; id = sk_bitset_next(types, id + 1))
		if (SK_COMPILE_ADD(s->ids, id))
			return -ENOMEM;
	return 0;
}

static int sk_never_add_refs(struct sk_never_set *s, const uint32_t *refs, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		uint32_t symbol = sk_need_symbol(s->c, s->stmt, refs[i], SK_FLAVOR_ANY);
		const struct sk_entity *e = &s->c->symbols.list[symbol];
		const struct sk_bitset *types;

		if (symbol == SK_SPACE_NONE)
			continue;
		if (e->flavor != SK_FLAVOR_ATTRIBUTE || !(e->dropped || e->expand || e->spread)) {
			if (SK_COMPILE_ADD(s->ids, e->id))
				return -ENOMEM;
			continue;
		}
		types = sk_attribute_types(s->c, e->id);
		if (!types || sk_never_add_types(s, types))
			return -ENOMEM;
	}
	return 0;
}

static int sk_never_list(struct sk_never_set *s, const struct sk_name_set *set)
{
	struct sk_origin_set put = { .flags = (set->flags & SK_SET_STAR ? SK_ORIGIN_ALL : 0) |
					      (set->flags & SK_SET_COMPLEMENT ? SK_ORIGIN_COMPLEMENT : 0) };

	if (sk_never_add_refs(s, set->items, set->n))
		return -ENOMEM;
	put.n = (uint32_t)s->ids.n;
	if (sk_never_add_refs(s, set->items + set->n, set->n_minus))
		return -ENOMEM;
	put.n_minus = (uint32_t)s->ids.n - put.n;
	put.ids = s->ids.list;
	sk_origins_put_set(s->w, &put);
	return 0;
}

static int sk_never_expr(struct sk_never_set *s, uint32_t number)
{
	const struct sk_bitset *types = sk_set_types(s->c, s->stmt, number);
	struct sk_origin_set put = { 0 };

	if (!types)
		return 0;
	if (sk_never_add_types(s, types))
		return -ENOMEM;
	put.n = (uint32_t)s->ids.n;
	put.ids = s->ids.list;
	sk_origins_put_set(s->w, &put);
	return 0;
}

/* The number that something has among the origins' sets; false: it has none yet, and gets that of the next set. */
static int sk_never_number(struct sk_compiler *c, const struct sk_origins_writer *w, uint64_t key, uint32_t *ret_number,
			   bool *ret_new)
{
	uint32_t *number;
	int r = sk_map_insert(&c->never_sets, key, w->n_sets, &number, ret_new);

	if (!r)
		*ret_number = *number;
	return r;
}

static int sk_note_set(struct sk_compiler *c, struct sk_origins_writer *w, const struct sk_unit_stmt *stmt, uint32_t number,
		       uint32_t *ret_number)
{
	const struct sk_name_set *set = &c->space->sets.list[number];
	struct sk_never_set s = { .c = c, .w = w, .stmt = stmt };
	bool is_new;
	int r = sk_never_number(c, w, number, ret_number, &is_new);

	if (!r && is_new)
		r = set->flags & SK_SET_EXPR ? sk_never_expr(&s, number) : sk_never_list(&s, set);
	free(s.ids.list);
	return r;
}

/* Numbers of extended permissions, as pairs. */
static int sk_note_numbers(struct sk_compiler *c, struct sk_origins_writer *w, uint32_t xperms, uint32_t *ret_number)
{
	uint32_t (*perms)[8];
	struct sk_never_set s = { .c = c, .w = w };
	bool is_new;
	int r = sk_never_number(c, w, (uint64_t)1 << 32 | xperms, ret_number, &is_new);

	if (r || !is_new)
		return r;
	perms = malloc(256 * sizeof(*perms));
	if (!perms)
		return -ENOMEM;
	sk_xperm_numbers(&c->space->xperms.list[xperms], perms);
	for (uint32_t i = 0, low = 0; i <= 0xffff && !r; i++) {
		bool in = perms[i >> 8][i / 32 % 8] >> (i % 32) & 1;
		bool before = i && perms[(i - 1) >> 8][(i - 1) / 32 % 8] >> ((i - 1) % 32) & 1;
		bool behind = i < 0xffff && perms[(i + 1) >> 8][(i + 1) / 32 % 8] >> ((i + 1) % 32) & 1;

		if (in && !before)
			low = i;
		if (in && !behind)
			r = SK_COMPILE_ADD(s.ids, low) || SK_COMPILE_ADD(s.ids, i) ? -ENOMEM : 0;
	}
	if (!r)
		sk_origins_put_set(w, &(struct sk_origin_set){ .n = (uint32_t)s.ids.n, .ids = s.ids.list });
	free(s.ids.list);
	free(perms);
	return r;
}

/* What the statement forbids for one class. */
static int sk_note_class(struct sk_compiler *c, struct sk_record record, uint32_t how, uint32_t source, uint32_t target,
			 uint32_t cls, bool *ret_too_large)
{
	if (!sk_origin_key(SK_ORIGIN_NEVERALLOW, how, source, target, cls, &record.key)) {
		*ret_too_large = true;
		return 0;
	}
	return SK_COMPILE_ADD(c->noted, record);
}

static int sk_note_neverallow(struct sk_compiler *c, struct sk_origins_writer *w, uint32_t number, bool *ret_too_large)
{
	const struct sk_unit_stmt *stmt = sk_stmt_at(c, number, NULL);
	uint32_t flags = c->space->sets.list[stmt->op[1]].flags, source = 0, target = 0;
	uint32_t how = (sk_flags_self(flags) ? SK_ORIGIN_SELF : 0) | (sk_flags_not_self(flags) ? SK_ORIGIN_NOT_SELF : 0);
	struct sk_record record = { .stmt = number };
	const struct sk_access_list *list;
	const struct sk_bitset *classes;
	int r = sk_note_set(c, w, stmt, stmt->op[0], &source);

	if (!r)
		r = sk_note_set(c, w, stmt, stmt->op[flags & SK_SET_OTHER ? 0 : 1], &target);
	if (stmt->kind == SK_UNIT_NEVERALLOW) {
		if (r || !sk_access_of(c, stmt, stmt->op[2], &list))
			return r;
		for (uint32_t i = 0; i < list->n && !r; i++) {
			record.data = list->items[i].mask;
			r = sk_note_class(c, record, how, source, target, list->items[i].cls, ret_too_large);
		}
		return r;
	}
	if (!r)
		r = sk_note_numbers(c, w, stmt->op[3], &record.data);
	how |= c->space->xperms.list[stmt->op[3]].op == SK_XOP_NLMSG ? SK_ORIGIN_NLMSG : SK_ORIGIN_IOCTL;
	classes = r ? NULL : sk_set_ids(c, stmt, stmt->op[2]);
	for (uint32_t cls = classes ? sk_bitset_next(classes, 0) : UINT32_MAX; cls != UINT32_MAX && !r;
	     cls = sk_bitset_next(classes, cls + 1))
		r = sk_note_class(c, record, how, source, target, cls, ret_too_large);
	return r;
}

int sk_note_neverallows(struct sk_compiler *c, struct sk_origins_writer *w, bool *ret_too_large)
{
	int r = 0;

	/* Names that are not there have been told of; there will be no origins. */
	if (c->errors || c->damaged)
		return 0;
	for (size_t i = 0; i < c->neverallows.n && !r; i++)
		r = sk_note_neverallow(c, w, c->neverallows.list[i], ret_too_large);
	return r;
}
