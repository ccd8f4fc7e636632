/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_SYNTAX_TE_TEMPLATE_H
#define SK_SYNTAX_TE_TEMPLATE_H

#include "syntax/te/tree.h"

/*
 * The same statements as sk_te_parse gives over a macro reader, in a fraction of the work: a body of an interface is
 * parsed once, into statements with places for its parameters, and each call fills these in. See template.c for what
 * keeps the two equal; what is not that simple is read as text.
 *
 * sk_te_parse's arguments, but for the lexer: the reader, which has been given all definitions and has no file open, and
 * the source to read. Returns 0 or a negative errno.
 */
int sk_te_parse_templates(struct sk_macro_reader *m, const struct sk_source *source, struct sk_arena *arena,
			  struct sk_diags *diags, sk_te_handler handler, void *arg);

#endif
