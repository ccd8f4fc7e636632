/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The explainer's life: made for one state and label database, fed with logs, finished, asked. What is asked for is
 * worked out when it is asked for, one finding at a time, so that a log with many findings costs no more memory than one
 * with few.
 */
#include "explain/explainer.h"

#include <errno.h>
#include <stdatomic.h>
#include <string.h>

#include "base/threads.h"
#include "explain/bearing.h"
#include "explain/cause.h"
#include "explain/find.h"
#include "explain/finding.h"
#include "explain/fix.h"
#include "explain/place.h"
#include "explain/relay.h"
#include "explain/sentence.h"
#include "model/index.h"
#include "model/sensitive.h"

static int sk_explainer_prepare(struct sk_explainer *e, const struct selkie_explain_options *options)
{
	struct selkie_audit_options audit = { .size = sizeof(audit), .window = options->window };
	struct selkie_object unlabeled;
	int r;

	sk_intern_init(&e->strings, &e->arena);
	sk_intern_init(&e->context_names, &e->arena);
	sk_intern_init(&e->program_names, &e->arena);
	e->recent = calloc(SK_RECENT_PATHS, sizeof(*e->recent));
	e->vocabulary = sk_vocabulary_new(e->policy);
	if (!e->recent || !e->vocabulary)
		return -ENOMEM;
	selkie_object_initial(e->policy, selkie_initial_find("unlabeled"), &unlabeled);
	if (unlabeled.context)
		e->unlabeled = unlabeled.context->type;
	e->process_class = sk_policy_find_class(e->policy, "process");
	e->file_class = sk_policy_find_class(e->policy, "file");
	r = sk_cause_prepare(e);
	if (!r)
		r = sk_place_prepare(e);
	if (!r)
		r = sk_sensitive_new(e->policy, &e->sensitive);
	if (!r && e->threads > 1)
		r = sk_relay_new(e, &e->relay);
	if (r)
		return r;
	return e->relay ? selkie_audit_reader_new(sk_relay_event, e->relay, &audit, &e->reader)
			: selkie_audit_reader_new(sk_collect_event, e, &audit, &e->reader);
}

int selkie_explainer_new(const struct selkie_explain_options *options, selkie_explainer **ret)
{
	struct sk_explainer *e;
	int r;

	if (options->size != sizeof(*options) || !options->state)
		return -EINVAL;
	e = calloc(1, sizeof(*e));
	if (!e)
		return -ENOMEM;
	e->state = options->state;
	e->policy = selkie_state_policy(options->state);
	e->labels = options->labels;
	e->origins = options->origins;
	e->find_milliseconds = options->find_milliseconds;
	e->bearings = options->bearings;
	e->threads = options->threads;
	e->own.e = e;
	r = sk_explainer_prepare(e, options);
	if (r) {
		selkie_explainer_free(e);
		return r;
	}
	*ret = e;
	return 0;
}

static void sk_worker_done(struct sk_worker *w)
{
	free(w->opened);
	sk_map_done(&w->own_ports);
	sk_map_done(&w->opened_of);
	sk_arena_done(&w->scratch);
}

void selkie_explainer_free(selkie_explainer *e)
{
	if (!e)
		return;
	selkie_audit_reader_free(e->reader);
	sk_relay_free(e->relay);
	sk_sensitive_free(e->sensitive);
	for (size_t i = 0; i < e->n_contexts; i++)
		selkie_context_free(e->contexts[i].context);
	free(e->contexts);
	free(e->programs);
	for (size_t i = 0; e->recent && i < SK_RECENT_PATHS; i++)
		free(e->recent[i].path);
	free(e->recent);
	free(e->text_facts);
	free(e->vocabulary);
	free(e->cases);
	free(e->events);
	free(e->findings);
	free(e->exec_transitions);
	free(e->port_rules);
	sk_worker_done(&e->own);
	sk_map_done(&e->refused);
	sk_map_done(&e->case_of);
	sk_intern_done(&e->strings);
	sk_intern_done(&e->context_names);
	sk_intern_done(&e->program_names);
	sk_arena_done(&e->arena);
	free(e);
}

int selkie_explainer_feed(selkie_explainer *e, const void *data, size_t size)
{
	return selkie_audit_feed(e->reader, data, size);
}

int selkie_explainer_read_fd(selkie_explainer *e, int fd, void (*progress)(void *arg, uint64_t n_bytes),
			     void *progress_arg)
{
	return selkie_audit_read_fd(e->reader, fd, progress, progress_arg);
}

/* Cases are decided independently: each thread takes the next few. */
#define SK_DECIDE_AT_ONCE 128

struct sk_deciding {
	struct sk_explainer *e;
	atomic_size_t next;
	atomic_bool failed;
};

static int sk_decide_cases(struct sk_deciding *d, struct sk_worker *w)
{
	size_t from, to;
	int r = 0;

	while (!r && !atomic_load(&d->failed) &&
	       (from = atomic_fetch_add(&d->next, SK_DECIDE_AT_ONCE)) < d->e->n_cases) {
		to = SK_MIN(from + SK_DECIDE_AT_ONCE, d->e->n_cases);
		for (size_t i = from; i < to && !r; i++) {
			r = sk_cause_decide(w, &d->e->cases[i]);
			sk_arena_reset(&w->scratch);
		}
	}
	if (r)
		atomic_store(&d->failed, true);
	return r;
}

static int sk_decide_thread(void *arg, unsigned int thread)
{
	struct sk_deciding *d = arg;
	struct sk_worker w = { .e = d->e };
	int r;

	if (!thread)
		return sk_decide_cases(d, &d->e->own);
	r = sk_decide_cases(d, &w);
	sk_worker_done(&w);
	return r;
}

/* What waits becomes cases; the index that deciding takes is made while the other thread has the last of them. */
static int sk_explainer_read_all(struct sk_explainer *e)
{
	const struct sk_policy_index *index;
	int r = selkie_audit_finish(e->reader), drained;

	if (e->relay && sk_relay_flush(e->relay) && !r)
		r = sk_policy_index(e->policy, &index);
	drained = e->relay ? sk_relay_drain(e->relay) : 0;
	r = r ? r : drained;
	return r || !e->n_cases ? r : sk_policy_index(e->policy, &index);
}

int selkie_explainer_finish(selkie_explainer *e)
{
	struct sk_deciding d = { .e = e };
	size_t most;
	int r = sk_explainer_read_all(e);

	if (!r)
		r = sk_find_paths(e);
	most = e->n_cases / SK_DECIDE_AT_ONCE + 1;
	if (!r)
		r = sk_threads_run((unsigned int)SK_MIN(most, (size_t)SK_MAX(e->threads, 1u)), sk_decide_thread, &d);
	return r ? r : sk_finding_group(e);
}

const struct selkie_audit_summary *selkie_explainer_summary(const selkie_explainer *e)
{
	return selkie_audit_summary(e->reader);
}

int selkie_explainer_report(const selkie_explainer *e, const char *name, selkie_diagnostics *diags)
{
	return selkie_audit_report(e->reader, name, diags);
}

uint64_t selkie_explainer_n_denials(const selkie_explainer *e)
{
	return atomic_load_explicit(&e->n_denials, memory_order_relaxed);
}

size_t selkie_explainer_n_findings(const selkie_explainer *e)
{
	return e->n_findings;
}

size_t selkie_explainer_n_roots(const selkie_explainer *e)
{
	return e->n_roots;
}

const char *selkie_fix_name(enum selkie_fix_kind kind)
{
	static const char *const names[] = {
		"nothing", "program", "attack", "restorecon", "fcontext", "label", "mode",
		"boolean", "port",    "network", "role",      "rule",
	};

	return (size_t)kind < SK_ARRAY_LEN(names) ? names[kind] : "";
}

/* The names of all denied permissions of a finding, each once, in order of first appearance. */
static int sk_worker_permissions(struct sk_worker *w, const struct sk_found *f, struct selkie_finding *ret)
{
	const struct sk_explainer *e = w->e;
	const char **names = NULL;
	size_t n = 0, cap = 0;
	int r = 0;

	for (uint32_t i = f->first_case; i && !r; i = e->cases[i - 1].sibling) {
		const char *p = e->cases[i - 1].samples->perms;

		while (*p && !r) {
			size_t len = strcspn(p, " ,"), k = 0;

			while (k < n && (strncmp(names[k], p, len) || names[k][len]))
				k++;
			if (len && k == n) {
				r = sk_grow(&names, &cap, n + 1, sizeof(*names));
				if (!r)
					names[n] = sk_arena_strndup(&w->scratch, p, len);
				if (!r && !names[n++])
					r = -ENOMEM;
			}
			p += len;
			p += strspn(p, " ,");
		}
	}
	if (!r && n) {
		ret->permissions = sk_arena_memdup(&w->scratch, names, n * sizeof(*names));
		ret->n_permissions = n;
		r = ret->permissions ? 0 : -ENOMEM;
	}
	free(names);
	return r;
}

static int sk_event_compare(const void *x, const void *y)
{
	const struct selkie_event_id *a = x, *b = y;

	if (a->seconds != b->seconds)
		return a->seconds < b->seconds ? -1 : 1;
	if (a->milliseconds != b->milliseconds)
		return a->milliseconds < b->milliseconds ? -1 : 1;
	return a->serial < b->serial ? -1 : a->serial > b->serial;
}

/* Logs are written in order of time: mostly there is nothing to sort. */
static bool sk_events_sorted(const struct selkie_event_id *ids, size_t n)
{
	for (size_t i = 1; i < n; i++)
		if (sk_event_compare(&ids[i - 1], &ids[i]) > 0)
			return false;
	return true;
}

/* The events of all cases, in order of time, each once. */
static int sk_worker_events(struct sk_worker *w, const struct sk_found *f, struct selkie_finding *ret)
{
	const struct sk_explainer *e = w->e;
	struct selkie_event_id *ids;
	size_t n = 0, k = 0;

	for (uint32_t i = f->first_case; i; i = e->cases[i - 1].sibling)
		n += e->cases[i - 1].n_events;
	ids = SK_ARENA_ARRAY(&w->scratch, struct selkie_event_id, n);
	if (!ids)
		return -ENOMEM;
	n = 0;
	for (uint32_t i = f->first_case; i; i = e->cases[i - 1].sibling) {
		const struct sk_case *c = &e->cases[i - 1];

		for (uint32_t ev = c->first_event; ev; ev = e->events[ev - 1].next)
			ids[n++] = e->events[ev - 1].id;
		if (sk_event_compare(&c->last, &ret->last) > 0)
			ret->last = c->last;
	}
	if (n && !sk_events_sorted(ids, n))
		qsort(ids, n, sizeof(*ids), sk_event_compare);
	for (size_t i = 0; i < n; i++)
		if (!k || sk_event_compare(&ids[k - 1], &ids[i]))
			ids[k++] = ids[i];
	ret->events = ids;
	ret->n_events = SK_MIN(k, (size_t)SELKIE_MOST_EVENTS);
	return 0;
}

/* The case that speaks for a finding: the one that happened most often. */
static const struct sk_case *sk_explainer_speaker(const struct sk_explainer *e, const struct sk_found *f)
{
	const struct sk_case *best = NULL;

	for (uint32_t i = f->first_case; i; i = e->cases[i - 1].sibling)
		if (!best || e->cases[i - 1].count > best->count)
			best = &e->cases[i - 1];
	return best;
}

int selkie_explain_worker_finding(selkie_explain_worker *w, size_t i, struct selkie_finding *ret)
{
	const struct sk_explainer *e = w->e;
	const struct sk_found *f;
	const struct sk_case *c;
	struct sk_verdict v;
	int r;

	if (i >= e->n_findings)
		return -EINVAL;
	sk_arena_reset(&w->scratch);
	memset(ret, 0, sizeof(*ret));
	f = &e->findings[i];
	c = sk_explainer_speaker(e, f);
	sk_verdict_recall(e, c, &v);
	ret->cause = c->cause;
	for (uint32_t k = f->first_case; k; k = e->cases[k - 1].sibling)
		ret->also |= e->cases[k - 1].also;
	ret->root = f->root;
	ret->further = i > 0 && e->findings[i - 1].root == f->root;
	ret->source = v.source ? v.source->type_name : NULL;
	ret->target = v.target ? v.target->type_name : NULL;
	ret->cls = *c->samples->cls ? c->samples->cls : NULL;
	ret->count = f->count;
	ret->permissive = c->key.permissive;
	ret->silenced = c->silenced;
	r = sk_worker_permissions(w, f, ret);
	if (!r)
		r = sk_worker_events(w, f, ret);
	if (!r)
		r = sk_sentence_summary(w, f, c, &v, &ret->summary);
	if (!r)
		r = sk_sentence_evidence(w, f, c, &v, &ret->evidence, &ret->n_evidence);
	if (!r && e->bearings)
		r = sk_bearing_find(w, c, &v, ret);
	if (!r)
		r = sk_fix_find(w, f, c, &v, &ret->fixes, &ret->n_fixes);
	return r;
}

int selkie_explainer_finding(selkie_explainer *e, size_t i, struct selkie_finding *ret)
{
	return selkie_explain_worker_finding(&e->own, i, ret);
}

int selkie_explain_worker_new(const selkie_explainer *e, selkie_explain_worker **ret)
{
	struct sk_worker *w = calloc(1, sizeof(*w));

	if (!w)
		return -ENOMEM;
	w->e = e;
	*ret = w;
	return 0;
}

void selkie_explain_worker_free(selkie_explain_worker *w)
{
	if (!w)
		return;
	sk_worker_done(w);
	free(w);
}
