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
		/* checkpolicy -S has them by number */
		if (c->options->sort_contexts)
			r = SK_SIGN(a->x.u.behavior, b->x.u.behavior);
		else
			r = SK_SIGN(fsuse[a->x.u.behavior], fsuse[b->x.u.behavior]);
		return r ? r : sk_compare_names(c, a, b);
	case SK_OCON_IBPKEY:
		r = sk_compare_names(c, a, b);
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

/*
 * What stands twice or hidden is looked for in groups: objects of one group are ranges of numbers of one protocol, key
 * prefix or kind of device, or they are all the same object. In a group, sorted by where the ranges begin, those that
 * hold a later range are among those before it, so that no pair has to be tried.
 */
struct sk_span {
	uint32_t object;	/* index in the list of objects */
	uint32_t rank;		/* its place among the statements of its group, from 0 */
	uint64_t low, high;
};

struct sk_grouping {
	struct sk_compiler *c;
	struct sk_object *list;
	struct sk_span *spans;
	uint32_t *stmts;	/* of one group, sorted */
	/*
	 * Binary indexed trees by rank of a group's spans so far, all and those that are not CIL's: which of them, as
	 * number + 1, reaches farthest.
	 */
	uint32_t *any, *te;
	bool *drop;		/* by object */
};

static int sk_compare_groups(const struct sk_compiler *c, const struct sk_object *a, const struct sk_object *b)
{
	int r = SK_SIGN(a->kind, b->kind);

	if (r)
		return r;
	switch (a->kind) {
	case SK_OCON_PORT:
		return SK_SIGN(a->x.u.port.protocol, b->x.u.port.protocol);
	case SK_OCON_IBPKEY:	/* by the text of its prefix */
		return SK_SIGN(a->name, b->name);
	case SK_OCON_XEN_IOMEM:
	case SK_OCON_XEN_IOPORT:
		return 0;
	case SK_OCON_FSUSE:	/* whatever its behavior */
		return SK_SIGN(a->name, b->name);
	default:
		return sk_compare_cil(c, a, b);
	}
}

static void sk_span_init(struct sk_span *span, const struct sk_object *o, uint32_t number)
{
	*span = (struct sk_span){ .object = number };
	if (o->kind == SK_OCON_PORT) {
		span->low = o->x.u.port.low;
		span->high = o->x.u.port.high;
	} else if (o->kind == SK_OCON_IBPKEY) {
		span->low = o->x.u.ibpkey.low;
		span->high = o->x.u.ibpkey.high;
	} else if (o->kind == SK_OCON_XEN_IOMEM || o->kind == SK_OCON_XEN_IOPORT) {
		span->low = o->x.u.io.low;
		span->high = o->x.u.io.high;
	}
}

static int sk_compare_spans(const void *x, const void *y, void *arg)
{
	const struct sk_span *a = x, *b = y;
	const struct sk_grouping *g = arg;
	int r = sk_compare_groups(g->c, &g->list[a->object], &g->list[b->object]);

	r = r ? r : SK_SIGN(a->low, b->low);
	r = r ? r : -SK_SIGN(a->high, b->high);
	return r ? r : SK_SIGN(g->list[a->object].stmt, g->list[b->object].stmt);
}

static void sk_reach_add(uint32_t *tree, uint32_t n, const struct sk_span *spans, uint32_t span)
{
	for (uint32_t i = spans[span].rank + 1; i <= n; i += i & -i)
		if (!tree[i] || spans[tree[i] - 1].high < spans[span].high)
			tree[i] = span + 1;
}

/* Of the spans so far whose statement is among the first `n`, the one that reaches farthest, as number + 1; or 0. */
static uint32_t sk_reach_find(const uint32_t *tree, uint32_t n, const struct sk_span *spans)
{
	uint32_t best = 0;

	for (; n; n -= n & -n)
		if (tree[n] && (!best || spans[best - 1].high < spans[tree[n] - 1].high))
			best = tree[n];
	return best;
}

static int sk_compare_numbers(const void *x, const void *y)
{
	const uint32_t *a = x, *b = y;

	return SK_SIGN(*a, *b);
}

/*
 * The same object as the one before. CIL may say so twice, when the contexts are the same; the later one is dropped then.
 */
static void sk_check_twin(struct sk_grouping *g, uint32_t before, uint32_t object)
{
	const struct sk_object *a = &g->list[before], *b = &g->list[object];

	if (a->cil && b->cil && sk_contexts_equal(a->x.context, b->x.context, 2))
		g->drop[object] = true;
	else
		sk_report_object(g->c, a, b);
}

static void sk_check_group(struct sk_grouping *g, struct sk_span *spans, uint32_t n)
{
	enum sk_ocontext_kind kind = g->list[spans[0].object].kind;
	bool overlap = kind == SK_OCON_XEN_IOMEM || kind == SK_OCON_XEN_IOPORT;

	for (uint32_t i = 0; i < n; i++)
		g->stmts[i] = g->list[spans[i].object].stmt;
	qsort(g->stmts, n, sizeof(*g->stmts), sk_compare_numbers);
	memset(g->any, 0, (n + 1) * sizeof(*g->any));
	memset(g->te, 0, (n + 1) * sizeof(*g->te));
	for (uint32_t i = 0, first = 0; i < n; i++) {
		struct sk_object *o = &g->list[spans[i].object];
		uint32_t *stmt = bsearch(&o->stmt, g->stmts, n, sizeof(*g->stmts), sk_compare_numbers), found;

		spans[i].rank = (uint32_t)(stmt - g->stmts);
		if (i && spans[i].low == spans[first].low && spans[i].high == spans[first].high) {
			sk_check_twin(g, spans[first].object, spans[i].object);
			continue;
		}
		first = i;
		/* In CIL only the same object twice is a mistake. Ranges of devices may not meet, in whatever order. */
		found = sk_reach_find(o->cil ? g->te : g->any, overlap ? n : spans[i].rank, spans);
		if (found && spans[found - 1].high >= (overlap ? spans[i].low : spans[i].high))
			sk_report_object(g->c, &g->list[spans[found - 1].object], o);
		sk_reach_add(g->any, n, spans, i);
		if (!o->cil)
			sk_reach_add(g->te, n, spans, i);
	}
}

/* Drops what CIL allows to stand twice with the same context, and reports the rest. */
static int sk_check_objects(struct sk_compiler *c, struct sk_objects *objects)
{
	struct sk_grouping g = { .c = c, .list = objects->list };
	size_t kept = 0;
	int r = -ENOMEM;

	g.spans = calloc(objects->n, sizeof(*g.spans));
	g.stmts = calloc(objects->n, sizeof(*g.stmts));
	g.any = calloc(objects->n + 1, sizeof(*g.any));
	g.te = calloc(objects->n + 1, sizeof(*g.te));
	g.drop = calloc(objects->n, sizeof(*g.drop));
	if (!g.spans || !g.stmts || !g.any || !g.te || !g.drop)
		goto done;
	for (size_t i = 0; i < objects->n; i++)
		sk_span_init(&g.spans[i], &objects->list[i], (uint32_t)i);
	qsort_r(g.spans, objects->n, sizeof(*g.spans), sk_compare_spans, &g);
	for (size_t i = 0, end; i < objects->n; i = end) {
		for (end = i + 1; end < objects->n; end++)
			if (sk_compare_groups(c, &objects->list[g.spans[i].object], &objects->list[g.spans[end].object]))
				break;
		sk_check_group(&g, &g.spans[i], (uint32_t)(end - i));
	}
	for (size_t i = 0; i < objects->n; i++)
		if (!g.drop[i])
			objects->list[kept++] = objects->list[i];
	objects->n = kept;
	r = 0;
done:
	free(g.spans);
	free(g.stmts);
	free(g.any);
	free(g.te);
	free(g.drop);
	return r;
}

int sk_order_objects(struct sk_compiler *c, struct sk_objects *objects)
{
	struct sk_object_order order = { .c = c };

	for (size_t i = 0; i < objects->n; i++)
		order.cil[objects->list[i].kind] |= objects->list[i].cil || c->options->sort_contexts;
	if (!objects->n)
		return 0;
	qsort_r(objects->list, objects->n, sizeof(*objects->list), sk_compare_objects, &order);
	return sk_check_objects(c, objects);
}
