/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_CMD_NEVERALLOW_H
#define SK_CMD_NEVERALLOW_H

#include "cmd/origin.h"

/*
 * The neverallow rules that a search asks for, out of the origins of its policy, which has none. origins: NULL, where none
 * are known or asked for, means that there are none.
 */
struct sk_neverallows {
	const selkie_policy *policy;
	const selkie_origins *origins;
	const struct selkie_search_options *search;
};

/* Whether rules of these kinds are asked for; and whether the criteria are such as these rules are found by. */
bool sk_neverallows_wanted(const struct selkie_search_options *search);
bool sk_neverallows_fit(const struct selkie_search_options *search);

/* The next one behind a position (0: from the beginning); its position, 0 at the end. Names of the search must be known. */
size_t sk_neverallows_next(const struct sk_neverallows *n, size_t after, struct selkie_neverallow *ret);
size_t sk_neverallows_count(const struct sk_neverallows *n);

/* All of them, a line each; where: with their places. Or as elements of the array of rules. */
void sk_neverallows_list(const struct sk_neverallows *n, bool where, struct sk_buf *out);
void sk_neverallows_json_rules(const struct sk_neverallows *n, bool where, struct sk_json *j);

#endif
