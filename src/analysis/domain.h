/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_ANALYSIS_DOMAIN_H
#define SK_ANALYSIS_DOMAIN_H

#include "model/sensitive.h"
#include "model/state.h"
#include "selkie/meaning.h"

/* What is known of a policy's domains at once, by type id. */
struct sk_domains {
	uint8_t *exposure; /* enum selkie_exposure */
	uint64_t *rows;	   /* sensitive accesses it has: bits of the rows of sensitive.h */
	uint8_t *is;	   /* it is a domain: processes run in it */
};

/* Everything lives in the arena. The state says which conditional rules count. Returns 0 or -ENOMEM. */
int sk_domains_make(struct sk_domains *domains, struct sk_arena *arena,
		    const struct sk_state *state, const struct sk_sensitive *sensitive);

#endif
