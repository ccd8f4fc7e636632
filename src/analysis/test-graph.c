/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Flow and reach on small policies whose answers follow by hand from the rules, and what test/graph cannot ask setools:
 * attributes as ends, budgets, no_new_privs, what a transition lacks, odd requests, no memory.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "alloc-fail.h"
#include "base/buf.h"
#include "peer-policy.h"
#include "selkie/selkie.h"

static const char text[] =
	"class process\nclass file\nclass process2\n"
	"sid kernel\n"
	"class process { transition dyntransition setexec setcurrent }\n"
	"class file { read write append execute entrypoint }\n"
	"class process2 { nnp_transition nosuid_transition }\n"
	"policycap nnp_nosuid_transition;\n"
	"attribute left; attribute right; attribute lonely;\n"
	"type a_t; type b_t, left; type c_t, left; type d_t, right; type e_t, right;\n"
	"type f_t; type g_t; type x_t; type y_t; type xy_exec_t; type z_exec_t;\n"
	"type p_t; type q_t; type pq_exec_t;\n"
	"bool gate false;\n"
	"typebounds p_t q_t;\n"
	/* a_t -> b_t, c_t -> d_t, e_t -> f_t -> a_t */
	"allow a_t left:file write;\n"
	"allow right left:file read;\n"
	"allow right f_t:file append;\n"
	"allow a_t f_t:file read;\n"
	"if (gate) { allow a_t g_t:file write; }\n"
	/* x_t enters y_t by itself, y_t enters d_t on request, d_t changes to e_t */
	"allow x_t y_t:process transition;\n"
	"allow x_t xy_exec_t:file { execute };\n"
	"allow y_t xy_exec_t:file { entrypoint };\n"
	"type_transition x_t xy_exec_t:process y_t;\n"
	"allow y_t d_t:process transition;\n"
	"allow y_t self:process setexec;\n"
	"allow y_t z_exec_t:file execute;\n"
	"allow d_t z_exec_t:file entrypoint;\n"
	"allow y_t d_t:process2 nnp_transition;\n"
	"allow d_t e_t:process dyntransition;\n"
	"allow d_t self:process setcurrent;\n"
	/* q_t is bounded by p_t */
	"allow p_t q_t:process transition;\n"
	"allow p_t pq_exec_t:file { execute entrypoint };\n"
	"allow q_t pq_exec_t:file { entrypoint };\n"
	"type_transition p_t pq_exec_t:process q_t;\n"
	"role r; role r types { a_t b_t c_t d_t e_t f_t g_t x_t y_t };\n"
	"user u roles r;\nsid kernel u:r:a_t\n";

static int set_up(void **state)
{
	selkie_policy *policy = NULL;
	size_t size;
	char *data = peer_compile_text(text, 33, NULL, &size);

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

static selkie_type_id type(const selkie_policy *policy, const char *name)
{
	selkie_type_id id = selkie_type_find(policy, name);

	assert_true(id.v);
	return id;
}

static selkie_flow *flow_of(const selkie_policy *policy, const selkie_state *state)
{
	struct selkie_flow_options o = SELKIE_FLOW_OPTIONS_INIT;
	selkie_flow *flow = NULL;

	o.state = state;
	assert_int_equal(selkie_flow_new(policy, &o, NULL, &flow), 0);
	return flow;
}

static selkie_reach *reach_of(const selkie_policy *policy, unsigned int flags)
{
	struct selkie_reach_options o = SELKIE_REACH_OPTIONS_INIT;
	selkie_reach *reach = NULL;

	o.flags = flags;
	assert_int_equal(selkie_reach_new(policy, &o, &reach), 0);
	return reach;
}

/* "a_t b_t d_t; a_t c_t d_t" and how it ended. */
static void must_walk(const selkie_policy *policy, selkie_paths *paths, const char *expected,
		      int end)
{
	const struct selkie_path *path = NULL;
	struct sk_buf buf = SK_BUF_INIT;
	int r;

	while (!(r = selkie_paths_next(paths, &path))) {
		sk_buf_adds(&buf, buf.n ? "; " : "");
		for (uint32_t i = 0; i <= path->n_steps; i++)
			sk_buf_join(&buf, i ? " " : "", selkie_type_name(policy, path->types[i]),
				    NULL);
	}
	assert_string_equal(sk_buf_str(&buf), expected);
	assert_int_equal(r, end);
	sk_buf_done(&buf);
	selkie_paths_free(paths);
}

static void must_flow(const selkie_policy *policy, const selkie_flow *flow, const char *from,
		      const char *to, struct selkie_path_options o, const char *expected)
{
	selkie_paths *paths = NULL;

	assert_int_equal(
		selkie_flow_find_paths(flow, type(policy, from), type(policy, to), &o, &paths), 0);
	must_walk(policy, paths, expected, SELKIE_PATHS_END);
}

static void test_flow(void **state)
{
	struct selkie_path_options o = SELKIE_PATH_OPTIONS_INIT;
	selkie_flow *flow = flow_of(*state, NULL);

	must_flow(*state, flow, "a_t", "d_t", o, "a_t b_t d_t; a_t c_t d_t");
	must_flow(*state, flow, "a_t", "g_t", o, "a_t g_t");
	must_flow(*state, flow, "g_t", "a_t", o, "");
	must_flow(*state, flow, "a_t", "a_t", o, "a_t");
	must_flow(*state, flow, "b_t", "a_t", o, "b_t d_t f_t a_t; b_t e_t f_t a_t");
	must_flow(*state, flow, "left", "f_t", o,
		  "b_t d_t f_t; b_t e_t f_t; c_t d_t f_t; c_t e_t f_t");
	must_flow(*state, flow, "a_t", "right", o,
		  "a_t b_t d_t; a_t b_t e_t; a_t c_t d_t; a_t c_t e_t");
	must_flow(*state, flow, "lonely", "a_t", o, "");
	o.max_steps = 1;
	must_flow(*state, flow, "a_t", "d_t", o, "");
	o.mode = SELKIE_PATHS_ONE;
	o.max_steps = 0;
	must_flow(*state, flow, "a_t", "d_t", o, "a_t b_t d_t");
	o.mode = SELKIE_PATHS_ALL;
	o.max_steps = 5;
	must_flow(*state, flow, "f_t", "d_t", o, "f_t a_t b_t d_t; f_t a_t c_t d_t");
	/* a type of `right` lies between others, not behind a type of `right` */
	must_flow(*state, flow, "b_t", "right", o, "b_t d_t; b_t e_t");
	selkie_flow_free(flow);
}

static void test_flow_state(void **state)
{
	struct selkie_path_options o = SELKIE_PATH_OPTIONS_INIT;
	selkie_state *values = NULL;
	selkie_flow *flow;

	assert_int_equal(selkie_state_new(*state, &values), 0);
	flow = flow_of(*state, values);
	must_flow(*state, flow, "a_t", "g_t", o, "");
	selkie_flow_free(flow);
	assert_int_equal(selkie_state_set_bool(values, "gate", true), 0);
	flow = flow_of(*state, values);
	must_flow(*state, flow, "a_t", "g_t", o, "a_t g_t");
	selkie_flow_free(flow);
	selkie_state_free(values);
}

static void test_flow_rules(void **state)
{
	selkie_flow *flow = flow_of(*state, NULL);
	struct selkie_flow_rule *rules = NULL;
	char *said;
	size_t n;

	assert_int_equal(
		selkie_flow_rules(flow, type(*state, "b_t"), type(*state, "d_t"), &rules, &n), 0);
	assert_int_equal(n, 1);
	assert_int_equal(rules[0].weight, 10);
	assert_int_equal(selkie_rule_print(*state, rules[0].rule, &said), 0);
	assert_string_equal(said, "allow right left:file read;");
	free(said);
	free(rules);
	assert_int_equal(
		selkie_flow_rules(flow, type(*state, "d_t"), type(*state, "b_t"), &rules, &n), 0);
	assert_int_equal(n, 0);
	free(rules);
	assert_int_equal(
		selkie_flow_rules(flow, type(*state, "left"), type(*state, "b_t"), &rules, &n),
		-EINVAL);
	selkie_flow_free(flow);
}

static void test_flow_excluded(void **state)
{
	struct selkie_path_options o = SELKIE_PATH_OPTIONS_INIT;
	struct selkie_flow_options f = SELKIE_FLOW_OPTIONS_INIT;
	selkie_type_id without = type(*state, "b_t");
	selkie_flow *flow = NULL;

	f.exclude = &without;
	f.n_exclude = 1;
	assert_int_equal(selkie_flow_new(*state, &f, NULL, &flow), 0);
	must_flow(*state, flow, "a_t", "d_t", o, "a_t c_t d_t");
	must_flow(*state, flow, "b_t", "d_t", o, "");
	selkie_flow_free(flow);
	without = type(*state, "left");
	assert_int_equal(selkie_flow_new(*state, &f, NULL, &flow), 0);
	must_flow(*state, flow, "a_t", "d_t", o, "");
	selkie_flow_free(flow);
	without.v = 9999;
	assert_int_equal(selkie_flow_new(*state, &f, NULL, &flow), -EINVAL);
}

static void must_reach(const selkie_policy *policy, const selkie_reach *reach, const char *from,
		       const char *to, const char *expected)
{
	struct selkie_path_options o = SELKIE_PATH_OPTIONS_INIT;
	selkie_paths *paths = NULL;

	assert_int_equal(
		selkie_reach_find_paths(reach, type(policy, from), type(policy, to), &o, &paths),
		0);
	must_walk(policy, paths, expected, SELKIE_PATHS_END);
}

static void test_reach(void **state)
{
	selkie_reach *reach = reach_of(*state, 0);

	must_reach(*state, reach, "x_t", "e_t", "x_t y_t d_t e_t");
	must_reach(*state, reach, "e_t", "x_t", "");
	selkie_reach_free(reach);
	/* y_t to d_t by its rule; a dynamic transition is not restricted; p_t to q_t by bounds */
	reach = reach_of(*state, SELKIE_REACH_NNP);
	must_reach(*state, reach, "x_t", "y_t", "");
	must_reach(*state, reach, "y_t", "e_t", "y_t d_t e_t");
	must_reach(*state, reach, "p_t", "q_t", "p_t q_t");
	selkie_reach_free(reach);
	reach = reach_of(*state, SELKIE_REACH_NOSUID);
	must_reach(*state, reach, "y_t", "e_t", "");
	must_reach(*state, reach, "p_t", "q_t", "p_t q_t");
	selkie_reach_free(reach);
}

static void must_list(const selkie_policy *policy, const selkie_reach *reach, const char *start,
		      enum selkie_direction direction, const char *expected)
{
	struct selkie_reached *list = NULL;
	struct sk_buf buf = SK_BUF_INIT;
	size_t n;

	assert_int_equal(
		selkie_reach_reachable(reach, type(policy, start), direction, 0, &list, &n), 0);
	for (size_t i = 0; i < n; i++)
		sk_buf_printf(&buf, "%s%s %u", i ? ", " : "",
			      selkie_type_name(policy, list[i].type), list[i].steps);
	assert_string_equal(sk_buf_str(&buf), expected);
	sk_buf_done(&buf);
	free(list);
}

static void test_reachable(void **state)
{
	selkie_reach *reach = reach_of(*state, 0);

	must_list(*state, reach, "x_t", SELKIE_FORWARD, "x_t 0, y_t 1, d_t 2, e_t 3");
	must_list(*state, reach, "e_t", SELKIE_BACKWARD, "e_t 0, d_t 1, y_t 2, x_t 3");
	must_list(*state, reach, "a_t", SELKIE_FORWARD, "a_t 0");
	selkie_reach_free(reach);
}

static void must_lack(const selkie_policy *policy, const selkie_reach *reach, const char *from,
		      const char *to, unsigned int exec, unsigned int dyn)
{
	struct selkie_transition_facts *facts = NULL;

	assert_int_equal(selkie_reach_facts(reach, type(policy, from), type(policy, to), &facts),
			 0);
	assert_int_equal(facts->exec_lacks, exec);
	assert_int_equal(facts->dyn_lacks, dyn);
	assert_int_equal(facts->by_exec, !exec);
	assert_int_equal(facts->by_dyntransition, !dyn);
	selkie_transition_facts_free(facts);
}

static void test_facts(void **state)
{
	const unsigned int no_dyn = SELKIE_LACKS_DYNTRANSITION | SELKIE_LACKS_SETCURRENT;
	struct selkie_transition_facts *facts = NULL;
	selkie_reach *reach = reach_of(*state, 0);

	must_lack(*state, reach, "x_t", "y_t", 0, no_dyn);
	must_lack(*state, reach, "x_t", "d_t",
		  SELKIE_LACKS_TRANSITION | SELKIE_LACKS_EXECUTE | SELKIE_LACKS_TRIGGER, no_dyn);
	must_lack(*state, reach, "y_t", "a_t", SELKIE_LACKS_TRANSITION | SELKIE_LACKS_ENTRYPOINT,
		  no_dyn);
	must_lack(*state, reach, "d_t", "e_t",
		  SELKIE_LACKS_TRANSITION | SELKIE_LACKS_ENTRYPOINT | SELKIE_LACKS_TRIGGER, 0);
	assert_int_equal(
		selkie_reach_facts(reach, type(*state, "x_t"), type(*state, "y_t"), &facts), 0);
	assert_int_equal(facts->n_entrypoints, 1);
	assert_string_equal(selkie_type_name(*state, facts->entrypoints[0].type), "xy_exec_t");
	assert_int_equal(facts->entrypoints[0].execute.n, 1);
	assert_int_equal(facts->entrypoints[0].entrypoint.n, 1);
	assert_int_equal(facts->entrypoints[0].type_transition.n, 1);
	assert_int_equal(facts->nnp, SELKIE_RESTRICTED_FORBIDDEN);
	assert_int_equal(facts->nosuid, SELKIE_RESTRICTED_FORBIDDEN);
	selkie_transition_facts_free(facts);
	assert_int_equal(
		selkie_reach_facts(reach, type(*state, "p_t"), type(*state, "q_t"), &facts), 0);
	assert_int_equal(facts->nnp, SELKIE_RESTRICTED_BY_BOUNDS);
	assert_int_equal(facts->nosuid, SELKIE_RESTRICTED_BY_BOUNDS);
	selkie_transition_facts_free(facts);
	assert_int_equal(
		selkie_reach_facts(reach, type(*state, "y_t"), type(*state, "d_t"), &facts), 0);
	assert_int_equal(facts->nnp, SELKIE_RESTRICTED_BY_RULE);
	assert_int_equal(facts->nnp_rules.n, 1);
	assert_int_equal(facts->nosuid, SELKIE_RESTRICTED_FORBIDDEN);
	selkie_transition_facts_free(facts);
	assert_int_equal(
		selkie_reach_facts(reach, type(*state, "x_t"), type(*state, "x_t"), &facts),
		-EINVAL);
	selkie_reach_free(reach);
}

static int give_up(void *arg, uint64_t n_paths, uint64_t work)
{
	++*(int *)arg;
	return 1;
}

/* Twenty types, each of which writes to each: no end of paths, unless there is one. */
static void test_budget(void **state)
{
	struct selkie_path_options o = SELKIE_PATH_OPTIONS_INIT;
	struct sk_buf source = SK_BUF_INIT;
	const struct selkie_path *path = NULL;
	selkie_policy *policy = NULL;
	selkie_paths *paths = NULL;
	selkie_flow *flow;
	size_t size, n = 0;
	int calls = 0, r;
	char *data;

	sk_buf_adds(&source,
		    "class file\nsid kernel\nclass file { read write }\nattribute every;\n");
	for (int i = 0; i < 20; i++)
		sk_buf_printf(&source, "type n%d_t, every;\n", i);
	sk_buf_adds(&source, "allow every every:file { read write };\nrole r; role r types n0_t;\n"
			     "user u roles r;\nsid kernel u:r:n0_t\n");
	data = peer_compile_text(sk_buf_str(&source), 33, NULL, &size);
	assert_int_equal(selkie_policy_read_memory(data, size, NULL, NULL, &policy), 0);
	free(data);
	sk_buf_done(&source);
	flow = flow_of(policy, NULL);
	o.mode = SELKIE_PATHS_ALL;
	o.max_steps = 3;
	o.budget = 1000000;
	assert_int_equal(selkie_flow_find_paths(flow, type(policy, "n0_t"), type(policy, "n1_t"),
						&o, &paths),
			 0);
	while (!(r = selkie_paths_next(paths, &path)))
		n++;
	assert_int_equal(r, SELKIE_PATHS_END);
	assert_int_equal(n, 1 + 18 + 18 * 17);
	selkie_paths_free(paths);
	o.max_steps = 19;
	assert_int_equal(selkie_flow_find_paths(flow, type(policy, "n0_t"), type(policy, "n1_t"),
						&o, &paths),
			 0);
	while (!(r = selkie_paths_next(paths, &path)))
		n++;
	assert_int_equal(r, SELKIE_PATHS_GAVE_UP);
	selkie_paths_free(paths);
	o.budget = 0;
	o.progress = give_up;
	o.progress_arg = &calls;
	assert_int_equal(selkie_flow_find_paths(flow, type(policy, "n0_t"), type(policy, "n1_t"),
						&o, &paths),
			 0);
	while (!(r = selkie_paths_next(paths, &path)))
		;
	assert_int_equal(r, SELKIE_PATHS_GAVE_UP);
	assert_int_equal(calls, 1);
	selkie_paths_free(paths);
	selkie_flow_free(flow);
	selkie_policy_free(policy);
}

static void test_odd_requests(void **state)
{
	struct selkie_path_options o = SELKIE_PATH_OPTIONS_INIT;
	struct selkie_flow_options f = SELKIE_FLOW_OPTIONS_INIT;
	struct selkie_reach_options q = SELKIE_REACH_OPTIONS_INIT;
	selkie_type_id a = type(*state, "a_t"), none = { 0 }, beyond = { 9999 };
	selkie_flow *flow = flow_of(*state, NULL), *other = NULL;
	struct selkie_reached *list = NULL;
	selkie_reach *reach = NULL;
	selkie_paths *paths = NULL;
	size_t n;

	assert_int_equal(selkie_flow_find_paths(flow, a, none, &o, &paths), -EINVAL);
	assert_int_equal(selkie_flow_find_paths(flow, beyond, a, &o, &paths), -EINVAL);
	o.mode = SELKIE_PATHS_ALL;
	assert_int_equal(selkie_flow_find_paths(flow, a, a, &o, &paths), -EINVAL);
	o.max_steps = 1000;
	assert_int_equal(selkie_flow_find_paths(flow, a, a, &o, &paths), -EINVAL);
	o.version = 9;
	assert_int_equal(selkie_flow_find_paths(flow, a, a, &o, &paths), -EINVAL);
	assert_int_equal(selkie_flow_reachable(flow, none, SELKIE_FORWARD, 0, &list, &n), -EINVAL);
	f.min_weight = 0;
	assert_int_equal(selkie_flow_new(*state, &f, NULL, &other), -EINVAL);
	f.min_weight = 11;
	assert_int_equal(selkie_flow_new(*state, &f, NULL, &other), -EINVAL);
	q.version = 0;
	assert_int_equal(selkie_reach_new(*state, &q, &reach), -EINVAL);
	selkie_flow_free(flow);
	selkie_flow_free(NULL);
	selkie_reach_free(NULL);
	selkie_paths_free(NULL);
	selkie_transition_facts_free(NULL);
}

static int flow_scene(void *policy)
{
	struct selkie_flow_options f = SELKIE_FLOW_OPTIONS_INIT;
	struct selkie_path_options o = SELKIE_PATH_OPTIONS_INIT;
	selkie_type_id a = type(policy, "a_t"), d = type(policy, "d_t");
	const struct selkie_path *path = NULL;
	struct selkie_flow_rule *rules = NULL;
	struct selkie_reached *list = NULL;
	selkie_state *state = NULL;
	selkie_paths *paths = NULL;
	selkie_flow *flow = NULL;
	size_t n;
	int r = selkie_state_new(policy, &state);

	f.state = state;
	if (!r)
		r = selkie_flow_new(policy, &f, NULL, &flow);
	if (!r)
		r = selkie_flow_reachable(flow, a, SELKIE_BACKWARD, 0, &list, &n);
	if (!r)
		r = selkie_flow_rules(flow, a, type(policy, "b_t"), &rules, &n);
	for (int mode = 0; !r && mode <= SELKIE_PATHS_ALL; mode++) {
		o.mode = (enum selkie_path_mode)mode;
		o.max_steps = 3;
		r = selkie_flow_find_paths(flow, a, d, &o, &paths);
		while (!r)
			r = selkie_paths_next(paths, &path);
		r = r == SELKIE_PATHS_END ? 0 : r;
		selkie_paths_free(paths);
		paths = NULL;
	}
	free(list);
	free(rules);
	selkie_flow_free(flow);
	selkie_state_free(state);
	return r;
}

static int reach_scene(void *policy)
{
	struct selkie_reach_options q = SELKIE_REACH_OPTIONS_INIT;
	selkie_type_id x = type(policy, "x_t"), y = type(policy, "y_t");
	struct selkie_transition_facts *facts = NULL;
	struct selkie_reached *list = NULL;
	selkie_reach *reach = NULL;
	size_t n;
	int r = selkie_reach_new(policy, &q, &reach);

	if (!r)
		r = selkie_reach_reachable(reach, x, SELKIE_FORWARD, 0, &list, &n);
	if (!r)
		r = selkie_reach_facts(reach, x, y, &facts);
	free(list);
	selkie_transition_facts_free(facts);
	selkie_reach_free(reach);
	return r;
}

static void test_no_memory(void **state)
{
	alloc_fail_check(flow_scene, *state, 1000, 0);
	alloc_fail_check(reach_scene, *state, 1000, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_flow),	     cmocka_unit_test(test_flow_state),
		cmocka_unit_test(test_flow_rules),   cmocka_unit_test(test_flow_excluded),
		cmocka_unit_test(test_reach),	     cmocka_unit_test(test_reachable),
		cmocka_unit_test(test_facts),	     cmocka_unit_test(test_budget),
		cmocka_unit_test(test_odd_requests), cmocka_unit_test(test_no_memory),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
