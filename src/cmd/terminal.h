/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_CMD_TERMINAL_H
#define SK_CMD_TERMINAL_H

#include "base/buf.h"
#include "selkie/diagnostic.h"

/* A terminal that understands control sequences: progress is shown there only. TERM "dumb" does not. */
bool sk_terminal(int fd);

/* Such a terminal, and NO_COLOR is not set. */
bool sk_color(int fd);

/* Columns that text is wrapped to: those of the terminal, at most 120; 100 where there is none. */
unsigned int sk_width(int fd);

/* Text broken at blanks, each line after `indent` columns, up to `width` columns; ends with a line break. */
void sk_print_wrapped(struct sk_buf *out, const char *text, size_t indent, size_t width);

/* The same where the first line is begun already, up to column `indent`. */
void sk_print_wrapped_on(struct sk_buf *out, const char *text, size_t indent, size_t width);

/*
 * A line that says how far a long job is, on a terminal only and not before it has taken 200 ms:
 *
 *	if (sk_progress_due(&progress))
 *		sk_progress_show("%d of %d", i, n);
 *	...
 *	sk_progress_end(&progress);
 */
struct sk_progress {
	uint64_t last;		/* when it was shown, or when the job began; milliseconds */
	bool on, shown;
};

void sk_progress_init(struct sk_progress *progress);
bool sk_progress_due(struct sk_progress *progress);
void sk_progress_show(const char *fmt, ...) SK_PRINTF(1, 2);
void sk_progress_end(struct sk_progress *progress);	/* wipes the line away */

/* Diagnostics on stderr, in color where that is a terminal. */
void sk_print_diagnostics(const selkie_diagnostics *diags);

#endif
