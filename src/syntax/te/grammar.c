/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The grammar's table. One row a statement; how the letters read is told in grammar.h.
 */
#include "syntax/te/grammar.h"

#define ROW(id, in, parts) [SK_KW_##id] = { .shape = parts, .kind = SK_TE_##id, .where = in }
static const struct sk_te_shape sk_te_shapes[SK_N_KEYWORDS + 1] = {
	ROW(CLASS, IN_TOP, "i@"),
	ROW(SID, IN_TOP, "i@"),
	ROW(COMMON, IN_TOP, "iB"),
	ROW(DEFAULT_USER, IN_TOP, "Ns;"),
	ROW(DEFAULT_ROLE, IN_TOP, "Ns;"),
	ROW(DEFAULT_TYPE, IN_TOP, "Ns;"),
	ROW(DEFAULT_RANGE, IN_TOP, "N@;"),
	ROW(SENSITIVITY, IN_TOP, "iA;"),
	ROW(DOMINANCE, IN_TOP, "@"),
	ROW(CATEGORY, IN_TOP, "iA;"),
	ROW(LEVEL, IN_TOP, "i@;"),
	ROW(CONSTRAIN, IN_TOP, "NNE;"),
	ROW(MLSCONSTRAIN, IN_TOP, "NNE;"),
	ROW(VALIDATETRANS, IN_TOP, "NE;"),
	ROW(MLSVALIDATETRANS, IN_TOP, "NE;"),
	ROW(POLICYCAP, IN_TOP, "i;"),
	ROW(ATTRIBUTE, IN_RULES, "i;"),
	ROW(EXPANDATTRIBUTE, IN_RULES, "Nb;"),
	ROW(TYPE, IN_RULES, "iA,;"),
	ROW(TYPEALIAS, IN_RULES, "ia;"),
	ROW(TYPEATTRIBUTE, IN_RULES, "il;"),
	ROW(TYPEBOUNDS, IN_RULES, "il;"),
	ROW(BOOL, IN_RULES, "ib;"),
	ROW(TUNABLE, IN_RULES, "ib;"),
	ROW(TYPE_TRANSITION, IN_COND, "NN:Niq;"),
	ROW(TYPE_MEMBER, IN_COND, "NN:Ni;"),
	ROW(TYPE_CHANGE, IN_COND, "NN:Ni;"),
	ROW(RANGE_TRANSITION, IN_RULES, "NNoR;"),
	ROW(ALLOW, IN_COND, "NN@;"),
	ROW(AUDITALLOW, IN_COND, "NN:NN;"),
	ROW(AUDITDENY, IN_COND, "NN:NN;"),
	ROW(DONTAUDIT, IN_COND, "NN:NN;"),
	ROW(NEVERALLOW, IN_RULES, "NN:NN;"),
	ROW(ALLOWXPERM, IN_COND, "NN:NiX;"),
	ROW(AUDITALLOWXPERM, IN_COND, "NN:NiX;"),
	ROW(DONTAUDITXPERM, IN_COND, "NN:NiX;"),
	ROW(NEVERALLOWXPERM, IN_RULES, "NN:NiX;"),
	ROW(PERMISSIVE, IN_RULES, "i;"),
	ROW(NEVERAUDIT, IN_RULES, "i;"),
	ROW(ATTRIBUTE_ROLE, IN_RULES, "i;"),
	ROW(ROLE, IN_RULES, "i@;"),
	ROW(ROLE_TRANSITION, IN_RULES, "NNoi;"),
	ROW(ROLEATTRIBUTE, IN_RULES, "il;"),
	ROW(IF, IN_RULES, "K{e"),
	ROW(OPTIONAL, IN_RULES, "{e"),
	ROW(REQUIRE, IN_COND, "{"),
	ROW(USER, IN_RULES, "i@U;"),
	ROW(PORTCON, IN_TOP, "inC"),
	ROW(NETIFCON, IN_TOP, "wCC"),
	ROW(NODECON, IN_TOP, "@C"),
	ROW(IBPKEYCON, IN_TOP, "@nC"),
	ROW(IBENDPORTCON, IN_TOP, "i1C"),
	ROW(FS_USE_XATTR, IN_TOP, "wC;"),
	ROW(FS_USE_TASK, IN_TOP, "iC;"),
	ROW(FS_USE_TRANS, IN_TOP, "iC;"),
	ROW(GENFSCON, IN_TOP, "wp@C"),
	ROW(PIRQCON, IN_TOP, "1C"),
	ROW(IOMEMCON, IN_TOP, "nC"),
	ROW(IOPORTCON, IN_TOP, "nC"),
	ROW(PCIDEVICECON, IN_TOP, "1C"),
	ROW(DEVICETREECON, IN_TOP, "pC"),
	ROW(MODULE, IN_TOP, "i@;"),
};

/* What a require block names. */
static const struct sk_te_shape sk_te_require_shapes[SK_N_KEYWORDS + 1] = {
	ROW(CLASS, IN_REQUIRE, "iN;"),
	ROW(ROLE, IN_REQUIRE, "l;"),
	ROW(TYPE, IN_REQUIRE, "l;"),
	ROW(ATTRIBUTE, IN_REQUIRE, "l;"),
	ROW(ATTRIBUTE_ROLE, IN_REQUIRE, "l;"),
	ROW(USER, IN_REQUIRE, "l;"),
	ROW(BOOL, IN_REQUIRE, "l;"),
	ROW(TUNABLE, IN_REQUIRE, "l;"),
	ROW(SENSITIVITY, IN_REQUIRE, "l;"),
	ROW(CATEGORY, IN_REQUIRE, "l;"),
};
#undef ROW


const char *const sk_te_kind_names[SK_TE_N_KINDS] = {
#define KIND(id, text) [SK_TE_##id] = text
	KIND(CLASS, "class"), KIND(SID, "sid"), KIND(COMMON, "common"), KIND(DEFAULT_USER, "default_user"),
	KIND(DEFAULT_ROLE, "default_role"), KIND(DEFAULT_TYPE, "default_type"),
	KIND(DEFAULT_RANGE, "default_range"), KIND(SENSITIVITY, "sensitivity"), KIND(DOMINANCE, "dominance"),
	KIND(CATEGORY, "category"), KIND(LEVEL, "level"), KIND(CONSTRAIN, "constrain"),
	KIND(MLSCONSTRAIN, "mlsconstrain"), KIND(VALIDATETRANS, "validatetrans"),
	KIND(MLSVALIDATETRANS, "mlsvalidatetrans"), KIND(POLICYCAP, "policycap"), KIND(ATTRIBUTE, "attribute"),
	KIND(EXPANDATTRIBUTE, "expandattribute"), KIND(TYPE, "type"), KIND(TYPEALIAS, "typealias"),
	KIND(TYPEATTRIBUTE, "typeattribute"), KIND(TYPEBOUNDS, "typebounds"), KIND(BOOL, "bool"),
	KIND(TUNABLE, "tunable"), KIND(TYPE_TRANSITION, "type_transition"), KIND(TYPE_MEMBER, "type_member"),
	KIND(TYPE_CHANGE, "type_change"), KIND(RANGE_TRANSITION, "range_transition"), KIND(ALLOW, "allow"),
	KIND(AUDITALLOW, "auditallow"), KIND(AUDITDENY, "auditdeny"), KIND(DONTAUDIT, "dontaudit"),
	KIND(NEVERALLOW, "neverallow"), KIND(ALLOWXPERM, "allowxperm"), KIND(AUDITALLOWXPERM, "auditallowxperm"),
	KIND(DONTAUDITXPERM, "dontauditxperm"), KIND(NEVERALLOWXPERM, "neverallowxperm"),
	KIND(PERMISSIVE, "permissive"), KIND(NEVERAUDIT, "neveraudit"), KIND(ATTRIBUTE_ROLE, "attribute_role"),
	KIND(ROLE, "role"), KIND(ROLE_TRANSITION, "role_transition"), KIND(ROLE_ALLOW, "allow"),
	KIND(ROLEATTRIBUTE, "roleattribute"), KIND(IF, "if"), KIND(OPTIONAL, "optional"), KIND(REQUIRE, "require"),
	KIND(USER, "user"), KIND(PORTCON, "portcon"), KIND(NETIFCON, "netifcon"), KIND(NODECON, "nodecon"),
	KIND(IBPKEYCON, "ibpkeycon"), KIND(IBENDPORTCON, "ibendportcon"), KIND(FS_USE_XATTR, "fs_use_xattr"),
	KIND(FS_USE_TASK, "fs_use_task"), KIND(FS_USE_TRANS, "fs_use_trans"), KIND(GENFSCON, "genfscon"),
	KIND(PIRQCON, "pirqcon"), KIND(IOMEMCON, "iomemcon"), KIND(IOPORTCON, "ioportcon"),
	KIND(PCIDEVICECON, "pcidevicecon"), KIND(DEVICETREECON, "devicetreecon"), KIND(MODULE, "module"),
	KIND(EMPTY, ";"),
#undef KIND
};

const struct sk_te_shape *sk_te_shape(unsigned int keyword, bool require)
{
	return require ? &sk_te_require_shapes[keyword] : &sk_te_shapes[keyword];
}

const struct sk_te_shape *sk_te_kind_shape(unsigned int kind, bool require)
{
	static const struct sk_te_shape role_allow = { .shape = "NN;", .kind = SK_TE_ROLE_ALLOW, .where = IN_RULES };

	if (kind == SK_TE_ROLE_ALLOW)
		return &role_allow;
	for (unsigned int k = 0; k < SK_N_KEYWORDS; k++) {
		const struct sk_te_shape *shape = sk_te_shape(k, require);

		if (shape->shape && shape->kind == kind)
			return shape;
	}
	return NULL;
}
