/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_UNIT_LOST_H
#define SK_UNIT_LOST_H

#include "base/diag.h"
#include "base/intern.h"
#include "syntax/source.h"

/*
 * What is missing from units since statements with mistakes were left out: all the words of these statements, as they are
 * written. What is wrong elsewhere and has to do with none of them is wrong by itself.
 */
struct sk_lost {
	size_t n_diags;		/* that have been looked at */
	bool all;		/* nobody knows what is missing */
	bool levels;		/* something of levels, or of users, is */
	bool sids, rules;	/* an initial SID is; a rule, or what could have brought one */
	uint8_t *words;		/* by name: enum sk_lost_use, ored */
	size_t n_words;
};

enum sk_lost_use {
	SK_LOST_USED = 1,	/* in any statement */
	SK_LOST_SAID = 2,	/* in one that says what things are: a declaration, a membership, no rule and no context */
	SK_LOST_PUT = 4,	/* in one that puts something into an attribute */
};

void sk_lost_done(struct sk_lost *lost);

/* What is wrong so far is none of this build's. */
void sk_lost_begin(struct sk_lost *lost, const struct sk_diags *diags);

/*
 * Finds the statements of the mistakes in a policy.conf that have come since the last time. Of what stands in several sources,
 * was made by macros, or broke off, everything counts as missing. Mistakes in CIL and those of the compiler are passed: these
 * are added, word by word, where they are found. Returns 0 or -ENOMEM.
 */
int sk_lost_collect(struct sk_lost *lost, const struct sk_diags *diags, const struct sk_sources *sources,
		    struct sk_intern *names);

/* A name that is in something that is left out, and a word as it is written, which may be a keyword. Each returns 0 or -ENOMEM. */
int sk_lost_add(struct sk_lost *lost, struct sk_intern *names, const char *name, size_t n, unsigned int how);
int sk_lost_word(struct sk_lost *lost, struct sk_intern *names, const char *word, size_t n, unsigned int how);

/* What a statement that has this word does with its words; first: it begins the statement. */
unsigned int sk_lost_use_of(const char *word, size_t n, bool first);

/* Whether a name, or of a.b.c the last part of it, is among the words. */
bool sk_lost_has(const struct sk_lost *lost, const struct sk_intern *names, const char *name, enum sk_lost_use how);

#endif
