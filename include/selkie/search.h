/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SELKIE_SEARCH_H
#define SELKIE_SEARCH_H

#include <stddef.h>
#include <stdint.h>

#include <selkie/diagnostic.h>
#include <selkie/policy.h>
#include <selkie/rule.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/*
 * Search for rules. What matches is what sesearch (setools 4.4) matches; the places where we differ are listed in
 * docs/differences-setools.md. Any number of threads may search one policy.
 */

/* How names are compared. Without a flag a name is exact, and an attribute means the types that have it. */
#define SELKIE_SEARCH_SOURCE_DIRECT                                                                \
	0x0001u /* the rule names just this; attributes are not looked into */
#define SELKIE_SEARCH_TARGET_DIRECT 0x0002u
#define SELKIE_SEARCH_SOURCE_REGEX                                                                 \
	0x0004u /* a regular expression (PCRE2) that is found in the name */
#define SELKIE_SEARCH_TARGET_REGEX   0x0008u
#define SELKIE_SEARCH_CLASS_REGEX    0x0010u
#define SELKIE_SEARCH_RESULT_REGEX   0x0020u
#define SELKIE_SEARCH_BOOLEANS_REGEX 0x0040u
#define SELKIE_SEARCH_PERMS_EQUAL    0x0080u /* exactly these, instead of any of them */
#define SELKIE_SEARCH_PERMS_SUBSET   0x0100u /* all of these and perhaps more */
#define SELKIE_SEARCH_XPERMS_EQUAL   0x0200u
#define SELKIE_SEARCH_BOOLEANS_EQUAL 0x0400u

#define SELKIE_SEARCH_OPTIONS_VERSION 1

/* What to find. All criteria must hold; NULL or "" is no criterion. Initialize with SELKIE_SEARCH_OPTIONS_INIT. */
struct selkie_search_options {
	unsigned int version; /* SELKIE_SEARCH_OPTIONS_VERSION */
	unsigned int flags;   /* SELKIE_SEARCH_* */
	uint32_t kinds;	      /* enum selkie_rule_kind, or-ed */
	const char *source;   /* type, attribute or role */
	const char *target;   /* type, attribute or, for role allow rules, role */
	const char *classes;  /* comma-separated, or one expression */
	const char *perms;    /* comma-separated */
	const char *
		xperms; /* comma-separated numbers and ranges, hexadecimal: "0x5401,0x8900-0x89ff" */
	const char *result; /* new type, role or range of transition, member and change rules */
	const char *
		booleans; /* comma-separated: rules in a conditional with any of them; or one expression */
};

#define SELKIE_SEARCH_OPTIONS_INIT                                                                 \
	{                                                                                          \
		SELKIE_SEARCH_OPTIONS_VERSION, 0, 0, 0, 0, 0, 0, 0, 0, 0                           \
	}

/* A criterion names something that the policy does not have, or cannot be read; the diagnostics say all that is wrong. */
#define SELKIE_SEARCH_REFUSED 1

typedef struct sk_search selkie_search;

/*
 * Finds rules. diags: E0621 to E0629; NULL is allowed. ret is owned by the caller and borrows the policy.
 * Returns 0, SELKIE_SEARCH_REFUSED, -EINVAL for an unknown version, or -ENOMEM.
 */
int selkie_search_run(const selkie_policy *policy, const struct selkie_search_options *options,
		      selkie_diagnostics *diags, selkie_search **ret);
void selkie_search_free(selkie_search *search); /* NULL is allowed */

/*
 * The rules found, in the order sesearch prints them: type enforcement rules, then role rules, then range transitions;
 * each group sorted by its text.
 */
size_t selkie_search_count(const selkie_search *search);

/* Returns 0 or -EINVAL. What *ret points to is borrowed from the policy. */
int selkie_search_get(const selkie_search *search, size_t i, struct selkie_rule *ret);

/*
 * Calls each(arg, text, n) with pieces of the rules' text, one line a rule, until it returns nonzero, which is passed
 * on. A piece holds whole lines. Returns 0, -ENOMEM, or what `each` returned.
 */
int selkie_search_print(const selkie_search *search,
			int (*each)(void *arg, const char *text, size_t n), void *arg);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
