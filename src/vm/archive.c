/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The newc form of cpio, as far as a throwaway machine needs it: folders, regular files and devices, each with the inode
 * number 0 (no hard links). Shared by the host's tool and the guest, so that both ends of the wire are one piece of code.
 */
#include "vm/archive.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define HEADER_SIZE 110
#define TRAILER	    "TRAILER!!!"

int sk_archive_write(int fd, const void *data, size_t size)
{
	const char *p = data;

	while (size) {
		ssize_t n = write(fd, p, size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		p += n;
		size -= (size_t)n;
	}
	return 0;
}

int sk_archive_read(int fd, void *data, size_t size)
{
	char *p = data;

	while (size) {
		ssize_t n = read(fd, p, size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (!n)
			return -EBADMSG;
		p += n;
		size -= (size_t)n;
	}
	return 0;
}

static int pad(int fd, size_t size)
{
	static const char zero[4];

	return sk_archive_write(fd, zero, -size & 3);
}

static int put(int fd, const char *name, uint32_t mode, const void *data, size_t size,
	       uint32_t major, uint32_t minor)
{
	size_t name_size = strlen(name) + 1;
	char header[HEADER_SIZE + 1];
	int r;

	if (size > INT32_MAX || name_size > sizeof(((struct sk_archive_entry *)0)->name))
		return -EFBIG;
	snprintf(header, sizeof(header),
		 "070701%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x%08x", 0u, mode, 0u, 0u,
		 S_ISDIR(mode) ? 2u : 1u, 0u, (unsigned int)size, 0u, 0u, major, minor,
		 (unsigned int)name_size, 0u);
	r = sk_archive_write(fd, header, HEADER_SIZE);
	if (!r)
		r = sk_archive_write(fd, name, name_size);
	if (!r)
		r = pad(fd, HEADER_SIZE + name_size);
	if (!r)
		r = sk_archive_write(fd, data, size);
	return r ? r : pad(fd, size);
}

int sk_archive_put(int fd, const char *name, uint32_t mode, const void *data, size_t size)
{
	return put(fd, name, mode, data, size, 0, 0);
}

int sk_archive_put_device(int fd, const char *name, uint32_t mode, uint32_t major, uint32_t minor)
{
	return put(fd, name, mode, NULL, 0, major, minor);
}

int sk_archive_end(int fd)
{
	return put(fd, TRAILER, 0, NULL, 0, 0, 0);
}

static uint32_t field(const char *header, unsigned int i)
{
	char text[9] = "";

	memcpy(text, header + 6 + 8 * i, 8);
	return (uint32_t)strtoul(text, NULL, 16);
}

int sk_archive_next(int fd, struct sk_archive_entry *ret_entry)
{
	char header[HEADER_SIZE], zero[4];
	struct sk_archive_entry e = { 0 };
	uint32_t name_size;
	int r = sk_archive_read(fd, header, sizeof(header));

	if (r)
		return r;
	name_size = field(header, 11);
	if (memcmp(header, "070701", 6) || !name_size || name_size > sizeof(e.name))
		return -EBADMSG;
	e.mode = field(header, 1);
	e.size = field(header, 6);
	r = sk_archive_read(fd, e.name, name_size);
	if (!r)
		r = sk_archive_read(fd, zero, -(HEADER_SIZE + name_size) & 3);
	if (r)
		return r;
	if (e.name[name_size - 1])
		return -EBADMSG;
	*ret_entry = e;
	return !strcmp(e.name, TRAILER);
}

int sk_archive_slurp(const char *path, char **ret_data, size_t *ret_size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC), r = 0;
	size_t size = 0, room = 65536;
	char *data;

	if (fd < 0)
		return -errno;
	data = malloc(room + 1);
	while (data) {
		ssize_t n = read(fd, data + size, room - size);

		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			r = -errno;
		if (n <= 0)
			break;
		size += (size_t)n;
		if (size == room) {
			char *more = realloc(data, 2 * room + 1);

			if (!more) {
				free(data);
				data = NULL;
				break;
			}
			data = more;
			room *= 2;
		}
	}
	close(fd);
	if (!data)
		return -ENOMEM;
	if (r) {
		free(data);
		return r;
	}
	data[size] = 0;
	*ret_data = data;
	*ret_size = size;
	return 0;
}
