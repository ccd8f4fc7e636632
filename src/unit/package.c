/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The container of module packages: a table of offsets, then sections that begin with a number saying what they are. Offsets
 * rise and lie within the file; a module there must be, and nothing twice. Sections that nobody knows are skipped.
 */
#include "unit/package.h"

#include "base/reader.h"
#include "unit/module-reader.h"

#define SK_PACKAGE_MAGIC 0xf97cff8fu
#define SK_PACKAGE_MOST_SECTIONS 100

const char *const sk_section_words[SK_N_SECTIONS] = {
	"module", "file contexts", "seusers", "user_extra", "netfilter contexts",
};

/* The module's own magic number serves as its section's. */
static const uint32_t sk_section_magics[SK_N_SECTIONS] = {
	SK_MOD_MAGIC, 0xf97cff90u, 0x97cff91u, 0x97cff92u, 0x97cff93u,
};

struct sk_package_reader {
	struct sk_reader r;
	struct sk_package *package;
	const char *data, *id, *name;
	struct sk_diags *diags;
};

static enum sk_section sk_section_of(uint32_t magic)
{
	unsigned int i = 0;

	while (i < SK_N_SECTIONS && sk_section_magics[i] != magic)
		i++;
	return (enum sk_section)i;
}

static void sk_package_refuse(struct sk_package_reader *p, const char *id, uint64_t offset, const char *field,
			      const char *why)
{
	if (!p->r.failed)
		p->id = id;
	sk_reader_fail_at(&p->r, offset, field, "%s", why);
}

/* One section, from `start` to `end` in the file. */
static void sk_package_section(struct sk_package_reader *p, uint32_t start, uint32_t end)
{
	struct sk_reader r;
	struct sk_package_section *section;
	enum sk_section kind;
	uint32_t magic;

	if (end - start < 4) {
		sk_package_refuse(p, SK_MOD_SECTION, start, "section", "the section has no room for its kind");
		return;
	}
	sk_reader_init_memory(&r, p->data + start, 4);
	magic = sk_read_u32(&r, "kind of section");
	kind = sk_section_of(magic);
	if (kind == SK_N_SECTIONS) {
		struct sk_place place = { .kind = SK_PLACE_BINARY, .file = p->name, .offset = start,
					  .field = "kind of section" };

		sk_warning(p->diags, "W0401", &place, "no section has the kind 0x%08x; it is not looked at", magic);
		return;
	}
	section = &p->package->sections[kind];
	if (section->data) {
		sk_package_refuse(p, SK_MOD_SECTION, start, sk_section_words[kind],
				  "the package has two sections of this kind");
		return;
	}
	section->offset = kind == SK_SECTION_MODULE ? start : start + 4;
	section->data = p->data + section->offset;
	section->n = end - section->offset;
}

static void sk_package_sections(struct sk_package_reader *p, size_t size)
{
	uint32_t n, start, end;

	p->package->version = sk_read_u32(&p->r, "version of the package");
	n = sk_read_count(&p->r, 4, "number of sections");
	if (n > SK_PACKAGE_MOST_SECTIONS)
		sk_package_refuse(p, SK_MOD_COUNT, 8, "number of sections", "a package has at most 100 sections");
	start = n ? sk_read_u32(&p->r, "offset of a section") : 0;
	for (uint32_t i = 0; i < n && !p->r.failed; i++, start = end) {
		end = i + 1 < n ? sk_read_u32(&p->r, "offset of a section") : (uint32_t)size;
		if (p->r.failed)
			break;
		if (start > end || end > size)
			sk_package_refuse(p, SK_MOD_SECTION, 12 + 4 * (uint64_t)i, "offset of a section",
					  "the offsets of the sections do not rise, or lie outside the file");
		else
			sk_package_section(p, start, end);
	}
	if (!p->package->sections[SK_SECTION_MODULE].data)
		sk_package_refuse(p, SK_MOD_SECTION, 8, "number of sections", "the package has no module");
}

int sk_package_split(struct sk_package *package, const void *data, size_t size, const char *name, struct sk_diags *diags)
{
	struct sk_package_reader p = { .package = package, .data = data, .name = name, .diags = diags };
	uint32_t magic;

	memset(package, 0, sizeof(*package));
	sk_reader_init_memory(&p.r, data, size);
	if (size > UINT32_MAX / 2)
		sk_package_refuse(&p, SK_MOD_NOT_MODULE, 0, "magic number", "the file is too large for a module");
	magic = sk_read_u32(&p.r, "magic number");
	if (magic == SK_MOD_MAGIC)
		*package = (struct sk_package){ 1, { [SK_SECTION_MODULE] = { data, size, 0 } } };
	else if (magic == SK_PACKAGE_MAGIC)
		sk_package_sections(&p, size);
	else if (!p.r.failed)
		sk_package_refuse(&p, SK_MOD_NOT_MODULE, 0, "magic number",
				  "neither a module package (.pp) nor a module (.mod) begins so");
	if (p.r.failed) {
		struct sk_place place = { .kind = SK_PLACE_BINARY, .file = name, .offset = p.r.fail_offset,
					  .field = p.r.field };

		sk_error(diags, p.id ? p.id : p.r.fault == SK_READER_COUNT ? SK_MOD_COUNT : SK_MOD_TRUNCATED, &place,
			 "%s", p.r.reason);
		return SK_MODULE_REFUSED;
	}
	return 0;
}

static void sk_package_add32(struct sk_buf *buf, uint32_t v)
{
	const unsigned char bytes[4] = { (unsigned char)v, (unsigned char)(v >> 8), (unsigned char)(v >> 16),
					 (unsigned char)(v >> 24) };

	sk_buf_add(buf, bytes, sizeof(bytes));
}

void sk_package_write(struct sk_buf *buf, const struct sk_package *package)
{
	uint32_t n = 0, offset;

	for (size_t i = 0; i < SK_N_SECTIONS; i++)
		n += package->sections[i].data != NULL;
	sk_package_add32(buf, SK_PACKAGE_MAGIC);
	sk_package_add32(buf, package->version);
	sk_package_add32(buf, n);
	offset = 12 + 4 * n;
	for (size_t i = 0; i < SK_N_SECTIONS; i++) {
		const struct sk_package_section *s = &package->sections[i];

		if (!s->data)
			continue;
		sk_package_add32(buf, offset);
		offset += (uint32_t)s->n + (i == SK_SECTION_MODULE ? 0 : 4);
	}
	for (size_t i = 0; i < SK_N_SECTIONS; i++) {
		const struct sk_package_section *s = &package->sections[i];

		if (!s->data)
			continue;
		if (i != SK_SECTION_MODULE)
			sk_package_add32(buf, sk_section_magics[i]);
		sk_buf_add(buf, s->data, s->n);
	}
}
