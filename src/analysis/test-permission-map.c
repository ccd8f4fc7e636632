/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Permission maps: what is wrong with one, word for word, what is read in spite of it, and the default map, which must
 * know every class and permission of the policies we have.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "alloc-fail.h"
#include "peer-policy.h"
#include "selkie/selkie.h"

static void must_refuse(const char *text, const char *expected)
{
	selkie_diagnostics *diags = selkie_diagnostics_new();
	selkie_permission_map *map = NULL;
	char *said;

	assert_int_equal(selkie_permission_map_read_memory(text, strlen(text), "map", diags, &map),
			 SELKIE_PERMISSION_MAP_REFUSED);
	assert_null(map);
	said = selkie_diagnostics_print(diags, 0);
	assert_string_equal(said, expected);
	free(said);
	selkie_diagnostics_free(diags);
}

static void test_mistakes(void **state)
{
	must_refuse("", "map: error: the file is empty [E0641]\n");
	must_refuse("# only this\n\n", "map: error: the file is empty [E0641]\n");
	must_refuse("class file 1\n",
		    "map:1:1: error: the number of classes must stand here, not 'class' [E0641]\n"
		    "    1 | class file 1\n"
		    "      | ^~~~~\n");
	must_refuse("0\n",
		    "map:1:1: error: the number of classes must stand here, not '0' [E0641]\n"
		    "    1 | 0\n"
		    "      | ^\n");
	must_refuse("1\nclass file\n",
		    "map:2:1: error: 'class NAME NUMBER' must stand here, not 'class' [E0642]\n"
		    "    2 | class file\n"
		    "      | ^~~~~\n");
	must_refuse(
		"1\nclass file none\n",
		"map:2:12: error: the number of permissions must stand here, not 'none' [E0642]\n"
		"    2 | class file none\n"
		"      |            ^~~~\n");
	must_refuse("1\nclass file 1\nread\n",
		    "map:3:1: error: 'PERMISSION DIRECTION WEIGHT' must stand here, not 'read' "
		    "[E0643]\n"
		    "    3 | read\n"
		    "      | ^~~~\n");
	must_refuse("1\nclass file 1\nread x 10\n",
		    "map:3:6: error: the direction must be r, w, b, n or u, not 'x' [E0643]\n"
		    "    3 | read x 10\n"
		    "      |      ^\n");
	must_refuse("1\nclass file 1\nread r 11\n",
		    "map:3:8: error: the weight must be a number from 1 to 10, not '11' [E0643]\n"
		    "    3 | read r 11\n"
		    "      |        ^~\n");
	must_refuse("1\nclass file 1\nread r 10\nclass dir 1\nread r 1\n",
		    "map:4:7: error: there are more classes than the first line says [E0644]\n"
		    "    4 | class dir 1\n"
		    "      |       ^~~\n");
}

/* What apol's own reader takes, and what it does with it. */
static void test_oddities(void **state)
{
	static const char text[] = "  # a comment\n3 classes\nclass file 2\n\tread r 10 more\n"
				   "# another\nread\tw\t2\nclass dir 1\nsearch u 1\n"
				   "class file 1\nwrite b 3";
	selkie_diagnostics *diags = selkie_diagnostics_new();
	struct selkie_permission_flow flow;
	selkie_permission_map *map = NULL;
	char *said;

	assert_int_equal(selkie_permission_map_read_memory(text, strlen(text), "map", diags, &map),
			 0);
	said = selkie_diagnostics_print(diags, 0);
	assert_string_equal(said,
			    "map:6:1: warning: the permission 'read' is there twice; the last "
			    "one counts [W0645]\n"
			    "    6 | read\tw\t2\n"
			    "      | ^~~~\n"
			    "map:9:7: warning: the class 'file' is there twice; the last one "
			    "counts [W0645]\n"
			    "    9 | class file 1\n"
			    "      |       ^~~~\n");
	free(said);
	assert_false(selkie_permission_map_get(map, "file", "read", &flow));
	assert_true(selkie_permission_map_get(map, "file", "write", &flow));
	assert_int_equal(flow.direction, SELKIE_FLOW_BOTH);
	assert_int_equal(flow.weight, 3);
	assert_true(selkie_permission_map_get(map, "dir", "search", &flow));
	assert_int_equal(flow.direction, SELKIE_FLOW_UNMAPPED);
	assert_false(selkie_permission_map_get(map, "fifo_file", "read", &flow));
	selkie_permission_map_free(map);
	selkie_diagnostics_free(diags);
}

static void must_know(const selkie_permission_map *map, const char *file, size_t expected)
{
	selkie_diagnostics *diags = selkie_diagnostics_new();
	selkie_policy *policy = NULL;
	char *said;

	assert_int_equal(selkie_policy_load(peer_path(file), NULL, &policy), 0);
	assert_int_equal(selkie_permission_map_check(map, policy, diags), expected);
	said = selkie_diagnostics_print(diags, 0);
	if (!expected)
		assert_string_equal(said, "");
	free(said);
	selkie_policy_free(policy);
	selkie_diagnostics_free(diags);
}

/* What Linux has got since the policies above were made (security/selinux/include/classmap.h, 5.16 to 6.18). */
static const char *const newest[][2] = {
	{ "mctp_socket", "create" },
	{ "io_uring", "override_creds" },
	{ "io_uring", "sqpoll" },
	{ "io_uring", "cmd" },
	{ "io_uring", "allowed" },
	{ "user_namespace", "create" },
	{ "anon_inode", "read" },
	{ "netlink_route_socket", "nlmsg" },
	{ "netlink_xfrm_socket", "nlmsg" },
	{ "netlink_tcpdiag_socket", "nlmsg" },
	{ "netlink_audit_socket", "nlmsg" },
	{ "file", "watch_mountns" },
	{ "bpf", "map_create_as" },
	{ "bpf", "prog_load_as" },
	{ "memfd_file", "execute_no_trans" },
	{ "system", "firmware_load" },
	{ "system", "kexec_image_load" },
	{ "system", "policy_load" },
};

static void test_default(void **state)
{
	selkie_permission_map *map = NULL;
	struct selkie_permission_flow flow;

	assert_int_equal(selkie_permission_map_default(&map), 0);
	must_know(map, "test/denials/policy.33", 0);
	must_know(map, "test/denials/policy.33.mls", 0);
	assert_true(selkie_permission_map_get(map, "file", "read", &flow));
	assert_int_equal(flow.direction, SELKIE_FLOW_READ);
	assert_int_equal(flow.weight, 10);
	for (size_t i = 0; i < sizeof(newest) / sizeof(*newest); i++)
		if (!selkie_permission_map_get(map, newest[i][0], newest[i][1], &flow))
			fail_msg("the default map lacks %s %s", newest[i][0], newest[i][1]);
	selkie_permission_map_free(map);
}

/* A class or permission that nobody thought of is told, with what follows from it. */
static void test_unknown(void **state)
{
	static const char text[] = "1\nclass file 2\nread r 10\nwrite u 1\n";
	selkie_diagnostics *diags = selkie_diagnostics_new();
	selkie_permission_map *map = NULL;
	selkie_policy *policy = NULL;
	size_t size;
	char *data = peer_compile_text(
		"class file\nclass dir\nsid kernel\nclass file { read write append }\n"
		"class dir { search }\ntype a_t;\nrole r;\nrole r types a_t;\n"
		"allow a_t a_t:file read;\n"
		"user u roles r;\nsid kernel u:r:a_t\n",
		33, NULL, &size);
	char *said;

	assert_int_equal(selkie_policy_read_memory(data, size, NULL, NULL, &policy), 0);
	assert_int_equal(selkie_permission_map_read_memory(text, strlen(text), NULL, NULL, &map),
			 0);
	assert_int_equal(selkie_permission_map_check(map, policy, diags), 3);
	said = selkie_diagnostics_print(diags, 0);
	assert_non_null(strstr(said, "warning: the permission map does not know the class 'dir'; "
				     "nothing flows by it [W0646]\n"));
	assert_non_null(strstr(said, "warning: the permission map does not know 'append' of class "
				     "'file'; nothing flows by it [W0647]\n"));
	assert_non_null(strstr(said, "does not know 'write' of class 'file'"));
	free(said);
	free(data);
	selkie_permission_map_free(map);
	selkie_policy_free(policy);
	selkie_diagnostics_free(diags);
}

static int map_scene(void *arg)
{
	selkie_diagnostics *diags = selkie_diagnostics_new();
	selkie_permission_map *map = NULL;
	int r;

	if (!diags)
		return -ENOMEM;
	r = selkie_permission_map_load(peer_path("data/permission-map"), diags, &map);
	selkie_permission_map_free(map);
	map = NULL;
	if (!r)
		r = selkie_permission_map_default(&map);
	selkie_permission_map_free(map);
	selkie_diagnostics_free(diags);
	return r;
}

static void test_no_memory(void **state)
{
	alloc_fail_check(map_scene, NULL, 500, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_mistakes),  cmocka_unit_test(test_oddities),
		cmocka_unit_test(test_default),	  cmocka_unit_test(test_unknown),
		cmocka_unit_test(test_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
