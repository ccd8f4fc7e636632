/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Constraints and validatetrans, and what new objects take from where. An expression names users, roles and types by
 * the ids that their sets come to; beside them stand the names of types and attributes as they were written.
 */
#include <errno.h>
#include <string.h>

#include "compile/compiler.h"
#include "compile/type.h"

/* What a comparison of two attributes is in the policy, or 0. */
static uint32_t sk_attr_pair(uint8_t left, uint8_t right)
{
	static const struct {
		uint8_t left, right;
		uint32_t attr;
	} rows[] = {
		{ SK_UNIT_U1, SK_UNIT_U2, SK_ATTR_USER }, { SK_UNIT_R1, SK_UNIT_R2, SK_ATTR_ROLE },
		{ SK_UNIT_T1, SK_UNIT_T2, SK_ATTR_TYPE }, { SK_UNIT_L1, SK_UNIT_L2, SK_ATTR_L1L2 },
		{ SK_UNIT_L1, SK_UNIT_H2, SK_ATTR_L1H2 }, { SK_UNIT_H1, SK_UNIT_L2, SK_ATTR_H1L2 },
		{ SK_UNIT_H1, SK_UNIT_H2, SK_ATTR_H1H2 }, { SK_UNIT_L1, SK_UNIT_H1, SK_ATTR_L1H1 },
		{ SK_UNIT_L2, SK_UNIT_H2, SK_ATTR_L2H2 },
	};

	for (size_t i = 0; i < SK_ARRAY_LEN(rows); i++)
		if (rows[i].left == left && rows[i].right == right)
			return rows[i].attr;
	return 0;
}

/* What a comparison with names is: of which attribute, and of whom. */
static uint32_t sk_attr_names(uint8_t left)
{
	static const uint32_t attrs[] = {
		[SK_UNIT_U1] = SK_ATTR_USER, [SK_UNIT_U2] = SK_ATTR_USER | SK_ATTR_TARGET,
		[SK_UNIT_U3] = SK_ATTR_USER | SK_ATTR_XTARGET, [SK_UNIT_R1] = SK_ATTR_ROLE,
		[SK_UNIT_R2] = SK_ATTR_ROLE | SK_ATTR_TARGET, [SK_UNIT_R3] = SK_ATTR_ROLE | SK_ATTR_XTARGET,
		[SK_UNIT_T1] = SK_ATTR_TYPE, [SK_UNIT_T2] = SK_ATTR_TYPE | SK_ATTR_TARGET,
		[SK_UNIT_T3] = SK_ATTR_TYPE | SK_ATTR_XTARGET,
	};

	return left < SK_ARRAY_LEN(attrs) ? attrs[left] : 0;
}

static uint32_t sk_compare_op(uint8_t compare)
{
	static const uint32_t ops[] = {
		[SK_UNIT_CMP_EQ] = SK_OP_EQ, [SK_UNIT_CMP_NEQ] = SK_OP_NEQ, [SK_UNIT_CMP_DOM] = SK_OP_DOM,
		[SK_UNIT_CMP_DOMBY] = SK_OP_DOMBY, [SK_UNIT_CMP_INCOMP] = SK_OP_INCOMP,
	};

	return ops[compare];
}

static int sk_copy_ids(struct sk_compiler *c, const struct sk_bitset *from, struct sk_bitset *to)
{
	to->n_words = from->n_words;
	to->words = sk_arena_memdup(&c->policy->arena, from->words, from->n_words * sizeof(*from->words));
	if (!to->words)
		return -ENOMEM;
	sk_bitset_trim(to);
	return 0;
}

/* The types and attributes of a set by name: what is written, without exceptions and complements, as libsepol keeps. */
static int sk_type_names(struct sk_compiler *c, uint32_t number, const struct sk_type_set **ret_names)
{
	const struct sk_name_set *set = &c->space->sets.list[number];
	struct sk_type_set *names = SK_ARENA_NEW(&c->policy->arena, struct sk_type_set);

	if (!names || sk_bitset_init(&names->types, &c->policy->arena, c->n_type_ids + 1))
		return -ENOMEM;
	for (uint32_t i = 0; i < set->n; i++) {
		uint32_t symbol = set->items[i] < SK_SET_OP ? sk_meaning(c, set->items[i]) : SK_SPACE_NONE;

		if (symbol != SK_SPACE_NONE && c->symbols.list[symbol].id && !c->symbols.list[symbol].dropped)
			sk_bitset_add(&names->types, c->symbols.list[symbol].id);
	}
	sk_bitset_trim(&names->types);
	*ret_names = names;
	return 0;
}

/* Fills a node that compares with names. False after a diagnostic or when out of memory. */
static bool sk_names_node(struct sk_compiler *c, const struct sk_unit_stmt *stmt, const struct sk_unit_node *from,
			  struct sk_constraint_node *to)
{
	const struct sk_bitset *ids;

	to->kind = SK_CONSTRAINT_NAMES;
	to->attr = sk_attr_names(from->left);
	ids = to->attr & SK_ATTR_TYPE ? sk_set_types(c, stmt, from->a) : sk_set_ids(c, stmt, from->a);
	if (!ids)
		return false;
	if (sk_copy_ids(c, ids, &to->names) ||
	    (to->attr & SK_ATTR_TYPE && sk_type_names(c, from->a, &to->type_names))) {
		c->no_memory = true;
		return false;
	}
	return true;
}

/* The nodes of an expression. NULL after a diagnostic or when out of memory. */
static struct sk_constraint_node *sk_constraint_nodes(struct sk_compiler *c, const struct sk_unit_stmt *stmt,
						      const struct sk_unit_expr *expr, bool transition)
{
	struct sk_constraint_node *nodes = SK_ARENA_ARRAY(&c->policy->arena, struct sk_constraint_node, (size_t)expr->n + 1);
	uint32_t depth = 0;
	bool wrong = false;

	if (!nodes) {
		c->no_memory = true;
		return NULL;
	}
	for (uint32_t i = 0; i < expr->n && !wrong; i++) {
		const struct sk_unit_node *from = &expr->nodes[i];

		if (from->op == SK_UNIT_NOT || from->op == SK_UNIT_AND || from->op == SK_UNIT_OR) {
			nodes[i].kind = from->op == SK_UNIT_NOT ? SK_CONSTRAINT_NOT
				      : from->op == SK_UNIT_AND ? SK_CONSTRAINT_AND : SK_CONSTRAINT_OR;
			wrong = depth < (from->op == SK_UNIT_NOT ? 1 : 2);
			depth -= !wrong && from->op != SK_UNIT_NOT;
			continue;
		}
		nodes[i].op = sk_compare_op(from->compare);
		if (from->op == SK_UNIT_COMPARE_NAMES) {
			if (!sk_names_node(c, stmt, from, &nodes[i]))
				return NULL;
			wrong = nodes[i].attr & SK_ATTR_XTARGET && !transition;
		} else {
			nodes[i].kind = SK_CONSTRAINT_ATTR;
			nodes[i].attr = sk_attr_pair(from->left, from->right);
			wrong = !nodes[i].attr;
		}
		wrong |= ++depth > SK_CONSTRAINT_DEPTH;
	}
	if (!wrong && depth == 1)
		return nodes;
	sk_compile_error(c, "E0816", stmt, depth > SK_CONSTRAINT_DEPTH ? "the expression is nested too deeply"
								       : "this is no expression of a constraint");
	return NULL;
}

struct sk_constraint_lists {
	SK_PARTS(struct sk_constraint) constraints, validatetrans;
};

/* One constraint of a class; its origin is noted. */
static int sk_note_constraint(struct sk_compiler *c, uint32_t cls, const struct sk_constraint *constraint, uint32_t number)
{
	uint64_t key;

	if (!c->want_origins)
		return 0;
	return sk_origin_constraint_key(&c->policy->classes[cls - 1], constraint, &key) ? sk_note_key(c, key, number)
										      : -ENOMEM;
}

/* lists NULL: it is looked at and not added. */
static int sk_add_constraint(struct sk_compiler *c, const struct sk_unit_stmt *stmt, uint32_t number,
			     struct sk_constraint_lists *lists)
{
	bool transition = stmt->kind == SK_UNIT_VALIDATETRANS || stmt->kind == SK_UNIT_MLS_VALIDATETRANS;
	const struct sk_unit_expr *expr = &c->space->exprs.list[stmt->op[1]];
	struct sk_constraint constraint = { .n_nodes = expr->n };
	const struct sk_access_list *list;
	const struct sk_bitset *classes;

	constraint.nodes = sk_constraint_nodes(c, stmt, expr, transition);
	if (!constraint.nodes)
		return 0;
	if (!transition) {
		if (!sk_access_of(c, stmt, stmt->op[0], &list) || !lists)
			return 0;
		for (uint32_t i = 0; i < list->n; i++) {
			constraint.perms = list->items[i].mask;
			if (SK_COMPILE_ADD(lists[list->items[i].cls].constraints, constraint) ||
			    sk_note_constraint(c, list->items[i].cls, &constraint, number))
				return -ENOMEM;
		}
		return 0;
	}
	classes = sk_set_ids(c, stmt, stmt->op[0]);
	for (uint32_t cls = classes && lists ? sk_bitset_next(classes, 0) : UINT32_MAX; cls != UINT32_MAX;
	     cls = sk_bitset_next(classes, cls + 1))
		if (SK_COMPILE_ADD(lists[cls].validatetrans, constraint) || sk_note_constraint(c, cls, &constraint, number))
			return -ENOMEM;
	return 0;
}

/* The last one first, as the compilers have them. */
static int sk_reverse_into(struct sk_compiler *c, const struct sk_constraint *list, size_t n, uint32_t *ret_n,
			   const struct sk_constraint **ret_list)
{
	struct sk_constraint *out = SK_ARENA_ARRAY(&c->policy->arena, struct sk_constraint, n + 1);

	if (!out)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++)
		out[i] = list[n - 1 - i];
	*ret_list = out;
	*ret_n = (uint32_t)n;
	return 0;
}

static int sk_compile_expressions(struct sk_compiler *c)
{
	struct sk_policy *p = c->policy;
	struct sk_constraint_lists *lists = calloc((size_t)p->n_classes + 1, sizeof(*lists));
	int r = lists ? 0 : -ENOMEM;

	if (r)
		return r;
	SK_EACH_STMT_IN(c, SK_UNIT_CONSTRAIN, SK_UNIT_MLS_VALIDATETRANS, u, stmt, number) {
		bool mls = stmt->kind == SK_UNIT_MLS_CONSTRAIN || stmt->kind == SK_UNIT_MLS_VALIDATETRANS;

		/* Without MLS CIL has them too, and says what is wrong with them. */
		if (!r && (!mls || p->mls))
			r = sk_add_constraint(c, stmt, number, lists);
		else if (!r && mls && c->units[u]->source == SK_UNIT_CIL)
			r = sk_add_constraint(c, stmt, number, NULL);
	}
	for (uint32_t i = 1; i <= p->n_classes; i++) {
		struct sk_class *cls = &p->classes[i - 1];

		if (!r)
			r = sk_reverse_into(c, lists[i].constraints.list, lists[i].constraints.n, &cls->n_constraints,
					    &cls->constraints);
		if (!r)
			r = sk_reverse_into(c, lists[i].validatetrans.list, lists[i].validatetrans.n,
					    &cls->n_validatetrans, &cls->validatetrans);
		free(lists[i].constraints.list);
		free(lists[i].validatetrans.list);
	}
	free(lists);
	return r;
}

static void sk_compile_defaults(struct sk_compiler *c)
{
	static const uint32_t ranges[] = {
		[SK_UNIT_DEFAULT_SOURCE_LOW] = SK_DEFAULT_SOURCE_LOW, [SK_UNIT_DEFAULT_SOURCE_HIGH] = SK_DEFAULT_SOURCE_HIGH,
		[SK_UNIT_DEFAULT_SOURCE_LOW_HIGH] = SK_DEFAULT_SOURCE_LOW_HIGH,
		[SK_UNIT_DEFAULT_TARGET_LOW] = SK_DEFAULT_TARGET_LOW, [SK_UNIT_DEFAULT_TARGET_HIGH] = SK_DEFAULT_TARGET_HIGH,
		[SK_UNIT_DEFAULT_TARGET_LOW_HIGH] = SK_DEFAULT_TARGET_LOW_HIGH, [SK_UNIT_DEFAULT_GLBLUB] = SK_DEFAULT_GLBLUB,
	};

	SK_EACH_STMT_IN(c, SK_UNIT_DEFAULT_USER, SK_UNIT_DEFAULT_RANGE, u, stmt, number) {
		const struct sk_bitset *classes;
		uint32_t value;

		classes = sk_set_ids(c, stmt, stmt->op[0]);
		value = stmt->kind == SK_UNIT_DEFAULT_RANGE
				? stmt->op[1] < SK_ARRAY_LEN(ranges) ? ranges[stmt->op[1]] : 0
				: stmt->op[1] == SK_UNIT_DEFAULT_SOURCE ? SK_DEFAULT_SOURCE : SK_DEFAULT_TARGET;
		for (uint32_t id = classes ? sk_bitset_next(classes, 0) : UINT32_MAX; id != UINT32_MAX;
		     id = sk_bitset_next(classes, id + 1)) {
			struct sk_class *cls = &c->policy->classes[id - 1];
			uint32_t *to = stmt->kind == SK_UNIT_DEFAULT_USER ? &cls->default_user
				     : stmt->kind == SK_UNIT_DEFAULT_ROLE ? &cls->default_role
				     : stmt->kind == SK_UNIT_DEFAULT_TYPE ? &cls->default_type : &cls->default_range;

			if (*to && *to != value)
				sk_compile_error_at(c, "E0817", stmt, cls->name,
						    "class '%s' has another default elsewhere", cls->name);
			*to = value;
		}
	}
}

int sk_compile_constraints(struct sk_compiler *c)
{
	int r = sk_compile_expressions(c);

	sk_compile_defaults(c);
	return c->no_memory ? -ENOMEM : r;
}
