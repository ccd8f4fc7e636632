/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * May a web server connect to its database? Asks a policy through libselkie, and if not, why not and what would help.
 *
 *	cc decide.c -o decide $(pkg-config --cflags --libs selkie)
 *	./decide /etc/selinux/default/policy/policy.33 httpd_t mysqld_port_t tcp_socket name_connect
 *
 * Exit: 0 yes, 1 no, 2 wrong question, 3 could not answer.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <selkie/selkie.h>

static const char *const reasons[] = {
	[SELKIE_DENIAL_RULE] = "no rule allows it",
	[SELKIE_DENIAL_CONSTRAINT] = "a constraint forbids it",
	[SELKIE_DENIAL_ROLE] = "the role may not change",
	[SELKIE_DENIAL_BOUNDS] = "the type that bounds the source may not do it",
	[SELKIE_DENIAL_XPERM] = "the number is filtered",
	[SELKIE_DENIAL_CLASS] = "the policy does not know the class",
};

static void tell_why(const selkie_policy *policy, const selkie_explanation *why)
{
	size_t i;

	for (i = 0; i < selkie_explanation_n_denied(why); i++) {
		const struct selkie_denied *denied = selkie_explanation_denied(why, i);

		printf("%s%s\n", denied->only_if_granted ? "also: " : "", reasons[denied->why]);
		if (denied->why == SELKIE_DENIAL_CONSTRAINT)
			printf("  %s\n", selkie_explanation_constraint(why, denied->constraint)->text);
	}
	for (i = 0; i < selkie_explanation_n_rules(why); i++) {
		const struct selkie_matched_rule *rule = selkie_explanation_rule(why, i);
		char *text;

		if (!rule->enabled && !selkie_rule_print(policy, rule->rule, &text)) {
			printf("  not in force: %s\n", text);
			free(text);
		}
	}
}

static void tell_booleans(const selkie_policy *policy, const selkie_remedies *remedies)
{
	size_t i, k;

	for (i = 0; i < selkie_remedies_count(remedies); i++) {
		const struct selkie_remedy *remedy = selkie_remedies_get(remedies, i);

		printf("  would allow it:");
		for (k = 0; k < remedy->n_settings; k++)
			printf(" %s=%s", selkie_bool_name(policy, remedy->settings[k].boolean),
			       remedy->settings[k].value ? "on" : "off");
		printf(" (opens %llu)\n", (unsigned long long)remedy->opens);
	}
}

/* A context for a type; the library chooses a plausible user, role and level. */
static selkie_context *context_of(const selkie_policy *policy, const char *type)
{
	selkie_context *context;

	if (selkie_context_assume(policy, selkie_type_find(policy, type), &context)) {
		const char *near = selkie_type_nearest(policy, type, false);

		fprintf(stderr, "no type '%s'%s%s\n", type, near ? "; did you mean " : "", near ? near : "");
		return NULL;
	}
	return context;
}

static int ask(const selkie_policy *policy, const selkie_state *state, const struct selkie_question *question)
{
	selkie_explanation *why = NULL;
	selkie_remedies *remedies = NULL;
	int granted;

	if (selkie_access_explain(state, NULL, question, &why) ||
	    selkie_access_find_booleans(state, NULL, question, 0, &remedies)) {
		selkie_explanation_free(why);
		return 3;
	}
	granted = selkie_explanation_granted(why) == question->perms;
	puts(granted ? "yes" : "no");
	if (!granted) {
		tell_why(policy, why);
		tell_booleans(policy, remedies);
	}
	selkie_remedies_free(remedies);
	selkie_explanation_free(why);
	return granted ? 0 : 1;
}

static int decide(const selkie_policy *policy, char **words)
{
	struct selkie_question question;
	selkie_context *source = context_of(policy, words[0]), *target = context_of(policy, words[1]);
	selkie_state *state = NULL;
	int code = 2;

	memset(&question, 0, sizeof(question));
	question.source = source;
	question.target = target;
	question.cls = selkie_class_find(policy, words[2]);
	question.perms = selkie_permission_find(policy, question.cls, words[3]);
	if (source && target && !question.perms)
		fprintf(stderr, "no permission '%s' of a class '%s'\n", words[3], words[2]);
	else if (source && target)
		code = selkie_state_new(policy, &state) ? 3 : ask(policy, state, &question);
	selkie_state_free(state);
	selkie_context_free(source);
	selkie_context_free(target);
	return code;
}

int main(int argc, char **argv)
{
	selkie_diagnostics *diags = selkie_diagnostics_new();
	selkie_policy *policy;
	char *text;
	int code;

	if (argc != 6) {
		fprintf(stderr, "usage: %s POLICY SOURCE TARGET CLASS PERMISSION\n", argv[0]);
		return 2;
	}
	if (selkie_policy_load(argv[1], diags, &policy)) {
		text = diags ? selkie_diagnostics_print(diags, 0) : NULL;
		fprintf(stderr, "%s: cannot be read\n%s", argv[1], text ? text : "");
		free(text);
		selkie_diagnostics_free(diags);
		return 3;
	}
	code = decide(policy, argv + 2);
	selkie_policy_free(policy);
	selkie_diagnostics_free(diags);
	return code;
}
