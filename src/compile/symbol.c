/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Names: what all units declare, in one table, and what a reference means. A symbol that several blocks declare is one
 * symbol; it is there while one of those blocks is on. Words are looked up through the scopes that CIL's blocks and
 * calls of macros make, and in the global one otherwise, which is one look into a hash table.
 */
#include <errno.h>
#include <string.h>

#include "compile/compiler.h"

#define SK_OBJECT_R "object_r"

static const struct sk_declares {
	uint8_t kind, ns, flavor;
} sk_declares[] = {
	{ SK_UNIT_COMMON, SK_NS_COMMON, SK_FLAVOR_PLAIN },
	{ SK_UNIT_CLASS, SK_NS_CLASS, SK_FLAVOR_PLAIN },
	{ SK_UNIT_SID, SK_NS_SID, SK_FLAVOR_PLAIN },
	{ SK_UNIT_TYPE, SK_NS_TYPE, SK_FLAVOR_PLAIN },
	{ SK_UNIT_TYPE_ALIAS, SK_NS_TYPE, SK_FLAVOR_ALIAS },
	{ SK_UNIT_ATTRIBUTE, SK_NS_TYPE, SK_FLAVOR_ATTRIBUTE },
	{ SK_UNIT_ROLE, SK_NS_ROLE, SK_FLAVOR_PLAIN },
	{ SK_UNIT_ROLE_ATTRIBUTE, SK_NS_ROLE, SK_FLAVOR_ATTRIBUTE },
	{ SK_UNIT_USER, SK_NS_USER, SK_FLAVOR_PLAIN },
	{ SK_UNIT_USER_ATTRIBUTE, SK_NS_USER, SK_FLAVOR_ATTRIBUTE },
	{ SK_UNIT_BOOL, SK_NS_BOOL, SK_FLAVOR_PLAIN },
	{ SK_UNIT_TUNABLE, SK_NS_BOOL, SK_FLAVOR_TUNABLE },
	{ SK_UNIT_SENSITIVITY, SK_NS_SENS, SK_FLAVOR_PLAIN },
	{ SK_UNIT_SENSITIVITY_ALIAS, SK_NS_SENS, SK_FLAVOR_ALIAS },
	{ SK_UNIT_CATEGORY, SK_NS_CAT, SK_FLAVOR_PLAIN },
	{ SK_UNIT_CATEGORY_ALIAS, SK_NS_CAT, SK_FLAVOR_ALIAS },
}, sk_requires[] = {
	{ SK_UNIT_REQUIRE_COMMON, SK_NS_COMMON, SK_FLAVOR_PLAIN },
	{ SK_UNIT_REQUIRE_CLASS, SK_NS_CLASS, SK_FLAVOR_PLAIN },
	{ SK_UNIT_REQUIRE_TYPE, SK_NS_TYPE, SK_FLAVOR_PLAIN },
	{ SK_UNIT_REQUIRE_ATTRIBUTE, SK_NS_TYPE, SK_FLAVOR_ATTRIBUTE },
	{ SK_UNIT_REQUIRE_ROLE, SK_NS_ROLE, SK_FLAVOR_PLAIN },
	{ SK_UNIT_REQUIRE_ROLE_ATTRIBUTE, SK_NS_ROLE, SK_FLAVOR_ATTRIBUTE },
	{ SK_UNIT_REQUIRE_USER, SK_NS_USER, SK_FLAVOR_PLAIN },
	{ SK_UNIT_REQUIRE_BOOL, SK_NS_BOOL, SK_FLAVOR_PLAIN },
	{ SK_UNIT_REQUIRE_TUNABLE, SK_NS_BOOL, SK_FLAVOR_TUNABLE },
	{ SK_UNIT_REQUIRE_SENSITIVITY, SK_NS_SENS, SK_FLAVOR_PLAIN },
	{ SK_UNIT_REQUIRE_CATEGORY, SK_NS_CAT, SK_FLAVOR_PLAIN },
};

static bool sk_find_row(const struct sk_declares *rows, size_t n, uint32_t kind, uint8_t *ret_ns, uint8_t *ret_flavor)
{
	for (size_t i = 0; i < n; i++)
		if (rows[i].kind == kind) {
			*ret_ns = rows[i].ns;
			*ret_flavor = rows[i].flavor;
			return true;
		}
	return false;
}

bool sk_stmt_declares(const struct sk_unit_stmt *stmt, uint8_t *ret_ns, uint8_t *ret_flavor)
{
	return stmt->kind <= SK_UNIT_CATEGORY_ORDER &&
	       sk_find_row(sk_declares, SK_ARRAY_LEN(sk_declares), stmt->kind, ret_ns, ret_flavor);
}

bool sk_stmt_requires(const struct sk_unit_stmt *stmt, uint8_t *ret_ns, uint8_t *ret_flavor)
{
	return stmt->kind >= SK_UNIT_REQUIRE_COMMON &&
	       sk_find_row(sk_requires, SK_ARRAY_LEN(sk_requires), stmt->kind, ret_ns, ret_flavor);
}

const char *sk_ns_word(uint32_t ns, uint32_t flavor)
{
	static const char *const words[SK_N_NS] = {
		[SK_NS_COMMON] = "common", [SK_NS_CLASS] = "class", [SK_NS_PERM] = "permission",
		[SK_NS_ROLE] = "role", [SK_NS_TYPE] = "type", [SK_NS_USER] = "user", [SK_NS_BOOL] = "boolean",
		[SK_NS_SENS] = "sensitivity", [SK_NS_CAT] = "category", [SK_NS_SID] = "initial SID",
	};

	switch (flavor) {
	case SK_FLAVOR_ATTRIBUTE:
		return ns == SK_NS_ROLE ? "role attribute" : ns == SK_NS_USER ? "user attribute" : "attribute";
	case SK_FLAVOR_TUNABLE:
		return "tunable";
	case SK_FLAVOR_ALIAS:
		return "alias";
	case SK_FLAVOR_ANY:
		if (ns == SK_NS_TYPE)
			return "type or attribute";
		if (ns == SK_NS_ROLE)
			return "role";
		return words[ns];
	default:
		return words[ns];
	}
}

const char *sk_symbol_name(const struct sk_compiler *c, uint32_t symbol)
{
	return sk_intern_str(c->names, c->symbols.list[symbol].name);
}

const char *sk_ref_name(const struct sk_compiler *c, uint32_t ref)
{
	return sk_intern_str(c->names, c->space->refs.list[ref].name);
}

const char *sk_keep(struct sk_compiler *c, const char *name)
{
	const char *copy = sk_arena_strdup(&c->policy->arena, name);

	c->no_memory |= !copy;
	return copy ? copy : "";
}

static uint64_t sk_name_key(uint32_t ns, uint32_t name)
{
	return (uint64_t)ns << 32 | name;
}

uint32_t sk_find_symbol(const struct sk_compiler *c, uint32_t ns, uint32_t name)
{
	const uint32_t *symbol = sk_map_find(&c->by_name, sk_name_key(ns, name));

	return symbol ? *symbol : SK_SPACE_NONE;
}

/* The number of the whole name that a word has in a scope; SK_INTERN_NONE when no such name is known. */
static uint32_t sk_whole_name(const struct sk_compiler *c, const struct sk_scope *scope, uint32_t word, bool add,
			      bool *ret_failed)
{
	const struct sk_intern_entry *w = &c->names->entries[word], *p;
	char stack[256], *text = stack;
	uint32_t number = SK_INTERN_NONE;
	size_t n;

	if (w->n && w->s[0] == '.') {
		if (add && sk_intern_add(c->names, w->s + 1, w->n - 1, &number))
			*ret_failed = true;
		return add ? number : sk_intern_find(c->names, w->s + 1, w->n - 1);
	}
	if (scope->prefix == SK_INTERN_NONE)
		return word;
	p = &c->names->entries[scope->prefix];
	n = (size_t)p->n + 1 + w->n;
	if (n > sizeof(stack) && !(text = malloc(n))) {
		*ret_failed = true;
		return SK_INTERN_NONE;
	}
	memcpy(text, p->s, p->n);
	text[p->n] = '.';
	memcpy(text + p->n + 1, w->s, w->n);
	if (add && sk_intern_add(c->names, text, n, &number))
		*ret_failed = true;
	if (!add)
		number = sk_intern_find(c->names, text, n);
	if (text != stack)
		free(text);
	return number;
}

uint32_t sk_lookup(const struct sk_compiler *c, uint32_t ref)
{
	const struct sk_ref *r = &c->space->refs.list[ref];
	uint32_t symbol, name;
	bool failed = false;

	for (uint32_t s = r->scope; s != SK_SPACE_NONE; s = c->space->scopes.list[s].next) {
		name = sk_whole_name(c, &c->space->scopes.list[s], r->name, false, &failed);
		if (name == SK_INTERN_NONE)
			continue;
		symbol = sk_find_symbol(c, r->ns, name);
		if (symbol != SK_SPACE_NONE && c->symbols.list[symbol].n_enabled)
			return symbol;
	}
	return SK_SPACE_NONE;
}

uint32_t sk_meaning(struct sk_compiler *c, uint32_t ref)
{
	uint32_t symbol = c->ref_symbol[ref];

	if (symbol != SK_REF_UNKNOWN)
		return symbol;
	symbol = sk_lookup(c, ref);
	for (unsigned int hops = 0; symbol != SK_SPACE_NONE &&
				    c->symbols.list[symbol].flavor == SK_FLAVOR_ALIAS; hops++)
		symbol = hops > 64 ? SK_SPACE_NONE : c->symbols.list[symbol].alias_of;
	return c->ref_symbol[ref] = symbol;
}

uint32_t sk_need_symbol(struct sk_compiler *c, const struct sk_unit_stmt *stmt, uint32_t ref, enum sk_flavor flavor)
{
	uint32_t symbol = sk_meaning(c, ref);
	const struct sk_entity *s;
	struct sk_diag *diag;

	if (symbol == SK_SPACE_NONE)
		return sk_compile_unknown(c, stmt, ref, flavor);
	s = &c->symbols.list[symbol];
	if (flavor == SK_FLAVOR_ANY || s->flavor == flavor ||
	    (flavor == SK_FLAVOR_PLAIN && s->flavor == SK_FLAVOR_TUNABLE))
		return symbol;
	diag = sk_compile_error_at(c, "E0802", stmt, sk_ref_name(c, ref), "'%s' is %s %s, and %s %s must stand here",
				   sk_ref_name(c, ref), strchr("aeiou", *sk_ns_word(s->ns, s->flavor)) ? "an" : "a",
				   sk_ns_word(s->ns, s->flavor), strchr("aeiou", *sk_ns_word(s->ns, flavor)) ? "an" : "a",
				   sk_ns_word(s->ns, flavor));
	if (s->first_decl != SK_SPACE_NONE)
		sk_compile_note(c, diag, sk_stmt_at(c, c->decls.list[s->first_decl].stmt, NULL), "it is declared here");
	return SK_SPACE_NONE;
}

static int sk_new_symbol(struct sk_compiler *c, uint32_t ns, uint32_t flavor, uint32_t name, uint32_t *ret_symbol)
{
	const struct sk_entity fresh = {
		.name = name, .ns = (uint8_t)ns, .flavor = (uint8_t)flavor, .first_decl = SK_SPACE_NONE,
		.last_decl = SK_SPACE_NONE, .alias_of = SK_SPACE_NONE, .top_unit = SK_SPACE_NONE };
	uint32_t *value;
	bool is_new;

	if (sk_map_insert(&c->by_name, sk_name_key(ns, name), (uint32_t)c->symbols.n, &value, &is_new))
		return -ENOMEM;
	*ret_symbol = *value;
	return is_new ? SK_COMPILE_ADD(c->symbols, fresh) : 0;
}

/*
 * Whether a second declaration may stand: roles and users may be declared again, role attributes only in another unit, and
 * classes get permissions later.
 */
static bool sk_may_repeat(const struct sk_compiler *c, const struct sk_entity *s, const struct sk_unit_stmt *stmt,
			  uint32_t unit)
{
	enum sk_unit_source source = c->units[unit]->source;
	uint32_t first;

	if (stmt->kind == SK_UNIT_CLASS || stmt->kind == SK_UNIT_TYPE_ALIAS ||
	    stmt->kind == SK_UNIT_SENSITIVITY_ALIAS || stmt->kind == SK_UNIT_CATEGORY_ALIAS)
		return true;
	if (s->first_decl == SK_SPACE_NONE)
		return true;
	if (stmt->kind == SK_UNIT_ROLE_ATTRIBUTE && source != SK_UNIT_CIL) {
		sk_stmt_at(c, c->decls.list[s->first_decl].stmt, &first);
		return first != unit;
	}
	if (s->ns == SK_NS_ROLE || s->ns == SK_NS_USER)
		return source != SK_UNIT_CIL || c->options->multiple_declarations;
	return source == SK_UNIT_CIL && c->options->multiple_declarations &&
	       (s->ns == SK_NS_TYPE || s->ns == SK_NS_BOOL);
}

static int sk_declare(struct sk_compiler *c, uint32_t unit, const struct sk_unit_stmt *stmt, uint32_t number,
		      uint32_t ns, uint32_t flavor)
{
	const struct sk_ref *ref = &c->space->refs.list[stmt->op[0]];
	struct sk_decl decl = { .stmt = number, .block = stmt->block, .next = SK_SPACE_NONE };
	bool failed = false, fresh;
	struct sk_entity *s;
	struct sk_diag *diag;
	uint32_t name, n = (uint32_t)c->symbols.n;

	name = sk_whole_name(c, &c->space->scopes.list[ref->scope], ref->name, true, &failed);
	if (failed || sk_new_symbol(c, ns, flavor, name, &decl.symbol))
		return -ENOMEM;
	fresh = decl.symbol == n;
	s = &c->symbols.list[decl.symbol];
	if (!fresh && s->first_decl != SK_SPACE_NONE &&
	    (s->flavor != flavor || !sk_may_repeat(c, s, stmt, unit))) {
		diag = sk_compile_error_at(c, "E0803", stmt, sk_ref_name(c, stmt->op[0]), "%s '%s' is declared twice",
					   sk_ns_word(ns, flavor), sk_symbol_name(c, decl.symbol));
		sk_compile_note(c, diag, sk_stmt_at(c, c->decls.list[s->first_decl].stmt, NULL), "%s is declared here",
				s->flavor == flavor ? "first it" : s->flavor == SK_FLAVOR_ATTRIBUTE ? "the attribute" :
				s->flavor == SK_FLAVOR_ALIAS ? "the alias" : sk_ns_word(s->ns, s->flavor));
		return 0;
	}
	s->flavor = (uint8_t)flavor;
	if (SK_COMPILE_ADD(c->decls, decl))
		return -ENOMEM;
	if (s->first_decl == SK_SPACE_NONE)
		s->first_decl = (uint32_t)c->decls.n - 1;
	else
		c->decls.list[s->last_decl].next = (uint32_t)c->decls.n - 1;
	s->last_decl = (uint32_t)c->decls.n - 1;
	s->n_enabled++;
	if (stmt->block == c->units[unit]->top)
		s->top_unit = unit;
	return 0;
}

/* There is always a role object_r; it is the first. */
static int sk_declare_object_r(struct sk_compiler *c)
{
	uint32_t name;

	if (sk_intern_add(c->names, SK_OBJECT_R, strlen(SK_OBJECT_R), &name) ||
	    sk_new_symbol(c, SK_NS_ROLE, SK_FLAVOR_PLAIN, name, &c->object_r))
		return -ENOMEM;
	c->symbols.list[c->object_r].n_enabled = 1;
	return 0;
}

int sk_compile_symbols(struct sk_compiler *c)
{
	struct sk_stmt_walk w = sk_walk_stmts(c, 0, SK_UNIT_CATEGORY_ORDER);
	uint8_t ns, flavor;
	int r = sk_declare_object_r(c);

	while (!r && sk_next_stmt(&w))
		if (sk_stmt_declares(w.stmt, &ns, &flavor))
			r = sk_declare(c, w.unit, w.stmt, w.number, ns, flavor);
	return r;
}

/* References of the parts of statements. */
struct sk_walk {
	struct sk_compiler *c;
	const struct sk_unit_stmt *stmt;
	sk_visit_ref visit;
	void *arg;
};

static int sk_walk_set(struct sk_walk *w, uint32_t number)
{
	const struct sk_name_set *set = &w->c->space->sets.list[number];
	int r = 0;

	for (uint32_t i = 0; !r && i < set->n + set->n_minus; i++)
		if (!(set->flags & SK_SET_EXPR) || set->items[i] < SK_SET_OP)
			r = w->visit(w->c, w->stmt, set->items[i], w->arg);
	return r;
}

static int sk_walk_level(struct sk_walk *w, uint32_t number)
{
	const struct sk_level_ref *level = &w->c->space->levels.list[number];
	int r = w->visit(w->c, w->stmt, level->sens, w->arg);

	return r || level->cats == SK_SPACE_NONE ? r : sk_walk_set(w, level->cats);
}

static int sk_walk_range(struct sk_walk *w, uint32_t number)
{
	const struct sk_range_ref *range = &w->c->space->ranges.list[number];
	int r = sk_walk_level(w, range->low);

	return r ? r : sk_walk_level(w, range->high);
}

static int sk_walk_context(struct sk_walk *w, uint32_t number)
{
	const struct sk_context_ref *x = &w->c->space->contexts.list[number];
	int r = w->visit(w->c, w->stmt, x->user, w->arg);

	r = r ? r : w->visit(w->c, w->stmt, x->role, w->arg);
	r = r ? r : w->visit(w->c, w->stmt, x->type, w->arg);
	return r || x->range == SK_SPACE_NONE ? r : sk_walk_range(w, x->range);
}

static int sk_walk_expr(struct sk_walk *w, uint32_t number)
{
	const struct sk_unit_expr *expr = &w->c->space->exprs.list[number];
	int r = 0;

	for (uint32_t i = 0; !r && i < expr->n; i++)
		if (expr->nodes[i].op == SK_UNIT_NAME)
			r = w->visit(w->c, w->stmt, expr->nodes[i].a, w->arg);
		else if (expr->nodes[i].op == SK_UNIT_COMPARE_NAMES)
			r = sk_walk_set(w, expr->nodes[i].a);
	return r;
}

static int sk_walk_class_perms(struct sk_walk *w, uint32_t number)
{
	const struct sk_class_perms *perms = &w->c->space->class_perms.list[number];
	int r = 0;

	for (uint32_t i = 0; !r && i < perms->n; i++)
		r = sk_walk_set(w, perms->items[i].classes);
	return r;
}

int sk_stmt_refs(struct sk_compiler *c, const struct sk_unit_stmt *stmt, sk_visit_ref visit, void *arg)
{
	struct sk_walk w = { c, stmt, visit, arg };
	const char *letter = sk_unit_rows[stmt->kind].operands;
	int r = 0;

	for (uint32_t i = 0; !r && *letter; letter++, i++) {
		uint32_t op = stmt->op[i];
		bool missing = letter[1] == '?' && op == SK_SPACE_NONE;

		if (missing) {
			letter++;
			continue;
		}
		switch (*letter) {
		case 't': case 'r': case 'u': case 'c': case 'm': case 'b': case 's': case 'k': case 'i':
			r = op == SK_SPACE_NONE ? 0 : visit(c, stmt, op, arg);
			break;
		case 'T': case 'R': case 'U': case 'C': case 'S': case 'K': case 'I':
			r = sk_walk_set(&w, op);
			break;
		case 'P':
			r = sk_walk_class_perms(&w, op);
			break;
		case 'l':
			r = sk_walk_level(&w, op);
			break;
		case 'g':
			r = sk_walk_range(&w, op);
			break;
		case 'x': case 'y':
			r = op == SK_SPACE_NONE ? 0 : sk_walk_context(&w, op);
			break;
		case 'e': case 'o':
			r = sk_walk_expr(&w, op);
			break;
		case 'w':
			i++;
			break;
		default:
			break;
		}
		if (letter[1] == '?')
			letter++;
	}
	return r;
}
