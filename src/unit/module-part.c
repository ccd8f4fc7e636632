/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What the sections of a binary module are made of: names, sets, levels; how they are read, and which part of the space
 * each becomes. A set in the file is a list of 64-bit words with their places, sorted, none of them zero; its length is
 * what the last word needs. Other spellings are refused, as libsepol does since 3.4.
 */
#include "unit/module-reader.h"

#include <errno.h>
#include <string.h>

#include "unit/context-text.h"

/* No table of a module has more symbols than this, so no set has more bits. */
#define SK_MOD_MOST_BITS (1u << 20)
#define SK_MOD_WORD_SIZE 12	/* in the file: where it starts, and its bits */

const char *const sk_mod_words[SK_MOD_N_TABLES] = {
	"common", "class", "role", "type", "user", "boolean", "sensitivity", "category",
};

const uint8_t sk_mod_ns[SK_MOD_N_TABLES] = {
	SK_NS_COMMON, SK_NS_CLASS, SK_NS_ROLE, SK_NS_TYPE, SK_NS_USER, SK_NS_BOOL, SK_NS_SENS, SK_NS_CAT,
};

void *sk_mod_array(struct sk_module *m, size_t n, size_t size)
{
	void *p = m->r.failed ? NULL : sk_arena_calloc(&m->arena, n, size);

	if (!p)
		sk_reader_no_memory(&m->r);
	return p;
}

uint32_t sk_mod_read_name_bytes(struct sk_module *m, uint32_t n, bool symbol, const char *field)
{
	uint64_t offset = sk_reader_offset(&m->r);
	const char *s = sk_read_borrow(&m->r, n, true, field);
	uint32_t name;

	if (!s)
		return SK_INTERN_NONE;
	if (symbol && !sk_name_fits(s, n)) {
		sk_mod_refuse_at(m, SK_MOD_NAME, offset, field,
				 n ? "the name has a byte that no name may have" : "the name is empty");
		return SK_INTERN_NONE;
	}
	if (sk_intern_add(m->space->names, s, n, &name)) {
		sk_reader_no_memory(&m->r);
		return SK_INTERN_NONE;
	}
	return name;
}

uint32_t sk_mod_read_name(struct sk_module *m, const char *field)
{
	return sk_mod_read_name_bytes(m, sk_read_u32(&m->r, field), true, field);
}

/* A set's header: its length in bits; returns the number of words. */
static uint32_t sk_mod_set_head(struct sk_module *m, uint32_t *ret_length, const char *field)
{
	uint32_t unit = sk_read_u32(&m->r, field), length, n;

	if (!m->r.failed && unit != 64)
		sk_mod_refuse(m, SK_MOD_SET, field, "a set has words of 64 bits, here are %u", unit);
	length = sk_read_u32(&m->r, field);
	if (length % 64 || length > SK_MOD_MOST_BITS)
		sk_mod_refuse(m, SK_MOD_SET, field, "the length of a set is a multiple of 64 up to %u, not %u",
			      SK_MOD_MOST_BITS, length);
	n = sk_read_count(&m->r, SK_MOD_WORD_SIZE, field);
	if (!length != !n || n > length / 64)
		sk_mod_refuse(m, SK_MOD_SET, field, "a set of %u bits cannot have %u words", length, n);
	*ret_length = length;
	return m->r.failed ? 0 : n;
}

/* The words of a set into the scratch list. Their number was believed, so they are there. */
static void sk_mod_scan_set(struct sk_module *m, const char *field)
{
	uint32_t length, n = sk_mod_set_head(m, &length, field), at = 0;
	const unsigned char *p = m->r.p;

	m->words.n = 0;
	if (sk_grow(&m->words.list, &m->words.cap, n, sizeof(*m->words.list)))
		sk_reader_no_memory(&m->r);
	for (uint32_t i = 0; i < n && !m->r.failed; i++, p += SK_MOD_WORD_SIZE) {
		struct sk_mod_word word = { sk_mod_peek(p), sk_mod_peek64(p + 4) };

		m->r.p = p + 4;
		if (word.start % 64 || word.start < at || word.start >= length)
			sk_mod_refuse(m, SK_MOD_SET, field, "word %u of the set cannot start at bit %u", i, word.start);
		else
			m->r.p = p + SK_MOD_WORD_SIZE;
		if (!word.bits)
			sk_mod_refuse(m, SK_MOD_SET, field, "word %u of the set has no bit", i);
		m->words.list[i] = word;
		at = word.start + 64;
	}
	if (at != length && !m->r.failed)
		sk_mod_refuse(m, SK_MOD_SET, field, "the set ends at bit %u, and its length is %u", at, length);
	m->words.n = m->r.failed ? 0 : n;
}

void sk_mod_read_words(struct sk_module *m, struct sk_mod_words *ret, const char *field)
{
	*ret = (struct sk_mod_words){ .offset = sk_reader_offset(&m->r) };
	if (sk_mod_skip_empty_set(m))
		return;
	sk_mod_scan_set(m, field);
	if (!m->words.n)
		return;
	ret->list = sk_arena_memdup(&m->arena, m->words.list, m->words.n * sizeof(*m->words.list));
	if (!ret->list)
		sk_reader_no_memory(&m->r);
	else
		ret->n = (uint32_t)m->words.n;
}

void sk_mod_read_set(struct sk_module *m, struct sk_mod_set *ret, const char *field)
{
	uint32_t n = 0, *values;

	*ret = (struct sk_mod_set){ .offset = sk_reader_offset(&m->r) };
	if (sk_mod_skip_empty_set(m))
		return;
	sk_mod_scan_set(m, field);
	for (size_t i = 0; i < m->words.n; i++)
		n += (uint32_t)__builtin_popcountll(m->words.list[i].bits);
	if (!n)
		return;
	values = sk_arena_alloc(&m->arena, n * sizeof(*values));
	if (!values) {
		sk_reader_no_memory(&m->r);
		return;
	}
	ret->values = values;
	ret->n = n;
	for (size_t i = 0; i < m->words.n; i++)
		for (uint64_t bits = m->words.list[i].bits; bits; bits &= bits - 1)
			*values++ = m->words.list[i].start + (uint32_t)__builtin_ctzll(bits) + 1;
}

static uint32_t sk_mod_read_flags(struct sk_module *m, const char *field)
{
	uint32_t flags = sk_read_u32(&m->r, field);

	if (flags > 3)
		sk_mod_refuse(m, SK_MOD_VALUE, field, "the flags of a set are 0 to 3, not %u", flags);
	return flags;
}

void sk_mod_read_typeset(struct sk_module *m, struct sk_mod_typeset *ret, const char *field)
{
	sk_mod_read_set(m, &ret->items, field);
	sk_mod_read_set(m, &ret->minus, field);
	ret->flags = sk_mod_read_flags(m, field);
}

void sk_mod_read_roleset(struct sk_module *m, struct sk_mod_typeset *ret, const char *field)
{
	sk_mod_read_set(m, &ret->items, field);
	ret->minus = (struct sk_mod_set){ 0 };
	ret->flags = sk_mod_read_flags(m, field);
}

/* The values of a set as ranges of one each. */
static void sk_mod_set_to_ranges(struct sk_module *m, const struct sk_mod_set *set, struct sk_mod_level *level)
{
	uint32_t *cats = SK_MOD_ARRAY(m, uint32_t, (size_t)set->n * 2);

	for (uint32_t i = 0; i < set->n && cats; i++)
		cats[2 * i] = cats[2 * i + 1] = set->values[i];
	level->cats = cats;
	level->n = m->r.failed ? 0 : set->n;
}

void sk_mod_read_level(struct sk_module *m, struct sk_mod_level *ret, const char *field)
{
	struct sk_mod_set set;

	*ret = (struct sk_mod_level){ .offset = sk_reader_offset(&m->r) };
	ret->sens = sk_read_u32(&m->r, field);
	sk_mod_read_set(m, &set, field);
	sk_mod_set_to_ranges(m, &set, ret);
}

void sk_mod_read_range(struct sk_module *m, struct sk_mod_level *ret_low, struct sk_mod_level *ret_high,
		       const char *field)
{
	uint32_t n = sk_read_u32(&m->r, field);
	struct sk_mod_set set;

	if (n != 1 && n != 2)
		sk_mod_refuse(m, SK_MOD_COUNT, field, "a range has one level or two, not %u", n);
	*ret_low = (struct sk_mod_level){ .offset = sk_reader_offset(&m->r) };
	ret_low->sens = sk_read_u32(&m->r, field);
	*ret_high = *ret_low;
	if (n == 2)
		ret_high->sens = sk_read_u32(&m->r, field);
	sk_mod_read_set(m, &set, field);
	sk_mod_set_to_ranges(m, &set, ret_low);
	if (n == 2)
		sk_mod_read_set(m, &set, field);
	sk_mod_set_to_ranges(m, &set, ret_high);
}

void sk_mod_read_semantic_level(struct sk_module *m, struct sk_mod_level *ret, const char *field)
{
	uint32_t *cats, n;

	*ret = (struct sk_mod_level){ .offset = sk_reader_offset(&m->r) };
	ret->sens = sk_read_u32(&m->r, field);
	n = sk_read_count(&m->r, 8, field);
	cats = SK_MOD_ARRAY(m, uint32_t, (size_t)n * 2);
	for (uint32_t i = 0; i < 2 * n && cats; i++)
		cats[i] = sk_read_u32(&m->r, field);
	ret->cats = cats;
	ret->n = m->r.failed ? 0 : n;
}

void sk_mod_refuse_symbol(struct sk_module *m, enum sk_mod_table table, uint32_t value, uint64_t offset, const char *field)
{
	if (!value)
		sk_mod_refuse_at(m, SK_MOD_UNKNOWN, offset, field, "a %s is needed, and none is given",
				 sk_mod_words[table]);
	else
		sk_mod_refuse_at(m, SK_MOD_UNKNOWN, offset, field, "there is no %s with the number %u",
				 sk_mod_words[table], value);
}

struct sk_mod_symbol *sk_mod_find(struct sk_module *m, enum sk_mod_table table, uint32_t name, uint64_t offset,
				  const char *field)
{
	const uint32_t *at = m->r.failed ? NULL : sk_map_find(&m->by_name, (uint64_t)table << 32 | name);

	if (at)
		return &m->symbols[table].list[*at];
	if (!m->r.failed)
		sk_mod_refuse_at(m, SK_MOD_UNKNOWN, offset, field, "the module has no %s '%.64s'",
				 sk_mod_words[table], sk_intern_str(m->space->names, name));
	return NULL;
}

uint32_t sk_mod_name_ref(struct sk_module *m, enum sk_mod_table table, uint32_t name)
{
	uint32_t ref;

	if (m->r.failed)
		return SK_SPACE_NONE;
	if (!sk_space_ref(m->space, sk_mod_ns[table], 0, name, &ref))
		return ref;
	sk_reader_no_memory(&m->r);
	return SK_SPACE_NONE;
}

uint32_t sk_mod_new_ref(struct sk_module *m, enum sk_mod_table table, uint32_t value, uint64_t offset, const char *field)
{
	const struct sk_mod_symbol *s = sk_mod_symbol(m, table, value, offset, field);

	return s ? m->symbols[table].refs[value] = sk_mod_name_ref(m, table, s->name) : SK_SPACE_NONE;
}

/* Adds the references of a set to the scratch list. */
static void sk_mod_push_refs(struct sk_module *m, enum sk_mod_table table, const struct sk_mod_set *set,
			     const char *field)
{
	for (uint32_t i = 0; i < set->n && !m->r.failed; i++) {
		uint32_t ref = sk_mod_ref(m, table, set->values[i], set->offset, field);

		SK_MOD_PUSH(m, m->items, ref);
	}
}

static uint32_t sk_mod_make_set(struct sk_module *m, const struct sk_name_set *set)
{
	uint32_t number;

	if (m->r.failed)
		return SK_SPACE_NONE;
	if (!sk_space_set(m->space, set, &number))
		return number;
	sk_reader_no_memory(&m->r);
	return SK_SPACE_NONE;
}

uint32_t sk_mod_lower_typeset(struct sk_module *m, enum sk_mod_table table, const struct sk_mod_typeset *set,
			      uint8_t more_flags, const char *field)
{
	static const uint8_t flags[4] = { 0, SK_SET_STAR, SK_SET_COMPLEMENT, SK_SET_STAR | SK_SET_COMPLEMENT };
	bool plain = !set->flags && !more_flags && !set->minus.n && set->items.n == 1 &&
		     set->items.values[0] <= m->symbols[table].n_values;
	uint32_t *known = plain ? &m->symbols[table].sets[set->items.values[0]] : NULL, number;

	if (known && *known != SK_SPACE_NONE)
		return *known;
	m->items.n = 0;
	sk_mod_push_refs(m, table, &set->items, field);
	sk_mod_push_refs(m, table, &set->minus, field);
	number = sk_mod_make_set(m, &(struct sk_name_set){ .ns = sk_mod_ns[table],
							   .flags = (uint8_t)(flags[set->flags & 3] | more_flags),
							   .n = set->items.n, .n_minus = set->minus.n,
							   .items = m->items.list });
	if (known)
		*known = number;
	return number;
}

uint32_t sk_mod_lower_set(struct sk_module *m, enum sk_mod_table table, const struct sk_mod_set *set, const char *field)
{
	return sk_mod_lower_typeset(m, table, &(struct sk_mod_typeset){ .items = *set }, 0, field);
}

/* Categories: a list, or where ranges are among them an expression. */
static uint32_t sk_mod_lower_cats(struct sk_module *m, const struct sk_mod_level *level, const char *field)
{
	bool ranges = false;

	m->items.n = 0;
	for (uint32_t i = 0; i < level->n; i++)
		ranges = ranges || level->cats[2 * i] != level->cats[2 * i + 1];
	for (uint32_t i = 0; i < level->n && !m->r.failed; i++) {
		uint32_t low = level->cats[2 * i], high = level->cats[2 * i + 1];

		if (low > high)
			sk_mod_refuse_at(m, SK_MOD_VALUE, level->offset, field,
					 "the categories from %u to %u are none", low, high);
		SK_MOD_PUSH(m, m->items, sk_mod_ref(m, SK_MOD_CAT, low, level->offset, field));
		if (low != high) {
			SK_MOD_PUSH(m, m->items, sk_mod_ref(m, SK_MOD_CAT, high, level->offset, field));
			SK_MOD_PUSH(m, m->items, SK_SET_RANGE);
		}
		if (ranges && i)
			SK_MOD_PUSH(m, m->items, SK_SET_OR);
	}
	return sk_mod_make_set(m, &(struct sk_name_set){ .ns = SK_NS_CAT, .flags = ranges ? SK_SET_EXPR : 0,
							 .n = (uint32_t)m->items.n, .items = m->items.list });
}

uint32_t sk_mod_lower_level(struct sk_module *m, const struct sk_mod_level *level, const char *field)
{
	struct sk_level_ref ref = { .cats = SK_SPACE_NONE };
	uint32_t number;

	ref.sens = sk_mod_ref(m, SK_MOD_SENS, level->sens, level->offset, field);
	if (level->n)
		ref.cats = sk_mod_lower_cats(m, level, field);
	if (m->r.failed)
		return SK_SPACE_NONE;
	if (!sk_space_level(m->space, &ref, &number))
		return number;
	sk_reader_no_memory(&m->r);
	return SK_SPACE_NONE;
}

uint32_t sk_mod_lower_range(struct sk_module *m, const struct sk_mod_level *low, const struct sk_mod_level *high,
			    const char *field)
{
	struct sk_range_ref range;
	uint32_t number;

	range.low = sk_mod_lower_level(m, low, field);
	range.high = low->sens == high->sens && low->n == high->n &&
				     (!low->n || !memcmp(low->cats, high->cats, low->n * 2 * sizeof(*low->cats)))
			     ? range.low : sk_mod_lower_level(m, high, field);
	if (m->r.failed)
		return SK_SPACE_NONE;
	if (!sk_space_range(m->space, &range, &number))
		return number;
	sk_reader_no_memory(&m->r);
	return SK_SPACE_NONE;
}

uint32_t sk_mod_read_perms(struct sk_module *m, const char *field)
{
	static const unsigned char one_word[16] = { 64, 0, 0, 0, 64, 0, 0, 0, 1 };

	if (m->r.end - m->r.p >= 24 && !memcmp(m->r.p, one_word, sizeof(one_word))) {
		uint64_t bits = sk_mod_peek(m->r.p + 16) | (uint64_t)sk_mod_peek(m->r.p + 20) << 32;

		if (bits) {
			m->r.p += 24;
			return (uint32_t)bits;
		}
	}
	sk_mod_scan_set(m, field);
	return m->words.n && !m->words.list[0].start ? (uint32_t)m->words.list[0].bits : 0;
}

uint32_t sk_mod_perm_set(struct sk_module *m, uint32_t cls, uint32_t bits, uint64_t offset, const char *field)
{
	const struct sk_mod_symbol *s = sk_mod_symbol(m, SK_MOD_CLASS, cls, offset, field);
	uint32_t *known;
	bool fresh;

	if (!s)
		return SK_SPACE_NONE;
	if (sk_map_insert(&m->perm_sets, (uint64_t)cls << 32 | bits, SK_SPACE_NONE, &known, &fresh)) {
		sk_reader_no_memory(&m->r);
		return SK_SPACE_NONE;
	}
	if (!fresh)
		return *known;
	m->items.n = 0;
	for (uint32_t i = 0; i < 32; i++) {
		uint32_t ref;

		if (!(bits >> i & 1) || s->cls->perms[i] == SK_INTERN_NONE)
			continue;
		if (sk_space_ref(m->space, SK_NS_PERM, 0, s->cls->perms[i], &ref))
			sk_reader_no_memory(&m->r);
		SK_MOD_PUSH(m, m->items, ref);
	}
	*known = sk_mod_make_set(m, &(struct sk_name_set){ .ns = SK_NS_PERM, .n = (uint32_t)m->items.n,
							   .items = m->items.list });
	return *known;
}

void sk_mod_add(struct sk_module *m, enum sk_unit_kind kind, uint32_t block, uint32_t cond, uint64_t offset,
		const uint32_t op[SK_UNIT_OPERANDS])
{
	struct sk_unit_stmt *stmt;

	if (m->r.failed)
		return;
	stmt = sk_unit_place(m->unit);
	if (!stmt) {
		sk_reader_no_memory(&m->r);
		return;
	}
	*stmt = (struct sk_unit_stmt){ .kind = kind, .block = block, .cond = cond, .addr = m->addr_base + (uint32_t)offset };
	memcpy(stmt->op, op, sizeof(stmt->op));
}
