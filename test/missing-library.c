/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A machine without some library: a dlopen before the C library's.
 */
#include "missing-library.h"

#include <dlfcn.h>
#include <string.h>

const char *missing_library;

void *dlopen(const char *name, int flags)
{
	void *(*next)(const char *name, int flags);

	if (missing_library && strstr(name, missing_library))
		return NULL;
	*(void **)&next = dlsym(RTLD_NEXT, "dlopen");
	return next(name, flags);
}
