/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The symbol tables of a binary module: the module's own, and within each branch of a block what is said there of symbols
 * that stand in the module's. One row a table says what an element needs at least and who reads it. References to tables
 * that follow are kept, and checked when they are lowered.
 */
#include "unit/module-reader.h"

#include <string.h>

/* Properties of types since version 9. */
enum { SK_PROPERTY_PRIMARY = 1, SK_PROPERTY_ATTRIBUTE = 2, SK_PROPERTY_ALIAS = 4, SK_PROPERTY_PERMISSIVE = 8,
       SK_PROPERTY_NEVERAUDIT = 16 };

static void sk_mod_name_of(struct sk_module *m, struct sk_mod_symbol *s, uint32_t length, const char *field)
{
	s->offset = sk_reader_offset(&m->r);
	SK_MOD_PUSH(m, m->places, (uint32_t)s->offset);
	s->name = sk_mod_read_name_bytes(m, length, true, field);
}

static void sk_mod_read_perm(struct sk_module *m, struct sk_mod_class *c)
{
	uint32_t length = sk_read_u32(&m->r, "length of a permission's name");
	uint32_t value = sk_read_u32(&m->r, "permission value"), name;

	if (!value || value > c->n_perms)
		sk_mod_refuse(m, SK_MOD_VALUE, "permission value",
			      "the value of a permission is 1 to %u here, not %u", c->n_perms, value);
	name = sk_mod_read_name_bytes(m, length, true, "permission name");
	if (m->r.failed)
		return;
	for (uint32_t i = 0; i < 32; i++)
		if (c->perms[i] == name || (i + 1 == value && c->perms[i] != SK_INTERN_NONE)) {
			sk_mod_refuse_at(m, SK_MOD_DUPLICATE, sk_reader_offset(&m->r) - length, "permission name",
					 "permission '%.40s' has the name or the value of '%.40s'",
					 sk_intern_str(m->space->names, name),
					 sk_intern_str(m->space->names, c->perms[i]));
			return;
		}
	c->perms[value - 1] = name;
	c->own |= 1u << (value - 1);
}

/* Highest value and number of permissions. */
static uint32_t sk_mod_perm_counts(struct sk_module *m, struct sk_mod_symbol *s)
{
	uint32_t n;

	s->cls = SK_MOD_ARRAY(m, struct sk_mod_class, 1);
	if (m->r.failed)
		return 0;
	s->cls->common = SK_INTERN_NONE;
	memset(s->cls->perms, 0xff, sizeof(s->cls->perms));
	s->cls->n_perms = sk_read_u32(&m->r, "highest permission value");
	if (s->cls->n_perms > 32)
		sk_mod_refuse(m, SK_MOD_VALUE, "highest permission value",
			      "an access vector has 32 permissions, not %u", s->cls->n_perms);
	n = sk_read_count(&m->r, 9, "number of permissions");
	if (n > s->cls->n_perms)
		sk_mod_refuse(m, SK_MOD_COUNT, "number of permissions", "there are %u permissions for %u values", n,
			      s->cls->n_perms);
	return m->r.failed ? 0 : n;
}

static void sk_mod_read_common(struct sk_module *m, struct sk_mod_symbol *s)
{
	uint32_t length = sk_read_u32(&m->r, "length of a common's name"), n;

	s->value = sk_read_u32(&m->r, "number of a common");
	n = sk_mod_perm_counts(m, s);
	sk_mod_name_of(m, s, length, "name of a common");
	for (uint32_t i = 0; i < n && !m->r.failed; i++)
		sk_mod_read_perm(m, s->cls);
}

enum { SK_CEXPR_NOT = 1, SK_CEXPR_AND, SK_CEXPR_OR, SK_CEXPR_ATTR, SK_CEXPR_NAMES };

static void sk_mod_read_node(struct sk_module *m, struct sk_mod_node *node, int *depth)
{
	node->offset = sk_reader_offset(&m->r);
	node->op = sk_read_u32(&m->r, "constraint expression");
	node->attr = sk_read_u32(&m->r, "constraint expression");
	node->compare = sk_read_u32(&m->r, "constraint expression");
	if (node->op == SK_CEXPR_NAMES) {
		sk_mod_read_set(m, &node->names, "names in a constraint");
		sk_mod_read_typeset(m, &node->types, "types in a constraint");
	}
	if (node->op < SK_CEXPR_NOT || node->op > SK_CEXPR_NAMES) {
		sk_mod_refuse_at(m, SK_MOD_EXPRESSION, node->offset, "constraint expression",
				 "no part of an expression has the number %u", node->op);
		return;
	}
	*depth += node->op >= SK_CEXPR_ATTR ? 1 : node->op == SK_CEXPR_NOT ? 0 : -1;
	if (*depth < 1 || *depth > 64)
		sk_mod_refuse_at(m, SK_MOD_EXPRESSION, node->offset, "constraint expression",
				 *depth < 1 ? "an operator lacks an operand" : "the expression is too deep");
}

static struct sk_mod_constraint *sk_mod_read_constraints(struct sk_module *m, uint32_t n)
{
	struct sk_mod_constraint *list = SK_MOD_ARRAY(m, struct sk_mod_constraint, n);

	for (uint32_t i = 0; i < n && !m->r.failed; i++) {
		struct sk_mod_constraint *c = &list[i];
		int depth = 0;

		c->offset = sk_reader_offset(&m->r);
		SK_MOD_PUSH(m, m->places, (uint32_t)c->offset);
		c->perms = sk_read_u32(&m->r, "permissions of a constraint");
		c->n = sk_read_count(&m->r, 12, "length of a constraint's expression");
		c->nodes = SK_MOD_ARRAY(m, struct sk_mod_node, c->n);
		for (uint32_t j = 0; j < c->n && !m->r.failed; j++)
			sk_mod_read_node(m, &c->nodes[j], &depth);
		if (depth != 1 && !m->r.failed)
			sk_mod_refuse_at(m, SK_MOD_EXPRESSION, c->offset, "constraint expression",
					 "the expression does not come out as one value");
	}
	return list;
}

static void sk_mod_read_defaults(struct sk_module *m, struct sk_mod_class *c)
{
	static const char *const fields[4] = { "default_user", "default_role", "default_type", "default_range" };
	static const uint8_t most[4] = { 2, 2, 2, 7 };
	/* as they stand in the file: user, role, range, type */
	static const uint8_t order[4] = { 0, 1, 3, 2 };
	uint32_t n = m->version >= SK_MOD_SINCE_DEFAULT_TYPE ? 4 : m->version >= SK_MOD_SINCE_DEFAULTS ? 3 : 0;

	for (uint32_t i = 0; i < n; i++) {
		uint32_t at = order[i], v = sk_read_u32(&m->r, fields[at]);

		if (v > most[at])
			sk_mod_refuse(m, SK_MOD_VALUE, fields[at], "%s is 0 to %u, not %u", fields[at], most[at], v);
		c->defaults[at] = v;
	}
}

/* The permissions of the common have the first values of the class. */
static void sk_mod_inherit(struct sk_module *m, struct sk_mod_class *c, uint64_t offset)
{
	const struct sk_mod_symbol *common = sk_mod_find(m, SK_MOD_COMMON, c->common, offset, "common of a class");

	if (!common)
		return;
	if (common->cls->n_perms > c->n_perms)
		sk_mod_refuse_at(m, SK_MOD_VALUE, offset, "common of a class",
				 "the class has %u permissions, and its common %u", c->n_perms,
				 common->cls->n_perms);
	memcpy(c->perms, common->cls->perms, sizeof(c->perms));
}

static void sk_mod_read_class(struct sk_module *m, struct sk_mod_symbol *s)
{
	uint32_t length = sk_read_u32(&m->r, "length of a class's name");
	uint32_t common_length = sk_read_u32(&m->r, "length of a common's name"), n, n_constraints;
	struct sk_mod_class *c;

	s->value = sk_read_u32(&m->r, "number of a class");
	if (s->value > UINT16_MAX)
		sk_mod_refuse(m, SK_MOD_VALUE, "number of a class", "classes have 16-bit numbers, not %u", s->value);
	n = sk_mod_perm_counts(m, s);
	n_constraints = sk_read_count(&m->r, 8, "number of constraints");
	sk_mod_name_of(m, s, length, "name of a class");
	if (m->r.failed)
		return;
	c = s->cls;
	if (common_length) {
		uint64_t offset = sk_reader_offset(&m->r);

		c->common = sk_mod_read_name_bytes(m, common_length, true, "common of a class");
		if (c->common != SK_INTERN_NONE)
			sk_mod_inherit(m, c, offset);
	}
	for (uint32_t i = 0; i < n && !m->r.failed; i++)
		sk_mod_read_perm(m, c);
	c->n_constraints = n_constraints;
	c->constraints = sk_mod_read_constraints(m, n_constraints);
	if (!m->base)
		return;
	if (m->version >= SK_MOD_SINCE_VALIDATETRANS) {
		c->n_transitions = sk_read_count(&m->r, 8, "number of validatetrans rules");
		c->transitions = sk_mod_read_constraints(m, c->n_transitions);
	}
	sk_mod_read_defaults(m, c);
}

static void sk_mod_read_role(struct sk_module *m, struct sk_mod_symbol *s)
{
	uint32_t length = sk_read_u32(&m->r, "length of a role's name");
	uint32_t flavor;

	s->value = sk_read_u32(&m->r, "number of a role");
	s->bounds = m->version >= SK_MOD_SINCE_BOUNDS ? sk_read_u32(&m->r, "bounds of a role") : 0;
	sk_mod_name_of(m, s, length, "name of a role");
	s->holder = SK_MOD_ARRAY(m, struct sk_mod_holder, 1);
	if (m->r.failed)
		return;
	sk_mod_read_set(m, &s->set, "roles that a role dominates");
	sk_mod_read_typeset(m, &s->holder->set, "types of a role");
	if (m->version < SK_MOD_SINCE_ROLE_ATTRIBUTES)
		return;
	flavor = sk_read_u32(&m->r, "kind of a role");
	if (flavor > 1)
		sk_mod_refuse(m, SK_MOD_VALUE, "kind of a role", "a role is 0 or, an attribute, 1, not %u", flavor);
	s->attribute = flavor == 1;
	sk_mod_read_set(m, &s->holder->members, "roles of a role attribute");
}

/* What a type is, once its words are known: `primary` is 1, or what an alias stands for. */
static void sk_mod_type_kind(struct sk_module *m, struct sk_mod_symbol *s, uint32_t primary, uint32_t kind)
{
	if (kind > 2)
		sk_mod_refuse(m, SK_MOD_VALUE, "kind of a type", "a type is 0, 1 or 2, not %u", kind);
	s->attribute = kind == 1;
	s->alias = kind == 2 || (!kind && !primary);
	s->numbered = kind == 2;
	s->actual = kind == 2 ? primary : s->value;
}

static void sk_mod_read_type(struct sk_module *m, struct sk_mod_symbol *s)
{
	uint32_t length = sk_read_u32(&m->r, "length of a type's name"), primary = 0, kind, properties;

	s->value = sk_read_u32(&m->r, "number of a type");
	if (m->version >= SK_MOD_SINCE_BOUNDS) {
		if (m->version >= SK_MOD_SINCE_BOUNDS_ALIAS)
			primary = sk_read_u32(&m->r, "type that an alias is of");
		properties = sk_read_u32(&m->r, "properties of a type");
		if (properties & ~31u)
			sk_mod_refuse(m, SK_MOD_VALUE, "properties of a type",
				      "the properties of a type are 0 to 31, not %u", properties);
		if (m->version < SK_MOD_SINCE_BOUNDS_ALIAS)
			primary = properties & SK_PROPERTY_PRIMARY;
		kind = properties & SK_PROPERTY_ALIAS ? 2 : properties & SK_PROPERTY_ATTRIBUTE ? 1 : 0;
		s->flags = (properties & SK_PROPERTY_PERMISSIVE ? SK_MOD_TYPE_PERMISSIVE : 0) |
			   (properties & SK_PROPERTY_NEVERAUDIT ? SK_MOD_TYPE_NEVERAUDIT : 0);
		s->bounds = sk_read_u32(&m->r, "bounds of a type");
	} else {
		primary = sk_read_u32(&m->r, "type that an alias is of");
		kind = sk_read_u32(&m->r, "kind of a type");
		if (m->version >= SK_MOD_SINCE_PERMISSIVE)
			s->flags = sk_read_u32(&m->r, "flags of a type");
		if (s->flags & ~15u)
			sk_mod_refuse(m, SK_MOD_VALUE, "flags of a type", "the flags of a type are 0 to 15, not %u",
				      s->flags);
	}
	sk_mod_read_set(m, &s->set, "types of an attribute");
	sk_mod_name_of(m, s, length, "name of a type");
	sk_mod_type_kind(m, s, primary, kind);
}

/* Categories one by one become ranges, as users of newer versions have them. */
static void sk_mod_merge_cats(struct sk_mod_level *level)
{
	uint32_t *cats = level->cats, n = 0;

	for (uint32_t i = 0; i < level->n; i++) {
		if (n && cats[2 * n - 1] + 1 == cats[2 * i]) {
			cats[2 * n - 1] = cats[2 * i + 1];
			continue;
		}
		cats[2 * n] = cats[2 * i];
		cats[2 * n + 1] = cats[2 * i + 1];
		n++;
	}
	level->n = n;
}

static void sk_mod_read_user(struct sk_module *m, struct sk_mod_symbol *s)
{
	uint32_t length = sk_read_u32(&m->r, "length of a user's name");
	struct sk_mod_holder *h;

	s->value = sk_read_u32(&m->r, "number of a user");
	s->bounds = m->version >= SK_MOD_SINCE_BOUNDS ? sk_read_u32(&m->r, "bounds of a user") : 0;
	sk_mod_name_of(m, s, length, "name of a user");
	s->holder = h = SK_MOD_ARRAY(m, struct sk_mod_holder, 1);
	if (m->r.failed)
		return;
	sk_mod_read_roleset(m, &h->set, "roles of a user");
	if (m->version >= SK_MOD_SINCE_MLS_USERS) {
		sk_mod_read_semantic_level(m, &h->low, "range of a user");
		sk_mod_read_semantic_level(m, &h->high, "range of a user");
		sk_mod_read_semantic_level(m, &h->level, "default level of a user");
	} else if (m->version >= SK_MOD_SINCE_MLS) {
		sk_mod_read_range(m, &h->low, &h->high, "range of a user");
		sk_mod_read_level(m, &h->level, "default level of a user");
		sk_mod_merge_cats(&h->low);
		sk_mod_merge_cats(&h->high);
		sk_mod_merge_cats(&h->level);
	}
}

static void sk_mod_read_bool(struct sk_module *m, struct sk_mod_symbol *s)
{
	uint32_t length;

	s->value = sk_read_u32(&m->r, "number of a boolean");
	s->state = sk_read_u32(&m->r, "state of a boolean");
	if (s->state > 1)
		sk_mod_refuse(m, SK_MOD_VALUE, "state of a boolean", "a boolean is 0 or 1, not %u", s->state);
	length = sk_read_u32(&m->r, "length of a boolean's name");
	sk_mod_name_of(m, s, length, "name of a boolean");
	if (m->version >= SK_MOD_SINCE_TUNABLES)
		s->flags = sk_read_u32(&m->r, "kind of a boolean");
	if (s->flags > 1)
		sk_mod_refuse(m, SK_MOD_VALUE, "kind of a boolean", "a boolean is 0 or, a tunable, 1, not %u",
			      s->flags);
}

static bool sk_mod_read_alias(struct sk_module *m, const char *field)
{
	uint32_t alias = sk_read_u32(&m->r, field);

	if (alias > 1)
		sk_mod_refuse(m, SK_MOD_VALUE, field, "a name is an alias, 1, or not, 0, and not %u", alias);
	return alias == 1;
}

static void sk_mod_read_sens(struct sk_module *m, struct sk_mod_symbol *s)
{
	uint32_t length = sk_read_u32(&m->r, "length of a sensitivity's name");

	s->alias = sk_mod_read_alias(m, "kind of a sensitivity");
	sk_mod_name_of(m, s, length, "name of a sensitivity");
	s->value = s->actual = sk_read_u32(&m->r, "number of a sensitivity");
	sk_mod_read_set(m, &s->set, "categories of a sensitivity");
}

static void sk_mod_read_cat(struct sk_module *m, struct sk_mod_symbol *s)
{
	uint32_t length = sk_read_u32(&m->r, "length of a category's name");

	s->value = s->actual = sk_read_u32(&m->r, "number of a category");
	s->alias = sk_mod_read_alias(m, "kind of a category");
	sk_mod_name_of(m, s, length, "name of a category");
}

static const struct sk_mod_row {
	size_t min_size;
	void (*read)(struct sk_module *m, struct sk_mod_symbol *s);
} sk_mod_rows[SK_MOD_N_TABLES] = {
	{ 17, sk_mod_read_common }, { 25, sk_mod_read_class }, { 49, sk_mod_read_role }, { 29, sk_mod_read_type },
	{ 25, sk_mod_read_user },   { 13, sk_mod_read_bool },  { 25, sk_mod_read_sens }, { 13, sk_mod_read_cat },
};

/* Enters a symbol of the module's own tables under its name and its value. */
static void sk_mod_enter(struct sk_module *m, enum sk_mod_table table, uint32_t i)
{
	struct sk_mod_symbols *t = &m->symbols[table];
	struct sk_mod_symbol *s = &t->list[i];
	uint32_t *at;
	bool fresh;

	if (m->r.failed)
		return;
	if (!s->value || s->value > t->n_values) {
		sk_mod_refuse_at(m, SK_MOD_VALUE, s->offset, sk_mod_words[table],
				 "a %s has the number %u, and the table allows 1 to %u", sk_mod_words[table], s->value,
				 t->n_values);
		return;
	}
	if (sk_map_insert(&m->by_name, (uint64_t)table << 32 | s->name, i, &at, &fresh)) {
		sk_reader_no_memory(&m->r);
		return;
	}
	if (!fresh || ((!s->alias || s->numbered) && t->by_value[s->value])) {
		sk_mod_refuse_at(m, SK_MOD_DUPLICATE, s->offset, sk_mod_words[table],
				 "two of the table have the name '%.64s' or the number %u",
				 sk_intern_str(m->space->names, s->name), s->value);
		return;
	}
	if (s->alias && !s->numbered)
		return;
	t->by_value[s->value] = i + 1;
	t->there[(s->value - 1) / 64] |= (uint64_t)1 << ((s->value - 1) % 64);
}

/* Within a branch: the module's tables must have it, with the same number. */
static void sk_mod_check_added(struct sk_module *m, enum sk_mod_table table, const struct sk_mod_symbol *s)
{
	const struct sk_mod_symbol *own = m->r.failed ? NULL
		: sk_mod_find(m, table, s->name, s->offset, "symbol within a block");

	if (own && (own->value != s->value || own->alias || own->attribute != s->attribute))
		sk_mod_refuse_at(m, SK_MOD_VALUE, s->offset, "symbol within a block",
				 "'%.64s' has the number %u here, and %u in the module's table, or is of another kind",
				 sk_intern_str(m->space->names, s->name), s->value, own->value);
}

void sk_mod_read_table(struct sk_module *m, enum sk_mod_table table, struct sk_mod_symbols *t, bool global)
{
	const struct sk_mod_row *row = &sk_mod_rows[table];
	uint64_t offset = sk_reader_offset(&m->r);

	t->n_values = sk_read_u32(&m->r, "highest number of a table");
	t->n = sk_read_count(&m->r, row->min_size, "number of symbols");
	if (!m->r.failed && global && t->n_values > sk_reader_left(&m->r) / 12)
		sk_mod_refuse_at(m, SK_MOD_COUNT, offset, "highest number of a table",
				 "numbers up to %u are announced, and the module has no room for so many", t->n_values);
	t->list = SK_MOD_ARRAY(m, struct sk_mod_symbol, t->n);
	if (global && !m->r.failed) {
		t->by_value = SK_MOD_ARRAY(m, uint32_t, (size_t)t->n_values + 1);
		t->refs = SK_MOD_ARRAY(m, uint32_t, (size_t)t->n_values + 1);
		t->sets = SK_MOD_ARRAY(m, uint32_t, (size_t)t->n_values + 1);
		t->there = SK_MOD_ARRAY(m, uint64_t, (size_t)t->n_values / 64 + 1);
		if (!m->r.failed) {
			memset(t->refs, 0xff, ((size_t)t->n_values + 1) * sizeof(*t->refs));
			memset(t->sets, 0xff, ((size_t)t->n_values + 1) * sizeof(*t->sets));
		}
	}
	if (global && !m->r.failed && (sk_map_reserve(&m->by_name, m->by_name.n + t->n) ||
				       sk_intern_reserve(m->space->names, m->space->names->n + t->n)))
		sk_reader_no_memory(&m->r);
	sk_mod_begin_list(m, sk_mod_words[table], t->n);
	for (uint32_t i = 0; i < t->n && !m->r.failed; i++) {
		m->number = i;
		row->read(m, &t->list[i]);
		if (global)
			sk_mod_enter(m, table, i);
		else
			sk_mod_check_added(m, table, &t->list[i]);
	}
	if (!m->r.failed)
		m->what = NULL;
}

/* An alias of a value that no symbol has is an alias of nothing. */
static void sk_mod_check_aliases(struct sk_module *m, enum sk_mod_table table)
{
	for (uint32_t i = 0; i < m->symbols[table].n && !m->r.failed; i++) {
		const struct sk_mod_symbol *s = &m->symbols[table].list[i];

		if (s->alias)
			sk_mod_symbol(m, table, s->actual, s->offset, "alias");
	}
}

void sk_mod_read_symbols(struct sk_module *m)
{
	const uint32_t *process;
	uint32_t name;

	for (unsigned int i = 0; i < SK_MOD_N_TABLES && !m->r.failed; i++)
		sk_mod_read_table(m, (enum sk_mod_table)i, &m->symbols[i], true);
	for (unsigned int i = 0; i < SK_MOD_N_TABLES && !m->r.failed; i++)
		sk_mod_check_aliases(m, (enum sk_mod_table)i);
	name = m->r.failed ? SK_INTERN_NONE : sk_intern_find(m->space->names, "process", 7);
	process = name == SK_INTERN_NONE ? NULL : sk_map_find(&m->by_name, (uint64_t)SK_MOD_CLASS << 32 | name);
	m->process = process ? m->symbols[SK_MOD_CLASS].list[*process].value : 0;
}
