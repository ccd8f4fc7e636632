/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What statements of the policy language are made of: sets, permissions, levels, contexts, expressions.
 */
#include "unit/te-lower.h"

#include <errno.h>
#include <string.h>

#define PUSH(parts, value) \
	({ \
		int push_ = sk_grow(&(parts).list, &(parts).cap, (parts).n + 1, sizeof(*(parts).list)); \
		if (!push_) \
			(parts).list[(parts).n++] = (value); \
		push_; \
	})

/* Sets */

static int sk_te_refuse_flags(struct sk_te_lower *l, unsigned int flags, const struct sk_te_set *set)
{
	struct sk_te_name here = { .name = SK_INTERN_NONE, .addr = l->stmt->addr, .expansion = l->stmt->expansion };
	bool star = set->flags & SK_TE_SET_STAR;
	struct sk_diag *d;

	if (!(set->flags & (SK_TE_SET_STAR | SK_TE_SET_COMPLEMENT)) || flags & SK_TE_STARS)
		return 0;
	d = sk_te_complain(l, "E0144", set->n ? &set->names[0] : &here, "'%c' cannot stand in such a set", star ? '*' : '~');
	sk_diag_note(l->space->diags, d, NULL, "neverallow rules, permissions and constraints may have it");
	return SK_TE_REFUSED;
}

static int sk_te_item(struct sk_te_lower *l, enum sk_ns ns, unsigned int flags, const struct sk_te_name *name,
		      struct sk_name_set *set)
{
	uint32_t ref;
	int r;

	if (ns == SK_NS_TYPE && flags & SK_TE_SELF && name->name == l->self) {
		if (name->minus && !(flags & SK_TE_NOT_SELF)) {
			sk_te_complain(l, "E0144", name, "-self can stand in neverallow and neverallowxperm rules only");
			return SK_TE_REFUSED;
		}
		set->flags |= name->minus ? SK_SET_NOT_SELF : SK_SET_SELF;
		return 0;
	}
	if (name->minus && ns != SK_NS_TYPE) {
		sk_te_complain(l, "E0144", name, "'-' can take away types only");
		return SK_TE_REFUSED;
	}
	if (ns == SK_NS_PERM)
		r = sk_space_ref(l->space, ns, 0, name->name, &ref);
	else
		r = sk_te_use(l, ns, name, &ref);
	if (r)
		return r;
	return name->minus ? PUSH(l->minus, ref) : PUSH(l->items, ref);
}

/* self in a complement is what the rule is not about. */
static int sk_te_complement_self(struct sk_te_lower *l, const struct sk_te_set *set, struct sk_name_set *to)
{
	const uint8_t both = SK_SET_SELF | SK_SET_NOT_SELF;

	if (!(to->flags & SK_SET_COMPLEMENT) ? (to->flags & both) == both : to->flags & SK_SET_NOT_SELF) {
		sk_te_complain(l, "E0144", &set->names[0], to->flags & SK_SET_COMPLEMENT
			       ? "-self cannot stand in a complement" : "self and -self exclude each other");
		return SK_TE_REFUSED;
	}
	if (to->flags & SK_SET_COMPLEMENT && to->flags & SK_SET_SELF)
		to->flags ^= both;
	return 0;
}

static int sk_te_any_set(struct sk_te_lower *l, enum sk_ns ns, unsigned int flags, const struct sk_te_set *set,
			 uint32_t *ret_set)
{
	struct sk_name_set to = { .ns = (uint8_t)ns };
	int r = set->flags & ~SK_TE_SET_BRACES ? sk_te_refuse_flags(l, flags, set) : 0;

	if (set->flags & SK_TE_SET_STAR)
		to.flags = SK_SET_STAR;
	if (set->flags & SK_TE_SET_COMPLEMENT)
		to.flags = SK_SET_COMPLEMENT;
	l->items.n = l->minus.n = 0;
	for (uint32_t i = 0; i < set->n && !r; i++)
		r = sk_te_item(l, ns, flags, &set->names[i], &to);
	if (!r && to.flags & (SK_SET_SELF | SK_SET_NOT_SELF))
		r = sk_te_complement_self(l, set, &to);
	to.n = (uint32_t)l->items.n;
	to.n_minus = (uint32_t)l->minus.n;
	for (size_t i = 0; i < l->minus.n && !r; i++)
		r = PUSH(l->items, l->minus.list[i]);
	to.items = l->items.list;
	return r ? r : sk_space_set(l->space, &to, ret_set);
}

/* What was lowered before, in a scope that holds everywhere. */
static int sk_te_keep(struct sk_te_lower *l, uint32_t kept, uint32_t set, uint32_t round)
{
	size_t old = l->kept_sets.cap;
	int r = kept < old ? 0 : sk_grow(&l->kept_sets.list, &l->kept_sets.cap, kept + 1000, sizeof(*l->kept_sets.list));
	if (r)
		return r;
	if (l->kept_sets.cap > old)
		memset(l->kept_sets.list + old, 0, (l->kept_sets.cap - old) * sizeof(*l->kept_sets.list));
	l->kept_sets.list[kept] = (struct sk_te_kept_set){ .set = set, .round = round };
	return 0;
}

static int sk_te_remember(struct sk_te_lower *l, enum sk_ns ns, uint32_t kept, uint32_t set)
{
	if (ns == SK_NS_PERM)
		return sk_te_keep(l, kept, set, SK_TE_EVERY_ROUND);
	for (size_t i = 0; i < l->items.n; i++)
		if (!(l->seen.list[l->items.list[i]].flags & SK_TE_SEEN_TOP))
			return 0;
	return sk_te_keep(l, kept, set, l->round);
}

int sk_te_set(struct sk_te_lower *l, enum sk_ns ns, unsigned int flags, const struct sk_te_set *set, uint32_t *ret_set)
{
	uint32_t ref;
	int r;

	if (set->kept && set->kept < l->kept_sets.cap) {
		const struct sk_te_kept_set *kept = &l->kept_sets.list[set->kept];

		if (kept->round == l->round || kept->round == SK_TE_EVERY_ROUND) {
			*ret_set = kept->set;
			return 0;
		}
	}
	if (set->n == 1 && !(set->flags & ~SK_TE_SET_BRACES) && !set->names[0].minus && set->names[0].name != l->self) {
		if (ns != SK_NS_PERM && sk_te_is_known(l, ns, set->names[0].name, &ref) && ref < l->space->single_sets.cap &&
		    l->space->single_sets.list[ref]) {
			*ret_set = l->space->single_sets.list[ref] - 1;
			return 0;
		}
		r = ns == SK_NS_PERM ? sk_space_ref(l->space, ns, 0, set->names[0].name, &ref)
				     : sk_te_use(l, ns, &set->names[0], &ref);
		return r ? r : sk_space_set_of_ref(l->space, ref, ret_set);
	}
	r = sk_te_any_set(l, ns, flags, set, ret_set);
	return r || !set->kept ? r : sk_te_remember(l, ns, set->kept, *ret_set);
}

int sk_te_class_perms(struct sk_te_lower *l, const struct sk_te_set *classes, const struct sk_te_set *perms,
		      uint32_t *ret_perms)
{
	struct sk_class_perm item = { 0 };
	uint32_t *number;
	bool fresh;
	int r = sk_te_set(l, SK_NS_CLASS, 0, classes, &item.classes);

	if (!r)
		r = sk_te_set(l, SK_NS_PERM, SK_TE_STARS, perms, &item.perms);
	if (!r)
		r = sk_map_insert(&l->pairs, (uint64_t)item.classes << 32 | item.perms, SK_SPACE_NONE, &number, &fresh);
	if (!r && fresh)
		r = sk_space_class_perms(l->space, &(struct sk_class_perms){ .n = 1, .items = &item }, number);
	if (!r)
		*ret_perms = *number;
	return r;
}

int sk_te_access(struct sk_te_lower *l, const struct sk_te_stmt *s, uint32_t *ret_perms)
{
	uint32_t ref;
	int r;

	if (s->kept && s->kept < l->kept_sets.cap && l->kept_sets.list[s->kept].round == l->round) {
		*ret_perms = l->kept_sets.list[s->kept].set;
		return 0;
	}
	r = sk_te_class_perms(l, &s->set[2], &s->set[3], ret_perms);
	if (r || !s->kept)
		return r;
	for (uint32_t i = 0; i < s->set[2].n; i++)
		if (!sk_te_is_known(l, SK_NS_CLASS, s->set[2].names[i].name, &ref) ||
		    !(l->seen.list[ref].flags & SK_TE_SEEN_TOP))
			return 0;
	return sk_te_keep(l, s->kept, *ret_perms, l->round);
}

/* Extended permissions */

static int sk_compare_ranges(const void *a, const void *b)
{
	const struct sk_number_range *x = a, *y = b;

	return x->low != y->low ? (x->low > y->low) - (x->low < y->low) : (x->high > y->high) - (x->high < y->high);
}

static int sk_te_xperm_range(struct sk_te_lower *l, const struct sk_te_stmt *s, const struct sk_te_xperm *x)
{
	struct sk_te_name here = { .name = SK_INTERN_NONE, .addr = x->addr, .expansion = s->expansion };

	if (x->low > 0xffff || x->high > 0xffff)
		sk_te_complain(l, "E0145", &here, "an extended permission is a number of 16 bits, at most 0xffff");
	else if (x->low > x->high)
		sk_te_complain(l, "E0145", &here, "the range 0x%x-0x%x runs backwards", x->low, x->high);
	else
		return PUSH(l->ranges, ((struct sk_number_range){ .low = x->low, .high = x->high }));
	return SK_TE_REFUSED;
}

int sk_te_xperms(struct sk_te_lower *l, const struct sk_te_stmt *s, uint32_t *ret_xperms)
{
	const char *op = sk_intern_str(l->space->names, s->name.name);
	struct sk_xperm_set set = { .op = SK_XOP_IOCTL, .complement = s->complement };
	struct sk_number_range *ranges;
	int r = 0;

	if (!strcmp(op, "nlmsg")) {
		set.op = SK_XOP_NLMSG;
	} else if (strcmp(op, "ioctl")) {
		sk_te_complain(l, "E0147", &s->name, "extended permissions are of ioctl or nlmsg");
		return SK_TE_REFUSED;
	}
	l->ranges.n = 0;
	for (uint32_t i = 0; i < s->n_xperms && !r; i++)
		r = sk_te_xperm_range(l, s, &s->xperms[i]);
	if (r)
		return r;
	ranges = l->ranges.list;
	qsort(ranges, l->ranges.n, sizeof(*ranges), sk_compare_ranges);
	for (size_t i = 0; i < l->ranges.n; i++) {
		if (set.n && ranges[i].low <= ranges[set.n - 1].high + 1)
			ranges[set.n - 1].high = SK_MAX(ranges[set.n - 1].high, ranges[i].high);
		else
			ranges[set.n++] = ranges[i];
	}
	set.ranges = ranges;
	return sk_space_xperms(l->space, &set, ret_xperms);
}

/* Levels and contexts */

/* One category, or two with a period between them. */
static int sk_te_category_item(struct sk_te_lower *l, const struct sk_te_name *name, bool *ret_range)
{
	const char *text = sk_intern_str(l->space->names, name->name), *dot = strchr(text, '.');
	struct sk_te_name end = *name;
	uint32_t ref;
	int r;

	*ret_range = dot != NULL;
	if (dot) {
		r = sk_intern_add(l->space->names, text, (size_t)(dot - text), &end.name);
		if (!r)
			r = sk_te_use(l, SK_NS_CAT, &end, &ref);
		if (!r)
			r = PUSH(l->items, ref);
		if (r)
			return r;
		end.addr += (uint32_t)(dot + 1 - text);
		text = dot + 1;
	}
	r = sk_intern_add(l->space->names, text, strlen(text), &end.name);
	if (!r)
		r = sk_te_use(l, SK_NS_CAT, &end, &ref);
	return r ? r : PUSH(l->items, ref);
}

int sk_te_categories(struct sk_te_lower *l, const struct sk_te_set *set, uint32_t *ret_set)
{
	struct sk_name_set to = { .ns = SK_NS_CAT };
	bool range, some = false;
	int r = 0;

	*ret_set = SK_SPACE_NONE;
	if (!set->n)
		return 0;
	l->items.n = 0;
	for (uint32_t i = 0; i < set->n && !some; i++)
		some = strchr(sk_intern_str(l->space->names, set->names[i].name), '.');
	for (uint32_t i = 0; i < set->n && !r; i++) {
		r = sk_te_category_item(l, &set->names[i], &range);
		if (!r && range)
			r = PUSH(l->items, SK_SET_RANGE);
		if (!r && some && i)
			r = PUSH(l->items, SK_SET_OR);
	}
	to.flags = some ? SK_SET_EXPR : 0;
	to.n = (uint32_t)l->items.n;
	to.items = l->items.list;
	return r ? r : sk_space_set(l->space, &to, ret_set);
}

int sk_te_level(struct sk_te_lower *l, const struct sk_te_level *level, uint32_t *ret_level)
{
	struct sk_level_ref to;
	int r = sk_te_use(l, SK_NS_SENS, &level->sensitivity, &to.sens);

	if (!r)
		r = sk_te_categories(l, &level->categories, &to.cats);
	return r ? r : sk_space_level(l->space, &to, ret_level);
}

int sk_te_range(struct sk_te_lower *l, const struct sk_te_range *range, uint32_t *ret_range)
{
	struct sk_range_ref to;
	int r = sk_te_level(l, &range->low, &to.low);

	to.high = to.low;
	if (!r && range->dash)
		r = sk_te_level(l, &range->high, &to.high);
	return r ? r : sk_space_range(l->space, &to, ret_range);
}

int sk_te_context(struct sk_te_lower *l, const struct sk_te_context *context, uint32_t *ret_context)
{
	struct sk_context_ref to = { .range = SK_SPACE_NONE };
	int r = sk_te_use(l, SK_NS_USER, &context->user, &to.user);

	if (!r)
		r = sk_te_use(l, SK_NS_ROLE, &context->role, &to.role);
	if (!r)
		r = sk_te_use(l, SK_NS_TYPE, &context->type, &to.type);
	if (!r && context->range.present)
		r = sk_te_range(l, &context->range, &to.range);
	return r ? r : sk_space_context(l->space, &to, ret_context);
}

/* Expressions */

static uint8_t sk_te_attr(uint8_t keyword)
{
	static const uint8_t attrs[SK_N_KEYWORDS] = {
		[SK_KW_U1] = SK_UNIT_U1, [SK_KW_U2] = SK_UNIT_U2, [SK_KW_U3] = SK_UNIT_U3,
		[SK_KW_R1] = SK_UNIT_R1, [SK_KW_R2] = SK_UNIT_R2, [SK_KW_R3] = SK_UNIT_R3,
		[SK_KW_T1] = SK_UNIT_T1, [SK_KW_T2] = SK_UNIT_T2, [SK_KW_T3] = SK_UNIT_T3,
		[SK_KW_L1] = SK_UNIT_L1, [SK_KW_L2] = SK_UNIT_L2, [SK_KW_H1] = SK_UNIT_H1, [SK_KW_H2] = SK_UNIT_H2,
	};

	return attrs[keyword];
}

static uint8_t sk_te_compare(uint8_t compare)
{
	switch (compare) {
	case SK_KW_EQ:
		return SK_UNIT_CMP_EQ;
	case SK_KW_DOM:
		return SK_UNIT_CMP_DOM;
	case SK_KW_DOMBY:
		return SK_UNIT_CMP_DOMBY;
	case SK_KW_INCOMP:
		return SK_UNIT_CMP_INCOMP;
	default:
		return SK_UNIT_CMP_NEQ;
	}
}

static int sk_te_operand(struct sk_te_lower *l, const struct sk_te_expr *e, struct sk_unit_node *node)
{
	static const uint8_t spaces[] = { SK_NS_USER, SK_NS_ROLE, SK_NS_TYPE };

	if (e->op == SK_TE_NAME) {
		node->op = SK_UNIT_NAME;
		return sk_te_use(l, SK_NS_BOOL, &e->name, &node->a);
	}
	node->left = sk_te_attr(e->left);
	node->compare = sk_te_compare(e->compare);
	if (e->right != SK_N_KEYWORDS) {
		node->op = SK_UNIT_COMPARE;
		node->right = sk_te_attr(e->right);
		return 0;
	}
	node->op = SK_UNIT_COMPARE_NAMES;
	return sk_te_set(l, spaces[node->left / 3], node->left >= SK_UNIT_T1 ? SK_TE_STARS : 0, &e->names, &node->a);
}

/*
 * What stands before its operands in the tree stands behind them in a unit. The parser bounds the depth on the right; on the
 * left are all the terms of "a and b and c ...", however many, so that way is gone down by a stack of its own.
 */
static int sk_te_nodes(struct sk_te_lower *l, const struct sk_te_expr *e)
{
	static const uint8_t ops[] = {
		[SK_TE_NOT] = SK_UNIT_NOT, [SK_TE_AND] = SK_UNIT_AND, [SK_TE_OR] = SK_UNIT_OR, [SK_TE_XOR] = SK_UNIT_XOR,
		[SK_TE_EQ] = SK_UNIT_EQ, [SK_TE_NE] = SK_UNIT_NEQ,
	};
	struct sk_unit_node node = { .addr = 0 };
	size_t bottom = l->spine.n;
	int r = 0;

	for (; !r && e->a; e = e->a)
		r = PUSH(l->spine, e);
	node.addr = e->addr;
	if (!r)
		r = sk_te_operand(l, e, &node);
	if (!r)
		r = PUSH(l->nodes, node);
	while (!r && l->spine.n > bottom) {
		e = l->spine.list[--l->spine.n];
		if (e->b)
			r = sk_te_nodes(l, e->b);
		if (!r)
			r = PUSH(l->nodes, ((struct sk_unit_node){ .op = ops[e->op], .addr = e->addr }));
	}
	return r;
}

int sk_te_expr(struct sk_te_lower *l, const struct sk_te_expr *expr, uint32_t *ret_expr)
{
	int r;

	l->nodes.n = l->spine.n = 0;
	r = sk_te_nodes(l, expr);
	return r ? r : sk_space_expr(l->space, &(struct sk_unit_expr){ .n = (uint32_t)l->nodes.n, .nodes = l->nodes.list },
				     ret_expr);
}
