/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Questions to an event's companions. Each walks the few records of one event; nothing is indexed. */
#include <errno.h>
#include <stdio.h>

#include "audit/field.h"
#include "audit/text.h"

const struct selkie_audit_record *selkie_audit_event_record(const struct selkie_audit_event *event,
							    enum selkie_audit_type type)
{
	for (size_t i = 0; i < event->n_records; i++)
		if (event->records[i].type == type)
			return &event->records[i];
	return NULL;
}

struct selkie_audit_text selkie_audit_event_field(const struct selkie_audit_event *event,
						  enum selkie_audit_type type, const char *key)
{
	const struct selkie_audit_record *record = selkie_audit_event_record(event, type);
	struct selkie_audit_text none = { NULL, 0 };

	return record ? selkie_audit_field(record, key) : none;
}

/* The arguments of EXECVE records (a long command line has several), until one is missing or does not fit. */
static long sk_execve_command(const struct selkie_audit_event *event, char *buf, size_t size)
{
	size_t n = 0;

	for (unsigned int arg = 0; arg < 100000; arg++) {
		char key[24];
		long got = -ENOENT;

		snprintf(key, sizeof(key), "a%u", arg);
		for (size_t i = 0; i < event->n_records && got == -ENOENT; i++)
			if (event->records[i].type == SELKIE_AUDIT_EXECVE)
				got = selkie_audit_decode(&event->records[i], key,
							  buf + n + (n > 0), size - n - (n > 0));
		if (got == -ENOENT)
			break;
		if (got < 0)
			return got;
		if (n)
			buf[n++] = ' ';
		n += (size_t)got;
		if (size - n < 3)
			return -ENAMETOOLONG;
	}
	return n ? (long)n : -ENOENT;
}

long selkie_audit_command(const struct selkie_audit_event *event, char *buf, size_t size)
{
	const struct selkie_audit_record *title =
		selkie_audit_event_record(event, SELKIE_AUDIT_PROCTITLE);
	long n = title ? selkie_audit_decode(title, "proctitle", buf, size) : -ENOENT;

	if (n == -ENOENT)
		return size > 2 ? sk_execve_command(event, buf, size) : -ENAMETOOLONG;
	/* Arguments are ended by zeros. */
	while (n > 0 && !buf[n - 1])
		n--;
	for (long i = 0; i < n; i++)
		if (!buf[i])
			buf[i] = ' ';
	return n;
}
