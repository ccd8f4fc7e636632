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

/* Bytes are signed here: none beyond ASCII is in a range of it. */
static inline __m128i sk_scan_between(__m128i bytes, char first, char last)
{
	return _mm_and_si128(_mm_cmpgt_epi8(bytes, _mm_set1_epi8((char)(first - 1))),
			     _mm_cmpgt_epi8(_mm_set1_epi8((char)(last + 1)), bytes));
}

static inline unsigned int sk_scan_words_sse2(const char *p)
{
	const __m128i bytes = _mm_loadu_si128((const __m128i *)p);
	__m128i words = sk_scan_between(_mm_or_si128(bytes, _mm_set1_epi8(0x20)), 'a', 'z');

	words = _mm_or_si128(words, sk_scan_between(bytes, '0', '9'));
	words = _mm_or_si128(words, _mm_cmpeq_epi8(bytes, _mm_set1_epi8('_')));
	return (unsigned int)_mm_movemask_epi8(words);
}

#endif
