/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SELKIE_COMPONENT_H
#define SELKIE_COMPONENT_H

#include <stddef.h>
#include <stdint.h>

#include <selkie/diagnostic.h>
#include <selkie/policy.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/*
 * What a policy consists of, rules aside: every kind of component as a sorted list that can be narrowed by name and
 * shown as policy text. This is what `selkie info` prints. Each kind's own properties are in type.h, role.h, user.h,
 * class.h, boolean.h, level.h, constraint.h, labeling.h and capability.h.
 */
enum selkie_component_kind {
	SELKIE_COMPONENT_BOOLEAN,
	SELKIE_COMPONENT_CATEGORY,
	SELKIE_COMPONENT_CLASS,
	SELKIE_COMPONENT_COMMON,
	SELKIE_COMPONENT_CONSTRAIN,
	SELKIE_COMPONENT_DEFAULT,
	SELKIE_COMPONENT_FS_USE,
	SELKIE_COMPONENT_GENFSCON,
	SELKIE_COMPONENT_IBENDPORTCON,
	SELKIE_COMPONENT_IBPKEYCON,
	SELKIE_COMPONENT_INITIALSID,
	SELKIE_COMPONENT_NETIFCON,
	SELKIE_COMPONENT_NODECON,
	SELKIE_COMPONENT_PERMISSIVE,
	SELKIE_COMPONENT_POLCAP,
	SELKIE_COMPONENT_PORTCON,
	SELKIE_COMPONENT_ROLE,
	SELKIE_COMPONENT_SENSITIVITY,
	SELKIE_COMPONENT_TYPEBOUNDS,
	SELKIE_COMPONENT_TYPE,
	SELKIE_COMPONENT_ATTRIBUTE,
	SELKIE_COMPONENT_USER,
	SELKIE_COMPONENT_VALIDATETRANS,
	/* policies for Xen only */
	SELKIE_COMPONENT_IOPORTCON,
	SELKIE_COMPONENT_IOMEMCON,
	SELKIE_COMPONENT_PCIDEVICECON,
	SELKIE_COMPONENT_PIRQCON,
	SELKIE_COMPONENT_DEVICETREECON,
	SELKIE_N_COMPONENT_KINDS,
};

/* What a kind is called: in JSON and options ("portcon"), and as a heading ("Portcon"). NULL for an unknown kind. */
const char *selkie_component_kind_name(enum selkie_component_kind kind);
const char *selkie_component_kind_title(enum selkie_component_kind kind);

struct selkie_component {
	enum selkie_component_kind kind;
	/*
	 * Which one it is: the id of a type, attribute, role, user, class, boolean, category or sensitivity; of a
	 * TYPEBOUNDS the bounded type; of a CONSTRAIN, VALIDATETRANS or DEFAULT the class; of a COMMON its index; of a
	 * POLCAP its number; of labeling statements their position (labeling.h).
	 */
	uint32_t id;
	uint32_t
		index; /* CONSTRAIN, VALIDATETRANS: position among the class's. DEFAULT: 0 user, 1 role, 2 type, 3 range */
	const char *name; /* of what has a name, else NULL; borrowed from the list */
	const char *
		text; /* how it is listed: its name, or for those that have none the statement; borrowed */
};

/* The match is no port, address or the like, or names a class that does not exist; the diagnostics say. */
#define SELKIE_COMPONENT_REFUSED 1

typedef struct sk_components selkie_components;

/*
 * The components of one kind, sorted by their text; categories and sensitivities by rank.
 *
 * match: NULL for all, else which: a name or alias; the class of CONSTRAIN, DEFAULT and VALIDATETRANS; the bounded type
 * of TYPEBOUNDS; the file system of FS_USE and GENFSCON; a port or range of ports, which the statement must cover, for
 * PORTCON; a pkey or range, which must be the statement's, for IBPKEYCON ("0x8000-0x8010"); an address or network
 * ("10.0.0.0/8", "fe80::1") for NODECON; the device of IBENDPORTCON. The Xen kinds take none.
 * diags: gets what is wrong with the match; NULL is allowed.
 *
 * Returns 0, SELKIE_COMPONENT_REFUSED, -EINVAL for an unknown kind, or -ENOMEM. ret is owned by the caller and borrows the policy.
 */
int selkie_components_list(const selkie_policy *policy, enum selkie_component_kind kind,
			   const char *match, selkie_diagnostics *diags, selkie_components **ret);
void selkie_components_free(selkie_components *list); /* NULL is allowed */

size_t selkie_components_count(const selkie_components *list);
const struct selkie_component *selkie_components_get(const selkie_components *list, size_t i);

/*
 * The i-th as policy text: "type httpd_t, domain, ...;". A class or a common takes several lines; an attribute is
 * followed by a line for each of its types. *ret_text is freed with free(). Returns 0, -EINVAL or -ENOMEM.
 */
int selkie_components_print(const selkie_components *list, size_t i, char **ret_text);

/* How many there are of what: `selkie info` without a query. */
struct selkie_statistics {
	uint32_t classes, permissions, sensitivities, categories, types, attributes, users, roles;
	uint32_t booleans, conditionals;
	uint32_t allow, auditallow, dontaudit, neverallow;
	uint32_t allowxperm, auditallowxperm, dontauditxperm, neverallowxperm;
	uint32_t type_transition, type_change,
		type_member; /* type_transition: named ones counted by source */
	uint32_t range_transition, role_allow, role_transition;
	uint32_t constrain, mlsconstrain, validatetrans, mlsvalidatetrans;
	uint32_t permissives, polcaps, defaults, typebounds;
	uint32_t labeling[16]; /* by enum selkie_labeling_kind */
};

void selkie_policy_count(const selkie_policy *policy, struct selkie_statistics *ret);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
