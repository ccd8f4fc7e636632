/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Roles and users: what they are made of and what bounds them. Attributes of roles and users are no part of a kernel
 * policy; they are expanded wherever they stand, and the types of a role attribute go to each of its roles.
 */
#include <errno.h>
#include <string.h>

#include "compile/compiler.h"
#include "compile/type.h"
#include "model/level.h"

/* Numbers what is there in a table, attributes left out. `n` is how many have numbers already. */
static uint32_t sk_number_symbols(struct sk_compiler *c, enum sk_ns ns, uint32_t n)
{
	for (size_t i = 0; i < c->symbols.n; i++) {
		struct sk_entity *s = &c->symbols.list[i];

		if (s->ns == (uint32_t)ns && s->n_enabled && s->flavor == SK_FLAVOR_PLAIN && !s->id)
			s->id = ++n;
	}
	return n;
}

/*
 * Members of the attributes of a table, as bitmaps of `width` ids. Attributes may be in attributes: rows are filled
 * until nothing changes, which is as deep as they are nested.
 */
static int sk_compile_members(struct sk_compiler *c, enum sk_ns ns, enum sk_unit_kind kind, uint32_t width)
{
	bool changed = true;

	for (uint32_t i = 0; i < c->symbols.n; i++) {
		const struct sk_entity *s = &c->symbols.list[i];
		struct sk_bitset row;
		uint32_t *value;

		if (s->ns != (uint32_t)ns || !s->n_enabled || s->flavor != SK_FLAVOR_ATTRIBUTE)
			continue;
		if (sk_bitset_init(&row, &c->arena, width) ||
		    sk_map_insert(&c->member_sets, i, (uint32_t)c->member_rows.n, &value, NULL) ||
		    SK_COMPILE_ADD(c->member_rows, row))
			return -ENOMEM;
	}
	for (unsigned int rounds = 0; changed && rounds < 256; rounds++) {
		changed = false;
		SK_EACH_STMT_OF(c, (uint32_t)kind, u, stmt, number) {
			const struct sk_bitset *members;
			struct sk_bitset *row;
			uint32_t attribute;

			attribute = sk_need_symbol(c, stmt, stmt->op[0], SK_FLAVOR_ATTRIBUTE);
			if (attribute == SK_SPACE_NONE)
				continue;
			c->has_other_set[stmt->op[1]] = false;
			members = sk_set_ids(c, stmt, stmt->op[1]);
			row = &c->member_rows.list[*sk_map_find(&c->member_sets, attribute)];
			for (uint32_t w = 0; members && w < row->n_words; w++) {
				changed |= members->words[w] & ~row->words[w];
				row->words[w] |= members->words[w];
			}
		}
		if (c->errors)
			break;
	}
	memset(c->has_other_set, 0, c->space->sets.n * sizeof(*c->has_other_set));
	return 0;
}

const struct sk_bitset *sk_members_of(struct sk_compiler *c, uint32_t symbol)
{
	return &c->member_rows.list[*sk_map_find(&c->member_sets, symbol)];
}

/* What a reference means: the members of an attribute, or NULL and *ret_id; 0 after a diagnostic. */
static const struct sk_bitset *sk_meant_ids(struct sk_compiler *c, const struct sk_unit_stmt *stmt, uint32_t ref,
					    uint32_t *ret_id)
{
	uint32_t symbol = sk_need_symbol(c, stmt, ref, SK_FLAVOR_ANY);

	*ret_id = 0;
	if (symbol == SK_SPACE_NONE)
		return NULL;
	if (c->symbols.list[symbol].flavor == SK_FLAVOR_ATTRIBUTE)
		return sk_members_of(c, symbol);
	*ret_id = c->symbols.list[symbol].id;
	return NULL;
}

/* The next id that a reference means: one id, or those of a set. 0 at the end. */
static uint32_t sk_next_meant(const struct sk_bitset *members, uint32_t id, uint32_t after)
{
	uint32_t next;

	if (!members)
		return after ? 0 : id;
	next = sk_bitset_next(members, after + 1);
	return next == UINT32_MAX ? 0 : next;
}

/*
 * Exceptions. In the policy language what one block says of a role's types is one set, so an exception counts for all of
 * it (libsepol keeps one type_set_t for each role of a block).
 */
struct sk_exceptions {
	struct sk_map rows;		/* block and symbol, to number */
	SK_PARTS(struct sk_bitset) list;
};

static uint64_t sk_exception_key(struct sk_compiler *c, const struct sk_unit_stmt *stmt)
{
	return (uint64_t)stmt->block << 32 | sk_meaning(c, stmt->op[0]);
}

static int sk_collect_exceptions(struct sk_compiler *c, struct sk_exceptions *e)
{
	SK_EACH_STMT_OF(c, SK_UNIT_ROLE_TYPES, u, stmt, number) {
		const struct sk_name_set *set;
		struct sk_bitset row;
		uint32_t *value;
		bool fresh;

		if (c->units[u]->source == SK_UNIT_CIL)
			continue;
		set = &c->space->sets.list[stmt->op[1]];
		if (!set->n_minus)
			continue;
		if (sk_map_insert(&e->rows, sk_exception_key(c, stmt), (uint32_t)e->list.n, &value, &fresh) ||
		    (fresh && (sk_bitset_init(&row, &c->arena, c->n_plain_types + 1) || SK_COMPILE_ADD(e->list, row))))
			return -ENOMEM;
		sk_add_listed_types(c, stmt, set->items + set->n, set->n_minus, &e->list.list[*value]);
	}
	return 0;
}

/* The types that a statement gives its role: what it lists, without the exceptions of its block. */
static const struct sk_bitset *sk_given_types(struct sk_compiler *c, const struct sk_unit_stmt *stmt,
					      const struct sk_exceptions *e, struct sk_bitset *room)
{
	const struct sk_name_set *set = &c->space->sets.list[stmt->op[1]];
	const uint32_t *row = e->list.n ? sk_map_find(&e->rows, sk_exception_key(c, stmt)) : NULL;

	if (!row)
		return sk_set_types(c, stmt, stmt->op[1]);
	memset(room->words, 0, room->n_words * sizeof(*room->words));
	sk_add_listed_types(c, stmt, set->items, set->n, room);
	for (uint32_t w = 0; w < room->n_words; w++)
		room->words[w] &= ~e->list.list[*row].words[w];
	return room;
}

static int sk_give_role_types(struct sk_compiler *c, const struct sk_exceptions *e, struct sk_bitset *rows)
{
	struct sk_bitset room;

	if (sk_bitset_init(&room, &c->arena, c->n_plain_types + 1))
		return -ENOMEM;
	SK_EACH_STMT_OF(c, SK_UNIT_ROLE_TYPES, u, stmt, number) {
		const struct sk_bitset *members, *types;
		uint32_t id;

		members = sk_meant_ids(c, stmt, stmt->op[0], &id);
		types = sk_given_types(c, stmt, e, &room);
		for (uint32_t role = sk_next_meant(members, id, 0); types && role; role = sk_next_meant(members, id, role))
			for (uint32_t w = 0; w < types->n_words; w++)
				rows[role].words[w] |= types->words[w];
	}
	return 0;
}

static int sk_compile_role_types(struct sk_compiler *c)
{
	struct sk_bitset *rows = SK_ARENA_ARRAY(&c->arena, struct sk_bitset, (size_t)c->policy->n_role_ids + 1);
	struct sk_exceptions e = { 0 };
	int r = rows ? 0 : -ENOMEM;

	for (uint32_t id = 1; !r && id <= c->policy->n_role_ids; id++)
		r = sk_bitset_init(&rows[id], &c->arena, c->n_plain_types + 1);
	if (!r)
		r = sk_collect_exceptions(c, &e);
	if (!r)
		r = sk_give_role_types(c, &e, rows);
	for (uint32_t id = 1; !r && id <= c->policy->n_role_ids; id++)
		r = sk_idset_from_bitset(&c->policy->roles[id - 1].types, &c->policy->arena, &rows[id]);
	sk_map_done(&e.rows);
	free(e.list.list);
	return r;
}

static void sk_compile_dominance(struct sk_compiler *c)
{
	SK_EACH_STMT_OF(c, SK_UNIT_ROLE_DOMINANCE, u, stmt, number) {
		const struct sk_bitset *roles;
		uint32_t role;

		role = sk_need_symbol(c, stmt, stmt->op[0], SK_FLAVOR_PLAIN);
		roles = sk_set_ids(c, stmt, stmt->op[1]);
		if (role == SK_SPACE_NONE || !roles)
			continue;
		for (uint32_t w = 0; w < roles->n_words; w++)
			c->policy->roles[c->symbols.list[role].id - 1].dominates.words[w] |= roles->words[w];
	}
}

/* Bounds of roles or users: parent, child. `bounds_of` gives where the child's stand. */
static void sk_compile_bounds(struct sk_compiler *c, enum sk_unit_kind kind, const char *word,
			      uint32_t *(*bounds_of)(struct sk_policy *p, uint32_t id))
{
	SK_EACH_STMT_OF(c, (uint32_t)kind, u, stmt, number) {
		uint32_t parent, child, *bounds;

		parent = sk_need_symbol(c, stmt, stmt->op[0], SK_FLAVOR_PLAIN);
		child = sk_need_symbol(c, stmt, stmt->op[1], SK_FLAVOR_PLAIN);
		if (parent == SK_SPACE_NONE || child == SK_SPACE_NONE)
			continue;
		bounds = bounds_of(c->policy, c->symbols.list[child].id);
		/* In CIL it may not even be said again. */
		if (*bounds && (*bounds != c->symbols.list[parent].id || c->units[u]->source == SK_UNIT_CIL))
			sk_compile_error_at(c, "E0817", stmt, sk_ref_name(c, stmt->op[1]), "%s '%s' is bounded already",
					    word, sk_ref_name(c, stmt->op[1]));
		else
			*bounds = c->symbols.list[parent].id;
	}
}

static uint32_t *sk_role_bounds(struct sk_policy *p, uint32_t id)
{
	return &p->roles[id - 1].bounds.v;
}

static uint32_t *sk_user_bounds(struct sk_policy *p, uint32_t id)
{
	return &p->users[id - 1].bounds.v;
}

int sk_compile_roles(struct sk_compiler *c)
{
	struct sk_policy *p = c->policy;

	c->other_sets = SK_ARENA_ARRAY(&c->arena, struct sk_bitset, c->space->sets.n + 1);
	c->has_other_set = SK_ARENA_ARRAY(&c->arena, bool, c->space->sets.n + 1);
	if (!c->other_sets || !c->has_other_set)
		return -ENOMEM;
	c->symbols.list[c->object_r].id = 1;
	p->n_roles = p->n_role_ids = sk_number_symbols(c, SK_NS_ROLE, 1);
	p->roles = SK_ARENA_ARRAY(&p->arena, struct sk_role, (size_t)p->n_roles + 1);
	if (!p->roles)
		return -ENOMEM;
	for (uint32_t i = 0; i < c->symbols.n; i++) {
		const struct sk_entity *s = &c->symbols.list[i];
		struct sk_role *role;

		if (s->ns != SK_NS_ROLE || !s->id)
			continue;
		role = &p->roles[s->id - 1];
		role->name = sk_keep(c, sk_symbol_name(c, i));
		role->id.v = s->id;
		if (sk_bitset_init(&role->dominates, &p->arena, p->n_role_ids + 1))
			return -ENOMEM;
		sk_bitset_add(&role->dominates, s->id);
	}
	return sk_compile_members(c, SK_NS_ROLE, SK_UNIT_ROLE_ATTRIBUTE_SET, p->n_role_ids + 1);
}

int sk_compile_role_parts(struct sk_compiler *c)
{
	struct sk_policy *p = c->policy;

	if (sk_compile_role_types(c))
		return -ENOMEM;
	sk_compile_dominance(c);
	sk_compile_bounds(c, SK_UNIT_ROLE_BOUNDS, "role", sk_role_bounds);
	if (sk_has_cil(c)) {
		/* object_r has no types of its own there: it may have all. */
		struct sk_role *object_r = &p->roles[c->symbols.list[c->object_r].id - 1];

		c->object_r_types = object_r->types;
		if (sk_is_all_cil(c))
			object_r->dominates.n_words = 0;
		object_r->types.n = 0;
	}
	for (uint32_t i = 0; i < p->n_roles; i++)
		sk_bitset_trim(&p->roles[i].dominates);
	return c->no_memory ? -ENOMEM : 0;
}

static int sk_compile_user_roles(struct sk_compiler *c)
{
	struct sk_policy *p = c->policy;

	for (uint32_t i = 0; i < p->n_users; i++)
		if (sk_bitset_init(&p->users[i].roles, &p->arena, p->n_role_ids + 1))
			return -ENOMEM;
	SK_EACH_STMT_OF(c, SK_UNIT_USER_ROLES, u, stmt, number) {
		const struct sk_bitset *members, *roles;
		uint32_t id;

		members = sk_meant_ids(c, stmt, stmt->op[0], &id);
		roles = sk_set_ids(c, stmt, stmt->op[1]);
		for (uint32_t user = sk_next_meant(members, id, 0); roles && user; user = sk_next_meant(members, id, user))
			for (uint32_t w = 0; w < roles->n_words; w++)
				p->users[user - 1].roles.words[w] |= roles->words[w];
	}
	if (sk_bitset_init(&c->object_r_users, &c->arena, p->n_users + 1))
		return -ENOMEM;
	for (uint32_t i = 0; i < p->n_users; i++) {
		uint32_t object_r = c->symbols.list[c->object_r].id;

		/* In CIL everybody has object_r without being given it, though whoever has an object must have been. */
		if (sk_is_all_cil(c) && sk_bitset_has(&p->users[i].roles, object_r)) {
			sk_bitset_add(&c->object_r_users, i + 1);
			p->users[i].roles.words[0] &= ~(1ull << object_r);
		}
		sk_bitset_trim(&p->users[i].roles);
	}
	return 0;
}

static int sk_compile_user_levels(struct sk_compiler *c)
{
	struct sk_policy *p = c->policy;

	SK_EACH_STMT_IN(c, SK_UNIT_USER_LEVEL, SK_UNIT_USER_RANGE, u, stmt, number) {
		const struct sk_bitset *members;
		struct sk_level level;
		struct sk_range range;
		uint32_t id;

		members = sk_meant_ids(c, stmt, stmt->op[0], &id);
		if (!p->mls && !sk_is_all_cil(c))
			continue;
		if (stmt->kind == SK_UNIT_USER_LEVEL ? !sk_level_of(c, stmt, stmt->op[1], &level)
						      : !sk_range_of(c, stmt, stmt->op[1], &range))
			continue;
		for (uint32_t user = sk_next_meant(members, id, 0); user; user = sk_next_meant(members, id, user)) {
			struct sk_user *to = &p->users[user - 1];
			bool same;

			if (stmt->kind == SK_UNIT_USER_LEVEL) {
				same = !to->default_level.sens.v || sk_level_equal(&to->default_level, &level);
				to->default_level = level;
			} else {
				same = !to->range.low.sens.v || (sk_level_equal(&to->range.low, &range.low) &&
								 sk_level_equal(&to->range.high, &range.high));
				to->range = range;
			}
			if (!same)
				sk_compile_error_at(c, "E0817", stmt, to->name, "user '%s' has another %s elsewhere", to->name,
						    stmt->kind == SK_UNIT_USER_LEVEL ? "default level" : "range");
		}
	}
	return 0;
}

static void sk_check_users(struct sk_compiler *c)
{
	bool cil = sk_is_all_cil(c);

	for (uint32_t i = 0; (c->policy->mls || cil) && i < c->symbols.n; i++) {
		const struct sk_entity *s = &c->symbols.list[i];
		const struct sk_unit_stmt *stmt;
		const struct sk_user *user;

		if (s->ns != SK_NS_USER || !s->id || s->first_decl == SK_SPACE_NONE)
			continue;
		user = &c->policy->users[s->id - 1];
		stmt = sk_stmt_at(c, c->decls.list[s->first_decl].stmt, NULL);
		if (!user->range.low.sens.v || !user->default_level.sens.v)
			sk_compile_error_at(c, "E0810", stmt, user->name, "user '%s' has no %s", user->name,
					    user->range.low.sens.v ? "default level" : "range");
		else if (!cil && (!sk_level_dominates(&user->default_level, &user->range.low) ||
				  !sk_level_dominates(&user->range.high, &user->default_level)))
			sk_compile_error_at(c, "E0810", stmt, user->name, "the default level of user '%s' is outside its range",
					    user->name);
	}
}

int sk_compile_users(struct sk_compiler *c)
{
	struct sk_policy *p = c->policy;

	p->n_users = p->n_user_ids = sk_number_symbols(c, SK_NS_USER, 0);
	p->users = SK_ARENA_ARRAY(&p->arena, struct sk_user, (size_t)p->n_users + 1);
	if (!p->users)
		return -ENOMEM;
	for (uint32_t i = 0; i < c->symbols.n; i++) {
		const struct sk_entity *s = &c->symbols.list[i];

		if (s->ns != SK_NS_USER || !s->id)
			continue;
		p->users[s->id - 1].name = sk_keep(c, sk_symbol_name(c, i));
		p->users[s->id - 1].id.v = s->id;
	}
	if (sk_compile_members(c, SK_NS_USER, SK_UNIT_USER_ATTRIBUTE_SET, p->n_user_ids + 1) || sk_compile_user_roles(c))
		return -ENOMEM;
	sk_compile_user_levels(c);
	sk_check_users(c);
	sk_compile_bounds(c, SK_UNIT_USER_BOUNDS, "user", sk_user_bounds);
	return c->no_memory ? -ENOMEM : 0;
}
