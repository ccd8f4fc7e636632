/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_SYNTAX_TE_SCAN_SSE2_H
#define SK_SYNTAX_TE_SCAN_SSE2_H

#include <emmintrin.h>

/* One bit a byte of p[0..16). The twins of the functions in scan.h, for x86-64. */

static inline __m128i sk_scan_equal(const char *p, char c)
{
	return _mm_cmpeq_epi8(_mm_loadu_si128((const __m128i *)p), _mm_set1_epi8(c));
}

static inline unsigned int sk_scan_quotes_sse2(const char *p)
{
	return (unsigned int)_mm_movemask_epi8(_mm_or_si128(sk_scan_equal(p, '`'), sk_scan_equal(p, '\'')));
}

static inline unsigned int sk_scan_ends_sse2(const char *p)
{
	return (unsigned int)_mm_movemask_epi8(_mm_andnot_si128(sk_scan_equal(p + 1, '#'), sk_scan_equal(p, '\n')));
}

#endif
