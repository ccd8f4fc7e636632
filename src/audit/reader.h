/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_AUDIT_READER_H
#define SK_AUDIT_READER_H

#include "audit/line.h"
#include "audit/marks.h"
#include "audit/serial.h"
#include "base/memory.h"
#include "selkie/audit.h"

/*
 * Positions in the input are 64-bit offsets; `base` is the offset of buf[0]. An offset at or after `base` is in the
 * buffer. Everything that waits (records of pending events, the unfinished line) lies in the buffer.
 */
#define SK_AUDIT_LINE_MAX ((size_t)64 << 10)	/* the kernel's limit is 8,970; enriched and journal text is longer */
#define SK_AUDIT_CHUNK ((size_t)128 << 10)
#define SK_AUDIT_MAX_PENDING 16384	/* events that wait, a power of two */
#define SK_AUDIT_MAX_RECORDS 131072	/* records that wait */
#define SK_AUDIT_MAX_NODES 256
#define SK_AUDIT_NO_RECORD UINT32_MAX

struct sk_audit_waiting {		/* a record of a pending event */
	uint64_t offset, line;
	uint32_t size;
	uint32_t next;			/* of the same event, or in the free list */
	uint8_t type;
	bool interpreted, cut;
};

struct sk_audit_pending {		/* an event in the window */
	uint64_t seconds, serial;
	uint64_t offset;		/* of its first record */
	uint64_t next;			/* sequence number + 1 of the next in its hash chain */
	uint32_t milliseconds;
	uint32_t node;			/* 0: none */
	uint32_t first, last, n_records;
	bool has_id, has_denial, closed;
};

struct sk_audit_node {
	char name[256];
	size_t n;
	struct sk_audit_serials serials;
};

/* journalctl -o export: the entry that is being read. */
struct sk_audit_entry {
	uint64_t message, n_message;	/* offset + 1 in the input; 0: none */
	uint64_t host, n_host;
	uint64_t usec, serial, line;
	unsigned int type;		/* 0: no audit record */
	bool is_audit, is_kernel, long_message;
};

struct sk_audit_reader {
	selkie_audit_event_fn fn;
	void *arg;
	size_t window;
	bool all_events;

	char *buf;
	size_t n, cap;
	uint64_t base;
	size_t line, scan;		/* in buf: start of the unfinished line; what of it was looked at */
	size_t mark;			/* the parenthesis of the line's first "audit(", + 1; 0: none yet */
	bool more_marks;
	bool continued;			/* the line began before `line`: it was too long and was cut */
	bool tainted;			/* and what was cut off may have been some program's words */
	uint64_t nul_end;		/* offset: no NUL byte was read at or after it */
	bool raw;			/* auditd's records were seen: lines between them are damage */
	bool wants_permissive;
	bool started, export;		/* something was read; it is journal export */
	uint64_t skip;			/* bytes of a binary journal field still to be passed over */
	struct sk_audit_entry entry;

	struct sk_audit_pending *events;	/* ring of `cap_events`, by sequence number */
	uint64_t *buckets;			/* sequence number + 1 of the newest in the chain */
	size_t cap_events;
	uint64_t head, tail;			/* sequence numbers: [tail, head) are pending */
	uint64_t last;				/* of the event that got the last record */
	struct sk_audit_id last_id;
	uint32_t last_node;
	uint64_t plain;				/* the event that takes records without id, + 1 */

	struct sk_audit_waiting *records;
	size_t n_records, cap_records, n_waiting;
	uint32_t free_records;

	struct sk_audit_node **nodes;		/* [0] is the log without nodes */
	size_t n_nodes;

	struct selkie_audit_record *out_records;	/* scratch of the callback */
	struct selkie_audit_denial *out_denials;
	size_t cap_out_records, cap_out_denials;

	struct selkie_audit_summary sum;
};

/* Notes damage; [text, end) is shown. */
void sk_audit_damage(struct sk_audit_reader *r, enum selkie_audit_damage_kind kind, uint64_t line,
		     const char *text, const char *end);

/* A record into the window (window.c). Returns 0, the callback's value, or a negative errno. */
int sk_audit_window_add(struct sk_audit_reader *r, const struct sk_audit_line *line, bool cut);

/* Delivers all events whose first record is before `offset`. */
int sk_audit_window_advance(struct sk_audit_reader *r, uint64_t offset);

/* Reads the entries that are complete in the buffer (journal.c). */
int sk_audit_journal_scan(struct sk_audit_reader *r);
int sk_audit_journal_finish(struct sk_audit_reader *r);

/*
 * One line of a log, without its end. `mark` is the parenthesis of its first "audit(", or NULL; `ended` is false at the
 * end of the input.
 */
int sk_audit_take_line(struct sk_audit_reader *r, const char *p, const char *end, const char *mark,
		       bool more_marks, bool ended);

/* [p, end) of a line that is too long, as above; *ret_keep is where the reading of the line goes on. */
int sk_audit_cut_line(struct sk_audit_reader *r, const char *p, const char *end, const char *mark,
		      const char **ret_keep);

#endif
