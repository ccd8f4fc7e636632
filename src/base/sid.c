/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The two tables of initial contexts.
 */
#include "base/sid.h"

#include "base/memory.h"

static const char *const sk_selinux_sids[] = {
	"undefined",  "kernel",		 "security",  "unlabeled",   "fs",
	"file",	      "file_labels",	 "init",      "any_socket",  "port",
	"netif",      "netmsg",		 "node",      "igmp_packet", "icmp_socket",
	"tcp_socket", "sysctl_modprobe", "sysctl",    "sysctl_fs",   "sysctl_kernel",
	"sysctl_net", "sysctl_net_unix", "sysctl_vm", "sysctl_dev",  "kmod",
	"policy",     "scmp_packet",	 "devnull",
};

static const char *const sk_xen_sids[] = {
	"undefined", "xen",   "dom0", "domio",	"domxen", "unlabeled", "security",
	"ioport",    "iomem", "irq",  "device", "domU",	  "domDM",
};

const char *sk_sid_name(bool xen, uint32_t sid)
{
	const char *const *names = xen ? sk_xen_sids : sk_selinux_sids;

	return sid < (xen ? SK_ARRAY_LEN(sk_xen_sids) : SK_ARRAY_LEN(sk_selinux_sids)) ? names[sid] : NULL;
}
