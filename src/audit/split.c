/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * One line to its records. Almost always that is one; a line whose end was lost holds several, and line.c says which
 * of them can be believed. Whatever is no record is classified here: damage, or text that is no concern of ours.
 */
#include "audit/reader.h"
#include "audit/text.h"
#include "audit/type.h"

/* Adds the number that follows `word` in the line to what the kernel says it dropped. */
static void sk_count_suppressed(struct sk_audit_reader *r, const char *p, const char *end)
{
	static const char words[] = " callbacks suppressed";
	const char *hit = memmem(p, (size_t)(end - p), words, sizeof(words) - 1), *q = hit;
	uint64_t n = 0;

	if (!hit || !memmem(p, (size_t)(hit - p), "audit", 5))
		return;
	while (q > p && q[-1] >= '0' && q[-1] <= '9' && hit - q < 9)
		q--;
	while (q < hit)
		n = n * 10 + (uint64_t)(*q++ - '0');
	r->sum.n_suppressed += n;
}

/* A line in which there is no record. */
static void sk_other_line(struct sk_audit_reader *r, const char *p, const char *end, bool nul)
{
	uint64_t line = r->sum.n_lines;

	if (r->continued)
		return;
	if (sk_begins(p, end, "type=") || sk_begins(p, end, "node=")) {
		sk_audit_damage(r, SELKIE_AUDIT_DAMAGE_HEADER, line, p, end);
	} else if (nul) {
		sk_audit_damage(r, SELKIE_AUDIT_DAMAGE_BYTES, line, p, end);
	} else if (r->raw && p < end && !sk_begins(p, end, "----") &&
		   !sk_begins(p, end, "time->") && *p != '<') {
		sk_audit_damage(r, SELKIE_AUDIT_DAMAGE_FOREIGN, line, p, end);
	} else {
		r->sum.n_other_lines++;
		sk_count_suppressed(r, p, end);
	}
}

static int sk_plain_line(struct sk_audit_reader *r, const char *p, const char *end, bool nul)
{
	struct sk_audit_line line;

	/* Long lines are no log daemon's; and the searches below would be slow on them. */
	if (!r->continued && (size_t)(end - p) < SK_AUDIT_LINE_MAX / 2 &&
	    sk_audit_line_parse_plain(p, end, &line))
		return sk_audit_window_add(r, &line, false);
	sk_other_line(r, p, end, nul);
	return 0;
}

/*
 * Walks the records of one line. `host` is the record that was found last; it is handed on when its end is known.
 */
struct sk_splitter {
	struct sk_audit_reader *r;
	const char *line, *end;
	const char *looked; /* the text before the first record was searched up to here */
	bool tainted;	    /* it may be a program's words: no record is believed in it */
	bool damaged;
	struct sk_audit_line host;
	bool has_host;
};

/* A line that does not begin with a record: is [line, start) garbage, or some program's words behind a logger's tag? */
static bool sk_is_garbage(struct sk_splitter *s, const char *start)
{
	const char *p = s->looked;

	if (!s->tainted && start > p)
		s->tainted = memmem(p, (size_t)(start - p), ": ", 2) ||
			     memchr(p, '"', (size_t)(start - p)) ||
			     memchr(p, '\'', (size_t)(start - p));
	s->looked = SK_MAX(p, start - 1);
	return !s->tainted;
}

/* Hands the host on; it ends at `end`. */
static int sk_split_flush(struct sk_splitter *s, const char *end, bool cut)
{
	struct selkie_audit_text *body = &s->host.body;

	if (!s->has_host)
		return 0;
	s->has_host = false;
	while (end > body->data && (end[-1] == ' ' || end[-1] == '\r' || end[-1] == '\0'))
		end--;
	body->size = end > body->data ? (size_t)(end - body->data) : 0;
	if (s->host.node.data && s->host.node.size > 200)
		s->host.node.size = 200;
	return sk_audit_window_add(s->r, &s->host, cut);
}

/* One "audit(" of the line. */
static int sk_split_mark(struct sk_splitter *s, const char *mark)
{
	struct sk_audit_line found;
	enum sk_audit_prefix prefix;
	int bad = sk_audit_line_parse(s->line, mark, s->end, &found, &prefix), err;
	bool believed = prefix != SK_PREFIX_TEXT;

	if (s->has_host && found.start <= s->host.start)
		return 0;
	if (!believed)
		believed = s->has_host ? sk_audit_line_may_join(&s->host, found.start)
				       : sk_is_garbage(s, found.start);
	if (!believed)
		return 0;
	if (bad) {
		/* "audit(" alone may be part of a name. */
		if (!s->has_host && !s->damaged && !s->r->continued &&
		    (prefix == SK_PREFIX_NONE || prefix == SK_PREFIX_LOGGER)) {
			sk_audit_damage(s->r, SELKIE_AUDIT_DAMAGE_HEADER, s->r->sum.n_lines,
					s->line, s->end);
			s->damaged = true;
		}
		return 0;
	}
	if (prefix == SK_PREFIX_NONE && !found.interpreted)
		s->r->raw = true;
	if (s->has_host || prefix == SK_PREFIX_TEXT || prefix == SK_PREFIX_CONTROL) {
		enum selkie_audit_damage_kind kind = prefix == SK_PREFIX_CONTROL
							     ? SELKIE_AUDIT_DAMAGE_BYTES
							     : SELKIE_AUDIT_DAMAGE_JOINED;

		sk_audit_damage(s->r, kind, s->r->sum.n_lines,
				s->has_host ? s->host.start : s->line, s->end);
		s->damaged = true;
	}
	err = sk_split_flush(s, found.start, true);
	s->host = found;
	s->has_host = !err;
	return err;
}

static const char *sk_next_mark(const char *p, const char *end)
{
	const char *hit = memmem(p, (size_t)(end - p), "audit(", 6);

	return hit ? hit + 5 : NULL;
}

static int sk_split(struct sk_splitter *s, const char *mark, bool more_marks)
{
	int err = 0;

	while (mark && !err) {
		err = sk_split_mark(s, mark);
		mark = more_marks ? sk_next_mark(mark, s->end) : NULL;
	}
	return err;
}

static bool sk_has_nul(const struct sk_audit_reader *r, const char *p, const char *end)
{
	return r->base + (uint64_t)(p - r->buf) < r->nul_end && memchr(p, 0, (size_t)(end - p));
}

int sk_audit_take_line(struct sk_audit_reader *r, const char *p, const char *end, const char *mark,
		       bool more_marks, bool ended)
{
	struct sk_splitter s = {
		.r = r, .line = p, .end = end, .looked = p, .tainted = r->tainted
	};
	bool nul = sk_has_nul(r, p, end);
	int err;

	if (!mark)
		return sk_plain_line(r, p, end, nul);
	/* The common line: one record of auditd's, nothing before it, nothing after it. */
	if (!more_marks && !nul && sk_audit_line_parse_auditd(p, mark, end, &r->last_id, &s.host)) {
		r->raw = true;
		s.has_host = true;
		return sk_split_flush(&s, end, !ended);
	}
	err = sk_split(&s, mark, more_marks);
	if (err)
		return err;
	if (!s.has_host && !s.damaged)
		sk_other_line(r, p, end, nul);
	else if (nul && !s.damaged)
		sk_audit_damage(r, SELKIE_AUDIT_DAMAGE_BYTES, r->sum.n_lines, p, end);
	return sk_split_flush(&s, end, !ended);
}

int sk_audit_cut_line(struct sk_audit_reader *r, const char *p, const char *end, const char *mark,
		      const char **ret_keep)
{
	struct sk_splitter s = {
		.r = r, .line = p, .end = end, .looked = p, .tainted = r->tainted
	};
	int err = sk_split(&s, mark, true);

	if (err)
		return err;
	/* The last record may go on: it starts the line anew. */
	if (s.has_host && s.host.start > p) {
		*ret_keep = s.host.start;
		r->continued = false;
		r->tainted = false;
		return 0;
	}
	if (!r->continued)
		sk_audit_damage(r, SELKIE_AUDIT_DAMAGE_LONG, r->sum.n_lines, p, end);
	sk_is_garbage(&s, end);
	/* After a record that never ends, nothing tells its words from another record's. */
	r->tainted = s.tainted || s.has_host;
	r->continued = true;
	*ret_keep = end;
	return sk_split_flush(&s, end, true);
}
