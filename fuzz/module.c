/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Any bytes are a module package, compressed or not, or are refused with a reason. What is read can be printed.
 */
#include <stdint.h>
#include <stdlib.h>

#include "base/unpack.h"
#include "selkie/diagnostic.h"
#include "unit/module.h"
#include "unit/print.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void read_and_print(struct sk_space *space, const void *data, size_t size)
{
	struct sk_buf out = SK_BUF_INIT;
	struct sk_unit unit;
	int r = sk_module_read(space, data, size, "fuzz", 1, &unit);

	if (r == SK_MODULE_REFUSED && !selkie_diagnostics_count(space->diags, SELKIE_SEVERITY_ERROR))
		abort();
	if (!r) {
		if (sk_unit_print_cil(&unit, &out) || sk_unit_print_te(&unit, &out))
			abort();
		r = sk_module_write(&unit, 24, &out);
		if (r && r != SK_MODULE_REFUSED)
			abort();
		sk_unit_done(&unit);
	}
	sk_buf_done(&out);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
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
		return 0;
	if (!sk_unpack_memory(data, size, "fuzz", diags, &unpacked, &n)) {
		read_and_print(&space, unpacked ? unpacked : (const char *)data, unpacked ? n : size);
		free(unpacked);
	}
	sk_space_done(&space);
	sk_sources_done(&sources);
	sk_intern_done(&names);
	sk_arena_done(&arena);
	selkie_diagnostics_free(diags);
	return 0;
}
