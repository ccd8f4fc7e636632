/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_EXPLAIN_CALL_H
#define SK_EXPLAIN_CALL_H

#include "explain/explainer.h"

/* What kind of system call the event's SYSCALL record names; SK_CALL_UNKNOWN without one. */
enum sk_call sk_call_of_event(const struct selkie_audit_event *event);

#endif
