/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SELKIE_PRINT_H
#define SELKIE_PRINT_H

#include <stddef.h>

#include <selkie/diagnostic.h>
#include <selkie/policy.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

#define SELKIE_PRINT_OPTIONS_VERSION 1

/* The order in which statements of a kind stand. */
enum selkie_print_order {
	SELKIE_PRINT_IN_ORDER, /* the policy's own: compiled again, everything keeps its number */
	SELKIE_PRINT_SORTED,   /* by their text: two texts can be compared line by line */
};

enum selkie_print_language {
	SELKIE_PRINT_CONF, /* policy.conf, for checkpolicy */
	SELKIE_PRINT_CIL,  /* CIL, for secilc */
	SELKIE_PRINT_JSON, /* one object, as docs/json/print.json describes it */
};

/* Initialize with SELKIE_PRINT_OPTIONS_INIT. */
struct selkie_print_options {
	unsigned int version; /* SELKIE_PRINT_OPTIONS_VERSION */
	enum selkie_print_order order;
	enum selkie_print_language language;
};

#define SELKIE_PRINT_OPTIONS_INIT                                                                  \
	{                                                                                          \
		SELKIE_PRINT_OPTIONS_VERSION, SELKIE_PRINT_IN_ORDER, SELKIE_PRINT_CONF             \
	}

/*
 * Prints a policy as text: as CIL, which secilc compiles to the same policy again (with -t xen for Xen, -c for the
 * version); or as policy.conf text, which checkpolicy compiles to the same policy again (with -M for an MLS policy,
 * -t xen for Xen, -U as the comment in the first line says, -c for the version); or as JSON. Statements are written as libsepol
 * writes them (libsepol/src/kernel_to_conf.c); the differences are listed in docs/policy-text.md.
 *
 * options: NULL for the defaults.
 * diags: gets a warning (W0330) for each thing that the language cannot express; it is left out of the text, or stands
 * in it as a comment. NULL is allowed.
 * fd: written from its position, in pieces; after a failure part of the text may have been written. In the policy's
 * order memory is bounded; sorted, the longest section is held. write_memory: *ret_text is the caller's (free),
 * zero-terminated, set on success only.
 *
 * Any number of threads may print one policy. Returns 0, -EINVAL for options of an unknown version or order, or a
 * negative errno.
 */
int selkie_policy_print_fd(const selkie_policy *policy, const struct selkie_print_options *options,
			   selkie_diagnostics *diags, int fd);
int selkie_policy_print_memory(const selkie_policy *policy,
			       const struct selkie_print_options *options,
			       selkie_diagnostics *diags, char **ret_text, size_t *ret_size);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
