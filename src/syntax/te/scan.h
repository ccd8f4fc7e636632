/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_SYNTAX_TE_SCAN_H
#define SK_SYNTAX_TE_SCAN_H

/*
 * Looking through long texts for few marks, 16 bytes at a time: one bit a byte, the lowest for the first. quotes: it is a
 * quote of m4. ends: it is a line break with no comment line behind it, for which p[16] is looked at too. words: it is a
 * letter, a digit or an underscore.
 */
static inline unsigned int sk_scan_quotes_portable(const char *p)
{
	unsigned int mask = 0;

	for (unsigned int i = 0; i < 16; i++)
		mask |= (unsigned int)(p[i] == '`' || p[i] == '\'') << i;
	return mask;
}

static inline unsigned int sk_scan_ends_portable(const char *p)
{
	unsigned int mask = 0;

	for (unsigned int i = 0; i < 16; i++)
		mask |= (unsigned int)(p[i] == '\n' && p[i + 1] != '#') << i;
	return mask;
}

static inline unsigned int sk_scan_words_portable(const char *p)
{
	unsigned int mask = 0;

	for (unsigned int i = 0; i < 16; i++) {
		char lower = (char)(p[i] | 0x20);

		mask |= (unsigned int)((lower >= 'a' && lower <= 'z') || (p[i] >= '0' && p[i] <= '9') || p[i] == '_') << i;
	}
	return mask;
}

#ifdef __SSE2__
#include "syntax/te/scan-sse2.h"
#define sk_scan_quotes sk_scan_quotes_sse2
#define sk_scan_ends sk_scan_ends_sse2
#define sk_scan_words sk_scan_words_sse2
#else
#define sk_scan_quotes sk_scan_quotes_portable
#define sk_scan_ends sk_scan_ends_portable
#define sk_scan_words sk_scan_words_portable
#endif

#endif
