/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * What is kept of modules: a record taken into another space makes the same record again, of whole policies too, so that
 * every kind of statement is in one; every truncated and every damaged one is refused or makes a unit that is in order;
 * allocations fail in turn; and a file is used only when it is whole.
 */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "alloc-fail.h"
#include "base/input.h"
#include "reading.h"
#include "unit/kept.h"
#include "unit/print.h"

/* One module, whose text is that of the source; nothing is shared but the address of nowhere. */
struct world {
	struct reading in;
	struct sk_kept kept;
	struct sk_refpolicy_module module;
	struct sk_refpolicy rp;
	struct sk_source *source;
};

static int begin(struct world *w, const char *text, size_t n)
{
	int r = reading_begin(&w->in), opened = sk_kept_open(&w->kept, NULL, 0, false);

	w->rp = (struct sk_refpolicy){ .modules = &w->module, .n_modules = 1 };
	w->kept.rp = &w->rp;
	w->kept.shared_end = 1;
	w->kept.list = calloc(3, sizeof(*w->kept.list));
	w->kept.n = 3;
	if (!r && !opened && w->kept.list)
		r = sk_sources_add(&w->in.sources, "policy.conf", text, n, w->in.diags, &w->source);
	return r ? r : opened ? opened : w->kept.list ? 0 : -ENOMEM;
}

static void end(struct world *w)
{
	sk_kept_done(&w->kept);
	reading_end(&w->in);
}

static int put(struct world *w)
{
	return sk_kept_put(&w->kept, &w->module, w->source, w->in.units.list[0], NULL, true);
}

struct lowering {
	struct sk_te_lower lower;
	struct sk_arena tree;
};

static int handle(void *arg, struct sk_te_stmt *stmt)
{
	struct lowering *l = arg;
	int r = sk_te_lower_stmt(&l->lower, stmt);

	sk_arena_reset(&l->tree);
	return r;
}

/* Reads a policy as if it were a module of a tree, whose unit is there before it. */
static int read_module(struct world *w, const char *text, size_t n)
{
	struct lowering l = { .tree = SK_ARENA_INIT };
	struct sk_te_lexer lexer;
	struct sk_unit *unit;
	int r = begin(w, text, n);

	if (!r)
		r = sk_units_add(&w->in.units, &w->in.space, SK_UNIT_POLICY_CONF, &unit);
	if (r)
		return r;
	sk_kept_mark(&w->kept, unit);
	r = sk_te_lower_init(&l.lower, unit);
	if (!r) {
		sk_te_lexer_init(&lexer, &w->in.names, NULL, w->source);
		r = sk_te_parse(&lexer, &l.tree, &w->in.sources, w->in.diags, handle, &l);
		sk_te_lexer_done(&lexer);
	}
	if (!r)
		r = sk_te_lower_end(&l.lower);
	sk_te_lower_done(&l.lower);
	sk_arena_done(&l.tree);
	return r;
}

static int take(struct world *w, const char *text, size_t n, const void *record, size_t size)
{
	const struct sk_kept_record all = { .size = (uint32_t)size, .whole = true };
	struct sk_unit *unit;
	int r = begin(w, text, n);

	w->kept.records = record;
	w->kept.size = size;
	if (!r)
		r = sk_units_add(&w->in.units, &w->in.space, SK_UNIT_BASE, &unit);
	if (!r) {
		sk_kept_mark(&w->kept, unit);
		r = sk_kept_take(&w->kept, &all, w->source, unit, NULL);
	}
	w->kept.records = NULL;
	return r;
}

static char *load(const char *name, size_t *ret_n)
{
	const char *root = getenv("SELKIE_SOURCE_ROOT");
	char *path, *text;

	assert_int_not_equal(asprintf(&path, "%s/test/policies/%s", root ? root : ".", name), -1);
	assert_int_equal(sk_read_path(path, 1 << 24, &text, ret_n), 0);
	free(path);
	return text;
}

static void check_round_trip(const char *name)
{
	struct world from, to;
	size_t n, n_stmts;
	char *text = load(name, &n);

	assert_int_equal(read_module(&from, text, n), 0);
	assert_int_equal(put(&from), 0);
	assert_true(from.kept.list[0].whole);
	assert_int_equal(take(&to, text, n, from.kept.made.data, from.kept.made.n), 0);
	assert_int_equal(to.in.units.list[0]->source, SK_UNIT_POLICY_CONF);
	n_stmts = from.in.units.list[0]->stmts.n;
	assert_int_equal(to.in.units.list[0]->stmts.n, n_stmts);
	for (size_t i = 0; i < n_stmts; i++) {
		const struct sk_unit_stmt *a = &from.in.units.list[0]->stmts.list[i], *b = &to.in.units.list[0]->stmts.list[i];

		assert_int_equal(a->kind, b->kind);
		assert_int_equal(a->cond, b->cond);
		assert_int_equal(a->addr, b->addr);
	}
	assert_int_equal(put(&to), 0);
	assert_int_equal(to.kept.made.n, from.kept.made.n);
	assert_memory_equal(to.kept.made.data, from.kept.made.data, to.kept.made.n);
	end(&to);
	end(&from);
	free(text);
}

static void test_round_trips(void **state)
{
	static const char *const names[] = { "small.conf", "small-mls.conf", "small-base.conf", "selinux.conf",
					     "selinux-mls.conf", "xen.conf" };

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		check_round_trip(names[i]);
}

/* What a record came to can be written in every way there is, whatever was in it. */
static void check_unit(struct world *w)
{
	struct sk_buf out = SK_BUF_INIT;

	assert_int_equal(sk_unit_print_json(w->in.units.list[0], &out), 0);
	sk_buf_done(&out);
}

static void test_damage(void **state)
{
	struct world from, to;
	size_t n, size, refused = 0;
	char *text = load("small-mls.conf", &n);
	unsigned char *record;

	assert_int_equal(read_module(&from, text, n), 0);
	assert_int_equal(put(&from), 0);
	size = from.kept.made.n;
	for (size_t cut = 0; cut < size; cut += cut < 4000 ? 1 : 7) {
		record = malloc(cut + 1);
		memcpy(record, from.kept.made.data, cut);
		assert_int_equal(take(&to, text, n, record, cut), SK_KEPT_DAMAGED);
		end(&to);
		free(record);
	}
	record = malloc(size);
	for (size_t at = 0; at + 4 <= size; at += 4) {
		static const uint32_t words[] = { 0, 1, 0x7fffffff, 0xffffffff };

		for (size_t i = 0; i < 4; i++) {
			int r;

			memcpy(record, from.kept.made.data, size);
			memcpy(record + at, &words[i], 4);
			r = take(&to, text, n, record, size);
			assert_true(r == 0 || r == SK_KEPT_DAMAGED);
			if (!r)
				check_unit(&to);
			refused += r != 0;
			end(&to);
		}
	}
	assert_true(refused > size / 4);
	free(record);
	end(&from);
	free(text);
}

static int put_and_take(void *arg)
{
	struct world from, to = { 0 };
	size_t n = strlen(arg);
	bool taken = false;
	int r = read_module(&from, arg, n);

	if (!r)
		r = put(&from);
	if (!r) {
		taken = true;
		r = take(&to, arg, n, from.kept.made.data, from.kept.made.n);
	}
	if (taken)
		end(&to);
	end(&from);
	return r;
}

static void test_out_of_memory(void **state)
{
	size_t n;
	char *text = load("small-mls.conf", &n);

	alloc_fail_check(put_and_take, text, 1500, 100);
	free(text);
}

/* Files */

static void write_file(const char *path, const void *data, size_t n)
{
	FILE *f = fopen(path, "wb");

	assert_non_null(f);
	assert_int_equal(fwrite(data, 1, n, f), n);
	assert_int_equal(fclose(f), 0);
}

static void test_files(void **state)
{
	char path[] = "/tmp/selkie-kept-XXXXXX", *data;
	struct sk_kept kept;
	struct world from;
	size_t n, size;
	char *text = load("small.conf", &n);
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	close(fd);
	assert_int_equal(read_module(&from, text, n), 0);
	assert_int_equal(put(&from), 0);
	assert_int_equal(sk_kept_save(&from.kept, path), 0);
	assert_int_equal(sk_read_path(path, 1 << 24, &data, &size), 0);
	assert_int_equal(sk_kept_open(&kept, data, size, false), 0);
	assert_int_equal(kept.n_old, 3);
	assert_int_equal(kept.old[0].size, from.kept.made.n);
	assert_memory_equal(kept.records + kept.old[0].from, from.kept.made.data, from.kept.made.n);
	sk_kept_done(&kept);
	assert_int_equal(sk_kept_open(&kept, data, size, true), 0);
	assert_null(kept.old);
	sk_kept_done(&kept);
	/* Cut short anywhere, or with any byte another, it is no state, or, where it does not begin as one, not ours. */
	for (size_t at = 0; at < size; at += at < 100 ? 1 : 61) {
		assert_int_equal(sk_kept_open(&kept, data, at, false), at < 8 ? SK_KEPT_FOREIGN : 0);
		assert_null(kept.old);
		sk_kept_done(&kept);
		data[at] ^= 4;
		assert_int_equal(sk_kept_open(&kept, data, size, false), at < 8 ? SK_KEPT_FOREIGN : 0);
		assert_null(kept.old);
		sk_kept_done(&kept);
		data[at] ^= 4;
	}
	write_file(path, "module m 1.0;\n", 14);
	free(data);
	assert_int_equal(sk_read_path(path, 1 << 24, &data, &size), 0);
	assert_int_equal(sk_kept_open(&kept, data, size, false), SK_KEPT_FOREIGN);
	sk_kept_done(&kept);
	free(data);
	unlink(path);
	end(&from);
	free(text);
}

/* Texts that are made from others. */

static const char made_text[] = "one\ntwo\nthree";

static void begin_made(struct world *w, struct sk_refpolicy_made *made)
{
	assert_int_equal(begin(w, "input\nof it\n", 12), 0);
	*made = (struct sk_refpolicy_made){ .from = { w->source, w->source } };
}

static bool find_made(struct world *w, struct sk_refpolicy_made *made, const struct sk_digest *digest, const void *record,
		      size_t size)
{
	begin_made(w, made);
	w->kept.old = calloc(3, sizeof(*w->kept.old));
	assert_non_null(w->kept.old);
	w->kept.n_old = 3;
	w->kept.old[2] = (struct sk_kept_record){ .digest = *digest, .size = (uint32_t)size, .whole = true };
	w->kept.records = record;
	return sk_kept_find_made(&w->kept, &w->module, true, made);
}

static void test_made(void **state)
{
	struct sk_refpolicy_made made, found;
	uint32_t lines[3] = { 0 };
	struct sk_digest digest;
	struct world from, to;
	size_t size;
	char *record;

	begin_made(&from, &made);
	assert_false(sk_kept_find_made(&from.kept, &from.module, true, &made));
	digest = from.kept.list[2].digest;
	made.text = made_text;
	made.n = strlen(made_text);
	made.lines = lines;
	made.n_lines = 3;
	lines[1] = from.source->base + 6;
	assert_int_equal(sk_kept_put_made(&from.kept, &from.module, true, &made), 0);
	assert_true(from.kept.list[2].whole);
	size = from.kept.list[2].size;
	record = malloc(size);
	memcpy(record, from.kept.made.data, size);
	assert_true(find_made(&to, &found, &digest, record, size));
	assert_int_equal(found.n, made.n);
	assert_memory_equal(found.text, made_text, made.n);
	assert_int_equal(found.n_lines, 3);
	assert_memory_equal(found.lines, lines, sizeof(lines));
	end(&to);
	/* Another input, or a record that is not whole, is none; nor is one whose lines are not enough, or of nothing. */
	digest.word[0]++;
	assert_false(find_made(&to, &found, &digest, record, size));
	end(&to);
	digest.word[0]--;
	for (size_t cut = 0; cut < size; cut++) {
		assert_false(find_made(&to, &found, &digest, record, cut));
		end(&to);
	}
	memcpy(record + size - 4, "\xff\xff\xff\x7f", 4);
	assert_false(find_made(&to, &found, &digest, record, size));
	end(&to);
	lines[1] = from.source->base + 13;	/* behind its end */
	assert_int_equal(sk_kept_put_made(&from.kept, &from.module, true, &made), 0);
	assert_false(from.kept.list[2].whole);
	lines[1] = 0;
	made.n_lines = 2;
	assert_int_equal(sk_kept_put_made(&from.kept, &from.module, true, &made), 0);
	assert_false(from.kept.list[2].whole);
	free(record);
	end(&from);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_round_trips),
		cmocka_unit_test(test_damage),
		cmocka_unit_test(test_out_of_memory),
		cmocka_unit_test(test_files),
		cmocka_unit_test(test_made),
	};

	return cmocka_run_group_tests_name("unit/kept", tests, NULL, NULL);
}
