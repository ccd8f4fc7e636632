/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "reading.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

int reading_begin(struct reading *in)
{
	int r;

	*in = (struct reading){ .sources = SK_SOURCES_INIT, .diags = selkie_diagnostics_new() };
	sk_intern_init(&in->names, &in->arena);
	r = in->diags ? sk_te_names_init(&in->names) : -ENOMEM;
	return r ? r : sk_space_init(&in->space, &in->names, &in->sources, in->diags);
}

void reading_end(struct reading *in)
{
	sk_refpolicy_close(&in->rp);
	sk_units_done(&in->units);
	sk_space_done(&in->space);
	sk_sources_done(&in->sources);
	sk_intern_done(&in->names);
	sk_arena_done(&in->arena);
	selkie_diagnostics_free(in->diags);
}

int reading_finish(struct reading *in, int result)
{
	char *text = in->diags ? selkie_diagnostics_print(in->diags, 0) : NULL;

	fputs(text ? text : "", stderr);
	free(text);
	reading_end(in);
	return result < 0 ? 3 : result;
}
