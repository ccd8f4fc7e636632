/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Files with the labels they have, and processes. Where the file system or the rights for labels are missing, a label is
 * none; where there is no SELinux, there are no processes with a context of its kind.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <cmocka.h>

#include "selkie/host.h"

static void test_file(void **state)
{
	char root[] = "/tmp/selkie-test-XXXXXX", path[64];
	static const char label[] = "system_u:object_r:etc_t:s0";
	char *context = (char *)"kept";
	uint32_t mode = 0;
	bool labeled;
	FILE *f;

	(void)state;
	assert_non_null(mkdtemp(root));
	snprintf(path, sizeof(path), "%s/file", root);
	f = fopen(path, "we");
	assert_non_null(f);
	fclose(f);
	/* with and without the final zero, as tools write it */
	labeled = !setxattr(path, "security.selinux", label, sizeof(label) - 1, 0);
	assert_int_equal(selkie_host_file(root, "/file", &mode, &context), 0);
	assert_int_equal(mode, S_IFREG);
	if (labeled) {
		assert_string_equal(context, label);
		free(context);
		assert_int_equal(setxattr(path, "security.selinux", label, sizeof(label), 0), 0);
		assert_int_equal(selkie_host_file(NULL, path, &mode, &context), 0);
		assert_string_equal(context, label);
	} else {
		assert_null(context);
	}
	free(context);
	assert_int_equal(selkie_host_file("/", root, &mode, &context), 0);
	assert_int_equal(mode, S_IFDIR);
	free(context);
	assert_int_equal(selkie_host_file(root, "/not-there", &mode, &context), -ENOENT);
	unlink(path);
	rmdir(root);
}

static int count(void *arg, const struct selkie_host_process *process)
{
	assert_true(process->pid > 0);
	assert_true(*process->context && *process->command);
	return ++*(int *)arg == 3 ? 42 : 0;
}

static void test_processes(void **state)
{
	int n = 0, r = selkie_host_each_process(count, &n);

	(void)state;
	assert_int_equal(r, n == 3 ? 42 : 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_file),
		cmocka_unit_test(test_processes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
