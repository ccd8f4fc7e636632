/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Statements of the policy language to statements of a unit. What a name means is not asked here; whether it may be
 * used where it stands is (te-scope.c), and so is what the language forbids although its grammar has it: a star in a
 * rule that is no neverallow, a range that runs backwards, an address that is none.
 *
 * A statement with a mistake is left out of the unit. Parts that statements share (sets, contexts) are in te-part.c.
 */
#include "unit/te-lower.h"

#include <stdio.h>
#include <string.h>

int sk_te_lower_init(struct sk_te_lower *l, struct sk_unit *unit)
{
	int r;

	memset(l, 0, sizeof(*l));
	l->space = unit->space;
	r = sk_intern_add_static(l->space->names, "process", 7, &l->process);
	if (!r)
		r = sk_intern_add_static(l->space->names, "self", 4, &l->self);
	return r ? r : sk_te_lower_next(l, unit);
}

int sk_te_lower_next(struct sk_te_lower *l, struct sk_unit *unit)
{
	l->unit = unit;
	l->block = unit->top;
	l->cond = SK_SPACE_NONE;
	l->mls = false;
	l->harmless = 0;
	l->unsure.n = l->early.n = 0;
	l->in_order = false;
	l->round++;
	return sk_te_know_object_r(l);
}

void sk_te_lower_done(struct sk_te_lower *l)
{
	free(l->seen.list);
	free(l->active.list);
	free(l->unsure.list);
	free(l->early.list);
	free(l->left.list);
	free(l->kept_sets.list);
	sk_map_done(&l->pairs);
	free(l->items.list);
	free(l->minus.list);
	free(l->nodes.list);
	free(l->spine.list);
	free(l->ranges.list);
	memset(l, 0, sizeof(*l));
}

struct sk_diag *sk_te_complain(struct sk_te_lower *l, const char *id, const struct sk_te_name *at, const char *fmt, ...)
{
	struct sk_diag *d;
	struct sk_place place;
	va_list args;

	if (at->name == SK_INTERN_NONE)
		sk_sources_place_statement(l->space->sources, at->addr, &place);
	else
		sk_sources_place(l->space->sources, at->addr, l->space->names->entries[at->name].n, &place);
	va_start(args, fmt);
	d = sk_verror(l->space->diags, id, &place, fmt, args);
	va_end(args);
	sk_sources_note_expansion(l->space->sources, l->space->names, l->space->diags, d, at->expansion);
	return d;
}

/* The statement's own place, for what is wrong with all of it. */
static struct sk_te_name sk_te_here(const struct sk_te_stmt *s)
{
	return (struct sk_te_name){ .name = SK_INTERN_NONE, .addr = s->addr, .expansion = s->expansion };
}

int sk_te_put(struct sk_te_lower *l, enum sk_unit_kind kind, uint32_t a, uint32_t b, uint32_t c, uint32_t d, uint32_t e)
{
	return sk_unit_add(l->unit, &(struct sk_unit_stmt){
		.kind = kind, .block = l->block, .cond = l->cond, .addr = l->stmt->addr,
		.expansion = l->stmt->expansion, .op = { a, b, c, d, e } });
}

#define PUT(kind, ...) SK_TE_PUT(l, SK_UNIT_##kind, __VA_ARGS__)

/* Rules */

static const struct {
	uint8_t kind;		/* enum sk_unit_kind */
	bool star;		/* * and ~ may stand for types, and -self for a target */
} sk_te_rules[SK_TE_N_KINDS] = {
	[SK_TE_ALLOW] = { SK_UNIT_ALLOW, false },
	[SK_TE_AUDITALLOW] = { SK_UNIT_AUDITALLOW, false },
	[SK_TE_AUDITDENY] = { SK_UNIT_AUDITDENY, false },
	[SK_TE_DONTAUDIT] = { SK_UNIT_DONTAUDIT, false },
	[SK_TE_NEVERALLOW] = { SK_UNIT_NEVERALLOW, true },
	[SK_TE_ALLOWXPERM] = { SK_UNIT_ALLOWX, false },
	[SK_TE_AUDITALLOWXPERM] = { SK_UNIT_AUDITALLOWX, false },
	[SK_TE_DONTAUDITXPERM] = { SK_UNIT_DONTAUDITX, false },
	[SK_TE_NEVERALLOWXPERM] = { SK_UNIT_NEVERALLOWX, true },
	[SK_TE_TYPE_TRANSITION] = { SK_UNIT_TYPE_TRANSITION, false },
	[SK_TE_TYPE_MEMBER] = { SK_UNIT_TYPE_MEMBER, false },
	[SK_TE_TYPE_CHANGE] = { SK_UNIT_TYPE_CHANGE, false },
};

static int sk_te_rule(struct sk_te_lower *l, const struct sk_te_stmt *s)
{
	unsigned int flags = sk_te_rules[s->kind].star ? SK_TE_STARS | SK_TE_NOT_SELF : 0;
	uint32_t source, target, perms;
	int r = sk_te_set(l, SK_NS_TYPE, flags & SK_TE_STARS, &s->set[0], &source);

	if (!r)
		r = sk_te_set(l, SK_NS_TYPE, flags | SK_TE_SELF, &s->set[1], &target);
	if (!r)
		r = sk_te_access(l, s, &perms);
	return r ? r : sk_te_put(l, sk_te_rules[s->kind].kind, source, target, perms, 0, 0);
}

static int sk_te_xperm_rule(struct sk_te_lower *l, const struct sk_te_stmt *s)
{
	unsigned int flags = sk_te_rules[s->kind].star ? SK_TE_STARS | SK_TE_NOT_SELF : 0;
	uint32_t source, target, classes, xperms;
	int r = sk_te_set(l, SK_NS_TYPE, flags & SK_TE_STARS, &s->set[0], &source);

	if (!r)
		r = sk_te_set(l, SK_NS_TYPE, flags | SK_TE_SELF, &s->set[1], &target);
	if (!r)
		r = sk_te_set(l, SK_NS_CLASS, 0, &s->set[2], &classes);
	if (!r)
		r = sk_te_xperms(l, s, &xperms);
	return r ? r : sk_te_put(l, sk_te_rules[s->kind].kind, source, target, classes, xperms, 0);
}

static int sk_te_transition(struct sk_te_lower *l, const struct sk_te_stmt *s)
{
	uint32_t source, target, classes, result;
	int r = sk_te_set(l, SK_NS_TYPE, 0, &s->set[0], &source);

	if (!r)
		r = sk_te_set(l, SK_NS_TYPE, SK_TE_SELF, &s->set[1], &target);
	if (!r)
		r = sk_te_set(l, SK_NS_CLASS, 0, &s->set[2], &classes);
	if (!r)
		r = sk_te_use(l, SK_NS_TYPE, &s->name, &result);
	return r ? r : sk_te_put(l, sk_te_rules[s->kind].kind, source, target, classes, result, s->name2.name);
}

/* The classes that are written, or process. */
static int sk_te_classes(struct sk_te_lower *l, const struct sk_te_stmt *s, uint32_t *ret_set)
{
	return s->colon ? sk_te_set(l, SK_NS_CLASS, 0, &s->set[2], ret_set)
			: sk_space_set_of(l->space, SK_NS_CLASS, l->process, ret_set);
}

static int sk_te_range_transition(struct sk_te_lower *l, const struct sk_te_stmt *s)
{
	uint32_t source, target, classes, range;
	int r = sk_te_set(l, SK_NS_TYPE, 0, &s->set[0], &source);

	if (!r)
		r = sk_te_set(l, SK_NS_TYPE, 0, &s->set[1], &target);
	if (!r)
		r = sk_te_classes(l, s, &classes);
	if (!r)
		r = sk_te_range(l, s->range, &range);
	return r ? r : PUT(RANGE_TRANSITION, source, target, classes, range);
}

static int sk_te_role_transition(struct sk_te_lower *l, const struct sk_te_stmt *s)
{
	uint32_t roles, types, classes, result;
	int r = sk_te_set(l, SK_NS_ROLE, 0, &s->set[0], &roles);

	if (!r)
		r = sk_te_set(l, SK_NS_TYPE, 0, &s->set[1], &types);
	if (!r)
		r = sk_te_classes(l, s, &classes);
	if (!r)
		r = sk_te_use(l, SK_NS_ROLE, &s->name, &result);
	return r ? r : PUT(ROLE_TRANSITION, roles, types, classes, result);
}

static int sk_te_role_allow(struct sk_te_lower *l, const struct sk_te_stmt *s)
{
	uint32_t from, to;
	int r = sk_te_set(l, SK_NS_ROLE, 0, &s->set[0], &from);

	if (!r)
		r = sk_te_set(l, SK_NS_ROLE, 0, &s->set[1], &to);
	return r ? r : PUT(ROLE_ALLOW, from, to);
}

static int sk_te_constrain(struct sk_te_lower *l, const struct sk_te_stmt *s)
{
	bool mls = s->kind == SK_TE_MLSCONSTRAIN;
	uint32_t perms, expr;
	int r = sk_te_class_perms(l, &s->set[0], &s->set[1], &perms);

	if (!r)
		r = sk_te_expr(l, s->expr, &expr);
	return r ? r : SK_TE_PUT(l, mls ? SK_UNIT_MLS_CONSTRAIN : SK_UNIT_CONSTRAIN, perms, expr);
}

static int sk_te_validatetrans(struct sk_te_lower *l, const struct sk_te_stmt *s)
{
	bool mls = s->kind == SK_TE_MLSVALIDATETRANS;
	uint32_t classes, expr;
	int r = sk_te_set(l, SK_NS_CLASS, 0, &s->set[0], &classes);

	if (!r)
		r = sk_te_expr(l, s->expr, &expr);
	return r ? r : SK_TE_PUT(l, mls ? SK_UNIT_MLS_VALIDATETRANS : SK_UNIT_VALIDATETRANS, classes, expr);
}

/* Declarations */

static int sk_te_class(struct sk_te_lower *l, const struct sk_te_stmt *s)
{
	bool second = s->set[0].flags & SK_TE_SET_BRACES || s->name2.name != SK_INTERN_NONE;
	uint32_t cls, common, set;
	int r = sk_te_use(l, SK_NS_CLASS, &s->name, &cls);

	if (r)
		return r;
	if (!second) {
		r = sk_space_set_of(l->space, SK_NS_CLASS, s->name.name, &set);
		return r ? r : PUT(CLASS_ORDER, set);
	}
	r = sk_te_set(l, SK_NS_PERM, 0, &s->set[0], &set);
	if (!r)
		r = PUT(CLASS, cls, set);
	if (r)
		return r;
	l->seen.list[cls].flags |= SK_TE_SEEN_FILLED;
	r = sk_te_note_left(l, cls, SK_TE_SEEN_FILLED);
	if (r)
		return r;
	if (s->name2.name == SK_INTERN_NONE)
		return 0;
	r = sk_te_use(l, SK_NS_COMMON, &s->name2, &common);
	return r ? r : PUT(CLASS_COMMON, cls, common);
}

/* alias a { b c }: of types, sensitivities, categories. */
static int sk_te_aliases(struct sk_te_lower *l, enum sk_ns ns, enum sk_unit_kind kind, uint32_t of,
			 const struct sk_te_set *set)
{
	uint32_t alias;
	int r = 0;

	for (uint32_t i = 0; i < set->n && !r; i++) {
		if (ns != SK_NS_TYPE)
			r = sk_te_no_period(l, &set->names[i]);
		if (!r)
			r = sk_te_use(l, ns, &set->names[i], &alias);
		if (!r)
			r = SK_TE_PUT(l, kind, alias, of);
	}
	return r;
}

/* A name into each of the attributes, whose statements take a set of names. */
static int sk_te_attributes(struct sk_te_lower *l, enum sk_ns ns, enum sk_unit_kind kind, uint32_t name,
			    const struct sk_te_set *set)
{
	uint32_t attribute, one;
	int r = set->n ? sk_space_set_of(l->space, ns, name, &one) : 0;

	for (uint32_t i = 0; i < set->n && !r; i++) {
		r = sk_te_use(l, ns, &set->names[i], &attribute);
		if (!r)
			r = SK_TE_PUT(l, kind, attribute, one);
	}
	return r;
}

static int sk_te_type(struct sk_te_lower *l, const struct sk_te_stmt *s)
{
	uint32_t type;
	int r = sk_te_use(l, SK_NS_TYPE, &s->name, &type);

	if (!r && l->in_order)
		r = sk_te_order_names(l, s);
	if (!r && s->kind == SK_TE_TYPE)
		r = PUT(TYPE, type);
	if (!r && s->kind != SK_TE_TYPEATTRIBUTE)
		r = sk_te_aliases(l, SK_NS_TYPE, SK_UNIT_TYPE_ALIAS, type, &s->set[0]);
	if (!r && s->kind != SK_TE_TYPEALIAS)
		r = sk_te_attributes(l, SK_NS_TYPE, SK_UNIT_TYPE_ATTRIBUTE_SET, s->name.name,
				     &s->set[s->kind == SK_TE_TYPE]);
	return r;
}

static int sk_te_typebounds(struct sk_te_lower *l, const struct sk_te_stmt *s)
{
	uint32_t parent, child;
	int r = sk_te_use(l, SK_NS_TYPE, &s->name, &parent);

	for (uint32_t i = 0; i < s->set[0].n && !r; i++) {
		r = sk_te_use(l, SK_NS_TYPE, &s->set[0].names[i], &child);
		if (!r)
			r = PUT(TYPE_BOUNDS, parent, child);
	}
	return r;
}

/* a.b is bounded by a. */
static int sk_te_implied_bounds(struct sk_te_lower *l, enum sk_ns ns, const struct sk_te_name *name, uint32_t child)
{
	const char *text = sk_intern_str(l->space->names, name->name), *dot = strrchr(text, '.');
	struct sk_te_name parent = *name;
	uint32_t ref;
	int r;

	if (!dot)
		return 0;
	r = sk_intern_add(l->space->names, text, (size_t)(dot - text), &parent.name);
	if (!r)
		r = sk_te_use(l, ns, &parent, &ref);
	return r ? r : SK_TE_PUT(l, ns == SK_NS_ROLE ? SK_UNIT_ROLE_BOUNDS : SK_UNIT_USER_BOUNDS, ref, child);
}

static int sk_te_role(struct sk_te_lower *l, const struct sk_te_stmt *s)
{
	bool types = s->set[1].n || s->set[1].flags;
	uint32_t role, set;
	int r = sk_te_use(l, SK_NS_ROLE, &s->name, &role);

	if (r)
		return r;
	if (types) {
		r = sk_te_set(l, SK_NS_TYPE, 0, &s->set[1], &set);
		return r ? r : PUT(ROLE_TYPES, role, set);
	}
	r = l->in_order ? sk_te_order_names(l, s) : 0;
	if (!r)
		r = PUT(ROLE, role);
	if (!r)
		r = sk_te_implied_bounds(l, SK_NS_ROLE, &s->name, role);
	return r ? r : sk_te_attributes(l, SK_NS_ROLE, SK_UNIT_ROLE_ATTRIBUTE_SET, s->name.name, &s->set[0]);
}

static int sk_te_roleattribute(struct sk_te_lower *l, const struct sk_te_stmt *s)
{
	uint32_t role;
	int r = sk_te_use(l, SK_NS_ROLE, &s->name, &role);

	if (!r && l->in_order)
		r = sk_te_order_names(l, s);
	return r ? r : sk_te_attributes(l, SK_NS_ROLE, SK_UNIT_ROLE_ATTRIBUTE_SET, s->name.name, &s->set[0]);
}

static int sk_te_user(struct sk_te_lower *l, const struct sk_te_stmt *s)
{
	uint32_t user, roles, level, range;
	int r = sk_te_use(l, SK_NS_USER, &s->name, &user);

	if (!r)
		r = sk_te_set(l, SK_NS_ROLE, 0, &s->set[0], &roles);
	if (!r)
		r = PUT(USER, user);
	if (!r)
		r = sk_te_implied_bounds(l, SK_NS_USER, &s->name, user);
	if (!r)
		r = PUT(USER_ROLES, user, roles);
	if (r || !s->level)
		return r;
	r = sk_te_level(l, s->level, &level);
	if (!r)
		r = sk_te_range(l, s->range, &range);
	if (!r)
		r = PUT(USER_LEVEL, user, level);
	return r ? r : PUT(USER_RANGE, user, range);
}

static int sk_te_bool(struct sk_te_lower *l, const struct sk_te_stmt *s)
{
	uint32_t ref;
	int r = sk_te_no_period(l, &s->name);

	if (!r)
		r = sk_te_use(l, SK_NS_BOOL, &s->name, &ref);
	return r ? r : SK_TE_PUT(l, s->kind == SK_TE_BOOL ? SK_UNIT_BOOL : SK_UNIT_TUNABLE, ref, s->value);
}

static int sk_te_sensitivity(struct sk_te_lower *l, const struct sk_te_stmt *s)
{
	uint32_t ref;
	int r = sk_te_no_period(l, &s->name);

	if (!r && !l->mls)
		r = PUT(MLS, 1);
	l->mls = true;
	if (!r)
		r = sk_te_use(l, SK_NS_SENS, &s->name, &ref);
	if (!r)
		r = PUT(SENSITIVITY, ref);
	return r ? r : sk_te_aliases(l, SK_NS_SENS, SK_UNIT_SENSITIVITY_ALIAS, ref, &s->set[0]);
}

static int sk_te_category(struct sk_te_lower *l, const struct sk_te_stmt *s)
{
	uint32_t ref;
	int r = sk_te_no_period(l, &s->name);

	if (!r)
		r = sk_te_use(l, SK_NS_CAT, &s->name, &ref);
	if (!r)
		r = PUT(CATEGORY, ref);
	return r ? r : sk_te_aliases(l, SK_NS_CAT, SK_UNIT_CATEGORY_ALIAS, ref, &s->set[0]);
}

static int sk_te_sensitivity_level(struct sk_te_lower *l, const struct sk_te_stmt *s)
{
	uint32_t ref, cats;
	int r = sk_te_use(l, SK_NS_SENS, &s->name, &ref);

	if (!r)
		r = sk_te_categories(l, &s->set[0], &cats);
	return r ? r : PUT(SENSITIVITY_CATS, ref, cats);
}

static int sk_te_default(struct sk_te_lower *l, const struct sk_te_stmt *s)
{
	static const uint8_t kinds[] = {
		[SK_TE_DEFAULT_USER - SK_TE_DEFAULT_USER] = SK_UNIT_DEFAULT_USER,
		[SK_TE_DEFAULT_ROLE - SK_TE_DEFAULT_USER] = SK_UNIT_DEFAULT_ROLE,
		[SK_TE_DEFAULT_TYPE - SK_TE_DEFAULT_USER] = SK_UNIT_DEFAULT_TYPE,
		[SK_TE_DEFAULT_RANGE - SK_TE_DEFAULT_USER] = SK_UNIT_DEFAULT_RANGE,
	};
	bool target = s->word[0] == SK_KW_TARGET;
	uint32_t classes, value;
	int r = sk_te_set(l, SK_NS_CLASS, 0, &s->set[0], &classes);

	if (s->kind != SK_TE_DEFAULT_RANGE)
		value = target ? SK_UNIT_DEFAULT_TARGET : SK_UNIT_DEFAULT_SOURCE;
	else if (s->word[0] == SK_KW_GLBLUB)
		value = SK_UNIT_DEFAULT_GLBLUB;
	else
		value = (target ? SK_UNIT_DEFAULT_TARGET_LOW : SK_UNIT_DEFAULT_SOURCE_LOW) +
			(s->word[1] == SK_KW_HIGH ? 1 : s->word[1] == SK_KW_LOW_HIGH ? 2 : 0);
	return r ? r : SK_TE_PUT(l, kinds[s->kind - SK_TE_DEFAULT_USER], classes, value);
}

/* What has one name, or one set, and no more. */
static int sk_te_plain(struct sk_te_lower *l, const struct sk_te_stmt *s)
{
	uint32_t ref;
	int r;

	switch (s->kind) {
	case SK_TE_COMMON:
		r = sk_te_set(l, SK_NS_PERM, 0, &s->set[0], &ref);
		return r ? r : sk_te_put_named(l, SK_UNIT_COMMON, SK_NS_COMMON, &s->name, ref);
	case SK_TE_DOMINANCE:
		r = sk_te_set(l, SK_NS_SENS, 0, &s->set[0], &ref);
		return r ? r : PUT(SENSITIVITY_ORDER, ref);
	case SK_TE_EXPANDATTRIBUTE:
		r = sk_te_set(l, SK_NS_TYPE, 0, &s->set[0], &ref);
		return r ? r : PUT(EXPAND_ATTRIBUTE, ref, s->value);
	case SK_TE_POLICYCAP:
		return PUT(POLICY_CAPABILITY, s->name.name);
	case SK_TE_ATTRIBUTE:
		return sk_te_put_named(l, SK_UNIT_ATTRIBUTE, SK_NS_TYPE, &s->name, 0);
	case SK_TE_ATTRIBUTE_ROLE:
		return sk_te_put_named(l, SK_UNIT_ROLE_ATTRIBUTE, SK_NS_ROLE, &s->name, 0);
	case SK_TE_PERMISSIVE:
		return sk_te_put_named(l, SK_UNIT_TYPE_PERMISSIVE, SK_NS_TYPE, &s->name, 0);
	default:
		return sk_te_put_named(l, SK_UNIT_TYPE_NEVERAUDIT, SK_NS_TYPE, &s->name, 0);
	}
}

/* Blocks */

static int sk_te_lower_any(struct sk_te_lower *l, const struct sk_te_stmt *s);

static int sk_te_list(struct sk_te_lower *l, const struct sk_te_stmt *first)
{
	int r = 0;

	for (const struct sk_te_stmt *s = first; s && !r; s = s->next)
		r = sk_te_lower_any(l, s);
	return r;
}

static int sk_te_branch(struct sk_te_lower *l, const struct sk_te_stmt *body, uint32_t block, bool in_else)
{
	uint32_t outer = l->block;
	size_t mark;
	int r;

	l->block = block;
	l->depth++;
	r = sk_te_enter(l, body, in_else, &mark);
	if (!r)
		r = sk_te_list(l, body);
	sk_te_leave(l, mark);
	l->depth--;
	l->block = outer;
	return r;
}

static int sk_te_optional(struct sk_te_lower *l, const struct sk_te_stmt *s)
{
	struct sk_block block = { .unit = l->unit->number, .parent = l->block, .otherwise = SK_SPACE_NONE,
				  .name = SK_INTERN_NONE, .addr = s->addr, .expansion = s->expansion };
	uint32_t first, second;
	int r = sk_space_block(l->space, &block, &first);

	if (!r)
		r = sk_te_branch(l, s->body, first, false);
	if (r || !s->has_else)
		return r;
	block.otherwise = first;
	r = sk_space_block(l->space, &block, &second);
	return r ? r : sk_te_branch(l, s->else_body, second, true);
}

static int sk_te_conditional(struct sk_te_lower *l, const struct sk_te_stmt *s)
{
	struct sk_unit_cond cond = { .block = l->block, .addr = s->addr, .expansion = s->expansion };
	uint32_t number;
	int r = sk_te_expr(l, s->expr, &cond.expr);

	if (!r)
		r = sk_unit_add_cond(l->unit, &cond, &number);
	if (r)
		return r;
	l->cond = 2 * number;
	r = sk_te_list(l, s->body);
	l->cond = 2 * number + 1;
	if (!r)
		r = sk_te_list(l, s->else_body);
	l->cond = SK_SPACE_NONE;
	return r;
}

/* What each line of a require block is: its table of names, and its statement. */
static const struct {
	uint8_t ns, kind;
} sk_te_requires[SK_TE_N_KINDS] = {
	[SK_TE_TYPE] = { SK_NS_TYPE, SK_UNIT_REQUIRE_TYPE },
	[SK_TE_ATTRIBUTE] = { SK_NS_TYPE, SK_UNIT_REQUIRE_ATTRIBUTE },
	[SK_TE_ROLE] = { SK_NS_ROLE, SK_UNIT_REQUIRE_ROLE },
	[SK_TE_ATTRIBUTE_ROLE] = { SK_NS_ROLE, SK_UNIT_REQUIRE_ROLE_ATTRIBUTE },
	[SK_TE_USER] = { SK_NS_USER, SK_UNIT_REQUIRE_USER },
	[SK_TE_BOOL] = { SK_NS_BOOL, SK_UNIT_REQUIRE_BOOL },
	[SK_TE_TUNABLE] = { SK_NS_BOOL, SK_UNIT_REQUIRE_TUNABLE },
	[SK_TE_SENSITIVITY] = { SK_NS_SENS, SK_UNIT_REQUIRE_SENSITIVITY },
};

/* Whether the block has required that already, so that it need not be said again. Interfaces do so all the time. */
static bool sk_te_is_required(struct sk_te_lower *l, uint32_t ref, uint32_t as)
{
	struct sk_te_seen *seen = &l->seen.list[ref];
	bool is = seen->required_in == l->block && seen->required_as == as && seen->required_part == l->part;

	seen->required_in = l->block;
	seen->required_as = as;
	seen->required_part = l->part;
	return is;
}

/* Those of all lines in a row. *stmt is moved to the last of these. */
static int sk_te_require_categories(struct sk_te_lower *l, const struct sk_te_stmt **stmt)
{
	const struct sk_te_stmt *s = *stmt;
	struct sk_name_set set = { .ns = SK_NS_CAT };
	uint32_t number;
	int r = 0;

	l->items.n = 0;
	for (; s && s->kind == SK_TE_CATEGORY && !r; s = s->next) {
		*stmt = s;
		for (uint32_t i = 0; i < s->set[0].n && !r; i++) {
			r = sk_grow(&l->items.list, &l->items.cap, l->items.n + 1, sizeof(*l->items.list));
			if (!r)
				r = sk_te_use(l, SK_NS_CAT, &s->set[0].names[i], &l->items.list[l->items.n++]);
		}
	}
	set.n = (uint32_t)l->items.n;
	set.items = l->items.list;
	if (!r && set.n)
		r = sk_space_set(l->space, &set, &number);
	return r || !set.n ? r : SK_TE_PUT(l, SK_UNIT_REQUIRE_CATEGORY, number);
}

static int sk_te_require(struct sk_te_lower *l, const struct sk_te_stmt *s)
{
	uint32_t ref, perms, cond = l->cond;
	int r = 0;

	l->cond = SK_SPACE_NONE;
	for (s = s->body; s && !r; s = s->next) {
		l->stmt = s;
		if (s->kind == SK_TE_CATEGORY) {
			r = sk_te_require_categories(l, &s);
			continue;
		}
		if (s->kind == SK_TE_CLASS) {
			r = sk_te_set(l, SK_NS_PERM, 0, &s->set[0], &perms);
			if (!r)
				r = sk_te_use(l, SK_NS_CLASS, &s->name, &ref);
			if (!r && !sk_te_is_required(l, ref, perms))
				r = SK_TE_PUT(l, SK_UNIT_REQUIRE_CLASS, ref, perms);
			continue;
		}
		for (uint32_t i = 0; i < s->set[0].n && !r; i++) {
			r = sk_te_use(l, sk_te_requires[s->kind].ns, &s->set[0].names[i], &ref);
			if (!r && !sk_te_is_required(l, ref, sk_te_requires[s->kind].kind))
				r = sk_te_put(l, sk_te_requires[s->kind].kind, ref, 0, 0, 0, 0);
		}
	}
	l->cond = cond;
	return r;
}

static int sk_te_module(struct sk_te_lower *l, const struct sk_te_stmt *s)
{
	struct sk_te_name here = sk_te_here(s);

	if (l->unit->stmts.n || l->unit->source == SK_UNIT_MODULE) {
		sk_te_complain(l, "E0143", &here, "'module' must be the first statement");
		return 0;
	}
	l->unit->source = SK_UNIT_MODULE;
	l->unit->name = s->name.name;
	l->unit->version = s->name2.name;
	return 0;
}

/* Contexts of objects: te-object.c. */

static int sk_te_one(struct sk_te_lower *l, const struct sk_te_stmt *s)
{
	switch (s->kind) {
	case SK_TE_ALLOW: case SK_TE_AUDITALLOW: case SK_TE_AUDITDENY: case SK_TE_DONTAUDIT: case SK_TE_NEVERALLOW:
		return sk_te_rule(l, s);
	case SK_TE_ALLOWXPERM: case SK_TE_AUDITALLOWXPERM: case SK_TE_DONTAUDITXPERM: case SK_TE_NEVERALLOWXPERM:
		return sk_te_xperm_rule(l, s);
	case SK_TE_TYPE_TRANSITION: case SK_TE_TYPE_MEMBER: case SK_TE_TYPE_CHANGE:
		return sk_te_transition(l, s);
	case SK_TE_RANGE_TRANSITION:
		return sk_te_range_transition(l, s);
	case SK_TE_ROLE_TRANSITION:
		return sk_te_role_transition(l, s);
	case SK_TE_ROLE_ALLOW:
		return sk_te_role_allow(l, s);
	case SK_TE_CONSTRAIN: case SK_TE_MLSCONSTRAIN:
		return sk_te_constrain(l, s);
	case SK_TE_VALIDATETRANS: case SK_TE_MLSVALIDATETRANS:
		return sk_te_validatetrans(l, s);
	case SK_TE_CLASS:
		return sk_te_class(l, s);
	case SK_TE_TYPE: case SK_TE_TYPEALIAS: case SK_TE_TYPEATTRIBUTE:
		return sk_te_type(l, s);
	case SK_TE_TYPEBOUNDS:
		return sk_te_typebounds(l, s);
	case SK_TE_ROLE:
		return sk_te_role(l, s);
	case SK_TE_ROLEATTRIBUTE:
		return sk_te_roleattribute(l, s);
	case SK_TE_USER:
		return sk_te_user(l, s);
	case SK_TE_BOOL: case SK_TE_TUNABLE:
		return sk_te_bool(l, s);
	case SK_TE_SENSITIVITY:
		return sk_te_sensitivity(l, s);
	case SK_TE_CATEGORY:
		return sk_te_category(l, s);
	case SK_TE_LEVEL:
		return sk_te_sensitivity_level(l, s);
	case SK_TE_DEFAULT_USER: case SK_TE_DEFAULT_ROLE: case SK_TE_DEFAULT_TYPE: case SK_TE_DEFAULT_RANGE:
		return sk_te_default(l, s);
	case SK_TE_COMMON: case SK_TE_DOMINANCE: case SK_TE_EXPANDATTRIBUTE: case SK_TE_POLICYCAP:
	case SK_TE_ATTRIBUTE: case SK_TE_ATTRIBUTE_ROLE: case SK_TE_PERMISSIVE: case SK_TE_NEVERAUDIT:
		return sk_te_plain(l, s);
	case SK_TE_IF:
		return sk_te_conditional(l, s);
	case SK_TE_OPTIONAL:
		return sk_te_optional(l, s);
	case SK_TE_REQUIRE:
		return sk_te_require(l, s);
	case SK_TE_MODULE:
		return sk_te_module(l, s);
	case SK_TE_EMPTY:
		return 0;
	default:
		return sk_te_object(l, s);
	}
}

/* A statement that was refused leaves no trace but its diagnostic. */
static int sk_te_lower_any(struct sk_te_lower *l, const struct sk_te_stmt *s)
{
	const struct sk_te_stmt *outer = l->stmt;
	int r;

	l->stmt = s;
	r = sk_te_one(l, s);
	l->stmt = outer;
	return r == SK_TE_REFUSED ? 0 : r;
}

int sk_te_lower_stmt(struct sk_te_lower *l, const struct sk_te_stmt *s)
{
	int r = sk_te_collect(l, s);

	return r ? r : sk_te_lower_any(l, s);
}

int sk_te_lower_end(struct sk_te_lower *l)
{
	uint32_t empty;
	int r;

	l->stmt = NULL;
	r = sk_space_set(l->space, &(struct sk_name_set){ .ns = SK_NS_PERM }, &empty);
	for (size_t i = 0, n = l->unit->stmts.n; i < n && !r; i++) {
		struct sk_unit_stmt s = l->unit->stmts.list[i];

		if (s.kind != SK_UNIT_CLASS_ORDER)
			continue;
		s.kind = SK_UNIT_CLASS;
		s.op[0] = l->space->sets.list[s.op[0]].items[0];
		s.op[1] = empty;
		if (s.op[0] >= l->seen.cap || !(l->seen.list[s.op[0]].flags & SK_TE_SEEN_FILLED))
			r = sk_unit_add(l->unit, &s);
	}
	return r ? r : sk_te_check_names(l);
}
