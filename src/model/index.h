/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_MODEL_INDEX_H
#define SK_MODEL_INDEX_H

#include "base/map.h"
#include "model/policy.h"

/*
 * The rules of a policy, laid out for decisions. It does not depend on booleans: conditional rules are in it with the
 * conditional and branch that gate them.
 *
 * A decision asks: which rules have one of the source type's attributes (or the type itself) as source, one of the
 * target type's as target, and this class? Of the hundreds of such pairs a handful have rules. So:
 *
 *   targets[t]  which classes have rules with target t at all (a 64-bit filter, then a sorted list of entries)
 *   entries[e]  one (target, class): its slots, those of shared sources first ("groups": ids that stand for more than
 *               one type), then those of single types, each part sorted
 *   slots[i]    one (source, target, class): its unconditional access vectors merged, and the list of its rules
 *   rows        for each type, a bitmap of the groups it is in; types with equal bitmaps share a row
 *
 * The groups of a source and of an entry are intersected as bitmaps; a single type is found by a filter and a binary
 * search.
 */
#define SK_GATE_OPEN UINT32_MAX		/* unconditional */

struct sk_index_rule {
	uint32_t rule;			/* into policy->rules */
	uint32_t gate;			/* 2 * conditional + branch (1: true), or SK_GATE_OPEN */
};

struct sk_slot {
	uint32_t allow, auditallow, auditdeny;	/* of the unconditional rules */
	uint32_t first;			/* into index->rules; the slot's rules end where the next slot's begin */
	uint32_t extra;			/* into index->rules: conditional, extended-permission and type rules */
};

struct sk_index_entry {
	uint32_t slot;			/* first slot; the entry's slots end where the next entry's begin */
	uint32_t n_groups;
	uint32_t bitmap;		/* into index->bitmaps: its groups; or SK_NO_BITMAP */
	uint64_t filter;		/* bit (type id % 64) for each single source */
};

#define SK_NO_BITMAP UINT32_MAX

struct sk_index_target {
	uint64_t filter;		/* bit (class % 64) for each class with an entry */
	uint32_t entry;			/* first; the target's entries end where the next target's begin */
};

/* A hash from keys to the elements of a policy's array, in the array's order; the caller compares the keys. */
struct sk_chain {
	struct sk_map heads;		/* hash of the key to the first element */
	uint32_t *next;			/* to the next with the same hash, or SK_CHAIN_END */
};

#define SK_CHAIN_END UINT32_MAX

struct sk_policy_index {
	const struct sk_policy *policy;
	struct sk_arena arena;

	uint32_t n_entries, n_slots, n_rules;
	struct sk_index_target *targets;	/* by type id, and one more */
	struct sk_index_entry *entries;		/* and one more */
	uint16_t *entry_class;
	struct sk_slot *slots;			/* and one more */
	uint16_t *slot_source;			/* group number, or type id */
	struct sk_index_rule *rules;

	uint32_t n_groups, n_row_words;
	uint32_t *group_number;		/* by type id: number + 1, or 0 for a single */
	uint32_t *group_id;		/* back */
	uint64_t *bitmaps;
	uint64_t *rows;			/* NULL when they would be too large */
	uint32_t *row_of;		/* by type id: offset into rows */

	uint32_t process_class, transition_perms;	/* of class process: transition, dyntransition */

	struct sk_chain filename_transitions, role_transitions, range_transitions;
};

/*
 * The index of a policy, built on the first call from any thread. Returns 0 and a borrowed pointer that lives as long
 * as the policy, or -ENOMEM.
 */
int sk_policy_index(const struct sk_policy *policy, const struct sk_policy_index **ret_index);

void sk_policy_index_free(struct sk_policy_index *index);	/* NULL is allowed */

/* Keys of the chains. */
uint64_t sk_filename_key(uint32_t target, uint32_t cls, const char *name);
uint64_t sk_triple_key(uint32_t a, uint32_t b, uint32_t c);

static inline uint32_t sk_chain_first(const struct sk_chain *chain, uint64_t key)
{
	const uint32_t *i = sk_map_find(&chain->heads, key);

	return i ? *i : SK_CHAIN_END;
}

/* The entry of (target, cls), or NULL. target is a type or attribute id as it stands in rules. */
const struct sk_index_entry *sk_index_entry(const struct sk_policy_index *ix, uint32_t target,
					    uint32_t cls);

/* The slot of exactly these ids, attributes not expanded; or NULL. */
const struct sk_slot *sk_index_slot(const struct sk_policy_index *ix, uint32_t source,
				    uint32_t target, uint32_t cls);

/*
 * Calls visit(arg, slot) for each slot of an entry that a source type matches: those of its groups, then its own.
 * Meant to be inlined together with `visit`.
 */
static inline __attribute__((always_inline)) void
sk_entry_match(const struct sk_policy_index *ix, const struct sk_index_entry *e, uint32_t source,
	       void (*visit)(void *arg, const struct sk_slot *slot), void *arg)
{
	const uint64_t *row = ix->rows ? ix->rows + ix->row_of[source] : NULL;
	const struct sk_slot *slots = ix->slots + e->slot;
	const uint16_t *sources = ix->slot_source + e->slot;
	uint32_t n = e[1].slot - e->slot;

	if (e->bitmap != SK_NO_BITMAP && row) {
		const uint64_t *groups = ix->bitmaps + e->bitmap;
		uint32_t before = 0;

		for (uint32_t w = 0; w < ix->n_row_words; w++) {
			for (uint64_t hit = groups[w] & row[w]; hit; hit &= hit - 1) {
				uint64_t below = (hit & -hit) - 1;

				visit(arg, slots + before +
						   __builtin_popcountll(groups[w] & below));
			}
			before += (uint32_t)__builtin_popcountll(groups[w]);
		}
	} else {
		for (uint32_t i = 0; i < e->n_groups; i++) {
			uint32_t g = sources[i];

			if (row ? row[g / 64] >> (g % 64) & 1
				: sk_idset_has(&ix->policy->attributes_of[source], ix->group_id[g]))
				visit(arg, slots + i);
		}
	}
	if (e->filter >> (source % 64) & 1) {
		uint32_t lo = e->n_groups, hi = n;

		while (lo < hi) {
			uint32_t mid = lo + (hi - lo) / 2;

			if (sources[mid] < source)
				lo = mid + 1;
			else
				hi = mid;
		}
		if (lo < n && sources[lo] == source)
			visit(arg, slots + lo);
	}
}

/* The same for all entries of a target type: every slot that matches (source, target, cls). */
static inline __attribute__((always_inline)) void
sk_index_match(const struct sk_policy_index *ix, uint32_t source, uint32_t target, uint32_t cls,
	       void (*visit)(void *arg, const struct sk_slot *slot), void *arg)
{
	const struct sk_idset *targets = &ix->policy->attributes_of[target];

	for (uint32_t i = 0; i < targets->n; i++) {
		uint32_t t = targets->ids[i];
		const struct sk_index_entry *e;

		if (!(ix->targets[t].filter >> (cls % 64) & 1))
			continue;
		e = sk_index_entry(ix, t, cls);
		if (e)
			sk_entry_match(ix, e, source, visit, arg);
	}
}

/* The rules of a slot: all, or those after the merged ones. */
static inline const struct sk_index_rule *sk_slot_rules(const struct sk_policy_index *ix,
							const struct sk_slot *slot, uint32_t *ret_n)
{
	*ret_n = slot[1].first - slot->first;
	return ix->rules + slot->first;
}

static inline const struct sk_index_rule *sk_slot_extra(const struct sk_policy_index *ix,
							const struct sk_slot *slot, uint32_t *ret_n)
{
	*ret_n = slot[1].first - slot->extra;
	return ix->rules + slot->extra;
}

#endif
