/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_COMPILE_CHECK_H
#define SK_COMPILE_CHECK_H

#include "compile/compiler.h"

/* The branch of a conditional that a rule of the policy stands in, as in keys of records; 0: none. */
uint32_t sk_rule_branch(const struct sk_compiler *c, uint32_t rule);

/*
 * The first statement that gave a rule of the policy any permission of `mask` (for extended ones, of any driver); there
 * is one.
 */
const struct sk_unit_stmt *sk_rule_stmt(const struct sk_compiler *c, uint32_t rule, uint32_t mask);

/* "{ read write }", or "read" alone, of a class. The text is valid until the next call with the same buffer. */
const char *sk_perms_text(const struct sk_compiler *c, uint32_t cls, uint32_t mask, char *buffer, size_t size);

/* True when a type is, or is in, what an id of a rule names. */
static inline bool sk_id_has(const struct sk_compiler *c, uint32_t id, uint32_t type)
{
	return id == type || (id > c->n_plain_types && sk_bitset_has(&c->attribute_types[id], type));
}

#endif
