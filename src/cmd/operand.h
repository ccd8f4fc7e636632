/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_CMD_OPERAND_H
#define SK_CMD_OPERAND_H

#include "base/buf.h"
#include "cmd/system.h"

/*
 * Operands that several commands take. Each function prints what is wrong, with the nearest known name, and returns the
 * exit code; SK_EXIT_YES when all went well.
 */

/* A full context, or a type of which a plausible context is assumed. */
struct sk_operand_context {
	selkie_context *context;
	char *text;		/* of the context, as the kernel prints it */
	const char *type;	/* borrowed from the policy */
	bool assumed;
};

/* what: "source", "target"; for messages. */
int sk_operand_context(const struct sk_command *cmd, const selkie_policy *policy, const char *what,
		       const char *word, struct sk_operand_context *ret);
void sk_operand_context_done(struct sk_operand_context *operand);

int sk_operand_class(const struct sk_command *cmd, const selkie_policy *policy, const char *word,
		     selkie_class_id *ret);
int sk_operand_permission(const struct sk_command *cmd, const selkie_policy *policy,
			  selkie_class_id cls, const char *word, uint32_t *ret_bit);

/* 0 to `most`, decimal, octal with 0 or hexadecimal with 0x. False when it is no such number. */
bool sk_operand_number(const char *word, unsigned long most, unsigned long *ret);

/* "read", "{ open read }": names of the bits, in order. */
void sk_print_permissions(struct sk_buf *out, const selkie_policy *policy, selkie_class_id cls,
			  uint32_t perms);

#endif
