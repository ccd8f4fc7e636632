/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Constraints: their value for two or three contexts, and why. The value is asked for in every decision and computed on
 * a small stack without allocating; the explanation builds the tree. The kernel's constraint_expr_eval defines both.
 */
#include "model/constraint.h"

#include <errno.h>
#include <string.h>

#include "model/context.h"
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

static bool sk_compares_levels(const struct sk_constraint *constraint)
{
	for (uint32_t i = 0; i < constraint->n_nodes; i++)
		if (constraint->nodes[i].kind == SK_CONSTRAINT_ATTR &&
		    constraint->nodes[i].attr >= SK_ATTR_L1L2)
			return true;
	return false;
}

static const char *const sk_op_names[] = {
	[SK_OP_EQ] = "==", [SK_OP_NEQ] = "!=", [SK_OP_DOM] = "dom",
	[SK_OP_DOMBY] = "domby", [SK_OP_INCOMP] = "incomp",
};

static void sk_attributes_print(struct sk_buf *b, const struct sk_constraint_node *n)
{
	static const struct {
		uint32_t attr;
		const char *left, *right;
	} operands[] = {
		{ SK_ATTR_USER, "u1", "u2" }, { SK_ATTR_ROLE, "r1", "r2" },
		{ SK_ATTR_TYPE, "t1", "t2" }, { SK_ATTR_L1L2, "l1", "l2" },
		{ SK_ATTR_L1H2, "l1", "h2" }, { SK_ATTR_H1L2, "h1", "l2" },
		{ SK_ATTR_H1H2, "h1", "h2" }, { SK_ATTR_L1H1, "l1", "h1" },
		{ SK_ATTR_L2H2, "l2", "h2" },
	};

	for (size_t i = 0; i < SK_ARRAY_LEN(operands); i++)
		if (operands[i].attr == n->attr) {
			bool levels = n->attr >= SK_ATTR_L1L2;

			sk_buf_printf(b, "%s %s %s", operands[i].left,
				      levels && n->op == SK_OP_EQ ? "eq" : sk_op_names[n->op],
				      operands[i].right);
			return;
		}
}

static const char *sk_names_name(const struct sk_policy *p, const struct sk_constraint_node *n,
				 uint32_t id)
{
	if (n->attr & SK_ATTR_USER)
		return id <= p->n_user_ids && p->user_by_id[id] ? p->user_by_id[id]->name : "?";
	if (n->attr & SK_ATTR_ROLE)
		return id <= p->n_role_ids && p->role_by_id[id] ? p->role_by_id[id]->name : "?";
	return id && id <= p->n_type_ids ? p->type_by_id[id]->name : "?";
}

/* The words of a set, those of `negset` with a minus sign. */
static void sk_names_list(struct sk_buf *b, const struct sk_policy *p,
			  const struct sk_constraint_node *n, const struct sk_bitset *set,
			  const char *sign, const char **lead)
{
	for (uint32_t id = sk_bitset_next(set, 0); id != UINT32_MAX; id = sk_bitset_next(set, id + 1)) {
		sk_buf_printf(b, "%s%s%s", *lead, sign, sk_names_name(p, n, id));
		*lead = " ";
	}
}

/* Types as they were written, where the policy kept that (version 29); else as they were expanded. */
static void sk_names_print(struct sk_buf *b, const struct sk_policy *p,
			   const struct sk_constraint_node *n)
{
	const struct sk_type_set *written = n->attr & SK_ATTR_TYPE ? n->type_names : NULL;
	const struct sk_bitset *set = &n->names, *negset = NULL;
	uint32_t count, flags = 0;
	const char *lead = "";

	if (written && (!sk_bitset_empty(&written->types) || written->flags)) {
		set = &written->types;
		negset = &written->negset;
		flags = written->flags;
	}
	count = sk_bitset_count(set) + (negset ? sk_bitset_count(negset) : 0);
	sk_buf_printf(b, "%c%c %s ", n->attr & SK_ATTR_USER ? 'u' : n->attr & SK_ATTR_ROLE ? 'r' : 't',
		      n->attr & SK_ATTR_TARGET ? '2' : n->attr & SK_ATTR_XTARGET ? '3' : '1',
		      sk_op_names[n->op]);
	if (flags & 2)
		sk_buf_addc(b, '~');
	if (flags & 1)
		sk_buf_addc(b, '*');
	else if (count != 1)
		sk_buf_adds(b, "{ ");
	sk_names_list(b, p, n, set, "", &lead);
	if (negset)
		sk_names_list(b, p, n, negset, "-", &lead);
	if (!(flags & 1) && count != 1)
		sk_buf_adds(b, count ? " }" : "}");
}

static void sk_leaf_print(struct sk_buf *b, const struct sk_policy *p,
			  const struct sk_constraint_node *n)
{
	if (n->kind == SK_CONSTRAINT_ATTR)
		sk_attributes_print(b, n);
	else
		sk_names_print(b, p, n);
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

static int sk_tree_print_leaves(const struct sk_constraint *c, const struct sk_policy *p,
				struct sk_arena *arena, struct selkie_constraint_node *nodes)
{
	sk_auto_buf struct sk_buf b = SK_BUF_INIT;

	for (uint32_t i = 0; i < c->n_nodes; i++) {
		if (nodes[i].op)
			continue;
		b.n = 0;
		sk_leaf_print(&b, p, &c->nodes[i]);
		nodes[i].text = b.failed ? NULL : sk_arena_strndup(arena, b.data, b.n);
		if (!nodes[i].text)
			return -ENOMEM;
	}
	return 0;
}

/*
 * Infix from postfix without recursion: the leaves stand in the same order in both. Before a leaf come the operator
 * whose right operand begins there and the opening parentheses of the nodes that begin there, outermost first; a node's
 * own place in the postfix order is where its parenthesis closes.
 */
struct sk_infix {
	uint32_t start;			/* first leaf of the node */
	uint32_t opens, next;		/* of a leaf: the nodes that begin there; of a node: the next inner one */
	const char *lead;		/* of a leaf: the operator before it, or NULL */
	bool enclosed;
};

static void sk_infix_prepare(const struct selkie_constraint_node *nodes, uint32_t n,
			     struct sk_infix *in)
{
	for (uint32_t i = 0; i < n; i++) {
		const struct selkie_constraint_node *node = &nodes[i];

		in[i].start = node->op ? in[node->left].start : i;
		in[i].opens = SELKIE_NONE;
		if (!node->op)
			continue;
		in[i].next = in[in[i].start].opens;
		in[in[i].start].opens = i;
		if (node->op == '!')
			continue;
		in[in[node->right].start].lead = node->op == '&' ? " and " : " or ";
		in[node->left].enclosed = nodes[node->left].op != node->op;
		in[node->right].enclosed = nodes[node->right].op != node->op;
	}
}

static void sk_infix_print(struct sk_buf *b, const struct selkie_constraint_node *nodes, uint32_t n,
			   const struct sk_infix *in)
{
	for (uint32_t i = 0; i < n; i++) {
		if (nodes[i].op) {
			if (nodes[i].op == '!' || in[i].enclosed)
				sk_buf_addc(b, ')');
			continue;
		}
		if (in[i].lead)
			sk_buf_adds(b, in[i].lead);
		for (uint32_t o = in[i].opens; o != SELKIE_NONE; o = in[o].next)
			if (nodes[o].op == '!')
				sk_buf_adds(b, "not (");
			else if (in[o].enclosed)
				sk_buf_addc(b, '(');
		sk_buf_adds(b, nodes[i].text);
	}
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

static int sk_tree_print(struct sk_buf *b, const struct selkie_constraint_node *nodes, uint32_t n)
{
	sk_auto_free struct sk_infix *in = calloc((size_t)n + 1, sizeof(*in));

	if (!in)
		return -ENOMEM;
	sk_infix_prepare(nodes, n, in);
	sk_infix_print(b, nodes, n, in);
	return b->failed ? -ENOMEM : 0;
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
	bool mls = sk_compares_levels(constraint);
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
	if (sk_tree_print(&b, nodes, constraint->n_nodes))
		return -ENOMEM;
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
