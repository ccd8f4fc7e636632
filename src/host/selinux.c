/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Where this machine's SELinux, or that of another root, has its policy and its boolean values. Everything read is text
 * of bounded size; a line that is not understood is skipped, as libselinux does. Symbolic links inside another root are
 * followed as they are: a root whose links are absolute has to be entered with chroot.
 */
#include "selkie/host.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/vfs.h>

#include "base/buf.h"

#define SK_MOST_FILE ((size_t)1 << 20)
#define SK_SELINUXFS "/sys/fs/selinux"
#define SK_SELINUXFS_MAGIC 0xf97cff8c

static bool sk_root_is_running(const char *root)
{
	return !root || !*root || !strcmp(root, "/");
}

/* A path under a root; to be freed. NULL when out of memory. */
static char *sk_root_path(const char *root, const char *fmt, ...) SK_PRINTF(2, 3);

static char *sk_root_path(const char *root, const char *fmt, ...)
{
	sk_auto_buf struct sk_buf b = SK_BUF_INIT;
	va_list args;

	if (!sk_root_is_running(root))
		sk_buf_adds(&b, root);
	va_start(args, fmt);
	sk_buf_vprintf(&b, fmt, args);
	va_end(args);
	return sk_buf_steal(&b, NULL);
}

/* The text of a small file, zero-terminated. Returns 0 or a negative errno; -EFBIG when it is not small. */
static int sk_read_small(int at, const char *path, struct sk_buf *ret)
{
	sk_auto_close int fd = openat(at, path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	ssize_t n;

	if (fd < 0)
		return -errno;
	ret->n = 0;
	do {
		if (ret->n > SK_MOST_FILE)
			return -EFBIG;
		if (!sk_buf_reserve(ret, 4096))
			return -ENOMEM;
		n = read(fd, ret->data + ret->n, 4095);
		if (n < 0)
			return -errno;
		ret->n += (size_t)n;
	} while (n);
	return sk_buf_str(ret) ? 0 : -ENOMEM;
}

static char *sk_trim(char *s)
{
	size_t n;

	s += strspn(s, " \t");
	n = strlen(s);
	while (n && strchr(" \t\r", s[n - 1]))
		s[--n] = '\0';
	return s;
}

int selkie_host_policy_type(const char *root, char **ret_type)
{
	sk_auto_free char *path = sk_root_path(root, "/etc/selinux/config");
	sk_auto_buf struct sk_buf text = SK_BUF_INIT;
	const char *type = "targeted";
	char *rest, *copy;
	int r;

	if (!path)
		return -ENOMEM;
	r = sk_read_small(AT_FDCWD, path, &text);
	if (r)
		return r == -ENOENT || r == -ENOTDIR ? SELKIE_HOST_NONE : r;
	rest = text.data;
	for (char *line; (line = strsep(&rest, "\n"));) {
		line = sk_trim(line);
		if (!strncmp(line, "SELINUXTYPE=", 12))
			type = sk_trim(line + 12);
	}
	copy = strdup(type);
	if (!copy)
		return -ENOMEM;
	*ret_type = copy;
	return 0;
}

/* The version in "policy.33", or 0. */
static unsigned int sk_policy_file_version(const char *name)
{
	unsigned int version = 0;

	if (strncmp(name, "policy.", 7) || !name[7] || strlen(name) > 10)
		return 0;
	for (const char *s = name + 7; *s; s++) {
		if (*s < '0' || *s > '9')
			return 0;
		version = version * 10 + (unsigned int)(*s - '0');
	}
	return version;
}

/* The highest version the running kernel reads; no bound where there is no SELinux or another root is asked. */
static unsigned int sk_kernel_version(const char *root)
{
	sk_auto_buf struct sk_buf text = SK_BUF_INIT;
	unsigned int version;

	if (sk_root_is_running(root) &&
	    !sk_read_small(AT_FDCWD, SK_SELINUXFS "/policyvers", &text) &&
	    sscanf(text.data, "%u", &version) == 1)
		return version;
	return UINT32_MAX;
}

static int sk_policy_file(const char *root, const char *type, char **ret_path)
{
	sk_auto_free char *folder = sk_root_path(root, "/etc/selinux/%s/policy", type);
	unsigned int most = sk_kernel_version(root), best = 0;
	DIR *d;

	if (!folder)
		return -ENOMEM;
	d = opendir(folder);
	if (!d)
		return errno == ENOENT || errno == ENOTDIR ? SELKIE_HOST_NONE : -errno;
	for (const struct dirent *e; (e = readdir(d));) {
		unsigned int version = sk_policy_file_version(e->d_name);

		if (version > best && version <= most)
			best = version;
	}
	closedir(d);
	if (!best)
		return SELKIE_HOST_NONE;
	return asprintf(ret_path, "%s/policy.%u", folder, best) < 0 ? -ENOMEM : 0;
}

static bool sk_selinuxfs_is_there(void)
{
	struct statfs fs;

	return !statfs(SK_SELINUXFS, &fs) && (uint32_t)fs.f_type == SK_SELINUXFS_MAGIC;
}

int selkie_host_policy_path(const char *root, char **ret_path)
{
	sk_auto_free char *type = NULL;
	int r;

	if (sk_root_is_running(root) && sk_selinuxfs_is_there() &&
	    !access(SK_SELINUXFS "/policy", R_OK)) {
		char *path = strdup(SK_SELINUXFS "/policy");

		if (!path)
			return -ENOMEM;
		*ret_path = path;
		return 0;
	}
	r = selkie_host_policy_type(root, &type);
	return r ? r : sk_policy_file(root, type, ret_path);
}

/* selinuxfs: one file a boolean, "CURRENT PENDING". */
static int sk_read_live(int (*each)(void *arg, const char *name, bool value), void *arg)
{
	sk_auto_buf struct sk_buf text = SK_BUF_INIT;
	DIR *d = opendir(SK_SELINUXFS "/booleans");
	int r = 0;

	if (!d)
		return -errno;
	for (const struct dirent *e; !r && (e = readdir(d));) {
		if (e->d_name[0] == '.' || sk_read_small(dirfd(d), e->d_name, &text))
			continue;
		if (text.data[0] == '0' || text.data[0] == '1')
			r = each(arg, e->d_name, text.data[0] == '1');
	}
	closedir(d);
	return r;
}

/* -1 for what is no value. */
static int sk_boolean_value(const char *s)
{
	static const char *const words[] = { "0", "1", "false", "true", "off", "on", "no", "yes" };

	for (int i = 0; i < (int)SK_ARRAY_LEN(words); i++)
		if (!strcasecmp(s, words[i]))
			return i % 2;
	return -1;
}

/* Lines "NAME=VALUE". *found becomes true when the file is there. */
static int sk_read_boolean_file(const char *path, int (*each)(void *arg, const char *name, bool value),
				void *arg, bool *found)
{
	sk_auto_buf struct sk_buf text = SK_BUF_INIT;
	char *rest;
	int r;

	r = sk_read_small(AT_FDCWD, path, &text);
	if (r)
		return r == -ENOENT || r == -ENOTDIR ? 0 : r;
	*found = true;
	rest = text.data;
	for (char *line; !r && (line = strsep(&rest, "\n"));) {
		char *value = strchr(line, '=');
		int v;

		if (!value || *sk_trim(line) == '#')
			continue;
		*value++ = '\0';
		v = sk_boolean_value(sk_trim(value));
		if (v >= 0)
			r = each(arg, sk_trim(line), v);
	}
	return r;
}

static int sk_read_persisted(const char *root, int (*each)(void *arg, const char *name, bool value),
			     void *arg, bool *found)
{
	static const char *const places[] = {
		"/etc/selinux/%s/booleans.local",
		"/etc/selinux/%s/modules/active/booleans.local",
		"/var/lib/selinux/%s/active/booleans.local",
	};
	sk_auto_free char *type = NULL;
	int r;

	r = selkie_host_policy_type(root, &type);
	if (r)
		return r == SELKIE_HOST_NONE ? 0 : r;
	for (size_t i = 0; i < SK_ARRAY_LEN(places) && !r; i++) {
		sk_auto_free char *path = sk_root_path(root, places[i], type);

		r = path ? sk_read_boolean_file(path, each, arg, found) : -ENOMEM;
	}
	return r;
}

int selkie_host_read_booleans(const char *root, int (*each)(void *arg, const char *name, bool value),
			      void *arg, enum selkie_host_booleans *ret_from)
{
	bool live = sk_root_is_running(root) && sk_selinuxfs_is_there();
	bool found = false;
	int r;

	r = live ? sk_read_live(each, arg) : sk_read_persisted(root, each, arg, &found);
	if (r)
		return r;
	*ret_from = live ? SELKIE_HOST_LIVE : found ? SELKIE_HOST_PERSISTED : SELKIE_HOST_DEFAULTS;
	return 0;
}
