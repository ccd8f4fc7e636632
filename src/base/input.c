/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * read(2) without its two surprises: it may give less than was asked for, and it may be interrupted. And files as memory.
 */
#include "base/input.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"

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

int sk_read_whole(int fd, size_t most, char **ret_data, size_t *ret_n)
{
	sk_auto_free char *data = NULL;
	size_t cap = 0, n = 0;
	ssize_t got;
	int r;

	do {
		if (n > most)
			return -EFBIG;
		r = sk_grow(&data, &cap, n + 65536, 1);
		if (r)
			return r;
		got = sk_read_some(fd, data + n, cap - n);
		if (got < 0)
			return (int)got;
		n += (size_t)got;
	} while (got);
	data[n] = '\0';
	*ret_data = data;
	*ret_n = n;
	data = NULL;
	return 0;
}

int sk_read_path(const char *path, size_t most, char **ret_data, size_t *ret_n)
{
	sk_auto_close int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);

	return fd < 0 ? -errno : sk_read_whole(fd, most, ret_data, ret_n);
}

int sk_map_path(const char *path, void **ret_data, size_t *ret_n)
{
	sk_auto_close int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	void *data = NULL;
	struct stat st;

	if (fd < 0 || fstat(fd, &st))
		return -errno;
	if (!S_ISREG(st.st_mode))
		return -EINVAL;
	if (st.st_size)
		data = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (data == MAP_FAILED)
		return -errno;
	*ret_data = data;
	*ret_n = (size_t)st.st_size;
	return 0;
}
