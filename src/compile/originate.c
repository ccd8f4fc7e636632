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

static int sk_add_string(struct sk_originating *g, const char *s, uint32_t *ret_number)
{
	return sk_intern_add(&g->strings, s, strlen(s), ret_number);
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
	return sk_add_string(g, name, ret_number);
}

/*
 * Where an address is. Statements of modules come in the order of their files, so the last line is tried first; those of
 * interfaces come again and again, so some addresses seen before are remembered.
 */
#define SK_WHERE_SEEN 4096

struct sk_where {
	uint32_t file, line;		/* what was found: the number of the file's name, and the line */
	const struct sk_source *source;	/* the last one that was looked into, its file, */
	uint32_t source_file;
	struct sk_source_span last;	/* and its line */
	struct sk_where_seen {
		uint32_t addr, file, line;
	} seen[SK_WHERE_SEEN];		/* by the address's last bits */
};

static int sk_look_up_place(struct sk_originating *g, struct sk_where *w, uint32_t addr)
{
	if (!w->source || addr < w->source->base || addr - w->source->base > w->source->size) {
		w->source = sk_sources_find(g->space->sources, addr);
		if (sk_add_file(g, w->source, &w->source_file))
			return -ENOMEM;
	}
	w->file = w->source_file;
	if (w->source && w->source->binary)
		w->line = SK_ORIGIN_BINARY | sk_source_statement(w->source, addr);
	if (!w->source || w->source->binary || !sk_source_find_line(w->source, addr, &w->last))
		w->last = (struct sk_source_span){ 0 };
	else
		w->line = w->last.number;
	return 0;
}

static int sk_find_place(struct sk_originating *g, struct sk_where *w, uint32_t addr)
{
	struct sk_where_seen *seen = &w->seen[addr % SK_WHERE_SEEN];
	int r = 0;

	w->line = 0;
	if (addr >= w->last.from && addr < w->last.to) {
		w->file = w->source_file;
		w->line = w->last.number;
	} else if (seen->addr == addr && addr) {
		w->file = seen->file;
		w->line = seen->line;
	} else {
		r = sk_look_up_place(g, w, addr);
		*seen = (struct sk_where_seen){ addr, w->file, w->line };
	}
	return r;
}

static int sk_fill_stmts(struct sk_originating *g)
{
	const struct sk_expansion *expansions = g->space->sources->expansions;
	struct sk_origins *o = g->o;
	struct sk_where *w = g->where;
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
		if (unit->name != SK_INTERN_NONE && sk_add_string(g, sk_intern_str(g->space->names, unit->name), &module))
			return -ENOMEM;
		for (uint32_t i = 0; i < unit->stmts.n; i++) {
			const struct sk_unit_stmt *stmt = &unit->stmts.list[i];

			if (g->stmt_number[first + i] == SK_SPACE_NONE)
				continue;
			if (sk_find_place(g, w, stmt->addr))
				return -ENOMEM;
			o->stmts[o->n_stmts++] = (struct sk_origin_stmt){ module, w->file, w->line, stmt->expansion };
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
	struct sk_where *w = g->where;

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
		if (sk_find_place(g, w, from->addr) ||
		    sk_add_string(g, sk_intern_str(g->space->names, from->name), &to->name))
			return -ENOMEM;
		to->file = from->line ? to->name : w->file;
		to->line = from->line ? from->line | SK_ORIGIN_MARK : w->line;
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

int sk_originating_init(struct sk_originating *g, const struct sk_space *space, const struct sk_unit *const *units,
			size_t n_units, const char *root)
{
	size_t n_calls = space->sources->n_expansions;

	*g = (struct sk_originating){ .o = sk_origins_new(), .space = space, .units = units, .n_units = n_units,
				      .root = root };
	if (!g->o)
		return -ENOMEM;
	sk_intern_init(&g->strings, &g->o->arena);
	for (size_t u = 0; u < n_units; u++)
		g->n_stmts += (uint32_t)units[u]->stmts.n;
	g->stmt_number = malloc(((size_t)g->n_stmts + 1) * sizeof(*g->stmt_number));
	g->call_number = malloc((n_calls + 1) * sizeof(*g->call_number));
	g->where = calloc(1, sizeof(*g->where));
	if (!g->stmt_number || !g->call_number || !g->where)
		return -ENOMEM;
	memset(g->stmt_number, 0xff, ((size_t)g->n_stmts + 1) * sizeof(*g->stmt_number));
	memset(g->call_number, 0xff, (n_calls + 1) * sizeof(*g->call_number));
	return 0;
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
	free(g->where);
}
