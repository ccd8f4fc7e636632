/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Diagnostics of the compiler. A statement knows where it begins and which calls brought it there; the word that is
 * wrong is looked for in the statement's own text, which has it unless a call's argument stood for it.
 */
#include <stdio.h>
#include <string.h>

#include "base/word.h"
#include "compile/compiler.h"

bool sk_takes_away(const struct sk_compiler *c, const struct sk_unit_stmt *stmt)
{
	const char *operands = sk_unit_rows[stmt->kind].operands;

	for (unsigned int i = 0; operands[i] && i < SK_UNIT_OPERANDS; i++) {
		const struct sk_name_set *set;

		if (operands[i] != 'T' && operands[i] != 'R')
			continue;
		set = &c->space->sets.list[stmt->op[i]];
		if (set->n_minus || set->flags & SK_SET_COMPLEMENT)
			return true;
		for (uint32_t k = 0; set->flags & SK_SET_EXPR && k < set->n; k++)
			if (set->items[k] == SK_SET_NOT || set->items[k] == SK_SET_XOR)
				return true;
	}
	return false;
}

/* Whether a name is declared only in blocks that are off, perhaps for what is missing. */
static bool sk_is_off(const struct sk_compiler *c, const char *name)
{
	uint32_t number = sk_intern_find(c->names, name, strlen(name));

	for (uint32_t i = 0; i < c->symbols.n && number != SK_INTERN_NONE; i++)
		if (c->symbols.list[i].name == number && !c->symbols.list[i].n_enabled)
			return true;
	return false;
}

/* Whether what was left out had to do with a name, as far as it could have said what things are, or any way. */
static bool sk_has_lost(const struct sk_compiler *c, const char *name, enum sk_lost_use how)
{
	return sk_lost_has(&c->space->lost, c->names, name, how);
}

static int sk_find_lost(struct sk_compiler *c, const struct sk_unit_stmt *stmt SK_UNUSED, uint32_t ref, void *how)
{
	return sk_has_lost(c, sk_ref_name(c, ref), *(const enum sk_lost_use *)how);
}

/* Whether it had to do with any name of a statement. */
static bool sk_lost_for(struct sk_compiler *c, const struct sk_unit_stmt *stmt, enum sk_lost_use how)
{
	return !stmt || sk_stmt_refs(c, stmt, sk_find_lost, &how);
}

/* Whether something that is not told was put into an attribute: by way of it, what was left out concerns anybody. */
static bool sk_lost_attributes(const struct sk_compiler *c)
{
	for (uint32_t i = 0; i < c->symbols.n; i++)
		if (c->symbols.list[i].flavor == SK_FLAVOR_ATTRIBUTE && sk_has_lost(c, sk_symbol_name(c, i), SK_LOST_PUT))
			return true;
	return false;
}

/* A type that is bounded by its name: are those of its parents among what is missing? */
static bool sk_lost_parent(struct sk_compiler *c, const char *name)
{
	const char *dot = strrchr(name, '.');
	char *parent = dot ? sk_arena_strndup(&c->arena, name, (size_t)(dot - name)) : NULL;

	c->no_memory |= dot && !parent;
	return !parent || sk_has_lost(c, parent, SK_LOST_USED);
}

static bool sk_is_bounds_consequence(struct sk_compiler *c, const struct sk_unit_stmt *stmt, const char *word)
{
	if (stmt && stmt->kind == SK_UNIT_TYPE_BOUNDS && word)
		return false;		/* a circle is one whatever else there is */
	if (stmt && word && stmt->kind != SK_UNIT_ROLE_BOUNDS && stmt->kind != SK_UNIT_USER_BOUNDS)
		return sk_lost_parent(c, word);
	return sk_lost_for(c, stmt, SK_LOST_USED) || sk_lost_attributes(c);
}

/*
 * Whether something may be wrong only because statements are missing: names that nothing declares, contexts and levels that
 * do not go together, bounds that allow too little, a policy without what none can be without; permissions of classes that
 * are not whole themselves; and what a set comes to that would have less in it.
 */
static bool sk_is_consequence(struct sk_compiler *c, const char *id, const struct sk_unit_stmt *stmt, const char *word)
{
	const struct sk_lost *lost = &c->space->lost;

	if (!c->damaged)
		return false;
	if (!strcmp(id, "E0805"))
		return c->damaged_classes;
	/* Of CIL, the reader has told. */
	if (!strcmp(id, "E0803"))
		return sk_has_cil(c) && word && sk_has_lost(c, word, SK_LOST_USED);
	if (sk_name_in("E0806 E0807 E0808", id))
		return stmt && sk_takes_away(c, stmt);
	if (!sk_name_in("E0801 E0804 E0809 E0810 E0811 E0812 E0826", id))
		return false;
	if (lost->all)
		return true;
	if (sk_name_in("E0801 E0804 E0812", id))
		return !word || sk_has_lost(c, word, SK_LOST_USED) || sk_is_off(c, word);
	if (!strcmp(id, "E0809"))
		return sk_is_bounds_consequence(c, stmt, word);
	if (!strcmp(id, "E0810"))
		return (lost->levels && c->policy->mls) || sk_lost_for(c, stmt, SK_LOST_SAID) || sk_lost_attributes(c);
	return !strcmp(id, "E0811") ? lost->levels : lost->sids || lost->rules;
}

static int sk_lose_ref(struct sk_compiler *c, const struct sk_unit_stmt *stmt, uint32_t ref, void *arg SK_UNUSED)
{
	const char *name = sk_ref_name(c, ref);
	bool puts = stmt->kind == SK_UNIT_TYPE_ATTRIBUTE_SET || stmt->kind == SK_UNIT_ROLE_ATTRIBUTE_SET ||
		    stmt->kind == SK_UNIT_USER_ATTRIBUTE_SET;
	unsigned int how = SK_LOST_USED | (stmt->kind < SK_UNIT_ALLOW ? SK_LOST_SAID : 0) | (puts ? SK_LOST_PUT : 0);

	return sk_lost_word(&c->space->lost, c->names, name, strlen(name), how);
}

void sk_compile_lose(struct sk_compiler *c, const struct sk_unit_stmt *stmt)
{
	if (sk_stmt_refs(c, stmt, sk_lose_ref, NULL))
		c->no_memory = true;
}

/* What a statement with a mistake does not say any more. A conflict takes nothing away. */
static void sk_lose(struct sk_compiler *c, const char *id, const struct sk_unit_stmt *stmt)
{
	if (sk_name_in("E0806 E0807 E0808 E0809 E0810 E0814 E0817", id))
		return;
	c->lost_unit |= !strcmp(id, "E0804") || !stmt;
	if (stmt)
		sk_compile_lose(c, stmt);
}

static struct sk_diag *sk_compile_add(struct sk_compiler *c, const char *id, const struct sk_unit_stmt *stmt,
				      const char *word, const char *fmt, va_list args)
{
	bool consequence = sk_is_consequence(c, id, stmt, word);
	struct sk_place place = { 0 };
	struct sk_diag *diag;

	sk_lose(c, id, stmt);
	if (consequence) {
		c->hidden++;
		return NULL;
	}
	c->errors++;
	if (!stmt)
		return sk_verror(c->diags, id, NULL, fmt, args);
	if (stmt->addr)
		sk_sources_place_word(c->space->sources, stmt->addr, word, &place);
	diag = sk_verror(c->diags, id, stmt->addr ? &place : NULL, fmt, args);
	sk_sources_note_expansion(c->space->sources, c->names, c->diags, diag, stmt->expansion);
	return diag;
}

struct sk_diag *sk_compile_error(struct sk_compiler *c, const char *id, const struct sk_unit_stmt *stmt,
				 const char *fmt, ...)
{
	struct sk_diag *diag;
	va_list args;

	va_start(args, fmt);
	diag = sk_compile_add(c, id, stmt, NULL, fmt, args);
	va_end(args);
	return diag;
}

struct sk_diag *sk_compile_error_at(struct sk_compiler *c, const char *id, const struct sk_unit_stmt *stmt,
				    const char *word, const char *fmt, ...)
{
	struct sk_diag *diag;
	va_list args;

	va_start(args, fmt);
	diag = sk_compile_add(c, id, stmt, word, fmt, args);
	va_end(args);
	return diag;
}

void sk_compile_note(struct sk_compiler *c, struct sk_diag *diag, const struct sk_unit_stmt *stmt,
		     const char *fmt, ...)
{
	struct sk_place place = { 0 };
	va_list args;

	if (stmt->addr)
		sk_sources_place_statement(c->space->sources, stmt->addr, &place);
	va_start(args, fmt);
	sk_diag_vnote(c->diags, diag, stmt->addr ? &place : NULL, fmt, args);
	va_end(args);
	sk_sources_note_expansion(c->space->sources, c->names, c->diags, diag, stmt->expansion);
}

struct sk_nearest {
	const struct sk_compiler *c;
	uint32_t ns;
};

static const char *sk_nearest_at(const void *arg, size_t i)
{
	const struct sk_nearest *n = arg;
	const struct sk_entity *s = &n->c->symbols.list[i];

	return s->ns == n->ns && s->n_enabled ? sk_symbol_name(n->c, (uint32_t)i) : NULL;
}

uint32_t sk_compile_unknown(struct sk_compiler *c, const struct sk_unit_stmt *stmt, uint32_t ref, uint32_t flavor)
{
	const struct sk_ref *r = &c->space->refs.list[ref];
	const char *name = sk_ref_name(c, ref);
	struct sk_nearest nearest = { c, r->ns };
	struct sk_diag *diag;
	size_t near;

	diag = sk_compile_error_at(c, "E0801", stmt, name, "unknown %s '%s'", sk_ns_word(r->ns, flavor), name);
	near = diag ? sk_nearest_name(name, c->symbols.n, sk_nearest_at, &nearest) : SIZE_MAX;
	if (near != SIZE_MAX && c->symbols.list[near].first_decl != SK_SPACE_NONE)
		sk_compile_note(c, diag, sk_stmt_at(c, c->decls.list[c->symbols.list[near].first_decl].stmt, NULL),
				"did you mean '%s', declared here?", sk_symbol_name(c, (uint32_t)near));
	return SK_SPACE_NONE;
}
