/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_COMPILE_COMPILE_H
#define SK_COMPILE_COMPILE_H

#include "model/policy.h"
#include "unit/unit.h"

/*
 * Units to one sealed policy: which blocks count and what names mean (resolve), what sets, rules and contexts come to
 * (expand), and whether the whole keeps its own promises (check). The order of the units is the order in which they are
 * linked: ids follow the order of declaration.
 *
 * The semantics are libsepol's, of link.c, expand.c, hierarchy.c, assertion.c and optimize.c, for the policy language
 * and binary modules; and secilc's for units of CIL.
 */

/* The input was refused; the diagnostics of the space say why. */
#define SK_COMPILE_REFUSED 1

struct sk_origins;

struct sk_compile_options {
	bool keep_unbounded;		/* leave out the checks of bounds and neverallow rules */
	bool optimize;			/* drop rules that others cover */
	bool list_blocks;		/* a note for each optional that is switched off, and why */
	bool **ret_enabled;		/* NULL, or gets which blocks of the space are on; the caller's (free) */
	bool no_dontaudit;		/* leave out what is not to be audited */
	const char *root;		/* names of files in origins are relative to it; NULL: as they are */
	int handle_unknown;		/* enum sk_handle_unknown, or -1: as the units say, else deny */
	int mls;			/* 0 or 1, or -1: as the units say */
	/* CIL: attributes with fewer types than this are expanded in rules, and so are those that other compilers made */
	uint32_t expand_size;
	bool expand_generated;
	bool multiple_declarations;	/* CIL: types and booleans may be declared again */
	/* object contexts of all units in the order of CIL's: what a module store is built by goes through CIL */
	bool store_order;
	bool sort_contexts;		/* the same order, without the rest of what CIL means */
};

#define SK_COMPILE_OPTIONS_INIT { .handle_unknown = -1, .mls = -1, .expand_size = 1 }

/*
 * Of units that are damaged, as statements had mistakes, no policy is made, but what is wrong with what is there is told.
 *
 * ret_policy: owned by the caller, set on success only. ret_origins: likewise, which statements each part of the policy
 * comes from (NULL for a policy that is too large for that); NULL when nobody asks.
 * Returns 0, SK_COMPILE_REFUSED, or -ENOMEM.
 */
int sk_compile(struct sk_space *space, const struct sk_unit *const *units, size_t n_units,
	       const struct sk_compile_options *options, struct sk_policy **ret_policy,
	       struct sk_origins **ret_origins);

#endif
