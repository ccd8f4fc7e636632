/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Rules that others cover (libsepol: optimize.c). A rule is covered by rules of the same kind and class whose source and
 * target are, or hold, its own; permissions that are covered are taken off, and a rule that has none left goes. In a
 * conditional a rule is covered by unconditional ones and by those of its own branch. A conditional that has no rules
 * left goes too. Type rules stay.
 *
 * Rules of a kind and class stand together by source, in runs. Which runs are of sources that hold a rule's own is worked
 * out once for each source, and in a run the few targets that hold the rule's own are found by halving. Of two rules that cover each other, on attributes that hold the same types,
 * the one on what is declared first stays: the last is looked at first.
 */
#include <errno.h>
#include <string.h>

#include "compile/rule.h"

/* The rules of a kind, class and source: in `order`, to where the next run begins. */
struct sk_run {
	uint32_t source, from;
};

struct sk_optimizing {
	struct sk_compiler *c;
	struct sk_idset *above;		/* by id: itself, and the attributes that hold it */
	uint32_t *order;		/* unconditional rules by kind, class, source, target */
	uint32_t n_order;
	uint32_t n_buckets;
	uint32_t *first;		/* by kind and class: where they begin in `order` */
	struct sk_run *runs;
	uint32_t *first_run;		/* by kind and class */
	uint32_t *cover, n_cover;	/* runs whose source holds the one that is looked at */
	uint32_t *wide, n_wide;		/* rules of a branch that have an attribute: only such cover others */
	bool *gone;
};

/* What names all that an attribute does: attributes that have all its types. */
static int sk_attributes_above(struct sk_optimizing *o, uint32_t id)
{
	struct sk_compiler *c = o->c;
	struct sk_idset *set = &o->above[id];
	uint32_t *ids = sk_arena_alloc(&c->arena, ((size_t)c->n_type_ids - c->n_plain_types + 1) * sizeof(*ids));

	if (!ids)
		return -ENOMEM;
	set->ids = ids;
	for (uint32_t a = c->n_plain_types + 1; a <= c->n_type_ids; a++)
		if (!c->symbols.list[c->type_symbol[a]].expand &&
		    sk_bitset_contains(&c->attribute_types[a], &c->attribute_types[id]))
			ids[set->n++] = a;
	return 0;
}

static bool sk_can_be_covered(const struct sk_rule *r)
{
	return r->kind & (SK_RULES_AV | SK_RULES_XPERM);
}

static uint32_t sk_bucket(const struct sk_optimizing *o, const struct sk_rule *r)
{
	return sk_kind_number(r->kind) * (o->c->policy->n_class_ids + 1) + r->cls;
}

static int sk_find_runs(struct sk_optimizing *o)
{
	const struct sk_rule *rules = o->c->policy->rules;
	uint32_t n = 0;

	o->runs = SK_ARENA_ARRAY(&o->c->arena, struct sk_run, (size_t)o->n_order + 1);
	o->first_run = SK_ARENA_ARRAY(&o->c->arena, uint32_t, (size_t)o->n_buckets + 1);
	o->cover = SK_ARENA_ARRAY(&o->c->arena, uint32_t, (size_t)o->c->n_type_ids + 1);
	if (!o->runs || !o->first_run || !o->cover)
		return -ENOMEM;
	for (uint32_t k = 0; k < o->n_buckets; k++) {
		o->first_run[k] = n;
		for (uint32_t at = o->first[k]; at < o->first[k + 1]; at++)
			if (at == o->first[k] || rules[o->order[at]].source != o->runs[n - 1].source)
				o->runs[n++] = (struct sk_run){ rules[o->order[at]].source, at };
	}
	o->first_run[o->n_buckets] = n;
	o->runs[n].from = o->n_order;
	return 0;
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
			o->first[sk_bucket(o, &p->rules[i]) + 1]++;
			o->n_order++;
		}
	for (uint32_t k = 1; k <= n; k++)
		o->first[k] += o->first[k - 1];
	memcpy(at, o->first, ((size_t)n + 1) * sizeof(*at));
	for (uint32_t i = 0; i < p->n_unconditional; i++)
		if (sk_can_be_covered(&p->rules[i]))
			o->order[at[sk_bucket(o, &p->rules[i])]++] = i;
	return sk_find_runs(o);
}

static int sk_optimizing_init(struct sk_optimizing *o)
{
	struct sk_compiler *c = o->c;
	struct sk_policy *p = c->policy;

	o->above = SK_ARENA_ARRAY(&c->arena, struct sk_idset, (size_t)c->n_type_ids + 1);
	o->order = SK_ARENA_ARRAY(&c->arena, uint32_t, (size_t)p->n_unconditional + 1);
	o->gone = SK_ARENA_ARRAY(&c->arena, bool, (size_t)p->n_rules + 1);
	o->wide = SK_ARENA_ARRAY(&c->arena, uint32_t, (size_t)p->n_rules - p->n_unconditional + 1);
	c->cond_number = SK_ARENA_ARRAY(&c->arena, uint32_t, (size_t)p->n_conds + 1);
	if (!o->above || !o->order || !o->gone || !o->wide || !c->cond_number)
		return -ENOMEM;
	for (uint32_t id = 1; id <= c->n_plain_types; id++)
		o->above[id] = p->attributes_of[id];
	for (uint32_t id = c->n_plain_types + 1; id <= c->n_type_ids; id++)
		if (sk_attributes_above(o, id))
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

/* The runs of a bucket whose sources hold the source. */
static void sk_find_cover(struct sk_optimizing *o, uint32_t bucket, uint32_t source)
{
	const struct sk_idset *sources = &o->above[source];
	uint32_t lo = o->first_run[bucket], end = o->first_run[bucket + 1];

	o->n_cover = 0;
	for (uint32_t i = 0; i < sources->n && lo < end; i++) {
		uint32_t hi = end;

		while (lo < hi) {
			uint32_t mid = lo + (hi - lo) / 2;

			if (o->runs[mid].source < sources->ids[i])
				lo = mid + 1;
			else
				hi = mid;
		}
		if (lo < end && o->runs[lo].source == sources->ids[i])
			o->cover[o->n_cover++] = lo;
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

/* Covered by unconditional rules, whose runs are o->cover? The rule itself does not count. */
static bool sk_is_covered(struct sk_optimizing *o, uint32_t number)
{
	struct sk_policy *p = o->c->policy;
	struct sk_rule *r = &p->rules[number];
	const struct sk_idset *targets = &o->above[r->target];

	for (uint32_t i = 0; i < o->n_cover; i++) {
		const struct sk_run *run = &o->runs[o->cover[i]];
		uint32_t at = run->from, end = run[1].from;

		for (uint32_t t = 0; t < targets->n && at < end; t++) {
			at = sk_first_of(o, at, end, targets->ids[t]);
			/* Of extended permissions there are several. */
			for (; at < end && p->rules[o->order[at]].target == targets->ids[t]; at++) {
				const struct sk_rule *by = &p->rules[o->order[at]];

				if (o->order[at] != number && !o->gone[o->order[at]] &&
				    (number >= p->n_unconditional || by->source != r->source || by->target != r->target) &&
				    sk_cover(p, r, by))
					return true;
			}
		}
	}
	return false;
}

/* Rules are covered by those of their own kind and class only. */
static void sk_optimize_unconditional(struct sk_optimizing *o)
{
	for (uint32_t bucket = 0; bucket < o->n_buckets; bucket++)
		for (uint32_t k = o->first_run[bucket + 1]; k-- > o->first_run[bucket];) {
			sk_find_cover(o, bucket, o->runs[k].source);
			for (uint32_t at = o->runs[k + 1].from; at-- > o->runs[k].from;)
				o->gone[o->order[at]] = sk_is_covered(o, o->order[at]);
		}
}

/* Covered by a rule of the same branch? */
static bool sk_is_covered_in(struct sk_optimizing *o, uint32_t number)
{
	struct sk_policy *p = o->c->policy;
	struct sk_rule *r = &p->rules[number];

	for (uint32_t i = 0; i < o->n_wide; i++) {
		const struct sk_rule *by = &p->rules[o->wide[i]];

		if (by->kind != r->kind || by->cls != r->cls || o->gone[o->wide[i]] ||
		    (by->source == r->source && by->target == r->target) ||
		    !sk_idset_has(&o->above[r->source], by->source) || !sk_idset_has(&o->above[r->target], by->target))
			continue;
		if (sk_cover(p, r, by))
			return true;
	}
	return false;
}

static void sk_optimize_branch(struct sk_optimizing *o, uint32_t first, uint32_t n)
{
	const struct sk_rule *rules = o->c->policy->rules;

	o->n_wide = 0;
	for (uint32_t i = first; i < first + n; i++)
		if (rules[i].source > o->c->n_plain_types || rules[i].target > o->c->n_plain_types)
			o->wide[o->n_wide++] = i;
	for (uint32_t i = first + n; i-- > first;) {
		const struct sk_rule *r = &rules[i];

		if (!sk_can_be_covered(r))
			continue;
		sk_find_cover(o, sk_bucket(o, r), r->source);
		o->gone[i] = sk_is_covered(o, i) || sk_is_covered_in(o, i);
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

static void sk_close_gaps(struct sk_optimizing *o)
{
	struct sk_policy *p = o->c->policy;
	uint32_t at, n_conds = 0;

	at = p->n_unconditional = sk_keep_rules(o, 0, p->n_unconditional, 0);
	for (uint32_t i = 0; i < p->n_conds; i++) {
		struct sk_cond cond = p->conds[i];

		o->c->cond_number[i] = SK_SPACE_NONE;
		cond.n_true = sk_keep_rules(o, cond.first_true, cond.n_true, at);
		cond.first_true = at;
		cond.n_false = sk_keep_rules(o, cond.first_false, cond.n_false, at + cond.n_true);
		cond.first_false = at + cond.n_true;
		at = cond.first_false + cond.n_false;
		if (cond.n_true || cond.n_false) {
			o->c->cond_number[i] = n_conds;
			p->conds[n_conds++] = cond;
		}
	}
	p->n_conds = n_conds;
	p->n_rules = at;
}

int sk_compile_optimize(struct sk_compiler *c)
{
	struct sk_optimizing o = { .c = c };
	struct sk_policy *p = c->policy;

	if (!c->options->optimize)
		return 0;
	if (sk_optimizing_init(&o))
		return -ENOMEM;
	sk_optimize_unconditional(&o);
	for (uint32_t i = 0; i < p->n_conds; i++) {
		sk_optimize_branch(&o, p->conds[i].first_true, p->conds[i].n_true);
		sk_optimize_branch(&o, p->conds[i].first_false, p->conds[i].n_false);
	}
	sk_close_gaps(&o);
	return 0;
}
