/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Lines of label files to FILECON statements. Their contexts are text, which is taken apart here; whether the policy
 * knows the names is not asked, since labels are no part of what a module declares and requires, and templates of home
 * directories hold words that stand for names.
 */
#include "unit/te-lower.h"

#include <string.h>

struct sk_te_label {
	struct sk_unit *unit;
	struct sk_space *space;
	const char *p, *end;	/* what is left of the context */
	uint32_t items[2 * 256];
};

/* The text up to one of the bytes, which is passed; false when it is empty. */
static bool sk_te_label_word(struct sk_te_label *l, const char *ends, const char **ret_word, size_t *ret_n, char *ret_end)
{
	const char *start = l->p;

	while (l->p < l->end && !strchr(ends, *l->p))
		l->p++;
	*ret_word = start;
	*ret_n = (size_t)(l->p - start);
	*ret_end = l->p < l->end ? *l->p++ : '\0';
	return *ret_n != 0;
}

static int sk_te_label_ref(struct sk_te_label *l, enum sk_ns ns, const char *word, size_t n, uint32_t *ret_ref)
{
	uint32_t name;
	int r = sk_intern_add(l->space->names, word, n, &name);

	return r ? r : sk_space_ref(l->space, ns, 0, name, ret_ref);
}

/* c1,c3.c5 up to the end of the level. */
static int sk_te_label_categories(struct sk_te_label *l, char *ret_end, uint32_t *ret_set)
{
	struct sk_name_set set = { .ns = SK_NS_CAT, .items = l->items };
	bool ranges = memchr(l->p, '.', (size_t)(l->end - l->p)) != NULL, first = true;
	const char *word;
	size_t n;
	int r;

	do {
		if (!sk_te_label_word(l, ",.- ", &word, &n, ret_end) || set.n + 5 > SK_ARRAY_LEN(l->items))
			return SK_TE_REFUSED;
		r = sk_te_label_ref(l, SK_NS_CAT, word, n, &l->items[set.n++]);
		if (!r && *ret_end == '.') {
			if (!sk_te_label_word(l, ",- ", &word, &n, ret_end))
				return SK_TE_REFUSED;
			r = sk_te_label_ref(l, SK_NS_CAT, word, n, &l->items[set.n++]);
			l->items[set.n++] = SK_SET_RANGE;
		}
		if (ranges && !first)
			l->items[set.n++] = SK_SET_OR;
		first = false;
	} while (!r && *ret_end == ',');
	set.flags = ranges ? SK_SET_EXPR : 0;
	return r ? r : sk_space_set(l->space, &set, ret_set);
}

static int sk_te_label_level(struct sk_te_label *l, char *ret_end, uint32_t *ret_level)
{
	struct sk_level_ref level = { .cats = SK_SPACE_NONE };
	const char *word;
	size_t n;
	int r;

	if (!sk_te_label_word(l, ":- ", &word, &n, ret_end))
		return SK_TE_REFUSED;
	r = sk_te_label_ref(l, SK_NS_SENS, word, n, &level.sens);
	if (!r && *ret_end == ':')
		r = sk_te_label_categories(l, ret_end, &level.cats);
	return r ? r : sk_space_level(l->space, &level, ret_level);
}

static int sk_te_label_range(struct sk_te_label *l, uint32_t *ret_range)
{
	struct sk_range_ref range;
	char end;
	int r = sk_te_label_level(l, &end, &range.low);

	range.high = range.low;
	while (l->p < l->end && (*l->p == ' ' || (*l->p == '-' && end != '-')))
		end = *l->p++;
	if (!r && end)
		r = sk_te_label_level(l, &end, &range.high);
	if (!r && end)
		r = SK_TE_REFUSED;
	return r ? r : sk_space_range(l->space, &range, ret_range);
}

static int sk_te_label_context(struct sk_te_label *l, uint32_t *ret_context)
{
	static const uint8_t spaces[] = { SK_NS_USER, SK_NS_ROLE, SK_NS_TYPE };
	struct sk_context_ref context = { .range = SK_SPACE_NONE };
	uint32_t *const parts[] = { &context.user, &context.role, &context.type };
	const char *word;
	char end = ':';
	size_t n;
	int r = 0;

	for (size_t i = 0; i < 3 && !r; i++) {
		if (end != ':' || !sk_te_label_word(l, ": ", &word, &n, &end))
			return SK_TE_REFUSED;
		r = sk_te_label_ref(l, spaces[i], word, n, parts[i]);
	}
	if (!r && end == ':')
		r = sk_te_label_range(l, &context.range);
	else if (!r && end)
		r = SK_TE_REFUSED;
	return r ? r : sk_space_context(l->space, &context, ret_context);
}

static void sk_te_label_complain(struct sk_te_label *l, const struct sk_fc_field *at)
{
	struct sk_place place;
	struct sk_diag *d;

	sk_sources_place(l->space->sources, at->addr, at->n, &place);
	d = sk_error(l->space->diags, "E0504", &place, "'%.*s' is no context", (int)SK_MIN(at->n, 100u), at->text);
	sk_sources_note_expansion(l->space->sources, l->space->names, l->space->diags, d, at->expansion);
}

int sk_unit_add_label(struct sk_unit *unit, const struct sk_fc_line *line)
{
	static const char letters[] = "?-dcbspl";	/* in the order of enum sk_unit_file */
	struct sk_te_label l = { .unit = unit, .space = unit->space, .p = line->context.text,
				 .end = line->context.text + line->context.n };
	uint32_t pattern, context = SK_SPACE_NONE;
	uint32_t kind = line->kind.n ? (uint32_t)(strchr(letters, line->kind.text[1]) - letters) : SK_UNIT_FILE_ANY;
	int r = 0;

	if (line->context.n != 8 || memcmp(line->context.text, "<<none>>", 8))
		r = sk_te_label_context(&l, &context);
	if (r == SK_TE_REFUSED) {
		sk_te_label_complain(&l, &line->context);
		return 0;
	}
	if (!r)
		r = sk_intern_add(unit->space->names, line->pattern.text, line->pattern.n, &pattern);
	return r ? r : sk_unit_add(unit, &(struct sk_unit_stmt){
		.kind = SK_UNIT_FILECON, .block = unit->top, .cond = SK_SPACE_NONE, .addr = line->pattern.addr,
		.expansion = line->pattern.expansion, .op = { pattern, kind, context } });
}
