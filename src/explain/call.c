/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * System calls by what they tell about a denial: whether a program was being executed, whether descriptors arrived from
 * elsewhere, or whether the call worked on a descriptor that was open before. Numbers are those of the kernel's system
 * call tables (arch/x86/entry/syscalls, include/uapi/asm-generic/unistd.h); enriched records bring the name.
 */
#include "explain/call.h"

#include <string.h>

#define SK_ARCH_X86_64 0xc000003e
#define SK_ARCH_I386 0x40000003
#define SK_ARCH_AARCH64 0xc00000b7
#define SK_ARCH_RISCV64 0xc00000f3

struct sk_call_row {
	const char *name;
	enum sk_call call;
	int x86_64, i386, generic;	/* numbers; -1: none */
};

static const struct sk_call_row sk_calls[] = {
	{ "execve", SK_CALL_EXEC, 59, 11, 221 },
	{ "execveat", SK_CALL_EXEC, 322, 358, 281 },
	{ "recvmsg", SK_CALL_RECEIVE, 47, 372, 212 },
	{ "recvmmsg", SK_CALL_RECEIVE, 299, 337, 243 },
	{ "read", SK_CALL_DESCRIPTOR, 0, 3, 63 },
	{ "write", SK_CALL_DESCRIPTOR, 1, 4, 64 },
	{ "fstat", SK_CALL_DESCRIPTOR, 5, 108, 80 },
	{ "lseek", SK_CALL_DESCRIPTOR, 8, 19, 62 },
	{ "mmap", SK_CALL_DESCRIPTOR, 9, 192, 222 },
	{ "ioctl", SK_CALL_DESCRIPTOR, 16, 54, 29 },
	{ "pread64", SK_CALL_DESCRIPTOR, 17, 180, 67 },
	{ "pwrite64", SK_CALL_DESCRIPTOR, 18, 181, 68 },
	{ "readv", SK_CALL_DESCRIPTOR, 19, 145, 65 },
	{ "writev", SK_CALL_DESCRIPTOR, 20, 146, 66 },
	{ "sendfile", SK_CALL_DESCRIPTOR, 40, 187, 71 },
	{ "fcntl", SK_CALL_DESCRIPTOR, 72, 221, 25 },
	{ "flock", SK_CALL_DESCRIPTOR, 73, 143, 32 },
	{ "fsync", SK_CALL_DESCRIPTOR, 74, 118, 82 },
	{ "getdents", SK_CALL_DESCRIPTOR, 78, 141, -1 },
	{ "getdents64", SK_CALL_DESCRIPTOR, 217, 220, 61 },
	{ "splice", SK_CALL_DESCRIPTOR, 275, 313, 76 },
};

static bool sk_text_is(struct selkie_audit_text text, const char *s)
{
	return text.data && text.size == strlen(s) && !memcmp(text.data, s, text.size);
}

static enum sk_call sk_call_by_name(struct selkie_audit_text name)
{
	for (size_t i = 0; i < SK_ARRAY_LEN(sk_calls); i++)
		if (sk_text_is(name, sk_calls[i].name))
			return sk_calls[i].call;
	return SK_CALL_OTHER;
}

static enum sk_call sk_call_by_number(int64_t arch, int64_t number)
{
	for (size_t i = 0; i < SK_ARRAY_LEN(sk_calls); i++) {
		const struct sk_call_row *row = &sk_calls[i];
		int n = arch == SK_ARCH_X86_64 ? row->x86_64 : arch == SK_ARCH_I386 ? row->i386
			: row->generic;

		if (n == number)
			return row->call;
	}
	return SK_CALL_OTHER;
}

enum sk_call sk_call_of_event(const struct selkie_audit_event *event)
{
	const struct selkie_audit_record *r = selkie_audit_event_record(event, SELKIE_AUDIT_SYSCALL);
	struct selkie_audit_text number, name;
	int64_t arch, n;

	if (!r)
		return SK_CALL_UNKNOWN;
	number = selkie_audit_field(r, "syscall");
	if (selkie_audit_number(number, 10, &n)) {
		if (!selkie_audit_number(selkie_audit_field(r, "arch"), 16, &arch))
			return SK_CALL_UNKNOWN;
		if (arch == SK_ARCH_X86_64 || arch == SK_ARCH_I386 || arch == SK_ARCH_AARCH64 ||
		    arch == SK_ARCH_RISCV64)
			return sk_call_by_number(arch, n);
		name = selkie_audit_field(r, "SYSCALL");
	} else {
		name = number;		/* ausearch -i */
	}
	return name.data ? sk_call_by_name(name) : SK_CALL_UNKNOWN;
}
