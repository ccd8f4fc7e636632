/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The sticky, bounded byte reader. On failure the window is emptied (p == end), so the inline fast paths fall through
 * to sk_reader_need, which is the one place that answers for a failed reader.
 */
#include "base/reader.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#define SK_READER_WINDOW 16384

void sk_reader_init_memory(struct sk_reader *r, const void *data, size_t size)
{
	memset(r, 0, sizeof(*r));
	r->p = data;
	r->end = r->p + size;
	r->window_end = r->size = size;
	r->fd = -1;
}

int sk_reader_init_fd(struct sk_reader *r, int fd)
{
	struct stat st;

	memset(r, 0, sizeof(*r));
	r->fd = fd;
	if (fstat(fd, &st))
		return -errno;
	if (S_ISDIR(st.st_mode))
		return -EISDIR;
	if (!S_ISREG(st.st_mode) || st.st_size < 0)
		return -EINVAL;
	r->window = malloc(SK_READER_WINDOW);
	if (!r->window)
		return -ENOMEM;
	r->p = r->end = r->window;
	r->size = (uint64_t)st.st_size;
	return 0;
}

void sk_reader_done(struct sk_reader *r)
{
	free(r->window);
	r->window = NULL;
	r->p = r->end = NULL;
}

static void sk_reader_note(struct sk_reader *r, uint64_t offset, const char *field)
{
	r->failed = true;
	r->field = field;
	r->fail_offset = offset;
	r->p = r->end;
}

void sk_reader_fail_at(struct sk_reader *r, uint64_t offset, const char *field, const char *fmt, ...)
{
	va_list args;

	if (r->failed)
		return;
	va_start(args, fmt);
	vsnprintf(r->reason, sizeof(r->reason), fmt, args);
	va_end(args);
	r->fault = SK_READER_CHECK;
	sk_reader_note(r, offset, field);
}

void sk_reader_no_memory(struct sk_reader *r)
{
	if (r->failed)
		return;
	sk_reader_fail_at(r, sk_reader_offset(r), "memory", "there is not enough memory");
	r->error = -ENOMEM;
}

static bool sk_reader_refill(struct sk_reader *r, size_t n)
{
	size_t have = (size_t)(r->end - r->p);

	memmove(r->window, r->p, have);
	r->p = r->window;
	r->end = r->window + have;
	while (have < n) {
		ssize_t got = pread(r->fd, r->window + have, SK_READER_WINDOW - have,
				    (off_t)r->window_end);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			r->error = -errno;
		if (got <= 0)
			return false;
		have += (size_t)got;
		r->window_end += (uint64_t)got;
		r->end += got;
	}
	return true;
}

bool sk_reader_need(struct sk_reader *r, size_t n, const char *field)
{
	uint64_t offset, left;

	if (r->failed)
		return false;
	if ((size_t)(r->end - r->p) >= n)
		return true;
	offset = sk_reader_offset(r);
	left = sk_reader_left(r);
	if (left >= n && r->window && sk_reader_refill(r, n))
		return true;
	if (r->error)
		sk_reader_fail_at(r, offset, field, "the file could not be read: %s",
				  strerror(-r->error));
	else if (left >= n)
		sk_reader_fail_at(r, offset, field, "the file became shorter while it was read");
	else
		sk_reader_fail_at(r, offset, field,
				  "the input ends: %zu byte%s needed, %llu left", n,
				  n == 1 ? " is" : "s are", (unsigned long long)left);
	r->fault = SK_READER_END;
	return false;
}

bool sk_read_bytes(struct sk_reader *r, void *to, size_t n, const char *field)
{
	unsigned char *out = to;
	size_t done = 0;

	if (!r->failed && n > sk_reader_left(r)) {
		sk_reader_fail_at(r, sk_reader_offset(r), field,
				  "the input ends: %zu bytes are needed, %llu left", n,
				  (unsigned long long)sk_reader_left(r));
		r->fault = SK_READER_END;
	}
	while (done < n) {
		size_t part;

		if (r->p == r->end && !sk_reader_need(r, 1, field)) {
			memset(to, 0, n);
			return false;
		}
		part = SK_MIN(n - done, (size_t)(r->end - r->p));
		memcpy(out + done, r->p, part);
		r->p += part;
		done += part;
	}
	return !r->failed;
}

/* False, with the failure noted, when fewer than n bytes are left. */
static bool sk_reader_string_fits(struct sk_reader *r, uint32_t n, const char *field)
{
	if (!r->failed && n > sk_reader_left(r)) {
		sk_reader_fail_at(r, sk_reader_offset(r), field, "a string of %u bytes is announced, %llu are left",
				  n, (unsigned long long)sk_reader_left(r));
		r->fault = SK_READER_COUNT;
	}
	return !r->failed;
}

static bool sk_reader_check_text(struct sk_reader *r, uint64_t offset, const char *s, uint32_t n, const char *field)
{
	if (!n || !memchr(s, '\0', n))
		return true;
	sk_reader_fail_at(r, offset, field, "a zero byte stands inside the string");
	r->fault = SK_READER_STRING;
	return false;
}

const char *sk_read_borrow(struct sk_reader *r, uint32_t n, bool text, const char *field)
{
	uint64_t offset = sk_reader_offset(r);
	const char *s = (const char *)r->p;

	if (!sk_reader_string_fits(r, n, field))
		return NULL;
	r->p += n;
	return !text || sk_reader_check_text(r, offset, s, n, field) ? s : NULL;
}

char *sk_read_string(struct sk_reader *r, struct sk_arena *arena, uint32_t n, const char *field)
{
	uint64_t offset = sk_reader_offset(r);
	char *s;

	if (!sk_reader_string_fits(r, n, field))
		return NULL;
	s = sk_arena_string(arena, n);
	if (!s) {
		sk_reader_no_memory(r);
		return NULL;
	}
	if (n && !sk_read_bytes(r, s, n, field))
		return NULL;
	s[n] = '\0';
	return sk_reader_check_text(r, offset, s, n, field) ? s : NULL;
}

void sk_reader_refuse_count(struct sk_reader *r, uint32_t n, size_t min_size, const char *field)
{
	if (r->failed)
		return;
	sk_reader_fail(r, field, "%u elements are announced, at most %llu can follow", n,
		       (unsigned long long)(sk_reader_left(r) / min_size));
	r->fault = SK_READER_COUNT;
}
