/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Contexts as text, and the lines of the text files that stand beside a module. Forms only: no name is looked up here.
 */
#include "unit/context-text.h"

#include <errno.h>
#include <string.h>

bool sk_name_fits(const char *s, size_t n)
{
	/* What can be printed, but ( ) { } " ; , : */
	static const bool fits[256] = { ['!'] = true, ['#' ... '\''] = true, ['*' ... '+'] = true, ['-' ... '9'] = true,
					['<' ... 'z'] = true, ['|'] = true, ['~'] = true };

	for (size_t i = 0; i < n; i++)
		if (!fits[(unsigned char)s[i]])
			return false;
	return n > 0;
}

/* A stretch of text that is cut up from its beginning. */
struct sk_text {
	const char *s;
	size_t n;
};

static bool sk_text_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\v' || c == '\f';
}

static void sk_text_trim(struct sk_text *t)
{
	for (; t->n && sk_text_blank(*t->s); t->n--)
		t->s++;
	while (t->n && sk_text_blank(t->s[t->n - 1]))
		t->n--;
}

/* Cuts off what stands before the first `c`, or all. False when there was no `c`. */
static bool sk_text_cut(struct sk_text *t, char c, struct sk_text *ret_head)
{
	const char *at = t->n ? memchr(t->s, c, t->n) : NULL;

	*ret_head = (struct sk_text){ t->s, at ? (size_t)(at - t->s) : t->n };
	t->s += ret_head->n + (at != NULL);
	t->n -= ret_head->n + (at != NULL);
	return at != NULL;
}

/* The next word; empty at the end. */
static struct sk_text sk_text_word(struct sk_text *t)
{
	struct sk_text word;

	sk_text_trim(t);
	word = (struct sk_text){ t->s, 0 };
	while (word.n < t->n && !sk_text_blank(t->s[word.n]))
		word.n++;
	t->s += word.n;
	t->n -= word.n;
	sk_text_trim(t);
	return word;
}

static int sk_text_ref(struct sk_space *space, enum sk_ns ns, struct sk_text t, uint32_t *ret_ref)
{
	uint32_t name = sk_intern_find(space->names, t.s, t.n);
	int r;

	/* Mostly the same names again: what something is called already has been looked at. */
	if (name < space->global_refs[ns].cap && space->global_refs[ns].list[name]) {
		*ret_ref = space->global_refs[ns].list[name] - 1;
		return 0;
	}
	if (!sk_name_fits(t.s, t.n))
		return SK_TEXT_MALFORMED;
	r = sk_intern_add(space->names, t.s, t.n, &name);
	return r ? r : sk_space_ref(space, ns, 0, name, ret_ref);
}

/* More categories than this are no list that somebody wrote. */
#define SK_TEXT_MOST_CATS 4096

static int sk_text_cats(struct sk_space *space, struct sk_text t, uint32_t *ret_set)
{
	uint32_t *items = malloc(SK_TEXT_MOST_CATS * sizeof(*items)), n = 0, n_parts = 0;
	bool expr = memchr(t.s, '.', t.n) != NULL, more = true;
	int r = items ? 0 : -ENOMEM;

	while (!r && more) {
		struct sk_text part, low;
		bool range;

		more = sk_text_cut(&t, ',', &part);
		range = sk_text_cut(&part, '.', &low);
		if (n + 4 > SK_TEXT_MOST_CATS)
			r = SK_TEXT_MALFORMED;
		if (!r)
			r = sk_text_ref(space, SK_NS_CAT, low, &items[n++]);
		if (!r && range) {
			r = sk_text_ref(space, SK_NS_CAT, part, &items[n++]);
			items[n++] = SK_SET_RANGE;
		}
		if (expr && n_parts++)
			items[n++] = SK_SET_OR;
	}
	if (!r)
		r = sk_space_set(space, &(struct sk_name_set){ .ns = SK_NS_CAT, .flags = expr ? SK_SET_EXPR : 0,
							       .n = n, .items = items }, ret_set);
	free(items);
	return r;
}

static int sk_text_level(struct sk_space *space, struct sk_text t, uint32_t *ret_level)
{
	struct sk_level_ref level = { .cats = SK_SPACE_NONE };
	struct sk_text sens;
	bool cats = sk_text_cut(&t, ':', &sens);
	int r = sk_text_ref(space, SK_NS_SENS, sens, &level.sens);

	if (!r && cats)
		r = sk_text_cats(space, t, &level.cats);
	return r ? r : sk_space_level(space, &level, ret_level);
}

int sk_space_range_text(struct sk_space *space, const char *text, size_t n, uint32_t *ret_range)
{
	struct sk_text t = { text, n }, low;
	struct sk_range_ref range;
	bool two = sk_text_cut(&t, '-', &low);
	int r = sk_text_level(space, low, &range.low);

	range.high = range.low;
	if (!r && two)
		r = sk_text_level(space, t, &range.high);
	return r ? r : sk_space_range(space, &range, ret_range);
}

int sk_space_context_text(struct sk_space *space, const char *text, size_t n, uint32_t *ret_context)
{
	struct sk_context_ref c = { .range = SK_SPACE_NONE };
	struct sk_text t = { text, n }, part;
	bool ranged;
	int r;

	if (!sk_text_cut(&t, ':', &part))
		return SK_TEXT_MALFORMED;
	r = sk_text_ref(space, SK_NS_USER, part, &c.user);
	if (!r && !sk_text_cut(&t, ':', &part))
		r = SK_TEXT_MALFORMED;
	if (!r)
		r = sk_text_ref(space, SK_NS_ROLE, part, &c.role);
	ranged = sk_text_cut(&t, ':', &part);
	if (!r)
		r = sk_text_ref(space, SK_NS_TYPE, part, &c.type);
	if (!r && ranged)
		r = sk_space_range_text(space, t.s, t.n, &c.range);
	return r ? r : sk_space_context(space, &c, ret_context);
}

static int sk_text_name(struct sk_space *space, struct sk_text t, uint32_t *ret_name)
{
	return t.n ? sk_intern_add(space->names, t.s, t.n, ret_name) : SK_TEXT_MALFORMED;
}

static bool sk_text_is(struct sk_text t, const char *word)
{
	return t.n == strlen(word) && !memcmp(t.s, word, t.n);
}

/* -- -d -c -b -s -p -l */
static int sk_text_file_kind(struct sk_text t, uint32_t *ret_kind)
{
	static const struct { char letter; uint8_t kind; } kinds[] = {
		{ '-', SK_UNIT_FILE_FILE }, { 'd', SK_UNIT_FILE_DIR },	  { 'c', SK_UNIT_FILE_CHAR },
		{ 'b', SK_UNIT_FILE_BLOCK }, { 's', SK_UNIT_FILE_SOCKET }, { 'p', SK_UNIT_FILE_PIPE },
		{ 'l', SK_UNIT_FILE_SYMLINK },
	};

	for (size_t i = 0; i < SK_ARRAY_LEN(kinds); i++)
		if (t.n == 2 && t.s[0] == '-' && t.s[1] == kinds[i].letter) {
			*ret_kind = kinds[i].kind;
			return 0;
		}
	return SK_TEXT_MALFORMED;
}

/* kind: empty for any. */
static int sk_add_filecon(struct sk_unit *unit, struct sk_text pattern, struct sk_text kind, struct sk_text context,
			  uint32_t addr, uint32_t expansion)
{
	struct sk_unit_stmt stmt = { .kind = SK_UNIT_FILECON, .block = unit->top, .cond = SK_SPACE_NONE, .addr = addr,
				     .expansion = expansion, .op = { 0, SK_UNIT_FILE_ANY, SK_SPACE_NONE } };
	int r = sk_text_name(unit->space, pattern, &stmt.op[0]);

	if (!r && kind.n)
		r = sk_text_file_kind(kind, &stmt.op[1]);
	if (!r && !sk_text_is(context, "<<none>>"))
		r = sk_space_context_text(unit->space, context.s, context.n, &stmt.op[2]);
	return r ? r : sk_unit_add(unit, &stmt);
}

int sk_unit_add_filecon_line(struct sk_unit *unit, const char *line, size_t n, uint32_t addr, uint32_t expansion)
{
	struct sk_text t = { line, n }, pattern = sk_text_word(&t), kind = { NULL, 0 };

	if (!pattern.n || pattern.s[0] == '#')
		return 0;
	if (t.n > 1 && t.s[0] == '-')
		kind = sk_text_word(&t);
	return sk_add_filecon(unit, pattern, kind, t, addr, expansion);
}

int sk_unit_add_filecon_fields(struct sk_unit *unit, const char *line, size_t n)
{
	const char *tab = n ? memrchr(line, '\t', n) : NULL;
	struct sk_text pattern = { line, tab ? (size_t)(tab - line) : 0 }, kind = { NULL, 0 };

	if (!pattern.n)
		return SK_TEXT_MALFORMED;
	if (pattern.n > 3 && tab[-3] == '\t' && tab[-2] == '-') {
		kind = (struct sk_text){ tab - 2, 2 };
		pattern.n -= 3;
	}
	return sk_add_filecon(unit, pattern, kind, (struct sk_text){ tab + 1, n - (size_t)(tab + 1 - line) }, 0, 0);
}

int sk_unit_add_seuser_line(struct sk_unit *unit, const char *line, size_t n, uint32_t addr, uint32_t expansion)
{
	struct sk_unit_stmt stmt = { .kind = SK_UNIT_SELINUX_USER, .block = unit->top, .cond = SK_SPACE_NONE,
				     .addr = addr, .expansion = expansion };
	struct sk_text t = { line, n }, part;
	bool ranged;
	int r;

	sk_text_trim(&t);
	if (!t.n || t.s[0] == '#')
		return 0;
	if (!sk_text_cut(&t, ':', &part))
		return SK_TEXT_MALFORMED;
	r = sk_text_name(unit->space, part, &stmt.op[0]);
	ranged = sk_text_cut(&t, ':', &part);
	if (!r)
		r = sk_text_ref(unit->space, SK_NS_USER, part, &stmt.op[1]);
	stmt.op[2] = SK_SPACE_NONE;
	if (!r && ranged)
		r = sk_space_range_text(unit->space, t.s, t.n, &stmt.op[2]);
	return r ? r : sk_unit_add(unit, &stmt);
}

int sk_unit_add_user_extra_line(struct sk_unit *unit, const char *line, size_t n, uint32_t addr, uint32_t expansion)
{
	struct sk_unit_stmt stmt = { .kind = SK_UNIT_USER_PREFIX, .block = unit->top, .cond = SK_SPACE_NONE,
				     .addr = addr, .expansion = expansion };
	struct sk_text t = { line, n }, word = sk_text_word(&t);
	int r;

	if (!word.n || word.s[0] == '#')
		return 0;
	if (!sk_text_is(word, "user"))
		return SK_TEXT_MALFORMED;
	r = sk_text_ref(unit->space, SK_NS_USER, sk_text_word(&t), &stmt.op[0]);
	if (!r && (!sk_text_is(sk_text_word(&t), "prefix") || !t.n || t.s[t.n - 1] != ';'))
		r = SK_TEXT_MALFORMED;
	if (r)
		return r;
	t.n--;
	sk_text_trim(&t);
	r = sk_text_name(unit->space, t, &stmt.op[1]);
	return r ? r : sk_unit_add(unit, &stmt);
}
