/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SELKIE_STATE_H
#define SELKIE_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include <selkie/policy.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/*
 * What may change about a policy while it is loaded: the values of its booleans and which domains are permissive. Every
 * decision is made under a state. Conditionals are evaluated when a value is set, so deciding costs nothing for them.
 *
 * A state borrows its policy, which must outlive it. Setting is for one thread; a state that nobody sets may be used by
 * any number of threads at once.
 */
typedef struct sk_state selkie_state;

/* There is no boolean (or type) of that name. */
#define SELKIE_STATE_UNKNOWN 1

/* A state with the policy's default values. Returns 0 or -ENOMEM; owned by the caller. */
int selkie_state_new(const selkie_policy *policy, selkie_state **ret_state);
int selkie_state_copy(const selkie_state *state, selkie_state **ret_state);
void selkie_state_free(selkie_state *state);	/* NULL is allowed */

const selkie_policy *selkie_state_policy(const selkie_state *state);	/* borrowed */

/* Returns 0 or SELKIE_STATE_UNKNOWN. */
int selkie_state_set_bool(selkie_state *state, const char *name, bool value);

/* Ids that the policy does not have are ignored, and false when asked for. */
void selkie_state_set_bool_id(selkie_state *state, selkie_bool_id boolean, bool value);
bool selkie_state_bool(const selkie_state *state, selkie_bool_id boolean);

/* Overrides whether a domain is permissive. Returns 0 or SELKIE_STATE_UNKNOWN. */
int selkie_state_set_permissive(selkie_state *state, const char *type, bool value);
void selkie_state_set_permissive_id(selkie_state *state, selkie_type_id type, bool value);
bool selkie_state_permissive(const selkie_state *state, selkie_type_id type);

/*
 * Whether conditional number `cond` (from 0, in the policy's order) is true. A conditional whose expression cannot be
 * evaluated (kernel: cond_evaluate_expr returning -1) has neither branch in force: -1.
 */
int selkie_state_conditional(const selkie_state *state, uint32_t cond);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
