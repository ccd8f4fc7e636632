/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Many units as one: what semodule_link writes. Parts are the space's, so only statements, conditionals and blocks are
 * copied, with blocks and conditionals renumbered.
 */
#include "compile/merge.h"

#include <errno.h>
#include <string.h>

struct sk_merge {
	struct sk_space *space;
	struct sk_unit *to;
	uint32_t *block_of;	/* by old block; 0: none yet */
};

/* The blocks of a unit, which stand after those around them. */
static int sk_merge_blocks(struct sk_merge *m, const struct sk_unit *from, bool base)
{
	size_t n = m->space->blocks.n;

	m->block_of = calloc(n, sizeof(*m->block_of));
	if (!m->block_of)
		return -ENOMEM;
	for (uint32_t b = from->top; b < n; b++) {
		struct sk_block block = m->space->blocks.list[b];
		int r;

		if (block.unit != from->number)
			continue;
		if (base && b == from->top) {
			m->block_of[b] = m->to->top;
			continue;
		}
		block.unit = m->to->number;
		block.parent = b == from->top ? m->to->top : m->block_of[block.parent];
		if (block.otherwise != SK_SPACE_NONE)
			block.otherwise = m->block_of[block.otherwise];
		r = sk_space_block(m->space, &block, &m->block_of[b]);
		if (r)
			return r;
	}
	return 0;
}

static int sk_merge_unit(struct sk_merge *m, const struct sk_unit *from, bool base)
{
	uint32_t first = (uint32_t)m->to->conds.n, number;
	int r = sk_merge_blocks(m, from, base);

	for (size_t i = 0; !r && i < from->conds.n; i++) {
		struct sk_unit_cond cond = from->conds.list[i];

		cond.block = m->block_of[cond.block];
		r = sk_unit_add_cond(m->to, &cond, &number);
	}
	for (size_t i = 0; !r && i < from->stmts.n; i++) {
		struct sk_unit_stmt stmt = from->stmts.list[i];

		stmt.block = m->block_of[stmt.block];
		if (stmt.cond != SK_SPACE_NONE)
			stmt.cond += 2 * first;
		r = sk_unit_add(m->to, &stmt);
	}
	free(m->block_of);
	m->block_of = NULL;
	return r;
}

int sk_units_merge(struct sk_units *units, struct sk_space *space, struct sk_unit **ret_unit)
{
	size_t n = units->n;
	struct sk_merge m = { .space = space };
	int r = sk_units_add(units, space, SK_UNIT_BASE, &m.to);

	if (r)
		return r;
	m.to->mls = units->list[0]->mls;
	m.to->name = units->list[0]->name;
	m.to->version = units->list[0]->version;
	for (size_t i = 0; !r && i < n; i++)
		r = sk_merge_unit(&m, units->list[i], !i);
	*ret_unit = m.to;
	return r;
}
