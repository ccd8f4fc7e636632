/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Origins of keys that statements gave: statements and calls that nothing comes from are left out, and each of the others
 * gets its place in the words of a reader.
 */
#include "compile/originate.h"

#include <errno.h>
#include <string.h>

static int sk_add_string(struct sk_originating *g, const char *s, size_t n, uint32_t *ret_number)
{
	return sk_intern_add(&g->strings, s, n, ret_number);
}

/* The same for a name of the space, which comes again and again. */
static inline int sk_add_name(struct sk_originating *g, uint32_t name, uint32_t *ret_number)
{
	const struct sk_intern_entry *e = &g->space->names->entries[name];
	int r = g->name_string[name] == SK_SPACE_NONE ? sk_add_string(g, e->s, e->n, &g->name_string[name]) : 0;

	*ret_number = g->name_string[name];
	return r;
}

/* The name of a file, below the root if it is. */
static int sk_add_file(struct sk_originating *g, uint32_t source, uint32_t *ret_number)
{
	const struct sk_sources *sources = g->space->sources;
	const char *root = g->root, *name = source < sources->n ? sources->list[source]->name : "";
	size_t n = root ? strlen(root) : 0;

	while (n > 1 && root[n - 1] == '/')
		n--;
	if (n && !strncmp(name, root, n) && name[n] == '/')
		name += n + 1;
	return sk_add_string(g, name, strlen(name), ret_number);
}

/* A place in the words of a reader, but for the name of the file: that is the number of the source, or of none. */
static int sk_place_of(struct sk_originating *g, uint32_t addr, struct sk_origin_place *ret)
{
	const struct sk_sources *sources = g->space->sources;

	if (sk_places_find(&g->places, addr, &ret->source, &ret->line))
		return -ENOMEM;
	/* Of a text that was generated, what somebody wrote for it. */
	if (ret->source != SK_PLACE_NONE && sources->list[ret->source]->made_from && ret->line &&
	    sources->list[ret->source]->made_from[ret->line - 1] &&
	    sk_places_find(&g->places, sources->list[ret->source]->made_from[ret->line - 1], &ret->source, &ret->line))
		return -ENOMEM;
	if (ret->source == SK_PLACE_NONE)
		ret->source = (uint32_t)sources->n;
	else if (sources->list[ret->source]->binary)
		ret->line |= SK_ORIGIN_BINARY;
	return 0;
}

int sk_originate_places(struct sk_originating *g)
{
	const struct sk_sources *sources = g->space->sources;
	size_t size = sizeof(*g->stmt_places) * ((size_t)g->n_stmts + sources->n_expansions + 1);
	struct sk_origin_place *place;

	if (size > SK_LARGE_PAGE)
		sk_arena_reserve(&g->arena, size);
	place = g->stmt_places = sk_arena_alloc(&g->arena, size);
	if (!place)
		return -ENOMEM;
	g->call_places = place + g->n_stmts;
	for (size_t u = 0; u < g->n_units; u++)
		for (size_t i = 0; i < g->units[u]->stmts.n; i++)
			if (sk_place_of(g, g->units[u]->stmts.list[i].addr, place++))
				return -ENOMEM;
	for (size_t e = 0; e < sources->n_expansions; e++)
		if (sk_place_of(g, sources->expansions[e].addr, &g->call_places[e]))
			return -ENOMEM;
	return 0;
}

/* The file's name and the line. `all`: the places by number, if they are known. */
static inline int sk_find_place(struct sk_originating *g, uint32_t addr, const struct sk_origin_place *all, size_t number,
				uint32_t *ret_file, uint32_t *ret_line)
{
	struct sk_origin_place place;
	uint32_t *file;

	if (all)
		place = all[number];
	else if (sk_place_of(g, addr, &place))
		return -ENOMEM;
	file = &g->source_file[place.source];
	if (*file == SK_SPACE_NONE && sk_add_file(g, place.source, file))
		return -ENOMEM;
	*ret_file = *file;
	*ret_line = place.line;
	return 0;
}

/* Statements that give something get their numbers, in their order. */
static void sk_number_stmts(struct sk_originating *g, const struct sk_record *records, size_t n)
{
	uint32_t next = 0;

	for (size_t i = 0; i < n; i++)
		g->stmt_number[records[i].stmt] = 0;
	for (uint32_t i = 0; i < g->n_stmts; i++)
		if (!g->stmt_number[i])
			g->stmt_number[i] = next++;
}

static void sk_mark_calls(struct sk_originating *g, uint32_t expansion)
{
	for (uint32_t e = expansion; e && g->call_number[e]; e = g->space->sources->expansions[e].parent)
		g->call_number[e] = 0;
}

static void sk_mark_calls_of(struct sk_originating *g, const struct sk_unit *unit, const struct sk_unit_stmt *stmt)
{
	sk_mark_calls(g, stmt->expansion);
	if (stmt->cond != SK_SPACE_NONE)
		sk_mark_calls(g, unit->conds.list[stmt->cond / 2].expansion);
}

/* The same for the calls that led to them. */
static void sk_number_calls(struct sk_originating *g)
{
	const struct sk_sources *sources = g->space->sources;
	uint32_t next = 1, first = 0;

	for (size_t u = 0; u < g->n_units; first += (uint32_t)g->units[u++]->stmts.n)
		for (uint32_t i = 0; i < g->units[u]->stmts.n; i++)
			if (g->stmt_number[first + i] != SK_SPACE_NONE)
				sk_mark_calls_of(g, g->units[u], &g->units[u]->stmts.list[i]);
	for (size_t e = 1; e < sources->n_expansions; e++)
		if (!g->call_number[e])
			g->call_number[e] = next++;
}

/* Statements of one conditional stand together: *last is the one that was put last, and *ret_number its number. */
static int sk_put_cond(struct sk_originating *g, const struct sk_unit *unit, uint32_t number, uint32_t *last,
		       uint32_t *ret_number)
{
	const struct sk_unit_cond *cond = &unit->conds.list[number];
	struct sk_origin_cond origin;

	if (*last == number)
		return 0;
	*last = number;
	*ret_number = 0;
	if (sk_find_place(g, cond->addr, NULL, 0, &origin.file, &origin.line))
		return -ENOMEM;
	/* In a binary module only statements are counted. */
	if (!origin.line || origin.line & SK_ORIGIN_BINARY)
		return 0;
	origin.expansion = cond->expansion ? g->call_number[cond->expansion] : 0;
	sk_origins_put_cond(g->w, &origin);
	*ret_number = g->w->n_conds;
	return 0;
}

static int sk_put_stmts_of(struct sk_originating *g, const struct sk_unit *unit, uint32_t first)
{
	struct sk_origin_stmt origin = { .module = SK_ORIGIN_NO_STRING };
	uint32_t last = SK_SPACE_NONE, cond = 0;

	/* Names of modules are strings, whether they have such statements or not. */
	if (unit->name != SK_INTERN_NONE && sk_add_name(g, unit->name, &origin.module))
		return -ENOMEM;
	for (uint32_t i = 0; i < unit->stmts.n; i++) {
		const struct sk_unit_stmt *stmt = &unit->stmts.list[i];

		if (g->stmt_number[first + i] == SK_SPACE_NONE)
			continue;
		if (sk_find_place(g, stmt->addr, g->stmt_places, first + i, &origin.file, &origin.line))
			return -ENOMEM;
		if (stmt->cond != SK_SPACE_NONE && sk_put_cond(g, unit, stmt->cond / 2, &last, &cond))
			return -ENOMEM;
		origin.expansion = stmt->expansion ? g->call_number[stmt->expansion] : 0;
		origin.cond = stmt->cond == SK_SPACE_NONE ? 0 : cond;
		sk_origins_put_stmt(g->w, &origin);
	}
	return 0;
}

static int sk_put_stmts(struct sk_originating *g)
{
	uint32_t first = 0;

	for (size_t u = 0; u < g->n_units; first += (uint32_t)g->units[u++]->stmts.n)
		if (sk_put_stmts_of(g, g->units[u], first))
			return -ENOMEM;
	return 0;
}

static int sk_put_calls(struct sk_originating *g)
{
	const struct sk_sources *sources = g->space->sources;

	for (size_t e = 1; e < sources->n_expansions; e++) {
		const struct sk_expansion *from = &sources->expansions[e];
		struct sk_origin_expansion call;

		if (g->call_number[e] == SK_SPACE_NONE)
			continue;
		if (sk_find_place(g, from->addr, g->call_places, e, &call.file, &call.line) ||
		    sk_add_name(g, from->name, &call.name))
			return -ENOMEM;
		if (from->line) {
			call.file = call.name;
			call.line = from->line | SK_ORIGIN_MARK;
		}
		call.parent = from->parent ? g->call_number[from->parent] : 0;
		sk_origins_put_call(g->w, &call);
	}
	return 0;
}

/* How many records have the key of the first one. */
static size_t sk_same_key(const struct sk_record *records, size_t n)
{
	size_t i = 1;

	while (i < n && records[i].key == records[0].key)
		i++;
	return i;
}

/* Keys with their sources; a statement that gave a key several times is one source. */
int sk_originate_keys(struct sk_originating *g, const struct sk_record *records, size_t n)
{
	struct sk_origin_source *sources = NULL;
	size_t cap = 0;

	for (size_t i = 0, same; i < n; i += same) {
		uint32_t n_sources = 0;

		same = sk_same_key(records + i, n - i);
		if (sk_grow(&sources, &cap, same, sizeof(*sources))) {
			free(sources);
			return -ENOMEM;
		}
		for (size_t k = i; k < i + same; k++) {
			if (k > i && records[k].stmt == records[k - 1].stmt) {
				sources[n_sources - 1].perms |= records[k].data;
				continue;
			}
			sources[n_sources++] = (struct sk_origin_source){ g->stmt_number[records[k].stmt], records[k].data };
		}
		sk_origins_put_key(g->w, records[i].key, sources, n_sources);
	}
	free(sources);
	return 0;
}

static int sk_put_strings(struct sk_originating *g)
{
	const char **list = malloc((g->strings.n + 1) * sizeof(*list));
	int r;

	if (!list)
		return -ENOMEM;
	for (size_t i = 0; i < g->strings.n; i++)
		list[i] = sk_intern_str(&g->strings, (uint32_t)i);
	r = sk_origins_put_strings(g->w, list, (uint32_t)g->strings.n);
	free(list);
	return r;
}

/* So many numbers, none of which is known. */
static uint32_t *sk_no_numbers(struct sk_originating *g, size_t n)
{
	uint32_t *list = sk_arena_alloc(&g->arena, (n + 1) * sizeof(*list));

	if (list)
		memset(list, 0xff, (n + 1) * sizeof(*list));
	return list;
}

int sk_originating_init(struct sk_originating *g, const struct sk_space *space, const struct sk_unit *const *units,
			size_t n_units, const char *root)
{
	*g = (struct sk_originating){ .w = sk_origins_writer_new(), .space = space, .units = units, .n_units = n_units,
				      .root = root };
	if (!g->w)
		return -ENOMEM;
	sk_intern_init(&g->strings, &g->arena);
	for (size_t u = 0; u < n_units; u++)
		g->n_stmts += (uint32_t)units[u]->stmts.n;
	g->stmt_number = sk_no_numbers(g, g->n_stmts);
	g->call_number = sk_no_numbers(g, space->sources->n_expansions);
	g->name_string = sk_no_numbers(g, space->names->n);
	g->source_file = sk_no_numbers(g, space->sources->n);
	if (!g->stmt_number || !g->call_number || !g->name_string || !g->source_file)
		return -ENOMEM;
	return sk_places_init(&g->places, space->sources);
}

void sk_originate_numbers(struct sk_originating *g, const struct sk_record *records, size_t n)
{
	sk_number_stmts(g, records, n);
	sk_number_calls(g);
}

int sk_originate_stmts(struct sk_originating *g)
{
	return sk_put_stmts(g) || sk_put_calls(g) ? -ENOMEM : 0;
}

int sk_originate_end(struct sk_originating *g, struct sk_origins **ret_origins)
{
	struct sk_origins *o;

	if (sk_put_strings(g))
		return -ENOMEM;
	o = sk_origins_new();
	if (!o)
		return -ENOMEM;
	o->written = g->w;
	g->w = NULL;
	*ret_origins = o;
	return 0;
}

int sk_originate(struct sk_originating *g, const struct sk_record *records, size_t n, struct sk_origins **ret_origins)
{
	sk_originate_numbers(g, records, n);
	if (sk_originate_stmts(g) || sk_originate_keys(g, records, n))
		return -ENOMEM;
	return sk_originate_end(g, ret_origins);
}

void sk_originating_done(struct sk_originating *g)
{
	sk_intern_done(&g->strings);
	sk_origins_writer_free(g->w);
	sk_arena_done(&g->arena);
	sk_places_done(&g->places);
}
