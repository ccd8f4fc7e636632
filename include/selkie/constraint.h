/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SELKIE_CONSTRAINT_H
#define SELKIE_CONSTRAINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <selkie/policy.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/*
 * Constraints: constrain and mlsconstrain, validatetrans and mlsvalidatetrans. A policy keeps them with their class, in
 * order. All may be called from any thread.
 */
enum selkie_constraint_kind {
	SELKIE_CONSTRAIN,
	SELKIE_MLSCONSTRAIN,
	SELKIE_VALIDATETRANS,
	SELKIE_MLSVALIDATETRANS,
};

struct selkie_constraint {
	enum selkie_constraint_kind
		kind; /* the policy file does not say: MLS when it compares levels */
	selkie_class_id cls;
	uint32_t perms; /* access vector; 0 in validatetrans */
	uint32_t index; /* position among the class's */
	bool validatetrans;
};

size_t selkie_class_n_constraints(const selkie_policy *policy, selkie_class_id cls);
size_t selkie_class_n_validatetrans(const selkie_policy *policy, selkie_class_id cls);

/* Return 0 or -EINVAL. */
int selkie_class_get_constraint(const selkie_policy *policy, selkie_class_id cls, size_t i,
				struct selkie_constraint *ret);
int selkie_class_get_validatetrans(const selkie_policy *policy, selkie_class_id cls, size_t i,
				   struct selkie_constraint *ret);

/*
 * The statement as policy text: "constrain process transition (u1 == u2 or t1 == can_change_user);". Attributes are
 * named where the policy kept their names (version 29 and later). *ret_text is freed with free().
 * Returns 0, -EINVAL for a constraint that the policy does not have, or -ENOMEM.
 */
int selkie_constraint_print(const selkie_policy *policy, const struct selkie_constraint *constraint,
			    char **ret_text);

/* Whether the expression names that type or attribute itself. */
bool selkie_constraint_names_type(const selkie_policy *policy,
				  const struct selkie_constraint *constraint, selkie_type_id type);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
