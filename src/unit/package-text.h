/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_UNIT_PACKAGE_TEXT_H
#define SK_UNIT_PACKAGE_TEXT_H

#include "unit/package.h"
#include "unit/unit.h"

/*
 * Adds what the texts of a package say to the unit: file contexts, seusers, user prefixes. Netfilter contexts have no
 * statement, as in CIL; a warning says so. addr: of byte 0 of the package. Returns 0, SK_MODULE_REFUSED with a diagnostic
 * for each line that has no sense, or -ENOMEM.
 */
int sk_package_text_lower(struct sk_unit *unit, const struct sk_package *package, const char *name, uint32_t addr);

#endif
