/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_BASE_UNPACK_H
#define SK_BASE_UNPACK_H

#include <stddef.h>

#include "base/diag.h"

/*
 * Files that may be compressed: as they are, by bzip2 (several streams one behind the other included), or by zstd. Which,
 * the first bytes say, and never the name. What comes out is bounded, so that a small file cannot ask for all memory.
 */
#define SK_UNPACK_MOST_BYTES ((size_t)1 << 30)

/*
 * The bytes are not what their beginning says, or there are more than SK_UNPACK_MOST_BYTES, or the library that unpacks them
 * is not installed; the diagnostic says which.
 */
#define SK_UNPACK_REFUSED 1

/*
 * The file's content, uncompressed, zero-terminated at *ret_size; the caller's (free). `name` is for diagnostics. Returns
 * 0, SK_UNPACK_REFUSED, or a negative errno of opening or reading it. May be called from any thread, each with its own
 * diags.
 */
int sk_unpack_file(const char *path, const char *name, struct sk_diags *diags, char **ret_data, size_t *ret_size);

/* The same for bytes in memory: *ret_data is NULL when they are not compressed. */
int sk_unpack_memory(const void *data, size_t size, const char *name, struct sk_diags *diags, char **ret_data,
		     size_t *ret_size);

/* Compressed by bzip2, as the tools that make packages do. The caller's (free). Returns 0, -ENOMEM or -ELIBACC. */
int sk_pack_bzip2(const void *data, size_t size, char **ret_data, size_t *ret_size);

#endif
