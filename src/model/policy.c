/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The life of a policy in memory and its look-ups by name. Filling it is the reader's or the compiler's work; sealing
 * derives the indexes that every question needs. Indexes that only some questions need are built by those.
 */
#include "model/policy.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "model/index.h"

struct sk_policy *sk_policy_new(void)
{
	struct sk_policy *p = calloc(1, sizeof(*p));

	if (!p)
		return NULL;
	for (size_t i = 0; i < SK_N_SYM; i++)
		sk_intern_init(&p->names[i], &p->arena);
	return p;
}

void selkie_policy_free(selkie_policy *policy)
{
	if (!policy)
		return;
	sk_policy_index_free(policy->index);
	for (size_t i = 0; i < SK_N_SYM; i++)
		sk_intern_done(&policy->names[i]);
	sk_arena_done(&policy->arena);
	free(policy);
}

/* Adds the i-th name of a table; positions are numbers, so a name that is already there has another number. */
static int sk_policy_add_name(struct sk_policy *p, enum sk_symbol table, uint32_t i, const char *name,
			      enum sk_symbol *ret_table, const char **ret_name)
{
	uint32_t number;
	int r;

	r = sk_intern_add_static(&p->names[table], name, strlen(name), &number);
	if (r)
		return r;
	if (number == i)
		return 0;
	*ret_table = table;
	*ret_name = name;
	return -EEXIST;
}

/*
 * For each table: allocates by_id with n_ids + 1 elements, names every symbol, and enters the primary ones by id.
 */
#define SK_SEAL_TABLE(p, table, list, n_list, by_id, n_ids, id_of, is_primary)                     \
	do {                                                                                       \
		(p)->by_id = sk_arena_calloc(&(p)->arena, (size_t)(p)->n_ids + 1,                  \
					     sizeof(*(p)->by_id));                                 \
		if (!(p)->by_id || sk_intern_reserve(&(p)->names[table], (p)->n_list))             \
			return -ENOMEM;                                                            \
		for (uint32_t i_ = 0; i_ < (p)->n_list; i_++) {                                    \
			int r_ = sk_policy_add_name((p), (table), i_, (p)->list[i_].name,          \
						    ret_table, ret_name);                          \
			if (r_)                                                                    \
				return r_;                                                         \
			if (is_primary)                                              \
				(p)->by_id[(p)->list[i_].id_of] = &(p)->list[i_];                  \
		}                                                                                  \
	} while (0)

static int sk_policy_seal_tables(struct sk_policy *p, enum sk_symbol *ret_table,
				 const char **ret_name)
{
	for (uint32_t i = 0; i < p->n_commons; i++) {
		int r = sk_policy_add_name(p, SK_SYM_COMMON, i, p->commons[i].name, ret_table,
					   ret_name);

		if (r)
			return r;
	}
	SK_SEAL_TABLE(p, SK_SYM_CLASS, classes, n_classes, class_by_id, n_class_ids, id.v, true);
	SK_SEAL_TABLE(p, SK_SYM_ROLE, roles, n_roles, role_by_id, n_role_ids, id.v, true);
	SK_SEAL_TABLE(p, SK_SYM_TYPE, types, n_types, type_by_id, n_type_ids, id.v,
		      p->types[i_].primary);
	SK_SEAL_TABLE(p, SK_SYM_USER, users, n_users, user_by_id, n_user_ids, id.v, true);
	SK_SEAL_TABLE(p, SK_SYM_BOOL, bools, n_bools, bool_by_id, n_bool_ids, id.v, true);
	SK_SEAL_TABLE(p, SK_SYM_SENS, sens, n_sens, sens_by_id, n_sens_ids, level.sens.v,
		      p->sens[i_].primary);
	SK_SEAL_TABLE(p, SK_SYM_CAT, cats, n_cats, cat_by_id, n_cat_ids, id.v, p->cats[i_].primary);
	return 0;
}

static void sk_class_seal(struct sk_class *c)
{
	memset(c->perm_names, 0, sizeof(c->perm_names));
	c->perm_mask = 0;
	for (uint32_t i = 0; c->common && i < c->common->n_perms; i++)
		c->perm_names[c->common->perms[i].value - 1] = c->common->perms[i].name;
	for (uint32_t i = 0; i < c->n_perms; i++)
		c->perm_names[c->perms[i].value - 1] = c->perms[i].name;
	for (uint32_t i = 0; i < 32; i++)
		if (c->perm_names[i])
			c->perm_mask |= 1u << i;
}

/* Versions 20 to 23 store the members of attributes but not their names: ids without a symbol are attributes. */
static int sk_policy_name_attributes(struct sk_policy *p)
{
	for (uint32_t id = 1; id <= p->n_type_ids; id++) {
		struct sk_type *t;

		if (p->type_by_id[id])
			continue;
		t = SK_ARENA_NEW(&p->arena, struct sk_type);
		if (!t)
			return -ENOMEM;
		t->name = sk_arena_printf(&p->arena, "@ttr%04u", id);
		if (!t->name)
			return -ENOMEM;
		t->id.v = id;
		t->primary = true;
		t->attribute = true;
		p->type_by_id[id] = t;
	}
	return 0;
}

/* types_of from attributes_of by counting: one pass for the sizes, one to fill, all lists in one allocation. */
static int sk_policy_reverse_attributes(struct sk_policy *p)
{
	uint32_t *ids, total = 0;

	p->types_of = SK_ARENA_ARRAY(&p->arena, struct sk_idset, (size_t)p->n_type_ids + 1);
	if (!p->types_of)
		return -ENOMEM;
	for (uint32_t t = 1; t <= p->n_type_ids; t++) {
		if (p->type_by_id[t]->attribute)
			continue;
		for (uint32_t i = 0; i < p->attributes_of[t].n; i++)
			p->types_of[p->attributes_of[t].ids[i]].n++;
		total += p->attributes_of[t].n;
	}
	ids = SK_ARENA_ARRAY(&p->arena, uint32_t, total);
	if (!ids)
		return -ENOMEM;
	for (uint32_t t = 1; t <= p->n_type_ids; t++) {
		p->types_of[t].ids = ids;
		ids += p->types_of[t].n;
		p->types_of[t].n = 0;
	}
	for (uint32_t t = 1; t <= p->n_type_ids; t++) {
		if (p->type_by_id[t]->attribute)
			continue;
		for (uint32_t i = 0; i < p->attributes_of[t].n; i++) {
			struct sk_idset *set = &p->types_of[p->attributes_of[t].ids[i]];

			set->ids[set->n++] = t;
		}
	}
	return 0;
}

int sk_policy_seal(struct sk_policy *p, enum sk_symbol *ret_table, const char **ret_name)
{
	int r;

	r = sk_policy_seal_tables(p, ret_table, ret_name);
	if (r)
		return r;
	for (uint32_t i = 0; i < p->n_classes; i++)
		sk_class_seal(&p->classes[i]);
	r = sk_policy_name_attributes(p);
	if (r)
		return r;
	return sk_policy_reverse_attributes(p);
}

/* Position of a name in its table, or SK_INTERN_NONE. */
static uint32_t sk_policy_find(const struct sk_policy *p, enum sk_symbol table, const char *name)
{
	return sk_intern_find(&p->names[table], name, strlen(name));
}

#define SK_FIND(result, table, list, id_of)                                                        \
	do {                                                                                       \
		uint32_t i_ = sk_policy_find(policy, (table), name);                               \
		return (result){ i_ == SK_INTERN_NONE ? 0 : policy->list[i_].id_of };              \
	} while (0)

struct sk_class_id sk_policy_find_class(const struct sk_policy *policy, const char *name)
{
	SK_FIND(struct sk_class_id, SK_SYM_CLASS, classes, id.v);
}

struct sk_role_id sk_policy_find_role(const struct sk_policy *policy, const char *name)
{
	SK_FIND(struct sk_role_id, SK_SYM_ROLE, roles, id.v);
}

struct sk_type_id sk_policy_find_type(const struct sk_policy *policy, const char *name)
{
	SK_FIND(struct sk_type_id, SK_SYM_TYPE, types, id.v);
}

struct sk_user_id sk_policy_find_user(const struct sk_policy *policy, const char *name)
{
	SK_FIND(struct sk_user_id, SK_SYM_USER, users, id.v);
}

struct sk_bool_id sk_policy_find_bool(const struct sk_policy *policy, const char *name)
{
	SK_FIND(struct sk_bool_id, SK_SYM_BOOL, bools, id.v);
}

struct sk_sens_id sk_policy_find_sens(const struct sk_policy *policy, const char *name)
{
	SK_FIND(struct sk_sens_id, SK_SYM_SENS, sens, level.sens.v);
}

struct sk_cat_id sk_policy_find_cat(const struct sk_policy *policy, const char *name)
{
	SK_FIND(struct sk_cat_id, SK_SYM_CAT, cats, id.v);
}

uint32_t sk_class_find_perm(const struct sk_class *cls, const char *name)
{
	for (uint32_t i = 0; i < 32; i++)
		if (cls->perm_names[i] && !strcmp(cls->perm_names[i], name))
			return 1u << i;
	return 0;
}

unsigned int selkie_policy_version(const selkie_policy *policy)
{
	return policy->version;
}

bool selkie_policy_is_mls(const selkie_policy *policy)
{
	return policy->mls;
}

enum selkie_target selkie_policy_target(const selkie_policy *policy)
{
	return policy->target == SK_TARGET_XEN ? SELKIE_TARGET_XEN : SELKIE_TARGET_SELINUX;
}

enum selkie_unknown selkie_policy_handle_unknown(const selkie_policy *policy)
{
	return (enum selkie_unknown)policy->handle_unknown;
}
