/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Fitting a policy to the version it is to be written in.
 */
#include "format/kernel-writer.h"

#include "base/diag.h"

int sk_kernel_fit(struct sk_kernel_writer *w, struct sk_diags *diags)
{
	const struct sk_policy *p = w->p;

	if (w->version != p->version) {
		sk_error(diags, "E0320", NULL,
			 "a policy of version %u cannot be written as version %u", p->version, w->version);
		return SELKIE_POLICY_REFUSED;
	}
	w->fit.process = sk_policy_find_class(p, sk_kernel_process_class(p->target));
	w->fit.rules = p->rules;
	w->fit.n_unconditional = p->n_unconditional;
	w->fit.conds = p->conds;
	w->fit.n_conds = p->n_conds;
	w->fit.filenames = p->filename_transitions;
	w->fit.n_filenames = p->n_filename_transitions;
	return 0;
}
