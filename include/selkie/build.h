/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SELKIE_BUILD_H
#define SELKIE_BUILD_H

#include <stddef.h>

#include <selkie/diagnostic.h>
#include <selkie/module.h>
#include <selkie/policy.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/*
 * Policy sources to a policy. What the sources are is told by what they hold: a directory is a reference policy tree, the
 * headers that such a tree installs, or an installed module store; a file is a module package, CIL, a policy.conf, or a
 * module of the policy language with its interfaces (.te, .if), which is built against the tree or the headers.
 *
 * The semantics are those of checkpolicy, of semodule_link and semodule_expand, and for CIL those of secilc.
 */
typedef struct sk_built selkie_built;

/* The sources were refused; the diagnostics say why, all that is wrong and not the first only. */
#define SELKIE_BUILD_REFUSED 1

enum selkie_build_flag {
	SELKIE_BUILD_OPTIMIZE = 1,	/* leave out rules that others cover, as checkpolicy -O */
	SELKIE_BUILD_UNCHECKED = 2,	/* do not check bounds and neverallow rules */
	SELKIE_BUILD_LIST_OPTIONALS = 4, /* a note for each optional that is switched off, and why */
	/* Of CIL, as secilc has them: */
	SELKIE_BUILD_PRESERVE_TUNABLES = 8,	/* tunables are booleans */
	SELKIE_BUILD_QUALIFIED_NAMES = 16,	/* names may have dots; no blocks then */
	SELKIE_BUILD_MULTIPLE_DECLARATIONS = 32, /* types, attributes and roles may be declared again */
	SELKIE_BUILD_EXPAND_GENERATED = 64,	/* rules name the types of attributes that compilers made up */
	SELKIE_BUILD_NO_DONTAUDIT = 128,	/* leave out dontaudit rules */
	SELKIE_BUILD_XEN = 256,			/* the policy is for Xen */
	SELKIE_BUILD_STRIP = 512,	/* do not keep where rules come from (origin.h) */
	SELKIE_BUILD_FILE_CONTEXTS = 1024,	/* make the text of file contexts as well */
	SELKIE_BUILD_CIL = 2048,	/* every file is CIL, whatever its name */
	/*
	 * Whatever their names, all sources are what checkpolicy and checkmodule read, or module packages; the latter are
	 * linked and expanded as by semodule_link and semodule_expand.
	 */
	SELKIE_BUILD_VERBATIM = 4096,
	SELKIE_BUILD_PACKAGES = 8192,
	/* Of a tree: make what it installs beside the policy as well, for selkie_built_install. */
	SELKIE_BUILD_INSTALL = 16384,
	/* Of a base that is printed as CIL: optionals that are switched off are left out, the others are none any more. */
	SELKIE_BUILD_LINKED = 32768,
	SELKIE_BUILD_MARK_ALLOWS = 65536,	/* allow rules have line marks there, as neverallow rules do */
	SELKIE_BUILD_SORT_CONTEXTS = 131072,	/* objects with contexts are sorted as of CIL, as checkpolicy -S sorts them */
};

/* What becomes of classes and permissions that the policy does not know. */
enum selkie_build_unknown {
	SELKIE_BUILD_UNKNOWN_DEFAULT,	/* as the sources say, else denied */
	SELKIE_BUILD_UNKNOWN_DENY,
	SELKIE_BUILD_UNKNOWN_REJECT,
	SELKIE_BUILD_UNKNOWN_ALLOW,
};

enum selkie_build_mls { SELKIE_BUILD_MLS_DEFAULT, SELKIE_BUILD_MLS_NO, SELKIE_BUILD_MLS_YES };

/* `size` is sizeof(struct selkie_build_options); zeros elsewhere are the defaults. */
struct selkie_build_options {
	size_t size;
	unsigned int flags;		/* enum selkie_build_flag */
	/* Settings of a tree's build.conf that count before the file's, "NAME=VALUE", ended by NULL; or NULL. */
	const char *const *config;
	const char *headers;		/* for modules without a tree; NULL: /usr/share/selinux/devel/include */
	enum selkie_build_unknown handle_unknown;
	enum selkie_build_mls mls;
	/* Of CIL: rules name the types of attributes that have fewer of them; 0: 1, as secilc. */
	unsigned int expand_below;
	/*
	 * A file in which what reading the modules of a tree came to is kept from build to build, so that the next one parses
	 * only those that changed; or NULL. It is made when it is not there, and when it is damaged, or another tree's, other
	 * settings' or another build's of this library, made anew: the policy and all that is said of it are the same with and
	 * without it. A file of another kind is left alone. A file that cannot be written is a warning (W0828).
	 */
	const char *keep;
};

/*
 * Builds. sources: paths. diags: gets all that is wrong; may be NULL. ret: the caller's, set on success only.
 * Returns 0, SELKIE_BUILD_REFUSED, -EINVAL for options that are none, or another negative errno: for a source that cannot
 * be read a diagnostic names it. Any thread may call it; each call reads its sources anew.
 */
int selkie_build(const char *const *sources, size_t n_sources, const struct selkie_build_options *options,
		 selkie_diagnostics *diags, selkie_built **ret);
void selkie_built_free(selkie_built *built);		/* NULL is allowed */

/* The policy; borrowed. It holds all that any version can express. */
const selkie_policy *selkie_built_policy(const selkie_built *built);

/*
 * The file contexts of CIL and modules as secilc and libsemanage write them, in the order of precedence, templates of home
 * directories among them; "" for none. Borrowed. NULL unless SELKIE_BUILD_FILE_CONTEXTS was asked for.
 */
const char *selkie_built_file_contexts(const selkie_built *built);

/*
 * The same as statements of CIL, written to fd from its position: behind the policy as CIL (selkie_policy_print_fd) they
 * are all that secilc needs for the same policy and the same file contexts. Returns 0, -EINVAL unless
 * SELKIE_BUILD_FILE_CONTEXTS was asked for, or another negative errno. Any thread may call it.
 */
int selkie_built_print_file_contexts(const selkie_built *built, selkie_diagnostics *diags, int fd);

/* The version that the sources ask for (OUTPUT_POLICY of a tree), or the newest that kernels commonly read: 33. */
unsigned int selkie_built_version(const selkie_built *built);

/*
 * Writes the policy in a version, 15 to 35, or 0 for selkie_built_version, to a file, at once and whole
 * (selkie_policy_save), and then beside it where its rules come from (origin.h). Returns as selkie_policy_save.
 */
int selkie_built_save(const selkie_built *built, const char *path, unsigned int version, selkie_diagnostics *diags);

/*
 * What a tree installs, in the layout of its own `make install` (of a modular one, with what its `make load` adds): the
 * folder NAME with policy/policy.VERSION, contexts/, seusers and the rest. Needs SELKIE_BUILD_INSTALL, else the name is
 * NULL and there are no files. file_path: "NAME/seusers", sorted, without the policy; NULL behind the last. Borrowed.
 *
 * Home directories are those of the tree's own logins (root), not of the machine's users: the same sources give the same
 * files everywhere.
 */
const char *selkie_built_name(const selkie_built *built);
size_t selkie_built_file_count(const selkie_built *built);
const char *selkie_built_file_path(const selkie_built *built, size_t i);

/*
 * Writes all of them below a directory, which is made if it is not there, and beside the policy where its rules come from.
 * Nothing is replaced before everything is written beside its place and flushed; then each file is replaced at once and
 * whole. Returns as selkie_policy_save, and -EINVAL without SELKIE_BUILD_INSTALL. Any thread may call it.
 */
int selkie_built_install(const selkie_built *built, const char *directory, unsigned int version,
			 selkie_diagnostics *diags);

/* The version of the format that modules get where no other is asked for: the newest that userspace 3.4 reads. */
#define SELKIE_MODULE_FORMAT 21

/*
 * The same sources to a binary module, with its file contexts: one source to the module or base that it is, a base and
 * modules to a base that holds them all, as semodule_link makes it. version: of the module format, 4 to 24, or 0 for
 * SELKIE_MODULE_FORMAT. Returns as selkie_build.
 */
int selkie_build_module(const char *const *sources, size_t n_sources, const struct selkie_build_options *options,
			unsigned int version, selkie_diagnostics *diags, selkie_module **ret);

/* The same as CIL, written to fd from its position, with marks of source lines. Returns as selkie_build_module. */
int selkie_build_module_cil(const char *const *sources, size_t n_sources, const struct selkie_build_options *options,
			    selkie_diagnostics *diags, int fd);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
