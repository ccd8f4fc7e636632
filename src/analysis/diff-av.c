/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Differences of allow, auditallow and dontaudit rules. Rules name attributes, and two policies are different where
 * their expansions are: millions of (source, target, class), of which few differ. They are never held at once. One source
 * after the other, each policy's rules for it and for its attributes are added up in an array with a cell for every
 * target and class; the cells that were touched are compared, what differs is kept, and the array is cleared.
 *
 * The cells of a class lie together, so that the targets of a rule are neighbors. Sources, targets and classes are numbered
 * in the order of their text; what is kept of one source is sorted by these numbers, and only rules that differ in nothing
 * but their condition are sorted by their text.
 *
 * A rule under a condition is compared with those under the same text of the condition, without what the policy grants
 * unconditionally; so each condition has its turn in a second array.
 */
#include <errno.h>
#include <string.h>

#include "analysis/diff.h"

/* A rule that names a source: an attribute or a type. */
struct sk_av_rule {
	uint32_t target; /* type or attribute id */
	uint32_t perms;
	uint32_t cond; /* conditions: number of condition and branch */
	uint32_t cls;  /* first cell of its class */
};

/* The rules of one kind and side, by source: those of an id stand from end[id - 1] to end[id]. */
struct sk_av_rules {
	uint32_t *end;
	struct sk_av_rule *rules;
};

/*
 * Cells with the permissions of both sides (the left one's in the low half), and which were touched: a bit map of cells
 * and one of that map's words.
 */
struct sk_av_cells {
	uint64_t *perms;
	uint64_t *touched, *words;
};

static inline uint32_t sk_av_left(uint64_t perms)
{
	return (uint32_t)perms;
}

static inline uint32_t sk_av_right(uint64_t perms)
{
	return (uint32_t)(perms >> 32);
}

struct sk_diff_av_space {
	uint32_t n_types, n_classes, n_cells, n_words;
	bool all_same;	     /* both have the permissions of every class at the same bits */
	uint32_t *source_at; /* by place: number of the type */
	uint32_t *target_at;
	uint32_t *class_at;
	uint32_t *class_place[2]; /* by a side's class id */
	uint32_t *columns_end[2]; /* by a side's type id, as the ends of rules */
	uint32_t *columns[2];	  /* places of the targets that the id stands for */
	struct sk_av_cells plain, cond;
};

struct sk_av_diff {
	struct sk_diff *d;
	struct sk_diff_av_space *space;
	enum selkie_diff_section section;
	struct sk_av_rules plain[2], cond[2];
	struct sk_av_rule *gathered; /* the conditional rules of one source */
	size_t n_gathered[2], cap_gathered;
	uint32_t source; /* place of the source at hand */
};

struct sk_av_name {
	const char *name;
	uint32_t number;
	char by; /* what follows the name in a rule */
};

static int sk_compare_av_names(const void *a, const void *b)
{
	const struct sk_av_name *p = a, *q = b;
	const unsigned char *x = (const unsigned char *)p->name;
	const unsigned char *y = (const unsigned char *)q->name;

	while (*x && *x == *y) {
		x++;
		y++;
	}
	return (int)(*x ? *x : (unsigned char)p->by) - (int)(*y ? *y : (unsigned char)q->by);
}

/* The numbers of a pairing in the order of rule text, where `by` follows each name. */
static int sk_av_order(struct sk_diff *d, enum sk_pairing_kind kind, char by, uint32_t **ret)
{
	const struct sk_pairing *p = &d->pairs[kind];
	sk_auto_free struct sk_av_name *names = malloc(((size_t)p->n + 1) * sizeof(*names));

	*ret = SK_ARENA_ARRAY(&d->arena, uint32_t, (size_t)p->n + 1);
	if (!*ret || !names)
		return -ENOMEM;
	for (uint32_t n = 0; n < p->n; n++)
		names[n] = (struct sk_av_name){ p->name[n + 1], n + 1, by };
	if (p->n)
		qsort(names, p->n, sizeof(*names), sk_compare_av_names);
	for (uint32_t n = 0; n < p->n; n++)
		(*ret)[n] = names[n].number;
	return 0;
}

static int sk_compare_columns(const void *a, const void *b)
{
	const uint32_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* The cells of each id that a rule may name as its target. place: by number of the type. */
static int sk_av_columns(struct sk_diff *d, struct sk_diff_av_space *space, int side,
			 const uint32_t *place)
{
	const struct sk_policy *p = d->policy[side];
	const uint32_t *number = d->pairs[SK_PAIR_TYPES].number[side];
	size_t n = 0;

	for (uint32_t id = 1; id <= p->n_type_ids; id++)
		n += p->types_of[id].n;
	space->columns_end[side] = SK_ARENA_ARRAY(&d->arena, uint32_t, (size_t)p->n_type_ids + 1);
	space->columns[side] = SK_ARENA_ARRAY(&d->arena, uint32_t, n + 1);
	if (!space->columns_end[side] || !space->columns[side])
		return -ENOMEM;
	n = 0;
	for (uint32_t id = 1; id <= p->n_type_ids; id++) {
		uint32_t first = (uint32_t)n;

		for (uint32_t i = 0; i < p->types_of[id].n; i++)
			space->columns[side][n++] = place[number[p->types_of[id].ids[i]]];
		if (n - first > 1)
			qsort(space->columns[side] + first, n - first, sizeof(uint32_t),
			      sk_compare_columns);
		space->columns_end[side][id] = (uint32_t)n;
	}
	return 0;
}

static int sk_av_cells_init(struct sk_av_cells *cells, const struct sk_diff_av_space *space)
{
	cells->perms = calloc((size_t)space->n_cells + 1, sizeof(uint64_t));
	cells->touched = calloc((size_t)space->n_words + 1, sizeof(uint64_t));
	cells->words = calloc((size_t)space->n_words / 64 + 1, sizeof(uint64_t));
	return cells->perms && cells->touched && cells->words ? 0 : -ENOMEM;
}

static void sk_av_cells_done(struct sk_av_cells *cells)
{
	free(cells->perms);
	free(cells->touched);
	free(cells->words);
}

void sk_diff_av_done(struct sk_diff *d)
{
	if (!d->space)
		return;
	sk_av_cells_done(&d->space->plain);
	sk_av_cells_done(&d->space->cond);
	d->space->plain = d->space->cond = (struct sk_av_cells){ 0 };
}

/* What all three sections need, made with the first. */
static int sk_av_space(struct sk_diff *d)
{
	struct sk_diff_av_space *s = SK_ARENA_NEW(&d->arena, struct sk_diff_av_space);
	const struct sk_pairing *types = &d->pairs[SK_PAIR_TYPES];
	const struct sk_pairing *classes = &d->pairs[SK_PAIR_CLASSES];
	sk_auto_free uint32_t *place = calloc((size_t)types->n + 1, sizeof(*place));
	int r;

	if (!s || !place)
		return -ENOMEM;
	if ((uint64_t)types->n * classes->n >= UINT32_MAX)
		return -ENOMEM;
	d->space = s;
	s->n_types = types->n;
	s->n_classes = classes->n;
	s->n_cells = types->n * classes->n;
	s->n_words = s->n_cells / 64 + 1;
	s->all_same = true;
	for (uint32_t n = 1; n <= classes->n; n++)
		s->all_same = s->all_same && d->classes[n].same;
	r = sk_av_order(d, SK_PAIR_TYPES, ' ', &s->source_at);
	if (!r)
		r = sk_av_order(d, SK_PAIR_TYPES, ':', &s->target_at);
	if (!r)
		r = sk_av_order(d, SK_PAIR_CLASSES, ' ', &s->class_at);
	for (uint32_t i = 0; i < types->n && !r; i++)
		place[s->target_at[i]] = i;
	for (int side = 0; side < 2 && !r; side++) {
		s->class_place[side] = SK_ARENA_ARRAY(&d->arena, uint32_t,
						      (size_t)d->policy[side]->n_class_ids + 1);
		if (!s->class_place[side])
			return -ENOMEM;
		for (uint32_t i = 0; i < classes->n; i++)
			s->class_place[side][classes->id[side][s->class_at[i]]] = i;
		r = sk_av_columns(d, s, side, place);
	}
	if (!r)
		r = sk_av_cells_init(&s->plain, s);
	return r ? r : sk_av_cells_init(&s->cond, s);
}

static enum sk_rule_kind sk_av_kind(enum selkie_diff_section section)
{
	return section == SELKIE_DIFF_ALLOW	   ? SK_RULE_ALLOW
	       : section == SELKIE_DIFF_AUDITALLOW ? SK_RULE_AUDITALLOW
						   : SK_RULE_AUDITDENY;
}

/* A rule of the policy as one of ours; false when it is of another kind or says nothing. */
static bool sk_av_take(const struct sk_av_diff *v, int side, const struct sk_rule *rule,
		       uint32_t cond, struct sk_av_rule *ret)
{
	const struct sk_policy *p = v->d->policy[side];

	if (rule->kind != sk_av_kind(v->section))
		return false;
	ret->target = rule->target;
	ret->perms = (rule->kind == SK_RULE_AUDITDENY ? ~rule->data : rule->data) &
		     p->class_by_id[rule->cls]->perm_mask;
	ret->cls = v->space->class_place[side][rule->cls] * v->space->n_types;
	ret->cond = cond;
	return ret->perms;
}

/* Counts the rules of [first, first + n) by source (while there are no places), or puts them in their places. */
static void sk_av_place(const struct sk_av_diff *v, int side, struct sk_av_rules *to,
			uint32_t first, uint32_t n, uint32_t cond)
{
	const struct sk_policy *p = v->d->policy[side];
	struct sk_av_rule rule;

	for (uint32_t i = first; i < first + n; i++) {
		if (!sk_av_take(v, side, &p->rules[i], cond, &rule))
			continue;
		if (to->rules)
			to->rules[to->end[p->rules[i].source]] = rule;
		to->end[p->rules[i].source]++;
	}
}

static void sk_av_place_conds(const struct sk_av_diff *v, int side, struct sk_av_rules *to)
{
	const struct sk_policy *p = v->d->policy[side];

	for (uint32_t c = 0; c < p->n_conds; c++) {
		uint32_t number = 2 * v->d->conds.number[side][c];

		sk_av_place(v, side, to, p->conds[c].first_true, p->conds[c].n_true, number + 1);
		sk_av_place(v, side, to, p->conds[c].first_false, p->conds[c].n_false, number);
	}
}

/* By source, as a counting sort: count, sum up, place. */
static int sk_av_rules(const struct sk_av_diff *v, int side, bool conditional,
		       struct sk_av_rules *ret)
{
	const struct sk_policy *p = v->d->policy[side];
	struct sk_av_rule *rules;
	uint32_t sum = 0;

	ret->end = calloc((size_t)p->n_type_ids + 1, sizeof(*ret->end));
	if (!ret->end)
		return -ENOMEM;
	for (int placing = 0; placing < 2; placing++) {
		if (conditional)
			sk_av_place_conds(v, side, ret);
		else
			sk_av_place(v, side, ret, 0, p->n_unconditional, SK_DIFF_UNCONDITIONAL);
		if (placing)
			break;
		for (uint32_t id = 0; id <= p->n_type_ids; id++) {
			uint32_t count = ret->end[id];

			ret->end[id] = sum;
			sum += count;
		}
		rules = malloc(((size_t)sum + 1) * sizeof(*rules));
		if (!rules)
			return -ENOMEM;
		ret->rules = rules;
	}
	return 0;
}

static inline void sk_av_add(const struct sk_diff_av_space *s, struct sk_av_cells *cells, int side,
			     const struct sk_av_rule *rule)
{
	const uint32_t *column = s->columns[side] + s->columns_end[side][rule->target - 1];
	const uint32_t *end = s->columns[side] + s->columns_end[side][rule->target];
	uint64_t perms = (uint64_t)rule->perms << (side == SK_RIGHT ? 32 : 0);

	for (; column < end; column++) {
		uint32_t cell = rule->cls + *column;

		cells->perms[cell] |= perms;
		cells->touched[cell / 64] |= (uint64_t)1 << (cell % 64);
		cells->words[cell / 4096] |= (uint64_t)1 << (cell / 64 % 64);
	}
}

/* The unconditional rules of a source and its attributes into the cells. */
static void sk_av_add_plain(struct sk_av_diff *v, int side, uint32_t id)
{
	const struct sk_idset *names = &v->d->policy[side]->attributes_of[id];
	const struct sk_av_rules *r = &v->plain[side];

	for (uint32_t a = 0; a < names->n; a++)
		for (uint32_t i = r->end[names->ids[a] - 1]; i < r->end[names->ids[a]]; i++)
			sk_av_add(v->space, &v->space->plain, side, &r->rules[i]);
}

static int sk_av_keep(struct sk_av_diff *v, uint32_t cell, uint32_t cond, uint32_t left,
		      uint32_t right)
{
	enum selkie_diff_change change = !left	  ? SELKIE_DIFF_ADDED
					 : !right ? SELKIE_DIFF_REMOVED
						  : SELKIE_DIFF_MODIFIED;
	struct sk_diff_list *list = &v->d->lists[v->section][change];
	int r = 0;

	if (list->n == list->cap)
		r = sk_grow(&list->avs, &list->cap, list->n + 1, sizeof(*list->avs));
	if (!r)
		list->avs[list->n++] = (struct sk_diff_av){
			v->source,
			cell % v->space->n_types * v->space->n_classes + cell / v->space->n_types,
			cond,
			{ left, right },
		};
	return r;
}

/* Keeps a cell when it differs. Permissions that the policies have at different bits need a look at the class. */
static int sk_av_compare_cell(struct sk_av_diff *v, uint64_t perms, uint32_t cell, uint32_t cond)
{
	const struct sk_diff_av_space *s = v->space;
	uint32_t left = sk_av_left(perms), right = sk_av_right(perms);
	const struct sk_diff_class *c;

	if (s->all_same) {
		if (left == right)
			return 0;
	} else {
		c = &v->d->classes[s->class_at[cell / s->n_types]];
		if (left == sk_diff_right_perms(c, right))
			return 0;
	}
	return sk_av_keep(v, cell, cond, left, right);
}

/*
 * Every cell that was touched, in order: compares it, under a condition without what is granted anyhow, and clears it.
 * What of the two is done, the caller says.
 */
static int sk_av_each_cell(struct sk_av_diff *v, struct sk_av_cells *cells, uint32_t cond,
			   bool compare, bool clear)
{
	uint32_t n_words = v->space->n_words / 64 + 1;
	const uint64_t *plain = cond == SK_DIFF_UNCONDITIONAL ? NULL : v->space->plain.perms;
	int r = 0;

	for (uint32_t w = 0; w < n_words; w++) {
		for (uint64_t words = cells->words[w]; words; words &= words - 1) {
			uint32_t word = w * 64 + (uint32_t)__builtin_ctzll(words);

			for (uint64_t hit = cells->touched[word]; hit; hit &= hit - 1) {
				uint32_t cell = word * 64 + (uint32_t)__builtin_ctzll(hit);
				uint64_t perms = cells->perms[cell];

				if (clear)
					cells->perms[cell] = 0;
				if (plain)
					perms &= ~plain[cell];
				if (compare && !r)
					r = sk_av_compare_cell(v, perms, cell, cond);
			}
			if (clear)
				cells->touched[word] = 0;
		}
		if (clear)
			cells->words[w] = 0;
	}
	return r;
}

static int sk_compare_av_conds(const void *a, const void *b)
{
	const struct sk_av_rule *x = a, *y = b;

	return (x->cond > y->cond) - (x->cond < y->cond);
}

/* The conditional rules of a source and its attributes, both sides one after the other, each by condition. */
static int sk_av_gather(struct sk_av_diff *v, const uint32_t id[2])
{
	size_t n = 0;
	int r = 0;

	for (int side = 0; side < 2; side++) {
		const struct sk_idset *names = &v->d->policy[side]->attributes_of[id[side]];
		size_t first = n;

		for (uint32_t a = 0; id[side] && a < names->n && !r; a++) {
			const uint32_t *end = &v->cond[side].end[names->ids[a]];
			size_t more = end[0] - end[-1];

			r = sk_grow(&v->gathered, &v->cap_gathered, n + more + 1,
				    sizeof(*v->gathered));
			if (!r && more)
				memcpy(v->gathered + n, v->cond[side].rules + end[-1],
				       more * sizeof(*v->gathered));
			n += r ? 0 : more;
		}
		v->n_gathered[side] = n - first;
		if (n - first > 1)
			qsort(v->gathered + first, n - first, sizeof(*v->gathered),
			      sk_compare_av_conds);
	}
	return r;
}

/* Each condition of the source at hand in turn. */
static int sk_av_conds(struct sk_av_diff *v)
{
	size_t at[2] = { 0, v->n_gathered[SK_LEFT] };
	size_t end[2] = { at[1], at[1] + v->n_gathered[SK_RIGHT] };
	int r = 0;

	while (!r && (at[0] < end[0] || at[1] < end[1])) {
		uint32_t cond = UINT32_MAX;

		for (int side = 0; side < 2; side++)
			if (at[side] < end[side])
				cond = SK_MIN(cond, v->gathered[at[side]].cond);
		for (int side = 0; side < 2; side++)
			for (; at[side] < end[side] && v->gathered[at[side]].cond == cond;
			     at[side]++)
				sk_av_add(v->space, &v->space->cond, side, &v->gathered[at[side]]);
		r = sk_av_each_cell(v, &v->space->cond, cond, true, true);
	}
	return r;
}

/* The rule as the left policy has it, or if it has none, the right one. */
static void sk_av_rule(const struct sk_diff *d, enum selkie_diff_section section,
		       const struct sk_diff_av *av, int *ret_side, struct selkie_rule *ret)
{
	const struct sk_diff_av_space *s = d->space;
	const struct sk_pairing *types = &d->pairs[SK_PAIR_TYPES];
	int side = av->perms[SK_LEFT] ? SK_LEFT : SK_RIGHT;
	uint32_t cls = s->class_at[av->cell % s->n_classes];

	*ret = (struct selkie_rule){
		.kind = (enum selkie_rule_kind)sk_av_kind(section),
		.source = { types->id[side][s->source_at[av->source]] },
		.target = { types->id[side][s->target_at[av->cell / s->n_classes]] },
		.cls = { d->pairs[SK_PAIR_CLASSES].id[side][cls] },
		.perms = av->perms[side],
		.cond = SELKIE_UNCONDITIONAL,
	};
	if (av->cond != SK_DIFF_UNCONDITIONAL) {
		ret->cond = d->conds.cond[side][av->cond / 2];
		ret->branch = av->cond & 1;
	}
	*ret_side = side;
}

static void sk_av_rule_text(struct sk_diff *d, enum selkie_diff_section section,
			    const struct sk_diff_av *av, struct sk_buf *buf)
{
	struct selkie_rule rule;
	int side;

	sk_av_rule(d, section, av, &side, &rule);
	sk_text_rule(&d->text[side], buf, &rule);
}

static int sk_compare_avs(const void *a, const void *b, void *arg)
{
	const struct sk_diff_av *x = a, *y = b;
	struct sk_av_diff *v = arg;
	struct sk_buf *buf = &v->d->buf;
	size_t n;
	int r;

	if (x->cell != y->cell)
		return x->cell < y->cell ? -1 : 1;
	buf->n = 0;
	sk_av_rule_text(v->d, v->section, x, buf);
	sk_buf_addc(buf, '\0');
	n = buf->n;
	sk_av_rule_text(v->d, v->section, y, buf);
	sk_buf_addc(buf, '\0');
	r = buf->failed ? 0 : strcmp(buf->data, buf->data + n);
	buf->n = 0;
	return r;
}

/* All that differs for one source. */
static int sk_av_source(struct sk_av_diff *v, const uint32_t id[2])
{
	size_t before[3];
	bool conditional;
	int r;

	for (int change = 0; change < 3; change++)
		before[change] = v->d->lists[v->section][change].n;
	for (int side = 0; side < 2; side++)
		if (id[side])
			sk_av_add_plain(v, side, id[side]);
	r = sk_av_gather(v, id);
	conditional = !r && v->n_gathered[SK_LEFT] + v->n_gathered[SK_RIGHT];
	if (!r)
		r = sk_av_each_cell(v, &v->space->plain, SK_DIFF_UNCONDITIONAL, true, !conditional);
	if (!r && conditional) {
		r = sk_av_conds(v);
		sk_av_each_cell(v, &v->space->plain, SK_DIFF_UNCONDITIONAL, false, true);
	}
	for (int change = 0; change < 3 && !r; change++) {
		struct sk_diff_list *list = &v->d->lists[v->section][change];

		if (list->n - before[change] > 1)
			qsort_r(list->avs + before[change], list->n - before[change],
				sizeof(*list->avs), sk_compare_avs, v);
	}
	return v->d->buf.failed ? v->d->buf.error : r;
}

int sk_diff_avs(struct sk_diff *d, enum selkie_diff_section section)
{
	const struct sk_pairing *types = &d->pairs[SK_PAIR_TYPES];
	struct sk_av_diff v = { .d = d, .section = section };
	int r = d->space ? 0 : sk_av_space(d);

	v.space = d->space;
	for (int side = 0; side < 2 && !r; side++) {
		r = sk_av_rules(&v, side, false, &v.plain[side]);
		if (!r)
			r = sk_av_rules(&v, side, true, &v.cond[side]);
	}
	for (uint32_t i = 0; i < types->n && !r; i++) {
		uint32_t number = v.space->source_at[i];
		uint32_t id[2] = { types->id[SK_LEFT][number], types->id[SK_RIGHT][number] };

		v.source = i;
		r = sk_av_source(&v, id);
	}
	for (int side = 0; side < 2; side++) {
		free(v.plain[side].end);
		free(v.plain[side].rules);
		free(v.cond[side].end);
		free(v.cond[side].rules);
	}
	free(v.gathered);
	return r;
}

/* Names of the permissions of a set in the common space, sorted. Returns how many. */
static size_t sk_av_perm_names(const struct sk_diff *d, uint32_t number, uint64_t set,
			       const char *ret[64])
{
	const struct sk_pairing *p = &d->pairs[SK_PAIR_CLASSES];
	size_t n = 0;

	for (int side = 0; side < 2; side++) {
		const struct sk_class *c =
			p->id[side][number] ? d->policy[side]->class_by_id[p->id[side][number]]
					    : NULL;

		for (uint32_t bit = 0; c && bit < 32; bit++) {
			uint64_t in_set = side == SK_LEFT ? (uint64_t)1 << bit
							  : sk_diff_right_perms(&d->classes[number],
										1u << bit);
			size_t i;

			if (!(set & in_set) || !c->perm_names[bit])
				continue;
			set &= ~in_set;
			for (i = n++; i && strcmp(ret[i - 1], c->perm_names[bit]) > 0; i--)
				ret[i] = ret[i - 1];
			ret[i] = c->perm_names[bit];
		}
	}
	return n;
}

/* "{ getattr read +write -append }" */
static void sk_av_modified_perms(struct sk_diff *d, const struct sk_diff_av *av, uint32_t number,
				 struct sk_buf *buf, bool with_parts)
{
	uint64_t left = av->perms[SK_LEFT];
	uint64_t right = sk_diff_right_perms(&d->classes[number], av->perms[SK_RIGHT]);
	const uint64_t sets[] = { left & right, right & ~left, left & ~right };
	static const char *const signs[] = { " ", " +", " -" };
	const char *names[64];

	sk_buf_addc(buf, '{');
	for (int i = 0; i < 3; i++) {
		size_t n = sk_av_perm_names(d, number, sets[i], names);

		for (size_t k = 0; k < n; k++) {
			sk_buf_adds(buf, signs[i]);
			sk_buf_adds(buf, names[k]);
			if (i && with_parts && sk_diff_part(d, "permission", i == 1, names[k]))
				sk_buf_fail(buf, -ENOMEM);
		}
	}
	sk_buf_adds(buf, " }");
}

void sk_diff_av_text(struct sk_diff *d, enum selkie_diff_section section,
		     const struct sk_diff_av *av, struct sk_buf *buf, bool with_parts)
{
	struct selkie_rule rule;
	int side;

	if (!av->perms[SK_LEFT] || !av->perms[SK_RIGHT]) {
		sk_av_rule_text(d, section, av, buf);
		return;
	}
	sk_av_rule(d, section, av, &side, &rule);
	sk_buf_adds(buf, selkie_rule_kind_name(rule.kind));
	sk_buf_addc(buf, ' ');
	sk_text_type(&d->text[side], buf, rule.source.v);
	sk_buf_addc(buf, ' ');
	sk_text_type(&d->text[side], buf, rule.target.v);
	sk_buf_addc(buf, ':');
	sk_text_class(&d->text[side], buf, rule.cls.v);
	sk_buf_addc(buf, ' ');
	sk_av_modified_perms(d, av, d->space->class_at[av->cell % d->space->n_classes], buf,
			     with_parts);
	sk_buf_addc(buf, ';');
	if (rule.cond != SELKIE_UNCONDITIONAL)
		sk_text_condition(&d->text[side], buf, rule.cond, rule.branch);
}
