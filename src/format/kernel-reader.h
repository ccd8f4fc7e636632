/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_FORMAT_KERNEL_READER_H
#define SK_FORMAT_KERNEL_READER_H

#include "base/map.h"
#include "base/reader.h"
#include "format/kernel.h"

/*
 * A kernel policy while it is read. The byte reader is sticky, so functions here return nothing and are asked for
 * failure where it matters: before memory is sized by what was read, and before an id is used as an index.
 *
 * Symbol tables refer to tables that follow them. Such references are noted with their place and checked once all
 * tables are known; everything after the symbol tables is checked at once.
 */
enum sk_exists {
	SK_EXISTS_NOT,
	SK_EXISTS_PRIMARY,
	SK_EXISTS_ATTRIBUTE,
};

enum sk_pending_kind {
	SK_PENDING_ID,		/* id */
	SK_PENDING_TYPE,	/* id, of a type that is not an attribute */
	SK_PENDING_BITSET,
	SK_PENDING_IDSET,
	SK_PENDING_BOUND,	/* id bounds child */
};

struct sk_pending {
	uint64_t offset;
	const char *field;
	enum sk_pending_kind kind;
	enum sk_symbol table;
	uint32_t id, child;
	union {
		const struct sk_bitset *bitset;
		const struct sk_idset *idset;
	} u;
};

struct sk_set_word {
	uint64_t bits;
	uint32_t start;			/* number of the lowest bit */
};

struct sk_kernel_reader {
	struct sk_reader r;
	struct sk_policy *p;
	const char *id;			/* of the diagnostic; NULL when the input ended */
	const char *what;		/* the list that is being read, for the diagnostic's note */
	uint32_t number, count;		/* which element of how many */

	uint32_t n_ids[SK_N_SYM];
	uint8_t *exists[SK_N_SYM];	/* enum sk_exists by id, n_ids + 1 of them; NULL before the table */
	struct sk_bitset existing[SK_N_SYM];	/* the same as a set */
	uint32_t *position[SK_N_SYM];	/* by id, of the primary name in the table */
	uint64_t *name_offset[SK_N_SYM];	/* by position in the table, for duplicate names */
	uint64_t rules_offset;		/* of the first unconditional rule */
	struct sk_class_id process;	/* 0 when the policy has no such class */

	struct sk_pending *pending;
	size_t n_pending, cap_pending;
	struct sk_set_word *words;	/* of a set that is being read, as they stand in the file */
	size_t cap_words;
	uint64_t *bits;			/* the same as a bit set */
	size_t cap_bits;
	struct sk_map shared_of;	/* hash of a bit set -> index into shared */
	struct sk_bitset *shared;	/* the distinct bit sets read so far */
	size_t n_shared, cap_shared;
};

/* Ids of diagnostics. docs/diagnostics.md has a paragraph for each. */
#define SK_E_TRUNCATED "E0301"
#define SK_E_NOT_POLICY "E0302"
#define SK_E_VERSION "E0303"
#define SK_E_COUNT "E0304"
#define SK_E_UNKNOWN_ID "E0305"
#define SK_E_VALUE "E0306"
#define SK_E_DUPLICATE "E0307"
#define SK_E_EXPRESSION "E0308"
#define SK_E_SET "E0309"
#define SK_E_NAME "E0310"
#define SK_E_CONTEXT "E0311"
#define SK_E_BOUNDS "E0312"

/* Refuses the word that was read last. */
#define sk_refuse(k, diag_id, field, ...) \
	do { \
		if (!(k)->r.failed) \
			(k)->id = (diag_id); \
		sk_reader_fail(&(k)->r, (field), __VA_ARGS__); \
	} while (0)

#define sk_refuse_at(k, diag_id, offset, field, ...) \
	do { \
		if (!(k)->r.failed) \
			(k)->id = (diag_id); \
		sk_reader_fail_at(&(k)->r, (offset), (field), __VA_ARGS__); \
	} while (0)

/* "attribute", "type", ... for messages. */
extern const char *const sk_symbol_words[SK_N_SYM];
extern const char *const sk_symbol_plurals[SK_N_SYM];

/*
 * A zeroed array in the policy's arena for a count that the byte reader has accepted; NULL, with the reader failed,
 * when out of memory, and after a failure.
 */
void *sk_kernel_array(struct sk_kernel_reader *k, uint32_t n, size_t size);
#define SK_KERNEL_ARRAY(k, type, n) ((type *)sk_kernel_array((k), (n), sizeof(type)))

/* Length word and bytes of a name; and the bytes alone, where other words stand between. */
const char *sk_kernel_name(struct sk_kernel_reader *k, const char *field);
const char *sk_kernel_name_bytes(struct sk_kernel_reader *k, uint32_t length, const char *field);
uint32_t sk_kernel_name_length(struct sk_kernel_reader *k, const char *field);

static inline bool sk_kernel_exists(const struct sk_kernel_reader *k, enum sk_symbol table,
				    uint32_t id)
{
	return id <= k->n_ids[table] && k->exists[table][id];
}

/* An id of a table that has been read; 0 after a failure. */
uint32_t sk_kernel_id(struct sk_kernel_reader *k, enum sk_symbol table, const char *field);
void sk_kernel_check_id(struct sk_kernel_reader *k, enum sk_symbol table, uint32_t id,
			uint64_t offset, const char *field);

/* The same for a type that must not be an attribute. */
uint32_t sk_kernel_type(struct sk_kernel_reader *k, const char *field);

/*
 * Sets. A file counts bits from 0. In a set of ids bit i stands for id i + 1 (first_id 1), but for permissive and
 * neveraudit types and capabilities it stands for i itself (first_id 0). limit is the highest number allowed.
 */
void sk_kernel_bitset(struct sk_kernel_reader *k, struct sk_bitset *ret_set, uint32_t first_id,
		      uint32_t limit, const char *field);
void sk_kernel_idset(struct sk_kernel_reader *k, struct sk_idset *ret_set, uint32_t limit,
		     const char *field);

/* Sets of ids, checked against the table, or noted when the table is still to come. They must not move after that. */
void sk_kernel_id_bitset(struct sk_kernel_reader *k, struct sk_bitset *ret_set,
			 enum sk_symbol table, const char *field);
void sk_kernel_id_idset(struct sk_kernel_reader *k, struct sk_idset *ret_set, enum sk_symbol table,
			const char *field);

/* Notes a reference to a table that is still to come. */
void sk_kernel_pend(struct sk_kernel_reader *k, const struct sk_pending *pending);
void sk_kernel_settle(struct sk_kernel_reader *k);

/* Checks of whole tables: rules against each other, and that bounds do not go in a circle. */
void sk_kernel_check_rules(struct sk_kernel_reader *k);
void sk_kernel_check_bounds(struct sk_kernel_reader *k, const struct sk_pending *bound);

/* Levels and contexts. */
void sk_kernel_level(struct sk_kernel_reader *k, struct sk_level *ret_level, const char *field);
void sk_kernel_range(struct sk_kernel_reader *k, struct sk_range *ret_range, const char *field);
void sk_kernel_context(struct sk_kernel_reader *k, struct sk_context *ret_context,
		       const char *field);

/* The sections, in the file's order. */
void sk_kernel_symbols(struct sk_kernel_reader *k);
void sk_kernel_rules(struct sk_kernel_reader *k);
void sk_kernel_role_rules(struct sk_kernel_reader *k);
void sk_kernel_filename_transitions(struct sk_kernel_reader *k);
void sk_kernel_ocontexts(struct sk_kernel_reader *k);
void sk_kernel_genfs(struct sk_kernel_reader *k);
void sk_kernel_range_transitions(struct sk_kernel_reader *k);
void sk_kernel_attributes(struct sk_kernel_reader *k);

#endif
