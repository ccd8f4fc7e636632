/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_AUDIT_TYPE_H
#define SK_AUDIT_TYPE_H

#include "selkie/audit.h"

/*
 * The type of a record from its name as it stands after "type=": "AVC", "1400", "UNKNOWN[1334]". False when it is no
 * type name at all.
 */
bool sk_audit_type_find(const char *name, size_t n, enum selkie_audit_type *ret_type);

/* Records whose text a program wrote: nothing inside them is believed to be the start of another record. */
static inline bool sk_audit_type_is_user(enum selkie_audit_type type)
{
	return type == SELKIE_AUDIT_USER_AVC || type == SELKIE_AUDIT_USER_SELINUX_ERR ||
	       type == SELKIE_AUDIT_USER || type == SELKIE_AUDIT_DAEMON ||
	       type == SELKIE_AUDIT_OTHER;
}

static inline bool sk_audit_type_is_denial(enum selkie_audit_type type)
{
	return type >= SELKIE_AUDIT_AVC && type <= SELKIE_AUDIT_USER_SELINUX_ERR;
}

#endif
