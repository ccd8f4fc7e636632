/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_COMPILE_MERGE_H
#define SK_COMPILE_MERGE_H

#include "unit/unit.h"

/*
 * Makes one base unit of a base, the first, and the modules behind it, as semodule_link does: each module becomes a block of
 * the base with its requirements, its optionals blocks within that. The units are not changed; the new one is added behind
 * them, and *ret_unit borrows it. Returns 0 or -ENOMEM.
 */
int sk_units_merge(struct sk_units *units, struct sk_space *space, struct sk_unit **ret_unit);

#endif
