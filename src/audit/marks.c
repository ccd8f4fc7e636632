/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The portable form of the scan for marks; always built, so that a test can compare the two. */
#include "audit/marks.h"

uint64_t sk_marks_block_portable(const char *p)
{
	uint64_t mask = 0;

	for (unsigned int i = 0; i < 64; i++)
		mask |= (uint64_t)(p[i] == '\n' || p[i] == '(') << i;
	return mask;
}
