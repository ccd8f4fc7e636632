/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_UNIT_KEPT_PART_H
#define SK_UNIT_KEPT_PART_H

#include <endian.h>

#include "base/buf.h"
#include "unit/kept.h"

/*
 * The shape of a record, which kept-write.c and kept-read.c share. All of it is words of four bytes, lowest byte first, but
 * the texts of names. A record has tables of its own, and numbers in it are numbers of these; so it means the same behind
 * whatever modules it is put. Their entries stand in the order in which the build had them. What the space had before the
 * first module (struct sk_kept.known) is in no record and has the numbers that it always has; those of the tables follow.
 *
 *	names: count, lengths, texts, zeros up to a word; references: count, (table of names, name)...
 *	left to others: count, (reference, flags)...
 * and if it is whole
 *	the unit's own: source, name, version
 *	sets, class permissions, extended permissions, levels, ranges, contexts, addresses, expressions: count, entries
 *	expansions: count, (parent, address, name, line)...; 0 is none
 *	blocks: count, (parent, else of, address, expansion)...; 0 is the unit's own
 *	conditionals: count, (expression, block, address, expansion)...
 *	statements: count, (head, what the head says is there, operands)...
 *
 * An address up to `shared_end` is as it is, the module's own are counted from there. SK_SPACE_NONE is none, everywhere.
 */
/* Two kinds of expressions. */
enum { SK_KEPT_CONDITION, SK_KEPT_CONSTRAINT };

/* The head of a statement: its kind in the lowest byte, and */
enum {
	SK_KEPT_HEAD_COND = 1 << 8,		/* it stands in a conditional */
	SK_KEPT_HEAD_BLOCK = 1 << 9,		/* in another block than the one before */
	SK_KEPT_HEAD_EXPANSION = 1 << 10,	/* in another expansion */
	SK_KEPT_HEAD_NONE = 1 << 11,		/* and the four bits above: of unused operands, which are SK_SPACE_NONE */
};

struct sk_kept_operand {
	uint8_t at;		/* which one it is */
	uint8_t table;		/* enum sk_kept_table */
	uint8_t ns;		/* of references, and of members of sets; of expressions SK_KEPT_CONSTRAINT; SK_N_NS: any */
	bool optional;		/* may be SK_SPACE_NONE */
};

/* What the operands of all kinds are; those that are used first. */
struct sk_kept_shape {
	uint8_t n_used[SK_UNIT_N_KINDS];
	struct sk_kept_operand of[SK_UNIT_N_KINDS][SK_UNIT_OPERANDS];
};

void sk_kept_shape_init(struct sk_kept_shape *shape);

/* What digests are made of: a string, a source with its name, the tree's settings with this build of the library. */
void sk_kept_add_string(struct sk_digest *digest, const char *s);
void sk_kept_digest_source(struct sk_digest *digest, const struct sk_source *source);
void sk_kept_digest_settings(struct sk_digest *digest, const struct sk_refpolicy *rp);

/* A word of the file. */
static inline void sk_kept_put_word(struct sk_buf *buf, uint32_t v)
{
	v = htole32(v);
	sk_buf_add(buf, &v, sizeof(v));
}

#endif
