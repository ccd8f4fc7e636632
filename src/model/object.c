/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What has no label of its own: ports, addresses, interfaces, file systems and paths in them, InfiniBand, initial ids.
 * The first statement in the policy's order that matches counts, as in the kernel; compilers sort the statements so that
 * the most specific comes first. Nothing is indexed: these lists are walked once a question.
 */
#include "selkie/object.h"

#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>

#include "base/memory.h"
#include "model/policy.h"
#include "model/words.h"

/* Initial ids that stand in where no statement matches. Numbers are the kernel's and never change. */
enum {
	SK_SID_UNLABELED = 3,
	SK_SID_PORT = 9,
	SK_SID_NETIF = 10,
	SK_SID_NODE = 12,
	SK_MOST_SIDS = 27,
};

/* Policy capabilities under which names and paths are patterns (Linux 6.15). */
enum {
	SK_CAPABILITY_NETIF_WILDCARD = 10,
	SK_CAPABILITY_GENFS_WILDCARD = 11,
};

static void sk_object_found(struct selkie_object *ret, const struct sk_ocontext *o, uint32_t index)
{
	*ret = (struct selkie_object){ SELKIE_OBJECT_STATEMENT, &o->context[0], index };
}

/* The context of an initial id as it stands in, or none. */
static void sk_object_fallback(const struct sk_policy *p, uint32_t sid, struct selkie_object *ret)
{
	*ret = (struct selkie_object){ SELKIE_OBJECT_NONE, NULL, 0 };
	for (uint32_t i = 0; i < p->n_ocontexts[SK_OCON_ISID]; i++)
		if (p->ocontexts[SK_OCON_ISID][i].u.sid == sid) {
			ret->source = SELKIE_OBJECT_INITIAL;
			ret->context = &p->ocontexts[SK_OCON_ISID][i].context[0];
			return;
		}
}

void selkie_object_port(const selkie_policy *policy, int protocol, uint16_t port, struct selkie_object *ret)
{
	for (uint32_t i = 0; i < policy->n_ocontexts[SK_OCON_PORT]; i++) {
		const struct sk_ocontext *o = &policy->ocontexts[SK_OCON_PORT][i];

		if (o->u.port.protocol == (uint32_t)protocol && o->u.port.low <= port &&
		    port <= o->u.port.high) {
			sk_object_found(ret, o, i);
			return;
		}
	}
	sk_object_fallback(policy, SK_SID_PORT, ret);
}

static bool sk_node_matches(const struct sk_ocontext *o, const uint8_t *address, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if ((address[i] & o->u.node.mask[i]) != o->u.node.address[i])
			return false;
	return true;
}

void selkie_object_node(const selkie_policy *policy, int family, const void *address,
			struct selkie_object *ret)
{
	enum sk_ocontext_kind kind = family == AF_INET ? SK_OCON_NODE : SK_OCON_NODE6;

	if (family == AF_INET || family == AF_INET6)
		for (uint32_t i = 0; i < policy->n_ocontexts[kind]; i++)
			if (sk_node_matches(&policy->ocontexts[kind][i], address,
					    family == AF_INET ? 4 : 16)) {
				sk_object_found(ret, &policy->ocontexts[kind][i], i);
				return;
			}
	sk_object_fallback(policy, SK_SID_NODE, ret);
}

/* '*' is any run of letters, '?' one (kernel: match_wildcard). Takes at most pattern times name steps. */
static bool sk_wildcard_matches(const char *pattern, const char *name)
{
	const char *star = NULL, *again = NULL;

	while (*name) {
		if (*pattern == '*') {
			star = pattern++;
			again = name;
		} else if (*pattern == '?' || *pattern == *name) {
			pattern++;
			name++;
		} else if (star) {
			pattern = star + 1;
			name = ++again;
		} else {
			return false;
		}
	}
	while (*pattern == '*')
		pattern++;
	return !*pattern;
}

void selkie_object_netif(const selkie_policy *policy, const char *name, struct selkie_object *ret,
			 const selkie_context **ret_packet)
{
	bool wildcards = sk_bitset_has(&policy->capabilities, SK_CAPABILITY_NETIF_WILDCARD);

	for (uint32_t i = 0; i < policy->n_ocontexts[SK_OCON_NETIF]; i++) {
		const struct sk_ocontext *o = &policy->ocontexts[SK_OCON_NETIF][i];

		if (wildcards ? sk_wildcard_matches(o->name, name) : !strcmp(o->name, name)) {
			sk_object_found(ret, o, i);
			if (ret_packet)
				*ret_packet = &o->context[1];
			return;
		}
	}
	sk_object_fallback(policy, SK_SID_NETIF, ret);
	if (ret_packet)
		*ret_packet = NULL;
}

static bool sk_genfs_matches(const struct sk_genfs_path *g, const char *path, uint32_t cls, bool wildcards)
{
	if (g->cls.v && g->cls.v != cls)
		return false;
	return wildcards ? sk_wildcard_matches(g->path, path)
			 : !strncmp(g->path, path, strlen(g->path));
}

/* The kernel sorts the paths by length as it reads them; here the longest that fits is looked for. */
static const struct sk_genfs_path *sk_genfs_find(const struct sk_policy *p, const struct sk_genfs *g,
						 const char *path, uint32_t cls)
{
	bool wildcards = sk_bitset_has(&p->capabilities, SK_CAPABILITY_GENFS_WILDCARD);
	const struct sk_genfs_path *best = NULL;

	for (uint32_t i = 0; i < g->n_paths; i++)
		if (sk_genfs_matches(&g->paths[i], path, cls, wildcards) &&
		    (!best || strlen(g->paths[i].path) > strlen(best->path)))
			best = &g->paths[i];
	return best;
}

/* False when no genfscon statement matches. The index counts the paths of all file systems in order. */
static bool sk_genfs_lookup(const struct sk_policy *p, const char *fstype, const char *path,
			    uint32_t cls, struct selkie_object *ret)
{
	uint32_t before = 0;

	while (path[0] == '/' && path[1] == '/')
		path++;
	for (uint32_t i = 0; i < p->n_genfs; i++) {
		const struct sk_genfs *g = &p->genfs[i];
		const struct sk_genfs_path *found;

		if (strcmp(g->fstype, fstype)) {
			before += g->n_paths;
			continue;
		}
		found = sk_genfs_find(p, g, path, cls);
		if (!found)
			return false;
		*ret = (struct selkie_object){ SELKIE_OBJECT_STATEMENT, &found->context,
					       before + (uint32_t)(found - g->paths) };
		return true;
	}
	return false;
}

void selkie_object_genfs(const selkie_policy *policy, const char *fstype, const char *path,
			 selkie_class_id cls, struct selkie_object *ret)
{
	if (!cls.v)
		cls = sk_policy_find_class(policy, "file");
	if (!sk_genfs_lookup(policy, fstype, path, cls.v, ret))
		sk_object_fallback(policy, SK_SID_UNLABELED, ret);
}

void selkie_object_fs(const selkie_policy *policy, const char *fstype, enum selkie_fs_behavior *ret_behavior,
		      struct selkie_object *ret)
{
	struct sk_class_id dir = sk_policy_find_class(policy, "dir");

	for (uint32_t i = 0; i < policy->n_ocontexts[SK_OCON_FSUSE]; i++) {
		const struct sk_ocontext *o = &policy->ocontexts[SK_OCON_FSUSE][i];

		if (strcmp(o->name, fstype))
			continue;
		*ret_behavior = (enum selkie_fs_behavior)o->u.behavior;
		sk_object_found(ret, o, i);
		return;
	}
	if (sk_genfs_lookup(policy, fstype, "/", dir.v, ret)) {
		*ret_behavior = SELKIE_FS_GENFS;
		return;
	}
	*ret_behavior = SELKIE_FS_NONE;
	sk_object_fallback(policy, SK_SID_UNLABELED, ret);
}

void selkie_object_ibpkey(const selkie_policy *policy, const uint8_t prefix[8], uint16_t pkey,
			  struct selkie_object *ret)
{
	for (uint32_t i = 0; i < policy->n_ocontexts[SK_OCON_IBPKEY]; i++) {
		const struct sk_ocontext *o = &policy->ocontexts[SK_OCON_IBPKEY][i];

		if (o->u.ibpkey.low <= pkey && pkey <= o->u.ibpkey.high &&
		    !memcmp(o->u.ibpkey.prefix, prefix, 8)) {
			sk_object_found(ret, o, i);
			return;
		}
	}
	sk_object_fallback(policy, SK_SID_UNLABELED, ret);
}

void selkie_object_ibendport(const selkie_policy *policy, const char *device, uint8_t port,
			     struct selkie_object *ret)
{
	for (uint32_t i = 0; i < policy->n_ocontexts[SK_OCON_IBENDPORT]; i++) {
		const struct sk_ocontext *o = &policy->ocontexts[SK_OCON_IBENDPORT][i];

		if (o->u.ibport == port && !strcmp(o->name, device)) {
			sk_object_found(ret, o, i);
			return;
		}
	}
	sk_object_fallback(policy, SK_SID_UNLABELED, ret);
}

const char *selkie_initial_name(uint32_t sid)
{
	return sk_sid_word(SK_TARGET_SELINUX, sid);
}

uint32_t selkie_initial_find(const char *name)
{
	for (uint32_t sid = 1; sid <= SK_MOST_SIDS; sid++) {
		const char *known = selkie_initial_name(sid);

		if (known && !strcmp(known, name))
			return sid;
	}
	return 0;
}

void selkie_object_initial(const selkie_policy *policy, uint32_t sid, struct selkie_object *ret)
{
	for (uint32_t i = 0; i < policy->n_ocontexts[SK_OCON_ISID]; i++)
		if (policy->ocontexts[SK_OCON_ISID][i].u.sid == sid) {
			sk_object_found(ret, &policy->ocontexts[SK_OCON_ISID][i], i);
			return;
		}
	sk_object_fallback(policy, SK_SID_UNLABELED, ret);
}

size_t selkie_policy_n_ports(const selkie_policy *policy)
{
	return policy->n_ocontexts[SK_OCON_PORT];
}

void selkie_policy_port(const selkie_policy *policy, size_t i, struct selkie_port_range *ret)
{
	const struct sk_ocontext *o = &policy->ocontexts[SK_OCON_PORT][i];

	ret->protocol = (int)o->u.port.protocol;
	ret->low = (uint16_t)o->u.port.low;
	ret->high = (uint16_t)o->u.port.high;
	ret->context = &o->context[0];
}
