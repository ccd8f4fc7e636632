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
	const char *wrong = alloc_fail_each(diff_scene, *state, 3000, NULL);

	if (wrong)
		fail_msg("%s", wrong);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_stopped),	  cmocka_unit_test(test_not_asked),
		cmocka_unit_test(test_netlink),	  cmocka_unit_test(test_parts),
		cmocka_unit_test(test_no_memory),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
