/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What bzip2 and zstd packed comes out as it went in; whatever is cut or changed is refused with a reason, never given out.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <zstd.h>

#include "alloc-fail.h"
#include "base/memory.h"
#include "base/unpack.h"
#include "missing-library.h"
#include "selkie/diagnostic.h"

#define N 300000

static char plain[N];

static void fill(void)
{
	uint32_t x = 1;

	for (size_t i = 0; i < N; i++) {
		x = x * 1664525 + 1013904223;
		plain[i] = "policy module\n"[i % 14 + (x >> 31) * (13 - i % 14)];
	}
}

static char *pack(bool zstd, size_t *ret_n)
{
	char *packed;

	if (!zstd) {
		assert_int_equal(sk_pack_bzip2(plain, N, &packed, ret_n), 0);
		return packed;
	}
	packed = malloc(ZSTD_compressBound(N));
	*ret_n = ZSTD_compress(packed, ZSTD_compressBound(N), plain, N, 3);
	assert_false(ZSTD_isError(*ret_n));
	return packed;
}

static void test_round_trip(void **state)
{
	for (int zstd = 0; zstd < 2; zstd++) {
		size_t n, m;
		char *packed = pack(zstd, &n), *out, *twice = malloc(2 * n);

		assert_int_equal(sk_unpack_memory(packed, n, "x", NULL, &out, &m), 0);
		assert_int_equal(m, N);
		assert_memory_equal(out, plain, N);
		assert_int_equal(out[N], 0);
		free(out);
		/* two streams, one behind the other */
		memcpy(twice, packed, n);
		memcpy(twice + n, packed, n);
		assert_int_equal(sk_unpack_memory(twice, 2 * n, "x", NULL, &out, &m), 0);
		assert_int_equal(m, 2 * N);
		assert_memory_equal(out + N, plain, N);
		free(out);
		free(twice);
		free(packed);
	}
}

static void test_plain(void **state)
{
	char *out;
	size_t n;

	assert_int_equal(sk_unpack_memory("BZ", 2, "x", NULL, &out, &n), 0);
	assert_null(out);
	assert_int_equal(sk_unpack_file("/", "x", NULL, &out, &n), -EISDIR);
	assert_int_equal(sk_unpack_file("/no/such/file", "x", NULL, &out, &n), -ENOENT);
}

static void test_damage(void **state)
{
	for (int zstd = 0; zstd < 2; zstd++) {
		size_t n, m;
		char *packed = pack(zstd, &n), *out;

		/* from where the first bytes say what it is */
		for (size_t cut = 4; cut < n; cut += cut < 64 ? 1 : 97) {
			selkie_diagnostics *diags = selkie_diagnostics_new();

			assert_int_equal(sk_unpack_memory(packed, cut, "x", diags, &out, &m), SK_UNPACK_REFUSED);
			assert_int_equal(diags->first->place.kind, SK_PLACE_BINARY);
			assert_true(strlen(diags->first->message) > 10);
			selkie_diagnostics_free(diags);
		}
		/* bzip2 has a checksum always, ZSTD_compress adds none */
		for (size_t at = 4; at < n && !zstd; at += 211) {
			packed[at] ^= 0x10;
			assert_int_equal(sk_unpack_memory(packed, n, "x", NULL, &out, &m), SK_UNPACK_REFUSED);
			packed[at] ^= 0x10;
		}
		free(packed);
	}
}

/* The library is asked for when a file needs it; the others do without. */
static void test_missing(void **state)
{
	static const struct {
		const char *library, *bytes, *want;
	} cases[] = {
		{ "libbz2", "BZh91AY&SY", "x.pp: error: this is compressed by bzip2, and libbz2.so.1.0 cannot be loaded; install it, "
					  "or give the file as bunzip2 makes it [E0416]\n" },
		{ "libzstd", "\x28\xb5\x2f\xfd\x20", "x.pp: error: this is compressed by zstd, and libzstd.so.1 cannot be loaded; "
							 "install it, or give the file as unzstd makes it [E0416]\n" },
	};
	char *out, *text;
	size_t n;

	for (size_t i = 0; i < SK_ARRAY_LEN(cases); i++) {
		selkie_diagnostics *diags = selkie_diagnostics_new();

		missing_library = cases[i].library;
		assert_int_equal(sk_unpack_memory("plain", 5, "x.pp", diags, &out, &n), 0);
		assert_null(out);
		assert_int_equal(sk_unpack_memory(cases[i].bytes, strlen(cases[i].bytes), "x.pp", diags, &out, &n),
				 SK_UNPACK_REFUSED);
		text = selkie_diagnostics_print(diags, 0);
		assert_string_equal(text, cases[i].want);
		free(text);
		selkie_diagnostics_free(diags);
	}
	missing_library = "lib";
	assert_int_equal(sk_pack_bzip2("plain", 5, &out, &n), -ELIBACC);
	missing_library = NULL;
}

static int unpack(void *arg)
{
	size_t n = *(const size_t *)arg, m;
	char *out;
	int r = sk_unpack_memory((const char *)arg + sizeof(n), n, "x", NULL, &out, &m);

	if (!r)
		free(out);
	return r;
}

static void test_no_memory(void **state)
{
	for (int zstd = 0; zstd < 2; zstd++) {
		size_t n;
		char *packed = pack(zstd, &n), *scene = malloc(sizeof(n) + n);

		memcpy(scene, &n, sizeof(n));
		memcpy(scene + sizeof(n), packed, n);
		alloc_fail_check(unpack, scene, 100, 0);
		free(scene);
		free(packed);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trip),
		cmocka_unit_test(test_plain),
		cmocka_unit_test(test_damage),
		cmocka_unit_test(test_missing),
		cmocka_unit_test(test_no_memory),
	};

	fill();
	return cmocka_run_group_tests_name("base/unpack", tests, NULL, NULL);
}
