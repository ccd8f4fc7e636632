/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef ALLOC_FAIL_H
#define ALLOC_FAIL_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Makes the n-th allocation fail. Works on every program linked with `dep_alloc_fail` (all unit tests are): the linker
 * sends the program's calls of malloc, calloc, realloc, reallocarray, aligned_alloc, posix_memalign, strdup, strndup,
 * asprintf, vasprintf, getline, getdelim, open_memstream, fmemopen, fdopen, fopen, opendir and free through here.
 * Allocations inside other libraries (pcre2, the C library itself) are not seen.
 *
 *	static int scene(void *path)
 *	{
 *		selkie_policy *p;
 *		int r = selkie_policy_load(path, NULL, &p);
 *
 *		if (!r)
 *			selkie_policy_free(p);
 *		return r;
 *	}
 *	...
 *	alloc_fail_check(scene, path, 2000, 10);
 */

/* From now on the n-th allocation (from 1), and only that one, fails. 0: none. */
void alloc_fail_at(size_t n);

/* Whether the failure set with alloc_fail_at was used. */
bool alloc_fail_used(void);

/*
 * Runs `scene` again and again, failing its first allocation, its second, ... until a run is through without meeting
 * the failure. Up to `dense` each one is failed; beyond, steps grow in proportion, so that a scene of a million
 * allocations ends too.
 *
 * The scene returns 0 or what its function returned. Returns NULL when all is well, else what is wrong, as a sentence
 * in static storage: a run that met the failure returned neither -ENOMEM nor 0 (0 is allowed where doing without
 * is the honest answer), a run that met none did not return 0, or a run left something allocated.
 * ret_runs: how many runs met a failure; NULL is allowed. One thread at a time.
 */
const char *alloc_fail_each(int (*scene)(void *arg), void *arg, size_t dense, size_t *ret_runs);

/* The same as a check of a cmocka test, which fails, too, unless more than `least` runs met a failure. */
void alloc_fail_check(int (*scene)(void *arg), void *arg, size_t dense, size_t least);

#endif
