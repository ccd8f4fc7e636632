/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The file of origins from any bytes behind a head that is in order. What is read must answer: every key has statements
 * that exist, every chain of calls ends, and neverallow rules can be asked for and printed, of whatever policy. Compiling policy sources of any kind is in te.c.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "provenance/origins.h"
#include "selkie/policy.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void walk_calls(const struct sk_origins *o, uint32_t first)
{
	struct selkie_origin_call call;
	uint32_t steps = 0;

	for (uint32_t c = first; c;) {
		c = selkie_origin_call(o, c, &call);
		if (!call.name || !call.file || ++steps > o->n_expansions)
			abort();
	}
}

static const selkie_policy *load(void)
{
	static selkie_policy *policy;

	if (!policy && selkie_policy_load(FUZZ_ROOT "/fuzz/suite.33", NULL, &policy))
		abort();
	return policy;
}

static void walk_neverallows(const struct sk_origins *o)
{
	static const struct selkie_neverallow_question any;
	struct selkie_neverallow rule;
	char *text;

	for (size_t i = 0; (i = selkie_origins_next_neverallow(o, load(), &any, i, &rule));) {
		walk_calls(o, rule.origin.call);
		if (selkie_neverallow_text(load(), &rule, &text))
			abort();
		free(text);
	}
}

static void walk(const struct sk_origins *o)
{
	struct selkie_origin origin;

	for (uint32_t i = 0; i < o->n_keys; i++)
		for (uint32_t k = o->first[i]; k < o->first[i + 1]; k++) {
			const struct sk_origin_stmt *stmt = &o->stmts[o->sources[k].stmt];

			if (!o->strings[stmt->file] ||
			    (stmt->module != SK_ORIGIN_NO_STRING && !o->strings[stmt->module]))
				abort();
			sk_origin_of_source(o, k, &origin);
			walk_calls(o, origin.call);
			if (!origin.cond_file && stmt->cond)
				abort();
			walk_calls(o, origin.cond_call);
		}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const unsigned char head[16] = "SKORIG3";
	struct sk_origins *o = NULL;
	unsigned char *whole = malloc(size + sizeof(head));

	if (!whole)
		return 0;
	memcpy(whole, head, sizeof(head));
	if (size)
		memcpy(whole + sizeof(head), data, size);
	if (!sk_origins_read(whole, size + sizeof(head), "fuzz", 0, NULL, &o)) {
		walk(o);
		walk_neverallows(o);
		selkie_origins_free(o);
	}
	free(whole);
	return 0;
}
