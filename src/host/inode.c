/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * From device and inode back to a path: the kernel has no question for it, so the file system is walked, depth first,
 * each directory once, until all are found or the time is over. Memory is one path and one open directory a level;
 * what lies deeper than SK_MOST_DEPTH is not seen. An inode may have been given to another file since the record was
 * written: a name and a label that are known must fit. File systems whose files have another device number than their
 * mount (btrfs) are not resolved.
 */
#include "host/inode.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/xattr.h>
#include <time.h>
#include <unistd.h>

#include "base/buf.h"

#define SK_MOST_DEPTH 64

struct sk_walk {
	struct sk_inode_wanted *wanted;
	size_t n, n_left;
	const dev_t *devices;		/* of each wanted one; 0: done with or unknown */
	dev_t device;			/* the one that is walked */
	uint64_t deadline;		/* milliseconds of the monotonic clock */
	unsigned int n_entries;
	bool over;
	int error;
	char path[PATH_MAX];
};

static uint64_t sk_milliseconds(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

/* The number of a device by its name; 0 when it has none here. */
static dev_t sk_device_number(const char *name)
{
	char path[128], text[32] = "";
	unsigned int major, minor;
	FILE *f;
	int n = 0;

	if (sscanf(name, "%x:%x%n", &major, &minor, &n) == 2 && n && !name[n])
		return makedev(major, minor);
	if (!*name || *name == '.' || strchr(name, '/') || strlen(name) > 64)
		return 0;
	snprintf(path, sizeof(path), "/sys/class/block/%s/dev", name);
	f = fopen(path, "re");
	if (!f)
		return 0;
	if (!fgets(text, sizeof(text), f) || sscanf(text, "%u:%u", &major, &minor) != 2)
		major = minor = 0;
	fclose(f);
	return makedev(major, minor);
}

/* Whether the label at the path has the type; one that has no label says nothing against it. */
static bool sk_label_fits(const char *path, const char *type)
{
	char label[512];
	ssize_t size = lgetxattr(path, "security.selinux", label, sizeof(label) - 1);
	const char *p;
	size_t n;

	if (!type || size <= 0)
		return true;
	label[size] = '\0';
	p = strchr(label, ':');
	p = p ? strchr(p + 1, ':') : NULL;
	n = strlen(type);
	return p && !strncmp(p + 1, type, n) && (p[n + 1] == ':' || !p[n + 1]);
}

/* The file at walk.path has this inode: is it one that is wanted? */
static void sk_walk_take(struct sk_walk *w, uint64_t inode, const char *name)
{
	for (size_t i = 0; i < w->n && !w->error; i++) {
		struct sk_inode_wanted *wanted = &w->wanted[i];

		if (wanted->path || w->devices[i] != w->device || wanted->inode != inode)
			continue;
		if (wanted->name && *name && strcmp(wanted->name, name) && strcmp(wanted->name, "/"))
			continue;
		if (!sk_label_fits(w->path, wanted->type))
			continue;
		wanted->path = strdup(w->path);
		if (!wanted->path)
			w->error = -ENOMEM;
		else
			w->n_left--;
	}
}

static bool sk_walk_is_over(struct sk_walk *w)
{
	if (!w->n_left || w->error)
		w->over = true;
	else if (!(w->n_entries++ & 63))
		w->over = sk_milliseconds() >= w->deadline;
	return w->over;
}

/* Whether an entry may be a wanted one by what the directory says: file systems that stack others tell other numbers. */
static bool sk_walk_may_be(const struct sk_walk *w, const struct dirent *entry)
{
	for (size_t i = 0; i < w->n; i++) {
		const struct sk_inode_wanted *wanted = &w->wanted[i];

		if (wanted->path || w->devices[i] != w->device)
			continue;
		if (wanted->inode == entry->d_ino || (wanted->name && !strcmp(wanted->name, entry->d_name)))
			return true;
	}
	return false;
}

/* Opens a directory of the walked file system; NULL when it is none, or another's. */
static DIR *sk_walk_open(struct sk_walk *w, int at, const char *name)
{
	int fd = openat(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK);
	struct stat st;
	DIR *dir;

	if (fd < 0)
		return NULL;
	if (fstat(fd, &st) || st.st_dev != w->device) {
		close(fd);
		return NULL;
	}
	dir = fdopendir(fd);
	if (!dir) {
		if (errno == ENOMEM)
			w->error = -ENOMEM;
		close(fd);
	}
	return dir;
}

/* Looks at one entry; returns the directory to go into, if it is one. */
static DIR *sk_walk_entry(struct sk_walk *w, DIR *dir, const struct dirent *entry, size_t n, bool deeper)
{
	size_t len = strlen(entry->d_name);
	struct stat st;

	if (!strcmp(entry->d_name, ".") || !strcmp(entry->d_name, "..") || n + len + 2 > sizeof(w->path))
		return NULL;
	w->path[n] = '/';
	memcpy(w->path + n + 1, entry->d_name, len + 1);
	if (sk_walk_may_be(w, entry) && !fstatat(dirfd(dir), entry->d_name, &st, AT_SYMLINK_NOFOLLOW) &&
	    st.st_dev == w->device)
		sk_walk_take(w, st.st_ino, entry->d_name);
	if (!deeper || (entry->d_type != DT_DIR && entry->d_type != DT_UNKNOWN))
		return NULL;
	return sk_walk_open(w, dirfd(dir), entry->d_name);
}

static void sk_walk_below(struct sk_walk *w, const char *top)
{
	DIR *dirs[SK_MOST_DEPTH];
	size_t lengths[SK_MOST_DEPTH], depth = 0;
	struct stat st;

	if (strlen(top) >= sizeof(w->path))
		return;
	strcpy(w->path, top);
	dirs[0] = sk_walk_open(w, AT_FDCWD, top);
	if (!dirs[0])
		return;
	if (!fstat(dirfd(dirs[0]), &st))
		sk_walk_take(w, st.st_ino, strrchr(top, '/') ? strrchr(top, '/') + 1 : top);
	/* "/" is the empty path before the next slash */
	lengths[0] = strcmp(top, "/") ? strlen(top) : 0;
	for (depth = 1; depth;) {
		struct dirent *entry = sk_walk_is_over(w) ? NULL : readdir(dirs[depth - 1]);
		DIR *next;

		if (!entry) {
			closedir(dirs[--depth]);
			continue;
		}
		next = sk_walk_entry(w, dirs[depth - 1], entry, lengths[depth - 1], depth < SK_MOST_DEPTH);
		if (next) {
			lengths[depth] = lengths[depth - 1] + 1 + strlen(entry->d_name);
			dirs[depth++] = next;
		}
	}
}

/* The mount point in a line of mountinfo, with its escapes undone; NULL when the line is of another device. */
static char *sk_mount_of_line(char *line, dev_t device)
{
	unsigned int major, minor;
	int n = 0;
	char *point, *to;

	if (sscanf(line, "%*d %*d %u:%u / %n", &major, &minor, &n) != 2 || !n || makedev(major, minor) != device)
		return NULL;
	point = line + n;
	point[strcspn(point, " \n")] = '\0';
	to = point;
	for (const char *p = point; *p;) {
		unsigned int c;

		if (p[0] == '\\' && sscanf(p + 1, "%3o", &c) == 1 && strspn(p + 1, "01234567") >= 3) {
			*to++ = (char)c;
			p += 4;
		} else {
			*to++ = *p++;
		}
	}
	*to = '\0';
	return point;
}

/* Below the first place where the whole file system is mounted. */
static void sk_walk_mount(struct sk_walk *w)
{
	FILE *f = fopen("/proc/self/mountinfo", "re");
	char line[2 * PATH_MAX], *point = NULL;

	while (f && !point && fgets(line, sizeof(line), f))
		point = sk_mount_of_line(line, w->device);
	if (f)
		fclose(f);
	if (point)
		sk_walk_below(w, point);
}

static void sk_walk_device(struct sk_walk *w, dev_t device, const char *top)
{
	w->device = device;
	w->n_left = 0;
	for (size_t i = 0; i < w->n; i++)
		w->n_left += w->devices[i] == device && !w->wanted[i].path;
	if (top)
		sk_walk_below(w, top);
	else
		sk_walk_mount(w);
}

int sk_inode_find(struct sk_inode_wanted *wanted, size_t n, const char *top, unsigned int milliseconds)
{
	struct sk_walk *w = calloc(1, sizeof(*w));
	dev_t *devices = calloc(n + 1, sizeof(*devices));
	int r = w && devices ? 0 : -ENOMEM;

	for (size_t i = 0; i < n; i++)
		wanted[i].path = NULL;
	if (!r) {
		*w = (struct sk_walk){ .wanted = wanted, .n = n, .devices = devices };
		w->deadline = sk_milliseconds() + milliseconds;
		for (size_t i = 0; i < n; i++)
			devices[i] = sk_device_number(wanted[i].device);
	}
	for (size_t i = 0; i < n && !r && !(w->over && sk_milliseconds() >= w->deadline); i++) {
		bool seen = !devices[i];

		for (size_t k = 0; k < i && !seen; k++)
			seen = devices[k] == devices[i];
		w->over = false;
		if (!seen)
			sk_walk_device(w, devices[i], top);
		r = w->error;
	}
	for (size_t i = 0; i < n && r; i++) {
		free(wanted[i].path);
		wanted[i].path = NULL;
	}
	free(devices);
	free(w);
	return r;
}
