/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Where each rule and transition comes from, out of what the compilation still has: the records that rules were merged
 * from, and the facts that were noted for transitions. They are sorted once more, by the keys of origins; statements and
 * calls that nothing comes from are left out.
 */
#include <errno.h>
#include <string.h>

#include "compile/rule.h"
#include "provenance/origins.h"

struct sk_originating {
	struct sk_compiler *c;
	struct sk_origins *o;
	uint32_t *stmt_number;			/* by statement: in the origins, or SK_SPACE_NONE */
	uint32_t *call_number;			/* by expansion, likewise */
	struct sk_intern strings;
	bool too_large;
};

int sk_note_fact(struct sk_compiler *c, uint32_t kind, uint32_t source, uint32_t target, uint32_t cls, uint32_t name,
		 uint32_t stmt)
{
	const struct sk_fact fact = { kind, source, target, cls, name, stmt };

	return c->want_origins ? SK_COMPILE_ADD(c->facts, fact) : 0;
}

/* A record of the origins' kind; what has no key is left out, and then there are no origins. */
static void sk_put_fact(struct sk_originating *g, struct sk_record *list, size_t *n, struct sk_record fact,
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

static void sk_put_rule_fact(struct sk_originating *g, struct sk_record *list, size_t *n, uint64_t key,
			     struct sk_record fact)
{
	const struct sk_compiler *c = g->c;
	uint32_t kind = sk_key_kinds[sk_key_kind(key)], branch = sk_final_branch(c, sk_key_branch(c, key));

	if (branch == SK_SPACE_NONE)
		return;
	if (kind == SK_RULE_AUDITDENY)
		fact.data = ~fact.data & c->perm_masks[sk_key_class(c, key)];
	sk_put_fact(g, list, n, fact, (uint32_t)__builtin_ctz(kind), branch, sk_key_source(c, key), sk_key_target(c, key),
		    sk_key_class(c, key));
}

/* The records become facts where they are: there are many, and nobody needs them any more. */
static int sk_collect_facts(struct sk_originating *g)
{
	struct sk_compiler *c = g->c;
	size_t n_records = c->records.n, n = 0;

	if (sk_grow(&c->records.list, &c->records.cap, n_records + c->extended.n + c->facts.n + 1,
		    sizeof(*c->records.list)))
		return -ENOMEM;
	for (size_t i = 0; i < n_records; i++) {
		struct sk_record r = c->records.list[i];

		sk_put_rule_fact(g, c->records.list, &n, r.key, r);
	}
	for (size_t i = 0; i < c->extended.n; i++)
		sk_put_rule_fact(g, c->records.list, &n, c->extended.list[i].key,
				 (struct sk_record){ .stmt = c->extended.list[i].stmt });
	for (size_t i = 0; i < c->facts.n; i++) {
		const struct sk_fact *f = &c->facts.list[i];
		uint32_t name = 0;

		if (f->name != SK_INTERN_NONE) {
			const struct sk_intern_entry *e = &c->names->entries[f->name];

			if (sk_intern_add(&g->strings, e->s, e->n, &name))
				return -ENOMEM;
		}
		sk_put_fact(g, c->records.list, &n, (struct sk_record){ .stmt = f->stmt }, f->kind, name, f->source,
			    f->target, f->cls);
	}
	c->records.n = n;
	return sk_sort_records(c);
}

/* Keys with their sources; a statement that gave a key several times is one source. */
static int sk_fill_keys(struct sk_originating *g)
{
	struct sk_origins *o = g->o;
	size_t n = g->c->records.n, n_keys = 0;

	for (size_t i = 0; i < n; i++)
		n_keys += !i || g->c->records.list[i].key != g->c->records.list[i - 1].key;
	o->keys = SK_ARENA_ARRAY(&o->arena, uint64_t, n_keys + 1);
	o->first = SK_ARENA_ARRAY(&o->arena, uint32_t, n_keys + 1);
	o->sources = SK_ARENA_ARRAY(&o->arena, struct sk_origin_source, n + 1);
	if (!o->keys || !o->first || !o->sources)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		const struct sk_record *f = &g->c->records.list[i];
		bool same = i && f[-1].key == f->key;

		if (same && f[-1].stmt == f->stmt) {
			o->sources[o->n_sources - 1].perms |= f->data;
			continue;
		}
		if (!same) {
			o->keys[o->n_keys] = f->key;
			o->first[o->n_keys++] = o->n_sources;
		}
		o->sources[o->n_sources++] = (struct sk_origin_source){ f->stmt, f->data };
		g->stmt_number[f->stmt] = 0;
	}
	o->first[o->n_keys] = o->n_sources;
	return 0;
}

static int sk_add_string(struct sk_originating *g, const char *s, uint32_t *ret_number)
{
	return sk_intern_add(&g->strings, s, strlen(s), ret_number);
}

/* The name of a file, below the root if it is. */
static int sk_add_file(struct sk_originating *g, const struct sk_source *source, uint32_t *ret_number)
{
	const char *root = g->c->options->root, *name = source ? source->name : "";
	size_t n = root ? strlen(root) : 0;

	while (n > 1 && root[n - 1] == '/')
		n--;
	if (n && !strncmp(name, root, n) && name[n] == '/')
		name += n + 1;
	return sk_add_string(g, name, ret_number);
}

/* Where an address is: statements come in the order of their files, so the last file and line are tried first. */
struct sk_where {
	const struct sk_source *source;
	uint32_t file;			/* number of its name */
	uint32_t line, from, to;	/* the line, and which addresses are on it */
};

static int sk_find_place(struct sk_originating *g, struct sk_where *w, uint32_t addr)
{
	const struct sk_sources *sources = g->c->space->sources;
	struct sk_place place;
	uint32_t col = 1;
	const char *end;

	if (addr >= w->from && addr < w->to)
		return 0;
	if (!w->source || addr < w->source->base || addr - w->source->base > w->source->size) {
		w->source = sk_sources_find(sources, addr);
		if (sk_add_file(g, w->source, &w->file))
			return -ENOMEM;
	}
	w->line = w->from = w->to = 0;
	if (!w->source || w->source->binary)
		return 0;
	if (!w->source->lines)
		sk_sources_place(sources, addr, 1, &place);
	w->line = sk_source_line(w->source, addr, &col);
	w->from = addr - (col ? col - 1 : 0);
	end = w->source->text ? memchr(w->source->text + (addr - w->source->base), '\n',
				       w->source->size - (addr - w->source->base)) : NULL;
	w->to = end ? w->source->base + (uint32_t)(end - w->source->text) + 1 : addr + 1;
	return 0;
}

static int sk_fill_stmts(struct sk_originating *g)
{
	struct sk_compiler *c = g->c;
	struct sk_origins *o = g->o;
	struct sk_where w = { 0 };
	uint32_t module = SK_ORIGIN_NO_STRING;

	for (uint32_t i = 0; i < c->n_stmts; i++)
		if (!g->stmt_number[i])
			g->stmt_number[i] = o->n_stmts++;
	o->stmts = SK_ARENA_ARRAY(&o->arena, struct sk_origin_stmt, (size_t)o->n_stmts + 1);
	if (!o->stmts)
		return -ENOMEM;
	o->n_stmts = 0;
	for (uint32_t u = 0; u < c->n_units; u++) {
		const struct sk_unit *unit = c->units[u];

		module = SK_ORIGIN_NO_STRING;
		if (unit->name != SK_INTERN_NONE && sk_add_string(g, sk_intern_str(c->names, unit->name), &module))
			return -ENOMEM;
		for (uint32_t i = 0; i < unit->stmts.n; i++) {
			const struct sk_unit_stmt *stmt = &unit->stmts.list[i];

			if (g->stmt_number[c->first_stmt[u] + i] == SK_SPACE_NONE)
				continue;
			if (sk_find_place(g, &w, stmt->addr))
				return -ENOMEM;
			o->stmts[o->n_stmts++] = (struct sk_origin_stmt){ module, w.file, w.line, stmt->expansion };
			for (uint32_t e = stmt->expansion; e && g->call_number[e];
			     e = c->space->sources->expansions[e].parent)
				g->call_number[e] = 0;
		}
	}
	for (uint32_t i = 0; i < o->n_sources; i++)
		o->sources[i].stmt = g->stmt_number[o->sources[i].stmt];
	return 0;
}

static int sk_fill_calls(struct sk_originating *g)
{
	const struct sk_compiler *c = g->c;
	const struct sk_sources *sources = c->space->sources;
	struct sk_origins *o = g->o;
	struct sk_where w = { 0 };

	o->n_expansions = 1;
	for (size_t e = 1; e < sources->n_expansions; e++)
		if (!g->call_number[e])
			g->call_number[e] = o->n_expansions++;
	o->expansions = SK_ARENA_ARRAY(&o->arena, struct sk_origin_expansion, (size_t)o->n_expansions);
	if (!o->expansions)
		return -ENOMEM;
	for (size_t e = 1; e < sources->n_expansions; e++) {
		const struct sk_expansion *from = &sources->expansions[e];
		struct sk_origin_expansion *to;

		if (g->call_number[e] == SK_SPACE_NONE)
			continue;
		to = &o->expansions[g->call_number[e]];
		if (sk_find_place(g, &w, from->addr) || sk_add_string(g, sk_intern_str(c->names, from->name), &to->name))
			return -ENOMEM;
		to->file = w.file;
		to->line = w.line;
		to->parent = from->parent ? g->call_number[from->parent] : 0;
	}
	for (uint32_t i = 0; i < o->n_stmts; i++)
		if (o->stmts[i].expansion)
			o->stmts[i].expansion = g->call_number[o->stmts[i].expansion];
	return 0;
}

static int sk_fill_strings(struct sk_originating *g)
{
	struct sk_origins *o = g->o;

	o->n_strings = (uint32_t)g->strings.n;
	o->strings = SK_ARENA_ARRAY(&o->arena, const char *, g->strings.n + 1);
	if (!o->strings)
		return -ENOMEM;
	for (size_t i = 0; i < g->strings.n; i++)
		o->strings[i] = sk_intern_str(&g->strings, (uint32_t)i);
	return 0;
}

static int sk_originate(struct sk_originating *g)
{
	struct sk_compiler *c = g->c;
	size_t n_calls = c->space->sources->n_expansions;

	g->stmt_number = sk_arena_alloc(&c->arena, ((size_t)c->n_stmts + 1) * sizeof(uint32_t));
	g->call_number = sk_arena_alloc(&c->arena, (n_calls + 1) * sizeof(uint32_t));
	if (!g->stmt_number || !g->call_number)
		return -ENOMEM;
	memset(g->stmt_number, 0xff, ((size_t)c->n_stmts + 1) * sizeof(uint32_t));
	memset(g->call_number, 0xff, (n_calls + 1) * sizeof(uint32_t));
	if (sk_collect_facts(g) || sk_fill_keys(g) || sk_fill_stmts(g) || sk_fill_calls(g) || sk_fill_strings(g))
		return -ENOMEM;
	return 0;
}

int sk_compile_origins(struct sk_compiler *c, struct sk_origins **ret_origins)
{
	struct sk_originating g = { .c = c, .o = sk_origins_new() };
	int r;

	if (!g.o)
		return -ENOMEM;
	sk_intern_init(&g.strings, &g.o->arena);
	r = sk_originate(&g);
	sk_intern_done(&g.strings);
	if (r || g.too_large) {
		selkie_origins_free(g.o);
		g.o = NULL;
	}
	*ret_origins = g.o;
	return r;
}
