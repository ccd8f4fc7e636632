/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_MODEL_TEXT_H
#define SK_MODEL_TEXT_H

#include "base/buf.h"
#include "base/map.h"
#include "model/expression.h"
#include "model/policy.h"
#include "selkie/labeling.h"
#include "selkie/rule.h"

/*
 * Policy text of rules and statements, exactly as setools 4.4 prints them (sesearch, seinfo). One writer serves for many
 * rules of one policy: it keeps the lengths of names and the text of the permission sets it has met, so that a rule
 * costs a few copies. Allocation failures make the buffer fail.
 */
struct sk_word {
	const char *s;
	uint32_t n;
};

struct sk_text {
	const struct sk_policy *policy;
	struct sk_arena arena;
	struct sk_word *types, *classes; /* by id; n 0 until needed */
	struct sk_map perms;		 /* class << 32 | vector, to a number in perm_sets */
	struct sk_word *perm_sets;
	size_t n_perm_sets, cap_perm_sets;
	struct sk_word *conds; /* by number; NULL until needed */
	bool by_bit;	       /* permissions in the order of their bits and always in braces, as libsepol has them */
};

/* Returns 0 or -ENOMEM; sk_text_done may be called in any case. */
int sk_text_init(struct sk_text *text, const struct sk_policy *policy);
void sk_text_done(struct sk_text *text);

/* For a single rule: names are measured as they are met, which costs less than the tables that spare it. */
void sk_text_init_once(struct sk_text *text, const struct sk_policy *policy);

/* Without a line break. The rule's ids must be the policy's. */
void sk_text_rule(struct sk_text *text, struct sk_buf *buf, const struct selkie_rule *rule);

/* Names by id; sk_text_type gives what stands in text->types for it, which a printer may have set beforehand. */
void sk_text_type(struct sk_text *text, struct sk_buf *buf, uint32_t id);
void sk_text_class(struct sk_text *text, struct sk_buf *buf, uint32_t id);

/* "{ getattr read }" or "getattr" */
void sk_text_perms(struct sk_text *text, struct sk_buf *buf, struct sk_class_id cls,
		   uint32_t perms);

/* " [ CONDITION ]:True", as it ends a conditional rule. */
void sk_text_condition(struct sk_text *text, struct sk_buf *buf, uint32_t cond, bool branch);

/*
 * Levels with two categories in a row as "c0.c1" and ranges with blanks around the dash, as setools has them; the
 * kernel's form is level.h's and context.h's.
 */
void sk_text_level(struct sk_buf *buf, const struct sk_policy *policy,
		   const struct sk_level *level);
void sk_text_range(struct sk_buf *buf, const struct sk_policy *policy,
		   const struct sk_range *range);
void sk_text_context(struct sk_buf *buf, const struct sk_policy *policy,
		     const struct sk_context *context);

/* A labeling statement without its contexts: "portcon tcp 80"; and that without its word. */
void sk_text_labeling_head(struct sk_buf *buf, const struct sk_policy *policy,
			   const struct selkie_labeling *labeling);
void sk_text_labeled(struct sk_buf *buf, const struct sk_policy *policy,
		     const struct selkie_labeling *labeling);
void sk_text_labeling(struct sk_buf *buf, const struct sk_policy *policy,
		      const struct selkie_labeling *labeling);

/* "constrain CLASS PERMS (EXPRESSION);"; in setools' style with its blank at the end of constrain and mlsconstrain. */
void sk_text_constraint(struct sk_text *text, struct sk_buf *buf, struct sk_class_id cls,
			const struct sk_constraint *constraint, bool validatetrans,
			enum sk_expression_style style);

/* The rule with that index, and the i-th of the other tables, as the public structure. */
void sk_rule_get(const struct sk_policy *policy, uint32_t index, struct selkie_rule *ret);
void sk_rule_get_filename(const struct sk_policy *policy, uint32_t index, struct sk_type_id source,
			  struct selkie_rule *ret);
void sk_rule_get_role_allow(const struct sk_policy *policy, uint32_t index,
			    struct selkie_rule *ret);
void sk_rule_get_role_transition(const struct sk_policy *policy, uint32_t index,
				 struct selkie_rule *ret);
void sk_rule_get_range_transition(const struct sk_policy *policy, uint32_t index,
				  struct selkie_rule *ret);

#endif
