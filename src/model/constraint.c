/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Constraints: their value for two or three contexts, and why. The value is asked for in every decision and computed on
 * a small stack without allocating; the explanation builds the tree. The kernel's constraint_expr_eval defines both.
 */
#include "model/constraint.h"

#include <errno.h>
#include <string.h>

#include "model/expression.h"
#include "model/level.h"

static bool sk_role_dominates(const struct sk_policy *p, struct sk_role_id a, struct sk_role_id b)
{
	const struct sk_role *role = p->role_by_id[a.v];

	return role && sk_bitset_has(&role->dominates, b.v);
}

static bool sk_roles_compare(const struct sk_constraint_case *c, uint32_t op)
{
	struct sk_role_id a = c->source->role, b = c->target->role;

	switch (op) {
	case SK_OP_EQ:
		return a.v == b.v;
	case SK_OP_NEQ:
		return a.v != b.v;
	case SK_OP_DOM:
		return sk_role_dominates(c->policy, a, b);
	case SK_OP_DOMBY:
		return sk_role_dominates(c->policy, b, a);
	default:
		return !sk_role_dominates(c->policy, a, b) && !sk_role_dominates(c->policy, b, a);
	}
}

static bool sk_levels_compare(const struct sk_level *a, const struct sk_level *b, uint32_t op)
{
	switch (op) {
	case SK_OP_EQ:
		return sk_level_equal(a, b);
	case SK_OP_NEQ:
		return !sk_level_equal(a, b);
	case SK_OP_DOM:
		return sk_level_dominates(a, b);
	case SK_OP_DOMBY:
		return sk_level_dominates(b, a);
	default:
		return !sk_level_dominates(a, b) && !sk_level_dominates(b, a);
	}
}

static bool sk_attributes_compare(const struct sk_constraint_case *c,
				  const struct sk_constraint_node *n)
{
	const struct sk_range *s = &c->source->range, *t = &c->target->range;

	switch (n->attr) {
	case SK_ATTR_USER:
		return (c->source->user.v == c->target->user.v) == (n->op == SK_OP_EQ);
	case SK_ATTR_TYPE:
		return (c->source->type.v == c->target->type.v) == (n->op == SK_OP_EQ);
	case SK_ATTR_ROLE:
		return sk_roles_compare(c, n->op);
	case SK_ATTR_L1L2:
		return sk_levels_compare(&s->low, &t->low, n->op);
	case SK_ATTR_L1H2:
		return sk_levels_compare(&s->low, &t->high, n->op);
	case SK_ATTR_H1L2:
		return sk_levels_compare(&s->high, &t->low, n->op);
	case SK_ATTR_H1H2:
		return sk_levels_compare(&s->high, &t->high, n->op);
	case SK_ATTR_L1H1:
		return sk_levels_compare(&s->low, &s->high, n->op);
	default:
		return sk_levels_compare(&t->low, &t->high, n->op);
	}
}

/* Of which context a list of names speaks; NULL when there is no such context here. */
static const struct sk_context *sk_names_subject(const struct sk_constraint_case *c,
						 const struct sk_constraint_node *n)
{
	return n->attr & SK_ATTR_TARGET ? c->target : n->attr & SK_ATTR_XTARGET ? c->task : c->source;
}

static bool sk_names_match(const struct sk_context *subject, const struct sk_constraint_node *n)
{
	uint32_t id = n->attr & SK_ATTR_USER ? subject->user.v
		      : n->attr & SK_ATTR_ROLE ? subject->role.v : subject->type.v;

	return sk_bitset_has(&n->names, id) == (n->op == SK_OP_EQ);
}

bool sk_constraint_holds(const struct sk_constraint *constraint, const struct sk_constraint_case *c)
{
	bool stack[SK_CONSTRAINT_DEPTH];
	int top = -1;

	for (uint32_t i = 0; i < constraint->n_nodes; i++) {
		const struct sk_constraint_node *n = &constraint->nodes[i];
		const struct sk_context *subject;

		switch (n->kind) {
		case SK_CONSTRAINT_NOT:
			if (top < 0)
				return false;
			stack[top] = !stack[top];
			continue;
		case SK_CONSTRAINT_AND:
		case SK_CONSTRAINT_OR:
			if (top < 1)
				return false;
			top--;
			stack[top] = n->kind == SK_CONSTRAINT_AND ? stack[top] && stack[top + 1]
								  : stack[top] || stack[top + 1];
			continue;
		}
		if (top == SK_CONSTRAINT_DEPTH - 1)
			return false;
		if (n->kind == SK_CONSTRAINT_ATTR) {
			stack[++top] = sk_attributes_compare(c, n);
			continue;
		}
		subject = sk_names_subject(c, n);
		if (!subject)
			return false;
		stack[++top] = sk_names_match(subject, n);
	}
	return top == 0 && stack[0];
}

/* A node of an expression on its way to steps. */
struct sk_compile_node {
	uint32_t left, right;	/* operands; of "not" the left one */
	uint32_t first;		/* step of the leftmost leaf under it */
	uint32_t next[2];	/* where to go on once its value is known */
};

static bool sk_constraint_is_leaf(const struct sk_constraint_node *n)
{
	return n->kind != SK_CONSTRAINT_NOT && n->kind != SK_CONSTRAINT_AND &&
	       n->kind != SK_CONSTRAINT_OR;
}

/*
 * Operands, leaves' numbers and their count. False where evaluation would be, whatever the contexts: the stack runs
 * over or under, or a leaf asks for a context that access decisions do not have.
 */
static bool sk_compile_link(const struct sk_constraint *c, struct sk_compile_node *nodes,
			    uint32_t *ret_n_leaves)
{
	uint32_t stack[SK_CONSTRAINT_DEPTH], top = 0, n_leaves = 0;

	for (uint32_t i = 0; i < c->n_nodes; i++) {
		const struct sk_constraint_node *n = &c->nodes[i];
		uint32_t operands = sk_constraint_is_leaf(n) ? 0 : n->kind == SK_CONSTRAINT_NOT ? 1 : 2;

		if (top < operands || (!operands && top == SK_CONSTRAINT_DEPTH) ||
		    (!operands && n->kind != SK_CONSTRAINT_ATTR &&
		     !(n->attr & SK_ATTR_TARGET) && n->attr & SK_ATTR_XTARGET))
			return false;
		if (!operands)
			nodes[i].first = n_leaves++;
		if (operands == 2)
			nodes[i].right = stack[--top];
		if (operands) {
			nodes[i].left = stack[--top];
			nodes[i].first = nodes[nodes[i].left].first;
		}
		stack[top++] = i;
	}
	*ret_n_leaves = n_leaves;
	return top == 1;
}

/* From the root down: what a node's value means for its operands. */
static void sk_compile_pass_down(const struct sk_constraint *c, struct sk_compile_node *nodes)
{
	nodes[c->n_nodes - 1].next[0] = SK_STEP_FALSE;
	nodes[c->n_nodes - 1].next[1] = SK_STEP_TRUE;
	for (uint32_t i = c->n_nodes; i--;) {
		const struct sk_compile_node *n = &nodes[i];
		struct sk_compile_node *left = &nodes[n->left], *right = &nodes[n->right];

		if (sk_constraint_is_leaf(&c->nodes[i]))
			continue;
		if (c->nodes[i].kind == SK_CONSTRAINT_NOT) {
			left->next[0] = n->next[1];
			left->next[1] = n->next[0];
			continue;
		}
		left->next[0] = right->next[0] = n->next[0];
		left->next[1] = right->next[1] = n->next[1];
		left->next[c->nodes[i].kind == SK_CONSTRAINT_AND] = right->first;
	}
}

int sk_constraint_compile(const struct sk_constraint *constraint, struct sk_arena *arena,
			  const struct sk_constraint_step **ret_steps)
{
	sk_auto_free struct sk_compile_node *nodes =
		calloc((size_t)constraint->n_nodes + 1, sizeof(*nodes));
	struct sk_constraint_step *steps;
	uint32_t n_leaves;

	if (!nodes)
		return -ENOMEM;
	if (!sk_compile_link(constraint, nodes, &n_leaves)) {
		*ret_steps = NULL;
		return 0;
	}
	steps = SK_ARENA_ARRAY(arena, struct sk_constraint_step, n_leaves);
	if (!steps)
		return -ENOMEM;
	sk_compile_pass_down(constraint, nodes);
	for (uint32_t i = 0; i < constraint->n_nodes; i++)
		if (sk_constraint_is_leaf(&constraint->nodes[i]))
			steps[nodes[i].first] = (struct sk_constraint_step){
				&constraint->nodes[i], { nodes[i].next[0], nodes[i].next[1] } };
	*ret_steps = steps;
	return 0;
}

bool sk_constraint_run(const struct sk_constraint_step *steps, const struct sk_constraint_case *c)
{
	uint32_t at = 0;

	if (!steps)
		return false;
	while (at < SK_STEP_FALSE) {
		const struct sk_constraint_node *n = steps[at].leaf;

		at = steps[at].next[n->kind == SK_CONSTRAINT_ATTR
					    ? sk_attributes_compare(c, n)
					    : sk_names_match(n->attr & SK_ATTR_TARGET ? c->target : c->source, n)];
	}
	return at == SK_STEP_TRUE;
}

/* The tree of an expression: operands of each node, by a stack of indexes. Returns false when it is malformed. */
static bool sk_tree_link(const struct sk_constraint *c, struct selkie_constraint_node *nodes,
			 uint32_t *stack)
{
	uint32_t top = 0;

	for (uint32_t i = 0; i < c->n_nodes; i++) {
		struct selkie_constraint_node *n = &nodes[i];

		n->left = n->right = SELKIE_NONE;
		switch (c->nodes[i].kind) {
		case SK_CONSTRAINT_NOT:
			if (top < 1)
				return false;
			n->op = '!';
			n->left = stack[--top];
			break;
		case SK_CONSTRAINT_AND:
		case SK_CONSTRAINT_OR:
			if (top < 2)
				return false;
			n->op = c->nodes[i].kind == SK_CONSTRAINT_AND ? '&' : '|';
			n->right = stack[--top];
			n->left = stack[--top];
			break;
		}
		stack[top++] = i;
	}
	return top == 1;
}

static void sk_tree_evaluate(const struct sk_constraint *c, const struct sk_constraint_case *contexts,
			     struct selkie_constraint_node *nodes)
{
	for (uint32_t i = 0; i < c->n_nodes; i++) {
		struct selkie_constraint_node *n = &nodes[i];

		if (n->op == '!') {
			n->value = !nodes[n->left].value;
		} else if (n->op == '&') {
			n->value = nodes[n->left].value && nodes[n->right].value;
		} else if (n->op == '|') {
			n->value = nodes[n->left].value || nodes[n->right].value;
		} else if (c->nodes[i].kind == SK_CONSTRAINT_ATTR) {
			n->value = sk_attributes_compare(contexts, &c->nodes[i]);
		} else {
			const struct sk_context *subject = sk_names_subject(contexts, &c->nodes[i]);

			n->value = subject && sk_names_match(subject, &c->nodes[i]);
		}
	}
}

/* From the root down: operands that have the value that decided their parent's. Parents come after their operands. */
static void sk_tree_decide(struct selkie_constraint_node *nodes, uint32_t n)
{
	nodes[n - 1].decisive = true;
	for (uint32_t i = n; i--;) {
		struct selkie_constraint_node *node = &nodes[i];
		uint32_t operands[2] = { node->left, node->right };

		for (int k = 0; k < 2 && node->decisive; k++)
			if (operands[k] != SELKIE_NONE)
				nodes[operands[k]].decisive =
					node->op == '!' || nodes[operands[k]].value == node->value;
	}
}

/* Each leaf's text is that of an expression of one node. */
static int sk_tree_print_leaves(const struct sk_constraint *c, const struct sk_policy *p,
				struct sk_arena *arena, struct selkie_constraint_node *nodes)
{
	sk_auto_buf struct sk_buf b = SK_BUF_INIT;

	for (uint32_t i = 0; i < c->n_nodes; i++) {
		struct sk_constraint leaf = { .n_nodes = 1, .nodes = &c->nodes[i] };

		if (nodes[i].op)
			continue;
		b.n = 0;
		sk_constraint_print_expression(&b, p, &leaf, SK_STYLE_PLAIN);
		nodes[i].text = b.failed ? NULL : sk_arena_strndup(arena, b.data, b.n);
		if (!nodes[i].text)
			return -ENOMEM;
	}
	return 0;
}

/* The nodes of a constraint with operands and texts, from the arena; NULL when out of memory or malformed. */
static struct selkie_constraint_node *sk_tree_new(const struct sk_constraint *c,
						  const struct sk_policy *p, struct sk_arena *arena)
{
	struct selkie_constraint_node *nodes =
		SK_ARENA_ARRAY(arena, struct selkie_constraint_node, c->n_nodes);
	sk_auto_free uint32_t *stack = calloc((size_t)c->n_nodes + 1, sizeof(*stack));

	if (!nodes || !stack || !sk_tree_link(c, nodes, stack) ||
	    sk_tree_print_leaves(c, p, arena, nodes))
		return NULL;
	return nodes;
}

static void sk_permissions_print(struct sk_buf *b, const struct sk_class *cls, uint32_t perms)
{
	sk_buf_adds(b, " {");
	for (uint32_t bit = 0; bit < 32; bit++)
		if (perms >> bit & 1)
			sk_buf_printf(b, " %s", cls->perm_names[bit] ? cls->perm_names[bit] : "?");
	sk_buf_adds(b, " }");
}

int sk_constraint_explain(const struct sk_constraint *constraint, const struct sk_class *cls,
			  const struct sk_constraint_case *c, struct sk_arena *arena,
			  struct selkie_failed_constraint *ret)
{
	struct selkie_constraint_node *nodes = sk_tree_new(constraint, c->policy, arena);
	sk_auto_buf struct sk_buf b = SK_BUF_INIT;
	bool mls = sk_constraint_is_mls(constraint);
	char *text;

	if (!nodes)
		return -ENOMEM;
	sk_tree_evaluate(constraint, c, nodes);
	sk_tree_decide(nodes, constraint->n_nodes);
	sk_buf_printf(&b, "%s%s %s", mls ? "mls" : "", c->task ? "validatetrans" : "constrain",
		      cls->name);
	if (!c->task)
		sk_permissions_print(&b, cls, constraint->perms);
	sk_buf_adds(&b, " (");
	sk_constraint_print_expression(&b, c->policy, constraint, SK_STYLE_PLAIN);
	sk_buf_adds(&b, ");");
	text = b.failed ? NULL : sk_arena_strndup(arena, b.data, b.n);
	if (!text)
		return -ENOMEM;
	ret->mls = mls;
	ret->text = text;
	ret->n_nodes = constraint->n_nodes;
	ret->nodes = nodes;
	return 0;
}
