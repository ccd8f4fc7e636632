/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_AUDIT_MARKS_H
#define SK_AUDIT_MARKS_H

#include <stddef.h>
#include <stdint.h>

/*
 * Walks the line ends and opening parentheses of a text: all that has to be looked at to find lines and the "audit("
 * of their records. 64 bytes at a time become a bit mask. Reads up to 63 bytes past `end`: the text's buffer has
 * SK_MARKS_PAD bytes more than the text.
 */
#define SK_MARKS_PAD 64

struct sk_marks {
	const char *block, *end;
	uint64_t mask;
};

uint64_t sk_marks_block_portable(const char *p);

#ifdef __SSE2__
#include "audit/marks-sse2.h"
#define sk_marks_block sk_marks_block_sse2
#else
#define sk_marks_block sk_marks_block_portable
#endif

static inline void sk_marks_start(struct sk_marks *m, const char *p, const char *end)
{
	m->block = p;
	m->end = end;
	m->mask = p < end ? sk_marks_block(p) : 0;
}

/* The next '\n' or '(' before end, or NULL. */
static inline const char *sk_marks_next(struct sk_marks *m)
{
	const char *p;

	while (!m->mask) {
		if (m->end - m->block <= 64)
			return NULL;
		m->block += 64;
		m->mask = sk_marks_block(m->block);
	}
	p = m->block + __builtin_ctzll(m->mask);
	m->mask &= m->mask - 1;
	return p < m->end ? p : NULL;
}

#endif
