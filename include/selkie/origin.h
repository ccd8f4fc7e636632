/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SELKIE_ORIGIN_H
#define SELKIE_ORIGIN_H

#include <stddef.h>
#include <stdint.h>

#include <selkie/diagnostic.h>
#include <selkie/rule.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/*
 * Where the rules of a policy come from: for each the statements that gave it, with file, line and the calls of
 * interfaces that led there. selkie build writes this beside the policy, as debug symbols are kept beside a program, in
 * a file of the policy's name with ".origins" behind it. It belongs to one policy file, byte for byte.
 *
 * Read-only once loaded; any number of threads may ask.
 */
typedef struct sk_origins selkie_origins;

/* Outcomes of selkie_origins_load. */
#define SELKIE_ORIGINS_REFUSED 1	/* damaged, or of another policy; the diagnostic says which */
#define SELKIE_ORIGINS_NONE 2		/* there is no such file beside the policy */

/*
 * Loads what stands beside the policy file at `policy_path`. diags: gets the reason of a refusal; may be NULL.
 * *ret is the caller's (selkie_origins_free), set on success only. Returns 0, an outcome above, or a negative errno.
 */
int selkie_origins_load(const char *policy_path, selkie_diagnostics *diags, selkie_origins **ret);
void selkie_origins_free(selkie_origins *origins);	/* NULL is allowed */

/* A statement that gave a rule. Texts are borrowed from the origins. */
struct selkie_origin {
	const char *module;	/* NULL outside modules */
	const char *file;
	uint32_t line;		/* from 1 */
	uint32_t perms;		/* of AV rules: which permissions of the rule this statement gave; else 0 */
	uint32_t call;		/* for selkie_origin_call; 0: the statement is written where it counts */
};

/* A call of an interface or macro, from which a statement came. */
struct selkie_origin_call {
	const char *name;	/* what was called */
	const char *file;	/* where */
	uint32_t line;
};

/*
 * The statements of a rule of that policy, as selkie_search or selkie_rule_get gives it, in the order of the sources.
 * count: how many; 0 when none is known. get: the i-th; returns 0 or -EINVAL.
 */
size_t selkie_origins_count(const selkie_origins *origins, const struct selkie_rule *rule);
int selkie_origins_get(const selkie_origins *origins, const struct selkie_rule *rule, size_t i,
		       struct selkie_origin *ret);

/*
 * The calls that led to a statement, innermost first: start with selkie_origin.call; each returns the next one, 0 at the
 * end. call must not be 0.
 */
uint32_t selkie_origin_call(const selkie_origins *origins, uint32_t call, struct selkie_origin_call *ret);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
