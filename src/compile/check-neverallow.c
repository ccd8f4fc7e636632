/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Neverallow rules hold over the whole policy, conditional rules included (libsepol: assertion.c). Allow rules are put
 * in order by class, so that a neverallow looks only at those of its classes; which sources and targets it concerns is
 * worked out once for each type and attribute. A neverallowxperm is broken where its permission is allowed without any
 * extended rule that narrows it, or with one that lets through what it forbids.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "compile/check.h"
#include "compile/rule.h"

struct sk_asserting {
	struct sk_compiler *c;
	uint32_t *by_class;		/* allow rules; class k: first[k] .. first[k + 1] */
	uint32_t *first;
	uint8_t *is_source, *is_target;	/* by id */

	const struct sk_unit_stmt *stmt;
	const struct sk_bitset *sources, *targets;
	bool self, not_self;
	uint32_t perms[256][8];		/* neverallowxperm: what is forbidden, by driver */
	const struct sk_unit_stmt *through;	/* the extended rule that lets it through; NULL: there is none at all */
};

static int sk_index_allows(struct sk_asserting *a)
{
	const struct sk_policy *p = a->c->policy;
	uint32_t *at;

	a->by_class = SK_ARENA_ARRAY(&a->c->arena, uint32_t, (size_t)p->n_rules + 1);
	a->first = SK_ARENA_ARRAY(&a->c->arena, uint32_t, (size_t)p->n_class_ids + 2);
	at = SK_ARENA_ARRAY(&a->c->arena, uint32_t, (size_t)p->n_class_ids + 2);
	a->is_source = SK_ARENA_ARRAY(&a->c->arena, uint8_t, (size_t)a->c->n_type_ids + 1);
	a->is_target = SK_ARENA_ARRAY(&a->c->arena, uint8_t, (size_t)a->c->n_type_ids + 1);
	if (!a->by_class || !a->first || !at || !a->is_source || !a->is_target)
		return -ENOMEM;
	for (uint32_t i = 0; i < p->n_rules; i++)
		if (p->rules[i].kind == SK_RULE_ALLOW)
			a->first[p->rules[i].cls + 1]++;
	for (uint32_t k = 1; k <= p->n_class_ids + 1; k++)
		a->first[k] += a->first[k - 1];
	memcpy(at, a->first, (p->n_class_ids + 2) * sizeof(*at));
	for (uint32_t i = 0; i < p->n_rules; i++)
		if (p->rules[i].kind == SK_RULE_ALLOW)
			a->by_class[at[p->rules[i].cls]++] = i;
	return 0;
}

/* Which ids name a type of the set. */
static void sk_mark_ids(const struct sk_compiler *c, const struct sk_bitset *types, uint8_t *marks)
{
	for (uint32_t id = 1; id <= c->n_plain_types; id++)
		marks[id] = sk_bitset_has(types, id);
	for (uint32_t id = c->n_plain_types + 1; id <= c->n_type_ids; id++) {
		const struct sk_bitset *of = &c->attribute_types[id];

		marks[id] = 0;
		for (uint32_t w = 0; w < of->n_words && !marks[id]; w++)
			marks[id] = (of->words[w] & types->words[w]) != 0;
	}
}

/* The next pair of types that a neverallow and a rule have in common, from *i and *j on; false at the end. */
static bool sk_next_pair(const struct sk_asserting *a, const struct sk_rule *r, uint32_t *i, uint32_t *j)
{
	const struct sk_compiler *c = a->c;

	for (; *i <= c->n_plain_types; ++*i, *j = 1) {
		if (!sk_bitset_has(a->sources, *i) || !sk_id_has(c, r->source, *i))
			continue;
		if (r->target <= c->n_plain_types)
			*j = *j <= r->target ? r->target : c->n_plain_types + 1;
		for (; *j <= c->n_plain_types; ++*j) {
			bool wanted = *i == *j ? !a->not_self && (a->self || sk_bitset_has(a->targets, *j))
					       : sk_bitset_has(a->targets, *j);

			if (wanted && sk_id_has(c, r->target, *j))
				return true;
			if (r->target <= c->n_plain_types)
				break;
		}
	}
	return false;
}

/* What an extended rule lets through of what is forbidden. */
static bool sk_lets_through(const struct sk_asserting *a, const struct sk_xperm *x)
{
	for (uint32_t driver = 0; driver < 256; driver++) {
		bool whole = x->kind == SK_XPERM_IOCTL_DRIVER && x->perms[driver / 32] >> (driver % 32) & 1;
		bool part = x->kind != SK_XPERM_IOCTL_DRIVER && x->driver == driver;

		for (unsigned int w = 0; (whole || part) && w < 8; w++)
			if (a->perms[driver][w] & (whole ? UINT32_MAX : x->perms[w]))
				return true;
	}
	return false;
}

/*
 * Whether a pair of types breaks a neverallowxperm. Narrowed: by an extended rule that holds whenever the allow rule
 * does, which is an unconditional one, one of the same branch, or one in each branch of some conditional.
 */
static bool sk_breaks_xperm(struct sk_asserting *a, uint32_t branch, uint32_t i, uint32_t j, uint32_t cls,
			    uint32_t kind)
{
	const struct sk_compiler *c = a->c;
	const struct sk_policy *p = c->policy;
	uint32_t last = 0;
	bool narrowed = false;

	a->through = NULL;
	for (size_t k = 0; k < c->extended.n; k++) {
		const struct sk_extended *x = &c->extended.list[k];
		uint32_t b = sk_key_branch(c, x->key);

		if (sk_key_kinds[sk_key_kind(x->key)] != SK_RULE_XALLOW || sk_key_class(c, x->key) != cls ||
		    (x->x.kind == SK_XPERM_NLMSG) != (kind == SK_XOP_NLMSG) ||
		    !sk_idset_has(&p->attributes_of[i], sk_key_source(c, x->key)) ||
		    !sk_idset_has(&p->attributes_of[j], sk_key_target(c, x->key)))
			continue;
		if (sk_lets_through(a, &x->x)) {
			a->through = sk_stmt_at(c, x->stmt, NULL);
			return true;
		}
		narrowed |= !b || b == branch || (last && last + 1 == b && !(b & 1));
		last = b;
	}
	return !narrowed;
}

static void sk_report_neverallow(struct sk_asserting *a, uint32_t rule, uint32_t i, uint32_t j, uint32_t mask)
{
	struct sk_compiler *c = a->c;
	const struct sk_rule *r = &c->policy->rules[rule];
	const struct sk_unit_stmt *allow = sk_rule_stmt(c, rule, mask);
	struct sk_diag *diag;
	char perms[1024];

	diag = sk_compile_error(c, "E0808", allow, "this allows %s %s:%s %s, which a neverallow%s forbids",
				c->policy->types[i - 1].name, c->policy->types[j - 1].name,
				c->policy->classes[r->cls - 1].name, sk_perms_text(c, r->cls, mask, perms, sizeof(perms)),
				a->stmt->kind == SK_UNIT_NEVERALLOWX ? "xperm" : "");
	if (a->stmt->kind == SK_UNIT_NEVERALLOWX && a->through)
		sk_compile_note(c, diag, a->through, "with numbers that are forbidden");
	else if (a->stmt->kind == SK_UNIT_NEVERALLOWX)
		sk_compile_note(c, diag, allow, "and no allowxperm narrows it");
	sk_compile_note(c, diag, a->stmt, "it is forbidden here");
}

/* Looks at the rules of one class. A rule is reported once, with the first pair of types. */
static void sk_assert_class(struct sk_asserting *a, uint32_t cls, uint32_t mask, uint32_t kind)
{
	const struct sk_policy *p = a->c->policy;

	for (uint32_t k = a->first[cls]; k < a->first[cls + 1]; k++) {
		const struct sk_rule *r = &p->rules[a->by_class[k]];
		uint32_t i = 1, j = 1;

		if (!(r->data & mask) || !a->is_source[r->source] || (!a->is_target[r->target] && !a->self))
			continue;
		for (; sk_next_pair(a, r, &i, &j); j++) {
			if (a->stmt->kind == SK_UNIT_NEVERALLOWX &&
			    (!sk_breaks_xperm(a, sk_rule_branch(a->c, a->by_class[k]), i, j, cls, kind) ||
			     (a->c->damaged && !a->through)))	/* what would narrow it may be missing */
				continue;
			sk_report_neverallow(a, a->by_class[k], i, j, r->data & mask);
			break;
		}
	}
}

static void sk_assert_xperms(struct sk_asserting *a)
{
	struct sk_compiler *c = a->c;
	const struct sk_xperm_set *set = &c->space->xperms.list[a->stmt->op[3]];
	const struct sk_bitset *classes = sk_set_ids(c, a->stmt, a->stmt->op[2]);

	sk_xperm_numbers(set, a->perms);
	for (uint32_t cls = classes ? sk_bitset_next(classes, 0) : UINT32_MAX; cls != UINT32_MAX;
	     cls = sk_bitset_next(classes, cls + 1)) {
		uint32_t mask = sk_class_find_perm(&c->policy->classes[cls - 1], sk_xop_word((enum sk_xop)set->op));

		if (mask)
			sk_assert_class(a, cls, mask, set->op);
	}
}

static void sk_assert(struct sk_asserting *a)
{
	struct sk_compiler *c = a->c;
	uint32_t flags = c->space->sets.list[a->stmt->op[1]].flags;
	const struct sk_access_list *list;

	a->sources = sk_set_types(c, a->stmt, a->stmt->op[0]);
	a->targets = flags & SK_SET_OTHER ? a->sources : sk_set_types(c, a->stmt, a->stmt->op[1]);
	if (!a->sources || !a->targets)
		return;
	a->self = sk_flags_self(flags);
	a->not_self = sk_flags_not_self(flags);
	sk_mark_ids(c, a->sources, a->is_source);
	sk_mark_ids(c, a->targets, a->is_target);
	if (a->stmt->kind == SK_UNIT_NEVERALLOWX) {
		sk_assert_xperms(a);
		return;
	}
	if (!sk_access_of(c, a->stmt, a->stmt->op[2], &list))
		return;
	for (uint32_t i = 0; i < list->n; i++)
		sk_assert_class(a, list->items[i].cls, list->items[i].mask, 0);
}

int sk_check_neverallow(struct sk_compiler *c)
{
	struct sk_asserting *a;
	int r;

	if (c->options->keep_unbounded || !c->neverallows.n)
		return 0;
	a = calloc(1, sizeof(*a));
	if (!a)
		return -ENOMEM;
	a->c = c;
	r = sk_index_allows(a);
	for (size_t i = 0; !r && i < c->neverallows.n; i++) {
		a->stmt = sk_stmt_at(c, c->neverallows.list[i], NULL);
		if (!c->damaged || !sk_takes_away(c, a->stmt))
			sk_assert(a);
	}
	free(a);
	return c->no_memory ? -ENOMEM : r;
}
