/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Where the policy comes from, out of what the compilation still has: the records that rules were merged from, the facts
 * that were noted for transitions, constraints and contexts, and the declarations and sets of the units. They are sorted
 * by the keys of origins: by kind first, as the records of rules stand in the right order within each.
 *
 * Most of it is done aside (base/aside.h) while the policy is checked and optimized: where statements are, as soon as the
 * units are there; which facts there are, when all stages that give some are through; when it is known which conditionals
 * stay, what the statements are that gave them. The keys are left to the caller, who waits for nothing else then. The steps
 * read what no later stage writes: the units, symbols' names, records, facts.
 * What takes sets and symbols, which are worked out when first asked for, is collected before the second step.
 */
#include <errno.h>
#include <string.h>

#include "base/aside.h"
#include "base/threads.h"
#include "compile/rule.h"

#define SK_ASIDE_LEAST 2000	/* so many statements are worth a thread */

struct sk_collecting {
	struct sk_compiler *c;
	struct sk_originating g;
	struct sk_aside aside;
	bool threaded;
	struct sk_record *facts;		/* by kind, and sorted */
	size_t n_facts, at[SK_N_ORIGIN_KINDS];	/* behind the last one of each kind, when all are there */
	bool too_large;				/* they have no keys: there will be no origins */
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

/* One thing of the policy that a statement gave, by its ids. */
static int sk_collect(struct sk_compiler *c, enum sk_origin_kind kind, uint32_t source, uint32_t target, uint32_t stmt)
{
	struct sk_record record = { .stmt = stmt };

	if (!sk_origin_key(kind, 0, source, target, 0, &record.key)) {
		c->collecting->too_large = true;
		return 0;
	}
	return SK_COMPILE_ADD(c->noted, record);
}

/* Where symbols are declared, as far as the policy has them under a number of their own. */
static int sk_collect_declarations(struct sk_compiler *c)
{
	static const uint8_t kinds[SK_N_NS] = {
		[SK_NS_CLASS] = SK_ORIGIN_CLASS, [SK_NS_ROLE] = SK_ORIGIN_ROLE, [SK_NS_TYPE] = SK_ORIGIN_TYPE,
		[SK_NS_USER] = SK_ORIGIN_USER, [SK_NS_BOOL] = SK_ORIGIN_BOOLEAN,
	};
	int r = 0;

	for (size_t i = 0; i < c->symbols.n; i++) {
		const struct sk_entity *s = &c->symbols.list[i];

		if (!kinds[s->ns] || !s->n_enabled || !s->id || s->dropped)
			continue;
		for (uint32_t d = s->first_decl; !r && d != SK_SPACE_NONE; d = c->decls.list[d].next)
			if (c->enabled[c->decls.list[d].block])
				r = sk_collect(c, kinds[s->ns], s->id, 0, c->decls.list[d].stmt);
	}
	return r;
}

/* The types of a set have an attribute, or a role has them. */
static int sk_collect_types(struct sk_compiler *c, enum sk_origin_kind kind, uint32_t whose,
			    const struct sk_unit_stmt *stmt, uint32_t number)
{
	const struct sk_name_set *set = &c->space->sets.list[stmt->op[1]];
	const struct sk_bitset *types;
	uint32_t symbol, type;
	int r = 0;

	/* Nearly all are one type; no set is made of that. */
	if (set->n == 1 && !set->n_minus && !set->flags) {
		symbol = sk_meaning(c, set->items[0]);
		if (symbol != SK_SPACE_NONE && c->symbols.list[symbol].flavor != SK_FLAVOR_ATTRIBUTE) {
			type = c->symbols.list[symbol].id;
			return kind == SK_ORIGIN_MEMBER ? sk_collect(c, kind, type, whose, number)
							: sk_collect(c, kind, whose, type, number);
		}
	}
	types = sk_set_types(c, stmt, stmt->op[1]);
	for (type = types ? sk_bitset_next(types, 1) : UINT32_MAX; !r && type != UINT32_MAX;
	     type = sk_bitset_next(types, type + 1))
		r = kind == SK_ORIGIN_MEMBER ? sk_collect(c, kind, type, whose, number)
					     : sk_collect(c, kind, whose, type, number);
	return r;
}

/* Each role or user that a reference means: itself, or the members of an attribute. */
static int sk_collect_each(struct sk_compiler *c, const struct sk_unit_stmt *stmt, uint32_t number)
{
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
			r = sk_collect_types(c, SK_ORIGIN_ROLE_TYPE, one, stmt, number);
			continue;
		}
		roles = sk_set_ids(c, stmt, stmt->op[1]);
		for (uint32_t role = roles ? sk_bitset_next(roles, 1) : UINT32_MAX; !r && role != UINT32_MAX;
		     role = sk_bitset_next(roles, role + 1))
			r = sk_collect(c, SK_ORIGIN_USER_ROLE, one, role, number);
	}
	return r;
}

static int sk_collect_stmt(struct sk_compiler *c, const struct sk_unit_stmt *stmt, uint32_t number)
{
	const struct sk_entity *s;
	uint32_t symbol;

	switch (stmt->kind) {
	case SK_UNIT_TYPE_ATTRIBUTE_SET:
		symbol = sk_meaning(c, stmt->op[0]);
		s = symbol == SK_SPACE_NONE ? NULL : &c->symbols.list[symbol];
		return !s || s->dropped || s->expand ? 0 : sk_collect_types(c, SK_ORIGIN_MEMBER, s->id, stmt, number);
	case SK_UNIT_TYPE_BOUNDS:
	case SK_UNIT_TYPE_PERMISSIVE:
		symbol = sk_meaning(c, stmt->op[stmt->kind == SK_UNIT_TYPE_BOUNDS]);
		return symbol == SK_SPACE_NONE ? 0
			: sk_collect(c, stmt->kind == SK_UNIT_TYPE_BOUNDS ? SK_ORIGIN_TYPE_BOUNDS : SK_ORIGIN_PERMISSIVE,
				     c->symbols.list[symbol].id, 0, number);
	case SK_UNIT_ROLE_TYPES:
	case SK_UNIT_USER_ROLES:
		return sk_collect_each(c, stmt, number);
	default:
		return 0;
	}
}

static int sk_collect_stmts(struct sk_compiler *c)
{
	static const uint8_t kinds[] = { SK_UNIT_TYPE_ATTRIBUTE_SET, SK_UNIT_TYPE_BOUNDS, SK_UNIT_TYPE_PERMISSIVE,
					 SK_UNIT_ROLE_TYPES, SK_UNIT_USER_ROLES };
	int r = 0;

	for (size_t i = 0; i < SK_ARRAY_LEN(kinds); i++) {
		SK_EACH_STMT_OF(c, kinds[i], u, stmt, number)
			r = r ? r : sk_collect_stmt(c, stmt, number);
	}
	return r;
}

/* Facts by kind: how many there are, and then where the next one goes. */
static uint32_t sk_rule_origin_kind(uint64_t key)
{
	return (uint32_t)__builtin_ctz(sk_key_kinds[sk_key_kind(key)]);
}

static void sk_count_facts(struct sk_collecting *g)
{
	const struct sk_compiler *c = g->c;
	size_t n = 0;

	for (size_t i = 0; i < c->records.n; i++)
		g->at[sk_rule_origin_kind(c->records.list[i].key)]++;
	for (size_t i = 0; i < c->extended.n; i++)
		g->at[sk_rule_origin_kind(c->extended.list[i].key)]++;
	for (size_t i = 0; i < c->facts.n; i++)
		g->at[c->facts.list[i].kind]++;
	for (size_t i = 0; i < c->noted.n; i++)
		g->at[c->noted.list[i].key >> SK_ORIGIN_KIND_SHIFT]++;
	for (size_t k = 0; k < SK_N_ORIGIN_KINDS; k++) {
		size_t here = g->at[k];

		g->at[k] = n;
		n += here;
	}
	g->n_facts = n;
}

/* A fact goes to those of its kind; what has no key is left out, and then there are no origins. */
static inline void sk_put_fact(struct sk_collecting *g, struct sk_record fact, uint32_t kind, uint32_t extra,
			       uint32_t source, uint32_t target, uint32_t cls)
{
	if (sk_origin_key(kind, extra, source, target, cls, &fact.key))
		g->facts[g->at[kind]++] = fact;
	else
		g->too_large = true;
}

static inline void sk_put_rule(struct sk_collecting *g, uint64_t key, struct sk_record fact)
{
	const struct sk_compiler *c = g->c;
	uint32_t kind = sk_rule_origin_kind(key), cls = sk_key_class(c, key);

	if (sk_key_kinds[sk_key_kind(key)] == SK_RULE_AUDITDENY)
		fact.data = ~fact.data & c->perm_masks[cls];
	sk_put_fact(g, fact, kind, sk_key_branch(c, key), sk_key_source(c, key), sk_key_target(c, key), cls);
}

static int sk_put_transitions(struct sk_collecting *g)
{
	const struct sk_compiler *c = g->c;

	for (size_t i = 0; i < c->facts.n; i++) {
		const struct sk_fact *f = &c->facts.list[i];
		uint32_t name = 0;

		if (f->name != SK_INTERN_NONE) {
			const struct sk_intern_entry *e = &c->names->entries[f->name];

			if (sk_intern_add(&g->g.strings, e->s, e->n, &name))
				return -ENOMEM;
		}
		sk_put_fact(g, (struct sk_record){ .stmt = f->stmt }, f->kind, name, f->source, f->target, f->cls);
	}
	return 0;
}

/* Those of rules are in order within their kind. */
static int sk_sort_facts(struct sk_collecting *g)
{
	int r = 0;

	for (size_t k = 0; k < SK_N_ORIGIN_KINDS && !r; k++) {
		size_t first = k ? g->at[k - 1] : 0;

		r = sk_sort_unsorted(g->facts + first, g->at[k] - first);
	}
	return r;
}

/* The stages are through when there is no thread: what they had makes room. */
static void sk_forget_records(struct sk_compiler *c)
{
	free(c->records.list);
	free(c->noted.list);
	memset(&c->records, 0, sizeof(c->records));
	memset(&c->noted, 0, sizeof(c->noted));
}

/* All facts, sorted; those of rules of conditionals by the numbers that these had before optimizing. */
static int sk_collect_facts(struct sk_collecting *g)
{
	const struct sk_compiler *c = g->c;

	sk_count_facts(g);
	g->facts = sk_arena_alloc(&g->g.arena, (g->n_facts + 1) * sizeof(*g->facts));
	if (!g->facts)
		return -ENOMEM;
	for (size_t i = 0; i < c->records.n; i++)
		sk_put_rule(g, c->records.list[i].key, c->records.list[i]);
	for (size_t i = 0; i < c->extended.n; i++)
		sk_put_rule(g, c->extended.list[i].key, (struct sk_record){ .stmt = c->extended.list[i].stmt });
	if (sk_put_transitions(g))
		return -ENOMEM;
	for (size_t i = 0; i < c->noted.n; i++)
		g->facts[g->at[c->noted.list[i].key >> SK_ORIGIN_KIND_SHIFT]++] = c->noted.list[i];
	if (!g->threaded)
		sk_forget_records(g->c);
	return g->too_large ? 0 : sk_sort_facts(g);
}

/* Optimizing may have dropped conditionals: their facts go, and the others get the numbers that the policy has. */
static void sk_renumber_conds(struct sk_collecting *g)
{
	const uint32_t *number = g->c->cond_number;
	size_t n = 0;

	for (size_t i = 0; number && i < g->n_facts; i++) {
		struct sk_record *fact = &g->facts[i];
		uint32_t branch = sk_origin_branch(fact->key), cond = (branch - 1) / 2;

		if (branch && number[cond] == SK_SPACE_NONE)
			continue;
		g->facts[n] = *fact;
		if (branch)
			g->facts[n].key = sk_origin_with_branch(fact->key, branch - 2 * (cond - number[cond]));
		n++;
	}
	if (number)
		g->n_facts = n;
}

static int sk_origins_step(void *arg, unsigned int number)
{
	struct sk_collecting *g = arg;

	switch (number) {
	case 0:
		return g->threaded ? sk_originate_places(&g->g) : 0;
	case 1:
		return sk_collect_facts(g);
	case 2:
		if (g->too_large)
			return 0;
		sk_renumber_conds(g);
		sk_originate_numbers(&g->g, g->facts, g->n_facts);
		return 0;
	default:
		return g->too_large ? 0 : sk_originate_stmts(&g->g);
	}
}

int sk_origins_begin(struct sk_compiler *c)
{
	struct sk_collecting *g;
	int r;

	if (!c->want_origins)
		return 0;
	c->collecting = g = SK_ARENA_NEW(&c->arena, struct sk_collecting);
	if (!g)
		return -ENOMEM;
	g->c = c;
	g->threaded = c->n_stmts >= SK_ASIDE_LEAST && sk_places_alone(c->space->sources) && sk_threads_available() > 1;
	sk_aside_begin(&g->aside, sk_origins_step, g, g->threaded);
	r = sk_originating_init(&g->g, c->space, c->units, c->n_units, c->options->root);
	if (!r)
		sk_aside_allow(&g->aside);
	return r;
}

int sk_origins_note(struct sk_compiler *c)
{
	int r;

	if (!c->want_origins)
		return 0;
	r = sk_collect_declarations(c);
	r = r ? r : sk_collect_stmts(c);
	r = r ? r : sk_note_neverallows(c, c->collecting->g.w, &c->collecting->too_large);
	if (c->no_memory)
		r = -ENOMEM;
	if (!r)
		sk_aside_allow(&c->collecting->aside);
	return r;
}

int sk_origins_number(struct sk_compiler *c)
{
	if (!c->want_origins)
		return 0;
	sk_aside_allow(&c->collecting->aside);
	sk_aside_allow(&c->collecting->aside);
	return 0;
}

/* Statements are put aside meanwhile. */
static int sk_origins_finish(struct sk_collecting *g, struct sk_origins **ret_origins)
{
	int r = 0, aside;

	if (sk_aside_wait(&g->aside, 3) && !g->too_large)
		r = sk_originate_keys(&g->g, g->facts, g->n_facts);
	aside = sk_aside_end(&g->aside);
	if (r || aside || g->too_large)
		return r ? r : aside;
	return sk_originate_end(&g->g, ret_origins);
}

int sk_origins_end(struct sk_compiler *c, bool wanted, struct sk_origins **ret_origins)
{
	int r = 0;

	if (!c->collecting)
		return 0;
	if (wanted)
		r = sk_origins_finish(c->collecting, ret_origins);
	else
		sk_aside_stop(&c->collecting->aside);
	sk_originating_done(&c->collecting->g);
	return r;
}
