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
 * (selkie/experimental/machine.h); *ret_job is the caller's (free). judge: the outcomes by its answers, one a line; labels of
 * paths, ports and the like, numbers, flows, ways and `only` are skipped. Returns as selkie_suite_run.
 *
 * A kernel does not say why it denies. Where rows name reasons the job loads further policies, variants of the tested one in
 * which one thing alone can deny, and asks these rows of each: what is denied then is denied by that. Which remedy booleans
 * would be is not asked. job_policies calls each(arg, name, policy) with these, named as the job names them, until it
 * returns nonzero, which is passed on; a policy lives until each returns. Returns as selkie_suite_run else.
 */
int selkie_suite_job(const selkie_suite *suite, const selkie_state *state, char **ret_job);
int selkie_suite_job_policies(const selkie_suite *suite,
			      int (*each)(void *arg, const char *name, const selkie_policy *policy), void *arg);
int selkie_suite_judge(const selkie_suite *suite, const selkie_state *state, const char *answers,
		       selkie_test_results **ret);

/*
 * Coverage: what of the policy, and of the file contexts, the tests touch. What a test touches is for each kind of thing
 * another matter:
 */
enum selkie_coverage_kind {
	/* an allow rule that speaks of an access a test asks for: in force, and for the same source, target and class */
	SELKIE_COVERS_ALLOW,
	SELKIE_COVERS_XPERM,	/* an allowxperm rule, likewise, when the test asks for a number */
	SELKIE_COVERS_TYPE,	/* a type_transition, type_change or type_member rule that gave a label a test asks for */
	SELKIE_COVERS_NAMED,	/* a type_transition with a name, likewise */
	SELKIE_COVERS_ROLE,	/* a role_transition, likewise */
	SELKIE_COVERS_RANGE,	/* a range_transition, likewise */
	/* a constraint on a permission that a test asks for and rules grant: it decides then */
	SELKIE_COVERS_CONSTRAINT,
	SELKIE_COVERS_BRANCH,	/* a branch of a conditional, by any of its rules */
	SELKIE_COVERS_LABEL,	/* a rule of the file contexts that gave the label of a path */
	SELKIE_COVERS_PORT,	/* a portcon statement that gave the label of a port */
	SELKIE_COVERS_GENFS,	/* a genfscon statement, of a path in a file system */
	SELKIE_COVERS_NODE,	/* a nodecon statement, of an address */
	SELKIE_COVERS_NETIF,	/* a netifcon statement, of an interface */
	SELKIE_N_COVERAGE_KINDS,
};

/* "allow", "allowxperm", "type rule", ..., as a plural with `many`; NULL for unknown ones. */
const char *selkie_coverage_kind_name(enum selkie_coverage_kind kind, bool many);

struct selkie_covered {
	enum selkie_coverage_kind kind;
	/*
	 * ALLOW, XPERM, TYPE: of the rule (selkie_rule_get, rule.h); BRANCH: of the conditional; LABEL: of the rule
	 * (selkie_label_rule_at); PORT, GENFS, NODE, NETIF: of the statement (selkie_labeling_get); CONSTRAINT: among its
	 * class's; else among the policy's of that kind
	 */
	uint32_t number;
	selkie_class_id cls;	/* CONSTRAINT */
	bool branch;		/* BRANCH */
	uint32_t perms;		/* ALLOW: that the rule grants */
	uint32_t touched;	/* ALLOW: those of them that a test asks for */
	bool covered;
};

/*
 * Only what concerns the tests: rules whose source is or holds a source of a test; constraints on classes they ask for;
 * branches with such rules; labels that give a type that a test's label rows touch.
 */
#define SELKIE_COVERAGE_TESTED 1u

typedef struct sk_coverage selkie_coverage;

/*
 * flags: 0 for all there is. The coverage borrows the suite's policy and labels. Returns as selkie_suite_run.
 */
int selkie_suite_cover(const selkie_suite *suite, const selkie_state *state, unsigned int flags,
		       selkie_coverage **ret);
void selkie_coverage_free(selkie_coverage *coverage);	/* NULL is allowed */
size_t selkie_coverage_count(const selkie_coverage *coverage);	/* by kind, then in the policy's order */
int selkie_coverage_get(const selkie_coverage *coverage, size_t i, struct selkie_covered *ret);	/* 0 or -EINVAL */

/* How many of a kind there are, and how many of them are covered. */
size_t selkie_coverage_tally(const selkie_coverage *coverage, enum selkie_coverage_kind kind, size_t *ret_covered);

/* The i-th as policy text; *ret_text is freed with free(). Returns 0, -EINVAL or -ENOMEM. */
int selkie_coverage_print(const selkie_coverage *coverage, size_t i, char **ret_text);

/* One mutant: one permission of one covered allow rule flipped. */
struct selkie_mutant {
	uint32_t rule;
	unsigned int permission;	/* bit number of the rule's class */
	bool added;			/* the rule lacked it */
	bool caught;			/* a test that passes fails with it */
	size_t test;			/* with caught: the first such test */
};

typedef struct sk_mutants selkie_mutants;

/*
 * Flips n permissions of covered allow rules, one at a time, drawn by a generator that starts from `seed`, and runs the tests
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
