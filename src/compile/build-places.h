/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_COMPILE_BUILD_PLACES_H
#define SK_COMPILE_BUILD_PLACES_H

#include "unit/unit.h"

/*
 * A module knows no sources, but its rules stand in the order in which they were written, and an else follows its optional.
 * Nor does it know Xen, whose names and objects are taken as well. Returns 0 or -ENOMEM.
 */
int sk_build_take_places(struct sk_unit *module, struct sk_unit *source);

#endif
