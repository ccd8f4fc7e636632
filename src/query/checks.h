/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_QUERY_CHECKS_H
#define SK_QUERY_CHECKS_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/diag.h"
#include "selkie/check.h"

/* Keys of a section. */
enum sk_check_key {
	SK_CHECK_TYPE, SK_CHECK_DESC, SK_CHECK_DISABLE, SK_CHECK_ID, SK_CHECK_SEVERITY, SK_CHECK_RATIONALE, SK_CHECK_FIX,
	SK_CHECK_SOURCE, SK_CHECK_TARGET, SK_CHECK_TCLASS, SK_CHECK_PERMS, SK_CHECK_EXEMPT_SOURCE, SK_CHECK_EXEMPT_TARGET,
	SK_CHECK_EXPECT_SOURCE, SK_CHECK_EXPECT_TARGET, SK_CHECK_ATTR, SK_CHECK_MISSING_OK, SK_CHECK_EXEMPT_FILE,
	SK_CHECK_EXEMPT_EXEC, SK_CHECK_EXEMPT_LOAD, SK_CHECK_EXEMPT_WRITE, SK_CHECK_OPTIONAL, SK_CHECK_LEAST,
	SK_N_CHECK_KEYS,
};

struct sk_check;
struct sk_checker;

/* A type of checks: a row of the table in checks-run.c. */
struct sk_check_type {
	const char *name;
	unsigned long keys;		/* 1 << enum sk_check_key, beyond those that all have */
	unsigned long needs_one_of;	/* at least one of these */
	int (*run)(struct sk_checker *c, const struct sk_check *check);
};

extern const struct sk_check_type sk_check_types[];
extern const size_t sk_n_check_types;

struct sk_check {
	const char *name;
	const struct sk_check_type *type;
	const char *values[SK_N_CHECK_KEYS];	/* NULL where the key is not there */
	struct sk_place places[SK_N_CHECK_KEYS], place;	/* of the values; of the section */
};

struct sk_checks {
	struct sk_arena arena;
	struct sk_check *list;
	size_t n, cap;
};

#define SK_KEY(key) (1ul << SK_CHECK_##key)

#endif
