/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * CIL: the language that secilc compiles. What is in the policy as an attribute stays one, which CIL has to be told. Names
 * with dots, which a policy made from CIL has for what stood in blocks, are declared in blocks again. A policy without MLS
 * gets the one sensitivity that CIL wants. What the language has no words for is warned of.
 */
#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "analysis/print.h"
#include "model/expression.h"
#include "model/words.h"
#include "selkie/capability.h"

#define SK_CIL_SENSITIVITY "s0"		/* of a policy without MLS */

/* Names that CIL can spell: words of letters, digits, '_' and '-' that begin with a letter, with dots between them. */
static bool sk_cil_is_name(const char *name, bool dots)
{
	for (const char *s = name; *s; s++) {
		bool first = s == name || s[-1] == '.';

		if (first ? !isalpha((unsigned char)*s) : !isalnum((unsigned char)*s) && *s != '_' && *s != '-' &&
							  (*s != '.' || !dots || !s[1]))
			return false;
	}
	return *name;
}

static void sk_cil_check_name(struct sk_print *p, const char *what, const char *name, bool dots)
{
	static const char *const words[] = { "all", "and", "eq", "neq", "not", "notself", "or", "other", "range", "self", "xor" };
	bool good = sk_cil_is_name(name, dots);

	for (size_t i = 0; i < SK_ARRAY_LEN(words); i++)
		good = good && strcmp(name, words[i]);
	if (!good)
		sk_print_lacks(p, "the %s '%s' has a name that CIL has no place for", what, name);
}

/* What is declared: kinds in the order in which a block has them. */
enum sk_cil_symbol {
	SK_CIL_SYM_COMMON, SK_CIL_SYM_CLASS, SK_CIL_SYM_TYPE, SK_CIL_SYM_ALIAS, SK_CIL_SYM_ROLE, SK_CIL_SYM_USER,
	SK_CIL_SYM_BOOL, SK_CIL_N_SYM,
};

static const enum sk_print_part sk_cil_parts[SK_CIL_N_SYM] = {
	[SK_CIL_SYM_COMMON] = SK_PRINT_COMMONS, [SK_CIL_SYM_CLASS] = SK_PRINT_CLASSES, [SK_CIL_SYM_TYPE] = SK_PRINT_TYPES,
	[SK_CIL_SYM_ALIAS] = SK_PRINT_TYPE_NAMES, [SK_CIL_SYM_ROLE] = SK_PRINT_ROLES, [SK_CIL_SYM_USER] = SK_PRINT_USERS,
	[SK_CIL_SYM_BOOL] = SK_PRINT_BOOLS,
};

/* The name of the i-th element of a part, or NULL where there is none to declare. */
static const char *sk_cil_symbol_name(const struct sk_print *p, enum sk_cil_symbol kind, uint32_t i)
{
	const struct sk_policy *policy = p->policy;

	switch (kind) {
	case SK_CIL_SYM_COMMON:
		return sk_print_common(p, i) ? sk_print_common(p, i)->name : NULL;
	case SK_CIL_SYM_CLASS:
		return policy->class_by_id[i] ? policy->class_by_id[i]->name : NULL;
	case SK_CIL_SYM_TYPE:
		/* before version 20 nothing refers to an attribute */
		return policy->type_by_id[i]->attribute && policy->version < 20 ? NULL : sk_print_type(p, i);
	case SK_CIL_SYM_ALIAS:
		return policy->types[i].primary ? NULL : policy->types[i].name;
	case SK_CIL_SYM_ROLE:
		return sk_print_role(p, i);
	case SK_CIL_SYM_USER:
		return sk_print_user(p, i);
	default:
		return policy->bool_by_id[i] ? policy->bool_by_id[i]->name : NULL;
	}
}

static void sk_cil_perms(struct sk_print *p, const struct sk_perm *perms, uint32_t n)
{
	bool first = true;

	sk_buf_addc(p->out, '(');
	for (uint32_t value = 1; value <= 32; value++) {
		const char *name = sk_print_perm(perms, n, value);

		if (!name)
			continue;
		sk_buf_join(p->out, first ? "" : " ", name, NULL);
		first = false;
	}
	sk_buf_addc(p->out, ')');
}

/* "(type a)"; `name` is what the block that it stands in calls it. */
static void sk_cil_declare(struct sk_print *p, enum sk_cil_symbol kind, uint32_t i, const char *name)
{
	static const char *const words[] = {
		[SK_CIL_SYM_COMMON] = "(common ", [SK_CIL_SYM_CLASS] = "(class ", [SK_CIL_SYM_TYPE] = "(type ",
		[SK_CIL_SYM_ALIAS] = "(typealias ", [SK_CIL_SYM_ROLE] = "(role ", [SK_CIL_SYM_USER] = "(user ",
		[SK_CIL_SYM_BOOL] = "(boolean ",
	};
	bool attribute = kind == SK_CIL_SYM_TYPE && p->policy->type_by_id[i]->attribute;

	sk_buf_join(p->out, attribute ? "(typeattribute " : words[kind], name, NULL);
	if (kind == SK_CIL_SYM_COMMON || kind == SK_CIL_SYM_CLASS) {
		const struct sk_common *common = kind == SK_CIL_SYM_COMMON ? sk_print_common(p, i) : NULL;
		const struct sk_class *cls = common ? NULL : p->policy->class_by_id[i];

		sk_buf_addc(p->out, ' ');
		sk_cil_perms(p, common ? common->perms : cls->perms, common ? common->n_perms : cls->n_perms);
	}
	if (kind == SK_CIL_SYM_BOOL)
		sk_buf_adds(p->out, p->policy->bool_by_id[i]->state ? " true" : " false");
	sk_buf_adds(p->out, ")\n");
}

/* Those with dots in their names are declared in blocks. */
static void sk_cil_symbol(struct sk_print *p, uint32_t i, uint32_t which)
{
	const char *name = sk_cil_symbol_name(p, which, i);

	if (!name && which == SK_CIL_SYM_CLASS)
		sk_print_lacks(p, "there is no class %u; the classes after it get other numbers", i);
	if (name && !strchr(name, '.'))
		sk_cil_declare(p, which, i, name);
}

static void sk_cil_common(struct sk_print *p, uint32_t value, uint32_t which SK_UNUSED)
{
	sk_cil_symbol(p, value, SK_CIL_SYM_COMMON);
}

static void sk_cil_class(struct sk_print *p, uint32_t id, uint32_t which SK_UNUSED)
{
	sk_cil_symbol(p, id, SK_CIL_SYM_CLASS);
}

static void sk_cil_type_decl(struct sk_print *p, uint32_t id, uint32_t which)
{
	if (which & (p->policy->type_by_id[id]->attribute ? SK_PRINT_ATTRIBUTES : SK_PRINT_PLAIN_TYPES))
		sk_cil_symbol(p, id, SK_CIL_SYM_TYPE);
}

static void sk_cil_role_decl(struct sk_print *p, uint32_t id, uint32_t which SK_UNUSED)
{
	sk_cil_symbol(p, id, SK_CIL_SYM_ROLE);
}

static void sk_cil_bool(struct sk_print *p, uint32_t id, uint32_t which SK_UNUSED)
{
	sk_cil_symbol(p, id, SK_CIL_SYM_BOOL);
}

/* A symbol whose name has dots: the block is what stands before the last one. */
struct sk_cil_inner {
	const char *name;
	uint32_t n_block, i;
	enum sk_cil_symbol kind;
	bool sorted;
};

/* An outer block comes right before all that is within it. */
static int sk_cil_compare_paths(const struct sk_cil_inner *a, const struct sk_cil_inner *b)
{
	for (uint32_t i = 0; i < a->n_block && i < b->n_block; i++)
		if (a->name[i] != b->name[i])
			return a->name[i] == '.' ? -1 : b->name[i] == '.' ? 1 : a->name[i] < b->name[i] ? -1 : 1;
	return (a->n_block > b->n_block) - (a->n_block < b->n_block);
}

static int sk_cil_compare(const void *x, const void *y)
{
	const struct sk_cil_inner *a = x, *b = y;
	int r = sk_cil_compare_paths(a, b);

	r = r ? r : (int)a->kind - (int)b->kind;
	if (!r && a->sorted)
		return strcmp(a->name, b->name);
	return r ? r : (a->i > b->i) - (a->i < b->i);
}

static void sk_cil_indent(struct sk_print *p, uint32_t depth)
{
	while (depth--)
		sk_buf_adds(p->out, "    ");
}

/* Closes and opens blocks so that those of `path` are open, whose depth is returned; `open` are so far. */
static uint32_t sk_cil_enter(struct sk_print *p, const char *open, uint32_t n_open, uint32_t depth, const char *path,
			     uint32_t n_path)
{
	uint32_t same = 0, common = 0;

	for (uint32_t i = 0; i < n_open && i < n_path && open[i] == path[i]; i++) {
		bool end = (i + 1 == n_open || open[i + 1] == '.') && (i + 1 == n_path || path[i + 1] == '.');

		if (end) {
			same = i + 1;
			common++;
		}
	}
	for (; depth > common; depth--) {
		sk_cil_indent(p, depth - 1);
		sk_buf_adds(p->out, ")\n");
	}
	while (same < n_path) {
		uint32_t from = same ? same + 1 : 0, to = from;

		while (to < n_path && path[to] != '.')
			to++;
		sk_cil_indent(p, depth++);
		sk_buf_adds(p->out, "(block ");
		sk_buf_add(p->out, path + from, to - from);
		sk_buf_addc(p->out, '\n');
		same = to;
	}
	return depth;
}

static int sk_cil_find_inner(struct sk_print *p, struct sk_cil_inner **list, size_t *n)
{
	size_t cap = 0;

	for (unsigned int kind = 0; kind < SK_CIL_N_SYM; kind++) {
		uint32_t first, count;

		sk_print_elements_of(p, sk_cil_parts[kind], 0, &first, &count);
		for (uint32_t i = first; i < first + count; i++) {
			const char *name = sk_cil_symbol_name(p, kind, i), *dot = name ? strrchr(name, '.') : NULL;

			if (!dot)
				continue;
			if (sk_grow(list, &cap, *n + 1, sizeof(**list)))
				return -ENOMEM;
			(*list)[(*n)++] = (struct sk_cil_inner){ name, (uint32_t)(dot - name), i, kind, p->sorted };
		}
	}
	return 0;
}

static void sk_cil_blocks(struct sk_print *p, uint32_t i SK_UNUSED, uint32_t which SK_UNUSED)
{
	struct sk_cil_inner *list = NULL;
	const char *open = "";
	uint32_t n_open = 0, depth = 0;
	size_t n = 0;

	if (sk_cil_find_inner(p, &list, &n))
		sk_buf_fail(p->out, -ENOMEM);
	if (n)
		qsort(list, n, sizeof(*list), sk_cil_compare);
	for (size_t k = 0; k < n; k++) {
		depth = sk_cil_enter(p, open, n_open, depth, list[k].name, list[k].n_block);
		open = list[k].name;
		n_open = list[k].n_block;
		sk_cil_indent(p, depth);
		sk_cil_declare(p, list[k].kind, list[k].i, list[k].name + n_open + 1);
	}
	sk_cil_enter(p, open, n_open, depth, "", 0);
	free(list);
}

static void sk_cil_check_names(struct sk_print *p)
{
	const struct sk_policy *policy = p->policy;

	for (uint32_t i = 0; i < policy->n_classes; i++) {
		sk_cil_check_name(p, "class", policy->classes[i].name, true);
		for (uint32_t k = 0; k < policy->classes[i].n_perms; k++)
			sk_cil_check_name(p, "permission", policy->classes[i].perms[k].name, false);
	}
	for (uint32_t i = 0; i < policy->n_types; i++)
		if (*policy->types[i].name != '@')
			sk_cil_check_name(p, policy->types[i].attribute ? "attribute" : "type", policy->types[i].name, true);
	for (uint32_t i = 0; i < policy->n_roles; i++)
		sk_cil_check_name(p, "role", policy->roles[i].name, true);
	for (uint32_t i = 0; i < policy->n_users; i++)
		sk_cil_check_name(p, "user", policy->users[i].name, true);
	for (uint32_t i = 0; i < policy->n_bools; i++)
		sk_cil_check_name(p, "boolean", policy->bools[i].name, true);
	for (uint32_t i = 0; i < policy->n_sens; i++)
		sk_cil_check_name(p, "sensitivity", policy->sens[i].name, false);
	for (uint32_t i = 0; i < policy->n_cats; i++)
		sk_cil_check_name(p, "category", policy->cats[i].name, false);
}

static int sk_cil_begin(struct sk_print *p)
{
	p->text.by_bit = true;
	if (p->diags)
		sk_cil_check_names(p);
	return sk_print_name_attributes(p);
}

/* Levels and contexts */

static const char *sk_cil_cat(const struct sk_print *p, uint32_t id)
{
	return p->policy->cat_by_id[id] ? p->policy->cat_by_id[id]->name : NULL;
}

/* "(c0 (range c2 c5))"; nothing when there are none. */
static void sk_cil_cats(struct sk_print *p, const struct sk_bitset *cats)
{
	bool first = true;

	for (uint32_t id = sk_bitset_next(cats, 0); id != UINT32_MAX; id = sk_bitset_next(cats, id + 1)) {
		uint32_t low = id;

		while (sk_bitset_has(cats, id + 1))
			id++;
		sk_buf_adds(p->out, first ? " (" : " ");
		first = false;
		if (id - low > 1)
			sk_buf_join(p->out, "(range ", sk_cil_cat(p, low), " ", sk_cil_cat(p, id), ")", NULL);
		else if (id > low)
			sk_buf_join(p->out, sk_cil_cat(p, low), " ", sk_cil_cat(p, id), NULL);
		else
			sk_buf_adds(p->out, sk_cil_cat(p, id));
	}
	sk_buf_adds(p->out, first ? "" : ")");
}

static void sk_cil_level(struct sk_print *p, const struct sk_level *level)
{
	if (!p->policy->mls) {
		sk_buf_adds(p->out, "(" SK_CIL_SENSITIVITY ")");
		return;
	}
	sk_buf_join(p->out, "(", p->policy->sens_by_id[level->sens.v]->name, NULL);
	sk_cil_cats(p, &level->cats);
	sk_buf_addc(p->out, ')');
}

static void sk_cil_range(struct sk_print *p, const struct sk_range *range)
{
	sk_buf_addc(p->out, '(');
	sk_cil_level(p, &range->low);
	sk_buf_addc(p->out, ' ');
	sk_cil_level(p, &range->high);
	sk_buf_addc(p->out, ')');
}

static void sk_cil_context(struct sk_print *p, const struct sk_context *c)
{
	sk_buf_join(p->out, "(", p->policy->user_by_id[c->user.v]->name, " ", p->policy->role_by_id[c->role.v]->name, " ",
		    sk_print_type(p, c->type.v), " ", NULL);
	sk_cil_range(p, &c->range);
	sk_buf_addc(p->out, ')');
}

/* Of the policy as a whole, classes, initial SIDs */

static void sk_cil_header(struct sk_print *p, uint32_t i SK_UNUSED, uint32_t which SK_UNUSED)
{
	enum sk_handle_unknown u = p->policy->handle_unknown;

	sk_buf_join(p->out, "(handleunknown ",
		    u == SK_UNKNOWN_DENY ? "deny" : u == SK_UNKNOWN_REJECT ? "reject" : "allow", ")\n(mls ",
		    p->policy->mls ? "true" : "false", ")\n", NULL);
}

static void sk_cil_class_common(struct sk_print *p, uint32_t i, uint32_t which SK_UNUSED)
{
	const struct sk_class *c = p->policy->class_by_id[i];

	if (c && c->common)
		sk_buf_join(p->out, "(classcommon ", c->name, " ", c->common->name, ")\n", NULL);
}

/* "(WORD (a b))" of names by id; nothing without any. */
static void sk_cil_order(struct sk_print *p, const char *word, uint32_t n,
			 const char *(*name_at)(const struct sk_print *p, uint32_t id))
{
	bool any = false;

	for (uint32_t id = 1; id <= n; id++) {
		const char *name = name_at(p, id);

		if (!name)
			continue;
		if (!any)
			sk_buf_join(p->out, "(", word, " (", NULL);
		sk_buf_join(p->out, any ? " " : "", name, NULL);
		any = true;
	}
	sk_buf_adds(p->out, any ? "))\n" : "");
}

static const char *sk_cil_class_at(const struct sk_print *p, uint32_t id)
{
	return p->policy->class_by_id[id] ? p->policy->class_by_id[id]->name : NULL;
}

static const char *sk_cil_sens_at(const struct sk_print *p, uint32_t id)
{
	return p->policy->sens_by_id[id] ? p->policy->sens_by_id[id]->name : NULL;
}

static void sk_cil_sid(struct sk_print *p, uint32_t sid, uint32_t which SK_UNUSED)
{
	sk_buf_adds(p->out, "(sid ");
	sk_print_sid_name(p, p->out, sid);
	sk_buf_adds(p->out, ")\n");
}

static void sk_cil_class_order(struct sk_print *p, uint32_t i SK_UNUSED, uint32_t which SK_UNUSED)
{
	sk_cil_order(p, "classorder", p->policy->n_class_ids, sk_cil_class_at);
}

static void sk_cil_sid_order(struct sk_print *p, uint32_t i SK_UNUSED, uint32_t which SK_UNUSED)
{
	sk_buf_adds(p->out, p->n_sids ? "(sidorder (" : "");
	for (uint32_t sid = 1; sid <= p->n_sids; sid++) {
		sk_buf_adds(p->out, sid > 1 ? " " : "");
		sk_print_sid_name(p, p->out, sid);
	}
	sk_buf_adds(p->out, p->n_sids ? "))\n" : "");
}

static void sk_cil_sens_order(struct sk_print *p, uint32_t i SK_UNUSED, uint32_t which SK_UNUSED)
{
	if (p->policy->mls)
		sk_cil_order(p, "sensitivityorder", p->policy->n_sens_ids, sk_cil_sens_at);
	else
		sk_buf_adds(p->out, "(sensitivity " SK_CIL_SENSITIVITY ")\n(sensitivityorder (" SK_CIL_SENSITIVITY "))\n");
}

static void sk_cil_cat_order(struct sk_print *p, uint32_t i SK_UNUSED, uint32_t which SK_UNUSED)
{
	sk_cil_order(p, "categoryorder", p->policy->n_cat_ids, sk_cil_cat);
}

static void sk_cil_default(struct sk_print *p, uint32_t i, uint32_t which)
{
	static const char *const statements[] = { "user", "role", "type", "range" };
	const struct sk_class *c = p->policy->class_by_id[i];
	const char *word = c ? sk_print_default_word(c, which) : NULL;

	if (word)
		sk_buf_join(p->out, "(default", statements[which], " ", c->name, " ", word, ")\n", NULL);
}

/* MLS */

/* A sensitivity or category, and the n aliases that are in p->list. */
static void sk_cil_named(struct sk_print *p, const char *kind, const char *name, size_t n)
{
	sk_buf_join(p->out, "(", kind, " ", name, ")\n", NULL);
	for (size_t i = 0; i < n; i++)
		sk_buf_join(p->out, "(", kind, "alias ", p->list[i], ")\n(", kind, "aliasactual ", p->list[i], " ", name, ")\n", NULL);
}

static void sk_cil_sens(struct sk_print *p, uint32_t id, uint32_t which SK_UNUSED)
{
	if (p->policy->sens_by_id[id])
		sk_cil_named(p, "sensitivity", p->policy->sens_by_id[id]->name, sk_print_sens_aliases(p, id));
}

static void sk_cil_category(struct sk_print *p, uint32_t id, uint32_t which SK_UNUSED)
{
	if (p->policy->cat_by_id[id])
		sk_cil_named(p, "category", p->policy->cat_by_id[id]->name, sk_print_cat_aliases(p, id));
}

static void sk_cil_sens_cats(struct sk_print *p, uint32_t id, uint32_t which SK_UNUSED)
{
	const struct sk_sens *s = p->policy->sens_by_id[id];

	if (!s || sk_bitset_empty(&s->level.cats))
		return;
	sk_buf_join(p->out, "(sensitivitycategory ", s->name, NULL);
	sk_cil_cats(p, &s->level.cats);
	sk_buf_adds(p->out, ")\n");
}

/* Constraints */

static void sk_cil_operands(uint32_t attr, const char **ret_left, const char **ret_right)
{
	static const struct {
		uint32_t attr;
		const char *left, *right;
	} rows[] = {
		{ SK_ATTR_L1L2, "l1", "l2" }, { SK_ATTR_L1H2, "l1", "h2" }, { SK_ATTR_H1L2, "h1", "l2" },
		{ SK_ATTR_H1H2, "h1", "h2" }, { SK_ATTR_L1H1, "l1", "h1" }, { SK_ATTR_L2H2, "l2", "h2" },
		{ SK_ATTR_USER, "u1", "u2" }, { SK_ATTR_ROLE, "r1", "r2" }, { SK_ATTR_TYPE, "t1", "t2" },
		{ SK_ATTR_USER | SK_ATTR_TARGET, "u2", "" },  { SK_ATTR_ROLE | SK_ATTR_TARGET, "r2", "" },
		{ SK_ATTR_TYPE | SK_ATTR_TARGET, "t2", "" },  { SK_ATTR_USER | SK_ATTR_XTARGET, "u3", "" },
		{ SK_ATTR_ROLE | SK_ATTR_XTARGET, "r3", "" }, { SK_ATTR_TYPE | SK_ATTR_XTARGET, "t3", "" },
	};

	*ret_left = *ret_right = "?";
	for (size_t i = 0; i < SK_ARRAY_LEN(rows); i++)
		if (rows[i].attr == attr) {
			*ret_left = rows[i].left;
			*ret_right = rows[i].right;
		}
}

/* The names of a node: as written where CIL has words for that. */
static void sk_cil_names(struct sk_print *p, const struct sk_constraint_node *node)
{
	const struct sk_type_set *t = sk_constraint_written(p->policy, node);
	bool written = t && !t->flags && sk_bitset_empty(&t->negset) && !sk_bitset_empty(&t->types);
	sk_print_name_at name_at = node->attr & SK_ATTR_TYPE ? sk_print_type : node->attr & SK_ATTR_ROLE ? sk_print_role
												       : sk_print_user;
	size_t n = sk_print_list_bits(p, written ? &t->types : &node->names, name_at);

	if (!n)
		sk_print_lacks(p, "a constraint compares with no name at all");
	sk_buf_addc(p->out, '(');
	for (size_t i = 0; i < n; i++)
		sk_buf_join(p->out, i ? " " : "", p->list[i], NULL);
	sk_buf_addc(p->out, ')');
}

/* The first node of the expression that ends before `end`. */
static uint32_t sk_cil_begin_of(const struct sk_constraint *c, uint32_t end)
{
	uint32_t want = 1;

	while (want && end) {
		uint32_t kind = c->nodes[--end].kind;

		want += kind == SK_CONSTRAINT_AND || kind == SK_CONSTRAINT_OR ? 1 : kind == SK_CONSTRAINT_NOT ? 0 : -1;
	}
	return end;
}

static void sk_cil_comparison(struct sk_print *p, const struct sk_constraint_node *node)
{
	static const char *const ops[] = { [SK_OP_EQ] = "eq", [SK_OP_NEQ] = "neq", [SK_OP_DOM] = "dom",
					   [SK_OP_DOMBY] = "domby", [SK_OP_INCOMP] = "incomp" };
	const char *left, *right;

	sk_cil_operands(node->attr, &left, &right);
	sk_buf_join(p->out, "(", ops[node->op], " ", left, " ", NULL);
	if (node->kind == SK_CONSTRAINT_NAMES)
		sk_cil_names(p, node);
	else
		sk_buf_adds(p->out, right);
	sk_buf_addc(p->out, ')');
}

/*
 * The expression whose last node is the one before `end`. Operators stand behind their operands there and before them here:
 * down the left sides and through negations, which may go on for as long as a policy has nodes, and back up, with the right
 * sides. Kernels bound how deep these are in each other.
 */
static void sk_cil_expression(struct sk_print *p, const struct sk_constraint *c, uint32_t end)
{
	static const char *const words[] = { [SK_CONSTRAINT_NOT] = "(not ", [SK_CONSTRAINT_AND] = "(and ",
					     [SK_CONSTRAINT_OR] = "(or " };
	uint32_t *ends = NULL;
	size_t n = 0, cap = 0;

	while (c->nodes[end - 1].kind == SK_CONSTRAINT_NOT || c->nodes[end - 1].kind == SK_CONSTRAINT_AND ||
	       c->nodes[end - 1].kind == SK_CONSTRAINT_OR) {
		if (sk_grow(&ends, &cap, n + 1, sizeof(*ends))) {
			sk_buf_fail(p->out, -ENOMEM);
			break;
		}
		ends[n++] = end;
		sk_buf_adds(p->out, words[c->nodes[end - 1].kind]);
		end = c->nodes[end - 1].kind == SK_CONSTRAINT_NOT ? end - 1 : sk_cil_begin_of(c, end - 1);
	}
	if (!p->out->failed)
		sk_cil_comparison(p, &c->nodes[end - 1]);
	while (n && !p->out->failed) {
		end = ends[--n];
		if (c->nodes[end - 1].kind != SK_CONSTRAINT_NOT) {
			sk_buf_addc(p->out, ' ');
			sk_cil_expression(p, c, end - 1);
		}
		sk_buf_addc(p->out, ')');
	}
	free(ends);
}

/* "(CLASS (PERMS))" */
static void sk_cil_access(struct sk_print *p, uint32_t cls, uint32_t perms)
{
	const struct sk_class *c = p->policy->class_by_id[cls];
	bool first = true;

	sk_buf_addc(p->out, '(');
	sk_text_class(&p->text, p->out, cls);
	sk_buf_adds(p->out, " (");
	for (uint32_t bit = 0; bit < 32; bit++) {
		const char *name = perms >> bit & 1 ? sk_print_class_perm(c, bit + 1) : NULL;

		if (!name)
			continue;
		sk_buf_adds(p->out, first ? "" : " ");
		sk_buf_adds(p->out, name);
		first = false;
	}
	sk_buf_adds(p->out, "))");
}

static void sk_cil_constraint(struct sk_print *p, uint32_t i, uint32_t which)
{
	const struct sk_print_constraint *c = &p->constraints[i];
	const struct sk_class *cls = p->policy->class_by_id[c->cls.v];

	if (c->validatetrans != (which & SK_PRINT_VALIDATETRANS) || c->mls != !!(which & SK_PRINT_OF_LEVELS))
		return;
	if (!c->validatetrans && !(c->constraint->perms & cls->perm_mask))
		return;
	sk_buf_join(p->out, "(", c->mls ? "mls" : "", c->validatetrans ? "validatetrans " : "constrain ", NULL);
	if (c->validatetrans)
		sk_buf_adds(p->out, cls->name);
	else
		sk_cil_access(p, c->cls.v, c->constraint->perms & cls->perm_mask);
	sk_buf_addc(p->out, ' ');
	sk_cil_expression(p, c->constraint, c->constraint->n_nodes);
	sk_buf_adds(p->out, ")\n");
}

static void sk_cil_capability(struct sk_print *p, uint32_t bit, uint32_t which SK_UNUSED)
{
	const char *name = selkie_capability_name(bit);

	if (!sk_bitset_has(&p->policy->capabilities, bit))
		return;
	if (name)
		sk_buf_join(p->out, "(policycap ", name, ")\n", NULL);
	else
		sk_print_lacks(p, "policy capability %u has no name that is known", bit);
}

/* Types */

static void sk_cil_attribute(struct sk_print *p, uint32_t id, uint32_t which SK_UNUSED)
{
	size_t n;

	if (!p->policy->type_by_id[id]->attribute || p->policy->version < 20)
		return;
	/* Compilers of CIL drop attributes that they see no use for. */
	sk_buf_join(p->out, "(expandtypeattribute (", sk_print_type(p, id), ") false)\n", NULL);
	n = sk_print_list_ids(p, &p->policy->types_of[id], sk_print_type);
	if (!n)
		return;
	sk_buf_join(p->out, "(typeattributeset ", sk_print_type(p, id), " (", NULL);
	for (size_t i = 0; i < n; i++)
		sk_buf_join(p->out, i ? " " : "", p->list[i], NULL);
	sk_buf_adds(p->out, "))\n");
}

static void sk_cil_typealias(struct sk_print *p, uint32_t i, uint32_t which SK_UNUSED)
{
	const struct sk_type *t = &p->policy->types[i];

	sk_cil_symbol(p, i, SK_CIL_SYM_ALIAS);
	if (!t->primary)
		sk_buf_join(p->out, "(typealiasactual ", t->name, " ", sk_print_type(p, t->id.v), ")\n", NULL);
}

static void sk_cil_bounds(struct sk_print *p, uint32_t id, uint32_t which SK_UNUSED)
{
	const struct sk_type *t = p->policy->type_by_id[id];

	if (t->bounds.v)
		sk_buf_join(p->out, "(typebounds ", sk_print_type(p, t->bounds.v), " ", sk_print_type(p, id), ")\n", NULL);
}

static void sk_cil_mark(struct sk_print *p, uint32_t id, uint32_t which)
{
	bool permissive = which == SK_PRINT_PERMISSIVE;

	if (sk_bitset_has(permissive ? &p->policy->permissive : &p->policy->neveraudit, id))
		sk_buf_join(p->out, permissive ? "(typepermissive " : "(typeneveraudit ", sk_print_type(p, id), ")\n", NULL);
}

/* Rules */

static void sk_cil_hex(struct sk_print *p, uint32_t value)
{
	sk_buf_printf(p->out, "0x%x", value);
}

static void sk_cil_xperms(struct sk_print *p, const struct sk_xperm *x, uint32_t cls)
{
	uint32_t low, high;
	bool first = true;

	sk_buf_adds(p->out, x->kind == SK_XPERM_NLMSG ? "(nlmsg " : "(ioctl ");
	sk_text_class(&p->text, p->out, cls);
	sk_buf_adds(p->out, " (");
	for (uint32_t i = 0; sk_print_next_numbers(x, &i, &low, &high);) {
		sk_buf_adds(p->out, first ? "" : " ");
		first = false;
		sk_buf_adds(p->out, low == high ? "" : "(range ");
		sk_cil_hex(p, low);
		if (low == high)
			continue;
		sk_buf_addc(p->out, ' ');
		sk_cil_hex(p, high);
		sk_buf_addc(p->out, ')');
	}
	sk_buf_adds(p->out, "))");
}

static void sk_cil_rule(struct sk_print *p, const struct sk_rule *r, uint32_t kind, const char *lead)
{
	uint32_t perms = sk_print_perms_of(p, r);

	if (r->kind & SK_RULES_AV && !perms)
		return;
	sk_buf_join(p->out, lead, "(", sk_print_rule_kinds[kind].cil, " ", NULL);
	sk_text_type(&p->text, p->out, r->source);
	sk_buf_addc(p->out, ' ');
	if (r->source == r->target && !(r->kind & SK_RULES_TYPE) && !p->policy->type_by_id[r->source]->attribute)
		sk_buf_adds(p->out, "self");
	else
		sk_text_type(&p->text, p->out, r->target);
	sk_buf_addc(p->out, ' ');
	if (r->kind & SK_RULES_XPERM) {
		sk_cil_xperms(p, &p->policy->xperms[r->data], r->cls);
	} else if (r->kind & SK_RULES_AV) {
		sk_cil_access(p, r->cls, perms);
	} else {
		sk_text_class(&p->text, p->out, r->cls);
		sk_buf_addc(p->out, ' ');
		sk_text_type(&p->text, p->out, r->data);
	}
	sk_buf_adds(p->out, ")\n");
}

static void sk_cil_unconditional(struct sk_print *p, uint32_t i, uint32_t which)
{
	if (p->policy->rules[i].kind == sk_print_rule_kinds[which].kind)
		sk_cil_rule(p, &p->policy->rules[i], which, "");
}

static void sk_cil_condition(struct sk_print *p, const struct sk_cond *c, uint32_t *end)
{
	static const char *const ops[] = { [SK_COND_NOT] = "not", [SK_COND_OR] = "or", [SK_COND_AND] = "and",
					   [SK_COND_XOR] = "xor", [SK_COND_EQ] = "eq", [SK_COND_NEQ] = "neq" };
	const struct sk_cond_node *node = &c->nodes[--*end];
	uint32_t left = *end, want = 1;

	if (node->op == SK_COND_BOOL) {
		sk_buf_adds(p->out, p->policy->bool_by_id[node->boolean.v]->name);
		return;
	}
	sk_buf_join(p->out, "(", ops[node->op], " ", NULL);
	if (node->op != SK_COND_NOT) {
		while (want && left) {
			uint32_t kind = c->nodes[--left].op;

			want += kind == SK_COND_BOOL ? -1 : kind == SK_COND_NOT ? 0 : 1;
		}
		sk_cil_condition(p, c, &left);
		sk_buf_addc(p->out, ' ');
	}
	sk_cil_condition(p, c, end);
	*end = left;
	sk_buf_addc(p->out, ')');
}

static void sk_cil_branch(struct sk_print *p, const char *word, uint32_t first, uint32_t n)
{
	sk_buf_join(p->out, "    (", word, "\n", NULL);
	for (uint32_t kind = 0; kind < SK_PRINT_N_RULE_KINDS; kind++) {
		size_t from = p->out->n;

		for (uint32_t i = first + n; i-- > first;)
			if (p->policy->rules[i].kind == sk_print_rule_kinds[kind].kind)
				sk_cil_rule(p, &p->policy->rules[i], kind, "        ");
		if (p->sorted)
			sk_print_sort_lines(p, from);
	}
	sk_buf_adds(p->out, "    )\n");
}

static void sk_cil_cond(struct sk_print *p, uint32_t i, uint32_t which SK_UNUSED)
{
	const struct sk_cond *c = &p->policy->conds[i];
	uint32_t end = c->n_nodes;

	/* CIL has no empty branches. */
	if (!c->n_true && !c->n_false)
		return;
	sk_buf_adds(p->out, "(booleanif ");
	sk_cil_condition(p, c, &end);
	sk_buf_addc(p->out, '\n');
	if (c->n_true)
		sk_cil_branch(p, "true", c->first_true, c->n_true);
	if (c->n_false)
		sk_cil_branch(p, "false", c->first_false, c->n_false);
	sk_buf_adds(p->out, ")\n");
}

static void sk_cil_quoted(struct sk_print *p, const char *text)
{
	if (strpbrk(text, "\"\n"))
		sk_print_lacks(p, "the name '%s' cannot be quoted", text);
	sk_buf_join(p->out, "\"", text, "\"", NULL);
}

static void sk_cil_filename(struct sk_print *p, uint32_t i, uint32_t which SK_UNUSED)
{
	const struct sk_filename_transition *f = &p->policy->filename_transitions[i];

	if (!strcmp(f->name, "*"))
		sk_print_lacks(p, "the name '*' of a typetransition is any name");
	for (uint32_t s = 0; s < f->sources.n; s++) {
		sk_buf_join(p->out, "(typetransition ", sk_print_type(p, f->sources.ids[s]), " ", sk_print_type(p, f->target.v), " ",
			    p->policy->class_by_id[f->cls.v]->name, " ", NULL);
		sk_cil_quoted(p, f->name);
		sk_buf_join(p->out, " ", sk_print_type(p, f->result.v), ")\n", NULL);
	}
}

static void sk_cil_range_transition(struct sk_print *p, uint32_t i, uint32_t which SK_UNUSED)
{
	const struct sk_range_transition *t = &p->policy->range_transitions[i];

	sk_buf_join(p->out, "(rangetransition ", sk_print_type(p, t->source.v), " ", sk_print_type(p, t->target.v), " ",
		    p->policy->class_by_id[t->cls.v]->name, " ", NULL);
	sk_cil_range(p, &t->range);
	sk_buf_adds(p->out, ")\n");
}

/* Roles and users */

#define SK_CIL_ALL_TYPES "selkie_every_type"

/* object_r may have all types, which secilc wants to be told. The attribute is in no rule: compilers leave it out. */
static void sk_cil_object_r(struct sk_print *p, uint32_t i SK_UNUSED, uint32_t which SK_UNUSED)
{
	bool there = false;

	for (uint32_t k = 0; k < p->policy->n_roles; k++)
		there = there || !strcmp(p->policy->roles[k].name, "object_r");
	if (!there || !p->policy->n_type_ids)
		return;
	sk_buf_adds(p->out, "(typeattribute " SK_CIL_ALL_TYPES ")\n(typeattributeset " SK_CIL_ALL_TYPES " (all))\n"
			    "(roletype object_r " SK_CIL_ALL_TYPES ")\n");
	for (uint32_t k = 0; k < p->policy->n_users; k++)
		sk_buf_join(p->out, "(userrole ", p->policy->users[k].name, " object_r)\n", NULL);
}

static void sk_cil_role_types(struct sk_print *p, uint32_t id, uint32_t which SK_UNUSED)
{
	const struct sk_role *role = p->policy->role_by_id[id];
	size_t n;

	if (!role || !strcmp(role->name, "object_r"))
		return;
	n = sk_print_list_ids(p, &role->types, sk_print_type);
	for (size_t i = 0; i < n; i++)
		sk_buf_join(p->out, "(roletype ", role->name, " ", p->list[i], ")\n", NULL);
	if (role->bounds.v)
		sk_buf_join(p->out, "(rolebounds ", sk_print_role(p, role->bounds.v), " ", role->name, ")\n", NULL);
	n = sk_print_list_bits(p, &role->dominates, sk_print_role);
	for (size_t i = 0; i < n; i++)
		if (strcmp(p->list[i], role->name))
			sk_print_lacks(p, "that role '%s' dominates '%s' cannot be said", role->name, p->list[i]);
}

static void sk_cil_role_transition(struct sk_print *p, uint32_t i, uint32_t which SK_UNUSED)
{
	const struct sk_role_transition *t = &p->policy->role_transitions[i];

	sk_buf_join(p->out, "(roletransition ", sk_print_role(p, t->role.v), " ", sk_print_type(p, t->type.v), " ",
		    p->policy->class_by_id[t->cls.v]->name, " ", sk_print_role(p, t->new_role.v), ")\n", NULL);
}

static void sk_cil_role_allow(struct sk_print *p, uint32_t i, uint32_t which SK_UNUSED)
{
	const struct sk_role_allow *a = &p->policy->role_allows[i];

	sk_buf_join(p->out, "(roleallow ", sk_print_role(p, a->role.v), " ", sk_print_role(p, a->new_role.v), ")\n", NULL);
}

static void sk_cil_user_parts(struct sk_print *p, uint32_t id, uint32_t which SK_UNUSED)
{
	const struct sk_user *u = p->policy->user_by_id[id];
	size_t n = u ? sk_print_list_bits(p, &u->roles, sk_print_role) : 0;

	if (!u)
		return;
	sk_cil_symbol(p, id, SK_CIL_SYM_USER);
	for (size_t i = 0; i < n; i++)
		if (strcmp(p->list[i], "object_r"))
			sk_buf_join(p->out, "(userrole ", u->name, " ", p->list[i], ")\n", NULL);
	sk_buf_join(p->out, "(userlevel ", u->name, " ", NULL);
	sk_cil_level(p, &u->default_level);
	sk_buf_join(p->out, ")\n(userrange ", u->name, " ", NULL);
	sk_cil_range(p, &u->range);
	sk_buf_adds(p->out, ")\n");
}

static void sk_cil_user_bounds(struct sk_print *p, uint32_t id, uint32_t which SK_UNUSED)
{
	const struct sk_user *u = p->policy->user_by_id[id];

	if (u && u->bounds.v)
		sk_buf_join(p->out, "(userbounds ", sk_print_user(p, u->bounds.v), " ", u->name, ")\n", NULL);
}

/* Objects */

static void sk_cil_sid_context(struct sk_print *p, uint32_t sid, uint32_t which SK_UNUSED)
{
	const struct sk_ocontext *o = sk_print_sid_entry(p, sid);

	if (!o)
		return;
	sk_buf_adds(p->out, "(sidcontext ");
	sk_print_sid_name(p, p->out, sid);
	sk_buf_addc(p->out, ' ');
	sk_cil_context(p, &o->context[0]);
	sk_buf_adds(p->out, ")\n");
}

static void sk_cil_numbers(struct sk_print *p, uint64_t low, uint64_t high, const char *format)
{
	sk_buf_adds(p->out, low == high ? "" : "(");
	sk_buf_printf(p->out, format, (unsigned long long)low);
	if (low == high)
		return;
	sk_buf_addc(p->out, ' ');
	sk_buf_printf(p->out, format, (unsigned long long)high);
	sk_buf_addc(p->out, ')');
}

static void sk_cil_address(struct sk_print *p, int family, const uint8_t *address)
{
	char text[INET6_ADDRSTRLEN];

	sk_buf_adds(p->out, inet_ntop(family, address, text, sizeof(text)) ? text : "?");
}

/* The statement up to its context. False when there is no such statement. */
static bool sk_cil_labeled(struct sk_print *p, const struct sk_ocontext *o, uint32_t kind)
{
	uint8_t prefix[16] = { 0 };
	const char *word;

	switch (kind) {
	case SK_OCON_FSUSE:
		word = o->u.behavior <= SK_FS_USE_TASK ? sk_fs_behavior_word(o->u.behavior) : NULL;
		if (word)	/* fs_use_xattr */
			sk_buf_join(p->out, "(fsuse ", word + 7, " ", o->name, NULL);
		return word;
	case SK_OCON_PORT:
		word = sk_protocol_word(o->u.port.protocol);
		if (word)
			sk_buf_join(p->out, "(portcon ", word, " ", NULL);
		if (word)
			sk_cil_numbers(p, o->u.port.low, o->u.port.high, "%llu");
		return word;
	case SK_OCON_NETIF:
		sk_buf_join(p->out, "(netifcon ", o->name, NULL);
		return true;
	case SK_OCON_NODE:
	case SK_OCON_NODE6:
		sk_buf_adds(p->out, "(nodecon (");
		sk_cil_address(p, kind == SK_OCON_NODE ? AF_INET : AF_INET6, o->u.node.address);
		sk_buf_adds(p->out, ") (");
		sk_cil_address(p, kind == SK_OCON_NODE ? AF_INET : AF_INET6, o->u.node.mask);
		sk_buf_addc(p->out, ')');
		return true;
	case SK_OCON_IBPKEY:
		memcpy(prefix, o->u.ibpkey.prefix, 8);
		sk_buf_adds(p->out, "(ibpkeycon ");
		sk_cil_address(p, AF_INET6, prefix);
		sk_buf_addc(p->out, ' ');
		sk_cil_numbers(p, o->u.ibpkey.low, o->u.ibpkey.high, "%llu");
		return true;
	case SK_OCON_IBENDPORT:
		sk_buf_join(p->out, "(ibendportcon ", o->name, " ", NULL);
		sk_buf_add_uint(p->out, o->u.ibport);
		return true;
	case SK_OCON_XEN_PIRQ:
		sk_buf_adds(p->out, "(pirqcon ");
		sk_buf_add_uint(p->out, o->u.irq);
		return true;
	case SK_OCON_XEN_IOPORT:
	case SK_OCON_XEN_IOMEM:
		sk_buf_adds(p->out, kind == SK_OCON_XEN_IOPORT ? "(ioportcon " : "(iomemcon ");
		sk_cil_numbers(p, o->u.io.low, o->u.io.high, "0x%llx");
		return true;
	case SK_OCON_XEN_PCIDEVICE:
		sk_buf_printf(p->out, "(pcidevicecon 0x%x", o->u.device);
		return true;
	case SK_OCON_XEN_DEVICETREE:
		sk_buf_adds(p->out, "(devicetreecon ");
		sk_cil_quoted(p, o->name);
		return true;
	default:
		return false;
	}
}

static void sk_cil_labeling(struct sk_print *p, uint32_t i, uint32_t kind)
{
	const struct sk_ocontext *o = &p->policy->ocontexts[kind][i];

	if (!sk_cil_labeled(p, o, kind)) {
		sk_print_lacks(p, "there is no statement for what labels %s",
			       kind == SK_OCON_FSUSE ? o->name : "ports of an unknown protocol");
		return;
	}
	for (unsigned int k = 0; k < 1u + (kind == SK_OCON_NETIF); k++) {
		sk_buf_addc(p->out, ' ');
		sk_cil_context(p, &o->context[k]);
	}
	sk_buf_adds(p->out, ")\n");
}

static const char *sk_cil_file(struct sk_print *p, const struct sk_genfs_path *path)
{
	static const struct {
		const char *cls, *word;
	} rows[] = {
		{ "file", " file" },	     { "dir", " dir" },		 { "lnk_file", " symlink" }, { "fifo_file", " pipe" },
		{ "sock_file", " socket" }, { "blk_file", " block" }, { "chr_file", " char" },
	};
	const char *name = path->cls.v ? p->policy->class_by_id[path->cls.v]->name : NULL;

	if (!name)
		return "";
	for (size_t i = 0; i < SK_ARRAY_LEN(rows); i++)
		if (!strcmp(name, rows[i].cls))
			return rows[i].word;
	sk_print_lacks(p, "genfscon has no word for class '%s'", name);
	return NULL;
}

static void sk_cil_genfs(struct sk_print *p, uint32_t i, uint32_t which SK_UNUSED)
{
	const struct sk_genfs *g = &p->policy->genfs[i];

	for (uint32_t k = 0; k < g->n_paths; k++) {
		const char *file = sk_cil_file(p, &g->paths[k]);

		if (!file)
			continue;
		sk_buf_join(p->out, "(genfscon ", g->fstype, " \"", NULL);
		sk_buf_add(p->out, g->paths[k].path, sk_print_genfs_length(p, g, &g->paths[k]));
		sk_buf_join(p->out, "\"", file, " ", NULL);
		sk_cil_context(p, &g->paths[k].context);
		sk_buf_adds(p->out, ")\n");
	}
}

const struct sk_print_language sk_print_cil = {
	.begin = sk_cil_begin,
	.write = {
		[SK_KIND_HEADER] = sk_cil_header,
		[SK_KIND_BLOCKS] = sk_cil_blocks,
		[SK_KIND_SID_NAMES] = sk_cil_sid,
		[SK_KIND_COMMONS] = sk_cil_common,
		[SK_KIND_CLASSES] = sk_cil_class,
		[SK_KIND_CLASS_COMMONS] = sk_cil_class_common,
		[SK_KIND_CLASS_ORDER] = sk_cil_class_order,
		[SK_KIND_SID_ORDER] = sk_cil_sid_order,
		[SK_KIND_DEFAULT_USERS ... SK_KIND_DEFAULT_RANGES] = sk_cil_default,
		[SK_KIND_SENSITIVITIES] = sk_cil_sens,
		[SK_KIND_SENSITIVITY_ORDER] = sk_cil_sens_order,
		[SK_KIND_CATEGORIES] = sk_cil_category,
		[SK_KIND_CATEGORY_ORDER] = sk_cil_cat_order,
		[SK_KIND_LEVELS] = sk_cil_sens_cats,
		[SK_KIND_MLS_CONSTRAINTS ... SK_KIND_MLS_VALIDATETRANS] = sk_cil_constraint,
		[SK_KIND_CAPABILITIES] = sk_cil_capability,
		[SK_KIND_TYPES_IN_ORDER] = sk_cil_type_decl,
		[SK_KIND_ATTRIBUTES_SORTED] = sk_cil_type_decl,
		[SK_KIND_BOOLS] = sk_cil_bool,
		[SK_KIND_TYPES_SORTED] = sk_cil_type_decl,
		[SK_KIND_TYPE_ALIASES] = sk_cil_typealias,
		[SK_KIND_TYPE_BOUNDS] = sk_cil_bounds,
		[SK_KIND_ATTRIBUTES] = sk_cil_attribute,
		[SK_KIND_PERMISSIVE_TYPES ... SK_KIND_NEVERAUDIT_TYPES] = sk_cil_mark,
		[SK_KIND_ALLOWS ... SK_KIND_TYPE_CHANGES] = sk_cil_unconditional,
		[SK_KIND_FILENAME_TRANSITIONS] = sk_cil_filename,
		[SK_KIND_RANGE_TRANSITIONS] = sk_cil_range_transition,
		[SK_KIND_CONDS] = sk_cil_cond,
		[SK_KIND_ROLE_NAMES] = sk_cil_role_decl,
		[SK_KIND_ROLES] = sk_cil_role_types,
		[SK_KIND_ROLE_TRANSITIONS] = sk_cil_role_transition,
		[SK_KIND_ROLE_ALLOWS] = sk_cil_role_allow,
		[SK_KIND_USERS] = sk_cil_user_parts,
		[SK_KIND_USER_BOUNDS] = sk_cil_user_bounds,
		[SK_KIND_OBJECT_R] = sk_cil_object_r,
		[SK_KIND_CONSTRAINTS ... SK_KIND_VALIDATETRANS] = sk_cil_constraint,
		[SK_KIND_SIDS] = sk_cil_sid_context,
		[SK_KIND_FSUSES] = sk_cil_labeling,
		[SK_KIND_GENFS] = sk_cil_genfs,
		[SK_KIND_PORTS ... SK_KIND_IBENDPORTS] = sk_cil_labeling,
	},
};
