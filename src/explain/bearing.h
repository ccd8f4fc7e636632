/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_EXPLAIN_BEARING_H
#define SK_EXPLAIN_BEARING_H

#include "explain/cause.h"

/*
 * What of the policy bears on a finding: the rules that allow or nearly allow it, what forbids, caps or silences it, what
 * labels its target. In the worker's scratch arena. Returns 0 or -ENOMEM.
 */
int sk_bearing_find(struct sk_worker *w, const struct sk_case *c, const struct sk_verdict *v,
		    struct selkie_finding *ret);

#endif
