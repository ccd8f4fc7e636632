/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Rules that others cover (libsepol: optimize.c). A rule is covered by rules of the same kind and class whose source and
 * target are, or hold, its own; permissions that are covered are taken off, and a rule that has none left goes. In a
 * conditional a rule is covered by unconditional ones and by those of its own branch. A conditional that has no rules
 * left goes too. Type rules stay.
 *
 * Rules of a kind and class stand together by source, so that each of the few sources that hold a rule's own is found
 * by halving, and its targets are walked. Of two rules that cover each other, on attributes that hold the same types,
 * the one on what is declared first stays: the last is looked at first.
 */
#include <errno.h>
#include <string.h>

#include "compile/rule.h"

struct sk_optimizing {
	struct sk_compiler *c;
	struct sk_idset *above;		/* by id: itself, and the attributes that hold it */
	uint32_t *order;		/* unconditional rules by kind, class, source, target */
	uint32_t n_order;
	uint32_t *first;		/* by kind and class: where they begin in `order` */
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

/* Rules are sorted by source and target already: counting by kind and class keeps that order. */
static int sk_order_rules(struct sk_optimizing *o)
{
	const struct sk_policy *p = o->c->policy;
	uint32_t n = sk_kind_number(SK_RULE_XDONTAUDIT) * (p->n_class_ids + 1) + p->n_class_ids + 1;
	uint32_t *at = SK_ARENA_ARRAY(&o->c->arena, uint32_t, (size_t)n + 1);

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
	return 0;
}

static int sk_optimizing_init(struct sk_optimizing *o)
{
	struct sk_compiler *c = o->c;
	struct sk_policy *p = c->policy;

	o->above = SK_ARENA_ARRAY(&c->arena, struct sk_idset, (size_t)c->n_type_ids + 1);
	o->order = SK_ARENA_ARRAY(&c->arena, uint32_t, (size_t)p->n_unconditional + 1);
	o->gone = SK_ARENA_ARRAY(&c->arena, bool, (size_t)p->n_rules + 1);
	c->cond_number = SK_ARENA_ARRAY(&c->arena, uint32_t, (size_t)p->n_conds + 1);
	if (!o->above || !o->order || !o->gone || !c->cond_number)
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

/* The first place in order[lo .. hi) whose rule has at least this source. */
static uint32_t sk_first_of(const struct sk_optimizing *o, uint32_t lo, uint32_t hi, uint32_t source)
{
	const struct sk_rule *rules = o->c->policy->rules;

	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;

		if (rules[o->order[mid]].source < source)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

/* Covered by unconditional rules? The rule itself does not count. */
static bool sk_is_covered(struct sk_optimizing *o, uint32_t number)
{
	struct sk_policy *p = o->c->policy;
	struct sk_rule *r = &p->rules[number];
	const struct sk_idset *sources = &o->above[r->source], *targets = &o->above[r->target];
	uint32_t bucket = sk_bucket(o, r), from = o->first[bucket], end = o->first[bucket + 1];

	for (uint32_t i = 0; i < sources->n && from < end; i++) {
		uint32_t t = 0;

		from = sk_first_of(o, from, end, sources->ids[i]);
		for (uint32_t at = from; at < end; at++) {
			const struct sk_rule *by = &p->rules[o->order[at]];

			if (by->source != sources->ids[i])
				break;
			while (t < targets->n && targets->ids[t] < by->target)
				t++;
			if (t == targets->n)
				break;
			if (targets->ids[t] != by->target || o->order[at] == number || o->gone[o->order[at]] ||
			    (number < p->n_unconditional && by->source == r->source && by->target == r->target))
				continue;
			if (sk_cover(p, r, by))
				return true;
		}
	}
	return false;
}

/* Covered by a rule of the same branch, [first, first + n)? Only rules with an attribute cover others. */
static bool sk_is_covered_in(struct sk_optimizing *o, uint32_t number, uint32_t first, uint32_t n)
{
	struct sk_policy *p = o->c->policy;
	struct sk_rule *r = &p->rules[number];

	for (uint32_t i = first; i < first + n; i++) {
		const struct sk_rule *by = &p->rules[i];

		if (by->kind != r->kind || by->cls != r->cls || o->gone[i] ||
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
	for (uint32_t i = first + n; i-- > first;)
		o->gone[i] = sk_can_be_covered(&o->c->policy->rules[i]) &&
			     (sk_is_covered(o, i) || sk_is_covered_in(o, i, first, n));
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
	for (uint32_t i = p->n_unconditional; i-- > 0;)
		o.gone[i] = sk_can_be_covered(&p->rules[i]) && sk_is_covered(&o, i);
	for (uint32_t i = 0; i < p->n_conds; i++) {
		sk_optimize_branch(&o, p->conds[i].first_true, p->conds[i].n_true);
		sk_optimize_branch(&o, p->conds[i].first_false, p->conds[i].n_false);
	}
	sk_close_gaps(&o);
	return 0;
}
