/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A ring of batches between two threads. An event's text lies in the reader's buffer, which moves on, so it is copied
 * into the batch; that costs a fraction of what collecting it does. The thread is started with the first batch that is
 * full, so a short log has none, and where none can be started the batch is collected at once.
 */
#include "explain/relay.h"

#include <errno.h>
#include <pthread.h>
#include <string.h>

#include "base/threads.h"

#define SK_BATCHES 4
#define SK_BATCH_TEXT ((size_t)128 << 10)
#define SK_BATCH_EVENTS 256
#define SK_BATCH_RECORDS 2048

struct sk_batch {
	char *text;
	struct selkie_audit_event *events;
	struct selkie_audit_record *records;
	struct selkie_audit_denial *denials;
	size_t n_text, n_events, n_records, n_denials;
	size_t cap_text, cap_events, cap_records, cap_denials;
};

struct sk_relay {
	struct sk_explainer *e;
	struct sk_batch batches[SK_BATCHES];	/* [head % SK_BATCHES] is being filled */
	pthread_t thread;
	bool running;

	/* under the lock: batches [tail, head) are full and wait to be collected */
	pthread_mutex_t lock;
	pthread_cond_t changed;
	uint64_t head, tail;
	bool ending;
	int error;
};

int sk_relay_new(struct sk_explainer *e, struct sk_relay **ret)
{
	struct sk_relay *relay = calloc(1, sizeof(*relay));

	if (!relay)
		return -ENOMEM;
	relay->e = e;
	pthread_mutex_init(&relay->lock, NULL);
	pthread_cond_init(&relay->changed, NULL);
	*ret = relay;
	return 0;
}

static void sk_relay_stop(struct sk_relay *relay)
{
	if (!relay->running)
		return;
	pthread_mutex_lock(&relay->lock);
	relay->ending = true;
	pthread_cond_broadcast(&relay->changed);
	pthread_mutex_unlock(&relay->lock);
	pthread_join(relay->thread, NULL);
	relay->running = relay->ending = false;
}

void sk_relay_free(struct sk_relay *relay)
{
	if (!relay)
		return;
	sk_relay_stop(relay);
	for (size_t i = 0; i < SK_BATCHES; i++) {
		free(relay->batches[i].text);
		free(relay->batches[i].events);
		free(relay->batches[i].records);
		free(relay->batches[i].denials);
	}
	pthread_cond_destroy(&relay->changed);
	pthread_mutex_destroy(&relay->lock);
	free(relay);
}

static int sk_batch_collect(struct sk_explainer *e, struct sk_batch *b)
{
	int r = 0;

	for (size_t i = 0; i < b->n_events && !r; i++)
		r = sk_collect_event(e, &b->events[i]);
	b->n_text = b->n_events = b->n_records = b->n_denials = 0;
	return r;
}

static void *sk_relay_main(void *arg)
{
	struct sk_relay *relay = arg;
	int r;

	pthread_mutex_lock(&relay->lock);
	for (;;) {
		while (relay->tail == relay->head && !relay->ending)
			pthread_cond_wait(&relay->changed, &relay->lock);
		if (relay->tail == relay->head)
			break;
		pthread_mutex_unlock(&relay->lock);
		/* after an error the reading stops soon, but this batch may be full already */
		r = relay->error ? 0 : sk_batch_collect(relay->e, &relay->batches[relay->tail % SK_BATCHES]);
		pthread_mutex_lock(&relay->lock);
		if (r)
			relay->error = r;
		relay->tail++;
		pthread_cond_broadcast(&relay->changed);
	}
	pthread_mutex_unlock(&relay->lock);
	return NULL;
}

static void sk_relay_push(struct sk_relay *relay)
{
	struct sk_batch *b = &relay->batches[relay->head % SK_BATCHES];
	int r;

	if (!b->n_events)
		return;
	if (!relay->running)
		relay->running = !sk_thread_start(&relay->thread, sk_relay_main, relay);
	if (!relay->running) {
		r = relay->error ? 0 : sk_batch_collect(relay->e, b);
		relay->error = relay->error ? relay->error : r;
		return;
	}
	pthread_mutex_lock(&relay->lock);
	relay->head++;
	pthread_cond_broadcast(&relay->changed);
	/* the next batch to be filled must have been collected */
	while (relay->head - relay->tail == SK_BATCHES)
		pthread_cond_wait(&relay->changed, &relay->lock);
	pthread_mutex_unlock(&relay->lock);
}

bool sk_relay_flush(struct sk_relay *relay)
{
	if (relay->running)
		sk_relay_push(relay);
	return relay->running;
}

int sk_relay_drain(struct sk_relay *relay)
{
	struct sk_batch *b = &relay->batches[relay->head % SK_BATCHES];
	int r;

	if (sk_relay_flush(relay)) {
		sk_relay_stop(relay);
	} else if (!relay->error) {
		relay->error = sk_batch_collect(relay->e, b);
	}
	r = relay->error;
	relay->error = 0;
	return r;
}

static bool sk_batch_has_room(const struct sk_batch *b, const struct selkie_audit_event *event, size_t n_text)
{
	return b->cap_text - b->n_text >= n_text && b->cap_events > b->n_events &&
	       b->cap_records - b->n_records >= event->n_records &&
	       b->cap_denials - b->n_denials >= event->n_denials;
}

/* An empty batch is made large enough: once there is something in it nothing may move. */
static int sk_batch_make_room(struct sk_batch *b, const struct selkie_audit_event *event, size_t n_text)
{
	if (sk_grow(&b->text, &b->cap_text, SK_MAX(n_text, SK_BATCH_TEXT), 1) ||
	    sk_grow(&b->events, &b->cap_events, SK_BATCH_EVENTS, sizeof(*b->events)) ||
	    sk_grow(&b->records, &b->cap_records, SK_MAX(event->n_records, (size_t)SK_BATCH_RECORDS),
		    sizeof(*b->records)) ||
	    sk_grow(&b->denials, &b->cap_denials, SK_MAX(event->n_denials, (size_t)SK_BATCH_EVENTS),
		    sizeof(*b->denials)))
		return -ENOMEM;
	return 0;
}

static struct selkie_audit_text sk_batch_add_text(struct sk_batch *b, struct selkie_audit_text text)
{
	char *to = b->text + b->n_text;

	if (!text.data)
		return text;
	if (text.size)
		memcpy(to, text.data, text.size);
	b->n_text += text.size;
	return (struct selkie_audit_text){ to, text.size };
}

/* A text of a denial is a part of its record. */
static void sk_move_text(struct selkie_audit_text *text, const struct selkie_audit_record *from,
			 const struct selkie_audit_record *to)
{
	if (text->data)
		text->data = to->body.data + (text->data - from->body.data);
}

static void sk_batch_add_denial(struct sk_batch *b, const struct selkie_audit_denial *denial,
				const struct selkie_audit_record *to)
{
	struct selkie_audit_denial *d = &b->denials[b->n_denials++];
	struct selkie_audit_text *texts[] = { &d->scontext, &d->tcontext, &d->tclass, &d->perms, &d->srawcon,
					      &d->trawcon, &d->oldcontext, &d->invalid, &d->operation };

	*d = *denial;
	d->record = to;
	for (size_t i = 0; i < SK_ARRAY_LEN(texts); i++)
		sk_move_text(texts[i], denial->record, to);
}

static void sk_batch_add(struct sk_batch *b, const struct selkie_audit_event *event)
{
	struct selkie_audit_event *to = &b->events[b->n_events++];
	struct selkie_audit_record *records = b->records + b->n_records;

	*to = *event;
	to->records = records;
	to->denials = b->denials + b->n_denials;
	to->node = (struct selkie_audit_text){ NULL, 0 };	/* collecting does not ask for it */
	for (size_t i = 0; i < event->n_records; i++) {
		records[i] = event->records[i];
		records[i].body = sk_batch_add_text(b, event->records[i].body);
	}
	b->n_records += event->n_records;
	for (size_t i = 0; i < event->n_denials; i++)
		sk_batch_add_denial(b, &event->denials[i],
				    records + (event->denials[i].record - event->records));
}

static bool sk_event_is_granted(const struct selkie_audit_event *event)
{
	for (size_t i = 0; i < event->n_denials; i++)
		if (!event->denials[i].granted)
			return false;
	return true;
}

int sk_relay_event(void *arg, const struct selkie_audit_event *event)
{
	struct sk_relay *relay = arg;
	struct sk_batch *b = &relay->batches[relay->head % SK_BATCHES];
	size_t n_text = 0;
	int r;

	if (sk_event_is_granted(event))
		return 0;
	for (size_t i = 0; i < event->n_records; i++)
		n_text += event->records[i].body.size;
	if (b->n_events && !sk_batch_has_room(b, event, n_text)) {
		sk_relay_push(relay);
		b = &relay->batches[relay->head % SK_BATCHES];
	}
	if (!b->n_events) {
		pthread_mutex_lock(&relay->lock);
		r = relay->error;
		pthread_mutex_unlock(&relay->lock);
		if (!r)
			r = sk_batch_make_room(b, event, n_text);
		if (r)
			return r;
	}
	sk_batch_add(b, event);
	return 0;
}
