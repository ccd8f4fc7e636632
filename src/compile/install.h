/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_COMPILE_INSTALL_H
#define SK_COMPILE_INSTALL_H

#include "base/arena.h"
#include "model/policy.h"
#include "unit/te.h"

/*
 * What a reference policy tree installs beside its policy, below the folder of the policy's name: the layout of the
 * tree's own `make install`, and of a modular one what `make load` adds to it.
 */
struct sk_install_file {
	const char *path;	/* "NAME/contexts/default_type" */
	const char *text;
	size_t n;
	struct sk_origins *origins;	/* of its lines; owned; NULL when none are known */
};

struct sk_install {
	struct sk_arena arena;
	const char *name;	/* the tree's NAME, or its TYPE */
	bool modular;
	bool want_origins;	/* before sk_install_finish: of label files; names of sources are relative to `root` */
	const char *root;
	struct sk_install_file *files;
	size_t n, cap;
};

/*
 * Takes the files that the tree has as sources, while it is open. *ret is the caller's also after a failure
 * (sk_install_free). Returns 0, SK_REFPOLICY_REFUSED, or a negative errno.
 */
int sk_install_begin(struct sk_refpolicy *rp, struct sk_install **ret);

/*
 * Adds what takes the whole policy: label files, labels of home directories, customizable types. enabled: which blocks
 * of the units are on. Returns 0, SK_REFPOLICY_REFUSED when labels contradict each other, or -ENOMEM.
 */
int sk_install_finish(struct sk_install *install, const struct sk_units *units, const bool *enabled,
		      const struct sk_policy *policy);
void sk_install_free(struct sk_install *install);	/* NULL is allowed */

/*
 * Writes the files and the policy's bytes below a directory, which is made if it is not there: each beside its place,
 * flushed, and when all are there each is renamed. Returns 0 or a negative errno; then, unless a rename failed, every
 * old file is as it was.
 */
int sk_install_write(const struct sk_install *install, const char *directory, const char *policy_path, const void *policy,
		     size_t size);

/* Writes the origins beside the label files that have them, or takes away those of older ones. Returns 0 or a negative errno. */
int sk_install_write_origins(const struct sk_install *install, const char *directory);

#endif
