/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Building the index of a policy: one stable radix sort of its rules by owner, class and the other id, then one pass
 * that cuts the sorted list into entries and slots. What is sorted are numbers of rules: copying keys would cost more
 * in touched memory than looking at the rules again does. Built beside the policy, whose order it leaves alone, and
 * published by a compare-and-swap: threads that build at the same time throw all but one away. A policy whose rows
 * would be out of proportion to its rules gets none and is searched more slowly (SK_MOST_ROW_BYTES).
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

/* Numbers the groups: ids that are among the attributes of another type and stand in a rule. */
static int sk_index_number_groups(struct sk_policy_index *ix)
{
	const struct sk_policy *p = ix->policy;
	sk_auto_free uint8_t *shared = calloc(1, (size_t)p->n_type_ids + 1);
	sk_auto_free uint8_t *used = calloc(1, (size_t)p->n_type_ids + 1);

	ix->group_number = SK_ARENA_ARRAY(&ix->arena, uint32_t, (size_t)p->n_type_ids + 1);
	if (!shared || !used || !ix->group_number)
		return -ENOMEM;
	for (uint32_t t = 1; t <= p->n_type_ids; t++)
		for (uint32_t i = 0; i < p->attributes_of[t].n; i++)
			shared[p->attributes_of[t].ids[i]] |= p->attributes_of[t].ids[i] != t;
	for (uint32_t i = 0; i < p->n_rules; i++)
		used[p->rules[i].source] = used[p->rules[i].target] = 1;
	for (uint32_t t = 1; t <= p->n_type_ids; t++)
		if (shared[t] && used[t])
			ix->group_number[t] = ++ix->n_groups;
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

/* Where a rule belongs. `other`: groups by number, then singles by id. */
struct sk_rule_place {
	uint32_t owner, cls, other;
};

static inline struct sk_rule_place sk_rule_place(const struct sk_policy_index *ix, uint32_t rule)
{
	const struct sk_rule *r = &ix->policy->rules[rule];
	uint32_t source = ix->group_number[r->source], target = ix->group_number[r->target];

	if (!source && target)
		return (struct sk_rule_place){ ix->policy->n_type_ids + 1 + r->source, r->cls,
					       target - 1 };
	return (struct sk_rule_place){ r->target, r->cls,
				       source ? source - 1 : ix->n_groups + r->source };
}

/* The counts of a radix sort, one array a digit, each with one more than the largest digit plus one. */
struct sk_sort {
	uint32_t *owner, *cls, *other;
	size_t n_owner, n_cls, n_other;
};

static void sk_sort_sum(uint32_t *counts, size_t n)
{
	uint32_t sum = 0;

	for (size_t i = 0; i < n; i++) {
		uint32_t here = counts[i];

		counts[i] = sum;
		sum += here;
	}
}

static void sk_sort_count(const struct sk_policy_index *ix, struct sk_sort *sort)
{
	for (uint32_t i = 0; i < ix->n_rules; i++) {
		struct sk_rule_place at = sk_rule_place(ix, i);

		sort->owner[at.owner]++;
		sort->cls[at.cls]++;
		sort->other[at.other]++;
	}
	sk_sort_sum(sort->owner, sort->n_owner);
	sk_sort_sum(sort->cls, sort->n_cls);
	sk_sort_sum(sort->other, sort->n_other);
}

/* Sorts all rules into ix->rules. Unconditional access vectors are listed first, so that they stand first in a slot. */
static void sk_sort_rules(struct sk_policy_index *ix, struct sk_sort *sort, uint32_t *spare)
{
	const struct sk_policy *p = ix->policy;
	uint32_t n = ix->n_rules;

	sk_sort_count(ix, sort);
	for (uint32_t i = 0; i < p->n_unconditional; i++)
		if (p->rules[i].kind & SK_RULES_AV)
			ix->rules[sort->other[sk_rule_place(ix, i).other]++] = i;
	for (uint32_t i = 0; i < n; i++)
		if (i >= p->n_unconditional || !(p->rules[i].kind & SK_RULES_AV))
			ix->rules[sort->other[sk_rule_place(ix, i).other]++] = i;
	for (uint32_t i = 0; i < n; i++)
		spare[sort->cls[p->rules[ix->rules[i]].cls]++] = ix->rules[i];
	for (uint32_t i = 0; i < n; i++)
		ix->rules[sort->owner[sk_rule_place(ix, spare[i]).owner]++] = spare[i];
}

static int sk_index_sort(struct sk_policy_index *ix)
{
	const struct sk_policy *p = ix->policy;
	struct sk_sort sort = { .n_owner = 2 * (size_t)p->n_type_ids + 3,
				.n_cls = (size_t)p->n_class_ids + 1,
				.n_other = (size_t)ix->n_groups + p->n_type_ids + 1 };
	sk_auto_free uint32_t *counts =
		calloc(sort.n_owner + sort.n_cls + sort.n_other, sizeof(*counts));
	sk_auto_free uint32_t *spare = malloc(((size_t)ix->n_rules + 1) * sizeof(*spare));

	if (!counts || !spare)
		return -ENOMEM;
	sort.owner = counts;
	sort.cls = counts + sort.n_owner;
	sort.other = sort.cls + sort.n_cls;
	sk_sort_rules(ix, &sort, spare);
	return 0;
}

/* Room for the most there can be of each; what is not used is not touched, and so costs nothing. */
static int sk_index_allocate(struct sk_policy_index *ix)
{
	const struct sk_policy *p = ix->policy;
	size_t n = p->n_rules, n_conditional = n - p->n_unconditional;

	if (n > SK_SLOT_FIRST)
		return -ENOMEM;
	ix->n_rules = p->n_rules;
	ix->n_owner_words = p->n_class_ids / 64 + 2;
	ix->owners = SK_ARENA_ARRAY(&ix->arena, uint64_t,
				    (2 * (size_t)p->n_type_ids + 3) * ix->n_owner_words);
	ix->entries = sk_arena_alloc(&ix->arena, (n + 1) * sizeof(*ix->entries));
	ix->slots = sk_arena_alloc(&ix->arena, (n + 1) * sizeof(*ix->slots));
	ix->slot_other = sk_arena_alloc(&ix->arena, (n + 1) * sizeof(*ix->slot_other));
	ix->rules = sk_arena_alloc(&ix->arena, (n + 1) * sizeof(*ix->rules));
	ix->gates = sk_arena_alloc(&ix->arena, (n_conditional + 1) * sizeof(*ix->gates));
	return ix->owners && ix->entries && ix->slots && ix->slot_other && ix->rules && ix->gates
		       ? 0 : -ENOMEM;
}

static void sk_index_gates(struct sk_policy_index *ix)
{
	const struct sk_policy *p = ix->policy;

	for (uint32_t c = 0; c < p->n_conds; c++) {
		const struct sk_cond *cond = &p->conds[c];

		for (uint32_t i = 0; i < cond->n_true; i++)
			ix->gates[cond->first_true - p->n_unconditional + i] = 2 * c + 1;
		for (uint32_t i = 0; i < cond->n_false; i++)
			ix->gates[cond->first_false - p->n_unconditional + i] = 2 * c;
	}
}

static void sk_slot_begin(const struct sk_policy_index *ix, struct sk_slot *slot, uint32_t at)
{
	const struct sk_rule *rule = &ix->policy->rules[ix->rules[at]];

	*slot = (struct sk_slot){ rule->data, at, sk_rule_gate(ix, ix->rules[at]) };
	slot->first |= rule->kind == SK_RULE_ALLOW ? SK_SLOT_ALLOW
		       : rule->kind == SK_RULE_AUDITDENY ? SK_SLOT_AUDITDENY
		       : rule->kind == SK_RULE_AUDITALLOW ? SK_SLOT_AUDITALLOW : 0;
}

static void sk_owner_begin(const struct sk_policy_index *ix, uint32_t owner, uint32_t entry)
{
	ix->owners[((size_t)owner + 1) * ix->n_owner_words - 1] = entry;
}

/* Cuts the sorted rules into entries and slots. */
static void sk_index_cut(struct sk_policy_index *ix)
{
	struct sk_rule_place last = { .owner = UINT32_MAX };
	uint32_t e = 0, s = 0, o = 0;

	for (uint32_t i = 0; i < ix->n_rules; i++) {
		struct sk_rule_place at = sk_rule_place(ix, ix->rules[i]);
		bool entry = at.owner != last.owner || at.cls != last.cls;

		if (entry) {
			for (; o <= at.owner; o++)
				sk_owner_begin(ix, o, e);
			ix->owners[(size_t)at.owner * ix->n_owner_words + at.cls / 64] |=
				(uint64_t)1 << (at.cls % 64);
			ix->entries[e++] = (struct sk_index_entry){
				.slot = s, .bitmap = SK_NO_BITMAP, .cls = (uint16_t)at.cls };
		}
		if (entry || at.other != last.other) {
			bool group = at.other < ix->n_groups;
			uint32_t other = group ? at.other : at.other - ix->n_groups;

			sk_slot_begin(ix, &ix->slots[s], i);
			ix->slot_other[s++] = (uint16_t)other;
			if (group)
				ix->entries[e - 1].n_groups++;
			else
				ix->entries[e - 1].filter |= 1u << (other % 32);
		}
		last = at;
	}
	for (; o < 2 * ix->policy->n_type_ids + 3; o++)
		sk_owner_begin(ix, o, e);
	ix->entries[e].slot = s;
	ix->slots[s].first = ix->n_rules;
	ix->n_entries = e;
	ix->n_slots = s;
}

static void sk_index_count_words(const struct sk_policy_index *ix, struct sk_index_word *words)
{
	for (uint32_t w = 1; w < ix->n_row_words; w++)
		words[w].before = words[w - 1].before + sk_index_count(words[w - 1].bits);
}

/* The entries of a target group: from the first on, up to the one that is returned. */
static uint32_t sk_group_entries(const struct sk_policy_index *ix, uint32_t target, uint32_t *ret_first)
{
	const uint64_t *owner = sk_index_owner(ix, target);

	*ret_first = (uint32_t)owner[ix->n_owner_words - 1];
	return ix->group_number[target] ? (uint32_t)owner[2 * ix->n_owner_words - 1] : *ret_first;
}

static void sk_class_groups_fill(struct sk_policy_index *ix)
{
	uint32_t e, end;

	for (uint32_t t = 1; t <= ix->policy->n_type_ids; t++) {
		uint32_t g = ix->group_number[t] - 1;

		for (end = sk_group_entries(ix, t, &e); e < end; e++) {
			uint32_t cls = ix->entries[e].cls;

			ix->class_groups[(size_t)cls * ix->n_row_words + g / 64].bits |= (uint64_t)1 << (g % 64);
			ix->group_entries[ix->class_entry[cls]++] = e;
		}
	}
}

/* The entries of target groups, by class. Their sources are groups too: single sources own what leads to a group. */
static int sk_index_class_groups(struct sk_policy_index *ix)
{
	size_t n_classes = (size_t)ix->policy->n_class_ids + 1;
	uint32_t n = 0, e, end;

	ix->class_groups = SK_ARENA_ARRAY(&ix->arena, struct sk_index_word, n_classes * ix->n_row_words);
	ix->class_entry = SK_ARENA_ARRAY(&ix->arena, uint32_t, n_classes);
	if (!ix->class_groups || !ix->class_entry)
		return -ENOMEM;
	for (uint32_t t = 1; t <= ix->policy->n_type_ids; t++)
		for (end = sk_group_entries(ix, t, &e); e < end; e++, n++)
			ix->class_entry[ix->entries[e].cls]++;
	ix->group_entries = SK_ARENA_ARRAY(&ix->arena, uint32_t, n);
	if (!ix->group_entries)
		return -ENOMEM;
	sk_sort_sum(ix->class_entry, n_classes);
	sk_class_groups_fill(ix);
	for (size_t c = n_classes; --c;)	/* each is now where the next begins */
		ix->class_entry[c] = ix->class_entry[c - 1];
	ix->class_entry[0] = 0;
	for (size_t c = 0; c < n_classes; c++)
		sk_index_count_words(ix, ix->class_groups + c * ix->n_row_words);
	return 0;
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
	ix->bitmaps = SK_ARENA_ARRAY(&ix->arena, struct sk_index_word, n);
	if (!ix->bitmaps)
		return -ENOMEM;
	for (uint32_t e = 0; e < ix->n_entries; e++) {
		const struct sk_index_entry *entry = &ix->entries[e];

		if (entry->bitmap == SK_NO_BITMAP)
			continue;
		for (uint32_t i = 0; i < entry->n_groups; i++) {
			uint32_t g = ix->slot_other[entry->slot + i];

			ix->bitmaps[entry->bitmap + g / 64].bits |= (uint64_t)1 << (g % 64);
		}
		sk_index_count_words(ix, ix->bitmaps + entry->bitmap);
	}
	return 0;
}

static int sk_index_rules(struct sk_policy_index *ix)
{
	int r = sk_index_allocate(ix);

	if (!r)
		r = sk_index_sort(ix);
	if (r)
		return r;
	sk_index_gates(ix);
	sk_index_cut(ix);
	r = sk_index_class_groups(ix);
	return r ? r : sk_index_make_bitmaps(ix);
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

static int sk_index_constraints(struct sk_policy_index *ix)
{
	const struct sk_policy *p = ix->policy;

	ix->constraints = SK_ARENA_ARRAY(&ix->arena, struct sk_index_constraints,
					 (size_t)p->n_class_ids + 1);
	if (!ix->constraints)
		return -ENOMEM;
	for (uint32_t c = 1; c <= p->n_class_ids; c++) {
		const struct sk_class *cls = p->class_by_id[c];
		struct sk_index_constraints *list = &ix->constraints[c];

		if (!cls || !cls->n_constraints)
			continue;
		list->list = sk_arena_calloc(&ix->arena, cls->n_constraints, sizeof(*list->list));
		if (!list->list)
			return -ENOMEM;
		for (; list->n < cls->n_constraints; list->n++) {
			const struct sk_constraint *constraint = &cls->constraints[list->n];
			int r = sk_constraint_compile(constraint, &ix->arena,
						      &list->list[list->n].steps);

			if (r)
				return r;
			list->list[list->n].perms = constraint->perms;
		}
	}
	return 0;
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
		r = sk_index_constraints(ix);
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

const struct sk_slot *sk_index_slot(const struct sk_policy_index *ix, uint32_t source,
				    uint32_t target, uint32_t cls)
{
	uint32_t source_group = ix->group_number[source], target_group = ix->group_number[target];
	bool by_source = !source_group && target_group;
	uint32_t group = by_source ? target_group : source_group, lo, hi, end;
	uint32_t key = group ? group - 1 : source;
	const struct sk_index_entry *e =
		sk_index_entry(ix, sk_index_owner(ix, by_source ? ix->policy->n_type_ids + 1 + source : target), cls);

	if (!e)
		return NULL;
	lo = e->slot + (group ? 0 : e->n_groups);
	end = hi = group ? e->slot + e->n_groups : e[1].slot;
	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;

		if (ix->slot_other[mid] < key)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo < end && ix->slot_other[lo] == key ? &ix->slots[lo] : NULL;
}
