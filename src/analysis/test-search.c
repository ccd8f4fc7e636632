/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What test/search does not ask sesearch: mistakes and their messages, order, rules that sesearch cannot read, no memory.
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
#include "missing-library.h"
#include "peer-policy.h"
#include "selkie/selkie.h"

static const char *const mls[] = { "-M", NULL };

static int set_up(void **state)
{
	selkie_policy *policy = NULL;
	size_t size;
	char *data = peer_checkpolicy("selinux-mls.conf", 33, mls, &size);

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

static int add_text(void *arg, const char *text, size_t n)
{
	sk_buf_add(arg, text, n);
	return 0;
}

/* All rules as text; the caller frees. */
static char *search(const selkie_policy *policy, const struct selkie_search_options *options)
{
	struct sk_buf buf = SK_BUF_INIT;
	selkie_search *found = NULL;

	assert_int_equal(selkie_search_run(policy, options, NULL, &found), 0);
	assert_int_equal(selkie_search_print(found, add_text, &buf), 0);
	selkie_search_free(found);
	return sk_buf_steal(&buf, NULL);
}

static void must_find(const selkie_policy *policy, const struct selkie_search_options *options,
		      const char *expected)
{
	char *text = search(policy, options);

	assert_string_equal(text, expected);
	free(text);
}

/* Expected is what sesearch 4.4.1 prints. */
static void test_conditions(void **state)
{
	struct selkie_search_options o = SELKIE_SEARCH_OPTIONS_INIT;

	o.kinds = SELKIE_RULES_TE;
	o.booleans = "third";
	must_find(*state, &o,
		  "allow domain unlabeled_t:file read; [ third != off_by_default ]:True\n"
		  "allow user_t etc_t:file append; [ ( third == off_by_default ^ on_by_default ) "
		  "]:True\n"
		  "auditallow user_t tmp_t:dir search; "
		  "[ ( on_by_default || third && ! off_by_default ) ]:True\n"
		  "type_change user_t etc_t:file tmp_t; "
		  "[ ( third == off_by_default ^ on_by_default ) ]:False\n"
		  "type_member user_t etc_t:dir tmp_t; "
		  "[ ( on_by_default || third && ! off_by_default ) ]:True\n");
	o.flags = SELKIE_SEARCH_BOOLEANS_EQUAL;
	o.booleans = "third,off_by_default";
	must_find(*state, &o,
		  "allow domain unlabeled_t:file read; [ third != off_by_default ]:True\n");
}

/* Everything that is wrong is reported, each with what was meant. */
static void test_mistakes(void **state)
{
	struct selkie_search_options o = SELKIE_SEARCH_OPTIONS_INIT;
	selkie_diagnostics *diags = selkie_diagnostics_new();
	selkie_search *found = NULL;
	char *text;

	o.kinds = SELKIE_RULE_ALLOW;
	o.source = "deamon_t";
	o.target = "zzzzzz";
	o.classes = "file,fiel";
	o.perms = "raed";
	o.xperms = "1,xyz,0x10000";
	o.result = "domian";
	o.booleans = "thirt";
	assert_int_equal(selkie_search_run(*state, &o, diags, &found), SELKIE_SEARCH_REFUSED);
	assert_null(found);
	text = selkie_diagnostics_print(diags, 0);
	assert_string_equal(
		text,
		"source: error: 'deamon_t' is not a type or attribute of this policy [E0621]\n"
		"source: note: did you mean 'daemon_t'?\n"
		"target: error: 'zzzzzz' is not a type or attribute of this policy [E0621]\n"
		"class: error: 'fiel' is not a class of this policy [E0623]\n"
		"class: note: did you mean 'file'?\n"
		"default: error: 'domian' is not a type or attribute of this policy [E0621]\n"
		"default: note: did you mean 'domain'?\n"
		"permission: error: 'raed' is not a permission of any class of this policy "
		"[E0624]\n"
		"permission: note: did you mean 'read'?\n"
		"extended permission: error: 'xyz' is not a hexadecimal number or a range of two, "
		"as "
		"0x5401 or 0x8900-0x89ff [E0625]\n"
		"extended permission: error: '0x10000' is more than 0xffff [E0625]\n"
		"boolean: error: 'thirt' is not a boolean of this policy [E0626]\n"
		"boolean: note: did you mean 'third'?\n");
	free(text);
	selkie_diagnostics_free(diags);
}

/* Only what is written as a regular expression takes pcre2. */
static void test_no_pcre2(void **state)
{
	struct selkie_search_options o = SELKIE_SEARCH_OPTIONS_INIT;
	selkie_diagnostics *diags = selkie_diagnostics_new();
	selkie_search *found = NULL;
	char *text;

	o.kinds = SELKIE_RULE_ALLOW;
	o.source = "daemon_t";
	missing_library = "libpcre2";
	assert_int_equal(selkie_search_run(*state, &o, diags, &found), 0);
	selkie_search_free(found);
	found = NULL;
	o.flags |= SELKIE_SEARCH_SOURCE_REGEX;
	assert_int_equal(selkie_search_run(*state, &o, diags, &found), SELKIE_SEARCH_REFUSED);
	missing_library = NULL;
	assert_null(found);
	text = selkie_diagnostics_print(diags, 0);
	assert_string_equal(text, "source: error: a regular expression takes libpcre2-8.so.0, which cannot be loaded; install it, "
				  "or search by whole names [E0693]\n");
	free(text);
	selkie_diagnostics_free(diags);
}

static void must_refuse(const selkie_policy *policy, const struct selkie_search_options *o,
			const char *id)
{
	selkie_diagnostics *diags = selkie_diagnostics_new();
	selkie_search *found = NULL;
	char *text;

	assert_int_equal(selkie_search_run(policy, o, diags, &found), SELKIE_SEARCH_REFUSED);
	text = selkie_diagnostics_print(diags, 0);
	if (!strstr(text, id))
		fail_msg("%s is not in: %s", id, text);
	free(text);
	selkie_diagnostics_free(diags);
}

static void test_patterns(void **state)
{
	struct selkie_search_options o = SELKIE_SEARCH_OPTIONS_INIT;

	o.kinds = SELKIE_RULE_ALLOW;
	o.source = "a(";
	o.flags = SELKIE_SEARCH_SOURCE_REGEX;
	must_refuse(*state, &o, "source:1:3: error: the regular expression is wrong");
	o.source = "^(([a-z_]+)+)+[0-9]$"; /* tries every way to cut a name into pieces */
	must_refuse(*state, &o, "takes too much work");
}

static void test_odd_requests(void **state)
{
	struct selkie_search_options o = SELKIE_SEARCH_OPTIONS_INIT;
	selkie_search *found = NULL;

	must_refuse(*state, &o, "E0629");
	o.kinds = SELKIE_RULE_RANGE_TRANSITION;
	o.result = "s9";
	must_refuse(*state, &o, "E0627");
	o.version = 99;
	assert_int_equal(selkie_search_run(*state, &o, NULL, &found), -EINVAL);
}

static int compare_lines(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* The order of the structures is that of the text, and the text is sorted. */
static void test_order(void **state)
{
	struct selkie_search_options o = SELKIE_SEARCH_OPTIONS_INIT;
	selkie_search *found = NULL;
	struct selkie_rule rule;
	char **lines;
	size_t n;

	o.kinds = SELKIE_RULES_TE;
	assert_int_equal(selkie_search_run(*state, &o, NULL, &found), 0);
	n = selkie_search_count(found);
	assert_true(n > 50);
	lines = calloc(n, sizeof(*lines));
	for (size_t i = 0; i < n; i++) {
		assert_int_equal(selkie_search_get(found, i, &rule), 0);
		assert_int_equal(selkie_rule_text(*state, &rule, &lines[i]), 0);
		assert_true(!i || compare_lines(&lines[i - 1], &lines[i]) <= 0);
	}
	assert_int_equal(selkie_search_get(found, n, &rule), -EINVAL);
	for (size_t i = 0; i < n; i++)
		free(lines[i]);
	free(lines);
	selkie_search_free(found);
}

static int stop(void *arg, const char *text, size_t n)
{
	(void)arg;
	(void)text;
	(void)n;
	return -EPIPE;
}

static void test_stopped(void **state)
{
	struct selkie_search_options o = SELKIE_SEARCH_OPTIONS_INIT;
	selkie_search *found = NULL;

	o.kinds = SELKIE_RULES_TE;
	assert_int_equal(selkie_search_run(*state, &o, NULL, &found), 0);
	assert_int_equal(selkie_search_print(found, stop, NULL), -EPIPE);
	selkie_search_free(found);
}

/* Netlink message types: sesearch 4.4 knows no such rules; later ones write them like this. */
static void test_netlink(void **state)
{
	uint32_t perms[8] = { 1u << 0 | 1u << 1 | 1u << 16 };
	struct selkie_rule rule = { .kind = SELKIE_RULE_ALLOWXPERM,
				    .source = selkie_type_find(*state, "daemon_t"),
				    .target = selkie_type_find(*state, "etc_t"),
				    .cls = selkie_class_find(*state, "netlink_route_socket"),
				    .xperm_kind = SELKIE_XPERM_NLMSG,
				    .xperms = perms,
				    .cond = SELKIE_UNCONDITIONAL };
	char *text = NULL;

	assert_int_equal(selkie_rule_text(*state, &rule, &text), 0);
	assert_string_equal(
		text,
		"allowxperm daemon_t etc_t:netlink_route_socket nlmsg { 0x0000-0x0001 0x0010 };");
	free(text);
	rule.source.v = 9999;
	assert_int_equal(selkie_rule_text(*state, &rule, &text), -EINVAL);
}

static int search_scene(void *policy)
{
	struct selkie_search_options o = SELKIE_SEARCH_OPTIONS_INIT;
	selkie_diagnostics *diags = selkie_diagnostics_new();
	struct sk_buf buf = SK_BUF_INIT;
	selkie_search *found = NULL;
	int r;

	if (!diags)
		return -ENOMEM;
	o.kinds = SELKIE_RULES_TE | SELKIE_RULE_RANGE_TRANSITION | SELKIE_RULE_ROLE_ALLOW |
		  SELKIE_RULE_ROLE_TRANSITION;
	r = selkie_search_run(policy, &o, diags, &found);
	if (!r)
		r = selkie_search_print(found, add_text, &buf);
	if (!r && buf.failed)
		r = buf.error;
	selkie_search_free(found);
	found = NULL;
	if (!r) {
		o.kinds = SELKIE_RULES_TE;
		o.source = "domain";
		o.target = "_t$";
		o.flags = SELKIE_SEARCH_TARGET_REGEX;
		o.classes = "file,dir";
		o.perms = "read,write";
		o.booleans = "third,on_by_default";
		r = selkie_search_run(policy, &o, diags, &found);
		selkie_search_free(found);
	}
	sk_buf_done(&buf);
	selkie_diagnostics_free(diags);
	return r;
}

static int list_scene(void *policy)
{
	int r = 0;

	for (int k = 0; !r && k < SELKIE_N_COMPONENT_KINDS; k++) {
		selkie_components *list = NULL;

		r = selkie_components_list(policy, (enum selkie_component_kind)k, NULL, NULL,
					   &list);
		for (size_t i = 0; !r && i < selkie_components_count(list); i++) {
			char *text = NULL;

			r = selkie_components_print(list, i, &text);
			free(text);
		}
		if (list)
			selkie_components_free(list);
	}
	return r;
}

static void test_no_memory(void **state)
{
	alloc_fail_check(search_scene, *state, 2000, 0);
	alloc_fail_check(list_scene, *state, 200, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_conditions), cmocka_unit_test(test_mistakes),
		cmocka_unit_test(test_patterns),   cmocka_unit_test(test_odd_requests),
		cmocka_unit_test(test_order),	   cmocka_unit_test(test_stopped),
		cmocka_unit_test(test_netlink),	   cmocka_unit_test(test_no_memory),
		cmocka_unit_test(test_no_pcre2),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
