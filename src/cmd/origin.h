/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_CMD_ORIGIN_H
#define SK_CMD_ORIGIN_H

#include "base/json.h"
#include "cmd/system.h"

/*
 * Where the rules of a system's policy come from, for commands that show rules. Loads what stands beside the policy;
 * NULL when nothing does, or when it was refused, which is said on stderr. The caller frees it.
 */
selkie_origins *sk_system_origins(const struct sk_command *cmd, const struct sk_system *system);
selkie_origins *sk_origins_beside(const struct sk_command *cmd, const char *policy_path);

/*
 * A line for each statement that gave a rule any of these permissions (0: any at all), with the calls that led there.
 * origins may be NULL. Returns how many lines.
 */
size_t sk_origins_print(struct sk_buf *out, const selkie_origins *origins, const struct selkie_rule *rule, uint32_t perms,
			const char *indent);

/* The same as elements of an array; and as a member "origins" of an object, nothing when none is known. */
void sk_origins_json_each(struct sk_json *j, const selkie_origins *origins, const selkie_policy *policy,
			  const struct selkie_rule *rule, uint32_t perms);
void sk_origins_json(struct sk_json *j, const selkie_origins *origins, const selkie_policy *policy,
		     const struct selkie_rule *rule);

/*
 * The same of what is no rule: a declaration, a constraint, the context of an object. What is not known is not shown.
 */
void sk_fact_print(struct sk_buf *out, const selkie_origins *origins, const selkie_policy *policy,
		   const struct selkie_fact *fact, const char *indent);
void sk_fact_json(struct sk_json *j, const selkie_origins *origins, const selkie_policy *policy,
		  const struct selkie_fact *fact);

/* Names of permissions as a member "permissions", an array. */
void sk_permissions_json(struct sk_json *j, const selkie_policy *policy, selkie_class_id cls, uint32_t perms);

/*
 * The neverallow rules that forbid some of it, each with its text behind `lead` and the place below it; `indent` begins both
 * lines. As JSON a member "forbidden", an array, of an object. Nothing when none is known.
 */
void sk_neverallows_print(struct sk_buf *out, const selkie_origins *origins, const selkie_policy *policy,
			  const struct selkie_neverallow_question *question, const char *indent, const char *lead);
void sk_neverallows_json(struct sk_json *j, const selkie_origins *origins, const selkie_policy *policy,
			 const struct selkie_neverallow_question *question);

/* Where one is written, as a line and as a member "origins". */
void sk_neverallow_where_print(struct sk_buf *out, const selkie_origins *origins, const struct selkie_neverallow *rule,
			       const char *indent);
void sk_neverallow_where_json(struct sk_json *j, const selkie_origins *origins, const selkie_policy *policy,
			      const struct selkie_neverallow *rule);

/*
 * The same of a component of the policy, and of what it has: a type its attributes, an attribute its types, a role types,
 * a user roles. parts: print these too.
 */
void sk_component_where_print(struct sk_buf *out, const selkie_origins *origins, const selkie_policy *policy,
			      const struct selkie_component *component, bool parts);
void sk_component_where_json(struct sk_json *j, const selkie_origins *origins, const selkie_policy *policy,
			     const struct selkie_component *component);

/*
 * The same of lines of label files, by what stands beside these. Zero is none loaded yet.
 */
struct sk_label_origins {
	char *file;
	selkie_origins *origins;
};

void sk_label_origins_done(struct sk_label_origins *l);
void sk_label_rule_print(struct sk_buf *out, struct sk_label_origins *l, const struct selkie_label_rule *rule,
			 const char *indent);
void sk_label_rule_json(struct sk_json *j, struct sk_label_origins *l, const struct selkie_label_rule *rule);

#endif
