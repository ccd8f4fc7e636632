/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Any policy compared with itself does not differ; compared with another one it differs both ways alike, and what that
 * means can be told. Its domains can be asked what they may do, and who may do something to them.
 */
#include <stdlib.h>
#include <string.h>

#include "selkie/selkie.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(bool holds)
{
	if (!holds)
		abort();
}

/* test/decide/cases/web.conf, compiled. */
static selkie_policy *other_policy(void)
{
	static selkie_policy *policy;

	if (!policy)
		check(!selkie_policy_load(FUZZ_ROOT "/fuzz/suite.33", NULL, &policy));
	return policy;
}

static int count_item(void *arg, const struct selkie_diff_item *item)
{
	check(item->text != NULL);
	++*(size_t *)arg;
	return 0;
}

static int count_text(void *arg, const char *text, size_t n)
{
	check(text != NULL);
	*(size_t *)arg += n;
	return 0;
}

static selkie_diff *compare(const selkie_policy *left, const selkie_policy *right)
{
	selkie_meanings *meanings;
	selkie_diff *diff;

	check(!selkie_diff_new(left, right, SELKIE_DIFF_ALL, &diff));
	for (int s = 0; s < SELKIE_N_DIFF_SECTIONS; s++) {
		size_t n = 0, shown = 0, bytes = 0;

		for (int change = 0; change < 3; change++)
			n += selkie_diff_count(diff, (enum selkie_diff_section)s,
					       (enum selkie_diff_change)change);
		check(!selkie_diff_walk(diff, (enum selkie_diff_section)s, count_item, &shown));
		check(n == shown);
		check(!selkie_diff_print(diff, (enum selkie_diff_section)s, false, count_text,
					 &bytes));
		check(bytes > n);
		check(left != right || !n);
	}
	check(!selkie_meanings_find(diff, &meanings));
	check(left != right || !selkie_meanings_count(meanings));
	selkie_meanings_free(meanings);
	return diff;
}

static void both_ways(const selkie_policy *a, const selkie_policy *b)
{
	selkie_diff *there = compare(a, b), *back = compare(b, a);

	for (int s = 0; s < SELKIE_N_DIFF_SECTIONS; s++) {
		enum selkie_diff_section section = (enum selkie_diff_section)s;

		check(selkie_diff_count(there, section, SELKIE_DIFF_ADDED) ==
		      selkie_diff_count(back, section, SELKIE_DIFF_REMOVED));
		check(selkie_diff_count(there, section, SELKIE_DIFF_REMOVED) ==
		      selkie_diff_count(back, section, SELKIE_DIFF_ADDED));
		check(selkie_diff_count(there, section, SELKIE_DIFF_MODIFIED) ==
		      selkie_diff_count(back, section, SELKIE_DIFF_MODIFIED));
	}
	selkie_diff_free(there);
	selkie_diff_free(back);
}

/* Some questions about some types. */
static void ask(const selkie_policy *policy)
{
	static const char *const words[] = { "/etc/shadow", "/proc/1", "tcp:80", "53/udp" };
	selkie_type_id type = { 0 };
	selkie_state *state;

	check(!selkie_state_new(policy, &state));
	for (int i = 0; i < 4 && (type = selkie_type_next(policy, type)).v; i++) {
		struct selkie_thing *thing = NULL;
		selkie_what *what = NULL;
		selkie_who *who = NULL;

		if (!selkie_what_ask(state, NULL, type, &what))
			check(!selkie_what_get(what, selkie_what_count(what)));
		if (!selkie_thing_find(policy, NULL,
				       i % 2 ? words[i] : selkie_type_name(policy, type), NULL,
				       NULL, &thing) &&
		    !selkie_who_ask(state, thing, 1, &who))
			check(!selkie_who_get(who, selkie_who_count(who)));
		selkie_who_free(who);
		selkie_thing_free(thing);
		selkie_what_free(what);
	}
	selkie_state_free(state);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	selkie_policy *policy;

	if (selkie_policy_read_memory(data, size, "fuzz", NULL, &policy))
		return 0;
	selkie_diff_free(compare(policy, policy));
	both_ways(policy, other_policy());
	ask(policy);
	selkie_policy_free(policy);
	return 0;
}
