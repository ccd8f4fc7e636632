/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Equal parts are one number, different ones are not, whatever their hashes; rows of the table are consistent.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "unit/unit.h"

struct world {
	struct sk_arena arena;
	struct sk_intern names;
	struct sk_sources sources;
	struct sk_space space;
};

static void world_init(struct world *w)
{
	*w = (struct world){ .sources = SK_SOURCES_INIT };
	sk_intern_init(&w->names, &w->arena);
	assert_int_equal(sk_space_init(&w->space, &w->names, &w->sources, NULL), 0);
}

static void world_done(struct world *w)
{
	sk_space_done(&w->space);
	sk_sources_done(&w->sources);
	sk_intern_done(&w->names);
	sk_arena_done(&w->arena);
}

static void test_refs(void **state)
{
	struct sk_scope scope = { .prefix = 7, .next = 0 };
	uint32_t s, first[400], again;
	struct world w;

	world_init(&w);
	assert_int_equal(sk_space_scope(&w.space, &scope, &s), 0);
	assert_int_equal(s, 1);
	for (uint32_t i = 0; i < 400; i++)
		assert_int_equal(sk_space_ref(&w.space, i % 2 ? SK_NS_TYPE : SK_NS_ROLE, i / 2 % 2, i / 4, &first[i]), 0);
	for (uint32_t i = 0; i < 400; i++) {
		const struct sk_ref *ref = &w.space.refs.list[first[i]];

		assert_int_equal(sk_space_ref(&w.space, i % 2 ? SK_NS_TYPE : SK_NS_ROLE, i / 2 % 2, i / 4, &again), 0);
		assert_int_equal(again, first[i]);
		assert_int_equal(ref->ns, i % 2 ? SK_NS_TYPE : SK_NS_ROLE);
		assert_int_equal(ref->scope, i / 2 % 2);
		assert_int_equal(ref->name, i / 4);
	}
	assert_int_equal(w.space.refs.n, 400);
	world_done(&w);
}

static void test_sets(void **state)
{
	const uint32_t ab[] = { 1, 2 }, ba[] = { 2, 1 };
	const struct sk_name_set sets[] = {
		{ .ns = SK_NS_TYPE, .n = 2, .items = ab },
		{ .ns = SK_NS_TYPE, .n = 2, .items = ba },
		{ .ns = SK_NS_TYPE, .n = 1, .n_minus = 1, .items = ab },
		{ .ns = SK_NS_TYPE, .n_minus = 2, .items = ab },
		{ .ns = SK_NS_ROLE, .n = 2, .items = ab },
		{ .ns = SK_NS_TYPE, .flags = SK_SET_SELF },
		{ .ns = SK_NS_TYPE, .flags = SK_SET_STAR },
		{ .ns = SK_NS_TYPE },
	};
	uint32_t number[SK_ARRAY_LEN(sets)], again;
	struct world w;

	world_init(&w);
	for (size_t i = 0; i < SK_ARRAY_LEN(sets); i++) {
		assert_int_equal(sk_space_set(&w.space, &sets[i], &number[i]), 0);
		for (size_t j = 0; j < i; j++)
			assert_int_not_equal(number[i], number[j]);
	}
	for (size_t i = 0; i < SK_ARRAY_LEN(sets); i++) {
		assert_int_equal(sk_space_set(&w.space, &sets[i], &again), 0);
		assert_int_equal(again, number[i]);
	}
	world_done(&w);
}

static void test_class_perms(void **state)
{
	const struct sk_class_perm items[] = { { 1, 2, 0 }, { 1, 3, 0 } };
	uint32_t a, b, again;
	struct world w;

	world_init(&w);
	assert_int_equal(sk_space_class_perms(&w.space, &(struct sk_class_perms){ 1, items }, &a), 0);
	assert_int_equal(sk_space_class_perms(&w.space, &(struct sk_class_perms){ 2, items }, &b), 0);
	assert_int_not_equal(a, b);
	assert_int_equal(sk_space_class_perms(&w.space, &(struct sk_class_perms){ 1, items }, &again), 0);
	assert_int_equal(a, again);
	world_done(&w);
}

/* Levels and ranges that were made lately are found; others are added. */
static void test_recent(void **state)
{
	struct world w;
	uint32_t first, number, other;

	world_init(&w);
	assert_int_equal(sk_space_level(&w.space, &(struct sk_level_ref){ 7, SK_SPACE_NONE }, &first), 0);
	for (uint32_t i = 0; i < 3; i++) {
		assert_int_equal(sk_space_level(&w.space, &(struct sk_level_ref){ 7, i }, &other), 0);
		assert_int_not_equal(other, first);
		assert_int_equal(sk_space_level(&w.space, &(struct sk_level_ref){ 7, SK_SPACE_NONE }, &number), 0);
		assert_int_equal(number, first);
	}
	for (uint32_t i = 3; i < 50; i++) {
		assert_int_equal(sk_space_level(&w.space, &(struct sk_level_ref){ 7, i }, &number), 0);
		assert_int_equal(w.space.levels.list[number].cats, i);
	}
	assert_int_equal(sk_space_range(&w.space, &(struct sk_range_ref){ 1, 2 }, &first), 0);
	assert_int_equal(sk_space_range(&w.space, &(struct sk_range_ref){ 1, 3 }, &other), 0);
	assert_int_equal(sk_space_range(&w.space, &(struct sk_range_ref){ 1, 2 }, &number), 0);
	assert_int_equal(number, first);
	assert_int_not_equal(other, first);
	assert_int_equal(w.space.ranges.n, 2);
	world_done(&w);
}

/* The letters are those that the header lists, and no row has more operands than there is room for. */
static void test_rows(void **state)
{
	for (size_t i = 0; i < SK_UNIT_N_KINDS; i++) {
		const char *p = sk_unit_rows[i].operands;
		size_t n = 0;

		assert_non_null(sk_unit_rows[i].name);
		for (; *p; p++) {
			assert_non_null(strchr("trucmbskiTRUCQSKIPXlgxyeoanNvwB?", *p));
			n += *p == '?' ? 0 : *p == 'w' ? 2 : 1;
		}
		assert_in_range(n, 1, SK_UNIT_OPERANDS);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_refs),
		cmocka_unit_test(test_sets),
		cmocka_unit_test(test_class_perms),
		cmocka_unit_test(test_recent),
		cmocka_unit_test(test_rows),
	};

	return cmocka_run_group_tests_name("unit/space", tests, NULL, NULL);
}
