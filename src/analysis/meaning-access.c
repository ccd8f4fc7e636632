/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Privileges that domains gain: the allow rules that differ, those that grant something sensitive gathered by source and
 * by what makes them sensitive. And booleans whose default changed, with what that opens.
 */
#include <errno.h>
#include <string.h>

#include "analysis/meaning.h"
#include "selkie/overlay.h"

/* What one domain gained of one kind. */
struct sk_privilege {
	struct sk_type_id source, target; /* target: of the first rule */
	struct sk_class_id cls;
	uint32_t perms;
	const char *reason;
	unsigned int danger;
	size_t n_targets; /* pairs of target and class, each once a condition; 0 when another stands for it */
	bool in_force;	       /* at least one is in force with the booleans' defaults */
	bool had;	       /* it had such an access to something else already */
	bool new_target;       /* all it has gained is access to types that are new too */
	unsigned int n_others; /* sources that gained the very same */
	struct sk_meaning_rules rules;
};

struct sk_privileges {
	struct sk_privilege *list;
	size_t n, cap;
	struct sk_map found; /* source and reason, to the place in the list */
};

/* The place of a source and reason, made where it is new. */
static int sk_privilege_place(struct sk_privileges *all, struct sk_type_id source,
			      const char *reason, struct sk_privilege **ret)
{
	uint64_t key = sk_hash_u64((uint64_t)(uintptr_t)reason) ^ source.v;
	int r = sk_grow(&all->list, &all->cap, all->n + 1, sizeof(*all->list));
	uint32_t *at;
	bool new;

	if (!r)
		r = sk_map_insert(&all->found, key >> 1, (uint32_t)all->n, &at, &new);
	if (r)
		return r;
	if (new)
		all->list[all->n++] = (struct sk_privilege){ .source = source, .reason = reason };
	*ret = &all->list[*at];
	return 0;
}

/* Whether the left policy's domain had an access with that reason, by the rows of sensitive.h. */
static bool sk_privilege_had(const struct sk_making_meanings *m, struct sk_type_id source,
			     const char *reason)
{
	struct sk_type_id left = sk_meaning_left(m, source);
	uint64_t rows = left.v ? m->domains[SK_LEFT].rows[left.v] : 0;

	for (; rows; rows &= rows - 1) {
		const char *other;

		sk_sensitive_row_danger((unsigned int)__builtin_ctzll(rows), &other);
		if (other == reason)
			return true;
	}
	return false;
}

static bool sk_av_in_force(const struct sk_making_meanings *m, const struct sk_diff_av *av)
{
	if (av->cond == SK_DIFF_UNCONDITIONAL)
		return true;
	return sk_state_in_force(m->state[SK_RIGHT], m->walk.conds.cond[SK_RIGHT][av->cond / 2],
				 av->cond & 1);
}

/* Looks at one rule that was added or modified. */
static int sk_privilege_take(struct sk_making_meanings *m, struct sk_privileges *all,
			     const struct sk_diff_av *av)
{
	uint32_t gained = sk_diff_av_gained(&m->walk, av), perms;
	struct sk_type_id source, target;
	struct sk_class_id cls;
	struct sk_privilege *p;
	const char *reason;
	unsigned int danger;
	int r;

	sk_diff_av_ids(&m->walk, av, SK_RIGHT, &source, &target, &cls);
	danger = sk_sensitive_danger(m->sensitive[SK_RIGHT], source, target, cls, gained, &perms,
				     &reason);
	if (!danger)
		return 0;
	r = sk_privilege_place(all, source, reason, &p);
	if (r)
		return r;
	if (!p->n_targets++) {
		p->target = target;
		p->cls = cls;
		p->perms = perms;
		p->danger = danger;
		p->had = sk_privilege_had(m, source, reason);
		p->new_target = true;
	}
	if (sk_meaning_left(m, target).v)
		p->new_target = false;
	p->in_force |= sk_av_in_force(m, av);
	if (p->rules.n < SK_MEANING_RULES) {
		sk_diff_av_text(&m->walk, SELKIE_DIFF_ALLOW, av, &m->buf, false);
		r = sk_meaning_take_rule(m, &p->rules);
	}
	return r;
}

/* "read shadow_t:file" */
static void sk_privilege_what(struct sk_making_meanings *m, const struct sk_privilege *p)
{
	const struct sk_policy *right = m->policy[SK_RIGHT];
	const struct sk_class *cls = right->class_by_id[p->cls.v];
	uint32_t n = (uint32_t)__builtin_popcount(p->perms), i = 0;

	for (uint32_t bits = p->perms; bits; bits &= bits - 1, i++)
		sk_buf_join(&m->buf,
			    !i		 ? ""
			    : i + 1 == n ? " and "
					 : ", ",
			    cls->perm_names[__builtin_ctz(bits)], NULL);
	sk_buf_join(&m->buf, " ", right->type_by_id[p->target.v]->name, ":", cls->name, NULL);
}

static unsigned int sk_privilege_danger(const struct sk_making_meanings *m,
					const struct sk_privilege *p)
{
	unsigned int danger = sk_meaning_scale(m, p->source, p->danger);

	danger = danger * (p->in_force ? 100 : 60) / 100;
	danger = danger * (p->had ? 50 : 100) / 100;
	return danger * (p->new_target ? 50 : 100) / 100;
}

static int sk_privilege_add(struct sk_making_meanings *m, const struct sk_privilege *p)
{
	const struct sk_policy *right = m->policy[SK_RIGHT];
	struct selkie_meaning f = { .kind = SELKIE_MEANING_PRIVILEGE };
	int r;

	f.danger = sk_privilege_danger(m, p);
	f.exposure = (enum selkie_exposure)m->domains[SK_RIGHT].exposure[p->source.v];
	f.source = right->type_by_id[p->source.v]->name;
	f.target = right->type_by_id[p->target.v]->name;
	r = sk_meaning_set_rules(m, &f, &p->rules);
	sk_meaning_name(m, p->source, p->n_others, true);
	sk_buf_adds(&m->buf, " may now ");
	sk_privilege_what(m, p);
	if (p->n_targets > 1)
		sk_buf_printf(&m->buf, ", and %zu more of the kind", p->n_targets - 1);
	sk_buf_join(&m->buf, ": ", p->reason, ".", NULL);
	if (p->had)
		sk_buf_adds(&m->buf, p->n_others ? " They had the like before."
						 : " It had the like before.");
	if (!p->in_force)
		sk_buf_adds(&m->buf, " A boolean that is off by default has to be switched.");
	return r ? r : sk_meaning_add(m, &f);
}

/* What sources have in common that gained the same. */
static uint64_t sk_privilege_key(const struct sk_privilege *p)
{
	uint64_t key = sk_hash_u64((uint64_t)(uintptr_t)p->reason);

	key = sk_hash_u64(key ^ ((uint64_t)p->target.v << 32 | p->cls.v));
	key = sk_hash_u64(key ^ ((uint64_t)p->perms << 32 | p->n_targets));
	return (key ^ (uint64_t)(p->in_force | p->had << 1 | p->new_target << 2)) >> 1;
}

static bool sk_privilege_same(const struct sk_privilege *a, const struct sk_privilege *b)
{
	return a->reason == b->reason && a->target.v == b->target.v && a->cls.v == b->cls.v &&
	       a->perms == b->perms && a->n_targets == b->n_targets && a->in_force == b->in_force &&
	       a->had == b->had && a->new_target == b->new_target;
}

/* Of sources that gained the same, the one in most danger stands for all: the others' n_targets becomes 0. */
static int sk_privileges_merge(const struct sk_making_meanings *m, struct sk_privileges *all)
{
	struct sk_map kept = { 0 };
	int r = 0;

	for (size_t i = 0; i < all->n && !r; i++) {
		struct sk_privilege *p = &all->list[i], *other;
		uint32_t *at;

		r = sk_map_insert(&kept, sk_privilege_key(p), (uint32_t)i, &at, NULL);
		if (r || *at == i)
			continue;
		other = &all->list[*at];
		if (!sk_privilege_same(p, other))
			continue;
		if (sk_privilege_danger(m, p) > sk_privilege_danger(m, other)) {
			p->n_others = other->n_others + 1;
			other->n_targets = 0;
			*at = (uint32_t)i;
		} else {
			other->n_others++;
			p->n_targets = 0;
		}
	}
	sk_map_done(&kept);
	return r;
}

int sk_meaning_privileges(struct sk_making_meanings *m)
{
	struct sk_privileges all = { 0 };
	int r = 0;

	for (int change = 0; change < 3 && !r; change++) {
		const struct sk_diff_list *list = &m->walk.lists[SELKIE_DIFF_ALLOW][change];

		for (size_t i = 0; change != SELKIE_DIFF_REMOVED && i < list->n && !r; i++)
			r = sk_privilege_take(m, &all, &list->avs[i]);
	}
	if (!r)
		r = sk_privileges_merge(m, &all);
	for (size_t i = 0; i < all.n && !r; i++)
		if (all.list[i].n_targets)
			r = sk_privilege_add(m, &all.list[i]);
	free(all.list);
	sk_map_done(&all.found);
	return r;
}

/* The sensitive rows that the rules of a branch grant; the exposure of the worst source too. */
static void sk_boolean_branch(struct sk_making_meanings *m, uint32_t first, uint32_t n,
			      uint64_t *rows, struct sk_type_id *worst)
{
	const struct sk_policy *p = m->policy[SK_RIGHT];
	const struct sk_domains *domains = &m->domains[SK_RIGHT];

	for (uint32_t i = first; i < first + n; i++) {
		const struct sk_rule *rule = &p->rules[i];
		const struct sk_idset *sources = &p->types_of[rule->source];

		if (rule->kind != SK_RULE_ALLOW)
			continue;
		*rows |= sk_sensitive_rows_of(m->sensitive[SK_RIGHT],
					      (struct sk_class_id){ rule->cls }, rule->data) &
			 sk_sensitive_rows_at(m->sensitive[SK_RIGHT],
					      (struct sk_type_id){ rule->target });
		for (uint32_t k = 0; k < sources->n; k++)
			if (!worst->v ||
			    domains->exposure[sources->ids[k]] > domains->exposure[worst->v])
				worst->v = sources->ids[k];
	}
}

/* What the new default of a boolean opens, compared with the old default in the same, new policy. */
static int sk_boolean_add(struct sk_making_meanings *m, const struct sk_bool *boolean)
{
	const struct sk_policy *p = m->policy[SK_RIGHT];
	struct selkie_meaning f = { .kind = SELKIE_MEANING_BOOLEAN, .source = boolean->name };
	struct sk_type_id worst = { 0 };
	struct sk_state *before = NULL;
	const char *reason = NULL;
	uint64_t rows = 0;
	int r = selkie_state_copy(m->state[SK_RIGHT], &before);

	if (r)
		return r;
	selkie_state_set_bool_id(before, boolean->id, !boolean->state);
	r = selkie_overlay_count_opened(before, m->state[SK_RIGHT], NULL, &f.opens);
	for (uint32_t c = 0; c < p->n_conds && !r; c++) {
		const struct sk_cond *cond = &p->conds[c];

		for (int branch = 0; branch < 2; branch++)
			if (sk_state_in_force(m->state[SK_RIGHT], c, branch) &&
			    !sk_state_in_force(before, c, branch))
				sk_boolean_branch(m, branch ? cond->first_true : cond->first_false,
						  branch ? cond->n_true : cond->n_false, &rows,
						  &worst);
	}
	selkie_state_free(before);
	if (r || !f.opens)
		return r;
	f.danger = SK_MAX(sk_meaning_worst_row(rows, &reason) * 3 / 4, 15u);
	if (worst.v) {
		f.danger = sk_meaning_scale(m, worst, f.danger);
		f.exposure = (enum selkie_exposure)m->domains[SK_RIGHT].exposure[worst.v];
	}
	sk_buf_printf(&m->buf, "The boolean %s is %s by default now, which opens %llu access%s",
		      boolean->name, boolean->state ? "on" : "off", (unsigned long long)f.opens,
		      f.opens == 1 ? "" : "es");
	if (reason)
		sk_buf_join(&m->buf, ", sensitive ones among them: ", reason, NULL);
	sk_buf_addc(&m->buf, '.');
	return sk_meaning_add(m, &f);
}

int sk_meaning_booleans(struct sk_making_meanings *m)
{
	const struct sk_pairing *bools = &m->walk.pairs[SK_PAIR_BOOLS];
	int r = 0;

	for (uint32_t n = 1; n <= bools->n && !r; n++) {
		uint32_t left = bools->id[SK_LEFT][n], right = bools->id[SK_RIGHT][n];
		const struct sk_bool *b = right ? m->policy[SK_RIGHT]->bool_by_id[right] : NULL;

		if (left && b && m->policy[SK_LEFT]->bool_by_id[left]->state != b->state)
			r = sk_boolean_add(m, b);
	}
	return r;
}
