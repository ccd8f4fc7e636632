/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_COMPILE_BUILD_OPERAND_H
#define SK_COMPILE_BUILD_OPERAND_H

#include <stddef.h>

struct sk_building;

/* What an operand of a build is. */
enum sk_operand {
	SK_OPERAND_TREE,	/* or headers */
	SK_OPERAND_CONF,
	SK_OPERAND_INTERFACES,
	SK_OPERAND_MODULE,
	SK_OPERAND_LABELS,	/* of a module among the sources; read with it */
	SK_OPERAND_CIL,
	SK_OPERAND_PACKAGE,
	SK_OPERAND_STORE,
	SK_OPERAND_UNKNOWN,
};

/* The operands, with the modules of a store in its place, and the interfaces beside modules. */
struct sk_operands {
	const char **paths;
	int *kinds;
	size_t n, cap;
};

/*
 * Adds all sources. Their paths and those of the arena are borrowed, the lists are the caller's (free), also after a
 * failure. Returns 0 or a negative errno; a source that cannot be read is a diagnostic.
 */
int sk_operands_collect(struct sk_building *b, struct sk_operands *o, const char *const *sources, size_t n);

/*
 * Labels belong to a module, and only modules call interfaces: what nobody looks at is a diagnostic. Returns 0,
 * SELKIE_BUILD_REFUSED, or -ENOMEM.
 */
int sk_operands_check(struct sk_building *b, const struct sk_operands *o);

#endif
