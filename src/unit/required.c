/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which permissions a module may use: those that it requires with the class, somewhere in it. In a policy the compiler
 * knows the classes themselves; a module that is written as it is has nobody else who would find a slip of the pen, and
 * whoever links it would be told of a bit that has no name. In which block it is required does not matter: checkmodule means
 * to look at that, and takes all (is_perm_in_scope_index finds every permission in a scope that declares no class).
 */
#include "unit/unit.h"

#include <errno.h>
#include <string.h>

#include "base/map.h"
#include "unit/print.h"

struct sk_required {
	const struct sk_unit *unit;
	const struct sk_space *space;
	struct sk_map perms;		/* class and permission, both references */
	struct sk_map seen;		/* class permissions that have been looked at, by number */
	bool refused;
};

static uint64_t sk_required_key(uint32_t class, uint32_t perm)
{
	return (uint64_t)class << 32 | perm;
}

static int sk_required_collect(struct sk_required *q)
{
	int r = 0;

	for (size_t i = 0; i < q->unit->stmts.n && !r; i++) {
		const struct sk_unit_stmt *stmt = &q->unit->stmts.list[i];
		const struct sk_name_set *set;
		uint32_t *value;

		if (stmt->kind != SK_UNIT_REQUIRE_CLASS || stmt->op[1] == SK_SPACE_NONE)
			continue;
		set = &q->space->sets.list[stmt->op[1]];
		for (uint32_t k = 0; k < set->n && !r; k++)
			r = sk_map_insert(&q->perms, sk_required_key(stmt->op[0], set->items[k]), 0, &value, NULL);
	}
	return r;
}

struct sk_required_candidates {
	const struct sk_required *q;
	uint32_t class;
};

static const char *sk_required_candidate(const void *arg, size_t i)
{
	const struct sk_required_candidates *c = arg;
	const struct sk_map_slot *slot = &c->q->perms.slots[i];
	size_t n = c->q->perms.n_slots;

	if (i >= n)
		return sk_intern_str(c->q->space->names, c->q->space->perm_macros.list[i - n]);
	return slot->key != SK_MAP_NONE && slot->key >> 32 == c->class ? sk_unit_ref_name(c->q->space, (uint32_t)slot->key)
								       : NULL;
}

static void sk_required_say(struct sk_required *q, const struct sk_unit_stmt *stmt, uint32_t class, uint32_t perm)
{
	const struct sk_required_candidates candidates = { q, class };
	const char *name = sk_unit_ref_name(q->space, perm);
	struct sk_place place;
	struct sk_diag *d;
	size_t near;

	q->refused = true;
	sk_sources_place_word(q->space->sources, stmt->addr, name, &place);
	d = sk_error(q->space->diags, "E0156", &place, "the permission '%s' of the class '%s' is not required", name,
		     sk_unit_ref_name(q->space, class));
	sk_sources_note_expansion(q->space->sources, q->space->names, q->space->diags, d, stmt->expansion);
	near = sk_nearest_name(name, q->perms.n_slots + q->space->perm_macros.n, sk_required_candidate, &candidates);
	if (near != SIZE_MAX)
		sk_diag_note(q->space->diags, d, NULL, "did you mean '%s'?", sk_required_candidate(&candidates, near));
}

static void sk_required_check(struct sk_required *q, const struct sk_unit_stmt *stmt, const struct sk_class_perm *p)
{
	const struct sk_name_set *classes = &q->space->sets.list[p->classes], *perms = &q->space->sets.list[p->perms];

	for (uint32_t c = 0; c < classes->n; c++)
		for (uint32_t k = 0; k < perms->n; k++)
			if (!sk_map_find(&q->perms, sk_required_key(classes->items[c], perms->items[k])))
				sk_required_say(q, stmt, classes->items[c], perms->items[k]);
}

static int sk_required_statement(struct sk_required *q, const struct sk_unit_stmt *stmt)
{
	const char *operand = strchr(sk_unit_rows[stmt->kind].operands, 'P');
	const struct sk_class_perms *perms;
	uint32_t number, *value;
	bool fresh;
	int r;

	if (!operand)
		return 0;
	number = stmt->op[operand - sk_unit_rows[stmt->kind].operands];
	r = sk_map_insert(&q->seen, number, 0, &value, &fresh);
	if (r || !fresh)
		return r;
	perms = &q->space->class_perms.list[number];
	for (uint32_t i = 0; i < perms->n; i++)
		sk_required_check(q, stmt, &perms->items[i]);
	return 0;
}

int sk_unit_check_required(const struct sk_unit *unit)
{
	struct sk_required q = { .unit = unit, .space = unit->space };
	int r = sk_required_collect(&q);

	for (size_t i = 0; i < unit->stmts.n && !r; i++)
		r = sk_required_statement(&q, &unit->stmts.list[i]);
	sk_map_done(&q.perms);
	sk_map_done(&q.seen);
	return r ? r : q.refused ? SK_UNIT_REFUSED : 0;
}
