/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the verdict rows (test/decide) cannot say: overlays, counting against a count by brute force, several threads that
 * ask first at the same time, and the n-th allocation failing anywhere in a decision.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <errno.h>
#include <pthread.h>
#include <string.h>

#include "alloc-fail.h"
#include "model/access.h"
#include "peer-policy.h"
#include "selkie/selkie.h"

static selkie_policy *policy;

static selkie_policy *load(void)
{
	static const char *const mls[] = { "-M", NULL };
	selkie_policy *p = NULL;
	size_t size;
	char *data = peer_checkpolicy("../decide/cases/web.conf", 33, mls, &size);

	assert_int_equal(selkie_policy_read_memory(data, size, "web", NULL, &p), 0);
	free(data);
	return p;
}

static int set_up(void **state)
{
	(void)state;
	policy = load();
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	selkie_policy_free(policy);
	return 0;
}

static selkie_type_id type(const char *name)
{
	selkie_type_id id = selkie_type_find(policy, name);

	assert_int_not_equal(id.v, 0);
	return id;
}

/* Whether a question given as words is granted; perms all of one class. */
static bool granted(const selkie_state *state, const selkie_overlay *overlay, const char *source,
		    const char *target, const char *cls, const char *perm, int number)
{
	struct selkie_question q = { .cls = selkie_class_find(policy, cls) };
	selkie_context *s, *t;
	uint32_t got;

	assert_int_equal(strchr(source, ':') ? selkie_context_parse(policy, source, 0, NULL, &s)
					     : selkie_context_assume(policy, type(source), &s), 0);
	assert_int_equal(strchr(target, ':') ? selkie_context_parse(policy, target, 0, NULL, &t)
					     : selkie_context_assume(policy, type(target), &t), 0);
	q.source = s;
	q.target = t;
	q.perms = selkie_permission_find(policy, q.cls, perm);
	assert_int_not_equal(q.perms, 0);
	q.has_number = number >= 0;
	q.kind = SELKIE_XPERM_IOCTL;
	q.number = (uint16_t)number;
	assert_int_equal(selkie_access_check(state, overlay, &q, &got), 0);
	selkie_context_free(s);
	selkie_context_free(t);
	return got == q.perms;
}

static void test_overlay_allows(void **arg)
{
	selkie_class_id file = selkie_class_find(policy, "file");
	uint32_t read = selkie_permission_find(policy, file, "read");
	selkie_state *state;
	selkie_overlay *o;

	(void)arg;
	assert_int_equal(selkie_state_new(policy, &state), 0);
	assert_int_equal(selkie_overlay_new(policy, &o), 0);
	assert_false(granted(state, o, "web_t", "shadow_t", "file", "read", -1));
	assert_int_equal(selkie_overlay_allow(o, type("web_t"), type("file_type"), file, read), 0);
	assert_true(granted(state, o, "web_t", "shadow_t", "file", "read", -1));
	assert_false(granted(state, NULL, "web_t", "shadow_t", "file", "read", -1));
	assert_false(granted(state, o, "web_t", "shadow_t", "file", "append", -1));
	assert_false(granted(state, o, "user_t", "shadow_t", "file", "read", -1));
	/* a rule does not lift a constraint, and does not get past bounds */
	assert_false(granted(state, o, "web_t", "system_u:object_r:shadow_t:s1", "file", "read", -1));
	assert_int_equal(selkie_overlay_allow(o, type("web_worker_t"), type("tmp_t"), file, read), 0);
	assert_true(granted(state, o, "web_worker_t", "tmp_t", "file", "read", -1));
	assert_int_equal(selkie_overlay_allow(o, type("web_worker_t"), type("port_t"), file, read), 0);
	assert_false(granted(state, o, "web_worker_t", "port_t", "file", "read", -1));
	/* what the policy does not have is refused */
	assert_int_equal(selkie_overlay_allow(o, (selkie_type_id){ 9999 }, type("tmp_t"), file, read), -EINVAL);
	assert_int_equal(selkie_overlay_allow(o, type("web_t"), type("tmp_t"), file, 1u << 31), -EINVAL);
	assert_int_equal(selkie_overlay_allow(o, type("web_t"), type("tmp_t"), (selkie_class_id){ 0 }, read),
			 -EINVAL);
	selkie_overlay_free(o);
	selkie_state_free(state);
}

static void test_overlay_numbers(void **arg)
{
	selkie_class_id file = selkie_class_find(policy, "file");
	selkie_state *state;
	selkie_overlay *o;

	(void)arg;
	assert_int_equal(selkie_state_new(policy, &state), 0);
	assert_int_equal(selkie_overlay_new(policy, &o), 0);
	assert_false(granted(state, o, "user_t", "etc_t", "file", "ioctl", 0x5601));
	assert_int_equal(selkie_overlay_allow_xperm(o, type("user_t"), type("etc_t"), file,
						    SELKIE_XPERM_IOCTL, 0x55fe, 0x5701), 0);
	assert_false(granted(state, o, "user_t", "etc_t", "file", "ioctl", 0x55fd));
	assert_true(granted(state, o, "user_t", "etc_t", "file", "ioctl", 0x55fe));
	assert_true(granted(state, o, "user_t", "etc_t", "file", "ioctl", 0x5601));
	assert_true(granted(state, o, "user_t", "etc_t", "file", "ioctl", 0x5701));
	assert_false(granted(state, o, "user_t", "etc_t", "file", "ioctl", 0x5702));
	assert_true(granted(state, o, "user_t", "etc_t", "file", "ioctl", 0x5401));
	/* where nothing was filtered, the first rule with numbers begins to filter */
	assert_true(granted(state, o, "web_t", "web_tmp_t", "file", "ioctl", 7));
	assert_int_equal(selkie_overlay_allow_xperm(o, type("web_t"), type("web_tmp_t"), file,
						    SELKIE_XPERM_IOCTL, 8, 9), 0);
	assert_false(granted(state, o, "web_t", "web_tmp_t", "file", "ioctl", 7));
	assert_int_equal(selkie_overlay_allow_xperm(o, type("web_t"), type("web_tmp_t"), file,
						    SELKIE_XPERM_IOCTL, 9, 8), -EINVAL);
	selkie_overlay_free(o);
	selkie_state_free(state);
}

static void test_overlay_roles_and_labels(void **arg)
{
	const char *user = "user_u:admin_r:admin_t:s0", *to = "user_u:user_r:user_t:s0";
	selkie_class_id process = selkie_class_find(policy, "process");
	uint32_t transition = selkie_permission_find(policy, process, "transition");
	struct selkie_transition_details details;
	selkie_context *s, *t, *c;
	selkie_state *state;
	selkie_overlay *o;
	char *text;

	(void)arg;
	assert_int_equal(selkie_state_new(policy, &state), 0);
	assert_int_equal(selkie_overlay_new(policy, &o), 0);
	assert_int_equal(selkie_overlay_allow(o, type("admin_t"), type("user_t"), process, transition), 0);
	assert_false(granted(state, o, user, to, "process", "transition", -1));
	assert_int_equal(selkie_overlay_allow_role(o, selkie_role_find(policy, "admin_r"),
						   selkie_role_find(policy, "user_r")), 0);
	assert_true(granted(state, o, user, to, "process", "transition", -1));

	assert_int_equal(selkie_overlay_type_transition(o, type("user_t"), type("web_exec_t"), process,
							type("web_t")), 0);
	assert_int_equal(selkie_context_parse(policy, to, 0, NULL, &s), 0);
	assert_int_equal(selkie_context_assume(policy, type("web_exec_t"), &t), 0);
	assert_int_equal(selkie_transition_compute(state, o, SELKIE_TRANSITION_CREATE, s, t, process, NULL,
						   &details, &c), 0);
	assert_int_equal(selkie_context_print(policy, c, &text), 0);
	assert_string_equal(text, "user_u:user_r:web_t:s0");
	assert_true(details.overlay);
	free(text);
	selkie_context_free(c);
	selkie_context_free(s);
	selkie_context_free(t);
	selkie_overlay_free(o);
	selkie_state_free(state);
}

/* Every pair of types and class, one after the other. */
static uint64_t count_by_force(const selkie_state *before, const selkie_state *after,
			       const selkie_overlay *overlay)
{
	struct sk_decider a, b;
	uint64_t n = 0;

	assert_int_equal(sk_decider_init(&b, before, NULL), 0);
	assert_int_equal(sk_decider_init(&a, after, overlay), 0);
	for (uint32_t s = 1; s <= policy->n_type_ids; s++)
		for (uint32_t t = 1; t <= policy->n_type_ids; t++)
			for (uint32_t c = 1; c <= policy->n_class_ids; c++) {
				struct sk_access_trace old, new;

				if (policy->type_by_id[s]->attribute || policy->type_by_id[t]->attribute)
					continue;
				sk_decide_te(&b, s, t, c, &old);
				sk_decide_te(&a, s, t, c, &new);
				n += (uint64_t)__builtin_popcount(new.te & ~old.te);
			}
	return n;
}

static void test_count(void **arg)
{
	selkie_class_id file = selkie_class_find(policy, "file");
	selkie_state *before, *after;
	selkie_overlay *o;
	uint64_t n, all_n = 0;

	(void)arg;
	assert_int_equal(selkie_state_new(policy, &before), 0);
	assert_int_equal(selkie_overlay_new(policy, &o), 0);
	/* overlapping rules: no access counts twice */
	assert_int_equal(selkie_overlay_allow(o, type("domain"), type("file_type"), file, 0x3), 0);
	assert_int_equal(selkie_overlay_allow(o, type("web_t"), type("file_type"), file, 0x7), 0);
	assert_int_equal(selkie_overlay_allow(o, type("domain"), type("etc_t"), file, 0x5), 0);
	for (int values = 0; values < 8; values++) {
		assert_int_equal(selkie_state_copy(before, &after), 0);
		assert_int_equal(selkie_state_set_bool(after, "web_network", values & 1), 0);
		assert_int_equal(selkie_state_set_bool(after, "web_database", values & 2), 0);
		assert_int_equal(selkie_state_set_bool(after, "web_strict", values & 4), 0);
		for (int with = 0; with < 2; with++) {
			const selkie_overlay *overlay = with ? o : NULL;

			assert_int_equal(selkie_overlay_count_opened(before, after, overlay, &n), 0);
			assert_int_equal(n, count_by_force(before, after, overlay));
			all_n += n;
		}
		selkie_state_free(after);
	}
	assert_true(all_n > 100);
	selkie_overlay_free(o);
	selkie_state_free(before);
}

static void test_state(void **arg)
{
	selkie_state *state, *copy;

	(void)arg;
	assert_int_equal(selkie_state_new(policy, &state), 0);
	assert_ptr_equal(selkie_state_policy(state), policy);
	assert_true(selkie_state_bool(state, selkie_bool_find(policy, "web_strict")));
	assert_false(selkie_state_bool(state, (selkie_bool_id){ 99 }));
	assert_int_equal(selkie_state_set_bool(state, "nothing", true), SELKIE_STATE_UNKNOWN);
	assert_true(selkie_state_permissive(state, type("quiet_t")));
	assert_false(selkie_state_permissive(state, type("web_t")));
	assert_int_equal(selkie_state_copy(state, &copy), 0);
	assert_int_equal(selkie_state_set_permissive(copy, "web_t", true), 0);
	assert_int_equal(selkie_state_set_permissive(copy, "quiet_t", false), 0);
	assert_int_equal(selkie_state_set_permissive(copy, "nothing", false), SELKIE_STATE_UNKNOWN);
	assert_true(selkie_state_permissive(copy, type("web_t")));
	assert_false(selkie_state_permissive(copy, type("quiet_t")));
	assert_false(selkie_state_permissive(state, type("web_t")));
	assert_int_equal(selkie_state_conditional(state, 999), -1);
	selkie_state_free(copy);
	selkie_state_free(state);
}

/* Threads that all find no index, and what each gets. */
struct racer {
	const selkie_policy *policy;
	pthread_barrier_t *start;
	uint64_t sum;
};

static void *race(void *arg)
{
	struct racer *r = arg;
	struct sk_decider d;
	selkie_state *state;

	if (selkie_state_new(r->policy, &state))
		return NULL;
	pthread_barrier_wait(r->start);
	if (sk_decider_init(&d, state, NULL))
		return NULL;
	for (uint32_t s = 1; s <= r->policy->n_type_ids; s++)
		for (uint32_t t = 1; t <= r->policy->n_type_ids; t++) {
			struct sk_access_trace trace;

			sk_decide_te(&d, s, t, 1 + (s + t) % r->policy->n_class_ids, &trace);
			r->sum = r->sum * 31 + trace.te + trace.auditallow * 7 + trace.auditdeny;
		}
	selkie_state_free(state);
	return r;
}

static void test_threads(void **arg)
{
	(void)arg;
	for (int round = 0; round < 20; round++) {
		pthread_barrier_t start;
		pthread_t threads[4];
		struct racer racers[4];
		selkie_policy *fresh = load();

		pthread_barrier_init(&start, NULL, 4);
		for (int i = 0; i < 4; i++) {
			racers[i] = (struct racer){ fresh, &start, 0 };
			assert_int_equal(pthread_create(&threads[i], NULL, race, &racers[i]), 0);
		}
		for (int i = 0; i < 4; i++) {
			void *done;

			pthread_join(threads[i], &done);
			assert_non_null(done);
			assert_int_equal(racers[i].sum, racers[0].sum);
		}
		assert_int_not_equal(racers[0].sum, 0);
		pthread_barrier_destroy(&start);
		selkie_policy_free(fresh);
	}
}

/* One of everything that allocates, on a policy without an index. */
struct scene {
	selkie_policy *policy;
	selkie_state *state;
	selkie_overlay *overlay;
	selkie_context *source, *target, *label;
	selkie_explanation *why;
	selkie_remedies *remedies;
	selkie_diagnostics *diags;
	char *text;
};

static int play(struct scene *s, const void *data, size_t size)
{
	struct selkie_question q = { 0 };
	uint64_t n;
	int r;

	r = selkie_policy_read_memory(data, size, "web", NULL, &s->policy);
	if (!r)
		r = selkie_state_new(s->policy, &s->state);
	if (!r)
		r = selkie_overlay_new(s->policy, &s->overlay);
	if (!r)
		r = selkie_context_parse(s->policy, "user_u:user_r:user_t:s0-s1:c1", 0, NULL, &s->source);
	if (!r)
		r = selkie_context_assume(s->policy, selkie_type_find(s->policy, "shadow_t"), &s->target);
	if (!r)
		r = selkie_context_print(s->policy, s->source, &s->text);
	q.source = s->source;
	q.target = s->target;
	if (!r) {
		q.cls = selkie_class_find(s->policy, "file");
		q.perms = selkie_permission_mask(s->policy, q.cls);
		r = selkie_overlay_allow(s->overlay, selkie_context_type(s->source),
					 selkie_context_type(s->target), q.cls, 1);
	}
	if (!r)
		r = selkie_overlay_count_opened(s->state, s->state, s->overlay, &n);
	if (!r)
		r = selkie_access_explain(s->state, s->overlay, &q, &s->why);
	if (!r)
		r = selkie_access_find_booleans(s->state, s->overlay, &q, 0, &s->remedies);
	if (!r)
		r = selkie_transition_compute(s->state, s->overlay, SELKIE_TRANSITION_CREATE, s->source,
					      s->target, selkie_class_find(s->policy, "thing"), "x", NULL,
					      &s->label);
	if (!r && !(s->diags = selkie_diagnostics_new()))
		r = -ENOMEM;
	if (!r)
		r = selkie_context_diagnose(s->policy, "x", "admin_u:user_r:web_t:s0:c1,c9-s0", s->diags);
	return r;
}

static int scene(void *arg)
{
	const struct { char *data; size_t size; } *file = arg;
	struct scene s = { 0 };
	int r = play(&s, file->data, file->size);

	free(s.text);
	selkie_diagnostics_free(s.diags);
	selkie_remedies_free(s.remedies);
	selkie_explanation_free(s.why);
	selkie_context_free(s.label);
	selkie_context_free(s.source);
	selkie_context_free(s.target);
	selkie_overlay_free(s.overlay);
	selkie_state_free(s.state);
	selkie_policy_free(s.policy);
	return r;
}

static void test_no_memory(void **arg)
{
	static const char *const mls[] = { "-M", NULL };
	struct { char *data; size_t size; } file;

	(void)arg;
	file.data = peer_checkpolicy("../decide/cases/web.conf", 33, mls, &file.size);
	alloc_fail_check(scene, &file, 2000, 50);
	free(file.data);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_overlay_allows),
		cmocka_unit_test(test_overlay_numbers),
		cmocka_unit_test(test_overlay_roles_and_labels),
		cmocka_unit_test(test_count),
		cmocka_unit_test(test_state),
		cmocka_unit_test(test_threads),
		cmocka_unit_test(test_no_memory),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
