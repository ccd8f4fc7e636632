/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The byte reader on input that ends everywhere, on counts and strings that cannot be, and on a file through its window
 * as on the same bytes in memory.
 */
#include "base/reader.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static const unsigned char sk_test_bytes[] = { 0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x07, 0x08,
					       0x09, 0x0a, 0x0b, 0x0c, 0x0d, 0x0e, 0x0f };

static void test_numbers(void **state)
{
	struct sk_reader r;

	sk_reader_init_memory(&r, sk_test_bytes, sizeof(sk_test_bytes));
	assert_int_equal(sk_read_u8(&r, "one"), 0x01);
	assert_int_equal(sk_read_u16(&r, "two"), 0x0302);
	assert_int_equal(sk_read_u32(&r, "four"), 0x07060504);
	assert_true(sk_read_u64(&r, "eight") == 0x0f0e0d0c0b0a0908ULL);
	assert_int_equal(sk_reader_left(&r), 0);
	assert_false(r.failed);
	sk_reader_done(&r);
}

/* However short the input is, the failure is the first field that does not fit, where it begins. */
static void test_ends(void **state)
{
	static const char *const fields[] = { "one", "two", "four", "eight", "eight" };
	static const uint64_t starts[] = { 0, 1, 3, 7, 11, 15 };

	for (size_t size = 0; size < sizeof(sk_test_bytes); size++) {
		struct sk_reader r;
		unsigned int k = 0;

		while (starts[k + 1] <= size)
			k++;
		sk_reader_init_memory(&r, sk_test_bytes, size);
		sk_read_u8(&r, "one");
		sk_read_u16(&r, "two");
		sk_read_u32(&r, "four");
		sk_read_u64(&r, "eight");
		assert_true(r.failed);
		assert_int_equal(r.fault, SK_READER_END);
		assert_string_equal(r.field, fields[k]);
		assert_int_equal(sk_reader_offset(&r), starts[k]);
		assert_true(*r.reason);
		assert_int_equal(sk_reader_left(&r), 0);
		assert_int_equal(sk_read_u8(&r, "later"), 0);
		assert_string_equal(r.field, fields[k]);
		sk_reader_done(&r);
	}
}

static void test_count(void **state)
{
	static const unsigned char bytes[] = { 3, 0, 0, 0, 1, 2, 3, 4, 5, 6 };
	struct sk_reader r;

	sk_reader_init_memory(&r, bytes, sizeof(bytes));
	assert_int_equal(sk_read_count(&r, 2, "pairs"), 3);
	assert_false(r.failed);
	sk_reader_init_memory(&r, bytes, sizeof(bytes) - 1);
	assert_int_equal(sk_read_count(&r, 2, "pairs"), 0);
	assert_int_equal(r.fault, SK_READER_COUNT);
	assert_int_equal(r.fail_offset, 0);
	sk_reader_init_memory(&r, "\xff\xff\xff\xff", 4);
	assert_int_equal(sk_read_count(&r, SIZE_MAX, "huge"), 0);
	assert_true(r.failed);
}

static void test_string(void **state)
{
	struct sk_arena arena = SK_ARENA_INIT;
	struct sk_reader r;

	sk_reader_init_memory(&r, "abcde\0g", 7);
	assert_string_equal(sk_read_string(&r, &arena, 3, "name"), "abc");
	assert_string_equal(sk_read_string(&r, &arena, 0, "nothing"), "");
	assert_null(sk_read_string(&r, &arena, 4, "broken"));
	assert_int_equal(r.fault, SK_READER_STRING);
	assert_int_equal(r.fail_offset, 3);
	sk_reader_init_memory(&r, "abc", 3);
	assert_null(sk_read_string(&r, &arena, UINT32_MAX, "long"));
	assert_int_equal(r.fault, SK_READER_COUNT);
	assert_null(sk_read_string(&r, &arena, 1, "later"));
	sk_arena_done(&arena);
}

static void test_fail(void **state)
{
	struct sk_reader r;

	sk_reader_init_memory(&r, sk_test_bytes, sizeof(sk_test_bytes));
	sk_read_u32(&r, "before");
	sk_read_u32(&r, "kind");
	sk_reader_fail(&r, "kind", "%s", "there is no such kind");
	sk_reader_fail(&r, "other", "a second failure");
	assert_int_equal(r.fault, SK_READER_CHECK);
	assert_int_equal(r.fail_offset, 4);
	assert_string_equal(r.field, "kind");
	assert_string_equal(r.reason, "there is no such kind");
}

/* 200,000 bytes: more than three windows, read in pieces that straddle their borders. */
static void test_file(void **state)
{
	size_t size = 200000, at = 0;
	unsigned char *bytes = malloc(size), piece[70000];
	FILE *f = tmpfile();
	struct sk_reader r;

	assert_non_null(bytes);
	assert_non_null(f);
	for (size_t i = 0; i < size; i++)
		bytes[i] = (unsigned char)(i * 2654435761u >> 13);
	assert_int_equal(fwrite(bytes, 1, size, f), size);
	assert_int_equal(fflush(f), 0);
	assert_int_equal(sk_reader_init_fd(&r, fileno(f)), 0);
	for (; at < 65535; at += 3) {
		assert_int_equal(sk_read_u8(&r, "byte"), bytes[at]);
		assert_int_equal(sk_read_u16(&r, "short"), bytes[at + 1] | bytes[at + 2] << 8);
	}
	for (; at + sizeof(piece) <= size; at += sizeof(piece)) {
		assert_true(sk_read_bytes(&r, piece, sizeof(piece), "piece"));
		assert_memory_equal(piece, bytes + at, sizeof(piece));
		assert_int_equal(sk_reader_offset(&r), at + sizeof(piece));
	}
	memset(piece, 0xee, sizeof(piece));
	assert_false(sk_read_bytes(&r, piece, sizeof(piece), "last"));
	for (size_t i = 0; i < sizeof(piece); i++)
		assert_int_equal(piece[i], 0);
	assert_int_equal(r.fail_offset, at);
	assert_string_equal(r.field, "last");
	sk_reader_done(&r);
	fclose(f);
	free(bytes);
}

static void test_shrunk(void **state)
{
	FILE *f = tmpfile();
	struct sk_reader r;

	assert_non_null(f);
	assert_int_equal(fwrite(sk_test_bytes, 1, 15, f), 15);
	assert_int_equal(fflush(f), 0);
	assert_int_equal(sk_reader_init_fd(&r, fileno(f)), 0);
	assert_int_equal(ftruncate(fileno(f), 2), 0);
	assert_int_equal(sk_read_u32(&r, "four"), 0);
	assert_true(r.failed);
	assert_int_equal(r.fault, SK_READER_END);
	sk_reader_done(&r);
	fclose(f);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_numbers), cmocka_unit_test(test_ends),
		cmocka_unit_test(test_count),	cmocka_unit_test(test_string),
		cmocka_unit_test(test_fail),	cmocka_unit_test(test_file),
		cmocka_unit_test(test_shrunk),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
