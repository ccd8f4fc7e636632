/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A unit as JSON. The table of statements says what operands a statement has and what they are called; a statement is an
 * object of those, in one line. Blocks hold statements, conditionals and optionals. docs/json/print.json describes it.
 */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "base/json.h"
#include "unit/print.h"

struct sk_unit_json {
	const struct sk_unit *unit;
	const struct sk_space *space;
	struct sk_unit_index index;
	struct sk_json *j;
	struct sk_buf value;	/* text of an operand */
};

static void sk_uj_value(struct sk_unit_json *u, const char *name)
{
	if (u->value.failed)
		sk_buf_fail(u->j->buf, u->value.error);
	else
		sk_json_string_n(u->j, name, u->value.data ? u->value.data : "", u->value.n);
	u->value.n = 0;
}

static void sk_uj_items(struct sk_unit_json *u, const char *name, const uint32_t *items, uint32_t n)
{
	sk_json_array(u->j, name);
	for (uint32_t i = 0; i < n; i++)
		sk_json_string(u->j, NULL, sk_unit_ref_name(u->space, items[i]));
	sk_json_end_array(u->j);
}

/* A list of names, or an object of what else is said of them. */
static void sk_uj_set(struct sk_unit_json *u, const char *name, uint32_t number)
{
	static const struct { uint8_t flag; const char *word; } flags[] = {
		{ SK_SET_STAR, "all" }, { SK_SET_COMPLEMENT, "complement" }, { SK_SET_SELF, "self" },
		{ SK_SET_NOT_SELF, "not_self" },
	};
	const struct sk_name_set *set = &u->space->sets.list[number];

	if (!set->flags && !set->n_minus) {
		sk_uj_items(u, name, set->items, set->n);
		return;
	}
	sk_json_object(u->j, name);
	sk_uj_items(u, "names", set->items, set->n);
	if (set->n_minus)
		sk_uj_items(u, "except", set->items + set->n, set->n_minus);
	for (size_t i = 0; i < SK_ARRAY_LEN(flags); i++)
		if (set->flags & flags[i].flag)
			sk_json_bool(u->j, flags[i].word, true);
	sk_json_end_object(u->j);
}

static void sk_uj_access(struct sk_unit_json *u, const char *name, uint32_t number)
{
	const struct sk_class_perms *list = &u->space->class_perms.list[number];

	sk_json_array(u->j, name);
	for (uint32_t i = 0; i < list->n; i++) {
		sk_json_object(u->j, NULL);
		sk_uj_set(u, "classes", list->items[i].classes);
		sk_uj_set(u, "permissions", list->items[i].perms);
		sk_json_end_object(u->j);
	}
	sk_json_end_array(u->j);
}

static void sk_uj_numbers(struct sk_unit_json *u, const char *name, uint32_t number)
{
	const struct sk_xperm_set *set = &u->space->xperms.list[number];

	sk_json_string(u->j, "operation", set->op == SK_XOP_IOCTL ? "ioctl" : "nlmsg");
	if (set->complement)
		sk_json_bool(u->j, "complement", true);
	sk_json_array(u->j, name);
	for (uint32_t i = 0; i < set->n; i++) {
		sk_json_array(u->j, NULL);
		sk_json_uint(u->j, NULL, set->ranges[i].low);
		sk_json_uint(u->j, NULL, set->ranges[i].high);
		sk_json_end_array(u->j);
	}
	sk_json_end_array(u->j);
}

/* Numbers that stand for words, by the name of the operand. */
static void sk_uj_number(struct sk_unit_json *u, const char *name, uint64_t number)
{
	static const char *const files[] = { "any", "file", "dir", "chr_file", "blk_file", "sock_file", "fifo_file",
					     "lnk_file" };
	static const char *const behaviors[] = { "fs_use_xattr", "fs_use_task", "fs_use_trans" };
	static const char *const defaults[] = { "source", "target", "source low", "source high", "source low-high",
						"target low", "target high", "target low-high", "glblub" };

	if (!strcmp(name, "file") && number < SK_ARRAY_LEN(files))
		sk_json_string(u->j, name, files[number]);
	else if (!strcmp(name, "behavior") && number < SK_ARRAY_LEN(behaviors))
		sk_json_string(u->j, name, behaviors[number]);
	else if (!strcmp(name, "default") && number < SK_ARRAY_LEN(defaults))
		sk_json_string(u->j, name, defaults[number]);
	else if (!strcmp(name, "value"))
		sk_json_bool(u->j, name, number);
	else
		sk_json_uint(u->j, name, number);
}

static void sk_uj_address(struct sk_unit_json *u, const char *name, uint32_t number)
{
	const struct sk_address *a = &u->space->addresses.list[number];

	sk_unit_print_address(&u->value, a->address, a->family);
	sk_uj_value(u, name);
	if (strcmp(name, "prefix") != 0) {
		sk_unit_print_address(&u->value, a->mask, a->family);
		sk_uj_value(u, "mask");
	}
}

static void sk_uj_operand(struct sk_unit_json *u, char letter, const char *name, const uint32_t *op)
{
	switch (letter) {
	case 'T': case 'R': case 'U': case 'C': case 'Q': case 'S': case 'I':
		sk_uj_set(u, name, *op);
		break;
	case 'K':
		sk_unit_text_cats(u->space, &u->value, *op);
		sk_uj_value(u, name);
		break;
	case 'P':
		sk_uj_access(u, name, *op);
		break;
	case 'X':
		sk_uj_numbers(u, name, *op);
		break;
	case 'l':
		sk_unit_text_level(u->space, &u->value, *op);
		sk_uj_value(u, name);
		break;
	case 'g':
		sk_unit_text_range(u->space, &u->value, *op);
		sk_uj_value(u, name);
		break;
	case 'x': case 'y':
		if (*op == SK_SPACE_NONE)
			sk_buf_adds(&u->value, "<<none>>");
		else
			sk_unit_text_context(u->space, &u->value, *op);
		sk_uj_value(u, name);
		break;
	case 'e':
		sk_unit_text_constraint(u->space, &u->value, *op);
		sk_uj_value(u, name);
		break;
	case 'a':
		sk_uj_address(u, name, *op);
		break;
	case 'n': case 'N':
		if (*op != SK_INTERN_NONE)
			sk_json_string(u->j, name, sk_intern_str(u->space->names, *op));
		break;
	case 'v':
		sk_uj_number(u, name, *op);
		break;
	case 'w':
		sk_uj_number(u, name, op[0] | (uint64_t)op[1] << 32);
		break;
	default:
		sk_json_string(u->j, name, sk_unit_ref_name(u->space, *op));
		break;
	}
}

/* {"statement": "allow", "source": ["a_t"], ...} */
static void sk_uj_stmt(struct sk_unit_json *u, const struct sk_unit_stmt *stmt)
{
	const struct sk_unit_row *row = &sk_unit_rows[stmt->kind];
	const char *name = row->names;
	const uint32_t *op = stmt->op;
	char word[32];

	sk_json_object(u->j, NULL);
	u->j->compact = true;
	for (const char *s = row->name; *s; s++)
		sk_buf_addc(&u->value, (char)tolower((unsigned char)*s));
	sk_uj_value(u, "statement");
	for (const char *p = row->operands; *p; p++) {
		size_t n = strcspn(name, " ");
		bool none = p[1] == '?' && *op == SK_SPACE_NONE;

		snprintf(word, sizeof(word), "%.*s", (int)n, name);
		if (!none && *p != 'B')
			sk_uj_operand(u, *p, word, op);
		op += *p == 'w' ? 2 : 1;
		p += p[1] == '?';
		name += n + (name[n] == ' ');
	}
	sk_json_end_object(u->j);
	u->j->compact = false;
}

static const struct sk_unit_stmt *sk_uj_at(const struct sk_unit_json *u, uint32_t i)
{
	return &u->unit->stmts.list[u->index.stmts[i]];
}

static void sk_uj_list(struct sk_unit_json *u, const char *name, uint32_t from, uint32_t to, bool requires)
{
	sk_json_array(u->j, name);
	for (uint32_t i = from; i < to; i++) {
		const struct sk_unit_stmt *stmt = sk_uj_at(u, i);

		if (stmt->cond == SK_SPACE_NONE && (stmt->kind >= SK_UNIT_REQUIRE_COMMON) == requires &&
		    stmt->kind != SK_UNIT_REQUIRE_BLOCK)
			sk_uj_stmt(u, stmt);
	}
	sk_json_end_array(u->j);
}

static void sk_uj_branch(struct sk_unit_json *u, const char *name, uint32_t from, uint32_t to, uint32_t cond)
{
	sk_json_array(u->j, name);
	for (uint32_t i = from; i < to; i++)
		if (sk_uj_at(u, i)->cond == cond)
			sk_uj_stmt(u, sk_uj_at(u, i));
	sk_json_end_array(u->j);
}

/* Statements of one conditional stand together. */
static void sk_uj_conds(struct sk_unit_json *u, uint32_t from, uint32_t to)
{
	sk_json_array(u->j, "conditionals");
	for (uint32_t i = from, end; i < to; i = end) {
		uint32_t number = sk_uj_at(u, i)->cond / 2;

		end = i + 1;
		if (sk_uj_at(u, i)->cond == SK_SPACE_NONE)
			continue;
		while (end < to && sk_uj_at(u, end)->cond != SK_SPACE_NONE && sk_uj_at(u, end)->cond / 2 == number)
			end++;
		sk_json_object(u->j, NULL);
		sk_unit_text_condition(u->space, &u->value, u->unit->conds.list[number].expr);
		sk_uj_value(u, "expression");
		sk_uj_branch(u, "true", i, end, 2 * number);
		sk_uj_branch(u, "false", i, end, 2 * number + 1);
		sk_json_end_object(u->j);
	}
	sk_json_end_array(u->j);
}

static void sk_uj_body(struct sk_unit_json *u, uint32_t block)
{
	uint32_t at = block - u->index.first_block, from = u->index.starts[at], to = u->index.starts[at + 1];

	sk_uj_list(u, "requires", from, to, true);
	sk_uj_list(u, "statements", from, to, false);
	sk_uj_conds(u, from, to);
}

/* The blocks of a unit in the order they stand; `within` is the number of the one around, `otherwise` of that before else. */
static void sk_uj_blocks(struct sk_unit_json *u)
{
	uint32_t top = u->index.first_block;

	sk_json_array(u->j, "optionals");
	for (uint32_t b = top + 1; b < top + u->index.n_blocks; b++) {
		const struct sk_block *block = &u->space->blocks.list[b];

		if (block->unit != u->unit->number)
			continue;
		sk_json_object(u->j, NULL);
		sk_json_uint(u->j, "number", b - top);
		sk_json_uint(u->j, "within", block->parent - top);
		if (block->otherwise != SK_SPACE_NONE)
			sk_json_uint(u->j, "else_of", block->otherwise - top);
		sk_uj_body(u, b);
		sk_json_end_object(u->j);
	}
	sk_json_end_array(u->j);
}

int sk_unit_print_json(const struct sk_unit *unit, struct sk_buf *out)
{
	struct sk_json j;
	struct sk_unit_json u = { .unit = unit, .space = unit->space, .j = &j, .value = SK_BUF_INIT };
	int r = sk_unit_index_init(&u.index, unit);

	if (r)
		return r;
	sk_json_init(&j, out);
	sk_json_object(&j, NULL);
	if (unit->name != SK_INTERN_NONE)
		sk_json_string(&j, "module", sk_intern_str(unit->space->names, unit->name));
	if (unit->version != SK_INTERN_NONE)
		sk_json_string(&j, "module_version", sk_intern_str(unit->space->names, unit->version));
	sk_json_bool(&j, "base", unit->source != SK_UNIT_MODULE);
	sk_json_bool(&j, "mls", unit->mls);
	sk_uj_body(&u, unit->top);
	sk_uj_blocks(&u);
	sk_json_end_object(&j);
	sk_json_finish(&j);
	sk_buf_done(&u.value);
	sk_unit_index_done(&u.index);
	return 0;
}
