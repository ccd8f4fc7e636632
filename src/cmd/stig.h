/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_CMD_STIG_H
#define SK_CMD_STIG_H

#include "base/buf.h"
#include "selkie/check.h"

/* Checks of a policy as a report in the manner of a STIG: for each its id, category, status, discussion and fix. */
struct sk_stig {
	const char *policy;	/* a path */
	const char *checks;	/* the file they are from; NULL: the safety checks */
	const selkie_check_report *report;
};

/* As text, lines no longer than width; and as Markdown, long lists of findings folded away. */
void sk_stig_text(const struct sk_stig *stig, struct sk_buf *out, unsigned int width);
void sk_stig_markdown(const struct sk_stig *stig, struct sk_buf *out);

#endif
