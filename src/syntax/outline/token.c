/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The tokens of a source as it stands. Everything is cut by one table of character classes, and nothing is copied but
 * a name that was not seen before.
 */
#include "syntax/outline/token.h"

#include <errno.h>
#include <string.h>

enum {
	ALPHA = SK_OUTLINE_ALPHA, BLANK = SK_OUTLINE_BLANK, MARK = SK_OUTLINE_MARK, BREAK = SK_OUTLINE_BREAK,
	DIGIT = 2, INNER = 4, QUOTABLE = 16,
};

#define LETTERS(c) [c] = ALPHA | INNER | QUOTABLE
#define DIGITS(c) [c] = DIGIT | INNER | QUOTABLE

const uint8_t sk_outline_classes[256] = {
	LETTERS('a'), LETTERS('b'), LETTERS('c'), LETTERS('d'), LETTERS('e'), LETTERS('f'), LETTERS('g'),
	LETTERS('h'), LETTERS('i'), LETTERS('j'), LETTERS('k'), LETTERS('l'), LETTERS('m'), LETTERS('n'),
	LETTERS('o'), LETTERS('p'), LETTERS('q'), LETTERS('r'), LETTERS('s'), LETTERS('t'), LETTERS('u'),
	LETTERS('v'), LETTERS('w'), LETTERS('x'), LETTERS('y'), LETTERS('z'), LETTERS('A'), LETTERS('B'),
	LETTERS('C'), LETTERS('D'), LETTERS('E'), LETTERS('F'), LETTERS('G'), LETTERS('H'), LETTERS('I'),
	LETTERS('J'), LETTERS('K'), LETTERS('L'), LETTERS('M'), LETTERS('N'), LETTERS('O'), LETTERS('P'),
	LETTERS('Q'), LETTERS('R'), LETTERS('S'), LETTERS('T'), LETTERS('U'), LETTERS('V'), LETTERS('W'),
	LETTERS('X'), LETTERS('Y'), LETTERS('Z'), LETTERS('$'),
	DIGITS('0'), DIGITS('1'), DIGITS('2'), DIGITS('3'), DIGITS('4'), DIGITS('5'), DIGITS('6'),
	DIGITS('7'), DIGITS('8'), DIGITS('9'),
	['/'] = ALPHA | INNER, ['_'] = INNER | QUOTABLE, ['*'] = INNER | MARK, ['-'] = INNER | QUOTABLE | MARK,
	['.'] = QUOTABLE | MARK, [':'] = QUOTABLE | MARK, ['~'] = QUOTABLE | MARK, ['['] = QUOTABLE, [']'] = QUOTABLE,
	['@'] = QUOTABLE, ['+'] = QUOTABLE, ['('] = MARK, [')'] = MARK, ['{'] = MARK, ['}'] = MARK, [','] = MARK,
	[';'] = MARK, ['`'] = MARK, ['\''] = MARK, ['^'] = MARK, [' '] = BLANK, ['\t'] = BLANK, ['\r'] = BLANK,
	['\n'] = BREAK,
};

static inline uint8_t sk_class(char c)
{
	return sk_outline_classes[(unsigned char)c];
}

static const char *sk_end_of_line(const struct sk_outline_lexer *lexer, const char *p)
{
	const char *end = memchr(p, '\n', (size_t)(lexer->limit - p));

	return end ? end : lexer->limit;
}

static uint64_t sk_eight_bytes(const char *p)
{
	uint64_t w;

	memcpy(&w, p, sizeof(w));
	return w;
}

void sk_outline_add_line(struct sk_outline_lexer *lexer, const char *start)
{
	if (sk_grow(&lexer->lines, &lexer->cap_lines, lexer->n_lines + 1, sizeof(*lexer->lines))) {
		lexer->error = -ENOMEM;
		return;
	}
	lexer->lines[lexer->n_lines++] = (uint32_t)(start - lexer->text);
}

/* A word that was not seen lately; seen: where it is to be remembered, or NULL. */
static __attribute__((noinline)) void sk_outline_intern(struct sk_outline_lexer *lexer, const char *start, size_t n,
							 struct sk_outline_seen *seen, struct sk_outline_token *ret)
{
	int r = sk_intern_add(lexer->names, start, n, &ret->name);

	if (r) {
		lexer->error = r;
		lexer->p = lexer->limit;
		ret->kind = SK_OUTLINE_END;
		ret->name = 0;
	} else if (seen) {
		seen->s = sk_intern_str(lexer->names, ret->name);
		seen->n = (uint32_t)n;
		seen->name = ret->name;
	}
}

/* Most words of a file were in it a moment ago. */
static inline void sk_outline_word(struct sk_outline_lexer *lexer, const char *start, const char *end,
				   struct sk_outline_token *ret)
{
	size_t n = (size_t)(end - start);
	struct sk_outline_seen *seen;
	uint64_t first, last = 0;

	if (!lexer->recent || lexer->limit - start < 8) {
		sk_outline_intern(lexer, start, n, NULL, ret);
		return;
	}
	first = sk_eight_bytes(start);
	if (n >= 8)
		last = sk_eight_bytes(end - 8);
	else
		first &= (UINT64_C(1) << 8 * n) - 1;
	seen = &lexer->recent->words[((first ^ last * 31 ^ n) * UINT64_C(0x9e3779b97f4a7c15)) >>
				     (64 - SK_OUTLINE_RECENT_BITS)];
	if (seen->first == first && seen->last == last && seen->n == n &&
	    (n <= 16 || !memcmp(seen->s + 8, start + 8, n - 16))) {
		ret->name = seen->name;
		return;
	}
	/* should it fail, nothing is asked of these any more */
	seen->first = first;
	seen->last = last;
	sk_outline_intern(lexer, start, n, seen, ret);
}

/* "selint-disable:" and ids behind a '#', and nothing else to the end of the line. */
static bool sk_is_disable(const char *p, const char *end)
{
	static const char lead[] = "#selint-disable:";

	if ((size_t)(end - p) < sizeof(lead) - 1 || memcmp(p, lead, sizeof(lead) - 1))
		return false;
	p += sizeof(lead) - 1;
	for (;;) {
		if (p < end && *p == ' ')
			p++;
		if (end - p < 3 || !strchr("CSWEFX", *p) || p[1] != '-' || !(sk_class(p[2]) & DIGIT))
			return false;
		for (p += 2; p < end && sk_class(*p) & DIGIT; p++)
			;
		if (p == end)
			return true;
		if (*p++ != ',')
			return false;
	}
}

static const char *sk_outline_number(const char *p, const char *limit)
{
	const char *q = p;

	while (q < limit && sk_class(*q) & DIGIT)
		q++;
	if (q < limit && sk_class(*q) & INNER) {
		while (q < limit && sk_class(*q) & INNER)
			q++;
		return q;
	}
	while (q + 1 < limit && *q == '.' && sk_class(q[1]) & DIGIT)
		for (q++; q < limit && sk_class(*q) & DIGIT; q++)
			;
	return q;
}

static uint32_t sk_outline_mark(const char *p, const char *limit, uint32_t *ret_length)
{
	char next = p + 1 < limit ? p[1] : '\0';

	*ret_length = 2;
	if (*p == '&' && next == '&')
		return SK_OUTLINE_AND;
	if (*p == '|' && next == '|')
		return SK_OUTLINE_OR;
	if (*p == '=' && next == '=')
		return SK_OUTLINE_EQ;
	if (*p == '!' && next == '=')
		return SK_OUTLINE_NE;
	*ret_length = 1;
	return *p == '!' ? '!' : SK_OUTLINE_BAD;
}

/* dnl: to the end of the line. A longer word that begins so and fills the line is that word. */
static bool sk_is_dnl(const char *start, const char *end, const char *line_end)
{
	return end - start >= 3 && !memcmp(start, "dnl", 3) && (end - start == 3 || end != line_end);
}

/* The end of a word: the zero behind the text ends it. */
static inline const char *sk_end_of_word(const char *q)
{
	for (;; q += 4) {
		if (!(sk_class(q[0]) & INNER))
			return q;
		if (!(sk_class(q[1]) & INNER))
			return q + 1;
		if (!(sk_class(q[2]) & INNER))
			return q + 2;
		if (!(sk_class(q[3]) & INNER))
			return q + 3;
	}
}

/* A remark, or lines of them: they are one, as far as none of them may disable something. */
static uint32_t sk_outline_remark(struct sk_outline_lexer *lexer, const char *p)
{
	lexer->p = sk_end_of_line(lexer, p);
	if (p[1] == 's' && sk_is_disable(p, lexer->p))
		return SK_OUTLINE_DISABLE;
	while (lexer->p[0] == '\n' && lexer->p[1] == '#' && lexer->p[2] != 's') {
		lexer->p = sk_end_of_line(lexer, lexer->p + 1);
		lexer->line++;
	}
	return SK_OUTLINE_REMARK;
}

/* False for a quote that is no word's. */
static bool sk_outline_quoted(struct sk_outline_lexer *lexer, const char *p, struct sk_outline_token *ret)
{
	const char *q = p + 1;

	while (sk_class(*q) & QUOTABLE)
		q++;
	if (*q != '"')
		return false;
	ret->kind = SK_OUTLINE_QUOTED;
	lexer->p = q + 1;
	sk_outline_word(lexer, p, q + 1, ret);
	return true;
}

/* What is neither a mark nor a word, or may be a dnl. */
static __attribute__((noinline)) void sk_outline_cut(struct sk_outline_lexer *lexer, const char *p,
						      struct sk_outline_token *ret)
{
	const char *end;
	uint32_t length;

	if (*p == '#') {
		ret->kind = sk_outline_remark(lexer, p);
	} else if (sk_class(*p) & ALPHA) {
		end = sk_end_of_word(p + 1);
		if (sk_is_dnl(p, end, sk_end_of_line(lexer, p))) {
			lexer->p = sk_end_of_line(lexer, p);
			sk_outline_token(lexer, ret);
			return;
		}
		ret->kind = SK_OUTLINE_NAME;
		lexer->p = end;
		sk_outline_word(lexer, p, end, ret);
	} else if (sk_class(*p) & DIGIT) {
		ret->kind = SK_OUTLINE_NUMBER;
		lexer->p = sk_outline_number(p, lexer->limit);
		sk_outline_word(lexer, p, lexer->p, ret);
	} else if (p == lexer->limit) {
		ret->kind = SK_OUTLINE_END;
		lexer->p = p;
	} else if (*p != '"' || !sk_outline_quoted(lexer, p, ret)) {
		ret->kind = sk_outline_mark(p, lexer->limit, &length);
		lexer->p = p + length;
	}
	ret->end = (uint32_t)(lexer->p - lexer->text);
}

void sk_outline_other_token(struct sk_outline_lexer *lexer, const char *p, struct sk_outline_token *ret)
{
	const char *end;

	ret->at = (uint32_t)(p - lexer->text);
	ret->line = lexer->line;
	if (!(sk_class(*p) & ALPHA) || (*p == 'd' && p[1] == 'n')) {
		sk_outline_cut(lexer, p, ret);
		return;
	}
	end = sk_end_of_word(p + 1);
	ret->kind = SK_OUTLINE_NAME;
	ret->end = (uint32_t)(end - lexer->text);
	lexer->p = end;
	sk_outline_word(lexer, p, end, ret);
}
