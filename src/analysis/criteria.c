/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Search criteria. What matches follows setools 4.4 (terulequery.py, rbacrulequery.py, mlsrulequery.py and the functions
 * in util.py they use): a name that is not "direct" stands for the types it expands to and matches a rule whose own
 * expansion has one of them in common; a regular expression that is not direct is tried on the types a rule's source or
 * target expands to, so that the name of an attribute itself does not count. All that is wrong with the criteria is
 * reported at once.
 */
#include "analysis/criteria.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

#include "analysis/pattern.h"
#include "base/buf.h"
#include "selkie/context.h"
#include "selkie/level.h"
#include "selkie/name.h"

/* The making of criteria: what every step needs. `refused` collects outcomes, `error` our own failures. */
struct sk_making {
	struct sk_criteria *c;
	const struct sk_policy *p;
	const struct selkie_search_options *o;
	struct sk_diags *diags;
	bool refused;
	bool class_unknown;
	int error;
};

static bool sk_given(const char *text)
{
	return text && *text;
}

static void sk_making_note(struct sk_making *m, int r)
{
	if (r > 0)
		m->refused = true;
	else if (r < 0 && !m->error)
		m->error = r;
}

static uint8_t *sk_making_table(struct sk_making *m, uint32_t n_ids)
{
	uint8_t *table = SK_ARENA_ARRAY(&m->c->arena, uint8_t, (size_t)n_ids + 1);

	if (!table)
		sk_making_note(m, -ENOMEM);
	return table;
}

/* Says that a name is unknown, with the nearest known one. */
static void sk_making_unknown(struct sk_making *m, const char *id, const char *option,
			      const char *name, const char *what, const char *nearest)
{
	struct sk_place place = { .file = option };
	struct sk_diag *d = sk_error(m->diags, id, &place, "'%s' is not %s", name, what);

	if (nearest)
		sk_diag_note(m->diags, d, &place, "did you mean '%s'?", nearest);
	m->refused = true;
}

/* Marks a type, and unless direct, all that expands to something it expands to. */
static void sk_mark_type(const struct sk_policy *p, uint8_t *table, uint32_t type, bool direct)
{
	table[type] = 1;
	for (uint32_t i = 0; !direct && i < p->types_of[type].n; i++) {
		uint32_t member = p->types_of[type].ids[i];

		table[member] = 1;
		for (uint32_t k = 0; k < p->attributes_of[member].n; k++)
			table[p->attributes_of[member].ids[k]] = 1;
	}
	/* an attribute without types has nothing in common with anything */
	if (!direct && !p->types_of[type].n)
		table[type] = 0;
}

static void sk_mark_types_by_pattern(struct sk_making *m, uint8_t *table,
				     struct sk_pattern *pattern, bool direct)
{
	for (uint32_t t = 1; t <= m->p->n_type_ids; t++) {
		const struct sk_type *type = m->p->type_by_id[t];

		if ((direct || !type->attribute) && sk_pattern_matches(pattern, type->name)) {
			if (direct)
				table[t] = 1;
			else
				sk_mark_type(m->p, table, t, false);
		}
	}
}

/* Calls mark for one expression; reports what is wrong with it. */
static void sk_making_pattern(struct sk_making *m, const char *option, const char *text,
			      uint8_t *table, bool direct,
			      void (*mark)(struct sk_making *m, uint8_t *table,
					   struct sk_pattern *pattern, bool direct))
{
	struct sk_pattern pattern;
	int r = sk_pattern_init(&pattern, text, option, m->diags);

	if (!r) {
		mark(m, table, &pattern, direct);
		r = sk_pattern_finish(&pattern, option, m->diags);
		sk_pattern_done(&pattern);
	}
	sk_making_note(m, r);
}

static uint8_t *sk_making_types(struct sk_making *m, const char *option, const char *text,
				bool regex, bool direct)
{
	uint8_t *table;
	struct sk_type_id type;

	if (!sk_given(text))
		return NULL;
	table = sk_making_table(m, m->p->n_type_ids);
	if (!table)
		return NULL;
	if (regex) {
		sk_making_pattern(m, option, text, table, direct, sk_mark_types_by_pattern);
		return table;
	}
	type = sk_policy_find_type(m->p, text);
	if (type.v)
		sk_mark_type(m->p, table, type.v, direct);
	else
		sk_making_unknown(m, "E0621", option, text, "a type or attribute of this policy",
				  selkie_type_nearest(m->p, text, true));
	return table;
}

static void sk_mark_roles_by_pattern(struct sk_making *m, uint8_t *table,
				     struct sk_pattern *pattern, bool direct SK_UNUSED)
{
	for (uint32_t i = 0; i < m->p->n_roles; i++)
		if (sk_pattern_matches(pattern, m->p->roles[i].name))
			table[m->p->roles[i].id.v] = 1;
}

static uint8_t *sk_making_roles(struct sk_making *m, const char *option, const char *text,
				bool regex)
{
	uint8_t *table;
	struct sk_role_id role;

	if (!sk_given(text))
		return NULL;
	table = sk_making_table(m, m->p->n_role_ids);
	if (!table)
		return NULL;
	if (regex) {
		sk_making_pattern(m, option, text, table, false, sk_mark_roles_by_pattern);
		return table;
	}
	role = sk_policy_find_role(m->p, text);
	if (role.v)
		table[role.v] = 1;
	else
		sk_making_unknown(m, "E0622", option, text, "a role of this policy",
				  selkie_role_nearest(m->p, text));
	return table;
}

/* The target of a role rule is a role or a type; a name that is both is the type. */
static void sk_making_role_target(struct sk_making *m)
{
	const char *text = m->o->target;
	bool regex = m->o->flags & SELKIE_SEARCH_TARGET_REGEX;
	bool direct = m->o->flags & SELKIE_SEARCH_TARGET_DIRECT;

	if (!sk_given(text))
		return;
	if (regex || sk_policy_find_type(m->p, text).v) {
		m->c->role_target = sk_making_types(m, "target", text, regex, direct);
		m->c->target_role = regex ? sk_making_roles(m, "target", text, true)
					  : sk_making_table(m, m->p->n_role_ids);
	} else {
		m->c->target_role = sk_making_roles(m, "target", text, false);
		m->c->role_target = sk_making_table(m, m->p->n_type_ids);
	}
}

static void sk_mark_classes_by_pattern(struct sk_making *m, uint8_t *table,
				       struct sk_pattern *pattern, bool direct SK_UNUSED)
{
	for (uint32_t i = 0; i < m->p->n_classes; i++)
		if (sk_pattern_matches(pattern, m->p->classes[i].name))
			table[m->p->classes[i].id.v] = 1;
}

/* The next piece of a comma-separated list, copied into the arena; NULL at the end or without memory. */
static char *sk_making_piece(struct sk_making *m, const char **at)
{
	size_t n;
	char *piece;

	if (!*at)
		return NULL;
	n = strcspn(*at, ",");
	piece = sk_arena_strndup(&m->c->arena, *at, n);
	*at = (*at)[n] ? *at + n + 1 : NULL;
	if (!piece)
		sk_making_note(m, -ENOMEM);
	return piece;
}

static void sk_making_classes(struct sk_making *m)
{
	const char *at = m->o->classes;
	char *name;

	if (!sk_given(at))
		return;
	m->c->classes = sk_making_table(m, m->p->n_class_ids);
	if (!m->c->classes)
		return;
	if (m->o->flags & SELKIE_SEARCH_CLASS_REGEX) {
		sk_making_pattern(m, "class", at, m->c->classes, false, sk_mark_classes_by_pattern);
		return;
	}
	while ((name = sk_making_piece(m, &at))) {
		struct sk_class_id cls = sk_policy_find_class(m->p, name);

		if (cls.v) {
			m->c->classes[cls.v] = 1;
			continue;
		}
		m->class_unknown = true;
		sk_making_unknown(m, "E0623", "class", name, "a class of this policy",
				  selkie_class_nearest(m->p, name));
	}
}

/* The nearest permission of any class that is asked for. */
static const char *sk_making_nearest_perm(struct sk_making *m, const char *name,
					  const uint8_t *classes)
{
	for (uint32_t i = 0; i < m->p->n_classes; i++) {
		const struct sk_class *c = &m->p->classes[i];
		const char *near;

		if (classes && !classes[c->id.v])
			continue;
		near = selkie_permission_nearest(m->p, c->id, name);
		if (near)
			return near;
	}
	return NULL;
}

/* Adds one permission to the masks. It must exist in one of the classes asked for, or in any when none is. */
static void sk_making_perm(struct sk_making *m, const char *name)
{
	bool any_class = m->class_unknown || m->o->flags & SELKIE_SEARCH_CLASS_REGEX;
	const uint8_t *classes = any_class ? NULL : m->c->classes;
	bool known = false;

	m->c->n_perms++;
	m->c->ioctl |= !strcmp(name, "ioctl");
	m->c->nlmsg |= !strcmp(name, "nlmsg");
	for (uint32_t i = 0; i < m->p->n_classes; i++) {
		const struct sk_class *c = &m->p->classes[i];
		uint32_t bit = sk_class_find_perm(c, name);

		m->c->perms[c->id.v] |= bit;
		if (!bit)
			m->c->perms_complete[c->id.v] = 0;
		else if (!classes || classes[c->id.v])
			known = true;
	}
	if (!known)
		sk_making_unknown(m, "E0624", "permission", name,
				  classes ? "a permission of these classes"
					  : "a permission of any class of this policy",
				  sk_making_nearest_perm(m, name, classes));
}

static void sk_making_perms(struct sk_making *m)
{
	const char *at = m->o->perms;
	struct sk_intern seen;
	char *name;

	if (!sk_given(at))
		return;
	m->c->perms_complete = sk_making_table(m, m->p->n_class_ids);
	m->c->perms = SK_ARENA_ARRAY(&m->c->arena, uint32_t, (size_t)m->p->n_class_ids + 1);
	if (!m->c->perms || !m->c->perms_complete) {
		sk_making_note(m, -ENOMEM);
		return;
	}
	memset(m->c->perms_complete, 1, (size_t)m->p->n_class_ids + 1);
	sk_intern_init(&seen, &m->c->arena);
	while ((name = sk_making_piece(m, &at))) {
		size_t n = seen.n;
		uint32_t number;

		sk_making_note(m, sk_intern_add_static(&seen, name, strlen(name), &number));
		if (seen.n > n)
			sk_making_perm(m, name);
	}
	sk_intern_done(&seen);
}

/* One hexadecimal number with nothing after it but blanks. */
static bool sk_read_hex(const char *text, size_t n, uint32_t *ret)
{
	char copy[32], *end;
	unsigned long value;

	if (!n || n >= sizeof(copy))
		return false;
	memcpy(copy, text, n);
	copy[n] = '\0';
	value = strtoul(copy, &end, 16);
	if (end == copy || strchr(copy, '-') || strchr(copy, '+'))
		return false;
	while (isspace((unsigned char)*end))
		end++;
	*ret = value > UINT32_MAX ? UINT32_MAX : (uint32_t)value;
	return !*end;
}

static void sk_making_xperm_range(struct sk_making *m, const char *piece)
{
	struct sk_place place = { .file = "extended permission" };
	const char *dash = strchr(piece, '-');
	size_t n = dash ? (size_t)(dash - piece) : strlen(piece);
	uint32_t low, high;

	if (!sk_read_hex(piece, n, &low) ||
	    (dash && !sk_read_hex(dash + 1, strlen(dash + 1), &high))) {
		sk_error(m->diags, "E0625", &place,
			 "'%s' is not a hexadecimal number or a range of two, as 0x5401 or "
			 "0x8900-0x89ff",
			 piece);
		m->refused = true;
		return;
	}
	if (!dash)
		high = low;
	if (low > 0xffff || high > 0xffff) {
		sk_error(m->diags, "E0625", &place, "'%s' is more than 0xffff", piece);
		m->refused = true;
		return;
	}
	for (uint32_t x = SK_MIN(low, high); x <= SK_MAX(low, high); x++)
		m->c->xperms[x / 32] |= 1u << (x % 32);
}

static void sk_making_xperms(struct sk_making *m)
{
	const char *at = m->o->xperms;
	char *piece;

	if (!sk_given(at))
		return;
	m->c->xperms = SK_ARENA_ARRAY(&m->c->arena, uint32_t, 2048);
	if (!m->c->xperms) {
		sk_making_note(m, -ENOMEM);
		return;
	}
	while ((piece = sk_making_piece(m, &at)))
		sk_making_xperm_range(m, piece);
}

/* Whether the booleans of a conditional are just (equal) or have one of those marked. */
static bool sk_cond_has(const struct sk_policy *p, const struct sk_cond *cond, const uint8_t *bools,
			uint8_t *scratch, bool equal)
{
	uint32_t others = 0, wanted = 0, found = 0;

	memset(scratch, 0, (size_t)p->n_bool_ids + 1);
	for (uint32_t i = 0; i < cond->n_nodes; i++) {
		uint32_t b = cond->nodes[i].boolean.v;

		if (cond->nodes[i].op != SK_COND_BOOL || scratch[b])
			continue;
		scratch[b] = 1;
		found += bools[b];
		others += !bools[b];
	}
	if (!equal)
		return found;
	for (uint32_t b = 1; b <= p->n_bool_ids; b++)
		wanted += bools[b];
	return !others && found == wanted;
}

static void sk_mark_bools_by_pattern(struct sk_making *m, uint8_t *table,
				     struct sk_pattern *pattern, bool direct SK_UNUSED)
{
	for (uint32_t i = 0; i < m->p->n_bools; i++)
		if (sk_pattern_matches(pattern, m->p->bools[i].name))
			table[m->p->bools[i].id.v] = 1;
}

static void sk_making_booleans(struct sk_making *m)
{
	bool regex = m->o->flags & SELKIE_SEARCH_BOOLEANS_REGEX;
	uint8_t *bools, *scratch;
	const char *at = m->o->booleans;
	char *name;

	if (!sk_given(at))
		return;
	bools = sk_making_table(m, m->p->n_bool_ids);
	scratch = sk_making_table(m, m->p->n_bool_ids);
	m->c->conds = sk_making_table(m, m->p->n_conds);
	if (!bools || !scratch || !m->c->conds)
		return;
	if (regex) {
		sk_making_pattern(m, "boolean", at, bools, false, sk_mark_bools_by_pattern);
		at = NULL;
	}
	while ((name = sk_making_piece(m, &at))) {
		struct sk_bool_id b = sk_policy_find_bool(m->p, name);

		if (b.v)
			bools[b.v] = 1;
		else
			sk_making_unknown(m, "E0626", "boolean", name, "a boolean of this policy",
					  selkie_bool_nearest(m->p, name));
	}
	for (uint32_t i = 0; i < m->p->n_conds; i++)
		m->c->conds[i] = sk_cond_has(m->p, &m->p->conds[i], bools, scratch,
					     !regex && m->o->flags & SELKIE_SEARCH_BOOLEANS_EQUAL);
}

/* A range is read as that of a context; which one does not matter, so the policy's first names serve. */
static void sk_making_range(struct sk_making *m)
{
	struct sk_place place = { .file = "default" };
	unsigned int faults = SELKIE_CONTEXT_SYNTAX;
	sk_auto_buf struct sk_buf text = SK_BUF_INIT;
	const char *range = m->o->result;
	int r = SELKIE_CONTEXT_INVALID;

	if (!sk_given(range))
		return;
	if (m->p->mls && m->p->n_users && m->p->n_roles) {
		sk_buf_printf(&text, "%s:%s:%s:", m->p->users[0].name, m->p->roles[0].name,
			      m->p->n_types ? m->p->type_by_id[1]->name : "");
		for (; *range; range++)
			if (*range != ' ')
				sk_buf_addc(&text, *range);
		r = sk_buf_str(&text) ? selkie_context_parse(m->p, sk_buf_str(&text),
							     SELKIE_CONTEXT_UNAUTHORIZED, &faults,
							     &m->c->range)
				      : -ENOMEM;
	}
	if (r < 0) {
		sk_making_note(m, r);
	} else if (r || faults & (SELKIE_CONTEXT_HIGH_LOW | SELKIE_CONTEXT_CATEGORIES)) {
		sk_error(m->diags, "E0627", &place, "'%s' is not a range of levels of this policy",
			 m->o->result);
		m->refused = true;
	}
}

int sk_criteria_init(struct sk_criteria *criteria, const struct sk_policy *policy,
		     const struct selkie_search_options *options, struct sk_diags *diags)
{
	struct sk_making m = { .c = criteria, .p = policy, .o = options, .diags = diags };
	uint32_t f = options->flags;

	memset(criteria, 0, sizeof(*criteria));
	criteria->kinds = options->kinds;
	criteria->flags = f;
	if (options->kinds & (SELKIE_RULES_TE | SELKIE_RULE_RANGE_TRANSITION)) {
		criteria->source = sk_making_types(&m, "source", options->source,
						   f & SELKIE_SEARCH_SOURCE_REGEX,
						   f & SELKIE_SEARCH_SOURCE_DIRECT);
		criteria->target = sk_making_types(&m, "target", options->target,
						   f & SELKIE_SEARCH_TARGET_REGEX,
						   f & SELKIE_SEARCH_TARGET_DIRECT);
	}
	sk_making_classes(&m);
	if (options->kinds & SELKIE_RULES_TE) {
		criteria->result = sk_making_types(&m, "default", options->result,
						   f & SELKIE_SEARCH_RESULT_REGEX, false);
		sk_making_perms(&m);
		sk_making_xperms(&m);
		sk_making_booleans(&m);
	}
	if (options->kinds & (SELKIE_RULE_ROLE_ALLOW | SELKIE_RULE_ROLE_TRANSITION)) {
		criteria->source_role = sk_making_roles(&m, "source", options->source,
							f & SELKIE_SEARCH_SOURCE_REGEX);
		sk_making_role_target(&m);
		criteria->new_role = sk_making_roles(&m, "default", options->result,
						     f & SELKIE_SEARCH_RESULT_REGEX);
	}
	if (options->kinds & SELKIE_RULE_RANGE_TRANSITION)
		sk_making_range(&m);
	if (m.error)
		return m.error;
	return m.refused ? SELKIE_SEARCH_REFUSED : 0;
}

void sk_criteria_done(struct sk_criteria *criteria)
{
	selkie_context_free(criteria->range);
	sk_arena_done(&criteria->arena);
	memset(criteria, 0, sizeof(*criteria));
}

static bool sk_match_perms(const struct sk_criteria *c, const struct sk_policy *p,
			   const struct sk_rule *r)
{
	uint32_t wanted = c->perms[r->cls];
	uint32_t has = (r->kind == SK_RULE_AUDITDENY ? ~r->data : r->data) &
		       p->class_by_id[r->cls]->perm_mask;

	if (c->flags & SELKIE_SEARCH_PERMS_SUBSET)
		return c->perms_complete[r->cls] && (has & wanted) == wanted;
	if (c->flags & SELKIE_SEARCH_PERMS_EQUAL)
		return c->perms_complete[r->cls] && has == wanted;
	return has & wanted;
}

static bool sk_match_xperms(const struct sk_criteria *c, const struct sk_xperm *x)
{
	bool equal = c->flags & SELKIE_SEARCH_XPERMS_EQUAL, any = false;

	for (uint32_t word = 0; word < 2048; word++) {
		uint32_t has = 0, driver = word / 8;

		if (x->kind == SK_XPERM_IOCTL_DRIVER)
			has = x->perms[driver / 32] >> (driver % 32) & 1 ? UINT32_MAX : 0;
		else if (driver == x->driver)
			has = x->perms[word % 8];
		if (equal && has != c->xperms[word])
			return false;
		any |= has & c->xperms[word];
	}
	return equal || any;
}

/* What only some kinds of rules have: permissions, numbers, a result. */
static bool sk_match_content(const struct sk_criteria *c, const struct sk_policy *p,
			     const struct sk_rule *r)
{
	if (r->kind & SK_RULES_XPERM) {
		const struct sk_xperm *x = &p->xperms[r->data];

		if (c->n_perms > 1 && c->flags & SELKIE_SEARCH_PERMS_EQUAL)
			return false;
		if (c->perms && !(x->kind == SK_XPERM_NLMSG ? c->nlmsg : c->ioctl))
			return false;
		return !c->result && (!c->xperms || sk_match_xperms(c, x));
	}
	if (c->xperms)
		return false;
	if (r->kind & SK_RULES_TYPE)
		return !c->perms && (!c->result || c->result[r->data]);
	return !c->result && (!c->perms || sk_match_perms(c, p, r));
}

bool sk_criteria_match_rule(const struct sk_criteria *criteria, const struct sk_policy *policy,
			    const struct sk_rule *rule)
{
	return criteria->kinds & rule->kind &&
	       (!criteria->source || criteria->source[rule->source]) &&
	       (!criteria->target || criteria->target[rule->target]) &&
	       (!criteria->classes || criteria->classes[rule->cls]) &&
	       sk_match_content(criteria, policy, rule);
}

bool sk_criteria_match_filename(const struct sk_criteria *criteria,
				const struct sk_filename_transition *rule)
{
	return criteria->kinds & SELKIE_RULE_TYPE_TRANSITION && !criteria->perms &&
	       !criteria->xperms && !criteria->conds &&
	       (!criteria->target || criteria->target[rule->target.v]) &&
	       (!criteria->classes || criteria->classes[rule->cls.v]) &&
	       (!criteria->result || criteria->result[rule->result.v]);
}

bool sk_criteria_match_role_allow(const struct sk_criteria *criteria,
				  const struct sk_role_allow *rule)
{
	return !criteria->classes && !criteria->new_role &&
	       (!criteria->source_role || criteria->source_role[rule->role.v]) &&
	       (!criteria->target_role || criteria->target_role[rule->new_role.v]);
}

bool sk_criteria_match_role_transition(const struct sk_criteria *criteria,
				       const struct sk_role_transition *rule)
{
	return (!criteria->source_role || criteria->source_role[rule->role.v]) &&
	       (!criteria->role_target || criteria->role_target[rule->type.v]) &&
	       (!criteria->classes || criteria->classes[rule->cls.v]) &&
	       (!criteria->new_role || criteria->new_role[rule->new_role.v]);
}

bool sk_criteria_match_range_transition(const struct sk_criteria *criteria,
					const struct sk_range_transition *rule)
{
	return (!criteria->source || criteria->source[rule->source.v]) &&
	       (!criteria->target || criteria->target[rule->target.v]) &&
	       (!criteria->classes || criteria->classes[rule->cls.v]) &&
	       (!criteria->range ||
		(selkie_level_equal(&criteria->range->range.low, &rule->range.low) &&
		 selkie_level_equal(&criteria->range->range.high, &rule->range.high)));
}
