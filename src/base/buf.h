/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_BASE_BUF_H
#define SK_BASE_BUF_H

#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include "base/memory.h"

/*
 * Growing text (or bytes). Sticky: after an allocation fails nothing more is added and `failed` stays set, so it is
 * asked once, at the end. With a sink fd (sk_buf_to_fd) the text is written out in pieces of 64 KiB, so output of
 * any length needs bounded memory, and no page of a file is written in parts, which costs the kernel half again.
 * sk_buf_flush writes the rest and says whether all writes went through.
 */
struct sk_buf {
	char *data;		/* not zero-terminated; see sk_buf_str */
	size_t n, cap;
	int fd;			/* sink, or -1; zero-initialize through SK_BUF_INIT */
	int error;		/* negative errno of the first failure */
	bool failed;
};

#define SK_BUF_INIT { .fd = -1 }
#define SK_BUF_PIECE ((size_t)64 << 10)

void sk_buf_init(struct sk_buf *buf);
void sk_buf_to_fd(struct sk_buf *buf, int fd);
void sk_buf_done(struct sk_buf *buf);

/* Marks it as failed with a negative errno, for a writer that could not make what it was to add. */
void sk_buf_fail(struct sk_buf *buf, int error);

bool sk_buf_reserve(struct sk_buf *buf, size_t more);
int sk_buf_flush(struct sk_buf *buf);
void sk_buf_drain(struct sk_buf *buf);
void sk_buf_printf(struct sk_buf *buf, const char *fmt, ...) SK_PRINTF(2, 3);
void sk_buf_vprintf(struct sk_buf *buf, const char *fmt, va_list args) SK_PRINTF(2, 0);
/* Adds strings up to a NULL: cheaper than printf where there is nothing to format. */
void sk_buf_join(struct sk_buf *buf, ...) __attribute__((sentinel));
void sk_buf_add_uint(struct sk_buf *buf, uint64_t value);
void sk_buf_add_blanks(struct sk_buf *buf, size_t n);

/* Terminates the text without counting the zero. NULL when the buffer has failed. */
const char *sk_buf_str(struct sk_buf *buf);

/* Hands the zero-terminated text to the caller (free), and empties the buffer. NULL when the buffer has failed. */
char *sk_buf_steal(struct sk_buf *buf, size_t *ret_n);

static inline void sk_buf_add(struct sk_buf *buf, const void *p, size_t n)
{
	if (n > buf->cap - buf->n && !sk_buf_reserve(buf, n))
		return;
	if (n)
		memcpy(buf->data + buf->n, p, n);
	buf->n += n;
	if (buf->n >= SK_BUF_PIECE && buf->fd >= 0)
		sk_buf_drain(buf);
}

/* Room for n bytes that the caller writes at once, counted already. NULL when the buffer has failed. */
static inline char *sk_buf_room(struct sk_buf *buf, size_t n)
{
	if (buf->n >= SK_BUF_PIECE && buf->fd >= 0)
		sk_buf_drain(buf);
	if (n > buf->cap - buf->n && !sk_buf_reserve(buf, n))
		return NULL;
	buf->n += n;
	return buf->data + buf->n - n;
}

static inline void sk_buf_adds(struct sk_buf *buf, const char *s)
{
	sk_buf_add(buf, s, strlen(s));
}

static inline void sk_buf_addc(struct sk_buf *buf, char c)
{
	if (buf->n < buf->cap)
		buf->data[buf->n++] = c;
	else
		sk_buf_add(buf, &c, 1);
}

#define sk_auto_buf sk_cleanup(sk_buf_done)

#endif
