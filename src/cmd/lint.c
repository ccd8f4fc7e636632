/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * selkie lint: style and sense of policy sources, by SELint's checks; and checks of a whole policy, sechecker's and ours.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/json.h"
#include "cmd/stig.h"
#include "cmd/system.h"
#include "selkie/selkie.h"

enum {
	SK_LINT_OPT_CONFIG, SK_LINT_OPT_CONTEXT, SK_LINT_OPT_DISABLE, SK_LINT_OPT_ENABLE, SK_LINT_OPT_ONLY,
	SK_LINT_OPT_LEVEL, SK_LINT_OPT_SOURCE, SK_LINT_OPT_RECURSIVE, SK_LINT_OPT_SUMMARY, SK_LINT_OPT_SUMMARY_ONLY,
	SK_LINT_OPT_FAIL, SK_LINT_OPT_FULL_PATH, SK_LINT_OPT_FIX, SK_LINT_OPT_HIDDEN, SK_LINT_OPT_LIST, SK_LINT_OPT_CHECKS,
	SK_LINT_OPT_PROFILE, SK_LINT_OPT_MARKDOWN,
};

static const struct sk_option sk_lint_options[] = {
	[SK_LINT_OPT_CONFIG] = { 'c', "config", "FILE", .help = "settings, in the format of selint.conf" },
	[SK_LINT_OPT_CONTEXT] = { 0, "context", "PATH", .help = "read what this declares, and do not judge it" },
	[SK_LINT_OPT_DISABLE] = { 'd', "disable", "CHECK", .help = "leave this check out; may be repeated" },
	[SK_LINT_OPT_ENABLE] = { 'e', "enable", "CHECK", .help = "make this check; may be repeated" },
	[SK_LINT_OPT_ONLY] = { 'E', "only-enabled", .help = "make no checks but those of --enable" },
	[SK_LINT_OPT_LEVEL] = { 'l', "level", "LEVEL",
				.help = "tell nothing below C convention, S style, W warning, E error, F fatal" },
	[SK_LINT_OPT_SOURCE] = { 's', "source", .help = "the paths are the sources of a whole policy" },
	[SK_LINT_OPT_RECURSIVE] = { 'r', "recursive", .help = "folders are always walked; for selint's users" },
	[SK_LINT_OPT_FAIL] = { 'F', "fail", .help = "exit 1 when something is found, as always; for selint's users" },
	[SK_LINT_OPT_FULL_PATH] = { 0, "full-path", .help = "paths are always whole; for selint's users" },
	[SK_LINT_OPT_SUMMARY] = { 'S', "summary", .help = "count the findings of each check at the end" },
	[SK_LINT_OPT_SUMMARY_ONLY] = { 0, "summary-only", .help = "count them, and show none" },
	[SK_LINT_OPT_FIX] = { 0, "fix", .help = "mend in the files what can be mended without a change of meaning" },
	[SK_LINT_OPT_HIDDEN] = { 0, "scan-hidden-dirs", .help = "look into hidden folders, too" },
	[SK_LINT_OPT_LIST] = { 0, "list", .help = "list the checks, and judge nothing" },
	[SK_LINT_OPT_CHECKS] = { 0, "checks", "FILE", .help = "make these checks of the policy, in the format of sechecker" },
	[SK_LINT_OPT_PROFILE] = { 0, "profile", "NAME", .help = "stig: print a report of the policy in the manner of a STIG" },
	[SK_LINT_OPT_MARKDOWN] = { 0, "markdown", .help = "with --profile: write it as Markdown" },
	{ 0, "policy", "FILE", .help = "check this policy instead of sources: by --checks, or the safety checks" },
	{ 0, "root", "DIR", .help = "check the policy of the system below DIR" },
	SK_OPTION_JSON,
	SK_OPTION_END,
};

struct sk_lint_words {
	const char **words;
	size_t n, cap;
};

struct sk_lint_request {
	const struct sk_command *cmd;
	struct selkie_lint_options options;
	struct sk_lint_words enable, disable, context;
	struct sk_system_args args;
	const char *checks;		/* a file, or NULL */
	bool summary, summary_only, fix, list, stig, markdown;
	struct sk_buf out;
	bool color;
	size_t mended, mended_files;
};

static const char *const sk_lint_levels[] = {
	[SELKIE_LINT_EXTRA] = "extra", [SELKIE_LINT_CONVENTION] = "convention", [SELKIE_LINT_STYLE] = "style",
	[SELKIE_LINT_WARNING] = "warning", [SELKIE_LINT_ERROR] = "error", [SELKIE_LINT_FATAL] = "fatal",
};

/* A word more, and the NULL that ends the list. */
static int sk_lint_add_word(struct sk_lint_request *q, struct sk_lint_words *list, const char *word)
{
	if (sk_grow(&list->words, &list->cap, list->n + 2, sizeof(*list->words)))
		return sk_failure(q->cmd, "out of memory");
	list->words[list->n++] = word;
	list->words[list->n] = NULL;
	return SK_EXIT_YES;
}

static int sk_lint_level(struct sk_lint_request *q, const char *word)
{
	for (int i = SELKIE_LINT_CONVENTION; i <= SELKIE_LINT_FATAL; i++)
		if (!strcasecmp(word, sk_lint_levels[i]) ||
		    (strlen(word) == 1 && (*word | 0x20) == sk_lint_levels[i][0])) {
			q->options.level = i;
			return SK_EXIT_YES;
		}
	return sk_usage_error(q->cmd, "--level takes C, S, W, E or F, not '%s'", word);
}

static int sk_lint_take(void *arg, int o, const char *value)
{
	struct sk_lint_request *q = arg;

	switch (o) {
	case SK_LINT_OPT_CONFIG: q->options.config = value; break;
	case SK_LINT_OPT_CONTEXT:
		/* what is given is all there is */
		q->options.flags |= SELKIE_LINT_SOURCE;
		return sk_lint_add_word(q, &q->context, value);
	case SK_LINT_OPT_DISABLE: return sk_lint_add_word(q, &q->disable, value);
	case SK_LINT_OPT_ENABLE: return sk_lint_add_word(q, &q->enable, value);
	case SK_LINT_OPT_ONLY: q->options.flags |= SELKIE_LINT_ONLY_ENABLED; break;
	case SK_LINT_OPT_LEVEL: return sk_lint_level(q, value);
	case SK_LINT_OPT_SOURCE: q->options.flags |= SELKIE_LINT_SOURCE; break;
	case SK_LINT_OPT_SUMMARY: q->summary = true; break;
	case SK_LINT_OPT_SUMMARY_ONLY: q->summary_only = true; break;
	case SK_LINT_OPT_FIX:
		q->fix = true;
		q->options.flags |= SELKIE_LINT_TO_FIX;
		break;
	case SK_LINT_OPT_HIDDEN: q->options.flags |= SELKIE_LINT_HIDDEN; break;
	case SK_LINT_OPT_LIST: q->list = true; break;
	case SK_LINT_OPT_CHECKS: q->checks = value; break;
	case SK_LINT_OPT_PROFILE:
		if (strcmp(value, "stig"))
			return sk_usage_error(q->cmd, "there is no profile '%s'; there is stig", value);
		q->stig = true;
		break;
	case SK_LINT_OPT_MARKDOWN: q->markdown = true; break;
	}
	return SK_EXIT_YES;
}

static void sk_lint_list(struct sk_lint_request *q)
{
	for (size_t i = 0; i < selkie_lint_check_count(); i++) {
		const struct selkie_lint_check *c = selkie_lint_check_get(i);

		sk_buf_printf(&q->out, "%s  %-10s %s%s\n", c->id, sk_lint_levels[c->level], c->summary,
			      c->fixable ? " (--fix)" : "");
	}
}

static void sk_lint_print(struct sk_lint_request *q, const selkie_lint *lint)
{
	static const char *const colors[] = {
		[SELKIE_LINT_EXTRA] = "\033[36m", [SELKIE_LINT_CONVENTION] = "\033[36m",
		[SELKIE_LINT_STYLE] = "\033[36m", [SELKIE_LINT_WARNING] = "\033[1;35m",
		[SELKIE_LINT_ERROR] = "\033[1;31m", [SELKIE_LINT_FATAL] = "\033[1;31m",
	};
	struct selkie_lint_finding f;
	const char *path = NULL;
	size_t path_n = 0;

	for (size_t i = 0; !selkie_lint_get(lint, i, &f); i++) {
		if (f.path != path) {
			path = f.path;
			path_n = strlen(path);
		}
		sk_buf_add(&q->out, path, path_n);
		sk_buf_addc(&q->out, ':');
		sk_buf_add_uint(&q->out, f.line);
		sk_buf_addc(&q->out, ':');
		sk_buf_add_uint(&q->out, f.column);
		sk_buf_add(&q->out, ": ", 2);
		if (q->color)
			sk_buf_adds(&q->out, colors[f.check->level]);
		sk_buf_adds(&q->out, sk_lint_levels[f.check->level]);
		if (q->color)
			sk_buf_adds(&q->out, "\033[0m");
		sk_buf_add(&q->out, ": ", 2);
		sk_buf_adds(&q->out, f.message);
		sk_buf_add(&q->out, " [", 2);
		sk_buf_adds(&q->out, f.check->id);
		sk_buf_add(&q->out, "]\n", 2);
	}
}

static size_t sk_lint_count_of(const selkie_lint *lint, const struct selkie_lint_check *check)
{
	struct selkie_lint_finding f;
	size_t n = 0;

	for (size_t i = 0; !selkie_lint_get(lint, i, &f); i++)
		n += f.check == check;
	return n;
}

static void sk_lint_summary(struct sk_lint_request *q, const selkie_lint *lint)
{
	for (size_t i = 0; i < selkie_lint_check_count(); i++) {
		const struct selkie_lint_check *c = selkie_lint_check_get(i);
		size_t n = sk_lint_count_of(lint, c);

		if (n)
			sk_buf_printf(&q->out, "%7zu %s  %s\n", n, c->id, c->summary);
	}
	sk_buf_printf(&q->out, "%7zu findings in %zu files\n", selkie_lint_count(lint), selkie_lint_n_files(lint));
}

static void sk_lint_json(struct sk_lint_request *q, const selkie_lint *lint)
{
	struct selkie_lint_finding f;
	struct sk_json j;

	sk_json_init(&j, &q->out);
	sk_json_object(&j, NULL);
	sk_json_uint(&j, "files", selkie_lint_n_files(lint));
	sk_json_array(&j, "findings");
	for (size_t i = 0; !selkie_lint_get(lint, i, &f); i++) {
		sk_json_object(&j, NULL);
		sk_json_string(&j, "check", f.check->id);
		sk_json_string(&j, "level", sk_lint_levels[f.check->level]);
		sk_json_string(&j, "path", f.path);
		sk_json_uint(&j, "line", f.line);
		sk_json_uint(&j, "column", f.column);
		sk_json_string(&j, "message", f.message);
		sk_json_bool(&j, "fixable", f.fixable);
		sk_json_end_object(&j);
	}
	sk_json_end_array(&j);
	if (q->fix) {
		sk_json_object(&j, "fixed");
		sk_json_uint(&j, "findings", q->mended);
		sk_json_uint(&j, "files", q->mended_files);
		sk_json_end_object(&j);
	}
	sk_json_end_object(&j);
	sk_json_finish(&j);
}

static void sk_lint_tell(struct sk_lint_request *q, const selkie_lint *lint)
{
	if (q->args.json) {
		sk_lint_json(q, lint);
		return;
	}
	if (!q->summary_only)
		sk_lint_print(q, lint);
	if (q->summary || q->summary_only)
		sk_lint_summary(q, lint);
	if (q->fix)
		fprintf(stderr, "selkie lint: mended %zu of %zu findings in %zu files\n", q->mended,
			selkie_lint_count(lint), q->mended_files);
}

static int sk_lint_judge(struct sk_lint_request *q, const char *const *paths)
{
	selkie_diagnostics *diags = selkie_diagnostics_new();
	selkie_lint *lint = NULL;
	int r, code = SK_EXIT_YES;

	q->options.enable = q->enable.words;
	q->options.disable = q->disable.words;
	q->options.context = q->context.words;
	r = diags ? selkie_lint_run(paths, &q->options, diags, &lint) : -ENOMEM;
	if (!r && q->fix)
		r = selkie_lint_fix(lint, diags, &q->mended, &q->mended_files);
	if (diags && selkie_diagnostics_count(diags, SELKIE_SEVERITY_NOTE))
		sk_print_diagnostics(diags);
	if (r < 0)
		code = sk_failure(q->cmd, "%s", strerror(-r));
	else if (r)
		code = SK_EXIT_FAILED;
	if (code == SK_EXIT_YES) {
		sk_lint_tell(q, lint);
		code = selkie_lint_count(lint) > q->mended ? SK_EXIT_NO : SK_EXIT_YES;
	}
	selkie_lint_free(lint);
	selkie_diagnostics_free(diags);
	return code;
}

/*
 * Checks of a policy.
 */
static const char *const sk_check_outcomes[] = {
	[SELKIE_CHECK_PASSED] = "passed", [SELKIE_CHECK_FAILED] = "failed", [SELKIE_CHECK_DISABLED] = "disabled",
	[SELKIE_CHECK_INAPPLICABLE] = "not applicable",
};

static void sk_checks_print(struct sk_lint_request *q, const selkie_check_report *report)
{
	struct selkie_check c;
	const char *finding;

	for (size_t i = 0; !selkie_check_report_get(report, i, &c); i++) {
		sk_buf_printf(&q->out, "%s: %s%s%s%s%s%s\n", c.name,
			      q->color ? c.outcome == SELKIE_CHECK_FAILED ? "\033[1;31m" : "\033[32m" : "",
			      sk_check_outcomes[c.outcome], q->color ? "\033[0m" : "", c.disabled ? " (" : "",
			      c.disabled ? c.disabled : "", c.disabled ? ")" : "");
		if (c.outcome == SELKIE_CHECK_FAILED && c.desc)
			sk_buf_join(&q->out, "  ", c.desc, "\n", NULL);
		for (size_t k = 0; !q->summary_only && (finding = selkie_check_report_finding(report, i, k)); k++)
			sk_buf_join(&q->out, "    ", finding, "\n", NULL);
	}
	sk_buf_printf(&q->out, "%zu of %zu checks failed\n", selkie_check_report_failed(report),
		      selkie_check_report_count(report));
}

static void sk_checks_json_string(struct sk_json *j, const char *name, const char *value)
{
	if (value)
		sk_json_string(j, name, value);
}

static void sk_checks_json(struct sk_lint_request *q, const struct sk_system *system, const selkie_check_report *report)
{
	struct selkie_check c;
	const char *finding;
	struct sk_json j;

	sk_json_init(&j, &q->out);
	sk_json_object(&j, NULL);
	sk_json_string(&j, "policy", system->path);
	sk_json_uint(&j, "failed", selkie_check_report_failed(report));
	sk_json_array(&j, "checks");
	for (size_t i = 0; !selkie_check_report_get(report, i, &c); i++) {
		sk_json_object(&j, NULL);
		sk_json_string(&j, "name", c.name);
		sk_json_string(&j, "outcome", sk_check_outcomes[c.outcome]);
		sk_checks_json_string(&j, "description", c.desc);
		sk_checks_json_string(&j, "disabled", c.disabled);
		sk_checks_json_string(&j, "id", c.id);
		sk_checks_json_string(&j, "severity", c.severity);
		sk_checks_json_string(&j, "rationale", c.rationale);
		sk_checks_json_string(&j, "fix", c.fix);
		sk_json_array(&j, "findings");
		for (size_t k = 0; (finding = selkie_check_report_finding(report, i, k)); k++)
			sk_json_string(&j, NULL, finding);
		sk_json_end_array(&j);
		sk_json_end_object(&j);
	}
	sk_json_end_array(&j);
	sk_json_end_object(&j);
	sk_json_finish(&j);
}

static void sk_lint_stig(struct sk_lint_request *q, const struct sk_system *system, const selkie_check_report *report)
{
	const struct sk_stig stig = { system->path, q->checks, report };

	if (q->markdown)
		sk_stig_markdown(&stig, &q->out);
	else
		sk_stig_text(&stig, &q->out, sk_width(STDOUT_FILENO));
}

static int sk_lint_policy(struct sk_lint_request *q)
{
	struct sk_system system = SK_SYSTEM_INIT;
	selkie_diagnostics *diags = selkie_diagnostics_new();
	selkie_check_report *report = NULL;
	selkie_checks *checks = NULL;
	int r, code = sk_system_open(q->cmd, &q->args, &system);

	if (code == SK_EXIT_YES) {
		r = !diags ? -ENOMEM : q->checks ? selkie_checks_load(q->checks, diags, &checks) : selkie_checks_safety(&checks);
		if (!r)
			r = selkie_checks_run(checks, system.policy, diags, &report);
		if (diags && selkie_diagnostics_count(diags, SELKIE_SEVERITY_NOTE))
			sk_print_diagnostics(diags);
		if (r)
			code = r > 0 ? SK_EXIT_FAILED : sk_failure(q->cmd, "%s: %s", q->checks ? q->checks : "checks", strerror(-r));
	}
	if (code == SK_EXIT_YES) {
		if (q->args.json)
			sk_checks_json(q, &system, report);
		else if (q->stig)
			sk_lint_stig(q, &system, report);
		else
			sk_checks_print(q, report);
		code = selkie_check_report_failed(report) ? SK_EXIT_NO : SK_EXIT_YES;
	}
	selkie_check_report_free(report);
	selkie_checks_free(checks);
	selkie_diagnostics_free(diags);
	sk_system_done(&system);
	return code;
}

static int sk_lint_choose(struct sk_lint_request *q, int n, char **paths)
{
	bool policy = q->args.policy || q->args.root || q->checks || q->stig;

	if (q->list) {
		sk_lint_list(q);
		return SK_EXIT_YES;
	}
	if (policy && n)
		return sk_usage_error(q->cmd, "a policy or sources, not both; what is '%s'?", paths[0]);
	if (q->markdown && (!q->stig || q->args.json))
		return sk_usage_error(q->cmd, q->stig ? "--markdown and --json exclude each other"
					       : "--markdown is for a report; name one with --profile");
	if (policy)
		return sk_lint_policy(q);
	return n ? sk_lint_judge(q, (const char *const *)paths) : sk_usage_error(q->cmd, "which files or folders?");
}

static int sk_lint_run_command(const struct sk_command *cmd, int argc, char **argv)
{
	struct sk_lint_request q = { .cmd = cmd, .options = SELKIE_LINT_OPTIONS_INIT,
				     .color = sk_color(STDOUT_FILENO) };
	struct sk_args args;
	int r, code = SK_EXIT_YES;

	sk_buf_init(&q.out);
	sk_buf_to_fd(&q.out, STDOUT_FILENO);
	sk_args_init(&args, cmd, argc, argv);
	if (sk_system_read_args(&args, &q.args, sk_lint_take, &q, &code)) {
		code = sk_lint_choose(&q, argc - args.first, argv + args.first);
		r = sk_buf_flush(&q.out);
		if (r)
			code = sk_failure(cmd, "writing the output: %s", strerror(-r));
	}
	sk_buf_done(&q.out);
	sk_system_args_done(&q.args);
	free(q.enable.words);
	free(q.disable.words);
	free(q.context.words);
	return code;
}

const struct sk_command sk_cmd_lint = {
	.name = "lint",
	.summary = "judge the style of policy sources, and the safety of a policy",
	.arguments = "PATH... | --policy FILE",
	.options = sk_lint_options,
	.about = "The checks of sources are SELint's, with its ids; '#selint-disable: C-005' behind a\n"
		 "statement is heeded. Exit status: 0 nothing found (or all mended), 1 findings, 2 usage, 3 could not.",
	.example = "selkie lint --source refpolicy\n  selkie lint --level W --fix myapp.te myapp.if myapp.fc\n"
		   "  selkie lint --policy policy.33 --profile stig",
	.run = sk_lint_run_command,
};
