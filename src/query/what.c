/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a domain may do. The rules of its type and attributes say to what it may do something; each target and class is
 * then decided, as the kernel would, in plausible contexts. What comes of it is sorted into kinds that people ask about: a
 * table says which permissions of which classes belong to which.
 */
#include <errno.h>
#include <string.h>

#include "analysis/reach.h"
#include "base/arena.h"
#include "base/word.h"
#include "model/context.h"
#include "model/sensitive.h"
#include "model/state.h"
#include "selkie/query.h"

/* Rows of one kind stand in the order in which a power's class is chosen. */
static const struct {
	enum selkie_power_kind kind;
	const char *classes, *perms; /* separated by blanks; "*" for all */
} sk_power_rows[] = {
	{ SELKIE_POWER_CHANGE, "file lnk_file chr_file blk_file fifo_file sock_file",
	  "write append create unlink rename" },
	{ SELKIE_POWER_READ, "file chr_file blk_file fifo_file", "read" },
	{ SELKIE_POWER_RUN, "file", "execute execute_no_trans" },
	{ SELKIE_POWER_LISTEN, "tcp_socket udp_socket sctp_socket dccp_socket", "name_bind" },
	{ SELKIE_POWER_CONNECT, "tcp_socket sctp_socket dccp_socket", "name_connect" },
	{ SELKIE_POWER_CAPABILITY, "capability capability2 cap_userns cap2_userns", "*" },
};

const char *selkie_power_kind_name(enum selkie_power_kind kind)
{
	static const char *const names[SELKIE_N_POWER_KINDS] = {
		[SELKIE_POWER_CHANGE] = "change",
		[SELKIE_POWER_READ] = "read",
		[SELKIE_POWER_RUN] = "run",
		[SELKIE_POWER_LISTEN] = "listen",
		[SELKIE_POWER_CONNECT] = "connect",
		[SELKIE_POWER_BECOME] = "become",
		[SELKIE_POWER_CAPABILITY] = "capability",
	};

	return (unsigned int)kind < SELKIE_N_POWER_KINDS ? names[kind] : NULL;
}

struct sk_what {
	struct sk_arena arena;
	const struct sk_state *state;
	struct selkie_power *powers;
	size_t n, cap;
};

struct sk_what_making {
	struct sk_what *what;
	const struct sk_policy *p;
	const selkie_label_db *labels;
	struct sk_sensitive *sensitive;
	struct sk_type_id domain;
	struct sk_context *source;
	/* by class id: the permissions that belong to each kind, and the number of the class among those that have any */
	uint32_t (*kinds)[SELKIE_N_POWER_KINDS];
	uint32_t *class_number, *classes, n_classes;
	uint32_t *granted; /* by type id times n_classes: by rules alone */
};

/* Permissions of a class that a row is about. */
static uint32_t sk_power_row_perms(size_t row, const struct sk_class *cls)
{
	uint32_t perms = 0;

	for (uint32_t bit = 0; bit < 32 && sk_name_in(sk_power_rows[row].classes, cls->name); bit++)
		if (cls->perm_names[bit] &&
		    (*sk_power_rows[row].perms == '*' ||
		     sk_name_in(sk_power_rows[row].perms, cls->perm_names[bit])))
			perms |= 1u << bit;
	return perms;
}

static int sk_what_find_classes(struct sk_what_making *m)
{
	size_t n_ids = (size_t)m->p->n_class_ids + 1;

	m->kinds = sk_arena_calloc(&m->what->arena, n_ids, sizeof(*m->kinds));
	m->class_number = SK_ARENA_ARRAY(&m->what->arena, uint32_t, n_ids);
	m->classes = SK_ARENA_ARRAY(&m->what->arena, uint32_t, n_ids);
	if (!m->kinds || !m->class_number || !m->classes)
		return -ENOMEM;
	for (uint32_t i = 0; i < m->p->n_classes; i++) {
		const struct sk_class *cls = &m->p->classes[i];
		uint32_t any = 0;

		for (size_t row = 0; row < SK_ARRAY_LEN(sk_power_rows); row++) {
			uint32_t perms = sk_power_row_perms(row, cls);

			m->kinds[cls->id.v][sk_power_rows[row].kind] |= perms;
			any |= perms;
		}
		if (!any)
			continue;
		m->classes[m->n_classes++] = cls->id.v;
		m->class_number[cls->id.v] = m->n_classes;
	}
	m->granted = sk_arena_calloc(&m->what->arena, (size_t)m->p->n_type_ids + 1,
				     (m->n_classes + 1) * sizeof(*m->granted));
	return m->granted ? 0 : -ENOMEM;
}

static void sk_what_take_rules(struct sk_what_making *m, uint32_t first, uint32_t n)
{
	const struct sk_idset *names = &m->p->attributes_of[m->domain.v];

	for (uint32_t i = first; i < first + n; i++) {
		const struct sk_rule *rule = &m->p->rules[i];
		const struct sk_idset *targets = &m->p->types_of[rule->target];

		if (rule->kind != SK_RULE_ALLOW || !m->class_number[rule->cls] ||
		    !sk_idset_has(names, rule->source))
			continue;
		for (uint32_t k = 0; k < targets->n; k++)
			m->granted[(size_t)targets->ids[k] * (m->n_classes + 1) +
				   m->class_number[rule->cls]] |= rule->data;
	}
}

static void sk_what_all_rules(struct sk_what_making *m)
{
	const struct sk_state *state = m->what->state;

	sk_what_take_rules(m, 0, m->p->n_unconditional);
	for (uint32_t c = 0; c < m->p->n_conds; c++) {
		if (sk_state_in_force(state, c, true))
			sk_what_take_rules(m, m->p->conds[c].first_true, m->p->conds[c].n_true);
		if (sk_state_in_force(state, c, false))
			sk_what_take_rules(m, m->p->conds[c].first_false, m->p->conds[c].n_false);
	}
}

static int sk_what_add(struct sk_what_making *m, const struct selkie_power *power)
{
	struct sk_what *what = m->what;
	int r = sk_grow(&what->powers, &what->cap, what->n + 1, sizeof(*what->powers));
	struct selkie_power *p;

	if (r)
		return r;
	p = &what->powers[what->n++];
	*p = *power;
	sk_sensitive_perms(m->sensitive, m->domain, p->type, p->cls, p->perms, &p->danger);
	if (m->labels && p->kind <= SELKIE_POWER_RUN)
		p->n_label_rules = selkie_label_rules_of_type(
			m->labels, m->p->type_by_id[p->type.v]->name, &p->label_rules);
	return 0;
}

/* The powers over one type. What rules grant is decided; of each kind the first class counts that has something. */
static int sk_what_type(struct sk_what_making *m, uint32_t type)
{
	const uint32_t *granted = &m->granted[(size_t)type * (m->n_classes + 1)];
	struct selkie_power powers[SELKIE_N_POWER_KINDS] = { 0 };
	struct sk_context *target = NULL;
	int r = 0;

	for (uint32_t c = 1; c <= m->n_classes && !r; c++) {
		struct sk_class_id cls = { m->classes[c - 1] };
		struct selkie_access access;

		if (!granted[c])
			continue;
		if (!target)
			r = selkie_context_assume(m->p, (struct sk_type_id){ type }, &target);
		if (r)
			break;
		r = selkie_access_decide(m->what->state, NULL, m->source, target, cls, &access);
		for (int kind = 0; kind < SELKIE_N_POWER_KINDS && !r; kind++) {
			uint32_t perms = access.allowed & granted[c] & m->kinds[cls.v][kind];
			bool file = !strcmp(m->p->class_by_id[cls.v]->name, "file");

			if (!perms || (powers[kind].perms && !file))
				continue;
			powers[kind] = (struct selkie_power){ .kind = (enum selkie_power_kind)kind,
							      .type = { type },
							      .cls = cls,
							      .perms = perms };
		}
	}
	selkie_context_free(target);
	for (int kind = 0; kind < SELKIE_N_POWER_KINDS && !r; kind++)
		if (powers[kind].perms)
			r = sk_what_add(m, &powers[kind]);
	return r == -EINVAL ? 0 : r;
}

/* Capabilities of several classes are as many powers. */
static int sk_what_capabilities(struct sk_what_making *m)
{
	const uint32_t *granted = &m->granted[(size_t)m->domain.v * (m->n_classes + 1)];
	int r = 0;

	for (uint32_t c = 1; c <= m->n_classes && !r; c++) {
		struct sk_class_id cls = { m->classes[c - 1] };
		struct selkie_power power = { .kind = SELKIE_POWER_CAPABILITY,
					      .type = m->domain,
					      .cls = cls };
		struct selkie_access access;

		power.perms = granted[c] & m->kinds[cls.v][SELKIE_POWER_CAPABILITY];
		if (!power.perms)
			continue;
		r = selkie_access_decide(m->what->state, NULL, m->source, m->source, cls, &access);
		power.perms &= access.allowed;
		if (!r && power.perms)
			r = sk_what_add(m, &power);
	}
	return r;
}

/* The domains it can come to in one step. */
static int sk_what_transitions(struct sk_what_making *m)
{
	struct selkie_reach_options options = SELKIE_REACH_OPTIONS_INIT;
	struct sk_class_id process = sk_policy_find_class(m->p, "process");
	struct selkie_reached *reached = NULL;
	selkie_reach *reach = NULL;
	size_t n = 0;
	int r;

	if (!process.v)
		return 0;
	options.state = m->what->state;
	r = selkie_reach_new(m->p, &options, &reach);
	if (!r)
		r = selkie_reach_reachable(reach, m->domain, SELKIE_FORWARD, 1, &reached, &n);
	for (size_t i = 1; i < n && !r; i++)
		r = sk_what_add(m, &(struct selkie_power){
					   .kind = SELKIE_POWER_BECOME,
					   .type = reached[i].type,
					   .cls = process,
					   .perms = sk_class_find_perm(m->p->class_by_id[process.v],
								       "transition"),
				   });
	free(reached);
	selkie_reach_free(reach);
	return r;
}

static int sk_compare_powers(const void *a, const void *b, void *arg)
{
	const struct selkie_power *x = a, *y = b;
	const struct sk_policy *p = arg;

	if (x->kind != y->kind)
		return x->kind < y->kind ? -1 : 1;
	if (!x->danger != !y->danger)
		return x->danger ? -1 : 1;
	if (x->type.v != y->type.v)
		return strcmp(p->type_by_id[x->type.v]->name, p->type_by_id[y->type.v]->name);
	return (x->cls.v > y->cls.v) - (x->cls.v < y->cls.v);
}

static int sk_what_make(struct sk_what_making *m)
{
	int r = selkie_context_assume(m->p, m->domain, &m->source);

	if (!r)
		r = sk_sensitive_new(m->p, &m->sensitive);
	if (!r)
		r = sk_what_find_classes(m);
	if (r)
		return r;
	sk_what_all_rules(m);
	r = sk_what_capabilities(m);
	/* capabilities are over oneself, and told by then */
	for (uint32_t i = 1; i <= m->p->n_class_ids; i++)
		m->kinds[i][SELKIE_POWER_CAPABILITY] = 0;
	for (uint32_t t = 1; t <= m->p->n_type_ids && !r; t++)
		if (!m->p->type_by_id[t]->attribute)
			r = sk_what_type(m, t);
	if (!r)
		r = sk_what_transitions(m);
	if (!r && m->what->n > 1)
		qsort_r(m->what->powers, m->what->n, sizeof(*m->what->powers), sk_compare_powers,
			(void *)m->p);
	return r;
}

int selkie_what_ask(const selkie_state *state, const selkie_label_db *labels, selkie_type_id domain,
		    selkie_what **ret)
{
	struct sk_what_making m = { .p = state->policy, .labels = labels, .domain = domain };
	int r;

	m.what = calloc(1, sizeof(*m.what));
	if (!m.what)
		return -ENOMEM;
	m.what->state = state;
	r = sk_what_make(&m);
	sk_sensitive_free(m.sensitive);
	selkie_context_free(m.source);
	if (r) {
		selkie_what_free(m.what);
		return r;
	}
	*ret = m.what;
	return 0;
}

void selkie_what_free(selkie_what *what)
{
	if (!what)
		return;
	free(what->powers);
	sk_arena_done(&what->arena);
	free(what);
}

size_t selkie_what_count(const selkie_what *what)
{
	return what->n;
}

const struct selkie_power *selkie_what_get(const selkie_what *what, size_t i)
{
	return i < what->n ? &what->powers[i] : NULL;
}
