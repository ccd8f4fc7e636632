/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * selkie info: what a policy consists of, with seinfo's options and output.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/json.h"
#include "cmd/command.h"
#include "cmd/origin.h"
#include "cmd/system.h"
#include "selkie/selkie.h"

enum sk_info_option {
	SK_INFO_EXPAND,
	SK_INFO_FLAT,
	SK_INFO_ALL,
	SK_INFO_WHERE,
	SK_INFO_QUERIES, /* the first of the queries */
};

/* One query option a kind of component, in the order of the kinds. */
#define SK_INFO_QUERY(kind, ...) [SK_INFO_QUERIES + (kind)] = { __VA_ARGS__ }
#define SK_MAYBE(word)		 .arg = (word), .optional_arg = true, .next_word = true

static const struct sk_option sk_info_options[] = {
	[SK_INFO_EXPAND] = { 'x', "expand", .help = "show whole statements" },
	[SK_INFO_FLAT] = { .name = "flat", .help = "show no counts and no indentation" },
	[SK_INFO_ALL] = { .name = "all", .help = "show everything" },
	[SK_INFO_WHERE] = { .name = "where", .help = "show the source lines, with -x those of what they have too" },
	SK_INFO_QUERY(SELKIE_COMPONENT_BOOLEAN, 'b', "bool", SK_MAYBE("BOOL"), .help = "booleans"),
	SK_INFO_QUERY(SELKIE_COMPONENT_CATEGORY, .name = "category", SK_MAYBE("CAT"),
		      .help = "MLS categories"),
	SK_INFO_QUERY(SELKIE_COMPONENT_CLASS, 'c', "class", SK_MAYBE("CLASS"),
		      .help = "object classes"),
	SK_INFO_QUERY(SELKIE_COMPONENT_COMMON, .name = "common", SK_MAYBE("COMMON"),
		      .help = "common permission sets"),
	SK_INFO_QUERY(SELKIE_COMPONENT_CONSTRAIN, .name = "constrain", SK_MAYBE("CLASS"),
		      .help = "constraints, of a class"),
	SK_INFO_QUERY(SELKIE_COMPONENT_DEFAULT, .name = "default", SK_MAYBE("CLASS"),
		      .help = "default_user and its kin, of a class"),
	SK_INFO_QUERY(SELKIE_COMPONENT_FS_USE, .name = "fs_use", SK_MAYBE("FS"),
		      .help = "fs_use statements"),
	SK_INFO_QUERY(SELKIE_COMPONENT_GENFSCON, .name = "genfscon", SK_MAYBE("FS"),
		      .help = "genfscon statements"),
	SK_INFO_QUERY(SELKIE_COMPONENT_IBENDPORTCON, .name = "ibendportcon", SK_MAYBE("NAME"),
		      .help = "InfiniBand end ports"),
	SK_INFO_QUERY(SELKIE_COMPONENT_IBPKEYCON, .name = "ibpkeycon", SK_MAYBE("PKEY[-PKEY]"),
		      .help = "InfiniBand partition keys"),
	SK_INFO_QUERY(SELKIE_COMPONENT_INITIALSID, .name = "initialsid", SK_MAYBE("NAME"),
		      .help = "initial contexts"),
	SK_INFO_QUERY(SELKIE_COMPONENT_NETIFCON, .name = "netifcon", SK_MAYBE("DEVICE"),
		      .help = "contexts of network interfaces"),
	SK_INFO_QUERY(SELKIE_COMPONENT_NODECON, .name = "nodecon", SK_MAYBE("ADDR"),
		      .help = "contexts of addresses"),
	SK_INFO_QUERY(SELKIE_COMPONENT_PERMISSIVE, .name = "permissive", SK_MAYBE("TYPE"),
		      .help = "permissive types"),
	SK_INFO_QUERY(SELKIE_COMPONENT_POLCAP, .name = "polcap", SK_MAYBE("NAME"),
		      .help = "policy capabilities"),
	SK_INFO_QUERY(SELKIE_COMPONENT_PORTCON, .name = "portcon", SK_MAYBE("PORT[-PORT]"),
		      .help = "contexts of ports"),
	SK_INFO_QUERY(SELKIE_COMPONENT_ROLE, 'r', "role", SK_MAYBE("ROLE"), .help = "roles"),
	SK_INFO_QUERY(SELKIE_COMPONENT_SENSITIVITY, .name = "sensitivity", SK_MAYBE("SENS"),
		      .help = "MLS sensitivities"),
	SK_INFO_QUERY(SELKIE_COMPONENT_TYPEBOUNDS, .name = "typebounds", SK_MAYBE("TYPE"),
		      .help = "bounds, of a bounded type"),
	SK_INFO_QUERY(SELKIE_COMPONENT_TYPE, 't', "type", SK_MAYBE("TYPE"), .help = "types"),
	SK_INFO_QUERY(SELKIE_COMPONENT_ATTRIBUTE, 'a', "attribute", SK_MAYBE("ATTR"),
		      .help = "type attributes"),
	SK_INFO_QUERY(SELKIE_COMPONENT_USER, 'u', "user", SK_MAYBE("USER"), .help = "users"),
	SK_INFO_QUERY(SELKIE_COMPONENT_VALIDATETRANS, .name = "validatetrans", SK_MAYBE("CLASS"),
		      .help = "validatetrans statements, of a class"),
	SK_INFO_QUERY(SELKIE_COMPONENT_IOPORTCON, .name = "ioportcon",
		      .help = "Xen: ioportcon statements"),
	SK_INFO_QUERY(SELKIE_COMPONENT_IOMEMCON, .name = "iomemcon",
		      .help = "Xen: iomemcon statements"),
	SK_INFO_QUERY(SELKIE_COMPONENT_PCIDEVICECON, .name = "pcidevicecon",
		      .help = "Xen: pcidevicecon statements"),
	SK_INFO_QUERY(SELKIE_COMPONENT_PIRQCON, .name = "pirqcon",
		      .help = "Xen: pirqcon statements"),
	SK_INFO_QUERY(SELKIE_COMPONENT_DEVICETREECON, .name = "devicetreecon",
		      .help = "Xen: devicetreecon statements"),
	SK_OPTION_POLICY,
	SK_OPTION_ROOT,
	SK_OPTION_JSON,
	SK_OPTION_END,
};

struct sk_info_query {
	bool wanted;
	const char *match;
};

struct sk_info_request {
	struct sk_system_args system;
	bool expand, flat, all, where;
	struct sk_info_query queries[SELKIE_N_COMPONENT_KINDS];
};

static int sk_info_take(void *arg, int o, const char *value)
{
	struct sk_info_request *q = arg;

	switch (o) {
	case SK_INFO_EXPAND:
		q->expand = true;
		break;
	case SK_INFO_FLAT:
		q->flat = true;
		break;
	case SK_INFO_ALL:
		q->all = true;
		break;
	case SK_INFO_WHERE:
		q->where = true;
		break;
	default:
		q->queries[o - SK_INFO_QUERIES] = (struct sk_info_query){ true, value };
	}
	return SK_EXIT_YES;
}

/* What the summary counts, in seinfo's order, two in a line. */
struct sk_info_number {
	const char *title, *name;
	size_t at;	 /* offset in struct selkie_statistics */
	uint8_t targets; /* bit by enum selkie_target */
};

#define SK_COUNT(title, field)                                                                     \
	{                                                                                          \
		title, #field, offsetof(struct selkie_statistics, field), 3                        \
	}
#define SK_COUNT_OF(title, name, kind, targets)                                                    \
	{                                                                                          \
		title, name, offsetof(struct selkie_statistics, labeling[SELKIE_LABELING_##kind]), \
			targets                                                                    \
	}

static const struct sk_info_number sk_info_numbers[] = {
	SK_COUNT("Classes", classes),
	SK_COUNT("Permissions", permissions),
	SK_COUNT("Sensitivities", sensitivities),
	SK_COUNT("Categories", categories),
	SK_COUNT("Types", types),
	SK_COUNT("Attributes", attributes),
	SK_COUNT("Users", users),
	SK_COUNT("Roles", roles),
	SK_COUNT("Booleans", booleans),
	SK_COUNT("Cond. Expr.", conditionals),
	SK_COUNT("Allow", allow),
	SK_COUNT("Neverallow", neverallow),
	SK_COUNT("Auditallow", auditallow),
	SK_COUNT("Dontaudit", dontaudit),
	SK_COUNT("Type_trans", type_transition),
	SK_COUNT("Type_change", type_change),
	SK_COUNT("Type_member", type_member),
	SK_COUNT("Range_trans", range_transition),
	SK_COUNT("Role allow", role_allow),
	SK_COUNT("Role_trans", role_transition),
	SK_COUNT("Constraints", constrain),
	SK_COUNT("Validatetrans", validatetrans),
	SK_COUNT("MLS Constrain", mlsconstrain),
	SK_COUNT("MLS Val. Tran", mlsvalidatetrans),
	SK_COUNT("Permissives", permissives),
	SK_COUNT("Polcap", polcaps),
	SK_COUNT("Defaults", defaults),
	SK_COUNT("Typebounds", typebounds),
	{ "Allowxperm", "allowxperm", offsetof(struct selkie_statistics, allowxperm), 1 },
	{ "Neverallowxperm", "neverallowxperm", offsetof(struct selkie_statistics, neverallowxperm),
	  1 },
	{ "Auditallowxperm", "auditallowxperm", offsetof(struct selkie_statistics, auditallowxperm),
	  1 },
	{ "Dontauditxperm", "dontauditxperm", offsetof(struct selkie_statistics, dontauditxperm),
	  1 },
	SK_COUNT_OF("Ibendportcon", "ibendportcon", IBENDPORT, 1),
	SK_COUNT_OF("Ibpkeycon", "ibpkeycon", IBPKEY, 1),
	SK_COUNT_OF("Initial SIDs", "initialsid", SID, 3),
	SK_COUNT_OF("Fs_use", "fs_use", FS_USE, 1),
	SK_COUNT_OF("Genfscon", "genfscon", GENFS, 1),
	SK_COUNT_OF("Portcon", "portcon", PORT, 1),
	SK_COUNT_OF("Netifcon", "netifcon", NETIF, 1),
	SK_COUNT_OF("Nodecon", "nodecon", NODE, 1),
	SK_COUNT_OF("Devicetreecon", "devicetreecon", DEVICETREE, 2),
	SK_COUNT_OF("Iomemcon", "iomemcon", IOMEM, 2),
	SK_COUNT_OF("Ioportcon", "ioportcon", IOPORT, 2),
	SK_COUNT_OF("Pcidevicecon", "pcidevicecon", PCIDEVICE, 2),
	SK_COUNT_OF("Pirqcon", "pirqcon", PIRQ, 2),
};

static uint32_t sk_info_count(const struct selkie_statistics *s, const struct sk_info_number *n)
{
	uint32_t value;

	memcpy(&value, (const char *)s + n->at, sizeof(value));
	return value;
}

static bool sk_info_is_for(const selkie_policy *p, const struct sk_info_number *n)
{
	return n->targets >> (selkie_policy_target(p) == SELKIE_TARGET_XEN) & 1;
}

static const char *sk_unknown_word(const selkie_policy *p)
{
	switch (selkie_policy_handle_unknown(p)) {
	case SELKIE_UNKNOWN_ALLOW:
		return "allow";
	case SELKIE_UNKNOWN_REJECT:
		return "reject";
	default:
		return "deny";
	}
}

static const char *sk_target_word(const selkie_policy *p)
{
	return selkie_policy_target(p) == SELKIE_TARGET_XEN ? "xen" : "selinux";
}

static void sk_info_summary(struct sk_buf *out, const struct sk_system *system)
{
	const selkie_policy *p = system->policy;
	struct selkie_statistics s;
	bool second = false;

	selkie_policy_count(p, &s);
	sk_buf_printf(out, "Statistics for policy file: %s\n", system->path);
	sk_buf_printf(out, "Policy Version:             %u (MLS %s)\n", selkie_policy_version(p),
		      selkie_policy_is_mls(p) ? "enabled" : "disabled");
	sk_buf_printf(out, "Target Policy:              %s\n", sk_target_word(p));
	sk_buf_printf(out, "Handle unknown classes:     %s\n", sk_unknown_word(p));
	for (size_t i = 0; i < SK_ARRAY_LEN(sk_info_numbers); i++) {
		const struct sk_info_number *n = &sk_info_numbers[i];
		sk_auto_buf struct sk_buf title = SK_BUF_INIT;

		if (!sk_info_is_for(p, n))
			continue;
		sk_buf_printf(&title, "%s:", n->title);
		sk_buf_printf(out, second ? "    %-16s %7u\n" : "  %-16s %7u", sk_buf_str(&title),
			      sk_info_count(&s, n));
		second = !second;
	}
}

static void sk_info_json_summary(struct sk_json *j, const struct sk_system *system)
{
	const selkie_policy *p = system->policy;
	struct selkie_statistics s;

	selkie_policy_count(p, &s);
	sk_json_string(j, "policy", system->path);
	sk_json_uint(j, "version", selkie_policy_version(p));
	sk_json_bool(j, "mls", selkie_policy_is_mls(p));
	sk_json_string(j, "target", sk_target_word(p));
	sk_json_string(j, "handle_unknown", sk_unknown_word(p));
	sk_json_object(j, "statistics");
	for (size_t i = 0; i < SK_ARRAY_LEN(sk_info_numbers); i++)
		if (sk_info_is_for(p, &sk_info_numbers[i]))
			sk_json_uint(j, sk_info_numbers[i].name,
				     sk_info_count(&s, &sk_info_numbers[i]));
	sk_json_end_object(j);
}

static void sk_info_json_type(struct sk_json *j, const selkie_policy *p, selkie_type_id type)
{
	selkie_type_id a = { 0 };
	const char *alias;

	sk_json_array(j, "aliases");
	for (size_t i = 0; (alias = selkie_type_alias(p, type, i)); i++)
		sk_json_string(j, NULL, alias);
	sk_json_end_array(j);
	sk_json_array(j, "attributes");
	while ((a = selkie_type_next_attribute(p, type, a)).v)
		sk_json_string(j, NULL, selkie_type_name(p, a));
	sk_json_end_array(j);
	sk_json_bool(j, "permissive", selkie_type_is_permissive(p, type));
	if (selkie_type_bounds(p, type).v)
		sk_json_string(j, "bounds", selkie_type_name(p, selkie_type_bounds(p, type)));
}

static void sk_info_json_class(struct sk_json *j, const selkie_policy *p, selkie_class_id cls)
{
	uint32_t common = selkie_class_common(p, cls), own = selkie_class_own_permissions(p, cls);

	if (common != SELKIE_COMMON_NONE)
		sk_json_string(j, "common", selkie_common_name(p, common));
	sk_json_array(j, "permissions");
	for (unsigned int bit = 0; bit < 32; bit++)
		if (own >> bit & 1)
			sk_json_string(j, NULL, selkie_permission_name(p, cls, bit));
	sk_json_end_array(j);
}

static void sk_info_json_context(struct sk_json *j, const selkie_policy *p, const char *name,
				 const selkie_context *context)
{
	sk_auto_free char *text = NULL;

	if (context && !selkie_context_print(p, context, &text))
		sk_json_string(j, name, text);
}

static void sk_info_json_address(struct sk_json *j, const char *name, int family,
				 const uint8_t *address)
{
	char text[INET6_ADDRSTRLEN];

	if (inet_ntop(family, address, text, sizeof(text)))
		sk_json_string(j, name, text);
}

static void sk_info_json_labeling(struct sk_json *j, const selkie_policy *p,
				  enum selkie_labeling_kind kind, uint32_t i)
{
	struct selkie_labeling l;

	if (selkie_labeling_get(p, kind, i, &l))
		return;
	if (l.path)
		sk_json_string(j, "path", l.path);
	if (l.cls.v)
		sk_json_string(j, "class", selkie_class_name(p, l.cls));
	if (kind == SELKIE_LABELING_PORT)
		sk_json_uint(j, "protocol", l.protocol);
	if (kind == SELKIE_LABELING_NODE) {
		sk_info_json_address(j, "address", l.family, l.address);
		sk_info_json_address(j, "mask", l.family, l.mask);
	} else if (kind == SELKIE_LABELING_IBPKEY) {
		sk_info_json_address(j, "address", AF_INET6, l.address);
	}
	if (kind != SELKIE_LABELING_FS_USE && kind != SELKIE_LABELING_GENFS &&
	    kind != SELKIE_LABELING_NETIF && kind != SELKIE_LABELING_NODE &&
	    kind != SELKIE_LABELING_DEVICETREE) {
		sk_json_uint(j, "low", l.low);
		sk_json_uint(j, "high", l.high);
	}
	sk_info_json_context(j, p, "context", l.context);
	sk_info_json_context(j, p, "packet_context", l.packet_context);
}

/* The labeling statements among the kinds of components. */
static const struct {
	enum selkie_component_kind kind;
	enum selkie_labeling_kind labeling;
} sk_info_labelings[] = {
	{ SELKIE_COMPONENT_FS_USE, SELKIE_LABELING_FS_USE },
	{ SELKIE_COMPONENT_GENFSCON, SELKIE_LABELING_GENFS },
	{ SELKIE_COMPONENT_IBENDPORTCON, SELKIE_LABELING_IBENDPORT },
	{ SELKIE_COMPONENT_IBPKEYCON, SELKIE_LABELING_IBPKEY },
	{ SELKIE_COMPONENT_INITIALSID, SELKIE_LABELING_SID },
	{ SELKIE_COMPONENT_NETIFCON, SELKIE_LABELING_NETIF },
	{ SELKIE_COMPONENT_NODECON, SELKIE_LABELING_NODE },
	{ SELKIE_COMPONENT_PORTCON, SELKIE_LABELING_PORT },
	{ SELKIE_COMPONENT_IOPORTCON, SELKIE_LABELING_IOPORT },
	{ SELKIE_COMPONENT_IOMEMCON, SELKIE_LABELING_IOMEM },
	{ SELKIE_COMPONENT_PCIDEVICECON, SELKIE_LABELING_PCIDEVICE },
	{ SELKIE_COMPONENT_PIRQCON, SELKIE_LABELING_PIRQ },
	{ SELKIE_COMPONENT_DEVICETREECON, SELKIE_LABELING_DEVICETREE },
};

/* What a kind has besides its name and its statement. */
static void sk_info_json_more(struct sk_json *j, const selkie_policy *p,
			      const struct selkie_component *c)
{
	selkie_type_id type = { 0 };
	selkie_role_id role = { 0 };
	const char *name;

	switch (c->kind) {
	case SELKIE_COMPONENT_TYPE:
	case SELKIE_COMPONENT_PERMISSIVE:
		sk_info_json_type(j, p, (selkie_type_id){ c->id });
		break;
	case SELKIE_COMPONENT_ATTRIBUTE:
		sk_json_array(j, "types");
		while ((type = selkie_type_next_member(p, (selkie_type_id){ c->id }, type)).v)
			sk_json_string(j, NULL, selkie_type_name(p, type));
		sk_json_end_array(j);
		break;
	case SELKIE_COMPONENT_ROLE:
		sk_json_array(j, "types");
		while ((type = selkie_role_next_type(p, (selkie_role_id){ c->id }, type)).v)
			sk_json_string(j, NULL, selkie_type_name(p, type));
		sk_json_end_array(j);
		break;
	case SELKIE_COMPONENT_USER:
		sk_json_array(j, "roles");
		while ((role = selkie_user_next_role(p, (selkie_user_id){ c->id }, role)).v)
			sk_json_string(j, NULL, selkie_role_name(p, role));
		sk_json_end_array(j);
		break;
	case SELKIE_COMPONENT_CLASS:
		sk_info_json_class(j, p, (selkie_class_id){ c->id });
		break;
	case SELKIE_COMPONENT_COMMON:
		sk_json_array(j, "permissions");
		for (unsigned int bit = 0; bit < 32; bit++)
			if ((name = selkie_common_permission_name(p, c->id, bit)))
				sk_json_string(j, NULL, name);
		sk_json_end_array(j);
		break;
	case SELKIE_COMPONENT_BOOLEAN:
		sk_json_bool(j, "default", selkie_bool_default(p, (selkie_bool_id){ c->id }));
		break;
	default:
		for (size_t i = 0; i < SK_ARRAY_LEN(sk_info_labelings); i++)
			if (sk_info_labelings[i].kind == c->kind)
				sk_info_json_labeling(j, p, sk_info_labelings[i].labeling, c->id);
	}
}

static int sk_info_json_list(struct sk_json *j, const struct sk_system *system, const selkie_origins *origins,
			     const selkie_components *list, enum selkie_component_kind kind)
{
	sk_json_array(j, selkie_component_kind_name(kind));
	for (size_t i = 0; i < selkie_components_count(list); i++) {
		const struct selkie_component *c = selkie_components_get(list, i);
		sk_auto_free char *text = NULL;

		if (selkie_components_print(list, i, &text))
			return -ENOMEM;
		sk_json_object(j, NULL);
		if (c->name)
			sk_json_string(j, "name", c->name);
		sk_json_string(j, "text", text);
		sk_info_json_more(j, system->policy, c);
		sk_component_where_json(j, origins, system->policy, c);
		sk_json_end_object(j);
	}
	sk_json_end_array(j);
	return 0;
}

static int sk_info_list(struct sk_buf *out, const struct sk_info_request *q, const selkie_policy *policy,
			const selkie_origins *origins, const selkie_components *list, enum selkie_component_kind kind)
{
	if (!q->flat)
		sk_buf_printf(out, "\n%s: %zu\n", selkie_component_kind_title(kind),
			      selkie_components_count(list));
	for (size_t i = 0; i < selkie_components_count(list); i++) {
		sk_auto_free char *text = NULL;

		if (q->expand && selkie_components_print(list, i, &text))
			return -ENOMEM;
		sk_buf_adds(out, q->flat ? "" : "   ");
		sk_buf_adds(out, text ? text : selkie_components_get(list, i)->text);
		sk_buf_addc(out, '\n');
		if (origins)
			sk_component_where_print(out, origins, policy, selkie_components_get(list, i), q->expand);
	}
	return 0;
}

/* The nearest known name of a kind to one that was not found, or NULL. */
static const char *sk_info_nearest(const selkie_policy *p, enum selkie_component_kind kind,
				   const char *name)
{
	switch (kind) {
	case SELKIE_COMPONENT_TYPE:
	case SELKIE_COMPONENT_PERMISSIVE:
	case SELKIE_COMPONENT_TYPEBOUNDS:
		return selkie_type_find(p, name).v ? NULL : selkie_type_nearest(p, name, false);
	case SELKIE_COMPONENT_ATTRIBUTE:
		return selkie_type_find(p, name).v ? NULL : selkie_type_nearest(p, name, true);
	case SELKIE_COMPONENT_ROLE:
		return selkie_role_nearest(p, name);
	case SELKIE_COMPONENT_USER:
		return selkie_user_nearest(p, name);
	case SELKIE_COMPONENT_CLASS:
		return selkie_class_nearest(p, name);
	case SELKIE_COMPONENT_BOOLEAN:
		return selkie_bool_nearest(p, name);
	default:
		return NULL;
	}
}

static int sk_info_refused(const struct sk_command *cmd, int r, const selkie_diagnostics *diags)
{
	if (r < 0)
		return sk_failure(cmd, "%s", strerror(-r));
	sk_print_diagnostics(diags);
	return SK_EXIT_NO;
}

/* A kind that was asked for by name and has none of it. */
static int sk_info_missing(const selkie_policy *p, enum selkie_component_kind kind,
			   const char *name)
{
	const char *near = sk_info_nearest(p, kind, name);

	fprintf(stderr, "selkie info: this policy has no %s '%s'", selkie_component_kind_name(kind),
		name);
	if (near)
		fprintf(stderr, "; did you mean '%s'?", near);
	fputc('\n', stderr);
	return SK_EXIT_NO;
}

struct sk_info_output {
	const struct sk_command *cmd;
	const struct sk_info_request *q;
	const struct sk_system *system;
	selkie_origins *origins;	/* NULL when they are not asked for, or not known */
	struct sk_buf buf;
	struct sk_json json;
};

static int sk_info_kind(struct sk_info_output *o, enum selkie_component_kind kind, int *code)
{
	const struct sk_info_query *query = &o->q->queries[kind];
	selkie_diagnostics *diags = selkie_diagnostics_new();
	selkie_components *list = NULL;
	int r, shown = SK_EXIT_YES;

	r = diags ? selkie_components_list(o->system->policy, kind, query->match, diags, &list)
		  : -ENOMEM;
	if (r)
		shown = sk_info_refused(o->cmd, r, diags);
	else if (o->q->system.json)
		r = sk_info_json_list(&o->json, o->system, o->origins, list, kind);
	else
		r = sk_info_list(&o->buf, o->q, o->system->policy, o->origins, list, kind);
	if (!r && query->match && !selkie_components_count(list))
		shown = sk_info_missing(o->system->policy, kind, query->match);
	*code = SK_MAX(*code, shown);
	selkie_components_free(list);
	selkie_diagnostics_free(diags);
	return r < 0 ? r : 0;
}

static int sk_info_show(struct sk_info_output *o)
{
	bool xen = selkie_policy_target(o->system->policy) == SELKIE_TARGET_XEN, any = false;
	int code = SK_EXIT_YES, r = 0;

	for (int k = 0; k < SELKIE_N_COMPONENT_KINDS; k++)
		any |= o->q->queries[k].wanted && (xen || k < SELKIE_COMPONENT_IOPORTCON);
	if (o->q->system.json) {
		sk_json_object(&o->json, NULL);
		sk_info_json_summary(&o->json, o->system);
		sk_json_object(&o->json, "components");
	} else if ((!any || o->q->all) && !o->q->flat) {
		sk_info_summary(&o->buf, o->system);
	}
	for (int k = 0; !r && k < SELKIE_N_COMPONENT_KINDS; k++)
		if ((o->q->queries[k].wanted || o->q->all) &&
		    (xen || k < SELKIE_COMPONENT_IOPORTCON))
			r = sk_info_kind(o, (enum selkie_component_kind)k, &code);
	if (o->q->system.json) {
		sk_json_end_object(&o->json);
		sk_json_end_object(&o->json);
		sk_json_finish(&o->json);
	}
	if (!r)
		r = sk_buf_flush(&o->buf);
	return r ? sk_failure(o->cmd, "writing the answer: %s", strerror(-r)) : code;
}

/* "info -t FILE": the file is the argument of -t, as in seinfo. Nobody means that. */
static bool sk_info_is_misread(const struct sk_command *cmd, const struct sk_info_request *q)
{
	for (int k = 0; !q->system.policy && k < SELKIE_N_COMPONENT_KINDS; k++) {
		const char *match = q->queries[k].match;

		if (match && strchr(match, '/') && !access(match, R_OK)) {
			sk_usage_error(
				cmd, "'%s' was taken as the name of a %s; use --policy %s", match,
				selkie_component_kind_name((enum selkie_component_kind)k), match);
			return true;
		}
	}
	return false;
}

static int sk_run_info(const struct sk_command *cmd, int argc, char **argv)
{
	struct sk_system system = SK_SYSTEM_INIT;
	struct sk_info_request q = { 0 };
	struct sk_info_output o = { .cmd = cmd, .q = &q, .system = &system };
	struct sk_args args;
	int code;

	sk_args_init(&args, cmd, argc, argv);
	if (!sk_system_read_policy_args(&args, &q.system, sk_info_take, &q, &code))
		return code;
	if (sk_info_is_misread(cmd, &q))
		return SK_EXIT_USAGE;
	code = sk_system_open(cmd, &q.system, &system);
	if (code == SK_EXIT_YES) {
		if (!q.system.policy)
			sk_system_tell(cmd, &system);
		if (q.where && !(o.origins = sk_system_origins(cmd, &system)))
			fprintf(stderr, "selkie info: where it comes from is not known for %s\n", system.path);
		sk_buf_to_fd(&o.buf, STDOUT_FILENO);
		sk_json_init(&o.json, &o.buf);
		code = sk_info_show(&o);
		sk_buf_done(&o.buf);
		selkie_origins_free(o.origins);
	}
	sk_system_done(&system);
	sk_system_args_done(&q.system);
	return code;
}

const struct sk_command sk_cmd_info = {
	.name = "info",
	.summary = "tell what a policy consists of",
	.arguments = "[POLICY]",
	.options = sk_info_options,
	.brief_first = SK_INFO_QUERIES,
	.n_brief = SELKIE_N_COMPONENT_KINDS,
	.about = "Without a query, a summary. A query may name one component: -t httpd_t. Options\n"
		 "and output are those of seinfo (setools 4.4).",
	.example = "selkie info -x -t httpd_t",
	.run = sk_run_info,
};
