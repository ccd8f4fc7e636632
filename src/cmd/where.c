/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Where the components of a policy come from, and where it is said what they have.
 */
#include <string.h>

#include "cmd/origin.h"

/* The components that are a fact with the same number. */
static const struct {
	enum selkie_component_kind component;
	enum selkie_fact_kind fact;
} sk_where_rows[] = {
	{ SELKIE_COMPONENT_BOOLEAN, SELKIE_FACT_BOOLEAN },
	{ SELKIE_COMPONENT_CLASS, SELKIE_FACT_CLASS },
	{ SELKIE_COMPONENT_CONSTRAIN, SELKIE_FACT_CONSTRAINT },
	{ SELKIE_COMPONENT_FS_USE, SELKIE_FACT_FS_USE },
	{ SELKIE_COMPONENT_GENFSCON, SELKIE_FACT_GENFS },
	{ SELKIE_COMPONENT_IBENDPORTCON, SELKIE_FACT_IBENDPORT },
	{ SELKIE_COMPONENT_IBPKEYCON, SELKIE_FACT_IBPKEY },
	{ SELKIE_COMPONENT_INITIALSID, SELKIE_FACT_INITIAL },
	{ SELKIE_COMPONENT_NETIFCON, SELKIE_FACT_NETIF },
	{ SELKIE_COMPONENT_NODECON, SELKIE_FACT_NODE },
	{ SELKIE_COMPONENT_PERMISSIVE, SELKIE_FACT_PERMISSIVE },
	{ SELKIE_COMPONENT_PORTCON, SELKIE_FACT_PORT },
	{ SELKIE_COMPONENT_ROLE, SELKIE_FACT_ROLE },
	{ SELKIE_COMPONENT_TYPEBOUNDS, SELKIE_FACT_TYPE_BOUNDS },
	{ SELKIE_COMPONENT_TYPE, SELKIE_FACT_TYPE },
	{ SELKIE_COMPONENT_ATTRIBUTE, SELKIE_FACT_TYPE },
	{ SELKIE_COMPONENT_USER, SELKIE_FACT_USER },
	{ SELKIE_COMPONENT_VALIDATETRANS, SELKIE_FACT_VALIDATETRANS },
	{ SELKIE_COMPONENT_IOPORTCON, SELKIE_FACT_IOPORT },
	{ SELKIE_COMPONENT_IOMEMCON, SELKIE_FACT_IOMEM },
	{ SELKIE_COMPONENT_PCIDEVICECON, SELKIE_FACT_PCIDEVICE },
	{ SELKIE_COMPONENT_PIRQCON, SELKIE_FACT_PIRQ },
	{ SELKIE_COMPONENT_DEVICETREECON, SELKIE_FACT_DEVICETREE },
};

/* The component as a fact that has origins; false for what has none. */
static bool sk_where_fact(const selkie_policy *policy, const struct selkie_component *c, struct selkie_fact *ret)
{
	struct selkie_labeling sid;

	for (size_t i = 0; i < SK_ARRAY_LEN(sk_where_rows); i++) {
		if (sk_where_rows[i].component != c->kind)
			continue;
		*ret = (struct selkie_fact){ .kind = sk_where_rows[i].fact, .id = c->id };
		if (c->kind == SELKIE_COMPONENT_CONSTRAIN || c->kind == SELKIE_COMPONENT_VALIDATETRANS)
			ret->other = c->index;
		if (c->kind == SELKIE_COMPONENT_INITIALSID) {
			if (selkie_labeling_get(policy, SELKIE_LABELING_SID, c->id, &sid))
				return false;
			ret->id = (uint32_t)sid.low;
		}
		return true;
	}
	return false;
}

/* The part after `last` (0: the first): its id, its name and the fact that the component has it. False at the end. */
static bool sk_where_next_part(const selkie_policy *p, const struct selkie_component *c, uint32_t last, uint32_t *ret_id,
			       const char **ret_name, struct selkie_fact *ret)
{
	selkie_type_id type = { last };
	selkie_role_id role = { last };

	switch (c->kind) {
	case SELKIE_COMPONENT_TYPE:
		*ret_id = (type = selkie_type_next_attribute(p, (selkie_type_id){ c->id }, type)).v;
		*ret = (struct selkie_fact){ SELKIE_FACT_MEMBER, c->id, *ret_id };
		break;
	case SELKIE_COMPONENT_ATTRIBUTE:
		*ret_id = (type = selkie_type_next_member(p, (selkie_type_id){ c->id }, type)).v;
		*ret = (struct selkie_fact){ SELKIE_FACT_MEMBER, *ret_id, c->id };
		break;
	case SELKIE_COMPONENT_ROLE:
		*ret_id = (type = selkie_role_next_type(p, (selkie_role_id){ c->id }, type)).v;
		*ret = (struct selkie_fact){ SELKIE_FACT_ROLE_TYPE, c->id, *ret_id };
		break;
	case SELKIE_COMPONENT_USER:
		*ret_id = (role = selkie_user_next_role(p, (selkie_user_id){ c->id }, role)).v;
		*ret = (struct selkie_fact){ SELKIE_FACT_USER_ROLE, c->id, *ret_id };
		break;
	default:
		return false;
	}
	*ret_name = c->kind == SELKIE_COMPONENT_USER ? selkie_role_name(p, role) : selkie_type_name(p, type);
	return *ret_id;
}

void sk_component_where_print(struct sk_buf *out, const selkie_origins *origins, const selkie_policy *policy,
			      const struct selkie_component *component, bool parts)
{
	struct selkie_fact fact;
	const char *name;
	uint32_t id = 0;

	if (sk_where_fact(policy, component, &fact))
		sk_fact_print(out, origins, policy, &fact, "      from ");
	while (parts && sk_where_next_part(policy, component, id, &id, &name, &fact)) {
		sk_auto_buf struct sk_buf lead = SK_BUF_INIT;

		sk_buf_join(&lead, "      ", name, " from ", NULL);
		if (sk_buf_str(&lead))
			sk_fact_print(out, origins, policy, &fact, lead.data);
	}
}

void sk_component_where_json(struct sk_json *j, const selkie_origins *origins, const selkie_policy *policy,
			     const struct selkie_component *component)
{
	struct selkie_fact fact;
	const char *name;
	uint32_t id = 0;

	if (!origins)
		return;
	if (sk_where_fact(policy, component, &fact))
		sk_fact_json(j, origins, policy, &fact);
	sk_json_array(j, "parts");
	while (sk_where_next_part(policy, component, id, &id, &name, &fact)) {
		sk_json_object(j, NULL);
		sk_json_string(j, "name", name);
		sk_fact_json(j, origins, policy, &fact);
		sk_json_end_object(j);
	}
	sk_json_end_array(j);
}
