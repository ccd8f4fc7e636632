/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_UNIT_MODULE_WRITER_H
#define SK_UNIT_MODULE_WRITER_H

#include "unit/module-reader.h"
#include "unit/print.h"

/*
 * A binary module while it is written. First the unit's statements are gathered into the tables of symbols that the format
 * has, then the sections are written from these and from the statements.
 */
struct sk_modw_bits {
	uint32_t n;
	uint64_t *words;
};

struct sk_modw_symbol {
	uint32_t name, value;
	bool alias, attribute, declared;
	uint32_t flags, bounds, state;
	struct sk_modw_bits set, minus;	/* attributes: types; roles: types; users: roles; sensitivities: categories */
	uint32_t set_flags;
	struct sk_modw_bits dominates, members;	/* roles */
	uint32_t level, range;		/* users: numbers of the space, or SK_SPACE_NONE */
	uint32_t common, n_perms, own, perms[32];	/* commons and classes */
	uint32_t defaults[4];
	uint32_t n_decls, *decls;	/* ids of blocks */
};

struct sk_modw_table {
	uint32_t n_values, n;
	size_t cap;
	struct sk_modw_symbol *list;
};

struct sk_modw_scope {
	struct sk_modw_bits symbols[SK_MOD_N_TABLES];
	uint32_t n_perms, *perms;
};

struct sk_modw_decl {
	uint32_t id, block, parent;	/* parent: position of the block around it */
	uint32_t otherwise, next;	/* positions: the branch that this is the else of; its own else */
	bool enabled;			/* of a base: counts where there are no other modules */
	struct sk_modw_scope required, declared;
	struct sk_modw_table added[SK_MOD_N_TABLES];
};

struct sk_modw {
	const struct sk_unit *unit;
	struct sk_space *space;
	struct sk_unit_index index;
	struct sk_buf *out;
	unsigned int version;
	bool base, refused;
	int error;
	uint32_t addr;			/* of the statement that is written, for refusals */
	struct sk_modw_table tables[SK_MOD_N_TABLES];
	struct sk_map by_name;		/* table and name: position */
	struct sk_map alias_of;		/* table and name: reference to what an alias stands for */
	struct sk_modw_decl *decls;
	size_t n_decls;
	uint32_t *decl_of;		/* position, by block - index.first_block */
	SK_PARTS(struct sk_modw_vector) vectors;
};

int sk_modw_bit(struct sk_modw *w, struct sk_modw_bits *bits, uint32_t value);
int sk_modw_union(struct sk_modw *w, struct sk_modw_bits *to, const struct sk_modw_bits *from);
struct sk_modw_symbol *sk_modw_symbol(struct sk_modw *w, enum sk_mod_table table, uint32_t ref);
uint32_t sk_modw_value(struct sk_modw *w, enum sk_mod_table table, uint32_t ref);
struct sk_modw_bits sk_modw_cats(struct sk_modw *w, uint32_t number);
void sk_modw_u32(struct sk_modw *w, uint32_t v);
void sk_modw_counted(struct sk_modw *w, uint32_t name);
void sk_modw_write_context(struct sk_modw *w, uint32_t number);
void sk_modw_refuse(struct sk_modw *w, uint32_t addr, const char *what);

/* Gathers; returns 0, SK_MODULE_REFUSED, or -ENOMEM. */
int sk_modw_collect(struct sk_modw *w);
void sk_modw_done(struct sk_modw *w);

/* Object contexts of a base, and genfs. */
void sk_modw_write_objects(struct sk_modw *w);

#endif
