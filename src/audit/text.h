/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_AUDIT_TEXT_H
#define SK_AUDIT_TEXT_H

#include <string.h>

#include "selkie/audit.h"

/* Slices of the input. */
static inline struct selkie_audit_text sk_text(const char *from, const char *to)
{
	struct selkie_audit_text t = { from, (size_t)(to - from) };

	return t;
}

static inline bool sk_text_equal(struct selkie_audit_text t, const char *s)
{
	return t.data && t.size == strlen(s) && !memcmp(t.data, s, t.size);
}

static inline bool sk_text_same(struct selkie_audit_text a, struct selkie_audit_text b)
{
	return a.size == b.size && (!a.size || !memcmp(a.data, b.data, a.size));
}

/* Does [p, end) begin with the literal? */
#define sk_begins(p, end, literal)                                                                 \
	((size_t)((end) - (p)) >= sizeof(literal) - 1 && !memcmp((p), literal, sizeof(literal) - 1))

/* Does [start, p) end with the literal? */
#define sk_ends(start, p, literal)                                                                 \
	((size_t)((p) - (start)) >= sizeof(literal) - 1 &&                                         \
	 !memcmp((p) - (sizeof(literal) - 1), literal, sizeof(literal) - 1))

static inline bool sk_is_control(char c)
{
	return (unsigned char)c < 0x20 || c == 0x7f;
}

static inline struct selkie_audit_text sk_text_trim(struct selkie_audit_text t)
{
	while (t.size && (t.data[0] == ' ' || t.data[0] == '\t'))
		t.data++, t.size--;
	while (t.size && (t.data[t.size - 1] == ' ' || t.data[t.size - 1] == '\t'))
		t.size--;
	return t;
}

#endif
