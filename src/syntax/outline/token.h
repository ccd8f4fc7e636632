/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_SYNTAX_OUTLINE_TOKEN_H
#define SK_SYNTAX_OUTLINE_TOKEN_H

#include "syntax/outline/outline.h"

/*
 * The tokens of an outline. Words are cut generously, as an author reads them: $1_t, /dev/.*, kernel-image and 0-9 are
 * one each. Comments are tokens, as they count in .if files. dnl takes the rest of its line away.
 */
enum sk_outline_token_kind {
	/* below 128: the character itself, of ( ) { } , . : ; ` ' ~ * - ! ^ */
	SK_OUTLINE_END = 128,
	SK_OUTLINE_NAME,	/* `name` is its number */
	SK_OUTLINE_NUMBER,	/* a version or an address too; `name` likewise */
	SK_OUTLINE_QUOTED,	/* "..." with its quotes */
	SK_OUTLINE_DISABLE,	/* # selint-disable, alone behind a statement */
	SK_OUTLINE_REMARK,	/* any other comment, perhaps of several lines */
	SK_OUTLINE_AND,
	SK_OUTLINE_OR,
	SK_OUTLINE_EQ,
	SK_OUTLINE_NE,
	SK_OUTLINE_BAD,
};

struct sk_outline_token {
	uint32_t kind;
	uint32_t name;
	uint32_t at, end;	/* offsets */
	uint32_t line;
};

struct sk_outline_lexer {
	const char *text, *p, *limit;
	uint32_t line;
	struct sk_intern *names;
	struct sk_outline_recent *recent;	/* or NULL */
	uint32_t *lines;		/* where those begin in which tokens do */
	size_t n_lines, cap_lines;
	int error;
};

/* Classes of characters; token.c knows more of them. MARK: a token by itself, whatever follows. */
enum { SK_OUTLINE_ALPHA = 1, SK_OUTLINE_BLANK = 8, SK_OUTLINE_MARK = 32, SK_OUTLINE_BREAK = 128 };

extern const uint8_t sk_outline_classes[256];

void sk_outline_add_line(struct sk_outline_lexer *lexer, const char *start);

/* One that is no mark, at p. */
void sk_outline_other_token(struct sk_outline_lexer *lexer, const char *p, struct sk_outline_token *ret);

/* After an error, and at the end of the text again and again, the kind is SK_OUTLINE_END. */
static inline void sk_outline_token(struct sk_outline_lexer *lexer, struct sk_outline_token *ret)
{
	const char *p = lexer->p, *start = NULL;
	uint8_t class;

	/* the zero behind the text is no blank */
	for (; (class = sk_outline_classes[(unsigned char)*p]) & (SK_OUTLINE_BLANK | SK_OUTLINE_BREAK); p++) {
		lexer->line += class / SK_OUTLINE_BREAK;
		start = class & SK_OUTLINE_BREAK ? p + 1 : start;
	}
	if (start) {
		if (lexer->n_lines < lexer->cap_lines)
			lexer->lines[lexer->n_lines++] = (uint32_t)(start - lexer->text);
		else
			sk_outline_add_line(lexer, start);
	}
	if (!(class & SK_OUTLINE_MARK)) {
		sk_outline_other_token(lexer, p, ret);
		return;
	}
	ret->kind = (unsigned char)*p;
	ret->at = (uint32_t)(p - lexer->text);
	ret->end = ret->at + 1;
	ret->line = lexer->line;
	lexer->p = p + 1;
}

#endif
