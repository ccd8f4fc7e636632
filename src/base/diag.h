/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SK_BASE_DIAG_H
#define SK_BASE_DIAG_H

#include "base/arena.h"
#include "selkie/diagnostic.h"

/*
 * Diagnostics are collected, never printed, by the library. Each has a stable id ("E0102"; the list is
 * docs/diagnostics.md), a primary place, and notes with places of their own. Everything is copied into the collection's
 * arena, so a diagnostic outlives the input it speaks of.
 *
 * Id ranges: E01xx policy languages (te), E02xx CIL, E03xx binary policies, E04xx module packages, E05xx label files,
 * E06xx command input, E07xx audit logs, E08xx compile (resolve, expand, check), W.. the same for warnings.
 */
enum sk_place_kind {
	SK_PLACE_NONE,		/* nowhere in particular; file may still be set */
	SK_PLACE_TEXT,		/* file:line:col */
	SK_PLACE_BINARY,	/* file, byte offset, field */
};

struct sk_place {
	enum sk_place_kind kind;
	const char *file;	/* may be NULL */
	uint32_t line, col;	/* from 1; col counts bytes; 0 when unknown */
	uint32_t length;	/* bytes to underline, at least 1 */
	uint64_t offset;
	const char *field;	/* of a text too, where it is known what part of what this is */
	const char *text;	/* source line when it is not to be read from `file`; else NULL */
	uint32_t text_length;
};

struct sk_note {
	struct sk_note *next;
	struct sk_place place;
	const char *message;
};

struct sk_diag {
	struct sk_diag *next;
	enum selkie_severity severity;
	const char *id;
	const char *message;	/* no full stop, no line break */
	struct sk_place place;
	struct sk_note *notes, **last_note;
};

/* `first` to `last` in the order found. A collection that ran out of memory says so in `no_memory`. */
struct sk_diags {
	struct sk_arena arena;
	struct sk_diag *first, **last;
	size_t n[SELKIE_SEVERITY_ERROR + 1];
	bool no_memory;
};

/* Where a collection stands, so that what is added from here on can be taken out again. */
struct sk_diags_mark {
	struct sk_diag **last;
	size_t n[SELKIE_SEVERITY_ERROR + 1];
};

void sk_diags_mark(struct sk_diags *diags, struct sk_diags_mark *ret_mark);
void sk_diags_rewind(struct sk_diags *diags, const struct sk_diags_mark *mark);

/*
 * Adds a diagnostic and returns it, so that notes can follow. Returns NULL when out of memory (no_memory is set) and
 * for diags NULL, which sk_diag_note accepts.
 */
struct sk_diag *sk_diag_add(struct sk_diags *diags, enum selkie_severity severity, const char *id,
			    const struct sk_place *place, const char *fmt, ...) SK_PRINTF(5, 6);
struct sk_diag *sk_diag_vadd(struct sk_diags *diags, enum selkie_severity severity, const char *id,
			     const struct sk_place *place, const char *fmt, va_list args) SK_PRINTF(5, 0);
void sk_diag_note(struct sk_diags *diags, struct sk_diag *diag, const struct sk_place *place,
		  const char *fmt, ...) SK_PRINTF(4, 5);
void sk_diag_vnote(struct sk_diags *diags, struct sk_diag *diag, const struct sk_place *place,
		   const char *fmt, va_list args) SK_PRINTF(4, 0);

#define sk_error(diags, id, place, ...) \
	sk_diag_add((diags), SELKIE_SEVERITY_ERROR, (id), (place), __VA_ARGS__)
#define sk_verror(diags, id, place, fmt, args) \
	sk_diag_vadd((diags), SELKIE_SEVERITY_ERROR, (id), (place), (fmt), (args))
#define sk_warning(diags, id, place, ...) \
	sk_diag_add((diags), SELKIE_SEVERITY_WARNING, (id), (place), __VA_ARGS__)

/*
 * The nearest of n names to `name` by edit distance, or SIZE_MAX when none is near enough to be a slip of the finger
 * (more than a third of the letters differ). name_at(arg, i) gives the i-th name and may return NULL.
 */
size_t sk_nearest_name(const char *name, size_t n, const char *(*name_at)(const void *arg, size_t i),
		       const void *arg);

#endif
