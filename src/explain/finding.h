/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_EXPLAIN_FINDING_H
#define SK_EXPLAIN_FINDING_H

#include "explain/explainer.h"

/* Groups the decided cases into findings, and orders these, the most important first. Returns 0 or -ENOMEM. */
int sk_finding_group(struct sk_explainer *e);

#endif
