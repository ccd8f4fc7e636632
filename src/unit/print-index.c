/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What both printers of units need: which statements stand in which block, which block in which, and the way through an
 * expression.
 */
#include "unit/print.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int sk_unit_index_blocks(struct sk_unit_index *index)
{
	const struct sk_space *space = index->unit->space;
	uint32_t last = index->unit->top;

	for (uint32_t b = index->unit->top; b < space->blocks.n; b++)
		if (space->blocks.list[b].unit == index->unit->number)
			last = b;
	index->first_block = index->unit->top;
	index->n_blocks = last - index->unit->top + 1;
	index->starts = calloc((size_t)index->n_blocks + 2, sizeof(*index->starts));
	index->children = malloc(index->n_blocks * sizeof(*index->children));
	index->nexts = malloc(index->n_blocks * sizeof(*index->nexts));
	if (!index->starts || !index->children || !index->nexts)
		return -ENOMEM;
	memset(index->children, 0xff, index->n_blocks * sizeof(*index->children));
	memset(index->nexts, 0xff, index->n_blocks * sizeof(*index->nexts));
	/* From the last to the first, so that the first of a block's children comes out first. */
	for (uint32_t b = last; b > index->unit->top; b--) {
		const struct sk_block *block = &space->blocks.list[b];
		uint32_t *head;

		if (block->unit != index->unit->number || block->parent == SK_SPACE_NONE)
			continue;
		head = &index->children[block->parent - index->first_block];
		index->nexts[b - index->first_block] = *head;
		*head = b;
	}
	return 0;
}

int sk_unit_index_init(struct sk_unit_index *index, const struct sk_unit *unit)
{
	const struct sk_unit_stmt *stmts = unit->stmts.list;
	int r;

	memset(index, 0, sizeof(*index));
	index->unit = unit;
	r = sk_unit_index_blocks(index);
	index->stmts = r ? NULL : malloc(SK_MAX(unit->stmts.n, 1) * sizeof(*index->stmts));
	if (!index->stmts) {
		sk_unit_index_done(index);
		return -ENOMEM;
	}
	for (size_t i = 0; i < unit->stmts.n; i++)
		index->starts[stmts[i].block - index->first_block + 2]++;
	for (uint32_t b = 2; b <= index->n_blocks + 1; b++)
		index->starts[b] += index->starts[b - 1];
	for (size_t i = 0; i < unit->stmts.n; i++)
		index->stmts[index->starts[stmts[i].block - index->first_block + 1]++] = (uint32_t)i;
	return 0;
}

void sk_unit_index_done(struct sk_unit_index *index)
{
	free(index->stmts);
	free(index->starts);
	free(index->children);
	free(index->nexts);
	memset(index, 0, sizeof(*index));
}

const char *sk_unit_ref_name(const struct sk_space *space, uint32_t ref)
{
	return sk_intern_str(space->names, space->refs.list[ref].name);
}

void sk_unit_print_address(struct sk_buf *out, const uint8_t *bytes, unsigned int family)
{
	char text[INET6_ADDRSTRLEN];

	sk_buf_adds(out, inet_ntop(family == 4 ? AF_INET : AF_INET6, bytes, text, sizeof(text)) ? text : "");
}

/* How many nodes before `end` the operand that ends there takes. */
static uint32_t sk_unit_operand_size(const struct sk_unit_expr *expr, uint32_t end)
{
	uint32_t need = 1, at = end;

	while (need) {
		uint8_t op = expr->nodes[--at].op;

		need += op >= SK_UNIT_NAME ? UINT32_MAX : op == SK_UNIT_NOT ? 0 : 1;
	}
	return end - at;
}

int sk_unit_walk_expr(const struct sk_unit_expr *expr, sk_unit_visit visit, void *arg)
{
	struct sk_walking {
		uint32_t end;
		enum sk_unit_walk at;
	} *way = NULL;
	size_t n = 1, cap = 0;
	int r = sk_grow(&way, &cap, 1, sizeof(*way));

	if (!r)
		*way = (struct sk_walking){ expr->n, SK_WALK_BEFORE };
	while (!r && n) {
		uint32_t end = way[n - 1].end, operand = end - 1;
		const struct sk_unit_node *node = &expr->nodes[operand];
		enum sk_unit_walk at = node->op >= SK_UNIT_NAME ? SK_WALK_LEAF : way[n - 1].at;

		visit(arg, node, at, n > 1 && !(way[n - 2].at == SK_WALK_BETWEEN && node->op == expr->nodes[way[n - 2].end - 1].op));
		if (at == SK_WALK_LEAF || at == SK_WALK_BEHIND) {
			n--;
			continue;
		}
		way[n - 1].at = at == SK_WALK_BETWEEN || node->op == SK_UNIT_NOT ? SK_WALK_BEHIND : SK_WALK_BETWEEN;
		if (way[n - 1].at == SK_WALK_BETWEEN)
			operand -= sk_unit_operand_size(expr, operand);
		r = sk_grow(&way, &cap, n + 1, sizeof(*way));
		if (!r)
			way[n++] = (struct sk_walking){ operand, SK_WALK_BEFORE };
	}
	free(way);
	return r;
}
