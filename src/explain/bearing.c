/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What of the policy bears on a finding, for those who want to know where it is written. The question is asked once more,
 * of the case that speaks for the finding; nothing here changes a cause or a fix.
 */
#include "explain/bearing.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "selkie/rule.h"

struct sk_bearings {
	struct sk_worker *w;
	const struct sk_case *c;
	const struct sk_verdict *v;
	struct selkie_bearing *list;
	size_t n, cap;
};

const char *selkie_bearing_name(enum selkie_bearing_kind kind)
{
	static const char *const names[] = {
		"allows", "would-allow", "filters", "forbids", "caps", "silences", "labels",
	};

	return (size_t)kind < SK_ARRAY_LEN(names) ? names[kind] : NULL;
}

/* Adds one whose text is copied. */
static int sk_bearing_add(struct sk_bearings *b, struct selkie_bearing bearing, const char *text)
{
	bearing.text = sk_arena_strdup(&b->w->scratch, text);
	if (!bearing.text || sk_grow(&b->list, &b->cap, b->n + 1, sizeof(*b->list)))
		return -ENOMEM;
	b->list[b->n++] = bearing;
	return 0;
}

/* What a matching rule does to the question; false when nothing of note. */
static bool sk_rule_bears(const struct sk_bearings *b, const struct selkie_matched_rule *m,
			  enum selkie_bearing_kind *ret_kind)
{
	if (m->overlay || (m->kind & SELKIE_RULES_AV && !m->perms))
		return false;
	if (m->kind == SELKIE_RULE_ALLOW && (m->enabled || m->perms & ~b->v->granted))
		*ret_kind = m->enabled ? SELKIE_BEARING_ALLOWS : SELKIE_BEARING_WOULD_ALLOW;
	else if (m->kind == SELKIE_RULE_DONTAUDIT && m->enabled && b->v->silenced)
		*ret_kind = SELKIE_BEARING_SILENCES;
	else if (m->kind & SELKIE_RULES_XPERM && m->enabled && b->v->fails_xperm)
		*ret_kind = SELKIE_BEARING_FILTERS;
	else
		return false;
	return true;
}

static int sk_bearing_rules(struct sk_bearings *b, const selkie_explanation *x)
{
	int r = 0;

	for (size_t i = 0; !r && i < selkie_explanation_n_rules(x); i++) {
		const struct selkie_matched_rule *m = selkie_explanation_rule(x, i);
		struct selkie_bearing bearing = { .is_rule = true, .perms = m->perms };
		sk_auto_free char *text = NULL;

		if (!sk_rule_bears(b, m, &bearing.kind) || selkie_rule_get(b->w->e->policy, m->rule, &bearing.rule))
			continue;
		r = selkie_rule_text(b->w->e->policy, &bearing.rule, &text);
		if (!r)
			r = sk_bearing_add(b, bearing, text);
	}
	return r;
}

/* A type is bounded by another that stands in the way. */
static int sk_bearing_bounds(struct sk_bearings *b, struct sk_type_id type, selkie_type_id bound)
{
	const struct sk_policy *p = b->w->e->policy;
	struct selkie_bearing bearing = { .kind = SELKIE_BEARING_CAPS,
					  .fact = { .kind = SELKIE_FACT_TYPE_BOUNDS, .id = type.v } };
	sk_auto_free char *text = NULL;
	int r;

	if (!bound.v || type.v == bound.v)
		return 0;
	if (asprintf(&text, "typebounds %s %s;", selkie_type_name(p, bound), selkie_type_name(p, type)) < 0) {
		text = NULL;
		return -ENOMEM;
	}
	r = sk_bearing_add(b, bearing, text);
	return r;
}

static int sk_bearing_constraints(struct sk_bearings *b, const selkie_explanation *x, enum selkie_fact_kind kind)
{
	int r = 0;

	for (size_t i = 0; !r && i < selkie_explanation_n_constraints(x); i++) {
		const struct selkie_failed_constraint *k = selkie_explanation_constraint(x, i);
		const struct selkie_bearing bearing = { .kind = SELKIE_BEARING_FORBIDS,
							.fact = { kind, b->v->cls->id.v, k->index } };

		r = sk_bearing_add(b, bearing, k->text);
	}
	return r;
}

/* What forbids the rule that is missing. */
static int sk_bearing_neverallows(struct sk_bearings *b, uint32_t perms)
{
	const struct sk_explainer *e = b->w->e;
	const struct selkie_question *q = &b->v->question;
	const struct selkie_neverallow_question asked = {
		.source = q->source->type, .target = q->target->type, .cls = q->cls, .perms = perms,
		.has_number = q->has_number, .xperm_kind = q->kind, .number = (uint16_t)q->number,
	};
	struct selkie_bearing bearing = { .kind = SELKIE_BEARING_FORBIDS, .is_neverallow = true };
	int r = 0;

	if (!e->origins || !perms)
		return 0;
	for (size_t i = 0; !r && (i = selkie_origins_next_neverallow(e->origins, e->policy, &asked, i, &bearing.neverallow));) {
		sk_auto_free char *text = NULL;

		r = selkie_neverallow_text(e->policy, &bearing.neverallow, &text);
		if (!r)
			r = sk_bearing_add(b, bearing, text);
	}
	return r;
}

static int sk_bearing_access(struct sk_bearings *b)
{
	const struct sk_verdict *v = b->v;
	selkie_explanation *x = NULL;
	uint32_t missing = 0;
	int r = selkie_access_explain(b->w->e->state, NULL, &v->question, &x);

	if (r)
		return r;
	r = sk_bearing_rules(b, x);
	if (!r)
		r = sk_bearing_constraints(b, x, SELKIE_FACT_CONSTRAINT);
	for (size_t i = 0; !r && i < selkie_explanation_n_denied(x); i++) {
		const struct selkie_denied *d = selkie_explanation_denied(x, i);

		if (d->why == SELKIE_DENIAL_RULE || d->why == SELKIE_DENIAL_XPERM)
			missing |= d->perms;
		if (d->why != SELKIE_DENIAL_BOUNDS)
			continue;
		r = sk_bearing_bounds(b, v->question.source->type, d->source_bound);
		if (!r)
			r = sk_bearing_bounds(b, v->question.target->type, d->target_bound);
	}
	if (!r)
		r = sk_bearing_neverallows(b, missing);
	selkie_explanation_free(x);
	return r;
}

static int sk_bearing_relabel(struct sk_bearings *b)
{
	const struct sk_verdict *v = b->v;
	selkie_explanation *x = NULL;
	int r;

	if (!v->old || !v->old->context || !v->target || !v->target->context || !v->source || !v->source->context || !v->cls)
		return 0;
	r = selkie_transition_validate(b->w->e->policy, v->old->context, v->target->context, v->source->context, v->cls->id,
				       &x);
	if (r < 0)
		return r == -EINVAL ? 0 : r;
	r = x ? sk_bearing_constraints(b, x, SELKIE_FACT_VALIDATETRANS) : 0;
	selkie_explanation_free(x);
	return r;
}

/* The statement that gives the port its label. */
static int sk_bearing_port(struct sk_bearings *b)
{
	const struct sk_case_samples *s = b->c->samples;
	struct selkie_bearing bearing = { .kind = SELKIE_BEARING_LABELS, .fact = { .kind = SELKIE_FACT_PORT } };
	struct selkie_object object;
	sk_auto_free char *text = NULL;

	if (s->port < 0 || s->port > 65535 || !s->protocol)
		return 0;
	selkie_object_port(b->w->e->policy, s->protocol, (uint16_t)s->port, &object);
	if (object.source != SELKIE_OBJECT_STATEMENT)
		return 0;
	bearing.fact.id = object.index;
	if (asprintf(&text, "port %d is %s", s->port,
		     selkie_type_name(b->w->e->policy, selkie_context_type(object.context))) < 0) {
		text = NULL;
		return -ENOMEM;
	}
	return sk_bearing_add(b, bearing, text);
}

/* The line of the file contexts that says what label the object should have. */
static int sk_bearing_label(struct sk_bearings *b)
{
	const struct sk_case_samples *s = b->c->samples;
	struct selkie_bearing bearing = { .kind = SELKIE_BEARING_LABELS };
	struct selkie_label_result found = { 0 };
	sk_auto_free char *text = NULL;

	if (!b->w->e->labels || !s->n_paths || !b->v->expected || *s->paths[0] != '/')
		return 0;
	if (selkie_label_lookup(b->w->e->labels, s->paths[0], b->v->words->file_mode & S_IFMT, &found))
		return 0;
	bearing.label = found.rule;
	if (asprintf(&text, "%s %s", found.rule->pattern, found.rule->context) < 0) {
		text = NULL;
		return -ENOMEM;
	}
	return sk_bearing_add(b, bearing, text);
}

int sk_bearing_find(struct sk_worker *w, const struct sk_case *c, const struct sk_verdict *v,
		    struct selkie_finding *ret)
{
	struct sk_bearings b = { .w = w, .c = c, .v = v };
	int r = 0;

	if (c->key.kind == SELKIE_AUDIT_DENIAL_VALIDATE_TRANSITION)
		r = sk_bearing_relabel(&b);
	else if (v->decided)
		r = sk_bearing_access(&b);
	if (!r)
		r = sk_bearing_port(&b);
	if (!r)
		r = sk_bearing_label(&b);
	if (!r && b.n) {
		ret->bearings = sk_arena_memdup(&w->scratch, b.list, b.n * sizeof(*b.list));
		ret->n_bearings = b.n;
		r = ret->bearings ? 0 : -ENOMEM;
	}
	free(b.list);
	return r;
}
