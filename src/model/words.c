/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Words for the numbers of a policy file, as tables.
 */
#include "model/words.h"

#include <netinet/in.h>
#include <string.h>

#include "base/sid.h"
#include "selkie/capability.h"

const struct sk_rule_word sk_rule_words[] = {
	{ "allow", SELKIE_RULE_ALLOW },
	{ "allowxperm", SELKIE_RULE_ALLOWXPERM },
	{ "auditallow", SELKIE_RULE_AUDITALLOW },
	{ "auditallowxperm", SELKIE_RULE_AUDITALLOWXPERM },
	{ "dontaudit", SELKIE_RULE_DONTAUDIT },
	{ "dontauditxperm", SELKIE_RULE_DONTAUDITXPERM },
	{ "neverallow", SELKIE_RULE_NEVERALLOW },
	{ "neverallowxperm", SELKIE_RULE_NEVERALLOWXPERM },
	{ "type_transition", SELKIE_RULE_TYPE_TRANSITION },
	{ "type_change", SELKIE_RULE_TYPE_CHANGE },
	{ "type_member", SELKIE_RULE_TYPE_MEMBER },
	{ "allow", SELKIE_RULE_ROLE_ALLOW },
	{ "role_transition", SELKIE_RULE_ROLE_TRANSITION },
	{ "range_transition", SELKIE_RULE_RANGE_TRANSITION },
	{ NULL, 0 },
};

const char *selkie_rule_kind_name(enum selkie_rule_kind kind)
{
	for (const struct sk_rule_word *w = sk_rule_words; w->word; w++)
		if (w->kind == kind)
			return w->word;
	return NULL;
}

#define SK_WORD(table, i) ((i) < SK_ARRAY_LEN(table) ? (table)[i] : NULL)

const char *sk_sid_word(enum sk_target target, uint32_t sid)
{
	return sk_sid_name(target == SK_TARGET_XEN, sid);
}

static const char *const sk_fs_behaviors[] = {
	[SK_FS_USE_XATTR] = "fs_use_xattr", [SK_FS_USE_TRANS] = "fs_use_trans",
	[SK_FS_USE_TASK] = "fs_use_task",   [SK_FS_USE_GENFS] = "fs_use_genfs",
	[SK_FS_USE_NONE] = "fs_use_none",   [SK_FS_USE_MNTPOINT] = "fs_use_mntpoint",
};

const char *sk_fs_behavior_word(uint32_t behavior)
{
	return SK_WORD(sk_fs_behaviors, behavior);
}

const char *sk_protocol_word(uint32_t protocol)
{
	switch (protocol) {
	case IPPROTO_TCP:
		return "tcp";
	case IPPROTO_UDP:
		return "udp";
	case IPPROTO_DCCP:
		return "dccp";
	case IPPROTO_SCTP:
		return "sctp";
	default:
		return NULL;
	}
}

static const char *const sk_constraint_ops[] = {
	[SK_OP_EQ] = "==",	 [SK_OP_NEQ] = "!=",	    [SK_OP_DOM] = "dom",
	[SK_OP_DOMBY] = "domby", [SK_OP_INCOMP] = "incomp",
};

const char *sk_constraint_op_word(uint32_t op)
{
	return SK_WORD(sk_constraint_ops, op);
}

static const char *const sk_cond_ops[] = {
	[SK_COND_NOT] = "!", [SK_COND_OR] = "||", [SK_COND_AND] = "&&",
	[SK_COND_XOR] = "^", [SK_COND_EQ] = "==", [SK_COND_NEQ] = "!=",
};

const char *sk_cond_op_word(uint32_t op)
{
	return SK_WORD(sk_cond_ops, op);
}

static const char *const sk_defaults[] = {
	[SK_DEFAULT_SOURCE] = "source",
	[SK_DEFAULT_TARGET] = "target",
};

const char *sk_default_word(uint32_t value)
{
	return SK_WORD(sk_defaults, value);
}

static const char *const sk_default_ranges[] = {
	[SK_DEFAULT_SOURCE_LOW] = "source low",
	[SK_DEFAULT_SOURCE_HIGH] = "source high",
	[SK_DEFAULT_SOURCE_LOW_HIGH] = "source low_high",
	[SK_DEFAULT_TARGET_LOW] = "target low",
	[SK_DEFAULT_TARGET_HIGH] = "target high",
	[SK_DEFAULT_TARGET_LOW_HIGH] = "target low_high",
	[SK_DEFAULT_GLBLUB] = "glblub",
};

const char *sk_default_range_word(uint32_t value)
{
	return SK_WORD(sk_default_ranges, value);
}

/* Bits of the file, from 0 (kernel: policycap.h and policycap_names.h; libsepol: polcaps.c). */
static const char *const sk_capabilities[] = {
	"network_peer_controls",   "open_perms",	 "extended_socket_class",
	"always_check_network",	   "cgroup_seclabel",	 "nnp_nosuid_transition",
	"genfs_seclabel_symlinks", "ioctl_skip_cloexec", "userspace_initial_context",
	"netlink_xperm",	   "netif_wildcard",	 "genfs_seclabel_wildcard",
	"functionfs_seclabel",	   "memfd_class",	 "bpf_token_perms",
};

const char *selkie_capability_name(uint32_t capability)
{
	return SK_WORD(sk_capabilities, capability);
}

uint32_t selkie_capability_find(const char *name)
{
	for (uint32_t i = 0; i < SK_ARRAY_LEN(sk_capabilities); i++)
		if (!strcmp(sk_capabilities[i], name))
			return i;
	return SELKIE_CAPABILITY_NONE;
}

uint32_t selkie_capability_next(const selkie_policy *policy, uint32_t from)
{
	return sk_bitset_next(&policy->capabilities, from);
}

bool selkie_policy_has_capability(const selkie_policy *policy, uint32_t capability)
{
	return sk_bitset_has(&policy->capabilities, capability);
}
