/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What selkie diff prints: text for people, with sections in sediff's layout; JSON; and Markdown for a merge request,
 * where long lists are folded away and cut.
 */
#include "cmd/diff-report.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/json.h"
#include "cmd/origin.h"

static const char *const sk_changes[] = { "added", "removed", "modified" };

size_t sk_diff_report_total(const struct sk_diff_report *report, enum selkie_diff_section section)
{
	return selkie_diff_count(report->diff, section, SELKIE_DIFF_ADDED) +
	       selkie_diff_count(report->diff, section, SELKIE_DIFF_REMOVED) +
	       selkie_diff_count(report->diff, section, SELKIE_DIFF_MODIFIED);
}

/* Sections that do not differ are left out, unless they were asked for. */
static bool sk_diff_shows(const struct sk_diff_report *report, int section)
{
	return report->sections &&
	       (report->asked >> section & 1 ||
		sk_diff_report_total(report, (enum selkie_diff_section)section));
}

static size_t sk_meanings_shown(const struct sk_diff_report *report)
{
	return SK_MIN(selkie_meanings_count(report->meanings), report->most_meanings);
}

/* The letter of a file type in a label rule, or "". */
static const char *sk_mode_letter(uint32_t mode)
{
	static const struct {
		uint32_t mode;
		const char *letter;
	} letters[] = {
		{ S_IFREG, "--" },  { S_IFDIR, "-d" }, { S_IFLNK, "-l" }, { S_IFIFO, "-p" },
		{ S_IFSOCK, "-s" }, { S_IFBLK, "-b" }, { S_IFCHR, "-c" },
	};

	for (size_t i = 0; i < SK_ARRAY_LEN(letters); i++)
		if (letters[i].mode == mode)
			return letters[i].letter;
	return "";
}

static const char *sk_label_context(const struct selkie_label_rule *rule)
{
	return rule->context ? rule->context : "<<none>>";
}

static enum selkie_diff_change sk_label_change_kind(const struct sk_label_change *change)
{
	return !change->old_rule   ? SELKIE_DIFF_ADDED
	       : !change->new_rule ? SELKIE_DIFF_REMOVED
				   : SELKIE_DIFF_MODIFIED;
}

static size_t sk_count_label_changes(const struct sk_diff_report *report,
				     enum selkie_diff_change kind)
{
	size_t n = 0;

	for (size_t i = 0; i < report->n_label_changes; i++)
		n += sk_label_change_kind(&report->label_changes[i]) == kind;
	return n;
}

/*
 * Text.
 */
static int sk_diff_write(void *arg, const char *text, size_t n)
{
	struct sk_buf *out = arg;

	sk_buf_add(out, text, n);
	return out->failed ? out->error : 0;
}

/* A rule, and the statements that gave it where they are known: those of all rules that it stems from. */
static void sk_meaning_print_rule(const struct sk_diff_report *report, struct sk_buf *out,
				  const struct selkie_meaning_rule *rule, const char *indent)
{
	const struct sk_edition *new = &report->editions[1];
	sk_auto_free char *below = NULL;
	struct selkie_rule r;

	sk_buf_join(out, indent, rule->text, "\n", NULL);
	if (asprintf(&below, "%s  from ", indent) < 0) {
		below = NULL;
		sk_buf_fail(out, -ENOMEM);
		return;
	}
	for (size_t i = 0; i < rule->n_numbers; i++)
		if (!selkie_rule_get(new->policy, rule->numbers[i], &r))
			sk_origins_print(out, new->origins, &r, rule->perms, below);
}

/* What was not looked at, as sentences; nothing where nothing was left out. */
#define SK_HUBS_SHOWN 8

static void sk_meaning_print_omitted(const struct sk_diff_report *report, struct sk_buf *out)
{
	const struct selkie_meanings_omitted *o = selkie_meanings_omitted(report->meanings);
	size_t n = SK_MIN(o->n_hubs, (size_t)SK_HUBS_SHOWN);

	if (o->n_hubs)
		sk_buf_printf(out, "Flows through %zu type%s that exchange%s data with a tenth of all types were not looked for: ",
			      o->n_hubs, o->n_hubs == 1 ? "" : "s", o->n_hubs == 1 ? "s" : "");
	for (size_t i = 0; i < n; i++)
		sk_buf_join(out, i ? ", " : "", o->hubs[i], NULL);
	if (o->n_hubs > n)
		sk_buf_printf(out, " and %zu more", o->n_hubs - n);
	if (o->n_hubs)
		sk_buf_adds(out, ".");
	if (o->n_transitions || o->n_flows)
		sk_buf_printf(out, "%s%zu less dangerous transitions and %zu flows are not told.", out->n && o->n_hubs ? " " : "",
			      o->n_transitions, o->n_flows);
	if (o->flows_ended)
		sk_buf_printf(out, "%sThe search for flows was ended before all were seen.",
			      o->n_hubs || o->n_transitions || o->n_flows ? " " : "");
}

static void sk_diff_text_meanings(const struct sk_diff_report *report, struct sk_buf *out)
{
	size_t n = selkie_meanings_count(report->meanings), shown = sk_meanings_shown(report);
	unsigned int width = sk_width(STDOUT_FILENO);
	sk_auto_buf struct sk_buf omitted = SK_BUF_INIT;

	sk_buf_printf(out, "What it means (%zu finding%s%s)\n", n, n == 1 ? "" : "s",
		      n > 1 ? ", the most dangerous first" : "");
	for (size_t i = 0; i < shown; i++) {
		const struct selkie_meaning *f = selkie_meanings_get(report->meanings, i);

		sk_buf_printf(out, "%4zu. %-10s  danger %u\n", i + 1,
			      selkie_meaning_kind_name(f->kind), f->danger);
		sk_print_wrapped(out, f->text, 6, width);
		for (size_t k = 0; k < f->n_rules; k++)
			sk_meaning_print_rule(report, out, &f->rules[k], "          ");
	}
	if (shown < n)
		sk_buf_printf(out, "      and %zu more; --limit shows them\n", n - shown);
	sk_meaning_print_omitted(report, &omitted);
	if (omitted.failed)
		sk_buf_fail(out, omitted.error);
	else if (omitted.n)
		sk_print_wrapped(out, sk_buf_str(&omitted), 2, width);
	sk_buf_addc(out, '\n');
}

static void sk_diff_text_label(struct sk_buf *out, const struct sk_label_change *change)
{
	static const char signs[] = { '+', '-', '*' };
	enum selkie_diff_change kind = sk_label_change_kind(change);
	const struct selkie_label_rule *rule =
		change->new_rule ? change->new_rule : change->old_rule;
	const char *letter = sk_mode_letter(rule->mode);

	sk_buf_printf(out, "      %c %s%s%s ", signs[kind], rule->pattern, *letter ? " " : "",
		      letter);
	if (kind == SELKIE_DIFF_MODIFIED)
		sk_buf_printf(out, "+[%s] -[%s]\n", sk_label_context(change->new_rule),
			      sk_label_context(change->old_rule));
	else
		sk_buf_printf(out, "%s\n", sk_label_context(rule));
}

static void sk_diff_text_labels(const struct sk_diff_report *report, struct sk_buf *out)
{
	static const char *const words[] = { "Added", "Removed", "Modified" };
	size_t n[3];

	for (int kind = 0; kind < 3; kind++)
		n[kind] = sk_count_label_changes(report, (enum selkie_diff_change)kind);
	if (!report->n_label_changes)
		return;
	sk_buf_printf(out, "File Contexts (%zu Added, %zu Removed, %zu Modified)\n", n[0], n[1],
		      n[2]);
	for (int kind = 0; kind < 3 && !report->stats; kind++) {
		if (n[kind])
			sk_buf_printf(out, "   %s File Contexts: %zu\n", words[kind], n[kind]);
		for (size_t i = 0; i < report->n_label_changes; i++)
			if ((int)sk_label_change_kind(&report->label_changes[i]) == kind)
				sk_diff_text_label(out, &report->label_changes[i]);
	}
	if (report->n_path_changes)
		sk_buf_printf(out, "   Paths with another label: %zu\n", report->n_path_changes);
	for (size_t i = 0; i < report->n_path_changes && !report->stats; i++)
		sk_buf_printf(out, "      * %s +[%s] -[%s]\n", report->path_changes[i].path,
			      report->path_changes[i].new_context,
			      report->path_changes[i].old_context);
	sk_buf_addc(out, '\n');
}

int sk_diff_report_text(const struct sk_diff_report *report, struct sk_buf *out)
{
	int r = 0;

	if (report->meanings)
		sk_diff_text_meanings(report, out);
	if (report->labels)
		sk_diff_text_labels(report, out);
	for (int s = 0; s < SELKIE_N_DIFF_SECTIONS && !r; s++)
		if (sk_diff_shows(report, s))
			r = selkie_diff_print(report->diff, (enum selkie_diff_section)s,
					      report->stats, sk_diff_write, out);
	return r;
}

/*
 * JSON.
 */
static int sk_diff_json_item(void *arg, const struct selkie_diff_item *item)
{
	struct sk_json *j = arg;

	sk_json_object(j, NULL);
	sk_json_string(j, "change", sk_changes[item->change]);
	sk_json_string(j, "text", item->text);
	for (int added = 1; added >= 0 && item->n_parts; added--) {
		sk_json_array(j, added ? "gained" : "lost");
		for (size_t i = 0; i < item->n_parts; i++) {
			if (item->parts[i].added != added)
				continue;
			sk_json_object(j, NULL);
			sk_json_string(j, "what", item->parts[i].what);
			sk_json_string(j, "value", item->parts[i].value);
			sk_json_end_object(j);
		}
		sk_json_end_array(j);
	}
	sk_json_end_object(j);
	return j->buf->failed ? j->buf->error : 0;
}

static int sk_diff_json_section(const struct sk_diff_report *report,
				enum selkie_diff_section section, struct sk_json *j)
{
	int r = 0;

	sk_json_object(j, NULL);
	sk_json_string(j, "section", selkie_diff_section_name(section));
	sk_json_string(j, "title", selkie_diff_section_title(section));
	for (int change = 0; change < 3; change++)
		sk_json_uint(
			j, sk_changes[change],
			selkie_diff_count(report->diff, section, (enum selkie_diff_change)change));
	if (!report->stats) {
		sk_json_array(j, "changes");
		r = selkie_diff_walk(report->diff, section, sk_diff_json_item, j);
		sk_json_end_array(j);
	}
	sk_json_end_object(j);
	return r;
}

static void sk_json_strings(struct sk_json *j, const char *name, const char *const *list, size_t n)
{
	sk_json_array(j, name);
	for (size_t i = 0; i < n; i++)
		sk_json_string(j, NULL, list[i]);
	sk_json_end_array(j);
}

static void sk_diff_json_rules(const struct sk_diff_report *report, struct sk_json *j, const struct selkie_meaning *f)
{
	const struct sk_edition *new = &report->editions[1];

	sk_json_array(j, "rules");
	for (size_t i = 0; i < f->n_rules; i++) {
		const struct selkie_meaning_rule *rule = &f->rules[i];
		struct selkie_rule r;

		sk_json_object(j, NULL);
		sk_json_string(j, "text", rule->text);
		if (new->origins)
			sk_json_array(j, "origins");
		for (size_t k = 0; new->origins && k < rule->n_numbers; k++)
			if (!selkie_rule_get(new->policy, rule->numbers[k], &r))
				sk_origins_json_each(j, new->origins, new->policy, &r, rule->perms);
		if (new->origins)
			sk_json_end_array(j);
		sk_json_end_object(j);
	}
	sk_json_end_array(j);
}

static void sk_diff_json_meaning(const struct sk_diff_report *report, struct sk_json *j, const struct selkie_meaning *f)
{
	sk_json_object(j, NULL);
	sk_json_string(j, "kind", selkie_meaning_kind_name(f->kind));
	sk_json_uint(j, "danger", f->danger);
	sk_json_string(j, "exposure", selkie_exposure_name(f->exposure));
	if (f->source)
		sk_json_string(j, "source", f->source);
	if (f->target)
		sk_json_string(j, "target", f->target);
	sk_json_string(j, "text", f->text);
	if (f->kind == SELKIE_MEANING_BOOLEAN)
		sk_json_uint(j, "opens", f->opens);
	if (f->held)
		sk_json_string(j, "held_back", selkie_held_name(f->held));
	if (f->was_held)
		sk_json_string(j, "was_held_back", selkie_held_name(f->was_held));
	if (f->n_path)
		sk_json_strings(j, "path", f->path, f->n_path);
	sk_diff_json_rules(report, j, f);
	sk_json_end_object(j);
}

static void sk_diff_json_omitted(const struct sk_diff_report *report, struct sk_json *j)
{
	const struct selkie_meanings_omitted *o = selkie_meanings_omitted(report->meanings);

	sk_json_object(j, "left_out");
	sk_json_strings(j, "hubs", o->hubs, o->n_hubs);
	sk_json_uint(j, "transitions", o->n_transitions);
	sk_json_uint(j, "flows", o->n_flows);
	sk_json_bool(j, "flows_ended", o->flows_ended);
	sk_json_end_object(j);
}

static void sk_diff_json_labels(const struct sk_diff_report *report, struct sk_json *j)
{
	sk_json_object(j, "labels");
	sk_json_array(j, "rules");
	for (size_t i = 0; i < report->n_label_changes; i++) {
		const struct sk_label_change *c = &report->label_changes[i];
		const struct selkie_label_rule *rule = c->new_rule ? c->new_rule : c->old_rule;

		sk_json_object(j, NULL);
		sk_json_string(j, "change", sk_changes[sk_label_change_kind(c)]);
		sk_json_string(j, "pattern", rule->pattern);
		if (*sk_mode_letter(rule->mode))
			sk_json_string(j, "type", sk_mode_letter(rule->mode));
		if (c->old_rule)
			sk_json_string(j, "old", sk_label_context(c->old_rule));
		if (c->new_rule)
			sk_json_string(j, "new", sk_label_context(c->new_rule));
		sk_json_end_object(j);
	}
	sk_json_end_array(j);
	sk_json_array(j, "paths");
	for (size_t i = 0; i < report->n_path_changes; i++) {
		sk_json_object(j, NULL);
		sk_json_string(j, "path", report->path_changes[i].path);
		sk_json_string(j, "old", report->path_changes[i].old_context);
		sk_json_string(j, "new", report->path_changes[i].new_context);
		sk_json_end_object(j);
	}
	sk_json_end_array(j);
	sk_json_end_object(j);
}

int sk_diff_report_json(const struct sk_diff_report *report, struct sk_buf *out)
{
	struct sk_json j;
	int r = 0;

	sk_json_init(&j, out);
	sk_json_object(&j, NULL);
	sk_json_string(&j, "old", report->editions[0].name);
	sk_json_string(&j, "new", report->editions[1].name);
	if (report->meanings) {
		sk_json_array(&j, "meaning");
		for (size_t i = 0; i < selkie_meanings_count(report->meanings); i++)
			sk_diff_json_meaning(report, &j, selkie_meanings_get(report->meanings, i));
		sk_json_end_array(&j);
		sk_diff_json_omitted(report, &j);
	}
	if (report->labels)
		sk_diff_json_labels(report, &j);
	sk_json_array(&j, "sections");
	for (int s = 0; s < SELKIE_N_DIFF_SECTIONS && !r; s++)
		if (sk_diff_shows(report, s))
			r = sk_diff_json_section(report, (enum selkie_diff_section)s, &j);
	sk_json_end_array(&j);
	sk_json_end_object(&j);
	sk_json_finish(&j);
	return r;
}

/*
 * Markdown. A merge request takes so much text and no more: of each section this many lines are shown.
 */
#define SK_MARKDOWN_LINES 100

struct sk_markdown_list {
	struct sk_buf *out;
	size_t n;
};

static int sk_markdown_item(void *arg, const struct selkie_diff_item *item)
{
	static const char signs[] = { '+', '-', '!' };
	struct sk_markdown_list *list = arg;

	if (list->n++ >= SK_MARKDOWN_LINES)
		return 1;
	sk_buf_printf(list->out, "%c %s\n", signs[item->change], item->text);
	for (size_t i = 0; i < item->n_parts && !strchr(item->text, '+'); i++)
		sk_buf_printf(list->out, "%c     %s %s\n", item->parts[i].added ? '+' : '-',
			      item->parts[i].what, item->parts[i].value);
	return list->out->failed ? list->out->error : 0;
}

static void sk_markdown_fold(struct sk_buf *out, const char *title)
{
	sk_buf_join(out, "\n<details><summary>", title, "</summary>\n\n```diff\n", NULL);
}

static void sk_markdown_end_fold(struct sk_buf *out, size_t n)
{
	if (n > SK_MARKDOWN_LINES)
		sk_buf_printf(out, "  and %zu more\n", n - SK_MARKDOWN_LINES);
	sk_buf_adds(out, "```\n\n</details>\n");
}

static int sk_markdown_section(const struct sk_diff_report *report,
			       enum selkie_diff_section section, struct sk_buf *out)
{
	struct sk_markdown_list list = { out, 0 };
	int r;

	sk_markdown_fold(out, selkie_diff_section_title(section));
	r = selkie_diff_walk(report->diff, section, sk_markdown_item, &list);
	sk_markdown_end_fold(out, sk_diff_report_total(report, section));
	return SK_MIN(r, 0);
}

static int sk_markdown_sections(const struct sk_diff_report *report, struct sk_buf *out)
{
	int r = 0;

	sk_buf_adds(out, "\n## Changes\n\n| section | added | removed | modified |\n"
			 "|---|---:|---:|---:|\n");
	for (int s = 0; s < SELKIE_N_DIFF_SECTIONS; s++) {
		if (!sk_diff_shows(report, s))
			continue;
		sk_buf_printf(out, "| %s |",
			      selkie_diff_section_title((enum selkie_diff_section)s));
		for (int change = 0; change < 3; change++)
			sk_buf_printf(out, " %zu |",
				      selkie_diff_count(report->diff, (enum selkie_diff_section)s,
							(enum selkie_diff_change)change));
		sk_buf_addc(out, '\n');
	}
	for (int s = 0; s < SELKIE_N_DIFF_SECTIONS && !r && !report->stats; s++)
		if (report->sections && sk_diff_report_total(report, (enum selkie_diff_section)s))
			r = sk_markdown_section(report, (enum selkie_diff_section)s, out);
	return r;
}

static void sk_markdown_meanings(const struct sk_diff_report *report, struct sk_buf *out)
{
	size_t n = selkie_meanings_count(report->meanings), shown = sk_meanings_shown(report);

	sk_buf_adds(out, "\n## What it means\n\n");
	if (!n)
		sk_buf_adds(out, "Nothing that an attacker would gain by.\n");
	for (size_t i = 0; i < shown; i++) {
		const struct selkie_meaning *f = selkie_meanings_get(report->meanings, i);

		sk_buf_printf(out, "%zu. **%s, danger %u**: %s\n", i + 1,
			      selkie_meaning_kind_name(f->kind), f->danger, f->text);
		if (f->n_rules)
			sk_buf_adds(out, "\n   ```\n");
		for (size_t k = 0; k < f->n_rules; k++)
			sk_meaning_print_rule(report, out, &f->rules[k], "   ");
		if (f->n_rules)
			sk_buf_adds(out, "   ```\n\n");
	}
	if (shown < n)
		sk_buf_printf(out, "\nand %zu more.\n", n - shown);
	sk_buf_addc(out, '\n');
	sk_meaning_print_omitted(report, out);
	sk_buf_addc(out, '\n');
}

static void sk_markdown_labels(const struct sk_diff_report *report, struct sk_buf *out)
{
	size_t n = report->n_label_changes;

	if (!n)
		return;
	sk_buf_printf(out,
		      "\n## Labels\n\n%zu rule%s of the file contexts differ%s; %zu known path%s "
		      "get%s another label.\n",
		      n, n == 1 ? "" : "s", n == 1 ? "s" : "", report->n_path_changes,
		      report->n_path_changes == 1 ? "" : "s",
		      report->n_path_changes == 1 ? "s" : "");
	sk_markdown_fold(out, "File Contexts");
	for (size_t i = 0; i < SK_MIN(n, (size_t)SK_MARKDOWN_LINES); i++) {
		const struct sk_label_change *c = &report->label_changes[i];

		if (c->old_rule)
			sk_buf_printf(out, "- %s %s %s\n", c->old_rule->pattern,
				      sk_mode_letter(c->old_rule->mode),
				      sk_label_context(c->old_rule));
		if (c->new_rule)
			sk_buf_printf(out, "+ %s %s %s\n", c->new_rule->pattern,
				      sk_mode_letter(c->new_rule->mode),
				      sk_label_context(c->new_rule));
	}
	sk_markdown_end_fold(out, n);
}

int sk_diff_report_markdown(const struct sk_diff_report *report, struct sk_buf *out)
{
	sk_buf_printf(out, "# Policy differences\n\nFrom `%s` to `%s`.\n", report->editions[0].name,
		      report->editions[1].name);
	if (report->meanings)
		sk_markdown_meanings(report, out);
	if (report->labels)
		sk_markdown_labels(report, out);
	return report->sections ? sk_markdown_sections(report, out) : 0;
}
