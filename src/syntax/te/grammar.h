/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_SYNTAX_TE_GRAMMAR_H
#define SK_SYNTAX_TE_GRAMMAR_H

#include "syntax/te/tree.h"

/* The grammar of the policy language as a table of shapes, which the parser and the printer walk. */

/* Where a statement may stand. */
enum { IN_TOP = 1, IN_OPTIONAL = 2, IN_IF = 4, IN_REQUIRE = 8 };
#define IN_RULES (IN_TOP | IN_OPTIONAL)
#define IN_COND (IN_RULES | IN_IF)

/*
 * Shapes, one letter a part, each filling the next of its sort:
 *   i identifier to name   N set   l list with commas to a set
 *   A [alias SET]   a alias SET   , [, LIST]   B { LIST }   b true or false   o [: SET]   q "filename" to name2, or none
 *   X extended permissions   E constraint   K condition   C context   R range   n number or range   1 number
 *   w name of a file system or interface   p path   { block   e [else { block }]   s SOURCE or TARGET
 *   U [level V range R]   @ what only a function of its own can read
 *   : ; themselves
 */
struct sk_te_shape {
	const char *shape;	/* NULL: the keyword begins no statement */
	uint8_t kind, where;
};

/* The shape of statements that begin with the keyword (SK_N_KEYWORDS: none); in a require block or elsewhere. */
const struct sk_te_shape *sk_te_shape(unsigned int keyword, bool require);

/* The same by kind. */
const struct sk_te_shape *sk_te_kind_shape(unsigned int kind, bool require);

#endif
