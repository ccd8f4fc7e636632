/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Operands of command lines: contexts, classes, permissions, numbers; and the printing they share.
 */
#include "cmd/operand.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

static int sk_operand_type(const struct sk_command *cmd, const selkie_policy *policy, const char *what,
			   const char *word, struct sk_operand_context *ret)
{
	selkie_type_id type = selkie_type_find(policy, word);
	const char *near;
	int r;

	if (!type.v) {
		near = selkie_type_nearest(policy, word, false);
		return near ? sk_usage_error(cmd, "%s: there is no type '%s'; did you mean '%s'?", what,
					     word, near)
			    : sk_usage_error(cmd, "%s: there is no type '%s'", what, word);
	}
	if (selkie_type_is_attribute(policy, type))
		return sk_usage_error(cmd, "%s: '%s' is an attribute; name one of its types", what, word);
	r = selkie_context_assume(policy, type, &ret->context);
	if (r == -EINVAL)
		return sk_failure(cmd, "%s: no user of this policy may have the type '%s'; give a context",
				  what, word);
	ret->assumed = true;
	return r ? sk_failure(cmd, "%s", strerror(-r)) : SK_EXIT_YES;
}

static int sk_operand_full_context(const struct sk_command *cmd, const selkie_policy *policy,
				   const char *what, const char *word,
				   struct sk_operand_context *ret)
{
	selkie_diagnostics *diags;
	int r;

	r = selkie_context_parse(policy, word, 0, NULL, &ret->context);
	if (r < 0)
		return sk_failure(cmd, "%s", strerror(-r));
	if (!r)
		return SK_EXIT_YES;
	diags = selkie_diagnostics_new();
	if (diags && !selkie_context_diagnose(policy, what, word, diags))
		sk_print_diagnostics(diags);
	selkie_diagnostics_free(diags);
	return sk_usage_error(cmd, "%s: '%s' is not a valid context in this policy", what, word);
}

int sk_operand_context(const struct sk_command *cmd, const selkie_policy *policy, const char *what,
		       const char *word, struct sk_operand_context *ret)
{
	struct sk_operand_context o = { 0 };
	int code;

	code = strchr(word, ':') ? sk_operand_full_context(cmd, policy, what, word, &o)
				 : sk_operand_type(cmd, policy, what, word, &o);
	if (code != SK_EXIT_YES)
		return code;
	if (selkie_context_print(policy, o.context, &o.text)) {
		sk_operand_context_done(&o);
		return sk_failure(cmd, "out of memory");
	}
	o.type = selkie_type_name(policy, selkie_context_type(o.context));
	*ret = o;
	return SK_EXIT_YES;
}

void sk_operand_context_done(struct sk_operand_context *operand)
{
	selkie_context_free(operand->context);
	free(operand->text);
	*operand = (struct sk_operand_context){ 0 };
}

/* What the kernel does with classes and permissions that a policy does not have; to end a message. */
static const char *sk_unknown_is(const selkie_policy *policy)
{
	return selkie_policy_allows_unknown(policy) ? "; what it does not know, the kernel allows" : "";
}

int sk_operand_class(const struct sk_command *cmd, const selkie_policy *policy, const char *word,
		     selkie_class_id *ret)
{
	selkie_class_id cls = selkie_class_find(policy, word);
	const char *near;

	if (cls.v) {
		*ret = cls;
		return SK_EXIT_YES;
	}
	near = selkie_class_nearest(policy, word);
	if (near)
		return sk_usage_error(cmd, "there is no class '%s'; did you mean '%s'?", word, near);
	return sk_usage_error(cmd, "the policy has no class '%s'%s", word, sk_unknown_is(policy));
}

int sk_operand_permission(const struct sk_command *cmd, const selkie_policy *policy,
			  selkie_class_id cls, const char *word, uint32_t *ret_bit)
{
	uint32_t bit = selkie_permission_find(policy, cls, word);
	const char *name = selkie_class_name(policy, cls), *near;

	if (bit) {
		*ret_bit = bit;
		return SK_EXIT_YES;
	}
	near = selkie_permission_nearest(policy, cls, word);
	if (near)
		return sk_usage_error(cmd, "class %s has no permission '%s'; did you mean '%s'?", name,
				      word, near);
	return sk_usage_error(cmd, "class %s has no permission '%s' in this policy%s", name, word,
			      sk_unknown_is(policy));
}

bool sk_operand_number(const char *word, unsigned long most, unsigned long *ret)
{
	unsigned long n;
	char *end;

	if (*word < '0' || *word > '9')
		return false;
	errno = 0;
	n = strtoul(word, &end, 0);
	if (errno || *end || n > most)
		return false;
	*ret = n;
	return true;
}

void sk_print_permissions(struct sk_buf *out, const selkie_policy *policy, selkie_class_id cls,
			  uint32_t perms)
{
	bool several = perms & (perms - 1);
	const char *lead = "";

	if (several)
		sk_buf_adds(out, "{ ");
	for (unsigned int bit = 0; bit < 32; bit++)
		if (perms >> bit & 1) {
			const char *name = selkie_permission_name(policy, cls, bit);

			sk_buf_printf(out, "%s%s", lead, name ? name : "?");
			lead = " ";
		}
	if (several)
		sk_buf_adds(out, " }");
}
