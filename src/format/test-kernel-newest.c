/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Round trips of what checkpolicy 3.11 writes, versions 24 to 35, where SELKIE_PEER_311 names a folder with that program
 * in bin/.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "peer-policy.h"
#include "selkie/selkie.h"

static void round_trip(const char *source, unsigned int version, const char *const *flags)
{
	selkie_diagnostics *diags = selkie_diagnostics_new();
	selkie_policy *policy;
	char program[4096], *data;
	size_t size, n;
	void *written;

	snprintf(program, sizeof(program), "%s/bin/checkpolicy", getenv("SELKIE_PEER_311"));
	data = peer_checkpolicy_at(program, source, version, flags, &size);
	if (selkie_policy_read_memory(data, size, source, diags, &policy))
		fail_msg("%s", selkie_diagnostics_print(diags, 0));
	assert_int_equal(selkie_policy_write_memory(policy, 0, diags, &written, &n), 0);
	assert_int_equal(selkie_diagnostics_count(diags, SELKIE_SEVERITY_NOTE), 0);
	assert_int_equal(n, size);
	assert_memory_equal(written, data, n);
	selkie_policy_free(policy);
	selkie_diagnostics_free(diags);
	free(written);
	free(data);
}

static void test_newest(void **state)
{
	static const char *const mls[] = { "-M", NULL };

	for (unsigned int v = 24; v <= 35; v++) {
		round_trip("selinux-mls.conf", v, mls);
		round_trip("selinux.conf", v, NULL);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(test_newest) };

	if (!getenv("SELKIE_PEER_311")) {
		puts("1..0 # SKIP SELKIE_PEER_311 names no folder with userspace 3.11");
		return 0;
	}
	return cmocka_run_group_tests_name("format/kernel-newest", tests, NULL, NULL);
}
