/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_EXPLAIN_VOCABULARY_H
#define SK_EXPLAIN_VOCABULARY_H

#include "model/policy.h"

/*
 * What the explainer knows by name of a class and its permissions, as masks: names are compared once for each class of
 * the policy, not once for each denial. Never changes once it is made.
 */
enum sk_class_kind {
	SK_CLASS_DIR = 1,
	SK_CLASS_PLAIN_FILE = 2,	/* "file" */
	SK_CLASS_FIFO = 4,
	SK_CLASS_SOCKET = 8,		/* "*_socket" */
	SK_CLASS_FD = 16,
	SK_CLASS_PROCESS = 32,
	SK_CLASS_DBUS = 64,
	SK_CLASS_CAPABILITY = 128,	/* of the first 32: in the user name space of the host or another */
	SK_CLASS_NETWORK = 256,		/* packets, peers, interfaces, addresses: labeled by configuration of the network */
};

struct sk_vocabulary {
	unsigned int kind;		/* enum sk_class_kind */
	uint32_t file_mode;		/* S_IFMT bits; 0 for what is no file */
	uint32_t ioctl, nlmsg, open, use, entrypoint, transition, relabelto, node_bind, send_msg;
	uint32_t nnp, nosuid;		/* transitions under no_new_privs, on a nosuid mount */
	uint32_t memory;		/* executable memory */
	uint32_t unix_mode;		/* capabilities that the right Unix owner or mode makes superfluous */
	uint32_t port;			/* to bind and connect to ports */
	uint32_t passed_file, passed_socket;	/* what is done with a descriptor that was handed over open */
	uint32_t change, run, relabel;	/* kinds of rights to files */
	uint32_t needs[32];		/* by permission that failed first: what its operation needs besides (operation.c) */
};

/* An element for each class id; the one of id 0 is empty, for classes that the policy does not know. NULL: no memory. */
struct sk_vocabulary *sk_vocabulary_new(const struct sk_policy *policy);	/* free() */

/* The file type bits (S_IFMT) of an object class; 0 for classes that are no files. */
uint32_t sk_class_file_mode(const char *cls);

#endif
