/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Any text as a file of checks. What is read is made of a small policy; what is refused has a diagnostic.
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

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static selkie_policy *policy;
	selkie_diagnostics *diags = selkie_diagnostics_new();
	selkie_check_report *report = NULL;
	selkie_checks *checks = NULL;
	char *text;
	int r;

	if (!policy)
		check(!selkie_policy_load(FUZZ_ROOT "/fuzz/suite.33", NULL, &policy));
	check(diags != NULL);
	r = selkie_checks_read_memory(data, size, "in.ini", diags, &checks);
	if (!r)
		r = selkie_checks_run(checks, policy, diags, &report);
	check(r == 0 || r == SELKIE_CHECKS_REFUSED);
	check(!r == !selkie_diagnostics_count(diags, SELKIE_SEVERITY_ERROR));
	for (size_t i = 0; report && i < selkie_check_report_count(report); i++) {
		struct selkie_check c;

		check(!selkie_check_report_get(report, i, &c) && c.name);
		check(c.n_findings == 0 || selkie_check_report_finding(report, i, c.n_findings - 1));
	}
	text = selkie_diagnostics_print(diags, 0);
	check(text != NULL);
	free(text);
	selkie_check_report_free(report);
	selkie_checks_free(checks);
	selkie_diagnostics_free(diags);
	return 0;
}
