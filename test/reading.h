/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef READING_H
#define READING_H

#include "unit/te.h"

/* What sources are read into, and all that this stands on: for tests, and their programs, that look before a policy is made. */
struct reading {
	struct sk_arena arena;
	struct sk_intern names;
	struct sk_sources sources;
	struct sk_space space;
	struct sk_units units;
	struct sk_refpolicy rp;	/* opened by who needs it */
	struct sk_diags *diags;
};

/* Returns 0 or -ENOMEM; reading_end is called either way. */
int reading_begin(struct reading *in);
void reading_end(struct reading *in);

/* Prints the diagnostics on standard error and ends. Returns the exit status of a program: 0, 1 refused, 3 failed. */
int reading_finish(struct reading *in, int result);

#endif
