/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * All pairs of types at once: one breadth-first walk from each type, shared out over the processors, which all ask the
 * one graph. What is kept is a row of counts a type, a count a distance, and one byte a pair where the matrix is wanted.
 */
#include <errno.h>
#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cmd/graph.h"

#define SK_PAIRS_MOST_THREADS 16
#define SK_PAIRS_FAR	      255 /* in the matrix: so many steps or more */

struct sk_pairs_row {
	selkie_type_id type;
	uint32_t out_direct, out, in_direct, in;
};

struct sk_pairs {
	struct sk_graph_ask *ask;
	struct sk_pairs_row *rows; /* sorted by name */
	uint32_t n;
	uint32_t *row_of; /* by type id */
	uint32_t n_ids;
	uint64_t *by_steps;    /* pairs by steps; n + 1 */
	unsigned char *matrix; /* n * n, or NULL */

	/* shared by the threads */
	pthread_mutex_t lock;
	uint32_t next;
	int error;
};

static int sk_pairs_compare(const void *a, const void *b, void *policy)
{
	const struct sk_pairs_row *x = a, *y = b;

	return strcmp(selkie_type_name(policy, x->type), selkie_type_name(policy, y->type));
}

static int sk_pairs_init(struct sk_pairs *p, struct sk_graph_ask *ask)
{
	const selkie_policy *policy = ask->system.policy;
	selkie_type_id t = { 0 };

	memset(p, 0, sizeof(*p));
	p->ask = ask;
	pthread_mutex_init(&p->lock, NULL);
	while ((t = selkie_type_next(policy, t)).v)
		p->n_ids = t.v;
	p->rows = calloc((size_t)p->n_ids + 1, sizeof(*p->rows));
	p->row_of = calloc((size_t)p->n_ids + 1, sizeof(*p->row_of));
	p->by_steps = calloc((size_t)p->n_ids + 1, sizeof(*p->by_steps));
	if (!p->rows || !p->row_of || !p->by_steps)
		return -ENOMEM;
	while ((t = selkie_type_next(policy, t)).v)
		if (!selkie_type_is_attribute(policy, t))
			p->rows[p->n++].type = t;
	qsort_r(p->rows, p->n, sizeof(*p->rows), sk_pairs_compare, ask->system.policy);
	for (uint32_t i = 0; i < p->n; i++)
		p->row_of[p->rows[i].type.v] = i;
	if (ask->matrix) {
		p->matrix = calloc((size_t)p->n * p->n + 1, 1);
		if (!p->matrix)
			return -ENOMEM;
	}
	return 0;
}

static void sk_pairs_done(struct sk_pairs *p)
{
	pthread_mutex_destroy(&p->lock);
	free(p->rows);
	free(p->row_of);
	free(p->by_steps);
	free(p->matrix);
}

/* What one type leads to. Only the counts that several threads may meet in are under the lock. */
static void sk_pairs_add(struct sk_pairs *p, uint32_t row, const struct selkie_reached *list,
			 size_t n)
{
	unsigned char *matrix = p->matrix ? p->matrix + (size_t)row * p->n : NULL;

	pthread_mutex_lock(&p->lock);
	for (size_t i = 0; i < n; i++) {
		struct sk_pairs_row *to = &p->rows[p->row_of[list[i].type.v]];

		if (!list[i].steps)
			continue;
		p->by_steps[list[i].steps]++;
		p->rows[row].out++;
		p->rows[row].out_direct += list[i].steps == 1;
		to->in++;
		to->in_direct += list[i].steps == 1;
	}
	pthread_mutex_unlock(&p->lock);
	for (size_t i = 0; i < n && matrix; i++)
		matrix[p->row_of[list[i].type.v]] =
			(unsigned char)SK_MIN(list[i].steps, SK_PAIRS_FAR);
}

/* The next type that nobody has asked about, or n when there is none or something went wrong. */
static uint32_t sk_pairs_take(struct sk_pairs *p, int error)
{
	uint32_t row;

	pthread_mutex_lock(&p->lock);
	if (error && !p->error)
		p->error = error;
	row = p->error ? p->n : p->next;
	p->next += p->next < p->n;
	pthread_mutex_unlock(&p->lock);
	return row;
}

static void *sk_pairs_work(void *arg)
{
	struct sk_pairs *p = arg;
	int r = 0;

	for (uint32_t row; (row = sk_pairs_take(p, r)) < p->n;) {
		struct selkie_reached *list = NULL;
		size_t n = 0;

		r = p->ask->ops->reachable(p->ask->graph, p->rows[row].type, SELKIE_FORWARD,
					   (uint32_t)p->ask->steps, &list, &n);
		if (!r)
			sk_pairs_add(p, row, list, n);
		free(list);
	}
	return NULL;
}

/* The same, with a line that tells how far it is. */
static void sk_pairs_work_and_tell(struct sk_pairs *p)
{
	struct sk_progress progress;
	struct timespec wait = { .tv_nsec = 50000000 };
	uint32_t next = 0;

	sk_progress_init(&progress);
	while (next < p->n && progress.on) {
		pthread_mutex_lock(&p->lock);
		next = p->error ? p->n : p->next;
		pthread_mutex_unlock(&p->lock);
		if (sk_progress_due(&progress))
			sk_progress_show("%u of %u types", next, p->n);
		nanosleep(&wait, NULL);
	}
	sk_progress_end(&progress);
}

static int sk_pairs_run(struct sk_pairs *p)
{
	pthread_t threads[SK_PAIRS_MOST_THREADS];
	long processors = sysconf(_SC_NPROCESSORS_ONLN);
	int n = 0, wanted = (int)SK_MAX(1, SK_MIN(processors, SK_PAIRS_MOST_THREADS));

	while (n < wanted && !pthread_create(&threads[n], NULL, sk_pairs_work, p))
		n++;
	if (n)
		sk_pairs_work_and_tell(p);
	else
		sk_pairs_work(p);
	for (int i = 0; i < n; i++)
		pthread_join(threads[i], NULL);
	return p->error;
}

/* Binary PGM: rows are sources, columns targets, both sorted by name; 0 is none, 255 means 255 or more. */
static int sk_pairs_save_matrix(const struct sk_pairs *p)
{
	sk_auto_close int fd = -1;
	struct sk_buf out;
	int r;

	fd = open(p->ask->matrix, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
	if (fd < 0)
		return -errno;
	sk_buf_to_fd(&out, fd);
	sk_buf_printf(&out, "P5\n%u %u\n255\n", p->n, p->n);
	for (uint32_t i = 0; i < p->n; i++)
		sk_buf_add(&out, p->matrix + (size_t)i * p->n, p->n);
	r = sk_buf_flush(&out);
	sk_buf_done(&out);
	return r;
}

static uint64_t sk_pairs_total(const struct sk_pairs *p)
{
	uint64_t n = 0;

	for (uint32_t i = 1; i <= p->n; i++)
		n += p->by_steps[i];
	return n;
}

static void sk_pairs_print(const struct sk_pairs *p)
{
	struct sk_buf *out = &p->ask->out;

	sk_buf_printf(out, "%u types, %llu %s from one to another\n", p->n,
		      (unsigned long long)sk_pairs_total(p), p->ask->ops->paths);
	for (uint32_t i = 1; i <= p->n; i++)
		if (p->by_steps[i])
			sk_buf_printf(out, "%12llu  %u step%s\n",
				      (unsigned long long)p->by_steps[i], i, i == 1 ? "" : "s");
	sk_buf_printf(out, "\n%-40s %9s %9s %9s %9s\n", "type", "out in 1", "out", "in in 1", "in");
	for (uint32_t i = 0; i < p->n; i++)
		sk_buf_printf(out, "%-40s %9u %9u %9u %9u\n",
			      sk_graph_name(p->ask, p->rows[i].type), p->rows[i].out_direct,
			      p->rows[i].out, p->rows[i].in_direct, p->rows[i].in);
}

static void sk_pairs_json(const struct sk_pairs *p)
{
	struct sk_json *j = &p->ask->json;

	sk_graph_json_open(p->ask);
	sk_json_uint(j, "pairs", sk_pairs_total(p));
	sk_json_array(j, "by_steps");
	for (uint32_t i = 1; i <= p->n; i++) {
		if (!p->by_steps[i])
			continue;
		sk_json_object(j, NULL);
		sk_json_uint(j, "steps", i);
		sk_json_uint(j, "pairs", p->by_steps[i]);
		sk_json_end_object(j);
	}
	sk_json_end_array(j);
	sk_json_array(j, "types");
	for (uint32_t i = 0; i < p->n; i++) {
		sk_json_object(j, NULL);
		sk_json_string(j, "type", sk_graph_name(p->ask, p->rows[i].type));
		sk_json_uint(j, "out_direct", p->rows[i].out_direct);
		sk_json_uint(j, "out", p->rows[i].out);
		sk_json_uint(j, "in_direct", p->rows[i].in_direct);
		sk_json_uint(j, "in", p->rows[i].in);
		sk_json_end_object(j);
	}
	sk_json_end_array(j);
	sk_json_end_object(j);
	sk_json_finish(j);
}

int sk_graph_answer_pairs(struct sk_graph_ask *ask)
{
	struct sk_pairs p;
	int r = sk_pairs_init(&p, ask), code = SK_EXIT_YES;

	if (!r)
		r = sk_pairs_run(&p);
	if (!r) {
		sk_buf_to_fd(&ask->out, STDOUT_FILENO);
		if (ask->format == SK_FORMAT_JSON)
			sk_pairs_json(&p);
		else
			sk_pairs_print(&p);
		r = sk_buf_flush(&ask->out);
	}
	if (r)
		code = sk_failure(ask->cmd, "%s", strerror(-r));
	if (!r && ask->matrix) {
		r = sk_pairs_save_matrix(&p);
		if (r)
			code = sk_failure(ask->cmd, "%s: %s", ask->matrix, strerror(-r));
	}
	sk_pairs_done(&p);
	return code;
}
