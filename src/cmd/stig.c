/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A report of checks in the manner of a STIG. Both forms say the same: how many checks have which status, then each check;
 * Markdown has a table of them in between, since it is read with a browser.
 */
#include "cmd/stig.h"

#include <string.h>

#include "cmd/terminal.h"

#define SK_STIG_FOLD 20		/* more findings are folded away */

static const char *const sk_stig_statuses[] = {
	[SELKIE_CHECK_PASSED] = "Not a Finding", [SELKIE_CHECK_FAILED] = "Open",
	[SELKIE_CHECK_DISABLED] = "Not Reviewed", [SELKIE_CHECK_INAPPLICABLE] = "Not Applicable",
};

/* The order in which they are counted. */
static const enum selkie_check_outcome sk_stig_order[] = {
	SELKIE_CHECK_FAILED, SELKIE_CHECK_PASSED, SELKIE_CHECK_INAPPLICABLE, SELKIE_CHECK_DISABLED,
};

static const char *sk_stig_category(const struct selkie_check *c)
{
	return !c->severity ? "-" : !strcmp(c->severity, "high") ? "CAT I" : !strcmp(c->severity, "medium") ? "CAT II" : "CAT III";
}

static const char *sk_stig_id(const struct selkie_check *c)
{
	return c->id ? c->id : c->name;
}

static const char *sk_stig_checks(const struct sk_stig *stig)
{
	return stig->checks ? stig->checks : "Selkie's safety checks";
}

static size_t sk_stig_count(const struct sk_stig *stig, enum selkie_check_outcome outcome)
{
	struct selkie_check c;
	size_t n = 0;

	for (size_t i = 0; !selkie_check_report_get(stig->report, i, &c); i++)
		n += c.outcome == outcome;
	return n;
}

/*
 * Text.
 */
/* One paragraph. */
static void sk_stig_part(struct sk_buf *out, const char *title, const char *text, unsigned int width)
{
	if (!text)
		return;
	sk_buf_printf(out, "  %-12s", title);
	sk_print_wrapped_on(out, text, 14, width);
}

void sk_stig_text(const struct sk_stig *stig, struct sk_buf *out, unsigned int width)
{
	struct selkie_check c;

	sk_buf_printf(out, "%-15s %s\n%-15s %s\n", "Policy", stig->policy, "Checks", sk_stig_checks(stig));
	for (size_t i = 0; i < SK_ARRAY_LEN(sk_stig_order); i++)
		sk_buf_printf(out, "%-15s %zu\n", sk_stig_statuses[sk_stig_order[i]], sk_stig_count(stig, sk_stig_order[i]));
	for (size_t i = 0; !selkie_check_report_get(stig->report, i, &c); i++) {
		sk_buf_printf(out, "\n%s  %s  %s\n", sk_stig_id(&c), sk_stig_category(&c), sk_stig_statuses[c.outcome]);
		sk_stig_part(out, "Rule", c.desc, width);
		sk_stig_part(out, "Discussion", c.rationale, width);
		sk_stig_part(out, "Comment", c.disabled, width);
		for (size_t k = 0; k < c.n_findings; k++)
			sk_stig_part(out, k ? "" : "Finding", selkie_check_report_finding(stig->report, i, k), width);
		if (c.n_findings)
			sk_stig_part(out, "Fix", c.fix, width);
	}
}

/*
 * Markdown.
 */
/* Whatever stands for something in Markdown, or in a table of it, stands for itself. */
static void sk_markdown_text(struct sk_buf *out, const char *s)
{
	for (; s && *s; s++) {
		if (strchr("\\`*_[]<>#|~", *s))
			sk_buf_addc(out, '\\');
		sk_buf_addc(out, *s == '\n' ? ' ' : *s);
	}
}

static void sk_markdown_part(struct sk_buf *out, const char *title, const char *text)
{
	if (!text)
		return;
	sk_buf_join(out, "\n**", title, "**: ", NULL);
	sk_markdown_text(out, text);
	sk_buf_addc(out, '\n');
}

static void sk_markdown_findings(const struct sk_stig *stig, struct sk_buf *out, size_t i, size_t n)
{
	if (n > SK_STIG_FOLD)
		sk_buf_printf(out, "\n<details><summary>%zu findings</summary>\n", n);
	else if (n)
		sk_buf_printf(out, "\n%zu finding%s:\n", n, n == 1 ? "" : "s");
	if (n)
		sk_buf_adds(out, "\n```\n");
	for (size_t k = 0; k < n; k++)
		sk_buf_join(out, selkie_check_report_finding(stig->report, i, k), "\n", NULL);
	if (n)
		sk_buf_adds(out, n > SK_STIG_FOLD ? "```\n\n</details>\n" : "```\n");
}

static void sk_markdown_table(const struct sk_stig *stig, struct sk_buf *out)
{
	struct selkie_check c;

	sk_buf_adds(out, "\n| id | category | status | rule |\n|---|---|---|---|\n");
	for (size_t i = 0; !selkie_check_report_get(stig->report, i, &c); i++) {
		sk_buf_adds(out, "| ");
		sk_markdown_text(out, sk_stig_id(&c));
		sk_buf_join(out, " | ", sk_stig_category(&c), " | ", sk_stig_statuses[c.outcome], " | ", NULL);
		sk_markdown_text(out, c.desc);
		sk_buf_adds(out, " |\n");
	}
}

void sk_stig_markdown(const struct sk_stig *stig, struct sk_buf *out)
{
	struct selkie_check c;

	sk_buf_adds(out, "# Checks of ");
	sk_markdown_text(out, stig->policy);
	sk_buf_adds(out, "\n\nMade: ");
	sk_markdown_text(out, sk_stig_checks(stig));
	sk_buf_adds(out, ".\n\n| status | checks |\n|---|---|\n");
	for (size_t i = 0; i < SK_ARRAY_LEN(sk_stig_order); i++)
		sk_buf_printf(out, "| %s | %zu |\n", sk_stig_statuses[sk_stig_order[i]], sk_stig_count(stig, sk_stig_order[i]));
	sk_markdown_table(stig, out);
	for (size_t i = 0; !selkie_check_report_get(stig->report, i, &c); i++) {
		sk_buf_adds(out, "\n## ");
		sk_markdown_text(out, sk_stig_id(&c));
		sk_buf_join(out, ": ", sk_stig_statuses[c.outcome], " (", sk_stig_category(&c), ")\n", NULL);
		sk_markdown_part(out, "Rule", c.desc);
		sk_markdown_part(out, "Discussion", c.rationale);
		sk_markdown_part(out, "Comment", c.disabled);
		sk_markdown_findings(stig, out, i, c.n_findings);
		if (c.n_findings)
			sk_markdown_part(out, "Fix", c.fix);
	}
}
