/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The symbol tables of a kernel policy: commons, classes with their constraints, roles, types, users, booleans,
 * sensitivities, categories. One row a table says what an element needs at least and who reads it. Ids may have gaps:
 * compilers number role attributes among the roles and do not write them.
 */
#include "format/kernel-reader.h"

#include <string.h>

static void sk_kernel_perm(struct sk_kernel_reader *k, struct sk_perm *perm, uint32_t n_prim)
{
	uint32_t length = sk_kernel_name_length(k, "length of a permission's name");

	perm->value = sk_read_u32(&k->r, "permission value");
	if (!k->r.failed && (!perm->value || perm->value > n_prim))
		sk_refuse(k, SK_E_VALUE, "permission value",
			  "the value of a permission is 1 to %u here, not %u", n_prim, perm->value);
	perm->name = sk_kernel_name_bytes(k, length, "permission name");
}

/* A permission's name and value may not be there already, in its own list or the common's. */
static void sk_kernel_check_perm(struct sk_kernel_reader *k, const struct sk_perm *perm,
				 const struct sk_perm *others, uint32_t n)
{
	for (uint32_t i = 0; i < n && !k->r.failed; i++)
		if (others[i].value == perm->value || !strcmp(others[i].name, perm->name))
			sk_refuse_at(k, SK_E_DUPLICATE, sk_reader_offset(&k->r) - strlen(perm->name),
				     "permission name",
				     "permission '%.40s' has the name or the value of '%.40s'",
				     perm->name, others[i].name);
}

static const struct sk_perm *sk_kernel_perms(struct sk_kernel_reader *k, uint32_t n,
					     uint32_t n_prim, const struct sk_common *common)
{
	struct sk_perm *perms = SK_KERNEL_ARRAY(k, struct sk_perm, n);

	for (uint32_t i = 0; i < n && !k->r.failed; i++) {
		sk_kernel_perm(k, &perms[i], n_prim);
		if (k->r.failed)
			return NULL;
		sk_kernel_check_perm(k, &perms[i], perms, i);
		if (common)
			sk_kernel_check_perm(k, &perms[i], common->perms, common->n_perms);
	}
	return perms;
}

/* "nprim" and number of a permission list. */
static uint32_t sk_kernel_perm_counts(struct sk_kernel_reader *k, uint32_t *ret_n)
{
	uint32_t n_prim = sk_read_u32(&k->r, "highest permission value");

	if (n_prim > 32)
		sk_refuse(k, SK_E_VALUE, "highest permission value",
			  "an access vector has 32 permissions, not %u", n_prim);
	*ret_n = sk_read_count(&k->r, 9, "number of permissions");
	if (*ret_n > n_prim)
		sk_refuse(k, SK_E_COUNT, "number of permissions",
			  "there are %u permissions for %u values", *ret_n, n_prim);
	return n_prim;
}

static uint32_t sk_kernel_read_common(struct sk_kernel_reader *k, uint32_t i)
{
	struct sk_common *c = &k->p->commons[i];
	uint32_t length = sk_kernel_name_length(k, "length of a common's name");

	c->value = sk_read_u32(&k->r, "common value");
	c->n_prim = sk_kernel_perm_counts(k, &c->n_perms);
	k->name_offset[SK_SYM_COMMON][i] = sk_reader_offset(&k->r);
	c->name = sk_kernel_name_bytes(k, length, "common name");
	c->perms = sk_kernel_perms(k, c->n_perms, c->n_prim, NULL);
	return c->value;
}

static void sk_kernel_type_set(struct sk_kernel_reader *k, struct sk_constraint_node *node)
{
	struct sk_type_set *set = SK_KERNEL_ARRAY(k, struct sk_type_set, 1);

	if (!set)
		return;
	sk_kernel_id_bitset(k, &set->types, SK_SYM_TYPE, "names of a constraint");
	sk_kernel_id_bitset(k, &set->negset, SK_SYM_TYPE, "excluded names of a constraint");
	set->flags = sk_read_u32(&k->r, "flags of a constraint's names");
	if (set->flags > 2)
		sk_refuse(k, SK_E_VALUE, "flags of a constraint's names",
			  "the flags of a set of types are 0, 1 or 2, not %u", set->flags);
	if (!k->r.failed && !(node->attr & SK_ATTR_TYPE) &&
	    (set->types.n_words || set->negset.n_words || set->flags))
		sk_refuse(k, SK_E_EXPRESSION, "flags of a constraint's names",
			  "a constraint on users or roles names types");
	node->type_names = set;
}

static void sk_kernel_names_node(struct sk_kernel_reader *k, struct sk_constraint_node *node,
				 bool validatetrans)
{
	uint32_t who = node->attr & ~(uint32_t)(SK_ATTR_TARGET | SK_ATTR_XTARGET);
	enum sk_symbol table = who == SK_ATTR_USER ? SK_SYM_USER
			     : who == SK_ATTR_ROLE ? SK_SYM_ROLE : SK_SYM_TYPE;
	const char *field = "constraint operand";

	if (node->op != SK_OP_EQ && node->op != SK_OP_NEQ)
		sk_refuse(k, SK_E_EXPRESSION, "constraint operator",
			  "names are compared by operator 1 or 2, not %u", node->op);
	if (who != SK_ATTR_USER && who != SK_ATTR_ROLE && who != SK_ATTR_TYPE)
		sk_refuse_at(k, SK_E_EXPRESSION, sk_reader_offset(&k->r) - 8, field,
			     "names can be users, roles or types, operand %u is none of them",
			     node->attr);
	if ((node->attr & SK_ATTR_TARGET) && (node->attr & SK_ATTR_XTARGET))
		sk_refuse_at(k, SK_E_EXPRESSION, sk_reader_offset(&k->r) - 8, field,
			     "names cannot be of the new object and of the task at once");
	if ((node->attr & SK_ATTR_XTARGET) && !validatetrans)
		sk_refuse_at(k, SK_E_EXPRESSION, sk_reader_offset(&k->r) - 8, field,
			     "only validatetrans knows a third context");
	if (k->r.failed)
		return;
	sk_kernel_id_bitset(k, &node->names, table, "names of a constraint");
	if (k->p->version >= SK_SINCE_CONSTRAINT_NAMES)
		sk_kernel_type_set(k, node);
}

static void sk_kernel_attr_node(struct sk_kernel_reader *k, const struct sk_constraint_node *node)
{
	bool by_name = node->attr == SK_ATTR_USER || node->attr == SK_ATTR_TYPE;

	if (!node->attr || (node->attr & (node->attr - 1)) ||
	    (node->attr & (SK_ATTR_TARGET | SK_ATTR_XTARGET)) || node->attr > SK_ATTR_L2H2)
		sk_refuse_at(k, SK_E_EXPRESSION, sk_reader_offset(&k->r) - 8, "constraint operand",
			     "there is no comparison of contexts with the number %u", node->attr);
	else if (!node->op || node->op > SK_OP_INCOMP)
		sk_refuse(k, SK_E_EXPRESSION, "constraint operator",
			  "there is no constraint operator %u", node->op);
	else if (by_name && node->op > SK_OP_NEQ)
		sk_refuse(k, SK_E_EXPRESSION, "constraint operator",
			  "users and types do not dominate each other (operator %u)", node->op);
}

/* Reads a node and returns how the depth of the evaluation stack changes. */
static int sk_kernel_node(struct sk_kernel_reader *k, struct sk_constraint_node *node, int depth,
			  bool validatetrans)
{
	bool leaf;

	node->kind = sk_read_u32(&k->r, "kind of a constraint's term");
	if (node->kind < SK_CONSTRAINT_NOT || node->kind > SK_CONSTRAINT_NAMES)
		sk_refuse(k, SK_E_EXPRESSION, "kind of a constraint's term",
			  "there is no kind of term %u", node->kind);
	leaf = node->kind >= SK_CONSTRAINT_ATTR;
	if (leaf ? depth >= SK_CONSTRAINT_DEPTH : depth < (node->kind == SK_CONSTRAINT_NOT ? 1 : 2))
		sk_refuse(k, SK_E_EXPRESSION, "kind of a constraint's term",
			  leaf ? "more than %d values are on the stack of the expression"
			       : "an operator has no operands left (the limit of the stack is %d)",
			  SK_CONSTRAINT_DEPTH);
	node->attr = sk_read_u32(&k->r, "constraint operand");
	node->op = sk_read_u32(&k->r, "constraint operator");
	if (node->kind == SK_CONSTRAINT_NAMES)
		sk_kernel_names_node(k, node, validatetrans);
	else if (node->kind == SK_CONSTRAINT_ATTR)
		sk_kernel_attr_node(k, node);
	else if (node->attr || node->op)
		sk_refuse(k, SK_E_EXPRESSION, "constraint operator",
			  "'not', 'and' and 'or' have no operand and operator of their own");
	return leaf ? 1 : node->kind == SK_CONSTRAINT_NOT ? 0 : -1;
}

static void sk_kernel_constraint(struct sk_kernel_reader *k, struct sk_constraint *c,
				 const struct sk_class *cls, bool validatetrans)
{
	struct sk_constraint_node *nodes;
	int depth = 0;

	c->perms = sk_read_u32(&k->r, "permissions of a constraint");
	if (validatetrans ? c->perms
			  : !c->perms || (cls->n_prim < 32 && c->perms >> cls->n_prim))
		sk_refuse(k, SK_E_VALUE, "permissions of a constraint",
			  validatetrans ? "validatetrans has no permissions, here are 0x%x"
					: "the class does not have all of the permissions 0x%x",
			  c->perms);
	c->n_nodes = sk_read_count(&k->r, 12, "number of a constraint's terms");
	nodes = SK_KERNEL_ARRAY(k, struct sk_constraint_node, c->n_nodes);
	for (uint32_t i = 0; i < c->n_nodes && !k->r.failed; i++)
		depth += sk_kernel_node(k, &nodes[i], depth, validatetrans);
	if (!k->r.failed && depth != 1)
		sk_refuse(k, SK_E_EXPRESSION, "constraint expression",
			  "the expression leaves %d values where one is needed", depth);
	c->nodes = nodes;
}

static const struct sk_constraint *sk_kernel_constraints(struct sk_kernel_reader *k,
							 const struct sk_class *cls, uint32_t n,
							 bool validatetrans)
{
	struct sk_constraint *list = SK_KERNEL_ARRAY(k, struct sk_constraint, n);

	for (uint32_t i = 0; i < n && !k->r.failed; i++)
		sk_kernel_constraint(k, &list[i], cls, validatetrans);
	return list;
}

static uint32_t sk_kernel_default(struct sk_kernel_reader *k, uint32_t most, const char *field)
{
	uint32_t v = sk_read_u32(&k->r, field);

	if (v > most)
		sk_refuse(k, SK_E_VALUE, field, "the rule for a default is 0 to %u, not %u", most, v);
	return v;
}

static const struct sk_common *sk_kernel_find_common(struct sk_kernel_reader *k, const char *name,
						     uint64_t offset)
{
	if (!name)
		return NULL;
	for (uint32_t i = 0; i < k->p->n_commons; i++)
		if (!strcmp(k->p->commons[i].name, name))
			return &k->p->commons[i];
	sk_refuse_at(k, SK_E_UNKNOWN_ID, offset, "common of a class", "there is no common '%.64s'",
		     name);
	return NULL;
}

static uint32_t sk_kernel_read_class(struct sk_kernel_reader *k, uint32_t i)
{
	struct sk_class *c = &k->p->classes[i];
	uint32_t length = sk_kernel_name_length(k, "length of a class's name");
	uint32_t common = sk_read_u32(&k->r, "length of the common's name");
	uint64_t offset;

	c->id.v = sk_read_u32(&k->r, "class number");
	c->n_prim = sk_kernel_perm_counts(k, &c->n_perms);
	c->n_constraints = sk_read_count(&k->r, 8, "number of constraints");
	k->name_offset[SK_SYM_CLASS][i] = sk_reader_offset(&k->r);
	c->name = sk_kernel_name_bytes(k, length, "class name");
	offset = sk_reader_offset(&k->r);
	if (common)
		c->common = sk_kernel_find_common(
			k, sk_kernel_name_bytes(k, common, "common of a class"), offset);
	if (c->common && c->common->n_prim > c->n_prim)
		sk_refuse_at(k, SK_E_VALUE, offset, "common of a class",
			     "the class has %u permission values, its common %u", c->n_prim,
			     c->common->n_prim);
	c->perms = sk_kernel_perms(k, c->n_perms, c->n_prim, c->common);
	c->constraints = sk_kernel_constraints(k, c, c->n_constraints, false);
	if (k->p->version >= SK_SINCE_MLS) {
		c->n_validatetrans = sk_read_count(&k->r, 8, "number of validatetrans rules");
		c->validatetrans = sk_kernel_constraints(k, c, c->n_validatetrans, true);
	}
	if (k->p->version >= SK_SINCE_DEFAULTS) {
		c->default_user = sk_kernel_default(k, SK_DEFAULT_TARGET, "default_user");
		c->default_role = sk_kernel_default(k, SK_DEFAULT_TARGET, "default_role");
		c->default_range = sk_kernel_default(k, SK_DEFAULT_GLBLUB, "default_range");
	}
	if (k->p->version >= SK_SINCE_DEFAULT_TYPE)
		c->default_type = sk_kernel_default(k, SK_DEFAULT_TARGET, "default_type");
	return c->id.v;
}

/* The word that names a symbol's bounding one, from version 24 on; 0 when there is none. */
static uint32_t sk_kernel_bounds(struct sk_kernel_reader *k, enum sk_symbol table, uint32_t child,
				 const char *field)
{
	struct sk_pending pending = { .offset = sk_reader_offset(&k->r), .field = field,
				      .kind = SK_PENDING_BOUND, .table = table, .child = child };

	if (k->p->version < SK_SINCE_BOUNDS)
		return 0;
	pending.id = sk_read_u32(&k->r, field);
	if (pending.id)
		sk_kernel_pend(k, &pending);
	return pending.id;
}

static uint32_t sk_kernel_read_role(struct sk_kernel_reader *k, uint32_t i)
{
	struct sk_role *role = &k->p->roles[i];
	uint32_t length = sk_kernel_name_length(k, "length of a role's name");

	role->id.v = sk_read_u32(&k->r, "role number");
	role->bounds.v = sk_kernel_bounds(k, SK_SYM_ROLE, role->id.v, "bounds of a role");
	k->name_offset[SK_SYM_ROLE][i] = sk_reader_offset(&k->r);
	role->name = sk_kernel_name_bytes(k, length, "role name");
	if (!k->r.failed && !strcmp(role->name, "object_r") && role->id.v != 1)
		sk_refuse_at(k, SK_E_VALUE, k->name_offset[SK_SYM_ROLE][i], "role name",
			     "object_r is the role 1, not %u", role->id.v);
	sk_kernel_id_bitset(k, &role->dominates, SK_SYM_ROLE, "dominated roles");
	sk_kernel_id_idset(k, &role->types, SK_SYM_TYPE, "types of a role");
	return role->id.v;
}

static uint32_t sk_kernel_read_type(struct sk_kernel_reader *k, uint32_t i)
{
	struct sk_type *type = &k->p->types[i];
	uint32_t length = sk_kernel_name_length(k, "length of a type's name");

	type->id.v = sk_read_u32(&k->r, "type number");
	type->properties = sk_read_u32(&k->r, "type properties");
	if (k->p->version >= SK_SINCE_BOUNDS) {
		type->primary = type->properties & SK_TYPE_PRIMARY;
		type->attribute = type->properties & SK_TYPE_ATTRIBUTE;
	} else {
		type->primary = type->properties;
	}
	type->bounds.v = sk_kernel_bounds(k, SK_SYM_TYPE, type->id.v, "bounds of a type");
	k->name_offset[SK_SYM_TYPE][i] = sk_reader_offset(&k->r);
	type->name = sk_kernel_name_bytes(k, length, "type name");
	return type->id.v;
}

static uint32_t sk_kernel_read_user(struct sk_kernel_reader *k, uint32_t i)
{
	struct sk_user *user = &k->p->users[i];
	uint32_t length = sk_kernel_name_length(k, "length of a user's name");

	user->id.v = sk_read_u32(&k->r, "user number");
	user->bounds.v = sk_kernel_bounds(k, SK_SYM_USER, user->id.v, "bounds of a user");
	k->name_offset[SK_SYM_USER][i] = sk_reader_offset(&k->r);
	user->name = sk_kernel_name_bytes(k, length, "user name");
	sk_kernel_id_bitset(k, &user->roles, SK_SYM_ROLE, "roles of a user");
	if (k->p->version >= SK_SINCE_MLS) {
		sk_kernel_range(k, &user->range, "range of a user");
		sk_kernel_level(k, &user->default_level, "default level of a user");
	}
	return user->id.v;
}

static uint32_t sk_kernel_read_bool(struct sk_kernel_reader *k, uint32_t i)
{
	struct sk_bool *b = &k->p->bools[i];
	uint32_t state, length;

	b->id.v = sk_read_u32(&k->r, "boolean number");
	state = sk_read_u32(&k->r, "boolean state");
	if (state > 1)
		sk_refuse(k, SK_E_VALUE, "boolean state", "a boolean is 0 or 1, not %u", state);
	b->state = state;
	length = sk_kernel_name_length(k, "length of a boolean's name");
	k->name_offset[SK_SYM_BOOL][i] = sk_reader_offset(&k->r);
	b->name = sk_kernel_name_bytes(k, length, "boolean name");
	return b->id.v;
}

static bool sk_kernel_is_alias(struct sk_kernel_reader *k, const char *field)
{
	uint32_t v = sk_read_u32(&k->r, field);

	if (v > 1)
		sk_refuse(k, SK_E_VALUE, field, "an alias is marked by 0 or 1, not %u", v);
	return v;
}

static uint32_t sk_kernel_read_sens(struct sk_kernel_reader *k, uint32_t i)
{
	struct sk_sens *sens = &k->p->sens[i];
	uint32_t length = sk_kernel_name_length(k, "length of a sensitivity's name");

	sens->primary = !sk_kernel_is_alias(k, "alias mark of a sensitivity");
	k->name_offset[SK_SYM_SENS][i] = sk_reader_offset(&k->r);
	sens->name = sk_kernel_name_bytes(k, length, "sensitivity name");
	sens->level.sens.v = sk_read_u32(&k->r, "sensitivity number");
	sk_kernel_id_bitset(k, &sens->level.cats, SK_SYM_CAT, "categories of a sensitivity");
	return sens->level.sens.v;
}

static uint32_t sk_kernel_read_cat(struct sk_kernel_reader *k, uint32_t i)
{
	struct sk_cat *cat = &k->p->cats[i];
	uint32_t length = sk_kernel_name_length(k, "length of a category's name");

	cat->id.v = sk_read_u32(&k->r, "category number");
	cat->primary = !sk_kernel_is_alias(k, "alias mark of a category");
	k->name_offset[SK_SYM_CAT][i] = sk_reader_offset(&k->r);
	cat->name = sk_kernel_name_bytes(k, length, "category name");
	return cat->id.v;
}

/*
 * One row a table. min_size: of an element, in version 15. read() reads the i-th element and returns its id. The
 * id's place in the element differs, so a wrong id is reported at the name.
 */
static const struct sk_symbol_row {
	size_t min_size, element_size;
	size_t list, n_list, n_ids;	/* offsets in struct sk_policy; n_ids 0 for commons */
	uint32_t (*read)(struct sk_kernel_reader *k, uint32_t i);
} sk_symbol_rows[SK_N_SYM] = {
#define SK_ROW(type, list, n, ids, read)                                                           \
	sizeof(struct type), offsetof(struct sk_policy, list), offsetof(struct sk_policy, n), ids, read
#define SK_IDS(n) offsetof(struct sk_policy, n)
	{ 17, SK_ROW(sk_common, commons, n_commons, 0, sk_kernel_read_common) },
	{ 25, SK_ROW(sk_class, classes, n_classes, SK_IDS(n_class_ids), sk_kernel_read_class) },
	{ 33, SK_ROW(sk_role, roles, n_roles, SK_IDS(n_role_ids), sk_kernel_read_role) },
	{ 13, SK_ROW(sk_type, types, n_types, SK_IDS(n_type_ids), sk_kernel_read_type) },
	{ 21, SK_ROW(sk_user, users, n_users, SK_IDS(n_user_ids), sk_kernel_read_user) },
	{ 13, SK_ROW(sk_bool, bools, n_bools, SK_IDS(n_bool_ids), sk_kernel_read_bool) },
	{ 25, SK_ROW(sk_sens, sens, n_sens, SK_IDS(n_sens_ids), sk_kernel_read_sens) },
	{ 13, SK_ROW(sk_cat, cats, n_cats, SK_IDS(n_cat_ids), sk_kernel_read_cat) },
};

static bool sk_symbol_is_alias(const struct sk_policy *p, enum sk_symbol table, uint32_t i)
{
	return (table == SK_SYM_TYPE && !p->types[i].primary) ||
	       (table == SK_SYM_SENS && !p->sens[i].primary) ||
	       (table == SK_SYM_CAT && !p->cats[i].primary);
}

/* Enters the i-th symbol under its id. */
static void sk_kernel_enter(struct sk_kernel_reader *k, enum sk_symbol table, uint32_t i,
			    uint32_t id, uint8_t *exists)
{
	uint64_t offset = k->name_offset[table][i];

	if (k->r.failed)
		return;
	if (!id || id > k->n_ids[table]) {
		sk_refuse_at(k, SK_E_VALUE, offset, sk_symbol_words[table],
			     "a %s has the number %u, and the table allows 1 to %u",
			     sk_symbol_words[table], id, k->n_ids[table]);
		return;
	}
	if (sk_symbol_is_alias(k->p, table, i))
		return;
	if (exists[id]) {
		sk_refuse_at(k, SK_E_DUPLICATE, offset, sk_symbol_words[table],
			     "two %s have the number %u", sk_symbol_plurals[table], id);
		return;
	}
	exists[id] = table == SK_SYM_TYPE && k->p->types[i].attribute ? SK_EXISTS_ATTRIBUTE
								      : SK_EXISTS_PRIMARY;
	k->position[table][id] = i;
}

/* An alias names something. Ids without a symbol are attributes in versions 20 to 23. */
static void sk_kernel_check_aliases(struct sk_kernel_reader *k, enum sk_symbol table, uint32_t n)
{
	for (uint32_t i = 0; i < n && !k->r.failed; i++) {
		uint32_t id;

		if (!sk_symbol_is_alias(k->p, table, i))
			continue;
		id = table == SK_SYM_TYPE ? k->p->types[i].id.v
		   : table == SK_SYM_SENS ? k->p->sens[i].level.sens.v : k->p->cats[i].id.v;
		sk_kernel_check_id(k, table, id, k->name_offset[table][i], "alias");
	}
}

static void sk_kernel_collect_existing(struct sk_kernel_reader *k, enum sk_symbol table)
{
	struct sk_bitset *set = &k->existing[table];

	set->n_words = k->n_ids[table] / 64 + 1;
	set->words = calloc(set->n_words, sizeof(*set->words));
	if (!set->words) {
		sk_reader_no_memory(&k->r);
		return;
	}
	for (uint32_t id = 1; id <= k->n_ids[table]; id++)
		if (k->exists[table][id])
			sk_bitset_add(set, id);
}

/*
 * The highest id, where the table's own word says more than that. Types since version 20 have an attribute set each,
 * up to the word, which must fit into the input.
 */
static void sk_kernel_trim_ids(struct sk_kernel_reader *k, enum sk_symbol table,
			       uint64_t offset)
{
	if (table == SK_SYM_TYPE && k->p->version >= SK_SINCE_AVTAB) {
		if (!k->r.failed && k->n_ids[table] > sk_reader_left(&k->r) / 12)
			sk_refuse_at(k, SK_E_COUNT, offset, "highest number of a symbol table",
				     "the attributes of %u types do not fit into what is left",
				     k->n_ids[table]);
		return;
	}
	while (k->n_ids[table] && !k->exists[table][k->n_ids[table]])
		k->n_ids[table]--;
}

static void sk_kernel_table(struct sk_kernel_reader *k, enum sk_symbol table)
{
	const struct sk_symbol_row *row = &sk_symbol_rows[table];
	char *p = (char *)k->p;
	uint64_t offset = sk_reader_offset(&k->r);
	uint32_t n_ids, n;
	uint8_t *exists;
	void *list;

	n_ids = sk_read_u32(&k->r, "highest number of a symbol table");
	if (n_ids > SK_KERNEL_MOST_IDS)
		sk_refuse(k, SK_E_COUNT, "highest number of a symbol table",
			  "%u %s are announced, at most %u are possible", n_ids,
			  sk_symbol_plurals[table], SK_KERNEL_MOST_IDS);
	n = sk_read_count(&k->r, row->min_size, "number of symbols");
	if (n && !n_ids)
		sk_refuse(k, SK_E_COUNT, "number of symbols", "%u %s are to have numbers up to 0", n,
			  sk_symbol_plurals[table]);
	list = sk_kernel_array(k, n, row->element_size);
	if (!list)
		return;
	exists = calloc((size_t)n_ids + 1, 1);
	k->position[table] = calloc((size_t)n_ids + 1, sizeof(uint32_t));
	k->name_offset[table] = calloc((size_t)n + 1, sizeof(uint64_t));
	if (!exists || !k->position[table] || !k->name_offset[table])
		sk_reader_no_memory(&k->r);
	memcpy(p + row->list, &list, sizeof(list));
	k->n_ids[table] = n_ids;
	k->p->n_prims[table] = n_ids;
	k->what = sk_symbol_words[table];
	k->count = n;
	for (uint32_t i = 0; i < n && !k->r.failed; i++) {
		k->number = i;
		sk_kernel_enter(k, table, i, row->read(k, i), exists);
	}
	k->what = NULL;
	k->exists[table] = exists;
	if (k->r.failed)
		return;
	sk_kernel_trim_ids(k, table, offset);
	if (k->r.failed)
		return;
	n_ids = k->n_ids[table];
	memcpy(p + row->n_list, &n, sizeof(n));
	if (row->n_ids)
		memcpy(p + row->n_ids, &n_ids, sizeof(n_ids));
	if (table == SK_SYM_TYPE && k->p->version >= SK_SINCE_AVTAB &&
	    k->p->version < SK_SINCE_BOUNDS)
		for (uint32_t id = 1; id <= n_ids; id++)
			if (!exists[id])
				exists[id] = SK_EXISTS_ATTRIBUTE;
	sk_kernel_collect_existing(k, table);
	sk_kernel_check_aliases(k, table, n);
}

static void sk_kernel_find_process(struct sk_kernel_reader *k)
{
	const char *name = sk_kernel_process_class(k->p->target);

	for (uint32_t i = 0; i < k->p->n_classes; i++)
		if (!strcmp(k->p->classes[i].name, name))
			k->process = k->p->classes[i].id;
}

void sk_kernel_symbols(struct sk_kernel_reader *k)
{
	uint32_t n = sk_kernel_n_symbols(k->p->version);

	for (uint32_t i = 0; i < n && !k->r.failed; i++)
		sk_kernel_table(k, (enum sk_symbol)i);
	if (k->r.failed)
		return;
	sk_kernel_find_process(k);
	sk_kernel_settle(k);
}
