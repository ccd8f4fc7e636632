/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef POLICY_SAME_H
#define POLICY_SAME_H

#include <stdio.h>

#include "model/policy.h"

/*
 * Whether two policies mean the same. Numbers, order and versions do not count, names do: rules are compared with
 * attributes expanded to types, conditions as truth tables, constraints by permission with their names expanded.
 * Attributes themselves count only where both versions keep their names. Rules that another rule makes redundant are
 * not looked for.
 *
 * Writes up to `most` differences to `out`, a line each: "only in the first: ..." Returns how many there are.
 */
size_t policy_same(const struct sk_policy *a, const struct sk_policy *b, FILE *out, size_t most);

/* The same for policies of which one came by way of CIL, whose compilers make and drop attributes: they do not count. */
size_t policy_same_expanded(const struct sk_policy *a, const struct sk_policy *b, FILE *out, size_t most);

#endif
