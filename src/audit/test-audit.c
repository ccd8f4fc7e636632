/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The reader under stress: what must hold for any log, told on logs that are made here. What single records mean is in
 * test/audit/cases.
 */
#include <errno.h>
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "alloc-fail.h"
#include "audit/marks.h"
#include "audit/serial.h"
#include "base/buf.h"
#include "selkie/audit.h"

#define AVC(id, name)                                                                              \
	"type=AVC msg=audit(" id "): avc:  denied  { read } for  pid=7 comm=\"" name               \
	"\" scontext=u:r:" name ":s0 tcontext=u:object_r:b_t:s0 tclass=file permissive=0\n"

static uint64_t random_state = 1;

static uint64_t random_next(void)
{
	random_state = random_state * 6364136223846793005ULL + 1442695040888963407ULL;
	return random_state >> 33;
}

/* What a log gave, independent of the order of its events. */
struct seen {
	size_t n_denials, n_events, n_records;
	uint64_t sum; /* over denials and their companions */
	int stop_after;
};

static int see(void *arg, const struct selkie_audit_event *event)
{
	struct seen *seen = arg;

	seen->n_events++;
	seen->n_records += event->n_records;
	for (size_t i = 0; i < event->n_denials; i++) {
		struct selkie_audit_text exe =
			selkie_audit_event_field(event, SELKIE_AUDIT_SYSCALL, "exe");

		seen->n_denials++;
		seen->sum += event->denials[i].hash ^
			     (event->serial * 1000003 + (exe.size ? (uint64_t)exe.data[0] : 0));
	}
	return seen->stop_after && (int)seen->n_denials >= seen->stop_after ? 77 : 0;
}

static struct seen read_log(const void *log, size_t n, size_t window,
			    struct selkie_audit_summary *ret_sum)
{
	struct selkie_audit_options options = { .size = sizeof(options), .window = window };
	selkie_audit_reader *reader;
	struct seen seen = { 0 };

	assert_int_equal(selkie_audit_reader_new(see, &seen, &options, &reader), 0);
	assert_int_equal(selkie_audit_feed(reader, log, n), 0);
	assert_int_equal(selkie_audit_finish(reader), 0);
	if (ret_sum)
		*ret_sum = *selkie_audit_summary(reader);
	selkie_audit_reader_free(reader);
	return seen;
}

static void test_marks(void **state)
{
	char text[256 + SK_MARKS_PAD];

	(void)state;
	for (int round = 0; round < 2000; round++) {
		static const char letters[] = "\n(\n(ab)\v\t'\x8a\xa8";
		size_t n = random_next() % 256, from = random_next() % 64, i;
		struct sk_marks marks;
		const char *p;

		for (i = 0; i < sizeof(text); i++)
			text[i] = letters[random_next() % (sizeof(letters) - 1)];
		for (i = 0; i < 256; i += 64)
			assert_int_equal(sk_marks_block(text + i),
					 sk_marks_block_portable(text + i));
		from = from < n ? from : n;
		sk_marks_start(&marks, text + from, text + n);
		for (i = from; i < n; i++) {
			if (text[i] != '\n' && text[i] != '(')
				continue;
			p = sk_marks_next(&marks);
			assert_ptr_equal(p, text + i);
		}
		assert_null(sk_marks_next(&marks));
	}
}

/* Lines of a log of n events with two companions each, in random order within `spread` lines. */
static char *make_log(size_t n, size_t spread, size_t *ret_n)
{
	size_t n_lines = 3 * n, *order = calloc(n_lines, sizeof(*order));
	struct sk_buf buf = SK_BUF_INIT;

	assert_non_null(order);
	for (size_t i = 0; i < n_lines; i++)
		order[i] = i;
	for (size_t i = 0; i < n_lines && spread; i++) {
		size_t j = i + random_next() % spread, t = order[i];

		if (j < n_lines) {
			order[i] = order[j];
			order[j] = t;
		}
	}
	for (size_t i = 0; i < n_lines; i++) {
		size_t event = order[i] / 3;
		char id[64];

		snprintf(id, sizeof(id), "%zu.%03zu:%zu", 1700000000 + event / 10, event % 1000,
			 100 + event);
		if (order[i] % 3 == 0)
			sk_buf_printf(&buf, AVC("%s", "t%zu"), id, event % 50, event % 50);
		else if (order[i] % 3 == 1)
			sk_buf_printf(
				&buf,
				"type=SYSCALL msg=audit(%s): arch=c000003e syscall=2 exe=\"%c\"\n",
				id, (char)('a' + event % 26));
		else
			sk_buf_printf(&buf, "type=CWD msg=audit(%s): cwd=\"/%zu\"\n", id, event);
	}
	free(order);
	assert_false(buf.failed);
	return sk_buf_steal(&buf, ret_n);
}

static void test_interleaved(void **state)
{
	size_t n, n_events = 3000;
	char *log;
	struct selkie_audit_summary sum;
	struct seen plain, mixed;

	(void)state;
	random_state = 1;
	log = make_log(n_events, 0, &n);
	plain = read_log(log, n, 0, &sum);
	free(log);
	assert_int_equal(plain.n_denials, n_events);
	assert_int_equal(plain.n_records, 3 * n_events);
	assert_int_equal(sum.n_missing, 0);
	for (size_t spread = 2; spread < 1000; spread *= 3) {
		log = make_log(n_events, spread, &n);
		mixed = read_log(log, n, 0, &sum);
		free(log);
		assert_int_equal(mixed.n_denials, n_events);
		assert_int_equal(mixed.n_events, n_events);
		assert_int_equal(mixed.sum, plain.sum);
		assert_int_equal(sum.n_events, n_events);
		assert_int_equal(sum.n_missing, 0);
		assert_int_equal(sum.n_damages, 0);
	}
}

/* Records farther apart than the window are two events; the window's size is what decides. */
static void test_window(void **state)
{
	size_t filler = 100000;
	struct sk_buf buf = SK_BUF_INIT;
	struct seen seen;

	(void)state;
	sk_buf_adds(&buf, AVC("1700000000.123:1", "a_t"));
	for (size_t i = 0; i < filler / 50; i++)
		sk_buf_printf(&buf, "type=CWD msg=audit(1700000000.123:%zu): cwd=\"/abc\"\n",
			      i + 2);
	sk_buf_adds(&buf, AVC("1700000000.123:1", "b_t"));
	assert_false(buf.failed);
	seen = read_log(buf.data, buf.n, 65536, NULL);
	assert_int_equal(seen.n_denials, 2);
	assert_int_equal(seen.n_events, 2);
	seen = read_log(buf.data, buf.n, 400000, NULL);
	assert_int_equal(seen.n_denials, 2);
	assert_int_equal(seen.n_events, 1);
	sk_buf_done(&buf);
}

/* Cut at every offset: a denial is there if its text is, up to the decision at its end; never another one. */
static void test_truncated(void **state)
{
	static const char log[] =
		AVC("1700000000.123:100",
		    "a_t") "type=SYSCALL msg=audit(1700000000.123:100): arch=c000003e syscall=2 "
			   "exe=\"/bin/a\" key=(null)\n" AVC("1700000000.124:101", "b_t");
	const char *second = strstr(log, ":101") - strlen("type=AVC msg=audit(1700000000.124");
	size_t first_whole = (size_t)(strstr(log, "permissive") - log), n = sizeof(log) - 1;
	size_t second_whole = (size_t)(strstr(second, "permissive") - log);

	(void)state;
	for (size_t cut = 0; cut <= n; cut++) {
		char *copy = malloc(cut ? cut : 1);
		struct seen seen;

		assert_non_null(copy);
		memcpy(copy, log, cut);
		seen = read_log(copy, cut, 0, NULL);
		free(copy);
		/* From the blank behind the class on, the class is known to be whole. */
		assert_true(seen.n_denials >= (size_t)(cut > first_whole) + (cut > second_whole));
		assert_true(seen.n_denials <=
			    (size_t)(cut >= first_whole - 1) + (cut >= second_whole - 1));
	}
}

/* A record cut at every offset loses none of those around it, with and without its line end. */
static void test_damaged_between(void **state)
{
	static const char before[] = AVC("1700000000.123:100", "a_t"),
			  after[] = AVC("1700000000.125:102", "c_t");
	static const char middle[] =
		"type=PATH msg=audit(1700000000.124:101): item=0 name=\"/a(b\" inode=5 dev=fe:00"
		" mode=0100644 obj=u:object_r:b_t:s0 nametype=NORMAL\x1dOUID=\"root\" "
		"OGID=\"root\"";

	(void)state;
	for (size_t cut = 0; cut < sizeof(middle); cut++) {
		for (int ended = 0; ended < 2; ended++) {
			char log[1024];
			int n = snprintf(log, sizeof(log), "%s%.*s%s%s", before, (int)cut, middle,
					 ended ? "\n" : "", after);

			assert_int_equal(read_log(log, (size_t)n, 0, NULL).n_denials, 2);
		}
	}
}

static void test_random_bytes(void **state)
{
	size_t n = 1 << 20;
	char *log = malloc(n);
	struct selkie_audit_summary sum;

	(void)state;
	assert_non_null(log);
	for (size_t i = 0; i < n; i++)
		log[i] = (char)random_next();
	assert_int_equal(read_log(log, n, 0, &sum).n_denials, 0);
	assert_int_equal(sum.n_bytes, n);
	/* Words of records, shuffled: denials may come out, but nothing breaks. */
	for (size_t i = 0; i + 20 < n;) {
		static const char *const words[] = {
			"type=AVC ", "msg=audit(", "1.123:4",	"): ",	   "avc:  denied  ",
			"{ read } ", "scontext=",  "tcontext=", "tclass=", "\n",
			"'",	     "\x1d",	   "\"",	"\0",	   "("
		};
		const char *w = words[random_next() % (sizeof(words) / sizeof(words[0]))];

		memcpy(log + i, w, strlen(w) + !*w);
		i += strlen(w) + !*w;
	}
	read_log(log, n, 0, &sum);
	assert_true(sum.n_damages > 0);
	free(log);
}

/* A line without end between two records: bounded memory, one damage, no other record lost. */
static void test_long_line(void **state)
{
	static const char avc[] = AVC("1700000000.123:100", "a_t"),
			  late[] = AVC("1700000000.124:101", "b_t");
	size_t n_piece = 1 << 20, n_pieces = 64;
	char *piece = malloc(n_piece);
	struct seen seen = { 0 };
	selkie_audit_reader *reader;

	(void)state;
	assert_non_null(piece);
	memset(piece, 'x', n_piece);
	assert_int_equal(selkie_audit_reader_new(see, &seen, NULL, &reader), 0);
	assert_int_equal(selkie_audit_feed(reader, avc, sizeof(avc) - 1), 0);
	for (size_t i = 0; i < n_pieces; i++)
		assert_int_equal(selkie_audit_feed(reader, piece, n_piece), 0);
	assert_int_equal(selkie_audit_feed(reader, late, sizeof(late) - 1), 0);
	assert_int_equal(selkie_audit_feed(reader, late, sizeof(late) - 1), 0);
	assert_int_equal(selkie_audit_finish(reader), 0);
	/* The first `late` stands at the end of the long line, the second in the next. */
	assert_int_equal(seen.n_denials, 3);
	assert_int_equal(selkie_audit_summary(reader)->n_damages_of[SELKIE_AUDIT_DAMAGE_LONG], 1);
	assert_int_equal(selkie_audit_summary(reader)->n_bytes,
			 n_pieces * n_piece + sizeof(avc) - 1 + 2 * (sizeof(late) - 1));
	selkie_audit_reader_free(reader);
	free(piece);
}

/* A whole log in one line: line ends became blanks. */
static void test_one_line(void **state)
{
	size_t n, n_events = 5000;
	char *log = make_log(n_events, 0, &n);
	struct seen ended = read_log(log, n, 0, NULL), joined;

	(void)state;
	for (size_t i = 0; i + 1 < n; i++)
		if (log[i] == '\n')
			log[i] = ' ';
	joined = read_log(log, n, 0, NULL);
	assert_int_equal(joined.n_denials, n_events);
	assert_int_equal(joined.sum, ended.sum);
	free(log);
}

static void test_stop(void **state)
{
	size_t n;
	char *log = make_log(100, 0, &n);
	struct seen seen = { .stop_after = 5 };
	selkie_audit_reader *reader;
	int err;

	(void)state;
	assert_int_equal(selkie_audit_reader_new(see, &seen, NULL, &reader), 0);
	err = selkie_audit_feed(reader, log, n);
	assert_int_equal(err ? err : selkie_audit_finish(reader), 77);
	assert_int_equal(seen.n_denials, 5);
	selkie_audit_reader_free(reader);
	free(log);
}

static void test_serials(void **state)
{
	struct selkie_audit_summary sum;
	struct sk_audit_serials s;

	(void)state;
	/* Any order within the reach: the missing ones are those that were left out. */
	for (int round = 0; round < 200; round++) {
		uint64_t order[500];
		bool missing[502] = { false };
		size_t n = 0, want = 0, gaps = 0;

		memset(&sum, 0, sizeof(sum));
		memset(&s, 0, sizeof(s));
		for (uint64_t i = 0; i < 500; i++) {
			missing[i] = i && i < 499 && random_next() % 4 == 0;
			if (!missing[i])
				order[n++] = 1000 + i;
			want += missing[i];
			gaps += missing[i] && !missing[i - 1];
		}
		for (size_t i = 0; i < n; i++) {
			size_t j = random_next() % n;
			uint64_t t = order[i];

			order[i] = order[j];
			order[j] = t;
		}
		for (size_t i = 0; i < n; i++)
			sk_audit_serials_add(&s, 5, order[i], &sum);
		sk_audit_serials_settle(&s, &sum);
		assert_int_equal(sum.n_missing, want);
		assert_int_equal(sum.n_gaps, gaps);
	}
	/* A gap longer than the reach, and a number that can only be damage. */
	memset(&sum, 0, sizeof(sum));
	memset(&s, 0, sizeof(s));
	sk_audit_serials_add(&s, 5, 10, &sum);
	sk_audit_serials_add(&s, 5, 100010, &sum);
	sk_audit_serials_add(&s, 5, 100011, &sum);
	sk_audit_serials_add(&s, 5, UINT64_MAX, &sum);
	sk_audit_serials_settle(&s, &sum);
	assert_int_equal(sum.n_missing, 99999);
	assert_int_equal(sum.n_gaps, 1);
}

static void test_numbers(void **state)
{
	static const struct {
		const char *text;
		unsigned int base;
		bool ok;
		int64_t value;
	} rows[] = {
		{ "0", 10, true, 0 },
		{ "-13", 10, true, -13 },
		{ "0x5413", 16, true, 0x5413 },
		{ "ffffff9c", 16, true, 0xffffff9c },
		{ "0100644", 8, true, 0100644 },
		{ "", 10, false, 0 },
		{ "-", 10, false, 0 },
		{ "12a", 10, false, 0 },
		{ "8", 8, false, 0 },
		{ "99999999999999999999", 10, false, 0 },
		{ "ffffffffffffffff", 16, true, -1 },
		{ "10000000000000000", 16, false, 0 },
		{ "EACCES(Permission denied)", 10, false, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct selkie_audit_text t = { rows[i].text, strlen(rows[i].text) };
		int64_t v = 0;

		assert_int_equal(selkie_audit_number(t, rows[i].base, &v), rows[i].ok);
		assert_int_equal(v, rows[i].value);
	}
}

static void test_decode(void **state)
{
	static const char body[] =
		"item=0 name=2F612062 comm=\"2F61\" key=(null) exe=? cwd=\"/a b\" odd=ABC low=2f61";
	struct selkie_audit_record record = { .type = SELKIE_AUDIT_PATH,
					      .body = { body, sizeof(body) - 1 } };
	char buf[16];

	(void)state;
	assert_int_equal(selkie_audit_decode(&record, "name", buf, sizeof(buf)), 4);
	assert_string_equal(buf, "/a b");
	assert_int_equal(selkie_audit_decode(&record, "comm", buf, sizeof(buf)), 4);
	assert_string_equal(buf, "2F61");
	assert_int_equal(selkie_audit_decode(&record, "cwd", buf, sizeof(buf)), 4);
	assert_string_equal(buf, "/a b");
	assert_int_equal(selkie_audit_decode(&record, "odd", buf, sizeof(buf)), 3);
	assert_int_equal(selkie_audit_decode(&record, "low", buf, sizeof(buf)), 4);
	assert_int_equal(selkie_audit_decode(&record, "key", buf, sizeof(buf)), -ENOENT);
	assert_int_equal(selkie_audit_decode(&record, "exe", buf, sizeof(buf)), -ENOENT);
	assert_int_equal(selkie_audit_decode(&record, "tem", buf, sizeof(buf)), -ENOENT);
	assert_int_equal(selkie_audit_decode(&record, "name", buf, 4), -ENAMETOOLONG);
}

static void test_report(void **state)
{
	static const char log[] = "type=AVC msg=audit(17\n" AVC("1700000000.124:101", "a_t")
		AVC("1700000000.124:103", "a_t");
	selkie_diagnostics *diags = selkie_diagnostics_new();
	struct seen seen = { 0 };
	selkie_audit_reader *reader;
	char *text;

	(void)state;
	assert_non_null(diags);
	assert_int_equal(selkie_audit_reader_new(see, &seen, NULL, &reader), 0);
	assert_int_equal(selkie_audit_feed(reader, log, sizeof(log) - 1), 0);
	assert_int_equal(selkie_audit_finish(reader), 0);
	assert_int_equal(selkie_audit_report(reader, "no-such.log", diags), 0);
	text = selkie_diagnostics_print(diags, 0);
	assert_non_null(text);
	assert_non_null(strstr(
		text, "no-such.log:1: warning: the record's type, time or serial cannot be read"
		      " (byte offset 0) [W0701]"));
	assert_non_null(
		strstr(text, "1 audit events are missing, in 1 gap of the serials [W0703]"));
	free(text);
	selkie_diagnostics_free(diags);
	selkie_audit_reader_free(reader);
}

static int scene(void *arg)
{
	struct seen seen = { 0 };
	selkie_audit_reader *reader;
	const char *log = arg;
	int err = selkie_audit_reader_new(see, &seen, NULL, &reader);

	if (err)
		return err;
	err = selkie_audit_feed(reader, log, strlen(log));
	if (!err)
		err = selkie_audit_finish(reader);
	selkie_audit_reader_free(reader);
	return err;
}

static void test_alloc_fail(void **state)
{
	size_t n;
	char *log = make_log(600, 100, &n);

	(void)state;
	alloc_fail_check(scene, log, 2000, 0);
	alloc_fail_check(scene, (void *)(uintptr_t) "node=a " AVC("1700000000.124:101", "a_t"), 2000, 0);
	free(log);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_marks),
		cmocka_unit_test(test_interleaved),
		cmocka_unit_test(test_window),
		cmocka_unit_test(test_truncated),
		cmocka_unit_test(test_damaged_between),
		cmocka_unit_test(test_random_bytes),
		cmocka_unit_test(test_long_line),
		cmocka_unit_test(test_one_line),
		cmocka_unit_test(test_stop),
		cmocka_unit_test(test_serials),
		cmocka_unit_test(test_numbers),
		cmocka_unit_test(test_decode),
		cmocka_unit_test(test_report),
		cmocka_unit_test(test_alloc_fail),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
