/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_SYNTAX_FC_FC_H
#define SK_SYNTAX_FC_FC_H

#include "syntax/te/macro.h"

/*
 * Label files of modules: lines of a pattern, perhaps a kind of file, and a context, with macros (gen_context, ifdef)
 * or, as a module package has them, without. What a context holds is not looked at.
 */
/* A longer line is a mistake (E0507): paths end far below that. */
#define SK_FC_LINE_MAX (1u << 20)

struct sk_fc_field {
	const char *text;	/* not zero-terminated */
	uint32_t n;		/* 0: not there */
	uint32_t addr, expansion;
};

struct sk_fc_line {
	struct sk_fc_field pattern;
	struct sk_fc_field kind;	/* two characters: -- -d -c -b -p -l -s */
	struct sk_fc_field context;	/* to the end of the line, white space at its end cut off; or <<none>> */
};

/* Called with each line; it is borrowed for the call. Returns 0 or a negative errno, which ends the reading. */
typedef int (*sk_fc_handler)(void *arg, const struct sk_fc_line *line);

/*
 * Reads a file to its end. macros: NULL for plain text. Lines that make no sense are diagnostics (E0501, E0502) and are
 * not handed out. Returns 0 or a negative errno.
 */
int sk_fc_parse(struct sk_macro_reader *macros, const struct sk_source *source, struct sk_sources *sources,
		struct sk_intern *names, struct sk_diags *diags, sk_fc_handler handler, void *arg);

#endif
