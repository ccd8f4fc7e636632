/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Sorting of records: by counting, eleven bits of the key at a time from the lowest, which is stable; digits in which
 * all keys agree are passed over.
 */
#include <errno.h>
#include <string.h>

#include "compile/rule.h"

#define SK_DIGIT 11
#define SK_N_DIGITS 6

int sk_sort_records(struct sk_compiler *c)
{
	struct sk_record *from = c->records.list, *to, *swap;
	size_t n = c->records.n;
	uint32_t (*counts)[1 << SK_DIGIT];

	if (n < 2)
		return 0;
	to = malloc(n * sizeof(*to));
	counts = calloc(SK_N_DIGITS, sizeof(*counts));
	if (!to || !counts) {
		free(to);
		free(counts);
		return -ENOMEM;
	}
	for (size_t i = 0; i < n; i++)
		for (unsigned int d = 0; d < SK_N_DIGITS; d++)
			counts[d][from[i].key >> (d * SK_DIGIT) & ((1 << SK_DIGIT) - 1)]++;
	for (unsigned int d = 0; d < SK_N_DIGITS; d++) {
		uint32_t at = 0, *count = counts[d];

		if (count[from[0].key >> (d * SK_DIGIT) & ((1 << SK_DIGIT) - 1)] == n)
			continue;
		for (size_t v = 0; v < 1 << SK_DIGIT; v++) {
			uint32_t here = count[v];

			count[v] = at;
			at += here;
		}
		for (size_t i = 0; i < n; i++)
			to[count[from[i].key >> (d * SK_DIGIT) & ((1 << SK_DIGIT) - 1)]++] = from[i];
		swap = from;
		from = to;
		to = swap;
	}
	free(to);
	free(counts);
	c->records.list = from;
	c->records.cap = n;	/* of both arrays at least */
	return 0;
}
