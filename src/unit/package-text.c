/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The text sections of a module package, line by line. All lines that have no sense are told, not the first.
 */
#include "unit/package-text.h"

#include <string.h>

#include "unit/context-text.h"
#include "unit/module.h"

typedef int (*sk_line_reader)(struct sk_unit *unit, const char *line, size_t n, uint32_t addr, uint32_t expansion);

struct sk_package_text {
	struct sk_unit *unit;
	const char *name;
	uint32_t addr;
};

static void sk_package_text_refuse(const struct sk_package_text *t, enum sk_section kind, const char *line, size_t n,
				   uint64_t offset)
{
	struct sk_place place = { .kind = SK_PLACE_BINARY, .file = t->name, .offset = offset,
				  .field = sk_section_words[kind] };

	sk_error(t->unit->space->diags, "E0414", &place, "the line has no sense here: %.*s", (int)SK_MIN(n, 100), line);
}

static int sk_package_text_section(const struct sk_package_text *t, enum sk_section kind,
				   const struct sk_package_section *s, sk_line_reader read)
{
	int result = 0;

	for (size_t at = 0; at < s->n;) {
		const char *line = s->data + at, *end = memchr(line, '\n', s->n - at);
		size_t n = end ? (size_t)(end - line) : s->n - at;
		int r;

		/* Some tools let a zero byte into the section; it ends a line, as for the peers. */
		end = memchr(line, '\0', n);
		n = end ? (size_t)(end - line) : n;
		r = read(t->unit, line, n, t->addr + (uint32_t)(s->offset + at), 0);
		if (r < 0)
			return r;
		if (r) {
			sk_package_text_refuse(t, kind, line, n, s->offset + at);
			result = SK_MODULE_REFUSED;
		}
		at += n + 1;
	}
	return result;
}

int sk_package_text_lower(struct sk_unit *unit, const struct sk_package *package, const char *name, uint32_t addr)
{
	static const sk_line_reader readers[SK_N_SECTIONS] = {
		[SK_SECTION_FILE_CONTEXTS] = sk_unit_add_filecon_line,
		[SK_SECTION_SEUSERS] = sk_unit_add_seuser_line,
		[SK_SECTION_USER_EXTRA] = sk_unit_add_user_extra_line,
	};
	const struct sk_package_text t = { unit, name, addr };
	const struct sk_package_section *netfilter = &package->sections[SK_SECTION_NETFILTER];
	int result = 0;

	for (unsigned int i = 0; i < SK_N_SECTIONS; i++) {
		int r = readers[i] ? sk_package_text_section(&t, (enum sk_section)i, &package->sections[i], readers[i])
				   : 0;

		if (r < 0)
			return r;
		result = r ? r : result;
	}
	if (netfilter->n) {
		struct sk_place place = { .kind = SK_PLACE_BINARY, .file = name, .offset = netfilter->offset,
					  .field = sk_section_words[SK_SECTION_NETFILTER] };

		sk_warning(unit->space->diags, "W0402", &place,
			   "netfilter contexts are of no use to any kernel, and left out");
	}
	return result;
}
