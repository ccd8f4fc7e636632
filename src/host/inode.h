/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_HOST_INODE_H
#define SK_HOST_INODE_H

#include <stddef.h>
#include <stdint.h>

/*
 * Files of this machine of which only device and inode are known, as in audit records without PATH.
 */
struct sk_inode_wanted {
	const char *device;	/* as records name it ("vda1", "dm-0"), or its number in hexadecimal ("fe:01") */
	uint64_t inode;
	const char *name;	/* last part of the path; NULL: not known */
	const char *type;	/* third part of the label that the file should have, where it has one; NULL: any */
	char *path;		/* out: absolute, the caller's (free); stays NULL when it is not found */
};

/*
 * Looks for all of them for at most so many milliseconds in total, below `top`, or where that is NULL below the mount
 * points of each device. Other file systems are not entered, symbolic links not followed. What could not be resolved,
 * read or found in time is left out without a word.
 *
 * Returns 0 or -ENOMEM; on failure no path is set.
 */
int sk_inode_find(struct sk_inode_wanted *wanted, size_t n, const char *top, unsigned int milliseconds);

#endif
