/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_COMPILE_BUILDING_H
#define SK_COMPILE_BUILDING_H

#include "base/diag.h"
#include "compile/compile.h"
#include "compile/install.h"
#include "selkie/build.h"
#include "unit/kept.h"

/* One build on its way from sources to units. */
struct sk_building {
	const struct selkie_build_options *options;
	struct sk_arena arena;
	struct sk_intern names;
	struct sk_sources sources;
	struct sk_space space;
	struct sk_units units;
	struct sk_refpolicy rp;
	bool has_rp;
	bool modules_only;	/* a tree gives its interfaces, and none of its own modules */
	struct sk_diags *diags, *own_diags;
	struct sk_kept *kept;	/* what modules came to; NULL: nothing is kept */
	bool refused;
	bool unsound;		/* and not for mistakes in statements only: what is left is not worth compiling */
	bool store_order;	/* binary modules are among the sources: as a module store makes policies of them */
	bool store;		/* an installed one is */
	selkie_module *carry;	/* the package that is made, if one is; gets what no unit holds */
};

int sk_building_init(struct sk_building *b, const struct selkie_build_options *options, struct sk_diags *diags);
void sk_building_done(struct sk_building *b);	/* also after a failed init */

/* The space learns which macros stand for permissions, while they are known. Returns 0 or -ENOMEM. */
int sk_build_know_perm_macros(struct sk_building *b);

/* A source that cannot be read is said, with its name; gives r back. */
int sk_cannot_read(struct sk_building *b, const char *path, int r);

/* Reads all sources into units. Returns 0, SELKIE_BUILD_REFUSED, or a negative errno. */
int sk_build_read(struct sk_building *b, const char *const *sources, size_t n);

/* The options of the compiler, as the build's say. */
struct sk_compile_options sk_build_compile_options(struct sk_building *b);

/* What was built. */
struct sk_built {
	struct sk_policy *policy;
	struct sk_origins *origins;	/* NULL when they were not asked for, or cannot be had */
	char *file_contexts;		/* NULL when they were not asked for */
	struct sk_install *install;	/* likewise */
	unsigned int version;
};

#endif
