/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SELKIE_POLICY_H
#define SELKIE_POLICY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <selkie/diagnostic.h>
#include <selkie/ids.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/*
 * A kernel policy in memory. It is complete and checked once it exists, never changes afterwards, and may be used by
 * any number of threads at once without locks.
 */
typedef struct sk_policy selkie_policy;

/* The input was refused; the diagnostics say which field at which offset. */
#define SELKIE_POLICY_REFUSED 1

/*
 * Reads a kernel binary policy, versions 15 to 35, for SELinux or Xen, with or without MLS.
 *
 * path, fd, data/size: where it comes from. fd must be a regular file or one that can be read to its end (as
 * /sys/fs/selinux/policy); it is borrowed. `name` is what diagnostics call the input; NULL is allowed.
 * diags: gets the reason when the input is refused; NULL is allowed.
 * ret_policy: set on success only; owned by the caller (selkie_policy_free).
 *
 * Returns 0, SELKIE_POLICY_REFUSED, or a negative errno.
 */
int selkie_policy_load(const char *path, selkie_diagnostics *diags, selkie_policy **ret_policy);
int selkie_policy_read_fd(int fd, const char *name, selkie_diagnostics *diags,
			  selkie_policy **ret_policy);
int selkie_policy_read_memory(const void *data, size_t size, const char *name,
			      selkie_diagnostics *diags, selkie_policy **ret_policy);

/*
 * Writes a policy as a kernel binary policy.
 *
 * version: 15 to 35, or 0 for the version the policy has. A policy that was read and is written in its own version
 * gives the bytes it was read from (docs/kernel-policy.md names the few spellings that no compiler writes and that
 * come out canonical).
 * diags: gets what the version cannot express: errors when the policy is not written because of it, warnings for what
 * is left out, as compilers do; NULL is allowed.
 *
 * write_memory: *ret_data is the caller's (free), set on success only. write_fd: writes from the fd's position; after
 * a failure part of it may have been written. save: replaces the file at path atomically: at any time, after a power
 * failure too, there is the old policy or the new one, whole. The mode of the old file is kept.
 *
 * Returns 0, SELKIE_POLICY_REFUSED, or a negative errno.
 */
int selkie_policy_write_memory(const selkie_policy *policy, unsigned int version,
			       selkie_diagnostics *diags, void **ret_data, size_t *ret_size);
int selkie_policy_write_fd(const selkie_policy *policy, int fd, unsigned int version,
			   selkie_diagnostics *diags);
int selkie_policy_save(const selkie_policy *policy, const char *path, unsigned int version,
		       selkie_diagnostics *diags);

void selkie_policy_free(selkie_policy *policy);		/* NULL is allowed */

/* What a policy is made for. */
enum selkie_target {
	SELKIE_TARGET_SELINUX,
	SELKIE_TARGET_XEN,
};

/* What the kernel does about classes and permissions that the policy does not know. Values as in the file. */
enum selkie_unknown {
	SELKIE_UNKNOWN_DENY = 0,
	SELKIE_UNKNOWN_REJECT = 2,	/* refuse to load the policy */
	SELKIE_UNKNOWN_ALLOW = 4,
};

unsigned int selkie_policy_version(const selkie_policy *policy);
bool selkie_policy_is_mls(const selkie_policy *policy);
enum selkie_target selkie_policy_target(const selkie_policy *policy);
enum selkie_unknown selkie_policy_handle_unknown(const selkie_policy *policy);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
