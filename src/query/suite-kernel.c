/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Tests with the kernel as judge: the questions of all tests as lines for a throwaway machine, and the tests judged by its
 * answers. Both walk the rows in one order through one function, which either writes a line or reads its answer, so that
 * they cannot drift apart. What is no question for a kernel (labels of paths, flows, ways, numbers) is skipped.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "model/context.h"
#include "query/suite.h"

struct sk_interview {
	const struct sk_suite *suite;
	struct sk_buf *job;		/* NULL while answers are read */
	const char *answers;
	struct sk_suite_runner runner;	/* the state, for what the kernel is not asked */
	struct sk_test_results *results;	/* NULL while the job is written */
	int error;
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

	for (uint32_t i = 0; i < b->source.n && !v->error; i++) {
		if (b->self)
			good &= sk_pair(v, row, b->source.contexts[i], b->source.contexts[i]);
		for (uint32_t k = 0; k < b->target.n && !v->error; k++)
			good &= sk_pair(v, row, b->source.contexts[i], b->target.contexts[k]);
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

static bool sk_is_asked(const struct sk_suite_row *row)
{
	switch (row->kind) {
	case SELKIE_TEST_ALLOW:
	case SELKIE_TEST_DENY:
	case SELKIE_TEST_EXACTLY:
		return !row->bound->n_numbers;
	case SELKIE_TEST_TRANSITION:
		return true;
	case SELKIE_TEST_LABEL:
		return row->label != SK_LABEL_PATH && row->label != SK_LABEL_PORT;
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

static int sk_interview_all(struct sk_interview *v, const struct sk_state *state)
{
	const struct sk_suite *suite = v->suite;
	size_t test = 0;
	int r = sk_suite_runner_init(&v->runner, suite, state);

	if (r)
		return r;
	sk_kernel_booleans(v);
	for (size_t i = 0; i < suite->n_rows && !v->error && !v->runner.error; i++) {
		const struct sk_suite_row *row = &suite->rows[i];

		if (row->kind >= SK_SUITE_SET) {
			sk_suite_set(&v->runner, row);
			if (row->kind == SK_SUITE_SET || row->kind == SK_SUITE_RESET)
				sk_kernel_booleans(v);
			continue;
		}
		if (v->results)
			v->results->at = &v->results->list[test];
		test++;
		if (!sk_is_asked(row)) {
			if (v->results)
				v->results->at->passed = v->results->at->skipped = true;
			continue;
		}
		if (sk_kernel_test(v, row)) {
			if (v->results)
				v->results->at->passed = true;
		} else if (v->results) {
			v->results->n_failed++;
		}
	}
	r = v->error ? v->error : v->runner.error;
	sk_suite_runner_done(&v->runner);
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
