/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Module packages and installed module stores as sources of a build. A store keeps, below modules/, a folder for each
 * priority, and in it one for each module; of modules with the same name the highest priority counts, and those whose
 * names stand in disabled/ do not.
 */
#include "compile/build-package.h"

#include <dirent.h>
#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "compile/build-unpack.h"
#include "unit/module.h"

/* Makes a base the first of all units, whose numbers are their places. */
static void sk_base_first(struct sk_units *units, struct sk_space *space, size_t base)
{
	struct sk_unit *unit = units->list[base];

	for (size_t b = 0; base && b < space->blocks.n; b++) {
		uint32_t *number = &space->blocks.list[b].unit;

		if (b && *number == base)
			*number = 0;
		else if (b && !*number)
			*number = (uint32_t)base;
	}
	units->list[base] = units->list[0];
	units->list[base]->number = (uint32_t)base;
	units->list[0] = unit;
	unit->number = 0;
}

struct sk_packages {
	struct sk_units *units;
	struct sk_space *space;
	selkie_module *carry;
};

static int sk_carry_section(selkie_module *to, const selkie_module *from, enum selkie_module_section section, bool more)
{
	sk_auto_buf struct sk_buf both = SK_BUF_INIT;
	size_t n, n_before;
	const void *data = selkie_module_section(from, section, &n);
	const void *before = selkie_module_section(to, section, &n_before);

	if (!n)
		return 0;
	if (more)
		sk_buf_add(&both, before, n_before);
	sk_buf_add(&both, data, n);
	return both.failed ? -ENOMEM : selkie_module_set_section(to, section, both.data, both.n);
}

static int sk_carry(selkie_module *to, const char *path, const char *data, size_t size, bool base)
{
	selkie_module *from;
	int r = selkie_module_read_memory(data, size, path, NULL, &from);

	if (r)
		return r;
	if (base)
		r = sk_carry_section(to, from, SELKIE_MODULE_SEUSERS, false);
	if (!r && base)
		r = sk_carry_section(to, from, SELKIE_MODULE_USER_EXTRA, false);
	if (!r)
		r = sk_carry_section(to, from, SELKIE_MODULE_NETFILTER, true);
	selkie_module_free(from);
	return r;
}

static int sk_take_package(void *arg, const char *path, char *data, size_t size)
{
	const struct sk_packages *p = arg;
	struct sk_units *units = p->units;
	int r = sk_unit_read_package(units, p->space, data, size, path);
	bool base = !r && units->list[units->n - 1]->source == SK_UNIT_BASE;

	if (!r && p->carry)
		r = sk_carry(p->carry, path, data, size, base);
	free(data);
	if (base)
		sk_base_first(units, p->space, units->n - 1);
	return r;
}

int sk_build_read_packages(struct sk_units *units, struct sk_space *space, const char *const *paths, size_t n,
			   selkie_module *carry, const char **ret_failed)
{
	struct sk_packages p = { units, space, carry };

	return sk_build_unpack(paths, n, sk_take_package, &p, space->diags, ret_failed);
}

static bool sk_is_dir(const char *path)
{
	struct stat st;

	return !stat(path, &st) && S_ISDIR(st.st_mode);
}

const char *sk_store_folder(struct sk_arena *arena, const char *path)
{
	static const char *const below[] = { "active/modules", "modules" };

	for (size_t i = 0; i < SK_ARRAY_LEN(below); i++) {
		const char *modules = sk_arena_printf(arena, "%s/%s", path, below[i]);
		struct dirent **list;
		bool found = false;
		int n = modules && sk_is_dir(modules) ? scandir(modules, &list, NULL, NULL) : -1;

		for (int k = 0; k < n; k++) {
			found = found || (list[k]->d_name[0] && !list[k]->d_name[strspn(list[k]->d_name, "0123456789")]);
			free(list[k]);
		}
		if (n >= 0)
			free(list);
		if (found)
			return modules;
	}
	return NULL;
}

const char *sk_store_changes(struct sk_arena *arena, const char *folder, size_t *at)
{
	static const char *const names[] = { "booleans", "ibendports", "ibpkeys", "interfaces", "nodes", "ports", "users" };
	struct stat st;

	while (*at < SK_ARRAY_LEN(names)) {
		const char *path = sk_arena_printf(arena, "%s/../%s.local", folder, names[(*at)++]);

		if (path && !stat(path, &st) && st.st_size)
			return path;
	}
	return NULL;
}

struct sk_store {
	struct sk_arena *arena;
	const char *folder;
	struct sk_store_module *list;
	size_t n, cap;
};

static int sk_store_consider(struct sk_store *s, unsigned long priority, const char *name)
{
	struct sk_store_module m = { .priority = priority };
	size_t i = 0;

	while (i < s->n && strcmp(s->list[i].name, name) != 0)
		i++;
	if (i < s->n && s->list[i].priority >= priority)
		return 0;
	if (i == s->n) {
		if (sk_grow(&s->list, &s->cap, s->n + 1, sizeof(*s->list)))
			return -ENOMEM;
		s->n++;
	}
	m.name = sk_arena_strdup(s->arena, name);
	m.path = sk_arena_printf(s->arena, "%s/%lu/%s/cil", s->folder, priority, name);
	if (m.path && access(m.path, F_OK)) {
		/* Not converted yet: what was installed. */
		m.package = true;
		m.path = sk_arena_printf(s->arena, "%s/%lu/%s/hll", s->folder, priority, name);
	}
	s->list[i] = m;
	return m.name && m.path ? 0 : -ENOMEM;
}

/* The modules of one priority. */
static int sk_store_priority(struct sk_store *s, const char *priority)
{
	const char *path = sk_arena_printf(s->arena, "%s/%s", s->folder, priority);
	struct dirent **list;
	int n = path ? scandir(path, &list, NULL, NULL) : -1, r = 0;

	if (n < 0)
		return path ? -errno : -ENOMEM;
	for (int i = 0; i < n; i++) {
		const char *name = list[i]->d_name;
		const char *off = sk_arena_printf(s->arena, "%s/disabled/%s", s->folder, name);

		if (!r && name[0] != '.' && off && access(off, F_OK))
			r = sk_store_consider(s, strtoul(priority, NULL, 10), name);
		free(list[i]);
	}
	free(list);
	return r;
}

static int sk_compare_modules(const void *a, const void *b)
{
	return strcmp(((const struct sk_store_module *)a)->name, ((const struct sk_store_module *)b)->name);
}

int sk_store_modules(struct sk_arena *arena, const char *folder, struct sk_store_module **ret_list, size_t *ret_n)
{
	struct sk_store s = { .arena = arena, .folder = folder };
	struct dirent **list;
	int n = scandir(folder, &list, NULL, NULL), r = 0;

	if (n < 0)
		return -errno;
	for (int i = 0; i < n; i++) {
		const char *name = list[i]->d_name;

		if (!r && !name[strspn(name, "0123456789")])
			r = sk_store_priority(&s, name);
		free(list[i]);
	}
	free(list);
	if (r) {
		free(s.list);
		return r;
	}
	if (s.n)
		qsort(s.list, s.n, sizeof(*s.list), sk_compare_modules);
	*ret_list = s.list;
	*ret_n = s.n;
	return 0;
}
