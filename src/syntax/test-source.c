/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * A source that is read in parts: the parts put together are the file, and an address has the place that counting the
 * newlines before it gives, in whatever order addresses are asked for.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "alloc-fail.h"
#include "syntax/source.h"

struct file {
	char path[32];
	char *text;
	size_t n;
};

static uint32_t next_random(uint32_t *state)
{
	*state = *state * 1664525 + 1013904223;
	return *state >> 8;
}

/* Lines of all lengths, one of them longer than a part, the last without its end. */
static void make_file(struct file *f)
{
	uint32_t state = 1;
	int fd;

	strcpy(f->path, "/tmp/test-source.XXXXXX");
	fd = mkstemp(f->path);
	assert_true(fd >= 0);
	f->n = 3u << 20;
	f->text = malloc(f->n);
	assert_non_null(f->text);
	for (size_t i = 0; i < f->n; i++)
		f->text[i] = i > 1000000 && i < 1500000 ? 'x' : next_random(&state) % 40 ? (char)('a' + i % 26) : '\n';
	f->text[f->n - 1] = 'z';
	assert_int_equal(write(fd, f->text, f->n), f->n);
	close(fd);
}

static void drop_file(struct file *f)
{
	unlink(f->path);
	free(f->text);
}

static void check_place(const struct file *f, struct sk_sources *sources, const struct sk_source *source, uint32_t off)
{
	uint32_t line = 1, begin = 0, length;
	struct sk_place place;

	for (uint32_t i = 0; i < off; i++)
		if (f->text[i] == '\n') {
			line++;
			begin = i + 1;
		}
	for (length = 0; begin + length < f->n && f->text[begin + length] != '\n'; length++)
		;
	sk_sources_place(sources, source->base + off, 1, &place);
	assert_int_equal(place.line, line);
	assert_int_equal(place.col, off - begin + 1);
	/* Long lines are not shown. */
	assert_int_equal(place.text_length, length <= 400 ? length : 0);
	assert_memory_equal(place.text, f->text + begin, place.text_length);
}

static void test_parts(void **state)
{
	struct sk_sources sources = SK_SOURCES_INIT;
	struct sk_source *other, *source;
	struct sk_source_at at = { 0 };
	uint32_t dice = 7, n_parts = 0;
	struct file f;

	make_file(&f);
	assert_int_equal(sk_sources_add(&sources, "other", "a\nb\n", 4, NULL, &other), 0);
	assert_int_equal(sk_sources_open(&sources, f.path, "name", NULL, &source), 0);
	assert_null(source->text);
	at.source = source;
	for (size_t n = 0; n < f.n; n += at.n, n_parts++) {
		assert_int_equal(sk_source_next(&at), 0);
		assert_true(at.n);
		assert_int_equal(at.from, n);
		assert_memory_equal(at.text, f.text + n, at.n);
		assert_true(at.from + at.n == f.n || at.text[at.n - 1] == '\n');
		/* Places of what has been read are known while the rest has not. */
		check_place(&f, &sources, source, next_random(&dice) % (at.from + at.n));
	}
	assert_true(n_parts > 10);
	assert_int_equal(sk_source_next(&at), 0);
	assert_int_equal(at.n, 0);
	for (unsigned int i = 0; i < 300; i++)
		check_place(&f, &sources, source, next_random(&dice) % (uint32_t)f.n);
	for (uint32_t off = 0; off < f.n; off += 9973)
		check_place(&f, &sources, source, off);
	check_place(&f, &sources, source, (uint32_t)f.n);
	assert_ptr_equal(sk_sources_find(&sources, source->base + 5), source);
	sk_sources_done(&sources);
	drop_file(&f);
}

/* A file cut short meanwhile has no lines to show, and nothing else comes of it. */
static void test_truncated(void **state)
{
	struct sk_sources sources = SK_SOURCES_INIT;
	struct sk_source_at at = { 0 };
	struct sk_source *source;
	struct sk_place place;
	struct file f;
	size_t n = 0;

	make_file(&f);
	assert_int_equal(sk_sources_open(&sources, f.path, NULL, NULL, &source), 0);
	at.source = source;
	assert_int_equal(sk_source_next(&at), 0);
	assert_int_equal(truncate(f.path, 2000), 0);
	do {
		n += at.n;
		assert_int_equal(sk_source_next(&at), 0);
	} while (at.n);
	assert_true(n < f.n);
	sk_sources_place(&sources, source->base + (uint32_t)n - 1, 1, &place);
	assert_int_equal(place.line, 0);
	assert_null(place.text);
	sk_sources_done(&sources);
	drop_file(&f);
}

static int scene(void *path)
{
	struct sk_sources sources = SK_SOURCES_INIT;
	struct sk_source_at at = { 0 };
	struct sk_source *source;
	int r = sk_sources_open(&sources, path, NULL, NULL, &source);

	if (!r) {
		at.source = source;
		do
			r = sk_source_next(&at);
		while (!r && at.n);
	}
	if (!r) {
		struct sk_place place;

		sk_sources_place(&sources, source->base + 2000000, 1, &place);
	}
	sk_sources_done(&sources);
	return r;
}

static void test_no_memory(void **state)
{
	struct file f;

	make_file(&f);
	alloc_fail_check(scene, f.path, 2000, 5);
	drop_file(&f);
}

/* A pipe gives the same text, in parts where it is much. */
static void check_pipe(const char *text, size_t n, bool parts)
{
	struct sk_sources sources = SK_SOURCES_INIT;
	struct sk_source *source = NULL;
	struct sk_source_at at = { 0 };
	int ends[2], status;
	char path[32];
	size_t seen = 0;
	pid_t child;

	assert_int_equal(pipe(ends), 0);
	child = fork();
	if (!child) {
		close(ends[0]);
		while (n) {
			ssize_t done = write(ends[1], text, n);

			if (done < 0)
				_exit(1);
			text += done;
			n -= (size_t)done;
		}
		_exit(0);
	}
	close(ends[1]);
	snprintf(path, sizeof(path), "/proc/self/fd/%d", ends[0]);
	assert_int_equal(sk_sources_open(&sources, path, "pipe", NULL, &source), 0);
	close(ends[0]);
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
	assert_int_equal(source->size, n);
	assert_int_equal(!source->text, parts);
	at.source = source;
	do {
		assert_int_equal(sk_source_next(&at), 0);
		assert_memory_equal(at.text, text + seen, at.n);
		seen += at.n;
	} while (at.n);
	assert_int_equal(seen, n);
	if (n) {
		struct sk_place place;

		sk_sources_place(&sources, source->base + (uint32_t)n / 2, 1, &place);
		assert_true(place.line > 1);
	}
	sk_sources_done(&sources);
}

static void test_pipe(void **state)
{
	struct file f;

	make_file(&f);
	check_pipe(f.text, 0, false);
	check_pipe(f.text, 100000, false);
	check_pipe(f.text, (1u << 20) - 1, false);
	check_pipe(f.text, 1u << 20, true);
	check_pipe(f.text, f.n, true);
	/* Where no file can be made, it stays in memory. */
	setenv("TMPDIR", "/nowhere", 1);
	check_pipe(f.text, f.n, false);
	unsetenv("TMPDIR");
	drop_file(&f);
}

/* What is underlined of a statement that begins at the | of a text. */
static void test_statements(void **state)
{
	static const struct {
		const char *text, *want;
	} rows[] = {
		{ "|allow a_t b_t:file read ; # all", "allow a_t b_t:file read" },
		{ "|portcon tcp 1 u:r:t  # a comment", "portcon tcp 1 u:r:t" },
		{ "x; |class file { read", "class file { read" },
		{ "|optional { allow a_t b_t:file read; }", "optional" },
		{ "|if (a) { allow a_t b_t:file read; }", "if (a)" },
		{ "|iffy { x }", "iffy { x }" },
		{ "|type_transition a b:c d \"x;#y\"; z", "type_transition a b:c d \"x;#y\"" },
		{ "(block b |(allow a b (file (read))) (x))", "(allow a b (file (read)))" },
		{ "|(allow a b\n (file (read)))", "(allow a b" },
		{ "{ |0x20-0x10 };", "0x20-0x10" },
		{ "|interface(`x',`\n", "interface(`x',`" },
		{ "x\n|", "" },
		{ "|;", ";" },
	};

	for (size_t i = 0; i < SK_ARRAY_LEN(rows); i++) {
		struct sk_sources sources = SK_SOURCES_INIT;
		uint32_t off = (uint32_t)(strchr(rows[i].text, '|') - rows[i].text);
		size_t n = strlen(rows[i].want);
		struct sk_source *source;
		struct sk_place place;
		char text[100];

		snprintf(text, sizeof(text), "%.*s%s", (int)off, rows[i].text, rows[i].text + off + 1);
		assert_int_equal(sk_sources_add(&sources, "s", text, strlen(text), NULL, &source), 0);
		sk_sources_place_statement(&sources, source->base + off, &place);
		assert_int_equal(place.length, n ? n : 1);
		assert_memory_equal(place.text + place.col - 1, rows[i].want, n);
		sk_sources_done(&sources);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_statements),
		cmocka_unit_test(test_pipe),
		cmocka_unit_test(test_parts),
		cmocka_unit_test(test_truncated),
		cmocka_unit_test(test_no_memory),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
