/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_SYNTAX_TE_TOKEN_H
#define SK_SYNTAX_TE_TOKEN_H

#include "syntax/te/macro.h"

/*
 * The tokens of the policy language, as checkpolicy 3.11 cuts them: the longest match wins, and of equals the first
 * kind in this order. They come from plain text (policy.conf) or from the macro reader; then a token may be put
 * together from several pieces (s`'15, $1_t).
 */
enum sk_te_token_kind {
	SK_TOKEN_END,
	SK_TOKEN_PATH,		/* /... to the next white space; or "/..." */
	SK_TOKEN_STRING,	/* "..." without a slash */
	SK_TOKEN_IDENTIFIER,	/* keywords are this too */
	SK_TOKEN_NUMBER,	/* decimal, 0octal, 0xhex */
	SK_TOKEN_FILESYSTEM,	/* letters and digits that start with a digit */
	SK_TOKEN_IPV4_CIDR,
	SK_TOKEN_IPV4,
	SK_TOKEN_IPV6,
	SK_TOKEN_IPV6_CIDR,
	SK_TOKEN_VERSION,
	SK_TOKEN_NETIF,		/* with * or ? in it */
	SK_TOKEN_PUNCT,		/* one of SK_PUNCT or an ASCII character */
	SK_TOKEN_BAD,		/* a byte that starts no token */
};

/* Values of `punct` beyond the characters , : ; ( ) { } [ - . ] ~ * ! ^ */
enum { SK_PUNCT_EQ = 128, SK_PUNCT_NE, SK_PUNCT_AND, SK_PUNCT_OR };

struct sk_te_token {
	uint8_t kind;
	uint8_t punct;
	uint32_t name;		/* number of its text (without quotes) in the names; not for PUNCT and BAD */
	uint32_t addr;		/* where it starts */
	uint32_t length;	/* in bytes */
	uint32_t expansion;	/* see struct sk_expansion; 0 in plain text */
};

/* Keywords are the first names, so that a token's name tells its keyword: sk_te_keyword(). */
enum sk_te_keyword {
#define SK_KEYWORD(id, text) SK_KW_##id,
#include "syntax/te/keywords.h"
#undef SK_KEYWORD
	SK_N_KEYWORDS
};

extern const char *const sk_te_keyword_names[SK_N_KEYWORDS];

/* Puts the keywords into names, which must be empty. In capitals they are keywords as well. */
int sk_te_names_init(struct sk_intern *names);

/* The keyword of a token, or SK_N_KEYWORDS when it is none. */
static inline unsigned int sk_te_keyword(const struct sk_te_token *token)
{
	return token->kind == SK_TOKEN_IDENTIFIER && token->name < 2 * SK_N_KEYWORDS ? token->name / 2
										     : SK_N_KEYWORDS;
}

struct sk_token_origin {
	uint32_t off, addr, expansion;
};

struct sk_te_lexer {
	struct sk_intern *names;
	struct sk_macro_reader *macros;	/* NULL: plain text */
	const struct sk_te_token *tokens;	/* or not NULL: tokens that were cut before, ended by SK_TOKEN_END */
	bool part;			/* reads a part of a file, whose end is not the file's */
	bool blanks;			/* statements that are empty are wanted as well */
	struct sk_source_at part_at;	/* the part of the plain text that is read */
	const char *p, *end;		/* what is left of that */
	uint32_t end_addr;		/* its end */
	struct sk_piece piece;		/* read ahead */
	bool has_piece;
	/* What is cut by characters: pieces that touch each other. */
	char *buf;
	size_t n, cap, at;
	struct sk_token_origin *origins;
	size_t n_origins, cap_origins;
};

/* Borrowed: names, and macros (a file has been opened) or source. */
void sk_te_lexer_init(struct sk_te_lexer *lexer, struct sk_intern *names,
		      struct sk_macro_reader *macros, const struct sk_source *source);
void sk_te_lexer_done(struct sk_te_lexer *lexer);

/* Returns 0 or a negative errno. At the end of the file, again and again, the kind is SK_TOKEN_END. */
int sk_te_next(struct sk_te_lexer *lexer, struct sk_te_token *ret_token);

#endif
