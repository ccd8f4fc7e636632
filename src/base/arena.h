/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_BASE_ARENA_H
#define SK_BASE_ARENA_H

#include <stdarg.h>
#include <stddef.h>

#include "base/memory.h"

/*
 * An arena owns everything allocated from it; the objects live and die together. There is no free of a single object.
 * Not thread-safe: one arena has one writer.
 */
struct sk_arena_block;

struct sk_arena {
	struct sk_arena_block *blocks;	/* newest first */
	char *next, *end;		/* free part of the newest block */
	size_t n_bytes;			/* what the arena took from malloc, for memory budgets */
};

#define SK_ARENA_INIT { 0 }

void sk_arena_done(struct sk_arena *arena);

/* Forgets all objects at once but keeps one block, so that an arena used again and again for a moment costs no malloc. */
void sk_arena_reset(struct sk_arena *arena);

/*
 * Room for so many bytes in one block, which is in large pages where the system has them: for a bulk that is known
 * beforehand. It is no promise: without the memory for it the arena goes on as before.
 */
void sk_arena_reserve(struct sk_arena *arena, size_t size);

/* Everything in `from` lives in `arena` now; `from` is empty. */
void sk_arena_join(struct sk_arena *arena, struct sk_arena *from);

/*
 * For what comes in sizes that are known only afterwards, such as files: the part of the newest block that is free, and
 * how many of its bytes stay in use. The part may be empty.
 */
char *sk_arena_free_part(const struct sk_arena *arena, size_t *ret_size);
void sk_arena_keep(struct sk_arena *arena, size_t size);

void *sk_arena_take(struct sk_arena *arena, size_t size, size_t align);

/* 16-byte aligned, uninitialized. NULL when out of memory. size 0 gives a valid unique pointer. */
static inline void *sk_arena_alloc(struct sk_arena *arena, size_t size)
{
#ifndef SK_ARENA_DEBUG
	/* As numbers: an empty arena's pointers are NULL, to which nothing may be added. */
	uintptr_t p = ((uintptr_t)arena->next + 15) & ~(uintptr_t)15;

	if (p < (uintptr_t)arena->end && size <= (uintptr_t)arena->end - p) {
		arena->next = (char *)p + size;
		return (char *)p;
	}
#endif
	return sk_arena_take(arena, size, 16);
}

/* n elements of size bytes, zeroed, overflow-checked. NULL when out of memory. */
void *sk_arena_calloc(struct sk_arena *arena, size_t n, size_t size);

/* Room for a string of n bytes, zero-terminated at n; the caller fills it. NULL when out of memory. */
char *sk_arena_string(struct sk_arena *arena, size_t n);

/* Copies n bytes and adds a terminating zero. NULL when out of memory. Byte-aligned: strings pack tightly. */
char *sk_arena_strndup(struct sk_arena *arena, const char *s, size_t n);
char *sk_arena_strdup(struct sk_arena *arena, const char *s);
void *sk_arena_memdup(struct sk_arena *arena, const void *p, size_t size);
char *sk_arena_printf(struct sk_arena *arena, const char *fmt, ...) SK_PRINTF(2, 3);
char *sk_arena_vprintf(struct sk_arena *arena, const char *fmt, va_list args) SK_PRINTF(2, 0);

#define SK_ARENA_NEW(arena, type) ((type *)sk_arena_calloc((arena), 1, sizeof(type)))
#define SK_ARENA_ARRAY(arena, type, n) ((type *)sk_arena_calloc((arena), (n), sizeof(type)))

#endif
