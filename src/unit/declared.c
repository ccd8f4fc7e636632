/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a module declares, each thing once. In a policy the compiler sees to it, over all units; a module that is written as
 * it is has nobody else who does. Roles and users may be declared again.
 */
#include "unit/unit.h"

#include <errno.h>

#include "base/map.h"

/* How a kind of statement declares; NULL where it does not, or may do so again. */
static const char *sk_declared_word(uint32_t kind)
{
	switch (kind) {
	case SK_UNIT_TYPE:
		return "type";
	case SK_UNIT_ATTRIBUTE:
		return "attribute";
	case SK_UNIT_TYPE_ALIAS:
		return "alias";
	case SK_UNIT_BOOL: case SK_UNIT_TUNABLE:
		return "boolean";
	case SK_UNIT_ROLE_ATTRIBUTE:
		return "role attribute";
	default:
		return NULL;
	}
}

static void sk_say_twice(const struct sk_unit *unit, const struct sk_unit_stmt *stmt, const struct sk_unit_stmt *first)
{
	const struct sk_space *space = unit->space;
	const char *name = sk_intern_str(space->names, space->refs.list[stmt->op[0]].name);
	struct sk_place place;
	struct sk_diag *d;

	sk_sources_place_statement(space->sources, stmt->addr, &place);
	d = sk_error(space->diags, "E0803", &place, "%s '%s' is declared twice", sk_declared_word(stmt->kind), name);
	sk_sources_note_expansion(space->sources, space->names, space->diags, d, stmt->expansion);
	sk_sources_place_statement(space->sources, first->addr, &place);
	if (stmt->kind == first->kind)
		sk_diag_note(space->diags, d, &place, "first it is declared here");
	else
		sk_diag_note(space->diags, d, &place, "the %s is declared here", sk_declared_word(first->kind));
}

int sk_unit_check_declared(const struct sk_unit *unit)
{
	struct sk_map seen = { 0 };
	bool fresh, twice = false;
	uint32_t *first;
	int r = 0;

	for (size_t i = 0; i < unit->stmts.n && !r; i++) {
		const struct sk_unit_stmt *stmt = &unit->stmts.list[i];

		if (!sk_declared_word(stmt->kind))
			continue;
		r = sk_map_insert(&seen, stmt->op[0], (uint32_t)i, &first, &fresh);
		if (r || fresh)
			continue;
		sk_say_twice(unit, stmt, &unit->stmts.list[*first]);
		twice = true;
	}
	sk_map_done(&seen);
	return r ? r : twice ? SK_UNIT_REFUSED : 0;
}
