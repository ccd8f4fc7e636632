/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The labeling statements of a policy as the public structure.
 */
#include "selkie/labeling.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "model/text.h"
#include "model/words.h"

/* The tables of object contexts that make up a kind, in the order they are counted; SK_N_OCON where there is none. */
static const struct {
	enum sk_ocontext_kind first, second;
} sk_labeling_tables[SELKIE_N_LABELING_KINDS] = {
	[SELKIE_LABELING_SID] = { SK_OCON_ISID, SK_OCON_XEN_ISID },
	[SELKIE_LABELING_FS_USE] = { SK_OCON_FSUSE, SK_N_OCON },
	[SELKIE_LABELING_GENFS] = { SK_N_OCON, SK_N_OCON },
	[SELKIE_LABELING_PORT] = { SK_OCON_PORT, SK_N_OCON },
	[SELKIE_LABELING_NETIF] = { SK_OCON_NETIF, SK_N_OCON },
	[SELKIE_LABELING_NODE] = { SK_OCON_NODE, SK_OCON_NODE6 },
	[SELKIE_LABELING_IBPKEY] = { SK_OCON_IBPKEY, SK_N_OCON },
	[SELKIE_LABELING_IBENDPORT] = { SK_OCON_IBENDPORT, SK_N_OCON },
	[SELKIE_LABELING_PIRQ] = { SK_OCON_XEN_PIRQ, SK_N_OCON },
	[SELKIE_LABELING_IOPORT] = { SK_OCON_XEN_IOPORT, SK_N_OCON },
	[SELKIE_LABELING_IOMEM] = { SK_OCON_XEN_IOMEM, SK_N_OCON },
	[SELKIE_LABELING_PCIDEVICE] = { SK_OCON_XEN_PCIDEVICE, SK_N_OCON },
	[SELKIE_LABELING_DEVICETREE] = { SK_OCON_XEN_DEVICETREE, SK_N_OCON },
};

static size_t sk_ocontext_count(const struct sk_policy *policy, enum sk_ocontext_kind kind)
{
	return kind == SK_N_OCON ? 0 : policy->n_ocontexts[kind];
}

size_t selkie_labeling_count(const selkie_policy *policy, enum selkie_labeling_kind kind)
{
	size_t n = 0;

	if ((unsigned int)kind >= SELKIE_N_LABELING_KINDS)
		return 0;
	for (uint32_t i = 0; kind == SELKIE_LABELING_GENFS && i < policy->n_genfs; i++)
		n += policy->genfs[i].n_paths;
	return n + sk_ocontext_count(policy, sk_labeling_tables[kind].first) +
	       sk_ocontext_count(policy, sk_labeling_tables[kind].second);
}

static int sk_labeling_get_genfs(const struct sk_policy *policy, size_t i,
				 struct selkie_labeling *ret)
{
	for (uint32_t g = 0; g < policy->n_genfs; g++) {
		const struct sk_genfs *fs = &policy->genfs[g];

		if (i < fs->n_paths) {
			ret->name = fs->fstype;
			ret->path = fs->paths[i].path;
			ret->cls = fs->paths[i].cls;
			ret->context = &fs->paths[i].context;
			return 0;
		}
		i -= fs->n_paths;
	}
	return -EINVAL;
}

/* The fields of each kind of object context. */
static void sk_labeling_fill(const struct sk_policy *policy, enum sk_ocontext_kind table,
			     const struct sk_ocontext *o, struct selkie_labeling *ret)
{
	ret->name = o->name;
	ret->context = &o->context[0];
	switch (table) {
	case SK_OCON_ISID:
	case SK_OCON_XEN_ISID:
		ret->low = ret->high = o->u.sid;
		ret->name = sk_sid_word(policy->target, o->u.sid);
		break;
	case SK_OCON_PORT:
		ret->protocol = o->u.port.protocol;
		ret->low = o->u.port.low;
		ret->high = o->u.port.high;
		break;
	case SK_OCON_NETIF:
		ret->packet_context = &o->context[1];
		break;
	case SK_OCON_NODE:
	case SK_OCON_NODE6:
		ret->family = table == SK_OCON_NODE ? AF_INET : AF_INET6;
		memcpy(ret->address, o->u.node.address, table == SK_OCON_NODE ? 4 : 16);
		memcpy(ret->mask, o->u.node.mask, table == SK_OCON_NODE ? 4 : 16);
		break;
	case SK_OCON_FSUSE:
		ret->behavior = o->u.behavior;
		break;
	case SK_OCON_IBPKEY:
		memcpy(ret->address, o->u.ibpkey.prefix, 8);
		ret->low = o->u.ibpkey.low;
		ret->high = o->u.ibpkey.high;
		break;
	case SK_OCON_IBENDPORT:
		ret->low = ret->high = o->u.ibport;
		break;
	case SK_OCON_XEN_PIRQ:
		ret->low = ret->high = o->u.irq;
		break;
	case SK_OCON_XEN_IOPORT:
	case SK_OCON_XEN_IOMEM:
		ret->low = o->u.io.low;
		ret->high = o->u.io.high;
		break;
	case SK_OCON_XEN_PCIDEVICE:
		ret->low = ret->high = o->u.device;
		break;
	default:
		break;
	}
}

int selkie_labeling_get(const selkie_policy *policy, enum selkie_labeling_kind kind, size_t i,
			struct selkie_labeling *ret)
{
	enum sk_ocontext_kind table;
	size_t n;

	memset(ret, 0, sizeof(*ret));
	if ((unsigned int)kind >= SELKIE_N_LABELING_KINDS)
		return -EINVAL;
	ret->kind = kind;
	if (kind == SELKIE_LABELING_GENFS)
		return sk_labeling_get_genfs(policy, i, ret);
	table = sk_labeling_tables[kind].first;
	n = sk_ocontext_count(policy, table);
	if (i >= n) {
		i -= n;
		table = sk_labeling_tables[kind].second;
	}
	if (i >= sk_ocontext_count(policy, table))
		return -EINVAL;
	sk_labeling_fill(policy, table, &policy->ocontexts[table][i], ret);
	return 0;
}

int selkie_labeling_print(const selkie_policy *policy, const struct selkie_labeling *labeling,
			  char **ret_text)
{
	sk_auto_buf struct sk_buf buf = SK_BUF_INIT;
	char *s;

	sk_text_labeling(&buf, policy, labeling);
	s = sk_buf_steal(&buf, NULL);
	if (!s)
		return -ENOMEM;
	*ret_text = s;
	return 0;
}
