/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_AUDIT_SERIAL_H
#define SK_AUDIT_SERIAL_H

#include <stdbool.h>
#include <stdint.h>

#include "selkie/audit.h"

/*
 * Serials that were seen, of one node: which are missing is settled when a serial is so far behind the newest that its
 * event can no longer come.
 */
#define SK_SERIAL_REACH 4096

struct sk_audit_serials {
	uint64_t first, last; /* first: all serials before it are settled; 0 and 0: none seen */
	uint64_t last_seconds;
	bool missing_before; /* the last settled serial was missing */
	bool settled;	     /* some serials are: no going back before `first` */
	uint64_t seen[SK_SERIAL_REACH / 64];
};

void sk_audit_serials_add(struct sk_audit_serials *s, uint64_t seconds, uint64_t serial,
			  struct selkie_audit_summary *sum);
void sk_audit_serials_settle(struct sk_audit_serials *s, struct selkie_audit_summary *sum);

#endif
