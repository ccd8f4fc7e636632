/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_MODEL_SENSITIVE_H
#define SK_MODEL_SENSITIVE_H

#include "base/buf.h"
#include "model/policy.h"

/*
 * Accesses that no fix should grant: credentials, raw disks and memory, kernel code, the policy and its enforcement,
 * power over other processes. The table is in sensitive.c; resolved once against a policy, whose types it names.
 */
struct sk_sensitive;

int sk_sensitive_new(const struct sk_policy *policy, struct sk_sensitive **ret);
void sk_sensitive_free(struct sk_sensitive *s);		/* NULL is allowed */

/*
 * Which of `perms` are sensitive for this source, target and class; *ret_reason, when any are and it is not NULL, is why:
 * a clause that follows "because", a static string.
 */
uint32_t sk_sensitive_perms(const struct sk_sensitive *s, struct sk_type_id source,
			    struct sk_type_id target, struct sk_class_id cls, uint32_t perms,
			    const char **ret_reason);

/*
 * How dangerous the most dangerous of them is, up to 100, or 0 when none is sensitive; with the permissions and the reason
 * of that one.
 */
unsigned int sk_sensitive_danger(const struct sk_sensitive *s, struct sk_type_id source,
				 struct sk_type_id target, struct sk_class_id cls, uint32_t perms,
				 uint32_t *ret_perms, const char **ret_reason);

/*
 * The table's rows as bits, for adding up what a domain may do: those that permissions of a class belong to, those that a
 * target (a type, or an attribute for any of its types) is in, and those that only count between different types. What
 * is granted is in the rows of both.
 */
uint64_t sk_sensitive_rows_of(const struct sk_sensitive *s, struct sk_class_id cls, uint32_t perms);
uint64_t sk_sensitive_rows_at(const struct sk_sensitive *s, struct sk_type_id target);
uint64_t sk_sensitive_rows_across(void);
unsigned int sk_sensitive_row_danger(unsigned int row, const char **ret_reason);

/* Whether files of this type hold what must not be shown, so that giving them another label would show it. */
bool sk_sensitive_content(const struct sk_sensitive *s, struct sk_type_id type);

/* How dangerous it is to get at that content, on the scale of the rows; 0 for other types. */
unsigned int sk_sensitive_content_danger(const struct sk_sensitive *s, struct sk_type_id type);

/*
 * Whether an allow rule grants anything sensitive; source and target may be attributes. For rules that a boolean brings
 * in.
 */
bool sk_sensitive_rule(const struct sk_sensitive *s, struct sk_type_id source, struct sk_type_id target,
		       struct sk_class_id cls, uint32_t perms);

#endif
