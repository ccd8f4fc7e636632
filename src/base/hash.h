/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_BASE_HASH_H
#define SK_BASE_HASH_H

#include <stddef.h>
#include <stdint.h>

/*
 * Hashes for tables in memory. Not stable across versions and not for untrusted keys where an attacker gains from
 * collisions: every table in Selkie that is keyed by input text is bounded by the size of that input.
 */
uint64_t sk_hash_bytes(const void *p, size_t n);

static inline uint64_t sk_hash_u64(uint64_t x)
{
	x ^= x >> 32;
	x *= 0xd6e8feb86659fd93ULL;
	x ^= x >> 32;
	x *= 0xd6e8feb86659fd93ULL;
	x ^= x >> 32;
	return x;
}

#endif
