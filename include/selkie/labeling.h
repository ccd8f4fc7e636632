/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SELKIE_LABELING_H
#define SELKIE_LABELING_H

#include <stddef.h>
#include <stdint.h>

#include <selkie/context.h>
#include <selkie/policy.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/*
 * Labeling statements: the contexts that a policy itself gives to what cannot carry a label. Which statement applies to
 * a given port, address or path is answered by object.h; this is the list. All may be called from any thread.
 */
enum selkie_labeling_kind {
	SELKIE_LABELING_SID, /* initial contexts */
	SELKIE_LABELING_FS_USE,
	SELKIE_LABELING_GENFS,
	SELKIE_LABELING_PORT,
	SELKIE_LABELING_NETIF,
	SELKIE_LABELING_NODE, /* IPv4 first, then IPv6 */
	SELKIE_LABELING_IBPKEY,
	SELKIE_LABELING_IBENDPORT,
	/* Xen */
	SELKIE_LABELING_PIRQ,
	SELKIE_LABELING_IOPORT,
	SELKIE_LABELING_IOMEM,
	SELKIE_LABELING_PCIDEVICE,
	SELKIE_LABELING_DEVICETREE,
	SELKIE_N_LABELING_KINDS,
};

struct selkie_labeling {
	enum selkie_labeling_kind kind;
	const char *
		name; /* initial id, file system, interface, InfiniBand device, device tree path; else NULL */
	const char *path;    /* GENFS: within that file system */
	selkie_class_id cls; /* GENFS: of files of that class only; 0: of all */
	uint32_t behavior;   /* FS_USE: enum selkie_fs_behavior (object.h) */
	uint32_t protocol;   /* PORT: IPPROTO_* */
	uint64_t low,
		high; /* SID, PORT, IBPKEY, IBENDPORT, PIRQ, IOPORT, IOMEM, PCIDEVICE: number or range */
	int family; /* NODE: AF_INET or AF_INET6 */
	uint8_t address
		[16];	  /* NODE: network order, 4 or 16 bytes; IBPKEY: subnet prefix, 8 bytes */
	uint8_t mask[16]; /* NODE */
	const selkie_context *context;	      /* borrowed from the policy */
	const selkie_context *packet_context; /* NETIF: of packets; else NULL */
};

size_t selkie_labeling_count(const selkie_policy *policy, enum selkie_labeling_kind kind);

/* The i-th, from 0, in the policy's order. Returns 0 or -EINVAL. */
int selkie_labeling_get(const selkie_policy *policy, enum selkie_labeling_kind kind, size_t i,
			struct selkie_labeling *ret);

/* As policy text: "portcon tcp 80 system_u:object_r:http_port_t:s0". Returns 0 or -ENOMEM; freed with free(). */
int selkie_labeling_print(const selkie_policy *policy, const struct selkie_labeling *labeling,
			  char **ret_text);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
