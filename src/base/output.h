/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_BASE_OUTPUT_H
#define SK_BASE_OUTPUT_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/types.h>

/*
 * A file that is written beside its place and put there when it is whole, so that at any moment, and after a power cut
 * unless it is a product, either the old file or the new one is there. Where the path is a link, the file that it names is replaced. What is no
 * regular file (/dev/null, a pipe) is written to directly: it must not be replaced.
 *
 *	sk_output_open -> write to fd -> sk_output_finish -> sk_output_commit -> sk_output_close
 *
 * sk_output_close without a commit leaves everything as it was. Of many files that belong together, all are finished
 * before the first is committed.
 */
struct sk_output {
	int fd;			/* -1: closed */
	bool direct;		/* there is nothing to replace */
	bool is_new;		/* no file was there */
	bool product;		/* it can be made again: set behind the opening where the disk need not be waited for */
	mode_t mode;		/* of the file that is replaced, with its owner and group */
	uid_t uid;
	gid_t gid;
	char *path, *temporary;
};

#define SK_OUTPUT_INIT { .fd = -1 }

/* Opens. Returns 0, -ENOMEM, or another negative errno; output can be closed whatever it is. */
int sk_output_open(struct sk_output *output, const char *path);

/*
 * Behind the last byte: the file gets the mode and the owner of the one it replaces, a new one `mode`, and unless it is a
 * product it is flushed to the disk. Returns 0 or a negative errno.
 */
int sk_output_finish(struct sk_output *output, mode_t mode);

/* Puts the file in its place. Returns 0 or a negative errno. */
int sk_output_commit(struct sk_output *output);

/* Makes the name last: the folder that holds it is flushed, unless for a product. Returns 0 or a negative errno. */
int sk_output_sync(const struct sk_output *output);

/* Frees; what was not committed is removed. */
void sk_output_close(struct sk_output *output);

#define sk_auto_output __attribute__((cleanup(sk_output_close)))

/* Writes all of it. Returns 0 or a negative errno. */
int sk_write_whole(int fd, const void *data, size_t n);

/* All of the above for one file whose content is there. Returns 0 or a negative errno. */
int sk_output_replace(const char *path, mode_t mode, const void *data, size_t n);

/* The same for a product; see docs/decisions/flushing.md. */
int sk_output_replace_product(const char *path, mode_t mode, const void *data, size_t n);

#endif
