/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SELKIE_LINT_H
#define SELKIE_LINT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <selkie/diagnostic.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/*
 * Style and sense of policy sources: .te, .if and .fc files as they stand, nothing expanded. The checks are those of
 * SELint 1.4 with their ids ("C-005"), and so is what each finds; where we differ is listed in
 * docs/differences-selint.md. A collection of findings belongs to one thread at a time.
 */

/* What a check is about, and the first letter of its id. In rising order. */
enum selkie_lint_level {
	SELKIE_LINT_EXTRA,	/* X: for reading a policy, off unless asked for */
	SELKIE_LINT_CONVENTION,	/* C */
	SELKIE_LINT_STYLE,	/* S */
	SELKIE_LINT_WARNING,	/* W */
	SELKIE_LINT_ERROR,	/* E */
	SELKIE_LINT_FATAL,	/* F: cannot be read */
};

struct selkie_lint_check {
	const char *id;
	enum selkie_lint_level level;
	const char *summary;	/* what it finds, in a few words */
	bool fixable;		/* selkie_lint_fix may mend what it finds */
};

size_t selkie_lint_check_count(void);
const struct selkie_lint_check *selkie_lint_check_get(size_t i);	/* by id; NULL beyond the last */

#define SELKIE_LINT_SOURCE 1u		/* the paths are the sources of a whole policy: what they do not declare, nobody does */
#define SELKIE_LINT_ONLY_ENABLED 2u	/* nothing but what `enable` names */
#define SELKIE_LINT_HIDDEN 4u		/* look into folders whose name begins with a dot, too */
#define SELKIE_LINT_TO_FIX 8u		/* keep what selkie_lint_fix needs */

#define SELKIE_LINT_OPTIONS_VERSION 1

/* Initialize with SELKIE_LINT_OPTIONS_INIT. Lists end with NULL and may be NULL. All is borrowed for the call. */
struct selkie_lint_options {
	unsigned int version;		/* SELKIE_LINT_OPTIONS_VERSION */
	unsigned int flags;		/* SELKIE_LINT_* */
	const char *config;		/* a configuration file in SELint's format, or NULL */
	int level;			/* report nothing below this enum selkie_lint_level; -1: as the configuration says */
	const char *const *enable;	/* ids of checks, beyond what the configuration says */
	const char *const *disable;
	const char *const *context;	/* files and folders that are read for what they declare, and not judged */
};

#define SELKIE_LINT_OPTIONS_INIT                                                                   \
	{                                                                                          \
		SELKIE_LINT_OPTIONS_VERSION, 0, 0, -1, 0, 0, 0                                     \
	}

/* The configuration was refused, or a path or an id is wrong; the diagnostics say what. */
#define SELKIE_LINT_REFUSED 1

typedef struct sk_lint selkie_lint;

/*
 * Judges all .te, .if and .fc files in the paths (files, or folders that are walked). diags: E0161 to E0169, W0161;
 * NULL is allowed. Returns 0 and the findings, owned by the caller; SELKIE_LINT_REFUSED; -EINVAL for an unknown version;
 * or another negative errno.
 */
int selkie_lint_run(const char *const *paths, const struct selkie_lint_options *options,
		    selkie_diagnostics *diags, selkie_lint **ret);
void selkie_lint_free(selkie_lint *lint);	/* NULL is allowed */

struct selkie_lint_finding {
	const struct selkie_lint_check *check;
	const char *path;
	uint32_t line, column;	/* from 1; the column counts bytes; 0 when unknown */
	const char *message;	/* no full stop */
	bool fixable;
};

/* Findings in .te files come first, then .if, then .fc; within each by path and line. */
size_t selkie_lint_count(const selkie_lint *lint);
int selkie_lint_get(const selkie_lint *lint, size_t i, struct selkie_lint_finding *ret);	/* 0 or -EINVAL */
size_t selkie_lint_n_files(const selkie_lint *lint);	/* that were judged */

/*
 * Mends what can be mended without a change of meaning. Each file is replaced as a whole or not at all, its mode and
 * owner kept. A file that has changed since it was read is left alone: W0162. *ret_mended counts findings.
 * Returns 0; -EINVAL for findings of a run without SELKIE_LINT_TO_FIX; or another negative errno. Files that were replaced
 * before stay so.
 */
int selkie_lint_fix(selkie_lint *lint, selkie_diagnostics *diags, size_t *ret_mended, size_t *ret_files);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
