/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_BASE_READER_H
#define SK_BASE_READER_H

#include "base/arena.h"

/*
 * The byte reader: the only code that touches untrusted binary input. Invariants:
 *
 * - It is sticky. After the first failure every read yields zero (or NULL), and `reason`, `field` and `fail_offset`
 *   tell what failed and where, so a caller may read a whole structure and ask `failed` once.
 * - A count is believed only if that many elements of the smallest possible size can still follow.
 * - Little-endian input is read on any host.
 *
 * The input is a memory range, or a file that is read through a 64 KiB window, so that a policy costs memory once.
 */
enum sk_reader_fault {
	SK_READER_END,		/* the input ended or could not be read */
	SK_READER_COUNT,	/* a count or length is more than can follow */
	SK_READER_STRING,	/* a string holds a zero byte */
	SK_READER_CHECK,	/* the caller's, by sk_reader_fail */
};

struct sk_reader {
	const unsigned char *p, *end;	/* unread part of the window */
	uint64_t window_end;		/* input offset of `end` */
	uint64_t size;			/* of the whole input, in bytes */
	unsigned char *window;		/* NULL when the input is memory */
	int fd;
	bool failed;
	enum sk_reader_fault fault;	/* of the first failure */
	int error;			/* negative errno when reading the file itself failed, else 0 */
	const char *field;		/* of the first failure; a string literal */
	uint64_t fail_offset;
	char reason[160];		/* a clause without a full stop, as "12 bytes are needed, 3 are left" */
};

void sk_reader_init_memory(struct sk_reader *r, const void *data, size_t size);

/* Borrows fd, which must be a regular file (its size is the bound for counts). Returns 0 or a negative errno. */
int sk_reader_init_fd(struct sk_reader *r, int fd);
void sk_reader_done(struct sk_reader *r);

/* Input offset of the next unread byte; after a failure, of the failed field. */
static inline uint64_t sk_reader_offset(const struct sk_reader *r)
{
	return r->failed ? r->fail_offset : r->window_end - (uint64_t)(r->end - r->p);
}

static inline uint64_t sk_reader_left(const struct sk_reader *r)
{
	return r->failed ? 0 : r->size - sk_reader_offset(r);
}

/* Records a failure at `offset`, unless there was one. For checks beyond what the reader does itself. */
void sk_reader_fail_at(struct sk_reader *r, uint64_t offset, const char *field, const char *fmt, ...)
	SK_PRINTF(4, 5);

/* The same for the 4-byte word that was read last. */
#define sk_reader_fail(r, field, ...) \
	sk_reader_fail_at((r), sk_reader_offset(r) >= 4 ? sk_reader_offset(r) - 4 : 0, (field), __VA_ARGS__)

/* Makes n <= 4096 contiguous bytes available at r->p. False, with the failure noted, when the input ends before. */
bool sk_reader_need(struct sk_reader *r, size_t n, const char *field);

/* Copies n bytes out. On failure `to` is zeroed. */
bool sk_read_bytes(struct sk_reader *r, void *to, size_t n, const char *field);

/* n bytes as a zero-terminated string in the arena. Zero bytes inside are a failure. NULL on failure. */
char *sk_read_string(struct sk_reader *r, struct sk_arena *arena, uint32_t n, const char *field);

/*
 * n bytes as they stand in the input, which must be memory; borrowed from it. NULL on failure. With `text` zero bytes
 * among them are a failure.
 */
const char *sk_read_borrow(struct sk_reader *r, uint32_t n, bool text, const char *field);

/* Fails because fewer than the n elements of min_size bytes can follow that were announced. */
void sk_reader_refuse_count(struct sk_reader *r, uint32_t n, size_t min_size, const char *field);

/* Fails for lack of memory: error is -ENOMEM. */
void sk_reader_no_memory(struct sk_reader *r);

static inline uint8_t sk_read_u8(struct sk_reader *r, const char *field)
{
	if (r->p == r->end && !sk_reader_need(r, 1, field))
		return 0;
	return *r->p++;
}

static inline uint16_t sk_read_u16(struct sk_reader *r, const char *field)
{
	uint16_t v;

	if (r->end - r->p < 2 && !sk_reader_need(r, 2, field))
		return 0;
	v = (uint16_t)(r->p[0] | r->p[1] << 8);
	r->p += 2;
	return v;
}

static inline uint32_t sk_read_u32(struct sk_reader *r, const char *field)
{
	uint32_t v;

	if (r->end - r->p < 4 && !sk_reader_need(r, 4, field))
		return 0;
	v = (uint32_t)r->p[0] | (uint32_t)r->p[1] << 8 | (uint32_t)r->p[2] << 16 |
	    (uint32_t)r->p[3] << 24;
	r->p += 4;
	return v;
}

/* A count of elements that take at least min_size bytes each. Zero on failure. */
static inline uint32_t sk_read_count(struct sk_reader *r, size_t min_size, const char *field)
{
	uint32_t n = sk_read_u32(r, field);

	if (!n || !min_size || n <= sk_reader_left(r) / min_size)
		return n;
	sk_reader_refuse_count(r, n, min_size, field);
	return 0;
}

static inline uint64_t sk_read_u64(struct sk_reader *r, const char *field)
{
	uint64_t low = sk_read_u32(r, field);

	return low | (uint64_t)sk_read_u32(r, field) << 32;
}

#endif
