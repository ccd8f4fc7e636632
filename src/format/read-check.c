/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What only a whole table can tell: rules that stand twice or contradict each other, and bounds.
 *
 * A policy has a hundred thousand rules and, as compilers write it, none twice; looking for pairs must cost next to
 * nothing then, and no more than a sort when the input is hostile. So each rule's key is entered in a table of two
 * bits a cell, "seen" and "seen again"; the few rules in cells that were seen again go through a second such table
 * with another hash, and what is left is sorted and compared.
 */
#include "format/kernel-reader.h"

#include <string.h>

struct sk_rule_key {
	uint64_t key;		/* source, target, class, kind */
	uint32_t rule;		/* index */
};

struct sk_cells {
	unsigned char *bits;	/* four cells a byte */
	unsigned int shift;	/* of a key's hash */
	uint64_t factor;
};

static inline uint64_t sk_rule_key(const struct sk_rule *r)
{
	return (uint64_t)r->source << 48 | (uint64_t)r->target << 32 | (uint64_t)r->cls << 16 | r->kind;
}

static inline void sk_cells_enter(struct sk_cells *cells, uint64_t key)
{
	uint64_t cell = key * cells->factor >> cells->shift;
	unsigned char *byte = &cells->bits[cell / 4];
	unsigned int at = cell % 4 * 2, seen = *byte >> at & 1;

	*byte |= (unsigned char)((1u + seen) << at);
}

static inline bool sk_cells_again(const struct sk_cells *cells, uint64_t key)
{
	uint64_t cell = key * cells->factor >> cells->shift;

	return cells->bits[cell / 4] >> (cell % 4 * 2) & 2;
}

/* Eight to sixteen cells a key. The memory is the caller's (free). */
static bool sk_cells_init(struct sk_cells *cells, uint64_t n_keys, uint64_t factor)
{
	cells->shift = 64 - 8;
	while (cells->shift > 64 - 32 && (uint64_t)1 << (64 - cells->shift) < n_keys * 8)
		cells->shift--;
	cells->factor = factor;
	cells->bits = calloc((size_t)1 << (64 - cells->shift - 2), 1);
	return cells->bits;
}

static int sk_rule_key_compare(const void *a, const void *b)
{
	const struct sk_rule_key *x = a, *y = b;

	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	return x->rule < y->rule ? -1 : x->rule > y->rule;
}

/* Size in the file of n rules from the i-th on. */
static uint64_t sk_rules_size(const struct sk_policy *p, uint32_t i, uint32_t n)
{
	uint64_t size = 0;

	for (uint32_t end = i + n; i < end; i++)
		if (p->version < SK_SINCE_AVTAB)
			size += p->rules[i].grouped ? 4 : 24;
		else
			size += p->rules[i].kind & SK_RULES_XPERM ? 42 : 12;
	return size;
}

/* Where a rule stands in the file: it is not kept, as it is asked for once, when the policy is refused. */
static uint64_t sk_rule_offset(const struct sk_kernel_reader *k, uint32_t rule)
{
	const struct sk_policy *p = k->p;
	uint64_t offset = k->rules_offset;

	if (rule < p->n_unconditional)
		return offset + sk_rules_size(p, 0, rule);
	offset += sk_rules_size(p, 0, p->n_unconditional) + 4;
	for (uint32_t i = 0; i < p->n_conds; i++) {
		const struct sk_cond *c = &p->conds[i];

		offset += 8 + (uint64_t)c->n_nodes * 8 + 4;
		if (rule < c->first_false)
			return offset + sk_rules_size(p, c->first_true, rule - c->first_true);
		offset += sk_rules_size(p, c->first_true, c->n_true) + 4;
		if (rule < c->first_false + c->n_false)
			return offset + sk_rules_size(p, c->first_false, rule - c->first_false);
		offset += sk_rules_size(p, c->first_false, c->n_false);
	}
	return offset;
}

/* The two branches of one conditional may label the same thing in two ways. */
static bool sk_are_branches(const struct sk_policy *p, uint32_t a, uint32_t b)
{
	uint32_t low = 0, high = p->n_conds;

	while (low < high) {	/* the last conditional that starts at or before a */
		uint32_t mid = low + (high - low) / 2;

		if (p->conds[mid].first_true <= a)
			low = mid + 1;
		else
			high = mid;
	}
	if (!low)
		return false;
	return a < p->conds[low - 1].first_false && b >= p->conds[low - 1].first_false &&
	       b < p->conds[low - 1].first_false + p->conds[low - 1].n_false;
}

static void sk_kernel_compare_keys(struct sk_kernel_reader *k, const struct sk_rule_key *list,
				   size_t n)
{
	for (size_t i = 1; i < n && !k->r.failed; i++) {
		if (list[i].key != list[i - 1].key)
			continue;
		if ((i < 2 || list[i - 2].key != list[i].key) &&
		    list[i - 1].rule >= k->p->n_unconditional &&
		    sk_are_branches(k->p, list[i - 1].rule, list[i].rule))
			continue;
		sk_refuse_at(k, SK_E_DUPLICATE, sk_rule_offset(k, list[i].rule), "rule",
			     list[i].rule < k->p->n_unconditional
				     ? "the rule has the source, target, class and kind of the one at offset %llu"
				     : "the conditional rule contradicts the one at offset %llu",
			     (unsigned long long)sk_rule_offset(k, list[i - 1].rule));
	}
}

/* Leaves in the list only keys that may be there twice. */
static bool sk_thin_out(struct sk_rule_key *list, size_t *n)
{
	struct sk_cells cells;
	size_t kept = 0;

	if (!sk_cells_init(&cells, *n, 0xc2b2ae3d27d4eb4full))
		return false;
	for (size_t i = 0; i < *n; i++)
		sk_cells_enter(&cells, list[i].key);
	for (size_t i = 0; i < *n; i++)
		if (sk_cells_again(&cells, list[i].key))
			list[kept++] = list[i];
	*n = kept;
	free(cells.bits);
	return true;
}

/* Appends the rules among n from `first` on that are of these kinds and whose cell was seen again. */
static bool sk_gather(const struct sk_policy *p, const struct sk_cells *cells, uint32_t first,
		      uint32_t end, uint32_t kinds, struct sk_rule_key **list, size_t *n, size_t *cap)
{
	for (uint32_t i = first; i < end; i++) {
		uint64_t key = sk_rule_key(&p->rules[i]);

		if (!sk_cells_again(cells, key) || !(key & kinds))
			continue;
		if (sk_grow(list, cap, *n + 1, sizeof(**list)))
			return false;
		(*list)[(*n)++] = (struct sk_rule_key){ key, i };
	}
	return true;
}

/* Unconditional rules of all kinds but extended permissions must be unique; in conditionals, labeling rules. */
static void sk_kernel_check_cells(struct sk_kernel_reader *k, struct sk_cells *cells)
{
	const uint32_t unique = SK_RULES_AV | SK_RULES_TYPE;
	const struct sk_policy *p = k->p;
	struct sk_rule_key *list = NULL;
	size_t n = 0, cap = 0;

	for (uint32_t i = 0; i < p->n_unconditional; i++)
		if (p->rules[i].kind & unique)
			sk_cells_enter(cells, sk_rule_key(&p->rules[i]));
	for (uint32_t i = p->n_unconditional; i < p->n_rules; i++)
		if (p->rules[i].kind & SK_RULES_TYPE)
			sk_cells_enter(cells, sk_rule_key(&p->rules[i]));
	if (!sk_gather(p, cells, 0, p->n_unconditional, unique, &list, &n, &cap) ||
	    !sk_gather(p, cells, p->n_unconditional, p->n_rules, SK_RULES_TYPE, &list, &n, &cap) ||
	    (n && !sk_thin_out(list, &n))) {
		sk_reader_no_memory(&k->r);
	} else if (n) {
		qsort(list, n, sizeof(*list), sk_rule_key_compare);
		sk_kernel_compare_keys(k, list, n);
	}
	free(list);
}

void sk_kernel_check_rules(struct sk_kernel_reader *k)
{
	struct sk_cells cells;

	if (k->r.failed)
		return;
	if (!sk_cells_init(&cells, k->p->n_unconditional, 0x9e3779b97f4a7c15ull)) {
		sk_reader_no_memory(&k->r);
		return;
	}
	sk_kernel_check_cells(k, &cells);
	free(cells.bits);
}

static uint32_t sk_bounds_of(const struct sk_kernel_reader *k, enum sk_symbol table, uint32_t id)
{
	uint32_t i = k->position[table][id];

	if (!k->exists[table][id])
		return 0;
	return table == SK_SYM_ROLE ? k->p->roles[i].bounds.v
	     : table == SK_SYM_USER ? k->p->users[i].bounds.v : k->p->types[i].bounds.v;
}

/*
 * Bounds may not go in a circle. What else the kernel asks of them (four levels, and nothing that the bounding one has
 * not) compilers do not always ask, so it does not make a policy unreadable.
 */
void sk_kernel_check_bounds(struct sk_kernel_reader *k, const struct sk_pending *w)
{
	uint32_t slow = w->child, fast = w->child;

	if (k->r.failed || w->child > k->n_ids[w->table] || !w->child)
		return;
	do {
		slow = sk_bounds_of(k, w->table, slow);
		fast = sk_bounds_of(k, w->table, fast);
		fast = fast ? sk_bounds_of(k, w->table, fast) : 0;
	} while (fast && fast != slow);
	if (fast)
		sk_refuse_at(k, SK_E_BOUNDS, w->offset, w->field,
			     "the bounds of %s %u go in a circle", sk_symbol_words[w->table], w->child);
}
