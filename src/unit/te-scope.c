/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Which names may be used where: those that the block, one around it, or the unit itself declares or requires. Inside a
 * block the order does not matter, so a block's names are collected before its statements are lowered. Of the unit's
 * own names some come later than their first use: such a use is kept and judged at the end, once for each name.
 */
#include "unit/te-lower.h"

#include <errno.h>
#include <string.h>

static const char *const sk_te_ns_names[SK_N_NS] = {
	[SK_NS_COMMON] = "common", [SK_NS_CLASS] = "class", [SK_NS_PERM] = "permission", [SK_NS_ROLE] = "role",
	[SK_NS_TYPE] = "type", [SK_NS_USER] = "user", [SK_NS_BOOL] = "boolean", [SK_NS_SENS] = "sensitivity",
	[SK_NS_CAT] = "category", [SK_NS_SID] = "initial SID",
};

static int sk_te_find(struct sk_te_lower *l, enum sk_ns ns, uint32_t name, uint32_t *ret_ref)
{
	size_t n = l->seen.cap;
	int r = sk_space_ref(l->space, ns, 0, name, ret_ref);

	if (!r && *ret_ref >= n) {
		r = sk_grow(&l->seen.list, &l->seen.cap, l->space->refs.n + 1000, sizeof(*l->seen.list));
		if (!r)
			memset(l->seen.list + n, 0, (l->seen.cap - n) * sizeof(*l->seen.list));
	}
	if (!r && l->seen.list[*ret_ref].round != l->round)
		l->seen.list[*ret_ref] = (struct sk_te_seen){ .round = l->round, .required_in = SK_SPACE_NONE };
	return r;
}

int sk_te_use(struct sk_te_lower *l, enum sk_ns ns, const struct sk_te_name *name, uint32_t *ret_ref)
{
	struct sk_te_seen *seen;
	int r;

	if (sk_te_is_known(l, ns, name->name, ret_ref))
		return 0;
	r = sk_te_find(l, ns, name->name, ret_ref);
	if (r)
		return r;
	seen = &l->seen.list[*ret_ref];
	if (seen->flags & (SK_TE_SEEN_TOP | SK_TE_SEEN_UNSURE) || seen->active)
		return 0;
	r = sk_grow(&l->unsure.list, &l->unsure.cap, l->unsure.n + 1, sizeof(*l->unsure.list));
	if (r)
		return r;
	seen->flags |= SK_TE_SEEN_UNSURE;
	l->unsure.list[l->unsure.n++] =
		(struct sk_te_use){ .ref = *ret_ref, .addr = name->addr, .expansion = name->expansion,
				    .stmt_addr = l->stmt ? l->stmt->addr : 0,
				    .stmt_expansion = l->stmt ? l->stmt->expansion : 0 };
	return 0;
}

/* The role that every policy has. */
int sk_te_know_object_r(struct sk_te_lower *l)
{
	uint32_t name, ref;
	int r = sk_intern_add_static(l->space->names, "object_r", 8, &name);

	if (!r)
		r = sk_te_find(l, SK_NS_ROLE, name, &ref);
	if (!r)
		l->seen.list[ref].flags |= SK_TE_SEEN_TOP;
	return r;
}

int sk_te_put_named(struct sk_te_lower *l, enum sk_unit_kind kind, enum sk_ns ns, const struct sk_te_name *name,
		    uint32_t b)
{
	uint32_t ref;
	int r = sk_te_use(l, ns, name, &ref);

	return r ? r : SK_TE_PUT(l, kind, ref, b);
}

int sk_te_no_period(struct sk_te_lower *l, const struct sk_te_name *name)
{
	if (!strchr(sk_intern_str(l->space->names, name->name), '.'))
		return 0;
	sk_te_complain(l, "E0150", name, "such a name cannot have a period in it");
	return SK_TE_REFUSED;
}

int sk_te_note_left(struct sk_te_lower *l, uint32_t ref, uint32_t flags)
{
	int r = l->noting ? sk_grow(&l->left.list, &l->left.cap, l->left.n + 1, sizeof(*l->left.list)) : 0;

	if (!r && l->noting)
		l->left.list[l->left.n++] = (struct sk_te_left){ .ref = ref, .flags = flags };
	return r;
}

int sk_te_know_left(struct sk_te_lower *l, const struct sk_te_left *left)
{
	uint32_t found;
	int r = sk_te_find(l, (enum sk_ns)l->space->refs.list[left->ref].ns, l->space->refs.list[left->ref].name, &found);

	if (!r)
		l->seen.list[found].flags |= left->flags;
	return r ? r : sk_te_note_left(l, found, left->flags);
}

/* Names come into scope */

static int sk_te_add_name(struct sk_te_lower *l, enum sk_ns ns, const struct sk_te_name *name, bool require)
{
	struct sk_te_seen *seen;
	uint32_t ref;
	int r = sk_te_find(l, ns, name->name, &ref);

	if (r)
		return r;
	seen = &l->seen.list[ref];
	/* Blocks do not come in their order in the text: of several requirements the first that is written counts. */
	if (!(seen->flags & SK_TE_SEEN_DECLARED) && (!require || !seen->addr || name->addr < seen->addr)) {
		seen->addr = name->addr;
		seen->expansion = name->expansion;
	}
	if (!require)
		seen->flags |= SK_TE_SEEN_DECLARED;
	if (!l->depth) {
		seen->flags |= SK_TE_SEEN_TOP;
		return sk_te_note_left(l, ref, SK_TE_SEEN_TOP | (require ? 0 : SK_TE_SEEN_DECLARED));
	}
	r = sk_grow(&l->active.list, &l->active.cap, l->active.n + 1, sizeof(*l->active.list));
	if (r)
		return r;
	l->active.list[l->active.n++] = ref;
	seen->active++;
	return 0;
}

static int sk_te_add_names(struct sk_te_lower *l, enum sk_ns ns, const struct sk_te_set *set, bool require)
{
	int r = 0;

	for (uint32_t i = 0; i < set->n && !r; i++)
		r = sk_te_add_name(l, ns, &set->names[i], require);
	return r;
}

/* The table that a line of a require block, or a declaration of that kind, is about; SK_N_NS: neither. */
static enum sk_ns sk_te_declared_ns(unsigned int kind)
{
	switch (kind) {
	case SK_TE_CLASS:
		return SK_NS_CLASS;
	case SK_TE_COMMON:
		return SK_NS_COMMON;
	case SK_TE_SID:
		return SK_NS_SID;
	case SK_TE_TYPE: case SK_TE_ATTRIBUTE:
		return SK_NS_TYPE;
	case SK_TE_ROLE: case SK_TE_ATTRIBUTE_ROLE:
		return SK_NS_ROLE;
	case SK_TE_USER:
		return SK_NS_USER;
	case SK_TE_BOOL: case SK_TE_TUNABLE:
		return SK_NS_BOOL;
	case SK_TE_SENSITIVITY:
		return SK_NS_SENS;
	case SK_TE_CATEGORY:
		return SK_NS_CAT;
	default:
		return SK_N_NS;
	}
}

static int sk_te_collect_require(struct sk_te_lower *l, const struct sk_te_stmt *s)
{
	int r = 0;

	for (s = s->body; s && !r; s = s->next) {
		if (s->kind == SK_TE_CLASS)
			r = sk_te_add_name(l, SK_NS_CLASS, &s->name, true);
		else
			r = sk_te_add_names(l, sk_te_declared_ns(s->kind), &s->set[0], true);
	}
	return r;
}

/* Whether a statement that begins as a declaration does is one. */
static bool sk_te_declares(const struct sk_te_stmt *s)
{
	switch (s->kind) {
	case SK_TE_CLASS:
		return !(s->set[0].flags & SK_TE_SET_BRACES) && s->name2.name == SK_INTERN_NONE;
	case SK_TE_SID:
		return !s->context;
	case SK_TE_ROLE:
		return !s->set[1].n && !s->set[1].flags;
	default:
		return true;
	}
}

int sk_te_collect_any(struct sk_te_lower *l, const struct sk_te_stmt *s)
{
	enum sk_ns ns = sk_te_declared_ns(s->kind);
	int r = 0;

	switch (s->kind) {
	case SK_TE_REQUIRE:
		return sk_te_collect_require(l, s);
	case SK_TE_IF:
		/* Of what may stand in there, only a require block has names. */
		for (const struct sk_te_stmt *b = s->body; b && !r; b = b->next)
			r = sk_te_collect(l, b);
		for (const struct sk_te_stmt *b = s->else_body; b && !r; b = b->next)
			r = sk_te_collect(l, b);
		return r;
	case SK_TE_TYPEALIAS:
		return sk_te_add_names(l, SK_NS_TYPE, &s->set[0], false);
	}
	if (ns == SK_N_NS || !sk_te_declares(s))
		return 0;
	r = sk_te_add_name(l, ns, &s->name, false);
	if (!r && (s->kind == SK_TE_TYPE || s->kind == SK_TE_SENSITIVITY || s->kind == SK_TE_CATEGORY))
		r = sk_te_add_names(l, ns, &s->set[0], false);
	return r;
}

int sk_te_enter(struct sk_te_lower *l, const struct sk_te_stmt *body, bool in_else, size_t *ret_mark)
{
	size_t mark = l->active.n;
	int r = 0;

	*ret_mark = mark;
	for (const struct sk_te_stmt *s = body; s && !r; s = s->next) {
		r = sk_te_collect(l, s);
		if (in_else && l->active.n > mark) {
			struct sk_te_name here = { .name = SK_INTERN_NONE, .addr = s->addr, .expansion = s->expansion };

			sk_te_complain(l, "E0148", &here, "an else branch can neither declare nor require a name");
			in_else = false;
		}
	}
	return r;
}

void sk_te_leave(struct sk_te_lower *l, size_t mark)
{
	while (l->active.n > mark)
		l->seen.list[l->active.list[--l->active.n]].active--;
}

/* Names that nothing declares */

struct sk_te_candidates {
	const struct sk_te_lower *l;
	uint32_t ns;
};

static const char *sk_te_candidate(const void *arg, size_t i)
{
	const struct sk_te_candidates *c = arg;
	const struct sk_ref *ref = &c->l->space->refs.list[i];

	return i < c->l->seen.cap && c->l->seen.list[i].round == c->l->round && ref->ns == c->ns &&
			       c->l->seen.list[i].flags & SK_TE_SEEN_TOP && !ref->scope
		? sk_intern_str(c->l->space->names, ref->name) : NULL;
}

/* A name that stands in the text of the statement itself came with it; others came with an argument. */
static uint32_t sk_te_expansion_of(const struct sk_te_lower *l, const struct sk_te_use *use)
{
	const struct sk_source *source = sk_sources_find(l->space->sources, use->stmt_addr);
	const char *text;
	size_t n;

	if (use->expansion || !use->stmt_expansion || !source || use->addr < use->stmt_addr)
		return use->expansion;
	text = sk_source_text(source, use->stmt_addr, &n);
	if (!text || use->addr - use->stmt_addr >= n || memchr(text, ';', use->addr - use->stmt_addr))
		return use->expansion;
	return use->stmt_expansion;
}

static void sk_te_complain_name(struct sk_te_lower *l, const struct sk_te_use *use)
{
	const struct sk_ref *ref = &l->space->refs.list[use->ref];
	const struct sk_te_name name = { .name = ref->name, .addr = use->addr, .expansion = sk_te_expansion_of(l, use) };
	const struct sk_te_seen *seen = &l->seen.list[use->ref];
	const char *text = sk_intern_str(l->space->names, ref->name), *what = sk_te_ns_names[ref->ns];
	const struct sk_te_candidates candidates = { .l = l, .ns = ref->ns };
	struct sk_place place;
	struct sk_diag *d;
	size_t near;

	if (seen->addr) {
		bool declared = seen->flags & SK_TE_SEEN_DECLARED;

		d = sk_te_complain(l, "E0142", &name, "%s '%s' is %s in another block only, and not required in this one",
				   what, text, declared ? "declared" : "required");
		sk_sources_place(l->space->sources, seen->addr, l->space->names->entries[ref->name].n, &place);
		sk_diag_note(l->space->diags, d, &place, declared ? "declared here" : "required here");
		return;
	}
	d = sk_te_complain(l, "E0141", &name, l->unit->source == SK_UNIT_MODULE
			   ? "%s '%s' is neither declared nor required" : "%s '%s' is not declared", what, text);
	if (ref->name == l->self && ref->ns == SK_NS_TYPE)
		sk_diag_note(l->space->diags, d, NULL, "self is a word for the target of a rule, and for nothing else");
	if (ref->ns == SK_NS_SENS && strchr(text, '-'))
		sk_diag_note(l->space->diags, d, NULL, "names may have a '-' in them: write blanks around that of a range");
	near = sk_nearest_name(text, SK_MIN(l->space->refs.n, l->seen.cap), sk_te_candidate, &candidates);
	if (near == SIZE_MAX)
		return;
	seen = &l->seen.list[near];
	sk_sources_place(l->space->sources, seen->addr, l->space->names->entries[l->space->refs.list[near].name].n,
			 &place);
	sk_diag_note(l->space->diags, d, &place, "did you mean '%s', %s here?",
		     sk_intern_str(l->space->names, l->space->refs.list[near].name),
		     seen->flags & SK_TE_SEEN_DECLARED ? "declared" : "required");
}

static void sk_te_complain_early(struct sk_te_lower *l, const struct sk_te_use *use)
{
	const struct sk_ref *ref = &l->space->refs.list[use->ref];
	const struct sk_te_name name = { .name = ref->name, .addr = use->addr, .expansion = use->expansion };
	struct sk_place place;
	struct sk_diag *d;

	l->harmless++;
	d = sk_te_complain(l, "E0159", &name, "'%s' is used here before it is declared",
			   sk_intern_str(l->space->names, ref->name));
	sk_sources_place(l->space->sources, l->seen.list[use->ref].addr, l->space->names->entries[ref->name].n, &place);
	sk_diag_note(l->space->diags, d, &place, "this must stand before it");
}

int sk_te_expect(struct sk_te_lower *l, enum sk_ns ns, const struct sk_te_name *name)
{
	struct sk_te_use use = { .addr = name->addr, .expansion = name->expansion };
	const struct sk_te_seen *seen;
	int r = sk_te_find(l, ns, name->name, &use.ref);

	if (r)
		return r;
	seen = &l->seen.list[use.ref];
	if (seen->flags & SK_TE_SEEN_TOP || (seen->active && seen->addr <= name->addr))
		return 0;
	/* Of a block all names are known; of the unit not: those that never are declared are told of as such. */
	if (seen->active) {
		sk_te_complain_early(l, &use);
		return 0;
	}
	r = sk_grow(&l->early.list, &l->early.cap, l->early.n + 1, sizeof(*l->early.list));
	if (!r)
		l->early.list[l->early.n++] = use;
	return r;
}

int sk_te_check_names(struct sk_te_lower *l)
{
	for (size_t i = 0; i < l->early.n; i++)
		if (l->seen.list[l->early.list[i].ref].flags & SK_TE_SEEN_TOP)
			sk_te_complain_early(l, &l->early.list[i]);
	for (size_t i = 0; i < l->unsure.n; i++)
		if (!(l->seen.list[l->unsure.list[i].ref].flags & SK_TE_SEEN_TOP))
			sk_te_complain_name(l, &l->unsure.list[i]);
	return 0;
}
