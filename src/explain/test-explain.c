/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The explainer through its API: bad questions, logs in pieces, several threads, and every allocation of a whole run
 * failing.
 */
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "alloc-fail.h"
#include "peer-policy.h"
#include "selkie/selkie.h"

#define HEAD(n) "msg=audit(1700000000.00" #n ":" #n "): "
#define SERVED "system_u:system_r:served_t:s0"
#define CALL(n, exe, number)                                                                                           \
	"type=SYSCALL " HEAD(n) "arch=c000003e syscall=" number " success=no exit=-13 items=1 pid=7 uid=0 fsuid=0 "    \
	"fsgid=0 comm=\"x\" exe=\"" exe "\" subj=" SERVED " key=(null)\n"
#define PATH(n, path)                                                                                                  \
	"type=PATH " HEAD(n) "item=0 name=\"" path "\" inode=7 dev=fe:01 mode=0100644 ouid=0 ogid=0 "                   \
	"obj=system_u:object_r:etc_t:s0 nametype=NORMAL\n"

/* A program in the wrong domain, two booleans, a port, a level, a place, an unknown class, a stored label, an error. */
static const char log_text[] =
	"type=AVC " HEAD(1) "avc:  denied  { write } for  pid=7 comm=\"x\" name=\"db\" dev=\"vda1\" ino=7 "
	"scontext=system_u:system_r:unconfined_service_t:s0 tcontext=system_u:object_r:served_data_t:s0 tclass=file "
	"permissive=0\n" CALL(1, "/usr/sbin/served", "257") PATH(1, "/var/lib/served/db")
	"type=AVC " HEAD(2) "avc:  denied  { read } for  pid=7 comm=\"x\" name=\"x\" dev=\"vda1\" ino=7 scontext=" SERVED
	" tcontext=system_u:object_r:etc_t:s0 tclass=file permissive=0\n" CALL(2, "/usr/sbin/served", "257") PATH(2, "/etc/x")
	"type=AVC " HEAD(3) "avc:  denied  { name_connect } for  pid=7 comm=\"x\" dest=7777 scontext=" SERVED
	" tcontext=system_u:object_r:port_t:s0 tclass=tcp_socket permissive=1\n"
	"type=AVC " HEAD(4) "avc:  denied  { read } for  pid=7 comm=\"x\" name=\"x\" scontext=" SERVED
	" tcontext=system_u:object_r:served_data_t:s1:c0 tclass=file permissive=0\n"
	"type=AVC " HEAD(5) "avc:  denied  { read } for  pid=7 comm=\"x\" name=\"x\" dev=\"vda1\" ino=8 scontext=" SERVED
	" tcontext=system_u:object_r:default_t:s0 tclass=file permissive=0\n" CALL(5, "/usr/sbin/served", "257")
	PATH(5, "/data/served/x")
	"type=AVC " HEAD(6) "avc:  denied  { fly } for  pid=7 comm=\"x\" scontext=" SERVED " tcontext=" SERVED
	" tclass=kite permissive=0\n"
	"type=AVC " HEAD(7) "avc:  denied  { read } for  pid=7 comm=\"x\" name=\"x\" ino=9 scontext=" SERVED
	" tcontext=system_u:object_r:unlabeled_t:s0 tclass=file permissive=0 trawcon=\"system_u:object_r:gone_t:s0\"\n"
	"type=SELINUX_ERR " HEAD(8) "op=setxattr invalid_context=\"system_u:object_r:srved_data_t:s0\"\n"
	"type=AVC " HEAD(9) "avc:  denied  { execmem } for  pid=7 comm=\"x\" scontext=" SERVED " tcontext=" SERVED
	" tclass=process permissive=0\n";

#define N_DENIALS 9

struct world {
	selkie_policy *policy;
	selkie_state *state;
	selkie_label_db *labels;
	size_t piece;			/* bytes fed at once */
	unsigned int threads;
	char text[20000];		/* what came out */
};

static int setup(void **state)
{
	static const char *const flags[] = { "-M", NULL };
	struct world *w = calloc(1, sizeof(*w));
	char *bytes, *rules;
	size_t size;

	bytes = peer_checkpolicy("../why/cases/daemon.conf", 33, flags, &size);
	assert_int_equal(selkie_policy_read_memory(bytes, size, "daemon", NULL, &w->policy), 0);
	free(bytes);
	assert_int_equal(selkie_state_new(w->policy, &w->state), 0);
	rules = peer_read(peer_path("test/why/cases/daemon.fc"), &size);
	assert_int_equal(selkie_label_read_memory(rules, size, "daemon.fc", NULL, NULL, &w->labels), 0);
	free(rules);
	w->piece = sizeof(log_text);
	*state = w;
	return 0;
}

static int teardown(void **state)
{
	struct world *w = *state;

	selkie_label_free(w->labels);
	selkie_state_free(w->state);
	selkie_policy_free(w->policy);
	free(w);
	return 0;
}

static void note(struct world *w, const struct selkie_finding *f)
{
	size_t n = strlen(w->text);

	snprintf(w->text + n, sizeof(w->text) - n, "%s %s %s: %s\n", selkie_cause_name(f->cause),
		 f->source ? f->source : "-", f->target ? f->target : "-", f->summary);
	for (size_t i = 0; i < f->n_fixes; i++) {
		n = strlen(w->text);
		snprintf(w->text + n, sizeof(w->text) - n, "  %s %s\n", selkie_fix_name(f->fixes[i].kind),
			 f->fixes[i].command ? f->fixes[i].command : "");
	}
}

/* A whole run: a log in, all findings out. */
static int run(void *arg)
{
	struct world *w = arg;
	struct selkie_explain_options options = { .size = sizeof(options), .state = w->state, .labels = w->labels,
						  .threads = w->threads };
	size_t size = sizeof(log_text) - 1;
	selkie_explainer *e;
	int r;

	w->text[0] = '\0';
	r = selkie_explainer_new(&options, &e);
	if (r)
		return r;
	for (size_t at = 0; at < size && !r; at += w->piece)
		r = selkie_explainer_feed(e, log_text + at, size - at < w->piece ? size - at : w->piece);
	if (!r)
		r = selkie_explainer_finish(e);
	for (size_t i = 0; !r && i < selkie_explainer_n_findings(e); i++) {
		struct selkie_finding f;

		r = selkie_explainer_finding(e, i, &f);
		if (!r)
			note(w, &f);
	}
	if (!r && selkie_explainer_n_denials(e) != N_DENIALS)
		r = -EIO;
	selkie_explainer_free(e);
	return r;
}

static void test_pieces(void **state)
{
	struct world *w = *state;
	char whole[sizeof(w->text)];

	assert_int_equal(run(w), 0);
	strcpy(whole, w->text);
	assert_non_null(strstr(whole, "mislabeled-program unconfined_service_t served_data_t: "));
	assert_non_null(strstr(whole, "\n  boolean setsebool -P served_net=on served_data=on\n"));
	w->piece = 1;
	assert_int_equal(run(w), 0);
	assert_string_equal(w->text, whole);
	w->piece = 97;
	assert_int_equal(run(w), 0);
	assert_string_equal(w->text, whole);
}

static void test_bad_questions(void **state)
{
	struct world *w = *state;
	struct selkie_explain_options options = { .size = sizeof(options) };
	struct selkie_finding f;
	selkie_explainer *e = NULL;

	assert_int_equal(selkie_explainer_new(&options, &e), -EINVAL);
	options.state = w->state;
	options.size--;
	assert_int_equal(selkie_explainer_new(&options, &e), -EINVAL);
	assert_null(e);
	options.size++;
	assert_int_equal(selkie_explainer_new(&options, &e), 0);
	assert_int_equal(selkie_explainer_finish(e), 0);
	assert_int_equal(selkie_explainer_n_findings(e), 0);
	assert_int_equal(selkie_explainer_finding(e, 0, &f), -EINVAL);
	selkie_explainer_free(e);
	selkie_explainer_free(NULL);
	assert_string_equal(selkie_cause_name(SELKIE_N_CAUSES), "");
	assert_string_equal(selkie_fix_name((enum selkie_fix_kind)100), "");
}

/* One explainer for two questions: asking again tells the same. */
static void test_asked_again(void **state)
{
	struct world *w = *state;
	struct selkie_explain_options options = { .size = sizeof(options), .state = w->state };
	struct selkie_finding f;
	selkie_explainer *e;
	char *summary;

	assert_int_equal(selkie_explainer_new(&options, &e), 0);
	assert_int_equal(selkie_explainer_feed(e, log_text, sizeof(log_text) - 1), 0);
	assert_int_equal(selkie_explainer_finish(e), 0);
	assert_true(selkie_explainer_n_findings(e) > 1);
	assert_int_equal(selkie_explainer_finding(e, 0, &f), 0);
	summary = strdup(f.summary);
	assert_int_equal(selkie_explainer_finding(e, 1, &f), 0);
	assert_int_equal(selkie_explainer_finding(e, 0, &f), 0);
	assert_string_equal(f.summary, summary);
	free(summary);
	selkie_explainer_free(e);
}

#define N_MANY 1500
#define N_ASKING 4

/* Denials of as many labels, so that each is a case: enough for every thread to decide some. */
static char *many_denials(void)
{
	static const char *const perms[] = { "read", "write", "getattr open", "append create" };
	char *text = malloc(N_MANY * 300);
	size_t n = 0;

	for (unsigned int i = 0; text && i < N_MANY; i++)
		n += (size_t)snprintf(text + n, 300,
				      "type=AVC msg=audit(1700000000.000:%u): avc:  denied  { %s } for  pid=7 comm=\"c%u\" "
				      "name=\"n%u\" dev=\"vda1\" ino=%u scontext=" SERVED
				      " tcontext=system_u:object_r:%s:s0:c%u tclass=%s permissive=%u\n",
				      i + 1, perms[i % 4], i % 10, i, i + 10,
				      i % 3 ? "etc_t" : i % 2 ? "served_data_t" : "default_t", i % 256,
				      i % 5 ? "file" : "dir", i % 7 == 0);
	return text;
}

struct asking {
	struct world w;
	const selkie_explainer *e;
	pthread_t thread;
};

static void *ask_all(void *arg)
{
	struct asking *a = arg;
	selkie_explain_worker *worker;
	struct selkie_finding f;

	if (selkie_explain_worker_new(a->e, &worker))
		return NULL;
	for (size_t i = 0; i < selkie_explainer_n_findings(a->e); i++)
		if (!selkie_explain_worker_finding(worker, i, &f))
			note(&a->w, &f);
	selkie_explain_worker_free(worker);
	return NULL;
}

/* Causes decided by several threads, findings worked out by several: always the same. */
static void test_threads(void **state)
{
	struct world *w = *state;
	struct selkie_explain_options options = { .size = sizeof(options), .state = w->state, .labels = w->labels };
	struct asking *asking = calloc(N_ASKING, sizeof(*asking));
	char *text = many_denials();
	selkie_explainer *e;

	for (unsigned int threads = 0; threads <= N_ASKING; threads++) {
		options.threads = threads;
		assert_int_equal(selkie_explainer_new(&options, &e), 0);
		assert_int_equal(selkie_explainer_feed(e, text, strlen(text)), 0);
		assert_int_equal(selkie_explainer_finish(e), 0);
		assert_int_equal(selkie_explainer_n_denials(e), N_MANY);
		assert_true(selkie_explainer_n_findings(e) > 10);
		for (unsigned int i = 0; i < N_ASKING; i++) {
			asking[i].e = e;
			asking[i].w.text[0] = '\0';
			assert_int_equal(pthread_create(&asking[i].thread, NULL, ask_all, &asking[i]), 0);
		}
		for (unsigned int i = 0; i < N_ASKING; i++)
			pthread_join(asking[i].thread, NULL);
		for (unsigned int i = 0; i < N_ASKING; i++) {
			if (!threads && !i)
				strcpy(w->text, asking[0].w.text);
			assert_string_equal(asking[i].w.text, w->text);
		}
		selkie_explainer_free(e);
	}
	assert_true(strlen(w->text) > 1000);
	free(asking);
	free(text);
}

static int run_many(void *arg)
{
	struct world *w = arg;
	struct selkie_explain_options options = { .size = sizeof(options), .state = w->state, .threads = 3 };
	char *text = many_denials();
	selkie_explainer *e = NULL;
	int r = text ? selkie_explainer_new(&options, &e) : -ENOMEM;

	if (!r)
		r = selkie_explainer_feed(e, text, strlen(text));
	if (!r)
		r = selkie_explainer_finish(e);
	selkie_explainer_free(e);
	free(text);
	return r;
}

static void test_threads_out_of_memory(void **state)
{
	struct world *w = *state;

	assert_int_equal(run_many(w), 0);
	alloc_fail_check(run_many, w, 100, 50);
}

static void test_out_of_memory(void **state)
{
	struct world *w = *state;

	/* what the label database and the policy learn on the way is theirs, and stays */
	assert_int_equal(run(w), 0);
	alloc_fail_check(run, w, 1500, 100);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_pieces, setup, teardown),
		cmocka_unit_test_setup_teardown(test_bad_questions, setup, teardown),
		cmocka_unit_test_setup_teardown(test_asked_again, setup, teardown),
		cmocka_unit_test_setup_teardown(test_threads, setup, teardown),
		cmocka_unit_test_setup_teardown(test_out_of_memory, setup, teardown),
		cmocka_unit_test_setup_teardown(test_threads_out_of_memory, setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
