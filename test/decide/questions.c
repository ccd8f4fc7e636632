/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * The file of questions that both benchmarks of decisions read, and how they report: the same bytes, clocks and
 * checksum on either side, so that a difference is one of the answers or of the time.
 */
#include "questions.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

static void no_questions(const char *path)
{
	fprintf(stderr, "%s: not a file of questions\n", path);
	exit(3);
}

void questions_load(struct questions *q, const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st;
	const char *s, *end;

	if (fd < 0 || fstat(fd, &st) || st.st_size < 8)
		no_questions(path);
	q->size = (size_t)st.st_size;
	q->map = mmap(NULL, q->size, PROT_READ, MAP_PRIVATE | MAP_POPULATE, fd, 0);
	if (q->map == MAP_FAILED)
		no_questions(path);
	close(fd);
	memcpy(&q->n_contexts, q->map, 4);
	memcpy(&q->n_questions, (char *)q->map + 4, 4);
	s = (char *)q->map + 8;
	end = (char *)q->map + q->size;
	q->contexts = calloc(q->n_contexts, sizeof(*q->contexts));
	for (uint32_t i = 0; i < q->n_contexts; i++) {
		q->contexts[i] = s;
		s = memchr(s, 0, (size_t)(end - s));
		if (!s++)
			no_questions(path);
	}
	s = (char *)q->map + ((size_t)(s - (char *)q->map) + 3) / 4 * 4;
	if (s > end || (size_t)(end - s) / 12 < q->n_questions)
		no_questions(path);
	q->triples = (const uint32_t *)s;
}

static double seconds(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

void questions_clock(struct questions_time *ret)
{
	ret->wall = seconds(CLOCK_MONOTONIC);
	ret->processor = seconds(CLOCK_PROCESS_CPUTIME_ID);
}

void questions_report(const struct questions_time *before, uint64_t sum)
{
	struct questions_time now;

	questions_clock(&now);
	printf("%.6f %.6f %016llx\n", now.wall - before->wall, now.processor - before->processor,
	       (unsigned long long)sum);
}
