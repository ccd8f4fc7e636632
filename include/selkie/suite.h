/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SELKIE_SUITE_H
#define SELKIE_SUITE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <selkie/access.h>
#include <selkie/diagnostic.h>
#include <selkie/label.h>
#include <selkie/policy.h>
#include <selkie/state.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/*
 * Tests of a policy: rows of text that say what it allows, denies and labels, as docs/policy-tests.md describes them. A
 * suite is read, bound to a policy, which finds its names there, and run as often as one likes. Reading and binding are
 * for one thread; a bound suite may be run by any number.
 */
typedef struct sk_suite selkie_suite;

/* A file of tests has mistakes; the diagnostics say all of them, with their places. */
#define SELKIE_SUITE_REFUSED 1

int selkie_suite_new(selkie_suite **ret);	/* 0 or -ENOMEM; owned by the caller */
void selkie_suite_free(selkie_suite *suite);	/* NULL is allowed */

/*
 * Adds the rows of a file, or of a text that diagnostics call `name`; it is copied. diags: E0661, E0662; NULL is allowed.
 * Returns 0, SELKIE_SUITE_REFUSED, or a negative errno.
 */
int selkie_suite_load(selkie_suite *suite, const char *path, selkie_diagnostics *diags);
int selkie_suite_read_memory(selkie_suite *suite, const void *data, size_t size, const char *name,
			     selkie_diagnostics *diags);

/*
 * Finds the names of all rows in a policy, which must outlive the suite. labels: for rows about paths; they are refused
 * without (NULL). Both are borrowed. diags: E0663 to E0665. Binding again, to another policy, is allowed.
 * Returns 0, SELKIE_SUITE_REFUSED, or -ENOMEM.
 */
int selkie_suite_bind(selkie_suite *suite, const selkie_policy *policy, const selkie_label_db *labels,
		      selkie_diagnostics *diags);

/* What a row is about. */
enum selkie_test_kind {
	SELKIE_TEST_ALLOW,
	SELKIE_TEST_DENY,
	SELKIE_TEST_EXACTLY,
	SELKIE_TEST_ONLY,
	SELKIE_TEST_TRANSITION,
	SELKIE_TEST_LABEL,
	SELKIE_TEST_FLOW,
	SELKIE_TEST_REACH,
};

const char *selkie_test_kind_name(enum selkie_test_kind kind);

/* One test: a row that asks something. Strings are the suite's. */
struct selkie_test {
	enum selkie_test_kind kind;
	const char *file;
	uint32_t line;
	const char *text;	/* the row, blanks made one */
};

size_t selkie_suite_count(const selkie_suite *suite);
int selkie_suite_get(const selkie_suite *suite, size_t i, struct selkie_test *ret);	/* 0 or -EINVAL */

/* The outcome of one test. Strings and questions are the results'. */
struct selkie_test_result {
	bool passed;
	bool skipped;		/* selkie_suite_judge: it is no question for a kernel */
	const char *message;	/* why it failed: one sentence without a full stop; NULL when it passed */
	/* the accesses by which it failed, for selkie_access_explain; at most 8 are kept */
	size_t n_questions;
	const struct selkie_question *questions;
	const selkie_state *state;	/* with questions: under which they were asked */
};

typedef struct sk_test_results selkie_test_results;

/*
 * Runs all tests, in order. state: of the policy the suite is bound to; rows that set booleans set them on top.
 * Returns 0, -EINVAL when the suite is not bound to the state's policy, or -ENOMEM. *ret is owned by the caller and borrows
 * the suite.
 */
int selkie_suite_run(const selkie_suite *suite, const selkie_state *state, selkie_test_results **ret);
void selkie_test_results_free(selkie_test_results *results);	/* NULL is allowed */
size_t selkie_test_results_failed(const selkie_test_results *results);
int selkie_test_results_get(const selkie_test_results *results, size_t i, struct selkie_test_result *ret);

/*
 * The kernel as judge. job: the questions of all tests, one a line, for a machine that has loaded the policy
 * (selkie/experimental/machine.h); *ret_job is the caller's (free). judge: the outcomes by its answers, one a line; reasons
 * are not looked at, and labels of paths and ports, numbers, flows, ways and `only` are skipped. Returns as
 * selkie_suite_run.
 */
int selkie_suite_job(const selkie_suite *suite, const selkie_state *state, char **ret_job);
int selkie_suite_judge(const selkie_suite *suite, const selkie_state *state, const char *answers,
		       selkie_test_results **ret);

/*
 * Coverage: the allow rules that the tests touch. A test touches a rule that speaks of an access it asks for: one that
 * is in force and grants it, or, for tests of what is denied, one for the same source, target and class.
 */
struct selkie_rule_coverage {
	uint32_t rule;		/* selkie_rule_print (rule.h) */
	uint32_t perms;		/* that the rule grants */
	uint32_t touched;	/* those of them that a test asks for */
	bool covered;		/* a test asks for something of this source, target and class, or for all of its kind */
};

/* The allow rules of the domains that the tests ask about: those whose source is or holds a source of a test. */
#define SELKIE_COVERAGE_TESTED 1u

typedef struct sk_coverage selkie_coverage;

/* flags: 0 for all allow rules of the policy. Returns as selkie_suite_run. */
int selkie_suite_cover(const selkie_suite *suite, const selkie_state *state, unsigned int flags,
		       selkie_coverage **ret);
void selkie_coverage_free(selkie_coverage *coverage);	/* NULL is allowed */
size_t selkie_coverage_count(const selkie_coverage *coverage);
size_t selkie_coverage_covered(const selkie_coverage *coverage);	/* how many of them are covered */
int selkie_coverage_get(const selkie_coverage *coverage, size_t i, struct selkie_rule_coverage *ret);

/* One mutant: one permission of one covered rule flipped. */
struct selkie_mutant {
	uint32_t rule;
	unsigned int permission;	/* bit number of the rule's class */
	bool added;			/* the rule lacked it */
	bool caught;			/* a test that passes fails with it */
	size_t test;			/* with caught: the first such test */
};

typedef struct sk_mutants selkie_mutants;

/*
 * Flips n permissions of covered rules, one at a time, drawn by a generator that starts from `seed`, and runs the tests
 * against each. Tests that fail without any flip do not count. progress: called before each; nonzero ends it, and what
 * was done so far is the result; NULL is allowed. Returns 0, -EINVAL, -ENODATA when no rule is covered, or -ENOMEM.
 */
int selkie_suite_mutate(const selkie_suite *suite, const selkie_state *state, uint64_t seed, size_t n,
			int (*progress)(void *arg, size_t done), void *arg, selkie_mutants **ret);
void selkie_mutants_free(selkie_mutants *mutants);	/* NULL is allowed */
size_t selkie_mutants_count(const selkie_mutants *mutants);
size_t selkie_mutants_caught(const selkie_mutants *mutants);
int selkie_mutants_get(const selkie_mutants *mutants, size_t i, struct selkie_mutant *ret);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
