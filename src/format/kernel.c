/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What depends on the version of a kernel policy and is the same for reading and writing it.
 */
#include "format/kernel.h"

const enum sk_rule_kind sk_old_rule_order[6] = {
	SK_RULE_ALLOW, SK_RULE_AUDITDENY, SK_RULE_AUDITALLOW,
	SK_RULE_TRANSITION, SK_RULE_CHANGE, SK_RULE_MEMBER,
};

const char *sk_kernel_target_string(enum sk_target target)
{
	return target == SK_TARGET_XEN ? "XenFlask" : "SE Linux";
}

uint32_t sk_kernel_n_symbols(uint32_t version)
{
	if (version < SK_SINCE_BOOL)
		return SK_SYM_BOOL;
	return version < SK_SINCE_MLS ? SK_SYM_SENS : SK_N_SYM;
}

uint32_t sk_kernel_n_ocontexts(enum sk_target target, uint32_t version)
{
	if (target == SK_TARGET_XEN)
		return (version < SK_SINCE_XEN_DEVICETREE ? SK_OCON_XEN_DEVICETREE : SK_N_OCON) -
		       SK_OCON_XEN_ISID;
	if (version < SK_SINCE_IPV6)
		return SK_OCON_NODE6;
	return version < SK_SINCE_INFINIBAND ? SK_OCON_IBPKEY : SK_OCON_XEN_ISID;
}

enum sk_ocontext_kind sk_kernel_ocontext_kind(enum sk_target target, uint32_t i)
{
	return (enum sk_ocontext_kind)(i + (target == SK_TARGET_XEN ? SK_OCON_XEN_ISID : 0));
}

const char *sk_kernel_process_class(enum sk_target target)
{
	return target == SK_TARGET_XEN ? "domain" : "process";
}
