/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_AUDIT_LINE_H
#define SK_AUDIT_LINE_H

#include "selkie/audit.h"

/* A record as it stands in a line. Slices of the line. */
struct sk_audit_line {
	enum selkie_audit_type type;
	bool interpreted;
	bool has_id;
	struct selkie_audit_text node;
	uint64_t seconds, serial;
	uint32_t milliseconds;
	const char *start;		/* of the record, "node=" and "type=" included */
	struct selkie_audit_text id;	/* "seconds.milliseconds:serial" */
	struct selkie_audit_text body;
	/* How far sk_audit_line_may_join has looked, and what it saw, so that many questions cost one pass. */
	const char *checked;
	bool enriched, local_address;
};

/* What the text before a record's start says about it. */
enum sk_audit_prefix {
	SK_PREFIX_NONE,		/* the record begins the line */
	SK_PREFIX_LOGGER,	/* a log daemon's or the kernel's own prefix */
	SK_PREFIX_CONTROL,	/* bytes that no program can put into a record: the record is real */
	SK_PREFIX_TEXT,		/* anything else */
};

/*
 * Reads a record whose "audit(" has its parenthesis at `paren`; [line, end) is the line, without its end. Returns 0,
 * or SELKIE_AUDIT_DAMAGE_HEADER + 1 when there is no readable header. ret_prefix says what is before it.
 */
int sk_audit_line_parse(const char *line, const char *paren, const char *end,
			struct sk_audit_line *ret, enum sk_audit_prefix *ret_prefix);

/*
 * The same for the common line: auditd's own, nothing before the record. False when it is not of that form; the other
 * function may still read it. `last` is the id of the record before, whose numbers need not be read again.
 */
struct sk_audit_id {
	char text[64];
	size_t n;
	uint64_t seconds, serial;
	uint32_t milliseconds;
};

bool sk_audit_line_parse_auditd(const char *line, const char *paren, const char *end,
				const struct sk_audit_id *last, struct sk_audit_line *ret);

/* The position of "audit(" 's parenthesis: is p one, in the line that starts at `line`? */
static inline bool sk_audit_is_mark(const char *line, const char *p)
{
	return p - line >= 5 && p[-1] == 't' && p[-2] == 'i' && p[-3] == 'd' && p[-4] == 'u' &&
	       p[-5] == 'a';
}

/* May a record start at `start` inside the line of the record `host`? See the header of line.c. */
bool sk_audit_line_may_join(struct sk_audit_line *host, const char *start);

/*
 * Lines without "audit(": what journalctl prints for audit records ("audit[12]: AVC avc:  denied ...") and what object
 * managers write to syslog themselves. True when it is a record (without an id).
 */
bool sk_audit_line_parse_plain(const char *line, const char *end, struct sk_audit_line *ret);

#endif
