/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_SYNTAX_SOURCE_H
#define SK_SYNTAX_SOURCE_H

#include "base/arena.h"
#include "base/diag.h"
#include "base/intern.h"

/*
 * The source texts of one run, in one space of addresses: byte k of a file has the address `base + k`, so that a place
 * is four bytes in every token and node, and becomes file, line and column only when somebody asks. Address 0 is
 * nowhere. Texts stay in memory, unchanged, until sk_sources_done; but that of a large file may be read part by part, for
 * one that goes through it once, and is not kept: what diagnostics show of it is read again.
 */
struct sk_source {
	const char *name;	/* as diagnostics call it */
	const char *text;	/* zero-terminated at `size`; NULL: it is read in parts, or there is none */
	uint32_t size;
	uint32_t base;
	uint32_t *lines;	/* offsets where lines begin; made when first asked for */
	uint32_t n_lines;
	const char *module;	/* not NULL: text in CIL of this module; places in it tell the statement */
	const char *binary;	/* not NULL: no text, but bytes of this module; `lines` are where its statements begin */
	char *owned;		/* the text when it is freed with the sources, else NULL */
	struct sk_source_parts *parts;	/* not NULL: it is read in parts */
	const uint32_t *made_from;	/* not NULL: nobody wrote this text, and each line is made from what stands there; 0: not known */
};

/* A line of a source: its number from 1, and the addresses on it, the line's end included. */
struct sk_source_span {
	uint32_t number, from, to;
};

/*
 * Where a text was brought by a call (of an interface, a macro, an inherited block): what was called, where, and in
 * which expansion that call itself stands. A place in a source is thus two words, an address and an expansion;
 * expansion 0 is none: written right there.
 */
struct sk_expansion {
	uint32_t parent;
	uint32_t addr;
	uint32_t name;		/* number in the names that the sources' readers share */
	uint32_t line;		/* not 0: no call, but a mark that the text was made from this line of the file `name` */
};

struct sk_sources {
	struct sk_arena arena;
	struct sk_source **list;	/* by rising base */
	size_t n, cap;
	uint32_t next_base;

	struct sk_expansion *expansions;	/* [0] is none */
	size_t n_expansions, cap_expansions;
};

/* More than this is no source text, and a whole run has to fit into 32-bit addresses. */
#define SK_SOURCE_SIZE_MAX (512u << 20)
#define SK_SOURCES_SIZE_MAX (3u << 30)

/* The text was refused for its size; the diagnostic says so. */
#define SK_SOURCE_REFUSED 1

#define SK_SOURCES_INIT { .next_base = 1 }

void sk_sources_done(struct sk_sources *sources);

/*
 * Reads a file. `path` is also its name in diagnostics unless `name` says otherwise (NULL). Returns 0,
 * SK_SOURCE_REFUSED, or a negative errno of opening or reading it (no diagnostic).
 */
int sk_sources_load(struct sk_sources *sources, const char *path, const char *name,
		    struct sk_diags *diags, struct sk_source **ret_source);

/*
 * The same, to be read by sk_source_next; a file that is not large is read all the same. What is no regular file, as a
 * pipe, and gives much goes to a file without a name in TMPDIR, or /tmp, first.
 */
int sk_sources_open(struct sk_sources *sources, const char *path, const char *name,
		    struct sk_diags *diags, struct sk_source **ret_source);

/*
 * The next part of the text, whole lines; it borrows from the source until the next call. At the end its size is 0. Of a
 * text that is in memory it is the whole, once. Returns 0 or a negative errno of reading it.
 */
struct sk_source_at {
	const struct sk_source *source;
	const char *text;
	uint32_t from, n;	/* where the part begins in the source, and its size */
};

int sk_source_next(struct sk_source_at *at);

/* Adds a text that is copied (add) or borrowed and zero-terminated (borrow). */
int sk_sources_add(struct sk_sources *sources, const char *name, const char *text, size_t size,
		   struct sk_diags *diags, struct sk_source **ret_source);
int sk_sources_borrow(struct sk_sources *sources, const char *name, const char *text, size_t size,
		      struct sk_diags *diags, struct sk_source **ret_source);

/*
 * Adds room for the addresses of a binary file, whose bytes are not kept. Places in it are byte offsets, in statement N of
 * `module`. statements: where they begin, rising; copied. Returns as sk_sources_add does.
 */
int sk_sources_add_binary(struct sk_sources *sources, const char *name, const char *module, size_t size,
			  struct sk_diags *diags, struct sk_source **ret_source);
int sk_source_set_statements(struct sk_source *source, const uint32_t *statements, size_t n);

/* The source that holds the address, or NULL. */
const struct sk_source *sk_sources_find(const struct sk_sources *sources, uint32_t addr);

/*
 * Fills a place for diagnostics; `length` bytes are underlined. The place borrows from the sources. Not for use by two
 * threads at once: it makes the index of lines when it first needs it.
 */
void sk_sources_place(const struct sk_sources *sources, uint32_t addr, uint32_t length,
		      struct sk_place *ret_place);

/*
 * The same for the statement that begins at the address: as much of it as stands on its first line is underlined, up to
 * its ';', to the brace that opens its block, or, in CIL, to its closing parenthesis.
 */
void sk_sources_place_statement(const struct sk_sources *sources, uint32_t addr, struct sk_place *ret_place);

/* The place of a word in the statement that begins at `addr`, or the statement's when it is not there, or NULL. */
void sk_sources_place_word(const struct sk_sources *sources, uint32_t addr, const char *word, struct sk_place *ret_place);

/* Adds an expansion. Returns 0 or -ENOMEM. */
int sk_sources_expand(struct sk_sources *sources, const struct sk_expansion *expansion, uint32_t *ret_expansion);

/* Adds "in expansion of X, called here" notes, innermost first, to a diagnostic. diag may be NULL. */
void sk_sources_note_expansion(const struct sk_sources *sources, const struct sk_intern *names,
			       struct sk_diags *diags, struct sk_diag *diag, uint32_t expansion);

/* Of a binary file: the number, from 1, of the statement at an address; 0 before the first. */
uint32_t sk_source_statement(const struct sk_source *source, uint32_t addr);

/*
 * The line of an address of the source; 0 where it cannot be had. Not for two threads at once, and neither is the rest.
 */
uint32_t sk_source_line(const struct sk_source *source, uint32_t addr, uint32_t *ret_col);
bool sk_source_find_line(const struct sk_source *source, uint32_t addr, struct sk_source_span *ret_line);

/* The text from the address on, as far as it is at hand: some thousand bytes, unless it ends before. NULL: not to be had. */
const char *sk_source_text(const struct sk_source *source, uint32_t addr, size_t *ret_n);

#endif
