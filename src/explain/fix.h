/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_EXPLAIN_FIX_H
#define SK_EXPLAIN_FIX_H

#include "explain/cause.h"

/*
 * The fixes of a finding, in the worker's scratch arena, least privilege first. `c` is the finding's representative
 * case and `v` its verdict; the other cases of the finding are replayed too. Returns 0 or -ENOMEM.
 */
int sk_fix_find(struct sk_worker *w, const struct sk_found *f, const struct sk_case *c,
		const struct sk_verdict *v, const struct selkie_fix **ret_fixes, size_t *ret_n);

#endif
