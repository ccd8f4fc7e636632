/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_COMPILE_TYPE_H
#define SK_COMPILE_TYPE_H

#include "compile/compiler.h"

/* What the alias statements of a kind say: type, sensitivity or category aliases. */
void sk_compile_aliases(struct sk_compiler *c, enum sk_ns ns, enum sk_unit_kind kind);

/* The types of an attribute, by its id; NULL after a diagnostic or when out of memory. */
const struct sk_bitset *sk_attribute_types(struct sk_compiler *c, uint32_t id);

/* Adds the types of a set, attributes expanded, to a set of the width of all types. False after a diagnostic. */
bool sk_add_types(struct sk_compiler *c, const struct sk_unit_stmt *stmt, uint32_t set, struct sk_bitset *into);

/* The same for the types and attributes of a list. */
bool sk_add_listed_types(struct sk_compiler *c, const struct sk_unit_stmt *stmt, const uint32_t *refs, uint32_t n,
			 struct sk_bitset *into);

#endif
