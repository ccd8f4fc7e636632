/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Contexts of objects: ports, nodes, file systems and the like, and of initial SIDs.
 */
#include "unit/te-lower.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <string.h>

#define PUT(kind, ...) SK_TE_PUT(l, SK_UNIT_##kind, __VA_ARGS__)

/* Addresses */

static int sk_te_bad_address(struct sk_te_lower *l, const struct sk_te_name *name, const char *what)
{
	sk_te_complain(l, "E0146", name, "this is no %s", what);
	return SK_TE_REFUSED;
}

static void sk_te_mask(uint8_t *mask, unsigned long bits)
{
	for (unsigned int i = 0; i < 16; i++, bits -= SK_MIN(bits, 8ul))
		mask[i] = bits >= 8 ? 0xff : (uint8_t)(0xff00u >> bits);
}

/* ADDRESS/BITS. Bits of the host are cut off, as checkpolicy does. */
static int sk_te_network(struct sk_te_lower *l, const struct sk_te_name *name, int family, struct sk_address *ret)
{
	const char *text = sk_intern_str(l->space->names, name->name), *slash = strchr(text, '/');
	unsigned long bits = strtoul(slash + 1, NULL, 10);
	char address[64];

	snprintf(address, sizeof(address), "%.*s", (int)SK_MIN(slash - text, 60), text);
	if (inet_pton(family, address, ret->address) != 1)
		return sk_te_bad_address(l, name, "network");
	if (strlen(slash + 1) > 3 || bits > (family == AF_INET ? 32 : 128))
		return sk_te_bad_address(l, name, "network: its mask has too many bits");
	sk_te_mask(ret->mask, bits);
	if (family == AF_INET)
		memset(ret->mask + 4, 0, 12);
	for (unsigned int i = 0; i < 16; i++)
		ret->address[i] &= ret->mask[i];
	return 0;
}

static int sk_te_nodecon(struct sk_te_lower *l, const struct sk_te_stmt *s, uint32_t *ret_address)
{
	bool v4 = s->word[0] == SK_TOKEN_IPV4 || s->word[0] == SK_TOKEN_IPV4_CIDR;
	struct sk_address address = { .family = v4 ? 4 : 6 };
	int r, family = v4 ? AF_INET : AF_INET6;

	if (s->name2.name == SK_INTERN_NONE) {
		r = sk_te_network(l, &s->name, family, &address);
	} else {
		r = 0;
		if (inet_pton(family, sk_intern_str(l->space->names, s->name.name), address.address) != 1)
			r = sk_te_bad_address(l, &s->name, "address");
		else if (inet_pton(family, sk_intern_str(l->space->names, s->name2.name), address.mask) != 1)
			r = sk_te_bad_address(l, &s->name2, "mask");
	}
	return r ? r : sk_space_address(l->space, &address, ret_address);
}

static int sk_te_subnet(struct sk_te_lower *l, const struct sk_te_stmt *s, uint32_t *ret_address)
{
	struct sk_address address = { .family = 6 };

	sk_te_mask(address.mask, 64);
	if (inet_pton(AF_INET6, sk_intern_str(l->space->names, s->name.name), address.address) != 1)
		return sk_te_bad_address(l, &s->name, "subnet prefix");
	for (unsigned int i = 8; i < 16; i++)
		if (address.address[i])
			return sk_te_bad_address(l, &s->name, "subnet prefix: its last 64 bits must be 0");
	return sk_space_address(l->space, &address, ret_address);
}

/* Numbers */

static int sk_te_numbers(struct sk_te_lower *l, const struct sk_te_stmt *s, uint64_t most)
{
	struct sk_te_name here = { .name = SK_INTERN_NONE, .addr = s->addr, .expansion = s->expansion };

	if (s->number[0] > most || s->number[1] > most)
		sk_te_complain(l, "E0145", &here, "the number is too large: at most %llu", (unsigned long long)most);
	else if (s->number[0] > s->number[1])
		sk_te_complain(l, "E0145", &here, "the range %llu-%llu runs backwards",
			       (unsigned long long)s->number[0], (unsigned long long)s->number[1]);
	else
		return 0;
	return SK_TE_REFUSED;
}

static int sk_te_portcon(struct sk_te_lower *l, const struct sk_te_stmt *s, uint32_t context)
{
	static const char *const protocols[] = { "tcp", "udp", "dccp", "sctp" };
	const char *text = sk_intern_str(l->space->names, s->name.name);
	uint32_t name;
	int r = sk_te_numbers(l, s, 0xffff);

	for (size_t i = 0; i < SK_ARRAY_LEN(protocols) && !r; i++) {
		if (strcasecmp(text, protocols[i]))
			continue;
		r = sk_intern_add_static(l->space->names, protocols[i], strlen(protocols[i]), &name);
		return r ? r : PUT(PORTCON, name, (uint32_t)s->number[0], (uint32_t)s->number[1], context);
	}
	if (!r)
		sk_te_complain(l, "E0147", &s->name, "a protocol is tcp, udp, dccp or sctp");
	return SK_TE_REFUSED;
}

static int sk_te_genfscon(struct sk_te_lower *l, const struct sk_te_stmt *s, uint32_t context)
{
	static const char letters[] = "?-dcbspl";	/* in the order of enum sk_unit_file */
	const char *text = s->name3.name == SK_INTERN_NONE ? NULL : sk_intern_str(l->space->names, s->name3.name), *found;

	if (!text)
		return PUT(GENFSCON, s->name.name, s->name2.name, SK_UNIT_FILE_ANY, context);
	found = text[0] && text[0] != '?' && !text[1] ? strchr(letters, text[0]) : NULL;
	if (found)
		return PUT(GENFSCON, s->name.name, s->name2.name, (uint32_t)(found - letters), context);
	sk_te_complain(l, "E0147", &s->name3, "a kind of file is one of -- -d -c -b -p -l -s");
	return SK_TE_REFUSED;
}

static int sk_te_sid(struct sk_te_lower *l, const struct sk_te_stmt *s)
{
	uint32_t sid, context;
	int r = sk_te_use(l, SK_NS_SID, &s->name, &sid);

	if (r || !s->context)
		return r ? r : PUT(SID, sid);
	r = sk_te_context(l, s->context, &context);
	return r ? r : PUT(SID_CONTEXT, sid, context);
}

/* Whose context is one, with nothing to it. */
static int sk_te_simple_object(struct sk_te_lower *l, const struct sk_te_stmt *s, uint32_t context)
{
	const uint32_t low = (uint32_t)s->number[0], high = (uint32_t)s->number[1];
	uint32_t part;
	int r;

	switch (s->kind) {
	case SK_TE_NODECON:
		r = sk_te_nodecon(l, s, &part);
		return r ? r : PUT(NODECON, part, context);
	case SK_TE_NETIFCON:
		r = sk_te_context(l, &s->context[1], &part);
		return r ? r : PUT(NETIFCON, s->name.name, context, part);
	case SK_TE_IBPKEYCON:
		r = sk_te_numbers(l, s, 0xffff);
		if (!r)
			r = sk_te_subnet(l, s, &part);
		return r ? r : PUT(IBPKEYCON, part, low, high, context, SK_INTERN_NONE);
	case SK_TE_IBENDPORTCON:
		return PUT(IBENDPORTCON, s->name.name, low, context);
	case SK_TE_FS_USE_XATTR: case SK_TE_FS_USE_TASK: case SK_TE_FS_USE_TRANS:
		return PUT(FSUSE, SK_UNIT_FSUSE_XATTR + (s->kind - SK_TE_FS_USE_XATTR), s->name.name, context);
	case SK_TE_PIRQCON:
		return PUT(PIRQCON, low, context);
	case SK_TE_IOMEMCON:
		r = sk_te_numbers(l, s, UINT64_MAX);
		return r ? r : PUT(IOMEMCON, low, (uint32_t)(s->number[0] >> 32), high, (uint32_t)(s->number[1] >> 32),
				   context);
	case SK_TE_IOPORTCON:
		r = sk_te_numbers(l, s, UINT32_MAX);
		return r ? r : PUT(IOPORTCON, low, high, context);
	case SK_TE_PCIDEVICECON:
		return PUT(PCIDEVICECON, low, context);
	default:
		return PUT(DEVICETREECON, s->name.name, context);
	}
}

int sk_te_object(struct sk_te_lower *l, const struct sk_te_stmt *s)
{
	uint32_t context;
	int r;

	if (s->kind == SK_TE_SID)
		return sk_te_sid(l, s);
	if (s->kind >= SK_TE_PIRQCON && s->kind <= SK_TE_DEVICETREECON)
		l->unit->xen = true;
	r = sk_te_context(l, s->context, &context);
	if (r)
		return r;
	if (s->kind == SK_TE_PORTCON)
		return sk_te_portcon(l, s, context);
	return s->kind == SK_TE_GENFSCON ? sk_te_genfscon(l, s, context) : sk_te_simple_object(l, s, context);
}
