/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What a module came to, as a record. First every part is marked that its statements are made of, and all that the space got
 * while it was read; then the marked ones of each table get numbers, in the order of those they have; then all is written.
 * What no module of a tree comes to (blocks of other units, parts of one unit in another) makes the record useless.
 */
#include "unit/kept-part.h"

#include <errno.h>
#include <string.h>

struct sk_keeper_table {
	uint32_t *local;	/* by number: that of the record + 1, or 0; while marking, 1 */
	size_t cap;
	uint32_t *list;		/* the marked ones */
	size_t n, cap_list;
	size_t first;		/* how many there were before the module */
	uint32_t known;		/* ... and before all modules: these are in no record */
};

struct sk_keeper {
	const struct sk_kept_shape *shape;
	struct sk_keeper_table tables[SK_KEPT_N_TABLES];
	size_t first_expansion, first_block, first_cond, first_stmt;

	/* of the record that is made */
	const struct sk_space *space;
	const struct sk_unit *unit;
	uint32_t shared_end, base, end;
	bool odd;		/* it cannot be kept */
	bool no_memory;
	struct sk_buf *to;
};

struct sk_keeper *sk_keeper_new(const struct sk_kept_shape *shape)
{
	struct sk_keeper *k = calloc(1, sizeof(*k));

	if (k)
		k->shape = shape;
	return k;
}

void sk_keeper_free(struct sk_keeper *k)
{
	if (!k)
		return;
	for (unsigned int i = 0; i < SK_KEPT_N_TABLES; i++) {
		free(k->tables[i].local);
		free(k->tables[i].list);
	}
	free(k);
}

/* How many parts the space has. */
static void sk_keeper_counts(const struct sk_space *space, size_t counts[SK_KEPT_N_TABLES])
{
	counts[SK_KEPT_NAME] = space->names->n;
	counts[SK_KEPT_REF] = space->refs.n;
	counts[SK_KEPT_SET] = space->sets.n;
	counts[SK_KEPT_CLASS_PERMS] = space->class_perms.n;
	counts[SK_KEPT_XPERMS] = space->xperms.n;
	counts[SK_KEPT_LEVEL] = space->levels.n;
	counts[SK_KEPT_RANGE] = space->ranges.n;
	counts[SK_KEPT_CONTEXT] = space->contexts.n;
	counts[SK_KEPT_ADDRESS] = space->addresses.n;
	counts[SK_KEPT_EXPR] = space->exprs.n;
}

void sk_kept_mark(struct sk_kept *kept, const struct sk_unit *unit)
{
	struct sk_keeper *k = kept->keeper;
	size_t counts[SK_KEPT_N_TABLES];

	sk_keeper_counts(unit->space, counts);
	for (unsigned int i = 0; i < SK_KEPT_N_TABLES; i++)
		k->tables[i].first = counts[i];
	k->first_expansion = SK_MAX(unit->space->sources->n_expansions, 1);
	k->first_block = unit->space->blocks.n;
	k->first_cond = unit->conds.n;
	k->first_stmt = unit->stmts.n;
}

/* Marking */

/* Whether the part is marked for the first time, so that what it is made of has to be. */
static bool sk_keep(struct sk_keeper *k, enum sk_kept_table table, uint32_t number)
{
	struct sk_keeper_table *t = &k->tables[table];
	size_t old = t->cap;

	if (number < t->known || (number < old && t->local[number]))
		return false;
	if (number >= old) {
		if (sk_grow(&t->local, &t->cap, (size_t)number + 1000, sizeof(*t->local))) {
			k->no_memory = true;
			return false;
		}
		memset(t->local + old, 0, (t->cap - old) * sizeof(*t->local));
	}
	if (sk_grow(&t->list, &t->cap_list, t->n + 1, sizeof(*t->list))) {
		k->no_memory = true;
		return false;
	}
	t->local[number] = 1;
	t->list[t->n++] = number;
	return true;
}

/* The same of parts that are never shared: one of another module is odd. */
static bool sk_keep_own(struct sk_keeper *k, enum sk_kept_table table, uint32_t number)
{
	k->odd |= number < k->tables[table].first;
	return sk_keep(k, table, number);
}

static void sk_keep_ref(struct sk_keeper *k, uint32_t number)
{
	const struct sk_ref *ref = &k->space->refs.list[number];

	if (!sk_keep(k, SK_KEPT_REF, number))
		return;
	k->odd |= ref->scope != 0;
	sk_keep(k, SK_KEPT_NAME, ref->name);
}

static void sk_keep_set(struct sk_keeper *k, uint32_t number)
{
	const struct sk_name_set *set = &k->space->sets.list[number];

	if (!sk_keep(k, SK_KEPT_SET, number))
		return;
	for (size_t i = 0; i < (size_t)set->n + set->n_minus; i++)
		if (!(set->flags & SK_SET_EXPR) || set->items[i] < SK_SET_OP)
			sk_keep_ref(k, set->items[i]);
}

static void sk_keep_class_perms(struct sk_keeper *k, uint32_t number)
{
	const struct sk_class_perms *perms = &k->space->class_perms.list[number];

	if (!sk_keep(k, SK_KEPT_CLASS_PERMS, number))
		return;
	for (uint32_t i = 0; i < perms->n; i++) {
		k->odd |= perms->items[i].block != 0;
		sk_keep_set(k, perms->items[i].classes);
		sk_keep_set(k, perms->items[i].perms);
	}
}

static void sk_keep_level(struct sk_keeper *k, uint32_t number)
{
	const struct sk_level_ref *level = &k->space->levels.list[number];

	if (!sk_keep(k, SK_KEPT_LEVEL, number))
		return;
	sk_keep_ref(k, level->sens);
	if (level->cats != SK_SPACE_NONE)
		sk_keep_set(k, level->cats);
}

static void sk_keep_range(struct sk_keeper *k, uint32_t number)
{
	const struct sk_range_ref *range = &k->space->ranges.list[number];

	if (!sk_keep(k, SK_KEPT_RANGE, number))
		return;
	sk_keep_level(k, range->low);
	sk_keep_level(k, range->high);
}

static void sk_keep_context(struct sk_keeper *k, uint32_t number)
{
	const struct sk_context_ref *context = &k->space->contexts.list[number];

	if (!sk_keep_own(k, SK_KEPT_CONTEXT, number))
		return;
	sk_keep_ref(k, context->user);
	sk_keep_ref(k, context->role);
	sk_keep_ref(k, context->type);
	if (context->range != SK_SPACE_NONE)
		sk_keep_range(k, context->range);
}

static void sk_keep_expr(struct sk_keeper *k, uint32_t number)
{
	const struct sk_unit_expr *expr = &k->space->exprs.list[number];

	if (!sk_keep_own(k, SK_KEPT_EXPR, number))
		return;
	for (uint32_t i = 0; i < expr->n; i++) {
		if (expr->nodes[i].op == SK_UNIT_NAME)
			sk_keep_ref(k, expr->nodes[i].a);
		else if (expr->nodes[i].op == SK_UNIT_COMPARE_NAMES)
			sk_keep_set(k, expr->nodes[i].a);
	}
}

static void sk_keep_part(struct sk_keeper *k, unsigned int table, uint32_t number)
{
	switch (table) {
	case SK_KEPT_NAME:
		sk_keep(k, SK_KEPT_NAME, number);
		break;
	case SK_KEPT_REF:
		sk_keep_ref(k, number);
		break;
	case SK_KEPT_SET:
		sk_keep_set(k, number);
		break;
	case SK_KEPT_CLASS_PERMS:
		sk_keep_class_perms(k, number);
		break;
	case SK_KEPT_LEVEL:
		sk_keep_level(k, number);
		break;
	case SK_KEPT_RANGE:
		sk_keep_range(k, number);
		break;
	case SK_KEPT_CONTEXT:
		sk_keep_context(k, number);
		break;
	case SK_KEPT_EXPR:
		sk_keep_expr(k, number);
		break;
	default:
		sk_keep(k, (enum sk_kept_table)table, number);
		break;
	}
}

static void sk_keep_operand(struct sk_keeper *k, const struct sk_kept_operand *operand, uint32_t op)
{
	switch (operand->table) {
	case SK_KEPT_NUMBER:
		break;
	case SK_KEPT_UNUSED:
		k->odd |= op != 0 && op != SK_SPACE_NONE;
		break;
	case SK_KEPT_NEVER:
		k->odd = true;
		break;
	default:
		if (op != SK_SPACE_NONE)
			sk_keep_part(k, operand->table, op);
		else
			k->odd |= !operand->optional;
		break;
	}
}

static void sk_keep_stmts(struct sk_keeper *k)
{
	for (size_t i = k->first_stmt; i < k->unit->stmts.n; i++) {
		const struct sk_unit_stmt *s = &k->unit->stmts.list[i];

		for (unsigned int o = 0; o < SK_UNIT_OPERANDS; o++)
			sk_keep_operand(k, &k->shape->of[s->kind][o], s->op[o]);
	}
}

/* What the space got, whether something is made of it or not; of names only those that something is made of. */
static void sk_keep_new(struct sk_keeper *k)
{
	size_t counts[SK_KEPT_N_TABLES];

	sk_keeper_counts(k->space, counts);
	for (unsigned int t = SK_KEPT_REF; t < SK_KEPT_N_TABLES; t++)
		for (size_t i = k->tables[t].first; i < counts[t]; i++)
			sk_keep_part(k, t, (uint32_t)i);
	for (size_t i = k->first_expansion; i < k->space->sources->n_expansions; i++)
		sk_keep(k, SK_KEPT_NAME, k->space->sources->expansions[i].name);
	for (size_t i = k->first_cond; i < k->unit->conds.n; i++)
		sk_keep_expr(k, k->unit->conds.list[i].expr);
	if (k->unit->name != SK_INTERN_NONE)
		sk_keep(k, SK_KEPT_NAME, k->unit->name);
	if (k->unit->version != SK_INTERN_NONE)
		sk_keep(k, SK_KEPT_NAME, k->unit->version);
}

static int sk_compare_numbers(const void *a, const void *b)
{
	const uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return (x > y) - (x < y);
}

static void sk_keeper_number(struct sk_keeper *k)
{
	for (unsigned int i = 0; i < SK_KEPT_N_TABLES; i++) {
		struct sk_keeper_table *t = &k->tables[i];

		if (t->n)
			qsort(t->list, t->n, sizeof(*t->list), sk_compare_numbers);
		for (size_t n = 0; n < t->n; n++)
			t->local[t->list[n]] = (uint32_t)n + 1;
	}
}

static void sk_keeper_forget(struct sk_keeper *k)
{
	for (unsigned int i = 0; i < SK_KEPT_N_TABLES; i++) {
		for (size_t n = 0; n < k->tables[i].n; n++)
			k->tables[i].local[k->tables[i].list[n]] = 0;
		k->tables[i].n = 0;
	}
}

/* Writing */

static inline void sk_put(struct sk_keeper *k, uint32_t v)
{
	sk_kept_put_word(k->to, v);
}

static inline void sk_put_part(struct sk_keeper *k, enum sk_kept_table table, uint32_t number)
{
	const struct sk_keeper_table *t = &k->tables[table];

	sk_put(k, number == SK_SPACE_NONE || number < t->known ? number : t->known + t->local[number] - 1);
}

static void sk_put_addr(struct sk_keeper *k, uint32_t addr)
{
	if (addr >= k->shared_end) {
		k->odd |= addr < k->base || addr > k->end;
		addr = k->shared_end + (addr - k->base);
	}
	sk_put(k, addr);
}

static void sk_put_expansion(struct sk_keeper *k, uint32_t expansion)
{
	k->odd |= expansion && expansion < k->first_expansion;
	sk_put(k, expansion ? expansion - (uint32_t)k->first_expansion + 1 : 0);
}

static void sk_put_block(struct sk_keeper *k, uint32_t block)
{
	bool top = block == k->unit->top;

	k->odd |= !top && block < k->first_block;
	sk_put(k, top ? 0 : block - (uint32_t)k->first_block + 1);
}

static void sk_put_names(struct sk_keeper *k)
{
	const struct sk_keeper_table *t = &k->tables[SK_KEPT_NAME];
	size_t start;

	sk_put(k, (uint32_t)t->n);
	for (size_t i = 0; i < t->n; i++)
		sk_put(k, k->space->names->entries[t->list[i]].n);
	start = k->to->n;
	for (size_t i = 0; i < t->n; i++)
		sk_buf_add(k->to, k->space->names->entries[t->list[i]].s, k->space->names->entries[t->list[i]].n);
	sk_buf_add(k->to, "\0\0\0", (4 - (k->to->n - start) % 4) % 4);
}

static void sk_put_refs(struct sk_keeper *k)
{
	const struct sk_keeper_table *t = &k->tables[SK_KEPT_REF];

	sk_put(k, (uint32_t)t->n);
	for (size_t i = 0; i < t->n; i++) {
		sk_put(k, k->space->refs.list[t->list[i]].ns);
		sk_put_part(k, SK_KEPT_NAME, k->space->refs.list[t->list[i]].name);
	}
}

static void sk_put_left(struct sk_keeper *k, const struct sk_te_lower *left)
{
	sk_put(k, left ? (uint32_t)left->left.n : 0);
	for (size_t i = 0; left && i < left->left.n; i++) {
		sk_put_part(k, SK_KEPT_REF, left->left.list[i].ref);
		sk_put(k, left->left.list[i].flags);
	}
}

static void sk_put_sets(struct sk_keeper *k)
{
	const struct sk_keeper_table *t = &k->tables[SK_KEPT_SET];

	sk_put(k, (uint32_t)t->n);
	for (size_t i = 0; i < t->n; i++) {
		const struct sk_name_set *set = &k->space->sets.list[t->list[i]];

		sk_put(k, set->ns | (uint32_t)set->flags << 8);
		sk_put(k, set->n);
		sk_put(k, set->n_minus);
		for (size_t n = 0; n < (size_t)set->n + set->n_minus; n++)
			if (set->flags & SK_SET_EXPR && set->items[n] >= SK_SET_OP)
				sk_put(k, set->items[n]);
			else
				sk_put_part(k, SK_KEPT_REF, set->items[n]);
	}
}

static void sk_put_all_class_perms(struct sk_keeper *k)
{
	const struct sk_keeper_table *t = &k->tables[SK_KEPT_CLASS_PERMS];

	sk_put(k, (uint32_t)t->n);
	for (size_t i = 0; i < t->n; i++) {
		const struct sk_class_perms *perms = &k->space->class_perms.list[t->list[i]];

		sk_put(k, perms->n);
		for (uint32_t n = 0; n < perms->n; n++) {
			sk_put_part(k, SK_KEPT_SET, perms->items[n].classes);
			sk_put_part(k, SK_KEPT_SET, perms->items[n].perms);
		}
	}
}

static void sk_put_all_xperms(struct sk_keeper *k)
{
	const struct sk_keeper_table *t = &k->tables[SK_KEPT_XPERMS];

	sk_put(k, (uint32_t)t->n);
	for (size_t i = 0; i < t->n; i++) {
		const struct sk_xperm_set *xperms = &k->space->xperms.list[t->list[i]];

		sk_put(k, xperms->op | (uint32_t)xperms->complement << 8);
		sk_put(k, xperms->n);
		for (uint32_t n = 0; n < xperms->n; n++) {
			sk_put(k, xperms->ranges[n].low);
			sk_put(k, xperms->ranges[n].high);
		}
	}
}

static void sk_put_contexts(struct sk_keeper *k)
{
	const struct sk_keeper_table *t = &k->tables[SK_KEPT_LEVEL];

	sk_put(k, (uint32_t)t->n);
	for (size_t i = 0; i < t->n; i++) {
		sk_put_part(k, SK_KEPT_REF, k->space->levels.list[t->list[i]].sens);
		sk_put_part(k, SK_KEPT_SET, k->space->levels.list[t->list[i]].cats);
	}
	t = &k->tables[SK_KEPT_RANGE];
	sk_put(k, (uint32_t)t->n);
	for (size_t i = 0; i < t->n; i++) {
		sk_put_part(k, SK_KEPT_LEVEL, k->space->ranges.list[t->list[i]].low);
		sk_put_part(k, SK_KEPT_LEVEL, k->space->ranges.list[t->list[i]].high);
	}
	t = &k->tables[SK_KEPT_CONTEXT];
	sk_put(k, (uint32_t)t->n);
	for (size_t i = 0; i < t->n; i++) {
		const struct sk_context_ref *context = &k->space->contexts.list[t->list[i]];

		sk_put_part(k, SK_KEPT_REF, context->user);
		sk_put_part(k, SK_KEPT_REF, context->role);
		sk_put_part(k, SK_KEPT_REF, context->type);
		sk_put_part(k, SK_KEPT_RANGE, context->range);
	}
}

static void sk_put_addresses(struct sk_keeper *k)
{
	const struct sk_keeper_table *t = &k->tables[SK_KEPT_ADDRESS];

	sk_put(k, (uint32_t)t->n);
	for (size_t i = 0; i < t->n; i++) {
		const struct sk_address *address = &k->space->addresses.list[t->list[i]];

		sk_put(k, address->family);
		sk_buf_add(k->to, address->address, sizeof(address->address));
		sk_buf_add(k->to, address->mask, sizeof(address->mask));
	}
}

static void sk_put_exprs(struct sk_keeper *k)
{
	const struct sk_keeper_table *t = &k->tables[SK_KEPT_EXPR];

	sk_put(k, (uint32_t)t->n);
	for (size_t i = 0; i < t->n; i++) {
		const struct sk_unit_expr *expr = &k->space->exprs.list[t->list[i]];

		sk_put(k, expr->n);
		for (uint32_t n = 0; n < expr->n; n++) {
			const struct sk_unit_node *node = &expr->nodes[n];

			sk_put(k, node->op | (uint32_t)node->left << 8 | (uint32_t)node->right << 16 |
			       (uint32_t)node->compare << 24);
			sk_put_addr(k, node->addr);
			if (node->op == SK_UNIT_NAME)
				sk_put_part(k, SK_KEPT_REF, node->a);
			else if (node->op == SK_UNIT_COMPARE_NAMES)
				sk_put_part(k, SK_KEPT_SET, node->a);
		}
	}
}

static void sk_put_expansions(struct sk_keeper *k)
{
	const struct sk_sources *sources = k->space->sources;

	sk_put(k, sources->n_expansions > k->first_expansion ? (uint32_t)(sources->n_expansions - k->first_expansion) : 0);
	for (size_t i = k->first_expansion; i < sources->n_expansions; i++) {
		const struct sk_expansion *e = &sources->expansions[i];

		sk_put_expansion(k, e->parent);
		sk_put_addr(k, e->addr);
		sk_put_part(k, SK_KEPT_NAME, e->name);
		sk_put(k, e->line);
	}
}

static void sk_put_blocks(struct sk_keeper *k)
{
	const struct sk_space *space = k->space;

	sk_put(k, (uint32_t)(space->blocks.n - k->first_block));
	for (size_t i = k->first_block; i < space->blocks.n; i++) {
		const struct sk_block *block = &space->blocks.list[i];

		k->odd |= block->unit != k->unit->number || block->name != SK_INTERN_NONE || block->lenient;
		sk_put_block(k, block->parent);
		if (block->otherwise == SK_SPACE_NONE)
			sk_put(k, SK_SPACE_NONE);
		else
			sk_put_block(k, block->otherwise);
		sk_put_addr(k, block->addr);
		sk_put_expansion(k, block->expansion);
	}
	sk_put(k, (uint32_t)(k->unit->conds.n - k->first_cond));
	for (size_t i = k->first_cond; i < k->unit->conds.n; i++) {
		const struct sk_unit_cond *cond = &k->unit->conds.list[i];

		sk_put_part(k, SK_KEPT_EXPR, cond->expr);
		sk_put_block(k, cond->block);
		sk_put_addr(k, cond->addr);
		sk_put_expansion(k, cond->expansion);
	}
}

/* What is as in the statement before is left out. */
static uint32_t sk_stmt_head(const struct sk_keeper *k, const struct sk_unit_stmt *s, const struct sk_unit_stmt *before)
{
	uint32_t head = s->kind;

	if (s->cond != SK_SPACE_NONE)
		head |= SK_KEPT_HEAD_COND;
	if (s->block != before->block)
		head |= SK_KEPT_HEAD_BLOCK;
	if (s->expansion != before->expansion)
		head |= SK_KEPT_HEAD_EXPANSION;
	for (unsigned int o = 0; o < SK_UNIT_OPERANDS; o++)
		if (k->shape->of[s->kind][o].table == SK_KEPT_UNUSED && s->op[o] == SK_SPACE_NONE)
			head |= (uint32_t)SK_KEPT_HEAD_NONE << o;
	return head;
}

static void sk_put_stmt(struct sk_keeper *k, const struct sk_unit_stmt *s, const struct sk_unit_stmt *before)
{
	uint32_t head = sk_stmt_head(k, s, before);

	sk_put(k, head);
	if (head & SK_KEPT_HEAD_COND) {
		k->odd |= s->cond < 2 * k->first_cond;
		sk_put(k, s->cond - 2 * (uint32_t)k->first_cond);
	}
	if (head & SK_KEPT_HEAD_BLOCK)
		sk_put_block(k, s->block);
	if (head & SK_KEPT_HEAD_EXPANSION)
		sk_put_expansion(k, s->expansion);
	sk_put_addr(k, s->addr);
	for (unsigned int o = 0; o < SK_UNIT_OPERANDS; o++) {
		unsigned int table = k->shape->of[s->kind][o].table;

		if (table < SK_KEPT_N_TABLES)
			sk_put_part(k, (enum sk_kept_table)table, s->op[o]);
		else if (table == SK_KEPT_NUMBER)
			sk_put(k, s->op[o]);
	}
}

static void sk_put_stmts(struct sk_keeper *k)
{
	struct sk_unit_stmt start = { .block = k->unit->top };
	const struct sk_unit_stmt *before = &start;

	sk_put(k, (uint32_t)(k->unit->stmts.n - k->first_stmt));
	for (size_t i = k->first_stmt; i < k->unit->stmts.n; i++) {
		sk_put_stmt(k, &k->unit->stmts.list[i], before);
		before = &k->unit->stmts.list[i];
	}
}

static void sk_put_unit(struct sk_keeper *k)
{
	sk_put(k, k->unit->source);
	sk_put_part(k, SK_KEPT_NAME, k->unit->name);
	sk_put_part(k, SK_KEPT_NAME, k->unit->version);
	sk_put_sets(k);
	sk_put_all_class_perms(k);
	sk_put_all_xperms(k);
	sk_put_contexts(k);
	sk_put_addresses(k);
	sk_put_exprs(k);
	sk_put_expansions(k);
	sk_put_blocks(k);
	sk_put_stmts(k);
}

int sk_kept_put(struct sk_kept *kept, const struct sk_refpolicy_module *module, const struct sk_source *source,
		const struct sk_unit *unit, const struct sk_te_lower *left, bool whole)
{
	struct sk_kept_record *record = &kept->list[module - kept->rp->modules];
	struct sk_keeper *k = kept->keeper;
	size_t start = kept->made.n, rest;

	k->space = unit->space;
	k->unit = unit;
	k->shared_end = kept->shared_end;
	k->base = source->base;
	k->end = source->base + source->size;
	k->to = &kept->made;
	k->odd = k->no_memory = false;
	for (unsigned int i = 0; i < SK_KEPT_N_TABLES; i++)
		k->tables[i].known = kept->known[i];
	if (whole) {
		sk_keep_stmts(k);
		sk_keep_new(k);
	}
	for (size_t i = 0; left && i < left->left.n; i++)
		sk_keep_ref(k, left->left.list[i].ref);
	sk_keeper_number(k);
	if (!k->no_memory) {
		sk_put_names(k);
		sk_put_refs(k);
		sk_put_left(k, left);
	}
	rest = kept->made.n;
	if (whole && !k->no_memory)
		sk_put_unit(k);
	sk_keeper_forget(k);
	if (k->no_memory || kept->made.failed)
		return -ENOMEM;
	/* The tables in front hold more than is needed then, which is no harm. */
	if (k->odd)
		kept->made.n = rest;
	if (kept->made.n >= UINT32_MAX / 2)
		kept->unfit = true;
	record->from = (uint32_t)start;
	record->size = (uint32_t)(kept->made.n - start);
	record->whole = whole && !k->odd;
	return 0;
}
