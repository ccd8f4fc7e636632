/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The window: records that wait for the others of their event. Events form a queue by first record, and leave it when
 * the window has moved on; nothing tells earlier that an event is complete, since records may come in any order. An
 * event is found by its id in a hash table of chains, newest first; a chain ends at the first event that has left, so
 * leaving costs nothing. The text of waiting records stays where it is, in the reader's buffer.
 */
#include <errno.h>

#include "audit/denial.h"
#include "audit/field.h"
#include "audit/reader.h"
#include "audit/text.h"
#include "audit/type.h"
#include "base/hash.h"

static struct sk_audit_pending *sk_event(struct sk_audit_reader *r, uint64_t number)
{
	return &r->events[number & (r->cap_events - 1)];
}

static uint64_t sk_id_hash(const struct sk_audit_reader *r, uint64_t seconds, uint32_t ms,
			   uint64_t serial, uint32_t node)
{
	/* The address keeps a log from being written so that all of it lands in one chain. */
	return sk_hash_u64(serial * 0x9e3779b97f4a7c15ULL + seconds * 1009 + ms +
			   ((uint64_t)node << 48) + (uint64_t)(uintptr_t)r);
}

static void sk_link(struct sk_audit_reader *r, uint64_t number)
{
	struct sk_audit_pending *e = sk_event(r, number);
	uint64_t *bucket =
		&r->buckets[sk_id_hash(r, e->seconds, e->milliseconds, e->serial, e->node) &
			    (r->cap_events - 1)];

	e->next = *bucket;
	*bucket = number + 1;
}

/* Doubles the ring. The events keep their numbers. */
static int sk_grow_events(struct sk_audit_reader *r)
{
	size_t cap = r->cap_events ? r->cap_events * 2 : 256;
	struct sk_audit_pending *old = r->events, *events = calloc(cap, sizeof(*events));
	uint64_t *buckets = calloc(cap, sizeof(*buckets));
	size_t old_cap = r->cap_events;

	if (!events || !buckets) {
		free(events);
		free(buckets);
		return -ENOMEM;
	}
	free(r->buckets);
	r->events = events;
	r->buckets = buckets;
	r->cap_events = cap;
	for (uint64_t i = r->tail; i < r->head; i++) {
		*sk_event(r, i) = old[i & (old_cap - 1)];
		sk_link(r, i);
	}
	free(old);
	return 0;
}

static int sk_deliver(struct sk_audit_reader *r, struct sk_audit_pending *e);

static int sk_pop(struct sk_audit_reader *r)
{
	struct sk_audit_pending *e = sk_event(r, r->tail);
	int err = 0;

	if (e->has_denial || r->all_events)
		err = sk_deliver(r, e);
	/* The records go back to the free list as a chain. */
	r->records[e->last].next = r->free_records;
	r->free_records = e->first;
	r->n_waiting -= e->n_records;
	r->tail++;
	return err;
}

int sk_audit_window_advance(struct sk_audit_reader *r, uint64_t offset)
{
	while (r->tail < r->head && sk_event(r, r->tail)->offset < offset) {
		int err = sk_pop(r);

		if (err)
			return err;
	}
	return 0;
}

static const char *sk_at(const struct sk_audit_reader *r, uint64_t offset)
{
	return r->buf + (offset - r->base);
}

/* The denial of a record into the scratch; damage is noted. */
static void sk_take_denial(struct sk_audit_reader *r, const struct sk_audit_waiting *w,
			   const struct selkie_audit_record *record, size_t *n)
{
	struct selkie_audit_denial *d = &r->out_denials[*n];
	enum sk_denial_outcome outcome =
		sk_audit_denial_parse(record, w->cut, r->wants_permissive, d);
	const char *p = record->body.data;

	if (outcome == SK_DENIAL_UNREADABLE || outcome == SK_DENIAL_CUT)
		sk_audit_damage(r,
				w->cut || outcome == SK_DENIAL_CUT ? SELKIE_AUDIT_DAMAGE_CUT
								   : SELKIE_AUDIT_DAMAGE_FIELDS,
				w->line, p, p + record->body.size);
	if (outcome != SK_DENIAL_COMPLETE && outcome != SK_DENIAL_CUT)
		return;
	if (d->kind == SELKIE_AUDIT_DENIAL_AVC && d->permissive >= 0)
		r->wants_permissive = true;
	r->sum.n_denials += !d->granted;
	r->sum.n_granted += d->granted;
	++*n;
}

static int sk_deliver(struct sk_audit_reader *r, struct sk_audit_pending *e)
{
	struct selkie_audit_event out = { .seconds = e->seconds,
					  .milliseconds = e->milliseconds,
					  .serial = e->serial,
					  .has_id = e->has_id };
	size_t n_denials = 0, i = 0;

	if (sk_grow(&r->out_records, &r->cap_out_records, e->n_records, sizeof(*r->out_records)) ||
	    sk_grow(&r->out_denials, &r->cap_out_denials, e->n_records, sizeof(*r->out_denials)))
		return -ENOMEM;
	for (uint32_t w = e->first; i < e->n_records; w = r->records[w].next, i++) {
		const struct sk_audit_waiting *from = &r->records[w];
		struct selkie_audit_record *to = &r->out_records[i];
		const char *p = sk_at(r, from->offset);

		to->type = (enum selkie_audit_type)from->type;
		to->interpreted = from->interpreted;
		to->body = sk_text(p, p + from->size);
		to->plain = !from->interpreted && sk_audit_is_plain(to->body);
		to->offset = from->offset;
		if (sk_audit_type_is_denial(to->type))
			sk_take_denial(r, from, to, &n_denials);
	}
	if (e->node) {
		out.node.data = r->nodes[e->node]->name;
		out.node.size = r->nodes[e->node]->n;
	}
	out.records = r->out_records;
	out.n_records = e->n_records;
	out.denials = r->out_denials;
	out.n_denials = n_denials;
	return n_denials || r->all_events ? r->fn(r->arg, &out) : 0;
}

/* The number of a node's name; beyond the limit all share the last. */
static int sk_node(struct sk_audit_reader *r, struct selkie_audit_text name, uint32_t *ret)
{
	struct sk_audit_node *node;

	*ret = r->last_node;
	if (*ret < r->n_nodes && r->nodes[*ret]->n == name.size &&
	    !memcmp(r->nodes[*ret]->name, name.data, name.size))
		return 0;
	for (*ret = 1; *ret < r->n_nodes; ++*ret)
		if (r->nodes[*ret]->n == name.size &&
		    !memcmp(r->nodes[*ret]->name, name.data, name.size))
			return 0;
	if (r->n_nodes == SK_AUDIT_MAX_NODES) {
		*ret = SK_AUDIT_MAX_NODES - 1;
		return 0;
	}
	node = calloc(1, sizeof(*node));
	if (!node)
		return -ENOMEM;
	node->n = SK_MIN(name.size, sizeof(node->name));
	memcpy(node->name, name.data, node->n);
	r->nodes[r->n_nodes++] = node;
	return 0;
}

static bool sk_find_event(struct sk_audit_reader *r, const struct sk_audit_line *line,
			  uint32_t node, uint64_t *ret)
{
	uint64_t h = sk_id_hash(r, line->seconds, line->milliseconds, line->serial, node);

	if (!r->cap_events)
		return false;
	for (uint64_t n = r->buckets[h & (r->cap_events - 1)]; n > r->tail;) {
		const struct sk_audit_pending *e = sk_event(r, n - 1);

		if (e->serial == line->serial && e->seconds == line->seconds &&
		    e->milliseconds == line->milliseconds && e->node == node && e->has_id) {
			*ret = n - 1;
			return true;
		}
		n = e->next;
	}
	return false;
}

static int sk_new_event(struct sk_audit_reader *r, const struct sk_audit_line *line, uint32_t node,
			uint64_t offset, uint64_t *ret)
{
	struct sk_audit_pending *e;
	int err = 0;

	if (r->head - r->tail == r->cap_events)
		err = r->cap_events < SK_AUDIT_MAX_PENDING ? sk_grow_events(r) : sk_pop(r);
	if (err)
		return err;
	*ret = r->head++;
	e = sk_event(r, *ret);
	memset(e, 0, sizeof(*e));
	e->seconds = line->seconds;
	e->milliseconds = line->milliseconds;
	e->serial = line->serial;
	e->node = node;
	e->has_id = line->has_id;
	e->offset = offset;
	e->first = e->last = SK_AUDIT_NO_RECORD;
	sk_link(r, *ret);
	r->sum.n_events++;
	if (line->has_id && line->type != SELKIE_AUDIT_DAEMON)
		sk_audit_serials_add(&r->nodes[node]->serials, line->seconds, line->serial,
				     &r->sum);
	return 0;
}

static int sk_new_record(struct sk_audit_reader *r, uint32_t *ret)
{
	if (r->free_records != SK_AUDIT_NO_RECORD) {
		*ret = r->free_records;
		r->free_records = r->records[*ret].next;
		return 0;
	}
	if (sk_grow(&r->records, &r->cap_records, r->n_records + 1, sizeof(*r->records)))
		return -ENOMEM;
	*ret = (uint32_t)r->n_records++;
	return 0;
}

/*
 * Records without an id (journalctl's text) belong together as long as they can be one event: a denial after a record
 * that is none starts the next, and so does anything a program reported.
 */
static bool sk_plain_fits(struct sk_audit_reader *r, const struct sk_audit_line *line)
{
	const struct sk_audit_pending *e;

	if (!r->plain || r->plain <= r->tail || sk_audit_type_is_user(line->type))
		return false;
	e = sk_event(r, r->plain - 1);
	return !e->closed &&
	       !(sk_audit_type_is_denial(line->type) && e->n_records &&
		 !sk_audit_type_is_denial((enum selkie_audit_type)r->records[e->last].type));
}

static int sk_event_of(struct sk_audit_reader *r, const struct sk_audit_line *line, uint64_t offset,
		       uint64_t *ret)
{
	uint32_t node = 0;
	int err;

	if (!line->has_id) {
		if (sk_plain_fits(r, line)) {
			*ret = r->plain - 1;
			return 0;
		}
		err = sk_new_event(r, line, 0, offset, ret);
		r->plain = err ? 0 : *ret + 1;
		return err;
	}
	if (line->node.size && (err = sk_node(r, line->node, &node)))
		return err;
	/* Most records follow one of their own event: the id is the same text. */
	if (r->last >= r->tail && r->last < r->head && node == r->last_node && line->id.size &&
	    line->id.size == r->last_id.n &&
	    !memcmp(line->id.data, r->last_id.text, r->last_id.n)) {
		*ret = r->last;
		return 0;
	}
	if (!sk_find_event(r, line, node, ret) && (err = sk_new_event(r, line, node, offset, ret)))
		return err;
	r->last = *ret;
	r->last_node = node;
	r->last_id.n = line->id.size <= sizeof(r->last_id.text) ? line->id.size : 0;
	if (r->last_id.n)
		memcpy(r->last_id.text, line->id.data, r->last_id.n);
	r->last_id.seconds = line->seconds;
	r->last_id.milliseconds = line->milliseconds;
	r->last_id.serial = line->serial;
	return 0;
}

static void sk_count(struct sk_audit_reader *r, const struct sk_audit_line *line)
{
	struct selkie_audit_summary *sum = &r->sum;

	sum->n_records++;
	sum->n_records_of[line->type]++;
	if (!line->seconds)
		return;
	if (!sum->first_seconds || line->seconds < sum->first_seconds)
		sum->first_seconds = line->seconds;
	if (line->seconds > sum->last_seconds)
		sum->last_seconds = line->seconds;
}

int sk_audit_window_add(struct sk_audit_reader *r, const struct sk_audit_line *line, bool cut)
{
	uint64_t offset = r->base + (uint64_t)(line->body.data - r->buf), number;
	struct sk_audit_pending *e;
	struct sk_audit_waiting *w;
	uint32_t i;
	int err;

	sk_count(r, line);
	if (offset > r->window && (err = sk_audit_window_advance(r, offset - r->window)))
		return err;
	while (r->n_waiting >= SK_AUDIT_MAX_RECORDS)
		if ((err = sk_pop(r)))
			return err;
	err = sk_new_record(r, &i);
	if (err)
		return err;
	err = sk_event_of(r, line, offset, &number);
	if (err) {
		r->records[i].next = r->free_records;
		r->free_records = i;
		return err;
	}
	e = sk_event(r, number);
	w = &r->records[i];
	w->offset = offset;
	w->line = r->sum.n_lines;
	w->size = (uint32_t)line->body.size;
	w->type = (uint8_t)line->type;
	w->interpreted = line->interpreted;
	w->cut = cut;
	w->next = SK_AUDIT_NO_RECORD;
	if (e->n_records++)
		r->records[e->last].next = i;
	else
		e->first = i;
	e->last = i;
	e->has_denial |= sk_audit_type_is_denial(line->type);
	e->closed |= sk_audit_type_is_user(line->type);
	r->n_waiting++;
	return 0;
}
