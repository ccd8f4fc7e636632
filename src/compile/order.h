/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_COMPILE_ORDER_H
#define SK_COMPILE_ORDER_H

#include "compile/compiler.h"

/*
 * The symbols of a table that are there, without aliases, in the order that the statements of kind `order` give
 * (CIL's classorder and its kin, the policy language's dominance), then those that no such statement names, in the order
 * of declaration.
 */
int sk_order_symbols(struct sk_compiler *c, enum sk_ns ns, enum sk_unit_kind order, uint32_t **ret_symbols,
		     uint32_t *ret_n);

/* order-cil.c: the same where nothing but CIL is compiled. list: room for that many symbols. */
int sk_order_cil(struct sk_compiler *c, enum sk_ns ns, enum sk_unit_kind order, uint32_t room, uint32_t *list,
		 uint32_t *ret_n);

#endif
