/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * pack OUT [NAME=FILE]...	makes the machine's first root: each FILE under NAME, folders made as needed
 * unpack IN FOLDER		puts the regular files of an archive into FOLDER; names with a slash are refused
 *
 * One tool for both ways, so that the tests need no cpio.
 */
#include "vm/archive.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int fail(const char *what, int r)
{
	fprintf(stderr, "kernel-pack: %s: %s\n", what, strerror(-r));
	return 3;
}

/* Folders are written each time they are named: the kernel takes the second for the first. */
static int put_parents(int fd, const char *name)
{
	char folder[256];

	for (const char *slash = strchr(name, '/'); slash; slash = strchr(slash + 1, '/')) {
		int r;

		snprintf(folder, sizeof(folder), "%.*s", (int)(slash - name), name);
		r = sk_archive_put(fd, folder, S_IFDIR | 0755, NULL, 0);
		if (r)
			return r;
	}
	return 0;
}

static int put_file(int fd, const char *name, const char *path)
{
	size_t size;
	char *data;
	int r = sk_archive_slurp(path, &data, &size);

	if (r)
		return r;
	r = put_parents(fd, name);
	if (!r)
		r = sk_archive_put(fd, name, S_IFREG | 0755, data, size);
	free(data);
	return r;
}

static int pack(const char *out, char **entries)
{
	int fd = open(out, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644), r;

	if (fd < 0)
		return fail(out, -errno);
	/* Before anything is mounted, the first program needs a console to complain on. */
	r = sk_archive_put(fd, "dev", S_IFDIR | 0755, NULL, 0);
	if (!r)
		r = sk_archive_put_device(fd, "dev/console", S_IFCHR | 0600, 5, 1);
	if (r)
		return fail(out, r);
	for (; *entries; entries++) {
		char *path = strchr(*entries, '=');

		if (!path)
			return fail(*entries, -EINVAL);
		*path++ = 0;
		r = put_file(fd, *entries, path);
		if (r)
			return fail(path, r);
	}
	r = sk_archive_end(fd);
	return r || close(fd) ? fail(out, r ? r : -errno) : 0;
}

static int take_file(int fd, const struct sk_archive_entry *e, int dir)
{
	char *data = malloc(e->size + 1), zero[4];
	int r, out;

	if (!data)
		return -ENOMEM;
	r = sk_archive_read(fd, data, e->size);
	if (!r)
		r = sk_archive_read(fd, zero, -e->size & 3);
	if (!r && (strchr(e->name, '/') || !S_ISREG(e->mode)))
		r = -EBADMSG;
	if (!r) {
		out = openat(dir, e->name, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
		r = out < 0 ? -errno : sk_archive_write(out, data, e->size);
		if (out >= 0)
			close(out);
	}
	free(data);
	return r;
}

static int unpack(const char *in, const char *folder)
{
	int fd = open(in, O_RDONLY | O_CLOEXEC),
	    dir = open(folder, O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct sk_archive_entry e;
	int r;

	if (fd < 0 || dir < 0)
		return fail(fd < 0 ? in : folder, -errno);
	while (!(r = sk_archive_next(fd, &e))) {
		r = take_file(fd, &e, dir);
		if (r)
			return fail(e.name, r);
	}
	return r < 0 ? fail(in, r) : 0;
}

int main(int argc, char **argv)
{
	if (argc >= 3 && !strcmp(argv[1], "pack"))
		return pack(argv[2], argv + 3);
	if (argc == 4 && !strcmp(argv[1], "unpack"))
		return unpack(argv[2], argv[3]);
	fprintf(stderr, "usage: kernel-pack pack OUT [NAME=FILE]... | unpack IN FOLDER\n");
	return 2;
}
