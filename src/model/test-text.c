/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Expressions as a person writes them, whatever their depth; and the public walks over the components of a small policy,
 * against its source. What setools writes is compared with setools in test/search.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"
#include "model/expression.h"
#include "peer-policy.h"
#include "selkie/selkie.h"

static int set_up(void **state)
{
	static const char *const flags[] = { "-M", NULL };
	selkie_policy *policy = NULL;
	size_t size;
	char *data = peer_checkpolicy("selinux-mls.conf", 33, flags, &size);

	assert_int_equal(selkie_policy_read_memory(data, size, NULL, NULL, &policy), 0);
	free(data);
	*state = policy;
	return 0;
}

static int tear_down(void **state)
{
	selkie_policy_free(*state);
	return 0;
}

/* An expression in postfix, as letters: t third, o on_by_default, f off_by_default, and operators. */
static void must_print(const selkie_policy *policy, const char *postfix, const char *expected)
{
	static const char ops[] = "..!|&^=#"; /* by enum sk_cond_op */
	struct sk_cond_node *nodes = calloc(strlen(postfix), sizeof(*nodes));
	struct sk_cond cond = { .nodes = nodes };
	struct sk_buf buf = SK_BUF_INIT;

	for (; *postfix; postfix++, cond.n_nodes++) {
		const char *op = strchr(ops + 2, *postfix);

		nodes[cond.n_nodes].op = op ? (uint32_t)(op - ops) : SK_COND_BOOL;
		if (!op)
			nodes[cond.n_nodes].boolean =
				selkie_bool_find(policy, *postfix == 't'   ? "third"
							 : *postfix == 'o' ? "on_by_default"
									   : "off_by_default");
	}
	sk_cond_print(&buf, policy, &cond, SK_STYLE_PLAIN);
	assert_string_equal(sk_buf_str(&buf), expected);
	sk_buf_done(&buf);
	free(nodes);
}

static void test_plain(void **state)
{
	must_print(*state, "t", "third");
	must_print(*state, "t!", "!third");
	must_print(*state, "t!!", "!!third");
	must_print(*state, "to&!", "!(third && on_by_default)");
	must_print(*state, "to&f|", "third && on_by_default || off_by_default");
	must_print(*state, "tof|&", "third && (on_by_default || off_by_default)");
	must_print(*state, "to|f|", "third || on_by_default || off_by_default");
	must_print(*state, "tof||", "third || on_by_default || off_by_default");
	must_print(*state, "tof=#", "third != (on_by_default == off_by_default)");
	must_print(*state, "to=f#", "third == on_by_default != off_by_default");
	must_print(*state, "to^!f&", "!(third ^ on_by_default) && off_by_default");
	/* the kernel refuses it; the text says what is missing */
	must_print(*state, "t&", "? && third");
	must_print(*state, "", "?");
}

/* The depth of an expression is bounded by its length only. */
static void test_deep(void **state)
{
	enum { N = 20000 };
	char *postfix = calloc(2 * N + 2, 1);
	struct sk_buf expected = SK_BUF_INIT;

	postfix[0] = 't';
	sk_buf_adds(&expected, "third");
	for (size_t i = 0; i < N; i++) {
		postfix[1 + 2 * i] = 'o';
		postfix[2 + 2 * i] = '|';
		sk_buf_adds(&expected, " || on_by_default");
	}
	must_print(*state, postfix, sk_buf_str(&expected));
	sk_buf_done(&expected);
	free(postfix);
}

static void must_have(const char *text, const char *expected)
{
	assert_non_null(text);
	assert_string_equal(text, expected);
}

/* The third constraint of `file` in the source, with the parentheses that are needed. */
static void test_constraints(void **state)
{
	selkie_class_id file = selkie_class_find(*state, "file");
	bool found = false;

	for (size_t i = 0; i < selkie_class_n_constraints(*state, file); i++) {
		struct selkie_constraint c;
		char *text = NULL;

		assert_int_equal(selkie_class_get_constraint(*state, file, i, &c), 0);
		assert_int_equal(selkie_constraint_print(*state, &c, &text), 0);
		if (selkie_constraint_names_type(*state, &c,
						 selkie_type_find(*state, "file_type"))) {
			found = true;
			must_have(text, "constrain file { create relabelto } (u1 != u2 and not (t2 "
					"== file_type)"
					" or r1 dom r2 or t1 != { mls_read user_t });");
			assert_int_equal(c.kind, SELKIE_CONSTRAIN);
		}
		free(text);
	}
	assert_true(found);
	assert_int_equal(selkie_class_n_validatetrans(*state, file), 2);
}

static void test_types(void **state)
{
	selkie_type_id child = selkie_type_find(*state, "kid_t"), at = { 0 };
	selkie_type_id domain = selkie_type_find(*state, "domain");
	size_t n = 0;

	must_have(selkie_type_name(*state, child), "child_t");
	must_have(selkie_type_name(*state, selkie_type_bounds(*state, child)), "daemon_t");
	assert_null(selkie_type_alias(*state, child, 2));
	assert_non_null(selkie_type_alias(*state, child, 1));
	assert_true(selkie_type_is_permissive(*state, selkie_type_find(*state, "user_t")));
	assert_false(selkie_type_is_permissive(*state, child));
	assert_true(selkie_type_contains(*state, domain, child));
	assert_false(selkie_type_contains(*state, domain, selkie_type_find(*state, "etc_t")));
	while ((at = selkie_type_next_member(*state, domain, at)).v)
		n++;
	assert_int_equal(n, 5); /* init_t kernel_t user_t child_t daemon_t */
	for (n = 0; (at = selkie_type_next_attribute(*state, child, at)).v; n++)
		assert_true(selkie_type_is_attribute(*state, at));
	assert_int_equal(n, 2);
	at.v = 100000;
	assert_int_equal(selkie_type_next(*state, at).v, 0);
	assert_int_equal(selkie_type_next_member(*state, at, domain).v, 0);
	assert_int_equal(selkie_type_bounds(*state, at).v, 0);
}

static void test_levels(void **state)
{
	selkie_user_id staff = selkie_user_find(*state, "staff_u");
	selkie_cat_id cat = { 0 };
	char *text = NULL;
	size_t n = 0;

	assert_int_equal(selkie_range_print(*state, selkie_user_range(*state, staff), &text), 0);
	must_have(text, "s0:c1 - s2:c0.c3,c65");
	free(text);
	assert_int_equal(
		selkie_level_print(*state, selkie_user_default_level(*state, staff), &text), 0);
	must_have(text, "s1:c1");
	free(text);
	must_have(selkie_sens_name(*state, selkie_sens_find(*state, "secret")), "s2");
	must_have(selkie_cat_name(*state, selkie_cat_find(*state, "third")), "c3");
	must_have(selkie_cat_alias(*state, selkie_cat_find(*state, "c3"), 0), "third");
	while ((cat = selkie_sens_next_category(*state, selkie_sens_find(*state, "s0"), cat)).v)
		n++;
	assert_int_equal(n, 4);
	assert_true(selkie_level_dominates(selkie_range_high(selkie_user_range(*state, staff)),
					   selkie_range_low(selkie_user_range(*state, staff))));
}

static void test_classes(void **state)
{
	selkie_class_id cls = selkie_class_find(*state, "tcp_socket");
	struct selkie_class_defaults d;
	uint32_t common = selkie_class_common(*state, cls);

	must_have(selkie_common_name(*state, common), "socket_common");
	must_have(selkie_common_permission_name(*state, common, 0), "ioctl");
	assert_null(selkie_common_permission_name(*state, common, 31));
	assert_int_equal(__builtin_popcount(selkie_class_own_permissions(*state, cls)), 2);
	selkie_class_get_defaults(*state, cls, &d);
	assert_int_equal(d.type, SELKIE_DEFAULT_SOURCE);
	assert_int_equal(d.range, SELKIE_DEFAULT_RANGE_TARGET_HIGH);
	assert_int_equal(selkie_class_common(*state, selkie_class_find(*state, "process")),
			 SELKIE_COMMON_NONE);
	assert_int_equal(selkie_capability_find("open_perms"), 1);
	assert_true(selkie_policy_has_capability(*state, 1));
	assert_false(selkie_policy_has_capability(*state, 3));
}

static void test_rules(void **state)
{
	uint32_t n = selkie_rule_count(*state), conditional = 0;
	struct selkie_rule rule;

	for (uint32_t i = 0; i < n; i++) {
		assert_int_equal(selkie_rule_get(*state, i, &rule), 0);
		conditional += rule.cond != SELKIE_UNCONDITIONAL;
	}
	assert_int_equal(conditional, 9); /* in the source, those of the tunable aside */
	assert_int_equal(selkie_rule_get(*state, n, &rule), -EINVAL);
	assert_int_equal(selkie_conditional_print(*state, selkie_conditional_count(*state), NULL),
			 -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_plain),	    cmocka_unit_test(test_deep),
		cmocka_unit_test(test_constraints), cmocka_unit_test(test_types),
		cmocka_unit_test(test_levels),	    cmocka_unit_test(test_classes),
		cmocka_unit_test(test_rules),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
