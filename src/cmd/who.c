/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * selkie who: which domains may do something to a path or a port, by which rules, and which processes of this machine
 * are in them.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "cmd/question.h"

enum sk_who_option {
	SK_WHO_CLASS,
	SK_WHO_RULES,
	SK_WHO_FILE_CONTEXTS,
};

static const struct sk_option sk_who_options[] = {
	[SK_WHO_CLASS] = { 'c', "class", "CLASS",
			   .help = "ask about this class, not the usual one" },
	[SK_WHO_RULES] = { .name = "no-rules", .help = "only the names of the domains" },
	[SK_WHO_FILE_CONTEXTS] = { .name = "file-contexts",
				   .arg = "FILE",
				   .help = "the labels of paths; may be given more than once" },
	SK_OPTION_POLICY,
	SK_OPTION_ROOT,
	SK_OPTION_BOOLEAN,
	SK_OPTION_JSON,
	SK_OPTION_END,
};

struct sk_who_request {
	const struct sk_command *cmd;
	struct sk_question_args question;
	bool no_rules;
	const char *words; /* permissions */
};

/* The answer while it is printed. */
struct sk_who_page {
	const struct sk_who_request *q;
	const struct sk_question *question;
	const selkie_who *who;
	struct sk_buf *out;
};

static int sk_who_take(void *arg, int o, const char *value)
{
	struct sk_who_request *q = arg;

	switch (o) {
	case SK_WHO_CLASS:
		q->question.thing.cls = value;
		break;
	case SK_WHO_RULES:
		q->no_rules = true;
		break;
	default:
		return sk_question_add_contexts(q->cmd, &q->question, value);
	}
	return SK_EXIT_YES;
}

static bool sk_who_same_rules(const struct selkie_who_domain *a, const struct selkie_who_domain *b)
{
	return a->n_rules == b->n_rules &&
	       !memcmp(a->rules, b->rules, a->n_rules * sizeof(*a->rules));
}

static void sk_who_print_processes(const struct sk_who_page *page, selkie_type_id type)
{
	for (size_t i = 0; i < page->question->n_processes; i++) {
		const struct sk_question_process *p = &page->question->processes[i];

		if (p->type.v == type.v)
			sk_buf_printf(page->out, "      %lu %s\n", p->pid, p->command);
	}
}

/* The domains that have the same rules, and these rules below. Returns how many they are. */
static size_t sk_who_print_group(const struct sk_who_page *page, size_t first)
{
	const selkie_policy *policy = page->question->system.policy;
	const struct selkie_who_domain *d = selkie_who_get(page->who, first);
	size_t n = 0;

	for (; first + n < selkie_who_count(page->who); n++) {
		const struct selkie_who_domain *other = selkie_who_get(page->who, first + n);

		if (!sk_who_same_rules(d, other))
			break;
		sk_buf_join(page->out, "  ", selkie_type_name(policy, other->type), "\n", NULL);
		sk_who_print_processes(page, other->type);
	}
	for (size_t i = 0; i < d->n_rules && !page->q->no_rules; i++)
		sk_question_print_rule(page->out, page->question, d->rules[i]);
	return n;
}

/* "shadow_t, by file_contexts:12" */
static void sk_who_print_thing(const struct sk_who_page *page)
{
	const selkie_policy *policy = page->question->system.policy;
	const struct selkie_thing *t = page->question->thing;

	sk_buf_join(page->out, t->word, " is ",
		    selkie_type_name(policy, selkie_context_type(t->context)), ":",
		    selkie_class_name(policy, t->cls), NULL);
	if (t->label == SELKIE_THING_BY_RULE)
		sk_buf_printf(page->out, ", by %s:%u", t->rule->file, t->rule->line);
	else if (t->label == SELKIE_THING_BY_GIVEN)
		sk_buf_adds(page->out, ", by the label it has");
	else if (t->label == SELKIE_THING_BY_STATEMENT)
		sk_buf_adds(page->out, ", by the policy");
	else if (t->label == SELKIE_THING_BY_DEFAULT)
		sk_buf_adds(page->out, ", as all ports that the policy does not name");
	sk_buf_adds(page->out, ".\n");
	sk_question_print_label(page->out, page->question);
	if (t->label == SELKIE_THING_BY_GIVEN && t->rule && t->rule->type &&
	    strcmp(t->rule->type, selkie_type_name(policy, selkie_context_type(t->context))))
		sk_buf_join(page->out, "It should be ", t->rule->type,
			    " by the file contexts; see restorecon(8).\n", NULL);
}

static void sk_who_print_held(const struct sk_who_page *page)
{
	const selkie_policy *policy = page->question->system.policy;
	size_t n = selkie_who_held_count(page->who);

	if (!n)
		return;
	sk_buf_printf(page->out,
		      "%zu more ha%s the rules, but %s held back by constraints or bounds:\n", n,
		      n == 1 ? "s" : "ve", n == 1 ? "is" : "are");
	for (size_t i = 0; i < n; i++)
		sk_buf_join(page->out, "  ",
			    selkie_type_name(policy, selkie_who_held(page->who, i)->type), "\n",
			    NULL);
}

/* Nothing is refused to permissive domains, whatever the rules. */
static void sk_who_print_permissive(const struct sk_who_page *page)
{
	const struct sk_system *system = &page->question->system;
	selkie_type_id type = { 0 };
	const char *lead = "Permissive, so that nothing is refused to them: ";

	while ((type = selkie_type_next(system->policy, type)).v)
		if (!selkie_type_is_attribute(system->policy, type) &&
		    selkie_state_permissive(system->state, type)) {
			sk_buf_join(page->out, lead, selkie_type_name(system->policy, type), NULL);
			lead = ", ";
		}
	if (*lead == ',')
		sk_buf_adds(page->out, ".\n");
}

static void sk_who_print_text(void *arg, struct sk_buf *out)
{
	struct sk_who_page *page = arg;
	size_t n = selkie_who_count(page->who);

	page->out = out;

	sk_who_print_thing(page);
	sk_buf_printf(page->out, "%zu domain%s may %s it%s\n", n, n == 1 ? "" : "s", page->q->words,
		      n ? ":" : ".");
	for (size_t i = 0; i < n;)
		i += sk_who_print_group(page, i);
	sk_who_print_held(page);
	sk_who_print_permissive(page);
}

static void sk_who_json_domain(const struct sk_who_page *page, struct sk_json *j,
			       const struct selkie_who_domain *d)
{
	const selkie_policy *policy = page->question->system.policy;

	sk_json_object(j, NULL);
	sk_json_string(j, "domain", selkie_type_name(policy, d->type));
	sk_question_json_context(j, "context", policy, d->context);
	sk_json_bool(j, "permissive",
		     selkie_state_permissive(page->question->system.state, d->type));
	sk_json_array(j, "rules");
	for (size_t i = 0; i < d->n_rules; i++)
		sk_question_json_rule(j, page->question, d->rules[i]);
	sk_json_end_array(j);
	sk_question_json_processes(j, page->question, d->type);
	sk_json_end_object(j);
}

static void sk_who_print_json(void *arg, struct sk_json *j)
{
	const struct sk_who_page *page = arg;

	sk_question_json_thing(j, page->question);
	sk_json_string(j, "permissions", page->q->words);
	sk_json_array(j, "domains");
	for (size_t i = 0; i < selkie_who_count(page->who); i++)
		sk_who_json_domain(page, j, selkie_who_get(page->who, i));
	sk_json_end_array(j);
	sk_json_array(j, "held");
	for (size_t i = 0; i < selkie_who_held_count(page->who); i++)
		sk_who_json_domain(page, j, selkie_who_held(page->who, i));
	sk_json_end_array(j);
}

static int sk_who_answer(const struct sk_who_request *q, const struct sk_question *question)
{
	struct sk_who_page page = { .q = q, .question = question };
	selkie_who *who = NULL;
	uint32_t perms;
	int code = sk_question_permissions(q->cmd, question, q->words, &perms), r;

	if (code != SK_EXIT_YES)
		return code;
	r = selkie_who_ask(question->system.state, question->thing, perms, &who);
	if (r)
		return sk_failure(q->cmd, "%s", strerror(-r));
	page.who = who;
	code = sk_question_show(q->cmd, question, q->question.system.json, sk_who_print_text,
				sk_who_print_json, &page);
	if (code == SK_EXIT_YES && !selkie_who_count(who))
		code = SK_EXIT_NO;
	selkie_who_free(who);
	return code;
}

static int sk_run_who(const struct sk_command *cmd, int argc, char **argv)
{
	struct sk_who_request q = { .cmd = cmd };
	struct sk_question question = { 0 };
	struct sk_args args;
	int code;

	sk_args_init(&args, cmd, argc, argv);
	if (!sk_system_read_args(&args, &q.question.system, sk_who_take, &q, &code))
		return code;
	if (argc - args.first != 2) {
		code = sk_usage_error(cmd, "say what is done and to what, as in 'write /etc/shadow'");
	} else {
		q.words = argv[args.first];
		code = sk_question_open(cmd, &q.question, argv[args.first + 1], &question);
	}
	if (code == SK_EXIT_YES)
		code = sk_who_answer(&q, &question);
	sk_question_done(&question);
	sk_question_args_done(&q.question);
	return code;
}

const struct sk_command sk_cmd_who = {
	.name = "who",
	.summary = "tell which domains may do something to a path or port",
	.arguments = "PERMISSION[,PERMISSION]... PATH|PORT|TYPE",
	.options = sk_who_options,
	.about = "A port is written tcp:8443. 'bind' and 'connect' are for ports, 'run' for "
		 "programs;\n"
		 "otherwise permissions have the policy's names. All of them must be allowed.",
	.example = "selkie who write /etc/shadow\n  selkie who bind tcp:8443",
	.run = sk_run_who,
};
