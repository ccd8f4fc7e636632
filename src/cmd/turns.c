/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Text made at once and written in turn. A thread takes the next piece, makes its text, and waits until all pieces
 * before it are written; the pieces are small and alike, so that the wait is short.
 */
#include "cmd/turns.h"

#include <pthread.h>

#include "base/threads.h"

#define SK_PIECE 64

struct sk_turns {
	struct sk_buf *out;
	size_t n, next, turn;	/* next: piece to be taken; turn: piece to be written */
	int (*print)(void *arg, unsigned int thread, size_t from, size_t to, struct sk_buf *out);
	void *arg;
	int error;		/* of the piece that was the last to have its turn */
	pthread_mutex_t lock;
	pthread_cond_t turned;
};

static size_t sk_turns_pieces(const struct sk_turns *t)
{
	return t->n / SK_PIECE + (t->n % SK_PIECE != 0);
}

static bool sk_turns_take(struct sk_turns *t, size_t *ret_piece)
{
	bool any;

	pthread_mutex_lock(&t->lock);
	any = !t->error && t->next < sk_turns_pieces(t);
	if (any)
		*ret_piece = t->next++;
	pthread_mutex_unlock(&t->lock);
	return any;
}

/* Writes a piece when it is its turn; nothing after a piece that failed. */
static void sk_turns_write(struct sk_turns *t, size_t piece, struct sk_buf *text, int error)
{
	pthread_mutex_lock(&t->lock);
	while (t->turn != piece)
		pthread_cond_wait(&t->turned, &t->lock);
	if (!t->error && !error && text->failed)
		error = text->error;
	if (!t->error && !error) {
		text->fd = t->out->fd;
		error = sk_buf_flush(text);
		text->fd = -1;
	}
	if (!t->error)
		t->error = error;
	t->turn++;
	pthread_cond_broadcast(&t->turned);
	pthread_mutex_unlock(&t->lock);
}

static int sk_turns_work(void *arg, unsigned int thread)
{
	sk_auto_buf struct sk_buf text = SK_BUF_INIT;
	struct sk_turns *t = arg;
	size_t piece, from;
	int r;

	while (sk_turns_take(t, &piece)) {
		from = piece * SK_PIECE;
		r = t->print(t->arg, thread, from, SK_MIN(t->n, from + SK_PIECE), &text);
		sk_turns_write(t, piece, &text, r);
	}
	return 0;
}

int sk_print_in_turns(struct sk_buf *out, unsigned int threads, size_t n,
		      int (*print)(void *arg, unsigned int thread, size_t from, size_t to, struct sk_buf *out),
		      void *arg)
{
	struct sk_turns t = { .out = out, .n = n, .print = print, .arg = arg };
	int r;

	r = sk_buf_flush(out);
	if (r)
		return r;
	pthread_mutex_init(&t.lock, NULL);
	pthread_cond_init(&t.turned, NULL);
	sk_threads_run((unsigned int)SK_MIN((size_t)threads, SK_MAX(sk_turns_pieces(&t), (size_t)1)), sk_turns_work, &t);
	pthread_cond_destroy(&t.turned);
	pthread_mutex_destroy(&t.lock);
	return t.error;
}
