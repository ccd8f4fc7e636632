/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_CMD_DIFF_REPORT_H
#define SK_CMD_DIFF_REPORT_H

#include "base/buf.h"
#include "cmd/edition.h"

/* A label rule that only one side has, or that gives another label. */
struct sk_label_change {
	const struct selkie_label_rule *old_rule, *new_rule;
};

/* A path that gets another label; "<<none>>" for none. */
struct sk_path_change {
	char *path; /* owned */
	const char *old_context, *new_context;
};

/* What selkie diff has found, and how much of it is wanted. */
struct sk_diff_report {
	const struct sk_edition *editions; /* old and new */
	const selkie_diff *diff;
	uint64_t asked;			 /* sections that are shown even when they do not differ */
	bool sections, stats;		 /* show the sections; only their counts */
	const selkie_meanings *meanings; /* NULL: not wanted */
	size_t most_meanings;		 /* how many are shown */
	bool labels;			 /* both have file contexts, and they are wanted */
	struct sk_label_change *label_changes;
	size_t n_label_changes, cap_label_changes;
	struct sk_path_change *path_changes;
	size_t n_path_changes, cap_path_changes;
};

/* The three forms. Return 0 or a negative errno; failures of writing are in `out`. */
int sk_diff_report_text(const struct sk_diff_report *report, struct sk_buf *out);
int sk_diff_report_json(const struct sk_diff_report *report, struct sk_buf *out);
int sk_diff_report_markdown(const struct sk_diff_report *report, struct sk_buf *out);

/* How many differences a section has. */
size_t sk_diff_report_total(const struct sk_diff_report *report, enum selkie_diff_section section);

#endif
