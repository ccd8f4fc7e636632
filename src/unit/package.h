/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_UNIT_PACKAGE_H
#define SK_UNIT_PACKAGE_H

#include "base/buf.h"
#include "base/diag.h"

/*
 * A module package: a binary module and up to four texts, each in a section of its own. What is in the sections is not
 * looked at here. A bare module is taken for a package that has nothing else.
 */
enum sk_section {
	SK_SECTION_MODULE,
	SK_SECTION_FILE_CONTEXTS,
	SK_SECTION_SEUSERS,
	SK_SECTION_USER_EXTRA,
	SK_SECTION_NETFILTER,
	SK_N_SECTIONS,
};

/* Borrowed from the package's bytes. */
struct sk_package_section {
	const char *data;	/* NULL: there is no such section */
	size_t n;
	uint64_t offset;	/* in the package, of data */
};

struct sk_package {
	uint32_t version;
	struct sk_package_section sections[SK_N_SECTIONS];
};

extern const char *const sk_section_words[SK_N_SECTIONS];

/* Takes it apart. Returns 0, or SK_MODULE_REFUSED (unit/module.h) with a diagnostic. */
int sk_package_split(struct sk_package *package, const void *data, size_t size, const char *name, struct sk_diags *diags);

/* Adds the bytes of a package with these sections to buf, as semodule_package writes it. */
void sk_package_write(struct sk_buf *buf, const struct sk_package *package);

#endif
