/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_COMPILE_BUILD_MODULE_H
#define SK_COMPILE_BUILD_MODULE_H

#include "unit/te.h"

/*
 * Single modules of the policy language as sources of a build. A module is NAME.te; what lies beside it under the same
 * name, NAME.if and NAME.fc, are its interfaces and its labels.
 */

/*
 * The path beside a module's with another ending (".if"). Returns 0 and the path, 0 and NULL when no such file is there,
 * or -ENOMEM. The path lives in the arena.
 */
int sk_build_beside(struct sk_arena *arena, const char *module, const char *ending, const char **ret_path);

/* Whether a file lies somewhere below a folder. Names that cannot be resolved do not. */
bool sk_build_is_below(const char *path, const char *folder);

/* Whether headers are there: a folder with a build.conf. */
bool sk_build_has_headers(const char *folder);

/*
 * Reads a module without a tree or headers, as checkmodule reads it: all that it uses it must declare or require, and it
 * calls nothing. One that needs more is a diagnostic (E0824) that says where headers
 * come from; `folder` is where they are not. Returns 0, SK_UNIT_REFUSED, or a negative errno.
 */
int sk_build_read_plain(struct sk_units *units, struct sk_space *space, const struct sk_source *source,
			const char *folder);

#endif
