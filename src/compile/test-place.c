/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Lines of addresses: of texts of all lengths around the words that they are counted in, forwards, backwards and across, as
 * counting the newlines before the address gives them.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "alloc-fail.h"
#include "compile/place.h"

#define N_TEXTS 260

struct scene {
	struct sk_sources sources;
	uint32_t source[N_TEXTS * 300], line[N_TEXTS * 300];	/* by address */
};

static uint32_t next_random(uint32_t *state)
{
	*state = *state * 1664525 + 1013904223;
	return *state >> 8;
}

/* Texts of no byte, of one, and so on; bytes that differ from a newline by one bit, or follow it, among them. */
static void fill(struct scene *s)
{
	static const char bytes[] = "a\n\x0b\x0a\x8a\x00\x4a\n\x09\xff";
	uint32_t state = 7;

	*s = (struct scene){ .sources = SK_SOURCES_INIT };
	s->source[0] = SK_PLACE_NONE;
	for (uint32_t i = 0; i < N_TEXTS; i++) {
		char text[N_TEXTS];
		uint32_t line = 1;
		struct sk_source *source;

		for (uint32_t k = 0; k < i; k++)
			text[k] = bytes[next_random(&state) % (sizeof(bytes) - 1)];
		assert_int_equal(sk_sources_add(&s->sources, "text", text, i, NULL, &source), 0);
		for (uint32_t k = 0; k <= i; k++) {
			s->source[source->base + k] = i;
			s->line[source->base + k] = line;
			line += k < i && text[k] == '\n';
		}
	}
}

static void check_one(const struct scene *s, struct sk_places *places, uint32_t addr)
{
	uint32_t source = 77, line = 77;

	assert_int_equal(sk_places_find(places, addr, &source, &line), 0);
	assert_int_equal(source, addr < s->sources.next_base ? s->source[addr] : SK_PLACE_NONE);
	assert_int_equal(line, addr < s->sources.next_base ? s->line[addr] : 0);
}

static void test_lines(void **state SK_UNUSED)
{
	struct scene *s = malloc(sizeof(*s));
	struct sk_places places;
	uint32_t seed = 3;

	assert_non_null(s);
	fill(s);
	for (unsigned int way = 0; way < 3; way++) {
		assert_int_equal(sk_places_init(&places, &s->sources), 0);
		for (uint32_t i = 0, n = s->sources.next_base + 5; i < n; i++)
			check_one(s, &places, way == 0 ? i : way == 1 ? n - 1 - i : next_random(&seed) % n);
		sk_places_done(&places);
	}
	sk_sources_done(&s->sources);
	free(s);
}

static void test_binary(void **state SK_UNUSED)
{
	static const uint32_t statements[] = { 10, 20, 50 };
	struct sk_sources sources = SK_SOURCES_INIT;
	uint32_t number, line;
	struct sk_places places;
	struct sk_source *source;

	assert_int_equal(sk_places_init(&places, &sources), 0);
	assert_int_equal(sk_places_find(&places, 1, &number, &line), 0);
	assert_int_equal(number, SK_PLACE_NONE);
	sk_places_done(&places);
	assert_int_equal(sk_sources_add(&sources, "text", "a\nb", 3, NULL, &source), 0);
	assert_int_equal(sk_sources_add_binary(&sources, "m.pp", "m", 10000, NULL, &source), 0);
	assert_int_equal(sk_source_set_statements(source, statements, 3), 0);
	assert_int_equal(sk_places_init(&places, &sources), 0);
	for (uint32_t i = 0; i <= 10000; i += 5) {
		assert_int_equal(sk_places_find(&places, source->base + i, &number, &line), 0);
		assert_int_equal(number, 1);
		assert_int_equal(line, i < 10 ? 0 : i < 20 ? 1 : i < 50 ? 2 : 3);
	}
	sk_places_done(&places);
	sk_sources_done(&sources);
}

static int places_failing(void *arg)
{
	const struct scene *s = arg;
	struct sk_places places;
	uint32_t number, line;
	int r = sk_places_init(&places, &s->sources);

	for (uint32_t i = 1; i < s->sources.next_base && !r; i += 200)
		r = sk_places_find(&places, i, &number, &line);
	sk_places_done(&places);
	return r;
}

static void test_no_memory(void **state SK_UNUSED)
{
	struct scene *s = malloc(sizeof(*s));

	assert_non_null(s);
	fill(s);
	alloc_fail_check(places_failing, s, 500, 20);
	sk_sources_done(&s->sources);
	free(s);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_binary),
		cmocka_unit_test(test_no_memory),
	};

	return cmocka_run_group_tests_name("place", tests, NULL, NULL);
}
