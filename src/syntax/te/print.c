/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Policy text from the tree, by the grammar's shapes. Not a formatter: comments and line breaks are not in the tree.
 */
#include "syntax/te/grammar.h"

#include <string.h>

struct sk_printer {
	struct sk_buf *buf;
	const struct sk_intern *names;
};

static void sk_print_name(const struct sk_printer *p, const struct sk_te_name *name)
{
	sk_buf_printf(p->buf, " %s", sk_intern_str(p->names, name->name));
}

static void sk_print_names(const struct sk_printer *p, const struct sk_te_set *set)
{
	for (uint32_t i = 0; i < set->n; i++)
		sk_buf_printf(p->buf, "%s%s", set->names[i].minus ? " -" : " ",
			      sk_intern_str(p->names, set->names[i].name));
}

static void sk_print_set(const struct sk_printer *p, const struct sk_te_set *set)
{
	bool braces = set->flags & SK_TE_SET_BRACES || set->n > 1;

	if (set->flags & SK_TE_SET_STAR) {
		sk_buf_adds(p->buf, " *");
		return;
	}
	if (set->flags & SK_TE_SET_COMPLEMENT)
		sk_buf_adds(p->buf, " ~");
	if (braces)
		sk_buf_adds(p->buf, " {");
	sk_print_names(p, set);
	if (braces)
		sk_buf_adds(p->buf, " }");
}

static void sk_print_list(const struct sk_printer *p, const struct sk_te_set *set)
{
	for (uint32_t i = 0; i < set->n; i++)
		sk_buf_printf(p->buf, "%s%s", i ? ", " : " ", sk_intern_str(p->names, set->names[i].name));
}

static void sk_print_level(const struct sk_printer *p, const struct sk_te_level *level)
{
	sk_print_name(p, &level->sensitivity);
	for (uint32_t i = 0; i < level->categories.n; i++)
		sk_buf_printf(p->buf, "%s%s", i ? "," : ":", sk_intern_str(p->names, level->categories.names[i].name));
}

static void sk_print_range(const struct sk_printer *p, const struct sk_te_range *range)
{
	sk_print_level(p, &range->low);
	if (range->dash) {
		sk_buf_adds(p->buf, " -");
		sk_print_level(p, &range->high);
	}
}

static void sk_print_context(const struct sk_printer *p, const struct sk_te_context *c)
{
	sk_buf_printf(p->buf, " %s:%s:%s", sk_intern_str(p->names, c->user.name),
		      sk_intern_str(p->names, c->role.name), sk_intern_str(p->names, c->type.name));
	if (c->range.present) {
		sk_buf_addc(p->buf, ':');
		sk_print_range(p, &c->range);
	}
}

static void sk_print_operand(const struct sk_printer *p, const struct sk_te_expr *e)
{
	sk_buf_printf(p->buf, "%s %s", sk_te_keyword_names[e->left],
		      e->compare == SK_PUNCT_NE ? "!=" : e->compare == SK_KW_EQ ? "=="
									       : sk_te_keyword_names[e->compare]);
	if (e->right != SK_N_KEYWORDS)
		sk_buf_printf(p->buf, " %s", sk_te_keyword_names[e->right]);
	else
		sk_print_set(p, &e->names);
}

/* Its depth is what the parser let through. */
static void sk_print_expr(const struct sk_printer *p, const struct sk_te_expr *e)
{
	static const char *const ops[] = { [SK_TE_AND] = " and ", [SK_TE_OR] = " or ", [SK_TE_XOR] = " xor ",
					   [SK_TE_EQ] = " == ", [SK_TE_NE] = " != " };

	switch (e->op) {
	case SK_TE_NAME:
		sk_buf_adds(p->buf, sk_intern_str(p->names, e->name.name));
		break;
	case SK_TE_COMPARE:
		sk_print_operand(p, e);
		break;
	case SK_TE_NOT:
		sk_buf_adds(p->buf, "not (");
		sk_print_expr(p, e->a);
		sk_buf_addc(p->buf, ')');
		break;
	default:
		sk_buf_addc(p->buf, '(');
		sk_print_expr(p, e->a);
		sk_buf_adds(p->buf, ops[e->op]);
		sk_print_expr(p, e->b);
		sk_buf_addc(p->buf, ')');
	}
}

static void sk_print_xperms(const struct sk_printer *p, const struct sk_te_stmt *stmt)
{
	sk_buf_adds(p->buf, stmt->complement ? " ~{" : " {");
	for (uint32_t i = 0; i < stmt->n_xperms; i++) {
		sk_buf_printf(p->buf, " 0x%x", stmt->xperms[i].low);
		if (stmt->xperms[i].high != stmt->xperms[i].low)
			sk_buf_printf(p->buf, " - 0x%x", stmt->xperms[i].high);
	}
	sk_buf_adds(p->buf, " }");
}

static void sk_print_special(const struct sk_printer *p, const struct sk_te_stmt *stmt)
{
	switch (stmt->kind) {
	case SK_TE_CLASS:
		if (stmt->name2.name != SK_INTERN_NONE)
			sk_buf_printf(p->buf, " inherits %s", sk_intern_str(p->names, stmt->name2.name));
		if (stmt->set[0].n)
			sk_print_set(p, &stmt->set[0]);
		break;
	case SK_TE_SID:
		if (stmt->context)
			sk_print_context(p, stmt->context);
		break;
	case SK_TE_DEFAULT_RANGE:
		sk_buf_printf(p->buf, " %s", sk_te_keyword_names[stmt->word[0]]);
		if (stmt->word[0] != SK_KW_GLBLUB)
			sk_buf_printf(p->buf, " %s", sk_te_keyword_names[stmt->word[1]]);
		break;
	case SK_TE_LEVEL:
		if (stmt->set[0].n) {
			sk_buf_addc(p->buf, ':');
			sk_print_list(p, &stmt->set[0]);
		}
		break;
	case SK_TE_DOMINANCE:
		sk_print_set(p, &stmt->set[0]);
		break;
	case SK_TE_ALLOW:
		sk_buf_adds(p->buf, " :");
		sk_print_set(p, &stmt->set[2]);
		sk_print_set(p, &stmt->set[3]);
		break;
	case SK_TE_ROLE:
		if (stmt->set[1].n || stmt->set[1].flags) {
			sk_buf_adds(p->buf, " types");
			sk_print_set(p, &stmt->set[1]);
		} else if (stmt->set[0].n) {
			sk_buf_addc(p->buf, ',');
			sk_print_list(p, &stmt->set[0]);
		}
		break;
	case SK_TE_USER:
		sk_buf_adds(p->buf, " roles");
		sk_print_set(p, &stmt->set[0]);
		break;
	case SK_TE_NODECON:
	case SK_TE_IBPKEYCON:
		sk_print_name(p, &stmt->name);
		if (stmt->name2.name != SK_INTERN_NONE)
			sk_print_name(p, &stmt->name2);
		break;
	case SK_TE_GENFSCON:
		if (stmt->name3.name != SK_INTERN_NONE)
			sk_buf_printf(p->buf, " -%s", sk_intern_str(p->names, stmt->name3.name));
		break;
	case SK_TE_MODULE:
		sk_print_name(p, &stmt->name2);
		break;
	}
}

static void sk_print_stmt(const struct sk_printer *p, const struct sk_te_stmt *stmt, bool require);

static void sk_print_block(const struct sk_printer *p, const struct sk_te_stmt *first, bool require)
{
	sk_buf_adds(p->buf, " {\n");
	for (const struct sk_te_stmt *s = first; s; s = s->next)
		sk_print_stmt(p, s, require);
	sk_buf_addc(p->buf, '}');
}

static void sk_print_numbers(const struct sk_printer *p, const struct sk_te_stmt *stmt)
{
	sk_buf_printf(p->buf, " %llu", (unsigned long long)stmt->number[0]);
	if (stmt->number[1] != stmt->number[0])
		sk_buf_printf(p->buf, " - %llu", (unsigned long long)stmt->number[1]);
}

/* A path that was written in quotes has to be again. */
static void sk_print_path(const struct sk_printer *p, const struct sk_te_name *name)
{
	const char *path = sk_intern_str(p->names, name->name);
	bool quotes = strpbrk(path, " \t\r\f") != NULL;

	sk_buf_printf(p->buf, quotes ? " \"%s\"" : " %s", path);
}

static void sk_print_part(const struct sk_printer *p, char letter, const struct sk_te_stmt *stmt,
			  unsigned int *set, unsigned int *context)
{
	const struct sk_te_set *s = &stmt->set[SK_MIN(*set, 3u)];

	switch (letter) {
	case 'i':
	case 'w':
		sk_print_name(p, &stmt->name);
		break;
	case 'N':
	case 'B':
		sk_print_set(p, s);
		++*set;
		break;
	case 'l':
		sk_print_list(p, s);
		++*set;
		break;
	case 'A':
	case 'a':
		if (s->n) {
			sk_buf_adds(p->buf, " alias");
			sk_print_set(p, s);
		}
		++*set;
		break;
	case ',':
		if (stmt->set[1].n) {
			sk_buf_addc(p->buf, ',');
			sk_print_list(p, &stmt->set[1]);
		}
		break;
	case 'b':
		sk_buf_adds(p->buf, stmt->value ? " true" : " false");
		break;
	case 'o':
		if (stmt->colon) {
			sk_buf_adds(p->buf, " :");
			sk_print_set(p, s);
			++*set;
		}
		break;
	case 'q':
		if (stmt->name2.name != SK_INTERN_NONE)
			sk_buf_printf(p->buf, " \"%s\"", sk_intern_str(p->names, stmt->name2.name));
		break;
	case 'X':
		sk_print_xperms(p, stmt);
		break;
	case 'E':
	case 'K':
		sk_buf_adds(p->buf, " (");
		sk_print_expr(p, stmt->expr);
		sk_buf_addc(p->buf, ')');
		break;
	case 'C':
		sk_print_context(p, &stmt->context[(*context)++]);
		break;
	case 'R':
		sk_print_range(p, stmt->range);
		break;
	case 'n':
		sk_print_numbers(p, stmt);
		break;
	case '1':
		sk_buf_printf(p->buf, " %llu", (unsigned long long)stmt->number[0]);
		break;
	case 'p':
		sk_print_path(p, stmt->kind == SK_TE_GENFSCON ? &stmt->name2 : &stmt->name);
		break;
	case '{':
		sk_print_block(p, stmt->body, stmt->kind == SK_TE_REQUIRE);
		break;
	case 'e':
		if (stmt->has_else) {
			sk_buf_adds(p->buf, " else");
			sk_print_block(p, stmt->else_body, false);
		}
		break;
	case 's':
		sk_buf_printf(p->buf, " %s", sk_te_keyword_names[stmt->word[0]]);
		break;
	case 'U':
		if (stmt->level) {
			sk_buf_adds(p->buf, " level");
			sk_print_level(p, stmt->level);
			sk_buf_adds(p->buf, " range");
			sk_print_range(p, stmt->range);
		}
		break;
	case '@':
		sk_print_special(p, stmt);
		break;
	case ':':
		sk_buf_adds(p->buf, " :");
		break;
	default:
		sk_buf_addc(p->buf, letter);
	}
}

static void sk_print_stmt(const struct sk_printer *p, const struct sk_te_stmt *stmt, bool require)
{
	const struct sk_te_shape *shape = sk_te_kind_shape(stmt->kind, require);
	unsigned int set = 0, context = 0;

	sk_buf_adds(p->buf, sk_te_kind_names[stmt->kind]);
	for (const char *c = shape->shape; *c; c++)
		sk_print_part(p, *c, stmt, &set, &context);
	sk_buf_addc(p->buf, '\n');
}

void sk_te_print(struct sk_buf *buf, const struct sk_intern *names, const struct sk_te_stmt *stmt)
{
	struct sk_printer p = { .buf = buf, .names = names };

	sk_print_stmt(&p, stmt, false);
}
