/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_EXPLAIN_OPERATION_H
#define SK_EXPLAIN_OPERATION_H

#include "explain/vocabulary.h"

/* For each permission of a class that may fail first, adds to needs[bit] what its operation needs besides. */
void sk_operation_learn(const struct sk_class *cls, uint32_t needs[32]);

/*
 * The permissions that the whole operation needs of which `perms` failed first: a file that was looked at will be
 * opened and read. Includes perms themselves; only bits that the class has.
 */
uint32_t sk_operation_perms(const struct sk_vocabulary *words, const struct sk_class *cls, uint32_t perms);

#endif
