/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The operands of a build: what each is, by its name or as the options say; the modules that a store holds; and the
 * interfaces that lie beside modules.
 */
#include "compile/build-operand.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/diag.h"
#include "compile/build-module.h"
#include "compile/build-package.h"
#include "compile/building.h"

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

static bool sk_is_same_file(const char *a, const char *b)
{
	struct stat one, other;

	return !stat(a, &one) && !stat(b, &other) && one.st_dev == other.st_dev && one.st_ino == other.st_ino;
}

/* Whether the module beside which a file lies is among the operands, or that file below a tree that is. module: NULL for none. */
static bool sk_operands_have_module(const struct sk_operands *o, const char *path, const char *module)
{
	for (size_t i = 0; i < o->n; i++)
		if ((o->kinds[i] == SK_OPERAND_TREE && sk_build_is_below(path, o->paths[i])) ||
		    (o->kinds[i] == SK_OPERAND_MODULE && module && sk_is_same_file(o->paths[i], module)))
			return true;
	return false;
}

int sk_operands_collect(struct sk_building *b, struct sk_operands *o, const char *const *sources, size_t n)
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

int sk_operands_check(struct sk_building *b, const struct sk_operands *o)
{
	bool modules = false;
	int r = 0;

	for (size_t i = 0; i < o->n; i++)
		modules |= o->kinds[i] == SK_OPERAND_MODULE;
	for (size_t i = 0; i < o->n && r >= 0; i++) {
		bool labels = o->kinds[i] == SK_OPERAND_LABELS, interfaces = o->kinds[i] == SK_OPERAND_INTERFACES && !modules;
		struct sk_place place = { .file = o->paths[i] };
		const char *module = NULL;
		struct sk_diag *d;

		if ((labels || interfaces) && sk_build_beside(&b->arena, o->paths[i], ".te", &module))
			return -ENOMEM;
		if ((!labels && !interfaces) || sk_operands_have_module(o, o->paths[i], module))
			continue;
		r = SELKIE_BUILD_REFUSED;
		d = sk_error(b->diags, "E0827", &place, labels ? "these labels belong to no module among the sources"
				     : "there is no module among the sources that could call these interfaces");
		sk_diag_note(b->diags, d, NULL, module ? "name %s as well: what lies beside a module is read with it"
				     : "labels and interfaces belong to the module NAME.te beside which they lie", module);
	}
	return r;
}
