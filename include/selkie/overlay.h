/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SELKIE_OVERLAY_H
#define SELKIE_OVERLAY_H

#include <stdint.h>

#include <selkie/policy.h>
#include <selkie/state.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/*
 * Rules that a policy does not have but could: decisions that are given an overlay are those of the policy with these
 * rules added, so that a proposed fix is tried without compiling anything. (Changed booleans are a selkie_state.)
 *
 * An overlay borrows its policy. Adding is for one thread; an overlay that nobody adds to may be used by any number.
 */
typedef struct sk_overlay selkie_overlay;

/* Kinds of extended permissions. */
enum selkie_xperm_kind {
	SELKIE_XPERM_IOCTL = 1,		/* permission ioctl, numbers 0 to 0xffff: high byte the driver, low the function */
	SELKIE_XPERM_NLMSG = 2,		/* permission nlmsg, netlink message types */
};

int selkie_overlay_new(const selkie_policy *policy, selkie_overlay **ret_overlay);
void selkie_overlay_free(selkie_overlay *overlay);	/* NULL is allowed */

/*
 * allow SOURCE TARGET : CLASS { PERMS }. source and target are types or attributes. All return 0, -ENOMEM, or -EINVAL
 * when an id or a bit is none of the policy's.
 */
int selkie_overlay_allow(selkie_overlay *overlay, selkie_type_id source, selkie_type_id target,
			 selkie_class_id cls, uint32_t perms);

/* allowxperm SOURCE TARGET : CLASS ioctl|nlmsg LOW-HIGH */
int selkie_overlay_allow_xperm(selkie_overlay *overlay, selkie_type_id source, selkie_type_id target,
			       selkie_class_id cls, enum selkie_xperm_kind kind, uint16_t low,
			       uint16_t high);

/* allow ROLE NEW_ROLE */
int selkie_overlay_allow_role(selkie_overlay *overlay, selkie_role_id role, selkie_role_id new_role);

/* type_transition SOURCE TARGET : CLASS RESULT; source and target are types. It wins over a rule of the policy. */
int selkie_overlay_type_transition(selkie_overlay *overlay, selkie_type_id source,
				   selkie_type_id target, selkie_class_id cls, selkie_type_id result);

/*
 * How many accesses, as distinct (source type, target type, class, permission), type enforcement grants under `after`
 * with `overlay` (NULL: none) that it does not grant under `before` without. Attributes count as the types they have.
 * Constraints and extended permissions are not weighed: they need whole contexts and numbers. Both states are of one
 * policy. Returns 0 or -ENOMEM.
 */
int selkie_overlay_count_opened(const selkie_state *before, const selkie_state *after,
				const selkie_overlay *overlay, uint64_t *ret_n);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
