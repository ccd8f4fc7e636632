/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_COMPILE_ORIGINATE_H
#define SK_COMPILE_ORIGINATE_H

#include "base/intern.h"
#include "compile/place.h"
#include "provenance/origins.h"
#include "unit/unit.h"

/* What a statement gave: a key, with permissions or other bits. Statements are numbered through all units. */
struct sk_record {
	uint64_t key;
	uint32_t data;
	uint32_t stmt;
};

/* Origins in the making. Borrows the space and the units. */
struct sk_originating {
	struct sk_origins_writer *w;
	struct sk_arena arena;
	struct sk_intern strings;		/* of the origins: what is added first has the smallest numbers */
	const struct sk_space *space;
	const struct sk_unit *const *units;
	size_t n_units;
	const char *root;			/* names of files are relative to it; NULL: as they are */
	uint32_t n_stmts;
	uint32_t *stmt_number;			/* by statement: in the origins, or SK_SPACE_NONE */
	uint32_t *call_number;			/* by expansion, likewise */
	uint32_t *name_string;			/* by name of the space: the string, or SK_SPACE_NONE */
	uint32_t *source_file;			/* by source, and for none: the string of its name, likewise */
	struct sk_places places;
	struct sk_origin_place {
		uint32_t source, line;		/* the number of the source, or how many there are; as origins say it */
	} *stmt_places, *call_places;		/* by number; NULL: they are found one by one */
};

/* Returns 0 or -ENOMEM; done is to be called in any case. */
int sk_originating_init(struct sk_originating *g, const struct sk_space *space, const struct sk_unit *const *units,
			size_t n_units, const char *root);
void sk_originating_done(struct sk_originating *g);

/* Finds all places, beforehand: not needed, for a thread that has time. Returns 0 or -ENOMEM. */
int sk_originate_places(struct sk_originating *g);

/*
 * The origins of records that are sorted by key, ready to be saved: which statements there are, then these with their calls
 * and, in another thread if need be, the keys with their statements, then the end. Return 0 or -ENOMEM.
 */
void sk_originate_numbers(struct sk_originating *g, const struct sk_record *records, size_t n);
int sk_originate_stmts(struct sk_originating *g);
int sk_originate_keys(struct sk_originating *g, const struct sk_record *records, size_t n);
int sk_originate_end(struct sk_originating *g, struct sk_origins **ret_origins);

/* All of that. To be called once. */
int sk_originate(struct sk_originating *g, const struct sk_record *records, size_t n, struct sk_origins **ret_origins);

#endif
