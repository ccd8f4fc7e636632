/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which policy and booleans a root directory has, on roots made here: without a configuration, with several policies,
 * with one that names what is not there.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/memory.h"
#include "selkie/host.h"

/* A root that the tests fill; removed at the end. */
static char root[64];

static void run(const char *what, const char *path)
{
	char command[600];

	snprintf(command, sizeof(command), "%s '%s'", what, path);
	assert_int_equal(system(command), 0);
}

static void put(const char *path, const char *text)
{
	char full[512];
	FILE *f;

	snprintf(full, sizeof(full), "%s%s", root, path);
	*strrchr(full, '/') = '\0';
	run("mkdir -p", full);
	full[strlen(full)] = '/';
	f = fopen(full, "we");
	assert_non_null(f);
	fputs(text, f);
	fclose(f);
}

static int make_root(void **state)
{
	(void)state;
	strcpy(root, "/tmp/selkie-host-XXXXXX");
	return mkdtemp(root) ? 0 : -1;
}

static int remove_root(void **state)
{
	(void)state;
	run("rm -r", root);
	return 0;
}

static void test_no_configuration(void **state)
{
	enum selkie_host_booleans from;
	char *s;

	(void)state;
	assert_int_equal(selkie_host_policy_type(root, &s), SELKIE_HOST_NONE);
	assert_int_equal(selkie_host_policy_path(root, &s), SELKIE_HOST_NONE);
	assert_int_equal(selkie_host_read_booleans(root, NULL, NULL, &from), 0);
	assert_int_equal(from, SELKIE_HOST_DEFAULTS);
}

static void test_policy_type(void **state)
{
	char *s;

	(void)state;
	put("/etc/selinux/config", "SELINUX=enforcing\n");
	assert_int_equal(selkie_host_policy_type(root, &s), 0);
	assert_string_equal(s, "targeted");
	free(s);
	put("/etc/selinux/config", "# SELINUXTYPE=other\n SELINUXTYPE= default \t\r\n");
	assert_int_equal(selkie_host_policy_type(root, &s), 0);
	assert_string_equal(s, "default");
	free(s);
}

static void test_policy_path(void **state)
{
	char *s;

	(void)state;
	put("/etc/selinux/config", "SELINUXTYPE=default\n");
	assert_int_equal(selkie_host_policy_path(root, &s), SELKIE_HOST_NONE);
	put("/etc/selinux/default/policy/policy.9", "");
	put("/etc/selinux/default/policy/policy.31", "");
	put("/etc/selinux/default/policy/policy.33.bak", "");
	put("/etc/selinux/default/policy/policy.x", "");
	put("/etc/selinux/default/policy/policy.99999999999999", "");
	assert_int_equal(selkie_host_policy_path(root, &s), 0);
	assert_string_equal(s + strlen(root), "/etc/selinux/default/policy/policy.31");
	free(s);
}

/* Collects "name=value " for each boolean. */
static int collect(void *arg, const char *name, bool value)
{
	char *text = arg;

	snprintf(text + strlen(text), 200 - strlen(text), "%s=%d ", name, value);
	return !strcmp(name, "stop") ? 7 : 0;
}

static void test_booleans(void **state)
{
	enum selkie_host_booleans from;
	char text[200] = "";

	(void)state;
	put("/etc/selinux/config", "SELINUXTYPE=default\n");
	put("/etc/selinux/default/booleans.local", "a=1\nb = off\n#c=1\nnonsense\nd=maybe\n");
	put("/var/lib/selinux/default/active/booleans.local", "# made by libsemanage\na=0\n e = TRUE");
	assert_int_equal(selkie_host_read_booleans(root, collect, text, &from), 0);
	assert_int_equal(from, SELKIE_HOST_PERSISTED);
	assert_string_equal(text, "a=1 b=0 a=0 e=1 ");
	put("/etc/selinux/default/booleans.local", "stop=1\nx=1\n");
	text[0] = '\0';
	assert_int_equal(selkie_host_read_booleans(root, collect, text, &from), 7);
	assert_string_equal(text, "stop=1 ");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_no_configuration),
		cmocka_unit_test(test_policy_type),
		cmocka_unit_test(test_policy_path),
		cmocka_unit_test(test_booleans),
	};

	return cmocka_run_group_tests(tests, make_root, remove_root);
}
