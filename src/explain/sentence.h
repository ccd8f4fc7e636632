/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_EXPLAIN_SENTENCE_H
#define SK_EXPLAIN_SENTENCE_H

#include "explain/cause.h"

/*
 * A finding in words: one sentence that needs no knowledge of SELinux to be understood, and the evidence behind it. In
 * the worker's scratch arena. Return 0 or -ENOMEM.
 */
int sk_sentence_summary(struct sk_worker *w, const struct sk_found *f, const struct sk_case *c,
			const struct sk_verdict *v, const char **ret_summary);
int sk_sentence_evidence(struct sk_worker *w, const struct sk_found *f, const struct sk_case *c,
			 const struct sk_verdict *v, const struct selkie_evidence **ret_evidence,
			 size_t *ret_n);

#endif
