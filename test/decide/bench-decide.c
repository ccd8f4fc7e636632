/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * bench-decide POLICY QUESTIONS [THREADS]: answers a file of questions (decide-questions) and prints the seconds that
 * took, without loading, and a checksum of the answers, which bench-decide-libsepol prints too. Several threads each
 * answer all of it, so that perfect scaling takes the same time.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>

#include "questions.h"
#include "selkie/selkie.h"

struct work {
	const struct questions *q;
	const selkie_state *state;
	selkie_context **contexts;
	uint64_t sum;
};

static void *answer(void *arg)
{
	struct work *w = arg;

	for (uint32_t i = 0; i < w->q->n_questions; i++) {
		const uint32_t *t = w->q->triples + 3 * (size_t)i;
		struct selkie_access a;
		selkie_class_id cls = { t[2] };

		if (selkie_access_decide(w->state, NULL, w->contexts[t[0]], w->contexts[t[1]], cls,
					 &a))
			exit(3);
		w->sum = questions_mix(w->sum, a.allowed, a.auditallow, a.auditdeny);
	}
	return NULL;
}

static void parse_contexts(const struct questions *q, const selkie_policy *policy,
			   selkie_context **contexts)
{
	for (uint32_t i = 0; i < q->n_contexts; i++)
		if (selkie_context_parse(policy, q->contexts[i], 0, NULL, &contexts[i])) {
			fprintf(stderr, "%s: not valid\n", q->contexts[i]);
			exit(3);
		}
}

static void run(struct work *works, int n_threads)
{
	pthread_t *threads = calloc((size_t)n_threads, sizeof(*threads));
	struct questions_time before;

	questions_clock(&before);
	for (int i = 1; i < n_threads; i++)
		pthread_create(&threads[i], NULL, answer, &works[i]);
	answer(&works[0]);
	for (int i = 1; i < n_threads; i++)
		pthread_join(threads[i], NULL);
	questions_report(&before, works[0].sum);
	for (int i = 1; i < n_threads; i++)
		if (works[i].sum != works[0].sum) {
			fputs("threads disagree\n", stderr);
			exit(1);
		}
	free(threads);
}

int main(int argc, char **argv)
{
	int n_threads = argc > 3 ? atoi(argv[3]) : 1;
	selkie_diagnostics *diags = selkie_diagnostics_new();
	struct questions q;
	struct work *works;
	selkie_policy *policy;
	selkie_state *state;
	selkie_context **contexts;

	if (argc < 3 || n_threads < 1 || selkie_policy_load(argv[1], diags, &policy) ||
	    selkie_state_new(policy, &state)) {
		fputs("usage: bench-decide POLICY QUESTIONS [THREADS]\n", stderr);
		return 2;
	}
	questions_load(&q, argv[2]);
	contexts = calloc(q.n_contexts, sizeof(selkie_context *));
	works = calloc((size_t)n_threads, sizeof(*works));
	if (!contexts || !works)
		return 3;
	parse_contexts(&q, policy, contexts);
	for (int i = 0; i < n_threads; i++)
		works[i] = (struct work){ &q, state, contexts, 0 };
	run(works, n_threads);
	return 0;
}
