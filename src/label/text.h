/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_LABEL_TEXT_H
#define SK_LABEL_TEXT_H

#include "base/diag.h"
#include "label/automaton.h"

/*
 * The text of file_contexts and of the substitution files, line by line. Every line that makes no sense gets a
 * diagnostic and is left out; meaning beyond the fields of a line is the database's.
 */
struct sk_label_file {
	const char *name;
	char *data; /* zero-terminated, in the arena; fields are terminated in place */
	size_t n;
	uint32_t input; /* 0 for the base file, 1 .homedirs, 2 .local: later inputs win */
};

struct sk_label_line {
	const char *pattern, *context; /* zero-terminated, in the file's data */
	uint32_t n_pattern, n_context;
	uint32_t line, column;
	uint32_t context_column;
	enum sk_label_kind kind;
};

struct sk_label_sub {
	const char *from, *to;
	uint32_t n_from, n_to;
};

/* Reads a whole file into the arena. Returns 0 or a negative errno. */
int sk_label_file_read(struct sk_label_file *file, const char *name, struct sk_arena *arena);
int sk_label_file_copy(struct sk_label_file *file, const char *name, const void *data, size_t n,
		       struct sk_arena *arena);

/* Calls `each` for every good line, until it returns non-zero. Returns that, or 0. */
int sk_label_file_lines(struct sk_label_file *file, struct sk_diags *diags,
			int (*each)(void *arg, const struct sk_label_file *file,
				    const struct sk_label_line *line),
			void *arg);
int sk_label_file_subs(struct sk_label_file *file, struct sk_diags *diags,
		       int (*each)(void *arg, const struct sk_label_sub *sub), void *arg);

/* S_IFMT bits to a kind and back. Bits that are no file type's give SK_KIND_OTHER. */
enum sk_label_kind sk_label_kind_of(uint32_t mode);
uint32_t sk_label_kind_mode(enum sk_label_kind kind);

#endif
