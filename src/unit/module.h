/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_UNIT_MODULE_H
#define SK_UNIT_MODULE_H

#include "unit/package.h"
#include "unit/unit.h"

/*
 * Binary modules: the module that checkmodule writes (.mod), alone or in a package with its file contexts (.pp). Module
 * format versions 4 to 24, base and not.
 *
 * Optionals of a binary module stand one behind the other; which stood inside which is found as the peers' converter
 * finds it: a block is inside the nearest one before it whose requirements are all among its own.
 */

/* The bytes are no package or module, or a damaged one. The diagnostic says which field at which offset, and why. */
#define SK_MODULE_REFUSED SK_UNIT_REFUSED

/*
 * Lowers a package, or a bare module, into a unit that it makes. name: of the file, for diagnostics. number: the unit's.
 * Nothing of data is needed afterwards. Places of statements are byte offsets in a source of that name. Returns 0,
 * SK_MODULE_REFUSED (a diagnostic of the space's collection says why), or a negative errno; no unit is left unless 0.
 */
int sk_module_read(struct sk_space *space, const void *data, size_t size, const char *name, uint32_t number,
		   struct sk_unit *ret_unit);

/*
 * Adds the bytes of the module that a unit is, in a version of the format (4 to 24), as checkmodule writes it: a base for
 * units that are no module. File contexts and the like are none of it. Returns 0, SK_MODULE_REFUSED when the version cannot
 * hold what the unit says (diagnostics say what), -EINVAL for a version that is none, or -ENOMEM.
 */
int sk_module_write(const struct sk_unit *unit, unsigned int version, struct sk_buf *out);

/* The same into a unit of its own behind the others, the number of which is its place. Returns likewise. */
int sk_unit_read_package(struct sk_units *units, struct sk_space *space, const void *data, size_t size, const char *name);

#endif
