/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_MODEL_INDEX_H
#define SK_MODEL_INDEX_H

#include "base/map.h"
#include "model/constraint.h"
#include "model/policy.h"

/*
 * The rules of a policy, laid out for decisions. It does not depend on booleans: conditional rules are in it, and the
 * conditional and branch that gate them are known by their number.
 *
 * A decision asks: which rules have one of the source type's attributes (or the type itself) as source, one of the
 * target type's as target, and this class? Of the hundreds of such pairs a handful have rules. So ids are told apart:
 * a "group" stands for more than one type, a "single" for itself. Each type has a row, a bitmap of the groups it is in
 * (types with equal rows share one), and what a rule is found by depends on its two ids:
 *
 *   group, group    by class: a bitmap of the target groups, met with the target's row; the sources of each of these
 *                   are a bitmap again, met with the source's row
 *   any, single     by target and class: source groups met with the source's row, then a search for the source
 *   single, group   by source and class: target groups met with the target's row
 *
 *   owners      what leads to entries: a target, or (beyond the types) a single source
 *   entries[e]  one (owner, class): its slots, those of groups first, then those of singles, each part sorted
 *   slots[i]    one (source, target, class): its rules, and the vector of the first of them
 */
#define SK_GATE_OPEN UINT32_MAX		/* unconditional */

/*
 * `first` is an index into index->rules, where the slot's rules end where the next slot's begin; its high bits tell
 * whether the first rule is an access vector, which `data` then is, gated by `gate`: mostly there is no other rule.
 */
struct sk_slot {
	uint32_t data;
	uint32_t first;
	uint32_t gate;
};

#define SK_SLOT_FIRST 0x3fffffffu
#define SK_SLOT_ALLOW 0x40000000u
#define SK_SLOT_AUDITDENY 0x80000000u
#define SK_SLOT_AUDITALLOW 0xc0000000u
#define SK_SLOT_KIND 0xc0000000u

struct sk_index_entry {
	uint32_t filter;		/* bit (type id % 32) for each single source */
	uint32_t slot;			/* first slot; the entry's slots end where the next entry's begin */
	uint32_t bitmap;		/* into index->bitmaps: its groups; or SK_NO_BITMAP */
	uint16_t n_groups;
	uint16_t cls;
};

#define SK_NO_BITMAP UINT32_MAX

/* 64 groups of a bitmap of n_row_words of these, and how many its earlier words hold. */
struct sk_index_word {
	uint64_t bits;
	uint32_t before;
};

/* The constraints of a class, in its order. */
struct sk_index_constraints {
	uint32_t n;
	struct {
		uint32_t perms;
		const struct sk_constraint_step *steps;
	} *list;
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
	/*
	 * Owners: targets by type id, then sources by n_type_ids + 1 + id, and one more. Each has n_owner_words words:
	 * a bitmap of the classes it has entries for, and the first of these entries, which stand in order of class.
	 */
	uint64_t *owners;
	uint32_t n_owner_words;
	struct sk_index_entry *entries;		/* and one more */
	struct sk_slot *slots;			/* and one more */
	uint16_t *slot_other;			/* the id that the owner is not: group number, or type id */
	uint32_t *rules;			/* into policy->rules */
	uint32_t *gates;			/* of conditional rules, by rule - n_unconditional: 2 * conditional +
						 * branch (1: true) */

	uint32_t n_groups, n_row_words;
	uint32_t *group_number;		/* by type id: number + 1, or 0 for a single; numbers ascend with the id */
	struct sk_index_word *bitmaps;
	uint64_t *rows;			/* NULL when they would be too large */
	uint32_t *row_of;		/* by type id: offset into rows */
	struct sk_index_word *class_groups;	/* by class * n_row_words: the target groups with entries */
	uint32_t *class_entry;		/* by class: first in group_entries */
	uint32_t *group_entries;	/* by class and group: entries */

	struct sk_index_constraints *constraints;	/* by class */
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

/* The slot of exactly these ids, attributes not expanded; or NULL. */
const struct sk_slot *sk_index_slot(const struct sk_policy_index *ix, uint32_t source,
				    uint32_t target, uint32_t cls);

/* Bits of a word; the compiler's own is a call on machines that may lack the instruction. */
static inline uint32_t sk_index_count(uint64_t x)
{
	x -= x >> 1 & 0x5555555555555555ull;
	x = (x & 0x3333333333333333ull) + (x >> 2 & 0x3333333333333333ull);
	x = (x + (x >> 4)) & 0x0f0f0f0f0f0f0f0full;
	return (uint32_t)(x * 0x0101010101010101ull >> 56);
}

/* The place of the lowest bit of `hit` among the bits of a bitmap. */
static inline uint32_t sk_index_rank(const struct sk_index_word *word, uint64_t hit)
{
	return word->before + sk_index_count(word->bits & ((hit & -hit) - 1));
}

/* An owner's words. */
static inline const uint64_t *sk_index_owner(const struct sk_policy_index *ix, uint32_t owner)
{
	return ix->owners + (size_t)owner * ix->n_owner_words;
}

/* The entry of an owner and a class, or NULL. */
static inline const struct sk_index_entry *sk_index_entry(const struct sk_policy_index *ix,
							  const uint64_t *owner, uint32_t cls)
{
	uint64_t bit = (uint64_t)1 << (cls % 64);
	uint32_t before;

	if (!(owner[cls / 64] & bit))
		return NULL;
	before = sk_index_count(owner[cls / 64] & (bit - 1));
	for (uint32_t w = 0; w < cls / 64; w++)
		before += sk_index_count(owner[w]);
	return &ix->entries[owner[ix->n_owner_words - 1] + before];
}

/*
 * The functions below call visit(arg, slot) for each slot that matches; they are meant to be inlined together with
 * `visit`. This one: the slots of an entry whose group is in the row.
 */
static inline __attribute__((always_inline)) void
sk_entry_match_groups(const struct sk_policy_index *ix, const struct sk_index_entry *e,
		      const uint64_t *row, void (*visit)(void *arg, const struct sk_slot *slot),
		      void *arg)
{
	const struct sk_slot *slots = ix->slots + e->slot;
	const uint16_t *others = ix->slot_other + e->slot;
	const struct sk_index_word *groups;

	if (e->bitmap == SK_NO_BITMAP) {
		for (uint32_t i = 0; i < e->n_groups; i++)
			if (row[others[i] / 64] >> (others[i] % 64) & 1)
				visit(arg, slots + i);
		return;
	}
	groups = ix->bitmaps + e->bitmap;
	for (uint32_t w = 0; w < ix->n_row_words; w++)
		for (uint64_t hit = groups[w].bits & row[w]; hit; hit &= hit - 1)
			visit(arg, slots + sk_index_rank(&groups[w], hit));
}

/* The slot of a single source in an entry. */
static inline __attribute__((always_inline)) void
sk_entry_match_single(const struct sk_policy_index *ix, const struct sk_index_entry *e,
		      uint32_t source, void (*visit)(void *arg, const struct sk_slot *slot),
		      void *arg)
{
	uint32_t lo = e->slot + e->n_groups, end = e[1].slot, hi = end;

	if (!(e->filter >> (source % 32) & 1))
		return;
	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;

		if (ix->slot_other[mid] < source)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (lo < end && ix->slot_other[lo] == source)
		visit(arg, ix->slots + lo);
}

/* Without rows: each pair of ids by itself. */
static inline __attribute__((always_inline)) void
sk_index_match_pairs(const struct sk_policy_index *ix, uint32_t source, uint32_t target,
		     uint32_t cls, void (*visit)(void *arg, const struct sk_slot *slot), void *arg)
{
	const struct sk_idset *sources = &ix->policy->attributes_of[source];
	const struct sk_idset *targets = &ix->policy->attributes_of[target];

	for (uint32_t i = 0; i < sources->n; i++)
		for (uint32_t k = 0; k < targets->n; k++) {
			const struct sk_slot *slot =
				sk_index_slot(ix, sources->ids[i], targets->ids[k], cls);

			if (slot)
				visit(arg, slot);
		}
}

/* The slots for the groups a target is in: the same for all targets with one row. Only with rows. */
static inline __attribute__((always_inline)) void
sk_index_match_row(const struct sk_policy_index *ix, uint32_t source, const uint64_t *target_row, uint32_t cls,
		   void (*visit)(void *arg, const struct sk_slot *slot), void *arg)
{
	const uint64_t *by_source = sk_index_owner(ix, ix->policy->n_type_ids + 1 + source);
	const struct sk_index_word *groups = ix->class_groups + (size_t)cls * ix->n_row_words;
	const uint32_t *group_entries = ix->group_entries + ix->class_entry[cls];
	const uint64_t *source_row = ix->rows + ix->row_of[source];
	const struct sk_index_entry *e;

	__builtin_prefetch(by_source);
	for (uint32_t w = 0; w < ix->n_row_words; w++)
		for (uint64_t hit = groups[w].bits & target_row[w]; hit; hit &= hit - 1) {
			e = &ix->entries[group_entries[sk_index_rank(&groups[w], hit)]];
			sk_entry_match_groups(ix, e, source_row, visit, arg);
		}
	e = sk_index_entry(ix, by_source, cls);
	if (e)
		sk_entry_match_groups(ix, e, target_row, visit, arg);
}

/* The slots for a target itself. Only with rows. */
static inline __attribute__((always_inline)) void
sk_index_match_target(const struct sk_policy_index *ix, uint32_t source, uint32_t target, uint32_t cls,
		      void (*visit)(void *arg, const struct sk_slot *slot), void *arg)
{
	const struct sk_index_entry *e;

	e = ix->group_number[target] ? NULL : sk_index_entry(ix, sk_index_owner(ix, target), cls);
	if (!e)
		return;
	sk_entry_match_groups(ix, e, ix->rows + ix->row_of[source], visit, arg);
	sk_entry_match_single(ix, e, source, visit, arg);
}

/* Every slot that matches (source, target, cls): types with all their attributes. */
static inline __attribute__((always_inline)) void
sk_index_match(const struct sk_policy_index *ix, uint32_t source, uint32_t target, uint32_t cls,
	       void (*visit)(void *arg, const struct sk_slot *slot), void *arg)
{
	if (!ix->rows) {
		sk_index_match_pairs(ix, source, target, cls, visit, arg);
		return;
	}
	__builtin_prefetch(sk_index_owner(ix, target));
	sk_index_match_row(ix, source, ix->rows + ix->row_of[target], cls, visit, arg);
	sk_index_match_target(ix, source, target, cls, visit, arg);
}

/* The rules of a slot: all, or those whose vector is not in the slot. Numbers of rules of the policy. */
static inline const uint32_t *sk_slot_rules(const struct sk_policy_index *ix,
					    const struct sk_slot *slot, uint32_t *ret_n)
{
	uint32_t first = slot->first & SK_SLOT_FIRST;

	*ret_n = (slot[1].first & SK_SLOT_FIRST) - first;
	return ix->rules + first;
}

static inline const uint32_t *sk_slot_extra(const struct sk_policy_index *ix,
					    const struct sk_slot *slot, uint32_t *ret_n)
{
	uint32_t first = (slot->first & SK_SLOT_FIRST) + (slot->first > SK_SLOT_FIRST);

	*ret_n = (slot[1].first & SK_SLOT_FIRST) - first;
	return ix->rules + first;
}

/* What gates a rule: 2 * conditional + branch (1: true), or SK_GATE_OPEN. */
static inline uint32_t sk_rule_gate(const struct sk_policy_index *ix, uint32_t rule)
{
	return rule < ix->policy->n_unconditional ? SK_GATE_OPEN
						  : ix->gates[rule - ix->policy->n_unconditional];
}

#endif
