/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Two label databases, rule by rule: both lists sorted by pattern and file type, then walked together.
 */
#include "selkie/label.h"

#include <errno.h>
#include <string.h>

#include "base/memory.h"

struct sk_label_list {
	const struct selkie_label_rule **rules;
	size_t n;
};

static int sk_compare_keys(const struct selkie_label_rule *a, const struct selkie_label_rule *b)
{
	int r = strcmp(a->pattern, b->pattern);

	return r ? r : (a->mode > b->mode) - (a->mode < b->mode);
}

/* Where two rules have the same key, the one that wins stands behind. */
struct sk_label_placed {
	const struct selkie_label_rule *rule;
	size_t place;
};

static int sk_compare_placed(const void *a, const void *b)
{
	const struct sk_label_placed *x = a, *y = b;
	int r = sk_compare_keys(x->rule, y->rule);

	return r ? r : (x->place > y->place) - (x->place < y->place);
}

static int sk_label_list_make(struct sk_label_list *list, const selkie_label_db *db)
{
	size_t n = selkie_label_count(db);
	sk_auto_free struct sk_label_placed *placed = malloc((n + 1) * sizeof(*placed));

	list->rules = malloc((n + 1) * sizeof(const struct selkie_label_rule *));
	if (!list->rules || !placed)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++)
		placed[i] = (struct sk_label_placed){ selkie_label_rule_at(db, i), i };
	if (n)
		qsort(placed, n, sizeof(*placed), sk_compare_placed);
	for (size_t i = 0; i < n; i++)
		if (i + 1 == n || sk_compare_keys(placed[i].rule, placed[i + 1].rule))
			list->rules[list->n++] = placed[i].rule;
	return 0;
}

static bool sk_same_label(const struct selkie_label_rule *a, const struct selkie_label_rule *b)
{
	if (!a->context || !b->context)
		return a->context == b->context;
	return !strcmp(a->context, b->context);
}

int selkie_label_compare(const selkie_label_db *old_db, const selkie_label_db *new_db,
			 int (*each)(void *arg, const struct selkie_label_rule *old_rule,
				     const struct selkie_label_rule *new_rule),
			 void *arg)
{
	struct sk_label_list old_list = { 0 }, new_list = { 0 };
	size_t i = 0, k = 0;
	int r = sk_label_list_make(&old_list, old_db);

	if (!r)
		r = sk_label_list_make(&new_list, new_db);
	while (!r && (i < old_list.n || k < new_list.n)) {
		int order = i == old_list.n ? 1
			    : k == new_list.n
				    ? -1
				    : sk_compare_keys(old_list.rules[i], new_list.rules[k]);

		if (order < 0)
			r = each(arg, old_list.rules[i++], NULL);
		else if (order > 0)
			r = each(arg, NULL, new_list.rules[k++]);
		else if (!sk_same_label(old_list.rules[i++], new_list.rules[k++]))
			r = each(arg, old_list.rules[i - 1], new_list.rules[k - 1]);
	}
	free(old_list.rules);
	free(new_list.rules);
	return r;
}
