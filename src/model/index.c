/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Building the index of a policy: one stable radix sort of its rules by target, class and source, then one pass that
 * cuts the sorted list into entries and slots. Built beside the policy, whose order it leaves alone, and published by a
 * compare-and-swap: threads that build at the same time throw all but one away. A policy whose attribute bitmaps would
 * be out of proportion to its rules gets none and is searched more slowly (SK_MOST_ROW_BYTES).
 */
#include "model/index.h"

#include <errno.h>
#include <stdatomic.h>
#include <string.h>

#define SK_MOST_ROW_BYTES ((size_t)32 << 20)
#define SK_FEW_GROUPS 6		/* up to this many are tested one by one */

void sk_policy_index_free(struct sk_policy_index *index)
{
	if (!index)
		return;
	sk_map_done(&index->filename_transitions.heads);
	sk_map_done(&index->role_transitions.heads);
	sk_map_done(&index->range_transitions.heads);
	sk_arena_done(&index->arena);
	free(index);
}

/* Numbers the groups: ids that are among the attributes of another type and stand as the source of a rule. */
static int sk_index_number_groups(struct sk_policy_index *ix)
{
	const struct sk_policy *p = ix->policy;
	sk_auto_free uint8_t *shared = calloc(1, (size_t)p->n_type_ids + 1);

	ix->group_number = SK_ARENA_ARRAY(&ix->arena, uint32_t, (size_t)p->n_type_ids + 1);
	ix->group_id = SK_ARENA_ARRAY(&ix->arena, uint32_t, (size_t)p->n_type_ids + 1);
	if (!shared || !ix->group_number || !ix->group_id)
		return -ENOMEM;
	for (uint32_t t = 1; t <= p->n_type_ids; t++)
		for (uint32_t i = 0; i < p->attributes_of[t].n; i++)
			shared[p->attributes_of[t].ids[i]] |= p->attributes_of[t].ids[i] != t;
	for (uint32_t i = 0; i < p->n_rules; i++) {
		uint32_t source = p->rules[i].source;

		if (shared[source] && !ix->group_number[source]) {
			ix->group_id[ix->n_groups] = source;
			ix->group_number[source] = ++ix->n_groups;
		}
	}
	ix->n_row_words = ix->n_groups / 64 + 1;
	return 0;
}

/* Rows under construction: an open-addressing table of row offsets by content. */
struct sk_rows {
	uint64_t *words;
	size_t n, cap;
	uint32_t *table;
	size_t n_table;		/* power of two, more than the number of types */
};

/* The offset of the row equal to `row`, added when it is new; SIZE_MAX when there is no memory for it. */
static size_t sk_rows_add(struct sk_rows *rows, const uint64_t *row, uint32_t n_words)
{
	size_t bytes = n_words * sizeof(*row), i;

	for (i = sk_hash_bytes(row, bytes) & (rows->n_table - 1); rows->table[i];
	     i = (i + 1) & (rows->n_table - 1))
		if (!memcmp(rows->words + rows->table[i] - 1, row, bytes))
			return rows->table[i] - 1;
	if ((rows->n + n_words) * sizeof(*row) > SK_MOST_ROW_BYTES ||
	    sk_grow(&rows->words, &rows->cap, rows->n + n_words, sizeof(*row)))
		return SIZE_MAX;
	memcpy(rows->words + rows->n, row, bytes);
	rows->table[i] = (uint32_t)rows->n + 1;
	rows->n += n_words;
	return rows->n - n_words;
}

/* Without memory for them there are no rows; that is slower, not wrong. */
static int sk_index_make_rows(struct sk_policy_index *ix)
{
	const struct sk_policy *p = ix->policy;
	sk_auto_free uint64_t *row = calloc(ix->n_row_words, sizeof(*row));
	sk_auto_free uint32_t *table = NULL;
	sk_auto_free uint64_t *words = NULL;
	struct sk_rows rows = { .n_table = 64 };
	size_t offset = 0;

	while (rows.n_table < 2 * (size_t)p->n_type_ids)
		rows.n_table *= 2;
	rows.table = table = calloc(rows.n_table, sizeof(*table));
	ix->row_of = SK_ARENA_ARRAY(&ix->arena, uint32_t, (size_t)p->n_type_ids + 1);
	if (!row || !table || !ix->row_of)
		return -ENOMEM;
	for (uint32_t t = 1; t <= p->n_type_ids; t++) {
		const struct sk_idset *groups = &p->attributes_of[t];

		memset(row, 0, ix->n_row_words * sizeof(*row));
		for (uint32_t i = 0; i < groups->n; i++) {
			uint32_t g = ix->group_number[groups->ids[i]];

			if (g)
				row[(g - 1) / 64] |= (uint64_t)1 << ((g - 1) % 64);
		}
		offset = sk_rows_add(&rows, row, ix->n_row_words);
		words = rows.words;
		if (offset == SIZE_MAX)
			return 0;
		ix->row_of[t] = (uint32_t)offset;
	}
	ix->rows = sk_arena_memdup(&ix->arena, words, SK_MAX(rows.n, (size_t)1) * sizeof(*words));
	return 0;
}

/* What rules are sorted by. Sources: groups by number, then single types by id. */
struct sk_sort_key {
	uint32_t source;
	uint16_t cls, target;
	uint32_t rule, gate;
};

static void sk_sort_fill(const struct sk_policy_index *ix, struct sk_sort_key *key, uint32_t rule,
			 uint32_t gate)
{
	const struct sk_rule *r = &ix->policy->rules[rule];
	uint32_t g = ix->group_number[r->source];

	*key = (struct sk_sort_key){ g ? g - 1 : ix->n_groups + r->source, r->cls, r->target, rule,
				     gate };
}

/* Lists the rules: unconditional access vectors first, so that they stand first in each slot. */
static void sk_sort_list(const struct sk_policy_index *ix, struct sk_sort_key *keys)
{
	const struct sk_policy *p = ix->policy;
	size_t n = 0;

	for (uint32_t i = 0; i < p->n_unconditional; i++)
		if (p->rules[i].kind & SK_RULES_AV)
			sk_sort_fill(ix, &keys[n++], i, SK_GATE_OPEN);
	for (uint32_t i = 0; i < p->n_unconditional; i++)
		if (!(p->rules[i].kind & SK_RULES_AV))
			sk_sort_fill(ix, &keys[n++], i, SK_GATE_OPEN);
	for (uint32_t c = 0; c < p->n_conds; c++) {
		const struct sk_cond *cond = &p->conds[c];

		for (uint32_t i = 0; i < cond->n_true; i++)
			sk_sort_fill(ix, &keys[n++], cond->first_true + i, 2 * c + 1);
		for (uint32_t i = 0; i < cond->n_false; i++)
			sk_sort_fill(ix, &keys[n++], cond->first_false + i, 2 * c);
	}
}

enum sk_sort_digit { SK_DIGIT_SOURCE, SK_DIGIT_CLASS, SK_DIGIT_TARGET };

static inline uint32_t sk_sort_digit(const struct sk_sort_key *k, enum sk_sort_digit digit)
{
	return digit == SK_DIGIT_SOURCE ? k->source : digit == SK_DIGIT_CLASS ? k->cls : k->target;
}

/* One stable counting pass; counts has room for the largest digit plus two, zeroed. */
static inline __attribute__((always_inline)) void
sk_sort_pass(const struct sk_sort_key *from, struct sk_sort_key *to, size_t n,
	     enum sk_sort_digit digit, uint32_t *counts, size_t n_counts)
{
	memset(counts, 0, n_counts * sizeof(*counts));
	for (size_t i = 0; i < n; i++)
		counts[sk_sort_digit(&from[i], digit) + 1]++;
	for (size_t i = 1; i < n_counts; i++)
		counts[i] += counts[i - 1];
	for (size_t i = 0; i < n; i++)
		to[counts[sk_sort_digit(&from[i], digit)]++] = from[i];
}

/* Sorts by target, class, source; the result is in `keys`, `spare` is of the same size. */
static int sk_sort_keys(const struct sk_policy_index *ix, struct sk_sort_key **keys,
			struct sk_sort_key **spare)
{
	const struct sk_policy *p = ix->policy;
	size_t n_source = (size_t)ix->n_groups + p->n_type_ids + 2;
	size_t n_class = (size_t)p->n_class_ids + 2, n_target = (size_t)p->n_type_ids + 2;
	sk_auto_free uint32_t *counts = calloc(n_source + n_class, sizeof(*counts));
	struct sk_sort_key *swap;

	if (!counts)
		return -ENOMEM;
	sk_sort_pass(*keys, *spare, p->n_rules, SK_DIGIT_SOURCE, counts, n_source);
	sk_sort_pass(*spare, *keys, p->n_rules, SK_DIGIT_CLASS, counts, n_class);
	sk_sort_pass(*keys, *spare, p->n_rules, SK_DIGIT_TARGET, counts, n_target);
	swap = *keys;
	*keys = *spare;
	*spare = swap;
	return 0;
}

static bool sk_same_entry(const struct sk_sort_key *a, const struct sk_sort_key *b)
{
	return a->target == b->target && a->cls == b->cls;
}

static int sk_index_allocate(struct sk_policy_index *ix, const struct sk_sort_key *keys, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		bool entry = !i || !sk_same_entry(&keys[i], &keys[i - 1]);

		ix->n_entries += entry;
		ix->n_slots += entry || keys[i].source != keys[i - 1].source;
	}
	ix->n_rules = (uint32_t)n;
	ix->targets = SK_ARENA_ARRAY(&ix->arena, struct sk_index_target,
				     (size_t)ix->policy->n_type_ids + 2);
	ix->entries = SK_ARENA_ARRAY(&ix->arena, struct sk_index_entry, (size_t)ix->n_entries + 1);
	ix->entry_class = SK_ARENA_ARRAY(&ix->arena, uint16_t, (size_t)ix->n_entries + 1);
	ix->slots = SK_ARENA_ARRAY(&ix->arena, struct sk_slot, (size_t)ix->n_slots + 1);
	ix->slot_source = SK_ARENA_ARRAY(&ix->arena, uint16_t, (size_t)ix->n_slots + 1);
	ix->rules = SK_ARENA_ARRAY(&ix->arena, struct sk_index_rule, n);
	return ix->targets && ix->entries && ix->entry_class && ix->slots && ix->slot_source &&
			       ix->rules ? 0 : -ENOMEM;
}

static void sk_slot_add(const struct sk_policy_index *ix, struct sk_slot *slot, uint32_t at)
{
	const struct sk_rule *rule = &ix->policy->rules[ix->rules[at].rule];

	if (ix->rules[at].gate != SK_GATE_OPEN || !(rule->kind & SK_RULES_AV))
		return;
	slot->extra = at + 1;
	if (rule->kind == SK_RULE_ALLOW)
		slot->allow |= rule->data;
	else if (rule->kind == SK_RULE_AUDITALLOW)
		slot->auditallow |= rule->data;
	else
		slot->auditdeny &= rule->data;
}

/* Cuts the sorted rules into entries and slots. */
static void sk_index_cut(struct sk_policy_index *ix, const struct sk_sort_key *keys, size_t n)
{
	uint32_t e = 0, s = 0, t = 0;

	for (uint32_t i = 0; i < n; i++) {
		const struct sk_sort_key *k = &keys[i];
		bool entry = !i || !sk_same_entry(k, k - 1);

		if (entry) {
			for (; t <= k->target; t++)
				ix->targets[t].entry = e;
			ix->targets[k->target].filter |= (uint64_t)1 << (k->cls % 64);
			ix->entries[e].slot = s;
			ix->entries[e].bitmap = SK_NO_BITMAP;
			ix->entry_class[e++] = k->cls;
		}
		if (entry || k->source != k[-1].source) {
			bool group = k->source < ix->n_groups;
			uint32_t source = group ? k->source : k->source - ix->n_groups;

			ix->slots[s] = (struct sk_slot){ .auditdeny = ~0u, .first = i, .extra = i };
			ix->slot_source[s++] = (uint16_t)source;
			if (group)
				ix->entries[e - 1].n_groups++;
			else
				ix->entries[e - 1].filter |= (uint64_t)1 << (source % 64);
		}
		ix->rules[i] = (struct sk_index_rule){ k->rule, k->gate };
		sk_slot_add(ix, &ix->slots[s - 1], i);
	}
	for (; t <= ix->policy->n_type_ids + 1; t++)
		ix->targets[t].entry = e;
	ix->entries[e].slot = s;
	ix->slots[s].first = (uint32_t)n;
}

/* Bitmaps for the entries with many groups; only where the bitmap is not much larger than the slots themselves. */
static int sk_index_make_bitmaps(struct sk_policy_index *ix)
{
	uint32_t n = 0;

	for (uint32_t e = 0; e < ix->n_entries; e++) {
		uint32_t groups = ix->entries[e].n_groups;

		if (groups <= SK_FEW_GROUPS || groups < ix->n_row_words / 4)
			continue;
		ix->entries[e].bitmap = n;
		n += ix->n_row_words;
	}
	ix->bitmaps = SK_ARENA_ARRAY(&ix->arena, uint64_t, n);
	if (!ix->bitmaps)
		return -ENOMEM;
	for (uint32_t e = 0; e < ix->n_entries; e++) {
		const struct sk_index_entry *entry = &ix->entries[e];

		for (uint32_t i = 0; entry->bitmap != SK_NO_BITMAP && i < entry->n_groups; i++) {
			uint32_t g = ix->slot_source[entry->slot + i];

			ix->bitmaps[entry->bitmap + g / 64] |= (uint64_t)1 << (g % 64);
		}
	}
	return 0;
}

static int sk_index_rules(struct sk_policy_index *ix)
{
	size_t n = ix->policy->n_rules;
	struct sk_sort_key *keys = malloc((n + 1) * sizeof(*keys));
	struct sk_sort_key *spare = malloc((n + 1) * sizeof(*spare));
	int r = keys && spare ? 0 : -ENOMEM;

	if (!r) {
		sk_sort_list(ix, keys);
		r = sk_sort_keys(ix, &keys, &spare);
	}
	if (!r)
		r = sk_index_allocate(ix, keys, n);
	if (!r)
		sk_index_cut(ix, keys, n);
	free(keys);
	free(spare);
	return r;
}

uint64_t sk_filename_key(uint32_t target, uint32_t cls, const char *name)
{
	uint64_t h = sk_hash_bytes(name, strlen(name)) ^ sk_hash_u64((uint64_t)target << 32 | cls);

	return h == SK_MAP_NONE ? 0 : h;
}

uint64_t sk_triple_key(uint32_t a, uint32_t b, uint32_t c)
{
	uint64_t h = sk_hash_u64((uint64_t)a << 32 | b) ^ c;

	return h == SK_MAP_NONE ? 0 : h;
}

/* Keys are added from the last element to the first, so that each chain runs in the array's order. */
static int sk_chain_init(struct sk_chain *chain, struct sk_arena *arena, size_t n)
{
	chain->next = SK_ARENA_ARRAY(arena, uint32_t, n);
	if (!chain->next)
		return -ENOMEM;
	return n ? sk_map_reserve(&chain->heads, n) : 0;
}

static int sk_chain_add(struct sk_chain *chain, uint64_t key, uint32_t i)
{
	uint32_t *head;
	bool is_new;
	int r;

	r = sk_map_insert(&chain->heads, key, i, &head, &is_new);
	if (r)
		return r;
	chain->next[i] = is_new ? SK_CHAIN_END : *head;
	*head = i;
	return 0;
}

static int sk_index_transitions(struct sk_policy_index *ix)
{
	const struct sk_policy *p = ix->policy;
	int r;

	r = sk_chain_init(&ix->filename_transitions, &ix->arena, p->n_filename_transitions);
	for (uint32_t i = p->n_filename_transitions; !r && i--;) {
		const struct sk_filename_transition *t = &p->filename_transitions[i];

		r = sk_chain_add(&ix->filename_transitions,
				 sk_filename_key(t->target.v, t->cls.v, t->name), i);
	}
	if (!r)
		r = sk_chain_init(&ix->role_transitions, &ix->arena, p->n_role_transitions);
	for (uint32_t i = p->n_role_transitions; !r && i--;) {
		const struct sk_role_transition *t = &p->role_transitions[i];

		r = sk_chain_add(&ix->role_transitions,
				 sk_triple_key(t->role.v, t->type.v, t->cls.v), i);
	}
	if (!r)
		r = sk_chain_init(&ix->range_transitions, &ix->arena, p->n_range_transitions);
	for (uint32_t i = p->n_range_transitions; !r && i--;) {
		const struct sk_range_transition *t = &p->range_transitions[i];

		r = sk_chain_add(&ix->range_transitions,
				 sk_triple_key(t->source.v, t->target.v, t->cls.v), i);
	}
	return r;
}

static void sk_index_names(struct sk_policy_index *ix)
{
	struct sk_class_id process = sk_policy_find_class(ix->policy, "process");

	ix->process_class = process.v;
	if (!process.v)
		return;
	ix->transition_perms = sk_class_find_perm(ix->policy->class_by_id[process.v], "transition") |
			       sk_class_find_perm(ix->policy->class_by_id[process.v], "dyntransition");
}

static int sk_index_build(struct sk_policy_index *ix)
{
	int r;

	sk_index_names(ix);
	r = sk_index_number_groups(ix);
	if (!r)
		r = sk_index_make_rows(ix);
	if (!r)
		r = sk_index_rules(ix);
	if (!r)
		r = sk_index_make_bitmaps(ix);
	if (!r)
		r = sk_index_transitions(ix);
	return r;
}

int sk_policy_index(const struct sk_policy *policy, const struct sk_policy_index **ret_index)
{
	/* the one part of a sealed policy that changes, once */
	struct sk_policy_index *_Atomic *place = &((struct sk_policy *)policy)->index;
	struct sk_policy_index *ix = atomic_load_explicit(place, memory_order_acquire);
	struct sk_policy_index *none = NULL;
	int r;

	if (ix) {
		*ret_index = ix;
		return 0;
	}
	ix = calloc(1, sizeof(*ix));
	if (!ix)
		return -ENOMEM;
	ix->policy = policy;
	r = sk_index_build(ix);
	if (r) {
		sk_policy_index_free(ix);
		return r;
	}
	if (!atomic_compare_exchange_strong_explicit(place, &none, ix, memory_order_acq_rel,
						     memory_order_acquire)) {
		sk_policy_index_free(ix);
		ix = none;
	}
	*ret_index = ix;
	return 0;
}

const struct sk_index_entry *sk_index_entry(const struct sk_policy_index *ix, uint32_t target,
					    uint32_t cls)
{
	uint32_t lo = ix->targets[target].entry, end = ix->targets[target + 1].entry, hi = end;

	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;

		if (ix->entry_class[mid] < cls)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < end && ix->entry_class[lo] == cls ? &ix->entries[lo] : NULL;
}

const struct sk_slot *sk_index_slot(const struct sk_policy_index *ix, uint32_t source,
				    uint32_t target, uint32_t cls)
{
	const struct sk_index_entry *e = sk_index_entry(ix, target, cls);
	uint32_t group = ix->group_number[source], lo, hi, end;
	uint32_t key = group ? group - 1 : source;

	if (!e)
		return NULL;
	lo = e->slot + (group ? 0 : e->n_groups);
	end = hi = group ? e->slot + e->n_groups : e[1].slot;
	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;

		if (ix->slot_source[mid] < key)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < end && ix->slot_source[lo] == key ? &ix->slots[lo] : NULL;
}
