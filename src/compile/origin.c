/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Where the policy comes from, out of what the compilation still has: the records that rules were merged from, the facts
 * that were noted for transitions, constraints and contexts, and the declarations and sets of the units. They are sorted
 * by the keys of origins: by kind first, as the records of rules stand in the right order within each.
 */
#include <errno.h>
#include <string.h>

#include "compile/rule.h"

struct sk_collecting {
	struct sk_compiler *c;
	struct sk_originating g;
	bool too_large;
};

int sk_note_fact(struct sk_compiler *c, uint32_t kind, uint32_t source, uint32_t target, uint32_t cls, uint32_t name,
		 uint32_t stmt)
{
	const struct sk_fact fact = { kind, source, target, cls, name, stmt };

	return c->want_origins ? SK_COMPILE_ADD(c->facts, fact) : 0;
}

int sk_note_key(struct sk_compiler *c, uint64_t key, uint32_t stmt)
{
	const struct sk_record record = { .key = key, .stmt = stmt };

	return SK_COMPILE_ADD(c->noted, record);
}

/* A record of the origins' kind; what has no key is left out, and then there are no origins. */
static void sk_put_fact(struct sk_collecting *g, struct sk_record *list, size_t *n, struct sk_record fact,
			uint32_t kind, uint32_t extra, uint32_t source, uint32_t target, uint32_t cls)
{
	if (!sk_origin_key(kind, extra, source, target, cls, &fact.key))
		g->too_large = true;
	else
		list[(*n)++] = fact;
}

/* The branch as the policy has it: optimizing may have dropped conditionals. SK_SPACE_NONE: it is gone. */
static uint32_t sk_final_branch(const struct sk_compiler *c, uint32_t branch)
{
	uint32_t cond = branch ? (branch - 1) / 2 : 0;

	if (!branch || !c->cond_number)
		return branch;
	return c->cond_number[cond] == SK_SPACE_NONE ? SK_SPACE_NONE : 1 + 2 * c->cond_number[cond] + !(branch & 1);
}

/* A rule's record as a fact. False when there is none: its conditional is gone, or it has no key. */
static inline bool sk_rule_fact(struct sk_collecting *g, uint64_t key, struct sk_record *fact)
{
	const struct sk_compiler *c = g->c;
	uint32_t kind = sk_key_kinds[sk_key_kind(key)], branch = sk_key_branch(c, key), cls = sk_key_class(c, key);

	if (branch)
		branch = sk_final_branch(c, branch);
	if (branch == SK_SPACE_NONE)
		return false;
	if (kind == SK_RULE_AUDITDENY)
		fact->data = ~fact->data & c->perm_masks[cls];
	if (sk_origin_key((uint32_t)__builtin_ctz(kind), branch, sk_key_source(c, key), sk_key_target(c, key), cls, &fact->key))
		return true;
	g->too_large = true;
	return false;
}

/* The records become facts where they are: there are many, and nobody needs them any more. */
static int sk_collect_rules(struct sk_collecting *g)
{
	struct sk_compiler *c = g->c;
	size_t n_records = c->records.n, n = 0;
	struct sk_record *list;

	if (sk_grow(&c->records.list, &c->records.cap, n_records + c->extended.n + c->facts.n + 1,
		    sizeof(*c->records.list)))
		return -ENOMEM;
	list = c->records.list;
	for (size_t i = 0; i < n_records; i++) {
		list[n] = list[i];
		n += sk_rule_fact(g, list[i].key, &list[n]);
	}
	for (size_t i = 0; i < c->extended.n; i++) {
		list[n] = (struct sk_record){ .stmt = c->extended.list[i].stmt };
		n += sk_rule_fact(g, c->extended.list[i].key, &list[n]);
	}
	for (size_t i = 0; i < c->facts.n; i++) {
		const struct sk_fact *f = &c->facts.list[i];
		uint32_t name = 0;

		if (f->name != SK_INTERN_NONE) {
			const struct sk_intern_entry *e = &c->names->entries[f->name];

			if (sk_intern_add(&g->g.strings, e->s, e->n, &name))
				return -ENOMEM;
		}
		sk_put_fact(g, list, &n, (struct sk_record){ .stmt = f->stmt }, f->kind, name, f->source,
			    f->target, f->cls);
	}
	c->records.n = n;
	return 0;
}

/* One thing of the policy that a statement gave, by its ids. */
static int sk_collect(struct sk_collecting *g, enum sk_origin_kind kind, uint32_t source, uint32_t target, uint32_t stmt)
{
	struct sk_compiler *c = g->c;
	struct sk_record record = { .stmt = stmt };

	if (!sk_origin_key(kind, 0, source, target, 0, &record.key)) {
		g->too_large = true;
		return 0;
	}
	return SK_COMPILE_ADD(c->records, record);
}

/* Where symbols are declared, as far as the policy has them under a number of their own. */
static int sk_collect_declarations(struct sk_collecting *g)
{
	static const uint8_t kinds[SK_N_NS] = {
		[SK_NS_CLASS] = SK_ORIGIN_CLASS, [SK_NS_ROLE] = SK_ORIGIN_ROLE, [SK_NS_TYPE] = SK_ORIGIN_TYPE,
		[SK_NS_USER] = SK_ORIGIN_USER, [SK_NS_BOOL] = SK_ORIGIN_BOOLEAN,
	};
	const struct sk_compiler *c = g->c;
	int r = 0;

	for (size_t i = 0; i < c->symbols.n; i++) {
		const struct sk_entity *s = &c->symbols.list[i];

		if (!kinds[s->ns] || !s->n_enabled || !s->id || s->dropped)
			continue;
		for (uint32_t d = s->first_decl; !r && d != SK_SPACE_NONE; d = c->decls.list[d].next)
			if (c->enabled[c->decls.list[d].block])
				r = sk_collect(g, kinds[s->ns], s->id, 0, c->decls.list[d].stmt);
	}
	return r;
}

/* The types of a set have an attribute, or a role has them. */
static int sk_collect_types(struct sk_collecting *g, enum sk_origin_kind kind, uint32_t whose,
			    const struct sk_unit_stmt *stmt, uint32_t number)
{
	struct sk_compiler *c = g->c;
	const struct sk_name_set *set = &c->space->sets.list[stmt->op[1]];
	const struct sk_bitset *types;
	uint32_t symbol, type;
	int r = 0;

	/* Nearly all are one type; no set is made of that. */
	if (set->n == 1 && !set->n_minus && !set->flags) {
		symbol = sk_meaning(c, set->items[0]);
		if (symbol != SK_SPACE_NONE && c->symbols.list[symbol].flavor != SK_FLAVOR_ATTRIBUTE) {
			type = c->symbols.list[symbol].id;
			return kind == SK_ORIGIN_MEMBER ? sk_collect(g, kind, type, whose, number)
							: sk_collect(g, kind, whose, type, number);
		}
	}
	types = sk_set_types(c, stmt, stmt->op[1]);
	for (type = types ? sk_bitset_next(types, 1) : UINT32_MAX; !r && type != UINT32_MAX;
	     type = sk_bitset_next(types, type + 1))
		r = kind == SK_ORIGIN_MEMBER ? sk_collect(g, kind, type, whose, number)
					     : sk_collect(g, kind, whose, type, number);
	return r;
}

/* Each role or user that a reference means: itself, or the members of an attribute. */
static int sk_collect_each(struct sk_collecting *g, const struct sk_unit_stmt *stmt, uint32_t number)
{
	struct sk_compiler *c = g->c;
	uint32_t symbol = sk_meaning(c, stmt->op[0]), one;
	const struct sk_bitset *members = NULL, *roles;
	int r = 0;

	if (symbol == SK_SPACE_NONE)
		return 0;
	if (c->symbols.list[symbol].flavor == SK_FLAVOR_ATTRIBUTE)
		members = sk_members_of(c, symbol);
	one = members ? sk_bitset_next(members, 1) : c->symbols.list[symbol].id;
	for (; !r && one && one != UINT32_MAX; one = members ? sk_bitset_next(members, one + 1) : UINT32_MAX) {
		if (stmt->kind == SK_UNIT_ROLE_TYPES) {
			r = sk_collect_types(g, SK_ORIGIN_ROLE_TYPE, one, stmt, number);
			continue;
		}
		roles = sk_set_ids(c, stmt, stmt->op[1]);
		for (uint32_t role = roles ? sk_bitset_next(roles, 1) : UINT32_MAX; !r && role != UINT32_MAX;
		     role = sk_bitset_next(roles, role + 1))
			r = sk_collect(g, SK_ORIGIN_USER_ROLE, one, role, number);
	}
	return r;
}

static int sk_collect_stmt(struct sk_collecting *g, const struct sk_unit_stmt *stmt, uint32_t number)
{
	const struct sk_compiler *c = g->c;
	const struct sk_entity *s;
	uint32_t symbol;

	switch (stmt->kind) {
	case SK_UNIT_TYPE_ATTRIBUTE_SET:
		symbol = sk_meaning(g->c, stmt->op[0]);
		s = symbol == SK_SPACE_NONE ? NULL : &c->symbols.list[symbol];
		return !s || s->dropped || s->expand ? 0 : sk_collect_types(g, SK_ORIGIN_MEMBER, s->id, stmt, number);
	case SK_UNIT_TYPE_BOUNDS:
	case SK_UNIT_TYPE_PERMISSIVE:
		symbol = sk_meaning(g->c, stmt->op[stmt->kind == SK_UNIT_TYPE_BOUNDS]);
		return symbol == SK_SPACE_NONE ? 0
			: sk_collect(g, stmt->kind == SK_UNIT_TYPE_BOUNDS ? SK_ORIGIN_TYPE_BOUNDS : SK_ORIGIN_PERMISSIVE,
				     c->symbols.list[symbol].id, 0, number);
	case SK_UNIT_ROLE_TYPES:
	case SK_UNIT_USER_ROLES:
		return sk_collect_each(g, stmt, number);
	default:
		return 0;
	}
}

static int sk_collect_stmts(struct sk_collecting *g)
{
	static const uint8_t kinds[] = { SK_UNIT_TYPE_ATTRIBUTE_SET, SK_UNIT_TYPE_BOUNDS, SK_UNIT_TYPE_PERMISSIVE,
					 SK_UNIT_ROLE_TYPES, SK_UNIT_USER_ROLES };
	int r = 0;

	for (size_t i = 0; i < SK_ARRAY_LEN(kinds); i++) {
		SK_EACH_STMT_OF(g->c, kinds[i], u, stmt, number)
			r = r ? r : sk_collect_stmt(g, stmt, number);
	}
	return r;
}

static int sk_collect_facts(struct sk_collecting *g)
{
	struct sk_compiler *c = g->c;
	int r = sk_collect_rules(g);

	if (!r)
		r = sk_collect_declarations(g);
	if (!r)
		r = sk_collect_stmts(g);
	if (!r)
		r = sk_grow(&c->records.list, &c->records.cap, c->records.n + c->noted.n + 1, sizeof(*c->records.list));
	if (r)
		return r;
	if (c->noted.n)
		memcpy(c->records.list + c->records.n, c->noted.list, c->noted.n * sizeof(*c->noted.list));
	c->records.n += c->noted.n;
	return sk_sort_facts(c);
}

int sk_compile_origins(struct sk_compiler *c, struct sk_origins **ret_origins)
{
	struct sk_collecting g = { .c = c };
	int r = sk_originating_init(&g.g, c->space, c->units, c->n_units, c->options->root);

	*ret_origins = NULL;
	if (!r)
		r = sk_collect_facts(&g);
	if (!r && !g.too_large)
		r = sk_originate(&g.g, c->records.list, c->records.n, ret_origins);
	sk_originating_done(&g.g);
	return r;
}
