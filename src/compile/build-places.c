/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The places of a source's rules for the module that was written from it.
 */
#include "compile/build-places.h"

#include <string.h>

#include "compile/rule.h"

static const uint32_t sk_marked_kinds[] = { SK_UNIT_ALLOW, SK_UNIT_ALLOWX, SK_UNIT_NEVERALLOW, SK_UNIT_NEVERALLOWX };

/*
 * The next statement of a kind in a block, of those with conditions or of the others, from the i-th on, or NULL. Of
 * extended permissions a module may have several for what was one statement; they follow each other.
 */
static struct sk_unit_stmt *sk_next_of_kind(struct sk_unit *unit, uint32_t block, uint32_t kind, bool conditional, size_t *i)
{
	while (*i < unit->stmts.n) {
		struct sk_unit_stmt *stmt = &unit->stmts.list[(*i)++];

		if (stmt->block == block && stmt->kind == kind && (stmt->cond != SK_SPACE_NONE) == conditional)
			return stmt;
	}
	return NULL;
}

/* Whether a statement's extended permissions are some of another's, for the same types and classes. */
static bool sk_is_part_of(const struct sk_space *space, const struct sk_unit_stmt *part, const struct sk_unit_stmt *whole,
			  const struct sk_unit_stmt *before)
{
	uint32_t some[256][8], all[256][8];

	if ((part->kind != SK_UNIT_ALLOWX && part->kind != SK_UNIT_NEVERALLOWX) || !whole || !before ||
	    memcmp(before->op, part->op, 3 * sizeof(*part->op)) != 0)
		return false;
	sk_xperm_numbers(&space->xperms.list[part->op[3]], some);
	sk_xperm_numbers(&space->xperms.list[whole->op[3]], all);
	for (size_t i = 0; i < 256; i++)
		for (size_t k = 0; k < 8; k++)
			if (some[i][k] & ~all[i][k])
				return false;
	return true;
}

/* Rules of a kind in a block get the places of those that they were written from; false when they do not fit. */
static bool sk_take_places_of(struct sk_unit *module, uint32_t to, struct sk_unit *source, uint32_t from, uint32_t kind,
			      bool conditional)
{
	const struct sk_unit_stmt *written = NULL, *before = NULL;
	struct sk_unit_stmt *stmt;
	size_t i = 0, k = 0;

	while ((stmt = sk_next_of_kind(module, to, kind, conditional, &i))) {
		if (!sk_is_part_of(module->space, stmt, written, before))
			written = sk_next_of_kind(source, from, kind, conditional, &k);
		if (!written)
			return false;
		stmt->addr = written->addr;
		before = stmt;
	}
	return !sk_next_of_kind(source, from, kind, conditional, &k);
}

/* Rules whose place is not known have none to mark. */
static void sk_forget_places(struct sk_unit *module, uint32_t block, uint32_t kind, bool conditional)
{
	struct sk_unit_stmt *stmt;
	size_t i = 0;

	while ((stmt = sk_next_of_kind(module, block, kind, conditional, &i)))
		stmt->addr = 0;
}

/* What a module does not say of Xen: the names of initial ids, and objects of its own. */
static int sk_take_xen(struct sk_unit *module, const struct sk_unit *source)
{
	size_t n = 0;
	int r = 0;

	for (size_t i = 0; i < module->stmts.n; i++)
		if (module->stmts.list[i].kind != SK_UNIT_SID && module->stmts.list[i].kind != SK_UNIT_SID_ORDER &&
		    module->stmts.list[i].kind != SK_UNIT_SID_CONTEXT)
			module->stmts.list[n++] = module->stmts.list[i];
	module->stmts.n = n;
	for (size_t i = 0; i < source->stmts.n && !r; i++) {
		struct sk_unit_stmt stmt = source->stmts.list[i];

		stmt.block = module->top;
		if (stmt.kind == SK_UNIT_SID || stmt.kind == SK_UNIT_SID_ORDER || stmt.kind == SK_UNIT_SID_CONTEXT ||
		    (stmt.kind >= SK_UNIT_PIRQCON && stmt.kind <= SK_UNIT_DEVICETREECON))
			r = sk_unit_add(module, &stmt);
	}
	module->xen = true;
	return r;
}

static void sk_take_block_places(struct sk_unit *module, uint32_t to, struct sk_unit *source, uint32_t from)
{
	for (size_t k = 0; k < 2 * SK_ARRAY_LEN(sk_marked_kinds); k++)
		if (!sk_take_places_of(module, to, source, from, sk_marked_kinds[k / 2], k % 2))
			sk_forget_places(module, to, sk_marked_kinds[k / 2], k % 2);
}

int sk_build_take_places(struct sk_unit *module, struct sk_unit *source)
{
	const struct sk_block *blocks = source->space->blocks.list;
	uint32_t n = (uint32_t)source->space->blocks.n;

	for (uint32_t from = source->top, to = module->top; from < module->top && to < n; from++) {
		if (blocks[from].unit != source->number || blocks[from].otherwise != SK_SPACE_NONE)
			continue;
		sk_take_block_places(module, to++, source, from);
		for (uint32_t other = from + 1; other < module->top && to < n; other++)
			if (blocks[other].unit == source->number && blocks[other].otherwise == from)
				sk_take_block_places(module, to++, source, other);
	}
	return source->xen ? sk_take_xen(module, source) : 0;
}
