/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Rules by (source, target, class).
 */
#include "model/index.h"

struct sk_policy_index {
	uint32_t n;
};

void sk_policy_index_free(struct sk_policy_index *index)
{
	free(index);
}
