/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_TEST_LABEL_GENERATE_H
#define SK_TEST_LABEL_GENERATE_H

#include <stddef.h>
#include <stdint.h>

/* Random paths near the rules of a file_contexts file; the same seed gives the same paths. One thread. */
struct generator {
	char **patterns;
	size_t n_patterns;
};

struct generated {
	char s[1024]; /* not zero-terminated until generator_path returns it */
	size_t n;
};

/* Reads the patterns of a file_contexts text. Returns 0, or -1 with errno. */
int generator_init(struct generator *g, const char *file_contexts);
void generator_done(struct generator *g);

void generator_seed(uint64_t seed);
unsigned int generator_below(unsigned int n);

/* A path made by walking the pattern and choosing, then often spoiled a little. Never empty, zero-terminated. */
void generator_path(const char *pattern, struct generated *ret_path);

#endif
