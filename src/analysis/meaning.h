/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_ANALYSIS_MEANING_H
#define SK_ANALYSIS_MEANING_H

#include "analysis/bearer.h"
#include "analysis/diff.h"
#include "analysis/domain.h"
#include "selkie/meaning.h"

/*
 * Meanings in the making:
 *
 *   meaning.c		the list, its order, and what is about the policy as a whole
 *   meaning-access.c	privileges, what booleans open, constraints that are gone
 *   meaning-transition.c	new transitions
 *   meaning-flow.c	new flows
 *
 * Danger: what is gained, on the scale of sensitive.h, then scaled down in per cent by who gains it and how. The scale
 * says in which order to look, and nothing else.
 */
struct sk_meanings {
	struct sk_arena arena;
	struct selkie_meaning *list;
	size_t n, cap;
	struct selkie_meanings_omitted omitted;
};

struct sk_making_meanings {
	struct sk_meanings *out;
	const struct sk_policy *policy[2];
	struct sk_diff walk; /* a walk of the comparison */
	struct sk_state *state[2];
	struct sk_sensitive *sensitive[2];
	struct sk_domains domains[2];
	struct sk_bearers bearers[2];
	struct sk_arena arena;	   /* for the work */
	struct sk_map transitions; /* new ones: numbers of source and target */
	struct sk_buf buf;
};

/* Adds a finding; its text is the buffer's, which is emptied. 0 or -ENOMEM. */
int sk_meaning_add(struct sk_making_meanings *m, const struct selkie_meaning *meaning);

/* Of each kind at most so many are told, the most dangerous. */
#define SK_MEANING_MOST 1000

/* Texts of rules in the making. The most that one finding shows: */
#define SK_MEANING_RULES 6

struct sk_meaning_rules {
	size_t n;
	struct selkie_meaning_rule list[SK_MEANING_RULES];
};

/*
 * Takes the buffer's text, which is emptied, unless there are enough or it is there; and the rules it stems from, which are
 * copied. 0 or -ENOMEM.
 */
int sk_meaning_take_rule(struct sk_making_meanings *m, struct sk_meaning_rules *rules, uint32_t perms,
			 const uint32_t *numbers, size_t n_numbers);
/* Takes a rule of the right policy as it is written. */
int sk_meaning_take_right_rule(struct sk_making_meanings *m, struct sk_meaning_rules *rules,
			       uint32_t rule, uint32_t perms);
/* Hands them to a finding. */
int sk_meaning_set_rules(struct sk_making_meanings *m, struct selkie_meaning *meaning,
			 const struct sk_meaning_rules *rules);

/*
 * "httpd_t, which listens on the network" for a type of the right policy, into the buffer; with a comma behind the clause
 * where the sentence goes on. `others`: how many more it is said of.
 */
void sk_meaning_name(struct sk_making_meanings *m, struct sk_type_id type, unsigned int others,
		     bool goes_on);

/* A danger scaled by the exposure of a domain of the right policy, and by whether the left one has it. */
unsigned int sk_meaning_scale(const struct sk_making_meanings *m, struct sk_type_id type,
			      unsigned int danger);

/* What is held back is no danger today, but one change away: a tenth. */
unsigned int sk_meaning_scale_held(enum selkie_held held, unsigned int danger);

/* Says what holds it back, as a sentence of its own; nothing when nothing does. */
void sk_meaning_say_held(struct sk_making_meanings *m, enum selkie_held held);

/* What was in the way before, though the rules were there; nothing when nothing was. */
void sk_meaning_say_was_held(struct sk_making_meanings *m, enum selkie_held was_held);

/* A type of the right policy in the left one, or 0. */
struct sk_type_id sk_meaning_left(const struct sk_making_meanings *m, struct sk_type_id right);

/* The most dangerous of some rows of sensitive.h, and its reason; 0 for none. */
unsigned int sk_meaning_worst_row(uint64_t rows, const char **ret_reason);

int sk_meaning_privileges(struct sk_making_meanings *m);
int sk_meaning_booleans(struct sk_making_meanings *m);
int sk_meaning_transitions(struct sk_making_meanings *m);
int sk_meaning_flows(struct sk_making_meanings *m);
int sk_meaning_constraints(struct sk_making_meanings *m);

#endif
