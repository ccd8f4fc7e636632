/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * selkie test: tests of a policy, their coverage, and whether they would notice a change.
 */
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/json.h"
#include "base/word.h"
#include "cmd/answer.h"
#include "selkie/experimental/machine.h"

enum {
	SK_TEST_FILE_CONTEXTS, SK_TEST_COVERAGE, SK_TEST_MUTATE, SK_TEST_SEED, SK_TEST_KERNEL, SK_TEST_TAP, SK_TEST_JUNIT,
};

static const struct sk_option sk_test_options[] = {
	[SK_TEST_FILE_CONTEXTS] = { 0, "file-contexts", "FILE",
				    .help = "label paths by this file; by those of the system below --root otherwise" },
	[SK_TEST_COVERAGE] = { 0, "coverage", "all", .optional_arg = true,
			       .help = "tell what the tests touch, and list what none does; all: of the whole policy" },
	[SK_TEST_MUTATE] = { 0, "mutate", "N", .optional_arg = true,
			     .help = "flip N (100) permissions of touched rules, one at a time, and tell what tests notice" },
	[SK_TEST_SEED] = { 0, "seed", "N", .help = "draw other permissions to flip" },
	[SK_TEST_KERNEL] = { 0, "kernel", "FILE", .optional_arg = true,
			     .help = "let a real kernel answer, this one or that of the system, in a throwaway machine" },
	[SK_TEST_TAP] = { 0, "tap", .help = "print TAP" },
	[SK_TEST_JUNIT] = { 0, "junit", .help = "print JUnit XML" },
	SK_OPTION_POLICY,
	SK_OPTION_ROOT,
	SK_OPTION_BOOLEAN,
	SK_OPTION_JSON,
	SK_OPTION_END,
};

struct sk_test {
	const struct sk_command *cmd;
	struct sk_system_args args;
	struct sk_system system;
	const char *file_contexts;
	const char *kernel;
	bool coverage, coverage_all, by_kernel;
	bool tap, junit;
	size_t mutants;
	uint64_t seed;
	selkie_suite *suite;
	selkie_label_db *labels;
	selkie_diagnostics *diags;
	selkie_test_results *results;
	selkie_coverage *covered;
	selkie_mutants *flipped;
	struct sk_buf out;
	struct sk_json json;
	bool color;
	size_t n_files, n_skipped;
};

/* A test while it is told. */
struct sk_test_row {
	size_t number;			/* from 1 */
	struct selkie_test test;
	struct selkie_test_result result;
	const char *why;		/* of one that failed: what `can` would print, or NULL */
};

/*
 * Reading.
 */
static int sk_test_take(void *arg, int option, const char *value)
{
	struct sk_test *t = arg;
	unsigned long n;

	switch (option) {
	case SK_TEST_FILE_CONTEXTS: t->file_contexts = value; break;
	case SK_TEST_COVERAGE:
		t->coverage = true;
		t->coverage_all = value && !strcmp(value, "all");
		if (value && !t->coverage_all)
			return sk_usage_error(t->cmd, "--coverage takes nothing or all, not '%s'", value);
		break;
	case SK_TEST_MUTATE:
		n = 100;
		if (value && (!sk_operand_number(value, 1000000, &n) || !n))
			return sk_usage_error(t->cmd, "--mutate takes a number up to a million, not '%s'", value);
		t->mutants = n;
		break;
	case SK_TEST_SEED:
		if (!sk_operand_number(value, UINT32_MAX, &n))
			return sk_usage_error(t->cmd, "--seed takes a number, not '%s'", value);
		t->seed = n;
		break;
	case SK_TEST_KERNEL:
		t->by_kernel = true;
		t->kernel = value;
		break;
	case SK_TEST_TAP: t->tap = true; break;
	case SK_TEST_JUNIT: t->junit = true; break;
	}
	return SK_EXIT_YES;
}

static int sk_test_read_file(struct sk_test *t, const char *path)
{
	int r = selkie_suite_load(t->suite, path, t->diags);

	t->n_files++;
	return r < 0 ? sk_failure(t->cmd, "%s: %s", path, strerror(-r)) : SK_EXIT_YES;
}

static int sk_test_is_candidate(const struct dirent *d)
{
	return d->d_name[0] != '.';
}

static int sk_test_read(struct sk_test *t, const char *path, bool named);

static int sk_test_read_folder(struct sk_test *t, const char *path)
{
	struct dirent **list = NULL;
	int n = scandir(path, &list, sk_test_is_candidate, alphasort), code = SK_EXIT_YES;

	if (n < 0)
		return sk_failure(t->cmd, "%s: %s", path, strerror(errno));
	for (int i = 0; i < n; i++) {
		sk_auto_free char *below = NULL;

		if (asprintf(&below, "%s%s%s", path, sk_has_suffix(path, "/") ? "" : "/", list[i]->d_name) < 0) {
			below = NULL;
			code = sk_failure(t->cmd, "out of memory");
		}
		if (code == SK_EXIT_YES)
			code = sk_test_read(t, below, false);
		free(list[i]);
	}
	free(list);
	return code;
}

/* A file, or all files *.t in a folder and below. */
static int sk_test_read(struct sk_test *t, const char *path, bool named)
{
	struct stat st;

	if (named ? stat(path, &st) : lstat(path, &st))
		return sk_failure(t->cmd, "%s: %s", path, strerror(errno));
	if (S_ISDIR(st.st_mode))
		return sk_test_read_folder(t, path);
	if (named || (S_ISREG(st.st_mode) && sk_has_suffix(path, ".t")))
		return sk_test_read_file(t, path);
	return SK_EXIT_YES;
}

static int sk_test_load_labels(struct sk_test *t)
{
	int r = 0;

	if (t->file_contexts)
		r = selkie_label_load(&t->file_contexts, 1, NULL, NULL, &t->labels);
	else if (!t->args.policy)
		r = selkie_label_load_root(t->args.root, NULL, NULL, NULL, &t->labels);
	/* they are missed only where a test asks for them */
	if (r && (t->file_contexts || r == -ENOMEM))
		return sk_failure(t->cmd, "%s: %s", t->file_contexts ? t->file_contexts : "file contexts", strerror(-r));
	return SK_EXIT_YES;
}

static int sk_test_prepare(struct sk_test *t, char **paths, int n)
{
	int r, code = SK_EXIT_YES;

	if (selkie_suite_new(&t->suite) || !(t->diags = selkie_diagnostics_new()))
		return sk_failure(t->cmd, "out of memory");
	for (int i = 0; i < n && code == SK_EXIT_YES; i++)
		code = sk_test_read(t, paths[i], true);
	if (!n)
		code = sk_test_read(t, ".", true);
	if (code == SK_EXIT_YES && !t->n_files)
		return sk_usage_error(t->cmd, "there is no file *.t here; name the tests");
	if (code == SK_EXIT_YES)
		code = sk_system_open(t->cmd, &t->args, &t->system);
	if (code == SK_EXIT_YES)
		code = sk_test_load_labels(t);
	if (code != SK_EXIT_YES)
		return code;
	r = selkie_suite_bind(t->suite, t->system.policy, t->labels, t->diags);
	if (r < 0)
		return sk_failure(t->cmd, "%s", strerror(-r));
	if (selkie_diagnostics_count(t->diags, SELKIE_SEVERITY_NOTE)) {
		sk_print_diagnostics(t->diags);
		return SK_EXIT_FAILED;
	}
	return SK_EXIT_YES;
}

static int sk_test_progress(void *arg, size_t done)
{
	const struct sk_test *t = arg;

	if (sk_terminal(STDERR_FILENO))
		fprintf(stderr, "\rselkie test: mutant %zu of %zu\033[K", done + 1, t->mutants);
	return 0;
}

/* The further policies of a job, as the kernel reads them. */
struct sk_test_policies {
	struct sk_test *test;
	struct selkie_machine_policy list[8];
	size_t n;
};

static int sk_test_take_policy(void *arg, const char *name, const selkie_policy *policy)
{
	struct sk_test_policies *all = arg;
	struct selkie_machine_policy *p = &all->list[all->n];
	void *data = NULL;
	int r;

	if (all->n == SK_ARRAY_LEN(all->list))
		return -E2BIG;
	r = selkie_policy_write_memory(policy, 0, all->test->diags, &data, &p->size);
	if (r)
		return r;
	p->name = name;
	p->data = data;
	all->n++;
	return 0;
}

static int sk_test_ask_kernel(struct sk_test *t)
{
	struct sk_test_policies all = { .test = t };
	struct selkie_machine_options o = SELKIE_MACHINE_OPTIONS_INIT;
	sk_auto_free char *job = NULL, *answers = NULL;
	sk_auto_free void *policy = NULL;
	size_t size;
	int r;

	o.kernel = t->kernel;
	/* from the build folder, before anything is installed */
	o.guest = getenv("SELKIE_GUEST");
	r = selkie_suite_job(t->suite, t->system.state, &job);
	if (!r)
		r = selkie_policy_write_memory(t->system.policy, 0, t->diags, &policy, &size);
	if (!r)
		r = selkie_suite_job_policies(t->suite, sk_test_take_policy, &all);
	o.policies = all.list;
	o.n_policies = all.n;
	if (!r)
		r = selkie_machine_ask(&o, policy, size, job, t->diags, &answers);
	if (!r)
		r = selkie_suite_judge(t->suite, t->system.state, answers, &t->results);
	for (size_t i = 0; i < all.n; i++)
		free((void *)all.list[i].data);
	if (r > 0) {
		sk_print_diagnostics(t->diags);
		return sk_failure(t->cmd, "the kernel could not be asked");
	}
	return r ? sk_failure(t->cmd, "asking the kernel: %s", strerror(-r)) : SK_EXIT_YES;
}

static int sk_test_run_all(struct sk_test *t)
{
	int r;

	if (t->by_kernel)
		return sk_test_ask_kernel(t);
	r = selkie_suite_run(t->suite, t->system.state, &t->results);

	if (!r && t->coverage)
		r = selkie_suite_cover(t->suite, t->system.state, t->coverage_all ? 0 : SELKIE_COVERAGE_TESTED,
				       &t->covered);
	if (!r && t->mutants) {
		r = selkie_suite_mutate(t->suite, t->system.state, t->seed, t->mutants, sk_test_progress, t, &t->flipped);
		if (sk_terminal(STDERR_FILENO))
			fputs("\r\033[K", stderr);
		if (r == -ENODATA)
			return sk_failure(t->cmd, "the tests touch no rule that could be changed");
	}
	return r ? sk_failure(t->cmd, "%s", strerror(-r)) : SK_EXIT_YES;
}

/*
 * What `can` would print.
 */
static int sk_test_subject(const struct sk_test *t, const selkie_context *context, struct sk_operand_context *ret)
{
	*ret = (struct sk_operand_context){
		.context = (selkie_context *)context,	/* not to be freed: it is the suite's */
		.type = selkie_type_name(t->system.policy, selkie_context_type(context)),
	};
	return selkie_context_print(t->system.policy, context, &ret->text);
}

static void sk_test_explain_one(struct sk_test *t, const struct selkie_test_result *result,
				const struct selkie_question *q, struct sk_buf *out)
{
	struct sk_operand_context source = { 0 }, target = { 0 };
	struct sk_answer a = { .question = *q };
	struct sk_answer_view v = { t->system.policy, &source, &target, out,
				    t->color && !t->tap && !t->junit && !t->args.json, NULL };
	int r = sk_test_subject(t, q->source, &source);

	if (!r)
		r = sk_test_subject(t, q->target, &target);
	if (!r)
		r = sk_answer_ask(result->state, &a);
	if (!r)
		sk_answer_print(&v, &a);
	else
		sk_buf_fail(out, r);
	sk_answer_done(&a);
	free(source.text);
	free(target.text);
}

/* As text of its own; NULL when there is nothing to explain. The caller frees it. */
static char *sk_test_explain(struct sk_test *t, const struct selkie_test_result *result)
{
	struct sk_buf out = SK_BUF_INIT;
	char *text;

	for (size_t i = 0; i < result->n_questions; i++)
		sk_test_explain_one(t, result, &result->questions[i], &out);
	if (out.failed)
		sk_buf_fail(&t->out, -ENOMEM);
	text = out.n ? sk_buf_steal(&out, NULL) : NULL;
	sk_buf_done(&out);
	return text;
}

/* Each line of a text behind `lead`. */
static void sk_test_lines(struct sk_buf *out, const char *text, const char *lead)
{
	while (text && *text) {
		size_t n = strcspn(text, "\n");

		sk_buf_adds(out, lead);
		sk_buf_add(out, text, n);
		sk_buf_addc(out, '\n');
		text += n + (text[n] == '\n');
	}
}

/*
 * Text.
 */
static void sk_test_text_row(struct sk_test *t, const struct sk_test_row *row)
{
	if (row->result.passed)
		return;
	sk_buf_printf(&t->out, "%s:%u: %sfailed%s: %s\n  %s\n", row->test.file, row->test.line, t->color ? "\033[1;31m" : "",
		      t->color ? "\033[0m" : "", row->test.text, row->result.message);
	sk_test_lines(&t->out, row->why, "  ");
}

static const char *sk_test_rule(struct sk_test *t, uint32_t rule, char **ret_text)
{
	if (selkie_rule_print(t->system.policy, rule, ret_text))
		sk_buf_fail(&t->out, -ENOMEM);
	return *ret_text ? *ret_text : "";
}

static const char *sk_test_covered(struct sk_test *t, size_t i, char **ret_text)
{
	if (selkie_coverage_print(t->covered, i, ret_text))
		sk_buf_fail(&t->out, -ENOMEM);
	return *ret_text ? *ret_text : "";
}

/* Each line behind `lead`: TAP has them as comments. */
static void sk_test_print_coverage(struct sk_test *t, struct sk_buf *out, const char *lead)
{
	struct selkie_covered c;

	for (int kind = 0; kind < SELKIE_N_COVERAGE_KINDS; kind++) {
		size_t covered, n = selkie_coverage_tally(t->covered, (enum selkie_coverage_kind)kind, &covered);

		if (n)
			sk_buf_printf(out, "%scoverage: %zu of %zu %s%s\n", lead, covered, n,
				      selkie_coverage_kind_name((enum selkie_coverage_kind)kind, n > 1),
				      t->coverage_all ? "" : " that concern the tests");
	}
	for (size_t i = 0; !selkie_coverage_get(t->covered, i, &c); i++) {
		sk_auto_free char *text = NULL;

		if (!c.covered)
			sk_buf_join(out, lead, "  no test: ", sk_test_covered(t, i, &text), "\n", NULL);
	}
}

static const char *sk_mutant_permission(const struct sk_test *t, const struct selkie_mutant *m)
{
	struct selkie_rule rule;

	if (selkie_rule_get(t->system.policy, m->rule, &rule))
		return "?";
	return selkie_permission_name(t->system.policy, rule.cls, m->permission);
}

static void sk_test_print_mutants(struct sk_test *t, struct sk_buf *out, const char *lead)
{
	size_t n = selkie_mutants_count(t->flipped), caught = selkie_mutants_caught(t->flipped);
	struct selkie_mutant m;

	sk_buf_printf(out, "%smutants: %zu of %zu caught, %zu %%\n", lead, caught, n, n ? 100 * caught / n : 0);
	for (size_t i = 0; !selkie_mutants_get(t->flipped, i, &m); i++) {
		sk_auto_free char *text = NULL;

		if (!m.caught)
			sk_buf_join(out, lead, "  nobody notices: ", sk_test_rule(t, m.rule, &text),
				    m.added ? " with " : " without ", sk_mutant_permission(t, &m), "\n", NULL);
	}
}

/* Both, where they were asked for. */
static void sk_test_print_extras(struct sk_test *t, struct sk_buf *out, const char *lead)
{
	if (t->covered)
		sk_test_print_coverage(t, out, lead);
	if (t->flipped)
		sk_test_print_mutants(t, out, lead);
}

static void sk_test_text_begin(struct sk_test *t)
{
	sk_system_tell(t->cmd, &t->system);
}

static void sk_test_text_end(struct sk_test *t)
{
	size_t n = selkie_suite_count(t->suite), failed = selkie_test_results_failed(t->results);

	if (t->n_skipped)
		sk_buf_printf(&t->out, "%zu tests, %zu failed, %zu skipped: no questions for a kernel\n", n, failed, t->n_skipped);
	else
		sk_buf_printf(&t->out, "%zu tests, %zu failed\n", n, failed);
	sk_test_print_extras(t, &t->out, "");
}

/*
 * TAP and JUnit.
 */
static void sk_test_tap_begin(struct sk_test *t)
{
	sk_buf_printf(&t->out, "1..%zu\n", selkie_suite_count(t->suite));
}

static void sk_test_tap_row(struct sk_test *t, const struct sk_test_row *row)
{
	sk_buf_printf(&t->out, "%s %zu - %s:%u: ", row->result.passed ? "ok" : "not ok", row->number, row->test.file,
		      row->test.line);
	/* a number sign would begin a directive */
	for (const char *s = row->test.text; *s; s++)
		if (*s == '#')
			sk_buf_adds(&t->out, "\\#");
		else
			sk_buf_addc(&t->out, *s);
	sk_buf_adds(&t->out, row->result.skipped ? " # SKIP no question for a kernel\n" : "\n");
	if (row->result.passed)
		return;
	sk_buf_join(&t->out, "# ", row->result.message, "\n", NULL);
	sk_test_lines(&t->out, row->why, "# ");
}

static void sk_test_tap_end(struct sk_test *t)
{
	sk_test_print_extras(t, &t->out, "# ");
}

static void sk_test_xml(struct sk_buf *out, const char *s)
{
	for (; s && *s; s++) {
		if (*s == '<')
			sk_buf_adds(out, "&lt;");
		else if (*s == '>')
			sk_buf_adds(out, "&gt;");
		else if (*s == '&')
			sk_buf_adds(out, "&amp;");
		else if (*s == '"')
			sk_buf_adds(out, "&quot;");
		else if ((unsigned char)*s < ' ' && *s != '\n' && *s != '\t')
			sk_buf_adds(out, "?");
		else
			sk_buf_addc(out, *s);
	}
}

static void sk_test_property(struct sk_buf *out, const char *what, const char *name, size_t value)
{
	sk_buf_printf(out, "    <property name=\"%s %s\" value=\"%zu\"/>\n", what, name, value);
}

/* The counts of coverage and mutants. */
static void sk_test_junit_properties(struct sk_test *t)
{
	if (!t->covered && !t->flipped)
		return;
	sk_buf_adds(&t->out, "  <properties>\n");
	for (int kind = 0; t->covered && kind < SELKIE_N_COVERAGE_KINDS; kind++) {
		const char *name = selkie_coverage_kind_name((enum selkie_coverage_kind)kind, true);
		size_t covered, n = selkie_coverage_tally(t->covered, (enum selkie_coverage_kind)kind, &covered);

		if (!n)
			continue;
		sk_test_property(&t->out, "coverage: covered", name, covered);
		sk_test_property(&t->out, "coverage: all", name, n);
	}
	if (t->flipped) {
		sk_test_property(&t->out, "mutants:", "caught", selkie_mutants_caught(t->flipped));
		sk_test_property(&t->out, "mutants:", "all", selkie_mutants_count(t->flipped));
	}
	sk_buf_adds(&t->out, "  </properties>\n");
}

/* What is lacking, as text. */
static void sk_test_junit_output(struct sk_test *t)
{
	sk_auto_buf struct sk_buf text = SK_BUF_INIT;

	if (!t->covered && !t->flipped)
		return;
	sk_buf_adds(&t->out, "  <system-out>");
	sk_test_print_extras(t, &text, "");
	if (text.failed)
		sk_buf_fail(&t->out, text.error);
	else
		sk_test_xml(&t->out, sk_buf_str(&text));
	sk_buf_adds(&t->out, "</system-out>\n");
}

static void sk_test_junit_begin(struct sk_test *t)
{
	sk_buf_printf(&t->out, "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuite name=\"selkie test\" tests=\"%zu\" "
		      "failures=\"%zu\">\n", selkie_suite_count(t->suite), selkie_test_results_failed(t->results));
	sk_test_junit_properties(t);
}

static void sk_test_junit_row(struct sk_test *t, const struct sk_test_row *row)
{
	sk_buf_adds(&t->out, "  <testcase classname=\"");
	sk_test_xml(&t->out, row->test.file);
	sk_buf_printf(&t->out, "\" line=\"%u\" name=\"", row->test.line);
	sk_test_xml(&t->out, row->test.text);
	sk_buf_adds(&t->out, row->result.skipped ? "\"><skipped/></testcase>\n" : row->result.passed ? "\"/>\n"
			     : "\">\n    <failure message=\"");
	if (row->result.passed)
		return;
	sk_test_xml(&t->out, row->result.message);
	sk_buf_adds(&t->out, "\">");
	sk_test_xml(&t->out, row->why);
	sk_buf_adds(&t->out, "</failure>\n  </testcase>\n");
}

static void sk_test_junit_end(struct sk_test *t)
{
	sk_test_junit_output(t);
	sk_buf_adds(&t->out, "</testsuite>\n");
}

/*
 * JSON.
 */
static void sk_test_json_permissions(struct sk_test *t, struct sk_json *j, const char *name, uint32_t rule, uint32_t perms)
{
	struct selkie_rule r;

	sk_json_array(j, name);
	if (!selkie_rule_get(t->system.policy, rule, &r))
		for (unsigned int bit = 0; bit < 32; bit++)
			if (perms >> bit & 1)
				sk_json_string(j, NULL, selkie_permission_name(t->system.policy, r.cls, bit));
	sk_json_end_array(j);
}

static void sk_test_json_covered(struct sk_test *t, struct sk_json *j, size_t i, const struct selkie_covered *c)
{
	sk_auto_free char *text = NULL;

	sk_json_object(j, NULL);
	sk_json_string(j, "kind", selkie_coverage_kind_name(c->kind, false));
	sk_json_string(j, "text", sk_test_covered(t, i, &text));
	sk_json_bool(j, "covered", c->covered);
	if (c->kind == SELKIE_COVERS_ALLOW)
		sk_test_json_permissions(t, j, "tested", c->number, c->touched);
	sk_json_end_object(j);
}

static void sk_test_json_coverage(struct sk_test *t, struct sk_json *j)
{
	struct selkie_covered c;

	sk_json_object(j, "coverage");
	sk_json_array(j, "kinds");
	for (int kind = 0; kind < SELKIE_N_COVERAGE_KINDS; kind++) {
		size_t covered, n = selkie_coverage_tally(t->covered, (enum selkie_coverage_kind)kind, &covered);

		sk_json_object(j, NULL);
		sk_json_string(j, "kind", selkie_coverage_kind_name((enum selkie_coverage_kind)kind, false));
		sk_json_uint(j, "all", n);
		sk_json_uint(j, "covered", covered);
		sk_json_end_object(j);
	}
	sk_json_end_array(j);
	sk_json_array(j, "list");
	for (size_t i = 0; !selkie_coverage_get(t->covered, i, &c); i++)
		sk_test_json_covered(t, j, i, &c);
	sk_json_end_array(j);
	sk_json_end_object(j);
}

static void sk_test_json_mutants(struct sk_test *t, struct sk_json *j)
{
	struct selkie_mutant m;
	struct selkie_test test;

	sk_json_object(j, "mutants");
	sk_json_uint(j, "tried", selkie_mutants_count(t->flipped));
	sk_json_uint(j, "caught", selkie_mutants_caught(t->flipped));
	sk_json_array(j, "list");
	for (size_t i = 0; !selkie_mutants_get(t->flipped, i, &m); i++) {
		sk_auto_free char *text = NULL;

		sk_json_object(j, NULL);
		sk_json_string(j, "rule", sk_test_rule(t, m.rule, &text));
		sk_json_string(j, "permission", sk_mutant_permission(t, &m));
		sk_json_bool(j, "added", m.added);
		sk_json_bool(j, "caught", m.caught);
		if (m.caught && !selkie_suite_get(t->suite, m.test, &test)) {
			sk_json_string(j, "file", test.file);
			sk_json_uint(j, "line", test.line);
		}
		sk_json_end_object(j);
	}
	sk_json_end_array(j);
	sk_json_end_object(j);
}

static void sk_test_json_begin(struct sk_test *t)
{
	struct sk_json *j = &t->json;

	sk_json_init(j, &t->out);
	sk_json_object(j, NULL);
	sk_json_string(j, "policy", t->system.path);
	sk_json_string(j, "booleans", t->system.booleans);
	if (t->by_kernel)
		sk_json_string(j, "judge", "kernel");
	sk_json_uint(j, "failed", selkie_test_results_failed(t->results));
	sk_json_array(j, "tests");
}

static void sk_test_json_row(struct sk_test *t, const struct sk_test_row *row)
{
	struct sk_json *j = &t->json;

	sk_json_object(j, NULL);
	sk_json_string(j, "file", row->test.file);
	sk_json_uint(j, "line", row->test.line);
	sk_json_string(j, "kind", selkie_test_kind_name(row->test.kind));
	sk_json_string(j, "row", row->test.text);
	sk_json_bool(j, "passed", row->result.passed);
	if (row->result.skipped)
		sk_json_bool(j, "skipped", true);
	if (!row->result.passed)
		sk_json_string(j, "message", row->result.message);
	if (row->why)
		sk_json_string(j, "explanation", row->why);
	sk_json_end_object(j);
}

static void sk_test_json_end(struct sk_test *t)
{
	struct sk_json *j = &t->json;

	sk_json_end_array(j);
	if (t->covered)
		sk_test_json_coverage(t, j);
	if (t->flipped)
		sk_test_json_mutants(t, j);
	sk_json_end_object(j);
	sk_json_finish(j);
}

/*
 * Telling: a format is what stands before the tests, each of them, and what stands behind.
 */
static const struct sk_test_format {
	void (*begin)(struct sk_test *t);
	void (*row)(struct sk_test *t, const struct sk_test_row *row);
	void (*end)(struct sk_test *t);
} sk_test_text = { sk_test_text_begin, sk_test_text_row, sk_test_text_end },
  sk_test_tap = { sk_test_tap_begin, sk_test_tap_row, sk_test_tap_end },
  sk_test_junit = { sk_test_junit_begin, sk_test_junit_row, sk_test_junit_end },
  sk_test_json = { sk_test_json_begin, sk_test_json_row, sk_test_json_end };

static void sk_test_tell_row(struct sk_test *t, const struct sk_test_format *format, size_t i)
{
	struct sk_test_row row = { .number = i + 1 };
	sk_auto_free char *why = NULL;

	selkie_suite_get(t->suite, i, &row.test);
	selkie_test_results_get(t->results, i, &row.result);
	t->n_skipped += row.result.skipped;
	if (!row.result.passed)
		row.why = why = sk_test_explain(t, &row.result);
	format->row(t, &row);
}

static int sk_test_tell(struct sk_test *t)
{
	const struct sk_test_format *format = t->args.json ? &sk_test_json : t->tap ? &sk_test_tap
					      : t->junit ? &sk_test_junit : &sk_test_text;
	int r;

	sk_buf_to_fd(&t->out, STDOUT_FILENO);
	format->begin(t);
	for (size_t i = 0; i < selkie_suite_count(t->suite); i++)
		sk_test_tell_row(t, format, i);
	format->end(t);
	r = sk_buf_flush(&t->out);
	if (r)
		return sk_failure(t->cmd, "writing the output: %s", strerror(-r));
	return selkie_test_results_failed(t->results) ? SK_EXIT_NO : SK_EXIT_YES;
}

static void sk_test_done(struct sk_test *t)
{
	selkie_mutants_free(t->flipped);
	selkie_coverage_free(t->covered);
	selkie_test_results_free(t->results);
	selkie_suite_free(t->suite);
	selkie_label_free(t->labels);
	selkie_diagnostics_free(t->diags);
	sk_system_done(&t->system);
	sk_system_args_done(&t->args);
	sk_buf_done(&t->out);
}

static int sk_run_test(const struct sk_command *cmd, int argc, char **argv)
{
	struct sk_test t = { .cmd = cmd, .seed = 1, .color = sk_color(STDOUT_FILENO) };
	struct sk_args args;
	int code;

	sk_buf_init(&t.out);
	sk_args_init(&args, cmd, argc, argv);
	if (sk_system_read_args(&args, &t.args, sk_test_take, &t, &code)) {
		if (t.tap + t.junit + t.args.json > 1)
			code = sk_usage_error(cmd, "one of --tap, --junit and --json");
		else if (t.by_kernel && (t.coverage || t.mutants))
			code = sk_usage_error(cmd, "--coverage and --mutate are not for a kernel");
		else
			code = sk_test_prepare(&t, argv + args.first, argc - args.first);
		if (code == SK_EXIT_YES)
			code = sk_test_run_all(&t);
		if (code == SK_EXIT_YES)
			code = sk_test_tell(&t);
	}
	sk_test_done(&t);
	return code;
}

const struct sk_command sk_cmd_test = {
	.name = "test",
	.summary = "run tests of a policy: what it must allow, deny and label",
	.arguments = "[FILE|FOLDER]...",
	.options = sk_test_options,
	.about = "A folder stands for its files *.t; without any, the current one. The rows of a file:\n"
		 "  allow httpd_t shadow_t:file read\n"
		 "  deny httpd_t shadow_t:file read because rule\n"
		 "  only { passwd_t -user_t } may write shadow_t:file\n"
		 "  no reach user_t kernel_t\n"
		 "The man page has all of them. Exit status: 0 all pass, 1 some fail, 2 usage, 3 could not.",
	.example = "selkie test --policy policy.33 web.t\n  selkie test --policy policy.33 --coverage --mutate tests",
	.run = sk_run_test,
};
