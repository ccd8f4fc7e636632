/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_LABEL_DATABASE_H
#define SK_LABEL_DATABASE_H

#include "base/intern.h"
#include "base/pcre2.h"
#include "label/index.h"
#include "label/text.h"
#include "selkie/label.h"

/*
 * The sealed database. Rules are numbered by precedence, so "the rule that wins" is "the highest number that fits".
 * Rules with the same literal prefix form a group, found through the index; those that only pcre2 can judge stand in a
 * list of their own.
 */
struct sk_label_rule {
	struct selkie_label_rule pub;
	struct sk_label_pattern pattern;
	const char *
		stem; /* a path must begin with it; borrowed or in the arena; NULL: nothing to check */
	pcre2_code *code; /* form PCRE2 */
	uint32_t n_stem;
	uint32_t context; /* number in `contexts`, or SK_INTERN_NONE */
	uint32_t order;	  /* as read */
	uint32_t input;
	uint8_t kind;
	uint8_t level; /* see sk_label_levels */
};

/* What a lookup needs of a rule, packed. */
struct sk_label_member {
	uint32_t rule;
	uint8_t form, kind;
	bool newline; /* $ also matches before a line break at the end */
};

struct sk_label_group {
	uint32_t first, n; /* in `members`, rising */
	uint8_t level;
	bool simple; /* few members, none of form AUTOMATON */
	struct sk_label_automaton
		*automaton; /* made when first asked, published by a release store */
};

struct sk_label_context {
	uint32_t type; /* number in `types`, or SK_INTERN_NONE */
	bool well_formed, valid;
};

/* Directory levels that libselinux 3.8 sorts rules into; in 3.4 all are on level 0. */
#define SK_LABEL_LEVELS 4

struct sk_label_db {
	struct sk_arena arena;
	struct selkie_label_options options;
	struct sk_label_rule *rules;
	struct sk_label_group *groups;
	struct sk_label_member *members;
	uint32_t *irregular;		       /* rules of form PCRE2, falling */
	struct sk_label_sub *subs, *dist_subs; /* in the order they are tried */
	uint32_t n_rules, n_groups, n_irregular, n_subs, n_dist_subs;
	size_t cap_rules, cap_subs, cap_dist_subs; /* these three arrays are on the heap */
	struct sk_label_index index;
	struct sk_intern contexts, types;
	struct sk_label_context *context_info;
	size_t cap_contexts;
	uint32_t *type_first,
		*type_rules; /* rules of type t: type_rules[type_first[t]..type_first[t + 1]] */
	struct sk_pcre2 pcre2;		   /* once a pattern needs it */
	pcre2_general_context *memory;	   /* NULL before */
	pcre2_match_context *limits;
	struct sk_label_builder *builder; /* grows behind a const database: see automaton.h */
};

/* An empty database. Returns 0 or a negative errno. */
int sk_label_db_new(const struct selkie_label_options *options, struct sk_label_db **ret_db);

/* Adds the rules or the substitutions of a file. Returns 0 or a negative errno. */
int sk_label_db_add(struct sk_label_db *db, struct sk_label_file *file, struct sk_diags *diags);
int sk_label_db_add_subs(struct sk_label_db *db, struct sk_label_file *file, bool dist,
			 struct sk_diags *diags);

/* Orders and indexes. The database does not change after it. Returns 0 or -ENOMEM. */
int sk_label_db_seal(struct sk_label_db *db);

#endif
