/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Public walks over classes and commons, their constraints and defaults.
 */
#include "selkie/class.h"

#include <errno.h>
#include <string.h>

#include "model/expression.h"
#include "model/text.h"
#include "selkie/constraint.h"

static const struct sk_class *sk_class_at(const struct sk_policy *policy, struct sk_class_id cls)
{
	return cls.v && cls.v <= policy->n_class_ids ? policy->class_by_id[cls.v] : NULL;
}

selkie_class_id selkie_class_next(const selkie_policy *policy, selkie_class_id after)
{
	while (after.v < policy->n_class_ids)
		if (policy->class_by_id[++after.v])
			return after;
	after.v = 0;
	return after;
}

uint32_t selkie_class_common(const selkie_policy *policy, selkie_class_id cls)
{
	const struct sk_class *c = sk_class_at(policy, cls);

	return c && c->common ? (uint32_t)(c->common - policy->commons) : SELKIE_COMMON_NONE;
}

uint32_t selkie_class_own_permissions(const selkie_policy *policy, selkie_class_id cls)
{
	const struct sk_class *c = sk_class_at(policy, cls);
	uint32_t perms = 0;

	for (uint32_t i = 0; c && i < c->n_perms; i++)
		perms |= 1u << (c->perms[i].value - 1);
	return perms;
}

uint32_t selkie_common_count(const selkie_policy *policy)
{
	return policy->n_commons;
}

const char *selkie_common_name(const selkie_policy *policy, uint32_t common)
{
	return common < policy->n_commons ? policy->commons[common].name : NULL;
}

const char *selkie_common_permission_name(const selkie_policy *policy, uint32_t common,
					  unsigned int bit)
{
	if (common >= policy->n_commons)
		return NULL;
	for (uint32_t i = 0; i < policy->commons[common].n_perms; i++)
		if (policy->commons[common].perms[i].value == bit + 1)
			return policy->commons[common].perms[i].name;
	return NULL;
}

void selkie_class_get_defaults(const selkie_policy *policy, selkie_class_id cls,
			       struct selkie_class_defaults *ret)
{
	const struct sk_class *c = sk_class_at(policy, cls);

	memset(ret, 0, sizeof(*ret));
	if (!c)
		return;
	ret->user = (enum selkie_default)c->default_user;
	ret->role = (enum selkie_default)c->default_role;
	ret->type = (enum selkie_default)c->default_type;
	ret->range = (enum selkie_default_range)c->default_range;
}

size_t selkie_class_n_constraints(const selkie_policy *policy, selkie_class_id cls)
{
	const struct sk_class *c = sk_class_at(policy, cls);

	return c ? c->n_constraints : 0;
}

size_t selkie_class_n_validatetrans(const selkie_policy *policy, selkie_class_id cls)
{
	const struct sk_class *c = sk_class_at(policy, cls);

	return c ? c->n_validatetrans : 0;
}

int selkie_class_get_constraint(const selkie_policy *policy, selkie_class_id cls, size_t i,
				struct selkie_constraint *ret)
{
	const struct sk_class *c = sk_class_at(policy, cls);
	bool mls;

	if (!c || i >= c->n_constraints)
		return -EINVAL;
	mls = sk_constraint_is_mls(&c->constraints[i]);
	*ret = (struct selkie_constraint){ .kind = mls ? SELKIE_MLSCONSTRAIN : SELKIE_CONSTRAIN,
					   .cls = cls,
					   .perms = c->constraints[i].perms,
					   .index = (uint32_t)i };
	return 0;
}

int selkie_class_get_validatetrans(const selkie_policy *policy, selkie_class_id cls, size_t i,
				   struct selkie_constraint *ret)
{
	const struct sk_class *c = sk_class_at(policy, cls);
	bool mls;

	if (!c || i >= c->n_validatetrans)
		return -EINVAL;
	mls = sk_constraint_is_mls(&c->validatetrans[i]);
	*ret = (struct selkie_constraint){ .kind = mls ? SELKIE_MLSVALIDATETRANS
						       : SELKIE_VALIDATETRANS,
					   .cls = cls,
					   .index = (uint32_t)i,
					   .validatetrans = true };
	return 0;
}

static const struct sk_constraint *sk_constraint_at(const struct sk_policy *policy,
						    const struct selkie_constraint *constraint)
{
	const struct sk_class *c = sk_class_at(policy, constraint->cls);

	if (!c || constraint->index >=
			  (constraint->validatetrans ? c->n_validatetrans : c->n_constraints))
		return NULL;
	return (constraint->validatetrans ? c->validatetrans : c->constraints) + constraint->index;
}

int selkie_constraint_print(const selkie_policy *policy, const struct selkie_constraint *constraint,
			    char **ret_text)
{
	const struct sk_constraint *c = sk_constraint_at(policy, constraint);
	sk_auto_buf struct sk_buf buf = SK_BUF_INIT;
	struct sk_text text;
	char *s = NULL;

	if (!c)
		return -EINVAL;
	if (!sk_text_init(&text, policy)) {
		sk_text_constraint(&text, &buf, constraint->cls, c, constraint->validatetrans,
				   SK_STYLE_PLAIN);
		s = sk_buf_steal(&buf, NULL);
	}
	sk_text_done(&text);
	if (!s)
		return -ENOMEM;
	*ret_text = s;
	return 0;
}

bool selkie_constraint_names_type(const selkie_policy *policy,
				  const struct selkie_constraint *constraint, selkie_type_id type)
{
	const struct sk_constraint *c = sk_constraint_at(policy, constraint);

	for (uint32_t i = 0; c && i < c->n_nodes; i++) {
		const struct sk_constraint_node *n = &c->nodes[i];
		const struct sk_bitset *names = n->type_names ? &n->type_names->types : &n->names;

		if (n->kind == SK_CONSTRAINT_NAMES && n->attr & SK_ATTR_TYPE &&
		    sk_bitset_has(names, type.v))
			return true;
	}
	return false;
}
