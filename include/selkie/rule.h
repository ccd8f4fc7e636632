/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SELKIE_RULE_H
#define SELKIE_RULE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <selkie/policy.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/*
 * Kinds of rules. The values of type enforcement rules are those of the policy file, where neverallow rules never stand;
 * the others are ours.
 */
enum selkie_rule_kind {
	SELKIE_RULE_ALLOW = 0x0001,
	SELKIE_RULE_AUDITALLOW = 0x0002,
	SELKIE_RULE_DONTAUDIT = 0x0004,
	SELKIE_RULE_TYPE_TRANSITION = 0x0010,
	SELKIE_RULE_TYPE_MEMBER = 0x0020,
	SELKIE_RULE_TYPE_CHANGE = 0x0040,
	SELKIE_RULE_ALLOWXPERM = 0x0100,
	SELKIE_RULE_AUDITALLOWXPERM = 0x0200,
	SELKIE_RULE_DONTAUDITXPERM = 0x0400,
	SELKIE_RULE_NEVERALLOW = 0x0080,
	SELKIE_RULE_NEVERALLOWXPERM = 0x0800,
	SELKIE_RULE_ROLE_ALLOW = 0x1000,
	SELKIE_RULE_ROLE_TRANSITION = 0x2000,
	SELKIE_RULE_RANGE_TRANSITION = 0x4000,
};

#define SELKIE_RULES_AV 0x0087u		/* rules with permissions */
#define SELKIE_RULES_TYPE 0x0070u	/* rules that give a type */
#define SELKIE_RULES_XPERM 0x0f00u	/* rules with extended permissions */
#define SELKIE_RULES_TE 0x0ff7u		/* all type enforcement rules */

/* The word a rule of that kind begins with in policy text, or NULL. */
const char *selkie_rule_kind_name(enum selkie_rule_kind kind);

/*
 * One rule of any kind. Fields that a kind does not have are 0 or NULL. Pointers are borrowed from the policy.
 */
struct selkie_rule {
	enum selkie_rule_kind kind;
	selkie_type_id source, target;		/* types or attributes; of a ROLE_TRANSITION target only */
	selkie_role_id source_role, new_role;	/* ROLE_ALLOW, ROLE_TRANSITION */
	selkie_class_id cls;
	uint32_t perms;				/* AV rules: access vector; of a DONTAUDIT what is silenced */
	uint32_t xperm_kind;			/* XPERM rules: enum selkie_xperm_kind (overlay.h) */
	uint32_t xperm_driver;			/* the high byte; 256: the bits of xperms stand for whole high bytes */
	const uint32_t *xperms;			/* 256 bits: low bytes of the driver, or whole drivers */
	selkie_type_id result;			/* TYPE rules */
	const char *name;			/* TYPE_TRANSITION of objects of that name */
	const struct sk_range *range;		/* RANGE_TRANSITION: a selkie_range (level.h) */
	uint32_t cond;				/* number of its conditional, or SELKIE_UNCONDITIONAL */
	bool branch;				/* with cond: it stands in the true branch */
};

#define SELKIE_UNCONDITIONAL UINT32_MAX

/* Type enforcement rules without a name are counted from 0: unconditional ones first, then each conditional's. */
uint32_t selkie_rule_count(const selkie_policy *policy);

/* Returns 0 or -EINVAL. */
int selkie_rule_get(const selkie_policy *policy, uint32_t rule, struct selkie_rule *ret);

/*
 * A rule as sesearch prints it; with a condition as " [ a && b ]:True". *ret_text is freed with free().
 * Returns 0, -EINVAL when it names what the policy does not have, or -ENOMEM.
 */
int selkie_rule_text(const selkie_policy *policy, const struct selkie_rule *rule, char **ret_text);

/*
 * A type enforcement rule as policy text, with its semicolon: "allow a_t b_t:file { getattr read };". Conditional rules
 * do not show their condition. `rule` is an index as other functions give it. *ret_text is freed with free().
 * Returns 0, -EINVAL for an index that does not exist, or -ENOMEM.
 */
int selkie_rule_print(const selkie_policy *policy, uint32_t rule, char **ret_text);

/* The expression of a conditional as policy text: "httpd_can_network_connect && !secure_mode". As above. */
int selkie_conditional_print(const selkie_policy *policy, uint32_t cond, char **ret_text);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
