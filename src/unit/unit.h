/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_UNIT_UNIT_H
#define SK_UNIT_UNIT_H

#include "unit/space.h"

/*
 * One unresolved module, whatever it came from: a policy.conf, a .te with its interfaces expanded, the CIL inputs of a
 * build (macros, inheritance and tunables done), a binary module. A flat list of statements over the parts of the
 * build's space.
 *
 * The statements, a row each: what CIL calls it, and its operands. Everything that walks statements without caring for
 * their meaning (resolving references, printing, writing modules) walks this table. Operands, one letter each:
 *
 *   lower case, one reference:  t type  r role  u user  c class  m common  b boolean  s sensitivity  k category  i SID
 *   capitals, a set of them:    T types R roles U users C classes  Q permissions  S sensitivities  K categories
 *   I SIDs (a set in the order written, as S and K are in an order)
 *   P class permissions  X extended permissions  l level  g range  x context  y context, or none for <<none>>
 *   e expression of a constraint  o of a condition  a address  n name  N name or SK_INTERN_NONE
 *   v number  w 64-bit number in two operands, low half first  B block
 *
 * A letter followed by '?' may be SK_SPACE_NONE.
 */
#define SK_UNIT_KINDS(ROW) \
	/* declarations */ \
	ROW(COMMON,		"common",		"mQ") \
	ROW(CLASS,		"class",		"cQ") \
	ROW(CLASS_COMMON,	"classcommon",		"cm") \
	ROW(CLASS_ORDER,	"classorder",		"C") \
	ROW(SID,		"sid",			"i") \
	ROW(SID_ORDER,		"sidorder",		"I") \
	ROW(TYPE,		"type",			"t") \
	ROW(TYPE_ALIAS,		"typealias",		"tt")	/* alias, then what it stands for (or none yet) */ \
	ROW(ATTRIBUTE,		"typeattribute",	"t") \
	ROW(ROLE,		"role",			"r") \
	ROW(ROLE_ATTRIBUTE,	"roleattribute",	"r") \
	ROW(USER,		"user",			"u") \
	ROW(USER_ATTRIBUTE,	"userattribute",	"u") \
	ROW(BOOL,		"boolean",		"bv") \
	ROW(TUNABLE,		"tunable",		"bv") \
	ROW(SENSITIVITY,	"sensitivity",		"s") \
	ROW(SENSITIVITY_ALIAS,	"sensitivityalias",	"ss") \
	ROW(SENSITIVITY_ORDER,	"sensitivityorder",	"S") \
	ROW(CATEGORY,		"category",		"k") \
	ROW(CATEGORY_ALIAS,	"categoryalias",	"kk") \
	ROW(CATEGORY_ORDER,	"categoryorder",	"K") \
	/* what is said of them */ \
	ROW(SENSITIVITY_CATS,	"sensitivitycategory",	"sK?") \
	ROW(TYPE_ATTRIBUTE_SET,	"typeattributeset",	"tT")	/* attribute, types */ \
	ROW(EXPAND_ATTRIBUTE,	"expandtypeattribute",	"Tv") \
	ROW(TYPE_BOUNDS,	"typebounds",		"tt")	/* parent, child */ \
	ROW(TYPE_PERMISSIVE,	"typepermissive",	"t") \
	ROW(TYPE_NEVERAUDIT,	"typeneveraudit",	"t") \
	ROW(ROLE_TYPES,		"roletype",		"rT") \
	ROW(ROLE_ATTRIBUTE_SET,	"roleattributeset",	"rR") \
	ROW(ROLE_BOUNDS,	"rolebounds",		"rr") \
	ROW(ROLE_DOMINANCE,	"roledominance",	"rR")	/* of binary modules and old policy.conf */ \
	ROW(USER_ROLES,		"userrole",		"uR") \
	ROW(USER_ATTRIBUTE_SET,	"userattributeset",	"uU") \
	ROW(USER_LEVEL,		"userlevel",		"ul") \
	ROW(USER_RANGE,		"userrange",		"ug") \
	ROW(USER_BOUNDS,	"userbounds",		"uu") \
	ROW(USER_PREFIX,	"userprefix",		"un") \
	ROW(SELINUX_USER,	"selinuxuser",		"nug?") \
	ROW(DEFAULT_USER,	"defaultuser",		"Cv")	/* enum sk_unit_default */ \
	ROW(DEFAULT_ROLE,	"defaultrole",		"Cv") \
	ROW(DEFAULT_TYPE,	"defaulttype",		"Cv") \
	ROW(DEFAULT_RANGE,	"defaultrange",		"Cv") \
	ROW(POLICY_CAPABILITY,	"policycap",		"n") \
	ROW(MLS,		"mls",			"v") \
	ROW(HANDLE_UNKNOWN,	"handleunknown",	"n") \
	/* rules */ \
	ROW(ALLOW,		"allow",		"TTP") \
	ROW(AUDITALLOW,		"auditallow",		"TTP") \
	ROW(DONTAUDIT,		"dontaudit",		"TTP") \
	ROW(AUDITDENY,		"auditdeny",		"TTP") \
	ROW(NEVERALLOW,		"neverallow",		"TTP") \
	ROW(DENY,		"deny",			"TTP") \
	ROW(ALLOWX,		"allowx",		"TTCX") \
	ROW(AUDITALLOWX,	"auditallowx",		"TTCX") \
	ROW(DONTAUDITX,		"dontauditx",		"TTCX") \
	ROW(NEVERALLOWX,	"neverallowx",		"TTCX") \
	ROW(XPERMS,		NULL,			"CX")	/* that have a name; whoever uses it has them too */ \
	ROW(TYPE_TRANSITION,	"typetransition",	"TTCtN")	/* ..., result, name of the object */ \
	ROW(TYPE_MEMBER,	"typemember",		"TTCt") \
	ROW(TYPE_CHANGE,	"typechange",		"TTCt") \
	ROW(RANGE_TRANSITION,	"rangetransition",	"TTCg") \
	ROW(ROLE_ALLOW,		"roleallow",		"RR") \
	ROW(ROLE_TRANSITION,	"roletransition",	"RTCr") \
	ROW(CONSTRAIN,		"constrain",		"Pe") \
	ROW(MLS_CONSTRAIN,	"mlsconstrain",		"Pe") \
	ROW(VALIDATETRANS,	"validatetrans",	"Ce") \
	ROW(MLS_VALIDATETRANS,	"mlsvalidatetrans",	"Ce") \
	/* object contexts */ \
	ROW(SID_CONTEXT,	"sidcontext",		"ix") \
	ROW(PORTCON,		"portcon",		"nvvx")	/* protocol, low, high */ \
	ROW(NETIFCON,		"netifcon",		"nxx") \
	ROW(NODECON,		"nodecon",		"ax") \
	ROW(IBPKEYCON,		"ibpkeycon",		"avvx")	/* subnet prefix, low, high */ \
	ROW(IBENDPORTCON,	"ibendportcon",		"nvx") \
	ROW(FSUSE,		"fsuse",		"vnx")	/* enum sk_unit_fsuse, file system */ \
	ROW(FSCON,		"fscon",		"vvxx")	/* major, minor: of old policies */ \
	ROW(GENFSCON,		"genfscon",		"nnvx")	/* file system, path, enum sk_unit_file */ \
	ROW(PIRQCON,		"pirqcon",		"vx") \
	ROW(IOMEMCON,		"iomemcon",		"wwx") \
	ROW(IOPORTCON,		"ioportcon",		"vvx") \
	ROW(PCIDEVICECON,	"pcidevicecon",		"vx") \
	ROW(DEVICETREECON,	"devicetreecon",	"nx") \
	ROW(FILECON,		"filecon",		"nvy")	/* pattern, enum sk_unit_file */ \
	/* what a block needs in order to be there */ \
	ROW(REQUIRE_COMMON,	NULL,			"m") \
	ROW(REQUIRE_CLASS,	NULL,			"cQ?") \
	ROW(REQUIRE_TYPE,	NULL,			"t") \
	ROW(REQUIRE_ATTRIBUTE,	NULL,			"t") \
	ROW(REQUIRE_ROLE,	NULL,			"r") \
	ROW(REQUIRE_ROLE_ATTRIBUTE, NULL,		"r") \
	ROW(REQUIRE_USER,	NULL,			"u") \
	ROW(REQUIRE_BOOL,	NULL,			"b") \
	ROW(REQUIRE_TUNABLE,	NULL,			"b") \
	ROW(REQUIRE_SENSITIVITY, NULL,			"s") \
	ROW(REQUIRE_CATEGORY,	NULL,			"k") \
	ROW(REQUIRE_BLOCK,	NULL,			"B")	/* that other block is enabled */

enum sk_unit_kind {
#define SK_ROW(id, cil, operands) SK_UNIT_##id,
	SK_UNIT_KINDS(SK_ROW)
#undef SK_ROW
	SK_UNIT_N_KINDS
};

struct sk_unit_row {
	const char *name;	/* the enum's, for messages of our own */
	const char *cil;	/* NULL: CIL has no such statement */
	const char *operands;
};

extern const struct sk_unit_row sk_unit_rows[SK_UNIT_N_KINDS];

/* The number of operands is never larger. */
#define SK_UNIT_OPERANDS 5

/* Values of DEFAULT_*: user, role and type know the first two only. */
enum sk_unit_default {
	SK_UNIT_DEFAULT_SOURCE, SK_UNIT_DEFAULT_TARGET,
	SK_UNIT_DEFAULT_SOURCE_LOW, SK_UNIT_DEFAULT_SOURCE_HIGH, SK_UNIT_DEFAULT_SOURCE_LOW_HIGH,
	SK_UNIT_DEFAULT_TARGET_LOW, SK_UNIT_DEFAULT_TARGET_HIGH, SK_UNIT_DEFAULT_TARGET_LOW_HIGH,
	SK_UNIT_DEFAULT_GLBLUB,
};

enum sk_unit_fsuse { SK_UNIT_FSUSE_XATTR, SK_UNIT_FSUSE_TASK, SK_UNIT_FSUSE_TRANS };

enum sk_unit_file {
	SK_UNIT_FILE_ANY, SK_UNIT_FILE_FILE, SK_UNIT_FILE_DIR, SK_UNIT_FILE_CHAR, SK_UNIT_FILE_BLOCK,
	SK_UNIT_FILE_SOCKET, SK_UNIT_FILE_PIPE, SK_UNIT_FILE_SYMLINK,
};

/*
 * A conditional: its statements are those with `cond` 2 * number (the true branch) and 2 * number + 1 (the false one).
 * Conditions over tunables alone are decided when the policy is compiled, the others by the kernel.
 */
struct sk_unit_cond {
	uint32_t expr;
	uint32_t block;
	uint32_t addr, expansion;
};

struct sk_unit_stmt {
	uint32_t kind;		/* enum sk_unit_kind */
	uint32_t block;		/* of the space; the unit's top block, or one below it */
	uint32_t cond;		/* see above; SK_SPACE_NONE: unconditional */
	uint32_t addr, expansion;	/* where it is written */
	uint32_t op[SK_UNIT_OPERANDS];
};

enum sk_unit_source {
	SK_UNIT_POLICY_CONF,	/* a whole policy: names must be declared in it */
	SK_UNIT_BASE,		/* base module: likewise, others build on it */
	SK_UNIT_MODULE,		/* names must be declared or required */
	SK_UNIT_CIL,
};

struct sk_unit {
	struct sk_space *space;	/* borrowed */
	enum sk_unit_source source;
	uint32_t name, version;	/* name numbers; SK_INTERN_NONE where there is none */
	uint32_t number;	/* struct sk_block.unit */
	uint32_t top;		/* the block of the whole unit */
	bool xen;		/* says that it is for Xen */
	bool mls;		/* its contexts and users have ranges; of policy.conf and binary modules */
	SK_PARTS(struct sk_unit_cond) conds;
	SK_PARTS(struct sk_unit_stmt) stmts;
};

/* Makes the unit and its top block. Returns 0 or -ENOMEM. */
int sk_unit_init(struct sk_unit *unit, struct sk_space *space, enum sk_unit_source source, uint32_t number);
void sk_unit_done(struct sk_unit *unit);

/* What reads inputs into units: the input was refused; the diagnostics of the space say why. */
#define SK_UNIT_REFUSED 1

/* The units of one build, in the order in which they are linked. Owns them; borrows the space. */
struct sk_units {
	struct sk_unit **list;
	size_t n, cap;
};

/* Makes a unit at the end; its number is its index. Returns 0 or -ENOMEM. */
int sk_units_add(struct sk_units *units, struct sk_space *space, enum sk_unit_source source, struct sk_unit **ret_unit);
void sk_units_done(struct sk_units *units);

/* Adds a copy. Returns 0 or -ENOMEM. */
int sk_unit_add(struct sk_unit *unit, const struct sk_unit_stmt *stmt);

/* Adds a conditional; its number goes into its statements' `cond`. */
int sk_unit_add_cond(struct sk_unit *unit, const struct sk_unit_cond *cond, uint32_t *ret_cond);

#endif
