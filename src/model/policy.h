/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_MODEL_POLICY_H
#define SK_MODEL_POLICY_H

#include "base/arena.h"
#include "base/intern.h"
#include "base/set.h"
#include "selkie/policy.h"

/*
 * One policy in memory. Invariants:
 *
 * - Immutable once sealed (sk_policy_seal); readable from any number of threads without locks.
 * - Every id in it is 0 (none, where that is allowed) or names something that exists; whoever builds a policy checks
 *   ids as it goes. There is no unvalidated policy in memory.
 * - Everything stands in the order of the file it was read from, so that a writer can give the same bytes back. Where
 *   a question needs another order, an index is built beside, never instead.
 *
 * Ids are the values of the policy file, counted from 1 (selkie/ids.h); arrays "by id" have n + 1 elements, [0] unused.
 *
 * What the fields mean is defined by the kernel's security/selinux/ss/policydb.{h,c} and libsepol's policydb/policydb.h.
 */

enum sk_target {
	SK_TARGET_SELINUX,
	SK_TARGET_XEN,
};

/* Values as in the header's config word (libsepol: POLICYDB_CONFIG_*, kernel: REJECT_UNKNOWN and ALLOW_UNKNOWN). */
enum sk_handle_unknown {
	SK_UNKNOWN_DENY = 0,
	SK_UNKNOWN_REJECT = 2,
	SK_UNKNOWN_ALLOW = 4,
};

/* A security level: a sensitivity and a set of category ids. */
struct sk_level {
	struct sk_sens_id sens;
	struct sk_bitset cats;
};

struct sk_range {
	struct sk_level low, high;
};

/* Without MLS the range is all zero. */
struct sk_context {
	struct sk_user_id user;
	struct sk_role_id role;
	struct sk_type_id type;
	struct sk_range range;
};

/*
 * Symbols. An alias is a symbol of its own with the id of what it names (primary false); the order of a table is the
 * file's. Names are unique within a table, aliases included.
 */
struct sk_perm {
	const char *name;
	uint32_t value;			/* 1 to 32: bit value - 1 of an access vector */
};

struct sk_common {
	const char *name;
	uint32_t value;
	uint32_t n_prim;		/* highest permission value */
	uint32_t n_perms;
	const struct sk_perm *perms;	/* file order */
};

/* Expression of a constraint, in postfix order. Values are those of the file format. */
enum sk_constraint_kind {
	SK_CONSTRAINT_NOT = 1,
	SK_CONSTRAINT_AND = 2,
	SK_CONSTRAINT_OR = 3,
	SK_CONSTRAINT_ATTR = 4,		/* attr OP attr */
	SK_CONSTRAINT_NAMES = 5,	/* attr OP {names} */
};

enum sk_constraint_attr {
	SK_ATTR_USER = 1,
	SK_ATTR_ROLE = 2,
	SK_ATTR_TYPE = 4,
	SK_ATTR_TARGET = 8,		/* with NAMES: of the target, not the source */
	SK_ATTR_XTARGET = 16,		/* with NAMES in validatetrans: of the task */
	SK_ATTR_L1L2 = 32,
	SK_ATTR_L1H2 = 64,
	SK_ATTR_H1L2 = 128,
	SK_ATTR_H1H2 = 256,
	SK_ATTR_L1H1 = 512,
	SK_ATTR_L2H2 = 1024,
};

enum sk_constraint_op {
	SK_OP_EQ = 1,
	SK_OP_NEQ = 2,
	SK_OP_DOM = 3,
	SK_OP_DOMBY = 4,
	SK_OP_INCOMP = 5,
};

/* A set of types as it was written: names and attributes, exceptions, "*" or "~" (version 29 and later). */
struct sk_type_set {
	struct sk_bitset types, negset;
	uint32_t flags;
};

struct sk_constraint_node {
	uint32_t kind;			/* enum sk_constraint_kind */
	uint32_t attr;			/* enum sk_constraint_attr, or-ed for NAMES */
	uint32_t op;			/* enum sk_constraint_op */
	struct sk_bitset names;		/* user, role or type ids; attributes expanded to types */
	const struct sk_type_set *type_names;	/* NULL before version 29 and for other nodes */
};

#define SK_CONSTRAINT_DEPTH 5		/* CEXPR_MAXDEPTH of the kernel */

struct sk_constraint {
	uint32_t perms;			/* access vector; 0 in validatetrans */
	uint32_t n_nodes;
	const struct sk_constraint_node *nodes;
};

enum sk_default_object {		/* default_user, default_role, default_type */
	SK_DEFAULT_NONE = 0,
	SK_DEFAULT_SOURCE = 1,
	SK_DEFAULT_TARGET = 2,
};

enum sk_default_range {
	SK_DEFAULT_RANGE_NONE = 0,
	SK_DEFAULT_SOURCE_LOW = 1,
	SK_DEFAULT_SOURCE_HIGH = 2,
	SK_DEFAULT_SOURCE_LOW_HIGH = 3,
	SK_DEFAULT_TARGET_LOW = 4,
	SK_DEFAULT_TARGET_HIGH = 5,
	SK_DEFAULT_TARGET_LOW_HIGH = 6,
	SK_DEFAULT_GLBLUB = 7,
};

struct sk_class {
	const char *name;
	struct sk_class_id id;
	const struct sk_common *common;	/* NULL when it inherits none */
	uint32_t n_prim;		/* highest permission value, the common's included */
	uint32_t n_perms;		/* its own */
	const struct sk_perm *perms;	/* file order */
	uint32_t n_constraints;
	const struct sk_constraint *constraints;
	uint32_t n_validatetrans;
	const struct sk_constraint *validatetrans;
	uint32_t default_user, default_role, default_type;	/* enum sk_default_object */
	uint32_t default_range;					/* enum sk_default_range */
	const char *perm_names[32];	/* by bit, the common's included; NULL where there is none */
	uint32_t perm_mask;		/* the bits that have a name */
};

struct sk_role {
	const char *name;
	struct sk_role_id id;
	struct sk_role_id bounds;
	struct sk_bitset dominates;	/* role ids */
	struct sk_idset types;		/* type ids */
};

/* Bits of a type's properties in the file, version 24 and later. */
#define SK_TYPE_PRIMARY 1u
#define SK_TYPE_ATTRIBUTE 2u
#define SK_TYPE_ALIAS 4u		/* written by nobody; kept */
#define SK_TYPE_PERMISSIVE 8u		/* likewise */

struct sk_type {
	const char *name;
	struct sk_type_id id;
	uint32_t properties;		/* as in the file; before version 24 the first word, 1 for a primary name */
	bool primary;			/* not an alias */
	bool attribute;
	struct sk_type_id bounds;
};

struct sk_user {
	const char *name;
	struct sk_user_id id;
	struct sk_user_id bounds;
	struct sk_bitset roles;
	struct sk_range range;
	struct sk_level default_level;
};

struct sk_bool {
	const char *name;
	struct sk_bool_id id;
	bool state;			/* default */
};

struct sk_sens {
	const char *name;
	bool primary;
	struct sk_level level;		/* its id and the categories that may go with it */
};

struct sk_cat {
	const char *name;
	struct sk_cat_id id;
	bool primary;
};

/*
 * Rules. `kind` is the one bit set in the file's "specified" word. The word's bit "enabled" is kept as it was read: a
 * compiler sets it on the rules of a conditional that holds by default, the kernel by the values in force. It says
 * nothing that the boolean values do not, so only a writer looks at it. In versions before 20 one record holds several
 * kinds; it is then several rules in a row here, with `grouped` set on all but the first.
 */
enum sk_rule_kind {
	SK_RULE_ALLOW = 0x0001,
	SK_RULE_AUDITALLOW = 0x0002,
	SK_RULE_AUDITDENY = 0x0004,	/* data: what is still audited; dontaudit is the complement */
	SK_RULE_TRANSITION = 0x0010,
	SK_RULE_MEMBER = 0x0020,
	SK_RULE_CHANGE = 0x0040,
	SK_RULE_XALLOW = 0x0100,
	SK_RULE_XAUDITALLOW = 0x0200,
	SK_RULE_XDONTAUDIT = 0x0400,
};

#define SK_RULES_AV (SK_RULE_ALLOW | SK_RULE_AUDITALLOW | SK_RULE_AUDITDENY)
#define SK_RULES_TYPE (SK_RULE_TRANSITION | SK_RULE_MEMBER | SK_RULE_CHANGE)
#define SK_RULES_XPERM (SK_RULE_XALLOW | SK_RULE_XAUDITALLOW | SK_RULE_XDONTAUDIT)

struct sk_rule {
	uint16_t source, target;	/* type or attribute ids */
	uint16_t cls;			/* class id */
	uint16_t kind : 11;		/* enum sk_rule_kind */
	uint16_t enabled : 1;
	uint16_t grouped : 1;
	uint32_t data;			/* access vector, type id, or index into policy->xperms */
};

enum sk_xperm_kind {			/* "specified" of an extended permission record */
	SK_XPERM_IOCTL_FUNCTION = 1,	/* driver = high byte of the number; perms: low bytes */
	SK_XPERM_IOCTL_DRIVER = 2,	/* perms: whole high bytes */
	SK_XPERM_NLMSG = 3,		/* as IOCTL_FUNCTION, for netlink message types */
};

struct sk_xperm {
	uint8_t kind;			/* enum sk_xperm_kind */
	uint8_t driver;
	uint32_t perms[8];		/* 256 bits */
};

enum sk_cond_op {			/* values of the file */
	SK_COND_BOOL = 1,
	SK_COND_NOT = 2,
	SK_COND_OR = 3,
	SK_COND_AND = 4,
	SK_COND_XOR = 5,
	SK_COND_EQ = 6,
	SK_COND_NEQ = 7,
};

struct sk_cond_node {
	uint32_t op;			/* enum sk_cond_op */
	struct sk_bool_id boolean;	/* for SK_COND_BOOL */
};

#define SK_COND_DEPTH 10		/* COND_EXPR_MAXDEPTH of the kernel */

/* One if/else block: rules[first_true .. + n_true) hold when the postfix expression is true, the others when not. */
struct sk_cond {
	uint32_t file_state;		/* the state word as it was read */
	uint32_t n_nodes;
	const struct sk_cond_node *nodes;
	uint32_t first_true, n_true;	/* indexes into policy->rules */
	uint32_t first_false, n_false;
};

struct sk_role_transition {
	struct sk_role_id role;
	struct sk_type_id type;
	struct sk_class_id cls;		/* before version 26 process */
	struct sk_role_id new_role;
};

struct sk_role_allow {
	struct sk_role_id role, new_role;
};

/*
 * One name-based transition. Version 33 and later put several (sources, result) pairs under one (target, class, name);
 * the first of such a group has `n_group` set to the group's size, the others 0. Before, each has one source and
 * n_group 1.
 */
struct sk_filename_transition {
	const char *name;
	struct sk_type_id target;
	struct sk_class_id cls;
	struct sk_idset sources;	/* type ids */
	struct sk_type_id result;
	uint32_t n_group;
};

struct sk_range_transition {
	struct sk_type_id source, target;
	struct sk_class_id cls;		/* before version 21 process */
	struct sk_range range;
};

enum sk_ocontext_kind {
	/* SELinux */
	SK_OCON_ISID,
	SK_OCON_FS,
	SK_OCON_PORT,
	SK_OCON_NETIF,
	SK_OCON_NODE,
	SK_OCON_FSUSE,
	SK_OCON_NODE6,
	SK_OCON_IBPKEY,
	SK_OCON_IBENDPORT,
	/* Xen */
	SK_OCON_XEN_ISID,
	SK_OCON_XEN_PIRQ,
	SK_OCON_XEN_IOPORT,
	SK_OCON_XEN_IOMEM,
	SK_OCON_XEN_PCIDEVICE,
	SK_OCON_XEN_DEVICETREE,
	SK_N_OCON,
};

enum sk_fs_behavior {			/* fs_use_*; values of the file */
	SK_FS_USE_XATTR = 1,
	SK_FS_USE_TRANS = 2,
	SK_FS_USE_TASK = 3,
	SK_FS_USE_GENFS = 4,
	SK_FS_USE_NONE = 5,
	SK_FS_USE_MNTPOINT = 6,
};

struct sk_ocontext {
	const char *name;		/* file system, interface, IB device, device tree path; NULL otherwise */
	union {
		uint32_t sid;		/* ISID, XEN_ISID */
		struct {
			uint32_t protocol, low, high;	/* IPPROTO_*; ports in host order */
		} port;
		struct {
			uint8_t address[16], mask[16];	/* network order; IPv4 uses the first 4 bytes */
		} node;
		uint32_t behavior;	/* FSUSE: enum sk_fs_behavior */
		struct {
			uint8_t prefix[8];		/* subnet prefix, network order */
			uint32_t low, high;		/* pkeys */
		} ibpkey;
		uint32_t ibport;	/* IBENDPORT */
		uint32_t irq;		/* XEN_PIRQ */
		struct {
			uint64_t low, high;
		} io;			/* XEN_IOPORT, XEN_IOMEM */
		uint32_t device;	/* XEN_PCIDEVICE */
	} u;
	struct sk_context context[2];	/* [1]: second context of FS and NETIF */
};

struct sk_genfs_path {
	const char *path;
	struct sk_class_id cls;		/* 0: any */
	struct sk_context context;
};

struct sk_genfs {
	const char *fstype;
	uint32_t n_paths;
	const struct sk_genfs_path *paths;	/* file order */
};

/* Index of a symbol table: name to position in the table's file-order array. */
enum sk_symbol {
	SK_SYM_COMMON,
	SK_SYM_CLASS,
	SK_SYM_ROLE,
	SK_SYM_TYPE,
	SK_SYM_USER,
	SK_SYM_BOOL,
	SK_SYM_SENS,
	SK_SYM_CAT,
	SK_N_SYM,
};

struct sk_policy_index;			/* rules by (source, target, class); src/model/index.h */

struct sk_policy {
	struct sk_arena arena;

	/* header */
	enum sk_target target;
	uint32_t version;
	uint32_t config;		/* flag word as read; bit 0 is MLS */
	bool mls;
	enum sk_handle_unknown handle_unknown;
	struct sk_bitset capabilities;	/* bits of the file, from 0 (version 22) */
	struct sk_bitset permissive;	/* type ids (version 23) */
	struct sk_bitset neveraudit;	/* type ids (version 35) */

	/* symbol tables: file order, then by id; n_x_ids is the highest id (the file's nprim) */
	uint32_t n_commons;
	struct sk_common *commons;
	uint32_t n_classes, n_class_ids;
	struct sk_class *classes;
	struct sk_class **class_by_id;
	uint32_t n_roles, n_role_ids;
	struct sk_role *roles;
	struct sk_role **role_by_id;
	uint32_t n_types, n_type_ids;
	struct sk_type *types;		/* types, attributes and aliases */
	struct sk_type **type_by_id;	/* primary names; never NULL after sealing, see sk_policy_seal */
	uint32_t n_users, n_user_ids;
	struct sk_user *users;
	struct sk_user **user_by_id;
	uint32_t n_bools, n_bool_ids;
	struct sk_bool *bools;
	struct sk_bool **bool_by_id;
	uint32_t n_sens, n_sens_ids;
	struct sk_sens *sens;
	struct sk_sens **sens_by_id;
	uint32_t n_cats, n_cat_ids;
	struct sk_cat *cats;
	struct sk_cat **cat_by_id;
	uint32_t n_prims[SK_N_SYM];	/* nprim words as read, where they differ from the highest id */
	struct sk_intern names[SK_N_SYM];	/* number = position in the file-order array above */

	/* type enforcement: unconditional rules first, then each conditional's */
	uint32_t n_rules, n_unconditional;
	struct sk_rule *rules;
	uint32_t n_xperms;
	struct sk_xperm *xperms;
	uint32_t n_conds;
	struct sk_cond *conds;

	uint32_t n_role_transitions;
	struct sk_role_transition *role_transitions;
	uint32_t n_role_allows;
	struct sk_role_allow *role_allows;
	uint32_t n_filename_transitions;
	struct sk_filename_transition *filename_transitions;
	uint32_t n_range_transitions;
	struct sk_range_transition *range_transitions;

	uint32_t n_ocontexts[SK_N_OCON];
	struct sk_ocontext *ocontexts[SK_N_OCON];
	uint32_t n_genfs;
	struct sk_genfs *genfs;

	/*
	 * attributes_of[t]: the type itself and its attributes (the file's type_attr_map; before version 20 just itself).
	 * types_of[a]: the reverse; for a type, itself.
	 */
	struct sk_idset *attributes_of;
	struct sk_idset *types_of;
	struct sk_bitset not_own_attribute;	/* types whose entry in the file leaves the type itself out */

	/*
	 * Built on first use by whoever needs it first, published with a compare-and-swap and never replaced, so that
	 * readers need no lock. sk_policy_index() is the only way to it.
	 */
	struct sk_policy_index *_Atomic index;
};

/* An empty policy on the heap, to be filled by a reader or the compiler. NULL when out of memory. */
struct sk_policy *sk_policy_new(void);

/*
 * Derives what follows from what was filled in: perm_names and perm_mask of classes, the *_by_id arrays, name indexes,
 * types_of, missing attribute names (versions 20 to 23 do not store them: "@ttr0042" as libsepol names them).
 * The filled-in parts must have been checked. Returns 0 or -ENOMEM; -EEXIST when a name stands twice in a table, with
 * the table and name in *ret_table and *ret_name (borrowed from the policy).
 */
int sk_policy_seal(struct sk_policy *policy, enum sk_symbol *ret_table, const char **ret_name);

/* Look-ups by name (zero-terminated). Aliases give what they name. id 0 when there is none. */
struct sk_class_id sk_policy_find_class(const struct sk_policy *policy, const char *name);
struct sk_role_id sk_policy_find_role(const struct sk_policy *policy, const char *name);
struct sk_type_id sk_policy_find_type(const struct sk_policy *policy, const char *name);
struct sk_user_id sk_policy_find_user(const struct sk_policy *policy, const char *name);
struct sk_bool_id sk_policy_find_bool(const struct sk_policy *policy, const char *name);
struct sk_sens_id sk_policy_find_sens(const struct sk_policy *policy, const char *name);
struct sk_cat_id sk_policy_find_cat(const struct sk_policy *policy, const char *name);

/* The access vector bit of a permission of a class, or 0. */
uint32_t sk_class_find_perm(const struct sk_class *cls, const char *name);

#endif
