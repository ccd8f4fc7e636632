/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Under enforcing the kernel names only the permission that failed first. What a program does next is known from how
 * files and sockets are used; refpolicy's permission sets (policy/support/obj_perm_sets.spt) say the same. The rows are
 * kept small on purpose: what an operation may need is not listed, only what it cannot do without.
 */
#include "explain/operation.h"

#include <string.h>

struct sk_operation_row {
	const char *classes;	/* separated by blanks; "*_socket" for all sockets */
	const char *failed;	/* one permission */
	const char *needs;	/* further ones, separated by blanks */
};

static const struct sk_operation_row sk_operations[] = {
	{ "file", "getattr", "open read" },
	{ "file", "read", "getattr open" },
	{ "file", "open", "getattr" },
	{ "file", "map", "getattr open read" },
	{ "file", "ioctl", "getattr open read" },
	{ "file", "lock", "getattr open read" },
	{ "file", "write", "getattr open" },
	{ "file", "append", "getattr open" },
	{ "file", "create", "getattr open write" },
	{ "file", "setattr", "getattr" },
	{ "file", "execute", "getattr open read map execute_no_trans" },
	{ "file", "execute_no_trans", "getattr open read map execute" },
	{ "file", "unlink", "getattr" },
	{ "file", "rename", "getattr" },
	{ "lnk_file", "read", "getattr" },
	{ "lnk_file", "getattr", "read" },
	{ "chr_file blk_file fifo_file", "getattr", "open read" },
	{ "chr_file blk_file fifo_file", "read", "getattr open" },
	{ "chr_file blk_file fifo_file", "write", "getattr open" },
	{ "chr_file blk_file fifo_file", "append", "getattr open" },
	{ "chr_file blk_file", "ioctl", "getattr open" },
	{ "sock_file", "write", "getattr" },
	{ "dir", "getattr", "search" },
	{ "dir", "search", "getattr" },
	{ "dir", "read", "getattr open search" },
	{ "dir", "open", "getattr read search" },
	{ "dir", "write", "getattr search add_name" },
	{ "dir", "add_name", "getattr search write" },
	{ "dir", "remove_name", "getattr search write" },
	{ "dir", "create", "getattr search" },
	{ "dir", "rmdir", "getattr search" },
	{ "*_socket", "create", "getattr getopt setopt read write" },
	{ "*_socket", "read", "getattr" },
	{ "*_socket", "write", "getattr" },
	{ "*_socket", "listen", "accept" },
	{ "*_socket", "nlmsg_read", "create bind getattr read write" },
	{ "*_socket", "nlmsg_write", "create bind getattr read write nlmsg_read" },
	{ "shm", "associate", "getattr read unix_read" },
	{ "shm", "write", "associate getattr read unix_read unix_write" },
	{ "sem msgq", "associate", "getattr read unix_read" },
	{ "service", "start", "status" },
	{ "service", "stop", "status" },
	{ "service", "reload", "status" },
};

static bool sk_class_in(const char *cls, const char *classes)
{
	size_t n = strlen(cls);

	for (const char *p = classes; *p;) {
		size_t len = strcspn(p, " ");

		if (p[0] == '*' && n >= len - 1 && !memcmp(cls + n - (len - 1), p + 1, len - 1))
			return true;
		if (len == n && !memcmp(p, cls, n))
			return true;
		p += len;
		p += *p == ' ';
	}
	return false;
}

/* The bits of names that the class has; a name that it lacks needs nothing. */
static uint32_t sk_perms_of_names(const struct sk_class *cls, const char *names)
{
	uint32_t perms = 0;

	for (uint32_t bit = 0; bit < 32; bit++) {
		const char *name = cls->perm_names[bit];

		if (name && sk_class_in(name, names))
			perms |= 1u << bit;
	}
	return perms;
}

void sk_operation_learn(const struct sk_class *cls, uint32_t needs[32])
{
	for (size_t i = 0; i < SK_ARRAY_LEN(sk_operations); i++) {
		const struct sk_operation_row *row = &sk_operations[i];
		uint32_t failed = sk_class_in(cls->name, row->classes) ? sk_class_find_perm(cls, row->failed) : 0;

		if (failed)
			needs[__builtin_ctz(failed)] |= sk_perms_of_names(cls, row->needs);
	}
}

uint32_t sk_operation_perms(const struct sk_vocabulary *words, const struct sk_class *cls, uint32_t perms)
{
	uint32_t needs = perms & cls->perm_mask;

	for (uint32_t left = needs; left; left &= left - 1)
		needs |= words->needs[__builtin_ctz(left)];
	return needs;
}
