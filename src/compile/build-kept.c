/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Keeping what modules came to. Nothing about the file makes a build fail: without it everything is read as ever.
 */
#include "compile/build-kept.h"

#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "base/diag.h"
#include "base/input.h"

static void sk_build_kept_warn(struct sk_building *b, const char *fmt, const char *why)
{
	struct sk_place place = { .file = b->options->keep };

	sk_warning(b->diags, "W0828", &place, fmt, why);
}

int sk_build_kept_open(struct sk_build_kept *file, struct sk_building *b, bool afresh)
{
	int r;

	*file = (struct sk_build_kept){ 0 };
	if (!b->options->keep)
		return 0;
	r = sk_map_path(b->options->keep, &file->data, &file->size);
	if (r == -ENOMEM)
		return r;
	/* A folder, a device or a pipe is not replaced either. */
	file->foreign = r == -EINVAL || r == -EISDIR;
	file->open = true;
	r = sk_kept_open(&file->kept, r ? NULL : file->data, file->size, afresh);
	file->foreign |= r == SK_KEPT_FOREIGN;
	if (r < 0)
		return r;
	if (file->foreign)
		sk_build_kept_warn(b, "%s", "this is something else than what a build keeps; it is left alone");
	b->kept = file->foreign ? NULL : &file->kept;
	return 0;
}

void sk_build_kept_save(const struct sk_build_kept *file, struct sk_building *b)
{
	int r;

	if (!b->kept || !sk_kept_is_news(b->kept))
		return;
	r = sk_kept_save(&file->kept, b->options->keep);
	if (r)
		sk_build_kept_warn(b, "what was read cannot be kept: %s", strerror(-r));
}

void sk_build_kept_close(struct sk_build_kept *file)
{
	if (file->open)
		sk_kept_done(&file->kept);
	if (file->data)
		munmap(file->data, file->size);
	*file = (struct sk_build_kept){ 0 };
}
