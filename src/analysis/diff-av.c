/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Differences of allow, auditallow and dontaudit rules. Rules name attributes, and two policies are different where
 * their expansions are: millions of (source, target, class), of which few differ. They are never held at once. One source
 * after the other, each policy's rules for it and for its attributes are added up: there is a plane for every class and
 * permission, a bit map of the targets that the source has it on. An attribute as a target is a bit map too, so that a
 * rule on a thousand types costs as much as copying a few hundred bytes. The planes that were touched are compared, what
 * differs is kept, and they are cleared.
 *
 * Sources, targets and classes are numbered in the order of their text; what is kept of one source is sorted by these
 * numbers, and only rules that differ in nothing but their condition are sorted by their text.
 *
 * A rule under a condition is compared with those under the same text of the condition, without what the policy grants
 * unconditionally; so each condition has its turn on planes of its own.
 */
#include <errno.h>
#include <string.h>

#include "analysis/diff.h"

/* A rule that names a source: an attribute or a type. */
struct sk_av_rule {
	uint32_t target; /* type or attribute id */
	uint32_t perms;
	uint32_t cond; /* conditions: number of condition and branch */
	uint32_t cls;  /* place of its class */
};

/* The rules of one kind and side, by source: those of an id stand from end[id - 1] to end[id]. */
struct sk_av_rules {
	uint32_t *end;
	struct sk_av_rule *rules;
};

/* Where the targets of a class are that were touched, in words of its planes, and which permissions, at each side's bits. */
struct sk_av_touched {
	uint32_t perms[2];
	uint32_t first, end;
};

/* By class and permission, n_words words each, on both sides. */
struct sk_av_planes {
	uint64_t *planes[2];
	struct sk_av_touched *touched; /* by place of the class */
	uint32_t *classes;	       /* places of those that were touched */
	uint32_t n_classes;
};

struct sk_diff_av_space {
	uint32_t n_types, n_classes, n_words;
	uint32_t *source_at; /* by place: number of the type */
	uint32_t *target_at;
	uint32_t *class_at;
	uint32_t *class_place[2]; /* by a side's class id */
	uint32_t *columns_end[2]; /* by a side's type id, as the ends of rules */
	uint32_t *columns
		[2]; /* places of the targets that the id stands for; sorted where they are few */
	uint64_t **maps[2]; /* by id: the same as a bit map where they are many, else NULL */
	struct sk_av_planes plain, cond;
};

/* From how many words on a bit map of targets is better than a list. */
#define SK_AV_MANY(n_words) ((n_words) / 3)

struct sk_av_diff {
	struct sk_diff *d;
	struct sk_diff_av_space *space;
	enum selkie_diff_section section;
	struct sk_av_rules plain[2], cond[2];
	struct sk_av_rule *gathered; /* the conditional rules of one source */
	size_t n_gathered[2], cap_gathered;
	uint32_t source;	 /* place of the source at hand */
	uint64_t *zero, *differ; /* planes: an empty one, and one for comparing */
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

/* The targets of one id as a bit map. */
static uint64_t *sk_av_map(struct sk_diff *d, const struct sk_diff_av_space *space,
			   const uint32_t *columns, uint32_t n)
{
	uint64_t *map = SK_ARENA_ARRAY(&d->arena, uint64_t, space->n_words);

	for (uint32_t i = 0; map && i < n; i++)
		map[columns[i] / 64] |= (uint64_t)1 << (columns[i] % 64);
	return map;
}

/* The targets of each id that a rule may name. place: by number of the type. */
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
	space->maps[side] = SK_ARENA_ARRAY(&d->arena, uint64_t *, (size_t)p->n_type_ids + 1);
	if (!space->columns_end[side] || !space->columns[side] || !space->maps[side])
		return -ENOMEM;
	n = 0;
	for (uint32_t id = 1; id <= p->n_type_ids; id++) {
		uint32_t *first = space->columns[side] + n;

		for (uint32_t i = 0; i < p->types_of[id].n; i++)
			space->columns[side][n++] = place[number[p->types_of[id].ids[i]]];
		space->columns_end[side][id] = (uint32_t)n;
		if (p->types_of[id].n <= SK_AV_MANY(space->n_words)) {
			if (p->types_of[id].n > 1)
				qsort(first, p->types_of[id].n, sizeof(*first), sk_compare_columns);
			continue;
		}
		space->maps[side][id] = sk_av_map(d, space, first, p->types_of[id].n);
		if (!space->maps[side][id])
			return -ENOMEM;
	}
	return 0;
}

static int sk_av_planes_init(struct sk_av_planes *planes, const struct sk_diff_av_space *space)
{
	for (int side = 0; side < 2; side++)
		planes->planes[side] = calloc((size_t)space->n_classes * 32 + 1,
					      space->n_words * sizeof(uint64_t));
	planes->touched = calloc((size_t)space->n_classes + 1, sizeof(*planes->touched));
	planes->classes = calloc((size_t)space->n_classes + 1, sizeof(*planes->classes));
	return planes->planes[0] && planes->planes[1] && planes->touched && planes->classes
		       ? 0
		       : -ENOMEM;
}

static void sk_av_planes_done(struct sk_av_planes *planes)
{
	free(planes->planes[0]);
	free(planes->planes[1]);
	free(planes->touched);
	free(planes->classes);
}

void sk_diff_av_done(struct sk_diff *d)
{
	if (!d->space)
		return;
	sk_av_planes_done(&d->space->plain);
	sk_av_planes_done(&d->space->cond);
	d->space->plain = d->space->cond = (struct sk_av_planes){ 0 };
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
	s->n_words = (types->n / 64 + 4) & ~3u;
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
		r = sk_av_planes_init(&s->plain, s);
	return r ? r : sk_av_planes_init(&s->cond, s);
}

static enum sk_rule_kind sk_av_kind(enum selkie_diff_section section)
{
	return section == SELKIE_DIFF_ALLOW	   ? SK_RULE_ALLOW
	       : section == SELKIE_DIFF_AUDITALLOW ? SK_RULE_AUDITALLOW
						   : SK_RULE_AUDITDENY;
}

/* A rule of the policy as one of ours. Without permissions it says nothing. */
static struct sk_av_rule sk_av_take(const struct sk_av_diff *v, int side,
				    const struct sk_rule *rule, uint32_t cond)
{
	uint32_t perms = rule->kind == SK_RULE_AUDITDENY ? ~rule->data : rule->data;

	return (struct sk_av_rule){
		.target = rule->target,
		.perms = perms & v->d->policy[side]->class_by_id[rule->cls]->perm_mask,
		.cond = cond,
		.cls = v->space->class_place[side][rule->cls],
	};
}

/* Counts the rules of [first, first + n) by source (while there are no places), or puts them in their places. */
static void sk_av_place(const struct sk_av_diff *v, int side, struct sk_av_rules *to,
			uint32_t first, uint32_t n, uint32_t cond)
{
	const struct sk_rule *rules = v->d->policy[side]->rules;
	uint32_t kind = sk_av_kind(v->section);

	for (uint32_t i = first; i < first + n; i++) {
		if (rules[i].kind != kind)
			continue;
		if (to->rules)
			to->rules[to->end[rules[i].source]] = sk_av_take(v, side, &rules[i], cond);
		to->end[rules[i].source]++;
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

/* Notes that permissions of a class were touched between two words. */
static void sk_av_touch(struct sk_av_planes *planes, int side, uint32_t cls, uint32_t perms,
			uint32_t first, uint32_t end)
{
	struct sk_av_touched *t = &planes->touched[cls];

	if (t->first == t->end) {
		t->first = first;
		t->end = end;
		planes->classes[planes->n_classes++] = cls;
	}
	t->first = SK_MIN(t->first, first);
	t->end = SK_MAX(t->end, end);
	t->perms[side] |= perms;
}

static uint64_t *sk_av_plane(const struct sk_diff_av_space *s, const struct sk_av_planes *planes,
			     int side, uint32_t cls, uint32_t bit)
{
	return planes->planes[side] + ((size_t)cls * 32 + bit) * s->n_words;
}

/* Planes are combined four words at a time; their length is a multiple of that. */
typedef uint64_t sk_av_wide __attribute__((vector_size(16), may_alias));

#define SK_AV_WIDE 2 /* words in one */

static void sk_av_or(uint64_t *plane, const uint64_t *map, uint32_t n_words)
{
	sk_av_wide *to = (sk_av_wide *)plane;
	const sk_av_wide *from = (const sk_av_wide *)map;

	for (uint32_t i = 0; i < n_words / SK_AV_WIDE; i += 2) {
		to[i] |= from[i];
		to[i + 1] |= from[i + 1];
	}
}

/* The targets of a rule into the planes of its permissions. */
static void sk_av_add(const struct sk_diff_av_space *s, struct sk_av_planes *planes, int side,
		      const struct sk_av_rule *rule)
{
	const uint32_t *columns = s->columns[side] + s->columns_end[side][rule->target - 1];
	uint32_t n = s->columns_end[side][rule->target] - s->columns_end[side][rule->target - 1];
	const uint64_t *map = s->maps[side][rule->target];

	if (!rule->perms)
		return;
	for (uint32_t bits = rule->perms; n && bits; bits &= bits - 1) {
		uint64_t *plane =
			sk_av_plane(s, planes, side, rule->cls, (uint32_t)__builtin_ctz(bits));

		if (map)
			sk_av_or(plane, map, s->n_words);
		for (uint32_t i = 0; !map && i < n; i++)
			plane[columns[i] / 64] |= (uint64_t)1 << (columns[i] % 64);
	}
	if (map)
		sk_av_touch(planes, side, rule->cls, rule->perms, 0, s->n_words);
	else if (n)
		sk_av_touch(planes, side, rule->cls, rule->perms, columns[0] / 64,
			    columns[n - 1] / 64 + 1);
}

/* The unconditional rules of a source and its attributes into the planes. */
static void sk_av_add_plain(struct sk_av_diff *v, int side, uint32_t id)
{
	const struct sk_idset *names = &v->d->policy[side]->attributes_of[id];
	const struct sk_av_rules *r = &v->plain[side];

	for (uint32_t a = 0; a < names->n; a++)
		for (uint32_t i = r->end[names->ids[a] - 1]; i < r->end[names->ids[a]]; i++)
			sk_av_add(v->space, &v->space->plain, side, &r->rules[i]);
}

static int sk_av_keep(struct sk_av_diff *v, uint32_t cls, uint32_t target, uint32_t cond,
		      const uint32_t perms[2])
{
	enum selkie_diff_change change = !perms[SK_LEFT]    ? SELKIE_DIFF_ADDED
					 : !perms[SK_RIGHT] ? SELKIE_DIFF_REMOVED
							    : SELKIE_DIFF_MODIFIED;
	struct sk_diff_list *list = &v->d->lists[v->section][change];
	int r = 0;

	if (list->n == list->cap)
		r = sk_grow(&list->avs, &list->cap, list->n + 1, sizeof(*list->avs));
	if (!r)
		list->avs[list->n++] = (struct sk_diff_av){
			v->source,
			target * v->space->n_classes + cls,
			cond,
			{ perms[SK_LEFT], perms[SK_RIGHT] },
		};
	return r;
}

/* One word of a plane, under a condition without what is granted anyhow. */
static uint64_t sk_av_word(const struct sk_av_diff *v, const struct sk_av_planes *planes, int side,
			   uint32_t cls, uint32_t bit, uint32_t w)
{
	const struct sk_diff_av_space *s = v->space;
	uint64_t word = sk_av_plane(s, planes, side, cls, bit)[w];

	return planes == &s->cond ? word & ~sk_av_plane(s, &s->plain, side, cls, bit)[w] : word;
}

/* Keeps the targets of one word of a class that differ. */
static int sk_av_keep_word(struct sk_av_diff *v, const struct sk_av_planes *planes, uint32_t cls,
			   uint32_t w, uint64_t differ, uint32_t cond)
{
	int r = 0;

	for (; differ && !r; differ &= differ - 1) {
		uint32_t i = (uint32_t)__builtin_ctzll(differ), perms[2] = { 0, 0 };

		for (int side = 0; side < 2; side++)
			for (uint32_t bits = planes->touched[cls].perms[side]; bits;
			     bits &= bits - 1) {
				uint32_t bit = (uint32_t)__builtin_ctz(bits);

				if (sk_av_word(v, planes, side, cls, bit, w) >> i & 1)
					perms[side] |= 1u << bit;
			}
		r = sk_av_keep(v, cls, w * 64 + i, cond, perms);
	}
	return r;
}

/* A permission as it is on both sides: bits, or 32 where a side has none that was touched. */
struct sk_av_pair {
	uint32_t bit[2];
};

static uint32_t sk_av_pairs(const struct sk_diff_class *c, const struct sk_av_touched *t,
			    struct sk_av_pair ret[64])
{
	uint32_t n = 0, n_left, right = t->perms[SK_RIGHT];

	for (uint32_t bits = t->perms[SK_LEFT]; bits; bits &= bits - 1)
		ret[n++] = (struct sk_av_pair){ { (uint32_t)__builtin_ctz(bits), 32 } };
	n_left = n;
	for (; right; right &= right - 1) {
		uint32_t bit = (uint32_t)__builtin_ctz(right), i = 0;
		uint32_t left = c->same ? bit : c->right_bit[bit];

		while (i < n_left && ret[i].bit[SK_LEFT] != left)
			i++;
		if (i == n_left) {
			i = n++;
			ret[i].bit[SK_LEFT] = 32;
		}
		ret[i].bit[SK_RIGHT] = bit;
	}
	return n;
}

/* One permission of a class on both sides, under a condition without what is granted anyhow; what differs is marked. */
static void sk_av_compare_pair(struct sk_av_diff *v, const struct sk_av_planes *planes,
			       uint32_t cls, const struct sk_av_pair *pair, uint32_t first,
			       uint32_t end)
{
	const sk_av_wide *plane[2], *plain[2] = { NULL, NULL };
	sk_av_wide *differ = (sk_av_wide *)v->differ;

	for (int side = 0; side < 2; side++) {
		plane[side] = plain[side] = (const sk_av_wide *)v->zero;
		if (pair->bit[side] == 32)
			continue;
		plane[side] = (const sk_av_wide *)sk_av_plane(v->space, planes, side, cls,
							      pair->bit[side]);
		plain[side] = (const sk_av_wide *)sk_av_plane(v->space, &v->space->plain, side, cls,
							      pair->bit[side]);
	}
	if (planes == &v->space->cond)
		for (uint32_t i = first; i < end; i++)
			differ[i] |= (plane[0][i] & ~plain[0][i]) ^ (plane[1][i] & ~plain[1][i]);
	else
		for (uint32_t i = first; i < end; i++)
			differ[i] |= plane[0][i] ^ plane[1][i];
}

/* Compares the planes of a class. */
static int sk_av_compare_class(struct sk_av_diff *v, const struct sk_av_planes *planes,
			       uint32_t cls, uint32_t cond)
{
	const struct sk_av_touched *t = &planes->touched[cls];
	uint32_t first = t->first / SK_AV_WIDE;
	uint32_t end = (t->end + SK_AV_WIDE - 1) / SK_AV_WIDE;
	struct sk_av_pair pairs[64];
	uint32_t n = sk_av_pairs(&v->d->classes[v->space->class_at[cls]], t, pairs);
	int r = 0;

	memset((sk_av_wide *)v->differ + first, 0, (end - first) * sizeof(sk_av_wide));
	for (uint32_t i = 0; i < n; i++)
		sk_av_compare_pair(v, planes, cls, &pairs[i], first, end);
	for (uint32_t w = t->first; w < t->end && !r; w++)
		if (v->differ[w])
			r = sk_av_keep_word(v, planes, cls, w, v->differ[w], cond);
	return r;
}

static int sk_av_compare(struct sk_av_diff *v, const struct sk_av_planes *planes, uint32_t cond)
{
	int r = 0;

	for (uint32_t i = 0; i < planes->n_classes && !r; i++)
		r = sk_av_compare_class(v, planes, planes->classes[i], cond);
	return r;
}

static void sk_av_clear(const struct sk_diff_av_space *s, struct sk_av_planes *planes)
{
	for (uint32_t i = 0; i < planes->n_classes; i++) {
		uint32_t cls = planes->classes[i];
		struct sk_av_touched *t = &planes->touched[cls];

		for (int side = 0; side < 2; side++)
			for (uint32_t bits = t->perms[side]; bits; bits &= bits - 1)
				memset(sk_av_plane(s, planes, side, cls,
						   (uint32_t)__builtin_ctz(bits)) +
					       t->first,
				       0, (t->end - t->first) * sizeof(uint64_t));
		*t = (struct sk_av_touched){ 0 };
	}
	planes->n_classes = 0;
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
		r = sk_av_compare(v, &v->space->cond, cond);
		sk_av_clear(v->space, &v->space->cond);
	}
	return r;
}

void sk_diff_av_ids(const struct sk_diff *d, const struct sk_diff_av *av, int side,
		    struct sk_type_id *ret_source, struct sk_type_id *ret_target,
		    struct sk_class_id *ret_cls)
{
	const struct sk_diff_av_space *s = d->space;
	const struct sk_pairing *types = &d->pairs[SK_PAIR_TYPES];
	uint32_t cls = s->class_at[av->cell % s->n_classes];

	ret_source->v = types->id[side][s->source_at[av->source]];
	ret_target->v = types->id[side][s->target_at[av->cell / s->n_classes]];
	ret_cls->v = d->pairs[SK_PAIR_CLASSES].id[side][cls];
}

uint32_t sk_diff_av_gained(const struct sk_diff *d, const struct sk_diff_av *av)
{
	const struct sk_diff_class *c =
		&d->classes[d->space->class_at[av->cell % d->space->n_classes]];
	uint32_t gained = 0;

	for (uint32_t bits = av->perms[SK_RIGHT]; bits; bits &= bits - 1)
		if (!(sk_diff_right_perms(c, bits & -bits) & av->perms[SK_LEFT]))
			gained |= bits & -bits;
	return gained;
}

/* The rule as the left policy has it, or if it has none, the right one. */
static void sk_av_rule(const struct sk_diff *d, enum selkie_diff_section section,
		       const struct sk_diff_av *av, int *ret_side, struct selkie_rule *ret)
{
	int side = av->perms[SK_LEFT] ? SK_LEFT : SK_RIGHT;

	*ret = (struct selkie_rule){
		.kind = (enum selkie_rule_kind)sk_av_kind(section),
		.perms = av->perms[side],
		.cond = SELKIE_UNCONDITIONAL,
	};
	sk_diff_av_ids(d, av, side, &ret->source, &ret->target, &ret->cls);
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
	int r;

	for (int change = 0; change < 3; change++)
		before[change] = v->d->lists[v->section][change].n;
	for (int side = 0; side < 2; side++)
		if (id[side])
			sk_av_add_plain(v, side, id[side]);
	r = sk_av_compare(v, &v->space->plain, SK_DIFF_UNCONDITIONAL);
	if (!r)
		r = sk_av_gather(v, id);
	if (!r)
		r = sk_av_conds(v);
	sk_av_clear(v->space, &v->space->plain);
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
	if (!r) {
		v.zero = calloc(v.space->n_words, sizeof(*v.zero));
		v.differ = calloc(v.space->n_words, sizeof(*v.differ));
		r = v.zero && v.differ ? 0 : -ENOMEM;
	}
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
	free(v.zero);
	free(v.differ);
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
