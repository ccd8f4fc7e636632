/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A bump allocator over malloc'ed blocks. Blocks double up to a bound, so a small policy costs one block and a large
 * one few; an arena that has megabytes goes on in large pages, as faults of small ones would cost more than filling them.
 * With SK_ARENA_DEBUG every object is a malloc of its own: the sanitizers then see overruns between objects.
 */
#include "base/arena.h"

#include <stdio.h>
#include <string.h>

#define SK_ARENA_FIRST 4096
#define SK_ARENA_MOST (256 * 1024)
#define SK_ARENA_PAGES (4 * SK_LARGE_PAGE)	/* of an arena that has so much already */
#define SK_ARENA_MAPPED (2 * SK_LARGE_PAGE)	/* objects so large are in large pages; smaller ones are rarely full */

struct sk_arena_block {
	struct sk_arena_block *older;
	size_t size;
	bool mapped;	/* in large pages, not from malloc */
};

#define SK_ARENA_HEADER ((sizeof(struct sk_arena_block) + 15) & ~(size_t)15)

static void sk_arena_free_block(struct sk_arena_block *b)
{
	if (b->mapped)
		sk_unmap_large(b, b->size + SK_ARENA_HEADER);
	else
		free(b);
}

void sk_arena_done(struct sk_arena *arena)
{
	struct sk_arena_block *b = arena->blocks, *older;

	for (; b; b = older) {
		older = b->older;
		sk_arena_free_block(b);
	}
	memset(arena, 0, sizeof(*arena));
}

void sk_arena_reset(struct sk_arena *arena)
{
	struct sk_arena_block *keep = arena->blocks, *b, *older;

	/* The newest block is the one that `next` points into, unless all were large ones. */
	if (!keep || !arena->next || (char *)keep + SK_ARENA_HEADER + keep->size != arena->end) {
		sk_arena_done(arena);
		return;
	}
	for (b = keep->older; b; b = older) {
		older = b->older;
		sk_arena_free_block(b);
	}
	keep->older = NULL;
	arena->n_bytes = keep->size + SK_ARENA_HEADER;
	arena->next = (char *)keep + SK_ARENA_HEADER;
}

/* The block is at least as large as asked for. */
static struct sk_arena_block *sk_arena_add_block(struct sk_arena *arena, size_t payload, bool mapped)
{
	struct sk_arena_block *b;
	size_t size;

#ifdef SK_ARENA_DEBUG
	mapped = false;
#endif
	if (__builtin_add_overflow(payload, SK_ARENA_HEADER, &size))
		return NULL;
	b = mapped ? sk_map_large(size, &size) : malloc(size);
	if (!b)
		return NULL;
	b->mapped = mapped;
	b->size = size - SK_ARENA_HEADER;
	arena->n_bytes += size;
	return b;
}

/* The block is the newest one now, and its first bytes are taken. */
static void *sk_arena_use_block(struct sk_arena *arena, struct sk_arena_block *b, size_t size)
{
	char *p = (char *)b + SK_ARENA_HEADER;

	b->older = arena->blocks;
	arena->blocks = b;
	arena->next = p + size;
	arena->end = p + b->size;
	return p;
}

void sk_arena_join(struct sk_arena *arena, struct sk_arena *from)
{
	struct sk_arena_block **oldest = &arena->blocks;

	while (*oldest)
		oldest = &(*oldest)->older;
	*oldest = from->blocks;
	arena->n_bytes += from->n_bytes;
	memset(from, 0, sizeof(*from));
}

char *sk_arena_free_part(const struct sk_arena *arena, size_t *ret_size)
{
	*ret_size = arena->next ? (size_t)(arena->end - arena->next) : 0;
	return arena->next;
}

void sk_arena_keep(struct sk_arena *arena, size_t size)
{
	arena->next += size;
}

void sk_arena_reserve(struct sk_arena *arena, size_t size)
{
	struct sk_arena_block *b;

#ifdef SK_ARENA_DEBUG
	return;
#endif
	b = sk_arena_add_block(arena, SK_MAX(size, SK_LARGE_PAGE) - SK_ARENA_HEADER, true);
	if (b)
		sk_arena_use_block(arena, b, 0);
}

/*
 * A large object gets a block of its own, put behind the current one, whose free part stays in use, unless more is left of
 * the new one.
 */
static void *sk_arena_alloc_large(struct sk_arena *arena, size_t size)
{
	struct sk_arena_block *b = sk_arena_add_block(arena, size, size >= SK_ARENA_MAPPED);

	if (!b)
		return NULL;
	if (b->size - size > (size_t)(arena->end - arena->next))
		return sk_arena_use_block(arena, b, size);
	if (arena->blocks) {
		b->older = arena->blocks->older;
		arena->blocks->older = b;
	} else {
		b->older = NULL;
		arena->blocks = b;
	}
	return (char *)b + SK_ARENA_HEADER;
}

static size_t sk_arena_next_payload(const struct sk_arena *arena)
{
	if (!arena->blocks)
		return SK_ARENA_FIRST;
	if (arena->n_bytes >= SK_ARENA_PAGES)
		return SK_LARGE_PAGE - SK_ARENA_HEADER;
	return SK_MIN(arena->n_bytes, (size_t)SK_ARENA_MOST);
}

void *sk_arena_take(struct sk_arena *arena, size_t size, size_t align)
{
	struct sk_arena_block *b;
	size_t payload;
	char *p;

#ifdef SK_ARENA_DEBUG
	return sk_arena_alloc_large(arena, size ? size : 1);
#endif
	p = (char *)(((uintptr_t)arena->next + align - 1) & ~(uintptr_t)(align - 1));
	if (arena->next && p <= arena->end && size <= (size_t)(arena->end - p)) {
		arena->next = p + size;
		return p;
	}
	payload = sk_arena_next_payload(arena);
	if (size > SK_MIN(payload / 2, (size_t)SK_ARENA_MOST))
		return sk_arena_alloc_large(arena, size);
	b = sk_arena_add_block(arena, payload, payload > SK_ARENA_MOST);
	return b ? sk_arena_use_block(arena, b, size) : NULL;
}

void *sk_arena_calloc(struct sk_arena *arena, size_t n, size_t size)
{
	size_t bytes;
	void *p;

	if (__builtin_mul_overflow(n, size, &bytes))
		return NULL;
	p = sk_arena_take(arena, bytes, bytes >= 16 ? 16 : 8);
	if (p)
		memset(p, 0, bytes);
	return p;
}

char *sk_arena_string(struct sk_arena *arena, size_t n)
{
	char *p;

	if (n == SIZE_MAX)
		return NULL;
	p = sk_arena_take(arena, n + 1, 1);
	if (p)
		p[n] = '\0';
	return p;
}

char *sk_arena_strndup(struct sk_arena *arena, const char *s, size_t n)
{
	char *p = sk_arena_string(arena, n);

	if (p && n)
		memcpy(p, s, n);
	return p;
}

char *sk_arena_strdup(struct sk_arena *arena, const char *s)
{
	return sk_arena_strndup(arena, s, strlen(s));
}

void *sk_arena_memdup(struct sk_arena *arena, const void *p, size_t size)
{
	void *copy = sk_arena_alloc(arena, size);

	if (copy && size)
		memcpy(copy, p, size);
	return copy;
}

/* Most texts are short: they are made once, beside the arena. */
char *sk_arena_vprintf(struct sk_arena *arena, const char *fmt, va_list args)
{
	char small[240], *p;
	va_list again;
	int n;

	va_copy(again, args);
	n = vsnprintf(small, sizeof(small), fmt, again);
	va_end(again);
	if (n < 0)
		return NULL;
	p = sk_arena_take(arena, (size_t)n + 1, 1);
	if (p && (size_t)n < sizeof(small))
		memcpy(p, small, (size_t)n + 1);
	else if (p)
		vsnprintf(p, (size_t)n + 1, fmt, args);
	return p;
}

char *sk_arena_printf(struct sk_arena *arena, const char *fmt, ...)
{
	va_list args;
	char *p;

	va_start(args, fmt);
	p = sk_arena_vprintf(arena, fmt, args);
	va_end(args);
	return p;
}
