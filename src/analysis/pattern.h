/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_ANALYSIS_PATTERN_H
#define SK_ANALYSIS_PATTERN_H

#include "base/diag.h"
#include "base/memory.h"
#include "base/pcre2.h"

/*
 * A regular expression that is looked for in names. The work of one match is bounded, so that no expression can hang
 * us: a match that needs more counts as none and is remembered in `too_costly`.
 */
struct sk_pattern {
	struct sk_pcre2 pcre2;
	pcre2_code *code;
	pcre2_match_data *data;
	pcre2_match_context *limits;
	bool no_memory, too_costly;
};

/* The expression is wrong, or there is no pcre2; the diagnostics say where. */
#define SK_PATTERN_REFUSED 1

/* `what` is what the text is called in diagnostics ("source"). Returns 0, SK_PATTERN_REFUSED or -ENOMEM. */
int sk_pattern_init(struct sk_pattern *pattern, const char *text, const char *what,
		    struct sk_diags *diags);
void sk_pattern_done(struct sk_pattern *pattern);

/* Whether it is found anywhere in the name. */
bool sk_pattern_matches(struct sk_pattern *pattern, const char *name);

/* To be asked when all names have been tried. Returns 0, SK_PATTERN_REFUSED (too costly) or -ENOMEM. */
int sk_pattern_finish(const struct sk_pattern *pattern, const char *what, struct sk_diags *diags);

#endif
