/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef FUZZ_MODULE_H
#define FUZZ_MODULE_H

#include <stdint.h>
#include <stdlib.h>

#include "base/unpack.h"
#include "selkie/diagnostic.h"
#include "unit/module.h"

/* Bytes, compressed or not, for a target that reads them as a module package: calls it with a space, and bytes to read. */
static inline void fuzz_module(const uint8_t *data, size_t size,
			       void (*target)(struct sk_space *space, const void *data, size_t size))
{
	selkie_diagnostics *diags = selkie_diagnostics_new();
	struct sk_sources sources = SK_SOURCES_INIT;
	struct sk_arena arena = SK_ARENA_INIT;
	struct sk_intern names;
	struct sk_space space;
	char *unpacked;
	size_t n;

	sk_intern_init(&names, &arena);
	if (!diags || sk_space_init(&space, &names, &sources, diags))
		abort();
	if (!sk_unpack_memory(data, size, "fuzz", diags, &unpacked, &n)) {
		target(&space, unpacked ? unpacked : (const char *)data, unpacked ? n : size);
		free(unpacked);
	}
	sk_space_done(&space);
	sk_sources_done(&sources);
	sk_intern_done(&names);
	sk_arena_done(&arena);
	selkie_diagnostics_free(diags);
}

#endif
