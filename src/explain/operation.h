/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_EXPLAIN_OPERATION_H
#define SK_EXPLAIN_OPERATION_H

#include "model/policy.h"

/*
 * The permissions that the whole operation needs of which `perms` failed first: a file that was looked at will be
 * opened and read. Includes perms themselves; only bits that the class has.
 */
uint32_t sk_operation_perms(const struct sk_class *cls, uint32_t perms);

#endif
