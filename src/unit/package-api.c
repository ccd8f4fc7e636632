/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Module packages for programs: sections that can be taken out and put in, and the module as a unit, which is made when it
 * is first asked for and forgotten when the module is replaced.
 */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>

#include "base/input.h"
#include "base/unpack.h"
#include "selkie/module.h"
#include "unit/module.h"
#include "unit/print.h"

struct sk_module_package {
	char *name;				/* for diagnostics */
	char *data;				/* what was read; sections borrow from it */
	size_t size;
	bool mapped;				/* data is a mapping of the file */
	char *owned[SK_N_SECTIONS];		/* those that were set */
	struct sk_package package;
	/* the unit and what it stands on, when `lowered` */
	bool lowered;
	struct sk_arena arena;
	struct sk_intern names;
	struct sk_sources sources;
	struct sk_space space;
	struct sk_unit unit;
};

selkie_module *selkie_module_new(void)
{
	selkie_module *m = calloc(1, sizeof(*m));

	if (m)
		m->package.version = 1;
	return m;
}

static void sk_module_forget(selkie_module *m)
{
	if (!m->lowered)
		return;
	sk_unit_done(&m->unit);
	sk_space_done(&m->space);
	sk_sources_done(&m->sources);
	sk_intern_done(&m->names);
	sk_arena_done(&m->arena);
	m->lowered = false;
}

static void sk_module_give_back(char *data, size_t size, bool mapped)
{
	if (!mapped)
		free(data);
	else if (data)
		munmap(data, size);
}

void selkie_module_free(selkie_module *m)
{
	if (!m)
		return;
	sk_module_forget(m);
	for (size_t i = 0; i < SK_N_SECTIONS; i++)
		free(m->owned[i]);
	sk_module_give_back(m->data, m->size, m->mapped);
	free(m->name);
	free(m);
}

/* Takes the data over, which is a mapping, or the heap's. */
static int sk_module_open(char *data, size_t size, bool mapped, const char *name, selkie_diagnostics *diags,
			  selkie_module **ret)
{
	selkie_module *m = selkie_module_new();
	int r = -ENOMEM;

	if (m) {
		m->data = data;
		m->size = size;
		m->mapped = mapped;
		m->name = strdup(name);
		r = m->name ? sk_package_split(&m->package, data, size, name, diags) : -ENOMEM;
	} else {
		sk_module_give_back(data, size, mapped);
	}
	if (r)
		selkie_module_free(m);
	else
		*ret = m;
	return r;
}

int selkie_module_load(const char *path, selkie_diagnostics *diags, selkie_module **ret)
{
	char *data;
	size_t size;
	int r = sk_unpack_file(path, path, diags, &data, &size);

	return r ? r : sk_module_open(data, size, false, path, diags, ret);
}

int selkie_module_map(const char *path, selkie_diagnostics *diags, selkie_module **ret)
{
	void *data;
	size_t size, n;
	char *unpacked;
	int r = sk_map_path(path, &data, &size);

	/* What is no regular file is read; so is an empty one, of which there is nothing to map. */
	if (r == -EINVAL || (!r && !data))
		return selkie_module_load(path, diags, ret);
	if (r)
		return r;
	r = sk_unpack_memory(data, size, path, diags, &unpacked, &n);
	if (!r && !unpacked)
		return sk_module_open(data, size, true, path, diags, ret);
	munmap(data, size);
	return r ? r : sk_module_open(unpacked, n, false, path, diags, ret);
}

int selkie_module_read_memory(const void *data, size_t size, const char *name, selkie_diagnostics *diags,
			      selkie_module **ret)
{
	char *copy;
	size_t n;
	int r = sk_unpack_memory(data, size, name, diags, &copy, &n);

	if (r)
		return r;
	if (!copy) {
		n = size;
		copy = malloc(SK_MAX(n, 1));
		if (!copy)
			return -ENOMEM;
		if (n)
			memcpy(copy, data, n);
	}
	return sk_module_open(copy, n, false, name, diags, ret);
}

const void *selkie_module_section(const selkie_module *m, enum selkie_module_section section, size_t *ret_size)
{
	const struct sk_package_section *s = &m->package.sections[section];

	*ret_size = s->data ? s->n : 0;
	return s->data;
}

int selkie_module_set_section(selkie_module *m, enum selkie_module_section section, const void *data, size_t size)
{
	char *copy = NULL;

	if (data) {
		copy = malloc(SK_MAX(size, 1));
		if (!copy)
			return -ENOMEM;
		if (size)
			memcpy(copy, data, size);
	}
	sk_module_forget(m);
	free(m->owned[section]);
	m->owned[section] = copy;
	m->package.sections[section] = (struct sk_package_section){ copy, data ? size : 0, 0 };
	return 0;
}

int selkie_module_write_memory(const selkie_module *m, void **ret_data, size_t *ret_size)
{
	struct sk_buf out = SK_BUF_INIT;

	if (!m->package.sections[SK_SECTION_MODULE].data)
		return -EINVAL;
	sk_package_write(&out, &m->package);
	*ret_data = sk_buf_steal(&out, ret_size);
	sk_buf_done(&out);
	return *ret_data ? 0 : -ENOMEM;
}

static int sk_module_lower_bytes(selkie_module *m)
{
	const char *name = m->name ? m->name : "module";
	struct sk_buf whole = SK_BUF_INIT;
	bool set = false;
	int r;

	for (size_t i = 0; i < SK_N_SECTIONS; i++)
		set = set || m->owned[i];
	if (!set)
		return sk_module_read(&m->space, m->data, m->size, name, 1, &m->unit);
	/* Sections that were set stand elsewhere: put together, offsets are those of the package to be. */
	sk_package_write(&whole, &m->package);
	if (whole.failed)
		r = whole.error;
	else
		r = sk_module_read(&m->space, whole.data, whole.n, name, 1, &m->unit);
	sk_buf_done(&whole);
	return r;
}

/* Makes the unit. Diagnostics of the space are the caller's while it works. */
static int sk_module_lower(selkie_module *m, selkie_diagnostics *diags)
{
	int r;

	if (m->lowered) {
		m->space.diags = diags;
		return 0;
	}
	if (!m->package.sections[SK_SECTION_MODULE].data)
		return -EINVAL;
	m->arena = (struct sk_arena)SK_ARENA_INIT;
	m->sources = (struct sk_sources)SK_SOURCES_INIT;
	sk_intern_init(&m->names, &m->arena);
	r = sk_space_init(&m->space, &m->names, &m->sources, diags);
	if (!r) {
		r = sk_module_lower_bytes(m);
		if (r)
			sk_space_done(&m->space);
	}
	if (r) {
		sk_sources_done(&m->sources);
		sk_intern_done(&m->names);
		sk_arena_done(&m->arena);
		return r;
	}
	m->lowered = true;
	return 0;
}

int selkie_module_info(selkie_module *m, selkie_diagnostics *diags, struct selkie_module_info *ret_info)
{
	const unsigned char *version;
	int r = sk_module_lower(m, diags);

	if (r)
		return r;
	/* Behind magic number, mark and kind, which have been checked. */
	version = (const unsigned char *)m->package.sections[SK_SECTION_MODULE].data + 8 + 15 + 4;
	*ret_info = (struct selkie_module_info){
		.base = m->unit.source == SK_UNIT_BASE,
		.mls = m->unit.mls,
		.format = *version,
		.name = m->unit.name == SK_INTERN_NONE ? NULL : sk_intern_str(&m->names, m->unit.name),
		.version = m->unit.version == SK_INTERN_NONE ? NULL : sk_intern_str(&m->names, m->unit.version),
	};
	return 0;
}

int selkie_module_print_fd(selkie_module *m, enum selkie_module_language language, selkie_diagnostics *diags, int fd)
{
	static int (*const printers[])(const struct sk_unit *unit, struct sk_buf *out) = {
		[SELKIE_MODULE_TE] = sk_unit_print_te, [SELKIE_MODULE_FC] = sk_unit_print_fc,
		[SELKIE_MODULE_CIL] = sk_unit_print_cil, [SELKIE_MODULE_JSON] = sk_unit_print_json,
	};
	struct sk_buf out = SK_BUF_INIT;
	int r = (unsigned int)language < SK_ARRAY_LEN(printers) ? sk_module_lower(m, diags) : -EINVAL;

	if (r)
		return r;
	sk_buf_to_fd(&out, fd);
	r = printers[language](&m->unit, &out);
	if (!r)
		r = sk_buf_flush(&out);
	sk_buf_done(&out);
	return r;
}
