/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SELKIE_OBJECT_H
#define SELKIE_OBJECT_H

#include <stddef.h>
#include <stdint.h>

#include <selkie/context.h>
#include <selkie/policy.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/*
 * The contexts a policy gives to what has no label of its own: ports, addresses, interfaces, file systems, paths in
 * them, the kernel's initial ids. Contexts are borrowed from the policy. All may be called from any thread.
 *
 * Rules: the kernel's security_port_sid, security_node_sid, security_netif_sid, security_fs_use, security_genfs_sid,
 * security_ib_pkey_sid, security_ib_endport_sid (security/selinux/ss/services.c, Linux 6.1).
 */

/* How an object got its context. */
enum selkie_object_source {
	SELKIE_OBJECT_STATEMENT,	/* a portcon, nodecon, netifcon, fs_use, genfscon, ... statement */
	SELKIE_OBJECT_INITIAL,		/* no statement matches: that of the initial id (port, node, netif, unlabeled) */
	SELKIE_OBJECT_NONE,		/* nor has the policy that initial id: no context */
};

struct selkie_object {
	enum selkie_object_source source;
	const selkie_context *context;	/* borrowed; NULL for SELKIE_OBJECT_NONE */
	uint32_t index;			/* position among the policy's statements of that kind; with STATEMENT */
};

/* protocol: IPPROTO_TCP, IPPROTO_UDP, IPPROTO_DCCP or IPPROTO_SCTP; port in host order. */
void selkie_object_port(const selkie_policy *policy, int protocol, uint16_t port, struct selkie_object *ret);

/* family: AF_INET or AF_INET6; address: 4 or 16 bytes in network order. */
void selkie_object_node(const selkie_policy *policy, int family, const void *address,
			struct selkie_object *ret);

/*
 * Names are compared exactly; under the policy capability netif_wildcard (Linux 6.15) statements hold patterns, of which
 * the first that matches counts. ret_packet: context of packets, NULL without a statement; may be NULL.
 */
void selkie_object_netif(const selkie_policy *policy, const char *name, struct selkie_object *ret,
			 const selkie_context **ret_packet);

/*
 * How files of a file system get their labels. behavior: SELKIE_FS_* below. A file system that no fs_use statement
 * names has the context genfscon gives to "/", else SELKIE_FS_NONE with the unlabeled context.
 */
enum selkie_fs_behavior {
	SELKIE_FS_XATTR = 1,
	SELKIE_FS_TRANS = 2,
	SELKIE_FS_TASK = 3,
	SELKIE_FS_GENFS = 4,
	SELKIE_FS_NONE = 5,
};

void selkie_object_fs(const selkie_policy *policy, const char *fstype, enum selkie_fs_behavior *ret_behavior,
		      struct selkie_object *ret);

/*
 * path: from the root of that file system ("/net/rpc"). cls: of the object, 0 for a regular file. The longest prefix
 * wins; under the policy capability genfs_seclabel_wildcard the longest pattern.
 */
void selkie_object_genfs(const selkie_policy *policy, const char *fstype, const char *path,
			 selkie_class_id cls, struct selkie_object *ret);

/* prefix: the first 8 bytes of the subnet prefix in network order. */
void selkie_object_ibpkey(const selkie_policy *policy, const uint8_t prefix[8], uint16_t pkey,
			  struct selkie_object *ret);
void selkie_object_ibendport(const selkie_policy *policy, const char *device, uint8_t port,
			     struct selkie_object *ret);

/* Initial ids by name ("kernel", "unlabeled", ...) or number. The names are the kernel's, not the policy's. */
uint32_t selkie_initial_find(const char *name);		/* 0 when there is none */
const char *selkie_initial_name(uint32_t sid);		/* NULL when there is none */
void selkie_object_initial(const selkie_policy *policy, uint32_t sid, struct selkie_object *ret);

/* The port statements in the policy's order, of which the first that matches counts. */
struct selkie_port_range {
	int protocol;
	uint16_t low, high;
	const selkie_context *context;
};

size_t selkie_policy_n_ports(const selkie_policy *policy);
void selkie_policy_port(const selkie_policy *policy, size_t i, struct selkie_port_range *ret);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
