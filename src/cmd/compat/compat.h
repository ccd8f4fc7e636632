/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_CMD_COMPAT_H
#define SK_CMD_COMPAT_H

#include <stddef.h>

#include "base/memory.h"
#include "selkie/diagnostic.h"

/*
 * The older tools under their own names, for scripts and build systems that call them: same flags, same output, same exit
 * codes. One program, installed once, with a link for each name; it goes by the name it is called by.
 *
 * To add a tool: write src/cmd/compat/NAME.c with one `int sk_compat_NAME(int argc, char **argv)`, on include/selkie/ and
 * base/ only, and add its row in main.c and its name in meson.build.
 */
int sk_compat_checkmodule(int argc, char **argv);
int sk_compat_checkpolicy(int argc, char **argv);
int sk_compat_pp(int argc, char **argv);
int sk_compat_secil2conf(int argc, char **argv);
int sk_compat_secilc(int argc, char **argv);
int sk_compat_semodule_expand(int argc, char **argv);
int sk_compat_semodule_link(int argc, char **argv);
int sk_compat_semodule_package(int argc, char **argv);
int sk_compat_semodule_unpackage(int argc, char **argv);

/* Prints "TOOL:  MESSAGE" to stderr, as the older tools do. Returns 1, which is how they fail. */
int sk_compat_fail(const char *tool, const char *fmt, ...) SK_PRINTF(2, 3);

/* Prints diagnostics to stderr. */
void sk_compat_diagnose(const selkie_diagnostics *diags);

/* A file's bytes, for the caller (free); "-": standard input. And the other way. Return 0, or 1 after a message. */
int sk_compat_read(const char *tool, const char *path, char **ret_data, size_t *ret_size);
int sk_compat_write(const char *tool, const char *path, const void *data, size_t size);

#endif
