/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SELKIE_RULE_H
#define SELKIE_RULE_H

#include <stddef.h>
#include <stdint.h>

#include <selkie/policy.h>

#ifdef __cplusplus
extern "C" {
#endif

/* Kinds of type enforcement rules; the values are those of the policy file. */
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
};

/*
 * A type enforcement rule as policy text, with its semicolon: "allow a_t b_t:file { getattr read };". Conditional rules
 * do not show their condition. `rule` is an index as other functions give it. *ret_text is freed with free().
 * Returns 0, -EINVAL for an index that does not exist, or -ENOMEM.
 */
int selkie_rule_print(const selkie_policy *policy, uint32_t rule, char **ret_text);

/* The expression of a conditional as policy text: "httpd_can_network_connect && !secure_mode". As above. */
int selkie_conditional_print(const selkie_policy *policy, uint32_t cond, char **ret_text);

#ifdef __cplusplus
}
#endif

#endif
