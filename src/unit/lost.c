/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The words of statements that had mistakes. A mistake has a place; its statement is looked for around that, in the text, and
 * rather too much is taken than too little: a word too many hides what could have been told now and will be told next time,
 * one too few makes two mistakes of one.
 */
#include "unit/lost.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/word.h"

void sk_lost_done(struct sk_lost *lost)
{
	free(lost->words);
	memset(lost, 0, sizeof(*lost));
}

void sk_lost_begin(struct sk_lost *lost, const struct sk_diags *diags)
{
	for (const struct sk_diag *d = diags ? diags->first : NULL; d; d = d->next)
		lost->n_diags++;
}

int sk_lost_add(struct sk_lost *lost, struct sk_intern *names, const char *word, size_t n, unsigned int how)
{
	uint32_t name;
	size_t cap = lost->n_words;
	int r = sk_intern_add(names, word, n, &name);

	if (!r && name >= cap) {
		r = sk_grow(&lost->words, &cap, (size_t)name + 1000, sizeof(*lost->words));
		if (!r)
			memset(lost->words + lost->n_words, 0, cap - lost->n_words);
		if (!r)
			lost->n_words = cap;
	}
	if (!r)
		lost->words[name] |= (uint8_t)how;
	return r;
}

static bool sk_lost_is(const struct sk_lost *lost, const struct sk_intern *names, const char *name, enum sk_lost_use how)
{
	uint32_t number = sk_intern_find(names, name, strlen(name));

	return number < lost->n_words && lost->words[number] & how;
}

bool sk_lost_has(const struct sk_lost *lost, const struct sk_intern *names, const char *name, enum sk_lost_use how)
{
	const char *dot = strrchr(name, '.');

	return sk_lost_is(lost, names, name, how) || (dot && sk_lost_is(lost, names, dot + 1, how));
}

static bool sk_lost_is_word(char c)
{
	return isalnum((unsigned char)c) || c == '_' || c == '-' || c == '.' || c == '$';
}

/* The next word of a text from *p on; 0 at its end. Comments have none. */
static size_t sk_lost_next(const char **p, const char *end)
{
	const char *q = *p;

	while (q < end && !sk_lost_is_word(*q)) {
		const char *nl = *q == '#' ? memchr(q, '\n', (size_t)(end - q)) : q;

		q = nl ? nl + 1 : end;
	}
	for (*p = q; q < end && sk_lost_is_word(*q); q++)
		;
	return (size_t)(q - *p);
}

static bool sk_lost_begins(const char *word, size_t n, const char *with)
{
	return n >= strlen(with) && !memcmp(word, with, strlen(with));
}

/* Words that begin statements which say nothing of what things are. What is no statement at all could have been any. */
static bool sk_lost_is_rule(const char *word, size_t n)
{
	return sk_word_in("allow auditallow dontaudit auditdeny neverallow allowx auditallowx dontauditx neverallowx allowxperm "
			  "auditallowxperm dontauditxperm neverallowxperm deny type_transition type_member type_change "
			  "typetransition typemember typechange range_transition rangetransition role_transition roletransition "
			  "roleallow constrain validatetrans mlsconstrain mlsvalidatetrans permissive typepermissive if booleanif "
			  "true false else policycap portcon netifcon nodecon genfscon fsuse fs_use_xattr fs_use_task fs_use_trans "
			  "filecon sid sidcontext permissionx", word, n);
}

unsigned int sk_lost_use_of(const char *word, size_t n, bool first)
{
	if (sk_lost_is_rule(word, n))
		return SK_LOST_USED;
	if (sk_lost_begins(word, n, "typeattribute") || sk_lost_begins(word, n, "roleattribute") ||
	    sk_lost_begins(word, n, "userattribute"))
		return SK_LOST_USED | SK_LOST_SAID | SK_LOST_PUT;
	return first || sk_lost_begins(word, n, "type") || sk_lost_begins(word, n, "role") || sk_lost_begins(word, n, "user") ||
	       sk_lost_begins(word, n, "attribute") ? SK_LOST_USED | SK_LOST_SAID : SK_LOST_USED;
}

int sk_lost_word(struct sk_lost *lost, struct sk_intern *names, const char *word, size_t n, unsigned int how)
{
	const char *dot = memrchr(word, '.', n);
	int r = sk_lost_add(lost, names, word, n, how);

	lost->levels |= sk_lost_begins(word, n, "sens") || sk_lost_begins(word, n, "categ") ||
			sk_lost_begins(word, n, "level") || sk_lost_begins(word, n, "dom") ||
			sk_lost_begins(word, n, "user") || sk_lost_begins(word, n, "range");
	lost->sids |= sk_lost_begins(word, n, "sid");
	lost->rules |= how & SK_LOST_SAID || sk_lost_is_rule(word, n);
	return r || !dot ? r : sk_lost_add(lost, names, dot + 1, n - 1 - (size_t)(dot - word), how);
}

/* All words of text[0..n), which is one statement of the policy language or several. */
static int sk_lost_text(struct sk_lost *lost, struct sk_intern *names, const char *text, size_t n)
{
	const char *end = text + n, *p = text;
	unsigned int how = SK_LOST_USED;
	size_t length;
	int r = 0;

	for (bool first = true; (length = sk_lost_next(&p, end)); p += length, first = false)
		how |= sk_lost_use_of(p, length, first);
	for (p = text; !r && (length = sk_lost_next(&p, end)); p += length)
		r = sk_lost_word(lost, names, p, length, how);
	return r;
}

/* Where mistakes are in one source; offsets, sorted. */
struct sk_lost_at {
	const struct sk_source *source;
	uint32_t *list;
	size_t n, cap;
};

static int sk_lost_compare(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

/* Statements without a ';' begin with these, on a line of their own. */
static bool sk_lost_at_line(const char *p, const char *end)
{
	size_t length = sk_lost_next(&p, end);

	return sk_word_in("sid portcon netifcon nodecon genfscon class common ibpkeycon ibendportcon pirqcon iomemcon ioportcon "
			  "pcidevicecon devicetreecon", p, length);
}

/* Whether a brace ends the statement; then there may be an else. */
static bool sk_lost_ends_block(const char *p, const char *end)
{
	size_t length = sk_lost_next(&p, end);

	return !sk_word_in("else", p, length);
}

/* Behind the statement that begins at p; blocks and what stands in them are one. */
static const char *sk_lost_end(const char *p, const char *end)
{
	const char *first = p;
	size_t length = sk_lost_next(&first, end);
	bool block = sk_word_in("optional if require class common", first, length);
	unsigned int depth = 0;

	for (; p < end; p++) {
		const char *nl = *p == '#' || *p == '"' ? memchr(p, '\n', (size_t)(end - p)) : NULL;
		const char *close = *p == '"' ? memchr(p + 1, '"', (size_t)((nl ? nl : end) - p - 1)) : NULL;

		if (*p == '#' || *p == '"')
			p = close ? close : nl ? nl - 1 : end - 1;
		else if (*p == '{')
			depth++;
		else if (*p == '}' && depth && --depth == 0 && block && sk_lost_ends_block(p + 1, end))
			return p + 1;
		else if (*p == ';' && !depth)
			return p + 1;
		else if (*p == '\n' && !depth && sk_lost_at_line(p, end))
			return p + 1;
	}
	return end;
}

static int sk_lost_source(struct sk_lost *lost, struct sk_intern *names, struct sk_lost_at *at)
{
	const char *text = at->source->text, *end = text + at->source->size;
	size_t i = 0;
	int r = 0;

	if (at->n)
		qsort(at->list, at->n, sizeof(*at->list), sk_lost_compare);
	for (const char *p = text; !r && p < end && i < at->n;) {
		const char *next = sk_lost_end(p, end);
		bool in = false;

		for (; i < at->n && text + at->list[i] <= next; i++)
			in = true;
		if (in)
			r = sk_lost_text(lost, names, p, (size_t)(next - p));
		p = next;
	}
	return r;
}

static bool sk_lost_was_made(const struct sk_diag *d)
{
	for (const struct sk_note *n = d->notes; n; n = n->next)
		if (!strncmp(n->message, "in expansion of", 15))
			return true;
	return false;
}

static const struct sk_source *sk_lost_source_of(const struct sk_sources *sources, const struct sk_diag *d)
{
	for (size_t i = 0; d->place.kind == SK_PLACE_TEXT && d->place.file && i < sources->n; i++) {
		const struct sk_source *s = sources->list[i];

		if (!strcmp(s->name, d->place.file))
			return s->text && !s->made_from && d->place.line && d->place.line <= s->n_lines ? s : NULL;
	}
	return NULL;
}

/* One mistake: those of CIL and of the compiler have been seen to where they were found. */
static int sk_lost_diag(struct sk_lost *lost, struct sk_lost_at *at, const struct sk_sources *sources, const struct sk_diag *d)
{
	static const char whole[] = "E0157 E0158 E0159";
	static const char known[] = "E0131 E0132 E0133 E0135 E0136 E0137 E0141 E0142 E0144 E0145 E0146 E0147 E0148 E0150";
	const struct sk_source *source;
	int r;

	if (d->severity != SELKIE_SEVERITY_ERROR || !strncmp(d->id, "E02", 3) || !strncmp(d->id, "E08", 3) ||
	    sk_name_in(whole, d->id))
		return 0;
	source = sk_lost_source_of(sources, d);
	if (!source || (at->source && at->source != source) || !sk_name_in(known, d->id) || sk_lost_was_made(d)) {
		lost->all = true;
		return 0;
	}
	at->source = source;
	r = sk_grow(&at->list, &at->cap, at->n + 1, sizeof(*at->list));
	if (!r)
		at->list[at->n++] = source->lines[d->place.line - 1] + (d->place.col ? d->place.col - 1 : 0);
	return r;
}

int sk_lost_collect(struct sk_lost *lost, const struct sk_diags *diags, const struct sk_sources *sources, struct sk_intern *names)
{
	struct sk_lost_at at = { 0 };
	size_t i = 0;
	int r = 0;

	for (const struct sk_diag *d = diags ? diags->first : NULL; d && !r; d = d->next, i++)
		if (i >= lost->n_diags)
			r = sk_lost_diag(lost, &at, sources, d);
	lost->n_diags = SK_MAX(lost->n_diags, i);
	if (!r && at.source && !lost->all)
		r = sk_lost_source(lost, names, &at);
	free(at.list);
	return r;
}
