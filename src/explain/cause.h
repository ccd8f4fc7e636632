/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_EXPLAIN_CAUSE_H
#define SK_EXPLAIN_CAUSE_H

#include "explain/explainer.h"

/*
 * A denial put to the policy: its names as ids, and what the policy says of it. Borrowed from explainer and policy.
 */
struct sk_verdict {
	const struct sk_named_context *source, *target, *old, *expected;	/* NULL where there is none */
	const struct sk_class *cls;		/* NULL when the policy does not know it */
	const struct sk_vocabulary *words;	/* of the class; empty when the policy does not know it */
	uint32_t perms;				/* as denied; 0 when one is unknown */
	bool perms_unknown;
	bool decided;				/* contexts, class and permissions are known: the rest holds */
	struct selkie_question question;
	uint32_t granted;
	bool silenced;
	bool lacks_rule;			/* type enforcement lacks a rule for some of it */
	bool fails_constraint, fails_mls;	/* type enforcement allows it, a constraint does not */
	bool fails_role, fails_bounds, fails_xperm;
};

/* Decides a case: fills what cause.c decides of it. Returns 0 or -ENOMEM. */
int sk_cause_decide(struct sk_worker *w, struct sk_case *c);

/* The verdict of a case that was decided. */
void sk_verdict_recall(const struct sk_explainer *e, const struct sk_case *c, struct sk_verdict *ret);

/* The domain that `program` should run in when `source` or init starts it; id 0 when that is not known. */
struct sk_type_id sk_cause_program_domain(const struct sk_explainer *e, struct sk_type_id source,
					  const struct sk_program *program);

/*
 * Whether a label is that of one program with a domain of its own. What enters many domains (shells, interpreters,
 * bin_t) tells nothing: a script's domain is entered by the script's label, and exe= names the interpreter.
 */
bool sk_cause_is_own_program(const struct sk_explainer *e, struct sk_type_id label);

/*
 * How many accesses a set of boolean settings opens, counted once for each set. Returns 0 or -ENOMEM.
 */
int sk_cause_count_opened(struct sk_worker *w, const struct selkie_remedy *remedy, uint64_t *ret_opens);

/* Lists the process transitions of the policy, once. Returns 0 or -ENOMEM. */
int sk_cause_prepare(struct sk_explainer *e);

#endif
