/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * selkie why: an audit log explained. Findings are printed as they are worked out, so that output of any length needs
 * bounded memory. Nothing is decided here: what a finding says comes from the library.
 */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/json.h"
#include "base/threads.h"
#include "cmd/command.h"
#include "cmd/origin.h"
#include "cmd/system.h"
#include "cmd/turns.h"
#include "selkie/explain.h"
#include "selkie/host.h"
#include "selkie/label.h"

#define SK_WHY_MOST_THREADS 8	/* reading the log is for one: more would wait */

enum sk_why_option {
	SK_WHY_FILE_CONTEXTS,
	SK_WHY_PRECEDENCE,
	SK_WHY_FIND,
	SK_WHY_ALL,
	SK_WHY_VERBOSE,
};

static const struct sk_option sk_why_options[] = {
	[SK_WHY_FILE_CONTEXTS] = { 0, "file-contexts", "FILE", false,
				   "the labels of paths; may be given more than once" },
	[SK_WHY_PRECEDENCE] = { 0, "label-precedence", "VERSION", false,
				"which libselinux orders label rules: 3.4, 3.8 or 3.9" },
	[SK_WHY_FIND] = { 0, "find-files", "MS", false,
			  "milliseconds to look for files by inode (running system: 2000)" },
	[SK_WHY_ALL] = { 'a', "all", NULL, false, "show what dontaudit rules would have hidden, too" },
	[SK_WHY_VERBOSE] = { 'v', "verbose", NULL, false, "show the evidence: labels, paths, clauses, events" },
	SK_OPTION_POLICY,
	SK_OPTION_ROOT,
	SK_OPTION_BOOLEAN,
	SK_OPTION_JSON,
	SK_OPTION_END,
};

struct sk_why {
	const struct sk_command *cmd;
	struct sk_system_args system_args;
	const char **file_contexts;
	size_t n_file_contexts, cap_file_contexts;
	struct selkie_label_options label_options;
	unsigned int find;
	bool find_given, all, verbose, default_log;

	struct sk_system system;
	selkie_origins *origins;	/* NULL when none are known */
	selkie_label_db *labels;
	selkie_explainer *explainer;
	selkie_diagnostics *diags;
	struct sk_progress progress;
	struct sk_buf out;
	bool color;
	unsigned int width, threads;
};

/* What one thread prints with. */
struct sk_why_page {
	const struct sk_why *w;
	selkie_explain_worker *worker;
	struct sk_buf *out;
	uint64_t hidden;		/* denials left out */
	struct sk_label_origins label_origins;
};

static int sk_why_precedence(struct sk_why *w, const char *value)
{
	if (!strcmp(value, "3.4"))
		w->label_options.precedence = SELKIE_LABEL_LIBSELINUX_3_4;
	else if (!strcmp(value, "3.8"))
		w->label_options.precedence = SELKIE_LABEL_LIBSELINUX_3_8;
	else if (!strcmp(value, "3.9"))
		w->label_options.precedence = SELKIE_LABEL_LIBSELINUX_3_9;
	else
		return sk_usage_error(w->cmd, "there is no label precedence '%s': it is 3.4, 3.8 or 3.9", value);
	return SK_EXIT_YES;
}

static int sk_why_find(struct sk_why *w, const char *value)
{
	char *end;
	unsigned long ms = strtoul(value, &end, 10);

	if (*end || end == value || ms > 600000)
		return sk_usage_error(w->cmd, "'%s' is no number of milliseconds up to 600000", value);
	w->find = (unsigned int)ms;
	w->find_given = true;
	return SK_EXIT_YES;
}

static int sk_why_take(void *arg, int o, const char *value)
{
	struct sk_why *w = arg;

	switch (o) {
	case SK_WHY_FILE_CONTEXTS:
		if (sk_grow(&w->file_contexts, &w->cap_file_contexts, w->n_file_contexts + 1,
			    sizeof(*w->file_contexts)))
			return sk_failure(w->cmd, "there is not enough memory");
		w->file_contexts[w->n_file_contexts++] = value;
		break;
	case SK_WHY_PRECEDENCE:
		return sk_why_precedence(w, value);
	case SK_WHY_FIND:
		return sk_why_find(w, value);
	case SK_WHY_ALL:
		w->all = true;
		break;
	case SK_WHY_VERBOSE:
		w->verbose = true;
		break;
	default:
		break;
	}
	return SK_EXIT_YES;
}

static void sk_why_print_diags(struct sk_why *w)
{
	if (selkie_diagnostics_count(w->diags, SELKIE_SEVERITY_NOTE))
		sk_print_diagnostics(w->diags);
}

static int sk_why_open_labels(struct sk_why *w)
{
	return sk_system_labels(w->cmd, &w->system_args, w->file_contexts, w->n_file_contexts,
				&w->label_options, w->diags, &w->labels);
}

static void sk_why_progress(void *arg, uint64_t n_bytes)
{
	struct sk_why *w = arg;

	if (sk_progress_due(&w->progress))
		sk_progress_show("%llu MB read, %llu denials", (unsigned long long)(n_bytes / 1000000),
				 (unsigned long long)selkie_explainer_n_denials(w->explainer));
}

static int sk_why_read(struct sk_why *w, const char *path)
{
	sk_auto_close int fd = -1;
	int r;

	if (strcmp(path, "-")) {
		fd = open(path, O_RDONLY | O_CLOEXEC);
		if (fd < 0 && errno == ENOENT && w->default_log)
			return sk_failure(w->cmd, "there is no %s; without auditd the kernel's log has the denials: "
					  "journalctl -k | selkie why -", path);
		if (fd < 0)
			return sk_failure(w->cmd, "cannot read %s: %s", path, strerror(errno));
	}
	sk_progress_init(&w->progress);
	r = selkie_explainer_read_fd(w->explainer, fd >= 0 ? fd : 0,
				     w->progress.on ? sk_why_progress : NULL, w);
	sk_progress_end(&w->progress);
	if (r)
		return sk_failure(w->cmd, "cannot read %s: %s", path, strerror(-r));
	return SK_EXIT_YES;
}

/* Text. */
static const char *sk_why_on(const struct sk_why_page *p, const char *code)
{
	return p->w->color ? code : "";
}

#define SK_BOLD "\033[1m"
#define SK_DIM "\033[2m"
#define SK_GREEN "\033[32m"
#define SK_RED "\033[31m"
#define SK_YELLOW "\033[33m"
#define SK_PLAIN "\033[0m"

/* A paragraph, wrapped at blanks, each line behind `indent` blanks; the first begins with `label`. */
static void sk_why_wrap(struct sk_why_page *p, unsigned int indent, const char *label, const char *text)
{
	sk_buf_add_blanks(p->out, indent - SK_MIN(strlen(label), (size_t)indent));
	if (*label)
		sk_buf_join(p->out, sk_why_on(p, SK_DIM), label, sk_why_on(p, SK_PLAIN), NULL);
	sk_print_wrapped_on(p->out, text, indent, p->w->width);
}

/* Commands are not wrapped: they are to be copied. */
static void sk_why_command(struct sk_why_page *p, const char *command)
{
	while (*command) {
		size_t n = strcspn(command, "\n");

		sk_buf_join(p->out, "         ", sk_why_on(p, SK_GREEN), NULL);
		sk_buf_add(p->out, command, n);
		sk_buf_join(p->out, sk_why_on(p, SK_PLAIN), "\n", NULL);
		command += n;
		command += *command == '\n';
	}
}

static void sk_why_fix(struct sk_why_page *p, const struct selkie_fix *fix, unsigned int *number)
{
	char label[] = "fix 1  ";

	/* the library gives eight of them at most */
	if (fix->command)
		label[4] = (char)('0' + ++*number % 10);
	sk_why_wrap(p, 9, fix->command ? label : "advice ", fix->summary);
	if (fix->command)
		sk_why_command(p, fix->command);
	if (fix->proof)
		sk_why_wrap(p, 9, "", fix->proof);
	if (fix->proven) {
		sk_buf_join(p->out, "         Opens ", sk_why_on(p, fix->opens > 100 ? SK_YELLOW : ""), NULL);
		sk_buf_add_uint(p->out, fix->opens);
		sk_buf_join(p->out, " new access", fix->opens == 1 ? "" : "es",
			    sk_why_on(p, fix->opens > 100 ? SK_PLAIN : ""), ".\n", NULL);
	}
	if (fix->caution)
		sk_why_wrap(p, 9, "", fix->caution);
}

static char *sk_two_digits(char *to, int value, char before)
{
	*to++ = before;
	*to++ = (char)('0' + value / 10 % 10);
	*to++ = (char)('0' + value % 10);
	return to;
}

/* "2026-11-22 05:37:52", in local time. Not by strftime: there may be a hundred thousand of them. */
static void sk_why_add_time(struct sk_buf *out, const struct selkie_event_id *id)
{
	time_t seconds = (time_t)id->seconds;
	char text[15], *to = text;
	struct tm tm;

	if (!id->seconds || !localtime_r(&seconds, &tm)) {
		sk_buf_adds(out, "at an unknown time");
		return;
	}
	sk_buf_add_uint(out, (uint64_t)(tm.tm_year + 1900));
	to = sk_two_digits(to, tm.tm_mon + 1, '-');
	to = sk_two_digits(to, tm.tm_mday, '-');
	to = sk_two_digits(to, tm.tm_hour, ' ');
	to = sk_two_digits(to, tm.tm_min, ':');
	to = sk_two_digits(to, tm.tm_sec, ':');
	sk_buf_add(out, text, (size_t)(to - text));
}

static void sk_why_evidence(struct sk_why_page *p, const struct selkie_finding *f)
{
	for (size_t i = 0; i < f->n_evidence; i++)
		sk_buf_printf(p->out, "         %s%s:%s %s\n", sk_why_on(p, SK_DIM), f->evidence[i].name,
			      sk_why_on(p, SK_PLAIN), f->evidence[i].text);
	for (unsigned int c = 0; c < SELKIE_N_CAUSES; c++)
		if (f->also & 1u << c)
			sk_buf_printf(p->out, "         %salso:%s %s\n", sk_why_on(p, SK_DIM),
				      sk_why_on(p, SK_PLAIN), selkie_cause_name(c));
	for (size_t i = 0; i < f->n_events && i < 3; i++)
		sk_buf_printf(p->out, "         %sevent:%s %llu.%03u:%llu\n", sk_why_on(p, SK_DIM),
			      sk_why_on(p, SK_PLAIN), (unsigned long long)f->events[i].seconds,
			      f->events[i].milliseconds, (unsigned long long)f->events[i].serial);
	if (f->n_events > 3)
		sk_buf_printf(p->out, "         and %zu events more (--json lists them)\n", f->n_events - 3);
}

static void sk_why_what(struct sk_why_page *p, const struct selkie_finding *f)
{
	sk_buf_join(p->out, f->source ? f->source : "", f->source && f->target ? " " : "",
		    f->target ? f->target : "", f->cls ? " " : "", f->cls ? f->cls : "", NULL);
	for (size_t i = 0; i < f->n_permissions; i++)
		sk_buf_join(p->out, i ? " " : " { ", f->permissions[i], NULL);
	if (f->n_permissions)
		sk_buf_adds(p->out, " }");
}

#define SK_WHY_MOST_BEARINGS 4

/* The statement that bears on a finding, and where it is written. */
static void sk_why_bearing(struct sk_why_page *p, const struct selkie_bearing *b)
{
	static const char *const words[] = {
		[SELKIE_BEARING_ALLOWS] = "allowed by", [SELKIE_BEARING_WOULD_ALLOW] = "would be allowed by",
		[SELKIE_BEARING_FILTERS] = "filtered by", [SELKIE_BEARING_FORBIDS] = "forbidden by",
		[SELKIE_BEARING_CAPS] = "capped by", [SELKIE_BEARING_SILENCES] = "silenced by",
		[SELKIE_BEARING_LABELS] = "labeled by",
	};
	const selkie_origins *origins = p->w->origins;
	sk_auto_buf struct sk_buf text = SK_BUF_INIT;

	sk_buf_join(&text, words[b->kind], ": ", b->text, NULL);
	if (sk_buf_str(&text))
		sk_why_wrap(p, 9, "where  ", text.data);
	if (b->label)
		sk_label_rule_print(p->out, &p->label_origins, b->label, "         from ");
	else if (b->is_rule)
		sk_origins_print(p->out, origins, &b->rule, b->perms, "         from ");
	else if (b->is_neverallow)
		sk_neverallow_where_print(p->out, origins, &b->neverallow, "         from ");
	else
		sk_fact_print(p->out, origins, p->w->system.policy, &b->fact, "         from ");
}

static void sk_why_bearings(struct sk_why_page *p, const struct selkie_finding *f)
{
	size_t shown = p->w->verbose ? f->n_bearings : SK_MIN(f->n_bearings, (size_t)SK_WHY_MOST_BEARINGS);

	for (size_t i = 0; i < shown; i++)
		sk_why_bearing(p, &f->bearings[i]);
	if (shown < f->n_bearings)
		sk_buf_printf(p->out, "         and %zu more statements (-v shows them)\n", f->n_bearings - shown);
}

/* A finding whose root was printed above: same cause, same fix. */
static void sk_why_further(struct sk_why_page *p, const struct selkie_finding *f)
{
	sk_buf_join(p->out, "   ", sk_why_on(p, SK_DIM), "and", sk_why_on(p, SK_PLAIN), "   ", NULL);
	sk_why_what(p, f);
	sk_buf_adds(p->out, ", ");
	sk_buf_add_uint(p->out, f->count);
	sk_buf_adds(p->out, f->count == 1 ? " time\n" : " times\n");
	if (p->w->verbose)
		sk_why_evidence(p, f);
}

static void sk_why_finding(struct sk_why_page *p, const struct selkie_finding *f, uint32_t number)
{
	const char *color = f->silenced || f->permissive ? SK_DIM : f->cause == SELKIE_CAUSE_SENSITIVE ? SK_RED : SK_BOLD;
	unsigned int n_fixes = 0;

	sk_buf_join(p->out, "\n", sk_why_on(p, color), NULL);
	sk_buf_add_uint(p->out, number);
	sk_buf_join(p->out, ". ", selkie_cause_name(f->cause), f->permissive ? " (permissive: logged only)" : "",
		    f->silenced ? " (silenced by dontaudit)" : "", sk_why_on(p, SK_PLAIN), "   ", NULL);
	sk_why_what(p, f);
	sk_buf_addc(p->out, '\n');
	sk_why_wrap(p, 3, "", f->summary);
	sk_buf_join(p->out, "   ", sk_why_on(p, SK_DIM), NULL);
	sk_buf_add_uint(p->out, f->count);
	sk_buf_adds(p->out, f->count == 1 ? " time, last " : " times, last ");
	sk_why_add_time(p->out, &f->last);
	sk_buf_join(p->out, sk_why_on(p, SK_PLAIN), "\n", NULL);
	if (p->w->verbose)
		sk_why_evidence(p, f);
	sk_why_bearings(p, f);
	for (size_t i = 0; i < f->n_fixes; i++)
		sk_why_fix(p, &f->fixes[i], &n_fixes);
}

/* Findings [from, to) as text. Roots are numbered from 0, and those that are left out are the last. */
static int sk_why_print_text(void *arg, unsigned int thread, size_t from, size_t to, struct sk_buf *out)
{
	struct sk_why_page *p = (struct sk_why_page *)arg + thread;
	struct selkie_finding f;

	p->out = out;
	for (size_t i = from; i < to; i++) {
		int r = selkie_explain_worker_finding(p->worker, i, &f);

		if (r)
			return r;
		if (f.silenced && !p->w->all)
			p->hidden += f.count;
		else if (f.further)
			sk_why_further(p, &f);
		else
			sk_why_finding(p, &f, f.root + 1);
	}
	return 0;
}

static int sk_why_text(struct sk_why *w, struct sk_why_page *pages)
{
	uint64_t denials = selkie_explainer_n_denials(w->explainer), hidden = 0;
	size_t n = selkie_explainer_n_findings(w->explainer), roots = selkie_explainer_n_roots(w->explainer);
	char left_out[240];
	int r;

	w->color = sk_color(1);
	w->width = sk_width(1);
	sk_buf_printf(&w->out, "%llu denial%s, %zu cause%s%s\n", (unsigned long long)denials,
		      denials == 1 ? "" : "s", roots, roots == 1 ? "" : "s", denials ? "." : ". Nothing to explain.");
	r = sk_print_in_turns(&w->out, w->threads, n, sk_why_print_text, pages);
	if (r)
		return r;
	for (unsigned int i = 0; i < w->threads; i++)
		hidden += pages[i].hidden;
	if (hidden) {
		snprintf(left_out, sizeof(left_out),
			 "%llu denial%s that dontaudit rules normally hide %s left out: harmless as far as the policy's "
			 "authors know. --all shows %s.", (unsigned long long)hidden, hidden == 1 ? "" : "s",
			 hidden == 1 ? "is" : "are", hidden == 1 ? "it" : "them");
		sk_buf_addc(&w->out, '\n');
		sk_print_wrapped(&w->out, left_out, 0, w->width);
	}
	return 0;
}

/* JSON. */
static void sk_why_json_fix(struct sk_json *j, const struct selkie_fix *fix)
{
	sk_json_object(j, NULL);
	sk_json_string(j, "kind", selkie_fix_name(fix->kind));
	sk_json_string(j, "summary", fix->summary);
	sk_json_string(j, "command", fix->command ? fix->command : "");
	sk_json_string(j, "proof", fix->proof);
	sk_json_bool(j, "proven", fix->proven);
	sk_json_uint(j, "opens", fix->opens);
	sk_json_string(j, "caution", fix->caution);
	sk_json_end_object(j);
}

static void sk_why_json_bearings(struct sk_why_page *p, struct sk_json *j, const struct selkie_finding *f)
{
	const selkie_policy *policy = p->w->system.policy;

	if (!p->w->origins)
		return;
	sk_json_array(j, "statements");
	for (size_t i = 0; i < f->n_bearings; i++) {
		const struct selkie_bearing *b = &f->bearings[i];

		sk_json_object(j, NULL);
		sk_json_string(j, "does", selkie_bearing_name(b->kind));
		sk_json_string(j, "text", b->text);
		if (b->label)
			sk_label_rule_json(j, &p->label_origins, b->label);
		else if (b->is_rule)
			sk_origins_json(j, p->w->origins, policy, &b->rule);
		else if (b->is_neverallow)
			sk_neverallow_where_json(j, p->w->origins, policy, &b->neverallow);
		else
			sk_fact_json(j, p->w->origins, policy, &b->fact);
		sk_json_end_object(j);
	}
	sk_json_end_array(j);
}

static void sk_why_json_finding(struct sk_why_page *p, struct sk_json *j, const struct selkie_finding *f)
{
	char id[64];

	sk_json_object(j, NULL);
	sk_json_string(j, "cause", selkie_cause_name(f->cause));
	sk_json_string(j, "source", f->source);
	sk_json_string(j, "target", f->target);
	sk_json_string(j, "class", f->cls);
	sk_json_array(j, "permissions");
	for (size_t i = 0; i < f->n_permissions; i++)
		sk_json_string(j, NULL, f->permissions[i]);
	sk_json_end_array(j);
	sk_json_uint(j, "count", f->count);
	sk_json_bool(j, "permissive", f->permissive);
	sk_json_bool(j, "silenced", f->silenced);
	sk_json_uint(j, "root", f->root);
	sk_json_string(j, "summary", f->summary);
	sk_json_array(j, "also");
	for (unsigned int c = 0; c < SELKIE_N_CAUSES; c++)
		if (f->also & 1u << c)
			sk_json_string(j, NULL, selkie_cause_name(c));
	sk_json_end_array(j);
	sk_json_array(j, "evidence");
	for (size_t i = 0; i < f->n_evidence; i++) {
		sk_json_object(j, NULL);
		sk_json_string(j, "name", f->evidence[i].name);
		sk_json_string(j, "text", f->evidence[i].text);
		sk_json_end_object(j);
	}
	sk_json_end_array(j);
	sk_why_json_bearings(p, j, f);
	sk_json_array(j, "events");
	for (size_t i = 0; i < f->n_events; i++) {
		snprintf(id, sizeof(id), "%llu.%03u:%llu", (unsigned long long)f->events[i].seconds,
			 f->events[i].milliseconds, (unsigned long long)f->events[i].serial);
		sk_json_string(j, NULL, id);
	}
	sk_json_end_array(j);
	sk_json_array(j, "fixes");
	for (size_t i = 0; i < f->n_fixes; i++)
		sk_why_json_fix(j, &f->fixes[i]);
	sk_json_end_array(j);
	sk_json_end_object(j);
}

static void sk_why_json_log(struct sk_json *j, const struct selkie_audit_summary *s)
{
	sk_json_object(j, "log");
	sk_json_uint(j, "bytes", s->n_bytes);
	sk_json_uint(j, "lines", s->n_lines);
	sk_json_uint(j, "records", s->n_records);
	sk_json_uint(j, "events", s->n_events);
	sk_json_uint(j, "granted", s->n_granted);
	sk_json_uint(j, "other_lines", s->n_other_lines);
	sk_json_uint(j, "damaged", s->n_damages);
	sk_json_uint(j, "missing_serials", s->n_missing);
	sk_json_uint(j, "serial_gaps", s->n_gaps);
	sk_json_uint(j, "suppressed", s->n_suppressed);
	sk_json_end_object(j);
}

/* Findings [from, to) as elements of the array that stands in the object that is printed. */
static int sk_why_print_json(void *arg, unsigned int thread, size_t from, size_t to, struct sk_buf *out)
{
	struct sk_why_page *p = (struct sk_why_page *)arg + thread;
	struct selkie_finding f;
	struct sk_json j;

	sk_json_resume(&j, out, 2, from > 0);
	for (size_t i = from; i < to; i++) {
		int r = selkie_explain_worker_finding(p->worker, i, &f);

		if (r)
			return r;
		sk_why_json_finding(p, &j, &f);
	}
	return 0;
}

static int sk_why_json(struct sk_why *w, struct sk_why_page *pages)
{
	size_t n = selkie_explainer_n_findings(w->explainer);
	struct sk_json j;
	int r;

	sk_json_init(&j, &w->out);
	sk_json_object(&j, NULL);
	sk_json_string(&j, "policy", w->system.path);
	sk_json_string(&j, "booleans", w->system.booleans);
	sk_json_bool(&j, "labels", w->labels != NULL);
	sk_why_json_log(&j, selkie_explainer_summary(w->explainer));
	sk_json_uint(&j, "denials", selkie_explainer_n_denials(w->explainer));
	sk_json_uint(&j, "causes", selkie_explainer_n_roots(w->explainer));
	sk_json_array(&j, "findings");
	r = sk_print_in_turns(&w->out, w->threads, n, sk_why_print_json, pages);
	if (r)
		return r;
	sk_json_resume(&j, &w->out, 2, n > 0);
	sk_json_end_array(&j);
	sk_json_end_object(&j);
	sk_json_finish(&j);
	return 0;
}

/* All findings, worked out by several threads. */
static int sk_why_show(struct sk_why *w)
{
	struct sk_why_page *pages = calloc(w->threads, sizeof(*pages));
	int r = pages ? 0 : -ENOMEM;

	for (unsigned int i = 0; i < w->threads && !r; i++) {
		pages[i].w = w;
		r = selkie_explain_worker_new(w->explainer, &pages[i].worker);
	}
	if (!r)
		r = w->system_args.json ? sk_why_json(w, pages) : sk_why_text(w, pages);
	for (unsigned int i = 0; i < w->threads && pages; i++) {
		selkie_explain_worker_free(pages[i].worker);
		sk_label_origins_done(&pages[i].label_origins);
	}
	free(pages);
	return r;
}

/* A file that is no log at all looks like a log without denials: say the difference. */
static void sk_why_tell_empty(const struct sk_why *w, int n_logs, char **logs)
{
	const struct selkie_audit_summary *s = selkie_explainer_summary(w->explainer);

	if (s->n_records || !s->n_lines)
		return;
	fprintf(stderr, "selkie why: there is not one audit record in %s\n",
		n_logs > 1 ? "these logs" : strcmp(logs[0], "-") ? logs[0] : "the input");
}

static int sk_why_explain(struct sk_why *w, int n_logs, char **logs)
{
	struct selkie_explain_options options = { .size = sizeof(options) };
	int r, code;

	w->threads = SK_MIN(sk_threads_available(), (unsigned int)SK_WHY_MOST_THREADS);
	options.threads = w->threads;
	options.state = w->system.state;
	w->origins = sk_system_origins(w->cmd, &w->system);
	options.bearings = w->origins;
	options.origins = w->origins;
	options.labels = w->labels;
	if (w->find_given)
		options.find_milliseconds = w->find;
	else if (!w->system_args.policy && !w->system_args.root)
		options.find_milliseconds = 2000;
	r = selkie_explainer_new(&options, &w->explainer);
	if (r)
		return sk_failure(w->cmd, "%s", strerror(-r));
	for (int i = 0; i < n_logs; i++) {
		code = sk_why_read(w, logs[i]);
		if (code)
			return code;
	}
	r = selkie_explainer_finish(w->explainer);
	if (!r)
		r = selkie_explainer_report(w->explainer, n_logs == 1 ? logs[0] : "the logs", w->diags);
	sk_why_tell_empty(w, n_logs, logs);
	if (!r) {
		sk_buf_to_fd(&w->out, 1);
		r = sk_why_show(w);
	}
	if (!r)
		r = sk_buf_flush(&w->out);
	if (r)
		return sk_failure(w->cmd, "%s", strerror(-r));
	return SK_EXIT_YES;
}

/* The log where none was named: the system's own. */
static int sk_why_default_log(struct sk_why *w, char **ret_log)
{
	const char *root = w->system_args.root ? w->system_args.root : "";

	if (asprintf(ret_log, "%s/var/log/audit/audit.log", root) < 0)
		return sk_failure(w->cmd, "there is not enough memory");
	return SK_EXIT_YES;
}

static int sk_why_main(struct sk_why *w, int argc, char **argv)
{
	sk_auto_free char *log = NULL;
	struct sk_args args;
	int code;

	sk_args_init(&args, w->cmd, argc, argv);
	if (!sk_system_read_args(&args, &w->system_args, sk_why_take, w, &code))
		return code;
	w->diags = selkie_diagnostics_new();
	if (!w->diags)
		return sk_failure(w->cmd, "there is not enough memory");
	code = sk_system_open(w->cmd, &w->system_args, &w->system);
	if (!code)
		code = sk_why_open_labels(w);
	if (code)
		return code;
	if (!w->system_args.json)
		sk_system_tell(w->cmd, &w->system);
	if (args.first < argc)
		return sk_why_explain(w, argc - args.first, argv + args.first);
	code = sk_why_default_log(w, &log);
	w->default_log = true;
	return code ? code : sk_why_explain(w, 1, &log);
}

static int sk_run_why(const struct sk_command *cmd, int argc, char **argv)
{
	struct sk_why w = { .cmd = cmd, .out = SK_BUF_INIT };
	int code = sk_why_main(&w, argc, argv);

	if (w.diags)
		sk_why_print_diags(&w);
	selkie_explainer_free(w.explainer);
	selkie_label_free(w.labels);
	selkie_origins_free(w.origins);
	sk_system_done(&w.system);
	sk_system_args_done(&w.system_args);
	selkie_diagnostics_free(w.diags);
	sk_buf_done(&w.out);
	free(w.file_contexts);
	return code;
}

const struct sk_command sk_cmd_why = {
	.name = "why",
	.summary = "explain the denials of an audit log, with fixes that were tried",
	.arguments = "[LOG|-]...",
	.options = sk_why_options,
	.about = "LOG is what auditd writes, or the output of ausearch, journalctl or dmesg;\n"
		 "without it the system's /var/log/audit/audit.log. Each fix that is shown was\n"
		 "replayed: with it the denied access is allowed, and what else it opens is\n"
		 "counted.",
	.example = "selkie why /var/log/audit/audit.log\n  ausearch -m avc -ts recent | selkie why -",
	.run = sk_run_why,
};
