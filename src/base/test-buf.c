/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Growing text with a sink: whatever the sizes of what is added, all of it arrives, in order, and before the last part only
 * whole pieces are written. A sink that fails is told at the end.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/buf.h"

#define MOST ((size_t)1 << 20)

static off_t size_of(int fd)
{
	struct stat st;

	assert_int_equal(fstat(fd, &st), 0);
	return st.st_size;
}

/* Adds the next n numbers below 251, as bytes, in one of three ways. */
static void add(struct sk_buf *b, size_t from, size_t n)
{
	unsigned char *bytes = malloc(n);
	char *room;

	assert_non_null(bytes);
	for (size_t i = 0; i < n; i++)
		bytes[i] = (unsigned char)((from + i) % 251);
	if (from % 3 == 0) {
		sk_buf_add(b, bytes, n);
	} else if (from % 3 == 1) {
		room = sk_buf_room(b, n);
		assert_non_null(room);
		memcpy(room, bytes, n);
	} else {
		for (size_t i = 0; i < n; i++)
			sk_buf_addc(b, (char)bytes[i]);
	}
	free(bytes);
}

static void sink(size_t step)
{
	char path[] = "/tmp/buf.XXXXXX";
	int fd = mkstemp(path);
	struct sk_buf b;
	unsigned char *got = malloc(MOST);
	size_t n = 0;

	assert_true(fd >= 0);
	assert_non_null(got);
	unlink(path);
	sk_buf_to_fd(&b, fd);
	for (size_t more = 1; n + more <= MOST; n += more, more = 1 + (more * 7 + n) % step) {
		add(&b, n, more);
		assert_int_equal(size_of(fd) % (off_t)SK_BUF_PIECE, 0);
		assert_true(b.n < SK_BUF_PIECE + 2 * step);
	}
	assert_true(size_of(fd) > 0);
	assert_int_equal(sk_buf_flush(&b), 0);
	assert_int_equal(size_of(fd), n);
	assert_int_equal(pread(fd, got, n, 0), n);
	for (size_t i = 0; i < n; i++)
		assert_int_equal(got[i], i % 251);
	free(got);
	sk_buf_done(&b);
	close(fd);
}

static void pieces_arrive(void **state)
{
	(void)state;
	sink(13);
	sink(4099);
	sink(3 * SK_BUF_PIECE + 17);
}

static void failing_sink(void **state)
{
	int fd = open("/dev/full", O_WRONLY | O_CLOEXEC);
	struct sk_buf b;

	(void)state;
	assert_true(fd >= 0);
	sk_buf_to_fd(&b, fd);
	for (size_t n = 0; n < 4 * SK_BUF_PIECE; n += 999)
		sk_buf_add_blanks(&b, 999);
	assert_int_equal(sk_buf_flush(&b), -ENOSPC);
	sk_buf_done(&b);
	close(fd);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(pieces_arrive),
		cmocka_unit_test(failing_sink),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
