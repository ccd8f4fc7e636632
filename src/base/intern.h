/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_BASE_INTERN_H
#define SK_BASE_INTERN_H

#include "base/arena.h"

/*
 * A set of strings, each given a number 0, 1, 2, ... in order of first appearance: an open-addressing hash table whose
 * strings live in the caller's arena (sk_intern_add) or are borrowed (sk_intern_add_static). One writer; any number of
 * readers once nobody adds.
 */
struct sk_intern_entry {
	const char *s;
	uint32_t n;		/* length in bytes */
	uint32_t hash;
};

struct sk_intern {
	struct sk_arena *arena;
	struct sk_intern_entry *entries;	/* by number */
	size_t n, cap;
	struct sk_intern_slot {
		uint32_t hash, number;		/* SK_INTERN_NONE: a free one */
	} *slots;
	size_t n_slots;				/* a power of two, or 0 */
};

#define SK_INTERN_NONE UINT32_MAX

void sk_intern_init(struct sk_intern *in, struct sk_arena *arena);
void sk_intern_done(struct sk_intern *in);

/* Makes room for n strings at once: no more memory than they need, and none of it left behind while growing. */
int sk_intern_reserve(struct sk_intern *in, size_t n);

/* The number of s[0..n), or SK_INTERN_NONE. */
uint32_t sk_intern_find(const struct sk_intern *in, const char *s, size_t n);

/* Finds or adds. Returns 0 and the number, or -ENOMEM. */
int sk_intern_add(struct sk_intern *in, const char *s, size_t n, uint32_t *ret_number);

/* The same, but keeps the pointer s itself, which must outlive the table. */
int sk_intern_add_static(struct sk_intern *in, const char *s, size_t n, uint32_t *ret_number);

/* A string as it will be added: the work that another thread may do. */
struct sk_intern_entry sk_intern_entry_of(const char *s, size_t n);

/*
 * Adds strings that must outlive this table, many at once, which is faster. ret_numbers has room for n, and takes the
 * number of each. Returns 0 or -ENOMEM.
 */
int sk_intern_add_entries(struct sk_intern *in, const struct sk_intern_entry *entries, size_t n, uint32_t *ret_numbers);

/* The same for all strings of another table. */
static inline int sk_intern_merge(struct sk_intern *in, const struct sk_intern *from, uint32_t *ret_numbers)
{
	return sk_intern_add_entries(in, from->entries, from->n, ret_numbers);
}

static inline const char *sk_intern_str(const struct sk_intern *in, uint32_t number)
{
	return in->entries[number].s;
}

#endif
