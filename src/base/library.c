/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Shared libraries at the time of their use. The dynamic linker keeps what is loaded, so that nothing is kept here.
 */
#include "base/library.h"

#include <dlfcn.h>
#include <errno.h>
#include <string.h>

int sk_library_load(const struct sk_library *library, void *ret_functions)
{
	void *handle = dlopen(library->sonames[0], RTLD_LAZY | RTLD_LOCAL);

	if (!handle && library->sonames[1])
		handle = dlopen(library->sonames[1], RTLD_LAZY | RTLD_LOCAL);
	for (size_t i = 0; handle && i < library->n; i++) {
		void *function = dlsym(handle, library->symbols[i]);

		if (!function)
			return -ELIBACC;
		memcpy((char *)ret_functions + i * sizeof(function), &function, sizeof(function));
	}
	return handle ? 0 : -ELIBACC;
}
