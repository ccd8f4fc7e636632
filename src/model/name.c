/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The public look-ups between names and ids, and the nearest known name to a mistyped one.
 */
#include "selkie/name.h"

#include <stdio.h>
#include <string.h>

#include "base/diag.h"
#include "model/policy.h"

selkie_type_id selkie_type_find(const selkie_policy *policy, const char *name)
{
	return sk_policy_find_type(policy, name);
}

selkie_role_id selkie_role_find(const selkie_policy *policy, const char *name)
{
	return sk_policy_find_role(policy, name);
}

selkie_user_id selkie_user_find(const selkie_policy *policy, const char *name)
{
	return sk_policy_find_user(policy, name);
}

selkie_class_id selkie_class_find(const selkie_policy *policy, const char *name)
{
	return sk_policy_find_class(policy, name);
}

selkie_bool_id selkie_bool_find(const selkie_policy *policy, const char *name)
{
	return sk_policy_find_bool(policy, name);
}

#define SK_NAME(by_id, n_ids, id)                                                                  \
	((id).v && (id).v <= policy->n_ids && policy->by_id[(id).v] ? policy->by_id[(id).v]->name  \
								    : NULL)

const char *selkie_type_name(const selkie_policy *policy, selkie_type_id type)
{
	return SK_NAME(type_by_id, n_type_ids, type);
}

const char *selkie_role_name(const selkie_policy *policy, selkie_role_id role)
{
	return SK_NAME(role_by_id, n_role_ids, role);
}

const char *selkie_user_name(const selkie_policy *policy, selkie_user_id user)
{
	return SK_NAME(user_by_id, n_user_ids, user);
}

const char *selkie_class_name(const selkie_policy *policy, selkie_class_id cls)
{
	return SK_NAME(class_by_id, n_class_ids, cls);
}

const char *selkie_bool_name(const selkie_policy *policy, selkie_bool_id boolean)
{
	return SK_NAME(bool_by_id, n_bool_ids, boolean);
}

bool selkie_type_is_attribute(const selkie_policy *policy, selkie_type_id type)
{
	return type.v && type.v <= policy->n_type_ids && policy->type_by_id[type.v]->attribute;
}

static const struct sk_class *sk_class_at(const struct sk_policy *policy, struct sk_class_id cls)
{
	return cls.v && cls.v <= policy->n_class_ids ? policy->class_by_id[cls.v] : NULL;
}

uint32_t selkie_permission_find(const selkie_policy *policy, selkie_class_id cls, const char *name)
{
	const struct sk_class *c = sk_class_at(policy, cls);

	return c ? sk_class_find_perm(c, name) : 0;
}

const char *selkie_permission_name(const selkie_policy *policy, selkie_class_id cls, unsigned int bit)
{
	const struct sk_class *c = sk_class_at(policy, cls);

	return c && bit < 32 ? c->perm_names[bit] : NULL;
}

uint32_t selkie_permission_mask(const selkie_policy *policy, selkie_class_id cls)
{
	const struct sk_class *c = sk_class_at(policy, cls);

	return c ? c->perm_mask : 0;
}

bool selkie_policy_allows_unknown(const selkie_policy *policy)
{
	return policy->handle_unknown == SK_UNKNOWN_ALLOW;
}

static const char *sk_type_name_at(const void *arg, size_t i)
{
	return ((const struct sk_policy *)arg)->types[i].name;
}

/* Types and their aliases; an alias has no attributes of its own, so what it names tells. */
static const char *sk_plain_type_name_at(const void *arg, size_t i)
{
	const struct sk_policy *p = arg;

	return p->type_by_id[p->types[i].id.v]->attribute ? NULL : p->types[i].name;
}

static const char *sk_role_name_at(const void *arg, size_t i)
{
	return ((const struct sk_policy *)arg)->roles[i].name;
}

static const char *sk_user_name_at(const void *arg, size_t i)
{
	return ((const struct sk_policy *)arg)->users[i].name;
}

static const char *sk_class_name_at(const void *arg, size_t i)
{
	return ((const struct sk_policy *)arg)->classes[i].name;
}

static const char *sk_bool_name_at(const void *arg, size_t i)
{
	return ((const struct sk_policy *)arg)->bools[i].name;
}

static const char *sk_perm_name_at(const void *arg, size_t i)
{
	return ((const struct sk_class *)arg)->perm_names[i];
}

/* Types end in "_t", roles in "_r", users in "_u" by custom, and that is what is left out most often. */
static size_t sk_nearest_with_suffix(const char *name, const char *suffix, size_t n,
				     const char *(*name_at)(const void *arg, size_t i), const void *arg)
{
	sk_auto_free char *longer = NULL;
	size_t i = sk_nearest_name(name, n, name_at, arg), len = strlen(name);

	if (i != SIZE_MAX || (len > 2 && !strcmp(name + len - 2, suffix)) ||
	    asprintf(&longer, "%s%s", name, suffix) < 0)
		return i;
	return sk_nearest_name(longer, n, name_at, arg);
}

const char *selkie_type_nearest(const selkie_policy *policy, const char *name, bool attributes)
{
	size_t i = sk_nearest_with_suffix(name, "_t", policy->n_types,
					  attributes ? sk_type_name_at : sk_plain_type_name_at, policy);

	return i == SIZE_MAX ? NULL : policy->types[i].name;
}

const char *selkie_role_nearest(const selkie_policy *policy, const char *name)
{
	size_t i = sk_nearest_with_suffix(name, "_r", policy->n_roles, sk_role_name_at, policy);

	return i == SIZE_MAX ? NULL : policy->roles[i].name;
}

const char *selkie_user_nearest(const selkie_policy *policy, const char *name)
{
	size_t i = sk_nearest_with_suffix(name, "_u", policy->n_users, sk_user_name_at, policy);

	return i == SIZE_MAX ? NULL : policy->users[i].name;
}

const char *selkie_class_nearest(const selkie_policy *policy, const char *name)
{
	size_t i = sk_nearest_name(name, policy->n_classes, sk_class_name_at, policy);

	return i == SIZE_MAX ? NULL : policy->classes[i].name;
}

const char *selkie_bool_nearest(const selkie_policy *policy, const char *name)
{
	size_t i = sk_nearest_name(name, policy->n_bools, sk_bool_name_at, policy);

	return i == SIZE_MAX ? NULL : policy->bools[i].name;
}

const char *selkie_permission_nearest(const selkie_policy *policy, selkie_class_id cls, const char *name)
{
	const struct sk_class *c = sk_class_at(policy, cls);
	size_t i = c ? sk_nearest_name(name, 32, sk_perm_name_at, c) : SIZE_MAX;

	return i == SIZE_MAX ? NULL : c->perm_names[i];
}
