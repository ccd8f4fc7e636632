/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * JSON output (RFC 8259). Reading JSON is not done here.
 */
#include "base/json.h"

#include <assert.h>

void sk_json_init(struct sk_json *j, struct sk_buf *buf)
{
	memset(j, 0, sizeof(*j));
	j->buf = buf;
}

void sk_json_resume(struct sk_json *j, struct sk_buf *buf, unsigned int depth, bool filled)
{
	assert(depth > 0 && depth < SK_JSON_DEPTH);
	sk_json_init(j, buf);
	j->depth = depth;
	for (unsigned int i = 0; i < depth; i++)
		j->filled[i] = true;
	j->filled[depth - 1] = filled;
}

static void sk_json_line(struct sk_json *j)
{
	static const char blanks[] = "                                                                ";

	if (j->compact)
		return;
	_Static_assert(sizeof(blanks) > 2 * SK_JSON_DEPTH, "one blank string for every depth");
	sk_buf_addc(j->buf, '\n');
	sk_buf_add(j->buf, blanks, 2 * j->depth);
}

/* The length of the valid UTF-8 sequence at s, or 0 (RFC 3629: no surrogates, nothing overlong, at most U+10FFFF). */
static size_t sk_utf8_length(const unsigned char *s, size_t n)
{
	unsigned char low = 0x80, high = 0xbf;
	size_t len;

	if (s[0] < 0x80)
		return 1;
	if (s[0] >= 0xc2 && s[0] <= 0xdf)
		len = 2;
	else if (s[0] >= 0xe0 && s[0] <= 0xef)
		len = 3;
	else if (s[0] >= 0xf0 && s[0] <= 0xf4)
		len = 4;
	else
		return 0;
	if (n < len)
		return 0;
	if (s[0] == 0xe0)
		low = 0xa0;
	if (s[0] == 0xed)
		high = 0x9f;
	if (s[0] == 0xf0)
		low = 0x90;
	if (s[0] == 0xf4)
		high = 0x8f;
	if (s[1] < low || s[1] > high)
		return 0;
	for (size_t i = 2; i < len; i++)
		if ((s[i] & 0xc0) != 0x80)
			return 0;
	return len;
}

/* The first byte at or after i that does not stand for itself in a JSON string of ASCII; n when there is none. */
static size_t sk_json_plain(const unsigned char *s, size_t i, size_t n)
{
	const uint64_t ones = 0x0101010101010101ULL, tops = 0x8080808080808080ULL;
	uint64_t w;

	/* eight bytes at a time: no byte below 0x20, none of '"', '\\', 0x7f and above */
	for (; i + 8 <= n; i += 8) {
		memcpy(&w, s + i, 8);
		if (((w - ones * 0x20) | ((w ^ ones * '"') - ones) | ((w ^ ones * '\\') - ones) | w |
		     (w + ones)) & tops)
			break;
	}
	while (i < n && s[i] >= 0x20 && s[i] < 0x7f && s[i] != '"' && s[i] != '\\')
		i++;
	return i;
}

static void sk_json_quote(struct sk_json *j, const char *value, size_t n)
{
	static const char hex[] = "0123456789abcdef";
	const unsigned char *s = (const unsigned char *)value;
	struct sk_buf *b = j->buf;

	sk_buf_addc(b, '"');
	for (size_t i = 0; i < n;) {
		size_t plain = sk_json_plain(s, i, n), len;

		sk_buf_add(b, s + i, plain - i);
		i = plain;
		if (i == n)
			break;
		if (s[i] == '"' || s[i] == '\\') {
			sk_buf_addc(b, '\\');
			sk_buf_addc(b, (char)s[i++]);
		} else if (s[i] == '\n') {
			sk_buf_add(b, "\\n", 2);
			i++;
		} else if (s[i] == '\t') {
			sk_buf_add(b, "\\t", 2);
			i++;
		} else if (s[i] < 0x20 || s[i] == 0x7f) {
			sk_buf_add(b, "\\u00", 4);
			sk_buf_addc(b, hex[s[i] >> 4]);
			sk_buf_addc(b, hex[s[i++] & 15]);
		} else if ((len = sk_utf8_length(s + i, n - i))) {
			sk_buf_add(b, s + i, len);
			i += len;
		} else {
			sk_buf_add(b, "\\ufffd", 6);
			i++;
		}
	}
	sk_buf_addc(b, '"');
}

static void sk_json_lead(struct sk_json *j, const char *name)
{
	if (j->depth) {
		if (j->filled[j->depth - 1])
			sk_buf_addc(j->buf, ',');
		j->filled[j->depth - 1] = true;
		sk_json_line(j);
	}
	if (name) {
		sk_json_quote(j, name, strlen(name));
		sk_buf_add(j->buf, ": ", j->compact ? 1 : 2);
	}
}

static void sk_json_begin(struct sk_json *j, const char *name, char bracket)
{
	assert(j->depth < SK_JSON_DEPTH);
	sk_json_lead(j, name);
	sk_buf_addc(j->buf, bracket);
	j->filled[j->depth++] = false;
}

static void sk_json_end(struct sk_json *j, char bracket)
{
	assert(j->depth > 0);
	if (j->filled[--j->depth])
		sk_json_line(j);
	sk_buf_addc(j->buf, bracket);
}

void sk_json_object(struct sk_json *j, const char *name)
{
	sk_json_begin(j, name, '{');
}

void sk_json_end_object(struct sk_json *j)
{
	sk_json_end(j, '}');
}

void sk_json_array(struct sk_json *j, const char *name)
{
	sk_json_begin(j, name, '[');
}

void sk_json_end_array(struct sk_json *j)
{
	sk_json_end(j, ']');
}

void sk_json_string_n(struct sk_json *j, const char *name, const char *value, size_t n)
{
	sk_json_lead(j, name);
	sk_json_quote(j, value, n);
}

void sk_json_string(struct sk_json *j, const char *name, const char *value)
{
	if (value)
		sk_json_string_n(j, name, value, strlen(value));
	else
		sk_json_null(j, name);
}

void sk_json_uint(struct sk_json *j, const char *name, uint64_t value)
{
	sk_json_lead(j, name);
	sk_buf_add_uint(j->buf, value);
}

void sk_json_bool(struct sk_json *j, const char *name, bool value)
{
	sk_json_lead(j, name);
	sk_buf_adds(j->buf, value ? "true" : "false");
}

void sk_json_null(struct sk_json *j, const char *name)
{
	sk_json_lead(j, name);
	sk_buf_adds(j->buf, "null");
}

void sk_json_finish(struct sk_json *j)
{
	sk_buf_addc(j->buf, '\n');
}
