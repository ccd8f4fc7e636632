/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Parts of a policy that a program can walk and no command of ours does: what is expected stands in the source,
 * test/decide/cases/web.conf.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "peer-policy.h"
#include "selkie/selkie.h"

static selkie_policy *policy;
static selkie_state *state_of;

static int set_up(void **state)
{
	static const char *const mls[] = { "-M", NULL };
	size_t size;
	char *data = peer_checkpolicy("../decide/cases/web.conf", 33, mls, &size);

	assert_int_equal(selkie_policy_read_memory(data, size, "web", NULL, &policy), 0);
	free(data);
	return selkie_state_new(policy, &state_of);
}

static int tear_down(void **state)
{
	selkie_state_free(state_of);
	selkie_policy_free(policy);
	return 0;
}

static selkie_context *context(const char *text)
{
	selkie_context *c = NULL;

	assert_int_equal(selkie_context_parse(policy, text, 0, NULL, &c), 0);
	return c;
}

static struct selkie_xperm_access xperms(const char *source, const char *target, enum selkie_xperm_kind kind,
					 uint8_t driver)
{
	selkie_context *s, *t;
	struct selkie_xperm_access ret;

	assert_int_equal(selkie_context_assume(policy, selkie_type_find(policy, source), &s), 0);
	assert_int_equal(selkie_context_assume(policy, selkie_type_find(policy, target), &t), 0);
	assert_int_equal(selkie_access_decide_xperm(state_of, NULL, s, t, selkie_class_find(policy, "file"), kind,
						    driver, &ret), 0);
	assert_int_equal(selkie_access_decide_xperm(state_of, NULL, s, t, (selkie_class_id){ 60000 }, kind, driver,
						    &ret), -EINVAL);
	selkie_context_free(s);
	selkie_context_free(t);
	return ret;
}

static void test_xperms(void **state)
{
	static const uint32_t none[8], all[8] = { ~0u, ~0u, ~0u, ~0u, ~0u, ~0u, ~0u, ~0u };
	static const uint32_t some[8] = { 1u << 0x01 | 0xfu << 0x10 }; /* 0x5401 0x5410-0x5413 */
	static const uint32_t one[8] = { [1] = 1u << (0x34 - 32) };    /* 0x1234 */
	struct selkie_xperm_access a = xperms("user_t", "etc_t", SELKIE_XPERM_IOCTL, 0x54);

	assert_true(a.filtered);
	assert_memory_equal(a.allowed, some, sizeof(some));
	/* another driver, and messages where only ioctl numbers are given: nothing of it is allowed */
	a = xperms("user_t", "etc_t", SELKIE_XPERM_IOCTL, 0x89);
	assert_true(a.filtered);
	assert_memory_equal(a.allowed, none, sizeof(none));
	a = xperms("user_t", "etc_t", SELKIE_XPERM_NLMSG, 0x54);
	assert_true(a.filtered);
	assert_memory_equal(a.allowed, none, sizeof(none));
	a = xperms("admin_t", "etc_t", SELKIE_XPERM_IOCTL, 0x89);
	assert_true(a.filtered);
	assert_memory_equal(a.allowed, all, sizeof(all));
	a = xperms("user_t", "page_t", SELKIE_XPERM_IOCTL, 0x12);
	assert_true(a.audited_deny);
	assert_false(a.audited_allow);
	assert_memory_equal(a.dontaudit, one, sizeof(one));
	assert_memory_equal(a.allowed, none, sizeof(none));
	a = xperms("kernel_t", "etc_t", SELKIE_XPERM_IOCTL, 0x54);
	assert_false(a.filtered);
}

static void test_contexts(void **state)
{
	selkie_context *a = context("user_u:user_r:user_t:s0-s1:c0.c2"), *b, *c;
	const selkie_range *range = selkie_context_range(policy, a);
	char *text;

	assert_int_equal(selkie_context_user(a).v, selkie_user_find(policy, "user_u").v);
	assert_int_equal(selkie_level_sensitivity(selkie_range_low(range)).v, selkie_sens_find(policy, "s0").v);
	assert_int_equal(selkie_level_sensitivity(selkie_range_high(range)).v, selkie_sens_find(policy, "s1").v);
	assert_false(selkie_level_equal(selkie_range_low(range), selkie_range_high(range)));
	b = context("user_u:user_r:user_t:public-s1:c0,c1,accounts");
	assert_true(selkie_context_equal(a, b));
	assert_true(selkie_level_equal(selkie_range_high(range),
				       selkie_range_high(selkie_context_range(policy, b))));
	assert_int_equal(selkie_context_with_type(policy, a, selkie_type_find(policy, "web_t"), &c), 0);
	assert_false(selkie_context_equal(a, c));
	assert_int_equal(selkie_context_print(policy, c, &text), 0);
	assert_string_equal(text, "user_u:user_r:web_t:s0-s1:c0.c2");
	assert_int_equal(selkie_context_with_type(policy, a, (selkie_type_id){ 60000 }, &c), -EINVAL);
	free(text);
	selkie_context_free(a);
	selkie_context_free(b);
	selkie_context_free(c);
}

static void test_levels(void **state)
{
	static const char *const cats[] = { "c0", "c1", "c2", "c3", "c4" };
	selkie_cat_id cat = { 0 };

	for (size_t i = 0; i < 5; i++) {
		cat = selkie_cat_next(policy, cat);
		assert_string_equal(selkie_cat_name(policy, cat), cats[i]);
	}
	assert_int_equal(selkie_cat_next(policy, cat).v, 0);
	assert_string_equal(selkie_sens_alias(policy, selkie_sens_find(policy, "s2"), 0), "secret");
	assert_null(selkie_sens_alias(policy, selkie_sens_find(policy, "s2"), 1));
	assert_null(selkie_sens_alias(policy, selkie_sens_find(policy, "s1"), 0));
}

/* portcon: tcp 80, tcp 8000-8100, udp 1-1023. */
static void test_ports(void **state)
{
	struct selkie_port_range range;
	bool seen = false;

	assert_int_equal(selkie_policy_n_ports(policy), 3);
	for (size_t i = 0; i < 3; i++) {
		selkie_policy_port(policy, i, &range);
		if (range.protocol != IPPROTO_UDP)
			continue;
		seen = true;
		assert_int_equal(range.low, 1);
		assert_int_equal(range.high, 1023);
		assert_int_equal(selkie_context_type(range.context).v, selkie_type_find(policy, "port_t").v);
	}
	assert_true(seen);
}

static void test_booleans(void **state)
{
	static const char *const names[] = { "web_network", "web_database", "web_strict" };
	unsigned int n[3] = { 0 };

	/* if (web_network), (web_network || web_database), (web_strict), (web_database && !web_strict) */
	assert_int_equal(selkie_conditional_count(policy), 4);
	for (uint32_t cond = 0; cond < 4; cond++)
		for (size_t i = 0; i < 3; i++)
			n[i] += selkie_conditional_has_bool(policy, cond, selkie_bool_find(policy, names[i]));
	assert_int_equal(n[0], 2);
	assert_int_equal(n[1], 2);
	assert_int_equal(n[2], 2);
	assert_false(selkie_conditional_has_bool(policy, 99, selkie_bool_find(policy, names[0])));
}

static void test_others(void **state)
{
	selkie_type_id quiet = selkie_type_find(policy, "quiet_t"), web = selkie_type_find(policy, "web_t");

	assert_int_equal(selkie_common_count(policy), 1);
	assert_string_equal(selkie_common_name(policy, 0), "file");
	assert_int_equal(selkie_user_bounds(policy, selkie_user_find(policy, "user_u")).v, 0);
	assert_int_equal(selkie_role_bounds(policy, selkie_role_find(policy, "user_r")).v, 0);
	assert_int_equal(selkie_capability_next(policy, 0), SELKIE_CAPABILITY_NONE);
	assert_string_equal(selkie_capability_name(selkie_capability_find("open_perms")), "open_perms");
	assert_null(selkie_capability_name(5000));
	assert_false(selkie_type_is_neveraudit(policy, web));

	assert_true(selkie_state_permissive(state_of, quiet));
	selkie_state_set_permissive_id(state_of, quiet, false);
	selkie_state_set_permissive_id(state_of, web, true);
	selkie_state_set_permissive_id(state_of, (selkie_type_id){ 60000 }, true);
	assert_false(selkie_state_permissive(state_of, quiet));
	assert_true(selkie_state_permissive(state_of, web));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_xperms),	 cmocka_unit_test(test_contexts),
		cmocka_unit_test(test_levels),	 cmocka_unit_test(test_ports),
		cmocka_unit_test(test_booleans), cmocka_unit_test(test_others),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
