/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Any bytes are a kernel policy or are refused with a reason. What is read can be written, and what is written is read
 * again as the same policy.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "selkie/selkie.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void write_again(const selkie_policy *policy)
{
	void *first = NULL, *second = NULL;
	size_t n_first, n_second;
	selkie_policy *again;

	if (selkie_policy_write_memory(policy, 0, NULL, &first, &n_first))
		abort();
	if (selkie_policy_read_memory(first, n_first, "again", NULL, &again))
		abort();
	if (selkie_policy_write_memory(again, 0, NULL, &second, &n_second) || n_first != n_second ||
	    memcmp(first, second, n_first))
		abort();
	free(first);
	free(second);
	selkie_policy_free(again);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	selkie_diagnostics *diags = selkie_diagnostics_new();
	selkie_policy *policy;
	int r;

	if (!diags)
		return 0;
	r = selkie_policy_read_memory(data, size, "fuzz", diags, &policy);
	if (r == SELKIE_POLICY_REFUSED && !selkie_diagnostics_count(diags, SELKIE_SEVERITY_ERROR))
		abort();
	if (!r) {
		write_again(policy);
		selkie_policy_free(policy);
	}
	selkie_diagnostics_free(diags);
	return 0;
}
