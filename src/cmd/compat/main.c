/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The older tools under their own names: the table of them, and what they share.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/input.h"
#include "cmd/compat/compat.h"

static const struct sk_compat_tool {
	const char *name;
	int (*run)(int argc, char **argv);
} sk_compat_tools[] = {
	{ "checkmodule", sk_compat_checkmodule },
	{ "checkpolicy", sk_compat_checkpolicy },
	{ "pp", sk_compat_pp },
	{ "secil2conf", sk_compat_secil2conf },
	{ "secilc", sk_compat_secilc },
	{ "semodule_expand", sk_compat_semodule_expand },
	{ "semodule_link", sk_compat_semodule_link },
	{ "semodule_package", sk_compat_semodule_package },
	{ "semodule_unpackage", sk_compat_semodule_unpackage },
};

int sk_compat_fail(const char *tool, const char *fmt, ...)
{
	va_list args;

	fprintf(stderr, "%s:  ", tool);
	va_start(args, fmt);
	vfprintf(stderr, fmt, args);
	va_end(args);
	fputc('\n', stderr);
	return 1;
}

void sk_compat_diagnose(const selkie_diagnostics *diags)
{
	sk_auto_free char *text = diags ? selkie_diagnostics_print(diags, 0) : NULL;

	if (text)
		fputs(text, stderr);
}

int sk_compat_read(const char *tool, const char *path, char **ret_data, size_t *ret_size)
{
	bool stdin_too = !strcmp(path, "-");
	int fd = stdin_too ? STDIN_FILENO : open(path, O_RDONLY | O_CLOEXEC);
	sk_auto_close int owned = stdin_too ? -1 : fd;
	sk_auto_free char *data = NULL;
	size_t cap = 0, n = 0;
	ssize_t got = -1;

	while (fd >= 0) {
		if (sk_grow(&data, &cap, n + 65536, 1))
			return sk_compat_fail(tool, "out of memory");
		got = sk_read_some(fd, data + n, cap - n);
		if (got <= 0)
			break;
		n += (size_t)got;
	}
	if (fd < 0 || got < 0)
		return sk_compat_fail(tool, "%s: %s", path, strerror(fd < 0 ? errno : (int)-got));
	*ret_data = data;
	*ret_size = n;
	data = NULL;
	return 0;
}

int sk_compat_write(const char *tool, const char *path, const void *data, size_t size)
{
	FILE *f = fopen(path, "we");
	bool written = f && (!size || fwrite(data, 1, size, f) == size);

	if (f && fclose(f))
		written = false;
	return written ? 0 : sk_compat_fail(tool, "%s: %s", path, strerror(errno));
}

static const struct sk_compat_tool *sk_compat_find(const char *path)
{
	const char *slash = strrchr(path, '/'), *name = slash ? slash + 1 : path;

	for (size_t i = 0; i < SK_ARRAY_LEN(sk_compat_tools); i++)
		if (!strcmp(sk_compat_tools[i].name, name))
			return &sk_compat_tools[i];
	return NULL;
}

/* By the name it is called by, or by its first argument. */
int main(int argc, char **argv)
{
	const struct sk_compat_tool *tool = argc ? sk_compat_find(argv[0]) : NULL;

	if (!tool && argc > 1) {
		argc--;
		argv++;
		tool = sk_compat_find(argv[0]);
	}
	if (tool)
		return tool->run(argc, argv);
	fputs("selkie-compat: call it by the name of the tool that it stands for, or give that name first:", stderr);
	for (size_t i = 0; i < SK_ARRAY_LEN(sk_compat_tools); i++)
		fprintf(stderr, " %s", sk_compat_tools[i].name);
	fputc('\n', stderr);
	return 2;
}
