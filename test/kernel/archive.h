/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef TEST_KERNEL_ARCHIVE_H
#define TEST_KERNEL_ARCHIVE_H

#include <stddef.h>
#include <stdint.h>

/*
 * Archives in cpio's "newc" form: the kernel unpacks one as its first root, and the guest sends its answers home in one.
 */
struct archive_entry {
	char name[256];
	uint32_t mode;
	uint32_t size;
};

/* Writes one entry. data may be NULL for a folder. Returns 0 or a negative errno. */
int archive_put(int fd, const char *name, uint32_t mode, const void *data, size_t size);
int archive_put_device(int fd, const char *name, uint32_t mode, uint32_t major, uint32_t minor);
int archive_end(int fd);

/*
 * Reads the next header; the data follow in fd, padded to four bytes. Returns 0, 1 at the trailer, or a negative errno
 * (-EBADMSG: this is no archive or it is cut short).
 */
int archive_next(int fd, struct archive_entry *ret_entry);

/* Whole reads and writes. archive_read returns -EBADMSG where fewer bytes follow. */
int archive_write(int fd, const void *data, size_t size);
int archive_read(int fd, void *data, size_t size);

/* All of a file, with a zero byte behind it; the caller frees *ret_data. */
int archive_slurp(const char *path, char **ret_data, size_t *ret_size);

#endif
