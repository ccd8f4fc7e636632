/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Files replaced at once and whole.
 */
#include "base/output.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"

static int sk_output_open_direct(struct sk_output *output, const char *path)
{
	output->direct = true;
	output->fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
	return output->fd < 0 ? -errno : 0;
}

int sk_output_open(struct sk_output *output, const char *path)
{
	struct stat st;

	*output = (struct sk_output)SK_OUTPUT_INIT;
	output->is_new = stat(path, &st) != 0;
	if (!output->is_new && !S_ISREG(st.st_mode))
		return sk_output_open_direct(output, path);
	output->path = output->is_new ? strdup(path) : realpath(path, NULL);
	if (!output->path)
		return -errno;
	if (!output->is_new) {
		output->mode = st.st_mode & 07777;
		output->uid = st.st_uid;
		output->gid = st.st_gid;
	}
	if (asprintf(&output->temporary, "%s.XXXXXX", output->path) < 0) {
		output->temporary = NULL;
		return -ENOMEM;
	}
	output->fd = mkostemp(output->temporary, O_CLOEXEC);
	if (output->fd >= 0)
		return 0;
	free(output->temporary);
	output->temporary = NULL;
	return -errno;
}

int sk_output_finish(struct sk_output *output, mode_t mode)
{
	if (output->direct)
		return 0;
	/* Who may not give files away becomes their owner, as with any editor. */
	if (!output->is_new && (output->uid != geteuid() || output->gid != getegid()) &&
	    fchown(output->fd, output->uid, output->gid) && errno != EPERM)
		return -errno;
	if (fchmod(output->fd, output->is_new ? mode : output->mode) || (!output->product && fsync(output->fd)))
		return -errno;
	return 0;
}

int sk_output_commit(struct sk_output *output)
{
	if (output->direct)
		return 0;
	if (rename(output->temporary, output->path))
		return -errno;
	free(output->temporary);
	output->temporary = NULL;
	return 0;
}

int sk_output_sync(const struct sk_output *output)
{
	const bool lasts = !output->direct && !output->product;
	sk_auto_free char *folder = lasts ? strdup(output->path) : NULL;
	sk_auto_close int fd = -1;
	char *slash;

	if (!folder)
		return lasts ? -ENOMEM : 0;
	slash = strrchr(folder, '/');
	if (slash)
		slash[slash == folder] = '\0';
	fd = open(slash ? folder : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 || fsync(fd) ? -errno : 0;
}

void sk_output_close(struct sk_output *output)
{
	if (output->fd >= 0)
		close(output->fd);
	if (output->temporary)
		unlink(output->temporary);
	free(output->temporary);
	free(output->path);
	*output = (struct sk_output)SK_OUTPUT_INIT;
}

int sk_write_whole(int fd, const void *data, size_t n)
{
	const char *p = data;

	while (n) {
		ssize_t done = write(fd, p, n);

		if (done < 0 && errno != EINTR)
			return -errno;
		p += done > 0 ? done : 0;
		n -= done > 0 ? (size_t)done : 0;
	}
	return 0;
}

static int sk_replace(const char *path, mode_t mode, const void *data, size_t n, bool product)
{
	sk_auto_output struct sk_output output = SK_OUTPUT_INIT;
	int r = sk_output_open(&output, path);

	output.product = product;
	if (!r)
		r = sk_write_whole(output.fd, data, n);
	if (!r)
		r = sk_output_finish(&output, mode);
	if (!r)
		r = sk_output_commit(&output);
	return r ? r : sk_output_sync(&output);
}

int sk_output_replace(const char *path, mode_t mode, const void *data, size_t n)
{
	return sk_replace(path, mode, data, n, false);
}

int sk_output_replace_product(const char *path, mode_t mode, const void *data, size_t n)
{
	return sk_replace(path, mode, data, n, true);
}
