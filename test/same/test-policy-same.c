/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The comparer finds each difference that is planted in the text of a policy, by what it says, and none where there is
 * none; and the text that the library prints compiles to the policy it was printed from.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "peer-policy.h"
#include "policy-same.h"
#include "selkie/selkie.h"

static const char *const plain[] = { NULL };
static const char *const mls[] = { "-M", NULL };
static const char *const xen[] = { "-t", "xen", NULL };

static selkie_policy *read_policy(const char *data, size_t size)
{
	selkie_policy *policy = NULL;

	assert_int_equal(selkie_policy_read_memory(data, size, "policy", NULL, &policy), 0);
	return policy;
}

/* What the comparer says. The caller frees it. */
static char *differences(const selkie_policy *a, const selkie_policy *b, size_t *ret_n)
{
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	assert_non_null(f);
	*ret_n = policy_same(a, b, f, 20);
	fclose(f);
	return text;
}

/* A text of the policy's, what stands there instead, and what the comparer must say. */
static const struct planted {
	const char *from, *to, *said;
} planted[] = {
	{ "allow { daemon_t child_t } etc_t", "allow { daemon_t child_t } tmp_t", "0001|file|-1 daemon_t etc_t" },
	{ "file { read getattr };", "file { read };", "0001|file|-1 child_t etc_t" },
	{ "bool third false", "bool third true", "bool third 0" },
	{ "sid fs system_u:object_r:fs_t:s0\n", "sid fs system_u:object_r:etc_t:s0\n", "system_u:object_r:fs_t" },
	{ "fs_use_xattr ext4", "fs_use_trans ext4", "ext4" },
	{ "genfscon sysfs / -l", "genfscon sysfs / -d", "genfscon sysfs / lnk_file" },
	{ "portcon udp 53 ", "portcon udp 54 ", "labeling 2" },
	{ "netifcon eth0", "netifcon eth1", "eth0" },
	{ "nodecon 10.0.0.0", "nodecon 11.0.0.0", "labeling 4" },
	{ "if (off_by_default != third)", "if (off_by_default == third)", "off_by_default third 0110|" },
	{ "type_member user_t tmp_t : dir daemon_tmp_t", "type_member user_t tmp_t : dir tmp_t", "0020|dir" },
	{ "file etc_t \"resolv.conf\"", "file etc_t \"resolv_conf\"", "resolv.conf" },
	{ "allowxperm daemon_t etc_t : file ioctl { 0x5401 ", "allowxperm daemon_t etc_t : file ioctl { 0x5402 ",
	  "0100|file|84 daemon_t etc_t" },
	{ "{ 0x8900-0x89ff }", "{ 0x8900-0x89fe }", "0100|file|137" },
	{ "dontaudit domain etc_t : file { write append }", "dontaudit domain etc_t : file { write }", "0004|file" },
	{ "range_transition daemon_t etc_t : file s2:c64", "range_transition daemon_t etc_t : file s2:c63",
	  "range_transition daemon_t" },
	{ "allow user_r system_r", "allow user_r staff_r", "allow user_r system_r" },
	{ "role_transition staff_r etc_t : file admin_r", "role_transition staff_r etc_t : file user_r",
	  "role_transition staff_r" },
	{ "role user_r types { user_t child_t }", "role user_r types { user_t }", "role user_r types child_t" },
	{ "level s1:c1 range s0:c1", "level s1:c1 range s0", "user staff_u" },
	{ "constrain dir { create } ( u2 ==", "constrain dir { create } ( u2 !=", "constrain dir create" },
	{ "t1 == { init_t kernel_t }", "t1 == { init_t user_t }", "constrain process transition" },
	{ "l1 incomp l2", "l1 domby l2", "constrain process transition" },
	{ "r3 == { system_r admin_r }", "r3 == system_r", "validatetrans file" },
	{ "permissive user_t", "permissive init_t", "permissive user_t" },
	{ "typebounds daemon_t child_t", "", "typebounds daemon_t child_t" },
	{ "alias { kid_t small_t }", "alias kid_t", "alias small_t" },
	{ "policycap open_perms", "policycap always_check_network", "policycap 1" },
	{ "default_type tcp_socket source", "default_type tcp_socket target", "class tcp_socket defaults" },
	{ "category c3 alias third", "category c3", "category third" },
	{ "level s0:c0.c3", "level s0:c0.c63", "sensitivity s0" },
	{ "class fd { use }", "class fd { use abuse }", "class fd permission abuse" },
	{ "type fs_t;", "type fs_t; type another_t;", "type another_t" },
};

static char *replaced(const char *text, const struct planted *p)
{
	const char *at = strstr(text, p->from);
	size_t n;
	char *made;

	if (!at)
		fail_msg("'%s' is not in the policy", p->from);
	n = (size_t)(at - text);
	made = malloc(strlen(text) + strlen(p->to) + 1);
	assert_non_null(made);
	sprintf(made, "%.*s%s%s", (int)n, text, p->to, at + strlen(p->from) + (!*p->to && *(at + strlen(p->from)) == ';'));
	return made;
}

/* The source with the marks of version 33 taken away. */
static char *source_text(void)
{
	size_t size;
	char *text = peer_read(peer_path("test/policies/selinux-mls.conf"), &size), *to = text;

	for (char *line = text, *end; *line; line = end) {
		unsigned int since;
		int at = 0;

		end = line + strcspn(line, "\n");
		end += *end == '\n';
		if (sscanf(line, "#@%2u %n", &since, &at) == 1 && at && since > 33)
			continue;
		memmove(to, line + at, (size_t)(end - line - at));
		to += end - line - at;
	}
	*to = '\0';
	return text;
}

static void test_planted(void **state)
{
	char *source = source_text(), *data, *said;
	selkie_policy *first, *second;
	size_t size, n;

	data = peer_compile_text(source, 33, mls, &size);
	first = read_policy(data, size);
	free(said = differences(first, first, &n));
	assert_int_equal(n, 0);
	free(data);
	for (size_t i = 0; i < sizeof(planted) / sizeof(planted[0]); i++) {
		char *changed = replaced(source, &planted[i]);

		data = peer_compile_text(changed, 33, mls, &size);
		second = read_policy(data, size);
		said = differences(first, second, &n);
		if (!n || !strstr(said, planted[i].said))
			fail_msg("'%s' made '%s': %zu differences: %s", planted[i].from, planted[i].to, n, said);
		free(said);
		said = differences(second, first, &n);
		if (!n)
			fail_msg("'%s' made '%s': not found the other way", planted[i].from, planted[i].to);
		free(said);
		selkie_policy_free(second);
		free(changed);
		free(data);
	}
	selkie_policy_free(first);
	free(source);
}

/* The order of entries is a difference where they meet, and only there. */
static void test_order(void **state)
{
#define PORT(numbers, level) "portcon tcp " numbers " system_u:object_r:port_t:s" level "\n"
	static const struct {
		const char *first, *second;
		bool differs;
	} rows[] = {
		{ PORT("2000-2500", "0") PORT("2400-2600", "1"), PORT("2400-2600", "1") PORT("2000-2500", "0"), true },
		{ PORT("2000-2500", "0") PORT("2400-2600", "0"), PORT("2400-2600", "0") PORT("2000-2500", "0"), false },
		{ PORT("2000-2399", "0") PORT("2400-2600", "1"), PORT("2400-2600", "1") PORT("2000-2399", "0"), false },
	};
#undef PORT
	char *source = source_text();

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const char *const texts[] = { rows[i].first, rows[i].second };
		selkie_policy *policies[2];
		char *said;
		size_t n;

		for (int k = 0; k < 2; k++) {
			const struct planted p = { "portcon udp 53 system_u:object_r:port_t:s0\n", texts[k], NULL };
			char *changed = replaced(source, &p), *data = peer_compile_text(changed, 33, mls, &n);

			policies[k] = read_policy(data, n);
			free(changed);
			free(data);
		}
		said = differences(policies[0], policies[1], &n);
		if ((n > 0) != rows[i].differs || (n && !strstr(said, "comes before")))
			fail_msg("row %zu: %s", i, said);
		free(said);
		selkie_policy_free(policies[0]);
		selkie_policy_free(policies[1]);
	}
	free(source);
}

static void same_again(const char *data, size_t size, const char *const *flags, const char *what)
{
	selkie_policy *first = read_policy(data, size), *second;
	const char *full[8];
	size_t k = 0;

	for (; flags[k]; k++)
		full[k] = flags[k];
	full[k++] = "-U";
	full[k++] = selkie_policy_handle_unknown(first) == SELKIE_UNKNOWN_ALLOW	     ? "allow"
		    : selkie_policy_handle_unknown(first) == SELKIE_UNKNOWN_REJECT ? "reject"
										   : "deny";
	full[k] = NULL;
	for (int order = 0; order < 2; order++) {
		struct selkie_print_options options = SELKIE_PRINT_OPTIONS_INIT;
		char *text, *again, *said;
		size_t n;

		options.order = (enum selkie_print_order)order;
		assert_int_equal(selkie_policy_print_memory(first, &options, NULL, &text, NULL), 0);
		again = peer_compile_text(text, selkie_policy_version(first), full, &n);
		second = read_policy(again, n);
		said = differences(first, second, &n);
		if (n)
			fail_msg("%s: printed and compiled it differs: %s", what, said);
		selkie_policy_free(second);
		free(said);
		free(again);
		free(text);
		if (size > 1000000)
			break;
	}
	selkie_policy_free(first);
}

static void test_printed(void **state)
{
	static const struct {
		const char *source;
		const char *const *flags;
		unsigned int versions[12];
	} rows[] = {
		{ "selinux.conf", plain, { 15, 17, 18, 19, 20, 23, 24, 28, 30, 33 } },
		{ "selinux-mls.conf", mls, { 19, 20, 22, 24, 26, 28, 29, 30, 31, 32, 33 } },
		{ "xen.conf", xen, { 24, 30 } },
	};
	char what[64], *data;
	size_t size;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		for (size_t v = 0; v < 12 && rows[i].versions[v]; v++) {
			data = peer_checkpolicy(rows[i].source, rows[i].versions[v], rows[i].flags, &size);
			snprintf(what, sizeof(what), "%s, version %u", rows[i].source, rows[i].versions[v]);
			same_again(data, size, rows[i].flags, what);
			free(data);
		}
	data = peer_read(peer_path("test/denials/policy.33"), &size);
	same_again(data, size, mls, "Debian's policy");
	free(data);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_planted),
		cmocka_unit_test(test_order),
		cmocka_unit_test(test_printed),
	};

	return cmocka_run_group_tests_name("same", tests, NULL, NULL);
}
