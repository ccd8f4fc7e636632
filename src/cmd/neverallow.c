/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Neverallow rules for selkie search. They name sets, not one type each, so that a name that is asked for matches when
 * the rule forbids something of what it stands for.
 */
#include "cmd/neverallow.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define SK_NEVERALLOW_KINDS ((uint32_t)(SELKIE_RULE_NEVERALLOW | SELKIE_RULE_NEVERALLOWXPERM))

static bool sk_is_given(const char *word)
{
	return word && *word;
}

bool sk_neverallows_wanted(const struct selkie_search_options *search)
{
	return search->kinds & SK_NEVERALLOW_KINDS;
}

bool sk_neverallows_fit(const struct selkie_search_options *search)
{
	return !search->flags && !sk_is_given(search->xperms) && !sk_is_given(search->result) && !sk_is_given(search->booleans);
}

/* Whether a list of names, separated by commas, has the name; an empty list has them all. */
static bool sk_list_has(const char *list, const char *name)
{
	size_t n = strlen(name), part;

	if (!sk_is_given(list))
		return true;
	for (const char *p = list;; p += part + 1) {
		p += strspn(p, " ");
		part = strcspn(p, ",");
		if (part >= n && !strncmp(p, name, n) && strspn(p + n, " ") + n >= part)
			return true;
		if (!p[part])
			return false;
	}
}

static bool sk_list_has_permission(const struct sk_neverallows *n, const struct selkie_neverallow *rule)
{
	for (unsigned int bit = 0; bit < 32; bit++)
		if (rule->perms >> bit & 1 && sk_list_has(n->search->perms, selkie_permission_name(n->policy, rule->cls, bit)))
			return true;
	return false;
}

/* A name that is no type's is a role's, which no such rule has. */
static bool sk_type_asked(const selkie_policy *policy, const char *name, selkie_type_id *ret)
{
	if (!sk_is_given(name))
		return true;
	*ret = selkie_type_find(policy, name);
	return ret->v;
}

size_t sk_neverallows_next(const struct sk_neverallows *n, size_t after, struct selkie_neverallow *ret)
{
	struct selkie_neverallow_question question = { 0 };

	if (!n->origins || !sk_type_asked(n->policy, n->search->source, &question.source) ||
	    !sk_type_asked(n->policy, n->search->target, &question.target))
		return 0;
	while ((after = selkie_origins_next_neverallow(n->origins, n->policy, &question, after, ret))) {
		enum selkie_rule_kind kind = ret->xperm_kind ? SELKIE_RULE_NEVERALLOWXPERM : SELKIE_RULE_NEVERALLOW;

		if (n->search->kinds & kind && sk_list_has(n->search->classes, selkie_class_name(n->policy, ret->cls)) &&
		    (!sk_is_given(n->search->perms) || sk_list_has_permission(n, ret)))
			return after;
	}
	return 0;
}

size_t sk_neverallows_count(const struct sk_neverallows *n)
{
	struct selkie_neverallow rule;
	size_t count = 0;

	for (size_t i = 0; (i = sk_neverallows_next(n, i, &rule));)
		count++;
	return count;
}

void sk_neverallows_list(const struct sk_neverallows *n, bool where, struct sk_buf *out)
{
	struct selkie_neverallow rule;

	for (size_t i = 0; (i = sk_neverallows_next(n, i, &rule));) {
		sk_auto_free char *text = NULL;

		if (selkie_neverallow_text(n->policy, &rule, &text)) {
			sk_buf_fail(out, -ENOMEM);
			return;
		}
		sk_buf_join(out, text, "\n", NULL);
		if (where)
			sk_neverallow_where_print(out, n->origins, &rule, "  from ");
	}
}

static void sk_neverallow_json(const struct sk_neverallows *n, const struct selkie_neverallow *rule, bool where,
			       struct sk_json *j)
{
	sk_auto_free char *source = NULL, *target = NULL, *text = NULL;

	if (selkie_neverallow_sets(n->policy, rule, &source, &target) || selkie_neverallow_text(n->policy, rule, &text)) {
		sk_buf_fail(j->buf, -ENOMEM);
		return;
	}
	sk_json_object(j, NULL);
	sk_json_string(j, "rule",
		       selkie_rule_kind_name(rule->xperm_kind ? SELKIE_RULE_NEVERALLOWXPERM : SELKIE_RULE_NEVERALLOW));
	sk_json_string(j, "source", source);
	sk_json_string(j, "target", target);
	sk_json_string(j, "class", selkie_class_name(n->policy, rule->cls));
	if (!rule->xperm_kind) {
		sk_permissions_json(j, n->policy, rule->cls, rule->perms);
	} else {
		sk_json_string(j, "permission", rule->xperm_kind == SELKIE_XPERM_NLMSG ? "nlmsg" : "ioctl");
		sk_json_array(j, "numbers");
		for (size_t i = 0; i < rule->n_numbers; i++) {
			sk_json_array(j, NULL);
			sk_json_uint(j, NULL, rule->numbers[2 * i]);
			sk_json_uint(j, NULL, rule->numbers[2 * i + 1]);
			sk_json_end_array(j);
		}
		sk_json_end_array(j);
	}
	sk_json_string(j, "text", text);
	if (where)
		sk_neverallow_where_json(j, n->origins, n->policy, rule);
	sk_json_end_object(j);
}

void sk_neverallows_json_rules(const struct sk_neverallows *n, bool where, struct sk_json *j)
{
	struct selkie_neverallow rule;

	for (size_t i = 0; (i = sk_neverallows_next(n, i, &rule));)
		sk_neverallow_json(n, &rule, where, j);
}
