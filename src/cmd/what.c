/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * selkie what: what processes of a domain may do, in kinds that people ask about, with the paths and ports behind the types.
 */
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "cmd/operand.h"
#include "cmd/question.h"

enum sk_what_option {
	SK_WHAT_LIMIT,
	SK_WHAT_FILE_CONTEXTS,
};

static const struct sk_option sk_what_options[] = {
	[SK_WHAT_LIMIT] = { 'l', "limit", "N", .help = "show that many of each kind (10); 0: all" },
	[SK_WHAT_FILE_CONTEXTS] = { .name = "file-contexts",
				    .arg = "FILE",
				    .help = "the labels of paths; may be given more than once" },
	SK_OPTION_POLICY,
	SK_OPTION_ROOT,
	SK_OPTION_BOOLEAN,
	SK_OPTION_JSON,
	SK_OPTION_END,
};

struct sk_what_request {
	const struct sk_command *cmd;
	struct sk_question_args question;
	unsigned long limit;
};

struct sk_what_page {
	const struct sk_what_request *q;
	const struct sk_question *question;
	const selkie_policy *policy;
	const selkie_what *what;
	selkie_type_id domain;
	struct sk_buf *out;
};

static int sk_what_take(void *arg, int o, const char *value)
{
	struct sk_what_request *q = arg;

	if (o == SK_WHAT_FILE_CONTEXTS)
		return sk_question_add_contexts(q->cmd, &q->question, value);
	if (!sk_operand_number(value, UINT32_MAX, &q->limit))
		return sk_usage_error(q->cmd, "--limit takes a number, not '%s'", value);
	return SK_EXIT_YES;
}

static const char *const sk_power_titles[SELKIE_N_POWER_KINDS] = {
	[SELKIE_POWER_CHANGE] = "May change files of",
	[SELKIE_POWER_READ] = "May read files of",
	[SELKIE_POWER_RUN] = "May run programs of",
	[SELKIE_POWER_LISTEN] = "May listen on ports of",
	[SELKIE_POWER_CONNECT] = "May connect to ports of",
	[SELKIE_POWER_BECOME] = "May become",
	[SELKIE_POWER_CAPABILITY] = "Has of root's capabilities",
};

static const char *sk_protocol_name(int protocol)
{
	return protocol == IPPROTO_TCP	  ? "tcp"
	       : protocol == IPPROTO_UDP  ? "udp"
	       : protocol == IPPROTO_SCTP ? "sctp"
					  : "dccp";
}

/* Calls for the ports of a type and of the protocol of a class; the i-th, or false. */
static bool sk_what_port(const struct sk_what_page *page, const struct selkie_power *power,
			 size_t *i, struct selkie_port_range *ret)
{
	const char *cls = selkie_class_name(page->policy, power->cls);

	for (; *i < selkie_policy_n_ports(page->policy); ++*i) {
		const char *protocol;

		selkie_policy_port(page->policy, *i, ret);
		protocol = sk_protocol_name(ret->protocol);
		if (selkie_context_type(ret->context).v == power->type.v &&
		    !strncmp(cls, protocol, strlen(protocol))) {
			++*i;
			return true;
		}
	}
	return false;
}

/* "tcp 80, 443", at most a few. */
#define SK_WHAT_PORTS 8
#define SK_WHAT_PATHS 2

static void sk_what_print_ports(const struct sk_what_page *page, const struct selkie_power *power)
{
	struct selkie_port_range range;
	size_t i = 0, n = 0;

	for (; sk_what_port(page, power, &i, &range); n++) {
		if (n >= SK_WHAT_PORTS)
			continue;
		if (!n)
			sk_buf_printf(page->out, "  %s", sk_protocol_name(range.protocol));
		sk_buf_printf(page->out, range.low == range.high ? "%s%u" : "%s%u-%u",
			      n ? ", " : " ", range.low, range.high);
	}
	if (n > SK_WHAT_PORTS)
		sk_buf_printf(page->out, " and %zu more", n - SK_WHAT_PORTS);
}

static void sk_what_print_paths(const struct sk_what_page *page, const struct selkie_power *power)
{
	for (size_t i = 0; i < power->n_label_rules && i < SK_WHAT_PATHS; i++)
		sk_buf_join(page->out, "  ",
			    selkie_label_rule_at(page->question->labels, power->label_rules[i])
				    ->pattern,
			    NULL);
	if (power->n_label_rules > SK_WHAT_PATHS)
		sk_buf_printf(page->out, "  and %zu more", power->n_label_rules - SK_WHAT_PATHS);
}

static void sk_what_print_power(const struct sk_what_page *page, const struct selkie_power *power)
{
	const char *name = power->kind == SELKIE_POWER_CAPABILITY
				   ? selkie_class_name(page->policy, power->cls)
				   : selkie_type_name(page->policy, power->type);

	sk_buf_printf(page->out, "  %c %-28s", power->danger ? '!' : ' ', name);
	if (power->kind == SELKIE_POWER_CAPABILITY) {
		sk_buf_adds(page->out, "  ");
		sk_print_permissions(page->out, page->policy, power->cls, power->perms);
	} else if (power->kind == SELKIE_POWER_LISTEN || power->kind == SELKIE_POWER_CONNECT) {
		sk_what_print_ports(page, power);
	} else {
		sk_what_print_paths(page, power);
	}
	/* names are padded for what follows */
	while (page->out->n && page->out->data[page->out->n - 1] == ' ')
		page->out->n--;
	sk_buf_addc(page->out, '\n');
	if (power->danger)
		sk_buf_join(page->out, "      ", power->danger, "\n", NULL);
}

static void sk_what_print_kind(const struct sk_what_page *page, enum selkie_power_kind kind,
			       size_t first, size_t n)
{
	size_t shown = page->q->limit ? SK_MIN(n, page->q->limit) : n;

	sk_buf_printf(page->out, "%s %zu%s:\n", sk_power_titles[kind], n,
		      kind == SELKIE_POWER_BECOME	? n == 1 ? " domain" : " domains"
		      : kind == SELKIE_POWER_CAPABILITY ? n == 1 ? " class" : " classes"
		      : n == 1				? " type"
							: " types");
	for (size_t i = 0; i < shown; i++)
		sk_what_print_power(page, selkie_what_get(page->what, first + i));
	if (shown < n)
		sk_buf_printf(page->out, "    and %zu more; --limit 0 shows them\n", n - shown);
}

static void sk_what_print_text(void *arg, struct sk_buf *out)
{
	struct sk_what_page *page = arg;
	const struct selkie_fact declared = { .kind = SELKIE_FACT_TYPE, .id = page->domain.v };
	size_t n = selkie_what_count(page->what), first = 0;
	size_t n_processes = 0;

	page->out = out;
	for (size_t i = 0; i < page->question->n_processes; i++)
		n_processes += page->question->processes[i].type.v == page->domain.v;
	sk_buf_adds(page->out, selkie_type_name(page->policy, page->domain));
	if (selkie_state_permissive(page->question->system.state, page->domain))
		sk_buf_adds(page->out, ", permissive: nothing is refused to it; by the rules");
	if (page->question->has_processes)
		sk_buf_printf(page->out, ", %zu process%s", n_processes,
			      n_processes == 1 ? "" : "es");
	sk_buf_adds(page->out, n ? "\n" : ": may do nothing\n");
	sk_fact_print(page->out, page->question->origins, page->policy, &declared, "  declared at ");
	for (int kind = 0; kind < SELKIE_N_POWER_KINDS; kind++) {
		size_t count = 0;

		while (first + count < n &&
		       (int)selkie_what_get(page->what, first + count)->kind == kind)
			count++;
		if (count)
			sk_what_print_kind(page, (enum selkie_power_kind)kind, first, count);
		first += count;
	}
}

static void sk_what_json_power(const struct sk_what_page *page, struct sk_json *j,
			       const struct selkie_power *power)
{
	struct selkie_fact statement = { .kind = SELKIE_FACT_PORT };
	struct selkie_port_range range;
	size_t i = 0;

	sk_json_object(j, NULL);
	sk_json_string(j, "kind", selkie_power_kind_name(power->kind));
	sk_json_string(j, "type", selkie_type_name(page->policy, power->type));
	sk_json_string(j, "class", selkie_class_name(page->policy, power->cls));
	sk_json_array(j, "permissions");
	for (unsigned int bit = 0; bit < 32; bit++)
		if (power->perms >> bit & 1)
			sk_json_string(j, NULL,
				       selkie_permission_name(page->policy, power->cls, bit));
	sk_json_end_array(j);
	if (power->danger)
		sk_json_string(j, "danger", power->danger);
	if (power->kind <= SELKIE_POWER_RUN && page->question->labels) {
		sk_json_array(j, "paths");
		for (size_t k = 0; k < power->n_label_rules; k++)
			sk_json_string(
				j, NULL,
				selkie_label_rule_at(page->question->labels, power->label_rules[k])
					->pattern);
		sk_json_end_array(j);
	}
	if (power->kind == SELKIE_POWER_LISTEN || power->kind == SELKIE_POWER_CONNECT) {
		sk_json_array(j, "ports");
		while (sk_what_port(page, power, &i, &range)) {
			sk_json_object(j, NULL);
			sk_json_string(j, "protocol", sk_protocol_name(range.protocol));
			sk_json_uint(j, "low", range.low);
			sk_json_uint(j, "high", range.high);
			statement.id = (uint32_t)i - 1;
			sk_fact_json(j, page->question->origins, page->policy, &statement);
			sk_json_end_object(j);
		}
		sk_json_end_array(j);
	}
	sk_json_end_object(j);
}

static void sk_what_print_json(void *arg, struct sk_json *j)
{
	const struct sk_what_page *page = arg;
	const struct selkie_fact declared = { .kind = SELKIE_FACT_TYPE, .id = page->domain.v };

	sk_json_string(j, "domain", selkie_type_name(page->policy, page->domain));
	sk_json_bool(j, "permissive",
		     selkie_state_permissive(page->question->system.state, page->domain));
	sk_json_array(j, "powers");
	for (size_t i = 0; i < selkie_what_count(page->what); i++)
		sk_what_json_power(page, j, selkie_what_get(page->what, i));
	sk_json_end_array(j);
	sk_question_json_processes(j, page->question, page->domain);
	sk_fact_json(j, page->question->origins, page->policy, &declared);
}

static int sk_what_answer(const struct sk_what_request *q, const struct sk_question *question,
			  const char *word)
{
	struct sk_what_page page = { q, question, question->system.policy, NULL, { 0 }, NULL };
	struct sk_operand_context source = { 0 };
	selkie_what *what = NULL;
	int code = sk_operand_context(q->cmd, page.policy, "domain", word, &source), r;

	if (code != SK_EXIT_YES)
		return code;
	page.domain = selkie_context_type(source.context);
	sk_operand_context_done(&source);
	r = selkie_what_ask(question->system.state, question->labels, page.domain, &what);
	if (r)
		return sk_failure(q->cmd, "%s", strerror(-r));
	page.what = what;
	code = sk_question_show(q->cmd, question, q->question.system.json, sk_what_print_text,
				sk_what_print_json, &page);
	selkie_what_free(what);
	return code;
}

static int sk_run_what(const struct sk_command *cmd, int argc, char **argv)
{
	struct sk_what_request q = { .cmd = cmd, .limit = 10 };
	struct sk_question question = { 0 };
	struct sk_args args;
	int code;

	sk_args_init(&args, cmd, argc, argv);
	if (!sk_system_read_args(&args, &q.question.system, sk_what_take, &q, &code))
		return code;
	code = argc - args.first == 1 ? sk_question_open(cmd, &q.question, NULL, &question)
				      : sk_usage_error(cmd, "name one domain, as in 'httpd_t'");
	if (code == SK_EXIT_YES)
		code = sk_what_answer(&q, &question, argv[args.first]);
	sk_question_done(&question);
	sk_question_args_done(&q.question);
	return code;
}

const struct sk_command sk_cmd_what = {
	.name = "what",
	.summary = "tell what a domain may do: files, ports, domains, capabilities",
	.arguments = "DOMAIN",
	.options = sk_what_options,
	.about = "What is sensitive comes first and is marked with '!', with the reason below.",
	.example = "selkie what httpd_t",
	.run = sk_run_what,
};
