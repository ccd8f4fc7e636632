/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_BASE_INPUT_H
#define SK_BASE_INPUT_H

#include <stddef.h>
#include <sys/types.h>

/*
 * Reads from a file, pipe or terminal until `most` bytes are there or the input ends; short reads and interruptions are
 * gone over. Returns the number of bytes, less than `most` only at the end, or a negative errno.
 */
ssize_t sk_read_some(int fd, void *to, size_t most);

/*
 * Reads to the end, of what does not know its size too. *ret_data is the caller's (free), and a zero that *ret_n does not
 * count ends it. Returns 0, -EFBIG when there are more than `most` bytes, another negative errno, or -ENOMEM.
 */
int sk_read_whole(int fd, size_t most, char **ret_data, size_t *ret_n);

/* The same of the file at a path. */
int sk_read_path(const char *path, size_t most, char **ret_data, size_t *ret_n);

/*
 * A regular file as memory, without reading it: for what is large and used once. While it is mapped (until munmap) nobody
 * may write into the file or shorten it. *ret_data is NULL when it is empty. Returns 0, -EINVAL when the file is not a
 * regular one, or another negative errno.
 */
int sk_map_path(const char *path, void **ret_data, size_t *ret_n);

#endif
