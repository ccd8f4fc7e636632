/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SELKIE_TRANSITION_H
#define SELKIE_TRANSITION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <selkie/access.h>
#include <selkie/context.h>
#include <selkie/overlay.h>
#include <selkie/rule.h>
#include <selkie/state.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/*
 * What label comes next: of a new process or object, of a member of a polyinstantiated directory, after a relabeling.
 * Decided as the kernel does (security_compute_sid, Linux 6.1). Threads and arguments as in access.h.
 */
enum selkie_transition_kind {
	SELKIE_TRANSITION_CREATE,	/* type_transition and its kin: a new process or object */
	SELKIE_TRANSITION_MEMBER,	/* type_member */
	SELKIE_TRANSITION_RELABEL,	/* type_change */
};

/* The computed context is not valid in the policy; in enforcing mode the kernel refuses the operation. */
#define SELKIE_TRANSITION_INVALID 1
/* default_range glblub: the two ranges have no level in common; the kernel refuses the operation. */
#define SELKIE_TRANSITION_NO_RANGE 2

/* Where each part of the result came from. */
enum selkie_transition_reason {
	SELKIE_TRANSITION_BY_RULE,		/* a role_transition, type_transition, range_transition, ... */
	SELKIE_TRANSITION_BY_CLASS,		/* the class's default_user, default_role, default_type, default_range */
	SELKIE_TRANSITION_BY_CUSTOM,		/* the kernel's built-in choice */
};

struct selkie_transition_details {
	unsigned int faults;		/* enum selkie_context_fault of the result */
	enum selkie_transition_reason user, role, type, range;
	/* the rules, where the reason is SELKIE_TRANSITION_BY_RULE; selkie_rule_text shows them */
	struct selkie_rule role_rule, type_rule, range_rule;
	bool overlay;			/* the type's rule is the overlay's */
};

/*
 * name: the new object's last path component, for type_transition rules with names; NULL when there is none. Only for
 * SELKIE_TRANSITION_CREATE.
 * ret_details: may be NULL; written unless a negative errno is returned.
 * ret_context: written for 0 and for SELKIE_TRANSITION_INVALID; owned by the caller.
 *
 * Returns 0, SELKIE_TRANSITION_INVALID, SELKIE_TRANSITION_NO_RANGE, or -ENOMEM.
 */
int selkie_transition_compute(const selkie_state *state, const selkie_overlay *overlay,
			      enum selkie_transition_kind kind, const selkie_context *source,
			      const selkie_context *target, selkie_class_id cls, const char *name,
			      struct selkie_transition_details *ret_details,
			      selkie_context **ret_context);

/* A validatetrans or mlsvalidatetrans statement forbids the relabeling. */
#define SELKIE_RELABEL_FORBIDDEN 1

/*
 * May `task` relabel an object of class cls from old_context to new_context, as far as validatetrans goes? (It also needs
 * relabelfrom and relabelto, which are accesses.) ret_failed: when forbidden and not NULL, the first statement that
 * forbids, owned by the caller as an explanation with one constraint.
 * Returns 0, SELKIE_RELABEL_FORBIDDEN, -EINVAL for a class the policy does not have, or -ENOMEM.
 */
int selkie_transition_validate(const selkie_policy *policy, const selkie_context *old_context,
			       const selkie_context *new_context, const selkie_context *task,
			       selkie_class_id cls, selkie_explanation **ret_failed);

/*
 * Whether new_type is old_type or bounded by it, directly or through others: what the kernel asks of a transition under
 * no_new_privs or from a thread (security_bounded_transition).
 */
bool selkie_type_is_bounded(const selkie_policy *policy, selkie_type_id old_type, selkie_type_id new_type);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
