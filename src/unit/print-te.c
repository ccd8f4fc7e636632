/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A unit in the policy language: a .te file for a module, a policy.conf for a base. The grammar wants statements of some
 * kinds before those of others, which is a table here; within a kind they stand in the unit's order. What belongs to one
 * symbol is gathered where the language has one statement for it: users, classes, sensitivities.
 */
#include "unit/print.h"

#include <errno.h>
#include <string.h>

struct sk_te_text {
	const struct sk_unit *unit;
	const struct sk_space *space;
	struct sk_unit_index index;
	struct sk_buf *out;
	unsigned int depth;
};

static void sk_tt_indent(struct sk_te_text *t)
{
	for (unsigned int i = 0; i < t->depth; i++)
		sk_buf_addc(t->out, '\t');
}

static const char *sk_tt_name(const struct sk_te_text *t, uint32_t ref)
{
	return sk_unit_ref_name(t->space, ref);
}

/* "a", "{ a b -c }", "~{ a b }", "*"; with the words for the source itself. */
static void sk_tt_set(struct sk_te_text *t, uint32_t number)
{
	const struct sk_name_set *set = &t->space->sets.list[number];
	bool self = set->flags & SK_SET_SELF, not_self = set->flags & SK_SET_NOT_SELF, star = set->flags & SK_SET_STAR;
	uint32_t n = set->n + set->n_minus + self + not_self + star;
	bool braces = n != 1 || set->n_minus || not_self;

	if (set->flags & SK_SET_COMPLEMENT)
		sk_buf_addc(t->out, '~');
	if (braces)
		sk_buf_adds(t->out, "{ ");
	if (star || (not_self && !set->n))
		sk_buf_adds(t->out, braces ? "* " : "*");
	for (uint32_t i = 0; i < set->n + set->n_minus; i++)
		sk_buf_join(t->out, i < set->n ? "" : "-", sk_tt_name(t, set->items[i]), braces ? " " : "", NULL);
	if (self)
		sk_buf_adds(t->out, braces ? "self " : "self");
	if (not_self)
		sk_buf_adds(t->out, "-self ");
	if (braces)
		sk_buf_addc(t->out, '}');
}

/* Permissions always stand in braces, which the language allows and eyes are used to. */
static void sk_tt_perms(struct sk_te_text *t, uint32_t number)
{
	const struct sk_name_set *set = &t->space->sets.list[number];

	if ((set->flags & SK_SET_STAR) && !set->n) {
		sk_buf_addc(t->out, '*');
		return;
	}
	sk_buf_adds(t->out, set->flags & SK_SET_COMPLEMENT ? "~{ " : "{ ");
	for (uint32_t i = 0; i < set->n; i++)
		sk_buf_join(t->out, sk_tt_name(t, set->items[i]), " ", NULL);
	sk_buf_addc(t->out, '}');
}

/* In lines of some categories: checkpolicy reads none of more than 8 KiB. */
static void sk_tt_cats(struct sk_te_text *t, uint32_t number)
{
	const struct sk_name_set *set = &t->space->sets.list[number];
	uint32_t n = 0;

	for (uint32_t i = 0; i < set->n; i++) {
		if (set->items[i] >= SK_SET_OP)
			continue;
		sk_buf_join(t->out, !n ? "" : n % 128 ? "," : ",\n\t", sk_tt_name(t, set->items[i]), NULL);
		n++;
		if (i + 2 < set->n && set->items[i + 2] == SK_SET_RANGE) {
			sk_buf_join(t->out, ".", sk_tt_name(t, set->items[i + 1]), NULL);
			i += 2;
		}
	}
}

static void sk_tt_level(struct sk_te_text *t, uint32_t number)
{
	const struct sk_level_ref *level = &t->space->levels.list[number];

	sk_buf_adds(t->out, sk_tt_name(t, level->sens));
	if (level->cats == SK_SPACE_NONE)
		return;
	sk_buf_addc(t->out, ':');
	sk_tt_cats(t, level->cats);
}

static void sk_tt_range(struct sk_te_text *t, uint32_t number, const char *dash)
{
	const struct sk_range_ref *range = &t->space->ranges.list[number];

	sk_tt_level(t, range->low);
	if (range->low == range->high)
		return;
	sk_buf_adds(t->out, dash);
	sk_tt_level(t, range->high);
}

static void sk_tt_context(struct sk_te_text *t, uint32_t number, const char *dash)
{
	const struct sk_context_ref *x = &t->space->contexts.list[number];

	sk_buf_join(t->out, sk_tt_name(t, x->user), ":", sk_tt_name(t, x->role), ":", sk_tt_name(t, x->type), NULL);
	if (x->range == SK_SPACE_NONE)
		return;
	sk_buf_addc(t->out, ':');
	sk_tt_range(t, x->range, dash);
}

static const char *const sk_tt_attrs[] = {
	"u1", "u2", "u3", "r1", "r2", "r3", "t1", "t2", "t3", "l1", "l2", "h1", "h2",
};
static const char *const sk_tt_compares[] = { "==", "!=", "dom", "domby", "incomp" };
static const char *const sk_tt_levels[] = { "eq", "!=", "dom", "domby", "incomp" };
static const char *const sk_tt_conds[] = { "!", "&&", "||", "^", "==", "!=" };
static const char *const sk_tt_constraints[] = { "not", "and", "or", "?", "?", "?" };

static void sk_tt_leaf(struct sk_te_text *t, const struct sk_unit_node *node)
{
	bool level = node->left >= SK_UNIT_L1;

	if (node->op == SK_UNIT_NAME) {
		sk_buf_adds(t->out, sk_tt_name(t, node->a));
		return;
	}
	sk_buf_join(t->out, sk_tt_attrs[node->left], " ", (level ? sk_tt_levels : sk_tt_compares)[node->compare], " ", NULL);
	if (node->op == SK_UNIT_COMPARE)
		sk_buf_adds(t->out, sk_tt_attrs[node->right]);
	else
		sk_tt_set(t, node->a);
}

static void sk_tt_visit(void *arg, const struct sk_unit_node *node, enum sk_unit_walk at, bool inner)
{
	struct sk_te_text *t = arg;
	const char *const *words = t->depth < 100 ? sk_tt_conds : sk_tt_constraints;

	if (at == SK_WALK_LEAF) {
		sk_tt_leaf(t, node);
		return;
	}
	if (at == SK_WALK_BEFORE && inner)
		sk_buf_addc(t->out, '(');
	if (at == SK_WALK_BEFORE && node->op == SK_UNIT_NOT)
		sk_buf_join(t->out, words[node->op], words == sk_tt_conds ? "" : " ", NULL);
	if (at == SK_WALK_BETWEEN)
		sk_buf_join(t->out, " ", words[node->op], " ", NULL);
	if (at == SK_WALK_BEHIND && inner)
		sk_buf_addc(t->out, ')');
}

static void sk_tt_expr(struct sk_te_text *t, const struct sk_unit_expr *expr)
{
	int r = sk_unit_walk_expr(expr, sk_tt_visit, t);

	if (r)
		sk_buf_fail(t->out, r);
}

/* The words of constraints differ from those of conditions; a depth that no block has tells which. */
static void sk_tt_constraint(struct sk_te_text *t, uint32_t number)
{
	unsigned int depth = t->depth;

	t->depth = 100;
	sk_tt_expr(t, &t->space->exprs.list[number]);
	t->depth = depth;
}

/* SOURCES TARGETS:CLASSES of a rule. */
static void sk_tt_head(struct sk_te_text *t, const char *word, const uint32_t *op, uint32_t classes)
{
	sk_tt_indent(t);
	sk_buf_join(t->out, word, " ", NULL);
	sk_tt_set(t, op[0]);
	sk_buf_addc(t->out, ' ');
	sk_tt_set(t, op[1]);
	sk_buf_addc(t->out, ':');
	sk_tt_set(t, classes);
	sk_buf_addc(t->out, ' ');
}

/* Classes from the i-th to before the j-th item, which have the same permissions. */
static void sk_tt_class_run(struct sk_te_text *t, const struct sk_class_perms *list, uint32_t i, uint32_t j)
{
	if (j - i == 1) {
		sk_tt_set(t, list->items[i].classes);
		return;
	}
	sk_buf_adds(t->out, "{ ");
	for (; i < j; i++) {
		const struct sk_name_set *set = &t->space->sets.list[list->items[i].classes];

		for (uint32_t k = 0; k < set->n; k++)
			sk_buf_join(t->out, sk_tt_name(t, set->items[k]), " ", NULL);
	}
	sk_buf_addc(t->out, '}');
}

/* A rule with permissions, or a constraint: a statement for each run of classes. */
static void sk_tt_perm_rule(struct sk_te_text *t, const char *word, const struct sk_unit_stmt *stmt, bool constraint)
{
	const struct sk_class_perms *list = &t->space->class_perms.list[stmt->op[constraint ? 0 : 2]];

	for (uint32_t i = 0, j; i < list->n; i = j) {
		for (j = i + 1; j < list->n && list->items[j].perms == list->items[i].perms; j++)
			;
		sk_tt_indent(t);
		sk_buf_join(t->out, word, " ", NULL);
		if (!constraint) {
			sk_tt_set(t, stmt->op[0]);
			sk_buf_addc(t->out, ' ');
			sk_tt_set(t, stmt->op[1]);
			sk_buf_addc(t->out, ':');
		}
		sk_tt_class_run(t, list, i, j);
		sk_buf_addc(t->out, ' ');
		sk_tt_perms(t, list->items[i].perms);
		if (constraint) {
			sk_buf_adds(t->out, " (");
			sk_tt_constraint(t, stmt->op[1]);
			sk_buf_addc(t->out, ')');
		}
		sk_buf_adds(t->out, ";\n");
	}
}

static void sk_tt_xperms(struct sk_te_text *t, const struct sk_xperm_set *set)
{
	sk_buf_join(t->out, set->op == SK_XOP_IOCTL ? "ioctl " : "nlmsg ", set->complement ? "~" : "", "{ ", NULL);
	for (uint32_t i = 0; i < set->n; i++) {
		if (set->ranges[i].low == set->ranges[i].high)
			sk_buf_printf(t->out, "0x%x ", set->ranges[i].low);
		else
			sk_buf_printf(t->out, "0x%x-0x%x ", set->ranges[i].low, set->ranges[i].high);
	}
	sk_buf_adds(t->out, "};\n");
}

/* "WORD A;" or "WORD A B;" */
static void sk_tt_line(struct sk_te_text *t, const char *word, const char *a, const char *b)
{
	sk_tt_indent(t);
	sk_buf_join(t->out, word, " ", a, b ? " " : "", b ? b : "", ";\n", NULL);
}

/* "WORD ITEM NAME;" for each item of a set. */
static void sk_tt_each(struct sk_te_text *t, const char *word, uint32_t number, const char *name)
{
	const struct sk_name_set *set = &t->space->sets.list[number];

	for (uint32_t i = 0; i < set->n; i++)
		sk_tt_line(t, word, sk_tt_name(t, set->items[i]), name);
}

static void sk_tt_comment(struct sk_te_text *t, const char *text, const struct sk_unit_stmt *stmt)
{
	struct sk_place place;

	sk_sources_place(t->space->sources, stmt->addr, 1, &place);
	sk_warning(t->space->diags, "W0405", &place, "the policy language has no words for %s, which is left out", text);
}

/* The statement of another kind in the same block that speaks of the same symbol, or NULL. */
static const struct sk_unit_stmt *sk_tt_other(const struct sk_te_text *t, uint32_t block, uint32_t kind, uint32_t ref)
{
	uint32_t at = block - t->index.first_block;

	for (uint32_t i = t->index.starts[at]; i < t->index.starts[at + 1]; i++) {
		const struct sk_unit_stmt *stmt = &t->unit->stmts.list[t->index.stmts[i]];

		if (stmt->kind == kind && stmt->op[0] == ref)
			return stmt;
	}
	return NULL;
}

static void sk_tt_user(struct sk_te_text *t, const struct sk_unit_stmt *stmt)
{
	const struct sk_unit_stmt *roles = sk_tt_other(t, stmt->block, SK_UNIT_USER_ROLES, stmt->op[0]);
	const struct sk_unit_stmt *level = sk_tt_other(t, stmt->block, SK_UNIT_USER_LEVEL, stmt->op[0]);
	const struct sk_unit_stmt *range = sk_tt_other(t, stmt->block, SK_UNIT_USER_RANGE, stmt->op[0]);

	sk_tt_indent(t);
	sk_buf_join(t->out, "user ", sk_tt_name(t, stmt->op[0]), " roles ", NULL);
	if (roles)
		sk_tt_set(t, roles->op[1]);
	else
		sk_buf_adds(t->out, "{ }");
	if (level) {
		sk_buf_adds(t->out, " level ");
		sk_tt_level(t, level->op[1]);
	}
	if (range) {
		sk_buf_adds(t->out, " range ");
		sk_tt_range(t, range->op[1], " - ");
	}
	sk_buf_adds(t->out, ";\n");
}

/* The aliases of a sensitivity or category stand in its own statement. */
static void sk_tt_with_aliases(struct sk_te_text *t, const char *word, const struct sk_unit_stmt *stmt, uint32_t kind)
{
	uint32_t at = stmt->block - t->index.first_block;
	bool any = false;

	sk_tt_indent(t);
	sk_buf_join(t->out, word, " ", sk_tt_name(t, stmt->op[0]), NULL);
	for (uint32_t i = t->index.starts[at]; i < t->index.starts[at + 1]; i++) {
		const struct sk_unit_stmt *alias = &t->unit->stmts.list[t->index.stmts[i]];

		if (alias->kind != kind || alias->op[1] != stmt->op[0])
			continue;
		sk_buf_join(t->out, any ? " " : " alias { ", sk_tt_name(t, alias->op[0]), NULL);
		any = true;
	}
	sk_buf_adds(t->out, any ? " };\n" : ";\n");
}

/* Access vectors: the class again, with what it inherits and what is its own. */
static void sk_tt_vector(struct sk_te_text *t, const struct sk_unit_stmt *stmt)
{
	const struct sk_unit_stmt *common = sk_tt_other(t, stmt->block, SK_UNIT_CLASS_COMMON, stmt->op[0]);
	const struct sk_name_set *own = &t->space->sets.list[stmt->op[1]];

	sk_buf_join(t->out, "class ", sk_tt_name(t, stmt->op[0]), NULL);
	if (common)
		sk_buf_join(t->out, " inherits ", sk_tt_name(t, common->op[1]), NULL);
	sk_buf_addc(t->out, ' ');
	if (own->n)
		sk_tt_perms(t, stmt->op[1]);
	sk_buf_addc(t->out, '\n');
}

static void sk_tt_default(struct sk_te_text *t, const char *word, const struct sk_unit_stmt *stmt)
{
	static const char *const values[] = { "source", "target", "source low", "source high", "source low-high",
					      "target low", "target high", "target low-high", "glblub" };

	sk_buf_join(t->out, word, " ", NULL);
	sk_tt_set(t, stmt->op[0]);
	sk_buf_join(t->out, " ", values[stmt->op[1]], ";\n", NULL);
}

static void sk_tt_address(struct sk_te_text *t, const struct sk_address *a)
{
	sk_unit_print_address(t->out, a->address, a->family);
	sk_buf_addc(t->out, ' ');
	sk_unit_print_address(t->out, a->mask, a->family);
	sk_buf_addc(t->out, ' ');
}

static void sk_tt_numbers(struct sk_te_text *t, uint32_t low, uint32_t high)
{
	sk_buf_add_uint(t->out, low);
	if (low != high)
		sk_buf_addc(t->out, '-');
	if (low != high)
		sk_buf_add_uint(t->out, high);
	sk_buf_addc(t->out, ' ');
}

static const char *const sk_tt_files[] = { "", "--", "-d", "-c", "-b", "-s", "-p", "-l" };

static const char *sk_tt_text(const struct sk_te_text *t, uint32_t name)
{
	return sk_intern_str(t->space->names, name);
}

/* Object contexts. They end without a semicolon, but for fs_use. */
static void sk_tt_object(struct sk_te_text *t, const struct sk_unit_stmt *stmt)
{
	static const char *const fsuse[] = { "fs_use_xattr ", "fs_use_task ", "fs_use_trans " };
	const uint32_t *op = stmt->op;
	uint32_t context = op[1];

	switch (stmt->kind) {
	case SK_UNIT_SID_CONTEXT:
		sk_buf_join(t->out, "sid ", sk_tt_name(t, op[0]), " ", NULL);
		break;
	case SK_UNIT_PORTCON:
		sk_buf_join(t->out, "portcon ", sk_tt_text(t, op[0]), " ", NULL);
		sk_tt_numbers(t, op[1], op[2]);
		context = op[3];
		break;
	case SK_UNIT_NETIFCON:
		sk_buf_join(t->out, "netifcon ", sk_tt_text(t, op[0]), " ", NULL);
		sk_tt_context(t, op[1], " - ");
		sk_buf_addc(t->out, ' ');
		context = op[2];
		break;
	case SK_UNIT_NODECON:
		sk_buf_adds(t->out, "nodecon ");
		sk_tt_address(t, &t->space->addresses.list[op[0]]);
		break;
	case SK_UNIT_IBPKEYCON:
		sk_buf_adds(t->out, "ibpkeycon ");
		sk_unit_print_address(t->out, t->space->addresses.list[op[0]].address, 6);
		sk_buf_addc(t->out, ' ');
		sk_tt_numbers(t, op[1], op[2]);
		context = op[3];
		break;
	case SK_UNIT_IBENDPORTCON:
		sk_buf_join(t->out, "ibendportcon ", sk_tt_text(t, op[0]), " ", NULL);
		sk_tt_numbers(t, op[1], op[1]);
		context = op[2];
		break;
	case SK_UNIT_FSUSE:
		sk_buf_join(t->out, fsuse[op[0]], sk_tt_text(t, op[1]), " ", NULL);
		context = op[2];
		break;
	case SK_UNIT_FSCON:
		sk_buf_printf(t->out, "fscon %02x %02x ", op[0], op[1]);
		sk_tt_context(t, op[2], " - ");
		sk_buf_addc(t->out, ' ');
		context = op[3];
		break;
	case SK_UNIT_GENFSCON:
		sk_buf_join(t->out, "genfscon ", sk_tt_text(t, op[0]), " \"", sk_tt_text(t, op[1]), "\" ", NULL);
		sk_buf_join(t->out, sk_tt_files[op[2]], op[2] ? " " : "", NULL);
		context = op[3];
		break;
	default:
		return;
	}
	sk_tt_context(t, context, " - ");
	sk_buf_adds(t->out, stmt->kind == SK_UNIT_FSUSE ? ";\n" : "\n");
}

static void sk_tt_transition(struct sk_te_text *t, const char *word, const struct sk_unit_stmt *stmt)
{
	const uint32_t *op = stmt->op;

	sk_tt_head(t, word, op, op[2]);
	if (stmt->kind == SK_UNIT_RANGE_TRANSITION) {
		sk_tt_range(t, op[3], " - ");
	} else {
		sk_buf_adds(t->out, sk_tt_name(t, op[3]));
		if (stmt->kind == SK_UNIT_TYPE_TRANSITION && op[4] != SK_INTERN_NONE)
			sk_buf_join(t->out, " \"", sk_tt_text(t, op[4]), "\"", NULL);
	}
	sk_buf_adds(t->out, ";\n");
}

/* "WORD SET SET;", or with a colon and a name at the end. */
static void sk_tt_roles(struct sk_te_text *t, const struct sk_unit_stmt *stmt)
{
	const uint32_t *op = stmt->op;

	if (stmt->kind == SK_UNIT_ROLE_TRANSITION) {
		sk_tt_head(t, "role_transition", op, op[2]);
		sk_buf_join(t->out, sk_tt_name(t, op[3]), ";\n", NULL);
		return;
	}
	sk_tt_indent(t);
	if (stmt->kind == SK_UNIT_ROLE_ALLOW) {
		sk_buf_adds(t->out, "allow ");
		sk_tt_set(t, op[0]);
		sk_buf_addc(t->out, ' ');
	} else {
		sk_buf_join(t->out, "role ", sk_tt_name(t, op[0]), " types ", NULL);
	}
	sk_tt_set(t, op[1]);
	sk_buf_adds(t->out, ";\n");
}

/* Rules by kind; the word of each. */
static const struct sk_tt_rule {
	uint8_t kind;
	const char *word;
	enum { SK_TT_PERMS, SK_TT_XPERMS, SK_TT_RESULT } form;
} sk_tt_rules[] = {
	{ SK_UNIT_ALLOW, "allow", SK_TT_PERMS },
	{ SK_UNIT_AUDITALLOW, "auditallow", SK_TT_PERMS },
	{ SK_UNIT_DONTAUDIT, "dontaudit", SK_TT_PERMS },
	{ SK_UNIT_AUDITDENY, "auditdeny", SK_TT_PERMS },
	{ SK_UNIT_NEVERALLOW, "neverallow", SK_TT_PERMS },
	{ SK_UNIT_ALLOWX, "allowxperm", SK_TT_XPERMS },
	{ SK_UNIT_AUDITALLOWX, "auditallowxperm", SK_TT_XPERMS },
	{ SK_UNIT_DONTAUDITX, "dontauditxperm", SK_TT_XPERMS },
	{ SK_UNIT_NEVERALLOWX, "neverallowxperm", SK_TT_XPERMS },
	{ SK_UNIT_TYPE_TRANSITION, "type_transition", SK_TT_RESULT },
	{ SK_UNIT_TYPE_MEMBER, "type_member", SK_TT_RESULT },
	{ SK_UNIT_TYPE_CHANGE, "type_change", SK_TT_RESULT },
	{ SK_UNIT_RANGE_TRANSITION, "range_transition", SK_TT_RESULT },
};

static bool sk_tt_rule(struct sk_te_text *t, const struct sk_unit_stmt *stmt)
{
	for (size_t i = 0; i < SK_ARRAY_LEN(sk_tt_rules); i++) {
		const struct sk_tt_rule *rule = &sk_tt_rules[i];

		if (rule->kind != stmt->kind)
			continue;
		if (rule->form == SK_TT_PERMS) {
			sk_tt_perm_rule(t, rule->word, stmt, false);
		} else if (rule->form == SK_TT_RESULT) {
			sk_tt_transition(t, rule->word, stmt);
		} else {
			sk_tt_head(t, rule->word, stmt->op, stmt->op[2]);
			sk_tt_xperms(t, &t->space->xperms.list[stmt->op[3]]);
		}
		return true;
	}
	return false;
}

static void sk_tt_stmt(struct sk_te_text *t, const struct sk_unit_stmt *stmt)
{
	const uint32_t *op = stmt->op;

	if (sk_tt_rule(t, stmt))
		return;
	switch (stmt->kind) {
	case SK_UNIT_COMMON:
		sk_buf_join(t->out, "common ", sk_tt_name(t, op[0]), " ", NULL);
		sk_tt_perms(t, op[1]);
		sk_buf_addc(t->out, '\n');
		break;
	case SK_UNIT_SID:
		sk_buf_join(t->out, "sid ", sk_tt_name(t, op[0]), "\n", NULL);
		break;
	case SK_UNIT_DEFAULT_USER:
		sk_tt_default(t, "default_user", stmt);
		break;
	case SK_UNIT_DEFAULT_ROLE:
		sk_tt_default(t, "default_role", stmt);
		break;
	case SK_UNIT_DEFAULT_TYPE:
		sk_tt_default(t, "default_type", stmt);
		break;
	case SK_UNIT_DEFAULT_RANGE:
		sk_tt_default(t, "default_range", stmt);
		break;
	case SK_UNIT_SENSITIVITY:
		sk_tt_with_aliases(t, "sensitivity", stmt, SK_UNIT_SENSITIVITY_ALIAS);
		break;
	case SK_UNIT_SENSITIVITY_ORDER:
		sk_buf_adds(t->out, "dominance ");
		sk_tt_perms(t, op[0]);
		sk_buf_addc(t->out, '\n');
		break;
	case SK_UNIT_CATEGORY:
		sk_tt_with_aliases(t, "category", stmt, SK_UNIT_CATEGORY_ALIAS);
		break;
	case SK_UNIT_SENSITIVITY_CATS:
		sk_buf_join(t->out, "level ", sk_tt_name(t, op[0]), ":", NULL);
		sk_tt_cats(t, op[1]);
		sk_buf_adds(t->out, ";\n");
		break;
	case SK_UNIT_POLICY_CAPABILITY:
		sk_tt_line(t, "policycap", sk_tt_text(t, op[0]), NULL);
		break;
	case SK_UNIT_ATTRIBUTE:
		sk_tt_line(t, "attribute", sk_tt_name(t, op[0]), NULL);
		break;
	case SK_UNIT_ROLE_ATTRIBUTE:
		sk_tt_line(t, "attribute_role", sk_tt_name(t, op[0]), NULL);
		break;
	case SK_UNIT_TYPE:
		sk_tt_line(t, "type", sk_tt_name(t, op[0]), NULL);
		break;
	case SK_UNIT_TYPE_ALIAS:
		sk_tt_indent(t);
		sk_buf_join(t->out, "typealias ", sk_tt_name(t, op[1]), " alias ", sk_tt_name(t, op[0]), ";\n", NULL);
		break;
	case SK_UNIT_ROLE:
		sk_tt_line(t, "role", sk_tt_name(t, op[0]), NULL);
		break;
	case SK_UNIT_BOOL:
	case SK_UNIT_TUNABLE:
		sk_tt_line(t, stmt->kind == SK_UNIT_BOOL ? "bool" : "tunable", sk_tt_name(t, op[0]),
			   op[1] ? "true" : "false");
		break;
	case SK_UNIT_TYPE_ATTRIBUTE_SET:
		sk_tt_each(t, "typeattribute", op[1], sk_tt_name(t, op[0]));
		break;
	case SK_UNIT_ROLE_ATTRIBUTE_SET:
		sk_tt_each(t, "roleattribute", op[1], sk_tt_name(t, op[0]));
		break;
	case SK_UNIT_EXPAND_ATTRIBUTE:
		sk_tt_each(t, "expandattribute", op[0], op[1] ? "true" : "false");
		break;
	case SK_UNIT_TYPE_BOUNDS:
		sk_tt_line(t, "typebounds", sk_tt_name(t, op[0]), sk_tt_name(t, op[1]));
		break;
	case SK_UNIT_TYPE_PERMISSIVE:
		sk_tt_line(t, "permissive", sk_tt_name(t, op[0]), NULL);
		break;
	case SK_UNIT_TYPE_NEVERAUDIT:
		sk_tt_line(t, "neveraudit", sk_tt_name(t, op[0]), NULL);
		break;
	case SK_UNIT_ROLE_TYPES:
	case SK_UNIT_ROLE_ALLOW:
	case SK_UNIT_ROLE_TRANSITION:
		sk_tt_roles(t, stmt);
		break;
	case SK_UNIT_CONSTRAIN:
		sk_tt_perm_rule(t, "constrain", stmt, true);
		break;
	case SK_UNIT_MLS_CONSTRAIN:
		sk_tt_perm_rule(t, "mlsconstrain", stmt, true);
		break;
	case SK_UNIT_VALIDATETRANS:
	case SK_UNIT_MLS_VALIDATETRANS:
		sk_buf_adds(t->out, stmt->kind == SK_UNIT_VALIDATETRANS ? "validatetrans " : "mlsvalidatetrans ");
		sk_tt_set(t, op[0]);
		sk_buf_adds(t->out, " (");
		sk_tt_constraint(t, op[1]);
		sk_buf_adds(t->out, ");\n");
		break;
	case SK_UNIT_USER:
		sk_tt_user(t, stmt);
		break;
	case SK_UNIT_ROLE_DOMINANCE:
		sk_tt_comment(t, "the dominance of roles", stmt);
		break;
	case SK_UNIT_ROLE_BOUNDS:
	case SK_UNIT_USER_BOUNDS:
		/* A role or user within another by its name, a.b in a, needs no words. */
		break;
	default:
		sk_tt_object(t, stmt);
		break;
	}
}

/* What a block requires: a statement each, classes with their permissions. */
static bool sk_tt_require(struct sk_te_text *t, const struct sk_unit_stmt *stmt)
{
	static const struct { uint8_t kind; const char *word; } words[] = {
		{ SK_UNIT_REQUIRE_TYPE, "type" }, { SK_UNIT_REQUIRE_ATTRIBUTE, "attribute" },
		{ SK_UNIT_REQUIRE_ROLE, "role" }, { SK_UNIT_REQUIRE_ROLE_ATTRIBUTE, "attribute_role" },
		{ SK_UNIT_REQUIRE_USER, "user" }, { SK_UNIT_REQUIRE_BOOL, "bool" },
		{ SK_UNIT_REQUIRE_TUNABLE, "tunable" }, { SK_UNIT_REQUIRE_SENSITIVITY, "sensitivity" },
	};

	if (stmt->kind == SK_UNIT_REQUIRE_CLASS) {
		sk_tt_indent(t);
		sk_buf_join(t->out, "class ", sk_tt_name(t, stmt->op[0]), " ", NULL);
		if (stmt->op[1] != SK_SPACE_NONE)
			sk_tt_perms(t, stmt->op[1]);
		sk_buf_adds(t->out, ";\n");
		return true;
	}
	if (stmt->kind == SK_UNIT_REQUIRE_CATEGORY) {
		const struct sk_name_set *set = &t->space->sets.list[stmt->op[0]];

		for (uint32_t i = 0; i < set->n; i++)
			sk_tt_line(t, "category", sk_tt_name(t, set->items[i]), NULL);
		return true;
	}
	for (size_t i = 0; i < SK_ARRAY_LEN(words); i++)
		if (words[i].kind == stmt->kind) {
			sk_tt_line(t, words[i].word, sk_tt_name(t, stmt->op[0]), NULL);
			return true;
		}
	return false;
}

static void sk_tt_requires(struct sk_te_text *t, uint32_t at)
{
	bool any = false;

	for (uint32_t i = t->index.starts[at]; i < t->index.starts[at + 1]; i++) {
		const struct sk_unit_stmt *stmt = &t->unit->stmts.list[t->index.stmts[i]];

		if (stmt->kind < SK_UNIT_REQUIRE_COMMON)
			continue;
		if (!any) {
			sk_tt_indent(t);
			sk_buf_adds(t->out, "require {\n");
			t->depth++;
		}
		any = true;
		sk_tt_require(t, stmt);
	}
	if (!any)
		return;
	t->depth--;
	sk_tt_indent(t);
	sk_buf_adds(t->out, "}\n");
}

static void sk_tt_cond(struct sk_te_text *t, uint32_t *i, uint32_t end)
{
	const struct sk_unit_stmt *stmts = t->unit->stmts.list;
	uint32_t number = stmts[t->index.stmts[*i]].cond / 2, branch = 0;
	const struct sk_unit_expr *expr = &t->space->exprs.list[t->unit->conds.list[number].expr];

	sk_tt_indent(t);
	sk_buf_adds(t->out, "if (");
	sk_tt_expr(t, expr);
	sk_buf_adds(t->out, ") {\n");
	t->depth++;
	for (; *i < end; ++*i) {
		const struct sk_unit_stmt *stmt = &stmts[t->index.stmts[*i]];

		if (stmt->cond == SK_SPACE_NONE || stmt->cond / 2 != number)
			break;
		if (stmt->cond % 2 != branch) {
			branch = 1;
			t->depth--;
			sk_tt_indent(t);
			sk_buf_adds(t->out, "} else {\n");
			t->depth++;
		}
		sk_tt_stmt(t, stmt);
	}
	t->depth--;
	sk_tt_indent(t);
	sk_buf_adds(t->out, "}\n");
}

/* Kinds of statements in the order of the grammar. `what`: the statement, or another that is made of it. */
enum sk_tt_part {
	SK_TT_CLASS_NAMES, SK_TT_SIDS, SK_TT_COMMONS, SK_TT_VECTORS, SK_TT_DEFAULTS, SK_TT_SENSITIVITIES, SK_TT_DOMINANCE,
	SK_TT_CATEGORIES, SK_TT_LEVELS, SK_TT_MLS_CONSTRAINTS, SK_TT_DECLARATIONS, SK_TT_RULES, SK_TT_USERS,
	SK_TT_CONSTRAINTS, SK_TT_SID_CONTEXTS, SK_TT_FSCONS, SK_TT_FSUSES, SK_TT_GENFS, SK_TT_PORTS, SK_TT_NETIFS,
	SK_TT_NODES, SK_TT_IBPKEYS, SK_TT_IBENDPORTS, SK_TT_N_PARTS, SK_TT_NOWHERE = SK_TT_N_PARTS,
};

static enum sk_tt_part sk_tt_part_of(uint32_t kind)
{
	switch (kind) {
	case SK_UNIT_CLASS: return SK_TT_CLASS_NAMES;
	case SK_UNIT_SID: return SK_TT_SIDS;
	case SK_UNIT_COMMON: return SK_TT_COMMONS;
	case SK_UNIT_DEFAULT_USER: case SK_UNIT_DEFAULT_ROLE: case SK_UNIT_DEFAULT_TYPE: case SK_UNIT_DEFAULT_RANGE:
		return SK_TT_DEFAULTS;
	case SK_UNIT_SENSITIVITY: return SK_TT_SENSITIVITIES;
	case SK_UNIT_SENSITIVITY_ORDER: return SK_TT_DOMINANCE;
	case SK_UNIT_CATEGORY: return SK_TT_CATEGORIES;
	case SK_UNIT_SENSITIVITY_CATS: return SK_TT_LEVELS;
	case SK_UNIT_MLS_CONSTRAIN: case SK_UNIT_MLS_VALIDATETRANS: return SK_TT_MLS_CONSTRAINTS;
	case SK_UNIT_POLICY_CAPABILITY: case SK_UNIT_ATTRIBUTE: case SK_UNIT_ROLE_ATTRIBUTE: case SK_UNIT_TYPE:
	case SK_UNIT_TYPE_ALIAS: case SK_UNIT_ROLE: case SK_UNIT_BOOL: case SK_UNIT_TUNABLE:
		return SK_TT_DECLARATIONS;
	case SK_UNIT_USER: return SK_TT_USERS;
	case SK_UNIT_CONSTRAIN: case SK_UNIT_VALIDATETRANS: return SK_TT_CONSTRAINTS;
	case SK_UNIT_SID_CONTEXT: return SK_TT_SID_CONTEXTS;
	case SK_UNIT_FSCON: return SK_TT_FSCONS;
	case SK_UNIT_FSUSE: return SK_TT_FSUSES;
	case SK_UNIT_GENFSCON: return SK_TT_GENFS;
	case SK_UNIT_PORTCON: return SK_TT_PORTS;
	case SK_UNIT_NETIFCON: return SK_TT_NETIFS;
	case SK_UNIT_NODECON: return SK_TT_NODES;
	case SK_UNIT_IBPKEYCON: return SK_TT_IBPKEYS;
	case SK_UNIT_IBENDPORTCON: return SK_TT_IBENDPORTS;
	case SK_UNIT_TYPE_ATTRIBUTE_SET: case SK_UNIT_EXPAND_ATTRIBUTE: case SK_UNIT_TYPE_BOUNDS:
	case SK_UNIT_TYPE_PERMISSIVE: case SK_UNIT_TYPE_NEVERAUDIT: case SK_UNIT_ROLE_TYPES:
	case SK_UNIT_ROLE_ATTRIBUTE_SET: case SK_UNIT_ROLE_DOMINANCE:
		return SK_TT_RULES;
	default:
		return kind >= SK_UNIT_ALLOW && kind <= SK_UNIT_ROLE_TRANSITION ? SK_TT_RULES : SK_TT_NOWHERE;
	}
}

static void sk_tt_block(struct sk_te_text *t, uint32_t block);

static void sk_tt_optionals(struct sk_te_text *t, uint32_t at)
{
	for (uint32_t b = t->index.children[at]; b != SK_SPACE_NONE; b = t->index.nexts[b - t->index.first_block]) {
		sk_tt_indent(t);
		/* An else follows its optional. */
		sk_buf_adds(t->out, t->space->blocks.list[b].otherwise == SK_SPACE_NONE ? "optional {\n" : "} else {\n");
		t->depth++;
		sk_tt_block(t, b);
		t->depth--;
		if (t->index.nexts[b - t->index.first_block] != SK_SPACE_NONE &&
		    t->space->blocks.list[t->index.nexts[b - t->index.first_block]].otherwise == b)
			continue;
		sk_tt_indent(t);
		sk_buf_adds(t->out, "}\n");
	}
}

static void sk_tt_rules_of(struct sk_te_text *t, uint32_t at)
{
	uint32_t end = t->index.starts[at + 1];

	for (uint32_t i = t->index.starts[at]; i < end;) {
		if (t->unit->stmts.list[t->index.stmts[i]].cond != SK_SPACE_NONE)
			sk_tt_cond(t, &i, end);
		else
			i++;
	}
	sk_tt_optionals(t, at);
}

static void sk_tt_block(struct sk_te_text *t, uint32_t block)
{
	uint32_t at = block - t->index.first_block, end = t->index.starts[at + 1];

	sk_tt_requires(t, at);
	for (unsigned int part = 0; part < SK_TT_N_PARTS; part++) {
		for (uint32_t i = t->index.starts[at]; i < end; i++) {
			const struct sk_unit_stmt *stmt = &t->unit->stmts.list[t->index.stmts[i]];

			if (stmt->cond != SK_SPACE_NONE || stmt->kind >= SK_UNIT_REQUIRE_COMMON)
				continue;
			if (part == SK_TT_CLASS_NAMES && stmt->kind == SK_UNIT_CLASS)
				sk_buf_join(t->out, "class ", sk_tt_name(t, stmt->op[0]), "\n", NULL);
			else if (part == SK_TT_VECTORS && stmt->kind == SK_UNIT_CLASS)
				sk_tt_vector(t, stmt);
			else if (part == sk_tt_part_of(stmt->kind))
				sk_tt_stmt(t, stmt);
		}
		if (part == SK_TT_RULES)
			sk_tt_rules_of(t, at);
	}
}

void sk_unit_text_level(const struct sk_space *space, struct sk_buf *out, uint32_t level)
{
	sk_tt_level(&(struct sk_te_text){ .space = space, .out = out }, level);
}

void sk_unit_text_range(const struct sk_space *space, struct sk_buf *out, uint32_t range)
{
	sk_tt_range(&(struct sk_te_text){ .space = space, .out = out }, range, " - ");
}

void sk_unit_text_context(const struct sk_space *space, struct sk_buf *out, uint32_t context)
{
	sk_tt_context(&(struct sk_te_text){ .space = space, .out = out }, context, " - ");
}

void sk_unit_text_cats(const struct sk_space *space, struct sk_buf *out, uint32_t set)
{
	sk_tt_cats(&(struct sk_te_text){ .space = space, .out = out }, set);
}

void sk_unit_text_constraint(const struct sk_space *space, struct sk_buf *out, uint32_t expr)
{
	sk_tt_constraint(&(struct sk_te_text){ .space = space, .out = out }, expr);
}

void sk_unit_text_condition(const struct sk_space *space, struct sk_buf *out, uint32_t expr)
{
	const struct sk_unit_expr *e = &space->exprs.list[expr];

	sk_tt_expr(&(struct sk_te_text){ .space = space, .out = out }, e);
}

int sk_unit_print_te(const struct sk_unit *unit, struct sk_buf *out)
{
	struct sk_te_text t = { .unit = unit, .space = unit->space, .out = out };
	int r = sk_unit_index_init(&t.index, unit);

	if (r)
		return r;
	if (unit->source == SK_UNIT_MODULE)
		sk_tt_line(&t, "module", sk_tt_text(&t, unit->name), sk_tt_text(&t, unit->version));
	sk_tt_block(&t, unit->top);
	sk_unit_index_done(&t.index);
	return 0;
}

int sk_unit_print_fc(const struct sk_unit *unit, struct sk_buf *out)
{
	struct sk_te_text t = { .unit = unit, .space = unit->space, .out = out };

	for (size_t i = 0; i < unit->stmts.n; i++) {
		const struct sk_unit_stmt *stmt = &unit->stmts.list[i];

		if (stmt->kind != SK_UNIT_FILECON)
			continue;
		sk_buf_join(out, sk_tt_text(&t, stmt->op[0]), "\t", sk_tt_files[stmt->op[1]], stmt->op[1] ? "\t" : "",
			    NULL);
		if (stmt->op[2] == SK_SPACE_NONE)
			sk_buf_adds(out, "<<none>>");
		else
			sk_tt_context(&t, stmt->op[2], "-");
		sk_buf_addc(out, '\n');
	}
	return 0;
}
