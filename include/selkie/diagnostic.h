/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SELKIE_DIAGNOSTIC_H
#define SELKIE_DIAGNOSTIC_H

#include <stddef.h>
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/*
 * Diagnostics: what is wrong with the input that the library was given, as data. The library never prints. A function
 * that takes a `selkie_diagnostics *` adds to it and returns a positive outcome when the input was refused; negative
 * returns are failures of the machine (memory, I/O), as negative errno.
 *
 * One collection belongs to one thread at a time.
 */
typedef struct sk_diags selkie_diagnostics;

enum selkie_severity {
	SELKIE_SEVERITY_NOTE,
	SELKIE_SEVERITY_WARNING,
	SELKIE_SEVERITY_ERROR,
};

/* Flags of selkie_diagnostics_print. */
#define SELKIE_DIAGNOSTICS_COLOR 1u	/* with terminal colors */
#define SELKIE_DIAGNOSTICS_JSON 2u	/* as a JSON array; schema in docs/ */

/* Returns an empty collection, owned by the caller, or NULL when out of memory. */
selkie_diagnostics *selkie_diagnostics_new(void);
void selkie_diagnostics_free(selkie_diagnostics *diags);	/* NULL is allowed */

/* How many diagnostics of at least that severity were added. */
size_t selkie_diagnostics_count(const selkie_diagnostics *diags, enum selkie_severity at_least);

/*
 * All diagnostics as text, in the order they were found: "file:line:col: error: message [E0102]", the source line with
 * a caret where the file can still be read, and the notes. For binary input the place is "file: offset N (field)".
 * Returns a zero-terminated string that the caller frees with free(), or NULL when out of memory.
 */
char *selkie_diagnostics_print(const selkie_diagnostics *diags, unsigned int flags);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
