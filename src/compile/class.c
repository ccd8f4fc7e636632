/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Commons, classes and permissions, and what the class permissions of a rule come to: for each class a vector. Classes
 * are numbered as declared, or as CIL's classorder says; permissions of a common come first. Class permissions are
 * numbers of the space, so each is worked out once however many rules have it.
 */
#include <errno.h>
#include <string.h>

#include "compile/compiler.h"
#include "compile/order.h"

#define SK_PERMS_MOST 32

static int sk_perm_key(struct sk_compiler *c, uint32_t cls, uint32_t name, uint32_t value, bool *ret_new)
{
	uint32_t *slot;

	return sk_map_insert(&c->perm_values, (uint64_t)cls << 32 | name, value, &slot, ret_new);
}

/* The permission names that the declarations of a class or common list, in order. */
static int sk_list_perms(struct sk_compiler *c, uint32_t symbol, uint32_t first_value, uint32_t *ret_n,
			 struct sk_perm **ret_perms)
{
	struct sk_perm *perms = SK_ARENA_ARRAY(&c->policy->arena, struct sk_perm, SK_PERMS_MOST);
	const struct sk_unit_stmt *listed = NULL;
	uint32_t n = 0;

	if (!perms)
		return -ENOMEM;
	for (uint32_t d = c->symbols.list[symbol].first_decl; d != SK_SPACE_NONE; d = c->decls.list[d].next) {
		const struct sk_unit_stmt *stmt = sk_stmt_at(c, c->decls.list[d].stmt, NULL);
		const struct sk_name_set *set;

		if (!c->enabled[stmt->block] || stmt->op[1] == SK_SPACE_NONE ||
		    !c->space->sets.list[stmt->op[1]].n)
			continue;
		if (listed) {
			struct sk_diag *diag = sk_compile_error_at(c, "E0803", stmt, sk_symbol_name(c, symbol),
								   "permissions of '%s' are declared twice",
								   sk_symbol_name(c, symbol));

			sk_compile_note(c, diag, listed, "first they are declared here");
			continue;
		}
		listed = stmt;
		set = &c->space->sets.list[stmt->op[1]];
		for (uint32_t i = 0; i < set->n; i++) {
			if (first_value + n > SK_PERMS_MOST) {
				sk_compile_error_at(c, "E0816", stmt, sk_symbol_name(c, symbol),
						    "'%s' has more than %d permissions", sk_symbol_name(c, symbol),
						    SK_PERMS_MOST);
				break;
			}
			perms[n].name = sk_keep(c, sk_ref_name(c, set->items[i]));
			perms[n].value = first_value + n;
			n++;
		}
	}
	*ret_n = n;
	*ret_perms = perms;
	return 0;
}

static int sk_compile_commons(struct sk_compiler *c)
{
	struct sk_policy *p = c->policy;
	uint32_t n = 0;

	for (size_t i = 0; i < c->symbols.n; i++)
		n += c->symbols.list[i].ns == SK_NS_COMMON && c->symbols.list[i].n_enabled;
	p->commons = SK_ARENA_ARRAY(&p->arena, struct sk_common, n + 1);
	if (!p->commons)
		return -ENOMEM;
	for (size_t i = 0; i < c->symbols.n; i++) {
		struct sk_common *common = &p->commons[p->n_commons];
		struct sk_perm *perms;

		if (c->symbols.list[i].ns != SK_NS_COMMON || !c->symbols.list[i].n_enabled)
			continue;
		if (sk_list_perms(c, (uint32_t)i, 1, &common->n_perms, &perms))
			return -ENOMEM;
		common->name = sk_keep(c, sk_symbol_name(c, (uint32_t)i));
		common->perms = perms;
		common->n_prim = common->n_perms;
		common->value = ++p->n_commons;
		c->symbols.list[i].id = common->value;
	}
	return 0;
}

static int sk_inherit_commons(struct sk_compiler *c)
{
	SK_EACH_STMT_OF(c, SK_UNIT_CLASS_COMMON, u, stmt, number) {
		uint32_t cls, common;
		struct sk_class *to;

		cls = sk_need_symbol(c, stmt, stmt->op[0], SK_FLAVOR_PLAIN);
		common = sk_need_symbol(c, stmt, stmt->op[1], SK_FLAVOR_PLAIN);
		if (cls == SK_SPACE_NONE || common == SK_SPACE_NONE)
			continue;
		to = &c->policy->classes[c->symbols.list[cls].id - 1];
		if (to->common) {
			sk_compile_error_at(c, "E0803", stmt, to->name, "class '%s' inherits a common already", to->name);
			continue;
		}
		to->common = &c->policy->commons[c->symbols.list[common].id - 1];
	}
	return 0;
}

static int sk_fill_class(struct sk_compiler *c, uint32_t symbol, struct sk_class *cls)
{
	uint32_t first = 1 + (cls->common ? cls->common->n_perms : 0);
	struct sk_perm *perms;
	bool fresh;

	if (sk_list_perms(c, symbol, first, &cls->n_perms, &perms))
		return -ENOMEM;
	cls->perms = perms;
	cls->n_prim = first - 1 + cls->n_perms;
	for (uint32_t i = 0; cls->common && i < cls->common->n_perms; i++) {
		uint32_t name = sk_intern_find(c->names, cls->common->perms[i].name, strlen(cls->common->perms[i].name));

		if (sk_perm_key(c, cls->id.v, name, cls->common->perms[i].value, NULL))
			return -ENOMEM;
	}
	for (uint32_t i = 0; i < cls->n_perms; i++) {
		uint32_t name = sk_intern_find(c->names, perms[i].name, strlen(perms[i].name));

		if (sk_perm_key(c, cls->id.v, name, perms[i].value, &fresh))
			return -ENOMEM;
		if (!fresh)
			sk_compile_error_at(c, "E0803", sk_stmt_at(c, c->decls.list[c->symbols.list[symbol].last_decl].stmt, NULL),
					    perms[i].name, "class '%s' has permission '%s' twice", cls->name, perms[i].name);
	}
	c->perm_masks[cls->id.v] = cls->n_prim >= 32 ? UINT32_MAX : (1u << cls->n_prim) - 1;
	return 0;
}

int sk_compile_classes(struct sk_compiler *c)
{
	struct sk_policy *p = c->policy;
	size_t hidden = c->hidden;
	uint32_t *order, n;

	if (sk_compile_commons(c) || sk_order_symbols(c, SK_NS_CLASS, SK_UNIT_CLASS_ORDER, &order, &n))
		return -ENOMEM;
	p->classes = SK_ARENA_ARRAY(&p->arena, struct sk_class, n + 1);
	c->perm_masks = SK_ARENA_ARRAY(&c->arena, uint32_t, n + 1);
	if (!p->classes || !c->perm_masks)
		return -ENOMEM;
	p->n_classes = p->n_class_ids = n;
	for (uint32_t i = 0; i < n; i++) {
		p->classes[i].name = sk_keep(c, sk_symbol_name(c, order[i]));
		p->classes[i].id.v = c->symbols.list[order[i]].id = i + 1;
	}
	sk_inherit_commons(c);
	for (uint32_t i = 0; i < n; i++)
		if (sk_fill_class(c, order[i], &p->classes[i]))
			return -ENOMEM;
	c->damaged_classes = c->hidden != hidden;
	for (uint32_t i = 0; c->damaged && i < n; i++)
		c->damaged_classes |= !c->perm_masks[i + 1];
	c->accesses = SK_ARENA_ARRAY(&c->arena, struct sk_access_list, c->space->class_perms.n + 1);
	return c->accesses && !c->no_memory ? 0 : -ENOMEM;
}

struct sk_vectors {
	struct sk_compiler *c;
	const struct sk_unit_stmt *stmt;
	bool bad;
};

/* What a permission of a class may be meant by. */
struct sk_perm_names {
	const struct sk_class *cls;
	const struct sk_space *space;
};

static const char *sk_perm_name_at(const void *arg, size_t i)
{
	const struct sk_perm_names *names = arg;
	const struct sk_class *cls = names->cls;
	uint32_t n = cls->common ? cls->common->n_perms : 0;

	if (i >= cls->n_prim)
		return sk_intern_str(names->space->names, names->space->perm_macros.list[i - cls->n_prim]);
	return i < n ? cls->common->perms[i].name : cls->perms[i - n].name;
}

static void sk_suggest_perm(struct sk_compiler *c, struct sk_diag *diag, const struct sk_class *cls, const char *name)
{
	const struct sk_perm_names names = { cls, c->space };
	size_t near = diag ? sk_nearest_name(name, cls->n_prim + c->space->perm_macros.n, sk_perm_name_at, &names) : SIZE_MAX;

	if (near != SIZE_MAX)
		sk_diag_note(c->diags, diag, NULL, "did you mean '%s'?", sk_perm_name_at(&names, near));
}

/* The bit of one permission of a class; 0 after a diagnostic. */
static uint32_t sk_perm_bit(struct sk_vectors *v, uint32_t cls, uint32_t ref)
{
	struct sk_compiler *c = v->c;
	const uint32_t *value =
		sk_map_find(&c->perm_values, (uint64_t)cls << 32 | c->space->refs.list[ref].name);
	struct sk_diag *diag;

	if (value)
		return 1u << (*value - 1);
	v->bad = true;
	diag = sk_compile_error_at(c, "E0805", v->stmt, sk_ref_name(c, ref), "class '%s' has no permission '%s'",
				   c->policy->classes[cls - 1].name, sk_ref_name(c, ref));
	sk_suggest_perm(c, diag, &c->policy->classes[cls - 1], sk_ref_name(c, ref));
	return 0;
}

static uint32_t sk_perm_expr(struct sk_vectors *v, uint32_t cls, const struct sk_name_set *set)
{
	uint32_t all = v->c->perm_masks[cls], stack[64];
	size_t n = 0;

	for (uint32_t i = 0; i < set->n; i++) {
		uint32_t op = set->items[i];

		if (op < SK_SET_OP || op == SK_SET_ALL || op == SK_SET_EMPTY) {
			if (n == SK_ARRAY_LEN(stack))
				return 0;
			if (op == SK_SET_ALL && !all && sk_is_all_cil(v->c)) {
				v->bad = true;
				sk_compile_error_at(v->c, "E0805", v->stmt, v->c->policy->classes[cls - 1].name,
						    "class '%s' has no permissions, so that 'all' means none",
						    v->c->policy->classes[cls - 1].name);
			}
			stack[n++] = op == SK_SET_ALL ? all : op == SK_SET_EMPTY ? 0 : sk_perm_bit(v, cls, op);
		} else if (op == SK_SET_NOT) {
			if (n)
				stack[n - 1] = all & ~stack[n - 1];
		} else if (n >= 2) {
			n--;
			if (op == SK_SET_AND)
				stack[n - 1] &= stack[n];
			else if (op == SK_SET_OR)
				stack[n - 1] |= stack[n];
			else if (op == SK_SET_XOR)
				stack[n - 1] ^= stack[n];
		}
	}
	return n ? stack[0] : 0;
}

static uint32_t sk_perm_vector(struct sk_vectors *v, uint32_t cls, const struct sk_name_set *set)
{
	uint32_t all = v->c->perm_masks[cls], mask = 0;

	if (set->flags & SK_SET_EXPR)
		return sk_perm_expr(v, cls, set);
	if (set->flags & SK_SET_STAR)
		mask = all;
	for (uint32_t i = 0; i < set->n; i++)
		mask |= sk_perm_bit(v, cls, set->items[i]);
	for (uint32_t i = set->n; i < set->n + set->n_minus; i++)
		mask &= ~sk_perm_bit(v, cls, set->items[i]);
	return set->flags & SK_SET_COMPLEMENT ? all & ~mask : mask;
}

static int sk_make_accesses(struct sk_vectors *v, const struct sk_class_perms *perms, struct sk_access_list *list)
{
	struct sk_compiler *c = v->c;
	struct sk_access *items = NULL;
	uint32_t n = 0;
	size_t cap = 0;

	for (uint32_t i = 0; i < perms->n; i++) {
		const struct sk_bitset *classes;

		if (perms->items[i].block && !c->enabled[perms->items[i].block])
			continue;
		classes = sk_set_ids(c, v->stmt, perms->items[i].classes);
		if (!classes) {
			v->bad = true;
			continue;
		}
		for (uint32_t cls = sk_bitset_next(classes, 0); cls != UINT32_MAX;
		     cls = sk_bitset_next(classes, cls + 1)) {
			uint32_t mask = sk_perm_vector(v, cls, &c->space->sets.list[perms->items[i].perms]);
			uint32_t at = 0;

			if (!mask)
				continue;
			while (at < n && items[at].cls != cls)
				at++;
			if (at < n) {
				items[at].mask |= mask;
				continue;
			}
			if (sk_grow(&items, &cap, n + 1, sizeof(*items)))
				goto no_memory;
			items[n++] = (struct sk_access){ cls, mask };
		}
	}
	list->items = sk_arena_memdup(&c->arena, items ? (void *)items : (void *)&n, n * sizeof(*items));
	if (!list->items)
		goto no_memory;
	list->n = n;
	free(items);
	return 0;
no_memory:
	free(items);
	return -ENOMEM;
}

bool sk_access_of(struct sk_compiler *c, const struct sk_unit_stmt *stmt, uint32_t perms,
		  const struct sk_access_list **ret_list)
{
	struct sk_access_list *list = &c->accesses[perms];
	struct sk_vectors v = { c, stmt, false };

	if (!list->made || list->bad) {
		if (sk_make_accesses(&v, &c->space->class_perms.list[perms], list)) {
			c->no_memory = true;
			return false;
		}
		list->made = true;
		list->bad = v.bad;
	}
	*ret_list = list;
	return !list->bad;
}
