/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Damaged kernel policies are read or refused, never anything else, and a refusal says where and why: every truncation,
 * and at every offset the words 0, 1, 0x7fffffff, 0xffffffff and the old value less and more one. What is read must be
 * writable, and come back as the same policy.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "alloc-fail.h"
#include "base/diag.h"
#include "model/policy.h"
#include "peer-policy.h"
#include "selkie/selkie.h"

struct tally {
	size_t n_read, n_refused;
};

static const struct recipe {
	const char *source;
	unsigned int version;
	const char *flags[4];
} recipes[] = {
	{ "small-mls.conf", 33, { "-M" } },
	{ "small.conf", 15, { NULL } },
};

/* One error with a place, an id and a reason. */
static void check_reason(const struct sk_diags *diags, size_t size, const char *what, size_t at)
{
	const struct sk_diag *d = diags->first;

	if (!d || d->severity != SELKIE_SEVERITY_ERROR || d->next || !d->id || d->id[0] != 'E' ||
	    d->place.kind != SK_PLACE_BINARY || !d->place.field || !*d->place.field ||
	    d->place.offset > size || strlen(d->message) < 10)
		fail_msg("%s at %zu: not one error with a field, an offset and a reason: %s", what, at,
			 selkie_diagnostics_print(diags, 0));
}

/* What was read from damaged bytes is a policy like any other. */
static void check_policy(const selkie_policy *policy, const char *what, size_t at)
{
	selkie_policy *again = NULL;
	void *first = NULL, *second = NULL;
	size_t n_first, n_second;

	assert_int_equal(selkie_policy_write_memory(policy, 0, NULL, &first, &n_first), 0);
	if (selkie_policy_read_memory(first, n_first, NULL, NULL, &again))
		fail_msg("%s at %zu: what was written of it is refused", what, at);
	assert_int_equal(selkie_policy_write_memory(again, 0, NULL, &second, &n_second), 0);
	if (n_first != n_second || memcmp(first, second, n_first))
		fail_msg("%s at %zu: it is written in two ways", what, at);
	free(first);
	free(second);
	selkie_policy_free(again);
}

static void try_bytes(const char *data, size_t size, const char *what, size_t at, bool write,
		      struct tally *tally)
{
	selkie_diagnostics *diags = selkie_diagnostics_new();
	selkie_policy *policy = NULL;
	int r = selkie_policy_read_memory(data, size, "damaged", diags, &policy);

	if (r == SELKIE_POLICY_REFUSED) {
		assert_null(policy);
		check_reason(diags, size, what, at);
		tally->n_refused++;
	} else if (r) {
		fail_msg("%s at %zu: %d", what, at, r);
	} else {
		if (write)
			check_policy(policy, what, at);
		selkie_policy_free(policy);
		tally->n_read++;
	}
	selkie_diagnostics_free(diags);
}

static void test_truncation(void **state)
{
	for (size_t i = 0; i < sizeof(recipes) / sizeof(*recipes); i++) {
		struct tally tally = { 0 };
		size_t size;
		char *data = peer_checkpolicy(recipes[i].source, recipes[i].version, recipes[i].flags,
					      &size);

		for (size_t n = 0; n < size; n++) {
			char *part = malloc(n ? n : 1);	/* of its size, so that a sanitizer sees a step over it */

			memcpy(part, data, n);
			try_bytes(part, n, "cut", n, false, &tally);
			free(part);
		}
		assert_int_equal(tally.n_read, 0);
		assert_int_equal(tally.n_refused, size);
		free(data);
	}
}

static uint32_t load32(const char *p)
{
	const unsigned char *u = (const unsigned char *)p;

	return u[0] | (uint32_t)u[1] << 8 | (uint32_t)u[2] << 16 | (uint32_t)u[3] << 24;
}

static void store32(char *p, uint32_t v)
{
	for (int i = 0; i < 4; i++)
		p[i] = (char)(v >> (8 * i));
}

static void test_words(void **state)
{
	for (size_t i = 0; i < sizeof(recipes) / sizeof(*recipes); i++) {
		struct tally tally = { 0 };
		size_t size;
		char *data = peer_checkpolicy(recipes[i].source, recipes[i].version, recipes[i].flags,
					      &size);

		for (size_t at = 0; at + 4 <= size; at++) {
			uint32_t old = load32(data + at);
			const uint32_t words[] = { 0, 1, 0x7fffffff, 0xffffffff, old - 1, old + 1 };

			for (size_t w = 0; w < sizeof(words) / sizeof(*words); w++) {
				store32(data + at, words[w]);
				try_bytes(data, size, "word", at, true, &tally);
			}
			store32(data + at, old);
		}
		/* names and flags may change, structure may not: both outcomes must have been met often */
		assert_true(tally.n_read > size / 10);
		assert_true(tally.n_refused > size);
		free(data);
	}
}

struct scene {
	const char *data;
	size_t size;
};

static int read_and_write(void *arg)
{
	const struct scene *scene = arg;
	selkie_diagnostics *diags = selkie_diagnostics_new();
	selkie_policy *policy = NULL;
	void *data = NULL;
	size_t n;
	int r;

	if (!diags)
		return -ENOMEM;
	r = selkie_policy_read_memory(scene->data, scene->size, "scene", diags, &policy);
	if (!r)
		r = selkie_policy_write_memory(policy, 0, diags, &data, &n);
	free(data);
	selkie_policy_free(policy);
	selkie_diagnostics_free(diags);
	return r;
}

static int read_file(void *arg)
{
	selkie_policy *policy = NULL;
	int r = selkie_policy_load(arg, NULL, &policy);

	if (!r)
		selkie_policy_free(policy);
	return r;
}

static void must_survive(int (*scene)(void *), void *arg)
{
	alloc_fail_check(scene, arg, 2000, 0);
}

static void test_no_memory(void **state)
{
	char path[4096];

	for (size_t i = 0; i < sizeof(recipes) / sizeof(*recipes); i++) {
		struct scene scene;
		char *data = peer_checkpolicy(recipes[i].source, recipes[i].version, recipes[i].flags,
					      &scene.size);

		scene.data = data;
		must_survive(read_and_write, &scene);
		free(data);
	}
	snprintf(path, sizeof(path), "%s", peer_path("test/denials/policy.33"));
	must_survive(read_file, path);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_truncation),
		cmocka_unit_test(test_words),
		cmocka_unit_test(test_no_memory),
	};

	return cmocka_run_group_tests_name("format/kernel-damage", tests, NULL, NULL);
}
