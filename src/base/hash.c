/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A multiply-and-fold hash over 8-byte words: as fast as a table lookup for the short names that policies consist of.
 */
#include "base/hash.h"

#include <string.h>

static uint64_t sk_hash_fold(uint64_t a, uint64_t b)
{
	__uint128_t m = (__uint128_t)a * b;

	return (uint64_t)m ^ (uint64_t)(m >> 64);
}

uint64_t sk_hash_bytes(const void *p, size_t n)
{
	const unsigned char *s = p;
	uint64_t h = 0x9e3779b97f4a7c15ULL ^ n, w = 0;

	for (; n > 8; n -= 8, s += 8) {
		memcpy(&w, s, 8);
		h = sk_hash_fold(h ^ w, 0xa0761d6478bd642fULL);
	}
	/* What is left, in two reads of a fixed size that may overlap. */
	if (n >= 4) {
		uint32_t low, high;

		memcpy(&low, s, 4);
		memcpy(&high, s + n - 4, 4);
		w = (uint64_t)high << 32 | low;
	} else if (n) {
		w = (uint64_t)s[0] << 16 | (uint64_t)s[n / 2] << 8 | s[n - 1];
	} else {
		w = 0;
	}
	return sk_hash_fold(h ^ w, 0xe7037ed1a0b428dbULL);
}
