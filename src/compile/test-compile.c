/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What blocks are on, what sets come to and which mistakes are named, by units that are made by hand: what the front
 * ends do not make, or what the comparison with checkpolicy cannot show. Every allocation is failed in turn.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <errno.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "alloc-fail.h"
#include "compile/compile.h"
#include "reading.h"

struct world {
	struct reading in;
	struct sk_unit *unit;
	bool failed;
};

static bool world_init(struct world *w)
{
	w->failed = false;
	return !reading_begin(&w->in) && !sk_units_add(&w->in.units, &w->in.space, SK_UNIT_CIL, &w->unit);
}

static void world_done(struct world *w)
{
	reading_end(&w->in);
}

static uint32_t name(struct world *w, const char *text)
{
	uint32_t n = 0;

	w->failed |= sk_intern_add(&w->in.names, text, strlen(text), &n) != 0;
	return n;
}

static uint32_t ref(struct world *w, enum sk_ns ns, const char *text)
{
	uint32_t r = 0;

	w->failed |= sk_space_ref(&w->in.space, ns, 0, name(w, text), &r) != 0;
	return r;
}

static uint32_t set(struct world *w, enum sk_ns ns, const char *a, const char *b)
{
	uint32_t items[2] = { ref(w, ns, a), b ? ref(w, ns, b) : 0 }, s = 0;
	const struct sk_name_set made = { .ns = (uint8_t)ns, .n = b ? 2 : 1, .items = items };

	w->failed |= sk_space_set(&w->in.space, &made, &s) != 0;
	return s;
}

static uint32_t perms(struct world *w, const char *cls, const char *a, const char *b)
{
	const struct sk_class_perm item = { set(w, SK_NS_CLASS, cls, NULL), set(w, SK_NS_PERM, a, b), 0 };
	const struct sk_class_perms list = { 1, &item };
	uint32_t p = 0;

	w->failed |= sk_space_class_perms(&w->in.space, &list, &p) != 0;
	return p;
}

static void say(struct world *w, uint32_t block, enum sk_unit_kind kind, uint32_t a, uint32_t b, uint32_t c)
{
	const struct sk_unit_stmt stmt = { .kind = kind, .block = block ? block : w->unit->top,
					   .cond = SK_SPACE_NONE, .op = { a, b, c } };

	w->failed |= sk_unit_add(w->unit, &stmt) != 0;
}

static uint32_t block(struct world *w, uint32_t parent, bool lenient, uint32_t otherwise)
{
	const struct sk_block made = { .parent = parent ? parent : w->unit->top, .otherwise = otherwise,
				       .lenient = lenient, .name = SK_INTERN_NONE };
	uint32_t b = 0;

	w->failed |= sk_space_block(&w->in.space, &made, &b) != 0;
	return b;
}

static void say_allow(struct world *w, uint32_t b, const char *source, const char *target)
{
	uint32_t s = set(w, SK_NS_TYPE, source, NULL), t = set(w, SK_NS_TYPE, target, NULL);

	say(w, b, SK_UNIT_ALLOW, s, t, perms(w, "file", "read", NULL));
}

static void say_type(struct world *w, uint32_t b, const char *type)
{
	say(w, b, SK_UNIT_TYPE, ref(w, SK_NS_TYPE, type), 0, 0);
}

static void say_base(struct world *w)
{
	say(w, 0, SK_UNIT_CLASS, ref(w, SK_NS_CLASS, "file"), set(w, SK_NS_PERM, "read", "write"), 0);
	say(w, 0, SK_UNIT_CLASS_ORDER, set(w, SK_NS_CLASS, "file", NULL), 0, 0);
	say(w, 0, SK_UNIT_SID, ref(w, SK_NS_SID, "kernel"), 0, 0);
	say(w, 0, SK_UNIT_SID_ORDER, set(w, SK_NS_SID, "kernel", NULL), 0, 0);
	say_type(w, 0, "a_t");
	say_allow(w, 0, "a_t", "a_t");
}

static struct sk_policy *compile(struct world *w, int *ret)
{
	const struct sk_compile_options options = SK_COMPILE_OPTIONS_INIT;
	struct sk_policy *policy = NULL;

	*ret = w->failed ? -ENOMEM : sk_compile(&w->in.space, (const struct sk_unit *const *)w->in.units.list, w->in.units.n,
						&options, &policy, NULL);
	return policy;
}

static void expect_types(struct world *w, const char *const *types, uint32_t n_rules)
{
	struct sk_policy *p;
	int r;

	p = compile(w, &r);
	assert_int_equal(r, 0);
	for (uint32_t i = 0; i < p->n_types; i++)
		assert_string_equal(p->types[i].name, types[i]);
	assert_null(types[p->n_types]);
	assert_int_equal(p->n_rules, n_rules);
	selkie_policy_free(p);
}

/* Two optionals that need each other's types are both on; one that needs what is nowhere takes its types with it. */
static void test_circle(void **state)
{
	struct world w;
	uint32_t b1, b2, b3, b4;

	assert_true(world_init(&w));
	say_base(&w);
	b1 = block(&w, 0, true, SK_SPACE_NONE);
	b2 = block(&w, 0, true, SK_SPACE_NONE);
	b3 = block(&w, 0, true, SK_SPACE_NONE);
	b4 = block(&w, 0, true, SK_SPACE_NONE);
	say_type(&w, b1, "b_t");
	say_allow(&w, b1, "b_t", "c_t");
	say_type(&w, b2, "c_t");
	say_allow(&w, b2, "b_t", "c_t");
	say_type(&w, b3, "d_t");
	say_allow(&w, b3, "d_t", "e_t");
	say_type(&w, b4, "e_t");
	say_allow(&w, b4, "e_t", "nowhere_t");
	expect_types(&w, (const char *const[]){ "a_t", "b_t", "c_t", NULL }, 2);
	world_done(&w);
}

/* A block within one that is off is off; the else of one that is off is on, and what stands in it counts. */
static void test_else(void **state)
{
	struct world w;
	uint32_t b1, b2, b3, b4;

	assert_true(world_init(&w));
	say_base(&w);
	b1 = block(&w, 0, false, SK_SPACE_NONE);
	b2 = block(&w, b1, false, SK_SPACE_NONE);
	b3 = block(&w, 0, false, b1);
	b4 = block(&w, 0, false, b2);
	say(&w, b1, SK_UNIT_REQUIRE_TYPE, ref(&w, SK_NS_TYPE, "nowhere_t"), 0, 0);
	say_type(&w, b2, "b_t");
	say_type(&w, b3, "c_t");
	say_allow(&w, b3, "c_t", "a_t");
	say_allow(&w, b4, "a_t", "c_t");
	expect_types(&w, (const char *const[]){ "a_t", "c_t", NULL }, 3);
	world_done(&w);
}

/* A required permission that the class has not turns the block off. */
static void test_permission(void **state)
{
	struct world w;
	uint32_t b;

	assert_true(world_init(&w));
	say_base(&w);
	b = block(&w, 0, false, SK_SPACE_NONE);
	say(&w, b, SK_UNIT_REQUIRE_CLASS, ref(&w, SK_NS_CLASS, "file"), set(&w, SK_NS_PERM, "read", "fly"), 0);
	say_type(&w, b, "b_t");
	expect_types(&w, (const char *const[]){ "a_t", NULL }, 1);
	world_done(&w);
}

static void test_mistakes(void **state)
{
	struct world w;
	char *text;
	int r;

	assert_true(world_init(&w));
	say_base(&w);
	say_allow(&w, 0, "a_t", "b_t");
	say_allow(&w, 0, "a_r", "a_t");
	say(&w, 0, SK_UNIT_ALLOW, set(&w, SK_NS_TYPE, "a_t", NULL), set(&w, SK_NS_TYPE, "a_t", NULL),
	    perms(&w, "file", "red", NULL));
	say(&w, 0, SK_UNIT_TYPE_PERMISSIVE, ref(&w, SK_NS_TYPE, "x_t"), 0, 0);
	say(&w, 0, SK_UNIT_POLICY_CAPABILITY, name(&w, "open_perm"), 0, 0);
	assert_null(compile(&w, &r));
	assert_int_equal(r, SK_COMPILE_REFUSED);
	text = selkie_diagnostics_print(w.in.diags, 0);
	assert_string_equal(text, "error: there is no policy capability 'open_perm' [E0818]\n"
				  "note: did you mean 'open_perms'?\n"
				  "error: unknown type 'x_t' [E0801]\n"
				  "note: did you mean 'a_t', declared here?\n"
				  "error: unknown type or attribute 'b_t' [E0801]\n"
				  "note: did you mean 'a_t', declared here?\n"
				  "error: unknown type or attribute 'a_r' [E0801]\n"
				  "note: did you mean 'a_t', declared here?\n"
				  "error: class 'file' has no permission 'red' [E0805]\n"
				  "note: did you mean 'read'?\n");
	free(text);
	world_done(&w);
}

static int compile_failing(void *arg)
{
	struct world w;
	struct sk_policy *p = NULL;
	int r = -ENOMEM;
	uint32_t b;

	if (world_init(&w)) {
		say_base(&w);
		b = block(&w, 0, true, SK_SPACE_NONE);
		say_type(&w, b, "b_t");
		say_allow(&w, b, "b_t", "a_t");
		p = compile(&w, &r);
	}
	selkie_policy_free(p);
	world_done(&w);
	return w.failed ? -ENOMEM : r;
}

static void test_out_of_memory(void **state)
{
	alloc_fail_check(compile_failing, NULL, 2000, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_circle),
		cmocka_unit_test(test_else),
		cmocka_unit_test(test_permission),
		cmocka_unit_test(test_mistakes),
		cmocka_unit_test(test_out_of_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
