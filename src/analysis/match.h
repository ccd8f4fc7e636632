/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_ANALYSIS_MATCH_H
#define SK_ANALYSIS_MATCH_H

#include <stdbool.h>

#include "base/diag.h"
#include "selkie/labeling.h"

/*
 * Which labeling statements are meant: a port or range that the statement covers, a pkey or range that is its own, a
 * network that is its own, or a name. The text must outlive it; NULL matches all.
 */
struct sk_labeling_match {
	enum selkie_labeling_kind kind;
	const char *name; /* NULL for the kinds with numbers */
	bool all;
	uint64_t low, high;
	int family;
	uint8_t address[16], mask[16];
};

/* Returns 0 or SELKIE_COMPONENT_REFUSED with a diagnostic E0631. */
int sk_labeling_match_init(struct sk_labeling_match *match, enum selkie_labeling_kind kind,
			   const char *text, struct sk_diags *diags);
bool sk_labeling_match(const struct sk_labeling_match *match,
		       const struct selkie_labeling *labeling);

#endif
