/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which booleans would grant a denied access. The booleans that can matter are those of the conditionals that have
 * rules for this source, target and class (or for the types that bound them). Sets of them are tried from the smallest
 * up, each by deciding the question again under a state that has them flipped; supersets of a set that works are not
 * tried. The numbers are bounded: 12 booleans, sets of 4, 32 answers.
 */
#include <errno.h>
#include <string.h>

#include "base/arena.h"
#include "model/access.h"

#define SK_MOST_BOOLEANS 12
#define SK_MOST_SETTINGS 4
#define SK_MOST_REMEDIES 32

struct sk_remedies {
	struct sk_arena arena;
	struct selkie_remedy all[SK_MOST_REMEDIES];
	size_t n;
};

struct sk_search {
	struct sk_remedies *out;
	struct sk_decider d;		/* with the scratch state */
	const struct sk_state *state;	/* as asked */
	struct sk_state *scratch;
	const struct selkie_question *q;
	uint32_t booleans[SK_MOST_BOOLEANS];
	size_t n_booleans;
	uint32_t found[SK_MOST_REMEDIES];	/* as sets of positions in booleans */
	uint32_t wanted;		/* denied permissions */
	uint32_t last_cond;
	bool uncounted;
};

static void sk_search_add_booleans(struct sk_search *s, const struct sk_cond *cond)
{
	for (uint32_t i = 0; i < cond->n_nodes; i++) {
		size_t k = 0;

		if (cond->nodes[i].op != SK_COND_BOOL)
			continue;
		while (k < s->n_booleans && s->booleans[k] != cond->nodes[i].boolean.v)
			k++;
		if (k == s->n_booleans && k < SK_MOST_BOOLEANS)
			s->booleans[s->n_booleans++] = cond->nodes[i].boolean.v;
	}
}

/* Conditional rules that could grant something denied, or turn its filter off, and are not in force. */
static void sk_search_slot(void *arg, const struct sk_slot *slot)
{
	struct sk_search *s = arg;
	const struct sk_policy *p = s->d.ix->policy;
	const uint32_t *rules;
	uint32_t n;

	rules = sk_slot_rules(s->d.ix, slot, &n);
	for (uint32_t i = 0; i < n; i++) {
		const struct sk_rule *rule = &p->rules[rules[i]];
		uint32_t gate = sk_rule_gate(s->d.ix, rules[i]);

		if (gate == SK_GATE_OPEN || gate / 2 == s->last_cond)
			continue;
		if (rule->kind & SK_RULES_XPERM ||
		    (rule->kind == SK_RULE_ALLOW && rule->data & s->wanted &&
		     !s->state->in_force[gate])) {
			s->last_cond = gate / 2;
			sk_search_add_booleans(s, &p->conds[s->last_cond]);
		}
	}
}

/* The question's types and, as bounds ask for them too, those that bound them. */
static void sk_search_collect(struct sk_search *s)
{
	const struct sk_policy *p = s->d.ix->policy;
	uint32_t source = s->q->source->type.v, target = s->q->target->type.v;

	s->last_cond = UINT32_MAX;
	for (int depth = 0; source && depth <= SK_BOUNDS_DEPTH; depth++) {
		sk_index_match(s->d.ix, source, target, s->q->cls.v, sk_search_slot, s);
		source = p->type_by_id[source]->bounds.v;
		if (p->type_by_id[target]->bounds.v)
			target = p->type_by_id[target]->bounds.v;
	}
}

static void sk_search_flip(struct sk_search *s, uint32_t set)
{
	for (size_t i = 0; i < s->n_booleans; i++) {
		struct sk_bool_id id = { s->booleans[i] };

		selkie_state_set_bool_id(s->scratch, id,
					 selkie_state_bool(s->state, id) != (set >> i & 1));
	}
}

static int sk_search_record(struct sk_search *s, uint32_t set)
{
	struct sk_remedies *out = s->out;
	struct selkie_setting *settings;
	size_t n = 0;
	int r;

	settings = SK_ARENA_ARRAY(&out->arena, struct selkie_setting, SK_MOST_SETTINGS);
	if (!settings)
		return -ENOMEM;
	for (size_t i = 0; i < s->n_booleans; i++)
		if (set >> i & 1) {
			settings[n].boolean.v = s->booleans[i];
			settings[n].value = !selkie_state_bool(s->state, settings[n].boolean);
			n++;
		}
	s->found[out->n] = set;
	out->all[out->n] = (struct selkie_remedy){ n, settings, UINT64_MAX };
	if (!s->uncounted) {
		r = selkie_overlay_count_opened(s->state, s->scratch, NULL, &out->all[out->n].opens);
		if (r)
			return r;
	}
	out->n++;
	return 0;
}

static bool sk_search_covers(const struct sk_search *s, uint32_t set)
{
	for (size_t i = 0; i < s->out->n; i++)
		if (!(s->found[i] & ~set))
			return true;
	return false;
}

/* All sets of `size` booleans. */
static int sk_search_sets(struct sk_search *s, int size)
{
	int r = 0;

	for (uint32_t set = (1u << size) - 1; set < 1u << s->n_booleans && !r;) {
		uint32_t low = set & -set, ripple = set + low;
		bool filtered;

		if (s->out->n == SK_MOST_REMEDIES)
			return 0;
		if (!sk_search_covers(s, set)) {
			sk_search_flip(s, set);
			if (sk_decide_question(&s->d, s->q, NULL, &filtered) == s->q->perms)
				r = sk_search_record(s, set);
		}
		set = ripple | ((set ^ ripple) >> 2) / low;	/* next set of the same size */
	}
	return r;
}

static int sk_remedy_compare(const void *a, const void *b)
{
	const struct selkie_remedy *x = a, *y = b;

	if (x->opens != y->opens)
		return x->opens > y->opens ? 1 : -1;
	if (x->n_settings != y->n_settings)
		return x->n_settings > y->n_settings ? 1 : -1;
	for (size_t i = 0; i < x->n_settings; i++)
		if (x->settings[i].boolean.v != y->settings[i].boolean.v)
			return x->settings[i].boolean.v > y->settings[i].boolean.v ? 1 : -1;
	return 0;
}

/* Most questions have no conditional rule: the state is copied for those that have. */
static int sk_search_run(struct sk_search *s, const selkie_overlay *overlay)
{
	bool filtered;
	int r;

	r = sk_decider_init(&s->d, s->state, overlay);
	if (r)
		return r;
	s->wanted = s->q->perms & ~sk_decide_question(&s->d, s->q, NULL, &filtered);
	if (s->wanted)
		sk_search_collect(s);
	if (!s->n_booleans)
		return 0;
	r = selkie_state_copy(s->state, &s->scratch);
	if (!r)
		r = sk_decider_init(&s->d, s->scratch, overlay);
	for (int size = 1; size <= SK_MOST_SETTINGS && (size_t)size <= s->n_booleans && !r; size++)
		r = sk_search_sets(s, size);
	if (s->out->n)
		qsort(s->out->all, s->out->n, sizeof(s->out->all[0]), sk_remedy_compare);
	return r;
}

int selkie_access_find_booleans(const selkie_state *state, const selkie_overlay *overlay,
				const struct selkie_question *question, unsigned int flags,
				selkie_remedies **ret)
{
	struct sk_search s = { .q = question, .state = state };
	int r;

	if (question->cls.v > state->policy->n_class_ids)
		return -EINVAL;
	s.uncounted = flags & SELKIE_REMEDIES_UNCOUNTED;
	s.out = calloc(1, sizeof(*s.out));
	r = s.out ? 0 : -ENOMEM;
	if (!r && question->cls.v)
		r = sk_search_run(&s, overlay);
	selkie_state_free(s.scratch);
	if (r) {
		selkie_remedies_free(s.out);
		return r;
	}
	*ret = s.out;
	return 0;
}

void selkie_remedies_free(selkie_remedies *remedies)
{
	if (!remedies)
		return;
	sk_arena_done(&remedies->arena);
	free(remedies);
}

size_t selkie_remedies_count(const selkie_remedies *remedies)
{
	return remedies->n;
}

const struct selkie_remedy *selkie_remedies_get(const selkie_remedies *remedies, size_t i)
{
	return i < remedies->n ? &remedies->all[i] : NULL;
}
