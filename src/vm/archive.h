/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_VM_ARCHIVE_H
#define SK_VM_ARCHIVE_H

#include <stddef.h>
#include <stdint.h>

/*
 * Archives in cpio's "newc" form: the kernel unpacks one as its first root, and the guest sends its answers home in one.
 */
struct sk_archive_entry {
	char name[256];
	uint32_t mode;
	uint32_t size;
};

/* Writes one entry. data may be NULL for a folder. Returns 0 or a negative errno. */
int sk_archive_put(int fd, const char *name, uint32_t mode, const void *data, size_t size);
int sk_archive_put_device(int fd, const char *name, uint32_t mode, uint32_t major, uint32_t minor);
int sk_archive_end(int fd);

/*
 * Reads the next header; the data follow in fd, padded to four bytes. Returns 0, 1 at the trailer, or a negative errno
 * (-EBADMSG: this is no archive or it is cut short).
 */
int sk_archive_next(int fd, struct sk_archive_entry *ret_entry);

/* Whole reads and writes. sk_archive_read returns -EBADMSG where fewer bytes follow. */
int sk_archive_write(int fd, const void *data, size_t size);
int sk_archive_read(int fd, void *data, size_t size);

/* All of a file, with a zero byte behind it; the caller frees *ret_data. */
int sk_archive_slurp(const char *path, char **ret_data, size_t *ret_size);

#endif
