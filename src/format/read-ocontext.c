/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The contexts that a kernel policy gives to objects without a label of their own: initial SIDs, file systems, ports,
 * interfaces, nodes, InfiniBand, Xen's resources, and paths of file systems.
 */
#include "format/kernel-reader.h"

#include <string.h>

static void sk_kernel_sid(struct sk_kernel_reader *k, struct sk_ocontext *c)
{
	c->u.sid = sk_read_u32(&k->r, "number of an initial SID");
	if (!k->r.failed && (!c->u.sid || c->u.sid == UINT32_MAX))
		sk_refuse(k, SK_E_VALUE, "number of an initial SID",
			  "an initial SID cannot have the number %u", c->u.sid);
}

/* Two words that bound a range. */
static void sk_kernel_low_high(struct sk_kernel_reader *k, uint32_t *ret_low, uint32_t *ret_high,
			       uint32_t most, const char *field)
{
	*ret_low = sk_read_u32(&k->r, field);
	*ret_high = sk_read_u32(&k->r, field);
	if (!k->r.failed && (*ret_low > *ret_high || *ret_high > most))
		sk_refuse(k, SK_E_VALUE, field, "%u to %u is no range within 0 to %u", *ret_low,
			  *ret_high, most);
}

static void sk_kernel_port(struct sk_kernel_reader *k, struct sk_ocontext *c)
{
	c->u.port.protocol = sk_read_u32(&k->r, "protocol of a port");
	if (c->u.port.protocol > 255)
		sk_refuse(k, SK_E_VALUE, "protocol of a port", "there is no protocol %u",
			  c->u.port.protocol);
	sk_kernel_low_high(k, &c->u.port.low, &c->u.port.high, 65535, "port range");
}

static void sk_kernel_node_address(struct sk_kernel_reader *k, struct sk_ocontext *c, size_t size)
{
	sk_read_bytes(&k->r, c->u.node.address, size, "address of a node");
	sk_read_bytes(&k->r, c->u.node.mask, size, "mask of a node");
}

static void sk_kernel_fs_use(struct sk_kernel_reader *k, struct sk_ocontext *c)
{
	c->u.behavior = sk_read_u32(&k->r, "labeling behavior of a file system");
	if (!k->r.failed && (c->u.behavior < SK_FS_USE_XATTR || c->u.behavior > SK_FS_USE_NONE))
		sk_refuse(k, SK_E_VALUE, "labeling behavior of a file system",
			  "there is no labeling behavior %u", c->u.behavior);
	c->name = sk_kernel_name(k, "name of a file system");
}

static void sk_kernel_ibpkey(struct sk_kernel_reader *k, struct sk_ocontext *c)
{
	sk_read_bytes(&k->r, c->u.ibpkey.prefix, sizeof(c->u.ibpkey.prefix),
		      "subnet prefix of an InfiniBand key");
	sk_kernel_low_high(k, &c->u.ibpkey.low, &c->u.ibpkey.high, 65535, "InfiniBand keys");
}

static void sk_kernel_ibendport(struct sk_kernel_reader *k, struct sk_ocontext *c)
{
	uint32_t length = sk_kernel_name_length(k, "length of an InfiniBand device's name");

	if (length > 63)
		sk_refuse(k, SK_E_NAME, "length of an InfiniBand device's name",
			  "the name of an InfiniBand device has at most 63 bytes, not %u", length);
	c->u.ibport = sk_read_u32(&k->r, "InfiniBand port");
	if (!k->r.failed && (!c->u.ibport || c->u.ibport > 255))
		sk_refuse(k, SK_E_VALUE, "InfiniBand port", "an InfiniBand port is 1 to 255, not %u",
			  c->u.ibport);
	c->name = sk_kernel_name_bytes(k, length, "name of an InfiniBand device");
}

static void sk_kernel_iomem(struct sk_kernel_reader *k, struct sk_ocontext *c)
{
	bool wide = k->p->version >= SK_SINCE_XEN_DEVICETREE;

	c->u.io.low = wide ? sk_read_u64(&k->r, "I/O memory") : sk_read_u32(&k->r, "I/O memory");
	c->u.io.high = wide ? sk_read_u64(&k->r, "I/O memory") : sk_read_u32(&k->r, "I/O memory");
	if (!k->r.failed && c->u.io.low > c->u.io.high)
		sk_refuse(k, SK_E_VALUE, "I/O memory", "the range of I/O memory ends before it starts");
}

static void sk_kernel_ioport(struct sk_kernel_reader *k, struct sk_ocontext *c)
{
	uint32_t low, high;

	sk_kernel_low_high(k, &low, &high, UINT32_MAX, "I/O ports");
	c->u.io.low = low;
	c->u.io.high = high;
}

static void sk_kernel_ocontext_key(struct sk_kernel_reader *k, struct sk_ocontext *c,
				   enum sk_ocontext_kind kind)
{
	switch (kind) {
	case SK_OCON_ISID:
	case SK_OCON_XEN_ISID:
		sk_kernel_sid(k, c);
		break;
	case SK_OCON_FS:
		c->name = sk_kernel_name(k, "name of a file system");
		break;
	case SK_OCON_NETIF:
		c->name = sk_kernel_name(k, "name of a network interface");
		break;
	case SK_OCON_PORT:
		sk_kernel_port(k, c);
		break;
	case SK_OCON_NODE:
		sk_kernel_node_address(k, c, 4);
		break;
	case SK_OCON_NODE6:
		sk_kernel_node_address(k, c, 16);
		break;
	case SK_OCON_FSUSE:
		sk_kernel_fs_use(k, c);
		break;
	case SK_OCON_IBPKEY:
		sk_kernel_ibpkey(k, c);
		break;
	case SK_OCON_IBENDPORT:
		sk_kernel_ibendport(k, c);
		break;
	case SK_OCON_XEN_PIRQ:
		c->u.irq = sk_read_u32(&k->r, "interrupt");
		break;
	case SK_OCON_XEN_IOPORT:
		sk_kernel_ioport(k, c);
		break;
	case SK_OCON_XEN_IOMEM:
		sk_kernel_iomem(k, c);
		break;
	case SK_OCON_XEN_PCIDEVICE:
		c->u.device = sk_read_u32(&k->r, "PCI device");
		break;
	case SK_OCON_XEN_DEVICETREE:
		c->name = sk_kernel_name(k, "path in the device tree");
		break;
	case SK_N_OCON:
		break;
	}
}

void sk_kernel_ocontexts(struct sk_kernel_reader *k)
{
	uint32_t n_kinds = sk_kernel_n_ocontexts(k->p->target, k->p->version);
	size_t min_size = k->p->version >= SK_SINCE_MLS ? 36 : 16;

	for (uint32_t i = 0; i < n_kinds && !k->r.failed; i++) {
		enum sk_ocontext_kind kind = sk_kernel_ocontext_kind(k->p->target, i);
		uint32_t n = sk_read_count(&k->r, min_size, "number of object contexts");
		struct sk_ocontext *list = SK_KERNEL_ARRAY(k, struct sk_ocontext, n);

		k->p->ocontexts[kind] = list;
		k->what = "object context";
		k->count = n;
		for (uint32_t j = 0; j < n && !k->r.failed; j++) {
			k->number = j;
			sk_kernel_ocontext_key(k, &list[j], kind);
			sk_kernel_context(k, &list[j].context[0], "context of an object");
			if (kind == SK_OCON_FS || kind == SK_OCON_NETIF)
				sk_kernel_context(k, &list[j].context[1],
						  "second context of an object");
			k->p->n_ocontexts[kind]++;
		}
		k->what = NULL;
	}
}

static void sk_kernel_genfs_path(struct sk_kernel_reader *k, struct sk_genfs_path *path)
{
	path->path = sk_kernel_name(k, "path of a genfscon");
	path->cls.v = sk_read_u32(&k->r, "class of a genfscon");
	if (path->cls.v)
		sk_kernel_check_id(k, SK_SYM_CLASS, path->cls.v, sk_reader_offset(&k->r) - 4,
				   "class of a genfscon");
	sk_kernel_context(k, &path->context, "context of a genfscon");
}

void sk_kernel_genfs(struct sk_kernel_reader *k)
{
	uint32_t n = sk_read_count(&k->r, 9, "number of genfscon file systems");
	struct sk_genfs *list = SK_KERNEL_ARRAY(k, struct sk_genfs, n);

	k->p->genfs = list;
	k->what = "genfscon file system";
	k->count = n;
	for (uint32_t i = 0; i < n && !k->r.failed; i++) {
		struct sk_genfs_path *paths;

		k->number = i;
		list[i].fstype = sk_kernel_name(k, "file system of a genfscon");
		list[i].n_paths = sk_read_count(&k->r, 21, "number of genfscon paths");
		list[i].paths = paths = SK_KERNEL_ARRAY(k, struct sk_genfs_path, list[i].n_paths);
		for (uint32_t j = 0; j < list[i].n_paths && !k->r.failed; j++)
			sk_kernel_genfs_path(k, &paths[j]);
		k->p->n_genfs++;
	}
	k->what = NULL;
}
