/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Records into units. Each table of a record is read into numbers of the space: what is there already is found, what is not
 * is added, in the order in which the build before did it. A number is looked up in the table it belongs to, and must be in
 * it and of the kind that stands there; so whatever the bytes are, what comes out is a unit like any other.
 */
#include <errno.h>
#include <string.h>

#include "unit/kept-part.h"
#include "unit/te-lower.h"

struct sk_kept_reader {
	struct sk_reader r;
	const struct sk_kept_shape *shape;
	struct sk_arena arena;
	struct sk_space *space;
	struct sk_unit *unit;
	uint32_t shared_end, base, size;
	const uint32_t *known;
	struct sk_kept_numbers {
		uint32_t *list;		/* by number of the record: that of the space */
		uint8_t *ns;		/* of references and sets: whose; of expressions: what they are of */
		uint32_t n;
	} tables[SK_KEPT_N_TABLES];
	uint32_t first_expansion, n_expansions;	/* as far as they are there */
	uint32_t first_block, n_blocks;
	uint32_t first_cond, n_conds;
	int error;			/* -ENOMEM */
};

static __attribute__((cold, noinline)) void sk_kept_fail(struct sk_kept_reader *k, const char *field)
{
	sk_reader_fail(&k->r, field, "it does not fit here");
}

static bool sk_kept_ok(struct sk_kept_reader *k, int r)
{
	if (r)
		k->error = r;
	return !r;
}

static void *sk_kept_array(struct sk_kept_reader *k, size_t n, size_t size)
{
	void *list = sk_arena_calloc(&k->arena, n + 1, size);

	if (!list)
		k->error = -ENOMEM;
	return list;
}

/* Room for the table whose count comes, each entry of so many bytes at least. 0 where there is none, or something is wrong. */
static uint32_t sk_kept_table(struct sk_kept_reader *k, enum sk_kept_table table, size_t least, const char *field)
{
	struct sk_kept_numbers *t = &k->tables[table];
	uint32_t n = k->error ? 0 : sk_read_count(&k->r, least, field);

	*t = (struct sk_kept_numbers){ .list = sk_kept_array(k, n, sizeof(*t->list)), .ns = sk_kept_array(k, n, 1) };
	return k->error ? 0 : n;
}

/* Whether one that was there before all modules is of that table of names. */
static inline bool sk_kept_is_of(const struct sk_kept_reader *k, enum sk_kept_table table, uint32_t ns, uint32_t number)
{
	if (ns == SK_N_NS)
		return true;
	return (table == SK_KEPT_REF ? k->space->refs.list[number].ns : k->space->sets.list[number].ns) == ns;
}

/* The number in the space of one in the record. */
static inline uint32_t sk_kept_number(struct sk_kept_reader *k, enum sk_kept_table table, uint32_t ns, uint32_t number,
				      const char *field)
{
	const struct sk_kept_numbers *t = &k->tables[table];
	uint32_t known = k->known[table];

	if (number < known) {
		if (sk_kept_is_of(k, table, ns, number))
			return number;
	} else if (number - known < t->n && (ns == SK_N_NS || t->ns[number - known] == ns)) {
		return t->list[number - known];
	}
	sk_kept_fail(k, field);
	return 0;
}

static uint32_t sk_kept_part(struct sk_kept_reader *k, enum sk_kept_table table, uint32_t ns, const char *field)
{
	return sk_kept_number(k, table, ns, sk_read_u32(&k->r, field), field);
}

static uint32_t sk_kept_part_or_none(struct sk_kept_reader *k, enum sk_kept_table table, uint32_t ns, const char *field)
{
	uint32_t number = sk_read_u32(&k->r, field);

	return number == SK_SPACE_NONE ? SK_SPACE_NONE : sk_kept_number(k, table, ns, number, field);
}

static inline uint32_t sk_kept_addr(struct sk_kept_reader *k)
{
	uint32_t addr = sk_read_u32(&k->r, "address");

	if (addr < k->shared_end)
		return addr;
	if (addr - k->shared_end > k->size)
		sk_kept_fail(k, "address");
	return k->base + (addr - k->shared_end);
}

static inline uint32_t sk_kept_expansion(struct sk_kept_reader *k)
{
	uint32_t number = sk_read_u32(&k->r, "expansion");

	if (number > k->n_expansions)
		sk_kept_fail(k, "expansion");
	return number ? k->first_expansion + number - 1 : 0;
}

static uint32_t sk_kept_block_of(struct sk_kept_reader *k, uint32_t number)
{
	if (number > k->n_blocks)
		sk_kept_fail(k, "block");
	return number ? k->first_block + number - 1 : k->unit->top;
}

/* Names */

static void sk_kept_names(struct sk_kept_reader *k)
{
	uint32_t n = sk_kept_table(k, SK_KEPT_NAME, 4, "number of names"), *lengths = sk_kept_array(k, n, sizeof(*lengths));
	struct sk_kept_numbers *t = &k->tables[SK_KEPT_NAME];
	size_t size = 0;

	for (uint32_t i = 0; lengths && i < n; i++)
		lengths[i] = sk_read_u32(&k->r, "length of a name");
	for (uint32_t i = 0; lengths && i < n && !k->r.failed && !k->error; i++) {
		const char *text = sk_read_borrow(&k->r, lengths[i], true, "name");

		if (!text || !sk_kept_ok(k, sk_intern_add(k->space->names, text, lengths[i], &t->list[i])))
			return;
		size += lengths[i];
		t->n = i + 1;
	}
	sk_read_borrow(&k->r, (uint32_t)((4 - size % 4) % 4), false, "end of the names");
}

static void sk_kept_refs(struct sk_kept_reader *k)
{
	uint32_t n = sk_kept_table(k, SK_KEPT_REF, 8, "number of references");
	struct sk_kept_numbers *t = &k->tables[SK_KEPT_REF];

	for (uint32_t i = 0; i < n; i++) {
		uint32_t ns = sk_read_u32(&k->r, "table of names"), name;

		if (ns >= SK_N_NS)
			sk_kept_fail(k, "table of names");
		name = sk_kept_part(k, SK_KEPT_NAME, SK_N_NS, "name of a reference");
		if (k->r.failed || !sk_kept_ok(k, sk_space_ref(k->space, (enum sk_ns)ns, 0, name, &t->list[i])))
			return;
		t->ns[i] = (uint8_t)ns;
		t->n = i + 1;
	}
}

static struct sk_te_left sk_kept_left(struct sk_kept_reader *k)
{
	struct sk_te_left left = { .ref = sk_kept_part(k, SK_KEPT_REF, SK_N_NS, "name that is left") };

	left.flags = sk_read_u32(&k->r, "kind of a name that is left");
	if (left.flags & ~(uint32_t)(SK_TE_SEEN_TOP | SK_TE_SEEN_DECLARED | SK_TE_SEEN_FILLED))
		sk_kept_fail(k, "kind of a name that is left");
	return left;
}

static uint32_t sk_kept_n_left(struct sk_kept_reader *k)
{
	return k->error ? 0 : sk_read_count(&k->r, 8, "number of names that are left");
}

static void sk_kept_know_left(struct sk_kept_reader *k, struct sk_te_lower *lower)
{
	uint32_t n = sk_kept_n_left(k);

	for (uint32_t i = 0; i < n && !k->r.failed && !k->error; i++) {
		struct sk_te_left left = sk_kept_left(k);

		if (!k->r.failed && lower)
			sk_kept_ok(k, sk_te_know_left(lower, &left));
	}
}

/* Parts */

/* Whether a postfix expression has the operands that it needs, and comes to one thing. */
static bool sk_kept_is_postfix(const uint32_t *items, uint32_t n)
{
	uint32_t depth = 0;

	for (uint32_t i = 0; i < n; i++) {
		if (items[i] < SK_SET_OP || items[i] == SK_SET_ALL || items[i] == SK_SET_EMPTY)
			depth++;
		else if (items[i] > SK_SET_EMPTY || depth < (items[i] == SK_SET_NOT ? 1u : 2u))
			return false;
		else
			depth -= items[i] != SK_SET_NOT;
	}
	return depth == 1;
}

static void sk_kept_set(struct sk_kept_reader *k, uint32_t *ret_set, uint8_t *ret_ns)
{
	uint32_t head = sk_read_u32(&k->r, "set"), total;
	struct sk_name_set set = { .ns = (uint8_t)head, .flags = (uint8_t)(head >> 8) };
	uint32_t *items;

	set.n = sk_read_count(&k->r, 4, "number of names in a set");
	set.n_minus = sk_read_count(&k->r, 4, "number of names taken away");
	if (head >> 16 || set.ns >= SK_N_NS || (set.flags & SK_SET_EXPR && set.n_minus) || set.n > UINT32_MAX - set.n_minus)
		sk_kept_fail(k, "set");
	total = k->r.failed ? 0 : set.n + set.n_minus;
	items = sk_kept_array(k, total, sizeof(*items));
	for (uint32_t i = 0; items && i < total && !k->r.failed; i++) {
		items[i] = sk_read_u32(&k->r, "name in a set");
		if (!(set.flags & SK_SET_EXPR) || items[i] < SK_SET_OP)
			items[i] = sk_kept_number(k, SK_KEPT_REF, set.ns, items[i], "name in a set");
	}
	if (items && !k->r.failed && set.flags & SK_SET_EXPR && !sk_kept_is_postfix(items, set.n))
		sk_kept_fail(k, "set");
	set.items = items;
	if (items && !k->r.failed)
		sk_kept_ok(k, sk_space_set(k->space, &set, ret_set));
	*ret_ns = set.ns;
}

static void sk_kept_class_perms(struct sk_kept_reader *k, uint32_t *ret_perms)
{
	struct sk_class_perms perms = { .n = sk_read_count(&k->r, 8, "number of classes with permissions") };
	struct sk_class_perm *items = sk_kept_array(k, perms.n, sizeof(*items));

	for (uint32_t i = 0; items && i < perms.n; i++) {
		items[i].classes = sk_kept_part(k, SK_KEPT_SET, SK_NS_CLASS, "classes");
		items[i].perms = sk_kept_part(k, SK_KEPT_SET, SK_NS_PERM, "permissions");
	}
	perms.items = items;
	if (items && !k->r.failed)
		sk_kept_ok(k, sk_space_class_perms(k->space, &perms, ret_perms));
}

static void sk_kept_xperms(struct sk_kept_reader *k, uint32_t *ret_xperms)
{
	uint32_t head = sk_read_u32(&k->r, "extended permissions");
	struct sk_xperm_set xperms = { .op = (uint8_t)head, .complement = head >> 8 & 1 };
	struct sk_number_range *ranges;

	xperms.n = sk_read_count(&k->r, 8, "number of ranges");
	ranges = sk_kept_array(k, xperms.n, sizeof(*ranges));
	if (head >> 9 || xperms.op > SK_XOP_NLMSG)
		sk_kept_fail(k, "extended permissions");
	for (uint32_t i = 0; ranges && i < xperms.n && !k->r.failed; i++) {
		ranges[i].low = sk_read_u32(&k->r, "range");
		ranges[i].high = sk_read_u32(&k->r, "range");
		if (ranges[i].high > 0xffff || ranges[i].low > ranges[i].high || (i && ranges[i].low <= ranges[i - 1].high + 1))
			sk_kept_fail(k, "range");
	}
	xperms.ranges = ranges;
	if (ranges && !k->r.failed)
		sk_kept_ok(k, sk_space_xperms(k->space, &xperms, ret_xperms));
}

static void sk_kept_level(struct sk_kept_reader *k, uint32_t *ret_level)
{
	struct sk_level_ref level = { .sens = sk_kept_part(k, SK_KEPT_REF, SK_NS_SENS, "sensitivity") };

	level.cats = sk_kept_part_or_none(k, SK_KEPT_SET, SK_NS_CAT, "categories");
	if (!k->r.failed)
		sk_kept_ok(k, sk_space_level(k->space, &level, ret_level));
}

static void sk_kept_range(struct sk_kept_reader *k, uint32_t *ret_range)
{
	struct sk_range_ref range = { .low = sk_kept_part(k, SK_KEPT_LEVEL, SK_N_NS, "low level") };

	range.high = sk_kept_part(k, SK_KEPT_LEVEL, SK_N_NS, "high level");
	if (!k->r.failed)
		sk_kept_ok(k, sk_space_range(k->space, &range, ret_range));
}

static void sk_kept_context(struct sk_kept_reader *k, uint32_t *ret_context)
{
	struct sk_context_ref context = { .user = sk_kept_part(k, SK_KEPT_REF, SK_NS_USER, "user of a context") };

	context.role = sk_kept_part(k, SK_KEPT_REF, SK_NS_ROLE, "role of a context");
	context.type = sk_kept_part(k, SK_KEPT_REF, SK_NS_TYPE, "type of a context");
	context.range = sk_kept_part_or_none(k, SK_KEPT_RANGE, SK_N_NS, "range of a context");
	if (!k->r.failed)
		sk_kept_ok(k, sk_space_context(k->space, &context, ret_context));
}

static void sk_kept_address(struct sk_kept_reader *k, uint32_t *ret_address)
{
	struct sk_address address = { .family = (uint8_t)sk_read_u32(&k->r, "family of an address") };

	sk_read_bytes(&k->r, address.address, sizeof(address.address), "address");
	sk_read_bytes(&k->r, address.mask, sizeof(address.mask), "mask");
	if (address.family != 4 && address.family != 6)
		sk_kept_fail(k, "family of an address");
	if (!k->r.failed)
		sk_kept_ok(k, sk_space_address(k->space, &address, ret_address));
}

/* A node, and what it does to the number of operands there are. Those of conditions and of constraints are others. */
static void sk_kept_node(struct sk_kept_reader *k, struct sk_unit_node *node, uint32_t *depth, uint8_t *constraint)
{
	static const uint8_t spaces[] = { SK_NS_USER, SK_NS_ROLE, SK_NS_TYPE };
	uint32_t head = sk_read_u32(&k->r, "expression"), needs = 0;

	*node = (struct sk_unit_node){ .op = (uint8_t)head, .left = (uint8_t)(head >> 8), .right = (uint8_t)(head >> 16),
				       .compare = (uint8_t)(head >> 24), .addr = sk_kept_addr(k) };
	if (node->op > SK_UNIT_COMPARE_NAMES || node->left > SK_UNIT_H2 || node->right > SK_UNIT_H2 ||
	    node->compare > SK_UNIT_CMP_INCOMP || (node->op == SK_UNIT_COMPARE_NAMES && node->left > SK_UNIT_T3))
		sk_kept_fail(k, "expression");
	if (k->r.failed)
		return;
	if (node->op == SK_UNIT_NAME)
		node->a = sk_kept_part(k, SK_KEPT_REF, SK_NS_BOOL, "boolean");
	else if (node->op == SK_UNIT_COMPARE_NAMES)
		node->a = sk_kept_part(k, SK_KEPT_SET, spaces[node->left / 3], "names that are compared");
	else if (node->op != SK_UNIT_COMPARE)
		needs = node->op == SK_UNIT_NOT ? 1 : 2;
	if (*depth < needs)
		sk_kept_fail(k, "expression");
	*depth -= needs ? needs - 1 : 0;
	*depth += !needs;
	*constraint |= node->op == SK_UNIT_NAME || node->op == SK_UNIT_XOR || node->op == SK_UNIT_EQ ||
		       node->op == SK_UNIT_NEQ ? 2 : node->op >= SK_UNIT_COMPARE ? 1 : 0;
}

static void sk_kept_expr(struct sk_kept_reader *k, uint32_t *ret_expr, uint8_t *ret_kind)
{
	struct sk_unit_expr expr = { .n = sk_read_count(&k->r, 8, "length of an expression") };
	struct sk_unit_node *nodes = sk_kept_array(k, expr.n, sizeof(*nodes));
	uint8_t constraint = 0;
	uint32_t depth = 0;

	for (uint32_t i = 0; nodes && i < expr.n && !k->r.failed; i++)
		sk_kept_node(k, &nodes[i], &depth, &constraint);
	if (nodes && !k->r.failed && (depth != 1 || constraint == 3))
		sk_kept_fail(k, "expression");
	expr.nodes = nodes;
	if (nodes && !k->r.failed)
		sk_kept_ok(k, sk_space_expr(k->space, &expr, ret_expr));
	*ret_kind = constraint == 1 ? SK_KEPT_CONSTRAINT : SK_KEPT_CONDITION;
}

/* All parts that have a table, but for names and references. */
static void sk_kept_parts(struct sk_kept_reader *k)
{
	static const uint8_t least[SK_KEPT_N_TABLES] = {
		[SK_KEPT_SET] = 12, [SK_KEPT_CLASS_PERMS] = 4, [SK_KEPT_XPERMS] = 8, [SK_KEPT_LEVEL] = 8, [SK_KEPT_RANGE] = 8,
		[SK_KEPT_CONTEXT] = 16, [SK_KEPT_ADDRESS] = 36, [SK_KEPT_EXPR] = 4 };

	for (unsigned int table = SK_KEPT_SET; table < SK_KEPT_N_TABLES; table++) {
		struct sk_kept_numbers *t = &k->tables[table];
		uint32_t n = sk_kept_table(k, (enum sk_kept_table)table, least[table], "number of parts");

		for (uint32_t i = 0; i < n && !k->r.failed && !k->error; i++) {
			switch (table) {
			case SK_KEPT_SET:
				sk_kept_set(k, &t->list[i], &t->ns[i]);
				break;
			case SK_KEPT_CLASS_PERMS:
				sk_kept_class_perms(k, &t->list[i]);
				break;
			case SK_KEPT_XPERMS:
				sk_kept_xperms(k, &t->list[i]);
				break;
			case SK_KEPT_LEVEL:
				sk_kept_level(k, &t->list[i]);
				break;
			case SK_KEPT_RANGE:
				sk_kept_range(k, &t->list[i]);
				break;
			case SK_KEPT_CONTEXT:
				sk_kept_context(k, &t->list[i]);
				break;
			case SK_KEPT_ADDRESS:
				sk_kept_address(k, &t->list[i]);
				break;
			default:
				sk_kept_expr(k, &t->list[i], &t->ns[i]);
				break;
			}
			t->n = i + 1;
		}
	}
}

/* Calls, blocks, conditionals */

static void sk_kept_expansions(struct sk_kept_reader *k)
{
	struct sk_sources *sources = k->space->sources;
	uint32_t n = k->error ? 0 : sk_read_count(&k->r, 16, "number of calls"), number;

	k->first_expansion = (uint32_t)SK_MAX(sources->n_expansions, 1);
	for (uint32_t i = 0; i < n; i++) {
		struct sk_expansion e = { .parent = sk_kept_expansion(k) };

		e.addr = sk_kept_addr(k);
		e.name = sk_kept_part(k, SK_KEPT_NAME, SK_N_NS, "name of a call");
		e.line = sk_read_u32(&k->r, "line of a mark");
		if (k->r.failed || !sk_kept_ok(k, sk_sources_expand(sources, &e, &number)))
			return;
		k->n_expansions = i + 1;
	}
}

static void sk_kept_blocks(struct sk_kept_reader *k)
{
	uint32_t n = k->error ? 0 : sk_read_count(&k->r, 16, "number of blocks"), number;

	k->first_block = (uint32_t)k->space->blocks.n;
	for (uint32_t i = 0; i < n; i++) {
		struct sk_block block = { .unit = k->unit->number, .name = SK_INTERN_NONE, .otherwise = SK_SPACE_NONE };

		block.parent = sk_kept_block_of(k, sk_read_u32(&k->r, "block around"));
		number = sk_read_u32(&k->r, "branch");
		if (number != SK_SPACE_NONE)
			block.otherwise = sk_kept_block_of(k, number);
		if (!number)
			sk_kept_fail(k, "branch");
		block.addr = sk_kept_addr(k);
		block.expansion = sk_kept_expansion(k);
		if (k->r.failed || !sk_kept_ok(k, sk_space_block(k->space, &block, &number)))
			return;
		k->n_blocks = i + 1;
	}
}

static void sk_kept_conds(struct sk_kept_reader *k)
{
	uint32_t n = k->error ? 0 : sk_read_count(&k->r, 16, "number of conditionals"), number;

	k->first_cond = (uint32_t)k->unit->conds.n;
	for (uint32_t i = 0; i < n; i++) {
		struct sk_unit_cond cond = { .expr = sk_kept_part(k, SK_KEPT_EXPR, SK_KEPT_CONDITION, "condition") };

		cond.block = sk_kept_block_of(k, sk_read_u32(&k->r, "block of a conditional"));
		cond.addr = sk_kept_addr(k);
		cond.expansion = sk_kept_expansion(k);
		if (k->r.failed || !sk_kept_ok(k, sk_unit_add_cond(k->unit, &cond, &number)))
			return;
		k->n_conds = i + 1;
	}
}

/* Statements */

/* The largest number that may stand in such a statement. */
static uint32_t sk_kept_most(uint32_t kind)
{
	switch (kind) {
	case SK_UNIT_DEFAULT_USER: case SK_UNIT_DEFAULT_ROLE: case SK_UNIT_DEFAULT_TYPE:
		return SK_UNIT_DEFAULT_TARGET;
	case SK_UNIT_DEFAULT_RANGE:
		return SK_UNIT_DEFAULT_GLBLUB;
	case SK_UNIT_FSUSE:
		return SK_UNIT_FSUSE_TRANS;
	case SK_UNIT_GENFSCON: case SK_UNIT_FILECON:
		return SK_UNIT_FILE_SYMLINK;
	case SK_UNIT_BOOL: case SK_UNIT_TUNABLE: case SK_UNIT_MLS: case SK_UNIT_EXPAND_ATTRIBUTE:
		return 1;
	default:
		return UINT32_MAX;
	}
}

static inline uint32_t sk_kept_operand(struct sk_kept_reader *k, uint32_t kind, const struct sk_kept_operand *operand)
{
	uint32_t number = sk_read_u32(&k->r, "operand");

	if (operand->table < SK_KEPT_N_TABLES) {
		if (number == SK_SPACE_NONE && operand->optional)
			return SK_SPACE_NONE;
		return sk_kept_number(k, (enum sk_kept_table)operand->table, operand->ns, number, "operand");
	}
	if (operand->table != SK_KEPT_NUMBER || number > sk_kept_most(kind))
		sk_kept_fail(k, "operand");
	return number;
}

/* Of operands that the kind has not: none, or nothing. */
static inline void sk_kept_unused(uint32_t head, struct sk_unit_stmt *s)
{
	memset(s->op, 0, sizeof(s->op));
	for (unsigned int o = 0; head >= SK_KEPT_HEAD_NONE && o < SK_UNIT_OPERANDS; o++)
		if (head & (uint32_t)SK_KEPT_HEAD_NONE << o)
			s->op[o] = SK_SPACE_NONE;
}

static bool sk_kept_is_one(const struct sk_name_set *set)
{
	return set->n == 1 && !set->n_minus && !set->flags;
}

/* Reads one; what is left out is as in the one before. */
static inline void sk_kept_stmt(struct sk_kept_reader *k, struct sk_unit_stmt *s, struct sk_unit_stmt *before)
{
	uint32_t head = sk_read_u32(&k->r, "statement");

	s->kind = head & 0xff;
	if (s->kind >= SK_UNIT_N_KINDS || head >> 16) {
		sk_kept_fail(k, "statement");
		return;
	}
	s->cond = SK_SPACE_NONE;
	if (head & SK_KEPT_HEAD_COND) {
		uint32_t cond = sk_read_u32(&k->r, "conditional");

		if (cond / 2 >= k->n_conds)
			sk_kept_fail(k, "conditional");
		s->cond = cond + 2 * k->first_cond;
	}
	if (head & SK_KEPT_HEAD_BLOCK)
		before->block = sk_kept_block_of(k, sk_read_u32(&k->r, "block"));
	if (head & SK_KEPT_HEAD_EXPANSION)
		before->expansion = sk_kept_expansion(k);
	s->block = before->block;
	s->expansion = before->expansion;
	s->addr = sk_kept_addr(k);
	sk_kept_unused(head, s);
	for (const struct sk_kept_operand *o = k->shape->of[s->kind], *end = o + k->shape->n_used[s->kind]; o < end; o++)
		s->op[o->at] = sk_kept_operand(k, s->kind, o);
	if (s->kind == SK_UNIT_CLASS_ORDER && !k->r.failed && !sk_kept_is_one(&k->space->sets.list[s->op[0]]))
		sk_kept_fail(k, "class");
}

static void sk_kept_stmts(struct sk_kept_reader *k)
{
	uint32_t n = k->error ? 0 : sk_read_count(&k->r, 8, "number of statements");
	struct sk_unit_stmt before = { .block = k->unit->top };
	struct sk_unit *unit = k->unit;

	if (k->r.failed || k->error ||
	    !sk_kept_ok(k, sk_grow(&unit->stmts.list, &unit->stmts.cap, unit->stmts.n + n, sizeof(*unit->stmts.list))))
		return;
	for (uint32_t i = 0; i < n; i++) {
		sk_kept_stmt(k, &unit->stmts.list[unit->stmts.n], &before);
		if (k->r.failed)
			return;
		unit->stmts.n++;
	}
}

/* What the unit is, of a module that is one by itself. */
static void sk_kept_head(struct sk_kept_reader *k, bool own)
{
	uint32_t source = sk_read_u32(&k->r, "kind of the unit");
	uint32_t name = sk_kept_part_or_none(k, SK_KEPT_NAME, SK_N_NS, "name of the unit");
	uint32_t version = sk_kept_part_or_none(k, SK_KEPT_NAME, SK_N_NS, "version of the unit");

	if (source > SK_UNIT_MODULE)
		sk_kept_fail(k, "kind of the unit");
	if (k->r.failed || !own)
		return;
	k->unit->source = (enum sk_unit_source)source;
	k->unit->name = name;
	k->unit->version = version;
}

static void sk_kept_begin_record(struct sk_kept_reader *k, const struct sk_kept *kept, const struct sk_kept_record *record,
				 struct sk_space *space)
{
	memset(k, 0, sizeof(*k));
	sk_reader_init_memory(&k->r, kept->records + record->from, record->size);
	k->space = space;
	k->known = kept->known;
	sk_kept_names(k);
	if (!k->r.failed && !k->error)
		sk_kept_refs(k);
}

static int sk_kept_end_record(struct sk_kept_reader *k, bool all)
{
	int r;

	if (all && !k->r.failed && !k->error && sk_reader_left(&k->r))
		sk_kept_fail(k, "end of a record");
	r = k->error ? k->error : k->r.failed ? SK_KEPT_DAMAGED : 0;
	sk_reader_done(&k->r);
	sk_arena_done(&k->arena);
	return r;
}

int sk_kept_take(struct sk_kept *kept, const struct sk_kept_record *record, const struct sk_source *source,
		 struct sk_unit *unit, struct sk_te_lower *left)
{
	struct sk_kept_reader k;

	sk_kept_begin_record(&k, kept, record, unit->space);
	k.unit = unit;
	k.shared_end = kept->shared_end;
	k.base = source->base;
	k.size = source->size;
	k.shape = kept->shape;
	sk_kept_know_left(&k, left);
	sk_kept_head(&k, !left);
	sk_kept_parts(&k);
	sk_kept_expansions(&k);
	sk_kept_blocks(&k);
	sk_kept_conds(&k);
	sk_kept_stmts(&k);
	return sk_kept_end_record(&k, true);
}

/* What a module leaves to others, each name once. */
static int sk_kept_gather_left(const struct sk_te_lower *lower, struct sk_map *ret_flags)
{
	uint32_t *flags;
	int r = 0;

	for (size_t i = 0; i < lower->left.n && !r; i++) {
		r = sk_map_insert(ret_flags, lower->left.list[i].ref, 0, &flags, NULL);
		if (!r)
			*flags |= lower->left.list[i].flags;
	}
	return r;
}

static void sk_kept_compare_left(struct sk_kept *kept, struct sk_kept_reader *k, const struct sk_map *now)
{
	uint32_t n = sk_kept_n_left(k);

	for (uint32_t i = 0; i < n && !k->r.failed && !kept->stale; i++) {
		struct sk_te_left left = sk_kept_left(k);
		const uint32_t *flags = sk_map_find(now, left.ref);

		kept->stale |= !flags || (*flags & left.flags) != left.flags;
	}
}

int sk_kept_compare(struct sk_kept *kept, const struct sk_refpolicy_module *module, const struct sk_te_lower *left)
{
	const struct sk_kept_record *record = &kept->old[module - kept->rp->modules];
	struct sk_kept_reader k;
	struct sk_map now = { 0 };
	int r;

	kept->stale |= !record->size;
	if (kept->stale)
		return 0;
	sk_kept_begin_record(&k, kept, record, left->space);
	sk_kept_ok(&k, sk_kept_gather_left(left, &now));
	if (!k.error)
		sk_kept_compare_left(kept, &k, &now);
	sk_map_done(&now);
	r = sk_kept_end_record(&k, false);
	kept->stale |= r == SK_KEPT_DAMAGED;
	return r < 0 ? r : 0;
}
