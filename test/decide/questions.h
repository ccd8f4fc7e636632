/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef TEST_DECIDE_QUESTIONS_H
#define TEST_DECIDE_QUESTIONS_H

#include <stddef.h>
#include <stdint.h>

/*
 * A file of questions, in host order: the words n_contexts and n_questions, the contexts as zero-terminated strings,
 * zeroes to a multiple of 4, then three words a question: source, target (context numbers from 0), class id.
 */
struct questions {
	uint32_t n_contexts, n_questions;
	const char **contexts;
	const uint32_t *triples;
	void *map;
	size_t size;
};

/* Exits with a message when the file cannot be read or is none. */
void questions_load(struct questions *q, const char *path);

/* Mixes a decision into a checksum, in the same way on both sides. */
static inline uint64_t questions_mix(uint64_t sum, uint32_t allowed, uint32_t auditallow, uint32_t auditdeny)
{
	sum = (sum ^ allowed) * 0x100000001b3ULL;
	sum = (sum ^ auditallow) * 0x100000001b3ULL;
	return (sum ^ auditdeny) * 0x100000001b3ULL;
}

/* Seconds: of the clock on the wall, and of the processor's time that this process took in all its threads. */
struct questions_time {
	double wall, processor;
};

void questions_clock(struct questions_time *ret);

/* Prints "WALL PROCESSOR CHECKSUM", the times since `before`. */
void questions_report(const struct questions_time *before, uint64_t sum);

#endif
