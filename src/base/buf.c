/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Growing text with a sticky failure and an optional sink.
 */
#include "base/buf.h"

#include <errno.h>
#include <stdio.h>

#include "base/output.h"

#define SK_BUF_FIRST 240	/* mostly the last allocation, too */

void sk_buf_init(struct sk_buf *buf)
{
	memset(buf, 0, sizeof(*buf));
	buf->fd = -1;
}

void sk_buf_to_fd(struct sk_buf *buf, int fd)
{
	sk_buf_init(buf);
	buf->fd = fd;
}

void sk_buf_done(struct sk_buf *buf)
{
	free(buf->data);
	sk_buf_init(buf);
}

void sk_buf_fail(struct sk_buf *buf, int error)
{
	if (!buf->failed)
		buf->error = error;
	buf->failed = true;
}

bool sk_buf_reserve(struct sk_buf *buf, size_t more)
{
	size_t need;

	if (buf->failed)
		return false;
	if (__builtin_add_overflow(buf->n, more, &need) ||
	    sk_grow(&buf->data, &buf->cap, SK_MAX(need, (size_t)SK_BUF_FIRST), 1)) {
		sk_buf_fail(buf, -ENOMEM);
		return false;
	}
	return true;
}

/* Writes the first `n` bytes out; the rest begins the buffer. */
static void sk_buf_write(struct sk_buf *buf, size_t n)
{
	int r = buf->failed ? 0 : sk_write_whole(buf->fd, buf->data, n);

	if (r)
		sk_buf_fail(buf, r);
	buf->n = buf->failed ? 0 : buf->n - n;
	if (buf->n)
		memmove(buf->data, buf->data + n, buf->n);
}

void sk_buf_drain(struct sk_buf *buf)
{
	sk_buf_write(buf, buf->n - buf->n % SK_BUF_PIECE);
}

int sk_buf_flush(struct sk_buf *buf)
{
	if (buf->fd >= 0)
		sk_buf_write(buf, buf->n);
	return buf->failed ? buf->error : 0;
}

void sk_buf_vprintf(struct sk_buf *buf, const char *fmt, va_list args)
{
	va_list again;
	size_t space;
	int n;

	if (buf->failed)
		return;
	if (!sk_buf_reserve(buf, 80))
		return;
	space = buf->cap - buf->n;
	va_copy(again, args);
	n = vsnprintf(buf->data + buf->n, space, fmt, again);
	va_end(again);
	if (n < 0) {
		sk_buf_fail(buf, -EINVAL);
		return;
	}
	if ((size_t)n >= space) {
		if (!sk_buf_reserve(buf, (size_t)n + 1))
			return;
		vsnprintf(buf->data + buf->n, (size_t)n + 1, fmt, args);
	}
	buf->n += (size_t)n;
	if (buf->n >= SK_BUF_PIECE && buf->fd >= 0)
		sk_buf_drain(buf);
}

void sk_buf_printf(struct sk_buf *buf, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	sk_buf_vprintf(buf, fmt, args);
	va_end(args);
}

void sk_buf_join(struct sk_buf *buf, ...)
{
	const char *s;
	va_list args;

	va_start(args, buf);
	while ((s = va_arg(args, const char *)))
		sk_buf_adds(buf, s);
	va_end(args);
}

void sk_buf_add_uint(struct sk_buf *buf, uint64_t value)
{
	char digits[20];
	size_t i = sizeof(digits);

	do {
		digits[--i] = (char)('0' + value % 10);
		value /= 10;
	} while (value);
	sk_buf_add(buf, digits + i, sizeof(digits) - i);
}

void sk_buf_add_blanks(struct sk_buf *buf, size_t n)
{
	static const char blanks[] = "                                                                ";

	for (; n > sizeof(blanks) - 1; n -= sizeof(blanks) - 1)
		sk_buf_add(buf, blanks, sizeof(blanks) - 1);
	sk_buf_add(buf, blanks, n);
}

const char *sk_buf_str(struct sk_buf *buf)
{
	if (!sk_buf_reserve(buf, 1))
		return NULL;
	buf->data[buf->n] = '\0';
	return buf->data;
}

char *sk_buf_steal(struct sk_buf *buf, size_t *ret_n)
{
	char *s = (char *)sk_buf_str(buf);

	if (!s)
		return NULL;
	if (ret_n)
		*ret_n = buf->n;
	buf->data = NULL;
	buf->n = buf->cap = 0;
	return s;
}
