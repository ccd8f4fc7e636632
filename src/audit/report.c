/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What was wrong with a log, as diagnostics. Damage never stops the reading, so all of it is a warning. */
#include <errno.h>
#include <inttypes.h>

#include "audit/reader.h"
#include "base/diag.h"

#include <string.h>

static const char *const sk_reasons[SELKIE_AUDIT_N_DAMAGES] = {
	[SELKIE_AUDIT_DAMAGE_HEADER] = "the record's type, time or serial cannot be read",
	[SELKIE_AUDIT_DAMAGE_CUT] = "the record ends before it is complete",
	[SELKIE_AUDIT_DAMAGE_FIELDS] = "the record's decision, contexts or class cannot be read",
	[SELKIE_AUDIT_DAMAGE_LONG] = "longer than any record can be",
	[SELKIE_AUDIT_DAMAGE_JOINED] = "another record begins in the middle of the line",
	[SELKIE_AUDIT_DAMAGE_BYTES] = "NUL or control bytes in the line",
	[SELKIE_AUDIT_DAMAGE_FOREIGN] = "the line is no audit record",
};

static void sk_report_sample(const struct selkie_audit_damage *d, const char *name,
			     struct sk_diags *diags)
{
	struct sk_place place = { .kind = SK_PLACE_TEXT,
				  .file = name,
				  .line = (uint32_t)SK_MIN(d->line, UINT32_MAX),
				  .length = 1,
				  .offset = d->offset,
				  .text = d->text,
				  .text_length = (uint32_t)strlen(d->text) };

	sk_warning(diags, "W0701", &place, "%s (byte offset %" PRIu64 ")", sk_reasons[d->kind],
		   d->offset);
}

int selkie_audit_report(const selkie_audit_reader *r, const char *name, selkie_diagnostics *diags)
{
	const struct selkie_audit_summary *sum = &r->sum;
	struct sk_place place = { .kind = SK_PLACE_NONE, .file = name };

	for (size_t i = 0; i < sum->n_samples; i++)
		sk_report_sample(&sum->samples[i], name, diags);
	if (sum->n_damages > sum->n_samples)
		sk_warning(diags, "W0702", &place,
			   "%" PRIu64 " more damaged lines, %" PRIu64 " in all",
			   sum->n_damages - sum->n_samples, sum->n_damages);
	if (sum->n_missing)
		sk_warning(diags, "W0703", &place,
			   "%" PRIu64 " audit events are missing, in %" PRIu64
			   " gap%s of the serials",
			   sum->n_missing, sum->n_gaps, sum->n_gaps == 1 ? "" : "s");
	if (sum->n_suppressed)
		sk_warning(diags, "W0704", &place, "the kernel dropped %" PRIu64 " audit messages",
			   sum->n_suppressed);
	return diags && diags->no_memory ? -ENOMEM : 0;
}
