/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_EXPLAIN_OPERATION_H
#define SK_EXPLAIN_OPERATION_H

#include "model/policy.h"

/*
 * What whole operations need, for the classes of one policy: needs[bit] for a permission that failed first. Worked out
 * for a class when it is first asked about.
 */
struct sk_operation {
	bool known;
	uint32_t needs[32];
};

/*
 * The permissions that the whole operation needs of which `perms` failed first: a file that was looked at will be
 * opened and read. Includes perms themselves; only bits that the class has. `operations` has an element a class id,
 * zeroed at first.
 */
uint32_t sk_operation_perms(struct sk_operation *operations, const struct sk_class *cls, uint32_t perms);

#endif
