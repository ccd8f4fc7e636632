/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Search for rules: one pass over each table, then sorting. The order is that of the rules' text, but making the text of
 * a hundred thousand rules only to compare it would cost more than all the rest. Text begins with kind, source, target
 * and class, so a rule's place follows from the ranks of these four names, packed into one number; the text decides
 * only between rules for which all four are equal. Invariant: where ranks do not fit their field they saturate, which
 * leaves more to the text and never puts two rules in the wrong order.
 */
#include "selkie/search.h"

#include <errno.h>
#include <string.h>

#include "analysis/criteria.h"
#include "model/text.h"
#include "model/words.h"

enum sk_hit_table {
	SK_HIT_RULE,
	SK_HIT_FILENAME,
	SK_HIT_ROLE_ALLOW,
	SK_HIT_ROLE_TRANSITION,
	SK_HIT_RANGE_TRANSITION,
};

struct sk_hit {
	uint64_t key;
	uint32_t index;	      /* in its table */
	uint32_t table : 4;   /* enum sk_hit_table */
	uint32_t source : 28; /* of SK_HIT_FILENAME: which of its sources */
};

struct sk_search {
	const struct sk_policy *policy;
	struct sk_hit *hits;
	size_t n, cap;
};

static int sk_search_add(struct sk_search *s, enum sk_hit_table table, uint32_t index,
			 uint32_t source)
{
	int r = 0;

	if (s->n == s->cap)
		r = sk_grow(&s->hits, &s->cap, s->n + 1, sizeof(*s->hits));
	if (!r)
		s->hits[s->n++] = (struct sk_hit){ .table = table,
						   .index = index,
						   .source = source & 0xfffffff };
	return r;
}

static int sk_search_rules(struct sk_search *s, const struct sk_criteria *c, uint32_t first,
			   uint32_t n)
{
	const struct sk_policy *p = s->policy;
	int r = 0;

	for (uint32_t i = first; !r && i < first + n; i++)
		if (sk_criteria_match_rule(c, p, &p->rules[i]))
			r = sk_search_add(s, SK_HIT_RULE, i, 0);
	return r;
}

static int sk_search_filenames(struct sk_search *s, const struct sk_criteria *c)
{
	const struct sk_policy *p = s->policy;
	int r = 0;

	for (uint32_t i = 0; i < p->n_filename_transitions; i++) {
		const struct sk_filename_transition *f = &p->filename_transitions[i];

		if (!sk_criteria_match_filename(c, f))
			continue;
		for (uint32_t k = 0; !r && k < f->sources.n; k++)
			if (!c->source || c->source[f->sources.ids[k]])
				r = sk_search_add(s, SK_HIT_FILENAME, i, f->sources.ids[k]);
	}
	return r;
}

static int sk_search_te(struct sk_search *s, const struct sk_criteria *c)
{
	const struct sk_policy *p = s->policy;
	int r = 0;

	if (!c->conds)
		r = sk_search_rules(s, c, 0, p->n_unconditional);
	if (!r && !c->conds)
		r = sk_search_filenames(s, c);
	for (uint32_t i = 0; !r && i < p->n_conds; i++) {
		const struct sk_cond *cond = &p->conds[i];

		if (!c->conds || c->conds[i])
			r = sk_search_rules(s, c, cond->first_true, cond->n_true + cond->n_false);
	}
	return r;
}

static int sk_search_roles(struct sk_search *s, const struct sk_criteria *c)
{
	const struct sk_policy *p = s->policy;
	int r = 0;

	for (uint32_t i = 0; c->kinds & SELKIE_RULE_ROLE_ALLOW && !r && i < p->n_role_allows; i++)
		if (sk_criteria_match_role_allow(c, &p->role_allows[i]))
			r = sk_search_add(s, SK_HIT_ROLE_ALLOW, i, 0);
	for (uint32_t i = 0;
	     c->kinds & SELKIE_RULE_ROLE_TRANSITION && !r && i < p->n_role_transitions; i++)
		if (sk_criteria_match_role_transition(c, &p->role_transitions[i]))
			r = sk_search_add(s, SK_HIT_ROLE_TRANSITION, i, 0);
	return r;
}

static int sk_search_ranges(struct sk_search *s, const struct sk_criteria *c)
{
	const struct sk_policy *p = s->policy;
	int r = 0;

	for (uint32_t i = 0;
	     c->kinds & SELKIE_RULE_RANGE_TRANSITION && !r && i < p->n_range_transitions; i++)
		if (sk_criteria_match_range_transition(c, &p->range_transitions[i]))
			r = sk_search_add(s, SK_HIT_RANGE_TRANSITION, i, 0);
	return r;
}

static void sk_search_hit(const struct sk_search *s, const struct sk_hit *hit,
			  struct selkie_rule *ret)
{
	switch ((enum sk_hit_table)hit->table) {
	case SK_HIT_RULE:
		sk_rule_get(s->policy, hit->index, ret);
		break;
	case SK_HIT_FILENAME:
		sk_rule_get_filename(s->policy, hit->index, (struct sk_type_id){ hit->source },
				     ret);
		break;
	case SK_HIT_ROLE_ALLOW:
		sk_rule_get_role_allow(s->policy, hit->index, ret);
		break;
	case SK_HIT_ROLE_TRANSITION:
		sk_rule_get_role_transition(s->policy, hit->index, ret);
		break;
	case SK_HIT_RANGE_TRANSITION:
		sk_rule_get_range_transition(s->policy, hit->index, ret);
		break;
	}
}

/* Source, target and class of a hit whose key is made of ranks; the other tables are sorted by text alone. */
static void sk_hit_ids(const struct sk_search *s, const struct sk_hit *hit, uint32_t ret[3])
{
	const struct sk_filename_transition *f;
	const struct sk_rule *r;

	if (hit->table == SK_HIT_RULE) {
		r = &s->policy->rules[hit->index];
		ret[0] = r->source;
		ret[1] = r->target;
		ret[2] = r->cls;
	} else {
		f = &s->policy->filename_transitions[hit->index];
		ret[0] = hit->source;
		ret[1] = f->target.v;
		ret[2] = f->cls.v;
	}
}

/* Ranks by text order, for the ids that occur. A name is compared with the byte that follows it in a rule. */
struct sk_ranks {
	uint32_t *of;  /* by id */
	uint32_t most; /* greatest rank that fits */
};

struct sk_ranked {
	const char *name;
	uint32_t id;
};

static int sk_compare_followed(const char *a, const char *b, unsigned char by)
{
	const unsigned char *x = (const unsigned char *)a, *y = (const unsigned char *)b;

	while (*x && *x == *y) {
		x++;
		y++;
	}
	return (int)(*x ? *x : by) - (int)(*y ? *y : by);
}

static int sk_compare_before_blank(const void *a, const void *b)
{
	return sk_compare_followed(((const struct sk_ranked *)a)->name,
				   ((const struct sk_ranked *)b)->name, ' ');
}

static int sk_compare_before_colon(const void *a, const void *b)
{
	return sk_compare_followed(((const struct sk_ranked *)a)->name,
				   ((const struct sk_ranked *)b)->name, ':');
}

static const char *sk_name_of(const struct sk_policy *p, int part, uint32_t id)
{
	return part == 2 ? p->class_by_id[id]->name : p->type_by_id[id]->name;
}

/* part: 0 source, 1 target, 2 class. */
static int sk_ranks_make(struct sk_ranks *ranks, const struct sk_search *s, int part, uint32_t most)
{
	uint32_t n_ids = part == 2 ? s->policy->n_class_ids : s->policy->n_type_ids, n = 0, ids[3];
	sk_auto_free struct sk_ranked *names = NULL;

	ranks->most = most;
	ranks->of = calloc((size_t)n_ids + 1, sizeof(*ranks->of));
	if (!ranks->of)
		return -ENOMEM;
	for (size_t i = 0; i < s->n; i++) {
		if (s->hits[i].table > SK_HIT_FILENAME)
			continue;
		sk_hit_ids(s, &s->hits[i], ids);
		n += !ranks->of[ids[part]];
		ranks->of[ids[part]] = 1;
	}
	names = malloc(((size_t)n + 1) * sizeof(*names));
	if (!names)
		return -ENOMEM;
	n = 0;
	for (uint32_t id = 1; id <= n_ids; id++)
		if (ranks->of[id])
			names[n++] = (struct sk_ranked){ sk_name_of(s->policy, part, id), id };
	qsort(names, n, sizeof(*names),
	      part == 1 ? sk_compare_before_colon : sk_compare_before_blank);
	for (uint32_t i = 0; i < n; i++)
		ranks->of[names[i].id] = SK_MIN(i, most);
	return 0;
}

/* The words of type enforcement rules are in text order in their table, the three neverallow ones aside. */
static uint32_t sk_kind_rank(uint32_t kind)
{
	const char *word = selkie_rule_kind_name((enum selkie_rule_kind)kind);
	uint32_t rank = 0;

	for (const struct sk_rule_word *w = sk_rule_words; w->word; w++)
		rank += strcmp(w->word, word) < 0;
	return rank;
}

#define SK_KEY_TYPE_BITS  22
#define SK_KEY_CLASS_BITS 14

/* Section 2 bits, kind 4, source 22, target 22, class 14. */
static void sk_search_make_keys(struct sk_search *s, const struct sk_ranks ranks[3])
{
	uint32_t kind_ranks[11], ids[3];

	for (uint32_t k = 0; k < 11; k++)
		kind_ranks[k] = selkie_rule_kind_name((enum selkie_rule_kind)(1u << k))
					? sk_kind_rank(1u << k)
					: 0;
	for (size_t i = 0; i < s->n; i++) {
		struct sk_hit *h = &s->hits[i];
		uint32_t kind = SELKIE_RULE_TYPE_TRANSITION;

		if (h->table > SK_HIT_FILENAME) {
			h->key = (uint64_t)(h->table == SK_HIT_RANGE_TRANSITION ? 2 : 1) << 62;
			continue;
		}
		if (h->table == SK_HIT_RULE)
			kind = s->policy->rules[h->index].kind;
		sk_hit_ids(s, h, ids);
		h->key = (uint64_t)kind_ranks[__builtin_ctz(kind)] << 58 |
			 (uint64_t)ranks[0].of[ids[0]] << (SK_KEY_TYPE_BITS + SK_KEY_CLASS_BITS) |
			 (uint64_t)ranks[1].of[ids[1]] << SK_KEY_CLASS_BITS | ranks[2].of[ids[2]];
	}
}

#define SK_RADIX_BITS 11

/* By key, least significant digit first; digits in which no two keys differ are skipped. Returns 0 or -ENOMEM. */
static int sk_search_sort_keys(struct sk_search *s)
{
	sk_auto_free uint32_t *counts = malloc(sizeof(*counts) << SK_RADIX_BITS);
	struct sk_hit *from = s->hits, *to = malloc((s->n + 1) * sizeof(*to));
	uint64_t differ = 0;

	if (!counts || !to) {
		free(to);
		return -ENOMEM;
	}
	for (size_t i = 1; i < s->n; i++)
		differ |= from[i].key ^ from[0].key;
	for (unsigned int shift = 0; shift < 64; shift += SK_RADIX_BITS) {
		uint64_t mask = ((uint64_t)1 << SK_RADIX_BITS) - 1;
		struct sk_hit *swap = from;
		uint32_t sum = 0;

		if (!(differ >> shift & mask))
			continue;
		memset(counts, 0, sizeof(*counts) << SK_RADIX_BITS);
		for (size_t i = 0; i < s->n; i++)
			counts[from[i].key >> shift & mask]++;
		for (size_t d = 0; d <= mask; d++) {
			uint32_t n = counts[d];

			counts[d] = sum;
			sum += n;
		}
		for (size_t i = 0; i < s->n; i++)
			to[counts[from[i].key >> shift & mask]++] = from[i];
		from = to;
		to = swap;
	}
	s->hits = from;
	free(to);
	s->cap = s->n;
	return 0;
}

struct sk_texted {
	struct sk_hit hit;
	size_t at, n;
	const char *base;
};

static int sk_compare_texted(const void *a, const void *b)
{
	const struct sk_texted *x = a, *y = b;
	int r = memcmp(x->base + x->at, y->base + y->at, SK_MIN(x->n, y->n));

	return r ? r : (x->n > y->n) - (x->n < y->n);
}

/* Sorts hits[first .. first + n) by their text. */
static int sk_search_sort_texts(struct sk_search *s, struct sk_text *text, size_t first, size_t n)
{
	sk_auto_free struct sk_texted *rows = malloc(n * sizeof(*rows));
	sk_auto_buf struct sk_buf buf = SK_BUF_INIT;

	if (!rows)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		struct selkie_rule rule;

		sk_search_hit(s, &s->hits[first + i], &rule);
		rows[i] = (struct sk_texted){ .hit = s->hits[first + i], .at = buf.n };
		sk_text_rule(text, &buf, &rule);
		rows[i].n = buf.n - rows[i].at;
	}
	if (buf.failed)
		return buf.error;
	for (size_t i = 0; i < n; i++)
		rows[i].base = buf.data;
	qsort(rows, n, sizeof(*rows), sk_compare_texted);
	for (size_t i = 0; i < n; i++)
		s->hits[first + i] = rows[i].hit;
	return 0;
}

static int sk_search_sort_ties(struct sk_search *s)
{
	struct sk_text text;
	int r = sk_text_init(&text, s->policy);

	for (size_t i = 0, n; !r && i < s->n; i += n) {
		for (n = 1; i + n < s->n && s->hits[i + n].key == s->hits[i].key; n++)
			;
		if (n > 1)
			r = sk_search_sort_texts(s, &text, i, n);
	}
	sk_text_done(&text);
	return r;
}

static int sk_search_sort(struct sk_search *s)
{
	struct sk_ranks ranks[3] = { 0 };
	int r = 0;

	for (int part = 0; !r && part < 3; part++)
		r = sk_ranks_make(&ranks[part], s, part,
				  (1u << (part == 2 ? SK_KEY_CLASS_BITS : SK_KEY_TYPE_BITS)) - 1);
	if (!r) {
		sk_search_make_keys(s, ranks);
		r = sk_search_sort_keys(s);
	}
	if (!r)
		r = sk_search_sort_ties(s);
	for (int part = 0; part < 3; part++)
		free(ranks[part].of);
	return r;
}

static int sk_search_find(struct sk_search *s, const struct sk_criteria *c)
{
	int r = 0;

	if (c->kinds & SELKIE_RULES_TE)
		r = sk_search_te(s, c);
	if (!r)
		r = sk_search_roles(s, c);
	if (!r)
		r = sk_search_ranges(s, c);
	if (!r && s->n > 1)
		r = sk_search_sort(s);
	return r;
}

int selkie_search_run(const selkie_policy *policy, const struct selkie_search_options *options,
		      selkie_diagnostics *diags, selkie_search **ret)
{
	struct sk_criteria criteria;
	struct sk_search *s;
	int r;

	if (options->version != SELKIE_SEARCH_OPTIONS_VERSION)
		return -EINVAL;
	if (!options->kinds) {
		sk_error(diags, "E0629", NULL, "no kind of rule is asked for");
		return SELKIE_SEARCH_REFUSED;
	}
	s = calloc(1, sizeof(*s));
	if (!s)
		return -ENOMEM;
	s->policy = policy;
	r = sk_criteria_init(&criteria, policy, options, diags);
	if (!r)
		r = sk_search_find(s, &criteria);
	sk_criteria_done(&criteria);
	if (r) {
		selkie_search_free(s);
		return r;
	}
	*ret = s;
	return 0;
}

void selkie_search_free(selkie_search *search)
{
	if (!search)
		return;
	free(search->hits);
	free(search);
}

size_t selkie_search_count(const selkie_search *search)
{
	return search->n;
}

int selkie_search_get(const selkie_search *search, size_t i, struct selkie_rule *ret)
{
	if (i >= search->n)
		return -EINVAL;
	sk_search_hit(search, &search->hits[i], ret);
	return 0;
}

/* A piece is handed over when it has reached this size. */
#define SK_PIECE_SIZE 32768u

/* In the order of text, rules lie anywhere in their table: each would wait for memory if it were not sent for ahead. */
#define SK_AHEAD 16

static void sk_search_prefetch(const struct sk_search *s, size_t i)
{
	if (i < s->n && s->hits[i].table == SK_HIT_RULE)
		__builtin_prefetch(&s->policy->rules[s->hits[i].index]);
}

int selkie_search_print(const selkie_search *search,
			int (*each)(void *arg, const char *text, size_t n), void *arg)
{
	sk_auto_buf struct sk_buf buf = SK_BUF_INIT;
	struct sk_text text;
	int r = sk_text_init(&text, search->policy);

	for (size_t i = 0; !r && i < search->n; i++) {
		struct selkie_rule rule;

		sk_search_prefetch(search, i + SK_AHEAD);
		sk_search_hit(search, &search->hits[i], &rule);
		sk_text_rule(&text, &buf, &rule);
		sk_buf_addc(&buf, '\n');
		if (buf.n >= SK_PIECE_SIZE || i + 1 == search->n) {
			r = buf.failed ? buf.error : each(arg, buf.data, buf.n);
			buf.n = 0;
		}
	}
	sk_text_done(&text);
	return r;
}
