/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A line of a .fc file as it stands in a reference policy tree: path, kind of file, gen_context(...). What counts as an
 * entry and what as a bad line is what SELint takes for such.
 */
#include <string.h>

#include "base/word.h"
#include "syntax/outline/outline.h"

static bool sk_begins(const char *p, const char *end, const char *with)
{
	size_t n = strlen(with);

	return (size_t)(end - p) >= n && !memcmp(p, with, n);
}

static bool sk_is_blank(char c)
{
	return c == ' ' || c == '\t';
}

/* The next word, as strtok would cut it at blanks. */
static struct sk_fc_part sk_fc_word(const char **p, const char *end)
{
	const char *start = *p, *q;

	while (start < end && sk_is_blank(*start))
		start++;
	for (q = start; q < end && !sk_is_blank(*q); q++)
		;
	*p = q;
	return (struct sk_fc_part){ start, (size_t)(q - start) };
}

/* The next piece between separators; several in a row are one. False at the end. */
static bool sk_fc_piece(const char **p, const char *end, char separator, struct sk_fc_part *ret)
{
	const char *start = *p, *q;

	while (start < end && *start == separator)
		start++;
	if (start == end) {
		*p = end;
		return false;
	}
	q = memchr(start, separator, (size_t)(end - start)) ?: end;
	*ret = (struct sk_fc_part){ start, (size_t)(q - start) };
	*p = q < end ? q + 1 : q;
	return true;
}

static bool sk_fc_context(struct sk_fc_line *ret, const char *p, const char *end)
{
	struct sk_fc_part range;

	if (memchr(p, '(', (size_t)(end - p)) || !sk_fc_piece(&p, end, ':', &ret->user) ||
	    !sk_fc_piece(&p, end, ':', &ret->role) || !sk_fc_piece(&p, end, ':', &ret->type))
		return false;
	ret->has_range = sk_fc_piece(&p, end, ':', &range);
	return !ret->has_range || !sk_fc_piece(&p, end, ':', &range);
}

/* gen_context(CONTEXT[, SENSITIVITY[, CATEGORIES]]); p is behind the parenthesis. */
static bool sk_fc_gen_context(struct sk_fc_line *ret, const char *p, const char *end, const char *line)
{
	struct sk_fc_part context, s, c = { 0 };
	bool has_s, has_c;
	const char *close;

	ret->gen_context = true;
	if (!sk_fc_piece(&p, end, ',', &context))
		return false;
	has_s = sk_fc_piece(&p, end, ',', &s);
	has_c = has_s && sk_fc_piece(&p, end, ',', &c);
	if (!has_s) {
		close = memchr(context.p, ')', context.n);
		if (!close)
			return false;
		ret->close = (uint32_t)(close - line);
		return sk_fc_context(ret, context.p, close);
	}
	if (!memchr(s.p, ')', s.n) && !has_c)
		return false;
	if (has_c && !memchr(c.p, ')', c.n))
		return false;
	if (!sk_fc_context(ret, context.p, context.p + context.n))
		return false;
	ret->has_range = true;
	return true;
}

static bool sk_fc_entry(struct sk_fc_line *ret, const char *p, const char *end)
{
	const char *line = p;
	struct sk_fc_part word;

	ret->path = sk_fc_word(&p, end);
	word = sk_fc_word(&p, end);
	if (!ret->path.n || !word.n)
		return false;
	if (word.p[0] == '-') {
		if (word.n != 2)
			return false;
		word = sk_fc_word(&p, end);
		if (!word.n)
			return false;
	}
	/* from here to the end of the line, blanks and all */
	if (sk_begins(word.p, end, "gen_context("))
		return sk_fc_gen_context(ret, word.p + strlen("gen_context("), end, line);
	if (end - word.p == (ptrdiff_t)strlen("<<none>>") && sk_begins(word.p, end, "<<none>>")) {
		ret->none = true;
		return true;
	}
	return sk_fc_context(ret, word.p, end);
}

void sk_fc_line_read(struct sk_fc_line *ret, const char *p, size_t n,
		     bool (*is_macro)(const void *arg, const char *word, size_t n), const void *arg)
{
	static const char m4[][8] = { "ifdef", "ifndef", "')", "', `", "',`" };
	const char *end = p + n, *open;

	*ret = (struct sk_fc_line){ 0 };
	if (!n || *p == '#')
		return;
	for (size_t i = 0; i < SK_ARRAY_LEN(m4); i++)
		if (*p == m4[i][0] && sk_begins(p, end, m4[i]))
			return;
	open = is_macro ? memchr(p, '(', n) : NULL;
	if (open && is_macro(arg, p, (size_t)(open - p)))
		return;
	while (end > p && strchr(" \t\r\f\v", end[-1]))
		end--;
	ret->kind = end == p ? SK_FC_LINE_BLANK : sk_fc_entry(ret, p, end) ? SK_FC_LINE_ENTRY : SK_FC_LINE_BAD;
}
