/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_EXPLAIN_RELAY_H
#define SK_EXPLAIN_RELAY_H

#include "explain/explainer.h"

/*
 * Events from the thread that reads the log to another that makes cases of them (sk_collect_event), in their order. The
 * explainer's cases, texts and contexts belong to that other thread until sk_relay_drain returns.
 */

/* Returns 0 or -ENOMEM. */
int sk_relay_new(struct sk_explainer *e, struct sk_relay **ret);
void sk_relay_free(struct sk_relay *relay);	/* NULL is allowed; what was not collected yet is dropped */

/* The callback of the audit reader. The event is copied. Returns 0, or a negative errno of this or an earlier event. */
int sk_relay_event(void *relay, const struct selkie_audit_event *event);

/*
 * Hands over what waits, so that the caller may do something else meanwhile; false when there is no other thread yet.
 */
bool sk_relay_flush(struct sk_relay *relay);

/* Waits until all is collected and ends the other thread. Returns 0 or a negative errno. */
int sk_relay_drain(struct sk_relay *relay);

#endif
