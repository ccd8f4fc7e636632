/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_COMPILE_BUILD_PACKAGE_H
#define SK_COMPILE_BUILD_PACKAGE_H

#include "selkie/module.h"
#include "unit/unit.h"

/*
 * Reads module packages, compressed or not, into units behind those that are there; a base among them comes to be the
 * first of all. They are unpacked by two threads, not far ahead of the lowering, so that memory is bounded. Every package
 * is read, whatever was wrong with one before it.
 * carry: NULL, or a package that gets what no unit holds, as semodule_link has it: the users of a base, and the netfilter
 * contexts of all.
 * Returns 0, SK_UNIT_REFUSED with diagnostics of the space, or a negative errno; then *ret_failed is the one that could
 * not be read.
 */
int sk_build_read_packages(struct sk_units *units, struct sk_space *space, const char *const *paths, size_t n,
			   selkie_module *carry, const char **ret_failed);

/* A module of an installed store: its CIL, or the package itself where it has not been converted. */
struct sk_store_module {
	const char *name, *path;
	unsigned long priority;
	bool package;
};

/*
 * The folder of modules in what may be a module store (/var/lib/selinux/NAME, its active/, or any folder of that shape);
 * NULL when it is none.
 */
const char *sk_store_folder(struct sk_arena *arena, const char *path);

/*
 * The next file of changes made on the machine (ports, users, booleans) that the store has, from *at = 0 on; NULL behind the
 * last.
 */
const char *sk_store_changes(struct sk_arena *arena, const char *folder, size_t *at);

/* The modules that count, by their names; the list is the caller's (free). Returns 0 or a negative errno. */
int sk_store_modules(struct sk_arena *arena, const char *folder, struct sk_store_module **ret_list, size_t *ret_n);

#endif
