/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Finds the record in a line: its type, its id and its body, behind whatever the log daemons put in front.
 *
 * Invariant: text that a program controls is not taken for a record. The kernel writes untrusted strings without
 * blanks and control bytes (it turns them to hexadecimal), so in its raw records "type=X msg=audit(" can only be
 * another record whose line end was lost. User-space records, decoded output (ausearch -i) and syslog text of other
 * programs can hold such words: there a record must begin the line, or stand behind a control byte or a logger's tag.
 *
 * Not done: years and time zones of syslog lines, which carry none.
 */
#include "audit/line.h"

#include <string.h>
#include <time.h>

#include "audit/text.h"
#include "audit/type.h"
#include "base/memory.h"

static const char *sk_digits(const char *p, const char *end, uint64_t *ret)
{
	uint64_t v = 0;
	const char *start = p;

	while (p < end && (unsigned char)(*p - '0') < 10) {
		v = v * 10 + (uint64_t)(*p - '0');
		p++;
	}
	*ret = v;
	/* 18 digits fit; more are no number of ours. */
	return p > start && p - start <= 18 ? p : NULL;
}

/* "seconds.milliseconds:serial)"; returns what follows, or NULL. */
static const char *sk_raw_id(const char *p, const char *end, struct sk_audit_line *line)
{
	uint64_t ms;
	const char *q;

	p = sk_digits(p, end, &line->seconds);
	if (!p || p == end || *p != '.')
		return NULL;
	q = sk_digits(p + 1, end, &ms);
	if (!q || q - p != 4 || q == end || *q != ':')
		return NULL;
	line->milliseconds = (uint32_t)ms;
	p = sk_digits(q + 1, end, &line->serial);
	if (!p || p == end || *p != ')')
		return NULL;
	return p + 1;
}

/* Day and time as strftime's %x %X in the usual locales: "11/22/26 05:41:57", "22.11.2026 05:41:57", "2026-11-22 ...". */
static bool sk_local_time(const char *s, size_t n, uint64_t *ret_seconds)
{
	static const char *const forms[] = { "%m/%d/%y %H:%M:%S",   "%m/%d/%Y %H:%M:%S",
					     "%d.%m.%Y %H:%M:%S",   "%d.%m.%y %H:%M:%S",
					     "%Y-%m-%d %H:%M:%S",   "%d/%m/%Y %H:%M:%S",
					     "%d/%m/%y %H:%M:%S",   "%m/%d/%Y %I:%M:%S %p",
					     "%m/%d/%y %I:%M:%S %p" };
	char copy[40];

	if (n >= sizeof(copy))
		return false;
	memcpy(copy, s, n);
	copy[n] = '\0';
	for (size_t i = 0; i < SK_ARRAY_LEN(forms); i++) {
		struct tm tm = { .tm_isdst = -1 };
		const char *rest = strptime(copy, forms[i], &tm);
		time_t t;

		if (!rest || *rest || tm.tm_year < 70)
			continue;
		t = mktime(&tm);
		if (t == (time_t)-1)
			continue;
		*ret_seconds = (uint64_t)t;
		return true;
	}
	return false;
}

/* "11/22/26 05:41:57.131:322)", as ausearch -i shows it. */
static const char *sk_shown_id(const char *p, const char *end, struct sk_audit_line *line)
{
	size_t limit = (size_t)(end - p) < 64 ? (size_t)(end - p) : 64;
	const char *close = memchr(p, ')', limit), *dot, *colon, *q;
	uint64_t ms;

	if (!close)
		return NULL;
	colon = memrchr(p, ':', (size_t)(close - p));
	dot = colon ? memrchr(p, '.', (size_t)(colon - p)) : NULL;
	if (!dot)
		return NULL;
	q = sk_digits(dot + 1, colon, &ms);
	if (q != colon || colon - dot != 4 || sk_digits(colon + 1, close, &line->serial) != close)
		return NULL;
	line->milliseconds = (uint32_t)ms;
	return sk_local_time(p, (size_t)(dot - p), &line->seconds) ? close + 1 : NULL;
}

static bool sk_is_type_char(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '[' || c == ']';
}

/* Goes back over "type=NAME " that ends at p; returns its start, or NULL. */
static const char *sk_back_type(const char *line, const char *p, enum selkie_audit_type *ret_type)
{
	const char *name = p;

	while (name > line && p - name < 40 && sk_is_type_char(name[-1]))
		name--;
	if (!sk_ends(line, name, "type=") ||
	    !sk_audit_type_find(name, (size_t)(p - name), ret_type))
		return NULL;
	return name - 5;
}

static const char *sk_back_node(const char *line, const char *p, struct selkie_audit_text *ret_node)
{
	const char *name;

	if (p == line || p[-1] != ' ')
		return p;
	name = p - 1;
	while (name > line && p - name < 256 && name[-1] != ' ' && !sk_is_control(name[-1]))
		name--;
	/* The node may follow a control byte or a tag directly; "node=" is looked for in the word. */
	for (const char *q = name; p - q > 6; q++) {
		if (sk_begins(q, p, "node=")) {
			*ret_node = sk_text(q + 5, p - 1);
			return q;
		}
	}
	return p;
}

/* "[   12.345678] " or "[Sun Nov 22 08:02:29 2026] " at p; returns what follows, or p. */
static const char *sk_skip_kernel_time(const char *p, const char *end)
{
	const char *close;

	if (p == end || *p != '[')
		return p;
	close = memchr(p, ']', (size_t)(end - p) < 48 ? (size_t)(end - p) : 48);
	if (!close || close + 1 == end || close[1] != ' ')
		return p;
	return close + 2;
}

static bool sk_has(const char *p, const char *end, const char *word)
{
	return memmem(p, (size_t)(end - p), word, strlen(word)) != NULL;
}

/* Is [p, end) a logger's tag, "kernel", "audit[12]", "audisp-syslog[3]"? */
static bool sk_is_audit_tag(const char *p, const char *end)
{
	if ((size_t)(end - p) == 6 && !memcmp(p, "kernel", 6))
		return true;
	return end - p < 64 && (sk_has(p, end, "audit") || sk_has(p, end, "audisp"));
}

/* The end of the first word that a colon and a blank close, or NULL; *ret_word is its start. */
static const char *sk_first_tag(const char *p, const char *end, const char **ret_word)
{
	const char *colon = memmem(p, (size_t)(end - p), ": ", 2);
	const char *word;

	if (!colon)
		return NULL;
	word = memrchr(p, ' ', (size_t)(colon - p));
	*ret_word = word ? word + 1 : p;
	return colon;
}

#define SK_PREFIX_MAX 512 /* no logger writes more; keeps the look at it short */

static enum sk_audit_prefix sk_prefix_kind(const char *line, const char *start)
{
	const char *p = line, *word, *tag_end;

	if (start == line)
		return SK_PREFIX_NONE;
	if (sk_is_control(start[-1]) && start[-1] != '\t' && start[-1] != 0x1d)
		return SK_PREFIX_CONTROL;
	if (start - line > SK_PREFIX_MAX)
		return SK_PREFIX_TEXT;
	if (sk_ends(line, start, "audit: "))
		start -= 7;
	/* dmesg, dmesg -x, /dev/kmsg, and the console with its level. */
	if (*p == '<' && (p = memchr(p, '>', (size_t)(start - p) < 6 ? (size_t)(start - p) : 6)))
		p++;
	if (!p)
		return SK_PREFIX_TEXT;
	if (sk_begins(p, start, "kern  :") && (word = memmem(p, (size_t)(start - p), ": [", 3)))
		p = word + 2;
	p = sk_skip_kernel_time(p, start);
	if (p == start)
		return SK_PREFIX_LOGGER;
	if (start[-1] == ';' && !memchr(p, ' ', (size_t)(start - p)))
		return SK_PREFIX_LOGGER;
	/* grep's "FILE:" and "12:". */
	if (start[-1] == ':' && !memchr(p, ' ', (size_t)(start - p)))
		return SK_PREFIX_LOGGER;
	tag_end = sk_first_tag(p, start, &word);
	if (!tag_end || !sk_is_audit_tag(word, tag_end))
		return SK_PREFIX_TEXT;
	p = sk_skip_kernel_time(tag_end + 2, start);
	return p == start ? SK_PREFIX_LOGGER : SK_PREFIX_TEXT;
}

/* Reads ") : body" and what is left of the header, from the parenthesis on. */
static bool sk_line_rest(const char *paren, const char *end, struct sk_audit_line *ret)
{
	const char *p;

	p = sk_raw_id(paren + 1, end, ret);
	if (!p) {
		p = sk_shown_id(paren + 1, end, ret);
		if (!p)
			return false;
		ret->interpreted = true;
	}
	ret->id = sk_text(paren + 1, p);
	if (p < end && *p == ' ') {
		p++;
		ret->interpreted = true;
	}
	if (p == end || *p != ':')
		return false;
	p++;
	while (p < end && *p == ' ')
		p++;
	ret->has_id = true;
	ret->body = sk_text(p, end);
	return true;
}

int sk_audit_line_parse(const char *line, const char *paren, const char *end,
			struct sk_audit_line *ret, enum sk_audit_prefix *ret_prefix)
{
	const char *start = paren - 5, *typed;

	memset(ret, 0, sizeof(*ret));
	if (sk_ends(line, start, "msg="))
		start -= 4;
	typed = start > line && start[-1] == ' ' ? sk_back_type(line, start - 1, &ret->type) : NULL;
	if (typed)
		start = sk_back_node(line, typed, &ret->node);
	ret->start = start;
	*ret_prefix = sk_prefix_kind(line, start);
	if (!sk_line_rest(paren, end, ret))
		return SELKIE_AUDIT_DAMAGE_HEADER + 1;
	if (!typed) {
		/* Kernels before 2.6.20 wrote no type. */
		if (!sk_begins(ret->body.data, end, "avc:"))
			return SELKIE_AUDIT_DAMAGE_HEADER + 1;
		ret->type = SELKIE_AUDIT_AVC;
	}
	return 0;
}

bool sk_audit_line_parse_auditd(const char *line, const char *paren, const char *end,
				const struct sk_audit_id *last, struct sk_audit_line *ret)
{
	const char *p = paren + 1;

	if (paren - line < 17 || paren - line > 40 || !sk_begins(line, end, "type=") ||
	    !sk_ends(line, paren, " msg=audit"))
		return false;
	memset(ret, 0, sizeof(*ret));
	if (!sk_audit_type_find(line + 5, (size_t)(paren - line) - 15, &ret->type))
		return false;
	if ((size_t)(end - p) > last->n && last->n && !memcmp(p, last->text, last->n)) {
		ret->seconds = last->seconds;
		ret->milliseconds = last->milliseconds;
		ret->serial = last->serial;
		p += last->n;
	} else {
		p = sk_raw_id(p, end, ret);
	}
	if (!p || end - p < 1 || *p != ':')
		return false;
	ret->start = line;
	ret->id = sk_text(paren + 1, p);
	p++;
	while (p < end && *p == ' ')
		p++;
	ret->has_id = true;
	ret->body = sk_text(p, end);
	return true;
}

/*
 * The enriched part is made of values that a name service or a socket address gave. Only addresses can hold any bytes:
 * what follows an address is believed if the address is not one of a local socket.
 */
bool sk_audit_line_may_join(struct sk_audit_line *host, const char *start)
{
	const char *p = host->checked ? host->checked : host->body.data;

	if (host->interpreted)
		return false;
	if (start > p && !host->enriched)
		host->enriched = memchr(p, 0x1d, (size_t)(start - p)) != NULL;
	if (start > p && host->enriched && !host->local_address)
		host->local_address = sk_has(p, start, "fam=local") || sk_has(p, start, "fam=unix");
	/* A word may lie across the place where the next question goes on. */
	if (start - 16 > p)
		host->checked = start - 16;
	/* Programs do not write the byte before the enriched part; what follows it is auditd's own. */
	if (sk_audit_type_is_user(host->type) && !host->enriched)
		return false;
	return !host->local_address;
}

static const char *const sk_managers[] = { "dbus-daemon", "dbus-broker", "dbus-broker-launch",
					   "dbus",	  "systemd",	 "nscd",
					   "Xorg",	  "postgres",	 "passwd" };

static bool sk_is_manager_tag(const char *p, const char *end)
{
	const char *bracket = memchr(p, '[', (size_t)(end - p));
	size_t n = (size_t)((bracket ? bracket : end) - p);

	for (size_t i = 0; i < SK_ARRAY_LEN(sk_managers); i++)
		if (n == strlen(sk_managers[i]) && !memcmp(p, sk_managers[i], n))
			return true;
	return false;
}

/* "AVC avc: ...": journald's text of an audit record, its type in front. */
static bool sk_journal_text(const char *p, const char *end, struct sk_audit_line *ret)
{
	const char *blank = memchr(p, ' ', (size_t)(end - p) < 40 ? (size_t)(end - p) : 40);

	if (!blank || !sk_audit_type_find(p, (size_t)(blank - p), &ret->type))
		return false;
	ret->body = sk_text(blank + 1, end);
	return true;
}

/* The kernel's messages about classes it does not find in the policy, when the policy is loaded. */
static bool sk_kernel_text(const char *p, const char *end, struct sk_audit_line *ret)
{
	if (!sk_begins(p, end, "SELinux:") ||
	    !(sk_has(p, end, "not defined in policy") || sk_has(p, end, "unrecognized") ||
	      sk_has(p, end, "is not valid")))
		return false;
	ret->type = SELKIE_AUDIT_SELINUX_ERR;
	ret->body = sk_text(p, end);
	return true;
}

bool sk_audit_line_parse_plain(const char *line, const char *end, struct sk_audit_line *ret)
{
	const char *word, *tag_end, *p;

	memset(ret, 0, sizeof(*ret));
	ret->start = line;
	p = sk_skip_kernel_time(line, end);
	if (p != line)
		return sk_kernel_text(p, end, ret);
	tag_end = sk_first_tag(line, end, &word);
	if (!tag_end)
		return false;
	p = sk_skip_kernel_time(tag_end + 2, end);
	if (sk_is_audit_tag(word, tag_end))
		return sk_journal_text(p, end, ret) || sk_kernel_text(p, end, ret);
	if (!sk_is_manager_tag(word, tag_end))
		return false;
	if (sk_begins(p, end, "[system] ") || sk_begins(p, end, "[session"))
		p = memchr(p, ']', (size_t)(end - p))
			    ? (const char *)memchr(p, ']', (size_t)(end - p)) + 1
			    : p;
	while (p < end && *p == ' ')
		p++;
	if (!sk_begins(p, end, "avc:"))
		return false;
	ret->type = SELKIE_AUDIT_USER_AVC;
	ret->body = sk_text(p, end);
	return true;
}
