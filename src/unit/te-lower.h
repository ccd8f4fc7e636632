/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_UNIT_TE_LOWER_H
#define SK_UNIT_TE_LOWER_H

#include "unit/te.h"

/*
 * What the files of the lowering share. Functions return 0, -ENOMEM, or SK_TE_REFUSED for a statement with a mistake
 * that has been said and is not to be in the unit.
 */
#define SK_TE_REFUSED 1

struct sk_diag *sk_te_complain(struct sk_te_lower *l, const char *id, const struct sk_te_name *at, const char *fmt, ...)
	SK_PRINTF(4, 5);

/* Adds a statement at the place of the one being lowered. SK_TE_PUT takes one to five operands. */
int sk_te_put(struct sk_te_lower *l, enum sk_unit_kind kind, uint32_t a, uint32_t b, uint32_t c, uint32_t d, uint32_t e);
#define SK_TE_PUT(l, kind, ...) SK_TE_PUT_5(l, kind, __VA_ARGS__, 0, 0, 0, 0, 0)
#define SK_TE_PUT_5(l, kind, a, b, c, d, e, ...) sk_te_put(l, kind, a, b, c, d, e)
int sk_te_put_named(struct sk_te_lower *l, enum sk_unit_kind kind, enum sk_ns ns, const struct sk_te_name *name,
		    uint32_t b);

/* te-scope.c: names. */
enum {
	SK_TE_SEEN_TOP = 1,		/* declared or required outside any optional */
	SK_TE_SEEN_DECLARED = 2,	/* declared anywhere */
	SK_TE_SEEN_UNSURE = 4,		/* used before it was seen; in `unsure` */
	SK_TE_SEEN_FILLED = 8,		/* a class whose permissions were given */
};

int sk_te_know_object_r(struct sk_te_lower *l);

/* What modules behind this one know of a name. */
int sk_te_note_left(struct sk_te_lower *l, uint32_t ref, uint32_t flags);

/* What the statement, and if blocks in it, declare or require. Rules, which are most, do neither. */
int sk_te_collect_any(struct sk_te_lower *l, const struct sk_te_stmt *s);

static inline int sk_te_collect(struct sk_te_lower *l, const struct sk_te_stmt *s)
{
	switch (s->kind) {
	case SK_TE_ALLOW: case SK_TE_DONTAUDIT: case SK_TE_TYPE_TRANSITION: case SK_TE_TYPEATTRIBUTE:
		return 0;
	default:
		return sk_te_collect_any(l, s);
	}
}

/* The block's own names come into scope, and go out of it. */
int sk_te_enter(struct sk_te_lower *l, const struct sk_te_stmt *body, bool in_else, size_t *ret_mark);
void sk_te_leave(struct sk_te_lower *l, size_t mark);

/* Whether the name may be used here without more ado, as most names that are used may; and then its reference. */
static inline bool sk_te_is_known(const struct sk_te_lower *l, enum sk_ns ns, uint32_t name, uint32_t *ret_ref)
{
	const struct sk_te_seen *seen;
	uint32_t ref;

	if (name >= l->space->global_refs[ns].cap)
		return false;
	/* Of none this is one that nobody has. */
	ref = l->space->global_refs[ns].list[name] - 1;
	if (ref >= l->seen.cap)
		return false;
	seen = &l->seen.list[ref];
	*ret_ref = ref;
	return seen->round == l->round && (seen->active || seen->flags & (SK_TE_SEEN_TOP | SK_TE_SEEN_UNSURE));
}

/* The reference of a name that is used here, which has to be in scope. */
int sk_te_use(struct sk_te_lower *l, enum sk_ns ns, const struct sk_te_name *name, uint32_t *ret_ref);
int sk_te_no_period(struct sk_te_lower *l, const struct sk_te_name *name);
int sk_te_check_names(struct sk_te_lower *l);

/* Where order counts: a name that must have been declared, or required, before. */
int sk_te_expect(struct sk_te_lower *l, enum sk_ns ns, const struct sk_te_name *name);

/* te-order.c: the sections of a policy.conf, in their order. */
enum sk_te_section {
	SK_TE_SECTION_CLASSES, SK_TE_SECTION_SIDS, SK_TE_SECTION_COMMONS, SK_TE_SECTION_PERMS, SK_TE_SECTION_DEFAULTS,
	SK_TE_SECTION_SENSITIVITIES, SK_TE_SECTION_DOMINANCE, SK_TE_SECTION_CATEGORIES, SK_TE_SECTION_LEVELS,
	SK_TE_SECTION_MLS,
	SK_TE_SECTION_RULES, SK_TE_SECTION_USERS, SK_TE_SECTION_CONSTRAINTS,
	SK_TE_SECTION_SID_CONTEXTS, SK_TE_SECTION_FS_USES, SK_TE_SECTION_GENFS, SK_TE_SECTION_PORTS,
	SK_TE_SECTION_NETIFS, SK_TE_SECTION_NODES, SK_TE_SECTION_DEVICES, SK_TE_SECTION_IBPKEYS, SK_TE_SECTION_IBENDPORTS,
	SK_TE_N_SECTIONS
};

struct sk_te_order {
	struct sk_te_lower *lower;
	bool blanks;				/* empty statements are among those that come */
	enum sk_te_section section;		/* the one we are in */
	uint32_t began[SK_TE_N_SECTIONS];	/* where each began, the last time; 0: not yet */
	uint32_t empty;				/* a ';' alone, where rules have not begun: what follows must be rules */
	uint32_t module;			/* the module statement */
	bool required;				/* in a module: something was */
	uint32_t user;				/* in a module: the first of the users, behind which nothing may stand */
};

/* Each statement of a policy.conf or a module, before or after it is lowered. What is out of order is a diagnostic (E0157, E0158). */
void sk_te_order_stmt(struct sk_te_order *order, const struct sk_te_stmt *s);

/* At the end of a source without a mistake so far, whose last address it is: what is missing. */
void sk_te_order_end(struct sk_te_order *order, uint32_t end);

/* What a declaration of types or roles wants declared before it: its attributes, and a type or role that it speaks of. */
int sk_te_order_names(struct sk_te_lower *l, const struct sk_te_stmt *s);

/* te-part.c: what statements are made of. */
enum {
	SK_TE_STARS = 1,	/* * and ~ are allowed */
	SK_TE_SELF = 2,		/* self is */
	SK_TE_NOT_SELF = 4,	/* -self is */
};

int sk_te_set(struct sk_te_lower *l, enum sk_ns ns, unsigned int flags, const struct sk_te_set *set, uint32_t *ret_set);
int sk_te_class_perms(struct sk_te_lower *l, const struct sk_te_set *classes, const struct sk_te_set *perms,
		      uint32_t *ret_perms);
/* What a rule grants: set[2] and set[3]. */
int sk_te_access(struct sk_te_lower *l, const struct sk_te_stmt *s, uint32_t *ret_perms);
int sk_te_xperms(struct sk_te_lower *l, const struct sk_te_stmt *s, uint32_t *ret_xperms);
int sk_te_categories(struct sk_te_lower *l, const struct sk_te_set *set, uint32_t *ret_set);
int sk_te_level(struct sk_te_lower *l, const struct sk_te_level *level, uint32_t *ret_level);
int sk_te_range(struct sk_te_lower *l, const struct sk_te_range *range, uint32_t *ret_range);
int sk_te_context(struct sk_te_lower *l, const struct sk_te_context *context, uint32_t *ret_context);
int sk_te_expr(struct sk_te_lower *l, const struct sk_te_expr *expr, uint32_t *ret_expr);

/* te-object.c: contexts of objects. */
int sk_te_object(struct sk_te_lower *l, const struct sk_te_stmt *s);

#endif
