/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What selkie who and selkie what have in common.
 */
#include "cmd/question.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

int sk_question_add_contexts(const struct sk_command *cmd, struct sk_question_args *args,
			     const char *file)
{
	if (sk_grow(&args->contexts, &args->cap_contexts, args->n_contexts + 1,
		    sizeof(*args->contexts)))
		return sk_failure(cmd, "out of memory");
	args->contexts[args->n_contexts++] = file;
	return SK_EXIT_YES;
}

void sk_question_args_done(struct sk_question_args *args)
{
	free(args->contexts);
	sk_system_args_done(&args->system);
}

/* Prints the diagnostics and gives the exit code of a result. */
static int sk_question_told(const struct sk_command *cmd, selkie_diagnostics *diags, int r)
{
	if (diags)
		sk_print_diagnostics(diags);
	selkie_diagnostics_free(diags);
	if (r < 0)
		return sk_failure(cmd, "%s", strerror(-r));
	return r ? SK_EXIT_USAGE : SK_EXIT_YES;
}

static int sk_question_add_process(void *arg, const struct selkie_host_process *process)
{
	struct sk_question *q = arg;
	struct sk_question_process p = { .pid = process->pid };
	selkie_context *context = NULL;
	int r = selkie_context_parse(q->system.policy, process->context,
				     SELKIE_CONTEXT_UNAUTHORIZED, NULL, &context);

	if (r)
		return r < 0 ? r : 0;
	p.type = selkie_context_type(context);
	selkie_context_free(context);
	snprintf(p.command, sizeof(p.command), "%s", process->command);
	r = sk_grow(&q->processes, &q->cap_processes, q->n_processes + 1, sizeof(*q->processes));
	if (!r)
		q->processes[q->n_processes++] = p;
	return r;
}

/* A path of a system is looked at, for its file type and the label it really has. */
static int sk_question_thing(const struct sk_command *cmd, const struct sk_question_args *args,
			     const char *word, struct sk_question *q)
{
	struct selkie_thing_options options = args->thing;
	selkie_diagnostics *diags = selkie_diagnostics_new();
	sk_auto_free char *context = NULL;
	int r;

	if (*word == '/' && !args->system.policy) {
		selkie_host_file(args->system.root, word, &options.mode, &context);
		options.context = context;
	}
	r = diags ? selkie_thing_find(q->system.policy, q->labels, word, &options, diags, &q->thing)
		  : -ENOMEM;
	return sk_question_told(cmd, diags, r);
}

int sk_question_open(const struct sk_command *cmd, const struct sk_question_args *args,
		     const char *word, struct sk_question *ret)
{
	bool running =
		!args->system.policy && (!args->system.root || !strcmp(args->system.root, "/"));
	int code = sk_system_open(cmd, &args->system, &ret->system), r;

	if (code == SK_EXIT_YES)
		code = sk_system_labels(cmd, &args->system, args->contexts, args->n_contexts, NULL,
					NULL, &ret->labels);
	if (code == SK_EXIT_YES)
		ret->origins = sk_system_origins(cmd, &ret->system);
	if (code == SK_EXIT_YES && word)
		code = sk_question_thing(cmd, args, word, ret);
	if (code == SK_EXIT_YES && running) {
		ret->has_processes = true;
		r = selkie_host_each_process(sk_question_add_process, ret);
		if (r)
			code = sk_failure(cmd, "looking at the processes: %s", strerror(-r));
	}
	if (code == SK_EXIT_YES && !args->system.json)
		sk_system_tell(cmd, &ret->system);
	return code;
}

void sk_question_done(struct sk_question *question)
{
	selkie_thing_free(question->thing);
	selkie_label_free(question->labels);
	selkie_origins_free(question->origins);
	free(question->processes);
	sk_system_done(&question->system);
}

int sk_question_permissions(const struct sk_command *cmd, const struct sk_question *question,
			    const char *words, uint32_t *ret_perms)
{
	selkie_diagnostics *diags = selkie_diagnostics_new();
	int r = diags ? selkie_thing_permissions(question->system.policy, question->thing, words,
						 diags, ret_perms)
		      : -ENOMEM;

	return sk_question_told(cmd, diags, r);
}

/* A rule, and as sesearch prints it (to be freed); NULL without memory. */
static char *sk_question_rule(const struct sk_question *question, uint32_t number,
			      struct selkie_rule *ret)
{
	char *text = NULL;

	if (selkie_rule_get(question->system.policy, number, ret) ||
	    selkie_rule_text(question->system.policy, ret, &text))
		return NULL;
	return text;
}

void sk_question_print_rule(struct sk_buf *out, const struct sk_question *question, uint32_t rule)
{
	struct selkie_rule r;
	sk_auto_free char *text = sk_question_rule(question, rule, &r);

	if (!text) {
		sk_buf_fail(out, -ENOMEM);
		return;
	}
	sk_buf_join(out, "    ", text, "\n", NULL);
	sk_origins_print(out, question->origins, &r, 0, "      from ");
}

void sk_question_json_rule(struct sk_json *j, const struct sk_question *question, uint32_t rule)
{
	struct selkie_rule r;
	sk_auto_free char *text = sk_question_rule(question, rule, &r);

	if (!text) {
		sk_buf_fail(j->buf, -ENOMEM);
		return;
	}
	sk_json_object(j, NULL);
	sk_json_string(j, "text", text);
	sk_origins_json(j, question->origins, question->system.policy, &r);
	sk_json_end_object(j);
}

int sk_question_show(const struct sk_command *cmd, const struct sk_question *question, bool json,
		     void (*text)(void *answer, struct sk_buf *out),
		     void (*members)(void *answer, struct sk_json *j), void *answer)
{
	struct sk_json j;
	struct sk_buf out;
	int r;

	sk_buf_to_fd(&out, STDOUT_FILENO);
	if (json) {
		sk_json_init(&j, &out);
		sk_json_object(&j, NULL);
		sk_json_string(&j, "policy", question->system.path);
		members(answer, &j);
		sk_json_end_object(&j);
		sk_json_finish(&j);
	} else {
		text(answer, &out);
	}
	r = sk_buf_flush(&out);
	sk_buf_done(&out);
	return r ? sk_failure(cmd, "writing the answer: %s", strerror(-r)) : SK_EXIT_YES;
}

void sk_question_json_context(struct sk_json *j, const char *name, const selkie_policy *policy,
			      const selkie_context *context)
{
	sk_auto_free char *text = NULL;

	if (selkie_context_print(policy, context, &text))
		sk_buf_fail(j->buf, -ENOMEM);
	else
		sk_json_string(j, name, text);
}

/* The statement of the policy that labels a thing. */
static struct selkie_fact sk_question_statement(const struct selkie_thing *t)
{
	return (struct selkie_fact){ .kind = t->kind == SELKIE_THING_PORT ? SELKIE_FACT_PORT : SELKIE_FACT_GENFS,
				     .id = t->statement };
}

void sk_question_print_label(struct sk_buf *out, const struct sk_question *question)
{
	const struct selkie_thing *t = question->thing;
	const struct selkie_fact fact = sk_question_statement(t);
	struct sk_label_origins labels = { 0 };

	if (t->rule && t->label != SELKIE_THING_BY_STATEMENT)
		sk_label_rule_print(out, &labels, t->rule, "  from ");
	else if (t->label == SELKIE_THING_BY_STATEMENT)
		sk_fact_print(out, question->origins, question->system.policy, &fact, "  from ");
	sk_label_origins_done(&labels);
}

void sk_question_json_thing(struct sk_json *j, const struct sk_question *question)
{
	static const char *const kinds[] = { "path", "port", "type" };
	static const char *const labels[] = { "given", "file_contexts", "policy", "default",
					      "type" };
	const struct selkie_thing *t = question->thing;
	const struct selkie_fact fact = sk_question_statement(t);
	struct sk_label_origins files = { 0 };

	sk_json_object(j, "thing");
	sk_json_string(j, "word", t->word);
	sk_json_string(j, "kind", kinds[t->kind]);
	sk_question_json_context(j, "context", question->system.policy, t->context);
	sk_json_string(j, "type",
		       selkie_type_name(question->system.policy, selkie_context_type(t->context)));
	sk_json_string(j, "class", selkie_class_name(question->system.policy, t->cls));
	sk_json_string(j, "by", labels[t->label]);
	if (t->rule) {
		sk_json_object(j, "rule");
		sk_json_string(j, "file", t->rule->file);
		sk_json_uint(j, "line", t->rule->line);
		sk_json_string(j, "pattern", t->rule->pattern);
		sk_label_rule_json(j, &files, t->rule);
		sk_json_end_object(j);
	}
	if (t->label == SELKIE_THING_BY_STATEMENT)
		sk_fact_json(j, question->origins, question->system.policy, &fact);
	sk_label_origins_done(&files);
	sk_json_end_object(j);
}

void sk_question_json_processes(struct sk_json *j, const struct sk_question *question,
				selkie_type_id type)
{
	if (!question->has_processes)
		return;
	sk_json_array(j, "processes");
	for (size_t i = 0; i < question->n_processes; i++) {
		if (question->processes[i].type.v != type.v)
			continue;
		sk_json_object(j, NULL);
		sk_json_uint(j, "pid", question->processes[i].pid);
		sk_json_string(j, "command", question->processes[i].command);
		sk_json_end_object(j);
	}
	sk_json_end_array(j);
}
