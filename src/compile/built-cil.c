/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * File contexts that were built, as CIL: what a policy printed as CIL lacks to be all that its sources said. They are read
 * from their text, where blocks, macros, optionals and precedence are done with.
 */
#include "selkie/build.h"

#include <errno.h>
#include <string.h>

#include "compile/building.h"
#include "unit/context-text.h"
#include "unit/print.h"

/* The printer gives a policy without MLS the one sensitivity that CIL wants. */
#define SK_ONLY_RANGE "s0"

static int sk_read_lines(struct sk_unit *unit, const char *text)
{
	int r = 0;

	while (!r && *text) {
		size_t n = strcspn(text, "\n");

		r = sk_unit_add_filecon_fields(unit, text, n);
		text += n + (text[n] == '\n');
	}
	/* It is our own text. */
	return r > 0 ? -EINVAL : r;
}

static int sk_give_ranges(struct sk_space *space)
{
	uint32_t range;
	int r = sk_space_range_text(space, SK_ONLY_RANGE, strlen(SK_ONLY_RANGE), &range);

	for (size_t i = 0; i < space->contexts.n && !r; i++)
		if (space->contexts.list[i].range == SK_SPACE_NONE)
			space->contexts.list[i].range = range;
	return r;
}

static int sk_print_lines(struct sk_space *space, const char *text, struct sk_buf *out)
{
	struct sk_unit unit;
	int r = sk_unit_init(&unit, space, SK_UNIT_CIL, 0);

	if (r)
		return r;
	r = sk_read_lines(&unit, text);
	if (!r)
		r = sk_give_ranges(space);
	if (!r)
		r = sk_unit_print_cil(&unit, out);
	if (!r)
		r = sk_buf_flush(out);
	sk_unit_done(&unit);
	return r;
}

int selkie_built_print_file_contexts(const selkie_built *built, selkie_diagnostics *diags, int fd)
{
	struct sk_sources sources = SK_SOURCES_INIT;
	struct sk_arena arena = SK_ARENA_INIT;
	struct sk_intern names;
	struct sk_space space;
	sk_auto_buf struct sk_buf out = SK_BUF_INIT;
	int r;

	if (!built->file_contexts)
		return -EINVAL;
	sk_buf_to_fd(&out, fd);
	sk_intern_init(&names, &arena);
	r = sk_space_init(&space, &names, &sources, diags);
	if (!r) {
		r = sk_print_lines(&space, built->file_contexts, &out);
		sk_space_done(&space);
	}
	sk_sources_done(&sources);
	sk_intern_done(&names);
	sk_arena_done(&arena);
	return r;
}
