/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Any bytes as an audit log, explained with Debian's policy and label rules: every finding is worked out, and what a
 * finding promises holds.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "selkie/selkie.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
	if (!holds)
		abort();
}

static const selkie_label_db *the_labels(void)
{
	static const char *const paths[] = { FUZZ_ROOT "/test/denials/contexts/file_contexts" };
	static selkie_label_db *labels;

	if (!labels)
		check(!selkie_label_load(paths, 1, NULL, NULL, &labels));
	return labels;
}

static const selkie_state *the_state(void)
{
	static selkie_policy *policy;
	static selkie_state *state;

	if (!state) {
		check(!selkie_policy_load(FUZZ_ROOT "/test/denials/policy.33", NULL, &policy));
		check(!selkie_state_new(policy, &state));
	}
	return state;
}

static void check_fix(const struct selkie_fix *fix)
{
	check(fix->summary && *fix->summary && *selkie_fix_name(fix->kind));
	check(!fix->proven || fix->proof);
	check(!fix->command || (*fix->command && fix->command[strlen(fix->command) - 1] != '\n'));
	switch (fix->kind) {
	case SELKIE_FIX_NOTHING:
	case SELKIE_FIX_PROGRAM:
	case SELKIE_FIX_ATTACK:
		check(!fix->command && !fix->proven);
		break;
	default:
		break;
	}
}

static void check_finding(const struct selkie_finding *f)
{
	check((unsigned int)f->cause < SELKIE_N_CAUSES && !(f->also & 1u << f->cause));
	check(f->also < 1u << SELKIE_N_CAUSES && f->count && f->summary && *f->summary);
	check(f->n_events <= SELKIE_MOST_EVENTS && f->n_fixes);
	for (size_t i = 0; i < f->n_permissions; i++)
		check(*f->permissions[i] && !strchr(f->permissions[i], ' '));
	for (size_t i = 0; i < f->n_evidence; i++)
		check(f->evidence[i].name && f->evidence[i].text);
	for (size_t i = 0; i < f->n_fixes; i++)
		check_fix(&f->fixes[i]);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct selkie_explain_options options = { .size = sizeof(options), .state = the_state(), .labels = the_labels() };
	struct selkie_finding f;
	selkie_explainer *e;
	uint64_t denials = 0;
	uint32_t root = 0;

	check(!selkie_explainer_new(&options, &e));
	check(!selkie_explainer_feed(e, data, size));
	check(!selkie_explainer_finish(e));
	for (size_t i = 0; i < selkie_explainer_n_findings(e); i++) {
		check(!selkie_explainer_finding(e, i, &f));
		check_finding(&f);
		check(f.root >= root && f.root < selkie_explainer_n_roots(e));
		root = f.root;
		denials += f.count;
	}
	check(denials == selkie_explainer_n_denials(e));
	selkie_explainer_free(e);
	return 0;
}
