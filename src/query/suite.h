/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_QUERY_SUITE_H
#define SK_QUERY_SUITE_H

#include "base/arena.h"
#include "base/buf.h"
#include "base/diag.h"
#include "model/policy.h"
#include "selkie/flow.h"
#include "selkie/labeling.h"
#include "selkie/name.h"
#include "selkie/object.h"
#include "selkie/reach.h"
#include "selkie/suite.h"
#include "selkie/transition.h"

/*
 * A suite is kept twice: as words, which know their places and no policy (suite-read.c), and, once it is bound, as
 * contexts, classes and bits (suite-bind.c), which are all that running it looks at (suite-run.c).
 */
struct sk_suite_word {
	const char *s;
	uint32_t line, col;
	uint32_t length;	/* in the file */
	char mark;		/* '{' or '}', '"' for a quoted name, '~' or '*'; 0 for a word */
};

struct sk_suite_file {
	const char *name;
	const char *text;
	size_t size;
};

/* Words from first to before end. */
struct sk_suite_span {
	uint32_t first, end;
};

enum sk_suite_kind {
	/* tests, as enum selkie_test_kind */
	SK_SUITE_SET = SELKIE_TEST_REACH + 1,
	SK_SUITE_USER, SK_SUITE_ROLE, SK_SUITE_LEVEL, SK_SUITE_RESET,
	SK_N_SUITE_KINDS,
};

/* What a label is asked of. */
enum sk_suite_label {
	SK_LABEL_PATH, SK_LABEL_CREATE, SK_LABEL_MEMBER, SK_LABEL_RELABEL,
	/* by statements of the policy */
	SK_LABEL_PORT, SK_LABEL_GENFS, SK_LABEL_NODE, SK_LABEL_NETIF,
	SK_N_SUITE_LABELS,
};

struct sk_suite_row {
	uint8_t kind;
	uint8_t label;			/* enum sk_suite_label */
	bool no;			/* "no flow" and its like */
	uint32_t file;
	uint32_t line;
	const char *text;
	struct sk_suite_span source, target, cls, perms, reasons, result, extra, except;
	struct sk_suite_bound *bound;
};

struct sk_suite_number {
	enum selkie_xperm_kind kind;
	uint16_t number;
	uint32_t perm;
};

/* Contexts of one set of types, or one context that was written out. Shared between rows that say the same. */
struct sk_suite_subjects {
	uint32_t n;
	const struct sk_context **contexts;
};

struct sk_suite_bound {
	struct sk_suite_subjects source, target;
	bool self;			/* the target is the source */
	uint32_t cls;
	uint32_t perms;
	uint32_t n_numbers;
	struct sk_suite_number *numbers;
	unsigned int reasons;		/* 1 << enum selkie_denial; 0: none were named */
	uint32_t n_settings;		/* of SET rows; of DENY rows: the remedy */
	struct sk_suite_setting {
		uint32_t boolean;
		bool value;
	} *settings;
	bool names_booleans;		/* "because boolean ...", even with nothing behind it */
	struct sk_bitset types;		/* ONLY: those that may */
	const struct sk_context *context;	/* the result when it was written out */
	uint32_t type;			/* else its type */
	uint32_t from, to;		/* FLOW, REACH: types or attributes */
	bool none;			/* "is none" */
	const char *name;		/* of a new object, a path, a file system, an interface */
	const char *path;		/* LABEL genfs: in the file system */
	int family;			/* LABEL node */
	uint8_t address[16];
	uint32_t mode, port;		/* LABEL path, port */
	int protocol;
	unsigned int weight;
	uint32_t n_except;
	selkie_type_id *except;
};

struct sk_suite {
	struct sk_arena arena;
	struct sk_suite_file *files;
	size_t n_files, cap_files;
	struct sk_suite_word *words;
	size_t n_words, cap_words;
	struct sk_suite_row *rows;
	size_t n_rows, cap_rows;
	uint32_t *tests;		/* rows that ask something */
	size_t n_tests, cap_tests;

	struct sk_arena bound;		/* what binding made */
	struct sk_context **contexts;	/* likewise */
	size_t n_contexts, cap_contexts;
	const struct sk_policy *policy;
	const selkie_label_db *labels;
};

extern const char *const sk_suite_kind_words[SK_N_SUITE_KINDS];
/* The word behind "label"; NULL for a path. */
extern const char *const sk_suite_label_words[SK_N_SUITE_LABELS];

void sk_suite_place(const struct sk_suite *suite, uint32_t file, const struct sk_suite_word *word,
		    struct sk_place *ret);

/*
 * Running. A runner is one thread's: it holds the state that rows change, and the graphs that were made last.
 */
struct sk_suite_runner {
	const struct sk_suite *suite;
	const struct sk_policy *policy;	/* the suite's, or a variant of it */
	const struct sk_state *base;
	struct sk_state *state;		/* base, and what rows have set */
	uint64_t settings;		/* counts changes of the state */
	bool explain;			/* keep messages and questions */
	struct sk_test_results *results;	/* where they are kept */
	selkie_flow *flow;
	selkie_reach *reach;
	uint64_t flow_settings, reach_settings;
	const struct sk_suite_bound *flow_of, *reach_of;	/* weight and exceptions are those of this row */
	struct sk_suite_watch *watch;	/* coverage; or NULL */
	int error;			/* sticky, negative errno */
};

/* What a test asked, and what answered; for coverage. */
struct sk_suite_watch {
	void (*question)(void *arg, const struct sk_state *state, const struct selkie_question *q);
	void (*rule)(void *arg, uint32_t rule, uint32_t perms);
	void (*made)(void *arg, const struct sk_context *source, const struct selkie_transition_details *details);
	void (*path)(void *arg, const struct selkie_label_rule *rule);
	void (*statement)(void *arg, enum selkie_labeling_kind kind, uint32_t number);
	void *arg;
};

int sk_suite_runner_init(struct sk_suite_runner *r, const struct sk_suite *suite, const struct sk_state *state);
void sk_suite_runner_done(struct sk_suite_runner *r);

/* Does what a row that is no test says. */
void sk_suite_set(struct sk_suite_runner *r, const struct sk_suite_row *row);

/* Whether a test passes; with explain, why not stands in results->why. */
bool sk_suite_test(struct sk_suite_runner *r, const struct sk_suite_row *row);

struct sk_test_result {
	bool passed, skipped;
	const char *message;
	uint32_t n_questions;
	struct selkie_question *questions;
	const struct sk_state *state;
};

struct sk_test_results {
	struct sk_arena arena;
	size_t n, n_failed;
	struct sk_test_result *list;
	struct sk_test_result *at;	/* the one that is being filled */
	struct sk_state **states;	/* copies for questions */
	size_t n_states, cap_states;
	uint64_t last_settings;		/* of the newest copy */
};

/* Covered rules, for mutants. */
struct sk_coverage {
	const struct sk_policy *policy;
	const selkie_label_db *labels;
	struct selkie_covered *list;
	size_t n, cap;
};

int sk_suite_check_state(const struct sk_suite *suite, const struct sk_state *state);

#endif
