/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Rules with permissions and type rules. Each statement becomes records, one for each source, target and class that it
 * comes to; the records are sorted by what they speak of, and those that speak of the same are one rule of the policy.
 * Nothing is allocated for a rule, and where a rule comes from is the run of records that it was merged from.
 */
#include "compile/rule.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

const uint16_t sk_key_kinds[] = {
	SK_RULE_ALLOW, SK_RULE_AUDITALLOW, SK_RULE_AUDITDENY, SK_RULE_TRANSITION, SK_RULE_MEMBER, SK_RULE_CHANGE,
	SK_RULE_XALLOW, SK_RULE_XAUDITALLOW, SK_RULE_XDONTAUDIT,
};

uint32_t sk_kind_number(uint32_t kind)
{
	uint32_t i = 0;

	while (sk_key_kinds[i] != kind)
		i++;
	return i;
}

static bool sk_is_type_rule(uint32_t kind_number)
{
	return sk_key_kinds[kind_number] & SK_RULES_TYPE;
}

static bool sk_is_extended(uint32_t kind_number)
{
	return sk_key_kinds[kind_number] & SK_RULES_XPERM;
}

/* What a kind of statement becomes: the key's kind, or SK_SPACE_NONE. */
static uint32_t sk_stmt_kind(uint32_t kind)
{
	switch (kind) {
	case SK_UNIT_ALLOW:
		return 0;
	case SK_UNIT_AUDITALLOW:
		return 1;
	case SK_UNIT_DONTAUDIT:
	case SK_UNIT_AUDITDENY:
		return 2;
	case SK_UNIT_TYPE_TRANSITION:
		return 3;
	case SK_UNIT_TYPE_MEMBER:
		return 4;
	case SK_UNIT_TYPE_CHANGE:
		return 5;
	case SK_UNIT_ALLOWX:
		return 6;
	case SK_UNIT_AUDITALLOWX:
		return 7;
	case SK_UNIT_DONTAUDITX:
		return 8;
	default:
		return SK_SPACE_NONE;
	}
}

/* One statement on its way to records. */
struct sk_expanding {
	struct sk_compiler *c;
	const struct sk_unit_stmt *stmt;
	uint32_t number, branch, kind;
	const struct sk_access *access;
	uint32_t n_access;
};

static int sk_emit(struct sk_expanding *e, uint32_t source, uint32_t target)
{
	struct sk_compiler *c = e->c;
	uint64_t key = sk_rule_key(c, e->branch, source, target, 0, e->kind);

	if (c->records.n + e->n_access > c->records.cap &&
	    sk_grow(&c->records.list, &c->records.cap, c->records.n + e->n_access, sizeof(*c->records.list)))
		return -ENOMEM;
	for (uint32_t i = 0; i < e->n_access; i++) {
		uint64_t full = key | (uint64_t)e->access[i].cls << SK_KEY_KIND;

		if (sk_is_extended(e->kind)) {
			if (sk_add_extended(c, e->stmt, e->number, full))
				return -ENOMEM;
			continue;
		}
		c->records.list[c->records.n++] = (struct sk_record){
			full, e->stmt->kind == SK_UNIT_DONTAUDIT ? ~e->access[i].mask : e->access[i].mask, e->number };
	}
	return 0;
}

static int sk_emit_all(struct sk_expanding *e, const struct sk_ids *sources, const struct sk_ids *targets,
		       uint32_t flags)
{
	bool self = sk_flags_self(flags), not_self = sk_flags_not_self(flags);
	int r = 0;

	for (uint32_t i = 0; !r && i < sources->n; i++) {
		if (self)
			r = sk_emit(e, sources->ids[i], sources->ids[i]);
		for (uint32_t j = 0; !r && j < targets->n; j++)
			if (!not_self || sources->ids[i] != targets->ids[j])
				r = sk_emit(e, sources->ids[i], targets->ids[j]);
	}
	return r;
}

/* Extended permissions are of classes that have the permission they belong to. */
static bool sk_check_extended_class(struct sk_compiler *c, const struct sk_unit_stmt *stmt, uint32_t cls, uint32_t xperms)
{
	const char *word = sk_xop_word((enum sk_xop)c->space->xperms.list[xperms].op);
	uint32_t name = sk_intern_find(c->names, word, strlen(word));

	if (name != SK_INTERN_NONE && sk_map_find(&c->perm_values, (uint64_t)cls << 32 | name))
		return true;
	sk_compile_error_at(c, "E0805", stmt, word, "class '%s' has no permission '%s'", c->policy->classes[cls - 1].name,
			    word);
	return false;
}

static void sk_check_named_xperms(struct sk_compiler *c, const struct sk_unit_stmt *stmt)
{
	const struct sk_bitset *classes = sk_set_ids(c, stmt, stmt->op[0]);

	for (uint32_t cls = classes ? sk_bitset_next(classes, 0) : UINT32_MAX; cls != UINT32_MAX;
	     cls = sk_bitset_next(classes, cls + 1))
		sk_check_extended_class(c, stmt, cls, stmt->op[1]);
}

/* The classes of a type rule or an extended one, as accesses with the result, or 0, for a mask. */
static bool sk_class_accesses(struct sk_expanding *e, struct sk_access *room, uint32_t n_room)
{
	struct sk_compiler *c = e->c;
	const struct sk_bitset *classes = sk_set_ids(c, e->stmt, e->stmt->op[2]);
	uint32_t data = 0, symbol;

	if (!classes)
		return false;
	if (sk_is_type_rule(e->kind)) {
		symbol = sk_need_symbol(c, e->stmt, e->stmt->op[3], SK_FLAVOR_PLAIN);
		if (symbol == SK_SPACE_NONE)
			return false;
		data = c->symbols.list[symbol].id;
	}
	e->access = room;
	for (uint32_t cls = sk_bitset_next(classes, 0); cls != UINT32_MAX && e->n_access < n_room;
	     cls = sk_bitset_next(classes, cls + 1)) {
		if (sk_is_extended(e->kind) && !sk_check_extended_class(c, e->stmt, cls, e->stmt->op[3]))
			return false;
		room[e->n_access++] = (struct sk_access){ cls, data };
	}
	return true;
}

/* One pair of an allow rule, without what is denied of it. */
static int sk_emit_undenied(struct sk_expanding *e, uint32_t cls, uint32_t mask, uint32_t source, uint32_t target)
{
	struct sk_access access = { cls, mask & ~sk_denied(e->c, cls, source, target) };
	struct sk_expanding one = *e;

	one.access = &access;
	one.n_access = access.mask ? 1 : 0;
	return sk_emit(&one, source, target);
}

/*
 * An allow rule that deny rules meet: permissions that none of them names as they are, the others type by type. Sets
 * e->access to what is to be emitted as ever.
 */
static int sk_expand_denied(struct sk_expanding *e, uint32_t flags, struct sk_access *room)
{
	struct sk_compiler *c = e->c;
	struct sk_pairs pairs = { sk_set_type_ids(c, e->stmt, e->stmt->op[0]), NULL,
				  flags & SK_SET_SELF, flags & (SK_SET_NOT_SELF | SK_SET_OTHER) };
	uint32_t n = 0;
	int r = 0;

	pairs.targets = flags & SK_SET_OTHER ? pairs.sources : sk_set_type_ids(c, e->stmt, e->stmt->op[1]);
	if (!pairs.sources || !pairs.targets)
		return c->no_memory ? -ENOMEM : 0;
	for (uint32_t k = 0; k < e->n_access && !r; k++) {
		uint32_t cls = e->access[k].cls, mask = e->access[k].mask & sk_deny_concerns(c, cls, &pairs);

		if (e->access[k].mask & ~mask)
			room[n++] = (struct sk_access){ cls, e->access[k].mask & ~mask };
		for (uint32_t i = 0; i < pairs.sources->n && mask && !r; i++) {
			uint32_t source = pairs.sources->ids[i];

			if (pairs.self)
				r = sk_emit_undenied(e, cls, mask, source, source);
			for (uint32_t j = 0; j < pairs.targets->n && !r; j++)
				if (!pairs.not_self || pairs.targets->ids[j] != source)
					r = sk_emit_undenied(e, cls, mask, source, pairs.targets->ids[j]);
		}
	}
	e->access = room;
	e->n_access = n;
	return r;
}

static int sk_expand_stmt(struct sk_expanding *e, struct sk_access *room, uint32_t n_room)
{
	struct sk_compiler *c = e->c;
	uint32_t flags = c->space->sets.list[e->stmt->op[1]].flags;
	bool expand = e->kind >= 3 && e->kind <= 5;
	const struct sk_ids *sources, *targets;
	const struct sk_access_list *list;

	if (e->kind < 3) {
		if (!sk_access_of(c, e->stmt, e->stmt->op[2], &list))
			return c->no_memory ? -ENOMEM : 0;
		e->access = list->items;
		e->n_access = list->n;
	} else if (!sk_class_accesses(e, room, n_room)) {
		return c->no_memory ? -ENOMEM : 0;
	}
	if (!e->kind && c->denies.n && sk_expand_denied(e, flags, room))
		return -ENOMEM;
	expand |= flags & (SK_SET_SELF | SK_SET_NOT_SELF | SK_SET_OTHER);
	sources = expand ? sk_set_type_ids(c, e->stmt, e->stmt->op[0]) : sk_rule_types(c, e->stmt, e->stmt->op[0]);
	targets = expand ? sk_set_type_ids(c, e->stmt, e->stmt->op[1]) : sk_rule_types(c, e->stmt, e->stmt->op[1]);
	if (flags & SK_SET_OTHER)
		targets = sources;
	if (!sources || !targets)
		return c->no_memory ? -ENOMEM : 0;
	return sk_emit_all(e, sources, targets, flags);
}

/* Room for at least a record of each statement. */
static int sk_reserve_records(struct sk_compiler *c)
{
	size_t n = 0;

	for (uint32_t kind = 0; kind < SK_UNIT_N_KINDS; kind++)
		if (sk_stmt_kind(kind) != SK_SPACE_NONE)
			n += c->first_of_kind[kind + 1] - c->first_of_kind[kind];
	return sk_grow(&c->records.list, &c->records.cap, n, sizeof(*c->records.list));
}

static int sk_collect_records(struct sk_compiler *c)
{
	struct sk_access *room = SK_ARENA_ARRAY(&c->arena, struct sk_access, c->policy->n_classes + 1);
	const struct sk_access_list *accesses;
	int r;

	if (!room || sk_compile_denies(c) || sk_reserve_records(c))
		return -ENOMEM;
	SK_EACH_STMT(c, u, stmt, number) {
		struct sk_expanding e = { c, stmt, number, 0, sk_stmt_kind(stmt->kind), NULL, 0 };
		const struct sk_cond_place *place;
		bool is_false;

		if (stmt->kind == SK_UNIT_NEVERALLOW || stmt->kind == SK_UNIT_NEVERALLOWX) {
			if (SK_COMPILE_ADD(c->neverallows, number))
				return -ENOMEM;
			e.kind = sk_kind_number(SK_RULE_XALLOW);
			if (stmt->kind == SK_UNIT_NEVERALLOWX)
				sk_class_accesses(&e, room, c->policy->n_classes);
			else
				sk_access_of(c, stmt, stmt->op[2], &accesses);
			continue;
		}
		if (stmt->kind == SK_UNIT_XPERMS)
			sk_check_named_xperms(c, stmt);
		if (stmt->kind == SK_UNIT_CLASS_PERMS)
			sk_access_of(c, stmt, stmt->op[0], &accesses);
		if (c->options->no_dontaudit && (stmt->kind == SK_UNIT_DONTAUDIT || stmt->kind == SK_UNIT_DONTAUDITX))
			continue;
		if (e.kind == SK_SPACE_NONE ||
		    (stmt->kind == SK_UNIT_TYPE_TRANSITION && stmt->op[4] != SK_INTERN_NONE))
			continue;
		if (stmt->cond != SK_SPACE_NONE) {
			place = sk_cond_place(c, u, stmt->cond);
			if (!place) {
				sk_compile_lose(c, stmt);
				continue;
			}
			is_false = stmt->cond & 1;
			if (place->decided && place->value == is_false)
				continue;
			if (!place->decided)
				e.branch = 1 + 2 * place->cond + (is_false != place->swapped);
		}
		r = sk_expand_stmt(&e, room, c->policy->n_classes);
		if (r)
			return r;
	}
	return c->no_memory ? -ENOMEM : 0;
}

static void sk_name_rule(struct sk_compiler *c, uint64_t key, char *buffer, size_t size)
{
	const struct sk_policy *p = c->policy;
	static const char *const words[] = { "allow", "auditallow", "dontaudit", "type_transition", "type_member",
					     "type_change", "allowxperm", "auditallowxperm", "dontauditxperm" };

	snprintf(buffer, size, "%s %s %s:%s", words[sk_key_kind(key)], p->types[sk_key_source(c, key) - 1].name,
		 p->types[sk_key_target(c, key) - 1].name, p->classes[sk_key_class(c, key) - 1].name);
}

/*
 * The statement that is written later contradicts the earlier one, whatever the order of their conditions; and one under a
 * condition that without.
 */
static void sk_report_conflict(struct sk_compiler *c, const struct sk_record *one, const struct sk_record *other)
{
	bool turned = sk_key_branch(c, one->key) && one->stmt > other->stmt;
	const struct sk_record *first = turned ? other : one, *second = turned ? one : other;
	const struct sk_unit_stmt *a = sk_stmt_at(c, first->stmt, NULL), *b = sk_stmt_at(c, second->stmt, NULL);
	struct sk_diag *diag;
	char name[512];

	sk_name_rule(c, second->key, name, sizeof(name));
	if (first->data == second->data) {
		diag = sk_compile_error(c, "E0807", b, "%s gives '%s' twice, under different conditions", name,
					c->policy->types[second->data - 1].name);
		sk_compile_note(c, diag, a, "it is given here too");
		return;
	}
	diag = sk_compile_error(c, "E0806", b, "%s gives '%s', and elsewhere '%s'", name,
				c->policy->types[second->data - 1].name, c->policy->types[first->data - 1].name);
	sk_compile_note(c, diag, a, "'%s' is given here", c->policy->types[first->data - 1].name);
}

/* The records of one key as a rule; type rules must agree. */
static void sk_merge_run(struct sk_compiler *c, const struct sk_record *run, size_t n, struct sk_rule *to)
{
	uint64_t key = run->key;
	uint32_t branch = sk_key_branch(c, key);

	to->source = (uint16_t)sk_key_source(c, key);
	to->target = (uint16_t)sk_key_target(c, key);
	to->cls = (uint16_t)sk_key_class(c, key);
	to->kind = sk_key_kinds[sk_key_kind(key)] & 0x7ff;
	to->data = run->data;
	to->enabled = branch && c->conds.list[(branch - 1) / 2].state == (branch & 1);
	for (size_t i = 1; i < n; i++) {
		if (to->kind == SK_RULE_AUDITDENY)
			to->data &= run[i].data;
		else if (!sk_is_type_rule(sk_key_kind(key)))
			to->data |= run[i].data;
		else if (run[i].data != run->data) {
			sk_report_conflict(c, run, &run[i]);
			break;
		}
	}
}

static bool sk_same_driver(const struct sk_extended *a, const struct sk_extended *b)
{
	return a->key == b->key && a->x.kind == b->x.kind && a->x.driver == b->x.driver;
}

static size_t sk_merge_extended_run(struct sk_compiler *c, size_t at, struct sk_rule *to, struct sk_xperm *x)
{
	const struct sk_extended *run = &c->extended.list[at];
	const struct sk_record as_record = { run->key, 0, run->stmt };
	size_t n = 0;

	sk_merge_run(c, &as_record, 1, to);
	*x = run->x;
	for (; at + n < c->extended.n && sk_same_driver(run, &run[n]); n++)
		for (unsigned int i = 0; i < 8; i++)
			x->perms[i] |= run[n].x.perms[i];
	return n;
}

size_t sk_find_record(const struct sk_compiler *c, uint64_t key)
{
	size_t lo = 0, hi = c->records.n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (c->records.list[mid].key < key)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static uint32_t sk_count_rules(const struct sk_compiler *c, uint32_t *ret_xperms)
{
	uint32_t n = 0, x = 0;

	for (size_t i = 0; i < c->records.n; i++)
		n += !i || c->records.list[i].key != c->records.list[i - 1].key;
	for (size_t i = 0; i < c->extended.n; i++)
		x += !i || !sk_same_driver(&c->extended.list[i], &c->extended.list[i - 1]);
	*ret_xperms = x;
	return n + x;
}

static int sk_fill_rules(struct sk_compiler *c)
{
	struct sk_policy *p = c->policy;
	size_t i = 0, x = 0;

	p->n_rules = sk_count_rules(c, &p->n_xperms);
	p->rules = SK_ARENA_ARRAY(&p->arena, struct sk_rule, (size_t)p->n_rules + 1);
	p->xperms = SK_ARENA_ARRAY(&p->arena, struct sk_xperm, (size_t)p->n_xperms + 1);
	p->conds = SK_ARENA_ARRAY(&p->arena, struct sk_cond, c->conds.n + 1);
	if (!p->rules || !p->xperms || !p->conds)
		return -ENOMEM;
	p->n_rules = p->n_xperms = 0;
	while (i < c->records.n || x < c->extended.n) {
		struct sk_rule *to = &p->rules[p->n_rules++];
		bool extended = i == c->records.n ||
				(x < c->extended.n && c->extended.list[x].key < c->records.list[i].key);
		uint64_t key = extended ? c->extended.list[x].key : c->records.list[i].key;
		uint32_t branch = sk_key_branch(c, key);
		size_t n = 1;

		if (extended) {
			x += sk_merge_extended_run(c, x, to, &p->xperms[p->n_xperms]);
			to->data = p->n_xperms++;
		} else {
			while (i + n < c->records.n && c->records.list[i + n].key == key)
				n++;
			sk_merge_run(c, &c->records.list[i], n, to);
			i += n;
		}
		if (!branch)
			p->n_unconditional = p->n_rules;
		else if (branch & 1)
			p->conds[(branch - 1) / 2].n_true++;
		else
			p->conds[(branch - 1) / 2].n_false++;
	}
	return 0;
}

static void sk_fill_conds(struct sk_compiler *c)
{
	struct sk_policy *p = c->policy;
	uint32_t at = p->n_unconditional;

	p->n_conds = (uint32_t)c->conds.n;
	for (uint32_t i = 0; i < p->n_conds; i++) {
		const struct sk_compiled_cond *from = &c->conds.list[i];
		struct sk_cond *to = &p->conds[i];

		to->file_state = from->state;
		to->n_nodes = from->n_nodes;
		to->nodes = from->nodes;
		to->first_true = at;
		to->first_false = at + to->n_true;
		at += to->n_true + to->n_false;
	}
}

/*
 * A type rule of a conditional must not stand elsewhere, but in the other branch of the same one. Conditional type rules
 * are few: they are looked up, not sorted again.
 */
static int sk_check_conditional_types(struct sk_compiler *c)
{
	unsigned int bits = SK_KEY_KIND + c->bits_class + 2 * c->bits_type;
	uint64_t rest = ((uint64_t)1 << bits) - 1;
	struct sk_map seen = { 0 };
	uint32_t *value;
	bool fresh;

	for (size_t i = sk_find_record(c, (uint64_t)1 << bits); i < c->records.n; i++) {
		const struct sk_record *r = &c->records.list[i], *other;
		uint32_t cond = (sk_key_branch(c, r->key) - 1) / 2;
		size_t plain;

		if (!sk_is_type_rule(sk_key_kind(r->key)) || (i && c->records.list[i - 1].key == r->key))
			continue;
		plain = sk_find_record(c, r->key & rest);
		if (plain < c->records.n && c->records.list[plain].key == (r->key & rest))
			sk_report_conflict(c, &c->records.list[plain], r);
		if (sk_map_insert(&seen, r->key & rest, (uint32_t)i, &value, &fresh)) {
			sk_map_done(&seen);
			return -ENOMEM;
		}
		other = &c->records.list[*value];
		/* What is wrong is the later statement, whichever conditional comes first in the policy. */
		if (!fresh && (sk_key_branch(c, other->key) - 1) / 2 != cond)
			sk_report_conflict(c, other->stmt < r->stmt ? other : r, other->stmt < r->stmt ? r : other);
	}
	sk_map_done(&seen);
	return 0;
}

static unsigned int sk_bits_for(uint32_t n)
{
	unsigned int bits = 1;

	while (bits < 16 && n >> bits)
		bits++;
	return bits;
}

static uint64_t sk_from_the_end(const struct sk_compiler *c, uint64_t key)
{
	uint32_t branch = sk_key_branch(c, key), cond = (branch - 1) / 2, is_false = (branch - 1) % 2;
	uint32_t turned = 1 + 2 * ((uint32_t)c->conds.n - 1 - cond) + is_false;

	return branch ? sk_rule_key(c, turned, sk_key_source(c, key), sk_key_target(c, key), sk_key_class(c, key),
				    sk_key_kind(key))
		      : key;
}

/* Compilers put the last conditional first. How many there are is known when all rules have been met. */
static void sk_turn_conds(struct sk_compiler *c)
{
	for (size_t i = 0, k = c->conds.n; i + 1 < k--; i++) {
		struct sk_compiled_cond cond = c->conds.list[i];

		c->conds.list[i] = c->conds.list[k];
		c->conds.list[k] = cond;
	}
	for (size_t i = 0; c->conds.n && i < c->records.n; i++)
		c->records.list[i].key = sk_from_the_end(c, c->records.list[i].key);
	for (size_t i = 0; c->conds.n && i < c->extended.n; i++)
		c->extended.list[i].key = sk_from_the_end(c, c->extended.list[i].key);
}

int sk_compile_rules(struct sk_compiler *c)
{
	c->bits_type = sk_bits_for(c->n_type_ids);
	c->bits_class = sk_bits_for(c->policy->n_class_ids);
	if (sk_collect_records(c))
		return -ENOMEM;
	sk_turn_conds(c);
	if (sk_sort_records(c) || sk_merge_extended(c) || sk_fill_rules(c) || sk_check_conditional_types(c))
		return -ENOMEM;
	sk_fill_conds(c);
	return c->no_memory ? -ENOMEM : 0;
}
