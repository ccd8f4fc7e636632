/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_LABEL_PATTERN_H
#define SK_LABEL_PATTERN_H

#include "base/arena.h"

/*
 * One pattern of file_contexts, taken apart: the literal text it begins with, and what kind of rest follows. libselinux
 * compares the whole path with ^PATTERN$, so a pattern is a regular language and needs no backtracking, unless it uses
 * what only pcre2 knows.
 */
enum sk_label_form {
	SK_FORM_EXACT,	   /* no rest */
	SK_FORM_SUBTREE,   /* (/.*)? */
	SK_FORM_ANY,	   /* .* */
	SK_FORM_SOME,	   /* .+ */
	SK_FORM_AUTOMATON, /* another regular rest */
	SK_FORM_PCRE2,	   /* beyond our own subset, or not correct at all: pcre2 has the say */
};

struct sk_label_pattern {
	const char *text;   /* borrowed from the file's text, zero-terminated */
	const char *prefix; /* unescaped, zero-terminated; "" when the form is PCRE2 */
	uint32_t n, n_prefix;
	uint32_t rest; /* where the rest begins in `text` */
	enum sk_label_form form;
};

struct sk_byte_set {
	uint64_t w[4];
};

static inline bool sk_byte_set_has(const struct sk_byte_set *set, unsigned char b)
{
	return set->w[b >> 6] >> (b & 63) & 1;
}

/*
 * Instructions of the programs that rests are compiled to. A program is a list of these; BYTE and SET go on to the
 * next instruction.
 */
enum sk_label_op {
	SK_OP_BYTE,    /* x: the byte */
	SK_OP_SET,     /* x: number of the set */
	SK_OP_SPLIT,   /* goes on at x and at y */
	SK_OP_JUMP,    /* x */
	SK_OP_MATCH,   /* of rule x; y: 1 when a NEWLINE follows */
	SK_OP_NEWLINE, /* of rule x, after the line break that $ looks past */
	SK_OP_ALL,     /* of rule x: matches here and whatever follows */
};

struct sk_label_inst {
	enum sk_label_op op;
	uint32_t x, y;
};

struct sk_label_program {
	struct sk_label_inst *insts;
	size_t n_insts, cap_insts;
	struct sk_byte_set *sets;
	size_t n_sets, cap_sets;
};

void sk_label_program_done(struct sk_label_program *program);

/* Scratch memory of the parser, too large for the stack. */
struct sk_label_parser;

struct sk_label_parser *sk_label_parser_new(void);
void sk_label_parser_free(struct sk_label_parser *parser);

/* Takes text[0..n) apart. Returns 0 or -ENOMEM. */
int sk_label_pattern_read(struct sk_label_pattern *pattern, const char *text, uint32_t n,
			  struct sk_label_parser *parser, struct sk_arena *arena);

/*
 * Appends the rest of a pattern (any form but PCRE2) to the program; its first instruction is the program's n_insts
 * before the call. `newline`: $ also matches before a line break at the very end, as in pcre2. Returns 0 or -ENOMEM.
 */
int sk_label_pattern_compile(const struct sk_label_pattern *pattern, uint32_t rule, bool newline,
			     struct sk_label_parser *parser, struct sk_label_program *program);

#endif
