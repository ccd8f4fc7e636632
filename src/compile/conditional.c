/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Booleans and conditionals. Conditionals over tunables alone are decided here; the others go to the kernel. Two whose
 * expressions hold under the same values are one, as libsepol merges them: the first one's expression stays, a negation
 * at its end is taken off and its branches change places. Up to five booleans are compared by their truth table, more
 * by the expression as written.
 */
#include <errno.h>
#include <string.h>

#include "compile/compiler.h"

int sk_compile_bools(struct sk_compiler *c)
{
	struct sk_policy *p = c->policy;

	p->bools = SK_ARENA_ARRAY(&p->arena, struct sk_bool, c->symbols.n + 1);
	c->cond_places = SK_ARENA_ARRAY(&c->arena, struct sk_cond_place *, c->n_units + 1);
	c->bool_values = SK_ARENA_ARRAY(&c->arena, bool, c->symbols.n + 1);
	if (!p->bools || !c->cond_places || !c->bool_values)
		return -ENOMEM;
	for (uint32_t i = 0; i < c->symbols.n; i++) {
		struct sk_entity *s = &c->symbols.list[i];
		uint32_t d = s->first_decl;

		if (s->ns != SK_NS_BOOL || !s->n_enabled)
			continue;
		while (d != SK_SPACE_NONE && !c->enabled[c->decls.list[d].block])
			d = c->decls.list[d].next;
		if (d != SK_SPACE_NONE)
			c->bool_values[i] = sk_stmt_at(c, c->decls.list[d].stmt, NULL)->op[1];
		if (s->flavor == SK_FLAVOR_TUNABLE)
			continue;
		s->id = ++p->n_bool_ids;
		p->bools[p->n_bools++] = (struct sk_bool){ .name = sk_keep(c, sk_symbol_name(c, i)), .id = { s->id },
							   .state = c->bool_values[i] };
	}
	for (size_t u = 0; u < c->n_units; u++) {
		c->cond_places[u] = SK_ARENA_ARRAY(&c->arena, struct sk_cond_place, c->units[u]->conds.n + 1);
		if (!c->cond_places[u])
			return -ENOMEM;
	}
	return 0;
}

/* Evaluates nodes with value_of(arg, boolean). Returns 0 or 1, or -1 for an expression that is none. */
static int sk_evaluate(const struct sk_cond_node *nodes, uint32_t n, bool (*value_of)(const void *arg, uint32_t boolean),
		       const void *arg)
{
	bool stack[SK_COND_DEPTH];
	size_t depth = 0;

	for (uint32_t i = 0; i < n; i++) {
		if (nodes[i].op == SK_COND_BOOL) {
			if (depth == SK_COND_DEPTH)
				return -1;
			stack[depth++] = value_of(arg, nodes[i].boolean.v);
			continue;
		}
		if (depth < (nodes[i].op == SK_COND_NOT ? 1 : 2))
			return -1;
		if (nodes[i].op == SK_COND_NOT) {
			stack[depth - 1] = !stack[depth - 1];
			continue;
		}
		depth--;
		switch (nodes[i].op) {
		case SK_COND_OR:
			stack[depth - 1] |= stack[depth];
			break;
		case SK_COND_AND:
			stack[depth - 1] &= stack[depth];
			break;
		case SK_COND_XOR:
		case SK_COND_NEQ:
			stack[depth - 1] ^= stack[depth];
			break;
		default:
			stack[depth - 1] = stack[depth - 1] == stack[depth];
			break;
		}
	}
	return depth == 1 ? stack[0] : -1;
}

static bool sk_default_value(const void *arg, uint32_t boolean)
{
	const struct sk_policy *p = arg;

	return p->bools[boolean - 1].state;
}

static bool sk_tunable_value(const void *arg, uint32_t symbol)
{
	const struct sk_compiler *c = arg;

	return c->bool_values[symbol];
}

struct sk_assignment {
	const struct sk_compiled_cond *cond;
	uint32_t values;	/* bit i: of bools[i] */
};

static bool sk_assigned_value(const void *arg, uint32_t boolean)
{
	const struct sk_assignment *a = arg;

	for (uint32_t i = 0; i < a->cond->n_bools; i++)
		if (a->cond->bools[i] == boolean)
			return a->values >> i & 1;
	return false;
}

/* Distinct booleans, sorted, and the truth table over them. */
static void sk_fill_truth(struct sk_compiled_cond *cond)
{
	cond->n_bools = 0;
	cond->truth = 0;
	for (uint32_t i = 0; i < cond->n_nodes; i++) {
		uint32_t b = cond->nodes[i].boolean.v, at = 0;

		if (cond->nodes[i].op != SK_COND_BOOL)
			continue;
		while (at < cond->n_bools && cond->bools[at] < b)
			at++;
		if (at < cond->n_bools && cond->bools[at] == b)
			continue;
		if (cond->n_bools == SK_COND_BOOLS) {
			cond->n_bools = UINT32_MAX;
			return;
		}
		memmove(cond->bools + at + 1, cond->bools + at, (cond->n_bools - at) * sizeof(*cond->bools));
		cond->bools[at] = b;
		cond->n_bools++;
	}
	for (uint32_t values = 0; values < 1u << cond->n_bools; values++) {
		struct sk_assignment a = { cond, values };

		if (sk_evaluate(cond->nodes, cond->n_nodes, sk_assigned_value, &a) == 1)
			cond->truth |= (uint64_t)1 << values;
	}
}

static bool sk_same_cond(const struct sk_compiled_cond *a, const struct sk_compiled_cond *b)
{
	if (a->n_bools != b->n_bools)
		return false;
	if (a->n_bools != UINT32_MAX)
		return a->truth == b->truth && !memcmp(a->bools, b->bools, a->n_bools * sizeof(*a->bools));
	return a->n_nodes == b->n_nodes && !memcmp(a->nodes, b->nodes, a->n_nodes * sizeof(*a->nodes));
}

static uint32_t sk_cond_op(uint8_t op)
{
	static const uint32_t ops[] = {
		[SK_UNIT_NOT] = SK_COND_NOT, [SK_UNIT_AND] = SK_COND_AND, [SK_UNIT_OR] = SK_COND_OR,
		[SK_UNIT_XOR] = SK_COND_XOR, [SK_UNIT_EQ] = SK_COND_EQ, [SK_UNIT_NEQ] = SK_COND_NEQ,
	};

	return ops[op];
}

/* Where a conditional is written, as a statement for diagnostics. */
static struct sk_unit_stmt sk_cond_stmt(const struct sk_unit_cond *cond)
{
	/* Of a kind that names nothing. */
	return (struct sk_unit_stmt){ .kind = SK_UNIT_MLS, .addr = cond->addr, .expansion = cond->expansion };
}

/* The nodes with symbols for booleans. False after a diagnostic. */
static bool sk_cond_symbols(struct sk_compiler *c, const struct sk_unit_cond *from, struct sk_compiled_cond *to,
			    bool *ret_tunables)
{
	const struct sk_unit_expr *expr = &c->space->exprs.list[from->expr];
	const struct sk_unit_stmt stmt = sk_cond_stmt(from);
	uint32_t n_tunables = 0, n_bools = 0;

	to->n_nodes = expr->n;
	to->nodes = SK_ARENA_ARRAY(&c->policy->arena, struct sk_cond_node, (size_t)expr->n + 1);
	if (!to->nodes) {
		c->no_memory = true;
		return false;
	}
	for (uint32_t i = 0; i < expr->n; i++) {
		uint32_t symbol;

		if (expr->nodes[i].op != SK_UNIT_NAME) {
			to->nodes[i].op = sk_cond_op(expr->nodes[i].op);
			continue;
		}
		symbol = sk_need_symbol(c, &stmt, expr->nodes[i].a, SK_FLAVOR_PLAIN);
		if (symbol == SK_SPACE_NONE)
			return false;
		to->nodes[i].op = SK_COND_BOOL;
		to->nodes[i].boolean.v = symbol;
		if (c->symbols.list[symbol].flavor == SK_FLAVOR_TUNABLE)
			n_tunables++;
		else
			n_bools++;
	}
	if (n_tunables && n_bools)
		sk_compile_error(c, "E0815", &stmt, "a condition cannot have both booleans and tunables");
	*ret_tunables = n_tunables;
	return !n_tunables || !n_bools;
}

static void sk_place_cond(struct sk_compiler *c, const struct sk_unit_cond *from, struct sk_cond_place *place)
{
	const struct sk_unit_stmt stmt = sk_cond_stmt(from);
	struct sk_compiled_cond cond = { 0 };
	bool tunables;
	int value;

	place->bad = true;
	if (!sk_cond_symbols(c, from, &cond, &tunables))
		return;
	if (tunables) {
		value = sk_evaluate(cond.nodes, cond.n_nodes, sk_tunable_value, c);
		place->decided = true;
		place->value = value == 1;
		place->bad = value < 0;
	} else {
		while (cond.n_nodes > 1 && cond.nodes[cond.n_nodes - 1].op == SK_COND_NOT) {
			cond.n_nodes--;
			place->swapped = !place->swapped;
		}
		for (uint32_t i = 0; i < cond.n_nodes; i++)
			if (cond.nodes[i].op == SK_COND_BOOL)
				cond.nodes[i].boolean.v = c->symbols.list[cond.nodes[i].boolean.v].id;
		value = sk_evaluate(cond.nodes, cond.n_nodes, sk_default_value, c->policy);
		place->bad = value < 0;
	}
	if (place->bad) {
		sk_compile_error(c, "E0816", &stmt, "the condition is nested too deeply, or is no expression");
		return;
	}
	if (tunables)
		return;
	cond.state = value;
	sk_fill_truth(&cond);
	for (place->cond = 0; place->cond < c->conds.n; place->cond++)
		if (sk_same_cond(&c->conds.list[place->cond], &cond))
			return;
	if (SK_COMPILE_ADD(c->conds, cond)) {
		c->no_memory = true;
		place->bad = true;
	}
}

const struct sk_cond_place *sk_cond_place(struct sk_compiler *c, uint32_t unit, uint32_t cond)
{
	struct sk_cond_place *place = &c->cond_places[unit][cond / 2];

	if (!place->made) {
		place->made = true;
		sk_place_cond(c, &c->units[unit]->conds.list[cond / 2], place);
	}
	return place->bad ? NULL : place;
}
