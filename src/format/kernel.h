/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_FORMAT_KERNEL_H
#define SK_FORMAT_KERNEL_H

#include "model/policy.h"

/*
 * The kernel's binary policy: what reader and writer must agree on. Facts are from the kernel's
 * security/selinux/include/security.h and ss/policydb.c, and libsepol's policydb/policydb.h; versions that the kernel
 * does not know (34, 35) and the Xen target from the latter alone.
 */
#define SK_KERNEL_MAGIC 0xf97cff8cu
#define SK_MODULE_MAGIC 0xf97cff8du
#define SK_KERNEL_VERSION_MIN 15u
#define SK_KERNEL_VERSION_MAX 35u

/* The version that introduced a thing. */
enum sk_kernel_version {
	SK_SINCE_BOOL = 16,
	SK_SINCE_IPV6 = 17,
	SK_SINCE_MLS = 19,		/* levels, validatetrans, range transitions */
	SK_SINCE_AVTAB = 20,		/* one kind a rule, attributes in rules */
	SK_SINCE_RANGE_CLASS = 21,
	SK_SINCE_CAPABILITIES = 22,
	SK_SINCE_PERMISSIVE = 23,
	SK_SINCE_BOUNDS = 24,		/* and names of attributes */
	SK_SINCE_FILENAME_TRANSITIONS = 25,
	SK_SINCE_ROLE_CLASS = 26,	/* role transitions with a class */
	SK_SINCE_DEFAULTS = 27,		/* default_user, default_role, default_range */
	SK_SINCE_DEFAULT_TYPE = 28,
	SK_SINCE_CONSTRAINT_NAMES = 29,
	SK_SINCE_XPERMS = 30,
	SK_SINCE_XEN_DEVICETREE = 30,
	SK_SINCE_INFINIBAND = 31,
	SK_SINCE_GLBLUB = 32,
	SK_SINCE_GROUPED_FILENAMES = 33,
	SK_SINCE_COND_XPERMS = 34,
	SK_SINCE_NEVERAUDIT = 35,
};

#define SK_CONFIG_MLS 1u
#define SK_CONFIG_UNKNOWN 6u		/* enum sk_handle_unknown */

/* Highest id of a symbol. Rules hold types and classes in 16 bits; nobody has nearly as many of anything else. */
#define SK_KERNEL_MOST_IDS 65535u

/* In versions before 20, "enabled" and the order of the data words of a rule record. */
#define SK_OLD_ENABLED 0x80000000u

extern const enum sk_rule_kind sk_old_rule_order[6];

/* What the file says about its target: "SE Linux" or "XenFlask". */
const char *sk_kernel_target_string(enum sk_target target);

/* How many symbol tables and object context sections a version has. */
uint32_t sk_kernel_n_symbols(uint32_t version);
uint32_t sk_kernel_n_ocontexts(enum sk_target target, uint32_t version);

/* The kind of the i-th object context section. */
enum sk_ocontext_kind sk_kernel_ocontext_kind(enum sk_target target, uint32_t i);

/* The class of rules whose version does not say one: process, in Xen domain. */
const char *sk_kernel_process_class(enum sk_target target);

#endif
