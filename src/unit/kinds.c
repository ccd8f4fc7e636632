/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Where a module that is written as it is has an attribute and a type or role must stand, or the other way round, as far as
 * it says itself which they are. In a policy the compiler sees to it, over all units; here nobody else does, and whoever
 * links the module would find it out.
 */
#include "unit/unit.h"

#include "base/map.h"
#include "unit/print.h"

/* By operand: p a type or role, a an attribute, P and A the same of all in a set, - anything. */
static const char *const sk_kinds_wanted[SK_UNIT_N_KINDS] = {
	[SK_UNIT_TYPE_ALIAS] = "-p",
	[SK_UNIT_TYPE_ATTRIBUTE_SET] = "aP",
	[SK_UNIT_TYPE_BOUNDS] = "pp",
	[SK_UNIT_TYPE_PERMISSIVE] = "p",
	[SK_UNIT_TYPE_NEVERAUDIT] = "p",
	[SK_UNIT_EXPAND_ATTRIBUTE] = "A",
	[SK_UNIT_TYPE_TRANSITION] = "---p",
	[SK_UNIT_TYPE_MEMBER] = "---p",
	[SK_UNIT_TYPE_CHANGE] = "---p",
	[SK_UNIT_ROLE_ATTRIBUTE_SET] = "a",
	[SK_UNIT_ROLE_TRANSITION] = "---p",
};

struct sk_kinds {
	const struct sk_unit *unit;
	struct sk_map said;		/* by reference: the first statement that says what it is */
	bool refused;
};

static bool sk_kinds_is_attribute(uint32_t kind)
{
	return kind == SK_UNIT_ATTRIBUTE || kind == SK_UNIT_REQUIRE_ATTRIBUTE || kind == SK_UNIT_ROLE_ATTRIBUTE ||
	       kind == SK_UNIT_REQUIRE_ROLE_ATTRIBUTE;
}

static bool sk_kinds_says(uint32_t kind)
{
	return sk_kinds_is_attribute(kind) || kind == SK_UNIT_TYPE || kind == SK_UNIT_TYPE_ALIAS ||
	       kind == SK_UNIT_REQUIRE_TYPE || kind == SK_UNIT_ROLE || kind == SK_UNIT_REQUIRE_ROLE;
}

static const char *sk_kinds_word(const struct sk_ref *ref, bool attribute)
{
	if (ref->ns == SK_NS_ROLE)
		return attribute ? "a role attribute" : "a role";
	return attribute ? "an attribute" : "a type";
}

static void sk_kinds_check(struct sk_kinds *k, const struct sk_unit_stmt *stmt, uint32_t ref, bool attribute)
{
	const struct sk_space *space = k->unit->space;
	const uint32_t *number = sk_map_find(&k->said, ref);
	const struct sk_unit_stmt *said = number ? &k->unit->stmts.list[*number] : NULL;
	const char *name = sk_unit_ref_name(space, ref);
	struct sk_place place;
	struct sk_diag *d;

	if (!said || sk_kinds_is_attribute(said->kind) == attribute)
		return;
	k->refused = true;
	sk_sources_place_word(space->sources, stmt->addr, name, &place);
	d = sk_error(space->diags, "E0802", &place, "'%s' is %s, and %s must stand here", name,
		     sk_kinds_word(&space->refs.list[ref], !attribute), sk_kinds_word(&space->refs.list[ref], attribute));
	sk_sources_note_expansion(space->sources, space->names, space->diags, d, stmt->expansion);
	sk_sources_place_word(space->sources, said->addr, name, &place);
	sk_diag_note(space->diags, d, &place, "this says that it is");
}

static void sk_kinds_statement(struct sk_kinds *k, const struct sk_unit_stmt *stmt)
{
	const char *wanted = sk_kinds_wanted[stmt->kind];

	for (unsigned int i = 0; wanted && wanted[i]; i++) {
		bool of_set = wanted[i] == 'A' || wanted[i] == 'P';
		const struct sk_name_set *set = of_set ? &k->unit->space->sets.list[stmt->op[i]] : NULL;

		if (wanted[i] == 'a' || wanted[i] == 'p')
			sk_kinds_check(k, stmt, stmt->op[i], wanted[i] == 'a');
		for (uint32_t n = 0; set && n < set->n; n++)
			sk_kinds_check(k, stmt, set->items[n], wanted[i] == 'A');
	}
}

int sk_unit_check_kinds(const struct sk_unit *unit)
{
	struct sk_kinds k = { .unit = unit };
	uint32_t *value;
	int r = 0;

	for (size_t i = 0; i < unit->stmts.n && !r; i++)
		if (sk_kinds_says(unit->stmts.list[i].kind))
			r = sk_map_insert(&k.said, unit->stmts.list[i].op[0], (uint32_t)i, &value, NULL);
	for (size_t i = 0; i < unit->stmts.n && !r; i++)
		sk_kinds_statement(&k, &unit->stmts.list[i]);
	sk_map_done(&k.said);
	return r ? r : k.refused ? SK_UNIT_REFUSED : 0;
}
