/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * JSON: one object, with a list for each kind of what the policy has, and an element a line, so that it may be compared and
 * read as a stream. Everything is named, nothing numbered; contexts, ranges and expressions are text as in policy.conf.
 * docs/json/print.json describes it.
 */
#include <arpa/inet.h>
#include <string.h>

#include "analysis/print.h"
#include "model/level.h"
#include "model/words.h"
#include "selkie/capability.h"

static void sk_pj_list(struct sk_print *p, enum sk_print_list at, const char *name)
{
	if (at == SK_PRINT_LIST_BEGIN) {
		p->n_listed = 0;
		sk_buf_join(p->out, ",\n  \"", name, "\": [", NULL);
	} else if (at == SK_PRINT_LIST_NEXT) {
		sk_buf_adds(p->out, p->n_listed++ ? ",\n    " : "\n    ");
	} else {
		sk_buf_adds(p->out, p->n_listed ? "\n  ]" : "]");
	}
}

/* An element: values in one line. */
static struct sk_json *sk_pj_element(struct sk_print *p)
{
	if (!p->collecting)
		sk_pj_list(p, SK_PRINT_LIST_NEXT, NULL);
	sk_json_init(&p->json, p->out);
	p->json.compact = true;
	return &p->json;
}

static void sk_pj_end(struct sk_print *p)
{
	if (p->collecting)
		sk_buf_addc(p->out, '\n');
}

static struct sk_json *sk_pj_object(struct sk_print *p)
{
	struct sk_json *j = sk_pj_element(p);

	sk_json_object(j, NULL);
	return j;
}

static void sk_pj_end_object(struct sk_print *p)
{
	sk_json_end_object(&p->json);
	sk_pj_end(p);
}

/* The text in p->value, made by one of the model's printers. */
static void sk_pj_value(struct sk_print *p, const char *name)
{
	if (p->value.failed)
		sk_buf_fail(p->out, p->value.error);
	else
		sk_json_string_n(&p->json, name, p->value.data ? p->value.data : "", p->value.n);
	p->value.n = 0;
}

static void sk_pj_names(struct sk_print *p, const char *name, size_t n)
{
	sk_json_array(&p->json, name);
	for (size_t i = 0; i < n; i++)
		sk_json_string(&p->json, NULL, p->list[i]);
	sk_json_end_array(&p->json);
}

static void sk_pj_level(struct sk_print *p, const char *name, const struct sk_level *level)
{
	sk_level_print(&p->value, p->policy, level);
	sk_pj_value(p, name);
}

static void sk_pj_range(struct sk_print *p, const char *name, const struct sk_range *range)
{
	sk_range_print(&p->value, p->policy, range);
	sk_pj_value(p, name);
}

static void sk_pj_context(struct sk_print *p, const char *name, const struct sk_context *c)
{
	sk_buf_join(&p->value, p->policy->user_by_id[c->user.v]->name, ":", p->policy->role_by_id[c->role.v]->name, ":",
		    sk_print_type(p, c->type.v), NULL);
	if (p->policy->mls) {
		sk_buf_addc(&p->value, ':');
		sk_range_print(&p->value, p->policy, &c->range);
	}
	sk_pj_value(p, name);
}

static const char *sk_pj_class_name(const struct sk_print *p, uint32_t id)
{
	return p->policy->class_by_id[id]->name;
}

static int sk_pj_begin(struct sk_print *p)
{
	sk_buf_adds(p->out, "{\n");
	return sk_print_name_attributes(p);
}

static void sk_pj_finish(struct sk_print *p)
{
	sk_buf_adds(p->out, "\n}\n");
}

static void sk_pj_header(struct sk_print *p, uint32_t i SK_UNUSED, uint32_t which SK_UNUSED)
{
	enum sk_handle_unknown u = p->policy->handle_unknown;

	sk_buf_adds(p->out, "  \"version\": ");
	sk_buf_add_uint(p->out, p->policy->version);
	sk_buf_join(p->out, ",\n  \"mls\": ", p->policy->mls ? "true" : "false", ",\n  \"target\": \"",
		    p->policy->target == SK_TARGET_XEN ? "xen" : "selinux", "\",\n  \"handle_unknown\": \"",
		    u == SK_UNKNOWN_DENY ? "deny" : u == SK_UNKNOWN_REJECT ? "reject" : "allow", "\"", NULL);
}

/* Permissions of a list of them, by value. */
static void sk_pj_own_perms(struct sk_print *p, const struct sk_perm *perms, uint32_t n)
{
	sk_json_array(&p->json, "permissions");
	for (uint32_t value = 1; value <= 32; value++)
		if (sk_print_perm(perms, n, value))
			sk_json_string(&p->json, NULL, sk_print_perm(perms, n, value));
	sk_json_end_array(&p->json);
}

static void sk_pj_common(struct sk_print *p, uint32_t value, uint32_t which SK_UNUSED)
{
	const struct sk_common *c = sk_print_common(p, value);

	if (!c)
		return;
	sk_json_string(sk_pj_object(p), "name", c->name);
	sk_pj_own_perms(p, c->perms, c->n_perms);
	sk_pj_end_object(p);
}

static void sk_pj_class(struct sk_print *p, uint32_t i, uint32_t which SK_UNUSED)
{
	static const char *const defaults[] = { "default_user", "default_role", "default_type", "default_range" };
	const struct sk_class *c = p->policy->class_by_id[i];
	struct sk_json *j;

	if (!c)
		return;
	j = sk_pj_object(p);
	sk_json_string(j, "name", c->name);
	if (c->common)
		sk_json_string(j, "common", c->common->name);
	sk_pj_own_perms(p, c->perms, c->n_perms);
	for (unsigned int k = SK_PRINT_USER; k <= SK_PRINT_RANGE; k++)
		if (sk_print_default_word(c, k))
			sk_json_string(j, defaults[k], sk_print_default_word(c, k));
	sk_pj_end_object(p);
}

static void sk_pj_sens(struct sk_print *p, uint32_t id, uint32_t which SK_UNUSED)
{
	const struct sk_sens *s = p->policy->sens_by_id[id];

	if (!s)
		return;
	sk_json_string(sk_pj_object(p), "name", s->name);
	sk_pj_names(p, "aliases", sk_print_sens_aliases(p, id));
	sk_pj_level(p, "level", &s->level);
	sk_pj_end_object(p);
}

static void sk_pj_category(struct sk_print *p, uint32_t id, uint32_t which SK_UNUSED)
{
	const struct sk_cat *c = p->policy->cat_by_id[id];

	if (!c)
		return;
	sk_json_string(sk_pj_object(p), "name", c->name);
	sk_pj_names(p, "aliases", sk_print_cat_aliases(p, id));
	sk_pj_end_object(p);
}

/* Those of a rule or constraint, by bit. */
static void sk_pj_perms(struct sk_print *p, uint32_t cls, uint32_t perms)
{
	sk_json_array(&p->json, "permissions");
	for (uint32_t bit = 0; bit < 32; bit++) {
		const char *name = perms >> bit & 1 ? sk_print_class_perm(p->policy->class_by_id[cls], bit + 1) : NULL;

		if (name)
			sk_json_string(&p->json, NULL, name);
	}
	sk_json_end_array(&p->json);
}

static void sk_pj_constraint(struct sk_print *p, uint32_t i, uint32_t which)
{
	const struct sk_print_constraint *c = &p->constraints[i];

	if (c->validatetrans != (which & SK_PRINT_VALIDATETRANS) || c->mls != !!(which & SK_PRINT_OF_LEVELS))
		return;
	sk_json_string(sk_pj_object(p), "class", sk_pj_class_name(p, c->cls.v));
	if (!c->validatetrans)
		sk_pj_perms(p, c->cls.v, c->constraint->perms);
	sk_constraint_print_expression(&p->value, p->policy, c->constraint, SK_STYLE_FULL);
	sk_pj_value(p, "expression");
	sk_pj_end_object(p);
}

static void sk_pj_capability(struct sk_print *p, uint32_t bit, uint32_t which SK_UNUSED)
{
	const char *name = selkie_capability_name(bit);

	if (!sk_bitset_has(&p->policy->capabilities, bit))
		return;
	if (!name)
		sk_buf_add_uint(&p->value, bit);
	else
		sk_buf_adds(&p->value, name);
	sk_pj_element(p);
	sk_pj_value(p, NULL);
	sk_pj_end(p);
}

static void sk_pj_bool(struct sk_print *p, uint32_t id, uint32_t which SK_UNUSED)
{
	const struct sk_bool *b = p->policy->bool_by_id[id];

	if (!b)
		return;
	sk_json_string(sk_pj_object(p), "name", b->name);
	sk_json_bool(&p->json, "value", b->state);
	sk_pj_end_object(p);
}

static void sk_pj_alias(struct sk_print *p, uint32_t i, uint32_t which SK_UNUSED)
{
	const struct sk_type *t = &p->policy->types[i];

	if (t->primary)
		return;
	sk_json_string(sk_pj_object(p), "name", t->name);
	sk_json_string(&p->json, "type", sk_print_type(p, t->id.v));
	sk_pj_end_object(p);
}

/* A set without what it has of its own. */
static size_t sk_pj_others(struct sk_print *p, const struct sk_idset *set, uint32_t id)
{
	size_t n = 0;

	if (!sk_print_room(p, set->n))
		return 0;
	for (uint32_t i = 0; i < set->n; i++)
		if (set->ids[i] != id)
			p->list[n++] = sk_print_type(p, set->ids[i]);
	if (p->sorted && n)
		qsort(p->list, n, sizeof(*p->list), sk_print_name_compare);
	return n;
}

static void sk_pj_type(struct sk_print *p, uint32_t id, uint32_t which)
{
	const struct sk_type *t = p->policy->type_by_id[id];
	bool attribute = which & SK_PRINT_ATTRIBUTES;

	if (t->attribute != attribute || (attribute && p->policy->version < 20))
		return;
	sk_json_string(sk_pj_object(p), "name", sk_print_type(p, id));
	sk_pj_names(p, attribute ? "types" : "attributes",
		    sk_pj_others(p, attribute ? &p->policy->types_of[id] : &p->policy->attributes_of[id], id));
	if (t->bounds.v)
		sk_json_string(&p->json, "bounds", sk_print_type(p, t->bounds.v));
	if (sk_bitset_has(&p->policy->permissive, id))
		sk_json_bool(&p->json, "permissive", true);
	if (sk_bitset_has(&p->policy->neveraudit, id))
		sk_json_bool(&p->json, "neveraudit", true);
	sk_pj_end_object(p);
}

static void sk_pj_numbers(struct sk_print *p, const struct sk_xperm *x)
{
	struct sk_json *j = &p->json;
	uint32_t low, high;

	sk_json_string(j, "operation", x->kind == SK_XPERM_NLMSG ? "nlmsg" : "ioctl");
	sk_json_array(j, "numbers");
	for (uint32_t i = 0; sk_print_next_numbers(x, &i, &low, &high);) {
		sk_json_array(j, NULL);
		sk_json_uint(j, NULL, low);
		sk_json_uint(j, NULL, high);
		sk_json_end_array(j);
	}
	sk_json_end_array(j);
}

static void sk_pj_key(struct sk_print *p, uint32_t source, uint32_t target, uint32_t cls)
{
	sk_json_string(&p->json, "source", sk_print_type(p, source));
	sk_json_string(&p->json, "target", sk_print_type(p, target));
	sk_json_string(&p->json, "class", sk_pj_class_name(p, cls));
}

/* The members of a rule's object. */
static void sk_pj_rule_body(struct sk_print *p, const struct sk_rule *r)
{
	sk_pj_key(p, r->source, r->target, r->cls);
	if (r->kind & SK_RULES_XPERM)
		sk_pj_numbers(p, &p->policy->xperms[r->data]);
	else if (r->kind & SK_RULES_AV)
		sk_pj_perms(p, r->cls, sk_print_perms_of(p, r));
	else
		sk_json_string(&p->json, "result", sk_print_type(p, r->data));
}

static void sk_pj_rule(struct sk_print *p, uint32_t i, uint32_t which)
{
	if (p->policy->rules[i].kind != sk_print_rule_kinds[which].kind)
		return;
	sk_pj_object(p);
	sk_pj_rule_body(p, &p->policy->rules[i]);
	sk_pj_end_object(p);
}

static void sk_pj_branch(struct sk_print *p, const char *name, uint32_t first, uint32_t n)
{
	sk_json_array(&p->json, name);
	for (uint32_t kind = 0; kind < SK_PRINT_N_RULE_KINDS; kind++)
		for (uint32_t i = first; i < first + n; i++) {
			if (p->policy->rules[i].kind != sk_print_rule_kinds[kind].kind)
				continue;
			sk_json_object(&p->json, NULL);
			sk_json_string(&p->json, "rule", sk_print_rule_kinds[kind].conf);
			sk_pj_rule_body(p, &p->policy->rules[i]);
			sk_json_end_object(&p->json);
		}
	sk_json_end_array(&p->json);
}

static void sk_pj_cond(struct sk_print *p, uint32_t i, uint32_t which SK_UNUSED)
{
	const struct sk_cond *c = &p->policy->conds[i];

	sk_cond_print(&p->value, p->policy, c, SK_STYLE_FULL);
	sk_pj_object(p);
	sk_pj_value(p, "expression");
	sk_pj_branch(p, "true", c->first_true, c->n_true);
	sk_pj_branch(p, "false", c->first_false, c->n_false);
	sk_pj_end_object(p);
}

static void sk_pj_filename(struct sk_print *p, uint32_t i, uint32_t which SK_UNUSED)
{
	const struct sk_filename_transition *f = &p->policy->filename_transitions[i];

	for (uint32_t s = 0; s < f->sources.n; s++) {
		sk_pj_object(p);
		sk_pj_key(p, f->sources.ids[s], f->target.v, f->cls.v);
		sk_json_string(&p->json, "name", f->name);
		sk_json_string(&p->json, "result", sk_print_type(p, f->result.v));
		sk_pj_end_object(p);
	}
}

static void sk_pj_range_transition(struct sk_print *p, uint32_t i, uint32_t which SK_UNUSED)
{
	const struct sk_range_transition *t = &p->policy->range_transitions[i];

	sk_pj_object(p);
	sk_pj_key(p, t->source.v, t->target.v, t->cls.v);
	sk_pj_range(p, "range", &t->range);
	sk_pj_end_object(p);
}

static void sk_pj_role(struct sk_print *p, uint32_t id, uint32_t which SK_UNUSED)
{
	const struct sk_role *role = p->policy->role_by_id[id];
	size_t n, others = 0;

	if (!role)
		return;
	sk_json_string(sk_pj_object(p), "name", role->name);
	sk_pj_names(p, "types", sk_print_list_ids(p, &role->types, sk_print_type));
	n = sk_print_list_bits(p, &role->dominates, sk_print_role);
	for (size_t i = 0; i < n; i++)
		if (strcmp(p->list[i], role->name) != 0)
			p->list[others++] = p->list[i];
	if (others)
		sk_pj_names(p, "dominates", others);
	if (role->bounds.v)
		sk_json_string(&p->json, "bounds", sk_print_role(p, role->bounds.v));
	sk_pj_end_object(p);
}

static void sk_pj_role_transition(struct sk_print *p, uint32_t i, uint32_t which SK_UNUSED)
{
	const struct sk_role_transition *t = &p->policy->role_transitions[i];
	struct sk_json *j = sk_pj_object(p);

	sk_json_string(j, "role", sk_print_role(p, t->role.v));
	sk_json_string(j, "target", sk_print_type(p, t->type.v));
	sk_json_string(j, "class", sk_pj_class_name(p, t->cls.v));
	sk_json_string(j, "result", sk_print_role(p, t->new_role.v));
	sk_pj_end_object(p);
}

static void sk_pj_role_allow(struct sk_print *p, uint32_t i, uint32_t which SK_UNUSED)
{
	const struct sk_role_allow *a = &p->policy->role_allows[i];

	sk_json_string(sk_pj_object(p), "source", sk_print_role(p, a->role.v));
	sk_json_string(&p->json, "target", sk_print_role(p, a->new_role.v));
	sk_pj_end_object(p);
}

static void sk_pj_user(struct sk_print *p, uint32_t id, uint32_t which SK_UNUSED)
{
	const struct sk_user *u = p->policy->user_by_id[id];

	if (!u)
		return;
	sk_json_string(sk_pj_object(p), "name", u->name);
	sk_pj_names(p, "roles", sk_print_list_bits(p, &u->roles, sk_print_role));
	if (p->policy->mls) {
		sk_pj_level(p, "level", &u->default_level);
		sk_pj_range(p, "range", &u->range);
	}
	if (u->bounds.v)
		sk_json_string(&p->json, "bounds", sk_print_user(p, u->bounds.v));
	sk_pj_end_object(p);
}

static void sk_pj_sid(struct sk_print *p, uint32_t sid, uint32_t which SK_UNUSED)
{
	const struct sk_ocontext *o = sk_print_sid_entry(p, sid);

	sk_print_sid_name(p, &p->value, sid);
	sk_pj_object(p);
	sk_pj_value(p, "name");
	if (o)
		sk_pj_context(p, "context", &o->context[0]);
	sk_pj_end_object(p);
}

static void sk_pj_address(struct sk_print *p, const char *name, int family, const uint8_t *address)
{
	char text[INET6_ADDRSTRLEN];

	sk_json_string(&p->json, name, inet_ntop(family, address, text, sizeof(text)) ? text : "?");
}

static void sk_pj_span(struct sk_print *p, uint64_t low, uint64_t high)
{
	sk_json_uint(&p->json, "low", low);
	sk_json_uint(&p->json, "high", high);
}

static void sk_pj_labeled(struct sk_print *p, const struct sk_ocontext *o, uint32_t kind)
{
	struct sk_json *j = &p->json;
	uint8_t prefix[16] = { 0 };
	const char *word;

	switch (kind) {
	case SK_OCON_FSUSE:
		word = sk_fs_behavior_word(o->u.behavior);
		sk_json_string(j, "behavior", word ? word : "fs_use_unknown");
		sk_json_string(j, "name", o->name);
		break;
	case SK_OCON_PORT:
		word = sk_protocol_word(o->u.port.protocol);
		if (word)
			sk_json_string(j, "protocol", word);
		else
			sk_json_uint(j, "protocol", o->u.port.protocol);
		sk_pj_span(p, o->u.port.low, o->u.port.high);
		break;
	case SK_OCON_NODE:
	case SK_OCON_NODE6:
		sk_pj_address(p, "address", kind == SK_OCON_NODE ? AF_INET : AF_INET6, o->u.node.address);
		sk_pj_address(p, "mask", kind == SK_OCON_NODE ? AF_INET : AF_INET6, o->u.node.mask);
		break;
	case SK_OCON_IBPKEY:
		memcpy(prefix, o->u.ibpkey.prefix, 8);
		sk_pj_address(p, "prefix", AF_INET6, prefix);
		sk_pj_span(p, o->u.ibpkey.low, o->u.ibpkey.high);
		break;
	case SK_OCON_IBENDPORT:
		sk_json_string(j, "name", o->name);
		sk_json_uint(j, "port", o->u.ibport);
		break;
	case SK_OCON_XEN_PIRQ:
		sk_json_uint(j, "number", o->u.irq);
		break;
	case SK_OCON_XEN_IOMEM:
	case SK_OCON_XEN_IOPORT:
		sk_pj_span(p, o->u.io.low, o->u.io.high);
		break;
	case SK_OCON_XEN_PCIDEVICE:
		sk_json_uint(j, "number", o->u.device);
		break;
	default:
		sk_json_string(j, "name", o->name);
		break;
	}
}

static void sk_pj_labeling(struct sk_print *p, uint32_t i, uint32_t kind)
{
	const struct sk_ocontext *o = &p->policy->ocontexts[kind][i];

	sk_pj_object(p);
	sk_pj_labeled(p, o, kind);
	sk_pj_context(p, "context", &o->context[0]);
	if (kind == SK_OCON_NETIF)
		sk_pj_context(p, "packet_context", &o->context[1]);
	sk_pj_end_object(p);
}

static void sk_pj_genfs(struct sk_print *p, uint32_t i, uint32_t which SK_UNUSED)
{
	const struct sk_genfs *g = &p->policy->genfs[i];

	for (uint32_t k = 0; k < g->n_paths; k++) {
		const struct sk_genfs_path *path = &g->paths[k];

		sk_json_string(sk_pj_object(p), "file_system", g->fstype);
		sk_json_string(&p->json, "path", path->path);
		if (path->cls.v)
			sk_json_string(&p->json, "class", sk_pj_class_name(p, path->cls.v));
		sk_pj_context(p, "context", &path->context);
		sk_pj_end_object(p);
	}
}

const struct sk_print_language sk_print_json = {
	.begin = sk_pj_begin,
	.end = sk_pj_finish,
	.list = sk_pj_list,
	.write = {
		[SK_KIND_HEADER] = sk_pj_header,
		[SK_KIND_COMMONS] = sk_pj_common,
		[SK_KIND_CLASSES] = sk_pj_class,
		[SK_KIND_SENSITIVITIES] = sk_pj_sens,
		[SK_KIND_CATEGORIES] = sk_pj_category,
		[SK_KIND_MLS_CONSTRAINTS ... SK_KIND_MLS_VALIDATETRANS] = sk_pj_constraint,
		[SK_KIND_CAPABILITIES] = sk_pj_capability,
		[SK_KIND_BOOLS] = sk_pj_bool,
		[SK_KIND_TYPE_ALIASES] = sk_pj_alias,
		[SK_KIND_TYPES ... SK_KIND_ATTRIBUTES] = sk_pj_type,
		[SK_KIND_ALLOWS ... SK_KIND_TYPE_CHANGES] = sk_pj_rule,
		[SK_KIND_FILENAME_TRANSITIONS] = sk_pj_filename,
		[SK_KIND_RANGE_TRANSITIONS] = sk_pj_range_transition,
		[SK_KIND_CONDS] = sk_pj_cond,
		[SK_KIND_ROLES] = sk_pj_role,
		[SK_KIND_ROLE_TRANSITIONS] = sk_pj_role_transition,
		[SK_KIND_ROLE_ALLOWS] = sk_pj_role_allow,
		[SK_KIND_USERS] = sk_pj_user,
		[SK_KIND_CONSTRAINTS ... SK_KIND_VALIDATETRANS] = sk_pj_constraint,
		[SK_KIND_SIDS] = sk_pj_sid,
		[SK_KIND_FSUSES] = sk_pj_labeling,
		[SK_KIND_GENFS] = sk_pj_genfs,
		[SK_KIND_PORTS ... SK_KIND_IBENDPORTS] = sk_pj_labeling,
	},
};
