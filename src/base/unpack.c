/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Compressed files into memory. The two libraries have the same shape, a step that eats some input and gives some output,
 * so one loop drives them both through a table. Damage is a diagnostic with the offset in the compressed bytes up to which
 * they made sense; the libraries find it by checksums, so what comes out is what went in. Each is loaded for the first file
 * that wants it.
 */
#include "base/unpack.h"

#include <bzlib.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <zstd.h>
#include <zstd_errors.h>

#include "base/input.h"
#include "base/library.h"
#include "base/memory.h"

#define SK_BZ2_FUNCTIONS(X)         \
	X(BZ2_bzDecompressInit)     \
	X(BZ2_bzDecompress)         \
	X(BZ2_bzDecompressEnd)      \
	X(BZ2_bzBuffToBuffCompress)

#define SK_ZSTD_FUNCTIONS(X)    \
	X(ZSTD_createDStream)   \
	X(ZSTD_decompressStream) \
	X(ZSTD_freeDStream)     \
	X(ZSTD_isError)         \
	X(ZSTD_getErrorCode)    \
	X(ZSTD_getErrorName)

struct sk_bz2 {
	SK_BZ2_FUNCTIONS(SK_LIBRARY_FIELD)
};

struct sk_zstd {
	SK_ZSTD_FUNCTIONS(SK_LIBRARY_FIELD)
};

SK_LIBRARY_OR(sk_bz2_library, SK_BZ2_FUNCTIONS, "bzip2", "Module packages and stores compressed by bzip2", "libbz2.so.1.0",
	      "libbz2.so.1");
SK_LIBRARY(sk_zstd_library, SK_ZSTD_FUNCTIONS, "zstd", "Module packages compressed by zstd", "libzstd.so.1");

/* Bytes to go and room to fill. */
struct sk_unpack {
	const char *in;
	size_t n_in;
	char *out;
	size_t n_out;
	const char *why;	/* of a failure; NULL: out of memory */
	bool boundary;		/* the input may end here: a stream is complete */
	union {
		struct {
			struct sk_bz2 library;
			bz_stream stream;
		} bz;
		struct {
			struct sk_zstd library;
			ZSTD_DStream *stream;
		} zstd;
	} u;
};

struct sk_unpack_method {
	const char *name;
	unsigned char magic[4];
	size_t n_magic;
	const char *by_hand;			/* what would unpack it */
	const struct sk_library *library;
	bool (*begin)(struct sk_unpack *u);	/* the library is loaded; false: out of memory */
	bool (*step)(struct sk_unpack *u);	/* false: failed */
	void (*end)(struct sk_unpack *u);
};

static bool sk_bzip2_begin(struct sk_unpack *u)
{
	memset(&u->u.bz.stream, 0, sizeof(u->u.bz.stream));
	return u->u.bz.library.BZ2_bzDecompressInit(&u->u.bz.stream, 0, 0) == BZ_OK;
}

static void sk_bzip2_end(struct sk_unpack *u)
{
	u->u.bz.library.BZ2_bzDecompressEnd(&u->u.bz.stream);
}

static const char *sk_bzip2_reason(int r)
{
	switch (r) {
	case BZ_DATA_ERROR:
		return "a checksum of the compressed data is wrong";
	case BZ_DATA_ERROR_MAGIC:
		return "what follows is no bzip2 data";
	default:
		return "the compressed data makes no sense";
	}
}

static bool sk_bzip2_step(struct sk_unpack *u)
{
	bz_stream *bz = &u->u.bz.stream;
	int r;

	/* After the end of a stream another may follow. */
	if (u->boundary) {
		sk_bzip2_end(u);
		if (!sk_bzip2_begin(u))
			return false;
		u->boundary = false;
	}
	bz->next_in = (char *)u->in;
	bz->avail_in = (unsigned int)SK_MIN(u->n_in, 1u << 30);
	bz->next_out = u->out;
	bz->avail_out = (unsigned int)SK_MIN(u->n_out, 1u << 30);
	r = u->u.bz.library.BZ2_bzDecompress(bz);
	u->n_in -= (size_t)(bz->next_in - u->in);
	u->in = bz->next_in;
	u->n_out -= (size_t)(bz->next_out - u->out);
	u->out = bz->next_out;
	u->boundary = r == BZ_STREAM_END;
	if (r == BZ_OK || r == BZ_STREAM_END)
		return true;
	u->why = r == BZ_MEM_ERROR ? NULL : sk_bzip2_reason(r);
	return false;
}

static bool sk_zstd_begin(struct sk_unpack *u)
{
	u->u.zstd.stream = u->u.zstd.library.ZSTD_createDStream();
	return u->u.zstd.stream != NULL;
}

static void sk_zstd_end(struct sk_unpack *u)
{
	u->u.zstd.library.ZSTD_freeDStream(u->u.zstd.stream);
}

static bool sk_zstd_step(struct sk_unpack *u)
{
	const struct sk_zstd *z = &u->u.zstd.library;
	ZSTD_inBuffer in = { u->in, u->n_in, 0 };
	ZSTD_outBuffer out = { u->out, u->n_out, 0 };
	size_t r = z->ZSTD_decompressStream(u->u.zstd.stream, &out, &in);

	u->in += in.pos;
	u->n_in -= in.pos;
	u->out += out.pos;
	u->n_out -= out.pos;
	u->boundary = !r;
	if (!z->ZSTD_isError(r))
		return true;
	u->why = z->ZSTD_getErrorCode(r) == ZSTD_error_memory_allocation ? NULL : z->ZSTD_getErrorName(r);
	return false;
}

static const struct sk_unpack_method sk_unpack_methods[] = {
	{ "bzip2", { 'B', 'Z', 'h' }, 3, "bunzip2", &sk_bz2_library, sk_bzip2_begin, sk_bzip2_step, sk_bzip2_end },
	{ "zstd", { 0x28, 0xb5, 0x2f, 0xfd }, 4, "unzstd", &sk_zstd_library, sk_zstd_begin, sk_zstd_step, sk_zstd_end },
};

static int sk_unpack_refuse(const char *name, const struct sk_unpack_method *m, size_t offset, struct sk_diags *diags,
			    const char *why)
{
	struct sk_place place = { .kind = SK_PLACE_BINARY, .file = name, .offset = offset,
				  .field = "compressed data" };

	sk_error(diags, "E0413", &place, "%s: %s", m->name, why);
	return SK_UNPACK_REFUSED;
}

static int sk_unpack_lacks(const char *name, const struct sk_unpack_method *m, struct sk_diags *diags)
{
	struct sk_place place = { .kind = SK_PLACE_NONE, .file = name };

	sk_error(diags, "E0416", &place, "this is compressed by %s, and %s cannot be loaded; install it, or give the file as %s makes it",
		 m->name, m->library->sonames[0], m->by_hand);
	return SK_UNPACK_REFUSED;
}

static int sk_unpack_run(const struct sk_unpack_method *m, struct sk_unpack *u, const char *name, size_t size,
			 struct sk_diags *diags, char **ret_data, size_t *ret_size)
{
	sk_auto_free char *data = NULL;
	size_t cap = 0, n = 0;

	do {
		size_t left = u->n_in;
		int r = n < cap ? 0 : sk_grow(&data, &cap, SK_MAX(n + 65536, n + u->n_in * 6), 1);

		if (r)
			return r;
		u->out = data + n;
		u->n_out = cap - n;
		u->why = NULL;
		if (!m->step(u))
			return u->why ? sk_unpack_refuse(name, m, size - u->n_in, diags, u->why) : -ENOMEM;
		n = cap - u->n_out;
		if (n > SK_UNPACK_MOST_BYTES)
			return sk_unpack_refuse(name, m, size - u->n_in, diags,
						"it unpacks to more than 1 GiB");
		if (!u->n_in && !u->boundary && left == u->n_in && u->n_out)
			return sk_unpack_refuse(name, m, size, diags, "the compressed data ends too early");
	} while (u->n_in || !u->boundary);
	if (n == cap) {
		int r = sk_grow(&data, &cap, n + 1, 1);

		if (r)
			return r;
	}
	data[n] = '\0';
	*ret_data = data;
	*ret_size = n;
	data = NULL;
	return 0;
}

int sk_unpack_memory(const void *data, size_t size, const char *name, struct sk_diags *diags, char **ret_data,
		     size_t *ret_size)
{
	for (size_t i = 0; i < SK_ARRAY_LEN(sk_unpack_methods); i++) {
		const struct sk_unpack_method *m = &sk_unpack_methods[i];
		struct sk_unpack u = { .in = data, .n_in = size };
		int r;

		if (size < m->n_magic || memcmp(data, m->magic, m->n_magic) != 0)
			continue;
		if (sk_library_load(m->library, &u.u))
			return sk_unpack_lacks(name, m, diags);
		if (!m->begin(&u))
			return -ENOMEM;
		r = sk_unpack_run(m, &u, name, size, diags, ret_data, ret_size);
		m->end(&u);
		return r;
	}
	*ret_data = NULL;
	*ret_size = 0;
	return 0;
}

#define SK_LARGE_FILE ((size_t)4 << 20)

static int sk_unpack_read(int fd, size_t expected, char **ret_data, size_t *ret_size)
{
	sk_auto_free char *data = NULL;
	size_t cap = 0, n = 0;

	if (expected >= SK_LARGE_FILE && expected < SK_UNPACK_MOST_BYTES) {
		data = sk_alloc_large(expected + 2, &cap);
		if (!data)
			return -ENOMEM;
	}
	for (;;) {
		ssize_t got;
		int r = cap - n > 1 ? 0 : sk_grow(&data, &cap, SK_MAX(n + 4096, expected + 2), 1);

		if (r)
			return r;
		got = sk_read_some(fd, data + n, cap - n - 1);
		if (got < 0)
			return (int)got;
		if (!got)
			break;
		n += (size_t)got;
		if (n > SK_UNPACK_MOST_BYTES)
			return -EFBIG;
	}
	data[n] = '\0';
	*ret_data = data;
	*ret_size = n;
	data = NULL;
	return 0;
}

int sk_unpack_file(const char *path, const char *name, struct sk_diags *diags, char **ret_data, size_t *ret_size)
{
	sk_auto_close int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	sk_auto_free char *packed = NULL;
	size_t n_packed = 0;
	struct stat st;
	int r;

	if (fd < 0 || fstat(fd, &st))
		return -errno;
	if (S_ISDIR(st.st_mode))
		return -EISDIR;
	r = sk_unpack_read(fd, S_ISREG(st.st_mode) ? (size_t)st.st_size : 0, &packed, &n_packed);
	if (!r)
		r = sk_unpack_memory(packed, n_packed, name, diags, ret_data, ret_size);
	if (r || *ret_data)
		return r;
	*ret_data = packed;
	*ret_size = n_packed;
	packed = NULL;
	return 0;
}

int sk_pack_bzip2(const void *data, size_t size, char **ret_data, size_t *ret_size)
{
	unsigned int n = (unsigned int)(size + size / 100 + 600);
	struct sk_bz2 bz2;
	char *packed;

	if (sk_library_load(&sk_bz2_library, &bz2))
		return -ELIBACC;
	packed = malloc(n);
	if (!packed)
		return -ENOMEM;
	if (bz2.BZ2_bzBuffToBuffCompress(packed, &n, (char *)data, (unsigned int)size, 9, 0, 0) != BZ_OK) {
		free(packed);
		return -ENOMEM;
	}
	*ret_data = packed;
	*ret_size = n;
	return 0;
}
