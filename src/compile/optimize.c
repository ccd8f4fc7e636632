/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Rules that others cover (libsepol: optimize.c). A rule is covered by rules of the same kind and class whose source and
 * target are, or hold, its own; permissions that are covered are taken off, and a rule that has none left goes. In a
 * conditional a rule is covered by unconditional ones and by those of its own branch. A conditional that has no rules
 * left goes too. Type rules stay.
 *
 * Rules of a kind and class stand together by source, in runs, and in a run by target; attributes stand behind types. What
 * holds a type or an attribute is a set of bits, one for each attribute, and so is what attributes many runs, or the rules
 * of a run, are on: where the two have nothing in common nothing is looked at. Of two rules that cover each other, on
 * attributes that hold the same types, the one on what is declared first stays: the last is looked at first.
 */
#include <errno.h>
#include <string.h>

#include "compile/rule.h"

#define SK_FEW 4	/* so many are looked at one by one */

/* The rules of a kind, class and source: in `order`, to where the next run begins. */
struct sk_run {
	uint32_t source, from;
	uint32_t wide;			/* from here on targets are attributes */
	const uint64_t *targets;	/* which ones, when they are more than a few */
};

/* The runs of a kind and class, to where the next one begins. */
struct sk_bucket {
	uint32_t first;
	uint32_t wide;			/* from here on sources are attributes */
	const uint64_t *sources;	/* likewise */
};

struct sk_optimizing {
	struct sk_compiler *c;
	uint32_t n_words;		/* of a set of attributes */
	uint64_t *above;		/* by id: the attributes that hold it, itself among them when it is one */
	uint32_t *order;		/* unconditional rules by kind, class, source, target */
	uint32_t n_order;
	uint32_t n_buckets;
	uint32_t *first;		/* by kind and class: where they begin in `order` */
	struct sk_run *runs;
	struct sk_bucket *buckets;
	uint32_t *cover, n_cover;	/* runs whose source holds the one that is looked at */
	struct sk_wide {
		uint32_t bucket, rule;
	} *wide;			/* rules of a branch that have an attribute: only such cover others */
	uint32_t n_wide;
	bool *gone;
};

static const uint64_t *sk_above(const struct sk_optimizing *o, uint32_t id)
{
	return o->above + (size_t)id * o->n_words;
}

static void sk_put_attribute(const struct sk_optimizing *o, uint64_t *set, uint32_t attribute)
{
	uint32_t bit = attribute - o->c->n_plain_types - 1;

	set[bit / 64] |= (uint64_t)1 << (bit % 64);
}

static bool sk_has_attribute(const struct sk_optimizing *o, const uint64_t *set, uint32_t attribute)
{
	uint32_t bit = attribute - o->c->n_plain_types - 1;

	return set[bit / 64] >> (bit % 64) & 1;
}

/* The first attribute, from one on, that is in both; 0 when there is none. */
static uint32_t sk_next_common(const struct sk_optimizing *o, const uint64_t *x, const uint64_t *y, uint32_t from)
{
	uint32_t bit = from - o->c->n_plain_types - 1, i = bit / 64;
	uint64_t word, mask = ~(uint64_t)0 << (bit % 64);

	for (; i < o->n_words; i++, mask = ~(uint64_t)0) {
		word = x[i] & y[i] & mask;
		if (word)
			return i * 64 + (uint32_t)__builtin_ctzll(word) + o->c->n_plain_types + 1;
	}
	return 0;
}

/* Whether the first one holds the second, or is it. */
static bool sk_holds(const struct sk_optimizing *o, uint32_t id, uint32_t held)
{
	return id == held || (id > o->c->n_plain_types && sk_has_attribute(o, sk_above(o, held), id));
}

/* What names all that an attribute does: attributes that have all its types, and thus its first one. */
static void sk_put_above(struct sk_optimizing *o, uint32_t id)
{
	struct sk_compiler *c = o->c;
	const struct sk_bitset *types = &c->attribute_types[id];
	uint32_t type = sk_bitset_next(types, 0);
	const uint64_t *maybe = type == UINT32_MAX ? NULL : sk_above(o, type);
	uint64_t *above = o->above + (size_t)id * o->n_words;

	for (uint32_t a = c->n_plain_types + 1; a <= c->n_type_ids; a++)
		if ((!maybe || sk_has_attribute(o, maybe, a)) && !c->symbols.list[c->type_symbol[a]].expand &&
		    sk_bitset_contains(&c->attribute_types[a], types))
			sk_put_attribute(o, above, a);
}

static int sk_find_above(struct sk_optimizing *o)
{
	struct sk_compiler *c = o->c;

	o->n_words = (c->n_type_ids - c->n_plain_types) / 64 + 1;
	o->above = SK_ARENA_ARRAY(&c->arena, uint64_t, ((size_t)c->n_type_ids + 1) * o->n_words);
	if (!o->above)
		return -ENOMEM;
	for (uint32_t id = 1; id <= c->n_plain_types; id++) {
		const struct sk_idset *set = &c->policy->attributes_of[id];

		for (uint32_t i = 0; i < set->n; i++)
			if (set->ids[i] > c->n_plain_types)
				sk_put_attribute(o, o->above + (size_t)id * o->n_words, set->ids[i]);
	}
	for (uint32_t id = c->n_plain_types + 1; id <= c->n_type_ids; id++)
		sk_put_above(o, id);
	return 0;
}

static bool sk_can_be_covered(const struct sk_rule *r)
{
	return r->kind & (SK_RULES_AV | SK_RULES_XPERM);
}

static uint32_t sk_bucket_of(const struct sk_optimizing *o, const struct sk_rule *r)
{
	return sk_kind_number(r->kind) * (o->c->policy->n_class_ids + 1) + r->cls;
}

/* Where the attributes begin among a run's targets. */
static int sk_end_run(struct sk_optimizing *o, struct sk_run *run, uint32_t end)
{
	const struct sk_rule *rules = o->c->policy->rules;
	uint64_t *set;

	for (run->wide = end; run->wide > run->from; run->wide--)
		if (rules[o->order[run->wide - 1]].target <= o->c->n_plain_types)
			break;
	if (end - run->wide <= SK_FEW)
		return 0;
	run->targets = set = SK_ARENA_ARRAY(&o->c->arena, uint64_t, o->n_words);
	for (uint32_t at = run->wide; set && at < end; at++)
		sk_put_attribute(o, set, rules[o->order[at]].target);
	return set ? 0 : -ENOMEM;
}

static int sk_end_bucket(struct sk_optimizing *o, struct sk_bucket *bucket, uint32_t end)
{
	uint64_t *set;

	for (bucket->wide = end; bucket->wide > bucket->first; bucket->wide--)
		if (o->runs[bucket->wide - 1].source <= o->c->n_plain_types)
			break;
	if (end - bucket->wide <= SK_FEW)
		return 0;
	bucket->sources = set = SK_ARENA_ARRAY(&o->c->arena, uint64_t, o->n_words);
	for (uint32_t k = bucket->wide; set && k < end; k++)
		sk_put_attribute(o, set, o->runs[k].source);
	return set ? 0 : -ENOMEM;
}

static bool sk_begins_run(const struct sk_optimizing *o, uint32_t bucket, uint32_t at)
{
	const struct sk_rule *rules = o->c->policy->rules;

	return at == o->first[bucket] || rules[o->order[at]].source != rules[o->order[at - 1]].source;
}

static uint32_t sk_count_runs(const struct sk_optimizing *o)
{
	uint32_t n = 0;

	for (uint32_t k = 0; k < o->n_buckets; k++)
		for (uint32_t at = o->first[k]; at < o->first[k + 1]; at++)
			n += sk_begins_run(o, k, at);
	return n;
}

static int sk_find_runs(struct sk_optimizing *o)
{
	const struct sk_rule *rules = o->c->policy->rules;
	uint32_t n = 0;
	int r = 0;

	o->runs = SK_ARENA_ARRAY(&o->c->arena, struct sk_run, (size_t)sk_count_runs(o) + 1);
	o->buckets = SK_ARENA_ARRAY(&o->c->arena, struct sk_bucket, (size_t)o->n_buckets + 1);
	o->cover = SK_ARENA_ARRAY(&o->c->arena, uint32_t, (size_t)o->c->n_type_ids + 1);
	if (!o->runs || !o->buckets || !o->cover)
		return -ENOMEM;
	for (uint32_t k = 0; k < o->n_buckets && !r; k++) {
		o->buckets[k].first = n;
		for (uint32_t at = o->first[k]; at < o->first[k + 1]; at++)
			if (sk_begins_run(o, k, at))
				o->runs[n++] = (struct sk_run){ .source = rules[o->order[at]].source, .from = at };
		for (uint32_t i = o->buckets[k].first; i < n && !r; i++)
			r = sk_end_run(o, &o->runs[i], i + 1 < n ? o->runs[i + 1].from : o->first[k + 1]);
		if (!r)
			r = sk_end_bucket(o, &o->buckets[k], n);
	}
	o->buckets[o->n_buckets].first = n;
	o->runs[n].from = o->n_order;
	return r;
}

/* Rules are sorted by source and target already: counting by kind and class keeps that order. */
static int sk_order_rules(struct sk_optimizing *o)
{
	const struct sk_policy *p = o->c->policy;
	uint32_t n = sk_kind_number(SK_RULE_XDONTAUDIT) * (p->n_class_ids + 1) + p->n_class_ids + 1;
	uint32_t *at = SK_ARENA_ARRAY(&o->c->arena, uint32_t, (size_t)n + 1);

	o->n_buckets = n;
	o->first = SK_ARENA_ARRAY(&o->c->arena, uint32_t, (size_t)n + 1);
	if (!at || !o->first)
		return -ENOMEM;
	for (uint32_t i = 0; i < p->n_unconditional; i++)
		if (sk_can_be_covered(&p->rules[i])) {
			o->first[sk_bucket_of(o, &p->rules[i]) + 1]++;
			o->n_order++;
		}
	for (uint32_t k = 1; k <= n; k++)
		o->first[k] += o->first[k - 1];
	memcpy(at, o->first, ((size_t)n + 1) * sizeof(*at));
	for (uint32_t i = 0; i < p->n_unconditional; i++)
		if (sk_can_be_covered(&p->rules[i]))
			o->order[at[sk_bucket_of(o, &p->rules[i])]++] = i;
	return sk_find_runs(o);
}

static int sk_optimizing_init(struct sk_optimizing *o)
{
	struct sk_compiler *c = o->c;
	struct sk_policy *p = c->policy;

	o->order = SK_ARENA_ARRAY(&c->arena, uint32_t, (size_t)p->n_unconditional + 1);
	o->gone = SK_ARENA_ARRAY(&c->arena, bool, (size_t)p->n_rules + 1);
	o->wide = SK_ARENA_ARRAY(&c->arena, struct sk_wide, (size_t)p->n_rules - p->n_unconditional + 1);
	c->cond_number = SK_ARENA_ARRAY(&c->arena, uint32_t, (size_t)p->n_conds + 1);
	if (!o->order || !o->gone || !o->wide || !c->cond_number || sk_find_above(o))
		return -ENOMEM;
	return sk_order_rules(o);
}

static bool sk_cover_bits(uint32_t perms[8], const uint32_t by[8])
{
	uint32_t left = 0;

	for (unsigned int i = 0; i < 8; i++)
		left |= perms[i] &= ~by[i];
	return !left;
}

/* Takes off what `by` covers; true when nothing is left. */
static bool sk_cover(struct sk_policy *p, struct sk_rule *r, const struct sk_rule *by)
{
	struct sk_xperm *x, *y;

	if (r->kind == SK_RULE_AUDITDENY)
		return (r->data |= ~by->data) == UINT32_MAX;
	if (r->kind & SK_RULES_AV)
		return !(r->data &= ~by->data);
	x = &p->xperms[r->data];
	y = &p->xperms[by->data];
	if (x->kind == SK_XPERM_IOCTL_FUNCTION && y->kind == SK_XPERM_IOCTL_DRIVER)
		return y->perms[x->driver / 32] >> (x->driver % 32) & 1;
	if (x->kind != y->kind || x->driver != y->driver)
		return false;
	return sk_cover_bits(x->perms, y->perms);
}

/* The run of a source among some of a bucket, or the first behind it. */
static uint32_t sk_find_run(const struct sk_optimizing *o, uint32_t lo, uint32_t hi, uint32_t source)
{
	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;

		if (o->runs[mid].source < source)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/* The runs of a bucket whose sources hold the source; its own is none of them when it is a type. */
static void sk_find_cover(struct sk_optimizing *o, const struct sk_bucket *bucket, uint32_t source)
{
	const uint64_t *above = sk_above(o, source);
	uint32_t run = bucket->wide, end = bucket[1].first, a = o->c->n_plain_types + 1;

	o->n_cover = 0;
	if (!bucket->sources) {
		for (; run < end; run++)
			if (sk_has_attribute(o, above, o->runs[run].source))
				o->cover[o->n_cover++] = run;
		return;
	}
	while ((a = sk_next_common(o, above, bucket->sources, a))) {
		run = sk_find_run(o, run, end, a++);
		o->cover[o->n_cover++] = run;
	}
}

/* The first place in order[lo .. hi) whose rule has at least this target. Near ones are tried first. */
static uint32_t sk_first_of(const struct sk_optimizing *o, uint32_t lo, uint32_t hi, uint32_t target)
{
	const struct sk_rule *rules = o->c->policy->rules;

	for (uint32_t n = 0; n < 2 && lo < hi; n++, lo++)
		if (rules[o->order[lo]].target >= target)
			return lo;
	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;

		if (rules[o->order[mid]].target < target)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/* Covered by an unconditional rule? A rule does not cover itself, nor does one of the same source and target. */
static bool sk_is_covered_by(struct sk_optimizing *o, uint32_t number, uint32_t by_number)
{
	struct sk_policy *p = o->c->policy;
	struct sk_rule *r = &p->rules[number];
	const struct sk_rule *by = &p->rules[by_number];

	return by_number != number && !o->gone[by_number] &&
	       (number >= p->n_unconditional || by->source != r->source || by->target != r->target) && sk_cover(p, r, by);
}

/* By those of a run that are on the target? Of extended permissions there are several. */
static bool sk_is_covered_on(struct sk_optimizing *o, uint32_t number, uint32_t at, uint32_t end, uint32_t target)
{
	const struct sk_rule *rules = o->c->policy->rules;

	for (at = sk_first_of(o, at, end, target); at < end && rules[o->order[at]].target == target; at++)
		if (sk_is_covered_by(o, number, o->order[at]))
			return true;
	return false;
}

/* By rules of a run on attributes that hold the target? */
static bool sk_is_covered_wide(struct sk_optimizing *o, uint32_t number, const struct sk_run *run)
{
	const struct sk_rule *rules = o->c->policy->rules;
	const uint64_t *above = sk_above(o, rules[number].target);
	uint32_t at = run->wide, end = run[1].from, a = o->c->n_plain_types + 1;

	if (!run->targets) {
		for (; at < end; at++)
			if (sk_has_attribute(o, above, rules[o->order[at]].target) && sk_is_covered_by(o, number, o->order[at]))
				return true;
		return false;
	}
	for (; (a = sk_next_common(o, above, run->targets, a)); a++)
		if (sk_is_covered_on(o, number, at, end, a))
			return true;
	return false;
}

/* Covered by unconditional rules, whose runs are o->cover and, unless it is NULL, `own`? */
static bool sk_is_covered(struct sk_optimizing *o, uint32_t number, const struct sk_run *own)
{
	const struct sk_rule *r = &o->c->policy->rules[number];
	bool conditional = number >= o->c->policy->n_unconditional;

	if (own && ((conditional && sk_is_covered_on(o, number, own->from, own->wide, r->target)) ||
		    sk_is_covered_wide(o, number, own)))
		return true;
	for (uint32_t i = 0; i < o->n_cover; i++) {
		const struct sk_run *run = &o->runs[o->cover[i]];

		if (sk_is_covered_on(o, number, run->from, run->wide, r->target) || sk_is_covered_wide(o, number, run))
			return true;
	}
	return false;
}

/* Rules are covered by those of their own kind and class only. */
static void sk_optimize_unconditional(struct sk_optimizing *o)
{
	for (const struct sk_bucket *b = o->buckets; b < o->buckets + o->n_buckets; b++)
		for (uint32_t k = b[1].first; k-- > b->first;) {
			sk_find_cover(o, b, o->runs[k].source);
			for (uint32_t at = o->runs[k + 1].from; at-- > o->runs[k].from;)
				o->gone[o->order[at]] = sk_is_covered(o, o->order[at], k < b->wide ? &o->runs[k] : NULL);
		}
}

/* Covered by a rule of the same branch? */
static bool sk_is_covered_in(struct sk_optimizing *o, uint32_t number, uint32_t bucket)
{
	struct sk_policy *p = o->c->policy;
	struct sk_rule *r = &p->rules[number];

	for (const struct sk_wide *w = o->wide; w < o->wide + o->n_wide; w++) {
		const struct sk_rule *by = &p->rules[w->rule];

		if (w->bucket != bucket || o->gone[w->rule] ||
		    (by->source == r->source && by->target == r->target) || !sk_holds(o, by->source, r->source) ||
		    !sk_holds(o, by->target, r->target))
			continue;
		if (sk_cover(p, r, by))
			return true;
	}
	return false;
}

static void sk_optimize_conditional(struct sk_optimizing *o, uint32_t number)
{
	const struct sk_rule *r = &o->c->policy->rules[number];
	uint32_t number_of_bucket = sk_bucket_of(o, r);
	const struct sk_bucket *bucket = &o->buckets[number_of_bucket];
	uint32_t own = sk_find_run(o, bucket->first, bucket->wide, r->source);
	bool has_own = own < bucket->wide && o->runs[own].source == r->source;

	sk_find_cover(o, bucket, r->source);
	o->gone[number] = sk_is_covered(o, number, has_own ? &o->runs[own] : NULL) ||
			  sk_is_covered_in(o, number, number_of_bucket);
}

static void sk_optimize_branch(struct sk_optimizing *o, uint32_t first, uint32_t n)
{
	const struct sk_rule *rules = o->c->policy->rules;

	o->n_wide = 0;
	for (uint32_t i = first; i < first + n; i++)
		if (sk_can_be_covered(&rules[i]) &&
		    (rules[i].source > o->c->n_plain_types || rules[i].target > o->c->n_plain_types))
			o->wide[o->n_wide++] = (struct sk_wide){ sk_bucket_of(o, &rules[i]), i };
	for (uint32_t i = first + n; i-- > first;) {
		if (sk_can_be_covered(&rules[i]))
			sk_optimize_conditional(o, i);
	}
}

/* How many rules of [first, first + n) stay; they are moved to `at`. */
static uint32_t sk_keep_rules(struct sk_optimizing *o, uint32_t first, uint32_t n, uint32_t at)
{
	struct sk_policy *p = o->c->policy;
	uint32_t kept = 0;

	for (uint32_t i = first; i < first + n; i++)
		if (!o->gone[i])
			p->rules[at + kept++] = p->rules[i];
	return kept;
}

static bool sk_has_rules(const struct sk_optimizing *o, uint32_t first, uint32_t n)
{
	for (uint32_t i = first; i < first + n; i++)
		if (!o->gone[i])
			return true;
	return false;
}

static void sk_number_conds(const struct sk_optimizing *o)
{
	const struct sk_policy *p = o->c->policy;
	uint32_t n = 0;

	for (uint32_t i = 0; i < p->n_conds; i++) {
		const struct sk_cond *cond = &p->conds[i];
		bool stays = sk_has_rules(o, cond->first_true, cond->n_true) || sk_has_rules(o, cond->first_false, cond->n_false);

		o->c->cond_number[i] = stays ? n++ : SK_SPACE_NONE;
	}
}

static void sk_close_gaps(struct sk_optimizing *o)
{
	struct sk_policy *p = o->c->policy;
	uint32_t at, n_conds = 0;

	at = p->n_unconditional = sk_keep_rules(o, 0, p->n_unconditional, 0);
	for (uint32_t i = 0; i < p->n_conds; i++) {
		struct sk_cond cond = p->conds[i];

		if (o->c->cond_number[i] == SK_SPACE_NONE)
			continue;
		cond.n_true = sk_keep_rules(o, cond.first_true, cond.n_true, at);
		cond.first_true = at;
		cond.n_false = sk_keep_rules(o, cond.first_false, cond.n_false, at + cond.n_true);
		cond.first_false = at + cond.n_true;
		at = cond.first_false + cond.n_false;
		p->conds[n_conds++] = cond;
	}
	p->n_conds = n_conds;
	p->n_rules = at;
}

int sk_optimize_conditionals(struct sk_compiler *c)
{
	const struct sk_policy *p = c->policy;
	struct sk_optimizing *o;

	if (!c->options->optimize)
		return 0;
	o = c->optimizing = SK_ARENA_NEW(&c->arena, struct sk_optimizing);
	if (!o)
		return -ENOMEM;
	o->c = c;
	if (sk_optimizing_init(o))
		return -ENOMEM;
	for (uint32_t i = 0; i < p->n_conds; i++) {
		sk_optimize_branch(o, p->conds[i].first_true, p->conds[i].n_true);
		sk_optimize_branch(o, p->conds[i].first_false, p->conds[i].n_false);
	}
	sk_number_conds(o);
	return 0;
}

int sk_optimize_rules(struct sk_compiler *c)
{
	if (!c->optimizing)
		return 0;
	sk_optimize_unconditional(c->optimizing);
	sk_close_gaps(c->optimizing);
	return 0;
}
