/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_ANALYSIS_BEARER_H
#define SK_ANALYSIS_BEARER_H

#include "analysis/reach.h"
#include "model/access.h"
#include "selkie/meaning.h"

/*
 * Bearers of types: the users, roles and levels with which processes and objects of a type occur. Rules speak of types
 * alone; whether anybody can use what they grant is a question to the bearers, and to the constraints between them.
 *
 * Of levels the lowest and the highest of the user are taken and, for processes, the whole range between. For one thread;
 * borrows the state and its policy.
 */
struct sk_bearer_list {
	bool made;
	uint32_t n;
	struct sk_context *contexts;
};

struct sk_bearers {
	const struct sk_policy *policy;
	const struct sk_state *state;
	struct sk_decider decider;
	struct sk_arena arena;
	struct sk_bearer_list *processes, *objects; /* by type id, when they were asked for */
	uint32_t process, file;			    /* class ids, 0 when the policy has none */
	uint32_t transition, dyntransition, setexec, setcurrent, execute, entrypoint; /* permissions */
};

int sk_bearers_init(struct sk_bearers *b, const struct sk_state *state); /* 0 or -ENOMEM */
void sk_bearers_done(struct sk_bearers *b);

/* Whether any user and role may have a type. */
bool sk_bearers_exist(const struct sk_bearers *b, uint32_t type);

/*
 * What keeps every process of a type from using any of these permissions that rules grant it. `granted`: take them as
 * granted, where the rule waits for a boolean. 0 or -ENOMEM.
 */
int sk_bearers_access(struct sk_bearers *b, uint32_t source, uint32_t target, uint32_t cls, uint32_t perms,
		      bool granted, enum selkie_held *ret);

/*
 * The same of a transition that the graph has. takes: of the processes of the source only those count for which it is
 * true; NULL for all.
 */
int sk_bearers_transition(struct sk_bearers *b, const struct sk_reach *reach, uint32_t source, uint32_t target,
			  bool (*takes)(void *arg, const struct sk_context *source), void *arg, enum selkie_held *ret);

#endif
