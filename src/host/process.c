/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Processes and files of this machine with the contexts they have. Both are looked at as they are found: what cannot be
 * read is left out.
 */
#include "selkie/host.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>

#include "base/memory.h"

#define SK_MOST_CONTEXT 4096

/* The first line of a small file below a process's folder. False when it cannot be read or is empty. */
static bool sk_process_line(int proc, const char *pid, const char *name, char *buffer, size_t size)
{
	char path[64];
	sk_auto_close int fd = -1;
	ssize_t n;

	snprintf(path, sizeof(path), "%.20s/%s", pid, name);
	fd = openat(proc, path, O_RDONLY | O_CLOEXEC);
	n = fd < 0 ? -1 : read(fd, buffer, size - 1);
	if (n <= 0)
		return false;
	buffer[n] = '\0';
	buffer[strcspn(buffer, "\n")] = '\0';
	return *buffer;
}

int selkie_host_each_process(int (*each)(void *arg, const struct selkie_host_process *process),
			     void *arg)
{
	char context[SK_MOST_CONTEXT], command[64];
	DIR *proc = opendir("/proc");
	struct dirent *e;
	int r = 0;

	if (!proc)
		return -errno;
	while (!r && (e = readdir(proc))) {
		struct selkie_host_process process = { strtoul(e->d_name, NULL, 10), context,
						       command };

		if (!process.pid ||
		    !sk_process_line(dirfd(proc), e->d_name, "attr/current", context,
				     sizeof(context)) ||
		    !sk_process_line(dirfd(proc), e->d_name, "comm", command, sizeof(command)))
			continue;
		r = each(arg, &process);
	}
	closedir(proc);
	return r;
}

int selkie_host_file(const char *root, const char *path, uint32_t *ret_mode, char **ret_context)
{
	bool other = root && strcmp(root, "/");
	sk_auto_free char *full = NULL;
	char context[SK_MOST_CONTEXT];
	struct stat st;
	ssize_t n;

	if (asprintf(&full, "%s%s", other ? root : "", path) < 0) {
		full = NULL;
		return -ENOMEM;
	}
	if (lstat(full, &st))
		return -errno;
	*ret_context = NULL;
	n = lgetxattr(full, "security.selinux", context, sizeof(context));
	if (n > 0) {
		*ret_context = strndup(context, (size_t)n);
		if (!*ret_context)
			return -ENOMEM;
	}
	*ret_mode = st.st_mode & S_IFMT;
	return 0;
}
