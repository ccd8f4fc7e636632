/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * From sources to a policy: what each operand is, which reader takes it, and the compilation of all they made.
 */
#include "selkie/build.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>

#include "base/diag.h"
#include "compile/build-module.h"
#include "compile/build-package.h"
#include "compile/build-unpack.h"
#include "compile/compile.h"
#include "compile/install.h"
#include "compile/merge.h"
#include "compile/rule.h"
#include "unit/cil.h"
#include "unit/label.h"
#include "provenance/origins.h"
#include "unit/module.h"
#include "unit/print.h"
#include "unit/te.h"

#define SK_DEFAULT_VERSION 33
#define SK_NEWEST_MODULE_FORMAT 24
#define SK_HEADERS "/usr/share/selinux/devel/include"

struct sk_built {
	struct sk_policy *policy;
	struct sk_origins *origins;	/* NULL when they were not asked for, or cannot be had */
	char *file_contexts;		/* NULL when they were not asked for */
	struct sk_install *install;	/* likewise */
	unsigned int version;
};

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

static bool sk_ends_with(const char *path, const char *ending)
{
	size_t n = strlen(path), m = strlen(ending);

	return n > m && !strcmp(path + n - m, ending);
}

/* What an operand is: the one place that knows. -errno when it cannot be looked at. */
static int sk_operand_kind(struct sk_arena *arena, const char *path)
{
	static const struct {
		const char *ending;
		enum sk_operand kind;
	} rows[] = {
		{ ".te", SK_OPERAND_MODULE }, { ".if", SK_OPERAND_INTERFACES }, { ".fc", SK_OPERAND_LABELS },
		{ ".conf", SK_OPERAND_CONF },
		{ ".cil", SK_OPERAND_CIL }, { ".pp", SK_OPERAND_PACKAGE }, { ".mod", SK_OPERAND_PACKAGE },
		{ ".pp.bz2", SK_OPERAND_PACKAGE }, { ".pp.zst", SK_OPERAND_PACKAGE },
	};
	struct stat st;

	if (stat(path, &st))
		return -errno;
	if (S_ISDIR(st.st_mode))
		return sk_store_folder(arena, path) ? SK_OPERAND_STORE : SK_OPERAND_TREE;
	for (size_t i = 0; i < SK_ARRAY_LEN(rows); i++)
		if (sk_ends_with(path, rows[i].ending))
			return (int)rows[i].kind;
	return SK_OPERAND_UNKNOWN;
}

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
	bool refused;
	bool store_order;	/* binary modules are among the sources: as a module store makes policies of them */
	bool store;		/* an installed one is */
	selkie_module *carry;	/* the package that is made, if one is; gets what no unit holds */
};

static int sk_building_init(struct sk_building *b, const struct selkie_build_options *options, struct sk_diags *diags)
{
	int r;

	*b = (struct sk_building){ .options = options, .sources = SK_SOURCES_INIT, .diags = diags };
	sk_intern_init(&b->names, &b->arena);
	if (!diags)
		b->diags = b->own_diags = selkie_diagnostics_new();
	if (!b->diags)
		return -ENOMEM;
	r = sk_te_names_init(&b->names);
	return r ? r : sk_space_init(&b->space, &b->names, &b->sources, b->diags);
}

static void sk_building_done(struct sk_building *b)
{
	if (b->has_rp)
		sk_refpolicy_close(&b->rp);
	sk_units_done(&b->units);
	sk_space_done(&b->space);
	sk_intern_done(&b->names);
	sk_sources_done(&b->sources);
	sk_arena_done(&b->arena);
	selkie_diagnostics_free(b->own_diags);
}

/* A source that cannot be read is said, with its name. */
static int sk_cannot_read(struct sk_building *b, const char *path, int r)
{
	struct sk_place place = { .file = path };

	sk_error(b->diags, "E0820", &place, "cannot read this: %s", strerror(-r));
	return r;
}

static int sk_load(struct sk_building *b, const char *path, struct sk_source **ret_source)
{
	int r = sk_sources_load(&b->sources, path, NULL, b->diags, ret_source);

	return r < 0 && r != -ENOMEM ? sk_cannot_read(b, path, r) : r;
}

/* Remembers a refusal and goes on: the other sources may have mistakes of their own. */
static int sk_go_on(struct sk_building *b, int r)
{
	b->refused |= r > 0;
	return r > 0 ? 0 : r;
}

static int sk_open_tree(struct sk_building *b, const char *path)
{
	int r;

	if (b->has_rp) {
		struct sk_place place = { .file = path };

		sk_error(b->diags, "E0821", &place, "there can be one tree, or one directory of headers");
		return SELKIE_BUILD_REFUSED;
	}
	b->has_rp = true;
	r = sk_refpolicy_open(&b->rp, path, b->options->config, &b->names, &b->sources, b->diags);
	return r < 0 && r != -ENOMEM ? sk_cannot_read(b, path, r) : r;
}

static int sk_read_conf(struct sk_building *b, const char *path)
{
	struct sk_source *source;
	int r = sk_sources_open(&b->sources, path, NULL, b->diags, &source);

	if (!r)
		r = sk_unit_read_conf(&b->units, &b->space, source);
	return r < 0 && r != -ENOMEM ? sk_cannot_read(b, path, r) : r;
}

/* A module, and its labels. */
static int sk_read_module(struct sk_building *b, const char *path)
{
	const char *headers = b->options->headers ? b->options->headers : SK_HEADERS, *labels;
	struct sk_refpolicy *rp = b->has_rp ? &b->rp : NULL;
	struct sk_source *source;
	size_t before = b->units.n;
	int r = sk_load(b, path, &source), r2;

	if (!r)
		r = rp ? sk_unit_read_module(&b->units, &b->space, rp, source)
		       : sk_build_read_plain(&b->units, &b->space, source, headers);
	if (r < 0 || b->units.n == before)
		return r;
	r2 = sk_build_beside(&b->arena, path, ".fc", &labels);
	if (!r2 && labels)
		r2 = sk_load(b, labels, &source);
	if (!r2 && labels)
		r2 = sk_unit_read_labels(b->units.list[before], rp, source);
	return r2 ? r2 : r;
}

static int sk_read_interfaces(struct sk_building *b, const char *path)
{
	struct sk_source *source;
	int r = b->has_rp ? sk_load(b, path, &source) : 0;

	return r || !b->has_rp ? r : sk_refpolicy_add_interfaces(&b->rp, source);
}

static int sk_read_operand(struct sk_building *b, const char *path, enum sk_operand kind)
{
	struct sk_place place = { .file = path };

	switch (kind) {
	case SK_OPERAND_TREE:
		return b->rp.headers || b->modules_only ? 0 : sk_unit_read_tree(&b->units, &b->space, &b->rp);
	case SK_OPERAND_CONF:
		return sk_read_conf(b, path);
	case SK_OPERAND_INTERFACES:
		return sk_read_interfaces(b, path);
	case SK_OPERAND_MODULE:
		return sk_read_module(b, path);
	case SK_OPERAND_LABELS:	/* with the module */
	case SK_OPERAND_CIL:	/* all of it at once */
	case SK_OPERAND_PACKAGE:	/* likewise */
		return 0;
	default:
		sk_error(b->diags, "E0821", &place, "what is this? A tree, .conf, .te, .if, .fc, .cil and .pp can be built");
		return SELKIE_BUILD_REFUSED;
	}
}

struct sk_cil_texts {
	struct sk_building *b;
	const struct sk_source **list;
	size_t n;
};

static int sk_take_cil(void *arg, const char *path, char *data, size_t size)
{
	struct sk_cil_texts *texts = arg;
	struct sk_source *source;
	int r = sk_sources_borrow(&texts->b->sources, path, data, size, texts->b->diags, &source);

	if (r) {
		free(data);
		return r;
	}
	source->owned = data;
	texts->list[texts->n++] = source;
	return 0;
}

/* All CIL is one world: its blocks, macros and names are seen from every file. */
static int sk_read_cil(struct sk_building *b, const char *const *paths, const int *kinds, size_t n)
{
	const struct sk_cil_options options = {
		.preserve_tunables = b->options->flags & SELKIE_BUILD_PRESERVE_TUNABLES,
		.qualified_names = b->options->flags & SELKIE_BUILD_QUALIFIED_NAMES,
		.multiple_declarations = b->store || b->options->flags & SELKIE_BUILD_MULTIPLE_DECLARATIONS };
	struct sk_cil_texts texts = { .b = b, .list = SK_ARENA_ARRAY(&b->arena, const struct sk_source *, n + 1) };
	const char **cil = SK_ARENA_ARRAY(&b->arena, const char *, n + 1), *failed = "";
	size_t n_cil = 0;
	int r;

	if (!texts.list || !cil)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++)
		if (kinds[i] == SK_OPERAND_CIL)
			cil[n_cil++] = paths[i];
	r = sk_build_unpack(cil, n_cil, sk_take_cil, &texts, b->diags, &failed);
	if (r < 0)
		return r == -ENOMEM ? r : sk_cannot_read(b, failed, r);
	b->refused |= r > 0;
	return texts.n ? sk_go_on(b, sk_unit_read_cil(&b->units, &b->space, texts.list, texts.n, &options)) : 0;
}

static int sk_read_packages(struct sk_building *b, const char *const *paths, const int *kinds, size_t n)
{
	const char **packages = SK_ARENA_ARRAY(&b->arena, const char *, n), *failed = "";
	size_t n_packages = 0;
	int r;

	if (!packages)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++)
		if (kinds[i] == SK_OPERAND_PACKAGE)
			packages[n_packages++] = paths[i];
	if (!n_packages)
		return 0;
	r = sk_build_read_packages(&b->units, &b->space, packages, n_packages, b->carry, &failed);
	b->store_order = !(b->options->flags & SELKIE_BUILD_PACKAGES);
	return r < 0 && r != -ENOMEM ? sk_cannot_read(b, failed, r) : sk_go_on(b, r);
}

/*
 * The tree, or where none is named and modules want one, the headers. Without these a module must do with what it
 * declares and requires itself.
 */
static int sk_open_trees(struct sk_building *b, const char *const *sources, const int *kinds, size_t n, bool modules)
{
	int r = 0;

	for (size_t i = 0; !r && i < n; i++)
		if (kinds[i] == SK_OPERAND_TREE)
			r = sk_go_on(b, sk_open_tree(b, sources[i]));
	if (r || b->refused || !modules || b->has_rp)
		return r;
	if (b->options->headers)
		return sk_go_on(b, sk_open_tree(b, b->options->headers));
	return sk_build_has_headers(SK_HEADERS) ? sk_go_on(b, sk_open_tree(b, SK_HEADERS)) : 0;
}

static int sk_read_all(struct sk_building *b, const char *const *sources, const int *kinds, size_t n)
{
	bool modules = false;
	int r;

	for (size_t i = 0; i < n; i++)
		modules |= kinds[i] == SK_OPERAND_MODULE || kinds[i] == SK_OPERAND_INTERFACES;
	b->modules_only &= modules;
	r = sk_open_trees(b, sources, kinds, n, modules);
	for (size_t i = 0; !r && !b->refused && i < n; i++)
		if (kinds[i] == SK_OPERAND_TREE)
			r = sk_go_on(b, sk_read_operand(b, sources[i], SK_OPERAND_TREE));
	if (!r && modules && b->has_rp && !b->refused)
		r = sk_go_on(b, sk_refpolicy_prepare(&b->rp));
	for (unsigned int pass = 0; pass < 2; pass++)
		for (size_t i = 0; !r && i < n; i++) {
			if (kinds[i] == SK_OPERAND_TREE || (kinds[i] == SK_OPERAND_INTERFACES) != (pass == 0) ||
			    (b->refused && !b->has_rp && kinds[i] == SK_OPERAND_MODULE))
				continue;
			r = sk_go_on(b, sk_read_operand(b, sources[i], (enum sk_operand)kinds[i]));
		}
	if (!r)
		r = sk_read_cil(b, sources, kinds, n);
	if (!r)
		r = sk_read_packages(b, sources, kinds, n);
	return r ? r : b->refused ? SELKIE_BUILD_REFUSED : 0;
}

static int sk_build_version(const struct sk_building *b)
{
	const char *setting = b->has_rp ? sk_refpolicy_setting(&b->rp, "OUTPUT_POLICY") : "";
	unsigned long version = strtoul(setting, NULL, 10);

	return version >= 15 && version <= 35 ? (int)version : SK_DEFAULT_VERSION;
}

/* The operands, with the modules of a store in its place. */
struct sk_operands {
	const char **paths;
	int *kinds;
	size_t n, cap;
};

static int sk_operands_add(struct sk_operands *o, const char *path, int kind)
{
	size_t cap = o->cap;
	int r = sk_grow(&o->paths, &cap, o->n + 1, sizeof(*o->paths));

	if (!r)
		r = sk_grow(&o->kinds, &o->cap, o->n + 1, sizeof(*o->kinds));
	if (r)
		return r;
	o->paths[o->n] = path;
	o->kinds[o->n++] = kind;
	return 0;
}

static int sk_operands_add_store(struct sk_building *b, struct sk_operands *o, const char *path)
{
	const char *folder = sk_store_folder(&b->arena, path), *change;
	struct sk_store_module *list = NULL;
	size_t n = 0, at = 0;
	int r = sk_store_modules(&b->arena, folder, &list, &n);

	b->store = true;
	while ((change = sk_store_changes(&b->arena, folder, &at))) {
		struct sk_place place = { .file = change };

		sk_warning(b->diags, "W0822", &place, "changes made on the machine are not built in");
	}
	for (size_t i = 0; !r && i < n; i++)
		r = sk_operands_add(o, list[i].path, list[i].package ? SK_OPERAND_PACKAGE : SK_OPERAND_CIL);
	free(list);
	return r < 0 && r != -ENOMEM ? sk_cannot_read(b, path, r) : r;
}

/* The interfaces beside a module, unless the caller names them himself or the tree has them. */
static int sk_operands_add_beside(struct sk_building *b, struct sk_operands *o, const char *module, const char *tree,
				  const struct sk_intern *named)
{
	const char *path;
	int r = sk_build_beside(&b->arena, module, ".if", &path);

	if (r || !path || sk_intern_find(named, path, strlen(path)) != SK_INTERN_NONE ||
	    (tree && sk_build_is_below(path, tree)))
		return r;
	return sk_operands_add(o, path, SK_OPERAND_INTERFACES);
}

/* The interfaces beside all modules. */
static int sk_operands_add_interfaces(struct sk_building *b, struct sk_operands *o)
{
	struct sk_intern named;
	const char *tree = NULL;
	uint32_t number;
	int r = 0;

	sk_intern_init(&named, &b->arena);
	for (size_t i = 0; i < o->n && !r; i++) {
		tree = o->kinds[i] == SK_OPERAND_TREE ? o->paths[i] : tree;
		r = sk_intern_add(&named, o->paths[i], strlen(o->paths[i]), &number);
	}
	for (size_t i = 0, n = o->n; i < n && !r; i++)
		if (o->kinds[i] == SK_OPERAND_MODULE)
			r = sk_operands_add_beside(b, o, o->paths[i], tree, &named);
	sk_intern_done(&named);
	return r;
}

static int sk_operands_collect(struct sk_building *b, struct sk_operands *o, const char *const *sources, size_t n)
{
	int r = 0;

	for (size_t i = 0; !r && i < n; i++) {
		int kind = b->options->flags & SELKIE_BUILD_VERBATIM   ? SK_OPERAND_CONF
			   : b->options->flags & SELKIE_BUILD_PACKAGES ? SK_OPERAND_PACKAGE
								       : sk_operand_kind(&b->arena, sources[i]);

		if (kind >= 0 && kind != SK_OPERAND_TREE && b->options->flags & SELKIE_BUILD_CIL)
			kind = SK_OPERAND_CIL;
		if (kind < 0)
			r = sk_cannot_read(b, sources[i], kind);
		else if (kind == SK_OPERAND_STORE)
			r = sk_operands_add_store(b, o, sources[i]);
		else
			r = sk_operands_add(o, sources[i], kind);
	}
	return r ? r : sk_operands_add_interfaces(b, o);
}

static bool sk_is_enabled(void *arg, uint32_t block)
{
	return ((const bool *)arg)[block];
}

/* The file contexts, templates of home directories among them. */
static int sk_build_labels(struct sk_building *b, bool *enabled, struct sk_built *built)
{
	struct sk_label_file file = SK_LABEL_FILE_INIT;
	int r = sk_label_files(&b->units, SK_LABEL_SEMANAGE, sk_is_enabled, enabled, &file, &file);

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
	if (!b->rp.headers && !*ret_root)
		return -ENOMEM;
	sk_refpolicy_close(&b->rp);
	b->has_rp = false;
	return 0;
}

/* Reads all sources into units. */
static int sk_build_read(struct sk_building *b, const char *const *sources, size_t n)
{
	struct sk_operands operands = { 0 };
	int r = sk_operands_collect(b, &operands, sources, n);

	if (!r)
		r = sk_read_all(b, operands.paths, operands.kinds, operands.n);
	free(operands.paths);
	free(operands.kinds);
	return r;
}

/* The options of the compiler, as the build's say. */
static struct sk_compile_options sk_build_compile_options(struct sk_building *b)
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
	d = sk_error(b->diags, "E0825", &place, b->units.n == 1 ? "this module alone is no policy"
								: "these modules alone are no policy");
	sk_diag_note(b->diags, d, NULL, "name the policy's source tree, store or base module as well; "
					"or write the module itself, with --format pp");
	return SELKIE_BUILD_REFUSED;
}

static int sk_build(struct sk_building *b, const char *const *sources, size_t n, struct sk_built *built)
{
	struct sk_compile_options options;
	sk_auto_free bool *enabled = NULL;
	int r = sk_build_read(b, sources, n);

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

int selkie_build(const char *const *sources, size_t n_sources, const struct selkie_build_options *options,
		 selkie_diagnostics *diags, selkie_built **ret)
{
	struct sk_building b;
	struct sk_built *built;
	int r;

	if (!options || options->size != sizeof(*options) || !n_sources)
		return -EINVAL;
	built = calloc(1, sizeof(*built));
	if (!built)
		return -ENOMEM;
	r = sk_building_init(&b, options, diags);
	if (!r)
		r = sk_build(&b, sources, n_sources, built);
	sk_building_done(&b);
	if (r)
		selkie_built_free(built);
	else
		*ret = built;
	return r;
}

/* What options say of the whole policy, as statements of a unit that says nothing of it itself. */
static int sk_build_say_unknown(struct sk_building *b, struct sk_unit *unit)
{
	static const char *const words[] = { NULL, "deny", "reject", "allow" };
	const char *word = words[b->options->handle_unknown & 3];
	struct sk_unit_stmt stmt = { .kind = SK_UNIT_HANDLE_UNKNOWN, .block = unit->top, .cond = SK_SPACE_NONE };
	int r;

	if (!word || unit->source == SK_UNIT_MODULE)
		return 0;
	r = sk_intern_add(&b->names, word, strlen(word), &stmt.op[0]);
	for (size_t i = 0; i < unit->stmts.n && !r; i++)
		if (unit->stmts.list[i].kind == SK_UNIT_HANDLE_UNKNOWN) {
			unit->stmts.list[i].op[0] = stmt.op[0];
			return 0;
		}
	return r ? r : sk_unit_add(unit, &stmt);
}

/*
 * The one unit that a module is made of. A base must be a policy of its own, and linked ones must fit together, which
 * compiling them tells.
 */
static int sk_build_one_unit(struct sk_building *b, struct sk_unit **ret_unit)
{
	struct sk_compile_options options = sk_build_compile_options(b);
	struct sk_policy *policy = NULL;
	sk_auto_free bool *enabled = NULL;
	int r = 0;

	if (b->units.n > 1 || b->units.list[0]->source != SK_UNIT_MODULE) {
		options.keep_unbounded = b->units.n > 1 || options.keep_unbounded;
		if (b->options->flags & SELKIE_BUILD_LINKED)
			options.ret_enabled = &enabled;
		r = sk_compile(&b->space, (const struct sk_unit *const *)b->units.list, b->units.n, &options, &policy, NULL);
		selkie_policy_free(policy);
	} else {
		r = sk_unit_check_declared(b->units.list[0]);
		if (r >= 0) {
			int r2 = sk_unit_check_required(b->units.list[0]);

			r = r2 ? r2 : r;
		}
	}
	if (r)
		return r;
	if (enabled && b->units.n == 1)
		sk_unit_keep_enabled(b->units.list[0], enabled);
	*ret_unit = b->units.list[0];
	return b->units.n > 1 ? sk_units_merge(&b->units, &b->space, ret_unit) : 0;
}

/* Whether a module has levels: as it is asked for, as the tree or the headers say, or as its statements show. */
static bool sk_build_is_mls(const struct sk_building *b, const struct sk_unit *unit)
{
	if (b->options->mls)
		return b->options->mls == SELKIE_BUILD_MLS_YES;
	if (b->has_rp)
		return strcmp(sk_refpolicy_setting(&b->rp, "TYPE"), "standard") != 0;
	for (size_t i = 0; i < unit->stmts.n && !unit->mls; i++) {
		uint32_t kind = unit->stmts.list[i].kind;

		if (kind == SK_UNIT_SENSITIVITY || kind == SK_UNIT_REQUIRE_SENSITIVITY ||
		    kind == SK_UNIT_RANGE_TRANSITION || kind == SK_UNIT_USER_RANGE)
			return true;
	}
	return unit->mls;
}

/* Reads sources to the one unit that a module is. */
static int sk_build_read_module(struct sk_building *b, const char *const *sources, size_t n, struct sk_unit **ret_unit)
{
	int r;

	b->modules_only = true;
	r = sk_build_read(b, sources, n);
	for (size_t i = 0; !r && i < b->units.n; i++)
		b->units.list[i]->mls = sk_build_is_mls(b, b->units.list[i]);
	if (!r)
		r = sk_build_one_unit(b, ret_unit);
	return r ? r : sk_build_say_unknown(b, *ret_unit);
}

static int sk_build_module(const struct sk_unit *unit, unsigned int version, selkie_module *module)
{
	struct sk_buf out = SK_BUF_INIT, labels = SK_BUF_INIT;
	int r = sk_module_write(unit, version ? version : SELKIE_MODULE_FORMAT, &out);

	if (!r)
		r = sk_unit_print_fc(unit, &labels);
	if (!r && (out.failed || labels.failed))
		r = -ENOMEM;
	if (!r)
		r = selkie_module_set_section(module, SELKIE_MODULE_BINARY, out.data, out.n);
	if (!r && labels.n)
		r = selkie_module_set_section(module, SELKIE_MODULE_FILE_CONTEXTS, labels.data, labels.n);
	sk_buf_done(&out);
	sk_buf_done(&labels);
	return r;
}

int selkie_build_module(const char *const *sources, size_t n_sources, const struct selkie_build_options *options,
			unsigned int version, selkie_diagnostics *diags, selkie_module **ret)
{
	struct sk_unit *unit = NULL;
	selkie_module *module;
	struct sk_building b;
	int r;

	if (!options || options->size != sizeof(*options) || !n_sources)
		return -EINVAL;
	module = selkie_module_new();
	if (!module)
		return -ENOMEM;
	r = sk_building_init(&b, options, diags);
	b.carry = module;
	if (!r)
		r = sk_build_read_module(&b, sources, n_sources, &unit);
	if (!r)
		r = sk_build_module(unit, version, module);
	sk_building_done(&b);
	if (r)
		selkie_module_free(module);
	else
		*ret = module;
	return r;
}

static const uint32_t sk_marked_kinds[] = { SK_UNIT_ALLOW, SK_UNIT_ALLOWX, SK_UNIT_NEVERALLOW, SK_UNIT_NEVERALLOWX };

/*
 * The next statement of a kind in a block, of those with conditions or of the others, from the i-th on, or NULL. Of extended permissions a module
 * may have several for what was one statement; they follow each other.
 */
static struct sk_unit_stmt *sk_next_of_kind(struct sk_unit *unit, uint32_t block, uint32_t kind, bool conditional, size_t *i)
{
	while (*i < unit->stmts.n) {
		struct sk_unit_stmt *stmt = &unit->stmts.list[(*i)++];

		if (stmt->block == block && stmt->kind == kind && (stmt->cond != SK_SPACE_NONE) == conditional)
			return stmt;
	}
	return NULL;
}

/* Whether a statement's extended permissions are some of another's, for the same types and classes. */
static bool sk_is_part_of(const struct sk_space *space, const struct sk_unit_stmt *part, const struct sk_unit_stmt *whole,
			  const struct sk_unit_stmt *before)
{
	uint32_t some[256][8], all[256][8];

	if ((part->kind != SK_UNIT_ALLOWX && part->kind != SK_UNIT_NEVERALLOWX) || !whole || !before ||
	    memcmp(before->op, part->op, 3 * sizeof(*part->op)) != 0)
		return false;
	sk_xperm_numbers(&space->xperms.list[part->op[3]], some);
	sk_xperm_numbers(&space->xperms.list[whole->op[3]], all);
	for (size_t i = 0; i < 256; i++)
		for (size_t k = 0; k < 8; k++)
			if (some[i][k] & ~all[i][k])
				return false;
	return true;
}

/* Rules of a kind in a block get the places of those that they were written from; false when they do not fit. */
static bool sk_take_places_of(struct sk_unit *module, uint32_t to, struct sk_unit *source, uint32_t from, uint32_t kind,
			      bool conditional)
{
	const struct sk_unit_stmt *written = NULL, *before = NULL;
	struct sk_unit_stmt *stmt;
	size_t i = 0, k = 0;

	while ((stmt = sk_next_of_kind(module, to, kind, conditional, &i))) {
		if (!sk_is_part_of(module->space, stmt, written, before))
			written = sk_next_of_kind(source, from, kind, conditional, &k);
		if (!written)
			return false;
		stmt->addr = written->addr;
		before = stmt;
	}
	return !sk_next_of_kind(source, from, kind, conditional, &k);
}

/* Rules whose place is not known have none to mark. */
static void sk_forget_places(struct sk_unit *module, uint32_t block, uint32_t kind, bool conditional)
{
	struct sk_unit_stmt *stmt;
	size_t i = 0;

	while ((stmt = sk_next_of_kind(module, block, kind, conditional, &i)))
		stmt->addr = 0;
}

/* What a module does not say of Xen: the names of initial ids, and objects of its own. */
static int sk_take_xen(struct sk_unit *module, const struct sk_unit *source)
{
	size_t n = 0;
	int r = 0;

	for (size_t i = 0; i < module->stmts.n; i++)
		if (module->stmts.list[i].kind != SK_UNIT_SID && module->stmts.list[i].kind != SK_UNIT_SID_ORDER &&
		    module->stmts.list[i].kind != SK_UNIT_SID_CONTEXT)
			module->stmts.list[n++] = module->stmts.list[i];
	module->stmts.n = n;
	for (size_t i = 0; i < source->stmts.n && !r; i++) {
		struct sk_unit_stmt stmt = source->stmts.list[i];

		stmt.block = module->top;
		if (stmt.kind == SK_UNIT_SID || stmt.kind == SK_UNIT_SID_ORDER || stmt.kind == SK_UNIT_SID_CONTEXT ||
		    (stmt.kind >= SK_UNIT_PIRQCON && stmt.kind <= SK_UNIT_DEVICETREECON))
			r = sk_unit_add(module, &stmt);
	}
	module->xen = true;
	return r;
}

static void sk_take_block_places(struct sk_unit *module, uint32_t to, struct sk_unit *source, uint32_t from)
{
	for (size_t k = 0; k < 2 * SK_ARRAY_LEN(sk_marked_kinds); k++)
		if (!sk_take_places_of(module, to, source, from, sk_marked_kinds[k / 2], k % 2))
			sk_forget_places(module, to, sk_marked_kinds[k / 2], k % 2);
}

/*
 * A module knows no sources, but its rules stand in the order in which they were written, and an else follows its optional.
 * Nor does it know Xen.
 */
static int sk_build_take_places(struct sk_unit *module, struct sk_unit *source)
{
	const struct sk_block *blocks = source->space->blocks.list;
	uint32_t n = (uint32_t)source->space->blocks.n;

	for (uint32_t from = source->top, to = module->top; from < module->top && to < n; from++) {
		if (blocks[from].unit != source->number || blocks[from].otherwise != SK_SPACE_NONE)
			continue;
		sk_take_block_places(module, to++, source, from);
		for (uint32_t other = from + 1; other < module->top && to < n; other++)
			if (blocks[other].unit == source->number && blocks[other].otherwise == from)
				sk_take_block_places(module, to++, source, other);
	}
	return source->xen ? sk_take_xen(module, source) : 0;
}

/* By way of the module, whose statements are those that CIL is made of everywhere else. */
static int sk_build_module_cil(struct sk_building *b, struct sk_unit *source, struct sk_buf *out)
{
	sk_auto_buf struct sk_buf bytes = SK_BUF_INIT;
	uint32_t number = (uint32_t)b->units.n;
	struct sk_unit unit;
	int r = sk_module_write(source, SK_NEWEST_MODULE_FORMAT, &bytes);

	if (!r && bytes.failed)
		r = bytes.error;
	r = r ? r : sk_module_read(&b->space, bytes.data, bytes.n, "module", number, &unit);
	if (r)
		return r;
	r = sk_build_take_places(&unit, source);
	r = r ? r : sk_unit_print_marked_cil(&unit, b->options->flags & SELKIE_BUILD_MARK_ALLOWS, out);
	sk_unit_done(&unit);
	return r;
}

int selkie_build_module_cil(const char *const *sources, size_t n_sources, const struct selkie_build_options *options,
			    selkie_diagnostics *diags, int fd)
{
	sk_auto_buf struct sk_buf out = SK_BUF_INIT;
	struct sk_unit *unit = NULL;
	struct sk_building b;
	int r;

	if (!options || options->size != sizeof(*options) || !n_sources)
		return -EINVAL;
	r = sk_building_init(&b, options, diags);
	if (!r)
		r = sk_build_read_module(&b, sources, n_sources, &unit);
	sk_buf_to_fd(&out, fd);
	if (!r)
		r = sk_build_module_cil(&b, unit, &out);
	if (!r)
		r = sk_buf_flush(&out);
	sk_building_done(&b);
	return r;
}

void selkie_built_free(selkie_built *built)
{
	if (!built)
		return;
	selkie_policy_free(built->policy);
	selkie_origins_free(built->origins);
	free(built->file_contexts);
	sk_install_free(built->install);
	free(built);
}

const selkie_policy *selkie_built_policy(const selkie_built *built)
{
	return built->policy;
}

const char *selkie_built_file_contexts(const selkie_built *built)
{
	return built->file_contexts;
}

unsigned int selkie_built_version(const selkie_built *built)
{
	return built->version;
}

/* Rules of versions before 20 are other ones than those of the model: their origins are not known. */
#define SK_ORIGINS_SINCE 20

/*
 * Origins of an older policy of that name would be refused by whoever reads them; they are taken away. Beside what is no
 * file, as /dev/null, there is no place for them.
 */
static int sk_save_origins(const struct sk_built *built, const char *path, unsigned int version)
{
	struct stat st;

	if (!stat(path, &st) && !S_ISREG(st.st_mode))
		return 0;
	return built->origins && version >= SK_ORIGINS_SINCE ? sk_origins_save(built->origins, path)
							     : sk_origins_remove(path);
}

int selkie_built_save(const selkie_built *built, const char *path, unsigned int version, selkie_diagnostics *diags)
{
	unsigned int chosen = version ? version : built->version;
	int r = selkie_policy_save(built->policy, path, chosen, diags);

	return r ? r : sk_save_origins(built, path, chosen);
}

const char *selkie_built_name(const selkie_built *built)
{
	return built->install ? built->install->name : NULL;
}

size_t selkie_built_file_count(const selkie_built *built)
{
	return built->install ? built->install->n : 0;
}

const char *selkie_built_file_path(const selkie_built *built, size_t i)
{
	return i < selkie_built_file_count(built) ? built->install->files[i].path : NULL;
}

int selkie_built_install(const selkie_built *built, const char *directory, unsigned int version, selkie_diagnostics *diags)
{
	sk_auto_free char *path = NULL;
	sk_auto_free void *policy = NULL;
	unsigned int chosen = version ? version : built->version;
	size_t size;
	int r;

	if (!built->install)
		return -EINVAL;
	if (asprintf(&path, "%s/%s/policy/policy.%u", directory, built->install->name, chosen) < 0) {
		path = NULL;
		return -ENOMEM;
	}
	r = selkie_policy_write_memory(built->policy, chosen, diags, &policy, &size);
	if (!r)
		r = sk_install_write(built->install, directory, path + strlen(directory) + 1, policy, size);
	if (!r)
		r = sk_install_write_origins(built->install, directory);
	return r ? r : sk_save_origins(built, path, chosen);
}
