/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the library expects of deeds. Which permission the kernel asks for is the kernel's business and written down here
 * from its source (Linux 6.1: selinux_file_ioctl in security/selinux/hooks.c, and nlmsgtab.c); whether it is granted is
 * the library's.
 */
#include "deeds.h"

#include <selkie/name.h>

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

static bool granted(const selkie_state *state, const selkie_context *source,
		    const selkie_context *target, const char *class, const char *perm,
		    const uint16_t *number)
{
	const selkie_policy *policy = selkie_state_policy(state);
	struct selkie_question q = { .source = source, .target = target };
	uint32_t ret;

	q.cls = selkie_class_find(policy, class);
	q.perms = selkie_permission_find(policy, q.cls, perm);
	if (number) {
		q.has_number = true;
		q.kind = SELKIE_XPERM_IOCTL;
		q.number = *number;
	}
	if (selkie_access_check(state, NULL, &q, &ret)) {
		fprintf(stderr, "kernel-judge: cannot decide\n");
		exit(3);
	}
	return q.perms && ret == q.perms;
}

static bool ioctl_through(const selkie_state *state, const selkie_context *source,
			  const selkie_context *file, uint16_t number)
{
	switch (number) {
	case 0x0001: /* FIBMAP */
	case 0x0002: /* FIGETBSZ */
	case 0x541b: /* FIONREAD */
		return granted(state, source, file, "file", "getattr", NULL);
	case 0x5421: /* FIONBIO */
	case 0x5452: /* FIOASYNC */
		return true;
	case 0x4b47: /* KDSKBENT */
	case 0x4b49: /* KDSKBSENT */
		return granted(state, source, source, "capability", "sys_tty_config", NULL);
	}
	return granted(state, source, file, "file", "ioctl", &number);
}

void expect_ioctls(const selkie_state *state, const selkie_context *source,
		   const selkie_context *file, char *text, size_t size)
{
	size_t n = (size_t)snprintf(text, size, "through");
	unsigned int first = 0;
	bool through = false;

	for (unsigned int i = 0; i <= 0x10000; i++) {
		bool now = i < 0x10000 && ioctl_through(state, source, file, (uint16_t)i);

		if (now && !through)
			first = i;
		if (!now && through && n < size)
			n += (size_t)snprintf(text + n, size - n, " %04x-%04x", first, i - 1);
		through = now;
	}
}

/* Of the route messages, those that get something are at every fourth place, from 18 on. */
void expect_message(const selkie_state *state, const selkie_context *source, unsigned int type,
		    char *text, size_t size)
{
	const char *perm = type % 4 == 2 ? "nlmsg_read" : "nlmsg_write";

	if (granted(state, source, source, "netlink_route_socket", perm, NULL))
		snprintf(text, size, "ok");
	else
		snprintf(text, size, "! %d", EACCES);
}
