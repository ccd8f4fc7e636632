/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Public walks over booleans and conditionals.
 */
#include "selkie/boolean.h"

#include <errno.h>

#include "model/expression.h"
#include "selkie/rule.h"

selkie_bool_id selkie_bool_next(const selkie_policy *policy, selkie_bool_id after)
{
	while (after.v < policy->n_bool_ids)
		if (policy->bool_by_id[++after.v])
			return after;
	after.v = 0;
	return after;
}

bool selkie_bool_default(const selkie_policy *policy, selkie_bool_id boolean)
{
	return boolean.v && boolean.v <= policy->n_bool_ids && policy->bool_by_id[boolean.v] &&
	       policy->bool_by_id[boolean.v]->state;
}

int selkie_conditional_print(const selkie_policy *policy, uint32_t cond, char **ret_text)
{
	sk_auto_buf struct sk_buf buf = SK_BUF_INIT;
	char *s;

	if (cond >= policy->n_conds)
		return -EINVAL;
	sk_cond_print(&buf, policy, &policy->conds[cond], SK_STYLE_PLAIN);
	s = sk_buf_steal(&buf, NULL);
	if (!s)
		return -ENOMEM;
	*ret_text = s;
	return 0;
}

uint32_t selkie_conditional_count(const selkie_policy *policy)
{
	return policy->n_conds;
}

bool selkie_conditional_has_bool(const selkie_policy *policy, uint32_t cond, selkie_bool_id boolean)
{
	for (uint32_t i = 0; cond < policy->n_conds && i < policy->conds[cond].n_nodes; i++) {
		const struct sk_cond_node *n = &policy->conds[cond].nodes[i];

		if (n->op == SK_COND_BOOL && n->boolean.v == boolean.v)
			return true;
	}
	return false;
}
