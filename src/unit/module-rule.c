/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The blocks of a binary module, and their rules, which are lowered as they are read. A block is a list of branches: what
 * is to be there, and what else when its requirements are not met. Each branch says what it declares and requires after
 * its rules, so blocks of the space are made first, and which is inside which is found when all have been read.
 */
#include "unit/module-reader.h"

#include <string.h>

#include "base/set.h"

/* What a rule is, by its number in the file. */
static const struct sk_mod_rule_row {
	uint32_t number;
	enum sk_unit_kind kind;
	enum { SK_RULE_PERMS, SK_RULE_TYPE, SK_RULE_XPERMS } form;
} sk_mod_rules[] = {
	{ 0x0001, SK_UNIT_ALLOW, SK_RULE_PERMS },
	{ 0x0002, SK_UNIT_AUDITALLOW, SK_RULE_PERMS },
	{ 0x0004, SK_UNIT_AUDITDENY, SK_RULE_PERMS },
	{ 0x0008, SK_UNIT_DONTAUDIT, SK_RULE_PERMS },
	{ 0x0010, SK_UNIT_TYPE_TRANSITION, SK_RULE_TYPE },
	{ 0x0020, SK_UNIT_TYPE_MEMBER, SK_RULE_TYPE },
	{ 0x0040, SK_UNIT_TYPE_CHANGE, SK_RULE_TYPE },
	{ 0x0080, SK_UNIT_NEVERALLOW, SK_RULE_PERMS },
	{ 0x0100, SK_UNIT_ALLOWX, SK_RULE_XPERMS },
	{ 0x0200, SK_UNIT_AUDITALLOWX, SK_RULE_XPERMS },
	{ 0x0400, SK_UNIT_DONTAUDITX, SK_RULE_XPERMS },
	{ 0x0800, SK_UNIT_NEVERALLOWX, SK_RULE_XPERMS },
};

enum { SK_RULE_SELF = 1, SK_RULE_NOT_SELF = 2 };
enum { SK_XPERMS_FUNCTION = 1, SK_XPERMS_DRIVER, SK_XPERMS_NLMSG };

/* Classes of a rule with what the file has for each: permission bits, or the number of a type. */
struct sk_mod_class_data {
	uint32_t cls, data;
};

struct sk_mod_rule {
	const struct sk_mod_rule_row *row;
	uint64_t offset, classes_offset;
	uint32_t block, cond;
	uint32_t sources, targets;	/* sets of the space */
	uint32_t n;
	struct sk_mod_class_data *classes;
};

static void sk_mod_add_perms_rule(struct sk_module *m, const struct sk_mod_rule *rule, uint32_t perms)
{
	sk_mod_add(m, rule->row->kind, rule->block, rule->cond, rule->offset,
		   (const uint32_t[SK_UNIT_OPERANDS]){ rule->sources, rule->targets, perms });
}

static void sk_mod_lower_perms(struct sk_module *m, const struct sk_mod_rule *rule)
{
	uint64_t vector = rule->n ? (uint64_t)rule->classes[0].cls << 32 | rule->classes[0].data : SK_MAP_NONE;
	const uint32_t *known = rule->n == 1 && vector != SK_MAP_NONE ? sk_map_find(&m->vectors, vector) : NULL;
	uint32_t perms, class_set, *value;

	if (known) {
		sk_mod_add_perms_rule(m, rule, *known);
		return;
	}
	m->class_perms.n = 0;
	for (uint32_t i = 0; i < rule->n && !m->r.failed; i++) {
		const struct sk_mod_class_data *c = &rule->classes[i];
		const struct sk_mod_symbol *s = sk_mod_symbol(m, SK_MOD_CLASS, c->cls, rule->classes_offset + 8 * i,
							      "class of a rule");
		uint32_t valid = s && s->cls->n_perms < 32 ? (1u << s->cls->n_perms) - 1 : UINT32_MAX;

		if (s && !(c->data & valid)) {
			sk_mod_refuse_at(m, SK_MOD_VALUE, rule->classes_offset + 8 * i + 4, "permissions of a rule",
					 "class '%.64s' has none of the permissions 0x%x",
					 sk_intern_str(m->space->names, s->name), c->data);
			return;
		}
		class_set = sk_mod_lower_set(m, SK_MOD_CLASS, &(struct sk_mod_set){ .n = 1, .values = &c->cls },
					     "class of a rule");
		perms = sk_mod_perm_set(m, c->cls, c->data & valid, rule->classes_offset, "permissions of a rule");
		SK_MOD_PUSH(m, m->class_perms, ((struct sk_class_perm){ class_set, perms, 0 }));
	}
	if (m->r.failed)
		return;
	if (sk_space_class_perms(m->space, &(struct sk_class_perms){ (uint32_t)m->class_perms.n, m->class_perms.list },
				 &perms)) {
		sk_reader_no_memory(&m->r);
		return;
	}
	if (rule->n == 1 && vector != SK_MAP_NONE && sk_map_insert(&m->vectors, vector, perms, &value, NULL))
		sk_reader_no_memory(&m->r);
	sk_mod_add_perms_rule(m, rule, perms);
}

/* The set of classes from the i-th to before the j-th. */
static uint32_t sk_mod_class_set(struct sk_module *m, const struct sk_mod_rule *rule, uint32_t i, uint32_t j)
{
	uint32_t *values = SK_MOD_ARRAY(m, uint32_t, j - i);

	if (!values)
		return SK_SPACE_NONE;
	for (uint32_t k = i; k < j; k++)
		values[k - i] = rule->classes[k].cls;
	return sk_mod_lower_set(m, SK_MOD_CLASS,
				&(struct sk_mod_set){ rule->classes_offset + 8 * i, j - i, values }, "class of a rule");
}

/* One statement for each run of classes with the same result. */
static void sk_mod_lower_results(struct sk_module *m, const struct sk_mod_rule *rule)
{
	for (uint32_t i = 0, j; i < rule->n && !m->r.failed; i = j) {
		uint64_t offset = rule->classes_offset + 8 * i + 4;
		const struct sk_mod_symbol *result = sk_mod_symbol(m, SK_MOD_TYPE, rule->classes[i].data, offset,
								   "result of a rule");

		for (j = i + 1; j < rule->n && rule->classes[j].data == rule->classes[i].data; j++)
			;
		if (result && result->attribute)
			sk_mod_refuse_at(m, SK_MOD_VALUE, offset, "result of a rule",
					 "a type is needed, and '%.64s' is an attribute",
					 sk_intern_str(m->space->names, result->name));
		sk_mod_add(m, rule->row->kind, rule->block, rule->cond, rule->offset,
			   (const uint32_t[SK_UNIT_OPERANDS]){
				   rule->sources, rule->targets, sk_mod_class_set(m, rule, i, j),
				   sk_mod_ref(m, SK_MOD_TYPE, rule->classes[i].data, offset, "result of a rule"),
				   SK_INTERN_NONE });
	}
}

/* The bits of 256 as ranges: functions of one driver, or whole drivers. */
static uint32_t sk_mod_read_xperms(struct sk_module *m)
{
	uint32_t kind = sk_read_u8(&m->r, "kind of extended permissions");
	uint32_t driver = sk_read_u8(&m->r, "driver of extended permissions"), words[8], n = 0, number;
	struct sk_number_range ranges[128];
	struct sk_xperm_set set = { .op = kind == SK_XPERMS_NLMSG ? SK_XOP_NLMSG : SK_XOP_IOCTL, .ranges = ranges };

	if (kind < SK_XPERMS_FUNCTION || kind > SK_XPERMS_NLMSG)
		sk_mod_refuse_at(m, SK_MOD_VALUE, sk_reader_offset(&m->r) - 2, "kind of extended permissions",
				 "extended permissions are of the kinds 1 to 3, not %u", kind);
	for (uint32_t i = 0; i < 8; i++)
		words[i] = sk_read_u32(&m->r, "extended permissions");
	for (uint32_t i = 0; i < 256; i++) {
		uint32_t low = kind == SK_XPERMS_DRIVER ? i << 8 : driver << 8 | i;
		uint32_t high = kind == SK_XPERMS_DRIVER ? low | 0xff : low;

		if (!(words[i / 32] >> (i % 32) & 1))
			continue;
		if (n && ranges[n - 1].high + 1 == low)
			ranges[n - 1].high = high;
		else
			ranges[n++] = (struct sk_number_range){ low, high };
	}
	set.n = n;
	if (m->r.failed || sk_space_xperms(m->space, &set, &number)) {
		sk_reader_no_memory(&m->r);
		return SK_SPACE_NONE;
	}
	return number;
}

static void sk_mod_lower_xperms(struct sk_module *m, const struct sk_mod_rule *rule)
{
	uint32_t xperms = sk_mod_read_xperms(m);

	sk_mod_add(m, rule->row->kind, rule->block, rule->cond, rule->offset,
		   (const uint32_t[SK_UNIT_OPERANDS]){ rule->sources, rule->targets,
						       sk_mod_class_set(m, rule, 0, rule->n), xperms });
}

static const struct sk_mod_rule_row *sk_mod_rule_row(struct sk_module *m, uint32_t number, bool conditional)
{
	for (size_t i = 0; i < SK_ARRAY_LEN(sk_mod_rules); i++) {
		const struct sk_mod_rule_row *row = &sk_mod_rules[i];

		if (row->number != number)
			continue;
		if (row->form == SK_RULE_XPERMS && m->version < SK_MOD_SINCE_XPERMS)
			break;
		if (conditional && (row->kind == SK_UNIT_NEVERALLOW || row->kind == SK_UNIT_NEVERALLOWX ||
				    (row->form == SK_RULE_XPERMS && m->version < SK_MOD_SINCE_COND_XPERMS)))
			break;
		return row;
	}
	sk_mod_refuse(m, SK_MOD_VALUE, "kind of a rule", "no rule %s has the number 0x%x in version %u",
		      conditional ? "of a conditional" : "of a module", number, m->version);
	return NULL;
}

/* The flags of a rule as those of its set of targets. */
static uint8_t sk_mod_rule_flags(struct sk_module *m, const struct sk_mod_rule_row *row)
{
	uint32_t flags = sk_read_u32(&m->r, "flags of a rule");
	bool never = row && (row->kind == SK_UNIT_NEVERALLOW || row->kind == SK_UNIT_NEVERALLOWX);
	bool ok = !flags || (flags == SK_RULE_SELF && row && (row->form != SK_RULE_TYPE ||
							      m->version >= SK_MOD_SINCE_SELF_TRANSITIONS)) ||
		  (flags == SK_RULE_NOT_SELF && never);

	if (!ok)
		sk_mod_refuse(m, SK_MOD_VALUE, "flags of a rule", "a rule of this kind cannot have the flags %u", flags);
	return flags == SK_RULE_SELF ? SK_SET_SELF : flags ? SK_SET_NOT_SELF : 0;
}

/* What a set of one type takes: the word, then no types left out and no flags. */
#define SK_TYPE_SIZE 40

/*
 * Most sets of types in rules are one type, which was seen before: the set of the space for it, or SK_SPACE_NONE where
 * another stands at p, where SK_TYPE_SIZE bytes must be.
 */
static inline uint32_t sk_mod_known_type(const struct sk_mod_symbols *types, const unsigned char *p)
{
	uint64_t head = sk_mod_peek64(p), word = sk_mod_peek64(p + 8), bits = sk_mod_peek64(p + 16);
	uint32_t start = (uint32_t)(word >> 32), value;

	/* Words of 64 bits, one of them, one bit in it; the length of the set, in the upper half, is where that word ends. */
	if ((uint32_t)word != 1 || head != word - 1 + ((uint64_t)64 << 32 | 64) || start % 64 || !bits || bits & (bits - 1))
		return SK_SPACE_NONE;
	if (sk_mod_peek64(p + 24) != 64 || sk_mod_peek64(p + 32))
		return SK_SPACE_NONE;
	value = start + (uint32_t)__builtin_ctzll(bits) + 1;
	return value <= types->n_values ? types->sets[value] : SK_SPACE_NONE;
}

static uint32_t sk_mod_read_known_type(struct sk_module *m)
{
	uint32_t set = m->r.end - m->r.p < SK_TYPE_SIZE ? SK_SPACE_NONE : sk_mod_known_type(&m->symbols[SK_MOD_TYPE], m->r.p);

	if (set != SK_SPACE_NONE)
		m->r.p += SK_TYPE_SIZE;
	return set;
}

static uint32_t sk_mod_read_types(struct sk_module *m, uint8_t flags, const char *field)
{
	uint32_t known = flags ? SK_SPACE_NONE : sk_mod_read_known_type(m);
	struct sk_mod_typeset set;

	if (known != SK_SPACE_NONE)
		return known;
	sk_mod_read_typeset(m, &set, field);
	return sk_mod_lower_typeset(m, SK_MOD_TYPE, &set, flags, field);
}

/* What a rule of one type, one type and permissions of one class takes. */
enum {
	SK_RULE_SOURCES = 8,
	SK_RULE_TARGETS = SK_RULE_SOURCES + SK_TYPE_SIZE,
	SK_RULE_CLASSES = SK_RULE_TARGETS + SK_TYPE_SIZE,
	SK_RULE_SIZE = SK_RULE_CLASSES + 12,
};

/* Its kind, when it is of a kind that needs no looking into; else SK_UNIT_N_KINDS. */
static inline enum sk_unit_kind sk_mod_known_kind(uint32_t number)
{
	return number == 1 ? SK_UNIT_ALLOW : number == 8 ? SK_UNIT_DONTAUDIT : number == 2 ? SK_UNIT_AUDITALLOW
												 : SK_UNIT_N_KINDS;
}

/*
 * Most rules are of one type, one type and permissions of one class that were seen before. Reads those that come next, at
 * most n, for which there is room. Returns how many there were.
 */
static uint32_t sk_mod_read_known_rules(struct sk_module *m, uint32_t n, uint32_t block, uint32_t cond)
{
	const struct sk_mod_symbols *types = &m->symbols[SK_MOD_TYPE];
	struct sk_unit_stmt *stmts = m->unit->stmts.list + m->unit->stmts.n;
	uint32_t *places = m->places.list + m->places.n, offset = (uint32_t)sk_reader_offset(&m->r), i = 0;
	const unsigned char *p = m->r.p;

	for (; i < n && m->r.end - p >= SK_RULE_SIZE; i++, p += SK_RULE_SIZE, offset += SK_RULE_SIZE) {
		uint64_t head = sk_mod_peek64(p);
		uint32_t sources = sk_mod_known_type(types, p + SK_RULE_SOURCES);
		uint32_t targets = sk_mod_known_type(types, p + SK_RULE_TARGETS);
		enum sk_unit_kind kind = sk_mod_known_kind((uint32_t)head);
		const uint32_t *perms;

		/* The upper half are its flags. */
		if (head >> 32 || kind == SK_UNIT_N_KINDS || sources == SK_SPACE_NONE || targets == SK_SPACE_NONE ||
		    sk_mod_peek(p + SK_RULE_CLASSES) != 1)
			break;
		perms = sk_map_find(&m->vectors, (uint64_t)sk_mod_peek(p + SK_RULE_CLASSES + 4) << 32 |
							 sk_mod_peek(p + SK_RULE_CLASSES + 8));
		if (!perms)
			break;
		stmts[i] = (struct sk_unit_stmt){ .kind = kind, .block = block, .cond = cond, .addr = m->addr_base + offset,
						  .op = { sources, targets, *perms } };
		places[i] = offset;
	}
	m->r.p = p;
	m->unit->stmts.n += i;
	m->places.n += i;
	return i;
}

static void sk_mod_read_rule(struct sk_module *m, uint32_t block, uint32_t cond)
{
	struct sk_mod_rule rule = { .offset = sk_reader_offset(&m->r), .block = block, .cond = cond };
	struct sk_mod_class_data one;
	uint8_t flags;

	SK_MOD_PUSH(m, m->places, (uint32_t)rule.offset);
	rule.row = sk_mod_rule_row(m, sk_read_u32(&m->r, "kind of a rule"), cond != SK_SPACE_NONE);
	flags = sk_mod_rule_flags(m, rule.row);
	rule.sources = sk_mod_read_types(m, 0, "sources of a rule");
	rule.targets = sk_mod_read_types(m, flags, "targets of a rule");
	rule.n = sk_read_count(&m->r, 8, "number of classes of a rule");
	rule.classes_offset = sk_reader_offset(&m->r);
	rule.classes = rule.n == 1 ? &one : SK_MOD_ARRAY(m, struct sk_mod_class_data, rule.n);
	for (uint32_t i = 0; i < rule.n && !m->r.failed; i++) {
		rule.classes[i].cls = sk_read_u32(&m->r, "class of a rule");
		rule.classes[i].data = sk_read_u32(&m->r, "permissions or result of a rule");
	}
	if (m->r.failed)
		return;
	switch (rule.row->form) {
	case SK_RULE_PERMS:
		sk_mod_lower_perms(m, &rule);
		break;
	case SK_RULE_TYPE:
		sk_mod_lower_results(m, &rule);
		break;
	case SK_RULE_XPERMS:
		sk_mod_lower_xperms(m, &rule);
		break;
	}
}

/* Room for the statements of n rules, one each, and their places. */
static void sk_mod_expect_rules(struct sk_module *m, uint32_t n)
{
	if (sk_grow(&m->unit->stmts.list, &m->unit->stmts.cap, m->unit->stmts.n + n, sizeof(*m->unit->stmts.list)) ||
	    sk_grow(&m->places.list, &m->places.cap, m->places.n + n, sizeof(*m->places.list)))
		sk_reader_no_memory(&m->r);
}

static void sk_mod_read_rules(struct sk_module *m, uint32_t block, uint32_t cond)
{
	uint32_t n = sk_read_count(&m->r, 60, "number of rules");

	sk_mod_begin_list(m, "rule", n);
	for (uint32_t i = 0; i < n && !m->r.failed; i++) {
		sk_mod_expect_rules(m, n - i);
		if (!m->r.failed)
			i += sk_mod_read_known_rules(m, n - i, block, cond);
		m->number = i;
		if (i < n)
			sk_mod_read_rule(m, block, cond);
	}
	if (!m->r.failed)
		m->what = NULL;
}

enum { SK_COND_BOOL = 1, SK_COND_NOT, SK_COND_OR, SK_COND_AND, SK_COND_XOR, SK_COND_EQ, SK_COND_NEQ };

static void sk_mod_read_cond_node(struct sk_module *m, int *depth)
{
	static const uint8_t ops[] = { 0, SK_UNIT_NAME, SK_UNIT_NOT, SK_UNIT_OR, SK_UNIT_AND, SK_UNIT_XOR, SK_UNIT_EQ,
				       SK_UNIT_NEQ };
	uint64_t offset = sk_reader_offset(&m->r);
	uint32_t op = sk_read_u32(&m->r, "condition"), boolean = sk_read_u32(&m->r, "condition");
	struct sk_unit_node node = { .addr = m->addr_base + (uint32_t)offset };

	if (m->r.failed)
		return;
	if (op < SK_COND_BOOL || op > SK_COND_NEQ || (op != SK_COND_BOOL && boolean)) {
		sk_mod_refuse_at(m, SK_MOD_EXPRESSION, offset, "condition", "no part of a condition has the numbers %u, %u",
				 op, boolean);
		return;
	}
	*depth += op == SK_COND_BOOL ? 1 : op == SK_COND_NOT ? 0 : -1;
	if (*depth < 1 || *depth > 10) {
		sk_mod_refuse_at(m, SK_MOD_EXPRESSION, offset, "condition",
				 *depth < 1 ? "an operator lacks an operand" : "the condition is too deep");
		return;
	}
	node.op = ops[op];
	node.a = op == SK_COND_BOOL ? sk_mod_ref(m, SK_MOD_BOOL, boolean, offset + 4, "condition") : SK_SPACE_NONE;
	SK_MOD_PUSH(m, m->nodes, node);
}

static void sk_mod_read_cond(struct sk_module *m, uint32_t block)
{
	struct sk_unit_cond cond = { .block = block, .addr = m->addr_base + (uint32_t)sk_reader_offset(&m->r) };
	uint32_t number = 0, n, state;
	int depth = 0;

	state = sk_read_u32(&m->r, "state of a condition");
	if (state > 1)
		sk_mod_refuse(m, SK_MOD_VALUE, "state of a condition", "a condition is 0 or 1, not %u", state);
	n = sk_read_count(&m->r, 8, "length of a condition");
	m->nodes.n = 0;
	for (uint32_t i = 0; i < n && !m->r.failed; i++)
		sk_mod_read_cond_node(m, &depth);
	if (depth != 1)
		sk_mod_refuse(m, SK_MOD_EXPRESSION, "condition", "the condition does not come out as one value");
	if (m->r.failed)
		return;
	if (sk_space_expr(m->space, &(struct sk_unit_expr){ (uint32_t)m->nodes.n, m->nodes.list }, &cond.expr) ||
	    sk_unit_add_cond(m->unit, &cond, &number)) {
		sk_reader_no_memory(&m->r);
		return;
	}
	sk_mod_read_rules(m, block, 2 * number);
	sk_mod_read_rules(m, block, 2 * number + 1);
	if (m->version >= SK_MOD_SINCE_TUNABLES && sk_read_u32(&m->r, "kind of a condition") > 1)
		sk_mod_refuse(m, SK_MOD_VALUE, "kind of a condition", "a condition is 0 or, of tunables, 1");
}

static void sk_mod_read_role_transition(struct sk_module *m, uint32_t block, uint64_t offset)
{
	struct sk_mod_typeset roles, types;
	struct sk_mod_set classes = { .offset = offset, .n = 1, .values = &m->process };
	uint32_t result;

	sk_mod_read_roleset(m, &roles, "roles of a role transition");
	sk_mod_read_typeset(m, &types, "types of a role transition");
	if (m->version >= SK_MOD_SINCE_ROLETRANS)
		sk_mod_read_set(m, &classes, "classes of a role transition");
	result = sk_read_u32(&m->r, "result of a role transition");
	sk_mod_stmt(m, SK_UNIT_ROLE_TRANSITION, block, offset,
		    sk_mod_lower_typeset(m, SK_MOD_ROLE, &roles, 0, "roles of a role transition"),
		    sk_mod_lower_typeset(m, SK_MOD_TYPE, &types, 0, "types of a role transition"),
		    sk_mod_lower_set(m, SK_MOD_CLASS, &classes, "classes of a role transition"),
		    sk_mod_ref(m, SK_MOD_ROLE, result, sk_reader_offset(&m->r) - 4, "result of a role transition"));
}

static void sk_mod_read_role_allow(struct sk_module *m, uint32_t block, uint64_t offset)
{
	struct sk_mod_typeset from, to;

	sk_mod_read_roleset(m, &from, "roles of a role allow");
	sk_mod_read_roleset(m, &to, "new roles of a role allow");
	sk_mod_stmt(m, SK_UNIT_ROLE_ALLOW, block, offset,
		    sk_mod_lower_typeset(m, SK_MOD_ROLE, &from, 0, "roles of a role allow"),
		    sk_mod_lower_typeset(m, SK_MOD_ROLE, &to, 0, "new roles of a role allow"));
}

static void sk_mod_read_filename(struct sk_module *m, uint32_t block, uint64_t offset)
{
	const char *field = "result of a named transition";
	struct sk_mod_typeset sources, targets;
	uint32_t length = sk_read_u32(&m->r, "length of a name"), name, cls, result, flags = 0;
	const struct sk_mod_symbol *s;
	uint64_t at;

	if (!length)
		sk_mod_refuse(m, SK_MOD_NAME, "length of a name", "the name of the object is empty");
	name = sk_mod_read_name_bytes(m, length, false, "name of an object");
	sk_mod_read_typeset(m, &sources, "sources of a named transition");
	sk_mod_read_typeset(m, &targets, "targets of a named transition");
	at = sk_reader_offset(&m->r);
	cls = sk_read_u32(&m->r, "class of a named transition");
	result = sk_read_u32(&m->r, field);
	if (m->version >= SK_MOD_SINCE_SELF_TRANSITIONS)
		flags = sk_read_u32(&m->r, "flags of a named transition");
	if (flags > SK_RULE_SELF)
		sk_mod_refuse(m, SK_MOD_VALUE, "flags of a named transition", "the flags are 0 or 1, not %u", flags);
	s = sk_mod_symbol(m, SK_MOD_TYPE, result, at + 4, field);
	if (s && s->attribute)
		sk_mod_refuse_at(m, SK_MOD_VALUE, at + 4, field, "a type is needed, and '%.64s' is an attribute",
				 sk_intern_str(m->space->names, s->name));
	sk_mod_stmt(m, SK_UNIT_TYPE_TRANSITION, block, offset,
		    sk_mod_lower_typeset(m, SK_MOD_TYPE, &sources, 0, "sources of a named transition"),
		    sk_mod_lower_typeset(m, SK_MOD_TYPE, &targets, flags ? SK_SET_SELF : 0,
					 "targets of a named transition"),
		    sk_mod_lower_set(m, SK_MOD_CLASS, &(struct sk_mod_set){ at, 1, &cls }, "class of a named transition"),
		    sk_mod_ref(m, SK_MOD_TYPE, result, at + 4, field), name);
}

static void sk_mod_read_range_transition(struct sk_module *m, uint32_t block, uint64_t offset)
{
	struct sk_mod_typeset sources, targets;
	struct sk_mod_set classes;
	struct sk_mod_level low, high;

	sk_mod_read_typeset(m, &sources, "sources of a range transition");
	sk_mod_read_typeset(m, &targets, "targets of a range transition");
	sk_mod_read_set(m, &classes, "classes of a range transition");
	sk_mod_read_semantic_level(m, &low, "range of a range transition");
	sk_mod_read_semantic_level(m, &high, "range of a range transition");
	/* Without MLS the peers leave them out. */
	if (!m->mls)
		return;
	sk_mod_stmt(m, SK_UNIT_RANGE_TRANSITION, block, offset,
		    sk_mod_lower_typeset(m, SK_MOD_TYPE, &sources, 0, "sources of a range transition"),
		    sk_mod_lower_typeset(m, SK_MOD_TYPE, &targets, 0, "targets of a range transition"),
		    sk_mod_lower_set(m, SK_MOD_CLASS, &classes, "classes of a range transition"),
		    sk_mod_lower_range(m, &low, &high, "range of a range transition"));
}

/* A list of one kind of rule. */
static void sk_mod_read_list(struct sk_module *m, uint32_t block, size_t min_size, const char *what,
			     void (*read)(struct sk_module *m, uint32_t block, uint64_t offset))
{
	uint32_t n = sk_read_count(&m->r, min_size, what);

	sk_mod_begin_list(m, what, n);
	for (uint32_t i = 0; i < n && !m->r.failed; i++) {
		uint64_t offset = sk_reader_offset(&m->r);

		m->number = i;
		SK_MOD_PUSH(m, m->places, (uint32_t)offset);
		read(m, block, offset);
	}
	if (!m->r.failed)
		m->what = NULL;
}

/* All optionals of a module require all but the same permissions: those of a scope before, when they stand here again. */
static bool sk_mod_read_known_perms(struct sk_module *m, struct sk_mod_scope *scope)
{
	for (size_t i = 0; i < SK_ARRAY_LEN(m->known_perms); i++) {
		const struct sk_mod_known_perms *known = &m->known_perms[i];

		if (!known->n || (size_t)(m->r.end - m->r.p) < known->n || memcmp(m->r.p, known->bytes, known->n) != 0)
			continue;
		m->r.p += known->n;
		scope->n_classes = known->n_classes;
		scope->n_perms = known->n_perms;
		scope->perms = known->perms;
		return true;
	}
	return false;
}

/* Permissions class by class. Those of most classes are none. */
static void sk_mod_read_scope_perms(struct sk_module *m, struct sk_mod_scope *scope, const char *field)
{
	const unsigned char *bytes = m->r.p;

	if (sk_mod_read_known_perms(m, scope))
		return;
	scope->n_classes = sk_read_count(&m->r, 12, field);
	if (scope->n_classes > m->symbols[SK_MOD_CLASS].n_values)
		sk_mod_refuse(m, SK_MOD_COUNT, field, "permissions of %u classes are told, and there are %u",
			      scope->n_classes, m->symbols[SK_MOD_CLASS].n_values);
	m->vector_list.n = 0;
	for (uint32_t i = 0; i < scope->n_classes && !m->r.failed; i++) {
		struct sk_mod_vector vector = { i + 1, 0 };
		uint64_t offset;

		if (sk_mod_skip_empty_set(m))
			continue;
		offset = sk_reader_offset(&m->r);
		vector.bits = sk_mod_read_perms(m, field);
		if (vector.bits && (m->symbols[SK_MOD_CLASS].by_value[i + 1] ||
				    sk_mod_symbol(m, SK_MOD_CLASS, i + 1, offset, field)))
			SK_MOD_PUSH(m, m->vector_list, vector);
	}
	if (m->r.failed || !m->vector_list.n)
		return;
	scope->n_perms = (uint32_t)m->vector_list.n;
	scope->perms = sk_arena_memdup(&m->arena, m->vector_list.list, m->vector_list.n * sizeof(*m->vector_list.list));
	if (!scope->perms)
		sk_reader_no_memory(&m->r);
	else
		m->known_perms[m->n_known_perms++ % SK_ARRAY_LEN(m->known_perms)] = (struct sk_mod_known_perms){
			bytes, (size_t)(m->r.p - bytes), scope->n_classes, scope->n_perms, scope->perms };
}

/* Are there symbols with all the values? */
static void sk_mod_check_word(struct sk_module *m, enum sk_mod_table table, const struct sk_mod_word *word,
			      uint64_t offset, const char *field)
{
	const struct sk_mod_symbols *t = &m->symbols[table];
	uint64_t there = word->start < t->n_values ? t->there[word->start / 64] : 0, missing = word->bits & ~there;

	if (missing)
		sk_mod_symbol(m, table, word->start + (uint32_t)__builtin_ctzll(missing) + 1, offset, field);
}

static void sk_mod_read_scope(struct sk_module *m, struct sk_mod_scope *scope, const char *field)
{
	for (unsigned int t = 0; t < SK_MOD_N_TABLES; t++) {
		struct sk_mod_words *set = &scope->symbols[t];

		sk_mod_read_words(m, set, field);
		for (uint32_t i = 0; i < set->n && !m->r.failed; i++)
			sk_mod_check_word(m, (enum sk_mod_table)t, &set->list[i], set->offset, field);
		if (t == SK_MOD_COMMON && set->n)
			sk_mod_refuse_at(m, SK_MOD_SCOPE, set->offset, field, "commons have no scope");
	}
	sk_mod_read_scope_perms(m, scope, field);
}

static void sk_mod_read_added(struct sk_module *m, struct sk_mod_decl *d)
{
	struct sk_mod_symbols added[SK_MOD_N_TABLES] = { 0 };
	bool any = false;

	for (unsigned int t = 0; t < SK_MOD_N_TABLES && !m->r.failed; t++) {
		/* Most are empty, whatever their highest number. */
		if (m->r.end - m->r.p >= 8 && !sk_mod_peek(m->r.p + 4)) {
			m->r.p += 8;
			continue;
		}
		sk_mod_read_table(m, (enum sk_mod_table)t, &added[t], false);
		any = any || added[t].n;
	}
	if (m->r.failed || !any)
		return;
	d->added = sk_arena_memdup(&m->arena, added, sizeof(added));
	if (!d->added)
		sk_reader_no_memory(&m->r);
}

static void sk_mod_read_decl(struct sk_module *m, struct sk_mod_decl *d)
{
	uint32_t n, enabled;

	d->offset = sk_reader_offset(&m->r);
	d->id = sk_read_u32(&m->r, "number of a block");
	enabled = sk_read_u32(&m->r, "state of a block");
	if (enabled > 1)
		sk_mod_refuse(m, SK_MOD_VALUE, "state of a block", "a block is 0 or 1, not %u", enabled);
	n = sk_read_count(&m->r, 16, "number of conditionals");
	for (uint32_t i = 0; i < n && !m->r.failed; i++)
		sk_mod_read_cond(m, d->block);
	sk_mod_read_rules(m, d->block, SK_SPACE_NONE);
	sk_mod_read_list(m, d->block, 48, "role transition", sk_mod_read_role_transition);
	sk_mod_read_list(m, d->block, 32, "role allow", sk_mod_read_role_allow);
	if (m->version >= SK_MOD_SINCE_FILENAMES)
		sk_mod_read_list(m, d->block, 69, "named transition", sk_mod_read_filename);
	if (m->version >= SK_MOD_SINCE_RANGETRANS)
		sk_mod_read_list(m, d->block, 84, "range transition", sk_mod_read_range_transition);
	sk_mod_read_scope(m, &d->required, "what a block requires");
	sk_mod_read_scope(m, &d->declared, "what a block declares");
	sk_mod_read_added(m, d);
}

/* Makes room for n branches, in the arena, whose pages are large. */
static void sk_mod_grow_decls(struct sk_module *m, size_t n)
{
	size_t cap = SK_MAX(n, m->n_decls + m->n_decls / 2);
	struct sk_mod_decl *grown = n <= m->cap_decls ? m->decls : sk_arena_alloc(&m->arena, cap * sizeof(*grown));

	if (n <= m->cap_decls || m->r.failed)
		return;
	if (!grown) {
		sk_reader_no_memory(&m->r);
		return;
	}
	if (m->n_decls)
		memcpy(grown, m->decls, m->n_decls * sizeof(*grown));
	m->decls = grown;
	m->cap_decls = cap;
}

static void sk_mod_read_branch(struct sk_module *m, bool first, uint32_t otherwise)
{
	struct sk_mod_decl d = { .parent = SK_SPACE_NONE, .otherwise = otherwise, .block = m->unit->top };

	if (!m->r.failed && !(first && otherwise == SK_SPACE_NONE)) {
		const struct sk_block block = {
			.unit = m->unit->number, .parent = m->unit->top, .otherwise = SK_SPACE_NONE,
			.name = SK_INTERN_NONE, .addr = m->addr_base + (uint32_t)sk_reader_offset(&m->r) };

		if (sk_space_block(m->space, &block, &d.block))
			sk_reader_no_memory(&m->r);
	}
	sk_mod_read_decl(m, &d);
	if (m->r.failed)
		return;
	sk_mod_grow_decls(m, m->n_decls + 1);
	if (!m->r.failed)
		m->decls[m->n_decls++] = d;
}

/* Are all requirements of `sub` among those of `sup`? */
static bool sk_mod_words_have(const struct sk_mod_words *sup, const struct sk_mod_words *sub)
{
	uint32_t i = 0;

	for (uint32_t k = 0; k < sub->n; k++)
		if (sub->list[k].bits & ~sk_mod_word_at(sup, &i, sub->list[k].start))
			return false;
	return true;
}

static bool sk_mod_scope_has(const struct sk_mod_scope *sup, const struct sk_mod_scope *sub)
{
	if (sup->n_classes < sub->n_classes)
		return false;
	for (uint32_t i = 0, k = 0; sub->perms != sup->perms && i < sub->n_perms; i++) {
		while (k < sup->n_perms && sup->perms[k].cls < sub->perms[i].cls)
			k++;
		if (k == sup->n_perms || sup->perms[k].cls != sub->perms[i].cls || sub->perms[i].bits & ~sup->perms[k].bits)
			return false;
	}
	for (unsigned int t = 0; t < SK_MOD_N_TABLES; t++)
		if (!sk_mod_words_have(&sup->symbols[t], &sub->symbols[t]))
			return false;
	return true;
}

/* Which optional stands in which: the nearest one before it, or one around that, whose requirements it shares. */
static void sk_mod_nest(struct sk_module *m)
{
	uint32_t around = 0;

	for (uint32_t i = 1; i < m->n_decls; i++) {
		struct sk_mod_decl *d = &m->decls[i];

		if (d->otherwise != SK_SPACE_NONE) {
			d->parent = m->decls[d->otherwise].parent;
			m->space->blocks.list[d->block].otherwise = m->decls[d->otherwise].block;
		} else {
			while (around && !sk_mod_scope_has(&d->required, &m->decls[around].required))
				around = m->decls[around].parent;
			d->parent = around;
			around = i;
		}
		m->space->blocks.list[d->block].parent = m->decls[d->parent].block;
	}
}

void sk_mod_read_blocks(struct sk_module *m)
{
	uint32_t n = sk_read_count(&m->r, 4, "number of blocks");

	if (!n)
		sk_mod_refuse(m, SK_MOD_COUNT, "number of blocks", "the module has no block");
	/* Most have one branch, and what it declares and requires alone takes so many bytes. */
	sk_mod_grow_decls(m, SK_MIN(n, sk_reader_left(&m->r) / 256 + 1));
	for (uint32_t i = 0; i < n && !m->r.failed; i++) {
		uint32_t n_branches = sk_read_count(&m->r, 8, "number of branches of a block");

		if (!n_branches || (!i && n_branches > 1))
			sk_mod_refuse(m, SK_MOD_COUNT, "number of branches of a block",
				      "block %u cannot have %u branches", i + 1, n_branches);
		for (uint32_t k = 0; k < n_branches && !m->r.failed; k++)
			sk_mod_read_branch(m, !i, k ? (uint32_t)m->n_decls - 1 : SK_SPACE_NONE);
	}
	m->decl_by_id = SK_MOD_ARRAY(m, uint32_t, m->n_decls + 1);
	for (uint32_t i = 0; i < m->n_decls && !m->r.failed; i++) {
		const struct sk_mod_decl *d = &m->decls[i];

		if (!d->id || d->id > m->n_decls || m->decl_by_id[d->id])
			sk_mod_refuse_at(m, SK_MOD_DUPLICATE, d->offset, "number of a block",
					 "the number %u of a block is outside 1 to %zu, or another's", d->id, m->n_decls);
		else
			m->decl_by_id[d->id] = i + 1;
	}
	if (!m->r.failed)
		sk_mod_nest(m);
}
