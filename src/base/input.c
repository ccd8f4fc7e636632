/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * read(2) without its two surprises: it may give less than was asked for, and it may be interrupted.
 */
#include "base/input.h"

#include <errno.h>
#include <unistd.h>

ssize_t sk_read_some(int fd, void *to, size_t most)
{
	size_t n = 0;

	while (n < most) {
		ssize_t got = read(fd, (char *)to + n, most - n);

		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -errno;
		if (!got)
			break;
		n += (size_t)got;
	}
	return (ssize_t)n;
}
