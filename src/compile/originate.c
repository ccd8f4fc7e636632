/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Origins of keys that statements gave: statements and calls that nothing comes from are left out, and each of the others
 * gets its place in the words of a reader.
 */
#include "compile/originate.h"

#include <errno.h>
#include <string.h>

/* Keys with their sources; a statement that gave a key several times is one source. */
static int sk_fill_keys(struct sk_originating *g, const struct sk_record *records, size_t n)
{
	struct sk_origins *o = g->o;
	size_t n_keys = 0;

	for (size_t i = 0; i < n; i++)
		n_keys += !i || records[i].key != records[i - 1].key;
	o->keys = SK_ARENA_ARRAY(&o->arena, uint64_t, n_keys + 1);
	o->first = SK_ARENA_ARRAY(&o->arena, uint32_t, n_keys + 1);
	o->sources = SK_ARENA_ARRAY(&o->arena, struct sk_origin_source, n + 1);
	if (!o->keys || !o->first || !o->sources)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		const struct sk_record *f = &records[i];
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

static int sk_add_string(struct sk_originating *g, const char *s, size_t n, uint32_t *ret_number)
{
	return sk_intern_add(&g->strings, s, n, ret_number);
}

/* The same for a name of the space, which comes again and again. */
static int sk_add_name(struct sk_originating *g, uint32_t name, uint32_t *ret_number)
{
	const struct sk_intern_entry *e = &g->space->names->entries[name];
	int r = g->name_string[name] == SK_SPACE_NONE ? sk_add_string(g, e->s, e->n, &g->name_string[name]) : 0;

	*ret_number = g->name_string[name];
	return r;
}

/* The name of a file, below the root if it is. */
static int sk_add_file(struct sk_originating *g, const struct sk_source *source, uint32_t *ret_number)
{
	const char *root = g->root, *name = source ? source->name : "";
	size_t n = root ? strlen(root) : 0;

	while (n > 1 && root[n - 1] == '/')
		n--;
	if (n && !strncmp(name, root, n) && name[n] == '/')
		name += n + 1;
	return sk_add_string(g, name, strlen(name), ret_number);
}

/* Where an address is: the number of the file's name, and the line. */
static int sk_find_place(struct sk_originating *g, uint32_t addr, uint32_t *ret_file, uint32_t *ret_line)
{
	const struct sk_sources *sources = g->space->sources;
	const struct sk_source *source = NULL;
	uint32_t number, *file;

	if (sk_places_find(&g->places, addr, &number, ret_line))
		return -ENOMEM;
	if (number != SK_PLACE_NONE)
		source = sources->list[number];
	else
		number = (uint32_t)sources->n;
	file = &g->source_file[number];
	if (*file == SK_SPACE_NONE && sk_add_file(g, source, file))
		return -ENOMEM;
	*ret_file = *file;
	if (source && source->binary)
		*ret_line |= SK_ORIGIN_BINARY;
	return 0;
}

static int sk_fill_stmts(struct sk_originating *g)
{
	const struct sk_expansion *expansions = g->space->sources->expansions;
	struct sk_origins *o = g->o;
	uint32_t module = SK_ORIGIN_NO_STRING, first = 0;

	for (uint32_t i = 0; i < g->n_stmts; i++)
		if (!g->stmt_number[i])
			g->stmt_number[i] = o->n_stmts++;
	o->stmts = SK_ARENA_ARRAY(&o->arena, struct sk_origin_stmt, (size_t)o->n_stmts + 1);
	if (!o->stmts)
		return -ENOMEM;
	o->n_stmts = 0;
	for (size_t u = 0; u < g->n_units; first += (uint32_t)g->units[u++]->stmts.n) {
		const struct sk_unit *unit = g->units[u];

		module = SK_ORIGIN_NO_STRING;
		if (unit->name != SK_INTERN_NONE && sk_add_name(g, unit->name, &module))
			return -ENOMEM;
		for (uint32_t i = 0; i < unit->stmts.n; i++) {
			const struct sk_unit_stmt *stmt = &unit->stmts.list[i];
			struct sk_origin_stmt *to = &o->stmts[o->n_stmts];

			if (g->stmt_number[first + i] == SK_SPACE_NONE)
				continue;
			if (sk_find_place(g, stmt->addr, &to->file, &to->line))
				return -ENOMEM;
			to->module = module;
			to->expansion = stmt->expansion;
			o->n_stmts++;
			for (uint32_t e = stmt->expansion; e && g->call_number[e]; e = expansions[e].parent)
				g->call_number[e] = 0;
		}
	}
	for (uint32_t i = 0; i < o->n_sources; i++)
		o->sources[i].stmt = g->stmt_number[o->sources[i].stmt];
	return 0;
}

static int sk_fill_calls(struct sk_originating *g)
{
	const struct sk_sources *sources = g->space->sources;
	struct sk_origins *o = g->o;

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
		if (sk_find_place(g, from->addr, &to->file, &to->line) || sk_add_name(g, from->name, &to->name))
			return -ENOMEM;
		if (from->line) {
			to->file = to->name;
			to->line = from->line | SK_ORIGIN_MARK;
		}
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

/* So many numbers, none of which is known. */
static uint32_t *sk_no_numbers(size_t n)
{
	uint32_t *list = malloc((n + 1) * sizeof(*list));

	if (list)
		memset(list, 0xff, (n + 1) * sizeof(*list));
	return list;
}

int sk_originating_init(struct sk_originating *g, const struct sk_space *space, const struct sk_unit *const *units,
			size_t n_units, const char *root)
{
	*g = (struct sk_originating){ .o = sk_origins_new(), .space = space, .units = units, .n_units = n_units,
				      .root = root };
	if (!g->o)
		return -ENOMEM;
	sk_intern_init(&g->strings, &g->o->arena);
	for (size_t u = 0; u < n_units; u++)
		g->n_stmts += (uint32_t)units[u]->stmts.n;
	g->stmt_number = sk_no_numbers(g->n_stmts);
	g->call_number = sk_no_numbers(space->sources->n_expansions);
	g->name_string = sk_no_numbers(space->names->n);
	g->source_file = sk_no_numbers(space->sources->n);
	if (!g->stmt_number || !g->call_number || !g->name_string || !g->source_file)
		return -ENOMEM;
	return sk_places_init(&g->places, space->sources);
}

int sk_originate(struct sk_originating *g, const struct sk_record *records, size_t n, struct sk_origins **ret_origins)
{
	if (sk_fill_keys(g, records, n) || sk_fill_stmts(g) || sk_fill_calls(g) || sk_fill_strings(g))
		return -ENOMEM;
	*ret_origins = g->o;
	g->o = NULL;
	return 0;
}

void sk_originating_done(struct sk_originating *g)
{
	sk_intern_done(&g->strings);
	selkie_origins_free(g->o);
	free(g->stmt_number);
	free(g->call_number);
	free(g->name_string);
	free(g->source_file);
	sk_places_done(&g->places);
}
