/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_ANALYSIS_CRITERIA_H
#define SK_ANALYSIS_CRITERIA_H

#include "base/diag.h"
#include "model/policy.h"
#include "selkie/search.h"

/*
 * What a search asks for, worked out once against the policy, so that looking at a rule takes a few table look-ups.
 * Tables have one byte an id, 1 where the id matches; NULL where there is no such criterion.
 */
struct sk_criteria {
	struct sk_arena arena;
	uint32_t kinds, flags;
	uint8_t *source, *target, *result; /* by type id: of type enforcement and range rules */
	uint8_t *source_role, *target_role, *new_role; /* by role id: of role rules */
	uint8_t *role_target;			       /* by type id: target of role transitions */
	uint8_t *classes;			       /* by class id */
	uint8_t *conds;				       /* by number of the conditional */
	uint32_t *perms;	  /* by class id: which of its permissions were asked for */
	uint8_t *perms_complete;  /* by class id: it has all that were asked for */
	size_t n_perms;		  /* how many different ones were asked for */
	bool ioctl, nlmsg;	  /* these were among them */
	uint32_t *xperms;	  /* 65536 bits */
	struct sk_context *range; /* owned; its range is the new range of range transitions */
};

/* Returns 0, SELKIE_SEARCH_REFUSED or -ENOMEM; sk_criteria_done may be called in any case. */
int sk_criteria_init(struct sk_criteria *criteria, const struct sk_policy *policy,
		     const struct selkie_search_options *options, struct sk_diags *diags);
void sk_criteria_done(struct sk_criteria *criteria);

bool sk_criteria_match_rule(const struct sk_criteria *criteria, const struct sk_policy *policy,
			    const struct sk_rule *rule);
/* All but the source. */
bool sk_criteria_match_filename(const struct sk_criteria *criteria,
				const struct sk_filename_transition *rule);
bool sk_criteria_match_role_allow(const struct sk_criteria *criteria,
				  const struct sk_role_allow *rule);
bool sk_criteria_match_role_transition(const struct sk_criteria *criteria,
				       const struct sk_role_transition *rule);
bool sk_criteria_match_range_transition(const struct sk_criteria *criteria,
					const struct sk_range_transition *rule);

#endif
