/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Growth of heap arrays. The one place where a capacity is computed, so that the overflow check stands once.
 */
#include "base/memory.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

int sk_grow(void *p, size_t *cap, size_t need, size_t size)
{
	void *old, *grown;
	size_t n, bytes;

	if (need <= *cap)
		return 0;
	n = *cap + *cap / 2;
	if (n < need)
		n = need;
	if (n < 8)
		n = 8;
	if (__builtin_mul_overflow(n, size, &bytes))
		return -ENOMEM;
	memcpy(&old, p, sizeof(old));
	grown = realloc(old, bytes);
	if (!grown)
		return -ENOMEM;
	memcpy(p, &grown, sizeof(grown));
	*cap = n;
	return 0;
}

#define SK_LARGE_PAGE ((size_t)2 << 20)

void *sk_alloc_large(size_t size, size_t *ret_size)
{
	size_t n;
	void *p;

	if (__builtin_add_overflow(size, SK_LARGE_PAGE - 1, &n))
		return NULL;
	n &= ~(SK_LARGE_PAGE - 1);
	p = aligned_alloc(SK_LARGE_PAGE, n);
	if (!p)
		return NULL;
	madvise(p, n, MADV_HUGEPAGE);
	*ret_size = n;
	return p;
}
