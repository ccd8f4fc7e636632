/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the symbols of a binary module say, as statements: declarations and requirements, and what is attached to symbols,
 * as the types of an attribute. The module's own tables say it of the whole module, the tables of a block within that
 * block. Where a symbol of the module's tables is not known in the whole module but in some optionals only, it is said in
 * each of those, as the peers' converter does. An optional requires what the block around it does not already.
 */
#include "unit/module-reader.h"

#include <string.h>

enum { SK_SCOPE_REQUIRED = 1, SK_SCOPE_DECLARED = 2 };

/* Scopes mostly come as their symbols did: that symbol, where it stands here; else NULL, with nothing read. */
static struct sk_mod_symbol *sk_mod_read_next_symbol(struct sk_module *m, enum sk_mod_table table, uint32_t number)
{
	const struct sk_mod_symbols *t = &m->symbols[table];
	struct sk_mod_symbol *s = number < t->n ? &t->list[number] : NULL;
	const struct sk_intern_entry *name = s ? &m->space->names->entries[s->name] : NULL;

	if (!s || m->r.end - m->r.p < (ptrdiff_t)name->n + 4 || sk_mod_peek(m->r.p) != name->n ||
	    memcmp(m->r.p + 4, name->s, name->n) != 0)
		return NULL;
	m->r.p += 4 + name->n;
	return s;
}

static struct sk_mod_symbol *sk_mod_read_named_symbol(struct sk_module *m, enum sk_mod_table table)
{
	uint32_t length = sk_read_u32(&m->r, "length of a name in a scope");
	uint64_t offset = sk_reader_offset(&m->r);
	uint32_t name = sk_mod_read_name_bytes(m, length, true, "name in a scope");

	return sk_mod_find(m, table, name, offset, "name in a scope");
}

static void sk_mod_read_symbol_scope(struct sk_module *m, enum sk_mod_table table, uint32_t *number)
{
	uint64_t offset = sk_reader_offset(&m->r) + 4;
	struct sk_mod_symbol *s = sk_mod_read_next_symbol(m, table, *number);
	uint32_t kind, *decls;

	if (!s)
		s = sk_mod_read_named_symbol(m, table);
	if (s)
		*number = (uint32_t)(s - m->symbols[table].list) + 1;

	kind = sk_read_u32(&m->r, "kind of a scope");
	if (kind != SK_SCOPE_REQUIRED && kind != SK_SCOPE_DECLARED)
		sk_mod_refuse(m, SK_MOD_SCOPE, "kind of a scope", "a symbol is required, 1, or declared, 2, and not %u",
			      kind);
	if (s && s->scoped)
		sk_mod_refuse_at(m, SK_MOD_DUPLICATE, offset, "name in a scope", "'%.64s' has two scopes",
				 sk_intern_str(m->space->names, s->name));
	if (!s || m->r.failed)
		return;
	s->scoped = true;
	s->declared = kind == SK_SCOPE_DECLARED;
	s->n_decls = sk_read_count(&m->r, 4, "number of blocks of a scope");
	if (!s->n_decls)
		sk_mod_refuse(m, SK_MOD_SCOPE, "number of blocks of a scope", "the symbol is of no block");
	s->decls = decls = SK_MOD_ARRAY(m, uint32_t, s->n_decls);
	for (uint32_t i = 0; i < s->n_decls && !m->r.failed; i++) {
		uint32_t id = sk_read_u32(&m->r, "block of a scope");

		if (!id || id > m->n_decls)
			sk_mod_refuse(m, SK_MOD_UNKNOWN, "block of a scope", "there is no block with the number %u", id);
		else
			decls[i] = m->decl_by_id[id] - 1;
		s->whole = s->whole || !decls[i];
	}
}

void sk_mod_read_scopes(struct sk_module *m)
{
	for (unsigned int t = 0; t < SK_MOD_N_TABLES && !m->r.failed; t++) {
		uint32_t n = sk_read_count(&m->r, 17, "number of scopes"), next = 0;

		sk_mod_begin_list(m, "scope", n);
		for (uint32_t i = 0; i < n && !m->r.failed; i++) {
			m->number = i;
			sk_mod_read_symbol_scope(m, (enum sk_mod_table)t, &next);
		}
	}
	if (!m->r.failed)
		m->what = NULL;
}

static uint32_t sk_mod_own_ref(struct sk_module *m, enum sk_mod_table table, const struct sk_mod_symbol *s)
{
	return s->alias ? sk_mod_name_ref(m, table, s->name) : sk_mod_ref(m, table, s->value, s->offset, "symbol");
}

static uint32_t sk_mod_single(struct sk_module *m, enum sk_mod_table table, uint32_t value, uint64_t offset)
{
	return sk_mod_lower_set(m, table, &(struct sk_mod_set){ offset, 1, &value }, sk_mod_words[table]);
}

static bool sk_mod_words_hold(const struct sk_mod_words *words, uint32_t value)
{
	uint32_t low = 0, high = words->n, start = (value - 1) & ~63u;

	while (low < high) {
		uint32_t mid = low + (high - low) / 2;

		if (words->list[mid].start < start)
			low = mid + 1;
		else
			high = mid;
	}
	return low < words->n && words->list[low].start == start && words->list[low].bits >> (value - 1) % 64 & 1;
}

/* Is the symbol declared or required in a block, or one around it? Linked modules say what is required in blocks only. */
static bool sk_mod_in_scope(const struct sk_module *m, enum sk_mod_table table, const struct sk_mod_symbol *s,
			    uint32_t decl)
{
	for (uint32_t at = decl;; at = m->decls[at].parent) {
		if (sk_mod_words_hold(&m->decls[at].required.symbols[table], s->value))
			return true;
		for (uint32_t i = 0; i < s->n_decls; i++)
			if (s->decls[i] == at)
				return true;
		if (!at || m->decls[at].parent == SK_SPACE_NONE)
			return false;
	}
}

/* The types of a role. One that is not known in the block is given it where it is known. */
static void sk_mod_role_types(struct sk_module *m, const struct sk_mod_symbol *s, uint32_t decl)
{
	const struct sk_mod_typeset *set = &s->holder->set;
	uint32_t role = sk_mod_own_ref(m, SK_MOD_ROLE, s), n = 0;
	uint32_t block = m->decls[decl].block;
	uint32_t *values = SK_MOD_ARRAY(m, uint32_t, set->items.n);

	if (set->flags || set->minus.n) {
		sk_mod_stmt(m, SK_UNIT_ROLE_TYPES, block, s->offset, role,
			    sk_mod_lower_typeset(m, SK_MOD_TYPE, set, 0, "types of a role"));
		return;
	}
	for (uint32_t i = 0; i < set->items.n && !m->r.failed; i++) {
		const struct sk_mod_symbol *type = sk_mod_symbol(m, SK_MOD_TYPE, set->items.values[i],
								 set->items.offset, "types of a role");

		if (!type)
			return;
		if (sk_mod_in_scope(m, SK_MOD_TYPE, type, decl)) {
			values[n++] = type->value;
			continue;
		}
		for (uint32_t k = 0; k < type->n_decls; k++)
			if (sk_mod_in_scope(m, SK_MOD_ROLE, s, type->decls[k]))
				sk_mod_stmt(m, SK_UNIT_ROLE_TYPES, m->decls[type->decls[k]].block, s->offset, role,
					    sk_mod_single(m, SK_MOD_TYPE, type->value, set->items.offset));
	}
	if (n)
		sk_mod_stmt(m, SK_UNIT_ROLE_TYPES, block, s->offset, role,
			    sk_mod_lower_set(m, SK_MOD_TYPE, &(struct sk_mod_set){ set->items.offset, n, values },
					     "types of a role"));
}

static void sk_mod_say_role(struct sk_module *m, const struct sk_mod_symbol *s, uint32_t decl)
{
	uint32_t role = sk_mod_own_ref(m, SK_MOD_ROLE, s), block = m->decls[decl].block;

	if (s->holder->members.n)
		sk_mod_stmt(m, SK_UNIT_ROLE_ATTRIBUTE_SET, block, s->offset, role,
			    sk_mod_lower_set(m, SK_MOD_ROLE, &s->holder->members, "roles of a role attribute"));
	sk_mod_role_types(m, s, decl);
	if (s->bounds && !s->attribute)
		sk_mod_stmt(m, SK_UNIT_ROLE_BOUNDS, block, s->offset,
			    sk_mod_ref(m, SK_MOD_ROLE, s->bounds, s->offset, "bounds of a role"), role);
	/* A role dominates itself, which says nothing. */
	if (s->set.n > 1 || (s->set.n && s->set.values[0] != s->value))
		sk_mod_stmt(m, SK_UNIT_ROLE_DOMINANCE, block, s->offset, role,
			    sk_mod_lower_set(m, SK_MOD_ROLE, &s->set, "roles that a role dominates"));
}

static void sk_mod_say_type(struct sk_module *m, const struct sk_mod_symbol *s, uint32_t decl)
{
	uint32_t type = sk_mod_own_ref(m, SK_MOD_TYPE, s), block = m->decls[decl].block;

	if (s->attribute) {
		if (s->flags & (SK_MOD_TYPE_EXPAND | SK_MOD_TYPE_NO_EXPAND))
			sk_mod_stmt(m, SK_UNIT_EXPAND_ATTRIBUTE, block, s->offset,
				    sk_mod_single(m, SK_MOD_TYPE, s->value, s->offset),
				    s->flags & SK_MOD_TYPE_EXPAND ? 1 : 0);
		if (s->set.n)
			sk_mod_stmt(m, SK_UNIT_TYPE_ATTRIBUTE_SET, block, s->offset, type,
				    sk_mod_lower_set(m, SK_MOD_TYPE, &s->set, "types of an attribute"));
		return;
	}
	if (s->flags & SK_MOD_TYPE_PERMISSIVE)
		sk_mod_stmt(m, SK_UNIT_TYPE_PERMISSIVE, block, s->offset, type);
	if (s->flags & SK_MOD_TYPE_NEVERAUDIT)
		sk_mod_stmt(m, SK_UNIT_TYPE_NEVERAUDIT, block, s->offset, type);
	if (s->bounds)
		sk_mod_stmt(m, SK_UNIT_TYPE_BOUNDS, block, s->offset,
			    sk_mod_ref(m, SK_MOD_TYPE, s->bounds, s->offset, "bounds of a type"), type);
}

static void sk_mod_say_user(struct sk_module *m, const struct sk_mod_symbol *s, uint32_t decl)
{
	uint32_t user = sk_mod_own_ref(m, SK_MOD_USER, s), block = m->decls[decl].block;
	const struct sk_mod_holder *h = s->holder;

	if (h->set.items.n || h->set.flags)
		sk_mod_stmt(m, SK_UNIT_USER_ROLES, block, s->offset, user,
			    sk_mod_lower_typeset(m, SK_MOD_ROLE, &h->set, 0, "roles of a user"));
	if (m->mls && h->level.sens) {
		sk_mod_stmt(m, SK_UNIT_USER_LEVEL, block, s->offset, user,
			    sk_mod_lower_level(m, &h->level, "default level of a user"));
		sk_mod_stmt(m, SK_UNIT_USER_RANGE, block, s->offset, user,
			    sk_mod_lower_range(m, &h->low, &h->high, "range of a user"));
	}
	if (s->bounds)
		sk_mod_stmt(m, SK_UNIT_USER_BOUNDS, block, s->offset,
			    sk_mod_ref(m, SK_MOD_USER, s->bounds, s->offset, "bounds of a user"), user);
}

/* What a symbol of the module's tables, or of those of a block, says within a block. */
static void sk_mod_say(struct sk_module *m, enum sk_mod_table table, const struct sk_mod_symbol *s, uint32_t decl)
{
	switch (table) {
	case SK_MOD_ROLE:
		sk_mod_say_role(m, s, decl);
		break;
	case SK_MOD_TYPE:
		sk_mod_say_type(m, s, decl);
		break;
	case SK_MOD_USER:
		sk_mod_say_user(m, s, decl);
		break;
	case SK_MOD_SENS:
		if (m->mls && s->set.n)
			sk_mod_stmt(m, SK_UNIT_SENSITIVITY_CATS, m->decls[decl].block, s->offset,
				    sk_mod_own_ref(m, SK_MOD_SENS, s),
				    sk_mod_lower_set(m, SK_MOD_CAT, &s->set, "categories of a sensitivity"));
		break;
	default:
		break;
	}
}

static void sk_mod_declare_class(struct sk_module *m, const struct sk_mod_symbol *s, uint32_t block)
{
	static const uint8_t kinds[4] = { SK_UNIT_DEFAULT_USER, SK_UNIT_DEFAULT_ROLE, SK_UNIT_DEFAULT_TYPE,
					  SK_UNIT_DEFAULT_RANGE };
	static const uint8_t who[] = { 0, SK_UNIT_DEFAULT_SOURCE, SK_UNIT_DEFAULT_TARGET };
	static const uint8_t ranges[] = {
		0, SK_UNIT_DEFAULT_SOURCE_LOW, SK_UNIT_DEFAULT_SOURCE_HIGH, SK_UNIT_DEFAULT_SOURCE_LOW_HIGH,
		SK_UNIT_DEFAULT_TARGET_LOW, SK_UNIT_DEFAULT_TARGET_HIGH, SK_UNIT_DEFAULT_TARGET_LOW_HIGH,
		SK_UNIT_DEFAULT_GLBLUB };
	uint32_t cls = sk_mod_own_ref(m, SK_MOD_CLASS, s), set = sk_mod_single(m, SK_MOD_CLASS, s->value, s->offset);
	const struct sk_mod_class *c = s->cls;

	sk_mod_stmt(m, SK_UNIT_CLASS, block, s->offset, cls,
		    sk_mod_perm_set(m, s->value, c->own, s->offset, "permissions of a class"));
	if (c->common != SK_INTERN_NONE)
		sk_mod_stmt(m, SK_UNIT_CLASS_COMMON, block, s->offset, cls,
			    sk_mod_name_ref(m, SK_MOD_COMMON, c->common));
	for (uint32_t i = 0; i < 4; i++)
		if (c->defaults[i])
			sk_mod_stmt(m, kinds[i], block, s->offset, set, (i == 3 ? ranges : who)[c->defaults[i]]);
	for (uint32_t i = 0; i < c->n_constraints; i++)
		sk_mod_lower_constraint(m, &c->constraints[i], s->value, false, block);
	for (uint32_t i = 0; i < c->n_transitions; i++)
		sk_mod_lower_constraint(m, &c->transitions[i], s->value, true, block);
}

static void sk_mod_declare(struct sk_module *m, enum sk_mod_table table, const struct sk_mod_symbol *s, uint32_t block)
{
	static const uint8_t kinds[SK_MOD_N_TABLES] = {
		0, 0, SK_UNIT_ROLE, SK_UNIT_TYPE, SK_UNIT_USER, SK_UNIT_BOOL, SK_UNIT_SENSITIVITY, SK_UNIT_CATEGORY };
	uint8_t kind = kinds[table];

	if (s->alias)
		return;
	if (table == SK_MOD_CLASS) {
		sk_mod_declare_class(m, s, block);
		return;
	}
	if ((table == SK_MOD_SENS || table == SK_MOD_CAT) && !m->mls)
		return;
	if (s->attribute)
		kind = table == SK_MOD_ROLE ? SK_UNIT_ROLE_ATTRIBUTE : SK_UNIT_ATTRIBUTE;
	if (table == SK_MOD_BOOL && s->flags)
		kind = SK_UNIT_TUNABLE;
	sk_mod_stmt(m, kind, block, s->offset, sk_mod_own_ref(m, table, s), s->state);
}

static void sk_mod_require(struct sk_module *m, enum sk_mod_table table, const struct sk_mod_symbol *s, uint32_t block)
{
	static const uint8_t kinds[SK_MOD_N_TABLES] = {
		0, 0, SK_UNIT_REQUIRE_ROLE, SK_UNIT_REQUIRE_TYPE, SK_UNIT_REQUIRE_USER, SK_UNIT_REQUIRE_BOOL,
		SK_UNIT_REQUIRE_SENSITIVITY };
	uint8_t kind = kinds[table];

	if (s->attribute)
		kind = table == SK_MOD_ROLE ? SK_UNIT_REQUIRE_ROLE_ATTRIBUTE : SK_UNIT_REQUIRE_ATTRIBUTE;
	if (table == SK_MOD_BOOL && s->flags)
		kind = SK_UNIT_REQUIRE_TUNABLE;
	sk_mod_stmt(m, kind, block, s->offset, sk_mod_own_ref(m, table, s));
}

/*
 * What the scopes of symbols say, the other way around: for each branch the symbols whose scopes name it, by table and
 * value.
 */
static void sk_mod_index_scopes(struct sk_module *m)
{
	uint32_t *starts = m->named_starts = SK_MOD_ARRAY(m, uint32_t, m->n_decls + 2);

	for (int pass = 0; pass < 2 && !m->r.failed; pass++) {
		for (uint32_t t = 0; t < SK_MOD_N_TABLES; t++) {
			for (uint32_t v = 1; v <= m->symbols[t].n_values; v++) {
				uint32_t at = m->symbols[t].by_value[v];
				const struct sk_mod_symbol *s = at ? &m->symbols[t].list[at - 1] : NULL;

				for (uint32_t i = 0; s && i < s->n_decls; i++) {
					if (!pass)
						starts[s->decls[i] + 2]++;
					else
						m->named[starts[s->decls[i] + 1]++] = (struct sk_mod_named){ t, v };
				}
			}
		}
		if (pass)
			break;
		for (size_t i = 2; i < m->n_decls + 2; i++)
			starts[i] += starts[i - 1];
		m->named = SK_MOD_ARRAY(m, struct sk_mod_named, SK_MAX(starts[m->n_decls + 1], 1));
	}
}

/* The bits of the word at `start` of what scopes name the branch; *at moves on through tables and words. */
static uint64_t sk_mod_named_at(const struct sk_module *m, uint32_t decl, uint32_t *at, enum sk_mod_table table,
				uint32_t start)
{
	uint64_t bits = 0;

	for (; *at < m->named_starts[decl + 1]; ++*at) {
		const struct sk_mod_named *named = &m->named[*at];

		if (named->table > table || (named->table == table && named->value > start + 64))
			break;
		if (named->table == table && named->value > start)
			bits |= (uint64_t)1 << (named->value - 1 - start);
	}
	return bits;
}

/* The permissions of a class that a scope names, as bits; *at moves on, for classes asked for in rising order. */
static uint32_t sk_mod_scope_perms(const struct sk_mod_scope *scope, uint32_t *at, uint32_t cls)
{
	while (*at < scope->n_perms && scope->perms[*at].cls < cls)
		++*at;
	return *at < scope->n_perms && scope->perms[*at].cls == cls ? scope->perms[*at].bits : 0;
}

/*
 * Classes are required with those of their permissions that the block around does not require; where it requires all of
 * them, and the class is required here nevertheless, with all.
 */
static void sk_mod_require_class(struct sk_module *m, uint32_t decl, uint32_t cls, uint32_t perms)
{
	const struct sk_mod_decl *d = &m->decls[decl];
	const struct sk_mod_symbol *s = sk_mod_symbol(m, SK_MOD_CLASS, cls, d->offset, "class that a block requires");

	if (s)
		sk_mod_stmt(m, SK_UNIT_REQUIRE_CLASS, d->block, s->offset, sk_mod_own_ref(m, SK_MOD_CLASS, s),
			    perms ? sk_mod_perm_set(m, cls, perms, d->offset, "permissions that a block requires")
				  : SK_SPACE_NONE);
}

static void sk_mod_require_classes(struct sk_module *m, uint32_t decl, const struct sk_mod_scope *around, uint32_t *named)
{
	static const struct sk_mod_scope nothing;
	const struct sk_mod_scope *scope = &m->decls[decl].required;
	uint32_t at = 0, at_around = 0, at_perms = 0, at_perms_around = 0;
	bool same;

	around = around ? around : &nothing;
	same = scope->perms == around->perms;	/* no class has more of them here */
	/* A base has its own classes, though compilers say of it that it requires them. */
	if (m->base && !decl)
		return;
	for (uint32_t start = 0; start < m->symbols[SK_MOD_CLASS].n_values && !m->r.failed; start += 64) {
		uint64_t here = sk_mod_word_at(&scope->symbols[SK_MOD_CLASS], &at, start);
		uint64_t known = sk_mod_word_at(&around->symbols[SK_MOD_CLASS], &at_around, start);
		uint64_t fresh = here & (~known | sk_mod_named_at(m, decl, named, SK_MOD_CLASS, start)), vectors = 0;

		for (uint32_t i = at_perms; !same && i < scope->n_perms && scope->perms[i].cls <= start + 64; i++)
			vectors |= (uint64_t)1 << (scope->perms[i].cls - 1 - start);
		for (uint64_t bits = fresh | vectors; bits; bits &= bits - 1) {
			uint32_t cls = start + (uint32_t)__builtin_ctzll(bits) + 1;
			uint32_t perms = sk_mod_scope_perms(scope, &at_perms, cls);
			uint32_t more = perms & ~sk_mod_scope_perms(around, &at_perms_around, cls);

			if (more || fresh >> (cls - 1 - start) & 1)
				sk_mod_require_class(m, decl, cls, more ? more : perms);
		}
		if (!same)
			sk_mod_scope_perms(scope, &at_perms, start + 65);
	}
}

/* Is what the module's tables say of the symbol to be said in this block? */
static bool sk_mod_says_here(const struct sk_mod_symbol *s, uint32_t decl)
{
	if (s->whole)
		return !decl;
	for (uint32_t i = 0; i < s->n_decls; i++)
		if (s->decls[i] == decl)
			return true;
	return false;
}

static void sk_mod_lower_declared(struct sk_module *m, uint32_t decl, enum sk_mod_table table)
{
	const struct sk_mod_decl *d = &m->decls[decl];
	const struct sk_mod_words *declared = &d->declared.symbols[table];

	for (uint32_t i = 0; i < declared->n; i++) {
		for (uint64_t bits = declared->list[i].bits; bits && !m->r.failed; bits &= bits - 1) {
			uint32_t v = declared->list[i].start + (uint32_t)__builtin_ctzll(bits) + 1;
			const struct sk_mod_symbol *s = sk_mod_symbol(m, table, v, declared->offset, "what a block declares");

			if (!s || !s->declared)
				continue;
			sk_mod_declare(m, table, s, d->block);
			if (sk_mod_says_here(s, decl))
				sk_mod_say(m, table, s, decl);
		}
	}
}

/* What the block around does not require, and what the scope of the symbol says is required here. */
static void sk_mod_lower_required(struct sk_module *m, uint32_t decl, enum sk_mod_table table,
				  const struct sk_mod_scope *around, uint32_t *named)
{
	static const struct sk_mod_words nothing;
	const struct sk_mod_decl *d = &m->decls[decl];
	const struct sk_mod_words *required = &d->required.symbols[table], *declared = &d->declared.symbols[table];
	const struct sk_mod_words *known = around ? &around->symbols[table] : &nothing;
	uint32_t at_known = 0, at_declared = 0;
	/* There are a thousand categories, and every module requires them: they are one statement. */
	uint32_t *values = table == SK_MOD_CAT && required->n ? SK_MOD_ARRAY(m, uint32_t, required->n * (size_t)64) : NULL;
	struct sk_mod_set cats = { .offset = required->offset, .values = values };

	for (uint32_t i = 0; i < required->n; i++) {
		uint32_t start = required->list[i].start;
		uint64_t here = sk_mod_word_at(declared, &at_declared, start);
		uint64_t bits = required->list[i].bits & (~sk_mod_word_at(known, &at_known, start) |
							  sk_mod_named_at(m, decl, named, table, start));

		for (; bits && !m->r.failed; bits &= bits - 1) {
			uint32_t v = start + (uint32_t)__builtin_ctzll(bits) + 1;
			bool too = here >> (v - 1 - start) & 1;
			const struct sk_mod_symbol *s = sk_mod_symbol(m, table, v, required->offset, "what a block requires");

			/* Required and declared in one block is declared. */
			if (!s || (s->declared && too))
				continue;
			if (values)
				values[cats.n++] = v;
			else
				sk_mod_require(m, table, s, d->block);
			if (!too && sk_mod_says_here(s, decl))
				sk_mod_say(m, table, s, decl);
		}
	}
	if (cats.n && !m->r.failed)
		sk_mod_stmt(m, SK_UNIT_REQUIRE_CATEGORY, d->block, cats.offset, sk_mod_lower_set(m, table, &cats, "required"));
}

static void sk_mod_lower_scopes(struct sk_module *m, uint32_t decl)
{
	const struct sk_mod_decl *d = &m->decls[decl];
	const struct sk_mod_scope *around = d->parent == SK_SPACE_NONE ? NULL : &m->decls[d->parent].required;
	uint32_t named = m->named_starts[decl];

	for (unsigned int t = SK_MOD_CLASS; t < SK_MOD_N_TABLES && !m->r.failed; t++) {
		sk_mod_lower_declared(m, decl, (enum sk_mod_table)t);
		if (t == SK_MOD_CLASS)
			sk_mod_require_classes(m, decl, around, &named);
		else
			sk_mod_lower_required(m, decl, (enum sk_mod_table)t, around, &named);
	}
}

/* An order: of all that the module itself declares. */
static void sk_mod_lower_order(struct sk_module *m, enum sk_mod_table table, enum sk_unit_kind kind)
{
	const struct sk_mod_decl *d = &m->decls[0];
	const struct sk_mod_words *words = &d->declared.symbols[table];
	uint32_t *values = SK_MOD_ARRAY(m, uint32_t, (size_t)words->n * 64), n = 0;

	for (uint32_t i = 0; i < words->n && values; i++) {
		for (uint64_t bits = words->list[i].bits; bits; bits &= bits - 1) {
			uint32_t v = words->list[i].start + (uint32_t)__builtin_ctzll(bits) + 1;
			const struct sk_mod_symbol *s = sk_mod_symbol(m, table, v, words->offset, "order");

			if (s && s->declared)
				values[n++] = v;
		}
	}
	if (n)
		sk_mod_stmt(m, kind, d->block, words->offset,
			    sk_mod_lower_set(m, table, &(struct sk_mod_set){ words->offset, n, values }, "order"));
}

static void sk_mod_lower_aliases(struct sk_module *m, enum sk_mod_table table, enum sk_unit_kind kind)
{
	for (uint32_t i = 0; i < m->symbols[table].n && !m->r.failed; i++) {
		const struct sk_mod_symbol *s = &m->symbols[table].list[i];

		if (!s->alias || (table != SK_MOD_TYPE && !m->mls))
			continue;
		sk_mod_stmt(m, kind, m->decls[s->n_decls ? s->decls[s->n_decls - 1] : 0].block, s->offset,
			    sk_mod_own_ref(m, table, s), sk_mod_ref(m, table, s->actual, s->offset, "alias"));
	}
}

static void sk_mod_lower_commons(struct sk_module *m)
{
	for (uint32_t i = 0; i < m->symbols[SK_MOD_COMMON].n && !m->r.failed; i++) {
		const struct sk_mod_symbol *s = &m->symbols[SK_MOD_COMMON].list[i];
		uint32_t refs[32], n = 0, set = SK_SPACE_NONE;

		for (uint32_t k = 0; k < 32; k++)
			if (s->cls->perms[k] != SK_INTERN_NONE &&
			    sk_space_ref(m->space, SK_NS_PERM, 0, s->cls->perms[k], &refs[n++]))
				sk_reader_no_memory(&m->r);
		if (!m->r.failed && sk_space_set(m->space, &(struct sk_name_set){ .ns = SK_NS_PERM, .n = n, .items = refs },
						 &set))
			sk_reader_no_memory(&m->r);
		sk_mod_stmt(m, SK_UNIT_COMMON, m->unit->top, s->offset, sk_mod_name_ref(m, SK_MOD_COMMON, s->name), set);
	}
}

void sk_mod_lower_symbols(struct sk_module *m)
{
	sk_mod_lower_commons(m);
	sk_mod_index_scopes(m);
	for (uint32_t i = 0; i < m->n_decls && !m->r.failed; i++) {
		sk_mod_lower_scopes(m, i);
		for (unsigned int t = 0; t < SK_MOD_N_TABLES && m->decls[i].added; t++)
			for (uint32_t k = 0; k < m->decls[i].added[t].n && !m->r.failed; k++)
				sk_mod_say(m, (enum sk_mod_table)t, &m->decls[i].added[t].list[k], i);
	}
	sk_mod_lower_aliases(m, SK_MOD_TYPE, SK_UNIT_TYPE_ALIAS);
	sk_mod_lower_aliases(m, SK_MOD_SENS, SK_UNIT_SENSITIVITY_ALIAS);
	sk_mod_lower_aliases(m, SK_MOD_CAT, SK_UNIT_CATEGORY_ALIAS);
	sk_mod_lower_order(m, SK_MOD_CLASS, SK_UNIT_CLASS_ORDER);
	if (!m->mls)
		return;
	sk_mod_lower_order(m, SK_MOD_SENS, SK_UNIT_SENSITIVITY_ORDER);
	sk_mod_lower_order(m, SK_MOD_CAT, SK_UNIT_CATEGORY_ORDER);
}
