/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Gaps in the serials. The kernel numbers events one after the other from boot (kernel/audit.c, audit_serial), so a
 * number that is missing between two that are there is an event that was lost, or filtered away since. Records arrive a
 * little out of order; a bit map of the newest serials waits for the late ones. A serial that goes back by a lot, or
 * back while time went on, is another boot.
 */
#include "audit/serial.h"

#include <string.h>

static void sk_serial_settle_one(struct sk_audit_serials *s, struct selkie_audit_summary *sum)
{
	uint64_t *word = &s->seen[s->first / 64 % (SK_SERIAL_REACH / 64)];
	uint64_t bit = (uint64_t)1 << s->first % 64;

	if (*word & bit) {
		s->missing_before = false;
	} else {
		sum->n_missing++;
		sum->n_gaps += !s->missing_before;
		s->missing_before = true;
	}
	*word &= ~bit;
	s->first++;
	s->settled = true;
}

void sk_audit_serials_settle(struct sk_audit_serials *s, struct selkie_audit_summary *sum)
{
	if (!s->last)
		return;
	while (s->first <= s->last)
		sk_serial_settle_one(s, sum);
	memset(s, 0, sizeof(*s));
}

static void sk_serial_advance(struct sk_audit_serials *s, uint64_t serial,
			      struct selkie_audit_summary *sum)
{
	s->last = serial;
	if (serial - s->first < SK_SERIAL_REACH)
		return;
	/* A long jump: settle what was seen, and the rest in one step. */
	for (unsigned int i = 0; i < SK_SERIAL_REACH && serial - s->first >= SK_SERIAL_REACH; i++)
		sk_serial_settle_one(s, sum);
	if (serial - s->first >= SK_SERIAL_REACH) {
		uint64_t n = serial - s->first - (SK_SERIAL_REACH - 1);

		sum->n_missing += n;
		sum->n_gaps += !s->missing_before;
		s->missing_before = true;
		s->first += n;
	}
}

#define SK_SERIAL_JUMP 10000000 /* farther apart than that are two series, or a damaged number */

static bool sk_serial_is_new_boot(const struct sk_audit_serials *s, uint64_t seconds,
				  uint64_t serial)
{
	if (serial >= s->last)
		return serial - s->last > SK_SERIAL_JUMP;
	return s->last - serial >= SK_SERIAL_REACH || (seconds > s->last_seconds + 10);
}

void sk_audit_serials_add(struct sk_audit_serials *s, uint64_t seconds, uint64_t serial,
			  struct selkie_audit_summary *sum)
{
	/* Numbers near the end of the range are damage, and would overflow the arithmetic above. */
	if (!serial || serial > UINT64_MAX / 4)
		return;
	if (s->last && sk_serial_is_new_boot(s, seconds, serial))
		sk_audit_serials_settle(s, sum);
	if (!s->last) {
		s->first = s->last = serial;
	} else if (serial > s->last) {
		sk_serial_advance(s, serial, sum);
	} else if (serial < s->first) {
		/* Nothing before `first` was counted as missing if it is the first event: go back to this one. */
		if (s->last - serial >= SK_SERIAL_REACH || s->settled)
			return;
		s->first = serial;
	}
	s->seen[serial / 64 % (SK_SERIAL_REACH / 64)] |= (uint64_t)1 << serial % 64;
	if (seconds > s->last_seconds)
		s->last_seconds = seconds;
}
