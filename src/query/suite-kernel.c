/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Tests with the kernel as judge: the questions of all tests as lines for a throwaway machine, and the tests judged by its
 * answers. Both walk the rows in one order through one function, which either writes a line or reads its answer, so that
 * they cannot drift apart. What is no question for a kernel (labels of paths, flows, ways, numbers) is skipped.
 *
 * Reasons take a pass each, with a policy in which that one thing alone can deny. Only bounds cannot be had alone, since the
 * bounding type is held to constraints: where those deny the row's own source too, nothing is said about bounds.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/map.h"
#include "model/context.h"
#include "model/variant.h"
#include "query/suite.h"

struct sk_interview {
	const struct sk_suite *suite;
	struct sk_buf *job;		/* NULL while answers are read */
	const char *answers;
	struct sk_suite_runner runner;	/* the state, for what the kernel is not asked */
	struct sk_test_results *results;	/* NULL while the job is written */
	int part;			/* of a pass for reasons: enum sk_policy_part; else -1 */
	uint32_t *constrained;		/* what constraints deny, question by question of that pass */
	size_t n_constrained, cap_constrained, at_constrained;
	int error;
};

/* The passes, the names of their policies, and what rows and messages call them. */
static const struct {
	const char *file;
	enum selkie_denial why;
	const char *words;
} sk_parts[SK_N_PARTS] = {
	[SK_PART_RULES] = { "policy.rules", SELKIE_DENIAL_RULE, "a missing rule" },
	[SK_PART_CONSTRAINTS] = { "policy.constraints", SELKIE_DENIAL_CONSTRAINT, "a constraint" },
	[SK_PART_ROLES] = { "policy.roles", SELKIE_DENIAL_ROLE, "a missing rule for roles" },
	[SK_PART_BOUNDS] = { "policy.bounds", SELKIE_DENIAL_BOUNDS, "bounds" },
};

/* Writes a question, or reads its answer: borrowed until the next, "" where there is none. */
static const char *sk_exchange(struct sk_interview *v, char *answer, size_t size, const char *fmt, ...) SK_PRINTF(4, 5);

static const char *sk_exchange(struct sk_interview *v, char *answer, size_t size, const char *fmt, ...)
{
	va_list args;
	size_t n;

	answer[0] = '\0';
	if (v->job) {
		va_start(args, fmt);
		sk_buf_vprintf(v->job, fmt, args);
		va_end(args);
		sk_buf_addc(v->job, '\n');
		return answer;
	}
	n = strcspn(v->answers, "\n");
	snprintf(answer, size, "%.*s", (int)n, v->answers);
	v->answers += n + (v->answers[n] == '\n');
	return answer;
}

static bool sk_no(struct sk_interview *v, const char *fmt, ...) SK_PRINTF(2, 3);

static bool sk_no(struct sk_interview *v, const char *fmt, ...)
{
	va_list args;

	if (!v->results || v->results->at->message)
		return false;
	va_start(args, fmt);
	v->results->at->message = sk_arena_vprintf(&v->results->arena, fmt, args);
	va_end(args);
	if (!v->results->at->message)
		v->error = -ENOMEM;
	return false;
}

static char *sk_text(struct sk_interview *v, const struct sk_context *c)
{
	char *text = NULL;

	if (selkie_context_print(v->suite->policy, c, &text)) {
		v->error = -ENOMEM;
		return NULL;
	}
	return text;
}

/* What the kernel allows. An errno for an answer is told, and allows nothing. */
static uint32_t sk_kernel_access(struct sk_interview *v, const struct sk_context *source, const struct sk_context *target,
				 uint32_t cls)
{
	sk_auto_free char *from = sk_text(v, source), *to = sk_text(v, target);
	char answer[200], *end;
	unsigned long allowed;

	if (!from || !to)
		return 0;
	sk_exchange(v, answer, sizeof(answer), "access %s %s %s", from, to, v->suite->policy->class_by_id[cls]->name);
	if (v->job)
		return 0;
	allowed = strtoul(answer, &end, 16);
	if (end == answer)
		sk_no(v, "the kernel answers '%s' about %s and %s", answer, from, to);
	return end == answer ? 0 : (uint32_t)allowed;
}

static const char *sk_words(struct sk_interview *v, uint32_t cls, uint32_t perms)
{
	sk_auto_buf struct sk_buf buf = SK_BUF_INIT;
	const char *s;

	for (unsigned int bit = 0; bit < 32; bit++)
		if (perms >> bit & 1)
			sk_buf_join(&buf, buf.n ? " " : "", v->suite->policy->class_by_id[cls]->perm_names[bit] ?: "?", NULL);
	s = buf.failed ? NULL : sk_arena_strndup(&v->results->arena, buf.data ? buf.data : "", buf.n);
	return s ? s : "";
}

/* A pair of a row that names reasons, asked where one of them alone can deny. */
static bool sk_reason_pair(struct sk_interview *v, const struct sk_suite_row *row, const struct sk_context *source,
			   const struct sk_context *target)
{
	const struct sk_suite_bound *b = row->bound;
	uint32_t allowed = sk_kernel_access(v, source, target, b->cls), denied = b->perms & ~allowed, unsure = 0;
	bool named = b->reasons >> sk_parts[v->part].why & 1;

	if (v->job)
		return true;
	/* where nothing bounds the source, nothing was granted that only bounds could deny */
	if (v->part == SK_PART_BOUNDS && !v->suite->policy->type_by_id[source->type.v]->bounds.v) {
		allowed = b->perms;
		denied = 0;
	}
	if (v->part == SK_PART_CONSTRAINTS) {
		v->error = sk_grow(&v->constrained, &v->cap_constrained, v->n_constrained + 1, sizeof(*v->constrained));
		if (v->error)
			return false;
		v->constrained[v->n_constrained++] = denied;
	} else if (v->part == SK_PART_BOUNDS && v->at_constrained < v->n_constrained) {
		unsure = v->constrained[v->at_constrained++];
	}
	if (named ? b->perms & allowed : denied & ~unsure)
		return sk_no(v, named ? "the kernel does not deny %s by %s" : "the kernel denies %s by %s, too",
			     sk_words(v, b->cls, named ? b->perms & allowed : denied & ~unsure), sk_parts[v->part].words);
	return true;
}

static bool sk_pair(struct sk_interview *v, const struct sk_suite_row *row, const struct sk_context *source,
		    const struct sk_context *target)
{
	const struct sk_suite_bound *b = row->bound;
	uint32_t allowed = sk_kernel_access(v, source, target, b->cls), wrong;
	uint32_t mask = v->suite->policy->class_by_id[b->cls]->perm_mask;
	bool missing = row->kind == SELKIE_TEST_ALLOW;

	if (v->job)
		return true;
	if (row->kind == SELKIE_TEST_EXACTLY) {
		missing = b->perms & ~allowed;
		wrong = missing ? b->perms & ~allowed : allowed & mask & ~b->perms;
	} else {
		wrong = missing ? b->perms & ~allowed : b->perms & allowed;
	}
	if (!wrong)
		return true;
	return sk_no(v, missing ? "the kernel does not let %s %s %s:%s" : "the kernel lets %s %s %s:%s",
		     v->suite->policy->type_by_id[source->type.v]->name, sk_words(v, b->cls, wrong),
		     v->suite->policy->type_by_id[target->type.v]->name, v->suite->policy->class_by_id[b->cls]->name);
}

/* Every pair is asked, whatever the answers. */
static bool sk_pairs(struct sk_interview *v, const struct sk_suite_row *row)
{
	const struct sk_suite_bound *b = row->bound;
	bool good = true;

	bool (*pair)(struct sk_interview *, const struct sk_suite_row *, const struct sk_context *,
		     const struct sk_context *) = v->part < 0 ? sk_pair : sk_reason_pair;

	for (uint32_t i = 0; i < b->source.n && !v->error; i++) {
		if (b->self)
			good &= pair(v, row, b->source.contexts[i], b->source.contexts[i]);
		for (uint32_t k = 0; k < b->target.n && !v->error; k++)
			good &= pair(v, row, b->source.contexts[i], b->target.contexts[k]);
	}
	return good;
}

/* The label the kernel computes; NULL for none. The caller frees it. */
static struct sk_context *sk_kernel_label(struct sk_interview *v, const char *verb, const struct sk_context *source,
					  const struct sk_context *target, uint32_t cls, const char *name)
{
	sk_auto_free char *from = sk_text(v, source), *to = sk_text(v, target);
	struct sk_context *made = NULL;
	char answer[4096];

	if (!from || !to)
		return NULL;
	sk_exchange(v, answer, sizeof(answer), "%s %s %s %s%s%s", verb, from, to, v->suite->policy->class_by_id[cls]->name,
		    name ? " " : "", name ? name : "");
	if (!v->job && *answer != '!' && selkie_context_parse(v->suite->policy, answer, 0, NULL, &made) < 0)
		v->error = -ENOMEM;
	return made;
}

static bool sk_label_is(const struct sk_suite_bound *b, const struct sk_context *c)
{
	if (b->none || !c)
		return b->none && !c;
	return b->context ? selkie_context_equal(b->context, c) : b->type == c->type.v;
}

static bool sk_kernel_label_row(struct sk_interview *v, const struct sk_suite_row *row)
{
	static const char *const verbs[] = { [SK_LABEL_CREATE] = "create", [SK_LABEL_MEMBER] = "member",
					     [SK_LABEL_RELABEL] = "relabel" };
	const struct sk_suite_bound *b = row->bound;
	const struct sk_context *target = b->self ? b->source.contexts[0] : b->target.contexts[0];
	struct sk_context *made = sk_kernel_label(v, verbs[row->label], b->source.contexts[0], target, b->cls, b->name);
	bool good = v->job || sk_label_is(b, made);
	sk_auto_free char *text = made && !good ? sk_text(v, made) : NULL;

	selkie_context_free(made);
	return good ? true : sk_no(v, "the kernel says %s", text ? text : "none");
}

/* The accesses are asked for the context that is expected; that the kernel computes it, too, is asked first. */
static bool sk_kernel_transition(struct sk_interview *v, const struct sk_suite_row *row)
{
	const struct sk_suite_bound *b = row->bound;
	const struct sk_policy *p = v->suite->policy;
	const struct sk_context *source = b->source.contexts[0], *program = b->target.contexts[0];
	struct sk_class_id process = sk_policy_find_class(p, "process"), file = sk_policy_find_class(p, "file");
	struct sk_context *expected = NULL, *made;
	uint32_t on_file, on_process, entry;
	bool good;

	if (selkie_transition_compute(v->runner.state, NULL, SELKIE_TRANSITION_CREATE, source, program, process, NULL, NULL,
				      &expected) < 0) {
		v->error = -ENOMEM;
		return false;
	}
	made = sk_kernel_label(v, "create", source, program, process.v, NULL);
	on_file = sk_kernel_access(v, source, program, file.v);
	on_process = sk_kernel_access(v, source, expected ? expected : source, process.v);
	entry = sk_kernel_access(v, expected ? expected : source, program, file.v);
	good = made && sk_label_is(b, made) && on_file & sk_class_find_perm(p->class_by_id[file.v], "execute");
	if (good && selkie_context_equal(source, made)) {
		uint32_t perm = sk_class_find_perm(p->class_by_id[file.v], "execute_no_trans");

		good = !perm || on_file & perm;
	} else if (good) {
		good = on_process & sk_class_find_perm(p->class_by_id[process.v], "transition") &&
		       entry & sk_class_find_perm(p->class_by_id[file.v], "entrypoint");
	}
	selkie_context_free(expected);
	selkie_context_free(made);
	if (v->job || good != row->no)
		return true;
	return sk_no(v, row->no ? "by the kernel's answers it happens" : "by the kernel's answers it does not happen");
}

/* Whether a row names reasons that a kernel can be asked for. */
static bool sk_has_reasons(const struct sk_suite_row *row)
{
	return row->kind == SELKIE_TEST_DENY && row->bound->reasons && !row->bound->n_numbers;
}

static bool sk_is_asked(const struct sk_interview *v, const struct sk_suite_row *row)
{
	if (v->part >= 0)
		return sk_has_reasons(row);
	switch (row->kind) {
	case SELKIE_TEST_ALLOW:
	case SELKIE_TEST_DENY:
	case SELKIE_TEST_EXACTLY:
		return !row->bound->n_numbers;
	case SELKIE_TEST_TRANSITION:
		return true;
	case SELKIE_TEST_LABEL:
		return row->label != SK_LABEL_PATH && row->label < SK_LABEL_PORT;
	default:
		return false;
	}
}

static bool sk_kernel_test(struct sk_interview *v, const struct sk_suite_row *row)
{
	if (row->kind == SELKIE_TEST_TRANSITION)
		return sk_kernel_transition(v, row);
	return row->kind == SELKIE_TEST_LABEL ? sk_kernel_label_row(v, row) : sk_pairs(v, row);
}

/* All booleans as they are now: the kernel's need not be known. */
static void sk_kernel_booleans(struct sk_interview *v)
{
	const struct sk_policy *p = v->suite->policy;
	char answer[64];

	for (uint32_t i = 0; i < p->n_bools; i++)
		sk_exchange(v, answer, sizeof(answer), "boolean %s %d", p->bools[i].name,
			    selkie_state_bool(v->runner.state, p->bools[i].id));
	sk_exchange(v, answer, sizeof(answer), "commit");
}

/* The outcome of a test: in the passes for reasons one that passed may still fail. */
static void sk_outcome(struct sk_interview *v, size_t test, bool asked, bool good)
{
	struct sk_test_result *at = &v->results->list[test];

	if (v->part < 0) {
		at->skipped = !asked;
		at->passed = good;
		v->results->n_failed += !good;
	} else if (at->passed && !good) {
		at->passed = false;
		v->results->n_failed++;
	}
}

static int sk_interview_pass(struct sk_interview *v, const struct sk_state *state)
{
	const struct sk_suite *suite = v->suite;
	size_t test = 0;
	int r = sk_suite_runner_init(&v->runner, suite, state);

	if (r)
		return r;
	sk_kernel_booleans(v);
	for (size_t i = 0; i < suite->n_rows && !v->error && !v->runner.error; i++) {
		const struct sk_suite_row *row = &suite->rows[i];
		bool asked, good;

		if (row->kind >= SK_SUITE_SET) {
			sk_suite_set(&v->runner, row);
			if (row->kind == SK_SUITE_SET || row->kind == SK_SUITE_RESET)
				sk_kernel_booleans(v);
			continue;
		}
		asked = sk_is_asked(v, row);
		if (v->results)
			v->results->at = &v->results->list[test];
		good = !asked || sk_kernel_test(v, row);
		if (v->results)
			sk_outcome(v, test, asked, good);
		test++;
	}
	r = v->error ? v->error : v->runner.error;
	sk_suite_runner_done(&v->runner);
	return r;
}

static bool sk_any_reasons(const struct sk_suite *suite)
{
	for (size_t i = 0; i < suite->n_tests; i++)
		if (sk_has_reasons(&suite->rows[suite->tests[i]]))
			return true;
	return false;
}

static int sk_interview_all(struct sk_interview *v, const struct sk_state *state)
{
	int r;

	v->part = -1;
	r = sk_interview_pass(v, state);
	for (int part = 0; part < SK_N_PARTS && !r && sk_any_reasons(v->suite); part++) {
		char answer[64];

		v->part = part;
		sk_exchange(v, answer, sizeof(answer), "load %s", sk_parts[part].file);
		if (!v->job && strcmp(answer, "ok"))
			return -EBADMSG;
		r = sk_interview_pass(v, state);
	}
	free(v->constrained);
	return r;
}

/* Allow rules for all that rows with reasons ask for; of sources that are bounded only, where bounds are asked for. */
static int sk_granted(const struct sk_suite *suite, bool bounded, struct sk_rule **ret, size_t *ret_n)
{
	const struct sk_policy *p = suite->policy;
	struct sk_map known = { 0 };
	size_t cap = 0;
	int r = 0;

	for (size_t t = 0; t < suite->n_tests && !r; t++) {
		const struct sk_suite_bound *b = suite->rows[suite->tests[t]].bound;

		if (!sk_has_reasons(&suite->rows[suite->tests[t]]))
			continue;
		for (uint32_t i = 0; i < b->source.n && !r; i++)
			for (uint32_t k = 0; k < (b->self ? 1 : b->target.n) && !r; k++) {
				uint32_t source = b->source.contexts[i]->type.v;
				uint32_t target = b->self ? source : b->target.contexts[k]->type.v, *slot;
				bool new;

				if (bounded && !p->type_by_id[source]->bounds.v)
					continue;
				r = sk_map_insert(&known, (uint64_t)source << 32 | (uint64_t)target << 16 | b->cls, 0, &slot,
						  &new);
				if (!r && new)
					r = sk_grow(ret, &cap, *ret_n + 1, sizeof(**ret));
				if (!r && new)
					(*ret)[(*ret_n)++] = (struct sk_rule){
						.source = (uint16_t)source, .target = (uint16_t)target,
						.cls = (uint16_t)b->cls, .kind = SK_RULE_ALLOW,
						.data = p->class_by_id[b->cls]->perm_mask,
					};
			}
	}
	sk_map_done(&known);
	return r;
}

int selkie_suite_job_policies(const selkie_suite *suite,
			      int (*each)(void *arg, const char *name, const selkie_policy *policy), void *arg)
{
	int r = suite->policy ? 0 : -EINVAL;

	for (int part = 0; part < SK_N_PARTS && !r && sk_any_reasons(suite); part++) {
		sk_auto_free struct sk_rule *granted = NULL;
		struct sk_policy *variant = NULL;
		size_t n = 0;

		r = sk_granted(suite, part == SK_PART_BOUNDS, &granted, &n);
		if (!r)
			r = sk_policy_alone(suite->policy, (enum sk_policy_part)part, granted, n, &variant);
		if (!r)
			r = each(arg, sk_parts[part].file, variant);
		sk_policy_alone_free(variant);
	}
	return r;
}

int selkie_suite_job(const selkie_suite *suite, const selkie_state *state, char **ret_job)
{
	struct sk_buf job = SK_BUF_INIT;
	struct sk_interview v = { .suite = suite, .job = &job };
	int r = sk_suite_check_state(suite, state);

	if (!r)
		r = sk_interview_all(&v, state);
	if (!r) {
		*ret_job = sk_buf_steal(&job, NULL);
		r = *ret_job ? 0 : -ENOMEM;
	}
	sk_buf_done(&job);
	return r;
}

int selkie_suite_judge(const selkie_suite *suite, const selkie_state *state, const char *answers,
		       selkie_test_results **ret)
{
	struct sk_interview v = { .suite = suite, .answers = answers };
	int r = sk_suite_check_state(suite, state);

	if (r)
		return r;
	v.results = calloc(1, sizeof(*v.results));
	if (!v.results)
		return -ENOMEM;
	v.results->n = suite->n_tests;
	v.results->list = SK_ARENA_ARRAY(&v.results->arena, struct sk_test_result, suite->n_tests + 1);
	r = v.results->list ? sk_interview_all(&v, state) : -ENOMEM;
	if (r) {
		selkie_test_results_free(v.results);
		return r;
	}
	*ret = v.results;
	return 0;
}
