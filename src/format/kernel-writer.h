/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_FORMAT_KERNEL_WRITER_H
#define SK_FORMAT_KERNEL_WRITER_H

#include "base/buf.h"
#include "format/kernel.h"

/*
 * What is to be written where it may differ from the model because the target version says it differently. For the
 * model's own version everything here borrows from the model.
 */
struct sk_kernel_fit {
	struct sk_arena arena;
	uint32_t n_unconditional;
	const struct sk_rule *rules;	/* unconditional first; conditionals refer into it */
	uint32_t n_conds;
	const struct sk_cond *conds;
	uint32_t n_filenames;		/* grouped, for version 33 and later */
	const struct sk_filename_transition *filenames;
	struct sk_class_id process;	/* the class of rules whose version says none */
};

struct sk_kernel_writer {
	struct sk_buf b;
	const struct sk_policy *p;
	uint32_t version;
	struct sk_kernel_fit fit;
};

/*
 * Prepares w->fit for w->version. Adds a diagnostic for each thing that the version cannot express: an error when the
 * policy would mean something else without it in a way that compilers refuse, a warning where they drop it. Returns 0,
 * SELKIE_POLICY_REFUSED after errors, or -ENOMEM.
 */
int sk_kernel_fit(struct sk_kernel_writer *w, struct sk_diags *diags);

#endif
