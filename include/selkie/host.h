/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SELKIE_HOST_H
#define SELKIE_HOST_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <selkie/policy.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/*
 * This machine's SELinux, or that of another root directory: where its policy is and what its booleans are. `root` is
 * NULL or "/" for the running system; for another root nothing of the running system is looked at.
 */

/* That root has no SELinux configuration, or no policy. */
#define SELKIE_HOST_NONE 1

/*
 * The policy store's name (SELINUXTYPE in etc/selinux/config; "targeted" where it does not say, as libselinux).
 * *ret_type is freed with free(). Returns 0, SELKIE_HOST_NONE when there is no configuration, or a negative errno.
 */
int selkie_host_policy_type(const char *root, char **ret_type);

/*
 * The policy: of the running system what the kernel has loaded, /sys/fs/selinux/policy, where that may be read; else,
 * and of another root, the file of the highest version in etc/selinux/TYPE/policy (of those the kernel can take).
 * *ret_path is freed with free(). Returns 0, SELKIE_HOST_NONE, or a negative errno.
 */
int selkie_host_policy_path(const char *root, char **ret_path);

/* Where boolean values came from. */
enum selkie_host_booleans {
	SELKIE_HOST_LIVE = 1,		/* the running kernel's, /sys/fs/selinux/booleans */
	SELKIE_HOST_PERSISTED = 2,	/* booleans.local, in etc/selinux/TYPE and in the module store */
	SELKIE_HOST_DEFAULTS = 3,	/* neither: the policy's own */
};

/*
 * Calls each(arg, name, value) for every boolean whose value is set on that root, until it returns nonzero, which is
 * passed on. Values that come later win. *ret_from says where they came from. Returns 0 or a negative errno.
 */
int selkie_host_read_booleans(const char *root, int (*each)(void *arg, const char *name, bool value),
			      void *arg, enum selkie_host_booleans *ret_from);

/* A process of this machine. Strings are valid during the call that hands it over. */
struct selkie_host_process {
	unsigned long pid;
	const char *context; /* as the kernel has it */
	const char *command; /* its short name */
};

/*
 * Calls each(arg, process) for every process whose context can be read, until it returns nonzero, which is passed on.
 * Processes that end meanwhile are left out. Without SELinux there are none. Returns 0 or a negative errno.
 */
int selkie_host_each_process(int (*each)(void *arg, const struct selkie_host_process *process),
			     void *arg);

/*
 * What a path below root is: its file type in the S_IFMT bits, and the label it really has, NULL where none can be read.
 * The last symbolic link is not followed. *ret_context is freed with free(). Returns 0 or a negative errno.
 */
int selkie_host_file(const char *root, const char *path, uint32_t *ret_mode, char **ret_context);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
