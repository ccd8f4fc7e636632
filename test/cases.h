/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef CASES_H
#define CASES_H

#include <stddef.h>

/*
 * Cases in a file below the source folder: "=== NAME", the input, "---", what is wanted, "===", each on lines of their
 * own, and no such line in the texts. Both texts end with the newline before the mark.
 */
typedef void (*cases_check)(const char *name, const char *input, size_t n_input, const char *want, size_t n_want);

/* Checks each. Returns how many there were. */
unsigned int cases_each(const char *file, cases_check check);

#endif
