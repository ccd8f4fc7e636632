/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SELKIE_REACH_H
#define SELKIE_REACH_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <selkie/path.h>
#include <selkie/policy.h>
#include <selkie/state.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/*
 * Domain transitions: which domains a process can come to. By executing a program, a process of domain A gets to B when
 *
 *	allow A B:process transition;
 *	allow A E:file execute;		and the program's type E
 *	allow B E:file entrypoint;
 *
 * and one of these makes it happen:
 *
 *	type_transition A E:process B;	by itself
 *	allow A A:process setexec;	when the process asks for it
 *
 * and without executing anything when
 *
 *	allow A B:process dyntransition;
 *	allow A A:process setcurrent;
 *
 * as the kernel has it (security/selinux/hooks.c: selinux_bprm_creds_for_exec, selinux_setprocattr; Linux 6.1). The graph
 * is that of sedta (setools 4.4); the places where we differ are listed in docs/differences-setools.md. Roles and
 * constraints are not looked at.
 *
 * A graph borrows the policy; the state is needed only while it is made. It does not change: any number of threads may
 * ask one graph at once.
 */
typedef struct sk_reach selkie_reach;

/* Only the transitions that remain under no_new_privs, or from a file system mounted nosuid. */
#define SELKIE_REACH_NNP 1u
#define SELKIE_REACH_NOSUID 2u

#define SELKIE_REACH_OPTIONS_VERSION 1

/* Initialize with SELKIE_REACH_OPTIONS_INIT. */
struct selkie_reach_options {
	unsigned int version;	/* SELKIE_REACH_OPTIONS_VERSION */
	unsigned int flags;	/* SELKIE_REACH_* */
	const selkie_state *state;	/* whose conditional rules count; NULL: all, whatever the booleans */
	const selkie_type_id *exclude;	/* types, or attributes, that are no domain and no entry point */
	size_t n_exclude;
};

#define SELKIE_REACH_OPTIONS_INIT                                                                  \
	{                                                                                          \
		SELKIE_REACH_OPTIONS_VERSION, 0, 0, 0, 0                                           \
	}

/* *ret is owned by the caller. Returns 0, -EINVAL for a wrong version or id, or -ENOMEM. */
int selkie_reach_new(const selkie_policy *policy, const struct selkie_reach_options *options,
		     selkie_reach **ret);
void selkie_reach_free(selkie_reach *reach); /* NULL is allowed */

/* As selkie_flow_find_paths and selkie_flow_reachable (flow.h). */
int selkie_reach_find_paths(const selkie_reach *reach, selkie_type_id from, selkie_type_id to,
			    const struct selkie_path_options *options, selkie_paths **ret);
int selkie_reach_reachable(const selkie_reach *reach, selkie_type_id start,
			   enum selkie_direction direction, uint32_t max_steps,
			   struct selkie_reached **ret, size_t *ret_n);

/* Rules by their number: selkie_rule_get (rule.h). */
struct selkie_rule_list {
	size_t n;
	const uint32_t *rules;
};

/* A program type by which a domain is entered. */
struct selkie_entrypoint {
	selkie_type_id type;
	struct selkie_rule_list entrypoint, execute, type_transition;
};

/* Why a transition remains under no_new_privs or nosuid. */
enum selkie_restricted {
	SELKIE_RESTRICTED_FORBIDDEN,	/* it does not */
	SELKIE_RESTRICTED_BY_RULE,	/* process2 nnp_transition or nosuid_transition */
	SELKIE_RESTRICTED_BY_BOUNDS,	/* the new domain is bounded by the old one */
};

/* What a transition lacks. */
#define SELKIE_LACKS_TRANSITION 1u	/* allow A B:process transition */
#define SELKIE_LACKS_EXECUTE 2u		/* A executes none of the programs that are entry points of B */
#define SELKIE_LACKS_ENTRYPOINT 4u	/* B has no entry point at all */
#define SELKIE_LACKS_TRIGGER 8u		/* neither setexec nor a type_transition to B */
#define SELKIE_LACKS_DYNTRANSITION 16u	/* allow A B:process dyntransition */
#define SELKIE_LACKS_SETCURRENT 32u	/* allow A A:process setcurrent */
#define SELKIE_LACKS_RESTRICTED 64u	/* it is forbidden under no_new_privs or nosuid, as asked for */

/*
 * Everything about one transition, possible or not: the rules that are there, and what is missing. All of it is owned by
 * the structure.
 */
struct selkie_transition_facts {
	bool by_exec, by_dyntransition;	/* possible this way; neither: not possible */
	unsigned int exec_lacks, dyn_lacks;	/* SELKIE_LACKS_* */
	struct selkie_rule_list transition, setexec, dyntransition, setcurrent;
	size_t n_entrypoints;	/* those that B has and A executes, whether or not something makes it happen */
	const struct selkie_entrypoint *entrypoints;
	enum selkie_restricted nnp, nosuid;
	struct selkie_rule_list nnp_rules, nosuid_rules;
	/* programs that B has as entry points and A does not execute, when A executes none of them */
	size_t n_not_executed;
	const selkie_type_id *not_executed;
};

/* Types, not attributes, and not the same one. Returns 0, -EINVAL, or -ENOMEM. */
int selkie_reach_facts(const selkie_reach *reach, selkie_type_id from, selkie_type_id to,
		       struct selkie_transition_facts **ret);
void selkie_transition_facts_free(struct selkie_transition_facts *facts); /* NULL is allowed */

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
