/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What has origins beside rules: declarations, what types, roles and users have, constraints, contexts of objects, lines
 * of label files. A thing with ids has a key of them; of the others the key is a hash of all that makes the thing, in a
 * form that does not depend on the machine nor on where the thing stands.
 */
#include <errno.h>
#include <string.h>

#include "base/buf.h"
#include "provenance/origins.h"

/* The kind, and as many bits of the hash as there is room for. */
static bool sk_hashed_key(enum sk_origin_kind kind, struct sk_buf *what, uint64_t *ret_key)
{
	if (what->failed)
		return false;
	*ret_key = (uint64_t)kind << 59 | sk_origin_hash(what->data, what->n) >> 5;
	return true;
}

static void sk_put_u32(struct sk_buf *b, uint32_t v)
{
	for (unsigned int i = 0; i < 4; i++)
		sk_buf_addc(b, (char)(v >> (8 * i)));
}

/* Ids of a set; words of nothing behind the last one do not count. */
static void sk_put_set(struct sk_buf *b, const struct sk_bitset *set)
{
	for (uint32_t id = sk_bitset_next(set, 0); id != UINT32_MAX; id = sk_bitset_next(set, id + 1))
		sk_put_u32(b, id);
	sk_put_u32(b, UINT32_MAX);
}

bool sk_origin_constraint_key(const struct sk_class *cls, const struct sk_constraint *constraint, uint64_t *ret_key)
{
	sk_auto_buf struct sk_buf b = SK_BUF_INIT;

	sk_buf_join(&b, cls->name, " ", NULL);
	sk_put_u32(&b, constraint->perms);
	for (uint32_t i = 0; i < constraint->n_nodes; i++) {
		const struct sk_constraint_node *node = &constraint->nodes[i];

		sk_put_u32(&b, node->kind);
		sk_put_u32(&b, node->attr);
		sk_put_u32(&b, node->op);
		if (node->kind == SK_CONSTRAINT_NAMES)
			sk_put_set(&b, &node->names);
	}
	return sk_hashed_key(SK_ORIGIN_CONSTRAINT, &b, ret_key);
}

bool sk_origin_object_key(enum sk_ocontext_kind kind, const struct sk_ocontext *o, uint64_t *ret_key)
{
	sk_auto_buf struct sk_buf b = SK_BUF_INIT;

	sk_put_u32(&b, (uint32_t)kind);
	switch (kind) {
	case SK_OCON_ISID:
	case SK_OCON_XEN_ISID:
		sk_put_u32(&b, o->u.sid);
		break;
	case SK_OCON_PORT:
		sk_put_u32(&b, o->u.port.protocol);
		sk_put_u32(&b, o->u.port.low);
		sk_put_u32(&b, o->u.port.high);
		break;
	case SK_OCON_NODE:
	case SK_OCON_NODE6:
		sk_buf_add(&b, o->u.node.address, kind == SK_OCON_NODE ? 4 : 16);
		sk_buf_add(&b, o->u.node.mask, kind == SK_OCON_NODE ? 4 : 16);
		break;
	case SK_OCON_IBPKEY:
		sk_buf_add(&b, o->u.ibpkey.prefix, sizeof(o->u.ibpkey.prefix));
		sk_put_u32(&b, o->u.ibpkey.low);
		sk_put_u32(&b, o->u.ibpkey.high);
		break;
	case SK_OCON_IBENDPORT:
		sk_put_u32(&b, o->u.ibport);
		break;
	case SK_OCON_XEN_PIRQ:
		sk_put_u32(&b, o->u.irq);
		break;
	case SK_OCON_XEN_IOPORT:
	case SK_OCON_XEN_IOMEM:
		sk_buf_printf(&b, "%llx %llx", (unsigned long long)o->u.io.low, (unsigned long long)o->u.io.high);
		break;
	case SK_OCON_XEN_PCIDEVICE:
		sk_put_u32(&b, o->u.device);
		break;
	default:
		break;
	}
	if (o->name)
		sk_buf_adds(&b, o->name);
	return sk_hashed_key(SK_ORIGIN_OBJECT, &b, ret_key);
}

bool sk_origin_genfs_key(const char *fstype, const struct sk_genfs_path *path, uint64_t *ret_key)
{
	sk_auto_buf struct sk_buf b = SK_BUF_INIT;

	sk_buf_join(&b, "genfs ", fstype, " ", path->path, NULL);
	sk_put_u32(&b, path->cls.v);
	return sk_hashed_key(SK_ORIGIN_OBJECT, &b, ret_key);
}

/* Questions */

static bool sk_object_fact_key(const struct sk_policy *p, enum sk_ocontext_kind kind, uint32_t i, uint64_t *ret_key)
{
	return i < p->n_ocontexts[kind] && sk_origin_object_key(kind, &p->ocontexts[kind][i], ret_key);
}

static bool sk_genfs_fact_key(const struct sk_policy *p, uint32_t i, uint64_t *ret_key)
{
	for (uint32_t g = 0; g < p->n_genfs; i -= p->genfs[g++].n_paths)
		if (i < p->genfs[g].n_paths)
			return sk_origin_genfs_key(p->genfs[g].fstype, &p->genfs[g].paths[i], ret_key);
	return false;
}

static bool sk_initial_fact_key(const struct sk_policy *p, uint32_t sid, uint64_t *ret_key)
{
	const struct sk_ocontext o = { .u = { .sid = sid } };

	return sk_origin_object_key(p->target == SK_TARGET_XEN ? SK_OCON_XEN_ISID : SK_OCON_ISID, &o, ret_key);
}

static bool sk_node_fact_key(const struct sk_policy *p, uint32_t i, uint64_t *ret_key)
{
	uint32_t n = p->n_ocontexts[SK_OCON_NODE];

	return i < n ? sk_object_fact_key(p, SK_OCON_NODE, i, ret_key) : sk_object_fact_key(p, SK_OCON_NODE6, i - n, ret_key);
}

static bool sk_constraint_fact_key(const struct sk_policy *p, const struct selkie_fact *fact, uint64_t *ret_key)
{
	const struct sk_class *cls = fact->id && fact->id <= p->n_classes ? &p->classes[fact->id - 1] : NULL;
	bool transition = fact->kind == SELKIE_FACT_VALIDATETRANS;

	if (!cls || fact->other >= (transition ? cls->n_validatetrans : cls->n_constraints))
		return false;
	return sk_origin_constraint_key(cls, transition ? &cls->validatetrans[fact->other] : &cls->constraints[fact->other],
					ret_key);
}

/* False for what the policy does not have. */
static bool sk_fact_key(const struct sk_policy *p, const struct selkie_fact *fact, uint64_t *ret_key)
{
	static const uint8_t kinds[] = {
		[SELKIE_FACT_CLASS] = SK_ORIGIN_CLASS, [SELKIE_FACT_ROLE] = SK_ORIGIN_ROLE,
		[SELKIE_FACT_TYPE] = SK_ORIGIN_TYPE, [SELKIE_FACT_USER] = SK_ORIGIN_USER,
		[SELKIE_FACT_BOOLEAN] = SK_ORIGIN_BOOLEAN, [SELKIE_FACT_MEMBER] = SK_ORIGIN_MEMBER,
		[SELKIE_FACT_TYPE_BOUNDS] = SK_ORIGIN_TYPE_BOUNDS, [SELKIE_FACT_PERMISSIVE] = SK_ORIGIN_PERMISSIVE,
		[SELKIE_FACT_ROLE_TYPE] = SK_ORIGIN_ROLE_TYPE, [SELKIE_FACT_USER_ROLE] = SK_ORIGIN_USER_ROLE,
	};
	static const uint8_t objects[] = {
		[SELKIE_FACT_PORT] = SK_OCON_PORT, [SELKIE_FACT_NETIF] = SK_OCON_NETIF,
		[SELKIE_FACT_FS_USE] = SK_OCON_FSUSE, [SELKIE_FACT_IBPKEY] = SK_OCON_IBPKEY,
		[SELKIE_FACT_IBENDPORT] = SK_OCON_IBENDPORT, [SELKIE_FACT_PIRQ] = SK_OCON_XEN_PIRQ,
		[SELKIE_FACT_IOPORT] = SK_OCON_XEN_IOPORT, [SELKIE_FACT_IOMEM] = SK_OCON_XEN_IOMEM,
		[SELKIE_FACT_PCIDEVICE] = SK_OCON_XEN_PCIDEVICE, [SELKIE_FACT_DEVICETREE] = SK_OCON_XEN_DEVICETREE,
	};

	switch (fact->kind) {
	case SELKIE_FACT_CONSTRAINT:
	case SELKIE_FACT_VALIDATETRANS:
		return p && sk_constraint_fact_key(p, fact, ret_key);
	case SELKIE_FACT_INITIAL:
		return p && sk_initial_fact_key(p, fact->id, ret_key);
	case SELKIE_FACT_NODE:
		return p && sk_node_fact_key(p, fact->id, ret_key);
	case SELKIE_FACT_GENFS:
		return p && sk_genfs_fact_key(p, fact->id, ret_key);
	case SELKIE_FACT_LABEL:
		return sk_origin_key(SK_ORIGIN_LABEL, 0, fact->id >> 16, fact->id & 0xffff, 0, ret_key);
	default:
		if (fact->kind < SK_ARRAY_LEN(kinds))
			return sk_origin_key(kinds[fact->kind], 0, fact->id, fact->other, 0, ret_key);
		return p && fact->kind < SK_ARRAY_LEN(objects) &&
		       sk_object_fact_key(p, objects[fact->kind], fact->id, ret_key);
	}
}

size_t selkie_origins_count_fact(const selkie_origins *origins, const selkie_policy *policy,
				 const struct selkie_fact *fact)
{
	uint32_t first;
	uint64_t key;

	return sk_fact_key(policy, fact, &key) ? sk_origins_find(origins, key, &first) : 0;
}

int selkie_origins_get_fact(const selkie_origins *origins, const selkie_policy *policy, const struct selkie_fact *fact,
			    size_t i, struct selkie_origin *ret)
{
	uint32_t first = 0;
	uint64_t key;

	if (!sk_fact_key(policy, fact, &key) || i >= sk_origins_find(origins, key, &first))
		return -EINVAL;
	sk_origin_of_source(origins, first + (uint32_t)i, ret);
	return 0;
}
