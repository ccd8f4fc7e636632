/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_ANALYSIS_DIFF_H
#define SK_ANALYSIS_DIFF_H

#include "analysis/pairing.h"
#include "model/text.h"
#include "selkie/diff.h"

/*
 * A comparison in the making, and when it is done. Sections are rows of a table in diff.c; what makes the items of one
 * is in the file of its subject:
 *
 *   diff-symbol.c      types, roles, classes and the other symbols
 *   diff-av.c          allow, auditallow and dontaudit rules, expanded
 *   diff-rule.c        the other rules, one fact each
 *   diff-statement.c   properties, constraints, labeling and the other statements
 *
 * Invariant: a section's lists are complete and in order before anyone walks them.
 */
enum { SK_LEFT, SK_RIGHT };

/* An item and by what it is sorted. */
struct sk_diff_entry {
	struct selkie_diff_item item;
	const char *sort; /* NULL: by its text */
};

/* One expanded access vector rule that differs; see diff-av.c. */
struct sk_diff_av {
	uint32_t source; /* place of its name among the sources */
	uint32_t
		cell; /* place of its target, times the number of classes, plus the place of its class */
	uint32_t cond; /* number of condition and branch, or SK_DIFF_UNCONDITIONAL */
	uint32_t perms[2];
};

#define SK_DIFF_UNCONDITIONAL UINT32_MAX

struct sk_diff_list {
	size_t n, cap;
	struct sk_diff_entry *entries; /* or NULL */
	struct sk_diff_av *avs;	       /* or NULL */
};

/* The conditions of both policies, by their text: number is 2 * this + 1 for the true branch, + 0 for the other. */
struct sk_diff_conds {
	struct sk_intern texts;
	uint32_t *number[2]; /* by a side's conditional */
	uint32_t *cond
		[2]; /* by number: a conditional of that side that has this text, or UINT32_MAX */
};

/* Permissions of a class in one space: the left policy's bits, then those that only the right one names. */
struct sk_diff_class {
	bool same;	       /* the right policy has them at the same bits */
	uint8_t right_bit[32]; /* where the right policy's bits are in it */
};

struct sk_diff_av_space; /* diff-av.c */

struct sk_diff {
	const struct sk_policy *policy[2];
	uint64_t sections; /* that were compared */
	struct sk_arena arena;
	struct sk_text text[2];
	struct sk_pairing pairs[SK_N_PAIRS];
	struct sk_diff_conds conds;
	struct sk_diff_class *classes; /* by number of the class */
	uint32_t *marks;	       /* by number of anything, for comparing sets */
	uint32_t stamp;
	struct sk_diff_av_space *space; /* NULL until needed */
	struct sk_diff_list lists[SELKIE_N_DIFF_SECTIONS][3];
	/* of the item that is being made */
	struct sk_buf buf;
	struct selkie_diff_part *parts;
	size_t n_parts, cap_parts;
};

/* Permissions of the right policy's class in the common space. */
static inline uint64_t sk_diff_right_perms(const struct sk_diff_class *c, uint32_t perms)
{
	uint64_t r = 0;

	if (c->same)
		return perms;
	for (; perms; perms &= perms - 1)
		r |= (uint64_t)1 << c->right_bit[__builtin_ctz(perms)];
	return r;
}

/* Adds an item; text and parts are those of the comparison (buf, parts), which are emptied. sort may be NULL. */
int sk_diff_add(struct sk_diff *d, enum selkie_diff_section section, enum selkie_diff_change change,
		const char *sort);

/* The same with a text that lives as long as the policies. */
int sk_diff_add_name(struct sk_diff *d, enum selkie_diff_section section,
		     enum selkie_diff_change change, const char *name);

/* A part of the item that is being made. `value` must live as long as the comparison or the policies. */
int sk_diff_part(struct sk_diff *d, const char *what, bool added, const char *value);

/* The buffer's text, kept in the arena, and the buffer emptied; NULL without memory. */
const char *sk_diff_keep(struct sk_diff *d);

/* Parts for what the right set of ids has and the left one has not, then the reverse; sorted by name. */
int sk_diff_parts_of_ids(struct sk_diff *d, const char *what, enum sk_pairing_kind kind,
			 const struct sk_idset *left, const struct sk_idset *right);

/* Likewise of names, which are sorted in place. */
int sk_diff_parts_of_names(struct sk_diff *d, const char *what, const char **left, size_t n_left,
			   const char **right, size_t n_right);

/* What makes the items of sections. They return 0 or -ENOMEM. */
int sk_diff_symbols(struct sk_diff *d, enum selkie_diff_section section);
int sk_diff_avs(struct sk_diff *d, enum selkie_diff_section section);
int sk_diff_rules(struct sk_diff *d, enum selkie_diff_section section);
int sk_diff_properties(struct sk_diff *d, enum selkie_diff_section section);
int sk_diff_capabilities(struct sk_diff *d, enum selkie_diff_section section);
int sk_diff_constraints(struct sk_diff *d, enum selkie_diff_section section);
int sk_diff_labelings(struct sk_diff *d, enum selkie_diff_section section);
int sk_diff_defaults(struct sk_diff *d, enum selkie_diff_section section);
int sk_diff_typebounds(struct sk_diff *d, enum selkie_diff_section section);

/* The text of an expanded rule that differs, and with `with_parts` its parts. */
void sk_diff_av_text(struct sk_diff *d, enum selkie_diff_section section,
		     const struct sk_diff_av *av, struct sk_buf *buf, bool with_parts);
void sk_diff_av_done(struct sk_diff *d);

/*
 * Walking needs scratch: the writers of text, whose caches grow, and the parts of one rule. A comparison may be walked by
 * several threads, so each walk has its own, as a copy that shares the rest. begin returns 0 or -ENOMEM; end is called in
 * any case.
 */
int sk_diff_begin_walk(const struct sk_diff *d, struct sk_diff *walk);
void sk_diff_end_walk(struct sk_diff *walk);

/* Source, target and class of an expanded rule that differs, as ids of a side (0 where it has none). */
void sk_diff_av_ids(const struct sk_diff *d, const struct sk_diff_av *av, int side,
		    struct sk_type_id *ret_source, struct sk_type_id *ret_target,
		    struct sk_class_id *ret_cls);

/* The permissions that the right policy grants by it and the left one does not, at the right policy's bits. */
uint32_t sk_diff_av_gained(const struct sk_diff *d, const struct sk_diff_av *av);

/* Whether two contexts, levels or ranges have the same names. */
bool sk_diff_same_level(const struct sk_diff *d, const struct sk_level *left,
			const struct sk_level *right);
bool sk_diff_same_range(const struct sk_diff *d, const struct sk_range *left,
			const struct sk_range *right);
bool sk_diff_same_context(const struct sk_diff *d, const struct sk_context *left,
			  const struct sk_context *right);

#endif
