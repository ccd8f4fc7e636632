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

#ifdef __cplusplus
}
#endif

#endif
