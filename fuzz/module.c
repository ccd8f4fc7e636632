/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Any bytes are a module package, compressed or not, or are refused with a reason. What is read can be printed.
 */
#include "module.h"
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
	fuzz_module(data, size, read_and_print);
	return 0;
}
