/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A unit as a binary module, as checkmodule writes it. Symbols are numbered in the order in which the unit first declares or
 * requires them, tables are written in the order of the hash tables that checkmodule keeps them in (a function of their
 * names alone), and the lists that it builds from the front are written from the end: so the bytes are the same wherever
 * the unit has its statements in the order of the source.
 */
#include "unit/module-writer.h"

#include <errno.h>
#include <string.h>

#include "selkie/capability.h"

void sk_modw_u32(struct sk_modw *w, uint32_t v)
{
	const unsigned char b[4] = { (unsigned char)v, (unsigned char)(v >> 8), (unsigned char)(v >> 16),
				     (unsigned char)(v >> 24) };

	sk_buf_add(w->out, b, sizeof(b));
}

static const char *sk_modw_name(const struct sk_modw *w, uint32_t name)
{
	return sk_intern_str(w->space->names, name);
}

static void sk_modw_text(struct sk_modw *w, uint32_t name)
{
	const struct sk_intern_entry *e = &w->space->names->entries[name];

	sk_buf_add(w->out, e->s, e->n);
}

static uint32_t sk_modw_length(const struct sk_modw *w, uint32_t name)
{
	return w->space->names->entries[name].n;
}

void sk_modw_counted(struct sk_modw *w, uint32_t name)
{
	sk_modw_u32(w, sk_modw_length(w, name));
	sk_modw_text(w, name);
}

/* Sets of values, as words. */
int sk_modw_bit(struct sk_modw *w, struct sk_modw_bits *bits, uint32_t value)
{
	uint32_t word = (value - 1) / 64;

	if (word >= bits->n) {
		uint64_t *more = realloc(bits->words, (word + 1) * sizeof(*more));

		if (!more)
			return w->error = -ENOMEM;
		memset(more + bits->n, 0, (word + 1 - bits->n) * sizeof(*more));
		bits->words = more;
		bits->n = word + 1;
	}
	bits->words[word] |= (uint64_t)1 << ((value - 1) % 64);
	return 0;
}

int sk_modw_union(struct sk_modw *w, struct sk_modw_bits *to, const struct sk_modw_bits *from)
{
	for (uint32_t i = 0; i < from->n; i++)
		for (uint64_t word = from->words[i]; word; word &= word - 1)
			if (sk_modw_bit(w, to, i * 64 + (uint32_t)__builtin_ctzll(word) + 1))
				return -ENOMEM;
	return 0;
}

static void sk_modw_write_bits(struct sk_modw *w, const struct sk_modw_bits *bits)
{
	uint32_t n = 0, last = 0;

	for (uint32_t i = 0; i < bits->n; i++)
		if (bits->words[i]) {
			n++;
			last = i + 1;
		}
	sk_modw_u32(w, 64);
	sk_modw_u32(w, last * 64);
	sk_modw_u32(w, n);
	for (uint32_t i = 0; i < bits->n; i++) {
		if (!bits->words[i])
			continue;
		sk_modw_u32(w, i * 64);
		sk_modw_u32(w, (uint32_t)bits->words[i]);
		sk_modw_u32(w, (uint32_t)(bits->words[i] >> 32));
	}
}

static void sk_modw_write_word(struct sk_modw *w, uint32_t bits)
{
	uint64_t word = bits;

	sk_modw_write_bits(w, &(struct sk_modw_bits){ bits ? 1 : 0, &word });
}

/* What has no place in a module, or not in one of this version. */
void sk_modw_refuse(struct sk_modw *w, uint32_t addr, const char *what)
{
	struct sk_place place;

	sk_sources_place(w->space->sources, addr, 1, &place);
	sk_error(w->space->diags, "E0415", &place, "a module of version %u cannot hold %s", w->version, what);
	w->refused = true;
}

struct sk_modw_symbol *sk_modw_symbol(struct sk_modw *w, enum sk_mod_table table, uint32_t ref)
{
	const uint32_t *at = sk_map_find(&w->by_name, (uint64_t)table << 32 | w->space->refs.list[ref].name);

	return at ? &w->tables[table].list[*at] : NULL;
}

/* The value that a reference stands for; an alias's is that of its type. 0, and a refusal, when nobody knows it. */
uint32_t sk_modw_value(struct sk_modw *w, enum sk_mod_table table, uint32_t ref)
{
	const struct sk_modw_symbol *s = sk_modw_symbol(w, table, ref);

	if (s)
		return s->value;
	sk_modw_refuse(w, w->addr, "a name that it neither declares nor requires");
	return 1;
}

static struct sk_modw_bits sk_modw_items(struct sk_modw *w, enum sk_mod_table table, const uint32_t *items, uint32_t n)
{
	struct sk_modw_bits bits = { 0 };

	for (uint32_t i = 0; i < n && !w->error; i++)
		sk_modw_bit(w, &bits, sk_modw_value(w, table, items[i]));
	return bits;
}

static void sk_modw_write_items(struct sk_modw *w, enum sk_mod_table table, const uint32_t *items, uint32_t n)
{
	struct sk_modw_bits bits = sk_modw_items(w, table, items, n);

	sk_modw_write_bits(w, &bits);
	free(bits.words);
}

/* A set of types (with what is taken away) or of roles, and its flags. */
static void sk_modw_write_set(struct sk_modw *w, enum sk_mod_table table, uint32_t number)
{
	static const struct sk_name_set none;
	const struct sk_name_set *set = number == SK_SPACE_NONE ? &none : &w->space->sets.list[number];

	if (set->flags & (SK_SET_EXPR | SK_SET_OTHER)) {
		sk_modw_refuse(w, w->addr, "a set that is an expression");
		set = &none;
	}
	sk_modw_write_items(w, table, set->items, set->n);
	if (table == SK_MOD_TYPE)
		sk_modw_write_items(w, table, set->items + set->n, set->n_minus);
	sk_modw_u32(w, (set->flags & SK_SET_STAR ? 1 : 0) | (set->flags & SK_SET_COMPLEMENT ? 2 : 0));
}

/* Tables: symbols in the order of a hash table that doubles when it is full, and by name within a bucket. */
static const uint16_t sk_modw_sizes[SK_MOD_N_TABLES] = { 2, 32, 16, 512, 128, 16, 16, 16 };

static uint32_t sk_modw_hash(const char *s)
{
	uint32_t hash = 0;

	for (; *s; s++)
		hash = (hash << 4 | hash >> 28) ^ (unsigned char)*s;
	return hash;
}

struct sk_modw_key {
	const char *name;
	uint32_t bucket, position;
};

static int sk_modw_compare(const void *a, const void *b)
{
	const struct sk_modw_key *x = a, *y = b;

	return x->bucket != y->bucket ? (x->bucket < y->bucket ? -1 : 1) : strcmp(x->name, y->name);
}

/* The order of n names in a table that began with `size` buckets; the caller's (free). */
static uint32_t *sk_modw_order(struct sk_modw *w, const uint32_t *names, uint32_t n, uint32_t size)
{
	struct sk_modw_key *keys = malloc(SK_MAX(n, 1) * sizeof(*keys));
	uint32_t *order = malloc(SK_MAX(n, 1) * sizeof(*order));

	if (!keys || !order) {
		free(keys);
		free(order);
		w->error = -ENOMEM;
		return NULL;
	}
	while (n && size <= n - 1)
		size *= 2;
	for (uint32_t i = 0; i < n; i++) {
		keys[i].name = sk_modw_name(w, names[i]);
		keys[i].bucket = sk_modw_hash(keys[i].name) & (size - 1);
		keys[i].position = i;
	}
	if (n)
		qsort(keys, n, sizeof(*keys), sk_modw_compare);
	for (uint32_t i = 0; i < n; i++)
		order[i] = keys[i].position;
	free(keys);
	return order;
}

static uint32_t *sk_modw_table_order(struct sk_modw *w, enum sk_mod_table table, const struct sk_modw_table *t)
{
	uint32_t *names = malloc(SK_MAX(t->n, 1) * sizeof(*names)), *order = NULL;

	for (uint32_t i = 0; i < t->n && names; i++)
		names[i] = t->list[i].name;
	/* The tables of blocks are all of one size. */
	if (names)
		order = sk_modw_order(w, names, t->n, t == &w->tables[table] ? sk_modw_sizes[table] : 32);
	else
		w->error = -ENOMEM;
	free(names);
	return order;
}

static void sk_modw_perms(struct sk_modw *w, const struct sk_modw_symbol *s)
{
	uint32_t names[32], values[32], n = 0, *order;

	for (uint32_t i = 0; i < 32; i++)
		if (s->own >> i & 1) {
			names[n] = s->perms[i];
			values[n++] = i + 1;
		}
	order = sk_modw_order(w, names, n, 32);
	for (uint32_t i = 0; i < n && order; i++) {
		sk_modw_u32(w, sk_modw_length(w, names[order[i]]));
		sk_modw_u32(w, values[order[i]]);
		sk_modw_text(w, names[order[i]]);
	}
	free(order);
}

static const uint16_t sk_modw_attrs[][3] = {	/* left, right, number */
	{ SK_UNIT_U1, SK_UNIT_U2, 1 }, { SK_UNIT_R1, SK_UNIT_R2, 2 }, { SK_UNIT_T1, SK_UNIT_T2, 4 },
	{ SK_UNIT_L1, SK_UNIT_L2, 32 }, { SK_UNIT_L1, SK_UNIT_H2, 64 }, { SK_UNIT_H1, SK_UNIT_L2, 128 },
	{ SK_UNIT_H1, SK_UNIT_H2, 256 }, { SK_UNIT_L1, SK_UNIT_H1, 512 }, { SK_UNIT_L2, SK_UNIT_H2, 1024 },
};

static void sk_modw_node(struct sk_modw *w, const struct sk_unit_node *node)
{
	static const uint8_t ops[] = { [SK_UNIT_NOT] = 1, [SK_UNIT_AND] = 2, [SK_UNIT_OR] = 3 };
	static const uint8_t names[] = { 1, 9, 17, 2, 10, 18, 4, 12, 20 };
	static const uint8_t tables[] = { SK_MOD_USER, SK_MOD_ROLE, SK_MOD_TYPE };
	uint32_t attr = 0;

	if (node->op < SK_UNIT_NAME) {
		sk_modw_u32(w, node->op <= SK_UNIT_OR ? ops[node->op] : 0);
		sk_modw_u32(w, 0);
		sk_modw_u32(w, 0);
		return;
	}
	if (node->op == SK_UNIT_COMPARE_NAMES)
		attr = node->left < SK_ARRAY_LEN(names) ? names[node->left] : 0;
	for (size_t i = 0; node->op == SK_UNIT_COMPARE && i < SK_ARRAY_LEN(sk_modw_attrs); i++)
		if (sk_modw_attrs[i][0] == node->left && sk_modw_attrs[i][1] == node->right)
			attr = sk_modw_attrs[i][2];
	sk_modw_u32(w, node->op == SK_UNIT_COMPARE ? 4 : 5);
	sk_modw_u32(w, attr);
	sk_modw_u32(w, node->compare + 1u);
	if (node->op == SK_UNIT_COMPARE_NAMES) {
		const struct sk_name_set *set = &w->space->sets.list[node->a];
		enum sk_mod_table table = (enum sk_mod_table)tables[node->left / 3];
		struct sk_modw_bits none = { 0 };

		/* Types stand in a set with flags, of which the other one is made when the module is expanded. */
		if (table == SK_MOD_TYPE) {
			sk_modw_write_bits(w, &none);
			sk_modw_write_set(w, table, node->a);
		} else {
			sk_modw_write_items(w, table, set->items, set->n);
			sk_modw_write_bits(w, &none);
			sk_modw_write_bits(w, &none);
			sk_modw_u32(w, 0);
		}
	}
}

static uint32_t sk_modw_perm_bits(struct sk_modw *w, const struct sk_modw_symbol *cls, uint32_t set_number);

/* The constraints of a class, the last first. */
static void sk_modw_constraints(struct sk_modw *w, const struct sk_modw_symbol *cls, bool transitions, bool count_only,
				uint32_t *ret_n)
{
	uint32_t n = 0;

	for (size_t i = w->unit->stmts.n; i-- > 0;) {
		const struct sk_unit_stmt *stmt = &w->unit->stmts.list[i];
		bool is_transition = stmt->kind == SK_UNIT_VALIDATETRANS || stmt->kind == SK_UNIT_MLS_VALIDATETRANS;
		uint32_t bits = 0;
		const struct sk_unit_expr *expr;

		if (transitions != is_transition ||
		    (!is_transition && stmt->kind != SK_UNIT_CONSTRAIN && stmt->kind != SK_UNIT_MLS_CONSTRAIN))
			continue;
		if (is_transition) {
			const struct sk_name_set *classes = &w->space->sets.list[stmt->op[0]];

			for (uint32_t k = 0; k < classes->n; k++)
				bits |= sk_modw_value(w, SK_MOD_CLASS, classes->items[k]) == cls->value;
		} else {
			const struct sk_class_perms *list = &w->space->class_perms.list[stmt->op[0]];

			for (uint32_t k = 0; k < list->n; k++) {
				const struct sk_name_set *classes = &w->space->sets.list[list->items[k].classes];

				for (uint32_t j = 0; j < classes->n; j++)
					if (sk_modw_value(w, SK_MOD_CLASS, classes->items[j]) == cls->value)
						bits |= sk_modw_perm_bits(w, cls, list->items[k].perms);
			}
		}
		if (!bits)
			continue;
		n++;
		if (count_only)
			continue;
		expr = &w->space->exprs.list[stmt->op[1]];
		w->addr = stmt->addr;
		sk_modw_u32(w, is_transition ? 0 : bits);
		sk_modw_u32(w, expr->n);
		for (uint32_t k = 0; k < expr->n; k++)
			sk_modw_node(w, &expr->nodes[k]);
	}
	if (ret_n)
		*ret_n = n;
}

static void sk_modw_write_class(struct sk_modw *w, const struct sk_modw_symbol *s)
{
	uint32_t n_constraints = 0, n_transitions = 0;

	if (w->base) {
		sk_modw_constraints(w, s, false, true, &n_constraints);
		sk_modw_constraints(w, s, true, true, &n_transitions);
	}
	sk_modw_u32(w, sk_modw_length(w, s->name));
	sk_modw_u32(w, s->common == SK_INTERN_NONE ? 0 : sk_modw_length(w, s->common));
	sk_modw_u32(w, s->value);
	sk_modw_u32(w, s->n_perms);
	sk_modw_u32(w, (uint32_t)__builtin_popcount(s->own));
	sk_modw_u32(w, n_constraints);
	sk_modw_text(w, s->name);
	if (s->common != SK_INTERN_NONE)
		sk_modw_text(w, s->common);
	sk_modw_perms(w, s);
	if (!w->base)
		return;
	sk_modw_constraints(w, s, false, false, NULL);
	if (w->version >= SK_MOD_SINCE_VALIDATETRANS) {
		sk_modw_u32(w, n_transitions);
		sk_modw_constraints(w, s, true, false, NULL);
	}
	if (w->version >= SK_MOD_SINCE_DEFAULTS) {
		sk_modw_u32(w, s->defaults[0]);
		sk_modw_u32(w, s->defaults[1]);
		sk_modw_u32(w, s->defaults[3]);
	}
	if (w->version >= SK_MOD_SINCE_DEFAULT_TYPE)
		sk_modw_u32(w, s->defaults[2]);
}

static void sk_modw_write_role(struct sk_modw *w, const struct sk_modw_symbol *s)
{
	sk_modw_u32(w, sk_modw_length(w, s->name));
	sk_modw_u32(w, s->value);
	if (w->version >= SK_MOD_SINCE_BOUNDS)
		sk_modw_u32(w, s->bounds);
	sk_modw_text(w, s->name);
	sk_modw_write_bits(w, &s->dominates);
	sk_modw_write_bits(w, &s->set);
	sk_modw_write_bits(w, &s->minus);
	sk_modw_u32(w, s->set_flags);
	if (w->version >= SK_MOD_SINCE_ROLE_ATTRIBUTES) {
		sk_modw_u32(w, s->attribute);
		sk_modw_write_bits(w, &s->members);
	}
}

static void sk_modw_write_type(struct sk_modw *w, const struct sk_modw_symbol *s)
{
	uint32_t properties = (s->alias ? 0 : 1) | (s->attribute ? 2 : 0) |
			      (s->flags & SK_MOD_TYPE_PERMISSIVE ? 8 : 0) | (s->flags & SK_MOD_TYPE_NEVERAUDIT ? 16 : 0);

	sk_modw_u32(w, sk_modw_length(w, s->name));
	sk_modw_u32(w, s->value);
	if (w->version >= SK_MOD_SINCE_BOUNDS) {
		if (w->version >= SK_MOD_SINCE_BOUNDS_ALIAS)
			sk_modw_u32(w, s->alias ? 0 : 1);
		sk_modw_u32(w, properties);
		sk_modw_u32(w, s->bounds);
	} else {
		sk_modw_u32(w, s->alias ? 0 : 1);
		sk_modw_u32(w, s->attribute);
		if (w->version >= SK_MOD_SINCE_PERMISSIVE)
			sk_modw_u32(w, s->flags & ~(uint32_t)SK_MOD_TYPE_NEVERAUDIT);
	}
	sk_modw_write_bits(w, &s->set);
	sk_modw_text(w, s->name);
}

/* Categories as ranges of two values each, from a set or an expression. */
static void sk_modw_write_semantic_level(struct sk_modw *w, uint32_t number)
{
	const struct sk_level_ref *level = number == SK_SPACE_NONE ? NULL : &w->space->levels.list[number];
	const struct sk_name_set *cats = level && level->cats != SK_SPACE_NONE ? &w->space->sets.list[level->cats] : NULL;
	uint32_t n = 0, pairs[2 * 1024];

	for (uint32_t i = 0; cats && i < cats->n && n < 1024; i++) {
		bool range = i + 2 < cats->n && cats->items[i + 2] == SK_SET_RANGE;

		if (cats->items[i] >= SK_SET_OP)
			continue;
		pairs[2 * n] = sk_modw_value(w, SK_MOD_CAT, cats->items[i]);
		pairs[2 * n + 1] = range ? sk_modw_value(w, SK_MOD_CAT, cats->items[i + 1]) : pairs[2 * n];
		i += range ? 2 : 0;
		n++;
	}
	sk_modw_u32(w, level ? sk_modw_value(w, SK_MOD_SENS, level->sens) : 0);
	sk_modw_u32(w, n);
	/* checkmodule puts each before the others. */
	for (uint32_t i = n; i-- > 0;) {
		sk_modw_u32(w, pairs[2 * i]);
		sk_modw_u32(w, pairs[2 * i + 1]);
	}
}

struct sk_modw_bits sk_modw_cats(struct sk_modw *w, uint32_t number)
{
	const struct sk_name_set *cats = number == SK_SPACE_NONE ? NULL : &w->space->sets.list[number];
	struct sk_modw_bits bits = { 0 };

	for (uint32_t i = 0; cats && i < cats->n; i++) {
		bool range = i + 2 < cats->n && cats->items[i + 2] == SK_SET_RANGE;
		uint32_t low, high;

		if (cats->items[i] >= SK_SET_OP)
			continue;
		low = sk_modw_value(w, SK_MOD_CAT, cats->items[i]);
		high = range ? sk_modw_value(w, SK_MOD_CAT, cats->items[i + 1]) : low;
		for (; low <= high && !w->error; low++)
			sk_modw_bit(w, &bits, low);
		i += range ? 2 : 0;
	}
	return bits;
}

static void sk_modw_write_user(struct sk_modw *w, const struct sk_modw_symbol *s)
{
	const struct sk_range_ref *range = s->range == SK_SPACE_NONE ? NULL : &w->space->ranges.list[s->range];

	sk_modw_u32(w, sk_modw_length(w, s->name));
	sk_modw_u32(w, s->value);
	if (w->version >= SK_MOD_SINCE_BOUNDS)
		sk_modw_u32(w, s->bounds);
	sk_modw_text(w, s->name);
	sk_modw_write_bits(w, &s->set);
	sk_modw_u32(w, s->set_flags);
	if (w->version >= SK_MOD_SINCE_MLS_USERS) {
		sk_modw_write_semantic_level(w, range ? range->low : SK_SPACE_NONE);
		sk_modw_write_semantic_level(w, range ? range->high : SK_SPACE_NONE);
		sk_modw_write_semantic_level(w, s->level);
	} else if (w->version >= SK_MOD_SINCE_MLS) {
		/* Such modules have no levels of users, only room for them. */
		struct sk_modw_bits none = { 0 };

		sk_modw_u32(w, 1);
		sk_modw_u32(w, 0);
		sk_modw_write_bits(w, &none);
		sk_modw_u32(w, 0);
		sk_modw_write_bits(w, &none);
	}
}

static void sk_modw_write_symbol(struct sk_modw *w, enum sk_mod_table table, const struct sk_modw_symbol *s)
{
	const struct sk_modw_bits *categories = &s->set;

	switch (table) {
	case SK_MOD_COMMON:
		sk_modw_u32(w, sk_modw_length(w, s->name));
		sk_modw_u32(w, s->value);
		sk_modw_u32(w, s->n_perms);
		sk_modw_u32(w, (uint32_t)__builtin_popcount(s->own));
		sk_modw_text(w, s->name);
		sk_modw_perms(w, s);
		break;
	case SK_MOD_CLASS:
		sk_modw_write_class(w, s);
		break;
	case SK_MOD_ROLE:
		sk_modw_write_role(w, s);
		break;
	case SK_MOD_TYPE:
		sk_modw_write_type(w, s);
		break;
	case SK_MOD_USER:
		sk_modw_write_user(w, s);
		break;
	case SK_MOD_BOOL:
		sk_modw_u32(w, s->value);
		sk_modw_u32(w, s->state);
		sk_modw_counted(w, s->name);
		if (w->version >= SK_MOD_SINCE_TUNABLES)
			sk_modw_u32(w, s->flags);
		break;
	case SK_MOD_SENS:
		sk_modw_u32(w, sk_modw_length(w, s->name));
		sk_modw_u32(w, s->alias);
		sk_modw_text(w, s->name);
		sk_modw_u32(w, s->value);
		/* An alias has the categories of what it stands for. */
		for (uint32_t i = 0; s->alias && i < w->tables[table].n; i++)
			if (!w->tables[table].list[i].alias && w->tables[table].list[i].value == s->value)
				categories = &w->tables[table].list[i].set;
		sk_modw_write_bits(w, categories);
		break;
	default:
		sk_modw_u32(w, sk_modw_length(w, s->name));
		sk_modw_u32(w, s->value);
		sk_modw_u32(w, s->alias);
		sk_modw_text(w, s->name);
		break;
	}
}

static void sk_modw_write_table(struct sk_modw *w, enum sk_mod_table table, const struct sk_modw_table *t)
{
	uint32_t *order = sk_modw_table_order(w, table, t), n = t->n;

	/* Versions without role attributes leave them out. */
	for (uint32_t i = 0; table == SK_MOD_ROLE && w->version < SK_MOD_SINCE_ROLE_ATTRIBUTES && i < t->n; i++)
		n -= t->list[i].attribute;
	sk_modw_u32(w, t->n_values);
	sk_modw_u32(w, n);
	for (uint32_t i = 0; i < t->n && order; i++) {
		const struct sk_modw_symbol *s = &t->list[order[i]];

		if (table != SK_MOD_ROLE || !s->attribute || w->version >= SK_MOD_SINCE_ROLE_ATTRIBUTES)
			sk_modw_write_symbol(w, table, s);
	}
	free(order);
}

/* The bits of a set of permissions in a class. What the class lacks is none of its bits. */
static uint32_t sk_modw_perm_bits(struct sk_modw *w, const struct sk_modw_symbol *cls, uint32_t set_number)
{
	const struct sk_name_set *set = &w->space->sets.list[set_number];
	uint32_t bits = 0, all = cls->n_perms < 32 ? (1u << cls->n_perms) - 1 : UINT32_MAX;

	for (uint32_t i = 0; i < set->n; i++) {
		uint32_t k = 0;

		while (k < 32 && cls->perms[k] != w->space->refs.list[set->items[i]].name)
			k++;
		if (k < 32)
			bits |= 1u << k;
		else
			sk_modw_refuse(w, w->addr, "a permission that the class lacks, or that is not required");
	}
	if (set->flags & SK_SET_STAR)
		return UINT32_MAX;
	return set->flags & SK_SET_COMPLEMENT ? ~bits & all : bits;
}

struct sk_modw_vector {
	uint32_t cls, data;
};

/* Classes of a set with the same data, as they are written. */
static void sk_modw_push_vectors(struct sk_modw *w, uint32_t class_set, uint32_t perms, uint32_t data)
{
	const struct sk_name_set *classes = &w->space->sets.list[class_set];

	for (uint32_t i = 0; i < classes->n; i++) {
		const struct sk_modw_symbol *cls = sk_modw_symbol(w, SK_MOD_CLASS, classes->items[i]);
		struct sk_modw_vector v = { .data = data };

		if (!cls) {
			sk_modw_value(w, SK_MOD_CLASS, classes->items[i]);
			continue;
		}
		v.cls = cls->value;
		if (perms != SK_SPACE_NONE)
			v.data = sk_modw_perm_bits(w, cls, perms);
		if (!v.data)
			continue;
		if (sk_grow(&w->vectors.list, &w->vectors.cap, w->vectors.n + 1, sizeof(*w->vectors.list))) {
			w->error = -ENOMEM;
			return;
		}
		w->vectors.list[w->vectors.n++] = v;
	}
}

static uint32_t sk_modw_rule_number(uint32_t kind)
{
	static const struct { uint8_t kind; uint16_t number; } rows[] = {
		{ SK_UNIT_ALLOW, 1 }, { SK_UNIT_AUDITALLOW, 2 }, { SK_UNIT_AUDITDENY, 4 }, { SK_UNIT_DONTAUDIT, 8 },
		{ SK_UNIT_TYPE_TRANSITION, 16 }, { SK_UNIT_TYPE_MEMBER, 32 }, { SK_UNIT_TYPE_CHANGE, 64 },
		{ SK_UNIT_NEVERALLOW, 128 }, { SK_UNIT_ALLOWX, 256 }, { SK_UNIT_AUDITALLOWX, 512 },
		{ SK_UNIT_DONTAUDITX, 1024 }, { SK_UNIT_NEVERALLOWX, 2048 },
	};

	for (size_t i = 0; i < SK_ARRAY_LEN(rows); i++)
		if (rows[i].kind == kind)
			return rows[i].number;
	return 0;
}

static bool sk_modw_is_rule(const struct sk_unit_stmt *stmt)
{
	return sk_modw_rule_number(stmt->kind) &&
	       !(stmt->kind == SK_UNIT_TYPE_TRANSITION && stmt->op[4] != SK_INTERN_NONE);
}

static void sk_modw_rule_head(struct sk_modw *w, const struct sk_unit_stmt *stmt)
{
	uint8_t flags = w->space->sets.list[stmt->op[1]].flags;

	sk_modw_u32(w, sk_modw_rule_number(stmt->kind));
	sk_modw_u32(w, flags & SK_SET_SELF ? 1 : flags & SK_SET_NOT_SELF ? 2 : 0);
	sk_modw_write_set(w, SK_MOD_TYPE, stmt->op[0]);
	sk_modw_write_set(w, SK_MOD_TYPE, stmt->op[1]);
	sk_modw_u32(w, (uint32_t)w->vectors.n);
	for (size_t i = 0; i < w->vectors.n; i++) {
		sk_modw_u32(w, w->vectors.list[i].cls);
		sk_modw_u32(w, w->vectors.list[i].data);
	}
}

/* A driver's functions as bits; true when any is among the numbers. */
static bool sk_modw_driver(const struct sk_xperm_set *set, uint32_t driver, uint32_t bits[8])
{
	bool any = false;

	memset(bits, 0, 8 * sizeof(*bits));
	for (uint32_t f = 0; f < 256; f++) {
		uint32_t number = driver << 8 | f;
		bool in = false;

		for (uint32_t i = 0; i < set->n && !in; i++)
			in = set->ranges[i].low <= number && number <= set->ranges[i].high;
		if (in == set->complement)
			continue;
		bits[f / 32] |= 1u << (f % 32);
		any = true;
	}
	return any;
}

static bool sk_modw_full(const uint32_t bits[8])
{
	for (int i = 0; i < 8; i++)
		if (bits[i] != UINT32_MAX)
			return false;
	return true;
}

static void sk_modw_xperm_rule(struct sk_modw *w, const struct sk_unit_stmt *stmt, uint8_t kind, uint32_t driver,
			       const uint32_t bits[8])
{
	const unsigned char head[2] = { kind, (unsigned char)driver };

	sk_modw_rule_head(w, stmt);
	sk_buf_add(w->out, head, sizeof(head));
	for (int i = 0; i < 8; i++)
		sk_modw_u32(w, bits[i]);
}

/* Numbers of extended permissions become a rule for all drivers that are whole, then one for each other driver. */
static uint32_t sk_modw_xperm_rules(struct sk_modw *w, const struct sk_unit_stmt *stmt, bool write)
{
	const struct sk_xperm_set *set = &w->space->xperms.list[stmt->op[3]];
	uint32_t whole[8] = { 0 }, bits[8], n = 0;
	bool nlmsg = set->op == SK_XOP_NLMSG, any = false;

	for (uint32_t d = 0; d < 256 && !nlmsg; d++)
		if (sk_modw_driver(set, d, bits) && sk_modw_full(bits)) {
			whole[d / 32] |= 1u << (d % 32);
			any = true;
		}
	if (any) {
		n++;
		if (write)
			sk_modw_xperm_rule(w, stmt, 2, 0, whole);
	}
	for (uint32_t d = 0; d < 256; d++) {
		if (whole[d / 32] >> (d % 32) & 1 || !sk_modw_driver(set, d, bits))
			continue;
		n++;
		if (write)
			sk_modw_xperm_rule(w, stmt, nlmsg ? 3 : 1, d, bits);
	}
	return n;
}

static bool sk_modw_is_xperm(uint32_t kind)
{
	return kind >= SK_UNIT_ALLOWX && kind <= SK_UNIT_NEVERALLOWX;
}

/* The permission whose numbers a rule speaks of, as a bit of a class. */
static uint32_t sk_modw_xperm_bit(const struct sk_modw *w, const struct sk_unit_stmt *stmt, uint32_t cls)
{
	const char *word = w->space->xperms.list[stmt->op[3]].op == SK_XOP_NLMSG ? "nlmsg" : "ioctl";
	const struct sk_modw_table *t = &w->tables[SK_MOD_CLASS];

	for (uint32_t i = 0; i < t->n; i++)
		for (uint32_t k = 0; k < t->list[i].n_perms && t->list[i].value == cls; k++)
			if (!strcmp(sk_modw_name(w, t->list[i].perms[k]), word))
				return 1u << k;
	return 0;
}

static void sk_modw_write_rule(struct sk_modw *w, const struct sk_unit_stmt *stmt)
{
	w->addr = stmt->addr;
	w->vectors.n = 0;
	if (sk_modw_is_xperm(stmt->kind)) {
		if (w->version < SK_MOD_SINCE_XPERMS)
			sk_modw_refuse(w, stmt->addr, "extended permissions");
		if (stmt->cond != SK_SPACE_NONE && w->version < SK_MOD_SINCE_COND_XPERMS)
			sk_modw_refuse(w, stmt->addr, "extended permissions in a conditional");
		sk_modw_push_vectors(w, stmt->op[2], SK_SPACE_NONE, UINT32_MAX);
		for (size_t i = 0; i < w->vectors.n; i++)
			w->vectors.list[i].data = sk_modw_xperm_bit(w, stmt, w->vectors.list[i].cls);
		sk_modw_xperm_rules(w, stmt, true);
		return;
	}
	if (stmt->kind >= SK_UNIT_TYPE_TRANSITION && stmt->kind <= SK_UNIT_TYPE_CHANGE) {
		if (w->space->sets.list[stmt->op[1]].flags & SK_SET_SELF && w->version < SK_MOD_SINCE_SELF_TRANSITIONS)
			sk_modw_refuse(w, stmt->addr, "self in a transition");
		sk_modw_push_vectors(w, stmt->op[2], SK_SPACE_NONE, sk_modw_value(w, SK_MOD_TYPE, stmt->op[3]));
	} else {
		const struct sk_class_perms *list = &w->space->class_perms.list[stmt->op[2]];

		for (uint32_t i = 0; i < list->n; i++)
			sk_modw_push_vectors(w, list->items[i].classes, list->items[i].perms, 0);
	}
	sk_modw_rule_head(w, stmt);
}

/* The rules of a block, in order, or of a branch of a conditional, the last first. Counts them, or writes them. */
static uint32_t sk_modw_write_some(struct sk_modw *w, uint32_t at, uint32_t cond, bool write)
{
	uint32_t start = w->index.starts[at], end = w->index.starts[at + 1], n = 0;

	for (uint32_t i = start; i < end; i++) {
		uint32_t position = cond == SK_SPACE_NONE ? i : end - 1 - (i - start);
		const struct sk_unit_stmt *stmt = &w->unit->stmts.list[w->index.stmts[position]];

		if (stmt->cond != cond || !sk_modw_is_rule(stmt))
			continue;
		n += sk_modw_is_xperm(stmt->kind) ? sk_modw_xperm_rules(w, stmt, false) : 1;
		if (write)
			sk_modw_write_rule(w, stmt);
	}
	return n;
}

static void sk_modw_write_rules(struct sk_modw *w, uint32_t at)
{
	sk_modw_u32(w, sk_modw_write_some(w, at, SK_SPACE_NONE, false));
	sk_modw_write_some(w, at, SK_SPACE_NONE, true);
}

/* A condition without the `not` around all of it, which changes the branches. */
static struct sk_unit_expr sk_modw_condition(const struct sk_modw *w, uint32_t number, bool *ret_swapped)
{
	struct sk_unit_expr expr = w->space->exprs.list[w->unit->conds.list[number].expr];

	*ret_swapped = expr.n > 1 && expr.nodes[expr.n - 1].op == SK_UNIT_NOT;
	expr.n -= *ret_swapped;
	return expr;
}

/* Conditionals of one block with the same condition are one. */
static bool sk_modw_same_condition(const struct sk_modw *w, uint32_t x, uint32_t y)
{
	bool swapped;
	struct sk_unit_expr a = sk_modw_condition(w, x, &swapped), b = sk_modw_condition(w, y, &swapped);

	if (w->unit->conds.list[x].block != w->unit->conds.list[y].block || a.n != b.n)
		return false;
	for (uint32_t i = 0; i < a.n; i++)
		if (a.nodes[i].op != b.nodes[i].op || (a.nodes[i].op == SK_UNIT_NAME && a.nodes[i].a != b.nodes[i].a))
			return false;
	return true;
}

static bool sk_modw_is_first(const struct sk_modw *w, uint32_t number)
{
	for (uint32_t i = 0; i < number; i++)
		if (sk_modw_same_condition(w, i, number))
			return false;
	return true;
}

/* One branch of all conditionals that are the same as the one of that number. */
static void sk_modw_write_branch(struct sk_modw *w, uint32_t at, uint32_t number, bool branch)
{
	uint32_t n = 0;

	for (int pass = 0; pass < 2; pass++) {
		for (uint32_t i = number; i < w->unit->conds.n; i++) {
			bool swapped;

			if (!sk_modw_same_condition(w, number, i))
				continue;
			sk_modw_condition(w, i, &swapped);
			n += sk_modw_write_some(w, at, 2 * i + (branch != swapped), pass);
		}
		if (!pass)
			sk_modw_u32(w, n);
	}
}

static void sk_modw_write_cond(struct sk_modw *w, uint32_t at, uint32_t number)
{
	static const uint8_t ops[] = { [SK_UNIT_NOT] = 2, [SK_UNIT_AND] = 4, [SK_UNIT_OR] = 3, [SK_UNIT_XOR] = 5,
				       [SK_UNIT_EQ] = 6, [SK_UNIT_NEQ] = 7, [SK_UNIT_NAME] = 1 };
	bool stack[64] = { false }, swapped;
	struct sk_unit_expr expr = sk_modw_condition(w, number, &swapped);
	uint32_t depth = 0;

	w->addr = w->unit->conds.list[number].addr;
	for (uint32_t i = 0; i < expr.n && depth < 63; i++) {
		const struct sk_unit_node *node = &expr.nodes[i];
		bool a, b;

		if (node->op == SK_UNIT_NAME) {
			const struct sk_modw_symbol *s = sk_modw_symbol(w, SK_MOD_BOOL, node->a);

			stack[depth++] = s && s->state;
			continue;
		}
		b = stack[--depth];
		a = node->op == SK_UNIT_NOT ? b : stack[--depth];
		stack[depth++] = node->op == SK_UNIT_NOT ? !a : node->op == SK_UNIT_AND ? a && b
				 : node->op == SK_UNIT_OR ? a || b : node->op == SK_UNIT_EQ ? a == b : a != b;
	}
	sk_modw_u32(w, stack[0]);
	sk_modw_u32(w, expr.n);
	for (uint32_t i = 0; i < expr.n; i++) {
		sk_modw_u32(w, ops[expr.nodes[i].op]);
		sk_modw_u32(w, expr.nodes[i].op == SK_UNIT_NAME ? sk_modw_value(w, SK_MOD_BOOL, expr.nodes[i].a) : 0);
	}
	sk_modw_write_branch(w, at, number, false);
	sk_modw_write_branch(w, at, number, true);
	if (w->version >= SK_MOD_SINCE_TUNABLES)
		sk_modw_u32(w, 0);
}

/* The conditionals of a block, the last first. */
static void sk_modw_write_conds(struct sk_modw *w, uint32_t at, uint32_t block)
{
	uint32_t n = 0;

	for (uint32_t i = 0; i < w->unit->conds.n; i++)
		n += w->unit->conds.list[i].block == block && sk_modw_is_first(w, i);
	sk_modw_u32(w, n);
	for (uint32_t i = (uint32_t)w->unit->conds.n; i-- > 0;)
		if (w->unit->conds.list[i].block == block && sk_modw_is_first(w, i))
			sk_modw_write_cond(w, at, i);
}

static void sk_modw_classes(struct sk_modw *w, uint32_t number)
{
	const struct sk_name_set *set = &w->space->sets.list[number];

	sk_modw_write_items(w, SK_MOD_CLASS, set->items, set->n);
}

static void sk_modw_write_listed(struct sk_modw *w, const struct sk_unit_stmt *stmt)
{
	const uint32_t *op = stmt->op;

	w->addr = stmt->addr;
	switch (stmt->kind) {
	case SK_UNIT_ROLE_TRANSITION:
		if (w->version < SK_MOD_SINCE_ROLETRANS &&
		    (w->space->sets.list[op[2]].n != 1 ||
		     strcmp(sk_unit_ref_name(w->space, w->space->sets.list[op[2]].items[0]), "process") != 0))
			sk_modw_refuse(w, stmt->addr, "role transitions of other classes than process");
		sk_modw_write_set(w, SK_MOD_ROLE, op[0]);
		sk_modw_write_set(w, SK_MOD_TYPE, op[1]);
		if (w->version >= SK_MOD_SINCE_ROLETRANS)
			sk_modw_classes(w, op[2]);
		sk_modw_u32(w, sk_modw_value(w, SK_MOD_ROLE, op[3]));
		break;
	case SK_UNIT_ROLE_ALLOW:
		sk_modw_write_set(w, SK_MOD_ROLE, op[0]);
		sk_modw_write_set(w, SK_MOD_ROLE, op[1]);
		break;
	case SK_UNIT_RANGE_TRANSITION:
		sk_modw_write_set(w, SK_MOD_TYPE, op[0]);
		sk_modw_write_set(w, SK_MOD_TYPE, op[1]);
		sk_modw_classes(w, op[2]);
		sk_modw_write_semantic_level(w, w->space->ranges.list[op[3]].low);
		sk_modw_write_semantic_level(w, w->space->ranges.list[op[3]].high);
		break;
	default:
		break;
	}
}

static void sk_modw_write_filename(struct sk_modw *w, const struct sk_unit_stmt *stmt, uint32_t cls)
{
	bool self = w->space->sets.list[stmt->op[1]].flags & SK_SET_SELF;

	w->addr = stmt->addr;
	if (self && w->version < SK_MOD_SINCE_SELF_TRANSITIONS)
		sk_modw_refuse(w, stmt->addr, "self in a transition");
	sk_modw_counted(w, stmt->op[4]);
	sk_modw_write_set(w, SK_MOD_TYPE, stmt->op[0]);
	sk_modw_write_set(w, SK_MOD_TYPE, stmt->op[1]);
	sk_modw_u32(w, sk_modw_value(w, SK_MOD_CLASS, cls));
	sk_modw_u32(w, sk_modw_value(w, SK_MOD_TYPE, stmt->op[3]));
	if (w->version >= SK_MOD_SINCE_SELF_TRANSITIONS)
		sk_modw_u32(w, self);
}

/* Rules of one kind, the last first; named transitions one for each class. */
static void sk_modw_write_list(struct sk_modw *w, uint32_t at, uint32_t kind)
{
	uint32_t n = 0;

	for (int pass = 0; pass < 2; pass++) {
		for (uint32_t i = w->index.starts[at + 1]; i-- > w->index.starts[at];) {
			const struct sk_unit_stmt *stmt = &w->unit->stmts.list[w->index.stmts[i]];
			const struct sk_name_set *classes;

			if (stmt->kind != kind || stmt->cond != SK_SPACE_NONE ||
			    (kind == SK_UNIT_TYPE_TRANSITION && stmt->op[4] == SK_INTERN_NONE))
				continue;
			if (kind != SK_UNIT_TYPE_TRANSITION) {
				n++;
				if (pass)
					sk_modw_write_listed(w, stmt);
				continue;
			}
			classes = &w->space->sets.list[stmt->op[2]];
			n += classes->n;
			for (uint32_t k = classes->n; pass && k-- > 0;)
				sk_modw_write_filename(w, stmt, classes->items[k]);
		}
		if (!pass)
			sk_modw_u32(w, n);
	}
}

static void sk_modw_write_scope(struct sk_modw *w, const struct sk_modw_scope *scope)
{
	for (unsigned int t = 0; t < SK_MOD_N_TABLES; t++)
		sk_modw_write_bits(w, &scope->symbols[t]);
	sk_modw_u32(w, scope->n_perms);
	for (uint32_t i = 0; i < scope->n_perms; i++)
		sk_modw_write_word(w, scope->perms[i]);
}

static void sk_modw_write_decl(struct sk_modw *w, const struct sk_modw_decl *d)
{
	uint32_t at = d->block - w->index.first_block;

	sk_modw_u32(w, d->id);
	sk_modw_u32(w, d->enabled);
	sk_modw_write_conds(w, at, d->block);
	sk_modw_write_rules(w, at);
	sk_modw_write_list(w, at, SK_UNIT_ROLE_TRANSITION);
	sk_modw_write_list(w, at, SK_UNIT_ROLE_ALLOW);
	if (w->version >= SK_MOD_SINCE_FILENAMES)
		sk_modw_write_list(w, at, SK_UNIT_TYPE_TRANSITION);
	if (w->version >= SK_MOD_SINCE_RANGETRANS)
		sk_modw_write_list(w, at, SK_UNIT_RANGE_TRANSITION);
	sk_modw_write_scope(w, &d->required);
	sk_modw_write_scope(w, &d->declared);
	for (unsigned int t = 0; t < SK_MOD_N_TABLES; t++)
		sk_modw_write_table(w, (enum sk_mod_table)t, &d->added[t]);
}

static void sk_modw_write_blocks(struct sk_modw *w)
{
	uint32_t n = 0;

	for (size_t i = 0; i < w->n_decls; i++)
		n += w->decls[i].otherwise == SK_SPACE_NONE;
	sk_modw_u32(w, n);
	for (size_t i = 0; i < w->n_decls; i++) {
		uint32_t branch = (uint32_t)i;

		if (w->decls[i].otherwise != SK_SPACE_NONE)
			continue;
		for (n = 1; w->decls[branch].next != SK_SPACE_NONE; n++)
			branch = w->decls[branch].next;
		sk_modw_u32(w, n);
		for (branch = (uint32_t)i; branch != SK_SPACE_NONE; branch = w->decls[branch].next)
			sk_modw_write_decl(w, &w->decls[branch]);
	}
}

static void sk_modw_write_scopes(struct sk_modw *w)
{
	for (unsigned int t = 0; t < SK_MOD_N_TABLES; t++) {
		const struct sk_modw_table *table = &w->tables[t];
		uint32_t *order;

		if (t == SK_MOD_COMMON) {
			sk_modw_u32(w, 0);
			continue;
		}
		order = sk_modw_table_order(w, (enum sk_mod_table)t, table);
		sk_modw_u32(w, table->n);
		for (uint32_t i = 0; i < table->n && order; i++) {
			const struct sk_modw_symbol *s = &table->list[order[i]];

			sk_modw_counted(w, s->name);
			sk_modw_u32(w, s->declared ? 2 : 1);
			sk_modw_u32(w, s->n_decls);
			for (uint32_t k = 0; k < s->n_decls; k++)
				sk_modw_u32(w, s->decls[k]);
		}
		free(order);
	}
}

static void sk_modw_header(struct sk_modw *w)
{
	uint32_t config = w->unit->mls ? 1 : 0;
	struct sk_modw_bits caps = { 0 };

	for (size_t i = 0; i < w->unit->stmts.n; i++) {
		const struct sk_unit_stmt *stmt = &w->unit->stmts.list[i];

		if (stmt->kind == SK_UNIT_HANDLE_UNKNOWN)
			config |= !strcmp(sk_modw_name(w, stmt->op[0]), "allow") ? 4
				: !strcmp(sk_modw_name(w, stmt->op[0]), "reject") ? 2 : 0;
		if (stmt->kind == SK_UNIT_POLICY_CAPABILITY) {
			uint32_t number = selkie_capability_find(sk_modw_name(w, stmt->op[0]));

			if (number == SELKIE_CAPABILITY_NONE)
				sk_modw_refuse(w, stmt->addr, "a policy capability of that name");
			else
				sk_modw_bit(w, &caps, number + 1);
		}
	}
	sk_modw_u32(w, SK_MOD_MAGIC);
	sk_modw_u32(w, (uint32_t)strlen(SK_MOD_STRING));
	sk_buf_adds(w->out, SK_MOD_STRING);
	sk_modw_u32(w, w->base ? 1 : 2);
	sk_modw_u32(w, w->version);
	sk_modw_u32(w, config);
	sk_modw_u32(w, SK_MOD_N_TABLES);
	sk_modw_u32(w, !w->base ? 0 : w->version >= SK_MOD_SINCE_INFINIBAND ? 9 : 7);
	if (!w->base) {
		sk_modw_counted(w, w->unit->name);
		sk_modw_counted(w, w->unit->version);
	}
	if (w->version >= SK_MOD_SINCE_CAPABILITIES)
		sk_modw_write_bits(w, &caps);
	free(caps.words);
}

static void sk_modw_level(struct sk_modw *w, uint32_t number, uint32_t *ret_sens, struct sk_modw_bits *ret_cats)
{
	const struct sk_level_ref *level = &w->space->levels.list[number];

	*ret_sens = sk_modw_value(w, SK_MOD_SENS, level->sens);
	*ret_cats = sk_modw_cats(w, level->cats);
}

void sk_modw_write_context(struct sk_modw *w, uint32_t number)
{
	const struct sk_context_ref *x = &w->space->contexts.list[number];
	const struct sk_range_ref *range = x->range == SK_SPACE_NONE ? NULL : &w->space->ranges.list[x->range];
	struct sk_modw_bits low = { 0 }, high = { 0 };
	uint32_t low_sens = 0, high_sens = 0;
	bool one;

	sk_modw_u32(w, sk_modw_value(w, SK_MOD_USER, x->user));
	sk_modw_u32(w, sk_modw_value(w, SK_MOD_ROLE, x->role));
	sk_modw_u32(w, sk_modw_value(w, SK_MOD_TYPE, x->type));
	if (w->version < SK_MOD_SINCE_MLS)
		return;
	if (range) {
		sk_modw_level(w, range->low, &low_sens, &low);
		sk_modw_level(w, range->high, &high_sens, &high);
	}
	one = low_sens == high_sens && low.n == high.n && (!low.n || !memcmp(low.words, high.words, low.n * 8));
	sk_modw_u32(w, one ? 1 : 2);
	sk_modw_u32(w, low_sens);
	if (!one)
		sk_modw_u32(w, high_sens);
	sk_modw_write_bits(w, &low);
	if (!one)
		sk_modw_write_bits(w, &high);
	free(low.words);
	free(high.words);
}

/* The sections, once the tables are made. */
static void sk_modw_sections(struct sk_modw *w)
{
	sk_modw_header(w);
	for (unsigned int t = 0; t < SK_MOD_N_TABLES; t++)
		sk_modw_write_table(w, (enum sk_mod_table)t, &w->tables[t]);
	sk_modw_write_blocks(w);
	sk_modw_write_scopes(w);
	sk_modw_write_objects(w);
}

int sk_module_write(const struct sk_unit *unit, unsigned int version, struct sk_buf *out)
{
	struct sk_modw w = { .unit = unit, .space = unit->space, .out = out, .version = version,
			     .base = unit->source != SK_UNIT_MODULE };
	int r;

	if (version < SK_MOD_OLDEST || version > SK_MOD_NEWEST)
		return -EINVAL;
	r = sk_unit_index_init(&w.index, unit);
	if (!r)
		r = sk_modw_collect(&w);
	if (!r) {
		sk_modw_sections(&w);
		r = w.error ? w.error : w.refused ? SK_MODULE_REFUSED : 0;
	}
	sk_modw_done(&w);
	sk_unit_index_done(&w.index);
	return r;
}
