/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_UNIT_UNIT_H
#define SK_UNIT_UNIT_H

#include "unit/space.h"

/*
 * One unresolved module, whatever it came from: a policy.conf, a .te with its interfaces expanded, the CIL inputs of a
 * build (macros, inheritance and tunables done), a binary module. A flat list of statements over the parts of the
 * build's space.
 *
 * The statements, a row each: what CIL calls it, its operands, and the names of the operands. Everything that walks
 * statements without caring for their meaning (resolving references, printing, writing modules) walks this table.
 * Operands, one letter each:
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
	ROW(COMMON,		"common",		"mQ", "name permissions") \
	ROW(CLASS,		"class",		"cQ", "name permissions") \
	ROW(CLASS_COMMON,	"classcommon",		"cm", "class common") \
	ROW(CLASS_ORDER,	"classorder",		"C", "classes") \
	ROW(SID,		"sid",			"i", "name") \
	ROW(SID_ORDER,		"sidorder",		"I", "initial_ids") \
	ROW(TYPE,		"type",			"t", "name") \
	ROW(TYPE_ALIAS,		"typealias",		"tt", "name type")	/* alias, then what it stands for (or none yet) */ \
	ROW(ATTRIBUTE,		"typeattribute",	"t", "name") \
	ROW(ROLE,		"role",			"r", "name") \
	ROW(ROLE_ATTRIBUTE,	"roleattribute",	"r", "name") \
	ROW(USER,		"user",			"u", "name") \
	ROW(USER_ATTRIBUTE,	"userattribute",	"u", "name") \
	ROW(BOOL,		"boolean",		"bv", "name value") \
	ROW(TUNABLE,		"tunable",		"bv", "name value") \
	ROW(SENSITIVITY,	"sensitivity",		"s", "name") \
	ROW(SENSITIVITY_ALIAS,	"sensitivityalias",	"ss", "name sensitivity") \
	ROW(SENSITIVITY_ORDER,	"sensitivityorder",	"S", "sensitivities") \
	ROW(CATEGORY,		"category",		"k", "name") \
	ROW(CATEGORY_ALIAS,	"categoryalias",	"kk", "name category") \
	ROW(CATEGORY_ORDER,	"categoryorder",	"K", "categories") \
	/* what is said of them */ \
	ROW(SENSITIVITY_CATS,	"sensitivitycategory",	"sK?", "sensitivity categories") \
	ROW(TYPE_ATTRIBUTE_SET,	"typeattributeset",	"tT", "attribute types")	/* attribute, types */ \
	ROW(EXPAND_ATTRIBUTE,	"expandtypeattribute",	"Tv", "attributes value") \
	ROW(TYPE_BOUNDS,	"typebounds",		"tt", "parent child")	/* parent, child */ \
	ROW(TYPE_PERMISSIVE,	"typepermissive",	"t", "type") \
	ROW(TYPE_NEVERAUDIT,	"typeneveraudit",	"t", "type") \
	ROW(ROLE_TYPES,		"roletype",		"rT", "role types") \
	ROW(ROLE_ATTRIBUTE_SET,	"roleattributeset",	"rR", "attribute roles") \
	ROW(ROLE_BOUNDS,	"rolebounds",		"rr", "parent child") \
	ROW(ROLE_DOMINANCE,	"roledominance",	"rR", "role roles")	/* of binary modules and old policy.conf */ \
	ROW(USER_ROLES,		"userrole",		"uR", "user roles") \
	ROW(USER_ATTRIBUTE_SET,	"userattributeset",	"uU", "attribute users") \
	ROW(USER_LEVEL,		"userlevel",		"ul", "user level") \
	ROW(USER_RANGE,		"userrange",		"ug", "user range") \
	ROW(USER_BOUNDS,	"userbounds",		"uu", "parent child") \
	ROW(USER_PREFIX,	"userprefix",		"un", "user prefix") \
	ROW(SELINUX_USER,	"selinuxuser",		"nug?", "name user range") \
	ROW(DEFAULT_USER,	"defaultuser",		"Cv", "classes default")	/* enum sk_unit_default */ \
	ROW(DEFAULT_ROLE,	"defaultrole",		"Cv", "classes default") \
	ROW(DEFAULT_TYPE,	"defaulttype",		"Cv", "classes default") \
	ROW(DEFAULT_RANGE,	"defaultrange",		"Cv", "classes default") \
	ROW(POLICY_CAPABILITY,	"policycap",		"n", "name") \
	ROW(MLS,		"mls",			"v", "value") \
	ROW(HANDLE_UNKNOWN,	"handleunknown",	"n", "value") \
	/* rules */ \
	ROW(ALLOW,		"allow",		"TTP", "source target access") \
	ROW(AUDITALLOW,		"auditallow",		"TTP", "source target access") \
	ROW(DONTAUDIT,		"dontaudit",		"TTP", "source target access") \
	ROW(AUDITDENY,		"auditdeny",		"TTP", "source target access") \
	ROW(NEVERALLOW,		"neverallow",		"TTP", "source target access") \
	ROW(DENY,		"deny",			"TTP", "source target access") \
	ROW(ALLOWX,		"allowx",		"TTCX", "source target classes numbers") \
	ROW(AUDITALLOWX,	"auditallowx",		"TTCX", "source target classes numbers") \
	ROW(DONTAUDITX,		"dontauditx",		"TTCX", "source target classes numbers") \
	ROW(NEVERALLOWX,	"neverallowx",		"TTCX", "source target classes numbers") \
	ROW(XPERMS,		NULL,			"CX", "classes numbers")	/* that have a name; whoever uses it has them too */ \
	ROW(CLASS_PERMS,	NULL,			"P", "permissions")	/* likewise, and further below */ \
	ROW(TYPE_TRANSITION,	"typetransition",	"TTCtN", "source target classes result name")	/* ..., result, name of the object */ \
	ROW(TYPE_MEMBER,	"typemember",		"TTCt", "source target classes result") \
	ROW(TYPE_CHANGE,	"typechange",		"TTCt", "source target classes result") \
	ROW(RANGE_TRANSITION,	"rangetransition",	"TTCg", "source target classes range") \
	ROW(ROLE_ALLOW,		"roleallow",		"RR", "source target") \
	ROW(ROLE_TRANSITION,	"roletransition",	"RTCr", "source target classes result") \
	ROW(CONSTRAIN,		"constrain",		"Pe", "access expression") \
	ROW(MLS_CONSTRAIN,	"mlsconstrain",		"Pe", "access expression") \
	ROW(VALIDATETRANS,	"validatetrans",	"Ce", "classes expression") \
	ROW(MLS_VALIDATETRANS,	"mlsvalidatetrans",	"Ce", "classes expression") \
	ROW(NAMED_CATS,		NULL,			"K", "categories") \
	ROW(NAMED_LEVEL,	NULL,			"l", "level") \
	ROW(NAMED_RANGE,	NULL,			"g", "range") \
	ROW(NAMED_CONTEXT,	NULL,			"x", "context") \
	/* object contexts */ \
	ROW(SID_CONTEXT,	"sidcontext",		"ix", "name context") \
	ROW(PORTCON,		"portcon",		"nvvx", "protocol low high context")	/* protocol, low, high */ \
	ROW(NETIFCON,		"netifcon",		"nxx", "name context packet_context") \
	ROW(NODECON,		"nodecon",		"ax", "address context") \
	ROW(IBPKEYCON,		"ibpkeycon",		"avvx", "prefix low high context")	/* op[4]: the prefix as CIL writes it, which sorts; or none */ \
	ROW(IBENDPORTCON,	"ibendportcon",		"nvx", "name port context") \
	ROW(FSUSE,		"fsuse",		"vnx", "behavior name context")	/* enum sk_unit_fsuse, file system */ \
	ROW(FSCON,		"fscon",		"vvxx", "major minor context file_context")	/* major, minor: of old policies */ \
	ROW(GENFSCON,		"genfscon",		"nnvx", "file_system path file context")	/* file system, path, enum sk_unit_file */ \
	ROW(PIRQCON,		"pirqcon",		"vx", "number context") \
	ROW(IOMEMCON,		"iomemcon",		"wwx", "low high context") \
	ROW(IOPORTCON,		"ioportcon",		"vvx", "low high context") \
	ROW(PCIDEVICECON,	"pcidevicecon",		"vx", "number context") \
	ROW(DEVICETREECON,	"devicetreecon",	"nx", "name context") \
	ROW(FILECON,		"filecon",		"nvy", "pattern file context")	/* pattern, enum sk_unit_file */ \
	/* what a block needs in order to be there */ \
	ROW(REQUIRE_COMMON,	NULL,			"m", "name") \
	ROW(REQUIRE_CLASS,	NULL,			"cQ?", "name permissions") \
	ROW(REQUIRE_TYPE,	NULL,			"t", "name") \
	ROW(REQUIRE_ATTRIBUTE,	NULL,			"t", "name") \
	ROW(REQUIRE_ROLE,	NULL,			"r", "name") \
	ROW(REQUIRE_ROLE_ATTRIBUTE, NULL,		"r", "name") \
	ROW(REQUIRE_USER,	NULL,			"u", "name") \
	ROW(REQUIRE_BOOL,	NULL,			"b", "name") \
	ROW(REQUIRE_TUNABLE,	NULL,			"b", "name") \
	ROW(REQUIRE_SENSITIVITY, NULL,			"s", "name") \
	ROW(REQUIRE_CATEGORY,	NULL,			"K", "categories")	/* modules require a thousand each */ \
	ROW(REQUIRE_BLOCK,	NULL,			"B", "block")	/* that other block is enabled */

enum sk_unit_kind {
#define SK_ROW(id, cil, operands, names) SK_UNIT_##id,
	SK_UNIT_KINDS(SK_ROW)
#undef SK_ROW
	SK_UNIT_N_KINDS
};

struct sk_unit_row {
	const char *name;	/* the enum's, for messages of our own */
	const char *cil;	/* NULL: CIL has no such statement */
	const char *operands;
	const char *names;	/* of the operands, with blanks between them */
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
	bool binary;		/* read from a binary module: lists that checkmodule turns around have been turned */
	bool mls;		/* its contexts and users have ranges; of policy.conf and binary modules */
	bool damaged;		/* statements or names are missing: they had mistakes */
	SK_PARTS(struct sk_unit_cond) conds;
	SK_PARTS(struct sk_unit_stmt) stmts;
};

/* Makes the unit and its top block. Returns 0 or -ENOMEM. */
int sk_unit_init(struct sk_unit *unit, struct sk_space *space, enum sk_unit_source source, uint32_t number);
void sk_unit_done(struct sk_unit *unit);

/* Leaves out what stands in blocks that are off (by number of the space), and makes all that is left one block. */
void sk_unit_keep_enabled(struct sk_unit *unit, const bool *enabled);

/* What reads inputs into units: the input was refused; the diagnostics of the space say why. */
#define SK_UNIT_REFUSED 1

/* declared.c: whether a module that is written as it is declares something twice (E0803). Returns 0, 1, or -ENOMEM. */
int sk_unit_check_declared(const struct sk_unit *unit);
/* kinds.c: whether it has an attribute where a type or role must stand, or the other way round (E0802). Returns likewise. */
int sk_unit_check_kinds(const struct sk_unit *unit);
/* required.c: whether it uses a permission that it does not require (E0156). Returns likewise. */
int sk_unit_check_required(const struct sk_unit *unit);
/* twice.c: whether a transition of a role or by name stands twice in it (E0806, E0807). Returns likewise. */
int sk_unit_check_twice(const struct sk_unit *unit);

/* The units of one build, in the order in which they are linked. Owns them; borrows the space. */
struct sk_units {
	struct sk_unit **list;
	size_t n, cap;
};

/* Makes a unit at the end; its number is its index. Returns 0 or -ENOMEM. */
int sk_units_add(struct sk_units *units, struct sk_space *space, enum sk_unit_source source, struct sk_unit **ret_unit);
void sk_units_done(struct sk_units *units);

/* Memory for one more unit, with room for it at units->list[units->n]. It is the caller's (free) until it stands there. */
struct sk_unit *sk_units_room(struct sk_units *units);

/* Adds a copy. Returns 0 or -ENOMEM. */
int sk_unit_add(struct sk_unit *unit, const struct sk_unit_stmt *stmt);

/* The place of one more statement, all of which the caller writes. NULL when out of memory. */
static inline struct sk_unit_stmt *sk_unit_place(struct sk_unit *unit)
{
	if (unit->stmts.n == unit->stmts.cap &&
	    sk_grow(&unit->stmts.list, &unit->stmts.cap, unit->stmts.n + 1, sizeof(*unit->stmts.list)))
		return NULL;
	return &unit->stmts.list[unit->stmts.n++];
}

/* Adds a conditional; its number goes into its statements' `cond`. */
int sk_unit_add_cond(struct sk_unit *unit, const struct sk_unit_cond *cond, uint32_t *ret_cond);

#endif
