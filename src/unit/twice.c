/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Transitions of roles and by name that stand twice in a module, be it with the same result or in one statement. In a policy the compiler
 * finds them; a module that is written as it is must not have them either, as far as it knows itself which types its
 * attributes have: what an optional adds, and what other modules add, does not count. Sets that are all types, or all but
 * some, are passed over. All roles, types and classes are named one by one, sorted, and equal ones are neighbors.
 */
#include "unit/unit.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "unit/print.h"

struct sk_twice_one {
	uint32_t source, target, class, name;
	uint32_t stmt;
	bool itself;			/* by self, and not by its name */
};

struct sk_twice_member {
	uint32_t ref, before;		/* the one before it, of the same attribute */
};

struct sk_twice {
	const struct sk_unit *unit;
	const struct sk_space *space;
	struct sk_map alias_of;		/* by reference: a reference */
	struct sk_map last_of;		/* attribute, by reference: its last member */
	SK_PARTS(struct sk_twice_member) members;
	SK_PARTS(uint32_t) sources, targets;
	SK_PARTS(struct sk_twice_one) all;
	int error;
};

static uint32_t sk_twice_real(const struct sk_twice *w, uint32_t ref)
{
	const uint32_t *actual = sk_map_find(&w->alias_of, ref);

	return actual ? *actual : ref;
}

static void sk_twice_put(struct sk_twice *w, uint32_t attribute, uint32_t ref)
{
	struct sk_twice_member member = { ref, SK_SPACE_NONE };
	uint32_t *last;

	if (!w->error)
		w->error = sk_map_insert(&w->last_of, attribute, SK_SPACE_NONE, &last, NULL);
	if (!w->error)
		w->error = sk_grow(&w->members.list, &w->members.cap, w->members.n + 1, sizeof(*w->members.list));
	if (w->error)
		return;
	member.before = *last;
	*last = (uint32_t)w->members.n;
	w->members.list[w->members.n++] = member;
}

/* Attributes, empty ones as well, their members outside optionals, and aliases. */
static void sk_twice_learn(struct sk_twice *w, const struct sk_unit_stmt *stmt)
{
	const struct sk_name_set *set;
	uint32_t *value;

	switch (stmt->kind) {
	case SK_UNIT_TYPE_ALIAS:
		if (!w->error && stmt->op[1] != SK_SPACE_NONE)
			w->error = sk_map_insert(&w->alias_of, stmt->op[0], stmt->op[1], &value, NULL);
		break;
	case SK_UNIT_ATTRIBUTE: case SK_UNIT_REQUIRE_ATTRIBUTE:
	case SK_UNIT_ROLE_ATTRIBUTE: case SK_UNIT_REQUIRE_ROLE_ATTRIBUTE:
		if (!w->error)
			w->error = sk_map_insert(&w->last_of, stmt->op[0], SK_SPACE_NONE, &value, NULL);
		break;
	case SK_UNIT_TYPE_ATTRIBUTE_SET:
	case SK_UNIT_ROLE_ATTRIBUTE_SET:
		set = &w->space->sets.list[stmt->op[1]];
		for (uint32_t i = 0; i < set->n && stmt->block == w->unit->top && !(set->flags & SK_SET_EXPR); i++)
			sk_twice_put(w, stmt->op[0], set->items[i]);
		break;
	default:
		break;
	}
}

static bool sk_twice_holds(const struct sk_twice *w, uint32_t item, uint32_t ref)
{
	const uint32_t *last = sk_map_find(&w->last_of, item);

	for (uint32_t m = last ? *last : SK_SPACE_NONE; m != SK_SPACE_NONE; m = w->members.list[m].before)
		if (sk_twice_real(w, w->members.list[m].ref) == ref)
			return true;
	return !last && sk_twice_real(w, item) == ref;
}

#define SK_TWICE_ADD(w, list_, x) do { \
	if (!(w)->error && !((w)->error = sk_grow(&(list_).list, &(list_).cap, (list_).n + 1, sizeof(*(list_).list)))) \
		(list_).list[(list_).n++] = (x); \
} while (0)

/* The names of a set that the module knows, each once or more, behind those that are in the list. */
static void sk_twice_expand(struct sk_twice *w, uint32_t number, bool of_sources)
{
	const struct sk_name_set *set = &w->space->sets.list[number];
	bool known = !(set->flags & (SK_SET_STAR | SK_SET_COMPLEMENT | SK_SET_EXPR));

	for (uint32_t i = 0; i < set->n && known && !w->error; i++) {
		const uint32_t *last = sk_map_find(&w->last_of, set->items[i]);
		uint32_t m = last ? *last : 0;

		for (; m != SK_SPACE_NONE && !w->error; m = last ? w->members.list[m].before : SK_SPACE_NONE) {
			uint32_t ref = sk_twice_real(w, last ? w->members.list[m].ref : set->items[i]);
			bool minus = false;

			for (uint32_t k = set->n; k < set->n + set->n_minus && !minus; k++)
				minus = sk_twice_holds(w, set->items[k], ref);
			if (minus)
				continue;
			if (of_sources)
				SK_TWICE_ADD(w, w->sources, ref);
			else
				SK_TWICE_ADD(w, w->targets, ref);
		}
	}
}

static void sk_twice_list(struct sk_twice *w, uint32_t number)
{
	const struct sk_unit_stmt *stmt = &w->unit->stmts.list[number];
	bool of_roles = stmt->kind == SK_UNIT_ROLE_TRANSITION;
	bool itself = !of_roles && w->space->sets.list[stmt->op[1]].flags & SK_SET_SELF;
	const struct sk_name_set *classes = &w->space->sets.list[stmt->op[2]];

	if (!of_roles && (stmt->kind != SK_UNIT_TYPE_TRANSITION || stmt->op[4] == SK_INTERN_NONE))
		return;
	w->sources.n = w->targets.n = 0;
	sk_twice_expand(w, stmt->op[0], true);
	sk_twice_expand(w, stmt->op[1], false);
	for (size_t s = 0; s < w->sources.n; s++)
		for (size_t t = 0; t < w->targets.n + itself; t++)
			for (uint32_t c = 0; c < classes->n && !w->error; c++) {
				const struct sk_twice_one one = {
					w->sources.list[s], t < w->targets.n ? w->targets.list[t] : w->sources.list[s],
					classes->items[c], of_roles ? SK_INTERN_NONE : stmt->op[4], number,
					t >= w->targets.n };

				SK_TWICE_ADD(w, w->all, one);
			}
}

static int sk_twice_compare_keys(const struct sk_twice_one *a, const struct sk_twice_one *b)
{
	return memcmp(a, b, offsetof(struct sk_twice_one, stmt));
}

static int sk_twice_compare(const void *a, const void *b)
{
	const struct sk_twice_one *x = a, *y = b;
	int order = sk_twice_compare_keys(x, y);

	if (order || x->stmt != y->stmt)
		return order ? order : x->stmt < y->stmt ? -1 : 1;
	return x->itself - y->itself;
}

static void sk_twice_say(struct sk_twice *w, const struct sk_twice_one *first, const struct sk_twice_one *again)
{
	const struct sk_unit_stmt *a = &w->unit->stmts.list[first->stmt], *b = &w->unit->stmts.list[again->stmt];
	bool of_roles = b->kind == SK_UNIT_ROLE_TRANSITION, same = a->op[3] == b->op[3];
	struct sk_place place;
	struct sk_diag *d;

	sk_sources_place_statement(w->space->sources, b->addr, &place);
	d = sk_error(w->space->diags, same ? "E0807" : "E0806", &place, "%s %s %s:%s%s%s%s gives '%s'%s%s%s",
		     of_roles ? "role_transition" : "type_transition", sk_unit_ref_name(w->space, again->source),
		     sk_unit_ref_name(w->space, again->target), sk_unit_ref_name(w->space, again->class), of_roles ? "" : " \"",
		     of_roles ? "" : sk_intern_str(w->space->names, again->name), of_roles ? "" : "\"",
		     sk_unit_ref_name(w->space, b->op[3]), same ? " twice" : ", and elsewhere '",
		     same ? "" : sk_unit_ref_name(w->space, a->op[3]), same ? "" : "'");
	sk_sources_note_expansion(w->space->sources, w->space->names, w->space->diags, d, b->expansion);
	sk_sources_place_statement(w->space->sources, a->addr, &place);
	if (a == b)
		sk_diag_note(w->space->diags, d, NULL, "once by its name, and once more as self");
	else
		sk_diag_note(w->space->diags, d, &place, "'%s' is given here", sk_unit_ref_name(w->space, a->op[3]));
}

int sk_unit_check_twice(const struct sk_unit *unit)
{
	struct sk_twice w = { .unit = unit, .space = unit->space };
	uint32_t said = SK_SPACE_NONE;

	for (size_t i = 0; i < unit->stmts.n && !w.error; i++)
		sk_twice_learn(&w, &unit->stmts.list[i]);
	for (size_t i = 0; i < unit->stmts.n && !w.error; i++)
		sk_twice_list(&w, (uint32_t)i);
	if (w.all.n && !w.error)
		qsort(w.all.list, w.all.n, sizeof(*w.all.list), sk_twice_compare);
	for (size_t i = 1; i < w.all.n && !w.error; i++) {
		const struct sk_twice_one *one = &w.all.list[i];

		if (sk_twice_compare_keys(one - 1, one) || one->stmt == said ||
		    (one[-1].stmt == one->stmt && one[-1].itself == one->itself))
			continue;
		said = one->stmt;
		sk_twice_say(&w, one - 1, one);
	}
	sk_map_done(&w.alias_of);
	sk_map_done(&w.last_of);
	free(w.members.list);
	free(w.sources.list);
	free(w.targets.list);
	free(w.all.list);
	return w.error ? w.error : said != SK_SPACE_NONE ? SK_UNIT_REFUSED : 0;
}
