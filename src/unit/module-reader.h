/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_UNIT_MODULE_READER_H
#define SK_UNIT_MODULE_READER_H

#include <endian.h>
#include <string.h>

#include "base/reader.h"
#include "unit/module.h"
#include "unit/unit.h"

/*
 * A binary module while it is read. Its order is: symbol tables, blocks of rules with what each declares and requires,
 * the scopes of all symbols, object contexts. Rules are lowered as they are read, as the tables they speak of are known by
 * then; what the tables say is lowered at the end, when scopes tell in which block it belongs.
 *
 * The byte reader is sticky, so functions here return nothing and are asked for failure before what was read is used as
 * an index or a size. Symbols refer to tables that follow them: such sets are kept with their offset, and checked when
 * they are lowered, which all of them are.
 */
enum sk_mod_table {
	SK_MOD_COMMON, SK_MOD_CLASS, SK_MOD_ROLE, SK_MOD_TYPE, SK_MOD_USER, SK_MOD_BOOL, SK_MOD_SENS, SK_MOD_CAT,
	SK_MOD_N_TABLES,
};

/* First versions of the module format that have something. */
enum {
	SK_MOD_OLDEST = 4,
	SK_MOD_SINCE_VALIDATETRANS = 5,
	SK_MOD_SINCE_MLS = 5,
	SK_MOD_SINCE_RANGETRANS = 6,
	SK_MOD_SINCE_MLS_USERS = 6,
	SK_MOD_SINCE_CAPABILITIES = 7,
	SK_MOD_SINCE_PERMISSIVE = 8,
	SK_MOD_SINCE_BOUNDS = 9,
	SK_MOD_SINCE_BOUNDS_ALIAS = 10,
	SK_MOD_SINCE_FILENAMES = 11,
	SK_MOD_SINCE_ROLETRANS = 12,
	SK_MOD_SINCE_ROLE_ATTRIBUTES = 13,
	SK_MOD_SINCE_TUNABLES = 14,
	SK_MOD_SINCE_DEFAULTS = 15,
	SK_MOD_SINCE_DEFAULT_TYPE = 16,
	SK_MOD_SINCE_XPERMS = 18,
	SK_MOD_SINCE_INFINIBAND = 19,
	SK_MOD_SINCE_GLBLUB = 20,
	SK_MOD_SINCE_SELF_TRANSITIONS = 21,
	SK_MOD_SINCE_COND_XPERMS = 22,
	SK_MOD_SINCE_NEVERAUDIT = 23,
	SK_MOD_NEWEST = 24,
};

#define SK_MOD_MAGIC 0xf97cff8du
#define SK_MOD_STRING "SE Linux Module"

/* Values of a table, from 1, rising. */
struct sk_mod_set {
	uint64_t offset;
	uint32_t n;
	const uint32_t *values;
};

/* The same as words of 64 values, as it stands in the file: scopes have many that are large and all but equal. */
struct sk_mod_word {
	uint32_t start;		/* bit 0 is the value start + 1 */
	uint64_t bits;		/* never 0 */
};

struct sk_mod_words {
	uint64_t offset;
	uint32_t n;
	const struct sk_mod_word *list;		/* rising by start */
};

struct sk_mod_typeset {
	struct sk_mod_set items, minus;
	uint32_t flags;
};

struct sk_mod_level {
	uint64_t offset;
	uint32_t sens;
	uint32_t n;		/* ranges of categories: low and high of each */
	uint32_t *cats;
};

struct sk_mod_node {
	uint32_t op, attr, compare;
	uint64_t offset;
	struct sk_mod_set names;
	struct sk_mod_typeset types;
};

struct sk_mod_constraint {
	uint32_t perms;
	uint64_t offset;
	uint32_t n;
	struct sk_mod_node *nodes;
};

/* Of a common or class. */
struct sk_mod_class {
	uint32_t common;		/* name of it, or SK_INTERN_NONE */
	uint32_t n_perms;		/* highest value */
	uint32_t perms[32];		/* names by value - 1, those of the common included; SK_INTERN_NONE */
	uint32_t own;			/* which of them are its own: bits */
	struct sk_mod_constraint *constraints, *transitions;
	uint32_t n_constraints, n_transitions;
	uint32_t defaults[4];		/* user, role, type, range */
};

/* Of a role or user. */
struct sk_mod_holder {
	struct sk_mod_typeset set;	/* roles: types; users: roles */
	struct sk_mod_set members;	/* role attributes: roles */
	struct sk_mod_level low, high, level;	/* users; n_levels of them are there */
};

/* Flags of a type. */
enum { SK_MOD_TYPE_PERMISSIVE = 1, SK_MOD_TYPE_EXPAND = 2, SK_MOD_TYPE_NO_EXPAND = 4, SK_MOD_TYPE_NEVERAUDIT = 8 };

/* One symbol; which of its parts mean something follows from its table. */
struct sk_mod_symbol {
	uint32_t name;			/* number in the space's names */
	uint32_t value;
	uint64_t offset;		/* of its name */
	bool alias, attribute;
	bool numbered;			/* an alias that has a number of its own */
	uint32_t actual;		/* of an alias: the value of what it stands for */
	uint32_t flags;			/* of types and booleans */
	uint32_t bounds;
	uint32_t state;			/* booleans */
	struct sk_mod_set set;		/* attributes: types; roles: what it dominates; sensitivities: categories */
	struct sk_mod_class *cls;
	struct sk_mod_holder *holder;
	/* where it is declared or required */
	bool scoped, declared;
	bool whole;			/* in the whole module: block 0 is among these */
	uint32_t n_decls;
	const uint32_t *decls;
};

struct sk_mod_symbols {
	uint32_t n_values;		/* as the table announces */
	uint32_t n;
	struct sk_mod_symbol *list;
	uint32_t *by_value;		/* position in list + 1, of primary names; [0] unused */
	uint32_t *refs, *sets;		/* by value: reference, set of it alone; SK_SPACE_NONE until asked for */
	uint64_t *there;		/* bits of the values that a symbol has, as the words of a set */
};

/* Permissions of a class: bits by value - 1. */
struct sk_mod_vector {
	uint32_t cls, bits;
};

/* What a block declares or requires. */
struct sk_mod_scope {
	struct sk_mod_words symbols[SK_MOD_N_TABLES];
	uint32_t n_classes;		/* that have a place in the list of permissions */
	uint32_t n_perms;
	const struct sk_mod_vector *perms;	/* rising by class; none is empty; equal ones may be shared */
};

/* The permissions that a scope named, and the bytes that say so. */
struct sk_mod_known_perms {
	const unsigned char *bytes;
	size_t n;			/* 0: there was none */
	uint32_t n_classes, n_perms;
	const struct sk_mod_vector *perms;
};

/* A branch of a block: the module itself, an optional, or an else. */
struct sk_mod_decl {
	uint64_t offset;
	uint32_t id;
	uint32_t block;			/* of the space */
	uint32_t parent;		/* position among the decls, or SK_SPACE_NONE */
	uint32_t otherwise;		/* for an else: the branch before it, likewise */
	struct sk_mod_scope required, declared;
	struct sk_mod_symbols *added;	/* by table: what is said of symbols within this branch; NULL: nothing */
};

/* A symbol whose scope names a branch. */
struct sk_mod_named {
	uint32_t table, value;
};

struct sk_module {
	struct sk_reader r;
	struct sk_space *space;
	struct sk_unit *unit;
	struct sk_arena arena;
	const char *id;			/* of the diagnostic */
	const char *what;		/* the list that is being read, for the diagnostic's note */
	uint32_t number, count;

	uint32_t version;
	bool base, mls, wildcard_genfs;
	uint32_t addr_base;		/* of the source; offset 0 of the file */
	struct sk_mod_symbols symbols[SK_MOD_N_TABLES];
	struct sk_map by_name;		/* table and name: position in its list */
	struct sk_map perm_sets;	/* class and bits: set */
	struct sk_map vectors;		/* class and bits: class permissions of these alone */
	uint32_t process;		/* the class, or 0 */
	struct sk_mod_known_perms known_perms[4];	/* the last ones, at n_known_perms modulo 4 the oldest */
	uint32_t n_known_perms;

	struct sk_mod_decl *decls;
	size_t n_decls, cap_decls;
	uint32_t *decl_by_id;		/* position, by id */
	struct sk_mod_named *named;	/* what scopes name a branch, by branch, table and value */
	uint32_t *named_starts;		/* by branch, and the end */

	SK_PARTS(uint32_t) places;	/* offsets of statements */
	SK_PARTS(uint32_t) items;	/* scratch for sets */
	SK_PARTS(struct sk_mod_vector) vector_list;
	SK_PARTS(struct sk_class_perm) class_perms;
	SK_PARTS(struct sk_unit_node) nodes;
	SK_PARTS(struct sk_mod_word) words;
	int error;			/* negative errno */
};

/* Ids of diagnostics; docs/diagnostics.md has a row for each. */
#define SK_MOD_TRUNCATED "E0401"
#define SK_MOD_NOT_MODULE "E0402"
#define SK_MOD_VERSION "E0403"
#define SK_MOD_COUNT "E0404"
#define SK_MOD_UNKNOWN "E0405"
#define SK_MOD_VALUE "E0406"
#define SK_MOD_DUPLICATE "E0407"
#define SK_MOD_EXPRESSION "E0408"
#define SK_MOD_SET "E0409"
#define SK_MOD_NAME "E0410"
#define SK_MOD_SECTION "E0411"
#define SK_MOD_SCOPE "E0412"

/* Refuses the word that was read last, or what stands at an offset. */
#define sk_mod_refuse(m, diag_id, field, ...) \
	do { \
		if (!(m)->r.failed) \
			(m)->id = (diag_id); \
		sk_reader_fail(&(m)->r, (field), __VA_ARGS__); \
	} while (0)

#define sk_mod_refuse_at(m, diag_id, offset, field, ...) \
	do { \
		if (!(m)->r.failed) \
			(m)->id = (diag_id); \
		sk_reader_fail_at(&(m)->r, (offset), (field), __VA_ARGS__); \
	} while (0)

#define SK_MOD_ARRAY(m, type, n) ((type *)sk_mod_array((m), (n), sizeof(type)))

extern const char *const sk_mod_words[SK_MOD_N_TABLES];
extern const uint8_t sk_mod_ns[SK_MOD_N_TABLES];

/* A zeroed array in the module's arena; NULL, with the reader failed, when out of memory, and after a failure. */
void *sk_mod_array(struct sk_module *m, size_t n, size_t size);

/* Says for the note of a diagnostic what is read from here on; m->number tells which of n. */
static inline void sk_mod_begin_list(struct sk_module *m, const char *what, uint32_t n)
{
	if (m->r.failed)
		return;
	m->what = what;
	m->number = 0;
	m->count = n;
}

/* Adds an element to one of the growing arrays; out of memory makes the reader fail. */
#define SK_MOD_PUSH(m, parts, value) \
	do { \
		if ((parts).n == (parts).cap && \
		    sk_grow(&(parts).list, &(parts).cap, (parts).n + 1, sizeof(*(parts).list))) \
			sk_reader_no_memory(&(m)->r); \
		else \
			(parts).list[(parts).n++] = (value); \
	} while (0)

/* Four bytes that were seen to be there. */
static inline uint32_t sk_mod_peek(const unsigned char *p)
{
	return (uint32_t)p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16 | (uint32_t)p[3] << 24;
}

static inline uint64_t sk_mod_peek64(const unsigned char *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof(v));
	return le64toh(v);
}

/* An empty set, as most are, is skipped. False when something else comes next, which is for sk_mod_read_set. */
static inline bool sk_mod_skip_empty_set(struct sk_module *m)
{
	if (m->r.end - m->r.p < 12 || sk_mod_peek64(m->r.p) != 64 || sk_mod_peek(m->r.p + 8))
		return false;
	m->r.p += 12;
	return true;
}

/* The bits of the word that begins at `start`; *at moves on, for words asked for in rising order. */
static inline uint64_t sk_mod_word_at(const struct sk_mod_words *words, uint32_t *at, uint32_t start)
{
	while (*at < words->n && words->list[*at].start < start)
		++*at;
	return *at < words->n && words->list[*at].start == start ? words->list[*at].bits : 0;
}

/* Parts, as they are read. A set is checked against `table` when it is lowered. */
void sk_mod_read_set(struct sk_module *m, struct sk_mod_set *ret, const char *field);
void sk_mod_read_words(struct sk_module *m, struct sk_mod_words *ret, const char *field);
uint32_t sk_mod_read_perms(struct sk_module *m, const char *field);	/* bits; what is no permission is left out */
void sk_mod_read_typeset(struct sk_module *m, struct sk_mod_typeset *ret, const char *field);
void sk_mod_read_roleset(struct sk_module *m, struct sk_mod_typeset *ret, const char *field);
void sk_mod_read_level(struct sk_module *m, struct sk_mod_level *ret, const char *field);
void sk_mod_read_range(struct sk_module *m, struct sk_mod_level *ret_low, struct sk_mod_level *ret_high,
		       const char *field);
void sk_mod_read_semantic_level(struct sk_module *m, struct sk_mod_level *ret, const char *field);
uint32_t sk_mod_read_name(struct sk_module *m, const char *field);
uint32_t sk_mod_read_name_bytes(struct sk_module *m, uint32_t n, bool symbol, const char *field);

/* Refuses the value as one that no symbol of the table has. */
void sk_mod_refuse_symbol(struct sk_module *m, enum sk_mod_table table, uint32_t value, uint64_t offset, const char *field);

/* A symbol by value or name; NULL, and the reader failed, when there is none. */
static inline const struct sk_mod_symbol *sk_mod_symbol(struct sk_module *m, enum sk_mod_table table, uint32_t value,
							uint64_t offset, const char *field)
{
	const struct sk_mod_symbols *t = &m->symbols[table];

	if (m->r.failed)
		return NULL;
	if (value - 1 < t->n_values && t->by_value[value])
		return &t->list[t->by_value[value] - 1];
	sk_mod_refuse_symbol(m, table, value, offset, field);
	return NULL;
}

struct sk_mod_symbol *sk_mod_find(struct sk_module *m, enum sk_mod_table table, uint32_t name, uint64_t offset,
				  const char *field);

/* Parts of the space for what was read; SK_SPACE_NONE after a failure. */
uint32_t sk_mod_new_ref(struct sk_module *m, enum sk_mod_table table, uint32_t value, uint64_t offset, const char *field);

static inline uint32_t sk_mod_ref(struct sk_module *m, enum sk_mod_table table, uint32_t value, uint64_t offset,
				  const char *field)
{
	const struct sk_mod_symbols *t = &m->symbols[table];

	return !m->r.failed && value - 1 < t->n_values && t->refs[value] != SK_SPACE_NONE
		       ? t->refs[value] : sk_mod_new_ref(m, table, value, offset, field);
}

uint32_t sk_mod_name_ref(struct sk_module *m, enum sk_mod_table table, uint32_t name);
uint32_t sk_mod_lower_set(struct sk_module *m, enum sk_mod_table table, const struct sk_mod_set *set, const char *field);
uint32_t sk_mod_lower_typeset(struct sk_module *m, enum sk_mod_table table, const struct sk_mod_typeset *set,
			      uint8_t more_flags, const char *field);
uint32_t sk_mod_lower_level(struct sk_module *m, const struct sk_mod_level *level, const char *field);
uint32_t sk_mod_lower_range(struct sk_module *m, const struct sk_mod_level *low, const struct sk_mod_level *high,
			    const char *field);
uint32_t sk_mod_perm_set(struct sk_module *m, uint32_t cls, uint32_t bits, uint64_t offset, const char *field);

/* A statement at an offset of the file; the operands follow. */
#define sk_mod_stmt(m, kind, block, offset, ...) \
	sk_mod_add((m), (kind), (block), SK_SPACE_NONE, (offset), (const uint32_t[SK_UNIT_OPERANDS]){ __VA_ARGS__ })
void sk_mod_add(struct sk_module *m, enum sk_unit_kind kind, uint32_t block, uint32_t cond, uint64_t offset,
		const uint32_t op[SK_UNIT_OPERANDS]);

/* The sections, in the file's order. */
void sk_mod_read_symbols(struct sk_module *m);
void sk_mod_read_table(struct sk_module *m, enum sk_mod_table table, struct sk_mod_symbols *symbols, bool global);
void sk_mod_read_blocks(struct sk_module *m);
void sk_mod_read_scopes(struct sk_module *m);
void sk_mod_read_contexts(struct sk_module *m);
void sk_mod_read_genfs(struct sk_module *m);
void sk_mod_read_old_ranges(struct sk_module *m);

/* Then what the symbols say. */
void sk_mod_lower_symbols(struct sk_module *m);
void sk_mod_lower_constraint(struct sk_module *m, const struct sk_mod_constraint *c, uint32_t cls, bool transition,
			     uint32_t block);

#endif
