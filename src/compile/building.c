/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A build on its way from sources to units: which reader takes each operand, and in which order. Sources are read on
 * behind a refusal: the others may have mistakes of their own.
 */
#include "compile/building.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "compile/build-module.h"
#include "compile/build-operand.h"
#include "compile/build-package.h"
#include "compile/build-unpack.h"
#include "unit/cil.h"

#define SK_HEADERS "/usr/share/selinux/devel/include"

int sk_building_init(struct sk_building *b, const struct selkie_build_options *options, struct sk_diags *diags)
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

void sk_building_done(struct sk_building *b)
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

int sk_build_know_perm_macros(struct sk_building *b)
{
	int r = 0;

	for (uint32_t i = 0; b->has_rp && i < b->names.n && !r; i++) {
		const struct sk_intern_entry *e = &b->names.entries[i];

		if (e->n < 6 || memcmp(e->s + e->n - 6, "_perms", 6) != 0 || !sk_macro_is_defined(&b->rp.macros, i))
			continue;
		r = sk_grow(&b->space.perm_macros.list, &b->space.perm_macros.cap, b->space.perm_macros.n + 1,
			    sizeof(*b->space.perm_macros.list));
		if (!r)
			b->space.perm_macros.list[b->space.perm_macros.n++] = i;
	}
	return r;
}

/* A source that cannot be read is said, with its name. */
int sk_cannot_read(struct sk_building *b, const char *path, int r)
{
	struct sk_place place = { .file = path };

	b->unsound = true;
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
	b->unsound |= b->units.list[before]->source != SK_UNIT_MODULE;
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
		return b->rp.headers || b->modules_only ? 0 : sk_unit_read_tree(&b->units, &b->space, &b->rp, b->kept);
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
		b->unsound = true;
		sk_error(b->diags, "E0821", &place, "what is this? A tree, .conf, .te, .if, .fc, .cil and .pp can be built");
		return SELKIE_BUILD_REFUSED;
	}
}

struct sk_cil_texts {
	struct sk_building *b;
	const struct sk_source **list;
	size_t n;
};

/* The module that a file of CIL in a store is: .../NAME/cil. NULL: none, or out of memory, when its name is not told. */
static const char *sk_stored_module(struct sk_building *b, const char *path)
{
	const char *end = b->store ? strrchr(path, '/') : NULL, *name = end;

	if (!end || strcmp(end, "/cil") != 0)
		return NULL;
	while (name > path && name[-1] != '/')
		name--;
	return sk_arena_strndup(&b->sources.arena, name, (size_t)(end - name));
}

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
	source->module = sk_stored_module(texts->b, path);
	texts->list[texts->n++] = source;
	return 0;
}

/*
 * What a module requires, converters to CIL put into attributes that the converted base declares. So CIL beside a base that
 * is not CIL may name them: a converted module, or what distributions ship beside their packages.
 */
static int sk_add_required(struct sk_cil_texts *texts)
{
	static const char text[] = "(typeattribute cil_gen_require)\n(roleattribute cil_gen_require)\n";
	static const char *const names[] = { "(typeattribute cil_gen_require)", "(roleattribute cil_gen_require)" };
	struct sk_source *source;
	int r;

	for (size_t i = 0; i < texts->n; i++)
		for (size_t k = 0; k < SK_ARRAY_LEN(names); k++)
			if (memmem(texts->list[i]->text, texts->list[i]->size, names[k], strlen(names[k])))
				return 0;
	r = sk_sources_add(&texts->b->sources, "base", text, strlen(text), texts->b->diags, &source);
	if (!r)
		texts->list[texts->n++] = source;
	return r;
}

/* All CIL is one world: its blocks, macros and names are seen from every file. */
static int sk_read_cil(struct sk_building *b, const char *const *paths, const int *kinds, size_t n)
{
	const struct sk_cil_options options = {
		.preserve_tunables = b->options->flags & SELKIE_BUILD_PRESERVE_TUNABLES,
		.qualified_names = b->options->flags & SELKIE_BUILD_QUALIFIED_NAMES,
		.multiple_declarations = b->store || b->options->flags & SELKIE_BUILD_MULTIPLE_DECLARATIONS };
	struct sk_cil_texts texts = { .b = b, .list = SK_ARENA_ARRAY(&b->arena, const struct sk_source *, n + 2) };
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
	r = texts.n && n_cil < n ? sk_add_required(&texts) : 0;
	if (r)
		return r;
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

/* Of what refuses a source as a whole: what is left is not worth compiling. */
static int sk_sound_only(struct sk_building *b, int (*read)(struct sk_building *b, const char *const *paths, const int *kinds,
				size_t n), const char *const *paths, const int *kinds, size_t n)
{
	bool refused = b->refused;
	int r;

	b->refused = false;
	r = read(b, paths, kinds, n);
	b->unsound |= b->refused;
	b->refused |= refused;
	return r;
}

/* CIL of which at least the parentheses are right is compiled without what has mistakes. */
static int sk_read_sound_cil(struct sk_building *b, const char *const *paths, const int *kinds, size_t n)
{
	bool unsound = b->unsound;
	size_t before = b->units.n;
	int r = sk_sound_only(b, sk_read_cil, paths, kinds, n);

	if (b->units.n > before && b->units.list[before]->damaged)
		b->unsound = unsound;
	return r;
}

static int sk_read_all(struct sk_building *b, const char *const *sources, const int *kinds, size_t n)
{
	bool modules = false, no_tree;
	int r;

	for (size_t i = 0; i < n; i++)
		modules |= kinds[i] == SK_OPERAND_MODULE || kinds[i] == SK_OPERAND_INTERFACES;
	b->modules_only &= modules;
	r = sk_open_trees(b, sources, kinds, n, modules);
	/* Without it, modules would lack everything. */
	b->unsound |= no_tree = b->refused;
	for (size_t i = 0; !r && !b->refused && i < n; i++)
		if (kinds[i] == SK_OPERAND_TREE)
			r = sk_go_on(b, sk_read_operand(b, sources[i], SK_OPERAND_TREE));
	if (!r && modules && b->has_rp && !b->refused)
		r = sk_go_on(b, sk_refpolicy_prepare(&b->rp));
	for (unsigned int pass = 0; pass < 2; pass++)
		for (size_t i = 0; !r && i < n; i++) {
			if (kinds[i] == SK_OPERAND_TREE || (kinds[i] == SK_OPERAND_INTERFACES) != (pass == 0) ||
			    (no_tree && (kinds[i] == SK_OPERAND_MODULE || kinds[i] == SK_OPERAND_INTERFACES)))
				continue;
			r = sk_go_on(b, sk_read_operand(b, sources[i], (enum sk_operand)kinds[i]));
		}
	b->unsound |= b->has_rp && sk_macro_is_spent(&b->rp.macros);
	if (!r)
		r = sk_read_sound_cil(b, sources, kinds, n);
	if (!r)
		r = sk_sound_only(b, sk_read_packages, sources, kinds, n);
	return r ? r : b->refused ? SELKIE_BUILD_REFUSED : 0;
}

int sk_build_read(struct sk_building *b, const char *const *sources, size_t n)
{
	struct sk_operands operands = { 0 };
	int r = sk_operands_collect(b, &operands, sources, n);

	if (!r)
		r = sk_read_all(b, operands.paths, operands.kinds, operands.n);
	if (r >= 0) {
		int r2 = sk_operands_check(b, &operands);

		r = r2 ? r2 : r;
	}
	free(operands.paths);
	free(operands.kinds);
	return r;
}
