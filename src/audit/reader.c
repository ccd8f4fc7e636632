/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The stream: text in pieces to lines to records. The text lies in one buffer, into which files are read directly;
 * records are slices of it and are not copied. When the buffer is full, what still waits is moved to its front.
 *
 * Every byte is looked at once, by the scan for line ends and "audit(" (marks.h). A line longer than any record is taken
 * in pieces, so no input needs more memory than the buffer.
 */
#include "audit/reader.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "audit/text.h"
#include "audit/type.h"

#define SK_AUDIT_WINDOW_DEFAULT ((size_t)2 << 20)
#define SK_AUDIT_WINDOW_MIN	((size_t)64 << 10)
#define SK_AUDIT_WINDOW_MAX	((size_t)1 << 30)

int selkie_audit_reader_new(selkie_audit_event_fn fn, void *arg,
			    const struct selkie_audit_options *options,
			    selkie_audit_reader **ret_reader)
{
	struct sk_audit_reader *r;
	size_t window = options && options->window ? options->window : SK_AUDIT_WINDOW_DEFAULT;

	if (!fn || (options && options->size != sizeof(*options)))
		return -EINVAL;
	r = calloc(1, sizeof(*r));
	if (!r)
		return -ENOMEM;
	r->fn = fn;
	r->arg = arg;
	r->all_events = options && options->all_events;
	r->window = SK_MIN(SK_MAX(window, SK_AUDIT_WINDOW_MIN), SK_AUDIT_WINDOW_MAX);
	r->free_records = SK_AUDIT_NO_RECORD;
	r->cap = 2 * r->window + 2 * SK_AUDIT_LINE_MAX + SK_AUDIT_CHUNK;
	r->buf = malloc(r->cap + SK_MARKS_PAD);
	r->nodes = calloc(SK_AUDIT_MAX_NODES, sizeof(*r->nodes));
	if (r->nodes)
		r->nodes[0] = calloc(1, sizeof(**r->nodes));
	if (!r->buf || !r->nodes || !r->nodes[0]) {
		selkie_audit_reader_free(r);
		return -ENOMEM;
	}
	r->n_nodes = 1;
	*ret_reader = r;
	return 0;
}

void selkie_audit_reader_free(selkie_audit_reader *r)
{
	if (!r)
		return;
	for (size_t i = 0; r->nodes && i < SK_AUDIT_MAX_NODES; i++)
		free(r->nodes[i]);
	free(r->nodes);
	free(r->buf);
	free(r->events);
	free(r->buckets);
	free(r->records);
	free(r->out_records);
	free(r->out_denials);
	free(r);
}

const struct selkie_audit_summary *selkie_audit_summary(const selkie_audit_reader *r)
{
	return &r->sum;
}

void sk_audit_damage(struct sk_audit_reader *r, enum selkie_audit_damage_kind kind, uint64_t line,
		     const char *text, const char *end)
{
	struct selkie_audit_damage *d;
	size_t n;

	r->sum.n_damages++;
	r->sum.n_damages_of[kind]++;
	if (r->sum.n_samples == SELKIE_AUDIT_N_SAMPLES)
		return;
	d = &r->sum.samples[r->sum.n_samples++];
	d->kind = kind;
	d->line = line;
	d->offset = r->base + (uint64_t)(text - r->buf);
	n = SK_MIN((size_t)(end - text), sizeof(d->text) - 1);
	for (size_t i = 0; i < n; i++)
		d->text[i] = text[i] >= 0x20 && text[i] < 0x7f ? text[i] : '.';
	d->text[n] = '\0';
}

/* What must stay in the buffer starts here. */
static size_t sk_first_kept(const struct sk_audit_reader *r)
{
	uint64_t kept = r->base + r->line;

	if (r->entry.message && r->entry.message - 1 < kept)
		kept = r->entry.message - 1;
	if (r->entry.host && r->entry.host - 1 < kept)
		kept = r->entry.host - 1;
	if (r->tail < r->head && r->events[r->tail & (r->cap_events - 1)].offset < kept)
		kept = r->events[r->tail & (r->cap_events - 1)].offset;
	return (size_t)(kept - r->base);
}

/* Makes room for a chunk: moves what is kept to the front. */
static int sk_make_room(struct sk_audit_reader *r)
{
	uint64_t at = r->base + r->line;
	size_t kept;
	int err;

	if (r->cap - r->n >= SK_AUDIT_CHUNK)
		return 0;
	err = at > r->window ? sk_audit_window_advance(r, at - r->window) : 0;
	if (err)
		return err;
	/* An entry of a journal that is longer than the window is not waited for. */
	if (r->entry.message && r->entry.message + r->window < at) {
		r->entry.message = r->entry.host = 0;
		r->entry.long_message = true;
	}
	if (r->entry.host && r->entry.host + r->window < at)
		r->entry.host = 0;
	kept = sk_first_kept(r);
	memmove(r->buf, r->buf + kept, r->n - kept);
	r->base += kept;
	r->n -= kept;
	r->line -= kept;
	r->scan -= kept;
	if (r->mark)
		r->mark -= kept;
	return 0;
}

/* The end of a line was found at `end`. */
static int sk_line_end(struct sk_audit_reader *r, const char *end, const char *mark, bool more,
		       bool ended)
{
	const char *p = r->buf + r->line;
	int err;

	r->sum.n_lines++;
	err = sk_audit_take_line(r, p, end, mark, more, ended);
	r->line = (size_t)(end - r->buf) + 1;
	r->continued = r->tainted = false;
	return err;
}

/* The unfinished line is too long to wait for its end. */
static int sk_long_line(struct sk_audit_reader *r)
{
	const char *keep, *p = r->buf + r->line;
	int err;

	/* Damage is to name the line that is being read, which is not counted yet. */
	r->sum.n_lines++;
	err = sk_audit_cut_line(r, p, r->buf + r->n, r->mark ? r->buf + r->mark - 1 : NULL, &keep);
	r->sum.n_lines--;
	if (err)
		return err;
	r->line = (size_t)(keep - r->buf);
	r->mark = 0;
	r->more_marks = false;
	if (r->line < r->n)
		r->scan = r->line;
	return 0;
}

/* Looks at what was read since the last time. */
static int sk_scan(struct sk_audit_reader *r)
{
	const char *line = r->buf + r->line, *p, *mark = r->mark ? r->buf + r->mark - 1 : NULL;
	bool more = r->more_marks;
	struct sk_marks marks;
	int err;

	sk_marks_start(&marks, r->buf + r->scan, r->buf + r->n);
	while ((p = sk_marks_next(&marks))) {
		if (*p == '(') {
			if (!sk_audit_is_mark(line, p))
				continue;
			more = more || mark;
			mark = mark ? mark : p;
			continue;
		}
		err = sk_line_end(r, p, mark, more, true);
		if (err) {
			r->scan = r->line;
			r->mark = 0;
			r->more_marks = false;
			return err;
		}
		line = p + 1;
		mark = NULL;
		more = false;
	}
	r->scan = r->n;
	r->mark = mark ? (size_t)(mark - r->buf) + 1 : 0;
	r->more_marks = more;
	return r->n - r->line > SK_AUDIT_LINE_MAX ? sk_long_line(r) : 0;
}

/* n bytes were put at the end of the buffer. */
static int sk_take(struct sk_audit_reader *r, size_t n)
{
	const char *fresh = r->buf + r->n;
	static const char journal[] = "__CURSOR=";

	r->n += n;
	r->sum.n_bytes += n;
	if (memchr(fresh, 0, n))
		r->nul_end = r->base + r->n;
	if (!r->started) {
		size_t have = r->n - r->line;

		/* Is it the journal's form? Its first word says so, once it is there. */
		r->export = !memcmp(r->buf + r->line, journal, SK_MIN(have, sizeof(journal) - 1));
		if (r->export && have < sizeof(journal) - 1)
			return 0;
		r->started = true;
	}
	return r->export ? sk_audit_journal_scan(r) : sk_scan(r);
}

int selkie_audit_feed(selkie_audit_reader *r, const void *data, size_t size)
{
	const char *p = data;
	int err;

	while (size) {
		size_t n;

		err = sk_make_room(r);
		if (err)
			return err;
		n = SK_MIN(SK_MIN(size, r->cap - r->n), SK_AUDIT_CHUNK);
		memcpy(r->buf + r->n, p, n);
		p += n;
		size -= n;
		err = sk_take(r, n);
		if (err)
			return err;
	}
	return 0;
}

int selkie_audit_read_fd(selkie_audit_reader *r, int fd,
			 void (*progress)(void *arg, uint64_t n_bytes), void *progress_arg)
{
	uint64_t told = r->sum.n_bytes;

	for (;;) {
		ssize_t n;
		int err = sk_make_room(r);

		if (err)
			return err;
		n = read(fd, r->buf + r->n, SK_MIN(r->cap - r->n, SK_AUDIT_CHUNK));
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (!n)
			return 0;
		err = sk_take(r, (size_t)n);
		if (err)
			return err;
		if (progress && r->sum.n_bytes - told >= 4 << 20) {
			told = r->sum.n_bytes;
			progress(progress_arg, told);
		}
	}
}

/* Everything was delivered: the buffer is empty and the next text is another log. */
static void sk_restart(struct sk_audit_reader *r)
{
	r->base += r->n;
	r->n = r->line = r->scan = r->mark = 0;
	r->more_marks = r->continued = r->tainted = r->started = r->export = r->raw = false;
	r->wants_permissive = false;
	r->skip = 0;
	r->plain = 0;
	memset(&r->entry, 0, sizeof(r->entry));
	for (size_t i = 0; i < r->n_nodes; i++)
		sk_audit_serials_settle(&r->nodes[i]->serials, &r->sum);
}

int selkie_audit_finish(selkie_audit_reader *r)
{
	int err = 0;

	if (r->export) {
		err = sk_audit_journal_finish(r);
	} else if (r->line < r->n) {
		if (!r->started)
			err = sk_scan(r);
		if (!err && r->line < r->n)
			err = sk_line_end(r, r->buf + r->n, r->mark ? r->buf + r->mark - 1 : NULL,
					  r->more_marks, false);
	}
	if (!err)
		err = sk_audit_window_advance(r, UINT64_MAX);
	sk_restart(r);
	return err;
}
