/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Booleans. Of the settings that would grant the question the narrowest few are offered; a setting that also opens what no
 * fix should open is told, but not offered.
 */
#include <errno.h>

#include "explain/fixing.h"
#include "model/sensitive.h"

static int sk_bool_opens_sensitive(struct sk_fixing *x, const selkie_state *after, bool *ret)
{
	const struct sk_policy *p = x->e->policy;

	*ret = false;
	for (uint32_t k = 0; k < p->n_conds && !*ret; k++) {
		const struct sk_cond *cond = &p->conds[k];
		int was = selkie_state_conditional(x->e->state, k), is = selkie_state_conditional(after, k);
		uint32_t first = is == 1 ? cond->first_true : cond->first_false;
		uint32_t n = is == 1 ? cond->n_true : cond->n_false;

		for (uint32_t i = first; was != is && is >= 0 && i < first + n && !*ret; i++) {
			const struct sk_rule *rule = &p->rules[i];

			*ret = rule->kind == SK_RULE_ALLOW &&
			       sk_sensitive_rule(x->e->sensitive, (struct sk_type_id){ rule->source },
						 (struct sk_type_id){ rule->target },
						 (struct sk_class_id){ rule->cls }, rule->data);
		}
	}
	return 0;
}

static int sk_fix_one_remedy(struct sk_fixing *x, const struct selkie_remedy *remedy, uint64_t opens)
{
	sk_auto_buf struct sk_buf command = SK_BUF_INIT, with = SK_BUF_INIT, summary = SK_BUF_INIT;
	struct selkie_fix fix = { .kind = SELKIE_FIX_BOOLEAN, .proven = true, .opens = opens };
	selkie_state *state;
	uint32_t granted = 0;
	bool sensitive = false;
	int r;

	r = selkie_state_copy(x->e->state, &state);
	if (r)
		return r;
	sk_buf_adds(&command, "setsebool -P");
	sk_buf_adds(&summary, "Set the boolean");
	for (size_t i = 0; i < remedy->n_settings; i++) {
		const struct selkie_setting *s = &remedy->settings[i];
		const char *name = x->e->policy->bool_by_id[s->boolean.v]->name;

		selkie_state_set_bool_id(state, s->boolean, s->value);
		sk_buf_join(&command, " ", name, "=", s->value ? "on" : "off", NULL);
		sk_buf_join(&with, i ? " and " : "", name, " ", s->value ? "on" : "off", NULL);
		sk_buf_join(&summary, i ? " and" : "", " ", name, " to ", s->value ? "on" : "off", NULL);
	}
	sk_buf_addc(&summary, '.');
	r = sk_fix_replay(x, &(struct sk_change){ .state = state }, &granted);
	if (!r && granted)
		r = sk_bool_opens_sensitive(x, state, &sensitive);
	selkie_state_free(state);
	if (r || !granted)
		return r;
	if (!sk_buf_str(&with))
		return -ENOMEM;
	if (sensitive)
		return sk_fix_advise(x, SELKIE_FIX_NOTHING,
				     "With %s it would be allowed, but that also opens what no fix should open (see "
				     "selkie search -b), so it is not offered.", sk_buf_str(&with));
	fix.summary = sk_fix_take(x, &summary);
	fix.command = sk_fix_take(x, &command);
	fix.proof = sk_fix_proof(x, sk_buf_str(&with), granted);
	return fix.command && fix.proof ? sk_fix_add(x, fix) : -ENOMEM;
}

#define SK_MOST_REMEDIES 3	/* offered; the narrowest ones */

int sk_fix_booleans(struct sk_fixing *x)
{
	uint64_t opens[32];
	selkie_remedies *remedies;
	size_t n, tried = 0;
	int r;

	if (!x->v->decided)
		return 0;
	r = selkie_access_find_booleans(x->e->state, NULL, &x->v->question, SELKIE_REMEDIES_UNCOUNTED,
					&remedies);
	if (r)
		return r;
	n = SK_MIN(selkie_remedies_count(remedies), SK_ARRAY_LEN(opens));
	for (size_t i = 0; i < n && !r; i++)
		r = sk_cause_count_opened(x->w, selkie_remedies_get(remedies, i), &opens[i]);
	for (; tried < SK_MIN(n, (size_t)SK_MOST_REMEDIES) && !r; tried++) {
		size_t best = 0;

		for (size_t i = 1; i < n; i++)
			if (opens[i] < opens[best])
				best = i;
		r = sk_fix_one_remedy(x, selkie_remedies_get(remedies, best), opens[best]);
		opens[best] = UINT64_MAX;
	}
	selkie_remedies_free(remedies);
	return r;
}
