/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_AUDIT_DENIAL_H
#define SK_AUDIT_DENIAL_H

#include "selkie/audit.h"

enum sk_denial_outcome {
	SK_DENIAL_NONE,		/* the record is none (a notice about the policy) */
	SK_DENIAL_COMPLETE,
	SK_DENIAL_CUT,		/* contexts and class are there, what follows them is missing */
	SK_DENIAL_UNREADABLE,
};

/*
 * Takes a record of type AVC, USER_AVC, SELINUX_ERR or USER_SELINUX_ERR apart. `cut` says that the text ended without
 * a line end, `wants_permissive` that denials of this log end in permissive=: then one without it was cut short.
 */
enum sk_denial_outcome sk_audit_denial_parse(const struct selkie_audit_record *record, bool cut,
					     bool wants_permissive, struct selkie_audit_denial *ret);

#endif
