/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Any text as tests of a policy. What is read and bound is run; what is not has a diagnostic, and all of them can be
 * printed.
 */
#include <stdlib.h>
#include <string.h>

#include "selkie/selkie.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
	if (!holds)
		abort();
}

/* test/decide/cases/web.conf, compiled. */
static selkie_policy *load(void)
{
	static selkie_policy *policy;

	if (!policy)
		check(!selkie_policy_load(FUZZ_ROOT "/fuzz/suite.33", NULL, &policy));
	return policy;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	selkie_diagnostics *diags = selkie_diagnostics_new();
	selkie_test_results *results = NULL;
	selkie_policy *policy = load();
	selkie_suite *suite;
	selkie_state *state;
	char *text;
	int r;

	if (size > 4096)
		size = 4096;
	check(diags && !selkie_suite_new(&suite) && !selkie_state_new(policy, &state));
	r = selkie_suite_read_memory(suite, data, size, "in.t", diags);
	check(r == 0 || r == SELKIE_SUITE_REFUSED);
	/* the rows that are there are bound even where others were refused */
	if (!selkie_suite_bind(suite, policy, NULL, diags)) {
		check(!selkie_suite_run(suite, state, &results));
		check(selkie_test_results_failed(results) <= selkie_suite_count(suite));
	} else {
		check(selkie_diagnostics_count(diags, SELKIE_SEVERITY_ERROR) > 0);
	}
	check(!r || selkie_diagnostics_count(diags, SELKIE_SEVERITY_ERROR) > 0);
	text = selkie_diagnostics_print(diags, 0);
	check(text != NULL);
	free(text);
	selkie_test_results_free(results);
	selkie_suite_free(suite);
	selkie_state_free(state);
	selkie_diagnostics_free(diags);
	return 0;
}
