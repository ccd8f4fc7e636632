/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Running tests. A row is decided first and told of only when it failed and somebody wants to know why: ten thousand rows
 * that pass cost their decisions and nothing else.
 */
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <sys/socket.h>

#include "model/access.h"
#include "model/context.h"
#include "query/suite.h"

#define QUESTIONS_MAX 8

int sk_suite_check_state(const struct sk_suite *suite, const struct sk_state *state)
{
	return suite->policy && state->policy == suite->policy ? 0 : -EINVAL;
}

int sk_suite_runner_init(struct sk_suite_runner *r, const struct sk_suite *suite, const struct sk_state *state)
{
	*r = (struct sk_suite_runner){ .suite = suite, .policy = state->policy, .base = state };
	return selkie_state_copy(state, &r->state);
}

void sk_suite_runner_done(struct sk_suite_runner *r)
{
	selkie_state_free(r->state);
	selkie_flow_free(r->flow);
	selkie_reach_free(r->reach);
}

void sk_suite_set(struct sk_suite_runner *r, const struct sk_suite_row *row)
{
	if (row->kind == SK_SUITE_RESET) {
		struct sk_state *copy;
		int error = selkie_state_copy(r->base, &copy);

		if (error) {
			r->error = error;
			return;
		}
		selkie_state_free(r->state);
		r->state = copy;
		r->settings++;
	} else if (row->kind == SK_SUITE_SET) {
		for (uint32_t i = 0; i < row->bound->n_settings; i++)
			selkie_state_set_bool_id(r->state, (struct sk_bool_id){ row->bound->settings[i].boolean },
						 row->bound->settings[i].value);
		r->settings++;
	}
}

/*
 * Telling.
 */
static bool sk_fail(struct sk_suite_runner *r, const char *fmt, ...) SK_PRINTF(2, 3);

/* Returns false, for the caller to return. The first message counts. */
static bool sk_fail(struct sk_suite_runner *r, const char *fmt, ...)
{
	va_list args;

	if (!r->explain || r->results->at->message)
		return false;
	va_start(args, fmt);
	r->results->at->message = sk_arena_vprintf(&r->results->arena, fmt, args);
	va_end(args);
	if (!r->results->at->message)
		r->error = -ENOMEM;
	return false;
}

static const struct sk_state *sk_kept_state(struct sk_suite_runner *r)
{
	struct sk_test_results *results = r->results;
	struct sk_state *copy;

	if (results->n_states && results->last_settings == r->settings)
		return results->states[results->n_states - 1];
	if (sk_grow(&results->states, &results->cap_states, results->n_states + 1, sizeof(*results->states)) ||
	    selkie_state_copy(r->state, &copy)) {
		r->error = -ENOMEM;
		return NULL;
	}
	results->last_settings = r->settings;
	return results->states[results->n_states++] = copy;
}

static void sk_keep_question(struct sk_suite_runner *r, const struct selkie_question *q)
{
	struct sk_test_result *at = r->explain ? r->results->at : NULL;

	if (!at || at->n_questions == QUESTIONS_MAX)
		return;
	if (!at->questions)
		at->questions = SK_ARENA_ARRAY(&r->results->arena, struct selkie_question, QUESTIONS_MAX);
	if (!at->questions) {
		r->error = -ENOMEM;
		return;
	}
	at->questions[at->n_questions++] = *q;
	at->state = sk_kept_state(r);
}

static const char *sk_type_name(const struct sk_suite_runner *r, const struct sk_context *c)
{
	return r->policy->type_by_id[c->type.v]->name;
}

static const char *sk_perm_names(struct sk_suite_runner *r, uint32_t cls, uint32_t perms)
{
	sk_auto_buf struct sk_buf buf = SK_BUF_INIT;
	const char *s;

	for (unsigned int bit = 0; bit < 32; bit++)
		if (perms >> bit & 1)
			sk_buf_join(&buf, buf.n ? " " : "", r->policy->class_by_id[cls]->perm_names[bit] ?: "?", NULL);
	s = buf.failed ? NULL : sk_arena_strndup(&r->results->arena, buf.data ? buf.data : "", buf.n);
	if (!s)
		r->error = -ENOMEM;
	return s ? s : "";
}

/*
 * Accesses.
 */
static struct selkie_question sk_question(const struct sk_context *source, const struct sk_context *target, uint32_t cls,
					  uint32_t perms)
{
	return (struct selkie_question){ .source = source, .target = target, .cls = { cls }, .perms = perms };
}

static uint32_t sk_ask(struct sk_suite_runner *r, const struct selkie_question *q)
{
	uint32_t granted = 0;
	int error = selkie_access_check(r->state, NULL, q, &granted);

	if (error)
		r->error = error;
	if (r->watch)
		r->watch->question(r->watch->arg, r->state, q);
	return granted;
}

static bool sk_has_setting(const struct selkie_remedy *remedy, const struct sk_suite_setting *s)
{
	for (size_t i = 0; i < remedy->n_settings; i++)
		if (remedy->settings[i].boolean.v == s->boolean && remedy->settings[i].value == s->value)
			return true;
	return false;
}

/* The booleans that were named, and no others, are the narrowest that would allow it. */
static bool sk_check_remedy(struct sk_suite_runner *r, const struct sk_suite_bound *b, const struct selkie_question *q)
{
	selkie_remedies *remedies;
	const struct selkie_remedy *first;
	int error = selkie_access_find_booleans(r->state, NULL, q, 0, &remedies);
	bool good;

	if (error) {
		r->error = error;
		return false;
	}
	first = selkie_remedies_get(remedies, 0);
	good = (first ? first->n_settings : 0) == b->n_settings;
	for (uint32_t i = 0; i < b->n_settings && good; i++)
		good = sk_has_setting(first, &b->settings[i]);
	selkie_remedies_free(remedies);
	return good;
}

/* Every permission is denied by the reasons that were named, and by no other. */
static bool sk_check_reasons(struct sk_suite_runner *r, const struct sk_suite_bound *b, const struct selkie_question *q)
{
	static const char *const words[] = {
		[SELKIE_DENIAL_RULE] = "a missing rule", [SELKIE_DENIAL_CONSTRAINT] = "a constraint",
		[SELKIE_DENIAL_ROLE] = "a missing rule for roles", [SELKIE_DENIAL_BOUNDS] = "bounds",
		[SELKIE_DENIAL_XPERM] = "its number", [SELKIE_DENIAL_CLASS] = "the class",
	};
	uint32_t denied[SK_ARRAY_LEN(words)] = { 0 };
	selkie_explanation *e;
	int error = selkie_access_explain(r->state, NULL, q, &e);

	if (error) {
		r->error = error;
		return false;
	}
	for (size_t i = 0; i < selkie_explanation_n_denied(e); i++)
		denied[selkie_explanation_denied(e, i)->why] |= selkie_explanation_denied(e, i)->perms;
	selkie_explanation_free(e);
	for (size_t why = 0; why < SK_ARRAY_LEN(words); why++) {
		bool named = b->reasons >> why & 1;

		if (!named && denied[why] & q->perms)
			return sk_fail(r, "it is denied by %s, too", words[why]);
		if (named && ~denied[why] & q->perms)
			return r->explain ? sk_fail(r, "%s is not denied by %s",
						    sk_perm_names(r, q->cls.v, ~denied[why] & q->perms), words[why])
					  : false;
	}
	return true;
}

/* One pair of contexts, one question. */
static bool sk_test_question(struct sk_suite_runner *r, const struct sk_suite_row *row, const struct selkie_question *q)
{
	const struct sk_suite_bound *b = row->bound;
	uint32_t granted = sk_ask(r, q);
	bool allow = row->kind == SELKIE_TEST_ALLOW, good;

	good = allow ? granted == q->perms : !granted;
	if (good && b->reasons)
		good = sk_check_reasons(r, b, q);
	if (good && b->names_booleans) {
		good = sk_check_remedy(r, b, q);
		if (!good)
			sk_fail(r, "the narrowest booleans that would allow it are others");
	}
	if (!good) {
		if (r->explain && !r->results->at->message)
			sk_fail(r, allow ? "%s may not %s %s:%s" : "%s may %s %s:%s", sk_type_name(r, q->source),
				sk_perm_names(r, q->cls.v, allow ? q->perms & ~granted : granted),
				sk_type_name(r, q->target), r->policy->class_by_id[q->cls.v]->name);
		sk_keep_question(r, q);
	}
	return good;
}

static bool sk_test_exactly(struct sk_suite_runner *r, const struct sk_suite_row *row, const struct selkie_question *all)
{
	const struct sk_suite_bound *b = row->bound;
	uint32_t granted = sk_ask(r, all);
	struct selkie_question wrong = *all;

	if (granted == b->perms)
		return true;
	wrong.perms = granted & ~b->perms ? granted & ~b->perms : b->perms & ~granted;
	if (r->explain)
		sk_fail(r, granted & ~b->perms ? "%s may %s %s:%s as well" : "%s may not %s %s:%s",
			sk_type_name(r, all->source), sk_perm_names(r, all->cls.v, wrong.perms), sk_type_name(r, all->target),
			r->policy->class_by_id[all->cls.v]->name);
	sk_keep_question(r, &wrong);
	return false;
}

static bool sk_test_pair(struct sk_suite_runner *r, const struct sk_suite_row *row, const struct sk_context *source,
			 const struct sk_context *target)
{
	const struct sk_suite_bound *b = row->bound;
	struct selkie_question q = sk_question(source, target, b->cls, b->perms);
	bool good = true;

	if (row->kind == SELKIE_TEST_EXACTLY) {
		q.perms = r->policy->class_by_id[b->cls]->perm_mask;
		return sk_test_exactly(r, row, &q);
	}
	if (q.perms)
		good = sk_test_question(r, row, &q);
	for (uint32_t i = 0; i < b->n_numbers && (good || r->explain); i++) {
		q.perms = b->numbers[i].perm;
		q.has_number = true;
		q.kind = b->numbers[i].kind;
		q.number = b->numbers[i].number;
		good &= sk_test_question(r, row, &q);
	}
	return good;
}

/* Every pair; when nobody asks why, the first that fails is enough. */
static bool sk_test_access(struct sk_suite_runner *r, const struct sk_suite_row *row)
{
	const struct sk_suite_bound *b = row->bound;
	bool good = true;

	for (uint32_t i = 0; i < b->source.n && !r->error && (good || r->explain); i++) {
		if (b->self)
			good &= sk_test_pair(r, row, b->source.contexts[i], b->source.contexts[i]);
		for (uint32_t k = 0; k < b->target.n && !r->error && (good || r->explain); k++)
			good &= sk_test_pair(r, row, b->source.contexts[i], b->target.contexts[k]);
	}
	return good;
}

/*
 * only TYPES may: what allow rules alone grant is looked at, whatever constraints and bounds take away again. That is on
 * the safe side, and says the same for all users, roles and levels.
 */
static bool sk_test_only(struct sk_suite_runner *r, const struct sk_suite_row *row)
{
	const struct sk_suite_bound *b = row->bound;
	const struct sk_policy *p = r->policy;
	struct sk_access_trace trace;
	struct sk_decider d;
	unsigned int n = 0;
	const char *first = NULL, *target = NULL;
	uint32_t perms = b->perms;

	for (uint32_t i = 0; i < b->n_numbers; i++)
		perms |= b->numbers[i].perm;
	r->error = sk_decider_init(&d, r->state, NULL);
	for (uint32_t t = 1; t <= p->n_type_ids && !r->error; t++) {
		if (p->type_by_id[t]->attribute)
			continue;
		for (uint32_t k = 0; k < (b->self ? 1 : b->target.n); k++) {
			uint32_t to = b->self ? t : b->target.contexts[k]->type.v;

			sk_decide_te(&d, t, to, b->cls, &trace);
			if (!(trace.te & perms))
				continue;
			if (r->watch) {
				struct sk_context source = { .type = { t } }, goal = { .type = { to } };
				struct selkie_question q = sk_question(&source, &goal, b->cls, perms);

				r->watch->question(r->watch->arg, r->state, &q);
			}
			if (sk_bitset_has(&b->types, t))
				continue;
			if (!n++) {
				first = p->type_by_id[t]->name;
				target = p->type_by_id[to]->name;
			}
			if (!r->explain)
				return false;
		}
	}
	if (!n)
		return true;
	return n > 1 ? sk_fail(r, "%s may, too (on %s), and %u more", first, target, n - 1)
		     : sk_fail(r, "%s may, too (on %s)", first, target);
}

/*
 * Labels and transitions.
 */
static const char *sk_context_text(struct sk_suite_runner *r, const struct sk_context *c)
{
	sk_auto_free char *text = NULL;
	const char *copy;

	if (selkie_context_print(r->policy, c, &text)) {
		r->error = -ENOMEM;
		return "";
	}
	copy = sk_arena_strdup(&r->results->arena, text);
	if (!copy)
		r->error = -ENOMEM;
	return copy ? copy : "";
}

static bool sk_result_is(const struct sk_suite_bound *b, const struct sk_context *c)
{
	if (b->none || !c)
		return b->none && !c;
	return b->context ? selkie_context_equal(b->context, c) : b->type == c->type.v;
}

static bool sk_check_result(struct sk_suite_runner *r, const struct sk_suite_bound *b, const struct sk_context *c)
{
	if (sk_result_is(b, c))
		return true;
	return r->explain ? sk_fail(r, "it is %s", c ? sk_context_text(r, c) : "none") : false;
}

static struct sk_context *sk_compute(struct sk_suite_runner *r, enum selkie_transition_kind kind,
				     const struct sk_suite_bound *b, uint32_t cls)
{
	const struct sk_context *target = b->self ? b->source.contexts[0] : b->target.contexts[0];
	struct sk_context *made = NULL;
	struct selkie_transition_details details;
	int result = selkie_transition_compute(r->state, NULL, kind, b->source.contexts[0], target,
					       (struct sk_class_id){ cls }, b->name, &details, &made);

	if (result < 0)
		r->error = result;
	else if (r->watch)
		r->watch->made(r->watch->arg, b->source.contexts[0], &details);
	if (result && made) {
		/* what is not valid is no label */
		selkie_context_free(made);
		made = NULL;
	}
	return made;
}

static bool sk_test_path(struct sk_suite_runner *r, const struct sk_suite_bound *b)
{
	struct selkie_label_result found = { 0 };
	struct sk_context *c = NULL;
	int result = selkie_label_lookup(r->suite->labels, b->name, b->mode, &found);
	bool good;

	if (result < 0) {
		r->error = result;
		return false;
	}
	if (r->watch && found.rule)
		r->watch->path(r->watch->arg, found.rule);
	if (!result && selkie_context_parse(r->policy, found.context, 0, NULL, &c))
		return sk_fail(r, "its label, %s, is none of this policy", found.context);
	good = sk_check_result(r, b, c);
	selkie_context_free(c);
	return good;
}

/* What a statement of the policy labels, or else an initial context. */
static bool sk_test_object(struct sk_suite_runner *r, const struct sk_suite_row *row)
{
	const struct sk_suite_bound *b = row->bound;
	struct selkie_object object = { .source = SELKIE_OBJECT_NONE };
	enum selkie_labeling_kind kind;
	uint32_t before = 0;

	switch (row->label) {
	case SK_LABEL_GENFS:
		kind = SELKIE_LABELING_GENFS;
		selkie_object_genfs(r->policy, b->name, b->path, (struct sk_class_id){ b->cls }, &object);
		break;
	case SK_LABEL_NODE:
		kind = SELKIE_LABELING_NODE;
		selkie_object_node(r->policy, b->family, b->address, &object);
		/* statements are listed with IPv4 first, and found in a list of each family */
		before = b->family == AF_INET6 ? r->policy->n_ocontexts[SK_OCON_NODE] : 0;
		break;
	case SK_LABEL_NETIF:
		kind = SELKIE_LABELING_NETIF;
		selkie_object_netif(r->policy, b->name, &object, NULL);
		break;
	default:
		kind = SELKIE_LABELING_PORT;
		selkie_object_port(r->policy, b->protocol, (uint16_t)b->port, &object);
	}
	if (r->watch && object.source == SELKIE_OBJECT_STATEMENT)
		r->watch->statement(r->watch->arg, kind, before + object.index);
	return sk_check_result(r, b, object.context);
}

static bool sk_test_label(struct sk_suite_runner *r, const struct sk_suite_row *row)
{
	static const enum selkie_transition_kind kinds[] = {
		[SK_LABEL_CREATE] = SELKIE_TRANSITION_CREATE, [SK_LABEL_MEMBER] = SELKIE_TRANSITION_MEMBER,
		[SK_LABEL_RELABEL] = SELKIE_TRANSITION_RELABEL,
	};
	const struct sk_suite_bound *b = row->bound;
	struct sk_context *made;
	bool good;

	if (row->label == SK_LABEL_PATH)
		return sk_test_path(r, b);
	if (row->label >= SK_LABEL_PORT)
		return sk_test_object(r, row);
	made = sk_compute(r, kinds[row->label], b, b->cls);
	good = sk_check_result(r, b, made);
	selkie_context_free(made);
	return good;
}

/* One access that a transition needs. */
static bool sk_needs(struct sk_suite_runner *r, const struct sk_context *source, const struct sk_context *target,
		     const char *cls_name, const char *perm_name)
{
	const struct sk_class *cls = r->policy->class_by_id[sk_policy_find_class(r->policy, cls_name).v];
	struct selkie_question q;

	if (!cls)
		return true;
	q = sk_question(source, target, cls->id.v, sk_class_find_perm(cls, perm_name));
	if (!q.perms || sk_ask(r, &q) == q.perms)
		return true;
	sk_fail(r, "%s may not %s %s:%s", sk_type_name(r, source), perm_name, sk_type_name(r, target), cls_name);
	sk_keep_question(r, &q);
	return false;
}

/* What execve asks (security/selinux/hooks.c: selinux_bprm_creds_for_exec, Linux 6.1), and that the label comes out. */
static bool sk_test_transition(struct sk_suite_runner *r, const struct sk_suite_row *row)
{
	const struct sk_suite_bound *b = row->bound;
	const struct sk_context *source = b->source.contexts[0], *program = b->target.contexts[0];
	struct sk_class_id process = sk_policy_find_class(r->policy, "process");
	struct sk_context *made;
	bool explain = r->explain, good;

	/* of what is not to happen nobody wants to know why not */
	r->explain = explain && !row->no;
	made = sk_compute(r, SELKIE_TRANSITION_CREATE, b, process.v);
	good = made && sk_check_result(r, b, made);
	if (!made)
		sk_fail(r, "the new context would not be valid");
	if (good)
		good = sk_needs(r, source, program, "file", "execute");
	if (good && selkie_context_equal(source, made))
		good = sk_needs(r, source, program, "file", "execute_no_trans");
	else if (good)
		good = sk_needs(r, source, made, "process", "transition") && sk_needs(r, made, program, "file", "entrypoint");
	selkie_context_free(made);
	r->explain = explain;
	if (row->no && good)
		return sk_fail(r, "it happens");
	return row->no ? !good : good;
}

/*
 * Flows and transitions over several steps.
 */
static bool sk_same_graph(const struct sk_suite_bound *a, const struct sk_suite_bound *b)
{
	return a && a->weight == b->weight && a->n_except == b->n_except &&
	       (!a->n_except || !memcmp(a->except, b->except, a->n_except * sizeof(*a->except)));
}

static int sk_graph_paths(struct sk_suite_runner *r, const struct sk_suite_row *row, selkie_paths **ret)
{
	const struct sk_suite_bound *b = row->bound;
	struct selkie_path_options options = SELKIE_PATH_OPTIONS_INIT;
	selkie_type_id from = { b->from }, to = { b->to };
	int error = 0;

	options.mode = SELKIE_PATHS_ONE;
	if (row->kind == SELKIE_TEST_FLOW) {
		struct selkie_flow_options o = SELKIE_FLOW_OPTIONS_INIT;

		if (!r->flow || r->flow_settings != r->settings || !sk_same_graph(r->flow_of, b)) {
			selkie_flow_free(r->flow);
			r->flow = NULL;
			o.min_weight = b->weight;
			o.state = r->state;
			o.exclude = b->except;
			o.n_exclude = b->n_except;
			error = selkie_flow_new(r->policy, &o, NULL, &r->flow);
			r->flow_settings = r->settings;
			r->flow_of = b;
		}
		return error ? error : selkie_flow_find_paths(r->flow, from, to, &options, ret);
	}
	if (!r->reach || r->reach_settings != r->settings || !sk_same_graph(r->reach_of, b)) {
		struct selkie_reach_options o = SELKIE_REACH_OPTIONS_INIT;

		selkie_reach_free(r->reach);
		r->reach = NULL;
		o.state = r->state;
		o.exclude = b->except;
		o.n_exclude = b->n_except;
		error = selkie_reach_new(r->policy, &o, &r->reach);
		r->reach_settings = r->settings;
		r->reach_of = b;
	}
	return error ? error : selkie_reach_find_paths(r->reach, from, to, &options, ret);
}

static void sk_watch_list(struct sk_suite_runner *r, const struct selkie_rule_list *list)
{
	for (size_t i = 0; i < list->n; i++)
		r->watch->rule(r->watch->arg, list->rules[i], UINT32_MAX);
}

/* The rules of the steps of a path are what the test touches. */
static void sk_watch_path(struct sk_suite_runner *r, const struct sk_suite_row *row, const struct selkie_path *path)
{
	for (uint32_t i = 0; i < path->n_steps && !r->error; i++) {
		struct selkie_transition_facts *facts = NULL;
		struct selkie_flow_rule *rules = NULL;
		size_t n = 0;

		if (row->kind == SELKIE_TEST_FLOW) {
			r->error = selkie_flow_rules(r->flow, path->types[i], path->types[i + 1], &rules, &n);
			for (size_t k = 0; k < n; k++)
				r->watch->rule(r->watch->arg, rules[k].rule, rules[k].perms);
			free(rules);
			continue;
		}
		r->error = selkie_reach_facts(r->reach, path->types[i], path->types[i + 1], &facts);
		if (r->error)
			break;
		sk_watch_list(r, &facts->transition);
		for (size_t k = 0; k < facts->n_entrypoints; k++) {
			sk_watch_list(r, &facts->entrypoints[k].entrypoint);
			sk_watch_list(r, &facts->entrypoints[k].execute);
		}
		selkie_transition_facts_free(facts);
	}
}

static const char *sk_path_text(struct sk_suite_runner *r, const struct selkie_path *path)
{
	sk_auto_buf struct sk_buf buf = SK_BUF_INIT;
	const char *s;

	for (uint32_t i = 0; i <= path->n_steps; i++)
		sk_buf_join(&buf, i ? " -> " : "", selkie_type_name(r->policy, path->types[i]), NULL);
	s = buf.failed ? NULL : sk_arena_strndup(&r->results->arena, buf.data, buf.n);
	if (!s)
		r->error = -ENOMEM;
	return s ? s : "";
}

static bool sk_test_graph(struct sk_suite_runner *r, const struct sk_suite_row *row)
{
	const struct selkie_path *path;
	selkie_paths *paths = NULL;
	int result = sk_graph_paths(r, row, &paths);
	bool found, good;

	if (!result)
		result = selkie_paths_next(paths, &path);
	if (result < 0)
		r->error = result;
	found = !result;
	good = found != row->no;
	if (found && r->watch)
		sk_watch_path(r, row, path);
	if (!good && r->explain)
		sk_fail(r, found ? "there is a way: %s" : "there is no way%s", found ? sk_path_text(r, path) : "");
	selkie_paths_free(paths);
	return good;
}

bool sk_suite_test(struct sk_suite_runner *r, const struct sk_suite_row *row)
{
	switch (row->kind) {
	case SELKIE_TEST_ONLY:
		return sk_test_only(r, row);
	case SELKIE_TEST_TRANSITION:
		return sk_test_transition(r, row);
	case SELKIE_TEST_LABEL:
		return sk_test_label(r, row);
	case SELKIE_TEST_FLOW:
	case SELKIE_TEST_REACH:
		return sk_test_graph(r, row);
	default:
		return sk_test_access(r, row);
	}
}

/*
 * The API.
 */
static void sk_run_all(struct sk_suite_runner *r, struct sk_test_results *results)
{
	const struct sk_suite *suite = r->suite;
	size_t test = 0;

	for (size_t i = 0; i < suite->n_rows && !r->error; i++) {
		const struct sk_suite_row *row = &suite->rows[i];

		if (row->kind >= SK_SUITE_SET) {
			sk_suite_set(r, row);
			continue;
		}
		results->at = &results->list[test++];
		r->explain = false;
		results->at->passed = sk_suite_test(r, row);
		if (results->at->passed || r->error)
			continue;
		results->n_failed++;
		r->explain = true;
		sk_suite_test(r, row);
	}
}

int selkie_suite_run(const selkie_suite *suite, const selkie_state *state, selkie_test_results **ret)
{
	struct sk_test_results *results;
	struct sk_suite_runner r;
	int error = sk_suite_check_state(suite, state);

	if (error)
		return error;
	error = sk_suite_runner_init(&r, suite, state);
	if (error)
		return error;
	results = calloc(1, sizeof(*results));
	if (results) {
		results->n = suite->n_tests;
		results->list = SK_ARENA_ARRAY(&results->arena, struct sk_test_result, suite->n_tests + 1);
	}
	if (!results || !results->list)
		r.error = -ENOMEM;
	r.results = results;
	if (!r.error)
		sk_run_all(&r, results);
	error = r.error;
	sk_suite_runner_done(&r);
	if (error) {
		selkie_test_results_free(results);
		return error;
	}
	*ret = results;
	return 0;
}

void selkie_test_results_free(selkie_test_results *results)
{
	if (!results)
		return;
	for (size_t i = 0; i < results->n_states; i++)
		selkie_state_free(results->states[i]);
	free(results->states);
	sk_arena_done(&results->arena);
	free(results);
}

size_t selkie_test_results_failed(const selkie_test_results *results)
{
	return results->n_failed;
}

int selkie_test_results_get(const selkie_test_results *results, size_t i, struct selkie_test_result *ret)
{
	const struct sk_test_result *at;

	if (i >= results->n)
		return -EINVAL;
	at = &results->list[i];
	*ret = (struct selkie_test_result){
		.passed = at->passed, .skipped = at->skipped,
		.message = at->passed ? NULL : at->message ? at->message : "it is otherwise",
		.n_questions = at->n_questions, .questions = at->questions, .state = at->state,
	};
	return 0;
}
