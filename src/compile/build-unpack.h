/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_COMPILE_BUILD_UNPACK_H
#define SK_COMPILE_BUILD_UNPACK_H

#include "base/diag.h"

/*
 * Reads files, compressed or not, and gives each content to `take`, in order, on the calling thread; it is take's to free.
 * Two threads unpack, not far ahead of what take has done, so that memory is bounded. take returns 0, a positive outcome,
 * after which the rest is gone on with, or a negative errno, which ends it.
 * Returns 0, the last positive outcome (SK_UNPACK_REFUSED for damaged files, with diagnostics), or a negative errno; then
 * *ret_failed is the path of it.
 */
typedef int (*sk_take_content)(void *arg, const char *path, char *data, size_t size);

int sk_build_unpack(const char *const *paths, size_t n, sk_take_content take, void *arg, struct sk_diags *diags,
		    const char **ret_failed);

#endif
