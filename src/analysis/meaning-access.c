/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Privileges that domains gain: the allow rules that differ, those that grant something sensitive gathered by source and
 * by what makes them sensitive, and by whether anybody can use them. Booleans whose default changed, with what that opens.
 * And constraints that are gone.
 */
#include <errno.h>
#include <string.h>

#include "analysis/meaning.h"
#include "model/expression.h"
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
	enum selkie_held held;
	enum selkie_held was_held; /* the rules were there before, and this in the way */
	unsigned int n_others; /* sources that gained the very same */
	size_t n_avs;
	const struct sk_diff_av *avs[SK_MEANING_RULES]; /* the first of what it gained */
};

struct sk_privileges {
	struct sk_privilege *list;
	size_t n, cap;
	struct sk_map found; /* source and reason, to the place in the list */
	struct sk_state *switched;	/* of the left policy: every conditional rule in force */
	struct sk_decider decider;	/* by it */
};

/* The place of a source and reason, made where it is new; what is held back has places of its own. */
static int sk_privilege_place(struct sk_privileges *all, struct sk_type_id source,
			      const char *reason, enum selkie_held held, struct sk_privilege **ret)
{
	uint64_t key = sk_hash_u64((uint64_t)(uintptr_t)reason) ^ ((uint64_t)held << 40 | (uint64_t)source.v << 8);
	int r = sk_grow(&all->list, &all->cap, all->n + 1, sizeof(*all->list));
	uint32_t *at;
	bool new;

	if (!r)
		r = sk_map_insert(&all->found, key >> 1, (uint32_t)all->n, &at, &new);
	if (r)
		return r;
	if (new)
		all->list[all->n++] = (struct sk_privilege){ .source = source, .reason = reason, .held = held };
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

/* Every conditional rule of the left policy counts: what a switch of booleans could give. */
static int sk_privileges_switch(struct sk_making_meanings *m, struct sk_privileges *all)
{
	int r = selkie_state_copy(m->state[SK_LEFT], &all->switched);

	if (r)
		return r;
	memset(all->switched->in_force, 1, 2 * (size_t)m->policy[SK_LEFT]->n_conds);
	return sk_decider_init(&all->decider, all->switched, NULL);
}

/*
 * Takes away the permissions that the left policy allowed by whatever rule, and that somebody could use there: a rule that a
 * boolean no longer guards gives nothing new while the boolean was on. switched: with any values of booleans. *ret_were: those of
 * the rest that rules gave there, too, and nobody could use; *ret_held: what was in the way.
 */
static int sk_privilege_take_known(struct sk_making_meanings *m, struct sk_privileges *all, struct sk_type_id source,
				   struct sk_type_id target, struct sk_class_id cls, bool switched, uint32_t *perms, uint32_t *ret_were,
				   enum selkie_held *ret_held)
{
	const struct sk_pairing *classes = &m->walk.pairs[SK_PAIR_CLASSES];
	const struct sk_class *right = m->policy[SK_RIGHT]->class_by_id[cls.v], *left;
	uint32_t from = sk_meaning_left(m, source).v, to = sk_meaning_left(m, target).v;
	struct sk_access_trace trace;
	int r = 0;

	*ret_were = 0;
	*ret_held = SELKIE_HELD_NOT;
	left = m->policy[SK_LEFT]->class_by_id[classes->id[SK_LEFT][classes->number[SK_RIGHT][cls.v]]];
	if (!from || !to || !left)
		return 0;
	if (switched && !all->switched)
		r = sk_privileges_switch(m, all);
	if (r)
		return r;
	sk_decide_te(switched ? &all->decider : &m->bearers[SK_LEFT].decider, from, to, left->id.v, &trace);
	for (uint32_t bits = *perms; bits && trace.te && !r; bits &= bits - 1) {
		uint32_t perm = sk_class_find_perm(left, right->perm_names[__builtin_ctz(bits)]) & trace.te;
		enum selkie_held held = SELKIE_HELD_BY_CONSTRAINTS;

		if (perm)
			r = sk_bearers_access(&m->bearers[SK_LEFT], from, to, left->id.v, perm, switched, &held);
		if (r || !perm)
			continue;
		if (held == SELKIE_HELD_NOT) {
			*perms &= ~(bits & -bits);
		} else {
			*ret_were |= bits & -bits;
			*ret_held = held;
		}
	}
	return r;
}

/* Looks at one rule that was added or modified. */
static int sk_privilege_take(struct sk_making_meanings *m, struct sk_privileges *all,
			     const struct sk_diff_av *av)
{
	uint32_t gained = sk_diff_av_gained(&m->walk, av), perms, were;
	struct sk_type_id source, target;
	struct sk_class_id cls;
	struct sk_privilege *p;
	const char *reason;
	unsigned int danger;
	enum selkie_held held, was_held;
	int r;

	sk_diff_av_ids(&m->walk, av, SK_RIGHT, &source, &target, &cls);
	danger = sk_sensitive_danger(m->sensitive[SK_RIGHT], source, target, cls, gained, &perms,
				     &reason);
	if (!danger)
		return 0;
	r = sk_privilege_take_known(m, all, source, target, cls, !sk_av_in_force(m, av), &gained, &were, &was_held);
	if (r)
		return r;
	danger = sk_sensitive_danger(m->sensitive[SK_RIGHT], source, target, cls, gained, &perms,
				     &reason);
	if (!danger)
		return 0;
	r = sk_bearers_access(&m->bearers[SK_RIGHT], source.v, target.v, cls.v, perms, !sk_av_in_force(m, av),
			      &held);
	/* what only rules allow, and allowed before, is nothing new */
	if (!r && held != SELKIE_HELD_NOT)
		perms &= ~were;
	if (!r && !perms)
		return 0;
	if (perms & ~were)
		was_held = SELKIE_HELD_NOT;
	if (!r)
		r = sk_privilege_place(all, source, reason, held, &p);
	if (r)
		return r;
	if (!p->n_targets++) {
		p->target = target;
		p->cls = cls;
		p->perms = perms;
		p->danger = danger;
		p->was_held = held == SELKIE_HELD_NOT ? was_held : SELKIE_HELD_NOT;
		p->had = !was_held && sk_privilege_had(m, source, reason);
		p->new_target = true;
	}
	if (sk_meaning_left(m, target).v)
		p->new_target = false;
	p->in_force |= sk_av_in_force(m, av);
	if (p->n_avs < SK_ARRAY_LEN(p->avs))
		p->avs[p->n_avs++] = av;
	return 0;
}

/* The rules of the right policy that an expanded one stems from. */
#define SK_PRIVILEGE_STEMS 8u

static int sk_privilege_take_rule(struct sk_making_meanings *m, const struct sk_diff_av *av,
				  struct sk_meaning_rules *rules)
{
	struct sk_context source = { .role = { 0 } }, target = { .role = { 0 } };
	struct selkie_question q = { .source = &source, .target = &target, .perms = sk_diff_av_gained(&m->walk, av) };
	uint32_t numbers[SK_PRIVILEGE_STEMS];
	selkie_explanation *e;
	size_t n = 0;
	int r;

	sk_diff_av_ids(&m->walk, av, SK_RIGHT, &source.type, &target.type, &q.cls);
	r = selkie_access_explain(m->state[SK_RIGHT], NULL, &q, &e);
	if (r)
		return r;
	for (size_t i = 0; i < selkie_explanation_n_rules(e) && n < SK_ARRAY_LEN(numbers); i++) {
		const struct selkie_matched_rule *rule = selkie_explanation_rule(e, i);

		if (rule->kind == SELKIE_RULE_ALLOW && rule->perms & q.perms)
			numbers[n++] = rule->rule;
	}
	selkie_explanation_free(e);
	sk_diff_av_text(&m->walk, SELKIE_DIFF_ALLOW, av, &m->buf, false);
	return sk_meaning_take_rule(m, rules, q.perms, numbers, n);
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
	danger = danger * (p->new_target ? 50 : 100) / 100;
	return sk_meaning_scale_held(p->held, danger);
}

static int sk_privilege_add(struct sk_making_meanings *m, const struct sk_privilege *p)
{
	const struct sk_policy *right = m->policy[SK_RIGHT];
	struct selkie_meaning f = { .kind = SELKIE_MEANING_PRIVILEGE, .held = p->held, .was_held = p->was_held };
	struct sk_meaning_rules rules = { 0 };
	int r = 0;

	f.danger = sk_privilege_danger(m, p);
	f.exposure = (enum selkie_exposure)m->domains[SK_RIGHT].exposure[p->source.v];
	f.source = right->type_by_id[p->source.v]->name;
	f.target = right->type_by_id[p->target.v]->name;
	for (size_t i = 0; i < p->n_avs && !r; i++)
		r = sk_privilege_take_rule(m, p->avs[i], &rules);
	if (!r)
		r = sk_meaning_set_rules(m, &f, &rules);
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
	sk_meaning_say_was_held(m, p->was_held);
	sk_meaning_say_held(m, p->held);
	return r ? r : sk_meaning_add(m, &f);
}

/* What sources have in common that gained the same. */
static uint64_t sk_privilege_key(const struct sk_privilege *p)
{
	uint64_t key = sk_hash_u64((uint64_t)(uintptr_t)p->reason);

	key = sk_hash_u64(key ^ ((uint64_t)p->target.v << 32 | p->cls.v));
	key = sk_hash_u64(key ^ ((uint64_t)p->perms << 32 | p->n_targets));
	return (key ^ (uint64_t)(p->in_force | p->had << 1 | p->new_target << 2 | (unsigned int)p->held << 3 | (unsigned int)p->was_held << 5)) >> 1;
}

static bool sk_privilege_same(const struct sk_privilege *a, const struct sk_privilege *b)
{
	return a->reason == b->reason && a->target.v == b->target.v && a->cls.v == b->cls.v &&
	       a->perms == b->perms && a->n_targets == b->n_targets && a->in_force == b->in_force &&
	       a->had == b->had && a->new_target == b->new_target && a->held == b->held && a->was_held == b->was_held;
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
	selkie_state_free(all.switched);
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

/*
 * Constraints that are gone, by their expressions: mostly one is written for many classes. One that was rewritten cannot be
 * compared; told is only what is certain, that a permission has lost some of its constraints and has no other than before.
 */
#define SK_CONSTRAINT_DANGER 50u
#define SK_CONSTRAINT_CLASSES 5u /* so many are named */
#define SK_CONSTRAINT_SHOWN   2u /* and so many shown: they are long, and say the same */

struct sk_gone {
	uint32_t expression; /* its number */
	const struct sk_class *cls;
	const struct sk_constraint *constraint;
};

struct sk_gone_search {
	struct sk_making_meanings *m;
	struct sk_intern expressions; /* of the left policy */
	uint32_t *still;	      /* by number: permissions of the right class at hand that have it still */
	struct sk_gone *list;
	size_t n, cap;
};

/* The number of a constraint's expression; SK_INTERN_NONE when the left policy has no such. */
static int sk_gone_number(struct sk_gone_search *g, int side, const struct sk_constraint *c, uint32_t *ret)
{
	struct sk_buf *buf = &g->m->buf;
	int r = 0;

	sk_constraint_print_expression(buf, g->m->policy[side], c, SK_STYLE_PLAIN);
	if (!sk_buf_str(buf))
		return -ENOMEM;
	if (side == SK_LEFT)
		r = sk_intern_add(&g->expressions, buf->data, buf->n, ret);
	else
		*ret = sk_intern_find(&g->expressions, buf->data, buf->n);
	buf->n = 0;
	return r;
}

/* Whether the right class has some of these permissions of the left one, and none of them is among `others`. */
static bool sk_gone_any(const struct sk_class *left, const struct sk_class *right, uint32_t perms, uint32_t others)
{
	for (; perms; perms &= perms - 1) {
		const char *name = left->perm_names[__builtin_ctz(perms)];
		uint32_t perm = name ? sk_class_find_perm(right, name) : 0;

		if (perm & ~others)
			return true;
	}
	return false;
}

static int sk_gone_from(struct sk_gone_search *g, const struct sk_class *left, const struct sk_class *right)
{
	uint32_t others = 0, number;
	int r = 0;

	for (uint32_t i = 0; i < left->n_constraints && !r; i++) {
		r = sk_gone_number(g, SK_LEFT, &left->constraints[i], &number);
		if (!r)
			g->still[number] = 0;
	}
	for (uint32_t i = 0; i < right->n_constraints && !r; i++) {
		r = sk_gone_number(g, SK_RIGHT, &right->constraints[i], &number);
		if (!r && number == SK_INTERN_NONE)
			others |= right->constraints[i].perms;
		else if (!r)
			g->still[number] |= right->constraints[i].perms;
	}
	for (uint32_t i = 0; i < left->n_constraints && !r; i++) {
		const struct sk_constraint *c = &left->constraints[i];

		r = sk_gone_number(g, SK_LEFT, c, &number);
		if (r || !sk_gone_any(left, right, c->perms, g->still[number] | others))
			continue;
		r = sk_grow(&g->list, &g->cap, g->n + 1, sizeof(*g->list));
		if (!r)
			g->list[g->n++] = (struct sk_gone){ number, left, c };
	}
	return r;
}

static int sk_compare_gone(const void *a, const void *b)
{
	const struct sk_gone *x = a, *y = b;

	return x->expression != y->expression ? (x->expression < y->expression ? -1 : 1)
					      : strcmp(x->cls->name, y->cls->name);
}

/* Those of one expression. */
static int sk_gone_add(struct sk_making_meanings *m, const struct sk_gone *list, size_t n)
{
	struct selkie_meaning f = { .kind = SELKIE_MEANING_CONSTRAINT, .danger = SK_CONSTRAINT_DANGER };
	struct sk_meaning_rules rules = { 0 };
	size_t n_classes = 0;
	int r = 0;

	for (size_t i = 0; i < SK_MIN(n, (size_t)SK_CONSTRAINT_SHOWN) && !r; i++) {
		sk_text_constraint(&m->walk.text[SK_LEFT], &m->buf, list[i].cls->id, list[i].constraint, false,
				   SK_STYLE_PLAIN);
		r = sk_meaning_take_rule(m, &rules, 0, NULL, 0);
	}
	if (!r)
		r = sk_meaning_set_rules(m, &f, &rules);
	f.target = list[0].cls->name;
	sk_buf_adds(&m->buf, "A constraint is gone, and rules alone decide what it forbade, on ");
	for (size_t i = 0; i < n; i++) {
		if (i && list[i].cls == list[i - 1].cls)
			continue;
		if (n_classes++ < SK_CONSTRAINT_CLASSES)
			sk_buf_join(&m->buf, i ? ", " : "", list[i].cls->name, NULL);
	}
	if (n_classes > SK_CONSTRAINT_CLASSES)
		sk_buf_printf(&m->buf, " and %zu more classes", n_classes - SK_CONSTRAINT_CLASSES);
	sk_buf_addc(&m->buf, '.');
	return r ? r : sk_meaning_add(m, &f);
}

static int sk_gone_begin(struct sk_gone_search *g)
{
	const struct sk_policy *left = g->m->policy[SK_LEFT];
	size_t n = 0;

	sk_intern_init(&g->expressions, &g->m->arena);
	for (uint32_t i = 0; i < left->n_classes; i++)
		n += left->classes[i].n_constraints;
	g->still = SK_ARENA_ARRAY(&g->m->arena, uint32_t, n + 1);
	return g->still ? 0 : -ENOMEM;
}

int sk_meaning_constraints(struct sk_making_meanings *m)
{
	const struct sk_pairing *classes = &m->walk.pairs[SK_PAIR_CLASSES];
	struct sk_gone_search g = { .m = m };
	int r = sk_gone_begin(&g);

	for (uint32_t n = 1; n <= classes->n && !r; n++) {
		uint32_t left = classes->id[SK_LEFT][n], right = classes->id[SK_RIGHT][n];

		if (left && right)
			r = sk_gone_from(&g, m->policy[SK_LEFT]->class_by_id[left],
					 m->policy[SK_RIGHT]->class_by_id[right]);
	}
	if (g.n > 1)
		qsort(g.list, g.n, sizeof(*g.list), sk_compare_gone);
	for (size_t i = 0, end; i < g.n && !r; i = end) {
		for (end = i + 1; end < g.n && g.list[end].expression == g.list[i].expression; end++)
			;
		r = sk_gone_add(m, &g.list[i], end - i);
	}
	sk_intern_done(&g.expressions);
	free(g.list);
	return r;
}
