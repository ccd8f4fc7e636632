/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Failing the n-th allocation, through the linker's --wrap. Blocks that the program under test got while
 * alloc_fail_each was watching are kept in a table, so that a leak is found without a sanitizer too. Not done: calls
 * made inside shared libraries, which --wrap does not reach.
 */
#include "alloc-fail.h"

#include <dirent.h>
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

void *__real_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t size);
void *__real_reallocarray(void *p, size_t n, size_t size);
void *__real_aligned_alloc(size_t alignment, size_t size);
int __real_posix_memalign(void **ret, size_t alignment, size_t size);
char *__real_strdup(const char *s);
char *__real_strndup(const char *s, size_t n);
int __real_vasprintf(char **ret, const char *fmt, va_list args);
ssize_t __real_getdelim(char **line, size_t *size, int delimiter, FILE *f);
FILE *__real_open_memstream(char **data, size_t *size);
FILE *__real_fmemopen(void *data, size_t size, const char *mode);
FILE *__real_fopen(const char *path, const char *mode);
FILE *__real_fdopen(int fd, const char *mode);
DIR *__real_opendir(const char *path);
void __real_free(void *p);

void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t size);
void *__wrap_reallocarray(void *p, size_t n, size_t size);
void *__wrap_aligned_alloc(size_t alignment, size_t size);
int __wrap_posix_memalign(void **ret, size_t alignment, size_t size);
char *__wrap_strdup(const char *s);
char *__wrap_strndup(const char *s, size_t n);
int __wrap_asprintf(char **ret, const char *fmt, ...) __attribute__((format(printf, 2, 3)));
int __wrap_vasprintf(char **ret, const char *fmt, va_list args);
ssize_t __wrap_getdelim(char **line, size_t *size, int delimiter, FILE *f);
ssize_t __wrap_getline(char **line, size_t *size, FILE *f);
ssize_t __wrap___getdelim(char **line, size_t *size, int delimiter, FILE *f);
FILE *__wrap_open_memstream(char **data, size_t *size);
FILE *__wrap_fmemopen(void *data, size_t size, const char *mode);
FILE *__wrap_fopen(const char *path, const char *mode);
FILE *__wrap_fdopen(int fd, const char *mode);
DIR *__wrap_opendir(const char *path);
void __wrap_free(void *p);

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static size_t countdown;
static bool used;

/* Open addressing; NULL is free, GONE was used. Only while `watching`. */
#define GONE ((void *)(uintptr_t)1)
static struct {
	void **slots;
	size_t size, filled, live;	/* filled counts the gone ones too */
	bool watching;
} blocks;

static size_t slot_of(const void *p)
{
	return ((uintptr_t)p >> 4) * UINT64_C(0x9e3779b97f4a7c15) >> 20 & (blocks.size - 1);
}

static void put(void *p)
{
	size_t i = slot_of(p);

	while (blocks.slots[i])
		i = (i + 1) & (blocks.size - 1);
	blocks.slots[i] = p;
	blocks.filled++;
}

static void grow(void)
{
	void **old = blocks.slots;
	size_t n = blocks.size;

	blocks.size = n && blocks.live * 4 < n ? n : n ? n * 2 : 1024;
	blocks.slots = __real_calloc(blocks.size, sizeof(*blocks.slots));
	if (!blocks.slots)
		abort();
	blocks.filled = 0;
	for (size_t i = 0; i < n; i++)
		if (old[i] && old[i] != GONE)
			put(old[i]);
	__real_free(old);
}

static void *remember(void *p)
{
	if (!p)
		return p;
	pthread_mutex_lock(&lock);
	if (blocks.watching) {
		if (blocks.filled * 2 >= blocks.size)
			grow();
		put(p);
		blocks.live++;
	}
	pthread_mutex_unlock(&lock);
	return p;
}

/* Must come before the block is given back: afterwards another thread may get the same address. */
static void forget(const void *p)
{
	pthread_mutex_lock(&lock);
	if (p && blocks.size) {
		for (size_t i = slot_of(p); blocks.slots[i]; i = (i + 1) & (blocks.size - 1))
			if (blocks.slots[i] == p) {
				blocks.slots[i] = GONE;
				blocks.live--;
				break;
			}
	}
	pthread_mutex_unlock(&lock);
}

static bool fails(void)
{
	bool now;

	pthread_mutex_lock(&lock);
	now = countdown && !--countdown;
	used |= now;
	pthread_mutex_unlock(&lock);
	if (now)
		errno = ENOMEM;
	return now;
}

void *__wrap_malloc(size_t size)
{
	return fails() ? NULL : remember(__real_malloc(size));
}

void *__wrap_calloc(size_t n, size_t size)
{
	return fails() ? NULL : remember(__real_calloc(n, size));
}

void *__wrap_realloc(void *p, size_t size)
{
	void *q;

	if (fails())
		return NULL;
	forget(p);
	q = __real_realloc(p, size);
	if (!q && size)
		remember(p);
	return remember(q);
}

void *__wrap_reallocarray(void *p, size_t n, size_t size)
{
	if (__builtin_mul_overflow(n, size, &size)) {
		errno = ENOMEM;
		return NULL;
	}
	return __wrap_realloc(p, size);
}

void *__wrap_aligned_alloc(size_t alignment, size_t size)
{
	return fails() ? NULL : remember(__real_aligned_alloc(alignment, size));
}

int __wrap_posix_memalign(void **ret, size_t alignment, size_t size)
{
	int r = fails() ? ENOMEM : __real_posix_memalign(ret, alignment, size);

	if (!r)
		remember(*ret);
	return r;
}

char *__wrap_strdup(const char *s)
{
	return fails() ? NULL : remember(__real_strdup(s));
}

char *__wrap_strndup(const char *s, size_t n)
{
	return fails() ? NULL : remember(__real_strndup(s, n));
}

int __wrap_vasprintf(char **ret, const char *fmt, va_list args)
{
	int n = fails() ? -1 : __real_vasprintf(ret, fmt, args);

	if (n >= 0)
		remember(*ret);
	return n;
}

int __wrap_asprintf(char **ret, const char *fmt, ...)
{
	va_list args;
	int n;

	va_start(args, fmt);
	n = __wrap_vasprintf(ret, fmt, args);
	va_end(args);
	return n;
}

ssize_t __wrap_getdelim(char **line, size_t *size, int delimiter, FILE *f)
{
	ssize_t n;

	if (fails())
		return -1;
	forget(*line);
	n = __real_getdelim(line, size, delimiter, f);
	remember(*line);
	return n;
}

ssize_t __wrap_getline(char **line, size_t *size, FILE *f)
{
	return __wrap_getdelim(line, size, '\n', f);
}

/* What the C library's header makes of getline when it optimizes. */
ssize_t __wrap___getdelim(char **line, size_t *size, int delimiter, FILE *f)
{
	return __wrap_getdelim(line, size, delimiter, f);
}

FILE *__wrap_open_memstream(char **data, size_t *size)
{
	return fails() ? NULL : __real_open_memstream(data, size);
}

FILE *__wrap_fmemopen(void *data, size_t size, const char *mode)
{
	return fails() ? NULL : __real_fmemopen(data, size, mode);
}

FILE *__wrap_fopen(const char *path, const char *mode)
{
	return fails() ? NULL : __real_fopen(path, mode);
}

FILE *__wrap_fdopen(int fd, const char *mode)
{
	return fails() ? NULL : __real_fdopen(fd, mode);
}

DIR *__wrap_opendir(const char *path)
{
	return fails() ? NULL : __real_opendir(path);
}

void __wrap_free(void *p)
{
	forget(p);
	__real_free(p);
}

void alloc_fail_at(size_t n)
{
	pthread_mutex_lock(&lock);
	countdown = n;
	used = false;
	pthread_mutex_unlock(&lock);
}

bool alloc_fail_used(void)
{
	bool was;

	pthread_mutex_lock(&lock);
	was = used;
	pthread_mutex_unlock(&lock);
	return was;
}

static void watch(bool on)
{
	pthread_mutex_lock(&lock);
	blocks.watching = on;
	if (blocks.size)
		memset(blocks.slots, 0, blocks.size * sizeof(*blocks.slots));
	blocks.filled = 0;
	blocks.live = 0;
	pthread_mutex_unlock(&lock);
}

const char *alloc_fail_each(int (*scene)(void *arg), void *arg, size_t dense, size_t *ret_runs)
{
	static char wrong[160];
	size_t n, runs = 0;
	bool met = true;

	*wrong = '\0';
	for (n = 1; met && !*wrong; n += n <= dense ? 1 : n / 32 + 1) {
		size_t left;
		int r;

		watch(true);
		alloc_fail_at(n);
		r = scene(arg);
		met = alloc_fail_used();
		alloc_fail_at(0);
		left = blocks.live;
		watch(false);
		runs += met;
		if (met ? r != -ENOMEM && r != 0 : r != 0)
			snprintf(wrong, sizeof(wrong), "allocation %zu %s: it returned %d", n,
				 met ? "failed" : "was not reached", r);
		else if (left)
			snprintf(wrong, sizeof(wrong), "allocation %zu %s: %zu blocks are leaked", n,
				 met ? "failed" : "was not reached", left);
	}
	if (ret_runs)
		*ret_runs = runs;
	return *wrong ? wrong : NULL;
}

void alloc_fail_check(int (*scene)(void *arg), void *arg, size_t dense, size_t least)
{
	size_t runs = 0;
	const char *wrong = alloc_fail_each(scene, arg, dense, &runs);

	if (wrong)
		fail_msg("%s", wrong);
	if (runs <= least)
		fail_msg("only %zu runs met a failed allocation: the scene does less than it did", runs);
}
