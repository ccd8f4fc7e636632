/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_ANALYSIS_PRINT_H
#define SK_ANALYSIS_PRINT_H

#include "base/buf.h"
#include "base/diag.h"
#include "model/policy.h"
#include "model/text.h"

/*
 * Printing a whole policy. A language is a table of sections; a section says which elements of the policy it is about
 * (a part) and how one of them is written. One walk serves every language and both orders:
 *
 *   in order   the elements one after the other, straight into the output
 *   sorted     the elements of a section into a buffer, whose lines (or elements of several lines) are sorted
 *
 * A section writes whole lines, or nothing for an element that it is not about.
 */
enum sk_print_part {
	SK_PRINT_POLICY,	/* one element: the policy itself */
	SK_PRINT_CAPABILITIES,	/* by bit */
	SK_PRINT_COMMONS,	/* by value, from 1, as all that have ids */
	SK_PRINT_CLASSES,
	SK_PRINT_ROLES,
	SK_PRINT_TYPES,
	SK_PRINT_USERS,
	SK_PRINT_BOOLS,
	SK_PRINT_SENS,
	SK_PRINT_CATS,
	SK_PRINT_TYPE_NAMES,	/* the type symbols in the order of the file, aliases among them; from 0, as what follows */
	SK_PRINT_CONSTRAINTS,	/* into print->constraints */
	SK_PRINT_RULES,		/* the unconditional ones */
	SK_PRINT_CONDS,
	SK_PRINT_ROLE_TRANSITIONS,
	SK_PRINT_ROLE_ALLOWS,
	SK_PRINT_FILENAME_TRANSITIONS,
	SK_PRINT_RANGE_TRANSITIONS,
	SK_PRINT_SIDS,		/* numbers of initial ids, from 1 */
	SK_PRINT_OCONTEXTS,	/* of the kind that the section's `which` says */
	SK_PRINT_GENFS,		/* file systems */
	SK_N_PRINT,
};

/* Pieces of a text, without their last line break. */
struct sk_print_pieces {
	struct sk_word *at;
	size_t n, cap;
};

struct sk_print_constraint {
	struct sk_class_id cls;
	const struct sk_constraint *constraint;
	bool validatetrans;
	bool mls;		/* compares levels, in an MLS policy */
};

struct sk_print {
	const struct sk_policy *policy;
	struct sk_diags *diags;
	bool sorted;
	struct sk_buf *out;		/* where the section writes: the output, or when sorted `scratch` */
	struct sk_buf scratch, names;
	struct sk_text text;
	struct sk_arena arena;
	struct sk_print_constraint *constraints;
	uint32_t n_constraints, n_sids;
	const char **list;		/* names of a set while it is written */
	size_t cap_list;
	struct sk_print_pieces lines, blocks;	/* what is being sorted */
};

/* When a section is walked, and how its text is sorted. */
#define SK_PRINT_FIXED 1u	/* the order means something: never sorted */
#define SK_PRINT_BLOCKS 2u	/* elements of several lines, each sorted as one */
#define SK_PRINT_ONLY_SORTED 4u
#define SK_PRINT_ONLY_IN_ORDER 8u
#define SK_PRINT_MLS 16u	/* only of an MLS policy */
#define SK_PRINT_BACKWARDS 32u	/* the last element first, unless sorted: compilers put the last one said first */

struct sk_print_section {
	enum sk_print_part part;
	void (*write)(struct sk_print *print, uint32_t i, uint32_t which);
	uint32_t which;			/* handed to `write`: a kind of rule, of object context, a statement */
	uint32_t flags;
};

struct sk_print_language {
	int (*begin)(struct sk_print *print);	/* before all sections; 0 or -ENOMEM; may be NULL */
	size_t n_sections;
	const struct sk_print_section *sections;
};

extern const struct sk_print_language sk_print_conf, sk_print_cil;

/* Gives attributes that have no names some; 0 or -ENOMEM. */
int sk_print_name_attributes(struct sk_print *p);

/* Walks the table. Failures are in out->failed. */
void sk_print_run(const struct sk_policy *policy, const struct sk_print_language *language, bool sorted,
		  struct sk_diags *diags, struct sk_buf *out);

/* The numbers of a section's elements: `n` of them from `first` on. */
void sk_print_elements_of(const struct sk_print *p, const struct sk_print_section *s, uint32_t *ret_first, uint32_t *ret_n);

/* Sorts the lines of p->out from byte `from` on. For elements that have lists of their own. */
void sk_print_sort_lines(struct sk_print *p, size_t from);

/* Fills print->list with the names of a set, sorted or by id as the walk is. name_at may return NULL. Returns how many. */
typedef const char *(*sk_print_name_at)(const struct sk_print *print, uint32_t id);
size_t sk_print_list_bits(struct sk_print *p, const struct sk_bitset *set, sk_print_name_at name_at);
size_t sk_print_list_ids(struct sk_print *p, const struct sk_idset *set, sk_print_name_at name_at);

/* For code that fills print->list itself: room for n names (false, and the output failed, without memory); strcmp. */
bool sk_print_room(struct sk_print *p, size_t n);
int sk_print_name_compare(const void *a, const void *b);

/* Something that the language has no words for: W0330. */
#define sk_print_lacks(p, ...) sk_warning((p)->diags, "W0330", NULL, __VA_ARGS__)

#endif
