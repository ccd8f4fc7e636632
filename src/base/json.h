/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_BASE_JSON_H
#define SK_BASE_JSON_H

#include "base/buf.h"

/*
 * Writes JSON text into a buffer, indented by two spaces. Commas and line breaks are kept by the writer; the caller
 * says only what stands where. Names and strings are any bytes: what is not valid UTF-8 is written as U+FFFD, so that
 * the output is always valid JSON. Nesting is bounded by SK_JSON_DEPTH.
 */
#define SK_JSON_DEPTH 32

struct sk_json {
	struct sk_buf *buf;
	unsigned int depth;
	bool compact;			/* no line breaks: one value a line for streams */
	bool filled[SK_JSON_DEPTH];	/* the container at this depth has an element */
};

void sk_json_init(struct sk_json *j, struct sk_buf *buf);

/* Goes on inside a container at `depth` whose brackets another writer writes; `filled` tells whether it has elements. */
void sk_json_resume(struct sk_json *j, struct sk_buf *buf, unsigned int depth, bool filled);

/* `name` is NULL inside an array and at the top. */
void sk_json_object(struct sk_json *j, const char *name);
void sk_json_end_object(struct sk_json *j);
void sk_json_array(struct sk_json *j, const char *name);
void sk_json_end_array(struct sk_json *j);
void sk_json_string(struct sk_json *j, const char *name, const char *value);
void sk_json_string_n(struct sk_json *j, const char *name, const char *value, size_t n);
void sk_json_uint(struct sk_json *j, const char *name, uint64_t value);
void sk_json_bool(struct sk_json *j, const char *name, bool value);
void sk_json_null(struct sk_json *j, const char *name);

/* Ends the text with a line break. */
void sk_json_finish(struct sk_json *j);

#endif
