/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_SYNTAX_TE_MACRO_H
#define SK_SYNTAX_TE_MACRO_H

#include "base/buf.h"
#include "base/diag.h"
#include "base/intern.h"
#include "syntax/source.h"

/*
 * The macro language of the reference policy: GNU m4, with m4's own results, and every piece of the expansion knows
 * its place in a source and the chain of calls that brought it there.
 *
 * A reader is given files one after another (as m4 is on its command line); definitions stay. What is left of a file
 * after expansion is pulled piece by piece with sk_macro_next, or gathered as text with sk_macro_expand.
 *
 * Mistakes in the input are diagnostics. Expansion always ends: a budget of steps, memory and depth is kept
 * (struct sk_macro_limits), and running out of it is a diagnostic as well, after which the reader gives no more.
 */
enum sk_piece_kind {
	SK_PIECE_END,		/* the file is at its end */
	SK_PIECE_SPACE,		/* white space */
	SK_PIECE_COMMENT,	/* '#' to the end of its line, that included */
	SK_PIECE_WORD,		/* [A-Za-z_][A-Za-z0-9_]*, no macro; `name` is its number in `names` */
	SK_PIECE_OPEN,		/* ( */
	SK_PIECE_CLOSE,		/* ) */
	SK_PIECE_COMMA,
	SK_PIECE_PUNCT,		/* one other character that is no letter, digit or the like */
	SK_PIECE_OTHER,		/* a run of what is left: digits and bytes beyond ASCII */
	SK_PIECE_QUOTED,	/* what stood in quotes: text that is not looked at again */
	/* inside texts only */
	SK_PIECE_PARAM,		/* $1 $* $@ $# */
	SK_PIECE_PASTE,		/* letters, digits and parameters that make one word: a_$1_t */
};

struct sk_text;
struct sk_macro;

#define SK_NEXT_IN_TEXT (-2)

struct sk_piece {
	enum sk_piece_kind kind;
	const char *p;
	uint32_t n;
	uint32_t name;		/* SK_PIECE_WORD */
	uint32_t expansion;	/* see struct sk_expansion */
	int next;		/* of a word: the byte behind it; SK_NEXT_IN_TEXT: p[n]; -1: not known */
	const struct sk_text *text;	/* that `p` points into; sk_macro_addr makes the place of it */
};

struct sk_macro_limits {
	uint64_t steps;		/* pieces looked at for one file */
	size_t memory;		/* bytes held at a time */
	uint32_t depth;		/* expansions and calls under way */
};

/*
 * Asked for the text of an include: returns 0 and a source, a positive value when there is none of that name, or a
 * negative errno.
 */
typedef int (*sk_macro_include)(void *arg, const char *name, const struct sk_source **ret_source);

struct sk_macro_reader {
	struct sk_intern *names;	/* of words; shared with the tokens made of them */
	struct sk_sources *sources;
	struct sk_diags *diags;
	struct sk_macro_limits limits;
	sk_macro_include include;
	void *include_arg;
	bool replaces;		/* an interface may take the place of one from a file of the same name */
	bool by_text;			/* the slow way only: plain m4 on characters; for tests against the other */
	int exit_code;			/* of m4exit */
	bool stopped;			/* m4exit, the budget is spent, or the file lacks an end of something */

	struct sk_macro_state *state;	/* macro-state.h */
};

int sk_macro_init(struct sk_macro_reader *m, struct sk_intern *names, struct sk_sources *sources,
		  struct sk_diags *diags);
/* Whether a budget ran out: what has been read is no good. */
bool sk_macro_is_spent(const struct sk_macro_reader *m);
void sk_macro_done(struct sk_macro_reader *m);

/* As m4's -D NAME=VALUE. */
int sk_macro_define(struct sk_macro_reader *m, const char *name, const char *value);

/* All definitions of the name go. */
void sk_macro_undefine(struct sk_macro_reader *m, const char *name);

/*
 * The words `interface` and `template` become built in: what they declare is a macro whose expansion is its body and
 * nothing else. Definitions of these two words in support macros are then passed over.
 */
int sk_macro_know_interfaces(struct sk_macro_reader *m);

/* Starts a file. The one before must be at its end; if a quote or a call in it had none, that ends with it. */
int sk_macro_open(struct sk_macro_reader *m, const struct sk_source *source);

/*
 * The same in steps, for a file that is lines without macros, mostly. `open_steps` starts it. While `is_idle`, a text
 * without quotes, and without names of macros outside comments, stands for itself: the caller may pass lines of that
 * kind. Others are opened, the line at `from` with those behind it that it goes on in, to be read as after sk_macro_open;
 * then sk_macro_rest is where to go on, the file's end included.
 */
int sk_macro_open_steps(struct sk_macro_reader *m, const struct sk_source *source);
bool sk_macro_is_idle(const struct sk_macro_reader *m);
int sk_macro_open_lines(struct sk_macro_reader *m, const char *from);
const char *sk_macro_rest(const struct sk_macro_reader *m);

/*
 * Interfaces that a text begins with, with nothing but white space and comments between them, as in nearly all files of
 * interfaces. Found without a reader, so that another thread may do it. Offsets and sizes in bytes.
 */
struct sk_interface_place {
	uint32_t word, body, n_body;
	uint16_t n_word;		/* interface or template, or another word that looks like these here */
	bool again;			/* the same word as that before it */
	bool params;			/* the body has a '$' */
};

struct sk_interfaces {
	struct sk_interface_place *list;
	struct sk_intern_entry *names;	/* of each, ready to be added */
	size_t n, cap, cap_names;
	uint32_t rest;			/* where something else comes, or the end */
};

/*
 * Finds them; the arrays are kept from call to call (sk_interfaces_done). The bytes of the names are in the arena. Returns
 * 0 or -ENOMEM.
 */
int sk_interfaces_find(const char *text, size_t n, struct sk_arena *arena, struct sk_interfaces *found);
int sk_interfaces_reserve(struct sk_interfaces *found, size_t n);
void sk_interfaces_done(struct sk_interfaces *found);

/* Reads a file for what it defines only: what it leaves is dropped. Returns 0 or a negative errno. */
int sk_macro_absorb(struct sk_macro_reader *m, const struct sk_source *source);
/* The same where the interfaces it begins with have been found. Their names must outlive the reader's table of names. */
int sk_macro_absorb_found(struct sk_macro_reader *m, const struct sk_source *source, const struct sk_interfaces *found);

/*
 * The next piece. It borrows from the reader, until the next call. Returns 0 or a negative errno; at the end, and for
 * good once the reader has stopped, the kind is SK_PIECE_END.
 */
int sk_macro_next(struct sk_macro_reader *m, struct sk_piece *ret_piece);

/* A token of the policy language that is a lexeme as it stands. */
struct sk_whole_token {
	char punct;		/* or 0: a word */
	uint32_t name;
	uint32_t addr, length, expansion;
};

/*
 * The short way through what is most of a policy: the next token, white space passed, where it is simply that. False
 * where sk_macro_next has to be asked; nothing but white space has been passed then.
 */
bool sk_macro_next_whole(struct sk_macro_reader *m, struct sk_whole_token *ret_token);

/* Expands the whole file into text. */
int sk_macro_expand(struct sk_macro_reader *m, const struct sk_source *source, struct sk_buf *buf);

/* What was diverted and not called for, in order, as m4 gives it when it ends. */
int sk_macro_undivert_rest(struct sk_macro_reader *m, struct sk_buf *buf);

/* The address of byte `off` of the piece. */
uint32_t sk_macro_addr(const struct sk_piece *piece, uint32_t off);

/* Whether the name stands for a macro now. */
bool sk_macro_is_defined(const struct sk_macro_reader *m, uint32_t name);

/*
 * A number that rises with each definition, but those that only mark an optional block while it is read; and whether,
 * between two files, all is as it was when the number was asked for: nothing was defined, and nothing is left behind by
 * which the next file would be read another way.
 */
uint32_t sk_macro_definitions(const struct sk_macro_reader *m);
bool sk_macro_is_as_before(const struct sk_macro_reader *m, uint32_t definitions);

/* The end of the file that is open. */
uint32_t sk_macro_end_addr(const struct sk_macro_reader *m);

#endif
