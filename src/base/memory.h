/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_BASE_MEMORY_H
#define SK_BASE_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

/*
 * Ownership in Selkie has three forms: an arena (arena.h), an owned object with x_new/x_free, and a borrowed const
 * pointer. This header holds what the second form needs: cleanup attributes and overflow-checked growth.
 */

#define sk_cleanup(func) __attribute__((cleanup(func)))
#define SK_UNUSED __attribute__((unused))
#define SK_PRINTF(fmt, args) __attribute__((format(printf, fmt, args)))
#define SK_ARRAY_LEN(a) (sizeof(a) / sizeof((a)[0]))
#define SK_MIN(a, b) ((a) < (b) ? (a) : (b))
#define SK_MAX(a, b) ((a) > (b) ? (a) : (b))

static inline void sk_free_p(void *p)
{
	free(*(void **)p);
}

static inline void sk_close_p(int *fd)
{
	if (*fd >= 0)
		close(*fd);
}

#define sk_auto_free sk_cleanup(sk_free_p)
#define sk_auto_close sk_cleanup(sk_close_p)

#define SK_LARGE_PAGE ((size_t)2 << 20)
#define SK_LARGE_LEAST (SK_LARGE_PAGE - 16)	/* what sk_alloc_large gives at least; more is 2 MiB more each time */

/*
 * Makes room for at least `need` elements of `size` bytes in the heap array *p, whose capacity is *cap elements.
 * Grows by half again, so that n appends cost O(n); from SK_LARGE_LEAST bytes on in large pages and by more. Returns 0, or
 * -ENOMEM with *p and *cap unchanged.
 */
int sk_grow_now(void *p, size_t *cap, size_t need, size_t size);

static inline int sk_grow(void *p, size_t *cap, size_t need, size_t size)
{
	return need <= *cap ? 0 : sk_grow_now(p, cap, need, size);
}

/*
 * At least `size` bytes, and how many it became, in pages of 2 MiB where the kernel has them: for what is megabytes large
 * and written from one end to the other, since a page fault costs more than filling a small page does. Free with free.
 * NULL when out of memory.
 */
void *sk_alloc_large(size_t size, size_t *ret_size);

/* The same in whole pages straight from the kernel, which gets them back at once. Unmap with the size that it became. */
void *sk_map_large(size_t size, size_t *ret_size);
void sk_unmap_large(void *p, size_t size);

/*
 * For a command that will soon need so much for many small things: malloc gets it at once, in large pages where the system
 * has them, which saves the faults of small ones. What is smaller than `largest` comes from there, and goes back there; the
 * rest comes from the system by itself. It changes malloc for the whole process, so it is nothing for a library. It is no
 * promise. Before the first allocation is the best time: what malloc has by then, it gives first.
 */
void sk_heap_expect(size_t size, size_t largest);

#endif
