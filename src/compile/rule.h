/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_COMPILE_RULE_H
#define SK_COMPILE_RULE_H

#include "compile/compiler.h"

/*
 * Keys of records, highest bits first: the branch of a conditional (0: none; 1 + 2 * conditional + 1 for the false
 * one), source, target, class, kind. Sorted by key, records stand as the policy wants its rules.
 */
#define SK_KEY_KIND 4

extern const uint16_t sk_key_kinds[];	/* enum sk_rule_kind, by the key's kind */

static inline uint64_t sk_rule_key(const struct sk_compiler *c, uint32_t branch, uint32_t source, uint32_t target,
				   uint32_t cls, uint32_t kind)
{
	return (((uint64_t)branch << c->bits_type | source) << c->bits_type | target) << (c->bits_class + SK_KEY_KIND) |
	       (uint64_t)cls << SK_KEY_KIND | kind;
}

static inline uint32_t sk_key_part(uint64_t key, unsigned int shift, unsigned int bits)
{
	return (uint32_t)(key >> shift & (((uint64_t)1 << bits) - 1));
}

#define sk_key_kind(key) ((uint32_t)((key) & 15))
#define sk_key_class(c, key) sk_key_part((key), SK_KEY_KIND, (c)->bits_class)
#define sk_key_target(c, key) sk_key_part((key), SK_KEY_KIND + (c)->bits_class, (c)->bits_type)
#define sk_key_source(c, key) sk_key_part((key), SK_KEY_KIND + (c)->bits_class + (c)->bits_type, (c)->bits_type)
#define sk_key_branch(c, key) ((uint32_t)((key) >> (SK_KEY_KIND + (c)->bits_class + 2 * (c)->bits_type)))

/* The key's kind of a rule's, and the other way round. */
uint32_t sk_kind_number(uint32_t kind);

/* The first record or extended permission whose key is at least this. */
size_t sk_find_record(const struct sk_compiler *c, uint64_t key);
size_t sk_find_extended(const struct sk_compiler *c, uint64_t key);

/* sort.c: sorts the records by key and, where keys are equal, leaves them in their order. Returns 0 or -ENOMEM. */
int sk_sort_records(struct sk_compiler *c);
/* The same for some that are in order already, mostly. */
int sk_sort_unsorted(struct sk_record *list, size_t n);

/* extended.c: the extended permissions of a statement, split up by driver. */
int sk_add_extended(struct sk_compiler *c, const struct sk_unit_stmt *stmt, uint32_t number, uint64_t key);
int sk_merge_extended(struct sk_compiler *c);
/* The permission that extended ones belong to: "ioctl". */
const char *sk_xop_word(enum sk_xop op);
/* All 65536 numbers that a set names, by driver. */
void sk_xperm_numbers(const struct sk_xperm_set *set, uint32_t perms[256][8]);

/* What the flags of a set of targets say (enum sk_set_flag): each source with itself as well, or none with itself. */
static inline bool sk_flags_self(uint32_t flags)
{
	return flags & SK_SET_SELF && !(flags & SK_SET_COMPLEMENT);
}

static inline bool sk_flags_not_self(uint32_t flags)
{
	return flags & (SK_SET_NOT_SELF | SK_SET_OTHER) || (flags & SK_SET_SELF && flags & SK_SET_COMPLEMENT);
}

/* Sources and targets of a rule, as types: each source with each target, or with itself. */
struct sk_pairs {
	const struct sk_ids *sources, *targets;
	bool self, not_self;
};

/* deny.c: deny rules, and which permissions of a class they take: from one pair of types, or from any of a rule's. */
int sk_compile_denies(struct sk_compiler *c);
uint32_t sk_denied(const struct sk_compiler *c, uint32_t cls, uint32_t source, uint32_t target);
uint32_t sk_deny_concerns(const struct sk_compiler *c, uint32_t cls, const struct sk_pairs *pairs);

#endif
