/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SELKIE_CHECK_H
#define SELKIE_CHECK_H

#include <stdbool.h>
#include <stddef.h>

#include <selkie/diagnostic.h>
#include <selkie/policy.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/*
 * Checks of a whole policy: who may do what nobody should. They stand in files of sechecker's format (setools 4.4), whose
 * check types assert_te, assert_rbac, empty_typeattr and ro_execs are made as sechecker makes them; docs/checks.md has
 * two more types, and keys for reports. For one thread.
 */
typedef struct sk_checks selkie_checks;

/* The file is refused, or names what the policy does not have; the diagnostics say what. */
#define SELKIE_CHECKS_REFUSED 1

/* diags: E0681 to E0683; NULL is allowed. Returns 0, SELKIE_CHECKS_REFUSED, or a negative errno. *ret is the caller's. */
int selkie_checks_load(const char *path, selkie_diagnostics *diags, selkie_checks **ret);
int selkie_checks_read_memory(const void *data, size_t size, const char *name, selkie_diagnostics *diags,
			      selkie_checks **ret);

/* Selkie's own safety checks, for policies with the names of the reference policy. Returns 0 or -ENOMEM. */
int selkie_checks_safety(selkie_checks **ret);

/* The text of these, as a file; to begin one's own with. */
const char *selkie_checks_safety_text(void);
void selkie_checks_free(selkie_checks *checks);	/* NULL is allowed */

typedef struct sk_check_report selkie_check_report;

enum selkie_check_outcome {
	SELKIE_CHECK_PASSED,
	SELKIE_CHECK_FAILED,
	SELKIE_CHECK_DISABLED,		/* by the file, which says why */
	SELKIE_CHECK_INAPPLICABLE,	/* an optional check of something that the policy does not have */
};

/* One check. Strings are the checks'; those that the file does not give are NULL. */
struct selkie_check {
	const char *name;
	enum selkie_check_outcome outcome;
	const char *desc;
	const char *disabled;		/* why */
	const char *id, *severity;	/* for reports: "SK-000010"; "high", "medium" or "low" */
	const char *rationale, *fix;
	size_t n_findings;
};

/*
 * Makes all checks of a policy. diags: E0684 and what searching says; NULL is allowed. *ret is owned by the caller and
 * borrows the checks and the policy. Returns 0, SELKIE_CHECKS_REFUSED, or -ENOMEM.
 */
int selkie_checks_run(const selkie_checks *checks, const selkie_policy *policy, selkie_diagnostics *diags,
		      selkie_check_report **ret);
void selkie_check_report_free(selkie_check_report *report);	/* NULL is allowed */
size_t selkie_check_report_count(const selkie_check_report *report);
size_t selkie_check_report_failed(const selkie_check_report *report);	/* checks, not findings */
int selkie_check_report_get(const selkie_check_report *report, size_t i, struct selkie_check *ret);	/* 0 or -EINVAL */

/* The k-th finding of the i-th check: a rule, or a sentence; NULL when there is none. */
const char *selkie_check_report_finding(const selkie_check_report *report, size_t i, size_t k);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
