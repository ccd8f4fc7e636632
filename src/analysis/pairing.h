/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_ANALYSIS_PAIRING_H
#define SK_ANALYSIS_PAIRING_H

#include "model/policy.h"

/*
 * The names of one kind of symbol in two policies, numbered from 1: first those of the left policy in the order of their
 * ids, then those that only the right one has. Whatever is compared between policies is compared by these numbers.
 */
struct sk_pairing {
	uint32_t n;
	uint32_t *number[2]; /* by a side's id; 0 for what is not of this kind */
	uint32_t *id[2];     /* by number: the side's id, or 0 */
	const char **name;   /* by number */
};

enum sk_pairing_kind {
	SK_PAIR_TYPES, /* without attributes */
	SK_PAIR_ATTRIBUTES,
	SK_PAIR_CLASSES,
	SK_PAIR_COMMONS, /* their ids: position + 1 */
	SK_PAIR_ROLES,
	SK_PAIR_USERS,
	SK_PAIR_BOOLS,
	SK_PAIR_SENS,
	SK_PAIR_CATS,
	SK_N_PAIRS,
};

/* Everything lives in the arena; names are borrowed from the policies. Returns 0 or -ENOMEM. */
int sk_pairing_make(struct sk_pairing *pairing, struct sk_arena *arena,
		    const struct sk_policy *left, const struct sk_policy *right,
		    enum sk_pairing_kind kind);

#endif
