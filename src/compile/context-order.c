/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The order of objects that have contexts. The policy language keeps ports, keys and devices as they are written, nodes
 * with the most specific mask first, and file systems and interfaces with the last one first; CIL sorts all of them. An
 * object that stands twice, or behind one that covers it, would never be found: checkpolicy refuses it, and so do we.
 */
#include <errno.h>
#include <netinet/in.h>
#include <string.h>

#include "compile/context.h"

#define SK_SIGN(a, b) (((a) > (b)) - ((a) < (b)))

static int sk_compare_names(const struct sk_compiler *c, const struct sk_object *a, const struct sk_object *b)
{
	return strcmp(sk_intern_str(c->names, a->name), sk_intern_str(c->names, b->name));
}

/* Interfaces of CIL: plain names first, then patterns by falling length of what stands before the first wildcard. */
static int sk_compare_netifs(const char *a, const char *b)
{
	size_t stem_a = strcspn(a, "*?"), stem_b = strcspn(b, "*?");
	int r = SK_SIGN(a[stem_a] != '\0', b[stem_b] != '\0');

	if (r || !a[stem_a])
		return r ? r : strcmp(a, b);
	r = -SK_SIGN(stem_a, stem_b);
	r = r ? r : -SK_SIGN(a[stem_a], b[stem_b]);
	return r ? r : strcmp(a, b);
}

static int sk_compare_nodes(const struct sk_object *a, const struct sk_object *b)
{
	size_t n = a->kind == SK_OCON_NODE ? 4 : 16;
	int r = -memcmp(a->x.u.node.mask, b->x.u.node.mask, n);

	return r ? r : memcmp(a->x.u.node.address, b->x.u.node.address, n);
}

static uint32_t sk_protocol_order(uint32_t protocol)
{
	static const uint32_t protocols[] = { IPPROTO_UDP, IPPROTO_TCP, IPPROTO_DCCP, IPPROTO_SCTP };
	uint32_t i = 0;

	while (i < SK_ARRAY_LEN(protocols) && protocols[i] != protocol)
		i++;
	return i;
}

/* secilc's order, and what makes two objects the same one. */
static int sk_compare_cil(const struct sk_compiler *c, const struct sk_object *a, const struct sk_object *b)
{
	static const uint8_t fsuse[] = { [SK_FS_USE_XATTR] = 0, [SK_FS_USE_TASK] = 1, [SK_FS_USE_TRANS] = 2 };
	int r = 0;

	switch (a->kind) {
	case SK_OCON_PORT:
		r = SK_SIGN(a->x.u.port.high - a->x.u.port.low, b->x.u.port.high - b->x.u.port.low);
		r = r ? r : SK_SIGN(a->x.u.port.low, b->x.u.port.low);
		return r ? r : SK_SIGN(sk_protocol_order(a->x.u.port.protocol), sk_protocol_order(b->x.u.port.protocol));
	case SK_OCON_NETIF:
		return sk_compare_netifs(sk_intern_str(c->names, a->name), sk_intern_str(c->names, b->name));
	case SK_OCON_NODE:
	case SK_OCON_NODE6:
		return sk_compare_nodes(a, b);
	case SK_OCON_FSUSE:
		r = SK_SIGN(fsuse[a->x.u.behavior], fsuse[b->x.u.behavior]);
		return r ? r : sk_compare_names(c, a, b);
	case SK_OCON_IBPKEY:
		r = memcmp(a->x.u.ibpkey.prefix, b->x.u.ibpkey.prefix, 8);
		r = r ? r : SK_SIGN(a->x.u.ibpkey.high - a->x.u.ibpkey.low, b->x.u.ibpkey.high - b->x.u.ibpkey.low);
		return r ? r : SK_SIGN(a->x.u.ibpkey.low, b->x.u.ibpkey.low);
	case SK_OCON_IBENDPORT:
		r = sk_compare_names(c, a, b);
		return r ? r : SK_SIGN(a->x.u.ibport, b->x.u.ibport);
	case SK_OCON_XEN_PIRQ:
		return SK_SIGN(a->x.u.irq, b->x.u.irq);
	case SK_OCON_XEN_IOMEM:
	case SK_OCON_XEN_IOPORT:
		r = SK_SIGN(a->x.u.io.high - a->x.u.io.low, b->x.u.io.high - b->x.u.io.low);
		return r ? r : SK_SIGN(a->x.u.io.low, b->x.u.io.low);
	case SK_OCON_XEN_PCIDEVICE:
		return SK_SIGN(a->x.u.device, b->x.u.device);
	case SK_OCON_XEN_DEVICETREE:
		return sk_compare_names(c, a, b);
	case SK_OCON_FS:
		r = SK_SIGN(a->x.u.port.low, b->x.u.port.low);
		return r ? r : SK_SIGN(a->x.u.port.high, b->x.u.port.high);
	default:
		return 0;
	}
}

struct sk_object_order {
	const struct sk_compiler *c;
	bool cil[SK_N_OCON];
};

/* The order in the policy; statements are in the order of their numbers. */
static int sk_compare_objects(const void *x, const void *y, void *arg)
{
	const struct sk_object *a = x, *b = y;
	const struct sk_object_order *order = arg;
	int r = SK_SIGN(a->kind, b->kind);

	if (r)
		return r;
	if (order->cil[a->kind])
		r = sk_compare_cil(order->c, a, b);
	else if (a->kind == SK_OCON_NODE || a->kind == SK_OCON_NODE6)
		r = -memcmp(a->x.u.node.mask, b->x.u.node.mask, a->kind == SK_OCON_NODE ? 4 : 16);
	else if (a->kind == SK_OCON_NETIF || a->kind == SK_OCON_FSUSE || a->kind == SK_OCON_FS)
		return -SK_SIGN(a->stmt, b->stmt);
	return r ? r : SK_SIGN(a->stmt, b->stmt);
}

/* Whether an object is never reached behind another. In CIL only the same object twice is a mistake. */
static bool sk_covers(const struct sk_compiler *c, const struct sk_object *first, const struct sk_object *then)
{
	if (first->kind == SK_OCON_FSUSE)
		return first->name == then->name;
	if (!sk_compare_cil(c, first, then))
		return true;
	if (first->cil && then->cil)
		return false;
	switch (first->kind) {
	case SK_OCON_PORT:
		return first->x.u.port.protocol == then->x.u.port.protocol &&
		       first->x.u.port.low <= then->x.u.port.low && first->x.u.port.high >= then->x.u.port.high;
	case SK_OCON_IBPKEY:
		return !memcmp(first->x.u.ibpkey.prefix, then->x.u.ibpkey.prefix, 8) &&
		       first->x.u.ibpkey.low <= then->x.u.ibpkey.low && first->x.u.ibpkey.high >= then->x.u.ibpkey.high;
	case SK_OCON_XEN_IOMEM:
	case SK_OCON_XEN_IOPORT:	/* that overlap at all */
		return first->x.u.io.low <= then->x.u.io.high && then->x.u.io.low <= first->x.u.io.high;
	default:
		return false;
	}
}

bool sk_contexts_equal(const struct sk_context *x, const struct sk_context *y, unsigned int n)
{
	for (unsigned int i = 0; i < n; i++)
		if (x[i].user.v != y[i].user.v || x[i].role.v != y[i].role.v || x[i].type.v != y[i].type.v ||
		    x[i].range.low.sens.v != y[i].range.low.sens.v || x[i].range.high.sens.v != y[i].range.high.sens.v ||
		    !sk_bitset_equal(&x[i].range.low.cats, &y[i].range.low.cats) ||
		    !sk_bitset_equal(&x[i].range.high.cats, &y[i].range.high.cats))
			return false;
	return true;
}

static void sk_report_object(struct sk_compiler *c, const struct sk_object *a, const struct sk_object *b)
{
	const struct sk_object *first = a->stmt < b->stmt ? a : b, *then = a->stmt < b->stmt ? b : a;
	struct sk_diag *diag;

	diag = sk_compile_error(c, "E0814", sk_stmt_at(c, then->stmt, NULL),
				"this object has a context already, or an earlier entry hides this one");
	sk_compile_note(c, diag, sk_stmt_at(c, first->stmt, NULL), "the earlier entry is here");
}

/* Drops what CIL allows to stand twice with the same context, and reports the rest. */
static void sk_check_objects(struct sk_compiler *c, struct sk_objects *objects)
{
	size_t n = 0;

	for (size_t i = 0; i < objects->n; i++) {
		struct sk_object *o = &objects->list[i];
		bool drop = false;

		for (size_t k = n; k-- > 0 && objects->list[k].kind == o->kind;) {
			struct sk_object *old = &objects->list[k];

			if (!sk_covers(c, old->stmt < o->stmt ? old : o, old->stmt < o->stmt ? o : old))
				continue;
			if (o->cil && old->cil && sk_contexts_equal(o->x.context, old->x.context, 2))
				drop = true;
			else
				sk_report_object(c, old, o);
			break;
		}
		if (!drop)
			objects->list[n++] = *o;
	}
	objects->n = n;
}

int sk_order_objects(struct sk_compiler *c, struct sk_objects *objects)
{
	struct sk_object_order order = { .c = c };

	for (size_t i = 0; i < objects->n; i++)
		order.cil[objects->list[i].kind] |= objects->list[i].cil;
	if (objects->n)
		qsort_r(objects->list, objects->n, sizeof(*objects->list), sk_compare_objects, &order);
	sk_check_objects(c, objects);
	return 0;
}
