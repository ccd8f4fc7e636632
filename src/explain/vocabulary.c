/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Names to masks. A row says which permissions a word of ours stands for; a class that lacks some of them has the rest.
 */
#include "explain/vocabulary.h"

#include <string.h>
#include <sys/stat.h>

#include "base/word.h"
#include "explain/operation.h"

static const struct {
	size_t at;		/* offset of the mask */
	const char *perms;	/* separated by blanks */
} sk_words[] = {
	{ offsetof(struct sk_vocabulary, ioctl), "ioctl" },
	{ offsetof(struct sk_vocabulary, nlmsg), "nlmsg" },
	{ offsetof(struct sk_vocabulary, open), "open" },
	{ offsetof(struct sk_vocabulary, use), "use" },
	{ offsetof(struct sk_vocabulary, entrypoint), "entrypoint" },
	{ offsetof(struct sk_vocabulary, transition), "transition" },
	{ offsetof(struct sk_vocabulary, relabelto), "relabelto" },
	{ offsetof(struct sk_vocabulary, node_bind), "node_bind" },
	{ offsetof(struct sk_vocabulary, send_msg), "send_msg" },
	{ offsetof(struct sk_vocabulary, nnp), "nnp_transition" },
	{ offsetof(struct sk_vocabulary, nosuid), "nosuid_transition" },
	{ offsetof(struct sk_vocabulary, memory), "execmem execmod execstack execheap" },
	{ offsetof(struct sk_vocabulary, unix_mode), "dac_override dac_read_search fowner fsetid ipc_owner" },
	{ offsetof(struct sk_vocabulary, port), "name_bind name_connect" },
	{ offsetof(struct sk_vocabulary, passed_file), "read write append getattr ioctl lock" },
	{ offsetof(struct sk_vocabulary, passed_socket),
	  "read write append getattr setattr ioctl lock getopt setopt accept listen shutdown bind connect" },
	{ offsetof(struct sk_vocabulary, change), "write create unlink rename add_name remove_name" },
	{ offsetof(struct sk_vocabulary, run), "execute execute_no_trans execmod" },
	{ offsetof(struct sk_vocabulary, relabel), "relabelfrom relabelto" },
};

static const struct {
	const char *classes;
	enum sk_class_kind kind;
} sk_kinds[] = {
	{ "dir", SK_CLASS_DIR },
	{ "file", SK_CLASS_PLAIN_FILE },
	{ "fifo_file", SK_CLASS_FIFO },
	{ "fd", SK_CLASS_FD },
	{ "process", SK_CLASS_PROCESS },
	{ "dbus", SK_CLASS_DBUS },
	{ "capability cap_userns", SK_CLASS_CAPABILITY },
	{ "packet peer netif node association infiniband_pkey infiniband_endport", SK_CLASS_NETWORK },
};

uint32_t sk_class_file_mode(const char *cls)
{
	static const struct {
		const char *cls;
		uint32_t mode;
	} rows[] = {
		{ "file", S_IFREG }, { "dir", S_IFDIR }, { "lnk_file", S_IFLNK },
		{ "chr_file", S_IFCHR }, { "blk_file", S_IFBLK }, { "sock_file", S_IFSOCK },
		{ "fifo_file", S_IFIFO },
	};

	for (size_t i = 0; i < SK_ARRAY_LEN(rows); i++)
		if (!strcmp(rows[i].cls, cls))
			return rows[i].mode;
	return 0;
}

static void sk_vocabulary_learn(struct sk_vocabulary *v, const struct sk_class *cls)
{
	v->file_mode = sk_class_file_mode(cls->name);
	if (sk_has_suffix(cls->name, "_socket"))
		v->kind |= SK_CLASS_SOCKET;
	for (size_t i = 0; i < SK_ARRAY_LEN(sk_kinds); i++)
		if (sk_name_in(sk_kinds[i].classes, cls->name))
			v->kind |= sk_kinds[i].kind;
	for (uint32_t bit = 0; bit < 32; bit++) {
		if (!cls->perm_names[bit])
			continue;
		for (size_t i = 0; i < SK_ARRAY_LEN(sk_words); i++)
			if (sk_name_in(sk_words[i].perms, cls->perm_names[bit]))
				*(uint32_t *)((char *)v + sk_words[i].at) |= 1u << bit;
	}
	sk_operation_learn(cls, v->needs);
}

struct sk_vocabulary *sk_vocabulary_new(const struct sk_policy *policy)
{
	struct sk_vocabulary *v = calloc((size_t)policy->n_class_ids + 1, sizeof(*v));

	for (uint32_t i = 0; v && i < policy->n_classes; i++)
		sk_vocabulary_learn(&v[policy->classes[i].id.v], &policy->classes[i]);
	return v;
}
