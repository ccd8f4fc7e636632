/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * From sources to a policy: the compilation of all that was read, and what a tree installs beside it.
 */
#include "selkie/build.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "compile/build-kept.h"
#include "unit/label.h"

#define SK_DEFAULT_VERSION 33

/* An outcome between functions here: what was kept was used, and is not to be. */
#define SK_BUILD_AFRESH 100

static int sk_build_version(const struct sk_building *b)
{
	const char *setting = b->has_rp ? sk_refpolicy_setting(&b->rp, "OUTPUT_POLICY") : "";
	unsigned long version = strtoul(setting, NULL, 10);

	return version >= 15 && version <= 35 ? (int)version : SK_DEFAULT_VERSION;
}

static bool sk_is_enabled(void *arg, uint32_t block)
{
	return ((const bool *)arg)[block];
}

/* The file contexts, templates of home directories among them. CIL has levels always, secilc writes those of an MLS policy. */
static int sk_build_labels(struct sk_building *b, bool *enabled, struct sk_built *built)
{
	struct sk_label_file file = SK_LABEL_FILE_INIT;
	int r;

	for (size_t i = 0; i < b->space.contexts.n && !built->policy->mls; i++)
		b->space.contexts.list[i].range = SK_SPACE_NONE;
	r = sk_label_files(&b->units, SK_LABEL_SEMANAGE, sk_is_enabled, enabled, &file, &file);

	if (!r)
		built->file_contexts = sk_buf_steal(&file.text, NULL);
	sk_label_file_done(&file);
	return r ? r : built->file_contexts ? 0 : -ENOMEM;
}

/* What the tree installs, as far as its sources say it. */
static int sk_build_begin_install(struct sk_building *b, const char *source, struct sk_built *built)
{
	struct sk_place place = { .file = source };

	if (!(b->options->flags & SELKIE_BUILD_INSTALL))
		return 0;
	if (b->has_rp && !b->rp.headers)
		return sk_install_begin(&b->rp, &built->install);
	sk_error(b->diags, "E0823", &place, "there is no tree here, and only a tree gives an install directory");
	return SELKIE_BUILD_REFUSED;
}

/* Nothing is read any more: macros and interfaces make room. The root of the tree is kept. */
static int sk_close_tree(struct sk_building *b, const char **ret_root)
{
	if (!b->has_rp)
		return 0;
	*ret_root = b->rp.headers ? NULL : sk_arena_strdup(&b->arena, b->rp.root);
	if ((!b->rp.headers && !*ret_root) || sk_build_know_perm_macros(b))
		return -ENOMEM;
	sk_refpolicy_close(&b->rp);
	b->has_rp = false;
	return 0;
}

struct sk_compile_options sk_build_compile_options(struct sk_building *b)
{
	static const int unknown[] = { -1, SK_UNKNOWN_DENY, SK_UNKNOWN_REJECT, SK_UNKNOWN_ALLOW };
	struct sk_compile_options options = SK_COMPILE_OPTIONS_INIT;

	options.optimize = b->options->flags & SELKIE_BUILD_OPTIMIZE;
	options.keep_unbounded = b->options->flags & SELKIE_BUILD_UNCHECKED;
	options.list_blocks = b->options->flags & SELKIE_BUILD_LIST_OPTIONALS;
	options.expand_generated = b->options->flags & SELKIE_BUILD_EXPAND_GENERATED;
	options.multiple_declarations = b->store || b->options->flags & SELKIE_BUILD_MULTIPLE_DECLARATIONS;
	options.no_dontaudit = b->options->flags & SELKIE_BUILD_NO_DONTAUDIT;
	if (b->options->expand_below)
		options.expand_size = b->options->expand_below;
	options.handle_unknown = unknown[b->options->handle_unknown & 3];
	options.mls = (int)b->options->mls - 1;
	for (size_t i = 0; i < b->units.n; i++)
		b->units.list[i]->xen |= (b->options->flags & SELKIE_BUILD_XEN) != 0;
	options.store_order = b->store_order;
	options.sort_contexts = b->options->flags & SELKIE_BUILD_SORT_CONTEXTS;
	return options;
}

/* A policy is more than modules: they have its classes, users and the rest from somewhere. */
static int sk_build_check_base(struct sk_building *b, const char *source)
{
	struct sk_place place = { .file = source };
	struct sk_diag *d;

	for (size_t i = 0; i < b->units.n; i++)
		if (b->units.list[i]->source != SK_UNIT_MODULE)
			return 0;
	d = sk_error(b->diags, "E0825", &place, !b->units.n ? "there is no policy in this"
			       : b->units.n == 1 ? "this module alone is no policy" : "these modules alone are no policy");
	sk_diag_note(b->diags, d, NULL, "name the policy's source tree, store or base module as well; "
					"or write the module itself, with --format pp");
	return SELKIE_BUILD_REFUSED;
}

/*
 * Statements had mistakes, and there will be no policy. What is wrong with the others is told all the same, unless nobody
 * could make sense of them.
 */
static int sk_build_judge(struct sk_building *b)
{
	struct sk_compile_options options = sk_build_compile_options(b);
	struct sk_policy *policy = NULL;
	const char *root;
	bool base = false;
	int r = 0;

	for (size_t i = 0; i < b->units.n; i++)
		base |= b->units.list[i]->source != SK_UNIT_MODULE;
	/* What macros of a tree had brought, nobody knows by its words. */
	b->space.lost.all |= b->has_rp;
	if (!base || b->unsound || sk_close_tree(b, &root))
		return SELKIE_BUILD_REFUSED;
	options.list_blocks = false;
	r = sk_compile(&b->space, (const struct sk_unit *const *)b->units.list, b->units.n, &options, &policy, NULL);
	selkie_policy_free(policy);
	return r < 0 ? r : SELKIE_BUILD_REFUSED;
}

static int sk_build(struct sk_building *b, const char *const *sources, size_t n, const struct sk_build_kept *kept,
		    struct sk_built *built)
{
	struct sk_compile_options options;
	sk_auto_free bool *enabled = NULL;
	int r = sk_build_read(b, sources, n);

	/* What is wrong is told by a build that has read everything. */
	if (b->kept && (b->kept->stale || (b->kept->using && r > 0)))
		return SK_BUILD_AFRESH;
	if (r > 0)
		return sk_build_judge(b);
	if (!r)
		sk_build_kept_save(kept, b);
	if (!r)
		r = sk_build_check_base(b, sources[0]);
	if (!r)
		r = sk_build_begin_install(b, sources[0], built);
	if (r)
		return r;
	options = sk_build_compile_options(b);
	built->version = (unsigned int)sk_build_version(b);
	if (sk_close_tree(b, &options.root))
		return -ENOMEM;
	if (b->options->flags & (SELKIE_BUILD_FILE_CONTEXTS | SELKIE_BUILD_INSTALL))
		options.ret_enabled = &enabled;
	r = sk_compile(&b->space, (const struct sk_unit *const *)b->units.list, b->units.n, &options, &built->policy,
		       b->options->flags & SELKIE_BUILD_STRIP ? NULL : &built->origins);
	if (!r && b->options->flags & SELKIE_BUILD_FILE_CONTEXTS)
		r = sk_build_labels(b, enabled, built);
	if (r || !built->install)
		return r;
	built->install->want_origins = !(b->options->flags & SELKIE_BUILD_STRIP);
	built->install->root = options.root;
	return sk_install_finish(built->install, &b->units, enabled, built->policy);
}

/* One build, from the beginning to the end. afresh: as if nothing had been kept. */
static int sk_build_once(const char *const *sources, size_t n_sources, const struct selkie_build_options *options,
			 selkie_diagnostics *diags, bool afresh, selkie_built **ret)
{
	struct sk_built *built = calloc(1, sizeof(*built));
	struct sk_build_kept kept = { 0 };
	struct sk_building b;
	int r;

	if (!built)
		return -ENOMEM;
	r = sk_building_init(&b, options, diags);
	if (!r)
		r = sk_build_kept_open(&kept, &b, afresh);
	if (!r)
		r = sk_build(&b, sources, n_sources, &kept, built);
	if (r > 0 && b.kept && b.kept->using)
		r = SK_BUILD_AFRESH;
	sk_building_done(&b);
	sk_build_kept_close(&kept);
	if (r)
		selkie_built_free(built);
	else
		*ret = built;
	return r;
}

int selkie_build(const char *const *sources, size_t n_sources, const struct selkie_build_options *options,
		 selkie_diagnostics *diags, selkie_built **ret)
{
	struct sk_diags_mark mark;
	int r;

	if (!options || options->size != sizeof(*options) || !n_sources)
		return -EINVAL;
	if (diags)
		sk_diags_mark(diags, &mark);
	r = sk_build_once(sources, n_sources, options, diags, false, ret);
	if (r != SK_BUILD_AFRESH)
		return r;
	if (diags)
		sk_diags_rewind(diags, &mark);
	return sk_build_once(sources, n_sources, options, diags, true, ret);
}
