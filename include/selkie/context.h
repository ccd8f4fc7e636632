/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SELKIE_CONTEXT_H
#define SELKIE_CONTEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <selkie/policy.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/*
 * Security contexts: user, role, type and, in an MLS policy, a range of two levels. A context belongs to the policy it
 * was made with and must not be used with another. It never changes and may be used by any number of threads.
 *
 * Contexts are either owned (selkie_context_parse and the functions of transition.h; free with selkie_context_free) or
 * borrowed from a policy (object.h), as each function says.
 */
typedef struct sk_context selkie_context;

/* What is wrong with a context; or-ed. The rules are those of the kernel's policydb_context_isvalid(). */
enum selkie_context_fault {
	/* it could not be read */
	SELKIE_CONTEXT_SYNTAX = 0x0001,		/* not user:role:type or user:role:type:range */
	SELKIE_CONTEXT_NO_USER = 0x0002,	/* unknown user */
	SELKIE_CONTEXT_NO_ROLE = 0x0004,	/* unknown role */
	SELKIE_CONTEXT_NO_TYPE = 0x0008,	/* unknown type */
	SELKIE_CONTEXT_ATTRIBUTE = 0x0010,	/* an attribute stands in place of the type */
	SELKIE_CONTEXT_NO_LEVEL = 0x0020,	/* unknown sensitivity or category, or a backward category range */
	SELKIE_CONTEXT_RANGE_MISSING = 0x0040,	/* the policy is MLS and the context has no range */
	SELKIE_CONTEXT_RANGE_EXTRA = 0x0080,	/* the policy is not MLS and the context has a range */
	/* its parts are known but do not go together */
	SELKIE_CONTEXT_USER_ROLE = 0x0100,	/* the user may not have the role */
	SELKIE_CONTEXT_ROLE_TYPE = 0x0200,	/* the role may not have the type */
	SELKIE_CONTEXT_USER_RANGE = 0x0400,	/* the user may not have the range */
	SELKIE_CONTEXT_HIGH_LOW = 0x0800,	/* the high level does not dominate the low one */
	SELKIE_CONTEXT_CATEGORIES = 0x1000,	/* a sensitivity may not have one of the categories */
};

#define SELKIE_CONTEXT_UNREADABLE 0x00ff	/* the faults for which there is no selkie_context at all */

/* The text is not a context, or not one that is valid in this policy. */
#define SELKIE_CONTEXT_INVALID 1

/* Flags of selkie_context_parse. */
#define SELKIE_CONTEXT_UNAUTHORIZED 1u	/* accept known parts that do not go together */

/*
 * Reads a context as the kernel does (string_to_context_struct): categories as lists and ranges "c0.c3,c7", one level
 * for both, aliases of types, sensitivities and categories. Translated levels ("SystemHigh") are not known here.
 *
 * ret_faults: enum selkie_context_fault, 0 when valid; written in any case; may be NULL.
 * ret_context: owned by the caller; written on success only.
 *
 * Returns 0, SELKIE_CONTEXT_INVALID (with the flag SELKIE_CONTEXT_UNAUTHORIZED only for SELKIE_CONTEXT_UNREADABLE
 * faults) or -ENOMEM.
 */
int selkie_context_parse(const selkie_policy *policy, const char *text, unsigned int flags,
			 unsigned int *ret_faults, selkie_context **ret_context);
void selkie_context_free(selkie_context *context);	/* owned ones only; NULL is allowed */

/*
 * A plausible context of a type of which nothing else is known: the kernel's own user and role where they may have the
 * type, else any that may, object_r for types that no role has; the lowest level of the user.
 * Returns 0 or -ENOMEM; -EINVAL for an attribute or an unknown id. ret_context is owned by the caller.
 */
int selkie_context_assume(const selkie_policy *policy, selkie_type_id type, selkie_context **ret_context);

/* A copy with another type; owned by the caller. Returns 0, -EINVAL or -ENOMEM. */
int selkie_context_with_type(const selkie_policy *policy, const selkie_context *context,
			     selkie_type_id type, selkie_context **ret_context);

/* The faults of a context, 0 when it is valid. */
unsigned int selkie_context_check(const selkie_policy *policy, const selkie_context *context);

/*
 * One sentence for each fault of `text`, naming the part and, where a name was mistyped, the nearest known one; as
 * errors with the ids E0601 to E0613, placed at the column of the part. `what` names the text in the place
 * ("source"). Returns 0 or -ENOMEM.
 */
int selkie_context_diagnose(const selkie_policy *policy, const char *what, const char *text,
			    selkie_diagnostics *diags);

/*
 * The context as the kernel prints it: primary names, "c0.c3" for three or more categories in a row, one level where
 * both are equal. *ret_text is freed with free(). Returns 0 or -ENOMEM.
 */
int selkie_context_print(const selkie_policy *policy, const selkie_context *context, char **ret_text);

selkie_user_id selkie_context_user(const selkie_context *context);
selkie_role_id selkie_context_role(const selkie_context *context);
selkie_type_id selkie_context_type(const selkie_context *context);
bool selkie_context_equal(const selkie_context *a, const selkie_context *b);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
