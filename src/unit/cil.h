/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_UNIT_CIL_H
#define SK_UNIT_CIL_H

#include "syntax/cil/tree.h"
#include "unit/unit.h"

/*
 * CIL to a unit. All CIL of a build is lowered at once, since its blocks, macros and named sets are one world: tunables
 * are decided, in-statements moved, inherited blocks and called macros expanded, class maps, named levels, ranges,
 * contexts and the like replaced by what they stand for. Blocks of names are gone: what is declared in block b is b.x.
 * Names that no CIL declares are left to the other units of the build.
 */
struct sk_cil_options {
	bool preserve_tunables;		/* tunables are booleans */
	bool qualified_names;		/* names may have dots; no blocks then */
	bool multiple_declarations;	/* types, attributes and roles may be declared again */
};

struct sk_cil_input {
	const struct sk_source *source;
	const struct sk_cil_tree *tree;
};

/*
 * More statements than these, after expansion, are no policy but a mistake (or an attack): a diagnostic says so. It keeps
 * the memory that an input takes below 1 GiB.
 */
#define SK_CIL_STATEMENTS_MAX 8000000u

/*
 * Adds the statements of the inputs to the unit, which is of source SK_UNIT_CIL. Mistakes are diagnostics (E02xx) of the
 * space; ret_mistakes is their number. What has one is left out, and the unit is damaged. Returns 0 or -ENOMEM.
 */
int sk_unit_from_cil(struct sk_unit *unit, const struct sk_cil_words *words, const struct sk_cil_input *inputs,
		     size_t n_inputs, const struct sk_cil_options *options, unsigned int *ret_mistakes);

/*
 * Reads all CIL of a build into one unit at the end. Returns 0, SK_UNIT_REFUSED, or -ENOMEM. A unit that was refused and is
 * damaged may be compiled for what else is wrong; one that is not is nothing.
 */
int sk_unit_read_cil(struct sk_units *units, struct sk_space *space, const struct sk_source *const *sources,
		     size_t n_sources, const struct sk_cil_options *options);

#endif
