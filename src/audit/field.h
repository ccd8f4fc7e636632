/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_AUDIT_FIELD_H
#define SK_AUDIT_FIELD_H

#include "selkie/audit.h"

/* Whether no value of a text is in braces or single quotes. */
bool sk_audit_is_plain(struct selkie_audit_text text);

/*
 * The value of `key` in a record's text, without quotes; *ret_quoted (may be NULL) tells whether it had some. data is
 * NULL when there is no such field.
 */
struct selkie_audit_text sk_audit_field_in(struct selkie_audit_text text, bool interpreted, const char *key,
					   bool *ret_quoted);

/* Decodes a value into buf, as selkie_audit_decode does. */
long sk_audit_decode_text(struct selkie_audit_text value, bool quoted, bool interpreted, char *buf,
			  size_t size);

/* -1 when it is no hexadecimal digit. */
int sk_audit_hex_digit(char c);

#endif
