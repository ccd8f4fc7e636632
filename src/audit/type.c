/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Record types by name and by number, from linux/audit.h and libaudit.h. Only types that the explanation of a denial
 * asks for are told apart. Numbers stand in the kernel's own printout and where a daemon did not know a name.
 */
#include "audit/type.h"

#include <string.h>

#include "base/memory.h"

static const struct {
	const char *name;
	unsigned int number; /* 0: a group */
} sk_types[SELKIE_AUDIT_N_TYPES] = {
	[SELKIE_AUDIT_OTHER] = { "other", 0 },
	[SELKIE_AUDIT_AVC] = { "AVC", 1400 },
	[SELKIE_AUDIT_USER_AVC] = { "USER_AVC", 1107 },
	[SELKIE_AUDIT_SELINUX_ERR] = { "SELINUX_ERR", 1401 },
	[SELKIE_AUDIT_USER_SELINUX_ERR] = { "USER_SELINUX_ERR", 1122 },
	[SELKIE_AUDIT_AVC_PATH] = { "AVC_PATH", 1402 },
	[SELKIE_AUDIT_SYSCALL] = { "SYSCALL", 1300 },
	[SELKIE_AUDIT_PATH] = { "PATH", 1302 },
	[SELKIE_AUDIT_CWD] = { "CWD", 1307 },
	[SELKIE_AUDIT_SOCKADDR] = { "SOCKADDR", 1306 },
	[SELKIE_AUDIT_EXECVE] = { "EXECVE", 1309 },
	[SELKIE_AUDIT_PROCTITLE] = { "PROCTITLE", 1327 },
	[SELKIE_AUDIT_OBJ_PID] = { "OBJ_PID", 1318 },
	[SELKIE_AUDIT_IPC] = { "IPC", 1303 },
	[SELKIE_AUDIT_BPRM_FCAPS] = { "BPRM_FCAPS", 1321 },
	[SELKIE_AUDIT_EOE] = { "EOE", 1320 },
	[SELKIE_AUDIT_DAEMON] = { "daemon", 0 },
	[SELKIE_AUDIT_USER] = { "user", 0 },
};

const char *selkie_audit_type_name(enum selkie_audit_type type)
{
	return (unsigned int)type < SELKIE_AUDIT_N_TYPES ? sk_types[type].name : "other";
}

static enum selkie_audit_type sk_type_of_number(unsigned int number)
{
	for (unsigned int t = 0; t < SELKIE_AUDIT_N_TYPES; t++)
		if (sk_types[t].number == number && number)
			return (enum selkie_audit_type)t;
	if (number >= 1200 && number <= 1299)
		return SELKIE_AUDIT_DAEMON;
	/* 1100 to 1199 and 2100 to 2999 come from user space. */
	if ((number >= 1100 && number <= 1199) || (number >= 2100 && number <= 2999))
		return SELKIE_AUDIT_USER;
	return SELKIE_AUDIT_OTHER;
}

static bool sk_type_number(const char *s, size_t n, enum selkie_audit_type *ret_type)
{
	unsigned int number = 0;

	if (!n || n > 9)
		return false;
	for (size_t i = 0; i < n; i++) {
		if (s[i] < '0' || s[i] > '9')
			return false;
		number = number * 10 + (unsigned int)(s[i] - '0');
	}
	*ret_type = sk_type_of_number(number);
	return true;
}

static bool sk_type_word(const char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (!((s[i] >= 'A' && s[i] <= 'Z') || (s[i] >= '0' && s[i] <= '9') || s[i] == '_'))
			return false;
	return n > 0;
}

static bool sk_starts(const char *s, size_t n, const char *with)
{
	size_t m = strlen(with);

	return n >= m && !memcmp(s, with, m);
}

static enum selkie_audit_type sk_type_group(const char *s, size_t n)
{
	if (sk_starts(s, n, "DAEMON_"))
		return SELKIE_AUDIT_DAEMON;
	if (sk_starts(s, n, "USER") || sk_starts(s, n, "CRED_") || sk_starts(s, n, "ROLE_") ||
	    sk_starts(s, n, "ADD_") || sk_starts(s, n, "DEL_") || sk_starts(s, n, "GRP_") ||
	    sk_starts(s, n, "CHGRP_") || sk_starts(s, n, "ACCT_") || sk_starts(s, n, "SERVICE_") ||
	    sk_starts(s, n, "SYSTEM_") || sk_starts(s, n, "VIRT_") || sk_starts(s, n, "CRYPTO_") ||
	    sk_starts(s, n, "SOFTWARE_") || sk_starts(s, n, "TRUSTED_APP"))
		return SELKIE_AUDIT_USER;
	return SELKIE_AUDIT_OTHER;
}

/* The types whose names have that many letters. */
static const uint8_t sk_by_size[][4] = {
	[3] = { SELKIE_AUDIT_AVC, SELKIE_AUDIT_CWD, SELKIE_AUDIT_EOE, SELKIE_AUDIT_IPC },
	[4] = { SELKIE_AUDIT_PATH },
	[6] = { SELKIE_AUDIT_EXECVE },
	[7] = { SELKIE_AUDIT_SYSCALL, SELKIE_AUDIT_OBJ_PID },
	[8] = { SELKIE_AUDIT_SOCKADDR, SELKIE_AUDIT_USER_AVC, SELKIE_AUDIT_AVC_PATH },
	[9] = { SELKIE_AUDIT_PROCTITLE },
	[10] = { SELKIE_AUDIT_BPRM_FCAPS },
	[11] = { SELKIE_AUDIT_SELINUX_ERR },
	[16] = { SELKIE_AUDIT_USER_SELINUX_ERR },
};

bool sk_audit_type_find(const char *s, size_t n, enum selkie_audit_type *ret_type)
{
	const uint8_t *candidates = n < SK_ARRAY_LEN(sk_by_size) ? sk_by_size[n] : sk_by_size[0];

	for (unsigned int i = 0; i < 4 && candidates[i]; i++) {
		if (!memcmp(sk_types[candidates[i]].name, s, n)) {
			*ret_type = (enum selkie_audit_type)candidates[i];
			return true;
		}
	}
	if (sk_type_number(s, n, ret_type))
		return true;
	if (n > 9 && sk_starts(s, n, "UNKNOWN[") && s[n - 1] == ']')
		return sk_type_number(s + 8, n - 9, ret_type);
	if (!sk_type_word(s, n))
		return false;
	/* journald's form of a type it does not know. */
	if (sk_starts(s, n, "AUDIT") && sk_type_number(s + 5, n - 5, ret_type))
		return true;
	*ret_type = sk_type_group(s, n);
	return true;
}
