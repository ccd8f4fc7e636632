/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A binary module, alone or in its package, into a unit: the header, then section by section. All that is refused is
 * reported here, with field and offset. Rules are lowered while declarations are still to be found out, and are put behind
 * them at the end.
 */
#include "unit/module-reader.h"

#include <errno.h>
#include <string.h>

#include "selkie/capability.h"
#include "unit/package-text.h"

/* Sets the unit up: kind, source, name. */
static void sk_mod_begin(struct sk_module *m, const char *file, uint32_t number, size_t size, const char *name)
{
	struct sk_source *source;
	int r;

	if (m->r.failed)
		return;
	r = sk_unit_init(m->unit, m->space, m->base ? SK_UNIT_BASE : SK_UNIT_MODULE, number);
	m->unit->binary = true;
	if (!r)
		r = sk_sources_add_binary(m->space->sources, file, name, size, m->space->diags, &source);
	if (r == SK_SOURCE_REFUSED) {
		m->error = r;
		sk_reader_fail_at(&m->r, 0, "module", "it is too large");
	} else if (r) {
		sk_reader_no_memory(&m->r);
	} else {
		m->unit->mls = m->mls;
		m->addr_base = source->base;
		m->space->blocks.list[m->unit->top].addr = source->base;
	}
}

static void sk_mod_read_capabilities(struct sk_module *m)
{
	struct sk_mod_set set;

	sk_mod_read_set(m, &set, "policy capabilities");
	for (uint32_t i = 0; i < set.n && !m->r.failed; i++) {
		const char *word = selkie_capability_name(set.values[i] - 1);
		uint32_t name;

		if (!word) {
			sk_mod_refuse_at(m, SK_MOD_VALUE, set.offset, "policy capabilities",
					 "no policy capability has the number %u", set.values[i] - 1);
		} else if (sk_intern_add(m->space->names, word, strlen(word), &name)) {
			sk_reader_no_memory(&m->r);
		} else {
			m->wildcard_genfs = m->wildcard_genfs || !strcmp(word, "genfs_seclabel_wildcard");
			sk_mod_stmt(m, SK_UNIT_POLICY_CAPABILITY, m->unit->top, set.offset, name);
		}
	}
}

/* What only base modules say of the whole policy. */
static void sk_mod_say_policy(struct sk_module *m, uint32_t config)
{
	static const char *const unknown[] = { "deny", "reject", "allow" };
	uint32_t name;

	if (m->r.failed || sk_intern_add(m->space->names, unknown[config >> 1], strlen(unknown[config >> 1]), &name)) {
		sk_reader_no_memory(&m->r);
		return;
	}
	sk_mod_stmt(m, SK_UNIT_MLS, m->unit->top, 0, m->mls);
	sk_mod_stmt(m, SK_UNIT_HANDLE_UNKNOWN, m->unit->top, 0, name);
}

static void sk_mod_check_tables(struct sk_module *m)
{
	uint32_t n_symbols = sk_read_u32(&m->r, "number of symbol tables");
	uint32_t n_contexts = sk_read_u32(&m->r, "number of kinds of object contexts");
	uint32_t contexts = !m->base ? 0 : m->version >= SK_MOD_SINCE_INFINIBAND ? 9 : 7;

	if (n_symbols != SK_MOD_N_TABLES || n_contexts != contexts)
		sk_mod_refuse(m, SK_MOD_VERSION, "number of kinds of object contexts",
			      "a module of this version has %u and %u tables, not %u and %u", SK_MOD_N_TABLES, contexts,
			      n_symbols, n_contexts);
}

/* A large module is mostly rules: room for them, and for what is known until the end, in large pages. */
#define SK_LARGE_MODULE ((size_t)4 << 20)

static void sk_module_reserve(struct sk_module *m, size_t size)
{
	/* A rule with a type and a type has 104 bytes. */
	size_t n_rules = size / 104, n;

	if (size < SK_LARGE_MODULE || m->unit->stmts.list)
		return;
	sk_arena_reserve(&m->arena, size / 5);
	if (sk_grow(&m->places.list, &m->places.cap, n_rules, sizeof(*m->places.list)))
		sk_reader_no_memory(&m->r);
	m->unit->stmts.list = sk_alloc_large(n_rules * sizeof(*m->unit->stmts.list), &n);
	m->unit->stmts.cap = m->unit->stmts.list ? n / sizeof(*m->unit->stmts.list) : 0;
}

static void sk_mod_read_header(struct sk_module *m, const char *file, uint32_t number, size_t size)
{
	uint32_t magic = sk_read_u32(&m->r, "magic number of the module"), length, type, config;
	uint32_t name = SK_INTERN_NONE, version = SK_INTERN_NONE;
	const char *s;

	if (magic != SK_MOD_MAGIC)
		sk_mod_refuse(m, SK_MOD_NOT_MODULE, "magic number of the module", "no module begins with 0x%08x", magic);
	length = sk_read_u32(&m->r, "length of the module's mark");
	s = sk_read_borrow(&m->r, length, true, "mark of the module");
	if (!m->r.failed && (length != strlen(SK_MOD_STRING) || memcmp(s, SK_MOD_STRING, length) != 0))
		sk_mod_refuse(m, SK_MOD_NOT_MODULE, "mark of the module", "it is not '" SK_MOD_STRING "'");
	type = sk_read_u32(&m->r, "kind of the module");
	if (type != 1 && type != 2)
		sk_mod_refuse(m, SK_MOD_VALUE, "kind of the module", "a module is a base, 1, or not, 2, and not %u", type);
	m->base = type == 1;
	m->version = sk_read_u32(&m->r, "version of the module's format");
	if (m->version < SK_MOD_OLDEST || m->version > SK_MOD_NEWEST)
		sk_mod_refuse(m, SK_MOD_VERSION, "version of the module's format",
			      "versions %u to %u are known, not %u", SK_MOD_OLDEST, SK_MOD_NEWEST, m->version);
	config = sk_read_u32(&m->r, "configuration");
	m->mls = config & 1;
	if (config > 5 || (m->mls && m->version < SK_MOD_SINCE_MLS))
		sk_mod_refuse(m, SK_MOD_VALUE, "configuration", "no configuration of this version has the number %u",
			      config);
	sk_mod_check_tables(m);
	if (!m->base) {
		name = sk_mod_read_name(m, "name of the module");
		version = sk_mod_read_name(m, "version of the module");
	}
	sk_mod_begin(m, file, number, size, name == SK_INTERN_NONE ? "base" : sk_intern_str(m->space->names, name));
	if (m->r.failed)
		return;
	sk_module_reserve(m, size);
	m->unit->name = name;
	m->unit->version = version;
	if (m->base)
		sk_mod_say_policy(m, config);
	if (m->version >= SK_MOD_SINCE_CAPABILITIES)
		sk_mod_read_capabilities(m);
}

/* Puts what was added since `first` before the rest. */
static int sk_unit_rotate(struct sk_unit *unit, size_t first)
{
	size_t n = unit->stmts.n - first, size = sizeof(*unit->stmts.list);
	bool room = unit->stmts.cap - unit->stmts.n >= n;
	struct sk_unit_stmt *last = room ? unit->stmts.list + unit->stmts.n : malloc(n * size);

	if (!n)
		return 0;
	if (!last)
		return -ENOMEM;
	memcpy(last, unit->stmts.list + first, n * size);
	memmove(unit->stmts.list + n, unit->stmts.list, first * size);
	memcpy(unit->stmts.list, last, n * size);
	if (!room)
		free(last);
	return 0;
}

static void sk_mod_sections(struct sk_module *m, const char *file, uint32_t number, size_t size)
{
	size_t n_rules;

	sk_mod_read_header(m, file, number, size);
	if (!m->r.failed)
		sk_mod_read_symbols(m);
	if (!m->r.failed)
		sk_mod_read_blocks(m);
	if (m->r.failed)
		return;
	sk_mod_read_scopes(m);
	if (m->base && !m->r.failed)
		sk_mod_read_contexts(m);
	if (!m->r.failed)
		sk_mod_read_genfs(m);
	if (m->base && m->version >= SK_MOD_SINCE_MLS && m->version < SK_MOD_SINCE_RANGETRANS && !m->r.failed)
		sk_mod_read_old_ranges(m);
	if (m->r.failed)
		return;
	n_rules = m->unit->stmts.n;
	sk_mod_lower_symbols(m);
	if (!m->r.failed && sk_unit_rotate(m->unit, n_rules))
		sk_reader_no_memory(&m->r);
}

static void sk_mod_report(const struct sk_module *m, const char *name)
{
	static const char *const ids[] = { [SK_READER_END] = SK_MOD_TRUNCATED,
					   [SK_READER_COUNT] = SK_MOD_COUNT,
					   [SK_READER_STRING] = SK_MOD_NAME,
					   [SK_READER_CHECK] = SK_MOD_VALUE };
	struct sk_place place = { .kind = SK_PLACE_BINARY, .file = name, .offset = m->r.fail_offset,
				  .field = m->r.field };
	struct sk_diag *d = sk_error(m->space->diags, m->id ? m->id : ids[m->r.fault], &place, "%s", m->r.reason);

	if (m->what)
		sk_diag_note(m->space->diags, d, NULL, "this is %s %u of %u in its list", m->what, m->number + 1,
			     m->count);
}

static void sk_module_done(struct sk_module *m)
{
	sk_map_done(&m->by_name);
	sk_map_done(&m->perm_sets);
	sk_map_done(&m->vectors);
	free(m->places.list);
	free(m->items.list);
	free(m->vector_list.list);
	free(m->class_perms.list);
	free(m->nodes.list);
	free(m->words.list);
	sk_arena_done(&m->arena);
	sk_reader_done(&m->r);
}

/* Reads from m->r, and gives the places of statements to the source. */
static int sk_module_run(struct sk_module *m, const struct sk_package *package, const char *name, uint32_t number,
			 size_t size)
{
	const struct sk_package_section *s = &package->sections[SK_SECTION_MODULE];
	struct sk_source *source;
	size_t n_stmts;
	int r;

	/* Offsets are the file's, though the module ends with its section. */
	sk_reader_init_memory(&m->r, s->data - s->offset, s->offset + s->n);
	m->r.p += s->offset;
	sk_mod_sections(m, name, number, size);
	if (m->error || m->r.error)
		return m->error ? SK_MODULE_REFUSED : m->r.error;
	if (m->r.failed) {
		sk_mod_report(m, name);
		return SK_MODULE_REFUSED;
	}
	if (sk_reader_left(&m->r)) {
		struct sk_place place = { .kind = SK_PLACE_BINARY, .file = name, .offset = sk_reader_offset(&m->r),
					  .field = "end of the module" };

		sk_warning(m->space->diags, "W0403", &place,
			   "the module ends here; %llu bytes that follow are not looked at",
			   (unsigned long long)sk_reader_left(&m->r));
	}
	n_stmts = m->unit->stmts.n;
	r = sk_package_text_lower(m->unit, package, name, m->addr_base);
	if (r)
		return r;
	for (size_t i = n_stmts; i < m->unit->stmts.n; i++)
		SK_MOD_PUSH(m, m->places, m->unit->stmts.list[i].addr - m->addr_base);
	source = (struct sk_source *)sk_sources_find(m->space->sources, m->addr_base);
	return m->r.failed ? -ENOMEM : sk_source_set_statements(source, m->places.list, m->places.n);
}

/* Many units live side by side until the last is compiled: what an array has grown ahead is given back. */
static void sk_unit_fit(struct sk_unit *unit)
{
	void *fitting = unit->stmts.n ? realloc(unit->stmts.list, unit->stmts.n * sizeof(*unit->stmts.list)) : NULL;

	if (!fitting)
		return;
	unit->stmts.list = fitting;
	unit->stmts.cap = unit->stmts.n;
}

int sk_module_read(struct sk_space *space, const void *data, size_t size, const char *name, uint32_t number,
		   struct sk_unit *ret_unit)
{
	struct sk_module m = { .space = space, .unit = ret_unit };
	struct sk_package package;
	int r;

	memset(ret_unit, 0, sizeof(*ret_unit));
	r = sk_package_split(&package, data, size, name, space->diags);
	if (r)
		return r;
	r = sk_module_run(&m, &package, name, number, size);
	sk_module_done(&m);
	if (r)
		sk_unit_done(ret_unit);
	else
		sk_unit_fit(ret_unit);
	return r;
}

int sk_unit_read_package(struct sk_units *units, struct sk_space *space, const void *data, size_t size, const char *name)
{
	struct sk_unit *unit = sk_units_room(units);
	int r = unit ? sk_module_read(space, data, size, name, (uint32_t)units->n, unit) : -ENOMEM;

	if (r)
		free(unit);
	else
		units->list[units->n++] = unit;
	return r;
}
