/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What test/diff does not ask sediff: rules that it cannot read, stopping in the middle, parts of items, no memory.
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
#include "base/buf.h"
#include "model/policy.h"
#include "peer-policy.h"
#include "selkie/selkie.h"

struct pair {
	selkie_policy *old, *new;
};

static const char *const mls[] = { "-M", NULL };

static selkie_policy *compile(const char *source, unsigned int version, const char *const *flags)
{
	selkie_policy *policy = NULL;
	size_t size;
	char *data = peer_checkpolicy(source, version, flags, &size);

	assert_int_equal(selkie_policy_read_memory(data, size, NULL, NULL, &policy), 0);
	free(data);
	return policy;
}

static int set_up(void **state)
{
	static struct pair pair;

	pair.old = compile("selinux-mls.conf", 33, mls);
	pair.new = compile("selinux.conf", 33, NULL);
	*state = &pair;
	return 0;
}

static int tear_down(void **state)
{
	struct pair *pair = *state;

	selkie_policy_free(pair->old);
	selkie_policy_free(pair->new);
	return 0;
}

static int add_text(void *arg, const char *text, size_t n)
{
	sk_buf_add(arg, text, n);
	return 0;
}

static int stop(void *arg, const struct selkie_diff_item *item)
{
	assert_non_null(item->text);
	return ++*(int *)arg == 2 ? 42 : 0;
}

static void test_stopped(void **state)
{
	struct pair *pair = *state;
	selkie_diff *diff = NULL;
	int n = 0;

	assert_int_equal(selkie_diff_new(pair->old, pair->new, SELKIE_DIFF_ALL, &diff), 0);
	assert_int_equal(selkie_diff_walk(diff, SELKIE_DIFF_MLSCONSTRAIN, stop, &n), 42);
	assert_int_equal(n, 2);
	assert_int_equal(selkie_diff_walk(diff, SELKIE_N_DIFF_SECTIONS, stop, &n), 0);
	assert_int_equal(selkie_diff_count(diff, SELKIE_N_DIFF_SECTIONS, SELKIE_DIFF_ADDED), 0);
	assert_null(selkie_diff_section_name(SELKIE_N_DIFF_SECTIONS));
	assert_null(selkie_diff_section_title(SELKIE_N_DIFF_SECTIONS));
	selkie_diff_free(diff);
}

static void test_not_asked(void **state)
{
	struct pair *pair = *state;
	selkie_diff *diff = NULL;

	assert_int_equal(selkie_diff_new(pair->old, pair->new,
					 SELKIE_DIFF_SECTION(SELKIE_DIFF_PROPERTY), &diff),
			 0);
	assert_int_equal(selkie_diff_count(diff, SELKIE_DIFF_PROPERTY, SELKIE_DIFF_MODIFIED), 1);
	assert_int_equal(selkie_diff_count(diff, SELKIE_DIFF_MLSCONSTRAIN, SELKIE_DIFF_REMOVED), 0);
	selkie_diff_free(diff);
}

/* Netlink message types, which neither setools 4.4 nor its compiler knows: made of ioctl commands. */
static void test_netlink(void **state)
{
	static const char *const rules[] = {
		"allowxperm a_t self : netlink_route_socket ioctl { 0x10-0x13 0x20 };",
		"allowxperm a_t self : netlink_route_socket ioctl { 0x10-0x12 0x20 0x30-0x31 };",
	};
	selkie_policy *policy[2] = { NULL, NULL };
	struct sk_buf out = SK_BUF_INIT;
	selkie_diff *diff = NULL;

	(void)state;
	for (int i = 0; i < 2; i++) {
		struct sk_buf text = SK_BUF_INIT;
		size_t size;
		char *data;

		sk_buf_printf(&text,
			      "class netlink_route_socket sid kernel "
			      "class netlink_route_socket { nlmsg ioctl } "
			      "type a_t; role r; role r types a_t; %s user u roles r; "
			      "sid kernel u:r:a_t\n",
			      rules[i]);
		data = peer_compile_text(sk_buf_str(&text), 33, NULL, &size);
		assert_int_equal(selkie_policy_read_memory(data, size, NULL, NULL, &policy[i]), 0);
		for (uint32_t k = 0; k < policy[i]->n_xperms; k++)
			policy[i]->xperms[k].kind = SK_XPERM_NLMSG;
		free(data);
		sk_buf_done(&text);
	}
	assert_int_equal(selkie_diff_new(policy[0], policy[1], SELKIE_DIFF_ALL, &diff), 0);
	assert_int_equal(selkie_diff_print(diff, SELKIE_DIFF_ALLOWXPERM, false, add_text, &out), 0);
	assert_string_equal(sk_buf_str(&out),
			    "Allowxperm Rules (0 Added, 0 Removed, 1 Modified)\n"
			    "   Modified Allowxperm Rules: 1\n"
			    "      * allowxperm a_t a_t:netlink_route_socket nlmsg "
			    "{ 0x0010-0x0012 0x0020 +[0x0030-0x0031] -0x0013 };\n\n");
	sk_buf_done(&out);
	selkie_diff_free(diff);
	selkie_policy_free(policy[0]);
	selkie_policy_free(policy[1]);
}

static int count_parts(void *arg, const struct selkie_diff_item *item)
{
	size_t *n = arg;

	for (size_t i = 0; i < item->n_parts; i++)
		n[item->parts[i].added]++;
	return 0;
}

/* Of what was modified, each value that came and each that went is there: all values of a user's level and range. */
static void test_parts(void **state)
{
	struct pair *pair = *state;
	selkie_diff *diff = NULL;
	size_t n[2] = { 0, 0 };

	assert_int_equal(selkie_diff_new(pair->old, pair->new, SELKIE_DIFF_ALL, &diff), 0);
	assert_int_equal(selkie_diff_walk(diff, SELKIE_DIFF_USER, count_parts, n), 0);
	assert_int_equal(n[0], 6);
	assert_int_equal(n[1], 6);
	selkie_diff_free(diff);
}

/* A policy of a few domains, one of them on the network, with statements and rules of its own. */
static selkie_policy *small(const char *statements, const char *constraints)
{
	struct sk_buf text = SK_BUF_INIT;
	selkie_policy *policy = NULL;
	size_t size;
	char *data;

	sk_buf_printf(
		&text,
		"class process class file class tcp_socket class security class blk_file\n"
		"sid kernel\n"
		"class process { fork transition setexec }\n"
		"class file { read write execute entrypoint }\n"
		"class tcp_socket { name_bind name_connect }\n"
		"class security { load_policy }\n"
		"class blk_file { read write }\n"
		"type web_t; type port_t; type helper_t; type helper_exec_t; type tool_t;\n"
		"type shadow_t; type spool_t; type fixed_disk_device_t; type kernel_t;\n"
		"type lib1_t; type lib2_t; type lib3_t; type lib4_t; type lib5_t; type lib6_t;\n"
		"type lib7_t; type lib8_t; type lib9_t; type lib10_t; type lib11_t;\n"
		"allow { web_t helper_t tool_t } self : process fork;\n"
		"allow web_t port_t : tcp_socket name_bind;\n"
		"allow helper_t fixed_disk_device_t : blk_file { read write };\n"
		"allow helper_t helper_exec_t : file entrypoint;\n"
		"allow web_t helper_exec_t : file execute;\n"
		"allow tool_t shadow_t : file write;\n"
		"%s\n"
		"role r; role r types { web_t helper_t tool_t kernel_t }; user u roles r;\n"
		"%s\n"
		"sid kernel u:r:kernel_t\n",
		statements, constraints ? constraints : "");
	data = peer_compile_text(sk_buf_str(&text), 33, NULL, &size);
	assert_int_equal(selkie_policy_read_memory(data, size, NULL, NULL, &policy), 0);
	free(data);
	sk_buf_done(&text);
	return policy;
}

/* What is new, and the first thing that is said about it; the kind as a check. */
static const struct {
	const char *was, *is;
	enum selkie_meaning_kind kind;
	unsigned int danger;
	const char *text;	/* NULL: nothing is said */
	const char *was_constraints, *is_constraints;
} meanings[] = {
	{ "", "allow web_t helper_t : process transition; allow web_t self : process setexec;",
	  SELKIE_MEANING_TRANSITION, 95,
	  "web_t, which listens on the network, can now become helper_t by executing "
	  "helper_exec_t, "
	  "which gains it what it had not: whoever reads or writes the raw disk passes by every "
	  "file's label.", NULL, NULL },
	{ "", "allow web_t shadow_t : file read;", SELKIE_MEANING_PRIVILEGE, 95,
	  "web_t, which listens on the network, may now read shadow_t:file: it holds the password "
	  "hashes of all users.", NULL, NULL },
	{ "allow tool_t spool_t : file read;",
	  "allow { web_t tool_t } spool_t : file { read write };", SELKIE_MEANING_FLOW, 80,
	  "web_t, which listens on the network, can now influence shadow_t: written to spool_t, it "
	  "is read by tool_t, which writes shadow_t.", NULL, NULL },
	{ "", "permissive web_t;", SELKIE_MEANING_PERMISSIVE, 95,
	  "web_t, which listens on the network, is permissive: nothing is refused to it any "
	  "more.", NULL, NULL },
	{ "bool b false; if (b) { allow web_t self : security load_policy; }",
	  "bool b true; if (b) { allow web_t self : security load_policy; }",
	  SELKIE_MEANING_BOOLEAN, 75,
	  "The boolean b is on by default now, which opens 1 access, sensitive ones among them: it "
	  "changes or switches off the policy itself.", NULL, NULL },
	{ "bool b false;", "bool b false; if (b) { allow web_t self : security load_policy; }",
	  SELKIE_MEANING_PRIVILEGE, 60,
	  "web_t, which listens on the network, may now load_policy web_t:security: it changes or "
	  "switches off the policy itself. A boolean that is off by default has to be switched.", NULL, NULL },
	/* what rules allow and nobody can do */
	{ "", "allow web_t helper_t : process transition; allow web_t self : process setexec;",
	  SELKIE_MEANING_TRANSITION, 9,
	  "web_t, which listens on the network, can now become helper_t by executing "
	  "helper_exec_t, "
	  "which gains it what it had not: whoever reads or writes the raw disk passes by every "
	  "file's label. Only the rules allow it: constraints forbid it to every user, role and level.",
	  "constrain process transition (t1 != web_t);", "constrain process transition (t1 != web_t);" },
	{ "", "allow web_t shadow_t : file read;", SELKIE_MEANING_PRIVILEGE, 9,
	  "web_t, which listens on the network, may now read shadow_t:file: it holds the password "
	  "hashes of all users. Only the rules allow it: constraints forbid it to every user, role and level.",
	  "constrain file read (r1 == r2);", "constrain file read (r1 == r2);" },
	{ "allow tool_t spool_t : file read;",
	  "allow { web_t tool_t } spool_t : file { read write };", SELKIE_MEANING_FLOW, 8,
	  "web_t, which listens on the network, can now influence shadow_t: written to spool_t, it "
	  "is read by tool_t, which writes shadow_t. Only the rules allow it: constraints forbid it to every user, "
	  "role and level.",
	  "constrain file write (t1 != web_t);", "constrain file write (t1 != web_t);" },
	/* what nobody could do, and somebody can */
	{ "allow web_t helper_t : process transition; allow web_t self : process setexec;",
	  "allow web_t helper_t : process transition; allow web_t self : process setexec;",
	  SELKIE_MEANING_TRANSITION, 95,
	  "web_t, which listens on the network, can now become helper_t by executing "
	  "helper_exec_t, "
	  "which gains it what it had not: whoever reads or writes the raw disk passes by every "
	  "file's label. The rules were there before; constraints were in the way.",
	  "constrain process transition (t1 != web_t);", NULL },
	{ "", "", SELKIE_MEANING_CONSTRAINT, 50,
	  "A constraint is gone, and rules alone decide what it forbade, on file.",
	  "constrain file { read write } (u1 == u2);", "constrain file write (u1 == u2);" },
	/* what was possible before, by other rules */
	{ "bool b true; if (b) { allow web_t shadow_t : file read; }", "allow web_t shadow_t : file read;",
	  SELKIE_MEANING_PRIVILEGE, 0, NULL, NULL, NULL },
	{ "bool b false; if (b) { allow web_t shadow_t : file read; }",
	  "bool c false; if (c) { allow web_t shadow_t : file read; }", SELKIE_MEANING_PRIVILEGE, 0, NULL, NULL, NULL },
	{ "bool b false; if (b) { allow web_t shadow_t : file read; }", "allow web_t shadow_t : file read;",
	  SELKIE_MEANING_PRIVILEGE, 95,
	  "web_t, which listens on the network, may now read shadow_t:file: it holds the password "
	  "hashes of all users.", NULL, NULL },
	{ "bool b true; if (b) { allow web_t shadow_t : file read; }", "allow web_t shadow_t : file { read write };",
	  SELKIE_MEANING_PRIVILEGE, 47,
	  "web_t, which listens on the network, may now write shadow_t:file: it holds the password "
	  "hashes of all users. It had the like before.", NULL, NULL },
	/* ... and that nobody could do */
	{ "bool b true; if (b) { allow web_t shadow_t : file read; }", "allow web_t shadow_t : file read;",
	  SELKIE_MEANING_PRIVILEGE, 95,
	  "web_t, which listens on the network, may now read shadow_t:file: it holds the password "
	  "hashes of all users. The rules were there before; constraints were in the way.", "constrain file read (t1 != web_t);",
	  NULL },
	/* ways of information besides others */
	{ "allow helper_t lib1_t : file read; allow helper_t shadow_t : file write; allow web_t lib1_t : file write; "
	  "allow tool_t spool_t : file read;",
	  "allow helper_t lib1_t : file read; allow helper_t shadow_t : file write; allow web_t lib1_t : file write; "
	  "allow tool_t spool_t : file read; allow web_t spool_t : file write;", SELKIE_MEANING_FLOW, 68,
	  "web_t, which listens on the network, has one more way to influence shadow_t: written to spool_t, it "
	  "is read by tool_t, which writes shadow_t. There were such ways before, through other domains.", NULL, NULL },
	{ "allow tool_t { lib1_t spool_t } : file read; allow web_t lib1_t : file write;",
	  "allow tool_t { lib1_t spool_t } : file read; allow web_t { lib1_t spool_t } : file write;", SELKIE_MEANING_FLOW, 40,
	  "web_t, which listens on the network, has one more way to influence shadow_t: written to spool_t, it "
	  "is read by tool_t, which writes shadow_t. That domain was such a way before, over something else.", NULL, NULL },
	/* ... that nobody could go: then it is new */
	{ "allow tool_t { lib1_t spool_t } : file read; allow web_t lib1_t : file write;",
	  "allow tool_t { lib1_t spool_t } : file read; allow web_t { lib1_t spool_t } : file write;", SELKIE_MEANING_FLOW, 80,
	  "web_t, which listens on the network, can now influence shadow_t: written to spool_t, it "
	  "is read by tool_t, which writes shadow_t.",
	  "constrain file write (t1 != web_t or t2 != lib1_t);", "constrain file write (t1 != web_t or t2 != lib1_t);" },
	{ "allow web_t shadow_t : file write; allow tool_t spool_t : file read;",
	  "allow web_t shadow_t : file write; allow { web_t tool_t } spool_t : file { read write };", SELKIE_MEANING_FLOW, 0, NULL,
	  NULL, NULL },
};

/* What is said first of a pair of policies; text NULL: nothing. */
static void expect_meaning(const selkie_policy *was, const selkie_policy *is, enum selkie_meaning_kind kind, unsigned int danger,
			   const char *text)
{
	const struct selkie_meaning *first;
	selkie_meanings *found = NULL;
	selkie_diff *diff = NULL;

	assert_int_equal(selkie_diff_new(was, is, SELKIE_DIFF_ALL, &diff), 0);
	assert_int_equal(selkie_meanings_find(diff, &found), 0);
	first = selkie_meanings_get(found, 0);
	if (text) {
		assert_non_null(first);
		assert_string_equal(first->text, text);
		assert_int_equal(first->kind, kind);
		assert_int_equal(first->danger, danger);
	} else {
		assert_null(first);
	}
	assert_null(selkie_meanings_get(found, selkie_meanings_count(found)));
	selkie_meanings_free(found);
	selkie_diff_free(diff);
}

static void test_meanings(void **state)
{
	(void)state;
	for (size_t i = 0; i < SK_ARRAY_LEN(meanings); i++) {
		selkie_policy *was = small(meanings[i].was, meanings[i].was_constraints);
		selkie_policy *is = small(meanings[i].is, meanings[i].is_constraints);

		expect_meaning(was, is, meanings[i].kind, meanings[i].danger, meanings[i].text);
		/* what is taken away is no danger */
		expect_meaning(is, was, meanings[i].kind, 0, NULL);
		selkie_policy_free(was);
		selkie_policy_free(is);
	}
}

/* A way that takes the place of a direct access; the other way round that is gained. */
static void test_meaning_instead(void **state)
{
	selkie_policy *was = small("allow web_t shadow_t : file write; allow tool_t spool_t : file read;", NULL);
	selkie_policy *is = small("allow { web_t tool_t } spool_t : file { read write };", NULL);

	(void)state;
	expect_meaning(was, is, SELKIE_MEANING_FLOW, 24,
		       "web_t, which listens on the network, has one more way to influence shadow_t: written to spool_t, it "
		       "is read by tool_t, which writes shadow_t. Before, none was needed: it was possible directly.");
	expect_meaning(is, was, SELKIE_MEANING_PRIVILEGE, 95,
		       "web_t, which listens on the network, may now write shadow_t:file: it holds the password hashes of all "
		       "users.");
	selkie_policy_free(was);
	selkie_policy_free(is);
}

static void test_meaning_needs_rules(void **state)
{
	struct pair *pair = *state;
	selkie_meanings *found = NULL;
	selkie_diff *diff = NULL;

	assert_int_equal(
		selkie_diff_new(pair->old, pair->new, SELKIE_DIFF_SECTION(SELKIE_DIFF_TYPE), &diff),
		0);
	assert_int_equal(selkie_meanings_find(diff, &found), -EINVAL);
	assert_null(selkie_meaning_kind_name(SELKIE_MEANING_CONSTRAINT + 1));
	assert_string_equal(selkie_exposure_name(SELKIE_EXPOSURE_LISTENS), "listens");
	selkie_diff_free(diff);
}

static int meaning_scene(void *arg)
{
	struct pair *pair = arg;
	selkie_meanings *found = NULL;
	selkie_diff *diff = NULL;
	int r = selkie_diff_new(pair->old, pair->new, SELKIE_DIFF_SECTION(SELKIE_DIFF_ALLOW),
				&diff);

	if (!r)
		r = selkie_meanings_find(diff, &found);
	selkie_meanings_free(found);
	selkie_diff_free(diff);
	return r;
}

static void test_meaning_no_memory(void **state)
{
	struct pair pair = { 0 };

	(void)state;
	pair.old = small("bool b false; allow tool_t spool_t : file read;", "constrain file read (u1 == u2);");
	pair.new = small(
		"bool b true; if (b) { allow web_t self : security load_policy; } "
		"permissive web_t; allow { web_t tool_t } spool_t : file { read write }; "
		"allow web_t helper_t : process transition; allow web_t self : process setexec;",
		NULL);
	/* what a policy builds on first use stays with it */
	assert_int_equal(meaning_scene(&pair), 0);
	alloc_fail_check(meaning_scene, &pair, 3000, 0);
	selkie_policy_free(pair.old);
	selkie_policy_free(pair.new);
}

static int diff_scene(void *arg)
{
	struct pair *pair = arg;
	struct sk_buf out = SK_BUF_INIT;
	selkie_diff *diff = NULL;
	size_t n[2];
	int r = selkie_diff_new(pair->old, pair->new, SELKIE_DIFF_ALL, &diff);

	for (int s = 0; s < SELKIE_N_DIFF_SECTIONS && !r; s++) {
		r = selkie_diff_print(diff, (enum selkie_diff_section)s, false, add_text, &out);
		if (!r)
			r = selkie_diff_walk(diff, (enum selkie_diff_section)s, count_parts, n);
	}
	if (!r && out.failed)
		r = out.error;
	selkie_diff_free(diff);
	sk_buf_done(&out);
	return r;
}

static void test_no_memory(void **state)
{
	alloc_fail_check(diff_scene, *state, 3000, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_stopped),
		cmocka_unit_test(test_not_asked),
		cmocka_unit_test(test_netlink),
		cmocka_unit_test(test_parts),
		cmocka_unit_test(test_no_memory),
		cmocka_unit_test(test_meanings), cmocka_unit_test(test_meaning_instead),
		cmocka_unit_test(test_meaning_needs_rules),
		cmocka_unit_test(test_meaning_no_memory),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
