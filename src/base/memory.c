/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Growth of heap arrays. The one place where a capacity is computed, so that the overflow check stands once.
 */
#include "base/memory.h"

#include <errno.h>
#include <limits.h>
#include <malloc.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

/* malloc puts some bytes of its own between blocks: with so much less, each block begins where the one before ended. */
#define SK_LARGE_GAP (SK_LARGE_PAGE - SK_LARGE_LEAST)

/*
 * What an array may grow into is not touched, and so costs nothing, while moving it costs the pages that it is moved to:
 * one that becomes large gets room for some megabytes at once. Beyond them the kernel moves pages, not bytes.
 */
#define SK_GROW_LARGE (8 * SK_LARGE_PAGE)

static void *sk_move_large(void *old, size_t old_bytes, size_t *bytes)
{
	void *grown = sk_alloc_large(SK_MAX(*bytes, SK_GROW_LARGE - SK_LARGE_GAP), bytes);

	if (!grown)
		return NULL;
	if (old_bytes)
		memcpy(grown, old, old_bytes);
	free(old);
	return grown;
}

int sk_grow_now(void *p, size_t *cap, size_t need, size_t size)
{
	void *old, *grown;
	size_t n, bytes;

	n = *cap + *cap / 2;
	if (n < need)
		n = need;
	if (n < 8)
		n = 8;
	if (__builtin_mul_overflow(n, size, &bytes))
		return -ENOMEM;
	memcpy(&old, p, sizeof(old));
	if (bytes >= SK_LARGE_LEAST && *cap * size < SK_LARGE_LEAST)
		grown = sk_move_large(old, *cap * size, &bytes);
	else
		grown = realloc(old, bytes);
	if (!grown)
		return -ENOMEM;
	memcpy(p, &grown, sizeof(grown));
	*cap = bytes / size;
	return 0;
}

void *sk_alloc_large(size_t size, size_t *ret_size)
{
	size_t n;
	void *p;

	if (__builtin_add_overflow(size, SK_LARGE_PAGE - 1 + SK_LARGE_GAP, &n))
		return NULL;
	n &= ~(SK_LARGE_PAGE - 1);
	if (posix_memalign(&p, SK_LARGE_PAGE, n - SK_LARGE_GAP))
		return NULL;
	madvise(p, n, MADV_HUGEPAGE);
	*ret_size = n - SK_LARGE_GAP;
	return p;
}

/* What is left behind the last whole large page comes in small ones: a large one for it would be memory that nobody asked for. */
#define SK_SMALL_PAGE ((size_t)4 << 10)

void *sk_map_large(size_t size, size_t *ret_size)
{
	size_t n, before;
	char *p;

	if (__builtin_add_overflow(size, SK_SMALL_PAGE - 1, &n) || n > SIZE_MAX - SK_LARGE_PAGE)
		return NULL;
	n &= ~(SK_SMALL_PAGE - 1);
	p = mmap(NULL, n + SK_LARGE_PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	if (p == MAP_FAILED)
		return NULL;
	before = -(uintptr_t)p & (SK_LARGE_PAGE - 1);
	if (before)
		munmap(p, before);
	p += before;
	munmap(p + n, SK_LARGE_PAGE - before);
	madvise(p, n, MADV_HUGEPAGE);
	*ret_size = n;
	return p;
}

void sk_unmap_large(void *p, size_t size)
{
	munmap(p, size);
}

#define SK_HEAP_FIRST ((size_t)48 << 10)	/* malloc begins with less than four of these */

/*
 * Where the heap grows, malloc writes before and behind the first block that it gives from there, and a large page that is
 * written before it is asked for stays small ones for good: the first block ends before the first large page.
 */
void sk_heap_expect(size_t size, size_t largest)
{
	const size_t ahead = SK_HEAP_FIRST + SK_SMALL_PAGE;
	void *volatile some[4] = { NULL };
	char *before, *large, *after;

	mallopt(M_MMAP_THRESHOLD, (int)SK_MIN(largest, (size_t)INT_MAX));
	mallopt(M_TRIM_THRESHOLD, INT_MAX);
	mallopt(M_TOP_PAD, (int)SK_MIN(size + ahead, (size_t)INT_MAX));
	/* Addresses are passed over, no memory. malloc knows that others move the end of the heap, too. */
	before = sbrk(0);
	sbrk((intptr_t)(-((uintptr_t)before + ahead) & (SK_LARGE_PAGE - 1)));
	before = sbrk(0);
	large = before + ahead;
	/* The heap grows, by what is missing and the padding. */
	for (size_t i = 0; i < SK_ARRAY_LEN(some) && sbrk(0) == before; i++)
		some[i] = malloc(SK_HEAP_FIRST);
	for (size_t i = 0; i < SK_ARRAY_LEN(some); i++)
		free(some[i]);
	after = sbrk(0);
	if (after > large && !((uintptr_t)large & (SK_LARGE_PAGE - 1)))
		madvise(large, (size_t)(after - large) & ~(SK_LARGE_PAGE - 1), MADV_HUGEPAGE);
}
