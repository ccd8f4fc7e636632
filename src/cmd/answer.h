/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_CMD_ANSWER_H
#define SK_CMD_ANSWER_H

#include "cmd/operand.h"
#include "cmd/origin.h"

/* A question about an access, what the policy says, and which booleans would help. */
struct sk_answer {
	struct selkie_question question;
	selkie_explanation *why;
	selkie_remedies *remedies;
};

/* What its text is made with. */
struct sk_answer_view {
	const selkie_policy *policy;
	const struct sk_operand_context *source, *target;
	struct sk_buf *out;
	bool color;
	const selkie_origins *origins;	/* NULL when none are known */
};

/* Fills in why and remedies. Returns 0 or -ENOMEM; sk_answer_done is to be called in any case. */
int sk_answer_ask(const selkie_state *state, struct sk_answer *a);
void sk_answer_done(struct sk_answer *a);

bool sk_answer_granted(const struct sk_answer *a);

/* Which neverallow rules forbid what is denied for want of a rule; false where nothing is. */
bool sk_answer_forbidden(const struct sk_answer_view *v, const struct sk_answer *a, struct selkie_neverallow_question *ret);

/* All of it, to the end of its last line. */
void sk_answer_print(const struct sk_answer_view *v, const struct sk_answer *a);

/* A rule as text, and its condition (NULL without one); the caller frees both. On failure the output has failed. */
bool sk_answer_rule_texts(const struct sk_answer_view *v, const struct selkie_matched_rule *m, char **ret_text,
			  char **ret_condition);

/* Whether a rule that names this type means the asked one by its attribute; and as a fact that has origins. */
bool sk_answer_membership(const selkie_policy *policy, const struct sk_operand_context *asked, selkie_type_id named,
			  struct selkie_fact *ret);

#endif
