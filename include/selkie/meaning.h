/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SELKIE_MEANING_H
#define SELKIE_MEANING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <selkie/diff.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/*
 * What the differences between two policies mean for who attacks the system: what is possible under the new policy that
 * was not under the old one, each thing with how dangerous it is. Booleans have their defaults. What is possible is
 * decided as access.h does, with constraints, roles and bounds, for the users, roles and levels that may have the types: what
 * rules newly grant and none of these can use is told as held back, and counts for little.
 */
enum selkie_meaning_kind {
	SELKIE_MEANING_TRANSITION, /* processes of `source` can become `target` (reach.h) */
	SELKIE_MEANING_FLOW, /* what `source` writes reaches `target`, or what `target` holds reaches `source` */
	SELKIE_MEANING_PRIVILEGE,  /* `source` has gained a sensitive access to `target` */
	SELKIE_MEANING_PERMISSIVE, /* `source` is not confined any more */
	SELKIE_MEANING_BOOLEAN,	   /* the boolean `source` has another default */
	SELKIE_MEANING_POLICY,	   /* something about the policy as a whole */
	SELKIE_MEANING_CONSTRAINT, /* a constraint on a class is gone, and none has come */
};

/* How an attacker gets at a domain. */
enum selkie_exposure {
	SELKIE_EXPOSURE_NONE,
	SELKIE_EXPOSURE_USER,	  /* users run it */
	SELKIE_EXPOSURE_CONNECTS, /* it connects to others over the network */
	SELKIE_EXPOSURE_LISTENS,  /* others connect to it */
};

/* What keeps everybody from using what rules grant. */
enum selkie_held {
	SELKIE_HELD_NOT,
	SELKIE_HELD_BY_ROLES, /* no user and role may have the types, or may change to the other's */
	SELKIE_HELD_BY_CONSTRAINTS, /* for every user, role and level; or no user may have the level */
	SELKIE_HELD_BY_BOUNDS,	    /* the bounding type may not do it */
};

/* A rule that brings a finding. */
struct selkie_meaning_rule {
	const char *text; /* as policy text */
	uint32_t perms;	  /* those of its permissions that count, as bits of its class; 0: all */
	size_t n_numbers; /* the rules of the new policy that it stems from (rule.h), where they are known */
	const uint32_t *numbers;
};

struct selkie_meaning {
	enum selkie_meaning_kind kind;
	unsigned int danger;	       /* 0 to 100 */
	enum selkie_exposure exposure; /* of the source */
	const char *source, *target;   /* names, or NULL */
	const char *text;	       /* what it is, as sentences */
	uint64_t opens; /* BOOLEAN: accesses that the new default grants and the old one did not */
	enum selkie_held held; /* TRANSITION, FLOW, PRIVILEGE: nobody can use it, and why */
	enum selkie_held was_held; /* TRANSITION, PRIVILEGE: its rules were there before, and this was in the way */
	size_t n_rules;	       /* not always all of them */
	const struct selkie_meaning_rule *rules;
	size_t n_path; /* FLOW: the types on the way, both ends included */
	const char *const *path;
};

/* "transition", "flow", ... and "user", "connects", "listens" or "none"; NULL for unknown values. */
const char *selkie_meaning_kind_name(enum selkie_meaning_kind kind);
const char *selkie_exposure_name(enum selkie_exposure exposure);
const char *selkie_held_name(enum selkie_held held); /* "not", "roles", "constraints", "bounds" */

typedef struct sk_meanings selkie_meanings;

/*
 * Works out what a comparison means; its section SELKIE_DIFF_ALLOW must have been compared. *ret is owned by the caller
 * and borrows the comparison. Of transitions and of flows the thousand most dangerous are told; between policies that have
 * little in common the search for flows ends before all are seen. Returns 0, -EINVAL without that section, or -ENOMEM.
 */
int selkie_meanings_find(const selkie_diff *diff, selkie_meanings **ret);
void selkie_meanings_free(selkie_meanings *meanings); /* NULL is allowed */

/* Most dangerous first. */
size_t selkie_meanings_count(const selkie_meanings *meanings);
const struct selkie_meaning *selkie_meanings_get(const selkie_meanings *meanings, size_t i);

/* What was left out of the findings. */
struct selkie_meanings_omitted {
	/*
	 * Types that exchange data directly with more than a tenth of all types under the old policy: flows through them
	 * are not looked for, since by them everything reaches everything. By name.
	 */
	size_t n_hubs;
	const char *const *hubs;
	size_t n_transitions, n_flows; /* less dangerous ones than those that are told */
	bool flows_ended;	       /* the search for flows was ended before all were seen */
};

const struct selkie_meanings_omitted *selkie_meanings_omitted(const selkie_meanings *meanings);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
