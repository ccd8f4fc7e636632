/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SELKIE_ACCESS_H
#define SELKIE_ACCESS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <selkie/context.h>
#include <selkie/overlay.h>
#include <selkie/policy.h>
#include <selkie/state.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/*
 * May SOURCE do PERMISSION on a TARGET of CLASS? Decided as the kernel's security server does
 * (security/selinux/ss/services.c: context_struct_compute_av and what it calls, Linux 6.1; netlink message types as
 * in 6.13). Any number of threads may decide on one policy and state at once, without locks.
 *
 * Everywhere below: `state` brings the policy and the values of its booleans, `overlay` adds rules (NULL: none),
 * source and target are contexts of that policy.
 */

/* Flags of struct selkie_access. */
#define SELKIE_ACCESS_PERMISSIVE 1u	/* the source is permissive: denials are logged, not enforced */
#define SELKIE_ACCESS_NEVERAUDIT 2u	/* the source's denials are not logged (policy version 35) */

/* Access vectors: one bit a permission (name.h). All bits are decided. */
struct selkie_access {
	uint32_t allowed;
	uint32_t auditallow;	/* granted accesses that are logged */
	uint32_t auditdeny;	/* denied accesses that are logged; dontaudit rules clear bits */
	uint32_t flags;
};

/*
 * Access vectors of one source, target and class. The class id 0 stands for a class the policy does not know: it gets
 * everything where the policy allows unknown classes (handle_unknown) and nothing where not; so do permissions without
 * a name, which is for the caller to tell (selkie_policy_allows_unknown). The first decision on a policy builds its
 * index, which takes milliseconds.
 * Returns 0, or -EINVAL for another id the policy does not have, or -ENOMEM.
 */
int selkie_access_decide(const selkie_state *state, const selkie_overlay *overlay,
			 const selkie_context *source, const selkie_context *target,
			 selkie_class_id cls, struct selkie_access *ret_access);

/*
 * Extended permissions of one driver (the high byte of an ioctl command or netlink message type), 256 bits each for its
 * low byte. Where `filtered` is false no rule speaks of extended permissions for this source, target and class, and the
 * permission alone decides.
 */
struct selkie_xperm_access {
	bool filtered;
	bool audited_allow, audited_deny;	/* auditallow, dontaudit hold something for this driver */
	uint32_t allowed[8];
	uint32_t auditallow[8];
	uint32_t dontaudit[8];
};

/* Returns 0, -EINVAL for an unknown kind, or -ENOMEM. */
int selkie_access_decide_xperm(const selkie_state *state, const selkie_overlay *overlay,
			       const selkie_context *source, const selkie_context *target,
			       selkie_class_id cls, enum selkie_xperm_kind kind, uint8_t driver,
			       struct selkie_xperm_access *ret_access);

/*
 * A whole question: permissions of a class, and for one of them, ioctl or nlmsg, perhaps a number.
 */
struct selkie_question {
	const selkie_context *source, *target;
	selkie_class_id cls;
	uint32_t perms;
	bool has_number;
	enum selkie_xperm_kind kind;	/* with has_number */
	uint16_t number;		/* with has_number: ioctl command or netlink message type */
};

/* Which of the question's permissions are granted. Returns 0 or -ENOMEM. */
int selkie_access_check(const selkie_state *state, const selkie_overlay *overlay,
			const struct selkie_question *question, uint32_t *ret_granted);

/*
 * Why: the rules that bear on a question and, for permissions that are denied, what denies each. One object holds it
 * all; everything in it is borrowed from it or from the policy.
 */
typedef struct sk_explanation selkie_explanation;

/* Why a permission is denied. The first that holds in the kernel's order; a later one may hold too (`also`). */
enum selkie_denial {
	SELKIE_DENIAL_RULE,		/* no allow rule in force grants it */
	SELKIE_DENIAL_CONSTRAINT,	/* a constrain or mlsconstrain statement forbids it */
	SELKIE_DENIAL_ROLE,		/* no "allow ROLE NEW_ROLE" for this change of role */
	SELKIE_DENIAL_BOUNDS,		/* the bounding type may not do it */
	SELKIE_DENIAL_XPERM,		/* the permission is there; its number is filtered */
	SELKIE_DENIAL_CLASS,		/* the policy does not know the class */
};

#define SELKIE_NONE UINT32_MAX

/* A rule of the policy or of the overlay that matches source, target and class. */
struct selkie_matched_rule {
	uint32_t rule;		/* index for selkie_rule_print (rule.h), or of the overlay's rules */
	bool overlay;
	uint32_t cond;		/* number of its conditional, or SELKIE_NONE */
	bool branch;		/* with cond: it stands in the true branch */
	bool enabled;		/* in force under this state; always true for unconditional rules */
	uint32_t kind;		/* as enum selkie_rule_kind in rule.h */
	uint32_t perms;		/* those of the question it speaks of */
	bool names_number;	/* a rule of extended permissions: the question's number is among them */
};

/* One node of a constraint's expression, in postfix order; the last is the whole. */
struct selkie_constraint_node {
	char op;		/* '!', '&', '|' or 0 for a leaf */
	const char *text;	/* of a leaf: "l1 dom l2", "t1 == mlsfilewrite" */
	bool value;		/* for these contexts */
	bool decisive;		/* a leaf: had it the other value, the whole could change; false nodes that caused it */
	uint32_t left, right;	/* indexes of its operands; SELKIE_NONE where there is none */
};

struct selkie_failed_constraint {
	uint32_t index;		/* position among the class's constraints (or validatetrans) */
	uint32_t perms;		/* permissions of the question it takes away */
	bool mls;		/* it speaks of levels */
	const char *text;	/* the statement, as in policy.conf; types as attributes where the policy kept their names */
	uint32_t n_nodes;
	const struct selkie_constraint_node *nodes;
};

/* What denies a set of permissions. */
struct selkie_denied {
	enum selkie_denial why;
	uint32_t perms;
	uint32_t constraint;	/* for CONSTRAINT: index into selkie_explanation_constraint */
	selkie_type_id source_bound, target_bound;	/* for BOUNDS: the types that lack the access */
	bool only_if_granted;	/* it would deny too, if the reasons before it went away */
};

/* Returns 0 or -ENOMEM. *ret is owned by the caller. */
int selkie_access_explain(const selkie_state *state, const selkie_overlay *overlay,
			  const struct selkie_question *question, selkie_explanation **ret);
void selkie_explanation_free(selkie_explanation *explanation);

uint32_t selkie_explanation_granted(const selkie_explanation *explanation);	/* permissions granted */
const struct selkie_access *selkie_explanation_access(const selkie_explanation *explanation);

size_t selkie_explanation_n_rules(const selkie_explanation *explanation);
const struct selkie_matched_rule *selkie_explanation_rule(const selkie_explanation *explanation, size_t i);
size_t selkie_explanation_n_denied(const selkie_explanation *explanation);
const struct selkie_denied *selkie_explanation_denied(const selkie_explanation *explanation, size_t i);
size_t selkie_explanation_n_constraints(const selkie_explanation *explanation);
const struct selkie_failed_constraint *
selkie_explanation_constraint(const selkie_explanation *explanation, size_t i);

/*
 * Which booleans, set otherwise, would grant what a question asks and the state denies. Each remedy is a smallest set
 * of settings after which the whole question is granted (constraints and extended permissions included); the one that
 * opens the fewest accesses (selkie_overlay_count_opened) comes first. Only conditionals with rules for this source,
 * target and class are looked at. At most 32 remedies of at most 4 settings each are given.
 */
struct selkie_setting {
	selkie_bool_id boolean;
	bool value;
};

struct selkie_remedy {
	size_t n_settings;
	const struct selkie_setting *settings;
	uint64_t opens;			/* UINT64_MAX with SELKIE_REMEDIES_UNCOUNTED */
};

/* Do not count what each remedy opens: the order is then fewest settings first. For callers who count once for many. */
#define SELKIE_REMEDIES_UNCOUNTED 1u

typedef struct sk_remedies selkie_remedies;

/* Returns 0 or -ENOMEM. No remedies is a valid answer. */
int selkie_access_find_booleans(const selkie_state *state, const selkie_overlay *overlay,
				const struct selkie_question *question, unsigned int flags,
				selkie_remedies **ret);
void selkie_remedies_free(selkie_remedies *remedies);
size_t selkie_remedies_count(const selkie_remedies *remedies);
const struct selkie_remedy *selkie_remedies_get(const selkie_remedies *remedies, size_t i);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
