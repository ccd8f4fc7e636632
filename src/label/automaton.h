/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_LABEL_AUTOMATON_H
#define SK_LABEL_AUTOMATON_H

#include <pthread.h>

#include "label/pattern.h"

/*
 * The file types of a question: any (not known), the seven that a rule may name, and others, which fit only rules
 * without a file type. A rule's own type is one of the first eight.
 */
enum sk_label_kind {
	SK_KIND_ANY,
	SK_KIND_FILE,
	SK_KIND_DIR,
	SK_KIND_CHAR,
	SK_KIND_BLOCK,
	SK_KIND_FIFO,
	SK_KIND_LINK,
	SK_KIND_SOCKET,
	SK_KIND_OTHER,
	SK_N_KINDS,
};

static inline bool sk_kind_fits(enum sk_label_kind rule, enum sk_label_kind asked)
{
	return asked == SK_KIND_ANY || rule == SK_KIND_ANY || rule == asked;
}

/*
 * The rests of all patterns with one literal prefix, as one deterministic automaton, which grows as it is asked. Rules
 * are numbers; the higher one wins.
 *
 * Threads: states are published by release stores and never change or go away afterwards, so readers take no lock; new
 * ones are made under the builder's lock. When the builder's budget is used up nothing more is kept, and the path's
 * remainder is walked on sets of instructions.
 */
struct sk_label_state;
struct sk_label_automaton;

/* What all automata of a database share. */
struct sk_label_builder {
	pthread_mutex_t lock;
	struct sk_arena arena; /* under the lock */
	size_t budget;	       /* bytes of arena */
};

int sk_label_builder_init(struct sk_label_builder *b, size_t budget);
void sk_label_builder_done(struct sk_label_builder *b);

/* One rule of an automaton. */
struct sk_label_part {
	const struct sk_label_pattern *pattern;
	uint32_t rule;
	enum sk_label_kind kind;
	bool newline; /* $ also matches before a line break at the end */
};

/*
 * Makes an automaton, with the builder's lock held, in the builder's arena. part_at gives part i of n, in rising order
 * of their rules. Returns 0 or -ENOMEM.
 */
int sk_label_automaton_new(struct sk_label_builder *b, size_t n,
			   void (*part_at)(const void *arg, size_t i,
					   struct sk_label_part *ret_part),
			   const void *arg, struct sk_label_automaton **ret_automaton);

/*
 * The highest rule whose rest is s[0..n), plus 1, or 0 when none is. Returns 0 or -ENOMEM.
 */
int sk_label_automaton_run(struct sk_label_builder *b, struct sk_label_automaton *a, const char *s,
			   size_t n, enum sk_label_kind kind, uint32_t *ret_best);

#endif
