/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The byte reader under a script: the first bytes of the input (their number is the very first) say what to read, the
 * rest is read. Holds the reader to its promises: offsets only grow and never pass the end, a believed count fits into
 * what is left, and after the first failure everything is zero and the place of the failure stays.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/reader.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
	if (!holds)
		abort();
}

static uint64_t step(struct sk_reader *r, struct sk_arena *arena, uint8_t op)
{
	unsigned char bytes[8];
	uint64_t left;
	uint32_t n;
	char *s;

	switch (op & 7) {
	case 0:
		return sk_read_u8(r, "u8");
	case 1:
		return sk_read_u16(r, "u16");
	case 2:
		return sk_read_u32(r, "u32");
	case 3:
		return sk_read_u64(r, "u64");
	case 4:
		sk_read_bytes(r, bytes, op >> 5, "bytes");
		return (op >> 5) ? bytes[0] : 0;
	case 5:
		s = sk_read_string(r, arena, op >> 3, "string");
		check(!s || strlen(s) == (size_t)(op >> 3));
		return s != NULL;
	case 6:
		left = sk_reader_left(r);
		n = sk_read_count(r, (op >> 3) + 1u, "count");
		check((uint64_t)n * ((op >> 3) + 1u) <= left);
		return n;
	default:
		sk_reader_need(r, (op >> 3) + 1u, "need");
		return 0;
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sk_reader r;
	struct sk_arena arena = SK_ARENA_INIT;
	size_t n_ops;

	if (!size || size - 1 < data[0])
		return 0;
	n_ops = data[0];
	sk_reader_init_memory(&r, data + 1 + n_ops, size - 1 - n_ops);
	for (size_t i = 1; i <= n_ops; i++) {
		uint64_t before = sk_reader_offset(&r), value;
		bool failed = r.failed;

		value = step(&r, &arena, data[i]);
		check(sk_reader_offset(&r) <= size - 1 - n_ops);
		check(failed ? r.failed && !value && sk_reader_offset(&r) == before
			     : sk_reader_offset(&r) >= before || r.failed);
		check(!r.failed || (r.field && *r.reason));
	}
	sk_reader_done(&r);
	sk_arena_done(&arena);
	return 0;
}
