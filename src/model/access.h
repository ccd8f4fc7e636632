/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_MODEL_ACCESS_H
#define SK_MODEL_ACCESS_H

#include "model/index.h"
#include "model/overlay.h"
#include "model/state.h"
#include "selkie/access.h"

/* What a decision starts from; made once by sk_subject_init, on the stack. */
struct sk_decider {
	const struct sk_policy_index *ix;
	const struct sk_state *state;
	const struct sk_overlay *overlay;	/* may be NULL */
};

/*
 * A decision with what each step took away, in the kernel's order: allowed = te & ~constrained & ~role & ~bounds.
 */
struct sk_access_trace {
	uint32_t te;			/* granted by allow rules */
	uint32_t constrained, role, bounds;
	uint32_t allowed;
	uint32_t auditallow, auditdeny;
};

/* Builds the index if need be. Returns 0 or -ENOMEM. */
int sk_decider_init(struct sk_decider *d, const struct sk_state *state,
		    const struct sk_overlay *overlay);

/* Type enforcement alone: allow, auditallow and auditdeny vectors of two types. cls is a class of the policy. */
void sk_decide_te(const struct sk_decider *d, uint32_t source, uint32_t target, uint32_t cls,
		  struct sk_access_trace *ret);

/*
 * The two parts of what allow rules grant, the overlay aside: by the groups that a target is in, which is the same for all
 * targets with one row of the index, and by the target itself. Only where the index has rows.
 */
uint32_t sk_decide_te_row(const struct sk_decider *d, uint32_t source, uint32_t target, uint32_t cls);
uint32_t sk_decide_te_target(const struct sk_decider *d, uint32_t source, uint32_t target, uint32_t cls);

/* The whole decision, for a class of the policy (0 < cls <= n_class_ids). */
void sk_decide_access(const struct sk_decider *d, const struct sk_context *source,
		      const struct sk_context *target, uint32_t cls, struct sk_access_trace *ret);

/* Extended permissions of one driver. */
void sk_decide_xperm(const struct sk_decider *d, uint32_t source, uint32_t target, uint32_t cls,
		     enum selkie_xperm_kind kind, uint8_t driver, struct selkie_xperm_access *ret);

/* The permission bit that numbers of a kind belong to, in a class; 0 when it has none. */
uint32_t sk_xperm_base(const struct sk_class *cls, enum selkie_xperm_kind kind);

/* Whether a record of extended permissions names a number of a kind. */
bool sk_xperm_names(const struct sk_xperm *xperm, enum selkie_xperm_kind kind, uint16_t number);

/* Whether a whole question's permissions are granted; *trace may be NULL. */
uint32_t sk_decide_question(const struct sk_decider *d, const struct selkie_question *q,
			    struct sk_access_trace *trace, bool *ret_filtered);

/* True when "allow ROLE NEW_ROLE" exists, in the policy or the overlay. */
bool sk_role_change_allowed(const struct sk_decider *d, struct sk_role_id from, struct sk_role_id to);

/* Depth of type bounds that is followed; the kernel refuses a policy with more (POLICYDB_BOUNDS_MAXDEPTH). */
#define SK_BOUNDS_DEPTH 4

#endif
