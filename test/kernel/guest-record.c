/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The kernel's audit records, taken as an audit daemon takes them (netlink, as the registered daemon) and written as
 * auditd writes its raw records; or, where no daemon is registered, as the kernel's own log shows them. The names of record
 * types are those of auditd; a type that is not in the table is written as auditd does, UNKNOWN[n].
 */
#include "record.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/audit.h>
#include <linux/netlink.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

static const struct {
	int type;
	const char *name;
} types[] = {
	{ AUDIT_SYSCALL, "SYSCALL" },
	{ AUDIT_PATH, "PATH" },
	{ AUDIT_IPC, "IPC" },
	{ AUDIT_SOCKETCALL, "SOCKETCALL" },
	{ AUDIT_CONFIG_CHANGE, "CONFIG_CHANGE" },
	{ AUDIT_SOCKADDR, "SOCKADDR" },
	{ AUDIT_CWD, "CWD" },
	{ AUDIT_EXECVE, "EXECVE" },
	{ AUDIT_EOE, "EOE" },
	{ AUDIT_BPRM_FCAPS, "BPRM_FCAPS" },
	{ AUDIT_MMAP, "MMAP" },
	{ AUDIT_PROCTITLE, "PROCTITLE" },
	{ AUDIT_AVC, "AVC" },
	{ AUDIT_SELINUX_ERR, "SELINUX_ERR" },
	{ AUDIT_MAC_POLICY_LOAD, "MAC_POLICY_LOAD" },
	{ AUDIT_MAC_STATUS, "MAC_STATUS" },
	{ AUDIT_MAC_CONFIG_CHANGE, "MAC_CONFIG_CHANGE" },
	{ AUDIT_BPF, "BPF" },
};

static int netlink = -1, kmsg = -1;
static struct answers records;

static void send_status(uint32_t mask, uint32_t value)
{
	struct {
		struct nlmsghdr h;
		struct audit_status s;
	} m = { 0 };

	m.h.nlmsg_len = sizeof(m);
	m.h.nlmsg_type = AUDIT_SET;
	m.h.nlmsg_flags = NLM_F_REQUEST;
	m.s.mask = mask;
	if (mask == AUDIT_STATUS_PID)
		m.s.pid = value;
	else if (mask == AUDIT_STATUS_ENABLED)
		m.s.enabled = value;
	else
		m.s.backlog_limit = value;
	if (send(netlink, &m, sizeof(m), 0) != sizeof(m))
		die("audit netlink");
}

/* With one rule in place, whatever it says, the kernel collects the paths of a system call. */
static void add_rule(void)
{
	struct {
		struct nlmsghdr h;
		struct audit_rule_data rule;
	} m = { 0 };

	m.h.nlmsg_len = sizeof(m);
	m.h.nlmsg_type = AUDIT_ADD_RULE;
	m.h.nlmsg_flags = NLM_F_REQUEST;
	m.rule.flags = AUDIT_FILTER_EXIT;
	m.rule.action = AUDIT_ALWAYS;
	m.rule.mask[AUDIT_WORD(0x1f7)] = AUDIT_BIT(0x1f7);
	if (send(netlink, &m, sizeof(m), 0) != sizeof(m))
		die("audit netlink");
}

static void start_audit(void)
{
	int room = 8 << 20;

	netlink = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC | SOCK_NONBLOCK, NETLINK_AUDIT);
	if (netlink < 0)
		die("audit netlink");
	setsockopt(netlink, SOL_SOCKET, SO_RCVBUFFORCE, &room, sizeof(room));
	send_status(AUDIT_STATUS_BACKLOG_LIMIT, 8192);
	send_status(AUDIT_STATUS_PID, (uint32_t)getpid());
	send_status(AUDIT_STATUS_ENABLED, 1);
	add_rule();
}

static void start_kmsg(void)
{
	kmsg = open("/dev/kmsg", O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	if (kmsg < 0 || lseek(kmsg, 0, SEEK_END) < 0)
		die("/dev/kmsg");
	/* The kernel otherwise drops lines where many come at once. */
	if (write_file("/proc/sys/kernel/printk_ratelimit", "0", 1))
		die("printk_ratelimit");
}

static void stop(void)
{
	record_drain();
	if (netlink >= 0) {
		send_status(AUDIT_STATUS_PID, 0);
		close(netlink);
	}
	if (kmsg >= 0)
		close(kmsg);
	netlink = kmsg = -1;
}

static void add_record(int type, const char *text, int size)
{
	char name[32];

	/* The end of an event, and answers to ourselves, are not logged by auditd either. */
	if (type == AUDIT_EOE || type == AUDIT_REPLACE || type < AUDIT_FIRST_USER_MSG)
		return;
	snprintf(name, sizeof(name), "UNKNOWN[%d]", type);
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		if (types[i].type == type)
			snprintf(name, sizeof(name), "%s", types[i].name);
	}
	answers_print(&records, "type=%s msg=%.*s\n", name, (int)strnlen(text, (size_t)size), text);
}

static void drain_audit(void)
{
	static union {
		struct nlmsghdr h;
		char bytes[16384];
	} m;

	/* The kernel's thread hands records over a moment later. */
	for (int idle = 0; idle < 10;) {
		ssize_t n = recv(netlink, &m, sizeof(m), 0);

		if (n < (ssize_t)sizeof(m.h)) {
			idle++;
			usleep(2000);
			continue;
		}
		idle = 0;
		/* An audit record's header does not count itself in its length. */
		add_record(m.h.nlmsg_type, NLMSG_DATA(&m.h), (int)(n - NLMSG_HDRLEN));
	}
}

/* "6,339,5140900,-;text" becomes "[    5.140900] text". */
static void drain_kmsg(void)
{
	char line[8192];
	ssize_t n;

	usleep(20000);
	while ((n = read(kmsg, line, sizeof(line) - 1)) > 0 || errno == EPIPE) {
		unsigned long long us;
		char *text;

		if (n < 0)
			continue;
		line[n] = 0;
		text = strchr(line, ';');
		if (!text || sscanf(line, "%*u,%*u,%llu", &us) != 1)
			continue;
		text[1 + strcspn(text + 1, "\n")] = 0;
		answers_print(&records, "[%5llu.%06llu] %s\n", us / 1000000, us % 1000000,
			      text + 1);
		errno = 0;
	}
}

void record_drain(void)
{
	if (netlink >= 0)
		drain_audit();
	if (kmsg >= 0)
		drain_kmsg();
}

struct answers *record_log(void)
{
	return &records;
}

bool record_line(const struct line *l, struct answers *a)
{
	if (strcmp(l->word[0], "record") || l->n_words != 2)
		return false;
	if (!strcmp(l->word[1], "audit"))
		start_audit();
	else if (!strcmp(l->word[1], "kmsg"))
		start_kmsg();
	else if (!strcmp(l->word[1], "off"))
		stop();
	else
		return false;
	answers_result(a, 0);
	return true;
}
