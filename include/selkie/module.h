/* SPDX-License-Identifier: LGPL-2.1-or-later */
#ifndef SELKIE_MODULE_H
#define SELKIE_MODULE_H

#include <stdbool.h>
#include <stddef.h>

#include <selkie/diagnostic.h>

#ifdef __cplusplus
extern "C" {
#endif
#pragma GCC visibility push(default)

/*
 * Module packages (.pp): a binary module of any format version from 4 to 24, and the texts that go with it. A bare module
 * (.mod) is a package without texts. Files may be compressed by bzip2 or zstd.
 *
 * An object may be used by one thread at a time; different ones by different threads.
 */
typedef struct sk_module_package selkie_module;

/* What a package is made of. */
enum selkie_module_section {
	SELKIE_MODULE_BINARY,
	SELKIE_MODULE_FILE_CONTEXTS,
	SELKIE_MODULE_SEUSERS,
	SELKIE_MODULE_USER_EXTRA,
	SELKIE_MODULE_NETFILTER,
	SELKIE_MODULE_SECTIONS
};

/* The bytes are no package or module, or a damaged one; the diagnostics say which field at which offset, and why. */
#define SELKIE_MODULE_REFUSED 1

/*
 * Reads a package or module. The package's table of sections is checked; the module itself is when it is printed or
 * asked about. name: for diagnostics. diags may be NULL. Returns 0, SELKIE_MODULE_REFUSED, or a negative errno; *ret is
 * the caller's, set on success only.
 */
int selkie_module_load(const char *path, selkie_diagnostics *diags, selkie_module **ret);
int selkie_module_read_memory(const void *data, size_t size, const char *name, selkie_diagnostics *diags,
			      selkie_module **ret);

/*
 * As selkie_module_load, but a regular file that is not compressed is mapped, which saves the time and the memory of
 * reading it: for programs that convert one file and end. Until the module is freed nobody may write into the file or
 * shorten it (the program would meet the changed bytes, or SIGBUS); replacing it by another of its name does no harm.
 */
int selkie_module_map(const char *path, selkie_diagnostics *diags, selkie_module **ret);

/* An empty one, to be filled. NULL when out of memory. */
selkie_module *selkie_module_new(void);
void selkie_module_free(selkie_module *module);		/* NULL is allowed */

/* The bytes of a section, borrowed from the package; NULL, with *ret_size 0, when it has none. */
const void *selkie_module_section(const selkie_module *module, enum selkie_module_section section, size_t *ret_size);

/* Gives the package a section, copying the bytes; data NULL takes it away. Returns 0 or -ENOMEM. */
int selkie_module_set_section(selkie_module *module, enum selkie_module_section section, const void *data, size_t size);

/*
 * The bytes of the package, as semodule_package writes them; *ret_data is the caller's (free). Returns 0, -EINVAL when it
 * has no module, or -ENOMEM.
 */
int selkie_module_write_memory(const selkie_module *module, void **ret_data, size_t *ret_size);

/* What the module's header says. Strings are borrowed from the package. */
struct selkie_module_info {
	bool base;
	bool mls;
	unsigned int format;	/* version of the module's format */
	const char *name;	/* NULL for a base */
	const char *version;	/* likewise */
};

/* Reads the whole module. Returns 0, SELKIE_MODULE_REFUSED, or -ENOMEM. */
int selkie_module_info(selkie_module *module, selkie_diagnostics *diags, struct selkie_module_info *ret_info);

enum selkie_module_language {
	SELKIE_MODULE_TE,	/* the policy language: a .te, or for a base a policy.conf; without the texts */
	SELKIE_MODULE_FC,	/* file contexts, as they stand in a .fc without macros */
	SELKIE_MODULE_CIL,	/* everything, as the converter of module packages writes it */
	SELKIE_MODULE_JSON,	/* everything, as docs/json/print.json describes it */
};

/*
 * Prints the module to fd, in pieces. What the language has no words for is left out with a warning (W0402, W0404, W0405).
 * Returns 0, SELKIE_MODULE_REFUSED, -EINVAL for a language that is none, or another negative errno; after a failure of
 * writing part of the text may have been written.
 */
int selkie_module_print_fd(selkie_module *module, enum selkie_module_language language, selkie_diagnostics *diags, int fd);

#pragma GCC visibility pop
#ifdef __cplusplus
}
#endif

#endif
