/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The tokens of a source as it stands. Everything is cut by one table of character classes, and nothing is copied but
 * a name that was not seen before.
 */
#include "syntax/outline/token.h"

#include <string.h>

enum { ALPHA = 1, DIGIT = 2, INNER = 4, BLANK = 8, QUOTABLE = 16, BREAK = 128 };

#define LETTERS(c) [c] = ALPHA | INNER | QUOTABLE
#define DIGITS(c) [c] = DIGIT | INNER | QUOTABLE

static const uint8_t sk_outline_class[256] = {
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
	['/'] = ALPHA | INNER, ['_'] = INNER | QUOTABLE, ['*'] = INNER, ['-'] = INNER | QUOTABLE,
	['.'] = QUOTABLE, [':'] = QUOTABLE, ['~'] = QUOTABLE, ['['] = QUOTABLE, [']'] = QUOTABLE,
	['@'] = QUOTABLE, ['+'] = QUOTABLE, [' '] = BLANK, ['\t'] = BLANK, ['\r'] = BLANK, ['\n'] = BREAK,
};

static inline uint8_t sk_class(char c)
{
	return sk_outline_class[(unsigned char)c];
}

static const char *sk_end_of_line(const struct sk_outline_lexer *lexer, const char *p)
{
	const char *end = memchr(p, '\n', (size_t)(lexer->limit - p));

	return end ? end : lexer->limit;
}

static uint32_t sk_outline_intern(struct sk_outline_lexer *lexer, const char *start, size_t n)
{
	uint32_t name = 0;
	int r = sk_intern_add(lexer->names, start, n, &name);

	if (r && !lexer->error)
		lexer->error = r;
	return name;
}

static uint64_t sk_eight_bytes(const char *p)
{
	uint64_t w;

	memcpy(&w, p, sizeof(w));
	return w;
}

/* Most words of a file were in it a moment ago. */
static uint32_t sk_outline_word(struct sk_outline_lexer *lexer, const char *start, const char *end)
{
	size_t n = (size_t)(end - start);
	uint64_t first, last = 0;
	uint32_t name;
	size_t slot;

	if (!lexer->recent || lexer->limit - start < 8)
		return sk_outline_intern(lexer, start, n);
	first = sk_eight_bytes(start);
	if (n >= 8)
		last = sk_eight_bytes(end - 8);
	else
		first &= (UINT64_C(1) << 8 * n) - 1;
	slot = ((first ^ last * 31 ^ n) * UINT64_C(0x9e3779b97f4a7c15)) >> 54;
	if (lexer->recent->words[slot].first == first && lexer->recent->words[slot].last == last &&
	    lexer->recent->words[slot].n == n &&
	    (n <= 16 || !memcmp(lexer->recent->words[slot].s + 8, start + 8, n - 16)))
		return lexer->recent->words[slot].name;
	name = sk_outline_intern(lexer, start, n);
	if (!lexer->error) {
		lexer->recent->words[slot].first = first;
		lexer->recent->words[slot].last = last;
		lexer->recent->words[slot].s = sk_intern_str(lexer->names, name);
		lexer->recent->words[slot].n = (uint32_t)n;
		lexer->recent->words[slot].name = name;
	}
	return name;
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
	return *p && strchr("(){},.:;`'~*-!^", *p) ? (uint32_t)(unsigned char)*p : SK_OUTLINE_BAD;
}

/* dnl: to the end of the line. A longer word that begins so and fills the line is that word. */
static bool sk_is_dnl(const char *start, const char *end, const char *line_end)
{
	return end - start >= 3 && !memcmp(start, "dnl", 3) && (end - start == 3 || end != line_end);
}

static bool sk_outline_skip(struct sk_outline_lexer *lexer)
{
	const char *p = lexer->p;
	uint32_t line = lexer->line;

	for (;; p++) {
		uint8_t class = sk_class(*p);

		if (!(class & (BLANK | BREAK)))
			break;
		line += class / BREAK;
	}
	lexer->line = line;
	lexer->p = p;
	return p < lexer->limit && !lexer->error;
}

static bool sk_outline_name(struct sk_outline_lexer *lexer, struct sk_outline_token *ret)
{
	const char *p = lexer->p, *q = p + 1;

	/* the zero behind the text ends it */
	while (sk_class(*q) & INNER)
		q++;
	if (*p == 'd' && sk_is_dnl(p, q, sk_end_of_line(lexer, p))) {
		lexer->p = sk_end_of_line(lexer, p);
		return false;
	}
	ret->kind = SK_OUTLINE_NAME;
	ret->name = sk_outline_word(lexer, p, q);
	lexer->p = q;
	return true;
}

/* False for a quote that is no word's. */
static bool sk_outline_quoted(struct sk_outline_lexer *lexer, struct sk_outline_token *ret)
{
	const char *q = lexer->p + 1;

	while (q < lexer->limit && sk_class(*q) & QUOTABLE)
		q++;
	if (q == lexer->limit || *q != '"')
		return false;
	ret->kind = SK_OUTLINE_QUOTED;
	ret->name = sk_outline_word(lexer, lexer->p, q + 1);
	lexer->p = q + 1;
	return true;
}

static void sk_outline_cut(struct sk_outline_lexer *lexer, struct sk_outline_token *ret)
{
	const char *p = lexer->p;
	uint32_t length;

	if (*p == '#') {
		lexer->p = sk_end_of_line(lexer, p);
		ret->kind = p[1] == 's' && sk_is_disable(p, lexer->p) ? SK_OUTLINE_DISABLE : SK_OUTLINE_REMARK;
		/* lines of remarks are one, as far as none of them may disable something */
		while (ret->kind == SK_OUTLINE_REMARK && lexer->limit - lexer->p > 2 && lexer->p[1] == '#' &&
		       lexer->p[2] != 's') {
			lexer->p = sk_end_of_line(lexer, lexer->p + 1);
			lexer->line++;
		}
	} else if (sk_class(*p) & DIGIT) {
		lexer->p = sk_outline_number(p, lexer->limit);
		ret->kind = SK_OUTLINE_NUMBER;
		ret->name = sk_outline_word(lexer, p, lexer->p);
	} else if (*p != '"' || !sk_outline_quoted(lexer, ret)) {
		ret->kind = sk_outline_mark(p, lexer->limit, &length);
		lexer->p += length;
	}
}

void sk_outline_token(struct sk_outline_lexer *lexer, struct sk_outline_token *ret)
{
	bool found = false;

	while (!found && sk_outline_skip(lexer)) {
		ret->at = (uint32_t)(lexer->p - lexer->text);
		ret->line = lexer->line;
		if (sk_class(*lexer->p) & ALPHA) {
			found = sk_outline_name(lexer, ret);
		} else {
			sk_outline_cut(lexer, ret);
			found = true;
		}
	}
	if (!found || lexer->error) {
		ret->kind = SK_OUTLINE_END;
		ret->at = (uint32_t)(lexer->p - lexer->text);
		ret->line = lexer->line;
	}
	ret->end = (uint32_t)(lexer->p - lexer->text);
}
