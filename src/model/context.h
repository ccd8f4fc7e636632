/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_MODEL_CONTEXT_H
#define SK_MODEL_CONTEXT_H

#include "base/buf.h"
#include "model/policy.h"
#include "selkie/context.h"

/* The role that every object has and that may have every type (kernel: OBJECT_R_VAL). */
#define SK_OBJECT_ROLE 1u

/* A context on the heap, in one piece with its categories; freed with selkie_context_free. Returns 0 or -ENOMEM. */
int sk_context_copy(const struct sk_context *context, struct sk_context **ret_context);

void sk_context_print(struct sk_buf *buf, const struct sk_policy *policy,
		      const struct sk_context *context);

#endif
