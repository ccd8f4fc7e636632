/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What tests touch. They are run once more, and whatever answers one of them is marked: for accesses the rules that speak of
 * them and the constraints that decide, for labels the rule or statement that gave each part.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "model/access.h"
#include "model/text.h"
#include "query/suite.h"
#include "selkie/labeling.h"

/* Statements that label what cannot carry a label. */
static const struct sk_cover_labeling {
	enum selkie_coverage_kind kind;
	enum selkie_labeling_kind labeling;
} sk_cover_labelings[] = {
	{ SELKIE_COVERS_PORT, SELKIE_LABELING_PORT }, { SELKIE_COVERS_GENFS, SELKIE_LABELING_GENFS },
	{ SELKIE_COVERS_NODE, SELKIE_LABELING_NODE }, { SELKIE_COVERS_NETIF, SELKIE_LABELING_NETIF },
};

struct sk_coverer {
	const struct sk_suite *suite;
	const struct sk_policy *policy;
	struct sk_coverage *coverage;
	unsigned int flags;
	uint32_t *touched;		/* by rule */
	uint32_t *first_constraint;	/* by class: of its constraints among all */
	struct sk_bitset rules, named, roles, ranges, constraints, paths;	/* covered, by number */
	struct sk_bitset statements[SELKIE_N_LABELING_KINDS];
	/* what the tests are about */
	struct sk_bitset sources;	/* types and attributes that hold a source */
	struct sk_bitset source_roles, classes, types;	/* types: of labels */
	int error;
};

static void sk_cover_source(struct sk_coverer *c, const struct sk_context *source)
{
	const struct sk_idset *groups = &c->policy->attributes_of[source->type.v];

	sk_bitset_add(&c->sources, source->type.v);
	for (uint32_t i = 0; i < groups->n; i++)
		sk_bitset_add(&c->sources, groups->ids[i]);
	if (source->role.v)
		sk_bitset_add(&c->source_roles, source->role.v);
}

/* A constraint decides about what rules grant. */
static void sk_cover_constraints(struct sk_coverer *c, uint32_t cls, uint32_t granted)
{
	const struct sk_class *class = c->policy->class_by_id[cls];

	sk_bitset_add(&c->classes, cls);
	for (uint32_t i = 0; i < class->n_constraints; i++)
		if (class->constraints[i].perms & granted)
			sk_bitset_add(&c->constraints, c->first_constraint[cls] + i);
}

/* Rules of numbers are spoken of only when one is asked for. */
static void sk_cover_number(struct sk_coverer *c, const struct sk_state *state, const struct selkie_question *q)
{
	selkie_explanation *e;
	int r = selkie_access_explain(state, NULL, q, &e);

	if (r) {
		c->error = r;
		return;
	}
	for (size_t i = 0; i < selkie_explanation_n_rules(e); i++) {
		const struct selkie_matched_rule *m = selkie_explanation_rule(e, i);

		if (m->kind == SELKIE_RULE_ALLOWXPERM && m->enabled)
			sk_bitset_add(&c->rules, m->rule);
	}
	selkie_explanation_free(e);
}

static void sk_cover_question(void *arg, const struct sk_state *state, const struct selkie_question *q)
{
	struct sk_coverer *c = arg;
	struct selkie_question all = *q;
	selkie_explanation *e;
	uint32_t granted = 0;
	int r;

	/* a rule for other permissions of the same access is what a test of a denial is about */
	all.perms = c->policy->class_by_id[q->cls.v]->perm_mask;
	all.has_number = false;
	r = selkie_access_explain(state, NULL, &all, &e);
	if (r) {
		c->error = r;
		return;
	}
	sk_cover_source(c, q->source);
	for (size_t i = 0; i < selkie_explanation_n_rules(e); i++) {
		const struct selkie_matched_rule *m = selkie_explanation_rule(e, i);

		if (!m->enabled || m->kind != SELKIE_RULE_ALLOW)
			continue;
		sk_bitset_add(&c->rules, m->rule);
		granted |= m->perms & q->perms;
		c->touched[m->rule] |= m->perms & q->perms;
	}
	sk_cover_constraints(c, q->cls.v, granted);
	selkie_explanation_free(e);
	if (q->has_number)
		sk_cover_number(c, state, q);
}

static void sk_cover_rule(void *arg, uint32_t rule, uint32_t perms)
{
	struct sk_coverer *c = arg;
	const struct sk_rule *found = &c->policy->rules[rule];

	if (found->kind == SK_RULE_ALLOW)
		c->touched[rule] |= found->data & perms;
	sk_bitset_add(&c->rules, rule);
	sk_bitset_add(&c->sources, found->source);
}

static bool sk_same_rule(const struct selkie_rule *a, const struct selkie_rule *b)
{
	return a->kind == b->kind && a->source.v == b->source.v && a->target.v == b->target.v && a->cls.v == b->cls.v &&
	       a->result.v == b->result.v && a->source_role.v == b->source_role.v && a->cond == b->cond &&
	       a->branch == b->branch;
}

/* The number of a rule that gave a type. */
static void sk_cover_type_rule(struct sk_coverer *c, const struct selkie_rule *rule)
{
	const struct sk_policy *p = c->policy;
	struct selkie_rule other;

	for (uint32_t i = 0; rule->name && i < p->n_filename_transitions; i++)
		if (p->filename_transitions[i].name == rule->name && p->filename_transitions[i].target.v == rule->target.v &&
		    p->filename_transitions[i].cls.v == rule->cls.v &&
		    sk_idset_has(&p->filename_transitions[i].sources, rule->source.v))
			sk_bitset_add(&c->named, i);
	for (uint32_t i = 0; !rule->name && i < p->n_rules; i++) {
		if (p->rules[i].source != rule->source.v || p->rules[i].target != rule->target.v ||
		    p->rules[i].cls != rule->cls.v)
			continue;
		sk_rule_get(p, i, &other);
		if (sk_same_rule(&other, rule))
			sk_bitset_add(&c->rules, i);
	}
}

static void sk_cover_made(void *arg, const struct sk_context *source, const struct selkie_transition_details *details)
{
	struct sk_coverer *c = arg;
	const struct sk_policy *p = c->policy;
	struct selkie_rule other;

	sk_cover_source(c, source);
	if (details->type == SELKIE_TRANSITION_BY_RULE)
		sk_cover_type_rule(c, &details->type_rule);
	for (uint32_t i = 0; details->role == SELKIE_TRANSITION_BY_RULE && i < p->n_role_transitions; i++) {
		sk_rule_get_role_transition(p, i, &other);
		if (sk_same_rule(&other, &details->role_rule))
			sk_bitset_add(&c->roles, i);
	}
	for (uint32_t i = 0; details->range == SELKIE_TRANSITION_BY_RULE && i < p->n_range_transitions; i++) {
		sk_rule_get_range_transition(p, i, &other);
		if (sk_same_rule(&other, &details->range_rule))
			sk_bitset_add(&c->ranges, i);
	}
}

static uint32_t sk_label_type(const struct sk_policy *p, const struct selkie_label_rule *rule)
{
	return rule->type ? sk_policy_find_type(p, rule->type).v : 0;
}

static void sk_cover_path(void *arg, const struct selkie_label_rule *rule)
{
	struct sk_coverer *c = arg;
	size_t n = selkie_label_count(c->suite->labels);
	uint32_t type = sk_label_type(c->policy, rule);

	if (type)
		sk_bitset_add(&c->types, type);
	for (size_t i = 0; i < n; i++)
		if (selkie_label_rule_at(c->suite->labels, i) == rule)
			sk_bitset_add(&c->paths, (uint32_t)i);
}

static void sk_cover_statement(void *arg, enum selkie_labeling_kind kind, uint32_t number)
{
	struct sk_coverer *c = arg;
	struct selkie_labeling l;

	sk_bitset_add(&c->statements[kind], number);
	if (!selkie_labeling_get(c->policy, kind, number, &l))
		sk_bitset_add(&c->types, l.context->type.v);
}

static int sk_cover_run(struct sk_coverer *c, const struct sk_state *state)
{
	struct sk_suite_watch watch = { sk_cover_question, sk_cover_rule, sk_cover_made, sk_cover_path, sk_cover_statement, c };
	const struct sk_suite *suite = c->suite;
	struct sk_suite_runner r;
	int error = sk_suite_runner_init(&r, suite, state);

	if (error)
		return error;
	r.watch = &watch;
	for (size_t i = 0; i < suite->n_rows && !r.error && !c->error; i++) {
		if (suite->rows[i].kind >= SK_SUITE_SET)
			sk_suite_set(&r, &suite->rows[i]);
		else
			sk_suite_test(&r, &suite->rows[i]);
	}
	error = r.error ? r.error : c->error;
	sk_suite_runner_done(&r);
	return error;
}

/*
 * The list.
 */
static void sk_cover_add(struct sk_coverer *c, const struct selkie_covered *item, bool concerned)
{
	struct sk_coverage *coverage = c->coverage;

	if (c->error || (c->flags & SELKIE_COVERAGE_TESTED && !concerned && !item->covered))
		return;
	c->error = sk_grow(&coverage->list, &coverage->cap, coverage->n + 1, sizeof(*coverage->list));
	if (!c->error)
		coverage->list[coverage->n++] = *item;
}

static void sk_cover_add_rules(struct sk_coverer *c, enum selkie_coverage_kind kind, unsigned int rule_kinds)
{
	const struct sk_policy *p = c->policy;

	for (uint32_t i = 0; i < p->n_rules; i++) {
		struct selkie_covered item = { .kind = kind, .number = i, .covered = sk_bitset_has(&c->rules, i) };

		if (!(p->rules[i].kind & rule_kinds))
			continue;
		if (kind == SELKIE_COVERS_ALLOW) {
			item.perms = p->rules[i].data;
			item.touched = c->touched[i];
		}
		sk_cover_add(c, &item, sk_bitset_has(&c->sources, p->rules[i].source));
	}
}

static bool sk_cover_meets(const struct sk_idset *ids, const struct sk_bitset *set)
{
	for (uint32_t i = 0; i < ids->n; i++)
		if (sk_bitset_has(set, ids->ids[i]))
			return true;
	return false;
}

static void sk_cover_add_transitions(struct sk_coverer *c)
{
	const struct sk_policy *p = c->policy;

	for (uint32_t i = 0; i < p->n_filename_transitions; i++)
		sk_cover_add(c, &(struct selkie_covered){ .kind = SELKIE_COVERS_NAMED, .number = i,
							  .covered = sk_bitset_has(&c->named, i) },
			     sk_cover_meets(&p->filename_transitions[i].sources, &c->sources));
	for (uint32_t i = 0; i < p->n_role_transitions; i++)
		sk_cover_add(c, &(struct selkie_covered){ .kind = SELKIE_COVERS_ROLE, .number = i,
							  .covered = sk_bitset_has(&c->roles, i) },
			     sk_bitset_has(&c->source_roles, p->role_transitions[i].role.v));
	for (uint32_t i = 0; i < p->n_range_transitions; i++)
		sk_cover_add(c, &(struct selkie_covered){ .kind = SELKIE_COVERS_RANGE, .number = i,
							  .covered = sk_bitset_has(&c->ranges, i) },
			     sk_bitset_has(&c->sources, p->range_transitions[i].source.v));
}

static void sk_cover_add_constraints(struct sk_coverer *c)
{
	const struct sk_policy *p = c->policy;

	for (uint32_t k = 0; k < p->n_classes; k++) {
		struct sk_class_id cls = p->classes[k].id;

		for (uint32_t i = 0; i < p->classes[k].n_constraints; i++)
			sk_cover_add(c, &(struct selkie_covered){
						.kind = SELKIE_COVERS_CONSTRAINT, .number = i, .cls = cls,
						.covered = sk_bitset_has(&c->constraints, c->first_constraint[cls.v] + i) },
				     sk_bitset_has(&c->classes, cls.v));
	}
}

/* A branch is covered by any of its rules, and concerns the tests when one of them does. */
static void sk_cover_add_branch(struct sk_coverer *c, uint32_t cond, bool branch, uint32_t first, uint32_t n)
{
	struct selkie_covered item = { .kind = SELKIE_COVERS_BRANCH, .number = cond, .branch = branch };
	bool concerned = false;

	for (uint32_t i = first; i < first + n; i++) {
		item.covered = item.covered || sk_bitset_has(&c->rules, i);
		concerned = concerned || sk_bitset_has(&c->sources, c->policy->rules[i].source);
	}
	if (n)
		sk_cover_add(c, &item, concerned);
}

static void sk_cover_add_paths(struct sk_coverer *c)
{
	size_t n = c->suite->labels ? selkie_label_count(c->suite->labels) : 0;

	for (size_t i = 0; i < n; i++)
		sk_cover_add(c, &(struct selkie_covered){ .kind = SELKIE_COVERS_LABEL, .number = (uint32_t)i,
							  .covered = sk_bitset_has(&c->paths, (uint32_t)i) },
			     sk_bitset_has(&c->types, sk_label_type(c->policy, selkie_label_rule_at(c->suite->labels, i))));
}

static void sk_cover_add_statements(struct sk_coverer *c, const struct sk_cover_labeling *of)
{
	const struct sk_bitset *covered = &c->statements[of->labeling];
	size_t n = selkie_labeling_count(c->policy, of->labeling);
	struct selkie_labeling l;

	for (size_t i = 0; i < n && !selkie_labeling_get(c->policy, of->labeling, i, &l); i++)
		sk_cover_add(c, &(struct selkie_covered){ .kind = of->kind, .number = (uint32_t)i,
							  .covered = sk_bitset_has(covered, (uint32_t)i) },
			     sk_bitset_has(&c->types, l.context->type.v));
}

static int sk_cover_list(struct sk_coverer *c)
{
	const struct sk_policy *p = c->policy;

	sk_cover_add_rules(c, SELKIE_COVERS_ALLOW, SK_RULE_ALLOW);
	sk_cover_add_rules(c, SELKIE_COVERS_XPERM, SELKIE_RULE_ALLOWXPERM);
	sk_cover_add_rules(c, SELKIE_COVERS_TYPE, SELKIE_RULES_TYPE);
	sk_cover_add_transitions(c);
	sk_cover_add_constraints(c);
	for (uint32_t i = 0; i < p->n_conds; i++) {
		sk_cover_add_branch(c, i, true, p->conds[i].first_true, p->conds[i].n_true);
		sk_cover_add_branch(c, i, false, p->conds[i].first_false, p->conds[i].n_false);
	}
	sk_cover_add_paths(c);
	for (size_t i = 0; i < SK_ARRAY_LEN(sk_cover_labelings); i++)
		sk_cover_add_statements(c, &sk_cover_labelings[i]);
	return c->error;
}

static int sk_cover_begin(struct sk_coverer *c, struct sk_arena *arena)
{
	const struct sk_policy *p = c->policy;
	uint32_t n_constraints = 0;
	const struct {
		struct sk_bitset *set;
		size_t n;
	} sets[] = {
		{ &c->rules, p->n_rules },
		{ &c->named, p->n_filename_transitions },
		{ &c->roles, p->n_role_transitions },
		{ &c->ranges, p->n_range_transitions },
		{ &c->paths, c->suite->labels ? selkie_label_count(c->suite->labels) : 0 },
		{ &c->sources, p->n_type_ids },
		{ &c->source_roles, p->n_role_ids },
		{ &c->classes, p->n_class_ids },
		{ &c->types, p->n_type_ids },
	};
	int r;

	c->touched = SK_ARENA_ARRAY(arena, uint32_t, p->n_rules + 1);
	c->first_constraint = SK_ARENA_ARRAY(arena, uint32_t, p->n_class_ids + 1);
	c->coverage = calloc(1, sizeof(*c->coverage));
	if (!c->touched || !c->first_constraint || !c->coverage)
		return -ENOMEM;
	*c->coverage = (struct sk_coverage){ .policy = p, .labels = c->suite->labels };
	for (uint32_t k = 0; k < p->n_classes; k++) {
		c->first_constraint[p->classes[k].id.v] = n_constraints;
		n_constraints += p->classes[k].n_constraints;
	}
	r = sk_bitset_init(&c->constraints, arena, n_constraints + 1);
	for (size_t i = 0; i < SK_ARRAY_LEN(sets) && !r; i++)
		r = sk_bitset_init(sets[i].set, arena, (uint32_t)sets[i].n + 1);
	for (size_t i = 0; i < SK_ARRAY_LEN(sk_cover_labelings) && !r; i++) {
		enum selkie_labeling_kind kind = sk_cover_labelings[i].labeling;

		r = sk_bitset_init(&c->statements[kind], arena, (uint32_t)selkie_labeling_count(p, kind) + 1);
	}
	return r;
}

int selkie_suite_cover(const selkie_suite *suite, const selkie_state *state, unsigned int flags, selkie_coverage **ret)
{
	struct sk_arena arena = SK_ARENA_INIT;
	struct sk_coverer c = { .suite = suite, .policy = suite->policy, .flags = flags };
	int r = sk_suite_check_state(suite, state);

	if (!r)
		r = sk_cover_begin(&c, &arena);
	if (!r)
		r = sk_cover_run(&c, state);
	if (!r)
		r = sk_cover_list(&c);
	sk_arena_done(&arena);
	if (r) {
		selkie_coverage_free(c.coverage);
		return r;
	}
	*ret = c.coverage;
	return 0;
}

/*
 * What is known of it.
 */
const char *selkie_coverage_kind_name(enum selkie_coverage_kind kind, bool many)
{
	static const char *const names[][2] = {
		[SELKIE_COVERS_ALLOW] = { "allow rule", "allow rules" },
		[SELKIE_COVERS_XPERM] = { "allowxperm rule", "allowxperm rules" },
		[SELKIE_COVERS_TYPE] = { "type rule", "type rules" },
		[SELKIE_COVERS_NAMED] = { "named transition", "named transitions" },
		[SELKIE_COVERS_ROLE] = { "role transition", "role transitions" },
		[SELKIE_COVERS_RANGE] = { "range transition", "range transitions" },
		[SELKIE_COVERS_CONSTRAINT] = { "constraint", "constraints" },
		[SELKIE_COVERS_BRANCH] = { "branch", "branches" },
		[SELKIE_COVERS_LABEL] = { "file context", "file contexts" },
		[SELKIE_COVERS_PORT] = { "port", "ports" },
		[SELKIE_COVERS_GENFS] = { "file system path", "file system paths" },
		[SELKIE_COVERS_NODE] = { "node", "nodes" },
		[SELKIE_COVERS_NETIF] = { "interface", "interfaces" },
	};

	return (unsigned int)kind < SK_ARRAY_LEN(names) ? names[kind][many] : NULL;
}

void selkie_coverage_free(selkie_coverage *coverage)
{
	if (coverage)
		free(coverage->list);
	free(coverage);
}

size_t selkie_coverage_count(const selkie_coverage *coverage)
{
	return coverage->n;
}

size_t selkie_coverage_tally(const selkie_coverage *coverage, enum selkie_coverage_kind kind, size_t *ret_covered)
{
	size_t n = 0;

	*ret_covered = 0;
	for (size_t i = 0; i < coverage->n; i++)
		if (coverage->list[i].kind == kind) {
			n++;
			*ret_covered += coverage->list[i].covered;
		}
	return n;
}

int selkie_coverage_get(const selkie_coverage *coverage, size_t i, struct selkie_covered *ret)
{
	if (i >= coverage->n)
		return -EINVAL;
	*ret = coverage->list[i];
	return 0;
}

static int sk_coverage_rule_text(const struct sk_policy *p, const struct selkie_covered *item, char **ret_text)
{
	struct selkie_rule rule;

	if (item->kind == SELKIE_COVERS_NAMED)
		sk_rule_get_filename(p, item->number,
				     (struct sk_type_id){ p->filename_transitions[item->number].sources.ids[0] }, &rule);
	else if (item->kind == SELKIE_COVERS_ROLE)
		sk_rule_get_role_transition(p, item->number, &rule);
	else
		sk_rule_get_range_transition(p, item->number, &rule);
	return selkie_rule_text(p, &rule, ret_text);
}

static int sk_coverage_constraint_text(const struct sk_policy *p, const struct selkie_covered *item, char **ret_text)
{
	sk_auto_buf struct sk_buf buf = SK_BUF_INIT;
	struct sk_text text;

	sk_text_init_once(&text, p);
	sk_text_constraint(&text, &buf, item->cls, &p->class_by_id[item->cls.v]->constraints[item->number], false,
			   SK_STYLE_PLAIN);
	sk_text_done(&text);
	*ret_text = sk_buf_steal(&buf, NULL);
	return *ret_text ? 0 : -ENOMEM;
}

static int sk_coverage_label_text(const selkie_label_db *labels, const struct selkie_covered *item, char **ret_text)
{
	const struct selkie_label_rule *rule = selkie_label_rule_at(labels, item->number);

	return asprintf(ret_text, "%s %s", rule->pattern, rule->context ? rule->context : "<<none>>") < 0 ? -ENOMEM : 0;
}

static int sk_coverage_statement_text(const struct sk_policy *p, enum selkie_labeling_kind kind, uint32_t number, char **ret_text)
{
	struct selkie_labeling l;
	int r = selkie_labeling_get(p, kind, number, &l);

	return r ? r : selkie_labeling_print(p, &l, ret_text);
}

static int sk_coverage_branch_text(const struct sk_policy *p, const struct selkie_covered *item, char **ret_text)
{
	sk_auto_free char *condition = NULL;
	int r = selkie_conditional_print(p, item->number, &condition);

	if (!r && asprintf(ret_text, "if (%s), the %s branch", condition, item->branch ? "true" : "false") < 0)
		r = -ENOMEM;
	return r;
}

int selkie_coverage_print(const selkie_coverage *coverage, size_t i, char **ret_text)
{
	const struct selkie_covered *item = i < coverage->n ? &coverage->list[i] : NULL;

	if (!item)
		return -EINVAL;
	for (size_t k = 0; k < SK_ARRAY_LEN(sk_cover_labelings); k++)
		if (sk_cover_labelings[k].kind == item->kind)
			return sk_coverage_statement_text(coverage->policy, sk_cover_labelings[k].labeling, item->number, ret_text);
	switch (item->kind) {
	case SELKIE_COVERS_ALLOW:
	case SELKIE_COVERS_XPERM:
	case SELKIE_COVERS_TYPE:
		return selkie_rule_print(coverage->policy, item->number, ret_text);
	case SELKIE_COVERS_CONSTRAINT:
		return sk_coverage_constraint_text(coverage->policy, item, ret_text);
	case SELKIE_COVERS_BRANCH:
		return sk_coverage_branch_text(coverage->policy, item, ret_text);
	case SELKIE_COVERS_LABEL:
		return sk_coverage_label_text(coverage->labels, item, ret_text);
	default:
		return sk_coverage_rule_text(coverage->policy, item, ret_text);
	}
}
