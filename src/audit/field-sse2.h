/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_AUDIT_FIELD_SSE2_H
#define SK_AUDIT_FIELD_SSE2_H

#include <emmintrin.h>
#include <string.h>

/*
 * Where the search for "key=" or for a value in braces or single quotes may go on: at the first place that could be
 * one, or where fewer than 16 places are left. Nothing from `end` on is read. For x86-64; without these, every place
 * is looked at by itself.
 */
static inline const char *sk_skip_to_key(const char *p, const char *end, const char *key, size_t n_key)
{
	const __m128i first = _mm_set1_epi8(key[0]), equals = _mm_set1_epi8('=');

	for (; end - p >= (ptrdiff_t)(32 + n_key); p += 32) {
		__m128i a = _mm_and_si128(_mm_cmpeq_epi8(_mm_loadu_si128((const __m128i *)p), first),
					  _mm_cmpeq_epi8(_mm_loadu_si128((const __m128i *)(p + n_key)), equals));
		__m128i b = _mm_and_si128(_mm_cmpeq_epi8(_mm_loadu_si128((const __m128i *)(p + 16)), first),
					  _mm_cmpeq_epi8(_mm_loadu_si128((const __m128i *)(p + 16 + n_key)), equals));

		if (_mm_movemask_epi8(_mm_or_si128(a, b))) {
			unsigned int hit = (unsigned int)_mm_movemask_epi8(a) |
					   (unsigned int)_mm_movemask_epi8(b) << 16;

			return p + __builtin_ctz(hit);
		}
	}
	for (; end - p >= (ptrdiff_t)(16 + n_key); p += 16) {
		__m128i here = _mm_loadu_si128((const __m128i *)p);
		__m128i there = _mm_loadu_si128((const __m128i *)(p + n_key));
		int hit = _mm_movemask_epi8(
			_mm_and_si128(_mm_cmpeq_epi8(here, first), _mm_cmpeq_epi8(there, equals)));

		if (hit)
			return p + __builtin_ctz((unsigned int)hit);
	}
	return p;
}

static inline const char *sk_skip_to_special(const char *p, const char *end)
{
	const __m128i brace = _mm_set1_epi8('{'), quote = _mm_set1_epi8('\''), equals = _mm_set1_epi8('=');

	for (; end - p >= 17; p += 16) {
		__m128i value = _mm_loadu_si128((const __m128i *)(p + 1));
		__m128i special = _mm_or_si128(_mm_cmpeq_epi8(value, brace), _mm_cmpeq_epi8(value, quote));
		int hit = _mm_movemask_epi8(_mm_and_si128(
			special, _mm_cmpeq_epi8(_mm_loadu_si128((const __m128i *)p), equals)));

		if (hit)
			return p + __builtin_ctz((unsigned int)hit);
	}
	return p;
}

#endif
