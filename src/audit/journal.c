/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * `journalctl -o export` (systemd.io/JOURNAL_EXPORT_FORMATS): entries of KEY=value lines, ended by an empty line; a value
 * with unusual bytes stands as KEY, line end, 64-bit little-endian length, bytes, line end.
 *
 * Fields that begin with an underscore are the journal's own and cannot be forged: only they say that an entry is an
 * audit record (_TRANSPORT=audit, with the header's parts in _AUDIT_ID, _AUDIT_TYPE and the time) or the kernel's text.
 * Other fields are passed over, whatever their length.
 */
#include "audit/reader.h"
#include "audit/text.h"
#include "audit/type.h"

static uint64_t sk_decimal(const char *p, const char *end)
{
	uint64_t v = 0;

	if (end - p > 19)
		return 0;
	for (; p < end && *p >= '0' && *p <= '9'; p++)
		v = v * 10 + (uint64_t)(*p - '0');
	return p == end ? v : 0;
}

static uint64_t sk_position(const struct sk_audit_reader *r, const char *p)
{
	return r->base + (uint64_t)(p - r->buf) + 1;
}

#define SK_KEY_IS(key, n, literal)                                                                 \
	((n) == sizeof(literal) - 1 && !memcmp((key), literal, sizeof(literal) - 1))

static bool sk_is_wanted(const char *key, size_t n)
{
	return SK_KEY_IS(key, n, "MESSAGE") || SK_KEY_IS(key, n, "_TRANSPORT") ||
	       SK_KEY_IS(key, n, "_AUDIT_ID") || SK_KEY_IS(key, n, "_AUDIT_TYPE") ||
	       SK_KEY_IS(key, n, "_HOSTNAME") || SK_KEY_IS(key, n, "_SOURCE_REALTIME_TIMESTAMP") ||
	       SK_KEY_IS(key, n, "__REALTIME_TIMESTAMP");
}

static void sk_entry_field(struct sk_audit_reader *r, const char *key, size_t n, const char *p,
			   const char *end)
{
	struct sk_audit_entry *e = &r->entry;

	if (SK_KEY_IS(key, n, "MESSAGE")) {
		e->message = sk_position(r, p);
		e->n_message = (uint64_t)(end - p);
	} else if (SK_KEY_IS(key, n, "_HOSTNAME")) {
		e->host = sk_position(r, p);
		e->n_host = (uint64_t)SK_MIN(end - p, 200);
	} else if (SK_KEY_IS(key, n, "_TRANSPORT")) {
		e->is_audit = sk_begins(p, end, "audit");
		e->is_kernel = sk_begins(p, end, "kernel");
	} else if (SK_KEY_IS(key, n, "_AUDIT_ID")) {
		e->serial = sk_decimal(p, end);
	} else if (SK_KEY_IS(key, n, "_AUDIT_TYPE")) {
		e->type = (unsigned int)SK_MIN(sk_decimal(p, end), 9999);
	} else if (SK_KEY_IS(key, n, "_SOURCE_REALTIME_TIMESTAMP") ||
		   (SK_KEY_IS(key, n, "__REALTIME_TIMESTAMP") && !e->usec)) {
		e->usec = sk_decimal(p, end);
	}
}

/* The message is the type's name and the record's text. */
static bool sk_entry_line(struct sk_audit_reader *r, const char *p, const char *end,
			  struct sk_audit_line *line)
{
	const struct sk_audit_entry *e = &r->entry;
	const char *blank = memchr(p, ' ', (size_t)SK_MIN(end - p, 40));
	char number[16];
	size_t n = 0;

	for (unsigned int v = e->type; v; v /= 10)
		number[sizeof(number) - ++n] = (char)('0' + v % 10);
	memset(line, 0, sizeof(*line));
	if (!sk_audit_type_find(number + sizeof(number) - n, n, &line->type))
		return false;
	line->start = p;
	line->body = sk_text(blank ? blank + 1 : end, end);
	line->seconds = e->usec / 1000000;
	line->milliseconds = (uint32_t)(e->usec / 1000 % 1000);
	line->serial = e->serial;
	line->has_id = true;
	return true;
}

/* The kernel's text, when no daemon takes its records. */
static bool sk_entry_kernel(const char *p, const char *end, struct sk_audit_line *line)
{
	const char *mark = memmem(p, (size_t)(end - p), "audit(", 6);
	enum sk_audit_prefix prefix;

	if (!mark || sk_audit_line_parse(p, mark + 5, end, line, &prefix))
		return false;
	return prefix == SK_PREFIX_NONE || prefix == SK_PREFIX_LOGGER;
}

/* The empty line after an entry. */
static int sk_entry_end(struct sk_audit_reader *r, bool cut)
{
	struct sk_audit_entry e = r->entry;
	struct sk_audit_line line;
	const char *p, *end;
	bool found;

	if (e.long_message && (e.is_audit || e.is_kernel))
		sk_audit_damage(r, SELKIE_AUDIT_DAMAGE_LONG, r->sum.n_lines, r->buf + r->line,
				r->buf + r->line);
	if (!e.message || !(e.is_audit || e.is_kernel)) {
		r->sum.n_other_lines += e.message != 0;
		memset(&r->entry, 0, sizeof(r->entry));
		return 0;
	}
	p = r->buf + (e.message - 1 - r->base);
	end = p + e.n_message;
	found = e.is_audit ? sk_entry_line(r, p, end, &line) : sk_entry_kernel(p, end, &line);
	if (found && e.host)
		line.node = sk_text(r->buf + (e.host - 1 - r->base),
				    r->buf + (e.host - 1 - r->base) + e.n_host);
	if (!found && e.is_audit)
		sk_audit_damage(r, SELKIE_AUDIT_DAMAGE_HEADER, r->sum.n_lines, p, end);
	r->sum.n_other_lines += !found && !e.is_audit;
	memset(&r->entry, 0, sizeof(r->entry));
	return found ? sk_audit_window_add(r, &line, cut) : 0;
}

/* A field with its length in front, whose name ends at `nl`. False when more input is needed. */
static bool sk_binary_field(struct sk_audit_reader *r, const char *key, const char *nl)
{
	const unsigned char *p = (const unsigned char *)nl + 1;
	size_t have = r->n - (size_t)(nl + 1 - r->buf);
	bool wanted = sk_is_wanted(key, (size_t)(nl - key));
	uint64_t n = 0;

	if (have < 8)
		return false;
	for (unsigned int i = 0; i < 8; i++)
		n |= (uint64_t)p[i] << (8 * i);
	if (wanted && n < SK_AUDIT_LINE_MAX) {
		if (have < 8 + n + 1)
			return false;
		sk_entry_field(r, key, (size_t)(nl - key), (const char *)p + 8,
			       (const char *)p + 8 + n);
		r->line = (size_t)((const char *)p - r->buf) + 8 + (size_t)n + 1;
		return true;
	}
	if (wanted)
		r->entry.long_message = true;
	r->line = (size_t)((const char *)p - r->buf) + 8;
	r->skip = n < UINT64_MAX ? n + 1 : n;
	return true;
}

/* A line of KEY=value, or one that is too long and is passed over. */
static void sk_text_field(struct sk_audit_reader *r, const char *p, const char *nl)
{
	const char *equal = memchr(p, '=', (size_t)SK_MIN(nl - p, 64));

	if (equal && !r->continued)
		sk_entry_field(r, p, (size_t)(equal - p), equal + 1, nl);
	r->continued = false;
	r->line = (size_t)(nl + 1 - r->buf);
}

static void sk_long_field(struct sk_audit_reader *r)
{
	if (!r->continued && sk_begins(r->buf + r->line, r->buf + r->n, "MESSAGE="))
		r->entry.long_message = true;
	r->continued = true;
	r->line = r->scan = r->n;
}

/* Is the line a field's name without a value? Anything else without '=' is damage. */
static bool sk_is_name(const char *p, const char *end)
{
	if (p == end || end - p > 64)
		return false;
	for (; p < end; p++)
		if (!((*p >= 'A' && *p <= 'Z') || (*p >= '0' && *p <= '9') || *p == '_'))
			return false;
	return true;
}

int sk_audit_journal_scan(struct sk_audit_reader *r)
{
	for (;;) {
		const char *p, *nl;
		size_t from;

		if (r->skip) {
			size_t n = (size_t)SK_MIN(r->skip, (uint64_t)(r->n - r->line));

			r->skip -= n;
			r->line += n;
		}
		p = r->buf + r->line;
		from = SK_MAX(r->scan, r->line);
		nl = r->skip ? NULL : memchr(r->buf + from, '\n', r->n - from);
		if (!nl) {
			r->scan = r->n;
			if (r->n - r->line > SK_AUDIT_LINE_MAX)
				sk_long_field(r);
			return 0;
		}
		if (nl == p && !r->continued) {
			int err;

			r->sum.n_lines++;
			r->line = r->scan = (size_t)(nl + 1 - r->buf);
			err = sk_entry_end(r, false);
			if (err)
				return err;
			continue;
		}
		if (!r->continued && sk_is_name(p, nl)) {
			if (!sk_binary_field(r, p, nl)) {
				/* The name's line end is to be found again when more is there. */
				r->scan = r->line;
				return 0;
			}
			r->scan = r->line;
			r->sum.n_lines++;
			continue;
		}
		if (!r->continued && !memchr(p, '=', (size_t)SK_MIN(nl - p, 64)))
			sk_audit_damage(r, SELKIE_AUDIT_DAMAGE_FOREIGN, r->sum.n_lines + 1, p, nl);
		sk_text_field(r, p, nl);
		r->sum.n_lines++;
		r->scan = r->line;
	}
}

int sk_audit_journal_finish(struct sk_audit_reader *r)
{
	/* An entry whose empty line is missing was cut, perhaps in the middle of its message. */
	if (r->line < r->n || r->skip) {
		sk_audit_damage(r, SELKIE_AUDIT_DAMAGE_CUT, r->sum.n_lines + 1, r->buf + r->line,
				r->buf + r->n);
		r->line = r->n;
	}
	return sk_entry_end(r, true);
}
