/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_SYNTAX_TE_QUOTE_SSE2_H
#define SK_SYNTAX_TE_QUOTE_SSE2_H

#include <emmintrin.h>

/* Whether one of the 16 bytes at p is a quote of m4. The twin of sk_has_quote_portable, for x86-64. */
static inline bool sk_has_quote_sse2(const char *p)
{
	__m128i v = _mm_loadu_si128((const __m128i *)p);

	return _mm_movemask_epi8(_mm_or_si128(_mm_cmpeq_epi8(v, _mm_set1_epi8('`')),
					      _mm_cmpeq_epi8(v, _mm_set1_epi8('\'')))) != 0;
}

#endif
