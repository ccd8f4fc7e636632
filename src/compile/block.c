/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which blocks are on. As libsepol's linker and secilc do, all begin on but else branches, and those whose needs are not
 * met go off until nothing changes; blocks that need each other stay on. A block that goes off takes its declarations
 * with it, and only those who need one of them are looked at again: each need waits in the list of the symbol that
 * meets it now. Else branches, which declare nothing, are settled at the end.
 *
 * Each module of a reference policy requires the same thousand categories. What requires a set of them needs a group that
 * stands for the set and is on or off like a block; the group alone needs the thousand.
 */
#include <errno.h>
#include <string.h>

#include "compile/compiler.h"

struct sk_settling {
	struct sk_compiler *c;
	uint32_t *waiting;		/* by symbol: its needs */
	uint32_t *children, *sibling;	/* by block */
	uint32_t *decl_of, *decl_next;	/* by block, by declaration: the declarations of a block */
	uint32_t *user_of, *user_next;	/* REQUIRE_BLOCK: by block, by need */
	uint32_t *stack;		/* blocks that went off and whose consequences are not drawn */
	size_t n_stack;
	struct sk_map perms;		/* class or common, and name */
	struct sk_map whole;		/* class, and set of permissions that it has all: many blocks ask for the same */
	uint32_t *common_of;		/* by class: reference to the common it inherits */
	uint32_t *seen;			/* by reference: the last lenient block that uses it */
	uint32_t *group_of;		/* by set */
	bool lenient;			/* some block is */
};

#define SK_GROUP_NEW (1u << 31)		/* nothing is said yet of what it needs */

static uint32_t *sk_none_array(struct sk_compiler *c, size_t n)
{
	uint32_t *list = sk_arena_alloc(&c->arena, (n + 1) * sizeof(*list));

	if (list)
		memset(list, 0xff, (n + 1) * sizeof(*list));
	return list;
}

static int sk_add_need(struct sk_compiler *c, const struct sk_need *need)
{
	if (sk_grow(&c->needs, &c->cap_needs, c->n_needs + 1, sizeof(*c->needs)))
		return -ENOMEM;
	c->needs[c->n_needs++] = *need;
	return 0;
}

struct sk_lenient {
	struct sk_settling *s;
	uint32_t number;
};

static int sk_lenient_ref(struct sk_compiler *c, const struct sk_unit_stmt *stmt, uint32_t ref, void *arg)
{
	struct sk_lenient *l = arg;

	if (l->s->seen[ref] == stmt->block || c->space->refs.list[ref].ns == SK_NS_PERM)
		return 0;
	l->s->seen[ref] = stmt->block;
	return sk_add_need(c, &(struct sk_need){ stmt->block, ref, l->number, SK_SPACE_NONE, (uint8_t)stmt->kind, false });
}

/* A set of categories: who requires it needs its group, and the first of them makes that need what is in the set. */
static int sk_collect_group(struct sk_settling *s, const struct sk_unit_stmt *stmt, uint32_t number)
{
	struct sk_compiler *c = s->c;
	const struct sk_name_set *set = &c->space->sets.list[stmt->op[0]];
	uint32_t group = s->group_of[stmt->op[0]] & ~SK_GROUP_NEW;
	int r = sk_add_need(c, &(struct sk_need){ stmt->block, group, number, SK_SPACE_NONE, (uint8_t)stmt->kind, true });

	for (uint32_t i = 0; !r && s->group_of[stmt->op[0]] & SK_GROUP_NEW && i < set->n; i++)
		r = sk_add_need(c, &(struct sk_need){ group, set->items[i], number, SK_SPACE_NONE, (uint8_t)stmt->kind, false });
	s->group_of[stmt->op[0]] = group;
	return r;
}

static int sk_collect_needs_of(struct sk_settling *s, const struct sk_unit_stmt *stmt, uint32_t number)
{
	struct sk_compiler *c = s->c;
	struct sk_lenient l = { s, number };
	uint8_t ns, flavor;

	if (stmt->kind == SK_UNIT_REQUIRE_CATEGORY)
		return sk_collect_group(s, stmt, number);
	if (sk_stmt_requires(stmt, &ns, &flavor) || stmt->kind == SK_UNIT_REQUIRE_BLOCK)
		return sk_add_need(c, &(struct sk_need){ stmt->block, stmt->op[0], number, SK_SPACE_NONE, (uint8_t)stmt->kind,
							 stmt->kind == SK_UNIT_REQUIRE_BLOCK });
	return c->space->blocks.list[stmt->block].lenient ? sk_stmt_refs(c, stmt, sk_lenient_ref, &l) : 0;
}

static int sk_collect_needs(struct sk_settling *s)
{
	struct sk_compiler *c = s->c;
	struct sk_stmt_walk commons = sk_walk_stmts(c, SK_UNIT_CLASS_COMMON, SK_UNIT_CLASS_COMMON);
	struct sk_stmt_walk needs = sk_walk_stmts(c, SK_UNIT_REQUIRE_COMMON, SK_UNIT_REQUIRE_BLOCK);
	int r = 0;

	while (sk_next_stmt(&commons)) {
		uint32_t cls = sk_lookup(c, commons.stmt->op[0]);

		if (cls != SK_SPACE_NONE)
			s->common_of[cls] = commons.stmt->op[1];
	}
	if (!s->lenient) {
		while (!r && sk_next_stmt(&needs))
			r = sk_collect_needs_of(s, needs.stmt, needs.number);
		return r;
	}
	for (uint32_t u = 0; !r && u < c->n_units; u++)
		for (uint32_t i = 0; !r && i < c->units[u]->stmts.n; i++)
			r = sk_collect_needs_of(s, &c->units[u]->stmts.list[i], c->first_stmt[u] + i);
	return r;
}

/* The permissions that each class and common declares. */
static int sk_collect_perms(struct sk_settling *s)
{
	struct sk_compiler *c = s->c;
	uint32_t *value;

	for (size_t d = 0; d < c->decls.n; d++) {
		const struct sk_unit_stmt *stmt = sk_stmt_at(c, c->decls.list[d].stmt, NULL);
		const struct sk_name_set *perms;

		if ((stmt->kind != SK_UNIT_CLASS && stmt->kind != SK_UNIT_COMMON) || stmt->op[1] == SK_SPACE_NONE)
			continue;
		perms = &c->space->sets.list[stmt->op[1]];
		for (uint32_t i = 0; i < perms->n; i++)
			if (sk_map_insert(&s->perms, (uint64_t)c->decls.list[d].symbol << 32 |
					  c->space->refs.list[perms->items[i]].name, 0, &value, NULL))
				return -ENOMEM;
	}
	return 0;
}

static bool sk_perm_is_there(const struct sk_settling *s, uint32_t symbol, uint32_t perm)
{
	uint32_t common = s->common_of[symbol] == SK_SPACE_NONE ? SK_SPACE_NONE : sk_lookup(s->c, s->common_of[symbol]);

	return sk_map_find(&s->perms, (uint64_t)symbol << 32 | perm) ||
	       (common != SK_SPACE_NONE && sk_map_find(&s->perms, (uint64_t)common << 32 | perm));
}

static void sk_turn_off(struct sk_settling *s, uint32_t block, uint32_t because)
{
	struct sk_compiler *c = s->c;

	if (!c->enabled[block])
		return;
	c->enabled[block] = false;
	c->off_because[block] = because;
	s->stack[s->n_stack++] = block;
}

/* Finds who meets a need, and lets it wait there; or turns its block off. */
static void sk_place_need(struct sk_settling *s, uint32_t n)
{
	struct sk_compiler *c = s->c;
	struct sk_need *need = &c->needs[n];
	uint32_t symbol = sk_lookup(c, need->ref);

	if (symbol == SK_SPACE_NONE) {
		sk_turn_off(s, need->block, n);
		return;
	}
	need->next = s->waiting[symbol];
	s->waiting[symbol] = n;
}

static void sk_draw_consequences(struct sk_settling *s)
{
	struct sk_compiler *c = s->c;

	while (s->n_stack) {
		uint32_t block = s->stack[--s->n_stack];

		for (uint32_t d = s->decl_of[block]; d != SK_SPACE_NONE; d = s->decl_next[d]) {
			uint32_t symbol = c->decls.list[d].symbol, next;

			if (--c->symbols.list[symbol].n_enabled)
				continue;
			for (uint32_t n = s->waiting[symbol]; n != SK_SPACE_NONE; n = next) {
				next = c->needs[n].next;
				if (c->enabled[c->needs[n].block])
					sk_place_need(s, n);
			}
			s->waiting[symbol] = SK_SPACE_NONE;
		}
		for (uint32_t b = s->children[block]; b != SK_SPACE_NONE; b = s->sibling[b])
			sk_turn_off(s, b, SK_SPACE_NONE);
		for (uint32_t n = s->user_of[block]; n != SK_SPACE_NONE; n = s->user_next[n])
			sk_turn_off(s, c->needs[n].block, n);
	}
}

/* The permissions that a REQUIRE_CLASS names: classes change no more once they are there. */
static void sk_check_required_perms(struct sk_settling *s, uint32_t n)
{
	struct sk_compiler *c = s->c;
	const struct sk_unit_stmt *stmt;
	const struct sk_name_set *perms;
	uint32_t symbol, *value;

	if (c->needs[n].kind != SK_UNIT_REQUIRE_CLASS)
		return;
	stmt = sk_stmt_at(c, c->needs[n].stmt, NULL);
	if (stmt->op[1] == SK_SPACE_NONE)
		return;
	symbol = sk_lookup(c, stmt->op[0]);
	if (symbol == SK_SPACE_NONE)
		return;
	perms = &c->space->sets.list[stmt->op[1]];
	if (sk_map_find(&s->whole, (uint64_t)symbol << 32 | stmt->op[1]))
		return;
	for (uint32_t i = 0; i < perms->n; i++)
		if (!sk_perm_is_there(s, symbol, c->space->refs.list[perms->items[i]].name)) {
			sk_turn_off(s, c->needs[n].block, n);
			return;
		}
	if (sk_map_insert(&s->whole, (uint64_t)symbol << 32 | stmt->op[1], 0, &value, NULL))
		c->no_memory = true;
}

/*
 * Whether a block is libsepol's: there blocks are not nested. An optional has the needs of those around it, so it is off
 * when they are, but an else branch does not: it is on when its own optional is off, even where the one around that is
 * off, too; and an optional in an else branch does not ask whether that is on.
 */
static bool sk_is_flat(const struct sk_compiler *c, const struct sk_block *block)
{
	return !block->lenient && !c->options->store_order && block->unit < c->n_units &&
	       c->units[block->unit]->source != SK_UNIT_CIL;
}

/* The block without which this one is off, or SK_SPACE_NONE. */
static uint32_t sk_needed_parent(const struct sk_compiler *c, uint32_t b)
{
	const struct sk_block *block = &c->space->blocks.list[b];
	uint32_t parent = block->parent;

	if (!sk_is_flat(c, block))
		return parent;
	if (block->otherwise != SK_SPACE_NONE)
		return c->units[block->unit]->top;
	while (parent != SK_SPACE_NONE && c->space->blocks.list[parent].otherwise != SK_SPACE_NONE)
		parent = c->space->blocks.list[parent].parent;
	return parent;
}

static int sk_settling_init(struct sk_settling *s)
{
	struct sk_compiler *c = s->c;
	size_t n_blocks = c->space->blocks.n, n_groups = 0, n;
	struct sk_stmt_walk w = sk_walk_stmts(c, SK_UNIT_REQUIRE_CATEGORY, SK_UNIT_REQUIRE_CATEGORY);

	s->group_of = sk_none_array(c, c->space->sets.n);
	if (!s->group_of)
		return -ENOMEM;
	while (sk_next_stmt(&w))
		if (s->group_of[w.stmt->op[0]] == SK_SPACE_NONE)
			s->group_of[w.stmt->op[0]] = (uint32_t)(n_blocks + n_groups++) | SK_GROUP_NEW;
	n = n_blocks + n_groups;
	s->waiting = sk_none_array(c, c->symbols.n);
	s->children = sk_none_array(c, n);
	s->sibling = sk_none_array(c, n);
	s->decl_of = sk_none_array(c, n);
	s->decl_next = sk_none_array(c, c->decls.n);
	s->user_of = sk_none_array(c, n);
	s->stack = sk_none_array(c, n);
	s->seen = sk_none_array(c, c->space->refs.n);
	s->common_of = sk_none_array(c, c->symbols.n);
	c->enabled = SK_ARENA_ARRAY(&c->arena, bool, n + 1);
	c->off_because = sk_none_array(c, n);
	if (!s->waiting || !s->children || !s->sibling || !s->decl_of || !s->decl_next || !s->user_of || !s->stack ||
	    !s->seen || !s->common_of || !c->enabled || !c->off_because)
		return -ENOMEM;
	for (size_t i = c->decls.n; i-- > 0;) {
		s->decl_next[i] = s->decl_of[c->decls.list[i].block];
		s->decl_of[c->decls.list[i].block] = (uint32_t)i;
	}
	memset(c->enabled, true, n);
	for (size_t b = n_blocks; b-- > 0;) {
		uint32_t parent = sk_needed_parent(c, (uint32_t)b);

		s->lenient |= c->space->blocks.list[b].lenient;
		if (parent == SK_SPACE_NONE || parent == b)
			continue;
		s->sibling[b] = s->children[parent];
		s->children[parent] = (uint32_t)b;
	}
	return 0;
}

/* Whether all permissions that class permissions name are there, so far as the classes are. */
static bool sk_perms_are_there(struct sk_settling *s, const struct sk_class_perms *perms)
{
	struct sk_compiler *c = s->c;

	for (uint32_t i = 0; i < perms->n; i++) {
		const struct sk_name_set *classes = &c->space->sets.list[perms->items[i].classes];
		const struct sk_name_set *names = &c->space->sets.list[perms->items[i].perms];

		for (uint32_t k = 0; k < classes->n; k++) {
			uint32_t symbol = classes->items[k] < SK_SET_OP ? sk_lookup(c, classes->items[k]) : SK_SPACE_NONE;

			for (uint32_t j = 0; j < names->n && symbol != SK_SPACE_NONE; j++)
				if (names->items[j] < SK_SET_OP &&
				    !sk_perm_is_there(s, symbol, c->space->refs.list[names->items[j]].name))
					return false;
		}
	}
	return true;
}

/* Turns a block off that lacks permissions; the need that tells why is for the class. */
static int sk_miss_perms(struct sk_settling *s, uint32_t block, uint32_t perms, uint32_t stmt)
{
	struct sk_compiler *c = s->c;
	const struct sk_name_set *classes = &c->space->sets.list[c->space->class_perms.list[perms].items[0].classes];

	if (!classes->n)
		return 0;
	if (sk_add_need(c, &(struct sk_need){ block, classes->items[0], stmt, SK_SPACE_NONE,
					      (uint8_t)sk_stmt_at(c, stmt, NULL)->kind, false }))
		return -ENOMEM;
	sk_turn_off(s, block, (uint32_t)c->n_needs - 1);
	return 0;
}

/* CIL: an optional that names a permission which its class lacks is off. Classes do not change any more. */
static int sk_check_used_perms(struct sk_settling *s)
{
	enum { UNKNOWN, THERE, MISSING };
	struct sk_compiler *c = s->c;
	uint8_t *known;

	if (!s->lenient)
		return 0;
	known = SK_ARENA_ARRAY(&c->arena, uint8_t, c->space->class_perms.n + 1);
	if (!known)
		return -ENOMEM;
	for (uint32_t u = 0; u < c->n_units; u++)
		for (uint32_t i = 0; i < c->units[u]->stmts.n; i++) {
			const struct sk_unit_stmt *stmt = &c->units[u]->stmts.list[i];
			const char *p = c->space->blocks.list[stmt->block].lenient ? strchr(sk_unit_rows[stmt->kind].operands, 'P')
										   : NULL;
			uint32_t perms;

			if (!p)
				continue;
			perms = stmt->op[p - sk_unit_rows[stmt->kind].operands];
			if (known[perms] == UNKNOWN)
				known[perms] = sk_perms_are_there(s, &c->space->class_perms.list[perms]) ? THERE : MISSING;
			if (known[perms] == MISSING && c->space->class_perms.list[perms].n &&
			    sk_miss_perms(s, stmt->block, perms, c->first_stmt[u] + i))
				return -ENOMEM;
		}
	return 0;
}

/* Places the needs of blocks that are on, and draws what follows. */
static void sk_place_all(struct sk_settling *s)
{
	struct sk_compiler *c = s->c;

	for (uint32_t n = 0; n < c->n_needs; n++) {
		if (!c->enabled[c->needs[n].block])
			continue;
		if (c->needs[n].of_block) {
			if (!c->enabled[c->needs[n].ref])
				sk_turn_off(s, c->needs[n].block, n);
			continue;
		}
		sk_place_need(s, n);
		sk_check_required_perms(s, n);
	}
	sk_draw_consequences(s);
}

/* The optional's else, and what stands in it, once it is known that the optional is off. */
static void sk_settle_else(struct sk_settling *s)
{
	struct sk_compiler *c = s->c;
	bool any = false;

	for (uint32_t b = 1; b < c->space->blocks.n; b++) {
		const struct sk_block *block = &c->space->blocks.list[b];
		uint32_t above = sk_needed_parent(c, b);
		bool parent = above == SK_SPACE_NONE || c->enabled[above];
		bool is_else = block->otherwise != SK_SPACE_NONE;

		if (!parent || c->enabled[b] || (c->off_because[b] != SK_SPACE_NONE && !is_else))
			continue;
		/* The optional may be off for a statement that is missing: then nobody knows of its else. */
		if (is_else && (c->damaged || c->enabled[block->otherwise]))
			continue;
		c->enabled[b] = true;
		for (uint32_t d = s->decl_of[b]; d != SK_SPACE_NONE; d = s->decl_next[d])
			c->symbols.list[c->decls.list[d].symbol].n_enabled++;
		any = true;
	}
	if (any)
		sk_place_all(s);
}

/* A unit as a whole must not be off. `of` is its block, or a group that it needs. */
static void sk_report_unit(struct sk_settling *s, const struct sk_unit *unit, uint32_t of)
{
	struct sk_compiler *c = s->c;
	const struct sk_unit_stmt *stmt;
	const struct sk_need *need;
	uint8_t ns = SK_NS_TYPE, flavor = SK_FLAVOR_PLAIN;
	uint32_t symbol;

	for (uint32_t n = 0; n < c->n_needs; n++) {
		need = &c->needs[n];
		if (need->block != of || need->of_block)
			continue;
		stmt = sk_stmt_at(c, need->stmt, NULL);
		symbol = sk_lookup(c, need->ref);
		sk_stmt_requires(stmt, &ns, &flavor);
		if (symbol == SK_SPACE_NONE) {
			sk_compile_error_at(c, "E0804", stmt, sk_ref_name(c, need->ref),
					    "%s%s%s needs the %s '%s', which nothing declares",
					    unit->name == SK_INTERN_NONE ? "this" : "module '",
					    unit->name == SK_INTERN_NONE ? "" : sk_intern_str(c->names, unit->name),
					    unit->name == SK_INTERN_NONE ? "" : "'", sk_ns_word(ns, flavor),
					    sk_ref_name(c, need->ref));
			continue;
		}
		if (stmt->kind != SK_UNIT_REQUIRE_CLASS || stmt->op[1] == SK_SPACE_NONE)
			continue;
		for (uint32_t i = 0; i < c->space->sets.list[stmt->op[1]].n; i++) {
			uint32_t perm = c->space->sets.list[stmt->op[1]].items[i];

			if (!sk_perm_is_there(s, symbol, c->space->refs.list[perm].name))
				sk_compile_error_at(c, "E0804", stmt, sk_ref_name(c, perm),
						    "permission '%s' is needed of class '%s', which has none of that name",
						    sk_ref_name(c, perm), sk_symbol_name(c, symbol));
		}
	}
}

static void sk_report_needs(struct sk_settling *s, const struct sk_unit *unit)
{
	struct sk_compiler *c = s->c;

	sk_report_unit(s, unit, unit->top);
	for (uint32_t n = 0; n < c->n_needs; n++)
		if (c->needs[n].block == unit->top && c->needs[n].kind == SK_UNIT_REQUIRE_CATEGORY &&
		    !c->enabled[c->needs[n].ref])
			sk_report_unit(s, unit, c->needs[n].ref);
}

/* What is required as one thing must not be declared as another. */
static void sk_check_flavors(struct sk_compiler *c)
{
	for (uint32_t n = 0; n < c->n_needs; n++) {
		const struct sk_unit_stmt *stmt;
		uint32_t symbol;
		uint8_t ns, flavor;

		if (c->needs[n].kind < SK_UNIT_REQUIRE_COMMON || c->needs[n].of_block)
			continue;
		stmt = sk_stmt_at(c, c->needs[n].stmt, NULL);
		if (!sk_stmt_requires(stmt, &ns, &flavor))
			continue;
		symbol = sk_lookup(c, c->needs[n].ref);
		if (symbol == SK_SPACE_NONE || c->symbols.list[symbol].flavor == SK_FLAVOR_ALIAS)
			continue;
		if ((c->symbols.list[symbol].flavor == SK_FLAVOR_ATTRIBUTE) != (flavor == SK_FLAVOR_ATTRIBUTE) ||
		    (c->symbols.list[symbol].flavor == SK_FLAVOR_TUNABLE) != (flavor == SK_FLAVOR_TUNABLE))
			sk_need_symbol(c, stmt, c->needs[n].ref, flavor);
	}
}

static void sk_list_block(struct sk_compiler *c, uint32_t block)
{
	const struct sk_block *b = &c->space->blocks.list[block];
	uint32_t because = c->off_because[block];
	const struct sk_unit_stmt *stmt;
	struct sk_place place = { 0 };
	struct sk_diag *diag;
	uint8_t ns = SK_NS_TYPE, flavor = SK_FLAVOR_ANY;

	if (because == SK_SPACE_NONE)
		return;
	/* Of a group of needs, the one that is not met. */
	if (c->needs[because].kind == SK_UNIT_REQUIRE_CATEGORY)
		because = c->off_because[c->needs[because].ref];
	if (b->addr)
		sk_sources_place_statement(c->space->sources, b->addr, &place);
	stmt = sk_stmt_at(c, c->needs[because].stmt, NULL);
	if (stmt->kind == SK_UNIT_REQUIRE_BLOCK) {
		sk_diag_add(c->diags, SELKIE_SEVERITY_NOTE, NULL, b->addr ? &place : NULL,
			    "this optional is off: another that it needs is off");
		return;
	}
	if (!sk_stmt_requires(stmt, &ns, &flavor))
		ns = (uint8_t)c->space->refs.list[c->needs[because].ref].ns;
	diag = sk_diag_add(c->diags, SELKIE_SEVERITY_NOTE, NULL, b->addr ? &place : NULL,
			   sk_lookup(c, c->needs[because].ref) == SK_SPACE_NONE
				   ? "this optional is off: there is no %s '%s'"
				   : "this optional is off: %s '%s' lacks a permission that it needs",
			   sk_ns_word(ns, flavor), sk_ref_name(c, c->needs[because].ref));
	sk_sources_note_expansion(c->space->sources, c->names, c->diags, diag, b->expansion);
}

static int sk_settle(struct sk_settling *s)
{
	struct sk_compiler *c = s->c;

	if (sk_settling_init(s) || sk_collect_perms(s) || sk_collect_needs(s))
		return -ENOMEM;
	if (sk_check_used_perms(s))
		return -ENOMEM;
	s->user_next = sk_none_array(c, c->n_needs);
	if (!s->user_next)
		return -ENOMEM;
	for (uint32_t n = 0; n < c->n_needs; n++)
		if (c->needs[n].of_block) {
			s->user_next[n] = s->user_of[c->needs[n].ref];
			s->user_of[c->needs[n].ref] = n;
		}
	for (uint32_t b = 1; b < c->space->blocks.n; b++)
		if (c->space->blocks.list[b].otherwise != SK_SPACE_NONE)
			sk_turn_off(s, b, SK_SPACE_NONE);
	sk_draw_consequences(s);
	sk_place_all(s);
	sk_settle_else(s);
	return 0;
}

int sk_compile_blocks(struct sk_compiler *c)
{
	struct sk_settling s = { .c = c };
	int r = sk_settle(&s);

	for (size_t u = 0; !r && u < c->n_units; u++)
		if (!c->enabled[c->units[u]->top])
			sk_report_needs(&s, c->units[u]);
	if (!r)
		sk_check_flavors(c);
	for (uint32_t b = 1; !r && c->options->list_blocks && b < c->space->blocks.n; b++)
		if (!c->enabled[b])
			sk_list_block(c, b);
	sk_map_done(&s.perms);
	sk_map_done(&s.whole);
	/* Nobody asks again why a block is off: megabytes of a whole policy. */
	free(c->needs);
	c->needs = NULL;
	c->n_needs = c->cap_needs = 0;
	return c->no_memory ? -ENOMEM : r;
}
