/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Contexts, and the objects that have one: initial SIDs, ports, interfaces, nodes, file systems and the rest. Each kind
 * of object has an order that the kernel walks, first match wins; it is checkpolicy's, or secilc's for units of CIL
 * (context-order.c). An object that stands twice is named at both places.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <string.h>
#include <netinet/in.h>

#include "compile/context.h"
#include "compile/order.h"
#include "model/level.h"

/* Of object_r only CIL says what types it has, and who has it. */
static bool sk_role_has_type(const struct sk_compiler *c, uint32_t role, uint32_t type)
{
	if (role != 1)
		return sk_idset_has(&c->policy->roles[role - 1].types, type);
	return !sk_is_all_cil(c) || sk_idset_has(&c->object_r_types, type);
}

static bool sk_user_has_role(const struct sk_compiler *c, uint32_t user, uint32_t role)
{
	if (role != 1)
		return sk_bitset_has(&c->policy->users[user - 1].roles, role);
	return !sk_is_all_cil(c) || sk_bitset_has(&c->object_r_users, user);
}

/*
 * Of contexts that are in the policy the kernel asks whether their range is within the user's, but not where they are of
 * objects. secilc asks of all contexts, also where there is no MLS, but compares only sensitivities.
 */
static bool sk_range_fits(const struct sk_compiler *c, const struct sk_unit_stmt *stmt, const struct sk_context *x)
{
	const struct sk_range *own = &c->policy->users[x->user.v - 1].range;
	bool in_policy = stmt->kind != SK_UNIT_FILECON && stmt->kind != SK_UNIT_NAMED_CONTEXT;

	if (sk_is_all_cil(c) && own->low.sens.v &&
	    (x->range.low.sens.v < own->low.sens.v || x->range.high.sens.v > own->high.sens.v))
		return false;
	return !c->policy->mls || !in_policy || x->role.v == 1 || sk_range_contains(own, &x->range);
}

/* libsepol: policydb_context_isvalid, mls_context_isvalid; secilc: cil_verify. */
static bool sk_check_context(struct sk_compiler *c, const struct sk_unit_stmt *stmt, const struct sk_context *x)
{
	const struct sk_policy *p = c->policy;
	const struct sk_user *user = &p->users[x->user.v - 1];

	if (!sk_role_has_type(c, x->role.v, x->type.v)) {
		sk_compile_error_at(c, "E0810", stmt, p->types[x->type.v - 1].name, "role '%s' may not have type '%s'",
				    p->roles[x->role.v - 1].name, p->types[x->type.v - 1].name);
		return false;
	}
	if (!sk_user_has_role(c, x->user.v, x->role.v)) {
		sk_compile_error_at(c, "E0810", stmt, p->roles[x->role.v - 1].name, "user '%s' may not have role '%s'",
				    user->name, p->roles[x->role.v - 1].name);
		return false;
	}
	if (sk_range_fits(c, stmt, x))
		return true;
	sk_compile_error_at(c, "E0810", stmt, user->name, "the range is outside that of user '%s'", user->name);
	return false;
}

bool sk_context_of(struct sk_compiler *c, const struct sk_unit_stmt *stmt, uint32_t number, struct sk_context *ret)
{
	const struct sk_context_ref *ref = &c->space->contexts.list[number];
	uint32_t user = sk_need_symbol(c, stmt, ref->user, SK_FLAVOR_PLAIN);
	uint32_t role = sk_need_symbol(c, stmt, ref->role, SK_FLAVOR_PLAIN);
	uint32_t type = sk_need_symbol(c, stmt, ref->type, SK_FLAVOR_PLAIN);

	memset(ret, 0, sizeof(*ret));
	if (user == SK_SPACE_NONE || role == SK_SPACE_NONE || type == SK_SPACE_NONE)
		return false;
	ret->user.v = c->symbols.list[user].id;
	ret->role.v = c->symbols.list[role].id;
	ret->type.v = c->symbols.list[type].id;
	if (c->policy->mls && ref->range == SK_SPACE_NONE) {
		sk_compile_error(c, "E0810", stmt, "the policy is MLS, and the context has no range");
		return false;
	}
	if ((c->policy->mls || sk_is_all_cil(c)) && ref->range != SK_SPACE_NONE && !sk_range_of(c, stmt, ref->range, &ret->range))
		return false;
	if (!sk_check_context(c, stmt, ret))
		return false;
	if (!c->policy->mls)
		memset(&ret->range, 0, sizeof(ret->range));
	return true;
}

static uint32_t sk_protocol(const char *name)
{
	static const struct {
		const char *name;
		uint32_t number;
	} rows[] = {
		{ "tcp", IPPROTO_TCP }, { "udp", IPPROTO_UDP }, { "dccp", IPPROTO_DCCP }, { "sctp", IPPROTO_SCTP },
	};

	for (size_t i = 0; i < SK_ARRAY_LEN(rows); i++)
		if (!strcasecmp(rows[i].name, name))
			return rows[i].number;
	return 0;
}

/* The prefix of a key as CIL writes it: secilc sorts by that text. */
static uint32_t sk_prefix_name(struct sk_compiler *c, const uint8_t prefix[8])
{
	uint8_t address[16] = { 0 };
	char text[INET6_ADDRSTRLEN];
	uint32_t name = 0;

	memcpy(address, prefix, 8);
	if (!inet_ntop(AF_INET6, address, text, sizeof(text)) || sk_intern_add(c->names, text, strlen(text), &name))
		c->no_memory = true;
	return name;
}

/* The object of a statement, without its contexts. False when it is none, or after a diagnostic. */
static bool sk_object_of(struct sk_compiler *c, const struct sk_unit_stmt *stmt, struct sk_object *o)
{
	static const uint32_t behaviors[] = {
		[SK_UNIT_FSUSE_XATTR] = SK_FS_USE_XATTR, [SK_UNIT_FSUSE_TASK] = SK_FS_USE_TASK,
		[SK_UNIT_FSUSE_TRANS] = SK_FS_USE_TRANS,
	};
	const struct sk_address *address;
	const uint32_t *op = stmt->op;

	switch (stmt->kind) {
	case SK_UNIT_PORTCON:
		o->kind = SK_OCON_PORT;
		o->x.u.port.protocol = sk_protocol(sk_intern_str(c->names, op[0]));
		o->x.u.port.low = op[1];
		o->x.u.port.high = op[2];
		o->context = op[3];
		if (!o->x.u.port.protocol)
			sk_compile_error_at(c, "E0814", stmt, sk_intern_str(c->names, op[0]), "there is no protocol '%s' here",
					    sk_intern_str(c->names, op[0]));
		return o->x.u.port.protocol;
	case SK_UNIT_NETIFCON:
		o->kind = SK_OCON_NETIF;
		o->name = op[0];
		o->context = op[1];
		o->context2 = op[2];
		return true;
	case SK_UNIT_NODECON:
		address = &c->space->addresses.list[op[0]];
		o->kind = address->family == 4 ? SK_OCON_NODE : SK_OCON_NODE6;
		memcpy(o->x.u.node.address, address->address, 16);
		memcpy(o->x.u.node.mask, address->mask, 16);
		o->context = op[1];
		return true;
	case SK_UNIT_IBPKEYCON:
		o->kind = SK_OCON_IBPKEY;
		memcpy(o->x.u.ibpkey.prefix, c->space->addresses.list[op[0]].address, 8);
		o->name = op[4] == SK_INTERN_NONE ? sk_prefix_name(c, o->x.u.ibpkey.prefix) : op[4];
		o->x.u.ibpkey.low = op[1];
		o->x.u.ibpkey.high = op[2];
		o->context = op[3];
		return true;
	case SK_UNIT_IBENDPORTCON:
		o->kind = SK_OCON_IBENDPORT;
		o->name = op[0];
		o->x.u.ibport = op[1];
		o->context = op[2];
		return true;
	case SK_UNIT_FSUSE:
		o->kind = SK_OCON_FSUSE;
		o->x.u.behavior = behaviors[op[0]];
		o->name = op[1];
		o->context = op[2];
		return true;
	case SK_UNIT_FSCON:
		o->kind = SK_OCON_FS;
		o->x.u.port.low = op[0];
		o->x.u.port.high = op[1];
		o->context = op[2];
		o->context2 = op[3];
		return true;
	case SK_UNIT_PIRQCON:
		o->kind = SK_OCON_XEN_PIRQ;
		o->x.u.irq = op[0];
		o->context = op[1];
		return true;
	case SK_UNIT_IOMEMCON:
		o->kind = SK_OCON_XEN_IOMEM;
		o->x.u.io.low = op[0] | (uint64_t)op[1] << 32;
		o->x.u.io.high = op[2] | (uint64_t)op[3] << 32;
		o->context = op[4];
		return true;
	case SK_UNIT_IOPORTCON:
		o->kind = SK_OCON_XEN_IOPORT;
		o->x.u.io.low = op[0];
		o->x.u.io.high = op[1];
		o->context = op[2];
		return true;
	case SK_UNIT_PCIDEVICECON:
		o->kind = SK_OCON_XEN_PCIDEVICE;
		o->x.u.device = op[0];
		o->context = op[1];
		return true;
	case SK_UNIT_DEVICETREECON:
		o->kind = SK_OCON_XEN_DEVICETREE;
		o->name = op[0];
		o->context = op[1];
		return true;
	default:
		return false;
	}
}

static int sk_collect_objects(struct sk_compiler *c, struct sk_objects *objects)
{
	SK_EACH_STMT_IN(c, SK_UNIT_PORTCON, SK_UNIT_DEVICETREECON, u, stmt, number) {
		struct sk_object o = { .stmt = number, .name = SK_INTERN_NONE, .context2 = SK_SPACE_NONE,
				       .cil = c->units[u]->source == SK_UNIT_CIL || c->options->store_order };
		bool good;

		if (stmt->kind == SK_UNIT_GENFSCON || !sk_object_of(c, stmt, &o))
			continue;
		good = sk_context_of(c, stmt, o.context, &o.x.context[0]);
		if (o.context2 != SK_SPACE_NONE)
			good &= sk_context_of(c, stmt, o.context2, &o.x.context[1]);
		if (good && SK_COMPILE_ADD(*objects, o))
			return -ENOMEM;
	}
	return 0;
}

static int sk_fill_objects(struct sk_compiler *c, struct sk_objects *objects)
{
	struct sk_policy *p = c->policy;

	for (size_t i = 0; i < objects->n; i++)
		p->n_ocontexts[objects->list[i].kind]++;
	for (unsigned int kind = 0; kind < SK_N_OCON; kind++) {
		if (kind == SK_OCON_ISID || kind == SK_OCON_XEN_ISID)
			continue;
		p->ocontexts[kind] = SK_ARENA_ARRAY(&p->arena, struct sk_ocontext, (size_t)p->n_ocontexts[kind] + 1);
		if (!p->ocontexts[kind])
			return -ENOMEM;
		p->n_ocontexts[kind] = 0;
	}
	for (size_t i = 0; i < objects->n; i++) {
		const struct sk_object *from = &objects->list[i];
		struct sk_ocontext *to = &p->ocontexts[from->kind][p->n_ocontexts[from->kind]++];

		*to = from->x;
		if (from->kind == SK_OCON_FS) {
			to->name = sk_arena_printf(&p->arena, "%02x:%02x", from->x.u.port.low, from->x.u.port.high);
			c->no_memory |= !to->name;
		} else if (from->name != SK_INTERN_NONE) {
			to->name = sk_keep(c, sk_intern_str(c->names, from->name));
		}
		if (c->want_origins && !c->no_memory) {
			uint64_t key;

			if (!sk_origin_object_key(from->kind, to, &key) || sk_note_key(c, key, from->stmt))
				return -ENOMEM;
		}
	}
	return 0;
}

/* Initial SIDs that have a context, the last one first. */
static int sk_compile_sids(struct sk_compiler *c)
{
	struct sk_policy *p = c->policy;
	enum sk_ocontext_kind kind = p->target == SK_TARGET_XEN ? SK_OCON_XEN_ISID : SK_OCON_ISID;
	const struct sk_unit_stmt **by_id;
	struct sk_ocontext *out;
	uint32_t *order, n, *numbers;
	uint64_t key;

	if (sk_order_symbols(c, SK_NS_SID, SK_UNIT_SID_ORDER, &order, &n))
		return -ENOMEM;
	by_id = SK_ARENA_ARRAY(&c->arena, const struct sk_unit_stmt *, (size_t)n + 1);
	numbers = SK_ARENA_ARRAY(&c->arena, uint32_t, (size_t)n + 1);
	out = p->ocontexts[kind] = SK_ARENA_ARRAY(&p->arena, struct sk_ocontext, (size_t)n + 1);
	if (!by_id || !numbers || !out)
		return -ENOMEM;
	c->n_sids = n;
	for (uint32_t i = 0; i < n; i++)
		c->symbols.list[order[i]].id = i + 1;
	SK_EACH_STMT_OF(c, SK_UNIT_SID_CONTEXT, u, stmt, number) {
		uint32_t sid, id;

		sid = sk_need_symbol(c, stmt, stmt->op[0], SK_FLAVOR_PLAIN);
		if (sid == SK_SPACE_NONE)
			continue;
		id = c->symbols.list[sid].id;
		if (by_id[id])
			sk_compile_note(c, sk_compile_error_at(c, "E0814", stmt, sk_symbol_name(c, sid),
							       "initial SID '%s' has a context already", sk_symbol_name(c, sid)),
					by_id[id], "it is given here");
		by_id[id] = stmt;
		numbers[id] = number;
	}
	for (uint32_t id = n; id > 0; id--) {
		struct sk_ocontext *x = &out[p->n_ocontexts[kind]];

		if (!by_id[id] || !sk_context_of(c, by_id[id], by_id[id]->op[1], &x->context[0]))
			continue;
		x->u.sid = id;
		p->n_ocontexts[kind]++;
		if (c->want_origins && (!sk_origin_object_key(kind, x, &key) || sk_note_key(c, key, numbers[id])))
			return -ENOMEM;
	}
	return 0;
}

/* What CIL only gives names to; and where there is no MLS, the policy knows no levels from here on. */
static void sk_check_named(struct sk_compiler *c)
{
	struct sk_policy *p = c->policy;
	struct sk_context context;

	SK_EACH_STMT_OF(c, SK_UNIT_NAMED_CONTEXT, u, stmt, number)
		sk_context_of(c, stmt, stmt->op[0], &context);
	sk_check_named_levels(c);
	for (uint32_t i = 0; !p->mls && i < p->n_users; i++) {
		memset(&p->users[i].range, 0, sizeof(p->users[i].range));
		memset(&p->users[i].default_level, 0, sizeof(p->users[i].default_level));
	}
}

int sk_compile_contexts(struct sk_compiler *c)
{
	struct sk_objects objects = { 0 };
	int r = sk_compile_sids(c);

	if (!r)
		r = sk_collect_objects(c, &objects);
	if (!r)
		r = sk_order_objects(c, &objects);
	if (!r)
		r = sk_fill_objects(c, &objects);
	if (!r)
		r = sk_compile_genfs(c);
	if (!r)
		r = sk_is_all_cil(c) ? sk_check_filecons(c) : sk_check_labels(c);
	sk_check_named(c);
	free(objects.list);
	return c->no_memory ? -ENOMEM : r;
}
