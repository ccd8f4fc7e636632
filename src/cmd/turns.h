/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_CMD_TURNS_H
#define SK_CMD_TURNS_H

#include "base/buf.h"

/*
 * Output of n things, made by several threads and written in order: print(arg, thread, from, to, out) adds the text of
 * things from up to to - 1 to `out`, for pieces of the range, in whatever order; `thread` is less than `threads`, and no
 * two calls with the same number run at once. Each thread holds one piece, so memory does not grow with n. What stands in
 * `out` is written before.
 *
 * Returns 0, or a negative errno: print's own of the earliest piece that failed, or why it could not be written.
 */
int sk_print_in_turns(struct sk_buf *out, unsigned int threads, size_t n,
		      int (*print)(void *arg, unsigned int thread, size_t from, size_t to, struct sk_buf *out),
		      void *arg);

#endif
