/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SELKIE_EXPERIMENTAL_MACHINE_H
#define SELKIE_EXPERIMENTAL_MACHINE_H

#include <stddef.h>

#include <selkie/diagnostic.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/*
 * A throwaway machine: a real Linux kernel in an emulator, booted with a policy, asked, and gone. Not settled yet: what
 * stands here may change with any release.
 */
#define SELKIE_MACHINE_OPTIONS_VERSION 1

/* A further policy, for lines "load NAME". */
struct selkie_machine_policy {
	const char *name;
	const void *data;
	size_t size;
};

/* Initialize with SELKIE_MACHINE_OPTIONS_INIT. All is borrowed for the call. */
struct selkie_machine_options {
	unsigned int version;	/* SELKIE_MACHINE_OPTIONS_VERSION */
	const char *kernel;	/* a kernel image; NULL: that of this system, or the newest in /boot */
	const char *guest;	/* the program in the machine; NULL: the installed one */
	unsigned int seconds;	/* after which it is given up; 0: 300 */
	const struct selkie_machine_policy *policies;
	size_t n_policies;
};

#define SELKIE_MACHINE_OPTIONS_INIT                                                                \
	{                                                                                          \
		SELKIE_MACHINE_OPTIONS_VERSION, 0, 0, 0, 0, 0                                      \
	}

/* There is no emulator, no kernel, or the machine did not come to its end; the diagnostics say what. */
#define SELKIE_MACHINE_UNAVAILABLE 1

/*
 * Boots a machine whose kernel loads the policy (permissive, so that the policy does not judge who asks), and puts the lines
 * of a job to it. Needs qemu-system-x86_64, and neither root nor KVM, which is used where it is there and works. Files are made in a folder below TMPDIR, which is
 * gone afterwards. diags: E0691, E0692; NULL is allowed.
 *
 * policy, size: a kernel policy of a version that the kernel reads. job: lines as "access SOURCE TARGET CLASS",
 * "create ... [NAME]", "member ...", "relabel ...", "boolean NAME 0|1", "commit", "load NAME" for a further policy.
 * *ret_answers: one line of answer each, zero-terminated; the caller's (free). What the kernel answers to an access begins
 * with the allowed vector in hexadecimal; "! N" is an errno.
 * Returns 0, SELKIE_MACHINE_UNAVAILABLE, -EINVAL for a wrong version, or another negative errno.
 */
int selkie_machine_ask(const struct selkie_machine_options *options, const void *policy, size_t size, const char *job,
		       selkie_diagnostics *diags, char **ret_answers);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
