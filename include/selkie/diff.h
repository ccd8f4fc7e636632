/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SELKIE_DIFF_H
#define SELKIE_DIFF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <selkie/policy.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/*
 * What differs between two policies, component by component and rule by rule. What is compared with what, and what
 * counts as the same, is sediff's (setools 4.4); docs/differences-setools.md lists where we differ. What the differences
 * mean is in meaning.h.
 *
 * Everything is compared by name. Rules are compared expanded: attributes stand for their types, and what a conditional
 * rule grants is left out where an unconditional rule of the same policy grants it already.
 */
enum selkie_diff_section {
	SELKIE_DIFF_PROPERTY,
	SELKIE_DIFF_COMMON,
	SELKIE_DIFF_CLASS,
	SELKIE_DIFF_BOOL,
	SELKIE_DIFF_ROLE,
	SELKIE_DIFF_TYPE,
	SELKIE_DIFF_ATTRIBUTE,
	SELKIE_DIFF_USER,
	SELKIE_DIFF_CATEGORY,
	SELKIE_DIFF_SENSITIVITY,
	SELKIE_DIFF_LEVEL,
	SELKIE_DIFF_ALLOW,
	SELKIE_DIFF_ALLOWXPERM,
	SELKIE_DIFF_NEVERALLOW, /* a kernel policy has none */
	SELKIE_DIFF_NEVERALLOWXPERM,
	SELKIE_DIFF_AUDITALLOW,
	SELKIE_DIFF_AUDITALLOWXPERM,
	SELKIE_DIFF_DONTAUDIT,
	SELKIE_DIFF_DONTAUDITXPERM,
	SELKIE_DIFF_TYPE_TRANS,
	SELKIE_DIFF_TYPE_CHANGE,
	SELKIE_DIFF_TYPE_MEMBER,
	SELKIE_DIFF_ROLE_ALLOW,
	SELKIE_DIFF_ROLE_TRANS,
	SELKIE_DIFF_RANGE_TRANS,
	SELKIE_DIFF_CONSTRAIN,
	SELKIE_DIFF_MLSCONSTRAIN,
	SELKIE_DIFF_VALIDATETRANS,
	SELKIE_DIFF_MLSVALIDATETRANS,
	SELKIE_DIFF_INITIALSID,
	SELKIE_DIFF_IBENDPORTCON,
	SELKIE_DIFF_IBPKEYCON,
	SELKIE_DIFF_FS_USE,
	SELKIE_DIFF_GENFSCON,
	SELKIE_DIFF_NETIFCON,
	SELKIE_DIFF_NODECON,
	SELKIE_DIFF_PORTCON,
	SELKIE_DIFF_POLCAP,
	SELKIE_DIFF_DEFAULT,
	SELKIE_DIFF_TYPEBOUNDS,
	/* policies for Xen only; sediff does not compare these */
	SELKIE_DIFF_PIRQCON,
	SELKIE_DIFF_IOPORTCON,
	SELKIE_DIFF_IOMEMCON,
	SELKIE_DIFF_PCIDEVICECON,
	SELKIE_DIFF_DEVICETREECON,
	SELKIE_N_DIFF_SECTIONS,
};

#define SELKIE_DIFF_SECTION(section) ((uint64_t)1 << (section))
#define SELKIE_DIFF_ALL		     (SELKIE_DIFF_SECTION(SELKIE_N_DIFF_SECTIONS) - 1)

/* What a section is called: in JSON and options ("type_trans"), and as a heading ("Type_transition Rules"). Or NULL. */
const char *selkie_diff_section_name(enum selkie_diff_section section);
const char *selkie_diff_section_title(enum selkie_diff_section section);

enum selkie_diff_change {
	SELKIE_DIFF_ADDED, /* the right policy has it, the left one not */
	SELKIE_DIFF_REMOVED,
	SELKIE_DIFF_MODIFIED,
};

typedef struct sk_diff selkie_diff;

/*
 * Compares the sections of a set (SELKIE_DIFF_SECTION, or-ed). ret is owned by the caller and borrows both policies.
 * Returns 0 or -ENOMEM.
 */
int selkie_diff_new(const selkie_policy *left, const selkie_policy *right, uint64_t sections,
		    selkie_diff **ret);
void selkie_diff_free(selkie_diff *diff); /* NULL is allowed */

/* How many were added, removed or modified; 0 for a section that was not compared. */
size_t selkie_diff_count(const selkie_diff *diff, enum selkie_diff_section section,
			 enum selkie_diff_change change);

/* One value that something modified has gained or lost. Of a value that was replaced there are two. */
struct selkie_diff_part {
	const char *
		what; /* "permission", "type", "attribute", "alias", "role", "category", "default", ... */
	bool added;
	const char *value;
};

/* One difference. Of rules, the whole rule with its types expanded. */
struct selkie_diff_item {
	enum selkie_diff_change change;
	/*
	 * Added or removed: what was, as policy text or by name. Modified: its name where it has one, else one line with
	 * what is the same, +what came and -what went.
	 */
	const char *text;
	size_t n_parts; /* of what was modified; else 0 */
	const struct selkie_diff_part *parts;
};

/*
 * Calls visit(arg, item) for what was added, then removed, then modified, each sorted by its text (categories,
 * sensitivities and levels by rank), until it returns nonzero, which is passed on. The item is valid during the call.
 * Returns 0, -ENOMEM, or what `visit` returned.
 */
int selkie_diff_walk(const selkie_diff *diff, enum selkie_diff_section section,
		     int (*visit)(void *arg, const struct selkie_diff_item *item), void *arg);

/*
 * Calls each(arg, text, n) with pieces of a section as sediff prints it, until it returns nonzero, which is passed on.
 * counts_only: the heading with the counts and nothing else.
 * Returns 0, -ENOMEM, or what `each` returned.
 */
int selkie_diff_print(const selkie_diff *diff, enum selkie_diff_section section, bool counts_only,
		      int (*each)(void *arg, const char *text, size_t n), void *arg);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
