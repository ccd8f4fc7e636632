/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_AUDIT_MARKS_SSE2_H
#define SK_AUDIT_MARKS_SSE2_H

#include <emmintrin.h>
#include <stdint.h>

/* One bit a byte of p[0..64): it is '\n' or '('. The twin of sk_marks_block_portable, for x86-64. */
static inline uint64_t sk_marks_16(const char *p)
{
	__m128i v = _mm_loadu_si128((const __m128i *)p);
	__m128i hit = _mm_or_si128(_mm_cmpeq_epi8(v, _mm_set1_epi8('\n')),
				   _mm_cmpeq_epi8(v, _mm_set1_epi8('(')));

	return (uint64_t)(unsigned int)_mm_movemask_epi8(hit);
}

static inline uint64_t sk_marks_block_sse2(const char *p)
{
	return sk_marks_16(p) | sk_marks_16(p + 16) << 16 | sk_marks_16(p + 32) << 32 |
	       sk_marks_16(p + 48) << 48;
}

#endif
