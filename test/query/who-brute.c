/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Who may do something, the hard way: every type of the policy is asked.
 *
 *	who-brute check POLICY CONTEXTS QUESTIONS	our evaluator and libsepol on all types, against selkie_who_ask; TAP
 *	who-brute ask POLICY CONTEXTS QUESTIONS	all those questions for the kernel (test/kernel)
 *
 * A line of QUESTIONS is a path or port and permissions. What is not a file of the policy is told as a failed case.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <sepol/debug.h>
#include <sepol/policydb/policydb.h>
#include <sepol/policydb/services.h>
#include <sepol/policydb/sidtab.h>

#include <selkie/selkie.h>

struct brute {
	selkie_policy *policy;
	selkie_state *state;
	selkie_label_db *labels;
	policydb_t sepol;
	sidtab_t sidtab;
	size_t n_types;
	selkie_type_id *types; /* those that have a plausible context */
	selkie_context **contexts;
	char **texts;
	sepol_security_id_t *sids;
	bool *theirs, *ours, *who; /* by type: who may */
	size_t n_cases, n_failed;
};

static void fail(const char *what)
{
	fprintf(stderr, "who-brute: %s\n", what);
	exit(3);
}

static void *need(void *p)
{
	if (!p)
		fail("out of memory");
	return p;
}

static void open_sepol(struct brute *b, const char *path)
{
	struct policy_file pf;
	FILE *f = fopen(path, "re");

	policy_file_init(&pf);
	pf.type = PF_USE_STDIO;
	pf.fp = f;
	sepol_debug(0);
	if (!f || policydb_init(&b->sepol) || policydb_read(&b->sepol, &pf, 0) ||
	    sepol_set_policydb(&b->sepol) || sepol_sidtab_init(&b->sidtab))
		fail("libsepol does not read the policy");
	fclose(f);
	sepol_set_sidtab(&b->sidtab);
}

static void find_types(struct brute *b)
{
	selkie_type_id t = { 0 };
	size_t most = 0;

	while ((t = selkie_type_next(b->policy, t)).v)
		most = t.v;
	b->types = need(calloc(most + 1, sizeof(*b->types)));
	b->contexts = need(calloc(most + 1, sizeof(*b->contexts)));
	b->texts = need(calloc(most + 1, sizeof(*b->texts)));
	b->sids = need(calloc(most + 1, sizeof(*b->sids)));
	b->theirs = need(calloc(most + 1, sizeof(bool)));
	b->ours = need(calloc(most + 1, sizeof(bool)));
	b->who = need(calloc(most + 1, sizeof(bool)));
	while ((t = selkie_type_next(b->policy, t)).v) {
		size_t i = b->n_types;

		if (selkie_type_is_attribute(b->policy, t) ||
		    selkie_context_assume(b->policy, t, &b->contexts[i]))
			continue;
		/* neither libsepol nor the kernel can be asked about a context that is not valid */
		if (selkie_context_check(b->policy, b->contexts[i])) {
			selkie_context_free(b->contexts[i]);
			continue;
		}
		if (selkie_context_print(b->policy, b->contexts[i], &b->texts[i]))
			fail("out of memory");
		b->types[b->n_types++] = t;
	}
}

static sepol_security_id_t sid_of(const char *text)
{
	sepol_security_id_t sid;

	if (sepol_context_to_sid(text, strlen(text) + 1, &sid))
		fail("libsepol refuses a context that we take for valid");
	return sid;
}

/* One question: the set that selkie_who_ask gives and the two sets of all types. */
static void check(struct brute *b, const struct selkie_thing *thing, uint32_t perms, const char *line)
{
	char *target;
	selkie_who *who;
	sepol_security_id_t tsid;
	size_t n = 0, wrong = 0;

	if (selkie_context_print(b->policy, thing->context, &target) ||
	    selkie_who_ask(b->state, thing, perms, &who))
		fail("out of memory");
	tsid = sid_of(target);
	memset(b->who, 0, b->n_types * sizeof(bool));
	for (size_t i = 0; i < b->n_types; i++) {
		struct selkie_access access;
		struct sepol_av_decision avd;
		unsigned int reason;

		for (size_t k = 0; k < selkie_who_count(who); k++)
			b->who[i] |= selkie_who_get(who, k)->type.v == b->types[i].v;
		if (selkie_access_decide(b->state, NULL, b->contexts[i], thing->context, thing->cls,
					 &access))
			fail("out of memory");
		if (!b->sids[i])
			b->sids[i] = sid_of(b->texts[i]);
		if (sepol_compute_av_reason(b->sids[i], tsid, (sepol_security_class_t)thing->cls.v,
					    ~0u, &avd, &reason))
			fail("libsepol does not decide");
		b->ours[i] = (access.allowed & perms) == perms;
		b->theirs[i] = (avd.allowed & perms) == perms;
		n += b->who[i];
		if (b->who[i] == b->ours[i] && b->who[i] == b->theirs[i])
			continue;
		if (!wrong++)
			printf("# %s: who %d, evaluator %d, libsepol %d\n", b->texts[i], b->who[i],
			       b->ours[i], b->theirs[i]);
	}
	if (n != selkie_who_count(who))
		wrong++;
	b->n_cases++;
	b->n_failed += wrong > 0;
	printf("%sok %zu - %s: %zu of %zu types\n", wrong ? "not " : "", b->n_cases, line, n,
	       b->n_types);
	selkie_who_free(who);
	free(target);
}

/* The same for the kernel: one line a type. */
static void ask(struct brute *b, const struct selkie_thing *thing)
{
	char *target;

	if (selkie_context_print(b->policy, thing->context, &target))
		fail("out of memory");
	for (size_t i = 0; i < b->n_types; i++)
		printf("access %s %s %s\n", b->texts[i], target,
		       selkie_class_name(b->policy, thing->cls));
	free(target);
}

static void read_questions(struct brute *b, const char *path, bool checking)
{
	FILE *f = fopen(path, "re");
	char line[1024];

	if (!f)
		fail("the questions cannot be read");
	while (fgets(line, sizeof(line), f)) {
		struct selkie_thing *thing = NULL;
		uint32_t perms;
		char *words;

		line[strcspn(line, "\n")] = '\0';
		words = strchr(line, ' ');
		if (*line == '#' || !words)
			continue;
		*words++ = '\0';
		if (selkie_thing_find(b->policy, b->labels, line, NULL, NULL, &thing) ||
		    selkie_thing_permissions(b->policy, thing, words, NULL, &perms)) {
			b->n_failed++;
			printf("not ok %zu - %s %s is not understood\n", ++b->n_cases, line, words);
		} else if (checking) {
			words[-1] = ' ';
			check(b, thing, perms, line);
		} else {
			ask(b, thing);
		}
		selkie_thing_free(thing);
	}
	fclose(f);
}

int main(int argc, char **argv)
{
	struct brute b = { 0 };
	bool checking;

	if (argc != 5 || (strcmp(argv[1], "check") && strcmp(argv[1], "ask")))
		fail("usage: who-brute check|ask POLICY CONTEXTS QUESTIONS");
	checking = !strcmp(argv[1], "check");
	if (selkie_policy_load(argv[2], NULL, &b.policy) || selkie_state_new(b.policy, &b.state) ||
	    selkie_label_load((const char *const[]){ argv[3] }, 1, NULL, NULL, &b.labels))
		fail("the policy or the file contexts cannot be read");
	find_types(&b);
	if (checking)
		open_sepol(&b, argv[2]);
	else
		printf("load %s\n", strrchr(argv[2], '/') ? strrchr(argv[2], '/') + 1 : argv[2]);
	read_questions(&b, argv[4], checking);
	if (checking)
		printf("1..%zu\n", b.n_cases);
	return b.n_failed ? 1 : 0;
}
