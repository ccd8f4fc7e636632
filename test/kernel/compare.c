/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Answers every question of a job by the library and holds the kernel's answer against it. Nothing is let pass but the
 * sequence number of an access decision, which counts policy loads. Output is TAP, one point for each job and kind; the plan
 * is the caller's, who has more points to make.
 */
#include "vm/archive.h"
#include "deeds.h"
#include "judge.h"
#include "world.h"

#include <selkie/selkie.h>
#include <selkie/transition.h>

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define WORDS 6
#define SHOWN 10

const char *const question_names[N_QUESTIONS] = {
	"access", "create", "member", "relabel", "context", "validatetrans", "deed", "other",
};

struct tally {
	uint32_t asked, differ;
	uint32_t telling; /* granted something, gave another context than both, or refused */
};

struct judge {
	const char *jobs; /* folder */
	selkie_policy *policy;
	selkie_state *state;
	struct tally tally[N_QUESTIONS];
	char ours[4096];
	struct {
		char path[64], context[CONTEXT_MAX];
	} files[8]; /* that the job made */
	size_t n_files;
};

static void need(int r, const char *what)
{
	if (r < 0) {
		fprintf(stderr, "kernel-judge: %s: %s\n", what, strerror(-r));
		exit(3);
	}
}

static void answer(struct judge *j, const char *fmt, ...)
{
	va_list args;

	va_start(args, fmt);
	vsnprintf(j->ours, sizeof(j->ours), fmt, args);
	va_end(args);
}

/* As the guest writes the kernel's errno. */
static void refuse(struct judge *j, int e)
{
	answer(j, "! %d", e);
}

static void load(struct judge *j, const char *name)
{
	selkie_diagnostics *diags = selkie_diagnostics_new();
	char path[4096];
	int r;

	snprintf(path, sizeof(path), "%s/%s", j->jobs, name);
	selkie_state_free(j->state);
	selkie_policy_free(j->policy);
	j->state = NULL;
	j->policy = NULL;
	r = selkie_policy_load(path, diags, &j->policy);
	need(r, path);
	if (r) {
		char *text = selkie_diagnostics_print(diags, 0);

		answer(j, "refused: %s", text ? text : "");
		free(text);
	} else {
		need(selkie_state_new(j->policy, &j->state), path);
	}
	selkie_diagnostics_free(diags);
}

/* "#N" is a class by number. */
static selkie_class_id find_class(struct judge *j, const char *name)
{
	if (name[0] == '#')
		return (selkie_class_id){ (uint32_t)atoi(name + 1) };
	return selkie_class_find(j->policy, name);
}

static selkie_context *parse(struct judge *j, const char *text)
{
	selkie_context *c = NULL;

	need(selkie_context_parse(j->policy, text, 0, NULL, &c), "a context");
	return c;
}

static void ask_access(struct judge *j, char **word)
{
	selkie_context *source = parse(j, word[1]), *target = parse(j, word[2]);
	struct selkie_access a = { 0 };
	int r;

	if (!source || !target) {
		refuse(j, EINVAL);
	} else {
		r = selkie_access_decide(j->state, NULL, source, target, find_class(j, word[3]),
					 &a);
		/* A class number beyond the policy's is an error here; the kernel grants nothing and logs it. */
		if (r == -EINVAL)
			a = (struct selkie_access){
				.auditdeny = UINT32_MAX,
				.flags = selkie_state_permissive(j->state,
								 selkie_context_type(source)),
			};
		else
			need(r, "an access");
		answer(j, "%x ffffffff %x %x %x", a.allowed, a.auditallow, a.auditdeny, a.flags);
		j->tally[Q_ACCESS].telling += a.allowed != 0;
	}
	selkie_context_free(source);
	selkie_context_free(target);
}

/* The name of a new object as the guest's kernel decodes it. */
static const char *decode(char *text)
{
	char *to = text;

	for (const char *from = text; *from; to++) {
		unsigned int c;

		if (from[0] == '%' && sscanf(from + 1, "%2x", &c) == 1) {
			*to = (char)c;
			from += 3;
		} else {
			*to = *from++;
		}
	}
	*to = 0;
	return text;
}

static void ask_label(struct judge *j, enum question q, char **word, unsigned int n_words)
{
	static const enum selkie_transition_kind kinds[] = {
		[Q_CREATE] = SELKIE_TRANSITION_CREATE,
		[Q_MEMBER] = SELKIE_TRANSITION_MEMBER,
		[Q_RELABEL] = SELKIE_TRANSITION_RELABEL,
	};
	selkie_context *source = parse(j, word[1]), *target = parse(j, word[2]), *result = NULL;
	char *text = NULL;
	int r;

	if (!source || !target) {
		refuse(j, EINVAL);
	} else {
		r = selkie_transition_compute(j->state, NULL, kinds[q], source, target,
					      find_class(j, word[3]),
					      n_words > 4 ? decode(word[4]) : NULL, NULL, &result);
		need(r, "a label");
		if (r == SELKIE_TRANSITION_NO_RANGE) {
			refuse(j, EINVAL);
		} else {
			/* A permissive kernel gives out an invalid context too; its text must be the same. */
			need(selkie_context_print(j->policy, result, &text), "a context");
			answer(j, "%s", text);
			j->tally[q].telling +=
				strcmp(text, word[1]) != 0 &&
				selkie_context_type(result).v != selkie_context_type(source).v &&
				selkie_context_type(result).v != selkie_context_type(target).v;
		}
	}
	free(text);
	selkie_context_free(result);
	selkie_context_free(source);
	selkie_context_free(target);
}

static void ask_context(struct judge *j, const char *text)
{
	selkie_context *c = parse(j, text);
	char *canonical;

	if (!c) {
		refuse(j, EINVAL);
		j->tally[Q_CONTEXT].telling++;
		return;
	}
	need(selkie_context_print(j->policy, c, &canonical), "a context");
	answer(j, "%s", canonical);
	free(canonical);
	selkie_context_free(c);
}

static void ask_validatetrans(struct judge *j, char **word)
{
	selkie_context *old = parse(j, word[1]), *new = parse(j, word[2]),
		       *task = parse(j, word[4]);
	int r = -EINVAL;

	if (old && new &&task)
		r = selkie_transition_validate(j->policy, old, new, task, find_class(j, word[3]),
					       NULL);
	if (r == -EINVAL) {
		refuse(j, EINVAL);
	} else if (r == SELKIE_RELABEL_FORBIDDEN) {
		refuse(j, EPERM);
		j->tally[Q_VALIDATETRANS].telling++;
	} else {
		need(r, "validatetrans");
		answer(j, "ok");
	}
	selkie_context_free(old);
	selkie_context_free(new);
	selkie_context_free(task);
}

static void note_file(struct judge *j, const char *path, const char *context)
{
	if (j->n_files == sizeof(j->files) / sizeof(j->files[0]))
		need(-E2BIG, "files of a job");
	snprintf(j->files[j->n_files].path, sizeof(j->files[0].path), "%s", path);
	snprintf(j->files[j->n_files++].context, sizeof(j->files[0].context), "%s", context);
}

/* as CONTEXT ioctls PATH, as CONTEXT message 0 TYPE */
static void ask_deed(struct judge *j, char **word, unsigned int n)
{
	selkie_context *source = parse(j, word[1]), *file = NULL;

	answer(j, "not understood");
	for (size_t i = 0; n == 4 && i < j->n_files && !file; i++) {
		if (!strcmp(j->files[i].path, word[3]))
			file = parse(j, j->files[i].context);
	}
	if (source && file && !strcmp(word[2], "ioctls")) {
		expect_ioctls(j->state, source, file, j->ours, sizeof(j->ours));
		j->tally[Q_DEED].telling++;
	} else if (source && n == 5 && !strcmp(word[2], "message") && !strcmp(word[3], "0")) {
		expect_message(j->state, source, (unsigned int)atoi(word[4]), j->ours,
			       sizeof(j->ours));
		j->tally[Q_DEED].telling += j->ours[0] == '!';
	}
	selkie_context_free(source);
	selkie_context_free(file);
}

static enum question judge_line(struct judge *j, char **word, unsigned int n)
{
	for (unsigned int q = 0; q < Q_DEED && n > 1; q++) {
		if (strcmp(word[0], question_names[q]))
			continue;
		if (!j->state)
			answer(j, "no policy");
		else if (q == Q_ACCESS && n == 4)
			ask_access(j, word);
		else if ((q == Q_CREATE || q == Q_MEMBER || q == Q_RELABEL) && n >= 4)
			ask_label(j, q, word, n);
		else if (q == Q_CONTEXT && n == 2)
			ask_context(j, word[1]);
		else if (q == Q_VALIDATETRANS && n == 5)
			ask_validatetrans(j, word);
		else
			answer(j, "not understood");
		return q;
	}
	if (!strcmp(word[0], "as") && n > 3) {
		ask_deed(j, word, n);
		return Q_DEED;
	}
	answer(j, "ok");
	if (!strcmp(word[0], "file") && n == 3)
		note_file(j, word[1], word[2]);
	else if (!strcmp(word[0], "load") && n == 2)
		load(j, word[1]);
	else if (!strcmp(word[0], "boolean") && n == 3)
		selkie_state_set_bool(j->state, word[1], atoi(word[2]) != 0);
	else if (strcmp(word[0], "commit") && strcmp(word[0], "mount") &&
		 strcmp(word[0], "enforce"))
		answer(j, "not understood");
	return Q_OTHER;
}

/* "ALLOWED DECIDED AUDITALLOW AUDITDENY SEQNO FLAGS" without the fifth. */
static void drop_seqno(char *text)
{
	unsigned int allowed, decided, auditallow, auditdeny, seqno, flags;
	int end = 0;

	if (sscanf(text, "%x %x %x %x %u %x%n", &allowed, &decided, &auditallow, &auditdeny, &seqno,
		   &flags, &end) == 6 &&
	    !text[end])
		sprintf(text, "%x %x %x %x %x", allowed, decided, auditallow, auditdeny, flags);
}

static char *take_line(char **text)
{
	char *line = *text, *end;

	if (!*line)
		return NULL;
	end = strchrnul(line, '\n');
	*text = *end ? end + 1 : end;
	*end = 0;
	return line;
}

static void compare_line(struct judge *j, char *question, char *kernel)
{
	char *word[WORDS] = { (char *)"" }, *save, whole[8192];
	enum question q;
	unsigned int n = 0;

	snprintf(whole, sizeof(whole), "%s", question);
	for (char *p = strtok_r(question, " ", &save); p && n < WORDS;
	     p = strtok_r(NULL, " ", &save))
		word[n++] = p;
	q = judge_line(j, word, n);
	if (q == Q_ACCESS)
		drop_seqno(kernel);
	j->tally[q].asked++;
	if (!strcmp(j->ours, kernel))
		return;
	if (j->tally[q].differ++ < SHOWN)
		printf("# %s\n#   kernel: %s\n#   selkie: %s\n", whole, kernel, j->ours);
}

static char *slurp(const char *folder, const char *name, const char *ending)
{
	char path[4096], *text;
	size_t size;

	snprintf(path, sizeof(path), "%s/%s.%s", folder, name, ending);
	need(sk_archive_slurp(path, &text, &size), path);
	return text;
}

/* Returns how many points were printed. */
static unsigned int report(const char *name, const struct judge *j, unsigned int point,
			   bool *failed)
{
	for (unsigned int q = 0; q < N_QUESTIONS; q++) {
		const struct tally *t = &j->tally[q];

		if (!t->asked)
			continue;
		printf("%sok %u - %s: %s: %u asked, %u telling, %u differ\n",
		       t->differ ? "not " : "", ++point, name, question_names[q], t->asked,
		       t->telling, t->differ);
		*failed |= t->differ != 0;
	}
	return point;
}

static void compare_job(struct judge *j, const char *answers, const char *name)
{
	char *job = slurp(j->jobs, name, "job"), *out = slurp(answers, name, "out");
	char *questions = job, *kernel = out, *question;

	memset(j->tally, 0, sizeof(j->tally));
	while ((question = take_line(&questions))) {
		char *theirs = take_line(&kernel);
		char none[] = "no answer";

		compare_line(j, question, theirs ? theirs : none);
	}
	if (*kernel)
		j->tally[Q_OTHER].differ++;
	free(job);
	free(out);
}

int compare(const char *jobs, const char *answers, char **names)
{
	uint32_t total[N_QUESTIONS] = { 0 };
	struct judge j = { .jobs = jobs };
	bool failed = false;
	unsigned int point = 0;

	for (; *names; names++) {
		compare_job(&j, answers, *names);
		point = report(*names, &j, point, &failed);
		for (unsigned int q = 0; q < N_QUESTIONS; q++)
			total[q] += j.tally[q].asked;
	}
	printf("#");
	for (unsigned int q = 0; q < N_QUESTIONS; q++)
		printf(" %s %u", question_names[q], total[q]);
	putchar('\n');
	selkie_state_free(j.state);
	selkie_policy_free(j.policy);
	return failed;
}
