/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_COMPILE_BUILD_KEPT_H
#define SK_COMPILE_BUILD_KEPT_H

#include "compile/building.h"

/* The file of what modules came to, as a build opens, uses and replaces it. */
struct sk_build_kept {
	struct sk_kept kept;
	void *data;		/* of the file; NULL: there is none, or it is not to be used */
	size_t size;
	bool open, foreign;
};

/* Opens the file of the options, if they name one, for the build. afresh: without looking at what it holds. Returns 0 or -ENOMEM. */
int sk_build_kept_open(struct sk_build_kept *file, struct sk_building *b, bool afresh);

/* Behind all reading without a mistake: writes the file anew where that is worth it. What goes wrong is a warning. */
void sk_build_kept_save(const struct sk_build_kept *file, struct sk_building *b);

void sk_build_kept_close(struct sk_build_kept *file);

#endif
