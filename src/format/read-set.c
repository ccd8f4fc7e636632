/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Names, ids, sets, levels and contexts of a kernel policy: what the sections are made of. A set in the file is a list
 * of 64-bit words with their places, sorted, none of them zero; its length is what the last word needs. Other spellings
 * of a set are refused, as libsepol does since 3.4: nobody writes them, and they could not be given back.
 */
#include "format/kernel-reader.h"

#include <errno.h>
#include <string.h>

const char *const sk_symbol_words[SK_N_SYM] = {
	"common", "class", "role", "type", "user", "boolean", "sensitivity", "category",
};

const char *const sk_symbol_plurals[SK_N_SYM] = {
	"commons", "classes", "roles", "types", "users", "booleans", "sensitivities", "categories",
};

void *sk_kernel_array(struct sk_kernel_reader *k, uint32_t n, size_t size)
{
	void *p;

	if (k->r.failed)
		return NULL;
	p = sk_arena_calloc(&k->p->arena, n, size);
	if (!p)
		sk_reader_no_memory(&k->r);
	return p;
}

uint32_t sk_kernel_name_length(struct sk_kernel_reader *k, const char *field)
{
	uint32_t n = sk_read_u32(&k->r, field);

	if (!n)
		sk_refuse(k, SK_E_NAME, field, "the name is empty");
	return n;
}

const char *sk_kernel_name_bytes(struct sk_kernel_reader *k, uint32_t length, const char *field)
{
	return sk_read_string(&k->r, &k->p->arena, length, field);
}

const char *sk_kernel_name(struct sk_kernel_reader *k, const char *field)
{
	return sk_kernel_name_bytes(k, sk_kernel_name_length(k, field), field);
}

void sk_kernel_check_id(struct sk_kernel_reader *k, enum sk_symbol table, uint32_t id,
			uint64_t offset, const char *field)
{
	if (k->r.failed)
		return;
	if (!id)
		sk_refuse_at(k, SK_E_UNKNOWN_ID, offset, field, "a %s is needed, and none is given",
			     sk_symbol_words[table]);
	else if (id > k->n_ids[table])
		sk_refuse_at(k, SK_E_UNKNOWN_ID, offset, field,
			     "there is no %s %u: their numbers end at %u", sk_symbol_words[table],
			     id, k->n_ids[table]);
	else if (!k->exists[table][id])
		sk_refuse_at(k, SK_E_UNKNOWN_ID, offset, field, "there is no %s with the number %u",
			     sk_symbol_words[table], id);
}

uint32_t sk_kernel_id(struct sk_kernel_reader *k, enum sk_symbol table, const char *field)
{
	uint32_t id = sk_read_u32(&k->r, field);

	if (k->r.failed)
		return 0;
	if (!sk_kernel_exists(k, table, id)) {
		sk_kernel_check_id(k, table, id, sk_reader_offset(&k->r) - 4, field);
		return 0;
	}
	return id;
}

static void sk_kernel_check_type(struct sk_kernel_reader *k, uint32_t id, uint64_t offset,
				 const char *field)
{
	sk_kernel_check_id(k, SK_SYM_TYPE, id, offset, field);
	if (!k->r.failed && k->exists[SK_SYM_TYPE][id] == SK_EXISTS_ATTRIBUTE)
		sk_refuse_at(k, SK_E_VALUE, offset, field,
			     "a type is needed, and %u is an attribute", id);
}

uint32_t sk_kernel_type(struct sk_kernel_reader *k, const char *field)
{
	uint32_t id = sk_kernel_id(k, SK_SYM_TYPE, field);

	if (id && k->exists[SK_SYM_TYPE][id] == SK_EXISTS_ATTRIBUTE) {
		sk_kernel_check_type(k, id, sk_reader_offset(&k->r) - 4, field);
		return 0;
	}
	return id;
}

/* A set's header. n words follow, the last of which ends at bit `length`. */
struct sk_set_head {
	uint32_t length, n;
};

static struct sk_set_head sk_kernel_set_head(struct sk_kernel_reader *k, uint32_t most,
					     const char *field)
{
	struct sk_set_head head = { 0 }, none = { 0 };
	uint32_t unit = sk_read_u32(&k->r, field);

	if (k->r.failed)
		return none;
	if (unit != 64) {
		sk_refuse(k, SK_E_SET, field, "a set has words of 64 bits, here are %u", unit);
		return none;
	}
	head.length = sk_read_u32(&k->r, field);
	if (head.length % 64) {
		sk_refuse(k, SK_E_SET, field, "the length of a set is a multiple of 64, not %u",
			  head.length);
		return none;
	}
	if (head.length > most && head.length - most >= 64) {
		sk_refuse(k, SK_E_SET, field, "the set has %u bits, and at most %u can have a meaning",
			  head.length, most);
		return none;
	}
	head.n = sk_read_count(&k->r, 12, field);
	if (k->r.failed)
		return none;
	if (head.n > head.length / 64 || (head.length && !head.n)) {
		sk_refuse(k, SK_E_SET, field, "a set of %u bits cannot have %u words", head.length,
			  head.n);
		return none;
	}
	return head;
}

/* The next word of a set; *at is the end of the word before. Zero after a failure. */
static uint64_t sk_kernel_set_word(struct sk_kernel_reader *k, const struct sk_set_head *head,
				   uint32_t i, uint32_t *at, uint32_t *ret_start, const char *field)
{
	uint32_t start = sk_read_u32(&k->r, field);
	uint64_t bits;

	if (k->r.failed)
		return 0;
	if (start % 64 || start < *at || start >= head->length) {
		sk_refuse(k, SK_E_SET, field, "word %u of the set cannot start at bit %u", i, start);
		return 0;
	}
	bits = sk_read_u64(&k->r, field);
	*ret_start = start;
	*at = start + 64;
	if (!bits)
		sk_refuse(k, SK_E_SET, field, "a word of the set is zero");
	else if (i + 1 == head->n && *at != head->length)
		sk_refuse(k, SK_E_SET, field, "the set ends at bit %u, not at %u as it says", *at,
			  head->length);
	return k->r.failed ? 0 : bits;
}

/* The number of a word's highest bit. */
static uint32_t sk_set_highest(const struct sk_set_word *word)
{
	return word->start + 63 - (uint32_t)__builtin_clzll(word->bits);
}

static void sk_kernel_check_limit(struct sk_kernel_reader *k, uint32_t highest, uint32_t limit,
				  const char *field)
{
	if (highest > limit)
		sk_refuse(k, SK_E_SET, field, "the set holds %u, the highest number possible is %u",
			  highest, limit);
}

/* The words of a set into k->words. Returns how many; 0 for the empty set, and after a failure. */
static uint32_t sk_kernel_set(struct sk_kernel_reader *k, uint32_t first_id, uint32_t limit, const char *field)
{
	struct sk_set_head head = sk_kernel_set_head(k, limit + 1 - first_id, field);
	uint32_t at = 0;

	if (!head.n)
		return 0;
	if (sk_grow(&k->words, &k->cap_words, head.n, sizeof(*k->words))) {
		sk_reader_no_memory(&k->r);
		return 0;
	}
	for (uint32_t i = 0; i < head.n; i++) {
		struct sk_set_word *word = &k->words[i];

		word->bits = sk_kernel_set_word(k, &head, i, &at, &word->start, field);
		if (!word->bits)
			return 0;
	}
	sk_kernel_check_limit(k, sk_set_highest(&k->words[head.n - 1]) + first_id, limit, field);
	return k->r.failed ? 0 : head.n;
}

/* Equal sets share their words: constraints name the same few attributes over and over. */
static int sk_kernel_share(struct sk_kernel_reader *k, const struct sk_bitset *set, struct sk_bitset *ret_set)
{
	uint64_t hash = sk_hash_bytes(set->words, set->n_words * sizeof(*set->words)) & ~(uint64_t)1;
	uint32_t *known;
	bool is_new;
	int r;

	r = sk_map_insert(&k->shared_of, hash, (uint32_t)k->n_shared, &known, &is_new);
	if (r)
		return r;
	if (!is_new && sk_bitset_equal(&k->shared[*known], set)) {
		*ret_set = k->shared[*known];
		return 0;
	}
	ret_set->words = sk_arena_memdup(&k->p->arena, set->words, set->n_words * sizeof(*set->words));
	if (!ret_set->words)
		return -ENOMEM;
	ret_set->n_words = set->n_words;
	if (!is_new)
		return 0;
	r = sk_grow(&k->shared, &k->cap_shared, k->n_shared + 1, sizeof(*k->shared));
	if (!r)
		k->shared[k->n_shared++] = *ret_set;
	return r;
}

void sk_kernel_bitset(struct sk_kernel_reader *k, struct sk_bitset *ret_set, uint32_t first_id,
		      uint32_t limit, const char *field)
{
	uint32_t n = sk_kernel_set(k, first_id, limit, field);
	struct sk_bitset set;

	if (!n)
		return;
	set.n_words = (sk_set_highest(&k->words[n - 1]) + first_id) / 64 + 1;
	if (sk_grow(&k->bits, &k->cap_bits, set.n_words, sizeof(*k->bits))) {
		sk_reader_no_memory(&k->r);
		return;
	}
	set.words = memset(k->bits, 0, set.n_words * sizeof(*k->bits));
	for (uint32_t i = 0; i < n; i++) {
		const struct sk_set_word *word = &k->words[i];

		set.words[word->start / 64] |= word->bits << first_id;
		if (first_id && word->bits >> 63)
			set.words[word->start / 64 + 1] |= 1;
	}
	if (sk_kernel_share(k, &set, ret_set))
		sk_reader_no_memory(&k->r);
}

void sk_kernel_idset(struct sk_kernel_reader *k, struct sk_idset *ret_set, uint32_t limit,
		     const char *field)
{
	uint32_t n = sk_kernel_set(k, 1, limit, field), n_ids = 0;
	uint32_t *ids;

	for (uint32_t i = 0; i < n; i++)
		n_ids += (uint32_t)__builtin_popcountll(k->words[i].bits);
	if (!n_ids)
		return;
	ids = sk_kernel_array(k, n_ids, sizeof(*ids));
	if (!ids)
		return;
	ret_set->n = n_ids;
	ret_set->ids = ids;
	for (uint32_t i = 0; i < n; i++)
		for (uint64_t bits = k->words[i].bits; bits; bits &= bits - 1)
			*ids++ = k->words[i].start + (uint32_t)__builtin_ctzll(bits) + 1;
}

static void sk_kernel_check_bitset(struct sk_kernel_reader *k, const struct sk_bitset *set,
				   enum sk_symbol table, uint64_t offset, const char *field)
{
	if (sk_bitset_contains(&k->existing[table], set))
		return;
	for (uint32_t id = sk_bitset_next(set, 0); id != UINT32_MAX && !k->r.failed;
	     id = sk_bitset_next(set, id + 1))
		sk_kernel_check_id(k, table, id, offset, field);
}

static void sk_kernel_check_idset(struct sk_kernel_reader *k, const struct sk_idset *set,
				  enum sk_symbol table, uint64_t offset, const char *field)
{
	for (uint32_t i = 0; i < set->n; i++)
		if (!sk_kernel_exists(k, table, set->ids[i])) {
			sk_kernel_check_id(k, table, set->ids[i], offset, field);
			return;
		}
}

void sk_kernel_id_bitset(struct sk_kernel_reader *k, struct sk_bitset *ret_set,
			 enum sk_symbol table, const char *field)
{
	struct sk_pending pending = { .offset = sk_reader_offset(&k->r), .field = field,
				      .kind = SK_PENDING_BITSET, .table = table,
				      .u.bitset = ret_set };

	sk_kernel_bitset(k, ret_set, 1, k->exists[table] ? k->n_ids[table] : SK_KERNEL_MOST_IDS,
			 field);
	if (k->r.failed || !ret_set->n_words)
		return;
	if (k->exists[table])
		sk_kernel_check_bitset(k, ret_set, table, pending.offset, field);
	else
		sk_kernel_pend(k, &pending);
}

void sk_kernel_id_idset(struct sk_kernel_reader *k, struct sk_idset *ret_set, enum sk_symbol table,
			const char *field)
{
	struct sk_pending pending = { .offset = sk_reader_offset(&k->r), .field = field,
				      .kind = SK_PENDING_IDSET, .table = table,
				      .u.idset = ret_set };

	sk_kernel_idset(k, ret_set, k->exists[table] ? k->n_ids[table] : SK_KERNEL_MOST_IDS, field);
	if (k->r.failed || !ret_set->n)
		return;
	if (k->exists[table])
		sk_kernel_check_idset(k, ret_set, table, pending.offset, field);
	else
		sk_kernel_pend(k, &pending);
}

void sk_kernel_pend(struct sk_kernel_reader *k, const struct sk_pending *pending)
{
	if (k->r.failed)
		return;
	if (sk_grow(&k->pending, &k->cap_pending, k->n_pending + 1, sizeof(*k->pending)))
		sk_reader_no_memory(&k->r);
	else
		k->pending[k->n_pending++] = *pending;
}

void sk_kernel_settle(struct sk_kernel_reader *k)
{
	bool bounds = false;

	for (size_t i = 0; i < k->n_pending && !k->r.failed; i++) {
		const struct sk_pending *w = &k->pending[i];

		switch (w->kind) {
		case SK_PENDING_ID:
			sk_kernel_check_id(k, w->table, w->id, w->offset, w->field);
			break;
		case SK_PENDING_BOUND:
			sk_kernel_check_id(k, w->table, w->id, w->offset, w->field);
			bounds = true;
			break;
		case SK_PENDING_TYPE:
			sk_kernel_check_type(k, w->id, w->offset, w->field);
			break;
		case SK_PENDING_BITSET:
			sk_kernel_check_bitset(k, w->u.bitset, w->table, w->offset, w->field);
			break;
		case SK_PENDING_IDSET:
			sk_kernel_check_idset(k, w->u.idset, w->table, w->offset, w->field);
			break;
		}
	}
	for (size_t i = 0; bounds && i < k->n_pending && !k->r.failed; i++)
		if (k->pending[i].kind == SK_PENDING_BOUND)
			sk_kernel_check_bounds(k, &k->pending[i]);
	free(k->pending);	/* the largest sections are still to come */
	k->pending = NULL;
	k->n_pending = k->cap_pending = 0;
}

/* A sensitivity. Policies without MLS have levels too, all zero. */
static struct sk_sens_id sk_kernel_sens(struct sk_kernel_reader *k, const char *field)
{
	struct sk_pending pending = { .offset = sk_reader_offset(&k->r), .field = field,
				      .kind = SK_PENDING_ID, .table = SK_SYM_SENS };

	pending.id = sk_read_u32(&k->r, field);
	if (k->r.failed || (!pending.id && !k->p->mls))
		return (struct sk_sens_id){ 0 };
	if (k->exists[SK_SYM_SENS])
		sk_kernel_check_id(k, SK_SYM_SENS, pending.id, pending.offset, field);
	else
		sk_kernel_pend(k, &pending);
	return (struct sk_sens_id){ k->r.failed ? 0 : pending.id };
}

void sk_kernel_level(struct sk_kernel_reader *k, struct sk_level *ret_level, const char *field)
{
	ret_level->sens = sk_kernel_sens(k, field);
	sk_kernel_id_bitset(k, &ret_level->cats, SK_SYM_CAT, field);
}

void sk_kernel_range(struct sk_kernel_reader *k, struct sk_range *ret_range, const char *field)
{
	uint64_t offset = sk_reader_offset(&k->r);
	uint32_t n = sk_read_u32(&k->r, field);

	if (!k->r.failed && n != 1 && n != 2)
		sk_refuse(k, SK_E_VALUE, field, "a range has 1 or 2 levels, not %u", n);
	ret_range->low.sens = sk_kernel_sens(k, field);
	if (n == 2)
		ret_range->high.sens = sk_kernel_sens(k, field);
	sk_kernel_id_bitset(k, &ret_range->low.cats, SK_SYM_CAT, field);
	if (n == 2)
		sk_kernel_id_bitset(k, &ret_range->high.cats, SK_SYM_CAT, field);
	else
		ret_range->high = ret_range->low;
	if (!k->r.failed && k->p->mls &&
	    (ret_range->high.sens.v < ret_range->low.sens.v ||
	     !sk_bitset_contains(&ret_range->high.cats, &ret_range->low.cats)))
		sk_refuse_at(k, SK_E_CONTEXT, offset, field,
			     "the high level of the range does not dominate the low one");
}

static bool sk_level_has_its_cats(const struct sk_kernel_reader *k, const struct sk_level *level)
{
	const struct sk_sens *sens = &k->p->sens[k->position[SK_SYM_SENS][level->sens.v]];

	return sk_bitset_contains(&sens->level.cats, &level->cats);
}

/* What the kernel's policydb_context_isvalid() asks. Role 1 is object_r, which any user and type may have. */
static const char *sk_kernel_context_fault(const struct sk_kernel_reader *k,
					   const struct sk_context *c)
{
	const struct sk_role *role = &k->p->roles[k->position[SK_SYM_ROLE][c->role.v]];
	const struct sk_user *user = &k->p->users[k->position[SK_SYM_USER][c->user.v]];

	if (c->role.v != 1 && !sk_idset_has(&role->types, c->type.v))
		return "the role of the context may not have its type";
	if (c->role.v != 1 && !sk_bitset_has(&user->roles, c->role.v))
		return "the user of the context may not have its role";
	if (!k->p->mls)
		return NULL;
	if (!sk_level_has_its_cats(k, &c->range.low) || !sk_level_has_its_cats(k, &c->range.high))
		return "a sensitivity of the context may not have its categories";
	if (c->role.v != 1 &&
	    (c->range.low.sens.v < user->range.low.sens.v ||
	     !sk_bitset_contains(&c->range.low.cats, &user->range.low.cats) ||
	     c->range.high.sens.v > user->range.high.sens.v ||
	     !sk_bitset_contains(&user->range.high.cats, &c->range.high.cats)))
		return "the user of the context may not have its range";
	return NULL;
}

void sk_kernel_context(struct sk_kernel_reader *k, struct sk_context *ret_context,
		       const char *field)
{
	uint64_t offset = sk_reader_offset(&k->r);
	const char *fault;

	ret_context->user.v = sk_kernel_id(k, SK_SYM_USER, field);
	ret_context->role.v = sk_kernel_id(k, SK_SYM_ROLE, field);
	ret_context->type.v = sk_kernel_type(k, field);
	if (k->p->version >= SK_SINCE_MLS)
		sk_kernel_range(k, &ret_context->range, field);
	if (k->r.failed)
		return;
	fault = sk_kernel_context_fault(k, ret_context);
	if (fault)
		sk_refuse_at(k, SK_E_CONTEXT, offset, field, "%s", fault);
}
