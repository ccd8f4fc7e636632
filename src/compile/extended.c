/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Extended permissions. A policy holds them by driver, the high byte of a number: a whole driver as one bit of a rule of
 * its own (of ioctls only), a part of one as 256 bits. checkpolicy splits the ranges of each statement and merges equal
 * drivers; secilc merges all statements of a source, target and class first, so that two halves make a whole driver.
 */
#include <errno.h>
#include <string.h>

#include "compile/rule.h"

static void sk_set_bits(uint32_t perms[8], uint32_t low, uint32_t high)
{
	for (uint32_t i = low; i <= high; i++)
		perms[i / 32] |= 1u << (i % 32);
}

static void sk_add_numbers(const struct sk_xperm_set *set, uint32_t perms[256][8])
{
	uint32_t next = 0;

	for (uint32_t i = 0; i <= set->n; i++) {
		uint32_t low = i < set->n ? set->ranges[i].low : 0x10000, high = i < set->n ? set->ranges[i].high : 0;
		uint32_t from = set->complement ? next : low, to = set->complement ? low - 1 : high;

		if (!set->complement && i == set->n)
			break;
		for (uint32_t driver = from >> 8; from < 0x10000 && to + 1 > from && driver <= to >> 8; driver++)
			sk_set_bits(perms[driver], driver == from >> 8 ? from & 0xff : 0,
				    driver == to >> 8 ? to & 0xff : 0xff);
		next = high + 1;
	}
}

const char *sk_xop_word(enum sk_xop op)
{
	return op == SK_XOP_IOCTL ? "ioctl" : "nlmsg";
}

void sk_xperm_numbers(const struct sk_xperm_set *set, uint32_t perms[256][8])
{
	memset(perms, 0, 256 * sizeof(*perms));
	sk_add_numbers(set, perms);
}

static bool sk_is_full(const uint32_t perms[8])
{
	for (unsigned int i = 0; i < 8; i++)
		if (perms[i] != UINT32_MAX)
			return false;
	return true;
}

static bool sk_is_empty(const uint32_t perms[8])
{
	for (unsigned int i = 0; i < 8; i++)
		if (perms[i])
			return false;
	return true;
}

/* One record for each driver that has some, one for all that are whole. */
static int sk_split(struct sk_compiler *c, uint32_t perms[256][8], enum sk_xop op, struct sk_extended x)
{
	struct sk_extended whole = x;

	whole.x = (struct sk_xperm){ .kind = SK_XPERM_IOCTL_DRIVER };
	for (uint32_t driver = 0; driver < 256; driver++) {
		if (sk_is_empty(perms[driver]))
			continue;
		if (op == SK_XOP_IOCTL && sk_is_full(perms[driver])) {
			sk_set_bits(whole.x.perms, driver, driver);
			continue;
		}
		x.x.kind = op == SK_XOP_IOCTL ? SK_XPERM_IOCTL_FUNCTION : SK_XPERM_NLMSG;
		x.x.driver = (uint8_t)driver;
		memcpy(x.x.perms, perms[driver], sizeof(x.x.perms));
		if (SK_COMPILE_ADD(c->extended, x))
			return -ENOMEM;
	}
	return sk_is_empty(whole.x.perms) ? 0 : SK_COMPILE_ADD(c->extended, whole);
}

int sk_add_extended(struct sk_compiler *c, const struct sk_unit_stmt *stmt, uint32_t number, uint64_t key)
{
	const struct sk_xperm_set *set = &c->space->xperms.list[stmt->op[3]];
	struct sk_extended x = { .key = key, .stmt = number, .cil_set = SK_SPACE_NONE };
	uint32_t (*all)[8] = calloc(256, sizeof(*all));
	int r;

	if (!all)
		return -ENOMEM;
	sk_add_numbers(set, all);
	r = sk_split(c, all, (enum sk_xop)set->op, x);
	free(all);
	return r;
}

static int sk_compare_extended(const void *a, const void *b)
{
	const struct sk_extended *x = a, *y = b;

	if (x->key != y->key)
		return x->key < y->key ? -1 : 1;
	if (x->x.kind != y->x.kind)
		return x->x.kind < y->x.kind ? -1 : 1;
	if (x->x.driver != y->x.driver)
		return x->x.driver < y->x.driver ? -1 : 1;
	return x->stmt < y->stmt ? -1 : x->stmt > y->stmt;
}

int sk_merge_extended(struct sk_compiler *c)
{
	if (c->extended.n)
		qsort(c->extended.list, c->extended.n, sizeof(*c->extended.list), sk_compare_extended);
	return 0;
}

size_t sk_find_extended(const struct sk_compiler *c, uint64_t key)
{
	size_t lo = 0, hi = c->extended.n;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (c->extended.list[mid].key < key)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}
