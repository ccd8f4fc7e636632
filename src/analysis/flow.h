/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_ANALYSIS_FLOW_H
#define SK_ANALYSIS_FLOW_H

#include "selkie/flow.h"

/* Which of some permissions of a class read, and which write, by the map and the least weight of the graph. */
void sk_flow_perms(const struct sk_flow *flow, uint32_t cls, uint32_t perms, uint32_t *ret_read, uint32_t *ret_write);

#endif
