/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the differences of two policies mean: the list of findings, most dangerous first.
 */
#include "analysis/meaning.h"

#include <errno.h>
#include <string.h>

const char *selkie_meaning_kind_name(enum selkie_meaning_kind kind)
{
	static const char *const names[] = { "transition", "flow",    "privilege",
					     "permissive", "boolean", "policy", "constraint" };

	return (unsigned int)kind < SK_ARRAY_LEN(names) ? names[kind] : NULL;
}

const char *selkie_exposure_name(enum selkie_exposure exposure)
{
	static const char *const names[] = { "none", "user", "connects", "listens" };

	return (unsigned int)exposure < SK_ARRAY_LEN(names) ? names[exposure] : NULL;
}

const char *selkie_held_name(enum selkie_held held)
{
	static const char *const names[] = { "not", "roles", "constraints", "bounds" };

	return (unsigned int)held < SK_ARRAY_LEN(names) ? names[held] : NULL;
}

int sk_meaning_add(struct sk_making_meanings *m, const struct selkie_meaning *meaning)
{
	struct sk_meanings *out = m->out;
	int r = sk_grow(&out->list, &out->cap, out->n + 1, sizeof(*out->list));
	const char *text = m->buf.failed ? NULL
					 : sk_arena_strndup(&out->arena,
							    m->buf.n ? m->buf.data : "", m->buf.n);

	m->buf.n = 0;
	if (r || !text)
		return -ENOMEM;
	out->list[out->n] = *meaning;
	out->list[out->n++].text = text;
	return 0;
}

int sk_meaning_take_rule(struct sk_making_meanings *m, struct sk_meaning_rules *rules, uint32_t perms,
			 const uint32_t *numbers, size_t n_numbers)
{
	const char *text = sk_buf_str(&m->buf);
	struct selkie_meaning_rule *rule = &rules->list[rules->n];

	if (!text)
		return -ENOMEM;
	m->buf.n = 0;
	for (size_t i = 0; i < rules->n; i++)
		if (!strcmp(rules->list[i].text, text))
			return 0;
	if (rules->n == SK_MEANING_RULES)
		return 0;
	rule->text = sk_arena_strdup(&m->out->arena, text);
	rule->perms = perms;
	rule->n_numbers = n_numbers;
	rule->numbers = n_numbers ? sk_arena_memdup(&m->out->arena, numbers, n_numbers * sizeof(*numbers)) : NULL;
	if (!rule->text || (n_numbers && !rule->numbers))
		return -ENOMEM;
	rules->n++;
	return 0;
}

int sk_meaning_take_right_rule(struct sk_making_meanings *m, struct sk_meaning_rules *rules,
			       uint32_t rule, uint32_t perms)
{
	struct selkie_rule r;

	sk_rule_get(m->policy[SK_RIGHT], rule, &r);
	sk_text_rule(&m->walk.text[SK_RIGHT], &m->buf, &r);
	return sk_meaning_take_rule(m, rules, perms, &rule, 1);
}

int sk_meaning_set_rules(struct sk_making_meanings *m, struct selkie_meaning *meaning,
			 const struct sk_meaning_rules *rules)
{
	meaning->rules = sk_arena_memdup(&m->out->arena, rules->list, rules->n * sizeof(*rules->list));
	meaning->n_rules = rules->n;
	return meaning->rules ? 0 : -ENOMEM;
}

static enum selkie_exposure sk_meaning_exposure(const struct sk_making_meanings *m,
						struct sk_type_id type)
{
	return (enum selkie_exposure)m->domains[SK_RIGHT].exposure[type.v];
}

void sk_meaning_name(struct sk_making_meanings *m, struct sk_type_id type, unsigned int others,
		     bool goes_on)
{
	static const char *const clauses[] = { "", ", which users run",
					       ", which connects to the network",
					       ", which listens on the network" };
	const char *clause = clauses[sk_meaning_exposure(m, type)];

	sk_buf_join(&m->buf, m->policy[SK_RIGHT]->type_by_id[type.v]->name, clause,
		    *clause && (goes_on || others) ? "," : "", NULL);
	if (others)
		sk_buf_printf(&m->buf, " and %u more", others);
}

/*
 * Per cent by exposure. A domain that the old policy does not have, or in which nobody could be, counts half: what is
 * dangerous about it is who gets into it, and that is a finding of its own.
 */
unsigned int sk_meaning_scale(const struct sk_making_meanings *m, struct sk_type_id type,
			      unsigned int danger)
{
	static const unsigned int by_exposure[] = { 60, 85, 90, 100 };
	unsigned int scaled = danger * by_exposure[sk_meaning_exposure(m, type)] / 100;
	struct sk_type_id left = sk_meaning_left(m, type);

	return left.v && sk_bearers_exist(&m->bearers[SK_LEFT], left.v) ? scaled : scaled / 2;
}

unsigned int sk_meaning_scale_held(enum selkie_held held, unsigned int danger)
{
	return held == SELKIE_HELD_NOT ? danger : danger / 10;
}

void sk_meaning_say_held(struct sk_making_meanings *m, enum selkie_held held)
{
	static const char *const sentences[] = {
		[SELKIE_HELD_NOT] = "",
		[SELKIE_HELD_BY_ROLES] = " Only the rules allow it: no user and role may do it.",
		[SELKIE_HELD_BY_CONSTRAINTS] = " Only the rules allow it: constraints forbid it to every user, role and "
					       "level.",
		[SELKIE_HELD_BY_BOUNDS] = " Only its own rules allow it: the type that bounds it may not do it.",
	};

	sk_buf_adds(&m->buf, sentences[held]);
}

void sk_meaning_say_was_held(struct sk_making_meanings *m, enum selkie_held was_held)
{
	if (was_held)
		sk_buf_join(&m->buf, " The rules were there before; ", selkie_held_name(was_held), " were in the way.", NULL);
}

struct sk_type_id sk_meaning_left(const struct sk_making_meanings *m, struct sk_type_id right)
{
	const struct sk_pairing *types = &m->walk.pairs[SK_PAIR_TYPES];

	return (struct sk_type_id){ types->id[SK_LEFT][types->number[SK_RIGHT][right.v]] };
}

unsigned int sk_meaning_worst_row(uint64_t rows, const char **ret_reason)
{
	unsigned int worst = 0;

	for (; rows; rows &= rows - 1) {
		const char *reason;
		unsigned int danger =
			sk_sensitive_row_danger((unsigned int)__builtin_ctzll(rows), &reason);

		if (danger > worst) {
			worst = danger;
			*ret_reason = reason;
		}
	}
	return worst;
}

/* Domains that are permissive and were not, or did not exist. */
static int sk_meaning_permissive(struct sk_making_meanings *m)
{
	const struct sk_bitset *right = &m->policy[SK_RIGHT]->permissive;
	int r = 0;

	for (uint32_t id = sk_bitset_next(right, 1); id != UINT32_MAX && !r;
	     id = sk_bitset_next(right, id + 1)) {
		struct sk_type_id type = { id }, left;
		struct selkie_meaning f = { .kind = SELKIE_MEANING_PERMISSIVE };

		if (!m->walk.pairs[SK_PAIR_TYPES].number[SK_RIGHT][id])
			continue;
		left = sk_meaning_left(m, type);
		if (left.v && sk_bitset_has(&m->policy[SK_LEFT]->permissive, left.v))
			continue;
		f.danger = sk_meaning_scale(m, type, 95);
		f.exposure = sk_meaning_exposure(m, type);
		f.source = m->policy[SK_RIGHT]->type_by_id[id]->name;
		sk_meaning_name(m, type, 0, true);
		sk_buf_adds(&m->buf, " is permissive: nothing is refused to it any more.");
		r = sk_meaning_add(m, &f);
	}
	return r;
}

/* Properties of the whole policy that make it weaker. */
static int sk_meaning_policy(struct sk_making_meanings *m)
{
	const struct sk_policy *left = m->policy[SK_LEFT], *right = m->policy[SK_RIGHT];
	struct selkie_meaning f = { .kind = SELKIE_MEANING_POLICY };
	int r = 0;

	if (left->mls && !right->mls) {
		f.danger = 80;
		sk_buf_adds(&m->buf, "The new policy has no levels: what only levels keep apart is "
				     "kept apart no more.");
		r = sk_meaning_add(m, &f);
	}
	if (!r && left->handle_unknown != SK_UNKNOWN_ALLOW &&
	    right->handle_unknown == SK_UNKNOWN_ALLOW) {
		f.danger = 50;
		sk_buf_adds(&m->buf, "The kernel now allows whatever the policy has no class or "
				     "permission for.");
		r = sk_meaning_add(m, &f);
	}
	return r;
}

static int sk_compare_meanings(const void *a, const void *b)
{
	const struct selkie_meaning *x = a, *y = b;

	if (x->danger != y->danger)
		return x->danger > y->danger ? -1 : 1;
	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	return strcmp(x->text, y->text);
}

static int sk_meanings_begin(struct sk_making_meanings *m, const struct sk_diff *d)
{
	int r = sk_diff_begin_walk(d, &m->walk);

	for (int side = 0; side < 2 && !r; side++) {
		m->policy[side] = d->policy[side];
		r = selkie_state_new(d->policy[side], &m->state[side]);
		if (!r)
			r = sk_sensitive_new(d->policy[side], &m->sensitive[side]);
		if (!r)
			r = sk_domains_make(&m->domains[side], &m->arena, m->state[side],
					    m->sensitive[side]);
		if (!r)
			r = sk_bearers_init(&m->bearers[side], m->state[side]);
	}
	return r;
}

static int sk_meanings_make(struct sk_making_meanings *m)
{
	static int (*const parts[])(struct sk_making_meanings * m) = {
		sk_meaning_privileges, sk_meaning_transitions, sk_meaning_flows,
		sk_meaning_permissive, sk_meaning_booleans,    sk_meaning_policy,
		sk_meaning_constraints,
	};
	int r = 0;

	for (size_t i = 0; i < SK_ARRAY_LEN(parts) && !r; i++)
		r = parts[i](m);
	return r;
}

static void sk_meanings_end(struct sk_making_meanings *m)
{
	for (int side = 0; side < 2; side++) {
		selkie_state_free(m->state[side]);
		sk_sensitive_free(m->sensitive[side]);
		sk_bearers_done(&m->bearers[side]);
	}
	sk_diff_end_walk(&m->walk);
	sk_buf_done(&m->buf);
	sk_map_done(&m->transitions);
	sk_arena_done(&m->arena);
}

int selkie_meanings_find(const selkie_diff *diff, selkie_meanings **ret)
{
	struct sk_making_meanings m = { .buf = SK_BUF_INIT };
	int r;

	if (!(diff->sections & SELKIE_DIFF_SECTION(SELKIE_DIFF_ALLOW)))
		return -EINVAL;
	m.out = calloc(1, sizeof(*m.out));
	if (!m.out)
		return -ENOMEM;
	r = sk_meanings_begin(&m, diff);
	if (!r)
		r = sk_meanings_make(&m);
	sk_meanings_end(&m);
	if (r) {
		selkie_meanings_free(m.out);
		return r;
	}
	if (m.out->n > 1)
		qsort(m.out->list, m.out->n, sizeof(*m.out->list), sk_compare_meanings);
	*ret = m.out;
	return 0;
}

void selkie_meanings_free(selkie_meanings *meanings)
{
	if (!meanings)
		return;
	free(meanings->list);
	sk_arena_done(&meanings->arena);
	free(meanings);
}

size_t selkie_meanings_count(const selkie_meanings *meanings)
{
	return meanings->n;
}

const struct selkie_meaning *selkie_meanings_get(const selkie_meanings *meanings, size_t i)
{
	return i < meanings->n ? &meanings->list[i] : NULL;
}

const struct selkie_meanings_omitted *selkie_meanings_omitted(const selkie_meanings *meanings)
{
	return &meanings->omitted;
}
