/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A unit: the table of what statements there are, and the list of those that one module has.
 */
#include "unit/unit.h"

#include <errno.h>
#include <string.h>

const struct sk_unit_row sk_unit_rows[SK_UNIT_N_KINDS] = {
#define SK_ROW(id, cil, operands, names) [SK_UNIT_##id] = { #id, cil, operands, names },
	SK_UNIT_KINDS(SK_ROW)
#undef SK_ROW
};

int sk_unit_init(struct sk_unit *unit, struct sk_space *space, enum sk_unit_source source, uint32_t number)
{
	const struct sk_block top = {
		.unit = number, .parent = SK_SPACE_NONE, .otherwise = SK_SPACE_NONE, .name = SK_INTERN_NONE };

	memset(unit, 0, sizeof(*unit));
	unit->space = space;
	unit->source = source;
	unit->number = number;
	unit->name = unit->version = SK_INTERN_NONE;
	return sk_space_block(space, &top, &unit->top);
}

void sk_unit_keep_enabled(struct sk_unit *unit, const bool *enabled)
{
	size_t n = 0;

	for (size_t i = 0; i < unit->stmts.n; i++) {
		struct sk_unit_stmt *stmt = &unit->stmts.list[i];

		if (!enabled[stmt->block] || (stmt->block != unit->top && stmt->kind >= SK_UNIT_REQUIRE_COMMON))
			continue;
		stmt->block = unit->top;
		unit->stmts.list[n++] = *stmt;
	}
	unit->stmts.n = n;
	for (size_t b = 0; b < unit->space->blocks.n; b++)
		if (unit->space->blocks.list[b].unit == unit->number && b != unit->top)
			unit->space->blocks.list[b].unit = SK_SPACE_NONE;
}

void sk_unit_done(struct sk_unit *unit)
{
	free(unit->conds.list);
	free(unit->stmts.list);
	memset(unit, 0, sizeof(*unit));
}

struct sk_unit *sk_units_room(struct sk_units *units)
{
	return sk_grow(&units->list, &units->cap, units->n + 1, sizeof(*units->list)) ? NULL : malloc(sizeof(struct sk_unit));
}

int sk_units_add(struct sk_units *units, struct sk_space *space, enum sk_unit_source source, struct sk_unit **ret_unit)
{
	struct sk_unit *unit = sk_units_room(units);
	int r = unit ? sk_unit_init(unit, space, source, (uint32_t)units->n) : -ENOMEM;

	if (r) {
		free(unit);
		return r;
	}
	units->list[units->n++] = unit;
	*ret_unit = unit;
	return 0;
}

void sk_units_done(struct sk_units *units)
{
	for (size_t i = 0; i < units->n; i++) {
		sk_unit_done(units->list[i]);
		free(units->list[i]);
	}
	free(units->list);
	*units = (struct sk_units){ 0 };
}

int sk_unit_add(struct sk_unit *unit, const struct sk_unit_stmt *stmt)
{
	struct sk_unit_stmt *place = sk_unit_place(unit);

	if (!place)
		return -ENOMEM;
	*place = *stmt;
	return 0;
}

int sk_unit_add_cond(struct sk_unit *unit, const struct sk_unit_cond *cond, uint32_t *ret_cond)
{
	int r = sk_grow(&unit->conds.list, &unit->conds.cap, unit->conds.n + 1, sizeof(*unit->conds.list));

	if (r)
		return r;
	*ret_cond = (uint32_t)unit->conds.n;
	unit->conds.list[unit->conds.n++] = *cond;
	return 0;
}
