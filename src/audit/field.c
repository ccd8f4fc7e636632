/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Fields of a record's text: key=value, blanks between. Nothing is kept of a record but its text; a question walks it.
 *
 * How values are written: bare; in double quotes (then without blanks, if the kernel wrote it); in hexadecimal where
 * auditd's rules ask for it (a blank, quote or control byte inside; kernel/audit.c, audit_log_untrustedstring); in braces
 * (addresses in enriched or decoded form). A user-space record holds its fields in msg='...'. The enriched part comes
 * after a byte 0x1d with keys in capitals. `ausearch -i` drops quotes, so a value lasts until the next "key=".
 */
#include "audit/field.h"

#include <errno.h>

#include "audit/text.h"
#include "base/memory.h"

#ifdef __SSE2__
#include "audit/field-sse2.h"
#else
#define sk_skip_to_key(p, end, key, n_key) (p)
#define sk_skip_to_special(p, end) (p)
#endif

int sk_audit_hex_digit(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	return -1;
}

/* What a byte is to the walk over fields; a table, since every question looks at every byte before its answer. */
enum {
	SK_BYTE_KEY = 1,	/* may stand in a key */
	SK_BYTE_END = 2,	/* ends a bare value */
};

static const unsigned char sk_bytes[256] = {
	[0x1d] = SK_BYTE_END, [' '] = SK_BYTE_END, ['-'] = SK_BYTE_KEY, ['0' ... '9'] = SK_BYTE_KEY,
	['A' ... 'Z'] = SK_BYTE_KEY, ['['] = SK_BYTE_KEY, [']'] = SK_BYTE_KEY, ['_'] = SK_BYTE_KEY,
	['a' ... 'z'] = SK_BYTE_KEY,
};

static bool sk_is_key_char(char c)
{
	return sk_bytes[(unsigned char)c] & SK_BYTE_KEY;
}

static bool sk_is_gap(char c)
{
	return c == ' ' || c == 0x1d || c == ',' || c == '\'';
}

/* The closing quote of a value: one that a gap or the end follows. Without one, the value ends with the text. */
static const char *sk_quote_end(const char *p, const char *end)
{
	for (const char *q = p; (q = memchr(q, '"', (size_t)(end - q))); q++)
		if (q + 1 == end || sk_is_gap(q[1]))
			return q;
	return end;
}

/* Does "key=" stand at p? */
static bool sk_is_key(const char *p, const char *end)
{
	const char *q = p;

	while (q < end && sk_is_key_char(*q))
		q++;
	return q > p && q < end && *q == '=';
}

/* Where a decoded value ends: before the next " key=". */
static const char *sk_shown_end(const char *p, const char *end)
{
	const char *q = p;

	while ((q = memchr(q, ' ', (size_t)(end - q)))) {
		const char *next = q;

		while (next < end && *next == ' ')
			next++;
		if (next == end || sk_is_key(next, end))
			return q;
		q = next;
	}
	return end;
}

static const char *sk_bare_end(const char *p, const char *end)
{
	while (p < end && !(sk_bytes[(unsigned char)*p] & SK_BYTE_END))
		p++;
	return p;
}

static const char *sk_value_end(const char *p, const char *end, bool interpreted, bool to_end)
{
	if (to_end)
		return end;
	if (p < end && *p == '{') {
		const char *close = memmem(p, (size_t)(end - p), " }", 2);

		return close ? close + 2 : end;
	}
	return interpreted ? sk_shown_end(p, end) : sk_bare_end(p, end);
}

/* In decoded form these hold any text and are the last of their records. */
static bool sk_lasts(const char *key, size_t n)
{
	return (n == 9 && !memcmp(key, "proctitle", 9)) || (n == 3 && !memcmp(key, "cwd", 3));
}

static struct selkie_audit_text sk_field_walk(struct selkie_audit_text text, bool interpreted,
					      const char *key, bool *ret_quoted)
{
	const char *p = text.data, *end = text.data ? p + text.size : NULL, *from, *to;
	struct selkie_audit_text none = { NULL, 0 };
	size_t n_key = strlen(key);
	bool quoted;

	while (p && p < end) {
		const char *name = p;

		while (p < end && sk_is_key_char(*p))
			p++;
		if (p == end || *p != '=' || p == name) {
			p = p < end ? p + 1 : p;
			continue;
		}
		from = p + 1;
		/* The fields of a user-space record stand inside its msg='...'. */
		if (from < end && *from == '\'') {
			p = from + 1;
			continue;
		}
		quoted = from < end && *from == '"';
		if (quoted)
			to = sk_quote_end(++from, end);
		else
			to = sk_value_end(from, end, interpreted,
					  interpreted && sk_lasts(name, (size_t)(p - name)));
		if ((size_t)(p - name) == n_key && !memcmp(name, key, n_key)) {
			if (!quoted && to > from && to[-1] == '\'')
				to--;
			while (interpreted && to > from && to[-1] == ' ')
				to--;
			if (ret_quoted)
				*ret_quoted = quoted;
			return sk_text(from, to);
		}
		p = to < end ? to + 1 : end;
	}
	return none;
}

/*
 * Whether the walk over fields surely begins one at p, of a text that was written raw: a blank stands before it and no
 * value in quotes lasts beyond it. (Values in braces and user-space fields are told by the caller.)
 */
static bool sk_surely_begins(const char *text, const char *p)
{
	const char *quote;

	if (p == text)
		return true;
	if (!(sk_bytes[(unsigned char)p[-1]] & SK_BYTE_END))
		return false;
	quote = memrchr(text, '"', (size_t)(p - text));
	return !quote || (quote > text && quote[-1] != '=' && sk_is_gap(quote[1]));
}

/*
 * The end of the part of a raw text where each "key=" behind a blank begins a field, values in quotes aside: the
 * first value in braces or in single quotes.
 */
static const char *sk_plain_end(const char *p, const char *end)
{
	for (;; p++) {
		p = sk_skip_to_special(p, end);
		if (end - p < 2)
			return end;
		if (*p == '=' && (p[1] == '{' || p[1] == '\''))
			return p + 1;
	}
}

bool sk_audit_is_plain(struct selkie_audit_text text)
{
	return sk_plain_end(text.data, text.data + text.size) == text.data + text.size;
}

/*
 * The same by looking for the key instead of walking: mostly it is long before any value that could hide it. Returns
 * false when that is not sure; only the walk knows then. `plain` as in a record.
 */
static bool sk_field_find(struct selkie_audit_text text, bool plain, const char *key, size_t n_key,
			  struct selkie_audit_text *ret_value, bool *ret_quoted)
{
	const char *p = text.data, *end = p + text.size;

	for (;; p++) {
		const char *from;

		p = sk_skip_to_key(p, end, key, n_key);
		from = p + n_key + 1;
		if (end - p <= (ptrdiff_t)n_key)
			break;
		if (p[n_key] != '=' || memcmp(p, key, n_key) || (p > text.data && sk_is_key_char(p[-1])))
			continue;
		if (from == end || *from == '\'' || *from == '{' ||
		    (!plain && sk_plain_end(text.data, p) != p) || !sk_surely_begins(text.data, p))
			return false;
		*ret_quoted = *from == '"';
		if (*ret_quoted) {
			from++;
			*ret_value = sk_text(from, sk_quote_end(from, end));
			return true;
		}
		p = sk_bare_end(from, end);
		*ret_value = sk_text(from, p > from && p[-1] == '\'' ? p - 1 : p);
		return true;
	}
	*ret_value = (struct selkie_audit_text){ NULL, 0 };
	return plain || sk_audit_is_plain(text);	/* behind a brace a key may begin anywhere */
}

static struct selkie_audit_text sk_field_ask(struct selkie_audit_text text, bool interpreted, bool plain,
					     const char *key, bool *ret_quoted)
{
	struct selkie_audit_text value;
	bool quoted = false;

	if (interpreted || !text.data || !sk_field_find(text, plain, key, strlen(key), &value, &quoted))
		return sk_field_walk(text, interpreted, key, ret_quoted);
	if (value.data && ret_quoted)
		*ret_quoted = quoted;
	return value;
}

struct selkie_audit_text sk_audit_field_in(struct selkie_audit_text text, bool interpreted,
					   const char *key, bool *ret_quoted)
{
	return sk_field_ask(text, interpreted, false, key, ret_quoted);
}

struct selkie_audit_text selkie_audit_field(const struct selkie_audit_record *record,
					    const char *key)
{
	return sk_field_ask(record->body, record->interpreted, record->plain, key, NULL);
}

static bool sk_is_hex(struct selkie_audit_text t)
{
	if (!t.size || t.size % 2)
		return false;
	/* auditd and the kernel write capitals. */
	for (size_t i = 0; i < t.size; i++)
		if (sk_audit_hex_digit(t.data[i]) < 0 || (t.data[i] >= 'a' && t.data[i] <= 'f'))
			return false;
	return true;
}

long sk_audit_decode_text(struct selkie_audit_text value, bool quoted, bool interpreted, char *buf,
			  size_t size)
{
	bool hex = !quoted && !interpreted && sk_is_hex(value);
	size_t n = hex ? value.size / 2 : value.size;

	if (!value.data ||
	    (!quoted && (sk_text_equal(value, "(null)") || sk_text_equal(value, "(none)") ||
			 sk_text_equal(value, "?"))))
		return -ENOENT;
	if (n >= size)
		return -ENAMETOOLONG;
	if (!hex && n)
		memcpy(buf, value.data, n);
	for (size_t i = 0; hex && i < n; i++)
		buf[i] = (char)(sk_audit_hex_digit(value.data[2 * i]) << 4 |
				sk_audit_hex_digit(value.data[2 * i + 1]));
	buf[n] = '\0';
	return (long)n;
}

long selkie_audit_decode(const struct selkie_audit_record *record, const char *key, char *buf,
			 size_t size)
{
	bool quoted = false;
	struct selkie_audit_text value =
		sk_field_ask(record->body, record->interpreted, record->plain, key, &quoted);

	return sk_audit_decode_text(value, quoted, record->interpreted, buf, size);
}

bool selkie_audit_number(struct selkie_audit_text text, unsigned int base, int64_t *ret_value)
{
	const char *p = text.data, *end;
	uint64_t v = 0;
	bool minus = false;

	if (!text.size)
		return false;
	end = p + text.size;
	if (*p == '-') {
		minus = true;
		p++;
	}
	if (end - p > 2 && p[0] == '0' && (p[1] == 'x' || p[1] == 'X')) {
		base = 16;
		p += 2;
	}
	if (p == end || end - p > (base == 16 ? 16 : 20))
		return false;
	/* nine digits fit without a look at every step */
	for (const char *quick = SK_MIN(end, p + 9); base == 10 && p < quick && (unsigned char)(*p - '0') < 10; p++)
		v = v * 10 + (uint64_t)(*p - '0');
	for (; p < end; p++) {
		int d = sk_audit_hex_digit(*p);
		uint64_t next;

		if (d < 0 || (unsigned int)d >= base ||
		    __builtin_mul_overflow(v, (uint64_t)base, &next) ||
		    __builtin_add_overflow(next, (uint64_t)d, &v))
			return false;
	}
	*ret_value = minus ? (int64_t)(0 - v) : (int64_t)v;
	return true;
}
