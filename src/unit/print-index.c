/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What both printers of units need: which statements stand in which block, and which block in which.
 */
#include "unit/print.h"

#include <arpa/inet.h>
#include <errno.h>
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
