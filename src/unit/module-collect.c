/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The tables of a binary module, gathered from a unit: what is declared and required where, and what is said of symbols. In
 * the whole module it is said in the module's own tables, in an optional in tables of its own, but for what the format has
 * room for in the former only.
 */
#include "unit/module-writer.h"

#include <errno.h>
#include <string.h>

static struct sk_modw_symbol *sk_modw_table_add(struct sk_modw *w, struct sk_modw_table *t, uint32_t name)
{
	struct sk_modw_symbol *s;

	if (sk_grow(&t->list, &t->cap, t->n + 1, sizeof(*t->list))) {
		w->error = -ENOMEM;
		return NULL;
	}
	s = &t->list[t->n++];
	*s = (struct sk_modw_symbol){ .name = name, .level = SK_SPACE_NONE, .range = SK_SPACE_NONE,
				      .common = SK_INTERN_NONE };
	memset(s->perms, 0xff, sizeof(s->perms));
	return s;
}

/* A symbol of the module's tables, new or known. `numbered`: it gets the next number. */
static struct sk_modw_symbol *sk_modw_enter(struct sk_modw *w, enum sk_mod_table table, uint32_t name, bool numbered)
{
	struct sk_modw_table *t = &w->tables[table];
	struct sk_modw_symbol *s;
	uint32_t *at;
	bool fresh;

	if (sk_map_insert(&w->by_name, (uint64_t)table << 32 | name, t->n, &at, &fresh)) {
		w->error = -ENOMEM;
		return NULL;
	}
	if (!fresh)
		return &t->list[*at];
	s = sk_modw_table_add(w, t, name);
	if (s && numbered)
		s->value = ++t->n_values;
	return s;
}

/* The symbol is declared or required in a block. A declaring block stands last. */
static void sk_modw_scope_add(struct sk_modw *w, struct sk_modw_symbol *s, uint32_t id, bool declared)
{
	bool was = s->declared;
	uint32_t *more;

	s->declared = s->declared || declared;
	for (uint32_t i = 0; i < s->n_decls; i++)
		if (s->decls[i] == id)
			return;
	more = realloc(s->decls, (s->n_decls + 1) * sizeof(*more));
	if (!more) {
		w->error = -ENOMEM;
		return;
	}
	s->decls = more;
	more[s->n_decls++] = id;
	if (was && !declared && s->n_decls > 1) {
		more[s->n_decls - 1] = more[s->n_decls - 2];
		more[s->n_decls - 2] = id;
	}
}

static void sk_modw_perms_of(struct sk_modw *w, struct sk_modw_scope *scope, uint32_t cls, uint32_t bits)
{
	if (cls > scope->n_perms) {
		uint32_t *more = realloc(scope->perms, cls * sizeof(*more));

		if (!more) {
			w->error = -ENOMEM;
			return;
		}
		memset(more + scope->n_perms, 0, (cls - scope->n_perms) * sizeof(*more));
		scope->perms = more;
		scope->n_perms = cls;
	}
	scope->perms[cls - 1] |= bits;
}

/* Gives the class permissions of a set that it lacks yet; returns the bits of all of them. */
static uint32_t sk_modw_add_perms(struct sk_modw *w, struct sk_modw_symbol *cls, uint32_t set_number)
{
	static const struct sk_name_set none;
	const struct sk_name_set *set = set_number == SK_SPACE_NONE ? &none : &w->space->sets.list[set_number];
	uint32_t bits = 0;

	for (uint32_t i = 0; i < set->n; i++) {
		uint32_t name = w->space->refs.list[set->items[i]].name, k = 0;

		while (k < cls->n_perms && cls->perms[k] != name)
			k++;
		if (k == 32) {
			sk_modw_refuse(w, w->addr, "a class with more than 32 permissions");
			break;
		}
		if (k == cls->n_perms) {
			cls->perms[cls->n_perms++] = name;
			cls->own |= 1u << k;
		}
		bits |= 1u << k;
	}
	return bits;
}

/* Which table a statement declares or requires a symbol of; SK_MOD_N_TABLES: it does not. */
static enum sk_mod_table sk_modw_table_of(uint32_t kind, bool *declares)
{
	*declares = kind < SK_UNIT_REQUIRE_COMMON;
	switch (kind) {
	case SK_UNIT_COMMON:
		return SK_MOD_COMMON;
	case SK_UNIT_CLASS: case SK_UNIT_REQUIRE_CLASS:
		return SK_MOD_CLASS;
	case SK_UNIT_ROLE: case SK_UNIT_ROLE_ATTRIBUTE: case SK_UNIT_REQUIRE_ROLE: case SK_UNIT_REQUIRE_ROLE_ATTRIBUTE:
		return SK_MOD_ROLE;
	case SK_UNIT_TYPE: case SK_UNIT_ATTRIBUTE: case SK_UNIT_REQUIRE_TYPE: case SK_UNIT_REQUIRE_ATTRIBUTE:
		return SK_MOD_TYPE;
	case SK_UNIT_USER: case SK_UNIT_REQUIRE_USER:
		return SK_MOD_USER;
	case SK_UNIT_BOOL: case SK_UNIT_TUNABLE: case SK_UNIT_REQUIRE_BOOL: case SK_UNIT_REQUIRE_TUNABLE:
		return SK_MOD_BOOL;
	case SK_UNIT_SENSITIVITY: case SK_UNIT_REQUIRE_SENSITIVITY:
		return SK_MOD_SENS;
	case SK_UNIT_CATEGORY: case SK_UNIT_REQUIRE_CATEGORY:
		return SK_MOD_CAT;
	default:
		return SK_MOD_N_TABLES;
	}
}

static bool sk_modw_is_attribute(uint32_t kind)
{
	return kind == SK_UNIT_ATTRIBUTE || kind == SK_UNIT_REQUIRE_ATTRIBUTE || kind == SK_UNIT_ROLE_ATTRIBUTE ||
	       kind == SK_UNIT_REQUIRE_ROLE_ATTRIBUTE;
}

static struct sk_modw_decl *sk_modw_decl_of(struct sk_modw *w, uint32_t block)
{
	return &w->decls[w->decl_of[block - w->index.first_block]];
}

/* What an optional says of a symbol stands in a table of its own. */
static struct sk_modw_symbol *sk_modw_local(struct sk_modw *w, enum sk_mod_table table, uint32_t ref, uint32_t block)
{
	struct sk_modw_symbol *own = sk_modw_symbol(w, table, ref), *s;
	struct sk_modw_decl *d = sk_modw_decl_of(w, block);
	struct sk_modw_table *t = &d->added[table];

	if (!own) {
		sk_modw_refuse(w, w->addr, "a name that it neither declares nor requires");
		return NULL;
	}
	if (d == w->decls)
		return own;
	for (uint32_t i = 0; i < t->n; i++)
		if (t->list[i].name == own->name)
			return &t->list[i];
	s = sk_modw_table_add(w, t, own->name);
	if (s) {
		s->value = own->value;
		s->attribute = own->attribute;
	}
	return s;
}

/* Aliases that the unit declares: who requires one requires what it stands for. */
static void sk_modw_note_alias(struct sk_modw *w, const struct sk_unit_stmt *stmt)
{
	enum sk_mod_table table = stmt->kind == SK_UNIT_TYPE_ALIAS ? SK_MOD_TYPE
				: stmt->kind == SK_UNIT_SENSITIVITY_ALIAS ? SK_MOD_SENS
				: stmt->kind == SK_UNIT_CATEGORY_ALIAS ? SK_MOD_CAT : SK_MOD_N_TABLES;
	uint32_t *value;

	if (table != SK_MOD_N_TABLES &&
	    sk_map_insert(&w->alias_of, (uint64_t)table << 32 | w->space->refs.list[stmt->op[0]].name, stmt->op[1], &value,
			  NULL))
		w->error = -ENOMEM;
}

/* The name that a statement declares or requires, behind an alias what that stands for. */
static uint32_t sk_modw_real_name(const struct sk_modw *w, enum sk_mod_table table, uint32_t ref)
{
	const uint32_t *actual;

	for (int i = 0; i < 8; i++) {
		actual = sk_map_find(&w->alias_of, (uint64_t)table << 32 | w->space->refs.list[ref].name);
		if (!actual)
			break;
		ref = *actual;
	}
	return w->space->refs.list[ref].name;
}

/* The symbol that a statement declares or requires. */
static void sk_modw_collect_ref(struct sk_modw *w, const struct sk_unit_stmt *stmt, uint32_t ref)
{
	bool declares;
	enum sk_mod_table table = sk_modw_table_of(stmt->kind, &declares);
	struct sk_modw_decl *d = sk_modw_decl_of(w, stmt->block);
	struct sk_modw_scope *scope = declares ? &d->declared : &d->required;
	struct sk_modw_symbol *s;

	if (table == SK_MOD_N_TABLES)
		return;
	w->addr = stmt->addr;
	s = sk_modw_enter(w, table, sk_modw_real_name(w, table, ref), true);
	if (!s)
		return;
	s->attribute = sk_modw_is_attribute(stmt->kind);
	if (stmt->kind == SK_UNIT_BOOL || stmt->kind == SK_UNIT_TUNABLE)
		s->state = stmt->op[1];
	if (stmt->kind == SK_UNIT_TUNABLE || stmt->kind == SK_UNIT_REQUIRE_TUNABLE)
		s->flags = 1;
	if (table == SK_MOD_COMMON) {
		sk_modw_add_perms(w, s, stmt->op[1]);
		return;
	}
	if (s->name == w->space->refs.list[ref].name)
		sk_modw_scope_add(w, s, d->id, declares);
	sk_modw_bit(w, &scope->symbols[table], s->value);
	/* A role dominates itself: where it is first named, and in the table of the optional that declares it. */
	if (table == SK_MOD_ROLE) {
		sk_modw_bit(w, &s->dominates, s->value);
		if (declares && d != w->decls && (s = sk_modw_local(w, table, ref, stmt->block)))
			sk_modw_bit(w, &s->dominates, s->value);
	}
	if (table == SK_MOD_USER && declares)
		sk_modw_local(w, table, ref, stmt->block);
}

/* Declarations and requirements, in the unit's order. */
static void sk_modw_collect_symbol(struct sk_modw *w, const struct sk_unit_stmt *stmt)
{
	if (stmt->kind == SK_UNIT_REQUIRE_CATEGORY) {
		const struct sk_name_set *set = &w->space->sets.list[stmt->op[0]];

		for (uint32_t i = 0; i < set->n && !w->error; i++)
			sk_modw_collect_ref(w, stmt, set->items[i]);
		return;
	}
	sk_modw_collect_ref(w, stmt, stmt->op[0]);
}

/* Own permissions of classes come behind those of their commons. */
static void sk_modw_collect_class(struct sk_modw *w, const struct sk_unit_stmt *stmt)
{
	struct sk_modw_symbol *cls, *common;
	uint32_t bits;

	if (stmt->kind == SK_UNIT_CLASS_COMMON) {
		cls = sk_modw_symbol(w, SK_MOD_CLASS, stmt->op[0]);
		common = sk_modw_symbol(w, SK_MOD_COMMON, stmt->op[1]);
		if (!cls || !common)
			return;
		cls->common = common->name;
		cls->n_perms = common->n_perms;
		memcpy(cls->perms, common->perms, sizeof(cls->perms));
	} else if (stmt->kind == SK_UNIT_CLASS) {
		cls = sk_modw_symbol(w, SK_MOD_CLASS, stmt->op[0]);
		bits = cls ? sk_modw_add_perms(w, cls, stmt->op[1]) : 0;
		if (bits)
			sk_modw_perms_of(w, &w->decls->required, cls->value, bits);
	} else if (stmt->kind == SK_UNIT_REQUIRE_CLASS) {
		/* Last: what is declared has its numbers, and what is only required gets them as it is required. */
		cls = sk_modw_symbol(w, SK_MOD_CLASS, stmt->op[0]);
		bits = cls ? sk_modw_add_perms(w, cls, stmt->op[1]) : 0;
		if (bits)
			sk_modw_perms_of(w, &sk_modw_decl_of(w, stmt->block)->required, cls->value, bits);
	}
}

static void sk_modw_collect_alias(struct sk_modw *w, const struct sk_unit_stmt *stmt)
{
	static const struct { uint8_t kind, table; } rows[] = {
		{ SK_UNIT_TYPE_ALIAS, SK_MOD_TYPE }, { SK_UNIT_SENSITIVITY_ALIAS, SK_MOD_SENS },
		{ SK_UNIT_CATEGORY_ALIAS, SK_MOD_CAT },
	};

	for (size_t i = 0; i < SK_ARRAY_LEN(rows); i++) {
		enum sk_mod_table table = (enum sk_mod_table)rows[i].table;
		struct sk_modw_decl *d;
		struct sk_modw_symbol *s;
		uint32_t value;

		if (rows[i].kind != stmt->kind)
			continue;
		w->addr = stmt->addr;
		d = sk_modw_decl_of(w, stmt->block);
		value = sk_modw_value(w, table, stmt->op[1]);
		s = sk_modw_enter(w, table, w->space->refs.list[stmt->op[0]].name, false);
		if (!s)
			return;
		s->value = value;
		s->alias = true;
		sk_modw_scope_add(w, s, d->id, true);
		sk_modw_bit(w, &d->declared.symbols[table], value);
	}
}

/* Who requires an alias requires what it stands for, but it is the alias's name that is known there. */
static void sk_modw_require_alias(struct sk_modw *w, const struct sk_unit_stmt *stmt)
{
	bool declares;
	enum sk_mod_table table = sk_modw_table_of(stmt->kind, &declares);
	bool many = stmt->kind == SK_UNIT_REQUIRE_CATEGORY;
	const struct sk_name_set *set = many ? &w->space->sets.list[stmt->op[0]] : NULL;

	if (table == SK_MOD_N_TABLES || declares)
		return;
	for (uint32_t i = 0; i < (many ? set->n : 1); i++) {
		uint32_t ref = many ? set->items[i] : stmt->op[0], name = w->space->refs.list[ref].name;
		const uint32_t *at = sk_map_find(&w->by_name, (uint64_t)table << 32 | name);

		if (at && sk_modw_real_name(w, table, ref) != name)
			sk_modw_scope_add(w, &w->tables[table].list[*at], sk_modw_decl_of(w, stmt->block)->id, false);
	}
}

static void sk_modw_add_set(struct sk_modw *w, enum sk_mod_table table, struct sk_modw_bits *to,
			    struct sk_modw_bits *minus, uint32_t *flags, uint32_t number)
{
	const struct sk_name_set *set = &w->space->sets.list[number];

	if (set->flags & (SK_SET_EXPR | SK_SET_OTHER) || ((set->n_minus || set->flags) && !flags)) {
		sk_modw_refuse(w, w->addr, "a set that is an expression here");
		return;
	}
	for (uint32_t i = 0; i < set->n; i++)
		sk_modw_bit(w, to, sk_modw_value(w, table, set->items[i]));
	for (uint32_t i = 0; i < set->n_minus && minus; i++)
		sk_modw_bit(w, minus, sk_modw_value(w, table, set->items[set->n + i]));
	if (flags)
		*flags |= (set->flags & SK_SET_STAR ? 1 : 0) | (set->flags & SK_SET_COMPLEMENT ? 2 : 0);
}

static void sk_modw_collect_default(struct sk_modw *w, const struct sk_unit_stmt *stmt)
{
	static const uint8_t values[] = { 1, 2, 1, 2, 3, 4, 5, 6, 7 };
	const struct sk_name_set *classes = &w->space->sets.list[stmt->op[0]];
	uint32_t which = stmt->kind - SK_UNIT_DEFAULT_USER;

	for (uint32_t i = 0; i < classes->n; i++) {
		struct sk_modw_symbol *cls = sk_modw_symbol(w, SK_MOD_CLASS, classes->items[i]);

		if (cls)
			cls->defaults[which] = values[stmt->op[1]];
	}
}

/* A type is in the module's own table whatever block speaks of it. */
static void sk_modw_type_flag(struct sk_modw *w, uint32_t ref, uint32_t flag)
{
	struct sk_modw_symbol *s = sk_modw_symbol(w, SK_MOD_TYPE, ref);

	if (s)
		s->flags |= flag;
	else
		sk_modw_value(w, SK_MOD_TYPE, ref);
}

static void sk_modw_bound(struct sk_modw *w, enum sk_mod_table table, uint32_t parent, uint32_t child)
{
	struct sk_modw_symbol *s = sk_modw_symbol(w, table, child);

	if (s)
		s->bounds = sk_modw_value(w, table, parent);
}

/* What is said of symbols. */
static void sk_modw_collect_said(struct sk_modw *w, const struct sk_unit_stmt *stmt)
{
	const uint32_t *op = stmt->op;
	struct sk_modw_symbol *s;
	struct sk_modw_bits cats;

	w->addr = stmt->addr;
	switch (stmt->kind) {
	case SK_UNIT_TYPE_ATTRIBUTE_SET:
		s = sk_modw_local(w, SK_MOD_TYPE, op[0], stmt->block);
		if (s)
			sk_modw_add_set(w, SK_MOD_TYPE, &s->set, NULL, NULL, op[1]);
		break;
	case SK_UNIT_ROLE_ATTRIBUTE_SET:
		s = sk_modw_local(w, SK_MOD_ROLE, op[0], stmt->block);
		if (s)
			sk_modw_add_set(w, SK_MOD_ROLE, &s->members, NULL, NULL, op[1]);
		break;
	case SK_UNIT_ROLE_TYPES:
		s = sk_modw_local(w, SK_MOD_ROLE, op[0], stmt->block);
		if (s)
			sk_modw_add_set(w, SK_MOD_TYPE, &s->set, &s->minus, &s->set_flags, op[1]);
		break;
	case SK_UNIT_USER_ROLES:
		s = sk_modw_local(w, SK_MOD_USER, op[0], stmt->block);
		if (s)
			sk_modw_add_set(w, SK_MOD_ROLE, &s->set, NULL, &s->set_flags, op[1]);
		break;
	case SK_UNIT_USER_LEVEL:
	case SK_UNIT_USER_RANGE:
		/* The module's own table has them too: no user of a base is without. */
		for (int i = 0; i < 2; i++) {
			s = i ? sk_modw_symbol(w, SK_MOD_USER, op[0]) : sk_modw_local(w, SK_MOD_USER, op[0], stmt->block);
			if (s && stmt->kind == SK_UNIT_USER_LEVEL && (!i || (w->base && s->level == SK_SPACE_NONE)))
				s->level = op[1];
			else if (s && stmt->kind == SK_UNIT_USER_RANGE && (!i || (w->base && s->range == SK_SPACE_NONE)))
				s->range = op[1];
		}
		break;
	case SK_UNIT_ROLE_DOMINANCE:
		s = sk_modw_local(w, SK_MOD_ROLE, op[0], stmt->block);
		if (s)
			sk_modw_add_set(w, SK_MOD_ROLE, &s->dominates, NULL, NULL, op[1]);
		break;
	case SK_UNIT_SENSITIVITY_CATS:
		s = sk_modw_symbol(w, SK_MOD_SENS, op[0]);
		if (!s || op[1] == SK_SPACE_NONE)
			break;
		cats = sk_modw_cats(w, op[1]);
		sk_modw_union(w, &s->set, &cats);
		free(cats.words);
		break;
	case SK_UNIT_TYPE_PERMISSIVE:
		sk_modw_type_flag(w, op[0], SK_MOD_TYPE_PERMISSIVE);
		break;
	case SK_UNIT_TYPE_NEVERAUDIT:
		if (w->version < SK_MOD_SINCE_NEVERAUDIT)
			sk_modw_refuse(w, stmt->addr, "types that are never audited");
		sk_modw_type_flag(w, op[0], SK_MOD_TYPE_NEVERAUDIT);
		break;
	case SK_UNIT_TYPE_BOUNDS:
		sk_modw_bound(w, SK_MOD_TYPE, op[0], op[1]);
		break;
	case SK_UNIT_ROLE_BOUNDS:
		sk_modw_bound(w, SK_MOD_ROLE, op[0], op[1]);
		break;
	case SK_UNIT_USER_BOUNDS:
		sk_modw_bound(w, SK_MOD_USER, op[0], op[1]);
		break;
	case SK_UNIT_DEFAULT_USER:
	case SK_UNIT_DEFAULT_ROLE:
	case SK_UNIT_DEFAULT_TYPE:
	case SK_UNIT_DEFAULT_RANGE:
		sk_modw_collect_default(w, stmt);
		break;
	case SK_UNIT_DENY:
		sk_modw_refuse(w, stmt->addr, "deny rules");
		break;
	default:
		break;
	}
}

/* The blocks, and which is inside which. They stand in the order in which they begin. */
static int sk_modw_collect_blocks(struct sk_modw *w)
{
	const struct sk_space *space = w->space;
	uint32_t first = w->index.first_block;

	w->decls = calloc(w->index.n_blocks, sizeof(*w->decls));
	w->decl_of = calloc(w->index.n_blocks, sizeof(*w->decl_of));
	if (!w->decls || !w->decl_of)
		return -ENOMEM;
	for (uint32_t b = first; b < first + w->index.n_blocks; b++) {
		const struct sk_block *block = &space->blocks.list[b];
		struct sk_modw_decl *d = &w->decls[w->n_decls];

		if (block->unit != w->unit->number)
			continue;
		w->decl_of[b - first] = (uint32_t)w->n_decls++;
		d->id = (uint32_t)w->n_decls;
		d->block = b;
		d->next = d->otherwise = SK_SPACE_NONE;
		d->parent = block->parent == SK_SPACE_NONE ? SK_SPACE_NONE : w->decl_of[block->parent - first];
		if (block->otherwise != SK_SPACE_NONE) {
			d->otherwise = w->decl_of[block->otherwise - first];
			w->decls[d->otherwise].next = (uint32_t)w->n_decls - 1;
		}
	}
	return 0;
}

/* What is required around an optional is required in it. */
static void sk_modw_inherit(struct sk_modw *w)
{
	for (size_t i = 1; i < w->n_decls && !w->error; i++) {
		const struct sk_modw_scope *around = &w->decls[w->decls[i].parent].required;
		struct sk_modw_scope *scope = &w->decls[i].required;

		for (unsigned int t = 0; t < SK_MOD_N_TABLES; t++)
			sk_modw_union(w, &scope->symbols[t], &around->symbols[t]);
		if (around->n_perms)
			sk_modw_perms_of(w, scope, around->n_perms, 0);
		for (uint32_t c = 0; c < around->n_perms && !w->error; c++)
			scope->perms[c] |= around->perms[c];
	}
}

static bool sk_modw_declared_in(const struct sk_modw_decl *d, unsigned int table, uint32_t value)
{
	const struct sk_modw_bits *bits = &d->declared.symbols[table];

	return (value - 1) / 64 < bits->n && bits->words[(value - 1) / 64] >> ((value - 1) % 64) & 1;
}

/* Is all that a block requires declared in blocks that are enabled? */
static bool sk_modw_met(const struct sk_modw *w, const struct sk_modw_decl *d)
{
	for (unsigned int t = 0; t < SK_MOD_N_TABLES; t++)
		for (uint32_t v = 1; v <= w->tables[t].n_values; v++) {
			const struct sk_modw_bits *bits = &d->required.symbols[t];
			bool found = (v - 1) / 64 >= bits->n || !(bits->words[(v - 1) / 64] >> ((v - 1) % 64) & 1);

			for (size_t i = 0; i < w->n_decls && !found; i++)
				found = w->decls[i].enabled && sk_modw_declared_in(&w->decls[i], t, v);
			if (!found)
				return false;
		}
	return true;
}

/* A base says which of its blocks count when it stands alone, as checkmodule tries it by linking and expanding it. */
static void sk_modw_enable(struct sk_modw *w)
{
	bool more = true;

	w->decls[0].enabled = true;
	while (more) {
		more = false;
		for (size_t i = 1; i < w->n_decls; i++) {
			struct sk_modw_decl *d = &w->decls[i];

			if (!d->enabled && d->otherwise == SK_SPACE_NONE && sk_modw_met(w, d))
				more = d->enabled = true;
		}
	}
	for (size_t i = 1; i < w->n_decls; i++)
		if (w->decls[i].otherwise != SK_SPACE_NONE)
			w->decls[i].enabled = !w->decls[w->decls[i].otherwise].enabled;
}

/* object_r is in every module, the first of roles. */
static void sk_modw_object_r(struct sk_modw *w)
{
	uint32_t name;
	struct sk_modw_symbol *s;

	if (sk_intern_add(w->space->names, "object_r", 8, &name)) {
		w->error = -ENOMEM;
		return;
	}
	s = sk_modw_enter(w, SK_MOD_ROLE, name, true);
	if (s)
		sk_modw_scope_add(w, s, 1, true);
}

/* a.b is within a by its name, where nothing else is said of it. */
static void sk_modw_bound_by_name(struct sk_modw *w, enum sk_mod_table table)
{
	for (uint32_t i = 0; i < w->tables[table].n; i++) {
		struct sk_modw_symbol *s = &w->tables[table].list[i];
		const char *name = sk_intern_str(w->space->names, s->name), *dot = strrchr(name, '.');
		uint32_t parent = dot ? sk_intern_find(w->space->names, name, (size_t)(dot - name)) : SK_INTERN_NONE;
		const uint32_t *at = parent == SK_INTERN_NONE ? NULL
			: sk_map_find(&w->by_name, (uint64_t)table << 32 | parent);

		if (at && s->declared && !s->alias && !s->attribute && !s->bounds)
			s->bounds = w->tables[table].list[*at].value;
	}
}

int sk_modw_collect(struct sk_modw *w)
{
	static const uint8_t class_kinds[] = { SK_UNIT_CLASS_COMMON, SK_UNIT_CLASS, SK_UNIT_REQUIRE_CLASS };
	int r = sk_modw_collect_blocks(w);

	if (r)
		return r;
	sk_modw_object_r(w);
	for (size_t i = 0; i < w->unit->stmts.n && !w->error; i++)
		sk_modw_note_alias(w, &w->unit->stmts.list[i]);
	for (size_t i = 0; i < w->unit->stmts.n && !w->error; i++)
		sk_modw_collect_symbol(w, &w->unit->stmts.list[i]);
	for (size_t i = 0; i < w->unit->stmts.n && !w->error; i++)
		sk_modw_collect_alias(w, &w->unit->stmts.list[i]);
	for (size_t i = 0; i < w->unit->stmts.n && !w->error; i++)
		sk_modw_require_alias(w, &w->unit->stmts.list[i]);
	for (size_t pass = 0; pass < SK_ARRAY_LEN(class_kinds); pass++)
		for (size_t i = 0; i < w->unit->stmts.n && !w->error; i++)
			if (w->unit->stmts.list[i].kind == class_kinds[pass])
				sk_modw_collect_class(w, &w->unit->stmts.list[i]);
	for (size_t i = 0; i < w->unit->stmts.n && !w->error; i++)
		sk_modw_collect_said(w, &w->unit->stmts.list[i]);
	sk_modw_bound_by_name(w, SK_MOD_TYPE);
	sk_modw_bound_by_name(w, SK_MOD_ROLE);
	sk_modw_bound_by_name(w, SK_MOD_USER);
	sk_modw_inherit(w);
	if (w->base && !w->error)
		sk_modw_enable(w);
	return w->error ? w->error : w->refused ? SK_MODULE_REFUSED : 0;
}

static void sk_modw_table_done(struct sk_modw_table *t)
{
	for (uint32_t i = 0; i < t->n; i++) {
		free(t->list[i].set.words);
		free(t->list[i].minus.words);
		free(t->list[i].dominates.words);
		free(t->list[i].members.words);
		free(t->list[i].decls);
	}
	free(t->list);
}

void sk_modw_done(struct sk_modw *w)
{
	for (unsigned int t = 0; t < SK_MOD_N_TABLES; t++)
		sk_modw_table_done(&w->tables[t]);
	for (size_t i = 0; i < w->n_decls; i++) {
		for (unsigned int t = 0; t < SK_MOD_N_TABLES; t++) {
			sk_modw_table_done(&w->decls[i].added[t]);
			free(w->decls[i].required.symbols[t].words);
			free(w->decls[i].declared.symbols[t].words);
		}
		free(w->decls[i].required.perms);
		free(w->decls[i].declared.perms);
	}
	free(w->decls);
	free(w->decl_of);
	free(w->vectors.list);
	sk_map_done(&w->by_name);
	sk_map_done(&w->alias_of);
}
