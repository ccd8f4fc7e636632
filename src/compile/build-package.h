/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_COMPILE_BUILD_PACKAGE_H
#define SK_COMPILE_BUILD_PACKAGE_H

#include "unit/unit.h"

/*
 * Reads module packages, compressed or not, into units behind those that are there; a base among them comes to be the
 * first of all. They are unpacked by two threads, not far ahead of the lowering, so that memory is bounded. Every package
 * is read, whatever was wrong with one before it.
 * Returns 0, SK_UNIT_REFUSED with diagnostics of the space, or a negative errno; then *ret_failed is the one that could
 * not be read.
 */
int sk_build_read_packages(struct sk_units *units, struct sk_space *space, const char *const *paths, size_t n,
			   const char **ret_failed);

#endif
