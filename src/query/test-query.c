/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What test/query does not ask: labels that files have, levels that do not fit, bounds that hold back, no memory.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "alloc-fail.h"
#include "peer-policy.h"
#include "selkie/selkie.h"

struct scene {
	selkie_policy *policy;
	selkie_state *state;
	selkie_label_db *labels;
};

static const char contexts[] = "/etc(/.*)?\tsystem_u:object_r:etc_t\n"
			       "/srv/d\t-d\tsystem_u:object_r:tmp_t\n"
			       "/none\t<<none>>\n"
			       "/wrong\tsystem_u:object_r:nothing_t\n";

static int set_up(void **state)
{
	static struct scene s;
	size_t size;
	char *data = peer_checkpolicy("selinux.conf", 33, NULL, &size);

	assert_int_equal(selkie_policy_read_memory(data, size, NULL, NULL, &s.policy), 0);
	free(data);
	assert_int_equal(selkie_state_new(s.policy, &s.state), 0);
	assert_int_equal(selkie_label_read_memory(contexts, sizeof(contexts) - 1, "contexts", NULL,
						  NULL, &s.labels),
			 0);
	*state = &s;
	return 0;
}

static int tear_down(void **state)
{
	struct scene *s = *state;

	selkie_label_free(s->labels);
	selkie_state_free(s->state);
	selkie_policy_free(s->policy);
	return 0;
}

/* A word, how it is looked at, and what becomes of it; type NULL: it is not known. */
static const struct {
	const char *word;
	struct selkie_thing_options options;
	const char *type, *cls;
	enum selkie_thing_label label;
} things[] = {
	{ "/etc/x", { 0 }, "etc_t", "file", SELKIE_THING_BY_RULE },
	{ "/etc/x", { .mode = S_IFDIR | 0755 }, "etc_t", "dir", SELKIE_THING_BY_RULE },
	{ "/etc/x", { .mode = S_IFDIR, .cls = "lnk_file" }, "etc_t", "lnk_file", SELKIE_THING_BY_RULE },
	{ "/etc/", { 0 }, "etc_t", "dir", SELKIE_THING_BY_RULE },
	{ "/srv/d", { 0 }, "tmp_t", "dir", SELKIE_THING_BY_RULE },
	{ "/etc/x", { .context = "system_u:object_r:tmp_t" }, "tmp_t", "file", SELKIE_THING_BY_GIVEN },
	{ "/etc/x", { .context = "a:b:tmp_t:s0:c1" }, "tmp_t", "file", SELKIE_THING_BY_GIVEN },
	{ "/etc/x", { .context = "system_u:object_r:nothing_t" }, NULL, NULL, 0 },
	{ "/etc/x", { .context = "nonsense" }, NULL, NULL, 0 },
	{ "/proc/sys/kernel/x", { 0 }, "tmp_t", "file", SELKIE_THING_BY_STATEMENT },
	{ "/proc", { 0 }, "etc_t", "file", SELKIE_THING_BY_STATEMENT },
	{ "/process", { 0 }, NULL, NULL, 0 },
	{ "/none", { 0 }, NULL, NULL, 0 },
	{ "/wrong", { 0 }, NULL, NULL, 0 },
	{ "tcp:80", { 0 }, "port_t", "tcp_socket", SELKIE_THING_BY_STATEMENT },
	{ "8000/tcp", { 0 }, "port_t", "tcp_socket", SELKIE_THING_BY_DEFAULT },
	{ "udp:53", { 0 }, NULL, NULL, 0 }, /* the policy has no udp_socket */
	{ "udp:53", { .cls = "tcp_socket" }, "port_t", "tcp_socket", SELKIE_THING_BY_STATEMENT },
	{ "tcp:", { 0 }, NULL, NULL, 0 },
	{ "80/", { 0 }, NULL, NULL, 0 },
	{ "tcp:80x", { 0 }, NULL, NULL, 0 },
	{ "etc_t", { 0 }, "etc_t", "file", SELKIE_THING_BY_TYPE },
	{ "dtmp_t", { 0 }, "daemon_tmp_t", "file", SELKIE_THING_BY_TYPE },
	{ "file_type", { 0 }, NULL, NULL, 0 },
	{ "", { 0 }, NULL, NULL, 0 },
};

static void test_things(void **state)
{
	struct scene *s = *state;

	for (size_t i = 0; i < sizeof(things) / sizeof(things[0]); i++) {
		selkie_diagnostics *diags = selkie_diagnostics_new();
		struct selkie_thing *t = NULL;
		int r = selkie_thing_find(s->policy, s->labels, things[i].word, &things[i].options,
					  diags, &t);

		if (!things[i].type) {
			assert_int_equal(r, SELKIE_THING_UNKNOWN);
			assert_int_equal(selkie_diagnostics_count(diags, SELKIE_SEVERITY_ERROR), 1);
			selkie_diagnostics_free(diags);
			continue;
		}
		assert_int_equal(r, 0);
		assert_string_equal(selkie_type_name(s->policy, selkie_context_type(t->context)),
				    things[i].type);
		assert_string_equal(selkie_class_name(s->policy, t->cls), things[i].cls);
		assert_int_equal(t->label, things[i].label);
		assert_string_equal(t->word, things[i].word);
		selkie_thing_free(t);
		selkie_diagnostics_free(diags);
	}
	assert_int_equal(selkie_thing_find(s->policy, NULL, "etc_t",
					   &(struct selkie_thing_options){ .version = 9 }, NULL,
					   NULL),
			 -EINVAL);
}

/* child_t is bounded by daemon_t, which may not do all that child_t has a rule for once that rule is added. */
static void test_held(void **state)
{
	static const char text[] =
		"class process class file sid kernel class process { fork } class file { read write }\n"
		"type parent_t; type child_t; type x_t; typebounds parent_t child_t;\n"
		"allow parent_t x_t : file { read }; allow child_t x_t : file { read };\n"
		"role r; role r types { parent_t child_t }; user u roles r;\n"
		"constrain file { write } ( t1 == parent_t );\n"
		"sid kernel u:r:parent_t\n";
	selkie_policy *policy = NULL;
	struct selkie_thing *t = NULL;
	selkie_state *st = NULL;
	selkie_who *who = NULL;
	uint32_t perms = 0;
	size_t size;
	char *data = peer_compile_text(text, 33, NULL, &size);

	(void)state;
	assert_int_equal(selkie_policy_read_memory(data, size, NULL, NULL, &policy), 0);
	free(data);
	assert_int_equal(selkie_state_new(policy, &st), 0);
	assert_int_equal(selkie_thing_find(policy, NULL, "x_t", NULL, NULL, &t), 0);
	assert_int_equal(selkie_thing_permissions(policy, t, "read", NULL, &perms), 0);
	assert_int_equal(selkie_who_ask(st, t, perms, &who), 0);
	assert_int_equal(selkie_who_count(who), 2);
	assert_int_equal(selkie_who_held_count(who), 0);
	assert_int_equal(selkie_who_get(who, 0)->n_rules, 1);
	assert_null(selkie_who_get(who, 2));
	assert_null(selkie_who_held(who, 0));
	selkie_who_free(who);
	assert_int_equal(selkie_thing_permissions(policy, t, "read,write", NULL, &perms), 0);
	assert_int_equal(selkie_who_ask(st, t, perms, &who), 0);
	assert_int_equal(selkie_who_count(who), 0);
	assert_int_equal(selkie_thing_permissions(policy, t, "read,", NULL, &perms), 0);
	assert_int_equal(selkie_thing_permissions(policy, t, "", NULL, &perms), SELKIE_THING_UNKNOWN);
	selkie_who_free(who);
	selkie_thing_free(t);
	selkie_state_free(st);
	selkie_policy_free(policy);
}

static void test_constrained(void **state)
{
	struct scene *s = *state;
	struct selkie_thing *t = NULL;
	selkie_who *who = NULL;
	uint32_t perms = 0;

	/* constrain file { create relabelto }: of the domains with the rule some are held back, as r2 is object_r */
	assert_int_equal(selkie_thing_find(s->policy, NULL, "daemon_tmp_t", NULL, NULL, &t), 0);
	assert_int_equal(selkie_thing_permissions(s->policy, t, "create", NULL, &perms), 0);
	assert_int_equal(selkie_who_ask(s->state, t, perms, &who), 0);
	for (size_t i = 0; i < selkie_who_held_count(who); i++) {
		const struct selkie_who_domain *d = selkie_who_held(who, i);
		struct selkie_access access;

		assert_int_equal(selkie_access_decide(s->state, NULL, d->context, t->context, t->cls,
						      &access),
				 0);
		assert_int_equal(access.allowed & perms, 0);
		assert_true(d->n_rules > 0);
	}
	assert_true(selkie_who_held_count(who) + selkie_who_count(who) >= 3);
	selkie_who_free(who);
	selkie_thing_free(t);
}

static void test_what(void **state)
{
	struct scene *s = *state;
	selkie_what *what = NULL;
	bool listens = false, changes = false;

	assert_int_equal(selkie_what_ask(s->state, s->labels, selkie_type_find(s->policy, "domain"),
					 &what),
			 -EINVAL);
	assert_int_equal(selkie_what_ask(s->state, s->labels, selkie_type_find(s->policy, "daemon_t"),
					 &what),
			 0);
	for (size_t i = 0; i < selkie_what_count(what); i++) {
		const struct selkie_power *p = selkie_what_get(what, i);

		listens |= p->kind == SELKIE_POWER_CONNECT &&
			   p->type.v == selkie_type_find(s->policy, "port_t").v;
		changes |= p->kind == SELKIE_POWER_CHANGE &&
			   p->type.v == selkie_type_find(s->policy, "daemon_tmp_t").v;
	}
	assert_true(listens); /* by a tunable that is on */
	assert_true(changes);
	assert_null(selkie_what_get(what, selkie_what_count(what)));
	assert_null(selkie_power_kind_name(SELKIE_N_POWER_KINDS));
	selkie_what_free(what);
}

static int query_scene(void *arg)
{
	struct scene *s = arg;
	selkie_diagnostics *diags = selkie_diagnostics_new();
	struct selkie_thing *t = NULL;
	selkie_what *what = NULL;
	selkie_who *who = NULL;
	uint32_t perms;
	int r;

	if (!diags)
		return -ENOMEM;
	r = selkie_thing_find(s->policy, s->labels, "/etc/shadow", NULL, diags, &t);
	if (!r)
		r = selkie_thing_permissions(s->policy, t, "read,getattr", diags, &perms);
	if (!r)
		r = selkie_who_ask(s->state, t, perms, &who);
	if (!r)
		r = selkie_what_ask(s->state, s->labels, selkie_type_find(s->policy, "daemon_t"),
				    &what);
	selkie_what_free(what);
	selkie_who_free(who);
	selkie_thing_free(t);
	selkie_diagnostics_free(diags);
	return r;
}

static void test_no_memory(void **state)
{
	/* what a policy builds on first use stays with it */
	assert_int_equal(query_scene(*state), 0);
	alloc_fail_check(query_scene, *state, 2000, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_things), cmocka_unit_test(test_held),
		cmocka_unit_test(test_constrained), cmocka_unit_test(test_what),
		cmocka_unit_test(test_no_memory),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
