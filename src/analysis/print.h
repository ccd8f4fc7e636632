/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_ANALYSIS_PRINT_H
#define SK_ANALYSIS_PRINT_H

#include "base/buf.h"
#include "base/diag.h"
#include "base/json.h"
#include "model/policy.h"
#include "model/text.h"

/*
 * Printing a whole policy. What there is to print is one table of kinds: which elements of the policy a kind is about (a
 * part), and how they are walked. A language is a row of functions, one for each kind that it has words for, which writes
 * one element. One walk serves all languages and both orders:
 *
 *   in order   the elements one after the other, straight into the output
 *   sorted     the elements of a kind into a buffer, whose lines (or elements of several lines) are sorted
 *
 * A function writes whole lines, or nothing for an element that its kind is not about.
 */
enum sk_print_part {
	SK_PRINT_POLICY,	/* one element: the policy itself */
	SK_PRINT_CAPABILITIES,	/* by bit */
	SK_PRINT_COMMONS,	/* by value, from 1, as all that have ids */
	SK_PRINT_CLASSES,
	SK_PRINT_ROLES,
	SK_PRINT_TYPES,
	SK_PRINT_USERS,
	SK_PRINT_BOOLS,
	SK_PRINT_SENS,
	SK_PRINT_CATS,
	SK_PRINT_TYPE_NAMES,	/* the type symbols in the order of the file, aliases among them; from 0, as what follows */
	SK_PRINT_CONSTRAINTS,	/* into print->constraints */
	SK_PRINT_RULES,		/* the unconditional ones */
	SK_PRINT_CONDS,
	SK_PRINT_ROLE_TRANSITIONS,
	SK_PRINT_ROLE_ALLOWS,
	SK_PRINT_FILENAME_TRANSITIONS,
	SK_PRINT_RANGE_TRANSITIONS,
	SK_PRINT_SIDS,		/* numbers of initial ids, from 1 */
	SK_PRINT_OCONTEXTS,	/* of the kind that the row's `which` says */
	SK_PRINT_GENFS,		/* file systems */
	SK_N_PRINT,
};

/* Pieces of a text, without their last line break. */
struct sk_print_pieces {
	struct sk_word *at;
	size_t n, cap;
};

struct sk_print_constraint {
	struct sk_class_id cls;
	const struct sk_constraint *constraint;
	bool validatetrans;
	bool mls;		/* compares levels, in an MLS policy */
};

struct sk_print {
	const struct sk_policy *policy;
	struct sk_diags *diags;
	bool sorted;
	struct sk_buf *out;		/* where the section writes: the output, or when sorted `scratch` */
	struct sk_buf scratch, names, value;
	struct sk_json json;		/* of a language that is one */
	uint32_t n_listed;		/* elements of the list at hand */
	bool collecting;		/* elements are to be sorted: each ends its line */
	struct sk_text text;
	struct sk_arena arena;
	struct sk_print_constraint *constraints;
	uint32_t n_constraints, n_sids;
	const char **list;		/* names of a set while it is written */
	size_t cap_list;
	struct sk_print_pieces lines, blocks;	/* what is being sorted */
};

/* When a kind is walked, and how its text is sorted. */
#define SK_PRINT_FIXED 1u	/* the order means something: never sorted */
#define SK_PRINT_BLOCKS 2u	/* elements of several lines, each sorted as one */
#define SK_PRINT_ONLY_SORTED 4u
#define SK_PRINT_ONLY_IN_ORDER 8u
#define SK_PRINT_MLS 16u	/* only of an MLS policy */
#define SK_PRINT_BACKWARDS 32u	/* the last element first, unless sorted: compilers put the last one said first */

/* Bits of `which` for constraints, and for types. */
#define SK_PRINT_VALIDATETRANS 1u
#define SK_PRINT_OF_LEVELS 2u
#define SK_PRINT_PLAIN_TYPES 1u
#define SK_PRINT_ATTRIBUTES 2u

enum sk_print_list { SK_PRINT_LIST_BEGIN, SK_PRINT_LIST_NEXT, SK_PRINT_LIST_END };
enum sk_print_default { SK_PRINT_USER, SK_PRINT_ROLE, SK_PRINT_TYPE, SK_PRINT_RANGE };
enum sk_print_mark { SK_PRINT_PERMISSIVE, SK_PRINT_NEVERAUDIT };

/*
 * The kinds, in the order of policy.conf's grammar; CIL and JSON have none. Kind, part, `which` (handed to the functions),
 * flags, and the name of its list in languages of lists (JSON).
 */
#define SK_PRINT_KINDS(ROW) \
	ROW(HEADER,		POLICY,		0, SK_PRINT_FIXED, NULL) \
	ROW(BLOCKS,		POLICY,		0, SK_PRINT_FIXED, NULL)	/* CIL's, for names with dots */ \
	ROW(CLASS_NAMES,	CLASSES,	0, SK_PRINT_FIXED, NULL) \
	ROW(SID_NAMES,		SIDS,		0, SK_PRINT_FIXED, NULL) \
	ROW(COMMONS,		COMMONS,	0, SK_PRINT_FIXED, "commons") \
	ROW(CLASSES,		CLASSES,	0, SK_PRINT_FIXED, "classes") \
	ROW(CLASS_COMMONS,	CLASSES,	0, SK_PRINT_FIXED, NULL) \
	ROW(CLASS_ORDER,	POLICY,		0, SK_PRINT_FIXED, NULL) \
	ROW(SID_ORDER,		POLICY,		0, SK_PRINT_FIXED, NULL) \
	ROW(DEFAULT_USERS,	CLASSES,	SK_PRINT_USER, SK_PRINT_FIXED, NULL) \
	ROW(DEFAULT_ROLES,	CLASSES,	SK_PRINT_ROLE, SK_PRINT_FIXED, NULL) \
	ROW(DEFAULT_TYPES,	CLASSES,	SK_PRINT_TYPE, SK_PRINT_FIXED, NULL) \
	ROW(DEFAULT_RANGES,	CLASSES,	SK_PRINT_RANGE, SK_PRINT_FIXED, NULL) \
	ROW(SENSITIVITIES,	SENS,		0, SK_PRINT_FIXED | SK_PRINT_MLS, "sensitivities") \
	ROW(SENSITIVITY_ORDER,	POLICY,		0, SK_PRINT_FIXED, NULL) \
	ROW(CATEGORIES,		CATS,		0, SK_PRINT_FIXED | SK_PRINT_MLS, "categories") \
	ROW(CATEGORY_ORDER,	POLICY,		0, SK_PRINT_FIXED | SK_PRINT_MLS, NULL) \
	ROW(LEVELS,		SENS,		0, SK_PRINT_FIXED | SK_PRINT_MLS, NULL) \
	ROW(MLS_CONSTRAINTS,	CONSTRAINTS,	SK_PRINT_OF_LEVELS, 0, "mlsconstrain") \
	ROW(MLS_VALIDATETRANS,	CONSTRAINTS,	SK_PRINT_OF_LEVELS | SK_PRINT_VALIDATETRANS, 0, "mlsvalidatetrans") \
	ROW(CAPABILITIES,	CAPABILITIES,	0, 0, "policy_capabilities") \
	ROW(TYPES_IN_ORDER,	TYPES,		SK_PRINT_PLAIN_TYPES | SK_PRINT_ATTRIBUTES, SK_PRINT_ONLY_IN_ORDER, NULL) \
	ROW(ATTRIBUTES_SORTED,	TYPES,		SK_PRINT_ATTRIBUTES, SK_PRINT_ONLY_SORTED, NULL) \
	ROW(BOOLS,		BOOLS,		0, 0, "booleans") \
	ROW(TYPES_SORTED,	TYPES,		SK_PRINT_PLAIN_TYPES, SK_PRINT_ONLY_SORTED, NULL) \
	ROW(TYPE_ALIASES,	TYPE_NAMES,	0, 0, "type_aliases") \
	ROW(TYPE_BOUNDS,	TYPES,		0, 0, NULL) \
	ROW(TYPES,		TYPES,		SK_PRINT_PLAIN_TYPES, 0, "types")	/* with their attributes */ \
	ROW(ATTRIBUTES,		TYPES,		SK_PRINT_ATTRIBUTES, 0, "attributes")	/* with their types */ \
	ROW(PERMISSIVE_TYPES,	TYPES,		SK_PRINT_PERMISSIVE, 0, NULL) \
	ROW(NEVERAUDIT_TYPES,	TYPES,		SK_PRINT_NEVERAUDIT, 0, NULL) \
	ROW(ALLOWS,		RULES,		0, 0, "allow")		/* a number in sk_print_rule_kinds */ \
	ROW(AUDITALLOWS,	RULES,		1, 0, "auditallow") \
	ROW(DONTAUDITS,		RULES,		2, 0, "dontaudit") \
	ROW(ALLOWXPERMS,	RULES,		3, SK_PRINT_BACKWARDS, "allowxperm") \
	ROW(AUDITALLOWXPERMS,	RULES,		4, SK_PRINT_BACKWARDS, "auditallowxperm") \
	ROW(DONTAUDITXPERMS,	RULES,		5, SK_PRINT_BACKWARDS, "dontauditxperm") \
	ROW(TYPE_TRANSITIONS,	RULES,		6, 0, "type_transition") \
	ROW(TYPE_MEMBERS,	RULES,		7, 0, "type_member") \
	ROW(TYPE_CHANGES,	RULES,		8, 0, "type_change") \
	ROW(FILENAME_TRANSITIONS, FILENAME_TRANSITIONS, 0, SK_PRINT_BACKWARDS, "filename_transition") \
	ROW(RANGE_TRANSITIONS,	RANGE_TRANSITIONS, 0, SK_PRINT_MLS, "range_transition") \
	ROW(CONDS,		CONDS,		0, SK_PRINT_BLOCKS | SK_PRINT_BACKWARDS, "conditionals") \
	ROW(ROLE_NAMES,		ROLES,		0, 0, NULL) \
	ROW(ROLES,		ROLES,		0, 0, "roles")		/* with their types */ \
	ROW(ROLE_DOMINANCE,	ROLES,		0, 0, NULL) \
	ROW(ROLE_BOUNDS,	ROLES,		0, 0, NULL) \
	ROW(ROLE_TRANSITIONS,	ROLE_TRANSITIONS, 0, SK_PRINT_BACKWARDS, "role_transition") \
	ROW(ROLE_ALLOWS,	ROLE_ALLOWS,	0, SK_PRINT_BACKWARDS, "role_allow") \
	ROW(USERS,		USERS,		0, SK_PRINT_BLOCKS, "users") \
	ROW(USER_BOUNDS,	USERS,		0, 0, NULL) \
	ROW(OBJECT_R,		POLICY,		0, SK_PRINT_FIXED, NULL) \
	ROW(CONSTRAINTS,	CONSTRAINTS,	0, 0, "constrain") \
	ROW(VALIDATETRANS,	CONSTRAINTS,	SK_PRINT_VALIDATETRANS, 0, "validatetrans") \
	ROW(SIDS,		SIDS,		0, SK_PRINT_FIXED, "initial_ids") \
	ROW(FSUSES,		OCONTEXTS,	SK_OCON_FSUSE, SK_PRINT_BACKWARDS, "fs_use") \
	ROW(GENFS,		GENFS,		0, 0, "genfscon") \
	/* of these the first that fits counts */ \
	ROW(PORTS,		OCONTEXTS,	SK_OCON_PORT, SK_PRINT_FIXED, "portcon") \
	ROW(NETIFS,		OCONTEXTS,	SK_OCON_NETIF, SK_PRINT_FIXED | SK_PRINT_BACKWARDS, "netifcon") \
	ROW(NODES,		OCONTEXTS,	SK_OCON_NODE, SK_PRINT_FIXED, "nodecon") \
	ROW(NODES6,		OCONTEXTS,	SK_OCON_NODE6, SK_PRINT_FIXED, "nodecon6") \
	ROW(PIRQS,		OCONTEXTS,	SK_OCON_XEN_PIRQ, SK_PRINT_FIXED, "pirqcon") \
	ROW(IOMEMS,		OCONTEXTS,	SK_OCON_XEN_IOMEM, SK_PRINT_FIXED, "iomemcon") \
	ROW(IOPORTS,		OCONTEXTS,	SK_OCON_XEN_IOPORT, SK_PRINT_FIXED, "ioportcon") \
	ROW(PCIDEVICES,		OCONTEXTS,	SK_OCON_XEN_PCIDEVICE, SK_PRINT_FIXED, "pcidevicecon") \
	ROW(DEVICETREES,	OCONTEXTS,	SK_OCON_XEN_DEVICETREE, SK_PRINT_FIXED, "devicetreecon") \
	ROW(IBPKEYS,		OCONTEXTS,	SK_OCON_IBPKEY, SK_PRINT_FIXED, "ibpkeycon") \
	ROW(IBENDPORTS,		OCONTEXTS,	SK_OCON_IBENDPORT, SK_PRINT_FIXED, "ibendportcon")

enum sk_print_kind {
#define SK_ROW(kind, part, which, flags, list) SK_KIND_##kind,
	SK_PRINT_KINDS(SK_ROW)
#undef SK_ROW
	SK_N_KINDS
};

struct sk_print_language {
	int (*begin)(struct sk_print *print);	/* before all kinds; 0 or -ENOMEM; may be NULL */
	void (*end)(struct sk_print *print);	/* behind them; may be NULL */
	/*
	 * Kinds with a list are lists of elements, one a line, in the policy's own order or sorted: `list` writes what stands
	 * before the first of them, before each, and behind the last.
	 */
	void (*list)(struct sk_print *print, enum sk_print_list at, const char *name);
	void (*write[SK_N_KINDS])(struct sk_print *print, uint32_t i, uint32_t which);
};

extern const struct sk_print_language sk_print_conf, sk_print_cil, sk_print_json;

/* Gives attributes that have no names some; 0 or -ENOMEM. */
int sk_print_name_attributes(struct sk_print *p);

/* Walks the table. Failures are in out->failed. */
void sk_print_run(const struct sk_policy *policy, const struct sk_print_language *language, bool sorted,
		  struct sk_diags *diags, struct sk_buf *out);

/* The numbers of a part's elements: `n` of them from `first` on. `which`: the kind of object context. */
void sk_print_elements_of(const struct sk_print *p, enum sk_print_part part, uint32_t which, uint32_t *ret_first,
			  uint32_t *ret_n);

/* Sorts the lines of p->out from byte `from` on. For elements that have lists of their own. */
void sk_print_sort_lines(struct sk_print *p, size_t from);

/* Fills print->list with the names of a set, sorted or by id as the walk is. name_at may return NULL. Returns how many. */
typedef const char *(*sk_print_name_at)(const struct sk_print *print, uint32_t id);
size_t sk_print_list_bits(struct sk_print *p, const struct sk_bitset *set, sk_print_name_at name_at);
size_t sk_print_list_ids(struct sk_print *p, const struct sk_idset *set, sk_print_name_at name_at);

/* The same with the aliases of a sensitivity, and of a category, in the policy's order. */
size_t sk_print_sens_aliases(struct sk_print *p, uint32_t id);
size_t sk_print_cat_aliases(struct sk_print *p, uint32_t id);

/* For code that fills print->list itself: room for n names (false, and the output failed, without memory); strcmp. */
bool sk_print_room(struct sk_print *p, size_t n);
int sk_print_name_compare(const void *a, const void *b);

/* print-parts.c: what several languages say of elements. Names by id; NULL where the id is not used. */
const char *sk_print_type(const struct sk_print *p, uint32_t id);
const char *sk_print_role(const struct sk_print *p, uint32_t id);
const char *sk_print_user(const struct sk_print *p, uint32_t id);
const struct sk_common *sk_print_common(const struct sk_print *p, uint32_t value);

/* Of a list of permissions, and of all that a class has. NULL: there is none with that value. */
const char *sk_print_perm(const struct sk_perm *perms, uint32_t n, uint32_t value);
const char *sk_print_class_perm(const struct sk_class *cls, uint32_t value);

/* "source", "target low-high"; NULL where the class has no such default. */
const char *sk_print_default_word(const struct sk_class *cls, enum sk_print_default which);

/* "kernel", or "UNKNOWN77"; and the entry that labels it, or NULL. */
void sk_print_sid_name(struct sk_print *p, struct sk_buf *out, uint32_t sid);
const struct sk_ocontext *sk_print_sid_entry(const struct sk_print *p, uint32_t sid);

/* The next range of numbers at or behind *i, which goes behind it. False: no more. */
bool sk_print_next_numbers(const struct sk_xperm *x, uint32_t *i, uint32_t *ret_low, uint32_t *ret_high);

/* The permissions that a rule or constraint has words for; 0: it says nothing. */
uint32_t sk_print_perms_of(const struct sk_print *p, const struct sk_rule *rule);

/* A path of genfscon as it is written: under genfs_seclabel_wildcard without the '*' that compilers add. */
size_t sk_print_genfs_length(struct sk_print *p, const struct sk_genfs *g, const struct sk_genfs_path *path);

/* Rules by kind; what policy.conf (and JSON) and CIL call them. */
#define SK_PRINT_N_RULE_KINDS 9
extern const struct sk_print_rule_kind {
	enum sk_rule_kind kind;
	const char *conf, *cil;
} sk_print_rule_kinds[SK_PRINT_N_RULE_KINDS];

/* Something that the language has no words for: W0330. */
#define sk_print_lacks(p, ...) sk_warning((p)->diags, "W0330", NULL, __VA_ARGS__)

#endif
