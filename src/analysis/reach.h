/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_ANALYSIS_REACH_H
#define SK_ANALYSIS_REACH_H

#include "analysis/graph.h"
#include "selkie/reach.h"

/* Rules of one kind, with what they are about, by the name on one side: a type or an attribute. */
struct sk_relation {
	uint32_t *first; /* by id; one more at the end */
	uint16_t *other; /* the name on the other side */
	uint32_t *rules;
};

enum sk_reach_relation {
	SK_REACH_TRANSITION,
	SK_REACH_DYNTRANSITION,
	SK_REACH_EXECUTE,
	SK_REACH_ENTRYPOINT,
	SK_REACH_SETEXEC,
	SK_REACH_SETCURRENT,
	SK_REACH_NNP,
	SK_REACH_NOSUID,
	SK_REACH_TYPE_TRANSITION, /* other: the program's type; the result is the rule's data */
	SK_N_REACH_RELATIONS,
};

struct sk_reach {
	struct sk_graph graph; /* first */
	unsigned int flags;
	bool nnp_capability; /* the policy has nnp_nosuid_transition: process2 is asked */
	struct sk_relation by_source[SK_N_REACH_RELATIONS];
	struct sk_relation by_target[SK_REACH_DYNTRANSITION + 1]; /* of the first two */
};

/* Calls each(arg, rule) for the rules of a relation between two types. Nonzero ends it and is passed on. */
int sk_relation_each(const struct sk_reach *reach, enum sk_reach_relation relation, uint32_t source,
		     uint32_t target, int (*each)(void *arg, uint32_t rule), void *arg);
bool sk_relation_has(const struct sk_reach *reach, enum sk_reach_relation relation, uint32_t source,
		     uint32_t target);

/* Whether a transition remains under no_new_privs (SK_REACH_NNP) or nosuid (SK_REACH_NOSUID). */
enum selkie_restricted sk_reach_restricted(const struct sk_reach *reach,
					   enum sk_reach_relation relation, uint32_t source,
					   uint32_t target);

#endif
